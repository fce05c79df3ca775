use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::sync::Arc;
use std::sync::mpsc::{channel, sync_channel};

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use futures_util::FutureExt;
use futures_util::future::join_all;
use zeroize::Zeroizing;

use super::{Crowded, Hasher, Job, WAITING, serve};

fn secret(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

#[tokio::test]
async fn a_hash_knows_its_password_and_no_other() {
    let hasher = Hasher::default();
    let hash = hasher.hash(secret("mango-tree-7")).await.unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$") && !hash.contains("mango"), "{hash}");
    assert_ne!(hash, hasher.hash(secret("mango-tree-7")).await.unwrap());
    assert!(hasher.verify(secret("mango-tree-7"), Some(hash.clone())).await.unwrap());
    assert!(!hasher.verify(secret("mango-tree-8"), Some(hash.clone())).await.unwrap());
    assert!(!hasher.verify(secret(""), Some(hash)).await.unwrap());
}

#[tokio::test]
async fn hashes_are_those_that_others_make() {
    let hasher = Hasher::default();
    let ours = hasher.hash(secret("mango-tree-7")).await.unwrap();
    Argon2::default().verify_password(b"mango-tree-7", ours.as_str()).unwrap();
    let theirs = Argon2::default().hash_password_with_salt(b"mango-tree-7", b"a salt of 16 oct").unwrap();
    assert!(hasher.verify(secret("mango-tree-7"), Some(theirs.to_string())).await.unwrap());
}

#[tokio::test]
async fn without_an_account_there_is_work_and_no_way_in() {
    let hasher = Hasher::default();
    let greedy = "$argon2id$v=19$m=4000000,t=2,p=1$c2FsdHNhbHRzYWx0$c2FsdHNhbHRzYWx0".to_owned();
    for kept in [
        None,
        Some(String::new()),
        Some("$argon2id$v=19$m=1".to_owned()),
        Some("plain".to_owned()),
        Some(greedy),
    ] {
        assert!(!hasher.verify(secret("nobody's"), kept).await.unwrap());
    }
}

#[tokio::test]
async fn of_many_one_at_a_time_is_worked_at_and_one_more_than_may_wait_is_sent_away() {
    let hasher = Hasher::default();
    let (begun, begins) = channel();
    let (go_on, goes_on) = sync_channel(0);
    let first = tokio::spawn({
        let hasher = hasher.clone();
        async move {
            let work = move |_: &mut _| {
                begun.send(()).unwrap();
                goes_on.recv().unwrap();
            };
            hasher.work(work).await
        }
    });
    tokio::task::yield_now().await;
    begins.recv().unwrap();
    // While the first is worked at, others wait.
    let (at_once, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut waiting: Vec<_> = (0..WAITING)
        .map(|_| {
            let (at_once, most) = (Arc::clone(&at_once), Arc::clone(&most));
            hasher
                .work(move |_| {
                    most.fetch_max(at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::yield_now();
                    at_once.fetch_sub(1, Ordering::SeqCst);
                })
                .boxed()
        })
        .collect();
    for work in &mut waiting {
        assert_eq!(work.now_or_never(), None);
    }
    assert_eq!(hasher.verify(secret("mango-tree-7"), None).now_or_never(), Some(Err(Crowded)));
    assert_eq!(most.load(Ordering::SeqCst), 0, "nobody else was worked at");
    go_on.send(()).unwrap();
    first.await.unwrap().unwrap();
    assert!(join_all(waiting).await.iter().all(Result::is_ok));
    assert_eq!(most.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn many_who_try_at_once_are_judged_by_one_thread_in_one_memory() {
    let hasher = Hasher::default();
    let places = (0..=WAITING).map(|_| {
        hasher.work(|memory| {
            let mut out = [0; 32];
            memory.derive(&Argon2::default(), b"secret", b"salt of 16 octet", &mut out).unwrap();
            (std::thread::current().id(), core::ptr::from_ref(memory).addr())
        })
    });
    let places: Vec<_> = join_all(places).await.into_iter().flatten().collect();
    assert!(places.len() >= WAITING && places.iter().all(|place| *place == places[0]), "{places:?}");
}

#[tokio::test]
async fn nothing_is_done_for_who_has_gone() {
    let hasher = Hasher::default();
    let (go_on, goes_on) = sync_channel::<()>(0);
    let first = hasher.work(move |_| goes_on.recv().unwrap()).boxed();
    let mut first = first;
    assert_eq!((&mut first).now_or_never(), None);
    let done = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&done);
    let mut gone = hasher.work(move |_| count.fetch_add(1, Ordering::SeqCst)).boxed();
    assert_eq!((&mut gone).now_or_never(), None);
    drop(gone);
    go_on.send(()).unwrap();
    first.await.unwrap();
    hasher.work(|_| ()).await.unwrap();
    assert_eq!(done.load(Ordering::SeqCst), 0);
}

#[test]
fn memory_goes_back_to_the_system_when_there_is_nothing_to_do() {
    let (jobs, queue) = sync_channel::<Job>(4);
    let (seen, sees) = channel();
    let thread = std::thread::spawn(move || serve(&queue, Duration::ZERO));
    let uses = |memory: &mut crate::argon::Memory| {
        let mut out = [0; 32];
        memory.derive(&Argon2::default(), b"secret", b"salt of 16 octet", &mut out).unwrap();
    };
    let tells = seen.clone();
    jobs.send(Box::new(move |memory| {
        uses(memory);
        tells.send(memory.is_free()).unwrap();
    }))
    .unwrap();
    assert!(!sees.recv().unwrap());
    // The thread has found its queue empty before it is asked again, or will not be idle and says so another time.
    let freed = (0..1_000).any(|_| {
        let tells = seen.clone();
        jobs.send(Box::new(move |memory| tells.send(memory.is_free()).unwrap())).unwrap();
        sees.recv().unwrap()
    });
    assert!(freed);
    drop(jobs);
    thread.join().unwrap();
}
