//! Random walks: phones and cells that do anything at any time, rightly, wrongly and mutilated. After each step the core's account of
//! itself must agree with what it told the store and the user plane; in the end, when all cells are gone, nothing may be left over.

use core::time::Duration;

use pumice_core::{AssociationId, Core, Input};
use pumice_model::change::DurableState;
use pumice_model::control::Command;
use pumice_model::identity::EnbUeS1apId;
use pumice_model::rules::UserPlaneEvent;
use pumice_model::subscriber::SubscriberState;
use pumice_wire::nas::{self, EmmMessage, EpsMobileIdentity, Plain};

use super::mutation::Mutation;
use super::sweep::said;
use crate::driver::{
    CELL, Driver, Handset, OTHER_CELL, Outcome, Random, choices, config, connectivity_request, hear,
    subscribers,
};
use crate::state_table::{Protection, Situation, nas_rows, s1ap_rows};

const PHONES: u64 = 8;
/// Longer than any timer of the core but T3412.
const LONGEST: Duration = Duration::from_secs(2 * 3_600);
/// The most effects of one input: a cell that is lost with all phones on it.
const MOST_EFFECTS: usize = 64;

#[test]
fn anything_at_any_time() {
    let everything = std::env::var_os("PUMICE_FULL").is_some_and(|value| value == "1");
    let (seeds, steps) = if everything { (32, 40_000) } else { (3, 10_000) };
    for seed in 1..=seeds {
        let mut walk = Walk::new(seed);
        for step in 0..steps {
            let what = walk.step();
            walk.check(&format!("seed {seed}, step {step}, {what}"));
        }
        walk.assert_far(&format!("seed {seed}"));
        walk.end(&format!("seed {seed}"));
    }
    println!("{seeds} walks of {steps} steps");
}

struct Walk {
    driver: Driver,
    phones: Vec<Handset>,
    random: Random,
    seed: u64,
}

impl Walk {
    fn new(seed: u64) -> Self {
        let phones = (1..=PHONES).map(Handset::new).collect();
        Self { driver: Driver::with_cells(2, 2, seed), phones, random: Random::new(seed), seed }
    }

    /// One thing happens. Its name is for the failure's report.
    fn step(&mut self) -> String {
        let at = self.random.below(self.phones.len());
        let mut phone = self.phones[at].clone();
        let what = match self.random.below(100) {
            0..80 => self.behave(&mut phone),
            80..86 => self.say_any_nas(&mut phone),
            86..90 => self.say_any_s1ap(&phone),
            90..93 => self.say_mutilated(&mut phone),
            93..97 => self.pass_time(),
            97..99 => self.disturb(&phone),
            _ => self.command(&phone),
        };
        self.phones[at] = phone;
        what
    }

    /// What a phone and its cell do next, if they do as they should.
    fn behave(&mut self, phone: &mut Handset) -> String {
        let Some((s1, emm)) = self.driver.state(phone.mme_ue).filter(|_| !phone.released) else {
            let left = phone.released && self.driver.state(phone.mme_ue).is_some() && !self.random.one_in(4);
            let driver = &mut self.driver;
            return if left {
                lenient(phone, |phone| phone.release_complete(driver))
            } else {
                self.come(phone)
            };
        };
        let driver = &mut self.driver;
        let emm_message = |message: EmmMessage<'static>| Plain::Emm(message);
        let esm_accept = crate::driver::bearer_accept();
        match (s1, emm) {
            ("releasing", _) => lenient(phone, |phone| phone.release_complete(driver)),
            ("context setup", _) if self.random.one_in(2) => {
                use pumice_wire::s1ap::{Message, encode};
                let mut response = phone.context_setup_response();
                if self.random.one_in(8) {
                    response.erabs.clear();
                    let failed =
                        (pumice_model::identity::Ebi::FIRST, pumice_wire::s1ap::Cause::MISC_UNSPECIFIED);
                    response.failed.push(failed).expect("there is room for one");
                }
                let octets = encode(&Message::InitialContextSetupResponse(response)).expect("it is legal");
                lenient(phone, |phone| driver.octets(phone.association, 1, &octets))
            }
            (_, "await identity") => {
                let identity = nas::MobileIdentity::Imsi(phone.imsi());
                let response = EmmMessage::IdentityResponse(nas::IdentityResponse { identity });
                self.answer(phone, &emm_message(response))
            }
            (_, "await authentication") => {
                let response = match self.random.below(12) {
                    0 => {
                        let auts = Some(phone.auts(self.random.next() % (1 << 20)));
                        let cause = nas::EmmCause::SYNCH_FAILURE;
                        EmmMessage::AuthenticationFailure(nas::AuthenticationFailure { cause, auts })
                    }
                    _ => EmmMessage::AuthenticationResponse(phone.authentication_response()),
                };
                self.answer(phone, &emm_message(response))
            }
            (_, "await security mode") if self.random.one_in(12) => {
                let cause = nas::EmmCause::SECURITY_MODE_REJECTED;
                let reject = EmmMessage::SecurityModeReject(nas::SecurityModeReject { cause });
                phone.security = phone.before.take();
                self.answer(phone, &emm_message(reject))
            }
            (_, "await security mode") => lenient(phone, |phone| {
                let complete = EmmMessage::SecurityModeComplete(nas::SecurityModeComplete::default());
                let nas = nas::encode(&Plain::Emm(complete));
                let nas = phone.protect(nas::SecurityHeader::NewContextCiphered, &nas);
                phone.before = None;
                phone.say(driver, &nas)
            }),
            (_, "await ESM information") => {
                let body = nas::EsmBody::EsmInformationResponse { apn: None, pco: None };
                let response = nas::EsmMessage { ebi: 0, pti: crate::driver::PTI, body };
                protected(driver, phone, &Plain::Esm(response))
            }
            (_, "await attach complete") => {
                let complete = nas::AttachComplete { esm: &esm_accept };
                protected(driver, phone, &Plain::Emm(EmmMessage::AttachComplete(complete)))
            }
            (_, "await detach accept") => protected(driver, phone, &Plain::Emm(EmmMessage::DetachAccept)),
            _ => self.live(phone),
        }
    }

    /// Says a message on a connection that is secured, or not: a phone that cannot know tries either.
    fn answer(&mut self, phone: &mut Handset, message: &Plain<'_>) -> String {
        let driver = &mut self.driver;
        if phone.security.is_some() && self.random.one_in(2) {
            return protected(driver, phone, message);
        }
        lenient(phone, |phone| phone.say(driver, &nas::encode(message)))
    }

    /// A phone comes: it attaches, or asks for service.
    fn come(&mut self, phone: &mut Handset) -> String {
        let known = phone.security.is_some() && phone.guti.is_some();
        if self.random.one_in(4) {
            // Another cell, where it has another connection.
            phone.association = *self.random.of(&[CELL, OTHER_CELL]);
            phone.enb_ue = EnbUeS1apId::new(0x1000 + u32::from(self.random.octet() % 32)).expect("24 bits");
        }
        let driver = &mut self.driver;
        match self.random.below(10) {
            0..3 if known => lenient(phone, |phone| {
                let nas = phone.security.as_mut().expect("it is known").service_request();
                phone.begin(driver, &nas)
            }),
            3..6 if known => {
                let mut request = phone.tau_request(self.random.one_in(2));
                if self.random.one_in(4) {
                    phone.capability =
                        self.random.of(&[vec![0xf0, 0x70], vec![0xf0, 0x70, 0xc0, 0x40]]).clone();
                    request.capability = Some(phone.network_capability());
                }
                protected(driver, phone, &Plain::Emm(EmmMessage::TrackingAreaUpdateRequest(request)))
            }
            _ => {
                let stranger = self.random.below(self.phones.len());
                let identity = match self.random.below(6) {
                    0..3 => EpsMobileIdentity::Imsi(phone.imsi()),
                    3 | 4 => phone.identity(),
                    _ => self.phones[stranger].identity(),
                };
                let esm = connectivity_request(self.random.one_in(3));
                let request = Plain::Emm(EmmMessage::AttachRequest(phone.attach_request(identity, &esm)));
                if known && self.random.one_in(2) {
                    return protected(driver, phone, &request);
                }
                lenient(phone, |phone| phone.begin(driver, &nas::encode(&request)))
            }
        }
    }

    /// What a registered phone does.
    fn live(&mut self, phone: &mut Handset) -> String {
        let driver = &mut self.driver;
        match self.random.below(12) {
            0..4 => {
                let cause = pumice_wire::s1ap::Cause::USER_INACTIVITY;
                let (mme_ue, enb_ue) = (phone.mme_ue, phone.enb_ue);
                let request = pumice_wire::s1ap::UeContextReleaseRequest { mme_ue, enb_ue, cause };
                let request = pumice_wire::s1ap::Message::UeContextReleaseRequest(request);
                lenient(phone, |phone| driver.say(phone.association, 1, &request))
            }
            4 => {
                let request = EmmMessage::DetachRequestFromUe(phone.detach_request(self.random.one_in(2)));
                protected(driver, phone, &Plain::Emm(request))
            }
            5..7 => {
                let request = EmmMessage::TrackingAreaUpdateRequest(phone.tau_request(self.random.one_in(2)));
                protected(driver, phone, &Plain::Emm(request))
            }
            7 => {
                let request = nas::TrackingAreaUpdateRequest {
                    capability: Some(nas::UeNetworkCapability(
                        heapless::Vec::from_slice(&[0xf0, 0x70, 0xc0, self.random.octet()])
                            .expect("four octets"),
                    )),
                    ..phone.tau_request(true)
                };
                protected(driver, phone, &Plain::Emm(EmmMessage::TrackingAreaUpdateRequest(request)))
            }
            _ => "nothing".to_owned(),
        }
    }

    fn say_any_nas(&mut self, phone: &mut Handset) -> String {
        let rows = nas_rows(phone);
        let row = self.random.of(&rows);
        let Some(plain) = &row.plain else { return "nothing".to_owned() };
        let situation = *self.random.of(&Situation::ALL);
        let protection = *self.random.of(&Protection::ALL);
        let driver = &mut self.driver;
        let heard = lenient(phone, |phone| {
            let nas = match (&phone.security, protection) {
                (None, Protection::Right) => plain.clone(),
                _ => protection.envelop(situation, phone, plain),
            };
            driver.octets(phone.association, 1, &said(situation, phone, &nas))
        });
        phone.mme_ue = self.random_mme_ue(phone);
        format!("{}, {protection:?}: {heard}", row.name)
    }

    /// The connection that was begun last, now and then: what a phone begins by an octet string it does not remember.
    fn random_mme_ue(&mut self, phone: &Handset) -> pumice_model::identity::MmeUeS1apId {
        if self.random.one_in(2) { self.driver.last_mme_ue() } else { phone.mme_ue }
    }

    fn say_any_s1ap(&mut self, phone: &Handset) -> String {
        let rows = s1ap_rows(phone);
        let row = self.random.of(&rows);
        // Setting up and resetting ends everything, so they are rarer than the rest.
        if (row.name.starts_with("S1Setup") || row.name.starts_with("Reset")) && !self.random.one_in(8) {
            return "nothing".to_owned();
        }
        self.driver.octets(phone.association, self.random.octet().into(), &row.octets);
        row.name.clone()
    }

    fn say_mutilated(&mut self, phone: &mut Handset) -> String {
        let mut octets = if self.random.one_in(2) {
            self.random.of(&s1ap_rows(phone)).octets.clone()
        } else {
            let rows = nas_rows(phone);
            let plain = self.random.of(&rows).plain.clone().unwrap_or_default();
            said(*self.random.of(&Situation::ALL), phone, &plain)
        };
        for _ in 0..=self.random.below(3) {
            let at = self.random.below(octets.len().max(1));
            let mutation = match self.random.below(8) {
                0 => Mutation::Cut(at),
                1..5 => Mutation::Flip(at, self.random.octet() % 8),
                _ => Mutation::Set(at, self.random.octet()),
            };
            octets = mutation.of(&octets);
        }
        self.driver.octets(phone.association, 1, &octets);
        format!("{octets:02x?}")
    }

    fn pass_time(&mut self) -> String {
        let seconds = *self.random.of(&[1, 1, 1, 5, 7, 31, 60, 600, 4_000]);
        self.driver.wait(Duration::from_secs(seconds));
        format!("{seconds} s")
    }

    /// What is not the cell's doing.
    fn disturb(&mut self, phone: &Handset) -> String {
        let sessions: Vec<_> = self.driver.ledger.sessions.iter().copied().collect();
        match self.random.below(8) {
            0 => {
                let association = phone.association;
                self.driver.feed(Input::AssociationLost(association));
                self.driver.associate(association);
                self.try_set_up(association);
                "association lost".to_owned()
            }
            1 => {
                let association = phone.association;
                self.driver.feed(Input::AssociationRestarted { association, outbound_streams: 30 });
                self.try_set_up(phone.association);
                "association restarted".to_owned()
            }
            2 => {
                self.try_set_up(phone.association);
                "S1 Setup".to_owned()
            }
            3 => {
                let session = pumice_model::rules::SessionId(self.random.next() % 50);
                self.driver.feed(Input::UserPlane(UserPlaneEvent::DownlinkData { session }));
                "data for any session".to_owned()
            }
            4 | 5 => {
                let Some(session) = sessions.first().map(|_| *self.random.of(&sessions)) else {
                    return "nothing".to_owned();
                };
                let address = "127.0.1.1".parse().expect("an address");
                let teid = pumice_model::identity::Teid(phone.enb_ue.get());
                let tunnel = pumice_model::identity::Fteid { address, teid };
                self.driver.feed(Input::UserPlane(UserPlaneEvent::ErrorIndication { session, tunnel }));
                "tunnel gone".to_owned()
            }
            _ => {
                let Some(session) = sessions.first().map(|_| *self.random.of(&sessions)) else {
                    return "nothing".to_owned();
                };
                self.driver.feed(Input::UserPlane(UserPlaneEvent::DownlinkData { session }));
                "data".to_owned()
            }
        }
    }

    fn try_set_up(&mut self, association: AssociationId) {
        let request = crate::driver::setup_request(association);
        self.driver.say(association, 0, &pumice_wire::s1ap::Message::S1SetupRequest(request));
    }

    fn command(&mut self, phone: &Handset) -> String {
        let imsi = phone.imsi();
        let provisioned = subscribers().subscribers;
        let own =
            provisioned.into_iter().find(|subscriber| subscriber.imsi == imsi).expect("it is provisioned");
        let command = match self.random.below(6) {
            0 => Command::SetSubscriberState(imsi, SubscriberState::Barred),
            1 => Command::RemoveSubscriber(imsi),
            2 => Command::AddSubscribers(vec![own]),
            _ => Command::SetSubscriberState(imsi, SubscriberState::Active),
        };
        let what = format!("{command:?}");
        self.driver.command(command);
        what
    }

    /// What must be true at any time.
    fn check(&mut self, when: &str) {
        let driver = &self.driver;
        let page = pumice_model::query::PageRequest::default();
        let usage = |_| pumice_model::rules::Usage::default();
        let phones = driver.core.phones(driver.now, &page, &usage).items;
        let status = driver.core.status(driver.now, "none");
        let connections = driver.gauge("connections");
        assert_eq!(u64::from(status.connected), connections, "{when}");
        assert_eq!(u64::from(status.phones), driver.gauge("phones_registered"), "{when}");
        let connected = phones.iter().filter(|phone| phone.connected).count() as u64;
        assert!(connected <= connections, "{when}: {connected} phones on {connections} connections");
        assert_eq!(driver.ledger.sessions.len() as u64, driver.gauge("bearers"), "{when}");
        let of_registered: u64 = phones.iter().map(|phone| phone.bearers.len() as u64).sum();
        assert!(of_registered <= driver.gauge("bearers"), "{when}");
        let mut addresses: Vec<_> =
            phones.iter().flat_map(|phone| &phone.bearers).map(|bearer| bearer.address).collect();
        addresses.sort();
        addresses.dedup();
        assert_eq!(addresses.len() as u64, of_registered, "{when}: an address is given twice");
        // What is stored is what there is: a crash at any moment would bring it back. Of a subscriber that was removed nothing is
        // stored any more, though the phone may not know yet.
        assert!(driver.stored_bearers() <= driver.gauge("bearers"), "{when}: stored bearers that are none");
        for phone in phones.iter().filter(|phone| driver.core.subscriber(phone.imsi).is_some()) {
            let stored =
                driver.ledger.stored.get(&phone.imsi).unwrap_or_else(|| panic!("{when}: not stored"));
            assert_eq!(Some(stored.guti), phone.guti, "{when}");
            let address = stored.bearers.first().map(|bearer| bearer.address);
            assert_eq!(address, phone.bearers.first().map(|bearer| bearer.address), "{when}");
        }
        let deadline = driver.core.next_deadline();
        let sane = deadline.is_none_or(|at| at > driver.now && at <= driver.now + LONGEST);
        assert!(sane, "{when}: the next deadline is at {deadline:?}, and it is {:?}", driver.now);
        let admitted: i64 = driver.ledger.peers.values().sum();
        assert!(admitted <= 20, "{when}: {admitted} addresses are admitted");
    }

    /// The walk came where it should: what can be done was done, and what can go wrong went wrong.
    fn assert_far(&self, when: &str) {
        /// What two cells and eight phones do not bring about, and a stream that a cell seldom takes.
        const SELDOM: [&str; 7] = [
            "s1ap_stream_zero_total",
            "gtpu_error_indication_total",
            "radio_capability_not_kept_total",
            "refused_full_total",
            "store_failed_total",
            "sqn_overdrawn_total",
            "nas_count_at_ceiling_total",
        ];
        for metric in self.driver.core.metrics() {
            let counter = metric.name.ends_with("_total");
            let seldom = !counter || SELDOM.contains(&metric.name);
            assert!(metric.value > 0 || seldom, "{when}: {} is nothing", metric.name);
        }
    }

    /// All cells go. No connection is left, no address is admitted, and in time every phone is detached; what is stored starts again.
    fn end(mut self, when: &str) {
        for association in [CELL, OTHER_CELL] {
            self.driver.feed(Input::AssociationLost(association));
        }
        self.check(when);
        assert_eq!(self.driver.gauge("connections"), 0, "{when}");
        assert_eq!(self.driver.gauge("cells"), 0, "{when}");
        assert!(self.driver.ledger.peers.values().all(|times| *times == 0), "{when}: addresses are left");
        self.start_again(when);
        self.driver.wait(Duration::from_secs(24 * 3_600));
        assert_eq!(self.driver.gauge("phones_registered"), 0, "{when}: a phone is never detached");
        assert_eq!(self.driver.gauge("bearers"), 0, "{when}");
        assert_eq!(self.driver.core.next_deadline(), None, "{when}: a timer runs for nobody");
    }

    /// A core that starts from what was stored has the registered phones with their bearers, and no others.
    fn start_again(&self, when: &str) {
        let ues = self.driver.ledger.stored.values().cloned().collect();
        let (choices, _) = choices(self.seed);
        let state = DurableState { ues, ..subscribers() };
        let again = Core::new(config(2, 2), state, choices);
        let of = |core: &Core| {
            let page = pumice_model::query::PageRequest::default();
            let phones =
                core.phones(self.driver.now, &page, &|_| pumice_model::rules::Usage::default()).items;
            let address = |phone: &pumice_model::query::PhoneView| phone.bearers.first().map(|it| it.address);
            phones.iter().map(|phone| (phone.imsi, phone.guti, address(phone))).collect::<Vec<_>>()
        };
        assert_eq!(of(&again), of(&self.driver.core), "{when}");
    }
}

/// A message as the phone protects it on its connection, or on a new one.
fn protected(driver: &mut Driver, phone: &mut Handset, message: &Plain<'_>) -> String {
    let plain = nas::encode(message);
    if driver.state(phone.mme_ue).is_none() {
        return lenient(phone, |phone| {
            let nas = Protection::Right.envelop(Situation::Idle, phone, &plain);
            phone.begin(driver, &nas)
        });
    }
    lenient(phone, |phone| {
        let nas = phone.protect(nas::SecurityHeader::IntegrityProtectedAndCiphered, &plain);
        phone.say(driver, &nas)
    })
}

/// Acts, and hears what comes of it as well as it can: a phone on such a walk has often lost the thread, and cannot read what is said.
fn lenient(phone: &mut Handset, act: impl FnOnce(&mut Handset) -> Outcome) -> String {
    let outcome = act(phone);
    assert!(outcome.effects <= MOST_EFFECTS, "{} effects", outcome.effects);
    assert_eq!(outcome.aborted, [], "an association is aborted");
    let mut trying = phone.clone();
    let heard = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| hear(&mut trying, &outcome)));
    match heard {
        Ok(heard) => {
            *phone = trying;
            heard.into_iter().map(|heard| heard.words).collect::<Vec<_>>().join(" + ")
        }
        Err(_) => "unreadable".to_owned(),
    }
}
