//! What of a model lives on the GPU while it is loaded.

use std::sync::{Arc, OnceLock};

use wgpu::util::DeviceExt;

use super::{
    Error,
    geometry::{Geometry, Range},
    instance::{self, Mapping},
    mesh,
    renderer::Renderer,
    shadows::Shadows,
    shapes::{Detail, Shapes},
    texture,
};
use crate::scene::{Assets, Geom, Texture, TextureKind};

/// GPU copies of a model's meshes, height fields and textures, shared by all views of it.
#[derive(Debug)]
pub struct SceneResources {
    pub(super) vertices: wgpu::Buffer,
    pub(super) indices: wgpu::Buffer,
    pub(super) ranges: Vec<Range>,
    pub(super) shapes: Shapes,
    /// The same with fewer triangles.
    pub(super) coarse_shapes: Shapes,
    /// The shape of mesh 0; mesh `i` and its hull are the shapes `2i` and `2i + 1` from there.
    pub(super) first_mesh: u32,
    /// The shape of height field 0.
    pub(super) first_height_field: u32,
    /// By texture id; `None` where it is drawn without.
    pub(super) textures: Vec<Option<BoundTexture>>,
    /// The edges of all shapes, when they were first asked for.
    wires: OnceLock<Wires>,
    /// What the lights of the moment last drawn see.
    pub(super) shadows: Shadows,
    /// What is bound where there is no texture.
    pub(super) blank: Arc<wgpu::BindGroup>,
    /// The texture of the sky.
    pub(super) skybox: Option<usize>,
}

/// Edges, for pictures that show nothing else.
#[derive(Debug)]
pub(super) struct Wires {
    /// Pairs of indices into [`SceneResources::vertices`].
    pub edges: wgpu::Buffer,
    pub ranges: Vec<Range>,
}

/// All shapes of a model.
struct Content {
    geometry: Geometry,
    shapes: Shapes,
    coarse_shapes: Shapes,
    first_mesh: u32,
    first_height_field: u32,
}

impl Content {
    fn of(assets: &Assets, wireframe: bool) -> Self {
        let mut geometry = Geometry { wireframe, ..Geometry::default() };
        let shapes = Shapes::add_to(&mut geometry, &Detail::of(&assets.visual));
        let coarse_shapes = Shapes::add_to(&mut geometry, &Detail::of(&assets.visual).coarse());
        let first_mesh = geometry.ranges.len() as u32;
        for (id, source) in assets.meshes.iter().enumerate() {
            geometry.add(|b| mesh::mesh(b, source));
            geometry.add(|b| mesh::hull(b, &assets.meshes[id..]));
        }
        let first_height_field = geometry.ranges.len() as u32;
        for source in &assets.height_fields {
            geometry.add(|b| mesh::height_field(b, source, assets.visual.quads));
        }
        Self { geometry, shapes, coarse_shapes, first_mesh, first_height_field }
    }
}

/// Most bytes of a model's textures: beyond, devices of ordinary size run out of memory, which not
/// every driver survives.
const MAX_TEXTURE_BYTES: u64 = 4 << 30;

fn check_textures(assets: &Assets) -> Result<(), Error> {
    // Four bytes per pixel, and a third more for the smaller levels.
    let bytes = |t: &Texture| u64::from(t.width) * u64::from(t.height) * 4 * 4 / 3;
    let bytes = assets.textures.iter().map(bytes).sum();
    let limit = MAX_TEXTURE_BYTES;
    if bytes > limit { Err(Error::TexturesTooLarge { bytes, limit }) } else { Ok(()) }
}

/// A texture as it is bound.
#[derive(Debug)]
pub(super) struct BoundTexture {
    pub kind: TextureKind,
    pub group: wgpu::BindGroup,
}

impl SceneResources {
    pub(super) fn upload(renderer: &Renderer, assets: &Assets) -> Result<Self, Error> {
        let gpu = renderer.gpu();
        if gpu.lost() {
            return Err(Error::DeviceLost);
        }
        let Content { geometry, shapes, coarse_shapes, first_mesh, first_height_field } =
            Content::of(assets, false);
        let limit = gpu.device().limits().max_buffer_size;
        let size =
            size_of_val(&geometry.vertices[..]).max(size_of_val(&geometry.indices[..])) as u64;
        if size > limit {
            return Err(Error::TooLarge { size, limit });
        }
        check_textures(assets)?;
        let buffer = |label, contents, usage| {
            let descriptor =
                wgpu::util::BufferInitDescriptor { label: Some(label), contents, usage };
            gpu.device().create_buffer_init(&descriptor)
        };
        let textures: Vec<_> = assets
            .textures
            .iter()
            .map(|source| {
                let view = texture::upload(gpu, source)?;
                Some(BoundTexture {
                    kind: source.kind,
                    group: renderer.bind_texture(source.kind, &view),
                })
            })
            .collect();
        let skybox = assets.textures.iter().position(|t| t.kind == TextureKind::Skybox);
        let resources = Self {
            vertices: buffer(
                "vertices",
                bytemuck::cast_slice(&geometry.vertices),
                wgpu::BufferUsages::VERTEX,
            ),
            indices: buffer(
                "indices",
                bytemuck::cast_slice(&geometry.indices),
                wgpu::BufferUsages::INDEX,
            ),
            ranges: geometry.ranges,
            shapes,
            coarse_shapes,
            first_mesh,
            first_height_field,
            skybox: skybox.filter(|&id| textures[id].is_some()),
            textures,
            wires: OnceLock::new(),
            shadows: Shadows::default(),
            blank: renderer.blank(),
        };
        // What is copied is kept twice, and what was let go of before stays, until something is
        // handed to the device: without viewers that may be never.
        gpu.queue().submit([]);
        // What is wrong with the device shows when it draws.
        let _ = gpu.device().poll(wgpu::PollType::Poll);
        Ok(resources)
    }

    /// The edges of the shapes of `assets`, which must be those that were uploaded.
    pub(super) fn wires(&self, device: &wgpu::Device, assets: &Assets) -> &Wires {
        self.wires.get_or_init(|| {
            let Geometry { edges, ranges, .. } = Content::of(assets, true).geometry;
            let descriptor = wgpu::util::BufferInitDescriptor {
                label: Some("edges"),
                contents: bytemuck::cast_slice(&edges),
                usage: wgpu::BufferUsages::INDEX,
            };
            Wires { edges: device.create_buffer_init(&descriptor), ranges }
        })
    }

    /// The bind group of a texture, or of none.
    pub(super) fn group(&self, texture: Option<usize>) -> &wgpu::BindGroup {
        let bound = texture.and_then(|id| self.textures.get(id)?.as_ref());
        bound.map_or(&self.blank, |bound| &bound.group)
    }

    /// Whether a shape casts by what faces the light alone. Behind a steep front, which the bias of
    /// shadow maps pushes far back, the back of a shape may be what shades things that touch it: only
    /// coarse shapes do without, and height fields, which nothing touches from below.
    pub(super) fn casts_by_front(&self, shape: u32) -> bool {
        let height_field = shape >= self.first_height_field && (shape as usize) < self.ranges.len();
        height_field || self.coarse_shapes.is_closed(shape)
    }

    /// A geom's texture and how it is looked up, with the numbers for [`Instance::mapping`].
    ///
    /// [`Instance::mapping`]: super::instance::Instance
    pub(super) fn look_up(&self, geom: &Geom) -> (Option<usize>, Mapping, [f32; 4]) {
        let id = usize::try_from(geom.texture).ok();
        let bound = id.and_then(|id| self.textures.get(id)?.as_ref());
        let Some((id, bound)) = id.zip(bound) else {
            return (None, Mapping::None, [0.0; 4]);
        };
        let (mapping, numbers) = instance::mapping(geom, bound.kind);
        (Some(id), mapping, numbers)
    }
}
