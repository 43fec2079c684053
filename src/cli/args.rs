//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::units::Size;

const AFTER_HELP: &str = "\
Examples:
  mjcast                                     serve on http://127.0.0.1:8000
  mjcast --port 9000 --size 1280x720         … elsewhere, larger
  mjcast render arm.xml --out arm.png        draw one picture
  mjcast doctor                              say what this machine lacks
  mjcast config print > mjcast.toml          all settings, as a file to start from

Environment:
  HOST, PORT, FRAME_WIDTH, FRAME_HEIGHT, FRAME_RATE, STUN_SERVER, LOG_LEVEL, DEBUG_MODE,
  VIEWER_HOST and VIEWER_PORT set what their names say; MJCAST_<SECTION>__<KEY> sets any key,
  e.g. MJCAST_LIMITS__VIEWERS=10. Order: defaults < file < environment < flags.

Exit codes:
  0 done, 1 failed, 2 bad usage or configuration, 3 the machine lacks something";

const AFTER_SERVE: &str = "\
Examples:
  mjcast serve                               on http://127.0.0.1:8000
  mjcast serve --port 0                      on a free port, which the log names
  mjcast serve --size 1280x720 --frame-rate 60 --require-gpu
  mjcast serve --library ~/mujoco_menagerie  with these models to choose from
  mjcast serve --config mjcast.toml --log-format json
  ssh -L 8000:127.0.0.1:8000 HOST            from another machine: a tunnel, then the same address

It ends on Ctrl-C or SIGTERM, after it has said goodbye to its viewers. Settings without a flag
are in `mjcast config print`; the exit code is 3 when there is no adapter or the port is taken.";

const AFTER_RENDER: &str = "\
Examples:
  mjcast render arm.xml --out arm.png
  mjcast render arm.xml --camera wrist --size 1920x1080 --out wrist.png
  mjcast render arm.xml --camera azimuth=90,elevation=-20,distance=3 --steps 500 --out later.png
  mjcast render arm.xml --out - | display -

The picture is drawn as the streams are, by the same worker process and renderer.";

const AFTER_GENERATE: &str = "\
Examples:
  mjcast generate a stack of five red cubes > stack.xml
  mjcast generate --scene stack.xml make them blue > blue.xml
  mjcast generate --json 'a double pendulum released at 90 degrees'
  mjcast generate --lines < prompts.txt

What was understood goes to standard error. Words that are not known are refused, not guessed; the
exit code is 1 then. docs/scenes.md has the vocabulary.";

const AFTER_DOCTOR: &str = "\
Each line is a check: ok; warn, it works but not at its best; fail, mjcast cannot do its work.
The exit code is 3 when one fails.

Examples:
  mjcast doctor --require-gpu                fail when only software draws
  mjcast doctor --json                       the same for programs";

const AFTER_MCP: &str = "\
A daemon must run: start it with `mjcast serve`. Clients that speak HTTP need none of this: give them
http://127.0.0.1:8000/mcp. docs/mcp.md has what to write into the settings of Claude Desktop, Claude
Code, Cursor and VS Code, and what agents can do.

Examples:
  claude mcp add mjcast -- mjcast mcp        Claude Code, by standard input and output
  mjcast mcp --url http://127.0.0.1:9000     the daemon on another port";

/// Runs MuJoCo simulations, draws them on the GPU and streams them to browsers.
///
/// Without a command it serves.
#[derive(Debug, Parser)]
#[command(name = "mjcast", version, after_help = AFTER_HELP, args_conflicts_with_subcommands = true)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub serve: Serve,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Serves the page, the API and the streams until it is told to end (the default).
    #[command(after_help = AFTER_SERVE)]
    Serve(Serve),
    /// Draws one picture of a model and writes it as PNG.
    #[command(after_help = AFTER_RENDER)]
    Render(Render),
    /// Checks what the daemon needs of this machine, and says how to mend what is missing.
    #[command(after_help = AFTER_DOCTOR)]
    Doctor(Doctor),
    /// Asks a running daemon how it is; exit code 0 means well.
    Health(Health),
    /// Lets an agent act in a running daemon: speaks the Model Context Protocol on standard input
    /// and output.
    #[command(after_help = AFTER_MCP)]
    Mcp(Mcp),
    /// Shows or checks the configuration.
    Config {
        #[command(flatten)]
        common: Common,
        #[command(subcommand)]
        act: ConfigAct,
    },
    /// Tells what is in a history that a session exported; with --verify, goes through it again.
    Replay(Replay),
    /// Measures this machine.
    Bench {
        /// What of it.
        #[command(subcommand)]
        of: Bench,
    },
    /// Makes a scene of words and writes it as MJCF to standard output.
    #[command(after_help = AFTER_GENERATE)]
    Generate(Generate),
    /// Writes the description of the HTTP API (OpenAPI 3.1) to standard output.
    Openapi,
    /// Writes the manual page to standard output.
    Man,
    /// Writes a completion script for a shell to standard output.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Runs one simulation for a daemon, which starts this by itself.
    #[command(hide = true)]
    Worker,
}

/// Options of every command that reads the configuration.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Common {
    /// A TOML file with settings.
    #[arg(long, value_name = "FILE", env = "MJCAST_CONFIG")]
    pub config: Option<PathBuf>,
    /// How much to log: trace, debug, info, warn or error.
    #[arg(long, value_name = "LEVEL")]
    pub log_level: Option<String>,
    /// How to log: text or json.
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Bench {
    /// Streams to viewers of this process that decode nothing, and prints what each stage of a frame
    /// takes, frames per second and the CPU used.
    Stream(Stream),
}

#[derive(Debug, Args)]
pub(super) struct Stream {
    /// Size of the stream.
    #[arg(long, value_name = "WxH", default_value = "960x540")]
    pub size: Size,
    /// Frames per second.
    #[arg(long, value_name = "HZ", default_value_t = 30)]
    pub fps: u32,
    /// Viewers, who all share one view.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub viewers: u32,
    /// How long, s.
    #[arg(long, value_name = "S", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=600))]
    pub duration: u32,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Generate {
    #[command(flatten)]
    pub common: Common,
    /// What the scene should be, or what should change in --scene.
    #[arg(required_unless_present = "lines")]
    pub prompt: Vec<String>,
    /// A scene made from words before: the prompt may change it.
    #[arg(long, value_name = "FILE")]
    pub scene: Option<PathBuf>,
    /// Writes one JSON object: prompt, ok, mode, xml, spec, understood, warnings, error, unknown, ms.
    #[arg(long)]
    pub json: bool,
    /// Reads a prompt per line from standard input and writes such an object for each. Within a
    /// line, what follows ` >> ` is said about the scene before it; or a line is an object with
    /// `prompt` and the `spec` of the scene that it changes.
    #[arg(long, conflicts_with_all = ["prompt", "scene"])]
    pub lines: bool,
    /// Does not let the scene settle to see whether it holds.
    #[arg(long)]
    pub no_check: bool,
    /// Has a language model of the configuration plan the scene.
    #[arg(long, conflicts_with = "no_check")]
    pub llm: bool,
    /// Whose model plans it: openai, anthropic, google or compatible. Means --llm.
    #[arg(long, value_name = "NAME", conflicts_with = "no_check")]
    pub provider: Option<String>,
    /// Which model plans it, as its provider calls it. Means --llm.
    #[arg(long, value_name = "NAME", conflicts_with = "no_check")]
    pub model: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Replay {
    /// What `GET /api/sessions/ID/history/export` gave.
    pub file: PathBuf,
    /// Goes through the history again and compares every state, bit by bit.
    #[arg(long)]
    pub verify: bool,
    /// Runs the model of the file although the kernel lacks a part of the sandbox.
    #[arg(long)]
    pub allow_unsandboxed: bool,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    pub common: Common,
    /// Address to listen on: an IP address or localhost [default: 127.0.0.1].
    #[arg(long, value_name = "ADDRESS")]
    pub host: Option<String>,
    /// TCP port to listen on; 0 takes any free one [default: 8000].
    #[arg(short, long)]
    pub port: Option<u16>,
    /// Listens on an address that others can reach although nobody has to sign in, nor is anything
    /// encrypted.
    #[arg(long)]
    pub allow_unauthenticated: bool,
    /// Listens on an address that others can reach without TLS.
    #[arg(long)]
    pub allow_plaintext: bool,
    /// Size of a stream, e.g. 1280x720 [default: 960x540].
    #[arg(long, value_name = "WxH")]
    pub size: Option<Size>,
    /// Frames per second while the simulation moves [default: 30].
    #[arg(long, value_name = "HZ")]
    pub frame_rate: Option<u32>,
    /// How to draw [default: auto].
    #[arg(long)]
    pub profile: Option<Profile>,
    /// The adapter to draw with: its number in `mjcast doctor` or a part of its name.
    #[arg(long, value_name = "ADAPTER")]
    pub gpu: Option<String>,
    /// Refuses to start when only software can draw.
    #[arg(long)]
    pub require_gpu: bool,
    /// A folder with models to choose from; may be given several times.
    #[arg(long = "library", value_name = "FOLDER")]
    pub model_folders: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Render {
    #[command(flatten)]
    pub common: Common,
    /// The model: an MJCF file, read with the files that it names.
    #[arg(required_unless_present_any = ["cases", "batch"])]
    pub model: Option<PathBuf>,
    /// Draws many pictures instead: a JSON array of cases, see docs/rendering.md. Each is written
    /// to the folder --out as NAME.png, NAME.seg and NAME.z, and manifest.json tells about all.
    #[arg(
        long,
        value_name = "FILE.json",
        conflicts_with_all = ["model", "camera", "size", "steps", "profile", "samples"]
    )]
    pub cases: Option<PathBuf>,
    /// Draws many states of one model from many cameras instead: a JSON object, see
    /// docs/rendering.md. Its arrays are written to --out as an npz file.
    #[arg(
        long,
        value_name = "FILE.json",
        conflicts_with_all = ["model", "cases", "camera", "size", "steps", "profile", "samples"]
    )]
    pub batch: Option<PathBuf>,
    /// A camera of the model by name or number, `free`, or the free camera's parts, e.g.
    /// azimuth=90,elevation=-20,distance=3,lookat=0,0,1.
    #[arg(long, default_value = "free")]
    pub camera: String,
    /// Size of the picture.
    #[arg(long, value_name = "WxH", default_value = "640x480")]
    pub size: Size,
    /// The file to write, or - for standard output; the folder for --cases.
    #[arg(short, long, value_name = "FILE")]
    pub out: PathBuf,
    /// Physics steps to take before the picture.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=1_000_000))]
    pub steps: u32,
    /// How to draw.
    #[arg(long, default_value = "parity")]
    pub profile: Profile,
    /// Samples per pixel: 1 or 4; as the profile has it where it is left out.
    #[arg(long, value_parser = samples)]
    pub samples: Option<u32>,
    /// The adapter to draw with: its number in `mjcast doctor` or a part of its name.
    #[arg(long, value_name = "ADAPTER")]
    pub gpu: Option<String>,
    /// Refuses to draw in software.
    #[arg(long)]
    pub require_gpu: bool,
}

fn samples(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(samples @ (1 | 4)) => Ok(samples),
        _ => Err("write 1 or 4".into()),
    }
}

#[derive(Debug, Args)]
pub(super) struct Doctor {
    #[command(flatten)]
    pub common: Common,
    /// Writes the report as JSON.
    #[arg(long)]
    pub json: bool,
    /// Counts the want of a GPU as a failure.
    #[arg(long)]
    pub require_gpu: bool,
}

#[derive(Debug, Args)]
pub(super) struct Health {
    #[command(flatten)]
    pub common: Common,
    /// The daemon, e.g. http://127.0.0.1:8000; by default the one that the configuration describes.
    #[arg(long)]
    pub url: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Mcp {
    #[command(flatten)]
    pub common: Common,
    /// The daemon, e.g. http://127.0.0.1:8000; by default the one that the configuration describes.
    #[arg(long)]
    pub url: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub(super) enum ConfigAct {
    /// Prints every setting with its meaning, as TOML; secrets are left out.
    Print,
    /// Says whether the configuration makes sense.
    Check,
}

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Profile {
    /// By adapter: parity on a GPU, fast in software.
    Auto,
    /// As MuJoCo's own renderer does.
    Parity,
    /// What software can draw at full rate.
    Fast,
}
