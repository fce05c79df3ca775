use std::time::Duration;

use super::{Unwell, proof};

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
