//! The service manager's side of `sd_notify`.

use std::io::ErrorKind;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::RealError;

/// A socket for NOTIFY_SOCKET.
#[derive(Debug)]
pub(super) struct NotifySocket {
    socket: UnixDatagram,
    path: PathBuf,
}

impl NotifySocket {
    pub(super) fn bind(path: &Path) -> Result<Self, RealError> {
        let bind = || {
            let socket = UnixDatagram::bind(path)?;
            // Short, so that a gateway that has ended meanwhile is noticed.
            socket.set_read_timeout(Some(Duration::from_millis(20)))?;
            Ok(socket)
        };
        let socket = bind().map_err(RealError::io(format!("binding {}", path.display())))?;
        Ok(Self { socket, path: path.to_owned() })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What the gateway says next, as `READY=1`; nothing, if it says nothing for a moment.
    pub(super) fn receive(&self) -> Result<Vec<String>, RealError> {
        let mut buffer = [0; 4096];
        match self.socket.recv(&mut buffer) {
            Ok(length) => {
                let text = String::from_utf8_lossy(buffer.get(..length).unwrap_or_default()).into_owned();
                Ok(text.lines().map(str::to_owned).collect())
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                Ok(Vec::new())
            }
            Err(error) => Err(RealError::io("reading what the gateway notifies")(error)),
        }
    }
}
