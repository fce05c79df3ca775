SUMMARY = "Script of the initramfs"
DESCRIPTION = "Finds the root file system that its boot file was signed with, and the data partition; then starts systemd."
SECTION = "base"
LICENSE = "Apache-2.0"
LIC_FILES_CHKSUM = "file://${PUMICE_ROOT}/LICENSE;md5=3b83ef96387f14655fc854ddc3c6bd57"

# The file of the repository, not a copy.
# nooelint: oelint.vars.fileextrapaths,oelint.vars.outofcontext - it lies outside of the layer
FILESEXTRAPATHS:prepend := "${PUMICE_ROOT}/image/initramfs:"
SRC_URI = "file://init"

S = "${UNPACKDIR}"

inherit pumice_files

do_configure[noexec] = "1"
do_compile[noexec] = "1"

# Folders on which it mounts.
FOLDERS = "dev proc root run sys tmp"

do_install() {
    install -m 0755 ${UNPACKDIR}/init ${D}/init
    for folder in ${FOLDERS}; do
        install -d ${D}/$folder
    done
}

PACKAGE_ARCH = "${MACHINE_ARCH}"
FILES:${PN} += "/init ${@' '.join('/' + folder for folder in d.getVar('FOLDERS').split())}"
RDEPENDS:${PN} = "\
    busybox \
    e2fsprogs-e2fsck \
    e2fsprogs-mke2fs \
    e2fsprogs-resize2fs \
    libdevmapper \
    util-linux-sfdisk \
"
PUMICE_MODULES := "${@pumice_modules(d, 'initramfs')}"
RRECOMMENDS:${PN} = "${PUMICE_MODULES}"
