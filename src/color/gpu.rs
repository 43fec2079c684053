//! RGBA to NV12 on the GPU: a compute pass behind the drawing, so that 1.5 bytes per pixel leave
//! the device rather than 4, or none where the encoder reads its memory.

use bytemuck::{Pod, Zeroable};
use wgpu::{BindingType, BufferBindingType, BufferUsages, ShaderStages, util::DeviceExt};

use crate::{frame::Nv12Layout, units::Size};

/// The compute shader; [`super::rgba_to_nv12`] is its twin.
const SHADER: &str = include_str!("../../shaders/nv12.wgsl");
/// Pixels that a workgroup makes: 8×8 invocations of 4×2.
const GROUP_PIXELS: [u32; 2] = [8 * 4, 8 * 2];

/// Why a picture cannot be converted on a device.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The device has no compute shaders.
    #[error("the drawing device has no compute shaders")]
    Unsupported,
    /// The picture does not fit the layout.
    #[error("a picture of {picture} cannot be converted to NV12 of {nv12}")]
    WrongSize {
        /// Of the texture.
        picture: Size,
        /// Of the layout.
        nv12: Size,
    },
    /// The planes are not those of the picture.
    #[error("planes of {luma:?} and {chroma:?} px are not those of a picture of {picture:?} px")]
    WrongPlanes {
        /// Width and height of the texture.
        picture: [u32; 2],
        /// Of luma's.
        luma: [u32; 2],
        /// Of chroma's, which should be half.
        chroma: [u32; 2],
    },
    /// More than the device takes.
    #[error("NV12 of {bytes} bytes is more than the {limit} that the drawing device takes")]
    TooLarge {
        /// What the layout covers.
        bytes: u64,
        /// What the device takes.
        limit: u64,
    },
    /// The buffer cannot take the picture.
    #[error("a buffer of {bytes} bytes for {usage:?} does not take {needed} bytes of NV12")]
    UnfitBuffer {
        /// Its size.
        bytes: u64,
        /// What it may be used for.
        usage: BufferUsages,
        /// What the layout covers.
        needed: u64,
    },
}

/// Where and how the shader writes. Keep in sync with `Nv12Layout` in `shaders/nv12.wgsl`.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
struct GpuLayout {
    size: [u32; 2],
    /// In words of four bytes.
    stride: u32,
    bottom_up: u32,
}

/// What a device needs once to convert pictures.
#[derive(Debug)]
pub struct Converter {
    group_layout: wgpu::BindGroupLayout,
    pipeline: wgpu::ComputePipeline,
}

impl Converter {
    /// What the buffer of a [`Nv12Target`] must be usable for: written by the shader, and copied
    /// to where the host reads it. Memory that is exported, to CUDA for example, needs no more.
    pub const USAGE: BufferUsages = BufferUsages::STORAGE.union(BufferUsages::COPY_SRC);

    /// Whether `device` can convert: OpenGL ES may have no compute shaders.
    pub fn runs_on(device: &wgpu::Device) -> bool {
        let limits = device.limits();
        limits.max_compute_invocations_per_workgroup >= 64
            && limits.max_storage_buffers_per_shader_stage >= 1
    }

    /// Compiles the shader.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where [`Self::runs_on`] is false.
    pub fn new(device: &wgpu::Device) -> Result<Self, Error> {
        if !Self::runs_on(device) {
            return Err(Error::Unsupported);
        }
        let group_layout = group_layout(device);
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("nv12"),
            source: wgpu::ShaderSource::Wgsl(SHADER.into()),
        });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("nv12"),
            bind_group_layouts: &[Some(&group_layout)],
            immediate_size: 0,
        });
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some("nv12"),
            layout: Some(&pipeline_layout),
            module: &module,
            entry_point: Some("cs_nv12"),
            compilation_options: Default::default(),
            cache: None,
        });
        Ok(Self { group_layout, pipeline })
    }

    /// Prepares to convert `picture`, whose format is `Rgba8Unorm` and whose first row is its
    /// lowest if it is `bottom_up`, into a buffer of its own.
    ///
    /// # Errors
    /// [`Error::WrongSize`] and [`Error::TooLarge`].
    pub fn target(
        &self,
        device: &wgpu::Device,
        picture: &wgpu::TextureView,
        bottom_up: bool,
        layout: Nv12Layout,
    ) -> Result<Nv12Target, Error> {
        check_limit(device, layout)?;
        let buffer = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("nv12"),
            size: layout.bytes() as u64,
            usage: Self::USAGE,
            mapped_at_creation: false,
        });
        self.target_in(device, picture, bottom_up, layout, buffer)
    }

    /// As [`Self::target`], into a buffer that is there already, such as one whose memory another
    /// API shares. What lies behind the picture's last row is left alone.
    ///
    /// # Errors
    /// As [`Self::target`], and [`Error::UnfitBuffer`] for one that is too small or not made for
    /// [`Self::USAGE`].
    pub fn target_in(
        &self,
        device: &wgpu::Device,
        picture: &wgpu::TextureView,
        bottom_up: bool,
        layout: Nv12Layout,
        buffer: wgpu::Buffer,
    ) -> Result<Nv12Target, Error> {
        check_limit(device, layout)?;
        check_picture(picture, layout)?;
        let (bytes, usage, needed) = (buffer.size(), buffer.usage(), layout.bytes() as u64);
        if bytes < needed || !usage.contains(Self::USAGE) {
            return Err(Error::UnfitBuffer { bytes, usage, needed });
        }
        let size = layout.size();
        let uniform = device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
            label: Some("nv12 layout"),
            contents: bytemuck::bytes_of(&GpuLayout {
                size: [size.width(), size.height()],
                stride: layout.stride() / 4,
                bottom_up: bottom_up.into(),
            }),
            usage: BufferUsages::UNIFORM,
        });
        let words =
            wgpu::BufferBinding { buffer: &buffer, offset: 0, size: wgpu::BufferSize::new(needed) };
        let entry = |binding, resource| wgpu::BindGroupEntry { binding, resource };
        let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("nv12"),
            layout: &self.group_layout,
            entries: &[
                entry(0, wgpu::BindingResource::TextureView(picture)),
                entry(1, wgpu::BindingResource::Buffer(words)),
                entry(2, uniform.as_entire_binding()),
            ],
        });
        Ok(Nv12Target { pipeline: self.pipeline.clone(), group, buffer, layout })
    }
}

/// A picture's NV12 on the device.
#[derive(Debug)]
pub struct Nv12Target {
    pipeline: wgpu::ComputePipeline,
    group: wgpu::BindGroup,
    buffer: wgpu::Buffer,
    layout: Nv12Layout,
}

impl Nv12Target {
    /// Converts what the picture holds when this is executed. Padding between rows stays as it
    /// is, which is zero in a buffer that wgpu made, but for up to two bytes that become zero.
    pub fn encode(&self, encoder: &mut wgpu::CommandEncoder) {
        let descriptor = wgpu::ComputePassDescriptor { label: Some("nv12"), ..Default::default() };
        let mut pass = encoder.begin_compute_pass(&descriptor);
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.group, &[]);
        let [width, height] = GROUP_PIXELS;
        let size = self.layout.size();
        pass.dispatch_workgroups(size.width().div_ceil(width), size.height().div_ceil(height), 1);
    }

    /// Copies the NV12 to `memory`, which takes [`Nv12Layout::bytes`] and is made for `COPY_DST`.
    pub fn copy_to(&self, encoder: &mut wgpu::CommandEncoder, memory: &wgpu::Buffer) {
        let bytes = self.layout.bytes() as u64;
        encoder.copy_buffer_to_buffer(&self.buffer, 0, memory, 0, Some(bytes));
    }

    /// How the NV12 lies in [`Self::buffer`].
    pub fn layout(&self) -> Nv12Layout {
        self.layout
    }

    /// Where the NV12 is once the device has executed what [`Self::encode`] recorded.
    pub fn buffer(&self) -> &wgpu::Buffer {
        &self.buffer
    }
}

fn check_limit(device: &wgpu::Device, layout: Nv12Layout) -> Result<(), Error> {
    let limits = device.limits();
    let limit = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size);
    let bytes = layout.bytes() as u64;
    if bytes > limit { Err(Error::TooLarge { bytes, limit }) } else { Ok(()) }
}

fn check_picture(picture: &wgpu::TextureView, layout: Nv12Layout) -> Result<(), Error> {
    let (picture, nv12) = (picture.texture().size(), layout.size());
    match Size::new(picture.width, picture.height) {
        Some(picture) if picture != nv12 => Err(Error::WrongSize { picture, nv12 }),
        _ => Ok(()),
    }
}

fn group_layout(device: &wgpu::Device) -> wgpu::BindGroupLayout {
    let entry = |binding, ty| wgpu::BindGroupLayoutEntry {
        binding,
        visibility: ShaderStages::COMPUTE,
        ty,
        count: None,
    };
    let picture = BindingType::Texture {
        sample_type: wgpu::TextureSampleType::Float { filterable: false },
        view_dimension: wgpu::TextureViewDimension::D2,
        multisampled: false,
    };
    let buffer = |ty, size| BindingType::Buffer {
        ty,
        has_dynamic_offset: false,
        min_binding_size: wgpu::BufferSize::new(size),
    };
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some("nv12"),
        entries: &[
            entry(0, picture),
            entry(1, buffer(BufferBindingType::Storage { read_only: false }, 4)),
            entry(2, buffer(BufferBindingType::Uniform, size_of::<GpuLayout>() as u64)),
        ],
    })
}

#[cfg(test)]
mod tests {
    use std::{mem::offset_of, sync::OnceLock};

    use proptest::prelude::*;

    use super::*;
    use crate::{
        color::{reference, tests::noise},
        gpu::{Gpu, Options},
    };

    struct Device {
        gpu: Gpu,
        converter: Converter,
    }

    fn device() -> &'static Device {
        static SHARED: OnceLock<Device> = OnceLock::new();
        SHARED.get_or_init(|| {
            let gpu = Gpu::open(&Options::default()).expect("a device, software at least");
            let converter = Converter::new(gpu.device()).expect("compute shaders");
            Device { gpu, converter }
        })
    }

    fn size(width: u32, height: u32) -> Size {
        Size::new(width, height).expect("in range")
    }

    fn texture(size: Size, rgba: &[u8]) -> wgpu::TextureView {
        let gpu = &device().gpu;
        let descriptor = wgpu::TextureDescriptor {
            label: Some("picture"),
            size: wgpu::Extent3d {
                width: size.width(),
                height: size.height(),
                depth_or_array_layers: 1,
            },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: wgpu::TextureFormat::Rgba8Unorm,
            usage: wgpu::TextureUsages::TEXTURE_BINDING,
            view_formats: &[],
        };
        let order = wgpu::util::TextureDataOrder::LayerMajor;
        let texture = gpu.device().create_texture_with_data(gpu.queue(), &descriptor, order, rgba);
        texture.create_view(&Default::default())
    }

    fn buffer(bytes: usize, usage: BufferUsages) -> wgpu::Buffer {
        device().gpu.device().create_buffer(&wgpu::BufferDescriptor {
            label: Some("test"),
            size: bytes as u64,
            usage,
            mapped_at_creation: false,
        })
    }

    fn converted(target: &Nv12Target) -> Vec<u8> {
        let gpu = &device().gpu;
        let memory =
            buffer(target.layout().bytes(), BufferUsages::MAP_READ | BufferUsages::COPY_DST);
        let mut encoder = gpu.device().create_command_encoder(&Default::default());
        target.encode(&mut encoder);
        target.copy_to(&mut encoder, &memory);
        gpu.queue().submit([encoder.finish()]);
        memory.slice(..).map_async(wgpu::MapMode::Read, |_| ());
        gpu.device().poll(wgpu::PollType::wait_indefinitely()).expect("executes");
        memory.slice(..).get_mapped_range().expect("mapped").to_vec()
    }

    /// `rgba` by the shader, with rows from the top or from the bottom.
    fn by_shader(rgba: &[u8], layout: Nv12Layout, bottom_up: bool) -> Vec<u8> {
        let Device { gpu, converter } = device();
        let view = texture(layout.size(), rgba);
        converted(&converter.target(gpu.device(), &view, bottom_up, layout).expect("fits"))
    }

    fn by_formula(rgba: &[u8], layout: Nv12Layout) -> Vec<u8> {
        let mut nv12 = vec![0; layout.bytes()];
        reference::rgba_to_nv12(rgba, layout.size().width() as usize * 4, layout, &mut nv12);
        nv12
    }

    /// Padding included, which is zero on both sides.
    #[track_caller]
    fn assert_near(shader: &[u8], formula: &[u8]) {
        assert_eq!(shader.len(), formula.len());
        let off = shader.iter().zip(formula).position(|(a, b)| a.abs_diff(*b) > 1);
        assert_eq!(off, None, "{:?}", off.map(|at| (shader[at], formula[at])));
    }

    #[test]
    fn the_struct_matches_between_rust_and_wgsl() {
        let module = naga::front::wgsl::parse_str(SHADER).expect("parses");
        let found = module.types.iter().find_map(|(_, ty)| match &ty.inner {
            naga::TypeInner::Struct { members, span } => Some((members, *span)),
            _ => None,
        });
        let (members, span) = found.expect("a struct");
        let offsets: Vec<usize> = members.iter().map(|member| member.offset as usize).collect();
        let expected = [
            offset_of!(GpuLayout, size),
            offset_of!(GpuLayout, stride),
            offset_of!(GpuLayout, bottom_up),
        ];
        assert_eq!((offsets, span as usize), (expected.to_vec(), size_of::<GpuLayout>()));
    }

    #[test]
    fn every_colour_of_a_cube_is_that_of_the_formula() {
        // 33 values per channel, each in a square of its own so that chroma is not blurred.
        let value = |step: usize| (step * 8).min(255) as u8;
        let colours: Vec<[u8; 4]> = (0..33 * 33 * 33)
            .map(|i| [value(i % 33), value(i / 33 % 33), value(i / 1089), 255])
            .collect();
        let (wide, high) = (33 * 11, 33 * 3);
        let rgba: Vec<u8> = (0..2 * high)
            .flat_map(|y| (0..2 * wide).map(move |x| (y / 2) * wide + x / 2))
            .flat_map(|square| colours[square])
            .collect();
        let layout = Nv12Layout::new(size(2 * wide as u32, 2 * high as u32), 256).expect("even");
        assert_near(&by_shader(&rgba, layout, false), &by_formula(&rgba, layout));
    }

    #[test]
    fn a_shared_buffer_is_checked_and_only_the_picture_in_it_is_written() {
        let Device { gpu, converter } = device();
        let layout = Nv12Layout::new(size(6, 4), 16).expect("even");
        let rgba = noise(6 * 4 * 4, 7);
        let view = texture(layout.size(), &rgba);
        let target_in = |bytes, usage| {
            let buffer = buffer(bytes, usage);
            converter.target_in(gpu.device(), &view, false, layout, buffer)
        };
        let unfit = |outcome| matches!(outcome, Err(Error::UnfitBuffer { .. }));
        assert!(unfit(target_in(layout.bytes() - 4, Converter::USAGE)));
        assert!(unfit(target_in(layout.bytes(), BufferUsages::STORAGE)));

        let usage = Converter::USAGE | BufferUsages::COPY_DST;
        let target = target_in(layout.bytes(), usage).expect("fits");
        gpu.queue().write_buffer(target.buffer(), 0, &vec![0xaa; layout.bytes()]);
        let nv12 = converted(&target);
        for row in nv12.chunks_exact(16) {
            assert!(row[..6].iter().all(|byte| (16..=240).contains(byte)));
            assert_eq!((&row[6..8], &row[8..]), (&[0; 2][..], &[0xaa; 8][..]));
        }
    }

    #[test]
    fn a_picture_of_another_size_or_beyond_the_limits_is_refused() {
        let Device { gpu, converter } = device();
        let view = texture(size(4, 4), &[0; 64]);
        let target = |layout: Option<Nv12Layout>| {
            converter.target(gpu.device(), &view, false, layout.expect("even"))
        };
        let other = target(Nv12Layout::new(size(4, 2), 4));
        assert!(matches!(other, Err(Error::WrongSize { .. })));
        let far = target(Nv12Layout::new(size(4, 4), 1 << 31));
        assert!(matches!(far, Err(Error::TooLarge { .. })));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// Any content, any even size, any stride, either order of rows: the shader is the
        /// formula, and padding is zero.
        #[test]
        fn the_shader_is_the_formula(
            half_width in 1u32..70,
            half_height in 1u32..20,
            alignment in prop::sample::select(vec![4u32, 16, 64, 256]),
            bottom_up: bool,
            seed: u32,
        ) {
            let size = size(half_width * 2, half_height * 2);
            let layout = Nv12Layout::new(size, alignment).expect("even");
            let rgba = noise(size.pixels() * 4, seed);
            let drawn: Vec<u8> = if bottom_up {
                rgba.chunks_exact(size.width() as usize * 4).rev().flatten().copied().collect()
            } else {
                rgba.clone()
            };
            assert_near(&by_shader(&drawn, layout, bottom_up), &by_formula(&rgba, layout));
        }
    }
}
