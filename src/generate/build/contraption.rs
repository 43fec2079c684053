//! Machines of several drives, robots, and what hangs or is strung.

use std::f64::consts::{PI, TAU};

use super::super::spec::{Actuator, Kind, Xyz};
use super::{
    assembly::{Assembly, Body, Top, block, ghost, rod},
    element::{Element, numbers},
    mechanism::{Parts, WHEEL_DAMPING, ball, body, joint},
    solid::extents,
};

fn upright_disc(radius: f64, half: f64) -> Element {
    Element::new("geom")
        .set("type", "cylinder")
        .numbers("size", &[radius, half])
        .numbers("euler", &[90.0, 0.0, 0.0])
}

impl Parts<'_> {
    fn apart(&self, assembly: &mut Assembly, one: &str, other: &str) {
        assembly.excludes.push(Element::new("exclude").set("body1", one).set("body2", other));
    }

    /// Links in a curve from one support to another, both ends held; `[span, height]`, m.
    pub(super) fn strung(&self, [span, height]: [f64; 2]) -> Assembly {
        let links = self.thing.parts.unwrap_or(10).max(2);
        let n = f64::from(links);
        let length = self.thing.length.unwrap_or(1.2 * span / n).max(1.02 * span / n);
        let radius = self
            .thing
            .size
            .and_then(|size| size.x)
            .map_or((length * 0.15).clamp(0.003, 0.03), |x| x / 2.0);
        // Its ends keep clear of what it is fastened to.
        let whole = span;
        let span = span - 3.0 * radius;
        // Slopes that rise evenly from one link to the next: a chain at rest, nearly.
        let reach = |k: f64| -> f64 {
            (0..links).map(|i| (k * (f64::from(i) - (n - 1.0) / 2.0)).atan().cos() * length).sum()
        };
        let (mut low, mut high) = (0.0, 50.0);
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if reach(middle) > span { low = middle } else { high = middle }
        }
        let slope = |i: u32| (low * (f64::from(i) - (n - 1.0) / 2.0)).atan().to_degrees();
        let mut inner: Option<Element> = None;
        for i in (0..links).rev() {
            let name = format!("{}_link_{}", self.name, i + 1);
            let hinge = Element::new("joint")
                .set("name", format!("{}_joint_{}", self.name, i + 1))
                .set("type", "ball")
                .numbers("damping", &[self.thing.damping.unwrap_or(0.01)])
                .set("armature", "0.0005");
            let link = rod(&self.looks, radius, [radius, 0.0, 0.0], [length - radius, 0.0, 0.0])
                .set("mass", "0.05")
                .set("contype", "2")
                .set("conaffinity", "1");
            let mut content = vec![hinge, link];
            content.extend(inner.take());
            let before = if i == 0 { 0.0 } else { slope(i - 1) };
            let pos = if i == 0 { [-span / 2.0, 0.0, height] } else { [length, 0.0, 0.0] };
            let link = body(name, pos, content).numbers("euler", &[0.0, before - slope(i), 0.0]);
            inner = Some(link);
        }
        let mut assembly = Assembly::of_extents([whole, 4.0 * radius, height]);
        let ends = [-1.0, 1.0]
            .map(|side| ghost(ball(&self.frame, radius * 1.5, [side * span / 2.0, 0.0, height])));
        assembly.fixed(self.name, ends.into());
        assembly.bodies[0].content.extend(inner);
        for end in [1, links] {
            self.apart(&mut assembly, self.name, &format!("{}_link_{end}", self.name));
        }
        let held = Element::new("connect")
            .set("body1", format!("{}_link_{links}", self.name))
            .set("body2", self.name)
            .numbers("anchor", &[length, 0.0, 0.0]);
        assembly.equalities.push(held.set("solref", "0.01 1"));
        assembly.top = None;
        assembly
    }

    /// A chain that sags between two posts of its own.
    pub(super) fn festoon(&self) -> Assembly {
        let links = self.thing.parts.unwrap_or(10).max(2);
        let total = self.part_length(links) * f64::from(links);
        // As slack as what hangs between two things.
        let (span, height) = (total / 1.2, 0.5 * total + 0.2);
        let mut assembly = self.strung([span, height]);
        for side in [-1.0, 1.0] {
            let x = side * (span / 2.0 + 0.03);
            let post = rod(&self.frame, 0.02, [x, 0.0, 0.0], [x, 0.0, height]);
            let foot = block(&self.frame, [x - 0.1, -0.1, 0.0], [x + 0.1, 0.1, 0.02]);
            assembly.bodies[0].content.extend([ghost(post), ghost(foot)]);
        }
        assembly.least[0] -= 0.15;
        assembly.greatest[0] += 0.15;
        assembly
    }

    /// Loads on a rail, each tied to the next by a spring.
    pub(super) fn sprung(&self, round: bool) -> Assembly {
        let count = self.thing.parts.unwrap_or(2).clamp(2, 20);
        let side = self.thing.size.and_then(|size| size.x).unwrap_or(0.16);
        let length = self.thing.length.unwrap_or(0.3);
        let mass = self.thing.mass.unwrap_or(1.0);
        let stiffness = self.thing.stiffness.unwrap_or(40.0 * mass);
        // Let go from where each spring is stretched alike.
        let pitch = side + 1.3 * length;
        let total = pitch * f64::from(count - 1);
        let height = side / 2.0 + 0.03;
        let walled = self.thing.held == Some(true);
        // The outer ones are tied to walls by springs of the same length.
        let reach = total / 2.0 + side / 2.0 + 1.3 * length;
        let whole = if walled { 2.0 * reach + 0.08 } else { total + side };
        let mut assembly = Assembly::of_extents([whole, side.max(0.2), side + 0.03]);
        let rail = [-whole / 2.0, whole / 2.0];
        assembly.fixed(
            self.name,
            vec![ghost(block(&self.frame, [rail[0], -0.03, 0.0], [rail[1], 0.03, 0.02]))],
        );
        if walled {
            for (which, side) in [("left", -1.0), ("right", 1.0)] {
                let x = [side * reach, side * (reach + 0.04)];
                let wall = block(
                    &self.frame,
                    [x[0].min(x[1]), -0.1, 0.0],
                    [x[0].max(x[1]), 0.1, 2.0 * height],
                );
                let eye = Element::new("site")
                    .set("name", self.named(&format!("{which}_wall")))
                    .numbers("pos", &[side * reach, 0.0, height])
                    .numbers("size", &[0.008]);
                assembly.bodies[0].content.extend([ghost(wall), eye]);
            }
        }
        let masses = self.part_masses(count, 1.0);
        for n in 0..count {
            let name = self.named(&format!("load_{}", n + 1));
            let slide = self
                .damped(joint("slide", format!("{name}_slide"), [1.0, 0.0, 0.0]), 0.02)
                .numbers("range", &[-5.0, 5.0]);
            let looks = self.palette.looks(self.thing, n as usize, self.turn);
            let load = if round {
                ball(&looks, side / 2.0, [0.0; 3])
            } else {
                block(&looks, [-side / 2.0; 3], [side / 2.0; 3])
            };
            let x = pitch * f64::from(n) - total / 2.0;
            let eye = |end: &str, at: f64| {
                Element::new("site")
                    .set("name", format!("{name}_{end}"))
                    .numbers("pos", &[at, 0.0, 0.0])
                    .numbers("size", &[0.008])
            };
            let content = vec![
                slide,
                load.set("mass", numbers(&[masses[n as usize]])),
                eye("left", -side / 2.0),
                eye("right", side / 2.0),
            ];
            assembly.bodies[0].content.push(body(name, [x, 0.0, height], content));
        }
        let first = u32::from(!walled);
        for n in first..=if walled { count } else { count - 1 } {
            let site = |which: String| Element::new("site").set("site", self.named(&which));
            let from = if n == 0 { "left_wall".into() } else { format!("load_{n}_right") };
            let to = if n == count { "right_wall".into() } else { format!("load_{}_left", n + 1) };
            assembly.tendons.push(
                Element::new("spatial")
                    .set("name", self.named(&format!("spring_{}", n + u32::from(walled))))
                    .numbers("stiffness", &[stiffness])
                    .numbers("springlength", &[length])
                    .numbers("width", &[0.012])
                    .set("rgba", "0.75 0.77 0.8 1")
                    .with(site(from))
                    .with(site(to)),
            );
        }
        assembly
    }

    /// A beam whose heavy short end falls and throws what lies in the cup of the long one.
    pub(super) fn catapult(&self) -> Assembly {
        let [x, y, z] = extents(self.thing);
        let (long, short, axle) = (0.6 * x, 0.16 * x, 0.55 * z);
        let radius = 0.05 * x.min(1.5);
        let start = ((axle - 2.2 * radius) / long).clamp(0.0, 0.95).asin().to_degrees();
        let mut assembly = Assembly::of_extents([x, y, z]);
        let frame = [-1.0, 1.0].map(|side| {
            let at = side * y * 0.42;
            block(&self.frame, [-0.03, at - 0.02, 0.0], [0.03, at + 0.02, axle])
        });
        let mut geoms: Vec<Element> = frame.into();
        geoms.push(ghost(rod(&self.frame, 0.012, [0.0, -y * 0.42, axle], [0.0, y * 0.42, axle])));
        for side in [-1.0, 1.0] {
            let at = side * y * 0.42;
            geoms.push(block(
                &self.frame,
                [-long * 0.6, at - 0.02, 0.0],
                [long * 0.4, at + 0.02, 0.03],
            ));
        }
        assembly.fixed(self.name, geoms);
        // The cup ends its way just past the upright.
        let hinge = joint("hinge", self.named("hinge"), [0.0, 1.0, 0.0])
            .numbers("range", &[0.0, start + 70.0])
            .numbers("damping", &[0.05]);
        let cup = 1.25 * radius;
        let (from, to, floor) = (-long - cup, -long + cup, 0.012);
        let wall = 1.2 * radius;
        let beam = vec![
            hinge,
            block(&self.looks, [-long, -0.02, -0.015], [short, 0.02, 0.015]).set("mass", "0.6"),
            block(&self.looks, [short - 0.08, -0.1, -0.17], [short + 0.08, 0.1, -0.01])
                .set("mass", numbers(&[self.thing.other_mass.unwrap_or(20.0)])),
            block(&self.looks, [from, -cup, 0.0], [to, cup, floor]).set("mass", "0.05"),
            block(&self.looks, [from - 0.01, -cup, 0.0], [from, cup, wall]).set("mass", "0.02"),
            block(&self.looks, [to, -cup, 0.0], [to + 0.01, cup, wall]).set("mass", "0.02"),
            block(&self.looks, [from, -cup - 0.01, 0.0], [to, -cup, wall]).set("mass", "0.02"),
            block(&self.looks, [from, cup, 0.0], [to, cup + 0.01, wall]).set("mass", "0.02"),
        ];
        let mut beam = body(self.named("beam"), [0.0, 0.0, axle], beam);
        beam.put("euler", numbers(&[0.0, -start, 0.0]));
        assembly.bodies[0].content.push(beam);
        self.apart(&mut assembly, self.name, &self.named("beam"));
        let (sin, cos) = start.to_radians().sin_cos();
        let rise = floor + radius + 0.002;
        let pos = [-long * cos - rise * sin, 0.0, axle - long * sin + rise * cos];
        let shot = ball(&self.palette.frame(), radius, [0.0; 3])
            .set("mass", numbers(&[self.thing.mass.unwrap_or(0.3)]));
        assembly.bodies.push(Body {
            name: self.named("ball"),
            pos,
            euler: [0.0; 3],
            content: vec![Element::new("freejoint"), shot],
            rests: false,
        });
        assembly
    }

    /// Toothed wheels side by side, the first driven, each turning the next the other way.
    pub(super) fn gears(&self) -> Assembly {
        let count = self.thing.parts.unwrap_or(2).clamp(1, 8);
        let [_, y, z] = extents(self.thing);
        let radius = |n: u32| (z / 2.0 - 0.03) * if n.is_multiple_of(2) { 1.0 } else { 0.7 };
        let span: f64 = (0..count).map(|n| 2.0 * radius(n)).sum();
        let mut assembly = Assembly::of_extents([span + 0.06, y, z]);
        assembly.fixed(self.name, Vec::new());
        let (mut x, mut speed) = (-span / 2.0, 2.0);
        for n in 0..count {
            let r = radius(n);
            x += r;
            let name = self.named(&format!("gear_{}", n + 1));
            let teeth = (r * 80.0).round().max(8.0) as u32;
            let looks = self.palette.looks(self.thing, n as usize, self.turn + n as usize);
            let mut content = vec![
                joint("hinge", format!("{name}_hinge"), [0.0, 1.0, 0.0])
                    .numbers("damping", &[self.thing.damping.unwrap_or(0.01)])
                    .set("armature", "0.001"),
                looks
                    .dress(upright_disc(r - 0.012, y * 0.2))
                    .set("mass", numbers(&[40.0 * r * r]))
                    .set("contype", "0")
                    .set("conaffinity", "0"),
            ];
            for tooth in 0..teeth {
                let angle = TAU * (f64::from(tooth) + 0.5 * f64::from(n % 2)) / f64::from(teeth);
                let (sin, cos) = angle.sin_cos();
                let geom = Element::new("geom")
                    .set("type", "box")
                    .numbers("size", &[0.014, y * 0.2, r * PI / f64::from(teeth) * 0.45])
                    .numbers("pos", &[cos * (r - 0.006), 0.0, sin * (r - 0.006)])
                    .numbers("euler", &[0.0, -angle.to_degrees(), 0.0]);
                content.push(ghost(looks.dress(geom)));
            }
            let stand = z / 2.0;
            assembly.bodies[0].content.push(ghost(rod(
                &self.frame,
                0.014,
                [x, y / 2.0, 0.014],
                [x, y / 2.0, stand],
            )));
            assembly.bodies[0].content.push(ghost(rod(
                &self.frame,
                0.012,
                [x, y / 2.0, stand],
                [x, -y * 0.25, stand],
            )));
            assembly.bodies[0].content.push(body(name.clone(), [x, 0.0, stand], content));
            assembly.velocities.push((format!("{name}_hinge"), [speed, 0.0, 0.0], [0.0; 3]));
            if n > 0 {
                let ratio = -radius(n - 1) / r;
                let before = self.named(&format!("gear_{n}_hinge"));
                assembly.equalities.push(
                    Element::new("joint")
                        .set("joint1", format!("{name}_hinge"))
                        .set("joint2", before)
                        .numbers("polycoef", &[0.0, ratio, 0.0, 0.0, 0.0]),
                );
            }
            speed *= -r / radius(n + 1);
            x += r;
        }
        self.drive(
            &mut assembly,
            Actuator::Velocity,
            &self.named("drive"),
            &self.named("gear_1_hinge"),
            5.0,
            [-PI, PI],
        );
        assembly
    }

    /// A mast with a jib that turns, a trolley on it, and a hook that is hoisted.
    pub(super) fn crane(&self) -> Assembly {
        let [x, y, z] = extents(self.thing);
        let (reach, back) = (0.72 * x, 0.28 * x);
        let mut assembly = Assembly::of_extents([x, y, z]);
        let left = back - x / 2.0;
        let mast = vec![
            block(&self.frame, [left - 0.2, -0.2, 0.0], [left + 0.2, 0.2, 0.06]),
            ghost(block(&self.looks, [left - 0.05, -0.05, 0.06], [left + 0.05, 0.05, z - 0.1])),
        ];
        assembly.fixed(self.name, mast);
        let servo = |kind: &str, part: &str, axis: [f64; 3], range: [f64; 2], damping: f64| {
            joint(kind, self.named(part), axis)
                .numbers("range", &range)
                .numbers("damping", &[damping])
                .set("armature", "0.1")
        };
        let (deep, out) = (0.8 * z, 0.75 * reach);
        let rest = 0.45 * z;
        let hook = body(
            self.named("hook"),
            [0.0, 0.0, -rest],
            vec![
                servo("slide", "hoist", [0.0, 0.0, 1.0], [rest - deep, rest - 0.12], 20.0),
                ball(&self.frame, 0.03, [0.0; 3]).set("mass", "0.3"),
                Element::new("site").set("name", self.named("eye")).numbers("size", &[0.008]),
            ],
        );
        let trolley = body(
            self.named("trolley"),
            [out, 0.0, -0.06],
            vec![
                servo("slide", "travel", [1.0, 0.0, 0.0], [0.15 - out, reach - out], 20.0),
                ghost(block(&self.frame, [-0.07, -0.05, -0.02], [0.07, 0.05, 0.02])),
                ball(&self.frame, 0.02, [0.0; 3])
                    .set("mass", "0.5")
                    .set("contype", "0")
                    .set("conaffinity", "0"),
                Element::new("site").set("name", self.named("sheave")).numbers("size", &[0.008]),
                hook,
            ],
        );
        let arm = |from: [f64; 3], to: [f64; 3], mass: &str| {
            block(&self.looks, from, to)
                .set("mass", mass)
                .set("contype", "0")
                .set("conaffinity", "0")
        };
        let jib = body(
            self.named("jib"),
            [left, 0.0, z - 0.05],
            vec![
                servo("hinge", "slew", [0.0, 0.0, 1.0], [-150.0, 150.0], 20.0),
                arm([-back, -0.03, -0.03], [reach, 0.03, 0.03], "3"),
                arm([-back, -0.1, -0.14], [0.18 - back, 0.1, -0.03], "12"),
                trolley,
            ],
        );
        assembly.bodies[0].content.push(jib);
        self.coil(&mut assembly, &self.named("sheave"), &self.named("eye"), "rope");
        for (drive, part, strength, range) in [
            ("slew_drive", "slew", 100.0, [-2.6, 2.6]),
            ("travel_drive", "travel", 300.0, [0.15 - out, reach - out]),
            ("hoist_drive", "hoist", 1000.0, [rest - deep, rest - 0.12]),
        ] {
            let (drive, part) = (self.named(drive), self.named(part));
            self.drive(&mut assembly, Actuator::Position, &drive, &part, strength, range);
        }
        assembly.hook = Some((self.named("hook"), [0.0, 0.0, -0.03]));
        assembly
    }

    /// Two driven wheels and a ball that only bears.
    pub(super) fn mobile_robot(&self) -> Assembly {
        let [x, y, z] = extents(self.thing);
        let wheel = self.thing.length.map_or(z * 0.3, |across| across / 2.0);
        let z = z.max(1.6 * wheel);
        let mut assembly = Assembly::of_extents([x, y, z]);
        let mass = self.thing.mass.unwrap_or(4.0);
        let half = x / 2.0;
        let hull = self.looks.dress(
            Element::new("geom")
                .set("type", "cylinder")
                .numbers("size", &[half.min(y * 0.42), (z - wheel) / 2.0])
                .numbers("pos", &[0.0, 0.0, (z - wheel) / 2.0]),
        );
        let bearing = 0.35 * wheel;
        let bears = |x: f64, clear: f64| {
            ball(&self.frame, bearing, [x, 0.0, bearing - wheel + clear])
                .set("mass", numbers(&[0.2 * mass]))
                .set("friction", "0 0 0")
                .set("condim", "1")
                .set("priority", "3")
        };
        let mut content = vec![
            Element::new("freejoint").set("name", self.named("root")),
            hull.set("mass", numbers(&[0.46 * mass])),
            bears(half * 0.7, 0.0),
            // Only so that it does not tip over as it starts.
            bears(-half * 0.8, 0.003),
            block(&self.frame, [half * 0.5, -0.03, z * 0.4], [half * 0.9, 0.03, z * 0.5])
                .set("mass", "0.01"),
        ];
        for (side, sign) in [("left", 1.0), ("right", -1.0)] {
            let name = self.named(&format!("{side}_wheel"));
            let spin = joint("hinge", format!("{name}_spin"), [0.0, 1.0, 0.0])
                .numbers("damping", &[WHEEL_DAMPING])
                .set("armature", "0.002");
            let tyre = self.frame.dress(upright_disc(wheel, y * 0.05));
            let spoke = ghost(block(
                &self.looks,
                [-wheel * 0.8, -y * 0.055, -wheel * 0.1],
                [wheel * 0.8, y * 0.055, wheel * 0.1],
            ));
            let tyre =
                tyre.set("mass", numbers(&[0.07 * mass])).set("friction", "1.2 0.005 0.0001");
            let pos = [-half * 0.15, sign * y * 0.45, 0.0];
            content.push(body(name.clone(), pos, vec![spin, tyre, spoke]));
            self.apart(&mut assembly, self.name, &name);
            let (drive, spin) = (format!("{name}_drive"), format!("{name}_spin"));
            self.drive(&mut assembly, Actuator::Velocity, &drive, &spin, 0.3, [-PI, PI]);
        }
        self.pace(&mut assembly, wheel, mass);
        if let Some(Xyz { x: speed, .. }) = self.thing.velocity {
            assembly.velocities.push((self.name.to_owned(), [speed, 0.0, 0.0], [0.0; 3]));
            for side in ["left", "right"] {
                let spin = self.named(&format!("{side}_wheel_spin"));
                assembly.velocities.push((spin, [speed / wheel, 0.0, 0.0], [0.0; 3]));
            }
        }
        assembly.top = Some(Top { pos: [0.0, 0.0, z], half: [half * 0.5, half * 0.5] });
        assembly.bodies.push(Body {
            name: self.name.to_owned(),
            pos: [0.0, 0.0, wheel],
            euler: [0.0; 3],
            content,
            rests: self.thing.velocity.is_none(),
        });
        assembly
    }

    /// A trunk on bent legs, whose servos hold it up.
    pub(super) fn legged(&self) -> Assembly {
        let [x, y, z] = extents(self.thing);
        let biped = self.thing.kind == Kind::Biped;
        let legs = if biped { 2 } else { self.thing.parts.unwrap_or(4).clamp(4, 8) };
        let trunk = if biped { 0.42 * z } else { 0.3 * z };
        let hip = z - trunk;
        let mass = self.thing.mass.unwrap_or(6.0);
        let foot = if biped { 0.03 } else { 0.025 };
        // Thigh and shin, bent by 25 degrees to the front and back.
        let bend = 25.0_f64;
        let limb = (hip - foot) / (2.0 * bend.to_radians().cos());
        let radius = 0.06 * z;
        let mut assembly = Assembly::of_extents([x, y, z]);
        let half = x / 2.0 * 0.9;
        let wide = y / 2.0 * 0.7;
        let mut content = vec![
            Element::new("freejoint").set("name", self.named("root")),
            block(&self.looks, [-half, -wide, 0.0], [half, wide, trunk])
                .set("mass", numbers(&[mass])),
        ];
        if biped {
            content
                .push(ball(&self.frame, 0.09 * z, [0.0, 0.0, trunk + 0.06 * z]).set("mass", "0.3"));
            assembly.greatest[2] += 0.15 * z;
        }
        for n in 0..legs {
            let (pair, side) = (n / 2, if n % 2 == 0 { 1.0 } else { -1.0 });
            let along = if legs == 2 {
                0.0
            } else {
                half * 0.9 * (1.0 - 2.0 * f64::from(pair) / f64::from(legs / 2 - 1))
            };
            let name = |part: &str| self.named(&format!("leg_{}_{part}", n + 1));
            let turn = |part: &str, range: f64| {
                joint("hinge", name(part), [0.0, 1.0, 0.0])
                    .numbers("range", &[-range, range])
                    .numbers("damping", &[1.0])
                    .set("armature", "0.02")
            };
            let bone = |length: f64, weight: f64| {
                rod(&self.looks, radius * 0.6, [0.0; 3], [0.0, 0.0, -length])
                    .set("mass", numbers(&[weight]))
                    .set("contype", "0")
                    .set("conaffinity", "0")
            };
            let mut shin = vec![turn("knee", 70.0), bone(limb, 0.25)];
            if biped {
                let sole = block(&self.frame, [-0.09, -0.05, -foot], [0.13, 0.05, 0.0]);
                let ankle = body(
                    name("foot"),
                    [0.0, 0.0, -limb],
                    vec![turn("ankle", 45.0), sole.set("mass", "0.3")],
                )
                .numbers("euler", &[0.0, -bend, 0.0]);
                shin.push(ankle);
            } else {
                let sole = ball(&self.frame, foot, [0.0, 0.0, -limb]).set("mass", "0.05");
                shin.push(sole.set("friction", "1.5 0.005 0.0001"));
            }
            let shin = body(name("shin"), [0.0, 0.0, -limb], shin)
                .numbers("euler", &[0.0, 2.0 * bend, 0.0]);
            let thigh = vec![turn("hip", 60.0), bone(limb, 0.4), shin];
            let across = side * if biped { wide * 0.7 } else { y / 2.0 * 0.85 };
            let thigh = body(name("thigh"), [along, across, 0.0], thigh)
                .numbers("euler", &[0.0, -bend, 0.0]);
            content.push(thigh);
            for part in if biped { &["hip", "knee", "ankle"][..] } else { &["hip", "knee"] } {
                let (drive, part) = (name(&format!("{part}_drive")), name(part));
                let kind = Actuator::Position;
                self.drive(&mut assembly, kind, &drive, &part, 10.0 * mass, [-1.0, 1.0]);
            }
        }
        let rise = if biped { hip } else { limb * 2.0 * bend.to_radians().cos() + foot };
        assembly.bodies.push(Body {
            name: self.name.to_owned(),
            pos: [0.0, 0.0, rise],
            euler: [0.0; 3],
            content,
            rests: false,
        });
        assembly.top = Some(Top { pos: [0.0, 0.0, z], half: [half * 0.8, wide * 0.8] });
        assembly
    }

    /// A palm on a stand, its fingers upwards, the last one a thumb.
    pub(super) fn hand(&self) -> Assembly {
        let [x, y, z] = extents(self.thing);
        let fingers = self.thing.parts.unwrap_or(5).clamp(2, 8);
        let mut assembly = Assembly::of_extents([x, y, z]);
        let (low, palm) = (0.3 * z, 0.6 * z);
        assembly.fixed(
            self.name,
            vec![
                block(&self.frame, [-x * 0.2, -y * 0.3, 0.0], [x * 0.2, y * 0.3, low]),
                block(&self.looks, [-x * 0.4, -y * 0.2, low], [x * 0.4, y * 0.2, palm]),
            ],
        );
        for n in 0..fingers {
            let thumb = n + 1 == fingers;
            let others = f64::from((fingers - 2).max(1));
            let at = if thumb {
                [-x * 0.42, 0.0, low + 0.35 * (palm - low)]
            } else {
                [x * 0.36 * (1.0 - 2.0 * f64::from(n) / others), 0.0, palm]
            };
            let name = |part: &str| self.named(&format!("finger_{}_{part}", n + 1));
            let length = (z - palm) / 3.0 * if thumb { 0.8 } else { 1.0 };
            let mut inner: Option<Element> = None;
            for joint_n in (1..=3).rev() {
                let hinge = joint("hinge", name(&format!("joint_{joint_n}")), [1.0, 0.0, 0.0])
                    .numbers("range", &[0.0, 90.0])
                    .numbers("damping", &[0.05])
                    .set("armature", "0.001");
                let bone = rod(&self.looks, 0.028 * z, [0.0, 0.0, 0.0], [0.0, 0.0, length])
                    .set("mass", "0.03")
                    .set("contype", "2")
                    .set("conaffinity", "1");
                let mut content = vec![hinge, bone];
                content.extend(inner.take());
                let pos = if joint_n == 1 { at } else { [0.0, 0.0, length] };
                let mut link = body(name(&format!("link_{joint_n}")), pos, content);
                if thumb && joint_n == 1 {
                    link.put("euler", numbers(&[0.0, -45.0, 0.0]));
                }
                link.put("gravcomp", "1");
                inner = Some(link);
                self.apart(&mut assembly, self.name, &name(&format!("link_{joint_n}")));
                let (drive, hinge) =
                    (name(&format!("drive_{joint_n}")), name(&format!("joint_{joint_n}")));
                self.drive(&mut assembly, Actuator::Position, &drive, &hinge, 0.2, [0.0, 1.57]);
            }
            assembly.bodies[0].content.extend(inner);
        }
        assembly
    }

    /// Bars in balance, from each a ball and the next bar.
    pub(super) fn hanging_mobile(&self) -> Assembly {
        let balls = self.thing.parts.unwrap_or(4).clamp(2, 8);
        let [x, _, z] = extents(self.thing);
        let (radius, weight) = (0.045 * x, self.thing.mass.unwrap_or(0.2));
        let bars = balls - 1;
        let drop = 0.62 * z / f64::from(bars);
        let wide = |n: u32| x * 0.45 / (1.0 + 0.35 * f64::from(n));
        let mut inner: Option<Element> = None;
        for n in (0..bars).rev() {
            let below = f64::from(balls - 1 - n);
            // A ball on the left, all the rest on the right: the pivot is where they balance.
            let left = wide(n) * 2.0 * below / (below + 1.0);
            let right = wide(n) * 2.0 - left;
            let down = if n == 0 { 0.15 * z } else { 0.5 * drop };
            let thread = |x: f64, from: f64, to: f64| {
                ghost(rod(&self.frame, 0.003, [x, 0.0, from], [x, 0.0, to]))
            };
            let looks = |k: u32| self.palette.looks(self.thing, k as usize, self.turn + k as usize);
            let swivel = |name: String| {
                Element::new("joint")
                    .set("name", name)
                    .set("type", "ball")
                    .set("damping", "0.002")
                    .set("armature", "0.0002")
            };
            let bead = |x: f64, k: u32| {
                let name = self.named(&format!("ball_{}", k + 1));
                let content = vec![
                    swivel(format!("{name}_joint")),
                    thread(0.0, 0.0, -0.3 * drop),
                    ball(&looks(k), radius, [0.0, 0.0, -0.3 * drop - radius])
                        .set("mass", numbers(&[weight])),
                ];
                body(name, [x, 0.0, -down], content)
            };
            let mut content = vec![
                swivel(self.named(&format!("joint_{}", n + 1))),
                thread(0.0, 0.0, -down),
                rod(&self.frame, 0.006, [-left, 0.0, -down], [right, 0.0, -down])
                    .set("mass", "0.005"),
                bead(-left, n),
            ];
            if n + 1 == bars {
                content.push(bead(right, n + 1));
            } else {
                content.extend(inner.take().map(|mut next| {
                    next.put("pos", numbers(&[right, 0.0, -down]));
                    next
                }));
            }
            inner = Some(body(self.named(&format!("bar_{}", n + 1)), [0.0, 0.0, z], content));
        }
        let mut assembly = Assembly::of_extents([2.0 * x, x, z + 0.02]);
        self.stand(&mut assembly, z);
        assembly.bodies[0].content.extend(inner);
        assembly
    }

    /// A plate that two servos tilt.
    pub(super) fn ball_plate(&self) -> Assembly {
        let [x, y, z] = extents(self.thing);
        let mut assembly = Assembly::of_extents([x, y, z]);
        let post = ghost(rod(&self.frame, 0.03, [0.0, 0.0, 0.03], [0.0, 0.0, z - 0.04]));
        let foot = block(&self.frame, [-0.15, -0.15, 0.0], [0.15, 0.15, 0.03]);
        assembly.fixed(self.name, vec![foot, post]);
        let hinge = |part: &str, axis: [f64; 3]| {
            joint("hinge", self.named(part), axis)
                .numbers("range", &[-20.0, 20.0])
                .numbers("damping", &[2.0])
                .set("armature", "0.05")
        };
        let plate = block(&self.looks, [-x / 2.0, -y / 2.0, -0.02], [x / 2.0, y / 2.0, 0.0])
            .set("mass", numbers(&[self.thing.mass.unwrap_or(1.0)]))
            .set("friction", "1 0.02 0.01")
            .set("condim", "6")
            .set("priority", "1");
        let content = vec![hinge("pitch", [0.0, 1.0, 0.0]), hinge("roll", [1.0, 0.0, 0.0]), plate];
        assembly.bodies[0].content.push(body(self.named("plate"), [0.0, 0.0, z], content));
        self.apart(&mut assembly, self.name, &self.named("plate"));
        for part in ["pitch", "roll"] {
            let (drive, part) = (self.named(&format!("{part}_drive")), self.named(part));
            self.drive(&mut assembly, Actuator::Position, &drive, &part, 40.0, [-0.35, 0.35]);
        }
        assembly.top = Some(Top { pos: [0.0, 0.0, z], half: [x / 2.0, y / 2.0] });
        assembly
    }
}
