//! What `cargo xtask demo` shows.

mod table;

pub use table::{Row, Served, table};
