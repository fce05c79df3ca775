//! Who did what.

use pumice_model::people::{self, Actor, AuditRecord};
use pumice_model::query::PageRequest;
use pumice_ui::page::audit::{self, Audit, Entry, Outcome};
use pumice_ui::{Language, Pager, Section, Words, key};

use crate::site::call::{Answer, Call};
use crate::site::fault::Fault;
use crate::site::framing::{Scene, who};

/// Rows of one page.
const ROWS: u32 = 50;

/// Octets of a cursor.
const CURSOR: usize = 64;

pub(crate) async fn show(call: Call) -> Result<Answer, Fault> {
    let after = call.query("after");
    if after.len() > CURSOR {
        return Err(Fault::NOT_FOUND);
    }
    let request = PageRequest { after: (!after.is_empty()).then(|| after.to_owned()), limit: Some(ROWS) };
    let page = call.site.desk.ask_box(|doors| doors.keeper.audit(request)).await?;
    let scene = Scene::of(&call, Section::People).await?;
    let before: u64 = call.query("from").parse().unwrap_or(0).min(u64::from(people::AUDIT));
    let shown = super::phones::number(page.items.len());
    let next = page.next.map(|cursor| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("after", &cursor).append_pair("from", &before.saturating_add(shown).to_string());
        format!("/audit?{}", query.finish())
    });
    let view = Audit {
        pager: Pager {
            from: if shown == 0 { 0 } else { before.saturating_add(1) },
            to: before.saturating_add(shown),
            total: None,
            previous: (before > 0).then(|| "/audit".to_owned()),
            next,
        },
        entries: page.items.iter().map(|record| entry(&scene, record)).collect(),
    };
    Ok(Answer::Page(audit::page(&scene.frame, &view)))
}

fn entry(scene: &Scene, record: &AuditRecord) -> Entry {
    let entry = &record.entry;
    let from = match (&entry.address, &entry.actor) {
        (Some(address), _) => address.to_string(),
        (None, Actor::Shell) => "console".to_owned(),
        (None, _) => String::new(),
    };
    Entry {
        when: scene.stamp(entry.at),
        who: who(&entry.actor),
        from,
        what: what(&entry.action, &entry.subject, entry.outcome),
        outcome: match entry.outcome {
            people::Outcome::Done => Outcome::Done,
            people::Outcome::Refused => Outcome::Refused,
        },
    }
}

/// What was done. A word that has no text is shown as it is.
fn what(action: &str, subject: &str, outcome: people::Outcome) -> Words {
    let named = |words: Words| words.with("name", subject);
    let numbered = |words: Words| words.with("n", subject);
    match action {
        "session.begin" if outcome == people::Outcome::Refused => named(key!("audit.sign-in-refused").into()),
        "session.begin" => key!("audit.signed-in").into(),
        "session.end" => key!("audit.signed-out").into(),
        "box.claim" => key!("audit.box-claimed").into(),
        "machine.restart" => Words::new(key!("audit.box-restarted")).with("what", subject),
        "machine.reset" => Words::new(key!("audit.box-reset")).with("what", subject),
        "backup.make" => key!("audit.backup-made").into(),
        "backup.restore" => key!("audit.restored").into(),
        "software.update" => key!("audit.software-updated").into(),
        "software.return" => key!("audit.software-returned").into(),
        "batch.add" => named(key!("audit.batch-loaded").into()),
        "capture.begin" => Words::new(key!("audit.capture-started")).with("what", subject),
        "capture.stop" => key!("audit.capture-stopped").into(),
        "cell.forget" => named(key!("audit.cell-forgotten").into()),
        "diagnostics.make" => key!("audit.diagnostics").into(),
        "account.change" => key!("audit.password-changed").into(),
        "account.language" => {
            let language = Language::parse(subject).map_or(subject, |language| language.own_name());
            Words::new(key!("audit.language-changed")).with("name", language)
        }
        "account.remove" => named(key!("audit.person-removed").into()),
        "subscriber.add" => named(key!("audit.phone-added").into()),
        "subscriber.bar" => named(key!("audit.phone-blocked").into()),
        "subscriber.serve" => named(key!("audit.phone-unblocked").into()),
        "subscriber.change" | "subscriber.replace" => named(key!("audit.phone-changed").into()),
        "subscriber.remove" => named(key!("audit.phone-removed").into()),
        "subscriber.import" => match subject.trim_end_matches(" rows").parse() {
            Ok(count) => Words::counted(key!("audit.phones-imported"), count),
            Err(_) => Words::verbatim(format!("{action} {subject}")),
        },
        "settings.apply" if subject.parse::<u64>().is_ok() => numbered(key!("audit.settings-applied").into()),
        "settings.keep" => numbered(key!("audit.settings-kept").into()),
        "settings.go_back" => numbered(key!("audit.settings-reverted").into()),
        "settings.return" => numbered(key!("audit.settings-undone").into()),
        _ => Words::verbatim(format!("{action} {subject}").trim_end().to_owned()),
    }
}
