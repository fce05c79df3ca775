use core::time::Duration;

use super::{Goal, Table, rounded, time};

#[test]
fn numbers_are_grouped_and_small_ones_keep_a_decimal() {
    let shown = [0.0, 7.25, 99.96, 100.0, 999.6, 31_234.4, 1_000_000.0].map(rounded);
    assert_eq!(shown, ["0", "7.2", "100", "100", "1,000", "31,234", "1,000,000"]);
}

#[test]
fn times_are_in_the_unit_that_fits() {
    assert_eq!(time(Duration::from_nanos(8_250)), "8.2 us");
    assert_eq!(time(Duration::from_micros(20_500)), "20.5 ms");
}

#[test]
fn a_goal_stands_beside_its_number() {
    let mut table = Table::default();
    table.heading("core alone");
    table.goal("messages per second", 41_000.0, "", Goal::AtLeast(30_000.0));
    table.goal("memory", 33.5, " MB", Goal::AtMost(32.0));
    table.row("... a remark that is longer than all names", "");
    table.row("p50", "8 us");
    let expected = "\ncore alone\n  \
        messages per second   41,000   goal 30,000: met\n  \
        memory               33.5 MB   goal 32 MB: missed\n  \
        ... a remark that is longer than all names\n  \
        p50                     8 us\n";
    assert_eq!(table.text(), expected);
}
