//! The core with two cells, one input at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use pumice_core::{AssociationId, CommandId, Core, Effect, Input};
use pumice_model::control::Command;
use pumice_model::identity::{EnbId, GlobalEnbId, Imsi, MmeUeS1apId};
use pumice_model::query::{PageRequest, PhoneView};
use pumice_model::rules::Usage;
use pumice_model::time::Instant;
use pumice_wire::s1ap::{self, Message, PagingDrx, S1SetupRequest, SupportedTa};

use super::{Kinds, Ledger, Outcome, TAC, choices, config, plmn, subscribers};

/// The cell from which everything comes.
pub(crate) const CELL: AssociationId = AssociationId(1);
/// Another one, which has nothing to do with it.
pub(crate) const OTHER_CELL: AssociationId = AssociationId(2);

/// The core, and what it did last.
pub(crate) struct Driver {
    pub(crate) core: Core,
    pub(crate) now: Instant,
    pub(crate) ledger: Ledger,
    last_mme_ue: Arc<AtomicU32>,
}

impl Driver {
    /// With both associations up; the cells have not set up yet.
    pub(crate) fn new(eea: u8, eia: u8, seed: u64) -> Self {
        let (choices, last_mme_ue) = choices(seed);
        Self::of(Core::new(config(eea, eia), subscribers(), choices), last_mme_ue)
    }

    fn of(core: Core, last_mme_ue: Arc<AtomicU32>) -> Self {
        let mut driver = Self { core, now: Instant::ZERO, ledger: Ledger::default(), last_mme_ue };
        let mut effects = Vec::new();
        driver.core.start(driver.now, &mut effects);
        driver.ledger.note(&effects);
        driver.settle(&effects);
        driver.associate(CELL);
        driver.associate(OTHER_CELL);
        driver
    }

    /// With both cells set up.
    pub(crate) fn with_cells(eea: u8, eia: u8, seed: u64) -> Self {
        let mut driver = Self::new(eea, eia, seed);
        driver.set_up(CELL);
        driver.set_up(OTHER_CELL);
        driver
    }

    pub(crate) fn associate(&mut self, association: AssociationId) -> Outcome {
        let peer = format!("127.0.1.{}:36412", association.0).parse().expect("an address");
        self.feed(Input::AssociationUp { association, peer, outbound_streams: 30 })
    }

    /// S1 Setup, which succeeds.
    pub(crate) fn set_up(&mut self, association: AssociationId) {
        let outcome = self.say(association, 0, &Message::S1SetupRequest(setup_request(association)));
        let (.., octets) = outcome.sent.last().expect("S1 Setup is answered");
        let answer = s1ap::decode(octets).expect("our own message decodes").message;
        assert!(matches!(answer, Message::S1SetupResponse(_)), "{association} gets {answer:?}");
    }

    /// A message from a cell.
    pub(crate) fn say(&mut self, association: AssociationId, stream: u16, message: &Message<'_>) -> Outcome {
        self.octets(association, stream, &s1ap::encode(message).expect("a test's message is legal"))
    }

    /// Octets from a cell.
    pub(crate) fn octets(&mut self, association: AssociationId, stream: u16, octets: &[u8]) -> Outcome {
        self.feed(Input::S1ap { association, stream, octets })
    }

    /// An operator's command.
    pub(crate) fn command(&mut self, command: Command) -> Outcome {
        self.feed(Input::Command { id: CommandId(1), command })
    }

    /// One input; what is to be persisted is durable when this returns.
    pub(crate) fn feed(&mut self, input: Input<'_>) -> Outcome {
        let before = self.counters();
        self.ledger.expect(&input);
        let mut outcome = Outcome::default();
        let mut effects = Vec::new();
        self.core.handle(self.now, input, &mut effects);
        self.ledger.note(&effects);
        let more = self.settle(&effects);
        outcome.note(effects);
        outcome.note(more);
        outcome.counted = moved(before, self.counters());
        outcome
    }

    /// Time passes, and what is due happens.
    pub(crate) fn wait(&mut self, span: Duration) -> Outcome {
        let until = self.now + span;
        let mut outcome = Outcome::default();
        let mut turns = 0;
        while let Some(deadline) = self.core.next_deadline().filter(|deadline| *deadline <= until) {
            self.now = self.now.max(deadline);
            let Outcome { sent, persisted, programmed, aborted, effects, .. } = self.feed(Input::Deadline);
            outcome.sent.extend(sent);
            outcome.persisted.extend(persisted);
            outcome.programmed.extend(programmed);
            outcome.aborted.extend(aborted);
            outcome.effects += effects;
            turns += 1;
            assert!(turns < 10_000, "timers do not come to rest: {deadline:?}");
        }
        self.now = until;
        outcome
    }

    fn settle(&mut self, effects: &[Effect]) -> Vec<Effect> {
        let last = effects.iter().rev().find_map(|effect| match effect {
            Effect::Persist { ticket, .. } => Some(*ticket),
            _ => None,
        });
        let mut more = Vec::new();
        if let Some(through) = last {
            self.core.handle(self.now, Input::Stored { through, result: Ok(()) }, &mut more);
            self.ledger.note(&more);
            let again = self.settle(&more);
            more.extend(again);
        }
        more
    }

    /// The connection that was begun last.
    pub(crate) fn last_mme_ue(&self) -> MmeUeS1apId {
        MmeUeS1apId(self.last_mme_ue.load(Ordering::Relaxed))
    }

    /// The next connection gets the MME UE S1AP ID after this one.
    pub(crate) fn number_from(&self, last: u32) {
        self.last_mme_ue.store(last, Ordering::Relaxed);
    }

    /// S1 and EMM state of a connection.
    pub(crate) fn state(&self, mme_ue: MmeUeS1apId) -> Option<(&'static str, &'static str)> {
        self.core.connection_state(mme_ue)
    }

    /// What an operator sees of a registered phone.
    pub(crate) fn phone(&self, imsi: Imsi) -> Option<PhoneView> {
        let phones = self.core.phones(self.now, &PageRequest::default(), &|_| Usage::default());
        phones.items.into_iter().find(|phone| phone.imsi == imsi)
    }

    pub(crate) fn gauge(&self, name: &str) -> u64 {
        let metrics = self.core.metrics();
        metrics.iter().find(|metric| metric.name == name).expect("a metric").value
    }

    /// How many bearers there are in what is stored.
    pub(crate) fn stored_bearers(&self) -> u64 {
        self.ledger.stored.values().map(|record| record.bearers.len() as u64).sum()
    }

    fn counters(&self) -> Vec<(&'static str, u64)> {
        self.core.metrics().into_iter().map(|metric| (metric.name, metric.value)).collect()
    }
}

/// The counters that went up.
fn moved(before: Vec<(&'static str, u64)>, after: Vec<(&'static str, u64)>) -> Kinds {
    let both = before.into_iter().zip(after);
    both.filter(|((_, before), (_, after))| after > before)
        .filter(|((name, _), _)| name.ends_with("_total"))
        .map(|((name, before), (_, after))| (name, after - before))
        .collect()
}

/// The S1 Setup Request of the cell of this association.
pub(crate) fn setup_request(association: AssociationId) -> S1SetupRequest {
    // Far from each other: no flipped bit and no octet of 00, 7f, 80 or ff makes one of the other.
    let id = 0x19b ^ if association == CELL { 0 } else { 0x5_a5a0 };
    S1SetupRequest {
        enb: GlobalEnbId { plmn: plmn(), id: EnbId::Macro(id) },
        name: Some(format!("cell {}", association.0)),
        supported_tas: vec![SupportedTa { tac: TAC, broadcast_plmns: [plmn()].into_iter().collect() }],
        default_paging_drx: PagingDrx::V128,
    }
}
