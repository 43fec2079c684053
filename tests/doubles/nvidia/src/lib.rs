//! A double of NVIDIA's `libcuda.so.1` and `libnvidia-encode.so.1` for machines without a GPU.
//!
//! One shared library plays both: [`install`] makes a folder in which the loader finds it by both
//! names. CUDA's memory is host memory, imported descriptors are mapped, and pictures are really
//! coded: H.264 by OpenH264, HEVC and AV1 by the `ffmpeg` command where that can. It is stricter
//! than a driver: versions of structs, order of calls, pitches, contexts and lifetimes are checked,
//! and what a driver may overlook is an error here.
//!
//! Only tests build it, and nothing in the product knows of it: a process uses it when
//! `LD_LIBRARY_PATH` leads there. These variables of that process tell it what to do:
//!
//! | variable | meaning |
//! |---|---|
//! | `DOUBLE_NVIDIA_UUID` | the GPU's UUID, 32 hexadecimal digits |
//! | `DOUBLE_NVIDIA_API` | the newest version that it speaks, e.g. `12.1`; 13.0 where unset |
//! | `DOUBLE_NVIDIA_CODECS` | what it codes, of `h264`, `hevc` and `av1`, with commas between; where unset, all that this machine can: HEVC and AV1 take `ffmpeg` with libx265 and libaom |
//! | `DOUBLE_NVIDIA_LEDGER` | a file to which a line is added for each thing of note: `open`, `settings`, `encode`, `busy`, `flush`, `close`, `leak`, `violation` |
//! | `DOUBLE_NVIDIA_BARE` | calls of NVENC that may be made without a context, with commas between: FFmpeg asks so what there is |
//! | `DOUBLE_COARSE` | set: AV1 is coded so coarsely that it keeps up with a stream |
//! | `DOUBLE_NVIDIA_FAIL` | what fails, with commas between; `encode@3` means from a session's fourth picture on |
//!
//! What can fail: `no-device` (CUDA finds no GPU), `no-encoder` (no session opens), `sessions@N`
//! (so many at once and no more), `import`, `initialize`, `encode@N`, `busy@N` (encoding and
//! locking are refused at first), `lock@N` (locking is refused for ever), `hang@N` (locking does
//! not return), `lost@N` (the GPU is gone), `empty@N`, `unmap@N`; and of what the hardware can do,
//! `references` (several) and `invalidation`.

mod cuda;
mod nvenc;
mod nvenc_codecs;
mod nvenc_host;
mod nvenc_settings;
mod stubs;

use std::{io, os::unix::fs::symlink, path::Path};

use double_coder::orders::{Orders, library};
pub use double_coder::{
    MAX_ERROR,
    orders::{assert_faultless, read_ledger},
};

/// Its variables.
pub const ORDERS: Orders = Orders::of("DOUBLE_NVIDIA");

/// Makes the two names in `folder`.
///
/// # Errors
/// When the library is not beside the running test, or the names cannot be made.
pub fn install(folder: &Path) -> io::Result<()> {
    let library = library("libdouble_nvidia.so")?;
    symlink(&library, folder.join("libcuda.so.1"))?;
    symlink(&library, folder.join("libnvidia-encode.so.1"))
}

/// Runs `test` of the running file of tests once more, in a process that finds the double and in
/// which it is told `variables`, and gives what the double noted.
///
/// # Panics
/// When the test fails there, or there is none of that name.
pub fn run_again(test: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    install(folder.path()).expect("the double is built");
    let path = folder.path().to_str().expect("a path in UTF-8");
    ORDERS.run_again(test, &[variables, &[("LD_LIBRARY_PATH", path)]].concat())
}

/// The GPU's UUID.
fn uuid() -> [u8; 16] {
    let text = ORDERS.value("UUID");
    let mut uuid = *b"double of a GPU!";
    if text.len() == 32 {
        for (byte, at) in uuid.iter_mut().zip((0..32).step_by(2)) {
            *byte = u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal digits");
        }
    }
    uuid
}

/// The newest version that it speaks, as drivers say it.
fn newest() -> u32 {
    let text = ORDERS.value("API");
    let (major, minor) = text.split_once('.').unwrap_or(("13", "0"));
    let number = |text: &str| text.parse::<u32>().expect("a number");
    number(major) << 4 | number(minor)
}
