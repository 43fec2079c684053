//! mjcast: a daemon that runs many MuJoCo simulations, draws them on the GPU and streams them to
//! browsers.
//!
//! Modules are listed in the order of their layers: each may use only those above it. The house
//! is described in `docs/architecture.md`.

// Whether a future may cross threads is looked up through all that it holds, down to wgpu's types.
#![recursion_limit = "256"]

pub mod disk;
pub mod metrics;
pub mod outgoing;
pub mod units;

pub mod bundle;
pub mod config;
pub mod frame;
pub mod scene;

pub mod control;

pub mod auth;
pub mod encode;
pub mod gpu;
pub mod library;
pub mod physics;
pub mod worker;

pub mod color;
pub mod render;

pub mod batch;
pub mod generate;
pub mod peer;
pub mod record;
pub mod replay;
pub mod stream;

pub mod session;

pub mod http;
pub mod mcp;

pub mod cli;
pub mod daemon;

pub use daemon::Daemon;
