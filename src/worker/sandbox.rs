//! What a worker gives up before it reads a byte of what a user wrote.
//!
//! ```text
//!  limits of memory, files, CPU ─► dies with its host ─► no new privileges ─► Landlock: no file,
//!  no port, no signal or socket beyond itself ─► seccomp: the system calls of `filter` and no other
//! ```
//! Landlock takes away what could be opened; seccomp takes away the ways to ask. Neither alone is
//! enough: with Landlock only, errors would still tell which files exist, and memory and threads
//! would be the only things that an intruder could not touch. Kernels without one of them (before
//! 5.13, or in a container that forbids it) are told to the host, which then decides.

mod filter;

use std::time::Duration;

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetStatus,
    Scope,
};
use rustix::{
    io,
    process::{
        DumpableBehavior, Resource, Rlimit, Signal, getppid, getrlimit, set_dumpable_behavior,
        set_parent_process_death_signal, setrlimit,
    },
    thread::set_no_new_privs,
};
use serde::{Deserialize, Serialize};

use super::wire::Setup;

/// Most open files: the five that it was given, the loader's, and some to spare.
const MAX_FILES: u64 = 64;
/// How much less of a busy processor a worker gets than its host, as `nice` counts.
const NICE: i32 = 5;

/// Which parts of the sandbox the kernel gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// No file, port or process beyond its own is within reach.
    pub landlock: bool,
    /// No system call but those on a list.
    pub seccomp: bool,
}

impl Confinement {
    /// Whether nothing is missing.
    pub fn is_whole(self) -> bool {
        self.landlock && self.seccomp
    }

    /// What is missing, in words.
    pub fn missing(self) -> &'static str {
        match (self.landlock, self.seccomp) {
            (true, true) => "nothing",
            (false, true) => "Landlock (Linux 5.13 or later, and allowed by the container)",
            (true, false) => "seccomp filters",
            (false, false) => "Landlock and seccomp filters",
        }
    }
}

/// Gives up what the worker does not need. Called once, with one thread running, after the
/// libraries are linked and before any input is read.
///
/// # Errors
/// When a limit cannot be set: then the worker must not go on.
pub(super) fn enter(setup: &Setup) -> io::Result<Confinement> {
    die_with(setup.host)?;
    // The host is worth more than a worker when memory or time runs out. Not possible everywhere,
    // and nothing depends on it.
    let _ = std::fs::write("/proc/self/oom_score_adj", "500");
    let _ = rustix::process::nice(NICE);
    limit(Resource::As, setup.address_space_bytes)?;
    limit(Resource::Nofile, MAX_FILES)?;
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, setup.file_bytes)?;
    limit_cpu(setup.load_cpu)?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    set_no_new_privs(true)?;
    Ok(Confinement {
        landlock: !setup.without_landlock && lock_out(),
        // Last: it forbids what comes before.
        seccomp: filter::apply(),
    })
}

/// Ends with the host, whatever the worker does at the time. The signal follows the host's thread
/// that started this process: `spawner` sees to it that it is one that lives as long as the host.
fn die_with(host: u32) -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // The host may have died before that.
    let parent = getppid().map_or(0, |pid| pid.as_raw_nonzero().get().unsigned_abs());
    if parent == host { Ok(()) } else { Err(io::Errno::SRCH) }
}

/// Leaves no file, port, abstract socket or other process within reach.
fn lock_out() -> bool {
    let newest = ABI::V6;
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(newest))
        .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(newest)))
        .and_then(|ruleset| ruleset.scope(Scope::from_all(newest)))
        .and_then(Ruleset::create)
        .and_then(landlock::RulesetCreated::restrict_self);
    ruleset.is_ok_and(|status| status.ruleset != RulesetStatus::NotEnforced)
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
