# What only Raspberry Pis need; the other machines have UEFI.
FILESEXTRAPATHS:prepend:rpi := "${THISDIR}/files:"
SRC_URI:append:rpi = " \
    file://env.cfg \
    file://fw_env.config \
"
