//! RGBA to the planes of NV12 by drawing: for surfaces of an encoder's, whose layout only its
//! driver and that of the device know, so that no shader can write them as a buffer.

use wgpu::{ShaderStages, TextureFormat};

use super::gpu::Error;

/// The shaders; [`super::rgba_to_nv12`] is their twin.
const SHADER: &str = include_str!("../../shaders/planes.wgsl");

/// What a device needs once to draw planes.
#[derive(Debug)]
pub struct Converter {
    group_layout: wgpu::BindGroupLayout,
    luma: wgpu::RenderPipeline,
    chroma: wgpu::RenderPipeline,
}

/// A picture, and the surface that it is drawn into.
#[derive(Debug)]
pub struct Target {
    picture: wgpu::BindGroup,
    bottom_up: bool,
    /// Luma, then chroma.
    planes: [(wgpu::RenderPipeline, wgpu::TextureView); 2],
}

impl Converter {
    /// Compiles the shaders.
    pub fn new(device: &wgpu::Device) -> Self {
        let group_layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("planes"),
            entries: &[wgpu::BindGroupLayoutEntry {
                binding: 0,
                visibility: ShaderStages::FRAGMENT,
                ty: wgpu::BindingType::Texture {
                    sample_type: wgpu::TextureSampleType::Float { filterable: false },
                    view_dimension: wgpu::TextureViewDimension::D2,
                    multisampled: false,
                },
                count: None,
            }],
        });
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("planes"),
            source: wgpu::ShaderSource::Wgsl(SHADER.into()),
        });
        let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("planes"),
            bind_group_layouts: &[Some(&group_layout)],
            immediate_size: 0,
        });
        let pipeline = |entry, format| pipeline(device, &layout, &module, entry, format);
        Self {
            luma: pipeline("fs_luma", TextureFormat::R8Unorm),
            chroma: pipeline("fs_chroma", TextureFormat::Rg8Unorm),
            group_layout,
        }
    }

    /// Prepares to draw `picture`, whose format is `Rgba8Unorm` and whose first row is its lowest
    /// if it is `bottom_up`, into `luma` and `chroma`: textures to be drawn into, `R8Unorm` of its
    /// size and `Rg8Unorm` of half its width and height.
    ///
    /// # Errors
    /// [`Error::WrongPlanes`] where the planes are not those of such a picture.
    pub fn target(
        &self,
        device: &wgpu::Device,
        picture: &wgpu::TextureView,
        bottom_up: bool,
        [luma, chroma]: &[wgpu::Texture; 2],
    ) -> Result<Target, Error> {
        let size = |texture: &wgpu::Texture| [texture.width(), texture.height()];
        let picture_size = size(picture.texture());
        let fits = |plane, scale| size(plane).map(|side| side * scale) == picture_size;
        if !fits(luma, 1) || !fits(chroma, 2) {
            let (luma, chroma) = (size(luma), size(chroma));
            return Err(Error::WrongPlanes { picture: picture_size, luma, chroma });
        }
        let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("planes"),
            layout: &self.group_layout,
            entries: &[wgpu::BindGroupEntry {
                binding: 0,
                resource: wgpu::BindingResource::TextureView(picture),
            }],
        });
        let view = |plane: &wgpu::Texture| plane.create_view(&Default::default());
        let planes = [(self.luma.clone(), view(luma)), (self.chroma.clone(), view(chroma))];
        Ok(Target { picture: group, bottom_up, planes })
    }
}

impl Target {
    /// Draws what the picture holds when this is executed, every pixel of both planes; rows go
    /// from the top.
    pub fn encode(&self, encoder: &mut wgpu::CommandEncoder) {
        for (pipeline, view) in &self.planes {
            let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
                label: Some("plane"),
                color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                    view,
                    depth_slice: None,
                    resolve_target: None,
                    // Nothing of the old is seen. Clearing could leave more than pixels behind.
                    ops: wgpu::Operations { load: wgpu::LoadOp::Load, store: wgpu::StoreOp::Store },
                })],
                ..Default::default()
            });
            pass.set_pipeline(pipeline);
            pass.set_bind_group(0, &self.picture, &[]);
            let instance = u32::from(self.bottom_up);
            pass.draw(0..3, instance..instance + 1);
        }
    }
}

fn pipeline(
    device: &wgpu::Device,
    layout: &wgpu::PipelineLayout,
    module: &wgpu::ShaderModule,
    fragment: &'static str,
    format: TextureFormat,
) -> wgpu::RenderPipeline {
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(fragment),
        layout: Some(layout),
        vertex: wgpu::VertexState {
            module,
            entry_point: Some("vs_plane"),
            compilation_options: Default::default(),
            buffers: &[],
        },
        primitive: wgpu::PrimitiveState::default(),
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module,
            entry_point: Some(fragment),
            compilation_options: Default::default(),
            targets: &[Some(format.into())],
        }),
        multiview_mask: None,
        cache: None,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use proptest::prelude::*;
    use wgpu::util::DeviceExt as _;

    use super::*;
    use crate::{
        color::{reference, tests::noise},
        frame::Nv12Layout,
        gpu::{Gpu, Options},
        units::Size,
    };

    struct Device {
        gpu: Gpu,
        converter: Converter,
    }

    fn device() -> &'static Device {
        static SHARED: OnceLock<Device> = OnceLock::new();
        SHARED.get_or_init(|| {
            let gpu = Gpu::open(&Options::default()).expect("a device, software at least");
            let converter = Converter::new(gpu.device());
            Device { gpu, converter }
        })
    }

    fn descriptor(
        (width, height): (u32, u32),
        format: TextureFormat,
        usage: wgpu::TextureUsages,
    ) -> wgpu::TextureDescriptor<'static> {
        wgpu::TextureDescriptor {
            label: Some("test"),
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format,
            usage,
            view_formats: &[],
        }
    }

    fn picture(size: Size, rgba: &[u8]) -> wgpu::TextureView {
        let gpu = &device().gpu;
        let usage = wgpu::TextureUsages::TEXTURE_BINDING;
        let side = (size.width(), size.height());
        let descriptor = descriptor(side, TextureFormat::Rgba8Unorm, usage);
        let order = wgpu::util::TextureDataOrder::LayerMajor;
        let texture = gpu.device().create_texture_with_data(gpu.queue(), &descriptor, order, rgba);
        texture.create_view(&Default::default())
    }

    fn planes((width, height): (u32, u32)) -> [wgpu::Texture; 2] {
        let usage = wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC;
        let plane =
            |size, format| device().gpu.device().create_texture(&descriptor(size, format, usage));
        [
            plane((width, height), TextureFormat::R8Unorm),
            plane((width / 2, height / 2), TextureFormat::Rg8Unorm),
        ]
    }

    /// `rgba` by the shaders as NV12 whose rows are as far apart as copies of textures need them,
    /// with rows from the top or from the bottom; padding is zero.
    fn by_drawing(rgba: &[u8], layout: Nv12Layout, bottom_up: bool) -> Vec<u8> {
        let Device { gpu, converter } = device();
        let size = (layout.size().width(), layout.size().height());
        let planes = planes(size);
        let picture = picture(layout.size(), rgba);
        let target = converter.target(gpu.device(), &picture, bottom_up, &planes).expect("fits");
        let buffer = gpu.device().create_buffer(&wgpu::BufferDescriptor {
            label: Some("test"),
            size: layout.bytes() as u64,
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = gpu.device().create_command_encoder(&Default::default());
        target.encode(&mut encoder);
        for (plane, row) in planes.iter().zip([0, size.1]) {
            let to = wgpu::TexelCopyBufferLayout {
                offset: u64::from(row * layout.stride()),
                bytes_per_row: Some(layout.stride()),
                rows_per_image: None,
            };
            let to = wgpu::TexelCopyBufferInfo { buffer: &buffer, layout: to };
            encoder.copy_texture_to_buffer(plane.as_image_copy(), to, plane.size());
        }
        gpu.queue().submit([encoder.finish()]);
        buffer.slice(..).map_async(wgpu::MapMode::Read, |_| ());
        gpu.device().poll(wgpu::PollType::wait_indefinitely()).expect("executes");
        buffer.slice(..).get_mapped_range().expect("mapped").to_vec()
    }

    #[track_caller]
    fn assert_near(drawn: &[u8], rgba: &[u8], layout: Nv12Layout) {
        let mut formula = vec![0; layout.bytes()];
        reference::rgba_to_nv12(rgba, layout.size().width() as usize * 4, layout, &mut formula);
        let off = drawn.iter().zip(&formula).position(|(a, b)| a.abs_diff(*b) > 1);
        assert_eq!(off, None, "{:?}", off.map(|at| (drawn[at], formula[at])));
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
        let size = Size::new(2 * wide as u32, 2 * high as u32).expect("in range");
        let layout = Nv12Layout::new(size, 256).expect("even");
        assert_near(&by_drawing(&rgba, layout, false), &rgba, layout);
    }

    #[test]
    fn planes_of_another_picture_are_refused() {
        let Device { gpu, converter } = device();
        let picture = picture(Size::new(4, 4).expect("in range"), &[0; 64]);
        let [luma, chroma] = planes((4, 4));
        let [other_luma, other_chroma] = planes((4, 2));
        for planes in [[luma, other_chroma], [other_luma, chroma]] {
            let refused = converter.target(gpu.device(), &picture, false, &planes);
            assert!(matches!(refused, Err(Error::WrongPlanes { .. })), "{refused:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        /// Any content, any even size, either order of rows: what is drawn is the formula.
        #[test]
        fn what_is_drawn_is_the_formula(
            half_width in 1u32..70, half_height in 1u32..20, bottom_up: bool, seed: u32
        ) {
            let size = Size::new(half_width * 2, half_height * 2).expect("in range");
            let layout = Nv12Layout::new(size, 256).expect("even");
            let rgba = noise(size.pixels() * 4, seed);
            let stored: Vec<u8> = if bottom_up {
                rgba.chunks_exact(size.width() as usize * 4).rev().flatten().copied().collect()
            } else {
                rgba.clone()
            };
            assert_near(&by_drawing(&stored, layout, bottom_up), &rgba, layout);
        }
    }
}
