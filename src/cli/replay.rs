//! `mjcast replay`: what is in a history, and the proof that it is what happened.

use std::fs;

use serde_json::json;

use super::{Error, args::Replay, block_on, say};
use crate::{
    replay::{Archive, Report, verify},
    worker::Limits,
};

pub(super) fn run(replay: &Replay) -> Result<(), Error> {
    let path = replay.file.display();
    let bytes = fs::read(&replay.file)
        .map_err(|error| Error::Failed(format!("{path} cannot be read: {error}")))?;
    let archive =
        Archive::from_zip(&bytes).map_err(|error| Error::Failed(format!("{path}: {error}")))?;
    if !replay.verify {
        return say(&described(&archive, replay.json));
    }
    let limits = Limits { confined: !replay.allow_unsandboxed, ..Limits::default() };
    let report = block_on(async {
        verify(&archive, &limits).await.map_err(|error| Error::Failed(error.to_string()))
    })?;
    say(&told(&report, replay.json))?;
    match report.differs_at {
        None => Ok(()),
        Some(_) => Err(Error::Said(super::Exit::Failed)),
    }
}

fn described(archive: &Archive, as_json: bool) -> String {
    let ends = archive.moments.first().zip(archive.moments.last());
    let ticks = ends.map_or([0, 0], |(first, last)| [first.origin.tick, last.origin.tick]);
    if as_json {
        let shown = json!({
            "model_name": archive.model_name,
            "timestep": archive.timestep,
            "moments": archive.moments.len(),
            "changes": archive.log.len(),
            "ticks": ticks,
        });
        return format!("{shown}\n");
    }
    format!(
        "{}: {} states and {} changes from step {} to {}\n",
        if archive.model_name.is_empty() { "an unnamed model" } else { &archive.model_name },
        archive.moments.len(),
        archive.log.len(),
        ticks[0],
        ticks[1],
    )
}

fn told(report: &Report, as_json: bool) -> String {
    let Report { states, changes, steps, differs_at } = report;
    if as_json {
        let shown = json!({
            "equal": differs_at.is_none(),
            "states": states,
            "changes": changes,
            "steps": steps,
            "differs_at": differs_at,
        });
        return format!("{shown}\n");
    }
    match differs_at {
        None => format!(
            "equal to the last bit: {states} states, {changes} changes, {steps} steps gone through \
             again\n"
        ),
        Some(tick) => format!("the state after step {tick} differs\n"),
    }
}
