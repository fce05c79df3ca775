//! How fast the fan turns: a curve with hysteresis.

#[cfg(test)]
mod tests;

/// A point of the curve: from this temperature on, this fast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// Degrees Celsius.
    pub celsius: i16,
    /// Of full speed, 0 to 100.
    pub percent: u8,
}

/// Points that rise in temperature and do not fall in speed. Below the first the fan stands still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Curve {
    points: heapless::Vec<Point, { Self::MOST }>,
    hysteresis: u8,
}

/// Why points are no curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CurveError {
    /// None, or too many.
    #[error("1 to {} points are wanted", Curve::MOST)]
    Count,
    /// They do not rise.
    #[error("each point must be hotter than the one before, and not slower; at most 100 percent")]
    Order,
    /// The hottest point leaves the fan below full speed.
    #[error("the hottest point must be 100 percent")]
    NotFull,
}

impl Curve {
    /// The most points.
    pub const MOST: usize = 8;

    /// A curve; `hysteresis` is how many degrees cooler it must be before the fan slows down again.
    ///
    /// # Errors
    /// The points are no curve.
    pub fn new(points: impl IntoIterator<Item = Point>, hysteresis: u8) -> Result<Self, CurveError> {
        let mut curve = heapless::Vec::<Point, { Self::MOST }>::new();
        for point in points {
            let rises =
                curve.last().is_none_or(|last| last.celsius < point.celsius && last.percent <= point.percent);
            if !rises || point.percent > 100 {
                return Err(CurveError::Order);
            }
            curve.push(point).map_err(|_| CurveError::Count)?;
        }
        match curve.last() {
            None => Err(CurveError::Count),
            Some(last) if last.percent != 100 => Err(CurveError::NotFull),
            Some(_) => Ok(Self { points: curve, hysteresis }),
        }
    }

    fn at(&self, celsius: i32) -> u8 {
        let reached = self.points.iter().take_while(|point| i32::from(point.celsius) <= celsius);
        reached.last().map_or(0, |point| point.percent)
    }
}

/// A fan that follows a curve.
#[derive(Debug, Clone)]
pub struct Fan {
    curve: Curve,
    percent: u8,
}

impl Fan {
    /// A fan that stands still.
    pub const fn new(curve: Curve) -> Self {
        Self { curve, percent: 0 }
    }

    /// How fast it shall turn, in percent. It speeds up at once, and slows down when it is cooler by the hysteresis.
    /// Without a temperature it turns fully: a broken sensor must not cook the board.
    pub fn turn(&mut self, millidegrees: Option<i32>) -> u8 {
        self.percent = match millidegrees {
            None => 100,
            Some(millidegrees) => {
                let celsius = millidegrees.div_euclid(1000);
                let slowest = self.curve.at(celsius);
                let fastest = self.curve.at(celsius.saturating_add(i32::from(self.curve.hysteresis)));
                self.percent.clamp(slowest, fastest)
            }
        };
        self.percent
    }
}
