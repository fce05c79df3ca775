//! The real binary as a process: what it may do, how it starts, stops, and refuses to.

#![cfg(test)]

mod cell;
mod gateway;
mod lifetime;
mod privileges;
mod refusals;

use gateway::Gateway;
