//! Charts of an hour, a day, a month.

use pumice_model::archive::{self, Curves, Series};
use pumice_ui::Section;
use pumice_ui::page::charts::{self, Charts, Span};

use crate::site::call::{Answer, Call};
use crate::site::fault::Fault;
use crate::site::framing::Scene;

pub(crate) async fn show(call: Call) -> Result<Answer, Fault> {
    let span = Span::parse(call.query("span")).unwrap_or_default();
    let kept = match span {
        Span::Hour => archive::Span::Hour,
        Span::Day => archive::Span::Day,
        Span::Month => archive::Span::Month,
    };
    let curves = call.site.desk.ask_box(|doors| doors.keeper.curves(kept)).await?;
    let scene = Scene::of(&call, Section::Charts).await?;
    let length = u64::from(archive::Span::POINTS.saturating_sub(1)) * u64::from(kept.step_seconds());
    let view = Charts {
        span,
        start: scene.at(curves.ends.map(|ends| ends.saturating_sub(length))),
        step_seconds: kept.step_seconds(),
        // Octets are kept, bits are shown.
        down: curve(&curves, Series::Downlink, 8.0),
        up: curve(&curves, Series::Uplink, 8.0),
        phones: curve(&curves, Series::Phones, 1.0),
        attach_success: curve(&curves, Series::AttachSuccess, 0.1),
        delay: curve(&curves, Series::Delay, 1.0),
    };
    Ok(Answer::Page(charts::page(&scene.frame, &view)))
}

/// A curve, in another unit.
pub(crate) fn curve(curves: &Curves, wanted: Series, unit: f64) -> Vec<Option<f64>> {
    let found = curves.curves.iter().find(|(series, _)| *series == wanted);
    let points = found.map(|(_, points)| points.as_slice()).unwrap_or_default();
    points.iter().map(|point| point.map(|value| f64::from(value) * unit)).collect()
}
