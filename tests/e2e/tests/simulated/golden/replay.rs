//! Drives the core with the recorded uplink and holds its downlink against the recorded one.

use std::fmt::Write as _;
use std::time::Duration;

use pumice_core::config::{AddressRange, Config, OwnRefusal, Timers};
use pumice_core::{AssociationId, Core, Effect, Input};
use pumice_model::box_identity::BoxIdentity;
use pumice_model::cell::CellAdmission;
use pumice_model::change::DurableState;
use pumice_model::identity::{Apn, Imsi, MmeCode, MmeGroupId, Plmn, Tac};
use pumice_model::limits::Limits;
use pumice_model::rules::{SessionId, UserPlaneCommand, UserPlaneEvent};
use pumice_model::secret::Key128;
use pumice_model::subscriber::{Ambr, ApnProfile, OperatorKey, Qci, SimKeys, Subscriber, SubscriberState};
use pumice_model::time::Instant;
use pumice_ransim::security::NasSecurity;
use pumice_wire::nas::{self, EmmMessage, Outer, Plain, SecurityHeader};
use pumice_wire::s1ap::{self, Message};

use super::reason;
use super::script::{K, OPC, Script};
use crate::recording::{self, Recorded, S1AP};

const ASSOCIATION: AssociationId = AssociationId(1);

/// A recording and the core that it drives.
pub(super) struct Replay {
    recorded: Vec<Recorded>,
    core: Core,
    now: Instant,
    /// What the core has sent and the recording has not shown yet.
    sent: std::collections::VecDeque<Vec<u8>>,
    session: Option<SessionId>,
    /// The phone's security for the recorded downlink and for ours: the counts go their own ways.
    theirs: Option<NasSecurity>,
    ours: Option<NasSecurity>,
    report: String,
}

impl Replay {
    /// The recording of this name, whose phone was made to use these algorithms.
    pub(super) fn of(name: &str, eea: &[u8], eia: &[u8]) -> Self {
        let recorded: Vec<_> =
            recording::load(name).into_iter().filter(|message| message.ppid == S1AP).collect();
        let downlink: Vec<_> = recorded.iter().filter(|message| !is_uplink(message)).collect();
        let script = Script::read(&downlink, eea[0], eia[0]);
        let core = Core::new(config(eea, eia), state(), script.choices());
        Self {
            recorded,
            core,
            now: Instant::ZERO,
            sent: std::collections::VecDeque::new(),
            session: None,
            theirs: script.phone.clone(),
            ours: script.phone,
            report: String::new(),
        }
    }

    /// Plays all of it. Gives the differences, in the order in which they occurred.
    pub(super) fn run(mut self) -> String {
        let mut effects = Vec::new();
        self.core.start(self.now, &mut effects);
        self.note(effects);
        let peer = "127.0.1.1:36412".parse().expect("an address");
        self.feed(Input::AssociationUp { association: ASSOCIATION, peer, outbound_streams: 30 });
        for message in std::mem::take(&mut self.recorded) {
            if is_uplink(&message) {
                self.feed(Input::S1ap {
                    association: ASSOCIATION,
                    stream: message.stream,
                    octets: &message.octets,
                });
            } else {
                self.compare(&message);
            }
        }
        assert!(self.sent.is_empty(), "the core sent more than was recorded: {:?}", self.sent);
        let metrics = self.core.metrics();
        for wrong in [
            "nas_integrity_failed_total",
            "nas_unexpected_total",
            "s1ap_faults_total",
            "s1ap_unexpected_total",
        ] {
            let metric = metrics.iter().find(|metric| metric.name == wrong).expect("a counter");
            writeln!(self.report, "{wrong} {}", metric.value).expect("a String takes all");
        }
        self.report
    }

    fn feed(&mut self, input: Input<'_>) {
        self.now = self.now + Duration::from_millis(10);
        let mut effects = Vec::new();
        self.core.handle(self.now, input, &mut effects);
        self.note(effects);
    }

    fn note(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send { octets, .. } => self.sent.push_back(octets),
                Effect::Program(UserPlaneCommand::Establish(session)) => self.session = Some(session.id),
                Effect::Persist { ticket, .. } => {
                    let mut more = Vec::new();
                    self.core.handle(self.now, Input::Stored { through: ticket, result: Ok(()) }, &mut more);
                    self.note(more);
                }
                Effect::Program(_) | Effect::Abort(_) | Effect::Answer { .. } | Effect::Publish(_) => {}
            }
        }
    }

    /// The core's next message must be the recorded one but for what is listed.
    fn compare(&mut self, recorded: &Recorded) {
        let theirs = s1ap::decode(&recorded.octets).expect("a recorded message decodes").message;
        if matches!(theirs, Message::Paging(_)) {
            // A packet came for the phone.
            let session = self.session.expect("a session was established");
            self.feed(Input::UserPlane(UserPlaneEvent::DownlinkData { session }));
        }
        let Some(octets) = self.sent.pop_front() else {
            writeln!(self.report, "frame {}: {} is not sent", recorded.frame, theirs.name())
                .expect("a String takes all");
            return;
        };
        let ours = s1ap::decode(&octets).expect("our own message decodes").message;
        let recorded_name = theirs.name();
        assert_eq!(ours.name(), recorded_name, "frame {}", recorded.frame);
        let theirs_text = describe(&theirs, &mut self.theirs);
        let ours_text = describe(&ours, &mut self.ours);
        let verdict = if recorded.octets == octets { "the same octets" } else { "differs" };
        writeln!(self.report, "frame {}: {} {verdict}", recorded.frame, ours.name())
            .expect("a String takes all");
        for (theirs, ours) in lines_that_differ(&theirs_text, &ours_text) {
            let why = reason::of(recorded_name, &theirs, &ours);
            let why =
                why.unwrap_or_else(|| panic!("frame {}: no reason for {theirs} | {ours}", recorded.frame));
            writeln!(self.report, "    recorded {theirs}\n    ours     {ours}\n    because  {why}")
                .expect("a String takes all");
        }
    }
}

fn is_uplink(message: &Recorded) -> bool {
    message.to.1 == 36412
}

/// The message with its NAS taken out of its protection, one field a line.
fn describe(message: &Message<'_>, phone: &mut Option<NasSecurity>) -> String {
    let nas = match message {
        Message::DownlinkNasTransport(message) => Some(message.nas.to_vec()),
        Message::InitialContextSetupRequest(message) => message.erabs[0].nas.as_ref().map(|nas| nas.to_vec()),
        _ => None,
    };
    let mut text = format!("{message:#?}");
    if let Message::InitialContextSetupRequest(message) = message {
        write!(text, "\nsecurity_key {}", recording::digits(message.security_key.expose()))
            .expect("a String takes all");
    }
    if let Some(nas) = nas {
        // The octets of NAS are compared by what they say.
        text = text.lines().filter(|line| !is_octet(line)).collect::<Vec<_>>().join("\n");
        write!(text, "\n{}", describe_nas(&nas, phone)).expect("a String takes all");
    }
    text
}

fn describe_nas(octets: &[u8], phone: &mut Option<NasSecurity>) -> String {
    let outer = nas::open(octets).expect("NAS has an envelope");
    let (header, plain) = match &outer {
        Outer::Plain(plain) => (None, plain.to_vec()),
        Outer::Protected { header, .. } => {
            let phone = phone.as_mut().expect("an authentication came before");
            if *header == SecurityHeader::NewContext {
                phone.receive_count = 0;
            }
            (Some(*header), phone.unprotect(&outer).expect("the code of a downlink message is right"))
        }
        Outer::ServiceRequest { .. } => unreachable!("a service request goes up"),
    };
    let decoded = nas::decode(&plain).expect("NAS decodes");
    let inner = match &decoded {
        Plain::Emm(EmmMessage::AttachAccept(message)) => {
            format!("{:#?}", nas::decode(message.esm).expect("ESM decodes"))
        }
        _ => String::new(),
    };
    let text = format!("{decoded:#?}");
    let text =
        text.lines().filter(|line| !is_octet_of_esm(line, !inner.is_empty())).collect::<Vec<_>>().join("\n");
    format!("header {header:?}\n{text}\n{inner}")
}

fn is_octet(line: &str) -> bool {
    line.trim().trim_end_matches(',').parse::<u8>().is_ok()
}

fn is_octet_of_esm(line: &str, has_esm: bool) -> bool {
    has_esm && is_octet(line)
}

/// Lines that differ, after the common ones at the beginning and the end of each change.
fn lines_that_differ(theirs: &str, ours: &str) -> Vec<(String, String)> {
    let (theirs, ours): (Vec<_>, Vec<_>) = (theirs.lines().collect(), ours.lines().collect());
    let (mut left, mut right, mut differing) = (0, 0, Vec::new());
    while left < theirs.len() || right < ours.len() {
        if theirs.get(left) == ours.get(right) {
            left += 1;
            right += 1;
            continue;
        }
        // The nearest place where both go on alike.
        let ahead = (1..40).flat_map(|sum| (0..=sum).map(move |skip| (skip, sum - skip)));
        let next = ahead.into_iter().find(|(a, b)| {
            let same = |n: usize| {
                theirs.get(left + a + n).is_some() && theirs.get(left + a + n) == ours.get(right + b + n)
            };
            same(0) && (same(1) || left + a + 1 >= theirs.len())
        });
        let (a, b) = next.unwrap_or((theirs.len() - left, ours.len() - right));
        let join = |lines: &[&str]| lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
        differing.push((join(&theirs[left..left + a]), join(&ours[right..right + b])));
        left += a;
        right += b;
    }
    differing
}

fn config(eea: &[u8], eia: &[u8]) -> Config {
    Config {
        plmn: Plmn::parse("00101").expect("a PLMN"),
        tacs: vec![Tac(7)],
        mme_group: MmeGroupId(1),
        mme_code: MmeCode(0x1a),
        mme_name: "pumice".to_owned(),
        network_name: "Village".to_owned(),
        network_short_name: "Village".to_owned(),
        user_plane_address: "127.0.1.100".parse().expect("an address"),
        pool: AddressRange { network: "172.16.0.0".parse().expect("an address"), prefix: 24 },
        dns: vec!["8.8.8.8".parse().expect("an address")],
        mtu: 1_400,
        eea: eea.to_vec(),
        eia: eia.to_vec(),
        admission: CellAdmission::Learn { first: 1 },
        any_apn: true,
        refusal: OwnRefusal::NoSuitableCells,
        timers: Timers { t3412: Duration::from_secs(30 * 60), ..Timers::default() },
        limits: Limits::default(),
        box_identity: BoxIdentity {
            serial: [0; 16],
            mme_group: MmeGroupId(1),
            mme_code: MmeCode(0x1a),
            tac: Tac(7),
            first_teid: 1,
            first_ind: 0,
            m_tmsi_seed: 0,
        },
    }
}

fn state() -> DurableState {
    let ambr = Ambr { uplink: 50_000_000, downlink: 100_000_000 };
    let apn = ApnProfile { apn: Apn::parse("srsapn").expect("an APN"), ambr, qci: Qci::DEFAULT, priority: 8 };
    let subscriber = Subscriber {
        imsi: Imsi::parse("001010123456780").expect("an IMSI"),
        name: heapless_name(),
        state: SubscriberState::Active,
        keys: SimKeys { k: Key128::new(K), op: OperatorKey::Opc(Key128::new(OPC)), amf: [0x80, 0x00] },
        seq_offset: 0,
        apns: [apn].into_iter().collect(),
        ambr,
        ims_voice: false,
    };
    DurableState { subscribers: vec![subscriber], ..DurableState::default() }
}

fn heapless_name() -> heapless::String<64> {
    heapless::String::try_from("recorded").expect("it fits")
}
