//! What the daemon counts and times, and the one table of it.
//!
//! Recording is a few additions to atomics: no lock, no allocation, whoever asks. Nothing is kept
//! per viewer or per session, so that what `/metrics` answers stays small however many there are.
//! What a reader needs to know only when it asks ([`Levels`]) is counted by nobody.

mod cells;
mod pulse;
mod text;

use std::time::Duration;

pub use cells::{BOUNDS_S, Counter, Family, Gauge, Histogram, LONG_BOUNDS_S, LongHistogram};
pub use pulse::{Pulse, Pulses, Working};
use text::Exposition;

/// What a metric measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only rises.
    Counter,
    /// A level.
    Gauge,
    /// How often something took how long.
    Histogram,
}

/// A row of the table.
#[derive(Debug)]
pub struct Metric {
    /// As Prometheus knows it.
    pub name: &'static str,
    /// What it measures.
    pub kind: Kind,
    /// Names of its labels; each has a few values.
    pub labels: &'static [&'static str],
    /// What its numbers are in; `1` where they count.
    pub unit: &'static str,
    /// One sentence.
    pub help: &'static str,
}

macro_rules! table {
    ($($id:ident: $kind:ident $name:literal [$($label:literal)*] $unit:literal $help:literal;)*) => {
        $(const $id: Metric = Metric {
            name: $name, kind: Kind::$kind, labels: &[$($label),*], unit: $unit, help: $help,
        };)*
        /// All metrics, in the order of the answer. `docs/metrics.md` has the same.
        pub const TABLE: &[Metric] = &[$($id),*];
    };
}

table! {
    BUILD_INFO: Gauge "mjcast_build_info" ["version"] "1"
        "Always 1; its label says which version runs.";
    READY: Gauge "mjcast_ready" [] "1"
        "1 while pictures can be drawn.";
    DRAINING: Gauge "mjcast_draining" [] "1"
        "1 while sessions move away because the daemon ends.";
    SESSIONS: Gauge "mjcast_sessions" [] "1"
        "Sessions, the default one among them.";
    SLOTS: Gauge "mjcast_session_slots" [] "1"
        "Sessions that there may be.";
    SLOTS_USED: Gauge "mjcast_session_slots_used_ratio" [] "1"
        "The share of them that is taken, 0 to 1.";
    VIEWERS: Gauge "mjcast_viewers" [] "1"
        "Viewers of all sessions.";
    CONNECTIONS: Counter "mjcast_viewers_total" [] "1"
        "Viewers since the start.";
    EVENTS: Counter "mjcast_events_total" [] "1"
        "Events that viewers sent.";
    REBUILDS: Counter "mjcast_device_rebuilds_total" [] "1"
        "Lost drawing devices that were replaced.";
    GPU_MEMORY: Gauge "mjcast_gpu_memory_bytes" ["state"] "bytes"
        "Memory of the drawing device: taken from the driver (reserved), and in use of that (allocated).";
    STEPS: Counter "mjcast_sim_steps_total" [] "1"
        "Physics steps of all sessions.";
    SIMULATED: Counter "mjcast_sim_seconds_total" [] "s"
        "Simulated time of all sessions.";
    RUNNING: Counter "mjcast_sim_running_seconds_total" [] "s"
        "Wall time for which simulations ran: simulated time in proportion to it is the real-time factor.";
    REQUESTS: Counter "mjcast_http_requests_total" ["status"] "1"
        "Answers to HTTP requests by the class of their status.";
    FORWARDED: Counter "mjcast_forwarded_requests_total" [] "1"
        "Requests passed on to the daemon of their session.";
    MIGRATIONS: Counter "mjcast_session_migrations_total" ["outcome"] "1"
        "Sessions that were to move to other daemons: moved, or stayed.";
    STREAMS: Gauge "mjcast_streams" [] "1"
        "Streams: viewers who see the same share one.";
    ENCODERS: Gauge "mjcast_encoder_sessions" ["backend"] "1"
        "Streams by what encodes them.";
    RENDERED: Counter "mjcast_frames_rendered_total" [] "1"
        "Pictures that were drawn for streams.";
    ENCODED: Counter "mjcast_frames_encoded_total" ["backend" "codec"] "1"
        "Pictures that became frames of a stream.";
    KEYFRAMES: Counter "mjcast_keyframes_total" [] "1"
        "Key frames among them.";
    ENCODED_BYTES: Counter "mjcast_encoded_bytes_total" [] "bytes"
        "Bytes of these frames, once for each stream.";
    SENT: Counter "mjcast_frames_sent_total" [] "1"
        "Frames handed to viewers, once for each.";
    DROPPED: Counter "mjcast_frames_dropped_total" ["reason"] "1"
        "Frames that were not sent: skipped by the encoder, or a viewer was behind (slow).";
    SENT_BYTES: Counter "mjcast_webrtc_sent_bytes_total" [] "bytes"
        "Bytes of RTP payloads, without what was sent again.";
    RESENT: Counter "mjcast_webrtc_resent_packets_total" [] "1"
        "RTP packets that were sent again because they were lost.";
    RTT: Histogram "mjcast_webrtc_rtt_seconds" [] "s"
        "Time to a viewer and back, as its receiver reports tell.";
    STAGES: Histogram "mjcast_stage_seconds" ["stage"] "s"
        "What a frame takes: input and state (wait until drawing begins), render, encode, send.";
    ENCODE: Histogram "mjcast_encode_seconds" ["backend" "codec"] "s"
        "Encoding a picture.";
    TO_WIRE: Histogram "mjcast_glass_to_wire_seconds" [] "s"
        "From the arrival of an input until the first frame that shows it has been sent.";
    LLM_REQUESTS: Counter "mjcast_llm_requests_total" ["provider" "outcome"] "1"
        "Requests to language models, repeated ones too, by what became of them.";
    LLM_TOKENS: Counter "mjcast_llm_tokens_total" ["provider" "kind"] "1"
        "Tokens that language models read (input) and wrote (output), as they tell.";
    GENERATIONS: Histogram "mjcast_scene_generate_seconds" ["mode"] "s"
        "Making a scene from words, until it was judged to be right.";
}

/// A part of a frame's way that happens in the daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// From an input's arrival until drawing begins.
    Input,
    /// From a snapshot's arrival until drawing begins.
    State,
    /// Drawing.
    Render,
    /// Encoding.
    Encode,
    /// From the end of encoding until the last packet has been handed to the network.
    Send,
}

impl Stage {
    /// All, in the order in which a frame passes them.
    pub const ALL: [Self; 5] = [Self::Input, Self::State, Self::Render, Self::Encode, Self::Send];

    /// The value of its label.
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::State => "state",
            Self::Render => "render",
            Self::Encode => "encode",
            Self::Send => "send",
        }
    }
}

/// A back end and a codec: no more pairs than this exist.
const PAIRS: usize = 12;
/// A provider and what became of a request: four times some fifteen.
const OUTCOMES: usize = 64;

/// All that is recorded as it happens.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Loops that must go on.
    pub pulses: Pulses,
    /// Physics steps.
    pub steps: Counter,
    /// Simulated time, µs.
    pub simulated_us: Counter,
    /// Wall time that simulations ran for, µs.
    pub running_us: Counter,
    /// Answers by class: `2xx`.
    pub requests: Family<1, Counter, 6>,
    /// Requests passed on to another daemon.
    pub forwarded: Counter,
    /// Sessions that were to move, by outcome.
    pub migrations: Family<1, Counter, 2>,
    /// Running streams.
    pub streams: Gauge,
    /// Streams by back end.
    pub encoders: Family<1, Gauge, PAIRS>,
    /// Pictures drawn for streams.
    pub rendered: Counter,
    /// Encoding by back end and codec: how often, and how long.
    pub encode: Family<2, Histogram, PAIRS>,
    /// Key frames.
    pub keyframes: Counter,
    /// Bytes of frames.
    pub encoded_bytes: Counter,
    /// Pictures that an encoder skipped.
    pub skipped: Counter,
    /// Frames that a viewer missed because it was behind.
    pub slow: Counter,
    /// Bytes of RTP payloads.
    pub sent_bytes: Counter,
    /// Retransmitted RTP packets.
    pub resent: Counter,
    /// Round trips.
    pub rtt: Histogram,
    /// From an input to the wire.
    pub to_wire: Histogram,
    /// Requests to language models by provider and outcome.
    pub llm_requests: Family<2, Counter, OUTCOMES>,
    /// Tokens by provider and kind.
    pub llm_tokens: Family<2, Counter, PAIRS>,
    /// Making scenes from words, by mode.
    pub generations: Family<1, LongHistogram, PAIRS>,
    stages: [Histogram; Stage::ALL.len()],
}

/// What is known without having been recorded.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the table says what each is")]
pub struct Levels {
    pub ready: bool,
    pub draining: bool,
    pub sessions: usize,
    pub slots: usize,
    pub viewers: u64,
    pub connections: u64,
    pub events: u64,
    pub frames_sent: u64,
    pub rebuilds: u64,
    pub gpu_memory: Option<GpuMemory>,
}

/// Memory of a drawing device, bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GpuMemory {
    /// In use.
    pub allocated: u64,
    /// Taken from the driver.
    pub reserved: u64,
}

impl Metrics {
    /// Notes what a stage took.
    pub fn passed(&self, stage: Stage, took: Duration) {
        self.stages[stage as usize].record(took);
    }

    /// The times of a stage.
    pub fn stage(&self, stage: Stage) -> &Histogram {
        &self.stages[stage as usize]
    }

    /// All of [`TABLE`] in the text format of Prometheus, version 0.0.4.
    pub fn text(&self, now: &Levels) -> String {
        let mut out = Exposition::default();
        let version = env!("CARGO_PKG_VERSION");
        out.metric(&BUILD_INFO).value(&[version], 1.0);
        out.metric(&READY).value(&[], f64::from(u8::from(now.ready)));
        out.metric(&DRAINING).value(&[], f64::from(u8::from(now.draining)));
        out.metric(&SESSIONS).value(&[], now.sessions as f64);
        out.metric(&SLOTS).value(&[], now.slots as f64);
        out.metric(&SLOTS_USED).value(&[], now.sessions as f64 / now.slots.max(1) as f64);
        out.metric(&VIEWERS).value(&[], now.viewers as f64);
        out.metric(&CONNECTIONS).value(&[], now.connections as f64);
        out.metric(&EVENTS).value(&[], now.events as f64);
        out.metric(&REBUILDS).value(&[], now.rebuilds as f64);
        let mut memory = out.metric(&GPU_MEMORY);
        if let Some(GpuMemory { allocated, reserved }) = now.gpu_memory {
            memory.value(&["allocated"], allocated as f64);
            memory.value(&["reserved"], reserved as f64);
        }
        out.metric(&STEPS).value(&[], self.steps.get() as f64);
        out.metric(&SIMULATED).value(&[], self.simulated_us.get() as f64 / 1e6);
        out.metric(&RUNNING).value(&[], self.running_us.get() as f64 / 1e6);
        let mut requests = out.metric(&REQUESTS);
        self.requests.each(|labels, count| requests.value(labels, count.get() as f64));
        out.metric(&FORWARDED).value(&[], self.forwarded.get() as f64);
        let mut migrations = out.metric(&MIGRATIONS);
        self.migrations.each(|labels, count| migrations.value(labels, count.get() as f64));
        out.metric(&STREAMS).value(&[], self.streams.get() as f64);
        let mut encoders = out.metric(&ENCODERS);
        self.encoders.each(|labels, gauge| encoders.value(labels, gauge.get() as f64));
        out.metric(&RENDERED).value(&[], self.rendered.get() as f64);
        let mut encoded = out.metric(&ENCODED);
        self.encode.each(|labels, times| encoded.value(labels, times.count() as f64));
        out.metric(&KEYFRAMES).value(&[], self.keyframes.get() as f64);
        out.metric(&ENCODED_BYTES).value(&[], self.encoded_bytes.get() as f64);
        out.metric(&SENT).value(&[], now.frames_sent as f64);
        let mut dropped = out.metric(&DROPPED);
        dropped.value(&["skipped"], self.skipped.get() as f64);
        dropped.value(&["slow"], self.slow.get() as f64);
        out.metric(&SENT_BYTES).value(&[], self.sent_bytes.get() as f64);
        out.metric(&RESENT).value(&[], self.resent.get() as f64);
        out.metric(&RTT).histogram(&[], &self.rtt);
        let mut stages = out.metric(&STAGES);
        for stage in Stage::ALL {
            stages.histogram(&[stage.name()], self.stage(stage));
        }
        let mut encode = out.metric(&ENCODE);
        self.encode.each(|labels, times| encode.histogram(labels, times));
        out.metric(&TO_WIRE).histogram(&[], &self.to_wire);
        let mut requests = out.metric(&LLM_REQUESTS);
        self.llm_requests.each(|labels, count| requests.value(labels, count.get() as f64));
        let mut tokens = out.metric(&LLM_TOKENS);
        self.llm_tokens.each(|labels, count| tokens.value(labels, count.get() as f64));
        let mut generations = out.metric(&GENERATIONS);
        self.generations.each(|labels, times| generations.histogram(labels, times));
        out.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEVELS: Levels = Levels {
        ready: true,
        draining: false,
        sessions: 4,
        slots: 16,
        viewers: 3,
        connections: 9,
        events: 1000,
        frames_sent: 12_345,
        rebuilds: 1,
        gpu_memory: Some(GpuMemory { allocated: 1 << 20, reserved: 1 << 24 }),
    };

    /// Metrics with something in every row.
    fn filled() -> Metrics {
        let metrics = Metrics::default();
        metrics.requests.at(["2xx"]).add(7);
        metrics.encoders.at(["openh264"]).add(2);
        metrics.encode.at(["openh264", "h264"]).record(Duration::from_millis(3));
        metrics.passed(Stage::Send, Duration::from_micros(40));
        metrics
    }

    /// Name, labels and value.
    type Sample = (String, Vec<(String, String)>, f64);

    /// A line of the text format that is no comment.
    fn sample(line: &str) -> Option<Sample> {
        let (series, value) = line.rsplit_once(' ')?;
        let value = if value == "+Inf" { f64::INFINITY } else { value.parse().ok()? };
        let (name, labels) = match series.split_once('{') {
            Some((name, rest)) => (name, rest.strip_suffix('}')?),
            None => (series, ""),
        };
        let is_name = |name: &str| {
            name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        let pairs = labels.split(',').filter(|pair| !pair.is_empty()).map(|pair| {
            let (key, value) = pair.split_once('=')?;
            let value = value.strip_prefix('"')?.strip_suffix('"')?;
            is_name(key).then(|| (key.to_owned(), value.to_owned()))
        });
        is_name(name).then_some(())?;
        Some((name.to_owned(), pairs.collect::<Option<_>>()?, value))
    }

    #[test]
    fn the_answer_is_the_table_in_the_text_format() {
        let text = filled().text(&LEVELS);
        assert!(text.ends_with('\n'));
        let mut rows = TABLE.iter();
        let mut row = None;
        for line in text.lines() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let next = rows.next().expect("no more than the table");
                assert_eq!(help, format!("{} {}", next.name, next.help));
                row = Some(next);
                continue;
            }
            let row = row.expect("help comes first");
            if let Some(kind) = line.strip_prefix("# TYPE ") {
                let word = format!("{:?}", row.kind).to_lowercase();
                assert_eq!(kind, format!("{} {word}", row.name));
                continue;
            }
            let (name, labels, value) = sample(line).unwrap_or_else(|| panic!("{line}"));
            let part = name.strip_prefix(row.name).unwrap_or_else(|| panic!("{line}"));
            let (parts, mut keys): (&[&str], Vec<_>) = match row.kind {
                Kind::Histogram => (&["_bucket", "_sum", "_count"], row.labels.to_vec()),
                _ => (&[""], row.labels.to_vec()),
            };
            assert!(parts.contains(&part), "{line}");
            if part == "_bucket" {
                keys.push("le");
            }
            let named: Vec<_> = labels.iter().map(|(key, _)| key.as_str()).collect();
            assert_eq!(named, keys, "{line}");
            assert!(value >= 0.0, "{line}");
        }
        assert_eq!(rows.next().map(|row| row.name), None, "all of the table");
        for expected in [
            "mjcast_session_slots_used_ratio 0.25",
            "mjcast_encoder_sessions{backend=\"openh264\"} 2",
            "mjcast_stage_seconds_bucket{stage=\"send\",le=\"0.0005\"} 1",
            "mjcast_encode_seconds_bucket{backend=\"openh264\",codec=\"h264\",le=\"0.002\"} 0",
            "mjcast_encode_seconds_bucket{backend=\"openh264\",codec=\"h264\",le=\"+Inf\"} 1",
            "mjcast_encode_seconds_sum{backend=\"openh264\",codec=\"h264\"} 0.003",
        ] {
            assert!(text.lines().any(|line| line == expected), "{expected} is not in\n{text}");
        }
    }

    #[test]
    fn the_table_keeps_to_the_conventions_of_prometheus() {
        for row in TABLE {
            let (name, help) = (row.name, row.help);
            assert!(name.starts_with("mjcast_"), "{name}");
            assert_eq!(name.ends_with("_total"), row.kind == Kind::Counter, "{name}");
            let level = name.trim_end_matches("_total");
            assert_eq!(level.ends_with("_seconds"), row.unit == "s", "{name}");
            assert_eq!(name.contains("_bytes"), row.unit == "bytes", "{name}");
            assert!(help.ends_with('.') && !help.contains(['\n', '\\', '|']), "{name}: {help}");
            assert_eq!(TABLE.iter().filter(|other| other.name == name).count(), 1, "{name}");
        }
    }

    #[test]
    fn the_documentation_has_the_table() {
        let docs = include_str!("../../docs/metrics.md");
        let listed: Vec<_> = docs.lines().filter(|line| line.starts_with("| `mjcast_")).collect();
        let rows = TABLE.iter().map(|row| {
            let labels: Vec<_> = row.labels.iter().map(|label| format!("`{label}`")).collect();
            let kind = format!("{:?}", row.kind).to_lowercase();
            format!(
                "| `{}` | {kind} | {} | {} | {} |",
                row.name,
                labels.join(", "),
                row.unit,
                row.help
            )
        });
        assert_eq!(listed, rows.collect::<Vec<_>>());
    }
}
