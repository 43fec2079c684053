//! Files that are whole or not there, for the daemon alone: what it keeps may be secret.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::Path,
};

/// What the name of a file ends in until it is whole; a crash may leave one.
pub const PARTIAL: &str = ".partial";

/// What a file that was written outlives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlives {
    /// The process, however it ends.
    Process,
    /// The machine, too: it is on the medium when the call returns.
    Machine,
}

/// Writes a file in place of the one that is there: a reader finds the one before or this one,
/// never a part.
///
/// # Errors
/// When the disk does not take it; the file before is untouched then.
pub fn write(path: &Path, bytes: &[u8], outlives: Outlives) -> io::Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(PARTIAL);
    let written = || {
        // One that a crash has left may have another mode.
        match fs::remove_file(&partial) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial)?;
        file.write_all(bytes)?;
        if outlives == Outlives::Machine {
            file.sync_all()?;
        }
        fs::rename(&partial, path)?;
        match path.parent() {
            Some(dir) if outlives == Outlives::Machine => sync_dir(dir),
            _ => Ok(()),
        }
    };
    written().inspect_err(|_| drop(fs::remove_file(&partial)))
}

/// Makes a directory, with those above it, that nobody else may look into.
///
/// # Errors
/// When one cannot be made.
pub fn make_dir(dir: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

/// Makes the names in a directory outlive the machine.
///
/// # Errors
/// When the disk does not.
pub fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_is_nobody_elses() {
        let dir = tempfile::tempdir().expect("a directory");
        let own = dir.path().join("a/b");
        make_dir(&own).expect("makes");
        let path = own.join("file");
        let left = own.join("file.partial");
        fs::write(&left, "of a crash").expect("writes");
        fs::set_permissions(&left, fs::Permissions::from_mode(0o666)).expect("changes");
        for (bytes, outlives) in [("one", Outlives::Machine), ("two", Outlives::Process)] {
            write(&path, bytes.as_bytes(), outlives).expect("writes");
            assert_eq!(fs::read(&path).expect("reads"), bytes.as_bytes());
            assert!(!left.exists());
        }
        let mode = |path: &Path| fs::metadata(path).expect("is there").permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&own)), (0o600, 0o700));
    }

    #[test]
    fn what_cannot_be_replaced_stays() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("file");
        fs::create_dir(&path).expect("makes");
        fs::write(path.join("in it"), "").expect("writes");
        assert!(write(&path, b"bytes", Outlives::Machine).is_err());
        assert!(path.join("in it").exists());
        assert!(!dir.path().join("file.partial").exists());
    }
}
