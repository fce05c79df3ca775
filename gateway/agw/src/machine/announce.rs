//! `pumice.local`: the box says its name on the local network by multicast DNS (RFC 6762, RFC 6763).
//!
//! The second box on a network becomes `pumice-2.local`, the third `pumice-3.local`. Addresses are followed as they come and
//! go. The phones' own interface is left out: the network is not theirs to look around in.

use mdns_sd::{DaemonEvent, IfKind, IfPredicate, Receiver, RecvTimeoutError, ServiceDaemon, ServiceInfo};
use std::io;
use std::thread;
use std::time::Duration;

use tokio::sync::watch;

#[cfg(test)]
mod tests;

/// What is asked for.
const HOST: &str = "pumice.local.";
const SERVICE: &str = "_https._tcp.local.";

/// Multicast DNS's own port.
const PORT: u16 = 5353;

/// How long the goodbye may take at the end.
const GOODBYE: Duration = Duration::from_millis(300);

/// How often the listening thread looks whether it is to end.
const LOOK: Duration = Duration::from_secs(1);

/// A running announcement. Dropping it says goodbye.
pub(crate) struct Announcement {
    daemon: ServiceDaemon,
    service: String,
    name: watch::Receiver<String>,
}

impl std::fmt::Debug for Announcement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Announcement").field("name", &*self.name.borrow()).finish_non_exhaustive()
    }
}

/// What is announced.
#[derive(Debug, Clone)]
pub(crate) struct Announced {
    /// What a person calls the box: the instance's name in lists of services.
    pub(crate) title: String,
    /// The page's port.
    pub(crate) port: u16,
    /// The phones' own interface.
    pub(crate) phones: String,
}

/// Begins to announce; nothing if it cannot, which the log says. Starts two threads, which need no capabilities.
pub(crate) fn start(announced: &Announced) -> Option<Announcement> {
    match begin(announced, PORT) {
        Ok(announcement) => Some(announcement),
        Err(reason) => {
            tracing::warn!(reason, "pumice.local is not announced; the page is reached by its address");
            None
        }
    }
}

fn begin(announced: &Announced, port: u16) -> Result<Announcement, String> {
    let failed = |error: mdns_sd::Error| error.to_string();
    let daemon = ServiceDaemon::new_with_port(port).map_err(failed)?;
    let phones = announced.phones.clone();
    daemon
        .disable_interface(IfKind::Predicate(IfPredicate::new(move |interface| interface.name == phones)))
        .map_err(failed)?;
    let events = daemon.monitor().map_err(failed)?;
    let service = ServiceInfo::new(
        SERVICE,
        &instance(&announced.title),
        HOST,
        "",
        announced.port,
        &[("path", "/")][..],
    )
    .map_err(failed)?
    .enable_addr_auto();
    let fullname = service.get_fullname().to_owned();
    daemon.register(service).map_err(failed)?;
    let (tell, name) = watch::channel(shown(HOST));
    thread::Builder::new()
        .name("announce".to_owned())
        .spawn(move || listen(&events, &tell))
        .map_err(|error: io::Error| error.to_string())?;
    Ok(Announcement { daemon, service: fullname, name })
}

impl Announcement {
    /// The name that the box has now: `pumice.local`, unless another box has it.
    pub(crate) fn name(&self) -> watch::Receiver<String> {
        self.name.clone()
    }
}

impl Drop for Announcement {
    fn drop(&mut self) {
        // Neighbours would look for the box for two minutes otherwise.
        if let Ok(done) = self.daemon.unregister(&self.service) {
            let _ = done.recv_timeout(GOODBYE);
        }
        let _ = self.daemon.shutdown();
    }
}

/// Logs what the daemon tells, until it or the announcement ends.
fn listen(events: &Receiver<DaemonEvent>, tell: &watch::Sender<String>) {
    loop {
        match events.recv_timeout(LOOK) {
            Ok(event) => note(event, tell),
            Err(RecvTimeoutError::Timeout) if !tell.is_closed() => {}
            Err(_) => return,
        }
    }
}

fn note(event: DaemonEvent, tell: &watch::Sender<String>) {
    match event {
        DaemonEvent::NameChange(change)
            if change.new_name.ends_with(".local.") && !is_service(&change.new_name) =>
        {
            let name = shown(&change.new_name);
            if tell.send_if_modified(|told| std::mem::replace(told, name.clone()) != name) {
                tracing::warn!(name, "another box has the name; this one is announced by another");
            }
        }
        DaemonEvent::Error(error) => tracing::debug!(%error, "announcing pumice.local"),
        _ => {}
    }
}

fn is_service(name: &str) -> bool {
    name.ends_with(SERVICE)
}

/// Without the dot that ends it.
fn shown(name: &str) -> String {
    name.trim_end_matches('.').to_owned()
}

/// A label of at most 63 octets (RFC 6763 4.1.1), with room for ` (2)`.
fn instance(title: &str) -> String {
    let printable: String = title.chars().filter(|letter| !letter.is_control()).collect();
    let mut name = printable.trim().to_owned();
    while name.len() > 56 {
        name.pop();
    }
    if name.is_empty() { "Pumice".to_owned() } else { name }
}
