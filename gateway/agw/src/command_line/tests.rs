use clap::CommandFactory;
use clap::error::ErrorKind;

use super::*;

fn parse(line: &str) -> Result<Command, clap::Error> {
    let words = std::iter::once("pumice").chain(line.split_whitespace());
    CommandLine::try_parse_from(words).map(|line| line.command)
}

fn new_subscriber(line: &str) -> Box<NewSubscriberArgs> {
    match parse(line).unwrap() {
        Command::Operate(Operate::Subscriber { command: SubscriberCommand::Add(new), .. }) => new,
        other => panic!("{other:?}"),
    }
}

const K: &str = "465b5ce8b199b49faa5f0a2ee238a6bc";

#[test]
fn the_definition_is_sound() {
    CommandLine::command().debug_assert();
}

#[test]
fn run_reads_the_usual_file_unless_told() {
    let Command::Run { config } = parse("run").unwrap() else { panic!() };
    assert_eq!(config, PathBuf::from("/etc/pumice/pumice.toml"));
    let Command::Run { config } = parse("run --config /tmp/x.toml").unwrap() else { panic!() };
    assert_eq!(config, PathBuf::from("/tmp/x.toml"));
}

#[test]
fn keys_come_from_a_file_or_from_flags_never_both() {
    let new = new_subscriber("subscriber add 001010000000001 --keys-from -");
    assert_eq!(new.keys_from, Some(PathBuf::from("-")));
    let new = new_subscriber(&format!("subscriber add 001010000000001 --k {K} --opc {K}"));
    assert_eq!((new.k.as_deref(), new.opc.as_deref()), (Some(K), Some(K)));
    for wrong in [
        String::new(),
        format!("--k {K}"),
        format!("--opc {K}"),
        format!("--k {K} --op {K} --opc {K}"),
        format!("--keys-from - --k {K} --op {K}"),
        format!("--keys-from - --opc {K}"),
    ] {
        let error = parse(&format!("subscriber add 001010000000001 {wrong}")).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::MissingRequiredArgument | ErrorKind::ArgumentConflict),
            "{wrong}: {error}"
        );
        assert_eq!(error.exit_code(), 2);
    }
}

#[test]
fn wrong_values_say_what_would_be_right() {
    for (line, wanted) in [
        ("subscriber show 00101", "6 to 15 digits"),
        ("subscriber add 001010000000001 --keys-from - --apn a_b", "letters, digits"),
        ("subscriber add 001010000000001 --keys-from - --qci 4", "5..=9"),
        ("subscriber add 001010000000001 --keys-from - --uplink 5", "--downlink"),
        ("status --api 127.0.0.1", "invalid socket address"),
        ("settings set network.nmae=x", "near are network.name, network.short_name"),
        ("settings set name=x", "near are network.name"),
        ("settings set network.name", "KEY=VALUE"),
        ("settings set zzz=x", "pumice settings show"),
        ("cell forget roof", "00101-macro-19b"),
        ("account add amina --role boss --generate", "owner, seller, viewer"),
        ("account add -x --role owner --generate", "unexpected argument"),
        ("history year", "hour, day, month"),
        ("capture start --interface eth0 --seconds 0", "1..=3600"),
        ("batch subscribe 12", "18 to 20 digits"),
        ("audit --limit 0", "1..=10000"),
    ] {
        let error = parse(line).unwrap_err();
        assert!(error.to_string().contains(wanted), "{line}: {error}");
    }
}

#[test]
fn the_gateway_may_be_named_before_or_after_the_subcommand() {
    for line in ["subscriber --api 127.0.0.1:1 list", "subscriber list --api 127.0.0.1:1"] {
        let Command::Operate(command) = parse(line).unwrap() else { panic!() };
        assert_eq!(command.gateway().api, Some("127.0.0.1:1".parse().unwrap()));
    }
}

#[test]
fn a_password_never_stands_in_the_command() {
    for (line, kind) in [
        ("account add amina --role owner", ErrorKind::MissingRequiredArgument),
        ("account add amina --role owner --password secret", ErrorKind::UnknownArgument),
        ("account add amina secret --role owner --generate", ErrorKind::UnknownArgument),
        ("account password amina --generate --password-from -", ErrorKind::ArgumentConflict),
        ("backup box.backup --recovery-key secret", ErrorKind::UnknownArgument),
        ("batch import sims.batch", ErrorKind::MissingRequiredArgument),
    ] {
        assert_eq!(parse(line).unwrap_err().kind(), kind, "{line}");
    }
}

#[test]
fn a_choice_is_made() {
    for (line, kind) in [
        ("session end", ErrorKind::MissingRequiredArgument),
        ("session end 0011223344556677 --account amina", ErrorKind::ArgumentConflict),
        ("capture start", ErrorKind::MissingRequiredArgument),
        ("capture start --phone 001010000000001 --address 10.45.0.2", ErrorKind::ArgumentConflict),
        ("reset", ErrorKind::MissingRequiredArgument),
        ("subscriber limits 001010000000001 --uplink 5000", ErrorKind::MissingRequiredArgument),
    ] {
        assert_eq!(parse(line).unwrap_err().kind(), kind, "{line}");
    }
    parse("capture start --phone 001010000000001 --interface eth1").unwrap();
}

#[test]
fn everything_that_is_looked_at_comes_as_json_too() {
    for line in [
        "status",
        "subscriber list",
        "subscriber show 001010000000001",
        "subscriber usage 001010000000001",
        "batch size",
        "cell list",
        "event list --follow",
        "settings show",
        "settings preview network.band=3",
        "settings history",
        "account list",
        "session list",
        "audit",
        "history day",
        "machine",
        "capture list",
        "label",
    ] {
        parse(&format!("{line} --json")).unwrap_or_else(|error| panic!("{line}: {error}"));
    }
}

#[test]
fn completions_know_every_command() {
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut CommandLine::command(), "pumice", &mut script);
        let script = String::from_utf8(script).unwrap();
        for word in ["subscriber", "settings", "capture", "completions"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn help_documents_the_exit_codes() {
    let help = CommandLine::command().render_help().to_string();
    assert!(help.contains("Exit codes:") && help.contains("3  no gateway answers"), "{help}");
}
