//! Pictures in surfaces that a hardware encoder has allocated: both planes of NV12 are drawn where
//! the encoder reads them, and the host sees none of it.
//!
//! ```text
//!  draw            device draws into n        View::finish       encoder reads n
//!  ────────────▶ ─────────────────────────▶ ─────────────────▶ ────────────────────▶ …
//!   RGBA, luma,                              the wait: all that     done when it has given
//!   chroma                                   was drawn is there     the access unit
//! ```
//!
//! Who owns a surface: the device from `draw` until [`View::finish`](super::View::finish) returns,
//! then the encoder until it has given the access unit, which it does before the next picture is
//! drawn. The device comes back to a surface only when it has drawn into all others, so that even
//! a reader that is late by as many pictures does not see it change. No fence goes from one side
//! to the other; what is relied on instead is in `gpu::import`.

use super::{Error, Renderer};
use crate::{color::planes::Target, frame::SharedPlanes, units::Size};

/// A view's pictures in an encoder's memory.
#[derive(Debug)]
pub(super) struct Surfaces {
    /// Never empty.
    targets: Vec<Target>,
    /// The surface of the last picture that was handed to the device.
    drawn: Option<usize>,
}

impl Surfaces {
    pub fn new(
        renderer: &Renderer,
        picture: &wgpu::TextureView,
        bottom_up: bool,
        surfaces: &[SharedPlanes],
    ) -> Result<Self, Error> {
        let texture = picture.texture();
        let size = Size::new(texture.width(), texture.height()).filter(|size| !size.is_even());
        if let Some(odd) = size {
            return Err(Error::OddSize(odd));
        }
        if surfaces.is_empty() {
            return Err(Error::NoSurface);
        }
        let gpu = renderer.gpu();
        let target = |surface| {
            let planes = gpu.import(surface)?;
            let converter = renderer.plane_converter();
            Ok(converter.target(gpu.device(), picture, bottom_up, &planes)?)
        };
        let targets = surfaces.iter().map(target).collect::<Result<_, Error>>()?;
        Ok(Self { targets, drawn: None })
    }

    /// The number of the surface with the last picture drawn.
    pub fn drawn(&self) -> Option<usize> {
        self.drawn
    }

    /// Where the next picture goes.
    pub fn next(&self) -> &Target {
        &self.targets[self.next_number()]
    }

    /// Notes that what was recorded for [`Self::next`] was handed to the device.
    pub fn submitted(&mut self) {
        self.drawn = Some(self.next_number());
    }

    fn next_number(&self) -> usize {
        self.drawn.map_or(0, |drawn| (drawn + 1) % self.targets.len())
    }
}

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::FileExt as _, sync::Arc};

    use super::*;
    use crate::{
        frame::{Handle, I420, SHARED_PICTURES, SharedPlane},
        gpu::{Gpu, Options, memory_file, surface},
        render::{
            Output, Settings, View,
            ring::tests::{assert_near, in_memory},
            tests::{ambient, from_above, geom, of},
        },
    };

    fn renderer() -> Arc<Renderer> {
        let options = Options { surfaces: Some(Handle::Opaque), ..Options::default() };
        let gpu = Gpu::open(&options).expect("a device, software at least");
        Arc::new(Renderer::new(Arc::new(gpu)).expect("a renderer"))
    }

    fn surfaces(gpu: &Gpu, size: Size) -> Vec<SharedPlanes> {
        (0..SHARED_PICTURES).map(|_| surface(gpu, (size.width(), size.height()))).collect()
    }

    fn duplicate(plane: &SharedPlane) -> SharedPlane {
        SharedPlane { memory: plane.memory.try_clone().expect("a descriptor"), ..*plane }
    }

    /// What an encoder would see; `None` where only a driver can look.
    fn through_descriptor(gpu: &Gpu, surface: &SharedPlanes) -> Option<I420> {
        let (width, height) = (surface.size.width() as usize, surface.size.height() as usize);
        let mut picture = I420::new(surface.size).expect("even");
        let [y, u, v] = picture.planes_mut();
        let row = |plane: &SharedPlane, number: usize| {
            let (file, start) = memory_file(gpu, &plane.memory)?;
            let mut row = vec![0; width];
            let at = start + plane.offset + plane.pitch * number as u64;
            file.read_exact_at(&mut row, at).expect("as long as it says");
            Some(row)
        };
        for (number, to) in y.chunks_mut(width).enumerate() {
            to.copy_from_slice(&row(&surface.luma, number)?);
        }
        let rows = u.chunks_mut(width / 2).zip(v.chunks_mut(width / 2)).take(height / 2);
        for (number, (u, v)) in rows.enumerate() {
            for (at, pair) in row(&surface.chroma, number)?.chunks(2).enumerate() {
                (u[at], v[at]) = (pair[0], pair[1]);
            }
        }
        Some(picture)
    }

    /// Widths with and without padding behind each row; rows from the top and from the bottom.
    #[test]
    fn pictures_are_in_the_surfaces_and_the_host_reads_none() {
        let renderer = renderer();
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
            let surfaces = surfaces(renderer.gpu(), size);
            let given = surfaces.iter().map(|one| {
                let (luma, chroma) = (duplicate(&one.luma), duplicate(&one.chroma));
                SharedPlanes { size, luma, chroma }
            });
            let mut drawn = view(Output::Drawn(given.collect())).expect("a view");
            let mut copied = view(Output::Rgba).expect("a view");
            assert!(matches!(drawn.finish(), Err(Error::NothingDrawn)));

            // Twice round: the picture before stays where it was.
            let mut before: Option<(usize, I420)> = None;
            for n in 0..2 * SHARED_PICTURES {
                let camera = from_above(2.0 + 0.3 * n as f64);
                for view in [&mut drawn, &mut copied] {
                    view.draw(&scene, &assets, &snapshot, &camera).expect("draws");
                }
                let number = drawn.finish().expect("drawn");
                assert_eq!(number, n % SHARED_PICTURES);
                let expected = in_memory(&mut copied);
                for (number, expected) in before.iter().chain([&(number, expected.clone())]) {
                    let found = through_descriptor(renderer.gpu(), &surfaces[*number]);
                    let Some(found) = found else { return };
                    assert_near(&found, expected);
                }
                before = Some((number, expected));
            }
            assert_eq!(drawn.host_bytes(), 0);
            assert!(drawn.ring().is_none() && drawn.read_rgba().is_err());
        }
    }

    #[test]
    fn surfaces_of_another_picture_are_refused() {
        let renderer = renderer();
        let size = |width, height| Size::new(width, height).expect("a size");
        let refusal = |size: Size, surfaces| {
            let output = Output::Drawn(surfaces);
            View::with_output(&renderer, size, Settings::FAST, output).expect_err("no such view")
        };
        let others = surfaces(renderer.gpu(), size(64, 48));
        assert!(matches!(refusal(size(64, 64), others), Error::Convert(_)));
        assert!(matches!(refusal(size(64, 64), Vec::new()), Error::NoSurface));
        let odd = surfaces(renderer.gpu(), size(64, 48));
        assert!(matches!(refusal(size(63, 48), odd), Error::OddSize(_)));
    }
}
