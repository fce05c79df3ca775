use super::pause;

#[test]
fn pauses_double_up_to_an_hour() {
    assert_eq!([0, 1, 2, 3].map(|cycles| pause(10, cycles)), [10, 20, 40, 80]);
    assert_eq!([8, 9, 12, 255].map(|cycles| pause(10, cycles)), [2_560, 3_600, 3_600, 3_600]);
    assert_eq!(pause(3_600, 0), 3_600);
    assert_eq!(pause(u16::MAX, 255), 3_600);
}
