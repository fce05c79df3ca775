//! How benches reckon and show what they measured; the measuring is in the program `pumice-bench`.

#![forbid(unsafe_code)]

pub mod measure;
pub mod table;
