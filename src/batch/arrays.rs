//! Arrays as numpy reads them: `.npy` files in an uncompressed zip.

use std::io::{Cursor, Write as _};

use zip::{CompressionMethod, ZipWriter, result::ZipError, write::SimpleFileOptions};

use super::{Error, Mode};

/// Bytes per pixel of all `modes`.
pub(super) fn bytes(modes: &[Mode]) -> usize {
    modes.iter().map(|mode| mode.bytes()).sum()
}

impl Mode {
    /// Bytes per pixel.
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::Rgb => 3,
            Self::Depth => 4,
            Self::Segmentation => 8,
        }
    }

    /// Its array's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Rgb => "rgb",
            Self::Depth => "depth",
            Self::Segmentation => "segmentation",
        }
    }

    /// Its numbers, as numpy writes their type, and how many there are per pixel.
    pub(super) fn elements(self) -> (&'static str, Option<usize>) {
        match self {
            Self::Rgb => ("|u1", Some(3)),
            Self::Depth => ("<f4", None),
            Self::Segmentation => ("<i4", Some(2)),
        }
    }
}

/// An array of numbers in C order, lowest byte first.
pub(super) struct Array<'a> {
    pub name: &'a str,
    /// As numpy writes it, e.g. `<f4`.
    pub kind: &'a str,
    pub shape: Vec<usize>,
    pub data: &'a [u8],
}

/// An npz file of `arrays`.
pub(super) fn npz(arrays: &[Array<'_>]) -> Result<Vec<u8>, Error> {
    write(arrays).map_err(|error| Error::Write(error.to_string()))
}

fn write(arrays: &[Array<'_>]) -> Result<Vec<u8>, ZipError> {
    let size: usize = arrays.iter().map(|array| array.data.len() + 512).sum();
    let mut zip = ZipWriter::new(Cursor::new(Vec::with_capacity(size)));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for array in arrays {
        zip.start_file(format!("{}.npy", array.name), options)?;
        zip.write_all(&header(array))?;
        zip.write_all(array.data)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// The header of version 1.0 of numpy's format.
fn header(array: &Array<'_>) -> Vec<u8> {
    let sides: String = array.shape.iter().map(|side| format!("{side}, ")).collect();
    let sides =
        if array.shape.len() == 1 { sides.trim_end() } else { sides.trim_end_matches(", ") };
    let mut text =
        format!("{{'descr': '{}', 'fortran_order': False, 'shape': ({sides}), }}", array.kind);
    // The data begins at a multiple of 64 bytes, after a line feed.
    let before = 10;
    let padded = (before + text.len() + 1).next_multiple_of(64) - before;
    while text.len() + 1 < padded {
        text.push(' ');
    }
    text.push('\n');
    let mut header = b"\x93NUMPY\x01\x00".to_vec();
    header.extend((text.len() as u16).to_le_bytes());
    header.extend(text.as_bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_numpys() {
        let array = Array { name: "a", kind: "<f4", shape: vec![2, 3], data: &[] };
        let bytes = header(&array);
        assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
        assert_eq!(bytes.len() % 64, 0);
        assert_eq!(usize::from(u16::from_le_bytes([bytes[8], bytes[9]])), bytes.len() - 10);
        let text = String::from_utf8(bytes[10..].to_vec()).expect("ASCII");
        assert!(text.starts_with("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"));
        assert!(text.ends_with(" \n"));
        let line = Array { shape: vec![5], ..array };
        assert!(String::from_utf8_lossy(&header(&line)).contains("'shape': (5,), }"));
    }

    #[test]
    fn a_zip_holds_every_array_as_it_is() {
        let data = [1, 2, 3, 4];
        let arrays =
            ["one", "two"].map(|name| Array { name, kind: "|u1", shape: vec![4], data: &data });
        let bytes = npz(&arrays).expect("writes");
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
        assert_eq!(zip.len(), 2);
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut zip.by_name("two.npy").expect("there"), &mut content)
            .expect("reads");
        assert_eq!(content[content.len() - 4..], data);
    }
}
