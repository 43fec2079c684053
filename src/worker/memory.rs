//! Memory that host and worker share: sealed memfds, read and written by system calls.
//!
//! The host maps nothing. Its copy costs microseconds, and in return there is no `SIGBUS` and no
//! memory that changes while it is validated. (A worker maps what it writes much of: `mapping`.)

use std::os::fd::OwnedFd;

use rustix::{
    fs::{MemfdFlags, SealFlags, fcntl_add_seals, ftruncate, memfd_create},
    io::{Errno, Result, pread, pwrite},
};

/// Makes memory of `size` bytes that neither side can shrink or grow; pages that were never
/// written take no room.
pub(super) fn sized(name: &str, size: u64) -> Result<OwnedFd> {
    let memory = create(name)?;
    ftruncate(&memory, size)?;
    fcntl_add_seals(&memory, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
    Ok(memory)
}

/// Makes memory that holds `parts`, one behind the other, and can never change.
pub(super) fn constant<'a>(
    name: &str,
    parts: impl IntoIterator<Item = &'a [u8]>,
) -> Result<OwnedFd> {
    let memory = create(name)?;
    let mut offset = 0;
    for part in parts {
        write_at(&memory, part, offset)?;
        offset += part.len() as u64;
    }
    let all = SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE | SealFlags::SEAL;
    fcntl_add_seals(&memory, all)?;
    Ok(memory)
}

fn create(name: &str) -> Result<OwnedFd> {
    memfd_create(name, MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)
}

/// Writes all of `bytes` at `offset`.
pub(super) fn write_at(memory: &OwnedFd, mut bytes: &[u8], mut offset: u64) -> Result<()> {
    while !bytes.is_empty() {
        match pwrite(memory, bytes, offset) {
            Ok(0) => return Err(Errno::FBIG),
            Ok(n) => {
                bytes = &bytes[n..];
                offset += n as u64;
            }
            Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Fills all of `bytes` from `offset`.
pub(super) fn read_at(memory: &OwnedFd, mut bytes: &mut [u8], mut offset: u64) -> Result<()> {
    while !bytes.is_empty() {
        match pread(memory, &mut *bytes, offset) {
            Ok(0) => return Err(Errno::NODATA),
            Ok(n) => {
                bytes = &mut bytes[n..];
                offset += n as u64;
            }
            Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_memory_keeps_its_size_and_constants_their_contents() {
        let sized = sized("test", 8192).expect("memfd");
        write_at(&sized, &[7; 16], 8000).expect("writes");
        assert!(ftruncate(&sized, 0).is_err());
        assert!(write_at(&sized, &[1], 8192).is_err(), "beyond the end");
        let mut back = [0; 17];
        read_at(&sized, &mut back, 8000).expect("reads");
        assert_eq!((back[15], back[16]), (7, 0));

        let constant = constant("test", [&b"sc"[..], b"ene"]).expect("memfd");
        assert!(write_at(&constant, b"x", 0).is_err());
        let mut back = [0; 5];
        read_at(&constant, &mut back, 0).expect("reads");
        assert_eq!(&back, b"scene");
        assert!(read_at(&constant, &mut [0; 6], 0).is_err(), "beyond the end");
    }
}
