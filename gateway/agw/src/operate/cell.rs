//! `pumice cell ..`

use hyper::Method;
use pumice_web::dto::Cell;

use super::client::Client;
use super::text::{columns, yes};
use super::{Console, OperateError, no_such, pretty};
use crate::command_line::CellCommand;

const ALL: &str = "/api/v1/cells";

pub(super) async fn carry_out(
    client: &Client,
    command: CellCommand,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    match command {
        CellCommand::List { form } => {
            let cells: Vec<Cell> = client.all(ALL).await?;
            if form.json {
                return pretty(console.out, &cells);
            }
            if cells.is_empty() {
                writeln!(console.out, "no cell yet; the first that connects is learned")?;
                return Ok(());
            }
            console.out.write_all(in_words(&cells).as_bytes())?;
            Ok(())
        }
        CellCommand::Forget { cell } => {
            let forgotten = client.request(Method::DELETE, &format!("{ALL}/{cell}"), None).await;
            forgotten.map_err(|error| no_such(error, "learned cell", "pumice cell list"))?;
            writeln!(console.out, "forgot {cell}")?;
            Ok(())
        }
    }
}

fn in_words(cells: &[Cell]) -> String {
    let row = |cell: &Cell| {
        let peer = cell.peer.clone().unwrap_or_else(|| "not here".to_owned());
        [cell.id.clone(), peer, cell.phones.to_string(), yes(cell.learned).to_owned(), cell.name.clone()]
    };
    let rows: Vec<_> = cells.iter().map(row).collect();
    columns(["CELL", "FROM", "PHONES", "LEARNED", "NAME"], &rows)
}
