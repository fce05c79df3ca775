//! What was begun is done and noted, whatever the client does.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use pumice_model::people::Outcome;
use pumice_web::{Doors, WebConfig, router, serve};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tower::ServiceExt;

use crate::client::{config, request, subscriber};
use crate::fakes::House;
use crate::fakes::late::Late;
use crate::gateway::Gateway;

struct Slow {
    gateway: Arc<Gateway>,
    house: Arc<House>,
    late: Arc<Late>,
    router: Router,
}

impl Slow {
    fn new(config: WebConfig) -> Self {
        let gateway = Arc::new(Gateway::default());
        let house = Arc::new(House::default());
        let late = Late::before(gateway.clone());
        let doors = Doors {
            control: late.clone(),
            query: gateway.clone(),
            keeper: house.clone(),
            configure: house.clone(),
            machine: house.clone(),
            software: house.clone(),
        };
        Self { gateway, house, late, router: router(doors, config) }
    }

    /// Asks for a subscriber to be added.
    fn add(&self) -> impl Future<Output = axum::response::Response> + use<> {
        let body = Body::from(subscriber().to_string());
        let request = request("POST", "/api/v1/subscribers").header("content-type", "application/json");
        let answer = self.router.clone().oneshot(request.body(body).unwrap());
        async { answer.await.unwrap() }
    }

    /// Waits until it is done, then tells whether it was noted.
    async fn is_noted(&self) -> bool {
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
            if let Some(record) = self.house.state().audit.first() {
                assert_eq!(record.entry.action, "subscriber.add");
                return record.entry.outcome == Outcome::Done;
            }
        }
        false
    }
}

#[tokio::test]
async fn a_client_that_hangs_up_stops_nothing() {
    let slow = Slow::new(config());
    let asking = tokio::spawn(slow.add());
    slow.late.command().await;
    // The server drops the work of a client that has gone.
    asking.abort();
    assert!(asking.await.unwrap_err().is_cancelled());
    assert!(slow.gateway.state().subscribers.is_empty() && slow.house.state().audit.is_empty());
    slow.late.gate.add_permits(1);
    assert!(slow.is_noted().await, "it is done and noted");
    assert_eq!(slow.gateway.state().subscribers.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_change_that_takes_long_goes_on_and_is_noted_as_what_it_came_to() {
    let mut config = config();
    (config.limits.body_time, config.limits.answer_time) = (Duration::from_secs(2), Duration::from_secs(5));
    let slow = Slow::new(config);
    let begun = tokio::time::Instant::now();
    let response = slow.add().await;
    assert_eq!((response.status().as_u16(), begun.elapsed().as_secs()), (504, 7));
    assert!(slow.house.state().audit.is_empty(), "nobody knows yet what comes of it");
    slow.late.gate.add_permits(1);
    assert!(slow.is_noted().await);
    assert_eq!(slow.gateway.state().subscribers.len(), 1);
}

#[tokio::test]
async fn what_goes_on_without_a_client_is_bounded() {
    let mut config = config();
    (config.limits.connections, config.limits.questions) = (3, 16);
    let slow = Slow::new(config);
    for _ in 0..3 {
        let asking = tokio::spawn(slow.add());
        slow.late.command().await;
        asking.abort();
    }
    assert_eq!(slow.add().await.status(), 503);
    slow.late.gate.add_permits(3);
    assert!(slow.is_noted().await);
}

#[tokio::test]
async fn a_server_that_stops_waits_for_what_was_begun() {
    let slow = Slow::new(config());
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let limits = config().limits;
    let served = tokio::spawn(serve(listener, slow.router.clone(), limits, async { drop(stopped.await) }));
    let body = subscriber().to_string();
    let post = format!(
        "POST /api/v1/subscribers HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(post.as_bytes()).await.unwrap();
    slow.late.command().await;
    drop(client);
    drop(stop);
    // The listener is gone, the work is not.
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!served.is_finished());
    slow.late.gate.add_permits(1);
    served.await.unwrap().unwrap();
    assert_eq!(slow.gateway.state().subscribers.len(), 1);
    let audit = slow.house.state().audit.clone();
    assert_eq!(audit.iter().map(|record| record.entry.outcome).collect::<Vec<_>>(), [Outcome::Done]);
}
