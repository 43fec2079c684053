//! Cameras: the free camera as MuJoCo moves it, and the eye that a view is drawn from.

use glam::{DMat3, DVec3, Mat4, Vec3};
use serde::{Deserialize, Serialize};

use super::{Assets, CameraInfo, CameraPose, Snapshot, Visual};

/// A camera that a viewer steers: MuJoCo's free camera.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FreeCamera {
    /// Degrees about world z; 0 looks along +x.
    pub azimuth: f64,
    /// Degrees above the horizon; negative looks down.
    pub elevation: f64,
    /// Metres from the eye to `lookat`.
    pub distance: f64,
    /// The point looked at, m, world.
    pub lookat: [f64; 3],
    /// Vertical field of view: degrees, or metres when orthographic.
    pub fovy: f64,
    /// Whether it is orthographic.
    pub orthographic: bool,
}

/// What a view looks through.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Camera {
    /// A free camera.
    Free(FreeCamera),
    /// A free camera whose `lookat` follows a body's subtree.
    Tracking {
        /// Body id.
        body: u32,
        /// The rest of it; `lookat` is ignored.
        camera: FreeCamera,
    },
    /// A camera of the model, by id.
    Fixed(u32),
}

/// Where a picture is drawn from: `mjvGLCamera`'s numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Eye {
    /// Position, m, world.
    pub position: [f32; 3],
    /// Direction of view, unit, world.
    pub forward: [f32; 3],
    /// Up, unit, world.
    pub up: [f32; 3],
    /// Frustum centre in x at the near plane, m.
    pub frustum_center: f32,
    /// Frustum half-width at the near plane, m; 0: from the aspect ratio.
    pub frustum_width: f32,
    /// Frustum bottom at the near plane, m.
    pub frustum_bottom: f32,
    /// Frustum top at the near plane, m.
    pub frustum_top: f32,
    /// Near plane, m.
    pub near: f32,
    /// Far plane, m.
    pub far: f32,
    /// Whether the projection is orthographic.
    pub orthographic: bool,
}

/// What a drag of the pointer does to a free camera or a selected body: MuJoCo's `mjtMouse`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Motion {
    /// Turns about the point looked at (vertical drag).
    RotateV,
    /// Turns about the point looked at (horizontal drag); the same as [`Self::RotateV`].
    RotateH,
    /// Moves the point looked at in the vertical plane, so that it follows the pointer.
    MoveV,
    /// Moves the point looked at in the horizontal plane, so that it follows the pointer.
    MoveH,
    /// Moves nearer or farther.
    Zoom,
    /// Moves up and sideways by metres.
    MoveRelativeV,
    /// Moves forward and sideways by metres.
    MoveRelativeH,
    /// Turns the elevation about the eye.
    TurnV,
    /// Turns the azimuth about the eye.
    TurnH,
}

/// Where a camera is and how it is turned, before it is rounded to what is drawn.
struct Frame {
    position: DVec3,
    forward: DVec3,
    up: DVec3,
}

impl FreeCamera {
    /// The camera that a model starts with, as `mjv_defaultFreeCamera` makes it.
    pub fn initial(visual: &Visual) -> Self {
        Self {
            azimuth: visual.azimuth,
            elevation: visual.elevation,
            distance: 1.5 * visual.extent,
            lookat: visual.center,
            fovy: visual.fovy,
            orthographic: visual.orthographic != 0,
        }
    }

    /// Moves the camera by a drag of `dx` to the right and `dy` down, both in heights of the
    /// picture, as `mjv_moveCamera` does; `extent` is the model's, m.
    pub fn drag(&mut self, motion: Motion, dx: f64, dy: f64, extent: f64) {
        match motion {
            Motion::RotateV | Motion::RotateH => {
                self.azimuth -= dx * 180.0;
                self.elevation -= dy * 180.0;
            }
            Motion::MoveV => self.follow(DVec3::new(dx, 0.0, -dy)),
            Motion::MoveH => self.follow(DVec3::new(dx, -dy, 0.0)),
            Motion::Zoom => {
                let step = (1.0 + self.distance / extent / 3.0).ln();
                self.distance -= step * dy * 9.0 * extent;
            }
            Motion::MoveRelativeV => self.walk(dx, self.frame().up * dy),
            Motion::MoveRelativeH => self.walk(dx, self.frame().forward * dy),
            Motion::TurnV => self.turn(0.0, -dy * 180.0),
            Motion::TurnH => self.turn(-dx * 180.0, 0.0),
        }
        self.clamp(extent);
    }

    /// Moves `lookat` so that it stays under a pointer moved by `pointer` (x to the right, y
    /// forward on the ground, z up; heights of the picture).
    fn follow(&mut self, pointer: DVec3) {
        let frame = self.frame();
        let ahead = DVec3::new(frame.forward.x, frame.forward.y, 0.0).normalize_or(DVec3::X);
        let right = DVec3::new(ahead.y, -ahead.x, 0.0);
        let moved = right * pointer.x + ahead * pointer.y + DVec3::Z * pointer.z;
        let depth = (DVec3::from(self.lookat) - frame.position).dot(frame.forward);
        // 0.15 for orthographic cameras is MuJoCo's own constant.
        let height = if self.orthographic {
            self.fovy * 0.15
        } else {
            2.0 * (self.fovy.to_radians() / 2.0).tan()
        };
        self.lookat = (DVec3::from(self.lookat) - moved * height * depth).into();
    }

    fn walk(&mut self, sideways: f64, along: DVec3) {
        let frame = self.frame();
        let right = frame.forward.cross(frame.up);
        self.lookat = (DVec3::from(self.lookat) + right * sideways + along).into();
    }

    fn turn(&mut self, azimuth: f64, elevation: f64) {
        let eye = self.frame().position;
        self.azimuth += azimuth;
        self.elevation += elevation;
        self.lookat = (eye + self.frame().forward * self.distance).into();
    }

    fn clamp(&mut self, extent: f64) {
        if self.azimuth > 180.0 {
            self.azimuth -= 360.0;
        }
        if self.azimuth < -180.0 {
            self.azimuth += 360.0;
        }
        self.elevation = self.elevation.clamp(-89.0, 89.0);
        self.distance = self.distance.clamp(0.01 * extent, 100.0 * extent);
    }

    fn frame(&self) -> Frame {
        let (sin_azimuth, cos_azimuth) = self.azimuth.to_radians().sin_cos();
        let (sin_elevation, cos_elevation) = self.elevation.to_radians().sin_cos();
        let forward =
            DVec3::new(cos_elevation * cos_azimuth, cos_elevation * sin_azimuth, sin_elevation);
        Frame {
            position: DVec3::from(self.lookat) - forward * self.distance,
            forward,
            up: DVec3::new(
                -sin_elevation * cos_azimuth,
                -sin_elevation * sin_azimuth,
                cos_elevation,
            ),
        }
    }
}

impl Camera {
    /// Moves the camera by a drag, see [`FreeCamera::drag`]. A tracking camera turns and zooms
    /// only; a camera of the model stays where it is.
    pub fn drag(&mut self, motion: Motion, dx: f64, dy: f64, extent: f64) {
        match self {
            Self::Free(camera) => camera.drag(motion, dx, dy, extent),
            Self::Tracking { camera, .. } => {
                if let Motion::RotateV | Motion::RotateH | Motion::Zoom = motion {
                    camera.drag(motion, dx, dy, extent);
                }
            }
            Self::Fixed(_) => {}
        }
    }

    /// Where the picture of `snapshot` is drawn from, as `mjv_updateCamera` computes it.
    ///
    /// A body or camera that the model does not have is taken for the model's first free camera.
    pub fn eye(&self, assets: &Assets, snapshot: &Snapshot) -> Eye {
        match *self {
            Self::Free(camera) => Eye::of_free(&camera, &assets.visual),
            Self::Tracking { body, mut camera } => {
                if let Some(center) = snapshot.subtree_com.get(body as usize) {
                    camera.lookat = *center;
                }
                Eye::of_free(&camera, &assets.visual)
            }
            Self::Fixed(id) => {
                let info = assets.cameras.get(id as usize);
                match info.zip(snapshot.cameras.get(id as usize)) {
                    Some((info, pose)) => Eye::of_model(info, pose, &assets.visual),
                    None => Eye::of_free(&FreeCamera::initial(&assets.visual), &assets.visual),
                }
            }
        }
    }
}

impl Camera {
    /// The left and the right eye of a viewer whose middle is [`Self::eye`].
    pub fn pair(&self, assets: &Assets, snapshot: &Snapshot) -> [Eye; 2] {
        let info = match *self {
            Self::Fixed(id) => assets.cameras.get(id as usize),
            Self::Free(_) | Self::Tracking { .. } => None,
        };
        let ipd = info.map_or(assets.visual.ipd, |info| info.ipd) as f32;
        let middle = self.eye(assets, snapshot);
        let right = Vec3::from(middle.forward).cross(middle.up.into());
        [-0.5, 0.5].map(|side| Eye {
            position: (Vec3::from(middle.position) + right * (side * ipd)).into(),
            ..middle
        })
    }
}

impl Eye {
    /// An eye that sees one pixel of a picture of `size` = width and height in px: the one that
    /// holds the point at `share` = part of the width from the left, and of the height from the
    /// top, both in `[0, 1)`.
    pub fn at_pixel(&self, [across, down]: [f64; 2], [width, height]: [u32; 2]) -> Self {
        let middle_of = |share: f64, count: u32| {
            let count = f64::from(count);
            (((share * count).floor() + 0.5) / count) as f32
        };
        let (across, down) = (middle_of(across, width), middle_of(down, height));
        let tall = self.frustum_top - self.frustum_bottom;
        let half_width = if self.frustum_width == 0.0 {
            0.5 * tall * width as f32 / height as f32
        } else {
            self.frustum_width
        };
        let (y, half_height) = (self.frustum_top - tall * down, 0.5 * tall / height as f32);
        Self {
            frustum_center: self.frustum_center + (2.0 * across - 1.0) * half_width,
            frustum_width: half_width / width as f32,
            frustum_bottom: y - half_height,
            frustum_top: y + half_height,
            ..*self
        }
    }

    /// The point in the middle of the picture at this distance along the line of sight, m, world.
    pub fn middle_at(&self, distance: f32) -> [f64; 3] {
        let (forward, up) = (Vec3::from(self.forward), Vec3::from(self.up));
        let right = forward.cross(up);
        let spread = if self.orthographic { 1.0 } else { distance / self.near };
        let across = right * self.frustum_center;
        let along = up * (0.5 * (self.frustum_top + self.frustum_bottom));
        let point = Vec3::from(self.position) + forward * distance + (across + along) * spread;
        point.as_dvec3().into()
    }

    /// The distance along the line of sight, m, of what a depth buffer has at `depth`: 1 at the
    /// near plane, 0 at the far plane.
    pub fn distance(&self, depth: f32) -> f32 {
        let (near, far) = (self.near, self.far);
        if self.orthographic {
            far - depth * (far - near)
        } else {
            near * far / (near + depth * (far - near))
        }
    }

    fn of_free(camera: &FreeCamera, visual: &Visual) -> Self {
        Self::symmetric(
            &camera.frame(),
            camera.fovy,
            camera.orthographic,
            (visual.znear * visual.extent, visual.zfar * visual.extent),
        )
    }

    fn of_model(info: &CameraInfo, pose: &CameraPose, visual: &Visual) -> Self {
        let world_from_camera = DMat3::from_cols_array(&pose.rotation).transpose();
        let frame = Frame {
            position: pose.position.into(),
            forward: -world_from_camera.z_axis,
            up: world_from_camera.y_axis,
        };
        let planes = (visual.znear * visual.extent, visual.zfar * visual.extent);
        let eye = Self::symmetric(&frame, info.fovy, info.orthographic, planes);
        let [focal_x, focal_y, center_x, center_y, width, height] = info.intrinsics;
        if info.orthographic || height == 0.0 {
            return eye;
        }
        let (scale_x, scale_y) = (eye.near / focal_x, eye.near / focal_y);
        Self {
            frustum_center: scale_x * center_x,
            frustum_width: scale_x * width / 2.0,
            frustum_top: scale_y * (height / 2.0 - center_y),
            frustum_bottom: -scale_y * (height / 2.0 + center_y),
            ..eye
        }
    }

    /// An eye that looks straight ahead; `fovy` in degrees, or metres when orthographic.
    fn symmetric(frame: &Frame, fovy: f64, orthographic: bool, (near, far): (f64, f64)) -> Self {
        let half_height =
            if orthographic { fovy / 2.0 } else { near * (fovy.to_radians() / 2.0).tan() };
        Self {
            position: frame.position.as_vec3().into(),
            forward: frame.forward.as_vec3().into(),
            up: frame.up.as_vec3().into(),
            frustum_center: 0.0,
            frustum_width: 0.0,
            frustum_bottom: -half_height as f32,
            frustum_top: half_height as f32,
            near: near as f32,
            far: far as f32,
            orthographic,
        }
    }

    /// View space (x right, y up, looking along −z) from world space.
    pub fn view_from_world(&self) -> Mat4 {
        let (forward, up) = (Vec3::from(self.forward), Vec3::from(self.up));
        Mat4::look_to_rh(self.position.into(), forward, up)
    }

    /// Clip space from view space for a picture of `aspect` = width over height. Depth is
    /// reversed: 1 at the near plane, 0 at the far plane.
    pub fn clip_from_view(&self, aspect: f64) -> Mat4 {
        let height = self.frustum_top - self.frustum_bottom;
        let half_width = if self.frustum_width == 0.0 {
            0.5 * aspect as f32 * height
        } else {
            self.frustum_width
        };
        let middle = 0.5 * (self.frustum_top + self.frustum_bottom);
        let (near, far) = (self.near, self.far);
        let range = far - near;
        if self.orthographic {
            let scale = Vec3::new(1.0 / half_width, 2.0 / height, 1.0 / range);
            let center = Vec3::new(self.frustum_center, middle, -far);
            return Mat4::from_scale(scale) * Mat4::from_translation(-center);
        }
        Mat4::from_cols_array_2d(&[
            [near / half_width, 0.0, 0.0, 0.0],
            [0.0, 2.0 * near / height, 0.0, 0.0],
            [self.frustum_center / half_width, 2.0 * middle / height, near / range, -1.0],
            [0.0, 0.0, near * far / range, 0.0],
        ])
    }

    /// Clip space from world space, see [`Self::clip_from_view`].
    pub fn clip_from_world(&self, aspect: f64) -> Mat4 {
        self.clip_from_view(aspect) * self.view_from_world()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::ModelInfo;

    /// The model behind the numbers below, which MuJoCo 3.17's `mjv_updateCamera` and
    /// `mjv_moveCamera` computed.
    fn assets() -> Assets {
        let camera = |fovy, orthographic, intrinsics| CameraInfo {
            name: String::new(),
            fovy,
            orthographic,
            intrinsics,
            ipd: 0.068,
        };
        let lens = [0.006, 0.0058, 0.0003, -0.0002, 0.0064, 0.0048];
        Assets {
            model: ModelInfo::default(),
            visual: Visual {
                extent: 2.5,
                center: [0.1, 0.2, 0.9],
                azimuth: 130.0,
                elevation: -25.0,
                fovy: 50.0,
                znear: 0.02,
                zfar: 40.0,
                ..Visual::default()
            },
            cameras: vec![
                camera(60.0, false, [0.02, 0.02, 0.0, 0.0, 0.0, 0.0]),
                camera(3.0, true, [0.02, 0.02, 0.0, 0.0, 0.0, 0.0]),
                camera(44.958_869_853, false, lens),
            ],
            ..Assets::default()
        }
    }

    fn snapshot() -> Snapshot {
        Snapshot {
            subtree_com: vec![[0.0; 3], [0.4, 0.5, 0.6]],
            cameras: vec![
                CameraPose {
                    position: [1.0, -2.0, 1.5],
                    rotation: [
                        0.894_427_191,
                        -0.182_574_186,
                        0.408_248_290,
                        0.447_213_595,
                        0.365_148_372,
                        -0.816_496_581,
                        0.0,
                        0.912_870_929,
                        0.408_248_290,
                    ],
                },
                CameraPose {
                    position: [0.0, -3.0, 1.0],
                    rotation: [
                        1.0,
                        0.0,
                        0.0,
                        0.0,
                        0.287_347_886,
                        -0.957_826_285,
                        0.0,
                        0.957_826_285,
                        0.287_347_886,
                    ],
                },
                CameraPose {
                    position: [2.0, 0.0, 1.0],
                    rotation: [
                        0.0,
                        -0.371_390_676,
                        0.928_476_691,
                        1.0,
                        0.0,
                        0.0,
                        0.0,
                        0.928_476_691,
                        0.371_390_676,
                    ],
                },
            ],
            ..Snapshot::default()
        }
    }

    fn close(got: &[f64], expected: &[f64], what: &str) {
        let same = got.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6);
        assert!(same, "{what}: {got:?}, expected {expected:?}");
    }

    /// Position, forward, up, then centre, width, bottom, top, near, far of the frustum.
    fn numbers(eye: &Eye) -> Vec<f64> {
        let frustum = [
            eye.frustum_center,
            eye.frustum_width,
            eye.frustum_bottom,
            eye.frustum_top,
            eye.near,
            eye.far,
        ];
        let parts = [&eye.position[..], &eye.forward, &eye.up, &frustum];
        parts.concat().into_iter().map(f64::from).collect()
    }

    #[test]
    fn free_and_tracking_cameras_look_where_mujoco_looks() {
        let (assets, snapshot) = (assets(), snapshot());
        let free = FreeCamera::initial(&assets.visual);
        let frustum = [0.0, 0.0, -0.023_315_381, 0.023_315_381, 0.049_999_997, 100.0];
        let turned = [
            -0.582_563_4,
            0.694_272_041,
            -0.422_618_27,
            -0.271_653_771,
            0.323_744_357,
            0.906_307_817,
        ];
        let at = [2.284_612_775, -2.403_520_226, 2.484_818_459];
        let eye = Camera::Free(free).eye(&assets, &snapshot);
        close(&numbers(&eye), &[&at[..], &turned, &frustum].concat(), "free");
        let tracking = Camera::Tracking { body: 1, camera: free };
        let at = [2.584_612_846, -2.103_520_155, 2.184_818_506];
        let eye = tracking.eye(&assets, &snapshot);
        close(&numbers(&eye), &[&at[..], &turned, &frustum].concat(), "tracking");
    }

    #[test]
    fn model_cameras_have_mujocos_frustum() {
        let (assets, snapshot) = (assets(), snapshot());
        let frustums = [
            [0.0, 0.0, -0.028_867_511, 0.028_867_511],
            [0.0, 0.0, -1.5, 1.5],
            [0.0025, 0.026_666_665, -0.018_965_518, 0.022_413_792],
        ];
        for (id, expected) in frustums.iter().enumerate() {
            let eye = Camera::Fixed(id as u32).eye(&assets, &snapshot);
            close(&numbers(&eye)[9..13], expected, "frustum");
            assert_eq!(eye.orthographic, id == 1);
        }
        let eye = Camera::Fixed(0).eye(&assets, &snapshot);
        close(
            &numbers(&eye)[3..9],
            &[
                -0.408_248_305,
                0.816_496_611,
                -0.408_248_305,
                -0.182_574_183,
                0.365_148_365,
                0.912_870_944,
            ],
            "directions",
        );
    }

    #[test]
    fn drags_move_as_in_mujoco() {
        // azimuth, elevation, distance, lookat after a drag of (0.13, -0.21).
        let expected = [
            (Motion::RotateV, [106.6, 12.8, 3.75, 0.1, 0.2, 0.9]),
            (Motion::RotateH, [106.6, 12.8, 3.75, 0.1, 0.2, 0.9]),
            (Motion::MoveV, [130.0, -25.0, 3.75, -0.248_282_067, -0.092_243_354, 0.165_565_467]),
            (Motion::MoveH, [130.0, -25.0, 3.75, 0.223_803_351, -0.654_852_847, 0.9]),
            (Motion::Zoom, [130.0, -25.0, 5.665_822_636, 0.1, 0.2, 0.9]),
            (
                Motion::MoveRelativeV,
                [130.0, -25.0, 3.75, 0.256_633_072, 0.215_576_071, 0.709_675_365],
            ),
            (
                Motion::MoveRelativeH,
                [130.0, -25.0, 3.75, 0.321_924_094, 0.137_765_260, 0.988_749_835],
            ),
            (Motion::TurnV, [130.0, 12.8, 3.75, -0.065_939_399, 0.397_758_875, 3.315_625_348]),
            (Motion::TurnH, [106.6, -25.0, 3.75, 1.313_656_840, 0.853_486_879, 0.9]),
        ];
        for (motion, numbers) in expected {
            let mut camera = FreeCamera::initial(&assets().visual);
            camera.drag(motion, 0.13, -0.21, 2.5);
            let [x, y, z] = camera.lookat;
            let got = [camera.azimuth, camera.elevation, camera.distance, x, y, z];
            close(&got, &numbers, &format!("{motion:?}"));
        }
    }

    #[test]
    fn a_tracking_camera_cannot_be_moved_off_its_body() {
        let camera = FreeCamera::initial(&assets().visual);
        let mut tracking = Camera::Tracking { body: 1, camera };
        tracking.drag(Motion::MoveH, 0.3, 0.3, 2.5);
        assert_eq!(tracking, Camera::Tracking { body: 1, camera });
        tracking.drag(Motion::Zoom, 0.0, 9.0, 2.5);
        assert!(matches!(tracking, Camera::Tracking { camera, .. } if camera.distance == 0.025));
    }

    #[test]
    fn depth_is_reversed() {
        let (assets, snapshot) = (assets(), snapshot());
        for camera in [Camera::Fixed(1), Camera::Fixed(2)] {
            let eye = camera.eye(&assets, &snapshot);
            let clip_from_view = eye.clip_from_view(4.0 / 3.0);
            let near = clip_from_view.project_point3(Vec3::new(0.0, 0.0, -eye.near));
            let far = clip_from_view.project_point3(Vec3::new(0.0, 0.0, -eye.far));
            assert!((near.z - 1.0).abs() < 1e-5 && far.z.abs() < 1e-5);
        }
    }

    #[test]
    fn the_corner_of_the_frustum_is_the_corner_of_the_picture() {
        let (assets, snapshot) = (assets(), snapshot());
        let eye = Camera::Fixed(2).eye(&assets, &snapshot);
        let corner = Vec3::new(eye.frustum_center + eye.frustum_width, eye.frustum_top, -eye.near);
        let clip = eye.clip_from_view(9.9).project_point3(corner);
        assert!((clip.x - 1.0).abs() < 1e-5 && (clip.y - 1.0).abs() < 1e-5);
    }
}
