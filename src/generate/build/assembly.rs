//! What a thing is built of, before it has a place: bodies around an origin on the floor.

use super::super::spec::{Actuator, Kind, Thing};
use super::{
    element::Element,
    fixture::fixture,
    looks::{Looks, Palette},
    solid,
};

/// A body at the top of the tree, placed in its assembly.
#[derive(Clone, Debug)]
pub struct Body {
    /// Its name.
    pub name: String,
    /// Where its origin is, m.
    pub pos: [f64; 3],
    /// How it is turned, degrees about x, y, z.
    pub euler: [f64; 3],
    /// What is in it: joints, geoms, bodies.
    pub content: Vec<Element>,
    /// Whether it is expected to be at rest from the start.
    pub rests: bool,
}

/// A surface to stand on.
#[derive(Clone, Copy, Debug)]
pub struct Top {
    /// Its middle, m.
    pub pos: [f64; 3],
    /// Half its width and depth, m.
    pub half: [f64; 2],
}

/// A slope to stand on, falling to the right.
#[derive(Clone, Copy, Debug)]
pub struct Slope {
    /// Its upper end, m.
    pub upper: [f64; 3],
    /// Its lower end, m.
    pub lower: [f64; 3],
    /// Degrees.
    pub angle: f64,
}

/// One member of a group, as others refer to it.
#[derive(Clone, Copy, Debug)]
pub struct Berth {
    /// Least and greatest x, y, z around the origin of the group, m.
    pub bounds: [[f64; 3]; 2],
    /// Where others can stand.
    pub top: Option<Top>,
    /// Where others can lie inside.
    pub inside: Option<Top>,
    /// Where others can stand on a slope.
    pub slope: Option<Slope>,
}

/// A thing that is built, but has no place yet.
#[derive(Clone, Debug, Default)]
pub struct Assembly {
    /// Its bodies.
    pub bodies: Vec<Body>,
    /// Least and greatest x, y, z around the origin, m; z begins at 0.
    pub least: [f64; 3],
    /// See `least`.
    pub greatest: [f64; 3],
    /// Where others can stand.
    pub top: Option<Top>,
    /// What can be referred to of each member of a group.
    pub members: Vec<Berth>,
    /// Where others can lie inside.
    pub inside: Option<Top>,
    /// Where others can stand on a slope.
    pub slope: Option<Slope>,
    /// A frame at which others can hang: the path of bodies' names is the last one, and the
    /// place in it, m.
    pub hook: Option<(String, [f64; 3])>,
    /// Half the width and depth of what it stands on the ground with, where that is far less than
    /// what it reaches, m.
    pub foot: Option<[f64; 2]>,
    /// Meshes.
    pub meshes: Vec<Element>,
    /// Actuators.
    pub actuators: Vec<Element>,
    /// Tendons.
    pub tendons: Vec<Element>,
    /// Constraints.
    pub equalities: Vec<Element>,
    /// Pairs that do not collide.
    pub excludes: Vec<Element>,
    /// Where what it strikes should stand: x, m.
    pub strikes_at: Option<f64>,
    /// Initial velocities of free bodies: name, linear, angular.
    pub velocities: Vec<(String, [f64; 3], [f64; 3])>,
}

impl Assembly {
    /// With these extents around the origin, upon the floor.
    pub fn of_extents([x, y, z]: [f64; 3]) -> Self {
        Self {
            least: [-x / 2.0, -y / 2.0, 0.0],
            greatest: [x / 2.0, y / 2.0, z],
            ..Self::default()
        }
    }

    /// Width and depth.
    pub fn footprint(&self) -> [f64; 2] {
        [self.greatest[0] - self.least[0], self.greatest[1] - self.least[1]]
    }

    /// Turns it about the vertical through its origin, by degrees.
    pub fn turn(&mut self, degrees: f64) {
        if degrees == 0.0 {
            return;
        }
        let (sin, cos) = degrees.to_radians().sin_cos();
        let about = |[x, y, z]: [f64; 3]| [cos * x - sin * y, sin * x + cos * y, z];
        for body in &mut self.bodies {
            body.pos = about(body.pos);
            body.euler[2] += degrees;
        }
        // Angular ones are as the body sees them.
        for (_, _, [x, y, _]) in &mut self.velocities {
            (*x, *y) = (cos * *x + sin * *y, cos * *y - sin * *x);
        }
        let bounds = |[least, greatest]: [[f64; 3]; 2]| {
            let corners = [[0, 0], [0, 1], [1, 0], [1, 1]].map(|[x, y]: [usize; 2]| {
                about([[least, greatest][x][0], [least, greatest][y][1], 0.0])
            });
            let ends = |axis: usize| {
                let all = corners.iter().map(|corner| corner[axis]);
                (all.clone().fold(f64::MAX, f64::min), all.fold(f64::MIN, f64::max))
            };
            let ((left, right), (front, back)) = (ends(0), ends(1));
            [[left, front, least[2]], [right, back, greatest[2]]]
        };
        // Of what is turned askew, only a square in its middle is sure to bear.
        let surface = |Top { pos, half: [x, y] }: Top| {
            let half = match (sin.abs() < 1e-9, cos.abs() < 1e-9) {
                (true, _) => [x, y],
                (_, true) => [y, x],
                _ => [x.min(y) / (sin.abs() + cos.abs()); 2],
            };
            Top { pos: about(pos), half }
        };
        [self.least, self.greatest] = bounds([self.least, self.greatest]);
        self.top = self.top.map(surface);
        self.inside = self.inside.map(surface);
        for member in &mut self.members {
            member.bounds = bounds(member.bounds);
            member.top = member.top.map(surface);
            member.inside = member.inside.map(surface);
        }
    }

    /// A body that stays.
    pub fn fixed(&mut self, name: impl Into<String>, content: Vec<Element>) {
        self.bodies.push(Body {
            name: name.into(),
            pos: [0.0; 3],
            euler: [0.0; 3],
            content,
            rests: false,
        });
    }
}

/// A box geom between two corners.
pub fn block(looks: &Looks<'_>, from: [f64; 3], to: [f64; 3]) -> Element {
    let half: Vec<f64> = (0..3).map(|axis| (to[axis] - from[axis]).abs() / 2.0).collect();
    let pos: Vec<f64> = (0..3).map(|axis| (to[axis] + from[axis]) / 2.0).collect();
    looks.dress(Element::new("geom").set("type", "box").numbers("size", &half).numbers("pos", &pos))
}

/// A capsule between two points.
pub fn rod(looks: &Looks<'_>, radius: f64, from: [f64; 3], to: [f64; 3]) -> Element {
    let ends = [from, to].concat();
    looks.dress(
        Element::new("geom")
            .set("type", "capsule")
            .numbers("size", &[radius])
            .numbers("fromto", &ends),
    )
}

/// A geom that is looked at only.
pub fn ghost(geom: Element) -> Element {
    geom.set("contype", "0").set("conaffinity", "0").set("mass", "0")
}

/// So many legs about the middle of a top.
fn legs_around(
    count: u32,
    [hx, hy]: [f64; 2],
    thick: f64,
    height: f64,
    looks: &Looks<'_>,
    geoms: &mut Vec<Element>,
) {
    for n in 0..count {
        let angle = std::f64::consts::TAU * (f64::from(n) + 0.25) / f64::from(count);
        let (cx, cy) = ((hx - thick) * angle.cos(), (hy - thick) * angle.sin());
        geoms.push(block(
            looks,
            [cx - thick / 2.0, cy - thick / 2.0, 0.0],
            [cx + thick / 2.0, cy + thick / 2.0, height],
        ));
    }
}

/// A furniture: fixed, or free where the plan says so.
pub fn furniture(thing: &Thing, name: &str, palette: &Palette, turn: usize) -> Assembly {
    if let Some(fixture) = fixture(thing, name, palette, turn) {
        return fixture;
    }
    let looks = palette.looks(thing, 0, turn);
    let [x, y, mut z] = solid::extents(thing);
    let (hx, hy) = (x / 2.0, y / 2.0);
    let mut assembly = Assembly::default();
    let mut geoms = Vec::new();
    let mut top = Some(Top { pos: [0.0, 0.0, z], half: [hx, hy] });
    let legs = |thickness: f64, height: f64, geoms: &mut Vec<Element>| {
        let t = thickness;
        for (sx, sy) in [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)] {
            let (cx, cy) = (sx * (hx - t), sy * (hy - t));
            geoms.push(block(
                &looks,
                [cx - t / 2.0, cy - t / 2.0, 0.0],
                [cx + t / 2.0, cy + t / 2.0, height],
            ));
        }
    };
    let board = (z * 0.06).clamp(0.01, 0.05);
    match thing.kind {
        Kind::Table | Kind::Stool | Kind::Bench => {
            geoms.push(block(&looks, [-hx, -hy, z - board], [hx, hy, z]));
            let thick = (0.08 * hx.min(hy) * 2.0).clamp(0.01, 0.07);
            match thing.parts {
                Some(count) => legs_around(count, [hx, hy], thick, z - board, &looks, &mut geoms),
                None => legs(thick, z - board, &mut geoms),
            }
        }
        Kind::RoundTable => {
            let disc = Element::new("geom")
                .set("type", "cylinder")
                .numbers("size", &[hx, board / 2.0])
                .numbers("pos", &[0.0, 0.0, z - board / 2.0]);
            geoms.push(looks.dress(disc));
            top = Some(Top { pos: [0.0, 0.0, z], half: [hx * 0.7, hx * 0.7] });
            if let Some(count) = thing.parts {
                legs_around(count, [0.9 * hx; 2], 0.05, z - board, &looks, &mut geoms);
            } else {
                let stem = Element::new("geom")
                    .set("type", "cylinder")
                    .numbers("size", &[0.05, (z - board) / 2.0])
                    .numbers("pos", &[0.0, 0.0, (z - board) / 2.0]);
                geoms.push(looks.dress(stem));
                let foot = Element::new("geom")
                    .set("type", "cylinder")
                    .numbers("size", &[hx * 0.5, 0.015])
                    .numbers("pos", &[0.0, 0.0, 0.015]);
                geoms.push(looks.dress(foot));
            }
        }
        Kind::Chair => {
            let seat = z / 2.0;
            geoms.push(block(&looks, [-hx, -hy, seat - board], [hx, hy, seat]));
            legs(0.04_f64.min(hx * 0.3), seat - board, &mut geoms);
            geoms.push(block(&looks, [-hx, hy - 0.04, seat], [hx, hy, z]));
            top = Some(Top { pos: [0.0, -0.02, seat], half: [hx, hy - 0.02] });
        }
        Kind::Sofa => {
            let (seat, arm) = (z * 0.5, (x * 0.08).min(0.16));
            geoms.push(block(&looks, [-hx, -hy, 0.0], [hx, hy, seat]));
            geoms.push(block(&looks, [-hx, hy - 0.2 * y, seat], [hx, hy, z]));
            geoms.push(block(&looks, [-hx, -hy, seat], [arm - hx, hy - 0.2 * y, seat + 0.15]));
            geoms.push(block(&looks, [hx - arm, -hy, seat], [hx, hy - 0.2 * y, seat + 0.15]));
            top = Some(Top { pos: [0.0, -0.1 * y, seat], half: [hx - arm, 0.4 * y] });
        }
        Kind::Bed => {
            geoms.push(block(&looks, [-hx, -hy, z * 0.4], [hx, hy, z]));
            legs(0.06, z * 0.4, &mut geoms);
            geoms.push(block(&looks, [-hx, hy - 0.04, z], [hx, hy, z * 1.8]));
            z *= 1.8;
        }
        Kind::Shelf => {
            let boards = thing.parts.unwrap_or(4).max(2);
            let t = 0.02_f64.min(z / f64::from(boards) / 3.0);
            geoms.push(block(&looks, [-hx, -hy, 0.0], [t - hx, hy, z]));
            geoms.push(block(&looks, [hx - t, -hy, 0.0], [hx, hy, z]));
            geoms.push(block(&looks, [t - hx, hy - t / 2.0, 0.0], [hx - t, hy, z]));
            for n in 0..boards {
                let at = (z - t) * f64::from(n) / f64::from(boards - 1);
                geoms.push(block(&looks, [t - hx, -hy, at], [hx - t, hy - t / 2.0, at + t]));
            }
            for n in 0..boards {
                let at = (z - t) * f64::from(n) / f64::from(boards - 1) + t;
                let inside = Top { pos: [0.0, -t, at], half: [hx - 2.0 * t, hy - t] };
                assembly.members.push(Berth {
                    bounds: [[-hx, -hy, at - t], [hx, hy, at]],
                    top: Some(inside),
                    inside: Some(inside),
                    slope: None,
                });
            }
            let inside = (z - t) * f64::from(boards / 2) / f64::from(boards - 1) + t;
            assembly.inside = Some(Top { pos: [0.0, -t, inside], half: [hx - 2.0 * t, hy - t] });
        }
        Kind::Lamp => {
            geoms.push(rod(&looks, 0.02, [0.0, 0.0, 0.05], [0.0, 0.0, z * 0.8]));
            let cylinder = |size: [f64; 2], at: f64| {
                looks.dress(
                    Element::new("geom")
                        .set("type", "cylinder")
                        .numbers("size", &size)
                        .numbers("pos", &[0.0, 0.0, at]),
                )
            };
            geoms.push(cylinder([hx * 0.7, 0.015], 0.015));
            geoms.push(cylinder([hx, z * 0.1], z * 0.9));
        }
        Kind::Post => {
            let post = Element::new("geom")
                .set("type", "cylinder")
                .numbers("size", &[hx, z / 2.0])
                .numbers("pos", &[0.0, 0.0, z / 2.0]);
            geoms.push(looks.dress(post));
        }
        Kind::Gantry => {
            // Its lower side is where things hang.
            let bar = Element::new("geom")
                .set("type", "box")
                .numbers("size", &[hx, 0.03, 0.03])
                .numbers("pos", &[0.0, 0.0, z]);
            geoms.push(ghost(looks.dress(bar)));
            for side in [-1.0, 1.0] {
                let at = side * (hx - 0.03);
                geoms.push(block(&looks, [at - 0.03, -0.03, 0.0], [at + 0.03, 0.03, z - 0.03]));
                geoms.push(ghost(block(&looks, [at - 0.04, -hy, 0.0], [at + 0.04, hy, 0.03])));
            }
            top = None;
        }
        Kind::Pen => {
            let t = 0.02;
            geoms.push(block(&looks, [-hx - t, -hy - t, 0.0], [-hx, hy + t, z]));
            geoms.push(block(&looks, [hx, -hy - t, 0.0], [hx + t, hy + t, z]));
            geoms.push(block(&looks, [-hx, -hy - t, 0.0], [hx, -hy, z]));
            geoms.push(block(&looks, [-hx, hy, 0.0], [hx, hy + t, z]));
            assembly.inside = Some(Top { pos: [0.0, 0.0, 0.0], half: [hx, hy] });
            top = None;
        }
        Kind::Ramp => {
            let given = thing.size.and_then(|size| size.z);
            let angle = match (thing.tilt, given) {
                (Some(angle), _) => angle.abs().clamp(0.5, 80.0),
                (None, Some(height)) => (height / x).clamp(0.01, 0.98).asin().to_degrees(),
                (None, None) => 20.0,
            };
            let (sin, cos) = angle.to_radians().sin_cos();
            let length = match (thing.tilt, given) {
                (Some(_), Some(height)) => height / sin,
                _ => x,
            };
            let (run, rise, t) = (length * cos, length * sin, 0.04);
            let middle = [-sin * t / 2.0, 0.0, rise / 2.0 - cos * t / 2.0];
            let plank = Element::new("geom")
                .set("type", "box")
                .numbers("size", &[length / 2.0, hy, t / 2.0])
                .numbers("pos", &middle)
                .numbers("euler", &[0.0, angle, 0.0]);
            geoms.push(looks.dress(plank).set("name", format!("{name}_surface")));
            let under = (rise - t / cos - 0.02).max(0.0);
            if under > 0.03 {
                for side in [-1.0, 1.0] {
                    geoms.push(block(
                        &palette.frame(),
                        [-run / 2.0 + 0.03, side * (hy - 0.05) - 0.02, 0.0],
                        [-run / 2.0 + 0.07, side * (hy - 0.05) + 0.02, under - 0.07 * sin / cos],
                    ));
                }
            }
            assembly.slope =
                Some(Slope { upper: [-run / 2.0, 0.0, rise], lower: [run / 2.0, 0.0, 0.0], angle });
            assembly.least = [-run / 2.0 - 0.02, -hy, 0.0];
            assembly.greatest = [run / 2.0, hy, rise];
            top = None;
        }
        Kind::Stairs => {
            let steps = thing.parts.unwrap_or(5).max(1);
            let rise = thing.size.and_then(|size| size.z).map_or(0.15, |z| z / f64::from(steps));
            let tread = thing.size.and_then(|size| size.x).map_or(0.25, |x| x / f64::from(steps));
            let run = tread * f64::from(steps);
            for n in 0..steps {
                let (from, height) = (tread * f64::from(n) - run / 2.0, rise * f64::from(n + 1));
                geoms.push(
                    block(&looks, [from, -hy, 0.0], [from + tread, hy, height])
                        .set("name", format!("{name}_step_{}", n + 1)),
                );
            }
            z = rise * f64::from(steps);
            top = Some(Top { pos: [run / 2.0 - tread / 2.0, 0.0, z], half: [tread / 2.0, hy] });
            assembly.least = [-run / 2.0, -hy, 0.0];
            assembly.greatest = [run / 2.0, hy, z];
        }
        _ => geoms.push(block(&looks, [-hx, -hy, 0.0], [hx, hy, z])),
    }
    assembly.top = top;
    if !matches!(thing.kind, Kind::Ramp | Kind::Stairs) {
        assembly.least = [-hx, -hy, 0.0];
        assembly.greatest = [hx, hy, z];
    }
    let free = thing.fixed == Some(false);
    if free {
        geoms.insert(0, Element::new("freejoint"));
        if let Some(mass) = thing.mass {
            let count = geoms.len() as f64 - 1.0;
            for geom in geoms.iter_mut().skip(1) {
                geom.put("mass", super::element::numbers(&[mass / count]));
            }
        }
    }
    assembly.bodies.push(Body {
        name: name.to_owned(),
        pos: [0.0; 3],
        euler: [0.0; 3],
        content: geoms,
        rests: true,
    });
    assembly
}

/// An actuator of a joint.
pub fn actuator(
    kind: Actuator,
    name: &str,
    joint: &str,
    strength: f64,
    range: [f64; 2],
) -> Option<Element> {
    let element = match kind {
        Actuator::None => return None,
        Actuator::Motor => {
            Element::new("motor").numbers("gear", &[strength]).numbers("ctrlrange", &[-1.0, 1.0])
        }
        Actuator::Position => Element::new("position")
            .numbers("kp", &[strength * 10.0])
            .numbers("dampratio", &[1.0])
            .numbers("ctrlrange", &range),
        Actuator::Velocity => {
            Element::new("velocity").numbers("kv", &[strength]).numbers("ctrlrange", &[-20.0, 20.0])
        }
    };
    Some(element.set("name", name).set("joint", joint))
}
