SUMMARY = "An update of both images of a side"
DESCRIPTION = "A bundle that RAUC checks block by block while it writes it to the side that does not run."
SECTION = "base"
LICENSE = "Apache-2.0"

SRC_URI = ""

inherit bundle

RAUC_BUNDLE_COMPATIBLE = "${PUMICE_COMPATIBLE}"
RAUC_BUNDLE_VERSION = "${DISTRO_VERSION}"
RAUC_BUNDLE_DESCRIPTION = "Pumice"
RAUC_BUNDLE_BUILD = "${REPRODUCIBLE_TIMESTAMP_ROOTFS}"
RAUC_BUNDLE_FORMAT = "verity"
BUNDLE_ARGS += "--mksquashfs-args='-comp zstd -Xcompression-level 3 -quiet -no-progress'"

RAUC_BUNDLE_SLOTS = "boot root"

# The names end as RAUC knows images by.
RAUC_SLOT_boot = "pumice-image"
RAUC_SLOT_boot[fstype] = "pumice_boot"
RAUC_SLOT_boot[rename] = "boot.img"

RAUC_SLOT_root = "pumice-image"
RAUC_SLOT_root[fstype] = "pumice_root"
RAUC_SLOT_root[rename] = "root.img"

RAUC_KEY_FILE = "${PUMICE_KEYS}/update.key"
RAUC_CERT_FILE = "${PUMICE_KEYS}/update.pem"
RAUC_KEYRING_FILE = "${PUMICE_KEYS}/update-authority.pem"
