//! The plan of a scene: what is in it and how things stand to one another, without coordinates.
//!
//! Written for people, programs and language models alike. Each property may be `null`, which leaves
//! the choice to the builder, and vectors are objects with named parts: that is what the structured
//! outputs of all providers have in common. Limits are not a part of the schema; [`SceneSpec::faults`]
//! knows them.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::fault::Fault;

/// Most things in a scene, copies not counted.
pub const MAX_THINGS: usize = 60;
/// Most bodies that a scene is built of.
pub const MAX_BODIES: usize = 300;
/// Most copies or parts of one thing.
pub const MAX_COUNT: u32 = 200;
/// Longest title and id, bytes.
const MAX_NAME: usize = 64;
/// Largest and smallest extent, m.
const EXTENT_M: std::ops::RangeInclusive<f64> = 0.001..=100.0;

/// The plan of a scene.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SceneSpec {
    /// A few words, for people.
    pub title: String,
    /// What holds for all things.
    pub world: World,
    /// What is in the scene, in the order of the row in which things without relations stand, from
    /// left to right.
    pub things: Vec<Thing>,
    /// How things stand to one another.
    pub relations: Vec<Relation>,
    /// What was spoken of last, for the words "it", "them" and "the other one" of the next change:
    /// ids, with `#` and a number where only one of several was meant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(ignore)]
    pub about: Vec<String>,
}

/// What holds for all things. `null` is Earth's gravity, a level floor of ordinary friction, and air
/// that stands still and does not brake.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// m/s², each within ±100; z is up.
    #[schema(required)]
    pub gravity: Option<Xyz>,
    /// Whether there is a floor.
    #[schema(required)]
    pub floor: Option<bool>,
    /// Sliding friction of whatever touches the floor, 0 to 5.
    #[schema(required)]
    pub floor_friction: Option<f64>,
    /// Degrees by which the floor falls towards +x, −45 to 45.
    #[schema(required)]
    pub floor_tilt: Option<f64>,
    /// Colour of the floor, by name or as `#rrggbb`.
    #[schema(required)]
    pub floor_colour: Option<String>,
    /// What things move through.
    #[schema(required)]
    pub medium: Option<Medium>,
    /// Speed of the medium, m/s, each within ±100.
    #[schema(required)]
    pub wind: Option<Xyz>,
    /// Whether walls stand around the scene.
    #[schema(required)]
    pub walls: Option<bool>,
}

/// What things move through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    /// Nothing that brakes.
    Vacuum,
    /// 1.2 kg/m³.
    Air,
    /// 1000 kg/m³; whether things sink is up to their density.
    Water,
    /// 1400 kg/m³, viscous.
    Honey,
}

/// Three numbers, each along its axis: x is right, y away from who looks, z up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Xyz {
    /// To the right.
    pub x: f64,
    /// Away.
    pub y: f64,
    /// Up.
    pub z: f64,
}

/// Extents, m; `null` is the kind's own, or follows from the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// Width, from left to right; the diameter of what is round.
    #[schema(required)]
    pub x: Option<f64>,
    /// Depth, from front to back.
    #[schema(required)]
    pub y: Option<f64>,
    /// Height; the length of a cylinder or capsule.
    #[schema(required)]
    pub z: Option<f64>,
}

/// Something in the scene, or several alike.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Thing {
    /// Its name: a lower-case letter, then lower-case letters, digits and `_`.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// How many there are, 1 to 200.
    #[schema(required)]
    pub count: Option<u32>,
    /// How several stand.
    #[schema(required)]
    pub arrangement: Option<Arrangement>,
    /// Extents of one.
    #[schema(required)]
    pub size: Option<Size>,
    /// Colours by name or as `#rrggbb`; several alternate.
    pub colours: Vec<String>,
    /// What it is made of: colour, density, friction and bounce where they are not given.
    #[schema(required)]
    pub material: Option<Material>,
    /// Mass of one, kg; of its moving load for a pendulum, spring or arm.
    #[schema(required)]
    pub mass: Option<f64>,
    /// Mass of the right load of a pulley, of the cart of a cart-pole, kg.
    #[schema(required)]
    pub other_mass: Option<f64>,
    /// kg/m³.
    #[schema(required)]
    pub density: Option<f64>,
    /// Sliding friction, 0 to 5.
    #[schema(required)]
    pub friction: Option<f64>,
    /// Bounce, 0 (none) to 1 (nearly all).
    #[schema(required)]
    pub bounce: Option<f64>,
    /// Whether it stays where it is whatever happens; furniture does by itself.
    #[schema(required)]
    pub fixed: Option<bool>,
    /// Whether a cylinder or capsule lies on its side, or an arm moves in a level plane.
    #[schema(required)]
    pub lying: Option<bool>,
    /// Height of its lower end above what is below it, m.
    #[schema(required)]
    pub height: Option<f64>,
    /// By how much it stands away from where it would: right, away and up, m, each within ±100.
    #[schema(required)]
    pub shift: Option<Xyz>,
    /// Degrees: the slope of a ramp, or by how much a thing leans to the right.
    #[schema(required)]
    pub tilt: Option<f64>,
    /// Degrees by which it is turned about the vertical, counterclockwise as seen from above.
    #[serde(default)]
    #[schema(required)]
    pub heading: Option<f64>,
    /// Of a door: degrees by which it stands open at first.
    #[serde(default)]
    #[schema(required)]
    pub open: Option<f64>,
    /// First velocity, m/s.
    #[schema(required)]
    pub velocity: Option<Xyz>,
    /// Whether what is round rolls at its first velocity without slipping.
    #[serde(default)]
    #[schema(required)]
    pub rolling: Option<bool>,
    /// First angular velocity, rad/s.
    #[schema(required)]
    pub spin: Option<Xyz>,
    /// Of a mechanism: links, joints, balls, wheels; of furniture: steps, boards, legs.
    #[schema(required)]
    pub parts: Option<u32>,
    /// Of a mechanism: length of one of its parts, m; of a car the diameter of its wheels.
    #[schema(required)]
    pub length: Option<f64>,
    /// Of a mechanism: by how many degrees it is let go from rest; of a door how far it opens, to
    /// both sides where it is negative; how many balls of a cradle is `lifted`.
    #[schema(required)]
    pub angle: Option<f64>,
    /// How many balls of a cradle are lifted.
    #[schema(required)]
    pub lifted: Option<u32>,
    /// Of springs: N/m; of joints: N·m/rad.
    #[schema(required)]
    pub stiffness: Option<f64>,
    /// Of joints: N·m·s/rad or N·s/m.
    #[schema(required)]
    pub damping: Option<f64>,
    /// What drives its joints.
    #[schema(required)]
    pub actuator: Option<Actuator>,
    /// Of a car: which wheels are driven; all but the front ones where it is null.
    #[schema(required)]
    pub wheels: Option<Wheels>,
    /// Of a pendulum, an inverted pendulum, a cart-pole, an arm: the length of each link or pole
    /// from its base on where they differ, m.
    #[serde(default)]
    #[schema(required)]
    pub lengths: Vec<f64>,
    /// The masses of the same, or of the bobs of a pendulum, where they differ, kg.
    #[serde(default)]
    #[schema(required)]
    pub masses: Vec<f64>,
    /// Of a pendulum, an inverted pendulum, an arm: which of its joints are driven, from 1 at its base
    /// on; all of them where it is empty.
    #[serde(default)]
    #[schema(required)]
    pub driven: Vec<u32>,
    /// Of a chain, of masses with springs between them: whether both ends are held fast.
    #[schema(required)]
    pub held: Option<bool>,
    /// Most that each of its drives can push or turn with, N or N·m.
    #[schema(required)]
    pub strength: Option<f64>,
    /// Of a spring: what hangs on it, a box, a sphere or a cylinder.
    #[schema(required)]
    pub load: Option<Kind>,
    /// Of a spring: by how much it is pulled before it is let go, m; below zero it is pushed.
    #[schema(required)]
    pub pull: Option<f64>,
    /// Of a door: where its hinges are.
    #[schema(required)]
    pub hinges: Option<Hinges>,
}

/// How several things stand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Arrangement {
    /// The pattern.
    pub pattern: Pattern,
    /// Free space between neighbours, m; in a ring, its radius follows.
    #[schema(required)]
    pub gap: Option<f64>,
    /// Distance between the middles of neighbours, m, in place of the gap.
    #[schema(required)]
    pub pitch: Option<f64>,
    /// Radius of a ring, or half the side of a square, m.
    #[schema(required)]
    pub radius: Option<f64>,
    /// Columns of a grid or a wall, from left to right; cubes along the base of a pyramid.
    #[schema(required)]
    pub columns: Option<u32>,
    /// Rows of a grid, from front to back.
    #[schema(required)]
    pub rows: Option<u32>,
    /// Layers of a pyramid, a wall or a grid, one above another; of piles that stand in a row, a
    /// ring, an arc or at corners.
    #[schema(required)]
    pub layers: Option<u32>,
    /// Factor from the size of one to that of the next, 0.5 to 2.
    #[schema(required)]
    pub taper: Option<f64>,
    /// Degrees that an arc goes through, 10 to 350; half a circle where it is null.
    #[schema(required)]
    pub sweep: Option<f64>,
}

impl Arrangement {
    /// A pattern whose figures are the builder's.
    pub fn new(pattern: Pattern) -> Self {
        Self {
            pattern,
            gap: None,
            pitch: None,
            radius: None,
            columns: None,
            rows: None,
            layers: None,
            taper: None,
            sweep: None,
        }
    }
}

/// The pattern in which several things stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// From left to right.
    Row,
    /// From front to back.
    Column,
    /// One upon another.
    Stack,
    /// Around a middle.
    Ring,
    /// At the corners of a square, or of a regular polygon.
    Corners,
    /// In rows and columns, and layers where there are any.
    Grid,
    /// Layers of squares, each one smaller.
    Pyramid,
    /// A triangle standing upright: each row one fewer.
    Triangle,
    /// A triangle on the floor, its point to the left: each column one more.
    Rack,
    /// Bricks in bond.
    Wall,
    /// Here and there, the same for the same plan.
    Scatter,
    /// Along a spiral, from its middle outwards.
    Spiral,
    /// Along half a circle, or another part of one.
    Arc,
    /// To the right, by turns nearer and farther.
    Zigzag,
    /// To the right and away.
    Diagonal,
    /// A middle and four arms of the same length.
    Cross,
}

macro_rules! kinds {
    ($($(#[$meta:meta])* $kind:ident = $name:literal [$class:ident $x:literal $y:literal $z:literal],)*) => {
        /// What a thing is.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Kind { $($(#[$meta])* $kind,)* }

        impl Kind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$kind),*];
            /// Its name in plans.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }
            /// What it is among others.
            pub const fn class(self) -> Class {
                match self { $(Self::$kind => Class::$class,)* }
            }
            /// Its extents where nobody gives any, m: width, depth, height.
            pub const fn extents(self) -> [f64; 3] {
                match self { $(Self::$kind => [$x, $y, $z],)* }
            }
        }
    };
}

impl Kind {
    /// Whether things can be in it though it is no vessel.
    pub const fn is_hollow(self) -> bool {
        matches!(
            self,
            Self::Shelf
                | Self::Pen
                | Self::Funnel
                | Self::HalfPipe
                | Self::Maze
                | Self::Arch
                | Self::Tunnel
        )
    }
}

/// What kinds have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Moves freely unless it is fixed.
    Solid,
    /// As a solid, and holds others.
    Vessel,
    /// Stands still unless it is said to move.
    Furniture,
    /// Has joints.
    Mechanism,
}

kinds! {
    /// A box.
    #[default]
    Box = "box" [Solid 0.2 0.2 0.2],
    /// A ball.
    Sphere = "sphere" [Solid 0.2 0.2 0.2],
    /// A cylinder, upright unless it lies.
    Cylinder = "cylinder" [Solid 0.16 0.16 0.24],
    /// A cylinder with round ends, upright unless it lies.
    Capsule = "capsule" [Solid 0.12 0.12 0.36],
    /// An ellipsoid.
    Ellipsoid = "ellipsoid" [Solid 0.28 0.2 0.16],
    /// A cone with its tip up.
    Cone = "cone" [Solid 0.2 0.2 0.28],
    /// A block that slopes down to the right.
    Wedge = "wedge" [Solid 0.3 0.2 0.15],
    /// A pyramid in one piece.
    SolidPyramid = "solid_pyramid" [Solid 0.3 0.3 0.24],
    /// A ring that lies flat.
    Torus = "torus" [Solid 0.3 0.3 0.06],
    /// A wheel that stands upright and rolls to the right.
    Wheel = "wheel" [Solid 0.3 0.1 0.3],
    /// A ladder that stands upright.
    Ladder = "ladder" [Solid 0.06 0.4 2.0],
    /// A dumbbell that lies.
    Dumbbell = "dumbbell" [Solid 0.4 0.12 0.12],
    /// A box that is open above.
    Container = "container" [Vessel 0.4 0.3 0.2],
    /// A round vessel, open above.
    Cup = "cup" [Vessel 0.09 0.09 0.11],
    /// A wide round vessel, open above.
    Bowl = "bowl" [Vessel 0.3 0.3 0.12],
    /// A table with four legs.
    Table = "table" [Furniture 1.2 0.8 0.75],
    /// A table with a round top.
    RoundTable = "round_table" [Furniture 1.0 1.0 0.75],
    /// A chair with a back.
    Chair = "chair" [Furniture 0.45 0.45 0.9],
    /// A seat without a back.
    Stool = "stool" [Furniture 0.36 0.36 0.45],
    /// A long seat without a back.
    Bench = "bench" [Furniture 1.4 0.4 0.45],
    /// Boards between two sides, open to the front.
    Shelf = "shelf" [Furniture 0.9 0.3 1.2],
    /// A bed.
    Bed = "bed" [Furniture 0.95 2.0 0.5],
    /// A long seat with a back and arms.
    Sofa = "sofa" [Furniture 1.8 0.85 0.8],
    /// A standing lamp.
    Lamp = "lamp" [Furniture 0.35 0.35 1.5],
    /// A wall in one piece.
    Wall = "wall" [Furniture 2.0 0.1 1.0],
    /// A block to stand things on.
    Platform = "platform" [Furniture 0.6 0.6 0.3],
    /// An upright post.
    Post = "post" [Furniture 0.1 0.1 1.2],
    /// A beam on two posts, from which things hang.
    Gantry = "gantry" [Furniture 1.6 0.3 1.4],
    /// Four sides around an open floor.
    Pen = "pen" [Furniture 2.0 2.0 0.2],
    /// A slope that falls to the right.
    Ramp = "ramp" [Furniture 1.5 0.6 0.0],
    /// Steps that rise to the right.
    Stairs = "stairs" [Furniture 1.2 0.8 0.75],
    /// A wide cone with a hole below, on legs.
    Funnel = "funnel" [Furniture 0.6 0.6 0.8],
    /// A slope that is steep above and level at its right end.
    CurvedRamp = "curved_ramp" [Furniture 1.15 0.6 0.6],
    /// A half of a pipe, open above.
    HalfPipe = "half_pipe" [Furniture 1.4 1.0 0.73],
    /// Walls with one way through them.
    Maze = "maze" [Furniture 1.6 1.6 0.2],
    /// An arch to go through from front to back.
    Arch = "arch" [Furniture 1.2 0.3 1.1],
    /// A tunnel from left to right.
    Tunnel = "tunnel" [Furniture 1.5 0.9 0.7],
    /// Channels to and fro that a ball rolls down.
    MarbleRun = "marble_run" [Furniture 1.6 0.26 1.6],
    /// Rods on hinges, hanging.
    Pendulum = "pendulum" [Mechanism 0.2 0.2 0.0],
    /// Rods on hinges, standing upright.
    InvertedPendulum = "inverted_pendulum" [Mechanism 0.2 0.2 0.0],
    /// A cart on a rail with poles upon it.
    CartPole = "cart_pole" [Mechanism 3.0 0.3 0.0],
    /// A robot arm.
    Arm = "arm" [Mechanism 0.24 0.24 0.0],
    /// Two fingers that close.
    Gripper = "gripper" [Mechanism 0.3 0.16 0.5],
    /// Balls that hang in a row and touch.
    NewtonsCradle = "newtons_cradle" [Mechanism 0.6 0.3 0.6],
    /// A board on a pivot.
    Seesaw = "seesaw" [Mechanism 2.0 0.4 0.4],
    /// A load that hangs on a spring.
    Spring = "spring" [Mechanism 0.2 0.2 0.0],
    /// A load on a rail between springs.
    SlidingSpring = "sliding_spring" [Mechanism 1.2 0.3 0.3],
    /// Links that hang.
    Chain = "chain" [Mechanism 0.03 0.03 0.0],
    /// Tiles that topple one another.
    Dominoes = "dominoes" [Mechanism 0.02 0.1 0.2],
    /// A car.
    Car = "car" [Mechanism 0.8 0.44 0.3],
    /// A door in its frame.
    Door = "door" [Mechanism 0.9 0.05 2.0],
    /// A drawer in its case.
    Drawer = "drawer" [Mechanism 0.5 0.5 0.3],
    /// A disc that turns about the vertical.
    Turntable = "turntable" [Mechanism 0.8 0.8 0.15],
    /// Blades that turn on a post.
    Windmill = "windmill" [Mechanism 0.9 0.2 1.2],
    /// A spinning top.
    SpinningTop = "spinning_top" [Mechanism 0.16 0.16 0.2],
    /// Planks on hinges between two banks.
    Bridge = "bridge" [Mechanism 2.0 0.4 0.5],
    /// Two loads on a rope over a wheel.
    Pulley = "pulley" [Mechanism 0.4 0.2 1.4],
    /// A crank that drives a slider.
    SliderCrank = "slider_crank" [Mechanism 0.9 0.2 0.4],
    /// A heavy ball on a long chain.
    WreckingBall = "wrecking_ball" [Mechanism 0.4 0.4 2.4],
    /// A seat that swings.
    Swing = "swing" [Mechanism 0.9 0.5 1.8],
    /// Boxes on a rail with springs between them.
    SprungBoxes = "sprung_boxes" [Mechanism 0.16 0.16 0.0],
    /// Balls on a rail with springs between them.
    SprungBalls = "sprung_balls" [Mechanism 0.16 0.16 0.0],
    /// A beam with a heavy end that throws a ball to the right.
    Catapult = "catapult" [Mechanism 1.6 0.5 1.2],
    /// Toothed wheels that turn one another.
    Gears = "gears" [Mechanism 0.6 0.1 0.4],
    /// A crane with a jib, a trolley and a hook.
    Crane = "crane" [Mechanism 1.6 0.4 1.6],
    /// A robot on two driven wheels.
    MobileRobot = "mobile_robot" [Mechanism 0.36 0.4 0.24],
    /// A robot on four legs, or six.
    Quadruped = "quadruped" [Mechanism 0.6 0.36 0.45],
    /// A robot on two legs.
    Biped = "biped" [Mechanism 0.24 0.4 0.9],
    /// A robot hand.
    Hand = "hand" [Mechanism 0.2 0.12 0.5],
    /// Balls that hang from bars in balance.
    HangingMobile = "hanging_mobile" [Mechanism 0.6 0.6 1.2],
    /// A plate that servos tilt.
    BallPlate = "ball_plate" [Mechanism 0.6 0.6 0.4],
}

/// What a thing is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "materials explain themselves")]
pub enum Material {
    Wood,
    Steel,
    Aluminium,
    Copper,
    Gold,
    Lead,
    Rubber,
    Plastic,
    Glass,
    Stone,
    Concrete,
    Brick,
    Ice,
    Foam,
    Cork,
    Cardboard,
    Ceramic,
}

/// What a [`Material`] is like.
#[derive(Clone, Copy, Debug)]
pub struct Traits {
    /// kg/m³.
    pub density: f64,
    /// Of sliding.
    pub friction: f64,
    /// 0 to 1.
    pub bounce: Option<f64>,
    /// What it looks like.
    pub rgba: [f64; 4],
}

impl Material {
    /// What it is like: usual figures of handbooks, for dry surfaces.
    pub const fn traits(self) -> Traits {
        const fn of(density: f64, friction: f64, bounce: Option<f64>, rgba: [f64; 4]) -> Traits {
            Traits { density, friction, bounce, rgba }
        }
        match self {
            Self::Wood => of(700.0, 0.4, None, [0.62, 0.43, 0.26, 1.0]),
            Self::Steel => of(7850.0, 0.5, None, [0.62, 0.65, 0.69, 1.0]),
            Self::Aluminium => of(2700.0, 0.45, None, [0.77, 0.79, 0.81, 1.0]),
            Self::Copper => of(8960.0, 0.5, None, [0.72, 0.45, 0.2, 1.0]),
            Self::Gold => of(19300.0, 0.5, None, [0.83, 0.69, 0.22, 1.0]),
            Self::Lead => of(11340.0, 0.5, None, [0.35, 0.36, 0.39, 1.0]),
            Self::Rubber => of(1100.0, 0.9, Some(0.75), [0.2, 0.2, 0.22, 1.0]),
            Self::Plastic => of(1000.0, 0.35, None, [0.85, 0.86, 0.88, 1.0]),
            Self::Glass => of(2500.0, 0.4, None, [0.7, 0.85, 0.9, 0.45]),
            Self::Stone => of(2600.0, 0.6, None, [0.55, 0.54, 0.52, 1.0]),
            Self::Concrete => of(2400.0, 0.7, None, [0.66, 0.66, 0.65, 1.0]),
            Self::Brick => of(1900.0, 0.65, None, [0.66, 0.3, 0.22, 1.0]),
            Self::Ice => of(917.0, 0.03, None, [0.78, 0.9, 0.97, 0.7]),
            Self::Foam => of(40.0, 0.6, Some(0.5), [0.95, 0.9, 0.7, 1.0]),
            Self::Cork => of(200.0, 0.5, None, [0.76, 0.6, 0.42, 1.0]),
            Self::Cardboard => of(150.0, 0.45, None, [0.72, 0.56, 0.38, 1.0]),
            Self::Ceramic => of(2300.0, 0.4, None, [0.93, 0.92, 0.88, 1.0]),
        }
    }
}

/// What drives joints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Drives)]
pub enum Actuator {
    /// Nothing, where the kind would have something.
    None,
    /// A force or torque.
    Motor,
    /// A servo that goes to an angle or place.
    Position,
    /// A servo that keeps a speed.
    Velocity,
}

/// Which wheels of a car.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DrivenWheels)]
pub enum Wheels {
    /// Those of the first axle, which also steer.
    Front,
    /// Those of the other axles.
    Back,
    /// Every one.
    All,
}

/// Where the hinges of a door are, seen from the front.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Hinges {
    /// At its left edge.
    Left,
    /// At its right edge.
    Right,
    /// At both: it has two leaves, which meet in the middle.
    Both,
}

/// How a thing stands to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// Id of the thing that is placed.
    pub subject: String,
    /// Where it is.
    pub place: Place,
    /// Id of the thing that it is placed by.
    pub reference: String,
    /// Which of several, from 1; all of them together where it is null.
    #[schema(required)]
    pub member: Option<u32>,
    /// Id of the second one, for `between`.
    #[schema(required)]
    pub other: Option<String>,
    /// Free space between the two, m.
    #[schema(required)]
    pub gap: Option<f64>,
}

/// Where a thing is, seen by who looks along +y.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Upon it.
    On,
    /// At its upper end, upon it: of a ramp, stairs.
    AtTop,
    /// In it.
    Inside,
    /// Above it, without touching.
    Above,
    /// Below it, on the floor.
    Under,
    /// Towards −x.
    LeftOf,
    /// Towards +x.
    RightOf,
    /// Towards −y.
    InFrontOf,
    /// Towards +y.
    Behind,
    /// At its side, wherever there is room.
    Beside,
    /// In the middle between it and the other.
    Between,
    /// In a ring about it.
    Around,
    /// Against it, at a slant.
    Leaning,
    /// At its foot, in the way of what comes down: of a ramp, stairs.
    AtFoot,
    /// Upon its left end.
    OnLeftEnd,
    /// Upon its right end.
    OnRightEnd,
    /// Fastened to its free end: of a chain, a spring, an arm.
    AttachedTo,
    /// To its left, so that it runs or swings into it.
    Striking,
}

impl Place {
    /// Whether what is there goes along with what bears it.
    pub const fn is_borne(self) -> bool {
        matches!(
            self,
            Self::On
                | Self::AtTop
                | Self::Inside
                | Self::OnLeftEnd
                | Self::OnRightEnd
                | Self::AttachedTo
        )
    }
}

impl SceneSpec {
    /// The thing with this id.
    pub fn thing(&self, id: &str) -> Option<&Thing> {
        self.things.iter().find(|thing| thing.id == id)
    }

    /// All that is wrong with the plan by itself.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut say = |ok: bool, at: &str, what: &str| {
            if !ok {
                faults.push(Fault::Plan { at: at.to_owned(), what: what.to_owned() });
            }
        };
        say(self.title.len() <= MAX_NAME * 4, "title", "is too long");
        say(!self.things.is_empty(), "things", "is empty: name at least one thing");
        say(self.things.len() <= MAX_THINGS, "things", "has more than 60 things");
        let World { gravity, floor_friction, floor_tilt, wind, .. } = &self.world;
        let bounded = |v: &Xyz, most: f64| [v.x, v.y, v.z].iter().all(|part| part.abs() <= most);
        say(
            gravity.is_none_or(|g| bounded(&g, 100.0)),
            "world.gravity",
            "must be within ±100 m/s²",
        );
        say(wind.is_none_or(|w| bounded(&w, 100.0)), "world.wind", "must be within ±100 m/s");
        say(within(*floor_friction, 0.0, 5.0), "world.floor_friction", "must be within 0 and 5");
        say(within(*floor_tilt, -45.0, 45.0), "world.floor_tilt", "must be within ±45°");
        let mut ids = HashSet::new();
        for thing in &self.things {
            let at = |field: &str| format!("{}.{field}", printable(&thing.id));
            say(
                plain(&thing.id),
                &at("id"),
                "must be a lower-case letter, then letters, digits and _",
            );
            say(ids.insert(&*thing.id), &at("id"), "is taken by another thing");
            say(
                thing.count.is_none_or(|n| (1..=MAX_COUNT).contains(&n)),
                &at("count"),
                "must be within 1 and 200",
            );
            say(
                thing.parts.is_none_or(|n| (1..=60).contains(&n)),
                &at("parts"),
                "must be within 1 and 60",
            );
            let size = thing.size.unwrap_or_default();
            for (axis, extent) in [("x", size.x), ("y", size.y), ("z", size.z)] {
                say(
                    within(extent, *EXTENT_M.start(), *EXTENT_M.end()),
                    &at(&format!("size.{axis}")),
                    "must be within 1 mm and 100 m",
                );
            }
            say(within(thing.length, 0.005, 20.0), &at("length"), "must be within 5 mm and 20 m");
            say(within(thing.mass, 1e-6, 1e6), &at("mass"), "must be within 1 mg and 1000 t");
            say(
                within(thing.other_mass, 1e-6, 1e6),
                &at("other_mass"),
                "must be within 1 mg and 1000 t",
            );
            say(
                within(thing.density, 0.1, 30_000.0),
                &at("density"),
                "must be within 0.1 and 30000 kg/m³",
            );
            say(within(thing.friction, 0.0, 5.0), &at("friction"), "must be within 0 and 5");
            say(within(thing.bounce, 0.0, 1.0), &at("bounce"), "must be within 0 and 1");
            say(within(thing.height, 0.0, 100.0), &at("height"), "must be within 0 and 100 m");
            say(within(thing.tilt, -90.0, 90.0), &at("tilt"), "must be within ±90°");
            say(within(thing.heading, -360.0, 360.0), &at("heading"), "must be within ±360°");
            say(within(thing.open, 0.0, 175.0), &at("open"), "must be within 0 and 175°");
            say(within(thing.angle, -180.0, 180.0), &at("angle"), "must be within ±180°");
            let of_parts = |values: &[f64], least: f64, most: f64| {
                values.len() <= 60 && values.iter().all(|value| (least..=most).contains(value))
            };
            say(
                of_parts(&thing.lengths, 0.005, 20.0),
                &at("lengths"),
                "must be within 5 mm and 20 m each, and at most 60",
            );
            say(
                of_parts(&thing.masses, 1e-6, 1e6),
                &at("masses"),
                "must be within 1 mg and 1000 t each, and at most 60",
            );
            say(
                thing.driven.len() <= 60 && thing.driven.iter().all(|n| (1..=60).contains(n)),
                &at("driven"),
                "must be within 1 and 60 each, and at most 60",
            );
            say(within(thing.strength, 0.0, 1e6), &at("strength"), "must be within 0 and 1e6");
            say(within(thing.pull, -10.0, 10.0), &at("pull"), "must be within ±10 m");
            say(
                thing
                    .load
                    .is_none_or(|load| matches!(load, Kind::Box | Kind::Sphere | Kind::Cylinder)),
                &at("load"),
                "must be a box, a sphere or a cylinder",
            );
            say(within(thing.stiffness, 0.0, 1e6), &at("stiffness"), "must be within 0 and 1e6");
            say(within(thing.damping, 0.0, 1e5), &at("damping"), "must be within 0 and 1e5");
            say(
                thing.shift.is_none_or(|v| bounded(&v, 100.0)),
                &at("shift"),
                "must be within ±100 m",
            );
            say(
                thing.velocity.is_none_or(|v| bounded(&v, 100.0)),
                &at("velocity"),
                "must be within ±100 m/s",
            );
            say(
                thing.spin.is_none_or(|v| bounded(&v, 500.0)),
                &at("spin"),
                "must be within ±500 rad/s",
            );
            say(thing.colours.len() <= 64, &at("colours"), "has more than 64 colours");
            for colour in &thing.colours {
                say(
                    super::colour::rgba(colour).is_some(),
                    &at("colours"),
                    "has a colour that is neither a known name nor #rrggbb",
                );
            }
            if let Some(a) = &thing.arrangement {
                let counts = [a.columns, a.rows, a.layers];
                say(
                    counts.iter().flatten().all(|n| (1..=60).contains(n)),
                    &at("arrangement"),
                    "has a count that is not within 1 and 60",
                );
                say(
                    [a.gap, a.pitch, a.radius].iter().all(|m| within(*m, 0.0, 50.0)),
                    &at("arrangement"),
                    "has a length that is not within 0 and 50 m",
                );
                say(
                    within(a.sweep, 10.0, 350.0),
                    &at("arrangement.sweep"),
                    "must be within 10 and 350°",
                );
                say(
                    within(a.taper, 0.5, 2.0),
                    &at("arrangement.taper"),
                    "must be within 0.5 and 2",
                );
            }
        }
        for relation in &self.relations {
            for id in [Some(&relation.subject), Some(&relation.reference), relation.other.as_ref()]
                .into_iter()
                .flatten()
            {
                say(
                    ids.contains(&**id),
                    "relations",
                    &format!("name '{}', which is no thing's id", printable(id)),
                );
            }
            say(relation.subject != relation.reference, "relations", "place a thing by itself");
            say(within(relation.gap, 0.0, 50.0), "relations.gap", "must be within 0 and 50 m");
        }
        faults
    }
}

fn within(value: Option<f64>, least: f64, most: f64) -> bool {
    value.is_none_or(|value| (least..=most).contains(&value))
}

/// Whether a text can be an id.
pub fn plain(id: &str) -> bool {
    id.len() <= MAX_NAME
        && id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// A foreign name as far as it may stand in a sentence.
fn printable(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(40).collect()
}
