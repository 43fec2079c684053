//! Where log lines go.

use std::io::IsTerminal as _;

use tracing_subscriber::{
    EnvFilter, layer::SubscriberExt as _, reload, util::SubscriberInitExt as _,
};

use crate::config::{LogFormat, Server};

/// Libraries say what an operator can act on, and WebRTC's only what is lost: it warns of every
/// extension that a browser offers and it does not know.
const LIBRARIES: &str = "warn,rtc=error,webrtc=error";

/// Changes what is logged from now on.
type Level = Box<dyn Fn(&Server) + Send + Sync>;

/// Sends log lines to standard error or to the journal: ours from the configured level on,
/// warnings of libraries. `RUST_LOG` replaces both. Gives what follows another level.
pub(super) fn start(server: &Server) -> Level {
    let (level, handle) = reload::Layer::new(filter(server));
    let lines = || {
        tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal())
    };
    let registry = tracing_subscriber::registry().with(level);
    let set = match server.log_format {
        LogFormat::Text => registry.with(lines().with_target(server.debug)).try_init(),
        LogFormat::Json => registry.with(lines().json().flatten_event(true)).try_init(),
        LogFormat::Journald => match tracing_journald::layer() {
            Ok(journal) => registry.with(journal).try_init(),
            Err(error) => {
                let set = registry.with(lines().with_target(server.debug)).try_init();
                tracing::warn!(%error, "there is no journal here: lines go to standard error");
                set
            }
        },
    };
    // Someone who embeds the library may have set their own: then theirs it is.
    drop(set);
    Box::new(move |server| {
        if let Err(error) = handle.reload(filter(server)) {
            tracing::debug!(%error, "the log's level is another's");
        }
    })
}

fn filter(server: &Server) -> EnvFilter {
    let default = || EnvFilter::new(format!("{LIBRARIES},mjcast={}", server.log_level.name()));
    EnvFilter::try_from_default_env().unwrap_or_else(|_| default())
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
