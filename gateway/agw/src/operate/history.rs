//! `pumice history`

use pumice_web::dto::{Curve, Curves};

use super::client::Client;
use super::text::{curve, moment, rate};
use super::{Console, OperateError, line};
use crate::command_line::{Form, SpanWord};

/// Characters of a curve: half of its points, so that a line fits on most screens.
const WIDTH: usize = 60;

pub(super) async fn show(
    client: &Client,
    span: SpanWord,
    form: Form,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    let octets = client.json(&format!("/api/v1/history?span={}", span.word())).await?;
    if form.json {
        return line(console.out, &octets);
    }
    console.out.write_all(in_words(&client.parse(&octets)?).as_bytes())?;
    Ok(())
}

fn in_words(curves: &Curves) -> String {
    let ends = curves.ends.map_or_else(|| "now".to_owned(), |ends| format!("{} UTC", moment(ends)));
    let each = match curves.step_seconds {
        step if step % 3_600 == 0 => format!("{} h", step / 3_600),
        step if step % 60 == 0 => format!("{} min", step / 60),
        step => format!("{step} s"),
    };
    let mut text = format!("the {} until {ends}, a point each {each}\n", curves.span);
    for Curve { series, points } in &curves.curves {
        let value = |point: Option<u32>| point.map_or_else(|| "-".to_owned(), |value| in_unit(series, value));
        let last = value(points.last().copied().flatten());
        let most = value(points.iter().flatten().copied().max());
        let drawn = curve(points, WIDTH);
        text.push_str(&format!("{:<9}{drawn:<WIDTH$}  now {last}, most {most}\n", name(series)));
    }
    text
}

pub(super) fn name(series: &str) -> &str {
    match series {
        "uplink" => "up",
        "downlink" => "down",
        "attach_success" => "attaches",
        other => other,
    }
}

/// A value of a curve with its unit.
pub(super) fn in_unit(series: &str, value: u32) -> String {
    match series {
        "uplink" | "downlink" => rate(u64::from(value) * 8),
        "attach_success" => format!("{}.{} %", value / 10, value % 10),
        "delay" => format!("{value} ms"),
        _ => value.to_string(),
    }
}
