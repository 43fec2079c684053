//! `mjcast doctor`: what the daemon needs of the machine, and how to mend what is missing.

use std::{
    io,
    net::{Ipv4Addr, TcpListener, UdpSocket},
    time::Duration,
};

use serde_json::json;

use super::{Error, Exit, args::Doctor, block_on, say};
use crate::{
    config::Config,
    control::PhysicsCommand,
    encode,
    gpu::{self, AdapterInfo, Gpu},
    stream,
    worker::{Bundle, Limits, LoadError, Worker},
};

/// A model that compiles and moves.
const MODEL: &str =
    "<mujoco><worldbody><body><freejoint/><geom size='0.1'/></body></worldbody></mujoco>";
/// Steps that the model takes, and how long they may take.
const STEPS: u32 = 10;
const STEP_DEADLINE: Duration = Duration::from_secs(5);
/// How long a packet may take from this machine to itself.
const PACKET_DEADLINE: Duration = Duration::from_secs(1);

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Ok,
    /// It works, but not as well as it could.
    Warn,
    /// The daemon cannot do its work.
    Fail,
}

impl Outcome {
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// One check with what it found.
#[derive(Debug)]
struct Check {
    name: &'static str,
    outcome: Outcome,
    found: String,
    /// What to do about it.
    remedy: Option<String>,
}

impl Check {
    fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::Ok, found: found.into(), remedy: None }
    }

    fn not(
        name: &'static str,
        outcome: Outcome,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { name, outcome, found: found.into(), remedy: Some(remedy.into()) }
    }
}

pub(super) fn run(doctor: &Doctor, config: &Config) -> Result<(), Error> {
    let require_gpu = doctor.require_gpu || config.video.require_gpu;
    let adapters = Gpu::list();
    let checks = [
        adapter(&adapters, require_gpu),
        encoder(config),
        simulation(config)?,
        sandbox(config)?,
        shared_memory(),
        port(config),
        packets(),
        descriptors(),
    ];
    say(&if doctor.json { as_json(&checks, &adapters) } else { as_text(&checks, &adapters) })?;
    match checks.iter().any(|check| check.outcome == Outcome::Fail) {
        true => Err(Error::Said(Exit::Environment)),
        false => Ok(()),
    }
}

fn adapter(adapters: &[AdapterInfo], require_gpu: bool) -> Check {
    let first = adapters.first().map(|first| (first.software, first.name.as_str(), first.backend));
    let mut check = judge(first, require_gpu);
    if let (Some(remedy), Some(restricted)) = (&mut check.remedy, restriction()) {
        *remedy = format!("{restricted}: unset it, or let it name the GPU's driver; else {remedy}");
    }
    check
}

/// The environment variable that keeps the Vulkan loader from looking at every driver, if any.
fn restriction() -> Option<String> {
    ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"].into_iter().find_map(|name| {
        let value = std::env::var(name).ok().filter(|value| !value.is_empty())?;
        Some(format!("{name}={value} hides all other drivers"))
    })
}

/// Judges the best adapter, given as whether it is software, its name and what drives it.
fn judge(best: Option<(bool, &str, &str)>, require_gpu: bool) -> Check {
    const NAME: &str = "adapter";
    const NO_GPU: &str = "install the GPU's Vulkan driver, and give a container access to the \
        device (for NVIDIA: --gpus all with NVIDIA_DRIVER_CAPABILITIES=all)";
    match best {
        None => Check::not(
            NAME,
            Outcome::Fail,
            "neither Vulkan nor OpenGL ES can draw here",
            "install a driver; in software: apt install libvulkan1 mesa-vulkan-drivers",
        ),
        Some((true, name, _)) => {
            let outcome = if require_gpu { Outcome::Fail } else { Outcome::Warn };
            Check::not(NAME, outcome, format!("only software draws here: {name}"), NO_GPU)
        }
        Some((false, name, backend)) => Check::ok(NAME, format!("{name} by {backend}")),
    }
}

fn encoder(config: &Config) -> Check {
    let options = gpu::Options {
        selector: config.video.gpu.clone(),
        require_hardware: false,
        render_node: config.video.render_node.clone(),
        surfaces: None,
    };
    let encoders = config.video.encoders;
    let choice = match Gpu::open(&options) {
        Ok(gpu) => stream::probe_encoder(&gpu, encoders),
        Err(error) => {
            let reason = error.to_string();
            encode::probe(encoders, None, |_, _| Err(reason.clone()), |_| Err(reason.clone()))
        }
    };
    match choice {
        Ok(choice) if !choice.hardware && !encode::openh264::has_assembly() => Check::not(
            "encoder",
            Outcome::Warn,
            format!("{} was built without assembly and is 2.5 times slower", choice.name),
            "install nasm (apt install nasm) and build again",
        ),
        Ok(choice) => {
            let how = if choice.hardware { "in hardware" } else { "in software, with assembly" };
            let codecs: Vec<_> = choice.all_codecs().map(|codec| codec.to_string()).collect();
            let mut found = format!("{} encodes {} {how}", choice.name, codecs.join(", "));
            if !choice.copied {
                found.push_str(", from the memory that the GPU draws in");
            }
            for rejected in &choice.rejected {
                found.push_str(&format!("; not {rejected}"));
            }
            Check::ok("encoder", found)
        }
        Err(error) => Check::not(
            "encoder",
            Outcome::Fail,
            error.to_string(),
            "build again with nasm installed (apt install nasm)",
        ),
    }
}

/// Compiles a small model in a worker, as the daemon does with every scene.
fn simulation(config: &Config) -> Result<Check, Error> {
    const NAME: &str = "simulation";
    let limits = Limits {
        address_space_bytes: config.limits.worker_memory_bytes,
        load_cpu: config.limits.load_cpu,
        silence: config.limits.silence,
        confined: false,
        ..Limits::default()
    };
    let ran = block_on(async { Ok::<_, Error>(compile_and_step(&limits).await) })?;
    Ok(match ran {
        Ok(true) => Check::ok(NAME, "MuJoCo compiles and steps a model in a process of its own"),
        Ok(false) => Check::not(
            NAME,
            Outcome::Fail,
            "a model compiles, but its time stands still",
            "end what loads this machine, or report this",
        ),
        Err(error @ LoadError::Spawn(_)) => Check::not(
            NAME,
            Outcome::Fail,
            error.to_string(),
            "let mjcast start processes: it runs itself once per simulation",
        ),
        Err(error) => Check::not(
            NAME,
            Outcome::Fail,
            error.to_string(),
            "raise limits.worker_memory_mib and limits.load_cpu_s, or report this",
        ),
    })
}

/// Whether the kernel gives all that keeps a hostile model to itself.
fn sandbox(config: &Config) -> Result<Check, Error> {
    const NAME: &str = "sandbox";
    let limits = Limits { confined: true, ..Limits::default() };
    let bundle = Bundle::unchecked(MODEL);
    let loaded = block_on(async { Ok::<_, Error>(Worker::spawn(&bundle, &limits).await) })?;
    let Err(LoadError::Unconfined(confinement)) = loaded else {
        // What else may go wrong is the check of the simulation.
        return Ok(Check::ok(NAME, "models reach no file, network or other process"));
    };
    let consequence = match config.limits.allow_unsandboxed {
        true => "models are loaded all the same, as limits.allow_unsandboxed says",
        false => "models that users supply are refused",
    };
    Ok(Check::not(
        NAME,
        Outcome::Warn,
        format!("the kernel lacks {}: {consequence}", confinement.missing()),
        "use Linux 5.13 or later with Landlock on, and let the container have it; or, where all \
         models are trusted, set limits.allow_unsandboxed",
    ))
}

/// Whether simulated time goes on when told to.
async fn compile_and_step(limits: &Limits) -> Result<bool, LoadError> {
    let bundle = Bundle::unchecked(MODEL);
    let (worker, _) = Worker::spawn(&bundle, limits).await?;
    let mut snapshots = worker.snapshots();
    if worker.send(PhysicsCommand::Step(STEPS)).is_err() {
        return Ok(false);
    }
    let stepped = snapshots.wait_for(|snapshot| snapshot.steps >= u64::from(STEPS));
    Ok(matches!(tokio::time::timeout(STEP_DEADLINE, stepped).await, Ok(Ok(_))))
}

fn shared_memory() -> Check {
    use rustix::{
        event::{EventfdFlags, eventfd},
        fs::{MemfdFlags, memfd_create},
    };
    const NAME: &str = "shared memory";
    let memory = memfd_create("mjcast-doctor", MemfdFlags::ALLOW_SEALING);
    match memory.and_then(|_| eventfd(0, EventfdFlags::CLOEXEC)) {
        Ok(_) => Check::ok(NAME, "memfd and eventfd work"),
        Err(error) => Check::not(
            NAME,
            Outcome::Fail,
            format!("memfd or eventfd is refused: {error}"),
            "use Linux 5.10 or later, and let the container's seccomp profile allow both",
        ),
    }
}

fn port(config: &Config) -> Check {
    const NAME: &str = "port";
    let address = config.server.address();
    match TcpListener::bind(address) {
        Ok(_) => Check::ok(NAME, format!("{address} is free")),
        // Not a failure: it may be the daemon itself that has it.
        Err(error) => Check::not(
            NAME,
            Outcome::Warn,
            format!("{address} cannot be listened on: {error}"),
            "choose another with --port or server.port, unless it is mjcast that has it",
        ),
    }
}

/// Sends a packet to itself, as WebRTC would.
fn packets() -> Check {
    match packet_to_self() {
        Ok(()) => Check::ok("udp", "packets arrive on loopback"),
        Err(error) => Check::not(
            "udp",
            Outcome::Fail,
            format!("no packet arrives on loopback: {error}"),
            "let the firewall pass UDP: WebRTC needs it",
        ),
    }
}

fn packet_to_self() -> io::Result<()> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    socket.set_read_timeout(Some(PACKET_DEADLINE))?;
    socket.send_to(b"mjcast", socket.local_addr()?)?;
    socket.recv_from(&mut [0; 16]).map(drop)
}

fn descriptors() -> Check {
    use rustix::process::{Resource, getrlimit};
    /// A viewer takes about four, a session about ten.
    const ENOUGH: u64 = 1024;
    match getrlimit(Resource::Nofile).maximum {
        Some(most) if most < ENOUGH => Check::not(
            "open files",
            Outcome::Warn,
            format!("at most {most} files may be open"),
            "raise it with ulimit -n 65536 or LimitNOFILE=65536",
        ),
        Some(most) => Check::ok("open files", format!("up to {most}")),
        None => Check::ok("open files", "without a limit"),
    }
}

fn as_text(checks: &[Check], adapters: &[AdapterInfo]) -> String {
    let mut text = String::new();
    for check in checks {
        text += &format!("{:<5}{:<15}{}\n", check.outcome.name(), check.name, check.found);
        if let Some(remedy) = &check.remedy {
            for (number, line) in wrapped(remedy, 76).iter().enumerate() {
                let mark = if number == 0 { '→' } else { ' ' };
                text += &format!("{:20}{mark} {line}\n", "");
            }
        }
    }
    text += "\nAdapters, for --gpu:\n";
    for (number, adapter) in adapters.iter().enumerate() {
        let AdapterInfo { name, backend, driver, .. } = adapter;
        let software = if adapter.software { ", software" } else { "" };
        text += &format!("  {number}  {name} ({backend}, {driver}{software})\n");
    }
    if adapters.is_empty() {
        text += "  none\n";
    }
    text + "\n" + verdict(checks) + "\n"
}

/// What the checks come to.
fn verdict(checks: &[Check]) -> &'static str {
    let has = |outcome| checks.iter().any(|check| check.outcome == outcome);
    if has(Outcome::Fail) {
        "mjcast cannot do its work here: mend what is marked fail."
    } else if has(Outcome::Warn) {
        "mjcast can serve here, though not at its best: see what is marked warn."
    } else {
        "mjcast can serve here."
    }
}

/// Lines of at most `width` characters, broken at spaces.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("invariant: there is always a line");
        if !last.is_empty() && last.chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines
}

fn as_json(checks: &[Check], adapters: &[AdapterInfo]) -> String {
    let check = |check: &Check| {
        json!({
            "check": check.name,
            "outcome": check.outcome.name(),
            "found": check.found,
            "remedy": check.remedy,
        })
    };
    let adapter = |adapter: &AdapterInfo| {
        json!({
            "name": adapter.name,
            "backend": adapter.backend,
            "driver": adapter.driver,
            "pci_address": adapter.pci_address,
            "software": adapter.software,
        })
    };
    let report = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "checks": checks.iter().map(check).collect::<Vec<_>>(),
        "adapters": adapters.iter().map(adapter).collect::<Vec<_>>(),
    });
    format!("{report:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn software_is_enough_unless_a_gpu_is_required() {
        assert_eq!(judge(None, false).outcome, Outcome::Fail);
        assert_eq!(judge(Some((true, "llvmpipe", "vulkan")), false).outcome, Outcome::Warn);
        assert_eq!(judge(Some((true, "llvmpipe", "vulkan")), true).outcome, Outcome::Fail);
        assert_eq!(judge(Some((false, "GPU", "vulkan")), true).outcome, Outcome::Ok);
    }

    #[test]
    fn the_verdict_is_that_of_the_worst_check() {
        let ok = || Check::ok("a", "fine");
        let bad = |outcome| Check::not("b", outcome, "bad", "mend it");
        assert_eq!(verdict(&[ok()]), "mjcast can serve here.");
        assert!(verdict(&[ok(), bad(Outcome::Warn)]).contains("warn"));
        assert!(verdict(&[bad(Outcome::Warn), bad(Outcome::Fail), ok()]).contains("fail"));
    }

    #[test]
    fn long_lines_break_at_spaces() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("indivisible", 3), ["indivisible"]);
        assert_eq!(wrapped("", 3), [""]);
    }
}
