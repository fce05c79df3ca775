//! Readings of battery, panel and temperature, ten times a second.

use pumice_supervisor::Sample;

/// Between two samples.
const SAMPLE_MS: u64 = 100;

#[cfg(not(feature = "simulated-sensors"))]
mod source {
    use pumice_supervisor::Sample;

    use crate::lm3s6965::adc::{self, Channel};

    /// Full scale of the ADC: ten bits.
    const FULL: i32 = 1_023;
    /// Volts at full scale behind the dividers of 1 in 8.8 to the reference of 3 V.
    const FULL_MV: i32 = 26_400;
    /// The shunt amplifiers give half of the reference at 0 A, and all of it at 10 A.
    const MIDDLE: i32 = 512;
    const HALF_MA: i32 = 10_000;

    /// One channel at a time, in turn.
    const ORDER: [Channel; 5] =
        [Channel::Input(0), Channel::Input(1), Channel::Input(2), Channel::Input(3), Channel::Temperature];
    const STEP_MS: u64 = 20;

    pub(super) struct Source {
        raw: [Option<i32>; 5],
        current: usize,
        next_ms: u64,
    }

    impl Source {
        pub(super) fn start() -> Self {
            adc::start();
            adc::select(Channel::Input(0));
            Self { raw: [None; 5], current: 0, next_ms: STEP_MS }
        }

        pub(super) fn read(&mut self, now_ms: u64) -> Option<Sample> {
            if self.next_ms <= now_ms {
                self.next_ms = now_ms + STEP_MS;
                // A channel that gave nothing has nothing: better no sample than an old one.
                if let Some(raw) = self.raw.get_mut(self.current) {
                    *raw = adc::latest();
                }
                self.current = (self.current + 1) % ORDER.len();
                if let Some(&channel) = ORDER.get(self.current) {
                    adc::select(channel);
                }
            }
            let [Some(battery), Some(charge), Some(panel), Some(yield_), Some(warmth)] = self.raw else {
                return None;
            };
            let mv = |raw: i32| u16::try_from(raw * FULL_MV / FULL).unwrap_or(0);
            let ma = |raw: i32| i16::try_from((raw - MIDDLE) * HALF_MA / MIDDLE).unwrap_or(i16::MAX);
            Some(Sample {
                battery_mv: mv(battery),
                battery_ma: ma(charge),
                solar_mv: mv(panel),
                solar_ma: ma(yield_),
                // The data sheet's line: 147.5 degrees less 225 for the full scale.
                temperature_dc: i16::try_from(1_475 - warmth * 2_250 / FULL).unwrap_or(0),
            })
        }
    }
}

#[cfg(feature = "simulated-sensors")]
mod source {
    use pumice_link::Deframer;
    use pumice_supervisor::Sample;

    use crate::lm3s6965::simulation;

    pub(super) struct Source {
        deframer: Deframer,
        sample: Option<Sample>,
    }

    impl Source {
        pub(super) fn start() -> Self {
            simulation::start();
            Self { deframer: Deframer::default(), sample: None }
        }

        pub(super) fn read(&mut self, _: u64) -> Option<Sample> {
            while let Some(octet) = simulation::receive() {
                let Some(Ok(frame)) = self.deframer.push(octet) else { continue };
                if let Some((battery_mv, battery_ma, solar_mv, solar_ma, temperature_dc)) = frame.message() {
                    self.sample = Some(Sample { battery_mv, battery_ma, solar_mv, solar_ma, temperature_dc });
                }
            }
            self.sample
        }
    }
}

/// The sensors.
pub(crate) struct Sensors {
    source: source::Source,
    next_ms: u64,
}

impl Sensors {
    pub(crate) fn start() -> Self {
        Self { source: source::Source::start(), next_ms: 0 }
    }

    /// A sample, when it is time for one.
    pub(crate) fn poll(&mut self, now_ms: u64) -> Option<Sample> {
        let sample = self.source.read(now_ms);
        if now_ms < self.next_ms {
            return None;
        }
        self.next_ms = now_ms + SAMPLE_MS;
        sample
    }
}
