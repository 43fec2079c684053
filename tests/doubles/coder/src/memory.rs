//! Memory that another API exports: with software drivers, a file in memory.
#![allow(unsafe_code, reason = "memory is mapped")]

use std::{
    os::fd::{AsFd, AsRawFd as _},
    ptr::{self, NonNull},
};

/// A mapping, undone when dropped.
#[derive(Debug)]
pub struct Mapped {
    map: NonNull<u8>,
    length: usize,
    start: usize,
    bytes: usize,
}

// SAFETY: a mapping belongs to no thread.
unsafe impl Send for Mapped {}

impl Mapped {
    /// Maps `bytes` of what `file` holds: from its start on, or from where the second of its words
    /// says when there is more than that, which is how llvmpipe exports. `None` where there are
    /// not so many.
    pub fn new(file: impl AsFd, bytes: usize) -> Option<Self> {
        let file = file.as_fd();
        // SAFETY: an open descriptor; the struct may be zero and is valid for writes.
        let length = unsafe {
            let mut stat: libc::stat = std::mem::zeroed();
            if libc::fstat(file.as_raw_fd(), &mut stat) != 0 {
                return None;
            }
            usize::try_from(stat.st_size).ok()?
        };
        if length < bytes || length == 0 {
            return None;
        }
        // SAFETY: an open descriptor, and a length that is not zero.
        let map = unsafe {
            let protection = libc::PROT_READ | libc::PROT_WRITE;
            let fd = file.as_raw_fd();
            libc::mmap(ptr::null_mut(), length, protection, libc::MAP_SHARED, fd, 0)
        };
        if map == libc::MAP_FAILED {
            return None;
        }
        let mut mapped = Self { map: NonNull::new(map.cast())?, length, start: 0, bytes };
        if length > bytes.next_multiple_of(4096) && length >= 16 {
            // SAFETY: the mapping is aligned and holds two words.
            let word = unsafe { map.cast::<u64>().add(1).read() };
            mapped.start = usize::try_from(word).ok()?;
        }
        let end = mapped.start.checked_add(bytes)?;
        (end <= length).then_some(mapped)
    }

    /// Where the data starts.
    pub fn pointer(&self) -> *mut u8 {
        // SAFETY: within the mapping, as `new` has seen to.
        unsafe { self.map.as_ptr().add(self.start) }
    }

    /// The data.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: mapped for as long as `self`. Whoever shares it writes at other times.
        unsafe { std::slice::from_raw_parts(self.pointer(), self.bytes) }
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        // SAFETY: mapped by `new`, with this length.
        unsafe { libc::munmap(self.map.as_ptr().cast(), self.length) };
    }
}
