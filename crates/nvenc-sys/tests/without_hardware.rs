//! What can be shown where there is no NVIDIA GPU: what is missing is a value that names it.
#![allow(unsafe_code, reason = "a file that is no library is loaded on purpose")]

use std::path::Path;

use nvenc_sys::{Cuda, Error, Nvenc};

#[test]
fn a_missing_library_is_named() {
    let absent = Path::new("/nonexistent/libcuda.so.1");
    // SAFETY: the file does not exist, so that nothing is loaded.
    let error = unsafe { Cuda::load_from(absent) }.expect_err("there is none");
    assert!(error.to_string().starts_with("/nonexistent/libcuda.so.1 cannot be loaded"), "{error}");
    // SAFETY: likewise.
    let error = unsafe { Nvenc::load_from(absent) }.expect_err("there is none");
    assert!(matches!(error, Error::NoLibrary { .. }), "{error}");
}

#[test]
fn what_is_another_library_is_refused() {
    let other = Path::new("libc.so.6");
    // SAFETY: the process has it loaded already, so that nothing of it runs anew.
    let error = unsafe { Cuda::load_from(other) }.expect_err("another library");
    assert!(matches!(error, Error::NoSymbol { symbol: "cuInit", .. }), "{error}");
}
