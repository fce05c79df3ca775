# What one side of the disk holds, as two types of image:
#
#   pumice_root   the root file system as squashfs, and behind it its dm-verity tree
#   pumice_boot   a FAT file system with one file, the unified kernel image: kernel, command line, initramfs, and the root hash
#
# `cargo xtask image` does the same with Debian's packages (tests/xtask/src/image); what is written here and there must be alike.

# ukify is a program in Python, with a module that the machine which builds need not have.
inherit pumice_files python3native

require conf/image-uefi.conf

IMAGE_TYPES += "pumice_boot pumice_root"
# nooelint: oelint.vars.specific,oelint.vars.mispell - types of images are overrides here
IMAGE_TYPEDEP:pumice_boot = "pumice_root"
# nooelint: oelint.vars.specific,oelint.vars.mispell - as above
IMAGE_TYPEDEP:wic = "pumice_boot pumice_root"

PUMICE_INITRAMFS ?= "pumice-image-initramfs"
# MiB; as the partitions of wic/*.wks.
PUMICE_BOOT_SIZE ?= "64"
PUMICE_COMMAND_LINE := "${@pumice_command_line(d)}"
PUMICE_BOOT_NAME = "BOOT${@d.getVar('EFI_ARCH').upper()}.EFI"
# Where the table of the root file system waits for its boot file.
PUMICE_SLOTS = "${WORKDIR}/pumice-slots"
# With the signatures of whose keys PUMICE_KEYS names.
PUMICE_UKIFY_SIGN = "--secureboot-private-key ${PUMICE_KEYS}/boot.key --secureboot-certificate ${PUMICE_KEYS}/boot.pem --signtool sbsign"
PUMICE_UKIFY_ARGS = "${@d.getVar('PUMICE_UKIFY_SIGN') if bb.utils.to_boolean(d.getVar('PUMICE_SECURE_BOOT')) else ''}"

do_image_pumice_root[depends] += "\
    cryptsetup-native:do_populate_sysroot \
    squashfs-tools-native:do_populate_sysroot \
"
do_image_pumice_root[cleandirs] += "${PUMICE_SLOTS}"

# nooelint: oelint.task.docstrings - the head of this file says it
IMAGE_CMD:pumice_root () {
    image=${IMGDEPLOYDIR}/${IMAGE_NAME}.pumice_root
    # mksquashfs takes times from here or from its arguments, not from both.
    unset SOURCE_DATE_EPOCH
    mksquashfs ${IMAGE_ROOTFS} $image -quiet -no-progress -noappend -all-root -no-xattrs \
        -comp zstd -Xcompression-level 19 -b 131072 \
        -mkfs-time ${REPRODUCIBLE_TIMESTAMP_ROOTFS} -all-time ${REPRODUCIBLE_TIMESTAMP_ROOTFS}

    data=$(stat -c %s $image)
    data=$(expr \( $data + 4095 \) / 4096 \* 4096)
    truncate -s $data $image
    # A salt keeps tables of hashes from being made ahead; it need not be secret, and the same image is to have the same.
    salt=$(sha256sum $image | cut -d ' ' -f 1)
    veritysetup format --data-block-size=4096 --hash-block-size=4096 --hash=sha256 \
        --hash-offset=$data --salt=$salt --uuid=70756d69-6365-4000-8000-726f6f740000 \
        $image $image >${PUMICE_SLOTS}/format
    hash=$(sed -n 's/^Root hash:[[:space:]]*//p' ${PUMICE_SLOTS}/format)
    if [ -z "$hash" ]; then
        bbfatal "veritysetup names no root hash"
    fi

    # The device has a name only where it is opened. A block of its own says what the tree is; the tree follows.
    install -d ${PUMICE_SLOTS}/archive/etc
    blocks=$(expr $data / 4096)
    echo "0 $(expr $data / 512) verity 1 DEVICE DEVICE 4096 4096 $blocks $(expr $blocks + 1) sha256 $hash $salt" \
        >${PUMICE_SLOTS}/archive/etc/verity
    echo "${DISTRO_VERSION}" >${PUMICE_SLOTS}/archive/etc/version
}

do_image_pumice_boot[depends] += "\
    dosfstools-native:do_populate_sysroot \
    mtools-native:do_populate_sysroot \
    systemd-boot-native:do_populate_sysroot \
    systemd-boot:do_deploy \
    virtual/cross-binutils:do_populate_sysroot \
    virtual/kernel:do_deploy \
    ${PUMICE_INITRAMFS}:do_image_complete \
    ${@'sbsigntool-native:do_populate_sysroot' if bb.utils.to_boolean(d.getVar('PUMICE_SECURE_BOOT')) else ''} \
"

# nooelint: oelint.task.docstrings - as above
IMAGE_CMD:pumice_boot () {
    image=${IMGDEPLOYDIR}/${IMAGE_NAME}.pumice_boot
    file=${PUMICE_SLOTS}/${PUMICE_BOOT_NAME}

    # The kernel unpacks one archive over the other; the second is this image's own.
    find ${PUMICE_SLOTS}/archive -exec touch --no-dereference --date=@${REPRODUCIBLE_TIMESTAMP_ROOTFS} {} +
    (cd ${PUMICE_SLOTS}/archive && find etc | LC_ALL=C sort |
        cpio --create --quiet --format=newc --reproducible --owner=0:0 >${PUMICE_SLOTS}/verity.cpio)
    ukify build \
        --efi-arch ${EFI_ARCH} \
        --stub ${DEPLOY_DIR_IMAGE}/linux${EFI_ARCH}.efi.stub \
        --linux ${DEPLOY_DIR_IMAGE}/${KERNEL_IMAGETYPE} \
        --initrd ${DEPLOY_DIR_IMAGE}/${PUMICE_INITRAMFS}-${MACHINE}.${INITRAMFS_FSTYPES} \
        --initrd ${PUMICE_SLOTS}/verity.cpio \
        --cmdline "${PUMICE_COMMAND_LINE}" \
        --os-release @${IMAGE_ROOTFS}${nonarch_libdir}/os-release \
        --tools ${RECIPE_SYSROOT_NATIVE}${nonarch_libdir}/systemd/tools \
        ${PUMICE_UKIFY_ARGS} \
        --output $file

    # The time of the folders.
    export SOURCE_DATE_EPOCH=${REPRODUCIBLE_TIMESTAMP_ROOTFS}
    truncate -s ${PUMICE_BOOT_SIZE}M $image
    mkfs.vfat --invariant -n PUMICE -s 8 $image
    touch --date=@${REPRODUCIBLE_TIMESTAMP_ROOTFS} $file
    mmd -i $image ::/EFI ::/EFI/BOOT
    mcopy -m -i $image $file ::/EFI/BOOT/${PUMICE_BOOT_NAME}
}
