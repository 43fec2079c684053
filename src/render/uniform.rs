//! What is the same for every surface of a picture: the eye and the lights.

use bytemuck::{Pod, Zeroable};
use glam::{Mat4, Vec3, Vec4};

use crate::scene::{Assets, Light, LightKind, Snapshot, Visual, camera::Eye};

/// Lights that OpenGL's fixed functions know; MuJoCo's renderer leaves out the rest.
pub(super) const MAX_LIGHTS: usize = 8;
/// Light that is everywhere when there is no other.
const FALLBACK_AMBIENT: f32 = 0.3;
/// The widest cone, in degrees, that a spot light's shadow is drawn for.
const WIDEST_SHADOW: f32 = 160.0;
/// The sky's distance in far planes: just below 1/√2, so that the corners of the cylinder that
/// carries it stay in front of the far plane.
const SKY_DISTANCE: f32 = 0.7;

/// A light. Keep in sync with `Light` in `shaders/scene.wgsl`.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub(super) struct GpuLight {
    pub position: [f32; 3],
    pub reserved_0: u32,
    pub direction: [f32; 3],
    pub exponent: f32,
    pub ambient: [f32; 3],
    pub cos_cutoff: f32,
    pub diffuse: [f32; 3],
    pub reserved_1: u32,
    pub specular: [f32; 3],
    pub reserved_2: u32,
    pub attenuation: [f32; 3],
    pub reserved_3: u32,
}

/// The eye and the lights. Keep in sync with `View` in `shaders/scene.wgsl`.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub(super) struct GpuView {
    pub clip_from_world: [[f32; 4]; 4],
    pub eye_in_world: [f32; 3],
    /// 1 where all rays of sight are parallel.
    pub orthographic: u32,
    /// Where its product with a point is negative, the point is behind the mirror.
    pub mirror_plane: [f32; 4],
    /// Colours are multiplied by this: reflectance in a mirror image, else 1.
    pub tint: [f32; 3],
    pub global_ambient: f32,
    pub fog_color: [f32; 3],
    pub fog_start: f32,
    pub forward: [f32; 3],
    pub fog_end: f32,
    pub viewport: [f32; 2],
    pub sky_radius: f32,
    /// 1, or −1 where the picture is upside down.
    pub up: f32,
    pub lights: [GpuLight; MAX_LIGHTS],
    pub clip_from_world_of_slot: [[[f32; 4]; 4]; MAX_LIGHTS],
}

/// What a light is to the shader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct LightSort {
    /// Whether it shines from infinitely far away, or else from a spot.
    pub directional: bool,
    /// Layer of its shadow map.
    pub slot: Option<usize>,
}

/// The sorts of all lights: a shader is made for each combination that occurs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Lights {
    sorts: [LightSort; MAX_LIGHTS],
    count: usize,
    shadows: usize,
}

impl Lights {
    pub fn push(&mut self, directional: bool, shadowed: bool) {
        let slot = shadowed.then_some(self.shadows);
        self.sorts[self.count] = LightSort { directional, slot };
        self.count += 1;
        self.shadows += usize::from(shadowed);
    }

    pub fn iter(&self) -> impl Iterator<Item = &LightSort> {
        self.sorts[..self.count].iter()
    }

    /// The same lights where nothing casts a shadow.
    pub fn without_shadows(mut self) -> Self {
        self.sorts.iter_mut().for_each(|sort| sort.slot = None);
        self.shadows = 0;
        self
    }

    /// How many lights have a shadow map.
    pub fn shadows(&self) -> usize {
        self.shadows
    }
}

/// What is made of a snapshot's lights and a camera.
pub(super) struct Lighting {
    pub view: GpuView,
    pub lights: Lights,
}

impl Lighting {
    /// The lights that count, with shadow maps for those that cast if `shadows`.
    pub fn new(
        assets: &Assets,
        snapshot: &Snapshot,
        eye: &Eye,
        viewport: [f32; 2],
        shadows: bool,
    ) -> Self {
        let visual = &assets.visual;
        let [fog_red, fog_green, fog_blue, _] = visual.fog_rgba;
        let clip_from_world = eye.clip_from_world(f64::from(viewport[0]) / f64::from(viewport[1]));
        let mut lighting = Self {
            view: GpuView {
                clip_from_world: clip_from_world.to_cols_array_2d(),
                eye_in_world: eye.position,
                orthographic: u32::from(eye.orthographic),
                tint: [1.0; 3],
                fog_color: [fog_red, fog_green, fog_blue],
                fog_start: (visual.fog_start * visual.extent) as f32,
                fog_end: (visual.fog_end * visual.extent) as f32,
                forward: eye.forward,
                viewport,
                sky_radius: sky_radius(eye),
                up: 1.0,
                ..GpuView::zeroed()
            },
            lights: Lights::default(),
        };
        let mut free = MAX_LIGHTS;
        if visual.headlight_active != 0 {
            lighting.push(headlight(visual, eye), true, false);
            free -= 1;
        }
        // Lights of unknown kinds take up places, as they do in MuJoCo.
        for light in snapshot.lights.iter().take(free) {
            lighting.add(light, visual, eye, shadows);
        }
        // MuJoCo looks for a light that it knows among all of them, not the first eight.
        let lit = visual.headlight_active != 0 || snapshot.lights.iter().any(is_known);
        lighting.view.global_ambient = if lit { 0.0 } else { FALLBACK_AMBIENT };
        lighting
    }

    /// Swaps the top and the bottom of the picture.
    pub fn turn_upside_down(&mut self) {
        let flip = Mat4::from_scale(Vec3::new(1.0, -1.0, 1.0));
        let clip_from_world = flip * Mat4::from_cols_array_2d(&self.view.clip_from_world);
        self.view.clip_from_world = clip_from_world.to_cols_array_2d();
        self.view.up = -self.view.up;
    }

    /// The same view of the mirror image behind `point` with unit `normal`.
    pub fn mirrored(&self, point: Vec3, normal: Vec3, reflectance: f32) -> GpuView {
        let world_from_image = mirror(point, normal);
        let clip_from_world =
            Mat4::from_cols_array_2d(&self.view.clip_from_world) * world_from_image;
        let eye = world_from_image.transform_point3(self.view.eye_in_world.into());
        let mut view = self.view;
        view.clip_from_world = clip_from_world.to_cols_array_2d();
        view.eye_in_world = eye.into();
        view.forward = world_from_image.transform_vector3(view.forward.into()).into();
        view.mirror_plane = normal.extend(-point.dot(normal)).into();
        view.tint = [reflectance; 3];
        view
    }

    fn push(&mut self, light: GpuLight, directional: bool, shadowed: bool) {
        self.view.lights[self.lights.count] = light;
        self.lights.push(directional, shadowed);
    }

    fn add(&mut self, light: &Light, visual: &Visual, eye: &Eye, shadows: bool) {
        if !is_known(light) {
            return;
        }
        let shadowed = shadows && light.cast_shadow != 0;
        if shadowed {
            self.view.clip_from_world_of_slot[self.lights.shadows] =
                shadow_matrix(light, visual, eye).to_cols_array_2d();
        }
        self.push(gpu_light(light), is_directional(light), shadowed);
    }
}

fn is_directional(light: &Light) -> bool {
    light.shines() == Some(LightKind::Directional)
}

/// The radius of the sky about the eye, m.
pub(super) fn sky_radius(eye: &Eye) -> f32 {
    SKY_DISTANCE * eye.far
}

fn is_known(light: &Light) -> bool {
    matches!(light.shines(), Some(LightKind::Spot | LightKind::Directional))
}

fn headlight(visual: &Visual, eye: &Eye) -> GpuLight {
    GpuLight {
        position: eye.position,
        direction: Vec3::from(eye.forward).normalize_or(Vec3::X).into(),
        ambient: visual.headlight_ambient,
        diffuse: visual.headlight_diffuse,
        specular: visual.headlight_specular,
        ..GpuLight::zeroed()
    }
}

fn gpu_light(light: &Light) -> GpuLight {
    // OpenGL refuses wider cones and sharper exponents and keeps its defaults: none.
    let cone = (0.0..=90.0).contains(&light.cutoff);
    let exponent = (0.0..=128.0).contains(&light.exponent);
    GpuLight {
        position: light.position,
        direction: Vec3::from(light.direction).normalize_or(Vec3::NEG_Z).into(),
        exponent: if exponent { light.exponent } else { 0.0 },
        ambient: light.ambient,
        cos_cutoff: if cone { light.cutoff.to_radians().cos() } else { -2.0 },
        diffuse: light.diffuse,
        specular: light.specular,
        attenuation: light.attenuation,
        ..GpuLight::zeroed()
    }
}

/// Clip space of a light's shadow map, depth reversed.
fn shadow_matrix(light: &Light, visual: &Visual, eye: &Eye) -> Mat4 {
    let direction = Vec3::from(light.direction).normalize_or(Vec3::NEG_Z);
    let view_from_world = Mat4::look_to_rh(light.position.into(), direction, any_up(direction));
    let (near, far) = (eye.near, eye.far);
    let clip_from_view = if is_directional(light) {
        let half = (visual.shadow_clip * visual.extent) as f32;
        // Near and far are swapped to reverse depth.
        Mat4::orthographic_rh(-half, half, -half, half, far, near)
    } else {
        let angle = (2.0 * light.cutoff * visual.shadow_scale as f32).min(WIDEST_SHADOW);
        Mat4::perspective_rh(angle.to_radians(), 1.0, far, near)
    };
    // Upside down, as OpenGL's maps lie in memory: their texels then cover the same points.
    Mat4::from_scale(Vec3::new(1.0, -1.0, 1.0)) * clip_from_view * view_from_world
}

fn any_up(direction: Vec3) -> Vec3 {
    let up = direction.cross(Vec3::NEG_X);
    if up.length_squared() > 0.01 { up.normalize() } else { direction.cross(Vec3::Y).normalize() }
}

fn mirror(point: Vec3, normal: Vec3) -> Mat4 {
    let turn = |axis: Vec3| (axis - 2.0 * axis.dot(normal) * normal).extend(0.0);
    let shift = 2.0 * point.dot(normal) * normal;
    Mat4::from_cols(
        turn(Vec3::X),
        turn(Vec3::Y),
        turn(Vec3::Z),
        Vec4::new(shift.x, shift.y, shift.z, 1.0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::camera::{Camera, FreeCamera};

    fn light(kind: i32) -> Light {
        Light {
            kind,
            cast_shadow: 1,
            direction: [0.0, 0.0, -1.0],
            position: [0.0, 0.0, 4.0],
            cutoff: 45.0,
            ..Light::zeroed()
        }
    }

    fn lighting(assets: &Assets, lights: Vec<Light>) -> Lighting {
        let snapshot = Snapshot { lights, ..Snapshot::default() };
        let eye = Camera::Free(FreeCamera::initial(&assets.visual)).eye(assets, &snapshot);
        Lighting::new(assets, &snapshot, &eye, [640.0, 480.0], true)
    }

    #[test]
    fn eight_places_count_the_headlight_and_unknown_kinds() {
        let mut assets = Assets::default();
        let mut lights = vec![light(0), light(2)];
        lights.extend([light(1); 9]);
        let lit = lighting(&assets, lights.clone());
        assert_eq!((lit.lights.iter().count(), lit.lights.shadows()), (7, 6));
        assert_eq!(lit.view.global_ambient, 0.0);
        assets.visual.headlight_active = 0;
        let lit = lighting(&assets, lights);
        assert_eq!((lit.lights.iter().count(), lit.lights.shadows()), (7, 7));
        assert_eq!(lighting(&assets, vec![light(2)]).view.global_ambient, FALLBACK_AMBIENT);
    }

    #[test]
    fn what_is_lit_straight_on_is_in_the_middle_of_the_shadow_map() {
        let assets = Assets::default();
        let lit = lighting(&assets, vec![light(0), light(1)]);
        for slot in 0..2 {
            let clip_from_world = Mat4::from_cols_array_2d(&lit.view.clip_from_world_of_slot[slot]);
            let near = clip_from_world.project_point3(Vec3::new(0.0, 0.0, 1.0));
            let far = clip_from_world.project_point3(Vec3::ZERO);
            assert!(near.x.abs() < 1e-6 && near.y.abs() < 1e-6);
            assert!(1.0 > near.z && near.z > far.z && far.z > 0.0, "depth is not reversed");
        }
    }

    #[test]
    fn a_mirror_keeps_its_plane_and_swaps_its_sides() {
        let (point, normal) = (Vec3::new(0.3, -0.2, 1.0), Vec3::new(0.6, 0.0, 0.8));
        let image = mirror(point, normal);
        assert!(image.transform_point3(point).distance(point) < 1e-6);
        let above = point + 2.0 * normal;
        assert!(image.transform_point3(above).distance(point - 2.0 * normal) < 1e-5);
    }
}
