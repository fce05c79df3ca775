//! The board, in a thread of its own: looked at many times a second, because a button and a lamp need it, and never in the way of
//! a phone. It also judges the clock, because a receiver and a battery-backed clock are the board's.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use std::{fmt, io};

use nix::sys::time::TimeSpec;
use nix::time::{ClockId, clock_settime};
use pumice_board::led::LedState;
use pumice_board::sysfs::Tree;
use pumice_board::time::{Action, ClockJudge, ClockState, Source};
use pumice_board::watchdog::Progress;
use pumice_board::{Board, Event, Hardware, Missing, Readings};
use tokio::sync::{mpsc, watch};

use super::supervisor::{Line, Said};
use crate::shell::is_synchronised;

/// How often the board is looked at where it has neither a button nor a lamp.
const SELDOM: Duration = Duration::from_millis(500);

/// How often a line to a supervisor is read.
const LINE_EVERY: Duration = Duration::from_millis(50);

/// How long the supervisor has to hear that the box halts.
const LAST_WORD: Duration = Duration::from_secs(3);

/// How often the clock is judged, and what was read is told.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// How often parts are looked for that were missing: drivers are loaded while the gateway serves already, and sticks plugged in.
const LOOK_AGAIN_EVERY: Duration = Duration::from_secs(5);

/// The loop must come round within this time, or the board's watchdog is not fed.
const LOOP_DEADLINE: Duration = Duration::from_secs(30);

/// Orders that may wait.
const ORDERS: usize = 32;

/// Events that may wait. What is beyond is dropped: the board is read again.
const EVENTS: usize = 64;

/// No clock is right that is before this: 2026-11-01.
const BUILT: Duration = Duration::from_secs(1_793_491_200);

/// By how much a kernel's clock that is disciplined may be wrong, and the others.
const NTP_ERROR: Duration = Duration::from_millis(100);
const GNSS_ERROR: Duration = Duration::from_millis(500);
const RTC_ERROR: Duration = Duration::from_secs(60);

/// What the board is like now.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// What was read.
    pub(crate) readings: Readings,
    /// What the board's file names and is not there.
    pub(crate) missing: Vec<Missing>,
    /// The clock, once it was judged.
    pub(crate) clock: Option<ClockState>,
    /// What the supervisor said of the battery last: whether it is being charged, and whether the cell has power.
    pub(crate) supervisor: Option<(bool, bool)>,
}

/// What happens on the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Happened {
    /// The board's own.
    Board(Event),
    /// The supervisor will cut the power.
    PowerGoes {
        /// In so many seconds.
        seconds: u16,
    },
    /// The supervisor sees no progress.
    Nudged,
}

/// What is asked of the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Shows a state.
    Show(LedState),
    /// Gives the cell its power, or takes it.
    PowerCell(bool),
    /// The box halts: the watchdog does not mind, the supervisor cuts the power afterwards.
    Halt,
    /// The gateway ends and the box goes on: the watchdog is stopped.
    Leave,
}

/// The board's thread. Dropping it leaves the board.
pub(crate) struct BoardThread {
    orders: SyncSender<Order>,
    seen: watch::Receiver<Arc<Seen>>,
    progress: Option<Progress>,
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for BoardThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoardThread").finish_non_exhaustive()
    }
}

/// What the thread begins with.
#[derive(Debug)]
pub(crate) struct Begin {
    pub(crate) board: Board,
    pub(crate) tree: Tree,
    /// Whether the board's watchdog is started.
    pub(crate) watchdog: bool,
    /// Whether the system's clock may be set.
    pub(crate) set_clock: bool,
    /// The last time that is known to have been, seconds since 1970.
    pub(crate) last_known: Option<u64>,
}

impl BoardThread {
    /// Opens the board and starts the thread, which keeps the calling thread's capabilities: CAP_SYS_TIME, where the clock may
    /// be set.
    pub(crate) fn start(begin: Begin) -> io::Result<(Self, mpsc::Receiver<Happened>)> {
        let begun = Instant::now();
        let mut hardware = Hardware::open(&begin.board, begin.tree.clone(), Duration::ZERO);
        for missing in hardware.missing() {
            tracing::info!("{} is not there: {}", missing.part, missing.reason);
        }
        let progress = hardware.watch("loop", LOOP_DEADLINE, Duration::ZERO).ok();
        if begin.watchdog {
            hardware.start_watchdog();
        }
        let (orders, ordered) = sync_channel(ORDERS);
        let (tell, told) = mpsc::channel(EVENTS);
        let (publish, seen) = watch::channel(Arc::new(Seen::default()));
        let last_known = begin.last_known.map(Duration::from_secs);
        let seldom = begin.board.button.is_none() && begin.board.lamps.is_empty();
        let line = begin.board.supervisor.clone().map(|port| {
            Line::new(
                begin.tree.path(&port.tty),
                port.baud,
                begin.board.battery.as_ref().map(|battery| &battery.thresholds),
            )
        });
        let room = Room {
            board: begin.board.clone(),
            look_again_at: LOOK_AGAIN_EVERY,
            hardware,
            line,
            supervisor: None,
            judge: ClockJudge::new(BUILT, last_known, Duration::ZERO),
            set_clock: begin.set_clock,
            can_set: true,
            begun,
            every: match (seldom, begin.board.supervisor.is_some()) {
                (false, _) => Hardware::POLL_EVERY,
                (true, true) => LINE_EVERY,
                (true, false) => SELDOM,
            },
            tell,
            publish,
            tell_at: Duration::ZERO,
        };
        let thread = thread::Builder::new().name("board".to_owned()).spawn(move || room.run(&ordered))?;
        Ok((Self { orders, seen, progress, thread: Some(thread) }, told))
    }

    /// Asks something of the board.
    pub(crate) fn order(&self, order: Order) {
        // A thread that has ended has said why; one that is stuck is not asked more than it can remember.
        let _ = self.orders.try_send(order);
    }

    /// What the board is like.
    pub(crate) fn seen(&self) -> watch::Receiver<Arc<Seen>> {
        self.seen.clone()
    }

    /// What says that the loop goes round.
    pub(crate) fn progress(&self) -> Arc<dyn Fn() + Send + Sync> {
        match self.progress.clone() {
            Some(progress) => Arc::new(move || progress.made()),
            None => Arc::new(|| {}),
        }
    }
}

impl Drop for BoardThread {
    fn drop(&mut self) {
        self.order(Order::Leave);
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed; there is nothing to add.
            let _ = thread.join();
        }
    }
}

struct Room {
    board: Board,
    look_again_at: Duration,
    hardware: Hardware,
    line: Option<Line>,
    supervisor: Option<(bool, bool)>,
    judge: ClockJudge,
    set_clock: bool,
    can_set: bool,
    begun: Instant,
    every: Duration,
    tell: mpsc::Sender<Happened>,
    publish: watch::Sender<Arc<Seen>>,
    tell_at: Duration,
}

impl Room {
    fn run(mut self, ordered: &Receiver<Order>) {
        while self.obey(ordered) {
            let now = self.begun.elapsed();
            self.hear_supervisor(now);
            for event in self.hardware.poll(now) {
                // Who listens is behind or gone; the readings say the same.
                let _ = self.tell.try_send(Happened::Board(event));
            }
            if now >= self.look_again_at {
                self.look_again_at = now + LOOK_AGAIN_EVERY;
                for part in self.hardware.look_again(&self.board, now) {
                    tracing::info!("{part} is there now");
                }
            }
            if now >= self.tell_at {
                self.tell_at = now + TELL_EVERY;
                self.judge_clock(now);
                self.publish(now);
            }
            thread::sleep(self.every);
        }
        self.wait_for_supervisor();
    }

    /// A box that halts and does not say so would be taken for one that hangs.
    fn wait_for_supervisor(&mut self) {
        let until = self.begun.elapsed() + LAST_WORD;
        while let Some(line) = self.line.as_mut().filter(|line| !line.is_told()) {
            let now = self.begun.elapsed();
            if now >= until {
                tracing::warn!("the supervisor does not say that it knows of the halt");
                return;
            }
            line.poll(now, true);
            thread::sleep(Hardware::POLL_EVERY);
        }
    }

    fn hear_supervisor(&mut self, now: Duration) {
        let Some(line) = &mut self.line else { return };
        let progress = self.hardware.readings().stuck.is_empty();
        for said in line.poll(now, progress) {
            let happened = match said {
                Said::Battery { millivolts, charging, cell_on } => {
                    self.hardware.supervisor_says(now, millivolts);
                    self.supervisor = Some((charging, cell_on));
                    continue;
                }
                Said::Halt { seconds } => Happened::PowerGoes { seconds },
                Said::Nudge => Happened::Nudged,
            };
            // It says so again.
            let _ = self.tell.try_send(happened);
        }
        if !line.is_up() {
            self.supervisor = None;
        }
    }

    /// Whether to go on.
    fn obey(&mut self, ordered: &Receiver<Order>) -> bool {
        loop {
            match ordered.try_recv() {
                Ok(Order::Show(state)) => self.hardware.show(state),
                Ok(Order::PowerCell(on)) => {
                    let here = self.hardware.power_cell(on);
                    let there = self.line.as_mut().is_some_and(|line| line.power_cell(on));
                    if !here && !there {
                        tracing::warn!("this board cannot switch the cell's power");
                    }
                }
                Ok(Order::Halt) => {
                    self.hardware.halting(self.begun.elapsed());
                    if let Some(line) = &mut self.line {
                        line.halting();
                    }
                }
                Ok(Order::Leave) | Err(TryRecvError::Disconnected) => {
                    self.hardware.show(LedState::Booting);
                    if let Err(error) = self.hardware.stop_watchdog() {
                        tracing::warn!(%error, "the board's watchdog cannot be stopped: it will start the box anew");
                    }
                    return false;
                }
                Err(TryRecvError::Empty) => return true,
            }
        }
    }

    fn judge_clock(&mut self, now: Duration) {
        let Ok(system) = SystemTime::now().duration_since(UNIX_EPOCH) else { return };
        let readings = self.hardware.readings();
        let gnss = readings.gnss.as_ref().and_then(|gnss| gnss.time);
        let heard = [
            is_synchronised().then_some((Source::Ntp, system, NTP_ERROR)),
            gnss.map(|time| (Source::Gnss, time.utc + now.saturating_sub(time.heard), GNSS_ERROR)),
            readings.rtc.map(|seconds| (Source::Rtc, Duration::from_secs(seconds), RTC_ERROR)),
        ];
        for (source, time, uncertainty) in heard.into_iter().flatten() {
            if let Err(refused) = self.judge.observe(now, source, time, uncertainty) {
                tracing::debug!(?source, %refused, "a clock is not believed");
            }
        }
        match self.judge.judge(now, system) {
            Action::Step { to } if self.set_clock && self.can_set => {
                let from = system.as_secs();
                match clock_settime(ClockId::CLOCK_REALTIME, TimeSpec::from_duration(to)) {
                    Ok(()) => tracing::info!(from, to = to.as_secs(), "the clock is set"),
                    Err(error) => {
                        self.can_set = false;
                        tracing::warn!(%error, "the clock is wrong and cannot be set: CAP_SYS_TIME is missing");
                    }
                }
            }
            // What drifts by less than a step is the service's that disciplines the clock.
            Action::Step { .. } | Action::Slew { .. } | Action::Leave => {}
        }
        if let Some(time) = self.judge.to_keep(now) {
            self.judge.kept(time);
        }
    }

    fn publish(&self, now: Duration) {
        self.publish.send_replace(Arc::new(Seen {
            readings: self.hardware.readings().clone(),
            missing: self.hardware.missing().to_vec(),
            clock: Some(self.judge.state(now)),
            supervisor: self.supervisor,
        }));
    }
}
