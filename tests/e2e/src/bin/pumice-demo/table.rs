use std::net::IpAddr;
use std::time::Duration;

const HEADINGS: [&str; 6] = ["phone", "IMSI", "address", "bearer", "bytes", "round-trip"];

/// One phone of the demo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// Its number, from 1.
    pub(crate) phone: usize,
    /// Its whole IMSI; the demo's subscribers are made up.
    pub(crate) imsi: String,
    /// What it got, or what went wrong.
    pub(crate) outcome: Result<Served, String>,
}

/// The service that a phone got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Served {
    /// The PDN address.
    pub(crate) address: IpAddr,
    /// The EPS bearer identity of the default bearer (TS 24.007 section 11.2.3.1.5).
    pub(crate) bearer: u8,
    /// Octets of the page that it fetched.
    pub(crate) bytes: usize,
    /// From the first TCP segment to its answer.
    pub(crate) round_trip: Duration,
}

/// The table that the demo prints, with a line that sums it up.
#[must_use]
pub(crate) fn table(rows: &[Row]) -> String {
    let cells: Vec<Vec<String>> = rows.iter().map(cells_of).collect();
    let widths: Vec<usize> = HEADINGS
        .iter()
        .enumerate()
        .map(|(column, heading)| {
            let longest =
                cells.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
            longest.unwrap_or(0).max(heading.len())
        })
        .collect();

    let headings: Vec<String> = HEADINGS.map(str::to_owned).into();
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let mut text = line(&headings, &widths) + &line(&rule, &widths);
    for (row, cells) in rows.iter().zip(&cells) {
        match &row.outcome {
            Ok(_) => text += &line(cells, &widths),
            Err(reason) => text += &format!("{}  failed: {reason}\n", line(cells, &widths).trim_end()),
        }
    }
    let served: Vec<&Served> = rows.iter().filter_map(|row| row.outcome.as_ref().ok()).collect();
    let bytes: usize = served.iter().map(|served| served.bytes).sum();
    text + &format!("{} of {} phones served, {bytes} bytes\n", served.len(), rows.len())
}

fn cells_of(row: &Row) -> Vec<String> {
    let mut cells = vec![row.phone.to_string(), row.imsi.clone()];
    if let Ok(Served { address, bearer, bytes, round_trip }) = &row.outcome {
        let milliseconds = format!("{:.1} ms", round_trip.as_secs_f64() * 1000.0);
        cells.extend([address.to_string(), bearer.to_string(), bytes.to_string(), milliseconds]);
    }
    cells
}

/// All columns right-aligned: most are numbers.
fn line(cells: &[String], widths: &[usize]) -> String {
    let padded: Vec<String> =
        cells.iter().zip(widths).map(|(cell, width)| format!("{cell:>width$}")).collect();
    padded.join("  ") + "\n"
}

#[cfg(test)]
mod tests;
