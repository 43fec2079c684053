//! The shaders' sources.

use std::borrow::Cow;

use super::uniform::Lights;

/// Surfaces, sky, haze and lines.
const SCENE: &str = include_str!("../../shaders/scene.wgsl");
/// Depth for shadow maps.
pub(super) const CASTER: &str = include_str!("../../shaders/caster.wgsl");

/// `scene.wgsl` for pictures with these lights, of surfaces or of their edges alone.
pub(super) fn scene(lights: Lights, wireframe: bool) -> Cow<'static, str> {
    let mut source = String::with_capacity(2 * SCENE.len());
    let mut rest = SCENE;
    while let Some((before, after)) = rest.split_once("//@each ") {
        let (repeated, after) = after.split_once("//@end").unwrap_or((after, ""));
        source.push_str(before);
        let (which, repeated) = repeated.split_once('\n').unwrap_or((repeated, ""));
        match which {
            "wireframe" if wireframe => source.push_str(repeated),
            "wireframe" => {}
            "lit" => source.push_str(&repeat(repeated, lights, |slot| slot.is_none())),
            "shadowed early" => {
                source.push_str(&repeat(repeated, lights, |slot| slot.is_some_and(is_early)));
            }
            "shadowed late" => {
                let late = |slot: Option<usize>| slot.is_some_and(|slot| !is_early(slot));
                source.push_str(&repeat(repeated, lights, late));
            }
            _ => source.push_str(&repeat(repeated, lights, |slot| slot.is_some())),
        }
        rest = after;
    }
    source.push_str(rest);
    source.into()
}

/// Whether the place in the map of `slot` goes from vertices to pixels: WebGPU promises room for 16
/// such values in all.
fn is_early(slot: usize) -> bool {
    slot < 4
}

/// `text` once for each light whose shadow map is `wanted`.
fn repeat(text: &str, lights: Lights, wanted: impl Fn(Option<usize>) -> bool) -> String {
    (0..)
        .zip(lights.iter())
        .filter(|(_, light)| wanted(light.slot))
        .map(|(number, light): (usize, _)| {
            let kind = if light.directional { "directional" } else { "spot" };
            text.replace("$i", &number.to_string())
                .replace("$kind", kind)
                .replace("$s", &light.slot.unwrap_or_default().to_string())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::mem::{offset_of, size_of};

    use naga::{
        TypeInner,
        valid::{Capabilities, ValidationFlags, Validator},
    };

    use super::*;
    use crate::render::{
        instance::Instance,
        uniform::{GpuLight, GpuView, MAX_LIGHTS},
    };

    fn parse(source: &str) -> naga::Module {
        let module = naga::front::wgsl::parse_str(source)
            .unwrap_or_else(|error| panic!("{}", error.emit_to_string(source)));
        Validator::new(ValidationFlags::all(), Capabilities::all())
            .validate(&module)
            .unwrap_or_else(|error| panic!("{error:?}"));
        module
    }

    #[test]
    fn every_shader_is_valid() {
        parse(&scene(Lights::default(), true));
        for mask in 0..1_u32 << MAX_LIGHTS {
            let mut lights = Lights::default();
            (0..MAX_LIGHTS).for_each(|light| lights.push(light % 3 == 0, mask >> light & 1 == 1));
            // All combinations would take long and differ little.
            if mask.count_ones() < 2 || mask % 37 == 0 {
                parse(&scene(lights, mask % 3 == 0));
            }
        }
        parse(CASTER);
    }

    /// Offsets of the members of a struct, and its size.
    fn layout(module: &naga::Module, name: &str) -> (Vec<(String, u32)>, u32) {
        let found = module.types.iter().find_map(|(_, ty)| match &ty.inner {
            TypeInner::Struct { members, span } if ty.name.as_deref() == Some(name) => {
                Some((members, *span))
            }
            _ => None,
        });
        let (members, span) = found.expect("the struct exists");
        let offsets = members.iter().map(|m| (m.name.clone().unwrap_or_default(), m.offset));
        (offsets.collect(), span)
    }

    macro_rules! assert_layout {
        ($module:expr, $shader:literal, $rust:ty, [$($field:ident),+ $(,)?]) => {
            let expected = vec![$((stringify!($field).to_owned(), offset_of!($rust, $field) as u32)),+];
            assert_eq!(layout($module, $shader), (expected, size_of::<$rust>() as u32));
        };
    }

    #[test]
    fn structs_match_between_rust_and_wgsl() {
        let module = parse(&scene(Lights::default(), false));
        assert_layout!(
            &module,
            "Light",
            GpuLight,
            [
                position,
                reserved_0,
                direction,
                exponent,
                ambient,
                cos_cutoff,
                diffuse,
                reserved_1,
                specular,
                reserved_2,
                attenuation,
                reserved_3,
            ]
        );
        assert_layout!(
            &module,
            "View",
            GpuView,
            [
                clip_from_world,
                eye_in_world,
                orthographic,
                mirror_plane,
                tint,
                global_ambient,
                fog_color,
                fog_start,
                forward,
                fog_end,
                viewport,
                sky_radius,
                up,
                lights,
                clip_from_world_of_slot,
            ]
        );
        assert_eq!(size_of::<Instance>(), 7 * 16);
    }
}
