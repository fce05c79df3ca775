//! What a process needs to make networks: CAP_SYS_ADMIN and CAP_NET_ADMIN over a user namespace, and /dev/net/tun.

use std::fs::{self, OpenOptions};
use std::io;
use std::sync::OnceLock;
use std::thread;

use nix::errno::Errno;
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{Gid, Uid, getegid, geteuid};

const TUN: &str = "/dev/net/tun";

/// How this process may make networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privilege {
    /// It had the capabilities from the start.
    Root,
    /// It is root in a user namespace.
    UserNamespace,
}

/// Why this process may not make networks, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The process is an ordinary user's, and too late to [`enter`].
    #[error(
        "an ordinary user makes no networks; start it with `pumice-lab enter`, as `cargo xtask test` does"
    )]
    OrdinaryUser,
    /// Threads were running already when the user namespace was asked for.
    #[error("a user namespace can be entered only before the process starts threads")]
    Threads,
    /// /dev/net/tun is missing or closed to this user.
    #[error(
        "{TUN}: {reason}. Load the module (`modprobe tun`), and let this user open the device (root: `chmod 0666 {TUN}`)"
    )]
    Tun {
        /// The system's reason.
        reason: String,
    },
    /// The kernel gives ordinary users no user namespaces.
    #[error("no user namespace: {reason}. Run as root, or allow them: {remedy}")]
    UserNamespace {
        /// The system's reason.
        reason: String,
        /// The setting that forbids it.
        remedy: &'static str,
    },
    /// Namespaces cannot be made although the process is root, as in most containers.
    #[error("no network namespace: {reason}. In a container, run it with CAP_SYS_ADMIN and CAP_NET_ADMIN")]
    NetworkNamespace {
        /// The system's reason.
        reason: String,
    },
}

/// Gives the process what it needs, before it starts any thread: root keeps what it has, an ordinary user becomes root
/// of a user namespace.
///
/// # Errors
/// It is not possible on this machine; the message says what to do.
pub fn enter() -> Result<Privilege, Refusal> {
    let privilege = if has_capabilities() {
        Privilege::Root
    } else {
        enter_user_namespace(geteuid(), getegid())?;
        Privilege::UserNamespace
    };
    probe(privilege)?;
    Ok(privilege)
}

/// May this process make network namespaces and TUN devices as it is? Asked once; for tests, which run on threads and
/// so cannot [`enter`].
///
/// # Errors
/// It may not; the message says what to do.
pub fn available() -> Result<Privilege, &'static Refusal> {
    static ANSWER: OnceLock<Result<Privilege, Refusal>> = OnceLock::new();
    let answer = ANSWER.get_or_init(|| {
        if !has_capabilities() && geteuid().is_root() {
            return Err(Refusal::NetworkNamespace {
                reason: "CAP_SYS_ADMIN or CAP_NET_ADMIN is missing".to_owned(),
            });
        }
        if !has_capabilities() {
            return Err(Refusal::OrdinaryUser);
        }
        let privilege =
            if owns_initial_user_namespace() { Privilege::Root } else { Privilege::UserNamespace };
        probe(privilege).map(|()| privilege)
    });
    answer.as_ref().map(|privilege| *privilege)
}

/// Read from /proc because a probe would start a thread.
fn has_capabilities() -> bool {
    const CAP_NET_ADMIN: u64 = 1 << 12;
    const CAP_SYS_ADMIN: u64 = 1 << 21;
    let Ok(status) = fs::read_to_string("/proc/self/status") else { return geteuid().is_root() };
    let effective = status
        .lines()
        .find_map(|line| line.strip_prefix("CapEff:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0);
    let needed = CAP_NET_ADMIN | CAP_SYS_ADMIN;
    effective & needed == needed
}

/// The initial namespace maps every id to itself.
fn owns_initial_user_namespace() -> bool {
    let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    map.split_whitespace().eq(["0", "0", "4294967295"])
}

fn enter_user_namespace(uid: Uid, gid: Gid) -> Result<(), Refusal> {
    match unshare(CloneFlags::CLONE_NEWUSER) {
        Ok(()) => {}
        Err(Errno::EINVAL) => return Err(Refusal::Threads),
        Err(errno) => return Err(refused_user_namespace(errno.desc())),
    }
    // user_namespaces(7): without CAP_SETGID over the parent, setgroups must be denied before gid_map is written.
    write_map("setgroups", "deny")?;
    write_map("uid_map", &format!("0 {uid} 1"))?;
    write_map("gid_map", &format!("0 {gid} 1"))
}

fn write_map(file: &str, text: &str) -> Result<(), Refusal> {
    fs::write(format!("/proc/self/{file}"), text)
        .map_err(|error| refused_user_namespace(&format!("/proc/self/{file}: {error}")))
}

fn refused_user_namespace(reason: &str) -> Refusal {
    Refusal::UserNamespace { reason: reason.to_owned(), remedy: user_namespace_remedy() }
}

/// The setting that stands in the way, by what /proc/sys says.
fn user_namespace_remedy() -> &'static str {
    let is = |setting: &str, value: &str| {
        fs::read_to_string(format!("/proc/sys/{setting}")).is_ok_and(|text| text.trim() == value)
    };
    if is("kernel/unprivileged_userns_clone", "0") {
        return "`sysctl kernel.unprivileged_userns_clone=1`";
    }
    if is("user/max_user_namespaces", "0") {
        return "`sysctl user.max_user_namespaces=1000`";
    }
    if is("kernel/apparmor_restrict_unprivileged_userns", "1") {
        return "`sysctl kernel.apparmor_restrict_unprivileged_userns=0`";
    }
    "no setting of this kernel says why; a container's seccomp or AppArmor profile may"
}

/// Tries on a thread of its own, which the new namespace dies with.
fn probe(privilege: Privilege) -> Result<(), Refusal> {
    let unshared = thread::spawn(|| unshare(CloneFlags::CLONE_NEWNET)).join().unwrap_or(Err(Errno::EAGAIN));
    match (unshared, privilege) {
        (Ok(()), _) => {}
        (Err(errno), Privilege::UserNamespace) => return Err(refused_user_namespace(errno.desc())),
        (Err(errno), Privilege::Root) => {
            return Err(Refusal::NetworkNamespace { reason: errno.desc().to_owned() });
        }
    }
    open_tun().map_err(|error| Refusal::Tun { reason: error.to_string() })
}

fn open_tun() -> io::Result<()> {
    OpenOptions::new().read(true).write(true).open(TUN).map(drop)
}
