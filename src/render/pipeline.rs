//! Pipelines: which there are, and how one is made.

use wgpu::{
    BlendComponent, BlendFactor, BlendOperation, BlendState, CompareFunction, Face, FrontFace,
    StencilFaceState, StencilOperation, TextureFormat, VertexStepMode,
};

use super::{
    geometry::Vertex,
    instance::{Instance, Mapping},
    lines::Segment,
    overlay::Stamp,
    shader::{EARLY_SLOTS, Variant},
    uniform::Lights,
};

/// The format of pictures: bytes in the order red, green, blue, alpha.
pub(super) const COLOR: TextureFormat = TextureFormat::Rgba8Unorm;

/// What a pipeline draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Surfaces lit per vertex.
    Surface,
    /// The mark of a mirror in the stencil.
    Mark,
    /// The sky.
    Sky,
    /// Haze at the horizon.
    Haze,
    /// Lines.
    Line,
    /// Surfaces in one colour each, whatever the light.
    Flat,
    /// Rectangles of pixels over everything.
    Stamp,
}

/// How colours meet those drawn before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Blend {
    /// They replace them, and depth is written.
    #[default]
    Replace,
    /// They are added to them, and depth is written: a mirror over its image.
    Add,
    /// They are mixed by opacity, and depth is kept.
    Mix,
    /// They are added to them by opacity, and depth is kept.
    Glow,
}

/// Which sides are not drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Cull {
    #[default]
    Back,
    Front,
    Nothing,
}

/// The choices within a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Style {
    pub kind: Kind,
    pub blend: Blend,
    pub cull: Cull,
    pub mapping: Mapping,
    /// Whether it belongs to a mirror image.
    pub mirrored: bool,
    /// Which light it shows.
    pub part: Part,
}

/// Which light a surface shows: `PART` in `shaders/scene.wgsl`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Part {
    #[default]
    All = 0,
    /// All but that of lights with a shadow.
    Base = 1,
    /// That of lights with a shadow alone.
    Shadowed = 2,
}

/// The choices that all pipelines of a picture share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Target {
    pub samples: u32,
    pub depth: TextureFormat,
    pub lights: Lights,
    /// Whether each light's part is rounded to 8 bits.
    pub rounded: bool,
    pub fog: bool,
    /// Whether only the edges of lit surfaces are drawn.
    pub wireframe: bool,
    /// Whether depth is drawn as grey in place of colours.
    pub depth_as_grey: bool,
    /// Whether the picture is drawn upside down, which turns triangles around.
    pub bottom_up: bool,
}

const INSTANCE_ATTRIBUTES: [wgpu::VertexAttribute; 7] = wgpu::vertex_attr_array![
    3 => Float32x4, 4 => Float32x4, 5 => Float32x4, 6 => Float32x4, 7 => Float32x4, 8 => Float32x4,
    9 => Float32x4
];
const VERTEX_ATTRIBUTES: [wgpu::VertexAttribute; 3] =
    wgpu::vertex_attr_array![0 => Float32x3, 1 => Float32x3, 2 => Float32x2];
const SEGMENT_ATTRIBUTES: [wgpu::VertexAttribute; 4] =
    wgpu::vertex_attr_array![0 => Float32x3, 1 => Float32, 2 => Float32x3, 3 => Float32x4];
const STAMP_ATTRIBUTES: [wgpu::VertexAttribute; 5] = wgpu::vertex_attr_array![
    0 => Float32x3, 1 => Uint32, 2 => Float32x4, 3 => Float32x2, 4 => Float32x3
];

fn buffer<T>(
    step_mode: VertexStepMode,
    attributes: &[wgpu::VertexAttribute],
) -> Option<wgpu::VertexBufferLayout<'_>> {
    Some(wgpu::VertexBufferLayout { array_stride: size_of::<T>() as u64, step_mode, attributes })
}

impl Blend {
    /// Whether what is drawn so leaves depth as it is.
    fn keeps_depth(self) -> bool {
        matches!(self, Self::Mix | Self::Glow)
    }
}

impl Cull {
    /// `HIDDEN` in `shaders/scene.wgsl`.
    fn hidden(self) -> f64 {
        match self {
            Self::Back => -1.0,
            Self::Front => 1.0,
            Self::Nothing => 0.0,
        }
    }
}

impl Kind {
    fn entry_points(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Surface => ("vs_surface", Some("fs_surface")),
            Self::Mark => ("vs_mark", None),
            Self::Sky => ("vs_sky", Some("fs_sky")),
            Self::Haze => ("vs_haze", Some("fs_plain")),
            Self::Line => ("vs_line", Some("fs_line")),
            Self::Flat => ("vs_flat", Some("fs_flat")),
            Self::Stamp => ("vs_stamp", Some("fs_stamp")),
        }
    }
}

/// The variant of `scene.wgsl` that draws `style` into `target`.
pub(super) fn variant(target: &Target, style: &Style) -> Variant {
    // What is transparent and mirror images take no shadows.
    let shadowed = !style.blend.keeps_depth() && !style.mirrored;
    let lights = if shadowed { target.lights } else { target.lights.without_shadows() };
    match style.kind {
        Kind::Surface => {}
        Kind::Line => return Variant { lights, textured: true, ..Variant::default() },
        _ => return Variant { textured: true, ..Variant::default() },
    }
    Variant {
        lights,
        textured: style.mapping != Mapping::None,
        placed: target.fog || style.mirrored || lights.shadows() > EARLY_SLOTS,
        wireframe: target.wireframe,
    }
}

/// Makes the pipeline that draws `style` into `target` with the module of its [`variant`].
pub(super) fn surface(
    device: &wgpu::Device,
    layout: &wgpu::PipelineLayout,
    module: &wgpu::ShaderModule,
    target: &Target,
    style: &Style,
) -> wgpu::RenderPipeline {
    let variant = variant(target, style);
    let (vertex_count, instance_count) = if variant.textured { (3, 7) } else { (2, 6) };
    let vertex = buffer::<Vertex>(VertexStepMode::Vertex, &VERTEX_ATTRIBUTES[..vertex_count]);
    let instance =
        buffer::<Instance>(VertexStepMode::Instance, &INSTANCE_ATTRIBUTES[..instance_count]);
    let buffers = match style.kind {
        Kind::Line => vec![buffer::<Segment>(VertexStepMode::Instance, &SEGMENT_ATTRIBUTES)],
        Kind::Stamp => vec![buffer::<Stamp>(VertexStepMode::Instance, &STAMP_ATTRIBUTES)],
        _ => vec![vertex, instance],
    };
    let flag = |value: bool| f64::from(u8::from(value));
    let constants = [
        ("TEXTURE", f64::from(style.mapping as u8)),
        ("MIRRORED", flag(style.mirrored)),
        ("ROUNDED", flag(target.rounded)),
        ("FOG", flag(target.fog)),
        ("HIDDEN", style.cull.hidden()),
        ("PART", f64::from(style.part as u8)),
    ];
    let constants = if variant.wireframe { &constants[..] } else { &constants[..4] };
    let options = wgpu::PipelineCompilationOptions { constants, ..Default::default() };
    let (vertex_entry, fragment_entry) = style.kind.entry_points();
    let fragment_entry =
        fragment_entry.map(|entry| if target.depth_as_grey { "fs_depth" } else { entry });
    let colors = [Some(wgpu::ColorTargetState {
        format: COLOR,
        blend: blend_state(style.blend),
        write_mask: if fragment_entry.is_some() {
            wgpu::ColorWrites::ALL
        } else {
            wgpu::ColorWrites::empty()
        },
    })];
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(vertex_entry),
        layout: Some(layout),
        vertex: wgpu::VertexState {
            module,
            entry_point: Some(vertex_entry),
            compilation_options: options.clone(),
            buffers: &buffers,
        },
        primitive: primitive(target, style),
        depth_stencil: Some(depth_stencil(target, style)),
        multisample: wgpu::MultisampleState { count: target.samples, ..Default::default() },
        fragment: Some(wgpu::FragmentState {
            module,
            entry_point: fragment_entry.or(Some("fs_nothing")),
            compilation_options: options,
            targets: &colors,
        }),
        multiview_mask: None,
        cache: None,
    })
}

fn primitive(target: &Target, style: &Style) -> wgpu::PrimitiveState {
    wgpu::PrimitiveState {
        topology: match style.kind {
            Kind::Line | Kind::Stamp => wgpu::PrimitiveTopology::TriangleStrip,
            Kind::Surface if target.wireframe => wgpu::PrimitiveTopology::LineList,
            _ => wgpu::PrimitiveTopology::TriangleList,
        },
        front_face: if style.mirrored != target.bottom_up { FrontFace::Cw } else { FrontFace::Ccw },
        cull_mode: match style.cull {
            Cull::Back => Some(Face::Back),
            Cull::Front => Some(Face::Front),
            Cull::Nothing => None,
        },
        ..Default::default()
    }
}

fn blend_state(blend: Blend) -> Option<BlendState> {
    let component = |src_factor, dst_factor| BlendComponent {
        src_factor,
        dst_factor,
        operation: BlendOperation::Add,
    };
    let color = match blend {
        Blend::Replace => return None,
        Blend::Add => component(BlendFactor::One, BlendFactor::One),
        Blend::Mix => component(BlendFactor::SrcAlpha, BlendFactor::OneMinusSrcAlpha),
        Blend::Glow => component(BlendFactor::SrcAlpha, BlendFactor::One),
    };
    // The picture stays opaque.
    let alpha = component(BlendFactor::Zero, BlendFactor::One);
    Some(BlendState { color, alpha })
}

fn depth_stencil(target: &Target, style: &Style) -> wgpu::DepthStencilState {
    let mark = style.kind == Kind::Mark;
    let face = StencilFaceState {
        compare: if style.mirrored { CompareFunction::Equal } else { CompareFunction::Always },
        pass_op: if mark { StencilOperation::Replace } else { StencilOperation::Keep },
        ..Default::default()
    };
    let has_stencil = target.depth.has_stencil_aspect();
    let over_all = mark || style.kind == Kind::Stamp;
    let depth_compare =
        if over_all { CompareFunction::Always } else { CompareFunction::GreaterEqual };
    wgpu::DepthStencilState {
        format: target.depth,
        // Haze hides what is transparent behind it.
        depth_write_enabled: Some(
            !over_all && (!style.blend.keeps_depth() || style.kind == Kind::Haze),
        ),
        depth_compare: Some(depth_compare),
        stencil: if has_stencil {
            wgpu::StencilState {
                front: face,
                back: face,
                read_mask: 0xff,
                write_mask: if mark { 0xff } else { 0 },
            }
        } else {
            Default::default()
        },
        bias: Default::default(),
    }
}

/// Makes the pipeline that draws shadow maps of `format`: of surfaces, pushed away by `bias`, or
/// without it of edges.
pub(super) fn caster(
    device: &wgpu::Device,
    layout: &wgpu::PipelineLayout,
    module: &wgpu::ShaderModule,
    format: TextureFormat,
    bias: Option<wgpu::DepthBiasState>,
    cull_mode: Option<Face>,
) -> wgpu::RenderPipeline {
    let buffers = [
        buffer::<Vertex>(VertexStepMode::Vertex, &VERTEX_ATTRIBUTES[..1]),
        buffer::<Instance>(VertexStepMode::Instance, &INSTANCE_ATTRIBUTES[..3]),
    ];
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some("caster"),
        layout: Some(layout),
        vertex: wgpu::VertexState {
            module,
            entry_point: Some("vs_caster"),
            compilation_options: Default::default(),
            buffers: &buffers,
        },
        primitive: wgpu::PrimitiveState {
            topology: match bias {
                Some(_) => wgpu::PrimitiveTopology::TriangleList,
                None => wgpu::PrimitiveTopology::LineList,
            },
            // The maps are upside down.
            front_face: FrontFace::Cw,
            cull_mode,
            ..Default::default()
        },
        depth_stencil: Some(wgpu::DepthStencilState {
            format,
            depth_write_enabled: Some(true),
            depth_compare: Some(CompareFunction::GreaterEqual),
            stencil: Default::default(),
            bias: bias.unwrap_or_default(),
        }),
        multisample: Default::default(),
        fragment: None,
        multiview_mask: None,
        cache: None,
    })
}
