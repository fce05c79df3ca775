//! Subscribers as lines of text.

use std::io::{self, Write};

use pumice_web::dto::{Subscriber, SubscriberState};

/// A list, for people.
pub(crate) fn many(out: &mut dyn Write, subscribers: &[Subscriber]) -> io::Result<()> {
    if subscribers.is_empty() {
        return writeln!(out, "no subscribers yet; `pumice subscriber add` or `import` adds some");
    }
    writeln!(out, "{:<16} {:<7} {:<9} {:<16} NAME", "IMSI", "STATE", "ATTACHED", "APN")?;
    for subscriber in subscribers {
        let Subscriber { imsi, name, apns, attached, .. } = subscriber;
        let apn = apns.first().map_or("-", |apn| apn.apn.as_str());
        let attached = if *attached { "yes" } else { "no" };
        writeln!(out, "{imsi:<16} {:<7} {attached:<9} {apn:<16} {name}", state(subscriber))?;
    }
    writeln!(out, "{} in all", subscribers.len())
}

/// One, for people.
pub(crate) fn one(out: &mut dyn Write, subscriber: &Subscriber) -> io::Result<()> {
    let yes = |yes| if yes { "yes" } else { "no" };
    writeln!(out, "{:<12}{}", "IMSI", subscriber.imsi)?;
    writeln!(out, "{:<12}{}", "name", subscriber.name)?;
    writeln!(out, "{:<12}{}", "state", state(subscriber))?;
    writeln!(out, "{:<12}{}", "attached", yes(subscriber.attached))?;
    for apn in &subscriber.apns {
        let (up, down) = (apn.ambr.uplink, apn.ambr.downlink);
        writeln!(out, "{:<12}{}, QCI {}, up {up} bit/s, down {down} bit/s", "APN", apn.apn, apn.qci)?;
    }
    let (up, down) = (subscriber.ambr.uplink, subscriber.ambr.downlink);
    writeln!(out, "{:<12}up {up} bit/s, down {down} bit/s", "in all")?;
    writeln!(out, "{:<12}{}", "IMS voice", yes(subscriber.ims_voice))
}

const fn state(subscriber: &Subscriber) -> &'static str {
    match subscriber.state {
        SubscriberState::Active => "active",
        SubscriberState::Barred => "barred",
    }
}
