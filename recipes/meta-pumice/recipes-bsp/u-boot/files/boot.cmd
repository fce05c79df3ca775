# Chooses a side and starts its boot file. RAUC reads and writes the same three variables:
#
#   BOOT_ORDER   the sides, the one to be started first in front: "A B" or "B A"
#   BOOT_x_LEFT  how many starts that side has left until it is settled again; none, and the other is taken
#
# A power cut at any moment: the variables are in two places, each with a checksum and a number. A change is written over the older one
# as a whole; cut short, its checksum is wrong and the other counts. So a start is counted or it is not, and an update is in force or it
# is not. It is counted before it is tried: what hangs is not tried for ever.

setenv disk "mmc 0"
test -n "${BOOT_ORDER}" || setenv BOOT_ORDER "A B"
test -n "${BOOT_A_LEFT}" || setenv BOOT_A_LEFT 9
test -n "${BOOT_B_LEFT}" || setenv BOOT_B_LEFT 9

setenv side
for name in ${BOOT_ORDER}; do
	if test -z "${side}"; then
		if test "${name}" = "A" && test 0x${BOOT_A_LEFT} -gt 0; then
			setexpr BOOT_A_LEFT ${BOOT_A_LEFT} - 1
			setenv side a
		fi
		if test "${name}" = "B" && test 0x${BOOT_B_LEFT} -gt 0; then
			setexpr BOOT_B_LEFT ${BOOT_B_LEFT} - 1
			setenv side b
		fi
	fi
done

# Neither has a start left. Nobody is here who could do more than try again.
if test -z "${side}"; then
	echo "No side has settled: both are tried anew."
	setenv BOOT_A_LEFT 9
	setenv BOOT_B_LEFT 9
	saveenv
	reset
fi

saveenv

# The device tree is the one that the firmware has made. The address is far above where the kernel goes.
if part number ${disk} boot-${side} number && load ${disk}:${number} ${ramdisk_addr_r} EFI/BOOT/BOOTAA64.EFI; then
	bootefi ${ramdisk_addr_r} ${fdtcontroladdr}
fi

echo "Side ${side} does not start."
reset
