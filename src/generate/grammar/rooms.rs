//! Ways of saying that belong to machines and furniture: "a flight of seven stairs", "a plank
//! pivoted in the middle", "chairs facing a table", "a classroom with six desks".

use super::super::spec::{Class, Hinges, Kind, Pattern, Place};
use super::{
    lexer::{Lex, Lexeme},
    lexicon::{Dim, Entry, Part, Prop, Sense, Trait, Which},
    measure::Unit,
    phrasing::{Phrasing, called, ends, known},
};

impl Phrasing {
    fn kind(&self, at: usize) -> Option<Kind> {
        match self.sense(at) {
            Some(Sense::Noun(noun)) => Some(noun.kind),
            _ => None,
        }
    }

    fn is_plural(&self, at: usize) -> bool {
        matches!(self.lex(at), Some(Lex::Known(Entry { plural: true, .. })))
    }

    fn names(&self, kind: Kind) -> bool {
        (0..self.lexemes.len()).any(|at| self.kind(at) == Some(kind))
    }

    /// Behind determiners and adjectives.
    fn past_adjectives(&self, from: usize) -> usize {
        let mut at = from;
        while matches!(self.sense(at), Some(Sense::A | Sense::The | Sense::Filler))
            || self.sense(at).is_some_and(Sense::is_adjective)
            || matches!(self.lex(at), Some(Lex::Measure(_)))
        {
            at += 1;
        }
        at
    }

    /// "hanging on its own spring": on one, and not by itself.
    pub(super) fn own_things(&mut self) {
        for at in (0..self.lexemes.len()).rev() {
            let own = matches!(self.text(at), "on its own" | "on their own");
            if own && self.is_noun(self.past_adjectives(at + 1)) {
                let on = known(Sense::Place(Place::On), "on");
                self.lexemes.splice(at..=at, [on, known(Sense::A, "a")]);
            }
        }
    }

    /// "A classroom with six desks": the desks.
    pub(super) fn frames(&mut self) {
        let mut begin = 0;
        while matches!(
            self.sense(begin),
            Some(Sense::Verb(_) | Sense::Filler | Sense::A | Sense::In | Sense::The)
        ) || matches!(self.sense(begin), Some(Sense::Place(Place::Inside)))
        {
            begin += 1;
        }
        let mut end = begin;
        while matches!(self.sense(end), Some(Sense::Decor)) {
            end += 1;
        }
        let article = begin.saturating_sub(usize::from(
            begin > 0 && matches!(self.sense(begin - 1), Some(Sense::A | Sense::The | Sense::In)),
        ));
        let opens = matches!(self.lex(end), Some(Lex::Mark | Lex::Comma))
            || matches!(self.sense(end), Some(Sense::With | Sense::Inverse(Place::Inside)))
            || matches!(self.text(end), "where" | "of");
        if end > begin && opens && self.determines(end + 1) {
            self.leave_out(article, end + 1);
        }
    }

    fn determines(&self, at: usize) -> bool {
        matches!(self.sense(at), Some(Sense::A | Sense::The | Sense::Each | Sense::Filler))
            || matches!(self.lex(at), Some(Lex::Number(_)))
            || self.is_noun(self.past_adjectives(at))
    }

    /// All of these, one after another.
    pub(super) fn machines(&mut self) {
        self.flights();
        self.strings_of_cradles();
        self.boards_on_pivots();
        self.tied_from_one_to_another();
        self.neighbours();
        self.seats_at_tables();
        self.swing_ups();
        self.leaves_of_doors();
        self.damping_somewhere();
        self.listed_heights();
        self.one_more_of_it();
        self.adjectives_of_one();
        self.balances();
        self.words_of_furniture();
    }

    /// "a balance with 2 kg on the left": a seesaw with a weight of 2 kg there.
    fn balances(&mut self) {
        for at in 1..self.lexemes.len() {
            let balance =
                matches!(self.text(at), "balance" | "scale" | "scales" | "pair of scales")
                    && self.sense(at - 1) == Some(Sense::A)
                    && (self.sense(at + 1) == Some(Sense::With) || ends(self.lex(at + 1)));
            if let (true, Some(seesaw)) = (balance && !self.names(Kind::Seesaw), called("seesaw")) {
                self.lexemes[at] = seesaw;
            }
        }
        if !self.names(Kind::Seesaw) {
            return;
        }
        let mut at = 1;
        while at < self.lexemes.len() {
            let mass =
                matches!(self.lex(at), Some(Lex::Measure(measure)) if measure.unit == Unit::Mass);
            let joined = matches!(self.sense(at - 1), Some(Sense::With | Sense::And))
                || self.lex(at - 1) == Some(Lex::Comma);
            let placed = matches!(
                self.sense(at + 1),
                Some(
                    Sense::Place(Place::On | Place::OnLeftEnd | Place::OnRightEnd)
                        | Sense::At
                        | Sense::To
                )
            );
            if let (true, Some(cube)) = (mass && joined && placed, called("cube")) {
                self.lexemes.insert(at + 1, cube);
                self.lexemes.insert(at, known(Sense::A, "a"));
                at += 2;
            }
            at += 1;
        }
    }

    /// "four stools at a bar", "both leaves opening by 90 degrees", "two chairs, one at each end".
    fn words_of_furniture(&mut self) {
        let stools = self.names(Kind::Stool);
        let door = self.names(Kind::Door);
        let mut at = 0;
        while at < self.lexemes.len() {
            if let (true, "bar", Some(counter)) = (stools, self.text(at), called("bar counter")) {
                self.lexemes[at] = counter;
            }
            // "a soft spring" is not of foam.
            if self.text(at) == "soft"
                && matches!(self.kind(at + 1), Some(Kind::Spring | Kind::SlidingSpring))
            {
                self.lexemes[at] = known(Sense::Strength(2.0), "weak");
            }
            let leaves = matches!(self.sense(at + 1), Some(Sense::Part(Part::Panel)));
            if door && leaves && self.sense(at) == Some(Sense::Each) {
                let from = at - usize::from(at > 0 && self.sense(at - 1) == Some(Sense::With));
                self.lexemes.drain(from..at + 2);
                at = from;
                continue;
            }
            let one = at > 0
                && self.lex(at - 1) == Some(Lex::Comma)
                && self.lex(at) == Some(Lex::Number(1.0))
                && self.sense(at + 1) == Some(Sense::Ends);
            if one && self.lexemes[..at].iter().any(|lexeme| lexeme.lex == Lex::Number(2.0)) {
                self.lexemes.drain(at - 1..=at);
                at -= 1;
                continue;
            }
            at += 1;
        }
    }

    /// "damping at the pivot", "friction of 0.1 in each joint": wherever it has any.
    fn damping_somewhere(&mut self) {
        for at in 0..self.lexemes.len() {
            if !matches!(self.sense(at), Some(Sense::Prop(Prop::Damping | Prop::Friction))) {
                continue;
            }
            let mut place = at + 1;
            while matches!(self.sense(place), Some(Sense::Of | Sense::Is))
                || matches!(self.lex(place), Some(Lex::Number(_) | Lex::Measure(_)))
            {
                place += 1;
            }
            let mut end = place;
            while matches!(
                self.sense(end),
                Some(
                    Sense::At
                        | Sense::In
                        | Sense::To
                        | Sense::The
                        | Sense::Each
                        | Sense::A
                        | Sense::Of
                        | Sense::Place(Place::On | Place::Inside)
                )
            ) || end > place && matches!(self.lex(end), Some(Lex::Number(_)))
            {
                end += 1;
            }
            let joint = matches!(self.sense(end), Some(Sense::Part(Part::Joint | Part::Hinge)));
            if joint && end > place {
                self.lexemes.drain(place..=end);
                return;
            }
        }
    }

    /// "of different heights: 40, 60 and 80 cm": of these heights.
    fn listed_heights(&mut self) {
        for at in 0..self.lexemes.len() {
            let text = self.text(at).to_owned();
            let dim = match text.rsplit(' ').next() {
                Some("heights") => Dim::High,
                Some("lengths") => Dim::Long,
                _ => continue,
            };
            let figure = |at: usize| matches!(self.lex(at), Some(Lex::Number(_) | Lex::Measure(_)));
            let listed = ends(self.lex(at + 1)) && self.lex(at + 1) != Some(Lex::Stop);
            let several = figure(at + 2)
                && (self.lex(at + 3) == Some(Lex::Comma) || self.sense(at + 3) == Some(Sense::And));
            if self.sense(at) == Some(Sense::Trait(Trait::Growing)) && listed && several {
                let of = [known(Sense::With, "with"), known(Sense::Dim(dim), &text)];
                self.lexemes.splice(at..at + 2, of);
                return;
            }
        }
    }

    /// "one chair on the left and one on the right": and one chair.
    fn one_more_of_it(&mut self) {
        for at in 1..self.lexemes.len() {
            let one = self.lex(at) == Some(Lex::Number(1.0)) && self.text(at) == "one";
            let joined =
                self.sense(at - 1) == Some(Sense::And) || self.lex(at - 1) == Some(Lex::Comma);
            let machine = self.lexemes[..at].iter().any(|lexeme| {
                matches!(lexeme.lex, Lex::Known(Entry { sense: Sense::Noun(noun), plural: false })
                    if matches!(noun.kind.class(), Class::Mechanism | Class::Furniture))
            });
            // "two cart-poles, one with …" are told apart elsewhere.
            let counted = self.lexemes[..at].windows(2).any(|two| {
                matches!(two[0].lex, Lex::Number(number) if number > 1.0)
                    && matches!(two[1].lex, Lex::Known(Entry { sense: Sense::Noun(noun), plural: true })
                        if matches!(noun.kind.class(), Class::Mechanism | Class::Furniture))
            });
            let one = one || machine && self.text(at) == "another";
            let has =
                machine && !counted && matches!(self.sense(at + 1), Some(Sense::With | Sense::Of));
            let placed = has
                || matches!(self.sense(at + 1), Some(Sense::Place(place)) if !matches!(place, Place::Striking | Place::Between | Place::Inside))
                    && !matches!(self.sense(at + 2), Some(Sense::Each));
            if !(one && joined && placed) {
                continue;
            }
            let noun = (1..at).rev().find(|noun| {
                matches!(
                    self.lex(*noun),
                    Some(Lex::Known(Entry { sense: Sense::Noun(_), plural: false }))
                ) && {
                    let mut first = *noun;
                    while first > 0 && self.sense(first - 1).is_some_and(Sense::is_adjective) {
                        first -= 1;
                    }
                    first > 0 && self.lex(first - 1) == Some(Lex::Number(1.0))
                }
            });
            if let Some(noun) = noun {
                let again = self.lexemes[noun].clone();
                self.lexemes.insert(at + 1, again);
                if has {
                    self.lexemes[at] = known(Sense::A, "a");
                    // "one with 16"
                    let end = (at + 2..self.lexemes.len())
                        .find(|at| self.lex(*at) == Some(Lex::Stop))
                        .unwrap_or(self.lexemes.len());
                    let own = self.lexemes[at + 2..end].to_vec();
                    let before = self.lexemes[noun + 1..at].to_vec();
                    let whole = super::apart::completed(&own, std::iter::once(&*before));
                    self.lexemes.splice(at + 2..end, whole);
                    let and = at - usize::from(self.sense(at - 1) == Some(Sense::And));
                    if self.lex(and.saturating_sub(1)) != Some(Lex::Comma) {
                        self.lexemes.insert(and, Lexeme { lex: Lex::Comma, text: ",".into() });
                    }
                }
                return;
            }
        }
    }

    /// "one long and one short pendulum": a long one and a short one.
    fn adjectives_of_one(&mut self) {
        for at in 0..self.lexemes.len() {
            let mut next = at;
            let mut found = Vec::new();
            while self.lex(next) == Some(Lex::Number(1.0)) && self.text(next) == "one" {
                let begin = next + 1;
                next = begin;
                while self.sense(next).is_some_and(Sense::is_adjective) {
                    next += 1;
                }
                if next == begin {
                    break;
                }
                found.push((begin, next));
                while self.lex(next) == Some(Lex::Comma) || self.sense(next) == Some(Sense::And) {
                    next += 1;
                }
            }
            let Some(&(_, end)) = found.last() else { continue };
            let single = matches!(
                self.lex(end),
                Some(Lex::Known(Entry { sense: Sense::Noun(_), plural: false }))
            );
            if found.len() < 2 || !single || next != end {
                continue;
            }
            let noun = self.lexemes[end].clone();
            let mut new = Vec::new();
            for (n, (from, to)) in found.iter().enumerate() {
                if n > 0 {
                    new.push(known(Sense::And, "and"));
                }
                new.push(known(Sense::A, "a"));
                new.extend(self.lexemes[*from..*to].iter().cloned());
                new.push(noun.clone());
            }
            self.lexemes.splice(at..=end, new);
            return;
        }
    }

    /// "a flight of seven stairs"
    fn flights(&mut self) {
        for at in 0..self.lexemes.len() {
            let counted = matches!(self.lex(at + 2), Some(Lex::Number(_)));
            let steps = matches!(self.sense(at + 3), Some(Sense::Part(Part::Step)))
                || self.kind(at + 3) == Some(Kind::Stairs);
            if matches!(
                self.text(at),
                "flight" | "set" | "set of" | "staircase" | "stairs" | "stairway"
            ) && self.sense(at + 1) == Some(Sense::Of)
                && counted
                && steps
                && let Some(steps) = called("steps")
            {
                self.lexemes[at + 3] = steps;
                self.lexemes.drain(at..at + 2);
                if at > 0 && self.sense(at - 1) == Some(Sense::A) {
                    self.lexemes.remove(at - 1);
                }
                return;
            }
        }
    }

    /// "a cradle, hung on 40 cm strings": with strings of that length.
    fn strings_of_cradles(&mut self) {
        if !self.names(Kind::NewtonsCradle) {
            return;
        }
        let mut at = 1;
        while at < self.lexemes.len() {
            if self.kind(at) != Some(Kind::Chain) {
                at += 1;
                continue;
            }
            let mut from = at;
            while from > 0
                && (matches!(self.lex(from - 1), Some(Lex::Measure(_) | Lex::Number(_)))
                    || matches!(self.sense(from - 1), Some(Sense::A | Sense::The | Sense::Filler))
                    || self.sense(from - 1).is_some_and(|sense| {
                        sense.is_adjective() && !matches!(sense, Sense::Trait(Trait::Hanging))
                    }))
            {
                from -= 1;
            }
            let begin = from;
            while from > 0
                && (matches!(
                    self.sense(from - 1),
                    Some(
                        Sense::Trait(Trait::Hanging | Trait::Spaced)
                            | Sense::From
                            | Sense::By
                            | Sense::At
                            | Sense::Is
                            | Sense::Each
                            | Sense::Place(Place::On | Place::AttachedTo)
                    )
                ) || from < begin && self.lex(from - 1) == Some(Lex::Comma))
            {
                from -= 1;
            }
            // ", strings 35 cm"
            if from == begin && from > 0 && self.lex(from - 1) == Some(Lex::Comma) {
                from -= 1;
            }
            if from < begin {
                self.lexemes.splice(from..begin, [known(Sense::With, "with")]);
                at = from + 1;
            }
            at += 1;
        }
    }

    /// "a 2 m plank pivoted in the middle": a seesaw; "a plank raised to 20 degrees": a ramp.
    fn boards_on_pivots(&mut self) {
        let mut at = 0;
        while at < self.lexemes.len() {
            let board = matches!(self.sense(at), Some(Sense::Noun(noun))
                if ["plank", "slab"].iter().any(|word| noun.words.starts_with(word)));
            if !board {
                at += 1;
                continue;
            }
            // Its size comes in between.
            let mut next = at + 1;
            while matches!(
                self.sense(next),
                Some(
                    Sense::Is
                        | Sense::Filler
                        | Sense::And
                        | Sense::Of
                        | Sense::Dim(_)
                        | Sense::Stretch(_)
                )
            ) || matches!(self.lex(next), Some(Lex::Comma | Lex::Measure(_)))
            {
                next += 1;
            }
            let begin = next;
            let word = self.text(next).to_owned();
            let turns = matches!(
                &*word,
                "pivoted"
                    | "hinged"
                    | "pivoting"
                    | "mounted"
                    | "balanced"
                    | "balanced on"
                    | "that pivots"
                    | "pivots"
                    | "resting on"
                    | "balancing on"
                    | "supported"
                    | "supported by"
                    | "mounted on"
                    | "which pivots"
                    | "centred"
                    | "that tilts"
                    | "tilting"
                    | "balancing"
                    | "hinged on"
                    | "on"
                    | "lying on"
            );
            let raised = matches!(
                self.sense(next),
                Some(Sense::Trait(Trait::Released | Trait::Tilted | Trait::Lifted))
            ) || matches!(
                &*word,
                "raised"
                    | "raised to"
                    | "propped up"
                    | "propped"
                    | "inclined"
                    | "set"
                    | "sloping"
                    | "tilted"
            );
            let mut end = next + usize::from(turns || raised);
            let mut middle = false;
            if turns {
                loop {
                    match self.sense(end) {
                        Some(
                            Sense::A | Sense::The | Sense::At | Sense::In | Sense::Of | Sense::To,
                        ) => {}
                        Some(Sense::Place(Place::Inside))
                            if self.text(end).ends_with("middle")
                                || self.text(end).ends_with("center")
                                || self.text(end).ends_with("centre") =>
                        {
                            middle = true;
                        }
                        Some(Sense::Place(Place::On)) => {
                            middle |= self.text(end).contains("middle")
                                || self.text(end).contains("centre");
                        }
                        Some(Sense::Which(Which::Middle)) => middle = true,
                        Some(Sense::Part(Part::Hinge)) => middle = true,
                        Some(Sense::Filler)
                            if matches!(self.text(end), "its" | "freely" | "point") => {}
                        _ => break,
                    }
                    end += 1;
                }
            }
            // Its height comes behind: "on a 30 cm high pivot".
            let high = turns && !middle && {
                let pivot = self.past_adjectives(end);
                matches!(self.sense(pivot), Some(Sense::Part(Part::Hinge)))
            };
            let sloped = raised && {
                let mut to = end;
                while matches!(
                    self.sense(to),
                    Some(
                        Sense::To
                            | Sense::At
                            | Sense::By
                            | Sense::A
                            | Sense::Filler
                            | Sense::Prop(_)
                            | Sense::Of
                    )
                ) {
                    to += 1;
                }
                matches!(self.lex(to), Some(Lex::Measure(measure)) if measure.unit == Unit::Angle)
            };
            if (middle || high)
                && let Some(seesaw) = called("seesaw")
            {
                self.lexemes[at] = seesaw;
                let with = high.then(|| known(Sense::With, "with"));
                self.lexemes.splice(begin..if high { end.max(next + 1) } else { end }, with);
                // "A balance: a plank …"
                self.without_title(at);
            } else if sloped && let Some(ramp) = called("ramp") {
                self.lexemes[at] = ramp;
                self.lexemes.splice(begin..end, [known(Sense::At, "at")]);
            }
            at += 1;
        }
    }

    /// "A balance:", "Seesaw:" before what it consists of.
    fn without_title(&mut self, noun: usize) {
        let Some(mark) = self.lexemes[..noun.min(self.lexemes.len())]
            .iter()
            .position(|lexeme| lexeme.lex == Lex::Mark)
        else {
            return;
        };
        let title = self.lexemes[..mark].iter().all(|lexeme| {
            matches!(
                lexeme.sense(),
                Some(Sense::A | Sense::The | Sense::Filler | Sense::Verb(_) | Sense::Decor)
            ) || matches!(lexeme.sense(), Some(Sense::Noun(noun)) if noun.kind == Kind::Seesaw)
                || lexeme.lex == Lex::Unknown
        });
        if title && mark < 6 {
            self.leave_out(0, mark + 1);
        }
    }

    /// "a chain from one pillar to another": between two pillars.
    fn tied_from_one_to_another(&mut self) {
        for at in 0..self.lexemes.len() {
            if !matches!(self.sense(at), Some(Sense::From)) {
                continue;
            }
            let one = usize::from(self.lex(at + 1) == Some(Lex::Number(1.0)));
            let noun = self.past_adjectives(at + 1 + one);
            let to = matches!(self.sense(noun + 1), Some(Sense::To));
            let mut end = noun + 2;
            match self.sense(end) {
                Some(Sense::More) => end += 1,
                Some(Sense::The) if matches!(self.text(end + 1), "other" | "next") => end += 2,
                _ if self.sense(end) == self.sense(noun) && one == 0 => {}
                _ => continue,
            }
            end += usize::from(self.lex(end) == Some(Lex::Number(1.0)));
            end += usize::from(self.sense(end) == self.sense(noun));
            let ties = self.lexemes[..at].iter().any(|lexeme| {
                matches!(lexeme.sense(), Some(Sense::Noun(noun)) if matches!(noun.kind, Kind::Chain | Kind::Bridge))
            });
            if let (true, true, Some(Lex::Known(entry))) = (to, ties, self.lex(noun)) {
                let plural = Lexeme {
                    lex: Lex::Known(Entry { plural: true, ..entry }),
                    text: self.text(noun).to_owned(),
                };
                let mut new = vec![
                    known(Sense::Place(Place::Between), "between"),
                    Lexeme { lex: Lex::Number(2.0), text: "two".into() },
                ];
                new.extend(self.lexemes[at + 1 + one..noun].iter().cloned());
                new.push(plural);
                let width = new.len();
                self.lexemes.splice(at..end, new);
                // ", 1.5 m away"
                let behind = at + width;
                if self.lex(behind) == Some(Lex::Comma)
                    && matches!(self.lex(behind + 1), Some(Lex::Measure(_)))
                {
                    self.lexemes.remove(behind);
                }
                return;
            }
        }
    }

    /// "three balls, neighbours joined by springs": joined by springs.
    fn neighbours(&mut self) {
        for at in 1..self.lexemes.len() {
            let joined = (at + 1..at + 5)
                .find(|next| matches!(self.sense(*next), Some(Sense::Inverse(Place::Between))));
            let Some(joined) = joined else { continue };
            let between = &self.lexemes[at..joined];
            let names = between.iter().any(|lexeme| {
                ["neighbour", "neighbor", "adjacent", "consecutive", "each", "successive"]
                    .iter()
                    .any(|word| lexeme.text.starts_with(word))
            });
            let idle = between.iter().all(|lexeme| {
                lexeme.lex == Lex::Unknown
                    || matches!(
                        lexeme.sense(),
                        Some(
                            Sense::Each
                                | Sense::The
                                | Sense::A
                                | Sense::Is
                                | Sense::Of
                                | Sense::It
                                | Sense::Filler
                                | Sense::Decor
                                | Sense::With
                                | Sense::Ones
                        )
                    )
                    || matches!(lexeme.lex, Lex::Number(_))
            });
            let begins = ends(self.lex(at - 1)) || self.sense(at - 1) == Some(Sense::And);
            if names && idle && begins {
                self.lexemes.drain(at..joined);
                let mut from = at;
                while from > 0
                    && (self.lex(from - 1) == Some(Lex::Comma)
                        || self.sense(from - 1) == Some(Sense::And))
                {
                    from -= 1;
                }
                // "in a row" they are by themselves.
                if from > 2
                    && matches!(self.sense(from - 1), Some(Sense::Group(Pattern::Row)))
                    && self.sense(from - 2) == Some(Sense::A)
                    && self.sense(from - 3) == Some(Sense::In)
                {
                    from -= 3;
                } else if from > 1
                    && matches!(self.sense(from - 1), Some(Sense::Group(Pattern::Row)))
                    && matches!(self.sense(from - 2), Some(Sense::In))
                {
                    from -= 2;
                }
                self.lexemes.drain(from..at);
                return;
            }
        }
    }

    /// "four chairs facing a table, one on each side": around it. "a chair at each desk": behind
    /// each.
    fn seats_at_tables(&mut self) {
        let mut at = 0;
        while at + 2 < self.lexemes.len() {
            if !matches!(self.kind(at), Some(Kind::Chair | Kind::Stool)) {
                at += 1;
                continue;
            }
            let mut next = at + 1;
            while matches!(
                self.sense(next),
                Some(Sense::Is | Sense::Filler | Sense::Trait(Trait::Spaced))
            ) {
                next += 1;
            }
            let at_it = matches!(
                self.text(next),
                "facing"
                    | "at"
                    | "at the"
                    | "by"
                    | "that face"
                    | "drawn up to"
                    | "pulled up to"
                    | "placed at"
                    | "set at"
                    | "tucked under"
                    | "along"
            );
            let mut table = next + 1;
            table += usize::from(self.text(next) == "at the");
            let each = self.sense(next + 1) == Some(Sense::Each);
            table += usize::from(each);
            let table = self.past_adjectives(next + 1 + usize::from(each)).max(table);
            let is_table = matches!(self.kind(table), Some(Kind::Table | Kind::RoundTable));
            let several = self.is_plural(at);
            if at_it && is_table && each {
                self.lexemes[next] = known(Sense::Place(Place::Behind), "behind");
            } else if at_it && is_table && several {
                self.lexemes[next] = known(Sense::Place(Place::Around), "around");
                if self.text(next + 1) != "a" && self.kind(next + 1) == self.kind(table) {
                    self.lexemes.insert(next + 1, known(Sense::The, "the"));
                }
            }
            at += 1;
        }
        // "…, one on each side", of what stands around it.
        let around =
            (0..self.lexemes.len()).find(|at| self.sense(*at) == Some(Sense::Place(Place::Around)));
        let Some(around) = around else { return };
        let one = (around + 1..self.lexemes.len()).find(|at| {
            self.lex(*at) == Some(Lex::Number(1.0))
                && (matches!(self.sense(at + 1), Some(Sense::Ends))
                    || self.text(at + 1).ends_with("each side")
                    || self.text(at + 1) == "per side")
        });
        let four = self.lexemes[..around].iter().any(|lexeme| lexeme.lex == Lex::Number(4.0));
        if let (Some(one), true) = (one, four) {
            let from = one - usize::from(self.lex(one - 1) == Some(Lex::Comma));
            let mut end = one + 2;
            if self.sense(end) == Some(Sense::Of) && self.sense(end + 1) == Some(Sense::It) {
                end += 2;
            }
            self.lexemes.drain(from..end);
        }
    }

    /// "a swing-up cart-pole": its pole hangs at first.
    fn swing_ups(&mut self) {
        for at in 0..self.lexemes.len() {
            let swings = matches!(self.text(at), "swing up" | "swingup")
                || self.text(at) == "swing" && self.text(at + 1) == "up";
            let width = if self.text(at) == "swing" { 2 } else { 1 };
            let machine = matches!(
                self.kind(at + width),
                Some(Kind::CartPole | Kind::InvertedPendulum | Kind::Pendulum)
            );
            if swings && machine {
                self.lexemes.drain(at..at + width);
                self.lexemes.insert(at + 1, known(Sense::Pose(0.0), "starting straight down"));
                return;
            }
        }
    }

    /// "a door with two wings", "a pair of doors hinged at the outer edges": of two leaves.
    fn leaves_of_doors(&mut self) {
        let outer =
            (0..self.lexemes.len()).find(|at| self.sense(*at) == Some(Sense::Hinges(Hinges::Both)));
        let Some(outer) = outer else { return };
        for at in 1..outer {
            let pair = self.lex(at - 1) == Some(Lex::Number(2.0));
            if pair
                && self.kind(at) == Some(Kind::Door)
                && self.is_plural(at)
                && let Some(door) = called("double door")
            {
                self.lexemes[at] = door;
                self.lexemes[at - 1] = known(Sense::A, "a");
                return;
            }
        }
    }
}
