//! What surfaces look and feel like: MJCF materials, density, friction, bounce.

use std::cell::{Cell, RefCell};

use super::super::{
    colour,
    spec::{Material, SceneSpec, Thing},
};
use super::element::{Element, numbers};

/// The materials of a scene, each once.
#[derive(Debug, Default)]
pub struct Palette {
    materials: RefCell<Vec<(String, [f64; 4], Shine)>>,
    meshes: Cell<u32>,
    /// Colours of things that have none: those that nobody asked for.
    free: Vec<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Shine {
    Matt,
    Gloss,
    Metal,
}

/// What the geoms of one thing have in common.
#[derive(Debug)]
pub struct Looks<'p> {
    palette: &'p Palette,
    material: String,
    /// Attributes of contact and mass.
    pub traits: Vec<(&'static str, String)>,
}

/// A plain surface for what the builder adds by itself.
pub const FRAME: &str = "frame";

/// Colours of things that have none, in turn.
const CYCLE: &[&str] = &["blue", "orange", "green", "red", "purple", "turquoise", "yellow", "pink"];

/// The colour of the `turn`th thing that has none.
pub fn usual_colour(turn: usize) -> &'static str {
    CYCLE[turn % CYCLE.len()]
}

impl Palette {
    /// One for a plan.
    pub fn of(spec: &SceneSpec) -> Self {
        let said = |name: &str| {
            spec.things.iter().any(|thing| thing.colours.iter().any(|own| own.ends_with(name)))
        };
        let free = CYCLE.iter().copied().filter(|name| !said(name)).collect();
        Self { free, ..Self::default() }
    }

    /// How the `member`th of `thing` looks and feels; `turn` chooses among the colours of those
    /// that have none.
    pub fn looks(&self, thing: &Thing, member: usize, turn: usize) -> Looks<'_> {
        let material = thing.material;
        let colour = if thing.colours.is_empty() {
            None
        } else {
            Some(&*thing.colours[member % thing.colours.len()])
        };
        let (name, rgba) = match (colour, material) {
            (Some(name), material) => {
                let mut rgba = colour::rgba(name).unwrap_or([0.5, 0.5, 0.5, 1.0]);
                rgba[3] = material.map_or(1.0, |material| material.traits().rgba[3]);
                let name = name.replace(' ', "_").replace('#', "rgb_");
                (
                    material.map_or(name.clone(), |material| {
                        format!("{name}_{}", material_name(material))
                    }),
                    rgba,
                )
            }
            (None, Some(material)) => (material_name(material), material.traits().rgba),
            (None, None) => {
                let free = if self.free.is_empty() { CYCLE } else { &self.free };
                let name = free[turn % free.len()];
                (name.to_owned(), colour::rgba(name).unwrap_or([0.5, 0.5, 0.5, 1.0]))
            }
        };
        let shine = match material {
            Some(Material::Steel | Material::Aluminium | Material::Copper | Material::Gold) => {
                Shine::Metal
            }
            Some(
                Material::Wood
                | Material::Stone
                | Material::Concrete
                | Material::Brick
                | Material::Foam
                | Material::Cork
                | Material::Cardboard,
            ) => Shine::Matt,
            _ => Shine::Gloss,
        };
        let material_name = self.material(&name, rgba, shine);
        let mut traits: Vec<(&'static str, String)> = Vec::new();
        match (thing.mass, thing.density, material) {
            (Some(_), ..) => {}
            (None, Some(density), _) => traits.push(("density", numbers(&[density]))),
            (None, None, Some(material)) => {
                traits.push(("density", numbers(&[material.traits().density])));
            }
            (None, None, None) => {}
        }
        let friction = thing.friction.or(material.map(|material| material.traits().friction));
        if let Some(friction) = friction {
            traits.push(("friction", format!("{} 0.005 0.0001", numbers(&[friction]))));
            // What is said of a thing holds whatever it touches.
            // Its own figure goes before that of a material.
            let priority = if thing.friction.is_some() { "2" } else { "1" };
            traits.push(("priority", priority.into()));
            if friction == 0.0 {
                traits.push(("condim", "1".into()));
            }
        }
        if let Some(bounce) =
            thing.bounce.or(material.and_then(|material| material.traits().bounce))
        {
            let damping = 2.0 * damping_ratio(bounce) * STIFFNESS.sqrt();
            traits.push(("solref", numbers(&[-STIFFNESS, -damping])));
            if friction.is_none() {
                traits.push(("priority", "1".into()));
            }
        }
        Looks { palette: self, material: material_name, traits }
    }

    /// A material by name; the same name is the same material.
    fn material(&self, name: &str, rgba: [f64; 4], shine: Shine) -> String {
        let mut materials = self.materials.borrow_mut();
        if !materials.iter().any(|(known, ..)| known == name) {
            materials.push((name.to_owned(), rgba, shine));
        }
        name.to_owned()
    }

    /// The grey of frames and stands.
    pub fn frame(&self) -> Looks<'_> {
        let material = self.material(FRAME, [0.32, 0.35, 0.4, 1.0], Shine::Gloss);
        Looks { palette: self, material, traits: Vec::new() }
    }

    /// All materials as elements.
    pub fn elements(&self) -> Vec<Element> {
        self.materials
            .borrow()
            .iter()
            .map(|(name, rgba, shine)| {
                let (specular, shininess) = match shine {
                    Shine::Matt => (0.05, 0.1),
                    Shine::Gloss => (0.4, 0.5),
                    Shine::Metal => (0.9, 0.8),
                };
                Element::new("material")
                    .set("name", &**name)
                    .numbers("rgba", &rgba[..])
                    .numbers("specular", &[specular])
                    .numbers("shininess", &[shininess])
            })
            .collect()
    }
}

impl Looks<'_> {
    /// A geom with all of it.
    pub fn dress(&self, geom: Element) -> Element {
        self.traits.iter().fold(geom.set("material", &*self.material), |geom, (name, value)| {
            geom.set(name, &**value)
        })
    }

    /// A name for another mesh.
    pub fn mesh_name(&self) -> String {
        let number = self.palette.meshes.get() + 1;
        self.palette.meshes.set(number);
        format!("mesh_{number}")
    }
}

/// Stiffness of contacts that bounce, 1/s²: they last about 15 ms, which is several steps. Were it
/// left to MuJoCo's usual time constant, it would grow as the damping gets less, until a contact is
/// shorter than a step and throws things about.
const STIFFNESS: f64 = 4e4;

/// The damping ratio of a contact that gives back this share of a speed: for a damped oscillator
/// that is let go after half a period, exp(−πζ/√(1−ζ²)).
fn damping_ratio(bounce: f64) -> f64 {
    if bounce <= 0.01 {
        return 1.0;
    }
    let log = -bounce.min(0.95).ln() / std::f64::consts::PI;
    (log / (1.0 + log * log).sqrt()).clamp(0.01, 1.0)
}

fn material_name(material: Material) -> String {
    format!("{material:?}").to_lowercase()
}
