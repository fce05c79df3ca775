//! Phones and eNBs against a small MME that is scripted here, from codec types and the simulator's own security alone.

#[cfg(test)]
mod attach;
#[cfg(test)]
mod connection;
#[cfg(test)]
mod detach;
#[cfg(test)]
mod fake_mme;
#[cfg(test)]
mod misbehaviour;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod scripts;
#[cfg(test)]
mod timers;
#[cfg(test)]
mod tracking;
#[cfg(test)]
mod user_plane;
#[cfg(test)]
mod world;
