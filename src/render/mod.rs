//! Draws snapshots: MuJoCo's classic renderer, written anew for wgpu.
//!
//! [`Renderer`] holds what a device needs once, [`SceneResources`] what a model needs once, and
//! [`View`] what one stream needs: its targets and buffers. A picture is one submission:
//!
//! ```text
//! shadow maps, one per light ─► mirror: mark, image ─► opaque ─► sky, haze ─► transparent ─► read back
//!                                 └────────────────── one render pass ─────────────────┘
//! ```
//!
//! MuJoCo lights surfaces per vertex and adds up one pass per light with a shadow. Here one pass
//! carries each such light's part to the pixel and adds it there where the light is not blocked.
//!
//! Knows nothing of streams, encoders or clocks.

mod behind;
mod bounds;
mod flat;
mod frame;
mod geometry;
mod instance;
mod lines;
mod mesh;
mod overlay;
mod passes;
mod pipeline;
mod plane;
mod renderer;
mod resources;
mod ring;
mod shader;
mod shadows;
mod shapes;
mod surfaces;
mod targets;
mod texture;
mod uniform;
mod view;

#[cfg(test)]
mod tests;

pub use renderer::Renderer;
pub use resources::SceneResources;
pub use ring::Ring;
pub use view::{Nv12, Output, Pixels, View, draw_all};

use crate::scene::options::RenderFlag;

/// What a picture is optimised for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// As MuJoCo's renderer draws it, to the grid of its planes.
    #[default]
    Parity,
    /// What a processor draws fast: round shapes have fewer triangles, planes have fewer cells
    /// far from the eye and cast no shadow.
    Fast,
}

/// What a picture shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// The scene in its colours.
    #[default]
    Color,
    /// Depth as grey: 1 at the near plane, 0 at the far plane and where nothing is.
    Depth,
    /// Each thing in a colour of its own, as `mjRND_SEGMENT` draws it.
    Segments,
    /// The number of each thing plus one, in the bytes of red, green and blue: `mjRND_IDCOLOR`.
    Ids,
}

/// How a view draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What it is optimised for.
    pub profile: Profile,
    /// Samples per pixel, 1 or 4.
    pub samples: u32,
    /// Whether lights cast shadows.
    pub shadows: bool,
    /// Side of a shadow map, px; 0: the model's own.
    pub shadow_size: u32,
    /// Whether the first reflective geom mirrors the scene.
    pub reflections: bool,
    /// Whether the skybox is drawn.
    pub skybox: bool,
    /// Whether the horizon of an infinite plane fades into the sky.
    pub haze: bool,
    /// Whether the distance fades into fog.
    pub fog: bool,
    /// Whether the bottom row is drawn first, as OpenGL does. The picture is the same but for
    /// samples and for edges that run through the middle of pixels.
    pub bottom_up: bool,
    /// What the picture shows.
    pub show: Show,
    /// Whether what is transparent is added to what is behind it, rather than mixed with it.
    pub additive: bool,
    /// Whether only the front of surfaces is drawn.
    pub cull_faces: bool,
    /// Whether only the edges of surfaces are drawn.
    pub wireframe: bool,
    /// A border within the picture's edges.
    pub border: Option<Border>,
    /// Whether ids and depth are drawn beside the picture, with one sample per pixel, for
    /// [`View::read_ids`] and [`View::read_depth`].
    pub data: bool,
}

impl Settings {
    /// MuJoCo's own defaults.
    pub const PARITY: Self = Self {
        profile: Profile::Parity,
        samples: 4,
        shadows: true,
        shadow_size: 0,
        reflections: true,
        skybox: true,
        haze: true,
        fog: false,
        bottom_up: false,
        show: Show::Color,
        additive: false,
        cull_faces: true,
        wireframe: false,
        border: None,
        data: false,
    };
    /// The default where a processor draws.
    pub const FAST: Self = Self {
        profile: Profile::Fast,
        samples: 1,
        shadows: false,
        shadow_size: 1024,
        reflections: false,
        ..Self::PARITY
    };

    /// The same with flags of MuJoCo's set or cleared.
    pub fn with_flags(mut self, flags: impl IntoIterator<Item = (RenderFlag, bool)>) -> Self {
        let (mut depth, mut segments, mut ids) = (false, false, false);
        for (flag, on) in flags {
            *match flag {
                RenderFlag::Shadow => &mut self.shadows,
                RenderFlag::Wireframe => &mut self.wireframe,
                RenderFlag::Reflection => &mut self.reflections,
                RenderFlag::Additive => &mut self.additive,
                RenderFlag::Skybox => &mut self.skybox,
                RenderFlag::Fog => &mut self.fog,
                RenderFlag::Haze => &mut self.haze,
                RenderFlag::Depth => &mut depth,
                RenderFlag::Segment => &mut segments,
                RenderFlag::IdColor => &mut ids,
                RenderFlag::CullFace => &mut self.cull_faces,
            } = on;
        }
        self.show = match (depth, segments, ids) {
            (true, _, _) => Show::Depth,
            (false, true, true) => Show::Ids,
            (false, true, false) => Show::Segments,
            (false, false, _) => Show::Color,
        };
        if self.show != Show::Color {
            self.samples = 1;
        }
        self
    }

    /// Whether a flag of MuJoCo's is set.
    pub fn flag(&self, flag: RenderFlag) -> bool {
        match flag {
            RenderFlag::Shadow => self.shadows,
            RenderFlag::Wireframe => self.wireframe,
            RenderFlag::Reflection => self.reflections,
            RenderFlag::Additive => self.additive,
            RenderFlag::Skybox => self.skybox,
            RenderFlag::Fog => self.fog,
            RenderFlag::Haze => self.haze,
            RenderFlag::Depth => self.show == Show::Depth,
            RenderFlag::Segment => matches!(self.show, Show::Segments | Show::Ids),
            RenderFlag::IdColor => self.show == Show::Ids,
            RenderFlag::CullFace => self.cull_faces,
        }
    }
}

/// A border, as `mjvScene.framewidth` and `framergb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Border {
    /// px.
    pub width: u32,
    /// Red, green, blue.
    pub color: [u8; 3],
}

/// Why something could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The device is gone; a new one must be opened.
    #[error("the drawing device was lost")]
    DeviceLost,
    /// The model does not fit.
    #[error("the model needs {size} bytes in one buffer, the drawing device takes {limit}")]
    TooLarge {
        /// Bytes that it needs.
        size: u64,
        /// Bytes that the device takes.
        limit: u64,
    },
    /// There is more to be drawn than a picture takes.
    #[error("the scene shows {count} shapes at once, the limit is {limit} (instances per picture)")]
    TooManyInstances {
        /// Instances of shapes in all passes of the picture.
        count: usize,
        /// What the drawing device takes.
        limit: usize,
    },
    /// The textures do not fit.
    #[error(
        "the model's textures need {bytes} bytes of graphics memory, the limit is {limit} (texture \
         bytes per model)"
    )]
    TexturesTooLarge {
        /// Bytes of all textures with their smaller levels.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// The picture does not fit.
    #[error("a picture of {side} px is more than the {limit} px that the drawing device takes")]
    PictureTooLarge {
        /// The longer side, px.
        side: u32,
        /// What the device takes, px.
        limit: u32,
    },
    /// The picture cannot be coded in 4:2:0.
    #[error("{0} has no NV12: both sides must be even")]
    OddSize(crate::units::Size),
    /// The picture cannot be converted on the device.
    #[error("colours cannot be converted on the drawing device: {0}")]
    Convert(#[from] crate::color::gpu::Error),
    /// The pictures' memory cannot be shared.
    #[error("pictures cannot be shared with an encoder: {0}")]
    Share(#[from] crate::gpu::ShareError),
    /// An encoder gave no surface to draw into.
    #[error("the encoder has no surface to draw into")]
    NoSurface,
    /// A picture was asked for before one was drawn.
    #[error("nothing has been drawn yet")]
    NothingDrawn,
    /// The picture could not be fetched.
    #[error("the picture could not be read back")]
    Readback,
}

impl From<crate::gpu::Lost> for Error {
    fn from(_: crate::gpu::Lost) -> Self {
        Self::DeviceLost
    }
}
