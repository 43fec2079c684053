//! Lets the binary and the tests find libmujoco without `LD_LIBRARY_PATH`, and makes the folder
//! of the page, so that a checkout builds before the page was.

use std::{env, fs, path::Path};

fn main() {
    println!("cargo:rerun-if-env-changed=MUJOCO_DYNAMIC_LINK_DIR");
    println!("cargo:rerun-if-env-changed=MJCAST_RELEASE");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=web/dist");
    if let Err(error) = fs::create_dir_all("web/dist") {
        println!("cargo:warning=web/dist cannot be made: {error}");
    }
    // Beside the binary first (an installed tree), then where it was linked from (a checkout).
    println!("cargo:rustc-link-arg=-Wl,-rpath,$ORIGIN:$ORIGIN/../lib/mjcast");
    // A release names no place of the machine that made it.
    if env::var_os("MJCAST_RELEASE").is_some() {
        return;
    }
    if let Ok(dir) = env::var("MUJOCO_DYNAMIC_LINK_DIR") {
        let dir = Path::new(&dir).canonicalize().unwrap_or_else(|_| dir.into());
        println!("cargo:rustc-link-arg=-Wl,-rpath,{}", dir.display());
    }
}
