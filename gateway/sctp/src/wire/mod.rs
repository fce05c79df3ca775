//! SCTP on the wire, as far as we read and write it ourselves: packets, checksums, State Cookies, and what to answer to a
//! packet that belongs to no association. Everything else is dcsctp's.
#![forbid(unsafe_code)]

pub(crate) mod cookie;
pub(crate) mod crc32c;
pub(crate) mod init;
pub(crate) mod ootb;
pub(crate) mod packet;

#[cfg(test)]
mod tests;
