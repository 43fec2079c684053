//! What must hold of any picture, whoever draws it.

use std::sync::{Arc, OnceLock};

use bytemuck::Zeroable;

use super::*;
use crate::{
    gpu::{Gpu, Options},
    scene::{
        Assets, Flex, Geom, Light, Skin, Snapshot, Texture, TextureKind,
        camera::{Camera, FreeCamera},
    },
    units::Size,
};

const UPRIGHT: [f32; 9] = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];
const RED: [f32; 4] = [1.0, 0.0, 0.0, 1.0];
const WHITE: [f32; 4] = [1.0; 4];
const PLAIN: Settings = Settings { samples: 1, shadows: false, ..Settings::PARITY };

fn renderer() -> &'static Arc<Renderer> {
    static SHARED: OnceLock<Arc<Renderer>> = OnceLock::new();
    SHARED.get_or_init(|| {
        let gpu = Gpu::open(&Options::default()).expect("a device, software at least");
        Arc::new(Renderer::new(Arc::new(gpu)).expect("a renderer"))
    })
}

pub(super) fn geom(kind: i32, size: [f32; 3], position: [f32; 3], rgba: [f32; 4]) -> Geom {
    Geom {
        kind,
        data_id: -1,
        object_kind: 5,
        texture: -1,
        label: -1,
        size,
        position,
        rotation: UPRIGHT,
        rgba,
        category: 1,
        ..Geom::zeroed()
    }
}

/// A camera at `distance` above the origin that looks straight down: x is right, y is up.
pub(super) fn from_above(distance: f64) -> Camera {
    Camera::Free(FreeCamera {
        azimuth: 90.0,
        elevation: -90.0,
        distance,
        lookat: [0.0; 3],
        fovy: 45.0,
        orthographic: false,
    })
}

/// Only ambient light: a surface's colour is its own.
pub(super) fn ambient() -> Assets {
    let mut assets = Assets::default();
    assets.visual.headlight_ambient = [1.0; 3];
    assets.visual.headlight_diffuse = [0.0; 3];
    assets.visual.headlight_specular = [0.0; 3];
    assets
}

struct Picture {
    size: Size,
    pixels: Vec<u8>,
}

impl Picture {
    fn at(&self, x: u32, y: u32) -> [u8; 4] {
        let first = 4 * (y * self.size.width() + x) as usize;
        self.pixels[first..first + 4].try_into().expect("four bytes")
    }

    /// The pixel at shares of the width and height.
    fn at_share(&self, x: f32, y: f32) -> [u8; 4] {
        let (width, height) = (self.size.width() as f32, self.size.height() as f32);
        self.at((x * width) as u32, (y * height) as u32)
    }

    fn count(&self, wanted: impl Fn([u8; 4]) -> bool) -> usize {
        let pixels = self.pixels.chunks_exact(4);
        pixels.filter(|p| wanted([p[0], p[1], p[2], p[3]])).count()
    }
}

fn draw(assets: &Assets, snapshot: &Snapshot, camera: &Camera, settings: Settings) -> Picture {
    // A width whose rows are padded in the buffer.
    let size = Size::new(150, 120).expect("a size");
    let scene = renderer().upload(assets).expect("uploads");
    let mut view = View::new(renderer(), size, settings).expect("a view");
    view.draw(&scene, assets, snapshot, camera).expect("draws");
    let pixels = view.read_rgba().expect("reads").rows().flatten().copied().collect();
    Picture { size, pixels }
}

pub(super) fn of(geoms: Vec<Geom>) -> Snapshot {
    Snapshot { geoms, ..Snapshot::default() }
}

fn near(got: [u8; 4], expected: [u8; 3]) {
    let close = (0..3).all(|i| got[i].abs_diff(expected[i]) <= 3);
    assert!(close, "{got:?}, expected {expected:?}");
}

#[test]
fn nothing_is_black_and_opaque() {
    let picture = draw(&Assets::default(), &of(vec![]), &from_above(3.0), Settings::FAST);
    assert_eq!(picture.count(|p| p == [0, 0, 0, 255]), 150 * 120);
}

#[test]
fn a_picture_is_drawn_before_it_is_read() {
    let size = Size::new(8, 8).expect("a size");
    let mut view = View::new(renderer(), size, PLAIN).expect("a view");
    assert!(matches!(view.read_rgba(), Err(Error::NothingDrawn)));
}

#[test]
fn a_sphere_is_as_large_as_it_looks_from_its_distance() {
    let snapshot = of(vec![geom(2, [0.5; 3], [0.0; 3], RED)]);
    for (settings, slack) in [(PLAIN, 0.03), (Settings::PARITY, 0.03), (Settings::FAST, 0.05)] {
        let picture = draw(&ambient(), &snapshot, &from_above(3.0), settings);
        near(picture.at(75, 60), [255, 0, 0]);
        // The cone that touches the sphere has sin = radius / distance.
        let tangent = (0.5_f64 / 3.0).asin().tan();
        let radius_px = tangent / (22.5_f64.to_radians().tan()) * 60.0;
        let expected = std::f64::consts::PI * radius_px * radius_px;
        let area = picture.count(|p| p[0] > 127) as f64;
        assert!((area / expected - 1.0).abs() < slack, "{area} of {expected} px, {settings:?}");
    }
}

#[test]
fn shapes_are_where_they_should_be() {
    // A capsule along x, turned from along z, a box above it and a cylinder below.
    let mut capsule = geom(3, [0.1, 0.1, 0.5], [0.0; 3], RED);
    capsule.rotation = [0.0, 0.0, 1.0, 0.0, 1.0, 0.0, -1.0, 0.0, 0.0];
    let snapshot = of(vec![
        capsule,
        geom(6, [0.2, 0.1, 0.1], [0.0, 0.7, 0.0], [0.0, 1.0, 0.0, 1.0]),
        geom(5, [0.2, 0.2, 0.1], [0.0, -0.7, 0.0], [0.0, 0.0, 1.0, 1.0]),
    ]);
    for settings in [PLAIN, Settings::FAST] {
        let picture = draw(&ambient(), &snapshot, &from_above(3.0), settings);
        near(picture.at(75, 60), [255, 0, 0]);
        near(picture.at(75 + 24, 60), [255, 0, 0]);
        near(picture.at(75 + 32, 60), [0, 0, 0]);
        near(picture.at(75, 60 - 34), [0, 255, 0]);
        near(picture.at(75, 60 + 34), [0, 0, 255]);
    }
}

#[test]
fn a_plane_is_darker_in_the_shadow_of_a_sphere() {
    let mut assets = Assets::default();
    assets.visual.headlight_active = 0;
    assets.visual.extent = 4.0;
    for kind in [0, 1] {
        let snapshot = Snapshot {
            geoms: vec![
                geom(0, [3.0, 3.0, 0.1], [0.0; 3], WHITE),
                geom(2, [0.2; 3], [0.0, 0.0, 0.8], RED),
            ],
            lights: vec![Light {
                kind,
                cast_shadow: 1,
                // From the left: the shadow falls to the right of the sphere.
                position: [-2.0, 0.0, 2.8],
                direction: [0.707, 0.0, -0.707],
                attenuation: [1.0, 0.0, 0.0],
                cutoff: 60.0,
                diffuse: [0.8; 3],
                ambient: [0.1; 3],
                ..Light::zeroed()
            }],
            ..Snapshot::default()
        };
        let camera = from_above(4.0);
        let lit = draw(&assets, &snapshot, &camera, PLAIN);
        let shadowed = Settings { shadows: true, shadow_size: 512, ..PLAIN };
        let fast = Settings { shadows: true, ..Settings::FAST };
        // The height of the picture is 3.3 m: 0.8 m are 29 px.
        let (x, y) = (75 + 29, 60);
        assert!(lit.at(x, y)[0] > 100, "{:?}", lit.at(x, y));
        for settings in [shadowed, fast] {
            let picture = draw(&assets, &snapshot, &camera, settings);
            assert!(picture.at(x, y)[0] < 10, "{:?} {settings:?}", picture.at(x, y));
            assert!(picture.at(75 - 29, y)[0].abs_diff(lit.at(75 - 29, y)[0]) <= 2);
        }
    }
}

#[test]
fn what_is_transparent_lets_through_what_is_behind() {
    let snapshot = of(vec![
        geom(6, [0.3, 0.3, 0.1], [0.0, 0.0, 0.5], [0.0, 0.0, 1.0, 0.5]),
        geom(6, [0.6, 0.6, 0.1], [0.0; 3], RED),
    ]);
    let picture = draw(&ambient(), &snapshot, &from_above(3.0), PLAIN);
    // Drawn twice, as MuJoCo does: a quarter of what is behind is left.
    near(picture.at(75, 60), [64, 0, 191]);
    near(picture.at(75 + 22, 60), [255, 0, 0]);
}

/// Corners red, green / blue, white; the first row is the first that MuJoCo keeps.
fn quarters(kind: TextureKind) -> Texture {
    let corner = |x: usize, y: usize| match (x < 8, y < 8) {
        (true, true) => [255, 0, 0],
        (false, true) => [0, 255, 0],
        (true, false) => [0, 0, 255],
        (false, false) => [255, 255, 255],
    };
    let pixels = (0..16).flat_map(|y| (0..16).flat_map(move |x| corner(x, y)));
    Texture { kind, width: 16, height: 16, channels: 3, srgb: false, data: pixels.collect() }
}

#[test]
fn a_texture_lies_on_a_plane_with_its_first_row_on_top() {
    let mut assets = ambient();
    assets.textures = vec![quarters(TextureKind::Flat)];
    let mut plane = geom(0, [1.0, 1.0, 0.5], [0.0; 3], WHITE);
    plane.texture = 0;
    plane.texture_repeat = [1.0; 2];
    let bottom_up = Settings { bottom_up: true, ..Settings::PARITY };
    for settings in [PLAIN, Settings::FAST, bottom_up] {
        let picture = draw(&assets, &of(vec![plane]), &from_above(3.0), settings);
        near(picture.at(75 - 20, 60 - 20), [255, 0, 0]);
        near(picture.at(75 + 20, 60 - 20), [0, 255, 0]);
        near(picture.at(75 - 20, 60 + 20), [0, 0, 255]);
        near(picture.at(75 + 20, 60 + 20), [255, 255, 255]);
    }
}

#[test]
fn the_sky_is_behind_everything() {
    let mut assets = ambient();
    assets.visual.extent = 2.0;
    assets.textures = vec![Texture {
        kind: TextureKind::Skybox,
        width: 1,
        height: 1,
        channels: 3,
        srgb: false,
        data: vec![10, 100, 200],
    }];
    let snapshot = of(vec![geom(2, [0.5; 3], [0.0; 3], RED)]);
    for settings in [PLAIN, Settings::FAST, Settings { samples: 4, ..Settings::FAST }] {
        let picture = draw(&assets, &snapshot, &from_above(3.0), settings);
        near(picture.at(75, 60), [255, 0, 0]);
        near(picture.at_share(0.05, 0.05), [10, 100, 200]);
    }
    let bare = Settings { skybox: false, ..PLAIN };
    near(draw(&assets, &snapshot, &from_above(3.0), bare).at_share(0.05, 0.05), [0, 0, 0]);
}

#[test]
fn a_mirror_shows_the_underside_of_what_is_above_it() {
    let mut floor = geom(0, [3.0, 3.0, 1.0], [0.0; 3], [0.0, 0.0, 0.2, 1.0]);
    floor.reflectance = 0.5;
    let snapshot = of(vec![floor, geom(2, [0.3; 3], [0.0, 0.0, 1.0], RED)]);
    let camera = Camera::Free(FreeCamera {
        elevation: -30.0,
        distance: 5.0,
        lookat: [0.0, 0.0, 0.0],
        ..FreeCamera::initial(&ambient().visual)
    });
    let with = draw(&ambient(), &snapshot, &camera, PLAIN);
    let without = draw(&ambient(), &snapshot, &camera, Settings { reflections: false, ..PLAIN });
    let image = |p: [u8; 4]| p[0].abs_diff(128) <= 3 && p[2].abs_diff(51) <= 3;
    let (seen, real) = (with.count(image), with.count(|p| p[0] > 250));
    assert!(seen > real / 2 && seen < real, "{seen} px of the image, {real} px of the sphere");
    assert_eq!(without.count(image), 0);
}

#[test]
fn a_plane_from_behind_is_faint() {
    let mut plane = geom(0, [1.0, 1.0, 0.5], [0.0; 3], WHITE);
    plane.rotation = [1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, -1.0];
    let picture = draw(&ambient(), &of(vec![plane]), &from_above(3.0), PLAIN);
    // 0.3 drawn twice: 1 - 0.7².
    near(picture.at(75, 60), [130, 130, 130]);
}

#[test]
fn lines_are_as_wide_as_they_should_be() {
    let mut line = geom(103, [4.0, 4.0, 1.0], [-0.5, 0.0, 0.0], RED);
    line.rotation = [0.0, 0.0, 1.0, 0.0, 1.0, 0.0, -1.0, 0.0, 0.0];
    let picture = draw(&Assets::default(), &of(vec![line]), &from_above(3.0), PLAIN);
    let column = (0..120).filter(|y| picture.at(75, *y)[0] > 200).count();
    // 1 m of 2.49 m of height.
    let row = (0..150).filter(|x| picture.at(*x, 60)[0] > 200).count();
    assert_eq!(column, 4);
    assert!((47..=49).contains(&row), "{row} px");
}

#[test]
fn flexes_and_skins_are_drawn_from_the_snapshot() {
    let square = [[-0.5, -0.5, 0.0], [0.5, -0.5, 0.0], [0.5, 0.5, 0.0], [-0.5, 0.5, 0.0]];
    let up = [0.0, 0.0, 1.0];
    let mut assets = ambient();
    assets.skins =
        vec![Skin { vertex_count: 4, texcoords: vec![], faces: vec![[0, 1, 2], [0, 2, 3]] }];
    let mut flex = geom(105, [0.1, 0.0, 0.0], [0.0; 3], [0.0, 1.0, 0.0, 1.0]);
    flex.object_kind = 9;
    let mut skin = geom(106, [0.0; 3], [0.0; 3], RED);
    skin.object_kind = 10;
    let snapshot = Snapshot {
        geoms: vec![skin, flex],
        flexes: vec![Flex {
            radius: 0.1,
            positions: vec![[-0.2, -0.2, 0.1], [0.2, -0.2, 0.1], [0.0, 0.3, 0.1]],
            normals: vec![up; 3],
            vertices: vec![[0.8, 0.0, 0.0]],
            edges: vec![[[-0.8, -0.2, 0.0], [-0.8, 0.2, 0.0]]],
            ..Flex::default()
        }],
        skin_positions: square.to_vec(),
        skin_normals: vec![up; 4],
        ..Snapshot::default()
    };
    let picture = draw(&assets, &snapshot, &from_above(3.0), PLAIN);
    near(picture.at(75, 60), [0, 255, 0]);
    near(picture.at(75 + 20, 60), [255, 0, 0]);
    near(picture.at(75 + 38, 60), [0, 255, 0]);
    near(picture.at(75 - 38, 60), [0, 255, 0]);
}

#[test]
fn fog_hides_the_distance() {
    let mut assets = ambient();
    assets.visual.fog_rgba = [0.0, 1.0, 0.0, 1.0];
    (assets.visual.fog_start, assets.visual.fog_end) = (1.0, 2.0);
    let snapshot = of(vec![geom(6, [0.5; 3], [0.0; 3], RED)]);
    let foggy = Settings { fog: true, ..PLAIN };
    near(draw(&assets, &snapshot, &from_above(3.0), foggy).at(75, 60), [0, 255, 0]);
    near(draw(&assets, &snapshot, &from_above(2.0), foggy).at(75, 60), [128, 128, 0]);
}

#[test]
fn views_share_a_renderer_across_threads() {
    let snapshot = of(vec![geom(2, [0.5; 3], [0.0; 3], RED)]);
    let assets = ambient();
    let scene = renderer().upload(&assets).expect("uploads");
    std::thread::scope(|scope| {
        for side in [32, 64, 96] {
            let (scene, assets, snapshot) = (&scene, &assets, &snapshot);
            let draw = move || {
                let size = Size::new(side, side).expect("a size");
                let mut view = View::new(renderer(), size, Settings::FAST).expect("a view");
                for _ in 0..3 {
                    view.draw(scene, assets, snapshot, &from_above(3.0)).expect("draws");
                    let pixels = view.read_rgba().expect("reads");
                    let middle = pixels.rows().nth(side as usize / 2).expect("a row");
                    assert!(middle[2 * side as usize] > 250);
                }
            };
            let thread = std::thread::Builder::new().name(format!("test-view-{side}"));
            thread.spawn_scoped(scope, draw).expect("a thread");
        }
    });
}

/// A box in front of a sphere, numbered 7 and 300, and one that is in no segment.
fn numbered() -> Snapshot {
    let of_segment = |mut geom: Geom, segment| {
        geom.segment = segment;
        geom
    };
    of(vec![
        of_segment(geom(6, [0.3, 0.3, 0.1], [0.0, 0.0, 0.5], [0.0, 0.0, 1.0, 0.2]), 7),
        of_segment(geom(2, [0.5; 3], [0.0; 3], RED), 300),
        of_segment(geom(6, [0.2; 3], [1.0, 0.0, 0.0], WHITE), -1),
    ])
}

#[test]
fn ids_and_depth_lie_beside_the_picture() {
    let size = Size::new(150, 120).expect("a size");
    let (assets, snapshot) = (ambient(), numbered());
    let scene = renderer().upload(&assets).expect("uploads");
    for bottom_up in [false, true] {
        let settings = Settings { data: true, bottom_up, ..Settings::PARITY };
        let mut view = View::new(renderer(), size, settings).expect("a view");
        view.draw(&scene, &assets, &snapshot, &from_above(3.0)).expect("draws");
        let (ids, depth) = (view.read_ids().expect("ids"), view.read_depth().expect("depth"));
        let at = |x: usize, y: usize| (ids[y * 150 + x], depth[y * 150 + x]);
        // What is transparent counts; what is in no segment does not.
        assert_eq!(at(75, 60).0, 8);
        assert_eq!(at(75, 60 + 22).0, 301);
        assert_eq!(at(75 + 48, 60), (0, 0.0));
        assert_eq!(at(2, 2), (0, 0.0));
        // The box's upper side is 2.4 m away.
        let eye = from_above(3.0).eye(&assets, &snapshot);
        let (near, far) = (eye.near, eye.far);
        let meters = near * far / (near + at(75, 60).1 * (far - near));
        assert!((meters - 2.4).abs() < 1e-3, "{meters} m");
    }
}

#[test]
fn data_must_be_asked_for() {
    let size = Size::new(8, 8).expect("a size");
    let mut view = View::new(renderer(), size, PLAIN).expect("a view");
    let scene = renderer().upload(&ambient()).expect("uploads");
    view.draw(&scene, &ambient(), &of(vec![]), &from_above(3.0)).expect("draws");
    assert!(matches!(view.read_ids(), Err(Error::NothingDrawn)));
    assert!(matches!(view.read_depth(), Err(Error::NothingDrawn)));
}

#[test]
fn a_picture_can_show_ids_segments_or_depth() {
    let shown = |show| draw(&ambient(), &numbered(), &from_above(3.0), Settings { show, ..PLAIN });
    let ids = shown(Show::Ids);
    assert_eq!(ids.at(75, 60), [8, 0, 0, 255]);
    assert_eq!(ids.at(75, 60 + 22), [45, 1, 0, 255]);
    let segments = shown(Show::Segments);
    // Number 7 is the 17th of Halton's sequence: 17/32 in base 2.
    assert_eq!(segments.at(75, 60)[0], ((0.1 + 0.8 * (17.0 / 32.0)) * 255.0_f64).round() as u8);
    assert_eq!(segments.at(2, 2), [0, 0, 0, 255]);
    let mut near_by = numbered();
    // What is transparent has no depth in a picture.
    near_by.geoms[1].position = [0.0, 0.0, 2.48];
    let size = Size::new(150, 120).expect("a size");
    let scene = renderer().upload(&ambient()).expect("uploads");
    let settings = Settings { show: Show::Depth, data: true, ..PLAIN };
    let mut view = View::new(renderer(), size, settings).expect("a view");
    view.draw(&scene, &ambient(), &near_by, &from_above(3.0)).expect("draws");
    let depth = view.read_depth().expect("depth")[60 * 150 + 75];
    let grey = view.read_rgba().expect("a picture").rows().nth(60).expect("a row")[4 * 75];
    assert_eq!(grey, (depth * 255.0).round() as u8);
    assert!(grey > 100, "{depth}");
}

#[test]
fn what_glows_is_added_once() {
    let snapshot = of(vec![
        geom(6, [0.3, 0.3, 0.1], [0.0, 0.0, 0.5], [0.0, 0.0, 1.0, 0.5]),
        geom(6, [0.6, 0.6, 0.1], [0.0; 3], RED),
    ]);
    let additive = Settings { additive: true, ..PLAIN };
    near(draw(&ambient(), &snapshot, &from_above(3.0), additive).at(75, 60), [255, 0, 128]);
}

#[test]
fn the_inside_of_surfaces_is_drawn_where_nothing_is_cut() {
    // The eye is within the box.
    let snapshot = of(vec![geom(6, [4.0; 3], [0.0; 3], RED)]);
    near(draw(&ambient(), &snapshot, &from_above(1.0), PLAIN).at(75, 60), [0, 0, 0]);
    let uncut = Settings { cull_faces: false, ..PLAIN };
    near(draw(&ambient(), &snapshot, &from_above(1.0), uncut).at(75, 60), [255, 0, 0]);
}

#[test]
fn a_wireframe_shows_the_edges_that_face_the_eye() {
    let snapshot = of(vec![geom(6, [0.4; 3], [0.0; 3], RED)]);
    let settings = Settings { wireframe: true, ..PLAIN };
    let count = |settings| {
        let picture = draw(&ambient(), &snapshot, &from_above(3.0), settings);
        let lit = |(x, y): (u32, u32)| picture.at(x, y)[0] > 0;
        (0..120).flat_map(|y| (0..150).map(move |x| (x, y))).filter(|at| lit(*at)).count()
    };
    let (edges, all) = (count(settings), count(Settings { cull_faces: false, ..settings }));
    let filled = count(PLAIN);
    assert!(edges > 50 && 2 * edges < filled, "{edges} of {filled} pixels");
    assert!(all > edges, "{all} with those that face away, {edges} without");
}

#[test]
fn a_label_lies_over_everything_beside_its_thing() {
    let mut snapshot = of(vec![
        geom(6, [3.0, 3.0, 0.1], [0.0, 0.0, 1.0], RED),
        geom(2, [0.1; 3], [0.0; 3], [0.0, 1.0, 0.0, 1.0]),
    ]);
    snapshot.geoms[1].label = 0;
    snapshot.labels = vec!["|||".into()];
    for bottom_up in [false, true] {
        let settings = Settings { bottom_up, ..PLAIN };
        let picture = draw(&ambient(), &snapshot, &from_above(3.0), settings);
        let row: Vec<[u8; 4]> = (0..150).map(|x| picture.at(x, 60 - 12)).collect();
        let first = row.iter().position(|p| *p == [255; 4]).expect("white letters");
        assert!((75..82).contains(&first), "at {first}");
        assert_eq!(row[first - 1], [0, 0, 0, 255], "in a black rim");
        near(row[60], [255, 0, 0]);
        near(picture.at(80, 60 + 3), [255, 0, 0]);
    }
}

#[test]
fn a_border_lies_within_the_edges() {
    let border = Some(Border { width: 3, color: [10, 200, 30] });
    let snapshot = of(vec![geom(6, [9.0, 9.0, 0.1], [0.0; 3], RED)]);
    let picture = draw(&ambient(), &snapshot, &from_above(3.0), Settings { border, ..PLAIN });
    for (x, y) in [(0, 0), (2, 60), (75, 2), (147, 60), (75, 117)] {
        assert_eq!(picture.at(x, y), [10, 200, 30, 255], "{x}, {y}");
    }
    for (x, y) in [(3, 60), (75, 3), (146, 60), (75, 116)] {
        near(picture.at(x, y), [255, 0, 0]);
    }
}

/// A sphere over a plane, under a light that casts its shadow.
fn shadowed(height: f32) -> Snapshot {
    let mut snapshot = of(vec![
        geom(0, [0.0, 0.0, 1.0], [0.0; 3], WHITE),
        geom(2, [0.2; 3], [0.0, 0.0, height], RED),
    ]);
    snapshot.geoms[0].object_kind = 5;
    snapshot.lights.push(Light {
        kind: 1,
        cast_shadow: 1,
        position: [0.0, 0.0, 4.0],
        direction: [0.3, 0.2, -1.0],
        diffuse: [0.7; 3],
        attenuation: [1.0, 0.0, 0.0],
        ..Light::zeroed()
    });
    snapshot
}

#[test]
fn views_of_a_moment_share_its_shadows_and_nothing_else() {
    let size = Size::new(150, 120).expect("a size");
    let assets = ambient();
    let settings = Settings { shadow_size: 256, ..Settings::PARITY };
    let cameras = [3.0, 5.0, 9.0].map(from_above);
    let alone = |snapshot: &Snapshot, camera: &Camera| {
        let scene = renderer().upload(&assets).expect("uploads");
        let mut view = View::new(renderer(), size, settings).expect("a view");
        view.draw(&scene, &assets, snapshot, camera).expect("draws");
        view.read_rgba().expect("a picture").to_vec()
    };
    let scene = renderer().upload(&assets).expect("uploads");
    let mut views = cameras.map(|_| View::new(renderer(), size, settings).expect("a view"));
    for snapshot in [shadowed(0.5), shadowed(0.5), shadowed(0.9)] {
        let mut due: Vec<_> = views
            .iter_mut()
            .zip(&cameras)
            .map(|(view, camera)| (view, camera.eye(&assets, &snapshot)))
            .collect();
        draw_all(&scene, &assets, &snapshot, &mut due).expect("draws");
        for (view, camera) in views.iter_mut().zip(&cameras) {
            assert!(*view.read_rgba().expect("a picture") == *alone(&snapshot, camera));
        }
    }
}

#[test]
fn shadows_are_drawn_anew_when_and_only_when_they_change() {
    let size = Size::new(60, 60).expect("a size");
    let assets = ambient();
    let scene = renderer().upload(&assets).expect("uploads");
    let settings = Settings { shadow_size: 64, ..Settings::PARITY };
    let mut view = View::new(renderer(), size, settings).expect("a view");
    let mut drawn = |snapshot: &Snapshot, distance: f64| {
        let before = scene.shadows.drawn();
        view.draw(&scene, &assets, snapshot, &from_above(distance)).expect("draws");
        scene.shadows.drawn() - before
    };
    assert_eq!(drawn(&shadowed(0.5), 3.0), 1);
    assert_eq!(drawn(&shadowed(0.5), 3.0), 0);
    assert_eq!(drawn(&shadowed(0.5), 40.0), 0, "the eye casts no shadow");
    assert_eq!(drawn(&shadowed(0.6), 40.0), 1);
    let mut moved = shadowed(0.6);
    moved.lights[0].direction[0] = 0.1;
    assert_eq!(drawn(&moved, 40.0), 1);
}

#[test]
fn what_is_too_much_is_refused_by_the_name_of_its_limit() {
    let size = Size::new(16, 16).expect("a size");
    let assets = ambient();
    let scene = renderer().upload(&assets).expect("uploads");
    let mut view = View::new(renderer(), size, PLAIN).expect("a view");
    let vertices = vec![[0.0, 0.0, 0.0]; 2_600_000];
    let flex = Flex { radius: 0.1, vertices, ..Flex::default() };
    let mut snapshot = of(vec![geom(105, [0.0; 3], [0.0; 3], RED)]);
    snapshot.flexes.push(flex);
    let error = view.draw(&scene, &assets, &snapshot, &from_above(3.0)).expect_err("too much");
    assert!(error.to_string().contains("instances per picture"), "{error}");
    // The view and its device go on.
    view.draw(&scene, &assets, &of(vec![]), &from_above(3.0)).expect("draws");
    view.read_rgba().expect("a picture");

    let texture = Texture { width: 40_000, height: 40_000, channels: 3, ..Texture::default() };
    let huge = Assets { textures: vec![texture], ..ambient() };
    let error = renderer().upload(&huge).expect_err("too much");
    assert!(error.to_string().contains("texture bytes per model"), "{error}");
}
