FILESEXTRAPATHS:prepend := "${THISDIR}/files:"
SRC_URI += "file://pumice.cfg"
