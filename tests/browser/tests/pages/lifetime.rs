use std::fs;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use pumice_browser::{Browser, BrowserError, Options};
use pumice_lab::Namespace;

use crate::server::Server;

/// State and parent of every process whose group or command line says that it belongs to this browser.
fn processes(id: u32, profile: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else { continue };
        let command = fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
        let Some((name, rest)) = stat.rsplit_once(')') else { continue };
        let fields: Vec<_> = rest.split_whitespace().collect();
        let ours = fields[2] == id.to_string() || command.contains(profile);
        // A grandchild that has ended is init's to bury.
        let buried_by_init = fields[0] == "Z" && fields[1] != std::process::id().to_string();
        if ours && !buried_by_init {
            found.push(format!("{name}) {}", fields[0]));
        }
    }
    found
}

/// Waits until nothing of a browser is left.
fn assert_gone(id: u32, profile: &str) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !processes(id, profile).is_empty() {
        assert!(Instant::now() < deadline, "left behind: {:?}", processes(id, profile));
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(!fs::exists(profile).unwrap(), "the profile is left behind");
}

#[test]
fn nothing_is_left_of_a_browser() {
    if pumice_browser::skip::unless_chromium() {
        return;
    }
    let browser = Browser::start(Options::default()).unwrap();
    assert!(browser.product().starts_with("Chrome/"), "{}", browser.product());
    let (id, profile) = (browser.id(), browser.profile().display().to_string());
    let page = browser.context().unwrap().page().unwrap();
    assert!(processes(id, &profile).len() > 1, "it has children while it lives");
    drop(browser);
    assert_gone(id, &profile);
    assert!(matches!(page.evaluate("1"), Err(BrowserError::Closed { .. })));
}

#[test]
fn a_browser_that_was_killed_is_an_error_at_once_and_leaves_nothing() {
    if pumice_browser::skip::unless_chromium() {
        return;
    }
    let browser = Browser::start(Options::default()).unwrap();
    let (id, profile) = (browser.id(), browser.profile().display().to_string());
    let page = browser.context().unwrap().page().unwrap();
    let pid = nix::unistd::Pid::from_raw(i32::try_from(id).unwrap());
    let before = Instant::now();
    std::thread::scope(|scope| {
        let stuck = scope.spawn(|| page.evaluate("new Promise(() => {})"));
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
        assert!(matches!(stuck.join().unwrap(), Err(BrowserError::Closed { .. })));
    });
    assert!(before.elapsed() < Duration::from_secs(10), "woken by the end, not by its deadline");
    drop(browser);
    assert_gone(id, &profile);
}

#[test]
fn a_program_that_is_no_browser_says_what_it_said() {
    let mut options = Options::default();
    options.program = "/bin/false".into();
    let error = Browser::start(options).unwrap_err();
    assert!(matches!(error, BrowserError::Start { .. }), "{error}");

    let folder = tempfile::tempdir().unwrap();
    let mut options = Options::default();
    options.program = folder.path().join("none");
    let error = Browser::start(options).unwrap_err().to_string();
    assert!(error.contains("none"), "{error}");
}

#[test]
fn a_browser_runs_inside_a_namespace() {
    if pumice_browser::skip::unless_chromium() || pumice_lab::skip::unless_namespaces() {
        return;
    }
    let village = Namespace::new("village").unwrap();
    let listener = village.run(|| TcpListener::bind("127.0.0.1:0")).unwrap().unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = Server::listen(listener);
    let options = Options::default().inside(&village).host("pumice.test", "127.0.0.1".parse().unwrap());
    let browser = Browser::start(options).unwrap();
    let (id, profile) = (browser.id(), browser.profile().display().to_string());
    let page = browser.context().unwrap().page().unwrap();
    page.open(&format!("http://pumice.test:{port}/new")).unwrap();
    assert_eq!(page.text("h1").unwrap(), "Arrived");
    assert!(server.seen("/new").unwrap().header.contains("Host: pumice.test"));

    // From outside of it there is nothing to see.
    if let Some(outside) = crate::setup() {
        assert!(matches!(outside.page.open(&server.url("/new")), Err(BrowserError::Navigation { .. })));
    }
    drop(browser);
    assert_gone(id, &profile);
}
