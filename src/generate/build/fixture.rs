//! What stands fast and guides what moves: funnels, curved ramps, mazes, arches, tunnels.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI, TAU};

use super::super::spec::{Kind, Thing};
use super::{
    assembly::{Assembly, Body, Slope, Top, block, ghost, rod},
    element::Element,
    looks::{Looks, Palette},
    solid::extents,
};

/// Thickness of what things roll on, m.
const SHEET: f64 = 0.03;

/// Builds one around the origin, upon the floor; none where the kind is another.
pub fn fixture(thing: &Thing, name: &str, palette: &Palette, turn: usize) -> Option<Assembly> {
    let looks = palette.looks(thing, 0, turn);
    let full @ [x, y, z] = extents(thing);
    let mut assembly = Assembly::of_extents(full);
    let geoms = match thing.kind {
        Kind::Funnel => funnel(&looks, &palette.frame(), full, &mut assembly),
        Kind::CurvedRamp => curved_ramp(&looks, thing, &mut assembly),
        Kind::HalfPipe => {
            let radius = x / 2.0;
            let points = (0..=20).map(|n| {
                let angle = PI * (f64::from(n) / 20.0) - FRAC_PI_2;
                [radius * angle.sin(), SHEET + radius * (1.0 - angle.cos())]
            });
            let geoms = channel(&looks, &points.collect::<Vec<_>>(), y);
            assembly.greatest[2] = SHEET + radius;
            // On its left side, so that what is put there rolls.
            let pos = [-0.4 * radius, 0.0, SHEET + 0.11 * radius + 0.012];
            assembly.inside = Some(Top { pos, half: [0.02 * radius, 0.45 * y] });
            assembly.top = assembly.inside;
            geoms
        }
        Kind::Maze => maze(&looks, full, &mut assembly),
        Kind::Arch => arch(&looks, full, &mut assembly),
        Kind::Tunnel => {
            let (hx, hy, wall) = (x / 2.0, y / 2.0, 0.05);
            assembly.inside = Some(Top { pos: [0.0; 3], half: [hx, hy - wall] });
            assembly.top = Some(Top { pos: [0.0, 0.0, z], half: [hx, hy] });
            vec![
                block(&looks, [-hx, -hy, 0.0], [hx, wall - hy, z - wall]),
                block(&looks, [-hx, hy - wall, 0.0], [hx, hy, z - wall]),
                block(&looks, [-hx, -hy, z - wall], [hx, hy, z]),
            ]
        }
        Kind::MarbleRun => marble_run(&looks, &palette.frame(), full, &mut assembly),
        _ => return None,
    };
    let name = name.to_owned();
    assembly.bodies.push(Body {
        name,
        pos: [0.0; 3],
        euler: [0.0; 3],
        content: geoms,
        rests: true,
    });
    Some(assembly)
}

/// A sheet under a line of points in x and z, `deep` m along y.
fn channel(looks: &Looks<'_>, points: &[[f64; 2]], deep: f64) -> Vec<Element> {
    points
        .windows(2)
        .map(|two| {
            let ([ax, az], [bx, bz]) = (two[0], two[1]);
            let (dx, dz) = (bx - ax, bz - az);
            let length = dx.hypot(dz);
            // Below it as seen along the line.
            let (nx, nz) = (dz / length * SHEET / 2.0, -dx / length * SHEET / 2.0);
            let sheet = Element::new("geom")
                .set("type", "box")
                .numbers("size", &[length / 2.0 + 0.004, deep / 2.0, SHEET / 2.0])
                .numbers("pos", &[(ax + bx) / 2.0 + nx, 0.0, (az + bz) / 2.0 + nz])
                .numbers("euler", &[0.0, -dz.atan2(dx).to_degrees(), 0.0]);
            looks.dress(sheet)
        })
        .collect()
}

/// Panels that narrow downwards to a hole, on three legs.
fn funnel(
    looks: &Looks<'_>,
    frame: &Looks<'_>,
    [x, _, z]: [f64; 3],
    assembly: &mut Assembly,
) -> Vec<Element> {
    let (wide, narrow, low) = (x / 2.0, 0.14 * x, 0.45 * z);
    let (dr, dz) = (wide - narrow, z - low);
    let slant = dr.hypot(dz);
    let mut geoms = Vec::new();
    for n in 0..16 {
        let (sin, cos) = (TAU * f64::from(n) / 16.0).sin_cos();
        let (radius, height) = (f64::midpoint(wide, narrow), f64::midpoint(z, low));
        let (out, down) = (dz / slant, -dr / slant);
        let panel = Element::new("geom")
            .set("type", "box")
            .numbers("size", &[0.006, wide * (PI / 16.0).tan() * 1.06, slant / 2.0])
            .numbers("pos", &[radius * cos, radius * sin, height])
            .numbers("xyaxes", &[out * cos, out * sin, down, -sin, cos, 0.0]);
        geoms.push(looks.dress(panel));
    }
    for n in 0..3 {
        let (sin, cos) = (TAU * f64::from(n) / 3.0 + FRAC_PI_4).sin_cos();
        let (px, py) = (wide * cos, wide * sin);
        geoms.push(ghost(rod(frame, 0.012, [px * 1.1, py * 1.1, 0.012], [px, py, z - 0.01])));
    }
    let half = [0.45 * (narrow + 0.55 * dr); 2];
    assembly.inside = Some(Top { pos: [0.0, 0.0, low + 0.55 * dz], half });
    geoms
}

/// Straight at 45° at its upper end, then ever flatter down to the floor.
fn curved_ramp(looks: &Looks<'_>, thing: &Thing, assembly: &mut Assembly) -> Vec<Element> {
    let size = thing.size.unwrap_or_default();
    let [_, y, usual] = extents(thing);
    let height = size.z.or(size.x.map(|x| x / 1.92)).unwrap_or(usual);
    let straight = 0.35 * height;
    let radius = 0.65 * height / (1.0 - FRAC_PI_4.cos());
    let run = straight + radius * FRAC_PI_4.sin();
    let left = -run / 2.0;
    let mut points = vec![[left, height]];
    points.extend((0..=14).map(|n| {
        let angle = FRAC_PI_4 * (1.0 - f64::from(n) / 14.0);
        [run / 2.0 - radius * angle.sin(), radius * (1.0 - angle.cos())]
    }));
    let mut geoms = channel(looks, &points, y);
    for side in [-1.0, 1.0] {
        let at = side * (y / 2.0 - 0.05);
        geoms.push(block(
            looks,
            [left + 0.02, at - 0.02, 0.0],
            [left + 0.06, at + 0.02, height - 0.1 * height.min(1.0) - 0.04],
        ));
    }
    assembly.least = [left - 0.03, -y / 2.0, 0.0];
    assembly.greatest = [run / 2.0, y / 2.0, height];
    assembly.slope = Some(Slope {
        upper: [left, 0.0, height],
        lower: [left + straight, 0.0, height - straight],
        angle: 45.0,
    });
    geoms
}

/// Corridors between walls, one way from each cell to any other.
fn maze(looks: &Looks<'_>, [x, y, z]: [f64; 3], assembly: &mut Assembly) -> Vec<Element> {
    const CELLS: usize = 5;
    let (wide, deep, thick) = (x / CELLS as f64, y / CELLS as f64, 0.02);
    // Walls right of and behind each cell, until a way leads through.
    let mut walls = [[[true; 2]; CELLS]; CELLS];
    let mut seen = [[false; CELLS]; CELLS];
    let (mut path, mut chance) = (vec![(0_usize, 0_usize)], 7_u32);
    seen[0][0] = true;
    while let Some(&(c, r)) = path.last() {
        let around = [(1, 0), (0, 1), (-1, 0), (0, -1)];
        let open: Vec<(usize, usize)> = around
            .iter()
            .filter_map(|(dx, dy)| Some((c.checked_add_signed(*dx)?, r.checked_add_signed(*dy)?)))
            .filter(|(c, r)| *c < CELLS && *r < CELLS && !seen[*c][*r])
            .collect();
        if open.is_empty() {
            path.pop();
            continue;
        }
        chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (nc, nr) = open[(chance >> 16) as usize % open.len()];
        walls[c.min(nc)][r.min(nr)][usize::from(nc == c)] = false;
        seen[nc][nr] = true;
        path.push((nc, nr));
    }
    let (hx, hy) = (x / 2.0, y / 2.0);
    let wall = |from: [f64; 2], to: [f64; 2]| {
        let t = thick / 2.0;
        block(looks, [from[0] - t, from[1] - t, 0.0], [to[0] + t, to[1] + t, z])
    };
    let mut geoms = vec![
        wall([-hx, -hy], [hx, -hy]),
        wall([-hx, hy], [hx, hy]),
        wall([-hx, -hy], [-hx, hy]),
        wall([hx, -hy], [hx, hy]),
    ];
    for (c, column) in walls.iter().enumerate() {
        for (r, cell) in column.iter().enumerate() {
            let [right, behind] = [(c + 1) as f64 * wide - hx, (r + 1) as f64 * deep - hy];
            if cell[0] && c + 1 < CELLS {
                geoms.push(wall([right, behind - deep], [right, behind]));
            }
            if cell[1] && r + 1 < CELLS {
                geoms.push(wall([right - wide, behind], [right, behind]));
            }
        }
    }
    (assembly.least[0], assembly.least[1]) = (-hx - thick, -hy - thick);
    (assembly.greatest[0], assembly.greatest[1]) = (hx + thick, hy + thick);
    assembly.inside = Some(Top {
        pos: [wide / 2.0 - hx, deep / 2.0 - hy, 0.0],
        half: [wide / 2.0 - thick, deep / 2.0 - thick],
    });
    geoms
}

/// Two pillars and wedged stones in a half circle over them.
fn arch(looks: &Looks<'_>, [x, y, z]: [f64; 3], assembly: &mut Assembly) -> Vec<Element> {
    let (outer, thick) = (x / 2.0, 0.16 * x);
    let pillar = (z - outer).max(0.0);
    let middle = outer - thick / 2.0;
    let mut geoms = Vec::new();
    for side in [-1.0, 1.0] {
        if pillar > 0.0 {
            let at = side * middle;
            geoms.push(block(
                looks,
                [at - thick / 2.0, -y / 2.0, 0.0],
                [at + thick / 2.0, y / 2.0, pillar],
            ));
        }
    }
    for n in 0..11 {
        let angle = PI * (f64::from(n) + 0.5) / 11.0;
        let stone = Element::new("geom")
            .set("type", "box")
            .numbers("size", &[thick / 2.0, y / 2.0, middle * (PI / 22.0).tan() * 1.02])
            .numbers("pos", &[middle * angle.cos(), 0.0, pillar + middle * angle.sin()])
            .numbers("euler", &[0.0, -angle.to_degrees(), 0.0]);
        geoms.push(looks.dress(stone));
    }
    assembly.greatest[2] = pillar + outer;
    assembly.inside =
        Some(Top { pos: [0.0; 3], half: [(outer - thick).max(0.02), y.max(0.6) / 2.0] });
    assembly.top = Some(Top { pos: [0.0, 0.0, pillar + outer], half: [thick * 0.5, y / 2.0] });
    geoms
}

/// Four channels to and fro, each under the lower end of the one before.
fn marble_run(
    looks: &Looks<'_>,
    frame: &Looks<'_>,
    [x, y, z]: [f64; 3],
    assembly: &mut Assembly,
) -> Vec<Element> {
    const LEVELS: u32 = 4;
    let (half, end, level) = (x / 2.0, 0.3 * x, z / f64::from(LEVELS));
    let fall = 0.46 * level;
    let angle = fall.atan2(half + end);
    let mut geoms = Vec::new();
    for n in 0..LEVELS {
        let sign = if n % 2 == 0 { 1.0 } else { -1.0 };
        let top = z - 0.06 - level * f64::from(n);
        let (from, to) = ([-sign * half, top], [sign * end, top - fall]);
        let line = if n % 2 == 0 { [from, to] } else { [to, from] };
        geoms.extend(channel(looks, &line, y));
        let length = (half + end).hypot(fall);
        let middle = [f64::midpoint(from[0], to[0]), f64::midpoint(from[1], to[1])];
        for side in [-1.0, 1.0] {
            let rim = Element::new("geom")
                .set("type", "box")
                .numbers("size", &[length / 2.0, 0.008, 0.04])
                .numbers("pos", &[middle[0], side * (y / 2.0 + 0.008), middle[1] + 0.02])
                .numbers("euler", &[0.0, sign * angle.to_degrees(), 0.0]);
            geoms.push(looks.dress(rim));
        }
        let stop = from[0] - sign * 0.01;
        geoms.push(block(
            looks,
            [stop - 0.01, -y / 2.0, top - 0.04],
            [stop + 0.01, y / 2.0, (top + 0.2 * level).min(z)],
        ));
    }
    for (px, py) in [(-half, y), (half, y)] {
        geoms.push(ghost(rod(
            frame,
            0.015,
            [px, py / 2.0 + 0.03, 0.015],
            [px, py / 2.0 + 0.03, z],
        )));
    }
    assembly.least = [-half - 0.05, -y / 2.0 - 0.02, 0.0];
    assembly.greatest = [half + 0.05, y / 2.0 + 0.05, z];
    let top = z - 0.06;
    assembly.slope = Some(Slope {
        upper: [-half, 0.0, top],
        lower: [end, 0.0, top - fall],
        angle: angle.to_degrees(),
    });
    geoms
}
