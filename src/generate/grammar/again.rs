//! Things that are said again, and such as are as one before.

use super::{draft::Draft, lexer::Lex, lexicon::Sense, parse::Parser};

impl Parser {
    /// "next to one of 5 kg", "behind one with a friction of 0.9": one of the same kind.
    pub(super) fn one_that_differs(&self, begin: usize) -> bool {
        let placed = begin > 0
            && self.at == begin + 1
            && matches!(self.lexemes[begin - 1].sense(), Some(Sense::Place(_)));
        let differs = match self.sense() {
            Some(Sense::With) => true,
            Some(Sense::Of) => matches!(self.ahead(1), Some(Lex::Measure(_))),
            _ => false,
        };
        placed && differs
    }

    /// "an identical box": with all that was said of the one before, where nothing else is said.
    pub(super) fn like_the_one_before(&self, draft: &mut Draft) {
        let alike = |known: &&Draft| known.noun == draft.noun && known.count.is_none();
        let Some(base) = self.drafts.iter().rev().find(alike) else { return };
        if draft.lengths.is_empty() && draft.triple.is_none() {
            draft.lengths.clone_from(&base.lengths);
            draft.triple = base.triple;
        }
        draft.factor = draft.factor.or(base.factor);
        draft.heft = draft.heft.or(base.heft);
        draft.stretch = draft.stretch.or(base.stretch);
        draft.outline = draft.outline.or(base.outline);
        let (own, base) = (&mut draft.thing, &base.thing);
        if own.colours.is_empty() {
            own.colours.clone_from(&base.colours);
        }
        own.material = own.material.or(base.material);
        own.mass = own.mass.or(base.mass);
        own.density = own.density.or(base.density);
    }

    /// "…a yellow cube, yellow cube behind a cone": named again without an article, with the same
    /// words, at the beginning of a clause that says where it is.
    pub(super) fn is_said_again(&self, draft: &Draft, begin: usize) -> bool {
        let leads = begin > 0
            && matches!(self.lexemes[begin - 1].lex, Lex::Comma | Lex::Stop)
            && self
                .sense_at(begin)
                .is_some_and(|sense| sense.is_adjective() || matches!(sense, Sense::Noun(_)));
        let placed = matches!(self.sense(), Some(Sense::Place(_) | Sense::Is))
            || matches!(self.peek(), Some(Lex::Measure(_)))
                && matches!(self.sense_ahead(1), Some(Sense::Place(_)));
        if !leads || !placed || draft.plural || draft.count.is_some() {
            return false;
        }
        let alike = |known: &Draft| {
            known.noun == draft.noun
                && known.thing.colours == draft.thing.colours
                && known.thing.material == draft.thing.material
                && known.factor == draft.factor
        };
        let mut same = (0..self.drafts.len()).filter(|at| alike(&self.drafts[*at]));
        let first = same.next().filter(|_| same.next().is_none());
        first.is_some_and(|first| self.links.iter().any(|link| link.reference == first))
    }
}
