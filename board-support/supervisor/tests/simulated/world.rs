//! A box in simulated time: battery, rails, a gateway on the line, resets of the supervisor. It watches over the promises.

use std::cell::RefCell;
use std::rc::Rc;

use pumice_link::{
    Answer, Client, Command, Event, Incoming, Notice, Rail, Record, Slot, Status, Thresholds, Versions, Why,
};
use pumice_supervisor::{Effect, Effects, Flash, FlashError, Input, Retained, Sample, Supervisor, choose};

/// Between two calls of the logic.
pub(crate) const STEP_MS: u64 = 100;
/// The least time between off and on.
const MIN_OFF_MS: u64 = 5_000;

/// Flash of 4 kB.
#[derive(Clone, Debug)]
pub(crate) struct TestFlash(pub(crate) Rc<RefCell<Vec<u8>>>);

impl Flash for TestFlash {
    fn capacity(&self) -> u32 {
        u32::try_from(self.0.borrow().len()).unwrap()
    }

    fn erase(&mut self) -> Result<(), FlashError> {
        self.0.borrow_mut().fill(0xff);
        Ok(())
    }

    fn write(&mut self, offset: u32, octets: &[u8]) -> Result<(), FlashError> {
        let offset = usize::try_from(offset).unwrap();
        let mut memory = self.0.borrow_mut();
        let place = memory.get_mut(offset..offset + octets.len()).ok_or(FlashError)?;
        assert!(place.iter().all(|&octet| octet == 0xff), "written twice without being erased");
        place.copy_from_slice(octets);
        Ok(())
    }

    fn read(&self, offset: u32, into: &mut [u8]) -> Result<(), FlashError> {
        let offset = usize::try_from(offset).unwrap();
        into.copy_from_slice(self.0.borrow().get(offset..offset + into.len()).ok_or(FlashError)?);
        Ok(())
    }
}

/// What the supervisor acts on. Each effect is held against the promises.
#[derive(Debug, Default)]
pub(crate) struct Plant {
    pub(crate) now_ms: u64,
    pub(crate) board: bool,
    pub(crate) cell: bool,
    pub(crate) reset_line: bool,
    /// What the board was told, or told, since it was switched on.
    asked_ms: Option<u64>,
    noticed: bool,
    grace_s: u16,
    off_ms: Option<u64>,
    pub(crate) events: Vec<Record>,
    pub(crate) to_gateway: Vec<u8>,
    pub(crate) restart: bool,
}

impl Effects for Plant {
    fn apply(&mut self, effect: Effect<'_>) {
        match effect {
            Effect::Rail(Rail::Board, true) if !self.board => {
                let off_long_enough = self.off_ms.is_none_or(|off| self.now_ms - off >= MIN_OFF_MS);
                assert!(off_long_enough, "the board flaps at {}", self.now_ms);
                (self.board, self.asked_ms, self.noticed) = (true, None, false);
            }
            Effect::Rail(Rail::Board, false) if self.board => {
                assert!(!self.cell, "the cell has power and the board has none");
                let grace_ms = u64::from(self.grace_s) * 1_000;
                let grace_over = self.asked_ms.is_some_and(|asked| self.now_ms - asked >= grace_ms);
                assert!(
                    self.noticed || grace_over,
                    "cut without a word at {}: {:?}",
                    self.now_ms,
                    self.events
                );
                (self.board, self.off_ms) = (false, Some(self.now_ms));
            }
            Effect::Rail(Rail::Board, _) => {}
            Effect::Rail(Rail::Cell, on) => {
                let about_to_go = self.noticed || self.asked_ms.is_some();
                assert!(!on || self.board && !about_to_go, "the cell gets power at {}", self.now_ms);
                self.cell = on;
            }
            Effect::ResetLine(pulled) => self.reset_line = pulled,
            Effect::Send(octets) => self.to_gateway.extend(octets),
            Effect::Recorded(record) => {
                match record.event {
                    Event::HaltAsked(_) => self.asked_ms = Some(self.now_ms),
                    Event::HaltNoticed(_) => self.noticed = true,
                    _ => {}
                }
                self.events.push(record);
            }
            Effect::Restart => self.restart = true,
        }
    }
}

/// Everything that outlives a reset of the supervisor.
#[derive(Debug)]
pub(crate) struct World {
    memory: Vec<u8>,
    pub(crate) flash: TestFlash,
    pub(crate) plant: Plant,
    pub(crate) battery_mv: Option<u16>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            memory: vec![0xa5; 2_048],
            flash: TestFlash(Rc::new(RefCell::new(vec![0; 4_096]))),
            plant: Plant { grace_s: Thresholds::DEFAULT.grace_s, ..Plant::default() },
            battery_mv: Some(13_500),
        }
    }

    /// Power, or a reset: the image that is chosen runs.
    pub(crate) fn start(&mut self) -> Life<'_> {
        let mut retained = Retained::open(&mut self.memory);
        let slot = choose(&mut retained, &self.flash);
        self.start_as(slot)
    }

    pub(crate) fn start_as(&mut self, slot: Slot) -> Life<'_> {
        let retained = Retained::open(&mut self.memory);
        let (board, cell) = (self.plant.board, self.plant.cell);
        self.plant.restart = false;
        let flash = self.flash.clone();
        let supervisor = Supervisor::start(0, retained, flash, slot, 1, &mut self.plant);
        assert_eq!((self.plant.board, self.plant.cell), (board, cell), "a start switches nothing");
        Life {
            supervisor,
            plant: &mut self.plant,
            battery_mv: &mut self.battery_mv,
            now_ms: 0,
            client: Client::new(Versions::OURS, 0),
            connected: true,
            notices: Vec::new(),
            answer: None,
            token: None,
            next_feed_ms: 0,
        }
    }

    /// What happened since number `from`.
    pub(crate) fn events(&self) -> Vec<Event> {
        self.plant.events.iter().map(|record| record.event).collect()
    }
}

/// One run of the supervisor.
pub(crate) struct Life<'a> {
    supervisor: Supervisor<'a, TestFlash>,
    pub(crate) plant: &'a mut Plant,
    pub(crate) battery_mv: &'a mut Option<u16>,
    pub(crate) now_ms: u64,
    client: Client,
    pub(crate) connected: bool,
    pub(crate) notices: Vec<Notice>,
    answer: Option<Answer>,
    /// Feeds with this token and the next ones, each second.
    pub(crate) token: Option<u32>,
    next_feed_ms: u64,
}

impl Life<'_> {
    pub(crate) fn step(&mut self, step_ms: u64) {
        self.now_ms += step_ms;
        self.plant.now_ms += step_ms;
        if let Some(token) = &mut self.token
            && self.now_ms >= self.next_feed_ms
            && self.client.send(Command::Feed { token: *token }).is_ok()
        {
            *token += 1;
            self.next_feed_ms = self.now_ms + 1_000;
        }
        while let Some(frame) = self.client.transmit(self.now_ms) {
            if self.connected {
                self.supervisor.handle(self.now_ms, Input::Received(&frame), self.plant);
            }
        }
        let input = self.battery_mv.map_or(Input::Tick, |battery_mv| {
            let (battery_ma, solar_mv, solar_ma, temperature_dc) = (-800, 17_000, 400, 310);
            Input::Sample(Sample { battery_mv, battery_ma, solar_mv, solar_ma, temperature_dc })
        });
        self.supervisor.handle(self.now_ms, input, self.plant);
        let octets = std::mem::take(&mut self.plant.to_gateway);
        if self.connected {
            self.client.received(self.now_ms, &octets);
        }
        while let Some(incoming) = self.client.incoming() {
            match incoming {
                Incoming::Notice(notice) => self.notices.push(notice),
                Incoming::Answer(answer) => self.answer = Some(answer),
                Incoming::Up { .. } | Incoming::Down | Incoming::Refused { .. } => {}
            }
        }
    }

    pub(crate) fn seconds(&mut self, seconds: u64) {
        for _ in 0..seconds * 1_000 / STEP_MS {
            self.step(STEP_MS);
        }
    }

    /// Long times, in coarser steps.
    pub(crate) fn minutes(&mut self, minutes: u64) {
        for _ in 0..minutes * 60 {
            self.step(1_000);
        }
    }

    /// How long it takes until `condition`, in seconds, rounded down.
    #[track_caller]
    pub(crate) fn until(&mut self, limit_s: u64, mut condition: impl FnMut(&Self) -> bool) -> u64 {
        let started_ms = self.now_ms;
        while !condition(self) {
            assert!(
                self.now_ms - started_ms < limit_s * 1_000,
                "not within {limit_s} s: {:?}",
                self.plant.events
            );
            self.step(STEP_MS);
        }
        (self.now_ms - started_ms) / 1_000
    }

    #[track_caller]
    pub(crate) fn ask(&mut self, command: Command) -> Answer {
        self.until(30, |life| life.client.is_up());
        self.answer = None;
        while self.client.send(command.clone()).is_err() {
            self.step(STEP_MS);
        }
        // The answer to a feed that was under way is not meant.
        self.answer = None;
        self.until(30, |life| life.answer.is_some());
        if let Command::SetThresholds(thresholds) = command
            && self.answer == Some(Answer::Done)
        {
            self.plant.grace_s = thresholds.grace_s;
        }
        self.answer.take().unwrap()
    }

    #[track_caller]
    pub(crate) fn told(&mut self, command: Command) {
        assert_eq!(self.ask(command.clone()), Answer::Done, "{command:?}");
    }

    #[track_caller]
    pub(crate) fn status(&mut self) -> Status {
        let Answer::Status(status) = self.ask(Command::Status) else { panic!("not a status") };
        status
    }

    /// Octets that no client sends; what comes back.
    pub(crate) fn raw(&mut self, octets: &[u8]) -> Vec<u8> {
        self.plant.to_gateway.clear();
        self.supervisor.handle(self.now_ms, Input::Received(octets), self.plant);
        std::mem::take(&mut self.plant.to_gateway)
    }

    /// A box that runs, cell and all.
    pub(crate) fn serving(&mut self) {
        self.token = Some(1);
        self.until(60, |life| life.plant.board && life.plant.cell);
    }

    pub(crate) fn happened(&self, event: Event) -> usize {
        self.plant.events.iter().filter(|record| record.event == event).count()
    }

    pub(crate) fn asks(&self, wanted: Why) -> usize {
        let asked =
            |notice: &&Notice| matches!(notice, Notice::RequestShutdown { why, .. } if *why == wanted);
        self.notices.iter().filter(asked).count()
    }
}
