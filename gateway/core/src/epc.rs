//! LTE access: S1AP towards cells, EMM and ESM towards phones.
//!
//! A message walks down: [`dispatch`] decodes S1AP and finds the connection; [`nas`] opens the NAS envelope and checks what may
//! come without protection; then the procedure of its name. Answers walk up through [`send`].

mod attach;
mod authentication;
mod context_setup;
mod detach;
mod dispatch;
mod esm;
mod expiry;
mod identification;
mod nas;
mod paging;
mod registration;
mod release;
mod s1_setup;
mod security_mode;
mod send;
mod service;
mod state;
mod tau;
mod user_plane;

pub(crate) use detach::Afterwards;
pub(crate) use state::EmmState;
