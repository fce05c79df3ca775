use embedded_hal::i2c::{ErrorKind, NoAcknowledgeSource};
use embedded_hal_mock::eh1::delay::NoopDelay;
use embedded_hal_mock::eh1::i2c::{Mock, Transaction};

use super::*;

const ADDRESS: u8 = 0x40;

fn read(register: u8, value: u16) -> Transaction {
    Transaction::write_read(ADDRESS, vec![register], value.to_be_bytes().to_vec())
}

fn write(register: u8, value: u16) -> Transaction {
    let [high, low] = value.to_be_bytes();
    Transaction::write(ADDRESS, vec![register, high, low])
}

/// The data sheet's example (SBOS448 8.5.1): 2 mΩ, 15 A; we span 15 A exactly, it rounds the step up to 1 mA.
fn ina219() -> Setup {
    Setup::new(Chip::Ina219, 100_000, 2_000).unwrap()
}

fn opened(setup: Setup, then: &[Transaction]) -> Ina2xx<Mock> {
    let mut expected = Vec::new();
    if setup.chip == Chip::Ina226 {
        expected.push(read(0xfe, 0x5449));
    }
    expected.extend([write(0, 0x8000), write(0, setup.configuration), write(5, setup.calibration)]);
    expected.push(read(5, setup.calibration));
    expected.extend_from_slice(then);
    Ina2xx::open(Mock::new(&expected), ADDRESS, setup, &mut NoopDelay).unwrap()
}

#[test]
fn calibrates_as_the_data_sheets_do() {
    // 2 A over 32768 steps: 62 µA each (rounded up); 0.04096 / (62 µA * 0.1 Ω) = 6606.
    assert_eq!(ina219().calibration, 6606);
    assert_eq!(ina219().configuration, 0x3fff, "200 mV at the shunt: gain 1/8");
    // SBOS547 7.5: 2 mΩ and a step of 1 mA gives 2560; 15 A over 32768 steps is 458 µA.
    let setup = Setup::new(Chip::Ina226, 2_000, 32_768).unwrap();
    assert_eq!(setup.calibration, 2560);
    assert_eq!(setup.configuration, 0x4527);
    assert_eq!(setup.microamps(10_000), 10_000_000);
    assert_eq!(setup.microamps(-10_000), -10_000_000);
}

#[test]
fn the_gain_of_the_ina219_fits_the_shunt() {
    let gain = |milliamps| Setup::new(Chip::Ina219, 100_000, milliamps).unwrap().configuration & 0x1800;
    assert_eq!(
        [400, 401, 800, 801, 1600, 1601, 3200].map(gain),
        [0, 0x0800, 0x0800, 0x1000, 0x1000, 0x1800, 0x1800]
    );
}

#[test]
fn what_the_chip_cannot_measure_is_refused() {
    let error = Setup::new(Chip::Ina219, 100_000, 3_210).unwrap_err();
    assert_eq!(error, SetupError::ShuntVoltage { microvolts: 321_000, limit: 320_000 });
    assert_eq!(
        Setup::new(Chip::Ina226, 100_000, 1_000).unwrap_err(),
        SetupError::ShuntVoltage { microvolts: 100_000, limit: 81_920 }
    );
    assert_eq!(Setup::new(Chip::Ina219, 100, 100).unwrap_err(), SetupError::TooCoarse { microvolts: 10 });
}

#[test]
fn reads_voltage_and_current_of_an_ina219() {
    // 12.000 V: 3000 steps of 4 mV above three bits, converted; 1 A: 1 A * 0.1 Ω * 6606 / 0.04096 = 16127.9.
    let setup = ina219();
    let mut chip = opened(setup, &[read(5, setup.calibration), read(2, 3000 << 3 | 2), read(4, 16_128)]);
    let measured = chip.measure().unwrap();
    assert_eq!(measured, Measurement { millivolts: 12_000, milliamps: 1_000 });
    assert_eq!(measured.milliwatts(), 12_000);
    chip.release().done();
}

#[test]
fn reads_a_current_that_flows_back_of_an_ina226() {
    let setup = Setup::new(Chip::Ina226, 2_000, 32_768).unwrap();
    let mut chip = opened(
        setup,
        &[read(5, 2560), read(2, 9_600), read(6, 0x0008), read(4, (-1_500_i16).cast_unsigned())],
    );
    let measured = chip.measure().unwrap();
    assert_eq!(measured, Measurement { millivolts: 12_000, milliamps: -1_500 });
    assert_eq!(measured.milliwatts(), -18_000);
    chip.release().done();
}

#[test]
fn a_first_mean_that_is_not_finished_is_no_reading() {
    let setup = ina219();
    let mut chip = opened(setup, &[read(5, setup.calibration), read(2, 3000 << 3)]);
    assert_eq!(chip.measure(), Err(Ina2xxError::NotReady));
    chip.release().done();
}

#[test]
fn a_chip_that_lost_its_supply_is_set_up_anew() {
    let setup = ina219();
    let mut chip = opened(
        setup,
        &[
            read(5, 0),
            write(0, setup.configuration),
            write(5, setup.calibration),
            read(5, setup.calibration),
            read(5, setup.calibration),
            read(2, 3000 << 3 | 2),
            read(4, 0),
        ],
    );
    assert_eq!(chip.measure(), Err(Ina2xxError::WasReset));
    assert_eq!(chip.measure(), Ok(Measurement { millivolts: 12_000, milliamps: 0 }));
    chip.release().done();
}

#[test]
fn values_that_cannot_be_are_refused() {
    let setup = ina219();
    let calibration = read(5, setup.calibration);
    let mut chip = opened(
        setup,
        &[
            calibration.clone(),
            read(2, 0xfffe),
            calibration.clone(),
            read(2, 3000 << 3 | 3),
            read(4, 100),
            calibration,
            read(2, 3000 << 3 | 2),
            read(4, 0x7fff),
        ],
    );
    assert_eq!(chip.measure(), Err(Ina2xxError::OutOfRange { millivolts: 32_764 }));
    assert_eq!(chip.measure(), Err(Ina2xxError::Overflow), "the chip says so");
    assert_eq!(chip.measure(), Err(Ina2xxError::Overflow), "the register is full");
    chip.release().done();
}

#[test]
fn a_stranger_at_the_address_is_told() {
    let setup = Setup::new(Chip::Ina226, 2_000, 32_768).unwrap();
    let mut bus = Mock::new(&[read(0xfe, 0xffff)]);
    let opened = Ina2xx::open(bus.clone(), ADDRESS, setup, &mut NoopDelay);
    assert_eq!(opened.map(|_| ()), Err(Ina2xxError::WrongChip { register: 0xfe, value: 0xffff }));
    bus.done();
    let setup = ina219();
    let mut bus = Mock::new(&[
        write(0, 0x8000),
        write(0, setup.configuration),
        write(5, setup.calibration),
        read(5, 0xffff),
    ]);
    let opened = Ina2xx::open(bus.clone(), ADDRESS, setup, &mut NoopDelay);
    assert_eq!(opened.map(|_| ()), Err(Ina2xxError::WrongChip { register: 5, value: 0xffff }));
    bus.done();
}

#[test]
fn a_bus_that_fails_is_told() {
    let setup = ina219();
    let kind = ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address);
    let mut chip = opened(setup, &[read(5, 0).with_error(kind)]);
    assert_eq!(chip.measure(), Err(Ina2xxError::Bus(kind)));
    chip.release().done();
}
