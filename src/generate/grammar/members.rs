//! Several that differ: what is said of one of them, of some and of the rest, whatever that is.

use super::super::spec::{Class, Kind, Pattern, Place};
use super::{
    draft::Draft,
    lexer::{Lex, Lexeme},
    lexicon::{Noun, Sense, Which},
    measure::{Measure, Unit},
    parse::{Link, Parser, whole},
};

/// Most of a group of which each can be another.
const MOST: usize = 60;
/// Most colours that take turns in a group.
const COLOURS: usize = 16;

/// Which of several are meant.
#[derive(Debug, PartialEq)]
enum Pick {
    /// So many of those of whom nothing was said yet.
    Next(usize),
    /// All of those.
    Rest,
    /// By their places, from 0.
    At(Vec<usize>),
}

/// What is said of some of several.
struct Member {
    places: Vec<usize>,
    draft: usize,
}

impl Parser {
    /// "…, one of steel and one of wood", ": the first 10 cm wide, the others 20 cm wide".
    pub(super) fn members(&mut self, index: usize) -> bool {
        let copies = self.copies_of(index);
        let joined = matches!(self.peek(), Some(Lex::Comma | Lex::Mark))
            || matches!(self.sense(), Some(Sense::With | Sense::Of | Sense::Filler))
            || matches!(self.peek(), Some(Lex::Number(_)))
            || self.word(0) == "but";
        // The first of a row that works as one is no thing of its own.
        let one = matches!(
            self.drafts[index].kind(),
            Some(Kind::Dominoes | Kind::Gears | Kind::NewtonsCradle)
        );
        if one || !joined || self.drafts[index].known || self.told_of_member {
            return false;
        }
        if copies.len() > 1 {
            return self.tell_of(&copies, false);
        }
        self.tell_of_group(index)
    }

    /// A sentence of its own: "The left one weighs 10 kg; the right one only 1 kg."
    pub(super) fn members_before(&mut self) -> bool {
        if !self.list.is_empty() || self.told_of_member || self.drafts.iter().any(|d| d.known) {
            return false;
        }
        let several = |draft: &Draft| draft.count.is_some_and(|count| count > 1);
        let named = self.named.clone();
        let alone = named.len() > 1 && named.iter().all(|at| !several(&self.drafts[*at]));
        if alone && self.tell_of(&named, true) {
            return true;
        }
        let group = self.drafts.iter().rposition(several).or_else(|| {
            (0..self.drafts.len()).find(|at| {
                self.drafts[*at].thing.arrangement.is_some() && self.copies_of(*at).len() > 1
            })
        });
        let Some(mut group) = group else { return false };
        if let Some(first) = (0..group).find(|at| self.copies_of(*at).contains(&group)) {
            group = first;
        }
        let copies = self.copies_of(group);
        if copies.len() > 1 {
            return self.tell_of(&copies, true);
        }
        self.tell_of_group(group)
    }

    /// "The middle one weighs 3 kg.", of a group: that one becomes a thing of its own.
    pub(super) fn one_alone(&mut self, index: usize) -> usize {
        self.single = None;
        let Some(member) = self.which else { return index };
        let group = self.drafts[index].count.is_some_and(|count| count > 1);
        let mut next = 0;
        while matches!(self.sense_ahead(next), Some(Sense::Is | Sense::Filler)) {
            next += 1;
        }
        let placed = matches!(
            self.sense_ahead(next),
            Some(Sense::Place(_) | Sense::Inverse(_) | Sense::With | Sense::And)
        ) || matches!(self.ahead(next), None | Some(Lex::Stop | Lex::Comma));
        let one = matches!(self.drafts[index].kind(), Some(Kind::Dominoes | Kind::Gears));
        if one || !group || placed || self.drafts[index].known {
            return index;
        }
        match self.parted(index) {
            Ok(members) => {
                self.which = None;
                self.named = members.clone();
                members.get(member as usize - 1).copied().unwrap_or(index)
            }
            Err(_) => {
                self.single = Some(index);
                index
            }
        }
    }

    fn word(&self, by: usize) -> &str {
        self.lexemes.get(self.at + by).map_or("", |lexeme| &*lexeme.text)
    }

    /// What joins one member to the next.
    fn separators(&mut self) {
        while matches!(self.peek(), Some(Lex::Comma | Lex::Mark | Lex::Stop))
            || matches!(self.sense(), Some(Sense::And | Sense::Filler))
        {
            self.at += 1;
        }
    }

    /// Of a group that is one thing of the plan.
    fn tell_of_group(&mut self, index: usize) -> bool {
        let Some(count) = self.drafts[index].count.map(|count| count as usize) else {
            return false;
        };
        if !(2..=MOST).contains(&count) {
            return false;
        }
        let before = self.clone();
        let mut base = self.drafts[index].clone();
        (base.count, base.plural, base.thing.arrangement) = (None, false, None);
        let bases = vec![base; count];
        let told = self.told(&bases, index);
        let done = told.is_some_and(|told| {
            self.in_their_colours(index, &told, &bases[0]) || self.become_things(index, &told)
        });
        if !done {
            *self = before;
        }
        done
    }

    /// Of things that are apart already.
    fn tell_of(&mut self, things: &[usize], alone: bool) -> bool {
        let before = self.clone();
        // Which is the left one is up to the places that were said.
        let tied = self
            .links
            .iter()
            .any(|link| things.contains(&link.subject) && things.contains(&link.reference));
        let bases: Vec<Draft> = things.iter().map(|at| self.drafts[*at].clone()).collect();
        let sided = (self.at..self.at + 3).any(|at| {
            matches!(
                self.lexemes.get(at).and_then(Lexeme::sense),
                Some(Sense::Which(Which::Left | Which::Right) | Sense::Direction(_))
            )
        });
        let told = if alone && tied && sided { None } else { self.told(&bases, things[0]) };
        let Some(told) = told else {
            *self = before;
            return false;
        };
        for member in told {
            for place in member.places {
                let thing = things[place];
                self.drafts[thing] = self.drafts[member.draft].clone();
                self.give_links(member.draft, thing);
            }
            self.forget(member.draft);
        }
        true
    }

    /// All that is said of members, one after another.
    fn told(&mut self, bases: &[Draft], index: usize) -> Option<Vec<Member>> {
        let count = bases.len();
        let mut free: Vec<bool> = vec![true; count];
        let mut told: Vec<Member> = Vec::new();
        let (mut open, mut widths) = (false, Vec::new());
        let list = std::mem::take(&mut self.list);
        let (current, head, it) = (self.current, self.head, self.it);
        self.told_of_member = true;
        loop {
            let here = self.at;
            self.separators();
            if told.is_empty() && self.at == here && self.sense() == Some(Sense::With) {
                self.at += 1;
            }
            let mut member = bases.iter().zip(&free).find(|(_, free)| **free)?.0.clone();
            let known = self.drafts.len();
            let partial = self.sense() == Some(Sense::Of) || self.sense_ahead(1) == Some(Sense::Of);
            let Some(pick) = self.pick(&mut member, index, count, !told.is_empty()) else {
                self.at = here;
                break;
            };
            let places: Vec<usize> = match pick {
                Pick::At(places) => {
                    open = true;
                    // What was said before its noun goes to the one that is meant.
                    member = bases[*places.first()?].clone();
                    places
                }
                Pick::Next(number) => {
                    open |= partial && number < count;
                    (0..count).filter(|at| free[*at]).take(number).collect()
                }
                Pick::Rest => (0..count).filter(|at| free[*at]).collect(),
            };
            if places.is_empty() || places.iter().any(|at| !free.get(*at).copied().unwrap_or(false))
            {
                return None;
            }
            places.iter().for_each(|at| free[*at] = false);
            self.drafts.push(member);
            let last = !free.contains(&true);
            let most = if last && !told.is_empty() { widths.iter().copied().max() } else { None };
            let said = self.describe(known, index, count, most, told.last().map(|m| m.draft));
            widths.push(said);
            let plain = said == 0 && self.drafts[known] == bases[places[0]];
            told.push(Member { places, draft: known });
            if plain {
                return None;
            }
            if last {
                break;
            }
        }
        self.told_of_member = false;
        open |= std::mem::take(&mut self.compares);
        self.list = list;
        (self.current, self.head, self.it) = (current, head, it);
        let whole = !free.contains(&true);
        (!told.is_empty() && (whole || open) && !self.heads_a_thing()).then_some(told)
    }

    /// Who is meant: "one", "a red one", "the second", "the other two", "the first three".
    fn pick(&mut self, member: &mut Draft, index: usize, count: usize, more: bool) -> Option<Pick> {
        let own = self.drafts[index].noun;
        let is_own =
            |sense: Option<Sense>| matches!(sense, Some(Sense::Noun(noun)) if Some(noun) == own);
        self.of_them(own);
        let the = self.take(|sense| sense == Sense::The);
        if the {
            let word = self.word(0).to_owned();
            let at = match word.as_str() {
                "next" if more => {
                    self.at += 1;
                    self.named_again(own);
                    return Some(Pick::Next(1));
                }
                "former" => Some(vec![0]),
                "latter" => Some(vec![count - 1]),
                "other" | "others" | "rest" | "remaining" | "remainder" => {
                    self.at += 1;
                    let number = match self.peek() {
                        Some(Lex::Number(number)) => whole(number).map(|number| number as usize),
                        _ => None,
                    };
                    self.at += usize::from(number.is_some());
                    self.named_again(own);
                    let single = word == "other" && number.is_none();
                    return more.then_some(match number {
                        Some(number) => Pick::Next(number),
                        None if single => Pick::Next(1),
                        None => Pick::Rest,
                    });
                }
                _ => None,
            };
            if let Some(at) = at {
                self.at += 1;
                self.named_again(own);
                return (count == 2).then_some(Pick::At(at));
            }
        }
        let pattern = self.drafts[index].thing.arrangement.as_ref().map(|a| a.pattern);
        let level = matches!(pattern, None | Some(Pattern::Row));
        let number = match self.ahead(1) {
            Some(Lex::Number(number)) if number > 1.0 => {
                whole(number).map(|number| number as usize)
            }
            _ => None,
        };
        // "the second three" has three.
        let nth = matches!(self.sense(), Some(Sense::Which(Which::Nth(_))));
        let number = number.filter(|number| *number < count && !nth);
        let some = number.unwrap_or(1).min(count);
        let places: Option<Vec<usize>> = match self.sense() {
            Some(Sense::Which(which)) => match which {
                Which::First => Some((0..some).collect()),
                Which::Last => Some((count - some..count).collect()),
                // "every second one" is the fourth, too.
                Which::Nth(n) if self.every_nth() && n > 1 => {
                    Some((n as usize - 1..count).step_by(n as usize).collect())
                }
                Which::Nth(n) if (n as usize) <= count => Some(vec![n as usize - 1]),
                Which::Middle if count % 2 == 1 => Some(vec![count / 2]),
                Which::Left if level => Some((0..some).collect()),
                Which::Right if level => Some((count - some..count).collect()),
                Which::Bottom if pattern == Some(Pattern::Stack) => Some((0..some).collect()),
                Which::Top if pattern == Some(Pattern::Stack) => {
                    Some((count - some..count).collect())
                }
                Which::Front if pattern == Some(Pattern::Column) => Some((0..some).collect()),
                Which::Back if pattern == Some(Pattern::Column) => {
                    Some((count - some..count).collect())
                }
                _ => None,
            },
            Some(Sense::Direction([x, ..])) if x != 0.0 && level && (the || more) => {
                Some(if x < 0.0 { (0..some).collect() } else { (count - some..count).collect() })
            }
            _ => None,
        };
        if let Some(places) = places {
            self.at += 1 + usize::from(number.is_some());
            self.named_again(own);
            return (the || more).then_some(Pick::At(places));
        }
        // "the red one", of several of which no colour was told yet.
        let open = the
            && self.adjective()
            && !matches!(self.sense(), Some(Sense::Trait(_)))
            && self.drafts[index].thing.colours.is_empty();
        if the && self.sense() != Some(Sense::Half) && !open {
            return None;
        }
        match (self.peek(), self.sense()) {
            (Some(Lex::Number(1.0)), _) => {
                self.at += 1;
                self.named_again(own);
                Some(Pick::Next(1))
            }
            (Some(Lex::Number(number)), _) => {
                let number = whole(number)? as usize;
                self.at += 1;
                let here = self.at;
                self.named_again(own);
                let said = self.at > here
                    || self.adjective() && (!self.heads_a_thing() || self.heads_own(index))
                    || matches!(self.sense(), Some(Sense::Is));
                (said && number < count).then_some(Pick::Next(number))
            }
            (_, Some(Sense::Half)) if count.is_multiple_of(2) => {
                self.at += 1;
                self.named_again(own);
                Some(Pick::Next(count / 2))
            }
            // "a red one", "a red cube", "another one"
            (_, sense) if open || matches!(sense, Some(Sense::A | Sense::More)) => {
                self.at += usize::from(!open);
                loop {
                    match (self.peek(), self.sense()) {
                        (Some(Lex::Number(1.0)), _) => break,
                        (_, sense) if is_own(sense) => break,
                        (Some(Lex::Measure(measure)), _) => {
                            self.at += 1;
                            if !self.length_before(member, measure) {
                                return None;
                            }
                        }
                        (_, Some(Sense::Filler | Sense::And)) | (Some(Lex::Comma), _) => {
                            self.at += 1;
                        }
                        _ => {
                            self.clear_for(member);
                            if !self.adjective_into(member) {
                                return None;
                            }
                        }
                    }
                }
                self.at += 1;
                Some(Pick::Next(1))
            }
            // "two spheres: red (5 cm) and blue (10 cm)"
            _ if self.adjective()
                && !self.heads_a_thing()
                && (more || self.at > 0 && matches!(self.lexemes[self.at - 1].lex, Lex::Mark)) =>
            {
                Some(Pick::Next(1))
            }
            _ => None,
        }
    }

    /// "a black crate next to a white one; the white one is on the left": of the black one.
    pub(super) fn turned_to_side(&mut self, index: usize, x: f64) -> bool {
        let beside = self.links.iter().position(|link| {
            link.place == Place::Beside && (link.subject == index || link.reference == index)
        });
        let place = if x < 0.0 { Place::LeftOf } else { Place::RightOf };
        if let Some(at) = beside {
            let link = &mut self.links[at];
            let other = if link.subject == index { link.reference } else { link.subject };
            (link.subject, link.reference, link.place) = (index, other, place);
            return true;
        }
        false
    }

    /// "four blue cubes", of cubes.
    fn heads_own(&self, index: usize) -> bool {
        let own = self.drafts[index].noun;
        let mut by = 0;
        while self.sense_ahead(by).is_some_and(Sense::is_adjective) {
            by += 1;
        }
        matches!(self.sense_ahead(by), Some(Sense::Noun(noun)) if Some(noun) == own)
    }

    /// What an adjective says takes the place of what was said of all.
    fn clear_for(&self, member: &mut Draft) {
        match self.sense() {
            Some(Sense::Colour(_)) => member.thing.colours.clear(),
            Some(Sense::Dark | Sense::Light)
                if matches!(self.sense_ahead(1), Some(Sense::Colour(_))) =>
            {
                member.thing.colours.clear();
            }
            _ => {}
        }
    }

    /// "of which", "of them", "of the cubes".
    fn of_them(&mut self, own: Option<&'static Noun>) {
        let of = self.sense() == Some(Sense::Of);
        let them = self.sense_ahead(1) == Some(Sense::It)
            || matches!(self.word(1), "which" | "these" | "those" | "whom");
        let the = usize::from(self.sense_ahead(1) == Some(Sense::The));
        let named =
            matches!(self.sense_ahead(1 + the), Some(Sense::Noun(noun)) if Some(noun) == own);
        if of && them && !named {
            self.at += 2;
        } else if of && the == 1 && named {
            self.at += 3;
        }
    }

    /// What stands for the noun behind "one" and the like.
    fn named_again(&mut self, own: Option<&'static Noun>) {
        self.glue(|sense| {
            sense == Sense::Ones
                || matches!(sense, Sense::Noun(noun) if Some(noun) == own)
                || matches!(sense, Sense::Group(Pattern::Stack))
        });
        self.at += usize::from(self.peek() == Some(Lex::Number(1.0)));
        self.of_them(own);
    }

    /// Whether the words that come tell of another member.
    fn another_follows(&self, index: usize, count: usize) -> bool {
        let mut ahead = self.clone();
        ahead.separators();
        let joined = ahead.at > self.at;
        let listed = matches!(ahead.sense(), Some(sense) if sense.is_adjective());
        let mut draft = Draft::default();
        joined && !listed && ahead.pick(&mut draft, index, count, true).is_some()
    }

    /// All that is said of a member; how much that was.
    fn describe(
        &mut self,
        member: usize,
        index: usize,
        count: usize,
        most: Option<usize>,
        before: Option<usize>,
    ) -> usize {
        let mut said = 0;
        let counted = self.drafts[member].count;
        loop {
            let here = self.at;
            if self.another_follows(index, count) {
                break;
            }
            // "5 kg each"
            if said > 0
                && self.sense() == Some(Sense::Each)
                && (matches!(self.ahead(1), None | Some(Lex::Comma | Lex::Stop | Lex::Mark))
                    || self.sense_ahead(1) == Some(Sense::And))
            {
                self.at += 1;
                continue;
            }
            // What comes behind the last is said of all where the others have nothing like it.
            let aside = matches!(self.peek(), Some(Lex::Comma | Lex::Mark));
            if aside && most.is_some_and(|most| said >= most) || self.peek() == Some(Lex::Stop) {
                break;
            }
            let mut each = self.at;
            while matches!(
                self.lexemes.get(each).map(|lexeme| lexeme.lex),
                Some(Lex::Comma | Lex::Mark)
            ) || matches!(self.lexemes.get(each).and_then(Lexeme::sense), Some(Sense::And))
            {
                each += 1;
            }
            if self.lexemes.get(each).and_then(Lexeme::sense) == Some(Sense::Each) {
                break;
            }
            let own = self.drafts[member].noun;
            if said > 0
                && (self.sense() == Some(Sense::Ones)
                    || matches!(self.sense(), Some(Sense::Noun(noun)) if Some(noun) == own))
            {
                self.at += 1;
                continue;
            }
            self.glue(|sense| matches!(sense, Sense::Is | Sense::Filler));
            // "20 cm tall and blue"
            if said > 0
                && self.sense() == Some(Sense::And)
                && matches!(
                    self.sense_ahead(1),
                    Some(Sense::Colour(_) | Sense::Material(_) | Sense::Heft(_) | Sense::Size(_))
                )
            {
                self.at += 1;
                if self.heads_a_thing() {
                    self.at -= 1;
                }
            }
            if self.bare_figure(member, before) || self.how_many(member, counted) {
                said += 1;
                continue;
            }
            if self.adjective() && (!self.heads_a_thing() || self.heads_own(member)) {
                let mut draft = std::mem::take(&mut self.drafts[member]);
                self.clear_for(&mut draft);
                let done = self.adjective_into(&mut draft);
                self.drafts[member] = draft;
                if done {
                    said += 1;
                    continue;
                }
            }
            if self.attribute(member)
                || self.part(member)
                || self.related(member)
                || self.with(member)
            {
                said += 1;
                continue;
            }
            self.at = here;
            break;
        }
        said
    }

    /// "one of 10 and one of 20 degrees", "the second of 10 cm": a figure whose unit or extent is
    /// that of another.
    fn bare_figure(&mut self, member: usize, before: Option<usize>) -> bool {
        let begin = self.at;
        self.glue(|sense| {
            matches!(
                sense,
                Sense::Of | Sense::With | Sense::At | Sense::A | Sense::Is | Sense::Filler
            )
        });
        let measure = match self.peek() {
            Some(Lex::Number(number)) => {
                let ends = !matches!(
                    self.sense_ahead(1),
                    Some(Sense::By | Sense::Prop(_) | Sense::Noun(_) | Sense::Part(_))
                );
                let unit = self.lexemes[self.at..]
                    .iter()
                    .take_while(|lexeme| lexeme.lex != Lex::Stop)
                    .find_map(|lexeme| match lexeme.lex {
                        Lex::Measure(measure) => Some(measure),
                        _ => None,
                    });
                unit.filter(|_| ends).map(|unit| Measure { value: number * unit.scale, ..unit })
            }
            Some(Lex::Measure(measure)) => Some(measure),
            _ => None,
        };
        // The extent of the one before.
        let dim = before.and_then(|before| match *self.drafts[before].lengths {
            [(dim, _)] => dim,
            _ => None,
        });
        let number = matches!(self.peek(), Some(Lex::Number(_)));
        let bare = matches!(self.ahead(1), None | Some(Lex::Comma | Lex::Stop | Lex::Mark))
            || self.sense_ahead(1) == Some(Sense::And);
        let Some(measure) = measure
            .filter(|measure| bare && (number || measure.unit == Unit::Length && dim.is_some()))
        else {
            self.at = begin;
            return false;
        };
        self.at += 1;
        let dim = dim.or_else(|| {
            let ahead =
                self.lexemes[self.at..].iter().position(|l| matches!(l.lex, Lex::Measure(_)));
            match ahead.and_then(|by| self.sense_ahead(by + 1)) {
                Some(Sense::Dim(dim)) => Some(dim),
                Some(Sense::Stretch(factors)) => Some(super::parse::stretched(factors)),
                _ => None,
            }
        });
        if self.drafts[member].measure(measure, dim.filter(|_| measure.unit == Unit::Length)) {
            return true;
        }
        self.at = begin;
        false
    }

    /// "one of four blocks, the other of six", of towers.
    fn how_many(&mut self, member: usize, counted: Option<u32>) -> bool {
        let begin = self.at;
        self.glue(|sense| matches!(sense, Sense::Of | Sense::With | Sense::Is | Sense::Filler));
        let own = self.drafts[member].noun;
        let number = match self.peek() {
            Some(Lex::Number(number)) => whole(number),
            _ => None,
        };
        let named = matches!(self.sense_ahead(1), Some(Sense::Noun(noun)) if Some(noun) == own);
        let ends = matches!(self.ahead(1), None | Some(Lex::Comma | Lex::Stop))
            || self.sense_ahead(1) == Some(Sense::And);
        let group = counted.is_some() || self.drafts[member].thing.arrangement.is_some();
        if let (Some(number), true, true) = (number, group, named || ends) {
            self.at += 1 + usize::from(named);
            self.drafts[member].count = Some(number);
            return true;
        }
        self.at = begin;
        false
    }

    /// Where they differ in colour alone they stay a group.
    fn in_their_colours(&mut self, index: usize, told: &[Member], base: &Draft) -> bool {
        let count = self.drafts[index].count.unwrap_or(1) as usize;
        let plain = told.iter().all(|member| {
            let mut draft = self.drafts[member.draft].clone();
            let single = draft.thing.colours.len() == 1;
            draft.thing.colours.clone_from(&base.thing.colours);
            single && draft == *base && !self.links.iter().any(|link| link.subject == member.draft)
        });
        let whole = told.iter().map(|member| member.places.len()).sum::<usize>() == count;
        if !plain || count > COLOURS {
            return false;
        }
        if whole {
            self.drafts[index].thing.colours = vec![String::new(); count];
        } else if !self.own_colours(index) {
            return false;
        }
        for member in told {
            for place in &member.places {
                let colour = self.drafts[member.draft].thing.colours[0].clone();
                self.drafts[index].thing.colours[*place] = colour;
            }
            self.forget(member.draft);
        }
        true
    }

    /// Otherwise each becomes a thing of its own, where the group would have had it.
    fn become_things(&mut self, index: usize, told: &[Member]) -> bool {
        let group = self.drafts[index].clone();
        let arrangement = group.thing.arrangement.clone();
        let pattern = arrangement.as_ref().map(|a| a.pattern);
        let (count, colours) = (group.count.unwrap_or(1) as usize, group.thing.colours.len());
        let free = matches!(pattern, None | Some(Pattern::Row | Pattern::Column | Pattern::Stack));
        let borne =
            self.links.iter().any(|link| link.reference == index || link.other == Some(index));
        if !free || borne || colours > 1 {
            return false;
        }
        let gap = arrangement.as_ref().is_some_and(|a| a.gap.is_some() || a.pitch.is_some());
        let one_by_one = pattern.is_some() && (gap || pattern != Some(Pattern::Row));
        let meant = |place: usize| told.iter().position(|member| member.places.contains(&place));
        let mut runs: Vec<(Option<usize>, u32)> = Vec::new();
        for place in 0..count {
            match runs.last_mut() {
                Some((before, number)) if *before == meant(place) && !one_by_one => *number += 1,
                _ => runs.push((meant(place), 1)),
            }
        }
        let links: Vec<Link> =
            self.links.iter().filter(|link| link.subject == index).cloned().collect();
        let stacked = pattern == Some(Pattern::Stack);
        let mut things = Vec::new();
        for (n, (member, number)) in runs.into_iter().enumerate() {
            let mut draft = match member {
                Some(member) => self.drafts[told[member].draft].clone(),
                None => group.clone(),
            };
            draft.count = Some(number).filter(|number| *number > 1);
            draft.plural = number > 1;
            draft.thing.arrangement = arrangement.clone().filter(|_| number > 1 && !one_by_one);
            let subject = if n == 0 {
                self.drafts[index] = draft;
                index
            } else {
                self.drafts.push(draft);
                self.drafts.len() - 1
            };
            if let Some(member) = member {
                self.give_links(told[member].draft, subject);
            }
            if n > 0 && !stacked {
                self.links.extend(links.iter().map(|link| Link { subject, ..link.clone() }));
            }
            let place = match pattern {
                Some(Pattern::Stack) => Place::On,
                Some(Pattern::Column) => Place::Behind,
                _ => Place::RightOf,
            };
            if let (true, Some(&reference)) = (one_by_one, things.last()) {
                let free = self.free_space(&arrangement, reference, pattern).filter(|_| !stacked);
                self.links.push(Link {
                    subject,
                    place,
                    reference,
                    member: None,
                    other: None,
                    gap: free,
                });
            }
            things.push(subject);
        }
        for member in told {
            self.forget(member.draft);
        }
        self.siblings(index, &things);
        true
    }

    /// The gap to a neighbour that an arrangement asks for.
    fn free_space(
        &mut self,
        arrangement: &Option<super::super::spec::Arrangement>,
        reference: usize,
        pattern: Option<Pattern>,
    ) -> Option<f64> {
        let arrangement = arrangement.as_ref()?;
        let [x, y, _] =
            super::super::build::extents(&self.drafts[reference].clone().resolve(&mut Vec::new()));
        let along = if pattern == Some(Pattern::Column) { y } else { x };
        if let Some(pitch) = arrangement.pitch {
            self.apart.push(pitch);
        }
        arrangement.gap.or(arrangement.pitch.map(|pitch| (pitch - along).max(0.0)))
    }

    /// Those that a group has become: what is said of it from here on is said of each.
    pub(super) fn siblings(&mut self, index: usize, things: &[usize]) {
        if let Some(at) = self.list.iter().position(|member| *member == index) {
            self.list.splice(at..=at, things.iter().copied());
        } else if self.list.is_empty() {
            self.named = things.to_vec();
        }
        self.twins = things.to_vec();
    }

    /// "On the table there are a cup and two books": all of them are there.
    pub(super) fn borne_together(
        &mut self,
        subject: usize,
        led: Option<(Place, usize, Option<usize>)>,
    ) {
        if let Some((place @ (Place::On | Place::Inside | Place::Under), reference, _)) = led {
            self.bearer = Some((place, reference));
            return;
        }
        let small = |at: usize| {
            self.drafts[at].kind().is_some_and(|kind| {
                matches!(kind.class(), Class::Solid | Class::Vessel) || kind == Kind::Lamp
            })
        };
        let Some((place, reference)) = self.bearer else { return };
        let placed = self.links.iter().any(|link| link.subject == subject);
        if placed || !small(subject) || subject == reference {
            self.bearer = None;
            return;
        }
        self.links.push(Link { subject, place, reference, member: None, other: None, gap: None });
    }

    /// ", which in turn carries", "and holds", of what the sentence is about.
    pub(super) fn skip_to_load(&mut self) {
        let begin = self.at;
        let which = matches!(self.sense_ahead(1), Some(Sense::Inverse(_)))
            && self.lexemes.get(self.at + 1).is_some_and(|next| next.text.ends_with("which"));
        if which && self.take(|sense| sense == Sense::And) {
            return;
        }
        let and = self.depth <= 1 && self.take(|sense| sense == Sense::And);
        while matches!(
            self.word(0),
            "which" | "that" | "in turn" | "also" | "itself" | "again" | "it"
        ) && (self.word(0) != "it" || and)
        {
            self.at += 1;
        }
        let bears = matches!(self.sense(), Some(Sense::With))
            && matches!(
                self.word(0),
                "holds" | "carries" | "supports" | "bears" | "contains" | "has"
            );
        if !bears {
            self.at = begin;
        }
    }

    /// "a red and a blue one, on a table": where one of those that were a group is, they all are.
    pub(super) fn place_twins(&mut self, link: Link) {
        if !self.twins.contains(&link.subject) || self.twins.contains(&link.reference) {
            return;
        }
        for subject in self.twins.clone() {
            let placed =
                |known: &Link| known.subject == subject && known.reference == link.reference;
            if !self.links.iter().any(placed) {
                self.links.push(Link { subject, ..link.clone() });
            }
        }
    }

    /// What a member stands by, its thing stands by.
    fn give_links(&mut self, member: usize, thing: usize) {
        let links: Vec<Link> = self
            .links
            .iter()
            .filter(|link| link.subject == member)
            .map(|link| Link { subject: thing, ..link.clone() })
            .collect();
        self.links.extend(links);
        let borne: Vec<Link> = self
            .links
            .iter()
            .filter(|link| link.reference == member)
            .map(|link| Link { reference: thing, ..link.clone() })
            .collect();
        self.links.extend(borne);
    }

    /// The draft of a member has become that of a thing.
    fn forget(&mut self, member: usize) {
        self.links.retain(|link| link.subject != member && link.reference != member);
        self.drafts[member] = Draft::default();
    }
}
