//! The laboratory's networks on this machine's kernel.

#![cfg(test)]

mod capture;
mod namespaces;
mod processes;
mod topology;
mod web;

/// Namespaces go in the background of the kernel; a state that must come is waited for, and never for longer.
fn eventually(what: &str, condition: impl Fn() -> bool) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !condition() {
        assert!(std::time::Instant::now() < deadline, "not within 10 s: {what}");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}
