//! The text format of Prometheus, version 0.0.4.

use std::fmt::Write as _;

use super::{Histogram, Kind, Metric};

/// A text in the making.
#[derive(Default)]
pub(super) struct Exposition(String);

impl Exposition {
    /// Begins a metric.
    pub fn metric<'a>(&'a mut self, metric: &'static Metric) -> Samples<'a> {
        let Metric { name, help, kind, .. } = metric;
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
        Samples { text: self, metric }
    }

    /// The text.
    pub fn end(self) -> String {
        self.0
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "{line}");
    }
}

/// The lines of one metric.
pub(super) struct Samples<'a> {
    text: &'a mut Exposition,
    metric: &'static Metric,
}

impl Samples<'_> {
    /// A counter or a gauge; `labels` in the order of the table.
    pub fn value(&mut self, labels: &[&str], value: f64) {
        let (name, series) = (self.metric.name, self.series(labels, None));
        self.text.line(format_args!("{name}{series} {value}"));
    }

    /// A histogram, whose buckets hold all that is no more than their bound.
    pub fn histogram(&mut self, labels: &[&str], times: &Histogram) {
        let (name, counts) = (self.metric.name, times.counts());
        let mut below = 0;
        for (at, count) in counts.iter().enumerate() {
            below += count;
            let bound = times.bounds_s().get(at).map_or("+Inf".to_owned(), f64::to_string);
            let series = self.series(labels, Some(&bound));
            self.text.line(format_args!("{name}_bucket{series} {below}"));
        }
        let series = self.series(labels, None);
        self.text.line(format_args!("{name}_sum{series} {}", times.sum_s()));
        self.text.line(format_args!("{name}_count{series} {below}"));
    }

    /// Labels in braces. Their values are names of back ends, codecs and stages: none needs escaping.
    fn series(&self, labels: &[&str], bound: Option<&str>) -> String {
        let keys = self.metric.labels.iter().copied().chain(bound.map(|_| "le"));
        let values = labels.iter().copied().chain(bound);
        let pairs: Vec<_> =
            keys.zip(values).map(|(key, value)| format!("{key}=\"{value}\"")).collect();
        if pairs.is_empty() { String::new() } else { format!("{{{}}}", pairs.join(",")) }
    }
}
