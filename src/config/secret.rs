//! What nobody may read: it shows in no log, error or reply.

use std::{
    fmt,
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use serde::{Serialize, Serializer};

/// Longest key, bytes: several times the longest that providers give out.
const MAX_BYTES: usize = 1024;
/// Longest file of a key, bytes.
const MAX_FILE: u64 = 4096;

/// What stands in its place.
const SHOWN: &str = "[secret]";

/// A key. It shows as `[secret]`, and its memory is overwritten when it is dropped.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Reads a key; space around it is dropped, and `None` is what is left of an empty one.
    ///
    /// # Errors
    /// A sentence, without the key, when it cannot be one.
    pub fn parse(text: &str) -> Result<Option<Self>, &'static str> {
        let text = text.trim();
        if text.len() > MAX_BYTES {
            return Err("it is longer than any key");
        }
        if !text.chars().all(|c| c.is_ascii_graphic()) {
            return Err(
                "it has characters that no key has: is there a line break or a quote in it?",
            );
        }
        Ok((!text.is_empty()).then(|| Self(text.to_owned())))
    }

    /// Reads the key that is all of a file; `None` where there is no file.
    ///
    /// # Errors
    /// Why a file that is there holds none, without what it holds.
    pub fn read(path: &Path) -> Result<Option<Self>, String> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        if !file.metadata().is_ok_and(|about| about.is_file()) {
            return Err("it is no file".into());
        }
        let mut text = String::new();
        file.take(MAX_FILE).read_to_string(&mut text).map_err(|error| error.to_string())?;
        Self::parse(&text)?.map(Some).ok_or_else(|| "it is empty".into())
    }

    /// The key itself, for the one header that it belongs into.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.0).into_bytes();
        bytes.fill(0);
        // Or the compiler sees that nobody reads the zeros.
        std::hint::black_box(&bytes);
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SHOWN)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SHOWN)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(SHOWN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_shows_nowhere() {
        let key = Secret::parse(" sk-abc\n").expect("a key").expect("not empty");
        assert_eq!(key.reveal(), "sk-abc");
        let json = serde_json::to_string(&key).expect("JSON");
        for shown in [format!("{key:?}"), format!("{key}"), format!("{key:#?}"), json] {
            assert!(shown.contains(SHOWN) && !shown.contains("abc"), "{shown}");
        }
    }

    #[test]
    fn what_is_no_key_is_refused_without_showing_it() {
        assert!(Secret::parse("  ").expect("fine").is_none());
        let long = "a".repeat(MAX_BYTES + 1);
        for text in ["sk-a b", "sk-a\nb", "schlüssel", "sk-\u{7f}", &long] {
            let error = Secret::parse(text).expect_err("refused");
            assert!(!error.contains(text), "{error}");
        }
    }
}
