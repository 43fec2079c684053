//! Things of one body: shapes and vessels.

use super::super::spec::{Kind, Thing};
use super::{element::Element, looks::Looks};

/// A thing of one body: its geoms around its middle, and half its extents.
#[derive(Clone, Debug)]
pub struct Solid {
    /// Geoms, meshes as `mesh` references.
    pub geoms: Vec<Element>,
    /// Half its extents, m.
    pub half: [f64; 3],
    /// Where others can lie inside: height above its lower end, and half the width and depth, m.
    pub inside: Option<(f64, [f64; 2])>,
    /// Meshes that it needs.
    pub meshes: Vec<Element>,
}

/// Extents of a thing: what is given, and the kind's own else.
pub fn extents(thing: &Thing) -> [f64; 3] {
    let own = thing.kind.extents();
    let size = thing.size.unwrap_or_default();
    match thing.kind {
        Kind::Sphere => [size.x.or(size.y).or(size.z).unwrap_or(own[0]); 3],
        Kind::Cylinder
        | Kind::Capsule
        | Kind::Cone
        | Kind::Cup
        | Kind::Bowl
        | Kind::Turntable
        | Kind::SpinningTop => {
            let x = size.x.or(size.y).unwrap_or(own[0]);
            let scale = if matches!(thing.kind, Kind::Cup | Kind::Bowl) { x / own[0] } else { 1.0 };
            [x, x, size.z.unwrap_or(own[2] * scale)]
        }
        Kind::Torus => {
            let x = size.x.unwrap_or(own[0]);
            [x, x, size.z.unwrap_or(x * 0.2)]
        }
        // Their proportions stay the same unless they are said.
        Kind::Dominoes => {
            let scale = size.z.map_or(1.0, |z| z / own[2]);
            let thick = size.x.unwrap_or(own[0] * scale);
            [thick, size.y.unwrap_or(own[1] * scale), size.z.unwrap_or(own[2])]
        }
        // It lies on its side.
        Kind::Wheel if thing.lying == Some(true) => {
            let x = size.x.or(size.z).unwrap_or(own[0]);
            [x, x, size.y.unwrap_or(x / 3.0)]
        }
        Kind::Wheel => {
            let x = size.x.or(size.z).unwrap_or(own[0]);
            [x, size.y.unwrap_or(x / 3.0), x]
        }
        _ => [size.x.unwrap_or(own[0]), size.y.unwrap_or(own[1]), size.z.unwrap_or(own[2])],
    }
}

/// Length of one part of a mechanism where nobody says, m.
pub fn usual_length(kind: Kind, parts: Option<u32>) -> f64 {
    let parts = f64::from(parts.unwrap_or(1));
    match kind {
        Kind::Pendulum if parts <= 1.0 => 0.8,
        Kind::Pendulum => (3.0 / parts).min(0.5),
        Kind::InvertedPendulum => 0.8,
        Kind::CartPole | Kind::Spring => 0.6,
        Kind::Arm => (1.2 / (parts.max(2.0) - 1.0)).clamp(0.12, 0.4),
        Kind::NewtonsCradle => 0.5,
        Kind::WreckingBall => 0.2,
        Kind::Chain => 0.1,
        _ => 0.4,
    }
}

/// Mass of what a mechanism moves where nobody says, kg; none where it is not one figure.
pub const fn usual_mass(kind: Kind) -> Option<f64> {
    Some(match kind {
        Kind::Pendulum | Kind::Spring | Kind::SlidingSpring | Kind::Pulley => 1.0,
        Kind::InvertedPendulum | Kind::CartPole => 0.2,
        Kind::NewtonsCradle => 0.5,
        Kind::Seesaw => 5.0,
        Kind::WreckingBall => 30.0,
        Kind::Car => 10.0,
        Kind::Door => 15.0,
        Kind::Swing => 3.0,
        _ => return None,
    })
}

/// Stiffness of a spring where nobody says, N/m: its load pulls it by a quarter of a metre.
pub fn usual_stiffness(thing: &Thing) -> Option<f64> {
    let sprung = matches!(thing.kind, Kind::Spring | Kind::SlidingSpring);
    sprung.then(|| 40.0 * thing.mass.unwrap_or(1.0))
}

/// The geoms of one of `thing`, `scale` times its size.
pub fn solid(thing: &Thing, scale: f64, looks: &Looks) -> Solid {
    let [x, y, z] = extents(thing).map(|extent| extent * scale);
    let mut half = [x / 2.0, y / 2.0, z / 2.0];
    let geom = |kind: &str, size: &[f64]| {
        looks.dress(Element::new("geom").set("type", kind).numbers("size", size))
    };
    let mut inside = None;
    let mut meshes = Vec::new();
    let mut mesh = |points: Vec<[f64; 3]>| {
        let name = looks.mesh_name();
        let flat: Vec<f64> = points.into_iter().flatten().collect();
        meshes.push(Element::new("mesh").set("name", name.clone()).numbers("vertex", &flat));
        looks.dress(Element::new("geom").set("type", "mesh").set("mesh", name))
    };
    let lying = thing.lying == Some(true);
    let geoms = match thing.kind {
        Kind::Sphere => vec![geom("sphere", &[half[0]])],
        Kind::Cylinder | Kind::Capsule => {
            let kind = if thing.kind == Kind::Cylinder { "cylinder" } else { "capsule" };
            let straight = if thing.kind == Kind::Cylinder {
                half[2]
            } else {
                (half[2] - half[0]).max(half[0] * 0.05)
            };
            if thing.kind == Kind::Capsule {
                half[2] = straight + half[0];
            }
            let upright = geom(kind, &[half[0], straight]);
            if lying {
                half = [half[2], half[0], half[0]];
                vec![upright.numbers("euler", &[0.0, 90.0, 0.0])]
            } else {
                vec![upright]
            }
        }
        Kind::Ellipsoid => vec![geom("ellipsoid", &half)],
        Kind::Wheel if lying => {
            let hub = geom("cylinder", &[half[0] * 0.3, half[2] * 1.05])
                .set("contype", "0")
                .set("conaffinity", "0");
            vec![
                geom("cylinder", &[half[0], half[2]]),
                hub.set("rgba", "0.75 0.77 0.8 1").set("mass", "0.001"),
            ]
        }
        Kind::Wheel => {
            let hub = geom("cylinder", &[half[0] * 0.3, half[1] * 1.05])
                .numbers("euler", &[90.0, 0.0, 0.0])
                .set("contype", "0")
                .set("conaffinity", "0");
            vec![
                geom("cylinder", &[half[0], half[1]]).numbers("euler", &[90.0, 0.0, 0.0]),
                hub.set("rgba", "0.75 0.77 0.8 1").set("mass", "0.001"),
            ]
        }
        Kind::Dumbbell => {
            let r = half[1];
            let bar = geom("cylinder", &[r * 0.3, half[0] - r]).numbers("euler", &[0.0, 90.0, 0.0]);
            let end =
                |side: f64| geom("sphere", &[r]).numbers("pos", &[side * (half[0] - r), 0.0, 0.0]);
            vec![bar, end(-1.0), end(1.0)]
        }
        Kind::Ladder => {
            let rail = 0.06 * y;
            let part = |size: [f64; 3], pos: [f64; 3]| geom("box", &size).numbers("pos", &pos);
            let side = half[1] - rail / 2.0;
            let mut geoms: Vec<Element> =
                [-side, side].map(|at| part([half[0], rail / 2.0, half[2]], [0.0, at, 0.0])).into();
            let rungs = (z / 0.3).round().clamp(2.0, 20.0);
            geoms.extend((0..rungs as u32).map(|n| {
                let at = z * ((f64::from(n) + 0.5) / rungs - 0.5);
                part([half[0] * 0.6, side - rail / 2.0, half[0] * 0.5], [0.0, 0.0, at])
            }));
            geoms
        }
        Kind::Cone => {
            let ring = (0..24).map(|n| {
                let (sin, cos) = (f64::from(n) * std::f64::consts::TAU / 24.0).sin_cos();
                [half[0] * cos, half[0] * sin, 0.0]
            });
            let points = ring.chain([[0.0, 0.0, z]]).collect();
            vec![mesh(points).numbers("pos", &[0.0, 0.0, -half[2]])]
        }
        Kind::SolidPyramid => {
            let points = vec![
                [-half[0], -half[1], 0.0],
                [half[0], -half[1], 0.0],
                [half[0], half[1], 0.0],
                [-half[0], half[1], 0.0],
                [0.0, 0.0, z],
            ];
            vec![mesh(points).numbers("pos", &[0.0, 0.0, -half[2]])]
        }
        Kind::Wedge => {
            let points = [-half[1], half[1]]
                .into_iter()
                .flat_map(|y| [[-half[0], y, 0.0], [half[0], y, 0.0], [-half[0], y, z]])
                .collect();
            vec![mesh(points).numbers("pos", &[0.0, 0.0, -half[2]])]
        }
        Kind::Torus => {
            let tube = half[2];
            let ring = (half[0] - tube).max(tube);
            (0..16)
                .map(|n| {
                    let at = |n: i32| {
                        let (sin, cos) = (f64::from(n) * std::f64::consts::TAU / 16.0).sin_cos();
                        [ring * cos, ring * sin, 0.0]
                    };
                    let ([a, b, c], [d, e, f]) = (at(n), at(n + 1));
                    looks.dress(
                        Element::new("geom")
                            .set("type", "capsule")
                            .numbers("size", &[tube])
                            .numbers("fromto", &[a, b, c, d, e, f]),
                    )
                })
                .collect()
        }
        Kind::Container => {
            let wall = (0.06 * half[0].min(half[1])).clamp(0.002, 0.03);
            inside = Some((2.0 * wall, [half[0] - 2.0 * wall, half[1] - 2.0 * wall]));
            let side = |size: [f64; 3], pos: [f64; 3]| geom("box", &size).numbers("pos", &pos);
            vec![
                side([half[0], half[1], wall], [0.0, 0.0, wall - half[2]]),
                side([wall, half[1], half[2] - wall], [wall - half[0], 0.0, wall]),
                side([wall, half[1], half[2] - wall], [half[0] - wall, 0.0, wall]),
                side([half[0] - 2.0 * wall, wall, half[2] - wall], [0.0, wall - half[1], wall]),
                side([half[0] - 2.0 * wall, wall, half[2] - wall], [0.0, half[1] - wall, wall]),
            ]
        }
        Kind::Cup | Kind::Bowl => {
            let wall = (0.05 * half[0]).clamp(0.0015, 0.02);
            let radius = half[0] - wall;
            inside = Some((2.0 * wall, [radius * 0.62, radius * 0.62]));
            let mut geoms =
                vec![geom("cylinder", &[radius, wall]).numbers("pos", &[0.0, 0.0, wall - half[2]])];
            let step = std::f64::consts::TAU / 16.0;
            geoms.extend((0..16).map(|n| {
                let (sin, cos) = (f64::from(n) * step).sin_cos();
                geom("box", &[wall, radius * (step / 2.0).tan() * 1.05, half[2] - wall])
                    .numbers("pos", &[radius * cos, radius * sin, wall])
                    .numbers("euler", &[0.0, 0.0, (f64::from(n) * step).to_degrees()])
            }));
            geoms
        }
        _ => vec![geom("box", &half)],
    };
    Solid { geoms, half, inside, meshes }
}
