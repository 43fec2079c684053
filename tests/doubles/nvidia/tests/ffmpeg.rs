//! A client that knows nothing of the product's own crate: FFmpeg.

use std::process::Command;

use double_coder::Codec;
use double_nvidia::{assert_faultless, read_ledger};
use openh264::decoder::Decoder;

const SIZE: (usize, usize) = (320, 240);
const PICTURES: usize = 30;

/// The stream that one of FFmpeg's encoders makes with the double; `None`, and a line that says
/// so, where it cannot be asked.
#[allow(clippy::print_stdout, reason = "what a test skips is said")]
fn encode(encoder: &str, codec: Codec) -> Option<Vec<u8>> {
    if !codec.is_there() {
        println!("skipped: {codec:?} needs ffmpeg with libx265 and libaom");
        return None;
    }
    let folder = tempfile::tempdir().expect("a folder");
    double_nvidia::install(folder.path()).expect("the double is built");
    let (ledger, out) = (folder.path().join("ledger"), folder.path().join("out"));
    let source = format!("testsrc2=s={}x{}:r=30,format=nv12", SIZE.0, SIZE.1);
    let format = match codec {
        Codec::H264 => "h264",
        Codec::Hevc => "hevc",
        Codec::Av1 => "obu",
    };
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-hide_banner", "-nostdin", "-f", "lavfi", "-i", &source]);
    ffmpeg.args(["-frames:v", &PICTURES.to_string(), "-c:v", encoder]);
    ffmpeg.args(["-preset", "p3", "-tune", "ull", "-bf", "0", "-f", format, "-y"]).arg(&out);
    ffmpeg.env("LD_LIBRARY_PATH", folder.path()).env("DOUBLE_NVIDIA_LEDGER", &ledger);
    ffmpeg.env("DOUBLE_NVIDIA_BARE", "open,codec_count,codecs,cap,preset_config");
    let Ok(done) = ffmpeg.output() else {
        println!("skipped: needs ffmpeg");
        return None;
    };
    let said = String::from_utf8_lossy(&done.stderr);
    if said.contains("Unknown encoder") || said.contains("minimum required Nvidia driver") {
        println!("skipped: this ffmpeg has no {encoder} that speaks so old a version");
        return None;
    }
    assert!(done.status.success(), "{said}");
    let ledger = read_ledger(&ledger);
    assert_faultless(&ledger);
    let encoded = ledger.iter().filter(|line| line.starts_with("encode 320x240")).count();
    assert_eq!(encoded, PICTURES, "{ledger:#?}");
    Some(std::fs::read(out).expect("written"))
}

#[test]
fn ffmpeg_is_content() {
    let Some(stream) = encode("h264_nvenc", Codec::H264) else { return };
    let mut decoder = Decoder::new().expect("opens");
    let units = openh264::nal_units(&stream);
    let pictures = units.filter(|unit| decoder.decode(unit).expect("decodes").is_some()).count();
    let rest = decoder.flush_remaining().map_or(0, |rest| rest.len());
    assert_eq!(pictures + rest, PICTURES);
}

#[test]
fn ffmpeg_is_content_with_other_codecs() {
    for (encoder, codec) in [("hevc_nvenc", Codec::Hevc), ("av1_nvenc", Codec::Av1)] {
        let Some(stream) = encode(encoder, codec) else { continue };
        let decoded = codec.decode(&stream).expect("decodes");
        assert_eq!(decoded.len(), PICTURES * SIZE.0 * SIZE.1 * 3 / 2, "{encoder}");
    }
}
