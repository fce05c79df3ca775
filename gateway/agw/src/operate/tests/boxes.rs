//! What is changed of the box: settings, accounts, backups, captures, batches.

use pumice_model::machine::{Reset, Restart};
use pumice_web::dto::{Account, AuditEntry, Settings};

use super::*;

#[tokio::test]
async fn settings_are_previewed_set_kept_and_returned_to() {
    let gateway = Gateway::start();
    let shown = run(&gateway, "settings show", b"").await.unwrap();
    assert!(shown.contains("network.name") && shown.contains("not set up yet"), "{shown}");
    let set = run(&gateway, "settings set network.plmn=00101 network.name=Village", b"").await.unwrap();
    assert!(set.starts_with("revision 1 is set"), "{set}");
    let preview =
        run(&gateway, "settings preview 'network.name=The Hill' subscribers.uplink=x", b"").await.unwrap();
    assert!(preview.contains("network.name: Village -> The Hill"), "{preview}");
    assert!(preview.contains("subscribers.uplink is not what it should be"), "{preview}");
    assert!(preview.contains("nothing would be applied"), "{preview}");

    let set = run(&gateway, "settings set 'network.name=The Hill'", b"").await.unwrap();
    assert!(set.contains("on trial") && set.contains("within 90 s"), "{set}");
    assert!(run(&gateway, "settings show", b"").await.unwrap().contains("`pumice settings keep`"));
    assert_eq!(run(&gateway, "settings keep", b"").await.unwrap(), "revision 2 is kept\n");
    let none = run(&gateway, "settings go-back", b"").await.unwrap_err();
    assert!(matches!(none, OperateError::NoTrial), "{none}");
    run(&gateway, "settings return 1", b"").await.unwrap();
    assert_eq!(run(&gateway, "settings go-back", b"").await.unwrap(), "revision 3 is gone back from\n");
    let unknown = run(&gateway, "settings return 9", b"").await.unwrap_err().to_string();
    assert_eq!(unknown, "there is no such revision; `pumice settings history` shows all");

    let history = run(&gateway, "settings history", b"").await.unwrap();
    let newest = history.lines().nth(1).unwrap();
    assert!(
        newest.starts_with('3') && newest.contains("reverted") && newest.contains("network.name"),
        "{history}"
    );
    let json = run(&gateway, "settings show --json", b"").await.unwrap();
    assert!(serde_json::from_str::<Settings>(&json).unwrap().complete);
}

#[tokio::test]
async fn a_secret_setting_comes_from_the_input_and_is_not_shown() {
    let gateway = Gateway::start();
    run(&gateway, "settings set backhaul.wifi_password=-", b"three goats\n").await.unwrap();
    assert_eq!(gateway.house().state().values["backhaul.wifi_password"], "three goats");
    for line in ["settings show", "settings show --json", "settings history --json", "audit"] {
        let shown = run(&gateway, line, b"").await.unwrap();
        assert!(!shown.contains("goats"), "{shown}");
    }
    assert!(run(&gateway, "settings show", b"").await.unwrap().contains("(hidden)"));
    let twice = "settings set backhaul.password=- backhaul.wifi_password=-";
    assert!(matches!(run(&gateway, twice, b"x\n").await, Err(OperateError::TwoInputs)));
}

#[tokio::test]
async fn accounts_are_added_changed_and_removed_and_passwords_come_from_elsewhere() {
    let gateway = Gateway::start();
    let empty = run(&gateway, "account list", b"").await.unwrap();
    assert!(empty.contains("pumice account add NAME --role owner"), "{empty}");
    let password = b"goats by the well\n";
    let added = run(&gateway, "account add amina --role owner --password-from -", password).await.unwrap();
    assert_eq!(added, "added amina\n");
    let made = run(&gateway, "account add noor --role viewer --language sw --generate", b"").await.unwrap();
    let secret = made.rsplit(' ').next().unwrap().trim();
    assert_eq!((secret.len(), secret.split('-').count()), (19, 4), "{made}");
    assert_eq!(run(&gateway, "account role noor seller", b"").await.unwrap(), "noor is seller now\n");
    run(&gateway, "account password noor --password-from -", b"the moon is far away\n").await.unwrap();

    let listed = run(&gateway, "account list", b"").await.unwrap();
    assert!(
        listed.contains("amina") && listed.contains("seller") && listed.contains("2026-11-25 12:00:00"),
        "{listed}"
    );
    let json = run(&gateway, "account list --json", b"").await.unwrap();
    assert_eq!(serde_json::from_str::<Vec<Account>>(&json).unwrap().len(), 2);
    assert!(!json.contains("argon2"), "{json}");

    let last = run(&gateway, "account remove amina", b"").await.unwrap_err().to_string();
    assert!(last.contains("make another account an owner first"), "{last}");
    run(&gateway, "account remove noor", b"").await.unwrap();
    let gone = run(&gateway, "account remove noor", b"").await.unwrap_err().to_string();
    assert_eq!(gone, "there is no such account; `pumice account list` shows all");
    let weak =
        run(&gateway, "account add kofi --role viewer --password-from -", b"short\n").await.unwrap_err();
    assert!(weak.to_string().contains("password: a password has at least"), "{weak}");
    let none = run(&gateway, "account add kofi --role viewer --password-from -", b"\n").await.unwrap_err();
    assert!(none.is_of_the_command() && none.to_string().contains("the password is wanted"), "{none}");

    let audit = run(&gateway, "audit", b"").await.unwrap();
    assert!(
        audit.contains("account.remove") && audit.contains("refused") && audit.contains("(shell)"),
        "{audit}"
    );
    let few = run(&gateway, "audit --limit 2 --json", b"").await.unwrap();
    assert_eq!(serde_json::from_str::<Vec<AuditEntry>>(&few).unwrap().len(), 2);
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let gateway = Gateway::start();
    assert_eq!(run(&gateway, "session list", b"").await.unwrap(), "nobody is signed in\n");
    let at = pumice_model::time::Stamp::default();
    gateway.house().state().sessions.push(pumice_model::people::Session {
        token: [0xab; 32],
        account: "amina".parse().unwrap(),
        begun: at,
        used: at,
        browser: "Firefox".parse().unwrap(),
    });
    assert!(run(&gateway, "session list", b"").await.unwrap().contains("abababababababab  amina"));
    run(&gateway, "session end abababababababab", b"").await.unwrap();
    let gone = run(&gateway, "session end abababababababab", b"").await.unwrap_err().to_string();
    assert!(gone.contains("pumice session list"), "{gone}");
    run(&gateway, "session end --account amina", b"").await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_undone_is_confirmed() {
    let gateway = Gateway::start();
    let declined = run(&gateway, "reset factory", b"yes\n").await.unwrap_err();
    assert!(matches!(declined, OperateError::Declined));
    assert!(gateway.house().state().resets.is_empty());
    let said = say(&gateway, "reset factory", b"RESET\n").await.unwrap();
    assert!(said.notes.contains("Type RESET"), "{}", said.notes);
    run(&gateway, "reset settings --yes", b"").await.unwrap();
    assert_eq!(gateway.house().state().resets, [Reset::Factory, Reset::Settings]);
    run(&gateway, "restart", b"").await.unwrap();
    run(&gateway, "restart box", b"").await.unwrap();
    assert_eq!(gateway.house().state().restarts, [Restart::Gateway, Restart::Box]);
}

#[tokio::test]
async fn a_backup_tells_its_key_once_and_comes_back_with_it() {
    use std::os::unix::fs::PermissionsExt;

    let gateway = Gateway::start();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("box.backup");
    let path = path.to_str().unwrap();
    let said = say(&gateway, &format!("backup {path}"), b"").await.unwrap();
    let key = said.notes.lines().find_map(|line| line.strip_prefix("    ")).unwrap().to_owned();
    assert_eq!((key.len(), key.split('-').count()), (29, 6), "{}", said.notes);
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    let again = run(&gateway, &format!("backup {path}"), b"").await.unwrap_err().to_string();
    assert!(again.contains("name another, or remove it first"), "{again}");

    let wrong = run(&gateway, &format!("restore {path}"), b"0000-0000-0000-0000-0000-001Y\n")
        .await
        .unwrap_err()
        .to_string();
    assert!(wrong.contains("check the recovery key"), "{wrong}");
    let mistyped = run(&gateway, &format!("restore {path}"), b"0123456789abcdef\n").await.unwrap_err();
    assert!(matches!(mistyped, OperateError::NoRecoveryKey) && mistyped.is_of_the_command());
    let restored = run(&gateway, &format!("restore {path}"), key.as_bytes()).await.unwrap();
    assert!(restored.contains("starts anew"), "{restored}");
    assert_eq!(gateway.house().state().restored, 1);
    assert!(matches!(run(&gateway, "restore -", key.as_bytes()).await, Err(OperateError::TwoInputs)));

    let other = folder.path().join("other.backup");
    let line = format!("backup {} --recovery-key-from -", other.display());
    let said = say(&gateway, &line, b"7hq2 m4xk 9tpv 3rd0 gz8w n5j8\n").await.unwrap();
    assert!(!said.notes.contains("7HQ2") && !said.out.contains("7HQ2"), "{}", said.notes);
}

#[tokio::test]
async fn without_an_answer_there_is_no_file() {
    let gateway = Gateway::start();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    gateway.house().state().refusal =
        Some(pumice_model::control::Refusal::NotHere { lacks: "no packet sockets" });
    for line in ["backup", "diagnostics", "capture get capture-1"] {
        let refused = run(&gateway, &format!("{line} {}", path.display()), b"").await.unwrap_err();
        assert!(refused.to_string().contains("no packet sockets"), "{refused}");
        assert!(!path.exists(), "{line}");
    }
    gateway.house().state().refusal = None;
    run(&gateway, &format!("diagnostics {}", path.display()), b"").await.unwrap();
    assert_eq!(fs::read(&path).unwrap(), [0x1f, 0x8b, 8, 0]);
}

#[tokio::test]
async fn a_capture_is_begun_stopped_written_and_removed() {
    let gateway = Gateway::start();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("eth1.pcap");
    assert!(run(&gateway, "capture list", b"").await.unwrap().contains("no captures"));
    let begun = run(&gateway, "capture start --interface eth1 --seconds 5", b"").await.unwrap();
    assert_eq!(begun, "began capture-1; it ends by itself after 5 s\n");
    assert!(run(&gateway, "capture list", b"").await.unwrap().contains("running"));
    run(&gateway, "capture stop capture-1", b"").await.unwrap();
    run(&gateway, &format!("capture get capture-1 {}", path.display()), b"").await.unwrap();
    assert_eq!(fs::read(&path).unwrap(), [0xd4, 0xc3, 0xb2, 0xa1]);
    run(&gateway, "capture remove capture-1", b"").await.unwrap();
    let gone = run(&gateway, "capture stop capture-1", b"").await.unwrap_err().to_string();
    assert!(gone.contains("pumice capture list"), "{gone}");
    let none = run(&gateway, "capture start --interface eth9", b"").await.unwrap_err().to_string();
    assert!(none.contains("pumice machine"), "{none}");
}

#[tokio::test]
async fn a_batch_is_sealed_imported_and_sold() {
    let gateway = Gateway::start();
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (csv, batch, passphrase) = (place("sims.csv"), place("sims.batch"), place("passphrase"));
    fs::write(&csv, format!("iccid,imsi,k,opc\n8988211000000000011,{IMSI},{K},{OPC}\n")).unwrap();
    fs::write(&passphrase, "a goat eats the stamps\n").unwrap();
    run(&gateway, &format!("batch seal {csv} {batch} --passphrase-from {passphrase}"), b"").await.unwrap();
    let sealed = fs::read(&batch).unwrap();
    assert!(!sealed.windows(8).any(|part| part == &K.as_bytes()[..8]));

    let import = format!("batch import {batch} --passphrase-from");
    let wrong = run(&gateway, &format!("{import} -"), b"another passphrase\n").await.unwrap_err().to_string();
    assert!(wrong.contains("check the passphrase"), "{wrong}");
    let taken = run(&gateway, &format!("{import} {passphrase}"), b"").await.unwrap();
    assert!(taken.starts_with("1 SIMs wait now"), "{taken}");
    assert!(run(&gateway, "batch size", b"").await.unwrap().starts_with("1 SIMs wait"));
    let sold = run(&gateway, "batch subscribe '8988 2110 0000 0000 011' --name Amina", b"").await.unwrap();
    assert_eq!(sold, format!("added {IMSI}\n"));
    assert_eq!(gateway.keys(IMSI).k.expose()[0], 0x46);
    let gone = run(&gateway, "batch subscribe 8988211000000000011", b"").await.unwrap_err().to_string();
    assert!(gone.contains("no such SIM that waits"), "{gone}");

    fs::write(&csv, "iccid,imsi,k,opc\n1,2,3,4\n").unwrap();
    let other = place("other.batch");
    let line = format!("batch seal {csv} {other} --passphrase-from {passphrase}");
    let wrong = run(&gateway, &line, b"").await.unwrap_err();
    assert!(wrong.is_of_the_command(), "{wrong}");
    assert!(!std::path::Path::new(&other).exists());
}

#[tokio::test]
async fn an_update_is_sent_asked_for_and_shown() {
    let gateway = Gateway::start();
    let shown = run(&gateway, "software show", b"").await.unwrap();
    assert!(shown.contains("settled 0.1.1") && shown.contains("B     0.1.1    runs"), "{shown}");
    let empty = run(&gateway, "software update -", b"").await.unwrap_err();
    assert!(matches!(empty, OperateError::File(FileError::Empty { .. })), "{empty}");
    let bundle = vec![7; (1 << 20) + 10];
    run(&gateway, "software update - --older", &bundle).await.unwrap();
    assert_eq!(gateway.house().state().update, bundle);
    let shown = run(&gateway, "software show", b"").await.unwrap();
    assert!(shown.contains("update    asked") || shown.contains("asked"), "{shown}");
    let busy = run(&gateway, "software return", b"").await.unwrap_err();
    assert!(busy.to_string().contains("busy"), "{busy}");
    gateway.house().state().image.as_mut().unwrap().update = None;
    run(&gateway, "software look", b"").await.unwrap();
    let shown = run(&gateway, "software show", b"").await.unwrap();
    assert!(shown.contains("pumice-0.1.2.raucb  0.1.2"), "{shown}");
}
