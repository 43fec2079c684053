//! Things of which it is said that they are as tall, as heavy, as big or of the same colour as
//! another: "a cone and a cylinder of the same height".

use super::{
    compare::What,
    lexer::Lex,
    lexicon::{Dim, Sense},
    measure::Unit,
    parse::Parser,
    phrasing::ends,
};

/// What two things have in common.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Common {
    /// An extent, all of them, or the mass.
    Measure(What),
    Colour,
    Material,
}

/// Which of two things are alike in what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Alike {
    one: usize,
    other: usize,
    common: Common,
}

/// The colour of things that have the same one, where nobody says which.
const UNSAID: &str = "blue";
/// Words before what is common.
const SAME: &[&str] = &["same", "equal", "identical"];

impl Parser {
    /// "of the same height", of a thing that is not the first: as the one before it.
    pub(super) fn alike_to_another(&mut self, index: usize) -> bool {
        let Some((end, common)) = self.common() else { return false };
        let single = |draft: usize| {
            let draft = &self.drafts[draft];
            draft.noun.is_some() && !draft.is_floor && draft.many().is_none() && !draft.plural
        };
        let list = self.list.contains(&index).then(|| self.list.first().copied()).flatten();
        let before = (0..index).rev().find(|before| single(*before));
        let Some(other) = list.filter(|first| *first != index).or(before) else { return false };
        if !single(index) || !single(other) {
            return false;
        }
        self.at = end;
        self.common_figure(index, common);
        // Of "a cone, a cylinder and a cube of the same height" all are.
        let all: Vec<usize> = match list {
            Some(_) => self.list.iter().copied().filter(|one| *one != other).collect(),
            None => vec![index],
        };
        self.alike.extend(all.into_iter().map(|one| Alike { one, other, common }));
        true
    }

    /// "of the same height, 30 cm": how much that is.
    fn common_figure(&mut self, index: usize, common: Common) {
        let begin = self.at;
        self.at += usize::from(matches!(self.peek(), Some(Lex::Comma | Lex::Mark)));
        self.glue(|sense| matches!(sense, Sense::Of | Sense::Filler));
        let figure = match self.peek() {
            Some(Lex::Measure(measure)) if ends(self.ahead(1)) => measure,
            _ => {
                self.at = begin;
                return;
            }
        };
        let draft = &mut self.drafts[index];
        match (common, figure.unit) {
            (Common::Measure(What::Mass), Unit::Mass) => draft.thing.mass = Some(figure.value),
            (Common::Measure(What::Extent(dim)), Unit::Length) => {
                draft.lengths.push((Some(dim), figure.value));
            }
            (Common::Measure(What::Size), Unit::Length) => {
                draft.lengths.push((Some(Dim::Edge), figure.value));
            }
            _ => {
                self.at = begin;
                return;
            }
        }
        self.at += 1;
    }

    /// "of the same height", "of equal mass", "in the same colour", and where that ends.
    pub(super) fn common(&self) -> Option<(usize, Common)> {
        let mut at = self.at;
        let mut words: Vec<&str> = Vec::new();
        while let Some(lexeme) = self.lexemes.get(at).filter(|_| words.len() < 5) {
            words.extend(lexeme.text.split(' '));
            at += 1;
            let [before @ .., last] = &*words else { break };
            let common = match *last {
                "size" => Common::Measure(What::Size),
                "height" => Common::Measure(What::Extent(Dim::High)),
                "length" => Common::Measure(What::Extent(Dim::Long)),
                "width" => Common::Measure(What::Extent(Dim::Wide)),
                "diameter" | "radius" => Common::Measure(What::Extent(Dim::Diameter)),
                "mass" | "weight" => Common::Measure(What::Mass),
                "colour" | "color" => Common::Colour,
                "material" => Common::Material,
                "of" | "in" | "with" | "the" | "same" | "equal" | "identical" | "made" => continue,
                _ => break,
            };
            let same = before.iter().any(|word| SAME.contains(word));
            let as_well = matches!(self.lexemes.get(at).map(|next| &*next.text), Some("as"));
            return (same && !as_well).then_some((at, common));
        }
        None
    }

    /// Those that are alike become so: what one says of itself, the other has.
    pub(super) fn settle_alike(&mut self) {
        for Alike { one, other, common } in std::mem::take(&mut self.alike) {
            let says = |draft: usize| {
                let draft = &self.drafts[draft];
                match common {
                    Common::Measure(What::Mass) => draft.thing.mass.is_some(),
                    Common::Measure(_) => draft.is_sized(),
                    Common::Colour => !draft.thing.colours.is_empty(),
                    Common::Material => draft.thing.material.is_some(),
                }
            };
            let (from, to) = if says(one) && !says(other) { (one, other) } else { (other, one) };
            let base = self.drafts[from].clone();
            let done = match common {
                Common::Measure(what) => self.drafts[to].be_as(&base, what),
                Common::Colour if base.thing.colours.is_empty() => {
                    for draft in [from, to] {
                        self.drafts[draft].thing.colours = vec![UNSAID.into()];
                    }
                    self.granted.push(format!("which colour was not said: {UNSAID}"));
                    true
                }
                Common::Colour => {
                    self.drafts[to].thing.colours.clone_from(&base.thing.colours);
                    true
                }
                Common::Material => {
                    self.drafts[to].thing.material = base.thing.material;
                    base.thing.material.is_some()
                }
            };
            if !done {
                self.misplaced.push("same".into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::generate::{offline, spec::Thing};

    fn things(prompt: &str) -> Vec<Thing> {
        offline(prompt, None).expect(prompt).spec.things
    }

    #[test]
    fn what_is_the_same_of_two_is_said_once() {
        let height = |thing: &Thing| thing.size.and_then(|size| size.z);
        let two = things("a cone of 30 cm height on a cylinder of the same height");
        assert_eq!((height(&two[0]), height(&two[1])), (Some(0.3), Some(0.3)));
        let two = things("a cone and a cylinder of the same height, 30 cm");
        assert_eq!((height(&two[0]), height(&two[1])), (Some(0.3), Some(0.3)));
        let two = things("a steel ball and a wooden cube of equal mass, 2 kg");
        assert_eq!((two[0].mass, two[1].mass), (Some(2.0), Some(2.0)));
        let two = things("a red ball next to a cube of the same colour");
        assert_eq!(two[0].colours, two[1].colours);
        assert_eq!(things("three balls of the same size").len(), 1);
    }
}
