//! The socket: connections of bounded number, life and patience.

use core::future::Future;
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
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::config::WebLimits;
use crate::error::WebError;
use crate::seats::{Seats, Taken};

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
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let seats = Seats::new(limits.connections, limits.patience);
    let limits = Arc::new(limits);
    let (stop, stopping) = watch::channel(false);
    let mut served = JoinSet::new();
    let mut turned_away = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    let mut full = false;
    loop {
        let stream = tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(_) = served.join_next() => continue,
            Some(_) = turned_away.join_next() => continue,
            accepted = accept(&listener) => accepted,
        };
        match seats.take() {
            Some(seat) => {
                full = false;
                served.spawn(connection(stream, router.clone(), seat, Arc::clone(&limits), stopping.clone()));
            }
            None => {
                if !core::mem::replace(&mut full, true) {
                    tracing::warn!(
                        connections = limits.connections,
                        "no room for one more client of the local API"
                    );
                }
                if turned_away.len() < TURNED_AWAY {
                    turned_away.spawn(timeout(FAREWELL, turn_away(stream)));
                }
            }
        }
    }
    drop(listener);
    stop.send_replace(true);
    while served.join_next().await.is_some() {}
    Ok(())
}

async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                tracing::warn!(%error, "no connection accepted");
                sleep(OUT_OF_DESCRIPTORS).await;
            }
        }
    }
}

async fn connection(
    stream: TcpStream,
    router: Router,
    taken: Taken,
    limits: Arc<WebLimits>,
    mut stopping: watch::Receiver<bool>,
) {
    let seat = &taken.seat;
    let router = TowerToHyperService::new(router);
    let service = service_fn(|mut request: Request<Incoming>| {
        seat.works();
        request.extensions_mut().insert(Arc::clone(seat));
        let answer = router.call(request.map(Body::new));
        async {
            let answer = answer.await;
            seat.waits_for_client();
            answer
        }
    });
    let mut connection = pin!(builder(&limits).serve_connection(TokioIo::new(stream), service));
    // A connection that breaks, or whose client is slow, ends: there is no one to tell.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = seat.lost() => return,
        () = sleep(limits.connection_time) => {}
        _ = stopping.wait_for(|stop| *stop) => {}
    }
    connection.as_mut().graceful_shutdown();
    let rest = limits.body_time + limits.answer_time;
    tokio::select! {
        _ = timeout(rest, connection) => {}
        () = seat.lost() => {}
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
