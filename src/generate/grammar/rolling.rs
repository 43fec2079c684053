//! What rolls.

use super::super::spec::Kind;
use super::{draft::Draft, lexicon::Trait};

impl Draft {
    /// Whether it rolls; nothing where nobody says how it goes.
    pub(super) fn rolls(&self) -> Option<bool> {
        let round = matches!(
            self.kind(),
            Some(Kind::Sphere | Kind::Cylinder | Kind::Capsule | Kind::Wheel)
        );
        let goes = |quality: &&Trait| {
            matches!(quality, Trait::Rolling | Trait::Sliding | Trait::Moving | Trait::Thrown)
        };
        let rolling = self.traits.contains(&Trait::Rolling);
        self.traits.iter().find(goes).map(|_| rolling && round)
    }
}

#[cfg(test)]
mod tests {
    use crate::generate::{offline, spec::Thing};

    fn first(prompt: &str) -> Thing {
        offline(prompt, None).expect(prompt).spec.things.remove(0)
    }

    #[test]
    fn what_rolls_does_so_from_the_start() {
        let rolls = |prompt: &str| first(prompt).rolling;
        assert_eq!(rolls("a ball rolling at 1 m/s"), Some(true));
        assert_eq!(rolls("a ball that rolls into a box at 2 m/s"), Some(true));
        assert_eq!(rolls("a ball sliding at 1 m/s"), None);
        assert_eq!(rolls("a ball moving at 1 m/s"), None);
        assert_eq!(rolls("a ball rolling down a ramp"), None);
    }
}
