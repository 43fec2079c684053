//! Buffers of a context, and what the driver's memory is mapped with.
#![allow(unsafe_code, reason = "libva is a C library")]

use std::{ffi::c_int, ptr};

use crate::{
    display::Display,
    error::Error,
    sys::{BUFFER_CODED, CODED_BAD_BITSTREAM, CODED_SLICE_OVERFLOW, CodedSegment, Id},
};

/// The most segments that a coded picture is followed through: a list that is longer is a loop.
const MAX_SEGMENTS: usize = 256;

/// An owned buffer.
#[derive(Debug)]
pub(crate) struct Buffer {
    display: Display,
    id: Id,
}

impl Buffer {
    /// A parameter buffer that holds a copy of `value`, of the type that `kind` stands for.
    pub(crate) fn of<T: Copy>(
        display: &Display,
        context: Id,
        kind: c_int,
        value: &T,
    ) -> Result<Self, Error> {
        Self::create(display, context, kind, size_of::<T>(), (&raw const *value).cast())
    }

    /// A buffer with a copy of `bytes`.
    pub(crate) fn of_bytes(
        display: &Display,
        context: Id,
        kind: c_int,
        bytes: &[u8],
    ) -> Result<Self, Error> {
        Self::create(display, context, kind, bytes.len(), bytes.as_ptr())
    }

    /// A buffer for coded pictures of up to `bytes`.
    pub(crate) fn coded(display: &Display, context: Id, bytes: usize) -> Result<Self, Error> {
        Self::create(display, context, BUFFER_CODED, bytes, ptr::null())
    }

    fn create(
        display: &Display,
        context: Id,
        kind: c_int,
        bytes: usize,
        data: *const u8,
    ) -> Result<Self, Error> {
        let size = u32::try_from(bytes).map_err(|_| Error::OutOfRange {
            what: "a buffer's size",
            value: bytes as u64,
            allowed: "below 4 GiB",
        })?;
        let mut id = 0;
        display.call("create a buffer", |calls, raw| {
            // SAFETY: a live display and context; `data` is null or valid for reads of `bytes`
            // during the call, which copies it; `id` is valid for the write of one id.
            unsafe {
                (calls.create_buffer)(raw, context, kind, size, 1, data.cast_mut().cast(), &mut id)
            }
        })?;
        Ok(Self { display: display.clone(), id })
    }

    pub(crate) fn id(&self) -> Id {
        self.id
    }

    /// Copies a coded buffer's bytes out. The picture must be finished (synchronised).
    pub(crate) fn read_coded(&self) -> Result<Vec<u8>, Error> {
        let mapping = Mapping::of(&self.display, self.id)?;
        let mut data = Vec::new();
        let mut next = mapping.data.cast_const().cast::<CodedSegment>();
        for _ in 0..MAX_SEGMENTS {
            if next.is_null() {
                return Ok(data);
            }
            // SAFETY: a mapped coded buffer is a list of segments that live until the unmapping,
            // which `mapping` does at the end of this function.
            let segment = unsafe { *next };
            check_segment(segment.status)?;
            if segment.size > 0 && !segment.data.is_null() {
                // SAFETY: the segment says that its data has this many bytes; they live as long
                // as the mapping and are written by nobody once the picture is finished.
                let bytes = unsafe {
                    std::slice::from_raw_parts(segment.data.cast::<u8>(), segment.size as usize)
                };
                data.extend_from_slice(bytes);
            }
            next = segment.next.cast_const().cast();
        }
        Err(Error::BadPicture { reason: "its list of segments has no end".to_owned() })
    }
}

fn check_segment(status: u32) -> Result<(), Error> {
    if status & CODED_SLICE_OVERFLOW != 0 {
        return Err(Error::BadPicture { reason: "it overflowed its buffer".to_owned() });
    }
    if status & CODED_BAD_BITSTREAM != 0 {
        return Err(Error::BadPicture { reason: "the driver flags it as bad".to_owned() });
    }
    Ok(())
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // SAFETY: the buffer is live and owned by `self`; the display is live. A failure leaves
        // nothing to do.
        self.display.status(|calls, raw| unsafe { (calls.destroy_buffer)(raw, self.id) });
    }
}

/// A mapped buffer, unmapped when dropped.
pub(crate) struct Mapping<'a> {
    display: &'a Display,
    id: Id,
    pub data: *mut u8,
}

impl<'a> Mapping<'a> {
    /// Maps the buffer, which must stay alive as long as the mapping. May block until the
    /// hardware has finished with it.
    pub(crate) fn of(display: &'a Display, id: Id) -> Result<Self, Error> {
        let mut data = ptr::null_mut();
        display.call("map a buffer", |calls, raw| {
            // SAFETY: a live display; `data` is valid for the write of one pointer. The driver
            // checks the id.
            unsafe { (calls.map_buffer)(raw, id, &mut data) }
        })?;
        Ok(Self { display, id, data: data.cast() })
    }
}

impl Drop for Mapping<'_> {
    fn drop(&mut self) {
        // SAFETY: mapped by `of` and not used after this.
        self.display.status(|calls, raw| unsafe { (calls.unmap_buffer)(raw, self.id) });
    }
}
