//! What can be shown where there is no video hardware: what is missing is a value that names it.
#![allow(unsafe_code, reason = "a file that is no library is loaded on purpose")]

use std::path::Path;

use vaapi::{Display, Error, Libva};

#[test]
fn a_missing_library_is_named() {
    let (absent, also) = (Path::new("/nonexistent/libva.so.2"), Path::new("/nonexistent/drm.so"));
    // SAFETY: the files do not exist, so that nothing is loaded.
    let error = unsafe { Libva::load_from(absent, also) }.expect_err("there is none");
    assert!(matches!(error, Error::NoLibrary { .. }), "{error}");
    assert!(error.to_string().starts_with("/nonexistent/libva.so.2 cannot be loaded"), "{error}");
}

#[test]
fn what_is_no_library_is_refused() {
    let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
    // SAFETY: a text file is refused before anything of it runs.
    let error = unsafe { Libva::load_from(file, file) }.expect_err("a text file");
    assert!(matches!(error, Error::NoLibrary { .. }), "{error}");
}

#[test]
fn what_is_no_video_device_is_refused() {
    let libva = match Libva::load() {
        Ok(libva) => libva,
        Err(Error::NoLibrary { library, .. }) => {
            println!("skipped: {library} is not installed here");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    let error = Display::open(&libva, Path::new("/nonexistent")).expect_err("no such file");
    assert!(matches!(error, Error::NoNode { .. }), "{error}");
    let error = Display::open(&libva, Path::new("/dev/null")).expect_err("no DRM device");
    assert!(matches!(error, Error::NoDisplay), "{error}");
}
