//! Pictures in memory that a hardware encoder shares: NV12 goes from the drawing device to the
//! encoder, and the host sees none of it.
//!
//! ```text
//!  draw           device writes slot n        View::finish       encoder reads slot n
//!  ───────────▶ ─────────────────────────▶ ─────────────────▶ ─────────────────────────▶ …
//!                                           the wait: all that      done before slot n
//!                                           was drawn is there      comes round again
//! ```
//!
//! Who owns a slot: the device from `draw` until [`View::finish`](super::View::finish) returns,
//! then the encoder until the ring has come round, which is [`Ring::SLOTS`] pictures later. An
//! encoder that gives each access unit before the next picture is drawn never sees a slot change
//! while it reads.

use super::{Error, Renderer};
use crate::{
    color::gpu::Nv12Target,
    frame::{Nv12Layout, SHARED_PICTURES, SharedNv12},
    gpu::{Handle, Shared},
};

/// A view's pictures that are shared.
#[derive(Debug)]
pub struct Ring {
    targets: Vec<Nv12Target>,
    slots: Vec<SharedNv12>,
    /// The slot of the last picture that was handed to the device.
    drawn: Option<usize>,
}

impl Ring {
    /// How many pictures it holds.
    pub const SLOTS: usize = SHARED_PICTURES;

    pub(super) fn new(
        renderer: &Renderer,
        picture: &wgpu::TextureView,
        bottom_up: bool,
        layout: Nv12Layout,
        handle: Handle,
    ) -> Result<Self, Error> {
        let converter = renderer.converter()?;
        let gpu = renderer.gpu();
        let (mut targets, mut slots) = (Vec::new(), Vec::new());
        for _ in 0..Self::SLOTS {
            let Shared { buffer, memory, memory_bytes } =
                gpu.share(layout.bytes() as u64, handle)?;
            let target = converter.target_in(gpu.device(), picture, bottom_up, layout, buffer)?;
            targets.push(target);
            slots.push(SharedNv12 { memory, memory_bytes, layout });
        }
        Ok(Self { targets, slots, drawn: None })
    }

    /// All memory, for an encoder to import once.
    pub fn slots(&self) -> &[SharedNv12] {
        &self.slots
    }

    /// The number of the slot with the last picture drawn.
    pub(super) fn drawn(&self) -> Option<usize> {
        self.drawn
    }

    /// Where the next picture goes.
    pub(super) fn next(&self) -> &Nv12Target {
        &self.targets[self.next_number()]
    }

    /// Notes that what was recorded for [`Self::next`] was handed to the device.
    pub(super) fn submitted(&mut self) {
        self.drawn = Some(self.next_number());
    }

    fn next_number(&self) -> usize {
        self.drawn.map_or(0, |drawn| (drawn + 1) % Self::SLOTS)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::{os::unix::fs::FileExt, sync::Arc};

    use nvenc_sys::{Context, Cuda, Memory};

    use crate::{
        color,
        frame::{I420, SharedNv12},
        gpu::{Gpu, Handle, Options, memory_file},
        render::{
            Error, Output, Renderer, Ring, Settings, View,
            tests::{ambient, from_above, geom, of},
        },
        units::Size,
    };

    /// Widths with and without padding behind each row; rows from the top and from the bottom.
    #[test]
    fn pictures_are_in_the_shared_memory_and_the_host_reads_none() {
        let gpu = Gpu::open(&Options::default()).expect("a device, software at least");
        let renderer = Arc::new(Renderer::new(Arc::new(gpu)).expect("a renderer"));
        let assets = ambient();
        let scene = renderer.upload(&assets).expect("uploads");
        let snapshot = of(vec![
            geom(2, [0.4; 3], [0.3, 0.2, 0.0], [1.0, 0.1, 0.0, 1.0]),
            geom(6, [0.3; 3], [-0.6, -0.2, 0.0], [0.1, 0.2, 1.0, 1.0]),
        ]);
        for (width, height, bottom_up) in [(256, 144, true), (150, 122, false), (2, 2, true)] {
            let size = Size::new(width, height).expect("a size");
            let settings = Settings { bottom_up, ..Settings::PARITY };
            let view = |output| View::with_output(&renderer, size, settings, output);
            let mut shared = view(Output::Shared(Handle::Opaque)).expect("a view");
            let mut copied = view(Output::Rgba).expect("a view");
            assert!(matches!(shared.finish(), Err(Error::NothingDrawn)));

            // Twice round: the picture before stays where it was.
            let mut before: Option<(usize, I420)> = None;
            for n in 0..2 * Ring::SLOTS {
                let camera = from_above(2.0 + 0.3 * n as f64);
                for view in [&mut shared, &mut copied] {
                    view.draw(&scene, &assets, &snapshot, &camera).expect("draws");
                }
                let slot = shared.finish().expect("drawn");
                assert_eq!(slot, n % Ring::SLOTS);
                let expected = in_memory(&mut copied);
                for (slot, expected) in before.iter().chain([&(slot, expected.clone())]) {
                    let slot = &shared.ring().expect("a ring").slots()[*slot];
                    assert!(slot.memory_bytes >= slot.layout.bytes() as u64);
                    let Some(nv12) = seen(&renderer, slot) else { return };
                    let mut found = I420::new(size).expect("even");
                    color::nv12_to_i420(&nv12, slot.layout, &mut found).expect("fits");
                    assert_near(&found, expected);
                }
                before = Some((slot, expected));
            }
            assert_eq!(shared.host_bytes(), 0);
            assert!(copied.host_bytes() >= 6 * 4 * size.pixels() as u64);
        }
    }

    pub(in crate::render) fn in_memory(view: &mut View) -> I420 {
        let mut picture = I420::new(view.size()).expect("even");
        let pixels = view.read_rgba().expect("reads");
        // Rows from the top, whichever way they were drawn.
        let rgba: Vec<u8> = pixels.rows().flatten().copied().collect();
        color::rgba_to_i420(&rgba, 4 * picture.size().width() as usize, &mut picture)
            .expect("fits");
        picture
    }

    /// What an encoder would see: of a software driver's memory, or by CUDA as NVENC does. `None`
    /// where another driver would have to look.
    fn seen(renderer: &Renderer, slot: &SharedNv12) -> Option<Vec<u8>> {
        let mut nv12 = vec![0; slot.layout.bytes()];
        if let Some((file, start)) = memory_file(renderer.gpu(), &slot.memory) {
            file.read_exact_at(&mut nv12, start).expect("as long as it says");
            return Some(nv12);
        }
        let cuda = Cuda::load().ok()?;
        let uuid = renderer.gpu().id().expect("Vulkan").uuid;
        let device = cuda.devices().ok()?.into_iter().find(|one| one.uuid == uuid)?;
        let context = Context::new(&cuda, &device).expect("a context");
        let memory = slot.memory.try_clone().expect("a descriptor");
        let memory = Memory::import(&context, memory, slot.memory_bytes, true).expect("imports");
        memory.read(&mut nv12).expect("reads");
        Some(nv12)
    }

    #[track_caller]
    pub(in crate::render) fn assert_near(found: &I420, expected: &I420) {
        for (a, b) in found.planes().into_iter().zip(expected.planes()) {
            let off = a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).max();
            assert!(off <= Some(1), "{off:?} at {}", expected.size());
        }
    }

    #[test]
    fn a_view_without_a_ring_has_none_to_finish() {
        let gpu = Gpu::open(&Options::default()).expect("a device, software at least");
        let renderer = Arc::new(Renderer::new(Arc::new(gpu)).expect("a renderer"));
        let size = Size::new(8, 8).expect("a size");
        let mut view = View::new(&renderer, size, Settings::FAST).expect("a view");
        assert!(view.ring().is_none());
        assert!(matches!(view.finish(), Err(Error::NothingDrawn)));
    }

    #[test]
    fn an_odd_picture_is_refused() {
        let gpu = Gpu::open(&Options::default()).expect("a device, software at least");
        let renderer = Arc::new(Renderer::new(Arc::new(gpu)).expect("a renderer"));
        let size = Size::new(9, 8).expect("a size");
        let output = Output::Shared(Handle::Opaque);
        let error = View::with_output(&renderer, size, Settings::FAST, output).err();
        assert!(matches!(error, Some(Error::OddSize(_))), "{error:?}");
    }
}
