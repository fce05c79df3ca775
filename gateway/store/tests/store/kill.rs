//! SIGKILL at any moment: what was acknowledged over a pipe is there, and nothing is half there.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use pumice_model::query::PageRequest;
use pumice_store::{FileSealer, Options, Store};

use crate::fixtures::{Home, audited};
use crate::workload::{Expected, Random, batch};

const COMMITS: usize = 4_000;

fn options(home: &std::path::Path) -> Options {
    let sealer = FileSealer::open_or_create(&home.join("pumice.key")).unwrap();
    Options { log_octets: 128 << 10, ..Options::new(sealer) }
}

#[test]
fn what_was_acknowledged_survives_sigkill_at_any_moment() {
    let rounds = if pumice_lab::tier::is_full() { 300 } else { 25 };
    let mut random = Random(7);
    let mut most = 0;
    for round in 0..rounds {
        let home = Home::new();
        let seed = random.next();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["kill::committer", "--exact", "--nocapture"])
            .env("PUMICE_STORE_HOME", home.path())
            .env("PUMICE_STORE_SEED", seed.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged = 0;
        let mut count = |line: String| acknowledged += usize::from(line.starts_with("ACK"));
        // Every third is killed while it opens the database for the first time.
        if round % 3 > 0 {
            for _ in 0..random.below(120) {
                count(lines.next().unwrap().unwrap());
            }
        }
        let until =
            Instant::now() + Duration::from_micros(random.below(if round % 3 == 0 { 20_000 } else { 2_000 }));
        while Instant::now() < until {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What it had acknowledged before it died is still in the pipe.
        lines.map_while(Result::ok).for_each(count);
        most = most.max(acknowledged);

        let mut opened = Store::open(&home.database(), options(home.path())).unwrap();
        assert_eq!(opened.problems, [], "round {round}");
        let noted = opened
            .store
            .audit(&PageRequest::default())
            .unwrap()
            .items
            .first()
            .map_or(0, |newest| newest.number);
        assert!(
            (acknowledged as u64..=acknowledged as u64 + 1).contains(&noted),
            "round {round}: {noted} noted"
        );
        let state = Expected::from(opened.state);
        let mut history = Random(seed);
        let mut expected = Expected::default();
        (0..acknowledged).for_each(|_| expected.apply(&batch(&mut history)));
        let before = expected.clone();
        expected.apply(&batch(&mut history));
        assert!(state == before || state == expected, "round {round}: {acknowledged} acknowledged");
    }
    assert!(most > 20, "the children came far enough: {most}");
}

/// The process that the test above runs and kills; by itself it has nothing to do.
#[test]
fn committer() {
    let (Some(home), Ok(seed)) = (std::env::var_os("PUMICE_STORE_HOME"), std::env::var("PUMICE_STORE_SEED"))
    else {
        return;
    };
    let home = std::path::PathBuf::from(home);
    let mut store = Store::open(&home.join("pumice.db"), options(&home)).unwrap().store;
    let mut random = Random(seed.parse().unwrap());
    let mut out = std::io::stdout().lock();
    for n in 0..COMMITS {
        store.commit(&batch(&mut random)).unwrap();
        store.note(&audited(1)).unwrap();
        writeln!(out, "\nACK {n}").unwrap();
        out.flush().unwrap();
        if n % 37 == 36 {
            store.checkpoint().unwrap();
        }
    }
}
