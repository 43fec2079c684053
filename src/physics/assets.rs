//! What does not change while a model runs, copied out of `mjModel` into [`scene::Assets`].
//!
//! Indices are checked by the host. Here, addresses are only followed through checked slices: a
//! range that does not lie within its array gives an empty one.
//!
//! [`scene::Assets`]: crate::scene::Assets

use mujoco_rs::{
    mujoco_c::{mjtColorSpace, mjtObj, mjtProjection, mjtTexture},
    wrappers::mj_model::MjModel,
};

use super::{contents, model::name};
use crate::scene::{
    Assets, CameraInfo, HeightField, Material, Mesh, Skin, Texture, TextureKind, Visual,
};

/// Copies everything that a renderer or a client needs once per model.
pub(super) fn extract(model: &MjModel) -> Assets {
    Assets {
        model: contents::extract(model),
        visual: visual(model),
        meshes: (0..model.mesh_vertadr().len()).map(|id| mesh(model, id)).collect(),
        height_fields: (0..model.hfield_adr().len()).map(|id| height_field(model, id)).collect(),
        textures: (0..model.tex_adr().len()).map(|id| texture(model, id)).collect(),
        skins: (0..model.skin_vertadr().len()).map(|id| skin(model, id)).collect(),
        materials: (0..model.mat_texid().len()).map(|id| material(model, id)).collect(),
        cameras: (0..model.cam_fovy().len()).map(|id| camera(model, id)).collect(),
    }
}

fn material(model: &MjModel, id: usize) -> Material {
    Material {
        metallic: model.mat_metallic()[id],
        roughness: model.mat_roughness()[id],
        textures: model.mat_texid()[id],
    }
}

/// The daemon's bounds for what it takes from `<visual>`: a value beyond them is drawn at the
/// bound, as the picture of such a model differs in quality only.
fn visual(model: &MjModel) -> Visual {
    let (vis, stat) = (model.vis(), model.stat());
    let (global, quality, map) = (&vis.global, &vis.quality, &vis.map);
    let bounded = |n: i32, low: u32, high: u32| u32::try_from(n).unwrap_or(0).clamp(low, high);
    Visual {
        extent: stat.extent,
        center: stat.center,
        azimuth: global.azimuth.into(),
        elevation: global.elevation.into(),
        fovy: global.fovy.into(),
        znear: map.znear.into(),
        zfar: map.zfar.into(),
        fog_start: map.fogstart.into(),
        fog_end: map.fogend.into(),
        haze: map.haze.into(),
        shadow_clip: map.shadowclip.into(),
        shadow_scale: map.shadowscale.into(),
        ipd: global.ipd.into(),
        fog_rgba: vis.rgba.fog,
        haze_rgba: vis.rgba.haze,
        headlight_ambient: vis.headlight.ambient,
        headlight_diffuse: vis.headlight.diffuse,
        headlight_specular: vis.headlight.specular,
        headlight_active: u32::from(vis.headlight.active != 0),
        orthographic: u32::from(global.orthographic != 0),
        shadow_size: bounded(quality.shadowsize, 0, 16_384),
        offscreen_samples: bounded(quality.offsamples, 0, 64),
        slices: bounded(quality.numslices, 3, 1024),
        stacks: bounded(quality.numstacks, 2, 1024),
        quads: bounded(quality.numquads, 1, 1024),
        line_width: global.linewidth,
        reserved: 0,
    }
}

/// `values[start..start + len]`, or nothing where that is not within it.
pub(super) fn slice<T>(values: &[T], start: i32, len: i32) -> &[T] {
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    let end = start.saturating_add(usize::try_from(len).unwrap_or(0));
    values.get(start..end).unwrap_or_default()
}

fn unsigned(faces: &[[i32; 3]]) -> Vec<[u32; 3]> {
    // −1 becomes u32::MAX, which the host refuses.
    let corner = |index: i32| u32::try_from(index).unwrap_or(u32::MAX);
    faces.iter().map(|face| face.map(corner)).collect()
}

/// `mesh_face`, `mesh_facenormal` and `mesh_facetexcoord` count within the mesh already.
fn mesh(model: &MjModel, id: usize) -> Mesh {
    let faces = (model.mesh_faceadr()[id], model.mesh_facenum()[id]);
    let texcoords =
        slice(model.mesh_texcoord(), model.mesh_texcoordadr()[id], model.mesh_texcoordnum()[id]);
    let face_texcoords =
        if texcoords.is_empty() { &[] } else { slice(model.mesh_facetexcoord(), faces.0, faces.1) };
    Mesh {
        positions: slice(model.mesh_vert(), model.mesh_vertadr()[id], model.mesh_vertnum()[id])
            .to_vec(),
        normals: slice(model.mesh_normal(), model.mesh_normaladr()[id], model.mesh_normalnum()[id])
            .to_vec(),
        texcoords: texcoords.to_vec(),
        faces: unsigned(slice(model.mesh_face(), faces.0, faces.1)),
        face_normals: unsigned(slice(model.mesh_facenormal(), faces.0, faces.1)),
        face_texcoords: unsigned(face_texcoords),
        hull_faces: usize::try_from(model.mesh_graphadr()[id])
            .map(|start| hull(model.mesh_graph(), start))
            .unwrap_or_default(),
    }
}

/// The faces of a convex hull: `mesh_graph` holds the counts of vertices and faces, two values
/// per vertex, `vertices + 3·faces` edges, and then the faces (`mjmodel.h`, "convex graph data").
fn hull(graph: &[i32], start: usize) -> Vec<[u32; 3]> {
    let Some(&[vertices, faces]) = graph.get(start..start.saturating_add(2)) else {
        return Vec::new();
    };
    let count = |n: i32| usize::try_from(n).unwrap_or(0);
    let first = start + 2 + 3 * count(vertices) + 3 * count(faces);
    let corners = graph.get(first..first + 3 * count(faces));
    unsigned(corners.unwrap_or_default().as_chunks().0)
}

fn height_field(model: &MjModel, id: usize) -> HeightField {
    let (rows, columns) = (model.hfield_nrow()[id], model.hfield_ncol()[id]);
    let heights = slice(model.hfield_data(), model.hfield_adr()[id], rows.saturating_mul(columns));
    HeightField {
        size: model.hfield_size()[id].map(|v| v as f32),
        rows: u32::try_from(rows).unwrap_or(0),
        columns: u32::try_from(columns).unwrap_or(0),
        heights: heights.to_vec(),
    }
}

fn texture(model: &MjModel, id: usize) -> Texture {
    let side = |n: i32| u32::try_from(n).unwrap_or(0);
    let (width, height) = (side(model.tex_width()[id]), side(model.tex_height()[id]));
    let channels = side(model.tex_nchannel()[id]);
    let kind = match model.tex_type()[id] {
        mjtTexture::mjTEXTURE_2D => TextureKind::Flat,
        mjtTexture::mjTEXTURE_CUBE => TextureKind::Cube,
        mjtTexture::mjTEXTURE_SKYBOX => TextureKind::Skybox,
    };
    let bytes = u64::from(width) * u64::from(height) * u64::from(channels);
    let data = usize::try_from(model.tex_adr()[id])
        .ok()
        .zip(usize::try_from(bytes).ok().filter(|n| *n > 0))
        .and_then(|(start, len)| model.tex_data().get(start..start.checked_add(len)?))
        .filter(|_| (1..=4).contains(&channels));
    match data {
        Some(data) => Texture {
            kind,
            width,
            height,
            channels,
            srgb: model.tex_colorspace()[id] == mjtColorSpace::mjCOLORSPACE_SRGB,
            data: data.to_vec(),
        },
        None => missing(kind),
    }
}

/// Stands in for a texture whose pixels are not in the model (`embed="false"`, KTX): white, so
/// that the material's own colour shows.
fn missing(kind: TextureKind) -> Texture {
    Texture { kind, width: 1, height: 1, channels: 3, srgb: false, data: vec![255; 3] }
}

fn skin(model: &MjModel, id: usize) -> Skin {
    let vertices = model.skin_vertnum()[id];
    Skin {
        vertex_count: u32::try_from(vertices).unwrap_or(0),
        texcoords: slice(model.skin_texcoord(), model.skin_texcoordadr()[id], vertices).to_vec(),
        faces: unsigned(slice(
            model.skin_face(),
            model.skin_faceadr()[id],
            model.skin_facenum()[id],
        )),
    }
}

fn camera(model: &MjModel, id: usize) -> CameraInfo {
    let [fx, fy, cx, cy] = model.cam_intrinsic()[id];
    let [width, height] = model.cam_sensorsize()[id];
    CameraInfo {
        name: name(model, mjtObj::mjOBJ_CAMERA, id),
        fovy: model.cam_fovy()[id],
        orthographic: model.cam_projection()[id] == mjtProjection::mjPROJ_ORTHOGRAPHIC,
        intrinsics: [fx, fy, cx, cy, width, height],
        ipd: model.cam_ipd()[id],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_outside_their_array_are_empty() {
        assert_eq!(slice(&[1, 2, 3], 1, 2), &[2, 3]);
        assert!(slice(&[1, 2, 3], 2, 2).is_empty());
        assert!(slice(&[1, 2, 3], -1, 1).is_empty());
        assert!(slice(&[1, 2, 3], i32::MAX, i32::MAX).is_empty());
    }

    #[test]
    fn a_hull_is_found_behind_its_edges() {
        // 4 vertices, 2 faces: 2 + 4 + 4 + (4 + 6) values, then the faces.
        let mut graph = vec![0; 5];
        graph.extend([4, 2]);
        graph.extend([0; 18]);
        graph.extend([0, 1, 2, 0, 2, 3]);
        assert_eq!(hull(&graph, 5), [[0, 1, 2], [0, 2, 3]]);
        assert!(hull(&graph, 30).is_empty());
        assert!(hull(&[1, i32::MAX], 0).is_empty());
    }
}
