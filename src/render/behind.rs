//! Where planes cast shadows. A floor has nearly all of a shadow map to itself and shades nothing
//! there. Its cells are worth drawing only where something reaches behind it, and where it shades
//! itself as MuJoCo's planes do.

use glam::{Mat4, Vec2, Vec3};

use super::bounds::{corners, half_extents, z_axis};
use crate::scene::{Geom, GeomKind};

/// By how much of its slope, depth per texel, the bias of shadow maps pushes a surface away.
pub(super) const BIAS: f32 = 1.5;
/// Rounding of depth in shadow maps and of what is compared with it.
const ROUNDING: f32 = 1e-6;
/// What counts as the same height, m per m.
const TOLERANCE: f32 = 1e-5;

/// A light's view.
#[derive(Clone, Copy, Debug)]
pub(super) struct LightView {
    /// Depth is reversed.
    pub clip_from_world: Mat4,
    /// The side of its shadow map, px.
    pub side: u32,
}

/// A rectangle in the x and y of clip space.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Region {
    pub low: Vec2,
    pub high: Vec2,
}

impl Region {
    /// All of a view.
    pub const WHOLE: Self = Self { low: Vec2::NEG_ONE, high: Vec2::ONE };

    /// The clip space of this part of the view.
    pub fn clip_from_view(&self) -> Mat4 {
        let middle = Mat4::from_translation((-0.5 * (self.low + self.high)).extend(0.0));
        Mat4::from_scale((2.0 / (self.high - self.low)).extend(1.0)) * middle
    }

    /// Left, top, width and height in a map of `side` px that has a border of one, with the pixels
    /// beside them, which are sampled as well.
    pub fn pixels(&self, side: u32) -> [u32; 4] {
        let inner = side.saturating_sub(2) as f32;
        let span = |from: f32, to: f32| {
            let pixel = |clip: f32, more: f32| {
                (1.0 + inner * (0.5 + 0.5 * clip) + more).clamp(0.0, side as f32)
            };
            let from = pixel(from, -2.0).floor();
            [from as u32, (pixel(to, 2.0).ceil() - from) as u32]
        };
        let [left, width] = span(self.low.x, self.high.x);
        let [top, height] = span(-self.high.y, -self.low.y);
        [left, top, width, height]
    }

    /// What of it the view has, if any.
    fn within_view(self) -> Option<Self> {
        let (low, high) = (self.low.max(Vec2::NEG_ONE), self.high.min(Vec2::ONE));
        low.cmplt(high).all().then_some(Self { low, high })
    }
}

impl LightView {
    /// The parts of the view where `plane` must cast for the picture to be MuJoCo's.
    pub fn cast_on_by(&self, plane: &Geom, geoms: &[Geom]) -> Vec<Region> {
        // Of points on the plane, the product with this is 0, in clip space as in the world.
        let (point, normal) = (Vec3::from(plane.position), z_axis(plane));
        let plane_in_world = normal.extend(-normal.dot(point));
        let [x, y, z, _] = (self.clip_from_world.inverse().transpose() * plane_in_world).to_array();
        let slope = Vec2::new(x, y) / -z * (2.0 / self.side as f32);
        if !slope.is_finite() {
            return vec![Region::WHOLE];
        }
        let height = |at: Vec3| (at - point).dot(normal * z.signum());
        let same = |geom: &Geom| {
            geom.shape() == Some(GeomKind::Plane)
                && z_axis(geom).dot(normal).abs() > 1.0 - f32::EPSILON
                && height(geom.position.into()) >= -TOLERANCE * (1.0 + point.length())
        };
        let seen = |geom: &Geom| !matches!(geom.shape(), None | Some(GeomKind::Label));
        let others = geoms.iter().filter(|geom| seen(geom) && !same(geom));
        let (Ok(shaded), Ok(own)) = (self.around(others, height), acne(slope)) else {
            return vec![Region::WHOLE];
        };
        [shaded, own].into_iter().flatten().collect()
    }

    /// Where there is anything of `geoms` whose `height` is negative.
    fn around<'a>(
        &self,
        geoms: impl Iterator<Item = &'a Geom>,
        height: impl Fn(Vec3) -> f32,
    ) -> Result<Option<Region>, Everywhere> {
        let mut found: Option<(Vec2, Vec2)> = None;
        for geom in geoms {
            let half = half_extents(geom).ok_or(Everywhere)?;
            if height(geom.position.into()) > half.length() {
                continue;
            }
            let corners = corners(geom, half);
            if corners.iter().all(|corner| height(*corner) >= 0.0) {
                continue;
            }
            for corner in corners {
                let clip = self.clip_from_world * corner.extend(1.0);
                if clip.w <= 0.0 {
                    return Err(Everywhere);
                }
                let at = Vec2::new(clip.x, clip.y) / clip.w;
                let (low, high) = found.unwrap_or((at, at));
                found = Some((low.min(at), high.max(at)));
            }
        }
        let Some((low, high)) = found else { return Ok(None) };
        Ok(Region { low, high }.within_view())
    }
}

/// Where a plane that gets so much nearer per texel shades itself: maps are drawn a texel inside of
/// their border and sampled as if there was none, which is off by as much of a texel as a point is
/// away from the middle, and half a texel because the nearest is taken.
fn acne(slope: Vec2) -> Result<Option<Region>, Everywhere> {
    let steepness = slope.abs();
    let most = steepness.element_sum();
    let least = BIAS * steepness.max_element() - 0.5 * most - ROUNDING;
    if least <= -most {
        return Err(Everywhere);
    }
    // Of all points whose product with the slope is more than `least`, those nearest to the middle
    // along each axis.
    let nearest = (least - (most - steepness)) / steepness;
    let towards = slope.signum();
    let low = Vec2::select(towards.cmpgt(Vec2::ZERO), nearest, Vec2::NEG_ONE);
    let high = Vec2::select(towards.cmpgt(Vec2::ZERO), Vec2::ONE, -nearest);
    Ok(Region { low, high }.within_view())
}

/// Nothing is known of where.
struct Everywhere;

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable;

    use super::*;

    const UPRIGHT: [f32; 9] = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];
    const SIDE: u32 = 1024;

    fn geom(kind: i32, size: [f32; 3], position: [f32; 3]) -> Geom {
        Geom { kind, size, position, rotation: UPRIGHT, ..Geom::zeroed() }
    }

    /// Of a light that shines along `direction` on what is within 4 m; depth is reversed.
    fn light(direction: Vec3) -> Mat4 {
        let flipped = Mat4::from_cols_array_2d(&[
            [1.0, 0.0, 0.0, 0.0],
            [0.0, 1.0, 0.0, 0.0],
            [0.0, 0.0, -1.0, 0.0],
            [0.0, 0.0, 1.0, 1.0],
        ]);
        flipped
            * glam::Mat4::orthographic_rh(-4.0, 4.0, -4.0, 4.0, 0.0, 20.0)
            * Mat4::look_to_rh(-10.0 * direction, direction, Vec3::X)
    }

    /// Whether a floor at height 0 casts a shadow there, on its way to `geoms`.
    fn casts(direction: Vec3, geoms: &[Geom], x: f32, y: f32) -> bool {
        let view = LightView { clip_from_world: light(direction.normalize()), side: SIDE };
        let parts = view.cast_on_by(&geom(0, [0.0; 3], [0.0; 3]), geoms);
        let holds = |part: &Region| {
            let clip_from_world = part.clip_from_view() * view.clip_from_world;
            clip_from_world.project_point3(Vec3::new(x, y, 0.0)).abs().max_element() <= 1.0
        };
        parts.iter().any(holds)
    }

    /// Along x alone: a floor does not shade itself then.
    const SLANTED: Vec3 = Vec3::new(0.6, 0.0, -1.0);

    #[test]
    fn a_floor_casts_on_what_is_below_it() {
        let above = [geom(0, [0.0; 3], [0.0; 3]), geom(2, [0.1; 3], [1.0, 0.0, 0.1])];
        let places = [-3.0, 0.0, 0.95, 1.0, 1.5, 3.0];
        assert_eq!(places.map(|x| casts(SLANTED, &above, x, 0.0)), [false; 6]);
        let sunk = [geom(2, [0.1; 3], [1.0, 0.0, 0.05])];
        let expected = [false, false, true, true, false, false];
        assert_eq!(places.map(|x| casts(SLANTED, &sunk, x, 0.0)), expected);
        // From below, it casts on all that stands on it.
        assert_eq!(places.map(|x| casts(-SLANTED, &above, x, 0.0)), expected);
    }

    #[test]
    fn a_floor_shades_itself_away_from_the_middle() {
        let places = [-2.5, 2.5].map(|along| (along, along));
        let at = |direction| places.map(|(x, y)| casts(direction, &[], x, y));
        // On the side of the light alone.
        assert_eq!(at(Vec3::new(0.6, 0.6, -1.0)), [true, false]);
        assert_eq!(at(Vec3::new(-0.6, -0.6, -1.0)), [false, true]);
        // Where it has no slope, rounding decides.
        assert_eq!(at(-Vec3::Z), [true; 2]);
    }

    #[test]
    fn regions_are_rectangles_of_pixels() {
        assert_eq!(Region::WHOLE.pixels(100), [0, 0, 100, 100]);
        // The upper right quarter.
        let region = Region { low: Vec2::ZERO, high: Vec2::ONE };
        assert_eq!(region.pixels(100), [48, 0, 52, 52]);
        let [x, y, _, _] =
            (region.clip_from_view() * glam::Vec4::new(0.5, 1.0, 0.0, 1.0)).to_array();
        assert_eq!([x, y], [0.0, 1.0]);
    }

    #[test]
    fn what_has_no_bounds_may_be_anywhere() {
        let everywhere = |geom| {
            let corners = [(-3.0, -3.0), (0.0, 0.0), (3.0, 3.0)];
            corners.map(|(x, y)| casts(SLANTED, &[geom], x, y))
        };
        let wall = Geom {
            rotation: [0.0, 0.0, 1.0, 0.0, 1.0, 0.0, -1.0, 0.0, 0.0],
            ..geom(0, [0.0; 3], [3.0, 0.0, 0.0])
        };
        assert_eq!(everywhere(wall), [true; 3]);
        assert_eq!(everywhere(geom(7, [0.1; 3], [0.0, 0.0, 5.0])), [true; 3]);
        assert_eq!(everywhere(geom(0, [0.0; 3], [0.0, 0.0, -1.0])), [true; 3]);
        assert_eq!(everywhere(geom(0, [0.0; 3], [0.0, 0.0, 1.0])), [false; 3]);
    }
}
