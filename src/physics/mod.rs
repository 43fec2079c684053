//! Compiling, stepping and extracting: the only module that names `mujoco_rs`.
//!
//! It runs in the worker process and nowhere else: MJCF of 70 bytes can crash, hang or fill the
//! memory of whoever calls libmujoco on it (`mj_step` and `mjv_updateScene` included). It knows no
//! socket, no shared memory and no thread; `worker::entry` gives it time and carries its values.

pub mod pacing;

pub(crate) mod handlers;

mod assets;
mod contents;
mod extract;
mod mechanics;
mod model;
mod mount;
mod perturb;
#[cfg(test)]
mod schema;
mod simulation;

pub use model::LoadError;
pub use simulation::{Refusal, Simulation};
