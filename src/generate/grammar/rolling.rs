//! What rolls, and what goes up a slope.

use super::super::spec::Kind;
use super::{
    draft::Draft,
    lexer::{Lex, Lexeme},
    lexicon::{Sense, Trait},
    measure::{Measure, Unit},
    phrasing::{Phrasing, ends, known},
};

/// Slopes fall to the right.
const UPHILL: Sense = Sense::Direction([-1.0, 0.0, 0.0]);
/// How fast something goes up where nobody says, m/s.
const UPHILL_MPS: f64 = 2.0;

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

impl Phrasing {
    /// "a box sliding up the ramp at 2 m/s", "a box on a ramp, pushed up": so fast, uphill.
    pub(super) fn uphill(&mut self) {
        let is_slope = |lexeme: &Lexeme| {
            matches!(lexeme.sense(), Some(Sense::Noun(noun))
                if matches!(noun.kind, Kind::Ramp | Kind::CurvedRamp))
        };
        if !self.lexemes.iter().any(is_slope) {
            return;
        }
        for at in 1..self.lexemes.len() {
            let pushed = self.sense(at) == Some(Sense::Trait(Trait::Stretched))
                && self.text(at).ends_with("pushed up");
            if !pushed && !matches!(self.text(at), "up" | "uphill" | "up along") {
                continue;
            }
            // How it goes, and perhaps how fast, was said before.
            let mut verb = at;
            let mut speed = None;
            while !pushed && verb > 0 {
                verb -= 1;
                match (self.lex(verb), self.sense(verb)) {
                    (Some(Lex::Measure(measure)), _) if measure.unit == Unit::Speed => {
                        speed = Some(self.lexemes[verb].clone());
                    }
                    (_, Some(Sense::At | Sense::With | Sense::Filler)) => {}
                    _ => break,
                }
            }
            let goes = matches!(
                self.sense(verb),
                Some(Sense::Trait(Trait::Rolling | Trait::Sliding | Trait::Moving | Trait::Thrown))
            );
            if !pushed && !goes {
                continue;
            }
            let mut noun = at + 1;
            while matches!(self.sense(noun), Some(Sense::A | Sense::The))
                || self.sense(noun).is_some_and(Sense::is_adjective)
            {
                noun += 1;
            }
            let onto = noun > at + 1 && self.lexemes.get(noun).is_some_and(is_slope);
            // Or how fast is said behind.
            let mut next = at + 1;
            while speed.is_none() && !ends(self.lex(next)) {
                if matches!(self.lex(next), Some(Lex::Measure(m)) if m.unit == Unit::Speed) {
                    let joined = matches!(self.sense(next - 1), Some(Sense::At | Sense::With));
                    speed = Some(self.lexemes[next].clone());
                    self.lexemes.drain(next - usize::from(joined)..=next);
                }
                next += 1;
            }
            let speed = speed.unwrap_or_else(|| {
                self.tell(format!("how fast it goes uphill was not said: {UPHILL_MPS} m/s"));
                let measure = Measure { value: UPHILL_MPS, unit: Unit::Speed, scale: 1.0 };
                Lexeme { lex: Lex::Measure(measure), text: format!("{UPHILL_MPS} m/s") }
            });
            let how = match self.sense(verb) {
                Some(Sense::Trait(Trait::Rolling)) => self.lexemes[verb].clone(),
                _ => known(Sense::Trait(Trait::Sliding), "sliding"),
            };
            let mut said = vec![how, known(Sense::At, "at"), speed, known(UPHILL, "uphill")];
            if onto {
                said.push(known(Sense::Place(super::super::spec::Place::On), "on"));
            }
            self.lexemes.splice(verb..=at, said);
            return;
        }
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

    #[test]
    fn uphill_is_to_the_left() {
        for prompt in [
            "a box on a ramp pushed up at 2 m/s",
            "a box sliding up the ramp at 2 m/s",
            "a box sliding up a ramp at 2 m/s",
            "a box sliding at 2 m/s up a ramp",
            "a box pushed up a ramp",
        ] {
            assert_eq!(first(prompt).velocity.map(|v| v.x), Some(-2.0), "{prompt}");
        }
    }
}
