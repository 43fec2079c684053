//! How things are turned: by so many degrees about the vertical.

use super::{
    draft::Draft,
    lexer::Lex,
    lexicon::{Sense, Verb},
    measure::{Measure, Unit},
    phrasing::{Phrasing, ends, known},
};
use crate::generate::spec::Class;

impl Phrasing {
    /// "a cube rotated by 45 degrees", "turn it by 30 degrees about the vertical": how it stands, not
    /// how it spins.
    pub(super) fn turned(&mut self) {
        for at in 0..self.lexemes.len() {
            let changes = matches!(self.text(at), "rotate" | "turn" | "twist");
            if !changes && !matches!(self.text(at), "rotated" | "turned" | "twisted") {
                continue;
            }
            // What is turned stands between.
            let Some(figure) = (at + 1..self.lexemes.len().min(at + 9))
                .take_while(|at| !ends(self.lex(*at)))
                .find(|at| matches!(self.lex(*at), Some(Lex::Measure(_))))
            else {
                continue;
            };
            let Some(Lex::Measure(measure)) = self.lex(figure) else { continue };
            if measure.unit != Unit::Angle || !changes && figure > at + 2 {
                continue;
            }
            let Some((end, unit, sign)) = self.axis(figure + 1) else { continue };
            let turned = Measure { value: sign * measure.value, unit, ..measure };
            self.lexemes[figure].lex = Lex::Measure(turned);
            self.lexemes.drain(figure + 1..end);
            if changes {
                self.lexemes[at] = known(Sense::Verb(Verb::Change), "make");
            } else {
                self.lexemes.remove(at);
            }
            return;
        }
    }

    /// About which axis something is turned and which way round, from a place in the text on; where
    /// that ends.
    fn axis(&self, from: usize) -> Option<(usize, Unit, f64)> {
        let (mut at, mut end) = (from, from);
        let (mut unit, mut sign) = (Unit::Heading, 1.0);
        let mut about = false;
        loop {
            let named = match self.text(at) {
                "about" | "around" | "on" | "along" if !about => {
                    about = true;
                    false
                }
                "the" | "its" | "own" if about => false,
                "vertical" | "vertical axis" | "z" | "z axis" | "upright" | "axis" if about => true,
                "y" | "y axis" if about => {
                    unit = Unit::Angle;
                    true
                }
                "x" | "x axis" | "horizontal" if about => return None,
                "clockwise" => {
                    sign = -1.0;
                    true
                }
                "counterclockwise" | "anticlockwise" | "counter clockwise" => true,
                _ => return Some((end, unit, sign)),
            };
            at += 1;
            end = if named { at } else { end };
        }
    }
}

impl Draft {
    /// It is turned by so many degrees: about the vertical, where it does not swing.
    pub(super) fn turned(&mut self, degrees: f64) {
        if self.kind().is_some_and(|kind| kind.class() == Class::Mechanism) {
            self.angle = Some(degrees);
        } else {
            self.thing.heading = Some(self.thing.heading.unwrap_or(0.0) + degrees);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::generate::offline;

    #[test]
    fn what_is_rotated_stands_turned() {
        let heading = |prompt: &str| {
            let plan = offline(prompt, None).expect(prompt);
            assert_eq!(plan.spec.things[0].spin, None, "{prompt}");
            plan.spec.things[0].heading
        };
        assert_eq!(heading("a cube rotated by 45 degrees"), Some(45.0));
        assert_eq!(heading("a book turned 30 degrees clockwise on a table"), Some(-30.0));
        assert_eq!(heading("a table rotated 90 degrees about the vertical axis"), Some(90.0));
        let cube = offline("a cube", None).expect("a cube").spec;
        let turned = offline("rotate it by 20 degrees", Some(&cube)).expect("a change");
        let more = offline("turn it by 30 degrees", Some(&turned.spec)).expect("a change");
        assert_eq!(more.spec.things[0].heading, Some(50.0));
        assert!(
            offline("a cube that rotates at 2 rad/s", None).expect("it spins").spec.things[0]
                .spin
                .is_some()
        );
        assert!(offline("a ramp rotated by 90 degrees", None).is_err());
    }
}
