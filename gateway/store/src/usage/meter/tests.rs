use proptest::prelude::*;

use super::*;

fn imsi(n: u8) -> Imsi {
    Imsi::parse(&format!("0010100000000{n:02}")).unwrap()
}

fn at(seconds: u64) -> Instant {
    Instant::after_start(Duration::from_secs(seconds))
}

const TODAY: Day = Day(20_000);

#[test]
fn only_what_is_new_is_counted() {
    let mut meter = UsageMeter::default();
    assert!(meter.observe(imsi(1), 1, 100, 1_000, TODAY));
    assert!(meter.observe(imsi(1), 1, 100, 1_000, TODAY));
    assert!(meter.observe(imsi(1), 1, 150, 1_000, TODAY));
    assert!(meter.observe(imsi(1), 1, 170, 1_500, Day(20_001)));
    let rows: Vec<_> = meter.waiting(imsi(1)).collect();
    let row = |day, uplink, downlink| DayUsage { imsi: imsi(1), day, uplink, downlink };
    assert_eq!(rows, [row(TODAY, 150, 1_000), row(Day(20_001), 20, 500)]);
    assert_eq!(meter.take_all(), rows);
    assert_eq!(meter.take_all(), []);
}

#[test]
fn a_counter_that_began_anew_counts_from_nothing() {
    let mut meter = UsageMeter::default();
    meter.observe(imsi(1), 1, 100, 1_000, TODAY);
    meter.observe(imsi(1), 1, 20, 5_000, TODAY);
    meter.observe(imsi(1), 2, 7, 0, TODAY);
    meter.end(imsi(1), 2);
    meter.observe(imsi(1), 2, 8, 0, TODAY);
    assert_eq!(
        meter.take_all(),
        [DayUsage { imsi: imsi(1), day: TODAY, uplink: 100 + 20 + 7 + 8, downlink: 6_000 }]
    );
}

#[test]
fn the_disk_is_asked_once_a_minute() {
    let mut meter = UsageMeter::default();
    assert_eq!(meter.take_due(at(0)), []);
    meter.observe(imsi(1), 1, 1, 0, TODAY);
    assert_eq!(meter.take_due(at(1)).len(), 1);
    meter.observe(imsi(1), 1, 2, 0, TODAY);
    assert_eq!(meter.take_due(at(60)), []);
    assert_eq!(meter.take_due(at(61)).len(), 1);
    assert_eq!(meter.take_due(at(200)), [], "nothing is new");
}

#[test]
fn what_finds_no_room_is_counted_later() {
    let mut meter = UsageMeter::new(MeterBounds { sessions: 2, rows: 2 });
    assert!(meter.observe(imsi(1), 1, 1, 0, TODAY));
    assert!(meter.observe(imsi(2), 1, 2, 0, TODAY));
    assert!(!meter.observe(imsi(3), 1, 3, 0, TODAY), "no session");
    meter.end(imsi(1), 1);
    assert!(!meter.observe(imsi(3), 1, 4, 0, TODAY), "no row");
    assert!(meter.observe(imsi(2), 1, 7, 0, Day(20_001)), "on its other day");
    assert_eq!(meter.waiting(imsi(2)).map(|row| (row.day, row.uplink)).collect::<Vec<_>>(), [(TODAY, 7)]);
    let rows = meter.take_all();
    assert!(meter.observe(imsi(3), 1, 5, 0, TODAY));
    assert!(meter.observe(imsi(2), 1, 8, 0, TODAY));
    meter.give_back(rows);
    let total: u64 = meter.take_all().iter().map(|row| row.uplink).sum();
    assert_eq!(total, 1 + 8 + 5);
}

#[derive(Debug, Clone)]
enum Step {
    Use {
        phone: u8,
        uplink: u64,
        downlink: u64,
    },
    Look {
        phone: u8,
        day: u32,
    },
    /// A last look, then a new session from 0.
    Restart {
        phone: u8,
        day: u32,
        same_number: bool,
    },
    Take {
        later: u64,
        written: bool,
    },
    Answer,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..3_u8, 0..5_000_u64, 0..5_000_u64)
            .prop_map(|(phone, uplink, downlink)| Step::Use { phone, uplink, downlink }),
        4 => (0..3_u8, 0..4_u32).prop_map(|(phone, day)| Step::Look { phone, day }),
        1 => (0..3_u8, 0..4_u32, any::<bool>())
            .prop_map(|(phone, day, same_number)| Step::Restart { phone, day, same_number }),
        2 => (0..90_u64, any::<bool>()).prop_map(|(later, written)| Step::Take { later, written }),
        2 => Just(Step::Answer),
    ]
}

proptest! {
    /// Whatever happens in whatever order: what is on the disk, on its way and waiting is what was used.
    #[test]
    fn nothing_is_lost_or_counted_twice(steps in prop::collection::vec(step(), 1..200), rows in 1..12_usize) {
        let mut meter = UsageMeter::new(MeterBounds { sessions: 16, rows });
        // Of each phone: the number of its session, what that has used, what all sessions have used.
        let mut phones = [(0_u64, Amounts::default(), Amounts::default()); 3];
        let mut disk = [Amounts::default(); 3];
        let mut on_the_way: Vec<(Vec<DayUsage>, bool)> = Vec::new();
        let mut now = 0;
        let slot = |imsi: Imsi| (0..3).find(|n| super::tests::imsi(*n) == imsi).unwrap() as usize;
        for step in steps {
            match step {
                Step::Use { phone, uplink, downlink } => {
                    let (_, session, all) = &mut phones[phone as usize];
                    let used = Amounts { uplink, downlink };
                    (*session, *all) = (session.and(used), all.and(used));
                }
                Step::Look { phone, day } => {
                    let (number, used, _) = phones[phone as usize];
                    meter.observe(imsi(phone), number, used.uplink, used.downlink, Day(20_000 + day));
                }
                Step::Restart { phone, day, same_number } => {
                    let (number, used, _) = &mut phones[phone as usize];
                    let seen = meter.observe(imsi(phone), *number, used.uplink, used.downlink, Day(20_000 + day));
                    // A session that was not seen to its end cannot be ended: whoever has the meter waits.
                    if seen {
                        meter.end(imsi(phone), *number);
                        *number += u64::from(!same_number);
                        *used = Amounts::default();
                    }
                }
                Step::Take { later, written } => {
                    now += later;
                    on_the_way.push((meter.take_due(at(now)), written));
                }
                Step::Answer => {
                    if !on_the_way.is_empty() {
                        let (rows, written) = on_the_way.remove(0);
                        if written {
                            for row in rows {
                                let sum = &mut disk[slot(row.imsi)];
                                *sum = sum.and(Amounts { uplink: row.uplink, downlink: row.downlink });
                            }
                        } else {
                            meter.give_back(rows);
                        }
                    }
                }
            }
            // Where there is room, a look now would miss nothing.
        }
        for (rows, _) in on_the_way {
            meter.give_back(rows);
        }
        let flush = |meter: &mut UsageMeter, disk: &mut [Amounts; 3]| {
            for row in meter.take_all() {
                let sum = &mut disk[slot(row.imsi)];
                *sum = sum.and(Amounts { uplink: row.uplink, downlink: row.downlink });
            }
        };
        for (phone, (number, used, _)) in (0_u8..).zip(phones) {
            flush(&mut meter, &mut disk);
            prop_assert!(meter.observe(imsi(phone), number, used.uplink, used.downlink, TODAY));
        }
        flush(&mut meter, &mut disk);
        prop_assert_eq!(disk, phones.map(|(_, _, all)| all));
    }
}
