//! Several things that differ, and how many make a group.

use super::super::{
    build::extents,
    spec::{Kind, Pattern, Place},
};
use super::{
    draft::Draft,
    lexer::Lex,
    lexicon::{Dim, Part, Prop, Sense, Trait},
    measure::{Measure, Unit},
    parse::{Link, Parser, stretched, whole},
};

impl Parser {
    /// "two lifted", of a cradle.
    pub(super) fn lifted(&mut self, index: usize, number: f64) -> bool {
        let mut by = 1;
        while matches!(
            self.sense_ahead(by),
            Some(
                Sense::Is
                    | Sense::Of
                    | Sense::It
                    | Sense::The
                    | Sense::At
                    | Sense::To
                    | Sense::Direction(_)
                    | Sense::Place(Place::On | Place::OnLeftEnd | Place::OnRightEnd)
            )
        ) || matches!(self.sense_ahead(by), Some(Sense::Noun(noun)) if noun.kind == Kind::Sphere)
        {
            by += 1;
        }
        let lifts = self.sense_ahead(by);
        let lifted = matches!(lifts, Some(Sense::Trait(Trait::Lifted | Trait::Released)));
        let count = whole(number);
        if !lifted || count.is_none() || self.drafts[index].kind() != Some(Kind::NewtonsCradle) {
            return false;
        }
        // "with five balls released at 30 degrees": so many it has, of which one is.
        let thing = &mut self.drafts[index].thing;
        if thing.parts.is_none() && number > 2.0 && lifts == Some(Sense::Trait(Trait::Released)) {
            thing.parts = count;
            self.at += by;
            return true;
        }
        thing.lifted = count;
        self.at += by + 1;
        true
    }

    /// "three red and two blue", of five.
    pub(super) fn by_colour(&mut self, index: usize) -> bool {
        let begin = self.at;
        let mut colours = Vec::new();
        while let Some(Lex::Number(number)) = self.peek()
            && let Some(Sense::Colour(colour)) = self.sense_ahead(1)
            && let Some(number) = whole(number)
        {
            colours.extend((0..number).map(|_| colour.to_owned()));
            self.at += 2;
            let joined = self.at;
            while self.peek() == Some(Lex::Comma) || self.sense() == Some(Sense::And) {
                self.at += 1;
            }
            if !matches!(self.peek(), Some(Lex::Number(_))) {
                self.at = joined;
            }
        }
        let all = self.drafts[index].count == Some(colours.len() as u32)
            && colours.len() <= 16
            && !self.heads_a_thing();
        if all {
            self.drafts[index].thing.colours = colours;
        } else {
            self.at = begin;
        }
        all
    }

    /// "a red and a blue cube, 1 m apart": the two that were named last.
    pub(super) fn two_apart(&mut self, index: usize, dim: Option<Dim>, value: f64) -> bool {
        // "30 cm from each to the next", of those that were placed by one another.
        let sides = [Place::LeftOf, Place::RightOf, Place::InFrontOf, Place::Behind];
        let text = self.at.checked_sub(1).map_or("", |at| &*self.lexemes[at].text);
        if text.contains("next") || text.contains("neighbo") || text.contains("each") {
            let list = self.list.clone();
            let mut any = false;
            for link in &mut self.links {
                if sides.contains(&link.place)
                    && link.gap.is_none()
                    && list.contains(&link.subject)
                    && link.subject <= index
                {
                    link.gap = Some(value);
                    any = true;
                }
            }
            if any {
                return true;
            }
        }
        let single = |draft: &Draft| {
            draft.count.is_none() && !draft.plural && draft.thing.arrangement.is_none()
        };
        let Some(at) = self.list.iter().position(|member| *member == index) else { return false };
        let Some(before) = at.checked_sub(1).map(|at| self.list[at]) else { return false };
        if !single(&self.drafts[index]) || !single(&self.drafts[before]) {
            return false;
        }
        let width = |draft: &Draft| extents(&draft.clone().resolve(&mut Vec::new()))[0];
        let halves = (width(&self.drafts[index]) + width(&self.drafts[before])) / 2.0;
        let gap = if dim == Some(Dim::Apart) { (value - halves).max(0.0) } else { value };
        self.links.push(Link {
            subject: index,
            place: Place::RightOf,
            reference: before,
            member: None,
            other: None,
            gap: Some(gap),
        });
        self.apart.push(value);
        true
    }

    /// "two cubes, one red and one blue": as many colours as there are things.
    pub(super) fn one_by_one(&mut self, index: usize) -> bool {
        let begin = self.at;
        let mut colours = Vec::new();
        while self.peek() == Some(Lex::Number(1.0))
            && let Some(Sense::Colour(colour)) = self.sense_ahead(1)
        {
            colours.push(colour.to_owned());
            self.at += 2;
            let joined = self.at;
            while self.peek() == Some(Lex::Comma) || self.sense() == Some(Sense::And) {
                self.at += 1;
            }
            if self.peek() != Some(Lex::Number(1.0)) {
                self.at = joined;
            }
        }
        if self.heads_a_thing() || colours.is_empty() {
            self.at = begin;
            return false;
        }
        let copies = self.copies_of(index);
        let grid = self.drafts[index]
            .thing
            .arrangement
            .clone()
            .filter(|a| a.pattern == Pattern::Grid && a.rows == Some(colours.len() as u32));
        if self.drafts[index].count == Some(colours.len() as u32) {
            self.drafts[index].thing.colours = colours;
        } else if copies.len() == colours.len() {
            for (copy, colour) in copies.into_iter().zip(colours) {
                self.drafts[copy].thing.colours = vec![colour];
            }
        } else if let Some(columns @ 1..=8) = grid.and_then(|grid| grid.columns) {
            let row = |colour| std::iter::repeat_n(colour, columns as usize);
            self.drafts[index].thing.colours = colours.into_iter().flat_map(row).collect();
        } else {
            self.at = begin;
            return false;
        }
        true
    }

    /// The towers of "two towers of four blocks", of which `index` is the first.
    pub(super) fn copies_of(&self, index: usize) -> Vec<usize> {
        let mut copies = vec![index];
        for link in &self.links {
            let [own, base] = [link.subject, link.reference].map(|at| &self.drafts[at]);
            let alike = own.noun == base.noun && own.thing == base.thing && own.count == base.count;
            if alike
                && own.thing.arrangement.is_some()
                && matches!(link.place, Place::RightOf | Place::Behind)
                && copies.contains(&link.reference)
            {
                copies.push(link.subject);
            }
        }
        copies
    }

    /// "two balls, one heavy and one light": each becomes a thing of its own.
    pub(super) fn one_and_another(&mut self, index: usize) -> bool {
        let begin = self.at;
        let Some(count @ 2..) = self.drafts[index].count else { return false };
        let mut members = Vec::new();
        while members.len() < count as usize {
            let first = members.is_empty();
            let another = match (self.peek(), self.sense()) {
                (Some(Lex::Number(1.0)), _) => true,
                // "the other is light"
                (_, Some(Sense::The)) if !first => {
                    self.at += 1;
                    self.lexemes[self.at..].first().is_some_and(|lexeme| lexeme.text == "other")
                }
                (_, Some(Sense::More)) => !first,
                (_, Some(Sense::Place(Place::OnRightEnd))) => false,
                _ => false,
            };
            if !another {
                break;
            }
            self.at += 1;
            let Some(member) = self.member_of(index) else { break };
            members.push(member);
            while self.peek() == Some(Lex::Comma) || self.sense() == Some(Sense::And) {
                self.at += 1;
            }
        }
        if members.len() != count as usize {
            self.at = begin;
            return false;
        }
        self.split(index, members)
    }

    /// One of several with what is said of it alone.
    pub(super) fn member_of(&mut self, index: usize) -> Option<Draft> {
        let mut member = self.drafts[index].clone();
        member.count = None;
        member.plural = false;
        member.thing.arrangement = None;
        let before = member.clone();
        loop {
            self.glue(|sense| {
                matches!(sense, Sense::Is | Sense::With | Sense::Of | Sense::A | Sense::Filler)
            });
            match self.peek() {
                Some(Lex::Measure(measure)) => {
                    self.at += 1;
                    member.thing.mass = member.thing.mass.filter(|_| measure.unit != Unit::Mass);
                    if !self.length_before(&mut member, measure) {
                        return None;
                    }
                }
                Some(Lex::Known(_)) if self.adjective() => {
                    if matches!(self.sense(), Some(Sense::Colour(_))) {
                        member.thing.colours.clear();
                    }
                    if !self.adjective_into(&mut member) {
                        return None;
                    }
                }
                _ => break,
            }
        }
        let changed =
            member.thing != before.thing || !member.traits.is_empty() || !member.is_blank();
        (changed && !self.heads_a_thing()).then_some(member)
    }

    /// "of 10, 20 and 30 cm", of three: each becomes a thing of its own.
    pub(super) fn distributed(&mut self, index: usize, dim: Option<Dim>) -> bool {
        self.shared_out(index, dim, None)
    }

    /// "of 10, 20 and 30 cm", "with frictions of 0.1 and 0.3": of as many as there are figures.
    pub(super) fn shared_out(
        &mut self,
        index: usize,
        dim: Option<Dim>,
        prop: Option<Prop>,
    ) -> bool {
        let begin = self.at;
        // "balls of 1, 5 and 10 kg": as many as there are figures.
        let draft = &self.drafts[index];
        let open = draft.count.is_none() && draft.plural && draft.thing.arrangement.is_none();
        let open = open && !draft.known;
        // "a red, a green and a blue ball of 10, 20 and 30 cm"
        let single = |at: &usize| {
            let draft = &self.drafts[*at];
            draft.count.is_none() && !draft.plural && draft.noun == self.drafts[index].noun
        };
        let listed = !open
            && !self.told_of_member
            && self.list.len() > 1
            && self.list.contains(&index)
            && self.list.iter().all(single);
        if !open && !listed && draft.count.is_none_or(|count| count < 2) {
            return false;
        }
        let count = if listed { Some(self.list.len() as u32) } else { draft.count };
        let (mut values, mut unit) = (Vec::new(), None);
        loop {
            match self.peek() {
                Some(Lex::Number(number)) => values.push((number, None)),
                Some(Lex::Measure(measure)) => {
                    values.push((measure.value / measure.scale, Some(measure)));
                    unit = Some(measure);
                }
                _ => break,
            }
            self.at += 1;
            let here = self.at;
            while self.peek() == Some(Lex::Comma) || self.sense() == Some(Sense::And) {
                self.at += 1;
            }
            if self.at == here {
                break;
            }
        }
        let before = self.at;
        self.glue(|sense| matches!(sense, Sense::In | Sense::Filler));
        let said = match self.sense() {
            Some(Sense::Dim(Dim::Apart | Dim::Gap | Dim::Up)) => None,
            Some(Sense::Dim(dim)) => Some(dim),
            Some(Sense::Stretch(factors)) if !self.heads_a_thing() => Some(stretched(factors)),
            _ => None,
        };
        self.at = if said.is_some() && dim.is_none() { self.at + 1 } else { before };
        let dim = dim.or(said);
        let enough = values.len() > 1 && count.is_none_or(|count| values.len() == count as usize);
        if let (Some(prop), true) = (prop.filter(|_| unit.is_none()), enough) {
            return self.property_of_each(index, prop, &values, listed);
        }
        let (Some(unit), true) = (unit, enough) else {
            self.at = begin;
            return false;
        };
        if listed {
            let members = self.list.clone();
            let mut drafts: Vec<Draft> =
                members.iter().map(|at| self.drafts[*at].clone()).collect();
            for (draft, (number, measure)) in drafts.iter_mut().zip(values) {
                let measure = measure.unwrap_or(Measure { value: number * unit.scale, ..unit });
                if measure.unit != unit.unit || !draft.measure(measure, dim) {
                    self.at = begin;
                    return false;
                }
            }
            for (at, draft) in members.into_iter().zip(drafts) {
                self.drafts[at] = draft;
            }
            return true;
        }
        let mut members = Vec::new();
        for (number, measure) in values {
            let measure = measure.unwrap_or(Measure { value: number * unit.scale, ..unit });
            let mut member = self.drafts[index].clone();
            member.count = None;
            member.plural = false;
            if measure.unit != unit.unit || !member.measure(measure, dim) {
                self.at = begin;
                return false;
            }
            members.push(member);
        }
        self.split(index, members)
    }

    fn property_of_each(
        &mut self,
        index: usize,
        prop: Prop,
        values: &[(f64, Option<Measure>)],
        listed: bool,
    ) -> bool {
        if !listed {
            let mut member = self.drafts[index].clone();
            (member.count, member.plural) = (None, false);
            self.split(index, vec![member; values.len()]);
        }
        let members = if listed { self.list.clone() } else { self.twins.clone() };
        members.len() == values.len()
            && members
                .into_iter()
                .zip(values)
                .all(|(member, (value, _))| self.property(member, prop, *value))
    }

    /// Several become things of their own, each as placed as all were.
    pub(super) fn split(&mut self, index: usize, members: Vec<Draft>) -> bool {
        let stacked = members.first().is_some_and(|member| {
            member.thing.arrangement.as_ref().is_some_and(|a| a.pattern == Pattern::Stack)
        });
        let (mut before, mut things) = (index, vec![index]);
        for (n, mut member) in members.into_iter().enumerate() {
            member.thing.arrangement = None;
            if n == 0 {
                self.drafts[index] = member;
                continue;
            }
            self.drafts.push(member);
            let twin = self.drafts.len() - 1;
            let links: Vec<_> =
                self.links.iter().filter(|link| link.subject == index).cloned().collect();
            let link = |place, reference| Link {
                subject: twin,
                place,
                reference,
                member: None,
                other: None,
                gap: None,
            };
            if stacked {
                self.links.push(link(Place::On, before));
            } else {
                self.links.extend(links.into_iter().map(|link| Link { subject: twin, ..link }));
            }
            self.list.push(twin);
            things.push(twin);
            before = twin;
        }
        self.twins = if stacked { Vec::new() } else { things };
        true
    }

    /// "ten high", "10 bricks wide", "four cubes high": of a group, a count.
    pub(super) fn height_of_group(&mut self, index: usize, numbers: &[f64]) -> bool {
        let begin = self.at;
        let draft = &self.drafts[index];
        let (Some(pattern), [number]) =
            (draft.thing.arrangement.as_ref().map(|a| a.pattern), numbers)
        else {
            return false;
        };
        let Some(number) = whole(*number) else { return false };
        let own = draft.noun.map(|noun| noun.words);
        self.glue(|sense| {
            matches!(sense, Sense::Ones | Sense::Part(Part::Layer))
                || matches!(sense, Sense::Noun(noun) if Some(noun.words) == own)
        });
        let dim = match self.sense() {
            Some(Sense::Dim(dim)) => dim,
            Some(Sense::Stretch(factors)) => stretched(factors),
            _ => {
                self.at = begin;
                return false;
            }
        };
        use Pattern::{Column, Grid, Pyramid, Row, Stack, Triangle, Wall};
        let draft = &mut self.drafts[index];
        match (pattern, dim) {
            (Stack, Dim::High) | (Row, Dim::Long | Dim::Wide) | (Column, Dim::Long | Dim::Deep) => {
                draft.count = Some(number);
            }
            (Wall | Grid, Dim::Wide | Dim::Long) | (Pyramid, Dim::Wide) | (Wall, Dim::Diameter) => {
                draft.arrange(pattern).columns = Some(number);
            }
            (Grid, Dim::Deep) => draft.arrange(pattern).rows = Some(number),
            (Wall | Grid | Pyramid | Triangle, Dim::High) => {
                draft.arrange(pattern).layers = Some(number);
            }
            _ => {
                self.at = begin;
                return false;
            }
        }
        self.at += 1;
        true
    }
}
