//! What is said as two things and built as one: a load and what it hangs from, a cart and its pole.

use super::super::spec::{Class, Kind, Pattern, Place};
use super::{
    draft::{Draft, first_word},
    lexicon::{self, Trait},
    parse::Parser,
    wares,
};

/// "A mass on a spring" is one mechanism, and so are a pole on a cart and a ball on a string.
pub(super) fn loads(parser: &mut Parser) {
    // "an arm with six joints and a gripper"
    let of = |kind: Kind| {
        let mut found =
            (0..parser.drafts.len()).filter(|at| parser.drafts[*at].kind() == Some(kind));
        found.next().filter(|_| found.next().is_none())
    };
    if let (Some(arm), Some(gripper)) = (of(Kind::Arm), of(Kind::Gripper))
        && !parser.links.iter().any(|link| link.subject == gripper)
        && !parser.drafts[gripper].known
        && (parser.drafts[arm].known
            || parser.lexemes.iter().any(|lexeme| lexeme.sense() == Some(lexicon::Sense::With)))
    {
        parser.link(gripper, Place::AttachedTo, arm, None, None);
    }
    // "a rope with a ball at its end, released at 40 degrees": the rope is.
    for link in &parser.links {
        let rope = parser.drafts[link.reference].kind() == Some(Kind::Chain);
        if link.place == Place::AttachedTo && rope {
            let let_go = |quality: &Trait| matches!(quality, Trait::Released | Trait::Lifted);
            let load = &mut parser.drafts[link.subject];
            if load.thing.height.is_none() && load.traits.iter().any(let_go) {
                load.traits.retain(|quality| !let_go(quality));
                let angle = load.angle.take();
                let rope = &mut parser.drafts[link.reference];
                rope.traits.push(Trait::Released);
                rope.angle = angle.or(rope.angle);
            }
        }
    }
    let mut index = 0;
    while index < parser.links.len() {
        let link = parser.links[index].clone();
        let [subject, reference] =
            [link.subject, link.reference].map(|draft| parser.drafts[draft].clone());
        let hangs = subject.traits.contains(&Trait::Hanging)
            || matches!(link.place, Place::On | Place::AttachedTo | Place::Inside);
        let solid = |draft: &Draft| draft.kind().is_some_and(|kind| kind.class() == Class::Solid);
        // "two masses connected by a spring"
        if (subject.kind(), link.place) == (Some(Kind::Spring), Place::Between) && solid(&reference)
        {
            let kind = match reference.kind() {
                Some(Kind::Sphere) => Kind::SprungBalls,
                _ => Kind::SprungBoxes,
            };
            let other = link.other.map(|other| std::mem::take(&mut parser.drafts[other]));
            let spring = std::mem::take(&mut parser.drafts[link.subject]);
            let target = &mut parser.drafts[link.reference];
            target.noun = lexicon::noun_of(kind);
            target.thing.kind = kind;
            target.thing.parts =
                Some(target.count.take().unwrap_or(1) + u32::from(other.is_some()));
            (target.plural, target.thing.arrangement) = (false, None);
            target.thing.stiffness = spring.thing.stiffness.or(target.thing.stiffness);
            target.thing.damping = spring.thing.damping.or(target.thing.damping);
            target.traits.extend(spring.traits.iter().filter(|own| **own == Trait::HeldAtBothEnds));
            target.thing.length =
                spring.lengths.first().map(|(_, length)| *length).or(spring.thing.length);
            if let Some((_, width)) = target.lengths.first().copied() {
                target.thing.size.get_or_insert_default().x = Some(width);
                target.lengths.clear();
            }
            if let Some(other) = other {
                target.thing.colours.splice(0..0, other.thing.colours);
            }
            parser.links.retain(|known| known.subject != link.subject);
            index = 0;
            continue;
        }
        let merged = match (subject.kind(), reference.kind()) {
            (Some(kind), Some(Kind::Spring | Kind::SlidingSpring))
                if hangs && kind.class() == Class::Solid =>
            {
                true
            }
            (Some(kind), Some(Kind::Chain))
                if hangs && kind.class() == Class::Solid && link.place != Place::AttachedTo =>
            {
                parser.drafts[link.reference].noun = lexicon::noun_of(Kind::Pendulum);
                parser.drafts[link.reference].thing.kind = Kind::Pendulum;
                parser.drafts[link.reference].thing.parts = None;
                true
            }
            // A drawer comes in a case of its own.
            (Some(Kind::Drawer), Some(Kind::Platform)) if link.place == Place::Inside => {
                let case = std::mem::take(&mut parser.drafts[link.reference]);
                let drawer = &mut parser.drafts[link.subject];
                // Several are one above another.
                if drawer.plural || drawer.count.is_some_and(|count| count > 1) {
                    drawer.arrange(Pattern::Stack);
                }
                drawer.thing.material = drawer.thing.material.or(case.thing.material);
                drawer.thing.colours.extend(case.thing.colours);
                parser.links.remove(index);
                continue;
            }
            (Some(Kind::Post | Kind::Pendulum | Kind::InvertedPendulum), Some(_))
                if reference.is_cart =>
            {
                let cart = &mut parser.drafts[link.reference];
                cart.noun = lexicon::noun_of(Kind::CartPole);
                cart.thing.kind = Kind::CartPole;
                cart.is_cart = false;
                // What the cart weighs is not what its pole does.
                if subject.kind() == Some(Kind::Post) || cart.thing.mass.is_some() {
                    cart.thing.other_mass = cart.thing.mass.take().or(cart.thing.other_mass);
                }
                cart.thing.parts = subject.thing.parts;
                cart.thing.length =
                    subject.lengths.first().map(|(_, length)| *length).or(subject.thing.length);
                true
            }
            _ => false,
        };
        if !merged {
            index += 1;
            continue;
        }
        let load = std::mem::take(&mut parser.drafts[link.subject]);
        let sprung = matches!(reference.kind(), Some(Kind::Spring | Kind::SlidingSpring));
        if let (true, Some(kind @ (Kind::Sphere | Kind::Cylinder))) = (sprung, load.kind()) {
            parser.drafts[link.reference].thing.load = Some(kind);
        }
        if load
            .kind()
            .is_some_and(|kind| !matches!(kind, Kind::Box | Kind::Sphere | Kind::Cylinder))
            && matches!(reference.kind(), Some(Kind::Spring | Kind::SlidingSpring))
        {
            let name = load.noun.map_or("load", |noun| first_word(noun.words));
            parser.granted.push(format!("'{name}' on a spring is built as a block"));
        }
        let target = &mut parser.drafts[link.reference];
        let known = load.noun.and_then(|noun| noun.kg).filter(|_| load.heft.is_none());
        target.thing.mass = load.thing.mass.or(target.thing.mass).or(known);
        parser.granted.extend(load.noun.and_then(wares::told));
        target.heft = load.heft.or(target.heft);
        target.thing.material = target.thing.material.or(load.thing.material);
        target.thing.colours.extend(load.thing.colours);
        target.thing.pull = load.thing.pull.or(target.thing.pull);
        target.thing.actuator = target.thing.actuator.or(load.thing.actuator);
        target.thing.strength = target.thing.strength.or(load.thing.strength);
        if matches!(target.thing.kind, Kind::CartPole) {
            target.thing.lengths = load.thing.lengths;
            target.thing.masses = load.thing.masses;
            target.angle = target.angle.or(load.angle);
        }
        if let Some((_, length)) = load.lengths.first().filter(|_| {
            matches!(target.thing.kind, Kind::Spring | Kind::SlidingSpring | Kind::Pendulum)
        }) {
            target.thing.size.get_or_insert_default().x = Some(*length);
        }
        parser.links.remove(index);
    }
}
