do_deploy:append:pumice() {
    printf '%s\n' ${PUMICE_FIRMWARE_LINES} >>${DEPLOYDIR}/${BOOTFILES_DIR_NAME}/config.txt
}
