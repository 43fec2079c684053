//! Shadow maps: depth as seen from each light, shared by all views of a scene.
//!
//! What a light sees depends on no camera, so views of one moment share its maps, and a moment
//! that casts the same shadows as the one before needs none drawn at all. Whoever records commands
//! that draw or read the maps holds the lock until they are submitted: the device then executes
//! them in that order.

use std::{
    collections::{BTreeMap, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use wgpu::{Extent3d, TextureFormat, TextureUsages};

use super::{frame::Frame, uniform::Lighting};

/// Maps of one side length, one layer per light.
#[derive(Debug)]
pub(super) struct ShadowMaps {
    pub side: u32,
    pub all: wgpu::TextureView,
    pub layers: Vec<wgpu::TextureView>,
}

/// The shadow maps of a scene.
#[derive(Debug, Default)]
pub(super) struct Shadows {
    /// By side length: views that draw in different detail do not disturb each other.
    held: Mutex<BTreeMap<u32, Held>>,
    /// How often maps were drawn.
    #[cfg(test)]
    drawn: std::sync::atomic::AtomicU64,
}

#[derive(Debug)]
struct Held {
    maps: Arc<ShadowMaps>,
    /// A digest of what the maps show.
    shown: Option<u64>,
}

/// The maps of a scene while nobody else uses them.
pub(super) struct Locked<'a> {
    held: MutexGuard<'a, BTreeMap<u32, Held>>,
    #[cfg(test)]
    drawn: &'a std::sync::atomic::AtomicU64,
}

impl Shadows {
    /// Takes the maps until what uses them is submitted.
    pub fn lock(&self) -> Locked<'_> {
        // A panic between recording and submitting leaves a digest of maps that were not drawn.
        let held = self.held.lock().unwrap_or_else(|poisoned: PoisonError<_>| {
            let mut held = poisoned.into_inner();
            held.clear();
            held
        });
        Locked {
            held,
            #[cfg(test)]
            drawn: &self.drawn,
        }
    }

    #[cfg(test)]
    pub fn drawn(&self) -> u64 {
        self.drawn.load(std::sync::atomic::Ordering::Relaxed)
    }
}

impl Locked<'_> {
    /// Whatever the maps show, it counts no longer.
    pub fn forget(&mut self) {
        self.held.values_mut().for_each(|held| held.shown = None);
    }

    /// The maps for `lights` lights, and whether they must be drawn to show what `digest` names.
    pub fn maps(
        &mut self,
        device: &wgpu::Device,
        format: TextureFormat,
        side: u32,
        lights: usize,
        digest: u64,
    ) -> (Arc<ShadowMaps>, bool) {
        let make =
            || Held { maps: Arc::new(ShadowMaps::new(device, format, side, lights)), shown: None };
        let held = self.held.entry(side).or_insert_with(make);
        if held.maps.layers.len() < lights {
            *held = make();
        }
        let stale = held.shown != Some(digest);
        held.shown = Some(digest);
        #[cfg(test)]
        self.drawn.fetch_add(u64::from(stale), std::sync::atomic::Ordering::Relaxed);
        (Arc::clone(&held.maps), stale)
    }
}

impl ShadowMaps {
    /// Maps for `count` lights.
    pub fn new(device: &wgpu::Device, format: TextureFormat, side: u32, count: usize) -> Self {
        // A single layer would be no array to OpenGL ES.
        let layers = count.max(2) as u32;
        let texture = device.create_texture(&wgpu::TextureDescriptor {
            label: Some("shadow maps"),
            size: Extent3d { width: side, height: side, depth_or_array_layers: layers },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format,
            usage: TextureUsages::RENDER_ATTACHMENT | TextureUsages::TEXTURE_BINDING,
            view_formats: &[],
        });
        let view = |dimension, base_array_layer, array_layer_count| {
            texture.create_view(&wgpu::TextureViewDescriptor {
                dimension: Some(dimension),
                base_array_layer,
                array_layer_count: Some(array_layer_count),
                ..Default::default()
            })
        };
        Self {
            side,
            all: view(wgpu::TextureViewDimension::D2Array, 0, layers),
            layers: (0..count as u32)
                .map(|layer| view(wgpu::TextureViewDimension::D2, layer, 1))
                .collect(),
        }
    }
}

/// A digest of all that shadow maps show: what casts, where, and where the lights are.
pub(super) fn digest(frame: &Frame, lighting: &Lighting, static_shapes: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    let count = lighting.lights.shadows();
    hasher.write(bytemuck::cast_slice(&lighting.view.clip_from_world_of_slot[..count]));
    (count, frame.wireframe()).hash(&mut hasher);
    let planes = || frame.plane_casters.iter().flatten();
    for (_, region) in planes() {
        [region.low, region.high]
            .map(|corner| corner.to_array().map(f32::to_bits))
            .hash(&mut hasher);
    }
    for batch in frame.casters.iter().chain(planes().map(|(batch, _)| batch)) {
        // Shapes of the picture alone have numbers that depend on the eye.
        match (batch.shape as usize).checked_sub(static_shapes) {
            None => batch.shape.hash(&mut hasher),
            Some(own) => hasher.write(bytemuck::cast_slice(frame.geometry.corners(own))),
        }
        for number in batch.instances.clone() {
            hasher.write(bytemuck::cast_slice(&frame.instances[number as usize].rows));
        }
    }
    hasher.finish()
}
