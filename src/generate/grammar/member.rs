//! One of several, and one part of a machine: what is meant, and what may become of it alone.

use super::super::{
    build::{extents, usual_length, usual_mass},
    spec::{Class, Kind, Pattern, Place},
};
use super::{
    Refusal,
    draft::Draft,
    lexer::Lex,
    lexicon::{Dim, Part, Relative, Sense, Which},
    measure::Unit,
    parse::{Link, Parser, whole},
};

/// Most of a group that are parted to change one of them.
const MOST: u32 = 30;

impl Parser {
    /// "the left one", "the top box", "the third cube", "the biggest": one of several that are there.
    pub(super) fn one_of_several(&mut self, which: Which) -> Option<usize> {
        let ends = |lex: Option<Lex>| matches!(lex, None | Some(Lex::Stop | Lex::Comma));
        let noun = match (self.peek(), self.sense()) {
            (Some(Lex::Number(1.0)), _) | (_, Some(Sense::Ones)) => None,
            (_, Some(Sense::Noun(noun))) => Some(noun),
            // "paint the biggest blue"
            (lex, sense)
                if ends(lex)
                    || matches!(
                        sense,
                        Some(Sense::Colour(_) | Sense::Of | Sense::Is | Sense::And)
                    ) =>
            {
                self.at = self.at.checked_sub(1)?;
                None
            }
            _ => return None,
        };
        self.at += 1;
        self.at +=
            usize::from(self.sense() == Some(Sense::Of) && self.sense_ahead(1) == Some(Sense::It))
                * 2;
        let called = |draft: &Draft| {
            draft.noun.is_some_and(|own| noun.is_none_or(|noun| own.words == noun.words))
        };
        let several = |draft: &Draft| draft.count.is_some_and(|count| count > 1) && called(draft);
        let single = self.drafts.iter().filter(|draft| called(draft)).count() > 1;
        if let Some(index) = self.drafts.iter().rposition(several)
            && !(which.is_of_kinds() && single)
        {
            let count = self.drafts[index].count?;
            let grows = self.drafts[index]
                .thing
                .arrangement
                .as_ref()
                .and_then(|a| a.taper)
                .is_some_and(|taper| taper > 1.0);
            self.which = Some(match which {
                Which::First | Which::Left | Which::Bottom | Which::Front => 1,
                Which::Middle => count.div_ceil(2),
                Which::Last | Which::Right | Which::Top | Which::Back => count,
                Which::Nth(n) if n <= count => n,
                Which::Most(_)
                    if self.drafts[index].thing.arrangement.as_ref()?.taper.is_some() =>
                {
                    if grows == which.is_great() { count } else { 1 }
                }
                Which::Nth(_) | Which::Most(_) => return None,
            });
            return Some(index);
        }
        self.singled_out(which, &called)
    }

    /// "the blue one", of a group in which only one is.
    pub(super) fn member_coloured(&self, index: usize, wanted: &[String]) -> Option<u32> {
        let (Some(count @ 2..), [wanted]) = (self.drafts[index].count, wanted) else { return None };
        let own = &self.drafts[index].thing.colours;
        let mut members = (1..=count).zip(own.iter().cycle()).filter(|(_, own)| *own == wanted);
        let first = members.next().filter(|_| !own.is_empty())?;
        members.next().is_none().then_some(first.0)
    }

    /// One among things that are not a group, by what they are like or where they stand.
    fn singled_out(&self, which: Which, called: &dyn Fn(&Draft) -> bool) -> Option<usize> {
        let weight = |draft: &Draft| {
            let thing = draft.clone().resolve(&mut Vec::new());
            let [x, y, z] = extents(&thing);
            let fills = match thing.kind {
                Kind::Sphere | Kind::Ellipsoid => std::f64::consts::FRAC_PI_6,
                Kind::Cylinder | Kind::Capsule | Kind::Wheel => std::f64::consts::FRAC_PI_4,
                Kind::Cone => 0.26,
                _ => 1.0,
            };
            let density = thing
                .density
                .unwrap_or(thing.material.map_or(1000.0, |material| material.traits().density));
            let volume = x * y * z * fills;
            (volume, z, x.max(y).max(z), thing.mass.unwrap_or(volume * density))
        };
        let value = |index: usize| -> Option<f64> {
            let draft = &self.drafts[index];
            let (volume, high, long, mass) = weight(draft);
            let position = || self.stands.get(index).copied();
            Some(match which {
                Which::Most(Dim::Edge | Dim::Thick) => volume,
                Which::Most(Dim::High | Dim::Deep) => high,
                Which::Most(Dim::Long | Dim::Wide) => long,
                Which::Most(_) => mass,
                Which::Left => -position()?[0],
                Which::Right => position()?[0],
                Which::Top => position()?[2],
                Which::Bottom => -position()?[2],
                Which::Front => -position()?[1],
                Which::Back => position()?[1],
                Which::First => -(index as f64),
                Which::Last => index as f64,
                Which::Middle | Which::Nth(_) => return None,
            })
        };
        let sign = if which.is_great() { 1.0 } else { -1.0 };
        let mut found: Vec<(f64, usize)> = (0..self.drafts.len())
            .filter(|index| called(&self.drafts[*index]))
            .filter_map(|index| value(index).map(|value| (sign * value, index)))
            .collect();
        if let Which::Nth(n) = which {
            let alike: Vec<usize> =
                (0..self.drafts.len()).filter(|index| called(&self.drafts[*index])).collect();
            return (alike.len() > 1).then(|| alike.get(n as usize - 1).copied()).flatten();
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        match *found {
            // Of two that are alike in it none is meant.
            [(first, index), (second, _), ..] if first > second => Some(index),
            [(_, index)] if !which.is_of_kinds() => Some(index),
            _ => None,
        }
    }

    /// A group becomes as many things, each where it was. The numbers are those of the things.
    pub(super) fn parted(&mut self, index: usize) -> Result<Vec<usize>, Refusal> {
        let draft = self.drafts[index].clone();
        let arrangement = draft.thing.arrangement.clone();
        let pattern = arrangement.as_ref().map_or(Pattern::Row, |a| a.pattern);
        let count = self.members_of(index).unwrap_or(1);
        let borne = self.links.iter().any(|link| {
            link.reference == index && link.member.is_none() && pattern != Pattern::Stack
        });
        let place = match pattern {
            Pattern::Row => Place::RightOf,
            Pattern::Column => Place::Behind,
            Pattern::Stack => Place::On,
            _ => Place::Around,
        };
        if place == Place::Around && !borne && count <= MOST && draft.thing.kind != Kind::Dominoes {
            return self.parted_in_place(index, count);
        }
        if borne || count > MOST || draft.thing.kind == Kind::Dominoes {
            return Err(Refusal::of(
                "of several that stand in such a pattern only the colour of one can be changed",
            ));
        }
        let [x, y, _] = extents(&draft.thing);
        let along = if pattern == Pattern::Column { y } else { x };
        let taper = arrangement.as_ref().and_then(|a| a.taper).unwrap_or(1.0);
        let gap = arrangement
            .as_ref()
            .and_then(|a| a.gap.or(a.pitch.map(|pitch| (pitch - along).max(0.0))));
        let gap = gap.unwrap_or((0.25 * x).clamp(0.01, 0.2));
        let links: Vec<Link> =
            self.links.iter().filter(|link| link.subject == index).cloned().collect();
        let mut members = Vec::new();
        for n in 0..count {
            let mut one = draft.clone();
            one.count = None;
            one.plural = false;
            one.thing.count = None;
            one.thing.arrangement = None;
            if !one.thing.colours.is_empty() {
                one.thing.colours =
                    vec![draft.thing.colours[n as usize % draft.thing.colours.len()].clone()];
            }
            if taper != 1.0 {
                let scale = taper.powi(n as i32);
                let [x, y, z] = extents(&draft.thing).map(|extent| Some(extent * scale));
                one.thing.size = Some(super::super::spec::Size { x, y, z });
            }
            if n == 0 {
                self.drafts[index] = one;
                members.push(index);
                continue;
            }
            one.known = false;
            self.drafts.push(one);
            let (subject, before) = (self.drafts.len() - 1, members[n as usize - 1]);
            if pattern != Pattern::Stack {
                self.links.extend(links.iter().map(|link| Link { subject, ..link.clone() }));
            }
            self.links.push(Link {
                subject,
                place,
                reference: before,
                member: None,
                other: None,
                gap: (pattern != Pattern::Stack).then_some(gap),
            });
            members.push(subject);
        }
        for link in &mut self.links {
            if link.reference == index && !members.contains(&link.subject) {
                let member = link.member.take().unwrap_or(count);
                link.reference = members[(member.clamp(1, count) - 1) as usize];
            }
        }
        Ok(members)
    }

    /// How many there are: a pattern may decide on that by itself.
    fn members_of(&self, index: usize) -> Option<u32> {
        let draft = &self.drafts[index];
        let placed = self.places.get(index).map(|places| places.len() as u32);
        draft.count.or(placed.filter(|_| draft.known && draft.thing.arrangement.is_some()))
    }

    /// Those of a pattern become as many things, each shifted to where it was.
    fn parted_in_place(&mut self, index: usize, count: u32) -> Result<Vec<usize>, Refusal> {
        let refusal = || {
            Refusal::of(
                "of several that stand in such a pattern only the colour of one can be changed",
            )
        };
        let was = self.places.get(index).filter(|was| was.len() == count as usize).cloned();
        let was = was.ok_or_else(refusal)?;
        let draft = self.drafts[index].clone();
        let links: Vec<Link> =
            self.links.iter().filter(|link| link.subject == index).cloned().collect();
        if links.iter().any(|link| !link.place.is_borne()) || draft.thing.shift.is_some() {
            return Err(refusal());
        }
        // What is farthest to the left comes first: the others stand to the right of it.
        let first =
            (0..was.len()).min_by(|a, b| was[*a][0].total_cmp(&was[*b][0])).ok_or_else(refusal)?;
        let mut members = vec![index; was.len()];
        for (n, member) in members.iter_mut().enumerate() {
            let mut one = draft.clone();
            (one.count, one.plural) = (None, false);
            (one.thing.count, one.thing.arrangement) = (None, None);
            if !one.thing.colours.is_empty() {
                one.thing.colours =
                    vec![draft.thing.colours[n % draft.thing.colours.len()].clone()];
            }
            if n == first {
                self.drafts[index] = one;
                continue;
            }
            one.known = false;
            self.drafts.push(one);
            *member = self.drafts.len() - 1;
        }
        for subject in members.iter().copied().filter(|member| *member != index) {
            if links.is_empty() {
                self.link(subject, Place::Beside, index, None, None);
            } else {
                self.links.extend(links.iter().map(|link| Link { subject, ..link.clone() }));
            }
        }
        let spec = super::settle(self.clone(), "", &mut Vec::new())?;
        let now = super::super::build::stands_of_each(&spec);
        let place = |draft: usize| {
            let before = self.drafts[..draft].iter();
            let number = before.filter(|own| own.noun.is_some() && !own.is_floor).count();
            now.get(number).and_then(|places| places.first()).copied()
        };
        let anchor = place(index).ok_or_else(refusal)?;
        let mut shifts = Vec::new();
        for (n, member) in members.iter().enumerate() {
            let here = place(*member).ok_or_else(refusal)?;
            let [x, y, z] = std::array::from_fn(|axis| {
                let by = anchor[axis] + was[n][axis] - was[first][axis] - here[axis];
                (by * 1e6).round() / 1e6 + 0.0
            });
            shifts.push(super::super::spec::Xyz { x, y, z });
        }
        for (member, shift) in members.iter().zip(shifts) {
            self.drafts[*member].thing.shift =
                Some(shift).filter(|shift| *shift != super::super::spec::Xyz::default());
        }
        Ok(members)
    }

    /// Whether "every second" is here, which `Phrasing::every_so_many` joined.
    pub(super) fn every_nth(&self) -> bool {
        self.lexemes.get(self.at).is_some_and(|lexeme| lexeme.text.starts_with("every "))
    }

    /// "the left one red and the right one blue", "the middle one is green": of several.
    pub(super) fn which_are(&mut self, index: usize) -> bool {
        let before = self.clone();
        let mut any = false;
        loop {
            let here = self.at;
            while self.peek() == Some(Lex::Comma)
                || matches!(self.sense(), Some(Sense::And | Sense::With | Sense::The))
            {
                self.at += 1;
            }
            let count = self.drafts[index].count.unwrap_or(1);
            let every = self.every_nth();
            let member = match self.sense() {
                Some(Sense::Which(Which::First | Which::Left | Which::Bottom | Which::Front)) => {
                    Some(1)
                }
                Some(Sense::Which(Which::Last | Which::Right | Which::Top | Which::Back)) => {
                    Some(count)
                }
                Some(Sense::Which(Which::Middle)) if count % 2 == 1 => Some(count.div_ceil(2)),
                Some(Sense::Which(Which::Nth(n))) if n <= count => Some(n),
                Some(Sense::Direction([x, ..])) if x != 0.0 => {
                    Some(if x < 0.0 { 1 } else { count })
                }
                _ => None,
            };
            self.at += 1;
            let own = self.drafts[index].noun.map(|noun| noun.words);
            self.glue(|sense| {
                sense == Sense::Ones
                    || matches!(sense, Sense::Noun(noun) if Some(noun.words) == own)
            });
            self.at += usize::from(self.peek() == Some(Lex::Number(1.0)));
            self.glue(|sense| matches!(sense, Sense::Is | Sense::In | Sense::Filler));
            let shade = self.shade();
            let (Some(member), Some(Sense::Colour(colour)), 2..=16) = (member, self.sense(), count)
            else {
                self.at = here;
                break;
            };
            self.at += 1;
            self.own_colours(index);
            let step = if every { member as usize } else { count as usize };
            for own in
                self.drafts[index].thing.colours.iter_mut().skip(member as usize - 1).step_by(step)
            {
                *own = format!("{shade}{colour}");
            }
            any = true;
        }
        if !any {
            *self = before;
        }
        any
    }

    /// The colours of each of a group, so that one can be another.
    pub(super) fn own_colours(&mut self, index: usize) -> bool {
        let Some(count) = self.members_of(index) else { return false };
        let turn = self.drafts[..index]
            .iter()
            .filter(|draft| draft.thing.colours.is_empty() && draft.thing.material.is_none())
            .count();
        let thing = &mut self.drafts[index].thing;
        if thing.colours.is_empty() {
            let usual = thing.material.map_or_else(
                || super::super::build::usual_colour(turn).to_owned(),
                |material| {
                    let [r, g, b, _] =
                        material.traits().rgba.map(|part| (part * 255.0).round() as u8);
                    format!("#{r:02x}{g:02x}{b:02x}")
                },
            );
            thing.colours.push(usual);
        }
        let own = thing.colours.clone();
        thing.colours = own.into_iter().cycle().take(count as usize).collect();
        true
    }

    /// "the pole longer", "the links 30 cm long", "the cart twice as heavy": a part of a machine.
    pub(super) fn alter_part(&mut self, index: usize, part: Sense) -> Result<(), Refusal> {
        let begin = self.at;
        while self.part_attribute(index, part) {}
        if self.at == begin {
            let name = self.lexemes[begin - 1].text.clone();
            return Err(Refusal::of(format!(
                "'{name}' is a part, of which lengths, masses and numbers can be changed where it has them"
            )));
        }
        Ok(())
    }

    fn part_attribute(&mut self, index: usize, part: Sense) -> bool {
        let before = self.at;
        self.glue(|sense| {
            matches!(
                sense,
                Sense::Is | Sense::To | Sense::At | Sense::A | Sense::Filler | Sense::With
            )
        });
        let done = self.part_attribute_within(index, part);
        if !done {
            self.at = before;
        }
        done
    }

    fn part_attribute_within(&mut self, index: usize, part: Sense) -> bool {
        let kind = self.drafts[index].thing.kind;
        let factor = self.times();
        self.glue(|sense| matches!(sense, Sense::Filler | Sense::The));
        let cart = part == Sense::Part(Part::Cart);
        let load = matches!(part, Sense::Part(Part::Bob))
            || matches!(part, Sense::Noun(noun) if matches!(noun.kind, Kind::Sphere | Kind::Box));
        // "stronger motors", "the wheels 20 cm", "its legs shorter"
        if let Some(done) = self.part_by_kind(index, part, factor) {
            return done;
        }
        let long =
            !cart && !load && super::draft::kind_length(kind) && part != Sense::Part(Part::Hinge);
        let weighs = match kind {
            Kind::CartPole | Kind::InvertedPendulum => !load,
            Kind::Pendulum | Kind::Spring | Kind::SlidingSpring | Kind::NewtonsCradle => load,
            _ => false,
        };
        let (sense, lex, behind) = (self.sense(), self.peek(), self.sense_ahead(1));
        if matches!(sense, Some(Sense::Colour(_) | Sense::Dark))
            && kind.class() == Class::Mechanism
            && kind != Kind::Car
        {
            return self.attribute(index);
        }
        let thing = &mut self.drafts[index].thing;
        let length = thing.length.unwrap_or(usual_length(kind, thing.parts));
        let mass = if cart { &mut thing.other_mass } else { &mut thing.mass };
        let weight = mass.or(if cart { Some(1.0) } else { usual_mass(kind) });
        let lengthens =
            |which: [f64; 3]| which.iter().copied().find(|axis| *axis != 1.0).unwrap_or(1.0);
        match (lex, sense) {
            (Some(Lex::Measure(measure)), _) if factor.is_none() => match measure.unit {
                Unit::Mass if weighs => *mass = Some(measure.value),
                Unit::Length if long => thing.length = Some(measure.value),
                Unit::Length if load => {
                    let wide = match behind {
                        Some(Sense::Dim(Dim::Radius)) => 2.0 * measure.value,
                        _ => measure.value,
                    };
                    thing.size.get_or_insert_default().x = Some(wide);
                }
                _ => return false,
            },
            (_, Some(Sense::Size(_) | Sense::Comparative(_) | Sense::Stretch(_))) if load => {
                let by = match sense {
                    Some(Sense::Size(by)) => by,
                    Some(Sense::Comparative(which) | Sense::Stretch(which)) => lengthens(which),
                    _ => return false,
                };
                let usual = match kind {
                    Kind::Pendulum => (0.2 * length).clamp(0.02, 0.6),
                    Kind::NewtonsCradle => 0.1,
                    _ => 0.16,
                };
                let wide = thing.size.and_then(|size| size.x).unwrap_or(usual);
                thing.size.get_or_insert_default().x = Some(wide * factor.unwrap_or(by));
            }
            (_, Some(Sense::Stretch(which) | Sense::Comparative(which))) if long => {
                thing.length = Some(length * factor.unwrap_or(lengthens(which)));
            }
            (_, Some(Sense::Heft(by) | Sense::Relative(Relative::Mass, by))) if weighs => {
                *mass = weight.map(|weight| weight * factor.unwrap_or(by));
            }
            (_, Some(Sense::Light)) if weighs => {
                *mass = weight.map(|weight| weight * factor.unwrap_or(0.25));
            }
            (Some(Lex::Number(number)), _) if factor.is_none() && !cart => {
                let Some(count) = whole(number) else { return false };
                thing.parts = Some(count);
            }
            _ => return false,
        }
        self.at += 1;
        self.take(|sense| matches!(sense, Sense::Dim(_) | Sense::Stretch(_) | Sense::Each));
        true
    }

    /// Motors, wheels, legs, cables and steps, which some kinds have. Nothing for others.
    fn part_by_kind(&mut self, index: usize, part: Sense, factor: Option<f64>) -> Option<bool> {
        let thing = self.drafts[index].thing.clone();
        let kind = thing.kind;
        let named = |kind: Kind| matches!(part, Sense::Noun(noun) if noun.kind == kind);
        let by = match self.sense() {
            Some(Sense::Comparative(which) | Sense::Stretch(which)) => {
                which.iter().copied().find(|axis| *axis != 1.0)
            }
            Some(Sense::Size(by) | Sense::Relative(Relative::Strength | Relative::Speed, by)) => {
                Some(by)
            }
            _ => None,
        };
        let by = by.map(|by| factor.unwrap_or(by));
        let length = match self.peek() {
            Some(Lex::Measure(measure)) if measure.unit == Unit::Length => Some(measure.value),
            _ => None,
        };
        let strength = match self.peek() {
            Some(Lex::Measure(measure)) if matches!(measure.unit, Unit::Force | Unit::Torque) => {
                Some(measure.value)
            }
            _ => None,
        };
        let own = &mut self.drafts[index].thing;
        match part {
            Sense::Part(Part::Motor) => {
                let usual = thing.strength.or(super::super::build::usual_strength(&thing));
                let stronger =
                    matches!(self.sense_ahead(0), Some(Sense::Relative(Relative::Strength, _)));
                let own = &mut self.drafts[index].thing;
                own.strength = match (strength, by.filter(|_| stronger).zip(usual)) {
                    (Some(strength), _) => Some(strength),
                    (None, Some((by, usual))) => Some(usual * by),
                    (None, None) => return Some(false),
                };
            }
            _ if matches!(kind, Kind::Car | Kind::MobileRobot)
                && (part == Sense::Part(Part::Wheel) || named(Kind::Wheel)) =>
            {
                let [x, _, z] = extents(&thing);
                let usual = match kind {
                    Kind::Car => {
                        let wheels =
                            f64::from(thing.parts.unwrap_or(4).clamp(3, 12).div_ceil(2).max(2));
                        let apart = 0.34 * x / (wheels - 1.0);
                        2.0 * (z * 0.33).min(x * 0.15).min(0.95 * apart)
                    }
                    _ => z * 0.6,
                };
                let now = thing.length.unwrap_or(usual);
                own.length = Some(match (length, by) {
                    (Some(length), _) => length,
                    (None, Some(by)) => now * by,
                    (None, None) => return None,
                });
            }
            Sense::Part(Part::Leg) => {
                let [.., z] = extents(&thing);
                let legged = matches!(kind, Kind::Quadruped | Kind::Biped);
                let share = if kind == Kind::Biped { 0.58 } else { 0.7 };
                let more = match (length, by) {
                    (Some(length), _) if !legged => length - z,
                    (None, Some(by)) if legged => z * share * (by - 1.0),
                    (None, Some(by)) => z * (by - 1.0),
                    _ => return Some(false),
                };
                own.size.get_or_insert_default().z = Some(z + more);
            }
            _ if kind == Kind::Swing && named(Kind::Chain) => {
                let [.., z] = extents(&thing);
                let rope = z - 0.4;
                let new = match (length, by) {
                    (Some(length), _) => length,
                    (None, Some(by)) => rope * by,
                    (None, None) => return None,
                };
                own.size.get_or_insert_default().z = Some(new + 0.4);
            }
            _ if kind == Kind::WreckingBall && named(Kind::Chain) => {
                let links = f64::from(thing.parts.unwrap_or(8));
                let now = thing.length.unwrap_or(usual_length(kind, thing.parts));
                own.length = Some(match (length, by) {
                    (Some(length), _) => length / links,
                    (None, Some(by)) => now * by,
                    (None, None) => return None,
                });
            }
            _ if kind == Kind::Seesaw && matches!(part, Sense::Noun(_)) => {
                let [x, ..] = extents(&thing);
                own.size.get_or_insert_default().x = Some(match (length, by) {
                    (Some(length), _) => length,
                    (None, Some(by)) => x * by,
                    (None, None) => return None,
                });
            }
            _ if kind == Kind::Stairs
                && (part == Sense::Part(Part::Step) || named(Kind::Stairs)) =>
            {
                let [.., z] = extents(&thing);
                let steps = f64::from(thing.parts.unwrap_or(5));
                let high = matches!(self.sense(), Some(Sense::Comparative([x, y, _])) if x == 1.0 && y == 1.0);
                let own = &mut self.drafts[index].thing;
                own.size.get_or_insert_default().z = Some(match (length, by) {
                    (Some(length), _) => length * steps,
                    (None, Some(by)) if high => z * by,
                    _ => return None,
                });
            }
            _ => return None,
        }
        self.at += 1;
        self.take(|sense| matches!(sense, Sense::Dim(_) | Sense::Stretch(_) | Sense::Each));
        Some(true)
    }

    /// "the last link twice as long", "the first link 30 cm", "the upper link heavier".
    pub(super) fn nth_part(&mut self, known: usize) -> Option<Result<(), Refusal>> {
        let begin = self.at;
        let done = self.nth_within(known);
        if done.is_none() {
            self.at = begin;
        }
        done
    }

    fn nth_within(&mut self, known: usize) -> Option<Result<(), Refusal>> {
        self.glue(|sense| matches!(sense, Sense::The | Sense::Filler));
        let Some(Sense::Which(which)) = self.sense() else { return None };
        self.at += 1;
        let part = self.sense()?;
        let owns = |draft: &Draft| {
            let linked = matches!(
                draft.kind(),
                Some(Kind::Pendulum | Kind::InvertedPendulum | Kind::Arm | Kind::CartPole)
            );
            linked
                && match part {
                    Sense::Part(Part::Link) => true,
                    Sense::Noun(noun) => {
                        draft.has_part(noun)
                            && matches!(noun.kind, Kind::Post | Kind::Capsule | Kind::Arm)
                    }
                    _ => false,
                }
        };
        let index = self.drafts[..known].iter().rposition(owns)?;
        let thing = self.drafts[index].thing.clone();
        let parts = thing.parts.unwrap_or(if thing.kind == Kind::Arm { 6 } else { 1 });
        let member = match which {
            Which::First | Which::Top => 1,
            Which::Last | Which::Bottom => parts,
            Which::Middle if parts % 2 == 1 => parts.div_ceil(2),
            Which::Nth(n) if n <= parts => n,
            _ => return None,
        } as usize
            - 1;
        if parts < 2 {
            return None;
        }
        self.at += 1;
        self.glue(|sense| matches!(sense, Sense::Is | Sense::To | Sense::At | Sense::Filler));
        let factor = self.times();
        self.glue(|sense| matches!(sense, Sense::Filler));
        let (lex, sense) = (self.peek(), self.sense());
        let usual = thing.length.unwrap_or(usual_length(thing.kind, thing.parts));
        let mut lengths = thing.lengths.clone();
        lengths.resize(parts as usize, usual);
        let stretch = |which: [f64; 3]| which.iter().copied().find(|axis| *axis != 1.0);
        let own = &mut self.drafts[index].thing;
        match (lex, sense) {
            (Some(Lex::Measure(measure)), _) if measure.unit == Unit::Length => {
                lengths[member] = measure.value;
                own.lengths = lengths;
            }
            (_, Some(Sense::Comparative(which) | Sense::Stretch(which))) => {
                lengths[member] *= factor.or(stretch(which))?;
                own.lengths = lengths;
            }
            (Some(Lex::Measure(measure)), _) if measure.unit == Unit::Mass => {
                let usual = thing.mass.or(usual_mass(thing.kind));
                let mut masses = thing.masses.clone();
                if masses.is_empty() {
                    masses = vec![usual?; parts as usize];
                }
                *masses.get_mut(member)? = measure.value;
                own.masses = masses;
            }
            (_, Some(Sense::Heft(by) | Sense::Relative(Relative::Mass, by))) => {
                let usual = thing.mass.or(usual_mass(thing.kind));
                let mut masses = thing.masses.clone();
                if masses.is_empty() {
                    masses = vec![usual?; parts as usize];
                }
                *masses.get_mut(member)? *= factor.unwrap_or(by);
                own.masses = masses;
            }
            _ => return None,
        }
        self.at += 1;
        self.take(|sense| matches!(sense, Sense::Dim(_) | Sense::Stretch(_)));
        self.drafts[index].spoken = Some(Vec::new());
        self.it = Some(index);
        Some(Ok(()))
    }
}
