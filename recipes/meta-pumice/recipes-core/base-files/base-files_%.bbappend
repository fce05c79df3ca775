# The files of the repository, not copies. The package's own list of files has hosts already.
FILESEXTRAPATHS:prepend:pumice := "${PUMICE_ROOT}/image/rootfs/etc:"
SRC_URI:append:pumice = " file://hostname"

do_install:append:pumice() {
    install -m 0644 ${UNPACKDIR}/hostname ${D}${sysconfdir}/hostname
    install -m 0644 ${UNPACKDIR}/hosts ${D}${sysconfdir}/hosts
}
