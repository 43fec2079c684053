//! What a file that nobody finished holds: its whole fragments, up to where it was cut off.

use std::io::{self, Read, Seek, SeekFrom};

use mp4_atom::{Decode as _, Header, Moof};

/// Longest `moof` that is read; ours are a few kilobytes.
const MAX_MOOF_BYTES: u64 = 1 << 20;

/// What was found in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Bytes up to the end of the last whole fragment.
    pub bytes: u64,
    /// Samples of the whole fragments.
    pub frames: u64,
    /// When the last sample ends, ticks.
    pub duration: u64,
}

/// Reads `file` from box to box; a file that breaks off is no error.
pub(super) fn scan(file: &mut (impl Read + Seek)) -> io::Result<Found> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut found = Found::default();
    let mut at = 0;
    // Samples and end of a `moof` whose `mdat` has not been seen yet.
    let mut described = None;
    while let Some((header, size)) = header(file, at, length)? {
        let kind: &[u8; 4] = header.kind.as_ref();
        match kind {
            b"moof" if size <= MAX_MOOF_BYTES => {
                described = described_by(&body(file, at, size)?);
                if described.is_none() {
                    break;
                }
            }
            b"mdat" => {
                let Some((frames, end)) = described.take() else { break };
                found.frames += frames;
                found.duration = found.duration.max(end);
                found.bytes = at + size;
            }
            b"ftyp" | b"moov" | b"free" | b"mfra" => found.bytes = at + size,
            _ => break,
        }
        at += size;
    }
    Ok(found)
}

/// The box at `at` with its whole size, if all of it is there.
fn header(
    file: &mut (impl Read + Seek),
    at: u64,
    length: u64,
) -> io::Result<Option<(Header, u64)>> {
    if length - at < 8 {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = [0; 8];
    file.read_exact(&mut bytes)?;
    let Ok(header) = Header::decode(&mut &bytes[..]) else { return Ok(None) };
    let whole = header.size.map(|body| body as u64 + 8).filter(|size| *size <= length - at);
    Ok(whole.map(|size| (header, size)))
}

fn body(file: &mut (impl Read + Seek), at: u64, size: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = vec![0; size as usize];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// How many samples a `moof` describes, and when the last one ends.
fn described_by(bytes: &[u8]) -> Option<(u64, u64)> {
    let moof = Moof::decode(&mut &bytes[..]).ok()?;
    let traf = moof.traf.first()?;
    let begin = traf.tfdt.as_ref()?.base_media_decode_time;
    let samples = traf.trun.iter().flat_map(|run| run.samples.iter());
    let (frames, ticks) = samples.fold((0, 0), |(frames, ticks), sample| {
        (frames + 1, ticks + u64::from(sample.duration.unwrap_or(0)))
    });
    Some((frames, begin + ticks))
}
