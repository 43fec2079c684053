//! Which words are known, and what each can mean.

use std::{collections::HashMap, sync::LazyLock};

pub use super::sense::*;

use super::super::spec::{Kind, Material, Medium, Pattern, Place};
use super::{
    idle,
    nouns::{NOUNS, sized},
    synonyms, verbs,
    wares::WARES,
};

const UP: [f64; 3] = [0.0, 0.0, 1.0];
const DOWN: [f64; 3] = [0.0, 0.0, -1.0];
const LEFT: [f64; 3] = [-1.0, 0.0, 0.0];
const RIGHT: [f64; 3] = [1.0, 0.0, 0.0];
const AWAY: [f64; 3] = [0.0, 1.0, 0.0];
const NEAR: [f64; 3] = [0.0, -1.0, 0.0];

/// Of what is long it is the width that is thin.
pub(super) const THIN: f64 = 0.36;

/// Phrases of up to five words, with `|` between those that mean the same.
static PHRASES: &[(&str, Sense)] = &[
    (
        "row|line|straight line|single row|queue|horizontal row|horizontal line|long row|long line",
        Sense::Group(Pattern::Row),
    ),
    ("file|single file", Sense::Group(Pattern::Column)),
    (
        "stack|tower|pile|column of|pillar of|vertical stack|tall stack|tall tower|high stack|high tower|neat stack",
        Sense::Group(Pattern::Stack),
    ),
    (
        "ring|circle|circular pattern|circular arrangement|circular formation|circle formation|round formation",
        Sense::Group(Pattern::Ring),
    ),
    (
        "corners of a square|four corners of a square|corners of the square|square pattern|corners of a triangle|corners of a rectangle|square formation|pentagon|hexagon|heptagon|octagon|regular hexagon|regular pentagon|regular octagon|corners of a pentagon|corners of a hexagon|corners of a heptagon|corners of an octagon|corners of a regular hexagon|corners of a regular pentagon",
        Sense::Group(Pattern::Corners),
    ),
    (
        "grid|array|matrix|lattice|rectangular grid|square grid|regular grid|chessboard|checkerboard|chequerboard|chess board|checker board|chequer board|checkered pattern|chequered pattern|checkerboard pattern|chessboard pattern|checkered grid|checkerboard layout",
        Sense::Group(Pattern::Grid),
    ),
    ("spiral|swirl|spiral shape|spiral pattern", Sense::Group(Pattern::Spiral)),
    (
        "zigzag|zig zag|zigzag line|zigzag row|zigzag pattern|zig zag line|zig zag pattern",
        Sense::Group(Pattern::Zigzag),
    ),
    ("diagonal|diagonal line|diagonal row", Sense::Group(Pattern::Diagonal)),
    (
        "cross|cross shape|plus sign|plus shape|cross pattern|cross formation",
        Sense::Group(Pattern::Cross),
    ),
    (
        "semicircle|half circle|semi circle|arc|curve|curved line|curved row|half ring|quarter circle|quarter of a circle|quarter of circle|quarter ring|circular arc|curved path|bend|gentle curve|quarter turn|three quarter circle|three quarters of a circle|quarter of a ring|quarter arc|half a circle|half a ring|crescent",
        Sense::Group(Pattern::Arc),
    ),
    ("pyramid", Sense::Group(Pattern::Pyramid)),
    ("triangular stack|flat pyramid|2d pyramid|upright triangle", Sense::Group(Pattern::Triangle)),
    (
        "triangle|triangular pattern|triangular formation|rack|billiard triangle|billiards triangle|pool triangle|triangle like in billiards|triangle like in pool|triangle as in billiards|triangle as in pool|triangle like in snooker|rack like in pool|rack like in billiards",
        Sense::Group(Pattern::Rack),
    ),
    (
        "heap|bunch of|scattering of|scatter|random scatter|random scattering|swarm|cloud|mess|pile up|cluster|jumble|random pile|messy pile|cluster of",
        Sense::Group(Pattern::Scatter),
    ),
    ("link|segment|section", Sense::Part(Part::Link)),
    ("joint|jointed|dof|degree of freedom|degrees of freedom|axis|axes", Sense::Part(Part::Joint)),
    (
        "bob|weight|load|payload|mass at the end|tip mass|end mass|end weight",
        Sense::Part(Part::Bob),
    ),
    ("leg|legged", Sense::Part(Part::Leg)),
    ("wheeled", Sense::Part(Part::Wheel)),
    ("leaf|wing|*leaves|door leaf|door panel|door wing", Sense::Part(Part::Panel)),
    ("chassis|car body|bodywork|body", Sense::Part(Part::Chassis)),
    ("step|stair", Sense::Part(Part::Step)),
    ("layer|level|storey|story|floors|tier|course", Sense::Part(Part::Layer)),
    ("rows", Sense::Part(Part::Row)),
    ("columns", Sense::Part(Part::Column)),
    ("blade|vane|bladed", Sense::Part(Part::Blade)),
    (
        "hinge|pivot|axle|bearing|fulcrum|pivot point|suspension point|hinge point|revolute joint|pivot stand|pivot post",
        Sense::Part(Part::Hinge),
    ),
    (
        "motor|actuator|drive|electric motor|motor drive|cart motor|drive motor|dc motor|gear motor",
        Sense::Part(Part::Motor),
    ),
    ("finger|jaw", Sense::Part(Part::Finger)),
    ("rail|track|guide rail|linear rail|linear track|slider rail", Sense::Part(Part::Rail)),
    ("cart|trolley", Sense::Part(Part::Cart)),
    ("corner", Sense::Part(Part::Corner)),
    ("end|tip|end effector|free end|lower end", Sense::Part(Part::End)),
    (
        "hook|nail|bracket|ceiling hook|wall hook|hook in the ceiling|hook on the ceiling",
        Sense::Part(Part::Hook),
    ),
    ("dark|deep", Sense::Dark),
    ("light", Sense::Light),
    ("gray", Sense::Colour("grey")),
    ("aqua", Sense::Colour("cyan")),
    ("tiny|very small|miniature|mini|minuscule|teeny", Sense::Size(0.35)),
    ("small|little|smallish|compact", Sense::Size(0.6)),
    (
        "medium|medium sized|normal|regular|standard|ordinary|simple|plain|basic|mid sized",
        Sense::Size(1.0),
    ),
    ("large|big|biggish|sizeable", Sense::Size(1.6)),
    (
        "huge|giant|very large|very big|enormous|massive|gigantic|oversized|colossal",
        Sense::Size(2.5),
    ),
    ("heavy|weighty|dense", Sense::Heft(4.0)),
    ("very heavy", Sense::Heft(10.0)),
    ("lightweight|very light", Sense::Heft(0.25)),
    ("tall|high|very tall", Sense::Stretch([1.0, 1.0, 2.0])),
    ("low", Sense::Stretch([1.0, 1.0, 0.5])),
    ("short", Sense::Stretch([1.0, 1.0, 0.6])),
    ("long|very long|elongated", Sense::Stretch([2.0, 1.0, 1.0])),
    ("fat|stout|chubby|bulky|squat", Sense::Stretch([1.5, 1.5, 1.0])),
    ("wide|broad|very wide", Sense::Stretch([1.0, 1.6, 1.0])),
    ("narrow", Sense::Stretch([1.0, 0.5, 1.0])),
    ("flat", Sense::Stretch([1.0, 1.0, 0.35])),
    ("thin|slim|slender|very thin|skinny", Sense::Stretch([1.0, 1.0, THIN])),
    ("wood|wooden|oak|pine|timber|oaken|plywood|bamboo", Sense::Material(Material::Wood)),
    ("steel|metal|iron|metallic|metal made|stainless steel", Sense::Material(Material::Steel)),
    ("aluminium|aluminum", Sense::Material(Material::Aluminium)),
    ("copper|bronze|brass", Sense::Material(Material::Copper)),
    ("gold", Sense::Material(Material::Gold)),
    ("lead", Sense::Material(Material::Lead)),
    ("rubber|rubbery", Sense::Material(Material::Rubber)),
    ("plastic", Sense::Material(Material::Plastic)),
    ("glassy", Sense::Material(Material::Glass)),
    ("stone|granite|rocky", Sense::Material(Material::Stone)),
    ("concrete|cement", Sense::Material(Material::Concrete)),
    ("ice|icy", Sense::Material(Material::Ice)),
    ("foam|sponge|styrofoam|soft|polystyrene", Sense::Material(Material::Foam)),
    ("cork", Sense::Material(Material::Cork)),
    ("cardboard|paper", Sense::Material(Material::Cardboard)),
    ("ceramic|porcelain|clay", Sense::Material(Material::Ceramic)),
    (
        "fixed|static|immovable|stationary|anchored|immobile|bolted down|welded|fixed in place",
        Sense::Trait(Trait::Fixed),
    ),
    ("movable|moveable|dynamic|free|loose|that can be pushed", Sense::Trait(Trait::Movable)),
    ("floating|hovering|suspended in the air|drifting", Sense::Trait(Trait::Floating)),
    (
        "dropped|falling|that falls|falls|drops|dropping|drop|fall|being dropped|in free fall|falling down|is dropped|free falling|that is dropped|let fall",
        Sense::Trait(Trait::Falling),
    ),
    (
        "spinning|rotating|turning|that spins|that rotates|spins|rotates",
        Sense::Trait(Trait::Spinning),
    ),
    ("rolling|that rolls|rolls|roll", Sense::Trait(Trait::Rolling)),
    (
        "sliding|that slides|slides|slide|slides out|that slides out|sliding out|that pulls out|pulls out",
        Sense::Trait(Trait::Sliding),
    ),
    ("moving|travelling|traveling|flying|going", Sense::Trait(Trait::Moving)),
    ("thrown|launched|shot|fired|tossed|kicked|pushed|hit", Sense::Trait(Trait::Thrown)),
    (
        "lying on its side|lying on their sides|lies on its side|lying flat on the floor|lying|horizontal|laid flat|on its side|lying flat|lying down|on their sides",
        Sense::Trait(Trait::Lying),
    ),
    (
        "upright|vertical|standing upright|on end|standing up|standing on end|stood on end|placed on end|on its short side|on its short edge|on its short end|on its end|on its small side|on its smallest side|standing on its short side|upside on its short side|on its narrow end|on their ends|on their short sides",
        Sense::Trait(Trait::Upright),
    ),
    (
        "on its edge|rolling on its edge|spinning on its edge|rolls on its edge|on their edges|on its rim|standing on its edge|standing on edge|stands on its edge|on its long side|on its long edge|on its narrow side|on its thin side|on its thin edge|on its narrow edge|balanced on its edge|balancing on its edge",
        Sense::Trait(Trait::OnEdge),
    ),
    (
        "bouncy|elastic|springy|very bouncy|super bouncy|extremely bouncy|highly elastic|perfectly elastic|very elastic|really bouncy|highly bouncy",
        Sense::Trait(Trait::Bouncy),
    ),
    ("bouncing|that bounces|bounces|bounce", Sense::Trait(Trait::Bouncing)),
    ("slippery|smooth|slick|polished|low friction|greased", Sense::Trait(Trait::Slippery)),
    (
        "frictionless|without friction|no friction|zero friction|friction free|without any friction|with no friction",
        Sense::Trait(Trait::Frictionless),
    ),
    ("rough|sticky|grippy|high friction|non slip", Sense::Trait(Trait::Rough)),
    ("transparent|translucent|see through", Sense::Trait(Trait::Transparent)),
    (
        "tilted|inclined|leaning|sloped|slanted|sloping|angled|slanting|tilting",
        Sense::Trait(Trait::Tilted),
    ),
    (
        "torque motor|torque motors|torque actuators|torque driven|fully actuated|motor actuated|motor powered|motor controlled|force controlled|with torque control|with torque motors|torque actuator|torque control|motorised|motorized|actuated|powered|driven|controllable|controlled|motor driven|torque controlled",
        Sense::Trait(Trait::Actuated),
    ),
    (
        "position control|position controlled joints|position servo motors|position servo motor|servo driven|servo actuated|servo motor|position controller|position drives|position drive|position actuated|position actuator|position servos|position servo|servos|servo motors|position controllers|position motors|position controlled|servo|servo controlled|with servos|with position actuators|with position control|with position servos",
        Sense::Trait(Trait::Servo),
    ),
    (
        "velocity control|velocity controlled|velocity controlled joints|velocity motor|velocity motors|velocity servo|velocity servos|velocity actuator|velocity actuators|velocity drive|velocity drives|speed controlled|speed control|speed servo|speed servos|velocity driven|velocity actuated",
        Sense::Trait(Trait::Paced),
    ),
    (
        "held at both ends|fixed at both ends|attached at both ends|fastened at both ends|tied at both ends",
        Sense::Trait(Trait::HeldAtBothEnds),
    ),
    (
        "passive|unactuated|with no motor|with no motors|with no actuators|no motor|no motors|no actuators|without motors|without actuators|without a motor|unpowered",
        Sense::Trait(Trait::Passive),
    ),
    (
        "fixed at the top|attached at the top|held at the top|fixed at its upper end|fixed at one end|attached at one end|hanging from one end|held at one end|hanging|suspended|that hangs|hangs|dangling|hung",
        Sense::Trait(Trait::Hanging),
    ),
    (
        "pulled|released|let go|started|starting|starts|displaced|deflected|swung out|initially|pulled back|pulled aside|raised|held out|offset|pulled out|initial|start|begins|beginning",
        Sense::Trait(Trait::Released),
    ),
    (
        "stretched|pulled down|compressed|extended|displaced down|displaced downwards|pulled downwards|pushed up|pushed down|stretched down|elongated by hand|squeezed|pre stretched|prestretched",
        Sense::Trait(Trait::Stretched),
    ),
    (
        "hinged|pinned|spaced|spread|separated|evenly spaced|equally spaced|evenly|spread out|evenly distributed|arranged|placed|standing|set up|laid out|lined up|positioned|organised|organized|sitting|sits|stands|lies|rests|resting|set|located|mounted|attached|connected|fastened|held|balanced|laid",
        Sense::Trait(Trait::Spaced),
    ),
    (
        "without gaps|without a gap|without any gaps|no gaps|with no gaps|without space between them|touching|touching each other|touching one another|side by side|next to each other|beside each other|next to one another|shoulder to shoulder",
        Sense::Trait(Trait::Touching),
    ),
    (
        "scattered|randomly placed|random positions|at random|randomly scattered|randomly|random",
        Sense::Trait(Trait::Scattered),
    ),
    (
        "stacked|on top of each other|on top of one another|one on top of the other|piled up|piled|one upon another|stacked up|on each other",
        Sense::Trait(Trait::Stacked),
    ),
    (
        "of different heights|of different lengths|of increasing height|of increasing length|of increasing size|increasing in size|from smallest to biggest|from smallest to largest|smallest to largest|from small to big|sorted by size|in order of size|in order of increasing size|from the smallest to the largest|from the smallest to the biggest|from shortest to tallest|growing in size|of different sizes|in different sizes|of various sizes|differently sized|different sized|of varying sizes|each a different size|growing|ascending|of increasing sizes|from small to large|getting bigger|getting larger",
        Sense::Trait(Trait::Growing),
    ),
    (
        "of decreasing size|decreasing in size|from biggest to smallest|from largest to smallest|largest to smallest|from big to small|in order of decreasing size|from the largest to the smallest|from the biggest to the smallest|from tallest to shortest|shrinking in size|largest at the bottom|biggest at the bottom|the biggest at the bottom|the largest at the bottom|smallest on top|the smallest on top|smallest at the top|the smallest at the top|large at the bottom|big at the bottom|small on top|small at the top|tapering upwards|tapering|biggest on the bottom|largest on the bottom|biggest first|shrinking|descending|of decreasing sizes|from large to small|getting smaller|each smaller than the one below|smaller towards the top",
        Sense::Trait(Trait::Shrinking),
    ),
    (
        "lifted|pulled up|pulled to the side|drawn back|raised up|pulled out to the side|held up",
        Sense::Trait(Trait::Lifted),
    ),
    (
        "enclosed|walled|in a room|in a walled arena|surrounded by walls|room|inside a room|within a room|within walls|between walls|inside four walls|within four walls|enclosed by walls",
        Sense::Trait(Trait::Enclosed),
    ),
    ("empty", Sense::Trait(Trait::Empty)),
    (
        "saloon|western|double acting|two way|to both sides|both ways|in both directions|to either side|either way|in either direction|on both sides of the frame",
        Sense::Trait(Trait::BothWays),
    ),
    ("planar|in a plane|in one plane", Sense::Trait(Trait::Planar)),
    ("level|even", Sense::Trait(Trait::Level)),
    (
        "weightless|weightlessly|with gravity turned off|gravity turned off|with gravity switched off|gravity switched off|with gravity off|without any gravity|no gravity at all|zero gravity|zero g|no gravity|without gravity|microgravity|weightlessness|gravity free|in zero gravity|in zero g",
        Sense::Trait(Trait::Weightless),
    ),
    ("windy|windy day|breezy", Sense::Trait(Trait::Windy)),
    ("gravity off|off gravity", Sense::Trait(Trait::Weightless)),
    (
        "on opposite sides|standing on opposite sides|sitting on opposite sides|standing on each side|sitting on each side|standing on either side|sitting on either side|standing on both sides|sitting on both sides|sitting at each end|standing at each end|at opposite sides|on opposite ends|at opposite ends|at each side|at each end|on each end|at both ends|on both ends|on the ends|at the ends|on its ends|at its ends|on the two ends|at the two ends|on either end|at either end|on each side|on both sides|at each of its ends|on either side|at either side|on each of its ends|on each of the ends",
        Sense::Ends,
    ),
    (
        "toppling|about to fall|that topple|topple|tipped|tipping|knocked over|pushed over|being pushed over",
        Sense::Trait(Trait::Toppling),
    ),
    (
        "length|lengths|in length|long side|total length|overall length|full length|combined length",
        Sense::Dim(Dim::Long),
    ),
    (
        "width|widths|in width|base|base width|base diameter|wide at the base|across the base",
        Sense::Dim(Dim::Wide),
    ),
    ("high|tall|in height", Sense::Dim(Dim::High)),
    ("depth|in depth", Sense::Dim(Dim::Deep)),
    ("thick|thickness|in thickness", Sense::Dim(Dim::Thick)),
    (
        "rise|riser|riser height|step height|risers|height per step|rise per step",
        Sense::Dim(Dim::Rise),
    ),
    (
        "tread|treads|tread depth|step depth|tread length|step width|tread width|going",
        Sense::Dim(Dim::Tread),
    ),
    ("diameter|diameters|in diameter|across", Sense::Dim(Dim::Diameter)),
    ("radius|in radius|radii", Sense::Dim(Dim::Radius)),
    (
        "edge|edges|side|sides|side length|edge length|on a side|per side|on each side|sides of|on edge",
        Sense::Dim(Dim::Edge),
    ),
    (
        "between centres|between centers|between their centres|between their centers|from centre to centre|apart|apart from each other|from each other|from one another|centre to centre|center to center",
        Sense::Dim(Dim::Apart),
    ),
    (
        "spacing|gap|gaps|distance|distances|spaces|between each|between each other|away|intervals|between neighbours|between neighbors|in between|of space|of free space|from each to the next|from one to the next|between one and the next|between each and the next|from one another each|between each pair|between every two|between any two|from neighbour to neighbour|from neighbor to neighbor|from each other each|to the next|to its neighbour|to its neighbor|to the next one|between each of them|between every one",
        Sense::Dim(Dim::Gap),
    ),
    (
        "above the floor|above the ground|above ground|up|off the floor|off the ground|up in the air|in the air|over the floor|over the ground|above floor|from the ground|from the floor",
        Sense::Dim(Dim::Up),
    ),
    ("mass|m|weight of|weighing|weighs|weigh|masses|in mass", Sense::Prop(Prop::Mass)),
    ("density", Sense::Prop(Prop::Density)),
    (
        "mu|friction|friction coefficient|coefficient of friction|sliding friction",
        Sense::Prop(Prop::Friction),
    ),
    ("bounciness|restitution|coefficient of restitution", Sense::Prop(Prop::Bounce)),
    (
        "k|stiffness|spring constant|spring stiffness|spring rate|force constant|spring constant k|stiffness k|constant k|spring constants|stiffnesses|stiffness constant|spring coefficient",
        Sense::Prop(Prop::Stiffness),
    ),
    (
        "undamped|c|damping|joint damping|damper|dampers|damping coefficient|damped",
        Sense::Prop(Prop::Damping),
    ),
    (
        "speed|velocity|initial speed|initial velocity|starting speed|speed of|horizontally",
        Sense::Prop(Prop::Speed),
    ),
    ("spin|angular velocity|rotation speed", Sense::Prop(Prop::Spin)),
    (
        "force|torque limited|force limited|force limit|force limit of|maximum force|max force|peak force|torque|torque limit|maximum torque|max torque|peak torque|motor strength|motor force|motor torque|force range|torque range|actuator force|actuator strength|can push with up to|can push with at most|can push with a force of up to|pushes with up to|that pushes with up to|that can push with up to|which can push with up to|that can push with|which can push with|can push and pull with up to|can push with|can pull with up to|can push up to|that pushes with at most|can exert up to|that can exert up to|exerts up to|can apply up to|that can apply up to|applies up to|can apply forces up to|that can apply forces up to|can deliver up to|that can deliver up to|delivers up to|can produce up to|that can produce up to|produces up to|can turn with up to|that can turn with up to|can provide up to|that provides up to|providing up to|limited to|force limited to|torque limited to|is limited to|that is limited to|with a limit of|capped at|force capped at|with up to",
        Sense::Prop(Prop::Strength),
    ),
    (
        "angle|angles|inclinations|slope angles|tilts|start angles|initial angles|angles of|initial angle|starting angle|slope angle|inclination|amplitude|initial amplitude|release angle|start angle|initial deflection|deflection|deflection angle|initial displacement|swing angle|amplitude of swing|angle of inclination|tilt angle|incline angle|angle of incline|opening angle|opening limit|opening range|max opening|maximum opening|maximum opening angle|angle of slope|initial tilt|starting tilt",
        Sense::Prop(Prop::Angle),
    ),
    ("size|scale|sizes|dimension|dimensions|measurements|extents", Sense::Prop(Prop::Size)),
    ("colour|color|colours|colors", Sense::Prop(Prop::Colour)),
    ("height|heights|altitude", Sense::Prop(Prop::Height)),
    ("material", Sense::Prop(Prop::Material)),
    (
        "on top|bolted on|bolted onto|screwed onto|screwed on|glued on|glued onto|fastened on|fastened onto|fixed on|fixed onto|clamped to|clamped on|clamped onto|mounted on top of|sliding across|rolling across|moving across|slides across|rolls across|sliding along|rolling along|sliding over|on|on top of|atop|upon|onto|on the top of|resting on|sitting on|standing on|lying on|placed on|balanced on|down on|perched on|on to|laid across|lying across|laid over|supported by|held up by|held by|carried by|propped up by|propped up on|resting across|placed across|on the surface of|at rest on|stood on|set on|onto the top of|located on|positioned on|on the middle of|in the middle of the top of|on the centre of|on the center of|at the centre of|at the center of|centred on|centered on|centrally on|in the very middle of|right in the middle of|exactly in the middle of the top of",
        Sense::Place(Place::On),
    ),
    (
        "on the top step of|on the top step|on the highest step|on the uppermost step|on the topmost step|at its top|on its upper end|at its upper end|at the top of|at the top|near the top|down|on the upper end of|from the top of|near the top of|at the upper end of|rolling down|sliding down|from the top",
        Sense::Place(Place::AtTop),
    ),
    (
        "at its bottom|at its foot|at its lower end|at the bottom of|at the foot of|at the end of|at the base of|at the lower end of|beyond the end of|near the bottom of|at the bottom|at the foot|below the end of",
        Sense::Place(Place::AtFoot),
    ),
    (
        "inside|inside of|into|within|in the middle|in the center|in the centre|at the center|at the centre|in its middle|in its center|in its centre|in the middle of|in the center of|in the centre of|amid",
        Sense::Place(Place::Inside),
    ),
    (
        "above|over|hovering above|hovering over|directly above|high above|right above|floating above|floating over|suspended above|suspended over|held above|held over",
        Sense::Place(Place::Above),
    ),
    (
        "under|underneath|below|beneath|directly under|directly below|directly beneath|right under|right below",
        Sense::Place(Place::Under),
    ),
    (
        "left of|to the left of|on the left of|to the left side of|at the left of|left from|just left of|directly left of",
        Sense::Place(Place::LeftOf),
    ),
    (
        "right of|to the right of|on the right of|to the right side of|at the right of|right from|just right of|directly right of",
        Sense::Place(Place::RightOf),
    ),
    (
        "in front of|before|in the front of|directly in front of|just in front of|facing",
        Sense::Place(Place::InFrontOf),
    ),
    (
        "behind|in back of|at the back of|directly behind|just behind|right behind|to the back of",
        Sense::Place(Place::Behind),
    ),
    (
        "beside|next to|near|alongside|by the side of|close to|at the side of|adjacent to|near to|right next to|directly next to|to the side of|nearby|not far from|opposite|across from",
        Sense::Place(Place::Beside),
    ),
    (
        "between|wedged between|squeezed between|stuck between|placed between|sitting between|standing between|lying between|in between|halfway between|midway between|hung between|hanging between|strung between|stretched between|suspended between|slung between|spanning between|tied between|draped between|strung up between|hung up between|that hangs between|hangs between|connecting|linking|joining|that connects|fixed between|attached between|held between|running between|in the middle between|exactly in the middle between|right in the middle between|exactly between|exactly halfway between|precisely between|exactly midway between|centred between|centered between",
        Sense::Place(Place::Between),
    ),
    (
        "connected by|joined by|linked by|tied together by|tied together with|connected with|coupled by|coupled with|connected through|connected together by|attached to each other by|attached by|joined together by|held together by|coupled through|with a spring between them joined by",
        Sense::Inverse(Place::Between),
    ),
    (
        "at the left|at left|at its left|on one end|at one end|on the left end|at the left end|on one side|on its left end|on one end of|on the left end of|on the left side|at one end of|on one side of|on the left side of|on its left side|on the left half of|on the left edge of|at the left end of|on one of its ends|on its one end|on its left",
        Sense::Place(Place::OnLeftEnd),
    ),
    (
        "at the right|at right|at its right|on the other end|on the other|at the other end|at the other|on the right end|at the right end|on the other side|on its right end|on the right end of|on the other end of|on the right side|on the right side of|on the other side of|on its right side|on the right half of|on the right edge of|at the right end of|at the opposite end|on the opposite end|on its right",
        Sense::Place(Place::OnRightEnd),
    ),
    (
        "attached to|fastened to|fixed to|tied to|connected to|hanging at|welded to|glued to|suspended from|hanging off|attached at|joined to|bolted to|screwed to|nailed to|stuck to|mounted to|dangling from|linked to|suspended by|suspended on|hanging by",
        Sense::Place(Place::AttachedTo),
    ),
    (
        "swings into|that swings into|swinging into|rolling into|rolls into|that rolls into|crashing into|crashes into|hitting|hits|that hits|about to hit|rolling towards|rolling toward|slides into|sliding into|smashing into|striking|strikes|knocking over|knocks over|swinging towards|that crashes into|pushing a|pushes a|pushing an|that pushes a|pushing the|pushes the|that pushes the|pushing some|kicking a|that kicks a|that will hit|flying into|driving over|drives over|that drives over|bumping into|bumps into|that bumps into|heading for|heading towards|headed for|aimed at|moving towards|moving toward|through",
        Sense::Place(Place::Striking),
    ),
    ("around|surrounding|round about|all around", Sense::Place(Place::Around)),
    (
        "leaning against|leaning on|leant against|leaned against|propped against|against|that leans against",
        Sense::Place(Place::Leaning),
    ),
    (
        "moon|the moon|lunar gravity|moon gravity|lunar surface|earth s moon|our moon|gravity of the moon|the gravity of the moon|the surface of the moon|gravity on the moon|gravity like on the moon|gravity as on the moon|a moon base|lunar conditions",
        Sense::World(1.62, Medium::Vacuum),
    ),
    (
        "mars|mars gravity|gravity of mars|the gravity of mars|planet mars|the planet mars|the surface of mars|gravity like on mars|surface gravity of mars|gravity on mars|gravity as on mars|gravitation of mars|martian gravity|martian surface|martian conditions",
        Sense::World(3.71, Medium::Vacuum),
    ),
    (
        "jupiter|jupiter gravity|gravity of jupiter|the gravity of jupiter|planet jupiter|the planet jupiter|the surface of jupiter|gravity like on jupiter|surface gravity of jupiter|gravity on jupiter|gravity as on jupiter|gravitation of jupiter|jovian gravity|jovian surface|jovian conditions",
        Sense::World(24.79, Medium::Vacuum),
    ),
    (
        "venus|venus gravity|gravity of venus|the gravity of venus|planet venus|the planet venus|the surface of venus|gravity like on venus|surface gravity of venus|gravity on venus|gravity as on venus|gravitation of venus|venusian gravity|venusian surface|venusian conditions",
        Sense::World(8.87, Medium::Vacuum),
    ),
    (
        "mercury|mercury gravity|gravity of mercury|the gravity of mercury|planet mercury|the planet mercury|the surface of mercury|gravity like on mercury|surface gravity of mercury|gravity on mercury|gravity as on mercury|gravitation of mercury|mercurian gravity|mercurian surface|mercurian conditions",
        Sense::World(3.7, Medium::Vacuum),
    ),
    (
        "saturn|saturn gravity|gravity of saturn|the gravity of saturn|planet saturn|the planet saturn|the surface of saturn|gravity like on saturn|surface gravity of saturn|gravity on saturn|gravity as on saturn|gravitation of saturn|saturnian gravity|saturnian surface|saturnian conditions",
        Sense::World(10.44, Medium::Vacuum),
    ),
    (
        "neptune|neptune gravity|gravity of neptune|the gravity of neptune|planet neptune|the planet neptune|the surface of neptune|gravity like on neptune|surface gravity of neptune|gravity on neptune|gravity as on neptune|gravitation of neptune",
        Sense::World(11.15, Medium::Vacuum),
    ),
    (
        "uranus|uranus gravity|gravity of uranus|the gravity of uranus|planet uranus|the planet uranus|the surface of uranus|gravity like on uranus|surface gravity of uranus|gravity on uranus|gravity as on uranus|gravitation of uranus",
        Sense::World(8.69, Medium::Vacuum),
    ),
    (
        "pluto|pluto gravity|gravity of pluto|the gravity of pluto|planet pluto|the planet pluto|the surface of pluto|gravity like on pluto|surface gravity of pluto|gravity on pluto|gravity as on pluto|gravitation of pluto",
        Sense::World(0.62, Medium::Vacuum),
    ),
    (
        "titan|titan gravity|gravity of titan|the gravity of titan|planet titan|the planet titan|the surface of titan|gravity like on titan|surface gravity of titan|gravity on titan|gravity as on titan|gravitation of titan",
        Sense::World(1.352, Medium::Vacuum),
    ),
    (
        "europa|europa gravity|gravity of europa|the gravity of europa|planet europa|the planet europa|the surface of europa|gravity like on europa|surface gravity of europa|gravity on europa|gravity as on europa|gravitation of europa",
        Sense::World(1.314, Medium::Vacuum),
    ),
    (
        "io|io gravity|gravity of io|the gravity of io|planet io|the planet io|the surface of io|gravity like on io|surface gravity of io|gravity on io|gravity as on io|gravitation of io",
        Sense::World(1.796, Medium::Vacuum),
    ),
    (
        "ganymede|ganymede gravity|gravity of ganymede|the gravity of ganymede|planet ganymede|the planet ganymede|the surface of ganymede|gravity like on ganymede|surface gravity of ganymede|gravity on ganymede|gravity as on ganymede|gravitation of ganymede",
        Sense::World(1.428, Medium::Vacuum),
    ),
    (
        "callisto|callisto gravity|gravity of callisto|the gravity of callisto|planet callisto|the planet callisto|the surface of callisto|gravity like on callisto|surface gravity of callisto|gravity on callisto|gravity as on callisto|gravitation of callisto",
        Sense::World(1.236, Medium::Vacuum),
    ),
    (
        "enceladus|enceladus gravity|gravity of enceladus|the gravity of enceladus|planet enceladus|the planet enceladus|the surface of enceladus|gravity like on enceladus|surface gravity of enceladus|gravity on enceladus|gravity as on enceladus|gravitation of enceladus",
        Sense::World(0.113, Medium::Vacuum),
    ),
    (
        "triton|triton gravity|gravity of triton|the gravity of triton|planet triton|the planet triton|the surface of triton|gravity like on triton|surface gravity of triton|gravity on triton|gravity as on triton|gravitation of triton",
        Sense::World(0.779, Medium::Vacuum),
    ),
    (
        "ceres|ceres gravity|gravity of ceres|the gravity of ceres|planet ceres|the planet ceres|the surface of ceres|gravity like on ceres|surface gravity of ceres|gravity on ceres|gravity as on ceres|gravitation of ceres",
        Sense::World(0.28, Medium::Vacuum),
    ),
    (
        "charon|charon gravity|gravity of charon|the gravity of charon|planet charon|the planet charon|the surface of charon|gravity like on charon|surface gravity of charon|gravity on charon|gravity as on charon|gravitation of charon",
        Sense::World(0.288, Medium::Vacuum),
    ),
    (
        "eris|eris gravity|gravity of eris|the gravity of eris|planet eris|the planet eris|the surface of eris|gravity like on eris|surface gravity of eris|gravity on eris|gravity as on eris|gravitation of eris",
        Sense::World(0.82, Medium::Vacuum),
    ),
    (
        "vesta|vesta gravity|gravity of vesta|the gravity of vesta|planet vesta|the planet vesta|the surface of vesta|gravity like on vesta|surface gravity of vesta|gravity on vesta|gravity as on vesta|gravitation of vesta",
        Sense::World(0.25, Medium::Vacuum),
    ),
    (
        "phobos|phobos gravity|gravity of phobos|the gravity of phobos|planet phobos|the planet phobos|the surface of phobos|gravity like on phobos|surface gravity of phobos|gravity on phobos|gravity as on phobos|gravitation of phobos",
        Sense::World(0.0057, Medium::Vacuum),
    ),
    (
        "deimos|deimos gravity|gravity of deimos|the gravity of deimos|planet deimos|the planet deimos|the surface of deimos|gravity like on deimos|surface gravity of deimos|gravity on deimos|gravity as on deimos|gravitation of deimos",
        Sense::World(0.003, Medium::Vacuum),
    ),
    (
        "earth|earth gravity|normal gravity|earth s gravity|standard gravity|terrestrial gravity|the earth|planet earth|gravity on earth|gravity of earth",
        Sense::World(9.81, Medium::Vacuum),
    ),
    ("space|outer space|deep space|orbit", Sense::World(0.0, Medium::Vacuum)),
    ("low gravity|reduced gravity|weak gravity", Sense::World(1.62, Medium::Vacuum)),
    (
        "high gravity|strong gravity|heavy gravity|intense gravity",
        Sense::World(24.79, Medium::Vacuum),
    ),
    (
        "water|underwater|under water|submerged in water|submerged|in water|through water",
        Sense::Medium(Medium::Water),
    ),
    ("vacuum|in a vacuum|in vacuum", Sense::Medium(Medium::Vacuum)),
    (
        "honey|syrup|oil|in honey|in oil|in syrup|through honey|through oil|through syrup|molasses|in molasses",
        Sense::Medium(Medium::Honey),
    ),
    (
        "with air resistance|with air drag|air resistance|air drag|in air|air",
        Sense::Medium(Medium::Air),
    ),
    (
        "surrounded by|encircled by|ringed by|encircled with|surrounded with",
        Sense::Inverse(Place::Around),
    ),
    (
        "on which|on top of which|upon which|on whose top|topped by|topped with|crowned by|crowned with|capped by|capped with|topped off with",
        Sense::Inverse(Place::On),
    ),
    (
        "in which|inside which|in whose middle|filled with|full of|loaded with|stuffed with|packed with",
        Sense::Inverse(Place::Inside),
    ),
    ("round|circular|spherical|cylindrical", Sense::Outline(Outline::Round)),
    ("rectangular|cubic|cubical|cuboid shaped|boxy", Sense::Outline(Outline::Angular)),
    ("square", Sense::Outline(Outline::Square)),
    (
        "colourful|colorful|multicoloured|multicolored|rainbow|rainbow coloured|rainbow colored|of different colours|of different colors|in different colours|in different colors|different coloured|different colored|differently coloured|differently colored|of various colours|of various colors|in various colours|in various colors|in rainbow colours|in rainbow colors|in all colours|in all colors|each a different colour|each a different color|each in a different colour|each in a different color|with different colours|with different colors|brightly coloured|brightly colored|randomly coloured|randomly colored|with random colours|with random colors|assorted|multi coloured|multi colored",
        Sense::Rainbow,
    ),
    ("strong|stiff|fierce|heavy wind of", Sense::Strength(10.0)),
    ("gentle breeze of|weak", Sense::Strength(2.0)),
    ("slowly|slow|at low speed|gently", Sense::Pace(0.5)),
    ("fast|quickly|at high speed|very fast|quick|rapidly|at speed", Sense::Pace(4.0)),
    (
        "gravity|g|gravitational acceleration|acceleration of gravity|set gravity to|set the gravity to|gravity set to|set gravity",
        Sense::Gravity,
    ),
    ("wind|breeze|gust", Sense::Wind),
    ("storm|hurricane|gale|storm wind", Sense::Wind),
    ("floor|ground|ground plane|surface|rink|ice rink|plane", Sense::Floor),
    ("ceiling|roof|the ceiling", Sense::Ceiling),
    (
        "put|create|make|build|generate|show|construct|simulate|produce|design|give|draw|model|set up a scene with|i want|i would like|i need|there is|there are|place|let there be|set up|set|render|imagine|picture|arrange|assemble|prepare|spawn|stage|there s|position|try|start with|begin with|demonstrate|visualise|visualize|lay out|compose|line up",
        Sense::Verb(Verb::Create),
    ),
    ("add|put in|insert|include|use", Sense::Verb(Verb::Add)),
    ("remove|delete|take away|get rid of|drop out|erase|clear away", Sense::Verb(Verb::Remove)),
    (
        "increase|decrease|reduce|change|paint|turn|colour in|recolour|recolor|set the|adjust|dye|switch",
        Sense::Verb(Verb::Change),
    ),
    ("move|shift|bring", Sense::Verb(Verb::Move)),
    ("duplicate|copy|clone|make a copy of|make another copy of", Sense::Verb(Verb::Copy)),
    ("replace|swap|exchange", Sense::Verb(Verb::Replace)),
    ("double the", Sense::Verb(Verb::Double)),
    ("halve|halve the", Sense::Verb(Verb::Halve)),
    ("turn off|switch off|disable", Sense::Verb(Verb::TurnOff)),
    ("turn on|switch on|enable|restore", Sense::Verb(Verb::TurnOn)),
    (
        "lengthen|elongate|shorten|widen|broaden|heighten|thicken|enlarge|magnify|inflate|upscale|shrink|downsize|downscale|deflate|rescale|resize|steepen|stiffen|soften|accelerate|decelerate|lessen|diminish|convert|transform",
        Sense::Verb(Verb::Change),
    ),
    ("tilt|incline", Sense::Verb(Verb::Tilt)),
    ("raise|lift", Sense::Verb(Verb::Lift)),
    ("upwards|upward|straight up|vertically upwards", Sense::Direction(UP)),
    ("downwards|downward|straight down", Sense::Direction(DOWN)),
    ("left|to the left|leftwards|from the right", Sense::Direction(LEFT)),
    (
        "right|to the right|rightwards|from the left|sideways|forward|forwards",
        Sense::Direction(RIGHT),
    ),
    (
        "backwards|to the back|from the front|away from the viewer|away from me|away from us|away from the camera|into the distance",
        Sense::Direction(AWAY),
    ),
    (
        "to the front|towards the viewer|towards me|towards us|towards the camera|toward the viewer|toward me|from behind|from the back",
        Sense::Direction(NEAR),
    ),
    ("a|an|some|any|several|a set of|set of|a group of|group of", Sense::A),
    ("the|this|that|its|these|those|their|my", Sense::The),
    ("another|more|additional|further|extra|one more", Sense::More),
    ("each|every|all|both|everything|all of|all the|all of the", Sense::Each),
    ("it|them|they|itself", Sense::It),
    ("ones", Sense::Ones),
    (
        "and|vs|versus|compared to|compared with|in comparison to|then|plus|as well as|while|but|because|since|whereas|so that|and then",
        Sense::And,
    ),
    (
        "rising to|that rises to|which rises to|rises to|with|having|has|have|containing|which has|that has|featuring|using|carrying|hold up|holds up|holding up|hold|support|carry|including|holding|lifting|that lifts|hoisting|that hoists|picking up|which holds|that holds|which carries|that carries|gripping|that grips|grasping|with its end holding|leaving|leaving a|leaving some|keeping",
        Sense::With,
    ),
    (
        "of|made of|made from|out of|consisting of|made out of|built from|built of|comprising|made up of|formed by|composed of|whose|consists of|that consists of|which consists of|consist of|is made of|is composed of|is made up of|made up from|comprises|that comprises|which comprises|comprised of|is built of|is built from|that is made of|which is made of|that is built of|built out of|constructed from|constructed of|assembled from|put together from|measuring|measures|that measures|which measures",
        Sense::Of,
    ),
    ("at|up to|about|approximately|roughly|exactly|around about|per|equal to|to about", Sense::At),
    ("by|x|times", Sense::By),
    (
        "is|are|that is|which is|that are|which are|be|being|becomes|was|should be|must be|shall be|should become|become|should|must|shall|ought to|has to|have to|needs to|need to|is supposed to|are supposed to|is meant to|is going to|are going to|is to",
        Sense::Is,
    ),
    ("in|in a|in an|along a|along an|along one", Sense::In),
    ("from|from a|from an", Sense::From),
    ("to|towards|toward|to a|at the", Sense::To),
    ("no|without|without a|without any|not", Sense::No),
    ("half", Sense::Half),
    ("twice|two times|double", Sense::Twice),
    ("single", Sense::Fold(1)),
    ("triple", Sense::Fold(3)),
    ("quadruple", Sense::Fold(4)),
    (
        "bigger|larger|a bit bigger|a little bigger|a bit larger",
        Sense::Comparative([1.5, 1.5, 1.5]),
    ),
    ("smaller|a bit smaller|a little smaller|tinier", Sense::Comparative([0.667, 0.667, 0.667])),
    ("longer", Sense::Comparative([1.5, 1.0, 1.0])),
    ("shorter", Sense::Comparative([0.667, 1.0, 0.667])),
    ("wider|broader", Sense::Comparative([1.0, 1.5, 1.0])),
    ("narrower|slimmer", Sense::Comparative([1.0, 0.667, 1.0])),
    ("thicker|fatter", Sense::Comparative([1.0, 1.5, 1.5])),
    ("thinner", Sense::Comparative([1.0, 0.667, 0.667])),
    ("taller|higher", Sense::Comparative([1.0, 1.0, 1.5])),
    ("heavier|more massive|denser", Sense::Relative(Relative::Mass, 1.5)),
    ("much heavier|a lot heavier", Sense::Relative(Relative::Mass, 4.0)),
    ("lighter|less heavy", Sense::Relative(Relative::Mass, 0.667)),
    ("much lighter|a lot lighter", Sense::Relative(Relative::Mass, 0.25)),
    ("steeper|more steep|more inclined", Sense::Relative(Relative::Slope, 1.5)),
    ("flatter|gentler|shallower|less steep", Sense::Relative(Relative::Slope, 0.667)),
    ("faster|quicker", Sense::Relative(Relative::Speed, 1.5)),
    ("slower", Sense::Relative(Relative::Speed, 0.667)),
    ("more slippery|slicker|smoother", Sense::Relative(Relative::Friction, 0.5)),
    ("stiffer|more stiff|less soft", Sense::Relative(Relative::Stiffness, 2.0)),
    ("softer|less stiff", Sense::Relative(Relative::Stiffness, 0.5)),
    ("stronger|more powerful", Sense::Relative(Relative::Strength, 2.0)),
    ("weaker|less powerful", Sense::Relative(Relative::Strength, 0.5)),
    ("bouncier|more bouncy|more elastic|springier", Sense::Relative(Relative::Bounce, 1.5)),
    ("less bouncy|less elastic", Sense::Relative(Relative::Bounce, 0.5)),
    ("rougher|less slippery|grippier", Sense::Relative(Relative::Friction, 2.0)),
    ("first|1st", Sense::Which(Which::First)),
    ("second|2nd", Sense::Which(Which::Nth(2))),
    ("third|3rd", Sense::Which(Which::Nth(3))),
    ("fourth|4th", Sense::Which(Which::Nth(4))),
    ("fifth|5th", Sense::Which(Which::Nth(5))),
    ("sixth|6th", Sense::Which(Which::Nth(6))),
    ("seventh|7th", Sense::Which(Which::Nth(7))),
    ("eighth|8th", Sense::Which(Which::Nth(8))),
    ("ninth|9th", Sense::Which(Which::Nth(9))),
    ("tenth|10th", Sense::Which(Which::Nth(10))),
    ("middle|central|center|centre", Sense::Which(Which::Middle)),
    ("last", Sense::Which(Which::Last)),
    ("top|topmost|uppermost|upper|highest", Sense::Which(Which::Top)),
    ("bottom|bottommost|lowest|lower|lowermost", Sense::Which(Which::Bottom)),
    ("leftmost|left most|left hand", Sense::Which(Which::Left)),
    ("rightmost|right most|right hand", Sense::Which(Which::Right)),
    ("front|frontmost|nearest|closest", Sense::Which(Which::Front)),
    ("back|rear|rearmost|furthest|farthest", Sense::Which(Which::Back)),
    ("biggest|largest", Sense::Which(Which::Most(Dim::Edge))),
    ("smallest|tiniest|littlest", Sense::Which(Which::Most(Dim::Thick))),
    ("tallest", Sense::Which(Which::Most(Dim::High))),
    ("shortest", Sense::Which(Which::Most(Dim::Deep))),
    ("longest", Sense::Which(Which::Most(Dim::Long))),
    ("heaviest", Sense::Which(Which::Most(Dim::Gap))),
    ("lightest", Sense::Which(Which::Most(Dim::Up))),
    ("steep", Sense::Steep(35.0)),
    ("gentle|shallow|slight|gently sloping", Sense::Steep(10.0)),
    (
        "is it possible to have|is it possible to see|is it possible to get|is it possible to build|would it be possible to have|would it be possible to see|i wish|i wish to have|i wish to see|i wish for|i d like to have|i would like to have|i want to have|let s go to|let us go to|let s fly to|let s travel to|to have|from bottom to top|from the bottom to the top|from the bottom up|from left to right they|can be opened|which can be opened|can be opened up to|that can be opened up to|which can be opened up to|that can be pulled out|which can be pulled out|can be pulled out|that one can pull out|their centres|their centers|the centres|the centers|with centres|with centers|on a planet|a planet|on an asteroid|on an asteroid with|on a world with|on a moon with|in a world with|comes|coming|blows|is blowing|that blows|at the same time|simultaneously|at the same moment|together at the same time|another planet|an alien planet|on a planet with|opening|opening by|at most|no more than|not more than|at least|a maximum of|a total of|altogether|in all|overall|a demo of|demo of|a demonstration of|demonstration of|a model of|a picture of|an image of|a drawing of|an experiment with|an experiment in which|an experiment where|an example of|a version of|a setup with|a setup of|a setup in which|an arrangement of|a simple setup with|instead|opens and closes|open and close|that opens and closes|closes|close|that closes|opens and closes it|opens it|closes it|moves it|turns it|drives it|blowing|alternating between|medium in the middle|medium sized in the middle|let s have|let us have|let there be|let|get|get me|can i get|can i have|can i see|could i get|could i have|may i have|can you make|could you make|can you|could you|would you|i want to see|i want to|let s see|let me have|there should be|should be there|should have|gets|got|take|takes|taking|i would like to see|i d like to see|let me see|show me|please|i|i d like|d like|solid|that i can drive|which i can drive|to drive|that can drive|that drives|opens up to|open up to|can open up to|that opens up to|that opens|that can open|which opens|which can open|that can swing open|that can swing|which can swing|that can move|that can rotate|that can turn|that can spin|that can slide|that can be opened|kind of|in total|pieces|piece|like on|like|two dimensional|well|down below|start position|neatly|exactly|nicely|little bit|can be|can be driven|using motors|mechanism|toy|scene|scenes|simulation|a simulation of|a scene with|a scene of|you|me|us|can|could|would|will|like|want|need|see|so|also|just|really|very|nice|which|who|as|where|there|here|now|example|for|hello|hi|thanks|thank|system|setup|object|objects|kind|type|swing freely|can swing|freely|swinging|swings|swing back and forth|can open|opens|openable|open|closed|can rotate|can move|can turn|can spin|can slide|on the floor|on the ground|on ground|on floor|standing on the floor|on a flat floor|on a flat surface|directly|initial position|rest|at rest|wide open|together|own|full|same|identical|equal|different|differently|coloured|colored|painted|high up|in size|each other|s|let s|thing|things|something|that swing|that swings|the scene|in the scene|to the scene|from the scene|of the scene|its own|against gravity|under gravity|physics|realistic|balancing|balance|that balances|free to swing|alternating|alternately|from left to right|in this order|in that order|entirely|completely|fully|purely|only|respectively|carefully|firmly|simply|slightly|again|together with each other|all together|in a scene|a bit|a little|the whole|neat|somewhere|it all|for me|of course|ready|ready to fall|of the same size|of equal length|of the same length|of equal lengths|of equal mass|of the same mass|of equal weight|of the same height|of equal height|of identical length|of identical size|equally long|equally heavy|of the same kind|the same size|same size|of equal size|of equal sizes|scene containing|scene consisting of|scene showing|scene in which|scene where|a scene in which|a scene where|a scene containing|to the side|to one side|in a world|a world|world|in an environment|environment|universe|also|two dimensional|2d|three dimensional|3d|standalone|off the vertical|off vertical|away from the vertical|away from vertical|from vertical|from the upright position|from upright|off upright|off the upright|off the upright position|from the upright|with respect to the vertical|relative to the vertical|from the rest position|from its rest position|from equilibrium|from the equilibrium position|from straight down|free standing|freestanding|inside the scene|let us|let s have|have|i d love|i d love to see|love|at the start|in the beginning|at first|able to swing|able to rotate|made|shape|shaped",
        Sense::Filler,
    ),
];

/// What the words of a phrase mean together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// The meaning.
    pub sense: Sense,
    /// Whether it is the plural of a noun.
    pub plural: bool,
}

/// Most words of a phrase.
pub const LONGEST: usize = 8;

static WORDS: LazyLock<HashMap<String, Entry>> = LazyLock::new(|| {
    let mut words = HashMap::new();
    for (colour, _) in super::super::colour::NAMES {
        words.insert((*colour).to_owned(), Entry { sense: Sense::Colour(colour), plural: false });
    }
    for (phrases, sense) in PHRASES {
        for phrase in phrases.split('|') {
            let entry = Entry { sense: *sense, plural: phrase.starts_with('*') };
            let phrase = phrase.trim_start_matches('*');
            if let Sense::Part(_) | Sense::Group(_) = sense {
                words.entry(plural(phrase)).or_insert(Entry { plural: true, ..entry });
            }
            words.entry(phrase.to_owned()).or_insert(entry);
        }
    }
    for (phrase, sense) in synonyms::phrases() {
        words.entry(phrase).or_insert(Entry { sense, plural: false });
    }
    for (phrase, sense) in verbs::phrases()
        .into_iter()
        .chain(verbs::comparisons())
        .chain(super::pose::phrases())
        .chain(super::pose::unequal())
        .chain(super::entry::hinges())
    {
        words.entry(phrase).or_insert(Entry { sense, plural: false });
    }
    for (lists, sense) in [(idle::MODIFIERS, Sense::Decor), (idle::ADVERBS, Sense::Manner)] {
        for phrase in lists.iter().flat_map(|list| list.split('|')) {
            words.entry(phrase.to_owned()).or_insert(Entry { sense, plural: false });
        }
    }
    for noun in NOUNS {
        for phrase in noun.words.split('|') {
            let entry = Entry { sense: Sense::Noun(noun), plural: phrase.starts_with('*') };
            let phrase = phrase.trim_start_matches('*');
            words.insert(phrase.to_owned(), entry);
            words.entry(plural(phrase)).or_insert(Entry { plural: true, ..entry });
        }
    }
    // Everyday objects take no word away from others.
    for noun in WARES.iter() {
        for phrase in noun.words.split('|') {
            let entry = Entry { sense: Sense::Noun(noun), plural: phrase.starts_with('*') };
            let phrase = phrase.trim_start_matches('*');
            words.entry(phrase.to_owned()).or_insert(entry);
            words.entry(plural(phrase)).or_insert(Entry { plural: true, ..entry });
        }
    }
    words
});

/// The meaning of a phrase, words parted by single spaces.
pub fn meaning(phrase: &str) -> Option<Entry> {
    WORDS.get(phrase).copied()
}

/// The material that a word of the phrases means.
pub(super) fn material(word: &str) -> Option<Material> {
    PHRASES.iter().find_map(|(phrases, sense)| match sense {
        Sense::Material(material) if phrases.split('|').any(|phrase| phrase == word) => {
            Some(*material)
        }
        _ => None,
    })
}

/// The noun that a kind goes by, for plans that come without words.
pub fn noun_of(kind: Kind) -> Option<&'static Noun> {
    NOUNS.iter().find(|noun| noun.kind == kind)
}

/// The plural of a noun.
pub fn plural(word: &str) -> String {
    let vowel_before_y =
        word.len() > 1 && word[..word.len() - 1].ends_with(['a', 'e', 'i', 'o', 'u']);
    if let Some(stem) = word.strip_suffix('y').filter(|_| !vowel_before_y) {
        format!("{stem}ies")
    } else if word.ends_with(['s', 'x', 'z'])
        || word.ends_with("ch")
        || word.ends_with("sh")
        || matches!(word, "domino" | "potato" | "tomato" | "mango")
    {
        format!("{word}es")
    } else {
        format!("{word}s")
    }
}

/// Every single word of the phrases.
pub fn vocabulary() -> impl Iterator<Item = &'static str> {
    VOCABULARY.iter().map(|word| &**word)
}

/// Whether a word is a part of any phrase.
pub fn in_vocabulary(word: &str) -> bool {
    VOCABULARY.contains(word)
}

static VOCABULARY: LazyLock<std::collections::HashSet<String>> = LazyLock::new(|| {
    WORDS.keys().flat_map(|phrase| phrase.split(' ')).map(str::to_owned).collect()
});

/// Whether two words are forms of the same one.
pub fn same(a: &str, b: &str) -> bool {
    matches!((meaning(a), meaning(b)), (Some(a), Some(b)) if a.sense == b.sense)
}

/// A domino that is only a block.
pub fn tile() -> &'static Noun {
    static TILE: Noun = sized("domino_tile", Kind::Box, [0.02, 0.1, 0.2]);
    &TILE
}
