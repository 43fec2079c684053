//! What follows a thing: how it stands to others, and what comes with it.

use super::super::spec::{Class, Kind, Place};
use super::{
    lexer::Lex,
    lexicon::{Dim, Part, Sense, Trait},
    measure::Unit,
    parse::{Link, MAX_DEPTH, Parser},
};

/// How a verb says that something goes along.
fn goes(said: &str) -> Option<Trait> {
    let has = |stems: &[&str]| {
        said.split(' ').any(|word| stems.iter().any(|stem| word.starts_with(stem)))
    };
    if has(&["roll"]) {
        Some(Trait::Rolling)
    } else {
        has(&["slid", "mov", "glid", "skid", "driv", "rac", "travel"]).then_some(Trait::Sliding)
    }
}

impl Parser {
    fn is_moving(&self, index: usize) -> bool {
        let draft = &self.drafts[index];
        draft.speed.is_some()
            || draft.traits.iter().any(|quality| {
                matches!(quality, Trait::Rolling | Trait::Sliding | Trait::Moving | Trait::Thrown)
            })
    }

    /// All that follows a thing and belongs to it.
    pub(super) fn after(&mut self, index: usize) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        while self.graded(index)
            || self.meeting(index)
            || self.strength_of(index)
            || self.pulled(index)
            || self.parts_in_turn(index)
            || self.hung_from_one_beam(index)
            || self.within_reach(index)
            || self.arranged(index)
            || self.by_rows(index)
            || self.at_each_corner(index)
            || self.each_with(index)
            || self.members(index)
            || self.attribute(index)
            || self.part_of_each_with(index)
            || self.world_phrase()
            || self.on_a_side(index)
            || self.in_depth(index)
            || self.related(index)
            || self.with(index)
        {}
        self.depth -= 1;
    }

    /// A part of it, behind which others may follow: "a shelf with four boards and ten books".
    fn part_of_each_with(&mut self, index: usize) -> bool {
        let with = self.sense() == Some(Sense::With);
        let done = self.part_of_each(index);
        if done && with {
            self.parted = Some((index, self.at));
        }
        done
    }

    /// How it stands to another thing.
    pub(super) fn related(&mut self, index: usize) -> bool {
        let begin = self.at;
        // The floor is where it is: what follows is said of what stands on it.
        if self.drafts[index].is_floor {
            return false;
        }
        if self.peek() == Some(Lex::Comma)
            && self.lexemes.get(self.at + 1).is_some_and(|next| next.text.starts_with("which"))
        {
            self.at += 1;
        }
        self.glue(|sense| {
            matches!(sense, Sense::Is | Sense::Filler | Sense::Trait(Trait::Spaced | Trait::Moving))
        });
        let mut gap = None;
        if let Some(Lex::Measure(measure)) = self.peek()
            && measure.unit == Unit::Length
        {
            gap = Some(measure.value);
            self.at += 1;
        }
        self.glue(|sense| matches!(sense, Sense::Filler));
        let hanging = self.take(|sense| sense == Sense::Trait(Trait::Hanging));
        if gap.is_none() && !hanging && self.between_them(index) {
            return true;
        }
        let place = match self.sense() {
            // What stands fast is neither put into anything nor strikes it: the ball on the ramp does.
            Some(Sense::Place(Place::Inside | Place::Striking | Place::AtFoot))
                if self.depth > 1
                    && self.stands_fast(index)
                    && !self.lexemes[self.at].text.starts_with("at its") =>
            {
                self.at = begin;
                return false;
            }
            // "a bowl with apples in it on a table": the bowl is on the table.
            Some(Sense::Place(Place::On | Place::Inside))
                if self.depth > 1
                    && self.links.iter().any(|link| {
                        link.subject == index && matches!(link.place, Place::On | Place::Inside)
                    }) =>
            {
                self.at = begin;
                return false;
            }
            // What moves against something strikes it.
            Some(Sense::Place(Place::Leaning))
                if self.lexemes[self.at].text == "against" && self.is_moving(index) =>
            {
                Place::Striking
            }
            Some(Sense::Place(place)) => place,
            // "across them"
            Some(Sense::Dim(Dim::Diameter))
                if gap.is_none() && self.lexemes[self.at].text == "across" =>
            {
                Place::On
            }
            Some(Sense::In) => Place::Inside,
            Some(Sense::Ends) => return self.at_both_ends(index),
            Some(Sense::From) if self.drafts[index].traits.contains(&Trait::Hanging) => {
                Place::AttachedTo
            }
            // "with a sphere to the left"
            Some(Sense::Direction([x, _, _]))
                if x != 0.0
                    && self.depth > 1
                    && self.drafts[index].speed.is_none()
                    && matches!(self.ahead(1), None | Some(Lex::Stop | Lex::Comma))
                        | (self.sense_ahead(1) == Some(Sense::And)) =>
            {
                let Some(base) = self.it.filter(|it| *it != index) else {
                    self.at = begin;
                    return false;
                };
                self.at += 1;
                let side = if x < 0.0 { Place::LeftOf } else { Place::RightOf };
                self.link(index, side, base, None, gap);
                return true;
            }
            // "with a cup to its right"
            Some(Sense::To) if self.lexemes.get(self.at + 1).is_some_and(|l| l.text == "its") => {
                let side = match self.sense_ahead(2) {
                    Some(Sense::Direction([x, _, _])) if x < 0.0 => Place::LeftOf,
                    Some(Sense::Direction([x, _, _])) if x > 0.0 => Place::RightOf,
                    _ => {
                        self.at = begin;
                        return false;
                    }
                };
                let Some(base) = self.it.filter(|it| *it != index) else {
                    self.at = begin;
                    return false;
                };
                self.at += 3;
                // "a cup on a desk with a vase to its left": of the cup.
                let solid = |draft: usize| {
                    self.drafts[draft]
                        .kind()
                        .is_some_and(|kind| matches!(kind.class(), Class::Solid | Class::Vessel))
                };
                let borne = self.links.iter().find(|link| {
                    link.reference == base && link.place == Place::On && link.subject != index
                });
                let base = match borne {
                    Some(link) if solid(index) && solid(link.subject) && self.stands_fast(base) => {
                        link.subject
                    }
                    _ => base,
                };
                self.link(index, side, base, None, gap);
                return true;
            }
            // "add a cube to the table"
            Some(Sense::To)
                if !self.drafts[index].known
                    && self.sense_ahead(1) == Some(Sense::The)
                    && self.drafts.iter().any(|draft| draft.known) =>
            {
                Place::On
            }
            Some(Sense::From | Sense::At) if hanging => Place::On,
            Some(Sense::To)
                if gap.is_none()
                    && self.drafts[index].traits.iter().any(|t| {
                        matches!(t, Trait::Rolling | Trait::Sliding | Trait::Moving | Trait::Thrown)
                    }) =>
            {
                Place::Striking
            }
            Some(Sense::At)
                if self.drafts[index].traits.contains(&Trait::Thrown)
                    || (matches!(self.sense_ahead(1), Some(Sense::It | Sense::The | Sense::A))
                        || matches!(self.ahead(1), Some(Lex::Number(_)))
                            && matches!(self.sense_ahead(2), Some(Sense::Noun(_))))
                        && self.drafts[index].traits.iter().any(|quality| {
                            matches!(quality, Trait::Rolling | Trait::Sliding | Trait::Moving)
                        }) =>
            {
                Place::Striking
            }
            _ => {
                self.at = begin;
                return false;
            }
        };
        let said = &self.lexemes[self.at].text;
        if let (Place::On, Some(side)) = (place, super::edges::edge(said)) {
            self.edges.push((index, side));
        }
        let said = &self.lexemes[self.at].text;
        let opposite = said.contains("other");
        let lies = ["lying", "lies", "laid", "laying"].iter().any(|word| said.starts_with(word));
        if let Some(motion) = goes(said) {
            self.drafts[index].traits.push(motion);
        }
        // A rod lies on its side, a coin does not.
        let long = self.drafts[index].kind().is_some_and(|kind| {
            let [x, _, z] =
                self.drafts[index].noun.and_then(|noun| noun.size).unwrap_or(kind.extents());
            matches!(kind, Kind::Cylinder | Kind::Capsule) && z > x
        });
        if lies && long {
            self.drafts[index].traits.push(Trait::Lying);
        }
        self.at += 1;
        // "balanced on top of"
        if place == Place::On
            && self.sense() == Some(Sense::Which(super::lexicon::Which::Top))
            && self.sense_ahead(1) == Some(Sense::Of)
        {
            self.at += 2;
        }
        if place == Place::AttachedTo {
            let here = self.at;
            self.glue(|sense| matches!(sense, Sense::A | Sense::The));
            if self.take(|sense| matches!(sense, Sense::Ceiling | Sense::Part(Part::Hook))) {
                return true;
            }
            self.at = here;
        }
        if matches!(place, Place::On | Place::Inside) && self.on_one_board(index) {
            return true;
        }
        if place == Place::On && gap.is_none() && self.on_one_side(index) {
            return true;
        }
        if hanging && matches!(self.sense(), Some(Sense::Ceiling)) && !self.stands_fast(index) {
            self.at += 1;
            return true;
        }
        if matches!(place, Place::OnLeftEnd | Place::OnRightEnd) {
            self.take(|sense| sense == Sense::Part(Part::End));
            self.take(|sense| sense == Sense::Of);
            let named = if self.determined() || self.sense() == Some(Sense::It) {
                self.thing()
            } else {
                None
            };
            let ends = |draft: usize| {
                self.drafts[draft].kind().is_some_and(|kind| {
                    kind.class() == Class::Furniture || matches!(kind, Kind::Seesaw | Kind::Bridge)
                }) || self.drafts[draft].noun.is_some_and(|noun| noun.words.starts_with("plank"))
            };
            let it = self.it.filter(|it| *it != index);
            let known = (0..self.drafts.len()).rev().filter(|draft| *draft != index);
            let it = match it {
                Some(it) if self.drafts[index].known || ends(it) => Some(it),
                it => known.clone().find(|draft| ends(*draft)).or(it),
            };
            let reference = named.or(it).filter(|reference| *reference != index);
            let Some(reference) = reference else {
                self.at = begin;
                return false;
            };
            // "a child on a seesaw and a man on the other end": the child is on the one.
            for link in &mut self.links {
                let ends = self.drafts[reference].kind() == Some(Kind::Seesaw);
                if opposite && ends && link.reference == reference && link.place == Place::On {
                    link.place = Place::OnLeftEnd;
                }
            }
            self.link(index, place, reference, None, None);
            self.it = Some(reference);
            return true;
        }
        if !matches!(place, Place::Between | Place::Around | Place::Striking)
            && self.on_each(index, place)
        {
            return true;
        }
        self.glue(|sense| matches!(sense, Sense::Each | Sense::Filler));
        if matches!(self.sense(), Some(Sense::Ceiling)) && place == Place::On {
            self.at += 1;
            return true;
        }
        if self.take(|sense| matches!(sense, Sense::Material(_))) {
            // "on ice"
            let material = self.lexemes[self.at - 1].sense();
            if place == Place::On
                && let Some(Sense::Material(material)) = material
                && !matches!(
                    self.sense(),
                    Some(Sense::Noun(_) | Sense::Floor | Sense::Colour(_) | Sense::Group(_))
                )
            {
                let traits = material.traits();
                self.world.floor_friction = Some(traits.friction);
                self.say_world(begin);
                return true;
            }
            self.at -= 1;
        }
        let known = self.drafts.len();
        let fresh = self.current;
        self.it = self.it.filter(|it| *it != index).or_else(|| index.checked_sub(1));
        // Furniture and machines stand beside one another, not beside what is on them.
        let large = |kind: Option<Kind>| {
            kind.is_some_and(|kind| matches!(kind.class(), Class::Furniture | Class::Mechanism))
        };
        if self.sense() == Some(Sense::It) && place != Place::On && large(self.drafts[index].kind())
        {
            let others = (0..self.drafts.len()).rev().filter(|other| *other != index);
            let stands = |other: &usize| {
                self.links.iter().any(|link| link.subject == *other && link.place == Place::On)
            };
            let mut others =
                others.filter(|other| large(self.drafts[*other].kind()) && !stands(other));
            // What it comes with is by the thing itself: "a table with a chair and a shelf by it".
            let kept = self.it.filter(|it| {
                self.depth > 1
                    && large(self.drafts[*it].kind())
                    && !self.links.iter().any(|l| l.subject == *it && l.place == Place::On)
            });
            self.it = kept.or(others.next()).or(self.it);
        }
        let them = self.lexemes.get(self.at).is_some_and(|lexeme| lexeme.text == "them");
        self.placed = Some(index);
        let pronoun = self.sense() == Some(Sense::It);
        let mut named = self.thing().filter(|reference| *reference != index);
        self.placed = None;
        // "a cube on the table and a ball under it": under the table.
        if let (Place::Under, Some(upper), true) = (place, named, pronoun) {
            let base = self.links.iter().find(|link| {
                link.subject == upper && link.place == Place::On && !self.stands_fast(upper)
            });
            named = base.map(|link| link.reference).or(named);
        }
        // "next to them", of what stands on one another: beside the lowest.
        while them
            && matches!(place, Place::Beside | Place::LeftOf | Place::RightOf)
            && let Some(upper) = named
            && let Some(link) =
                self.links.iter().find(|link| link.subject == upper && link.place == Place::On)
            && !self.stands_fast(link.reference)
        {
            named = Some(link.reference);
        }
        // "a box with a ball inside": of what it comes with.
        let ends = matches!(self.peek(), None | Some(Lex::Stop | Lex::Comma))
            || self.sense() == Some(Sense::And);
        let meant = self.it.filter(|it| {
            ends && *it != index
                && matches!(
                    place,
                    Place::Inside
                        | Place::On
                        | Place::Under
                        | Place::AtTop
                        | Place::AtFoot
                        | Place::Above
                        | Place::Behind
                        | Place::InFrontOf
                )
        });
        // "in the centre": of the scene.
        let central = ends
            && place == Place::Inside
            && self.lexemes[self.at - 1].text.contains(' ')
            && self.it.is_none_or(|it| it == index);
        if central && named.is_none() {
            return true;
        }
        // "at the bottom", of what has one.
        let slopes = |draft: usize| {
            draft != index
                && matches!(
                    self.drafts[draft].kind(),
                    Some(Kind::Ramp | Kind::Stairs | Kind::Wedge)
                )
        };
        let meant = match place {
            Place::AtTop | Place::AtFoot if meant.is_some_and(|meant| !slopes(meant)) => {
                (0..self.drafts.len()).rev().find(|draft| slopes(*draft)).or(meant)
            }
            _ => meant,
        };
        // "a big box with a small box on it and a ball on top": upon the small one.
        let meant = match meant {
            Some(base)
                if place == Place::On
                    && self.lexemes[self.at - 1].text == "on top"
                    && self.drafts[base]
                        .kind()
                        .is_some_and(|kind| kind.class() == Class::Solid) =>
            {
                let upon = |link: &&Link| {
                    link.reference == base && link.place == Place::On && link.subject != index
                };
                self.links.iter().rev().find(upon).map(|link| link.subject).or(meant)
            }
            _ => meant,
        };
        let Some(reference) = named.or(meant) else {
            self.at = begin;
            self.drafts.truncate(known);
            self.current = fresh;
            return false;
        };
        if self.drafts[reference].is_floor {
            if let (Some(gap), Place::Above | Place::On) = (gap, place) {
                self.drafts[index].thing.height = Some(gap);
            }
            self.after(reference);
            return matches!(
                place,
                Place::On | Place::Above | Place::AtTop | Place::Inside | Place::Under
            ) || {
                self.at = begin;
                false
            };
        }
        let other = (place == Place::Between).then(|| self.second()).flatten();
        let other = other.or_else(|| self.twin(index, place, reference));
        if place == Place::Between && other.is_none() && self.drafts[reference].count != Some(2) {
            self.at = begin;
            self.drafts.truncate(known);
            return false;
        }
        if let Some(outer) = self.beside_on(index, place, reference) {
            self.link(outer, place, reference, other, gap);
            self.links.push(Link {
                subject: reference,
                place: Place::On,
                reference: index,
                member: None,
                other: None,
                gap: None,
            });
            self.links.rotate_right(1);
            self.it = Some(outer);
            return true;
        }
        self.link(index, place, reference, other, gap);
        if reference >= known {
            self.it = Some(index);
            self.after(reference);
        }
        // "two balls down two ramps": one each.
        let counts = [index, reference].map(|draft| self.drafts[draft].count);
        if matches!(place, Place::AtTop | Place::On | Place::Inside)
            && counts[0] == counts[1]
            && counts[0].is_some_and(|count| count > 1)
            && [index, reference]
                .iter()
                .all(|draft| self.drafts[*draft].thing.arrangement.is_none())
        {
            return self.spread_over(index, reference);
        }
        true
    }

    /// "a cup on a table next to a plate": both are on it, and the cup is what is beside the plate.
    fn beside_on(&self, index: usize, place: Place, reference: usize) -> Option<usize> {
        let small = |draft: usize| {
            self.drafts[draft]
                .kind()
                .is_some_and(|kind| matches!(kind.class(), Class::Solid | Class::Vessel))
        };
        let beside = matches!(
            place,
            Place::Beside | Place::LeftOf | Place::RightOf | Place::InFrontOf | Place::Behind
        );
        let placed = self.links.iter().any(|link| link.subject == reference);
        let outer = self
            .links
            .iter()
            .rev()
            .find(|link| link.reference == index && link.place == Place::On)
            .map(|link| link.subject)?;
        (self.depth > 1
            && beside
            && !placed
            && small(outer)
            && small(reference)
            && self.drafts[index].kind() != Some(Kind::Ramp)
            && self.stands_fast(index))
        .then_some(outer)
    }

    /// Whether a thing stays where it is by what it is.
    pub(super) fn stands_fast(&self, index: usize) -> bool {
        let draft = &self.drafts[index];
        draft.is_floor
            || draft.thing.fixed != Some(false)
                && draft.kind().is_some_and(|kind| kind.class() == Class::Furniture)
    }

    /// "and the other", after "between this".
    pub(super) fn second(&mut self) -> Option<usize> {
        let begin = self.at;
        if !self.take(|sense| sense == Sense::And) {
            return None;
        }
        let found = self.thing();
        if found.is_none() {
            self.at = begin;
        }
        found
    }

    pub(super) fn link(
        &mut self,
        subject: usize,
        place: Place,
        reference: usize,
        other: Option<usize>,
        gap: Option<f64>,
    ) {
        // "above a cube, it falls down on it"
        if place == Place::On
            && self.drafts[subject].traits.contains(&Trait::Falling)
            && self.links.iter().any(|link| {
                (link.subject, link.reference, link.place) == (subject, reference, Place::Above)
            })
        {
            return;
        }
        let member = self.which.take();
        // "an arm with a gripper standing on a table": the arm is.
        let arm = (0..self.drafts.len()).find(|at| self.drafts[*at].kind() == Some(Kind::Arm));
        let subject = match arm {
            Some(arm)
                if place == Place::On
                    && !self.drafts[subject].known
                    && self.drafts[subject].kind() == Some(Kind::Gripper) =>
            {
                arm
            }
            _ => subject,
        };
        let place = self.fitting(subject, place, reference);
        // What an arm holds is in its gripper.
        let gripper = self
            .links
            .iter()
            .find(|link| link.reference == reference && link.place == Place::AttachedTo)
            .map(|link| link.subject)
            .filter(|tip| *tip != subject && self.drafts[*tip].kind() == Some(Kind::Gripper));
        let reference = gripper.filter(|_| place == Place::AttachedTo).unwrap_or(reference);
        let link = |subject| Link { subject, place, reference, member, other, gap };
        // "a cup, a book and a ball on a table": all of them.
        let roomy = self.drafts[reference].kind().is_some_and(|kind| {
            matches!(kind.class(), Class::Furniture | Class::Vessel)
                || kind == Kind::Box && place == Place::Inside
        }) || self.drafts[reference].is_flat();
        if matches!(place, Place::On | Place::Inside | Place::AtTop)
            && roomy
            && self.list.last() == Some(&subject)
        {
            for &member in &self.list {
                let free = !self.links.iter().any(|link| link.subject == member);
                let small = self.drafts[member].kind().is_some_and(|kind| {
                    matches!(kind.class(), Class::Solid | Class::Vessel) || kind == Kind::Lamp
                });
                // "cylinders that bear a slab, and a ball on it": not the cylinders.
                let bears = self
                    .links
                    .iter()
                    .any(|link| link.reference == member && link.subject == reference);
                if member != subject && free && small && member != reference && !bears {
                    self.links.push(link(member));
                }
            }
        }
        self.links.push(link(subject));
        self.place_twins(link(subject));
    }

    /// On one side of what cannot be stood on is beside it.
    fn fitting(&self, subject: usize, place: Place, reference: usize) -> Place {
        let [own, base] = [subject, reference].map(|draft| self.drafts[draft].kind());
        let board = self.drafts[reference]
            .noun
            .is_some_and(|noun| ["plank", "slab"].iter().any(|word| noun.words.starts_with(word)));
        let beside = match (own, base) {
            (Some(own), Some(base)) => {
                own.class() == Class::Furniture && own != Kind::Lamp
                    || matches!(own, Kind::Car | Kind::Arm)
                    || !matches!(base.class(), Class::Furniture)
                        && !matches!(base, Kind::Seesaw | Kind::Bridge | Kind::Turntable)
                        && !board
            }
            _ => false,
        };
        match place {
            Place::OnLeftEnd if beside => Place::LeftOf,
            Place::OnRightEnd if beside => Place::RightOf,
            // "bolted to a desk"
            Place::AttachedTo
                if base.is_some_and(|base| base.class() == Class::Furniture)
                    && own.is_some_and(|own| own.class() == Class::Mechanism) =>
            {
                Place::On
            }
            // The lower end of what hangs.
            Place::AtFoot if base == Some(Kind::Chain) => Place::AttachedTo,
            place => place,
        }
    }

    /// "at its end", "attached to the tip of it", "balanced on it": where else.
    pub(super) fn at_its_end(&mut self) {
        let begin = self.at;
        self.glue(|sense| {
            matches!(
                sense,
                Sense::At
                    | Sense::To
                    | Sense::The
                    | Sense::In
                    | Sense::Is
                    | Sense::Filler
                    | Sense::Place(Place::On | Place::AttachedTo | Place::AtFoot)
                    | Sense::Trait(Trait::Spaced | Trait::Hanging)
            )
        });
        let said = self.at > begin;
        let low = matches!(
            self.lexemes.get(self.at - 1).map(|lexeme| &*lexeme.text),
            Some("at the bottom" | "at the bottom of" | "at the end of")
        );
        if said && self.take(|sense| matches!(sense, Sense::Part(Part::End) | Sense::It)) || low {
            self.glue(|sense| matches!(sense, Sense::Of | Sense::It));
        } else {
            self.at = begin;
        }
    }

    /// Another thing that comes with it: "a table with four chairs", "a bowl of marbles".
    pub(super) fn with(&mut self, index: usize) -> bool {
        let begin = self.at;
        if self.peek() == Some(Lex::Comma) {
            self.at += 1;
        }
        self.skip_to_load();
        self.glue(|sense| matches!(sense, Sense::Is));
        let vessel = self.drafts[index]
            .kind()
            .is_some_and(|kind| kind.class() == Class::Vessel || kind == Kind::Box);
        let hangs = self.drafts[index].traits.contains(&Trait::Hanging);
        let said = self.lexemes.get(self.at).map_or(String::new(), |lexeme| lexeme.text.clone());
        let holds = |stems: &[&str]| {
            said.split(' ').any(|word| stems.iter().any(|stem| word.starts_with(stem)))
        };
        let forced = match self.sense() {
            Some(Sense::With) if vessel && holds(&["contain", "hold"]) => Some(Place::Inside),
            Some(Sense::With)
                if holds(&[
                    "hold", "carr", "support", "bear", "lift", "hoist", "pick", "grip", "grasp",
                ]) =>
            {
                match self.drafts[index].kind() {
                    Some(Kind::Arm | Kind::Crane | Kind::Gripper) => Some(Place::AttachedTo),
                    _ => Some(Place::On),
                }
            }
            Some(Sense::With) => None,
            Some(Sense::And)
                if self.parted == Some((index, self.at))
                    && matches!(
                        self.drafts[index].kind().map(Kind::class),
                        Some(Class::Furniture | Class::Vessel)
                    ) =>
            {
                None
            }
            Some(Sense::By) if hangs => None,
            Some(Sense::Inverse(place)) => Some(place),
            Some(Sense::Of) if vessel => Some(Place::Inside),
            _ => {
                self.at = begin;
                return false;
            }
        };
        self.at += 1;
        let turned = matches!(forced, Some(Place::On | Place::Inside));
        self.glue(|sense| {
            // "on which there are two cubes"
            matches!(sense, Sense::Filler) || turned && matches!(sense, Sense::Verb(_) | Sense::Is)
        });
        let known = self.drafts.len();
        let Some(inner) =
            self.thing().filter(|inner| *inner >= known && !self.drafts[*inner].is_floor)
        else {
            self.at = begin;
            self.drafts.truncate(known);
            return false;
        };
        // A part of which more is said than a plan can hold.
        let part = self.drafts[inner].noun.is_some_and(|noun| self.drafts[index].has_part(noun));
        if part && forced.is_none() && self.drafts[index].kind() != Some(Kind::Chain) {
            self.at = begin;
            self.drafts.truncate(known);
            return false;
        }
        let kinds = [index, inner].map(|draft| self.drafts[draft].kind());
        // "a door with a spring": whatever that is, it is not a spring beside a door.
        let works = |kind: Option<Kind>| kind.is_some_and(|kind| kind.class() == Class::Mechanism);
        let fastened = matches!(kinds[1], Some(Kind::Spring | Kind::Chain | Kind::Gripper));
        if forced.is_none()
            && (works(kinds[0]) && works(kinds[1]) || fastened)
            && !(hangs || self.drafts[index].is_cart)
            && !matches!(kinds, [Some(Kind::Arm), Some(Kind::Gripper)])
            && !self.lexemes[self.at..]
                .iter()
                .take_while(|lexeme| !matches!(lexeme.lex, Lex::Stop | Lex::Comma))
                .any(|lexeme| matches!(lexeme.sense(), Some(Sense::Place(_))))
        {
            self.at = begin;
            self.drafts.truncate(known);
            return false;
        }
        if matches!(kinds, [Some(Kind::Arm), Some(Kind::Gripper)]) {
            self.at_its_end();
            self.link(inner, Place::AttachedTo, index, None, None);
            return true;
        }
        // "two posts connected by a chain", "a red and a blue ball connected by a spring"
        if forced == Some(Place::Between) {
            let pair = self.list.iter().rev().find(|other| **other != index).copied();
            let other = pair.filter(|_| self.drafts[index].count.is_none());
            let tie = matches!(kinds[1], Some(Kind::Chain | Kind::Bridge | Kind::Spring));
            if !tie || (other.is_none() && self.drafts[index].count.is_none()) {
                self.at = begin;
                self.drafts.truncate(known);
                return false;
            }
            let list = std::mem::take(&mut self.list);
            self.after(inner);
            self.list = list;
            self.it = Some(index);
            let link = Link {
                subject: inner,
                place: Place::Between,
                reference: index,
                member: None,
                other,
                gap: None,
            };
            self.links.push(link);
            return true;
        }
        // "a ball hanging from the ceiling by a string"
        if let ([Some(outer), Some(Kind::Chain)], true) = (kinds, hangs)
            && outer.class() == Class::Solid
        {
            self.after(inner);
            self.link(index, Place::On, inner, None, None);
            return true;
        }
        self.it = Some(index);
        // "a bowl of apples on a table": the bowl is there.
        if let Some(place @ Place::Inside) = forced {
            while self.attribute(inner) {}
            self.links.push(Link {
                subject: inner,
                place,
                reference: index,
                member: None,
                other: None,
                gap: None,
            });
            return true;
        }
        let outer = std::mem::take(&mut self.list);
        self.list.push(inner);
        if self.drafts[index].kind() == Some(Kind::Chain) {
            self.at_its_end();
        }
        self.after(inner);
        // Further members: "with a cup and a ball on it".
        loop {
            let here = self.at;
            while self.peek() == Some(Lex::Comma) || self.sense() == Some(Sense::And) {
                self.at += 1;
            }
            if self.at == here || !self.determined() {
                self.at = here;
                break;
            }
            let Some(next) = self.thing().filter(|next| *next >= known) else {
                self.at = here;
                break;
            };
            self.it = Some(index);
            self.list.push(next);
            self.after(next);
            self.it = Some(index);
        }
        for member in std::mem::replace(&mut self.list, outer) {
            // What runs into something comes from where it is all the same.
            let slope = matches!(self.drafts[index].kind(), Some(Kind::Ramp | Kind::CurvedRamp));
            let placed = self
                .links
                .iter()
                .any(|link| link.subject == member && !(slope && link.place == Place::Striking));
            let [outer, inner] = [index, member].map(|draft| self.drafts[draft].kind());
            let place = match (outer, inner) {
                _ if placed => self.carried(index, member, forced),
                (Some(Kind::Platform), Some(Kind::Drawer)) => Some(Place::Inside),
                (Some(Kind::Table), Some(Kind::Lamp)) => Some(Place::On),
                (Some(Kind::Drawer), Some(inner)) if inner.class() == Class::Solid => {
                    Some(Place::Inside)
                }
                (Some(Kind::Chain), Some(inner)) if inner.class() == Class::Solid => {
                    Some(Place::AttachedTo)
                }
                (_, Some(Kind::Post | Kind::Pendulum | Kind::InvertedPendulum))
                    if self.drafts[index].is_cart =>
                {
                    Some(Place::On)
                }
                // One on each end.
                (Some(Kind::Seesaw), Some(_)) if self.drafts[member].count == Some(2) => {
                    self.drafts[member].count = None;
                    self.drafts[member].plural = false;
                    let twin = self.drafts[member].clone();
                    self.drafts.push(twin);
                    let twin = self.drafts.len() - 1;
                    self.push(twin, Place::OnRightEnd, index);
                    Some(Place::OnLeftEnd)
                }
                _ if forced.is_some() => forced,
                (Some(Kind::Turntable | Kind::Bridge | Kind::Swing), Some(inner))
                    if inner.class() != Class::Mechanism =>
                {
                    Some(Place::On)
                }
                (Some(Kind::Seesaw), Some(_)) => Some(Place::OnLeftEnd),
                (Some(Kind::Table | Kind::RoundTable), Some(Kind::Chair | Kind::Stool))
                    if self.drafts[member].count.is_none() && !self.drafts[member].plural =>
                {
                    Some(Place::Behind)
                }
                (Some(Kind::Table | Kind::RoundTable), Some(Kind::Chair | Kind::Stool)) => {
                    Some(Place::Around)
                }
                (Some(Kind::Ramp | Kind::Stairs), Some(inner)) if inner.class() == Class::Solid => {
                    Some(Place::AtTop)
                }
                (Some(outer), Some(inner))
                    if outer.class() == Class::Vessel
                        && matches!(inner.class(), Class::Solid | Class::Vessel) =>
                {
                    Some(Place::Inside)
                }
                (Some(outer), Some(inner))
                    if outer.class() == Class::Furniture && inner.class() != Class::Furniture =>
                {
                    Some(Place::On)
                }
                _ => None,
            };
            if let Some(place) = place {
                self.link(member, place, index, None, None);
                if place == Place::AtTop {
                    self.links.rotate_right(1);
                }
            }
        }
        self.it = Some(index);
        true
    }
}
