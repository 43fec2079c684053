//! Who may do what: tokens, what each allows, and how often a stranger may try.
//!
//! Tokens come from the configuration, or are made while the daemon runs ([`Tokens`]); of all of
//! them only hashes are kept. What a token allows is a [`Grant`]. Time is an argument everywhere.

mod files;
mod limiter;
mod store;
mod tokens;

pub use files::configured;
pub use limiter::Limiter;
pub use tokens::{Error, Grant, Made, Tokens, Wish};
