FILESEXTRAPATHS:prepend := "${THISDIR}/files:"
SRC_URI:append:rpi = " \
    file://env.cfg \
    file://fw_env.config \
"
