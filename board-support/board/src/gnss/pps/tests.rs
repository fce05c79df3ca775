use super::*;

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn pulse(sequence: u32) -> Option<Pulse> {
    Some(Pulse { at: Duration::ZERO, sequence })
}

/// Looks every half second from one time to another; a pulse comes with every whole second.
fn run(pps: &mut Pps, seconds: core::ops::Range<u64>, has_fix: bool) -> Phase {
    let mut phase = pps.phase();
    for half in seconds.start * 2..seconds.end * 2 {
        phase = pps.observe(millis(half * 500), pulse(u32::try_from(half / 2).unwrap()), has_fix);
    }
    phase
}

#[test]
fn locks_holds_over_and_locks_again() {
    let mut pps = Pps::new();
    assert_eq!(run(&mut pps, 1..6, true), Phase::None);
    assert_eq!(run(&mut pps, 6..20, true), Phase::Locked);
    // The antenna is gone; the receiver goes on pulsing.
    assert_eq!(run(&mut pps, 20..60, false), Phase::Holdover { since: millis(20_000) });
    assert_eq!(run(&mut pps, 60..64, true), Phase::Holdover { since: millis(20_000) });
    assert_eq!(run(&mut pps, 64..80, true), Phase::Locked);
    // The pulses stop.
    assert_eq!(pps.observe(millis(81_999), pulse(79), true), Phase::Holdover { since: millis(81_999) });
}

#[test]
fn a_missing_pulse_is_forgiven_and_two_are_not() {
    let mut pps = Pps::new();
    run(&mut pps, 1..20, true);
    assert_eq!(pps.observe(millis(21_400), pulse(19), true), Phase::Locked);
    assert_eq!(pps.observe(millis(21_600), pulse(19), true), Phase::Holdover { since: millis(21_600) });
}

#[test]
fn pulses_that_are_not_one_a_second_lock_nothing() {
    let mut pps = Pps::new();
    // Ten a second: a line that floats; two a second; one in two seconds.
    for (times, of) in [(10, 1), (2, 1), (1, 2)] {
        for second in 0..100_u32 {
            let phase = pps.observe(Duration::from_secs(second.into()), pulse(second * times / of + 1), true);
            assert_eq!(phase, Phase::None, "{times} in {of} s");
        }
    }
    let mut pps = Pps::new();
    for second in 0..100_u64 {
        assert_eq!(pps.observe(Duration::from_secs(second), pulse(0), true), Phase::None, "no pulse yet");
        assert_eq!(pps.observe(Duration::from_secs(second), None, true), Phase::None);
    }
}

#[test]
fn the_kernels_file_is_read_and_nonsense_is_not() {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("sys/class/pps/pps0");
    std::fs::create_dir_all(&directory).unwrap();
    let tree = Tree::new(root.path());
    let read = |text: &str| {
        std::fs::write(directory.join("assert"), text).unwrap();
        Pulse::read(&tree, "pps0")
    };
    let at = Duration::new(1_753_000_000, 123_456_789);
    assert_eq!(read("1753000000.123456789#42\n"), Some(Pulse { at, sequence: 42 }));
    assert_eq!(read("0.000000000#0\n"), Some(Pulse { at: Duration::ZERO, sequence: 0 }));
    for nonsense in
        ["", "#", "1.2#3", "1.1234567890#1", "1.123456789#", "-1.123456789#1", "1.123456789#4294967296", "\0"]
    {
        assert_eq!(read(nonsense), None, "{nonsense:?}");
    }
    assert_eq!(Pulse::read(&tree, "pps1"), None);
}
