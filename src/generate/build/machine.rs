//! Mechanisms of daily life: seesaws, springs, chains, cars, doors.

use super::super::spec::{Actuator, Kind, Pattern, Wheels, Xyz};
use super::{
    Held,
    assembly::{Assembly, Body, Top, block, ghost, rod},
    element::{Element, numbers},
    mechanism::{Parts, WHEEL_DAMPING, ball, body, joint},
    pattern::curve,
    solid::{extents, usual_stiffness},
};

impl Parts<'_> {
    pub(super) fn seesaw(&self) -> Assembly {
        let [x, y, z] = extents(self.thing);
        let mut assembly = Assembly::of_extents([x, y, z]);
        let t = 0.03;
        let pivot = z - t;
        assembly.fixed(
            self.name,
            vec![ghost(block(&self.frame, [-0.06, -y / 2.0, 0.0], [0.06, y / 2.0, pivot - t]))],
        );
        let most = (pivot - t) / (x / 2.0);
        let limit = most.clamp(0.02, 0.9).asin().to_degrees() * 0.95;
        let hinge = self
            .damped(joint("hinge", self.named("hinge"), [0.0, 1.0, 0.0]), 0.5)
            .numbers("range", &[-limit, limit]);
        let board = block(&self.looks, [-x / 2.0, -y / 2.0, -t], [x / 2.0, y / 2.0, t]);
        let board = if self.thing.mass.is_some() {
            board.set("mass", numbers(&[self.thing.mass.unwrap_or(5.0)]))
        } else {
            board
        };
        let board = board.set("friction", "1 0.005 0.0001");
        assembly.bodies[0].content.push(body(
            self.named("board"),
            [0.0, 0.0, pivot],
            vec![hinge, board],
        ));
        assembly.top = Some(Top { pos: [0.0, 0.0, pivot + t], half: [x / 2.0, y / 2.0] });
        self.drive(
            &mut assembly,
            Actuator::None,
            &self.named("motor"),
            &self.named("hinge"),
            50.0,
            [-0.3, 0.3],
        );
        assembly
    }

    /// A load on a spring: a slide with stiffness, and a tendon to look at.
    pub(super) fn spring(&self) -> Assembly {
        let length = self.part_length(1);
        let side = self.thing.size.and_then(|size| size.x).unwrap_or(0.16);
        let mass = self.thing.mass.unwrap_or(1.0);
        let stiffness = self.thing.stiffness.or(usual_stiffness(self.thing)).unwrap_or_default();
        let sag = mass * 9.81 / stiffness;
        let pulled = self.thing.pull.unwrap_or(0.0).abs();
        // It is let go from above, and goes down by twice its sag.
        let deep = (2.0 * sag - 0.25).clamp(sag.min(1.0), 5.0);
        let height = length + side + 0.3 + (sag.min(1.0) + 2.0 * pulled).max(deep);
        let mut assembly = Assembly::of_extents([side.max(0.4), 0.5, height]);
        let height = match self.held {
            Some(Held::Beam(beam)) => beam,
            _ => height,
        };
        self.stand(&mut assembly, height);
        assembly.bodies[0].content.push(
            Element::new("site")
                .set("name", self.named("anchor"))
                .numbers("pos", &[0.0, 0.0, height])
                .numbers("size", &[0.01]),
        );
        // It is let go from where the spring is not stretched.
        let slide = self
            .damped(joint("slide", self.named("slide"), [0.0, 0.0, 1.0]), 0.1)
            .numbers("stiffness", &[stiffness]);
        // Pulled, it begins further below.
        let pull = self.thing.pull.map_or(0.0, |pull| pull + sag);
        let slide = if pull == 0.0 { slide } else { slide.numbers("ref", &[-pull]) };
        let load = self.load(side, [0.0, 0.0, -side / 2.0]).set("mass", numbers(&[mass]));
        let site = Element::new("site")
            .set("name", self.named("eye"))
            .numbers("pos", &[0.0, 0.0, 0.0])
            .numbers("size", &[0.01]);
        let at = [0.0, 0.0, height - length - pull];
        let load = body(self.named("load"), at, vec![slide, load, site]);
        assembly.bodies[0]
            .content
            .push(load.comment(format!("a spring of {} N/m", numbers(&[stiffness]))));
        assembly.hook = Some((self.named("load"), [0.0, 0.0, -side]));
        self.coil(&mut assembly, &self.named("anchor"), &self.named("eye"), "spring");
        self.drive(
            &mut assembly,
            Actuator::None,
            &self.named("motor"),
            &self.named("slide"),
            10.0,
            [-0.5, 0.5],
        );
        assembly
    }

    /// What hangs on a spring, as wide as high.
    fn load(&self, side: f64, [x, y, z]: [f64; 3]) -> Element {
        let half = side / 2.0;
        match self.thing.load {
            Some(Kind::Sphere) => ball(&self.looks, half, [x, y, z]),
            Some(Kind::Cylinder) => self.looks.dress(
                Element::new("geom")
                    .set("type", "cylinder")
                    .numbers("size", &[half, half])
                    .numbers("pos", &[x, y, z]),
            ),
            _ => block(&self.looks, [x - half, y - half, z - half], [x + half, y + half, z + half]),
        }
    }

    pub(super) fn coil(&self, assembly: &mut Assembly, from: &str, to: &str, name: &str) {
        let site = |site: &str| Element::new("site").set("site", site);
        let tendon = Element::new("spatial")
            .set("name", self.named(name))
            .numbers("width", &[0.012])
            .set("rgba", "0.75 0.77 0.8 1");
        assembly.tendons.push(tendon.with(site(from)).with(site(to)));
    }

    pub(super) fn sliding_spring(&self) -> Assembly {
        let [x, y, z] = extents(self.thing);
        let mass = self.thing.mass.unwrap_or(1.0);
        let stiffness = self.thing.stiffness.or(usual_stiffness(self.thing)).unwrap_or_default();
        let offset = self.thing.pull.unwrap_or(0.25 * x);
        let mut assembly = Assembly::of_extents([x, y, z]);
        let wall =
            ghost(block(&self.frame, [-x / 2.0, -y / 2.0, 0.0], [-x / 2.0 + 0.04, y / 2.0, z]));
        let rail = ghost(block(&self.frame, [-x / 2.0, -y / 6.0, 0.0], [x / 2.0, y / 6.0, 0.02]));
        assembly.fixed(self.name, vec![wall, rail]);
        assembly.bodies[0].content.push(
            Element::new("site")
                .set("name", self.named("anchor"))
                .numbers("pos", &[-x / 2.0 + 0.04, 0.0, z / 2.0])
                .numbers("size", &[0.01]),
        );
        let side = (z * 0.7).min(0.2);
        let slide = self
            .damped(joint("slide", self.named("slide"), [1.0, 0.0, 0.0]), 0.1)
            .numbers("stiffness", &[stiffness])
            .numbers("ref", &[offset]);
        let load = self.load(side, [0.0; 3]).set("mass", numbers(&[mass]));
        let site = Element::new("site")
            .set("name", self.named("eye"))
            .numbers("pos", &[-side / 2.0, 0.0, 0.0])
            .numbers("size", &[0.01]);
        assembly.bodies[0].content.push(body(
            self.named("load"),
            [offset, 0.0, 0.03 + side / 2.0],
            vec![slide, load, site],
        ));
        self.coil(&mut assembly, &self.named("anchor"), &self.named("eye"), "spring");
        assembly
    }

    /// Links on ball joints; as a wrecking ball, with a heavy end that is let go from the side.
    pub(super) fn chain(&self, wrecking: bool) -> Assembly {
        let links = self.thing.parts.unwrap_or(if wrecking { 8 } else { 10 });
        let length = self.part_length(links).min(10.0 / f64::from(links));
        let radius = self
            .thing
            .size
            .and_then(|size| size.x)
            .filter(|_| !wrecking)
            .map_or((length * 0.15).clamp(0.003, 0.03), |x| x / 2.0);
        let total = length * f64::from(links);
        let end = if wrecking {
            self.thing.size.and_then(|size| size.x).map_or(0.18, |x| x / 2.0)
        } else {
            0.06
        };
        let weight = self.thing.mass.or(wrecking.then_some(30.0));
        let drop = weight.map_or(radius, |_| 2.0 * end);
        // What hangs at its end needs room.
        let load = self.thing.size.and_then(|size| size.z).filter(|_| !wrecking).unwrap_or(0.0);
        let height = total + drop + 0.2 + load;
        let angle = self.thing.angle.unwrap_or(if wrecking { 50.0 } else { 0.0 });
        let mut inner: Option<Element> = None;
        for n in (1..=links).rev() {
            let name = format!("{}_link_{n}", self.name);
            let hinge = Element::new("joint")
                .set("name", format!("{}_joint_{n}", self.name))
                .set("type", "ball")
                .numbers("damping", &[self.thing.damping.unwrap_or(0.005)]);
            let link = rod(&self.looks, radius, [0.0, 0.0, -radius], [0.0, 0.0, radius - length])
                .set("mass", numbers(&[if wrecking { 0.5 } else { 0.05 }]));
            let link =
                if wrecking { link } else { link.set("contype", "2").set("conaffinity", "1") };
            let link =
                if wrecking { link.set("contype", "0").set("conaffinity", "0") } else { link };
            let mut content = vec![hinge.set("armature", "0.0005"), link];
            if n == links
                && let Some(mass) = weight
            {
                content.push(
                    ball(&self.looks, end, [0.0, 0.0, -length - end]).set("mass", numbers(&[mass])),
                );
            }
            content.extend(inner.take());
            inner = Some(body(name, [0.0, 0.0, if n == 1 { 0.0 } else { -length }], content));
        }
        let swing = total * angle.to_radians().sin().abs();
        let mut assembly = Assembly::of_extents([0.3, 0.5, height]);
        (assembly.least[0], assembly.greatest[0]) =
            (-swing - end - 0.1, end + if wrecking { 0.0 } else { swing + 0.1 });
        self.stand(&mut assembly, height);
        let mut root = inner.expect("invariant: at least one link");
        root.put("pos", numbers(&[0.0, 0.0, height]));
        if angle != 0.0 {
            root.put("euler", numbers(&[0.0, angle, 0.0]));
        }
        assembly.bodies[0].content.push(root);
        assembly.hook = Some((format!("{}_link_{links}", self.name), [0.0, 0.0, -length]));
        assembly.strikes_at = Some(end);
        assembly
    }

    pub(super) fn dominoes(&self) -> Assembly {
        let count = self.thing.parts.unwrap_or(10);
        let [t, w, h] = extents(self.thing);
        let arrangement = self.thing.arrangement.as_ref();
        let pitch = arrangement
            .and_then(|a| a.pitch)
            .or(arrangement.and_then(|a| a.gap).map(|gap| gap + t))
            .unwrap_or(0.45 * h);
        let span = pitch * f64::from(count - 1);
        let curved = arrangement
            .filter(|a| matches!(a.pattern, Pattern::Ring | Pattern::Spiral | Pattern::Arc));
        let spots = curved.map(|a| match a.pattern {
            Pattern::Ring => {
                let n = f64::from(count);
                let radius = a.radius.unwrap_or((pitch * n / std::f64::consts::TAU).max(0.15));
                let spot = |n: f64| {
                    let angle = n * std::f64::consts::TAU / f64::from(count);
                    let (sin, cos) = angle.sin_cos();
                    ([radius * cos, radius * sin], angle.to_degrees() + 90.0)
                };
                (0..count).map(|n| spot(f64::from(n))).collect::<Vec<_>>()
            }
            _ => curve(a, count, pitch, h)
                .into_iter()
                .map(|spot| ([spot.pos[0], spot.pos[1]], spot.yaw))
                .collect(),
        });
        // The first may not reach into the second.
        let most = (0.9 * (pitch - t).max(0.0) / h).clamp(0.0, 1.0).asin().to_degrees();
        let mut assembly = Assembly::of_extents([span + t, w, h]);
        if spots.is_some() {
            let reach = |sign: f64, axis: usize| {
                spots.iter().flatten().map(|(pos, _)| sign * pos[axis]).fold(f64::MIN, f64::max)
            };
            assembly.least = [-reach(-1.0, 0) - w, -reach(-1.0, 1) - w, 0.0];
            assembly.greatest = [reach(1.0, 0) + w, reach(1.0, 1) + w, h];
        }
        for n in 0..count {
            let looks = self.palette.looks(self.thing, n as usize, self.turn);
            let tile = looks.dress(
                Element::new("geom")
                    .set("type", "box")
                    .numbers("size", &[t / 2.0, w / 2.0, h / 2.0]),
            );
            let tile = match self.thing.mass {
                Some(mass) => tile.set("mass", numbers(&[mass])),
                None => tile,
            };
            let x = pitch * f64::from(n) - span / 2.0;
            let lean = if n == 0 { self.thing.angle.unwrap_or(0.0).min(most) } else { 0.0 };
            let (sin, cos) = lean.to_radians().sin_cos();
            // It stands on its lower right edge.
            let pos =
                [x + t / 2.0 - cos * t / 2.0 + sin * h / 2.0, 0.0, cos * h / 2.0 + sin * t / 2.0];
            let name = format!("{}_{}", self.name, n + 1);
            let content = vec![Element::new("freejoint"), tile];
            if let Some(([x, y], yaw)) = spots.as_ref().and_then(|spots| spots.get(n as usize)) {
                // It leans along the line that they stand in.
                let (side, ahead) = yaw.to_radians().sin_cos();
                let along = t / 2.0 - cos * t / 2.0 + sin * h / 2.0;
                let pos = [x + along * ahead, y + along * side, pos[2]];
                let turned = [
                    (-side * sin).atan2(cos).to_degrees(),
                    (ahead * sin).asin().to_degrees(),
                    side.atan2(ahead * cos).to_degrees(),
                ];
                assembly.bodies.push(Body {
                    name,
                    pos,
                    euler: turned,
                    content,
                    rests: self.thing.angle.is_none(),
                });
                continue;
            }
            assembly.bodies.push(Body {
                name,
                pos,
                euler: [0.0, lean, 0.0],
                content,
                rests: self.thing.angle.is_none(),
            });
        }
        if spots.is_none() {
            // Room for the last one to fall.
            assembly.greatest[0] += h;
        }
        assembly
    }

    /// A chassis on wheels: the rear ones drive, the front ones steer.
    pub(super) fn car(&self) -> Assembly {
        let [x, y, z] = extents(self.thing);
        let wheels = self.thing.parts.unwrap_or(4).clamp(3, 12);
        let apart = 0.34 * x / f64::from(wheels.div_ceil(2).max(2) - 1);
        let usual = (z * 0.33).min(x * 0.15).min(0.95 * apart);
        let r = self.thing.length.map_or(usual, |across| across / 2.0);
        let z = z.max(2.2 * r);
        let mut assembly = Assembly::of_extents([x, y, z]);
        let ground = r;
        let mut content = vec![Element::new("freejoint").set("name", self.named("root"))];
        let mass = self.thing.mass.unwrap_or(8.0);
        content.push(
            block(&self.looks, [-x / 2.0, -y * 0.32, -r * 0.2], [x / 2.0, y * 0.32, r * 0.9])
                .set("mass", numbers(&[mass * 0.85])),
        );
        content.push(
            block(&self.looks, [-x * 0.3, -y * 0.28, r * 0.9], [x * 0.15, y * 0.28, z - ground])
                .set("mass", numbers(&[mass * 0.15])),
        );
        let axles = wheels.div_ceil(2);
        for n in 0..wheels {
            let (axle, side) = (n / 2, if n % 2 == 0 { 1.0 } else { -1.0 });
            let single = n % 2 == 0 && n + 1 == wheels;
            let along = if axles == 1 {
                0.0
            } else {
                x * 0.34 - x * 0.68 * f64::from(axle) / f64::from(axles - 1)
            };
            let across = if single { 0.0 } else { side * y * 0.42 };
            let name = self.named(&format!("wheel_{}", n + 1));
            let spin = joint("hinge", format!("{name}_spin"), [0.0, 1.0, 0.0])
                .numbers("damping", &[WHEEL_DAMPING])
                .set("armature", "0.002");
            let tyre = self.frame.dress(
                Element::new("geom")
                    .set("type", "cylinder")
                    .numbers("size", &[r, y * 0.07])
                    .numbers("euler", &[90.0, 0.0, 0.0]),
            );
            let tyre = tyre
                .set("mass", "0.5")
                .set("friction", "1.2 0.005 0.0001")
                .set("rgba", "0.11 0.11 0.12 1");
            let spoke = ghost(block(
                &self.looks,
                [-r * 0.8, -y * 0.075, -r * 0.1],
                [r * 0.8, y * 0.075, r * 0.1],
            ));
            let mut wheel = vec![spin, tyre, spoke];
            if axle == 0 {
                let steer = joint("hinge", format!("{name}_steer"), [0.0, 0.0, 1.0])
                    .numbers("range", &[-30.0, 30.0])
                    .numbers("damping", &[0.5])
                    .set("armature", "0.01");
                wheel.insert(0, steer);
                self.drive_as(
                    &mut assembly,
                    Actuator::Position,
                    &format!("{name}_steering"),
                    &format!("{name}_steer"),
                    1.0,
                    [-0.5, 0.5],
                );
            }
            let driven = match self.thing.wheels {
                Some(Wheels::All) => true,
                Some(Wheels::Front) => axle == 0,
                Some(Wheels::Back) | None => axle != 0,
            };
            if driven {
                self.drive(
                    &mut assembly,
                    Actuator::Velocity,
                    &format!("{name}_drive"),
                    &format!("{name}_spin"),
                    0.8,
                    [-std::f64::consts::PI, std::f64::consts::PI],
                );
            }
            content.push(body(name.clone(), [along, across, 0.0], wheel));
            assembly
                .excludes
                .push(Element::new("exclude").set("body1", self.name).set("body2", name));
        }
        let weight = self.thing.mass.unwrap_or(mass + 0.5 * f64::from(wheels));
        self.pace(&mut assembly, r, weight);
        let pos = [0.0, 0.0, ground];
        if let Some(Xyz { x: speed, .. }) = self.thing.velocity {
            assembly.velocities.push((self.name.to_owned(), [speed, 0.0, 0.0], [0.0; 3]));
            let spin = (1..=wheels).map(|n| self.named(&format!("wheel_{n}_spin")));
            assembly.velocities.extend(spin.map(|spin| (spin, [speed / r, 0.0, 0.0], [0.0; 3])));
        }
        let rests = self.thing.velocity.is_none();
        let roof = [x * 0.225, y * 0.28];
        assembly.top = Some(Top { pos: [-x * 0.075, 0.0, z], half: roof });
        assembly.bodies.push(Body {
            name: self.name.to_owned(),
            pos,
            euler: [0.0; 3],
            content,
            rests,
        });
        assembly
    }

    pub(super) fn drawer(&self) -> Assembly {
        let [x, y, z] = extents(self.thing);
        let t = 0.02;
        let (hx, hy) = (x / 2.0, y / 2.0);
        let mut assembly = Assembly::of_extents([x, 2.0 * y, z]);
        let case = vec![
            block(&self.looks, [-hx, -hy, 0.0], [hx, hy, t]),
            block(&self.looks, [-hx, -hy, z - t], [hx, hy, z]),
            block(&self.looks, [-hx, -hy, t], [t - hx, hy, z - t]),
            block(&self.looks, [hx - t, -hy, t], [hx, hy, z - t]),
            block(&self.looks, [t - hx, hy - t, t], [hx - t, hy, z - t]),
        ];
        assembly.fixed(self.name, case);
        let slide = joint("slide", self.named("slide"), [0.0, -1.0, 0.0])
            .numbers("range", &[0.0, y * 0.85])
            .numbers("damping", &[self.thing.damping.unwrap_or(5.0)])
            .set("frictionloss", "0.5");
        let (ix, iy, lower, upper) = (hx - t - 0.01, hy - t - 0.01, t + 0.01, z - t - 0.01);
        let geom = |from, to| block(&self.looks, from, to).set("mass", "0.4");
        let content = vec![
            slide,
            geom([-ix, -hy, lower], [ix, iy, lower + t]),
            geom([-ix, -hy, lower + t], [ix, t - hy, upper]),
            geom([-ix, iy - t, lower + t], [ix, iy, upper]),
            geom([-ix, t - hy, lower + t], [t - ix, iy - t, upper]),
            geom([ix - t, t - hy, lower + t], [ix, iy - t, upper]),
            ball(&self.frame, 0.02, [0.0, -hy - 0.02, z / 2.0]).set("mass", "0.05"),
        ];
        assembly.bodies[0].content.push(body(self.named("tray"), [0.0; 3], content));
        assembly
            .excludes
            .push(Element::new("exclude").set("body1", self.name).set("body2", self.named("tray")));
        assembly.top = Some(Top { pos: [0.0, 0.0, z], half: [hx, hy] });
        self.drive(
            &mut assembly,
            Actuator::None,
            &self.named("motor"),
            &self.named("slide"),
            10.0,
            [0.0, y],
        );
        assembly
    }

    pub(super) fn turntable(&self) -> Assembly {
        let [x, _, z] = extents(self.thing);
        let r = x / 2.0;
        let mut assembly = Assembly::of_extents([x, x, z]);
        let foot = self.frame.dress(
            Element::new("geom")
                .set("type", "cylinder")
                .numbers("size", &[r * 0.4, (z - 0.05) / 2.0])
                .numbers("pos", &[0.0, 0.0, (z - 0.05) / 2.0]),
        );
        assembly.fixed(self.name, vec![foot.set("contype", "0").set("conaffinity", "0")]);
        let speed = self.thing.spin.map_or(2.0, |spin| spin.z);
        let hinge = joint("hinge", self.named("hinge"), [0.0, 0.0, 1.0])
            .numbers("damping", &[self.thing.damping.unwrap_or(0.02)]);
        let disc = self
            .looks
            .dress(Element::new("geom").set("type", "cylinder").numbers("size", &[r, 0.02]));
        let disc = match self.thing.mass {
            Some(mass) => disc.set("mass", numbers(&[mass])),
            None => disc,
        };
        let mark = ghost(block(&self.frame, [r * 0.3, -0.01, 0.02], [r * 0.95, 0.01, 0.022]));
        assembly.bodies[0].content.push(body(
            self.named("disc"),
            [0.0, 0.0, z - 0.02],
            vec![hinge, disc, mark],
        ));
        assembly.top = Some(Top { pos: [0.0, 0.0, z], half: [r * 0.7, r * 0.7] });
        self.drive(
            &mut assembly,
            Actuator::Velocity,
            &self.named("drive"),
            &self.named("hinge"),
            5.0,
            [-20.0, 20.0],
        );
        assembly.velocities.push((self.named("hinge"), [speed, 0.0, 0.0], [0.0; 3]));
        assembly
    }

    pub(super) fn windmill(&self) -> Assembly {
        let blades = self.thing.parts.unwrap_or(3).clamp(2, 24);
        let [x, y, z] = extents(self.thing);
        let r = (x / 2.0).min(z * 0.7);
        let mut assembly = Assembly::of_extents([2.0 * r, y, z + r]);
        assembly.fixed(
            self.name,
            vec![
                rod(&self.frame, 0.03, [0.0, 0.08, 0.03], [0.0, 0.08, z]),
                block(&self.frame, [-0.2, -0.1, 0.0], [0.2, 0.3, 0.03]),
            ],
        );
        let hinge = joint("hinge", self.named("hinge"), [0.0, 1.0, 0.0])
            .numbers("damping", &[self.thing.damping.unwrap_or(0.01)]);
        let mut content = vec![hinge, ball(&self.frame, 0.04, [0.0; 3]).set("mass", "0.2")];
        for n in 0..blades {
            let (sin, cos) = (f64::from(n) * std::f64::consts::TAU / f64::from(blades)).sin_cos();
            let blade = Element::new("geom")
                .set("type", "box")
                .numbers("size", &[r / 2.0 - 0.02, 0.008, r * 0.08])
                .numbers("pos", &[cos * r / 2.0, 0.0, sin * r / 2.0]);
            let turn = -(f64::from(n) * 360.0 / f64::from(blades));
            content.push(
                self.looks.dress(blade.numbers("euler", &[0.0, turn, 0.0])).set("mass", "0.2"),
            );
        }
        assembly.bodies[0].content.push(body(self.named("rotor"), [0.0, 0.0, z], content));
        assembly.excludes.push(
            Element::new("exclude").set("body1", self.name).set("body2", self.named("rotor")),
        );
        self.drive(
            &mut assembly,
            Actuator::Velocity,
            &self.named("drive"),
            &self.named("hinge"),
            2.0,
            [-20.0, 20.0],
        );
        assembly.velocities.push((
            self.named("hinge"),
            [self.thing.spin.map_or(3.0, |spin| spin.z), 0.0, 0.0],
            [0.0; 3],
        ));
        assembly
    }

    pub(super) fn spinning_top(&self) -> Assembly {
        let [x, _, z] = extents(self.thing);
        let r = x / 2.0;
        let mut assembly = Assembly::of_extents([x, x, z]);
        let cylinder = |size: [f64; 2], at: f64| {
            self.looks.dress(
                Element::new("geom")
                    .set("type", "cylinder")
                    .numbers("size", &size)
                    .numbers("pos", &[0.0, 0.0, at]),
            )
        };
        let content = vec![
            Element::new("freejoint").set("name", self.named("root")),
            cylinder([r, z * 0.08], z * 0.1),
            rod(&self.looks, r * 0.08, [0.0, 0.0, -z * 0.3], [0.0, 0.0, z * 0.5]),
            cylinder([r * 0.55, z * 0.06], -z * 0.05),
        ];
        // It touches the floor with the round end of its axle.
        let pos = [0.0, 0.0, z * 0.3 + r * 0.08];
        assembly.bodies.push(Body {
            name: self.name.to_owned(),
            pos,
            euler: [2.0, 0.0, 0.0],
            content,
            rests: false,
        });
        let speed =
            self.thing.spin.map_or(120.0, |spin| if spin.z == 6.0 { 120.0 } else { spin.z });
        assembly.velocities.push((self.name.to_owned(), [0.0; 3], [0.0, 0.0, speed]));
        assembly
    }

    /// Planks on hinges, the last one held at the other bank.
    pub(super) fn bridge(&self, held: Option<Held>) -> Assembly {
        let planks = self.thing.parts.unwrap_or(10).clamp(3, 40);
        let [own, y, high] = extents(self.thing);
        let strung = match held {
            Some(Held::Between(span)) => Some(span),
            _ => None,
        };
        let [x, z] = strung.unwrap_or([own, high]);
        let pitch = x / f64::from(planks);
        // What it is strung between are its banks.
        let bank = if strung.is_some() { 0.0 } else { 0.4 };
        let mut assembly = Assembly::of_extents([x + 2.0 * bank, y, z]);
        let banks = if bank == 0.0 {
            Vec::new()
        } else {
            vec![
                block(&self.frame, [-x / 2.0 - bank, -y / 2.0, 0.0], [-x / 2.0, y / 2.0, z]),
                block(&self.frame, [x / 2.0, -y / 2.0, 0.0], [x / 2.0 + bank, y / 2.0, z]),
            ]
        };
        assembly.fixed(self.name, banks);
        let mut inner: Option<Element> = None;
        for n in (1..=planks).rev() {
            let hinge = joint("hinge", format!("{}_hinge_{n}", self.name), [0.0, 1.0, 0.0])
                .numbers("damping", &[self.thing.damping.unwrap_or(0.05)]);
            let plank = block(&self.looks, [0.005, -y / 2.0, -0.02], [pitch - 0.005, y / 2.0, 0.0])
                .set("mass", "0.5");
            let mut content = vec![hinge, plank];
            content.extend(inner.take());
            inner = Some(body(
                format!("{}_plank_{n}", self.name),
                [if n == 1 { -x / 2.0 } else { pitch }, 0.0, if n == 1 { z } else { 0.0 }],
                content,
            ));
            assembly.excludes.push(
                Element::new("exclude")
                    .set("body1", self.name)
                    .set("body2", format!("{}_plank_{n}", self.name)),
            );
        }
        assembly.bodies[0].content.extend(inner);
        let connect = Element::new("connect")
            .set("body1", format!("{}_plank_{planks}", self.name))
            .set("body2", self.name)
            .numbers("anchor", &[pitch, 0.0, 0.0]);
        assembly.equalities.push(connect.set("solref", "0.01 1"));
        assembly.top = Some(Top { pos: [0.0, 0.0, z], half: [x / 2.0, y / 2.0] });
        assembly
    }

    /// Two loads whose slides are coupled, so that one rises as the other sinks.
    pub(super) fn pulley(&self) -> Assembly {
        let [x, y, z] = extents(self.thing);
        let r = x / 2.0 - 0.06;
        let mut assembly = Assembly::of_extents([x + 0.1, y.max(0.4), z + r]);
        self.stand(&mut assembly, z);
        let travel = z / 2.0 - 0.15;
        let wheel = self.looks.dress(
            Element::new("geom")
                .set("type", "cylinder")
                .numbers("size", &[r, 0.02])
                .numbers("euler", &[90.0, 0.0, 0.0]),
        );
        let wheel = vec![
            joint("hinge", self.named("wheel_hinge"), [0.0, 1.0, 0.0]),
            wheel.set("mass", "0.1").set("contype", "0").set("conaffinity", "0"),
            ghost(block(&self.frame, [-r * 0.9, -0.025, -0.01], [r * 0.9, 0.025, 0.01])),
        ];
        assembly.bodies[0].content.push(body(self.named("wheel"), [0.0, 0.0, z], wheel));
        for (side, sign, mass) in [
            ("left", -1.0, self.thing.mass.unwrap_or(1.0)),
            ("right", 1.0, self.thing.other_mass.unwrap_or(self.thing.mass.unwrap_or(1.0) * 1.5)),
        ] {
            let slide = joint("slide", self.named(&format!("{side}_slide")), [0.0, 0.0, 1.0])
                .numbers("range", &[-travel, travel])
                .numbers("damping", &[0.05]);
            let half = 0.05 * mass.cbrt();
            let load = block(&self.looks, [-half; 3], [half; 3]).set("mass", numbers(&[mass]));
            let eye = Element::new("site")
                .set("name", self.named(&format!("{side}_eye")))
                .numbers("pos", &[0.0, 0.0, half])
                .numbers("size", &[0.008]);
            assembly.bodies[0].content.push(body(
                self.named(&format!("{side}_load")),
                [sign * r, 0.0, z / 2.0],
                vec![slide, load, eye],
            ));
            assembly.bodies[0].content.push(
                Element::new("site")
                    .set("name", self.named(&format!("{side}_rim")))
                    .numbers("pos", &[sign * r, 0.0, z])
                    .numbers("size", &[0.005]),
            );
            self.coil(
                &mut assembly,
                &self.named(&format!("{side}_rim")),
                &self.named(&format!("{side}_eye")),
                &format!("{side}_rope"),
            );
        }
        let couple = |a: &str, b: &str, factor: f64| {
            Element::new("joint")
                .set("joint1", self.named(a))
                .set("joint2", self.named(b))
                .numbers("polycoef", &[0.0, factor, 0.0, 0.0, 0.0])
        };
        assembly.equalities.push(couple("left_slide", "right_slide", -1.0));
        assembly.equalities.push(couple("wheel_hinge", "right_slide", -1.0 / r));
        assembly
    }

    pub(super) fn slider_crank(&self) -> Assembly {
        let [x, y, z] = extents(self.thing);
        let (crank, rod_length, height) = (x * 0.16, x * 0.5, z * 0.7);
        let mut assembly = Assembly::of_extents([x, y, z]);
        let left = -x / 2.0 + crank + 0.02;
        let rail = ghost(block(
            &self.frame,
            [left + rod_length - crank, -0.03, 0.0],
            [x / 2.0, 0.03, height - 0.06],
        ));
        let post = ghost(block(&self.frame, [left - 0.04, 0.04, 0.0], [left + 0.04, 0.1, height]));
        assembly.fixed(self.name, vec![rail, post]);
        let no = |geom: Element| geom.set("contype", "0").set("conaffinity", "0");
        let hinge = |part: &str| {
            joint("hinge", self.named(part), [0.0, 1.0, 0.0]).numbers("damping", &[0.005])
        };
        let connecting = body(
            self.named("rod"),
            [crank, 0.0, 0.0],
            vec![
                hinge("rod_hinge"),
                no(rod(&self.looks, 0.012, [0.0; 3], [rod_length, 0.0, 0.0])).set("mass", "0.2"),
            ],
        );
        let crank_body = vec![
            hinge("crank_hinge"),
            no(rod(&self.looks, 0.015, [0.0; 3], [crank, 0.0, 0.0])).set("mass", "0.3"),
            connecting,
        ];
        assembly.bodies[0].content.push(body(self.named("crank"), [left, 0.0, height], crank_body));
        let slider = vec![
            joint("slide", self.named("slide"), [1.0, 0.0, 0.0]).numbers("damping", &[0.05]),
            no(block(&self.looks, [-0.06, -0.05, -0.05], [0.06, 0.05, 0.05])).set("mass", "0.5"),
        ];
        assembly.bodies[0].content.push(body(
            self.named("slider"),
            [left + crank + rod_length, 0.0, height],
            slider,
        ));
        assembly.equalities.push(
            Element::new("connect")
                .set("body1", self.named("rod"))
                .set("body2", self.named("slider"))
                .numbers("anchor", &[rod_length, 0.0, 0.0]),
        );
        self.drive(
            &mut assembly,
            Actuator::Velocity,
            &self.named("drive"),
            &self.named("crank_hinge"),
            2.0,
            [-20.0, 20.0],
        );
        assembly.velocities.push((self.named("crank_hinge"), [3.0, 0.0, 0.0], [0.0; 3]));
        assembly
    }

    pub(super) fn swing(&self) -> Assembly {
        let [x, y, z] = extents(self.thing);
        let mut assembly = Assembly::of_extents([x + 0.1, 2.0 * z, z]);
        let (hx, length) = (x / 2.0, z - 0.4);
        let mut frame =
            vec![ghost(rod(&self.frame, 0.025, [-hx - 0.05, 0.0, z], [hx + 0.05, 0.0, z]))];
        for sx in [-hx - 0.05, hx + 0.05] {
            for sy in [-0.4, 0.4] {
                frame.push(ghost(rod(&self.frame, 0.025, [sx, sy, 0.025], [sx, 0.0, z])));
            }
        }
        assembly.fixed(self.name, frame);
        let angle = self.thing.angle.unwrap_or(20.0);
        let hinge = self
            .damped(joint("hinge", self.named("hinge"), [1.0, 0.0, 0.0]), 0.05)
            .numbers("ref", &[angle]);
        let seat =
            block(&self.looks, [-hx * 0.6, -y * 0.3, -length - 0.03], [hx * 0.6, y * 0.3, -length])
                .set("mass", numbers(&[self.thing.mass.unwrap_or(3.0)]));
        let rope = |side: f64| {
            ghost(rod(
                &self.frame,
                0.008,
                [side * hx * 0.55, 0.0, 0.0],
                [side * hx * 0.55, 0.0, -length],
            ))
        };
        let mut seat =
            body(self.named("seat"), [0.0, 0.0, z], vec![hinge, seat, rope(-1.0), rope(1.0)]);
        seat.put("euler", numbers(&[angle, 0.0, 0.0]));
        assembly.bodies[0].content.push(seat);
        assembly
    }
}
