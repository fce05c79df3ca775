# The files of the repository, not copies. The package's own list of files has hosts already.
FILESEXTRAPATHS:prepend := "${PUMICE_ROOT}/image/rootfs/etc:"
SRC_URI += "file://hostname"

do_install:append() {
    install -m 0644 ${UNPACKDIR}/hostname ${D}${sysconfdir}/hostname
    install -m 0644 ${UNPACKDIR}/hosts ${D}${sysconfdir}/hosts
}
