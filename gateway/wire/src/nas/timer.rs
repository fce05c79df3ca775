use core::time::Duration;

/// GPRS timer (TS 24.008 10.5.7.3), also used as GPRS timer 2: steps of 2 s, 1 min or 6 min, at most 31 of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GprsTimer(pub u8);

impl GprsTimer {
    /// The timer is deactivated.
    pub const DEACTIVATED: Self = Self(0xe0);

    /// The shortest value that is not shorter than `span`; the longest there is, if `span` is longer.
    pub fn at_least(span: Duration) -> Self {
        Self(coarsest(span, &[(2, 0x00), (60, 0x20), (360, 0x40)]))
    }

    /// The time that it stands for; nothing if it is deactivated.
    pub const fn span(self) -> Option<Duration> {
        let step = match self.0 >> 5 {
            0 => 2,
            2 => 360,
            7 => return None,
            _ => 60,
        };
        Some(Duration::from_secs(step * (self.0 & 0x1f) as u64))
    }
}

/// GPRS timer 3 (TS 24.008 10.5.7.4a): steps from 2 s to 320 h, at most 31 of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GprsTimer3(pub u8);

impl GprsTimer3 {
    /// The timer is deactivated.
    pub const DEACTIVATED: Self = Self(0xe0);

    /// The shortest value that is not shorter than `span`; the longest there is, if `span` is longer.
    pub fn at_least(span: Duration) -> Self {
        let steps = [
            (2, 0x60),
            (30, 0x80),
            (60, 0xa0),
            (600, 0x00),
            (3_600, 0x20),
            (36_000, 0x40),
            (1_152_000, 0xc0),
        ];
        Self(coarsest(span, &steps))
    }

    /// The time that it stands for; nothing if it is deactivated.
    pub const fn span(self) -> Option<Duration> {
        let step = match self.0 >> 5 {
            0 => 600,
            1 => 3_600,
            2 => 36_000,
            3 => 2,
            4 => 30,
            5 => 60,
            6 => 1_152_000,
            _ => return None,
        };
        Some(Duration::from_secs(step * (self.0 & 0x1f) as u64))
    }
}

fn coarsest(span: Duration, steps: &[(u64, u8)]) -> u8 {
    let seconds = span.as_secs() + u64::from(span.subsec_nanos() > 0);
    let fitting = steps.iter().find_map(|(step, unit)| {
        let count = u8::try_from(seconds.div_ceil(*step)).ok().filter(|count| *count <= 31)?;
        Some(unit | count)
    });
    fitting.or_else(|| steps.last().map(|(_, unit)| unit | 31)).unwrap_or(0)
}
