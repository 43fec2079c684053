//! Textures on their way to the GPU: four channels, mip levels, six faces for cubes.

use wgpu::{Extent3d, TextureFormat, TextureUsages, TextureViewDimension};

use crate::{
    gpu::Gpu,
    scene::{Texture, TextureKind},
};

/// One level of one face: RGBA, 8 bits each.
struct Level {
    width: u32,
    height: u32,
    pixels: Vec<[u8; 4]>,
}

/// Uploads `texture` with all its mip levels; `None` where MuJoCo's renderer draws without it.
pub(super) fn upload(gpu: &Gpu, texture: &Texture) -> Option<wgpu::TextureView> {
    let flat = texture.kind == TextureKind::Flat;
    let srgb = texture.srgb && flat;
    let faces = if flat { vec![whole(texture)?] } else { cube_faces(texture)? };
    let limit = gpu.device().limits().max_texture_dimension_2d;
    let chains: Vec<Vec<Level>> = faces.into_iter().map(|face| chain(face, srgb, limit)).collect();
    let (base, levels) = (chains[0].first()?, chains[0].len() as u32);
    let layers = chains.len() as u32;
    let target = gpu.device().create_texture(&wgpu::TextureDescriptor {
        label: Some("texture"),
        size: Extent3d { width: base.width, height: base.height, depth_or_array_layers: layers },
        mip_level_count: levels,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: if srgb { TextureFormat::Rgba8UnormSrgb } else { TextureFormat::Rgba8Unorm },
        usage: TextureUsages::TEXTURE_BINDING | TextureUsages::COPY_DST,
        view_formats: &[],
    });
    for (layer, chain) in (0..).zip(&chains) {
        for (mip_level, level) in (0..).zip(chain) {
            write(gpu, &target, layer, mip_level, level);
        }
    }
    Some(target.create_view(&wgpu::TextureViewDescriptor {
        dimension: Some(if flat { TextureViewDimension::D2 } else { TextureViewDimension::Cube }),
        ..Default::default()
    }))
}

fn write(gpu: &Gpu, target: &wgpu::Texture, layer: u32, mip_level: u32, level: &Level) {
    gpu.queue().write_texture(
        wgpu::TexelCopyTextureInfo {
            texture: target,
            mip_level,
            origin: wgpu::Origin3d { x: 0, y: 0, z: layer },
            aspect: wgpu::TextureAspect::All,
        },
        bytemuck::cast_slice(&level.pixels),
        wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(4 * level.width),
            rows_per_image: Some(level.height),
        },
        Extent3d { width: level.width, height: level.height, depth_or_array_layers: 1 },
    );
}

/// The texture as one picture. MuJoCo's renderer draws 3 and 4 channels only.
fn whole(texture: &Texture) -> Option<Level> {
    let pixels: Vec<[u8; 4]> = match texture.channels {
        3 => texture.data.chunks_exact(3).map(|p| [p[0], p[1], p[2], 255]).collect(),
        4 => texture.data.chunks_exact(4).map(|p| [p[0], p[1], p[2], p[3]]).collect(),
        _ => return None,
    };
    (!pixels.is_empty()).then_some(Level { width: texture.width, height: texture.height, pixels })
}

/// Six faces below each other, or the same one six times.
fn cube_faces(texture: &Texture) -> Option<Vec<Level>> {
    let Level { width, height, pixels } = whole(texture)?;
    let area = (width * width) as usize;
    let repeated = height == width;
    if !repeated && height != 6 * width {
        return None;
    }
    let face = |index: usize| {
        let first = if repeated { 0 } else { index * area };
        let mut pixels = pixels[first..first + area].to_vec();
        // Cubes have no opacity.
        pixels.iter_mut().for_each(|pixel| pixel[3] = 255);
        Level { width, height: width, pixels }
    };
    Some((0..6).map(face).collect())
}

/// All mip levels, from the first whose sides are within `limit`.
fn chain(base: Level, srgb: bool, limit: u32) -> Vec<Level> {
    let mut levels = vec![base];
    while let Some(last) = levels.last()
        && (last.width > 1 || last.height > 1)
    {
        let next = halved(last, srgb);
        levels.push(next);
    }
    levels.retain(|level| level.width <= limit && level.height <= limit);
    levels
}

/// Half the size, filtered linearly.
fn halved(source: &Level, srgb: bool) -> Level {
    let (width, height) = ((source.width / 2).max(1), (source.height / 2).max(1));
    let columns: Vec<_> = (0..width).map(|x| taps(x, width, source.width)).collect();
    let mut pixels = Vec::with_capacity((width * height) as usize);
    for y in 0..height {
        let (top, bottom, down) = taps(y, height, source.height);
        for &(left, right, across) in &columns {
            let at = |x: usize, y: usize| source.pixels[y * source.width as usize + x];
            let corners = [at(left, top), at(right, top), at(left, bottom), at(right, bottom)];
            let mix = |channel: usize| {
                let linear = srgb && channel < 3;
                let [a, b, c, d] = corners.map(|corner| decode(corner[channel], linear));
                let upper = a + (b - a) * across;
                let lower = c + (d - c) * across;
                encode(upper + (lower - upper) * down, linear)
            };
            pixels.push([mix(0), mix(1), mix(2), mix(3)]);
        }
    }
    Level { width, height, pixels }
}

/// The two samples on both sides of the middle of pixel `index` of `count`, and the share of the
/// second.
fn taps(index: u32, count: u32, source: u32) -> (usize, usize, f32) {
    let middle = (index as f32 + 0.5) * source as f32 / count as f32 - 0.5;
    let first = middle.max(0.0).floor();
    let second = (first as u32 + 1).min(source - 1);
    (first as usize, second as usize, (middle - first).clamp(0.0, 1.0))
}

fn decode(value: u8, srgb: bool) -> f32 {
    let value = f32::from(value) / 255.0;
    match srgb {
        false => value,
        true if value <= 0.04045 => value / 12.92,
        true => ((value + 0.055) / 1.055).powf(2.4),
    }
}

fn encode(value: f32, srgb: bool) -> u8 {
    let value = match srgb {
        false => value,
        true if value <= 0.003_130_8 => value * 12.92,
        true => 1.055 * value.powf(1.0 / 2.4) - 0.055,
    };
    (value * 255.0).round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(width: u32, height: u32, values: &[u8]) -> Level {
        Level { width, height, pixels: values.iter().map(|&v| [v, v, v, 255]).collect() }
    }

    #[test]
    fn a_mip_level_is_the_mean_of_four() {
        let half = halved(&level(2, 2, &[0, 100, 200, 101]), false);
        assert_eq!(half.pixels, [[100, 100, 100, 255]]);
        let half = halved(&level(2, 2, &[0, 255, 0, 255]), true);
        assert_eq!(half.pixels[0][0], 188);
    }

    #[test]
    fn chains_end_at_one_pixel_and_start_within_the_limit() {
        let sizes = |limit| {
            let levels = chain(level(5, 2, &[7; 10]), false, limit);
            levels.iter().map(|l| (l.width, l.height)).collect::<Vec<_>>()
        };
        assert_eq!(sizes(8), [(5, 2), (2, 1), (1, 1)]);
        assert_eq!(sizes(4), [(2, 1), (1, 1)]);
    }

    #[test]
    fn a_square_serves_all_six_faces() {
        let mut texture = Texture {
            kind: TextureKind::Cube,
            width: 1,
            height: 6,
            channels: 3,
            data: (0..18).collect(),
            ..Texture::default()
        };
        let faces = cube_faces(&texture).expect("six");
        assert_eq!(faces[5].pixels, [[15, 16, 17, 255]]);
        texture.height = 1;
        texture.data.truncate(3);
        let faces = cube_faces(&texture).expect("six");
        assert_eq!(faces[5].pixels, [[0, 1, 2, 255]]);
        texture.height = 2;
        texture.data = vec![0; 6];
        assert!(cube_faces(&texture).is_none());
    }
}
