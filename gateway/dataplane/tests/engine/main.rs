//! The portable engine for real: TUN, UDP port 2152, routes and nftables in namespaces that the tests make.

#![cfg(test)]

mod lifecycle;
mod radio;
mod traffic;
