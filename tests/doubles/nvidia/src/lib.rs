//! A double of NVIDIA's `libcuda.so.1` and `libnvidia-encode.so.1` for machines without a GPU.
//!
//! One shared library plays both: [`install`] makes a folder in which the loader finds it by both
//! names. CUDA's memory is host memory, imported descriptors are mapped, and pictures are really
//! coded, by OpenH264. It is stricter than a driver: versions of structs, order of calls, pitches,
//! contexts and lifetimes are checked, and what a driver may overlook is an error here.
//!
//! Only tests build it, and nothing in the product knows of it: a process uses it when
//! `LD_LIBRARY_PATH` leads there. These variables of that process tell it what to do:
//!
//! | variable | meaning |
//! |---|---|
//! | `DOUBLE_NVIDIA_UUID` | the GPU's UUID, 32 hexadecimal digits |
//! | `DOUBLE_NVIDIA_API` | the newest version that it speaks, e.g. `12.1`; 13.0 where unset |
//! | `DOUBLE_NVIDIA_LEDGER` | a file to which a line is added for each thing of note: `open`, `encode`, `close`, `leak`, `violation` |
//! | `DOUBLE_NVIDIA_FAIL` | what fails, with commas between; `encode@3` means from a session's fourth picture on |
//!
//! What can fail: `no-device` (CUDA finds no GPU), `no-encoder` (no session opens), `sessions@N`
//! (so many at once and no more), `import`, `initialize`, `encode@N`, `lock@N` (the picture never
//! gets ready), `hang@N` (encoding does not return), `lost@N` (the GPU is gone), `empty@N`.
#![allow(unsafe_code, reason = "it is a C library")]

mod cuda;
mod nvenc;
mod nvenc_host;
mod orders;
mod stubs;

use std::{
    io,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

pub use double_coder::MAX_ERROR;

/// Makes the two names in `folder`.
///
/// # Errors
/// When the library is not beside the running test, or the names cannot be made.
pub fn install(folder: &Path) -> io::Result<()> {
    let library = library()?;
    symlink(&library, folder.join("libcuda.so.1"))?;
    symlink(&library, folder.join("libnvidia-encode.so.1"))
}

/// Runs `test` of the running file of tests once more, in a process that finds the double and in
/// which it is told `orders`, and gives what the ledger says.
///
/// # Panics
/// When the test fails there, or there is none of that name.
pub fn run_again(test: &str, orders: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    install(folder.path()).expect("the double is built");
    let ledger = folder.path().join("ledger");
    let mut child = Command::new(std::env::current_exe().expect("a file"));
    child.args(["--exact", test, "--include-ignored", "--nocapture"]);
    child.env("LD_LIBRARY_PATH", folder.path()).env("DOUBLE_NVIDIA_LEDGER", &ledger);
    let done = child.envs(orders.iter().copied()).output().expect("starts");
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
    assert!(said.contains("1 passed"), "{said}");
    read_ledger(&ledger)
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

/// The library that was built beside the running test.
fn library() -> io::Result<PathBuf> {
    const NAME: &str = "libdouble_nvidia.so";
    let test = std::env::current_exe()?;
    let found = test.ancestors().skip(1).take(2).map(|folder| folder.join(NAME));
    let found = found.into_iter().find(|file| file.exists());
    found.ok_or_else(|| io::Error::other(format!("no {NAME} beside {}", test.display())))
}
