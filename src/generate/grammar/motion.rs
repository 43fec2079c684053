//! Ways of saying how things move, what the world is like and how far away something is. They become
//! the ways that the grammar reads.

use super::super::spec::{Class, Kind, Pattern, Place};
use super::{
    lexer::{Lex, Lexeme},
    lexicon::{Dim, Prop, Sense, Trait},
    measure::{Measure, Unit},
    parse::{Link, Parser},
    phrasing::{Phrasing, ends, known},
};

/// What one part of so many is called.
const FRACTIONS: &[(&str, f64)] = &[
    ("half", 2.0),
    ("halves", 2.0),
    ("third", 3.0),
    ("thirds", 3.0),
    ("quarter", 4.0),
    ("quarters", 4.0),
    ("fourth", 4.0),
    ("fourths", 4.0),
    ("fifth", 5.0),
    ("fifths", 5.0),
    ("sixth", 6.0),
    ("sixths", 6.0),
    ("seventh", 7.0),
    ("eighth", 8.0),
    ("eighths", 8.0),
    ("ninth", 9.0),
    ("tenth", 10.0),
    ("tenths", 10.0),
    ("twentieth", 20.0),
    ("hundredth", 100.0),
];
/// Words that say about which axis something turns, where that is the vertical one.
const AXIS: &[&str] = &[
    "about",
    "around",
    "round",
    "its",
    "the",
    "own",
    "a",
    "vertical",
    "long",
    "longitudinal",
    "z",
    "central",
    "symmetry",
    "upright",
    "main",
    "on",
    "of",
    "in place",
    "upright axis",
];
/// Words that a question begins with that nobody can build an answer to.
const QUESTIONS: &[&str] = &[
    "how", "what", "why", "where", "when", "which", "who", "do", "does", "did", "is", "are", "was",
];

impl Phrasing {
    /// All of them.
    pub(super) fn motions(&mut self) {
        self.questions();
        self.fractions();
        self.uphill();
        self.so_many_g();
        self.drifting();
        self.upwards_and_spaced();
        self.own_axis();
        self.along_the_floor();
        self.winds();
        self.bounces();
        self.sloping_floors();
        self.what_is_hit();
        self.far_from();
        self.turned();
        self.opened();
        self.touching();
    }

    /// "How fast do things fall on Mars? Drop a ball there.": on Mars. A question alone is none to build.
    fn questions(&mut self) {
        let Some(end) = self.lexemes.iter().position(|lexeme| lexeme.lex == Lex::Stop) else {
            return;
        };
        let first = self.text(0).split(' ').next().unwrap_or_default().to_owned();
        if self.text(end) != "?"
            || !QUESTIONS.contains(&&*first)
            || self.sense(0) == Some(Sense::Filler)
        {
            return;
        }
        let more = self.lexemes[end..].iter().any(|lexeme| lexeme.lex != Lex::Stop);
        if !more {
            self.lexemes[0].lex = Lex::Unknown;
            return;
        }
        let names = self.lexemes[..end].iter().any(|lexeme| {
            matches!(lexeme.sense(), Some(Sense::Noun(_))) || matches!(lexeme.lex, Lex::Measure(_))
        });
        if names {
            return;
        }
        let world: Vec<Lexeme> = self.lexemes[..end]
            .iter()
            .filter(|lexeme| matches!(lexeme.sense(), Some(Sense::World(..) | Sense::Medium(_))))
            .cloned()
            .collect();
        self.leave_out(0, end);
        let on = known(Sense::Place(Place::On), "on");
        self.lexemes.splice(0..0, world.into_iter().flat_map(|world| [on.clone(), world]));
    }

    /// "a third of Earth's gravity", "30 % of it": so many times.
    fn fractions(&mut self) {
        for at in 0..self.lexemes.len() {
            let share = match (self.lex(at), self.sense(at)) {
                (Some(Lex::Measure(measure)), _) if measure.unit == Unit::Percent => {
                    Some((measure.value / 100.0, at + 1))
                }
                (Some(Lex::Number(number)), _) => {
                    self.part(at + 1).map(|part| (number / part, at + 2))
                }
                (_, Some(Sense::A)) => self.part(at + 1).map(|part| (1.0 / part, at + 2)),
                (_, Some(Sense::In)) if self.text(at) == "in a" => {
                    self.part(at + 1).map(|part| (1.0 / part, at + 2))
                }
                _ => self
                    .part(at)
                    .filter(|_| self.sense(at) != Some(Sense::Half))
                    .map(|part| (1.0 / part, at + 1)),
            };
            let Some((share, of)) = share else { continue };
            if self.sense(of) != Some(Sense::Of) {
                continue;
            }
            // "a sixth of normal"
            if matches!(self.text(of + 1), "normal" | "usual" | "what it is on earth" | "ours")
                && ends(self.lex(of + 2))
            {
                let earth = Sense::World(9.81, super::super::spec::Medium::Vacuum);
                self.lexemes[of + 1] = known(earth, "earth");
            }
            let pull = (of + 1..of + 6)
                .any(|next| matches!(self.sense(next), Some(Sense::Gravity | Sense::World(..))));
            let before = (at.saturating_sub(5)..at).any(|b| self.sense(b) == Some(Sense::Gravity));
            if !pull && !before {
                continue;
            }
            let number = Lexeme { lex: Lex::Number(share), text: self.said(at, of) };
            self.lexemes.splice(at..of, [number, known(Sense::By, "times")]);
            return;
        }
    }

    /// "gravity 0.5 g" is half of that on Earth.
    fn so_many_g(&mut self) {
        for at in 0..self.lexemes.len() {
            let Some(Lex::Measure(measure)) = self.lex(at) else { continue };
            let gee = measure.unit == Unit::Mass
                && self.text(at).ends_with('g')
                && !self.text(at).ends_with("kg")
                && !self.text(at).ends_with("mg");
            let mut before = at;
            while before > 0
                && matches!(
                    self.sense(before - 1),
                    Some(Sense::Of | Sense::Is | Sense::At | Sense::To)
                )
            {
                before -= 1;
            }
            let gravity = before > 0 && self.sense(before - 1) == Some(Sense::Gravity);
            let alone = at == 0 && matches!(self.lex(1), Some(Lex::Comma | Lex::Mark | Lex::Stop));
            if gee && (gravity || alone) {
                let value = measure.value * 1000.0 * 9.81;
                let text = self.text(at).to_owned();
                let pull = Measure { value, unit: Unit::Acceleration, scale: 9.81 };
                self.lexemes[at] = Lexeme { lex: Lex::Measure(pull), text };
                if alone {
                    self.lexemes.insert(1, known(Sense::Gravity, "gravity"));
                }
                return;
            }
        }
    }

    /// "thrown up" is upwards; "spaced 50 cm" is so far apart.
    fn upwards_and_spaced(&mut self) {
        for at in 1..self.lexemes.len() {
            let goes =
                matches!(self.sense(at - 1), Some(Sense::Trait(Trait::Thrown | Trait::Moving)));
            // Up what?
            let onto = matches!(self.sense(at + 1), Some(Sense::A | Sense::The))
                || matches!(self.sense(at + 1), Some(Sense::Noun(_)));
            let up = matches!(self.text(at), "up" | "up in the air" | "up into the air");
            if goes && up && !onto {
                self.lexemes[at] = known(Sense::Direction([0.0, 0.0, 1.0]), "upwards");
            }
        }
        for at in 0..self.lexemes.len() {
            let by = usize::from(matches!(self.sense(at + 1), Some(Sense::By | Sense::At)));
            let measured =
                matches!(self.lex(at + 1 + by), Some(Lex::Measure(m)) if m.unit == Unit::Length);
            let open = !matches!(
                self.sense(at + 2 + by),
                Some(Sense::Dim(_) | Sense::Stretch(_) | Sense::Place(_) | Sense::From)
            );
            if self.text(at).starts_with("spaced") && measured && open {
                self.lexemes.insert(at + 2 + by, known(Sense::Dim(Dim::Apart), "apart"));
                return;
            }
        }
    }

    /// "drifting to the right at 0.2 m/s" is moving.
    fn drifting(&mut self) {
        for at in 0..self.lexemes.len() {
            let floats = self.sense(at) == Some(Sense::Trait(Trait::Floating));
            let goes = matches!(self.sense(at + 1), Some(Sense::Direction([x, y, _])) if x != 0.0 || y != 0.0)
                || self.sense(at + 1) == Some(Sense::At)
                    && matches!(self.lex(at + 2), Some(Lex::Measure(m)) if m.unit == Unit::Speed);
            if floats && goes {
                self.lexemes[at] = known(Sense::Trait(Trait::Moving), "moving");
            }
        }
    }

    fn part(&self, at: usize) -> Option<f64> {
        FRACTIONS.iter().find(|(word, _)| *word == self.text(at)).map(|(_, part)| *part)
    }

    /// "spinning about its own axis": as it does anyway.
    fn own_axis(&mut self) {
        for at in 1..self.lexemes.len() {
            if !matches!(self.text(at), "axis" | "z axis" | "vertical axis") {
                continue;
            }
            let mut from = at;
            while from > 0 && self.text(from - 1).split(' ').all(|word| AXIS.contains(&word)) {
                from -= 1;
            }
            let turns = from > 0
                && (matches!(self.sense(from - 1), Some(Sense::Trait(Trait::Spinning)))
                    || matches!(self.lex(from - 1), Some(Lex::Measure(m)) if m.unit == Unit::Turning));
            let ball = self.text(at).len() > 4;
            if turns && (from < at || ball) {
                self.lexemes.drain(from..=at);
                return;
            }
        }
    }

    /// "roll a ball along the floor": where else.
    fn along_the_floor(&mut self) {
        let mut at = 1;
        while at < self.lexemes.len() {
            let along =
                matches!(self.text(at), "along" | "across" | "over" | "on" | "along the" | "down");
            let floor = self.sense(at + 1) == Some(Sense::The)
                && self.sense(at + 2) == Some(Sense::Floor)
                && self.text(at) != "on"
                && self.text(at) != "down";
            // "across a rough floor": on it.
            let mut surface = at + 2;
            while self.sense(surface).is_some_and(Sense::is_adjective) {
                surface += 1;
            }
            if matches!(self.text(at), "along" | "across" | "over")
                && self.sense(at + 1) == Some(Sense::A)
                && self.sense(surface) == Some(Sense::Floor)
            {
                self.lexemes[at] = known(Sense::Place(Place::On), "on");
            }
            let measured = matches!(self.lex(at - 1), Some(Lex::Measure(_)));
            let more = matches!(self.sense(at + 3), Some(Sense::With | Sense::Of | Sense::Is));
            if along && floor && !measured && !more {
                self.lexemes.drain(at..at + 3);
            } else {
                // "slides over the ice"
                let over = matches!(self.text(at), "across" | "along" | "over");
                let ice = (over
                    || matches!(self.sense(at), Some(Sense::Place(Place::On | Place::Above))))
                    && self.sense(at + 1) == Some(Sense::The)
                    && matches!(self.text(at + 2), "ice");
                if ice && !self.is_noun(at + 3) {
                    self.lexemes.remove(at + 1);
                    let moves = self.text(at).split(' ').next().is_some_and(|word| {
                        word.starts_with("slid")
                            || word.starts_with("glid")
                            || word.starts_with("mov")
                    });
                    let on = known(Sense::Place(Place::On), "on");
                    if moves {
                        let slides = known(Sense::Trait(Trait::Sliding), "sliding");
                        self.lexemes.splice(at..=at, [slides, on]);
                    } else {
                        self.lexemes[at] = on;
                    }
                }
                at += 1;
            }
        }
    }

    /// "a wind from the left over five cubes": a wind from the left, and five cubes.
    fn winds(&mut self) {
        let Some(wind) = self.lexemes.iter().position(|lexeme| lexeme.sense() == Some(Sense::Wind))
        else {
            return;
        };
        let mut at = wind + 1;
        while !ends(self.lex(at)) && at < self.lexemes.len() {
            let blows = matches!(
                self.text(at),
                "over" | "across" | "against" | "onto" | "at" | "on" | "through" | "towards"
            ) || self.text(at).starts_with("hit");
            let leads = matches!(self.sense(at + 1), Some(Sense::A | Sense::The))
                || matches!(self.lex(at + 1), Some(Lex::Number(_)));
            if blows && leads {
                self.lexemes[at] = Lexeme { lex: Lex::Comma, text: ",".into() };
                return;
            }
            at += 1;
        }
    }

    /// "a ball that does not bounce": with no bounce.
    fn bounces(&mut self) {
        let at = (0..self.lexemes.len()).find(|at| {
            let text = self.text(*at);
            text.starts_with("does not bounce") || text == "dead ball"
        });
        let words = |phrasing: &Self, at: usize| {
            let (mut next, mut no) = (at, false);
            while next < phrasing.lexemes.len() {
                let text = phrasing.text(next).to_owned();
                for word in text.split(' ') {
                    match word {
                        "not" | "without" | "no" | "never" | "t" | "non" | "hardly" => no = true,
                        "that" | "which" | "does" | "do" | "doesn" | "don" | "should" | "will"
                        | "any" | "at" | "all" | "shouldn" | "won" => {}
                        word if word.starts_with("bounc") && no => return Some(next + 1),
                        _ => return None,
                    }
                }
                next += 1;
            }
            None
        };
        if at.is_some() {
            return;
        }
        for at in 1..self.lexemes.len() {
            if let Some(end) = words(self, at) {
                let zero = Lexeme { lex: Lex::Number(0.0), text: self.said(at, end) };
                let prop = known(Sense::Prop(Prop::Bounce), "bounciness");
                self.lexemes.splice(at..end, [known(Sense::With, "with"), prop, zero]);
                return;
            }
        }
    }

    /// "the floor slopes at 5 degrees": it is tilted.
    fn sloping_floors(&mut self) {
        for at in 1..self.lexemes.len() {
            let slopes = matches!(
                self.text(at),
                "slopes" | "inclines" | "slants" | "tilts" | "slope" | "tilt"
            ) || self.text(at) == "sloping";
            let mut floor = at;
            while floor > 0 && matches!(self.sense(floor - 1), Some(Sense::Is | Sense::Filler)) {
                floor -= 1;
            }
            if slopes && floor > 0 && self.sense(floor - 1) == Some(Sense::Floor) {
                self.lexemes[at] = known(Sense::Trait(Trait::Tilted), "tilted");
                // "down to the right by 6 degrees": as the plan has it.
                let mut next = at + 1;
                while next < self.lexemes.len() && !ends(self.lex(next)) {
                    let right =
                        matches!(self.sense(next), Some(Sense::Direction([x, ..])) if x > 0.0);
                    if right
                        || matches!(self.text(next), "down" | "downwards" | "gently" | "slightly")
                    {
                        self.lexemes.remove(next);
                    } else if self.sense(next) == Some(Sense::By) {
                        self.lexemes[next] = known(Sense::At, "at");
                        next += 1;
                    } else {
                        next += 1;
                    }
                }
                return;
            }
        }
    }

    /// "flying into a wall", "shot into them": it hits what it cannot be in.
    fn what_is_hit(&mut self) {
        for at in 1..self.lexemes.len() {
            if !matches!(self.text(at), "into" | "in to") {
                continue;
            }
            let begin =
                (0..at).rev().find(|b| self.lex(*b) == Some(Lex::Stop)).map_or(0, |b| b + 1);
            let moves = (begin..at).any(|b| {
                matches!(
                    self.sense(b),
                    Some(Sense::Trait(
                        Trait::Thrown | Trait::Moving | Trait::Rolling | Trait::Sliding
                    ))
                ) || matches!(self.lex(b), Some(Lex::Measure(m)) if m.unit == Unit::Speed)
            });
            let mut next = at + 1;
            while matches!(
                self.sense(next),
                Some(Sense::A | Sense::The | Sense::Each | Sense::Filler)
            ) || self.sense(next).is_some_and(Sense::is_adjective)
                || matches!(self.lex(next), Some(Lex::Number(_) | Lex::Measure(_)))
            {
                next += 1;
            }
            let solid = match (self.sense(next), self.lex(next)) {
                (Some(Sense::It), _) => self.text(next) == "them",
                (Some(Sense::Group(pattern)), _) => pattern != Pattern::Ring,
                (Some(Sense::Noun(_)), _) if matches!(self.sense(next + 1), Some(Sense::Noun(n)) if n.kind == Kind::Wall) => {
                    true
                }
                (Some(Sense::Noun(noun)), Some(Lex::Known(entry))) => {
                    noun.kind == Kind::Wall
                        || entry.plural && noun.kind.class() == Class::Solid
                        || noun.kind == Kind::Dominoes
                }
                _ => false,
            };
            if moves && solid {
                self.lexemes[at] = known(Sense::Place(Place::Striking), "into");
            }
        }
    }

    /// "1 m away from a box", "at a distance of 2 m from it": so far beside it.
    fn far_from(&mut self) {
        // "at a distance of 2 m from"
        let mut at = 0;
        while at + 4 < self.lexemes.len() {
            let distance =
                matches!(self.sense(at), Some(Sense::At | Sense::With | Sense::In | Sense::To))
                    && self.sense(at + 1) == Some(Sense::A)
                    && self.text(at + 2) == "distance"
                    && self.sense(at + 3) == Some(Sense::Of);
            let two = self.text(at + 1) == "distance" && self.sense(at + 2) == Some(Sense::Of);
            let length = if distance { 4 } else { 3 };
            let measured =
                matches!(self.lex(at + length), Some(Lex::Measure(m)) if m.unit == Unit::Length);
            let from = matches!(self.sense(at + length + 1), Some(Sense::From | Sense::To));
            if (distance || two) && measured && from {
                self.lexemes.drain(at..at + length);
                if self.sense(at + 1) == Some(Sense::To) {
                    self.lexemes[at + 1] = known(Sense::From, "from");
                }
            }
            at += 1;
        }
        self.gap_behind();
        self.aside_by();
        for at in 1..self.lexemes.len() {
            if self.sense(at) != Some(Sense::From) {
                continue;
            }
            let away =
                matches!(self.text(at - 1), "away" | "apart" | "distant" | "off" | "away from");
            let Some(measure) = at.checked_sub(1 + usize::from(away)) else { continue };
            if !matches!(self.lex(measure), Some(Lex::Measure(m)) if m.unit == Unit::Length) {
                continue;
            }
            let falls = measure > 0
                && (matches!(
                    self.sense(measure - 1),
                    Some(Sense::From | Sense::Trait(Trait::Released | Trait::Hanging))
                ) || self.sense(measure - 1) == Some(Sense::Trait(Trait::Falling)));
            let mut next = at + 1;
            while matches!(self.sense(next), Some(Sense::A | Sense::The | Sense::It))
                || self.sense(next).is_some_and(Sense::is_adjective)
                || matches!(self.lex(next), Some(Lex::Number(_) | Lex::Measure(_)))
            {
                next += 1;
                if self.sense(next - 1) == Some(Sense::It) {
                    break;
                }
            }
            let thing = matches!(self.sense(next), Some(Sense::Noun(_) | Sense::Group(_)))
                || self.sense(next - 1) == Some(Sense::It);
            if falls || !thing || matches!(self.sense(next), Some(Sense::Floor | Sense::Ceiling)) {
                continue;
            }
            let article = matches!(self.text(at), "from a" | "from an");
            let beside = known(Sense::Place(Place::Beside), "beside");
            let with = [beside].into_iter().chain(article.then(|| known(Sense::A, "a")));
            let with: Vec<Lexeme> = with.collect();
            self.lexemes.splice(measure + 1..=at, with);
            return;
        }
    }

    /// "a ball touching a cube": right beside it.
    fn touching(&mut self) {
        for at in 1..self.lexemes.len() {
            let touch =
                matches!(self.text(at), "touching" | "that touches" | "which touches" | "touches");
            let leads = matches!(self.sense(at + 1), Some(Sense::A | Sense::The | Sense::It));
            if touch && leads && self.is_noun_near(at + 2) {
                let none = Measure { value: 0.0, unit: Unit::Length, scale: 1.0 };
                let gap = Lexeme { lex: Lex::Measure(none), text: "touching".into() };
                self.lexemes.splice(at..=at, [gap, known(Sense::Place(Place::Beside), "beside")]);
                return;
            }
        }
    }

    fn is_noun_near(&self, at: usize) -> bool {
        let mut next = at;
        while self.sense(next).is_some_and(Sense::is_adjective) {
            next += 1;
        }
        self.is_noun(next) || self.sense(at - 1) == Some(Sense::It)
    }
}

/// Places without a thing that they are by: "on the left", "in the middle".
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Side {
    /// Which draft.
    pub subject: usize,
    /// From left, −1, to right, 1.
    pub side: f64,
    /// Or from front, −1, to back, 1.
    pub depth: f64,
}

impl Parser {
    /// "on the left", "at the far right", "in the middle", of a scene as a whole.
    pub(super) fn on_a_side(&mut self, index: usize) -> bool {
        let begin = self.at;
        while self.peek() == Some(Lex::Comma)
            || matches!(self.sense(), Some(Sense::Is | Sense::Filler | Sense::Trait(Trait::Spaced)))
        {
            self.at += 1;
        }
        let side = match (self.sense(), self.lexemes.get(self.at).map(|lexeme| &*lexeme.text)) {
            (Some(Sense::Place(Place::On) | Sense::At | Sense::To), _) => {
                self.at += 1;
                self.glue(|sense| sense == Sense::The);
                self.at += usize::from(
                    self.lexemes
                        .get(self.at)
                        .is_some_and(|lexeme| matches!(&*lexeme.text, "far" | "very" | "extreme")),
                );
                match self.sense() {
                    Some(Sense::Direction([x, ..])) if x != 0.0 => Some(x),
                    _ => None,
                }
            }
            (_, Some("in the middle" | "in the center" | "in the centre")) => Some(0.0),
            (Some(Sense::Direction([x, ..])), Some("to the left" | "to the right")) => Some(x),
            (Some(Sense::Place(Place::OnLeftEnd)), Some("at the left" | "on the left side")) => {
                Some(-1.0)
            }
            (Some(Sense::Place(Place::OnRightEnd)), Some("at the right" | "on the right side")) => {
                Some(1.0)
            }
            _ => None,
        };
        self.at += 1;
        let ends = matches!(self.peek(), None | Some(Lex::Stop | Lex::Comma))
            || self.sense() == Some(Sense::And);
        // On what has sides of its own it is there.
        let base = self.drafts.iter().enumerate().any(|(at, draft)| {
            at != index
                && draft.kind().is_some_and(|kind| {
                    matches!(kind.class(), Class::Furniture | Class::Vessel)
                        || matches!(kind, Kind::Seesaw | Kind::Bridge | Kind::Pulley)
                })
        }) || self
            .drafts
            .iter()
            .any(|draft| draft.noun.is_some_and(|n| n.words.starts_with("plank")));
        let moves = self.drafts[index].speed.is_some()
            || self.drafts[index].traits.iter().any(|t| {
                matches!(t, Trait::Thrown | Trait::Moving | Trait::Rolling | Trait::Sliding)
            });
        let middle = side == Some(0.0) && self.sides.is_empty() && !self.more_sides();
        match side {
            Some(side) if ends && !base && !moves && !middle && !self.drafts[index].known => {
                self.sides.retain(|known| known.subject != index);
                self.sides.push(Side { subject: index, side, depth: 0.0 });
                true
            }
            _ => {
                self.at = begin;
                false
            }
        }
    }

    /// Whether another side is named later on.
    fn more_sides(&self) -> bool {
        self.lexemes[self.at.min(self.lexemes.len())..].windows(3).any(|three| {
            three[0].sense() == Some(Sense::Place(Place::On))
                && three[1].sense() == Some(Sense::The)
                && matches!(three[2].sense(), Some(Sense::Direction(_)))
        })
    }

    /// Those that were said to be on a side stand in that order.
    pub(super) fn settle_sides(&mut self) {
        self.settle_depth();
        let mut sides = std::mem::take(&mut self.sides);
        sides.sort_by(|a, b| a.side.total_cmp(&b.side));
        let place = |side: f64| if side < 0.0 { Place::LeftOf } else { Place::RightOf };
        if let [one] = *sides {
            // Of two that stand side by side, the one; else of all others that stand by themselves.
            let tied = self.links.iter().position(|link| {
                (link.subject == one.subject || link.reference == one.subject)
                    && link.place == Place::Beside
            });
            let others: Vec<usize> = (0..self.drafts.len())
                .filter(|other| *other != one.subject && self.drafts[*other].noun.is_some())
                .filter(|other| !self.links.iter().any(|link| link.subject == *other))
                .collect();
            match (tied, &*others) {
                (Some(tied), _) => {
                    let link = &mut self.links[tied];
                    let own = link.subject == one.subject;
                    link.place = place(if own { one.side } else { -one.side });
                }
                (None, [other]) if !self.links.iter().any(|link| link.subject == one.subject) => {
                    let reference = *other;
                    self.push(one.subject, place(one.side), reference);
                }
                _ => self.misplaced.push(if one.side < 0.0 { "left" } else { "right" }.into()),
            }
            return;
        }
        for two in sides.windows(2) {
            if two[0].side == two[1].side {
                self.misplaced.push(if two[0].side < 0.0 { "left" } else { "right" }.into());
                return;
            }
            let tied = self.links.iter_mut().find(|link| {
                [(two[0].subject, two[1].subject), (two[1].subject, two[0].subject)]
                    .contains(&(link.subject, link.reference))
            });
            match tied {
                Some(link) if link.subject == two[1].subject => link.place = Place::RightOf,
                Some(link) => link.place = Place::LeftOf,
                None => self.push(two[1].subject, Place::RightOf, two[0].subject),
            }
        }
    }

    pub(super) fn push(&mut self, subject: usize, place: Place, reference: usize) {
        self.links.push(Link { subject, place, reference, member: None, other: None, gap: None });
    }

    /// "two balls rolling towards each other at 1 m/s": one to the right, one to the left.
    pub(super) fn meeting(&mut self, index: usize) -> bool {
        let before = self.clone();
        let done = self.meeting_within(index);
        if !done {
            *self = before;
        }
        done
    }

    /// The other of two that were named one after the other: "a ball and a box".
    pub(super) fn pair_with(&self, index: usize) -> Option<usize> {
        let [first, second] = *self.list else { return None };
        let free = |at: usize| {
            let draft = &self.drafts[at];
            draft.kind().is_some_and(|kind| kind.class() == Class::Solid)
                && !(draft.known || draft.plural || draft.count.is_some())
                && !self.links.iter().any(|link| link.subject == at)
        };
        (second == index && free(first) && free(second)).then_some(first)
    }

    fn meeting_within(&mut self, index: usize) -> bool {
        self.glue(|sense| matches!(sense, Sense::Is | Sense::Filler | Sense::And));
        let text = self.lexemes.get(self.at).map_or(String::new(), |lexeme| lexeme.text.clone());
        let mut traits = Vec::new();
        if let Some(Sense::Trait(quality)) = self.sense()
            && matches!(
                quality,
                Trait::Rolling | Trait::Sliding | Trait::Moving | Trait::Thrown | Trait::Floating
            )
        {
            traits.push(quality);
            self.at += 1;
        }
        let said = self.lexemes.get(self.at).map_or(String::new(), |lexeme| lexeme.text.clone());
        let towards = said
            .split(' ')
            .next_back()
            .is_some_and(|word| matches!(word, "towards" | "toward" | "at" | "into" | "against"));
        let other = matches!(
            self.lexemes.get(self.at + 1).map(|lexeme| &*lexeme.text),
            Some("each other" | "one another")
        );
        let solid = self.drafts[index].kind().is_some_and(|kind| kind.class() == Class::Solid);
        let draft = &self.drafts[index];
        let pair = self.pair_with(index);
        if !(towards && other && solid) || draft.known || draft.count != Some(2) && pair.is_none() {
            return false;
        }
        self.lexemes[self.at] = known(Sense::Filler, "towards");
        self.at += 2;
        if text.starts_with("roll") || said.starts_with("roll") {
            traits.push(Trait::Rolling);
        }
        let mut speed = self.drafts[index].speed;
        self.glue(|sense| {
            matches!(
                sense,
                Sense::At | Sense::With | Sense::A | Sense::Of | Sense::Prop(Prop::Speed)
            )
        });
        if let Some(Lex::Measure(Measure { value, unit: Unit::Speed, .. })) = self.peek() {
            self.at += 1;
            self.take(|sense| sense == Sense::Each);
            speed = Some(value);
        }
        let speed = speed.unwrap_or(1.0);
        // What slides must not have come to rest before they meet.
        let rolls = self.drafts[index].thing.kind == Kind::Sphere;
        let usual = if rolls { 1.0 } else { (0.06 * speed * speed).clamp(0.02, 1.0) };
        let usual = (usual * 100.0).round() / 100.0;
        let chosen = format!("how far apart they begin was not said: {usual} m");
        if let Some(first) = pair {
            for (at, x) in [(first, 1.0), (index, -1.0)] {
                let member = &mut self.drafts[at];
                member.speed = Some(speed);
                member.direction = Some([x, 0.0, 0.0]);
                member.traits.extend(traits.iter().filter(|t| **t != Trait::Floating));
            }
            self.granted.push(chosen);
            self.links.push(Link {
                subject: index,
                place: Place::RightOf,
                reference: first,
                member: None,
                other: None,
                gap: Some(usual),
            });
            return true;
        }
        let arrangement = self.drafts[index].thing.arrangement.clone();
        let gap = arrangement.as_ref().and_then(|a| a.gap);
        let pitch = arrangement.as_ref().and_then(|a| a.pitch);
        let mut members = Vec::new();
        for (n, x) in [1.0, -1.0].into_iter().enumerate() {
            let mut member = self.drafts[index].clone();
            member.count = None;
            member.plural = false;
            member.speed = Some(speed);
            member.direction = Some([x, 0.0, 0.0]);
            member.traits.extend(traits.iter().filter(|t| **t != Trait::Floating));
            if member.thing.colours.len() == 2 {
                member.thing.colours = vec![member.thing.colours[n].clone()];
            }
            members.push(member);
        }
        let mut plain = members[0].clone();
        plain.thing.arrangement = None;
        let [x, ..] = super::super::build::extents(&plain.resolve(&mut Vec::new()));
        let gap = gap.or(pitch.map(|pitch| (pitch - x).max(0.0)));
        if gap.is_none() {
            self.granted.push(chosen);
        }
        self.apart.extend(pitch);
        let twin = self.drafts.len();
        if !self.split(index, members) {
            return false;
        }
        self.links.push(Link {
            subject: twin,
            place: Place::RightOf,
            reference: index,
            member: None,
            other: None,
            gap: gap.or(Some(usual)),
        });
        true
    }
}
