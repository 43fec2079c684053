//! A view's targets on a device, and the way of its pictures to what encoders take.

use std::sync::Arc;

use super::view::{Error, Moment, Stage};
use crate::{
    color,
    frame::{I420, SharedNv12},
    render::{self, Output, Settings},
    scene::camera::Camera,
    units::Size,
};

/// How pictures come from a view.
#[derive(Clone, Copy)]
enum Reads {
    Rgba,
    Nv12,
    /// They stay on the device.
    Nothing,
}

/// What one view draws on.
pub(super) struct Canvas {
    view: render::View,
    reads: Reads,
    renderer: Arc<render::Renderer>,
}

impl Canvas {
    /// Prepares pictures of `size` on the stage's device, from where they come as `output`.
    pub fn new(
        stage: &Stage,
        size: Size,
        settings: Settings,
        output: Output,
    ) -> Result<Self, render::Error> {
        // Conversion on the CPU reads rows from the top.
        let settings = Settings { bottom_up: false, ..settings };
        let reads = match &output {
            Output::Rgba => Reads::Rgba,
            Output::Nv12 => Reads::Nv12,
            Output::Shared(_) | Output::Drawn(_) => Reads::Nothing,
        };
        let view = render::View::with_output(&stage.renderer, size, settings, output)?;
        Ok(Self { view, reads, renderer: Arc::clone(&stage.renderer) })
    }

    /// Whether it was made for the stage's device.
    pub fn is_on(&self, stage: &Stage) -> bool {
        Arc::ptr_eq(&self.renderer, &stage.renderer)
    }

    /// The memory that pictures are left in, by number; none for other outputs.
    pub fn shared(&self) -> &[SharedNv12] {
        self.view.ring().map_or(&[], render::Ring::slots)
    }

    /// Bytes of pictures that the host has read.
    pub fn host_bytes(&self) -> u64 {
        self.view.host_bytes()
    }

    /// Draws `moment` as `camera` sees it on `stage` and waits for it. Fills `picture`, or gives
    /// the number of the shared memory that the picture was left in.
    pub fn draw(
        &mut self,
        stage: &Stage,
        moment: &Moment,
        camera: &Camera,
        picture: &mut I420,
    ) -> Result<Option<usize>, Error> {
        self.view.draw(&stage.resources, &moment.assets, &moment.snapshot, camera)?;
        match self.reads {
            Reads::Rgba => {
                let pixels = self.view.read_rgba()?;
                color::rgba_to_i420(&pixels, pixels.stride(), picture)?;
            }
            Reads::Nv12 => {
                let nv12 = self.view.read_nv12()?;
                color::nv12_to_i420(&nv12, nv12.layout(), picture)?;
            }
            Reads::Nothing => return Ok(Some(self.view.finish()?)),
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable;

    use super::*;
    use crate::{
        gpu::{Gpu, Options},
        scene::{Assets, Geom, Snapshot, camera::FreeCamera},
    };

    fn geom(kind: i32, size: [f32; 3], position: [f32; 3], rgba: [f32; 4]) -> Geom {
        Geom {
            kind,
            data_id: -1,
            object_kind: 5,
            texture: -1,
            label: -1,
            size,
            position,
            rotation: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
            rgba,
            category: 1,
            ..Geom::zeroed()
        }
    }

    /// A floor, a ball and a box in strong colours, lit from the eye, off the centre so that no
    /// side is like another.
    fn scene() -> (Stage, Moment) {
        let gpu = Gpu::open(&Options::default()).expect("a device, software at least");
        let renderer = Arc::new(render::Renderer::new(Arc::new(gpu)).expect("a renderer"));
        let mut assets = Assets::default();
        assets.visual.headlight_ambient = [0.5; 3];
        assets.visual.headlight_diffuse = [0.5; 3];
        let resources = renderer.upload(&assets).expect("uploads");
        let geoms = vec![
            geom(0, [3.0, 3.0, 0.5], [0.0; 3], [0.3, 0.7, 0.4, 1.0]),
            geom(2, [0.4; 3], [0.5, 0.3, 0.4], [1.0, 0.1, 0.0, 1.0]),
            geom(6, [0.3; 3], [-0.6, -0.2, 0.3], [0.1, 0.2, 1.0, 0.7]),
        ];
        let snapshot = Snapshot { geoms, ..Snapshot::default() };
        let (assets, snapshot) = (Arc::new(assets), Arc::new(snapshot));
        let moment = Moment { stage: None, assets, snapshot, taken: std::time::Instant::now() };
        (Stage { renderer, resources }, moment)
    }

    #[test]
    fn both_ways_give_the_same_picture() {
        let (stage, moment) = scene();
        let camera = Camera::Free(FreeCamera {
            azimuth: 70.0,
            elevation: -40.0,
            distance: 3.0,
            lookat: [0.0; 3],
            ..FreeCamera::initial(&moment.assets.visual)
        });
        // Widths with and without a rest of four, and with rows that are padded.
        for (width, height) in [(320, 240), (150, 122), (16, 16), (2, 2)] {
            let size = Size::new(width, height).expect("a size");
            let [converted, direct] = [Output::Nv12, Output::Rgba].map(|output| {
                let mut picture = I420::new(size).expect("even");
                let settings = Settings { bottom_up: true, ..Settings::PARITY };
                let mut canvas = Canvas::new(&stage, size, settings, output).expect("a canvas");
                for _ in 0..2 {
                    canvas.draw(&stage, &moment, &camera, &mut picture).expect("draws");
                }
                picture
            });
            for (a, b) in converted.planes().into_iter().zip(direct.planes()) {
                let off = a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).max();
                assert!(off <= Some(1), "{off:?} at {size}");
            }
            if width > 16 {
                let luma = direct.planes()[0];
                let spread = luma.iter().max().zip(luma.iter().min());
                assert!(spread.is_some_and(|(a, b)| a - b > 50), "a picture: {spread:?}");
            }
        }
    }
}
