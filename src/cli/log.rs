//! Where log lines go, and traces.

use std::io::IsTerminal as _;

use tracing_subscriber::{
    EnvFilter, Layer as _, Registry, layer::SubscriberExt as _, reload,
    util::SubscriberInitExt as _,
};

use super::traces::Traces;
use crate::config::{LogFormat, Server};

/// Libraries say what an operator can act on, and WebRTC's only what is lost: it warns of every
/// extension that a browser offers and it does not know.
const LIBRARIES: &str = "warn,rtc=error,webrtc=error";

/// What is logged and traced, until it is dropped.
pub(super) struct Log {
    level: reload::Handle<EnvFilter, Registry>,
    _traces: Option<Traces>,
}

impl Log {
    /// Logs at another level from now on.
    pub fn follow(&self, server: &Server) {
        if let Err(error) = self.level.reload(filter(server)) {
            tracing::debug!(%error, "the log's level is another's");
        }
    }
}

/// Sends log lines to standard error or to the journal: ours from the configured level on,
/// warnings of libraries. `RUST_LOG` replaces both. Spans go to the collector of traces, too.
pub(super) fn start(server: &Server) -> Log {
    let (filter, level) = reload::Layer::new(filter(server));
    let lines = || {
        tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal())
    };
    let text = || lines().with_target(server.debug).boxed();
    let (lines, no_journal) = match server.log_format {
        LogFormat::Text => (text(), None),
        LogFormat::Json => (lines().json().flatten_event(true).boxed(), None),
        LogFormat::Journald => match tracing_journald::layer() {
            Ok(journal) => (journal.boxed(), None),
            Err(error) => (text(), Some(error)),
        },
    };
    let (traces, no_traces) = match Traces::start(server) {
        Ok(traces) => (traces, None),
        Err(error) => (None, Some(error)),
    };
    let spans = traces.as_ref().map(Traces::layer);
    // Someone who embeds the library may have set their own: then theirs it is.
    drop(tracing_subscriber::registry().with(filter).with(lines).with(spans).try_init());
    if let Some(error) = no_journal {
        tracing::warn!(%error, "there is no journal here: lines go to standard error");
    }
    if let Some(error) = no_traces {
        tracing::error!(error, "there are no traces (server.otlp_endpoint)");
    }
    Log { level, _traces: traces }
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
