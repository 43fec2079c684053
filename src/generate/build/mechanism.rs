//! Things with joints.

use super::super::spec::{Actuator, Kind, Thing};
use super::{
    Held,
    assembly::{Assembly, actuator, block, furniture, ghost, rod},
    element::{Element, numbers},
    looks::{Looks, Palette},
    solid::{extents, usual_length},
};

/// Of the joint of a wheel, N·m·s/rad: far less than its drive.
pub(super) const WHEEL_DAMPING: f64 = 0.002;
/// Speed that wheels can be driven at, m/s.
const FASTEST_MPS: f64 = 10.0;
/// Share of its weight that wheels push with at most: less than slips or lifts an axle.
const PUSH: f64 = 0.4;

/// Builds a mechanism around the origin, upon the floor.
pub fn mechanism(
    thing: &Thing,
    name: &str,
    palette: &Palette,
    turn: usize,
    held: Option<Held>,
) -> Assembly {
    let parts = Parts {
        thing,
        name,
        looks: palette.looks(thing, 0, turn),
        frame: palette.frame(),
        palette,
        turn,
        held,
    };
    let mut assembly = match thing.kind {
        Kind::Pendulum => parts.pendulum(),
        Kind::InvertedPendulum => parts.inverted_pendulum(),
        Kind::CartPole => parts.cart_pole(),
        Kind::Arm => parts.arm(),
        Kind::Gripper => parts.gripper(held.is_some()),
        Kind::NewtonsCradle => parts.cradle(),
        Kind::Seesaw => parts.seesaw(),
        Kind::Spring => parts.spring(),
        Kind::SlidingSpring => parts.sliding_spring(),
        Kind::Chain => match held {
            Some(Held::Between(span)) => parts.strung(span),
            None if thing.held == Some(true) => parts.festoon(),
            _ => parts.chain(false),
        },
        Kind::SprungBoxes => parts.sprung(false),
        Kind::SprungBalls => parts.sprung(true),
        Kind::Catapult => parts.catapult(),
        Kind::Gears => parts.gears(),
        Kind::Crane => parts.crane(),
        Kind::MobileRobot => parts.mobile_robot(),
        Kind::Quadruped | Kind::Biped => parts.legged(),
        Kind::Hand => parts.hand(),
        Kind::HangingMobile => parts.hanging_mobile(),
        Kind::BallPlate => parts.ball_plate(),
        Kind::WreckingBall => parts.chain(true),
        Kind::Dominoes => parts.dominoes(),
        Kind::Car => parts.car(),
        Kind::Door => parts.door(),
        Kind::Drawer => parts.drawer(),
        Kind::Turntable => parts.turntable(),
        Kind::Windmill => parts.windmill(),
        Kind::SpinningTop => parts.spinning_top(),
        Kind::Bridge => parts.bridge(held),
        Kind::Pulley => parts.pulley(),
        Kind::SliderCrank => parts.slider_crank(),
        Kind::Swing => parts.swing(),
        _ => furniture(thing, name, palette, turn),
    };
    // What drives or walks weighs as much as was said with all its parts.
    if let (Kind::Car | Kind::MobileRobot | Kind::Quadruped | Kind::Biped, Some(mass)) =
        (thing.kind, thing.mass)
    {
        let now: f64 =
            assembly.bodies.iter().flat_map(|body| &body.content).map(Element::mass).sum();
        for element in assembly.bodies.iter_mut().flat_map(|body| &mut body.content) {
            element.weigh(mass / now);
        }
    }
    assembly
}

pub(super) struct Parts<'p> {
    pub(super) thing: &'p Thing,
    pub(super) name: &'p str,
    pub(super) looks: Looks<'p>,
    pub(super) frame: Looks<'p>,
    pub(super) palette: &'p Palette,
    pub(super) turn: usize,
    pub(super) held: Option<Held>,
}

/// A hinge or slide, with what the plan says of friction and springs.
pub(super) fn joint(kind: &str, name: String, axis: [f64; 3]) -> Element {
    Element::new("joint").set("name", name).set("type", kind).numbers("axis", &axis)
}

pub(super) fn body(name: String, pos: [f64; 3], content: Vec<Element>) -> Element {
    Element::new("body").set("name", name).numbers("pos", &pos).with_all(content)
}

pub(super) fn ball(looks: &Looks<'_>, radius: f64, pos: [f64; 3]) -> Element {
    looks.dress(
        Element::new("geom").set("type", "sphere").numbers("size", &[radius]).numbers("pos", &pos),
    )
}

impl Parts<'_> {
    pub(super) fn named(&self, part: &str) -> String {
        format!("{}_{part}", self.name)
    }

    pub(super) fn part_length(&self, parts: u32) -> f64 {
        self.thing.length.unwrap_or(usual_length(self.thing.kind, Some(parts)))
    }

    pub(super) fn damped(&self, joint: Element, usual: f64) -> Element {
        let damping = self.thing.damping.unwrap_or(usual);
        let joint = if damping > 0.0 { joint.numbers("damping", &[damping]) } else { joint };
        match (self.thing.stiffness, self.thing.kind) {
            (Some(stiffness), kind)
                if !matches!(
                    kind,
                    Kind::Spring | Kind::SlidingSpring | Kind::SprungBoxes | Kind::SprungBalls
                ) =>
            {
                joint.numbers("stiffness", &[stiffness])
            }
            _ => joint,
        }
    }

    pub(super) fn drive(
        &self,
        assembly: &mut Assembly,
        usual: Actuator,
        name: &str,
        joint: &str,
        strength: f64,
        range: [f64; 2],
    ) {
        let kind = self.thing.actuator.unwrap_or(usual);
        self.drive_as(assembly, kind, name, joint, strength, range);
    }

    /// A drive of this kind, unless there should be none; no stronger than the plan says.
    pub(super) fn drive_as(
        &self,
        assembly: &mut Assembly,
        kind: Actuator,
        name: &str,
        joint: &str,
        strength: f64,
        range: [f64; 2],
    ) {
        if self.thing.actuator == Some(Actuator::None) {
            return;
        }
        let most = self.thing.strength.filter(|most| *most > 0.0);
        let drive = actuator(kind, name, joint, most.unwrap_or(strength), range);
        let limit = most.filter(|_| kind != Actuator::Motor);
        assembly.actuators.extend(drive.map(|drive| match limit {
            Some(most) => drive.numbers("forcerange", &[-most, most]),
            None => drive,
        }));
    }

    /// Wheels that keep a speed reach the one that was said, and 10 m/s; they push no harder than
    /// they grip. `weight`: of the whole, kg.
    pub(super) fn pace(&self, assembly: &mut Assembly, radius: f64, weight: f64) {
        let said = self.thing.velocity.map_or(0.0, |velocity| velocity.x.abs());
        let most = (FASTEST_MPS.max(1.2 * said) / radius).max(20.0);
        let driven = assembly.actuators.iter().filter(|drive| drive.is("velocity")).count();
        let push = PUSH * weight * 9.81 * radius / driven.max(1) as f64;
        for drive in assembly.actuators.iter_mut().filter(|drive| drive.is("velocity")) {
            drive.put("ctrlrange", numbers(&[-most, most]));
            if self.thing.strength.is_none() {
                drive.put("forcerange", numbers(&[-push, push]));
            }
        }
    }

    /// Whether the joint with this number is driven, where any is.
    fn is_driven(&self, n: u32) -> bool {
        self.thing.driven.is_empty() || self.thing.driven.contains(&n)
    }

    /// The length of each of so many parts.
    pub(super) fn part_lengths(&self, parts: u32) -> Vec<f64> {
        let own = &self.thing.lengths;
        if own.len() == parts as usize {
            return own.clone();
        }
        vec![self.part_length(parts); parts as usize]
    }

    /// The mass of each of so many parts.
    pub(super) fn part_masses(&self, parts: u32, usual: f64) -> Vec<f64> {
        let own = &self.thing.masses;
        if own.len() == parts as usize {
            return own.clone();
        }
        vec![self.thing.mass.unwrap_or(usual); parts as usize]
    }

    /// Rods on hinges that hang from a stand, or from a beam that others hang from, too: there it
    /// swings across the beam.
    pub(super) fn pendulum(&self) -> Assembly {
        let links = self.thing.parts.unwrap_or(1).max(1);
        let lengths = self.part_lengths(links);
        let total: f64 = lengths.iter().sum();
        let least = lengths.iter().copied().fold(f64::MAX, f64::min);
        let radius = self
            .thing
            .size
            .and_then(|size| size.x)
            .map_or((least * 0.1).clamp(0.01, 0.3), |x| x / 2.0);
        let bobs = self.part_masses(links, 1.0);
        let angle = self.thing.angle.unwrap_or(25.0);
        // The height of what it is to hit, where there is such.
        let low = self.thing.size.and_then(|size| size.z).unwrap_or(radius + 0.25);
        let beam = match self.held {
            Some(Held::Beam(height)) => Some(height),
            _ => None,
        };
        let height = beam.unwrap_or(total + low.max(radius + 0.01));
        let axis = if beam.is_some() { [-1.0, 0.0, 0.0] } else { [0.0, -1.0, 0.0] };
        let mut inner: Option<Element> = None;
        for (at, (length, bob)) in
            lengths.iter().copied().zip(bobs.iter().copied()).enumerate().rev()
        {
            let (last, n) = (at + 1 == links as usize, at + 1);
            let part = |part: &str| {
                if links == 1 { self.named(part) } else { format!("{}_{part}_{n}", self.name) }
            };
            let hinge = self.damped(joint("hinge", part("hinge"), axis), 0.0);
            let hinge = if n == 1 && angle != 0.0 { hinge.numbers("ref", &[angle]) } else { hinge };
            let r = (length * 0.02).clamp(0.004, 0.02);
            let mut content = vec![
                hinge,
                rod(&self.looks, r, [0.0; 3], [0.0, 0.0, -length])
                    .set("mass", numbers(&[0.1 * bob])),
            ];
            if last || links <= 3 || !self.thing.masses.is_empty() {
                content.push(
                    ball(&self.looks, radius, [0.0, 0.0, -length]).set("mass", numbers(&[bob])),
                );
            }
            content.extend(inner.take());
            let above = at.checked_sub(1).map_or(0.0, |above| lengths[above]);
            inner = Some(body(part("link"), [0.0, 0.0, -above], content));
        }
        let mut assembly = Assembly::of_extents([2.0 * total + 2.0 * radius, 0.5, height + 0.05]);
        if angle.abs() <= 45.0 {
            let side = total * angle.abs().to_radians().sin() + radius + 0.1;
            (assembly.least[0], assembly.greatest[0]) = (-side, side);
        }
        if beam.is_some() {
            let (wide, deep) = (radius.max(0.03), assembly.greatest[0]);
            (assembly.least, assembly.greatest) = ([-wide, -deep, 0.0], [wide, deep, height]);
        }
        self.stand(&mut assembly, height);
        let mut root = inner
            .expect("invariant: at least one link")
            .comment(format!("{links} hinge(s), let go {} degrees from rest", numbers(&[angle])));
        root.put("pos", numbers(&[0.0, 0.0, height]));
        root.put("euler", numbers(&axis.map(|along| if along == 0.0 { 0.0 } else { angle })));
        assembly.bodies[0].content.push(root);
        let last =
            if links == 1 { self.named("link") } else { format!("{}_link_{links}", self.name) };
        let end = lengths.last().copied().unwrap_or(total);
        assembly.hook = Some((last, [0.0, 0.0, -end - radius]));
        assembly.strikes_at = Some(radius);
        let heaviest = bobs.iter().copied().fold(0.0, f64::max);
        for n in (1..=links).filter(|n| self.is_driven(*n)) {
            let hinge =
                if links == 1 { self.named("hinge") } else { format!("{}_hinge_{n}", self.name) };
            let motor =
                if links == 1 { self.named("motor") } else { format!("{}_motor_{n}", self.name) };
            self.drive(
                &mut assembly,
                Actuator::None,
                &motor,
                &hinge,
                heaviest * 9.81 * total,
                [-std::f64::consts::PI, std::f64::consts::PI],
            );
        }
        assembly
    }

    /// A post behind the plane of motion, with an arm over it; it touches nothing. On a beam only a
    /// ring around it.
    pub(super) fn stand(&self, assembly: &mut Assembly, height: f64) {
        if let Some(Held::Beam(_)) = self.held {
            let ring = ghost(ball(&self.frame, 0.02, [0.0, 0.0, height]));
            assembly.fixed(self.name, vec![ring]);
            return;
        }
        let geoms = vec![
            ghost(block(&self.frame, [-0.15, 0.12, 0.0], [0.15, 0.3, 0.02])),
            ghost(rod(&self.frame, 0.018, [0.0, 0.2, 0.02], [0.0, 0.2, height])),
            ghost(rod(&self.frame, 0.014, [0.0, 0.2, height], [0.0, -0.02, height])),
        ];
        assembly.fixed(self.name, geoms);
    }

    pub(super) fn poles(&self, lengths: &[f64], at: [f64; 3], angle: f64) -> Element {
        let count = lengths.len();
        let masses = self.part_masses(count as u32, 0.2);
        let mut inner: Option<Element> = None;
        for n in (1..=count).rev() {
            let part = |part: &str| {
                if count == 1 { self.named(part) } else { format!("{}_{part}_{n}", self.name) }
            };
            let length = lengths[n - 1];
            let hinge = self.damped(joint("hinge", part("hinge"), [0.0, 1.0, 0.0]), 0.0);
            let hinge = if n == 1 && angle != 0.0 { hinge.numbers("ref", &[angle]) } else { hinge };
            let radius = (length * 0.03).clamp(0.006, 0.03);
            // A second colour is that of the poles on a cart.
            let looks = self.palette.looks(self.thing, 1, self.turn);
            let looks = if self.thing.kind == Kind::CartPole { &looks } else { &self.looks };
            let pole = rod(looks, radius, [0.0; 3], [0.0, 0.0, length])
                .set("mass", numbers(&[masses[n - 1]]));
            let pos = if n == 1 { at } else { [0.0, 0.0, lengths[n - 2]] };
            let mut content = vec![hinge, pole];
            content.extend(inner.take());
            inner = Some(body(part("pole"), pos, content));
        }
        let mut root = inner.expect("invariant: at least one pole");
        root.put("euler", numbers(&[0.0, angle, 0.0]));
        root
    }

    pub(super) fn inverted_pendulum(&self) -> Assembly {
        let count = self.thing.parts.unwrap_or(1).max(1);
        let lengths = self.part_lengths(count);
        let angle = self.thing.angle.unwrap_or(2.0);
        let total: f64 = lengths.iter().sum();
        // What hangs at first needs room below.
        let low = if angle.abs() > 90.0 { total } else { total.min(0.15) };
        let base = low + 0.05;
        let mut assembly = Assembly::of_extents([2.0 * total, 0.3, total + base]);
        let geoms = vec![ghost(block(&self.frame, [-0.12, -0.12, 0.0], [0.12, 0.12, base - 0.03]))];
        assembly.fixed(self.name, geoms);
        assembly.bodies[0].content.push(self.poles(&lengths, [0.0, 0.0, base], angle));
        let all = self.thing.actuator.is_some();
        for n in (1..=if all { count } else { 1 }).filter(|n| self.is_driven(*n)) {
            let part = |part: &str| match (count, all) {
                (1, _) => self.named(part),
                (_, false) if part == "motor" => self.named(part),
                _ => self.named(&format!("{part}_{n}")),
            };
            self.drive(
                &mut assembly,
                Actuator::Motor,
                &part("motor"),
                &part("hinge"),
                5.0,
                [-std::f64::consts::PI, std::f64::consts::PI],
            );
        }
        assembly
    }

    pub(super) fn cart_pole(&self) -> Assembly {
        let count = self.thing.parts.unwrap_or(1).max(1);
        let lengths = self.part_lengths(count);
        let angle = self.thing.angle.unwrap_or(2.0);
        let half = extents(self.thing)[0] / 2.0;
        let total: f64 = lengths.iter().sum();
        // What hangs at first needs room below.
        let height = if angle.abs() > 90.0 { total + 0.1 } else { 0.25 };
        let mut assembly = Assembly::of_extents([2.0 * half + 0.3, 0.4, height + total + 0.1]);
        let rail = vec![
            ghost(rod(&self.frame, 0.02, [-half, 0.0, height], [half, 0.0, height])),
            ghost(block(&self.frame, [-half - 0.03, -0.04, 0.0], [-half, 0.04, height + 0.03])),
            ghost(block(&self.frame, [half, -0.04, 0.0], [half + 0.03, 0.04, height + 0.03])),
        ];
        assembly.fixed(self.name, rail);
        let slide = joint("slide", self.named("slide"), [1.0, 0.0, 0.0])
            .numbers("range", &[0.15 - half, half - 0.15])
            .numbers("damping", &[self.thing.damping.map_or(0.05, |damping| damping.min(0.05))]);
        let cart = block(&self.looks, [-0.15, -0.09, -0.06], [0.15, 0.09, 0.06])
            .set("mass", numbers(&[self.thing.other_mass.unwrap_or(1.0)]))
            .set("contype", "0")
            .set("conaffinity", "0");
        let content = vec![slide, cart, self.poles(&lengths, [0.0, 0.0, 0.06], angle)];
        let cart = body(self.named("cart"), [0.0, 0.0, height], content)
            .comment("a cart on a rail, and what it is to balance");
        assembly.bodies[0].content.push(cart);
        self.drive(
            &mut assembly,
            Actuator::Motor,
            &self.named("motor"),
            &self.named("slide"),
            20.0,
            [-half, half],
        );
        assembly
    }

    /// Joints one after another: the first turns about the vertical where there are three or more.
    pub(super) fn arm(&self) -> Assembly {
        let joints = self.thing.parts.unwrap_or(6).max(1);
        let given = Some(&self.thing.lengths).filter(|own| own.len() == joints as usize);
        let length = given.map_or_else(
            || self.part_length(joints),
            |own| own.iter().sum::<f64>() / f64::from(joints),
        );
        let radius = (length * 0.14).clamp(0.015, 0.05);
        let kind = self.thing.actuator.unwrap_or(Actuator::Position);
        let base = 0.12;
        // Its links lie level then, and all joints turn about the vertical.
        let flat = self.thing.lying == Some(true);
        let mut inner: Option<Element> = None;
        let (mut reach, mut leans) = (0.0, Vec::new());
        let mut assembly = Assembly::default();
        for n in (1..=joints).rev() {
            let (axis, long, lean) = match (joints, n) {
                _ if flat => ([-1.0, 0.0, 0.0], length, 20.0),
                (1 | 2, _) => ([0.0, 1.0, 0.0], length, 20.0),
                (_, 1) => ([0.0, 0.0, 1.0], length * 0.4, 0.0),
                // The wrist rolls.
                (5.., 4) => ([0.0, 0.0, 1.0], length * 0.6, 0.0),
                (6.., n) if n == joints => ([0.0, 0.0, 1.0], length * 0.4, 0.0),
                _ => ([0.0, 1.0, 0.0], length, 25.0),
            };
            let long = given.map_or(long, |own| own[n as usize - 1]);
            leans.push((long, lean));
            let hinge = self
                .damped(joint("hinge", format!("{}_joint_{n}", self.name), axis), 1.0)
                .numbers("range", &[-150.0, 150.0])
                .set("armature", "0.02");
            let mut content = vec![
                hinge,
                rod(&self.looks, radius, [0.0; 3], [0.0, 0.0, long])
                    .set("mass", numbers(&[2.0 * long])),
            ];
            content.push(ball(&self.frame, radius * 1.15, [0.0; 3]).set("mass", "0.05"));
            if inner.is_none() {
                content.push(
                    Element::new("site")
                        .set("name", self.named("tip"))
                        .numbers("pos", &[0.0, 0.0, long + radius])
                        .numbers("size", &[0.01]),
                );
                if let Some(mass) = self.thing.mass {
                    content.push(
                        ball(&self.looks, radius * 1.5, [0.0, 0.0, long])
                            .set("mass", numbers(&[mass])),
                    );
                }
                assembly.hook =
                    Some((format!("{}_link_{n}", self.name), [0.0, 0.0, long + radius]));
            }
            content.extend(inner.take().map(|mut next| {
                next.put("pos", numbers(&[0.0, 0.0, long]));
                next
            }));
            let mut link = body(format!("{}_link_{n}", self.name), [0.0, 0.0, base], content);
            let turned = match (flat, n) {
                (true, 1) => [0.0, 90.0, 0.0],
                (true, _) => [lean, 0.0, 0.0],
                (false, _) => [0.0, lean, 0.0],
            };
            link.put("euler", numbers(&turned));
            // Its weight is borne by the drives' own feed-forward, as in most robots.
            link.put("gravcomp", "1");
            inner = Some(link);
            reach += long;
        }
        let geoms = vec![
            self.frame.dress(
                Element::new("geom")
                    .set("type", "cylinder")
                    .numbers("size", &[radius * 2.4, base / 2.0 - 0.01])
                    .numbers("pos", &[0.0, 0.0, base / 2.0 - 0.01]),
            ),
        ];
        let extent = if flat {
            Assembly::of_extents([reach * 1.6, reach * 2.0, base + 4.0 * radius])
        } else {
            Assembly::of_extents([reach * 1.6, reach * 0.8, reach + base])
        };
        (assembly.least, assembly.greatest) = (extent.least, extent.greatest);
        assembly.foot = (!flat).then_some([radius * 2.4; 2]);
        assembly.least[0] = -radius * 3.0;
        assembly.greatest[0] = reach;
        if !flat {
            // How far its tip is from its foot as it stands.
            let (mut lean, mut far) = (0.0_f64, 0.0);
            for (long, more) in leans.iter().rev() {
                lean += more;
                far += long * lean.to_radians().sin();
            }
            assembly.greatest[0] = far + 2.0 * radius;
            assembly.greatest[1] = (3.0 * radius).max(0.4 * far);
            assembly.least[1] = -assembly.greatest[1];
        }
        assembly.fixed(self.name, geoms);
        assembly.bodies[0].content.extend(inner);
        // A parent that is fixed to the world is not spared by itself.
        for n in 1..=joints.min(4) {
            assembly.excludes.push(
                Element::new("exclude")
                    .set("body1", self.name)
                    .set("body2", format!("{}_link_{n}", self.name)),
            );
        }
        for n in 1..=joints {
            assembly.excludes.extend((n + 1..=joints).take(3).map(|other| {
                Element::new("exclude")
                    .set("body1", format!("{}_link_{n}", self.name))
                    .set("body2", format!("{}_link_{other}", self.name))
            }));
            if !self.is_driven(n) {
                continue;
            }
            self.drive_as(
                &mut assembly,
                kind,
                &format!("{}_drive_{n}", self.name),
                &format!("{}_joint_{n}", self.name),
                20.0,
                [-2.618, 2.618],
            );
        }
        assembly
    }

    /// `carried`: at the tip of an arm, its fingers onwards.
    pub(super) fn gripper(&self, carried: bool) -> Assembly {
        if carried {
            return self.carried_gripper();
        }
        let [x, y, z] = extents(self.thing);
        let mut assembly = Assembly::of_extents([x, y, z]);
        let palm = block(&self.frame, [-x / 2.0, -y / 4.0, z - 0.08], [x / 2.0, y / 4.0, z]);
        let post = ghost(rod(&self.frame, 0.02, [0.0, y / 2.0, 0.0], [0.0, y / 2.0, z - 0.04]));
        let arm = ghost(rod(&self.frame, 0.02, [0.0, y / 2.0, z - 0.04], [0.0, 0.0, z - 0.04]));
        assembly.fixed(self.name, vec![palm, post, arm]);
        // What it holds is between the tips of its fingers.
        assembly.hook = Some((self.name.to_owned(), [0.0, 0.0, 0.55 * z - 0.07]));
        for (side, sign) in [("left", -1.0), ("right", 1.0)] {
            let slide = joint("slide", self.named(&format!("{side}_slide")), [-sign, 0.0, 0.0])
                .numbers("range", &[0.0, x / 2.0 - 0.03])
                .numbers("damping", &[5.0]);
            let finger = block(&self.looks, [-0.015, -y / 4.0, -z * 0.45], [0.015, y / 4.0, 0.0])
                .set("mass", "0.1");
            let pos = [sign * (x / 2.0 - 0.02), 0.0, z - 0.09];
            let name = self.named(&format!("{side}_finger"));
            assembly
                .excludes
                .push(Element::new("exclude").set("body1", self.name).set("body2", &*name));
            assembly.bodies[0].content.push(body(name, pos, vec![slide, finger]));
            self.drive(
                &mut assembly,
                Actuator::Position,
                &self.named(&format!("{side}_drive")),
                &self.named(&format!("{side}_slide")),
                20.0,
                [0.0, x / 2.0 - 0.03],
            );
        }
        assembly
    }

    fn carried_gripper(&self) -> Assembly {
        let [x, y, z] = self.thing.size.map_or([0.14, 0.05, 0.12], |_| extents(self.thing));
        let mut assembly = Assembly::of_extents([x, y, z]);
        let light = |geom: Element| geom.set("mass", "0.05");
        let palm = block(&self.frame, [-x / 2.0, -y / 2.0, 0.0], [x / 2.0, y / 2.0, 0.03]);
        assembly.fixed(self.name, vec![light(palm)]);
        let open = x / 2.0 - 0.02;
        assembly.hook = Some((self.name.to_owned(), [0.0, 0.0, 0.035]));
        for (side, sign) in [("left", -1.0), ("right", 1.0)] {
            let slide = joint("slide", self.named(&format!("{side}_slide")), [-sign, 0.0, 0.0])
                .numbers("range", &[0.0, open])
                .numbers("damping", &[2.0])
                .set("armature", "0.01");
            let finger = block(&self.looks, [-0.008, -y / 2.0, 0.0], [0.008, y / 2.0, z - 0.032]);
            let name = self.named(&format!("{side}_finger"));
            let pos = [sign * (x / 2.0 - 0.008), 0.0, 0.032];
            assembly.bodies[0].content.push(body(name, pos, vec![slide, light(finger)]));
            let (drive, slide) =
                (self.named(&format!("{side}_drive")), self.named(&format!("{side}_slide")));
            self.drive(&mut assembly, Actuator::Position, &drive, &slide, 20.0, [0.0, open]);
        }
        assembly
    }

    /// Balls that touch at rest and hand on momentum: contacts hardly damped and far stiffer than usual.
    pub(super) fn cradle(&self) -> Assembly {
        let count = self.thing.parts.unwrap_or(5).max(2);
        let radius = self.thing.size.and_then(|size| size.x).map_or(0.05, |x| x / 2.0);
        let length = self.part_length(count);
        let lifted = self.thing.lifted.unwrap_or(1).min(count - 1);
        let angle = self.thing.angle.unwrap_or(35.0).abs();
        let pitch = 2.0 * radius + 0.0002;
        let width = pitch * f64::from(count);
        let height = length + radius + 0.12;
        let depth = 0.5 * length;
        let reach = length + width / 2.0 + radius;
        let mut assembly = Assembly::of_extents([2.0 * reach, depth + 0.1, height + 0.03]);
        let rail = width / 2.0 + 0.08;
        let mut geoms = vec![ghost(block(
            &self.frame,
            [-rail - 0.03, -depth / 2.0 - 0.03, 0.0],
            [rail + 0.03, depth / 2.0 + 0.03, 0.03],
        ))];
        for y in [-depth / 2.0, depth / 2.0] {
            geoms.push(ghost(rod(&self.frame, 0.012, [-rail, y, height], [rail, y, height])));
            for x in [-rail, rail] {
                geoms.push(ghost(rod(&self.frame, 0.012, [x, y, 0.03], [x, y, height])));
            }
        }
        assembly.fixed(self.name, geoms);
        for n in 0..count {
            let x = pitch * (f64::from(n) - f64::from(count - 1) / 2.0);
            let up = if n < lifted { angle } else { 0.0 };
            let hinge = joint("hinge", format!("{}_hinge_{}", self.name, n + 1), [0.0, -1.0, 0.0]);
            let hinge = if up == 0.0 { hinge } else { hinge.numbers("ref", &[-up]) };
            let mass = self.thing.mass.unwrap_or(0.5);
            let sphere = ball(&self.looks, radius, [0.0, 0.0, -length])
                .set("mass", numbers(&[mass]))
                .set("solref", format!("{} 0", numbers(&[-4e5 * mass])))
                .set("solimp", "0.99 0.999 0.0001")
                .set("condim", "1")
                .set("priority", "2");
            let string =
                |y: f64| ghost(rod(&self.frame, 0.003, [0.0, y, 0.0], [0.0, 0.0, -length]));
            let content = vec![hinge, string(-depth / 2.0), string(depth / 2.0), sphere];
            let mut ball = body(format!("{}_ball_{}", self.name, n + 1), [x, 0.0, height], content);
            if up != 0.0 {
                ball.put("euler", numbers(&[0.0, up, 0.0]));
            }
            assembly.bodies[0].content.push(ball);
        }
        assembly
    }
}
