//! A door from one namespace into another: whoever connects on this side is joined to an address inside.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use crate::{LabError, Namespace, Runtime};

/// Connections joined at the same time.
const MAX_CONNECTIONS: usize = 64;

/// A running forward, until it is dropped.
#[derive(Debug)]
pub struct Forward {
    address: SocketAddr,
    _runtime: Runtime,
}

impl Forward {
    /// Listens on `listen` in the calling thread's namespace, and joins each connection to `target` inside
    /// `namespace`: the host's browser reaches an API on the gateway's loopback.
    ///
    /// # Errors
    /// `listen` cannot be bound.
    pub fn start(listen: SocketAddr, namespace: &Namespace, target: SocketAddr) -> Result<Self, LabError> {
        // A socket stays in the namespace where it was made, whichever thread serves it.
        let listener = TcpListener::bind(listen).map_err(LabError::io(format!("binding {listen}")))?;
        listener.set_nonblocking(true).map_err(LabError::io("setting a socket non-blocking"))?;
        let address = listener.local_addr().map_err(LabError::io("reading a socket's address"))?;
        let runtime = namespace.runtime()?;
        runtime
            .run(async move { tokio::net::TcpListener::from_std(listener) })?
            .map(|listener| runtime.spawn(serve(listener, target)))
            .map_err(LabError::io("watching a socket"))?;
        Ok(Self { address, _runtime: runtime })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn serve(listener: tokio::net::TcpListener, target: SocketAddr) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let Ok((mut outside, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        tokio::spawn(async move {
            // A refused target closes the outer connection, which is all the answer TCP has.
            if let Ok(mut inside) = TcpStream::connect(target).await {
                let _ = copy_bidirectional(&mut outside, &mut inside).await;
            }
            drop(place);
        });
    }
}
