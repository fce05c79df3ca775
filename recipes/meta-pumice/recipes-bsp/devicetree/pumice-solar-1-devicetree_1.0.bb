SUMMARY = "Device tree overlay of Pumice Solar 1"
DESCRIPTION = "Gives the board its name, by which board-support finds its description."
SECTION = "bsp"
LICENSE = "Apache-2.0"
LIC_FILES_CHKSUM = "file://${PUMICE_ROOT}/LICENSE;md5=3b83ef96387f14655fc854ddc3c6bd57"

SRC_URI = "file://pumice-solar-1.dts"

S = "${UNPACKDIR}"

inherit devicetree

COMPATIBLE_MACHINE = "^pumice-solar-1$"
