//! Where log lines go.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, Server};

/// Libraries say what an operator can act on, and WebRTC's only what is lost: it warns of every
/// extension that a browser offers and it does not know.
const LIBRARIES: &str = "warn,rtc=error,webrtc=error";

/// Sends log lines to standard error: ours from the configured level on, warnings of libraries.
/// `RUST_LOG` replaces both.
pub(super) fn start(server: &Server) {
    let default = || EnvFilter::new(format!("{LIBRARIES},mjcast={}", server.log_level.name()));
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| default());
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let set = match server.log_format {
        LogFormat::Text => lines.with_target(server.debug).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    // Someone who embeds the library may have set their own: then theirs it is.
    drop(set);
}

/// The same for a command whose output is a report: warnings alone.
pub(super) fn quiet() {
    let filter = EnvFilter::try_from_default_env();
    let lines = tracing_subscriber::fmt()
        .with_env_filter(
            filter.unwrap_or_else(|_| EnvFilter::new(format!("{LIBRARIES},mjcast=error"))),
        )
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    drop(lines.try_init());
}
