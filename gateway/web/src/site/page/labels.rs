//! Labels to print, one for each SIM card.

use pumice_ui::page::labels::{self, Label, Labels};
use pumice_ui::{Pager, Section};

use super::phones::number;
use crate::site::call::{Answer, Call};
use crate::site::fault::Fault;
use crate::site::framing::Scene;

/// Labels of one page: two sheets of 24.
const LABELS: usize = 48;

pub(crate) async fn show(call: Call) -> Result<Answer, Fault> {
    let one = call.query("imsi");
    let known = call.site.subscribers().await?;
    let wanted: Vec<_> =
        known.iter().filter(|known| one.is_empty() || known.imsi.digits().as_str() == one).collect();
    let pages = wanted.len().div_ceil(LABELS).max(1);
    let at = call.query("page").parse().unwrap_or(1).clamp(1, pages);
    let before = (at - 1) * LABELS;
    let labels: Vec<Label> = wanted
        .iter()
        .skip(before)
        .take(LABELS)
        .map(|known| Label { name: known.name.clone(), imsi: known.imsi.digits().to_string() })
        .collect();
    let to = |page: usize| format!("/phones/labels?page={page}");
    let pager = Pager {
        from: if labels.is_empty() { 0 } else { number(before + 1) },
        to: number(before + labels.len()),
        total: Some(number(wanted.len())),
        previous: (at > 1).then(|| to(at - 1)),
        next: (at < pages).then(|| to(at + 1)),
    };
    let scene = Scene::of(&call, Section::Phones).await?;
    Ok(Answer::Page(labels::page(&scene.frame, &Labels { labels, pager })))
}
