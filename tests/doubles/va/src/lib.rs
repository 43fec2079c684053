//! A double of a VA-API driver for machines without a GPU, which the real libva loads.
//!
//! Surfaces are host memory, imported descriptors are mapped, and pictures are really coded, by
//! OpenH264. It is stricter than a driver: order of calls, sizes of parameters, references and
//! lifetimes are checked, and what a driver may overlook is an error here.
//!
//! Only tests build it, and nothing in the product knows of it: libva loads it in a process whose
//! environment says so, see [`run_again`]. libva takes only devices that libdrm knows; for
//! `/dev/null` this library answers in libdrm's place, where `LD_PRELOAD` names it. More of the
//! environment:
//!
//! | variable | meaning |
//! |---|---|
//! | `DOUBLE_VA_LEDGER` | a file to which a line is added for each thing of note: `open`, `encode`, `close`, `leak`, `violation` |
//! | `DOUBLE_VA_HEADER` | a file that starts as the memory does that llvmpipe exports: with it, llvmpipe imports surfaces as its own |
//! | `DOUBLE_VA_FAIL` | what fails, with commas between; `end@3` means from a context's fourth picture on |
//!
//! What can fail: `init`, `no-encoder` (it only decodes), `surfaces`, `import`, `export`,
//! `prime2` (memory is taken by the older descriptor alone), `context`, `begin@N`, `end@N`, `sync@N` (the picture
//! never gets ready), `hang@N` (encoding does not return), `empty@N`.
#![allow(unsafe_code, reason = "it is a C library")]

mod driver;
mod encode;
mod objects;

use std::{io, os::unix::fs::symlink, path::Path};

use double_coder::orders::{Orders, library};
pub use double_coder::{
    MAX_ERROR,
    orders::{assert_faultless, read_ledger},
};

/// The variable that names the file with a header for surfaces.
pub const HEADER: &str = "DOUBLE_VA_HEADER";

/// Its variables.
pub const ORDERS: Orders = Orders::of("DOUBLE_VA");

/// Makes the driver's name in `folder` and gives the variables by which libva finds it there.
///
/// # Errors
/// When the library is not beside the running test, or the name cannot be made.
pub fn install(folder: &Path) -> io::Result<[(&'static str, String); 3]> {
    let library = library("libdouble_va.so")?;
    symlink(&library, folder.join("double_drv_video.so"))?;
    let text = |path: &Path| path.to_string_lossy().into_owned();
    Ok([
        ("LD_PRELOAD", text(&library)),
        ("LIBVA_DRIVERS_PATH", text(folder)),
        ("LIBVA_DRIVER_NAME", "double".to_owned()),
    ])
}

/// Runs `test` of the running file of tests once more, in a process that finds the double and in
/// which it is told `variables`, and gives what the double noted.
///
/// # Panics
/// When the test fails there, or there is none of that name.
pub fn run_again(test: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let installed = install(folder.path()).expect("the double is built");
    let mut all = variables.to_vec();
    all.extend(installed.iter().map(|(name, value)| (*name, value.as_str())));
    ORDERS.run_again(test, &all)
}
