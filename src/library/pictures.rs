//! Pictures of scenes, kept by what is in the scenes. Whoever draws them is elsewhere.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::disk::{self, Outlives};

/// Most bytes of all pictures; the oldest go first.
const MAX_BYTES: u64 = 64 << 20;
/// Part of every name: another one draws all pictures anew.
const DRAWN_AS: &str = "1";

/// Pictures on the disk.
#[derive(Debug)]
pub struct Pictures {
    dir: Option<PathBuf>,
}

impl Pictures {
    /// Those in `dir`; none are kept where there is none.
    pub fn new(dir: Option<PathBuf>) -> Self {
        Self { dir }
    }

    /// Where the picture of the scene with this digest is, once there is one, and its bytes.
    pub fn find(&self, digest: &str) -> Option<(PathBuf, u64)> {
        let path = self.path(digest)?;
        let length = fs::metadata(&path).ok()?.len();
        Some((path, length))
    }

    /// Keeps a JPEG of the scene with this digest.
    ///
    /// # Errors
    /// What the system says; there is no place for it where there is no directory.
    pub fn keep(&self, digest: &str, jpeg: &[u8]) -> io::Result<()> {
        let (dir, path) =
            self.dir.as_deref().zip(self.path(digest)).ok_or(io::ErrorKind::NotFound)?;
        disk::make_dir(dir)?;
        make_room(dir, MAX_BYTES.saturating_sub(jpeg.len() as u64));
        disk::write(&path, jpeg, Outlives::Machine)
    }

    fn path(&self, digest: &str) -> Option<PathBuf> {
        let hex = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        Some(self.dir.as_deref().filter(|_| hex)?.join(format!("{digest}-{DRAWN_AS}.jpg")))
    }
}

/// Removes the oldest files until the others have at most `most` bytes.
fn make_room(dir: &Path, most: u64) {
    let files = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut files: Vec<(SystemTime, u64, PathBuf)> = files
        .filter_map(|file| {
            let metadata = file.metadata().ok()?;
            Some((metadata.modified().ok()?, metadata.len(), file.path()))
        })
        .collect();
    files.sort();
    let mut bytes: u64 = files.iter().map(|(_, length, _)| length).sum();
    for (_, length, path) in files {
        if bytes <= most {
            break;
        }
        if fs::remove_file(path).is_ok() {
            bytes -= length;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_pictures_make_room() {
        let dir = tempfile::tempdir().expect("a folder");
        let pictures = Pictures::new(Some(dir.path().join("pictures")));
        let digest = |n: u8| format!("{n:064x}");
        for n in 0..3 {
            pictures.keep(&digest(n), &[n; 10]).expect("kept");
            let file = fs::File::open(pictures.find(&digest(n)).expect("there").0).expect("opens");
            let at = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(n.into());
            file.set_modified(at).expect("set");
        }
        make_room(&dir.path().join("pictures"), 20);
        let left: Vec<_> =
            (0..3).map(|n| pictures.find(&digest(n)).map(|(_, bytes)| bytes)).collect();
        assert_eq!(left, [None, Some(10), Some(10)]);
        for name in ["../../etc/passwd", "", "g"] {
            assert!(pictures.path(name).is_none());
        }
        assert!(Pictures::new(None).keep(&digest(0), b"x").is_err());
    }
}
