//! The gateway starts, is told things, and ends.

use core::time::Duration;

use pumice_core::{CommandId, Input};
use pumice_model::change::{Change, DurableState};
use pumice_model::control::{Command, Refusal};
use pumice_model::time::WallClock;
use pumice_ransim::ran::{EnbIndex, RanInput};

use super::Sim;
use crate::Gateway;
use crate::disk::Crash;

impl Sim {
    /// Starts the gateway from what is on its disk, and waits until it has settled.
    pub fn boot(&mut self) {
        self.boot_at_once();
        self.settle();
    }

    /// Starts the gateway from what is on its disk.
    pub fn boot_at_once(&mut self) {
        let (gateway, turn) = Gateway::boot(self.now, &self.settings, self.entropy.clone(), &self.found);
        self.gateway = Some(gateway);
        self.leave_gateway(turn);
    }

    /// Ends the gateway. Cells notice at once that their associations are gone.
    pub fn crash(&mut self, how: Crash) {
        let Some(gateway) = self.gateway.take() else { return };
        self.found = gateway.end(self.now, how);
        self.flight.lose_signalling();
        let cells: Vec<EnbIndex> = core::mem::take(&mut self.associations).into_keys().collect();
        for cell in cells {
            self.tell(RanInput::AssociationDown { enb: cell });
        }
    }

    /// Takes the gateway out of the village, which goes on without.
    pub const fn take_gateway(&mut self) -> Option<Gateway> {
        self.gateway.take()
    }

    /// Ends the gateway, starts it again and connects the cells that were there.
    pub fn restart(&mut self, how: Crash) {
        let cells: Vec<EnbIndex> = self.associations.keys().copied().collect();
        self.crash(how);
        self.run_for(Duration::from_secs(2));
        self.boot();
        for cell in cells {
            self.connect(cell);
        }
        self.settle();
    }

    /// Puts the state of the gateway's last [`Sim::back_up`] in the place of what is on its disk, while it is down.
    pub fn put_back(&mut self, backup: Backup) {
        self.found = backup.0;
    }

    /// Changes what is on the gateway's disk, while it is down.
    pub fn alter_disk(&mut self, change: impl FnOnce(&DurableState) -> Vec<Change>) {
        self.found = self.found.altered(change);
    }

    /// What the gateway finds of itself when it starts is changed, while it is down.
    pub fn edit_disk(&mut self, changes: impl FnOnce(&DurableState) -> Vec<Change>) {
        self.found = crate::disk::edited(&self.settings.storage, &self.found, changes);
    }

    /// All phones are forgotten, while the gateway is down.
    pub fn forget_disk_but_subscribers(&mut self) {
        self.edit_disk(|state| state.ues.iter().map(|ue| Change::RemoveUe(ue.imsi)).collect());
    }

    /// Makes a backup of what is committed.
    pub fn back_up(&mut self) -> Backup {
        Backup(self.gateway.as_mut().expect("the gateway runs").backup())
    }

    /// Gives the gateway a command; its answer is in [`Sim::answer`] when there is one.
    pub fn command(&mut self, command: Command) -> CommandId {
        let id = CommandId(self.next_command);
        self.next_command += 1;
        self.give(Input::Command { id, command });
        self.carry_out();
        id
    }

    /// What became of a command.
    pub fn answer(&self, id: CommandId) -> Option<&Result<(), Refusal>> {
        self.answers.get(&id)
    }

    /// Gives the gateway a command and waits for the answer.
    pub fn execute(&mut self, command: Command) -> Result<(), Refusal> {
        let id = self.command(command);
        self.run_until("the command is answered", Duration::from_secs(10), |sim| sim.answer(id).is_some());
        self.answers.remove(&id).expect("it was answered")
    }

    /// The wall clock is trusted from now on, or no more.
    pub fn set_clock(&mut self, clock: Option<WallClock>) {
        self.give(Input::Clock(clock));
        self.carry_out();
    }
}

/// A copy of a gateway's state.
#[derive(Debug, Clone)]
pub struct Backup(crate::disk::Files);
