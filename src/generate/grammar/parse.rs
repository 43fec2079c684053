//! Lexemes to drafts and the relations between them, by recursive descent.
//!
//! ```text
//! text      = { sentence-part | separator }
//! part      = world | place thing | thing
//! thing     = { determiner | count | measure | adjective } ( noun | group [of thing] ) { after }
//! after     = attribute | part-of | arrangement | world | place thing | with thing
//! ```
//! A rule that does not apply takes nothing. What no rule takes is kept, and is a reason to refuse.

use super::super::spec::{Class, MAX_COUNT, Place, World};
use super::{
    draft::{Draft, first_word},
    lexer::{Lex, Lexeme, lexemes},
    lexicon::{Dim, Sense, Trait},
    measure::{Measure, Unit},
};

/// A relation between drafts, by number.
#[derive(Clone, Debug)]
pub struct Link {
    /// What is placed.
    pub subject: usize,
    /// Where.
    pub place: Place,
    /// By what.
    pub reference: usize,
    /// Which of several.
    pub member: Option<u32>,
    /// And what, for between.
    pub other: Option<usize>,
    /// Free space, m.
    pub gap: Option<f64>,
}

/// What has been read.
#[derive(Clone, Debug, Default)]
pub struct Parser {
    pub(super) lexemes: Vec<Lexeme>,
    pub(super) at: usize,
    /// The things so far.
    pub drafts: Vec<Draft>,
    /// How they stand to one another.
    pub links: Vec<Link>,
    /// What holds for all.
    pub world: World,
    /// Words that are not known.
    pub unknown: Vec<String>,
    /// Words that are known and make no sense where they are.
    pub misplaced: Vec<String>,
    /// What was said of the world, in words.
    pub said: Vec<String>,
    /// Distances from middle to middle that became gaps.
    pub apart: Vec<f64>,
    /// What had to be taken for granted.
    pub granted: Vec<String>,
    /// Things of the enumeration that is being read.
    pub(super) list: Vec<usize>,
    /// Things of the enumeration in the sentence before.
    pub(super) named: Vec<usize>,
    /// Where what was said of all ended, and of which others: "both falling" goes on with "from 3 m".
    pub(super) shared: Option<(usize, Vec<usize>)>,
    /// Adjectives that wait for the noun of a later member: "a red and a blue ball".
    pub(super) elided: Vec<Draft>,
    /// What attributes belong to.
    pub(super) current: Option<usize>,
    /// What the sentence is about.
    pub(super) head: Option<usize>,
    /// What "it" is.
    pub(super) it: Option<usize>,
    /// What was spoken of in the change before.
    pub(super) spoken: Vec<usize>,
    /// Which of several the last reference meant.
    pub(super) which: Option<u32>,
    /// Where each one of the things that are there stands, m.
    pub(super) places: Vec<Vec<[f64; 3]>>,
    /// Where things that are there stand, m.
    pub(super) stands: Vec<[f64; 3]>,
    /// The part of a machine that the last reference meant.
    pub(super) part_of: Option<Sense>,
    /// What a group has become that was parted: what is said of it is said of each.
    pub(super) twins: Vec<usize>,
    /// Whether a member of a group was compared with the others.
    pub(super) compares: bool,
    /// What the sentence began to put things beside.
    pub(super) beside: Option<usize>,
    /// What the sentence began to put things on.
    pub(super) bearer: Option<(Place, usize)>,
    /// What is being placed.
    pub(super) placed: Option<usize>,
    /// Whether a member of a group is being described.
    pub(super) told_of_member: bool,
    /// The group of which only one member is meant.
    pub(super) single: Option<usize>,
    /// Whether a change gives something to what is there.
    pub(super) gives: bool,
    /// Whether what is said of stairs is said of each step.
    pub(super) each_step: bool,
    /// What is said to be on the left, in the middle or on the right of the scene.
    pub(super) sides: Vec<super::motion::Side>,
    /// What is said to stand at an edge or corner of what it stands on, and on which side.
    pub(super) edges: Vec<(usize, super::edges::Edge)>,
    /// How far away things are from what comes to them, m.
    pub(super) gaps: Vec<(usize, f64)>,
    /// What is as another is.
    pub(super) alike: Vec<super::alike::Alike>,
    /// Of what parts were named behind "with", and where that ended.
    pub(super) parted: Option<(usize, usize)>,
    /// How deep rules are nested.
    pub(super) depth: usize,
}

/// Most rules within one another.
pub(super) const MAX_DEPTH: usize = 24;

impl Parser {
    /// Begins with a text.
    pub fn new(text: &str) -> Self {
        let (lexemes, granted) = super::phrasing::plain(lexemes(text));
        Self { lexemes, granted, ..Self::default() }
    }

    /// Reads all of it.
    pub fn text(&mut self) {
        let mut leading: Option<(Place, usize, Option<usize>)> = None;
        let mut separated = true;
        let (mut led, mut over_each) = (None, false);
        while self.at < self.lexemes.len() {
            match self.peek() {
                Some(Lex::Stop) => {
                    if !self.list.is_empty() {
                        self.named = std::mem::take(&mut self.list);
                    }
                    led = None;
                    (self.single, self.bearer, self.twins) = (None, None, Vec::new());
                    self.beside = None;
                    self.at += 1;
                    separated = true;
                    continue;
                }
                Some(Lex::Comma | Lex::Mark) => {
                    self.at += 1;
                    separated = true;
                    continue;
                }
                _ => {}
            }
            // What comes with a thing belongs to it, or is not understood.
            let with =
                self.sense() == Some(Sense::With) && (self.current.is_none() || self.at == 0);
            // "three stacks of two cubes each"
            let last = self.sense() == Some(Sense::Each)
                && self.current.is_some()
                && matches!(self.ahead(1), None | Some(Lex::Stop | Lex::Comma | Lex::Mark));
            if with
                || last
                || matches!(
                    self.sense(),
                    Some(Sense::And | Sense::Verb(_) | Sense::Filler | Sense::Is)
                )
            {
                separated |= !matches!(self.sense(), Some(Sense::Filler));
                self.at += 1;
                continue;
            }
            if self.world_phrase() {
                separated = true;
                continue;
            }
            let place = match self.sense() {
                Some(Sense::Place(place)) => Some(place),
                Some(Sense::In) => Some(Place::Inside),
                _ => None,
            };
            // "to its left is a ball"
            let its = self.sense() == Some(Sense::To)
                && self.lexemes.get(self.at + 1).is_some_and(|lexeme| lexeme.text == "its");
            if let (true, Some(Sense::Direction([x, ..])), Some(reference)) =
                (its && separated, self.sense_ahead(2), self.head.or(self.current))
                && x != 0.0
            {
                let side = if x < 0.0 { Place::LeftOf } else { Place::RightOf };
                self.at += 3;
                self.glue(|sense| matches!(sense, Sense::Is | Sense::Filler | Sense::Verb(_)));
                leading = Some((side, reference, None));
                self.list.clear();
                continue;
            }
            // "within half a metre of its base, a cube"
            let here = self.at;
            if let (true, Some(reference)) = (separated, self.within()) {
                self.at += usize::from(self.peek() == Some(Lex::Comma));
                self.glue(|sense| matches!(sense, Sense::Is | Sense::Filler | Sense::Verb(_)));
                if self.determined() {
                    leading = Some((Place::InFrontOf, reference, None));
                    self.list.clear();
                    continue;
                }
            }
            self.at = here;
            if let Some(place) = place {
                let before = self.clone();
                self.at += 1;
                over_each = self.sense() == Some(Sense::Each)
                    && matches!(&*self.lexemes[self.at].text, "each" | "every");
                // "a table, on it a bowl, next to it two chairs": all of the table.
                if self.sense() == Some(Sense::It) && self.head.is_some() && separated {
                    self.it = self.head;
                }
                // "Behind the sofa is a lamp, and in front of it a table": of the sofa.
                if let (Some(Sense::It), Some(base), true) = (self.sense(), self.beside, separated)
                {
                    self.it = Some(base);
                }
                if place == Place::Between && self.between_those_before(&mut leading) {
                    separated = true;
                    continue;
                }
                if let Some(reference) = self.thing() {
                    self.after(reference);
                    let other = (place == Place::Between).then(|| self.second()).flatten();
                    self.glue(|sense| matches!(sense, Sense::Is | Sense::Filler | Sense::Verb(_)));
                    let comma = self.peek() == Some(Lex::Comma);
                    self.at += usize::from(comma);
                    self.glue(|sense| {
                        matches!(sense, Sense::Trait(Trait::Spaced))
                            || comma && matches!(sense, Sense::Is | Sense::Filler | Sense::Verb(_))
                    });
                    if self.determined() || (comma && self.adjective()) {
                        leading = Some((place, reference, other));
                        self.list.clear();
                        separated = true;
                        continue;
                    }
                }
                *self = before;
                // "… and hits a stack": it is still about what the sentence began with.
                if let Some(subject) = self.head.or(self.current)
                    && self.related(subject)
                {
                    continue;
                }
            }
            if separated
                && (self.graded_sentence()
                    || self.said_of_all()
                    || self.of_its_part()
                    || self.strength_of_it()
                    || self.pulled_then()
                    || self.parts_of_it()
                    || self.members_before())
            {
                continue;
            }
            if self.sense() == Some(Sense::Each) && self.all_of_them() {
                continue;
            }
            let bare = !self.determined();
            let lead = self.leading_motion();
            led = lead.or(led);
            if (separated || !bare)
                && let Some(subject) = self.thing()
            {
                let subject = self.one_alone(subject);
                if let Some(motion) = led
                    && self.drafts[subject].kind().is_some_and(|kind| kind.class() == Class::Solid)
                    && !self.drafts[subject].traits.contains(&motion)
                {
                    self.drafts[subject].traits.push(motion);
                }
                if leading.is_none() && separated {
                    self.head = Some(subject);
                }
                let led_place = leading.take();
                if let Some((place, reference, _)) = led_place {
                    let lateral = matches!(
                        place,
                        Place::Behind
                            | Place::InFrontOf
                            | Place::LeftOf
                            | Place::RightOf
                            | Place::Beside
                    );
                    self.beside = Some(reference).filter(|_| lateral);
                }
                if let Some((place, reference, other)) = led_place {
                    self.link(subject, place, reference, other, None);
                    // "behind each desk a chair"
                    if std::mem::take(&mut over_each) {
                        self.spread_over(subject, reference);
                    }
                }
                self.list.push(subject);
                self.after(subject);
                self.borne_together(subject, led_place);
                self.share_motion(led);
                self.current = Some(subject);
                separated = false;
                continue;
            }
            if let Some(current) = self.current
                && self.attribute(current)
            {
                continue;
            }
            self.reject();
        }
        self.settle_alike();
        self.settle_gaps();
        if let Some((_, reference, _)) = leading {
            self.misplaced
                .extend(self.drafts[reference].noun.map(|noun| first_word(noun.words).to_owned()));
        }
        if let Some(draft) = self.elided.pop() {
            self.misplaced.extend(draft.thing.colours.first().cloned());
        }
    }

    /// "Between them, place a ball.", of the two that the sentence before named.
    fn between_those_before(
        &mut self,
        leading: &mut Option<(Place, usize, Option<usize>)>,
    ) -> bool {
        let begin = self.at;
        let &[first, second] = &*self.named else { return false };
        if !self.list.is_empty() || !self.take(|sense| sense == Sense::It) {
            return false;
        }
        self.glue(|sense| matches!(sense, Sense::Is | Sense::Filler | Sense::Verb(_)));
        self.at += usize::from(self.peek() == Some(Lex::Comma));
        self.glue(|sense| matches!(sense, Sense::Is | Sense::Filler | Sense::Verb(_)));
        self.glue(|sense| matches!(sense, Sense::Trait(Trait::Spaced)));
        if !self.determined() {
            self.at = begin;
            return false;
        }
        *leading = Some((Place::Between, first, Some(second)));
        true
    }

    /// "both on a table": all that stand on nothing yet.
    pub(super) fn all_of_them(&mut self) -> bool {
        let before = self.clone();
        self.at += 1;
        self.glue(|sense| {
            matches!(sense, Sense::Of | Sense::It | Sense::Is | Sense::Trait(Trait::Spaced))
        });
        let known = self.drafts.len();
        let place = match self.sense() {
            Some(Sense::Place(place @ (Place::On | Place::Inside))) => place,
            Some(Sense::In) => Place::Inside,
            _ => {
                *self = before;
                return false;
            }
        };
        self.at += 1;
        let Some(reference) = self.thing() else {
            *self = before;
            return false;
        };
        for subject in (0..known).filter(|subject| *subject != reference) {
            let small = self.drafts[subject]
                .kind()
                .is_some_and(|kind| matches!(kind.class(), Class::Solid | Class::Vessel));
            let placed = self.links.iter().any(|link| {
                link.subject == subject && matches!(link.place, Place::On | Place::Inside)
            });
            if small && !placed {
                // What it stands on comes first: the others are shifted along it.
                self.links.insert(
                    0,
                    Link { subject, place, reference, member: None, other: None, gap: None },
                );
            }
        }
        self.after(reference);
        true
    }

    pub(super) fn determined(&self) -> bool {
        matches!(self.sense(), Some(Sense::A | Sense::The | Sense::More | Sense::Each))
            || matches!(self.peek(), Some(Lex::Number(_)))
    }

    /// Keeps a word that nobody takes.
    pub(super) fn reject(&mut self) {
        let Some(Lexeme { lex, text }) = self.lexemes.get(self.at).cloned() else { return };
        if lex == Lex::Unknown {
            self.unknown.push(text);
        } else {
            self.misplaced.push(text);
        }
        self.at += 1;
    }

    pub(super) fn peek(&self) -> Option<Lex> {
        self.ahead(0)
    }

    pub(super) fn ahead(&self, by: usize) -> Option<Lex> {
        self.lexemes.get(self.at + by).map(|lexeme| lexeme.lex)
    }

    pub(super) fn sense(&self) -> Option<Sense> {
        self.sense_ahead(0)
    }

    pub(super) fn sense_ahead(&self, by: usize) -> Option<Sense> {
        self.lexemes.get(self.at + by).and_then(Lexeme::sense)
    }

    pub(super) fn take(&mut self, wanted: impl Fn(Sense) -> bool) -> bool {
        let there = self.sense().is_some_and(wanted);
        self.at += usize::from(there);
        there
    }

    /// "twice", "half", "3 times": by how much.
    pub(super) fn times(&mut self) -> Option<f64> {
        let factor = match (self.peek(), self.sense()) {
            (_, Some(Sense::Twice)) => 2.0,
            (_, Some(Sense::Half)) => 0.5,
            (Some(Lex::Number(number)), _) if self.sense_ahead(1) == Some(Sense::By) => {
                self.at += 1;
                number
            }
            _ => return None,
        };
        self.at += 1;
        Some(factor)
    }

    /// Skips words that only join.
    pub(super) fn glue(&mut self, joins: impl Fn(Sense) -> bool) {
        while self.sense().is_some_and(&joins) || self.peek() == Some(Lex::Mark) {
            self.at += 1;
        }
    }
}

/// A number that counts something.
pub(super) fn whole(number: f64) -> Option<u32> {
    (number >= 1.0 && number <= f64::from(MAX_COUNT) && number.fract() == 0.0)
        .then_some(number as u32)
}

/// Which extent "long" and the like are behind a measure.
pub(super) fn stretched([wide, deep, high]: [f64; 3]) -> Dim {
    if wide > 1.0 {
        Dim::Long
    } else if deep != 1.0 {
        Dim::Wide
    } else if high > 1.0 {
        Dim::High
    } else {
        Dim::Thick
    }
}

/// `10 x 20 x 30 cm`.
pub(super) fn extents(draft: &mut Draft, numbers: &[f64], last: Measure) -> bool {
    if last.unit != Unit::Length {
        return false;
    }
    let scale = last.scale;
    draft.triple = match *numbers {
        [x, y] => Some([x * scale, y * scale, last.value]),
        [x] => Some([x * scale, last.value, f64::NAN]),
        _ => return false,
    };
    true
}
