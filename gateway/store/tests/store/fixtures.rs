//! Directories, subscribers and phones to test with.

use std::path::{Path, PathBuf};

use pumice_model::archive::{Day, DayUsage};
use pumice_model::change::LearnedCell;
use pumice_model::identity::{
    Apn, Ebi, EnbId, GlobalEnbId, Gummei, Guti, Imeisv, Imsi, MTmsi, MmeCode, MmeGroupId, Plmn, Tac, Tai,
    Teid,
};
use pumice_model::machine::BatchSim;
use pumice_model::people::{Account, AccountName, Actor, AuditEntry, Outcome, Role, Session};
use pumice_model::secret::{Key128, Key256};
use pumice_model::subscriber::{Ambr, ApnProfile, OperatorKey, Qci, SimKeys, Subscriber, SubscriberState};
use pumice_model::time::Stamp;
use pumice_model::ue::{BearerRecord, CapabilityHash, SecurityRecord, UeCapability, UeRecord};
use pumice_store::{FileSealer, Opened, Options, Store, StoreError};

/// A directory that goes with the test, in memory where there is a file system for it: what a sync means is tested by a
/// recording, not by waiting for this machine's disk.
pub(crate) struct Home {
    directory: tempfile::TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let directory = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        Self { directory: directory.unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.path().join("pumice.db")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.path().join("pumice.db-wal")
    }

    pub(crate) fn options(&self) -> Options {
        Options::new(FileSealer::open_or_create(&self.path().join("pumice.key")).unwrap())
    }

    pub(crate) fn open(&self) -> Opened {
        self.open_with(self.options()).unwrap()
    }

    pub(crate) fn open_with(&self, options: Options) -> Result<Opened, StoreError> {
        Store::open(&self.database(), options)
    }

    /// All as a crash leaves it: the store still has its files open.
    pub(crate) fn copy(&self) -> Self {
        let copy = Self::new();
        for entry in std::fs::read_dir(self.path()).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
        copy
    }
}

pub(crate) fn imsi(n: u32) -> Imsi {
    Imsi::parse(&format!("00101{n:010}")).unwrap()
}

/// A subscriber whose keys depend on `n` and `generation`.
pub(crate) fn subscriber(n: u32, generation: u8) -> Subscriber {
    let [.., a, b] = n.to_be_bytes();
    let key = |kind: u8| {
        let mut octets = [generation; 16];
        octets[..3].copy_from_slice(&[kind, a, b]);
        Key128::new(octets)
    };
    let ambr = Ambr { uplink: 10_000_000, downlink: 50_000_000 };
    let internet = ApnProfile { apn: Apn::parse("internet").unwrap(), ambr, qci: Qci::DEFAULT, priority: 8 };
    Subscriber {
        imsi: imsi(n),
        name: heapless::String::try_from(format!("phone {n}").as_str()).unwrap(),
        state: if n % 5 == 4 { SubscriberState::Barred } else { SubscriberState::Active },
        keys: SimKeys {
            k: key(0xa5),
            op: if n.is_multiple_of(2) { OperatorKey::Opc(key(0xb6)) } else { OperatorKey::Op(key(0xc7)) },
            amf: [0x80, 0x00],
        },
        seq_offset: u64::from(n) << 3,
        apns: heapless::Vec::from_slice(&[internet]).unwrap(),
        ambr,
        ims_voice: n.is_multiple_of(3),
    }
}

/// A phone with `bearers` bearers whose ceiling is `ceiling`.
pub(crate) fn ue(n: u32, ceiling: u32, bearers: u8) -> UeRecord {
    let plmn = Plmn::parse("00101").unwrap();
    let gummei = Gummei { plmn, group: MmeGroupId(0x8001), code: MmeCode(7) };
    let [.., a, b] = n.to_be_bytes();
    let mut k_asme = [0xd8; 32];
    k_asme[1..3].copy_from_slice(&[a, b]);
    let bearer = |at: u8| BearerRecord {
        ebi: Ebi::new(5 + at).unwrap(),
        apn: Apn::parse("internet").unwrap(),
        address: [10, at, a, b].into(),
        teid: Teid(0x1000_0000 + n),
        qci: Qci::DEFAULT,
        priority: 8,
        ambr: Ambr { uplink: 1_000_000, downlink: 1_000_000 },
    };
    UeRecord {
        imsi: imsi(n),
        imeisv: Imeisv::parse("3534900698733190").ok(),
        guti: Guti { gummei, m_tmsi: MTmsi(0xc000_0000 + n) },
        security: SecurityRecord {
            ksi: 1,
            k_asme: Key256::new(k_asme),
            eea: 2,
            eia: 2,
            downlink_ceiling: ceiling,
            uplink_floor: ceiling / 2,
        },
        capability: UeCapability {
            network: heapless::Vec::from_slice(&[0xf0, 0xf0, 0xc0, 0xc0]).unwrap(),
            ms_network: None,
            additional_security: None,
        },
        tai: Tai { plmn, tac: Tac(1) },
        bearers: (0..bearers).map(bearer).collect(),
        radio_capability: Some(CapabilityHash([b; 16])),
        combined: n % 2 == 1,
    }
}

pub(crate) fn cell(n: u32) -> LearnedCell {
    let plmn = Plmn::parse("001001").unwrap();
    let id = match n % 4 {
        0 => EnbId::Macro(n),
        1 => EnbId::Home(n),
        2 => EnbId::ShortMacro(n),
        _ => EnbId::LongMacro(n),
    };
    let address = if n.is_multiple_of(2) { [192, 0, 2, 7].into() } else { "2001:db8::7".parse().unwrap() };
    LearnedCell { enb: GlobalEnbId { plmn, id }, address }
}

/// So many seconds after the second start; the clock was trusted now and then.
pub(crate) fn stamp(seconds: u64) -> Stamp {
    let unix_seconds = Some(1_800_000_000 + seconds).filter(|_| seconds.is_multiple_of(2));
    Stamp { boot: 2, at_millis: 1_000 * seconds, unix_seconds }
}

pub(crate) fn name(name: &str) -> AccountName {
    AccountName::parse(name).unwrap()
}

pub(crate) fn account(of: &str, role: Role) -> Account {
    Account {
        name: name(of),
        role,
        password: format!("$argon2id$v=19$m=8192,t=3,p=1$c2FsdHNhbHQ$canary-of-{of}"),
        language: heapless::String::try_from("en").unwrap(),
        created: stamp(1),
    }
}

/// A session that was used last at this second.
pub(crate) fn session(token: u8, of: &str, used: u64) -> Session {
    Session {
        token: [token; 32],
        account: name(of),
        begun: stamp(1),
        used: stamp(used),
        browser: heapless::String::try_from("Safari on iPhone").unwrap(),
    }
}

/// The entry that is the `n`th.
pub(crate) fn audited(n: u64) -> AuditEntry {
    let actor = match n % 4 {
        0 => Actor::Account(name("ana")),
        1 => Actor::Shell,
        2 => Actor::Box,
        _ => Actor::Nobody,
    };
    AuditEntry {
        at: stamp(n),
        actor,
        address: [None, Some([192, 0, 2, 9].into()), "2001:db8::9".parse().ok()][(n % 3) as usize],
        action: heapless::String::try_from("subscriber.add").unwrap(),
        subject: heapless::String::try_from(format!("subject {n}").as_str()).unwrap(),
        outcome: if n.is_multiple_of(5) { Outcome::Refused } else { Outcome::Done },
    }
}

pub(crate) fn batch_sim(n: u32) -> BatchSim {
    BatchSim { iccid: format!("8988{n:015}"), subscriber: subscriber(n, 4) }
}

/// What phone `n` used on a day.
pub(crate) fn used(n: u32, day: u32, uplink: u64) -> DayUsage {
    DayUsage { imsi: imsi(n), day: Day(day), uplink, downlink: 10 * uplink }
}
