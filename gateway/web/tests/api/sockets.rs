//! The API on loopback sockets: bounds on connections, and the end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use pumice_web::{Doors, WebLimits, router, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;

use crate::client::{IMSI, config, subscriber};
use crate::fakes::House;
use crate::gateway::Gateway;

const GET: &str = "GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

struct Server {
    gateway: Arc<Gateway>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<std::io::Result<()>>,
}

impl Server {
    fn start(change: impl FnOnce(&mut WebLimits)) -> Self {
        let mut config = config();
        config.limits.header_time = Duration::from_secs(60);
        change(&mut config.limits);
        let gateway = Arc::new(Gateway::default());
        let house = Arc::new(House::default());
        let limits = config.limits.clone();
        let doors = Doors {
            control: gateway.clone(),
            query: gateway.clone(),
            keeper: house.clone(),
            configure: house.clone(),
            machine: house.clone(),
            software: house,
        };
        let router = router(doors, config);
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(serve(listener, router, limits, async move { drop(stopped.await) }));
        Self { gateway, address, stop: Some(stop), served }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends a request on a connection of its own and reads to the end.
    async fn ask(&self, request: &str) -> String {
        let mut stream = self.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        read(&mut stream).await
    }

    /// A connection that has had one answer and stays.
    async fn idle(&self) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(GET.replace("Connection: close\r\n", "").as_bytes()).await.unwrap();
        let mut octets = vec![0; 65_536];
        let mut held = 0;
        while !octets[..held].ends_with(b"}") {
            held += stream.read(&mut octets[held..]).await.unwrap();
        }
        stream
    }
}

/// All that comes until the other side ends. What it sent before it broke off counts.
async fn read(stream: &mut TcpStream) -> String {
    let mut octets = Vec::new();
    let reading = stream.read_to_end(&mut octets);
    let _ = tokio::time::timeout(Duration::from_secs(20), reading).await.expect("the connection ends");
    String::from_utf8(octets).unwrap()
}

#[tokio::test]
async fn it_serves() {
    let server = Server::start(|_| {});
    let body = subscriber().to_string();
    let post = format!(
        "POST /api/v1/subscribers HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        server.address,
        body.len()
    );
    let answer = server.ask(&post).await;
    assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
    let answer = server.ask(&GET.replace("status", &format!("subscribers/{IMSI}"))).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains(IMSI), "{answer}");
    let answer = server.ask(&GET.replace("localhost", "evil.example")).await;
    assert!(answer.starts_with("HTTP/1.1 421 "), "{answer}");
    let answer = server.ask(&GET.replace("Host: localhost\r\n", "")).await;
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("bad-host"), "{answer}");
}

#[tokio::test]
async fn what_is_no_http_is_refused() {
    let server = Server::start(|_| {});
    for noise in
        ["\r\n\r\n\0\0\0 /\r\n\r\n", "GET\r\n\r\n", "\u{16}\u{3}\u{1}\r\n\r\n", "GET / HTTP/9.9\r\n\r\n"]
    {
        let answer = server.ask(noise).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{answer}");
    }
    let long = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n", "x".repeat(70_000));
    let answer = server.ask(&long).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");
    let many = format!("GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n", "X: y\r\n".repeat(65));
    let answer = server.ask(&many).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    assert!(server.ask(GET).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn a_large_body_is_refused_before_it_is_sent() {
    let server = Server::start(|_| {});
    let head = "POST /api/v1/subscribers HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Content-Length: 999999999\r\n\r\n";
    let mut stream = server.connect().await;
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = read(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("body-too-large"), "{answer}");
}

#[tokio::test]
async fn a_header_that_does_not_come_is_given_up() {
    let server = Server::start(|limits| limits.header_time = Duration::from_millis(100));
    for start in ["", "GET /api/v1/st", "GET /api/v1/status HTTP/1.1\r\nHost: local"] {
        let mut stream = server.connect().await;
        stream.write_all(start.as_bytes()).await.unwrap();
        let answer = read(&mut stream).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408 "), "{answer}");
    }
    let mut idle = server.idle().await;
    assert_eq!(read(&mut idle).await, "");
}

#[tokio::test]
async fn a_connection_has_an_end() {
    let server = Server::start(|limits| limits.connection_time = Duration::from_millis(100));
    let mut idle = server.idle().await;
    assert_eq!(read(&mut idle).await, "");
}

#[tokio::test]
async fn the_slowest_client_gives_its_seat_to_a_new_one() {
    let server = Server::start(|limits| (limits.connections, limits.patience) = (3, Duration::ZERO));
    let mut first = server.connect().await;
    first.write_all(b"GET /api/v1/sta").await.unwrap();
    let mut second = server.idle().await;
    // A body that does not come is waiting, too.
    let mut third = server.connect().await;
    let head = "POST /api/v1/subscribers HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Content-Length: 10\r\n\r\n{";
    third.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..20 {
        let answer = server.ask(GET).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    // The one that kept us waiting longest was the first to go.
    assert_eq!(read(&mut first).await, "");
    let mut more = Vec::new();
    for _ in 0..3 {
        more.push(server.idle().await);
    }
    assert_eq!(read(&mut second).await, "");
    assert_eq!(read(&mut third).await, "");
}

#[tokio::test]
async fn a_client_that_is_served_keeps_its_seat() {
    let server = Server::start(|limits| (limits.connections, limits.patience) = (1, Duration::ZERO));
    let gate = Arc::new(Semaphore::new(0));
    server.gateway.state().gate = Some(Arc::clone(&gate));
    let body = subscriber().to_string();
    let post = format!(
        "POST /api/v1/subscribers HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut working = server.connect().await;
    working.write_all(post.as_bytes()).await.unwrap();
    while server.gateway.state().commands.is_empty() {
        tokio::task::yield_now().await;
    }
    let answer = server.ask(GET).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("retry-after: 1\r\n") && answer.contains("application/problem+json"), "{answer}");
    assert!(answer.contains("\"code\":\"busy\""), "{answer}");
    gate.add_permits(1);
    assert!(read(&mut working).await.starts_with("HTTP/1.1 201 "));
    server.gateway.state().gate = None;
    assert!(server.ask(GET).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn clients_that_are_not_slow_yet_keep_their_seats() {
    let server = Server::start(|limits| (limits.connections, limits.patience) = (2, Duration::from_secs(60)));
    let (_first, _second) = (server.idle().await, server.idle().await);
    for _ in 0..3 {
        let answer = server.ask(GET).await;
        assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    }
}

#[tokio::test]
async fn a_crowd_is_bounded_and_leaves_the_server_whole() {
    let server = Server::start(|limits| (limits.connections, limits.patience) = (4, Duration::from_secs(60)));
    let mut crowd = Vec::new();
    for _ in 0..200 {
        crowd.push(server.connect().await);
    }
    drop(crowd);
    // As they go, their seats are free again.
    for _ in 0..1_000 {
        if server.ask(GET).await.starts_with("HTTP/1.1 200 ") {
            return;
        }
    }
    panic!("the seats of those who went are not free");
}

#[tokio::test]
async fn stopping_finishes_what_was_begun() {
    let mut server = Server::start(|_| {});
    let gate = Arc::new(Semaphore::new(0));
    let mut idle = server.idle().await;
    server.gateway.state().gate = Some(Arc::clone(&gate));
    server.gateway.state().asked = 0;
    let mut looking = server.connect().await;
    looking.write_all(GET.as_bytes()).await.unwrap();
    let mut changing = server.connect().await;
    let delete = GET.replace("GET", "DELETE").replace("status", "cells/00101-macro-1");
    changing.write_all(delete.as_bytes()).await.unwrap();
    while server.gateway.state().asked < 2 {
        tokio::task::yield_now().await;
    }
    drop(server.stop.take());
    assert_eq!(read(&mut idle).await, "");
    assert!(TcpStream::connect(server.address).await.is_err());
    assert!(!server.served.is_finished());
    gate.add_permits(2);
    assert!(read(&mut looking).await.starts_with("HTTP/1.1 200 "));
    assert!(read(&mut changing).await.starts_with("HTTP/1.1 404 "));
    server.served.await.unwrap().unwrap();
}
