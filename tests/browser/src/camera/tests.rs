use super::still;

#[test]
fn the_file_holds_one_frame_of_the_image() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("still.y4m");
    still(&path, 4, 2, &[0, 255, 128, 0, 0, 0, 0, 255]).unwrap();
    let file = std::fs::read(&path).unwrap();
    let header = b"YUV4MPEG2 W4 H2 F10:1 Ip A1:1 C420jpeg\nFRAME\n";
    assert_eq!(&file[..header.len()], header);
    assert_eq!(file[header.len()..], [16, 235, 125, 16, 16, 16, 16, 235, 128, 128, 128, 128]);
}

#[test]
fn what_is_no_image_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("still.y4m");
    for (width, height, pixels) in
        [(0, 2, 0), (3, 2, 6), (2, 3, 6), (2, 2, 3), (2, 2, 5), (4000, 4000, 4), (usize::MAX, 2, 0)]
    {
        assert!(still(&path, width, height, &vec![0; pixels]).is_err(), "{width} x {height}");
    }
    assert!(!path.exists());
}
