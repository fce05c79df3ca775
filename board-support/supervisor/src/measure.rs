//! Battery and solar panel, out of noisy samples.

#[cfg(test)]
mod tests;

/// One reading of all sensors, in their units.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Sample {
    /// The battery's voltage.
    pub battery_mv: u16,
    /// The battery's current; positive charges.
    pub battery_ma: i16,
    /// The solar panel's voltage.
    pub solar_mv: u16,
    /// The solar panel's current.
    pub solar_ma: i16,
    /// Tenths of a degree Celsius.
    pub temperature_dc: i16,
}

/// Without a sample for so long, the sensors are lost.
const LOST_MS: u64 = 10_000;
/// The share of a new value: one in 2^3.
const SMOOTHING: u32 = 3;

/// What is known of the battery.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Battery {
    /// Too few samples yet.
    Unknown,
    /// There is nobody to ask.
    Lost,
    /// Its voltage.
    Mv(u16),
}

/// The median of three, which one wild sample cannot move, and then a moving average.
#[derive(Clone, Copy, Debug, Default)]
struct Filter {
    recent: [i32; 3],
    seen: u8,
    /// The average times 2^[`SMOOTHING`].
    scaled: i32,
}

impl Filter {
    fn push(&mut self, value: i32) {
        let [_, second, third] = self.recent;
        self.recent = [second, third, value];
        if self.seen < 3 {
            self.seen += 1;
        }
        let [a, b, c] = self.recent;
        let median = a.min(b).max(a.max(b).min(c));
        match self.seen {
            3 if self.scaled != 0 => self.scaled += median - (self.scaled >> SMOOTHING),
            3 => self.scaled = median << SMOOTHING,
            _ => {}
        }
    }

    fn value(&self) -> i32 {
        self.scaled >> SMOOTHING
    }
}

/// The filtered readings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measurements {
    filters: [Filter; 5],
    last_ms: Option<u64>,
}

impl Measurements {
    pub(crate) fn push(&mut self, now_ms: u64, sample: Sample) {
        // After a gap the old average means nothing.
        if self.is_lost(now_ms) {
            self.filters = [Filter::default(); 5];
        }
        self.last_ms = Some(now_ms);
        let values = [
            i32::from(sample.battery_mv),
            i32::from(sample.battery_ma),
            i32::from(sample.solar_mv),
            i32::from(sample.solar_ma),
            i32::from(sample.temperature_dc),
        ];
        for (filter, value) in self.filters.iter_mut().zip(values) {
            filter.push(value);
        }
    }

    pub(crate) fn battery(&self, now_ms: u64) -> Battery {
        let [battery, ..] = &self.filters;
        match battery.seen {
            _ if self.is_lost(now_ms) => Battery::Lost,
            3.. => Battery::Mv(self.filtered().battery_mv),
            _ => Battery::Unknown,
        }
    }

    /// The values that a status tells. All zero before the third sample.
    pub(crate) fn filtered(&self) -> Sample {
        let [battery_mv, battery_ma, solar_mv, solar_ma, temperature] =
            self.filters.map(|filter| filter.value());
        let unsigned = |value: i32| u16::try_from(value).unwrap_or_default();
        let signed = |value: i32| i16::try_from(value).unwrap_or_default();
        Sample {
            battery_mv: unsigned(battery_mv),
            battery_ma: signed(battery_ma),
            solar_mv: unsigned(solar_mv),
            solar_ma: signed(solar_ma),
            temperature_dc: signed(temperature),
        }
    }

    fn is_lost(&self, now_ms: u64) -> bool {
        now_ms - self.last_ms.unwrap_or(0) >= LOST_MS
    }
}
