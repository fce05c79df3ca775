mod example;
mod mistakes;
mod owner;
mod ways;

use super::*;
use pumice_model::box_identity::BoxIdentity;
use pumice_model::identity::{MmeCode, MmeGroupId, Tac};

/// The least that a file must hold.
const LEAST: &str = "[network]\nplmn = \"00101\"\n[user_plane]\nlisten = [\"192.0.2.1\"]\n";

fn identity() -> BoxIdentity {
    BoxIdentity {
        serial: [0xab; 16],
        mme_group: MmeGroupId(33_025),
        mme_code: MmeCode(7),
        tac: Tac(4_711),
        first_teid: 1,
        first_ind: 4,
        m_tmsi_seed: 5,
    }
}

#[test]
fn the_least_file_is_enough() {
    let settings = parse(LEAST).unwrap();
    assert_eq!(settings.user_plane.advertise.to_string(), "192.0.2.1");
    assert_eq!(settings.ground.api.listen, DEFAULT_API);
}

#[test]
fn a_box_has_its_own_identity_unless_configured() {
    let own = parse(LEAST).unwrap().core(identity());
    assert_eq!((own.mme_group.0, own.mme_code.0, &own.tacs[..]), (33_025, 7, &[Tac(4_711)][..]));
    assert_eq!(own.mme_name, "pumice-abab");

    let file =
        LEAST.replace("plmn", "tacs = [1, 2]\nmme_group = 5\nmme_code = 6\nmme_name = \"school\"\nplmn");
    let given = parse(&file).unwrap().core(identity());
    assert_eq!((given.mme_group.0, given.mme_code.0, &given.tacs[..]), (5, 6, &[Tac(1), Tac(2)][..]));
    assert_eq!(given.mme_name, "school");
    assert_eq!(given.box_identity, identity());
}

#[test]
fn both_lengths_of_an_mnc_are_taken_and_kept_apart() {
    let two = parse(LEAST).unwrap().network.plmn;
    let three = parse(&LEAST.replace("00101", "001001")).unwrap().network.plmn;
    assert_ne!(two, three);
    assert_eq!((two.digits().as_str(), three.digits().as_str()), ("00101", "001001"));
}

#[test]
fn a_ports_absence_means_the_standards_port() {
    let settings =
        parse(&format!("{LEAST}[s1ap]\nlisten = [\"192.0.2.1\", \"[2001:db8::1]:5000\"]")).unwrap();
    let listen: Vec<String> = settings.s1ap.listen.iter().map(ToString::to_string).collect();
    assert_eq!(listen, ["192.0.2.1:36412", "[2001:db8::1]:5000"]);
}

#[test]
fn the_api_is_found_in_a_file_with_mistakes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pumice.toml");
    std::fs::write(&path, "[network]\nplmn = 1\n[api]\nlisten = \"127.0.0.1:81\"\n").unwrap();
    assert_eq!(api_address(&path).unwrap().to_string(), "127.0.0.1:81");
    std::fs::write(&path, "[api]\nlisten = \"192.0.2.1:81\"\n").unwrap();
    assert_eq!(api_address(&path).unwrap(), DEFAULT_API);
}

#[test]
fn an_unreadable_file_says_which_and_what_to_do() {
    let error = File::load(Path::new("/nonexistent/pumice.toml")).unwrap_err().to_string();
    assert!(error.contains("/nonexistent/pumice.toml"), "{error}");
    assert!(error.contains("--config"), "{error}");
}

#[test]
fn a_small_pool_is_noted() {
    let settings = parse(&format!("{LEAST}pool = \"10.45.0.0/29\"")).unwrap();
    let note = "user_plane.pool has 5 addresses for up to 640 phones (limits.phones)";
    assert_eq!(settings.notes, [note]);
    assert!(settings.to_string().contains(note));
}

#[test]
fn the_summary_shows_what_decides_and_what_it_takes() {
    let summary = parse(LEAST).unwrap().to_string();
    for part in
        ["00101 (MNC of 2 digits)", "0.0.0.0:36412", "10.45.0.0/16", "the first 1 learned", "memory", "KiB"]
    {
        assert!(summary.contains(part), "{part} in\n{summary}");
    }
}
