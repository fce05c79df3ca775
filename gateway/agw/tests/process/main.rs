//! The real binary as a process: what it may do, how it starts, stops, and refuses to.

#![cfg(test)]

mod battery;
mod cell;
mod gateway;
mod lifetime;
mod privileges;
mod refusals;
mod top;

use gateway::Gateway;
