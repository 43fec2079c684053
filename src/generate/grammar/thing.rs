//! A thing with all that stands before its noun, and groups of things.

use super::super::spec::{Class, Kind, MAX_COUNT, Material, Pattern, Place};
use super::{
    draft::{Draft, first_word},
    lexer::Lex,
    lexicon::{Dim, Outline, Part, Prop, Relative, Sense, Trait, Which},
    measure::{Measure, Unit},
    parse::{Link, MAX_DEPTH, Parser, extents, stretched, whole},
};

/// Colours of what should have many.
const RAINBOW: &[&str] = &["red", "orange", "yellow", "green", "blue", "purple"];

impl Parser {
    /// A thing with all that stands before its noun. Its number is that of a draft before when it
    /// is the same thing again.
    pub(super) fn thing(&mut self) -> Option<usize> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let (begin, known, elided) = (self.at, self.drafts.len(), self.elided.len());
        let found = self.thing_within();
        self.depth -= 1;
        if found.is_none() {
            self.at = begin;
            self.drafts.truncate(known);
            self.elided.truncate(elided);
        }
        found
    }

    pub(super) fn thing_within(&mut self) -> Option<usize> {
        let begin = self.at;
        let mut draft = Draft::default();
        let (mut definite, mut parts, mut by_numbers) = (false, None, Vec::new());
        let (mut lightness, mut another, mut identical) = (None, false, false);
        loop {
            let lexeme = self.lexemes.get(self.at)?.clone();
            let here = self.at;
            self.at += 1;
            match lexeme.lex {
                Lex::Mark => {}
                Lex::Comma if !draft.is_blank() && self.adjective() => {}
                Lex::Comma if !draft.is_blank() && self.measured_noun() => {}
                Lex::Comma if draft.pace.is_some() && self.adjective() => {}
                // "a 2 m tall, 90 cm wide door"
                Lex::Comma if !draft.lengths.is_empty() && self.measures_on() => {}
                Lex::Comma if self.elide(&draft) => {
                    self.elided.push(draft);
                    return self.thing();
                }
                // "the red one"
                Lex::Number(1.0) if definite && !draft.is_blank() && !self.heads_a_thing() => {
                    let alike = |known: &Draft| {
                        known.noun.is_some()
                            && draft.thing.colours.iter().all(|c| known.thing.colours.contains(c))
                            && (draft.thing.material.is_none()
                                || draft.thing.material == known.thing.material)
                    };
                    let index = self.drafts.iter().rposition(alike)?;
                    self.which = self.member_coloured(index, &draft.thing.colours);
                    return Some(index);
                }
                // "and a tiny white one", "next to one of 5 kg"
                Lex::Number(1.0)
                    if !definite
                        && (!draft.is_blank()
                            || another
                            || lightness.is_some()
                            || self.one_that_differs(begin))
                        && !self.heads_a_thing() =>
                {
                    // What the sentence is about, or what was named last.
                    let head = self.head.filter(|_| self.depth == 1);
                    let head = head.and_then(|head| self.drafts.get(head)?.noun);
                    let before = head.or(self.drafts.iter().rev().find_map(|draft| draft.noun))?;
                    draft.name(before, false);
                    if let Some(by) = lightness {
                        self.weigh_by(&mut draft, by);
                    }
                    return Some(self.admit(draft, false));
                }
                Lex::Number(first) => {
                    let mut numbers = vec![first];
                    while self.sense() == Some(Sense::By)
                        && let Some(Lex::Number(next)) = self.ahead(1)
                    {
                        numbers.push(next);
                        self.at += 2;
                    }
                    if self.sense() == Some(Sense::By)
                        && let Some(Lex::Measure(last)) = self.ahead(1)
                    {
                        self.at += 2;
                        if !extents(&mut draft, &numbers, last) {
                            break;
                        }
                    } else if numbers.len() > 1 && numbers.iter().any(|n| n.fract() != 0.0) {
                        if !self.bare_extents(&mut draft, &numbers) {
                            break;
                        }
                    } else if numbers.len() > 1 {
                        by_numbers = numbers;
                    } else if let Some(Sense::Part(part)) = self.sense() {
                        self.at += 1;
                        parts = Some((part, whole(first)?));
                    } else if let Some(count) = whole(first) {
                        if draft.count.is_some() {
                            break;
                        }
                        draft.count = Some(count);
                    } else {
                        break;
                    }
                }
                Lex::Measure(measure) => {
                    if self.sense() == Some(Sense::By)
                        && let Some(chain) = self.chain(measure)
                    {
                        draft.triple = chain;
                    } else if !self.length_before(&mut draft, measure) {
                        break;
                    }
                }
                Lex::Known(entry) => match entry.sense {
                    Sense::A => {}
                    Sense::Filler => identical |= lexeme.text == "identical",
                    Sense::The => definite = true,
                    Sense::More => {
                        definite = false;
                        another = lexeme.text == "another" && self.drafts.iter().all(|d| !d.known);
                    }
                    Sense::Each if here == begin => definite = true,
                    Sense::Of if draft.count.is_some() && draft.is_blank() => {}
                    Sense::And
                        if !draft.is_blank() && (self.adjective() || self.measured_noun()) => {}
                    Sense::And if self.elide(&draft) => {
                        self.elided.push(draft);
                        return self.thing();
                    }
                    // "a single cube"
                    Sense::Fold(1) if self.is_of_one_piece() => {}
                    Sense::Fold(parts_count) => {
                        self.take(|sense| matches!(sense, Sense::Part(Part::Link | Part::Joint)));
                        parts = Some((Part::Link, parts_count));
                    }
                    Sense::Twice if matches!(self.sense(), Some(Sense::Noun(_))) => {
                        parts = Some((Part::Link, 2));
                    }
                    Sense::Light if !matches!(self.sense(), Some(Sense::Colour(_))) => {
                        draft.heft = Some(0.25);
                    }
                    Sense::It if here == begin && lexeme.text == "that" => {
                        return (0..self.drafts.len()).rev().find(|at| {
                            self.drafts[*at].noun.is_some() && Some(*at) != self.placed
                        });
                    }
                    Sense::It if here == begin && lexeme.text == "them" => {
                        return self.several_before().or(self.it).or(self.current);
                    }
                    Sense::It if here == begin && lexeme.text == "it" => {
                        return self.single_before().or(self.it).or(self.current);
                    }
                    Sense::It if here == begin => return self.it.or(self.current),
                    Sense::Part(Part::End) if definite => {
                        return if self.take(|sense| sense == Sense::Of) {
                            self.thing()
                        } else {
                            self.it.or(self.current)
                        };
                    }
                    Sense::Which(which) if definite => return self.one_of_several(which),
                    Sense::Direction([x, _, _]) if definite && x != 0.0 => {
                        return self.one_of_several(if x < 0.0 {
                            Which::Left
                        } else {
                            Which::Right
                        });
                    }
                    // "a glass sphere"
                    Sense::Noun(noun)
                        if noun.words.starts_with("glass")
                            && matches!(self.sense(), Some(Sense::Noun(_) | Sense::Group(_))) =>
                    {
                        draft.thing.material = Some(Material::Glass);
                    }
                    Sense::Outline(Outline::Square) if self.sense() == Some(Sense::Of) => {
                        return self.group(
                            draft,
                            Pattern::Corners,
                            false,
                            by_numbers,
                            definite,
                            begin,
                        );
                    }
                    // "a damped pendulum"
                    Sense::Prop(Prop::Damping) if lexeme.text.ends_with("damped") => {
                        let free = lexeme.text.starts_with("un");
                        draft.thing.damping = Some(if free { 0.0 } else { 0.1 });
                    }
                    Sense::Relative(Relative::Mass, by) => {
                        // Twice as much tells, 1.5 times might not.
                        lightness = Some(if by > 1.0 { by.max(2.0) } else { by.min(0.5) });
                    }
                    Sense::Comparative(factors) => {
                        let before = draft.stretch.unwrap_or([1.0; 3]);
                        draft.stretch =
                            Some(std::array::from_fn(|axis| before[axis] * factors[axis]));
                        draft.compared = draft.stretch;
                    }
                    // "a gently damped pendulum"
                    Sense::Pace(_) if matches!(self.sense(), Some(Sense::Prop(Prop::Damping))) => {}
                    // "a stiff spring"
                    Sense::Strength(by)
                        if matches!(self.sense(), Some(Sense::Noun(noun))
                            if matches!(noun.kind, Kind::Spring | Kind::SlidingSpring)) =>
                    {
                        draft.thing.stiffness = Some(if by > 5.0 { 200.0 } else { 10.0 });
                    }
                    Sense::Steep(angle) => draft.angle = draft.angle.or(Some(angle)),
                    Sense::Group(pattern) => {
                        let index =
                            self.group(draft, pattern, entry.plural, by_numbers, definite, begin)?;
                        // "a three-level pyramid"
                        if let Some((part, count)) = parts
                            && !self.drafts[index].part(part, Some(count), &Draft::default())
                        {
                            break;
                        }
                        return Some(index);
                    }
                    // "a thick plank"
                    Sense::Dim(Dim::Thick) => {
                        let before = draft.stretch.unwrap_or([1.0; 3]);
                        draft.stretch = Some([before[0], before[1], before[2] * 2.0]);
                    }
                    Sense::Floor if !entry.plural => {
                        draft.is_floor = true;
                        return Some(self.admit(draft, definite));
                    }
                    Sense::Prop(Prop::Mass) | Sense::Part(Part::Bob)
                        if !lexeme.text.starts_with("weigh")
                            || lexeme.text.starts_with("weight") =>
                    {
                        draft.is_load = true;
                        draft.name(super::lexicon::noun_of(Kind::Box)?, false);
                        return Some(self.admit(draft, definite));
                    }
                    Sense::Part(Part::Cart) => {
                        draft.is_cart = true;
                        draft.name(super::lexicon::noun_of(Kind::Box)?, false);
                        return Some(self.admit(draft, definite));
                    }
                    // "a five-ball cradle"
                    Sense::Noun(noun)
                        if draft.count.is_some()
                            && matches!(self.sense(), Some(Sense::Noun(second)) if {
                                let mut whole = Draft::default();
                                whole.name(second, false);
                                whole.has_part(noun) && second.kind.class() == Class::Mechanism
                            }) =>
                    {
                        parts = draft.count.take().map(|count| (Part::Link, count));
                        draft.thing.parts = parts.map(|(_, count)| count);
                        parts = None;
                    }
                    Sense::Noun(noun) => {
                        draft.name(noun, entry.plural);
                        if identical && !definite && !entry.plural {
                            self.like_the_one_before(&mut draft);
                        }
                        definite |= self.is_said_again(&draft, begin);
                        if let Some(by) = lightness {
                            self.weigh_by(&mut draft, by);
                        }
                        if noun.kind == Kind::Stairs && lexeme.text == "steps" {
                            draft.thing.parts = draft.count.take();
                            draft.plural = false;
                        }
                        if let ([_, _, ..], Some(Sense::Of), Kind::Box) =
                            (&*by_numbers, self.sense(), noun.kind)
                        {
                            // "a 5 x 5 x 2 block of cubes"
                            draft.noun = None;
                            return self.group(
                                draft,
                                Pattern::Grid,
                                false,
                                by_numbers,
                                definite,
                                begin,
                            );
                        }
                        if let (Some(Sense::Noun(second)), Kind::Box) = (self.sense(), noun.kind)
                            && second.kind == Kind::Wall
                        {
                            self.at += 1;
                            draft.arrange(Pattern::Wall);
                        } else if let (Some(Sense::Group(pattern)), true) =
                            (self.sense(), noun.kind.class() != Class::Furniture)
                        {
                            self.at += 1;
                            if noun.kind != Kind::Dominoes || !draft.in_file(pattern) {
                                draft.arrange(pattern);
                            }
                        } else if let (Some(Sense::Noun(second)), Kind::Dominoes) =
                            (self.sense(), noun.kind)
                            && matches!(second.kind, Kind::Chain)
                        {
                            self.at += 1;
                        }
                        if let Some((part, count)) = parts
                            && !draft.part(part, Some(count), &Draft::default())
                        {
                            break;
                        }
                        let wall = draft
                            .thing
                            .arrangement
                            .as_ref()
                            .is_some_and(|a| a.pattern == Pattern::Wall);
                        match *by_numbers {
                            [columns, layers] if wall => {
                                let arrangement = draft.arrange(Pattern::Wall);
                                (arrangement.columns, arrangement.layers) =
                                    (whole(columns), whole(layers));
                            }
                            [columns, rows] => {
                                let arrangement = draft.arrange(Pattern::Grid);
                                (arrangement.columns, arrangement.rows) =
                                    (whole(columns), whole(rows));
                            }
                            [columns, rows, layers] => {
                                let arrangement = draft.arrange(Pattern::Grid);
                                (arrangement.columns, arrangement.rows, arrangement.layers) =
                                    (whole(columns), whole(rows), whole(layers));
                            }
                            _ => {}
                        }
                        let elided = std::mem::take(&mut self.elided);
                        if elided.is_empty() {
                            return Some(self.admit(draft, definite));
                        }
                        let mut twins = Vec::new();
                        for mut earlier in elided {
                            earlier.name(noun, false);
                            twins.push(self.drafts.len());
                            self.drafts.push(earlier);
                        }
                        self.list.extend(&twins);
                        let last = self.admit(draft, definite);
                        twins.push(last);
                        // "a red and a blue cube of 5 cm" are both of 5 cm.
                        self.twins = twins;
                        return Some(last);
                    }
                    Sense::Ones => {
                        let before = self.drafts.iter().rev().find_map(|draft| draft.noun)?;
                        draft.name(before, true);
                        if let Some(by) = lightness {
                            self.weigh_by(&mut draft, by);
                        }
                        return Some(self.admit(draft, false));
                    }
                    _ => {
                        self.at = here;
                        if !self.adjective_into(&mut draft) {
                            break;
                        }
                    }
                },
                _ => break,
            }
        }
        // "a blue one": the number is the noun.
        self.at = begin;
        None
    }

    /// "a bridge over two pillars with a car on it": the bridge, where "it" would be several.
    fn single_before(&self) -> Option<usize> {
        let it = self.it.or(self.current)?;
        let several = |at: usize| {
            let draft = &self.drafts[at];
            (draft.plural || draft.count.is_some_and(|n| n > 1))
                && draft.thing.arrangement.is_none()
                && draft.kind() != Some(Kind::Dominoes)
        };
        let single = |at: &usize| {
            !several(*at)
                && self.drafts[*at].noun.is_some()
                && !self.drafts[*at].known
                && Some(*at) != self.placed
        };
        (several(it) && !self.drafts[it].known).then(|| (0..it).rev().find(single)).flatten()
    }

    /// "a table with ten pins and a ball rolling at them": the group, where "it" would be one thing.
    fn several_before(&self) -> Option<usize> {
        let several = |draft: &Draft| {
            draft.plural || draft.count.is_some_and(|n| n > 1) || draft.thing.arrangement.is_some()
        };
        let it = self.it.or(self.current)?;
        let alone = !several(&self.drafts[it]) && self.twins.is_empty();
        let others = (0..self.drafts.len()).filter(|at| several(&self.drafts[*at]));
        let mut others = others.filter(|at| Some(*at) != self.placed);
        let group = others.next().filter(|_| others.next().is_none());
        group.filter(|_| alone)
    }

    pub(super) fn sense_at(&self, at: usize) -> Option<Sense> {
        self.lexemes.get(at).and_then(super::lexer::Lexeme::sense)
    }

    /// Whether measures and adjectives lead up to a noun.
    fn measures_on(&self) -> bool {
        let mut by = 0;
        let mut any = false;
        loop {
            match (self.ahead(by), self.sense_ahead(by)) {
                (Some(Lex::Measure(_)), _) => any = true,
                (Some(Lex::Comma), _) | (_, Some(Sense::And | Sense::Dim(_))) if any => {}
                (_, Some(Sense::Noun(_))) => return any,
                (_, Some(sense)) if any && sense.is_adjective() => {}
                _ => return false,
            }
            by += 1;
        }
    }

    /// Whether the noun that comes has no parts of which there could be one.
    fn is_of_one_piece(&self) -> bool {
        (0..6)
            .find_map(|by| match self.sense_ahead(by) {
                Some(Sense::Noun(noun)) => Some(noun.kind.class() != Class::Mechanism),
                _ => None,
            })
            .unwrap_or(false)
    }

    /// Whether a measure follows that stands before a noun: "a 1 kg, 12 cm wide ball".
    fn measured_noun(&self) -> bool {
        let mut by = 1;
        matches!(self.peek(), Some(Lex::Measure(_)))
            && loop {
                match (self.ahead(by), self.sense_ahead(by)) {
                    (_, Some(Sense::Noun(_) | Sense::Group(_))) => break true,
                    (Some(Lex::Comma | Lex::Measure(_)), _) | (_, Some(Sense::Dim(_))) => by += 1,
                    (_, Some(sense)) if sense.is_adjective() => by += 1,
                    _ => break false,
                }
            }
    }

    /// Whether adjectives follow, so that a comma or "and" only joins them.
    pub(super) fn adjective(&self) -> bool {
        self.sense().is_some_and(Sense::is_adjective)
    }

    /// `0.1 x 0.2 x 0.3`: metres, as everywhere in MuJoCo.
    pub(super) fn bare_extents(&mut self, draft: &mut Draft, numbers: &[f64]) -> bool {
        let [x, y, ref rest @ ..] = *numbers else { return false };
        let z = match *rest {
            [] => f64::NAN,
            [z] => z,
            _ => return false,
        };
        draft.triple = Some([x, y, z]);
        self.bare("m");
        true
    }

    /// Tells that a number without a unit was taken to have one.
    pub(super) fn bare(&mut self, unit: &str) {
        self.granted.push(format!("numbers without a unit were read as {unit}"));
    }

    /// Whether the noun of `draft` comes with a later member.
    pub(super) fn elide(&self, draft: &Draft) -> bool {
        let skip = usize::from(matches!(self.sense(), Some(Sense::And)));
        !draft.is_blank()
            && (matches!(self.sense_ahead(skip), Some(Sense::A))
                || matches!(self.ahead(skip), Some(Lex::Number(_))))
            && matches!(
                self.sense_ahead(skip + 1),
                Some(
                    Sense::Colour(_)
                        | Sense::Size(_)
                        | Sense::Material(_)
                        | Sense::Dark
                        | Sense::Light
                        | Sense::Heft(_)
                )
            )
    }

    /// A measure before a noun, with the word for its extent: "2 m long".
    pub(super) fn length_before(&mut self, draft: &mut Draft, measure: Measure) -> bool {
        let dim = match self.sense() {
            Some(Sense::Dim(dim)) => Some(dim),
            Some(Sense::Stretch(factors)) => Some(stretched(factors)),
            Some(Sense::Dark) => Some(Dim::Deep),
            _ => None,
        };
        self.at += usize::from(dim.is_some());
        if measure.unit == Unit::Mass
            && matches!(self.sense(), Some(Sense::Prop(Prop::Mass)))
            && matches!(self.sense_ahead(1), Some(Sense::Noun(_)))
        {
            self.at += 1;
        }
        draft.measure(measure, dim)
    }

    /// `10 cm x 20 cm x 30 cm`, of which the first has been read.
    pub(super) fn chain(&mut self, first: Measure) -> Option<Option<[f64; 3]>> {
        let mut values = vec![first.value];
        let begin = self.at;
        while self.sense() == Some(Sense::By)
            && let Some(Lex::Measure(next)) = self.ahead(1)
            && next.unit == first.unit
        {
            values.push(next.value);
            self.at += 2;
        }
        match *values {
            [x, y, z] if first.unit == Unit::Length => Some(Some([x, y, z])),
            [x, y] if first.unit == Unit::Length => Some(Some([x, y, f64::NAN])),
            _ => {
                self.at = begin;
                None
            }
        }
    }

    /// One adjective.
    pub(super) fn adjective_into(&mut self, draft: &mut Draft) -> bool {
        let Some(sense) = self.sense() else { return false };
        let next = self.sense_ahead(1);
        match (sense, next) {
            // "a light white crate" is no shade of white.
            (Sense::Light, Some(Sense::Colour("white" | "black"))) => draft.heft = Some(0.25),
            (Sense::Dark | Sense::Light, Some(Sense::Colour(colour))) => {
                let shade = if sense == Sense::Dark { "dark" } else { "light" };
                draft.thing.colours.push(format!("{shade} {colour}"));
                self.at += 1;
            }
            // "dark oak"
            (Sense::Dark, Some(Sense::Material(material))) => {
                draft.thing.colours.push(
                    if material == Material::Wood { "dark brown" } else { "dark grey" }.to_owned(),
                );
            }
            (Sense::Colour(colour), _) => draft.thing.colours.push(colour.to_owned()),
            (Sense::Light, _) => draft.heft = Some(0.25),
            (Sense::Material(material), _) => draft.thing.material = Some(material),
            (Sense::Size(factor), _) => draft.factor = Some(draft.factor.unwrap_or(1.0) * factor),
            (Sense::Heft(factor), _) => draft.heft = Some(factor),
            (Sense::Stretch(factors), _) => {
                let before = draft.stretch.unwrap_or([1.0; 3]);
                draft.stretch = Some(std::array::from_fn(|axis| before[axis] * factors[axis]));
            }
            (Sense::Outline(outline), _) => draft.outline = Some(outline),
            (Sense::Rainbow, _) => {
                draft.thing.colours = RAINBOW.iter().map(|colour| (*colour).to_owned()).collect();
            }
            (Sense::Pace(pace), _) => draft.pace = Some(pace),
            (Sense::Wheels(wheels), _) => draft.thing.wheels = Some(wheels),
            (Sense::Hinges(hinges), _) => draft.thing.hinges = Some(hinges),
            (Sense::Joints(joints, driven), _) => draft.joints.push((joints, driven)),
            (Sense::Trait(Trait::Weightless | Trait::Windy | Trait::Enclosed), _) => return false,
            (Sense::Trait(quality), _) => draft.traits.push(quality),
            _ => return false,
        }
        self.at += 1;
        true
    }

    /// A group, whose word has been read: "of" things, or by itself.
    pub(super) fn group(
        &mut self,
        said: Draft,
        pattern: Pattern,
        _plural: bool,
        by: Vec<f64>,
        definite: bool,
        begin: usize,
    ) -> Option<usize> {
        let mut said = said;
        // "a circle of diameter 2 m made of spheres"
        let before = self.at;
        self.glue(|sense| matches!(sense, Sense::Of | Sense::With | Sense::A));
        // "of radius 2 m", "with a radius of 2 m"
        let of = usize::from(self.sense_ahead(1) == Some(Sense::Of));
        match (self.sense(), self.peek(), self.ahead(1 + of)) {
            (Some(Sense::Dim(dim)), _, Some(Lex::Measure(measure)))
                if measure.unit == Unit::Length
                    && matches!(self.sense_ahead(2 + of), Some(Sense::Of)) =>
            {
                said.lengths.push((Some(dim), measure.value));
                self.at += 2 + of;
            }
            (_, Some(Lex::Measure(measure)), _)
                if measure.unit == Unit::Length
                    && matches!(self.sense_ahead(1), Some(Sense::Dim(_)))
                    && matches!(self.sense_ahead(2), Some(Sense::Of)) =>
            {
                if let Some(Sense::Dim(dim)) = self.sense_ahead(1) {
                    said.lengths.push((Some(dim), measure.value));
                }
                self.at += 2;
            }
            _ => self.at = before,
        }
        let here = self.at;
        let mut inner = None;
        if matches!(pattern, Pattern::Stack | Pattern::Scatter)
            && self.lexemes[here - 1].text.ends_with(" of")
            || self.take(|sense| sense == Sense::Of)
            || (pattern == Pattern::Stack && matches!(self.peek(), Some(Lex::Number(_))))
        {
            // "a tower of a cube, a cylinder and a box"
            if pattern == Pattern::Stack
                && said.count.is_none()
                && let Some(lowest) = self.piled()
            {
                return Some(lowest);
            }
            inner = self.thing();
        }
        let index = match inner {
            Some(inner) => inner,
            None => {
                self.at = here;
                if definite
                    && let Some(known) = self.drafts.iter().position(|draft| {
                        draft
                            .thing
                            .arrangement
                            .as_ref()
                            .is_some_and(|known| known.pattern == pattern)
                    })
                {
                    return Some(known);
                }
                // "a tower with five blocks", or of nothing in particular.
                let draft = Draft { count: None, ..Draft::default() };
                self.glue(|sense| matches!(sense, Sense::With | Sense::Filler));
                let with = self.at > here;
                let rows = with && self.rows_follow();
                let named = if with && !rows { self.thing_of_group() } else { None };
                match named {
                    Some(index) => index,
                    None => {
                        self.at = here;
                        let mut draft = draft;
                        if matches!(
                            pattern,
                            Pattern::Row
                                | Pattern::Column
                                | Pattern::Grid
                                | Pattern::Corners
                                | Pattern::Scatter
                        ) {
                            self.at = begin;
                            return None;
                        }
                        // A ring or a pyramid of nothing is a thing.
                        let layered = rows
                            || (0..6).any(|by| {
                                matches!(
                                    self.sense_ahead(by),
                                    Some(Sense::Part(Part::Layer | Part::Row | Part::Step))
                                )
                            });
                        let whole = match pattern {
                            Pattern::Ring => Some(Kind::Torus),
                            Pattern::Pyramid if !layered && by.is_empty() => {
                                Some(Kind::SolidPyramid)
                            }
                            _ => None,
                        };
                        if let Some(kind) = whole {
                            draft = Draft { ..said };
                            draft.name(super::lexicon::noun_of(kind)?, false);
                            return Some(self.admit(draft, definite));
                        }
                        draft.name(
                            super::lexicon::meaning("cube").and_then(|entry| {
                                match entry.sense {
                                    Sense::Noun(noun) => Some(noun),
                                    _ => None,
                                }
                            })?,
                            true,
                        );
                        self.admit(draft, false)
                    }
                }
            }
        };
        let copies = said.count;
        let draft = self.drafts.get_mut(index)?;
        if draft.kind() == Some(Kind::Dominoes) && draft.in_file(pattern) {
            if let Some(copies @ 2..) = copies {
                let mut before = index;
                for _ in 1..copies.min(MAX_COUNT) {
                    self.drafts.push(self.drafts[index].clone());
                    let subject = self.drafts.len() - 1;
                    self.links.push(Link {
                        subject,
                        place: Place::Behind,
                        reference: before,
                        member: None,
                        other: None,
                        gap: None,
                    });
                    before = subject;
                }
            }
            return Some(index);
        }
        let members = draft.count;
        // "a square of 5 x 5 posts"
        let gridded =
            draft.thing.arrangement.as_ref().is_some_and(|a| {
                a.pattern == Pattern::Grid && a.columns.is_some() && a.rows.is_some()
            });
        let pattern = if gridded && pattern == Pattern::Corners { Pattern::Grid } else { pattern };
        let arrangement = draft.arrange(pattern);
        match (pattern, &*by, copies, members) {
            (_, [columns, rows], ..) => {
                arrangement.pattern =
                    if pattern == Pattern::Wall { pattern } else { Pattern::Grid };
                (arrangement.columns, arrangement.rows) = (whole(*columns), whole(*rows));
            }
            (_, [columns, rows, layers], ..) => {
                arrangement.pattern = Pattern::Grid;
                (arrangement.columns, arrangement.rows, arrangement.layers) =
                    (whole(*columns), whole(*rows), whole(*layers));
            }
            (Pattern::Row, _, Some(rows @ 2..), Some(columns)) => {
                arrangement.pattern = Pattern::Grid;
                (arrangement.columns, arrangement.rows) = (Some(columns), Some(rows));
                draft.count = None;
            }
            (_, _, Some(copies @ 2..), _) => {
                let copy = self.drafts[index].clone();
                for _ in 1..copies.min(MAX_COUNT) {
                    let before =
                        if self.drafts.len() == index + 1 { index } else { self.drafts.len() - 1 };
                    self.drafts.push(copy.clone());
                    let subject = self.drafts.len() - 1;
                    self.links.push(Link {
                        subject,
                        place: Place::RightOf,
                        reference: before,
                        member: None,
                        other: None,
                        gap: None,
                    });
                }
            }
            _ => {}
        }
        for (dim, value) in &said.lengths {
            self.group_length(index, *dim, *value);
        }
        if let Some(draft) = self.drafts.get_mut(index) {
            draft.thing.colours.extend(said.thing.colours);
            draft.thing.material = draft.thing.material.or(said.thing.material);
            draft.factor = draft.factor.or(said.factor);
            draft.traits.extend(said.traits);
            if let Some([wide, _, high]) = said.stretch
                && (wide > 1.0 || high > 1.0)
                && draft.count.is_none()
            {
                draft.count = Some(8);
            }
        }
        Some(index)
    }

    /// A length of a group as a whole: "a 2 m row".
    pub(super) fn group_length(&mut self, index: usize, dim: Option<Dim>, value: f64) {
        let Some(draft) = self.drafts.get_mut(index) else { return };
        match (dim, draft.thing.arrangement.as_mut()) {
            (Some(Dim::Radius), Some(arrangement)) => arrangement.radius = Some(value),
            (Some(Dim::Diameter), Some(arrangement)) if arrangement.pattern == Pattern::Ring => {
                arrangement.radius = Some(value / 2.0);
            }
            // "a 20 cm high stack of coins": of as many as that takes.
            (Some(Dim::High), Some(arrangement))
                if arrangement.pattern == Pattern::Stack
                    && draft.count.is_none()
                    && draft.lengths.is_empty()
                    && draft.noun.is_some_and(|noun| noun.size.is_some()) =>
            {
                let [_, _, each] = draft.noun.and_then(|noun| noun.size).unwrap_or([1.0; 3]);
                let count = (value / each).round().clamp(2.0, f64::from(MAX_COUNT));
                draft.count = Some(count as u32);
                self.apart.push(value);
            }
            (dim, _) => draft.lengths.push((dim, value)),
        }
    }

    /// The members of a group that is named before them; not an attribute of it.
    pub(super) fn thing_of_group(&mut self) -> Option<usize> {
        let begin = self.at;
        let known = self.drafts.len();
        let found = self.thing()?;
        if found < known || self.drafts[found].is_floor || self.drafts[found].is_load {
            self.drafts.truncate(known.max(found));
            self.at = begin;
            return None;
        }
        Some(found)
    }

    /// A draft becomes a thing, unless it is one that is already there.
    pub(super) fn admit(&mut self, draft: Draft, definite: bool) -> usize {
        if definite || draft.is_floor {
            let same = |known: &Draft| {
                known.is_floor == draft.is_floor
                    && (draft.is_floor
                        || draft
                            .thing
                            .colours
                            .iter()
                            .all(|colour| known.thing.colours.contains(colour)))
                    && (draft.is_floor
                        || draft.thing.material.is_none()
                        || draft.thing.material == known.thing.material)
                    && known.is_load == draft.is_load
                    // "the small cube" is none of the large ones.
                    && (draft.factor.is_none() || known.known || draft.factor == known.factor)
                    && (draft.heft.is_none() || known.known || draft.heft == known.heft)
            };
            let words = |draft: &Draft| draft.noun.map(|noun| noun.words);
            let called = |known: &Draft| words(known) == words(&draft);
            // "a round table … the table"
            let in_short = |known: &Draft| {
                let (long, short) = (words(known).map(first_word), words(&draft).map(first_word));
                long.zip(short).is_some_and(|(long, short)| long.rsplit(' ').next() == Some(short))
            };
            let found = self.drafts.iter().rposition(|known| same(known) && called(known));
            let found = found
                .or_else(|| self.drafts.iter().rposition(|known| same(known) && in_short(known)));
            if let Some(index) = found {
                if draft.is_floor {
                    let known = &mut self.drafts[index];
                    known.thing.material = draft.thing.material.or(known.thing.material);
                    known.traits.extend(draft.traits);
                    known.thing.colours.extend(draft.thing.colours);
                } else if !draft.plural {
                    self.which = self.member_coloured(index, &draft.thing.colours).or(self.which);
                }
                return index;
            }
        }
        self.drafts.push(draft);
        self.drafts.len() - 1
    }
}
