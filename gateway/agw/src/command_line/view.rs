//! What is looked at: cells, events, the past.

use clap::{Subcommand, ValueEnum};

use super::Form;

/// What is done with cells.
#[derive(Debug, Subcommand)]
pub(crate) enum CellCommand {
    /// List all cells
    List {
        #[command(flatten)]
        form: Form,
    },
    /// Forget a learned cell, which makes room for another
    Forget {
        /// Its id, as the list shows it: 00101-macro-19b
        #[arg(value_name = "CELL", value_parser = cell)]
        cell: String,
    },
}

fn cell(text: &str) -> Result<String, &'static str> {
    let known = pumice_web::dto::parse_cell_id(text);
    known.map(|_| text.to_owned()).ok_or("a cell is named as 00101-macro-19b; `pumice cell list` shows all")
}

/// What is done with events.
#[derive(Debug, Subcommand)]
pub(crate) enum EventCommand {
    /// List the events that are kept, the oldest first
    List {
        /// Go on with those that come, until Ctrl-C
        #[arg(long)]
        follow: bool,
        #[command(flatten)]
        form: Form,
    },
}

/// How far back curves go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SpanWord {
    /// An hour, by 30 seconds
    Hour,
    /// A day, by 12 minutes
    Day,
    /// 30 days, by 6 hours
    Month,
}

impl SpanWord {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
        }
    }
}
