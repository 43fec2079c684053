//! Outlines, and sizes that follow from what else is said.

use super::super::spec::{Kind, Size};
use super::{
    draft::{Draft, round_kind},
    lexicon::{self, Dim, Outline, Sense},
};

impl Draft {
    /// Whether it can have the outline that it should have.
    pub fn has_outline(&self) -> bool {
        match self.outline {
            None => true,
            Some(Outline::Round) => {
                round_kind(self.thing.kind)
                    || matches!(self.thing.kind, Kind::Dumbbell | Kind::Table | Kind::Stool)
            }
            Some(Outline::Angular | Outline::Square) => {
                self.noun.is_some_and(|noun| noun.words.starts_with("plate"))
                    || matches!(
                        self.thing.kind,
                        Kind::Post
                            | Kind::Wall
                            | Kind::Box
                            | Kind::Container
                            | Kind::Table
                            | Kind::Platform
                            | Kind::Stool
                            | Kind::Pen
                            | Kind::Shelf
                            | Kind::Bench
                            | Kind::SolidPyramid
                    )
            }
        }
    }

    /// "a 10 kg block of steel" is as large as so much steel is.
    pub(super) fn as_large_as_heavy(&mut self) {
        let plain = self.noun.is_some_and(|noun| noun.size.is_none())
            && !self.known
            && self.lengths.is_empty()
            && self.triple.is_none()
            && self.factor.is_none()
            && self.stretch.is_none()
            && self.thing.size.is_none();
        let fills = match self.thing.kind {
            Kind::Box => 1.0,
            Kind::Sphere => std::f64::consts::FRAC_PI_6,
            _ => return,
        };
        let (Some(material), Some(mass), true) = (self.thing.material, self.thing.mass, plain)
        else {
            return;
        };
        let width =
            (mass / (self.thing.density.unwrap_or(material.traits().density) * fills)).cbrt();
        if (0.01..=3.0).contains(&width) {
            let width = Some((width * 1e4).round() / 1e4);
            self.thing.size = Some(match self.thing.kind {
                Kind::Sphere => Size { x: width, ..Size::default() },
                _ => Size { x: width, y: width, z: width },
            });
        }
    }

    /// Whether it is a plate, a board or the like, on which there is room for several.
    pub(super) fn is_flat(&self) -> bool {
        let kind = self.kind();
        let own = self.noun.and_then(|noun| noun.size);
        matches!(kind, Some(Kind::Box | Kind::Cylinder))
            && self.count.is_none()
            && !self.plural
            && own.is_some_and(|[x, y, z]| 2.9 * z <= x.min(y))
    }

    /// A plate is round, unless it is said to be square or as long as wide.
    pub(super) fn square_plate(&mut self) {
        let plate = self.noun.is_some_and(|noun| {
            noun.kind == Kind::Cylinder && noun.words.split('|').next() == Some("plate")
        });
        if let (true, Some(Sense::Noun(slab))) =
            (plate, lexicon::meaning("slab").map(|entry| entry.sense))
        {
            self.noun = Some(slab);
            self.thing.kind = slab.kind;
        }
    }

    /// What is square or as wide as it is long is no disc and no rod.
    pub(super) fn outlined(&mut self) {
        let has = |dim: Dim| self.lengths.iter().any(|(known, _)| *known == Some(dim));
        if has(Dim::Wide) && has(Dim::Long)
            || matches!(self.outline, Some(Outline::Square | Outline::Angular))
        {
            self.square_plate();
        }
        // A square post is a slender block that stands fast.
        if self.outline == Some(Outline::Square) && self.thing.kind == Kind::Post {
            let [x, _, z] = Kind::Post.extents();
            self.thing.kind = Kind::Platform;
            let size = self.thing.size.get_or_insert_default();
            (size.x, size.z) = (size.x.or(Some(x)), size.z.or(Some(z)));
        }
    }
}
