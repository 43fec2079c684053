//! The command line: what was asked, as values, and exit codes.
//!
//! 0 done, 1 failed, 2 bad usage (a bad configuration included), 3 the machine lacks something.

mod args;
mod bench;
mod client;
mod doctor;
mod generate;
mod health;
mod log;
mod mcp;
mod replay;
mod traces;

use std::{
    future::Future,
    io::{self, IsTerminal as _, Write as _},
    path::Path,
    process::ExitCode,
    sync::Arc,
};

use clap::{CommandFactory as _, Parser as _};

use crate::{
    config::{
        Config, Sources,
        keys::{Key, changed},
    },
    daemon::{self, CasesRequest, Failure, RenderRequest, Tally},
    http, worker,
};
use args::{Cli, Command, ConfigAct, Render, Serve};

/// Why a command did not do its work, with the exit code that says so.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("{0}")]
    Usage(String),
    #[error(transparent)]
    Config(#[from] crate::config::Error),
    #[error(transparent)]
    Daemon(#[from] Failure),
    #[error("{0}")]
    Failed(String),
    /// The command has printed what there is to say.
    #[error("")]
    Said(Exit),
}

/// The exit codes besides 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    Failed = 1,
    Usage = 2,
    Environment = 3,
}

impl Error {
    fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) | Self::Config(_) => Exit::Usage,
            Self::Daemon(Failure::Environment(_)) => Exit::Environment,
            Self::Daemon(_) | Self::Failed(_) => Exit::Failed,
            Self::Said(exit) => *exit,
        }
    }
}

/// Runs what the command line asks for.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let command = cli.command.unwrap_or(Command::Serve(cli.serve));
    // Before anything else: the worker must enter its sandbox with one thread.
    if let Command::Worker = command {
        return worker::entry::run();
    }
    match run(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if !matches!(error, Error::Said(_)) {
                #[expect(clippy::print_stderr, reason = "the one sentence that a person gets")]
                {
                    eprintln!("mjcast: {error}");
                }
            }
            ExitCode::from(error.exit() as u8)
        }
    }
}

fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::Serve(serve) => {
            let sources = serve.sources();
            let config = sources.load()?;
            let log = Arc::new(log::start(&config.server));
            let followed = Arc::clone(&log);
            allow_descriptors();
            let first = sources.raw()?;
            let reload = move || {
                // The environment and the flags are as they were: the file may have changed.
                let text = |error: crate::config::Error| error.to_string();
                let (config, raw) = (sources.load().map_err(text)?, sources.raw().map_err(text)?);
                followed.follow(&config.server);
                let waiting: Vec<_> =
                    changed(&first, &raw).filter(|key| !key.is_reloaded()).map(Key::path).collect();
                let outcome = match &waiting[..] {
                    [] => "all of it takes effect".to_owned(),
                    keys => format!("{} take effect at the next start", keys.join(", ")),
                };
                Ok((config, outcome))
            };
            #[expect(clippy::print_stderr, reason = "for whoever starts the daemon, and no log")]
            let tell = |text: &str| eprintln!("mjcast: {text}");
            block_on(daemon::serve(config, tell, reload))?;
        }
        Command::Render(render) => {
            let config = render.sources().load()?;
            let _log = log::start(&config.server);
            picture(&render, config)?;
        }
        Command::Doctor(doctor) => {
            let config = doctor.common.sources().load()?;
            doctor::run(&doctor, &config)?;
        }
        Command::Health(health) => health::run(&health)?,
        Command::Mcp(wanted) => mcp::run(&wanted)?,
        Command::Bench { of: args::Bench::Stream(stream) } => bench::run(&stream)?,
        Command::Replay(replay) => replay::run(&replay)?,
        Command::Config { common, act } => print_config(&common.sources(), act)?,
        Command::Generate(generate) => generate::run(&generate)?,
        Command::Openapi => say(&http::description())?,
        Command::Man => {
            let page = clap_mangen::Man::new(Cli::command());
            let mut text = Vec::new();
            let rendered = page.render(&mut text);
            rendered.map_err(|error| Error::Failed(error.to_string()))?;
            say(&String::from_utf8_lossy(&text))?;
        }
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "mjcast", &mut io::stdout());
        }
        Command::Worker => unreachable!("handled before"),
    }
    Ok(())
}

/// Lets the process have as many descriptors as the system allows: each viewer takes a few.
fn allow_descriptors() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let wanted = Rlimit { current: maximum, maximum };
    if let Err(error) = setrlimit(Resource::Nofile, wanted) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
}

fn block_on<T, E: Into<Error>>(work: impl Future<Output = Result<T, E>>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_name("mjcast-tokio")
        .enable_all()
        .build()
        .map_err(|error| Error::Failed(format!("the threads cannot be started: {error}")))?;
    runtime.block_on(work).map_err(Into::into)
}

fn picture(render: &Render, config: Config) -> Result<(), Error> {
    if let Some(path) = &render.batch {
        let npz = block_on(daemon::render_batch(config, path))?;
        return write(&render.out, &npz);
    }
    let Some(model) = render.model.clone() else {
        let cases = render.cases.clone().ok_or_else(|| {
            Error::Usage("name a model, or a list of cases with --cases".to_owned())
        })?;
        return draw_cases(CasesRequest { cases, out: render.out.clone() }, config);
    };
    let request = RenderRequest {
        model,
        camera: render.camera.clone(),
        size: render.size,
        steps: render.steps,
        profile: config.video.profile,
        samples: render.samples,
    };
    let png = block_on(daemon::render_once(config, request))?;
    write(&render.out, &png)
}

/// Draws the cases, with a line on the terminal that tells how far it is.
#[expect(clippy::print_stderr, reason = "progress and the outcome, for a person")]
fn draw_cases(request: CasesRequest, config: Config) -> Result<(), Error> {
    let terminal = io::stderr().is_terminal();
    let manifest = request.out.join("manifest.json");
    let progress = |index: usize, total: usize, name: &str| {
        if terminal {
            // Erases what is left of a longer line.
            eprint!("\r\x1b[K{}/{total} {name}", index + 1);
        }
    };
    let tally = block_on(daemon::render_cases(config, request, progress))?;
    if terminal {
        eprint!("\r\x1b[K");
    }
    let Tally { total, failed } = tally;
    let (drawn, shown) = (total - failed, manifest.display());
    if failed == 0 {
        eprintln!("{drawn} cases drawn");
    } else {
        eprintln!("{drawn} of {total} cases drawn; {shown} says why {failed} were not");
    }
    Ok(())
}

/// Writes to a file, or to standard output where it is `-`.
fn write(path: &Path, data: &[u8]) -> Result<(), Error> {
    let written = if path == Path::new("-") {
        io::stdout().write_all(data)
    } else {
        std::fs::write(path, data)
    };
    written.map_err(|error| {
        Error::Failed(format!("the picture cannot be written to {}: {error}", path.display()))
    })
}

fn print_config(sources: &Sources, act: ConfigAct) -> Result<(), Error> {
    let text = match act {
        ConfigAct::Print => sources.print()?,
        ConfigAct::Check => {
            sources.load()?;
            "the configuration makes sense\n".to_owned()
        }
    };
    say(&text)
}

/// Prints to standard output, which may be a pipe that nobody reads any more.
fn say(text: &str) -> Result<(), Error> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::Failed(format!("the output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

impl Serve {
    /// The layers of the configuration, with the flags on top.
    fn sources(&self) -> Sources {
        let mut sources = self.common.sources();
        let yes = |flag: bool| flag.then_some(true);
        sources.flag("--host", "server.host", self.host.as_ref());
        sources.flag("--port", "server.port", self.port);
        sources.flag(
            "--allow-unauthenticated",
            "server.allow_unauthenticated",
            yes(self.allow_unauthenticated),
        );
        sources.flag("--allow-plaintext", "server.allow_plaintext", yes(self.allow_plaintext));
        sources.flag("--size", "video.frame_width", self.size.map(|size| size.width()));
        sources.flag("--size", "video.frame_height", self.size.map(|size| size.height()));
        sources.flag("--frame-rate", "video.frame_rate", self.frame_rate);
        sources.flag("--profile", "video.profile", self.profile.map(args::Profile::name));
        sources.flag("--gpu", "video.gpu", self.gpu.as_ref());
        sources.flag("--require-gpu", "video.require_gpu", yes(self.require_gpu));
        let folders = self.model_folders.iter().map(|dir| {
            let whole = std::path::absolute(dir).unwrap_or_else(|_| dir.clone());
            whole.to_string_lossy().into_owned()
        });
        let folders: Vec<_> = folders.collect();
        let named = (!folders.is_empty()).then(|| folders.join(","));
        sources.flag("--library", "library.folders", named);
        sources
    }
}

impl Render {
    fn sources(&self) -> Sources {
        let mut sources = self.common.sources();
        sources.flag("--profile", "video.profile", Some(self.profile.name()));
        sources.flag("--gpu", "video.gpu", self.gpu.as_ref());
        sources.flag("--require-gpu", "video.require_gpu", self.require_gpu.then_some(true));
        sources
    }
}

impl args::Common {
    fn sources(&self) -> Sources {
        let mut sources = Sources::of_process(self.config.clone());
        sources.flag("--log-level", "server.log_level", self.log_level.as_ref());
        sources.flag("--log-format", "server.log_format", self.log_format.as_ref());
        sources
    }
}

impl args::Profile {
    /// The profile as the configuration names it.
    fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Parity => "parity",
            Self::Fast => "fast",
        }
    }
}

#[cfg(test)]
mod tests;
