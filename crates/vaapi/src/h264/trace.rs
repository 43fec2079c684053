//! Headers as FFmpeg reads them, for tests: a parser that shares nothing with the writer.

use std::{
    io::Write,
    process::{Command, Stdio},
};

/// A NAL unit's header fields in their order, by H.264's names.
#[derive(Debug, Default)]
pub(crate) struct Unit {
    /// E.g. `Slice Header`.
    pub title: String,
    fields: Vec<(String, i64)>,
    /// Where the last field ends, in bits from the unit's first byte.
    pub end: usize,
}

impl Unit {
    pub(crate) fn field(&self, name: &str) -> Option<i64> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| *value)
    }

    /// Fails the test where the unit does not hold exactly these among its fields.
    #[track_caller]
    pub(crate) fn assert_holds(&self, expected: &[(&str, i64)]) {
        for (name, value) in expected {
            assert_eq!(self.field(name), Some(*value), "{name} in {self:?}");
        }
    }
}

/// What the units of an Annex B stream say; `None`, with a line that says so, without FFmpeg.
pub(crate) fn trace(stream: &[u8]) -> Option<Vec<Unit>> {
    let arguments = ["-hide_banner", "-f", "h264", "-i", "pipe:0", "-c", "copy"];
    let spawned = Command::new("ffmpeg")
        .args(arguments)
        .args(["-bsf:v", "trace_headers", "-f", "null", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut ffmpeg) = spawned else {
        println!("skipped: needs ffmpeg");
        return None;
    };
    let mut input = ffmpeg.stdin.take().expect("piped");
    input.write_all(stream).expect("it reads");
    drop(input);
    let output = ffmpeg.wait_with_output().expect("it ends");
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{log}");
    let lines = log.lines().filter_map(|line| line.strip_prefix("[trace_headers @ "));
    let mut units: Vec<Unit> = Vec::new();
    for line in lines.filter_map(|line| line.split_once("] ")).map(|(_, line)| line) {
        let words: Vec<_> = line.split_whitespace().collect();
        match words[..] {
            // Counted as a slice's data (§7.3.4).
            [_, "cabac_alignment_one_bit", ..] => {}
            // Position, name, bits, `=`, value.
            [at, name, bits, "=", value] => {
                let unit = units.last_mut().expect("a title comes first");
                unit.fields.push((name.to_owned(), value.parse().expect("a number")));
                unit.end = at.parse::<usize>().expect("a position") + bits.len();
            }
            _ => units.push(Unit { title: line.to_owned(), ..Unit::default() }),
        }
    }
    Some(units)
}
