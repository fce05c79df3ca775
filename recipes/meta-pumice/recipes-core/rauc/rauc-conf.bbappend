# The file of the repository, not a copy, and the keys that updates are believed by.
FILESEXTRAPATHS:prepend:pumice := "${PUMICE_ROOT}/image/rootfs/etc/rauc:${PUMICE_KEYS}:"
RAUC_KEYRING_FILE:pumice = "update-authority.pem"

PACKAGE_ARCH:pumice = "${MACHINE_ARCH}"

# U-Boot counts: a side on trial has three starts, a settled one nine, as in image/initramfs/init.
do_install:append:pumice() {
    mv ${D}${sysconfdir}/rauc/update-authority.pem ${D}${sysconfdir}/rauc/keyring.pem
    sed -i -e 's/^compatible=.*/compatible=${PUMICE_COMPATIBLE}/' ${D}${sysconfdir}/rauc/system.conf
    if [ "${PUMICE_BOOTLOADER}" = uboot ]; then
        sed -i -e 's/^bootloader=.*/bootloader=uboot\nboot-attempts=9\nboot-attempts-primary=3/' \
            ${D}${sysconfdir}/rauc/system.conf
    fi
}
