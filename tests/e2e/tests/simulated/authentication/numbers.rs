//! No SQN is used twice, whatever happens to the gateway. The monitor of the run sees every challenge; the SIMs see that none
//! is older than what they know.

use core::time::Duration;

use pumice_e2e::{Crash, Settings, Sim};
use pumice_ransim::crypto::Direction;
use pumice_ransim::enb::PhoneId;
use pumice_ransim::phone::Command;
use pumice_ransim::ran::EnbIndex;

use crate::support::{Village, seconds};

/// Each phone is authenticated anew.
fn authenticate_all(sim: &mut Sim, phones: &[PhoneId]) {
    for phone in phones {
        sim.order(*phone, Command::PullBattery);
        *sim.phone_mut(*phone).security_mut() = None;
        sim.phone_mut(*phone).set_guti(None);
    }
    sim.settle();
    for phone in phones {
        let mark = sim.trace().mark();
        sim.attach(*phone);
        assert_eq!(sim.count(*phone, mark, "< Authentication request"), 1);
        assert_eq!(sim.count(*phone, mark, "> Authentication failure"), 0, "the SIM finds the number fresh");
    }
}

fn across(how: Crash) {
    let mut village = Village::new();
    let phones = village.sim.add_phones(1..=3, village.cell);
    authenticate_all(&mut village.sim, &phones);
    for _ in 0..3 {
        village.sim.restart(how);
        authenticate_all(&mut village.sim, &phones);
    }
    let before = village.sim.monitor_mut().vectors();
    authenticate_all(&mut village.sim, &phones);
    assert_eq!(village.sim.monitor_mut().vectors(), before + 3);
    for phone in phones {
        village.sim.assert_served(phone);
    }
    village.finish();
}

#[test]
fn across_an_orderly_stop() {
    across(Crash::Stop);
}

#[test]
fn across_a_kill() {
    across(Crash::Kill);
}

#[test]
fn across_a_power_cut() {
    across(Crash::PowerCut);
}

#[test]
fn across_a_kill_while_the_disk_is_slow() {
    // The first ceiling is not on the disk when the first phone comes: its challenge waits for it.
    let settings = Settings { commit_latency: Duration::from_millis(400), ..Settings::default() };
    let mut village = Village::with(settings);
    let phones = village.sim.add_phones(1..=3, village.cell);
    authenticate_all(&mut village.sim, &phones);
    village.sim.restart(Crash::Kill);
    authenticate_all(&mut village.sim, &phones);
    village.finish();
}

/// What is sent in the time that the disk takes for the first ceiling.
fn sent_before_the_first_ceiling(sim: &mut Sim, cell: EnbIndex, how: Crash) -> usize {
    sim.crash(how);
    let mark = sim.trace().mark();
    sim.settings_mut().commit_latency = seconds(1);
    sim.boot_at_once();
    sim.connect(cell);
    sim.run_for(Duration::from_millis(950));
    sim.trace().since(mark).iter().filter(|entry| entry.direction == Direction::Downlink).count()
}

#[test]
fn before_the_first_ceiling_is_on_the_disk_nothing_is_sent() {
    let mut village = Village::new();
    let phones = village.sim.add_phones(1..=2, village.cell);
    for how in [Crash::Kill, Crash::PowerCut, Crash::Stop] {
        assert_eq!(sent_before_the_first_ceiling(&mut village.sim, village.cell, how), 0);
    }
    village.sim.settle();
    authenticate_all(&mut village.sim, &phones);
    village.sim.assert_recovers(village.bystander);
    village.finish();
}

#[test]
fn what_a_resynchronisation_teaches_is_on_the_disk_before_the_next_challenge() {
    let mut village = Village::new();
    let phone = village.sim.add_phone(1, village.cell);
    let Village { sim, cell, bystander } = &mut village;
    sim.crash(Crash::Stop);
    sim.settings_mut().commit_latency = seconds(1);
    sim.boot();
    sim.connect(*cell);
    sim.settle();
    (8..12).for_each(|ind| sim.phone_mut(phone).usim_mut().use_sqn(0x10_0000 << 5 | ind));
    sim.switch_on(phone);
    sim.run_until("it is challenged again", seconds(10), |sim| {
        sim.count(phone, 0, "< Authentication request") == 2
    });
    let at = |short: &str| {
        sim.messages(phone, 0).filter(|entry| entry.short() == short).last().map(|entry| entry.at)
    };
    let (failed, again) = (at("> Authentication failure"), at("< Authentication request"));
    assert!(again.expect("it was").since(failed.expect("it has")) >= seconds(1));
    // The power goes right after: the number is known.
    sim.restart(Crash::PowerCut);
    let mark = sim.trace().mark();
    sim.run_until("it attaches", seconds(90), |sim| sim.is_attached(phone));
    assert_eq!(sim.count(phone, mark, "> Authentication failure"), 0);
    sim.settle();
    sim.assert_recovers(*bystander);
    village.finish();
}

#[test]
fn at_every_moment_of_an_attach() {
    let mut village = Village::new();
    let phone = village.sim.add_phone(1, village.cell);
    let Village { sim, .. } = &mut village;
    for how in [Crash::Kill, Crash::PowerCut] {
        for messages in 1..10 {
            sim.order(phone, Command::PullBattery);
            *sim.phone_mut(phone).security_mut() = None;
            sim.phone_mut(phone).set_guti(None);
            sim.settle();
            let mark = sim.trace().mark();
            sim.switch_on(phone);
            sim.run_until("so far", seconds(5), |sim| sim.messages(phone, mark).count() >= messages);
            sim.restart(how);
            sim.run_until("it attaches after all", seconds(60), |sim| {
                sim.is_attached(phone) && sim.phone_of(phone).sim_state().is_unharmed()
            });
            sim.settle();
            sim.assert_recovers(phone);
        }
    }
    assert_eq!(sim.count(phone, 0, "> Authentication failure"), 0);
    village.finish();
}

#[test]
fn a_restored_backup_jumps_ahead() {
    let mut village = Village::new();
    let phones = village.sim.add_phones(1..=3, village.cell);
    authenticate_all(&mut village.sim, &phones);
    let backup = village.sim.back_up();
    for _ in 0..3 {
        authenticate_all(&mut village.sim, &phones);
    }
    let Village { sim, cell, bystander } = &mut village;
    sim.crash(Crash::Kill);
    sim.put_back(backup);
    sim.boot();
    sim.connect(*cell);
    sim.settle();
    authenticate_all(sim, &phones);
    let last = phones.iter().map(|phone| *sim.monitor_mut().sqns(*phone).last().expect("a number")).min();
    assert!(last.expect("three phones") >> 5 > 1 << 24, "the jump of the store");
    // It is not known any more, and comes back.
    sim.assert_recovers(*bystander);
    village.finish();
}
