//! What is at the back or the front of a scene as a whole.

use super::super::spec::{Class, Place};
use super::{
    lexer::Lex,
    lexicon::{Sense, Trait},
    motion::Side,
    parse::Parser,
};

impl Parser {
    /// "at the back", "in the foreground", of a scene as a whole.
    pub(super) fn in_depth(&mut self, index: usize) -> bool {
        let begin = self.at;
        while self.peek() == Some(Lex::Comma)
            || matches!(self.sense(), Some(Sense::Is | Sense::Filler | Sense::Trait(Trait::Spaced)))
        {
            self.at += 1;
        }
        let depth = self.depth_named();
        let ends = matches!(self.peek(), None | Some(Lex::Stop | Lex::Comma))
            || self.sense() == Some(Sense::And);
        let stands = self.drafts[index].kind().is_some_and(|kind| kind.class() == Class::Furniture);
        let free = (self.depth <= 2 || stands)
            && index + 1 == self.drafts.len()
            && !self.drafts[index].known
            && !self.links.iter().any(|link| link.subject == index);
        match depth {
            Some(depth) if ends && free => {
                self.sides.push(Side { subject: index, side: 0.0, depth });
                true
            }
            _ => {
                self.at = begin;
                false
            }
        }
    }

    /// "at the back", read: how far back that is.
    fn depth_named(&mut self) -> Option<f64> {
        let into = matches!(
            self.sense(),
            Some(Sense::In | Sense::At | Sense::To | Sense::Place(Place::On | Place::Inside))
        );
        if !into {
            return None;
        }
        self.at += 1;
        self.glue(|sense| sense == Sense::The);
        let depth = match self.lexemes.get(self.at).map(|lexeme| &*lexeme.text) {
            Some("back" | "background" | "rear") => 1.0,
            Some("front" | "foreground") => -1.0,
            _ => return None,
        };
        self.at += 1;
        Some(depth)
    }

    /// What is at the back or the front of all else stands behind or before its middle.
    pub(super) fn settle_depth(&mut self) {
        let (deep, sides) = std::mem::take(&mut self.sides)
            .into_iter()
            .partition::<Vec<Side>, _>(|side| side.depth != 0.0);
        self.sides = sides;
        for own in &deep {
            let free: Vec<usize> = (0..self.drafts.len())
                .filter(|other| deep.iter().all(|side| side.subject != *other))
                .filter(|other| self.drafts[*other].noun.is_some())
                .filter(|other| !self.links.iter().any(|link| link.subject == *other))
                .collect();
            let behind = own.depth > 0.0;
            match free.get(free.len().saturating_sub(1) / 2) {
                Some(&other) => {
                    let place = if behind { Place::Behind } else { Place::InFrontOf };
                    self.push(own.subject, place, other);
                }
                None => self.misplaced.push(if behind { "back" } else { "front" }.into()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{super::spec::Place, plan};

    #[test]
    fn what_is_at_the_back_is_behind_all_else() {
        for (said, place) in [
            ("a table with a bowl on it, a wall at the back", Place::Behind),
            ("three cubes in a row and a ball in the foreground", Place::InFrontOf),
        ] {
            let spec = plan(said).expect("a plan").spec;
            assert_eq!(spec.relations.last().map(|relation| relation.place), Some(place), "{said}");
        }
    }
}
