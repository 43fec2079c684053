//! What a test tells a double by the environment, and what the double tells the test.

use std::{fmt, fs::OpenOptions, io::Write as _, path::Path, process::Command};

/// The variables of one double: its name, and `_FAIL` and `_LEDGER` behind it.
#[derive(Clone, Copy, Debug)]
pub struct Orders(&'static str);

impl Orders {
    /// Those that start with `name`.
    pub const fn of(name: &'static str) -> Self {
        Self(name)
    }

    /// A variable, empty where it is not set.
    pub fn value(self, name: &str) -> String {
        std::env::var(format!("{}_{name}", self.0)).unwrap_or_default()
    }

    /// Whether this is a process that [`Self::run_again`] started. Where it is not, says that a
    /// test is skipped.
    #[allow(clippy::print_stdout, reason = "what a test skips is said")]
    pub fn is_running_again(self) -> bool {
        let is = !self.value("LEDGER").is_empty();
        if !is {
            println!("skipped: it runs in processes that other tests start");
        }
        is
    }

    /// Whether `what` is to fail.
    pub fn fails(self, what: &str) -> bool {
        self.value("FAIL").split(',').any(|order| order == what)
    }

    /// From which one on `what` is to fail.
    pub fn fails_from(self, what: &str) -> Option<u64> {
        let orders = self.value("FAIL");
        let found = orders.split(',').filter_map(|order| order.split_once('@'));
        let mut found = found.filter(|(name, _)| *name == what);
        found.next().and_then(|(_, number)| number.parse().ok())
    }

    /// Adds a line to the ledger.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn note(self, line: fmt::Arguments<'_>) {
        let path = self.value("LEDGER");
        if path.is_empty() {
            return;
        }
        let file = OpenOptions::new().create(true).append(true).open(path);
        // A single write: lines of several threads do not mix.
        let written = file.and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()));
        written.expect("the ledger can be written");
    }

    /// Adds what the client did wrong.
    pub fn violation(self, line: fmt::Arguments<'_>) {
        self.note(format_args!("violation: {line}"));
    }

    /// Runs `test` of the running file of tests once more, in a process with `variables`, and
    /// gives what the double noted there.
    ///
    /// # Panics
    /// When the test fails there, or there is none of that name.
    pub fn run_again(self, test: &str, variables: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a folder");
        let ledger = folder.path().join("ledger");
        let mut child = Command::new(std::env::current_exe().expect("a file"));
        child.args(["--exact", test, "--nocapture"]);
        child.env(format!("{}_LEDGER", self.0), &ledger);
        let done = child.envs(variables.iter().copied()).output().expect("starts");
        let said = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
        assert!(said.contains("1 passed"), "{said}");
        read_ledger(&ledger)
    }
}

/// The lines of a ledger; none where nothing was noted.
pub fn read_ledger(ledger: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(ledger).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// # Panics
/// When the client did anything wrong or left anything behind.
#[track_caller]
pub fn assert_faultless(ledger: &[String]) {
    let wrong = |line: &&String| line.starts_with("violation") || line.starts_with("leak");
    let wrong: Vec<_> = ledger.iter().filter(wrong).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// The shared library `name` that was built beside the running test.
///
/// # Errors
/// When it is not there.
pub fn library(name: &str) -> std::io::Result<std::path::PathBuf> {
    let test = std::env::current_exe()?;
    let found = test.ancestors().skip(1).take(2).map(|folder| folder.join(name));
    let found = found.into_iter().find(|file| file.exists());
    found.ok_or_else(|| std::io::Error::other(format!("no {name} beside {}", test.display())))
}
