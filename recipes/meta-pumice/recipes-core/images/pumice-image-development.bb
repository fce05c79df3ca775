SUMMARY = "The image for boxes, with a shell"
DESCRIPTION = "As pumice-image, with a shell on the machine's second console for who develops the image."
SECTION = "base"
LICENSE = "Apache-2.0"

require recipes-core/images/pumice-image.inc

PUMICE_VARIANT = "development"
IMAGE_INSTALL += "pumice-development"
