//! The pages: each asks the doors, fills its view, and lets `pumice-ui` write it.

pub(crate) mod account;
pub(crate) mod add;
pub(crate) mod batch;
pub(crate) mod capture;
pub(crate) mod care;
pub(crate) mod cells;
pub(crate) mod charts;
pub(crate) mod checks;
pub(crate) mod claim;
pub(crate) mod event;
pub(crate) mod home;
pub(crate) mod labels;
pub(crate) mod people;
pub(crate) mod phone;
pub(crate) mod phones;
pub(crate) mod plain;
pub(crate) mod record;
pub(crate) mod security;
pub(crate) mod settings;
pub(crate) mod setup;
