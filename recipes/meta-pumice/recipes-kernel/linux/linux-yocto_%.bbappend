require recipes-kernel/linux/pumice-kernel.inc
