//! The page over real sockets: TLS, and who may connect.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use pumice_web::site::{certificate, plain_router, router};
use pumice_web::{Doors, Neighbours, Subnet, WebLimits, serve_plain, serve_tls};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tower::ServiceExt;

use crate::browser::Site;
use crate::fakes::NOON;

const GET: &str = "GET /alive HTTP/1.1\r\nHost: pumice.local\r\nConnection: close\r\n\r\n";

struct Server {
    site: Site,
    address: SocketAddr,
    neighbours: Neighbours,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<std::io::Result<()>>,
}

impl Server {
    fn start(phones: Vec<Subnet>, limits: impl FnOnce(&mut WebLimits)) -> Self {
        let site = Site::in_use();
        let mut web = site.config.limits.web.clone();
        limits(&mut web);
        let doors = Doors {
            control: site.gateway.clone(),
            query: site.gateway.clone(),
            keeper: site.house.clone(),
            configure: site.house.clone(),
            machine: site.house.clone(),
            software: site.house.clone(),
        };
        let router = router(doors, site.config.clone());
        let identity = site.config.identity.clone();
        let neighbours = Neighbours::local(phones).counted_in(&site.config.shared);
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let until = async move { drop(stopped.await) };
        let served = tokio::spawn(serve_tls(listener, router, identity, neighbours.clone(), web, until));
        Self { site, address, neighbours, stop: Some(stop), served }
    }

    /// A client that trusts the box's authority, as one does on which `/ca.crt` was installed.
    fn client(&self, versions: &[&'static SupportedProtocolVersion]) -> TlsConnector {
        let mut roots = RootCertStore::empty();
        let der = certificate::der(&self.site.config.authority.certificate_pem).unwrap();
        roots.add(CertificateDer::from(der)).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        TlsConnector::from(Arc::new(config))
    }

    async fn ask(&self, client: &TlsConnector, name: &str, request: &str) -> std::io::Result<String> {
        let stream = TcpStream::connect(self.address).await?;
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let mut stream = client.connect(name, stream).await?;
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        stream.write_all(request.as_bytes()).await?;
        let mut octets = Vec::new();
        // A server that closes without a word of TLS has sent all the same what it sent.
        drop(stream.read_to_end(&mut octets).await);
        Ok(String::from_utf8_lossy(&octets).into_owned())
    }
}

async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut octets = Vec::new();
    let reading = stream.read_to_end(&mut octets);
    let _ = tokio::time::timeout(Duration::from_secs(20), reading).await.expect("the connection ends");
    octets
}

fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

#[tokio::test]
async fn new_and_old_browsers_are_served() {
    let server = Server::start(Vec::new(), |_| {});
    renew(&server);
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        let client = server.client(&[version]);
        let answer = server.ask(&client, "pumice.local", GET).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\n1"), "{answer}");
    }
}

/// The fixture's certificate is of a fixed day; the client judges by the clock.
fn renew(server: &Server) {
    let names = ["127.0.0.1".to_owned()];
    let leaf =
        certificate::issue(&server.site.config.authority, &certificate::new_key().unwrap(), &names, now());
    server.site.config.identity.replace(&leaf.unwrap()).unwrap();
}

#[tokio::test]
async fn another_certificate_counts_from_the_next_connection() {
    let server = Server::start(Vec::new(), |_| {});
    let client = server.client(rustls::ALL_VERSIONS);
    let before = server.site.config.identity.facts();
    server.ask(&client, "127.0.0.1", GET).await.unwrap_err();
    renew(&server);
    let answer = server.ask(&client, "127.0.0.1", &GET.replace("pumice.local", "127.0.0.1")).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert_ne!(server.site.config.identity.facts().fingerprint, before.fingerprint);
    assert_eq!(before.not_before, NOON - 86_400);
}

#[tokio::test]
async fn the_address_of_who_did_something_is_noted() {
    let server = Server::start(Vec::new(), |_| {});
    renew(&server);
    let client = server.client(rustls::ALL_VERSIONS);
    let page = server.ask(&client, "pumice.local", &GET.replace("/alive", "/login")).await.unwrap();
    let cookie = page.split("set-cookie: ").nth(1).unwrap().split(';').next().unwrap();
    let proof = page.split("name=\"_csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let body = format!("_csrf={proof}&name=owner&password=wrong");
    let post = format!(
        "POST /login HTTP/1.1\r\nHost: pumice.local\r\nOrigin: https://pumice.local\r\nCookie: {cookie}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let answer = server.ask(&client, "pumice.local", &post).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    let address = server.site.house.state().audit[0].entry.address;
    assert_eq!(address, Some("127.0.0.1".parse().unwrap()));
}

#[tokio::test]
async fn what_speaks_no_tls_is_hung_up_on() {
    let server = Server::start(Vec::new(), |limits| limits.header_time = Duration::from_millis(200));
    for noise in [GET.as_bytes(), b"\x16\x03\x01\xff\xff", b"", b"\0"] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(noise).await.unwrap();
        let answer = rest(&mut stream).await;
        assert!(!String::from_utf8_lossy(&answer).contains("HTTP"), "{answer:?}");
    }
}

#[tokio::test]
async fn phones_are_not_let_in_and_are_counted() {
    let loopback = Subnet { address: "127.0.0.0".parse().unwrap(), prefix: 8 };
    let server = Server::start(vec![loopback], |_| {});
    for _ in 0..3 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        assert!(rest(&mut stream).await.is_empty());
    }
    assert_eq!(server.neighbours.refused(), 3);
}

#[tokio::test]
async fn those_who_come_too_fast_are_hung_up_on_and_counted() {
    let server = Server::start(Vec::new(), |limits| {
        (limits.connections, limits.header_time) = (400, Duration::from_secs(60));
    });
    renew(&server);
    let mut crowd = Vec::new();
    for _ in 0..300 {
        crowd.push(TcpStream::connect(server.address).await.unwrap());
    }
    let mut config = crate::browser::api_config();
    config.shared = server.site.config.shared.clone();
    let api = server.site.api(config);
    let refused = async || -> u64 {
        let page = api.clone().oneshot(metrics_request()).await.unwrap();
        let page = crate::browser::Answer::of(page).await.text;
        let line =
            page.lines().find(|line| line.starts_with("pumice_page_handshakes_refused_total")).unwrap();
        line.rsplit(' ').next().unwrap().parse().unwrap()
    };
    // Those that were let in are still silent; the others have ended.
    let mut ended = 0;
    while refused().await != ended || ended == 0 {
        tokio::task::yield_now().await;
        ended = 0;
        for stream in &mut crowd {
            let read = tokio::time::timeout(Duration::from_millis(1), stream.read(&mut [0; 1])).await;
            ended += u64::from(read.is_ok());
        }
    }
    // A burst of 40, and 20 more in each second that this took.
    assert!((100..=260).contains(&ended), "{ended}");
    drop(crowd);
    // It passes: after a moment a client is let in again, past those who never said a word.
    let client = server.client(rustls::ALL_VERSIONS);
    while server.ask(&client, "pumice.local", GET).await.is_err() {
        tokio::task::yield_now().await;
    }
}

fn metrics_request() -> axum::http::Request<axum::body::Body> {
    let request = axum::http::Request::builder().uri("/metrics").header("host", "localhost");
    request.body(axum::body::Body::empty()).unwrap()
}

#[tokio::test]
async fn clients_that_never_say_a_word_take_no_place_of_a_handshake() {
    let server = Server::start(Vec::new(), |limits| limits.header_time = Duration::from_secs(60));
    renew(&server);
    let mut silent = Vec::new();
    for _ in 0..10 {
        silent.push(TcpStream::connect(server.address).await.unwrap());
    }
    let client = server.client(rustls::ALL_VERSIONS);
    let answer = server.ask(&client, "pumice.local", GET).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}

#[tokio::test]
async fn stopping_does_not_wait_for_who_watches() {
    let mut server = Server::start(Vec::new(), |_| {});
    renew(&server);
    let token = server.site.owner().await.cookies["__Host-pumice"].clone();
    let client = server.client(rustls::ALL_VERSIONS);
    let stream = TcpStream::connect(server.address).await.unwrap();
    let mut stream = client.connect(ServerName::try_from("pumice.local").unwrap(), stream).await.unwrap();
    let request = format!(
        "GET /live?parts=home-status HTTP/1.1\r\nHost: pumice.local\r\nCookie: __Host-pumice={token}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut octets = [0; 4096];
    assert!(stream.read(&mut octets).await.unwrap() > 0);
    drop(server.stop.take());
    let begun = std::time::Instant::now();
    server.served.await.unwrap().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn plain_http_sends_people_to_the_page() {
    let site = Site::in_use();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let router = plain_router(site.config.clone());
    let limits = site.config.limits.web.clone();
    tokio::spawn(serve_plain(listener, router, Neighbours::local([]), limits, std::future::pending()));
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(GET.replace("/alive", "/phones").as_bytes()).await.unwrap();
    let answer = String::from_utf8(rest(&mut stream).await).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 308 ") && answer.contains("location: https://pumice.local/phones\r\n"),
        "{answer}"
    );
}
