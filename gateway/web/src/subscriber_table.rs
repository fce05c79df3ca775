//! Subscribers as a table in a file: a header that names the columns, then one row each.
//!
//! The separator is what the header has most of: comma, semicolon or tab, because spreadsheets differ by country. An empty
//! cell is the same as no such column. The values are those of [`NewSubscriber`], with one APN.

use std::collections::BTreeMap;

use csv::{ByteRecord, ReaderBuilder};
use pumice_model::identity::Imsi;
use pumice_model::subscriber::Subscriber;

use crate::config::{SubscriberDefaults, WebLimits};
use crate::dto::{Ambr, FieldError, KeyText, NewApn, NewSubscriber, SubscriberState};
use crate::error::{FieldErrors, WebError};
use crate::json::is_presentable;
use crate::provisioning;

/// What a table may have of columns, in the order in which they are documented.
const COLUMNS: [&str; 13] = [
    "imsi",
    "k",
    "op",
    "opc",
    "amf",
    "name",
    "state",
    "apn",
    "qci",
    "priority",
    "ambr_uplink",
    "ambr_downlink",
    "ims_voice",
];

/// The subscribers of a table.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) subscribers: Vec<Subscriber>,
    /// On which line each is.
    pub(crate) lines: BTreeMap<Imsi, u64>,
    /// The numbers of their cards, where there is such a column.
    pub(crate) iccids: BTreeMap<Imsi, String>,
}

/// The column of a batch that an import has not.
const ICCID: &str = "iccid";

impl Table {
    pub(crate) fn parse(
        octets: &[u8],
        defaults: &SubscriberDefaults,
        limits: &WebLimits,
    ) -> Result<Self, WebError> {
        Self::parse_with(&COLUMNS, octets, defaults, limits)
    }

    /// Parses a table that has the numbers of cards, too.
    pub(crate) fn parse_batch(
        octets: &[u8],
        defaults: &SubscriberDefaults,
        limits: &WebLimits,
    ) -> Result<Self, WebError> {
        let known: Vec<&'static str> = core::iter::once(ICCID).chain(COLUMNS).collect();
        Self::parse_with(&known, octets, defaults, limits)
    }

    fn parse_with(
        known: &[&'static str],
        octets: &[u8],
        defaults: &SubscriberDefaults,
        limits: &WebLimits,
    ) -> Result<Self, WebError> {
        let (table, errors) = Self::sift_with(known, octets, defaults, limits)?;
        if errors.is_empty() { Ok(table) } else { Err(WebError::Invalid(errors)) }
    }

    /// The rows that are right, and what is wrong with the others. Fails where no row can be read.
    pub(crate) fn sift(
        octets: &[u8],
        defaults: &SubscriberDefaults,
        limits: &WebLimits,
    ) -> Result<(Self, FieldErrors), WebError> {
        Self::sift_with(&COLUMNS, octets, defaults, limits)
    }

    fn sift_with(
        known: &[&'static str],
        octets: &[u8],
        defaults: &SubscriberDefaults,
        limits: &WebLimits,
    ) -> Result<(Self, FieldErrors), WebError> {
        // The byte order mark that spreadsheets put before UTF-8.
        let octets = octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets);
        let mut reader = ReaderBuilder::new()
            .delimiter(separator(octets))
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(octets);
        let mut records = reader.byte_records();
        // Reading from memory does not fail.
        let header = records.next().and_then(Result::ok).unwrap_or_default();
        let columns = columns(&header, known).map_err(WebError::Invalid)?;

        let mut table = Self { subscribers: Vec::new(), lines: BTreeMap::new(), iccids: BTreeMap::new() };
        let iccid_at = columns.iter().position(|column| *column == ICCID);
        let mut errors = FieldErrors::default();
        for (at, record) in records.filter_map(Result::ok).enumerate() {
            if at == limits.import_rows {
                return Err(WebError::TooManyRows { limit: limits.import_rows });
            }
            let line = record.position().map_or(0, |position| line(octets, position));
            match subscriber(&record, &columns, defaults) {
                Ok(subscriber) => {
                    let iccid = iccid_at.and_then(|at| record.get(at)).filter(|iccid| !iccid.is_empty());
                    if let Some(iccid) = iccid {
                        table.iccids.insert(subscriber.imsi, String::from_utf8_lossy(iccid).into_owned());
                    }
                    table.add(subscriber, line, &mut errors);
                }
                Err(wrong) => errors.append(wrong, |error| Some(in_file(error, line))),
            }
        }
        if table.subscribers.is_empty() && errors.is_empty() {
            errors.push(FieldError {
                line: Some(2),
                ..FieldError::new("at least one row is wanted under the header")
            });
        }
        Ok((table, errors))
    }

    fn add(&mut self, subscriber: Subscriber, line: u64, errors: &mut FieldErrors) {
        if let Some(first) = self.lines.get(&subscriber.imsi) {
            errors.push(FieldError {
                line: Some(line),
                column: Some("imsi".to_owned()),
                ..FieldError::new(format!("this IMSI is on line {first} already"))
            });
            return;
        }
        self.lines.insert(subscriber.imsi, line);
        self.subscribers.push(subscriber);
    }
}

fn separator(octets: &[u8]) -> u8 {
    let header = octets.split(|octet| *octet == b'\n').next().unwrap_or_default();
    let count = |separator: u8| header.iter().filter(|octet| **octet == separator).count();
    [b'\t', b';', b','].into_iter().max_by_key(|separator| count(*separator)).unwrap_or(b',')
}

/// The line that a record is on. The reader's position may be before line ends and empty lines that it then skips.
fn line(octets: &[u8], position: &csv::Position) -> u64 {
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let ahead = octets.get(start..).unwrap_or_default().iter();
    let skipped = ahead.take_while(|octet| matches!(octet, b'\r' | b'\n')).filter(|octet| **octet == b'\n');
    position.line().saturating_add(u64::try_from(skipped.count()).unwrap_or(0))
}

/// The names of a table's columns.
fn columns(header: &ByteRecord, known: &[&'static str]) -> Result<Vec<&'static str>, FieldErrors> {
    let mut errors = FieldErrors::default();
    let mut wrong = |column: &str, detail: String| {
        let column = is_presentable(column).then(|| column.to_owned());
        errors.push(FieldError { line: Some(1), column, ..FieldError::new(detail) });
    };
    let mut columns: Vec<&'static str> = Vec::new();
    for (at, cell) in header.iter().enumerate() {
        let name = String::from_utf8_lossy(cell).to_ascii_lowercase();
        match known.iter().find(|known| **known == name) {
            Some(known) if columns.contains(known) => wrong(known, "this column is there twice".to_owned()),
            Some(known) => columns.push(known),
            None => wrong(&name, format!("column {} is unknown; known are {}", at + 1, known.join(", "))),
        }
    }
    for needed in ["imsi", "k"].into_iter().chain(known.contains(&ICCID).then_some(ICCID)) {
        if !columns.contains(&needed) {
            wrong(needed, "this column is missing".to_owned());
        }
    }
    if !columns.contains(&"op") && !columns.contains(&"opc") {
        wrong("opc", "one of the columns opc and op is wanted".to_owned());
    }
    if errors.is_empty() { Ok(columns) } else { Err(errors) }
}

fn subscriber(
    record: &ByteRecord,
    columns: &[&'static str],
    defaults: &SubscriberDefaults,
) -> Result<Subscriber, FieldErrors> {
    let mut row = Row { cells: BTreeMap::new(), errors: FieldErrors::default() };
    if record.len() != columns.len() {
        let detail = format!("this row has {} cells, the header has {}", record.len(), columns.len());
        row.errors.push(FieldError::new(detail));
        return Err(row.errors);
    }
    for (column, cell) in columns.iter().zip(record) {
        match core::str::from_utf8(cell) {
            Ok("") => {}
            Ok(text) => drop(row.cells.insert(*column, text)),
            Err(_) => row.errors.at(format!("/{column}"), "this cell is not UTF-8"),
        }
    }
    let given = row.subscriber(defaults);
    let mut errors = row.errors;
    match provisioning::subscriber(&given, defaults) {
        Ok(subscriber) if errors.is_empty() => return Ok(subscriber),
        Ok(_) => {}
        // What could not even be read is told once.
        Err(wrong) => {
            let read: Vec<_> = errors.kept().iter().map(|error| error.pointer.clone()).collect();
            errors.append(wrong, |error| (!read.contains(&error.pointer)).then_some(error));
        }
    }
    Err(errors)
}

/// The cells of a row that are not empty, by column.
struct Row<'a> {
    cells: BTreeMap<&'static str, &'a str>,
    errors: FieldErrors,
}

impl Row<'_> {
    fn subscriber(&mut self, defaults: &SubscriberDefaults) -> NewSubscriber {
        let ambr = self.ambr(defaults);
        let apn = NewApn {
            apn: self.text("apn").unwrap_or_else(|| defaults.apn.to_string()),
            qci: self.read("qci", "wanted is a number of 5 to 9", |text| text.parse().ok()),
            priority: self
                .read("priority", "wanted is a number of 1 (first) to 15", |text| text.parse().ok()),
            ambr: None,
        };
        NewSubscriber {
            imsi: self.text("imsi").unwrap_or_default(),
            k: KeyText::new(self.text("k").unwrap_or_default()),
            op: self.text("op").map(KeyText::new),
            opc: self.text("opc").map(KeyText::new),
            amf: self.text("amf"),
            name: self.text("name"),
            state: self.read("state", "wanted is active or barred", |text| {
                SubscriberState::try_from(text.to_ascii_lowercase()).ok()
            }),
            apns: Some(vec![apn]),
            ambr,
            ims_voice: self
                .read("ims_voice", "wanted is true or false", |text| text.to_ascii_lowercase().parse().ok()),
        }
    }

    fn ambr(&mut self, defaults: &SubscriberDefaults) -> Option<Ambr> {
        let wanted = "wanted is a whole number of bit/s";
        let uplink = self.read("ambr_uplink", wanted, |text| text.parse().ok());
        let downlink = self.read("ambr_downlink", wanted, |text| text.parse().ok());
        let given = uplink.is_some() || downlink.is_some();
        given.then(|| Ambr {
            uplink: uplink.unwrap_or(defaults.ambr.uplink),
            downlink: downlink.unwrap_or(defaults.ambr.downlink),
        })
    }

    fn text(&self, column: &'static str) -> Option<String> {
        self.cells.get(column).map(|cell| (*cell).to_owned())
    }

    fn read<T>(&mut self, column: &'static str, wanted: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let value = read(self.cells.get(column)?);
        if value.is_none() {
            self.errors.at(format!("/{column}"), wanted);
        }
        value
    }
}

/// Names the cell instead of the field.
fn in_file(error: FieldError, line: u64) -> FieldError {
    let column = error.pointer.as_deref().map(|pointer| {
        let field = pointer.strip_prefix("/apns/0").unwrap_or(pointer);
        field.trim_start_matches('/').replace('/', "_")
    });
    FieldError { line: Some(line), column, pointer: None, ..error }
}
