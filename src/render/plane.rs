//! Planes: MuJoCo draws them as grids, whose lighting per vertex is part of the picture, and moves
//! infinite ones along with the camera.

use glam::{DVec3, Mat4, Vec2, Vec3, Vec4};

use super::{
    geometry::{Builder, Vertex},
    instance::rotation,
};
use crate::scene::{Geom, Visual};

/// Most cells along one side: `mjMAXPLANEGRID`.
const MAX_CELLS: usize = 200;

/// Where to draw `geom` for an eye at `eye`: infinite planes follow it in whole periods of their
/// texture.
pub(super) fn position(geom: &Geom, eye: Vec3, visual: &Visual) -> [f32; 3] {
    let turn = rotation(geom).as_dmat3();
    let at = Vec3::from(geom.position).as_dvec3();
    let mut moved = at;
    for (axis, direction) in [turn.x_axis, turn.y_axis].into_iter().enumerate() {
        if geom.size[axis] <= 0.0 {
            let period = 2.0 * spacing(geom, axis, visual);
            let along: f64 = (eye.as_dvec3() - at).dot(direction);
            moved += direction * period * (along / period).round();
        }
    }
    DVec3::as_vec3(&moved).into()
}

/// Half a period of the texture along an infinite side, or what serves for it.
fn spacing(geom: &Geom, axis: usize, visual: &Visual) -> f64 {
    let repeat = f64::from(geom.texture_repeat[axis]);
    if repeat > 0.0 {
        2.0 / repeat
    } else {
        2.1 * visual.zfar * visual.extent / (MAX_CELLS - 2) as f64
    }
}

/// The lines of a plane's grid across one axis, in order.
fn lines(geom: &Geom, axis: usize, visual: &Visual) -> Vec<f32> {
    let half = f64::from(geom.size[axis]);
    if half <= 0.0 {
        let reach = 2.1 * visual.zfar * visual.extent;
        let step = (reach + 2.0 * spacing(geom, axis, visual)) / MAX_CELLS as f64;
        let middle = (MAX_CELLS / 2) as f64;
        return (0..=MAX_CELLS).map(|i| (step * (i as f64 - middle)) as f32).collect();
    }
    let step = f64::from(geom.size[2]).max(half / (MAX_CELLS - 2) as f64);
    // An even number of whole cells, and what is left at both ends.
    let whole = (half / step).floor() as usize & !1;
    let pad = half - whole as f64 * step;
    let inner = (0..=whole).map(|i| (-half + pad + 2.0 * step * i as f64) as f32);
    std::iter::once(-half as f32).chain(inner).chain(std::iter::once(half as f32)).collect()
}

/// Cells about the eye that [`thinned`] keeps as they are.
const KEPT_CELLS: usize = 8;

/// `lines` without those that matter least to an eye at `eye`: twice as far from it, cells are
/// twice as large. Whichever are left stay where they are, so that the picture keeps still while
/// the eye moves.
fn thinned(lines: &[f32], eye: f32) -> Vec<f32> {
    let nearest = lines.partition_point(|line| *line < eye);
    let last = lines.len() - 1;
    let step = |index: usize| (index.abs_diff(nearest) / KEPT_CELLS + 1).next_power_of_two();
    let kept = |index: &usize| *index == 0 || *index == last || index.is_multiple_of(step(*index));
    (0..=last).filter(kept).map(|index| lines[index]).collect()
}

/// The texture coordinate of `value` across one axis, before repetition.
fn texcoord(geom: &Geom, axis: usize, value: f32) -> f32 {
    let half = geom.size[axis];
    match (half > 0.0, axis) {
        (true, 0) => (value + half) / (2.0 * half),
        (true, _) => 1.0 - (value + half) / (2.0 * half),
        (false, 0) => 0.5 * value,
        (false, _) => -0.5 * value,
    }
}

fn corner(geom: &Geom, x: f32, y: f32) -> Vertex {
    Vertex {
        position: [x, y, 0.0],
        normal: [0.0, 0.0, 1.0],
        texcoord: [texcoord(geom, 0, x), texcoord(geom, 1, y)],
    }
}

/// What a plane is seen with.
pub(super) struct Sight {
    /// Depth is reversed.
    pub clip_from_plane: Mat4,
    /// Where the eye is, to leave out lines that matter little to it.
    pub thin_about: Option<Vec3>,
}

/// The cells of the plane's grid that a view could show.
pub(super) fn visible_grid(b: &mut Builder<'_>, geom: &Geom, visual: &Visual, sight: &Sight) {
    let [xs, ys] = [0, 1].map(|axis| {
        let lines = lines(geom, axis, visual);
        match sight.thin_about {
            Some(eye) => thinned(&lines, eye[axis]),
            None => lines,
        }
    });
    let clip_from_plane = sight.clip_from_plane;
    let outline = visible_outline(&xs, &ys, clip_from_plane);
    let cells: Vec<(usize, usize)> =
        xs.windows(2).map(|strip| cells_within(&outline, strip[0], strip[1], &ys)).collect();
    // The corners along each line across x: those of the cells to its left and right.
    let firsts: Vec<(usize, u32)> = (0..xs.len())
        .map(|column| {
            let left = column.checked_sub(1).map(|strip| cells[strip]);
            let beside = left.into_iter().chain(cells.get(column).copied());
            let (from, to) = beside
                .filter(|(from, to)| from < to)
                .fold((usize::MAX, 0), |(low, high), (from, to)| (low.min(from), high.max(to)));
            let mut first = 0;
            if from < to {
                first = b.vertex(corner(geom, xs[column], ys[from]));
                for row in &ys[from + 1..=to] {
                    b.vertex(corner(geom, xs[column], *row));
                }
            }
            (from, first)
        })
        .collect();
    for (strip, &(from, to)) in cells.iter().enumerate() {
        let at = |column: usize, row: usize| {
            let (first_row, first) = firsts[column];
            first + (row - first_row) as u32
        };
        for row in from..to {
            b.quad([
                at(strip, row),
                at(strip + 1, row),
                at(strip + 1, row + 1),
                at(strip, row + 1),
            ]);
        }
    }
}

/// The part of the grid that is within the clip volume: a convex outline in the plane.
fn visible_outline(xs: &[f32], ys: &[f32], clip_from_plane: Mat4) -> Vec<Vec2> {
    let (x0, x1) = (xs[0], xs[xs.len() - 1]);
    let (y0, y1) = (ys[0], ys[ys.len() - 1]);
    let mut outline =
        vec![Vec2::new(x0, y0), Vec2::new(x1, y0), Vec2::new(x1, y1), Vec2::new(x0, y1)];
    let row = |index: usize| clip_from_plane.row(index);
    let w = row(3);
    for plane in [w + row(0), w - row(0), w + row(1), w - row(1), w - row(2), row(2)] {
        let plane: Vec4 = plane;
        outline = cut(&outline, |p| plane.x * p.x + plane.y * p.y + plane.w);
    }
    outline
}

/// The part of a convex outline where `inside` is not negative.
fn cut(outline: &[Vec2], inside: impl Fn(Vec2) -> f32) -> Vec<Vec2> {
    let mut kept = Vec::with_capacity(outline.len() + 1);
    for (index, &from) in outline.iter().enumerate() {
        let to = outline[(index + 1) % outline.len()];
        let (here, there) = (inside(from), inside(to));
        if here >= 0.0 {
            kept.push(from);
        }
        if (here >= 0.0) != (there >= 0.0) {
            kept.push(from.lerp(to, here / (here - there)));
        }
    }
    kept
}

/// The first and one past the last cell of `ys` that the outline touches between two lines.
fn cells_within(outline: &[Vec2], x0: f32, x1: f32, ys: &[f32]) -> (usize, usize) {
    let strip = cut(&cut(outline, |p| p.x - x0), |p| x1 - p.x);
    let Some(first) = strip.first() else {
        return (0, 0);
    };
    let (low, high) =
        strip.iter().fold((first.y, first.y), |(low, high), p| (low.min(p.y), high.max(p.y)));
    // A cell more on both sides makes up for rounding.
    let from = ys.partition_point(|y| *y < low).saturating_sub(2);
    let to = (ys.partition_point(|y| *y <= high) + 1).min(ys.len() - 1);
    (from, to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::geometry::Geometry;
    use bytemuck::Zeroable;

    fn plane(size: [f32; 3]) -> Geom {
        Geom { size, rotation: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0], ..Geom::zeroed() }
    }

    #[test]
    fn a_grid_has_whole_cells_and_padding() {
        let visual = Visual::default();
        let grid = lines(&plane([1.0, 1.0, 0.3]), 0, &visual);
        // 1 / 0.3 = 3, made even: 2 cells of 0.6 and 0.4 at both ends.
        let expected = [-1.0, -0.6, 0.0, 0.6, 1.0];
        assert!(grid.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{grid:?}");
        assert_eq!(grid.len(), 5);
        assert_eq!(lines(&plane([0.0; 3]), 0, &visual).len(), MAX_CELLS + 1);
        assert!(lines(&plane([1.0, 1.0, 1e-6]), 0, &visual).len() <= MAX_CELLS + 1);
    }

    #[test]
    fn infinite_planes_follow_the_eye_in_periods() {
        let mut geom = plane([0.0, 3.0, 1.0]);
        geom.texture_repeat = [1.0, 1.0];
        let at = position(&geom, Vec3::new(9.0, 9.0, 9.0), &Visual::default());
        assert_eq!(at, [8.0, 0.0, 0.0]);
    }

    #[test]
    fn the_whole_grid_is_drawn_when_all_of_it_is_in_view() {
        let geom = plane([1.0, 1.0, 0.25]);
        let mut geometry = Geometry::default();
        let all = Mat4::from_cols(
            Vec4::new(0.5, 0.0, 0.0, 0.0),
            Vec4::new(0.0, 0.5, 0.0, 0.0),
            Vec4::ZERO,
            Vec4::new(0.0, 0.0, 0.5, 1.0),
        );
        let sight = |clip_from_plane| Sight { clip_from_plane, thin_about: None };
        geometry.add(|b| visible_grid(b, &geom, &Visual::default(), &sight(all)));
        // 4 cells and two empty paddings along each side.
        assert_eq!(geometry.indices.len() / 6, 36);
        assert_eq!(geometry.vertices.len(), 49);
        geometry.clear();
        let right =
            Mat4::from_translation(Vec3::new(-2.9, 0.0, 0.5)) * Mat4::from_scale(Vec3::splat(2.0));
        geometry.add(|b| visible_grid(b, &geom, &Visual::default(), &sight(right)));
        assert!(geometry.indices.len() / 6 < 36 && !geometry.indices.is_empty());
        geometry.clear();
        let away = Mat4::from_translation(Vec3::new(9.0, 0.0, 0.5));
        geometry.add(|b| visible_grid(b, &geom, &Visual::default(), &sight(away)));
        assert!(geometry.indices.is_empty());
    }

    #[test]
    fn lines_are_kept_near_the_eye_and_thinned_far_from_it() {
        let grid = lines(&plane([0.0; 3]), 0, &Visual::default());
        let thin = thinned(&grid, grid[100]);
        assert!(thin.len() < 60, "{}", thin.len());
        assert_eq!((thin[0], thin.last()), (grid[0], grid.last()));
        assert!(thin.iter().all(|line| grid.contains(line)));
        assert!(grid[94..=106].iter().all(|line| thin.contains(line)));
    }
}
