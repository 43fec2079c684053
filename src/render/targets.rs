//! What a view draws into and from: targets and buffers.

use wgpu::{BufferUsages, Extent3d, TextureFormat, TextureUsages};

use super::pipeline::COLOR;
use crate::units::Size;

/// Distance of uniform blocks in a buffer: what every device accepts.
pub(super) const UNIFORM_STRIDE: u64 = 256;
/// The smallest buffer that is made, so that small scenes never grow theirs.
const SMALLEST_BUFFER: u64 = 4096;

#[derive(Debug)]
pub(super) struct Targets {
    pub color: wgpu::Texture,
    pub color_view: wgpu::TextureView,
    /// What is drawn into and then resolved, with several samples per pixel.
    pub sampled: Option<wgpu::TextureView>,
    pub depth: wgpu::TextureView,
    pub depth_texture: wgpu::Texture,
    pub depth_format: TextureFormat,
}

/// A buffer that is replaced by a larger one when it is too small.
#[derive(Debug)]
pub(super) struct Growing {
    pub buffer: wgpu::Buffer,
    pub label: &'static str,
}

impl Targets {
    /// Targets of `size`; depth can be read if `readable`.
    pub fn new(device: &wgpu::Device, size: Size, samples: u32, readable: bool) -> Self {
        let attachment = TextureUsages::RENDER_ATTACHMENT;
        let color_usage = TextureUsages::COPY_SRC | TextureUsages::TEXTURE_BINDING;
        let color = texture(device, "picture", size, COLOR, 1, attachment | color_usage);
        let sampled =
            (samples > 1).then(|| texture(device, "samples", size, COLOR, samples, attachment));
        let depth_usage = if readable { attachment | TextureUsages::COPY_SRC } else { attachment };
        let depth_format = TextureFormat::Depth32Float;
        let depth_texture = texture(device, "depth", size, depth_format, samples, depth_usage);
        Self {
            color_view: color.create_view(&Default::default()),
            sampled: sampled.map(|texture| texture.create_view(&Default::default())),
            depth: depth_texture.create_view(&Default::default()),
            depth_texture,
            depth_format,
            color,
        }
    }

    /// Adds a stencil, for mirrors: without it, pictures with several samples cost a tenth less.
    pub fn add_stencil(&mut self, device: &wgpu::Device, size: Size) {
        self.depth_format = if device.features().contains(wgpu::Features::DEPTH32FLOAT_STENCIL8) {
            TextureFormat::Depth32FloatStencil8
        } else {
            TextureFormat::Depth24PlusStencil8
        };
        let old = &self.depth_texture;
        let (samples, usage) = (old.sample_count(), old.usage());
        self.depth_texture = texture(device, "depth", size, self.depth_format, samples, usage);
        self.depth = self.depth_texture.create_view(&Default::default());
    }

    /// Whether mirrors can be drawn into these.
    pub fn has_stencil(&self) -> bool {
        self.depth_format.has_stencil_aspect()
    }

    fn keeps_depth(&self) -> bool {
        self.depth_texture.usage().contains(TextureUsages::COPY_SRC)
    }

    pub fn begin<'e>(&self, encoder: &'e mut wgpu::CommandEncoder) -> wgpu::RenderPass<'e> {
        let sampled = self.sampled.is_some();
        encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("picture"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: self.sampled.as_ref().unwrap_or(&self.color_view),
                depth_slice: None,
                resolve_target: sampled.then_some(&self.color_view),
                ops: wgpu::Operations {
                    load: wgpu::LoadOp::Clear(wgpu::Color::BLACK),
                    store: if sampled { wgpu::StoreOp::Discard } else { wgpu::StoreOp::Store },
                },
            })],
            depth_stencil_attachment: Some(wgpu::RenderPassDepthStencilAttachment {
                view: &self.depth,
                depth_ops: Some(wgpu::Operations {
                    load: wgpu::LoadOp::Clear(0.0),
                    store: if self.keeps_depth() {
                        wgpu::StoreOp::Store
                    } else {
                        wgpu::StoreOp::Discard
                    },
                }),
                stencil_ops: self.has_stencil().then_some(wgpu::Operations {
                    load: wgpu::LoadOp::Clear(0),
                    store: wgpu::StoreOp::Discard,
                }),
            }),
            ..Default::default()
        })
    }
}

fn texture(
    device: &wgpu::Device,
    label: &str,
    size: Size,
    format: TextureFormat,
    sample_count: u32,
    usage: TextureUsages,
) -> wgpu::Texture {
    device.create_texture(&wgpu::TextureDescriptor {
        label: Some(label),
        size: Extent3d { width: size.width(), height: size.height(), depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage,
        view_formats: &[],
    })
}

impl Growing {
    pub fn new(device: &wgpu::Device, label: &'static str, usage: BufferUsages) -> Self {
        Self {
            buffer: Self::make(device, label, SMALLEST_BUFFER, usage | BufferUsages::COPY_DST),
            label,
        }
    }

    fn make(
        device: &wgpu::Device,
        label: &'static str,
        size: u64,
        usage: BufferUsages,
    ) -> wgpu::Buffer {
        device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size,
            usage,
            mapped_at_creation: false,
        })
    }

    pub fn write(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, bytes: &[u8]) {
        let size = bytes.len() as u64;
        if size > self.buffer.size() {
            let usage = self.buffer.usage();
            self.buffer = Self::make(device, self.label, size.next_power_of_two(), usage);
        }
        if !bytes.is_empty() {
            queue.write_buffer(&self.buffer, 0, bytes);
        }
    }
}

pub(super) fn part_of(
    buffer: &wgpu::Buffer,
    offset: u64,
    size: usize,
) -> wgpu::BindingResource<'_> {
    wgpu::BindingResource::Buffer(wgpu::BufferBinding {
        buffer,
        offset,
        size: wgpu::BufferSize::new(size as u64),
    })
}
