//! Plans to MJCF: pure, and the same for the same plan.
//!
//! ```text
//! plan ─► assemblies (what each thing is built of) ─► places ─► one tree of bodies ─► text
//! ```

mod assembly;
mod contraption;
mod door;
mod element;
mod fixture;
mod looks;
mod machine;
mod mechanism;
mod output;
mod pattern;
mod place;
mod solid;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use assembly::{Assembly, Berth, Body, Slope, Top};
use element::{Element, numbers};
use looks::Palette;

pub use looks::usual_colour;
pub use solid::{extents, usual_length, usual_mass, usual_stiffness};

use super::{
    fault::Fault,
    spec::{Arrangement, Class, Kind, MAX_BODIES, Pattern, Place, Relation, SceneSpec, Thing, Xyz},
};

/// A scene that is built of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Built {
    /// MJCF, complete in itself.
    pub xml: String,
    /// The bodies that must be there.
    pub expected: Vec<Expected>,
}

/// A body that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Its name.
    pub body: String,
    /// Whether it should stay where it is.
    pub rests: bool,
}

/// Builds a plan.
///
/// # Errors
/// All that is wrong with the plan, or why it cannot be laid out.
pub fn build(spec: &SceneSpec) -> Result<Built, Vec<Fault>> {
    let faults = spec.faults();
    if !faults.is_empty() {
        return Err(faults);
    }
    let hoisted = hoist(spec);
    let held = |thing: &Thing| Held::of(&hoisted, thing);
    let spec = &roomy(plainer(&hoisted).into_owned());
    let palette = Palette::of(spec);
    let mut turn = 0;
    let mut assemblies = Vec::with_capacity(spec.things.len());
    for thing in &spec.things {
        assemblies.push(assemble(spec, thing, &palette, turn, held(thing)));
        turn += usize::from(thing.colours.is_empty() && thing.material.is_none());
    }
    let bodies: usize = assemblies
        .iter()
        .map(|assembly| {
            assembly
                .bodies
                .iter()
                .map(|body| 1 + body.content.iter().map(Element::bodies).sum::<usize>())
                .sum::<usize>()
        })
        .sum();
    if bodies > MAX_BODIES {
        return Err(vec![Fault::TooMany { bodies }]);
    }
    let placed = place::place(spec, &assemblies).map_err(|fault| vec![fault])?;
    Ok(output::write(spec, assemblies, &placed, &palette))
}

/// One of several that take turns in their colours, in its own; those of one alone are of its parts.
fn coloured(thing: &Thing, index: usize) -> Cow<'_, Thing> {
    let parts = matches!(
        thing.kind,
        Kind::CartPole
            | Kind::Dominoes
            | Kind::Gears
            | Kind::HangingMobile
            | Kind::SprungBoxes
            | Kind::SprungBalls
    );
    let several = thing.count.is_some_and(|count| count > 1) || thing.arrangement.is_some();
    if parts || !several || thing.colours.len() < 2 {
        return Cow::Borrowed(thing);
    }
    let mut own = thing.clone();
    own.colours = vec![thing.colours[index % thing.colours.len()].clone()];
    Cow::Owned(own)
}

/// Where the things of a plan stand, m; nothing where it cannot be laid out.
pub fn stands(spec: &SceneSpec) -> Vec<[f64; 3]> {
    let hoisted = hoist(spec);
    let held = |thing: &Thing| Held::of(&hoisted, thing);
    let spec = &roomy(plainer(&hoisted).into_owned());
    let palette = Palette::of(spec);
    let assemblies: Vec<Assembly> =
        spec.things.iter().map(|thing| assemble(spec, thing, &palette, 0, held(thing))).collect();
    let placed = place::place(spec, &assemblies).unwrap_or_default();
    placed.into_iter().map(|placed| placed.pos).collect()
}

/// Where each one of the things of a plan stands, m: of several, all; nothing where it cannot be
/// laid out.
pub fn stands_of_each(spec: &SceneSpec) -> Vec<Vec<[f64; 3]>> {
    let hoisted = hoist(spec);
    let held = |thing: &Thing| Held::of(&hoisted, thing);
    let spec = &roomy(plainer(&hoisted).into_owned());
    let palette = Palette::of(spec);
    let assemblies: Vec<Assembly> =
        spec.things.iter().map(|thing| assemble(spec, thing, &palette, 0, held(thing))).collect();
    let placed = place::place(spec, &assemblies).unwrap_or_default();
    let middle = |[least, greatest]: [[f64; 3]; 2], pos: [f64; 3]| {
        std::array::from_fn(|axis| pos[axis] + (least[axis] + greatest[axis]) / 2.0)
    };
    placed
        .iter()
        .zip(&assemblies)
        .map(|(placed, assembly)| match &*assembly.members {
            [] => vec![middle([assembly.least, assembly.greatest], placed.pos)],
            members => members.iter().map(|one| middle(one.bounds, placed.pos)).collect(),
        })
        .collect()
}

/// With how much its drives push or turn where nobody says, N or N·m; nothing where it has none.
pub fn usual_strength(thing: &Thing) -> Option<f64> {
    let mut alone = thing.clone();
    alone.strength = None;
    (alone.count, alone.arrangement) = (None, None);
    if matches!(alone.actuator, None | Some(super::spec::Actuator::None)) {
        alone.actuator = Some(super::spec::Actuator::Motor);
    }
    let spec = SceneSpec { things: vec![alone], ..SceneSpec::default() };
    let palette = Palette::of(&spec);
    let assembly = assemble(&spec, &spec.things[0], &palette, 0, None);
    assembly.actuators.first().and_then(Element::strength)
}

/// Vessels of no given size are as large as what they hold needs.
fn roomy(mut spec: SceneSpec) -> SceneSpec {
    for at in 0..spec.things.len() {
        let held = &spec.things[at];
        let gripped = held.size.is_none()
            && held.kind.class() == Class::Solid
            && spec.relations.iter().any(|r| {
                r.subject == held.id
                    && r.place == Place::AttachedTo
                    && spec.thing(&r.reference).is_some_and(|base| base.kind == Kind::Gripper)
            });
        if gripped {
            let size = held.kind.extents().map(|extent| Some(0.4 * extent));
            spec.things[at].size = Some(super::spec::Size { x: size[0], y: size[1], z: size[2] });
        }
        // By itself a gripper is as far open as what it holds is wide.
        let hand = &spec.things[at];
        let alone = hand.kind == Kind::Gripper
            && hand.size.is_none()
            && !spec.relations.iter().any(|r| r.subject == hand.id && r.place == Place::AttachedTo);
        let grip = spec
            .relations
            .iter()
            .find(|r| alone && r.reference == hand.id && r.place == Place::AttachedTo)
            .and_then(|r| spec.thing(&r.subject))
            .map(|held| {
                let scale = if held.size.is_none() { 0.4 } else { 1.0 };
                scale * solid::extents(held)[0]
            });
        if let Some(wide) = grip {
            spec.things[at].size.get_or_insert_default().x = Some(wide + 0.07);
        }
        // What hangs from a chain does not reach the floor.
        let hung = spec
            .relations
            .iter()
            .find(|r| r.reference == spec.things[at].id && r.place == Place::AttachedTo)
            .filter(|_| spec.things[at].kind == Kind::Chain)
            .and_then(|r| spec.thing(&r.subject))
            .map(|load| solid::extents(load)[2]);
        if let Some(high) = hung {
            spec.things[at].size.get_or_insert_default().z = Some(high);
        }
        // A pendulum that is to hit something hangs as high as that stands, and swings from afar.
        let struck = spec
            .relations
            .iter()
            .find(|r| r.subject == spec.things[at].id && r.place == Place::Striking)
            .filter(|_| spec.things[at].kind == Kind::Pendulum)
            .and_then(|r| spec.thing(&r.reference))
            .map(|target| {
                let piled =
                    target.arrangement.as_ref().is_some_and(|a| a.pattern == Pattern::Stack);
                let high = solid::extents(target)[2];
                if piled { high * f64::from(target.count.unwrap_or(1)) } else { high }
            });
        if let Some(high) = struck {
            let pendulum = &mut spec.things[at];
            pendulum.angle.get_or_insert(70.0);
            pendulum.mass.get_or_insert(5.0);
            pendulum.size.get_or_insert_default().z = Some((0.7 * high).max(0.05));
        }
        // One ring or fence around something is as wide as it needs to be.
        let held = &spec.things[at];
        let encloses = held.size.is_none()
            && held.count.is_none()
            && matches!(held.kind, Kind::Pen | Kind::Torus);
        let enclosed = spec
            .relations
            .iter()
            .find(|r| encloses && r.subject == held.id && r.place == Place::Around)
            .and_then(|r| spec.thing(&r.reference));
        if let Some(enclosed) = enclosed {
            let [x, y, _] = solid::extents(enclosed);
            let size = match held.kind {
                Kind::Torus => [Some(x.hypot(y) * 1.5 + 0.05), None, None],
                _ => [Some(x + 1.0), Some(y + 1.0), Some(0.6)],
            };
            let [x, y, z] = size;
            spec.things[at].size = Some(super::spec::Size { x, y, z });
        }
        // A wall is as high as what leans against it at an angle needs.
        let leaner = spec
            .relations
            .iter()
            .find(|r| r.reference == spec.things[at].id && r.place == Place::Leaning)
            .filter(|_| spec.things[at].kind == Kind::Wall)
            .and_then(|r| spec.thing(&r.subject));
        if let Some((leaner, angle)) = leaner.and_then(|own| Some((own, own.tilt?))) {
            let long = solid::extents(leaner).into_iter().fold(0.0, f64::max);
            let high = long * angle.to_radians().sin() + 0.1;
            let wall = &mut spec.things[at];
            if wall.size.is_none_or(|size| size.z.is_none()) && high > solid::extents(wall)[2] {
                wall.size.get_or_insert_default().z = Some(high);
            }
        }
        let vessel = &spec.things[at];
        if vessel.kind.class() != Class::Vessel || vessel.size.is_some() {
            continue;
        }
        let holds = spec
            .relations
            .iter()
            .filter(|r| r.place == Place::Inside && r.reference == vessel.id)
            .filter_map(|r| spec.thing(&r.subject));
        let (mut count, mut wide, mut highest) = (0, 0.0_f64, 0.0_f64);
        for thing in holds {
            let [x, y, z] = solid::extents(thing);
            let lies = thing.lying == Some(true);
            let (across, high) = if lies { (x.max(z), x.min(z)) } else { (x.max(y), z) };
            let own = thing.count.unwrap_or(1);
            // In two layers at most, with room to spare, side by side.
            let side = f64::from(own.div_ceil(2)).sqrt().ceil();
            wide += side * across * 1.25 + if count > 0 { 0.04 } else { 0.0 };
            (count, highest) = (count + own, highest.max(high));
        }
        let round = vessel.kind != Kind::Container;
        let needed = wide / if round { 0.58 } else { 0.85 };
        let [x, y, z] = solid::extents(vessel);
        if count > 0 && needed > y {
            let size = if round {
                super::spec::Size {
                    x: Some(needed),
                    y: None,
                    z: Some((z * needed / x).max(highest)),
                }
            } else {
                super::spec::Size {
                    x: Some(needed.max(x)),
                    y: Some(needed),
                    z: Some(z.max(highest * 1.2)),
                }
            };
            spec.things[at].size = Some(size);
        }
    }
    spec
}

/// "Between" in terms of other relations.
fn plainer(spec: &SceneSpec) -> Cow<'_, SceneSpec> {
    if !spec.relations.iter().any(|relation| relation.place == Place::Between) {
        return Cow::Borrowed(spec);
    }
    let mut spec = spec.clone();
    for at in 0..spec.relations.len() {
        let relation = spec.relations[at].clone();
        let (Place::Between, Some(other)) = (relation.place, &relation.other) else {
            if relation.place == Place::Between {
                open(&mut spec, &relation);
            }
            continue;
        };
        let support = |id: &str| {
            spec.relations
                .iter()
                .find(|r| r.subject == id && matches!(r.place, Place::On | Place::Inside))
                .cloned()
        };
        match (support(&relation.reference), support(other)) {
            (Some(a), Some(b)) if a.reference == b.reference && a.place == b.place => {
                spec.relations[at] =
                    Relation { subject: relation.subject.clone(), other: None, gap: None, ..a };
                let position = |spec: &SceneSpec, id: &str| {
                    spec.things.iter().position(|thing| thing.id == id)
                };
                if let Some(from) = position(&spec, &relation.subject) {
                    let thing = spec.things.remove(from);
                    let ends = [position(&spec, &relation.reference), position(&spec, other)];
                    let to = ends.into_iter().flatten().max().unwrap_or(0);
                    spec.things.insert(to, thing);
                }
            }
            (None, None) => {
                let free = |id: &str| !spec.relations.iter().any(|r| r.subject == id);
                // One end is placed by the other: the middle one comes between.
                let ends = [&relation.reference, other];
                let tied = spec.relations.iter().position(|r| {
                    ends.contains(&&r.subject)
                        && ends.contains(&&r.reference)
                        && matches!(
                            r.place,
                            Place::LeftOf
                                | Place::RightOf
                                | Place::InFrontOf
                                | Place::Behind
                                | Place::Beside
                        )
                });
                if let Some(tied) = tied {
                    let tie = spec.relations[tied].clone();
                    spec.relations[tied].reference.clone_from(&relation.subject);
                    spec.relations[at] = Relation { subject: relation.subject.clone(), ..tie };
                } else if free(other) {
                    let second = Relation {
                        subject: other.clone(),
                        place: Place::RightOf,
                        reference: relation.subject.clone(),
                        member: None,
                        other: None,
                        gap: relation.gap,
                    };
                    // Neither is in between any more: its ends are held there.
                    let held = spec.thing(&relation.subject).and_then(|thing| strung(&spec, thing));
                    spec.relations[at] =
                        Relation { place: Place::RightOf, other: None, ..relation.clone() };
                    spec.relations.push(second);
                    if held.is_some() {
                        for one in &mut spec.relations {
                            if one.subject == relation.subject || one.reference == relation.subject
                            {
                                one.gap = Some(0.0);
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }
    Cow::Owned(spec)
}

/// Makes room within a group of two for what should be between them.
fn open(spec: &mut SceneSpec, relation: &Relation) {
    let Some(subject) = spec.thing(&relation.subject).cloned() else { return };
    let width = strung(spec, &subject).map_or(solid::extents(&subject)[0] + 0.2, |[span, _]| span);
    if let Some(reference) = spec.things.iter_mut().find(|thing| thing.id == relation.reference) {
        let arrangement = reference.arrangement.get_or_insert(Arrangement::new(Pattern::Row));
        if arrangement.gap.is_none() && arrangement.pitch.is_none() {
            arrangement.gap = Some(width);
        }
    }
}

/// One of a thing, by itself, turned as it should stand.
fn member(
    thing: &Thing,
    name: &str,
    index: usize,
    spot: &pattern::Spot,
    palette: &Palette,
    turn: usize,
    held: Option<Held>,
) -> Assembly {
    let mut one = straight(thing, name, index, spot, palette, turn, held);
    one.turn(thing.heading.unwrap_or(0.0));
    one
}

/// One of a thing before it is turned.
fn straight(
    thing: &Thing,
    name: &str,
    index: usize,
    spot: &pattern::Spot,
    palette: &Palette,
    turn: usize,
    held: Option<Held>,
) -> Assembly {
    let scaled;
    let thing = if spot.width == 1.0 {
        thing
    } else {
        let [x, y, z] = solid::extents(thing);
        scaled = Thing {
            size: Some(super::spec::Size { x: Some(x * spot.width), y: Some(y), z: Some(z) }),
            ..thing.clone()
        };
        &scaled
    };
    match thing.kind.class() {
        Class::Mechanism => {
            let own = coloured(thing, index);
            return mechanism::mechanism(&own, name, palette, turn, held);
        }
        Class::Furniture => {
            return assembly::furniture(&coloured(thing, index), name, palette, turn);
        }
        Class::Solid | Class::Vessel => {}
    }
    let looks = palette.looks(thing, index, turn);
    let mut shape = solid::solid(thing, spot.scale, &looks);
    if let Some(mass) = thing.mass {
        let share = mass / shape.geoms.len() as f64;
        shape.geoms.iter_mut().for_each(|geom| geom.put("mass", numbers(&[share])));
    }
    if matches!(held, Some(Held::Across)) {
        shape.half.swap(0, 1);
        shape.geoms.iter_mut().for_each(|geom| geom.put("euler", "90 0 0"));
    }
    let [hx, _, hz] = shape.half;
    let lean = place::lean(thing);
    let (sin, cos) = lean.to_radians().sin_cos();
    let [wide, high] = match thing.kind {
        Kind::Sphere => [hx, hz],
        _ => [hx * cos.abs() + hz * sin.abs(), hx * sin.abs() + hz * cos.abs()],
    };
    let mut assembly = Assembly::of_extents([2.0 * wide, 2.0 * shape.half[1], 2.0 * high]);
    let fixed = thing.fixed == Some(true);
    let mut content = if fixed { Vec::new() } else { vec![Element::new("freejoint")] };
    content.extend(shape.geoms);
    assembly.meshes = shape.meshes;
    assembly.top = Some(Top { pos: [0.0, 0.0, 2.0 * high], half: [hx, shape.half[1]] });
    assembly.inside = shape.inside.map(|(height, half)| Top { pos: [0.0, 0.0, height], half });
    let velocity = |v: Option<Xyz>| v.map_or([0.0; 3], |v| [v.x, v.y, v.z]);
    let moving = thing.velocity.is_some() || thing.spin.is_some();
    if moving && !fixed {
        let (linear, spin) = (velocity(thing.velocity), velocity(thing.spin));
        let rolls = rolling(thing, linear, hz * 2.0);
        let angular = std::array::from_fn(|axis| spin[axis] + rolls[axis]);
        assembly.velocities.push((name.to_owned(), linear, angular));
    }
    let rests = !moving
        && thing.height.is_none_or(|height| height == 0.0)
        && lean == 0.0
        && !matches!(thing.kind, Kind::Torus | Kind::Wheel | Kind::Ellipsoid);
    assembly.bodies.push(Body {
        name: name.to_owned(),
        pos: [0.0, 0.0, high],
        euler: [0.0, lean, 0.0],
        content,
        rests,
    });
    assembly
}

/// The angular velocity of what rolls without slipping, rad/s.
fn rolling(thing: &Thing, [x, y, _]: [f64; 3], across: f64) -> [f64; 3] {
    let lies = thing.lying == Some(true);
    let round = match thing.kind {
        Kind::Sphere => true,
        Kind::Cylinder | Kind::Capsule => lies,
        Kind::Wheel => !lies,
        _ => false,
    };
    if thing.rolling != Some(true) || !round {
        return [0.0; 3];
    }
    let radius = across / 2.0;
    [-y / radius, x / radius, 0.0]
}

/// What holds a thing that does not stand by itself, or as it lies.
#[derive(Clone, Copy, Debug)]
pub(super) enum Held {
    /// Two things, so far apart and so high, m.
    Between([f64; 2]),
    /// The tip of an arm.
    Tip,
    /// A beam that others hang from, too, so high, m.
    Beam(f64),
    /// Nothing: it lies across the way that it rolls.
    Across,
}

impl Held {
    fn of(spec: &SceneSpec, thing: &Thing) -> Option<Self> {
        let tip = thing.kind == Kind::Gripper
            && spec.relations.iter().any(|r| r.subject == thing.id && r.place == Place::AttachedTo);
        if tip {
            Some(Self::Tip)
        } else if let Some(beam) = beam_of(spec, thing) {
            Some(Self::Beam(solid::extents(beam)[2]))
        } else if rolls(spec, thing) {
            Some(Self::Across)
        } else {
            strung(spec, thing).map(Self::Between)
        }
    }
}

/// The beam that a mechanism hangs from.
fn beam_of<'s>(spec: &'s SceneSpec, thing: &Thing) -> Option<&'s Thing> {
    let hung = |r: &&Relation| r.subject == thing.id && r.place == Place::AttachedTo;
    let beam = spec.relations.iter().find(hung).and_then(|r| spec.thing(&r.reference))?;
    (beam.kind == Kind::Gantry && thing.kind.class() == Class::Mechanism).then_some(beam)
}

/// A beam is as high and as long as what hangs from it needs.
fn hoist(spec: &SceneSpec) -> Cow<'_, SceneSpec> {
    if !spec.things.iter().any(|thing| thing.kind == Kind::Gantry) {
        return Cow::Borrowed(spec);
    }
    let mut spec = spec.clone();
    for at in 0..spec.things.len() {
        let beam = &spec.things[at];
        if beam.kind != Kind::Gantry {
            continue;
        }
        let hung: Vec<&Thing> = spec
            .things
            .iter()
            .filter(|thing| beam_of(&spec, thing).is_some_and(|own| own.id == beam.id))
            .collect();
        let palette = Palette::of(&spec);
        let (mut high, mut long) = (0.0_f64, 0.1);
        for thing in &hung {
            // By itself it stands as high as it needs.
            let alone = mechanism::mechanism(thing, &thing.id, &palette, 0, None);
            high = high.max(alone.greatest[2]);
            let on_beam =
                mechanism::mechanism(thing, &thing.id, &palette, 0, Some(Held::Beam(1.0)));
            long += on_beam.footprint()[0] + place::HUNG_GAP;
        }
        if hung.is_empty() {
            continue;
        }
        let size = spec.things[at].size.get_or_insert_default();
        size.z = Some(size.z.unwrap_or(high));
        size.x = Some(size.x.unwrap_or(long).max(long));
    }
    Cow::Owned(spec)
}

/// Whether a roller that lies goes down a slope, or to one side.
fn rolls(spec: &SceneSpec, thing: &Thing) -> bool {
    let slope = |r: &&Relation| {
        r.subject == thing.id
            && matches!(r.place, Place::On | Place::AtTop)
            && spec.thing(&r.reference).is_some_and(|base| {
                matches!(base.kind, Kind::Ramp | Kind::CurvedRamp | Kind::HalfPipe)
            })
    };
    thing.lying == Some(true)
        && matches!(thing.kind, Kind::Cylinder | Kind::Capsule)
        && (spec.relations.iter().any(|r| slope(&r))
            || thing.velocity.is_some_and(|v| v.x.abs() > v.y.abs()))
}

/// Of a chain or bridge between two things: how far apart they stand, and how high it begins, m.
fn strung(spec: &SceneSpec, thing: &Thing) -> Option<[f64; 2]> {
    if !matches!(thing.kind, Kind::Chain | Kind::Bridge) {
        return None;
    }
    let between = |r: &&Relation| r.subject == thing.id && r.place == Place::Between;
    let relation = spec.relations.iter().find(between)?;
    let first = spec.thing(&relation.reference)?;
    let second = relation.other.as_ref().and_then(|id| spec.thing(id)).unwrap_or(first);
    let [x, _, height] = solid::extents(first);
    let height = height.min(solid::extents(second)[2]);
    let height = if thing.kind == Kind::Chain { 0.95 * height } else { height };
    let arrangement = first.arrangement.as_ref().filter(|_| relation.other.is_none());
    let given = arrangement.and_then(|a| a.gap.or(a.pitch.map(|pitch| pitch - x)));
    let own = match thing.kind {
        Kind::Chain => {
            let length = thing.length.unwrap_or(0.13);
            (0.8 * length * f64::from(thing.parts.unwrap_or(10))).min(2.2 * height)
        }
        _ => solid::extents(thing)[0],
    };
    Some([given.or(relation.gap).unwrap_or(own).max(0.1), height])
}

/// Seats in a ring face its middle.
fn facing(thing: &Thing, spot: pattern::Spot) -> pattern::Spot {
    let ring = thing.arrangement.as_ref().is_some_and(|a| a.pattern == Pattern::Ring);
    if !ring || spot.yaw != 0.0 || !matches!(thing.kind, Kind::Chair | Kind::Sofa) {
        return spot;
    }
    let [x, y, _] = spot.pos;
    pattern::Spot { yaw: y.atan2(x).to_degrees() - 90.0, ..spot }
}

/// All of a thing: one, or several in their pattern.
fn assemble(
    spec: &SceneSpec,
    thing: &Thing,
    palette: &Palette,
    turn: usize,
    held: Option<Held>,
) -> Assembly {
    let own = thing.arrangement.as_ref().and_then(|a| a.radius);
    let around = spec
        .relations
        .iter()
        .find(|r| r.subject == thing.id && r.place == Place::Around && own.is_none())
        .filter(|_| thing.count.is_some() || !matches!(thing.kind, Kind::Pen | Kind::Torus))
        .and_then(|r| spec.thing(&r.reference))
        .map(|reference| {
            if reference.kind == Kind::Arm {
                // About its foot, out of its way as it stands.
                let arm = mechanism::mechanism(reference, &reference.id, palette, 0, None);
                let far = (0..2).map(|axis| arm.greatest[axis].max(-arm.least[axis]));
                return [far.fold(0.0, f64::max); 2];
            }
            let [x, y, _] = solid::extents(reference);
            let round = !matches!(
                reference.kind.class(),
                Class::Furniture | Class::Vessel | Class::Mechanism
            ) && reference.kind != Kind::Box
                || matches!(reference.kind, Kind::RoundTable | Kind::Post | Kind::Cup | Kind::Bowl);
            // A circle about what is not long.
            let far = if round { x.max(y) / 2.0 } else { x.hypot(y) / 2.0 };
            if x.max(y) > 2.0 * x.min(y) { [x / 2.0 + 0.1, y / 2.0 + 0.1] } else { [far; 2] }
        });
    let ringed = spec.relations.iter().any(|r| r.subject == thing.id && r.place == Place::Around);
    let grouped = thing.count.is_some_and(|count| count > 1)
        || thing.arrangement.is_some()
        || around.is_some();
    let single = pattern::Spot { pos: [0.0; 3], yaw: 0.0, scale: 1.0, width: 1.0 };
    if !grouped || thing.kind == Kind::Dominoes {
        return member(thing, &thing.id, 0, &single, palette, turn, held);
    }
    let usual = if around.is_some() { Pattern::Ring } else { Pattern::Row };
    let mut arrangement = thing.arrangement.clone().unwrap_or(Arrangement::new(usual));
    if around.is_some() || ringed && own.is_some() {
        arrangement.pattern = Pattern::Ring;
    }
    let mut count = thing.count;
    let balls = arrangement.pattern == Pattern::Pyramid && thing.kind == Kind::Sphere;
    if arrangement.pattern == Pattern::Pyramid
        && !balls
        && arrangement.layers.is_none()
        && let Some(count) = count
        && pattern::layers_of(count, |n| n * n).is_none()
    {
        arrangement.pattern = Pattern::Triangle;
    }
    if count.is_none()
        && matches!(
            arrangement.pattern,
            Pattern::Row | Pattern::Column | Pattern::Stack | Pattern::Ring | Pattern::Scatter
        )
    {
        count = Some(1);
    }
    let held = held.filter(|held| matches!(held, Held::Across));
    let sample = member(thing, &thing.id, 0, &single, palette, turn, held);
    let mut extents: [f64; 3] =
        std::array::from_fn(|axis| sample.greatest[axis] - sample.least[axis]);
    // What stands behind or beside each of them needs room, too.
    for relation in spec.relations.iter().filter(|r| r.reference == thing.id && r.member == Some(1))
    {
        let axis = match relation.place {
            Place::Behind | Place::InFrontOf => 1,
            Place::LeftOf | Place::RightOf | Place::Beside => 0,
            _ => continue,
        };
        let more = spec.thing(&relation.subject).map_or(0.0, |own| solid::extents(own)[axis]);
        extents[axis] += more + relation.gap.unwrap_or(0.1) + 0.15;
    }
    if thing.arrangement.is_none()
        && let Some(count) = count
    {
        fit(spec, thing, &mut arrangement, count, extents, palette);
    }
    let on = spec
        .relations
        .iter()
        .find(|r| r.subject == thing.id && matches!(r.place, Place::On | Place::Inside))
        .filter(|_| arrangement.pattern == Pattern::Corners && arrangement.radius.is_none())
        .and_then(|r| spec.thing(&r.reference).map(|base| (r.place, base)));
    let corner = on.and_then(|(place, base)| {
        let base = member(base, &base.id, 0, &single, palette, 0, None);
        let surface = if place == Place::Inside { base.inside } else { base.top }?;
        let edge = |axis: usize| surface.half[axis] - extents[axis] / 2.0 - 0.02;
        Some([edge(0).max(extents[0] * 0.55), edge(1).max(extents[1] * 0.55)])
    });
    let spots = if let Some([x, y]) = corner {
        [[-x, -y], [x, -y], [-x, y], [x, y]]
            .map(|[x, y]| pattern::Spot { pos: [x, y, 0.0], ..single })
            .to_vec()
    } else if balls {
        pattern::cannonballs(&arrangement, count, extents[0])
    } else {
        pattern::spots(&arrangement, count, extents, around)
    };
    let spots: Vec<pattern::Spot> = spots.into_iter().map(|spot| facing(thing, spot)).collect();
    let mut group =
        Assembly { least: [f64::MAX; 3], greatest: [f64::MIN; 3], ..Assembly::default() };
    let several = spots.len() > 1;
    let mut highest = f64::MIN;
    for (index, spot) in spots.iter().take(MAX_BODIES + 1).enumerate() {
        let name = if several { format!("{}_{}", thing.id, index + 1) } else { thing.id.clone() };
        let mut one = member(thing, &name, index, spot, palette, turn, held);
        let middle =
            [(one.least[0] + one.greatest[0]) / 2.0, (one.least[1] + one.greatest[1]) / 2.0];
        let shift = if thing.kind.class() == Class::Mechanism {
            [spot.pos[0] - middle[0], spot.pos[1] - middle[1], spot.pos[2]]
        } else {
            spot.pos
        };
        for body in &mut one.bodies {
            let (sin, cos) = spot.yaw.to_radians().sin_cos();
            let [x, y, z] = body.pos;
            body.pos = [shift[0] + cos * x - sin * y, shift[1] + sin * x + cos * y, shift[2] + z];
            body.euler[2] += spot.yaw;
        }
        let turned = if spot.yaw == 0.0 { 1.0 } else { std::f64::consts::SQRT_2 };
        for (axis, shift) in shift.into_iter().enumerate() {
            let spread = if axis == 2 { 1.0 } else { turned };
            group.least[axis] = group.least[axis].min(shift + one.least[axis] * spread);
            group.greatest[axis] = group.greatest[axis].max(shift + one.greatest[axis] * spread);
        }
        let moved =
            |pos: [f64; 3]| -> [f64; 3] { std::array::from_fn(|axis| shift[axis] + pos[axis]) };
        let berth = |top: Option<Top>| top.map(|top| Top { pos: moved(top.pos), ..top });
        group.members.push(Berth {
            bounds: [moved(one.least), moved(one.greatest)],
            top: berth(one.top),
            inside: berth(one.inside),
            slope: one.slope.map(|slope| Slope {
                upper: moved(slope.upper),
                lower: moved(slope.lower),
                ..slope
            }),
        });
        highest = highest.max(shift[2] + one.top.map_or(0.0, |top| top.pos[2]));
        if arrangement.pattern == Pattern::Stack || group.top.is_none() {
            group.top = berth(one.top);
        }
        if index == 0 {
            group.inside = berth(one.inside);
            group.slope = one.slope;
            group.hook = one.hook.clone();
        }
        group.bodies.append(&mut one.bodies);
        group.meshes.append(&mut one.meshes);
        group.actuators.append(&mut one.actuators);
        group.tendons.append(&mut one.tendons);
        group.equalities.append(&mut one.equalities);
        group.excludes.append(&mut one.excludes);
        group.velocities.append(&mut one.velocities);
    }
    if spots.is_empty() {
        return sample;
    }
    if arrangement.pattern != Pattern::Stack
        && let Some(top) = &mut group.top
    {
        // A board can lie across them.
        top.pos = [
            (group.least[0] + group.greatest[0]) / 2.0,
            (group.least[1] + group.greatest[1]) / 2.0,
            highest,
        ];
        top.half = [
            (group.greatest[0] - group.least[0]) / 2.0,
            (group.greatest[1] - group.least[1]) / 2.0,
        ];
    }
    group
}

/// A row that is too long for what it stands on or in becomes rows, and layers where it is held.
fn fit(
    spec: &SceneSpec,
    thing: &Thing,
    arrangement: &mut Arrangement,
    count: u32,
    [x, y, _]: [f64; 3],
    palette: &Palette,
) {
    let Some(relation) = spec.relations.iter().find(|r| {
        r.subject == thing.id && matches!(r.place, Place::On | Place::Inside | Place::Above)
    }) else {
        return;
    };
    let Some(base) = spec.thing(&relation.reference) else { return };
    let single = pattern::Spot { pos: [0.0; 3], yaw: 0.0, scale: 1.0, width: 1.0 };
    let reference = member(base, &base.id, 0, &single, palette, 0, None);
    let inside = relation.place == Place::Inside;
    let over = reference.inside.filter(|_| relation.place == Place::Above);
    let surface = if inside { reference.inside } else { over.or(reference.top) };
    let Some(surface) = surface else { return };
    // Others that are in it need their share.
    let with = |r: &&Relation| r.reference == base.id && r.place == Place::Inside;
    let shares = if inside { spec.relations.iter().filter(with).count().max(1) } else { 1 };
    let width = 2.0 * surface.half[0] / shares as f64 - 0.04 * (shares - 1) as f64;
    let depth = 2.0 * surface.half[1];
    let gap = (0.08 * x).min(0.03);
    let most = |room: f64, extent: f64| ((room + gap) / (extent + gap)).floor().max(1.0) as u32;
    let usual = (0.25 * x).clamp(0.01, 0.2);
    if !inside && f64::from(count) * (x + usual) - usual <= width {
        return;
    }
    let columns = most(width, x).min(count);
    let rows = most(depth, y).min(count.div_ceil(columns));
    arrangement.pattern = Pattern::Grid;
    arrangement.gap = Some(gap);
    (arrangement.columns, arrangement.rows, arrangement.layers) =
        (Some(columns), Some(rows), Some(count.div_ceil(columns * rows)));
}
