//! The index of a recording: a small JSON file beside its video, replaced whole.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Seek as _, SeekFrom},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::SystemTime,
};

use serde::{Deserialize, Serialize};

use super::scan;
use crate::{
    disk::{self, Outlives},
    units::MediaTime,
};

/// Most files that one recording is split into.
pub(super) const MAX_SEGMENTS: usize = 1000;

/// How a recording stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is being written.
    Recording,
    /// It was ended properly.
    Finished,
    /// The daemon ended without finishing it; it plays up to a second before that.
    Interrupted,
    /// It ended early because of an error.
    Failed,
}

/// What is known of a recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Info {
    /// Random and url-safe.
    pub id: String,
    /// The session that it shows.
    pub session: String,
    /// What its maker called it; any text.
    pub name: String,
    /// How it stands.
    pub state: State,
    /// Why it ended, in words.
    pub reason: Option<String>,
    /// When it was begun, RFC 3339.
    pub started: String,
    /// When it ended, RFC 3339.
    pub ended: Option<String>,
    /// Name of the model that it began with.
    pub model_name: String,
    /// The camera, as it was asked for.
    pub camera: serde_json::Value,
    /// Width and height of its pictures, px.
    pub size: [u32; 2],
    /// Bytes of video.
    pub bytes: u64,
    /// Bytes of the side-car.
    pub state_bytes: u64,
    /// Pictures.
    pub frames: u64,
    /// Pictures that are missing because the disk was too slow.
    pub dropped: u64,
    /// How long it plays, s.
    pub duration_s: f64,
    /// Its files: another one begins where the stream changes.
    pub segments: Vec<Segment>,
}

impl Info {
    /// Bytes of all files but the index.
    pub fn total_bytes(&self) -> u64 {
        self.bytes + self.state_bytes
    }
}

/// One file of a recording.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// When it begins, s since the recording's first picture.
    pub start_s: f64,
    /// How long it plays, s.
    pub duration_s: f64,
    /// Pictures in it.
    pub frames: u64,
    /// Bytes of it that are whole.
    pub bytes: u64,
}

/// Where the files of a recording are.
#[derive(Clone, Debug)]
pub(super) struct Place {
    dir: PathBuf,
    id: String,
}

impl Place {
    /// The place of recording `id`, which must pass [`is_id`]: it becomes a part of paths.
    pub fn new(dir: &Path, id: &str) -> Self {
        Self { dir: dir.to_owned(), id: id.to_owned() }
    }

    /// The file of a segment, counted from 0.
    pub fn video(&self, segment: usize) -> PathBuf {
        match segment {
            0 => self.dir.join(format!("{}.mp4", self.id)),
            later => self.dir.join(format!("{}-{later:03}.mp4", self.id)),
        }
    }

    /// The side-car.
    pub fn state(&self) -> PathBuf {
        self.dir.join(format!("{}.state.jsonl", self.id))
    }

    fn index(&self) -> PathBuf {
        self.dir.join(format!("{}.json", self.id))
    }

    /// Makes the directory, which nobody else may look into.
    pub fn create_dir(&self) -> io::Result<()> {
        disk::make_dir(&self.dir)
    }

    /// Makes a file that does not exist yet, for its owner alone.
    pub fn create(path: &Path) -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
    }

    /// Replaces the index: a reader finds the old one or the new one, never a part.
    pub fn write_index(&self, info: &Info) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(info).map_err(io::Error::other)?;
        disk::write(&self.index(), &text, Outlives::Machine)
    }

    /// Reads the index.
    pub fn read_index(&self) -> io::Result<Info> {
        let info: Info = serde_json::from_slice(&fs::read(self.index())?)?;
        if info.id != self.id {
            return Err(io::Error::other("the index is another recording's"));
        }
        Ok(info)
    }

    /// Removes all files, the index last: whatever is left over is still listed.
    pub fn remove(&self, info: &Info) -> io::Result<()> {
        let videos = (0..info.segments.len().max(1)).map(|segment| self.video(segment));
        for path in videos.chain([self.state(), self.index()]) {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Takes stock of a recording that nobody finished, and cuts off what is no whole fragment.
    /// `None` when a process is still writing it.
    pub fn recover(&self, mut info: Info) -> io::Result<Option<Info>> {
        let state = OpenOptions::new().read(true).write(true).open(self.state())?;
        if !lock(&state)? {
            return Ok(None);
        }
        info.state_bytes = cut_to_lines(state)?;
        let starts: Vec<f64> = info.segments.iter().map(|segment| segment.start_s).collect();
        info.segments.clear();
        for segment in 0..MAX_SEGMENTS {
            let Ok(mut file) = OpenOptions::new().read(true).write(true).open(self.video(segment))
            else {
                break;
            };
            let found = scan::scan(&mut file)?;
            file.set_len(found.bytes)?;
            if let Ok(changed) = file.metadata().and_then(|metadata| metadata.modified()) {
                info.ended = Some(rfc3339(changed));
            }
            let end_s = info.segments.last().map_or(0.0, |last| last.start_s + last.duration_s);
            info.segments.push(Segment {
                start_s: starts.get(segment).copied().unwrap_or(end_s),
                duration_s: seconds(found.duration),
                frames: found.frames,
                bytes: found.bytes,
            });
        }
        info.bytes = info.segments.iter().map(|segment| segment.bytes).sum();
        info.frames = info.segments.iter().map(|segment| segment.frames).sum();
        info.duration_s = info.segments.last().map_or(0.0, |last| last.start_s + last.duration_s);
        info.state = State::Interrupted;
        info.reason = Some("the daemon ended without finishing it".into());
        self.write_index(&info)?;
        Ok(Some(info))
    }
}

/// Whether this is how ids look: 22 url-safe characters.
pub(super) fn is_id(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    text.len() == 22 && text.bytes().all(fits)
}

/// Says that this process writes the recording of this side-car, for as long as it is open;
/// `false` when another one does.
pub(super) fn lock(state: &File) -> io::Result<bool> {
    use rustix::fs::{FlockOperation, flock};
    match flock(state, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Cuts a last line off that was not written to its end; gives the length that is left.
fn cut_to_lines(mut file: File) -> io::Result<u64> {
    use io::Read as _;
    const STEP: u64 = 64 << 10;
    let mut end = file.metadata()?.len();
    let mut length = 0;
    while end > 0 {
        let begin = end.saturating_sub(STEP);
        file.seek(SeekFrom::Start(begin))?;
        let mut bytes = vec![0; (end - begin) as usize];
        file.read_exact(&mut bytes)?;
        if let Some(last) = bytes.iter().rposition(|byte| *byte == b'\n') {
            length = begin + last as u64 + 1;
            break;
        }
        end = begin;
    }
    file.set_len(length)?;
    Ok(length)
}

/// A moment of the wall clock, RFC 3339 in UTC, to the millisecond.
pub(super) fn rfc3339(at: SystemTime) -> String {
    let at = time::OffsetDateTime::from(at);
    let whole_ms = at.nanosecond() / 1_000_000 * 1_000_000;
    let at = at.replace_nanosecond(whole_ms).unwrap_or(at);
    // Years that have no four digits cannot be written, and are not now.
    at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}

/// Ticks as seconds.
pub(super) fn seconds(ticks: u64) -> f64 {
    ticks as f64 / MediaTime::HZ as f64
}
