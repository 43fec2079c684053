//! Pictures as they were when they were found right: each pass has one that it shows in.
//!
//! Whether they are right, `make parity` says, which compares many more with MuJoCo's own. These
//! are drawn anew with `BLESS_GOLDEN=1 cargo nextest run --test golden`; look at what changed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Channels may differ by this much: drivers of other versions round differently.
const TOLERANCE: u8 = 3;
/// Pixels per thousand that may differ by more, at edges.
const PER_MILLE: usize = 3;

struct Picture {
    size: (u32, u32),
    pixels: Vec<u8>,
}

fn read(path: &Path) -> Picture {
    let file = fs::File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut reader = png::Decoder::new(std::io::BufReader::new(file)).read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("fits")];
    let info = reader.next_frame(&mut pixels).expect("a picture");
    Picture { size: (info.width, info.height), pixels }
}

/// Pixels of which a channel differs by more than the tolerance.
fn different(a: &Picture, b: &Picture) -> usize {
    let pairs = a.pixels.chunks(4).zip(b.pixels.chunks(4));
    let off = |(a, b): &(&[u8], &[u8])| a.iter().zip(*b).any(|(a, b)| a.abs_diff(*b) > TOLERANCE);
    pairs.filter(off).count()
}

#[test]
fn every_pass_draws_what_it_drew() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let golden = root.join("tests/golden");
    let out = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_mjcast"));
    command
        .arg("render")
        .arg("--cases")
        .arg(golden.join("cases.json"))
        .arg("--out")
        .arg(out.path());
    let output = command.output().expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = fs::read(out.path().join("manifest.json")).expect("a manifest");
    let manifest: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    if !manifest["adapter"].as_str().is_some_and(|name| name.contains("llvmpipe")) {
        println!("skipped: the pictures are of Mesa's software driver");
        return;
    }
    let bless = std::env::var_os("BLESS_GOLDEN").is_some();
    let mut wrong = Vec::new();
    for case in manifest["cases"].as_array().expect("cases") {
        assert!(case["error"].is_null(), "{case}");
        let file = PathBuf::from(format!("{}.png", case["name"].as_str().expect("a name")));
        let (drawn, kept) = (out.path().join(&file), golden.join(&file));
        if bless {
            fs::copy(&drawn, &kept).expect("copies");
            continue;
        }
        let (drawn, kept) = (read(&drawn), read(&kept));
        assert_eq!(drawn.size, kept.size, "{}", file.display());
        let (off, all) = (different(&drawn, &kept), drawn.pixels.len() / 4);
        if off * 1000 > all * PER_MILLE {
            wrong.push(format!("{}: {off} of {all} pixels", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
