//! What the kernel is asked for: the TUN device's link and addresses, forwarding, NAT. No programs are run; everything happens
//! in the network namespace of the calling thread.

pub(crate) mod link;
pub(crate) mod nftables;
mod ruleset;
pub(crate) mod setting;

#[cfg(test)]
mod tests;
