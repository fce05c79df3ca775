//! The sockets: connections of bounded number, life and patience, with and without TLS.

use core::future::Future;
use core::net::{IpAddr, SocketAddr};
use core::pin::pin;
use core::time::Duration;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use pumice_model::control::Refusal;
use rustls::ServerConfig;
use rustls::server::Acceptor;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use crate::config::WebLimits;
use crate::deeds::Working;
use crate::error::WebError;
use crate::handshakes::{Handshakes, LONGEST};
use crate::neighbours::Neighbours;
use crate::seats::{Seats, Taken};
use crate::site::tls::TlsIdentity;

/// Octets of a request's header, and how many fields it may have.
const HEADER: usize = 16 << 10;
const HEADER_FIELDS: usize = 64;

/// How many clients are told at one time that there is no seat. More are hung up on.
const TURNED_AWAY: usize = 8;

/// The time that a client has to read that there is no seat.
const FAREWELL: Duration = Duration::from_secs(1);

/// The time to wait when the system has no descriptor for one more connection.
const OUT_OF_DESCRIPTORS: Duration = Duration::from_millis(100);

/// Serves the API on a socket that listens, until `shutdown` is ready; then what was begun is finished. Runs in a tokio
/// runtime with time and I/O. Fails only if the socket cannot be used at all.
pub async fn serve(
    listener: std::net::TcpListener,
    router: Router,
    limits: WebLimits,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    run(listener, router, Entrance { neighbours: Neighbours::everyone(), tls: None }, limits, shutdown).await
}

/// Serves a service without TLS to the neighbours of the box alone: what tells people where the page is. Otherwise as
/// [`serve`].
pub async fn serve_plain(
    listener: std::net::TcpListener,
    router: Router,
    neighbours: Neighbours,
    limits: WebLimits,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    run(listener, router, Entrance { neighbours, tls: None }, limits, shutdown).await
}

/// Serves a service over TLS to the neighbours of the box alone. A client has [`WebLimits::header_time`] for its hello and its turn, and
/// then a few seconds for its handshake; those that come too fast are hung up on ([`Neighbours::counted_in`]).
/// The identity may be replaced while this runs. Otherwise as [`serve`].
pub async fn serve_tls(
    listener: std::net::TcpListener,
    router: Router,
    identity: TlsIdentity,
    neighbours: Neighbours,
    limits: WebLimits,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let config = identity.server_config().map_err(io::Error::other)?;
    let tls = Some(Tls { config, handshakes: neighbours.handshakes.clone() });
    run(listener, router, Entrance { neighbours, tls }, limits, shutdown).await
}

/// What stands before a service.
struct Entrance {
    neighbours: Neighbours,
    tls: Option<Tls>,
}

#[derive(Clone)]
struct Tls {
    config: Arc<ServerConfig>,
    handshakes: Handshakes,
}

impl Tls {
    /// Shakes hands with a client that has said hello. One that breaks it off, or speaks no TLS, is nobody.
    async fn accept(&self, stream: TcpStream, patience: Duration) -> Option<TlsStream<TcpStream>> {
        let begun = Instant::now();
        let hello =
            timeout(patience, LazyConfigAcceptor::new(Acceptor::default(), stream)).await.ok()?.ok()?;
        let rest = patience.saturating_sub(begun.elapsed());
        let Ok(place) = timeout(rest, self.handshakes.place()).await else {
            self.handshakes.refused.count();
            return None;
        };
        let shaken = timeout(LONGEST, hello.into_stream(Arc::clone(&self.config))).await;
        drop(place?);
        shaken.ok()?.ok()
    }
}

async fn run(
    listener: std::net::TcpListener,
    router: Router,
    entrance: Entrance,
    limits: WebLimits,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let seats = Seats::new(limits.connections, limits.patience);
    let rest = limits.body_time + limits.answer_time;
    let limits = Arc::new(limits);
    let (stop, stopping) = watch::channel(false);
    let (working, all_done) = Working::new();
    let mut served = JoinSet::new();
    let mut turned_away = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    let mut full = false;
    loop {
        let (stream, peer) = tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(_) = served.join_next() => continue,
            Some(_) = turned_away.join_next() => continue,
            accepted = accept(&listener) => accepted,
        };
        if !entrance.neighbours.admits(peer, stream.local_addr().ok()) {
            continue;
        }
        if entrance.tls.as_ref().is_some_and(|tls| !tls.handshakes.admit()) {
            continue;
        }
        match seats.take() {
            Some(seat) => {
                full = false;
                let visit = Visit {
                    peer: Peer(peer.ip().to_canonical()),
                    taken: seat,
                    router: router.clone(),
                    limits: Arc::clone(&limits),
                    stopping: Stopping(stopping.clone()),
                    working: working.clone(),
                };
                served.spawn(visit.begin(stream, entrance.tls.clone()));
            }
            None => {
                if !core::mem::replace(&mut full, true) {
                    tracing::warn!(connections = limits.connections, "no room for one more client");
                }
                // To say so under TLS would cost a handshake each.
                if entrance.tls.is_none() && turned_away.len() < TURNED_AWAY {
                    turned_away.spawn(timeout(FAREWELL, turn_away(stream)));
                }
            }
        }
    }
    drop(listener);
    stop.send_replace(true);
    while served.join_next().await.is_some() {}
    drop(working);
    // What clients began who have gone is finished, too.
    let _ = timeout(rest, all_done.wait()).await;
    Ok(())
}

/// From where a request comes; on each request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Ready when the server stops; on each request, for answers that have no end of their own.
#[derive(Debug, Clone)]
pub(crate) struct Stopping(watch::Receiver<bool>);

impl Stopping {
    pub(crate) async fn stopped(&mut self) {
        // A server that is gone has stopped.
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                tracing::warn!(%error, "no connection accepted");
                sleep(OUT_OF_DESCRIPTORS).await;
            }
        }
    }
}

/// A connection with what it needs.
struct Visit {
    peer: Peer,
    taken: Taken,
    router: Router,
    limits: Arc<WebLimits>,
    stopping: Stopping,
    working: Working,
}

impl Visit {
    async fn begin(mut self, stream: TcpStream, tls: Option<Tls>) {
        let Some(tls) = tls else { return self.converse(stream).await };
        let seat = Arc::clone(&self.taken.seat);
        // A client that gives up, or speaks no TLS, is as gone as one that is too slow.
        let stream = tokio::select! {
            stream = tls.accept(stream, self.limits.header_time) => stream,
            () = seat.lost() => return,
            () = self.stopping.stopped() => return,
        };
        if let Some(stream) = stream {
            self.converse(stream).await;
        }
    }

    async fn converse(mut self, stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) {
        let Self { peer, taken, router, limits, stopping, working } = &mut self;
        let seat = &taken.seat;
        let service = TowerToHyperService::new(router.clone());
        let (peer, ending) = (*peer, stopping.clone());
        let service = service_fn(|mut request: Request<Incoming>| {
            seat.works();
            let extensions = request.extensions_mut();
            extensions.insert(Arc::clone(seat));
            extensions.insert(peer);
            extensions.insert(ending.clone());
            extensions.insert(working.clone());
            let answer = service.call(request.map(Body::new));
            async {
                let answer = answer.await;
                seat.waits_for_client();
                answer
            }
        });
        let mut connection = pin!(builder(limits).serve_connection(TokioIo::new(stream), service));
        // A connection that breaks, or whose client is slow, ends: there is no one to tell.
        tokio::select! {
            _ = connection.as_mut() => return,
            () = seat.lost() => return,
            () = sleep(limits.connection_time) => {}
            () = stopping.stopped() => {}
        }
        connection.as_mut().graceful_shutdown();
        let rest = limits.body_time + limits.answer_time;
        tokio::select! {
            _ = timeout(rest, connection) => {}
            () = seat.lost() => {}
        }
    }
}

fn builder(limits: &WebLimits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_time)
        .max_buf_size(HEADER)
        .max_headers(HEADER_FIELDS);
    builder
}

/// Tells a client that there is no seat.
async fn turn_away(stream: TcpStream) {
    let service = service_fn(async |_: Request<Incoming>| {
        Ok::<_, core::convert::Infallible>(axum::response::IntoResponse::into_response(WebError::Refused(
            Refusal::Busy,
        )))
    });
    let connection = http1::Builder::new()
        .keep_alive(false)
        .max_buf_size(HEADER)
        .max_headers(HEADER_FIELDS)
        .serve_connection(TokioIo::new(stream), service);
    // It may have gone already.
    let _ = connection.await;
}
