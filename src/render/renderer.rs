//! What all views on one device share: layouts, samplers, pipelines.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use wgpu::{
    BindingType, SamplerBindingType, ShaderStages, TextureFormat, TextureSampleType,
    TextureViewDimension,
};

use super::{
    Error, SceneResources,
    behind::BIAS,
    overlay,
    pipeline::{self, Style, Target},
    shader::{self, Variant},
    shadows::ShadowMaps,
    texture,
    uniform::GpuView,
};
use crate::{
    color::{gpu::Converter, planes},
    gpu::Gpu,
    scene::{Assets, TextureKind},
};

/// How far surfaces are pushed away from a light in its shadow map, in units of 24-bit depth and
/// of slope: MuJoCo's numbers, for depth that is reversed.
const BIAS_FIXED: wgpu::DepthBiasState =
    wgpu::DepthBiasState { constant: -4, slope_scale: -BIAS, clamp: 0.0 };
/// The same in units of floating-point depth, which are far smaller.
const BIAS_FLOAT: wgpu::DepthBiasState =
    wgpu::DepthBiasState { constant: -512, slope_scale: -BIAS, clamp: 0.0 };

/// Layouts, samplers and pipelines of one device.
#[derive(Debug)]
pub struct Renderer {
    gpu: Arc<Gpu>,
    pub(super) view_layout: wgpu::BindGroupLayout,
    pub(super) caster_layout: wgpu::BindGroupLayout,
    texture_layout: wgpu::BindGroupLayout,
    scene_layout: wgpu::PipelineLayout,
    /// Compares with a shadow map.
    pub(super) shadow_sampler: wgpu::Sampler,
    flat_sampler: wgpu::Sampler,
    cube_sampler: wgpu::Sampler,
    blank_flat: wgpu::TextureView,
    blank_cube: wgpu::TextureView,
    blank: Arc<wgpu::BindGroup>,
    /// The letters of labels, uploaded when first asked for.
    font: OnceLock<wgpu::BindGroup>,
    converter: OnceLock<Converter>,
    plane_converter: OnceLock<planes::Converter>,
    pub(super) caster: wgpu::RenderPipeline,
    /// Casters without what faces away from the light.
    pub(super) front_caster: wgpu::RenderPipeline,
    /// Edges as casters.
    pub(super) wire_caster: wgpu::RenderPipeline,
    pub(super) shadow_format: TextureFormat,
    /// What is bound where no light casts a shadow.
    pub(super) no_shadows: Arc<ShadowMaps>,
    made: Mutex<Made>,
}

#[derive(Debug, Default)]
struct Made {
    modules: HashMap<Variant, wgpu::ShaderModule>,
    pipelines: HashMap<(Target, Style), wgpu::RenderPipeline>,
}

impl Renderer {
    /// Prepares drawing on `gpu`.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] when the device is gone.
    pub fn new(gpu: Arc<Gpu>) -> Result<Self, Error> {
        if gpu.lost() {
            return Err(Error::DeviceLost);
        }
        let device = gpu.device();
        let view_layout = view_layout(device);
        let caster_layout = layout(device, "caster", &[uniform(0, size_of::<[[f32; 4]; 4]>())]);
        let texture_layout = texture_layout(device);
        let scene_layout = pipeline_layout(device, &[&view_layout, &texture_layout]);
        let (shadow_format, bias) = if gpu.info().fixed_point_depth {
            (TextureFormat::Depth24Plus, BIAS_FIXED)
        } else {
            (TextureFormat::Depth32Float, BIAS_FLOAT)
        };
        let module = module(device, shader::CASTER.into());
        let layout = pipeline_layout(device, &[&caster_layout]);
        let caster = pipeline::caster(device, &layout, &module, shadow_format, Some(bias), None);
        let front_caster = pipeline::caster(
            device,
            &layout,
            &module,
            shadow_format,
            Some(bias),
            Some(wgpu::Face::Back),
        );
        let wire_caster = pipeline::caster(device, &layout, &module, shadow_format, None, None);
        let (flat_sampler, cube_sampler) = (
            sampler(device, wgpu::AddressMode::Repeat),
            sampler(device, wgpu::AddressMode::ClampToEdge),
        );
        let blank_flat = blank_texture(device, 1, TextureViewDimension::D2);
        let blank_cube = blank_texture(device, 6, TextureViewDimension::Cube);
        let blank = bind(device, &texture_layout, &blank_flat, &blank_cube, &flat_sampler);
        Ok(Self {
            shadow_sampler: shadow_sampler(device),
            view_layout,
            caster_layout,
            texture_layout,
            scene_layout,
            flat_sampler,
            cube_sampler,
            blank_flat,
            blank_cube,
            blank: Arc::new(blank),
            font: OnceLock::new(),
            converter: OnceLock::new(),
            plane_converter: OnceLock::new(),
            caster,
            front_caster,
            wire_caster,
            no_shadows: Arc::new(ShadowMaps::new(gpu.device(), shadow_format, 1, 0)),
            shadow_format,
            made: Mutex::default(),
            gpu,
        })
    }

    /// Copies what of a model is drawn to the GPU.
    ///
    /// # Errors
    /// [`Error`] when the device is gone or the model is larger than it takes.
    pub fn upload(&self, assets: &Assets) -> Result<SceneResources, Error> {
        SceneResources::upload(self, assets)
    }

    /// The device that this renderer draws on.
    pub fn gpu(&self) -> &Arc<Gpu> {
        &self.gpu
    }

    /// What makes NV12, compiled when it is first asked for.
    pub(super) fn converter(&self) -> Result<&Converter, Error> {
        if let Some(converter) = self.converter.get() {
            return Ok(converter);
        }
        let converter = Converter::new(self.gpu.device())?;
        Ok(self.converter.get_or_init(|| converter))
    }

    /// What draws the planes of NV12, compiled when it is first asked for.
    pub(super) fn plane_converter(&self) -> &planes::Converter {
        self.plane_converter.get_or_init(|| planes::Converter::new(self.gpu.device()))
    }

    /// The pipeline for `style`, made when it is first asked for.
    pub(super) fn pipeline(&self, target: &Target, style: &Style) -> wgpu::RenderPipeline {
        // A panic while one is made leaves the maps as they were.
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pipeline) = made.pipelines.get(&(*target, *style)) {
            return pipeline.clone();
        }
        let device = self.gpu.device();
        let variant = pipeline::variant(target, style);
        let module =
            made.modules.entry(variant).or_insert_with(|| module(device, variant.source()));
        let pipeline = pipeline::surface(device, &self.scene_layout, module, target, style);
        made.pipelines.insert((*target, *style), pipeline.clone());
        pipeline
    }

    pub(super) fn bind_texture(
        &self,
        kind: TextureKind,
        view: &wgpu::TextureView,
    ) -> wgpu::BindGroup {
        let (flat, cube, sampler) = match kind {
            TextureKind::Flat => (view, &self.blank_cube, &self.flat_sampler),
            TextureKind::Cube | TextureKind::Skybox => (&self.blank_flat, view, &self.cube_sampler),
        };
        bind(self.gpu.device(), &self.texture_layout, flat, cube, sampler)
    }

    /// The letters of labels.
    pub(super) fn font(&self) -> &wgpu::BindGroup {
        self.font.get_or_init(|| match texture::upload(&self.gpu, &overlay::texture()) {
            Some(view) => self.bind_texture(TextureKind::Flat, &view),
            None => wgpu::BindGroup::clone(&self.blank),
        })
    }

    pub(super) fn blank(&self) -> Arc<wgpu::BindGroup> {
        Arc::clone(&self.blank)
    }
}

fn module(device: &wgpu::Device, source: std::borrow::Cow<'_, str>) -> wgpu::ShaderModule {
    device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some("scene"),
        source: wgpu::ShaderSource::Wgsl(source),
    })
}

fn layout(
    device: &wgpu::Device,
    label: &str,
    entries: &[wgpu::BindGroupLayoutEntry],
) -> wgpu::BindGroupLayout {
    device
        .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(label), entries })
}

fn pipeline_layout(
    device: &wgpu::Device,
    groups: &[&wgpu::BindGroupLayout],
) -> wgpu::PipelineLayout {
    let groups: Vec<_> = groups.iter().copied().map(Some).collect();
    device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: None,
        bind_group_layouts: &groups,
        immediate_size: 0,
    })
}

fn entry(binding: u32, visibility: ShaderStages, ty: BindingType) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry { binding, visibility, ty, count: None }
}

fn uniform(binding: u32, size: usize) -> wgpu::BindGroupLayoutEntry {
    let ty = BindingType::Buffer {
        ty: wgpu::BufferBindingType::Uniform,
        has_dynamic_offset: false,
        min_binding_size: wgpu::BufferSize::new(size as u64),
    };
    entry(binding, ShaderStages::VERTEX_FRAGMENT, ty)
}

fn sampled(
    binding: u32,
    sample_type: TextureSampleType,
    view_dimension: TextureViewDimension,
) -> wgpu::BindGroupLayoutEntry {
    let ty = BindingType::Texture { sample_type, view_dimension, multisampled: false };
    entry(binding, ShaderStages::FRAGMENT, ty)
}

fn view_layout(device: &wgpu::Device) -> wgpu::BindGroupLayout {
    let comparison = BindingType::Sampler(SamplerBindingType::Comparison);
    let entries = [
        uniform(0, size_of::<GpuView>()),
        sampled(1, TextureSampleType::Depth, TextureViewDimension::D2Array),
        entry(2, ShaderStages::FRAGMENT, comparison),
    ];
    layout(device, "view", &entries)
}

fn texture_layout(device: &wgpu::Device) -> wgpu::BindGroupLayout {
    let float = TextureSampleType::Float { filterable: true };
    let filtering = BindingType::Sampler(SamplerBindingType::Filtering);
    let entries = [
        sampled(0, float, TextureViewDimension::D2),
        sampled(1, float, TextureViewDimension::Cube),
        entry(2, ShaderStages::FRAGMENT, filtering),
    ];
    layout(device, "texture", &entries)
}

fn sampler(device: &wgpu::Device, address: wgpu::AddressMode) -> wgpu::Sampler {
    device.create_sampler(&wgpu::SamplerDescriptor {
        address_mode_u: address,
        address_mode_v: address,
        address_mode_w: address,
        mag_filter: wgpu::FilterMode::Linear,
        min_filter: wgpu::FilterMode::Linear,
        mipmap_filter: wgpu::MipmapFilterMode::Linear,
        ..Default::default()
    })
}

fn shadow_sampler(device: &wgpu::Device) -> wgpu::Sampler {
    device.create_sampler(&wgpu::SamplerDescriptor {
        compare: Some(wgpu::CompareFunction::GreaterEqual),
        ..Default::default()
    })
}

fn blank_texture(
    device: &wgpu::Device,
    layers: u32,
    dimension: TextureViewDimension,
) -> wgpu::TextureView {
    let texture = device.create_texture(&wgpu::TextureDescriptor {
        label: Some("blank"),
        size: wgpu::Extent3d { width: 1, height: 1, depth_or_array_layers: layers },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: TextureFormat::Rgba8Unorm,
        usage: wgpu::TextureUsages::TEXTURE_BINDING,
        view_formats: &[],
    });
    texture.create_view(&wgpu::TextureViewDescriptor {
        dimension: Some(dimension),
        ..Default::default()
    })
}

fn bind(
    device: &wgpu::Device,
    layout: &wgpu::BindGroupLayout,
    flat: &wgpu::TextureView,
    cube: &wgpu::TextureView,
    sampler: &wgpu::Sampler,
) -> wgpu::BindGroup {
    let entry = |binding, resource| wgpu::BindGroupEntry { binding, resource };
    device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some("texture"),
        layout,
        entries: &[
            entry(0, wgpu::BindingResource::TextureView(flat)),
            entry(1, wgpu::BindingResource::TextureView(cube)),
            entry(2, wgpu::BindingResource::Sampler(sampler)),
        ],
    })
}
