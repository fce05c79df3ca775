use std::time::Duration;

use super::{Running, Unwell, left_side, proof, settled_side};
use crate::software::report::{Outcome, Record};

const LONG: Duration = Duration::from_secs(30);
const LIMIT: Duration = Duration::from_secs(300);

#[tokio::test(start_paused = true)]
async fn a_gateway_that_stays_well_proves_itself() {
    proof(&mut async || Ok(()), LONG, LIMIT).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn one_that_is_unwell_in_between_begins_anew() {
    let begun = tokio::time::Instant::now();
    let mut asked = 0;
    let mut is_well = async || {
        asked += 1;
        if asked == 10 { Err(Unwell::Now("a moment".to_owned())) } else { Ok(()) }
    };
    proof(&mut is_well, LONG, LIMIT).await.unwrap();
    assert!(
        (Duration::from_secs(50)..Duration::from_secs(55)).contains(&begun.elapsed()),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn one_that_is_never_well_for_long_fails_with_its_last_reason() {
    let begun = tokio::time::Instant::now();
    let mut asked = 0;
    let mut is_well = async || {
        asked += 1;
        if asked % 5 == 0 { Err(Unwell::Now(format!("fault {asked}"))) } else { Ok(()) }
    };
    assert!(proof(&mut is_well, LONG, LIMIT).await.unwrap_err().starts_with("fault "));
    assert!(begun.elapsed() >= LIMIT);
}

#[tokio::test(start_paused = true)]
async fn one_that_was_given_up_is_not_waited_for() {
    let begun = tokio::time::Instant::now();
    let reason = proof(&mut async || Err(Unwell::ForGood("wrong".to_owned())), LONG, LIMIT).await;
    assert_eq!(reason, Err("wrong".to_owned()));
    assert!(begun.elapsed() < Duration::from_secs(1));
}

/// By nine starts that came to nothing, or by a firmware that chose for itself.
#[test]
fn a_box_knows_that_it_runs_another_side_than_it_should() {
    let record =
        |outcome| Record { side: "B".to_owned(), version: Some("2".to_owned()), outcome, reason: None };
    let left = |outcome, running: &str| {
        let running = Running { side: running.to_owned(), version: "1".to_owned() };
        let left = left_side(&record(outcome), &running)?;
        assert_eq!((left.outcome, left.reason.is_some()), (Outcome::GoneBack, true));
        Some((left.side, left.version))
    };
    let b = Some(("B".to_owned(), Some("2".to_owned())));
    assert_eq!((left(Outcome::Tried, "A"), left(Outcome::Tried, "B")), (b.clone(), None));
    assert_eq!((left(Outcome::Settled, "A"), left(Outcome::Settled, "B")), (b, None));
    let a = Some(("A".to_owned(), None));
    assert_eq!((left(Outcome::GoneBack, "A"), left(Outcome::GoneBack, "B")), (None, a));

    let settled = |outcome| settled_side(Some(&record(outcome))).map(str::to_owned);
    let expected = [(Outcome::Tried, "A"), (Outcome::Settled, "B"), (Outcome::GoneBack, "A")];
    for (outcome, side) in expected {
        assert_eq!(settled(outcome).as_deref(), Some(side), "{outcome:?}");
    }
    assert_eq!(settled_side(None), None);
}
