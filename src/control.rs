//! What people and programs may ask of a session, as values that are already checked.
//!
//! The edges (`http`, `peer`) parse JSON into these; `session` acts on the viewer's part and
//! hands the physics part on to the worker.

use serde::{Deserialize, Serialize};

use crate::{
    config::Profile,
    scene::{
        Perturb, Pose,
        camera::{Eye, Motion},
        mechanics::{Mechanics, Setting},
        options::{OptionsUpdate, SceneOptions},
    },
    units::ViewerId,
};

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
    /// Shows what another viewer sees from now on, until the own camera is moved; `None`: no more.
    Follow(Option<ViewerId>),
    /// Sets numbers of the state by name or index.
    Set(StateSection, Vec<(Slot, Vec<f64>)>),
    /// Puts a mocap body into a pose; what is left out stays.
    SetMocap {
        /// The body.
        body: Slot,
        /// Position, m, world.
        position: Option<[f64; 3]>,
        /// Orientation, quaternion with w first.
        orientation: Option<[f64; 4]>,
    },
    /// Applies a force and a torque to a body until others are set.
    ApplyForce {
        /// The body.
        body: Slot,
        /// Force at its centre of mass, N, world.
        force: [f64; 3],
        /// Torque, N·m, world.
        torque: [f64; 3],
    },
    /// Selects what is seen at this point of the video box, CSS px; `None`: nothing.
    Select(Option<[f64; 2]>),
    /// Selects a body.
    SelectBody(Slot),
    /// Loads a keyframe of the model, or one that was saved.
    LoadKeyframe(Slot),
    /// Saves this moment as a keyframe of the session.
    SaveKeyframe(Option<String>),
    /// Goes to another moment of the history.
    Seek(Moment),
    /// Shows and draws other things.
    SetFlags(Box<OptionsUpdate>),
    /// Asks to be the one who acts on the simulation.
    RequestControl,
    /// Lets another be that one.
    GrantControl(ViewerId),
    /// Refuses those who have asked.
    DenyControl,
    /// Takes it from whoever has it.
    TakeControl,
    /// Gives it back.
    ReleaseControl,
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
        match self {
            Self::ResetCamera
            | Self::CameraPreset(_)
            | Self::SetCamera(_)
            | Self::UseCamera(_)
            | Self::Follow(_)
            | Self::Select(Some(_))
            | Self::RequestControl
            | Self::GrantControl(_)
            | Self::DenyControl
            | Self::TakeControl
            | Self::ReleaseControl
            | Self::SetQuality(_)
            | Self::RequestKeyframe => true,
            Self::SetFlags(update) => !update.is_shared(),
            Self::Physics(_)
            | Self::Toggle
            | Self::Stop
            | Self::LoadPreset(_)
            | Self::LoadScene(_)
            | Self::Set(..)
            | Self::SetMocap { .. }
            | Self::ApplyForce { .. }
            | Self::Select(None)
            | Self::SelectBody(_)
            | Self::LoadKeyframe(_)
            | Self::SaveKeyframe(_)
            | Self::Seek(_) => false,
        }
    }
}

/// A part of the state that can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is mjData's field of its name")]
pub enum StateSection {
    Ctrl,
    Qpos,
    Qvel,
}

/// Something of the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slot {
    /// By id, or by index in its section of the state.
    Index(u32),
    /// By name.
    Name(String),
}

/// A moment of the history.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Moment {
    /// This many steps after the scene was loaded.
    Tick(u64),
    /// When simulated time was this, s.
    Time(f64),
    /// This many steps from where the simulation is.
    Steps(i64),
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
    /// A free camera that follows a body.
    Track(Slot),
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
    /// Simulated seconds per wall second, within `[0.001, 1000]`, or infinite: as fast as can be.
    Speed(f64),
    /// Sets controls: pairs of actuator id and value.
    SetControl(Vec<(u32, f64)>),
    /// Sets generalised positions: pairs of index and value.
    SetQpos(Vec<(u32, f64)>),
    /// Sets generalised velocities: pairs of index and value.
    SetQvel(Vec<(u32, f64)>),
    /// Puts a mocap body, by mocap id, into a pose.
    SetMocap(u32, Pose),
    /// Loads a keyframe by id.
    LoadKeyframe(u32),
    /// Restores a full `mjSTATE_INTEGRATION` vector.
    SetState(Vec<f64>),
    /// Sets simulated time, s; finite.
    SetTime(f64),
    /// Applies a force (N) and a torque (N·m) to a body, world, until others are set.
    SetForce(u32, [f64; 6]),
    /// Selects what was hit, or nothing.
    Select(Option<Hit>),
    /// Begins to pull at the selected body, as seen from an eye.
    PerturbStart(Pull, Eye),
    /// Moves what the selected body is pulled to.
    PerturbMove(Motion, [f64; 2], Eye),
    /// Lets go of the selected body.
    PerturbEnd,
    /// Goes to another moment of the timeline.
    Replay(Box<Replay>),
    /// Publishes this moment with its full state.
    Capture,
    /// Computes in another way from the next step on.
    SetOptions(Vec<Setting>),
    /// Shows these things from now on.
    Show(Box<SceneOptions>),
    /// How many snapshots per second to publish while time runs; 0: only when asked or changed.
    PublishRate(u32),
}

impl PhysicsCommand {
    /// Whether it changes what the simulation computes: such a command belongs into its history.
    pub fn is_change(&self) -> bool {
        match self {
            Self::Reset
            | Self::SetControl(_)
            | Self::SetQpos(_)
            | Self::SetQvel(_)
            | Self::SetMocap(..)
            | Self::SetForce(..)
            | Self::LoadKeyframe(_)
            | Self::SetState(_)
            | Self::SetTime(_)
            | Self::SetOptions(_)
            | Self::Select(_)
            | Self::PerturbStart(..)
            | Self::PerturbMove(..)
            | Self::PerturbEnd => true,
            Self::Play
            | Self::Pause
            | Self::Step(_)
            | Self::Speed(_)
            | Self::Replay(_)
            | Self::Capture
            | Self::Show(_)
            | Self::PublishRate(_) => false,
        }
    }
}

/// What a viewer hit with the pointer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// `mjtObj`: 1 body, 5 geom, 6 site, and so on.
    pub object_kind: i32,
    /// Its id.
    pub object_id: u32,
    /// Where, m, world.
    pub point: [f64; 3],
}

/// How a selected body is perturbed: `mjtPertBit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pull {
    /// By a spring at the selected point.
    Translate,
    /// By a torque.
    Rotate,
}

/// A piece of a timeline to be gone through again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Replay {
    /// Where to begin; `None`: where the simulation is.
    pub from: Option<Origin>,
    /// What happened since, by rising tick.
    pub log: Vec<Logged>,
    /// The tick to stop at.
    pub until: u64,
}

impl Replay {
    /// The shortest: to the moment itself.
    pub fn to(origin: Origin) -> Self {
        Self { until: origin.tick, from: Some(origin), log: Vec::new() }
    }
}

/// A moment that a timeline can be gone through again from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// Steps taken along the timeline.
    pub tick: u64,
    /// Steps taken since the last reset.
    pub steps: u64,
    /// Full `mjSTATE_INTEGRATION` vector.
    pub state: Vec<f64>,
    /// What was selected and pulled at.
    pub perturb: Perturb,
    /// How it was computed; what has none is computed as the simulation is at the time.
    #[serde(default)]
    pub mechanics: Option<Mechanics>,
}

/// A change as it was applied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Logged {
    /// Steps taken before it.
    pub tick: u64,
    /// Whether time stood still: pulling at a body then moves it.
    pub paused: bool,
    /// What was changed.
    pub command: PhysicsCommand,
}
