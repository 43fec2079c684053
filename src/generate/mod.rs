//! Scenes from words.
//!
//! ```text
//!  prompt ─► grammar ─► plan (SceneSpec) ─► build ─► MJCF ─► check: a worker compiles it, it settles
//!            or a language model ┘            │                  │
//!                                             └──── faults ◄─────┘   typed sentences
//! ```
//! All but [`check`] and [`model`] is pure. A plan travels with the scene that is built of it
//! ([`embed`]), so that the next prompt can change it.

pub mod model;
pub mod spec;

mod author;
mod build;
mod check;
mod colour;
mod embed;
mod fault;
mod grammar;
mod schema;
mod sheet;
mod words;

#[cfg(test)]
mod tests;

pub use author::{Authored, Trial, Wish, by_model};
pub use build::{Built, Expected};
pub use check::{SETTLING_S, check};
pub use embed::{Kept, embedded, kept};
pub use fault::Fault;
pub use grammar::MAX_PROMPT;
pub use spec::SceneSpec;

/// What a prompt was understood as.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The plan.
    pub spec: SceneSpec,
    /// What it says, a phrase for each part.
    pub understood: Vec<String>,
    /// What had to be chosen or mended.
    pub warnings: Vec<String>,
}

/// Why a prompt gives no plan.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{reason}")]
pub struct Refusal {
    /// A sentence.
    pub reason: String,
    /// The words that it is about.
    pub unknown: Vec<String>,
}

impl Refusal {
    /// A refusal that is about no word in particular.
    pub fn of(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), unknown: Vec::new() }
    }
}

/// Makes a plan of a prompt without any model: a new one, or `present` with a change.
///
/// # Errors
/// [`Refusal`] says which words are not known, or what cannot be changed.
pub fn offline(prompt: &str, present: Option<&SceneSpec>) -> Result<Plan, Refusal> {
    match grammar::edit(prompt, present) {
        Some(outcome) => outcome,
        None => grammar::plan(prompt),
    }
}

/// Whether a prompt may be read at all: not empty, not too long, no control characters.
///
/// # Errors
/// [`Refusal`] says what is wrong with it.
pub fn readable(prompt: &str) -> Result<(), Refusal> {
    grammar::fit(prompt).map(drop)
}

/// Builds a plan: MJCF with the plan inside, and what must be in it.
///
/// # Errors
/// All that is wrong with the plan.
pub fn build(spec: &SceneSpec) -> Result<Built, Vec<Fault>> {
    let mut built = build::build(spec)?;
    built.xml = embed::embedded(&built.xml, spec);
    Ok(built)
}

impl SceneSpec {
    /// Its JSON Schema, in what the structured outputs of all providers have in common.
    pub fn schema() -> serde_json::Value {
        schema::schema()
    }
}

impl From<Vec<Fault>> for Refusal {
    fn from(faults: Vec<Fault>) -> Self {
        Self::of(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    }
}
