//! Fewer of what is there: "remove two of them", "the top three", "one joint less".

use super::super::spec::{Kind, Place};
use super::{
    draft::Draft,
    lexer::Lex,
    lexicon::{Sense, Which},
    parse::{Parser, whole},
};

impl Parser {
    /// "remove two", "remove three of the cubes": so many fewer.
    pub(super) fn fewer(&mut self, known: usize, gone: &mut Vec<usize>) -> bool {
        let begin = self.at;
        // "the top two", "the last three"
        let mut first = false;
        if self.take(|sense| sense == Sense::The) {
            match self.sense() {
                Some(Sense::Which(Which::First | Which::Bottom | Which::Left | Which::Front)) => {
                    first = true;
                }
                Some(Sense::Which(Which::Last | Which::Top | Which::Right | Which::Back)) => {}
                _ => {
                    self.at = begin;
                    return false;
                }
            }
            self.at += 1;
        }
        let half = self.sense() == Some(Sense::Half);
        let number = match self.peek() {
            Some(Lex::Number(number)) => number,
            _ if half => 0.5,
            _ => {
                self.at = begin;
                return false;
            }
        };
        self.at += 1;
        // "one joint", "two links": of a machine.
        if let Some(Sense::Part(part)) = self.sense()
            && let Some(fewer) = whole(number)
            && let Some(owner) = self.drafts[..known].iter().rposition(|draft| {
                draft.thing.parts.is_some() && draft.clone().part(part, None, &Draft::default())
            })
            && let Some(left) = self.drafts[owner].thing.parts.and_then(|n| n.checked_sub(fewer))
            && left > 0
        {
            self.at += 1;
            self.drafts[owner].thing.parts = Some(left);
            return true;
        }
        let index = self.spoken_of(known);
        let count = index.and_then(|index| {
            let draft = &self.drafts[index];
            draft.count.or(draft.thing.parts.filter(|_| draft.thing.kind == Kind::Dominoes))
        });
        let fewer = match (half, count) {
            (true, Some(count)) => Some(count / 2),
            _ => whole(number),
        };
        let (Some(index), Some(fewer), Some(count)) = (index, fewer, count) else {
            self.at = begin;
            return false;
        };
        match count.checked_sub(fewer) {
            None | Some(0) => gone.push(index),
            Some(left) => {
                self.drafts[index].count = Some(left);
                let draft = &mut self.drafts[index];
                let own = std::mem::take(&mut draft.thing.colours);
                // Those that are left keep their colours.
                draft.thing.colours = if own.len() == count as usize {
                    let skip = if first { fewer as usize } else { 0 };
                    own.into_iter().skip(skip).take(left as usize).collect()
                } else {
                    own
                };
                self.no_longer_around(index);
            }
        }
        true
    }

    /// The one chair that is left stands beside the table.
    pub(super) fn no_longer_around(&mut self, index: usize) {
        if self.drafts[index].count != Some(1) {
            return;
        }
        for link in self.links.iter_mut().filter(|link| link.subject == index) {
            if link.place == Place::Around {
                link.place = Place::Beside;
            }
        }
    }

    /// One fewer of a group; the others close up.
    pub(super) fn without(&mut self, index: usize, member: u32) {
        let draft = &mut self.drafts[index];
        let count = draft.count.unwrap_or(1);
        if draft.thing.colours.len() > 1 {
            let own = draft.thing.colours.clone();
            let mut all: Vec<String> = own.into_iter().cycle().take(count as usize).collect();
            all.remove((member.clamp(1, count) - 1) as usize);
            draft.thing.colours = all;
        }
        draft.count = Some(count - 1);
        draft.thing.count = Some(count - 1).filter(|count| *count > 1);
        self.no_longer_around(index);
    }
}
