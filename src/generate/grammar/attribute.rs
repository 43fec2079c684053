//! What is said of a thing behind its noun: sizes, masses, colours, qualities, motion.

use super::super::spec::{Class, Kind, Place, Xyz};
use super::{
    lexer::Lex,
    lexicon::{Dim, Prop, Sense, Trait, Which},
    measure::{Measure, Unit},
    parse::{Parser, extents, stretched},
};

/// What stood before an attribute.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Before {
    is: bool,
    joined: bool,
    with: bool,
    of: bool,
    at: bool,
    from: bool,
    pub(super) each: bool,
    no: bool,
}

impl Parser {
    /// One attribute of a thing, with the words that join it.
    pub(super) fn attribute(&mut self, index: usize) -> bool {
        let begin = self.at;
        let Some(draft) = self.drafts.get(index).cloned() else { return false };
        let before = self.joints();
        let here = self.at;
        let mut others = self.of_all(begin..here, index);
        if others.is_empty() && self.said_in_plural(begin, index) {
            others = self.list.iter().copied().filter(|other| *other != index).collect();
        }
        // "all 30 cm high and red"
        if let Some((end, shared)) = self.shared.clone()
            && (end == begin || end + 1 == begin && self.lexemes[end].sense() == Some(Sense::And))
        {
            others = shared;
        }
        if self.single == Some(index) {
            self.at = begin;
            return false;
        }
        // "1 m apart" is said of them together.
        let apart = matches!(self.sense_ahead(1), Some(Sense::Dim(Dim::Apart | Dim::Gap)));
        if others.is_empty() && self.twins.contains(&index) && !self.told_of_member && !apart {
            others.clone_from(&self.twins);
        }
        let whole = (!others.is_empty()).then(|| self.clone());
        if self.attribute_within(index, before) {
            // "a steel cube and a wooden cube, both 20 cm wide"
            let end = self.at;
            for &other in others.iter().filter(|other| **other != index) {
                self.at = here;
                if !self.attribute_within(other, before) || self.at != end {
                    *self = whole.unwrap_or_default();
                    self.at = begin;
                    return false;
                }
            }
            self.in_turn(here..end, index);
            self.shared = (!others.is_empty()).then_some((end, others));
            return true;
        }
        self.at = begin;
        self.drafts[index] = draft;
        false
    }

    fn joints(&mut self) -> Before {
        let mut before = Before::default();
        loop {
            if self.common().is_some() {
                return before;
            }
            match self.peek() {
                Some(Lex::Comma) => before.joined = true,
                Some(Lex::Mark) => before.is = true,
                _ => match self.sense() {
                    Some(Sense::And) => before.joined = true,
                    Some(Sense::With) => before.with = true,
                    Some(Sense::Of) => before.of = true,
                    Some(Sense::At | Sense::In) => before.at = true,
                    Some(Sense::From) => before.from = true,
                    Some(Sense::Each) => before.each = true,
                    Some(Sense::Is) => before.is = true,
                    Some(Sense::No) => before.no = true,
                    Some(Sense::A | Sense::The | Sense::By | Sense::Filler | Sense::To) => {}
                    Some(Sense::It) if before.joined || before.each => {}
                    _ => return before,
                },
            }
            self.at += 1;
        }
    }

    /// Whether a thing begins here, so that what stands before belongs to it.
    pub(super) fn heads_a_thing(&self) -> bool {
        let mut by = 0;
        loop {
            match self.sense_ahead(by) {
                Some(Sense::Noun(_) | Sense::Group(_) | Sense::Floor | Sense::Part(_)) => {
                    return true;
                }
                Some(sense) if sense.is_adjective() => by += 1,
                _ => return false,
            }
        }
    }

    fn attribute_within(&mut self, index: usize, before: Before) -> bool {
        if self.size_of_ring(index, before) || self.by_share(index) || self.copies_have(index) {
            return true;
        }
        if self.alike_to_another(index) || self.as_tall_as_wide(index) || self.compared(index) {
            return true;
        }
        let up = (before.from || before.at).then_some(Dim::Up);
        if matches!(self.peek(), Some(Lex::Number(_) | Lex::Measure(_)))
            && self.distributed(index, up)
        {
            return true;
        }
        match self.peek() {
            Some(Lex::Number(number)) if self.lifted(index, number) => true,
            Some(Lex::Number(number)) if self.in_total(index, number) => true,
            // "each 20 x 10 x 5 cm"
            Some(Lex::Number(number)) if before.each && self.sense_ahead(1) == Some(Sense::By) => {
                self.number_of(index, number)
            }
            Some(Lex::Number(number)) if number != 1.0 && before.joined && !before.is => {
                self.at += 1;
                self.height_of_group(index, &[number])
            }
            Some(Lex::Number(_)) if self.by_colour(index) => true,
            Some(Lex::Number(1.0)) => {
                self.one_by_one(index)
                    || self.one_unlike_the_other(index)
                    || self.one_and_another(index)
            }
            Some(Lex::Number(number)) if !before.joined || before.is => {
                self.number_of(index, number)
            }
            Some(Lex::Measure(measure)) => self.measure_of(index, measure, before),
            Some(Lex::Known(_)) if self.which_are(index) => true,
            // "a ball, not red" is of no colour that was said.
            Some(Lex::Known(entry)) if self.is_denied(before.no, before.with, entry.sense) => false,
            Some(Lex::Known(entry)) => self.quality_of(index, entry.sense, before),
            _ => false,
        }
    }

    /// "ten in total", "eight of them", of how many nothing was said yet.
    fn in_total(&mut self, index: usize, number: f64) -> bool {
        let draft = &self.drafts[index];
        let open = draft.count.is_none() && (draft.plural || draft.thing.arrangement.is_some());
        let total = matches!(
            self.lexemes.get(self.at + 1).map(|lexeme| &*lexeme.text),
            Some("in total" | "altogether" | "in all" | "all together" | "overall")
        );
        let them = self.sense_ahead(1) == Some(Sense::Of) && self.sense_ahead(2) == Some(Sense::It);
        let (Some(count), true) = (super::parse::whole(number), open && (total || them)) else {
            return false;
        };
        self.drafts[index].count = Some(count);
        self.at += if them { 3 } else { 2 };
        true
    }

    /// "20 x 30 x 10 cm", "0.3 friction".
    fn number_of(&mut self, index: usize, first: f64) -> bool {
        let mut numbers = vec![first];
        self.at += 1;
        while self.sense() == Some(Sense::By)
            && let Some(Lex::Number(next)) = self.lexemes.get(self.at + 1).map(|lexeme| lexeme.lex)
        {
            numbers.push(next);
            self.at += 2;
        }
        if self.sense() == Some(Sense::By)
            && let Some(Lex::Measure(last)) = self.lexemes.get(self.at + 1).map(|lexeme| lexeme.lex)
        {
            self.at += 2;
            return !self.heads_a_thing() && extents(&mut self.drafts[index], &numbers, last);
        }
        if self.height_of_group(index, &numbers) {
            return true;
        }
        // "a checkerboard of cubes, 6 by 6"
        let open = self.drafts[index].thing.arrangement.as_ref().is_some_and(|a| {
            a.pattern == super::super::spec::Pattern::Grid
                && a.columns.is_none()
                && a.rows.is_none()
        });
        if let ([columns, rows], true) = (&*numbers, open)
            && let (Some(columns), Some(rows)) =
                (super::parse::whole(*columns), super::parse::whole(*rows))
            && !self.heads_a_thing()
        {
            let grid = self.drafts[index].arrange(super::super::spec::Pattern::Grid);
            (grid.columns, grid.rows) = (Some(columns), Some(rows));
            return true;
        }
        match (self.sense(), &*numbers) {
            (_, [_, _, ..]) if self.drafts[index].kind().is_some() && !self.heads_a_thing() => {
                let mut draft = self.drafts[index].clone();
                let done = self.bare_extents(&mut draft, &numbers);
                self.drafts[index] = draft;
                done
            }
            (Some(Sense::Prop(prop)), [number]) => {
                self.at += 1;
                self.property(index, prop, *number)
            }
            _ => false,
        }
    }

    /// Numbers without a unit behind a size are its extents.
    fn sizes_in_turn(&self) -> bool {
        matches!(self.peek(), Some(Lex::Number(_)))
            && !self.lexemes[self.at..]
                .iter()
                .take_while(|lexeme| {
                    matches!(lexeme.lex, Lex::Number(_) | Lex::Measure(_) | Lex::Comma)
                        || lexeme.sense() == Some(Sense::And)
                })
                .any(|lexeme| matches!(lexeme.lex, Lex::Measure(_)))
    }

    /// "of size 0.1 0.2 0.3".
    fn sizes_of(&mut self, index: usize, first: f64) -> bool {
        let mut numbers = vec![first];
        let begin = self.at;
        self.at += 1;
        loop {
            let comma = usize::from(self.peek() == Some(Lex::Comma));
            match self.ahead(comma) {
                Some(Lex::Number(next)) if numbers.len() < 3 => {
                    numbers.push(next);
                    self.at += comma + 1;
                }
                _ => break,
            }
        }
        if numbers.len() == 1 {
            self.at = begin;
            if matches!(self.sense_ahead(1), Some(Sense::By)) {
                return self.number_of(index, first);
            }
            self.at += 1;
            self.bare("m");
            self.drafts[index].lengths.push((Some(Dim::Edge), first));
            return true;
        }
        let mut draft = self.drafts[index].clone();
        let done = self.bare_extents(&mut draft, &numbers);
        self.drafts[index] = draft;
        done
    }

    /// What turns of itself, under what stands on it.
    pub(super) fn turner(&self, index: usize) -> usize {
        let turns = |link: &&super::parse::Link| {
            link.subject == index && self.drafts[link.reference].kind() == Some(Kind::Turntable)
        };
        self.links.iter().find(turns).map_or(index, |link| link.reference)
    }

    /// Whose speed it is that is said behind a thing: of what comes to strike it or goes down it.
    pub(super) fn goer(&self, index: usize) -> usize {
        let fast = self.stands_fast(index);
        let met = self.links.iter().rev().find(|link| {
            link.reference == index
                && (link.place == Place::Striking
                    || fast && matches!(link.place, Place::AtTop | Place::On | Place::Above))
        });
        met.map_or(index, |link| link.subject)
    }

    fn measure_of(&mut self, index: usize, measure: Measure, before: Before) -> bool {
        if self.drafts[index].is_floor && measure.unit != Unit::Angle {
            return false;
        }
        // "stretched by 10 cm" is not how long it is.
        let by = self
            .at
            .checked_sub(2)
            .map(|at| (self.lexemes[at].sense(), self.lexemes[at + 1].sense()));
        if by == Some((Some(Sense::Trait(Trait::Stretched)), Some(Sense::By))) {
            return false;
        }
        if self.lexemes[self.at].text == super::distance::AWAY {
            return self.far_away(index, measure.value);
        }
        // "growing from 5 cm to 25 cm" is no place.
        let range = self.sense_ahead(1) == Some(Sense::To)
            && matches!(self.ahead(2), Some(Lex::Measure(_)));
        if before.from && range {
            return false;
        }
        let index = if measure.unit == Unit::Turning { self.turner(index) } else { index };
        self.at += 1;
        if self.sense() == Some(Sense::By)
            && let Some(chain) = self.chain(measure)
        {
            self.drafts[index].triple = chain;
            return !self.heads_a_thing();
        }
        self.glue(|sense| matches!(sense, Sense::Filler));
        // "30 cm square"
        if measure.unit == Unit::Length
            && self.sense() == Some(Sense::Outline(super::lexicon::Outline::Square))
            && self.drafts[index].triple.is_none()
        {
            self.at += 1;
            self.drafts[index].triple = Some([measure.value, measure.value, f64::NAN]);
            self.drafts[index].square_plate();
            return !self.heads_a_thing();
        }
        let dim = match self.sense() {
            Some(Sense::Dim(dim)) => Some(dim),
            Some(Sense::Stretch(factors)) => Some(stretched(factors)),
            Some(Sense::Dark) => Some(Dim::Deep),
            // "50 cm on each side"
            Some(Sense::Ends)
                if self.lexemes[self.at].text == "on each side"
                    && matches!(
                        self.drafts[index].kind(),
                        Some(Kind::Box | Kind::Table | Kind::Platform | Kind::Stool)
                    ) =>
            {
                Some(Dim::Edge)
            }
            _ => None,
        };
        self.at += usize::from(dim.is_some());
        if dim.is_none()
            && !before.from
            && !(self.sense() == Some(Sense::Place(Place::Between))
                && self.sense_ahead(1) == Some(Sense::It))
            && matches!(self.sense(), Some(Sense::Place(place)) if !matches!(place, Place::On | Place::Inside | Place::AtTop | Place::Striking))
            && measure.unit == Unit::Length
        {
            // "30 cm above the box": a relation.
            return false;
        }
        if self.heads_a_thing() {
            return false;
        }
        if let Some(Sense::Prop(prop)) = self.sense()
            && dim.is_none()
        {
            self.at += 1;
            // "at 2 m height"
            if prop == Prop::Height && (before.at || before.from) {
                self.drafts[index].thing.height = Some(measure.value);
                return true;
            }
            return self.property(index, prop, measure.value);
        }
        // "with 50 cm between them"
        let between = self.sense() == Some(Sense::Place(Place::Between))
            && self.sense_ahead(1) == Some(Sense::It);
        let dim = if between && measure.unit == Unit::Length {
            self.at += 2;
            Some(Dim::Gap)
        } else {
            dim
        };
        if matches!(dim, Some(Dim::Apart | Dim::Gap)) && self.two_apart(index, dim, measure.value) {
            return true;
        }
        // "a tower next to a shelf, half a metre apart": what stands alone is so far from its neighbour.
        let draft = &self.drafts[index];
        let alone = draft.count.is_none() && !draft.plural && draft.thing.arrangement.is_none();
        if matches!(dim, Some(Dim::Apart | Dim::Gap)) && alone && !draft.known {
            let tied = self.links.iter_mut().rev().find(|link| {
                (link.subject == index || link.reference == index)
                    && link.gap.is_none()
                    && matches!(
                        link.place,
                        Place::Beside
                            | Place::LeftOf
                            | Place::RightOf
                            | Place::InFrontOf
                            | Place::Behind
                    )
            });
            if let Some(link) = tied {
                link.gap = Some(measure.value);
                return true;
            }
        }
        let falls =
            before.from || (before.at && self.drafts[index].traits.contains(&Trait::Falling));
        let kind = self.drafts[index].kind();
        match (measure.unit, dim) {
            (Unit::Length, None | Some(Dim::High))
                if falls && kind.is_some_and(|kind| kind.class() != Class::Mechanism) =>
            {
                // "a ball dropped onto a table from 2 m": the ball.
                let dropped = |link: &&super::parse::Link| {
                    link.reference == index
                        && !self.drafts[index].traits.contains(&Trait::Falling)
                        && self.drafts[link.subject].traits.contains(&Trait::Falling)
                };
                let falling = self.links.iter().rev().find(dropped).map(|link| link.subject);
                self.drafts[falling.unwrap_or(index)].thing.height = Some(measure.value);
            }
            (Unit::Length, Some(Dim::Apart | Dim::Gap)) if self.spread(index, measure.value) => {}
            (Unit::Length, None | Some(Dim::Long))
                if before.each
                    && matches!(
                        kind,
                        Some(
                            Kind::Pendulum
                                | Kind::InvertedPendulum
                                | Kind::CartPole
                                | Kind::Chain
                                | Kind::Arm
                        )
                    )
                    && self.drafts[index].thing.parts.is_some() =>
            {
                // "a double pole, each 40 cm"
                self.drafts[index].thing.length = Some(measure.value);
            }
            // "two leaves, each 70 cm wide"
            (Unit::Length, None | Some(Dim::Wide))
                if before.each
                    && kind == Some(Kind::Door)
                    && self.drafts[index].thing.parts == Some(2) =>
            {
                self.drafts[index].lengths.push((Some(Dim::Wide), 2.0 * measure.value));
            }
            (Unit::Length, Some(Dim::Deep | Dim::Long))
                if kind == Some(Kind::Stairs) && self.each_step =>
            {
                self.drafts[index].lengths.push((Some(Dim::Tread), measure.value));
            }
            (Unit::Length, None | Some(Dim::High))
                if kind == Some(Kind::Stairs)
                    && (before.each || self.take(|sense| sense == Sense::Each)) =>
            {
                self.each_step = true;
                let draft = &mut self.drafts[index];
                let steps = f64::from(draft.thing.parts.unwrap_or(5));
                draft.lengths.push((Some(Dim::High), measure.value * steps));
            }
            (Unit::Speed, _) => {
                let index = self.goer(index);
                let draft = &mut self.drafts[index];
                draft.speed = Some(measure.value);
                self.heading(index);
            }
            (Unit::Acceleration, _) => {
                self.world.gravity = Some(Xyz { z: -measure.value.abs(), ..Xyz::default() });
            }
            (Unit::Heading | Unit::Opening, _) => self.drafts[index].turned(measure),
            (Unit::Angle, _) => {
                // "leaning against a wall at 70 degrees": of what leans.
                let leans = |link: &&super::parse::Link| {
                    link.reference == index && link.place == Place::Leaning
                };
                let index = self.links.iter().rev().find(leans).map_or(index, |link| link.subject);
                self.drafts[index].angle = Some(measure.value);
                // "from the vertical" and the like.
                let here = self.at;
                if !(self.skip(|sense| matches!(sense, Sense::From | Sense::To | Sense::At))
                    && self.skip(|sense| {
                        matches!(
                            sense,
                            Sense::The | Sense::Trait(Trait::Upright | Trait::Lying) | Sense::Floor
                        )
                    }))
                {
                    self.at = here;
                } else {
                    self.skip(|sense| {
                        matches!(sense, Sense::Trait(Trait::Upright | Trait::Lying) | Sense::Floor)
                    });
                }
            }
            _ => return self.drafts[index].measure(measure, dim),
        }
        true
    }

    /// "two towers of cubes, 1 m apart": the towers, not the cubes.
    fn spread(&mut self, index: usize, gap: f64) -> bool {
        let stacked = |draft: &super::draft::Draft| {
            draft
                .thing
                .arrangement
                .as_ref()
                .is_some_and(|a| a.pattern == super::super::spec::Pattern::Stack)
        };
        if !stacked(&self.drafts[index]) {
            return false;
        }
        let mut any = false;
        for link in &mut self.links {
            if link.place == Place::RightOf
                && link.gap.is_none()
                && link.reference >= index
                && stacked(&self.drafts[link.subject])
            {
                link.gap = Some(gap);
                any = true;
            }
        }
        any
    }

    pub(super) fn skip(&mut self, wanted: impl Fn(Sense) -> bool) -> bool {
        let there = self.sense().is_some_and(wanted);
        self.at += usize::from(there);
        there
    }

    /// A direction behind a speed.
    fn heading(&mut self, index: usize) {
        let here = self.at;
        self.glue(|sense| matches!(sense, Sense::Is | Sense::Filler | Sense::To | Sense::The));
        if let Some(Sense::Direction(direction)) = self.sense() {
            self.at += 1;
            self.drafts[index].direction = Some(direction);
        } else {
            self.at = here;
        }
    }

    fn quality_of(&mut self, index: usize, sense: Sense, before: Before) -> bool {
        let free = before.is || before.each || !before.joined;
        match sense {
            Sense::Dim(dim) => {
                self.at += 1;
                self.glue(|sense| matches!(sense, Sense::Of | Sense::Is | Sense::At));
                if self.distributed(index, Some(dim)) {
                    return true;
                }
                match self.peek() {
                    Some(Lex::Measure(measure)) => {
                        self.at += 1;
                        // "whose edges are 12 cm long"
                        self.take(|sense| {
                            matches!(sense, Sense::Stretch(_) | Sense::Dim(Dim::High))
                        });
                        !self.heads_a_thing() && self.drafts[index].measure(measure, Some(dim))
                    }
                    Some(Lex::Number(value)) if value > 0.0 => {
                        self.at += 1;
                        self.bare("m");
                        let measure = Measure { value, unit: Unit::Length, scale: 1.0 };
                        !self.heads_a_thing() && self.drafts[index].measure(measure, Some(dim))
                    }
                    _ => false,
                }
            }
            Sense::Prop(prop) => {
                self.at += 1;
                self.prop_of(index, prop, before)
            }
            Sense::Colour(_) | Sense::Dark | Sense::Light if free && !before.of => {
                if self.heads_a_thing() && !(before.is || before.with) || self.is_shade_of_a_thing()
                {
                    return false;
                }
                self.colours(index)
            }
            Sense::Material(material) if free || before.of => {
                self.at += 1;
                if self.heads_a_thing() {
                    return false;
                }
                self.drafts[index].thing.material = Some(material);
                true
            }
            Sense::Noun(noun) if before.of && noun.words == "glass" => {
                self.at += 1;
                self.drafts[index].thing.material = Some(super::super::spec::Material::Glass);
                true
            }
            // "with little damping", "with high friction"
            Sense::Size(factor)
            | Sense::Heft(factor)
            | Sense::Stretch([_, _, factor])
            | Sense::Strength(factor)
                if matches!(
                    self.sense_ahead(1),
                    Some(
                        Sense::Prop(Prop::Damping | Prop::Friction | Prop::Bounce)
                            | Sense::Trait(Trait::Bouncing)
                    )
                ) =>
            {
                // A weak wind has 2 m/s.
                let factor = if sense == Sense::Strength(2.0) { 0.5 } else { factor };
                let bounces = matches!(
                    self.sense_ahead(1),
                    Some(Sense::Prop(Prop::Bounce) | Sense::Trait(Trait::Bouncing))
                );
                if bounces {
                    self.at += 2;
                    let bounce = if factor < 1.0 { 0.2 } else { 0.9 };
                    self.drafts[index].thing.bounce = Some(bounce);
                    return self.drafts[index]
                        .kind()
                        .is_some_and(|kind| kind.class() == Class::Solid);
                }
                let damping = self.sense_ahead(1) == Some(Sense::Prop(Prop::Damping));
                self.at += 2;
                let thing = &mut self.drafts[index].thing;
                let mechanism = thing.kind.class() == Class::Mechanism;
                match (mechanism, damping) {
                    (true, _) => thing.damping = Some(if factor < 1.0 { 0.02 } else { 1.0 }),
                    (false, false) => thing.friction = Some(if factor < 1.0 { 0.1 } else { 1.5 }),
                    (false, true) => return false,
                }
                true
            }
            Sense::Size(factor) if before.is => {
                self.at += 1;
                self.drafts[index].factor = Some(factor);
                !self.heads_a_thing()
            }
            Sense::Heft(factor) if before.is => {
                self.at += 1;
                self.drafts[index].heft = Some(factor);
                !self.heads_a_thing()
            }
            Sense::Direction(direction)
                if self.drafts[index].speed.is_some()
                    || self.drafts[index].traits.iter().any(|t| {
                        matches!(t, Trait::Thrown | Trait::Moving | Trait::Rolling | Trait::Sliding)
                    }) =>
            {
                self.at += 1;
                self.drafts[index].direction = Some(direction);
                true
            }
            Sense::Pose(angle) => {
                self.at += 1;
                self.posed(index, angle)
            }
            Sense::Unequal(by) => {
                self.at += 1;
                self.unequal(index, by)
            }
            Sense::Outline(_)
            | Sense::Rainbow
            | Sense::Pace(_)
            | Sense::Wheels(_)
            | Sense::Hinges(_)
            | Sense::Joints(..)
                if free && !before.of && !self.heads_a_thing() =>
            {
                let mut draft = std::mem::take(&mut self.drafts[index]);
                let done = self.adjective_into(&mut draft);
                self.drafts[index] = draft;
                done
            }
            Sense::Which(which) => self.first_of_them(index, which),
            Sense::Steep(angle) => {
                self.at += 1;
                self.drafts[index].angle.get_or_insert(angle);
                !self.heads_a_thing()
            }
            Sense::Trait(quality)
                if !matches!(quality, Trait::Weightless | Trait::Windy | Trait::Enclosed) =>
            {
                if before.joined && self.heads_a_thing() {
                    return false;
                }
                self.at += 1;
                self.trait_of(index, quality)
            }
            _ => false,
        }
    }

    /// "the first one pulled back", "the first two balls lifted": of a cradle or of dominoes.
    fn first_of_them(&mut self, index: usize, which: Which) -> bool {
        let Some(kind) = self.drafts[index].kind() else { return false };
        if which != Which::First || !matches!(kind, Kind::NewtonsCradle | Kind::Dominoes) {
            return false;
        }
        self.at += 1;
        let mut count = 1;
        if let Some(Lex::Number(number)) = self.peek() {
            let Some(number) = super::parse::whole(number) else { return false };
            count = number;
            self.at += 1;
        }
        self.glue(|sense| {
            matches!(sense, Sense::Noun(noun) if matches!(noun.kind, Kind::Sphere | Kind::Dominoes))
                || matches!(sense, Sense::Ones | Sense::Is | Sense::Filler)
        });
        let moved = self.skip(|sense| {
            matches!(
                sense,
                Sense::Trait(
                    Trait::Released
                        | Trait::Lifted
                        | Trait::Toppling
                        | Trait::Falling
                        | Trait::Tilted
                        | Trait::Thrown
                )
            )
        });
        let draft = &mut self.drafts[index];
        match kind {
            Kind::NewtonsCradle if moved => draft.thing.lifted = Some(count),
            Kind::Dominoes if moved && count == 1 => draft.traits.push(Trait::Toppling),
            _ => return false,
        }
        true
    }

    fn is_shade_of_a_thing(&self) -> bool {
        self.sense() == Some(Sense::Light) && !matches!(self.sense_ahead(1), Some(Sense::Colour(_)))
    }

    /// "light", "dark", or nothing.
    pub(super) fn shade(&mut self) -> &'static str {
        let shade = match self.sense() {
            Some(Sense::Dark) => "dark ",
            Some(Sense::Light) => "light ",
            _ => "",
        };
        self.at += usize::from(!shade.is_empty());
        shade
    }

    /// "red", "light blue", "red, green and blue".
    fn colours(&mut self, index: usize) -> bool {
        let mut found = Vec::new();
        loop {
            let here = self.at;
            let shade = self.shade();
            let Some(Sense::Colour(colour)) = self.sense() else {
                self.at = here;
                break;
            };
            self.at += 1;
            if self.heads_a_thing() {
                self.at = here;
                break;
            }
            found.push(format!("{shade}{colour}"));
            let joined = self.at;
            while matches!(self.peek(), Some(Lex::Comma)) || self.sense() == Some(Sense::And) {
                self.at += 1;
            }
            let more = matches!(self.sense(), Some(Sense::Colour(_) | Sense::Dark | Sense::Light));
            if self.at == joined || !more || self.heads_a_thing() {
                self.at = joined;
                break;
            }
        }
        let any = !found.is_empty();
        if any {
            self.drafts[index].thing.colours = found;
        }
        any
    }

    /// A property with its value behind it: "mass of 2 kg", "friction 0.3", "colour red".
    fn prop_of(&mut self, index: usize, prop: Prop, before: Before) -> bool {
        self.glue(|sense| {
            matches!(
                sense,
                Sense::Of | Sense::Is | Sense::At | Sense::To | Sense::A | Sense::Filler
            )
        });
        if before.no {
            return match prop {
                Prop::Friction | Prop::Damping => {
                    let mechanism = self.drafts[index]
                        .kind()
                        .is_some_and(|kind| kind.class() == Class::Mechanism);
                    if mechanism {
                        self.drafts[index].thing.damping = Some(0.0);
                    } else {
                        self.drafts[index].thing.friction = Some(0.0);
                    }
                    true
                }
                _ => false,
            };
        }
        let dim = Some(Dim::High).filter(|_| prop == Prop::Height && !before.at && !before.from);
        if matches!(self.peek(), Some(Lex::Number(_) | Lex::Measure(_)))
            && !matches!(prop, Prop::Colour | Prop::Material)
            && (dim.is_some() || prop != Prop::Height)
            && !(prop == Prop::Size && self.sizes_in_turn())
            && self.shared_out(index, dim, Some(prop))
        {
            return true;
        }
        match (prop, self.peek()) {
            (Prop::Colour, _) => self.colours(index),
            (Prop::Height, Some(Lex::Measure(measure))) if measure.unit == Unit::Length => {
                self.at += 1;
                let raised =
                    before.at || before.from || self.drafts[index].traits.contains(&Trait::Falling);
                let draft = &mut self.drafts[index];
                if raised {
                    draft.thing.height = Some(measure.value);
                } else {
                    draft.lengths.push((Some(Dim::High), measure.value));
                }
                true
            }
            (Prop::Size, Some(Lex::Measure(measure))) => self.measure_of(index, measure, before),
            (Prop::Size, Some(Lex::Number(number))) => self.sizes_of(index, number),
            (Prop::Speed, Some(Lex::Measure(measure)))
                if matches!(measure.unit, Unit::Speed | Unit::Turning) =>
            {
                self.at += 1;
                let done = self.drafts[index].measure(measure, None);
                self.heading(index);
                done
            }
            (Prop::Mass, Some(Lex::Measure(measure))) if measure.unit != Unit::Mass => false,
            // "with the density of steel"
            (Prop::Density | Prop::Friction, Some(Lex::Known(_)))
                if matches!(self.sense(), Some(Sense::Material(_)))
                    && self.drafts[index]
                        .kind()
                        .is_some_and(|kind| kind.class() != Class::Mechanism) =>
            {
                let Some(Sense::Material(material)) = self.sense() else { return false };
                self.at += 1;
                let traits = material.traits();
                let thing = &mut self.drafts[index].thing;
                match prop {
                    Prop::Density => thing.density = Some(traits.density),
                    _ => thing.friction = Some(traits.friction),
                }
                !self.heads_a_thing()
            }
            (
                Prop::Damping | Prop::Friction,
                Some(Lex::Known(_) | Lex::Comma | Lex::Stop) | None,
            ) if before.with || before.joined => {
                // "with friction": as much as a joint has that is not oiled.
                let draft = &mut self.drafts[index];
                if draft.kind().is_some_and(|kind| kind.class() == Class::Mechanism) {
                    draft.thing.damping.get_or_insert(0.1);
                }
                true
            }
            (_, Some(Lex::Number(value))) => {
                self.at += 1;
                match prop {
                    Prop::Mass => self.bare("kg"),
                    Prop::Height => self.bare("m"),
                    Prop::Speed => self.bare("m/s"),
                    _ => {}
                }
                self.property(index, prop, value)
            }
            (_, Some(Lex::Measure(Measure { value, .. }))) => {
                self.at += 1;
                self.property(index, prop, value)
            }
            _ => false,
        }
    }

    /// Sets a property. `false` when a number cannot be one.
    pub(super) fn property(&mut self, index: usize, prop: Prop, value: f64) -> bool {
        let draft = &mut self.drafts[index];
        if draft.is_floor && !matches!(prop, Prop::Friction | Prop::Angle) {
            return false;
        }
        let mechanism = draft.kind().is_some_and(|kind| kind.class() == Class::Mechanism);
        let thing = &mut draft.thing;
        match prop {
            Prop::Mass => thing.mass = Some(value),
            Prop::Density => thing.density = Some(value),
            Prop::Friction if mechanism => thing.damping = Some(value),
            Prop::Friction => thing.friction = Some(value),
            Prop::Bounce => thing.bounce = Some(value),
            Prop::Stiffness => thing.stiffness = Some(value),
            Prop::Damping => thing.damping = Some(value),
            Prop::Angle => draft.angle = Some(value),
            Prop::Spin => draft.turning = Some(value),
            Prop::Speed => draft.speed = Some(value),
            Prop::Height => draft.lengths.push((Some(Dim::High), value)),
            Prop::Strength if mechanism => thing.strength = Some(value),
            Prop::Size | Prop::Colour | Prop::Material | Prop::Strength => return false,
        }
        true
    }
}
