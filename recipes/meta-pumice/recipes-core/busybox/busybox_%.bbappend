FILESEXTRAPATHS:prepend:pumice := "${THISDIR}/files:"
SRC_URI:append:pumice = " file://pumice.cfg"
