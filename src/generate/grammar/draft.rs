//! A thing while its words are still coming in, and what is made of it when they have.

use super::super::build::{usual_length, usual_mass};
use super::super::spec::{Actuator, Arrangement, Class, Hinges, Kind, Pattern, Size, Thing, Xyz};
use super::{
    lexicon::{Dim, Joints, Noun, Outline, THIN, Trait},
    measure::{Measure, Unit},
};

/// A thing that is being described.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// What it is; none for the floor.
    pub noun: Option<&'static Noun>,
    /// Whether it is the floor.
    pub is_floor: bool,
    /// Whether it is only called a mass or a load.
    pub is_load: bool,
    /// Whether it is only called a cart.
    pub is_cart: bool,
    /// How many were asked for.
    pub count: Option<u32>,
    /// Whether the noun was plural.
    pub plural: bool,
    /// Lengths, and which extents they are.
    pub lengths: Vec<(Option<Dim>, f64)>,
    /// Width, depth and height given together.
    pub triple: Option<[f64; 3]>,
    /// Factor to all extents.
    pub factor: Option<f64>,
    /// Factor to the mass.
    pub heft: Option<f64>,
    /// Factors to extents.
    pub stretch: Option<[f64; 3]>,
    /// Those of "a smaller one": to the extents of the one before.
    pub compared: Option<[f64; 3]>,
    /// Angles that belong to it.
    pub angle: Option<f64>,
    /// How fast it goes.
    pub speed: Option<f64>,
    /// How fast it turns, rad/s.
    pub turning: Option<f64>,
    /// How fast it goes or turns in words, m/s.
    pub pace: Option<f64>,
    /// The outline that it should have.
    pub outline: Option<Outline>,
    /// Where it goes.
    pub direction: Option<[f64; 3]>,
    /// Joints that are driven, or are not.
    pub joints: Vec<(Joints, bool)>,
    /// Qualities.
    pub traits: Vec<Trait>,
    /// Whether a change is about it, and about which of several: all where there are no numbers.
    pub spoken: Option<Vec<u32>>,
    /// Whether it was there before, and keeps its name.
    pub known: bool,
    /// What is settled already.
    pub thing: Thing,
}

impl Draft {
    /// What it is, as far as that is known.
    pub fn kind(&self) -> Option<Kind> {
        self.noun.map(|_| self.thing.kind)
    }

    /// Becomes what `noun` says.
    pub fn name(&mut self, noun: &'static Noun, plural: bool) {
        self.noun = Some(noun);
        self.plural |= plural;
        self.thing.kind = noun.kind;
        self.thing.parts = self.thing.parts.or(noun.parts);
    }

    /// Whether anything was said of it besides its name.
    pub fn is_blank(&self) -> bool {
        self.lengths.is_empty()
            && self.triple.is_none()
            && self.factor.is_none()
            && self.heft.is_none()
            && self.stretch.is_none()
            && self.traits.is_empty()
            && self.thing.colours.is_empty()
            && self.thing.material.is_none()
            && self.thing.mass.is_none()
            && self.outline.is_none()
    }

    /// Whether a quality means anything for it: what means nothing would be lost without a word.
    pub fn can_be(&self, quality: Trait) -> bool {
        let kind = self.thing.kind;
        if kind.class() != Class::Mechanism {
            return match quality {
                Trait::Released | Trait::Lifted => self.thing.height.is_some(),
                Trait::Actuated
                | Trait::Servo
                | Trait::Passive
                | Trait::Paced
                | Trait::Toppling
                | Trait::Stretched
                | Trait::Planar => false,
                Trait::Growing | Trait::Shrinking => self.count.is_some() || self.plural,
                Trait::BothWays => false,
                Trait::OnEdge => matches!(kind, Kind::Box | Kind::Cylinder),
                Trait::Spinning | Trait::Rolling | Trait::Thrown => {
                    kind.class() != Class::Furniture
                }
                _ => true,
            };
        }
        match quality {
            Trait::Sticking | Trait::OnEdge => false,
            Trait::BothWays => kind == Kind::Door,
            // What is coupled by springs slides where these pull it.
            Trait::Sliding => {
                matches!(
                    kind,
                    Kind::Drawer
                        | Kind::SlidingSpring
                        | Kind::SprungBoxes
                        | Kind::SprungBalls
                        | Kind::Car
                )
            }
            Trait::Rolling | Trait::Moving => {
                matches!(kind, Kind::Car | Kind::MobileRobot)
            }
            Trait::Spinning => {
                matches!(kind, Kind::Turntable | Kind::Windmill | Kind::SpinningTop)
            }
            Trait::Toppling => matches!(kind, Kind::Dominoes | Kind::InvertedPendulum),
            Trait::Falling => {
                matches!(
                    kind,
                    Kind::Dominoes | Kind::Car | Kind::InvertedPendulum | Kind::SpinningTop
                )
            }
            Trait::Lying => matches!(kind, Kind::Arm | Kind::SlidingSpring | Kind::Spring),
            Trait::Bouncy
            | Trait::Bouncing
            | Trait::Slippery
            | Trait::Rough
            | Trait::Floating
            | Trait::Thrown
            | Trait::Growing
            | Trait::Shrinking
            | Trait::Stacked => kind == Kind::Spring && quality == Trait::Bouncing,
            _ => true,
        }
    }

    /// The arrangement of several, which begins to be one here.
    pub fn arrange(&mut self, pattern: Pattern) -> &mut Arrangement {
        let arrangement = self.thing.arrangement.get_or_insert(Arrangement::new(pattern));
        arrangement.pattern = pattern;
        arrangement
    }

    /// How many there are, as far as it was said; so many as the places of a grid.
    pub fn many(&self) -> Option<u32> {
        self.count.or_else(|| {
            let grid = self.thing.arrangement.as_ref().filter(|a| a.pattern == Pattern::Grid)?;
            let count = grid.columns?.checked_mul(grid.rows?)?;
            count.checked_mul(grid.layers.unwrap_or(1))
        })
    }

    /// Dominoes that stand one behind another are one mechanism; in other patterns they are blocks.
    /// Whether they are the former.
    pub fn in_file(&mut self, pattern: Pattern) -> bool {
        match pattern {
            Pattern::Row | Pattern::Column => true,
            Pattern::Ring | Pattern::Spiral | Pattern::Arc => {
                self.arrange(pattern);
                true
            }
            _ => {
                self.thing.kind = Kind::Box;
                self.noun = self.noun.map(|noun| {
                    if noun.kind == Kind::Dominoes { super::lexicon::tile() } else { noun }
                });
                false
            }
        }
    }

    /// Takes a number with its unit, where that makes sense for it.
    #[must_use]
    pub fn measure(&mut self, measure: Measure, dim: Option<Dim>) -> bool {
        let value = measure.value;
        // "20 kg wide"
        let extent = !matches!(dim, None | Some(Dim::Up | Dim::Apart | Dim::Gap));
        if extent && measure.unit != Unit::Length {
            return false;
        }
        match measure.unit {
            Unit::Length => {
                match dim {
                    Some(Dim::Up) => self.thing.height = Some(value),
                    Some(Dim::Apart | Dim::Gap) => {
                        let pattern =
                            self.thing.arrangement.as_ref().map_or(Pattern::Row, |a| a.pattern);
                        if pattern == Pattern::Stack {
                            return false;
                        }
                        let arrangement = self.arrange(pattern);
                        // What is 30 cm apart is so from middle to middle.
                        match dim {
                            Some(Dim::Apart) => arrangement.pitch = Some(value),
                            _ => arrangement.gap = Some(value),
                        }
                    }
                    Some(Dim::Rise | Dim::Tread) if self.thing.kind != Kind::Stairs => {
                        return false;
                    }
                    dim => self.lengths.push((dim, value)),
                }
                true
            }
            Unit::Mass => match self.thing.mass {
                // What is there may become heavier.
                Some(before)
                    if before != value && !(self.known && self.thing.kind != Kind::Pulley) =>
                {
                    let second = self.thing.kind == Kind::Pulley && self.thing.other_mass.is_none();
                    if second {
                        self.thing.other_mass = Some(value);
                    }
                    second
                }
                _ => {
                    self.thing.mass = Some(value);
                    true
                }
            },
            Unit::Angle => {
                self.angle = Some(value);
                true
            }
            Unit::Heading | Unit::Opening => {
                self.turned(measure);
                true
            }
            Unit::Speed => {
                self.speed = Some(value);
                true
            }
            Unit::Turning => {
                self.turning = Some(value);
                true
            }
            Unit::Density => {
                self.thing.density = Some(value);
                true
            }
            Unit::Stiffness => {
                self.thing.stiffness = Some(value);
                true
            }
            Unit::Damping => {
                self.thing.damping = Some(value);
                true
            }
            Unit::Force | Unit::Torque => {
                let machine = self.kind().is_some_and(|kind| kind.class() == Class::Mechanism);
                self.thing.strength = Some(value);
                machine
            }
            Unit::Acceleration | Unit::Percent | Unit::Time => false,
        }
    }

    /// What all that was said comes to. The texts are what had to be chosen.
    pub fn resolve(mut self, warnings: &mut Vec<String>) -> Thing {
        let kind = self.thing.kind;
        let noun = self.noun;
        self.as_large_as_heavy();
        if let Some(noun) = noun {
            self.thing.material =
                self.thing.material.or(noun.material.filter(|_| kind.class() != Class::Mechanism));
            if let (true, Some(colour)) =
                (self.thing.colours.is_empty() && self.thing.material == noun.material, noun.colour)
            {
                self.thing.colours.push(colour.to_owned());
            }
            self.weigh_as_known(noun);
            if noun.lying && !self.traits.contains(&Trait::Upright) {
                self.thing.lying = Some(true);
            }
        }
        // Wheels that are stacked lie.
        let stacked = self.traits.contains(&Trait::Stacked)
            || self.thing.arrangement.as_ref().is_some_and(|a| a.pattern == Pattern::Stack);
        if kind == Kind::Wheel && stacked && !self.traits.contains(&Trait::Upright) {
            self.thing.lying = Some(true);
        }
        self.paced();
        self.extents();
        self.gaps();
        self.counts(warnings);
        self.qualities();
        self.motion();
        // Furniture stands fast unless it is weighed or dropped.
        let weighed = self.thing.mass.is_some() || self.thing.height.is_some_and(|high| high > 0.0);
        if kind.class() == Class::Furniture && weighed && self.thing.fixed.is_none() {
            self.thing.fixed = Some(false);
        }
        if let (Some(heft), Some(mass)) = (self.heft, usual_mass(kind)) {
            self.thing.mass = self.thing.mass.or(Some(mass * heft));
        } else if let Some(heft) = self.heft {
            let usual = self.thing.material.map_or(1000.0, |material| material.traits().density);
            let density = heft * self.thing.density.unwrap_or(usual);
            // Nothing is denser than osmium.
            self.thing.density = Some(density.clamp(1.0, 22_600.0));
        }
        self.thing
    }

    /// What an everyday object weighs where nobody says, as a density, so that a large one is heavier.
    fn weigh_as_known(&mut self, noun: &Noun) {
        let kind = self.thing.kind;
        let said = self.thing.mass.is_some()
            || self.thing.density.is_some()
            || self.thing.material != noun.material
            || kind.class() != Class::Solid;
        let Some(kg) = noun.kg.filter(|_| !said) else { return };
        let [x, y, z] = noun.size.unwrap_or(kind.extents());
        let fills = match kind {
            Kind::Box => 1.0,
            Kind::Cylinder | Kind::Wheel | Kind::Capsule => std::f64::consts::FRAC_PI_4,
            Kind::Sphere | Kind::Ellipsoid => std::f64::consts::FRAC_PI_6,
            Kind::Cone => std::f64::consts::PI / 12.0,
            _ => return,
        };
        let density = kg / (x * y * z * fills);
        let digits = 10_f64.powi(2 - density.log10().floor() as i32);
        self.thing.density = Some((density * digits).round() / digits);
    }

    /// "fast" and "slow" are of whatever it does.
    fn paced(&mut self) {
        let Some(pace) = self.pace else { return };
        let spins = self.traits.contains(&Trait::Spinning)
            || matches!(self.thing.kind, Kind::Turntable | Kind::Windmill | Kind::SpinningTop);
        if spins {
            self.turning = self.turning.or(Some(5.0 * pace));
        } else {
            self.speed = self.speed.or(Some(pace));
            if self.traits.contains(&Trait::Falling) {
                self.direction = self.direction.or(Some([0.0, 0.0, -1.0]));
            }
        }
    }

    /// Those that are less apart than they are wide have that much between them.
    fn gaps(&mut self) {
        let [x, y, _] = super::super::build::extents(&self.thing);
        if let Some(arrangement) = &mut self.thing.arrangement
            && let Some(pitch) = arrangement.pitch
        {
            let along = match arrangement.pattern {
                Pattern::Row | Pattern::Ring | Pattern::Arc | Pattern::Spiral => x,
                Pattern::Column => y,
                Pattern::Grid | Pattern::Rack | Pattern::Cross => x.max(y),
                _ => return,
            };
            if pitch < along {
                (arrangement.pitch, arrangement.gap) = (None, Some(pitch));
            }
        }
    }

    fn counts(&mut self, warnings: &mut Vec<String>) {
        let kind = self.thing.kind;
        let colours = self.thing.colours.len() as u32;
        let layered = self.thing.arrangement.as_ref().is_some_and(|a| {
            a.layers.is_some()
                || (a.columns.is_some() && a.rows.is_some())
                || a.pattern == Pattern::Wall
                || a.pattern == Pattern::Pyramid
                || a.pattern == Pattern::Triangle && a.columns.is_some()
        });
        let mut count = self.count;
        // Pins are set up in a triangle.
        let pins = self.noun.is_some_and(|noun| noun.words.starts_with("pin|"));
        if pins && self.thing.arrangement.is_none() && count.is_some_and(|count| count > 2) {
            self.arrange(Pattern::Rack);
        }
        if count.is_none() && !layered {
            let several = self.plural
                || self.thing.arrangement.as_ref().is_some_and(|a| a.pattern != Pattern::Wall);
            let by_kind = matches!(kind, Kind::Dominoes | Kind::Stairs | Kind::Gears);
            if several && !by_kind {
                let chosen = match self.thing.arrangement.as_ref().map(|a| a.pattern) {
                    Some(Pattern::Row | Pattern::Column | Pattern::Stack | Pattern::Ring)
                        if colours > 1 =>
                    {
                        colours * 6_u32.div_ceil(colours)
                    }
                    _ if colours > 1 => colours,
                    Some(Pattern::Row | Pattern::Column) => 5,
                    Some(Pattern::Corners) => 4,
                    Some(Pattern::Ring) => 8,
                    Some(Pattern::Grid) => 9,
                    Some(Pattern::Stack) => 4,
                    _ => 3,
                };
                if colours <= 1 || self.thing.arrangement.is_some() {
                    let name = self.noun.map_or("things", |noun| first_word(noun.words));
                    warnings.push(format!("how many of '{name}' was not said: {chosen}"));
                }
                count = Some(chosen);
            }
        }
        match kind {
            Kind::Dominoes => {
                self.thing.parts = count.or(self.thing.parts).or(Some(10));
            }
            Kind::Gears if self.noun.is_none_or(|noun| noun.parts.is_none()) => {
                let usual = if self.plural { 2 } else { 1 };
                self.thing.parts =
                    count.filter(|_| !self.known).or(self.thing.parts).or(Some(usual));
                self.thing.arrangement = None;
            }
            _ => self.thing.count = count.filter(|count| *count > 1),
        }
        if count == Some(1)
            && self.thing.arrangement.as_ref().is_some_and(|a| a.pattern != Pattern::Wall)
        {
            self.thing.arrangement = None;
        }
    }

    /// How many parts share the whole length.
    fn parts_in_a_row(&self) -> u32 {
        match self.thing.kind {
            Kind::Chain => self.thing.parts.unwrap_or(10),
            Kind::Pendulum | Kind::InvertedPendulum | Kind::CartPole => {
                self.thing.parts.unwrap_or(1)
            }
            Kind::Arm => self.thing.parts.unwrap_or(6),
            _ => 1,
        }
    }

    /// Lengths become extents by what the thing is.
    fn extents(&mut self) {
        self.outlined();
        if self.outline == Some(Outline::Round) && self.thing.kind == Kind::Table {
            self.thing.kind = Kind::RoundTable;
        }
        if self.outline == Some(Outline::Round) && self.thing.kind == Kind::Stool {
            let [x, y, z] = Kind::Stool.extents();
            let size = self.thing.size.get_or_insert_default();
            *size = Size { x: size.x.or(Some(x)), y: size.y.or(Some(y)), z: size.z.or(Some(z)) };
            self.thing.kind = Kind::RoundTable;
            self.thing.parts = self.thing.parts.or(Some(4));
        }
        if !self.known
            && self.thing.arrangement.as_ref().is_some_and(|a| a.pattern == Pattern::Wall)
        {
            self.masonry();
        }
        let kind = self.thing.kind;
        let noun = self.noun;
        let own = noun.and_then(|noun| noun.size);
        let mut size = self.thing.size.unwrap_or_default();
        let factor = self.factor.unwrap_or(1.0);
        let stretch = self.stretch.unwrap_or([1.0; 3]);
        let long_kind = matches!(kind, Kind::Cylinder | Kind::Capsule);
        if self.factor.is_some() || self.stretch.is_some() || own.is_some_and(|_| !self.known) {
            let [x, y, z] = own.unwrap_or(kind.extents());
            // Thin is what is not long.
            let long_by_itself = matches!(kind, Kind::Capsule | Kind::Post)
                || kind == Kind::Cylinder && z > 1.2 * x
                || kind == Kind::Box && stretch[2] > THIN && stretch[2] != 1.0;
            let thin = stretch[2] % THIN < 1e-9 || (stretch[2] / THIN - 2.0).abs() < 1e-9;
            let stretch = if thin && stretch[2] != 1.0 && long_by_itself {
                [0.5 * stretch[0], 0.5 * stretch[1], stretch[2] / THIN]
            } else {
                stretch
            };
            // What lies is long along its axis.
            let stretch =
                if long_kind && stretch[0] > 1.0 { [1.0, 1.0, stretch[0]] } else { stretch };
            let round = kind == Kind::Sphere;
            size.x = size.x.or(Some(x * factor * stretch[0]));
            if !round {
                size.y = size.y.or(Some(y * factor * stretch[1]).filter(|y| *y > 0.0));
                size.z = size.z.or(Some(z * factor * stretch[2]).filter(|z| *z > 0.0));
            }
            if kind.class() == Class::Mechanism && z == 0.0 {
                let scale = factor * stretch[0] * stretch[2];
                if scale != 1.0 {
                    let usual = usual_length(kind, self.thing.parts);
                    self.thing.length = self.thing.length.or(Some(usual * scale));
                }
                size.x = None;
                size.y = None;
            }
        }
        let has = |dim: Dim, lengths: &[(Option<Dim>, f64)]| {
            lengths.iter().any(|(given, _)| *given == Some(dim))
        };
        let long_given = has(Dim::Long, &self.lengths);
        for (dim, value) in self.lengths.clone() {
            let along = kind_length(kind);
            match (dim, kind) {
                (Some(Dim::Radius), _)
                    if self
                        .thing
                        .arrangement
                        .as_ref()
                        .is_some_and(|a| matches!(a.pattern, Pattern::Ring | Pattern::Arc)) =>
                {
                    if let Some(arrangement) = &mut self.thing.arrangement {
                        arrangement.radius = Some(value);
                    }
                }
                (
                    Some(Dim::Radius),
                    Kind::Torus
                    | Kind::Sphere
                    | Kind::Cylinder
                    | Kind::Capsule
                    | Kind::Cone
                    | Kind::Cup
                    | Kind::Bowl
                    | Kind::RoundTable
                    | Kind::Turntable
                    | Kind::Wheel
                    | Kind::Dumbbell,
                ) => set_round(kind, &mut size, 2.0 * value),
                (Some(Dim::Radius), _) if self.thing.arrangement.is_some() => {
                    if let Some(arrangement) = &mut self.thing.arrangement {
                        arrangement.radius = Some(value);
                    }
                }
                (Some(Dim::Diameter), _)
                    if matches!(
                        self.thing.arrangement.as_ref().map(|a| a.pattern),
                        Some(Pattern::Ring)
                    ) && matches!(kind, Kind::Box) =>
                {
                    if let Some(arrangement) = &mut self.thing.arrangement {
                        arrangement.radius = Some(value / 2.0);
                    }
                }
                // "a square of four cones with sides of 2 m"
                (Some(Dim::Edge), _)
                    if kind != Kind::Box
                        && self
                            .thing
                            .arrangement
                            .as_ref()
                            .is_some_and(|a| a.pattern == Pattern::Corners) =>
                {
                    self.arrange(Pattern::Corners).radius = Some(value / 2.0);
                }
                (Some(Dim::Diameter), _)
                | (Some(Dim::High | Dim::Deep | Dim::Long), Kind::Sphere) => {
                    set_round(kind, &mut size, value);
                }
                (Some(Dim::Thick), Kind::Wall | Kind::Door) => size.y = Some(value),
                (Some(Dim::Thick | Dim::Deep), Kind::Dominoes) => size.x = Some(value),
                (Some(Dim::Wide), Kind::Dominoes) => size.y = Some(value),
                (Some(Dim::Thick), Kind::Post) => set_round(kind, &mut size, value),
                (Some(Dim::Thick), Kind::Cylinder) if has(Dim::High, &self.lengths) => {
                    set_round(kind, &mut size, value);
                }
                (Some(Dim::Thick), Kind::Cylinder | Kind::Capsule)
                    if noun.is_some_and(|noun| noun.lying)
                        || long_given
                        || self.traits.contains(&Trait::Lying) =>
                {
                    set_round(kind, &mut size, value);
                }
                (Some(Dim::Thick), _) => size.z = Some(value),
                (_, _) if along && matches!(dim, None | Some(Dim::Long | Dim::High)) => {
                    // Of how many it is the length is told.
                    if kind == Kind::Chain {
                        self.thing.parts = self.thing.parts.or(Some(10));
                    }
                    self.thing.length = Some(value / f64::from(self.parts_in_a_row()));
                }
                (Some(Dim::High), _) => size.z = Some(value),
                (Some(Dim::Deep), _) => size.y = Some(value),
                (Some(Dim::Long), Kind::Cylinder | Kind::Capsule | Kind::Ladder) => {
                    size.z = Some(value);
                }
                (Some(Dim::Long), Kind::Bed) => size.y = Some(value),
                (Some(Dim::Long), _) => size.x = Some(value),
                (
                    Some(Dim::Wide),
                    Kind::Wall | Kind::Door | Kind::Shelf | Kind::Sofa | Kind::Chair | Kind::Bed,
                ) => size.x = Some(value),
                (Some(Dim::Wide), Kind::Ramp | Kind::Stairs) => size.y = Some(value),
                (Some(Dim::Wide), _) if round_kind(kind) => set_round(kind, &mut size, value),
                (Some(Dim::Wide), _) => {
                    if long_given {
                        size.y = Some(value);
                    } else {
                        size.x = Some(value);
                    }
                }
                (Some(Dim::Edge), Kind::Box) | (None, Kind::Box)
                    if own.is_none_or(|[x, y, z]| x == y && y == z) =>
                {
                    size = Size { x: Some(value), y: Some(value), z: Some(value) };
                }
                (None, Kind::Cylinder | Kind::Capsule) if noun.is_some_and(|noun| noun.lying) => {
                    size.z = Some(value);
                }
                (None | Some(Dim::Edge), _) if round_kind(kind) => {
                    set_round(kind, &mut size, value);
                }
                (
                    None,
                    Kind::Post
                    | Kind::Lamp
                    | Kind::Stairs
                    | Kind::Windmill
                    | Kind::Pulley
                    | Kind::Swing
                    | Kind::Dominoes
                    | Kind::WreckingBall
                    | Kind::Stool
                    | Kind::Ladder
                    | Kind::Chair,
                ) => size.z = Some(value),
                // "80 cm on a side", "a square table of 80 cm"
                (Some(Dim::Edge), Kind::Table | Kind::Platform | Kind::Stool) => {
                    (size.x, size.y) = (Some(value), Some(value));
                }
                (None, Kind::Table) if noun.is_some_and(|n| n.words.starts_with("square")) => {
                    (size.x, size.y) = (Some(value), Some(value));
                }
                (None | Some(Dim::Edge), _) => size.x = Some(value),
                (Some(Dim::Radius), _) => set_round(kind, &mut size, 2.0 * value),
                // Of each step.
                (Some(Dim::Rise), _) => {
                    size.z = Some(value * f64::from(self.thing.parts.unwrap_or(5)));
                }
                (Some(Dim::Tread), _) => {
                    size.x = Some(value * f64::from(self.thing.parts.unwrap_or(5)));
                }
                (Some(Dim::Up | Dim::Apart | Dim::Gap), _) => {}
            }
        }
        if self.outline == Some(Outline::Square) {
            let own = noun.and_then(|noun| noun.size).unwrap_or(kind.extents());
            let side = size.x.or(size.y).unwrap_or(own[0]);
            (size.x, size.y) = (Some(side), Some(side));
        }
        if let Some([x, y, z]) = self.triple {
            // Of two, the height is said elsewhere or is the thing's own.
            size = Size { x: Some(x), y: Some(y), z: Some(z).filter(|z| z.is_finite()).or(size.z) };
            // Of what stands upright the two are width and height.
            if !z.is_finite() && matches!(kind, Kind::Door | Kind::Wall) {
                let high = if kind == Kind::Door { x.max(y) } else { y };
                let wide = if kind == Kind::Door { x.min(y) } else { x };
                size = Size { x: Some(wide), y: None, z: Some(high) };
            }
        }
        // A car is as long as its wheels need.
        if let (Kind::Car, Some(across), false) = (kind, self.thing.length, long_given) {
            let axles = f64::from(self.thing.parts.unwrap_or(4).div_ceil(2));
            let needed = 1.1 * across * (axles - 1.0) / 0.68;
            let own = size.x.unwrap_or(kind.extents()[0]);
            if needed > own {
                size.x = Some(needed);
            }
        }
        if size != Size::default() {
            self.thing.size = Some(size);
        }
        // "A tower 1 m high" of things whose size is not given: the count follows in the builder.
    }

    fn qualities(&mut self) {
        let mechanism = self.thing.kind.class() == Class::Mechanism;
        let both_ways = self.traits.contains(&Trait::BothWays);
        let mut traits = std::mem::take(&mut self.traits);
        // How they stand goes before how they differ.
        traits.sort_by_key(|quality| *quality != Trait::Stacked);
        for quality in traits {
            let thing = &mut self.thing;
            match quality {
                Trait::Fixed => thing.fixed = Some(true),
                Trait::Movable => thing.fixed = Some(false),
                Trait::Floating => {
                    thing.height = thing.height.or(Some(1.0));
                }
                Trait::Falling => thing.height = thing.height.or(Some(1.0)),
                Trait::Lying => thing.lying = Some(true),
                Trait::OnEdge if thing.kind == Kind::Cylinder => thing.lying = Some(true),
                Trait::Upright | Trait::OnEdge if thing.kind == Kind::Box => {
                    // On its smallest side, or on a narrow and long one.
                    let own = self.noun.and_then(|noun| noun.size).unwrap_or(thing.kind.extents());
                    let size = thing.size.unwrap_or_default();
                    let mut full = [size.x, size.y, size.z];
                    for (extent, own) in full.iter_mut().zip(own) {
                        extent.get_or_insert(own);
                    }
                    full.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
                    let [narrow, mid, long] = full;
                    let (wide, high) =
                        if quality == Trait::OnEdge { (long, mid) } else { (mid, long) };
                    thing.size = Some(Size { x: wide, y: narrow, z: high });
                }
                Trait::Upright => thing.lying = Some(false),
                Trait::Bouncy => thing.bounce = thing.bounce.or(Some(0.85)),
                Trait::Bouncing => {
                    thing.bounce = thing.bounce.or(Some(0.85));
                    thing.height = thing.height.or(Some(1.0));
                }
                Trait::Slippery => thing.friction = thing.friction.or(Some(0.05)),
                Trait::Frictionless if mechanism => thing.damping = Some(0.0),
                Trait::Frictionless => thing.friction = Some(0.0),
                Trait::Rough => thing.friction = thing.friction.or(Some(1.5)),
                Trait::Transparent => {
                    // Of what lets no light through by itself a plan has no word.
                    let own = thing.material.map(|material| material.traits().density);
                    thing.density = thing.density.or(own).filter(|_| thing.mass.is_none());
                    thing.material = Some(super::super::spec::Material::Glass);
                }
                Trait::Tilted if thing.kind != Kind::Ramp && !mechanism => {
                    thing.tilt = self.angle.take().or(thing.tilt).or(Some(15.0));
                }
                Trait::Actuated => thing.actuator = thing.actuator.or(Some(Actuator::Motor)),
                Trait::Servo => thing.actuator = Some(Actuator::Position),
                Trait::Paced => thing.actuator = Some(Actuator::Velocity),
                Trait::Passive => thing.actuator = Some(Actuator::None),
                Trait::HeldAtBothEnds
                    if matches!(
                        thing.kind,
                        Kind::Chain | Kind::SprungBoxes | Kind::SprungBalls
                    ) =>
                {
                    thing.held = Some(true);
                }
                Trait::Planar if thing.kind == Kind::Arm => thing.lying = Some(true),
                Trait::Scattered => {
                    self.arrange(Pattern::Scatter);
                }
                // In a pyramid they are stacked, too, and one alone is put on something.
                Trait::Stacked
                    if self.thing.arrangement.is_some() || self.count.is_none() && !self.plural => {
                }
                Trait::Stacked => {
                    self.arrange(Pattern::Stack);
                }
                Trait::Touching if self.count.is_none() && !self.plural => {}
                Trait::Touching => {
                    let pattern =
                        self.thing.arrangement.as_ref().map_or(Pattern::Row, |a| a.pattern);
                    self.arrange(pattern).gap = Some(0.0);
                }
                Trait::Growing => {
                    let pattern =
                        self.thing.arrangement.as_ref().map_or(Pattern::Row, |a| a.pattern);
                    self.arrange(pattern).taper = Some(1.25);
                }
                Trait::Shrinking => {
                    let pattern =
                        self.thing.arrangement.as_ref().map_or(Pattern::Row, |a| a.pattern);
                    self.arrange(pattern).taper = Some(0.8);
                }
                Trait::Released | Trait::Lifted if mechanism && self.angle.is_none() => {
                    self.angle = Some(30.0);
                }
                Trait::Toppling if self.thing.kind == Kind::Dominoes => {
                    self.thing.angle = Some(20.0);
                }
                Trait::Spinning if self.turning.is_none() => self.turning = Some(6.0),
                // What rolls has its axis level.
                Trait::Rolling if matches!(self.thing.kind, Kind::Cylinder | Kind::Capsule) => {
                    self.thing.lying = self.thing.lying.or(Some(true));
                    self.traits.push(quality);
                }
                Trait::Rolling | Trait::Sliding | Trait::Moving if self.speed.is_none() => {
                    self.traits.push(quality);
                }
                Trait::Thrown if self.speed.is_none() => self.speed = Some(3.0),
                _ => {}
            }
        }
        if both_ways {
            self.angle = Some(-self.angle.or(self.thing.angle).map_or(90.0, f64::abs));
        }
        // What is driven as strongly as was said is driven.
        if self.thing.strength.is_some()
            && !matches!(
                self.thing.kind,
                Kind::CartPole | Kind::Arm | Kind::Car | Kind::MobileRobot | Kind::Gripper
            )
        {
            self.thing.actuator = self.thing.actuator.or(Some(Actuator::Motor));
        }
        self.some_driven();
        // A door of two leaves.
        if self.thing.kind == Kind::Door && self.thing.parts == Some(2) {
            self.thing.hinges = Some(Hinges::Both);
            let wide = self.thing.size.get_or_insert_default();
            wide.x = wide.x.or(Some(1.6));
        }
        if let Some(angle) = self.angle.take() {
            match self.thing.kind {
                Kind::Ramp | Kind::Wedge => self.thing.tilt = Some(angle),
                // "an arc of 120 degrees"
                _ if self.thing.arrangement.as_ref().is_some_and(|a| a.pattern == Pattern::Arc) => {
                    self.arrange(Pattern::Arc).sweep = Some(angle);
                }
                kind if kind.class() == Class::Mechanism => self.thing.angle = Some(angle),
                _ if self.speed.is_some() => {
                    let radians = angle.to_radians();
                    self.direction = Some([radians.cos(), 0.0, radians.sin()]);
                }
                _ => self.thing.tilt = Some(angle),
            }
        }
    }

    /// Which of its joints are driven, by their numbers.
    fn some_driven(&mut self) {
        if self.joints.is_empty() {
            return;
        }
        let count = self.thing.parts.unwrap_or(if self.thing.kind == Kind::Arm { 6 } else { 1 });
        let all_but = self.joints.iter().all(|(_, driven)| !driven);
        let is = |n: &u32| {
            let among =
                |(joints, driven): &(Joints, bool)| (*driven != all_but) && joints.has(*n, count);
            self.joints.iter().any(among) != all_but
        };
        self.thing.driven = (1..=count).filter(is).collect();
        if self.thing.kind != Kind::Arm {
            self.thing.actuator = self.thing.actuator.or(Some(Actuator::Motor));
        }
    }

    fn motion(&mut self) {
        if let Some(speed) = self.speed {
            let [x, y, z] = self.direction.unwrap_or([1.0, 0.0, 0.0]);
            self.thing.velocity = Some(Xyz { x: x * speed, y: y * speed, z: z * speed });
        }
        if let Some(turning) = self.turning {
            self.thing.spin = Some(Xyz { x: 0.0, y: 0.0, z: turning });
        }
    }
}

/// The first of several words for the same.
pub fn first_word(words: &str) -> &str {
    words.split('|').next().unwrap_or_default().trim_start_matches('*')
}

/// Whether a kind's one measure is the length of its parts.
pub const fn kind_length(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Pendulum
            | Kind::InvertedPendulum
            | Kind::CartPole
            | Kind::Arm
            | Kind::Chain
            | Kind::Spring
            | Kind::NewtonsCradle
    )
}

pub(super) const fn round_kind(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Sphere
            | Kind::Torus
            | Kind::Cup
            | Kind::Bowl
            | Kind::RoundTable
            | Kind::Turntable
            | Kind::Wheel
            | Kind::Cylinder
            | Kind::Capsule
            | Kind::Cone
            | Kind::SpinningTop
    )
}

/// Sets the diameter, and what goes along with it.
fn set_round(kind: Kind, size: &mut Size, diameter: f64) {
    size.x = Some(diameter);
    match kind {
        Kind::Sphere => (size.y, size.z) = (None, None),
        Kind::Wheel => size.z = Some(diameter),
        Kind::Box | Kind::Ellipsoid => (size.y, size.z) = (Some(diameter), Some(diameter)),
        _ => size.y = Some(diameter),
    }
}
