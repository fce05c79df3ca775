//! Power is lost at every moment: after every prefix of what reached the disk, with what was not synced kept, dropped or
//! torn, the store opens, every FULL commit that was acknowledged is there, and nothing is half there.

use std::collections::BTreeMap;

use pumice_model::archive::PhoneUsage;
use pumice_model::box_identity::BoxIdentity;
use pumice_model::change::Durability;
use pumice_store::{Options, Store};

use crate::fixtures::{Home, audited, imsi, used};
use crate::recording_vfs::{Op, Recorder};
use crate::workload::{Expected, Random, batch, durability};

/// Marks of the recording.
const OPENED: usize = usize::MAX;

struct Recording {
    ops: Vec<Op>,
    /// The state after each commit; the first is the empty one.
    states: Vec<Expected>,
    /// For each commit whether it was FULL.
    full: Vec<bool>,
    identity: BoxIdentity,
    home: Home,
}

fn record(seed: u64, commits: usize) -> Recording {
    let home = Home::new();
    let recorder = Recorder::register();
    let options = || {
        // A small log, so that commits wait for checkpoints, too.
        Options { log_octets: 96 << 10, vfs: Some(recorder.name()), ..home.options() }
    };
    let mut random = Random(seed);
    let opened = Store::open(&home.database(), options()).unwrap();
    let (mut store, identity) = (opened.store, opened.identity);
    recorder.mark(OPENED);
    let (mut states, mut full) = (vec![Expected::default()], Vec::new());
    for n in 1..=commits {
        let changes = batch(&mut random);
        store.commit(&changes).unwrap();
        recorder.mark(n);
        let mut state = states.last().unwrap().clone();
        state.apply(&changes);
        states.push(state);
        full.push(durability(&changes) == Durability::Full);
        match random.below(12) {
            0 => store.checkpoint().unwrap(),
            1 => {
                drop(store);
                store = Store::open(&home.database(), options()).unwrap().store;
            }
            _ => {}
        }
    }
    drop(store);
    Recording { ops: recorder.ops(), states, full, identity, home }
}

/// A file as the disk and the kernel's memory have it.
#[derive(Debug, Clone, Default)]
struct Medium {
    /// What survives: nothing while the name itself does not.
    durable: Option<Vec<u8>>,
    /// What the kernel holds.
    pending: Vec<Op>,
    /// An older file of this name, whose removal may not survive.
    ghost: Option<Vec<u8>>,
    deleted: bool,
    /// Created, and not synced yet: its first sync makes the directory durable, too.
    new: bool,
}

#[derive(Debug, Clone, Copy)]
enum Loss {
    /// All that was written made it: the process died, not the power.
    Nothing,
    /// Only what was synced made it.
    Everything,
    /// Some writes made it, some sectors of others.
    Some,
}

fn media(ops: &[Op]) -> BTreeMap<String, Medium> {
    let mut media = BTreeMap::<String, Medium>::new();
    for op in ops {
        match op {
            Op::Create { file } => {
                let medium = media.entry(file.clone()).or_default();
                let ghost = if medium.deleted { medium.durable.take() } else { None };
                *medium = Medium { ghost, new: true, ..Medium::default() };
            }
            Op::Write { file, .. } | Op::Truncate { file, .. } => {
                media.entry(file.clone()).or_default().pending.push(op.clone());
            }
            Op::Sync { file } => {
                let medium = media.entry(file.clone()).or_default();
                let content = medium.durable.get_or_insert_default();
                for op in medium.pending.drain(..) {
                    apply(content, &op, |_| true);
                }
                if std::mem::take(&mut medium.new) {
                    media.retain(|_, medium| !medium.deleted);
                    media.values_mut().for_each(|medium| medium.ghost = None);
                }
            }
            Op::Delete { file } => {
                let medium = media.entry(file.clone()).or_default();
                medium.pending.clear();
                medium.deleted = true;
            }
            Op::Mark(_) => {}
        }
    }
    media
}

fn apply(content: &mut Vec<u8>, op: &Op, mut sector_survives: impl FnMut(usize) -> bool) {
    match op {
        Op::Write { offset, octets, .. } => {
            let (mut at, end) = (*offset, offset + octets.len());
            while at < end {
                let next = ((at / 512 + 1) * 512).min(end);
                if sector_survives(at) {
                    content.resize(content.len().max(next), 0);
                    content[at..next].copy_from_slice(&octets[at - offset..next - offset]);
                }
                at = next;
            }
        }
        Op::Truncate { length, .. } => content.resize(*length, 0),
        _ => {}
    }
}

impl Medium {
    /// What is found after the power is back; `None` if there is no such file.
    fn after(&self, loss: Loss, random: &mut Random) -> Option<Vec<u8>> {
        match loss {
            Loss::Nothing if self.deleted => return None,
            Loss::Everything if self.deleted => return self.durable.clone(),
            Loss::Some if self.deleted => {
                return if random.below(2) == 0 { None } else { self.durable.clone() };
            }
            _ => {}
        }
        if let (Some(ghost), Loss::Everything | Loss::Some) = (&self.ghost, loss)
            && (matches!(loss, Loss::Everything) || random.below(3) == 0)
        {
            return Some(ghost.clone());
        }
        let mut content = match (&self.durable, loss) {
            (Some(durable), _) => durable.clone(),
            (None, Loss::Everything) => return None,
            (None, Loss::Some) if random.below(4) == 0 => return None,
            (None, _) => Vec::new(),
        };
        for op in &self.pending {
            match loss {
                Loss::Nothing => apply(&mut content, op, |_| true),
                Loss::Everything => {}
                Loss::Some => match random.below(3) {
                    0 => apply(&mut content, op, |_| true),
                    1 => {}
                    _ => apply(&mut content, op, |_| random.below(2) == 0),
                },
            }
        }
        Some(content)
    }
}

/// Checks one cut; says what is wrong.
fn check(recording: &Recording, cut: usize, loss: Loss, seed: u64) -> Result<(), String> {
    let before = &recording.ops[..cut];
    let opened = before.contains(&Op::Mark(OPENED));
    let acknowledged = before.iter().filter(|op| matches!(op, Op::Mark(n) if *n != OPENED)).count();
    // The process alone died: all that was acknowledged is there, NORMAL too.
    let least = match loss {
        Loss::Nothing => acknowledged,
        _ => (1..=acknowledged).rev().find(|&n| recording.full[n - 1]).unwrap_or(0),
    };
    let most = (acknowledged + 1).min(recording.states.len() - 1);

    let home = Home::new();
    std::fs::copy(recording.home.path().join("pumice.key"), home.path().join("pumice.key")).unwrap();
    let mut random = Random(seed ^ cut as u64);
    for (file, medium) in media(before) {
        if let Some(content) = medium.after(loss, &mut random) {
            std::fs::write(home.path().join(file), content).unwrap();
        }
    }
    let found = home.open_with(home.options()).map_err(|error| error.to_string())?;
    if !found.problems.is_empty() {
        return Err(format!("{:?}", found.problems));
    }
    if opened && found.identity != recording.identity {
        return Err("the box has another identity".to_owned());
    }
    let state = Expected::from(found.state);
    if (least..=most).any(|n| recording.states[n] == state) {
        return Ok(());
    }
    let elsewhere = recording.states.iter().position(|other| *other == state);
    Err(format!("expected the state after commit {least} to {most}, found that after {elsewhere:?}"))
}

#[test]
fn every_acknowledged_commit_survives_power_loss_at_any_moment() {
    let (seeds, commits, tears) = if pumice_lab::tier::is_full() { (1..=8, 100, 5) } else { (1..=2, 36, 2) };
    let (mut cuts, mut failures) = (0, Vec::new());
    for seed in seeds {
        let recording = record(seed, commits);
        assert!(recording.ops.iter().any(|op| matches!(op, Op::Sync { file } if file == "pumice.db")));
        assert!(recording.full.contains(&true) && recording.full.contains(&false));
        for cut in 0..=recording.ops.len() {
            // Between two writes to a file of which nothing is synced the kinds of loss differ only in what is random.
            let mut losses = vec![(Loss::Nothing, 0), (Loss::Everything, 0)];
            losses.extend((1..=tears).map(|tear| (Loss::Some, tear * 1_000_003)));
            for (loss, tear) in losses {
                cuts += 1;
                if let Err(what) = check(&recording, cut, loss, seed ^ tear) {
                    failures.push(format!(
                        "seed {seed}, cut {cut} of {}, {loss:?} {tear}: {what}",
                        recording.ops.len()
                    ));
                }
            }
        }
    }
    eprintln!("{cuts} power cuts");
    assert!(
        failures.is_empty(),
        "{} failures, the first:\n{}",
        failures.len(),
        failures[..failures.len().min(10)].join("\n")
    );
}

/// What the box keeps for its people, each in a transaction: usage, the audit and a trial of settings, which must agree.
#[test]
fn what_is_kept_for_people_survives_power_loss_at_any_moment() {
    let home = Home::new();
    let recorder = Recorder::register();
    let options = Options { log_octets: 64 << 10, vfs: Some(recorder.name()), ..home.options() };
    let mut store = home.open_with(options).unwrap().store;
    recorder.mark(0);
    let rounds = if pumice_lab::tier::is_full() { 40 } else { 12 };
    for n in 1..=rounds {
        store.add_usage(&[used(1, 20_000 + n as u32, 1), used(2, 20_000 + n as u32, 5)]).unwrap();
        recorder.mark(2 * n - 1);
        store.note(&audited(n as u64)).unwrap();
        recorder.mark(2 * n);
        // A NORMAL one in between, and a checkpoint now and then.
        store.remember_time(n as u64).unwrap();
        if n % 5 == 0 {
            store.checkpoint().unwrap();
        }
    }
    drop(store);
    let ops = recorder.ops();
    let (mut cuts, mut random) = (0, Random(5));
    for cut in ops.iter().position(|op| *op == Op::Mark(0)).unwrap()..=ops.len() {
        let acknowledged = ops[..cut].iter().filter(|op| matches!(op, Op::Mark(_))).count().saturating_sub(1);
        for loss in [Loss::Nothing, Loss::Everything, Loss::Some] {
            let after = Home::new();
            std::fs::copy(home.path().join("pumice.key"), after.path().join("pumice.key")).unwrap();
            for (file, medium) in media(&ops[..cut]) {
                if let Some(content) = medium.after(loss, &mut random) {
                    std::fs::write(after.path().join(file), content).unwrap();
                }
            }
            let mut opened = after.open();
            assert_eq!(opened.problems, [], "cut {cut}");
            let sum = |usage: PhoneUsage| usage.months.iter().map(|month| month.uplink).sum::<u64>();
            let (one, two) = (opened.store.usage(imsi(1)).unwrap(), opened.store.usage(imsi(2)).unwrap());
            let (one, two) = (sum(one), sum(two));
            let newest = opened
                .store
                .audit(&Default::default())
                .unwrap()
                .items
                .first()
                .map_or(0, |newest| newest.number);
            assert_eq!(5 * one, two, "a batch of usage is there whole or not at all");
            let found = one + newest;
            assert!(newest <= one && one <= newest + 1, "in their order");
            assert!(
                (acknowledged as u64..=acknowledged as u64 + 1).contains(&found),
                "cut {cut} {loss:?}: {found} of {acknowledged}"
            );
            cuts += 1;
        }
    }
    eprintln!("{cuts} power cuts");
}

/// The tests above can fail: a store that does not sync loses what it acknowledged.
#[test]
fn a_recording_without_syncs_is_found_wanting() {
    let mut recording = record(3, 30);
    recording.ops.retain(|op| !matches!(op, Op::Sync { .. }));
    let end = recording.ops.len();
    let failed = (0..=end).rev().step_by(7).any(|cut| check(&recording, cut, Loss::Everything, 0).is_err());
    assert!(failed);
}
