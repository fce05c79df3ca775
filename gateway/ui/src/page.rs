//! One module for each page: its view, its function, its live parts.
//!
//! The path stands above each function. A form goes to the page's own path by POST unless the function's text says otherwise; the names of
//! the fields are listed there. What a POST answers with is a redirection (303), or the same page with its mistakes.

pub mod add_phone;
pub mod audit;
pub mod backup;
pub mod box_label;
pub mod capture;
pub mod care;
pub mod cells;
pub mod charts;
pub mod claim;
pub mod diagnostics;
pub mod error;
pub mod history;
pub mod home;
pub mod labels;
pub mod login;
pub mod people;
pub mod phone;
pub mod phones;
pub mod plain;
pub mod reset;
pub mod restart;
pub mod restore;
pub mod security;
pub mod settings;
pub mod setup;
pub mod software;

#[cfg(test)]
mod tests;
