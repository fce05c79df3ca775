//! State Cookies that only we can have made (RFC 9260 section 5.1.3).
//!
//! dcsctp's cookie carries everything it needs to set an association up, and nothing that proves who made it. Here it is
//! sealed: bound to both transport addresses and to a time, and authenticated by HMAC-SHA256 under a key that lives as
//! long as the endpoint. So an INIT costs no memory, and a forged COOKIE ECHO reaches no protocol machine.
//!
//! ```text
//! dcsctp's cookie | made, ms (8) | instance (8) | peer's tag (4) | HMAC-SHA256 (32)
//! ```

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const TRAILER: usize = 8 + 8 + 4;
const CODE: usize = 32;

/// Both ends of an association.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Path {
    pub(crate) local: SocketAddr,
    pub(crate) peer: SocketAddr,
}

/// Makes and checks State Cookies.
#[derive(Clone)]
pub(crate) struct Sealer {
    keyed: Hmac<Sha256>,
    lifetime: Duration,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealer").field("lifetime", &self.lifetime).finish_non_exhaustive()
    }
}

/// A cookie that we made for this peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Opened<'a> {
    /// dcsctp's cookie.
    pub(crate) cookie: &'a [u8],
    /// Which life of an association the INIT met, 0 for none.
    pub(crate) instance: u64,
    /// The Initiate Tag of the INIT.
    pub(crate) peer_tag: u32,
    /// By how much the cookie is too old.
    pub(crate) stale_by: Option<Duration>,
}

impl Sealer {
    pub(crate) fn new(key: [u8; 64], lifetime: Duration) -> Self {
        Self { keyed: Hmac::new(&key.into()), lifetime }
    }

    /// Seals dcsctp's cookie at the time `now`, counted from any fixed moment.
    pub(crate) fn seal(
        &self,
        now: Duration,
        path: &Path,
        instance: u64,
        peer_tag: u32,
        cookie: &[u8],
    ) -> Vec<u8> {
        let mut sealed = cookie.to_vec();
        sealed.extend(milliseconds(now).to_be_bytes());
        sealed.extend(instance.to_be_bytes());
        sealed.extend(peer_tag.to_be_bytes());
        let code = self.code(path, &sealed).finalize().into_bytes();
        sealed.extend_from_slice(&code);
        sealed
    }

    /// Checks a cookie that came back; `None` where we didn't make it for this path. Compared in constant time.
    pub(crate) fn open<'a>(&self, now: Duration, path: &Path, sealed: &'a [u8]) -> Option<Opened<'a>> {
        let (authenticated, code) = sealed.split_at_checked(sealed.len().checked_sub(CODE)?)?;
        self.code(path, authenticated).verify_slice(code).ok()?;
        let (cookie, trailer) = authenticated.split_at_checked(authenticated.len().checked_sub(TRAILER)?)?;
        let (made, trailer) = trailer.split_first_chunk::<8>()?;
        let (instance, peer_tag) = trailer.split_first_chunk::<8>()?;
        let age = milliseconds(now).saturating_sub(u64::from_be_bytes(*made));
        Some(Opened {
            cookie,
            instance: u64::from_be_bytes(*instance),
            peer_tag: u32::from_be_bytes(*peer_tag.first_chunk::<4>()?),
            stale_by: Duration::from_millis(age).checked_sub(self.lifetime).filter(|by| !by.is_zero()),
        })
    }

    fn code(&self, path: &Path, authenticated: &[u8]) -> Hmac<Sha256> {
        let mut code = self.keyed.clone();
        for end in [path.local, path.peer] {
            let ip = match end.ip() {
                IpAddr::V4(ip) => ip.to_ipv6_mapped(),
                IpAddr::V6(ip) => ip,
            };
            code.update(&ip.octets());
            code.update(&end.port().to_be_bytes());
        }
        code.update(authenticated);
        code
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
