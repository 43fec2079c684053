//! Where the members of a group are, relative to one another.

use super::super::spec::{Arrangement, Pattern};

/// Where a member is: the middle of its lower side, m; and how it is turned and scaled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// m.
    pub pos: [f64; 3],
    /// Degrees about the vertical.
    pub yaw: f64,
    /// Factor to its size.
    pub scale: f64,
    /// Factor to its width alone: half bricks.
    pub width: f64,
}

impl Spot {
    const fn at(pos: [f64; 3]) -> Self {
        Self { pos, yaw: 0.0, scale: 1.0, width: 1.0 }
    }
}

/// Between members of pyramids and walls, so that they do not jam, m.
const JOINT: f64 = 0.002;

/// Where `count` members of these extents stand; a pattern may decide on the count by itself.
/// `around` is half the width and depth of what a ring goes around.
pub fn spots(
    arrangement: &Arrangement,
    count: Option<u32>,
    [x, y, z]: [f64; 3],
    around: Option<[f64; 2]>,
) -> Vec<Spot> {
    let asked = count.unwrap_or(1);
    // Piles: one layer of them upon another.
    let piled = matches!(
        arrangement.pattern,
        Pattern::Row | Pattern::Column | Pattern::Ring | Pattern::Corners | Pattern::Arc
    );
    if let (true, Some(layers @ 2..)) = (piled, arrangement.layers)
        && asked.is_multiple_of(layers)
    {
        let lowest = Arrangement { layers: None, ..arrangement.clone() };
        let below = spots(&lowest, Some(asked / layers), [x, y, z], around);
        return (0..layers)
            .flat_map(|layer| {
                below.iter().map(move |spot| {
                    let [px, py, pz] = spot.pos;
                    Spot { pos: [px, py, pz + f64::from(layer) * z], ..*spot }
                })
            })
            .collect();
    }
    let pitch = |extent: f64, usual: f64| {
        arrangement.pitch.unwrap_or(extent + arrangement.gap.unwrap_or(usual))
    };
    let taper = arrangement.taper.unwrap_or(1.0);
    let usual = (0.25 * x).clamp(0.01, 0.2);
    match arrangement.pattern {
        Pattern::Row | Pattern::Column => {
            let (axis, extent) = if arrangement.pattern == Pattern::Row { (0, x) } else { (1, y) };
            let scales: Vec<f64> = (0..asked).map(|n| taper.powi(n as i32)).collect();
            let mut along = 0.0;
            let mut places = Vec::new();
            for (n, scale) in scales.iter().enumerate() {
                if n > 0 {
                    let free = arrangement.gap.unwrap_or(usual);
                    along +=
                        arrangement.pitch.unwrap_or(extent * (scales[n - 1] + scale) / 2.0 + free);
                }
                places.push(along);
            }
            let middle = along / 2.0;
            places
                .into_iter()
                .zip(scales)
                .map(|(along, scale)| {
                    let mut pos = [0.0; 3];
                    pos[axis] = along - middle;
                    Spot { scale, ..Spot::at(pos) }
                })
                .collect()
        }
        Pattern::Stack => {
            let mut height = 0.0;
            (0..asked)
                .map(|n| {
                    let scale = taper.powi(n as i32);
                    let spot = Spot { scale, ..Spot::at([0.0, 0.0, height]) };
                    height += z * scale + arrangement.gap.unwrap_or(0.0);
                    spot
                })
                .collect()
        }
        Pattern::Ring | Pattern::Corners => {
            let n = f64::from(asked);
            let step = std::f64::consts::TAU / n;
            let extent = x.hypot(y).max(x) + arrangement.gap.unwrap_or(0.15 * x);
            let chord = arrangement.pitch.unwrap_or(extent);
            let fits = if asked > 1 { chord / (2.0 * (step / 2.0).sin()) } else { 0.0 };
            let corners = arrangement.pattern == Pattern::Corners;
            let radius = match (arrangement.radius, corners && asked == 4) {
                // Half the side of a square, seen from its middle.
                (Some(half), true) => half * std::f64::consts::SQRT_2,
                (Some(radius), false) => radius,
                (None, true) => (chord / std::f64::consts::SQRT_2).max(0.5),
                (None, false) => fits.max(x),
            };
            let [rx, ry] = match around.filter(|_| arrangement.radius.is_none()) {
                Some([hx, hy]) => {
                    // Turned aside, they are wider.
                    let free = arrangement.gap.unwrap_or(0.12) + 0.71 * y;
                    [(hx + free).max(fits), (hy + free).max(fits.min(hy + free + y / 2.0))]
                }
                None => [radius, radius],
            };
            let start = if corners && asked == 4 { std::f64::consts::FRAC_PI_4 } else { 0.0 };
            (0..asked)
                .map(|n| {
                    let angle = start + f64::from(n) * step;
                    let (sin, cos) = angle.sin_cos();
                    let yaw = if around.is_some() { angle.to_degrees() - 90.0 } else { 0.0 };
                    Spot { yaw, ..Spot::at([rx * cos, ry * sin, 0.0]) }
                })
                .collect()
        }
        Pattern::Grid => {
            let layers = arrangement.layers.unwrap_or(1);
            let (columns, rows) = match (arrangement.columns, arrangement.rows) {
                (Some(columns), Some(rows)) => (columns, rows),
                (Some(columns), None) => (columns, asked.div_ceil(columns)),
                (None, Some(rows)) => (asked.div_ceil(rows), rows),
                (None, None) => {
                    let side = f64::from(asked).sqrt().ceil() as u32;
                    (side, asked.div_ceil(side.max(1)))
                }
            };
            let most = count.unwrap_or(columns * rows * layers) as usize;
            // What is stacked stands closely.
            let free = if layers > 1 { JOINT } else { usual };
            let (px, py) = (pitch(x, free), pitch(y, free));
            let mut out = Vec::new();
            for layer in 0..layers {
                for row in 0..rows {
                    for column in 0..columns {
                        let across = |n: u32, count: u32, pitch: f64| {
                            (f64::from(n) - f64::from(count - 1) / 2.0) * pitch
                        };
                        out.push(Spot::at([
                            across(column, columns, px),
                            -across(row, rows, py),
                            f64::from(layer) * z,
                        ]));
                    }
                }
            }
            out.truncate(most);
            out
        }
        Pattern::Pyramid => {
            let layers = arrangement
                .layers
                .or(arrangement.columns)
                .or(count.and_then(|count| layers_of(count, |n| n * n)))
                .unwrap_or(4);
            let (px, py) = (pitch(x, JOINT), pitch(y, JOINT));
            let mut out = Vec::new();
            for layer in 0..layers {
                let side = layers - layer;
                let across = |n: u32| f64::from(n) - f64::from(side - 1) / 2.0;
                for row in 0..side {
                    out.extend((0..side).map(|column| {
                        Spot::at([across(column) * px, across(row) * py, f64::from(layer) * z])
                    }));
                }
            }
            out
        }
        Pattern::Triangle => {
            let rows = arrangement
                .layers
                .or(arrangement.columns)
                .or(count.and_then(|count| (1..60).find(|n| n * (n + 1) / 2 >= count)))
                .unwrap_or(4);
            let px = pitch(x, JOINT);
            let mut out = Vec::new();
            for row in 0..rows {
                let side = rows - row;
                out.extend((0..side).map(|n| {
                    Spot::at([
                        (f64::from(n) - f64::from(side - 1) / 2.0) * px,
                        0.0,
                        f64::from(row) * z,
                    ])
                }));
            }
            if count.is_some() {
                out.truncate(asked as usize);
            }
            out
        }
        Pattern::Rack => {
            let columns = (1..60).find(|n| n * (n + 1) / 2 >= asked).unwrap_or(4);
            let (px, py) = (pitch(x, usual.max(0.8 * x)), pitch(y, usual.max(0.8 * y)));
            let mut out = Vec::new();
            for column in 0..columns {
                let along = (f64::from(column) - f64::from(columns - 1) / 2.0) * px * 0.866;
                let across = |n: u32| (f64::from(n) - f64::from(column) / 2.0) * py;
                out.extend((0..=column).map(|n| Spot::at([along, across(n), 0.0])));
            }
            out.truncate(asked as usize);
            out
        }
        Pattern::Wall => {
            let columns = arrangement
                .columns
                .unwrap_or_else(|| (f64::from(asked.max(2)) * 0.9).sqrt().ceil() as u32)
                .max(1);
            let layers = arrangement.layers.unwrap_or_else(|| asked.div_ceil(columns)).max(1);
            let width = x * f64::from(columns);
            let mut out = Vec::new();
            // Whole bricks, as many as there should be, each course a little aside.
            for n in 0..count.unwrap_or(columns * layers) {
                let (layer, column) = (n / columns, n % columns);
                let aside = if layer % 2 == 0 { -0.125 } else { 0.125 } * x;
                let along = (f64::from(column) + 0.5) * x - width / 2.0;
                out.push(Spot::at([along + aside, 0.0, f64::from(layer) * z]));
            }
            out
        }
        Pattern::Spiral | Pattern::Arc => {
            let chord = arrangement.pitch.unwrap_or(x + arrangement.gap.unwrap_or(usual));
            curve(arrangement, asked, chord, y)
        }
        Pattern::Zigzag => {
            let step = |extent| arrangement.pitch.map_or(pitch(extent, usual), |p| 0.71 * p);
            let (px, py) = (step(x), step(y));
            let middle = f64::from(asked - 1) / 2.0;
            let side = |n: u32| if n.is_multiple_of(2) { -0.5 } else { 0.5 };
            (0..asked)
                .map(|n| Spot::at([(f64::from(n) - middle) * px, side(n) * py, 0.0]))
                .collect()
        }
        Pattern::Diagonal => {
            let step = |extent| arrangement.pitch.map_or(pitch(extent, usual), |p| 0.71 * p);
            let (px, py) = (step(x), step(y));
            let middle = f64::from(asked - 1) / 2.0;
            let along = |n: u32| f64::from(n) - middle;
            (0..asked).map(|n| Spot::at([along(n) * px, along(n) * py, 0.0])).collect()
        }
        Pattern::Cross => {
            let (px, py) = (pitch(x, usual), pitch(y, usual));
            let mut out = Vec::new();
            if !asked.is_multiple_of(4) {
                out.push(Spot::at([0.0; 3]));
            }
            for reach in 1..=asked {
                let (dx, dy) = (f64::from(reach) * px, f64::from(reach) * py);
                for [cx, cy] in [[dx, 0.0], [-dx, 0.0], [0.0, dy], [0.0, -dy]] {
                    out.push(Spot::at([cx, cy, 0.0]));
                }
            }
            out.truncate(asked as usize);
            out
        }
        Pattern::Scatter => scatter(asked, x.hypot(y)),
    }
}

/// Balls in a pyramid: each lies in the hollow between those below it. Upon a square, or upon a
/// triangle where their number asks for that.
pub fn cannonballs(arrangement: &Arrangement, count: Option<u32>, x: f64) -> Vec<Spot> {
    let square = |n: u32| n * n;
    let triangle = |n: u32| n * (n + 1) / 2;
    let layers = arrangement.layers.or(arrangement.columns);
    let (layers, upon_square) = match (layers, count) {
        (Some(layers), _) => (layers, true),
        (None, Some(count)) => match (layers_of(count, square), layers_of(count, triangle)) {
            (Some(layers), _) => (layers, true),
            (None, Some(layers)) => (layers, false),
            (None, None) => {
                let enough = |n: &u32| (1..=*n).map(triangle).sum::<u32>() >= count;
                ((1..40).find(enough).unwrap_or(4), false)
            }
        },
        (None, None) => (3, true),
    };
    let mut out = Vec::new();
    for layer in 0..layers {
        let side = layers - layer;
        let across = |n: u32| (f64::from(n) - f64::from(side - 1) / 2.0) * x;
        for row in 0..side {
            if upon_square {
                let height = f64::from(layer) * x * std::f64::consts::FRAC_1_SQRT_2;
                out.extend((0..side).map(|n| Spot::at([across(n), across(row), height])));
            } else {
                let height = f64::from(layer) * x * (2.0_f64 / 3.0).sqrt();
                let y = (f64::from(row) - f64::from(side - 1) / 3.0) * x * 0.75_f64.sqrt();
                out.extend((0..side - row).map(|n| {
                    let along = f64::from(n) - f64::from(side - row - 1) / 2.0;
                    Spot::at([along * x, y, height])
                }));
            }
        }
    }
    out.truncate(count.unwrap_or(u32::MAX) as usize);
    out
}

/// How many layers `count` members make, when layer n has `size(n)`.
pub fn layers_of(count: u32, size: impl Fn(u32) -> u32) -> Option<u32> {
    let mut sum = 0;
    (1..40).find(|n| {
        sum += size(*n);
        sum == count
    })
}

/// On a spiral of golden angles, a little off: it looks like chance and never overlaps.
fn scatter(count: u32, extent: f64) -> Vec<Spot> {
    let golden = std::f64::consts::PI * (3.0 - 5.0_f64.sqrt());
    (0..count)
        .map(|n| {
            let radius = extent * 1.25 * f64::from(n).sqrt();
            let angle = f64::from(n) * golden;
            let yaw = f64::from(n * 37 % 90);
            Spot { yaw, ..Spot::at([radius * angle.cos(), radius * angle.sin(), 0.0]) }
        })
        .collect()
}

/// Along a spiral or a part of a circle: each turned along it, `chord` m from the one before.
pub fn curve(arrangement: &Arrangement, count: u32, chord: f64, wide: f64) -> Vec<Spot> {
    let spot = |radius: f64, angle: f64| {
        let (sin, cos) = angle.sin_cos();
        let yaw = angle.to_degrees() + 90.0;
        Spot { yaw, ..Spot::at([radius * cos, radius * sin, 0.0]) }
    };
    if arrangement.pattern == Pattern::Arc {
        let steps = f64::from(count.max(2) - 1);
        let step = arrangement.sweep.unwrap_or(180.0).to_radians() / steps;
        let radius = arrangement.radius.unwrap_or(chord / (2.0 * (step / 2.0).sin()));
        return (0..count).map(|n| spot(radius, f64::from(n) * step)).collect();
    }
    // Far enough from one turn to the next that none falls onto its neighbour.
    let growth = (1.5 * wide + 2.0 * chord) / std::f64::consts::TAU;
    let mut angle = (2.0 * chord / growth).max(2.0);
    (0..count)
        .map(|_| {
            let radius = growth * angle;
            let here = spot(radius, angle);
            angle += chord / radius.hypot(growth);
            // Its line is not quite across the radius.
            Spot { yaw: here.yaw - growth.atan2(radius).to_degrees(), ..here }
        })
        .collect()
}
