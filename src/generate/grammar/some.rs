//! Changes of some of what is there: which stay, which go, which change places, and one more of them.

use super::super::spec::{Arrangement, Class, Pattern, Place, Xyz};
use super::{
    Refusal,
    lexer::Lex,
    lexicon::{Dim, Sense, Which},
    measure::Unit,
    parse::{Link, Parser, whole},
};

impl Parser {
    /// Whether the text begins with a verb of more or less, and then what is there: "lengthen it".
    pub(super) fn asks_for_an_amount(&self) -> bool {
        let verb = self.lexemes.get(self.at).is_some_and(|lexeme| {
            matches!(
                &*lexeme.text,
                "lengthen"
                    | "extend"
                    | "stretch"
                    | "elongate"
                    | "shorten"
                    | "widen"
                    | "broaden"
                    | "narrow"
                    | "heighten"
                    | "thicken"
                    | "enlarge"
                    | "grow"
                    | "magnify"
                    | "expand"
                    | "inflate"
                    | "upscale"
                    | "shrink"
                    | "downsize"
                    | "downscale"
                    | "deflate"
                    | "scale"
                    | "rescale"
                    | "resize"
                    | "steepen"
                    | "flatten"
                    | "stiffen"
                    | "soften"
                    | "accelerate"
                    | "decelerate"
                    | "boost"
                    | "lower"
                    | "cut"
                    | "lessen"
                    | "diminish"
            )
        });
        let next = self.sense_ahead(1);
        verb && (matches!(next, Some(Sense::The | Sense::It | Sense::Each | Sense::Prop(_)))
            || matches!(next, Some(Sense::Filler | Sense::Dim(_) | Sense::Gravity)))
    }

    /// "bigger, please", "10 kg each", "twice as long": nothing but what should become of it.
    pub(super) fn is_elliptic(&self) -> bool {
        let names = self.lexemes[self.at..].iter().any(|lexeme| {
            matches!(
                lexeme.sense(),
                Some(
                    Sense::Noun(_)
                        | Sense::Group(_)
                        | Sense::Verb(_)
                        | Sense::More
                        | Sense::World(..)
                        | Sense::Gravity
                        | Sense::Wind
                        | Sense::Floor
                        | Sense::It
                        | Sense::The
                        | Sense::Part(_)
                        | Sense::Ones
                )
            ) || lexeme.lex == Lex::Unknown
        });
        let first = match (self.peek(), self.sense()) {
            (Some(Lex::Measure(_)), _) => true,
            (Some(Lex::Number(_)), _) => self.sense_ahead(1) == Some(Sense::By),
            (_, sense) => matches!(
                sense,
                Some(Sense::Comparative(_) | Sense::Relative(..) | Sense::Twice | Sense::Half)
            ),
        };
        first && !names
    }

    /// "of them", "of the balls", nothing at all: what is spoken of.
    pub(super) fn spoken_of(&mut self, known: usize) -> Option<usize> {
        self.glue(|sense| matches!(sense, Sense::Of | Sense::The | Sense::Filler));
        match (self.peek(), self.sense()) {
            (None | Some(Lex::Stop), _) => self.it,
            (_, Some(Sense::It | Sense::Ones)) => {
                self.at += 1;
                self.it
            }
            _ => self.known_thing(known),
        }
    }

    /// "keep two of them", "keep the ball and the table": all else goes.
    pub(super) fn keep(&mut self, known: usize, gone: &mut Vec<usize>) -> Option<()> {
        self.glue(|sense| sense == Sense::Filler);
        if let Some(Lex::Number(number)) = self.peek() {
            self.at += 1;
            let index = self.spoken_of(known)?;
            let (left, draft) = (whole(number)?, &mut self.drafts[index]);
            let count = draft.count.filter(|count| *count > left)?;
            let own = draft.thing.colours.clone();
            if own.len() > 1 {
                draft.thing.colours =
                    own.into_iter().cycle().take(count as usize).take(left as usize).collect();
            }
            draft.count = Some(left);
            draft.thing.count = Some(left).filter(|left| *left > 1);
            return Some(());
        }
        let mut kept = Vec::new();
        loop {
            let index = self.known_thing(known)?;
            if let Some(member) = self.which.take() {
                let all = self.own_colours(index);
                let draft = &mut self.drafts[index];
                let colour = draft.thing.colours.get((member as usize).checked_sub(1)?).cloned();
                draft.thing.colours = colour.filter(|_| all).into_iter().collect();
                draft.count = Some(1);
                draft.thing.count = None;
                draft.thing.arrangement = None;
            }
            kept.push(index);
            let here = self.at;
            while self.peek() == Some(Lex::Comma) || self.sense() == Some(Sense::And) {
                self.at += 1;
            }
            if self.at == here {
                break;
            }
        }
        gone.extend((0..known).filter(|index| !kept.contains(index)));
        Some(())
    }

    /// "all the blue ones", "the red balls": those of a colour, of groups and of things alone.
    /// Gives the things and, of groups, their members.
    fn coloured_ones(&mut self, known: usize) -> Option<Vec<(usize, Vec<u32>)>> {
        let begin = self.at;
        let mut every = false;
        while let Some(sense @ (Sense::Each | Sense::The | Sense::Filler | Sense::Of)) =
            self.sense()
        {
            every |= sense == Sense::Each;
            self.at += 1;
        }
        let shade = self.shade();
        let colour = match self.sense() {
            Some(Sense::Colour(colour)) => format!("{shade}{colour}"),
            _ => {
                self.at = begin;
                return None;
            }
        };
        self.at += 1;
        let (noun, many) = match (self.peek(), self.sense()) {
            (Some(Lex::Known(entry)), Some(Sense::Noun(noun))) => (Some(noun), entry.plural),
            (_, Some(Sense::Ones)) => (None, true),
            (Some(Lex::Number(1.0)), _) => (None, false),
            _ => {
                self.at = begin;
                return None;
            }
        };
        if !(many || every) {
            self.at = begin;
            return None;
        }
        self.at += 1;
        let mut found = Vec::new();
        for index in 0..known {
            let draft = &self.drafts[index];
            if noun.is_some_and(|noun| draft.noun.is_none_or(|own| own.words != noun.words)) {
                continue;
            }
            let own = &draft.thing.colours;
            let members: Vec<u32> = match draft.count {
                Some(count @ 2..) if !own.is_empty() => (1..=count)
                    .zip(own.iter().cycle())
                    .filter(|(_, own)| **own == colour)
                    .map(|(member, _)| member)
                    .collect(),
                None | Some(1) if own.contains(&colour) => vec![1],
                // What the builder colours by itself.
                Some(count) if own.is_empty() && draft.thing.material.is_none() => {
                    let turn = self.drafts[..index].iter().filter(|draft| {
                        draft.thing.colours.is_empty() && draft.thing.material.is_none()
                    });
                    let usual = super::super::build::usual_colour(turn.count());
                    if usual == colour { (1..=count).collect() } else { Vec::new() }
                }
                _ => Vec::new(),
            };
            if !members.is_empty() {
                found.push((index, members));
            }
        }
        if found.is_empty() {
            self.at = begin;
            return None;
        }
        Some(found)
    }

    /// "remove all the blue ones"
    pub(super) fn those_coloured(&mut self, known: usize, gone: &mut Vec<usize>) -> bool {
        let Some(found) = self.coloured_ones(known) else { return false };
        for (index, members) in found {
            let count = self.drafts[index].count.unwrap_or(1) as usize;
            if members.len() == count || !self.own_colours(index) {
                gone.push(index);
                continue;
            }
            let draft = &mut self.drafts[index];
            let left: Vec<String> = (1..)
                .zip(std::mem::take(&mut draft.thing.colours))
                .filter(|(member, _)| !members.contains(member))
                .map(|(_, colour)| colour)
                .collect();
            let number = left.len() as u32;
            draft.count = Some(number);
            draft.thing.count = Some(number).filter(|number| *number > 1);
            let first = left.first().cloned();
            let alike = left.iter().all(|colour| Some(colour) == first.as_ref());
            draft.thing.colours = if alike { first.into_iter().collect() } else { left };
        }
        true
    }

    /// "make the blue ones green": another colour in its stead.
    pub(super) fn recoloured(&mut self, known: usize) -> Option<Result<(), Refusal>> {
        let before = self.clone();
        let found = self.coloured_ones(known);
        let Some(found) = found else {
            *self = before;
            return None;
        };
        if found.iter().all(|(index, _)| self.drafts[*index].count.is_none()) {
            let indices = found.into_iter().map(|(index, _)| index).collect();
            return Some(super::alter::of_each(self, indices));
        }
        self.glue(|sense| matches!(sense, Sense::To | Sense::Is | Sense::Filler | Sense::In));
        let shade = self.shade();
        let Some(Sense::Colour(colour)) = self.sense() else {
            *self = before;
            return None;
        };
        self.at += 1;
        for (index, members) in found {
            self.own_colours(index);
            if self.drafts[index].count.is_none() {
                self.drafts[index].thing.colours = vec![format!("{shade}{colour}")];
                continue;
            }
            let colours = &mut self.drafts[index].thing.colours;
            for member in members {
                if let Some(own) = colours.get_mut(member as usize - 1) {
                    *own = format!("{shade}{colour}");
                }
            }
        }
        Some(Ok(()))
    }

    /// "swap the two", "swap the ball and the cube", "swap the places of both".
    pub(super) fn swapped(&mut self, known: usize) -> bool {
        let before = self.clone();
        let named = |parser: &Self| {
            parser.lexemes.get(parser.at).is_some_and(|lexeme| {
                matches!(
                    &*lexeme.text,
                    "position" | "positions" | "places" | "place" | "colours" | "colors"
                )
            })
        };
        self.glue(|sense| matches!(sense, Sense::The | Sense::Filler));
        let colours = self.lexemes.get(self.at).is_some_and(|l| l.text.starts_with("col"));
        let places = named(self);
        if places {
            self.at += 1;
            self.glue(|sense| sense == Sense::Of);
        } else {
            self.at = before.at;
        }
        let pair = self.pair(known);
        let Some((a, b)) = pair else {
            *self = before;
            return false;
        };
        self.glue(|sense| matches!(sense, Sense::Filler));
        if !places && named(self) {
            self.at += 1;
        }
        if colours {
            let (one, other) = (&self.drafts[a].thing, &self.drafts[b].thing);
            let (one, other) = (one.colours.clone(), other.colours.clone());
            self.drafts[a].thing.colours = other;
            self.drafts[b].thing.colours = one;
        } else if a == b {
            self.drafts[a].thing.colours.reverse();
        } else {
            // Relations are between places: what is there changes.
            self.drafts.swap(a, b);
        }
        true
    }

    /// Two things that are there: "the ball and the cube", "the two", "them".
    fn pair(&mut self, known: usize) -> Option<(usize, usize)> {
        let begin = self.at;
        self.glue(|sense| matches!(sense, Sense::Each | Sense::The | Sense::Of | Sense::Filler));
        let two = self.peek() == Some(Lex::Number(2.0));
        self.at += usize::from(two);
        let them = self.lexemes.get(self.at).is_some_and(|l| matches!(&*l.text, "them" | "they"));
        self.at += usize::from(them);
        // "swap their colours": of the two that there are.
        let open = self.at > 0 && matches!(self.peek(), None | Some(Lex::Stop));
        let them = them || open;
        let noun = match self.sense() {
            Some(Sense::Noun(noun)) if two => {
                self.at += 1;
                Some(noun)
            }
            _ => None,
        };
        if two || them {
            let called: Vec<usize> = (0..known)
                .filter(|index| {
                    let draft = &self.drafts[*index];
                    draft.noun.is_some_and(|own| noun.is_none_or(|noun| own.words == noun.words))
                })
                .collect();
            let movable: Vec<usize> = called
                .iter()
                .copied()
                .filter(|index| self.drafts[*index].thing.kind.class() != Class::Furniture)
                .collect();
            return match (&*called, &*movable) {
                ([one], _) if self.drafts[*one].thing.colours.len() == 2 => Some((*one, *one)),
                ([a, b], _) | (_, [a, b]) => Some((*a, *b)),
                _ => None,
            };
        }
        self.at = begin;
        let first = self.known_thing(known)?;
        if self.which.take().is_some()
            || !self.take(|sense| matches!(sense, Sense::And | Sense::With))
        {
            return None;
        }
        if !matches!(self.sense(), Some(Sense::The)) {
            return None;
        }
        let second = self.known_thing(known)?;
        (self.which.take().is_none() && first != second).then_some((first, second))
    }

    /// "50 cm to the left", "up by 1 m": from where it is.
    pub(super) fn shifted(&mut self, index: usize) -> Result<bool, Refusal> {
        let begin = self.at;
        let which = self.which;
        let mut way = None;
        let mut by = None;
        loop {
            let here = self.at;
            self.glue(|sense| {
                matches!(sense, Sense::By | Sense::Filler | Sense::To | Sense::More | Sense::The)
            });
            match (self.peek(), self.sense()) {
                (Some(Lex::Measure(measure)), _)
                    if measure.unit == Unit::Length && by.is_none() =>
                {
                    by = Some(measure.value);
                }
                (_, Some(Sense::Direction(direction))) if way.is_none() => way = Some(direction),
                (_, Some(Sense::Dim(Dim::Up))) if way.is_none() => way = Some([0.0, 0.0, 1.0]),
                (_, Some(Sense::Which(Which::Back))) if way.is_none() => {
                    way = Some([0.0, 1.0, 0.0]);
                }
                (_, Some(Sense::Which(Which::Front))) if way.is_none() => {
                    way = Some([0.0, -1.0, 0.0]);
                }
                (_, Some(Sense::Place(Place::AtTop)))
                    if way.is_none() && self.lexemes[self.at].text == "down" =>
                {
                    way = Some([0.0, 0.0, -1.0]);
                }
                _ => {
                    self.at = here;
                    break;
                }
            }
            self.at += 1;
        }
        let ends = matches!(self.peek(), None | Some(Lex::Stop | Lex::Comma))
            || self.sense() == Some(Sense::And);
        let (Some(way), Some(by), true) = (way, by, ends) else {
            self.at = begin;
            return Ok(false);
        };
        let mut index = index;
        if let Some(member) = which {
            self.which = None;
            let all = self.parted(index)?;
            index = all.get((member as usize).saturating_sub(1)).copied().unwrap_or(index);
        }
        let thing = &mut self.drafts[index].thing;
        if way[2] != 0.0 {
            let high = thing.height.unwrap_or(0.0) + way[2] * by;
            if high < 0.0 {
                return Err(Refusal::of("it cannot go below what it stands on"));
            }
            thing.height = Some(high);
            return Ok(true);
        }
        let now = thing.shift.unwrap_or_default();
        thing.shift = Some(Xyz { x: now.x + way[0] * by, y: now.y + way[1] * by, z: now.z });
        Ok(true)
    }

    /// "on top", "to the row", "at the end", behind "two more": those that are there.
    pub(super) fn names_those_there(&mut self, known: usize) -> bool {
        let begin = self.at;
        let top = self.lexemes[self.at].text.starts_with("on top");
        let of = self.sense() == Some(Sense::Of);
        self.at += 1;
        self.glue(|sense| matches!(sense, Sense::Of | Sense::The | Sense::Filler));
        let ends = |parser: &Self| matches!(parser.peek(), None | Some(Lex::Stop | Lex::Comma));
        let stacked = (0..known).rev().find(|index| {
            self.drafts[*index]
                .thing
                .arrangement
                .as_ref()
                .is_some_and(|a| a.pattern == Pattern::Stack)
        });
        if top && (ends(self) || self.take(|sense| sense == Sense::It)) {
            let solid = |index: &usize| self.drafts[*index].thing.kind.class() == Class::Solid;
            let Some(index) = stacked.or(self.it.filter(solid)) else {
                self.at = begin;
                return false;
            };
            let draft = &mut self.drafts[index];
            if draft.count.is_none() {
                draft.thing.arrangement = Some(Arrangement::new(Pattern::Stack));
            }
            self.it = Some(index);
            return draft_is_stack(&self.drafts[index].thing.arrangement);
        }
        // "to the row", "of them", "at the end"
        let named = match self.sense() {
            Some(Sense::Group(pattern)) => {
                self.at += 1;
                (0..known).rev().find(|index| {
                    self.drafts[*index]
                        .thing
                        .arrangement
                        .as_ref()
                        .is_some_and(|a| a.pattern == pattern)
                })
            }
            Some(Sense::It | Sense::Ones) => {
                self.at += 1;
                self.it
            }
            Some(Sense::Part(super::lexicon::Part::End)) if !of => {
                self.at += 1;
                self.take(|sense| sense == Sense::Of);
                if ends(self) { self.it } else { self.known_thing(known) }
            }
            _ => None,
        };
        match named.filter(|_| ends(self)) {
            Some(index) => {
                self.it = Some(index);
                true
            }
            None => {
                self.at = begin;
                false
            }
        }
    }

    /// "lift two of them", of a cradle.
    pub(super) fn lifts(&mut self, known: usize) -> bool {
        let cradle = self.drafts[..known]
            .iter()
            .rposition(|draft| draft.thing.kind == super::super::spec::Kind::NewtonsCradle);
        let (Some(Lex::Number(number)), Some(cradle)) = (self.peek(), cradle) else { return false };
        let Some(lifted) = whole(number) else { return false };
        self.at += 1;
        self.glue(|sense| matches!(sense, Sense::Of | Sense::It | Sense::The | Sense::Noun(_)));
        self.drafts[cradle].thing.lifted = Some(lifted);
        true
    }

    /// "again but bigger", "again in blue": one more like what the scene is about.
    pub(super) fn once_more(&mut self) -> Result<(), Refusal> {
        let index =
            self.it.ok_or_else(|| Refusal::of("say of which thing there should be more"))?;
        let ends = matches!(self.peek(), None | Some(Lex::Stop));
        let group = self.drafts[index].count.is_some_and(|count| count > 1);
        if ends && group {
            let draft = &mut self.drafts[index];
            draft.count = draft.count.map(|count| count + 1);
            return Ok(());
        }
        let mut copy = self.drafts[index].clone();
        copy.known = false;
        copy.count = None;
        copy.plural = false;
        copy.thing.count = None;
        copy.thing.arrangement = None;
        copy.thing.shift = None;
        self.drafts.push(copy);
        let new = self.drafts.len() - 1;
        let placed: Vec<Link> = self
            .links
            .iter()
            .filter(|link| link.subject == index && link.place.is_borne())
            .cloned()
            .collect();
        self.links.extend(placed.into_iter().map(|link| Link { subject: new, ..link }));
        if ends {
            return Ok(());
        }
        self.glue(|sense| matches!(sense, Sense::In | Sense::With | Sense::Of));
        super::alter::of_each(self, vec![new])?;
        self.it = Some(index);
        self.after(new);
        Ok(())
    }
}

fn draft_is_stack(arrangement: &Option<Arrangement>) -> bool {
    arrangement.as_ref().is_some_and(|a| a.pattern == Pattern::Stack)
}
