use pumice_model::archive::{self, Day, Series};
use pumice_model::identity::Imsi;
use pumice_ui::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a phone used, by day and by month, the newest first. A month holds its days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PhoneUsage {
    /// Whose.
    #[schema(example = "001010000000001")]
    pub imsi: String,
    /// Days.
    pub days: Vec<DayUsage>,
    /// Months.
    pub months: Vec<MonthUsage>,
}

/// What a phone used in a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DayUsage {
    /// The day in the box's time zone; null if its clock was never right until then.
    #[schema(required = true, example = "2026-11-25")]
    pub date: Option<String>,
    /// Days since 1970-01-01, or, where there is no date, since the box's first start.
    #[schema(example = 20_782)]
    pub day: u32,
    /// Octets from the phone.
    #[schema(example = 1_048_576)]
    pub uplink_octets: u64,
    /// Octets to the phone.
    #[schema(example = 73_400_320)]
    pub downlink_octets: u64,
}

/// What a phone used in a calendar month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MonthUsage {
    /// The month; null for what was used without a date.
    #[schema(required = true, example = "2026-11")]
    pub month: Option<String>,
    /// Octets from the phone.
    #[schema(example = 20_971_520)]
    pub uplink_octets: u64,
    /// Octets to the phone.
    #[schema(example = 1_468_006_400)]
    pub downlink_octets: u64,
}

impl PhoneUsage {
    pub(crate) fn of(imsi: Imsi, usage: &archive::PhoneUsage) -> Self {
        let day = |usage: &archive::DayUsage| DayUsage {
            date: date(usage.day),
            day: usage.day.0,
            uplink_octets: usage.uplink,
            downlink_octets: usage.downlink,
        };
        let month = |usage: &archive::MonthUsage| MonthUsage {
            month: (usage.month > 0).then(|| format!("{:04}-{:02}", usage.month / 100, usage.month % 100)),
            uplink_octets: usage.uplink,
            downlink_octets: usage.downlink,
        };
        Self {
            imsi: imsi.digits().as_str().to_owned(),
            days: usage.days.iter().map(day).collect(),
            months: usage.months.iter().map(month).collect(),
        }
    }
}

fn date(day: Day) -> Option<String> {
    let is_date = day >= Day::FIRST_REAL;
    is_date.then(|| {
        let Date { year, month, day } = Date::from_days(day.0.into());
        format!("{year:04}-{month:02}-{day:02}")
    })
}

/// The curves of a span.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Curves {
    /// How far they go back: `hour`, `day` or `month`.
    #[schema(example = "day")]
    pub span: String,
    /// Seconds from one point to the next.
    #[schema(example = 720)]
    pub step_seconds: u32,
    /// Seconds since 1970 of the last point; null while the clock is not trusted. The last point is now.
    #[schema(required = true, example = 1_795_608_000)]
    pub ends: Option<u64>,
    /// The curves.
    pub curves: Vec<Curve>,
}

/// A curve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Curve {
    /// What is measured: `uplink` and `downlink` in octets per second, `phones`, `attach_success` in thousandths, `delay` to
    /// the internet and back in milliseconds.
    #[schema(example = "downlink")]
    pub series: String,
    /// The points, the oldest first; null where the box was off or nothing was measured.
    #[schema(example = json!([0, 250_000, null, 310_000]))]
    pub points: Vec<Option<u32>>,
}

impl From<archive::Curves> for Curves {
    fn from(curves: archive::Curves) -> Self {
        let curve = |(which, points)| Curve { series: series(which).to_owned(), points };
        Self {
            span: curves.span.word().to_owned(),
            step_seconds: curves.span.step_seconds(),
            ends: curves.ends,
            curves: curves.curves.into_iter().map(curve).collect(),
        }
    }
}

const fn series(series: Series) -> &'static str {
    match series {
        Series::Uplink => "uplink",
        Series::Downlink => "downlink",
        Series::Phones => "phones",
        Series::AttachSuccess => "attach_success",
        Series::Delay => "delay",
    }
}
