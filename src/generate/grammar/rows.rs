//! What is said of the rows and layers of a group: "three rows high", "with six bricks per row".

use super::super::spec::{Kind, Pattern, Size};
use super::{
    draft::Draft,
    lexer::Lex,
    lexicon::{self, Dim, Noun, Part, Sense, Which},
    parse::{Parser, stretched, whole},
};

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Of {
    /// Rows one above another, or one behind another.
    Rows,
    /// Layers one above another.
    Layers,
    /// Columns side by side.
    Columns,
    /// Those of one row.
    InARow,
    /// Those of the lowest layer, along one side.
    AlongTheBase,
}

impl Parser {
    /// One such number, with what joins it.
    pub(super) fn by_rows(&mut self, index: usize) -> bool {
        let before = self.clone();
        while self.peek() == Some(Lex::Comma)
            || self.sense().is_some_and(|sense| {
                matches!(
                    sense,
                    Sense::With | Sense::Of | Sense::And | Sense::Is | Sense::In | Sense::Filler
                )
            })
        {
            self.at += 1;
        }
        let rows = self.drafts[index].thing.arrangement.as_ref();
        let of = rows.is_some_and(|a| a.rows.is_some() || a.layers.is_some())
            && self.at > before.at
            && self.lexemes[self.at - 1].sense() == Some(Sense::Of);
        let number = match self.peek() {
            Some(Lex::Number(number)) => whole(number),
            _ => None,
        };
        self.at += 1;
        let done = number.is_some_and(|number| {
            let own = self.drafts[index].noun;
            self.what_it_counts(own, of).is_some_and(|of| self.set_rows(index, of, number))
        });
        if !done {
            *self = before;
        }
        done
    }

    /// Whether such a number follows, of things of any kind.
    pub(super) fn rows_follow(&self) -> bool {
        let mut ahead = self.clone();
        let own = match self.sense_ahead(1) {
            Some(Sense::Noun(noun)) => Some(noun),
            _ => None,
        };
        ahead.at += 1;
        matches!(self.peek(), Some(Lex::Number(_))) && ahead.what_it_counts(own, false).is_some()
    }

    /// The words behind the number.
    fn what_it_counts(&mut self, own: Option<&'static Noun>, of: bool) -> Option<Of> {
        let part = match self.sense() {
            Some(Sense::Part(part @ (Part::Row | Part::Layer | Part::Column))) => Some(part),
            Some(Sense::Group(Pattern::Row)) => Some(Part::Row),
            _ => None,
        };
        if let Some(part) = part {
            self.at += 1;
            let high = match self.sense() {
                Some(Sense::Dim(Dim::High)) => true,
                Some(Sense::Stretch(factors)) => stretched(factors) == Dim::High,
                _ => false,
            };
            self.at += usize::from(high);
            return Some(match part {
                Part::Column => Of::Columns,
                Part::Layer => Of::Layers,
                _ if high => Of::Layers,
                _ => Of::Rows,
            });
        }
        self.glue(|sense| {
            sense == Sense::Ones
                || matches!(sense, Sense::Noun(noun) if own == Some(noun) || noun.kind == Kind::Box)
        });
        let here = self.at;
        // "of four blocks", behind a number of rows.
        let ends = matches!(self.peek(), None | Some(Lex::Stop | Lex::Comma));
        if of && ends {
            return Some(Of::InARow);
        }
        self.glue(|sense| {
            matches!(sense, Sense::At | Sense::In | Sense::To | Sense::Each | Sense::The | Sense::A)
        });
        let joined = self.at > here;
        let lowest = self.skip(|sense| matches!(sense, Sense::Which(Which::Bottom | Which::First)));
        let of = match self.sense()? {
            Sense::Group(Pattern::Row) | Sense::Part(Part::Row) if joined => Of::InARow,
            Sense::Part(Part::Layer | Part::Step) if joined => {
                if lowest {
                    Of::AlongTheBase
                } else {
                    Of::InARow
                }
            }
            Sense::Dim(Dim::Wide) if joined => Of::AlongTheBase,
            Sense::Dim(Dim::Edge) if self.lexemes[self.at].text == "per side" => Of::AlongTheBase,
            _ => return None,
        };
        self.at += 1;
        // "per side at the base"
        let here = self.at;
        self.glue(|sense| matches!(sense, Sense::At | Sense::To | Sense::The));
        if self.at == here || !self.skip(|sense| sense == Sense::Dim(Dim::Wide)) {
            self.at = here;
        }
        Some(of)
    }

    fn set_rows(&mut self, index: usize, of: Of, number: u32) -> bool {
        let draft = &mut self.drafts[index];
        if draft.kind() == Some(Kind::Wall) && draft.thing.arrangement.is_none() {
            draft.becomes_masonry();
        }
        let Some(pattern) = draft.thing.arrangement.as_ref().map(|a| a.pattern) else {
            return false;
        };
        use Pattern::{Grid, Pyramid, Row, Stack, Triangle, Wall};
        match (pattern, of) {
            (Wall | Triangle, Of::Rows | Of::Layers) | (Pyramid, Of::Layers | Of::Rows) => {
                draft.arrange(pattern).layers = Some(number);
            }
            (Grid, Of::Layers) => draft.arrange(Grid).layers = Some(number),
            (Grid | Row, Of::Rows) => {
                draft.arrange(Grid).rows = Some(number);
                draft.divide();
            }
            (Grid | Row, Of::Columns | Of::InARow) => {
                draft.arrange(Grid).columns = Some(number);
                draft.divide();
            }
            (Stack, Of::Layers | Of::Rows) => draft.count = Some(number),
            (Wall, Of::Columns | Of::InARow | Of::AlongTheBase) => {
                draft.arrange(Wall).columns = Some(number);
            }
            // What has rows is flat.
            (Pyramid | Triangle, Of::InARow) => draft.arrange(Triangle).columns = Some(number),
            (Pyramid | Triangle, Of::AlongTheBase) => draft.arrange(pattern).columns = Some(number),
            _ => return false,
        }
        true
    }
}

impl Draft {
    /// Length and height of a wall are those of all its bricks together.
    pub(super) fn masonry(&mut self) {
        let of = |dims: &[Option<Dim>], lengths: &mut Vec<(Option<Dim>, f64)>| {
            let at = lengths.iter().position(|(dim, _)| dims.contains(dim))?;
            Some(lengths.remove(at).1)
        };
        let long = of(&[Some(Dim::Long), Some(Dim::Wide), None], &mut self.lengths);
        let high = of(&[Some(Dim::High)], &mut self.lengths);
        let thick = of(&[Some(Dim::Thick), Some(Dim::Deep)], &mut self.lengths);
        let whole = self.count.is_none()
            && self.thing.arrangement.as_ref().is_some_and(|a| a.layers.is_none());
        if long.is_none() && high.is_none() && !whole {
            return;
        }
        let (long, high) = (long.unwrap_or(1.2), high.unwrap_or(0.6));
        // Few enough bricks to be simulated at ease.
        let brick = (long * high / 36.0).sqrt().max(0.1);
        let columns = (long / (brick * 1.4)).round().clamp(1.0, 16.0);
        let layers = (high / (brick / 1.4)).round().clamp(1.0, 16.0);
        let size = Size {
            x: Some(long / columns),
            y: Some(thick.unwrap_or(0.12)),
            z: Some(high / layers),
        };
        self.thing.size = Some(size);
        self.count = None;
        let arrangement = self.arrange(Pattern::Wall);
        (arrangement.columns, arrangement.layers) = (Some(columns as u32), Some(layers as u32));
    }

    /// A wall of which bricks are counted has some.
    fn becomes_masonry(&mut self) {
        let Some(lexicon::Sense::Noun(brick)) = lexicon::meaning("brick").map(|entry| entry.sense)
        else {
            return;
        };
        self.noun = None;
        self.name(brick, true);
        self.arrange(Pattern::Wall);
    }

    /// Twelve in three rows are four in each.
    fn divide(&mut self) {
        let count = self.count;
        let grid = self.arrange(Pattern::Grid);
        match (count, grid.rows, grid.columns) {
            (Some(count), Some(rows), None) => grid.columns = Some(count.div_ceil(rows.max(1))),
            (Some(count), None, Some(columns)) => grid.rows = Some(count.div_ceil(columns.max(1))),
            _ => {}
        }
    }
}
