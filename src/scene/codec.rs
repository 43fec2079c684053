//! The layout in which scene values cross the process boundary: a run of length-prefixed,
//! 8-byte-aligned sections of plain data, in native byte order (both ends are the same binary).

use bytemuck::{AnyBitPattern, NoUninit};

/// Why bytes from a worker are not a scene.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DecodeError {
    /// A section claims more bytes than there are.
    #[error("the worker's data ends inside '{section}'")]
    Truncated {
        /// What was being read.
        section: &'static str,
    },
    /// A section holds a count beyond what the daemon accepts.
    #[error("the worker's data holds {count} {section}, more than {limit}")]
    TooMany {
        /// What was being read.
        section: &'static str,
        /// How many there were.
        count: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// A value that the reader relies on is out of range.
    #[error("the worker's data is inconsistent: {0}")]
    Invalid(&'static str),
}

const ALIGN: usize = 8;

/// Appends sections to a buffer.
#[derive(Debug, Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// Reuses `bytes`, whose contents are dropped and whose capacity is kept.
    pub fn reusing(mut bytes: Vec<u8>) -> Self {
        bytes.clear();
        Self { bytes }
    }

    /// Appends `values` as one section.
    pub fn put<T: NoUninit>(&mut self, values: &[T]) {
        self.bytes.extend_from_slice(&(values.len() as u64).to_ne_bytes());
        self.bytes.extend_from_slice(bytemuck::cast_slice(values));
        self.bytes.resize(self.bytes.len().next_multiple_of(ALIGN), 0);
    }

    /// Appends one value as a section.
    pub fn put_one<T: NoUninit>(&mut self, value: T) {
        self.put(&[value]);
    }

    /// Appends `text` as one section of UTF-8 bytes.
    pub fn put_str(&mut self, text: &str) {
        self.put(text.as_bytes());
    }

    /// Appends a count, then each of `texts`.
    pub fn put_strs<S: AsRef<str>>(&mut self, texts: &[S]) {
        self.put_one(texts.len() as u64);
        for text in texts {
            self.put_str(text.as_ref());
        }
    }

    /// The bytes written so far.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Reads sections in the order in which they were written; never panics, whatever the bytes.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads from the start of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Takes the next section, at most `limit` values of it.
    pub fn take<T: AnyBitPattern + NoUninit>(
        &mut self,
        section: &'static str,
        limit: usize,
    ) -> Result<Vec<T>, DecodeError> {
        let truncated = DecodeError::Truncated { section };
        let (head, rest) = self.rest.split_at_checked(8).ok_or(truncated)?;
        let count = u64::from_ne_bytes(head.try_into().expect("invariant: split at 8 bytes"));
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        if count > limit {
            return Err(DecodeError::TooMany { section, count, limit });
        }
        let len = count
            .checked_mul(size_of::<T>())
            .filter(|len| *len <= rest.len())
            .ok_or(DecodeError::Truncated { section })?;
        let values = bytemuck::pod_collect_to_vec(&rest[..len]);
        self.rest = &rest[len.next_multiple_of(ALIGN).min(rest.len())..];
        Ok(values)
    }

    /// Takes a section that must hold exactly one value.
    pub fn take_one<T: AnyBitPattern + NoUninit>(
        &mut self,
        section: &'static str,
    ) -> Result<T, DecodeError> {
        self.take(section, 1)?.pop().ok_or(DecodeError::Truncated { section })
    }

    /// Takes a section of text; illegal UTF-8 becomes U+FFFD and control characters vanish.
    pub fn take_str(&mut self, section: &'static str, limit: usize) -> Result<String, DecodeError> {
        let bytes = self.take::<u8>(section, limit)?;
        Ok(String::from_utf8_lossy(&bytes).chars().filter(|c| !c.is_control()).collect())
    }

    /// Takes at most `limit` texts, each of at most `MAX_NAME` bytes.
    pub fn take_strs(
        &mut self,
        section: &'static str,
        limit: usize,
    ) -> Result<Vec<String>, DecodeError> {
        /// Longer than any name that a person would give, short enough to send in a message.
        const MAX_NAME: usize = 1024;
        let count = usize::try_from(self.take_one::<u64>(section)?).unwrap_or(usize::MAX);
        if count > limit {
            return Err(DecodeError::TooMany { section, count, limit });
        }
        (0..count).map(|_| self.take_str(section, MAX_NAME)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sections_come_back_in_order() {
        let mut w = Writer::default();
        w.put(&[1.0f32, 2.0, 3.0]);
        w.put_str("torso");
        w.put_one(7u64);
        w.put_strs(&["a", "", "b"]);
        let bytes = w.into_bytes();
        let mut r = Reader::new(&bytes);
        assert_eq!(r.take::<f32>("floats", 3), Ok(vec![1.0, 2.0, 3.0]));
        assert_eq!(r.take_str("name", 64).as_deref(), Ok("torso"));
        assert_eq!(r.take_one::<u64>("count"), Ok(7));
        assert_eq!(r.take_strs("names", 3), Ok(vec!["a".into(), String::new(), "b".into()]));
        assert!(r.take::<u8>("more", 1).is_err());
    }

    #[test]
    fn counts_are_limited() {
        let mut w = Writer::default();
        w.put(&[0u8; 10]);
        let bytes = w.into_bytes();
        let limited = Reader::new(&bytes).take::<u8>("bytes", 9);
        assert_eq!(limited, Err(DecodeError::TooMany { section: "bytes", count: 10, limit: 9 }));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut r = Reader::new(&bytes);
            while r.take::<[f32; 3]>("triples", 1 << 20).is_ok() {}
            let _ = Reader::new(&bytes).take_strs("names", 1 << 20);
        }
    }
}
