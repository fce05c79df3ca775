//! The table message x state: every S1AP message and every NAS message (in the clear, with a wrong code, as a phone with the keys
//! protects it) meets every state of a connection. The snapshots are the table; TS 36.413 8 and 10 and TS 24.301 4.4.4.3, 5 and 7
//! are what it is read against. What must hold in every cell is asserted here:
//!
//! - no panic, and no more than [`cell::MOST_EFFECTS`] effects;
//! - never EMM cause #3, #6 or #8, which a phone takes for the end of its SIM;
//! - nothing that is not verified changes anything of the phone that it claims to come from: neither what is seen of it, nor
//!   what is stored, nor its rules in the user plane;
//! - no association is aborted, and the bystander, which is connected at the same cell, is as it was.
//!
//! Who handles which message is in [`handlers`], because it is the same in every state.
//!
//! How to read it: under each state, each message with what comes of it; last, at "all others", what most messages of the state have in
//! common, and their names. What comes of most NAS that is not protected, or wrongly, is said once at the head of a state; where
//! something else comes of it, the line says so after `clear` and `wrong`, and `right` is what comes of the protected one. In a line: what is sent, in order; `=` where the state stays, `> s1, emm` where another follows, `> gone` where the
//! connection ends; in brackets what is stored and programmed. Where nothing is sent, the counter that says why. A message that the
//! network sends in the clear is marked so.

mod cell;
mod group;
mod handlers;
mod nas_rows;
mod s1ap_rows;
mod situation;

use cell::Cell;
use group::Group;
pub(crate) use nas_rows::nas_rows;
use s1ap_rows::misnamed;
pub(crate) use s1ap_rows::s1ap_rows;
pub(crate) use situation::{Protection, Situation};

#[test]
fn s1ap() {
    let mut table = String::new();
    let mut cells = 0;
    for situation in Situation::ALL {
        let mut group = Group::new(situation);
        let (_, phone) = situation.reach();
        for (at, row) in s1ap_rows(&phone).into_iter().enumerate() {
            let cell = Cell::of_s1ap(situation, |phone| s1ap_rows(phone).swap_remove(at).octets);
            cell.check(&row.name);
            group.put(&row.name, cell.text());
            cells += 1;
        }
        table.push_str(&group.text());
    }
    println!("{cells} cells");
    insta::assert_snapshot!(table);
}

/// Who is named wrongly: TS 36.413 10.6.
#[test]
fn s1ap_ids() {
    let mut table = String::new();
    for situation in [Situation::Registered, Situation::Releasing] {
        let mut group = Group::new(situation);
        let (_, phone) = situation.reach();
        for (at, row) in misnamed(&phone).into_iter().enumerate() {
            let cell = Cell::of_s1ap(situation, |phone| misnamed(phone).swap_remove(at).octets);
            cell.check(&row.name);
            group.put(&row.name, cell.text());
        }
        table.push_str(&group.text());
    }
    insta::assert_snapshot!(table);
}

/// Every security header type (TS 24.301 9.3.1) around a tracking area update request whose code is right.
#[test]
fn envelopes() {
    let mut table = String::new();
    for situation in Situation::ALL {
        let mut group = Group::new(situation);
        for header in 0..16 {
            let cell = Cell::of_envelope(situation, header);
            cell.check(&format!("{situation:?}, header {header}"));
            group.put(&format!("header {header}"), cell.text());
        }
        table.push_str(&group.text());
    }
    insta::assert_snapshot!(table);
}

#[test]
fn nas() {
    let mut table = String::new();
    let mut cells = 0;
    for situation in Situation::ALL {
        let mut group = Group::new(situation);
        let (_, phone) = situation.reach();
        for (at, row) in nas_rows(&phone).into_iter().enumerate() {
            let columns = Protection::ALL.map(|protection| {
                let name = format!("{situation:?}, {}, {protection:?}", row.name);
                let cell = Cell::of_nas(situation, protection, at);
                cell.check(&name);
                if protection != Protection::Right {
                    cell.check_unverified(&name);
                }
                cells += 1;
                cell.text()
            });
            group.put_nas(&row.name, columns);
        }
        table.push_str(&group.text());
    }
    println!("{cells} cells");
    insta::assert_snapshot!(table);
}
