//! Changes by an amount: "lengthen it to 1.5 m", "lower the angle by 10 degrees", "50 % larger".

use super::super::{
    build::{extents, usual_length, usual_mass},
    spec::{Arrangement, Kind, Pattern, Place, Xyz},
};
use super::{
    Refusal,
    lexer::Lex,
    lexicon::{Dim, Part, Prop, Relative, Sense},
    measure::{Measure, Unit},
    parse::{Parser, whole},
};

/// What there can be more or less of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gauge {
    /// All extents.
    Size,
    /// One extent.
    Along(Dim),
    /// A property with a number.
    Of(Prop),
    /// Free space between several.
    Gap,
    /// Of a ring.
    Radius,
    /// How many.
    Count,
    /// Of the world.
    Gravity,
    /// Of the world.
    Wind,
    /// What is named behind the verb.
    Named,
}

/// How much it should become.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Amount {
    To(Measure),
    By(Measure),
    Times(f64),
}

/// Verbs that say of what there should be more (`Some(true)`) or less.
const VERBS: &[(&str, Gauge, Option<bool>)] = &[
    ("lengthen|extend|stretch|elongate", Gauge::Along(Dim::Long), Some(true)),
    ("shorten", Gauge::Along(Dim::Long), Some(false)),
    ("widen|broaden", Gauge::Along(Dim::Wide), Some(true)),
    ("narrow", Gauge::Along(Dim::Wide), Some(false)),
    ("heighten", Gauge::Along(Dim::High), Some(true)),
    ("thicken", Gauge::Along(Dim::Thick), Some(true)),
    ("enlarge|grow|magnify|expand|inflate|upscale", Gauge::Size, Some(true)),
    ("shrink|downsize|downscale|deflate", Gauge::Size, Some(false)),
    ("scale|rescale|resize", Gauge::Size, None),
    ("steepen", Gauge::Of(Prop::Angle), Some(true)),
    ("flatten", Gauge::Of(Prop::Angle), Some(false)),
    ("stiffen", Gauge::Of(Prop::Stiffness), Some(true)),
    ("soften", Gauge::Of(Prop::Stiffness), Some(false)),
    ("accelerate", Gauge::Of(Prop::Speed), Some(true)),
    ("decelerate", Gauge::Of(Prop::Speed), Some(false)),
    ("cut", Gauge::Along(Dim::Long), Some(false)),
    ("increase|raise|boost|lift", Gauge::Named, Some(true)),
    ("decrease|reduce|lower|drop|lessen|diminish", Gauge::Named, Some(false)),
    ("change|set|adjust|vary|turn|bring", Gauge::Named, None),
];

/// Which verb a word is.
fn verb(text: &str) -> Option<(Gauge, Option<bool>)> {
    VERBS
        .iter()
        .find(|(words, ..)| words.split('|').any(|word| word == text))
        .map(|(_, gauge, more)| (*gauge, *more))
}

/// By how much it changes where nobody says.
const USUAL: f64 = 1.5;

impl Parser {
    /// "lengthen it to 1.5 m", "reduce the mass of the box by half", "scale the ball up by 50 %".
    /// Takes nothing where it is no such change.
    pub(super) fn by_amount(&mut self, known: usize) -> Option<Result<(), Refusal>> {
        let before = self.clone();
        let done = self.by_amount_within(known);
        if done.is_none() {
            *self = before;
        }
        done
    }

    fn by_amount_within(&mut self, known: usize) -> Option<Result<(), Refusal>> {
        let text = self.lexemes.get(self.at)?.text.clone();
        // "set the" is one word of the lexicon.
        let joined = text.ends_with(" the");
        let (named, mut more) = verb(text.trim_end_matches(" the"))?;
        self.at += 1;
        self.particle(&mut more);
        let free = named == Gauge::Named;
        self.glue(|sense| matches!(sense, Sense::The | Sense::Filler | Sense::Each));
        let mut gauge = self.gauge();
        let mut index = None;
        if gauge == Some(Gauge::Count) {
            self.glue(|sense| matches!(sense, Sense::Of | Sense::The));
            index = self.known_thing(known);
        } else if gauge.is_some() {
            let of = self.takes_of() || self.take(|sense| sense == Sense::Place(Place::Between));
            if of {
                index = self.known_thing(known);
            }
        } else {
            if joined {
                self.at -= 1;
                self.at += usize::from(self.sense() == Some(Sense::The));
            }
            let it = self.sense() == Some(Sense::It);
            index = self.known_thing(known);
            index?;
            if let Some(member) = self.which.take() {
                let all = self.parted(index?).ok()?;
                index = all.get((member as usize).checked_sub(1)?).copied();
            }
            if !it {
                gauge = self.gauge();
            }
        }
        let part = self.part_of.take();
        let gauge = gauge.or(Some(named).filter(|_| !free))?;
        self.particle(&mut more);
        let amount = self.amount(more)?;
        let index = index.or_else(|| self.gauged(gauge, known));
        if matches!(gauge, Gauge::Gravity | Gauge::Wind) {
            return Some(self.world_by(gauge, amount, more));
        }
        let index = index?;
        if part.is_some() && !matches!(gauge, Gauge::Along(_) | Gauge::Size) {
            return None;
        }
        self.it = Some(index);
        Some(self.becomes_by(index, gauge, amount, more).then_some(()).ok_or_else(|| {
            Refusal::of(
                "it is not clear what it is now, or it has no such thing: say what it should be",
            )
        }))
    }

    /// "double the gap", "halve the speed of the ball".
    pub(super) fn scaled(&mut self, known: usize, factor: f64) -> Option<Result<(), Refusal>> {
        let before = self.clone();
        let gauge = self.gauge()?;
        let named =
            if self.takes_of() { self.known_thing(known) } else { self.gauged(gauge, known) };
        if matches!(gauge, Gauge::Gravity | Gauge::Wind) {
            return Some(self.world_by(gauge, Amount::Times(factor), Some(true)));
        }
        let done = self.part_of.is_none()
            && self.which.is_none()
            && named.is_some_and(|index| {
                self.it = Some(index);
                self.becomes_by(index, gauge, Amount::Times(factor), Some(true))
            });
        if !done {
            *self = before;
            return None;
        }
        Some(Ok(()))
    }

    /// "of", which some words for masses have in them: "the weight of the ball".
    fn takes_of(&mut self) -> bool {
        self.take(|sense| sense == Sense::Of)
            || self.at > 0 && self.lexemes[self.at - 1].text.ends_with(" of")
    }

    /// "up", "down": which way.
    fn particle(&mut self, more: &mut Option<bool>) {
        let Some(text) = self.lexemes.get(self.at).map(|lexeme| &*lexeme.text) else { return };
        let way = match text {
            "up" | "bigger" | "larger" => true,
            "down" | "smaller" => false,
            "in size" | "a bit" | "a little" | "slightly" => {
                self.at += 1;
                return;
            }
            _ => return,
        };
        self.at += 1;
        *more = Some(way);
    }

    /// Its own friction, or that of what it stands on.
    pub(super) fn friction_now(&self, index: usize) -> f64 {
        let own = |index: usize| {
            let thing = &self.drafts[index].thing;
            thing.friction.or(thing.material.map(|material| material.traits().friction))
        };
        let below = self
            .links
            .iter()
            .find(|link| link.subject == index && matches!(link.place, Place::On | Place::AtTop));
        own(index).or(below.and_then(|link| own(link.reference))).unwrap_or(1.0)
    }

    /// The word for what there should be more of.
    fn gauge(&mut self) -> Option<Gauge> {
        let text = self.lexemes.get(self.at)?.text.clone();
        let gauge = match self.sense() {
            Some(Sense::Prop(Prop::Size)) => Gauge::Size,
            Some(Sense::Prop(Prop::Height)) => Gauge::Along(Dim::High),
            Some(Sense::Prop(Prop::Colour | Prop::Material)) => return None,
            Some(Sense::Prop(prop)) => Gauge::Of(prop),
            Some(Sense::Part(Part::Bob)) if text == "weight" => Gauge::Of(Prop::Mass),
            Some(Sense::Dim(Dim::Gap | Dim::Apart)) => Gauge::Gap,
            Some(Sense::Dim(Dim::Up)) => return None,
            Some(Sense::Dim(dim)) => Gauge::Along(dim),
            Some(Sense::Gravity) => Gauge::Gravity,
            Some(Sense::Wind) => Gauge::Wind,
            _ if matches!(&*text, "number" | "count" | "amount") => Gauge::Count,
            _ if matches!(&*text, "steepness" | "slope") => Gauge::Of(Prop::Angle),
            _ => return None,
        };
        self.at += 1;
        self.take(|sense| sense == Sense::Place(Place::Between));
        self.take(|sense| sense == Sense::It);
        Some(gauge)
    }

    /// Which thing has it, where none was named.
    fn gauged(&self, gauge: Gauge, known: usize) -> Option<usize> {
        let fits = |index: &usize| {
            let draft = &self.drafts[*index];
            let kind = draft.thing.kind;
            let machine = kind.class() == super::super::spec::Class::Mechanism;
            match gauge {
                Gauge::Of(Prop::Angle) => kind == Kind::Ramp || machine,
                Gauge::Of(Prop::Stiffness | Prop::Damping) => machine,
                Gauge::Of(Prop::Speed) => draft.thing.velocity.is_some(),
                Gauge::Of(Prop::Spin) => draft.thing.spin.is_some(),
                Gauge::Gap => {
                    draft.count.is_some()
                        || self.links.iter().any(|l| l.subject == *index && l.gap.is_some())
                }
                Gauge::Count => draft.count.is_some(),
                Gauge::Along(Dim::Radius | Dim::Diameter) => {
                    draft.thing.arrangement.is_some() || kind == Kind::Sphere
                }
                _ => true,
            }
        };
        self.it.filter(fits).or_else(|| (0..known).rev().find(fits))
    }

    /// "to 1.5 m", "by 20 %", "by a factor of two", "to half", or nothing: half as much again.
    fn amount(&mut self, more: Option<bool>) -> Option<Amount> {
        let up = more.unwrap_or(true);
        let (mut to, mut by) = (false, false);
        loop {
            match self.sense() {
                Some(Sense::To | Sense::Is) => to = true,
                Some(Sense::By) => by = true,
                Some(Sense::At | Sense::Filler | Sense::A) if to || by => {}
                _ => break,
            }
            self.at += 1;
        }
        let times = |factor: f64| Amount::Times(if up { factor } else { 1.0 / factor });
        let amount = match (self.peek(), self.sense()) {
            (Some(Lex::Measure(measure)), _) if measure.unit == Unit::Percent => {
                let share = measure.value / 100.0;
                match (to, up) {
                    (true, _) => Amount::Times(share),
                    (false, true) => Amount::Times(1.0 + share),
                    (false, false) => Amount::Times(1.0 - share),
                }
            }
            (Some(Lex::Measure(measure)), _) => {
                let signed = if up { measure.value } else { -measure.value };
                match (to, by) {
                    (true, _) => Amount::To(measure),
                    (false, _) => Amount::By(Measure { value: signed, ..measure }),
                }
            }
            (Some(Lex::Number(number)), _) => {
                let fold = self.sense_ahead(1) == Some(Sense::By);
                self.at += usize::from(fold);
                match (to, by || fold) {
                    (true, _) => {
                        Amount::To(Measure { value: number, unit: Unit::Time, scale: 1.0 })
                    }
                    (false, true) => times(number),
                    (false, false) => return None,
                }
            }
            (_, Some(Sense::Half)) => {
                self.at += 1;
                self.its_size();
                return Some(Amount::Times(if to || !up { 0.5 } else { 1.5 }));
            }
            (_, Some(Sense::Twice)) => {
                self.at += 1;
                self.its_size();
                return Some(Amount::Times(2.0));
            }
            _ if to || by => return None,
            _ => return more.map(|_| times(USUAL)),
        };
        self.at += 1;
        self.take(|sense| matches!(sense, Sense::Dim(_) | Sense::Stretch(_) | Sense::Each));
        Some(amount)
    }

    /// "half its size", "twice the original length".
    fn its_size(&mut self) {
        self.glue(|sense| matches!(sense, Sense::Of | Sense::The | Sense::Filler));
        self.take(|sense| matches!(sense, Sense::Prop(_) | Sense::Dim(_)));
    }

    /// Gravity and wind by an amount.
    fn world_by(
        &mut self,
        gauge: Gauge,
        amount: Amount,
        more: Option<bool>,
    ) -> Result<(), Refusal> {
        let none = || Refusal::of("say what it should be, such as 3 m/s²");
        let now = match gauge {
            Gauge::Gravity => Some(self.world.gravity.unwrap_or(Xyz { x: 0.0, y: 0.0, z: -9.81 })),
            _ => self.world.wind,
        };
        let now = now.ok_or_else(none)?;
        let size = now.x.hypot(now.y).hypot(now.z);
        let new = match amount {
            Amount::Times(factor) => size * factor,
            Amount::To(measure) => measure.value,
            Amount::By(measure) if more.is_some() => size + measure.value,
            Amount::By(_) => return Err(none()),
        };
        let scaled = if size > 0.0 {
            Xyz { x: now.x / size * new, y: now.y / size * new, z: now.z / size * new }
        } else {
            Xyz { x: 0.0, y: 0.0, z: -new }
        };
        match gauge {
            Gauge::Gravity => self.world.gravity = Some(scaled),
            _ => self.world.wind = Some(scaled),
        }
        Ok(())
    }

    /// One thing by an amount. `false` when it has no such thing.
    fn becomes_by(
        &mut self,
        index: usize,
        gauge: Gauge,
        amount: Amount,
        more: Option<bool>,
    ) -> bool {
        let turned = self.drafts[index].thing.arrangement.as_ref().is_some_and(|a| {
            matches!(a.pattern, Pattern::Ring | Pattern::Arc) && self.drafts[index].count.is_some()
        });
        let gauge = match gauge {
            Gauge::Along(Dim::Radius | Dim::Diameter) if turned => Gauge::Radius,
            // "enlarge the angle", "the height of a ramp" and the like are as they are.
            gauge => gauge,
        };
        let unit = match gauge {
            Gauge::Size | Gauge::Along(_) | Gauge::Gap | Gauge::Radius => Some(Unit::Length),
            Gauge::Of(Prop::Mass) => Some(Unit::Mass),
            Gauge::Of(Prop::Angle) => Some(Unit::Angle),
            Gauge::Of(Prop::Speed) => Some(Unit::Speed),
            Gauge::Of(Prop::Spin) => Some(Unit::Turning),
            Gauge::Of(Prop::Stiffness) => Some(Unit::Stiffness),
            Gauge::Of(Prop::Damping) => Some(Unit::Damping),
            Gauge::Of(Prop::Density) => Some(Unit::Density),
            _ => None,
        };
        if let Amount::To(measure) | Amount::By(measure) = amount
            && measure.unit != Unit::Time
            && Some(measure.unit) != unit
        {
            return false;
        }
        if let (Gauge::Size, Amount::Times(factor)) = (gauge, amount) {
            self.rescale(index, [factor; 3]);
            return true;
        }
        if let (Gauge::Of(Prop::Mass), Amount::Times(factor)) = (gauge, amount) {
            self.heavier(index, factor);
            return true;
        }
        // The height from which it falls.
        let high = self.drafts[index].thing.height.filter(|_| gauge == Gauge::Along(Dim::High));
        let now = high.or_else(|| self.reading(index, gauge));
        let new = match (amount, now) {
            (Amount::To(measure), _) => measure.value,
            (Amount::By(measure), Some(now)) if more.is_some() => now + measure.value,
            (Amount::Times(factor), Some(now)) => now * factor,
            _ => return false,
        };
        if high.is_some() && new >= 0.0 {
            self.drafts[index].thing.height = Some(new);
            return true;
        }
        new >= 0.0 && self.set_to(index, gauge, new, now)
    }

    /// What it is now.
    fn reading(&self, index: usize, gauge: Gauge) -> Option<f64> {
        let draft = &self.drafts[index];
        let thing = &draft.thing;
        let [x, y, z] = extents(thing);
        let norm = |v: Option<Xyz>| v.map(|v| v.x.hypot(v.y).hypot(v.z));
        let long = super::draft::kind_length(thing.kind).then(|| {
            let parts = if matches!(thing.kind, Kind::Spring | Kind::NewtonsCradle) {
                1
            } else {
                thing.parts.unwrap_or(match thing.kind {
                    Kind::Chain => 10,
                    Kind::Arm => 6,
                    _ => 1,
                })
            };
            thing.length.unwrap_or(usual_length(thing.kind, thing.parts)) * f64::from(parts)
        });
        Some(match gauge {
            Gauge::Size => long.unwrap_or(x.max(y).max(z)),
            Gauge::Along(Dim::Long | Dim::High) if long.is_some() => long?,
            Gauge::Along(dim) => match dim {
                Dim::Long if matches!(thing.kind, Kind::Cylinder | Kind::Capsule) => z,
                Dim::High => z,
                Dim::Thick if matches!(thing.kind, Kind::Wall | Kind::Door) => y,
                Dim::Thick => z,
                Dim::Deep => y,
                Dim::Radius => x / 2.0,
                Dim::Wide if matches!(thing.kind, Kind::Ramp | Kind::Stairs) => y,
                _ => x,
            },
            Gauge::Of(Prop::Mass) => thing.mass.or(usual_mass(thing.kind))?,
            Gauge::Of(Prop::Angle) => match thing.kind {
                Kind::Ramp => thing.tilt.unwrap_or(20.0),
                _ => thing.angle.or(thing.tilt)?,
            },
            Gauge::Of(Prop::Speed) => norm(thing.velocity)?,
            Gauge::Of(Prop::Spin) => norm(thing.spin)?,
            Gauge::Of(Prop::Stiffness) => {
                thing.stiffness.or(thing.mass.or(usual_mass(thing.kind)).map(|mass| 40.0 * mass))?
            }
            Gauge::Of(Prop::Damping) => thing.damping?,
            Gauge::Of(Prop::Density) => thing
                .density
                .or(thing.material.map(|material| material.traits().density))
                .unwrap_or(1000.0),
            Gauge::Of(Prop::Friction) => self.friction_now(index),
            Gauge::Of(Prop::Bounce) => thing.bounce?,
            Gauge::Of(Prop::Strength) => {
                thing.strength.or(super::super::build::usual_strength(thing))?
            }
            Gauge::Gap => {
                let arrangement = thing.arrangement.as_ref();
                let tied = self.links.iter().find(|link| {
                    (link.subject == index || link.reference == index) && link.gap.is_some()
                });
                arrangement
                    .and_then(|a| a.pitch.or(a.gap))
                    .or(tied.and_then(|link| link.gap))
                    .or((thing.kind == Kind::Dominoes).then_some(0.45 * z - x))
                    .or(draft.count.map(|_| (0.25 * x).clamp(0.01, 0.2)))?
            }
            Gauge::Radius => {
                let arrangement = thing.arrangement.as_ref()?;
                arrangement.radius.or_else(|| {
                    // As wide as those in it need.
                    let chord = arrangement
                        .pitch
                        .unwrap_or(x.hypot(y).max(x) + arrangement.gap.unwrap_or(0.15 * x));
                    let step = std::f64::consts::PI / f64::from(draft.count?);
                    (arrangement.pattern == Pattern::Ring)
                        .then(|| (chord / (2.0 * step.sin())).max(x))
                })?
            }
            Gauge::Count => f64::from(draft.count?),
            _ => return None,
        })
    }

    /// It becomes so much.
    fn set_to(&mut self, index: usize, gauge: Gauge, value: f64, now: Option<f64>) -> bool {
        let measure = |value| Measure { value, unit: Unit::Length, scale: 1.0 };
        let draft = &mut self.drafts[index];
        match gauge {
            Gauge::Size => {
                let Some(now) = now.filter(|now| *now > 0.0) else { return false };
                if super::draft::kind_length(draft.thing.kind) {
                    return draft.measure(measure(value), Some(Dim::Long));
                }
                self.rescale(index, [value / now; 3]);
            }
            Gauge::Along(dim) => return value > 0.0 && draft.measure(measure(value), Some(dim)),
            Gauge::Gap => {
                if draft.count.is_some() {
                    let arrangement =
                        draft.thing.arrangement.get_or_insert(Arrangement::new(Pattern::Row));
                    if arrangement.pattern == Pattern::Stack {
                        return false;
                    }
                    if arrangement.pitch.is_some() {
                        arrangement.pitch = Some(value);
                    } else {
                        arrangement.gap = Some(value);
                    }
                    return true;
                }
                let tied = self.links.iter_mut().find(|link| {
                    (link.subject == index || link.reference == index)
                        && matches!(
                            link.place,
                            Place::LeftOf
                                | Place::RightOf
                                | Place::InFrontOf
                                | Place::Behind
                                | Place::Beside
                        )
                });
                let Some(link) = tied else { return false };
                link.gap = Some(value);
            }
            Gauge::Radius => {
                let Some(arrangement) = &mut draft.thing.arrangement else { return false };
                arrangement.radius = Some(value);
            }
            Gauge::Count => {
                let Some(count) = whole(value).filter(|_| draft.count.is_some()) else {
                    return false;
                };
                draft.count = Some(count);
            }
            Gauge::Of(Prop::Speed) => {
                if let (Some(v), Some(now)) = (draft.thing.velocity, now.filter(|now| *now > 0.0)) {
                    let by = value / now;
                    draft.thing.velocity = Some(Xyz { x: v.x * by, y: v.y * by, z: v.z * by });
                } else {
                    draft.speed = Some(value);
                }
            }
            Gauge::Of(prop) => return self.property(index, prop, value),
            _ => return false,
        }
        true
    }

    /// "make the ring bigger", "make the circle twice as wide": its radius.
    pub(super) fn wider_ring(&mut self, index: usize) -> bool {
        let begin = self.at;
        let factor = self.times();
        self.glue(|sense| matches!(sense, Sense::Filler | Sense::The));
        let factor = match (self.sense(), factor) {
            (Some(Sense::Size(_) | Sense::Stretch(_)), Some(factor)) => Some(factor),
            (Some(Sense::Comparative([wide, deep, _])), None) => {
                Some(if wide == 1.0 { deep } else { wide })
            }
            _ => None,
        };
        let done = factor.is_some_and(|factor| {
            self.at += 1;
            self.becomes_by(index, Gauge::Radius, Amount::Times(factor), Some(true))
        });
        if !done {
            self.at = begin;
        }
        done
    }

    /// "50 % larger", "10 cm taller", "2 kg heavier", "10 degrees steeper", "two links longer",
    /// "twice its length": of what is being changed.
    pub(super) fn more_of_it(&mut self, index: usize) -> bool {
        let begin = self.at;
        let done = self.more_within(index);
        if !done {
            self.at = begin;
        }
        done
    }

    fn more_within(&mut self, index: usize) -> bool {
        self.glue(|sense| matches!(sense, Sense::Is | Sense::By | Sense::Filler));
        // "twice its length", "half the size", "double the height"
        if let Some(factor) = self.times() {
            self.glue(|sense| matches!(sense, Sense::The | Sense::Of | Sense::Filler));
            let Some(gauge) = self.gauge() else { return false };
            let amount = Amount::Times(factor);
            return self.becomes_by(index, gauge, amount, Some(true));
        }
        // "steeper by 10 degrees", "bigger by 20 %"
        let compared = matches!(self.sense(), Some(Sense::Comparative(_) | Sense::Relative(..)));
        if compared
            && self.sense_ahead(1) == Some(Sense::By)
            && matches!(self.ahead(2), Some(Lex::Measure(_)))
        {
            let how = self.lexemes.remove(self.at);
            self.lexemes.remove(self.at);
            self.lexemes.insert(self.at + 1, how);
        }
        let lex = self.peek();
        self.at += 1;
        // "two links longer", "three blocks higher"
        if let Some(Lex::Number(number)) = lex
            && let Some(number) = whole(number)
        {
            let own = self.drafts[index].noun;
            let link = matches!(self.sense(), Some(Sense::Part(Part::Link | Part::Joint)));
            let same = matches!(self.sense(), Some(Sense::Noun(noun)) if Some(noun) == own);
            let layer = matches!(self.sense(), Some(Sense::Part(Part::Layer)));
            self.at += 1;
            let Some(Sense::Comparative(factors)) = self.sense() else { return false };
            self.at += 1;
            let more = factors.iter().any(|factor| *factor > 1.0);
            let by = |now: u32| {
                if more { Some(now + number) } else { now.checked_sub(number).filter(|n| *n > 0) }
            };
            let draft = &mut self.drafts[index];
            let (parts, count) = (draft.thing.parts, draft.count);
            return match (parts, count) {
                (Some(parts), _) if link => {
                    draft.thing.parts = by(parts);
                    draft.thing.parts.is_some()
                }
                (_, Some(count)) if same || layer => {
                    draft.count = by(count);
                    draft.count.is_some()
                }
                _ => false,
            };
        }
        let Some(Lex::Measure(measure)) = lex else { return false };
        let (gauge, more) = match self.sense() {
            Some(Sense::Comparative(factors)) => {
                let more = factors.iter().any(|factor| *factor > 1.0);
                let [x, _, z] = extents(&self.drafts[index].thing);
                let gauge = match factors.map(|factor| factor != 1.0) {
                    [true, true, true] => Gauge::Size,
                    [_, true, _] => Gauge::Along(Dim::Wide),
                    [true, _, true] if x < z => Gauge::Along(Dim::High),
                    [true, ..] => Gauge::Along(Dim::Long),
                    _ => Gauge::Along(Dim::High),
                };
                (gauge, more)
            }
            Some(Sense::Relative(what, factor)) => {
                let gauge = match what {
                    Relative::Mass => Gauge::Of(Prop::Mass),
                    Relative::Slope => Gauge::Of(Prop::Angle),
                    Relative::Speed => Gauge::Of(Prop::Speed),
                    Relative::Stiffness => Gauge::Of(Prop::Stiffness),
                    Relative::Friction => Gauge::Of(Prop::Friction),
                    Relative::Bounce => Gauge::Of(Prop::Bounce),
                    Relative::Strength => Gauge::Of(Prop::Strength),
                };
                (gauge, factor > 1.0)
            }
            _ => return false,
        };
        self.at += 1;
        let amount = match measure.unit {
            Unit::Percent if more => Amount::Times(1.0 + measure.value / 100.0),
            Unit::Percent => Amount::Times(1.0 - measure.value / 100.0),
            _ => {
                let value = if more { measure.value } else { -measure.value };
                Amount::By(Measure { value, ..measure })
            }
        };
        self.becomes_by(index, gauge, amount, Some(more))
    }
}
