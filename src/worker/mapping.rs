//! A part of shared memory that a worker writes into directly.
//!
//! Only the worker maps it. The host reads by system calls, which copy whatever is there at the
//! moment; so nothing in the host depends on what a worker does to this memory meanwhile.
#![allow(unsafe_code, reason = "a mapping is a raw pointer")]

use std::{
    os::fd::OwnedFd,
    ptr::{self, NonNull},
    sync::atomic::{Ordering, fence},
};

use rustix::{
    io::{Errno, Result},
    mm::{MapFlags, ProtFlags, mmap, munmap},
};

/// Mappings are whole multiples of this, so that a payload that grows by little fits the next time.
const GRAIN: usize = 256 << 10;

/// Bytes of a memfd from a fixed offset on, as many as were needed so far.
#[derive(Debug)]
pub(super) struct Mapping {
    offset: u64,
    most: usize,
    start: Option<NonNull<u8>>,
    length: usize,
}

// SAFETY: the pointer is to memory that this value alone maps and unmaps; any thread may do so.
unsafe impl Send for Mapping {}

impl Mapping {
    /// Will map at most `most` bytes from `offset`, a multiple of the page size, on.
    pub fn new(offset: u64, most: usize) -> Self {
        Self { offset, most, start: None, length: 0 }
    }

    /// Copies `bytes` to `at` within the part.
    ///
    /// # Errors
    /// `FBIG` when they do not fit, or what the system says of mapping.
    pub fn write(&mut self, memory: &OwnedFd, at: usize, bytes: &[u8]) -> Result<()> {
        let end = at.checked_add(bytes.len()).filter(|end| *end <= self.most).ok_or(Errno::FBIG)?;
        let start = self.mapped(memory, end)?;
        // SAFETY: `start` is valid for writes of `length >= at + bytes.len()` bytes; the source is
        // a slice of this process and cannot overlap, as nothing refers to the mapping.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), start.as_ptr().add(at), bytes.len()) };
        // Before the system call that tells of them.
        fence(Ordering::Release);
        Ok(())
    }

    fn mapped(&mut self, memory: &OwnedFd, length: usize) -> Result<NonNull<u8>> {
        if let Some(start) = self.start.filter(|_| length <= self.length) {
            return Ok(start);
        }
        self.unmap();
        let length = length.next_multiple_of(GRAIN).min(self.most);
        let (access, shared) = (ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED);
        // SAFETY: a new mapping at an address of the kernel's choice touches no memory in use. The
        // memory is sealed against shrinking, and `most` lies within it: no access is beyond its
        // end.
        let start = unsafe { mmap(ptr::null_mut(), length, access, shared, memory, self.offset) }?;
        self.length = length;
        self.start = NonNull::new(start.cast());
        self.start.ok_or(Errno::FAULT)
    }

    fn unmap(&mut self) {
        if let Some(start) = self.start.take() {
            // SAFETY: this is the whole of a mapping that was made above and nothing refers to.
            let unmapped = unsafe { munmap(start.as_ptr().cast(), self.length) };
            debug_assert!(unmapped.is_ok());
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        self.unmap();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::memory::{read_at, sized};

    #[test]
    fn what_is_written_is_read_by_system_calls() {
        let memory = sized("test", 1 << 20).expect("memfd");
        let mut mapping = Mapping::new(4096, (1 << 20) - 4096);
        mapping.write(&memory, 8, &[7; 16]).expect("writes");
        // Larger than the first mapping.
        mapping.write(&memory, GRAIN, &[9; 16]).expect("writes");
        let mut back = [0; 16];
        read_at(&memory, &mut back, 4096 + 8).expect("reads");
        assert_eq!(back, [7; 16]);
        read_at(&memory, &mut back, 4096 + GRAIN as u64).expect("reads");
        assert_eq!(back, [9; 16]);
        assert!(mapping.write(&memory, (1 << 20) - 4096 - 8, &[0; 16]).is_err(), "beyond the end");
    }
}
