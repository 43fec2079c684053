//! How several stand, and the parts of a thing.

use super::super::spec::{Kind, Pattern, Place, Thing};
use super::{
    draft::Draft,
    lexer::Lex,
    lexicon::{Dim, Noun, Part, Prop, Sense, Trait},
    measure::Unit,
    parse::{Parser, whole},
};

impl Parser {
    /// "a red cone, a green cone and a blue cone in a circle": three that differ in colour alone.
    fn as_one_group(&mut self, index: usize) -> bool {
        let plain = |draft: &Draft| Draft {
            thing: Thing { colours: Vec::new(), ..draft.thing.clone() },
            ..draft.clone()
        };
        let own = plain(&self.drafts[index]);
        let alike = self.list.iter().all(|at| {
            let draft = &self.drafts[*at];
            draft.noun == own.noun
                && draft.count.is_none()
                && !draft.plural
                && plain(draft).thing == own.thing
                && draft.lengths == own.lengths
                && draft.factor == own.factor
                && !self.links.iter().any(|link| link.subject == *at || link.reference == *at)
        });
        let colours: Vec<String> =
            self.list.iter().flat_map(|at| self.drafts[*at].thing.colours.clone()).collect();
        if !alike || !(colours.is_empty() || colours.len() == self.list.len()) {
            return false;
        }
        for at in std::mem::take(&mut self.list) {
            if at == index {
                let draft = &mut self.drafts[at];
                draft.count = Some(colours.len().max(2) as u32);
                draft.thing.colours.clone_from(&colours);
            } else {
                self.drafts[at].noun = None;
            }
        }
        true
    }

    /// "in a row", "in a 3 by 3 grid", "at the corners of a square".
    pub(super) fn arranged(&mut self, index: usize) -> bool {
        let begin = self.at;
        // "three cubes on a table, in a row": what stands alone is in no row.
        let draft = &self.drafts[index];
        let alone = draft.count.is_none_or(|count| count < 2)
            && !draft.plural
            && draft.thing.arrangement.is_none()
            && draft.noun.is_none_or(|noun| {
                matches!(noun.kind.class(), super::super::spec::Class::Furniture)
            });
        if alone && self.list.len() < 2 {
            return false;
        }
        self.at += usize::from(self.peek() == Some(Lex::Comma));
        self.glue(|sense| matches!(sense, Sense::Is | Sense::Filler | Sense::Trait(Trait::Spaced)));
        // "a red, a white and a blue ball, all in one line"
        let all = self.list.len() > 1
            && self
                .lexemes
                .get(self.at)
                .is_some_and(|lexeme| matches!(&*lexeme.text, "all" | "both"));
        self.at += usize::from(all);
        self.glue(|sense| sense == Sense::Trait(Trait::Spaced));
        let introduced = self.take(|sense| {
            matches!(
                sense,
                Sense::In
                    | Sense::At
                    | Sense::To
                    | Sense::Place(Place::Inside)
                    | Sense::Place(Place::On)
            )
        }) || self.sense() == Some(Sense::Place(Place::Around))
            && matches!(
                self.sense_ahead(2).or(self.sense_ahead(1)),
                Some(Sense::Group(Pattern::Ring))
            )
            && self.take(|sense| sense == Sense::Place(Place::Around));
        if introduced {
            self.glue(|sense| {
                matches!(
                    sense,
                    Sense::A
                        | Sense::The
                        | Sense::Filler
                        | Sense::Trait(Trait::Upright | Trait::Lying | Trait::Spaced)
                        | Sense::Light
                )
            });
            let mut numbers = Vec::new();
            if let Some(Lex::Number(first)) = self.peek() {
                numbers.push(first);
                self.at += 1;
                while self.sense() == Some(Sense::By)
                    && let Some(Lex::Number(next)) = self.ahead(1)
                {
                    numbers.push(next);
                    self.at += 2;
                }
            }
            let mut lengths = Vec::new();
            if let Some(Lex::Measure(measure)) = self.peek()
                && measure.unit == Unit::Length
            {
                self.at += 1;
                let dim = if let Some(Sense::Dim(dim)) = self.sense() { Some(dim) } else { None };
                self.at += usize::from(dim.is_some());
                lengths.push((dim, measure.value));
            }
            let rows = (numbers.len() == 1
                && matches!(self.sense(), Some(Sense::Part(Part::Row | Part::Layer))))
                || matches!(self.lexemes.get(self.at).map(|l| &*l.text), Some("rows" | "lines"));
            if self.sense() == Some(Sense::Part(Part::Corner)) {
                return self.at_corners(index, begin);
            }
            if let [columns] = *numbers
                && self.in_columns(index, columns)
            {
                return true;
            }
            // "twelve boxes in three layers"
            if let (Some(Sense::Part(Part::Layer)), [layers], Some(count)) =
                (self.sense(), &*numbers, self.drafts[index].count)
                && let Some(layers) = whole(*layers)
                && count % layers == 0
                && self.drafts[index]
                    .thing
                    .arrangement
                    .as_ref()
                    .is_none_or(|a| matches!(a.pattern, Pattern::Grid | Pattern::Stack))
            {
                let each = count / layers;
                let columns = (1..=each).filter(|n| each % n == 0 && n * n <= each).max();
                let arrangement = self.drafts[index].arrange(Pattern::Grid);
                (arrangement.layers, arrangement.rows) = (Some(layers), columns);
                arrangement.columns = columns.map(|rows| each / rows);
                arrangement.gap = arrangement.gap.or(Some(0.002));
                self.at += 1;
                return true;
            }
            let square = self.drafts[index].count.and_then(|count| {
                let side = f64::from(count).sqrt();
                (side >= 2.0 && side.fract() == 0.0).then_some(side)
            });
            let pattern = match self.sense() {
                // "four cubes in a square", "nine in a square"
                Some(Sense::Outline(super::lexicon::Outline::Square))
                    if square.is_some()
                        && (matches!(
                            self.ahead(1),
                            None | Some(Lex::Comma | Lex::Stop | Lex::Mark)
                        ) || matches!(
                            self.sense_ahead(1),
                            Some(
                                Sense::With | Sense::And | Sense::Of | Sense::Place(_) | Sense::In
                            )
                        )) =>
                {
                    if square == Some(2.0) {
                        Some(Pattern::Corners)
                    } else {
                        numbers = vec![square.unwrap_or(2.0); 2];
                        Some(Pattern::Grid)
                    }
                }
                Some(Sense::Group(pattern)) => Some(pattern),
                Some(Sense::Part(Part::Row)) => Some(Pattern::Row),
                _ => None,
            };
            // "at a stack of boxes" is where it goes, not how it stands.
            let single = !self.drafts[index].plural
                && self.drafts[index].count.is_none()
                && self.drafts[index].thing.arrangement.is_none();
            let of_others = single
                && self.sense_ahead(1) == Some(Sense::Of)
                && matches!(self.ahead(2), Some(Lex::Number(_)))
                && {
                    let mut by = 3;
                    while self.sense_ahead(by).is_some_and(Sense::is_adjective) {
                        by += 1;
                    }
                    matches!(self.sense_ahead(by), Some(Sense::Noun(_)))
                };
            let other = of_others
                || self.sense_ahead(1) == Some(Sense::Of)
                    && self.lexemes[self.at + 1].text != "whose"
                    && (matches!(self.sense_ahead(3), Some(Sense::Noun(_)))
                        || !matches!(self.ahead(2), Some(Lex::Number(_))))
                    && !matches!(pattern, Some(Pattern::Corners | Pattern::Ring | Pattern::Grid))
                    && !(pattern == Some(Pattern::Arc)
                        && (matches!(self.sense_ahead(2), Some(Sense::Dim(_) | Sense::A))
                            || matches!(self.ahead(2), Some(Lex::Measure(_)))));
            if let Some(pattern) =
                pattern.filter(|pattern| !(other || all && *pattern != Pattern::Row))
            {
                let sweep = self.sweep();
                self.at += 1;
                let sweep = sweep.or_else(|| self.sweep_behind(pattern));
                let draft = &mut self.drafts[index];
                let count = draft.count;
                if let (Some(sweep), Pattern::Arc) = (sweep, pattern) {
                    draft.arrange(pattern).sweep = Some(sweep);
                }
                let alone =
                    draft.count.is_none() && !draft.plural && draft.thing.arrangement.is_none();
                // Things that differ stand in no such pattern.
                let unlike = alone && self.named.len() > 1 && self.named.contains(&index);
                if unlike && self.list.len() < 2 && pattern != Pattern::Row {
                    self.at = begin;
                    return false;
                }
                if (draft.kind() == Some(Kind::Dominoes) && draft.in_file(pattern))
                    || (alone
                        && pattern == Pattern::Row
                        && (self.list.len() > 1
                            || self.named.len() > 1 && self.named.contains(&index)))
                {
                    return true;
                }
                let listed = alone && self.list.len() > 1 && self.list.contains(&index);
                if listed && (pattern == Pattern::Row || !self.as_one_group(index)) {
                    self.at = begin;
                    return false;
                }
                let arrangement = self.drafts[index].arrange(pattern);
                match *numbers {
                    [columns, rows] => {
                        arrangement.pattern = Pattern::Grid;
                        (arrangement.columns, arrangement.rows) = (whole(columns), whole(rows));
                    }
                    [number] if rows => {
                        arrangement.pattern = Pattern::Grid;
                        arrangement.rows = whole(number);
                        arrangement.columns = count
                            .zip(whole(number))
                            .map(|(count, rows)| count.div_ceil(rows.max(1)));
                        // "in two rows of three"
                        let columns = arrangement.columns;
                        if self.sense() == Some(Sense::Of)
                            && let Some(Lex::Number(each)) = self.ahead(1)
                            && (columns.is_none() || columns == whole(each))
                        {
                            self.drafts[index].arrange(Pattern::Grid).columns = whole(each);
                            self.at += 2;
                        }
                    }
                    _ => {}
                }
                // "in a row of four"
                if self.drafts[index].count.is_none()
                    && self.sense() == Some(Sense::Of)
                    && let Some(Lex::Number(number)) = self.ahead(1)
                    && whole(number).is_some()
                    && !matches!(self.sense_ahead(2), Some(Sense::Noun(_)))
                {
                    self.drafts[index].count = whole(number);
                    self.at += 2;
                }
                for (dim, value) in lengths {
                    match dim {
                        Some(Dim::Radius) => {
                            self.drafts[index].arrange(pattern).radius = Some(value);
                        }
                        Some(Dim::Diameter) => {
                            self.drafts[index].arrange(pattern).radius = Some(value / 2.0);
                        }
                        _ => self.group_length(index, dim, value),
                    }
                }
                self.ring_size(index);
                return true;
            }
        }
        self.at = begin;
        false
    }

    /// The part of a circle that a word names, degrees.
    fn sweep(&self) -> Option<f64> {
        let text = &*self.lexemes.get(self.at)?.text;
        if text.starts_with("three quarter") {
            Some(270.0)
        } else if text.starts_with("quarter") {
            Some(90.0)
        } else {
            matches!(text, "bend" | "gentle curve" | "curved path").then_some(90.0)
        }
    }

    /// "an arc of 120 degrees".
    fn sweep_behind(&mut self, pattern: Pattern) -> Option<f64> {
        let of = usize::from(matches!(
            self.sense(),
            Some(Sense::Of | Sense::At | Sense::Place(Place::Inside))
        ));
        match self.ahead(of) {
            Some(Lex::Measure(measure))
                if measure.unit == Unit::Angle && pattern == Pattern::Arc =>
            {
                self.at += of + 1;
                Some(measure.value)
            }
            _ => None,
        }
    }

    /// "six coins in two columns of three", of which the number has been read.
    fn in_columns(&mut self, index: usize, columns: f64) -> bool {
        let draft = &self.drafts[index];
        if self.sense() != Some(Sense::Part(Part::Column)) || draft.thing.arrangement.is_some() {
            return false;
        }
        let (here, count) = (self.at, draft.count);
        self.at += 1;
        let mut rows = None;
        if self.sense() == Some(Sense::Of)
            && let Some(Lex::Number(each)) = self.ahead(1)
        {
            rows = whole(each);
            self.at += 2;
        }
        let rows = match (whole(columns), count, rows) {
            (Some(columns), Some(count), None) if count % columns == 0 => Some(count / columns),
            (Some(columns), Some(count), Some(rows)) if columns * rows == count => Some(rows),
            (Some(_), None, rows) => rows,
            _ => None,
        };
        let (Some(columns), Some(rows)) = (whole(columns), rows) else {
            self.at = here;
            return false;
        };
        let arrangement = self.drafts[index].arrange(Pattern::Grid);
        (arrangement.columns, arrangement.rows) = (Some(columns), Some(rows));
        true
    }

    /// "at the corners of a 2 m square"
    fn at_corners(&mut self, index: usize, begin: usize) -> bool {
        self.at += 1;
        self.glue(|sense| matches!(sense, Sense::Of | Sense::A));
        let mut side = None;
        if let Some(Lex::Measure(measure)) = self.peek()
            && measure.unit == Unit::Length
        {
            side = Some(measure.value);
            self.at += 1;
            self.take(|sense| matches!(sense, Sense::Dim(_) | Sense::Stretch(_)));
        }
        if !self.take(|sense| matches!(sense, Sense::Outline(super::lexicon::Outline::Square))) {
            self.at = begin;
            return false;
        }
        self.drafts[index].arrange(Pattern::Corners).radius = side.map(|side| side / 2.0);
        self.ring_size(index);
        true
    }

    /// What is said of a ring or square behind its word: "of radius 1 m", "of 1 m".
    pub(super) fn ring_size(&mut self, index: usize) {
        let begin = self.at;
        self.glue(|sense| {
            matches!(sense, Sense::Of | Sense::With | Sense::A | Sense::At | Sense::Is | Sense::The)
        });
        let direct = self.at == begin && matches!(self.peek(), Some(Lex::Measure(_)));
        let before = if let Some(Sense::Dim(dim)) = self.sense() { Some(dim) } else { None };
        self.at += usize::from(before.is_some());
        self.glue(|sense| matches!(sense, Sense::Of | Sense::Is));
        let round =
            self.drafts[index].thing.arrangement.as_ref().is_some_and(|a| {
                matches!(a.pattern, Pattern::Ring | Pattern::Corners | Pattern::Arc)
            });
        if let (Some(Lex::Measure(measure)), true) = (self.peek(), round)
            && measure.unit == Unit::Length
            && (self.at > begin || direct)
            && !matches!(
                self.sense_ahead(1),
                Some(Sense::Dim(Dim::Apart | Dim::Gap | Dim::Up | Dim::High))
            )
        {
            self.at += 1;
            let behind = match self.sense() {
                Some(Sense::Dim(dim)) => Some(dim),
                Some(Sense::Stretch(factors)) => Some(super::parse::stretched(factors)),
                _ => None,
            };
            self.at += usize::from(behind.is_some());
            let pattern =
                self.drafts[index].thing.arrangement.as_ref().map_or(Pattern::Ring, |a| a.pattern);
            let corners = pattern == Pattern::Corners;
            let arrangement = self.drafts[index].arrange(pattern);
            match before.or(behind) {
                Some(Dim::Radius) => arrangement.radius = Some(measure.value),
                Some(Dim::Edge | Dim::Long | Dim::Wide) | None if corners => {
                    arrangement.radius = Some(measure.value / 2.0);
                }
                Some(Dim::Diameter | Dim::Wide) | None => {
                    arrangement.radius = Some(measure.value / 2.0);
                }
                _ => {
                    self.at = begin;
                }
            }
            return;
        }
        self.at = begin;
    }

    /// "two pendulums, 50 cm and 1 m long, with bobs of 2 kg": of each of those that they became.
    pub(super) fn part_of_each(&mut self, index: usize) -> bool {
        let begin = self.at;
        let twins = self.twins.clone();
        let before = self.clone();
        if !self.part(index) {
            return false;
        }
        let end = self.at;
        let of_all = self.lexemes[begin..end].iter().any(|lexeme| {
            lexeme.sense() == Some(Sense::Each)
                || matches!(
                    lexeme.lex,
                    Lex::Known(super::lexicon::Entry {
                        sense: Sense::Part(_) | Sense::Noun(_),
                        plural: true
                    })
                )
        });
        if !of_all || twins.len() < 2 || !twins.contains(&index) {
            return true;
        }
        for twin in twins.into_iter().filter(|twin| *twin != index) {
            self.at = begin;
            if !self.part(twin) || self.at != end {
                *self = before;
                return false;
            }
        }
        true
    }

    /// A part of the thing: "with two links", "of ten planks".
    pub(super) fn part(&mut self, index: usize) -> bool {
        let begin = self.at;
        let joined = |sense| {
            matches!(
                sense,
                Sense::With
                    | Sense::Of
                    | Sense::A
                    | Sense::The
                    | Sense::Filler
                    | Sense::And
                    | Sense::Is
                    | Sense::In
                    | Sense::At
                    | Sense::Place(Place::On)
            )
        };
        if self.peek() == Some(Lex::Comma) {
            self.at += 1;
        }
        self.glue(joined);
        // "each link 8 cm long"
        let each = matches!(self.sense_ahead(1), Some(Sense::Part(Part::Link)))
            && self.take(|sense| sense == Sense::Each);
        let introduced = self.at > begin || self.gives;
        let mut said = Draft::default();
        let mut count = None;
        loop {
            match self.peek() {
                Some(Lex::Number(number)) if count.is_none() && whole(number).is_some() => {
                    count = whole(number);
                    self.at += 1;
                }
                Some(Lex::Measure(measure)) => {
                    self.at += 1;
                    if !self.length_before(&mut said, measure) {
                        break;
                    }
                }
                Some(Lex::Known(entry)) => match entry.sense {
                    Sense::Part(part) if introduced || count.is_some() => {
                        self.at += 1;
                        self.take(|sense| {
                            matches!(sense, Sense::Dim(Dim::High) | Sense::Stretch(_))
                        });
                        match self.peek() {
                            Some(Lex::Measure(measure))
                                if each
                                    || matches!(part, Part::Link | Part::Rail)
                                        && measure.unit == Unit::Length =>
                            {
                                self.at += 1;
                                let _ = self.length_before(&mut said, measure);
                            }
                            _ => self.part_after(&mut said),
                        }
                        // "a pivot in the middle", where it is.
                        if part == Part::Hinge {
                            self.take(|sense| sense == Sense::Place(Place::Inside));
                        }
                        if part == Part::Motor && self.drafts[index].kind() == Some(Kind::Car) {
                            self.on_back_wheels();
                        }
                        let rail = part == Part::Rail && self.drafts[index].is_cart;
                        if let (true, Some((_, long))) = (rail, said.lengths.first()) {
                            self.drafts[index].thing.size.get_or_insert_default().x = Some(*long);
                        }
                        // What hangs there already is its load.
                        let loaded = part == Part::Bob
                            && self.links.iter().any(|link| {
                                link.reference == index && self.drafts[link.subject].is_load
                            });
                        if loaded {
                            break;
                        }
                        if rail || self.drafts[index].part(part, count, &said) {
                            return true;
                        }
                        break;
                    }
                    Sense::Noun(noun)
                        if introduced
                            && self.drafts[index].has_part(noun)
                            // "a ball on a spring and a ball on …": another one.
                            && !(self.drafts[index].has_load(noun)
                                && self.links.iter().any(|link| link.reference == index))
                            // "and a shelf": another one.
                            && !(self.drafts[index].kind() == Some(noun.kind) && count.is_none())
                            // "a rope with a ball": at its end.
                            && !(self.drafts[index].kind() == Some(Kind::Chain) && count.is_none())
                            && (said.heft.is_none()
                                || said.thing.mass.is_some()
                                || self.drafts[index].has_load(noun)
                                || self.drafts[index].kind() == Some(Kind::CartPole))
                            && (said.factor.is_none()
                                || self.drafts[index].kind() == Some(Kind::Car))
                            && said.traits.is_empty()
                            && (said.thing.colours.is_empty()
                                || !matches!(
                                    self.drafts[index].kind(),
                                    Some(Kind::Car | Kind::Catapult)
                                )) =>
                    {
                        self.at += 1;
                        if self.own_part(index, noun, count, &mut said) {
                            return true;
                        }
                        self.granted.extend(super::wares::told(noun));
                        let draft = &mut self.drafts[index];
                        draft.thing.parts = count.or(draft.thing.parts);
                        // "a pendulum made of a string and an orange": of its mass and colour.
                        let own = noun.kg.filter(|_| noun.kind == Kind::Sphere);
                        draft.thing.mass =
                            draft.thing.mass.or(said.thing.mass).or(said.heft).or(own);
                        if let (Some(_), Some(colour), true) =
                            (own, noun.colour, said.thing.colours.is_empty())
                        {
                            said.thing.colours.push(colour.to_owned());
                        }
                        if matches!(draft.thing.kind, Kind::Dominoes) {
                            draft.count = count.or(draft.count);
                        }
                        draft.thing.colours.extend(said.thing.colours);
                        draft.thing.material = said.thing.material.or(draft.thing.material);
                        if let Some((dim, length)) = said.lengths.first() {
                            match dim {
                                Some(Dim::Diameter | Dim::Radius) => {}
                                _ => draft.thing.length = Some(*length),
                            }
                        }
                        self.at_its_end();
                        return true;
                    }
                    // "a domino run with 25 pieces"
                    Sense::Filler
                        if count.is_some()
                            && is_piece(&self.lexemes[self.at].text)
                            && matches!(
                                self.drafts[index].kind(),
                                Some(Kind::Dominoes | Kind::Chain | Kind::Bridge)
                            ) =>
                    {
                        self.at += 1;
                        let draft = &mut self.drafts[index];
                        draft.thing.parts = count;
                        if draft.thing.kind == Kind::Dominoes {
                            draft.count = count;
                        }
                        return true;
                    }
                    // "a wall of bricks"
                    Sense::Noun(noun)
                        if introduced
                            && self.drafts[index].kind() == Some(Kind::Wall)
                            && noun.kind == Kind::Box =>
                    {
                        let draft = &mut self.drafts[index];
                        draft.noun = None;
                        draft.name(noun, true);
                        draft.count = count;
                        draft.thing.colours.extend(said.thing.colours);
                        draft.lengths.extend(
                            said.lengths
                                .iter()
                                .map(|(dim, value)| (dim.or(Some(Dim::Edge)), *value)),
                        );
                        draft.arrange(Pattern::Wall);
                        self.at += 1;
                        return true;
                    }
                    Sense::A | Sense::Filler => self.at += 1,
                    // "a slightly damped pole"
                    Sense::Prop(Prop::Damping)
                        if self.lexemes[self.at].text == "damped"
                            && self.drafts[index].kind().is_some_and(|kind| {
                                kind.class() == super::super::spec::Class::Mechanism
                            }) =>
                    {
                        self.drafts[index].thing.damping.get_or_insert(0.1);
                        self.at += 1;
                    }
                    // "with a double pole"
                    Sense::Twice if count.is_none() => {
                        count = Some(2);
                        self.at += 1;
                    }
                    Sense::Fold(number) if count.is_none() => {
                        count = Some(number);
                        self.at += 1;
                    }
                    _ => {
                        if !self.adjective_into(&mut said) {
                            break;
                        }
                    }
                },
                _ => break,
            }
        }
        self.at = begin;
        false
    }

    /// "strings 35 cm", of which the noun has been read.
    fn of_strings(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.lexemes[at].sense());
        matches!(before, Some(Sense::Noun(noun)) if noun.kind == Kind::Chain)
    }

    /// Wheels of a car, balls and strings of a cradle: what is said of each.
    fn own_part(
        &mut self,
        index: usize,
        noun: &'static Noun,
        count: Option<u32>,
        said: &mut Draft,
    ) -> bool {
        let kind = self.drafts[index].kind();
        let rods = matches!(kind, Some(Kind::Pendulum | Kind::InvertedPendulum | Kind::CartPole))
            && noun.kind != Kind::Sphere;
        let own = matches!(
            kind,
            Some(Kind::Car | Kind::NewtonsCradle | Kind::Seesaw | Kind::Door | Kind::Stairs)
        );
        if !(own || rods) {
            return false;
        }
        let here = self.at;
        self.part_after(said);
        let series = matches!(kind, Some(Kind::Pendulum | Kind::InvertedPendulum | Kind::CartPole));
        if series {
            // Of each link or pole.
            let draft = &mut self.drafts[index];
            let length = said.lengths.first().map(|(_, length)| *length);
            let mass = said.thing.mass.filter(|_| draft.kind() != Some(Kind::Pendulum));
            let mass = mass.or(said
                .heft
                .filter(|_| said.thing.mass.is_none() && kind == Some(Kind::CartPole))
                .map(|heft| 0.2 * heft));
            let rod = draft.kind() != Some(Kind::Pendulum);
            if length.is_none() && !(rod && mass.is_some())
                || said.thing.mass.is_some() && mass.is_none()
            {
                self.at = here;
                return false;
            }
            draft.thing.parts = count.or(draft.thing.parts);
            draft.thing.length = length.or(draft.thing.length);
            draft.thing.mass = mass.or(draft.thing.mass);
            draft.thing.colours.extend(said.thing.colours.iter().cloned());
            draft.thing.material = said.thing.material.or(draft.thing.material);
            return true;
        }
        if kind == Some(Kind::Stairs) {
            let draft = &mut self.drafts[index];
            draft.thing.parts = count.or(draft.thing.parts);
            draft.thing.material = said.thing.material.or(draft.thing.material);
            draft.thing.colours.extend(said.thing.colours.iter().cloned());
            for (dim, length) in &said.lengths {
                let dim = match dim {
                    None | Some(Dim::High | Dim::Thick | Dim::Rise) => Dim::Rise,
                    Some(Dim::Wide) => Dim::Wide,
                    _ => Dim::Tread,
                };
                draft.lengths.push((Some(dim), *length));
            }
            return said.thing.mass.is_none();
        }
        if matches!(kind, Some(Kind::Seesaw | Kind::Door)) {
            let thing = &mut self.drafts[index].thing;
            let size = thing.size.get_or_insert_default();
            for (dim, length) in &said.lengths {
                match dim {
                    Some(Dim::High) => size.z = Some(*length),
                    Some(Dim::Thick) => size.y = Some(*length),
                    _ => size.x = Some(*length),
                }
            }
            thing.mass = said.thing.mass.or(said.heft).or(thing.mass);
            thing.colours.extend(said.thing.colours.iter().cloned());
            thing.material = said.thing.material.or(thing.material);
            if kind == Some(Kind::Door) {
                thing.parts = count.or(thing.parts);
            }
            return true;
        }
        let across = said.lengths.first().map(|(dim, length)| match dim {
            Some(Dim::Radius) => 2.0 * length,
            _ => *length,
        });
        let mass = said.thing.mass;
        let thing = &mut self.drafts[index].thing;
        match (kind, noun.kind) {
            (Some(Kind::Car), _) => {
                if count.is_some_and(|count| !(3..=12).contains(&count)) {
                    self.at = here;
                    return false;
                }
                // The mass of a wheel is not in the plan.
                if mass.is_some() {
                    self.at = here;
                    return false;
                }
                thing.parts = count.or(thing.parts);
                let usual = said.factor.map(|factor| 0.2 * factor);
                thing.length = across.or(usual).or(thing.length);
            }
            (_, Kind::Chain) => thing.length = across.or(thing.length),
            _ => {
                thing.parts = count.or(thing.parts);
                thing.mass = mass.or(said.heft).or(thing.mass);
                if across.is_some() {
                    thing.size.get_or_insert_default().x = across;
                }
                let colours = said.thing.colours.iter().cloned();
                thing.colours.extend(colours);
                thing.material = said.thing.material.or(thing.material);
            }
        }
        true
    }

    /// "motors on the back wheels": where a car has them by itself.
    fn on_back_wheels(&mut self) {
        let begin = self.at;
        self.glue(|sense| matches!(sense, Sense::Place(Place::On) | Sense::At | Sense::The));
        self.at += usize::from(self.peek() == Some(Lex::Number(2.0)));
        let back = self.take(|sense| sense == Sense::Which(super::lexicon::Which::Back));
        let wheel = |sense| {
            matches!(sense, Sense::Part(Part::Wheel))
                || matches!(sense, Sense::Noun(noun) if noun.kind == Kind::Wheel)
        };
        if !(back && self.take(wheel)) {
            self.at = begin;
        }
    }

    /// "links of 10 cm", "links each 20 cm long".
    pub(super) fn part_after(&mut self, said: &mut Draft) {
        let begin = self.at;
        self.glue(|sense| {
            matches!(
                sense,
                Sense::Of
                    | Sense::Each
                    | Sense::With
                    | Sense::A
                    | Sense::Is
                    | Sense::Filler
                    | Sense::Prop(Prop::Height)
            )
        });
        // "a total length" is that of the whole.
        let whole = self.lexemes.get(self.at).is_some_and(|lexeme| {
            ["total", "overall", "full", "combined"]
                .iter()
                .any(|word| lexeme.text.starts_with(word))
        });
        if whole {
            self.at = begin;
            return;
        }
        let before = if let Some(Sense::Dim(dim)) = self.sense() { Some(dim) } else { None };
        let mass = matches!(self.sense(), Some(Sense::Prop(Prop::Mass)));
        self.at += usize::from(before.is_some() || mass);
        self.glue(|sense| matches!(sense, Sense::Of | Sense::Is));
        if let Some(Lex::Measure(measure)) = self.peek()
            && matches!(measure.unit, Unit::Length | Unit::Mass)
            && (self.at > begin || measure.unit == Unit::Mass || self.of_strings())
            // "links with a 5 kg weight": of the weight.
            && !matches!(self.sense_ahead(1), Some(Sense::Part(_) | Sense::Noun(_)))
            && !(matches!(self.sense_ahead(1), Some(Sense::Stretch(_) | Sense::Dim(_)))
                && matches!(self.sense_ahead(2), Some(Sense::Part(_) | Sense::Noun(_))))
        {
            self.at += 1;
            let _ = self.length_before(said, measure);
            if let (Some(_), Some((dim, _))) = (before, said.lengths.last_mut()) {
                *dim = before;
            }
            self.take(|sense| sense == Sense::Each);
            return;
        }
        self.at = begin;
        // "a weight at the end": where else.
        self.at_its_end();
    }
}

fn is_piece(word: &str) -> bool {
    matches!(word, "piece" | "pieces")
}
