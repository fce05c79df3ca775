//! One cell with one phone, from outside the process: what is carried between SCTP, core, store and user plane.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant as SystemInstant};

use pumice_lab::Signal;
use pumice_model::identity::{Plmn, Tac};
use pumice_model::time::Instant;
use pumice_ransim::enb::EnbConfig;
use pumice_ransim::phone::PhoneConfig;
use pumice_ransim::ran::{EnbIndex, Ran, RanInput, RanOutput};
use pumice_ransim::sim::SimProfile;
use pumice_sctp::{AssociationId, Backend, Config, Endpoint, Event, LostReason, S1AP_PPID};
use tokio::time::{sleep_until, timeout};

use super::Gateway;

const PATIENCE: Duration = Duration::from_secs(20);
const TAC: u16 = 7;

/// A world of one eNB and one phone behind an SCTP association.
struct Cell {
    endpoint: Endpoint,
    association: AssociationId,
    ran: Ran,
    enb: EnbIndex,
    started: SystemInstant,
    lost: Option<LostReason>,
}

impl Cell {
    fn new(sim: SimProfile) -> Self {
        let plmn: Plmn = "00101".parse().unwrap();
        let mut ran = Ran::new(1);
        let enb = ran.add_enb(EnbConfig::numbered(plmn, Tac(TAC), 1));
        ran.add_phone(PhoneConfig::new(sim).unwrap(), Some(enb));
        let mut config = Config::new(SocketAddr::from((Ipv4Addr::new(127, 0, 1, 1), 0)));
        config.backend = Backend::UserSpace;
        config.listen = false;
        let mut endpoint = Endpoint::bind(config).unwrap();
        let association = endpoint.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, 36412))).unwrap();
        Self { endpoint, association, ran, enb, started: SystemInstant::now(), lost: None }
    }

    fn now(&self) -> Instant {
        Instant::after_start(self.started.elapsed())
    }

    fn send(&mut self, out: Vec<RanOutput>) {
        for output in out {
            if let RanOutput::S1ap { stream, octets, .. } = output {
                self.endpoint.send(self.association, stream, S1AP_PPID, octets).unwrap();
            }
        }
    }

    /// Lets the world live until something is so.
    async fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let living = async {
            while !is_so(self) {
                let deadline = self.ran.next_deadline().map(|deadline| self.started + deadline.since_start());
                let deadline = deadline.unwrap_or_else(|| SystemInstant::now() + PATIENCE);
                let enb = self.enb;
                let input = tokio::select! {
                    event = self.endpoint.next() => match event {
                        Event::Up { outbound_streams, .. } => RanInput::AssociationUp { enb, streams: outbound_streams },
                        Event::Message { stream, payload, .. } => RanInput::S1ap { enb, stream, octets: payload },
                        Event::Lost { reason, .. } => {
                            self.lost = Some(reason);
                            RanInput::AssociationDown { enb }
                        }
                        other => panic!("{other:?}"),
                    },
                    () = sleep_until(deadline.into()) => RanInput::Tick,
                };
                let (now, mut out) = (self.now(), Vec::new());
                self.ran.handle(now, input, &mut out);
                self.send(out);
            }
        };
        let lived = timeout(PATIENCE, living).await;
        let (_, phone) = self.ran.iter().next().unwrap();
        lived.unwrap_or_else(|_| {
            panic!("not so in time: {what}: {:?} {:?}", self.ran.enb(self.enb).unwrap().log(), phone.log())
        });
    }

    fn power_on(&mut self) {
        let (now, mut out) = (self.now(), Vec::new());
        let phone = self.ran.iter().next().unwrap().0;
        self.ran.power_on(now, phone, &mut out);
        self.send(out);
    }

    fn has_bearers_up(&self) -> bool {
        self.ran.iter().next().unwrap().1.has_bearers_up()
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

#[test]
fn a_phone_attaches_is_shown_and_its_cell_is_told_the_end() {
    if pumice_lab::skip::unless_namespaces() {
        return;
    }
    let mut gateway = Gateway::new();
    let config = fs::read_to_string(gateway.config()).unwrap();
    fs::write(gateway.config(), config.replace("plmn", &format!("tacs = [{TAC}]\nplmn"))).unwrap();
    gateway.start();
    let sim = SimProfile::numbered("00101".parse().unwrap(), 1).unwrap();
    let (imsi, k, opc) = (sim.imsi.digits(), hex(&sim.k), hex(&sim.opc));
    let added = gateway.run(&["subscriber", "add", &imsi, "--k", &k, "--opc", &opc]);
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));

    let runtime = gateway.namespace.runtime().unwrap();
    let mut cell = runtime
        .run(async move {
            let mut cell = Cell::new(sim);
            cell.until("S1 Setup", |cell| cell.ran.enb(cell.enb).unwrap().s1_state().is_ready()).await;
            cell.power_on();
            cell.until("bearer", Cell::has_bearers_up).await;
            // It tells its name when it has taken Attach Complete: before that the phone is not registered.
            cell.until("name", |cell| cell.ran.iter().next().unwrap().1.information().is_some()).await;
            cell
        })
        .unwrap();

    let phones = gateway.get("/api/v1/phones").text();
    assert!(phones.contains(imsi.as_str()) && phones.contains("10.45."), "{phones}");
    let cells = gateway.get("/api/v1/cells").text();
    assert!(cells.contains("00101-macro-1") && cells.contains("127.0.1.1"), "{cells}");

    let stopping = runtime.spawn(async move {
        cell.until("end", |cell| cell.lost.is_some()).await;
        cell.lost
    });
    let (code, took, log) = gateway.stop(Signal::SIGTERM);
    assert_eq!(code, Some(0), "{log}");
    assert!(took < Duration::from_secs(2), "{took:?}");
    let lost = runtime.run(stopping).unwrap().unwrap();
    assert_eq!(lost, Some(LostReason::Shutdown));
    for line in ["cell 00101-macro-1 is up", "phone 00101..001 is attached", "cell 00101-macro-1 is gone"] {
        assert!(log.contains(line), "{line} in\n{log}");
    }
}
