use std::fmt;
use std::net::SocketAddr;
use std::sync::mpsc as blocking;
use std::time::Duration;

use pumice_lab::{Namespace, Runtime};
use pumice_model::time::Instant;
use pumice_ransim::enb::{EnbConfig, PhoneId};
use pumice_ransim::phone::Command;
use pumice_ransim::ran::{EnbIndex, Ran, RanInput, RanOutput};
use tokio::sync::mpsc;
use tokio::time::{Instant as Clock, sleep_until};

use super::RealError;
use super::cell::{Cell, CellOrder};

/// Inputs that wait for the world; a cell that has more waits with its sockets.
const WAITING: usize = 1024;
/// How long an order may take: the world is never busy for long.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long anything that a phone does may take.
const JOURNEY: Duration = Duration::from_secs(8);

/// A radio network in real time, on a thread inside the radio side's namespace.
pub struct Radio {
    orders: mpsc::UnboundedSender<Order>,
    patience: Duration,
    _runtime: Runtime,
}

enum Order {
    Abort(EnbIndex),
    Act(Box<dyn FnOnce(&mut World) + Send>),
    SwitchOn(EnbIndex),
    /// Asked after everything that happens, until it says that it has seen enough.
    Watch(Watch),
}

struct Watch {
    look: Box<dyn FnMut(&mut Ran) -> bool + Send>,
    until: Clock,
}

impl Radio {
    /// Opens the sockets of each eNB on the address that its configuration says, and connects them to the MME at `gateway` if
    /// they are `on`. A cell that loses its association connects again.
    ///
    /// # Errors
    /// An address is not there, or there is no SCTP.
    pub fn start(
        namespace: &Namespace,
        gateway: SocketAddr,
        cells: Vec<EnbConfig>,
        on: bool,
        seed: u64,
    ) -> Result<Self, RealError> {
        let runtime = namespace.runtime()?;
        let (orders, order_inbox) = mpsc::unbounded_channel();
        let mut enbs = (0..).map(EnbIndex).take(if on { cells.len() } else { 0 });
        runtime.run(open(gateway, cells, seed, order_inbox))??;
        let radio = Self { orders, patience: JOURNEY, _runtime: runtime };
        enbs.try_for_each(|enb| radio.switch_on(enb))?;
        Ok(radio)
    }

    /// With another time for each step of a journey: 8 s are for a gateway on this machine.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// How long each step of a journey may take.
    pub(super) const fn patience(&self) -> Duration {
        self.patience
    }

    /// Does something in the world, now, and waits until it is done.
    ///
    /// # Errors
    /// The world's thread has ended.
    pub fn act<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Ran, Instant, &mut Vec<RanOutput>) -> T + Send + 'static,
    ) -> Result<T, RealError> {
        let (done, outcome) = blocking::channel();
        let work = move |world: &mut World| {
            let now = world.now();
            // Whoever asked is still waiting below.
            drop(done.send(work(&mut world.ran, now, &mut world.out)));
        };
        self.order(Order::Act(Box::new(work)))?;
        outcome.recv_timeout(PATIENCE).map_err(|_| RealError::RadioGone)
    }

    /// Lets a phone's user do something.
    ///
    /// # Errors
    /// The world's thread has ended.
    pub fn command(&self, phone: PhoneId, command: Command) -> Result<(), RealError> {
        self.act(move |ran, now, out| ran.command(now, phone, command, out))
    }

    /// Gives the world an input, as an eNB's command.
    ///
    /// # Errors
    /// The world's thread has ended.
    pub fn input(&self, input: RanInput) -> Result<(), RealError> {
        self.act(move |ran, now, out| ran.handle(now, input, out))
    }

    /// Ends a cell's association by an ABORT; the cell connects again.
    ///
    /// # Errors
    /// The world's thread has ended.
    pub fn abort(&self, enb: EnbIndex) -> Result<(), RealError> {
        self.order(Order::Abort(enb))
    }

    /// Switches a cell on: it connects to the MME.
    ///
    /// # Errors
    /// The world's thread has ended.
    pub fn switch_on(&self, enb: EnbIndex) -> Result<(), RealError> {
        self.order(Order::SwitchOn(enb))
    }

    /// Waits until `look` finds what it looks for. It is asked at once and after everything that happens in the world.
    ///
    /// # Errors
    /// It has not been found after `limit`; the error says how the world is.
    pub fn wait<T: Send + 'static>(
        &self,
        what: &str,
        limit: Duration,
        mut look: impl FnMut(&mut Ran) -> Option<T> + Send + 'static,
    ) -> Result<T, RealError> {
        let (found, outcome) = blocking::channel();
        let look = move |ran: &mut Ran| look(ran).is_some_and(|seen| found.send(seen).is_ok());
        self.order(Order::Watch(Watch { look: Box::new(look), until: Clock::now() + limit }))?;
        outcome.recv_timeout(limit).or_else(|_| {
            let state = self.act(|ran, _, _| describe(ran))?;
            Err(RealError::TimedOut { what: what.to_owned(), limit, state })
        })
    }

    fn order(&self, order: Order) -> Result<(), RealError> {
        self.orders.send(order).map_err(|_| RealError::RadioGone)
    }
}

impl fmt::Debug for Radio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Radio").finish_non_exhaustive()
    }
}

async fn open(
    gateway: SocketAddr,
    cells: Vec<EnbConfig>,
    seed: u64,
    orders: mpsc::UnboundedReceiver<Order>,
) -> Result<(), RealError> {
    let (inputs, input_inbox) = mpsc::channel(WAITING);
    let mut ran = Ran::new(seed);
    let mut doors = Vec::with_capacity(cells.len());
    for config in cells {
        let address = config.address;
        let enb = ran.add_enb(config);
        let cell = Cell::open(enb, address, gateway, inputs.clone()).await?;
        // What the world says is bounded by what it hears, and by the windows of its phones.
        let (door, cell_inbox) = mpsc::unbounded_channel();
        tokio::spawn(cell.run(cell_inbox));
        doors.push(door);
    }
    let world = World { ran, started: Clock::now(), doors, watches: Vec::new(), out: Vec::new() };
    tokio::spawn(world.run(input_inbox, orders));
    Ok(())
}

/// The world and the clock that moves it.
struct World {
    ran: Ran,
    started: Clock,
    /// By the number of the eNB.
    doors: Vec<mpsc::UnboundedSender<CellOrder>>,
    watches: Vec<Watch>,
    out: Vec<RanOutput>,
}

impl World {
    async fn run(mut self, mut inputs: mpsc::Receiver<RanInput>, mut orders: mpsc::UnboundedReceiver<Order>) {
        loop {
            let deadline = self.ran.next_deadline().map(|at| self.started + at.since_start());
            let is_due = async {
                match deadline {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                order = orders.recv() => match order {
                    Some(order) => self.obey(order),
                    None => return,
                },
                Some(input) = inputs.recv() => self.handle(input),
                () = is_due => self.handle(RanInput::Tick),
            }
            self.settle();
        }
    }

    fn now(&self) -> Instant {
        Instant::after_start(self.started.elapsed())
    }

    fn handle(&mut self, input: RanInput) {
        let now = self.now();
        self.ran.handle(now, input, &mut self.out);
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Abort(enb) => self.tell(enb, CellOrder::Abort),
            Order::SwitchOn(enb) => self.tell(enb, CellOrder::SwitchOn),
            Order::Act(work) => {
                // Timers that have ended come first.
                self.handle(RanInput::Tick);
                work(self);
            }
            Order::Watch(watch) => self.watches.push(watch),
        }
    }

    fn settle(&mut self) {
        for output in std::mem::take(&mut self.out) {
            match output {
                RanOutput::Datagram { enb, to, octets } => self.tell(enb, CellOrder::Datagram { to, octets }),
                RanOutput::S1ap { enb, stream, octets } => self.tell(enb, CellOrder::S1ap { stream, octets }),
            }
        }
        let (ran, now) = (&mut self.ran, Clock::now());
        self.watches.retain_mut(|watch| !(watch.look)(ran) && watch.until > now);
    }

    fn tell(&self, enb: EnbIndex, order: CellOrder) {
        let door = usize::try_from(enb.0).ok().and_then(|number| self.doors.get(number));
        // A cell ends only with the world.
        let _ = door.map(|door| door.send(order));
    }
}

/// How each phone and cell is, for an error.
fn describe(ran: &Ran) -> String {
    let cells = (0..).map(EnbIndex).map_while(|enb| ran.enb(enb)).map(|enb| {
        let name = enb.config().name.as_deref().unwrap_or("a cell");
        let state = enb.s1_state();
        let s1 = state.refusal().map_or_else(
            || if state.is_ready() { "ready" } else { "not set up" }.to_owned(),
            |cause| format!("refused: {cause:?}"),
        );
        format!("  {name}: {s1}, {} connections, {:?}\n", enb.connections(), enb.user_plane())
    });
    let phones = ran.iter().map(|(id, phone)| {
        let log: Vec<String> =
            phone.log().iter().rev().take(8).rev().map(|event| format!("{:?}", event.kind)).collect();
        format!("  phone {}: {}, causes {:?}; {}\n", id.0, phone.state(), phone.causes(), log.join(", "))
    });
    cells.chain(phones).collect()
}
