//! One stream's pictures: targets, buffers and the drawing itself.

use std::{ops::Deref, sync::Arc};

use glam::Mat4;
use wgpu::BufferUsages;

use super::{
    Error, Profile, Renderer, SceneResources, Settings, Show, flat,
    frame::{Batch, Flat, Frame, Source},
    instance::Mapping,
    pipeline::{Blend, Cull, Kind, Part, Style, Target},
    resources::Wires,
    targets::{Growing, ShadowMaps, Targets, UNIFORM_STRIDE, part_of},
    uniform::{GpuView, Lighting, Lights},
};
use crate::{
    scene::{
        Assets, Snapshot,
        camera::{Camera, Eye},
    },
    units::Size,
};

/// Rows of a picture in a buffer start at multiples of this many bytes.
const ROW_ALIGNMENT: u32 = wgpu::COPY_BYTES_PER_ROW_ALIGNMENT;

/// Draws pictures of one size, one after the other.
#[derive(Debug)]
pub struct View {
    renderer: Arc<Renderer>,
    size: Size,
    settings: Settings,
    targets: Targets,
    uniforms: wgpu::Buffer,
    shadow_maps: ShadowMaps,
    /// For the scene and for its mirror image.
    groups: [wgpu::BindGroup; 2],
    instances: Growing,
    vertices: Growing,
    indices: Growing,
    edges: Growing,
    segments: Growing,
    stamps: Growing,
    readback: wgpu::Buffer,
    data: Option<Data>,
    frame: Frame,
    submitted: Option<wgpu::SubmissionIndex>,
}

/// Ids and depth beside the picture.
#[derive(Debug)]
struct Data {
    targets: Targets,
    ids: wgpu::Buffer,
    depth: wgpu::Buffer,
}

/// A picture in memory, mapped while this lives.
#[derive(Debug)]
pub struct Pixels<'a> {
    /// Always there until dropped.
    mapped: Option<wgpu::BufferView>,
    buffer: &'a wgpu::Buffer,
    size: Size,
    stride: usize,
    bottom_up: bool,
}

impl Pixels<'_> {
    /// The size in pixels.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Bytes from one row to the next.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// Rows from the top, pixels from the left, four bytes each: red, green, blue, 255.
    pub fn rows(&self) -> impl Iterator<Item = &[u8]> {
        let (row, last) = (4 * self.size.width() as usize, self.size.height() as usize - 1);
        (0..=last).map(move |y| {
            let y = if self.bottom_up { last - y } else { y };
            &self[y * self.stride..][..row]
        })
    }
}

impl Deref for Pixels<'_> {
    type Target = [u8];

    /// All rows, `stride × height` bytes, in the order in which [`Settings::bottom_up`] draws them.
    fn deref(&self) -> &[u8] {
        self.mapped.as_deref().unwrap_or_default()
    }
}

impl Drop for Pixels<'_> {
    fn drop(&mut self) {
        self.mapped = None;
        self.buffer.unmap();
    }
}

impl View {
    /// Prepares pictures of `size`.
    ///
    /// # Errors
    /// [`Error`] when the device is gone or the size is more than it takes.
    pub fn new(renderer: &Arc<Renderer>, size: Size, settings: Settings) -> Result<Self, Error> {
        let gpu = renderer.gpu();
        if gpu.lost() {
            return Err(Error::DeviceLost);
        }
        let (side, limit) =
            (size.width().max(size.height()), gpu.device().limits().max_texture_dimension_2d);
        if side > limit {
            return Err(Error::PictureTooLarge { side, limit });
        }
        let device = gpu.device();
        let targets = Targets::new(device, size, &Settings { data: false, ..settings });
        let buffer = |label, size, usage| {
            device.create_buffer(&wgpu::BufferDescriptor {
                label: Some(label),
                size,
                usage,
                mapped_at_creation: false,
            })
        };
        let uniforms =
            buffer("view", 2 * view_stride(), BufferUsages::UNIFORM | BufferUsages::COPY_DST);
        let rows = |label| {
            let bytes = u64::from(row_stride(size)) * u64::from(size.height());
            buffer(label, bytes, BufferUsages::MAP_READ | BufferUsages::COPY_DST)
        };
        let data = settings.data.then(|| Data {
            targets: Targets::for_data(device, size),
            ids: rows("ids"),
            depth: rows("depth"),
        });
        let shadow_maps = ShadowMaps::new(renderer, 1, 0);
        let groups = groups(renderer, &uniforms, &shadow_maps);
        Ok(Self {
            renderer: Arc::clone(renderer),
            size,
            settings,
            targets,
            uniforms,
            shadow_maps,
            groups,
            instances: Growing::new(device, "instances", BufferUsages::VERTEX),
            vertices: Growing::new(device, "vertices of a picture", BufferUsages::VERTEX),
            indices: Growing::new(device, "indices of a picture", BufferUsages::INDEX),
            edges: Growing::new(device, "edges of a picture", BufferUsages::INDEX),
            segments: Growing::new(device, "lines", BufferUsages::VERTEX),
            stamps: Growing::new(device, "text", BufferUsages::VERTEX),
            readback: rows("picture"),
            data,
            frame: Frame::default(),
            submitted: None,
        })
    }

    /// The size in pixels.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Draws `snapshot` of the model behind `scene` and `assets` as `camera` sees it. Returns
    /// when the work is handed to the device; [`Self::read_rgba`] waits for it.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] when the device is gone.
    pub fn draw(
        &mut self,
        scene: &SceneResources,
        assets: &Assets,
        snapshot: &Snapshot,
        camera: &Camera,
    ) -> Result<(), Error> {
        self.draw_from(scene, assets, snapshot, &camera.eye(assets, snapshot))
    }

    /// As [`Self::draw`], from a place that is no camera's, such as one of two eyes.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] when the device is gone.
    pub fn draw_from(
        &mut self,
        scene: &SceneResources,
        assets: &Assets,
        snapshot: &Snapshot,
        eye: &Eye,
    ) -> Result<(), Error> {
        if self.renderer.gpu().lost() {
            return Err(Error::DeviceLost);
        }
        let viewport = [self.size.width() as f32, self.size.height() as f32];
        let colored = self.settings.show == Show::Color;
        let shadows = self.settings.shadows && colored && self.shadow_side(assets) > 0;
        let mut lighting = Lighting::new(assets, snapshot, eye, viewport, shadows);
        if self.settings.bottom_up {
            lighting.turn_upside_down();
        }
        let mut frame = std::mem::take(&mut self.frame);
        frame.build(&Source {
            scene,
            assets,
            snapshot,
            settings: &self.settings,
            eye,
            clip_from_world: Mat4::from_cols_array_2d(&lighting.view.clip_from_world),
            viewport,
            shadows: lighting.lights.shadows() > 0,
        });
        self.fit_shadow_maps(self.shadow_side(assets), lighting.lights.shadows());
        self.write(&frame, &lighting);
        let device = self.renderer.gpu().device();
        let wires = frame.wireframe().then(|| scene.wires(device, assets));
        self.submit(scene, &frame, wires, lighting.lights);
        self.frame = frame;
        Ok(())
    }

    /// Waits for the last picture drawn and maps it.
    ///
    /// # Errors
    /// [`Error`] when nothing was drawn, or the device is gone.
    pub fn read_rgba(&mut self) -> Result<Pixels<'_>, Error> {
        self.read(&self.readback)
    }

    /// Waits for the last picture drawn and gives the number plus one of what each pixel shows
    /// ([`crate::scene::Geom::segment`]), 0 where nothing is; rows from the top.
    ///
    /// # Errors
    /// As [`Self::read_rgba`]; [`Error::NothingDrawn`] without [`Settings::data`] too.
    pub fn read_ids(&mut self) -> Result<Vec<u32>, Error> {
        let data = self.data.as_ref().ok_or(Error::NothingDrawn)?;
        let pixels = self.read(&data.ids)?;
        let numbers = pixels.rows().flat_map(|row| row.as_chunks::<4>().0);
        Ok(numbers.map(|pixel| flat::number_of(*pixel)).collect())
    }

    /// Waits for the last picture drawn and gives its depth: 1 at the near plane, 0 at the far
    /// plane and where nothing is, as MuJoCo's reversed buffer; rows from the top.
    ///
    /// # Errors
    /// As [`Self::read_ids`].
    pub fn read_depth(&mut self) -> Result<Vec<f32>, Error> {
        let data = self.data.as_ref().ok_or(Error::NothingDrawn)?;
        let pixels = self.read(&data.depth)?;
        let numbers = pixels.rows().flat_map(|row| row.as_chunks::<4>().0);
        Ok(numbers.map(|bytes| f32::from_le_bytes(*bytes)).collect())
    }

    fn read<'a>(&'a self, buffer: &'a wgpu::Buffer) -> Result<Pixels<'a>, Error> {
        let submitted = self.submitted.clone().ok_or(Error::NothingDrawn)?;
        let slice = buffer.slice(..);
        // Whether mapping worked shows when the range is asked for.
        slice.map_async(wgpu::MapMode::Read, |_| ());
        let wait = wgpu::PollType::Wait { submission_index: Some(submitted), timeout: None };
        self.renderer.gpu().device().poll(wait).map_err(|_| Error::Readback)?;
        let mapped = slice.get_mapped_range().map_err(|_| {
            buffer.unmap();
            if self.renderer.gpu().lost() { Error::DeviceLost } else { Error::Readback }
        })?;
        Ok(Pixels {
            mapped: Some(mapped),
            buffer,
            size: self.size,
            stride: row_stride(self.size) as usize,
            bottom_up: self.settings.bottom_up,
        })
    }

    fn shadow_side(&self, assets: &Assets) -> u32 {
        let wanted = match self.settings.shadow_size {
            0 => assets.visual.shadow_size,
            side => side,
        };
        wanted.min(self.renderer.gpu().device().limits().max_texture_dimension_2d)
    }

    fn fit_shadow_maps(&mut self, side: u32, count: usize) {
        let maps = &self.shadow_maps;
        if count > 0 && (maps.side != side || maps.layers.len() < count) {
            self.shadow_maps = ShadowMaps::new(&self.renderer, side, count);
            self.groups = groups(&self.renderer, &self.uniforms, &self.shadow_maps);
        }
    }

    /// Copies what changes from picture to picture to the device.
    fn write(&mut self, frame: &Frame, lighting: &Lighting) {
        let gpu = self.renderer.gpu();
        let (device, queue) = (gpu.device(), gpu.queue());
        queue.write_buffer(&self.uniforms, 0, bytemuck::bytes_of(&lighting.view));
        if let Some(mirror) = &frame.mirror {
            let image = lighting.mirrored(mirror.point, mirror.normal, mirror.reflectance);
            queue.write_buffer(&self.uniforms, view_stride(), bytemuck::bytes_of(&image));
        }
        for slot in 0..lighting.lights.shadows() {
            let matrix = &lighting.view.clip_from_world_of_slot[slot];
            let offset = slot as u64 * UNIFORM_STRIDE;
            queue.write_buffer(&self.shadow_maps.matrices, offset, bytemuck::bytes_of(matrix));
        }
        self.instances.write(device, queue, bytemuck::cast_slice(&frame.instances));
        self.vertices.write(device, queue, bytemuck::cast_slice(&frame.geometry.vertices));
        self.indices.write(device, queue, bytemuck::cast_slice(&frame.geometry.indices));
        self.edges.write(device, queue, bytemuck::cast_slice(&frame.geometry.edges));
        self.segments.write(device, queue, bytemuck::cast_slice(&frame.segments));
        self.stamps.write(device, queue, bytemuck::cast_slice(&frame.stamps));
    }

    fn submit(
        &mut self,
        scene: &SceneResources,
        frame: &Frame,
        wires: Option<&Wires>,
        lights: Lights,
    ) {
        let gpu = self.renderer.gpu();
        let mut encoder = gpu.device().create_command_encoder(&Default::default());
        for slot in 0..lights.shadows() {
            self.draw_shadow_map(&mut encoder, scene, frame, wires, slot);
        }
        self.draw_picture(&mut encoder, scene, frame, wires, lights);
        self.copy(&mut encoder, self.targets.color.as_image_copy(), &self.readback);
        if let Some(data) = &self.data {
            self.draw_data(&mut encoder, scene, frame, data);
        }
        self.submitted = Some(gpu.queue().submit([encoder.finish()]));
    }

    /// Copies a target to where it is read.
    fn copy(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        source: wgpu::TexelCopyTextureInfo<'_>,
        buffer: &wgpu::Buffer,
    ) {
        let layout = wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(row_stride(self.size)),
            rows_per_image: None,
        };
        let size = source.texture.size();
        encoder.copy_texture_to_buffer(source, wgpu::TexelCopyBufferInfo { buffer, layout }, size);
    }

    /// Draws ids and depth, and copies them to where they are read.
    fn draw_data(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        scene: &SceneResources,
        frame: &Frame,
        data: &Data,
    ) {
        let mut pass = data.targets.begin(encoder);
        let target = Target {
            samples: 1,
            depth: data.targets.depth_format,
            lights: Lights::default(),
            rounded: false,
            fog: false,
            wireframe: false,
            depth_as_grey: false,
            bottom_up: self.settings.bottom_up,
        };
        let bound = Bound::default();
        let mut painter = Painter { view: self, scene, frame, wires: None, target, bound };
        pass.set_bind_group(0, &self.groups[0], &[]);
        painter.flat(&mut pass, &frame.numbered);
        drop(pass);
        self.copy(encoder, data.targets.color.as_image_copy(), &data.ids);
        let depth = wgpu::TexelCopyTextureInfo {
            aspect: wgpu::TextureAspect::DepthOnly,
            ..data.targets.depth_texture.as_image_copy()
        };
        self.copy(encoder, depth, &data.depth);
    }

    fn draw_shadow_map(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        scene: &SceneResources,
        frame: &Frame,
        wires: Option<&Wires>,
        slot: usize,
    ) {
        let maps = &self.shadow_maps;
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("shadow map"),
            depth_stencil_attachment: Some(wgpu::RenderPassDepthStencilAttachment {
                view: &maps.layers[slot],
                depth_ops: Some(wgpu::Operations {
                    load: wgpu::LoadOp::Clear(0.0),
                    store: wgpu::StoreOp::Store,
                }),
                stencil_ops: None,
            }),
            ..Default::default()
        });
        // A border of one pixel stays clear: beyond the map nothing is in shadow.
        let inner = maps.side.saturating_sub(2) as f32;
        pass.set_viewport(1.0, 1.0, inner, inner, 0.0, 1.0);
        pass.set_pipeline(match wires {
            Some(_) => &self.renderer.wire_caster,
            None => &self.renderer.caster,
        });
        pass.set_bind_group(0, &maps.groups[slot], &[]);
        let mut bound = Bound::default();
        for batch in &frame.casters {
            self.draw_shape(&mut pass, scene, frame, batch, wires, &mut bound);
        }
    }

    fn draw_picture(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        scene: &SceneResources,
        frame: &Frame,
        wires: Option<&Wires>,
        lights: Lights,
    ) {
        let mut pass = self.targets.begin(encoder);
        let mut painter = Painter {
            view: self,
            scene,
            frame,
            wires,
            target: Target {
                samples: self.settings.samples,
                depth: self.targets.depth_format,
                lights,
                rounded: self.settings.profile == Profile::Parity,
                fog: self.settings.fog && self.settings.show == Show::Color,
                wireframe: frame.wireframe(),
                depth_as_grey: self.settings.show == Show::Depth,
                bottom_up: self.settings.bottom_up,
            },
            bound: Bound::default(),
        };
        if matches!(self.settings.show, Show::Segments | Show::Ids) {
            pass.set_bind_group(0, &self.groups[0], &[]);
            painter.flat(&mut pass, &frame.segmented);
            return;
        }
        if frame.mirror.is_some() {
            pass.set_bind_group(0, &self.groups[0], &[]);
            pass.set_stencil_reference(1);
            painter.batches(&mut pass, &frame.image[..1]);
            pass.set_bind_group(0, &self.groups[1], &[]);
            painter.batches(&mut pass, &frame.image[1..]);
        }
        pass.set_bind_group(0, &self.groups[0], &[]);
        painter.batches(&mut pass, &frame.opaque);
        let opaque_lines = frame.opaque_segments;
        painter.lines(&mut pass, 0..opaque_lines, Blend::Replace);
        if let Some(shape) = frame.sky {
            painter.sky(&mut pass, shape);
        }
        if self.settings.show == Show::Depth {
            // The rest writes no depth.
            return;
        }
        painter.batches(&mut pass, frame.haze.as_slice());
        painter.batches(&mut pass, &frame.transparent);
        let blend = if self.settings.additive { Blend::Glow } else { Blend::Mix };
        painter.lines(&mut pass, opaque_lines..frame.picture_segments, blend);
        painter.stamps(&mut pass);
    }

    /// Draws a batch: its triangles, or its edges if `wires` are given.
    fn draw_shape(
        &self,
        pass: &mut wgpu::RenderPass<'_>,
        scene: &SceneResources,
        frame: &Frame,
        batch: &Batch,
        wires: Option<&Wires>,
        bound: &mut Bound,
    ) {
        let shape = batch.shape as usize;
        let dynamic = shape >= scene.ranges.len();
        let range = match wires {
            _ if dynamic => frame.geometry.ranges[shape - scene.ranges.len()],
            Some(wires) => wires.ranges[shape],
            None => scene.ranges[shape],
        };
        let indices = match wires {
            Some(_) => range.first_edge..range.first_edge + range.edge_count,
            None => range.first_index..range.first_index + range.index_count,
        };
        if indices.is_empty() {
            return;
        }
        let from = (dynamic, wires.is_some());
        if bound.buffers != Some(from) {
            let vertices = if dynamic { &self.vertices.buffer } else { &scene.vertices };
            let indices = match wires {
                Some(_) if dynamic => &self.edges.buffer,
                None if dynamic => &self.indices.buffer,
                Some(wires) => &wires.edges,
                None => &scene.indices,
            };
            pass.set_vertex_buffer(0, vertices.slice(..));
            pass.set_vertex_buffer(1, self.instances.buffer.slice(..));
            pass.set_index_buffer(indices.slice(..), wgpu::IndexFormat::Uint32);
            bound.buffers = Some(from);
        }
        pass.draw_indexed(indices, range.base_vertex as i32, batch.instances.clone());
    }
}

/// What a pass has set, so that it is not set again.
#[derive(Default)]
struct Bound {
    style: Option<Style>,
    texture: Option<Option<usize>>,
    /// Whether the buffers are those of this picture rather than of the model, and of edges rather
    /// than triangles.
    buffers: Option<(bool, bool)>,
}

/// Draws batches in a pass.
struct Painter<'a> {
    view: &'a View,
    scene: &'a SceneResources,
    frame: &'a Frame,
    wires: Option<&'a Wires>,
    target: Target,
    bound: Bound,
}

impl Painter<'_> {
    fn batches(&mut self, pass: &mut wgpu::RenderPass<'_>, batches: &[Batch]) {
        for batch in batches {
            self.set(pass, batch.style, batch.texture);
            let wires = self.wires.filter(|_| batch.style.kind == Kind::Surface);
            self.view.draw_shape(pass, self.scene, self.frame, batch, wires, &mut self.bound);
        }
    }

    fn set(&mut self, pass: &mut wgpu::RenderPass<'_>, style: Style, texture: Option<usize>) {
        if self.bound.style != Some(style) {
            pass.set_pipeline(&self.view.renderer.pipeline(&self.target, &style));
            self.bound.style = Some(style);
        }
        if self.bound.texture != Some(texture) {
            pass.set_bind_group(1, self.scene.group(texture), &[]);
            self.bound.texture = Some(texture);
        }
    }

    fn flat(&mut self, pass: &mut wgpu::RenderPass<'_>, things: &Flat) {
        self.batches(pass, &things.batches);
        self.lines(pass, things.segments.clone(), Blend::Replace);
    }

    fn sky(&mut self, pass: &mut wgpu::RenderPass<'_>, shape: u32) {
        let style = Style {
            kind: Kind::Sky,
            blend: Blend::Replace,
            cull: Cull::Front,
            mapping: Mapping::Cube,
            mirrored: false,
            part: Part::All,
        };
        let batch = Batch { style, texture: self.scene.skybox, shape, instances: 0..1 };
        self.batches(pass, &[batch]);
    }

    fn lines(
        &mut self,
        pass: &mut wgpu::RenderPass<'_>,
        segments: std::ops::Range<u32>,
        blend: Blend,
    ) {
        if segments.is_empty() {
            return;
        }
        let style = Style {
            kind: Kind::Line,
            blend,
            cull: Cull::Nothing,
            mapping: Mapping::None,
            mirrored: false,
            part: Part::All,
        };
        self.set(pass, style, None);
        pass.set_vertex_buffer(0, self.view.segments.buffer.slice(..));
        pass.draw(0..4, segments);
        self.bound.buffers = None;
    }

    fn stamps(&mut self, pass: &mut wgpu::RenderPass<'_>) {
        let count = self.frame.stamps.len() as u32;
        if count == 0 {
            return;
        }
        let style = Style {
            kind: Kind::Stamp,
            blend: Blend::Replace,
            cull: Cull::Nothing,
            mapping: Mapping::None,
            mirrored: false,
            part: Part::All,
        };
        self.set(pass, style, None);
        pass.set_bind_group(1, self.view.renderer.font(), &[]);
        pass.set_vertex_buffer(0, self.view.stamps.buffer.slice(..));
        pass.draw(0..4, 0..count);
        self.bound = Bound::default();
    }
}

fn view_stride() -> u64 {
    (size_of::<GpuView>() as u64).next_multiple_of(UNIFORM_STRIDE)
}

fn row_stride(size: Size) -> u32 {
    (4 * size.width()).next_multiple_of(ROW_ALIGNMENT)
}

fn groups(renderer: &Renderer, uniforms: &wgpu::Buffer, maps: &ShadowMaps) -> [wgpu::BindGroup; 2] {
    [0, view_stride()].map(|offset| {
        let entry = |binding, resource| wgpu::BindGroupEntry { binding, resource };
        renderer.gpu().device().create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("view"),
            layout: &renderer.view_layout,
            entries: &[
                entry(0, part_of(uniforms, offset, size_of::<GpuView>())),
                entry(1, wgpu::BindingResource::TextureView(&maps.all)),
                entry(2, wgpu::BindingResource::Sampler(&renderer.shadow_sampler)),
            ],
        })
    })
}
