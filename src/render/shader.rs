//! The shaders' sources.

use std::borrow::Cow;

use super::uniform::Lights;

/// Surfaces, sky, haze and lines.
const SCENE: &str = include_str!("../../shaders/scene.wgsl");
/// Depth for shadow maps.
pub(super) const CASTER: &str = include_str!("../../shaders/caster.wgsl");

/// What the text of `scene.wgsl` depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Variant {
    pub lights: Lights,
    /// Whether there are textures.
    pub textured: bool,
    /// Whether pixels know where they are.
    pub placed: bool,
    /// Whether only edges are drawn.
    pub wireframe: bool,
}

impl Variant {
    /// The text of `scene.wgsl`.
    pub fn source(&self) -> Cow<'static, str> {
        let mut source = String::with_capacity(2 * SCENE.len());
        let mut rest = SCENE;
        while let Some((before, after)) = rest.split_once("//@") {
            let (section, after) = after.split_once("//@end").unwrap_or((after, ""));
            let (which, section) = section.split_once('\n').unwrap_or((section, ""));
            source.push_str(before);
            source.push_str(&self.section(which, section));
            rest = after;
        }
        source.push_str(rest);
        source.into()
    }

    fn section<'a>(&self, which: &str, text: &'a str) -> Cow<'a, str> {
        let given = |wanted| if wanted { text.into() } else { Cow::default() };
        match which {
            "if textured" => given(self.textured),
            "if placed" => given(self.placed),
            "if wireframe" => given(self.wireframe),
            "each lit" => repeat(text, self.lights, |slot| slot.is_none()).into(),
            "each shadowed" => repeat(text, self.lights, |slot| slot.is_some()).into(),
            "each shadowed early" => {
                repeat(text, self.lights, |slot| slot.is_some_and(is_early)).into()
            }
            "each shadowed late" => {
                repeat(text, self.lights, |slot| slot.is_some_and(|slot| !is_early(slot))).into()
            }
            // Not WGSL, so that it is noticed.
            _ => format!("@{which}").into(),
        }
    }
}

/// Shadows whose place in the map goes from vertices to pixels: WebGPU promises room for 16 such
/// values in all.
pub(super) const EARLY_SLOTS: usize = 4;

fn is_early(slot: usize) -> bool {
    slot < EARLY_SLOTS
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

    /// Every text that `scene.wgsl` can become for a light occurs: what is repeated knows of its
    /// light no more than the number, the kind and the slot, of which all combinations are here.
    fn scenes() -> impl Iterator<Item = Cow<'static, str>> {
        let lights = |count: usize, shadows: u32, directional: fn(usize) -> bool| {
            let mut lights = Lights::default();
            (0..count).for_each(|i| lights.push(directional(i), shadows >> i & 1 == 1));
            lights
        };
        let kinds: [fn(usize) -> bool; 3] = [|_| true, |_| false, |i| i % 3 == 0];
        let full = (0..1 << MAX_LIGHTS)
            .flat_map(move |shadows| kinds.map(|kind| lights(MAX_LIGHTS, shadows, kind)));
        let fewer = (0..MAX_LIGHTS).map(move |count| lights(count, 0b1010_1010, kinds[2]));
        // Nor does it know of textures.
        full.chain(fewer).enumerate().flat_map(|(number, lights)| {
            let late = lights.shadows() > EARLY_SLOTS;
            let (textured, placed) = (number & 1 != 0, number & 2 != 0 || late);
            [false, true].map(|wireframe| Variant { lights, textured, placed, wireframe }.source())
        })
    }

    /// All that is in the folder, so that no shader is forgotten.
    #[test]
    fn every_shader_is_valid() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/shaders");
        let files = std::fs::read_dir(folder).expect("a folder of shaders");
        let mut names = Vec::new();
        for file in files.map(|entry| entry.expect("an entry").path()) {
            let text = std::fs::read_to_string(&file).expect("a text");
            let name = file.file_name().expect("a name").to_string_lossy().into_owned();
            match name.as_str() {
                "scene.wgsl" => scenes().for_each(|source| drop(parse(&source))),
                _ if text.contains("//@") => panic!("{name}: its variants are not listed"),
                _ => drop(parse(&text)),
            }
            names.push(name);
        }
        assert!(names.contains(&"scene.wgsl".to_owned()), "{names:?}");
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
        let module = parse(&Variant::default().source());
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
