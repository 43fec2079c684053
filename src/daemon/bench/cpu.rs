//! What threads and processes have kept busy, as Linux counts it.

use std::{fs, path::Path, time::Duration};

/// CPU time so far: of threads that live.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Used {
    /// Of this process's threads of one name.
    pub named: Duration,
    /// Of its other threads.
    pub rest: Duration,
    /// Of its child processes.
    pub children: Duration,
}

/// Reads it; what cannot be read counts nothing.
pub(super) fn read(name: &str) -> Used {
    let mut used = Used::default();
    for task in tasks("self") {
        let text = |file: &str| fs::read_to_string(Path::new(&task).join(file)).unwrap_or_default();
        let busy = busy(&text("schedstat"));
        if text("comm").trim_end() == name {
            used.named += busy;
        } else {
            used.rest += busy;
        }
        for child in text("children").split_whitespace() {
            let of_child = tasks(child).into_iter().map(|task| {
                let text = fs::read_to_string(Path::new(&task).join("schedstat"));
                self::busy(&text.unwrap_or_default())
            });
            used.children += of_child.sum::<Duration>();
        }
    }
    used
}

fn tasks(process: &str) -> Vec<std::path::PathBuf> {
    let tasks = fs::read_dir(format!("/proc/{process}/task"));
    tasks.into_iter().flatten().filter_map(Result::ok).map(|task| task.path()).collect()
}

/// The first field of `schedstat`: ns on a processor.
fn busy(schedstat: &str) -> Duration {
    let ns = schedstat.split(' ').next().and_then(|ns| ns.parse().ok());
    Duration::from_nanos(ns.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_is_counted_by_its_name() {
        let (ready, told) = std::sync::mpsc::sync_channel(1);
        let (end, ended) = std::sync::mpsc::sync_channel::<()>(1);
        let thread = std::thread::Builder::new().name("busy-bee".into()).spawn(move || {
            let sum = (0..20_000_000_u64).fold(0, |sum: u64, n| std::hint::black_box(sum ^ n));
            ready.send(sum).expect("heard");
            let _ = ended.recv();
        });
        told.recv().expect("it worked");
        let used = read("busy-bee");
        assert!(used.named > Duration::ZERO && used.rest > Duration::ZERO, "{used:?}");
        assert_eq!(read("nobody").named, Duration::ZERO);
        drop(end);
        thread.expect("a thread").join().expect("no panic");
    }
}
