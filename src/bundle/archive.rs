//! Zip archives, from whoever sends them.
//!
//! An entry is judged by its own record before a byte of it is unpacked, and what is unpacked is
//! counted as it comes: what a record claims about sizes is never believed.

use std::io::{Cursor, Read, Write as _};

use bytes::Bytes;
use zip::{
    CompressionMethod, ZipReadOptions, ZipWriter, read::Config, unstable::read::ZipIterable,
    write::SimpleFileOptions,
};

use super::{Bundle, Collector, error::Error, names};

/// Most bytes that a packed byte may become, above which an archive is taken for a bomb. Deflate
/// itself cannot do more than 1,032; meshes as text do about 10, and flat pictures some hundreds.
pub(super) const MAX_RATIO: u64 = 400;
/// Bytes that any entry may unpack to, whatever the ratio: an empty height field compresses well.
const FREE_BYTES: u64 = 1 << 20;

/// Unpacks `archive` into `files`; `ratio` is the most bytes that a packed byte may become.
///
/// # Errors
/// [`Error`] that names the first entry that is not in order.
pub(super) fn unpack(archive: Bytes, files: &mut Collector, ratio: u64) -> Result<(), Error> {
    let broken = |error: zip::result::ZipError| Error::Archive(error.to_string());
    let mut archive =
        ZipIterable::try_new(Cursor::new(archive), Config::default()).map_err(broken)?;
    files.expect(archive.len())?;
    let mut entries =
        archive.files_with_cloned_reader(ZipReadOptions::default()).map_err(broken)?;
    while let Some(entry) = entries.next() {
        let entry = entry.map_err(|error| match error {
            zip::result::ZipError::UnsupportedArchive(why) => Error::Archive(why.to_owned()),
            error => Error::Archive(error.to_string()),
        })?;
        unpack_entry(entry, files, ratio)?;
    }
    Ok(())
}

fn unpack_entry(
    entry: zip::read::ZipFile<'_, Cursor<Bytes>>,
    files: &mut Collector,
    ratio: u64,
) -> Result<(), Error> {
    let name = entry.name().map_err(|error| Error::Archive(error.to_string()))?.into_owned();
    let refuse = |why: &str| Err(Error::Entry { name: names::shown(&name), why: why.to_owned() });
    // Any kind of file but plain ones and folders: links, devices, sockets.
    const KIND: u32 = 0o170_000;
    let kind = entry.unix_mode().map_or(0, |mode| mode & KIND);
    if kind == 0o120_000 {
        return refuse("it is a link");
    }
    if !matches!(kind, 0 | 0o040_000 | 0o100_000) {
        return refuse("it is neither a file nor a folder");
    }
    if entry.encrypted() {
        return refuse("it is encrypted");
    }
    let Some(plain) = names::plain(name.trim_end_matches('/'))? else { return Ok(()) };
    if entry.is_dir() || name.ends_with('/') {
        return Ok(());
    }
    if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
        return refuse("its compression is neither deflate nor none");
    }
    let packed = entry.compressed_size();
    let most = files.room().min(FREE_BYTES.max(packed.saturating_mul(ratio)));
    let mut contents = Vec::new();
    // One more byte than allowed shows that there are too many.
    match entry.take(most + 1).read_to_end(&mut contents) {
        Err(error) => return refuse(&format!("it cannot be unpacked: {error}")),
        Ok(_) if contents.len() as u64 <= most => {}
        Ok(_) if most == files.room() => return Err(files.too_large(&name)),
        Ok(_) => return refuse("it unpacks to far more than an ordinary file does"),
    }
    files.add(&name, plain, contents.into())
}

/// All files of `bundle`, packed; the same bytes for the same files.
///
/// # Errors
/// [`Error::Archive`] where they are too many for an archive.
pub(super) fn pack(bundle: &Bundle) -> Result<Vec<u8>, Error> {
    let failed = |error: zip::result::ZipError| Error::Archive(error.to_string());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(3))
        .unix_permissions(0o644);
    for (name, contents) in bundle.files() {
        zip.start_file(name, options).map_err(failed)?;
        zip.write_all(contents).map_err(|error| Error::Archive(error.to_string()))?;
    }
    Ok(zip.finish().map_err(failed)?.into_inner())
}
