SUMMARY = "Modules of the kernel that the image needs"
DESCRIPTION = "Names the packages of what image/modules lists. No other module is in the image, so no other can be loaded."
SECTION = "kernel"
LICENSE = "Apache-2.0"

SRC_URI = ""

S = "${UNPACKDIR}"

inherit pumice_files

do_configure[noexec] = "1"
do_compile[noexec] = "1"
do_install[noexec] = "1"

PACKAGE_ARCH = "${MACHINE_ARCH}"
ALLOW_EMPTY:${PN} = "1"
PUMICE_MODULES := "${@pumice_modules(d, 'root')}"
RRECOMMENDS:${PN} = "${PUMICE_MODULES}"
