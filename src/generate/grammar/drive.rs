//! What drives a machine, and how strongly: "a 15 N motor", "its motor can push with up to 15 N",
//! "torque motors at both joints", "all six wheels are driven".

use super::super::spec::{Actuator, Class, Kind, Place, Wheels};
use super::{
    lexer::{Lex, Lexeme},
    lexicon::{Entry, Part, Prop, Sense, Trait, Which},
    measure::Unit,
    parse::Parser,
    phrasing::{JOINTS, Phrasing, known},
};

const fn is_drive(sense: Option<Sense>) -> bool {
    matches!(
        sense,
        Some(Sense::Trait(Trait::Actuated | Trait::Servo | Trait::Paced | Trait::Passive))
    )
}

impl Phrasing {
    fn has(&self, kind: Kind) -> bool {
        self.lexemes
            .iter()
            .any(|lexeme| matches!(lexeme.sense(), Some(Sense::Noun(noun)) if noun.kind == kind))
    }

    fn is_joint(&self, at: usize) -> bool {
        JOINTS.contains(&self.text(at))
            || matches!(self.sense(at), Some(Sense::Part(Part::Joint | Part::Hinge)))
    }

    /// "torque motors at both joints", "driven at the pivot", "with torque-controlled joints",
    /// "both joints actuated": where else.
    pub(super) fn driven_joints(&mut self) {
        let mut at = 0;
        while at < self.lexemes.len() {
            // "both joints are actuated"
            let mut next = at;
            while matches!(self.sense(next), Some(Sense::Each | Sense::The | Sense::Of))
                || next > at && matches!(self.lex(next), Some(Lex::Number(_)))
            {
                next += 1;
            }
            if next > at && self.sense(at) == Some(Sense::Each) && self.is_joint(next) {
                let mut behind = next + 1;
                while matches!(self.sense(behind), Some(Sense::Is | Sense::Filler)) {
                    behind += 1;
                }
                if is_drive(self.sense(behind)) {
                    self.lexemes.drain(at..behind);
                    continue;
                }
                // "each joint has a motor"
                if self.sense(behind) == Some(Sense::With) {
                    let motor = (behind + 1..behind + 4)
                        .find(|at| matches!(self.sense(*at), Some(Sense::Part(Part::Motor))));
                    if motor.is_some() {
                        self.lexemes.drain(at..behind);
                        continue;
                    }
                }
            }
            if !is_drive(self.sense(at)) {
                at += 1;
                continue;
            }
            let mut next = at + 1;
            let introduced = matches!(
                self.sense(next),
                Some(Sense::At | Sense::In | Sense::To | Sense::Place(Place::On | Place::Inside))
            );
            next += usize::from(introduced);
            while introduced
                && (matches!(
                    self.sense(next),
                    Some(Sense::The | Sense::Each | Sense::Of | Sense::A | Sense::Filler)
                ) || matches!(self.lex(next), Some(Lex::Number(_))))
            {
                next += 1;
            }
            // "with actuated joints"; "with three actuated joints": an actuated one with three.
            let counted = at > 0 && matches!(self.lex(at - 1), Some(Lex::Number(_)));
            if self.is_joint(next) && (introduced || !counted) {
                let more = usize::from(self.is_joint(next + 1));
                self.lexemes.drain(at + 1..next + 1 + more);
                // "on a motorised hinge"
                let mut from = at;
                while from > 0 && matches!(self.sense(from - 1), Some(Sense::A)) {
                    from -= 1;
                }
                if from > 0
                    && !introduced
                    && matches!(
                        self.sense(from - 1),
                        Some(Sense::At | Sense::Place(Place::On | Place::Inside))
                    )
                {
                    self.lexemes.drain(from - 1..at);
                    at = from - 1;
                }
            } else if counted
                && self.is_joint(at + 1)
                && at > 1
                && self.sense(at - 2) == Some(Sense::With)
            {
                let drive = self.lexemes.remove(at);
                self.lexemes.insert(at - 2, drive);
            }
            at += 1;
        }
    }

    /// "driven by a motor": with one; "driven by its rear wheels" is left to the wheels.
    pub(super) fn driven_by(&mut self) {
        let mut at = 0;
        while at + 2 < self.lexemes.len() {
            let by = is_drive(self.sense(at)) && self.text(at + 1) == "by";
            let mut next = at + 2;
            while matches!(self.sense(next), Some(Sense::A | Sense::The | Sense::Filler))
                || matches!(self.lex(next), Some(Lex::Measure(_) | Lex::Number(_)))
            {
                next += 1;
            }
            let motor = matches!(self.sense(next), Some(Sense::Part(Part::Motor)))
                || is_drive(self.sense(next));
            if by && motor {
                self.lexemes.splice(at..at + 2, [known(Sense::With, "with")]);
            }
            at += 1;
        }
    }

    fn is_wheel(&self, at: usize) -> bool {
        matches!(self.sense(at), Some(Sense::Part(Part::Wheel)))
            || matches!(self.sense(at), Some(Sense::Noun(noun)) if noun.kind == Kind::Wheel)
    }

    /// "whose four wheels are all driven", "a motor on each of the front wheels", "driven by its
    /// rear wheels", "four driven wheels".
    pub(super) fn driven_wheels(&mut self) {
        if !self.has(Kind::Car) {
            return;
        }
        let mut at = 0;
        while at < self.lexemes.len() {
            if !self.is_wheel(at) {
                at += 1;
                continue;
            }
            match self.driven_around(at) {
                Some((from, to, which, count)) => {
                    let mut new = vec![known(Sense::Wheels(which), "driven wheels")];
                    if let Some(count) = count {
                        let wheels = Entry { sense: Sense::Part(Part::Wheel), plural: true };
                        new.extend([
                            known(Sense::With, "with"),
                            Lexeme { lex: Lex::Number(count), text: count.to_string() },
                            Lexeme { lex: Lex::Known(wheels), text: "wheels".into() },
                        ]);
                    }
                    let length = new.len();
                    self.lexemes.splice(from..to, new);
                    at = from + length;
                }
                None => at += 1,
            }
        }
    }

    /// Whether the wheels at `at` are said to be driven: the words on that, which, and how many.
    fn driven_around(&self, at: usize) -> Option<(usize, usize, Wheels, Option<f64>)> {
        let (mut from, mut count, mut which) = (at, None, None);
        let mut driven = false;
        while from > 0 {
            let before = from - 1;
            match (self.lex(before), self.sense(before)) {
                (Some(Lex::Number(number)), _) if count.is_none() => count = Some(number),
                (_, Some(Sense::Which(Which::Front))) => which = Some(Wheels::Front),
                (_, Some(Sense::Which(Which::Back))) => which = Some(Wheels::Back),
                (_, Some(Sense::Each | Sense::The | Sense::Of | Sense::Filler)) => {}
                (_, Some(Sense::A)) if self.text(before) != "a" => {}
                (_, sense) if is_drive(sense) && !driven => driven = true,
                _ => break,
            }
            from -= 1;
        }
        // "a motor on each wheel", "driven by the rear wheels"
        let mut begin = from;
        let joined = from > 0
            && (matches!(
                self.sense(from - 1),
                Some(Sense::At | Sense::In | Sense::To | Sense::Place(Place::On | Place::Inside))
            ) || matches!(self.text(from - 1), "by" | "for" | "per"));
        if joined && from > 1 {
            let motor = matches!(self.sense(from - 2), Some(Sense::Part(Part::Motor)));
            if motor || is_drive(self.sense(from - 2)) {
                driven = true;
                begin = from - 2;
                while begin > 0
                    && (matches!(
                        self.sense(begin - 1),
                        Some(Sense::A | Sense::Filler | Sense::With | Sense::Is)
                    ) || self.lex(begin - 1) == Some(Lex::Number(1.0)))
                {
                    begin -= 1;
                }
            }
        } else if from > 0 && matches!(self.sense(from - 1), Some(Sense::Inverse(Place::On))) {
            begin = from - 1;
        }
        // "are all driven", "each have a motor of their own"
        let mut end = at + 1;
        end += usize::from(
            self.lex(end) == Some(Lex::Comma) && self.sense(end + 1) == Some(Sense::Each),
        );
        while matches!(self.sense(end), Some(Sense::Is | Sense::Each | Sense::Filler | Sense::Of))
            && !(driven && self.sense(end) == Some(Sense::Of))
        {
            end += 1;
        }
        if !driven {
            let with = self.sense(end) == Some(Sense::With);
            let mut next = end + usize::from(with);
            while with && matches!(self.sense(next), Some(Sense::A | Sense::The | Sense::Filler)) {
                next += 1;
            }
            let motor = with && matches!(self.sense(next), Some(Sense::Part(Part::Motor)));
            if motor || is_drive(self.sense(next)) && !with {
                driven = true;
                end = next + 1;
            }
        } else {
            end = at + 1;
        }
        let count = count.filter(|_| which.is_none());
        driven.then_some((begin, end, which.unwrap_or(Wheels::All), count))
    }
}

impl Parser {
    /// "with a 15 N motor", "a force limit of 10 N", "Its motor can push with up to 15 N."
    pub(super) fn strength_of(&mut self, index: usize) -> bool {
        let machine =
            self.drafts[index].kind().is_some_and(|kind| kind.class() == Class::Mechanism)
                || self.drafts[index].is_cart;
        if !machine {
            return false;
        }
        let before = self.clone();
        let (mut named, mut most) = (false, None);
        loop {
            match (self.peek(), self.sense()) {
                (Some(Lex::Measure(measure)), _)
                    if matches!(measure.unit, Unit::Force | Unit::Torque) && most.is_none() =>
                {
                    most = Some(measure.value);
                }
                (Some(Lex::Comma), _) if self.at == before.at => {}
                (_, Some(Sense::Part(Part::Motor) | Sense::Prop(Prop::Strength))) => named = true,
                (_, sense) if is_drive(sense) => named = true,
                (
                    _,
                    Some(
                        Sense::With
                        | Sense::A
                        | Sense::The
                        | Sense::Of
                        | Sense::Is
                        | Sense::At
                        | Sense::By
                        | Sense::To
                        | Sense::Filler
                        | Sense::Each,
                    ),
                ) => {}
                (_, Some(Sense::And)) if most.is_none() => {}
                _ => break,
            }
            self.at += 1;
            if named && most.is_some() {
                // "of torque"
                if self.sense() == Some(Sense::Of)
                    && self.sense_ahead(1) == Some(Sense::Prop(Prop::Strength))
                {
                    self.at += 2;
                }
                // "at the pivot"
                let here = self.at;
                self.glue(|sense| {
                    matches!(
                        sense,
                        Sense::At
                            | Sense::To
                            | Sense::In
                            | Sense::The
                            | Sense::Each
                            | Sense::Place(Place::On)
                    )
                });
                let joint = matches!(self.sense(), Some(Sense::Part(Part::Hinge | Part::Joint)));
                if joint && self.at > here {
                    self.at += 1;
                } else {
                    self.at = here;
                }
                let more = matches!(self.sense(), Some(Sense::Part(Part::Motor) | Sense::Each));
                self.at += usize::from(more || is_drive(self.sense()));
                break;
            }
        }
        let (true, Some(most)) = (named, most) else {
            *self = before;
            return false;
        };
        let servo = self.lexemes[before.at..self.at]
            .iter()
            .any(|lexeme| lexeme.sense() == Some(Sense::Trait(Trait::Servo)));
        let thing = &mut self.drafts[index].thing;
        thing.strength = Some(most);
        let usual = if servo { Actuator::Position } else { Actuator::Motor };
        let own = matches!(thing.kind, Kind::CartPole | Kind::Arm | Kind::Car | Kind::MobileRobot);
        if servo || !own {
            thing.actuator = thing.actuator.or(Some(usual));
        }
        true
    }

    /// Of the one machine that was named, in a sentence of its own.
    pub(super) fn strength_of_it(&mut self) -> bool {
        let machines: Vec<usize> = (0..self.drafts.len())
            .filter(|at| {
                self.drafts[*at].is_cart
                    || self.drafts[*at].kind().is_some_and(|kind| kind.class() == Class::Mechanism)
            })
            .collect();
        match (&*machines, self.current) {
            ([one], _) => self.strength_of(*one),
            (_, Some(current)) if machines.contains(&current) => self.strength_of(current),
            _ => false,
        }
    }
}
