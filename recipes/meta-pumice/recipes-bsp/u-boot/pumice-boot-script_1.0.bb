SUMMARY = "Script by which U-Boot chooses a side"
DESCRIPTION = "Counts the starts of both sides as RAUC expects it, and starts the boot file of one."
SECTION = "bootloaders"
LICENSE = "Apache-2.0"
LIC_FILES_CHKSUM = "file://${PUMICE_ROOT}/LICENSE;md5=3b83ef96387f14655fc854ddc3c6bd57"

DEPENDS = "u-boot-tools-native"
PROVIDES += "u-boot-default-script"

SRC_URI = "file://boot.cmd"

S = "${UNPACKDIR}"

inherit deploy nopackages

INHIBIT_DEFAULT_DEPS = "1"
COMPATIBLE_MACHINE = "^rpi$"

do_configure[noexec] = "1"
do_install[noexec] = "1"

do_compile() {
    mkimage -A arm64 -T script -C none -n "Pumice" -d ${UNPACKDIR}/boot.cmd ${B}/boot.scr
}

do_deploy() {
    install -m 0644 ${B}/boot.scr ${DEPLOYDIR}/boot.scr
}
addtask deploy after do_compile before do_build
