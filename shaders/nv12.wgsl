// RGBA to NV12: BT.709, limited range, chroma in the middle of its four pixels.
//
// An invocation makes 4×2 pixels: a word of luma in each of two rows, and a word of chroma. Where
// the width is no multiple of four, zeros fill up the last word of a row; the padding behind that
// word is not written.
// `Nv12Layout`: keep in sync with src/color/gpu.rs.

struct Nv12Layout {
    // Both even.
    size: vec2u,
    // Words of four bytes from one row to the next.
    stride: u32,
    // 1 where the picture's first row is its lowest.
    bottom_up: u32,
}

@group(0) @binding(0) var picture: texture_2d<f32>;
@group(0) @binding(1) var<storage, read_write> nv12: array<u32>;
@group(0) @binding(2) var<uniform> rows: Nv12Layout;

// ITU-R BT.709-6 §3.2.
const KR = 0.2126;
const KB = 0.0722;
const KG = 1.0 - KR - KB;

fn color_at(x: u32, y: u32) -> vec3f {
    let row = select(y, rows.size.y - 1u - y, rows.bottom_up != 0u);
    return textureLoad(picture, vec2u(x, row), 0).rgb;
}

fn luma_of(color: vec3f) -> f32 {
    return dot(color, vec3f(KR, KG, KB));
}

// Two bytes, the first in the lower bits. No colour leads out of 16 to 240.
fn pair(values: vec2f) -> u32 {
    let bytes = vec2u(floor(values + 0.5));
    return bytes.x | (bytes.y << 8u);
}

fn luma_pair(left: vec3f, right: vec3f) -> u32 {
    return pair(16.0 + 219.0 * vec2f(luma_of(left), luma_of(right)));
}

// Of 2×2 pixels: the upper two's luma, the lower two's luma, Cb and Cr.
fn square(x: u32, y: u32) -> vec3u {
    let upper_left = color_at(x, y);
    let upper_right = color_at(x + 1u, y);
    let lower_left = color_at(x, y + 1u);
    let lower_right = color_at(x + 1u, y + 1u);
    let mean = 0.25 * (upper_left + upper_right + lower_left + lower_right);
    let offset = mean.br - luma_of(mean);
    let chroma = 128.0 + 224.0 * offset / (2.0 * (1.0 - vec2f(KB, KR)));
    return vec3u(
        luma_pair(upper_left, upper_right),
        luma_pair(lower_left, lower_right),
        pair(chroma),
    );
}

@compute @workgroup_size(8, 8)
fn cs_nv12(@builtin(global_invocation_id) id: vec3u) {
    let x = 4u * id.x;
    let y = 2u * id.y;
    if x >= rows.size.x || y >= rows.size.y {
        return;
    }
    var words = square(x, y);
    if x + 2u < rows.size.x {
        words |= square(x + 2u, y) << vec3u(16u);
    }
    nv12[y * rows.stride + id.x] = words.x;
    nv12[(y + 1u) * rows.stride + id.x] = words.y;
    nv12[(rows.size.y + id.y) * rows.stride + id.x] = words.z;
}
