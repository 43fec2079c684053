//! A bundle as the bytes of the memory through which a worker gets it.
//!
//! A length of eight bytes, a header of that length (postcard), then all contents. Both ends are
//! the same executable; the reader trusts nothing all the same.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{Bundle, Inner};

#[derive(Serialize, Deserialize)]
struct Header {
    root: String,
    aliases: BTreeMap<String, String>,
    /// Names and lengths, in the order of the contents.
    files: Vec<(String, u64)>,
}

/// Length and header of `bundle`; the contents of [`Bundle::files`] follow them.
pub(crate) fn header(bundle: &Bundle) -> Vec<u8> {
    let Inner { root, files, aliases } = &*bundle.inner;
    let header = Header {
        root: root.clone(),
        aliases: aliases.clone(),
        files: files.iter().map(|(name, data)| (name.clone(), data.len() as u64)).collect(),
    };
    let mut bytes =
        postcard::to_extend(&header, vec![0; 8]).expect("invariant: nothing in it can fail");
    let length = bytes.len() as u64 - 8;
    bytes[..8].copy_from_slice(&length.to_le_bytes());
    bytes
}

/// Reads a bundle back without copying contents; `None` when the bytes are something else.
pub(crate) fn decode(bytes: &Bytes) -> Option<Bundle> {
    let (length, rest) = bytes.split_first_chunk()?;
    let header = rest.get(..usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    let mut offset = 8 + header.len();
    let Header { root, aliases, files: lengths } = postcard::from_bytes(header).ok()?;
    let mut files = BTreeMap::new();
    for (name, length) in lengths {
        let end = offset.checked_add(usize::try_from(length).ok()?)?;
        if end > bytes.len() {
            return None;
        }
        files.insert(name, bytes.slice(offset..end));
        offset = end;
    }
    Some(Bundle::new(root, files, aliases))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_bundle_comes_back() {
        let files: BTreeMap<_, _> = [("a/scene.xml", "<mujoco/>"), ("b.obj", ""), ("c", "xyz")]
            .map(|(name, text)| (name.to_owned(), Bytes::from_static(text.as_bytes())))
            .into();
        let aliases = [("package:/b.obj".to_owned(), "b.obj".to_owned())].into();
        let bundle = Bundle::new("a/scene.xml".into(), files, aliases);
        let mut bytes = header(&bundle);
        for (_, contents) in bundle.files() {
            bytes.extend_from_slice(contents);
        }
        assert_eq!(decode(&bytes.clone().into()), Some(bundle));
        for length in 0..bytes.len() {
            assert_eq!(decode(&Bytes::copy_from_slice(&bytes[..length])), None, "{length}");
        }
    }

    proptest! {
        #[test]
        fn noise_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes.into());
        }
    }
}
