//! What a worker gives up before it reads a byte of what a user wrote.

use std::time::Duration;

use rustix::{
    io,
    process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit},
    thread::set_no_new_privs,
};

use super::wire::Setup;

/// Most open files: the five that it was given, the loader's, and some to spare.
const MAX_FILES: u64 = 64;

/// Gives up what the worker does not need. Called once, with one thread running, after the
/// libraries are linked and before any input is read.
///
/// In order: resource limits; no core dumps and no access by others of the same user; no new
/// privileges. The place for Landlock (no rules) and seccomp (an allowlist without `open`,
/// `socket` and `exec`) is at the end, since both need the privilege lock and neither may forbid
/// what comes before.
///
/// # Errors
/// When a limit cannot be set: then the worker must not go on.
pub(super) fn enter(setup: &Setup) -> io::Result<()> {
    // The host is worth more than a worker when memory runs out. Not possible everywhere, and
    // nothing depends on it.
    let _ = std::fs::write("/proc/self/oom_score_adj", "500");
    limit(Resource::As, setup.address_space_bytes)?;
    limit(Resource::Nofile, MAX_FILES)?;
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, setup.file_bytes)?;
    limit_cpu(setup.load_cpu)?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    set_no_new_privs(true)
}

/// Lifts the limit of CPU time: from here on the host watches the pulse instead.
pub(super) fn loaded() -> io::Result<()> {
    let maximum = getrlimit(Resource::Cpu).maximum;
    setrlimit(Resource::Cpu, Rlimit { current: maximum, maximum })
}

fn limit(resource: Resource, value: u64) -> io::Result<()> {
    // Never above what this process was given.
    let maximum = getrlimit(resource).maximum.map_or(value, |m| m.min(value));
    let limit = Some(maximum);
    setrlimit(resource, Rlimit { current: limit, maximum: limit })
}

/// Only the soft limit: its signal ends the process, and [`loaded`] can lift it.
fn limit_cpu(cpu: Duration) -> io::Result<()> {
    let maximum = getrlimit(Resource::Cpu).maximum;
    let seconds = cpu.as_secs_f64().ceil().max(1.0) as u64;
    let current = Some(maximum.map_or(seconds, |m| m.min(seconds)));
    setrlimit(Resource::Cpu, Rlimit { current, maximum })
}
