//! What the process may do: little, and each thread only what it needs.
//!
//! Capabilities belong to threads and pass to the threads that they start. So the process becomes its user while it has one
//! thread; each room is then opened from a short-lived thread that has just what that room needs ([`Confined`]), and what the
//! room starts has no more; and the main thread gives up all.
//!
//! | thread | keeps | why |
//! |---|---|---|
//! | main, store | nothing | |
//! | user plane | CAP_NET_ADMIN | removes the NAT rules at the end |
//! | SCTP in user space | CAP_NET_RAW | raw sockets |
//! | captures | CAP_NET_RAW | packet sockets, when somebody looks for a fault |
//! | board | CAP_SYS_TIME, if `clock.set` | sets the clock |

use std::ffi::CString;
use std::{io, thread};

use caps::errors::CapsError;
use caps::{CapSet, Capability, CapsHashSet};
use nix::errno::Errno;
use nix::sys::prctl;
use nix::unistd::{User, geteuid, initgroups, setresgid, setresuid};

#[cfg(test)]
mod tests;

/// Why privileges could not be had or given up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum PrivilegeError {
    /// Capabilities could not be changed.
    #[error("changing capabilities: {0}")]
    Capabilities(#[from] CapsError),
    /// A capability is missing.
    #[error(
        "{missing} is missing, {purpose}: run as root, or let the service manager give it \
         (AmbientCapabilities={missing})"
    )]
    Missing {
        /// Which.
        missing: Capability,
        /// For what.
        purpose: &'static str,
    },
    /// A system call failed.
    #[error("{doing}: {source}")]
    System {
        /// What was being done.
        doing: &'static str,
        /// Its reason.
        source: Errno,
    },
    /// A thread could not be started.
    #[error("starting a thread: {0}")]
    Thread(io::Error),
    /// The configured user is not there.
    #[error("there is no user {name:?} (process.user); make it: useradd --system {name}")]
    UnknownUser {
        /// Its name.
        name: String,
    },
}

/// The capabilities that this process may still use when it opens its rooms.
#[derive(Debug, Clone)]
pub(crate) struct Confined {
    held: CapsHashSet,
}

impl Confined {
    /// Becomes the user, if one is named, and gives up what no room needs. Called while there is one thread.
    pub(crate) fn enter(user: Option<&str>) -> Result<Self, PrivilegeError> {
        prctl::set_no_new_privs().map_err(system("giving up new privileges"))?;
        let user = user.map(find).transpose()?.filter(|user| user.uid != geteuid());
        let permitted = caps::read(None, CapSet::Permitted)?;
        let wanted = CapsHashSet::from([
            Capability::CAP_NET_ADMIN,
            Capability::CAP_NET_BIND_SERVICE,
            Capability::CAP_NET_RAW,
            Capability::CAP_SYS_TIME,
        ]);
        let held: CapsHashSet = wanted.intersection(&permitted).copied().collect();
        let confined = Self { held };
        confined.demand(Capability::CAP_NET_ADMIN, "which the TUN device and NAT need")?;
        give_up_bounds();
        if let Some(user) = user {
            become_user(&user, &permitted)?;
        }
        set(&confined.held)?;
        // After setresuid(2), which sets it by itself: keys must not get into a core file.
        prctl::set_dumpable(false).map_err(system("forbidding core files"))?;
        Ok(confined)
    }

    /// Whether a capability is there for the room that needs it.
    pub(crate) fn demand(&self, capability: Capability, purpose: &'static str) -> Result<(), PrivilegeError> {
        if self.held.contains(&capability) {
            return Ok(());
        }
        Err(PrivilegeError::Missing { missing: capability, purpose })
    }

    /// Opens a room with these capabilities and no others: the threads that it starts have no more.
    pub(crate) fn open<T: Send>(
        &self,
        capabilities: &[Capability],
        open: impl FnOnce() -> T + Send,
    ) -> Result<T, PrivilegeError> {
        let wanted: CapsHashSet = capabilities.iter().copied().collect();
        let given: CapsHashSet = wanted.intersection(&self.held).copied().collect();
        thread::scope(|scope| {
            let opening = thread::Builder::new().name("opening".to_owned()).spawn_scoped(scope, move || {
                set(&given)?;
                Ok(open())
            });
            match opening.map_err(PrivilegeError::Thread)?.join() {
                Ok(opened) => opened,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }

    /// Gives up all that the calling thread has left.
    pub(crate) fn leave(self) -> Result<(), PrivilegeError> {
        set(&CapsHashSet::new())
    }
}

fn find(name: &str) -> Result<User, PrivilegeError> {
    let user = User::from_name(name).map_err(system("looking for the user"))?;
    user.ok_or_else(|| PrivilegeError::UnknownUser { name: name.to_owned() })
}

fn become_user(user: &User, permitted: &CapsHashSet) -> Result<(), PrivilegeError> {
    for capability in [Capability::CAP_SETGID, Capability::CAP_SETUID] {
        if !permitted.contains(&capability) {
            let purpose = "which process.user needs unless the service manager sets the user already";
            return Err(PrivilegeError::Missing { missing: capability, purpose });
        }
    }
    let name = CString::new(user.name.as_str()).unwrap_or_default();
    initgroups(&name, user.gid).map_err(system("taking the user's groups"))?;
    setresgid(user.gid, user.gid, user.gid).map_err(system("taking the user's group"))?;
    caps::securebits::set_keepcaps(true)?;
    setresuid(user.uid, user.uid, user.uid).map_err(system("becoming the user"))?;
    caps::securebits::set_keepcaps(false)?;
    Ok(())
}

/// Nothing that this process could start would get a capability either. Without CAP_SETPCAP the set stays, which means little
/// with no new privileges.
fn give_up_bounds() {
    let kept =
        caps::all().into_iter().filter(|capability| caps::drop(None, CapSet::Bounding, *capability).is_err());
    let kept: Vec<String> = kept.map(|capability| capability.to_string()).collect();
    if !kept.is_empty() {
        tracing::debug!(kept = kept.join(" "), "the bounding set of capabilities is not given up");
    }
}

/// Makes these the calling thread's capabilities. In an order that the kernel takes: what is effective is always permitted.
fn set(capabilities: &CapsHashSet) -> Result<(), PrivilegeError> {
    let none = CapsHashSet::new();
    // An old kernel without ambient capabilities has none to clear.
    let _ = caps::clear(None, CapSet::Ambient);
    caps::set(None, CapSet::Effective, &none)?;
    caps::set(None, CapSet::Inheritable, &none)?;
    caps::set(None, CapSet::Permitted, capabilities)?;
    caps::set(None, CapSet::Effective, capabilities)?;
    Ok(())
}

fn system(doing: &'static str) -> impl FnOnce(Errno) -> PrivilegeError {
    move |source| PrivilegeError::System { doing, source }
}
