//! Nouns: what they are, how large, and of what.

use super::super::spec::{Kind, Material};
use super::lexicon::Noun;

pub(super) const fn noun(words: &'static str, kind: Kind) -> Noun {
    Noun {
        words,
        kind,
        size: None,
        material: None,
        colour: None,
        lying: false,
        parts: None,
        kg: None,
        stand_in: false,
    }
}

pub(super) const fn sized(words: &'static str, kind: Kind, size: [f64; 3]) -> Noun {
    Noun { size: Some(size), ..noun(words, kind) }
}

const fn lying(words: &'static str, kind: Kind, size: [f64; 3]) -> Noun {
    Noun { lying: true, ..sized(words, kind, size) }
}

const fn of(material: Material, noun: Noun) -> Noun {
    Noun { material: Some(material), ..noun }
}

const fn parts(count: u32, noun: Noun) -> Noun {
    Noun { parts: Some(count), ..noun }
}

const fn coloured(colour: &'static str, noun: Noun) -> Noun {
    Noun { colour: Some(colour), ..noun }
}

pub(super) static NOUNS: &[Noun] = &[
    noun("box|cuboid|rectangular prism|rectangular block", Kind::Box),
    noun("cube|block", Kind::Box),
    of(Material::Brick, sized("brick", Kind::Box, [0.2, 0.1, 0.1])),
    of(Material::Wood, sized("crate", Kind::Box, [0.5, 0.5, 0.5])),
    sized("die|*dice|dice", Kind::Box, [0.03, 0.03, 0.03]),
    of(
        Material::Cardboard,
        sized("carton|cardboard box|parcel|package", Kind::Box, [0.4, 0.3, 0.25]),
    ),
    sized("book", Kind::Box, [0.15, 0.22, 0.03]),
    sized("slab|tile|board|panel|paving stone", Kind::Box, [0.4, 0.3, 0.04]),
    of(Material::Cardboard, sized("shoebox|shoe box|cereal box", Kind::Box, [0.33, 0.2, 0.12])),
    coloured("red", sized("toolbox|tool box|tool chest", Kind::Box, [0.45, 0.22, 0.2])),
    of(Material::Ice, sized("ice cube", Kind::Box, [0.04; 3])),
    coloured("white", sized("soap|bar of soap|eraser", Kind::Box, [0.08, 0.05, 0.025])),
    of(Material::Foam, coloured("white", sized("pillow|cushion", Kind::Box, [0.5, 0.35, 0.12]))),
    of(Material::Foam, coloured("white", sized("mattress", Kind::Box, [0.9, 1.9, 0.18]))),
    of(Material::Concrete, sized("cinder block|breeze block", Kind::Box, [0.4, 0.2, 0.2])),
    of(Material::Wood, sized("plank|beam|lath", Kind::Box, [1.0, 0.15, 0.05])),
    sized("sheet", Kind::Box, [0.5, 0.4, 0.01]),
    noun(
        "domino|domino tile|domino piece|domino run|domino chain|domino course|*dominos",
        Kind::Dominoes,
    ),
    noun("sphere|ball|globe|orb", Kind::Sphere),
    coloured("white", sized("ping pong ball|table tennis ball", Kind::Sphere, [0.04; 3])),
    coloured("white", sized("golf ball", Kind::Sphere, [0.043; 3])),
    coloured("white", sized("baseball|cricket ball", Kind::Sphere, [0.074; 3])),
    coloured("brown", sized("medicine ball", Kind::Sphere, [0.3; 3])),
    coloured("white", sized("volleyball|handball", Kind::Sphere, [0.21; 3])),
    coloured("white", sized("cue ball", Kind::Sphere, [0.057; 3])),
    coloured("red", sized("billiard ball|pool ball|snooker ball", Kind::Sphere, [0.057; 3])),
    of(Material::Foam, coloured("yellow", sized("beach ball|balloon", Kind::Sphere, [0.35; 3]))),
    of(
        Material::Steel,
        sized("cannonball|cannon ball|iron ball|shot put", Kind::Sphere, [0.15; 3]),
    ),
    of(Material::Stone, sized("pebble|*stones", Kind::Sphere, [0.05; 3])),
    coloured("red", sized("apple|tomato", Kind::Sphere, [0.08; 3])),
    coloured("yellow", sized("lemon", Kind::Ellipsoid, [0.09, 0.06, 0.06])),
    coloured("white", sized("pearl", Kind::Sphere, [0.012; 3])),
    coloured("red", sized("cherry|berry", Kind::Sphere, [0.02; 3])),
    of(Material::Glass, sized("marble", Kind::Sphere, [0.03, 0.03, 0.03])),
    coloured("yellow", sized("tennis ball", Kind::Sphere, [0.067; 3])),
    coloured("orange", of(Material::Rubber, sized("basketball", Kind::Sphere, [0.24; 3]))),
    coloured("white", of(Material::Rubber, sized("football|soccer ball", Kind::Sphere, [0.22; 3]))),
    coloured("navy", sized("bowling ball", Kind::Sphere, [0.217; 3])),
    of(Material::Stone, sized("boulder|rock", Kind::Sphere, [0.5; 3])),
    of(
        Material::Rubber,
        coloured("red", sized("rubber ball|bouncy ball", Kind::Sphere, [0.12; 3])),
    ),
    noun("cylinder|drum", Kind::Cylinder),
    sized("can|tin", Kind::Cylinder, [0.066, 0.066, 0.12]),
    sized("barrel", Kind::Cylinder, [0.5, 0.5, 0.8]),
    sized("disc|disk", Kind::Cylinder, [0.3, 0.3, 0.04]),
    sized("puck|hockey puck", Kind::Cylinder, [0.076, 0.076, 0.025]),
    of(Material::Gold, sized("coin", Kind::Cylinder, [0.025, 0.025, 0.003])),
    of(Material::Ceramic, sized("plate|dish|saucer", Kind::Cylinder, [0.24, 0.24, 0.02])),
    of(Material::Glass, sized("bottle", Kind::Cylinder, [0.08, 0.08, 0.25])),
    of(Material::Wood, lying("log|tree trunk", Kind::Cylinder, [0.25, 0.25, 1.2])),
    lying("rod|stick|bar|pipe|tube|cylindrical rod", Kind::Cylinder, [0.04, 0.04, 0.8]),
    lying("roller", Kind::Cylinder, [0.1, 0.1, 0.5]),
    of(Material::Stone, sized("pillar|column", Kind::Cylinder, [0.25, 0.25, 1.2])),
    of(Material::Wood, noun("ladder", Kind::Ladder)),
    coloured("white", sized("candle", Kind::Cylinder, [0.03, 0.03, 0.15])),
    of(Material::Wood, lying("dowel", Kind::Cylinder, [0.05, 0.05, 0.9])),
    of(
        Material::Rubber,
        coloured("black", sized("hockey disc", Kind::Cylinder, [0.076, 0.076, 0.025])),
    ),
    of(Material::Wood, sized("tree stump|stump|spool", Kind::Cylinder, [0.4, 0.4, 0.35])),
    coloured("red", sized("soda can|soup can|tin can", Kind::Cylinder, [0.066, 0.066, 0.12])),
    coloured("blue", sized("oil drum|oil barrel", Kind::Cylinder, [0.58, 0.58, 0.88])),
    coloured(
        "yellow",
        sized("frisbee|cookie|pancake|token|chip|poker chip", Kind::Cylinder, [0.12, 0.12, 0.015]),
    ),
    noun("capsule|pill", Kind::Capsule),
    sized("pin|bowling pin|skittle", Kind::Cylinder, [0.09, 0.09, 0.3]),
    noun("ellipsoid", Kind::Ellipsoid),
    coloured("cream", sized("egg", Kind::Ellipsoid, [0.06, 0.045, 0.045])),
    noun("cone", Kind::Cone),
    coloured("orange", sized("traffic cone", Kind::Cone, [0.28, 0.28, 0.5])),
    noun("wedge|triangular prism|doorstop", Kind::Wedge),
    noun("square pyramid|solid pyramid|tetrahedron", Kind::SolidPyramid),
    noun("torus|*tori|donut|doughnut|hoop|hula hoop", Kind::Torus),
    of(Material::Rubber, noun("wheel|tyre|tire", Kind::Wheel)),
    of(Material::Steel, noun("dumbbell|barbell", Kind::Dumbbell)),
    noun(
        "container|bin|open box|tray|basket|tote|bucket|trough|tank|pail|hamper|trash can|rubbish bin|dustbin|wastebasket|laundry basket|bathtub|tub",
        Kind::Container,
    ),
    of(Material::Ceramic, noun("cup|mug|teacup|coffee cup|beaker", Kind::Cup)),
    of(Material::Glass, noun("glass|drinking glass|tumbler", Kind::Cup)),
    of(
        Material::Ceramic,
        sized("vase|jar|pot|flower pot|flowerpot|urn", Kind::Cup, [0.14, 0.14, 0.22]),
    ),
    of(Material::Steel, sized("pan|saucepan|cooking pot|basin", Kind::Bowl, [0.28, 0.28, 0.1])),
    of(Material::Ceramic, noun("bowl|salad bowl|fruit bowl", Kind::Bowl)),
    of(Material::Wood, noun("table|dining table|kitchen table|rectangular table", Kind::Table)),
    of(Material::Wood, sized("square table", Kind::Table, [0.9, 0.9, 0.75])),
    of(
        Material::Wood,
        sized("side table|nightstand|bedside table|end table", Kind::Table, [0.5, 0.45, 0.55]),
    ),
    of(
        Material::Wood,
        sized(
            "cabinet|cupboard|wardrobe|closet|dresser|sideboard",
            Kind::Platform,
            [0.9, 0.45, 1.0],
        ),
    ),
    coloured("white", sized("fridge|refrigerator", Kind::Platform, [0.65, 0.65, 1.75])),
    of(
        Material::Wood,
        sized(
            "desk|workbench|counter|worktop|bar counter|work bench|work table|worktable|kitchen counter|writing desk|lab bench|laboratory bench|teacher s desk|school desk|kitchen island",
            Kind::Table,
            [1.4, 0.7, 0.74],
        ),
    ),
    of(
        Material::Wood,
        sized("chest of drawers|chest of drawer|chest", Kind::Platform, [0.9, 0.45, 0.85]),
    ),
    of(
        Material::Steel,
        sized("filing cabinet|file cabinet|locker|tool cabinet", Kind::Platform, [0.45, 0.6, 1.3]),
    ),
    of(Material::Wood, sized("coffee table", Kind::Table, [1.0, 0.6, 0.42])),
    of(Material::Wood, noun("round table|circular table", Kind::RoundTable)),
    of(
        Material::Wood,
        noun("chair|armchair|dining chair|office chair|kitchen chair|desk chair", Kind::Chair),
    ),
    of(Material::Wood, noun("stool|bar stool|footstool|foot stool|barstool", Kind::Stool)),
    of(Material::Wood, noun("bench|park bench|garden bench|gym bench", Kind::Bench)),
    of(
        Material::Wood,
        noun(
            "shelf|*shelves|bookshelf|*bookshelves|bookcase|rack|shelving unit|book shelf|book case|storage shelf|storage rack|shelf unit|wall shelf|set of shelves",
            Kind::Shelf,
        ),
    ),
    noun("bed|single bed|double bed|bunk|cot", Kind::Bed),
    coloured("teal", noun("sofa|couch|settee", Kind::Sofa)),
    noun("lamp|floor lamp|standing lamp|street lamp|lamp post", Kind::Lamp),
    of(Material::Concrete, noun("wall|barrier", Kind::Wall)),
    of(Material::Wood, sized("fence", Kind::Wall, [2.0, 0.04, 0.8])),
    of(
        Material::Concrete,
        noun("platform|pedestal|podium|plinth|stage|ledge|dais", Kind::Platform),
    ),
    of(Material::Steel, noun("post|pole|mast|stake|flagpole", Kind::Post)),
    of(
        Material::Steel,
        noun(
            "gantry|crossbeam|cross beam|crossbar|cross bar|girder|support frame|hanging frame|gallows",
            Kind::Gantry,
        ),
    ),
    of(Material::Wood, noun("sandbox|sandpit|arena|enclosure|corral", Kind::Pen)),
    of(
        Material::Wood,
        noun(
            "ramp|slope|incline|inclined plane|slide|tilted plane|inclined ramp|inclined surface|hill|chute",
            Kind::Ramp,
        ),
    ),
    of(
        Material::Concrete,
        noun(
            "stairs|staircase|stairway|flight of stairs|set of stairs|steps|flight of steps|stepladder|set of steps",
            Kind::Stairs,
        ),
    ),
    of(Material::Steel, noun("funnel|hopper", Kind::Funnel)),
    of(
        Material::Wood,
        noun(
            "curved ramp|quarter pipe|curved slope|ski jump|curved slide|curved track|quarterpipe|skate ramp",
            Kind::CurvedRamp,
        ),
    ),
    of(
        Material::Plastic,
        noun(
            "half pipe|halfpipe|u shaped ramp|u ramp|u shaped track|curved valley|valley",
            Kind::HalfPipe,
        ),
    ),
    of(Material::Wood, noun("maze|labyrinth", Kind::Maze)),
    of(
        Material::Stone,
        noun(
            "arch|archway|stone arch|brick arch|arch of bricks|arch of stones|arch of blocks",
            Kind::Arch,
        ),
    ),
    of(Material::Concrete, noun("tunnel|underpass", Kind::Tunnel)),
    of(
        Material::Wood,
        noun("marble run|marble track|ball run|marble machine|zigzag track", Kind::MarbleRun),
    ),
    noun("sprung boxes|spring chain", Kind::SprungBoxes),
    noun("sprung balls", Kind::SprungBalls),
    of(Material::Wood, noun("catapult|trebuchet|stone thrower|siege engine", Kind::Catapult)),
    noun("gear|cog|cogwheel|gear wheel|spur gear|meshing gear|interlocking gear", Kind::Gears),
    parts(3, noun("gear train|gearbox|gear system|gear set|set of gears", Kind::Gears)),
    parts(2, noun("pair of gears|gear pair|pair of meshing gears", Kind::Gears)),
    coloured(
        "yellow",
        noun("crane|tower crane|construction crane|crane arm|jib crane", Kind::Crane),
    ),
    noun(
        "mobile robot|differential drive robot|two wheeled robot|2 wheeled robot|differential drive|diff drive robot|robot vacuum|vacuum robot|turtlebot|two wheel robot|wheeled mobile robot|differential robot|robot on two wheels|robot with two wheels",
        Kind::MobileRobot,
    ),
    parts(
        4,
        noun(
            "wheeled robot|four wheeled robot|4 wheeled robot|rover robot|robot with four wheels|robot on wheels|robot with wheels|four wheeled mobile robot|robot car",
            Kind::Car,
        ),
    ),
    parts(
        3,
        noun(
            "three wheeled cart|3 wheeled cart|three wheeled robot|3 wheeled robot|three wheeled car|three wheeler|tricycle|three wheeled vehicle",
            Kind::Car,
        ),
    ),
    parts(
        6,
        noun(
            "six wheeled cart|6 wheeled cart|six wheeled robot|6 wheeled robot|six wheeled rover",
            Kind::Car,
        ),
    ),
    noun(
        "quadruped|quadruped robot|four legged robot|4 legged robot|robot dog|legged robot|walking robot|quadrupedal robot|robot with four legs",
        Kind::Quadruped,
    ),
    parts(6, noun("hexapod|hexapod robot|six legged robot|6 legged robot", Kind::Quadruped)),
    noun(
        "biped|biped robot|two legged robot|bipedal robot|2 legged robot|bipedal walker|robot on two legs|biped walker",
        Kind::Biped,
    ),
    noun("robot hand|hand|robotic hand|dexterous hand|mechanical hand", Kind::Hand),
    noun("hanging mobile|mobile|baby mobile|kinetic mobile", Kind::HangingMobile),
    noun(
        "ball and plate|ball and plate system|tilting plate|tilting platform|tilt table|tilting table|balance plate|balancing plate",
        Kind::BallPlate,
    ),
    noun(
        "pendulum|*pendula|simple pendulum|plumb bob|single pendulum|physical pendulum",
        Kind::Pendulum,
    ),
    parts(2, noun("double pendulum", Kind::Pendulum)),
    parts(3, noun("triple pendulum", Kind::Pendulum)),
    noun("inverted pendulum", Kind::InvertedPendulum),
    parts(2, noun("inverted double pendulum|double inverted pendulum", Kind::InvertedPendulum)),
    parts(3, noun("inverted triple pendulum|triple inverted pendulum", Kind::InvertedPendulum)),
    noun(
        "cart pole|cartpole|inverted pendulum on a cart|inverted pendulum on cart|pole on a cart|pole balancing on a cart|pole balanced on a cart|cart with a pole|cart and pole|cart with a pole on it|cart with a pole balanced on it|cart with a pole on top|cart balancing a pole|cart with a pole attached to it|cart with an inverted pendulum|cart with an inverted pendulum on it|cart with an inverted pendulum on top|pole balanced on a moving cart|pole on a moving cart|inverted pendulum mounted on a cart|inverted pendulum attached to a cart|pole hinged to a cart|pole mounted on a cart",
        Kind::CartPole,
    ),
    parts(
        2,
        noun(
            "double cart pole|double inverted pendulum on a cart|double pendulum on a cart",
            Kind::CartPole,
        ),
    ),
    noun(
        "arm|robot arm|robotic arm|manipulator|robot manipulator|robot|industrial robot|mechanical arm",
        Kind::Arm,
    ),
    noun(
        "gripper|robot gripper|parallel gripper|claw|parallel jaw gripper|two finger gripper",
        Kind::Gripper,
    ),
    of(
        Material::Steel,
        noun("newton s cradle|newtons cradle|newton cradle|cradle", Kind::NewtonsCradle),
    ),
    of(
        Material::Wood,
        noun(
            "seesaw|see saw|teeter totter|teeterboard|teeter board|lever|balance scale|balance beam scale|balance beam on a pivot|teetertotter|teeter|rocker board|balancing plank|pivoted plank|pivoted beam|pivoted board|see saw board|beam balance|rocking board",
            Kind::Seesaw,
        ),
    ),
    noun(
        "spring|spring mass system|mass spring system|mass on a spring|mass hanging on a spring|mass hanging from a spring|mass on spring|weight on a spring|spring pendulum|spring mass damper|mass spring damper|spring oscillator|harmonic oscillator",
        Kind::Spring,
    ),
    noun(
        "horizontal spring|horizontal mass spring system|horizontal spring mass system|sliding spring",
        Kind::SlidingSpring,
    ),
    of(
        Material::Steel,
        noun("chain|rope|cable|hanging chain|string|cord|thread|wire", Kind::Chain),
    ),
    noun(
        "car|toy car|wheeled cart|four wheeled cart|4 wheeled cart|push cart|shopping cart|golf cart|cart with wheels|cart on wheels|cart with four wheels|jeep|pickup truck|bus|lorry cab|vehicle|buggy|truck|race car|lorry|van|rc car|rover|wagon",
        Kind::Car,
    ),
    of(
        Material::Wood,
        noun("door|hinged door|swing door|swinging door|gate|hinged gate", Kind::Door),
    ),
    of(
        Material::Wood,
        parts(
            2,
            noun(
                "double door|double doors|french door|french doors|double leaf door|two leaf door|pair of doors|double swing door|double gate|double swing doors|two panel door|door with two panels|door with two leaves|door with two wings|double wing door",
                Kind::Door,
            ),
        ),
    ),
    of(Material::Wood, noun("drawer", Kind::Drawer)),
    noun(
        "turntable|merry go round|carousel|rotating platform|rotating disc|rotating disk|spinning disc|spinning disk|flywheel",
        Kind::Turntable,
    ),
    noun("windmill|fan|propeller|wind turbine|rotor|pinwheel", Kind::Windmill),
    noun("spinning top|gyroscope|gyro|toy top|top that spins", Kind::SpinningTop),
    of(
        Material::Wood,
        noun("bridge|rope bridge|suspension bridge|hanging bridge|plank bridge", Kind::Bridge),
    ),
    noun(
        "pulley|atwood machine|atwood s machine|pulley system|two masses over a pulley|two weights over a pulley",
        Kind::Pulley,
    ),
    noun(
        "slider crank|crank slider|crank mechanism|slider crank mechanism|piston",
        Kind::SliderCrank,
    ),
    of(Material::Steel, noun("wrecking ball", Kind::WreckingBall)),
    of(Material::Wood, noun("swing|swing set|playground swing", Kind::Swing)),
];
