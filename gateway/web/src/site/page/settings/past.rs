//! Who changed which settings when, and undoing it.

use pumice_model::settings::{Revision, RevisionState, SettingSpec, Values, setting};
use pumice_ui::page::history::{self, History};
use pumice_ui::{Pager, Section};

use super::form::changed;
use super::{after, apply};
use crate::audit::Deed;
use crate::site::call::{Answer, Call};
use crate::site::fault::Fault;
use crate::site::framing::{Scene, who};
use crate::site::page::phones::number;
use crate::site::saying;

/// Revisions of one page.
const ROWS: usize = 20;

pub(crate) async fn history(call: Call) -> Result<Answer, Fault> {
    let revisions = call.site.desk.ask_box(|doors| doors.configure.revisions()).await?;
    let scene = Scene::of(&call, Section::Settings).await?;
    let current = current(&revisions);
    let pages = revisions.len().div_ceil(ROWS).max(1);
    let at = call.query("page").parse().unwrap_or(1).clamp(1, pages);
    let before = (at - 1) * ROWS;
    let rows: Vec<_> = revisions
        .iter()
        .skip(before)
        .take(ROWS)
        .map(|revision| row(&scene, &revisions, revision, current))
        .collect();
    let to = |page: usize| format!("/settings/history?page={page}");
    let pager = Pager {
        from: if rows.is_empty() { 0 } else { number(before + 1) },
        to: number(before + rows.len()),
        total: Some(number(revisions.len())),
        previous: (at > 1).then(|| to(at - 1)),
        next: (at < pages).then(|| to(at + 1)),
    };
    Ok(Answer::Page(history::page(&scene.frame, &History { revisions: rows, pager })))
}

fn row(scene: &Scene, all: &[Revision], revision: &Revision, current: Option<u64>) -> history::Revision {
    let is_kept = revision.state == RevisionState::Kept;
    let undoable = is_kept && scene.settings.trial.is_none();
    history::Revision {
        number: revision.number,
        when: scene.stamp(revision.at),
        who: who(&revision.by).unwrap_or_else(|| revision.by.to_string()),
        changes: changes(all, revision.number)
            .into_iter()
            .map(|(spec, old, new)| changed(spec, old.as_deref(), new.as_deref()))
            .collect(),
        state: match revision.state {
            RevisionState::Kept if current == Some(revision.number) => history::RevisionState::Current,
            RevisionState::Kept => history::RevisionState::Kept,
            RevisionState::Pending | RevisionState::Trial => history::RevisionState::Trial,
            RevisionState::Reverted => history::RevisionState::Reverted,
        },
        can_undo: undoable,
    }
}

/// The revision that is in force.
fn current(all: &[Revision]) -> Option<u64> {
    let kept = all.iter().filter(|revision| revision.state == RevisionState::Kept);
    kept.map(|revision| revision.number).max()
}

/// The revision that was in force before another.
fn before(all: &[Revision], number: u64) -> Option<&Revision> {
    let earlier = |revision: &&Revision| revision.number < number && revision.state == RevisionState::Kept;
    all.iter().filter(earlier).max_by_key(|revision| revision.number)
}

/// What a setting was and became; absent where it was not set.
pub(crate) type Became = (&'static SettingSpec, Option<String>, Option<String>);

/// What a revision changed.
pub(crate) fn changes(all: &[Revision], number: u64) -> Vec<Became> {
    let nothing = Values::new();
    let old = before(all, number).map_or(&nothing, |revision| &revision.values);
    let revision = all.iter().find(|revision| revision.number == number);
    let new = revision.map_or(&nothing, |revision| &revision.values);
    let new_secrets = revision.map(|revision| revision.new_secrets.as_slice()).unwrap_or_default();
    let keys: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut changes = Vec::new();
    for key in keys {
        let Some(spec) = setting(key) else { continue };
        // A secret is empty in both: that it came or went shows, and whether it is another is told.
        if old.get(key) != new.get(key) || new_secrets.contains(key) {
            changes.push((spec, old.get(key).cloned(), new.get(key).cloned()));
        }
    }
    changes
}

pub(crate) async fn undo(call: Call) -> Result<Answer, Fault> {
    let wanted: u64 = call.place("number").parse().map_err(|_| Fault::NOT_FOUND)?;
    let revisions = call.site.desk.ask_box(|doors| doors.configure.revisions()).await?;
    let undone = revisions.iter().find(|revision| revision.number == wanted).ok_or(Fault::NOT_FOUND)?;
    let Some(target) = before(&revisions, undone.number) else {
        // Before the first change nothing was set: each key goes back to what the configuration file says.
        let settings = call.site.desk.ask_box(|doors| doors.configure.settings()).await?;
        let set = settings.rows.iter().filter(|row| row.set);
        let values = set.map(|row| (row.spec.key.to_owned(), String::new())).collect();
        return apply(&call, values, "/settings/history", saying::saved()).await;
    };
    let (target, by) = (target.number, call.visit.actor());
    let applied = call.site.desk.change_box(|doors| doors.configure.return_to(target, by)).await;
    let applied = call.noted(Deed::new("settings.return", wanted), applied).await?;
    after(&call, applied, "/settings/history", saying::saved())
}
