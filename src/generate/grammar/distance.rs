//! How far away something is, where that is said behind it: "towards a wall 5 m away", "a cube and a
//! ball 30 cm to the right".

use super::{
    lexer::Lex,
    lexicon::Sense,
    measure::Unit,
    parse::{Link, Parser},
    phrasing::{Phrasing, ends, known},
};
use crate::generate::spec::Place;

/// The text of a length that says how far away something is.
pub(super) const AWAY: &str = "away";

impl Phrasing {
    fn is_length(&self, at: usize) -> bool {
        matches!(self.lex(at), Some(Lex::Measure(measure)) if measure.unit == Unit::Length)
    }

    /// Where the noun phrase begins of which the noun is here.
    fn phrase_of(&self, noun: usize) -> usize {
        let belongs = |at: &usize| {
            matches!(self.sense(*at), Some(Sense::A | Sense::The))
                || self.sense(*at).is_some_and(Sense::is_adjective)
                || matches!(self.lex(*at), Some(Lex::Number(_)))
        };
        (0..noun).rev().take_while(belongs).last().unwrap_or(noun)
    }

    /// "towards a wall 5 m away": how far that is from what goes there.
    pub(super) fn gap_behind(&mut self) {
        for at in 2..self.lexemes.len().saturating_sub(1) {
            let away = matches!(self.text(at + 1), "away" | "off" | "distant" | "further on");
            let further = matches!(self.sense(at + 2), Some(Sense::From));
            let noun = self.is_noun(at - 1) && !matches!(self.sense(at - 1), Some(Sense::Floor));
            if !self.is_length(at) || !away || further || !noun {
                continue;
            }
            let leads = self.phrase_of(at - 1).checked_sub(1).is_some_and(|place| {
                matches!(self.sense(place), Some(Sense::Place(_) | Sense::At | Sense::Of))
                    || matches!(self.text(place), "towards" | "toward" | "against" | "into")
            });
            if leads {
                self.lexemes.remove(at + 1);
                self.lexemes[at].text = AWAY.into();
            }
        }
    }

    /// "a cube and a ball 30 cm to the right": 30 cm to the right of it.
    pub(super) fn aside_by(&mut self) {
        for at in 2..self.lexemes.len().saturating_sub(1) {
            let side = match self.sense(at + 1) {
                Some(Sense::Direction([x, 0.0, 0.0])) if x < 0.0 => Place::LeftOf,
                Some(Sense::Direction([x, 0.0, 0.0])) if x > 0.0 => Place::RightOf,
                _ => continue,
            };
            let last = ends(self.lex(at + 2)) || self.sense(at + 2) == Some(Sense::And);
            if !self.is_length(at) || !last || !self.is_noun(at - 1) {
                continue;
            }
            let begin = self.phrase_of(at - 1);
            let new = matches!(self.sense(begin), Some(Sense::A));
            let others = (0..begin).any(|at| self.is_noun(at));
            if new && others {
                let place = known(Sense::Place(side), "to the side of");
                self.lexemes.splice(at + 1..=at + 1, [place, known(Sense::It, "it")]);
                return;
            }
        }
    }
}

impl Parser {
    /// How far away something is: from what is said to come to it.
    pub(super) fn far_away(&mut self, index: usize, gap: f64) -> bool {
        self.gaps.push((index, gap));
        self.at += 1;
        true
    }

    /// Distances come to the relations that they belong to.
    pub(super) fn settle_gaps(&mut self) {
        for (index, gap) in std::mem::take(&mut self.gaps) {
            let open = |link: &&mut Link| link.gap.is_none() && !link.place.is_borne();
            let comes = |link: &&mut Link| link.reference == index;
            let is = |link: &&mut Link| link.subject == index;
            if let Some(link) = self.links.iter_mut().filter(open).find(comes) {
                link.gap = Some(gap);
            } else if let Some(link) = self.links.iter_mut().filter(open).find(is) {
                link.gap = Some(gap);
            } else {
                self.misplaced.push(AWAY.into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::generate::{offline, spec::Place};

    #[test]
    fn distances_may_stand_behind_what_they_lead_to() {
        for (prompt, place, gap) in [
            ("a ball thrown at 10 m/s towards a wall 5 m away", Place::Striking, 5.0),
            ("a cube sliding into a stack of three boxes 1 m away", Place::Striking, 1.0),
            ("a box and a white cylinder 30 cm to the right", Place::RightOf, 0.3),
            ("a red cube and a ball 2 m to the left", Place::LeftOf, 2.0),
        ] {
            let spec = offline(prompt, None).expect(prompt).spec;
            assert_eq!(spec.things.len(), 2, "{prompt}");
            let relation = &spec.relations[0];
            assert_eq!((relation.place, relation.gap), (place, Some(gap)), "{prompt}");
        }
    }
}
