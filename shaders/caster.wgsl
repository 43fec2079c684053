// Depth of what casts shadows, as a light sees it.
// The instance's rows: keep in sync with src/render/instance.rs.

@group(0) @binding(0) var<uniform> clip_from_world: mat4x4f;

@vertex
fn vs_caster(
    @location(0) position: vec3f,
    @location(3) row_x: vec4f,
    @location(4) row_y: vec4f,
    @location(5) row_z: vec4f,
) -> @builtin(position) vec4f {
    let point = vec4f(position, 1.0);
    return clip_from_world * vec4f(dot(row_x, point), dot(row_y, point), dot(row_z, point), 1.0);
}
