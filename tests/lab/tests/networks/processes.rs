use std::env;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use pumice_lab::{LabError, Namespace, Process, Signal, skip};

use crate::eventually;

fn shell(namespace: &Namespace, script: &str) -> Process {
    let mut command = Command::new("sh");
    command.args(["-c", script]).stdout(Stdio::piped());
    namespace.spawn(command).unwrap()
}

fn is_alive(id: u32) -> bool {
    Path::new(&format!("/proc/{id}")).exists()
}

#[test]
fn child_sees_the_namespace_only() {
    if skip::unless_namespaces() {
        return;
    }
    let lonely = Namespace::new("lonely").unwrap();
    // The interface table of the reader's own namespace.
    let child = shell(&lonely, "cat /proc/thread-self/net/dev");
    let mut table = String::new();
    child.stdout().unwrap().read_to_string(&mut table).unwrap();
    assert!(child.wait(Duration::from_secs(10)).unwrap().unwrap().success());
    let interfaces: Vec<&str> =
        table.lines().filter_map(|line| line.split_once(':')).map(|(name, _)| name.trim()).collect();
    assert_eq!(interfaces, ["lo"]);
}

#[test]
fn child_outlives_the_thread_that_asked_for_it_but_not_the_namespace() {
    if skip::unless_namespaces() {
        return;
    }
    let lonely = Namespace::new("lonely").unwrap();
    let child = std::thread::scope(|scope| scope.spawn(|| shell(&lonely, "exec sleep 1000")).join()).unwrap();
    assert_eq!(child.wait(Duration::from_millis(50)).unwrap(), None);
    drop(lonely);
    eventually("the child is gone", || !is_alive(child.id()));
}

/// Two processes play this test: the second, started with VICTIM set, is a laboratory that is killed.
#[test]
fn killed_laboratory_takes_its_children_along() {
    const VICTIM: &str = "PUMICE_LAB_VICTIM";
    if skip::unless_namespaces() {
        return;
    }
    if env::var_os(VICTIM).is_some() {
        let lonely = Namespace::new("lonely").unwrap();
        let child = shell(&lonely, "exec sleep 1000");
        println!("\nchild {}", child.id());
        child.wait(Duration::from_secs(1000)).unwrap();
        return;
    }
    let mut victim = Command::new(env::current_exe().unwrap())
        .args(["--exact", "processes::killed_laboratory_takes_its_children_along", "--nocapture"])
        .env(VICTIM, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(victim.stdout.take().unwrap()).lines().map_while(Result::ok);
    let grandchild = lines.find_map(|line| line.strip_prefix("child ")?.parse().ok()).unwrap();
    assert!(is_alive(grandchild));
    victim.kill().unwrap();
    victim.wait().unwrap();
    eventually("the grandchild is gone", || !is_alive(grandchild));
}

#[test]
fn dropped_process_is_killed_and_reaped() {
    if skip::unless_namespaces() {
        return;
    }
    let lonely = Namespace::new("lonely").unwrap();
    let child = shell(&lonely, "exec sleep 1000");
    let id = child.id();
    assert!(is_alive(id));
    drop(child);
    assert!(!is_alive(id));
}

#[test]
fn child_is_asked_before_it_is_killed() {
    if skip::unless_namespaces() {
        return;
    }
    let lonely = Namespace::new("lonely").unwrap();
    let polite = shell(&lonely, "trap 'exit 7' TERM; echo ready; while :; do sleep 0.01; done");
    let mut line = String::new();
    BufReader::new(polite.stdout().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    let status = polite.terminate(Duration::from_secs(10)).unwrap();
    assert_eq!(status.and_then(|status| status.code()), Some(7));
    polite.signal(Signal::SIGTERM).unwrap();

    let deaf = shell(&lonely, "trap '' TERM; echo ready; while :; do sleep 0.01; done");
    BufReader::new(deaf.stdout().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(deaf.terminate(Duration::from_millis(100)).unwrap(), None);
    assert!(!is_alive(deaf.id()));
}

#[test]
fn missing_program_is_an_error() {
    if skip::unless_namespaces() {
        return;
    }
    let lonely = Namespace::new("lonely").unwrap();
    assert!(matches!(lonely.spawn(Command::new("/no/such/program")), Err(LabError::Io { .. })));
}
