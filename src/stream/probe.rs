//! Which encoder streams get on a device, found before there is any stream.

use crate::{
    config::Encoders,
    encode,
    frame::{Nv12Layout, SharedNv12, SharedPlanes},
    gpu::{Gpu, Shared},
};

/// Finds out which back end encodes what `gpu` draws: opens each in turn and lets it encode a
/// picture. Takes up to some seconds where a driver hangs.
///
/// # Errors
/// [`encode::Error::NoneUsable`] with each back end's own words.
pub fn probe_encoder(gpu: &Gpu, encoders: Encoders) -> Result<encode::Choice, encode::Error> {
    let share = |size, handle| {
        let layout = Nv12Layout::new(size, Nv12Layout::ALIGNMENT);
        let layout = layout.ok_or("the picture is of an odd size")?;
        let shared = gpu.share(layout.bytes() as u64, handle);
        let Shared { buffer, memory, memory_bytes } = shared.map_err(|error| error.to_string())?;
        // The descriptor keeps the memory, and any bytes are a picture.
        drop(buffer);
        Ok(SharedNv12 { memory, memory_bytes, layout })
    };
    // Any bytes are a picture here, too.
    let draw =
        |surface: &SharedPlanes| gpu.import(surface).map(drop).map_err(|error| error.to_string());
    encode::probe(encoders, gpu.id().as_ref(), share, draw)
}
