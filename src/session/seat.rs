//! One viewer's camera and pointer: events in, effects out. Pure.

use std::time::{Duration, Instant};

use crate::{
    config::Profile,
    control::{
        CameraChoice, CameraPreset, CameraUpdate, Command, Event, Modifiers, Moment,
        PhysicsCommand, Pointer, Pull,
    },
    render,
    scene::{
        Assets, Visual,
        camera::{Camera, FreeCamera, Motion},
        options::RenderFlag,
    },
    units::Size,
};

/// Degrees that an arrow key turns the camera by.
const KEY_ANGLE: f64 = 5.0;
/// What PageUp multiplies the distance by; PageDown divides.
const KEY_ZOOM: f64 = 0.9;
/// `simulate` moves the mouse by this share of the window's height per notch of the wheel.
const NOTCH: f64 = 0.05;
/// Speeds that the + and − keys go through.
const SPEEDS: [f64; 9] = [0.0625, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0];
/// The video box until the viewer has told its own, CSS px: the predecessor's clients never do.
const DEFAULT_HEIGHT: f64 = 480.0;
/// Width over height below which the camera does not start farther and farther away.
const NARROWEST: f64 = 0.4;
/// Two presses of a button within this time are a double click.
const DOUBLE_CLICK: Duration = Duration::from_millis(400);
/// … if the pointer has moved by no more than this, CSS px.
const DOUBLE_CLICK_REACH: f64 = 6.0;

/// What a seat needs to know of the simulation.
pub(super) struct World<'a> {
    /// The model.
    pub assets: &'a Assets,
    /// Whether time stands still.
    pub paused: bool,
    /// Asked-for speed.
    pub speed: f64,
    /// Whether a body is selected.
    pub selected: bool,
    /// Most pixels of a stream, and its shape where a viewer has told none.
    pub budget: Size,
}

/// What a point of the picture is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To select what is there.
    Select,
    /// To look at it.
    LookAt,
    /// To track the body that it belongs to.
    Track,
}

/// What a hand does to the selected body.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Gesture {
    /// Takes hold of it.
    Start(Pull),
    /// Moves by shares of the picture's height.
    Move(Motion, [f64; 2]),
    /// Lets go.
    End,
}

/// What an event asks of the session.
#[derive(Debug, PartialEq)]
pub(super) enum Effect {
    /// Nothing beyond the seat.
    None,
    /// The camera moved; `settled` when it is not in the middle of a drag.
    Camera {
        /// Whether the viewer may share a view again.
        settled: bool,
    },
    /// The video box changed.
    Viewport,
    /// The picture is drawn in another way.
    Drawing,
    /// A command for physics.
    Physics(PhysicsCommand),
    /// Pause, then go back to the initial state.
    Stop,
    /// Make a key frame.
    Keyframe,
    /// Find out what is seen at a point: shares of the picture's width and height, or nothing
    /// where there is no picture.
    Pick(Option<[f64; 2]>, Purpose),
    /// Do something to the selected body.
    Perturb(Gesture),
    /// The pointer is over another place.
    Hover,
    /// One step on: through the history where there is some ahead.
    StepOn,
    /// A command for the session.
    Session(Command),
}

/// One viewer's camera and pointer.
#[derive(Debug)]
pub(super) struct Seat {
    camera: Camera,
    /// The free camera to come back to.
    free: FreeCamera,
    /// Where the pointer was, CSS px.
    pointer: Option<[f64; 2]>,
    /// The video box, CSS px, and device pixels per CSS px.
    viewport: Option<([f64; 2], f64)>,
    /// How the seat's stream is drawn.
    profile: Profile,
    /// What is drawn otherwise than by default.
    flags: Vec<(RenderFlag, bool)>,
    /// Buttons held, as a mask.
    held: u8,
    /// The last press of a button, until it has become a double click.
    press: Option<Press>,
    /// Whether the selected body is held.
    pulling: bool,
    /// Where the pointer is over the picture, shares of its width and height.
    cursor: Option<[f64; 2]>,
}

#[derive(Clone, Copy, Debug)]
struct Press {
    button: u8,
    position: [f64; 2],
    at: Instant,
}

impl Press {
    fn is_near(&self, position: [f64; 2]) -> bool {
        let [dx, dy] = [0, 1].map(|axis| position[axis] - self.position[axis]);
        dx.hypot(dy) <= DOUBLE_CLICK_REACH
    }
}

impl Seat {
    /// A seat that looks where the model says a free camera starts.
    pub fn new(assets: Option<&Assets>) -> Self {
        let visual = assets.map(|assets| assets.visual).unwrap_or_default();
        let free = FreeCamera::initial(&visual);
        Self {
            camera: Camera::Free(free),
            free,
            pointer: None,
            viewport: None,
            profile: Profile::Auto,
            flags: Vec::new(),
            held: 0,
            press: None,
            pulling: false,
            cursor: None,
        }
    }

    /// Looks by the free camera as another does.
    pub fn look_like(&mut self, other: &Self) {
        self.free = other.free;
        self.camera = Camera::Free(other.free);
    }

    /// Where the pointer is over the picture, shares of its width and height.
    pub fn cursor(&self) -> Option<[f64; 2]> {
        self.cursor
    }

    /// Forgets that the selected body is held; says whether it was.
    pub fn let_go(&mut self) -> bool {
        std::mem::take(&mut self.pulling)
    }

    /// What it looks through, and the free camera that it would come back to.
    pub fn looks(&self) -> (Camera, FreeCamera) {
        (self.camera, self.free)
    }

    /// Looks as another seat does.
    pub fn adopt(&mut self, looks: (Camera, FreeCamera)) {
        (self.camera, self.free) = looks;
    }

    /// Looks at a point from the same side and distance.
    pub fn look_at(&mut self, lookat: [f64; 3]) {
        self.set_free(FreeCamera { lookat, ..self.free });
    }

    /// Follows a body.
    pub fn track(&mut self, body: u32) {
        self.camera = Camera::Tracking { body, camera: self.free };
    }

    /// What the seat looks through.
    pub fn camera(&self) -> Camera {
        self.camera
    }

    /// How the seat's stream is drawn, where `default` is what all are by default.
    pub fn render_settings(&self, default: render::Settings) -> render::Settings {
        let settings = match self.profile {
            Profile::Auto => default,
            Profile::Parity => render::Settings::PARITY,
            Profile::Fast => render::Settings::FAST,
        };
        settings.with_flags(self.flags.iter().copied())
    }

    /// The seat's free camera, whether in use or not.
    pub fn free_camera(&self) -> FreeCamera {
        self.free
    }

    /// Looks where a newly loaded model says a free camera starts.
    pub fn meet(&mut self, assets: &Assets) {
        self.set_free(start(&assets.visual, self.viewport));
    }

    /// The size of the stream: the viewport's shape and at most its pixels, within `budget`.
    pub fn stream_size(&self, budget: Size) -> Size {
        match self.viewport {
            None => even(budget.width().into(), budget.height().into()),
            Some(([width, height], dpr)) => fit([width * dpr, height * dpr], budget),
        }
    }

    /// Acts on an event.
    ///
    /// # Errors
    /// A sentence when the event names something that the scene does not have.
    pub fn act(&mut self, event: Event, at: Instant, world: &World<'_>) -> Result<Effect, String> {
        match event {
            Event::PointerMove(pointer) => Ok(self.pointer_moved(pointer, world)),
            Event::PointerDown(pointer) => Ok(self.pointer_down(pointer, at, world)),
            Event::PointerUp(pointer) => Ok(self.pointer_up(pointer, world)),
            Event::Scroll { notches } => {
                // No event tells when a wheel rests, so each notch may be the last.
                let settled = self.pointer.is_none();
                Ok(match self.moved(Motion::Zoom, [0.0, -NOTCH * notches], world) {
                    Effect::Camera { .. } => Effect::Camera { settled },
                    effect => effect,
                })
            }
            Event::KeyDown { code, modifiers } => self.key(&code, modifiers, world),
            Event::KeyUp { .. } => Ok(Effect::None),
            Event::Viewport { width, height, dpr } => {
                let before = start(&world.assets.visual, self.viewport);
                self.viewport = Some(([width, height], dpr));
                let now = start(&world.assets.visual, self.viewport);
                // Whoever has not moved sees the whole scene in the new shape, too.
                if self.camera == Camera::Free(before) {
                    self.camera = Camera::Free(now);
                }
                if self.free == before {
                    self.free = now;
                }
                Ok(Effect::Viewport)
            }
            Event::Command { command, .. } => self.command(command, world),
        }
    }

    fn pointer_moved(&mut self, pointer: Pointer, world: &World<'_>) -> Effect {
        self.cursor = self.share(pointer.position, world.budget);
        self.held = pointer.buttons.0;
        let held = self.held != 0;
        // A drag is no click.
        self.press = self.press.filter(|press| press.is_near(pointer.position));
        if !held && self.pulling {
            // The release was lost.
            self.pulling = false;
            return Effect::Perturb(Gesture::End);
        }
        let before = if held { self.pointer.replace(pointer.position) } else { self.pointer };
        let Some(before) = before.filter(|_| held) else {
            return Effect::Hover;
        };
        let height = self.viewport.map_or(DEFAULT_HEIGHT, |([_, height], _)| height);
        let delta = [0, 1].map(|axis| (pointer.position[axis] - before[axis]) / height);
        if self.pulling {
            return Effect::Perturb(Gesture::Move(motion(&pointer), delta));
        }
        self.moved(motion(&pointer), delta, world)
    }

    fn pointer_down(&mut self, pointer: Pointer, at: Instant, world: &World<'_>) -> Effect {
        let button = pointer.buttons.0 & !self.held;
        self.held = pointer.buttons.0;
        self.pointer = Some(pointer.position);
        if self.is_double(button, pointer.position, at) {
            let purpose = match (button & 2 != 0, pointer.modifiers.ctrl) {
                (false, _) => Purpose::Select,
                (true, false) => Purpose::LookAt,
                (true, true) => Purpose::Track,
            };
            return Effect::Pick(self.share(pointer.position, world.budget), purpose);
        }
        let pull = match (pointer.buttons.right(), pointer.buttons.left()) {
            (true, _) => Some(Pull::Translate),
            (_, true) => Some(Pull::Rotate),
            _ => None,
        };
        match pull.filter(|_| pointer.modifiers.ctrl && world.selected && !self.pulling) {
            Some(pull) => {
                self.pulling = true;
                Effect::Perturb(Gesture::Start(pull))
            }
            None => Effect::None,
        }
    }

    fn pointer_up(&mut self, pointer: Pointer, world: &World<'_>) -> Effect {
        let moved = self.pointer_moved(pointer, world);
        let dragged = self.pointer.take().is_some();
        match moved {
            Effect::None | Effect::Hover if dragged => Effect::Camera { settled: true },
            Effect::Camera { .. } => Effect::Camera { settled: true },
            effect => effect,
        }
    }

    /// Whether this press of `button` makes a double click with the one before.
    fn is_double(&mut self, button: u8, position: [f64; 2], at: Instant) -> bool {
        let middle_or_several = button != 1 && button != 2;
        let before = self.press.take().filter(|before| {
            before.button == button
                && at.saturating_duration_since(before.at) <= DOUBLE_CLICK
                && before.is_near(position)
        });
        if middle_or_several || before.is_some() {
            return before.is_some();
        }
        self.press = Some(Press { button, position, at });
        false
    }

    /// Where a point of the video box is in the picture, which is as large as fits into the box.
    fn share(&self, [x, y]: [f64; 2], budget: Size) -> Option<[f64; 2]> {
        let picture = self.stream_size(budget);
        let aspect = f64::from(picture.width()) / f64::from(picture.height());
        let ([width, height], _) =
            self.viewport.unwrap_or(([DEFAULT_HEIGHT * aspect, DEFAULT_HEIGHT], 1.0));
        let shown = [width.min(height * aspect), height.min(width / aspect)];
        let share =
            [(x - (width - shown[0]) / 2.0) / shown[0], (y - (height - shown[1]) / 2.0) / shown[1]];
        share.iter().all(|v| (0.0..1.0).contains(v)).then_some(share)
    }

    fn moved(&mut self, motion: Motion, [dx, dy]: [f64; 2], world: &World<'_>) -> Effect {
        let mut camera = match self.camera {
            Camera::Free(camera) | Camera::Tracking { camera, .. } => camera,
            // As in `simulate`: a camera of the model is the model's to move.
            Camera::Fixed(_) => return Effect::None,
        };
        camera.drag(motion, dx, dy, world.assets.visual.extent);
        self.turn(camera);
        Effect::Camera { settled: false }
    }

    /// Replaces the free camera's numbers; keeps tracking what is tracked.
    fn turn(&mut self, camera: FreeCamera) {
        self.free = camera;
        self.camera = match self.camera {
            Camera::Tracking { body, .. } => Camera::Tracking { body, camera },
            Camera::Free(_) | Camera::Fixed(_) => Camera::Free(camera),
        };
    }

    fn set_free(&mut self, camera: FreeCamera) -> Effect {
        self.free = camera;
        self.camera = Camera::Free(camera);
        Effect::Camera { settled: true }
    }

    fn key(
        &mut self,
        code: &str,
        modifiers: Modifiers,
        world: &World<'_>,
    ) -> Result<Effect, String> {
        if modifiers.ctrl || modifiers.alt || modifiers.meta {
            return Ok(Effect::None);
        }
        let step_key = world.paused && !modifiers.shift;
        match code {
            "Space" => Ok(toggle(world)),
            "Backspace" => Ok(Effect::Physics(PhysicsCommand::Reset)),
            "ArrowRight" if step_key => Ok(Effect::StepOn),
            "ArrowLeft" if step_key => Ok(Effect::Session(Command::Seek(Moment::Steps(-1)))),
            "ArrowLeft" => Ok(self.orbit(-KEY_ANGLE, 0.0)),
            "ArrowRight" => Ok(self.orbit(KEY_ANGLE, 0.0)),
            "ArrowUp" => Ok(self.orbit(0.0, KEY_ANGLE)),
            "ArrowDown" => Ok(self.orbit(0.0, -KEY_ANGLE)),
            "PageUp" => Ok(self.zoom(KEY_ZOOM)),
            "PageDown" => Ok(self.zoom(1.0 / KEY_ZOOM)),
            "BracketRight" => self.look_through(CameraChoice::Cycle(1), world),
            "BracketLeft" => self.look_through(CameraChoice::Cycle(-1), world),
            "Escape" => self.look_through(CameraChoice::Free, world),
            "Equal" | "NumpadAdd" => Ok(change_speed(world, 1)),
            "Minus" | "NumpadSubtract" => Ok(change_speed(world, -1)),
            _ => Ok(Effect::None),
        }
    }

    fn orbit(&mut self, azimuth: f64, elevation: f64) -> Effect {
        let mut camera = self.free;
        camera.azimuth = wrap_degrees(camera.azimuth + azimuth);
        camera.elevation = (camera.elevation + elevation).clamp(-90.0, 90.0);
        self.turn(camera);
        Effect::Camera { settled: true }
    }

    fn zoom(&mut self, factor: f64) -> Effect {
        let mut camera = self.free;
        camera.distance *= factor;
        self.turn(camera);
        Effect::Camera { settled: true }
    }

    fn command(&mut self, command: Command, world: &World<'_>) -> Result<Effect, String> {
        Ok(match command {
            Command::Physics(command) => Effect::Physics(command),
            Command::Toggle => toggle(world),
            Command::Stop => Effect::Stop,
            Command::Select(at) => {
                Effect::Pick(at.and_then(|at| self.share(at, world.budget)), Purpose::Select)
            }
            Command::SetFlags(update) => {
                for &(flag, on) in &update.render {
                    self.flags.retain(|(known, _)| *known != flag);
                    self.flags.push((flag, on));
                }
                if !update.is_shared() {
                    return Ok(Effect::Drawing);
                }
                Effect::Session(Command::SetFlags(update))
            }
            Command::RequestKeyframe => Effect::Keyframe,
            Command::SetQuality(profile) => {
                self.profile = profile;
                Effect::Drawing
            }
            Command::ResetCamera => self.set_free(start(&world.assets.visual, self.viewport)),
            Command::CameraPreset(preset) => {
                let (azimuth, elevation) = match preset {
                    CameraPreset::Front => (0.0, 0.0),
                    CameraPreset::Side => (90.0, 0.0),
                    CameraPreset::Top => (self.free.azimuth, -90.0),
                };
                self.set_free(FreeCamera { azimuth, elevation, ..self.free })
            }
            Command::SetCamera(update) => self.set_free(updated(self.free, &update)),
            Command::UseCamera(choice) => self.look_through(choice, world)?,
            command => Effect::Session(command),
        })
    }

    fn look_through(&mut self, choice: CameraChoice, world: &World<'_>) -> Result<Effect, String> {
        let cameras = &world.assets.cameras;
        self.camera = match choice {
            CameraChoice::Free => Camera::Free(self.free),
            CameraChoice::Index(index) if (index as usize) < cameras.len() => Camera::Fixed(index),
            CameraChoice::Index(index) => {
                return Err(format!(
                    "the model has {} cameras; there is no {index}",
                    cameras.len()
                ));
            }
            CameraChoice::Name(name) => {
                let index = cameras.iter().position(|camera| camera.name == name);
                Camera::Fixed(found(index, "camera", &name)?)
            }
            CameraChoice::Track(slot) => {
                let body = super::names::body(world.assets, &slot)
                    .map_err(|unknown| unknown.to_string())?;
                Camera::Tracking { body, camera: self.free }
            }
            CameraChoice::Cycle(by) => self.neighbour(by, cameras.len()),
        };
        Ok(Effect::Camera { settled: true })
    }

    /// The camera `by` places on in the ring of free and model cameras.
    fn neighbour(&self, by: i32, cameras: usize) -> Camera {
        let places = i64::try_from(cameras).unwrap_or(i64::MAX - 1) + 1;
        let place = match self.camera {
            Camera::Free(_) | Camera::Tracking { .. } => 0,
            Camera::Fixed(index) => i64::from(index) + 1,
        };
        match u32::try_from((place + i64::from(by)).rem_euclid(places) - 1) {
            Ok(index) => Camera::Fixed(index),
            Err(_) => Camera::Free(self.free),
        }
    }
}

fn motion(pointer: &Pointer) -> Motion {
    let shift = pointer.modifiers.shift;
    match (pointer.buttons.left(), pointer.buttons.right()) {
        (true, _) if shift => Motion::RotateH,
        (true, _) => Motion::RotateV,
        (_, true) if shift => Motion::MoveH,
        (_, true) => Motion::MoveV,
        _ => Motion::Zoom,
    }
}

fn toggle(world: &World<'_>) -> Effect {
    Effect::Physics(if world.paused { PhysicsCommand::Play } else { PhysicsCommand::Pause })
}

fn change_speed(world: &World<'_>, by: isize) -> Effect {
    let place = SPEEDS.partition_point(|speed| *speed < world.speed * 0.999);
    let place = place.saturating_add_signed(by).min(SPEEDS.len() - 1);
    Effect::Physics(PhysicsCommand::Speed(SPEEDS[place]))
}

fn updated(camera: FreeCamera, update: &CameraUpdate) -> FreeCamera {
    FreeCamera {
        azimuth: update.azimuth.map_or(camera.azimuth, wrap_degrees),
        elevation: update.elevation.unwrap_or(camera.elevation),
        distance: update.distance.unwrap_or(camera.distance),
        lookat: update.lookat.unwrap_or(camera.lookat),
        fovy: update.fovy.unwrap_or(camera.fovy),
        orthographic: camera.orthographic,
    }
}

/// Into `[-180, 180)`, as MuJoCo keeps azimuths.
fn wrap_degrees(angle: f64) -> f64 {
    (angle + 180.0).rem_euclid(360.0) - 180.0
}

/// Where a free camera starts: where MuJoCo's does, but farther away in a picture that is taller
/// than wide. The field of view is vertical, and the sides of the scene would be cut off.
fn start(visual: &Visual, viewport: Option<([f64; 2], f64)>) -> FreeCamera {
    let mut camera = FreeCamera::initial(visual);
    if let Some(([width, height], _)) = viewport
        && width > 0.0
        && width < height
    {
        camera.distance /= (width / height).max(NARROWEST);
    }
    camera
}

fn found(index: Option<usize>, what: &str, name: &str) -> Result<u32, String> {
    index
        .and_then(|index| u32::try_from(index).ok())
        .ok_or_else(|| format!("the model has no {what} '{name}'"))
}

/// The largest size of the box's shape that has no more pixels than the box or the budget.
fn fit([width, height]: [f64; 2], budget: Size) -> Size {
    /// Narrower or wider boxes get a picture of this shape, with bars.
    const MAX_ASPECT: f64 = 4.0;
    let aspect = (width / height).clamp(1.0 / MAX_ASPECT, MAX_ASPECT);
    let pixels = (width * height).min(budget.pixels() as f64).max(1.0);
    let height = (pixels / aspect).sqrt();
    even(height * aspect, height)
}

/// Rounds to what 4:2:0 and the encoder take.
fn even(width: f64, height: f64) -> Size {
    /// The smallest side that the encoders accept with room to spare.
    const MIN: u32 = 64;
    let side = |length: f64| {
        let side = (length / 2.0).round().clamp(0.0, f64::from(Size::MAX_SIDE / 2)) as u32 * 2;
        side.max(MIN)
    };
    Size::new(side(width), side(height)).expect("invariant: both sides are clamped to the range")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        control::{Buttons, Slot},
        scene::{CameraInfo, options::OptionsUpdate},
    };

    fn assets() -> Assets {
        let named = |name: &str| CameraInfo { name: name.into(), ..CameraInfo::default() };
        Assets { cameras: vec![named("side"), named("top")], ..Assets::default() }
    }

    fn world(assets: &Assets) -> World<'_> {
        let budget = Size::new(640, 480).expect("valid");
        World { assets, paused: false, speed: 1.0, selected: false, budget }
    }

    fn pointer(x: f64, y: f64, buttons: u8) -> Pointer {
        Pointer { position: [x, y], buttons: Buttons(buttons), modifiers: Modifiers::default() }
    }

    fn command(seat: &mut Seat, command: Command) -> Result<Effect, String> {
        seat.act(Event::Command { command, id: None }, Instant::now(), &world(&assets()))
    }

    #[test]
    fn a_left_drag_orbits_by_half_a_turn_per_height() {
        let assets = assets();
        let mut seat = Seat::new(Some(&assets));
        let before = seat.free_camera().azimuth;
        seat.act(Event::PointerDown(pointer(100.0, 100.0, 1)), Instant::now(), &world(&assets))
            .expect("fine");
        let effect =
            seat.act(Event::PointerMove(pointer(148.0, 100.0, 1)), Instant::now(), &world(&assets));
        assert_eq!(effect, Ok(Effect::Camera { settled: false }));
        let turned = seat.free_camera().azimuth - before;
        assert!((turned + 18.0).abs() < 1e-9, "turned by {turned}");
    }

    #[test]
    fn a_lost_button_up_does_not_stick() {
        let assets = assets();
        let mut seat = Seat::new(Some(&assets));
        seat.act(Event::PointerDown(pointer(0.0, 0.0, 1)), Instant::now(), &world(&assets))
            .expect("fine");
        let effect =
            seat.act(Event::PointerMove(pointer(50.0, 0.0, 0)), Instant::now(), &world(&assets));
        assert_eq!(effect, Ok(Effect::Hover));
    }

    #[test]
    fn a_notch_zooms_by_about_a_tenth() {
        let assets = assets();
        let mut seat = Seat::new(Some(&assets));
        let before = seat.free_camera().distance;
        seat.act(Event::Scroll { notches: 1.0 }, Instant::now(), &world(&assets)).expect("fine");
        let ratio = seat.free_camera().distance / before;
        assert!((1.05..1.25).contains(&ratio), "one notch out: {ratio}");
    }

    #[test]
    fn brackets_go_round_free_and_model_cameras() {
        let mut seat = Seat::new(Some(&assets()));
        let cycle = |by| Command::UseCamera(CameraChoice::Cycle(by));
        for expected in [Some(0), Some(1), None, Some(0)] {
            command(&mut seat, cycle(1)).expect("fine");
            let index = match seat.camera() {
                Camera::Fixed(index) => Some(index),
                _ => None,
            };
            assert_eq!(index, expected);
        }
        command(&mut seat, cycle(-2)).expect("fine");
        assert_eq!(seat.camera(), Camera::Fixed(1));
    }

    #[test]
    fn the_camera_starts_where_the_whole_scene_is_seen_in_tall_pictures_too() {
        let assets = assets();
        let world = world(&assets);
        let mut seat = Seat::new(Some(&assets));
        let wide = seat.free.distance;
        let show = |seat: &mut Seat, width, height| {
            let event = Event::Viewport { width, height, dpr: 1.0 };
            seat.act(event, Instant::now(), &world).expect("fine");
            seat.free.distance
        };
        assert_eq!(show(&mut seat, 640.0, 480.0), wide);
        assert_eq!(show(&mut seat, 400.0, 800.0), wide * 2.0);
        assert_eq!(seat.camera(), Camera::Free(seat.free));
        assert_eq!(show(&mut seat, 10.0, 800.0), wide / NARROWEST);
        assert_eq!(show(&mut seat, 800.0, 400.0), wide);
        // A camera that somebody has put somewhere stays there.
        command(
            &mut seat,
            Command::SetCamera(CameraUpdate { distance: Some(7.0), ..CameraUpdate::default() }),
        )
        .expect("fine");
        assert_eq!(show(&mut seat, 400.0, 800.0), 7.0);
        command(&mut seat, Command::ResetCamera).expect("fine");
        assert_eq!(seat.free.distance, wide * 2.0);
    }

    #[test]
    fn unknown_names_are_refused_in_words() {
        let mut seat = Seat::new(Some(&assets()));
        let before = seat.camera();
        let refused = command(&mut seat, Command::UseCamera(CameraChoice::Name("back".into())));
        assert_eq!(refused, Err("the model has no camera 'back'".into()));
        let track = |body| Command::UseCamera(CameraChoice::Track(Slot::Index(body)));
        let refused = command(&mut seat, track(99)).expect_err("no such body");
        assert!(refused.contains("no body 99"), "{refused}");
        assert_eq!(seat.camera(), before);
    }

    #[test]
    fn presets_keep_lookat_and_distance() {
        let mut seat = Seat::new(Some(&assets()));
        let update = CameraUpdate { lookat: Some([1.0, 2.0, 3.0]), ..CameraUpdate::default() };
        command(&mut seat, Command::SetCamera(update)).expect("fine");
        command(&mut seat, Command::CameraPreset(CameraPreset::Top)).expect("fine");
        let camera = seat.free_camera();
        assert_eq!((camera.elevation, camera.lookat), (-90.0, [1.0, 2.0, 3.0]));
    }

    #[test]
    fn two_quick_presses_pick_and_slow_or_distant_ones_do_not() {
        let assets = assets();
        let start = Instant::now();
        let press = |seat: &mut Seat, after: u64, x: f64, buttons: u8, ctrl: bool| {
            let modifiers = Modifiers { ctrl, ..Modifiers::default() };
            let down = Pointer { modifiers, ..pointer(x, 240.0, buttons) };
            let at = start + Duration::from_millis(after);
            let effect = seat.act(Event::PointerDown(down), at, &world(&assets)).expect("fine");
            seat.act(Event::PointerUp(pointer(x, 240.0, 0)), at, &world(&assets)).expect("fine");
            effect
        };
        let middle = Some([0.5, 0.5]);
        let mut seat = Seat::new(Some(&assets));
        assert_eq!(press(&mut seat, 0, 320.0, 1, false), Effect::None);
        assert_eq!(press(&mut seat, 300, 320.0, 1, false), Effect::Pick(middle, Purpose::Select));
        assert_eq!(press(&mut seat, 400, 320.0, 1, false), Effect::None, "the third is a first");
        assert_eq!(press(&mut seat, 900, 320.0, 1, false), Effect::None, "too late");
        assert_eq!(press(&mut seat, 1000, 330.0, 1, false), Effect::None, "too far");
        assert_eq!(press(&mut seat, 1100, 330.0, 2, false), Effect::None, "another button");
        let again = press(&mut seat, 1200, 330.0, 2, true);
        assert_eq!(again, Effect::Pick(Some([330.0 / 640.0, 0.5]), Purpose::Track));
    }

    #[test]
    fn a_selected_body_is_pulled_with_ctrl_and_the_camera_stays() {
        let assets = assets();
        let held = World { selected: true, ..world(&assets) };
        let mut seat = Seat::new(Some(&assets));
        let (camera, now) = (seat.camera(), Instant::now());
        let ctrl = Modifiers { ctrl: true, ..Modifiers::default() };
        let at = |x, buttons| Pointer { modifiers: ctrl, ..pointer(x, 10.0, buttons) };
        let start = seat.act(Event::PointerDown(at(10.0, 2)), now, &held);
        assert_eq!(start, Ok(Effect::Perturb(Gesture::Start(Pull::Translate))));
        let moved = seat.act(Event::PointerMove(at(58.0, 2)), now, &held);
        assert_eq!(moved, Ok(Effect::Perturb(Gesture::Move(Motion::MoveV, [0.1, 0.0]))));
        let end = seat.act(Event::PointerUp(at(58.0, 0)), now, &held);
        assert_eq!(end, Ok(Effect::Perturb(Gesture::End)));
        assert_eq!(seat.camera(), camera);
        let without = seat.act(Event::PointerDown(at(10.0, 2)), now, &world(&assets));
        assert_eq!(without, Ok(Effect::None), "nothing is selected");
    }

    #[test]
    fn flags_change_how_a_seat_s_picture_is_drawn() {
        let mut seat = Seat::new(Some(&assets()));
        let render = vec![(RenderFlag::Wireframe, true), (RenderFlag::Skybox, false)];
        let update = Box::new(OptionsUpdate { render, ..OptionsUpdate::default() });
        assert_eq!(command(&mut seat, Command::SetFlags(update)), Ok(Effect::Drawing));
        let settings = seat.render_settings(render::Settings::FAST);
        assert!(settings.wireframe && !settings.skybox && !settings.shadows);
    }

    #[test]
    fn streams_take_the_viewport_s_shape_within_the_budget() {
        let budget = Size::new(960, 540).expect("valid");
        assert_eq!(fit([1920.0, 1080.0], budget), budget);
        assert_eq!(fit([640.0, 480.0], budget), Size::new(640, 480).expect("valid"));
        let tall = fit([390.0 * 3.0, 844.0 * 3.0], budget);
        assert!(tall.pixels() <= budget.pixels() + 2000 && tall.height() > tall.width());
        for bad in [[1.0, 1.0], [16384.0, 1.0], [1.0, 16384.0]] {
            assert!(fit(bad, budget).is_even());
        }
    }
}
