//! `pumice status`

use pumice_web::dto::{CellAdmission, Status, Store};

use super::client::Client;
use super::text::{duration, facts};
use super::{Console, OperateError, line};
use crate::command_line::Form;

pub(super) async fn show(client: &Client, form: Form, console: &mut Console<'_>) -> Result<(), OperateError> {
    let octets = client.json("/api/v1/status").await?;
    if form.json {
        return line(console.out, &octets);
    }
    console.out.write_all(in_words(&client.parse(&octets)?).as_bytes())?;
    Ok(())
}

fn in_words(status: &Status) -> String {
    let tacs: Vec<String> = status.tacs.iter().map(u16::to_string).collect();
    let (identity, limits) = (&status.identity, &status.limits);
    let cells = format!("{} of {}; {}", status.cells, limits.cells, admission(&status.cell_admission));
    facts(&[
        ("version", status.version.clone()),
        ("up", duration(status.uptime_seconds)),
        ("network", format!("{} \"{}\", TAC {}", status.plmn, status.network_name, tacs.join(", "))),
        ("box", format!("{}, MME {}/{}", identity.serial, identity.mme_group, identity.mme_code)),
        ("cells", cells),
        ("phones", format!("{} of {}, {} connected", status.phones, limits.phones, status.connected)),
        ("subscribers", format!("{} of {}", status.subscribers, limits.subscribers)),
        ("store", store(&status.store)),
        ("SCTP", status.sctp.clone()),
    ])
}

pub(super) fn admission(admission: &CellAdmission) -> String {
    match admission {
        CellAdmission::Listed { known } => format!("{known} on the list"),
        CellAdmission::Learning { remaining } => format!("the next {remaining} will be learned"),
        CellAdmission::Locked => "all learned, locked".to_owned(),
    }
}

pub(super) fn store(store: &Store) -> String {
    match store {
        Store::Good => "good".to_owned(),
        Store::Failing { reason } => format!("FAILING, changes are refused: {reason}"),
    }
}
