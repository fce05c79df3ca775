//! The box itself.

use std::sync::Arc;
use std::time::Duration;

use pumice_model::control::{Pending, Refusal};
use pumice_model::keeper::Machine;
use pumice_model::machine::{
    BackhaulView, BackupView, BoardView, CaptureRequest, CaptureView, ClockView, DiskView, InterfaceView,
    MachineView, PowerView, Reset, Restart,
};

use super::{House, NOON};

/// What a backup of this box begins with; the recovery key follows.
const BACKUP: &str = "backup of ";

/// The beginning of a pcap file.
pub(crate) const PCAP: [u8; 4] = [0xd4, 0xc3, 0xb2, 0xa1];

/// Captures that are kept.
const CAPTURES: usize = 4;

/// A box on which all is well.
pub(crate) fn view() -> MachineView {
    MachineView {
        board: BoardView {
            name: "Test board".to_owned(),
            notes: Vec::new(),
            ways: vec!["none", "dhcp", "static"],
            access_point: false,
            switches_cell: false,
        },
        power: PowerView::Mains { millivolts: Some(5_100) },
        clock: ClockView { trusted: true, source: "ntp", unix_seconds: NOON, zone_quarters: 12 },
        disk: DiskView { free: 8 << 30, total: 32 << 30, failing: None },
        backhaul: BackhaulView {
            way: "dhcp".to_owned(),
            interface: Some("eth0".to_owned()),
            online: Some(true),
            since: Duration::from_secs(3_600),
            since_unix: Some(NOON - 3_600),
            delay_millis: Some(40),
            why: None,
        },
        interfaces: vec![InterfaceView {
            name: "eth1".to_owned(),
            role: "cell",
            up: true,
            addresses: vec!["192.168.77.1".parse().unwrap()],
        }],
        temperature_millicelsius: Some(45_500),
    }
}

impl Machine for House {
    fn machine(&self) -> Pending<MachineView> {
        self.answer(|state| Ok(state.machine.clone()))
    }

    fn restart(&self, what: Restart) -> Pending<()> {
        self.answer(|state| {
            state.restarts.push(what);
            Ok(())
        })
    }

    fn reset(&self, how_much: Reset) -> Pending<()> {
        self.answer(|state| {
            state.resets.push(how_much);
            Ok(())
        })
    }

    fn backup(&self, recovery_key: String) -> Pending<Vec<u8>> {
        self.answer(|_| Ok(format!("{BACKUP}{}", mark(&recovery_key)).into_bytes()))
    }

    fn restore(&self, backup: Vec<u8>, recovery_key: String) -> Pending<()> {
        self.answer(|state| {
            let wanted = format!("{BACKUP}{}", mark(&recovery_key));
            if backup != wanted.as_bytes() {
                return Err(Refusal::BadBackup);
            }
            state.restored += 1;
            Ok(())
        })
    }

    fn look_into(&self, backup: Arc<Vec<u8>>, recovery_key: String) -> Pending<BackupView> {
        let gate = {
            let mut state = self.state();
            state.looked = true;
            state.look_gate.clone()
        };
        let view = self.answer(|_| {
            if *backup != format!("{BACKUP}{}", mark(&recovery_key)).into_bytes() {
                return Err(Refusal::BadBackup);
            }
            Ok(BackupView {
                made_unix: Some(NOON),
                box_name: "Elsewhere".to_owned(),
                network: "Village".to_owned(),
                subscribers: 23,
                accounts: 2,
                same_box: false,
            })
        });
        Pending::new(async move {
            if let Some(gate) = gate {
                gate.acquire().await.unwrap().forget();
            }
            view.await
        })
    }

    fn diagnostics(&self) -> Pending<Vec<u8>> {
        self.answer(|state| Ok(state.bundle.clone()))
    }

    fn captures(&self) -> Pending<Vec<CaptureView>> {
        self.answer(|state| Ok(state.captures.clone()))
    }

    fn begin_capture(&self, request: CaptureRequest) -> Pending<String> {
        self.answer(|state| {
            if !state.machine.interfaces.iter().any(|known| known.name == request.interface) {
                return Err(Refusal::NotFound);
            }
            if state.captures.len() >= CAPTURES {
                return Err(Refusal::Full { limit: "captures", holds: 4 });
            }
            let name = format!("capture-{}", state.captures.len() + 1);
            let view = CaptureView { name: name.clone(), request, running: true, octets: 0, packets: 0 };
            state.captures.push(view);
            Ok(name)
        })
    }

    fn end_capture(&self, name: String) -> Pending<()> {
        self.answer(|state| {
            let capture = state.captures.iter_mut().find(|known| known.name == name);
            capture.ok_or(Refusal::NotFound)?.running = false;
            Ok(())
        })
    }

    fn capture_file(&self, name: String) -> Pending<Vec<u8>> {
        self.answer(|state| {
            state.captures.iter().find(|known| known.name == name).ok_or(Refusal::NotFound)?;
            Ok(PCAP.to_vec())
        })
    }

    fn remove_capture(&self, name: String) -> Pending<()> {
        self.answer(|state| {
            let at = state.captures.iter().position(|known| known.name == name);
            state.captures.remove(at.ok_or(Refusal::NotFound)?);
            Ok(())
        })
    }
}

/// Stands for encryption: the key is not in the backup.
fn mark(key: &str) -> usize {
    key.bytes().fold(7, |mark, octet| mark * 31 % 65_521 + usize::from(octet))
}
