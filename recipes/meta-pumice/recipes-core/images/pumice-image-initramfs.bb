SUMMARY = "What the kernel starts from"
DESCRIPTION = "One script, the programs that it calls and modules for disks. The table of the root file system is laid over it by pumice_slots."
SECTION = "base"
LICENSE = "Apache-2.0"

inherit image

IMAGE_FEATURES = ""
IMAGE_FSTYPES = "${INITRAMFS_FSTYPES}"
IMAGE_NAME_SUFFIX = ""
IMAGE_ROOTFS_SIZE = "8192"
IMAGE_ROOTFS_EXTRA_SPACE = "0"
PACKAGE_INSTALL = "pumice-initramfs"
# The script and nobody else uses busybox here.
BAD_RECOMMENDATIONS = "\
    busybox-syslog \
    busybox-udhcpc \
"
