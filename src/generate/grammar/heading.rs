//! How things are turned: by so many degrees about the vertical; and how far doors stand open.

use super::{
    draft::Draft,
    lexer::{Lex, Lexeme},
    lexicon::{Prop, Sense, Verb},
    measure::{Measure, Unit},
    phrasing::{Phrasing, ends, known},
};
use crate::generate::spec::{Class, Kind};

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

    /// "a door that stands open at 30 degrees", "open it by 45 degrees": how it stands, not how far it
    /// can be opened.
    pub(super) fn opened(&mut self) {
        let is_door = |lexeme: &Lexeme| matches!(lexeme.sense(), Some(Sense::Noun(noun)) if noun.kind == Kind::Door);
        let door = self.lexemes.iter().any(is_door)
            || matches!(self.sense(0), Some(Sense::Verb(Verb::Change)));
        for at in 0..self.lexemes.len() {
            let changes = at == 0 && self.text(0) == "open";
            if !(changes || door && matches!(self.text(at), "open" | "opened" | "ajar")) {
                continue;
            }
            let can = at > 0
                && self.text(at - 1).split(' ').any(|word| {
                    matches!(word, "can" | "may" | "should" | "could" | "will" | "must" | "to")
                });
            let from = if changes { self.behind_the_opened(at + 1) } else { at + 1 };
            let mut figure = from;
            while matches!(
                self.sense(figure),
                Some(
                    Sense::At
                        | Sense::By
                        | Sense::To
                        | Sense::A
                        | Sense::Of
                        | Sense::Prop(Prop::Angle)
                )
            ) {
                figure += 1;
            }
            let Some(Lex::Measure(measure)) = self.lex(figure) else { continue };
            if can || measure.unit != Unit::Angle || !ends(self.lex(figure + 1)) && changes {
                continue;
            }
            self.lexemes[figure].lex = Lex::Measure(Measure { unit: Unit::Opening, ..measure });
            self.lexemes.drain(from..figure);
            if changes {
                self.lexemes[at] = known(Sense::Verb(Verb::Change), "make");
            } else {
                self.lexemes.remove(at);
            }
            return;
        }
    }

    /// Behind what is opened: "it", "the left door".
    fn behind_the_opened(&self, from: usize) -> usize {
        let mut at = from;
        while matches!(self.sense(at), Some(Sense::It | Sense::The))
            || self.is_noun(at)
            || self.sense(at).is_some_and(Sense::is_adjective)
        {
            at += 1;
        }
        at
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
    /// It is turned by so many degrees: about the vertical, where it does not swing. A door stands
    /// open by as many.
    pub(super) fn turned(&mut self, measure: Measure) {
        let degrees = measure.value;
        if measure.unit == Unit::Opening || self.kind() == Some(Kind::Door) {
            self.thing.open = Some(degrees);
        } else if self.kind().is_some_and(|kind| kind.class() == Class::Mechanism) {
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
    fn doors_stand_open_or_open_so_far() {
        let door = |prompts: &[&str]| {
            let spec = prompts.iter().fold(None, |present, prompt| {
                Some(offline(prompt, present.as_ref()).expect(prompt).spec)
            });
            let door = spec.expect("a door").things.remove(0);
            (door.open, door.angle)
        };
        for prompt in [
            "a door opened at 45 degrees",
            "a door open at 45 degrees",
            "a door that stands open at 45 degrees",
            "a door opened by 45 degrees",
            "a door that is open by 45 degrees",
        ] {
            assert_eq!(door(&[prompt]), (Some(45.0), None), "{prompt}");
        }
        assert_eq!(door(&["a door", "open it 45 degrees"]), (Some(45.0), None));
        assert_eq!(door(&["a door", "open the door by 45 degrees"]), (Some(45.0), None));
        for prompt in [
            "a door that opens to 45 degrees",
            "a door that opens by 45 degrees",
            "a door that can open by 45 degrees",
            "a door that opens up to 45 degrees",
        ] {
            assert_eq!(door(&[prompt]), (None, Some(45.0)), "{prompt}");
        }
    }

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
