//! The drawing of a batch, on a thread that may block.

use std::sync::Arc;

use tokio::sync::mpsc::Receiver;

use super::{
    Error, Mode,
    arrays::{Array, npz},
};
use crate::{
    render::{self, Renderer, SceneResources, Settings, View, draw_all},
    scene::{
        Assets, Snapshot,
        camera::{Camera, Eye},
    },
    units::Size,
};

/// What is to be drawn.
pub(super) struct Job {
    pub renderer: Arc<Renderer>,
    pub assets: Arc<Assets>,
    pub cameras: Vec<Camera>,
    pub size: Size,
    pub settings: Settings,
    pub modes: Vec<Mode>,
    /// How many snapshots come.
    pub states: usize,
}

/// The arrays so far, one per mode.
struct Filled {
    data: Vec<Vec<u8>>,
    times: Vec<f64>,
}

impl Job {
    /// Draws all snapshots that come; gives an npz file.
    pub fn run(self, snapshots: Receiver<Arc<Snapshot>>) -> Result<Vec<u8>, Error> {
        let gpu = Arc::clone(self.renderer.gpu());
        let filled = gpu.attempt(|| self.draw(snapshots))?;
        let states = filled.times.len();
        let pictures = [states, self.cameras.len()];
        let sides = [self.size.height() as usize, self.size.width() as usize];
        let mut arrays: Vec<Array<'_>> = Vec::new();
        for (mode, data) in self.modes.iter().zip(&filled.data) {
            let (kind, per_pixel) = mode.elements();
            let shape = pictures.into_iter().chain(sides).chain(per_pixel).collect();
            arrays.push(Array { name: mode.name(), kind, shape, data });
        }
        let times: Vec<u8> = filled.times.iter().flat_map(|time| time.to_le_bytes()).collect();
        arrays.push(Array { name: "time", kind: "<f8", shape: vec![states], data: &times });
        npz(&arrays)
    }

    /// Draws one snapshot; gives the first mode's array as it is.
    pub fn run_once(self, snapshot: &Snapshot) -> Result<Vec<u8>, Error> {
        let gpu = Arc::clone(self.renderer.gpu());
        let filled = gpu.attempt(|| {
            let (mut views, mut filled, scene) = self.prepare()?;
            self.draw_moment(&scene, snapshot, &mut views, &mut filled)?;
            Ok::<_, Error>(filled)
        })?;
        Ok(filled.data.into_iter().next().unwrap_or_default())
    }

    fn draw(&self, mut snapshots: Receiver<Arc<Snapshot>>) -> Result<Filled, Error> {
        let (mut views, mut filled, scene) = self.prepare()?;
        while let Some(snapshot) = snapshots.blocking_recv() {
            self.draw_moment(&scene, &snapshot, &mut views, &mut filled)?;
        }
        Ok(filled)
    }

    /// Targets for every camera, room for the arrays, and the model on the device.
    fn prepare(&self) -> Result<(Vec<View>, Filled, SceneResources), Error> {
        let pixels = self.states * self.cameras.len() * self.size.pixels();
        let room = |mode: &Mode| Vec::with_capacity(mode.bytes() * pixels);
        let filled = Filled { data: self.modes.iter().map(room).collect(), times: Vec::new() };
        let scene = self.renderer.upload(&self.assets)?;
        let views =
            self.cameras.iter().map(|_| View::new(&self.renderer, self.size, self.settings));
        Ok((views.collect::<Result<_, _>>()?, filled, scene))
    }

    fn draw_moment(
        &self,
        scene: &SceneResources,
        snapshot: &Snapshot,
        views: &mut [View],
        filled: &mut Filled,
    ) -> Result<(), render::Error> {
        let eyes = self.cameras.iter().map(|camera| camera.eye(&self.assets, snapshot));
        let mut due: Vec<(&mut View, Eye)> = views.iter_mut().zip(eyes).collect();
        draw_all(scene, &self.assets, snapshot, &mut due)?;
        let objects = objects(snapshot);
        for (view, eye) in due {
            for (mode, data) in self.modes.iter().zip(&mut filled.data) {
                match mode {
                    Mode::Rgb => {
                        let pixels = view.read_rgba()?;
                        let colors = pixels.rows().flat_map(|row| row.as_chunks::<4>().0);
                        data.extend(colors.flat_map(|[red, green, blue, _]| [*red, *green, *blue]));
                    }
                    Mode::Depth => {
                        let meters = view.read_depth()?.into_iter().map(|z| eye.distance(z));
                        data.extend(meters.flat_map(f32::to_le_bytes));
                    }
                    Mode::Segmentation => {
                        let found = |id: u32| objects.get(id as usize).copied().unwrap_or(NOTHING);
                        let pairs = view.read_ids()?.into_iter().flat_map(found);
                        data.extend(pairs.flat_map(i32::to_le_bytes));
                    }
                }
            }
        }
        filled.times.push(snapshot.time);
        Ok(())
    }
}

/// What stands where nothing is.
const NOTHING: [i32; 2] = [-1, -1];

/// Id and type of the object behind each number of a picture, from 0: nothing.
fn objects(snapshot: &Snapshot) -> Vec<[i32; 2]> {
    let mut objects = vec![NOTHING];
    for geom in &snapshot.geoms {
        let Ok(number) = usize::try_from(geom.segment) else {
            continue;
        };
        // Numbers count geoms: none is larger than their count, unless a worker lies.
        if number <= snapshot.geoms.len() {
            if objects.len() <= number + 1 {
                objects.resize(number + 2, NOTHING);
            }
            objects[number + 1] = [geom.object_id, geom.object_kind];
        }
    }
    objects
}
