//! What a display hands out: surfaces, buffers, images, configurations and contexts by number.
#![allow(unsafe_code, reason = "it is a C library")]

use std::{
    ffi::c_void,
    fs::File,
    os::{
        fd::{FromRawFd as _, OwnedFd},
        unix::fs::FileExt as _,
    },
};

use double_coder::{Coder, memory::Mapped};

use crate::HEADER;

/// Memory comes in pages, as that of GPUs does.
const PAGE: usize = 4096;

pub type Id = u32;

/// `VACodedBufferSegment`.
#[repr(C)]
pub struct Segment {
    pub size: u32,
    pub bit_offset: u32,
    pub status: u32,
    pub reserved: u32,
    pub data: *mut c_void,
    pub next: *mut c_void,
    pub padding: [u32; 4],
}

pub struct Surface {
    pub size: (usize, usize),
    pub pitch: usize,
    pub luma: usize,
    pub chroma: usize,
    pub memory: Mapped,
    /// What it is exported by; none for what was imported.
    pub file: Option<OwnedFd>,
}

pub enum Data {
    Bytes(Vec<u8>),
    Coded {
        capacity: usize,
        data: Vec<u8>,
        segment: Box<Segment>,
    },
    /// The memory of a surface, for an image.
    OfSurface(Id),
}

pub struct Buffer {
    pub kind: i32,
    pub data: Data,
    pub mapped: bool,
}

pub struct Context {
    pub size: (usize, usize),
    /// Those that pictures are reconstructed in.
    pub targets: Vec<Id>,
    pub coder: Option<Coder>,
    /// Between beginning and end of a picture.
    pub picture: Option<Begun>,
    pub cropped: (usize, usize),
    pub rate: u32,
    pub pictures: u64,
    /// Where the last picture was reconstructed.
    pub last: Option<Id>,
}

#[derive(Default)]
pub struct Begun {
    pub surface: Id,
    pub buffers: Vec<Id>,
}

/// Everything of a display.
#[derive(Default)]
pub struct Objects {
    next: Id,
    pub surfaces: Numbered<Surface>,
    pub buffers: Numbered<Buffer>,
    /// Images, by the buffer that each has.
    pub images: Numbered<Id>,
    pub configs: Numbered<(i32, i32)>,
    pub contexts: Numbered<Context>,
}

// SAFETY: the pointers in segments are to what the same buffer owns.
unsafe impl Send for Objects {}

impl Objects {
    pub fn number(&mut self) -> Id {
        self.next += 1;
        // No number stands for two kinds of things.
        0x0400_0000 + self.next
    }
}

/// Things by their numbers.
pub struct Numbered<T>(Vec<(Id, T)>);

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Numbered<T> {
    pub fn add(&mut self, id: Id, value: T) {
        self.0.push((id, value));
    }

    pub fn get(&mut self, id: Id) -> Option<&mut T> {
        self.0.iter_mut().find(|(one, _)| *one == id).map(|(_, value)| value)
    }

    pub fn take(&mut self, id: Id) -> Option<T> {
        let at = self.0.iter().position(|(one, _)| *one == id)?;
        Some(self.0.remove(at).1)
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }
}

impl Numbered<Context> {
    /// Of the context that has encoded most.
    pub fn most_pictures(&self) -> u64 {
        self.0.iter().map(|(_, context)| context.pictures).max().unwrap_or(0)
    }
}

impl Surface {
    /// In memory of its own, behind a header where there is to be one.
    pub fn allocate(width: usize, height: usize) -> Option<Self> {
        let pitch = width.next_multiple_of(64);
        let rows = height.next_multiple_of(16);
        let bytes = (pitch * rows * 3 / 2).next_multiple_of(PAGE);
        // SAFETY: a name that ends; what comes is a new descriptor or -1.
        let fd = unsafe { libc::memfd_create(c"surface".as_ptr(), 0) };
        if fd < 0 {
            return None;
        }
        // SAFETY: a new descriptor, which is owned from here on.
        let file = File::from(unsafe { OwnedFd::from_raw_fd(fd) });
        match std::env::var_os(HEADER) {
            Some(header) => put_header(&file, &std::fs::read(header).ok()?, bytes)?,
            None => file.set_len(bytes as u64).ok()?,
        }
        let memory = Mapped::new(&file, bytes)?;
        let (size, chroma) = ((width, height), pitch * rows);
        Some(Self { size, pitch, luma: 0, chroma, memory, file: Some(file.into()) })
    }
}

/// Makes `file` one that llvmpipe takes for `bytes` of its own: its header, whose first word is the
/// length up to the data's end and whose second is where the data starts, and room for what it
/// maps beyond.
fn put_header(file: &File, header: &[u8], bytes: usize) -> Option<()> {
    let start = u64::from_le_bytes(*header.get(8..)?.first_chunk()?);
    let end = start + bytes as u64;
    file.set_len(end + PAGE as u64).ok()?;
    file.write_all_at(header, 0).ok()?;
    file.write_all_at(&end.to_le_bytes(), 0).ok()
}
