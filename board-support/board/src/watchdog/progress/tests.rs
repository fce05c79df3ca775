use super::*;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn starve(names: &[&'static str]) -> Verdict {
    Verdict::Starve(names.iter().copied().collect())
}

#[test]
fn feeds_while_everybody_makes_progress() {
    let mut watch = ProgressWatch::new();
    let core = watch.add("core", seconds(5), seconds(0)).unwrap();
    let store = watch.add("store", seconds(30), seconds(0)).unwrap();
    for second in 1..200 {
        core.made();
        if second % 30 == 0 {
            store.made();
        }
        assert_eq!(watch.verdict(seconds(second)), Verdict::Feed, "at {second}");
    }
}

#[test]
fn starves_for_one_that_is_stuck_and_names_it() {
    let mut watch = ProgressWatch::new();
    let core = watch.add("core", seconds(5), seconds(0)).unwrap();
    let store = watch.add("store", seconds(30), seconds(0)).unwrap();
    store.made();
    for second in 1..=5 {
        assert_eq!(watch.verdict(seconds(second)), Verdict::Feed);
    }
    assert_eq!(watch.verdict(seconds(6)), starve(&["core"]));
    assert_eq!(watch.verdict(seconds(32)), starve(&["core", "store"]));
    core.made();
    assert_eq!(watch.verdict(seconds(33)), starve(&["store"]));
    store.made();
    core.made();
    assert_eq!(watch.verdict(seconds(34)), Verdict::Feed, "it came back in time");
}

#[test]
fn a_part_whose_thread_died_is_stuck_and_one_that_ended_is_not() {
    let mut watch = ProgressWatch::new();
    let core = watch.add("core", seconds(5), seconds(0)).unwrap();
    core.made();
    drop(core);
    assert_eq!(watch.verdict(seconds(1)), Verdict::Feed);
    assert_eq!(watch.verdict(seconds(7)), starve(&["core"]));
    watch.forget("core");
    assert_eq!(watch.verdict(seconds(8)), Verdict::Feed);
}

#[test]
fn progress_from_another_thread_counts() {
    let mut watch = ProgressWatch::new();
    let core = watch.add("core", seconds(5), seconds(0)).unwrap();
    std::thread::spawn(move || core.made()).join().unwrap();
    assert_eq!(watch.verdict(seconds(100)), Verdict::Feed);
    assert_eq!(watch.verdict(seconds(106)), starve(&["core"]));
}

#[test]
fn the_last_place_is_given_and_the_next_one_refused() {
    let mut watch = ProgressWatch::new();
    for _ in 0..MAX_PARTS {
        watch.add("part", seconds(1), seconds(0)).unwrap();
    }
    assert_eq!(watch.add("one more", seconds(1), seconds(0)).unwrap_err(), TooManyParts);
    let Verdict::Starve(stuck) = watch.verdict(seconds(2)) else { panic!("all are stuck") };
    assert_eq!(stuck.len(), MAX_PARTS);
}
