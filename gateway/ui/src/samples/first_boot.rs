//! First boot, the wizard, signing in.

use super::noon;
use crate::form::Entered;
use crate::key;
use crate::moment::When;
use crate::page::add_phone::AddPhone;
use crate::page::box_label::{BoxLabel, SetupWifi};
use crate::page::claim::{Claim, Step as ClaimStep};
use crate::page::error::{Failure, Kind};
use crate::page::login::Login;
use crate::page::plain::{Plain, Portal};
use crate::page::setup::{
    Backhaul, Cell, CellCard, CellWait, Done, FirstPhone, Network, Phones, Refusal, Step, Way, WifiSeen,
};
use crate::words::Words;

/// A digest that looks like one.
pub fn digest(seed: u8) -> [u8; 32] {
    let mut octet = seed;
    [(); 32].map(|()| {
        octet = octet.wrapping_mul(167).wrapping_add(13);
        octet
    })
}

/// `/claim`.
pub fn claim(step: ClaimStep) -> Claim {
    Claim { step, entered: Entered::new(), wait_seconds: None, password_min: 10 }
}

/// `/claim` after too many wrong codes.
pub fn claim_wrong() -> Claim {
    Claim {
        entered: Entered::new().with("code", "ABCD-EFGH").wrong("code", key!("problem.wrong-code")),
        wait_seconds: Some(20),
        ..claim(ClaimStep::Code)
    }
}

/// `/login` after a wrong password.
pub fn login_wrong() -> Login {
    Login {
        entered: Entered::new().with("name", "amina"),
        wrong: true,
        wait_seconds: Some(8),
        next: Some("/phones".into()),
        ..Login::default()
    }
}

/// `/setup/backhaul`.
pub fn backhaul() -> Backhaul {
    let heard = |ssid: &str, strength, locked| WifiSeen { ssid: ssid.into(), strength, locked };
    Backhaul {
        done: vec![Step::Owner],
        ways: vec![Way::Dhcp, Way::Static, Way::Pppoe, Way::Modem, Way::Wifi],
        chosen: Some(Way::Wifi),
        entered: Entered::new()
            .with("ssid", "Mission Guest")
            .wrong("wifi_password", Words::new(key!("problem.required"))),
        wifi: vec![heard("Mission Guest", 82, true), heard("<b>Duka</b> \"1\"", 41, false)],
        result: None,
    }
}

/// `/setup/network`.
pub fn network() -> Network {
    Network {
        done: vec![Step::Owner, Step::Backhaul],
        entered: Entered::new()
            .with("network_name", "Kijiji Net")
            .with("tac", "1")
            .with("band", "3")
            .with("plmn", "own")
            .with("own_plmn", "64O-07")
            .wrong("own_plmn", key!("problem.plmn")),
    }
}

/// What to type into a cell.
pub fn cell_card() -> CellCard {
    CellCard {
        mme_addresses: vec!["10.0.1.1".into(), "192.168.1.20".into()],
        port: 36_412,
        plmn: "999-99".into(),
        tac: 1,
        band: "3".into(),
    }
}

/// Nothing was heard.
pub fn cell_nothing() -> CellWait {
    CellWait::Nothing { since: When::Ago(120) }
}

/// A cell was turned away.
pub fn cell_refused() -> CellWait {
    CellWait::Refused {
        from: "10.0.1.17".into(),
        id: Some("001-01-1a2b3".into()),
        when: noon().plus(-15).into(),
        why: Refusal::Plmn { told: "001-01".into(), ours: "999-99".into() },
    }
}

/// A cell is connected.
pub fn cell_connected() -> CellWait {
    CellWait::Connected {
        name: "duka-roof".into(),
        address: "10.0.1.17".into(),
        since: noon().plus(-15).into(),
    }
}

/// `/setup/cell`.
pub fn setup_cell(wait: CellWait) -> Cell {
    Cell { done: vec![Step::Owner, Step::Backhaul, Step::Network], card: cell_card(), wait }
}

/// `/setup/phones`.
pub fn setup_phones() -> Phones {
    Phones {
        done: vec![Step::Owner, Step::Backhaul, Step::Network, Step::Cell],
        known: 1,
        add: AddPhone { from_setup: true, ..super::add_phone() },
    }
}

/// `/setup/done` of a network that lacks something.
pub fn setup_unfinished() -> Done {
    let missing = vec![key!("setting.plmn"), key!("setting.s1-address")];
    Done { done: vec![Step::Owner, Step::Backhaul], missing: Some(missing), ..setup_done() }
}

/// `/setup/done`.
pub fn setup_done() -> Done {
    Done {
        done: vec![Step::Owner, Step::Backhaul, Step::Network, Step::Cell, Step::Phones],
        missing: None,
        first_phone: FirstPhone::Seen {
            name: "Amina".into(),
            imsi: "999990000000001".into(),
            when: noon().into(),
        },
        backup_made: false,
    }
}

/// A failure.
pub fn failure(kind: Kind) -> Failure {
    Failure { kind, request: Some("7f3a-11".into()) }
}

/// A refusal with a reason.
pub fn refused() -> Kind {
    Kind::Refused(Words::new(key!("flash.disk-refuses")))
}

/// The page of port 80.
pub fn plain() -> Plain {
    Plain { secure_url: "https://pumice.local/".into(), fingerprint: digest(7) }
}

/// The page of the captive portal.
pub fn portal() -> Portal {
    Portal {
        secure_url: "https://192.168.77.1/".into(),
        address: "https://192.168.77.1".into(),
        fingerprint: digest(7),
    }
}

/// The label of a box.
pub fn box_label() -> BoxLabel {
    BoxLabel {
        serial: "PB-000417".into(),
        host: "pumice.local".into(),
        address: "192.168.77.1".into(),
        wifi: Some(SetupWifi { ssid: "Pumice-0417".into(), password: "lava-float-42".into() }),
        code: "7KQ4-M2XD-9TRA".into(),
        fingerprint: digest(7),
    }
}
