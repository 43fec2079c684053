//! Bundles in real workers: what passes the host's checks is what MuJoCo finds.

use std::path::PathBuf;

use bytes::Bytes;
use mjcast::{
    bundle::{Bundle, Limits},
    scene::{Assets, GeomKind, Snapshot},
    worker::{self, LoadError, Worker},
};

const OBJ: &str = "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n";
/// The same, twice as wide.
const WIDE: &str = "v 0 0 0\nv 2 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n";

/// A tetrahedron as binary STL.
fn stl() -> Vec<u8> {
    const CORNERS: [[f32; 3]; 4] = [[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let mut bytes = vec![0; 80];
    bytes.extend(4_u32.to_le_bytes());
    for face in [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]] {
        bytes.extend([0; 12]);
        for corner in face {
            bytes.extend(CORNERS[corner].iter().flat_map(|x: &f32| x.to_le_bytes()));
        }
        bytes.extend([0; 2]);
    }
    bytes
}

fn png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 4, 4);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&[200; 48]).expect("pixels");
    writer.finish().expect("ends");
    bytes
}

fn bundle(files: &[(&str, &[u8])], root: Option<&str>) -> Bundle {
    let files = files.iter().map(|(name, data)| (*name, Bytes::copy_from_slice(data)));
    Bundle::from_files(files, root, &Limits::default()).expect("is fit")
}

async fn spawn(
    bundle: &Bundle,
) -> Result<(std::sync::Arc<Assets>, std::sync::Arc<Snapshot>), LoadError> {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_mjcast"));
    let limits = worker::Limits { program, ..worker::Limits::default() };
    let (worker, assets) = Worker::spawn(bundle, &limits).await?;
    let snapshot = worker.snapshots().borrow().clone();
    Ok((assets, snapshot))
}

async fn meshes(files: &[(&str, &[u8])], root: Option<&str>) -> usize {
    let (_, snapshot) = spawn(&bundle(files, root)).await.expect("loads");
    snapshot.geoms.iter().filter(|geom| geom.shape() == Some(GeomKind::Mesh)).count()
}

#[tokio::test]
async fn meshes_and_textures_in_folders_are_found() {
    let mjcf = r#"<mujoco><compiler meshdir="meshes" texturedir="textures"/><asset>
      <mesh name="a" file="left/part.obj"/><mesh name="b" file="right/part.obj"/>
      <mesh name="c" file="part.stl"/>
      <texture name="t" type="2d" file="skin/t.png"/><material name="m" texture="t"/>
      <hfield name="h" file="h.png" size="1 1 1 1"/></asset>
      <worldbody><geom type="mesh" mesh="a" material="m"/><geom type="mesh" mesh="b"/>
      <geom type="mesh" mesh="c"/></worldbody></mujoco>"#;
    let (stl, png) = (stl(), png());
    let bundle = bundle(
        &[
            ("model/scene.xml", mjcf.as_bytes()),
            ("model/meshes/left/part.obj", OBJ.as_bytes()),
            ("model/meshes/right/part.obj", WIDE.as_bytes()),
            ("model/meshes/part.stl", &stl),
            ("model/textures/skin/t.png", &png),
            ("model/meshes/h.png", &png),
        ],
        None,
    );
    let (assets, snapshot) = spawn(&bundle).await.expect("loads");
    assert_eq!(snapshot.geoms.len(), 3);
    assert_eq!(assets.textures.len(), 1);
    // Files of one name in two folders are two files.
    let widths: Vec<f32> = assets.meshes[..2].iter().map(width).collect();
    assert!((widths[0] - 1.0).abs() < 1e-3 && (widths[1] - 2.0).abs() < 1e-3, "{widths:?}");
}

/// The longest edge that leaves one corner along an axis; meshes are turned by MuJoCo, so lengths
/// rather than coordinates.
fn width(mesh: &mjcast::scene::Mesh) -> f32 {
    let points = &mesh.positions;
    let distance = |a: &[f32; 3], b: &[f32; 3]| {
        a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
    };
    let all = points.iter().flat_map(|a| points.iter().map(move |b| distance(a, b)));
    // 1 and √2 for the small one; 2 and √5 for the wide one.
    if all.fold(0.0, f32::max) > 2.0 { 2.0 } else { 1.0 }
}

#[tokio::test]
async fn a_root_in_a_folder_reaches_its_neighbours() {
    let mjcf = br#"<mujoco><compiler meshdir="../meshes"/><asset><mesh name="a" file="a.obj"/>
      <mesh name="b" file="../more/b.obj"/></asset>
      <worldbody><geom type="mesh" mesh="a"/><geom type="mesh" mesh="b"/></worldbody></mujoco>"#;
    let obj = OBJ.as_bytes();
    let files: &[(&str, &[u8])] =
        &[("p/xml/robot.xml", mjcf), ("p/meshes/a.obj", obj), ("p/more/b.obj", obj)];
    assert_eq!(meshes(files, None).await, 2);
}

#[tokio::test]
async fn nested_includes_use_their_own_folders() {
    let obj = OBJ.as_bytes();
    let files: &[(&str, &[u8])] = &[
        (
            "scene.xml",
            br#"<mujoco><include file="inc/a.xml"/><include file="other/a.xml"/></mujoco>"#,
        ),
        ("inc/a.xml", br#"<mujocoinclude><include file="deep/b.xml"/></mujocoinclude>"#),
        (
            "inc/deep/b.xml",
            br#"<mujocoinclude><asset><mesh name="n" file="n.obj"/></asset><worldbody>
            <geom type="mesh" mesh="n"/></worldbody></mujocoinclude>"#,
        ),
        (
            "other/a.xml",
            br#"<mujocoinclude><asset><mesh name="o" file="n.obj"/></asset><worldbody>
            <geom type="mesh" mesh="o"/></worldbody></mujocoinclude>"#,
        ),
        ("inc/deep/n.obj", obj),
        ("other/n.obj", WIDE.as_bytes()),
    ];
    assert_eq!(meshes(files, None).await, 2);
}

#[tokio::test]
async fn models_within_models_have_folders_of_their_own() {
    let files: &[(&str, &[u8])] = &[
        (
            "scene.xml",
            br#"<mujoco><asset><model name="arm" file="arm/arm.xml"/></asset><worldbody>
            <frame pos="0 0 1"><attach model="arm" body="base" prefix="l_"/></frame></worldbody></mujoco>"#,
        ),
        (
            "arm/arm.xml",
            br#"<mujoco><compiler meshdir="assets"/><asset><mesh name="a" file="a.obj"/></asset>
            <worldbody><body name="base"><geom type="mesh" mesh="a"/></body></worldbody></mujoco>"#,
        ),
        ("arm/assets/a.obj", OBJ.as_bytes()),
    ];
    assert_eq!(meshes(files, None).await, 1);
}

#[tokio::test]
async fn urdfs_find_their_meshes() {
    let urdf = |compiler: &str, mesh: &str| {
        format!(
            r#"<robot name="r"><mujoco><compiler {compiler}/></mujoco><link name="base"><visual>
            <geometry><mesh filename="package://arm/meshes/none.dae"/></geometry></visual><collision>
            <geometry><mesh filename="{mesh}"/></geometry></collision></link></robot>"#
        )
    };
    let obj = OBJ.as_bytes();
    for (compiler, mesh, name, file) in [
        ("", "package://arm/meshes/a.obj", "arm/urdf/r.urdf", "arm/meshes/a.obj"),
        ("", "../meshes/a.obj", "arm/urdf/r.urdf", "arm/meshes/a.obj"),
        ("strippath='true'", "package://arm/meshes/a.obj", "r.urdf", "meshes/a.obj"),
        ("meshdir='m'", "a.obj", "r.urdf", "m/a.obj"),
    ] {
        let text = urdf(compiler, mesh);
        assert_eq!(meshes(&[(name, text.as_bytes()), (file, obj)], None).await, 1, "{mesh} {file}");
    }
}

#[tokio::test]
async fn stripped_paths_are_looked_for_where_meshes_are() {
    let mjcf = br#"<mujoco><compiler strippath="true" meshdir="m"/><asset>
      <mesh name="a" file="far/away/a.obj"/></asset><worldbody><geom type="mesh" mesh="a"/></worldbody></mujoco>"#;
    let files: &[(&str, &[u8])] = &[("scene.xml", mjcf), ("m/a.obj", OBJ.as_bytes())];
    assert_eq!(meshes(files, None).await, 1);
}

#[tokio::test]
async fn names_in_mujocos_errors_are_the_bundles() {
    let mjcf = br#"<mujoco><asset><mesh name="a" file="m/a.obj"/></asset></mujoco>"#;
    let files: &[(&str, &[u8])] = &[("x/scene.xml", mjcf), ("x/m/a.obj", b"nonsense")];
    let error = spawn(&bundle(files, None)).await.expect_err("is refused").to_string();
    assert!(!error.contains("/bundle") && !error.is_empty(), "{error}");
}

#[tokio::test]
async fn a_file_of_another_case_or_folder_is_not_taken_for_it() {
    // Past the host's check, by way of a worker alone: MuJoCo's own buffers would find it.
    let meshed = async |name: &str| {
        let mjcf = format!(
            "<mujoco><asset><mesh name='a' file='{name}'/></asset><worldbody>\
             <geom type='mesh' mesh='a'/></worldbody></mujoco>"
        );
        let files = [("scene.xml", mjcf.as_bytes()), ("m/a.obj", OBJ.as_bytes())];
        spawn(&Bundle::unchecked_files("scene.xml", &files)).await
    };
    meshed("m/a.obj").await.expect("loads");
    for other in ["m/A.OBJ", "a.obj", "n/a.obj", "A.obj"] {
        assert!(meshed(other).await.is_err(), "{other}");
    }
    let mjcf = r#"<mujoco><include file="q/SCENE.XML"/></mujoco>"#;
    let error = spawn(&Bundle::unchecked(mjcf)).await.expect_err("is refused").to_string();
    assert!(error.contains("SCENE.XML") && !error.contains("already included"), "{error}");
}
