use super::has_entry;

#[test]
fn entries_are_found_by_their_whole_names() {
    let listed = "BootCurrent: 0001\nTimeout: 3 seconds\nBootOrder: 0002,0001\nBoot0000* UiApp\tFvVol(…)\n\
                  Boot0001* UEFI Misc Device\tPciRoot(0x0)\nBoot0002* A\tHD(1,GPT,70756d69)\n";
    assert!(has_entry(listed, "A"));
    assert!(!has_entry(listed, "B"));
    assert!(has_entry("Boot0007  B", "B"));
    assert!(!has_entry("BootNext: 0001", "A"));
}
