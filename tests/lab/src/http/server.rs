use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::head::Head;
use super::{MAX_BODY, page};
use crate::{LabError, Namespace, Runtime};

/// Connections served at the same time; more wait in the kernel's queue.
const MAX_CONNECTIONS: usize = 1024;
/// Visits remembered; the oldest are forgotten first.
const MAX_VISITS: usize = 65_536;
/// A client that is silent for so long has gone.
const PATIENCE: Duration = Duration::from_secs(60);

/// A web server inside a namespace. `GET /` gives the page of the configured length, `GET /bytes/N` one of N octets;
/// the body of a POST is read, counted and thrown away. It remembers who came.
#[derive(Debug)]
pub struct Server {
    addresses: Vec<SocketAddr>,
    visits: Arc<Mutex<VecDeque<Visit>>>,
    _runtime: Runtime,
}

/// One request that was answered in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The address that the server saw: behind NAT, the gateway's.
    pub peer: SocketAddr,
    /// GET, POST.
    pub method: String,
    /// The path asked for.
    pub path: String,
    /// Octets of the request's body.
    pub received: usize,
    /// Octets of the response's body.
    pub sent: usize,
}

impl Server {
    /// Starts a server on `binds` (port 0 picks one); `GET /` will give `page_length` octets.
    ///
    /// # Errors
    /// An address cannot be bound in the namespace.
    pub fn start(namespace: &Namespace, binds: &[SocketAddr], page_length: usize) -> Result<Self, LabError> {
        let runtime = namespace.runtime()?;
        let visits = Arc::new(Mutex::new(VecDeque::new()));
        let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let mut addresses = Vec::with_capacity(binds.len());
        for &bind in binds {
            let bound = runtime.run(async move {
                let listener = TcpListener::bind(bind).await?;
                Ok((listener.local_addr()?, listener))
            })?;
            let (address, listener) = bound.map_err(LabError::io(format!("binding {bind}")))?;
            addresses.push(address);
            let desk = Desk { page_length, visits: Arc::clone(&visits), places: Arc::clone(&places) };
            runtime.spawn(desk.serve(listener));
        }
        Ok(Self { addresses, visits, _runtime: runtime })
    }

    /// Where it listens.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The requests answered so far, oldest first.
    #[must_use]
    pub fn visits(&self) -> Vec<Visit> {
        self.visits.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

#[derive(Clone)]
struct Desk {
    page_length: usize,
    visits: Arc<Mutex<VecDeque<Visit>>>,
    places: Arc<Semaphore>,
}

impl Desk {
    async fn serve(self, listener: TcpListener) {
        loop {
            let Ok(place) = Arc::clone(&self.places).acquire_owned().await else { return };
            // An accept that fails concerns one connection (ECONNABORTED) or passes (EMFILE).
            let Ok((stream, peer)) = listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            };
            let desk = self.clone();
            tokio::spawn(async move {
                // A client that breaks off is the client's affair: only whole visits count.
                let _ = timeout(PATIENCE, desk.attend(stream, peer)).await;
                drop(place);
            });
        }
    }

    async fn attend(&self, mut stream: TcpStream, peer: SocketAddr) -> io::Result<()> {
        let (head, body_read) = read_head(&mut stream).await?;
        let expected = head.content_length.unwrap_or(0);
        if expected > MAX_BODY {
            return respond(&mut stream, "413 Content Too Large", &[]).await;
        }
        discard(&mut stream, expected.saturating_sub(body_read)).await?;

        let mut words = head.first_line.split(' ');
        let method = words.next().unwrap_or_default().to_owned();
        let path = words.next().unwrap_or_default().to_owned();
        let length = match (method.as_str(), path.as_str()) {
            ("GET", "/") => Some(self.page_length),
            ("GET", other) => {
                other.strip_prefix("/bytes/").and_then(|n| n.parse().ok()).filter(|n| *n <= MAX_BODY)
            }
            ("POST", _) => Some(0),
            _ => return respond(&mut stream, "405 Method Not Allowed", &[]).await,
        };
        let Some(length) = length else { return respond(&mut stream, "404 Not Found", &[]).await };
        // Remembered before the last octet leaves: whoever has the page finds its visit here.
        self.remember(Visit { peer, method, path, received: expected, sent: length });
        respond(&mut stream, "200 OK", &page(length)).await
    }

    fn remember(&self, visit: Visit) {
        let mut visits = self.visits.lock().unwrap_or_else(PoisonError::into_inner);
        if visits.len() == MAX_VISITS {
            visits.pop_front();
        }
        visits.push_back(visit);
    }
}

/// The head, and how many octets of the body came with it.
async fn read_head(stream: &mut TcpStream) -> io::Result<(Head, usize)> {
    let mut read = Vec::new();
    loop {
        if let Some(head) = Head::parse(&read).map_err(io::Error::other)? {
            let body_read = read.len() - head.length;
            return Ok((head, body_read));
        }
        if stream.read_buf(&mut read).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

async fn discard(stream: &mut TcpStream, length: usize) -> io::Result<()> {
    let mut body = stream.take(length as u64);
    let read = tokio::io::copy(&mut body, &mut tokio::io::sink()).await?;
    if read < length as u64 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
}

async fn respond(stream: &mut TcpStream, status: &str, body: &[u8]) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/octet-stream\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await?;
    stream.shutdown().await?;
    // Wait for the client to close, so that this side's FIN is not a reset that takes the page along.
    let _ = tokio::io::copy(stream, &mut tokio::io::sink()).await;
    Ok(())
}
