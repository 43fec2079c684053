//! Ways of saying the same: what English says in many ways becomes the one way that the grammar
//! reads. Each rule looks at the lexemes alone, and leaves them as they are where it is in doubt.

use super::super::spec::{Class, Kind, Pattern, Place};
use super::{
    lexer::{self, Lex, Lexeme},
    lexicon::{self, Entry, Part, Sense, Trait},
    wares,
};

/// Surfaces that something is on when it is on the thing itself.
const SURFACES: &[&str] = &[
    "seat",
    "tabletop",
    "table top",
    "desktop",
    "surface",
    "top surface",
    "roof",
    "upper side",
    "upper surface",
    "top side",
    "lid",
    "worktop",
    "deck",
    "top",
];
/// Joints of an arm that have names.
pub(super) const JOINTS: &[&str] = &["base", "waist", "shoulder", "elbow", "forearm", "wrist"];
/// How many are meant by words that give no number.
const AMOUNTS: &[(&[&str], f64)] = &[
    (&["a", "few"], 3.0),
    (&["few"], 3.0),
    (&["a", "handful", "of"], 5.0),
    (&["a", "good", "many"], 12.0),
    (&["a", "lot", "of"], 12.0),
    (&["lots", "of"], 12.0),
    (&["plenty", "of"], 12.0),
    (&["loads", "of"], 12.0),
    (&["a", "load", "of"], 12.0),
    (&["a", "number", "of"], 5.0),
    (&["many"], 12.0),
    (&["numerous"], 12.0),
    (&["various"], 5.0),
];

/// How many what is full has in it where nobody says.
const FULL: f64 = 12.0;

/// The lexemes as the grammar reads them, and what was taken for granted.
pub fn plain(lexemes: Vec<Lexeme>) -> (Vec<Lexeme>, Vec<String>) {
    let mut phrasing = Phrasing { lexemes, granted: Vec::new() };
    phrasing.wording();
    phrasing.purposes();
    phrasing.own_things();
    phrasing.idle();
    phrasing.frames();
    phrasing.machines();
    phrasing.parted_verbs();
    phrasing.instead();
    phrasing.amounts();
    phrasing.full_of();
    phrasing.counted_behind();
    phrasing.columns_of();
    phrasing.surfaces();
    phrasing.ends_of_boards();
    phrasing.all_of_it();
    phrasing.what_it_is_of();
    phrasing.as_others_say();
    phrasing.the_two();
    phrasing.each_on_its_own();
    phrasing.told_apart();
    phrasing.the_other();
    phrasing.some_joints();
    phrasing.named_joints();
    phrasing.where_motors_are();
    phrasing.driven_by();
    phrasing.driven_joints();
    phrasing.driven_wheels();
    phrasing.sprung_from_a_wall();
    phrasing.adverbs();
    phrasing.stones();
    phrasing.fruit_by_colour();
    phrasing.several_others();
    phrasing.sorts_of_things();
    phrasing.at_the_edge();
    phrasing.its_places();
    phrasing.layouts();
    phrasing.motions();
    phrasing.pattern_first();
    (phrasing.lexemes, phrasing.granted)
}

pub(super) struct Phrasing {
    pub(super) lexemes: Vec<Lexeme>,
    granted: Vec<String>,
}

pub(super) fn known(sense: Sense, text: &str) -> Lexeme {
    Lexeme { lex: Lex::Known(Entry { sense, plural: false }), text: text.to_owned() }
}

pub(super) fn called(phrase: &str) -> Option<Lexeme> {
    lexicon::meaning(phrase).map(|entry| Lexeme { lex: Lex::Known(entry), text: phrase.to_owned() })
}

pub(super) const fn ends(lex: Option<Lex>) -> bool {
    matches!(lex, None | Some(Lex::Stop | Lex::Comma | Lex::Mark))
}

impl Phrasing {
    pub(super) fn text(&self, at: usize) -> &str {
        self.lexemes.get(at).map_or("", |lexeme| &*lexeme.text)
    }

    pub(super) fn sense(&self, at: usize) -> Option<Sense> {
        self.lexemes.get(at).and_then(Lexeme::sense)
    }

    pub(super) fn lex(&self, at: usize) -> Option<Lex> {
        self.lexemes.get(at).map(|lexeme| lexeme.lex)
    }

    pub(super) fn is_noun(&self, at: usize) -> bool {
        matches!(
            self.sense(at),
            Some(Sense::Noun(_) | Sense::Group(_) | Sense::Part(_) | Sense::Floor)
        )
    }

    /// The words between, as they were written.
    pub(super) fn said(&self, from: usize, to: usize) -> String {
        self.lexemes[from..to].iter().map(|lexeme| &*lexeme.text).collect::<Vec<_>>().join(" ")
    }

    pub(super) fn tell(&mut self, what: String) {
        self.granted.push(what);
    }

    pub(super) fn leave_out(&mut self, from: usize, to: usize) {
        self.granted.push(format!("'{}' changes nothing here", self.said(from, to)));
        self.lexemes.drain(from..to);
    }

    /// "for my physics class", "for teaching leverage", "to demonstrate friction".
    fn purposes(&mut self) {
        let mut at = 0;
        while at < self.lexemes.len() {
            let end = match self.text(at) {
                "for" => self.use_ends(at + 1),
                _ => self.lesson_ends(at),
            };
            match end {
                Some(end) => self.leave_out(at, end),
                None => at += 1,
            }
        }
    }

    /// Behind "for": words of which none can be built, and one that nothing else knows.
    fn use_ends(&self, from: usize) -> Option<usize> {
        let mut end = from;
        while matches!(self.sense(end), Some(Sense::A | Sense::The | Sense::Each)) {
            end += 1;
        }
        let (begin, mut open) = (end, false);
        loop {
            match (self.lex(end), self.sense(end)) {
                (Some(Lex::Unknown), _) => open = true,
                (_, Some(Sense::Decor)) => open = true,
                (_, Some(Sense::Filler))
                    if !matches!(self.text(end), "i" | "i want" | "i need") => {}
                (_, Some(Sense::And | Sense::Of)) if self.lex(end + 1) == Some(Lex::Unknown) => {}
                _ => break,
            }
            end += 1;
        }
        let whole = !self.is_noun(end) && !self.sense(end).is_some_and(Sense::is_adjective);
        (open && end > begin && whole).then_some(end)
    }

    /// "to show how friction works", "demonstrating the conservation of momentum".
    fn lesson_ends(&self, from: usize) -> Option<usize> {
        let to = usize::from(matches!(self.text(from), "to" | "that" | "which"));
        let stem = [
            "demonstrat",
            "illustrat",
            "teach",
            "explain",
            "stud",
            "visualis",
            "visualiz",
            "explor",
            "investigat",
            "learn",
            "practis",
            "practic",
            "measur",
            "examin",
            "analys",
            "analyz",
            "observ",
        ];
        let said = self.text(from + to);
        // At the beginning it is what should be done.
        if from == 0
            || !stem.iter().any(|stem| said.starts_with(stem))
            || said == "measuring"
            || self.sense(from + to) == Some(Sense::Of)
        {
            return None;
        }
        let mut end = from + to + 1;
        while !ends(self.lex(end))
            && !matches!(self.lex(end), Some(Lex::Number(_) | Lex::Measure(_)))
            && !matches!(
                self.sense(end),
                Some(Sense::Place(_) | Sense::With | Sense::A | Sense::Noun(_))
            )
        {
            end += 1;
        }
        (end > from + to + 1).then_some(end)
    }

    /// "take the ball away": remove it.
    fn parted_verbs(&mut self) {
        let begin = (0..self.lexemes.len())
            .find(|at| !matches!(self.text(*at), "now" | "please" | "and" | "then" | "also"));
        let Some(begin) = begin else { return };
        let end = self.lexemes.iter().rposition(|lexeme| lexeme.lex != Lex::Stop).unwrap_or(0);
        if matches!(self.text(begin), "take" | "throw" | "get" | "clear" | "put" | "bring")
            && matches!(self.text(end), "away" | "out")
            && matches!(self.sense(begin + 1), Some(Sense::The | Sense::It | Sense::Each))
            && let Some(remove) = called("remove")
        {
            self.lexemes.remove(end);
            self.lexemes[begin] = remove;
        }
    }

    /// "use a cube instead of the ball": replace the ball with a cube.
    fn instead(&mut self) {
        let Some(at) = self.lexemes.iter().position(|lexeme| lexeme.text == "instead") else {
            return;
        };
        let asks = matches!(self.sense(0), Some(Sense::Verb(_)) | Some(Sense::Filler));
        let asks = asks && matches!(self.sense(1), Some(Sense::A | Sense::More));
        if let (true, Some(Sense::Of), Some(replace), Some(with)) =
            (asks && at > 1, self.sense(at + 1), called("replace"), called("with"))
        {
            let new: Vec<Lexeme> = self.lexemes[1..at].to_vec();
            let old: Vec<Lexeme> = self.lexemes[at + 2..].to_vec();
            let end = old.iter().position(|lexeme| lexeme.lex == Lex::Stop).unwrap_or(old.len());
            self.lexemes = [&[replace], &old[..end], &[with], &new, &old[end..]].concat();
        }
    }

    /// Words that change nothing: before a noun, or anywhere. Those that stood in between may make
    /// a phrase without them.
    fn idle(&mut self) {
        let manner = |lexeme: &Lexeme| lexeme.sense() == Some(Sense::Manner);
        if self.lexemes.iter().any(manner) {
            for at in (0..self.lexemes.len()).rev() {
                if self.sense(at) == Some(Sense::Manner) {
                    self.leave_out(at, at + 1);
                }
            }
            self.lexemes = lexer::lexemes(&self.said(0, self.lexemes.len()));
        }
        let mut at = 0;
        while at < self.lexemes.len() {
            // "a kid on the left"
            if self.sense(at) == Some(Sense::Decor)
                && !self.before_a_noun(at)
                && let Some(entry) = wares::called(self.text(at))
            {
                self.lexemes[at].lex = Lex::Known(entry);
            }
            if self.sense(at) == Some(Sense::Decor)
                && (self.before_a_noun(at) || self.says_what_it_is(at))
            {
                self.leave_out(at, at + 1);
                // "a shiny, red ball"
                let begins = at == 0
                    || matches!(self.sense(at - 1), Some(Sense::A | Sense::The | Sense::Each))
                    || matches!(self.lex(at - 1), Some(Lex::Number(_)));
                while begins
                    && (self.lex(at) == Some(Lex::Comma) || self.sense(at) == Some(Sense::And))
                {
                    self.lexemes.remove(at);
                }
            } else {
                at += 1;
            }
        }
    }

    pub(super) fn before_a_noun(&self, at: usize) -> bool {
        let mut next = at + 1;
        loop {
            match (self.lex(next), self.sense(next)) {
                _ if self.is_noun(next) => return true,
                (
                    _,
                    Some(
                        Sense::And
                        | Sense::Decor
                        | Sense::Outline(_)
                        | Sense::Fold(_)
                        | Sense::Filler,
                    ),
                ) => {}
                (Some(Lex::Comma | Lex::Number(_) | Lex::Measure(_)), _) => {}
                (_, Some(Sense::Dim(_) | Sense::Prop(_) | Sense::Verb(_) | Sense::Ones)) => {}
                (_, Some(sense)) if sense.is_adjective() => {}
                _ => return false,
            }
            next += 1;
        }
    }

    /// "is shiny", "shiny and red" behind the noun.
    fn says_what_it_is(&self, at: usize) -> bool {
        at > 0
            && (self.sense(at - 1) == Some(Sense::Is) || self.lex(at - 1) == Some(Lex::Comma))
            && (ends(self.lex(at + 1)) || self.sense(at + 1) == Some(Sense::And))
    }

    /// "a few", "lots of": how many that is was not said.
    fn amounts(&mut self) {
        for at in 0..self.lexemes.len() {
            let Some((words, count)) = AMOUNTS.iter().find(|(words, _)| {
                words.iter().enumerate().all(|(by, word)| self.text(at + by) == *word)
            }) else {
                continue;
            };
            let mut next = at + words.len();
            while self.sense(next).is_some_and(Sense::is_adjective)
                || self.sense(next) == Some(Sense::Of)
            {
                next += 1;
            }
            let several = matches!(
                self.lex(next),
                Some(Lex::Known(Entry { sense: Sense::Noun(_), plural: true }))
            );
            if several {
                let said = self.said(at, at + words.len());
                self.granted.push(format!("'{said}' gives no number: {count}"));
                let number = Lexeme { lex: Lex::Number(*count), text: said };
                self.lexemes.splice(at..at + words.len(), [number]);
            }
        }
    }

    /// "a box full of balls": of more than a few.
    fn full_of(&mut self) {
        for at in (0..self.lexemes.len()).rev() {
            let full = self.sense(at) == Some(Sense::Inverse(Place::Inside))
                && ["full", "filled", "packed", "stuffed", "brimming"]
                    .iter()
                    .any(|word| self.text(at).starts_with(word));
            let mut next = at + 1;
            while self.sense(next).is_some_and(Sense::is_adjective) {
                next += 1;
            }
            let several = matches!(
                self.lex(next),
                Some(Lex::Known(Entry { sense: Sense::Noun(noun), plural: true }))
                    if noun.kind.class() == Class::Solid
            );
            if full && several {
                self.granted.push(format!("'{}' gives no number: {FULL}", self.text(at)));
                let number = Lexeme { lex: Lex::Number(FULL), text: FULL.to_string() };
                self.lexemes.insert(at + 1, number);
            }
        }
    }

    /// "dominoes: 15 of them".
    fn counted_behind(&mut self) {
        for at in 1..self.lexemes.len() {
            let plural = matches!(
                self.lex(at - 1),
                Some(Lex::Known(Entry { sense: Sense::Noun(_), plural: true }))
            );
            let counted = at > 1 && matches!(self.lex(at - 2), Some(Lex::Number(_)));
            if plural
                && !counted
                && matches!(self.lex(at), Some(Lex::Mark | Lex::Comma))
                && matches!(self.lex(at + 1), Some(Lex::Number(_)))
                && self.sense(at + 2) == Some(Sense::Of)
                && self.sense(at + 3) == Some(Sense::It)
            {
                let number = self.lexemes.remove(at + 1);
                self.lexemes.drain(at..at + 3);
                self.lexemes.insert(at - 1, number);
                return;
            }
        }
    }

    /// "three columns of four cubes" are stacks, and no pillars.
    fn columns_of(&mut self) {
        for at in 0..self.lexemes.len() {
            let columns = matches!(self.text(at), "columns" | "pillars");
            let things = (at + 2..self.lexemes.len()).find(|next| {
                !matches!(self.lex(*next), Some(Lex::Number(_)))
                    && !self.sense(*next).is_some_and(Sense::is_adjective)
            });
            let solid =
                things.is_some_and(|things| matches!(self.sense(things), Some(Sense::Noun(_))));
            if columns && solid && self.sense(at + 1) == Some(Sense::Of) {
                let stacks = Entry { sense: Sense::Group(Pattern::Stack), plural: true };
                self.lexemes[at].lex = Lex::Known(stacks);
            }
        }
    }

    /// "on the seat of a chair", "on its roof": on the thing.
    fn surfaces(&mut self) {
        let mut at = 0;
        while at + 2 < self.lexemes.len() + 1 {
            let on = self.sense(at) == Some(Sense::Place(Place::On))
                && matches!(self.sense(at + 1), Some(Sense::The))
                && SURFACES.contains(&self.text(at + 2));
            if on
                && self.sense(at + 3) == Some(Sense::Of)
                && matches!(
                    self.sense(at + 4),
                    Some(Sense::A | Sense::The | Sense::It | Sense::Each)
                )
            {
                self.lexemes.drain(at + 1..at + 4);
            } else if on
                && (ends(self.lex(at + 3)) || self.sense(at + 3) == Some(Sense::And))
                && !matches!(self.sense(at + 2), Some(Sense::Floor | Sense::Ceiling) if self.text(at + 1) != "its")
                && self.lexemes[..at]
                    .iter()
                    .any(|lexeme| matches!(lexeme.sense(), Some(Sense::Noun(_))))
            {
                self.lexemes.splice(at + 1..at + 3, [known(Sense::It, "it")]);
            }
            at += 1;
        }
    }

    /// "onto the end of a seesaw": onto one of its ends.
    fn ends_of_boards(&mut self) {
        for at in 0..self.lexemes.len() {
            let end = self.sense(at) == Some(Sense::Place(Place::On))
                && self.sense(at + 1) == Some(Sense::The)
                && self.sense(at + 2) == Some(Sense::Part(Part::End))
                && self.sense(at + 3) == Some(Sense::Of);
            let mut next = at + 4;
            while matches!(self.sense(next), Some(Sense::A | Sense::The))
                || self.sense(next).is_some_and(Sense::is_adjective)
            {
                next += 1;
            }
            let board = matches!(self.sense(next), Some(Sense::Noun(noun))
                if matches!(noun.kind, Kind::Seesaw | Kind::Bridge | Kind::Table | Kind::Bench)
                    || ["plank", "slab"].iter().any(|word| noun.words.starts_with(word)));
            if end && board {
                let place = known(Sense::Place(Place::OnLeftEnd), "on one end of");
                self.lexemes.splice(at..at + 4, [place]);
            }
        }
    }

    /// "between the two", "between both": between them.
    fn the_two(&mut self) {
        for at in 0..self.lexemes.len() {
            if self.sense(at) != Some(Sense::Place(Place::Between)) {
                continue;
            }
            let mut next = at + 1;
            let mut both = false;
            while matches!(self.sense(next), Some(Sense::The | Sense::Each)) {
                both |= self.text(next) == "both";
                next += 1;
            }
            let two = self.lex(next) == Some(Lex::Number(2.0));
            next += usize::from(two);
            if self.sense(next) == Some(Sense::Of) && self.sense(next + 1) == Some(Sense::It) {
                next += 2;
            }
            // "between the two boxes", of boxes of which each was named.
            let named = matches!(self.sense(next), Some(Sense::Noun(noun)) if {
                let alone = |lexeme: &Lexeme| matches!(lexeme.lex, Lex::Known(Entry { sense: Sense::Noun(own), plural: false }) if own == noun);
                self.lexemes[..at].iter().filter(|lexeme| alone(lexeme)).count() == 2
            });
            let compared =
                matches!(self.sense(next), Some(Sense::Comparative(_) | Sense::Relative(..)))
                    && self.is_noun(next + 1);
            let free = (two || both)
                && next > at + 1
                && !compared
                && !self.is_noun(next)
                && !self.sense(next).is_some_and(Sense::is_adjective);
            if free || named && next > at + 1 {
                self.lexemes.splice(at + 1..next + usize::from(named), [known(Sense::It, "them")]);
            }
        }
    }

    /// "one tower red and the other one green": one so, and one so.
    fn the_other(&mut self) {
        let one = |lexeme: &Lexeme| lexeme.lex == Lex::Number(1.0);
        let mut at = 0;
        while at < self.lexemes.len() {
            let another = self.sense(at) == Some(Sense::The) && self.text(at + 1) == "other"
                || matches!(self.sense(at), Some(Sense::The))
                    && self.text(at + 1) == "second"
                    && self.lex(at + 2) == Some(Lex::Number(1.0));
            if another && self.lexemes[..at].iter().any(one) && !self.compares(at) {
                let more = usize::from(self.lex(at + 2) == Some(Lex::Number(1.0)));
                let number = Lexeme { lex: Lex::Number(1.0), text: "one".into() };
                self.lexemes.splice(at..at + 2 + more, [number]);
            }
            // "one tower", of the two that were named.
            let joined =
                at > 0 && (ends(self.lex(at - 1)) || self.sense(at - 1) == Some(Sense::And));
            if joined
                && self.lex(at) == Some(Lex::Number(1.0))
                && self.repeats(at + 1)
                && !self.names_two(at)
            {
                self.lexemes.remove(at + 1);
            }
            at += 1;
        }
    }

    /// "than the other", "as the other".
    fn compares(&self, at: usize) -> bool {
        at > 0
            && (matches!(self.text(at - 1), "than" | "as" | "like")
                || matches!(self.sense(at - 1), Some(Sense::Place(_) | Sense::To | Sense::From)))
    }

    /// Whether a noun was named before in the plural, with its number.
    fn repeats(&self, at: usize) -> bool {
        let Some(Lexeme {
            lex:
                Lex::Known(Entry { sense: own @ (Sense::Noun(_) | Sense::Group(_)), plural: false }),
            ..
        }) = self.lexemes.get(at)
        else {
            return false;
        };
        self.lexemes[..at].windows(2).any(|two| {
            matches!(two[0].lex, Lex::Number(number) if number > 1.0)
                && matches!(two[1].lex, Lex::Known(Entry { sense, plural: true }) if sense == *own)
        })
    }

    /// "one tower of cubes": a thing of its own.
    fn names_two(&self, at: usize) -> bool {
        self.sense(at + 2) == Some(Sense::Of)
    }

    /// "with shoulder, elbow and wrist joints": so many joints.
    fn named_joints(&mut self) {
        let named = |phrasing: &Self, at: usize| JOINTS.contains(&phrasing.text(at));
        let mut at = 0;
        while at < self.lexemes.len() {
            let (mut end, mut count) = (at, 0);
            if named(self, at) && self.arm_is_named() {
                loop {
                    if named(self, end) {
                        count += 1;
                        end += 1;
                    } else if self.is_noun(end)
                        && matches!(self.sense(end), Some(Sense::Part(Part::Joint)))
                        && count > 0
                    {
                        end += 1;
                        if !self.more_joints(end) {
                            break;
                        }
                    } else if self.more_joints(end) {
                        end += 1;
                    } else {
                        break;
                    }
                }
            }
            let with = at > 0
                && (self.sense(at - 1) == Some(Sense::With)
                    || self.sense(at - 1) == Some(Sense::A)
                        && self.sense(at.wrapping_sub(2)) == Some(Sense::With));
            if count > 1 && with {
                let number = Lexeme { lex: Lex::Number(f64::from(count)), text: count.to_string() };
                let joints = Lexeme {
                    lex: Lex::Known(Entry { sense: Sense::Part(Part::Joint), plural: true }),
                    text: "joints".into(),
                };
                let from = at - usize::from(self.sense(at - 1) == Some(Sense::A));
                self.lexemes.splice(from..end, [number, joints]);
            }
            at += 1;
        }
    }

    fn more_joints(&self, at: usize) -> bool {
        let mut next = at;
        while self.lex(next) == Some(Lex::Comma)
            || matches!(self.sense(next), Some(Sense::And | Sense::A))
        {
            next += 1;
        }
        next > at && JOINTS.contains(&self.text(next))
    }

    fn arm_is_named(&self) -> bool {
        self.lexemes.iter().any(
            |lexeme| matches!(lexeme.sense(), Some(Sense::Noun(noun)) if noun.kind == Kind::Arm),
        )
    }

    /// "a motor at the shoulder and one at the elbow", "motors at every joint": motors.
    fn where_motors_are(&mut self) {
        let mut at = 0;
        while at < self.lexemes.len() {
            if !matches!(self.sense(at), Some(Sense::Part(Part::Motor))) {
                at += 1;
                continue;
            }
            let mut end = at + 1;
            loop {
                let mut next = end;
                while self.sense(next) == Some(Sense::And)
                    || matches!(self.lex(next), Some(Lex::Number(1.0)))
                {
                    next += 1;
                }
                if !matches!(
                    self.sense(next),
                    Some(
                        Sense::At | Sense::In | Sense::To | Sense::Place(Place::On | Place::Inside)
                    )
                ) {
                    break;
                }
                next += 1;
                while matches!(
                    self.sense(next),
                    Some(Sense::The | Sense::Each | Sense::Of | Sense::A)
                ) || matches!(self.lex(next), Some(Lex::Number(_)))
                {
                    next += 1;
                }
                let joint = JOINTS.contains(&self.text(next))
                    || matches!(self.sense(next), Some(Sense::Part(Part::Joint | Part::Hinge)));
                if !joint {
                    break;
                }
                end = next + 1;
                if matches!(self.sense(end), Some(Sense::Part(Part::Joint))) {
                    end += 1;
                }
            }
            self.lexemes.drain(at + 1..end);
            at += 1;
        }
    }

    /// "tied to a wall by a spring": on a spring that lies.
    fn sprung_from_a_wall(&mut self) {
        for at in 0..self.lexemes.len() {
            if self.sense(at) != Some(Sense::Place(Place::AttachedTo)) {
                continue;
            }
            let mut next = at + 1;
            while matches!(self.sense(next), Some(Sense::A | Sense::The))
                || self.sense(next).is_some_and(Sense::is_adjective)
            {
                next += 1;
            }
            let wall = matches!(self.sense(next), Some(Sense::Noun(noun)) if matches!(noun.kind, Kind::Wall | Kind::Post | Kind::Platform));
            let by = matches!(
                self.sense(next + 1),
                Some(Sense::By | Sense::With | Sense::At | Sense::Place(Place::Striking))
            );
            next += 2;
            while matches!(self.sense(next), Some(Sense::A | Sense::The))
                || matches!(self.sense(next), Some(Sense::Trait(Trait::Lying)))
            {
                next += 1;
            }
            let spring = matches!(self.sense(next), Some(Sense::Noun(noun)) if matches!(noun.kind, Kind::Spring | Kind::SlidingSpring));
            if let (true, true, true, Some(spring)) =
                (wall, by, spring, called("horizontal spring"))
            {
                let on = known(Sense::Place(Place::On), "on");
                self.lexemes.splice(at..=next, [on, known(Sense::A, "a"), spring]);
                // "…, tied to a wall"
                if at > 0 && self.lex(at - 1) == Some(Lex::Comma) {
                    self.lexemes.remove(at - 1);
                }
                return;
            }
        }
    }

    /// "lying around", "that I can drive around": around nothing.
    fn adverbs(&mut self) {
        let mut at = 1;
        while at < self.lexemes.len() {
            let around = self.sense(at) == Some(Sense::Place(Place::Around));
            let next = self.sense(at + 1);
            let nothing = ends(self.lex(at + 1))
                || matches!(next, Some(Sense::Place(_) | Sense::And | Sense::In | Sense::Filler));
            let verb = matches!(self.sense(at - 1), Some(Sense::Filler | Sense::Trait(_)));
            // "right behind", "exactly between"
            let just = matches!(
                self.text(at),
                "right"
                    | "just"
                    | "exactly"
                    | "directly"
                    | "immediately"
                    | "precisely"
                    | "straight"
            ) && matches!(next, Some(Sense::Place(_)))
                && !matches!(self.sense(at - 1), Some(Sense::The | Sense::To));
            if around && nothing && verb || just {
                self.lexemes.remove(at);
            } else {
                at += 1;
            }
        }
    }

    /// "at its top a ball" is at the top of it; "a pillar of stone" is no stack.
    fn its_places(&mut self) {
        for at in (0..self.lexemes.len()).rev() {
            let its = matches!(self.sense(at), Some(Sense::Place(_)))
                && self.text(at).split(' ').any(|word| word == "its");
            let leads = self.sense(at + 1) == Some(Sense::A)
                || matches!(self.lex(at + 1), Some(Lex::Number(_)));
            if its && leads {
                self.lexemes.insert(at + 1, known(Sense::It, "it"));
            }
            let pillar = matches!(self.text(at), "pillar of" | "column of")
                && matches!(self.sense(at + 1), Some(Sense::Material(_)))
                && !self.is_noun(at + 2);
            if let (true, Some(pillar), Some(of)) = (pillar, called("pillar"), called("of")) {
                self.lexemes.splice(at..=at, [pillar, of]);
            }
        }
    }

    /// "a stone" is one where no other thing is made of it.
    fn stones(&mut self) {
        for at in 1..self.lexemes.len() {
            let own = self.text(at) == "stone"
                && !self.before_a_noun(at)
                && self.sense(at - 1) != Some(Sense::Of)
                && (matches!(self.sense(at - 1), Some(Sense::A | Sense::The))
                    || self.sense(at - 1).is_some_and(Sense::is_adjective));
            if let (true, Some(pebble)) = (own, called("pebble")) {
                self.lexemes[at].lex = pebble.lex;
            }
        }
    }

    /// "in a circle: twelve cubes" becomes "twelve cubes in a circle".
    fn pattern_first(&mut self) {
        let mut end = 0;
        while matches!(
            self.sense(end),
            Some(Sense::In | Sense::A | Sense::Trait(Trait::Spaced) | Sense::Place(Place::Inside))
        ) {
            end += 1;
        }
        if end == 0
            || !matches!(self.sense(end), Some(Sense::Group(_)))
            || self.sense(0) == Some(Sense::A)
        {
            return;
        }
        end += 1;
        let pattern = end;
        while self.sense(end) == Some(Sense::Filler) {
            end += 1;
        }
        if !matches!(self.lex(end), Some(Lex::Mark | Lex::Comma)) {
            return;
        }
        self.lexemes.drain(pattern..end);
        end = pattern;
        let rest = self.lexemes.split_off(end + 1);
        self.lexemes.truncate(end);
        let stop = rest.iter().position(|lexeme| lexeme.lex == Lex::Stop).unwrap_or(rest.len());
        let pattern = std::mem::take(&mut self.lexemes);
        let (named, behind) = rest.split_at(stop);
        self.lexemes = [named, &pattern, behind].concat();
    }
}
