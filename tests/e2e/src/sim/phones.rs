//! Phones, their subscribers, and what happens to them.

use core::time::Duration;

use pumice_model::control::Command as Order;
use pumice_model::subscriber::Subscriber;
use pumice_ransim::enb::{EnbCommand, PhoneId};
use pumice_ransim::phone::{Command, Phone, PhoneConfig, PhoneInput};
use pumice_ransim::ran::{EnbIndex, RanInput};
use pumice_ransim::sim::SimProfile;
use pumice_wire::s1ap::Cause;

use super::Sim;
use crate::settings::subscriber;

impl Sim {
    /// The SIM with this number in the gateway's network.
    pub fn sim_card(&self, number: u64) -> SimProfile {
        SimProfile::numbered(self.settings.config.plmn, number).expect("a SIM")
    }

    /// Provisions the subscriber of a SIM, with changes.
    pub fn subscribe(&mut self, sim: &SimProfile, change: impl FnOnce(&mut Subscriber)) {
        let mut subscriber = subscriber(sim);
        change(&mut subscriber);
        self.execute(Order::AddSubscribers(vec![subscriber])).expect("the subscriber is added");
    }

    /// Provisions the SIM with this number and puts it into a phone, which is off.
    pub fn add_phone(&mut self, number: u64, cell: EnbIndex) -> PhoneId {
        self.add_phone_with(number, cell, |_| {})
    }

    /// The same with changes of the phone.
    pub fn add_phone_with(
        &mut self,
        number: u64,
        cell: EnbIndex,
        change: impl FnOnce(&mut PhoneConfig),
    ) -> PhoneId {
        let sim = self.sim_card(number);
        self.subscribe(&sim, |_| {});
        self.add_stranger(sim, cell, change)
    }

    /// Adds a phone whose SIM is not provisioned here, or was provisioned apart.
    pub fn add_stranger(
        &mut self,
        sim: SimProfile,
        cell: EnbIndex,
        change: impl FnOnce(&mut PhoneConfig),
    ) -> PhoneId {
        let mut config = PhoneConfig::new(sim).expect("a phone");
        config.log_length = 256;
        change(&mut config);
        self.ran.add_phone(config, Some(cell))
    }

    /// Provisions and adds phones with these numbers in one go.
    pub fn add_phones(&mut self, numbers: core::ops::RangeInclusive<u64>, cell: EnbIndex) -> Vec<PhoneId> {
        let sims: Vec<SimProfile> = numbers.map(|number| self.sim_card(number)).collect();
        let subscribers = sims.iter().map(subscriber).collect();
        self.execute(Order::AddSubscribers(subscribers)).expect("the subscribers are added");
        sims.into_iter().map(|sim| self.add_stranger(sim, cell, |_| {})).collect()
    }

    /// Switches a phone on.
    pub fn switch_on(&mut self, phone: PhoneId) {
        self.tell(RanInput::Phone { phone, input: PhoneInput::PowerOn });
    }

    /// A phone's user does something.
    pub fn order(&mut self, phone: PhoneId, command: Command) {
        self.tell(RanInput::Phone { phone, input: PhoneInput::Command(command) });
    }

    /// Carries a phone to another cell, or out of reach.
    pub fn carry(&mut self, phone: PhoneId, cell: Option<EnbIndex>) {
        let mut outputs = Vec::new();
        self.ran.carry(self.now, phone, cell, &mut outputs);
        self.leave_ran(outputs);
    }

    /// Switches a phone on and waits until it is registered and served.
    pub fn attach(&mut self, phone: PhoneId) {
        self.switch_on(phone);
        self.run_until("the phone is attached", Duration::from_secs(60), |sim| sim.is_attached(phone));
        self.settle();
    }

    /// A phone of this number that is attached: to see that others are served while something goes wrong.
    pub fn add_bystander(&mut self, cell: EnbIndex) -> PhoneId {
        let phone = self.add_phone(900 + u64::from(cell.0), cell);
        self.attach(phone);
        phone
    }

    /// A phone.
    pub fn phone_of(&self, phone: PhoneId) -> &Phone {
        self.phone(phone)
    }

    /// A phone, for what a test sets in it.
    pub fn phone_mut(&mut self, phone: PhoneId) -> &mut Phone {
        self.ran.phone_mut(phone).expect("a phone of this world")
    }

    /// Whether phone and gateway agree that it is registered.
    pub fn is_attached(&self, phone: PhoneId) -> bool {
        self.phone(phone).state().is_registered() && self.view(phone).is_some()
    }

    /// The cell of a phone asks for its release, as after inactivity, and the release is done.
    pub fn make_idle(&mut self, phone: PhoneId) {
        self.ask_release(phone, Cause::USER_INACTIVITY);
        self.run_until("the phone is idle", Duration::from_secs(10), |sim| !sim.phone(phone).is_connected());
        self.settle();
    }

    /// The cell of a phone asks for its release.
    pub fn ask_release(&mut self, phone: PhoneId, cause: Cause) {
        let cells = (0..).map(EnbIndex).take_while(|cell| self.ran.enb(*cell).is_some()).collect::<Vec<_>>();
        for cell in cells {
            self.tell(RanInput::Enb { enb: cell, command: EnbCommand::Release { phone, cause } });
        }
    }
}
