//! One stream's pictures: targets, buffers and the drawing itself.

use std::{cell::Cell, ops::Deref, sync::Arc};

use glam::Mat4;
use wgpu::BufferUsages;

use super::{
    Error, Renderer, SceneResources, Settings, Show, flat,
    frame::{Frame, Source},
    instance::Instance,
    passes::Passes,
    ring::Ring,
    shadows::{self, Locked, ShadowMaps},
    surfaces::Surfaces,
    targets::{Growing, Targets, UNIFORM_STRIDE, part_of},
    uniform::{GpuView, Lighting, MAX_LIGHTS},
};
use crate::{
    color::gpu::{Converter, Nv12Target},
    frame::{Nv12Layout, SharedPlanes},
    gpu::{Gpu, Handle},
    scene::{
        Assets, Snapshot,
        camera::{Camera, Eye},
    },
    units::Size,
};

/// Room for instances: some two million, far beyond what MuJoCo's scene holds.
const MAX_INSTANCE_BYTES: u64 = 256 << 20;
/// Rows of a picture in a buffer start at multiples of this many bytes.
const ROW_ALIGNMENT: u32 = wgpu::COPY_BYTES_PER_ROW_ALIGNMENT;

/// Draws pictures of one size, one after the other.
#[derive(Debug)]
pub struct View {
    pub(super) renderer: Arc<Renderer>,
    size: Size,
    pub(super) settings: Settings,
    pub(super) targets: Targets,
    uniforms: wgpu::Buffer,
    /// Clip space of each light's shadow map.
    matrices: wgpu::Buffer,
    /// For the shadow map of each light.
    pub(super) caster_groups: Vec<wgpu::BindGroup>,
    /// What [`Self::groups`] were made with.
    shadow_maps: Arc<ShadowMaps>,
    /// For the scene and for its mirror image.
    pub(super) groups: [wgpu::BindGroup; 2],
    pub(super) instances: Growing,
    pub(super) vertices: Growing,
    pub(super) indices: Growing,
    pub(super) edges: Growing,
    pub(super) segments: Growing,
    pub(super) stamps: Growing,
    readback: Readback,
    data: Option<Data>,
    frame: Frame,
    submitted: Option<wgpu::SubmissionIndex>,
    /// Bytes of pictures that the host has mapped.
    host_bytes: Cell<u64>,
}

/// What is read of a view's pictures.
#[derive(Debug, Default)]
pub enum Output {
    /// [`View::read_rgba`]: four bytes per pixel.
    #[default]
    Rgba,
    /// [`View::read_nv12`]: converted on the device, one and a half bytes per pixel.
    Nv12,
    /// [`View::finish`]: converted on the device, and never read by the host.
    Shared(Handle),
    /// [`View::finish`]: drawn into these surfaces of an encoder's by turns, and never read by the
    /// host.
    Drawn(Vec<SharedPlanes>),
}

impl Output {
    /// What costs a host that encodes video the least on `gpu`. Software drivers take many times
    /// longer to convert than [`crate::color::rgba_to_i420`] does.
    pub fn for_video(gpu: &Gpu) -> Self {
        let converts = !gpu.info().software && Converter::runs_on(gpu.device());
        if converts { Self::Nv12 } else { Self::Rgba }
    }
}

/// Where a view's pictures are read.
#[derive(Debug)]
enum Readback {
    Rgba(wgpu::Buffer),
    Nv12 { target: Nv12Target, memory: wgpu::Buffer },
    Shared(Ring),
    Drawn(Surfaces),
}

/// Ids and depth beside the picture.
#[derive(Debug)]
pub(super) struct Data {
    pub targets: Targets,
    ids: wgpu::Buffer,
    depth: wgpu::Buffer,
}

/// A buffer's memory, mapped while this lives.
#[derive(Debug)]
struct Mapped<'a> {
    /// Always there until dropped.
    bytes: Option<wgpu::BufferView>,
    buffer: &'a wgpu::Buffer,
}

impl Deref for Mapped<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.as_deref().unwrap_or_default()
    }
}

impl Drop for Mapped<'_> {
    fn drop(&mut self) {
        self.bytes = None;
        self.buffer.unmap();
    }
}

/// A picture in memory, mapped while this lives.
#[derive(Debug)]
pub struct Pixels<'a> {
    mapped: Mapped<'a>,
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
        &self.mapped
    }
}

/// A picture in memory as NV12, mapped while this lives.
#[derive(Debug)]
pub struct Nv12<'a> {
    mapped: Mapped<'a>,
    layout: Nv12Layout,
}

impl Nv12<'_> {
    /// How it lies there. Rows go from the top, whatever [`Settings::bottom_up`] says.
    pub fn layout(&self) -> Nv12Layout {
        self.layout
    }
}

impl Deref for Nv12<'_> {
    type Target = [u8];

    /// Both planes, [`Nv12Layout::bytes`] of them; padding is zero.
    fn deref(&self) -> &[u8] {
        &self.mapped
    }
}

impl View {
    /// Prepares pictures of `size` that are read as RGBA.
    ///
    /// # Errors
    /// [`Error`] when the device is gone or the size is more than it takes.
    pub fn new(renderer: &Arc<Renderer>, size: Size, settings: Settings) -> Result<Self, Error> {
        Self::with_output(renderer, size, settings, Output::Rgba)
    }

    /// Prepares pictures of `size` that are read as `output`.
    ///
    /// # Errors
    /// As [`Self::new`]; [`Error::OddSize`] or [`Error::Convert`] where there can be no NV12,
    /// [`Error::Share`] where the device's memory cannot be shared, or an encoder's not imported.
    pub fn with_output(
        renderer: &Arc<Renderer>,
        size: Size,
        settings: Settings,
        output: Output,
    ) -> Result<Self, Error> {
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
        let targets = Targets::new(device, size, settings.samples, false);
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
            targets: Targets::new(device, size, 1, true),
            ids: rows("ids"),
            depth: rows("depth"),
        });
        let matrices = buffer(
            "shadow matrices",
            UNIFORM_STRIDE * MAX_LIGHTS as u64,
            BufferUsages::UNIFORM | BufferUsages::COPY_DST,
        );
        let readback = match output {
            Output::Rgba => Readback::Rgba(rows("picture")),
            Output::Nv12 => {
                let layout = nv12_layout(size)?;
                let (picture, bottom_up) = (&targets.color_view, settings.bottom_up);
                let target = renderer.converter()?.target(device, picture, bottom_up, layout)?;
                let usage = BufferUsages::MAP_READ | BufferUsages::COPY_DST;
                let memory = buffer("nv12 in memory", target.layout().bytes() as u64, usage);
                Readback::Nv12 { target, memory }
            }
            Output::Shared(handle) => {
                let (picture, bottom_up) = (&targets.color_view, settings.bottom_up);
                let layout = nv12_layout(size)?;
                Readback::Shared(Ring::new(renderer, picture, bottom_up, layout, handle)?)
            }
            Output::Drawn(surfaces) => {
                let (picture, bottom_up) = (&targets.color_view, settings.bottom_up);
                Readback::Drawn(Surfaces::new(renderer, picture, bottom_up, &surfaces)?)
            }
        };
        let shadow_maps = Arc::clone(&renderer.no_shadows);
        let groups = groups(renderer, &uniforms, &shadow_maps);
        Ok(Self {
            renderer: Arc::clone(renderer),
            size,
            settings,
            targets,
            uniforms,
            caster_groups: caster_groups(renderer, &matrices),
            matrices,
            shadow_maps,
            groups,
            instances: Growing::new(device, "instances", BufferUsages::VERTEX),
            vertices: Growing::new(device, "vertices of a picture", BufferUsages::VERTEX),
            indices: Growing::new(device, "indices of a picture", BufferUsages::INDEX),
            edges: Growing::new(device, "edges of a picture", BufferUsages::INDEX),
            segments: Growing::new(device, "lines", BufferUsages::VERTEX),
            stamps: Growing::new(device, "text", BufferUsages::VERTEX),
            readback,
            data,
            frame: Frame::default(),
            submitted: None,
            host_bytes: Cell::new(0),
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
        draw_all(scene, assets, snapshot, &mut [(self, *eye)])
    }

    /// Records what draws `snapshot` as `eye` sees it.
    fn record(
        &mut self,
        encoder: &mut wgpu::CommandEncoder,
        shadows: &mut Locked<'_>,
        source: (&SceneResources, &Assets, &Snapshot),
        eye: &Eye,
    ) -> Result<(), Error> {
        let (scene, assets, snapshot) = source;
        let viewport = [self.size.width() as f32, self.size.height() as f32];
        let colored = self.settings.show == Show::Color;
        let side = self.shadow_side(assets);
        let shadowed = self.settings.shadows && colored && side > 0;
        let mut lighting = Lighting::new(assets, snapshot, eye, viewport, shadowed);
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
            lights: &lighting.view.clip_from_world_of_slot[..lighting.lights.shadows()],
            shadow_side: side,
        });
        let (count, limit) = (frame.instances.len(), self.most_instances());
        if count > limit {
            self.frame = frame;
            return Err(Error::TooManyInstances { count, limit });
        }
        if frame.mirror.is_some() && !self.targets.has_stencil() {
            // From the first mirror on: models rarely have any.
            let device = self.renderer.gpu().device();
            self.targets.add_stencil(device, self.size);
        }
        let stale = self.take_shadow_maps(shadows, side, scene, &frame, &lighting);
        self.write(&frame, &lighting);
        let device = self.renderer.gpu().device();
        let wires = frame.wireframe().then(|| scene.wires(device, assets));
        let passes = Passes { view: self, scene, frame: &frame, wires };
        if stale {
            for slot in 0..lighting.lights.shadows() {
                passes.shadow_map(encoder, &self.shadow_maps, slot);
            }
        }
        passes.picture(encoder, lighting.lights);
        match &self.readback {
            Readback::Rgba(memory) => {
                self.copy(encoder, self.targets.color.as_image_copy(), memory);
            }
            Readback::Nv12 { target, memory } => {
                target.encode(encoder);
                target.copy_to(encoder, memory);
            }
            Readback::Shared(ring) => ring.next().encode(encoder),
            Readback::Drawn(surfaces) => surfaces.next().encode(encoder),
        }
        if let Some(data) = &self.data {
            passes.data(encoder, data);
            self.copy(encoder, data.targets.color.as_image_copy(), &data.ids);
            let depth = wgpu::TexelCopyTextureInfo {
                aspect: wgpu::TextureAspect::DepthOnly,
                ..data.targets.depth_texture.as_image_copy()
            };
            self.copy(encoder, depth, &data.depth);
        }
        self.frame = frame;
        Ok(())
    }

    fn most_instances(&self) -> usize {
        let bytes = self.renderer.gpu().device().limits().max_buffer_size.min(MAX_INSTANCE_BYTES);
        bytes as usize / size_of::<Instance>()
    }

    /// Waits for the last picture drawn and maps it.
    ///
    /// # Errors
    /// [`Error`] when nothing was drawn, or the device is gone; [`Error::NothingDrawn`] too where
    /// the view is read in another way.
    pub fn read_rgba(&mut self) -> Result<Pixels<'_>, Error> {
        match &self.readback {
            Readback::Rgba(memory) => self.read(memory),
            _ => Err(Error::NothingDrawn),
        }
    }

    /// Waits for the last picture drawn and maps its NV12.
    ///
    /// # Errors
    /// [`Error`] when nothing was drawn, or the device is gone; [`Error::NothingDrawn`] too where
    /// the view is read in another way.
    pub fn read_nv12(&mut self) -> Result<Nv12<'_>, Error> {
        match &self.readback {
            Readback::Nv12 { target, memory } => {
                Ok(Nv12 { mapped: self.map(memory)?, layout: target.layout() })
            }
            _ => Err(Error::NothingDrawn),
        }
    }

    /// The memory that pictures are shared in, for encoders to import; `None` unless the view was
    /// made for [`Output::Shared`].
    pub fn ring(&self) -> Option<&Ring> {
        match &self.readback {
            Readback::Shared(ring) => Some(ring),
            _ => None,
        }
    }

    /// Waits for the last picture drawn and gives the number of its slot in [`Self::ring`], or of
    /// the surface of [`Output::Drawn`]. It stays there until all others were drawn into, and that
    /// one is next.
    ///
    /// # Errors
    /// [`Error`] when nothing was drawn into either, or the device is gone.
    pub fn finish(&mut self) -> Result<usize, Error> {
        let slot = match &self.readback {
            Readback::Shared(ring) => ring.drawn(),
            Readback::Drawn(surfaces) => surfaces.drawn(),
            _ => None,
        };
        let slot = slot.ok_or(Error::NothingDrawn)?;
        self.wait()?;
        if self.renderer.gpu().lost() { Err(Error::DeviceLost) } else { Ok(slot) }
    }

    /// Bytes of pictures that the host has read so far: stays 0 where they are shared.
    pub fn host_bytes(&self) -> u64 {
        self.host_bytes.get()
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
        Ok(Pixels {
            mapped: self.map(buffer)?,
            size: self.size,
            stride: row_stride(self.size) as usize,
            bottom_up: self.settings.bottom_up,
        })
    }

    fn map<'a>(&self, buffer: &'a wgpu::Buffer) -> Result<Mapped<'a>, Error> {
        if self.submitted.is_none() {
            return Err(Error::NothingDrawn);
        }
        let slice = buffer.slice(..);
        // Whether mapping worked shows when the range is asked for.
        slice.map_async(wgpu::MapMode::Read, |_| ());
        self.wait()?;
        let bytes = slice.get_mapped_range().map_err(|_| {
            buffer.unmap();
            if self.renderer.gpu().lost() { Error::DeviceLost } else { Error::Readback }
        })?;
        self.host_bytes.set(self.host_bytes.get() + buffer.size());
        Ok(Mapped { bytes: Some(bytes), buffer })
    }

    /// Waits until the device has drawn the last picture.
    fn wait(&self) -> Result<(), Error> {
        let submission_index = Some(self.submitted.clone().ok_or(Error::NothingDrawn)?);
        let wait = wgpu::PollType::Wait { submission_index, timeout: None };
        self.renderer.gpu().device().poll(wait).map(|_| ()).map_err(|_| Error::Readback)
    }

    fn shadow_side(&self, assets: &Assets) -> u32 {
        let wanted = match self.settings.shadow_size {
            0 => assets.visual.shadow_size,
            side => side,
        };
        wanted.min(self.renderer.gpu().device().limits().max_texture_dimension_2d)
    }

    /// Binds the maps of the lights that cast shadows; true if they must be drawn first.
    fn take_shadow_maps(
        &mut self,
        shadows: &mut Locked<'_>,
        side: u32,
        scene: &SceneResources,
        frame: &Frame,
        lighting: &Lighting,
    ) -> bool {
        let count = lighting.lights.shadows();
        if count == 0 {
            return false;
        }
        let digest = shadows::digest(frame, lighting, scene.ranges.len());
        let (device, format) = (self.renderer.gpu().device(), self.renderer.shadow_format);
        let (maps, stale) = shadows.maps(device, format, side, count, digest);
        if !Arc::ptr_eq(&maps, &self.shadow_maps) {
            self.groups = groups(&self.renderer, &self.uniforms, &maps);
            self.shadow_maps = maps;
        }
        stale
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
            queue.write_buffer(&self.matrices, offset, bytemuck::bytes_of(matrix));
        }
        self.instances.write(device, queue, bytemuck::cast_slice(&frame.instances));
        self.vertices.write(device, queue, bytemuck::cast_slice(&frame.geometry.vertices));
        self.indices.write(device, queue, bytemuck::cast_slice(&frame.geometry.indices));
        self.edges.write(device, queue, bytemuck::cast_slice(&frame.geometry.edges));
        self.segments.write(device, queue, bytemuck::cast_slice(&frame.segments));
        self.stamps.write(device, queue, bytemuck::cast_slice(&frame.stamps));
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
}

/// Draws one snapshot in several views at once: one submission, with shadow maps that they share.
///
/// # Errors
/// [`Error::DeviceLost`] when the device is gone, [`Error::TooManyInstances`] when one view shows
/// more than a picture takes; then none is drawn.
pub fn draw_all(
    scene: &SceneResources,
    assets: &Assets,
    snapshot: &Snapshot,
    views: &mut [(&mut View, Eye)],
) -> Result<(), Error> {
    let Some((first, _)) = views.first() else {
        return Ok(());
    };
    let renderer = Arc::clone(&first.renderer);
    if renderer.gpu().lost() {
        return Err(Error::DeviceLost);
    }
    let mut encoder = renderer.gpu().device().create_command_encoder(&Default::default());
    let mut shadows = scene.shadows.lock();
    for (view, eye) in &mut *views {
        let recorded = view.record(&mut encoder, &mut shadows, (scene, assets, snapshot), eye);
        if let Err(error) = recorded {
            // What was recorded before is never drawn.
            shadows.forget();
            return Err(error);
        }
    }
    let submitted = renderer.gpu().queue().submit([encoder.finish()]);
    drop(shadows);
    for (view, _) in views {
        view.submitted = Some(submitted.clone());
        match &mut view.readback {
            Readback::Shared(ring) => ring.submitted(),
            Readback::Drawn(surfaces) => surfaces.submitted(),
            Readback::Rgba(_) | Readback::Nv12 { .. } => {}
        }
    }
    Ok(())
}

fn nv12_layout(size: Size) -> Result<Nv12Layout, Error> {
    Nv12Layout::new(size, Nv12Layout::ALIGNMENT).ok_or(Error::OddSize(size))
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

fn caster_groups(renderer: &Renderer, matrices: &wgpu::Buffer) -> Vec<wgpu::BindGroup> {
    let group = |slot: usize| {
        let (offset, size) = (slot as u64 * UNIFORM_STRIDE, size_of::<[[f32; 4]; 4]>());
        renderer.gpu().device().create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("caster"),
            layout: &renderer.caster_layout,
            entries: &[wgpu::BindGroupEntry {
                binding: 0,
                resource: part_of(matrices, offset, size),
            }],
        })
    };
    (0..MAX_LIGHTS).map(group).collect()
}
