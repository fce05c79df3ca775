//! Settings with trial, history and undo.

use pumice_model::control::{Pending, Refusal};
use pumice_model::identity::Plmn;
use pumice_model::keeper::Configure;
use pumice_model::people::Actor;
use pumice_model::settings::{
    Applied, Preview, Restarts, Revision, RevisionState, SETTINGS, SettingChange, SettingKind, SettingRow,
    SettingsView, VALUE, Values, setting,
};

use super::{House, State};

impl State {
    fn value(&self, key: &str) -> String {
        self.values.get(key).or_else(|| self.file.get(key)).cloned().unwrap_or_default()
    }

    fn complete(&self) -> bool {
        !self.value("network.plmn").is_empty() && !self.value("network.name").is_empty()
    }

    fn previewed(&self, values: &Values) -> Preview {
        let mut preview = Preview::default();
        for (key, new) in values {
            let Some(spec) = setting(key) else {
                preview.mistakes.push((key.clone(), "is no setting".to_owned()));
                continue;
            };
            let number = |text: &str| text.trim().parse::<u64>().is_ok();
            let right = new.is_empty()
                || new.len() <= VALUE
                    && match spec.kind {
                        SettingKind::Number => number(new),
                        SettingKind::Numbers => new.split(',').all(number),
                        SettingKind::Switch => new == "true" || new == "false",
                        SettingKind::Choice(words) => words.contains(&new.as_str()),
                        SettingKind::Text if spec.key == "network.plmn" => Plmn::parse(new).is_ok(),
                        SettingKind::Text | SettingKind::Texts | SettingKind::Secret => true,
                    };
            if !right {
                preview.mistakes.push((key.clone(), "is not what it should be".to_owned()));
                continue;
            }
            let (old, new) = (self.value(key), new.clone());
            if old != new {
                let shown =
                    |text: String| if spec.kind == SettingKind::Secret { String::new() } else { text };
                preview.changes.push(SettingChange { spec, old: shown(old), new: shown(new) });
            }
        }
        preview
    }

    fn applied(&mut self, values: Values, restarts: Restarts, by: Actor) -> Result<Applied, Refusal> {
        if self.trial.is_some() {
            return Err(Refusal::TooLate);
        }
        let on_trial = self.complete() && restarts > Restarts::Nothing;
        self.values = values;
        let number = self.revisions.last().map_or(1, |revision| revision.number + 1);
        let state = if on_trial { RevisionState::Trial } else { RevisionState::Kept };
        self.trial = on_trial.then_some((number, self.trial_seconds));
        let values = self.values.clone();
        self.revisions.push(Revision { number, at: self.now, by, state, values, new_secrets: Vec::new() });
        Ok(Applied { revision: number, restarts, on_trial })
    }

    fn end_trial(&mut self, revision: u64, to: RevisionState) -> Result<(), Refusal> {
        if self.trial.is_none_or(|(on, _)| on != revision) {
            return Err(Refusal::TooLate);
        }
        self.trial = None;
        let at = self.revisions.iter().position(|known| known.number == revision).unwrap();
        self.revisions[at].state = to;
        if to == RevisionState::Reverted {
            let before = self.revisions[..at].iter().rev().find(|known| known.state == RevisionState::Kept);
            self.values = before.map(|known| known.values.clone()).unwrap_or_default();
        }
        Ok(())
    }
}

impl Configure for House {
    fn settings(&self) -> Pending<SettingsView> {
        self.answer(|state| {
            let row = |spec: &'static pumice_model::settings::SettingSpec| {
                let secret = spec.kind == SettingKind::Secret;
                let value = if secret { String::new() } else { state.value(spec.key) };
                SettingRow { spec, value, set: state.values.contains_key(spec.key) }
            };
            Ok(SettingsView {
                rows: SETTINGS.iter().map(row).collect(),
                trial: state.trial,
                trial_seconds: state.trial_seconds,
                complete: state.complete(),
            })
        })
    }

    fn preview(&self, values: Values) -> Pending<Preview> {
        self.answer(|state| Ok(state.previewed(&values)))
    }

    fn apply(&self, values: Values, by: Actor) -> Pending<Applied> {
        self.answer(|state| {
            let preview = state.previewed(&values);
            if !preview.mistakes.is_empty() {
                return Err(Refusal::Wrong { mistakes: preview.mistakes });
            }
            let mut all = state.values.clone();
            for (key, value) in values {
                if value.is_empty() { drop(all.remove(&key)) } else { drop(all.insert(key, value)) }
            }
            state.applied(all, preview.restarts(), by)
        })
    }

    fn keep(&self, revision: u64, _: Actor) -> Pending<()> {
        self.answer(|state| state.end_trial(revision, RevisionState::Kept))
    }

    fn go_back(&self, revision: u64, _: Actor) -> Pending<()> {
        self.answer(|state| state.end_trial(revision, RevisionState::Reverted))
    }

    fn return_to(&self, revision: u64, by: Actor) -> Pending<Applied> {
        self.answer(|state| {
            let old = state.revisions.iter().find(|known| known.number == revision);
            let values = old.ok_or(Refusal::NotFound)?.values.clone();
            let restarts = SETTINGS
                .iter()
                .filter(|spec| values.get(spec.key) != state.values.get(spec.key))
                .map(|spec| spec.restarts)
                .max()
                .unwrap_or(Restarts::Nothing);
            state.applied(values, restarts, by)
        })
    }

    fn revisions(&self) -> Pending<Vec<Revision>> {
        self.answer(|state| {
            let mut revisions: Vec<_> = state.revisions.clone();
            let mut before = Values::new();
            for revision in &mut revisions {
                let keys = before.keys().chain(revision.values.keys()).filter(|key| {
                    setting(key).is_some_and(|spec| spec.kind == SettingKind::Secret)
                        && before.get(*key) != revision.values.get(*key)
                });
                revision.new_secrets = keys.cloned().collect();
                if revision.state == RevisionState::Kept {
                    before.clone_from(&revision.values);
                }
            }
            revisions.reverse();
            for (key, value) in revisions.iter_mut().flat_map(|revision| revision.values.iter_mut()) {
                if setting(key).is_some_and(|spec| spec.kind == SettingKind::Secret) {
                    value.clear();
                }
            }
            Ok(revisions)
        })
    }
}
