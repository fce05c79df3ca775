use std::fmt;

use pumice_model::cell::CellAdmission;
use pumice_model::limits::MemoryBudget;

use super::settings::{Nat, Settings};

/// What an operator checks before the gateway starts.
impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (network, s1ap, user) = (&self.network, &self.s1ap, &self.user_plane);
        let tacs = network
            .tacs
            .as_ref()
            .map_or_else(|| "this box's own".to_owned(), |tacs| joined(tacs.iter().map(|tac| tac.0)));
        let digits = network.plmn.digits().len() - 3;
        writeln!(
            f,
            "network     {} (MNC of {digits} digits), \"{}\", TAC {tacs}",
            network.plmn, network.name
        )?;
        writeln!(f, "cells       S1AP on {}, {}", joined(&s1ap.listen), admission(&s1ap.admission))?;
        let nat = match &user.nat {
            Nat::Masquerade { outside: Some(outside) } => format!("masqueraded on {outside}"),
            Nat::Masquerade { outside: None } => "masqueraded".to_owned(),
            Nat::Routed => "routed".to_owned(),
        };
        let pool = user.pool;
        writeln!(f, "user plane  GTP-U on {}, cells send to {}", joined(&user.listen), user.advertise)?;
        writeln!(
            f,
            "phones      {}/{} on {}, {nat}, DNS {}",
            pool.network,
            pool.prefix,
            user.tun,
            joined(&user.dns)
        )?;
        writeln!(f, "store       {}", self.ground.store.path.display())?;
        writeln!(f, "API         http://{}/api/v1/", self.ground.api.listen)?;
        let limits = &self.ground.limits;
        writeln!(
            f,
            "limits      {} subscribers, {} phones ({} connected), {} bearers, {} cells",
            limits.subscribers, limits.phones, limits.connections, limits.bearers, limits.cells
        )?;
        budget(f, &limits.memory_budget())?;
        for note in &self.notes {
            write!(f, "\nmind        {note}")?;
        }
        Ok(())
    }
}

fn budget(f: &mut fmt::Formatter<'_>, budget: &MemoryBudget) -> fmt::Result {
    let parts = [
        ("subscribers", budget.subscribers),
        ("phones", budget.phones),
        ("cells", budget.cells),
        ("radio capabilities", budget.radio_capabilities),
        ("buffers", budget.buffers),
        ("events", budget.events),
    ];
    let parts = parts.map(|(name, octets)| format!("{name} {}", kib(octets)));
    write!(f, "memory      at most {} in full pools: {}", kib(budget.total()), parts.join(", "))
}

fn kib(octets: u64) -> String {
    format!("{} KiB", octets.div_ceil(1_024))
}

fn admission(admission: &CellAdmission) -> String {
    match admission {
        CellAdmission::Learn { first } => format!("the first {first} learned"),
        CellAdmission::Only(cells) => format!("{} listed", cells.len()),
    }
}

fn joined<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    if items.is_empty() { "none".to_owned() } else { items.join(", ") }
}
