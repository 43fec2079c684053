//! What clients of the double have in common.
#![allow(unsafe_code, reason = "memory is made by a C function")]

use std::{
    os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd},
    sync::Arc,
};

use nvenc_sys::{
    Codec, Context, Cuda, Encoder, Error, Input, Layout, Memory, Nvenc, Preset, Settings,
};

pub const SIZES: [(u32, u32); 3] = [(64, 48), (150, 122), (640, 480)];

pub fn settings((width, height): (u32, u32), codec: Codec) -> Settings {
    Settings {
        width,
        height,
        frame_rate: (30, 1),
        bits_per_second: 2_000_000,
        buffer_pictures: 1.5,
        preset: Preset::P3,
        codec,
    }
}

/// A file in memory, which is what software drivers export.
pub fn memory(bytes: usize) -> OwnedFd {
    // SAFETY: a new descriptor, which is owned from here on.
    let file = unsafe { OwnedFd::from_raw_fd(libc::memfd_create(c"nv12".as_ptr(), 0)) };
    // SAFETY: an open descriptor.
    assert_eq!(unsafe { libc::ftruncate(file.as_raw_fd(), bytes as i64) }, 0);
    file
}

/// A picture with edges and slopes, another one for each `n`.
pub fn nv12((width, height): (u32, u32), pitch: u32, n: u32) -> Vec<u8> {
    let mut bytes = vec![0; (pitch * height * 3 / 2) as usize];
    for (y, row) in (0u32..).zip(bytes.chunks_mut(pitch as usize)) {
        for (x, byte) in (0..width).zip(row) {
            *byte =
                if (x / 8 + y / 8 + n).is_multiple_of(2) { 60 + (x + y) as u8 % 90 } else { 200 };
        }
    }
    bytes
}

pub fn open(size: (u32, u32), codec: Codec) -> Result<(Encoder, Arc<Context>), Error> {
    let cuda = Cuda::load()?;
    let context = Context::new(&cuda, &cuda.devices()?[0])?;
    Ok((Encoder::open(&Nvenc::load()?, &context, &settings(size, codec))?, context))
}

/// Two pictures' memory, and what the encoder calls it.
pub fn inputs(
    encoder: &mut Encoder,
    context: &Arc<Context>,
    bytes: usize,
    pitch: u32,
) -> [(OwnedFd, Input); 2] {
    [(); 2].map(|()| {
        let file = memory(bytes);
        let copy = file.try_clone().expect("a descriptor");
        let memory = Memory::import(context, copy, bytes as u64, true).expect("imports");
        let input = encoder.register(memory, Layout { pitch }).expect("registers");
        (file, input)
    })
}

pub fn write(file: &OwnedFd, bytes: &[u8]) {
    use std::os::unix::fs::FileExt as _;
    let file = std::fs::File::from(file.try_clone().expect("a descriptor"));
    file.write_all_at(bytes, 0).expect("as long as it says");
}
