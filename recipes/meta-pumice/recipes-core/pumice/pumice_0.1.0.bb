SUMMARY = "Pumice access gateway"
SUMMARY:${PN}-development = "A shell on the machine's second console"
DESCRIPTION = "A mobile core for rural places in one program, with the units, users and settings of a box around it."
SECTION = "net"
LICENSE = "Apache-2.0"
LIC_FILES_CHKSUM = "file://LICENSE;md5=3b83ef96387f14655fc854ddc3c6bd57"

require recipes-core/pumice/pumice-crates.inc

# The layer lies in the repository of the program. Once that has a public address, SRC_URI and SRCREV take the place of these two lines.
EXTERNALSRC = "${PUMICE_ROOT}"
EXTERNALSRC_SYMLINKS = ""

inherit cargo externalsrc pumice_files systemd useradd

# Nothing is fetched any more when this runs: --frozen, and crates.io replaced by what SRC_URI has fetched.
CARGO_BUILD_FLAGS += "--package pumice"
# Symbols go to the package for debugging.
export CARGO_PROFILE_RELEASE_STRIP = "none"

# All of image/rootfs but what belongs to packages that have such files themselves: base-files, rauc-conf.
do_install:append() {
    for file in $(cd ${S}/image/rootfs && find . -type f ! -path './etc/host*' ! -path './etc/rauc/*'); do
        if [ -x ${S}/image/rootfs/$file ]; then mode=0755; else mode=0644; fi
        install -D -m $mode ${S}/image/rootfs/$file ${D}/$file
    done
    # systemd's package has one; what is in /etc is stronger.
    install -d ${D}${sysconfdir}/systemd/system
    mv ${D}${systemd_system_unitdir}/tmp.mount ${D}${sysconfdir}/systemd/system/

    for file in $(cd ${S}/image/development && find . -type f); do
        install -D -m 0644 ${S}/image/development/$file ${D}/$file
    done
}

PACKAGE_ARCH = "${MACHINE_ARCH}"
PACKAGES =+ "${PN}-development"

FILES:${PN} += "${nonarch_libdir}"
FILES:${PN}-development += "\
    ${nonarch_libdir}/udev/rules.d/90-pumice-shell.rules \
    ${systemd_system_unitdir}/pumice-shell.service \
"
RDEPENDS:${PN} = "\
    busybox \
    systemd \
"
RDEPENDS:${PN}-development = "busybox"

SYSTEMD_SERVICE:${PN} = "${@pumice_enabled_units(d)}"

USERADD_PACKAGES = "${PN}"
# As in sysusers.d/pumice.conf, which a root file system that cannot be written to is too late for.
USERADD_PARAM:${PN} = "--system --user-group --no-create-home --home-dir ${localstatedir}/lib/pumice --shell ${base_sbindir}/nologin pumice"
