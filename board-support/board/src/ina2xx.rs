//! INA219, INA226, INA231: voltage, current and power of a supply line, over any I2C bus of embedded-hal.
//!
//! Register numbers and scales are those of the data sheets SBOS448 (INA219), SBOS547 (INA226) and SBOS644 (INA231).

#[cfg(test)]
mod tests;

use embedded_hal::delay::DelayNs;
use embedded_hal::i2c::I2c;

use crate::board::Chip;

const CONFIGURATION: u8 = 0x00;
const BUS_VOLTAGE: u8 = 0x02;
const CURRENT: u8 = 0x04;
const CALIBRATION: u8 = 0x05;
/// INA226 and INA231: conversion ready, and whether the arithmetic overflowed.
const MASK_ENABLE: u8 = 0x06;
const MANUFACTURER: u8 = 0xfe;
const RESET: u16 = 0x8000;
/// "TI".
const TEXAS_INSTRUMENTS: u16 = 0x5449;

/// The range 32 V, the smallest gain that fits is put in, means of 128 samples, continuous.
const INA219_CONFIGURATION: u16 = 0x2000 | 0x0780 | 0x0078 | 0x0007;
/// Means of 16 samples of 1.1 ms, continuous.
const INA226_CONFIGURATION: u16 = 0x4000 | 0x0400 | 0x0100 | 0x0020 | 0x0007;

/// What the chip is set up with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setup {
    chip: Chip,
    shunt_micro_ohm: u32,
    configuration: u16,
    calibration: u16,
}

/// Why a chip cannot be set up as wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The shunt's voltage at that current is more than the chip measures.
    #[error(
        "{microvolts} µV at the shunt is above the chip's {limit} µV: a smaller shunt or current is wanted"
    )]
    ShuntVoltage {
        /// At the most current.
        microvolts: u64,
        /// The chip's.
        limit: u64,
    },
    /// The shunt is so small that the chip cannot be calibrated finely enough.
    #[error("{microvolts} µV at the shunt is too little to measure: a larger shunt is wanted")]
    TooCoarse {
        /// At the most current.
        microvolts: u64,
    },
}

impl Setup {
    /// Works out gain and calibration.
    ///
    /// # Errors
    /// The chip does not measure that.
    pub fn new(chip: Chip, shunt_micro_ohm: u32, max_milliamps: u32) -> Result<Self, SetupError> {
        let microvolts = u64::from(shunt_micro_ohm) * u64::from(max_milliamps) / 1000;
        let limit = match chip {
            Chip::Ina219 => 320_000,
            Chip::Ina226 | Chip::Ina231 => 81_920,
        };
        if microvolts > limit {
            return Err(SetupError::ShuntVoltage { microvolts, limit });
        }
        // Below this the least step of the shunt's voltage is more than a hundredth of the most current.
        if microvolts < 1_000 {
            return Err(SetupError::TooCoarse { microvolts });
        }
        // The current that one step stands for: 32768 steps span the most current.
        let step_microamps = (u64::from(max_milliamps) * 1000).div_ceil(32_768).max(1);
        let (scale, most) = scale_and_most(chip);
        let calibration = scale / (step_microamps * u64::from(shunt_micro_ohm));
        let calibration = u16::try_from(calibration).unwrap_or(u16::MAX).clamp(2, most);
        let configuration = match chip {
            Chip::Ina219 => {
                let gain = match microvolts {
                    0..=40_000 => 0,
                    40_001..=80_000 => 0x0800,
                    80_001..=160_000 => 0x1000,
                    _ => 0x1800,
                };
                INA219_CONFIGURATION | gain
            }
            Chip::Ina226 | Chip::Ina231 => INA226_CONFIGURATION,
        };
        // The lowest bit of INA219's calibration is not there.
        let calibration = if chip == Chip::Ina219 { calibration & !1 } else { calibration };
        Ok(Self { chip, shunt_micro_ohm, configuration, calibration })
    }

    /// The current that the chip's register stands for, with the calibration as it was rounded.
    fn microamps(&self, register: i16) -> i64 {
        let (scale, _) = scale_and_most(self.chip);
        let scale = i64::try_from(scale).unwrap_or(i64::MAX);
        let divisor = i64::from(self.calibration) * i64::from(self.shunt_micro_ohm);
        (i64::from(register) * scale).checked_div(divisor).unwrap_or(0)
    }
}

/// The data sheets' constant (0.04096 or 0.00512) in micro-amperes times micro-ohms, and the largest calibration.
const fn scale_and_most(chip: Chip) -> (u64, u16) {
    match chip {
        Chip::Ina219 => (40_960_000_000, 0xfffe),
        Chip::Ina226 | Chip::Ina231 => (5_120_000_000, 0x7fff),
    }
}

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measurement {
    /// The line's voltage.
    pub millivolts: u32,
    /// The current; negative when it flows back, as into a battery.
    pub milliamps: i32,
}

impl Measurement {
    /// The power, in milliwatts.
    pub fn milliwatts(&self) -> i64 {
        i64::from(self.millivolts) * i64::from(self.milliamps) / 1000
    }
}

/// Why there is no measurement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Ina2xxError<E> {
    /// The bus.
    #[error("I2C: {0:?}")]
    Bus(E),
    /// The first mean is not finished.
    #[error("not measured yet")]
    NotReady,
    /// A value that the chip cannot have measured.
    #[error("{millivolts} mV is outside of what the chip measures")]
    OutOfRange {
        /// What the register says.
        millivolts: u32,
    },
    /// More current than the chip's registers hold.
    #[error("the current is beyond what was set up")]
    Overflow,
    /// The chip had lost its set-up: its supply was gone. It was set up anew.
    #[error("the chip had been reset, and was set up anew")]
    WasReset,
    /// Somebody else answers at that address, or does not keep what is written.
    #[error("no chip of this kind answers: register {register:#04x} says {value:#06x}")]
    WrongChip {
        /// The register.
        register: u8,
        /// Its value.
        value: u16,
    },
}

/// A chip on a bus.
#[derive(Debug)]
pub struct Ina2xx<B> {
    bus: B,
    address: u8,
    setup: Setup,
}

impl<B: I2c> Ina2xx<B> {
    /// Resets the chip and sets it up; the bus is to be asked 100 ms later.
    ///
    /// # Errors
    /// The bus fails, or it is not such a chip.
    pub fn open(
        bus: B,
        address: u8,
        setup: Setup,
        delay: &mut impl DelayNs,
    ) -> Result<Self, Ina2xxError<B::Error>> {
        let mut chip = Self { bus, address, setup };
        if setup.chip == Chip::Ina226 {
            let value = chip.read_register(MANUFACTURER)?;
            if value != TEXAS_INSTRUMENTS {
                return Err(Ina2xxError::WrongChip { register: MANUFACTURER, value });
            }
        }
        chip.write_register(CONFIGURATION, RESET)?;
        delay.delay_ms(1);
        chip.set_up()?;
        Ok(chip)
    }

    /// Reads voltage and current.
    ///
    /// # Errors
    /// There is no measurement; the reason says whether the next time may be better.
    pub fn measure(&mut self) -> Result<Measurement, Ina2xxError<B::Error>> {
        if self.read_register(CALIBRATION)? != self.setup.calibration {
            self.set_up()?;
            return Err(Ina2xxError::WasReset);
        }
        let bus = self.read_register(BUS_VOLTAGE)?;
        let (ready, overflow) = match self.setup.chip {
            Chip::Ina219 => (bus & 0x0002 != 0, bus & 0x0001 != 0),
            Chip::Ina226 | Chip::Ina231 => {
                let flags = self.read_register(MASK_ENABLE)?;
                (flags & 0x0008 != 0, flags & 0x0004 != 0)
            }
        };
        if !ready {
            return Err(Ina2xxError::NotReady);
        }
        let (millivolts, most) = match self.setup.chip {
            // Steps of 4 mV; the chip stands 26 V, whatever its range.
            Chip::Ina219 => (u32::from(bus >> 3) * 4, 26_000),
            // Steps of 1.25 mV; the chip stands 40 V and measures 36 V.
            Chip::Ina226 => (u32::from(bus) * 5 / 4, 36_000),
            Chip::Ina231 => (u32::from(bus) * 5 / 4, 28_000),
        };
        if millivolts > most {
            return Err(Ina2xxError::OutOfRange { millivolts });
        }
        let current = self.read_register(CURRENT)?.cast_signed();
        if overflow || current == i16::MAX || current == i16::MIN {
            return Err(Ina2xxError::Overflow);
        }
        let milliamps = self.setup.microamps(current) / 1000;
        i32::try_from(milliamps)
            .map_or(Err(Ina2xxError::Overflow), |milliamps| Ok(Measurement { millivolts, milliamps }))
    }

    /// Gives the bus back.
    pub fn release(self) -> B {
        self.bus
    }

    fn set_up(&mut self) -> Result<(), Ina2xxError<B::Error>> {
        self.write_register(CONFIGURATION, self.setup.configuration)?;
        self.write_register(CALIBRATION, self.setup.calibration)?;
        let value = self.read_register(CALIBRATION)?;
        if value == self.setup.calibration {
            return Ok(());
        }
        Err(Ina2xxError::WrongChip { register: CALIBRATION, value })
    }

    fn read_register(&mut self, register: u8) -> Result<u16, Ina2xxError<B::Error>> {
        let mut value = [0; 2];
        self.bus.write_read(self.address, &[register], &mut value).map_err(Ina2xxError::Bus)?;
        Ok(u16::from_be_bytes(value))
    }

    fn write_register(&mut self, register: u8, value: u16) -> Result<(), Ina2xxError<B::Error>> {
        let [high, low] = value.to_be_bytes();
        self.bus.write(self.address, &[register, high, low]).map_err(Ina2xxError::Bus)
    }
}
