//! What the page says of what it found: the texts of `pumice-ui` for the words of the model. What the model says in English only
//! is for who reads logs; a text stands in for it wherever there is one.

use pumice_model::control::Refusal;
use pumice_ui::{Words, key};

use super::password::{SHORTEST, Weak};
use crate::batch_file::BatchFileError;

/// Why something was refused.
pub(crate) fn refused(refusal: &Refusal) -> Words {
    match refusal {
        Refusal::NotFound => key!("flash.no-longer").into(),
        Refusal::Store { .. } => key!("flash.disk-refuses").into(),
        Refusal::AccountExists | Refusal::Exists(_) => exists(),
        Refusal::BadBackup => key!("problem.recovery-key").into(),
        other => Words::verbatim(other.to_string()),
    }
}

pub(crate) fn weak(weak: Weak) -> Words {
    match weak {
        Weak::Short => Words::counted(key!("problem.password-short"), u64::try_from(SHORTEST).unwrap_or(0))
            .with("n", SHORTEST.to_string()),
        Weak::Long => Words::new(key!("problem.too-long")).with("n", "256"),
        Weak::Name => key!("problem.password-name").into(),
        Weak::Common => key!("problem.password-common").into(),
    }
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $key:literal;)*) => {
        $($(#[$doc])* pub(crate) fn $name() -> Words {
            key!($key).into()
        })*
    };
}

words! {
    wrong_code = "problem.wrong-code";
    not_the_same = "problem.password-differs";
    wrong_password = "problem.password-wrong";
    exists = "problem.exists";
    unknown_iccid = "problem.iccid-unknown";
    iccid_used = "problem.iccid-used";
    file_wanted = "problem.file-missing";
    wanted = "problem.required";
    wrong_word = "problem.word";
    wrong_recovery_key = "problem.recovery-key";
    wrong_plmn = "problem.plmn";
    saved = "flash.saved";
    password_changed = "flash.password-changed";
    sessions_ended = "flash.sessions-ended";
    settings_kept = "flash.settings-kept";
    settings_back = "flash.settings-back";
    cell_forgotten = "flash.cell-forgotten";
    capture_started = "flash.capture-started";
    capture_stopped = "flash.capture-stopped";
    capture_deleted = "flash.capture-deleted";
}

/// A name to sign in with: nothing but what the hint of the field says.
pub(crate) fn wrong_name() -> Words {
    key!("claim.name.hint").into()
}

pub(crate) fn wrong_phone_name() -> Words {
    Words::new(key!("problem.too-long")).with("n", "64")
}

pub(crate) fn number_between(min: u64, max: u64) -> Words {
    Words::new(key!("problem.number")).with("min", min.to_string()).with("max", max.to_string())
}

pub(crate) fn wrong_iccid(typed: &str) -> Words {
    let digits = (18..=20).contains(&typed.len()) && typed.bytes().all(|digit| digit.is_ascii_digit());
    if digits { key!("problem.iccid-check").into() } else { key!("problem.iccid").into() }
}

/// A field of a new subscriber, by its name.
pub(crate) fn wrong_field(field: &str) -> Words {
    match field {
        "imsi" => key!("problem.imsi").into(),
        "k" | "op" | "opc" => key!("problem.hex").into(),
        "name" => wrong_phone_name(),
        _ => wanted(),
    }
}

pub(crate) fn imsi_of_another_network(plmn: &str) -> Words {
    Words::new(key!("problem.imsi-network")).with("plmn", plmn)
}

pub(crate) fn batch_file(error: &BatchFileError) -> Words {
    match error {
        BatchFileError::WrongPassphrase => key!("problem.passphrase").into(),
        BatchFileError::NotABatch | BatchFileError::TooCostly => key!("problem.batch-file").into(),
        BatchFileError::TooLarge => Words::new(key!("problem.file-too-large")).with("size", "2 MB"),
        other => Words::verbatim(other.to_string()),
    }
}

pub(crate) fn batch_loaded(cards: u64) -> Words {
    Words::counted(key!("flash.batch-loaded"), cards)
}

pub(crate) fn phones_added(phones: u64) -> Words {
    Words::counted(key!("flash.phones-added"), phones)
}

pub(crate) fn phone_added(name: &str) -> Words {
    Words::new(key!("flash.phone-added")).with("name", name)
}

pub(crate) fn phone_removed(name: &str) -> Words {
    Words::new(key!("flash.phone-removed")).with("name", name)
}

pub(crate) fn phone_blocked(name: &str) -> Words {
    Words::new(key!("flash.phone-blocked")).with("name", name)
}

pub(crate) fn phone_unblocked(name: &str) -> Words {
    Words::new(key!("flash.phone-unblocked")).with("name", name)
}

pub(crate) fn person_added(name: &str) -> Words {
    Words::new(key!("flash.person-added")).with("name", name)
}

pub(crate) fn person_removed(name: &str) -> Words {
    Words::new(key!("flash.person-removed")).with("name", name)
}

pub(crate) fn captures_full(holds: u32) -> Words {
    Words::new(key!("problem.captures-full")).with("n", holds.to_string())
}

pub(crate) fn wait(seconds: u32) -> Words {
    Words::new(key!("login.wait")).with("n", seconds.to_string())
}
