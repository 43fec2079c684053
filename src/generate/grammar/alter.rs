//! What becomes of a thing that is there: "make the ball blue", "make it twice as big".

use super::super::{
    build::{extents, usual_length, usual_mass, usual_strength},
    spec::{Arrangement, Class, Kind, Place, Size, Xyz},
};
use super::{
    Parser, Refusal,
    lexer::Lex,
    lexicon::{Dim, Prop, Relative, Sense, Trait},
    measure::Unit,
    parse::Link,
};

/// "make the ball blue", "make it twice as big", "change the mass of the box to 2 kg".
pub fn alter(parser: &mut Parser, known: usize) -> Result<(), Refusal> {
    let begin = parser.at;
    if parser.world_phrase() {
        return Ok(());
    }
    // "the colour of the ball to red"
    parser.glue(|sense| matches!(sense, Sense::The | Sense::Filler));
    if parser.length_to(known) {
        return Ok(());
    }
    let prop = match parser.sense() {
        Some(Sense::Prop(prop)) => Some(prop),
        Some(Sense::Dim(_)) => None,
        _ => {
            parser.at = begin;
            None
        }
    };
    if let Some(prop) = prop {
        parser.at += 1;
        parser.glue(|sense| matches!(sense, Sense::Of));
        let named = parser.known_thing(known);
        // "set the angle to 40 degrees": of what has one.
        let fits = |kind: Kind| match prop {
            Prop::Angle => kind == Kind::Ramp || kind.class() == Class::Mechanism,
            Prop::Stiffness | Prop::Damping => kind.class() == Class::Mechanism,
            _ => true,
        };
        let it = parser.it.filter(|it| fits(parser.drafts[*it].thing.kind));
        let it = it.or((0..known).rev().find(|at| fits(parser.drafts[*at].thing.kind)));
        let index = named.or(it).ok_or_else(|| Refusal::of("say of which thing in the scene"))?;
        parser.glue(|sense| matches!(sense, Sense::To | Sense::At | Sense::Is | Sense::Filler));
        return match (prop, parser.peek()) {
            (prop, Some(Lex::Number(value))) if parser.property(index, prop, value) => {
                parser.at += 1;
                Ok(())
            }
            (Prop::Size, Some(Lex::Measure(_))) | (Prop::Colour | Prop::Material, _)
                if parser.attribute(index) =>
            {
                Ok(())
            }
            (prop, Some(Lex::Measure(measure))) if parser.property(index, prop, measure.value) => {
                parser.at += 1;
                Ok(())
            }
            _ => Err(Refusal::of("say to what it should change")),
        };
    }
    let floor = parser.drafts.len();
    // "paint everything white", "make all cubes yellow".
    let all = parser.sense() == Some(Sense::Each);
    let every = all && parser.lexemes[parser.at].text == "everything";
    if every {
        parser.at += 1;
        return of_each(parser, (0..known).collect());
    }
    // "one of them red", "two of the boxes blue"
    if let Some(Lex::Number(number)) = parser.peek()
        && let Some(number) = super::parse::whole(number)
    {
        let here = parser.at;
        parser.at += 1;
        let of = parser.take(|sense| sense == Sense::Of);
        let index = if of { parser.known_thing(known) } else { None };
        if let Some(index) = index
            && parser.drafts[index].count.is_some_and(|count| count >= number)
        {
            parser.it = Some(index);
            return one_of_them(parser, index, &(1..=number).collect::<Vec<_>>());
        }
        if let Some(index) = index
            && parser.drafts[index].count.is_none()
        {
            let noun = parser.drafts[index].noun.map(|noun| noun.words);
            let alike = |at: &usize| parser.drafts[*at].noun.map(|noun| noun.words) == noun;
            let few: Vec<usize> = (0..known).filter(alike).take(number as usize).collect();
            return of_each(parser, few);
        }
        parser.at = here;
    }
    if let Some(done) = parser.recoloured(known) {
        return done;
    }
    // "both should be green", "make them wooden": of several that were named one by one.
    let loose: Vec<usize> =
        (0..known).filter(|at| parser.drafts[*at].thing.kind.class() != Class::Furniture).collect();
    let them = parser.sense() == Some(Sense::It)
        && matches!(&*parser.lexemes[parser.at].text, "them" | "they")
        && loose.len() > 1
        && loose.iter().all(|at| parser.drafts[*at].count.is_none());
    let bare = all
        && (parser.sense_ahead(1) == Some(Sense::Is)
            || parser.sense_ahead(1).is_some_and(Sense::is_adjective)
                && !matches!(parser.sense_ahead(2), Some(Sense::Noun(_) | Sense::Ones)));
    if (them || bare) && !loose.is_empty() {
        parser.at += 1;
        return of_each(parser, loose);
    }
    if let Some(done) = parser.nth_part(known) {
        return done;
    }
    let it = parser.sense() == Some(Sense::It);
    let index = match parser.known_thing(known) {
        Some(index) => index,
        None => {
            // The floor is there without having been named.
            match parser.thing().filter(|index| parser.drafts[*index].is_floor) {
                Some(index) => index,
                None => {
                    parser.drafts.truncate(floor);
                    let rest: Vec<&str> =
                        parser.lexemes[begin..].iter().map(|lexeme| &*lexeme.text).collect();
                    return Err(Refusal::of(format!(
                        "there is no such thing in the scene: '{}'",
                        rest.join(" ")
                    )));
                }
            }
        }
    };
    let said = &parser.lexemes[begin.min(parser.at)..parser.at];
    let many = said.iter().any(|lexeme| {
        matches!(lexeme.lex, Lex::Known(entry) if entry.plural
            && matches!(entry.sense, Sense::Noun(_)))
    });
    let group = said.iter().any(|lexeme| matches!(lexeme.sense(), Some(Sense::Group(_))));
    let sized = matches!(
        parser.sense(),
        Some(
            Sense::Comparative(_) | Sense::Stretch(_) | Sense::Twice | Sense::Half | Sense::Size(_)
        )
    );
    let ring = parser.drafts[index]
        .thing
        .arrangement
        .as_ref()
        .is_some_and(|a| a.pattern == super::super::spec::Pattern::Ring);
    if group && sized && ring && parser.wider_ring(index) {
        parser.it = Some(index);
        return Ok(());
    }
    if group && sized {
        return Err(Refusal::of("of a group say how many there should be, or how large each is"));
    }
    parser.it = Some(index);
    if let Some(part) = parser.part_of.take() {
        return parser.alter_part(index, part);
    }
    if let Some(member) = parser.which.take() {
        return one_of_them(parser, index, &[member]);
    }
    if (all || many && parser.drafts[index].count.is_none()) && index < known {
        let noun = parser.drafts[index].noun.map(|noun| noun.words);
        let alike = |at: &usize| parser.drafts[*at].noun.map(|noun| noun.words) == noun;
        let indices = (0..known).filter(alike).collect();
        return of_each(parser, indices);
    }
    let done = if it { of_it(parser, index, known) } else { of_each(parser, vec![index]) };
    if done.is_err() {
        parser.drafts.truncate(floor.max(index + 1));
    }
    done
}

/// "make it steeper", "steeper": of what the scene is about, or else, of all that is there, the ramp.
pub(super) fn of_it(parser: &mut Parser, index: usize, known: usize) -> Result<(), Refusal> {
    let fresh = parser.clone();
    let done = of_each(parser, vec![index]);
    if done.is_ok() && parser.at_end() {
        return done;
    }
    for other in (0..known).rev().filter(|other| *other != index) {
        let mut tried = fresh.clone();
        if of_each(&mut tried, vec![other]).is_ok() && tried.at_end() {
            *parser = tried;
            parser.it = Some(other);
            return Ok(());
        }
    }
    done
}

/// A change of some members of a group: their colours, or of each what it is by itself.
pub(super) fn one_of_them(
    parser: &mut Parser,
    index: usize,
    members: &[u32],
) -> Result<(), Refusal> {
    let before = parser.clone();
    let own = parser.own_colours(index);
    let kept = parser.drafts[index].thing.colours.clone();
    parser.glue(|sense| matches!(sense, Sense::To | Sense::Is));
    let changed = std::mem::take(&mut parser.drafts[index].thing.colours);
    if own && changed.len() <= 64 && parser.attribute(index) {
        let new = std::mem::take(&mut parser.drafts[index].thing.colours);
        let mut plain = before.drafts[index].clone();
        plain.thing.colours.clear();
        if let [new] = &*new
            && plain.thing == parser.drafts[index].thing
            && plain.is_blank() == parser.drafts[index].is_blank()
        {
            // What was chosen for all is not what is wanted for one.
            let mut colours = kept;
            if before.drafts[index].thing.colours.is_empty() && colours.iter().all(|own| own == new)
            {
                let other = super::super::build::usual_colour(usize::from(new == "blue"));
                colours.iter_mut().for_each(|own| other.clone_into(own));
            }
            for member in members {
                colours[(*member - 1) as usize].clone_from(new);
            }
            parser.drafts[index].thing.colours = colours;
            parser.drafts[index].spoken = Some(members.to_vec());
            return Ok(());
        }
    }
    *parser = before;
    let all = parser.parted(index)?;
    let meant = members.iter().filter_map(|n| all.get((*n - 1) as usize).copied()).collect();
    of_each(parser, meant)
}

/// The same change of several things.
pub(super) fn of_each(parser: &mut Parser, indices: Vec<usize>) -> Result<(), Refusal> {
    let here = parser.at;
    let mut end = here;
    for index in indices {
        parser.at = here;
        while parser.more_of_it(index)
            || parser.factor(index)
            || parser.becomes(index)
            || parser.attribute_of_change(index)
        {}
        if parser.at == here {
            return Err(Refusal::of(
                "say what should become of it: a colour, a size, a mass, an angle, …",
            ));
        }
        parser.drafts[index].spoken = Some(Vec::new());
        end = end.max(parser.at);
    }
    parser.at = end;
    Ok(())
}

/// Whether it is held by springs.
const fn sprung(kind: Kind) -> bool {
    matches!(kind, Kind::Spring | Kind::SlidingSpring | Kind::SprungBalls | Kind::SprungBoxes)
}

/// How fast it turns by itself, rad/s.
fn usual_spin(kind: Kind) -> Option<Xyz> {
    (kind == Kind::SpinningTop).then_some(Xyz { x: 0.0, y: 0.0, z: 120.0 })
}

impl Parser {
    /// "its length to 2 m", "the height of the table to 1 m".
    fn length_to(&mut self, known: usize) -> bool {
        let begin = self.at;
        let dim = match self.sense() {
            Some(Sense::Dim(dim)) => dim,
            Some(Sense::Prop(Prop::Height)) => Dim::High,
            _ => return false,
        };
        self.at += 1;
        let named =
            if self.take(|sense| sense == Sense::Of) { self.known_thing(known) } else { self.it };
        self.glue(|sense| matches!(sense, Sense::To | Sense::At | Sense::Is | Sense::Filler));
        if let (Some(index), Some(Lex::Measure(measure))) = (named, self.peek())
            && measure.unit == Unit::Length
            && self.drafts[index].measure(measure, Some(dim))
        {
            self.at += 1;
            self.it = Some(index);
            return true;
        }
        self.at = begin;
        false
    }

    fn at_end(&self) -> bool {
        self.lexemes[self.at.min(self.lexemes.len())..].iter().all(|lexeme| {
            matches!(lexeme.lex, Lex::Stop | Lex::Comma | Lex::Mark)
                || lexeme.sense() == Some(Sense::Filler)
        })
    }

    /// "ten", "a row", "a double pendulum", "into a cube": how many, how they stand, what it is.
    fn becomes(&mut self, index: usize) -> bool {
        let begin = self.at;
        self.glue(|sense| matches!(sense, Sense::Is | Sense::To | Sense::Filler));
        self.take(|sense| sense == Sense::Place(Place::Inside));
        if let Some(Lex::Number(number)) = self.peek()
            && let Some(count) = super::parse::whole(number)
        {
            self.at += 1;
            let own = self.drafts[index].noun.map(|noun| noun.words);
            // "make it seven balls", of a cradle.
            if let Some(Sense::Noun(noun)) = self.sense()
                && self.drafts[index].thing.kind == Kind::NewtonsCradle
                && self.drafts[index].has_part(noun)
            {
                self.at += 1;
                self.drafts[index].thing.parts = Some(count);
                return true;
            }
            self.glue(|sense| matches!(sense, Sense::Noun(noun) if Some(noun.words) == own));
            let ends = matches!(self.peek(), None | Some(Lex::Stop | Lex::Comma))
                || self.take(|sense| matches!(sense, Sense::Dim(Dim::High) | Sense::Ones));
            let draft = &mut self.drafts[index];
            if ends && draft.thing.kind == Kind::Dominoes {
                draft.count = Some(count);
                return true;
            }
            // "make it four": of one, as many.
            let loose = draft.thing.kind.class() != Class::Mechanism;
            if ends && (draft.count.is_some() || loose) {
                draft.count = Some(count);
                return true;
            }
            self.at = begin;
            return false;
        }
        self.glue(|sense| sense == Sense::A);
        if let Some(Sense::Group(pattern)) = self.sense()
            && self.drafts[index].count.is_some()
        {
            self.at += 1;
            self.drafts[index].thing.arrangement = Some(Arrangement::new(pattern));
            return true;
        }
        let known = self.drafts.len();
        // "give it a gripper" does not make it one.
        if self.at > begin
            && !self.gives
            && let Some(new) = self.thing().filter(|new| *new >= known)
        {
            let new = self.drafts.swap_remove(new);
            let (Some(noun), 0) = (new.noun, self.drafts.len() - known) else {
                self.drafts.truncate(known);
                self.at = begin;
                return false;
            };
            let draft = &mut self.drafts[index];
            if noun.kind == draft.thing.kind {
                draft.thing.parts = new.thing.parts.or(draft.thing.parts);
            } else {
                draft.known = false;
                draft.thing.material = None;
                draft.thing.size = draft.thing.size.filter(|_| noun.kind.class() == Class::Solid);
                draft.name(noun, false);
            }
            if !new.thing.colours.is_empty() {
                draft.thing.colours = new.thing.colours;
            }
            draft.lengths = new.lengths;
            return true;
        }
        self.at = begin;
        false
    }

    /// "heavier", "steeper", "faster".
    fn relative(&mut self, index: usize, what: Relative, factor: f64) -> bool {
        let friction = self.friction_now(index);
        let thing = &mut self.drafts[index].thing;
        match what {
            Relative::Mass => self.heavier(index, factor),
            Relative::Slope if thing.kind == Kind::Ramp => {
                thing.tilt = Some((thing.tilt.unwrap_or(20.0) * factor).min(80.0));
            }
            Relative::Speed => {
                let turns = thing.spin.or(usual_spin(thing.kind));
                let moved = match (&mut thing.velocity, turns) {
                    (Some(v), _) => v,
                    (None, Some(spin)) => thing.spin.insert(spin),
                    (None, None) => return false,
                };
                let Xyz { x, y, z } = *moved;
                *moved = Xyz { x: x * factor, y: y * factor, z: z * factor };
            }
            Relative::Bounce => {
                let usual = thing.material.and_then(|material| material.traits().bounce);
                let now = thing.bounce.or(usual).unwrap_or(0.3);
                let new = if factor > 1.0 { 1.0 - (1.0 - now) / 2.0 } else { now * factor };
                thing.bounce = Some((new * 1000.0).round() / 1000.0);
            }
            Relative::Strength if sprung(thing.kind) => {
                return self.relative(index, Relative::Stiffness, factor);
            }
            Relative::Strength => {
                let Some(usual) = thing.strength.or(usual_strength(thing)) else { return false };
                thing.strength = Some(usual * factor);
            }
            Relative::Friction => {
                thing.friction = Some((friction * factor).min(5.0));
            }
            Relative::Stiffness if sprung(thing.kind) => {
                let usual = 40.0 * thing.mass.unwrap_or(1.0);
                thing.stiffness = Some(thing.stiffness.unwrap_or(usual) * factor);
            }
            Relative::Slope | Relative::Stiffness => return false,
        }
        true
    }

    fn attribute_of_change(&mut self, index: usize) -> bool {
        let before = self.at;
        self.glue(|sense| matches!(sense, Sense::To | Sense::Is));
        let plain = match (self.sense(), self.peek()) {
            (Some(Sense::Size(_) | Sense::Heft(_) | Sense::Light | Sense::Stretch(_)), _)
                if self.given_apart() =>
            {
                false
            }
            (Some(Sense::Material(material)), _) => {
                self.at += 1;
                let draft = &mut self.drafts[index];
                draft.thing.material = Some(material);
                draft.thing.colours.clear();
                draft.thing.density = None;
                true
            }
            (Some(Sense::Relative(what, factor)), _) => {
                self.at += 1;
                self.relative(index, what, factor)
            }
            (Some(Sense::Size(factor)), _) => {
                self.at += 1;
                self.rescale(index, [factor; 3]);
                true
            }
            (Some(Sense::Heft(factor)), _) => {
                self.at += 1;
                self.heavier(index, factor);
                true
            }
            (Some(Sense::Light), _) if !matches!(self.sense_ahead(1), Some(Sense::Colour(_))) => {
                self.at += 1;
                self.heavier(index, 0.25);
                true
            }
            (Some(Sense::Stretch(factors)), _) => {
                self.at += 1;
                self.rescale(index, factors);
                true
            }
            (Some(Sense::Trait(Trait::Weightless)), _) => false,
            _ => {
                self.attribute(index)
                    || self.part(index)
                    || self.world_phrase()
                    || self.placed_anew(index)
            }
        };
        if !plain {
            self.at = before;
        }
        plain
    }

    /// A new place in the stead of the old one.
    fn placed_anew(&mut self, index: usize) -> bool {
        if !matches!(self.sense(), Some(Sense::Place(_))) {
            return false;
        }
        let before: Vec<Link> = self.links.clone();
        self.links.retain(|link| link.subject != index);
        let done = self.related(index);
        if !done {
            self.links = before;
        }
        done
    }

    /// "twice as big", "bigger", "half as heavy", "30 % larger".
    fn factor(&mut self, index: usize) -> bool {
        let begin = self.at;
        self.glue(|sense| sense == Sense::Is);
        let factor = self.times();
        self.glue(|sense| matches!(sense, Sense::Filler | Sense::The));
        let done = match (self.sense(), factor) {
            (Some(Sense::Size(_) | Sense::Prop(Prop::Size)), Some(factor)) => Some([factor; 3]),
            (Some(Sense::Stretch(which)), Some(factor)) => {
                Some(which.map(|axis| if axis == 1.0 { 1.0 } else { factor }))
            }
            (Some(Sense::Heft(_) | Sense::Prop(Prop::Mass)), Some(factor)) => {
                self.heavier(index, factor);
                self.at += 1;
                return true;
            }
            // "twice as stiff"
            (Some(Sense::Strength(_)), Some(factor)) if self.lexemes[self.at].text == "stiff" => {
                self.at += 1;
                return self.relative(index, Relative::Stiffness, factor);
            }
            // What is in the air is higher up.
            (Some(Sense::Comparative(which)), factor)
                if self.lexemes[self.at].text.starts_with("higher")
                    && self.drafts[index].thing.height.is_some_and(|height| height > 0.0) =>
            {
                let thing = &mut self.drafts[index].thing;
                thing.height = thing.height.map(|height| height * factor.unwrap_or(which[2]));
                self.at += 1;
                self.take(|sense| sense == Sense::Dim(Dim::Up));
                return true;
            }
            // "twice as fast"
            (Some(Sense::Pace(_)), Some(factor)) => {
                let done = self.relative(index, Relative::Speed, factor);
                self.at = if done { self.at + 1 } else { begin };
                return done;
            }
            (Some(Sense::Comparative(factors)), None) => Some(factors),
            (Some(Sense::Comparative(which)), Some(factor)) => {
                Some(which.map(|axis| if axis == 1.0 { 1.0 } else { factor }))
            }
            _ => None,
        };
        // What stands upright is shorter in height.
        let done = done.map(|factors| {
            let thing = &self.drafts[index].thing;
            let [x, y, z] = extents(thing);
            match factors {
                // A table, a wall.
                [a, 1.0, b] if a == b && a < 1.0 && thing.kind.class() == Class::Furniture => {
                    [1.0, 1.0, a]
                }
                // Of what is flat, its height; of what stands thin, its width.
                [1.0, a, b] if a == b && a != 1.0 && z < y && y < x => [1.0, 1.0, a],
                [1.0, a, 1.0] if a != 1.0 && y < 0.5 * x && y < z => [a, 1.0, 1.0],
                [a, 1.0, b] if a == b && a != 1.0 => {
                    if z >= x {
                        [1.0, 1.0, a]
                    } else {
                        [a, 1.0, 1.0]
                    }
                }
                factors => factors,
            }
        });
        match done {
            // "give it bigger wheels" makes only these so.
            Some(factors) if !self.given_apart() => {
                self.at += 1;
                self.rescale(index, factors);
                true
            }
            _ => {
                self.at = begin;
                false
            }
        }
    }

    /// Whether what is here is said of something that is given: "give it big wheels".
    fn given_apart(&self) -> bool {
        self.gives && matches!(self.sense_ahead(1), Some(Sense::Noun(_) | Sense::Part(_)))
    }

    pub(super) fn heavier(&mut self, index: usize, factor: f64) {
        let thing = &mut self.drafts[index].thing;
        match thing.mass.or(usual_mass(thing.kind)) {
            Some(mass) => thing.mass = Some(mass * factor),
            None => {
                let density = thing
                    .density
                    .unwrap_or(thing.material.map_or(1000.0, |material| material.traits().density));
                thing.density = Some(density * factor);
            }
        }
    }

    pub(super) fn rescale(&mut self, index: usize, factors: [f64; 3]) {
        let thing = &mut self.drafts[index].thing;
        if super::draft::kind_length(thing.kind) {
            let factor =
                factors.iter().copied().fold(1.0, |a: f64, b| if b == 1.0 { a } else { b });
            let usual = usual_length(thing.kind, thing.parts);
            thing.length = Some(thing.length.unwrap_or(usual) * factor);
            return;
        }
        let now = extents(thing);
        let [x, y, z] = std::array::from_fn(|axis| {
            Some(now[axis] * factors[axis]).filter(|extent| *extent > 0.0)
        });
        thing.size = Some(Size { x, y, z });
    }
}
