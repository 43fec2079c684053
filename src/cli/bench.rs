//! `mjcast bench`: what a stream takes on this machine.

use std::time::Duration;

use super::{Error, args::Stream, block_on, log, say};
use crate::{
    daemon::{StreamBench, StreamReport, bench_stream},
    units::FrameRate,
};

pub(super) fn run(stream: &Stream) -> Result<(), Error> {
    let frame_rate = FrameRate::new(stream.fps).ok_or_else(|| {
        Error::Usage(format!("--fps is at least 1 and at most {}", FrameRate::MAX))
    })?;
    if !stream.size.is_even() {
        return Err(Error::Usage("both sides of --size must be even".to_owned()));
    }
    log::quiet();
    let wanted = StreamBench {
        size: stream.size,
        frame_rate,
        viewers: stream.viewers,
        duration: Duration::from_secs(stream.duration.into()),
    };
    let report = block_on(bench_stream(wanted))?;
    if stream.json {
        let json = serde_json::to_string_pretty(&report)
            .map_err(|error| Error::Failed(format!("the report cannot be written: {error}")))?;
        return say(&format!("{json}\n"));
    }
    say(&table(&report))
}

fn table(report: &StreamReport) -> String {
    let mut text = String::new();
    let mut line = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    let [width, height] = report.size;
    let viewers = report.fps.len();
    let least = report.fps.iter().copied().fold(f64::INFINITY, f64::min);
    let mean = report.fps.iter().sum::<f64>() / viewers.max(1) as f64;
    line(format!(
        "mjcast {} ({}), {} and {}",
        report.version, report.build, report.adapter, report.encoder
    ));
    line(format!(
        "{width}x{height} at {} Hz for {:.1} s, viewers: {viewers}, frames per second of each: {mean:.1}, the least {least:.1}",
        report.frame_rate, report.duration_s
    ));
    line(format!(
        "cores: {:.3} of the daemon, {:.3} of the simulation, {:.3} of the viewers themselves",
        report.daemon_cores, report.worker_cores, report.viewer_cores
    ));
    let [sent, shown] = report.inputs;
    line(format!("inputs: {sent}, and {shown} of them seen\n"));
    line(format!(
        "{:<9} {:>7} {:>9} {:>9} {:>9}  up to 0.25, 0.5, 1 … 256 ms",
        "stage", "frames", "median", "95 %", "most"
    ));
    for stage in &report.stages {
        line(format!(
            "{:<9} {:>7} {:>6.2} ms {:>6.2} ms {:>6.2} ms  {}",
            stage.stage,
            stage.count,
            stage.median_ms,
            stage.p95_ms,
            stage.max_ms,
            bars(&stage.histogram)
        ));
    }
    text
}

/// A histogram as one character for each count.
fn bars(histogram: &[usize]) -> String {
    const BARS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = histogram.iter().copied().max().unwrap_or(0).max(1);
    // What is rare shall be seen, too.
    histogram.iter().map(|count| BARS[(count * (BARS.len() - 1)).div_ceil(most)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_show_what_is_rare() {
        assert_eq!(bars(&[0, 1, 400, 800]), " ▁▄█");
        assert_eq!(bars(&[0, 0]), "  ");
    }
}
