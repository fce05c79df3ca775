//! The story, from the first start to the last: stages in their order, and what they leave for the table.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use pumice_e2e::real::{PAGE, Plan, Radio};
use pumice_lab::{Namespace, http};
use pumice_ransim::enb::PhoneId;
use tempfile::TempDir;

use crate::disk::Remains;
use crate::images::Images;
use crate::machine::{Machine, Parts};
use crate::page::{ADDRESS, Browser};
use crate::table::Table;
use crate::{Failure, failed, stages};

/// The eNB's address.
const ENB: Ipv4Addr = Ipv4Addr::new(192, 168, 73, 2);
/// The box's address beyond, and that of the web server there.
pub(crate) const BEYOND: &str = "203.0.113.1";
pub(crate) const SERVER: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(203, 0, 113, 80), 80);
/// The emulated machine is slow, and slower on a busy one.
const PATIENCE: Duration = Duration::from_secs(60);

/// All that the stages work with.
pub(crate) struct Story {
    // Dropped in this order.
    pub(crate) machine: Option<Machine>,
    pub(crate) radio: Radio,
    pub(crate) phones: Vec<PhoneId>,
    pub(crate) images: Images,
    pub(crate) parts: Parts,
    pub(crate) table: Table,
    _server: http::Server,
    pub(crate) world: Namespace,
    pub(crate) home: TempDir,
    begun: Instant,
}

/// Tells all of it.
pub(crate) fn tell(folder: &Path, full: bool) -> Result<(), Failure> {
    let mut story = Story::begin(folder)?;
    let outcome = story.stages(full);
    if outcome.is_err() {
        story.leave_traces(folder);
    }
    println!("\n{}", story.table.text());
    outcome
}

impl Story {
    fn begin(folder: &Path) -> Result<Self, Failure> {
        let images = Images::of(folder)?;
        let home = TempDir::with_prefix("pumice-boot-").map_err(failed("making a folder"))?;
        let world = Namespace::new("world")?;
        cables(&world)?;
        let server = http::Server::start(&world, &[SERVER.into()], PAGE)?;
        let mut cell = Plan::cell(1).map_err(|error| Failure(error.to_string()))?;
        cell.address = ENB.into();
        let mme = SocketAddr::new(ADDRESS.parse::<Ipv4Addr>().unwrap_or(ENB).into(), 36412);
        let radio = Radio::start(&world, mme, vec![cell], false, 1)?.with_patience(PATIENCE);
        let parts = Parts::new(home.path(), &images)?;
        Ok(Self {
            machine: None,
            radio,
            phones: Vec::new(),
            images,
            parts,
            table: Table::default(),
            _server: server,
            world,
            home,
            begun: Instant::now(),
        })
    }

    fn stages(&mut self, full: bool) -> Result<(), Failure> {
        self.stage("first start", stages::first::start)?;
        self.stage("setup by the page", stages::first::set_up)?;
        self.stage("phones", stages::first::phones)?;
        self.stage("what runs and listens", stages::first::look_around)?;
        self.stage("kill -9", stages::trouble::kill)?;
        self.stage("a full data partition", stages::trouble::fill)?;
        self.stage("a gateway that stands still", stages::trouble::stand_still)?;
        self.stage("a forged update", stages::update::forged)?;
        self.stage("power cut during traffic and an update", stages::update::cut_off)?;
        if full {
            self.stage("power cut at many moments", stages::update::cut_at_many_moments)?;
        }
        self.stage("an update", stages::update::next)?;
        self.stage("going back by order", stages::update::go_back)?;
        if full {
            self.stage("a gateway that never comes up", stages::starts::never_up)?;
            self.stage("a side that rots", stages::starts::rot)?;
            self.stage("boot files that nobody has signed", stages::starts::unsigned)?;
        }
        self.stage("an update that does not work", stages::update::broken)?;
        if full {
            self.stage("the same update on both sides", stages::update::same)?;
            self.stage("a table without the data partition", stages::trouble::lose_entry)?;
            self.stage("no data partition", stages::trouble::lose_data)?;
        }
        Ok(())
    }

    fn stage(
        &mut self,
        name: &str,
        stage: impl FnOnce(&mut Self) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        println!("=== {name}");
        let begun = Instant::now();
        stage(self).map_err(|failure| Failure(format!("{name}: {failure}")))?;
        println!(
            "--- {name}: {:.0} s, {:.0} s in all",
            begun.elapsed().as_secs_f32(),
            self.begun.elapsed().as_secs_f32()
        );
        Ok(())
    }

    pub(crate) fn machine(&self) -> Result<&Machine, Failure> {
        self.machine.as_ref().ok_or_else(|| Failure("the machine has no power".to_owned()))
    }

    pub(crate) fn browser(&self) -> Result<Browser<'_>, Failure> {
        Browser::open(&self.world, self.home.path())
    }

    /// Gives the machine power.
    pub(crate) fn plug_in(&mut self) -> Result<(), Failure> {
        self.machine = Some(Machine::start(&mut self.parts, &self.world)?);
        Ok(())
    }

    /// Takes the machine's power, and what its disk had not promised to keep.
    pub(crate) fn cut_power(&mut self) -> Result<Remains, Failure> {
        let Some(machine) = self.machine.take() else { return Ok(Remains::default()) };
        machine.cut_power();
        let remains = self.parts.disk.cut_power()?;
        println!(
            "the disk keeps {} writes as promised and {} by chance; {} are lost",
            remains.promised, remains.kept_by_chance, remains.lost
        );
        Ok(remains)
    }

    /// What the consoles said, for who is to find the fault.
    fn leave_traces(&mut self, folder: &Path) {
        let traces = folder.join("boot-test");
        let _ = fs::create_dir_all(&traces);
        if let Ok(machine) = self.machine()
            && machine.has_shell()
        {
            let log =
                machine.run("journalctl --no-pager -b -o short-monotonic | tail -n 300").unwrap_or_default();
            let _ = fs::write(traces.join("journal"), log);
            let _ = fs::write(
                traces.join("report"),
                machine.run("cat /run/pumice-software/report.json").unwrap_or_default(),
            );
        }
        for entry in fs::read_dir(self.home.path()).into_iter().flatten().flatten() {
            let name = entry.file_name();
            if name.to_string_lossy().starts_with("serial-") {
                let _ = fs::copy(entry.path(), traces.join(name));
            }
        }
        eprintln!("the consoles are in {}", traces.display());
    }
}

/// The machine's two sockets, as TAP devices.
fn cables(world: &Namespace) -> Result<(), Failure> {
    for (name, address) in [("cell", format!("{ENB}/24")), ("beyond", format!("{}/24", SERVER.ip()))] {
        for words in [
            vec!["tuntap", "add", "dev", name, "mode", "tap"],
            vec!["addr", "add", &address, "dev", name],
            vec!["link", "set", name, "up"],
        ] {
            let mut command = Command::new("ip");
            command.args(&words).stdin(Stdio::null());
            let status = world.run(|| command.status())?.map_err(failed("ip"))?;
            if !status.success() {
                return Err(Failure(format!("ip {}: {status}", words.join(" "))));
            }
        }
    }
    Ok(())
}
