//! A network in which one phone and its cell misbehave, and two bystanders must not notice: one at the same cell, one at another.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pumice_model::control::Command;
use pumice_model::identity::{EnbUeS1apId, MmeUeS1apId};
use pumice_model::subscriber::SubscriberState;
use pumice_wire::nas::{EmmMessage, Plain};
use pumice_wire::s1ap::{self, Message};

use crate::driver::{CELL, Driver, Handset, OTHER_CELL, Outcome};
use crate::state_table::{Situation, s1ap_rows};

/// The most effects of one input: a cell that sets up again loses three connections with their bearers.
const MOST_EFFECTS: usize = 24;
/// Failures that are told; the others are counted.
const TOLD: usize = 20;

/// What was found.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) cases: u64,
    /// How often the state had to be made anew, because the message was taken.
    pub(super) taken: u64,
    failures: u64,
    told: Vec<String>,
}

impl Findings {
    fn fail(&mut self, what: String) {
        self.failures += 1;
        if self.told.len() < TOLD {
            self.told.push(what);
        }
    }

    /// All failures together.
    pub(super) fn report(self, name: &str) {
        println!("{name}: {} cases, {} of them taken", self.cases, self.taken);
        assert!(self.failures == 0, "{} failures\n{}", self.failures, self.told.join("\n"));
        assert!(self.cases > 0, "nothing was tried");
    }
}

/// The S1AP messages of the table, for one connection at a time.
pub(super) struct Rows {
    pub(super) names: Vec<String>,
    connection: MmeUeS1apId,
    octets: Vec<Vec<u8>>,
}

impl Rows {
    pub(super) fn of(phone: &Handset) -> Self {
        let (names, octets) = s1ap_rows(phone).into_iter().map(|row| (row.name, row.octets)).unzip();
        Self { names, connection: phone.mme_ue, octets }
    }

    /// A message for the connection that the phone has now.
    pub(super) fn octets(&mut self, phone: &Handset, at: usize) -> &[u8] {
        if self.connection != phone.mme_ue {
            *self = Self::of(phone);
        }
        &self.octets[at]
    }
}

/// The network.
pub(super) struct Rig {
    algorithms: (u8, u8),
    situation: Situation,
    pub(super) driver: Driver,
    pub(super) subject: Handset,
    beside: Handset,
    elsewhere: Handset,
    pub(super) findings: Findings,
}

impl Rig {
    pub(super) fn new(eea: u8, eia: u8, situation: Situation) -> Self {
        let mut driver = Driver::with_cells(eea, eia, 11);
        // Identities that no change of a single octet makes of the subject's.
        let mut beside = Handset::new(2);
        beside.enb_ue = EnbUeS1apId::new(0x5a_5a5a).expect("24 bits");
        let mut elsewhere = Handset::new(3).on(OTHER_CELL);
        driver.number_from(0x5a5a_5a00);
        beside.attach(&mut driver);
        elsewhere.attach(&mut driver);
        driver.number_from(0x0100_0000);
        let subject = Handset::new(1);
        let findings = Findings::default();
        let mut rig =
            Self { algorithms: (eea, eia), situation, driver, subject, beside, elsewhere, findings };
        rig.lead();
        rig
    }

    fn lead(&mut self) {
        self.situation.lead(&mut self.driver, &mut self.subject);
    }

    /// Everything anew, after the core has panicked or refuses to go on.
    fn anew(&mut self) {
        let (eea, eia) = self.algorithms;
        let findings = core::mem::take(&mut self.findings);
        *self = Self { findings, ..Self::new(eea, eia, self.situation) };
    }

    /// One case: octets that are made of the subject's state meet it, and what must hold is held against what comes of it.
    pub(super) fn try_octets(
        &mut self,
        name: impl Fn() -> String,
        make: impl FnOnce(&mut Handset) -> Vec<u8>,
        check: impl FnOnce(&Self, &Outcome) -> Result<(), String>,
    ) {
        self.findings.cases += 1;
        let result = catch_unwind(AssertUnwindSafe(|| {
            let before = self.fingerprint();
            let octets = make(&mut self.subject);
            let outcome = self.driver.octets(CELL, self.subject.stream, &octets);
            self.judge(&octets, &outcome).and_then(|()| check(self, &outcome))?;
            if self.fingerprint() != before {
                self.findings.taken += 1;
                self.restore();
            }
            Ok(())
        }));
        let failure = match result {
            Ok(Ok(())) => return,
            Ok(Err(what)) => what,
            Err(panic) => format!("panic: {}", said(&panic)),
        };
        self.findings.fail(format!("{:?}, {}: {failure}", self.situation, name()));
        self.anew();
    }

    /// What must hold after any octets.
    fn judge(&self, octets: &[u8], outcome: &Outcome) -> Result<(), String> {
        if outcome.effects > MOST_EFFECTS {
            return Err(format!("{} effects", outcome.effects));
        }
        if let Some(aborted) = outcome.aborted.first() {
            return Err(format!("{aborted} is aborted"));
        }
        let connected = Some(("established", "registered"));
        if self.driver.state(self.elsewhere.mme_ue) != connected {
            return Err("the phone at the other cell has lost its connection".to_owned());
        }
        let beside = self.driver.state(self.beside.mme_ue);
        if self.situation != Situation::BeforeSetup && beside != connected && !forgets(octets) {
            return Err(format!("the bystander is {beside:?}"));
        }
        Ok(())
    }

    /// What changes when a message is taken.
    fn fingerprint(&self) -> impl PartialEq + use<> {
        let phone = self.driver.phone(self.subject.imsi());
        (
            self.driver.state(self.subject.mme_ue),
            self.driver.state(self.beside.mme_ue),
            self.driver.last_mme_ue(),
            self.driver.gauge("cells"),
            self.driver.gauge("connections"),
            self.driver.gauge("phones"),
            phone.map(|phone| (phone.connected, phone.guti, phone.cell)),
        )
    }

    /// Back to the state: which shows too that cell and phones are still served.
    fn restore(&mut self) {
        let driver = &mut self.driver;
        if driver.gauge("cells") < 2 {
            driver.set_up(CELL);
        }
        if driver.state(self.beside.mme_ue).is_none() {
            driver.number_from(0x5a5a_5a00 + driver.last_mme_ue().0 % 64);
            self.beside.request_service(driver);
            assert_eq!(driver.state(self.beside.mme_ue), Some(("established", "registered")), "service");
            driver.number_from(0x0100_0000);
        }
        while driver.gauge("connections") > 2 {
            // The cell has lost what it had with the subject, under whatever identity.
            let known = [self.subject.mme_ue, driver.last_mme_ue()];
            let left = known.into_iter().find(|mme_ue| driver.state(*mme_ue).is_some());
            if left.is_none() {
                driver.wait(core::time::Duration::from_secs(60));
                break;
            }
            self.subject.mme_ue = left.expect("one is left");
            let lost = s1ap::ErrorIndication {
                mme_ue: Some(self.subject.mme_ue.0),
                cause: Some(s1ap::Cause::UNKNOWN_MME_UE_ID),
                ..s1ap::ErrorIndication::default()
            };
            driver.say(CELL, 0, &Message::ErrorIndication(lost));
        }
        let imsi = self.subject.imsi();
        if self.situation == Situation::AwaitDetachAccept {
            driver.command(Command::SetSubscriberState(imsi, SubscriberState::Active));
        }
        if self.situation == Situation::Unknown {
            let keys = crate::driver::subscribers().subscribers;
            driver.command(Command::RemoveSubscriber(imsi));
            let again = keys.into_iter().filter(|subscriber| subscriber.imsi == imsi).collect();
            driver.command(Command::AddSubscribers(again));
        }
        self.subject = Handset::new(1);
        self.lead();
    }

    /// The bystanders are served: a periodic update, then idle and back.
    pub(super) fn serve_bystanders(&mut self) {
        let result = catch_unwind(AssertUnwindSafe(|| {
            let mut bystanders = vec![&mut self.elsewhere];
            if self.situation != Situation::BeforeSetup {
                bystanders.push(&mut self.beside);
            }
            let before = self.driver.last_mme_ue();
            self.driver.number_from(0x5a5a_5a00);
            for phone in bystanders {
                let request = EmmMessage::TrackingAreaUpdateRequest(phone.tau_request(true));
                let heard = phone.tell(&mut self.driver, &Plain::Emm(request));
                assert_eq!(heard[0].words, "Tracking area update accept");
                phone.go_idle(&mut self.driver);
                phone.request_service(&mut self.driver);
                assert_eq!(self.driver.state(phone.mme_ue), Some(("established", "registered")));
            }
            self.driver.number_from(before.0);
        }));
        if let Err(panic) = result {
            self.findings.fail(format!("{:?}: a bystander is not served: {}", self.situation, said(&panic)));
            self.anew();
        }
    }
}

/// Whether the octets say that the cell has forgotten its phones.
fn forgets(octets: &[u8]) -> bool {
    s1ap::decode(octets)
        .is_ok_and(|decoded| matches!(decoded.message, Message::S1SetupRequest(_) | Message::Reset(_)))
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}
