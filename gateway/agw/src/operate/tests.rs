mod boxes;
#[path = "../../../web/tests/fakes/mod.rs"]
mod fakes;
mod gateway;
mod reading;

use std::fs;

use clap::Parser;

use super::*;
use crate::command_line::{Command, CommandLine};
use gateway::Gateway;
use pumice_web::dto::{Status, Subscriber};

const K: &str = "465b5ce8b199b49faa5f0a2ee238a6bc";
const OPC: &str = "cd63cb71954a9f4e48a5994e37a02baf";
const IMSI: &str = "001010000000001";

/// What a command prints, and what it says besides.
struct Said {
    out: String,
    notes: String,
}

/// Has a command carried out; words with spaces stand in single quotes.
async fn say(gateway: &Gateway, line: &str, input: &[u8]) -> Result<Said, OperateError> {
    say_at(gateway.api(), line, input).await
}

async fn say_at(api: SocketAddr, line: &str, mut input: &[u8]) -> Result<Said, OperateError> {
    let words = line.split('\'').enumerate().flat_map(|(at, part)| match at % 2 {
        0 => part.split_whitespace().collect::<Vec<_>>(),
        _ => vec![part],
    });
    let Command::Operate(command) = CommandLine::parse_from(std::iter::once("pumice").chain(words)).command
    else {
        panic!("{line} asks no gateway")
    };
    let (mut out, mut notes) = (Vec::new(), Vec::new());
    let mut console = Console { input: &mut input, out: &mut out, notes: &mut notes };
    carry_out(api, command, &mut console).await?;
    Ok(Said { out: String::from_utf8_lossy(&out).into_owned(), notes: String::from_utf8(notes).unwrap() })
}

/// What a command prints.
async fn run(gateway: &Gateway, line: &str, input: &[u8]) -> Result<String, OperateError> {
    Ok(say(gateway, line, input).await?.out)
}

fn keys() -> String {
    format!("# of the card in the drawer\nk = {K}\nOPc={OPC}\n")
}

#[tokio::test]
async fn a_subscriber_is_added_shown_listed_and_removed() {
    let gateway = Gateway::start();
    let line = format!(
        "subscriber add {IMSI} --keys-from - --name Amina --apn village --qci 8 --uplink 5000 --downlink 6000"
    );
    assert_eq!(run(&gateway, &line, keys().as_bytes()).await.unwrap(), format!("added {IMSI}\n"));

    let shown = run(&gateway, &format!("subscriber show {IMSI}"), b"").await.unwrap();
    assert!(shown.contains("village, QCI 8, up 5000 bit/s, down 6000 bit/s"), "{shown}");
    assert!(shown.contains("Amina"), "{shown}");
    let json = run(&gateway, &format!("subscriber show {IMSI} --json"), b"").await.unwrap();
    assert_eq!(serde_json::from_str::<Subscriber>(&json).unwrap().name, "Amina");

    let listed = run(&gateway, "subscriber list", b"").await.unwrap();
    assert!(listed.contains(IMSI) && listed.contains("1 in all"), "{listed}");
    assert_eq!(
        run(&gateway, &format!("subscriber remove {IMSI}"), b"").await.unwrap(),
        format!("removed {IMSI}\n")
    );
    let listed = run(&gateway, "subscriber list", b"").await.unwrap();
    assert!(listed.contains("no subscribers yet"), "{listed}");
}

#[tokio::test]
async fn keys_are_taken_from_flags_too_and_never_shown() {
    let gateway = Gateway::start();
    run(&gateway, &format!("subscriber add {IMSI} --k {K} --opc {OPC}"), b"").await.unwrap();
    let given = gateway.keys(IMSI);
    assert_eq!(given.k.expose()[0], 0x46);
    for line in ["subscriber list --json".to_owned(), format!("subscriber show {IMSI} --json")] {
        let shown = run(&gateway, &line, b"").await.unwrap();
        assert!(!shown.contains("465b") && !shown.contains("cd63"), "{shown}");
    }
}

#[tokio::test]
async fn a_long_list_comes_whole() {
    let gateway = Gateway::start();
    let rows: String = (0..450).map(|n| format!("00101{n:010},{K},{OPC}\n")).collect();
    let file = format!("imsi,k,opc\n{rows}");
    let dry = run(&gateway, "subscriber import - --dry-run", file.as_bytes()).await.unwrap();
    assert_eq!(dry, "450 subscribers would be added; nothing has changed\n");
    let added = run(&gateway, "subscriber import -", file.as_bytes()).await.unwrap();
    assert_eq!(added, "added 450 subscribers\n");
    let json = run(&gateway, "subscriber list --json", b"").await.unwrap();
    let listed: Vec<Subscriber> = serde_json::from_str(&json).unwrap();
    assert_eq!(listed.len(), 450);
}

#[tokio::test]
async fn a_wrong_file_is_told_by_line_and_column() {
    let gateway = Gateway::start();
    let file = format!("imsi,k,opc\n{IMSI},{K},{OPC}\n12,{K},beef\n");
    let error = run(&gateway, "subscriber import -", file.as_bytes()).await.unwrap_err().to_string();
    assert!(error.contains("line 3, imsi: an IMSI has 6 to 15 digits"), "{error}");
    assert!(error.contains("line 3, opc: "), "{error}");
    assert!(!error.contains("beef"), "{error}");
}

#[tokio::test]
async fn what_the_gateway_refuses_is_said_in_its_words() {
    let gateway = Gateway::start();
    let missing = run(&gateway, &format!("subscriber show {IMSI}"), b"").await.unwrap_err();
    assert!(matches!(missing, OperateError::NoSubscriber(_)), "{missing}");
    let missing = run(&gateway, &format!("subscriber remove {IMSI}"), b"").await.unwrap_err();
    assert!(missing.to_string().contains(IMSI), "{missing}");
    run(&gateway, &format!("subscriber add {IMSI} --keys-from -"), keys().as_bytes()).await.unwrap();
    let twice =
        run(&gateway, &format!("subscriber add {IMSI} --keys-from -"), keys().as_bytes()).await.unwrap_err();
    assert!(twice.to_string().contains("exist"), "{twice}");
}

#[tokio::test]
async fn the_state_is_shown() {
    let gateway = Gateway::start();
    let shown = run(&gateway, "status", b"").await.unwrap();
    for part in ["00101 \"Village\", TAC 1", "the next 1 will be learned", "user-space", "1 h 1 min"] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
    let json = run(&gateway, "status --json", b"").await.unwrap();
    assert_eq!(serde_json::from_str::<Status>(&json).unwrap().uptime_seconds, 3_661);
}

#[tokio::test]
async fn no_gateway_is_said_with_what_to_do() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let api = listener.local_addr().unwrap();
    drop(listener);
    let error = say_at(api, "status", b"").await.err().unwrap();
    assert!(matches!(error, OperateError::Gateway(ClientError::Unreachable { .. })));
    assert!(error.to_string().contains("--api"), "{error}");
}

#[tokio::test]
async fn another_program_is_no_gateway() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        stream.writable().await.unwrap();
        stream.try_write(b"SSH-2.0-OpenSSH_9.2\r\n").unwrap();
        stream.readable().await.unwrap();
    });
    let error = say_at(api, "status", b"").await.err().unwrap();
    assert!(matches!(error, OperateError::Gateway(ClientError::Garbled { .. })), "{error}");
}

#[test]
fn incomplete_keys_are_refused_without_showing_them() {
    let read = |text: &str| keys::read(Path::new("-"), &mut text.as_bytes());
    assert!(matches!(read(&format!("k={K}\n")), Err(KeysError::Missing)));
    assert!(matches!(read(&format!("k={K}\nop={OPC}\nopc={OPC}\n")), Err(KeysError::Missing)));
    assert!(matches!(read(&format!("k={K}\n\nk={K}\n")), Err(KeysError::Line { line: 3 })));
    let wrong = read(&format!("k={K}\nkey {OPC}\n")).unwrap_err();
    assert!(matches!(wrong, KeysError::Line { line: 2 }));
    assert!(!wrong.to_string().contains("cd63"));
    assert!(matches!(
        keys::read(Path::new("/nonexistent/keys"), &mut io::empty()),
        Err(KeysError::Unreadable { .. })
    ));
}

#[test]
fn the_api_is_where_the_command_or_the_configuration_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pumice.toml");
    fs::write(&path, "[api]\nlisten = \"127.0.0.1:81\"\n").unwrap();
    let told = |api: Option<&str>, config: Option<&Path>| GatewayAddress {
        api: api.map(|api| api.parse().unwrap()),
        config: config.map(Path::to_owned),
    };
    assert_eq!(api_address(&told(Some("127.0.0.1:82"), Some(&path))).unwrap().port(), 82);
    assert_eq!(api_address(&told(None, Some(&path))).unwrap().port(), 81);
    api_address(&told(None, Some(Path::new("/nonexistent.toml")))).unwrap_err();
}
