use super::{Ceiling, Raise};
use crate::io::Ticket;

#[test]
fn numbers_go_on_at_the_ceiling_after_a_restart() {
    let mut ceiling = Ceiling::restored(1_000, 100);
    assert_eq!(ceiling.draw(Ticket(0)).0, 1_000);
}

#[test]
fn the_first_draw_before_the_first_commit_waits_for_it() {
    let mut ceiling = Ceiling::restored(1_000, 100);
    assert_eq!(ceiling.draw(Ticket(0)).1, Raise::Now(1_101));
}

#[test]
fn a_raise_is_asked_for_once_and_while_half_is_left() {
    let mut ceiling = Ceiling::fresh(10);
    let raises: Vec<_> = (0..7).map(|_| ceiling.draw(Ticket(0)).1).collect();
    assert_eq!(raises[..5], [Raise::None; 5]);
    assert_eq!(raises[5], Raise::Ahead(20));
    ceiling.raising(Ticket(1), 20);
    assert_eq!(ceiling.draw(Ticket(0)).1, Raise::None);
}

#[test]
fn nothing_above_the_durable_ceiling_is_drawn_without_a_commit() {
    let mut ceiling = Ceiling::fresh(10);
    ceiling.raising(Ticket(1), 20);
    for _ in 0..10 {
        assert_eq!(ceiling.draw(Ticket(0)).1, Raise::None);
    }
    assert_eq!(ceiling.draw(Ticket(0)).1, Raise::Now(21));
    assert_eq!(ceiling.draw(Ticket(1)).1, Raise::None, "the raise has become durable");
}

#[test]
fn what_is_stored_is_never_below_what_was_drawn() {
    let mut ceiling = Ceiling::fresh(4);
    for _ in 0..100 {
        let (drawn, _) = ceiling.draw(Ticket(0));
        assert!(ceiling.stored() > drawn);
    }
}
