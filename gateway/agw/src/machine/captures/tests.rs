mod filter;
mod recorder;
mod room;
