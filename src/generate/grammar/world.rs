//! What is said of the world: gravity, wind, what fills it.

use super::super::spec::{Medium, Place, Xyz};
use super::{
    lexer::{Lex, Lexeme},
    lexicon::{Prop, Sense, Trait},
    measure::{Measure, Unit},
    parse::Parser,
};

/// A wind that is only called one, m/s.
const WIND: f64 = 5.0;

impl Parser {
    /// How strong a wind is, in a word before it.
    fn strength(&mut self) -> Option<f64> {
        if self.sense_ahead(1) != Some(Sense::Wind) {
            return None;
        }
        let speed = match self.sense()? {
            Sense::Strength(speed) => speed,
            Sense::Heft(factor) | Sense::Size(factor) if factor > 1.0 => 10.0,
            Sense::Light | Sense::Steep(_) | Sense::Size(_) | Sense::Heft(_) | Sense::Pace(_) => {
                2.0
            }
            _ => return None,
        };
        self.at += 1;
        Some(speed)
    }

    pub(super) fn say_world(&mut self, begin: usize) {
        let words: Vec<&str> =
            self.lexemes[begin..self.at].iter().map(|lexeme| &*lexeme.text).collect();
        self.said.push(words.join(" "));
    }

    /// Something about the world: "on the moon", "without gravity", "a wind of 3 m/s".
    pub(super) fn world_phrase(&mut self) -> bool {
        let begin = self.at;
        if self.world_within() {
            self.say_world(begin);
            return true;
        }
        self.at = begin;
        false
    }

    pub(super) fn world_within(&mut self) -> bool {
        if self.peek() == Some(Lex::Comma) {
            self.at += 1;
        }
        self.glue(|sense| {
            matches!(
                sense,
                Sense::With
                    | Sense::In
                    | Sense::Place(Place::On | Place::Inside | Place::Under)
                    | Sense::And
                    | Sense::At
                    | Sense::Is
                    | Sense::Filler
                    | Sense::A
                    | Sense::The
            )
        });
        let no = matches!(
            self.lexemes.get(self.at.wrapping_sub(1)).and_then(Lexeme::sense),
            Some(Sense::No)
        ) || self.take(|sense| sense == Sense::No);
        let strength = self.strength();
        if strength.is_some() && self.sense() == Some(Sense::Wind) {
            self.at += 1;
            self.wind(strength.unwrap_or(WIND));
            return true;
        }
        if strength.is_some() {
            return false;
        }
        let Some(sense) = self.sense() else {
            match self.peek() {
                Some(Lex::Measure(measure)) => return self.measured_world(measure),
                Some(Lex::Number(_)) => {
                    let Some(g) = self.pull() else { return false };
                    self.world.gravity = Some(Xyz { z: -g, ..Xyz::default() });
                    return true;
                }
                _ => return false,
            }
        };
        self.at += 1;
        match sense {
            Sense::World(gravity, medium) if !no => {
                self.world.gravity = Some(Xyz { z: -gravity, ..Xyz::default() });
                if medium != Medium::Vacuum {
                    self.world.medium = Some(medium);
                }
                if gravity == 0.0 {
                    self.world.floor.get_or_insert(true);
                }
                self.take(|sense| sense == Sense::Gravity);
            }
            Sense::Trait(Trait::Weightless) if !no => self.world.gravity = Some(Xyz::default()),
            Sense::Trait(Trait::Windy) => self.world.wind = Some(Xyz { x: 5.0, ..Xyz::default() }),
            Sense::Trait(Trait::Enclosed) => self.world.walls = Some(true),
            Sense::Medium(medium) if !no => self.world.medium = Some(medium),
            Sense::Gravity if no => self.world.gravity = Some(Xyz::default()),
            Sense::Gravity => {
                self.glue(|sense| {
                    matches!(
                        sense,
                        Sense::Of
                            | Sense::Is
                            | Sense::At
                            | Sense::To
                            | Sense::Trait(Trait::Released)
                    )
                });
                // "half as strong"
                let by = match self.sense() {
                    Some(Sense::Twice) => Some(2.0),
                    Some(Sense::Half) => Some(0.5),
                    _ => None,
                };
                let strong = self.lexemes[self.at.min(self.lexemes.len())..].iter().skip(1).take(2);
                let strong =
                    strong.filter(|l| matches!(&*l.text, "as" | "strong" | "as strong" | "weak"));
                if let (Some(by), 1..) = (by, strong.count()) {
                    let now = self.world.gravity.unwrap_or(Xyz { x: 0.0, y: 0.0, z: -9.81 });
                    self.world.gravity = Some(Xyz { x: now.x * by, y: now.y * by, z: now.z * by });
                    self.at += 1;
                    while self
                        .lexemes
                        .get(self.at)
                        .is_some_and(|l| matches!(&*l.text, "as" | "strong" | "as strong" | "weak"))
                    {
                        self.at += 1;
                    }
                    return true;
                }
                if let Some(g) = self.pull() {
                    self.world.gravity = Some(Xyz { z: -g, ..Xyz::default() });
                    return true;
                }
                match self.peek() {
                    Some(
                        Lex::Number(value)
                        | Lex::Measure(Measure { value, unit: Unit::Acceleration, .. }),
                    ) => {
                        self.at += 1;
                        self.world.gravity = Some(Xyz { z: -value.abs(), ..Xyz::default() });
                    }
                    _ => {
                        // "with gravity": as on Earth.
                        if let Some(Sense::Direction([x, y, z])) = self.sense() {
                            self.at += 1;
                            self.world.gravity =
                                Some(Xyz { x: 9.81 * x, y: 9.81 * y, z: 9.81 * z });
                        }
                    }
                }
            }
            Sense::Half | Sense::Twice if !no => {
                self.at -= 1;
                let Some(g) = self.pull() else { return false };
                self.world.gravity = Some(Xyz { z: -g, ..Xyz::default() });
            }
            Sense::Wind if no => self.world.wind = None,
            Sense::Wind => {
                self.glue(|sense| {
                    matches!(
                        sense,
                        Sense::Of
                            | Sense::At
                            | Sense::With
                            | Sense::A
                            | Sense::Prop(Prop::Speed)
                            | Sense::Trait(Trait::Moving)
                    )
                });
                let stormy = ["storm", "hurricane", "gale"]
                    .iter()
                    .any(|word| self.lexemes[self.at - 1].text.starts_with(word));
                let mut speed = if stormy { 25.0 } else { WIND };
                if let Some(Lex::Measure(Measure { value, unit: Unit::Speed, .. })) = self.peek() {
                    self.at += 1;
                    speed = value;
                }
                self.wind(speed);
            }
            Sense::Floor if no => self.world.floor = Some(false),
            _ => return false,
        }
        true
    }

    /// "twice that of Earth", "half of normal gravity", "like on Mars", in m/s².
    fn pull(&mut self) -> Option<f64> {
        let begin = self.at;
        let factor = self.times();
        let from = self.at;
        self.glue(|sense| {
            matches!(
                sense,
                Sense::The
                    | Sense::Of
                    | Sense::Filler
                    | Sense::In
                    | Sense::Place(Place::On)
                    | Sense::A
            )
        });
        let g = match self.sense() {
            Some(Sense::World(g, _)) => g,
            Some(Sense::Gravity) if factor.is_some() => {
                // "twice the gravity of Earth"
                let the = usize::from(self.sense_ahead(2) == Some(Sense::The));
                match (self.sense_ahead(1), self.sense_ahead(2 + the)) {
                    (Some(Sense::Of), Some(Sense::World(g, _))) => {
                        self.at += 2 + the;
                        g
                    }
                    _ => 9.81,
                }
            }
            _ => {
                self.at = begin;
                return None;
            }
        };
        self.at += 1;
        self.take(|sense| sense == Sense::Gravity);
        if from > begin {
            self.apart.extend(factor);
        }
        Some(g * factor.unwrap_or(1.0))
    }

    pub(super) fn wind(&mut self, speed: f64) {
        let mut direction = [1.0, 0.0, 0.0];
        // "wind blows from the left"
        let here = self.at;
        self.glue(|sense| matches!(sense, Sense::Filler | Sense::Is));
        if !matches!(self.sense(), Some(Sense::Direction(_))) {
            self.at = here;
        }
        if let Some(Sense::Direction(given)) = self.sense() {
            self.at += 1;
            direction = given;
        }
        // "a wind from the left at 4 m/s"
        let mut speed = speed;
        if matches!(self.sense(), Some(Sense::At | Sense::With | Sense::Of))
            && let Some(Lex::Measure(Measure { value, unit: Unit::Speed, .. })) = self.ahead(1)
        {
            self.at += 2;
            speed = value;
        }
        let [x, y, z] = direction.map(|part| part * speed);
        self.world.wind = Some(Xyz { x, y, z });
    }

    /// "1.6 m/s² gravity", "5 m/s wind".
    pub(super) fn measured_world(&mut self, measure: Measure) -> bool {
        self.at += 1;
        match (measure.unit, self.sense()) {
            (Unit::Acceleration, Some(Sense::Gravity)) => {
                self.at += 1;
                self.world.gravity = Some(Xyz { z: -measure.value.abs(), ..Xyz::default() });
                true
            }
            (Unit::Speed, Some(Sense::Wind)) => {
                self.at += 1;
                self.wind(measure.value);
                true
            }
            _ => false,
        }
    }
}
