use pumice_model::change::Counter;
use pumice_model::rules::SessionId;

use super::*;

const CELL: AssociationId = AssociationId(1);
const OTHER: AssociationId = AssociationId(2);
const NOTHING: [u8; 0] = [];

fn persist(ticket: u64, hold: bool) -> Effect {
    Effect::Persist { ticket: Ticket(ticket), change: change(ticket), hold }
}

fn change(ceiling: u64) -> Change {
    Change::Ceiling { counter: Counter::Seq, ceiling }
}

fn send(association: AssociationId, octet: u8) -> Effect {
    Effect::Send { association, stream: 1, octets: vec![octet] }
}

/// The first octets of what is sent now; an abort is 0.
fn sent(batches: &mut Batches) -> Vec<u8> {
    let octet = |outgoing| match outgoing {
        Outgoing::Send { octets, .. } => octets[0],
        Outgoing::Abort(_) => 0,
    };
    std::iter::from_fn(|| batches.next_outgoing()).map(octet).collect()
}

fn tickets(commit: Option<(Ticket, Vec<Change>)>) -> Option<(u64, usize)> {
    commit.map(|(through, changes)| (through.0, changes.len()))
}

#[test]
fn what_waits_for_nothing_is_sent_at_once_in_order() {
    let mut batches = Batches::default();
    batches.take(&mut vec![send(CELL, 1), Effect::Abort(CELL), send(OTHER, 2)]);
    assert_eq!(sent(&mut batches), [1, 0, 2]);
    assert_eq!(batches.commit(), None);
}

#[test]
fn a_change_without_hold_makes_nothing_wait() {
    let mut batches = Batches::default();
    batches.take(&mut vec![persist(1, false), send(CELL, 1)]);
    assert_eq!(tickets(batches.commit()), Some((1, 1)));
    assert_eq!(sent(&mut batches), [1]);
}

#[test]
fn nothing_of_a_batch_that_holds_is_sent_before_its_commit() {
    let mut batches = Batches::default();
    // The send before the change in the same batch waits as well.
    batches.take(&mut vec![send(CELL, 1), persist(1, true), send(CELL, 2), Effect::Abort(OTHER)]);
    assert_eq!(sent(&mut batches), NOTHING);
    assert_eq!(tickets(batches.commit()), Some((1, 1)));
    assert_eq!(sent(&mut batches), NOTHING, "being written is not being committed");
    batches.answered(Ticket(1));
    assert_eq!(sent(&mut batches), [1, 2, 0]);
}

#[test]
fn later_batches_wait_behind_a_hold_and_keep_their_order() {
    let mut batches = Batches::default();
    batches.take(&mut vec![send(CELL, 1)]);
    batches.take(&mut vec![persist(1, true), send(CELL, 2)]);
    batches.commit();
    batches.take(&mut vec![send(OTHER, 3)]);
    batches.take(&mut vec![persist(2, true), send(CELL, 4)]);
    batches.commit();
    batches.take(&mut vec![persist(3, false), send(CELL, 5)]);
    batches.commit();
    assert_eq!(sent(&mut batches), [1]);
    batches.answered(Ticket(1));
    assert_eq!(sent(&mut batches), [2, 3]);
    batches.answered(Ticket(2));
    assert_eq!(sent(&mut batches), [4, 5], "a change without hold is not waited for");
}

#[test]
fn what_an_earlier_batch_sent_does_not_wait_for_a_later_hold() {
    let mut batches = Batches::default();
    batches.take(&mut vec![persist(1, true), send(CELL, 1)]);
    batches.take(&mut vec![persist(2, true), send(CELL, 2)]);
    batches.answered(Ticket(1));
    assert_eq!(sent(&mut batches), [1]);
}

#[test]
fn a_failed_commit_sets_free_what_waited() {
    // The core is told of the failure; phones are served from memory.
    let mut batches = Batches::default();
    batches.take(&mut vec![persist(1, true), send(CELL, 1)]);
    let (through, _) = batches.commit().unwrap();
    batches.answered(through);
    assert_eq!(sent(&mut batches), [1]);
}

#[test]
fn changes_that_the_store_has_no_room_for_go_first_the_next_time() {
    let mut batches = Batches::default();
    batches.take(&mut vec![persist(1, true), send(CELL, 1)]);
    let (_, changes) = batches.commit().unwrap();
    batches.take(&mut vec![persist(2, false)]);
    batches.commit_refused(changes);
    assert!(!batches.is_settled());
    assert_eq!(batches.commit(), Some((Ticket(2), vec![change(1), change(2)])));
    assert_eq!(sent(&mut batches), NOTHING);
    batches.answered(Ticket(2));
    assert_eq!(sent(&mut batches), [1]);
    assert!(batches.is_settled());
}

#[test]
fn answers_programs_and_events_do_not_wait() {
    let mut batches = Batches::default();
    let program = UserPlaneCommand::Remove(SessionId(1));
    let at_once = batches.take(&mut vec![
        persist(1, true),
        Effect::Program(program.clone()),
        Effect::Answer { id: CommandId(7), result: Err(Refusal::NotFound) },
    ]);
    assert_eq!(at_once.programs, [program]);
    assert_eq!(at_once.answers, [(CommandId(7), Err(Refusal::NotFound))]);
}

#[test]
fn what_waits_for_a_cell_that_began_anew_is_dropped_and_nothing_else() {
    let mut batches = Batches::default();
    batches.take(&mut vec![persist(1, true), send(CELL, 1), send(OTHER, 2), Effect::Abort(CELL)]);
    batches.forget(CELL);
    batches.take(&mut vec![send(CELL, 3)]);
    batches.answered(Ticket(1));
    assert_eq!(sent(&mut batches), [2, 3]);
    assert_eq!(batches.octets, 0);
}

#[test]
fn a_slow_disk_stops_the_input_before_memory_is_gone() {
    let mut batches = Batches::default();
    batches.take(&mut vec![persist(1, true)]);
    let message = || Effect::Send { association: CELL, stream: 1, octets: vec![0; 1 << 20] };
    for _ in 0..4 {
        batches.take(&mut vec![message()]);
        assert!(!batches.is_full());
    }
    batches.take(&mut vec![message()]);
    assert!(batches.is_full());
    batches.answered(Ticket(1));
    assert_eq!(sent(&mut batches).len(), 5);
    assert!(!batches.is_full());

    batches.take(&mut (2..=16_386).map(|ticket| persist(ticket, false)).collect());
    assert!(batches.is_full());
    batches.commit();
    assert!(!batches.is_full());
}
