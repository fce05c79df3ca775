SUMMARY = "The image for boxes"
DESCRIPTION = "Two sides, a read-only root file system under dm-verity, the gateway and what it needs; nobody can log in."
SECTION = "base"
LICENSE = "Apache-2.0"

require recipes-core/images/pumice-image.inc
