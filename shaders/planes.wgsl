// RGBA to the two planes of NV12, each drawn by a pass of its own: BT.709, limited range, chroma
// in the middle of its four pixels. The same formula as in nv12.wgsl.
//
// One triangle covers the plane. Its instance says how the picture's rows go: in 0 the first row
// is the highest, in 1 the lowest.

@group(0) @binding(0) var picture: texture_2d<f32>;

// ITU-R BT.709-6 §3.2.
const KR = 0.2126;
const KB = 0.0722;
const KG = 1.0 - KR - KB;

struct Corner {
    @builtin(position) position: vec4f,
    @location(0) @interpolate(flat) bottom_up: u32,
}

@vertex
fn vs_plane(@builtin(vertex_index) vertex: u32, @builtin(instance_index) instance: u32) -> Corner {
    // (-1, -1), (3, -1), (-1, 3): all of the plane and as much again.
    let corner = vec2f(vec2u(vertex & 1u, vertex >> 1u)) * 4.0 - 1.0;
    return Corner(vec4f(corner, 0.0, 1.0), instance);
}

fn color_at(x: u32, y: u32, bottom_up: u32) -> vec3f {
    let row = select(y, textureDimensions(picture).y - 1u - y, bottom_up != 0u);
    return textureLoad(picture, vec2u(x, row), 0).rgb;
}

fn luma_of(color: vec3f) -> f32 {
    return dot(color, vec3f(KR, KG, KB));
}

// Rounded here, and not as a device happens to round when it writes.
fn quantised(values: vec2f) -> vec4f {
    return vec4f(floor(values + 0.5) / 255.0, 0.0, 1.0);
}

@fragment
fn fs_luma(corner: Corner) -> @location(0) vec4f {
    let at = vec2u(corner.position.xy);
    return quantised(vec2f(16.0 + 219.0 * luma_of(color_at(at.x, at.y, corner.bottom_up))));
}

@fragment
fn fs_chroma(corner: Corner) -> @location(0) vec4f {
    let at = 2u * vec2u(corner.position.xy);
    let mean = 0.25 * (color_at(at.x, at.y, corner.bottom_up)
        + color_at(at.x + 1u, at.y, corner.bottom_up)
        + color_at(at.x, at.y + 1u, corner.bottom_up)
        + color_at(at.x + 1u, at.y + 1u, corner.bottom_up));
    let offset = mean.br - luma_of(mean);
    return quantised(128.0 + 224.0 * offset / (2.0 * (1.0 - vec2f(KB, KR))));
}
