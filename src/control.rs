//! What people and programs may ask of a session, as values that are already checked.
//!
//! The edges (`http`, `peer`) parse JSON into these; `session` acts on the viewer's part and
//! hands the physics part on to the worker.

use serde::{Deserialize, Serialize};

use crate::{config::Profile, scene::options::SceneOptions};

/// Pointer buttons held: bit 0 left, bit 1 right, bit 2 middle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Buttons(pub u8);

impl Buttons {
    /// Whether the left button is held.
    pub fn left(self) -> bool {
        self.0 & 1 != 0
    }

    /// Whether the right button is held.
    pub fn right(self) -> bool {
        self.0 & 2 != 0
    }

    /// Whether the middle button is held.
    pub fn middle(self) -> bool {
        self.0 & 4 != 0
    }
}

/// Keyboard modifiers held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the key of its name")]
pub struct Modifiers {
    pub ctrl: bool,
    pub shift: bool,
    pub alt: bool,
    pub meta: bool,
}

/// Where a pointer is and what it holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pointer {
    /// Position in the video box, CSS px from its top left.
    pub position: [f64; 2],
    /// Buttons held after the event.
    pub buttons: Buttons,
    /// Modifiers held.
    pub modifiers: Modifiers,
}

/// One event from one viewer.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The pointer moved.
    PointerMove(Pointer),
    /// A button went down.
    PointerDown(Pointer),
    /// A button went up.
    PointerUp(Pointer),
    /// The wheel turned by `notches` (positive: towards the viewer, zooms out), within ±10.
    Scroll {
        /// Vertical notches.
        notches: f64,
    },
    /// A key went down; `code` is the physical key, e.g. `Space`.
    KeyDown {
        /// `KeyboardEvent.code`.
        code: String,
        /// Modifiers held.
        modifiers: Modifiers,
    },
    /// A key went up.
    KeyUp {
        /// `KeyboardEvent.code`.
        code: String,
    },
    /// The viewer's video box, CSS px, and its device pixel ratio.
    Viewport {
        /// Width, CSS px, within `[1, 16384]`.
        width: f64,
        /// Height, CSS px, within `[1, 16384]`.
        height: f64,
        /// Device pixels per CSS px, within `[0.25, 8]`.
        dpr: f64,
    },
    /// A command, with the id that the reply must carry.
    Command {
        /// What to do.
        command: Command,
        /// The viewer's own number for it.
        id: Option<serde_json::Value>,
    },
}

/// What a viewer, a program or an agent may command.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Something for the simulation.
    Physics(PhysicsCommand),
    /// Runs when paused, pauses when running.
    Toggle,
    /// Pauses and goes back to the initial state.
    Stop,
    /// Loads a preset by id.
    LoadPreset(String),
    /// Loads MJCF text.
    LoadScene(String),
    /// Puts the viewer's camera where the model says it starts.
    ResetCamera,
    /// Turns the viewer's free camera, keeping lookat and distance.
    CameraPreset(CameraPreset),
    /// Sets parts of the viewer's free camera.
    SetCamera(CameraUpdate),
    /// Looks through a model camera by name or id, tracks a body, or goes free.
    UseCamera(CameraChoice),
    /// Draws the viewer's stream so from now on; `Auto`: as the daemon draws by default.
    SetQuality(Profile),
    /// Asks for a key frame on the viewer's stream.
    RequestKeyframe,
}

impl Command {
    /// Whether it brings up another scene, which may take seconds.
    pub fn loads(&self) -> bool {
        matches!(self, Self::LoadPreset(_) | Self::LoadScene(_))
    }

    /// Whether it is about what one viewer sees, and makes no sense without one.
    pub fn needs_viewer(&self) -> bool {
        let is_for_all =
            matches!(self, Self::Physics(_) | Self::Toggle | Self::Stop) || self.loads();
        !is_for_all
    }
}

/// A direction to look from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is a side of the scene")]
pub enum CameraPreset {
    Front,
    Side,
    Top,
}

/// Parts of a free camera to be set; all finite.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CameraUpdate {
    /// Degrees.
    pub azimuth: Option<f64>,
    /// Degrees, within `[-90, 90]`.
    pub elevation: Option<f64>,
    /// Metres, above 0.
    pub distance: Option<f64>,
    /// Metres, world.
    pub lookat: Option<[f64; 3]>,
    /// Vertical field of view, degrees, within `(0, 180)`.
    pub fovy: Option<f64>,
}

/// What a viewer looks through.
#[derive(Clone, Debug, PartialEq)]
pub enum CameraChoice {
    /// The viewer's own free camera.
    Free,
    /// A model camera by name.
    Name(String),
    /// A model camera by id.
    Index(u32),
    /// A free camera that follows a body, by name.
    Track(String),
    /// The next (`1`) or previous (`-1`) of free and model cameras, as `]` and `[` do.
    Cycle(i32),
}

/// What the worker does to the simulation. It crosses the process boundary, in this direction only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum PhysicsCommand {
    /// Lets time run.
    Play,
    /// Stops time.
    Pause,
    /// Pauses, then takes this many steps (at most 10 000).
    Step(u32),
    /// Goes back to the initial state (the keyframe `start` where the model has one).
    Reset,
    /// Simulated seconds per wall second, within `[0.001, 1000]`.
    Speed(f64),
    /// Sets controls: pairs of actuator id and value.
    SetControl(Vec<(u32, f64)>),
    /// Sets generalised positions: pairs of index and value.
    SetQpos(Vec<(u32, f64)>),
    /// Loads a keyframe by id.
    LoadKeyframe(u32),
    /// Restores a full `mjSTATE_INTEGRATION` vector.
    SetState(Vec<f64>),
    /// Shows these things from now on.
    Show(Box<SceneOptions>),
    /// How many snapshots per second to publish while time runs; 0: only when asked or changed.
    PublishRate(u32),
}
