// Surfaces of the scene with fixed-function lighting per vertex, as MuJoCo's renderer has it; sky,
// haze and lines.
//
// What stands between the comments `@each lit` and `@end` is repeated once per light without a
// shadow, between `@each shadowed` and `@end` once per light with one: `$i` is the light's number,
// `$kind` its kind, `$s` the number of its shadow; `early` are the shadows whose place in their map
// goes from vertices to pixels, `late` those for which devices have no room. Between `@if` and
// `@end` is what only some surfaces need: `textured` ones, those that are `placed` because fog, a
// mirror or a late shadow asks where they are, and `wireframe`s. Software drivers are many times
// slower where a number is not constant, and pay for every value that goes to pixels.
// `View` and `Light`: keep in sync with src/render/uniform.rs.
// `Vertex` and `Instance`: keep in sync with src/render/geometry.rs and src/render/instance.rs.

struct Light {
    position: vec3f,
    reserved_0: u32,
    direction: vec3f,
    exponent: f32,
    ambient: vec3f,
    cos_cutoff: f32,
    diffuse: vec3f,
    reserved_1: u32,
    specular: vec3f,
    reserved_2: u32,
    attenuation: vec3f,
    reserved_3: u32,
}

struct View {
    clip_from_world: mat4x4f,
    eye_in_world: vec3f,
    orthographic: u32,
    mirror_plane: vec4f,
    tint: vec3f,
    global_ambient: f32,
    fog_color: vec3f,
    fog_start: f32,
    forward: vec3f,
    fog_end: f32,
    viewport: vec2f,
    sky_radius: f32,
    // 1, or -1 where the picture is upside down.
    up: f32,
    lights: array<Light, 8>,
    clip_from_world_of_slot: array<mat4x4f, 8>,
}

@group(0) @binding(0) var<uniform> view: View;
@group(0) @binding(1) var shadow_maps: texture_depth_2d_array;
@group(0) @binding(2) var shadow_sampler: sampler_comparison;
@group(1) @binding(0) var flat_texture: texture_2d<f32>;
@group(1) @binding(1) var cube_texture: texture_cube<f32>;
@group(1) @binding(2) var texture_sampler: sampler;

// 1: flat by coordinates; 2: flat by position; 3: cube by position.
override TEXTURE: u32 = 1;
// Whether what is drawn is a mirror image, cut at the mirror.
override MIRRORED: bool = false;
// Whether each light's part is rounded to 8 bits, as passes that add up in a frame buffer do.
override ROUNDED: bool = false;
override FOG: bool = false;
//@if wireframe
// Edges have no side that could be culled: those are hidden whose surface faces away from the eye
// (-1), towards it (1), or none (0).
override HIDDEN: f32 = 0.0;
// Which light is shown: all (0), all but that with shadows (1), that with shadows alone (2).
override PART: u32 = 0;
//@end

struct Vertex {
    @location(0) position: vec3f,
    @location(1) normal: vec3f,
    //@if textured
    @location(2) texcoord: vec2f,
    //@end
}

struct Instance {
    @location(3) row_x: vec4f,
    @location(4) row_y: vec4f,
    @location(5) row_z: vec4f,
    // w: unused
    @location(6) normal_scale: vec4f,
    @location(7) color: vec4f,
    // emission, specular, shininess as an exponent, unused
    @location(8) material: vec4f,
    //@if textured
    @location(9) mapping: vec4f,
    //@end
}

fn to_world(position: vec3f, instance: Instance) -> vec3f {
    let point = vec4f(position, 1.0);
    return vec3f(dot(instance.row_x, point), dot(instance.row_y, point), dot(instance.row_z, point));
}

fn normal_to_world(normal: vec3f, instance: Instance) -> vec3f {
    let scaled = normal * instance.normal_scale.xyz;
    let turned = vec3f(
        dot(instance.row_x.xyz, scaled),
        dot(instance.row_y.xyz, scaled),
        dot(instance.row_z.xyz, scaled),
    );
    return normalize(turned);
}

//@if textured
fn map_texture(vertex: Vertex, instance: Instance) -> vec3f {
    if TEXTURE == 1 {
        return vec3f(vertex.texcoord * instance.mapping.xy + instance.mapping.zw, 0.0);
    }
    if TEXTURE == 2 {
        return vec3f(vertex.position.xy * instance.mapping.xy + instance.mapping.zw, 0.0);
    }
    return vertex.position * instance.mapping.xyz;
}

fn texel(uvw: vec3f) -> vec4f {
    if TEXTURE == 3 {
        return textureSample(cube_texture, texture_sampler, uvw);
    }
    return textureSample(flat_texture, texture_sampler, uvw.xy);
}
//@end

// What one light adds to a surface, apart from how far it reaches.
fn shine(light: Light, to_light: vec3f, normal: vec3f, to_eye: vec3f, color: vec3f, material: vec4f) -> vec3f {
    let facing = dot(normal, to_light);
    let halfway = max(dot(normal, normalize(to_light + to_eye)), 1e-10);
    // pow(0, 0) is 1 in OpenGL, whatever it is here.
    let gloss = select(pow(halfway, material.z), 1.0, material.z == 0.0);
    let lit = select(0.0, 1.0, facing > 0.0);
    let diffuse = light.ambient * color + max(facing, 0.0) * light.diffuse * color;
    return diffuse + lit * gloss * material.y * light.specular;
}

fn shine_directional(light: Light, position: vec3f, normal: vec3f, to_eye: vec3f, color: vec3f, material: vec4f) -> vec3f {
    return shine(light, -light.direction, normal, to_eye, color, material);
}

fn shine_spot(light: Light, position: vec3f, normal: vec3f, to_eye: vec3f, color: vec3f, material: vec4f) -> vec3f {
    let away = light.position - position;
    let distance = length(away);
    let to_light = away / max(distance, 1e-20);
    let falloff = dot(light.attenuation, vec3f(1.0, distance, distance * distance));
    let along = dot(-to_light, light.direction);
    let cone = select(pow(max(along, 1e-10), light.exponent), 1.0, light.exponent == 0.0);
    let strength = select(0.0, cone / falloff, along >= light.cos_cutoff);
    return strength * shine(light, to_light, normal, to_eye, color, material);
}

fn shadow(slot: i32, clip: vec4f) -> f32 {
    let point = clip.xyz / clip.w;
    let texcoord = vec2f(0.5 + 0.5 * point.x, 0.5 - 0.5 * point.y);
    return textureSampleCompareLevel(shadow_maps, shadow_sampler, texcoord, slot, saturate(point.z));
}

fn rounded(color: vec3f) -> vec3f {
    if ROUNDED {
        return floor(saturate(color) * 255.0 + 0.5) / 255.0;
    }
    return color;
}

// How much of a colour fog lets through.
fn clearness(position: vec3f) -> f32 {
    if FOG {
        let depth = abs(dot(position - view.eye_in_world, view.forward));
        return saturate((view.fog_end - depth) / (view.fog_end - view.fog_start));
    }
    return 1.0;
}

fn fogged(color: vec3f, clearness: f32) -> vec3f {
    if FOG {
        return mix(view.fog_color, color, clearness);
    }
    return color;
}

fn cut(position: vec3f) {
    if MIRRORED && dot(view.mirror_plane, vec4f(position, 1.0)) < 0.0 {
        discard;
    }
}

struct Surface {
    @builtin(position) clip: vec4f,
    @location(0) color: vec4f,
    //@if textured
    @location(1) uvw: vec3f,
    //@end
    //@if placed
    @location(2) position: vec3f,
    //@end
    //@each shadowed
    @location($s + 3) lit_$s: vec3f,
    //@end
    //@each shadowed early
    @location($s + 12) seen_$s: vec4f,
    //@end
    //@if wireframe
    @location(11) facing: f32,
    //@end
}

@vertex
fn vs_surface(vertex: Vertex, instance: Instance) -> Surface {
    let position = to_world(vertex.position, instance);
    let normal = normal_to_world(vertex.normal, instance);
    let to_eye = normalize(view.eye_in_world - position);
    let rgb = instance.color.rgb * view.tint;
    var base = (instance.material.x + view.global_ambient) * rgb;
    var out: Surface;
    //@each lit
    base += shine_$kind(view.lights[$i], position, normal, to_eye, rgb, instance.material);
    //@end
    //@each shadowed
    out.lit_$s = saturate(shine_$kind(view.lights[$i], position, normal, to_eye, rgb, instance.material));
    //@end
    //@each shadowed early
    out.seen_$s = view.clip_from_world_of_slot[$s] * vec4f(position, 1.0);
    //@end
    out.clip = view.clip_from_world * vec4f(position, 1.0);
    out.color = vec4f(saturate(base), instance.color.a);
    //@if textured
    out.uvw = map_texture(vertex, instance);
    //@end
    //@if placed
    out.position = position;
    //@end
    //@if wireframe
    out.facing = dot(normal, select(to_eye, -view.forward, view.orthographic != 0u));
    //@end
    return out;
}

@fragment
fn fs_surface(in: Surface) -> @location(0) vec4f {
    var texture = vec4f(1.0);
    //@if textured
    texture = texel(in.uvw);
    //@end
    var clear = 1.0;
    //@if placed
    cut(in.position);
    clear = clearness(in.position);
    //@end
    //@if wireframe
    if HIDDEN * in.facing > 0.0 {
        discard;
    }
    //@end
    var color = fogged(rounded(in.color.rgb * texture.rgb), clear);
    //@if wireframe
    if PART == 2 {
        color = vec3f(0.0);
    }
    if PART == 1 {
        return vec4f(color, in.color.a * texture.a);
    }
    //@end
    // A light with a shadow adds nothing where a texture is not opaque.
    var reach = clear;
    //@if textured
    reach = select(clear, 0.0, in.color.a * texture.a < 0.99);
    //@end
    //@each shadowed early
    color += rounded(in.lit_$s * texture.rgb) * (reach * shadow($s, in.seen_$s));
    //@end
    //@each shadowed late
    let seen_$s = view.clip_from_world_of_slot[$s] * vec4f(in.position, 1.0);
    color += rounded(in.lit_$s * texture.rgb) * (reach * shadow($s, seen_$s));
    //@end
    return vec4f(color, in.color.a * texture.a);
}

struct Flat {
    @builtin(position) clip: vec4f,
    @location(0) @interpolate(flat) color: vec4f,
}

// A surface in one colour, such as a number.
@vertex
fn vs_flat(vertex: Vertex, instance: Instance) -> Flat {
    var out: Flat;
    out.clip = view.clip_from_world * vec4f(to_world(vertex.position, instance), 1.0);
    out.color = instance.color;
    return out;
}

@fragment
fn fs_flat(in: Flat) -> @location(0) vec4f {
    return in.color;
}

// Depth as grey, of whatever the vertex shader drew.
@fragment
fn fs_depth(@builtin(position) clip: vec4f) -> @location(0) vec4f {
    return vec4f(clip.zzz, 1.0);
}

// Marks where a mirror is; only the stencil is written.
@vertex
fn vs_mark(vertex: Vertex, instance: Instance) -> @builtin(position) vec4f {
    return view.clip_from_world * vec4f(to_world(vertex.position, instance), 1.0);
}

// Colour writes are off where this is used.
@fragment
fn fs_nothing() -> @location(0) vec4f {
    return vec4f(0.0);
}

struct Sky {
    @builtin(position) clip: vec4f,
    @location(0) direction: vec3f,
    @location(1) position: vec3f,
}

@vertex
fn vs_sky(@location(0) position: vec3f) -> Sky {
    let in_world = view.eye_in_world + position * view.sky_radius;
    var out: Sky;
    out.clip = view.clip_from_world * vec4f(in_world, 1.0);
    // The faces of a skybox have y up, the world has z up.
    out.direction = vec3f(position.x, position.z, -position.y);
    out.position = in_world;
    return out;
}

@fragment
fn fs_sky(in: Sky) -> @location(0) vec4f {
    let color = textureSample(cube_texture, texture_sampler, in.direction).rgb;
    return vec4f(fogged(color, clearness(in.position)), 1.0);
}

struct Plain {
    @builtin(position) clip: vec4f,
    @location(0) color: vec4f,
    @location(1) position: vec3f,
}

//@if textured
@vertex
fn vs_haze(vertex: Vertex, instance: Instance) -> Plain {
    var out: Plain;
    out.position = to_world(vertex.position, instance);
    out.clip = view.clip_from_world * vec4f(out.position, 1.0);
    out.color = vec4f(instance.color.rgb, vertex.texcoord.x);
    return out;
}
//@end

@fragment
fn fs_plain(in: Plain) -> @location(0) vec4f {
    return vec4f(fogged(in.color.rgb, clearness(in.position)), in.color.a);
}

// A line is lit by nothing, and yet its colour is added once more for each light with a shadow that
// reaches it.
@fragment
fn fs_line(in: Plain) -> @location(0) vec4f {
    cut(in.position);
    let clear = clearness(in.position);
    var color = fogged(in.color.rgb, clear);
    //@each shadowed
    let seen_$s = view.clip_from_world_of_slot[$s] * vec4f(in.position, 1.0);
    color += in.color.rgb * (clear * shadow($s, seen_$s));
    //@end
    return vec4f(color, in.color.a);
}

// `Segment`: keep in sync with src/render/lines.rs.
struct Segment {
    @location(0) from_in_world: vec3f,
    @location(1) width_px: f32,
    @location(2) to_in_world: vec3f,
    @location(3) color: vec4f,
}

fn before_eye(point: vec4f, other: vec4f) -> vec4f {
    let near = 1e-5;
    if point.w >= near || other.w <= near {
        return point;
    }
    return mix(point, other, (near - point.w) / (other.w - point.w));
}

// A segment as a quad of its width on the screen, widened across its minor axis as OpenGL does.
@vertex
fn vs_line(@builtin(vertex_index) corner: u32, segment: Segment) -> Plain {
    let from_clip = view.clip_from_world * vec4f(segment.from_in_world, 1.0);
    let to_clip = view.clip_from_world * vec4f(segment.to_in_world, 1.0);
    let start = before_eye(from_clip, to_clip);
    let end = before_eye(to_clip, from_clip);
    let along = (end.xy / end.w - start.xy / start.w) * view.viewport;
    let across = select(vec2f(1.0, 0.0), vec2f(0.0, 1.0), abs(along.x) >= abs(along.y));
    let side = select(-1.0, 1.0, (corner & 1u) == 1u);
    var out: Plain;
    out.clip = select(start, end, corner >= 2u);
    out.clip += vec4f(across * side * segment.width_px / view.viewport * out.clip.w, 0.0, 0.0);
    out.color = segment.color;
    out.position = select(segment.from_in_world, segment.to_in_world, corner >= 2u);
    return out;
}

// `Stamp`: keep in sync with src/render/overlay.rs.
struct Stamp {
    @location(0) anchor_in_world: vec3f,
    @location(1) anchored: u32,
    @location(2) rectangle_px: vec4f,
    @location(3) texel: vec2f,
    @location(4) color: vec3f,
}

struct Stamped {
    @builtin(position) clip: vec4f,
    @location(0) texel: vec2f,
    @location(1) @interpolate(flat) color: vec3f,
}

// A rectangle of whole pixels, with y up; nothing where its anchor is out of sight.
@vertex
fn vs_stamp(@builtin(vertex_index) corner: u32, stamp: Stamp) -> Stamped {
    let clip = view.clip_from_world * vec4f(stamp.anchor_in_world, 1.0);
    let seen = all(abs(clip.xy) <= vec2f(clip.w)) && clip.z >= 0.0 && clip.z <= clip.w;
    let upright = vec2f(clip.x, view.up * clip.y) / clip.w;
    var origin = vec2f(0.0);
    if stamp.anchored != 0u {
        origin = select(-4.0 * view.viewport, floor((0.5 + 0.5 * upright) * view.viewport), seen);
    }
    let right = (corner & 1u) == 1u;
    let top = corner >= 2u;
    let rectangle = stamp.rectangle_px;
    let offset = vec2f(select(rectangle.x, rectangle.z, right), select(rectangle.y, rectangle.w, top));
    let point = 2.0 * (origin + offset) / view.viewport - 1.0;
    var out: Stamped;
    out.clip = vec4f(point.x, view.up * point.y, 0.5, 1.0);
    out.texel = stamp.texel;
    if stamp.texel.x >= 0.0 {
        out.texel += vec2f(offset.x - rectangle.x, rectangle.w - offset.y);
    }
    out.color = stamp.color;
    return out;
}

@fragment
fn fs_stamp(in: Stamped) -> @location(0) vec4f {
    let covered = textureLoad(flat_texture, vec2i(max(in.texel, vec2f(0.0))), 0).r;
    if in.texel.x >= 0.0 && covered < 0.5 {
        discard;
    }
    return vec4f(in.color, 1.0);
}
