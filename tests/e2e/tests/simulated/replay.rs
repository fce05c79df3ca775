//! Replay protection: a NAS message counts once, and a key serves once (TS 24.301 4.4.3, TS 33.401 6.5).

mod altered;
mod captured;
mod counts;
mod crashes;
