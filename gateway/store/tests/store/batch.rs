//! SIMs of a vendor's file, found by the number on the card.

use pumice_model::control::Refusal;
use pumice_model::keeper::BATCH;
use pumice_model::machine::BatchSim;

use crate::fixtures::{Home, batch_sim, subscriber};

#[test]
fn a_sim_is_found_by_its_number_until_it_is_removed() {
    let home = Home::new();
    let mut store = home.open().store;
    let sims: Vec<_> = (0..50).map(batch_sim).collect();
    assert_eq!(store.add_batch(&sims).unwrap(), 50);
    assert_eq!(store.add_batch(&sims[40..]).unwrap(), 0, "none of them is new");
    let other = BatchSim { subscriber: subscriber(7, 9), ..batch_sim(7) };
    assert_eq!(store.add_batch(&[other.clone(), batch_sim(50)]).unwrap(), 1);
    drop(store);
    let mut store = home.open().store;
    assert_eq!(store.batch_size().unwrap(), 51);
    assert_eq!(store.find_in_batch(&other.iccid).unwrap(), other);
    assert_eq!(store.find_in_batch(&batch_sim(50).iccid).unwrap(), batch_sim(50));
    store.remove_from_batch(&other.iccid).unwrap();
    assert_eq!(store.remove_from_batch(&other.iccid), Err(Refusal::NotFound));
    assert_eq!(store.find_in_batch(&other.iccid), Err(Refusal::NotFound));
    assert_eq!(store.batch_size().unwrap(), 50);
}

#[test]
fn a_full_batch_takes_all_or_none() {
    let home = Home::new();
    let mut store = home.open().store;
    let full = Err(Refusal::Full { limit: "batch_sims", holds: BATCH });
    let sims: Vec<_> = (0..=BATCH).map(batch_sim).collect();
    let most = BATCH as usize;
    assert_eq!(store.add_batch(&sims), full);
    assert_eq!(store.add_batch(&sims[..most - 1]).unwrap(), BATCH - 1);
    assert_eq!(store.add_batch(&sims[most - 1..]), full);
    assert_eq!(store.batch_size().unwrap(), BATCH - 1, "nothing of what was refused");
    assert_eq!(store.add_batch(&sims[..most]).unwrap(), 1);
}

#[test]
fn what_is_no_number_of_a_card_is_refused_with_all_beside_it() {
    let home = Home::new();
    let mut store = home.open().store;
    for iccid in
        ["", "8988", "89880000000000000x", "898800000000000000012", "８９８８０００００００００００００００"]
    {
        let wrong = BatchSim { iccid: iccid.to_owned(), ..batch_sim(1) };
        let refused = store.add_batch(&[batch_sim(2), wrong]);
        assert!(matches!(refused, Err(Refusal::Wrong { .. })), "{iccid}: {refused:?}");
        assert_eq!(store.find_in_batch(iccid), Err(Refusal::NotFound));
    }
    assert_eq!(store.batch_size().unwrap(), 0);
}
