//! Which parts a thing has, and what may be said of them.

use super::super::spec::{Actuator, Class, Kind, Pattern, Thing};
use super::{
    draft::Draft,
    lexicon::{Dim, Noun, Part},
};

impl Draft {
    /// Whether `noun` is what hangs from it or what it bears.
    pub fn has_load(&self, noun: &Noun) -> bool {
        let loaded = matches!(
            self.kind(),
            Some(Kind::Pendulum | Kind::InvertedPendulum | Kind::Spring | Kind::SlidingSpring)
        );
        loaded && matches!(noun.kind, Kind::Sphere | Kind::Box | Kind::Cylinder)
    }

    /// Whether `noun` names a part of it, as wheels are of a car.
    pub fn has_part(&self, noun: &Noun) -> bool {
        use Kind::{
            Box, Bridge, Capsule, Car, CartPole, Chain, Cylinder, Dominoes, Door, InvertedPendulum,
            NewtonsCradle, Pendulum, Post, Pulley, Seesaw, Shelf, SlidingSpring, Sphere, Spring,
            Stairs, Swing, Wheel, WreckingBall,
        };
        let Some(kind) = self.kind() else { return false };
        // A plank or a sheet that is only shown by a simple shape is none.
        if noun.stand_in && matches!(kind, Door | Seesaw | Shelf | Bridge) {
            return false;
        }
        match kind {
            Door => noun.words.starts_with("slab") || noun.words.starts_with("sheet"),
            Seesaw => noun.words.starts_with("plank") || noun.words.starts_with("slab"),
            Pendulum | InvertedPendulum => {
                matches!(noun.kind, Sphere | Cylinder | Post | Capsule | Chain | Kind::Arm)
            }
            CartPole => noun.kind == Post || noun.words.starts_with("rod"),
            Chain => matches!(noun.kind, Capsule | Cylinder | Sphere),
            NewtonsCradle => matches!(noun.kind, Sphere | Chain),
            Car => noun.kind == Wheel,
            Spring | SlidingSpring | Pulley => matches!(noun.kind, Box | Sphere | Cylinder),
            Bridge => noun.words.starts_with("plank") || noun.words.starts_with("slab"),
            Shelf => {
                kind == noun.kind
                    || noun.words.starts_with("slab")
                    || noun.words.starts_with("plank")
            }
            Stairs => noun.kind == Stairs,
            WreckingBall | Swing => noun.kind == Chain,
            Kind::SprungBoxes | Kind::SprungBalls => {
                matches!(noun.kind, Box | Sphere | Cylinder | Spring)
            }
            Kind::Catapult | Kind::HangingMobile => {
                noun.kind == Sphere || noun.words.starts_with("boulder")
            }
            Kind::MobileRobot => noun.kind == Wheel && noun.words.starts_with("wheel"),
            Kind::Gears => noun.kind == Kind::Gears,
            Dominoes => noun.kind == Dominoes || noun.words.starts_with("slab"),
            _ => false,
        }
    }

    /// Takes a part with what was said of it. `false` when it has no such part.
    #[must_use]
    pub fn part(&mut self, part: Part, count: Option<u32>, said: &Draft) -> bool {
        let Some(kind) = self.kind() else { return false };
        // "heavy links", "big wheels": of which a plan has no figure.
        let heavy = said.heft.is_some() && said.thing.mass.is_none();
        if part != Part::Bob && (heavy || said.factor.is_some() || said.stretch.is_some()) {
            return false;
        }
        let thing = &mut self.thing;
        let length = said.lengths.first().map(|(_, value)| *value);
        let parts = |thing: &mut Thing| {
            thing.parts = count.or(thing.parts);
            thing.length = length.or(thing.length);
        };
        use Kind::{
            Arm, Bed, Bench, Bridge, Car, CartPole, Chain, Chair, Door, Gripper, InvertedPendulum,
            Pendulum, Pulley, RoundTable, Seesaw, Shelf, SlidingSpring, Spring, Stairs, Stool,
            Table, Windmill, WreckingBall,
        };
        match (part, kind) {
            (
                Part::Link,
                Pendulum | InvertedPendulum | Chain | Arm | Bridge | WreckingBall | CartPole,
            ) => parts(thing),
            (Part::Joint, Arm | Pendulum | InvertedPendulum | Chain | CartPole) => parts(thing),
            (
                Part::Bob,
                Pendulum | InvertedPendulum | CartPole | Spring | SlidingSpring | Arm | Chain,
            ) => {
                // A load is 1 kg where nobody says more.
                let usual = (kind == Chain).then_some(1.0);
                thing.mass = said.thing.mass.or(said.heft).or(thing.mass).or(usual);
                thing.colours.extend(said.thing.colours.iter().cloned());
                if let Some(length) = length {
                    let size = thing.size.get_or_insert_default();
                    size.x = Some(length);
                }
            }
            (Part::Bob, Pulley) => {
                let masses = &mut thing.mass;
                if masses.is_none() {
                    *masses = said.thing.mass;
                } else if thing.other_mass.is_none() {
                    thing.other_mass = said.thing.mass;
                } else {
                    return said.thing.mass.is_none();
                }
                thing.colours.extend(said.thing.colours.iter().cloned());
                return count.is_none_or(|n| n == 2);
            }
            (Part::Wheel, Car) if count.is_none_or(|n| (3..=8).contains(&n)) => {
                thing.parts = count.or(thing.parts);
                let radius = matches!(said.lengths.first(), Some((Some(Dim::Radius), _)));
                let across = length.map(|length| if radius { 2.0 * length } else { length });
                thing.length = across.or(thing.length);
            }
            (Part::Chassis, Car | Kind::MobileRobot) => {
                thing.colours.extend(said.thing.colours.iter().cloned());
                thing.material = said.thing.material.or(thing.material);
                if let Some(length) = length {
                    thing.size.get_or_insert_default().x = Some(length);
                }
                return count.is_none() && said.thing.mass.is_none();
            }
            (Part::Panel, Door) => {
                thing.mass = said.thing.mass.or(thing.mass);
                thing.parts = count.or(thing.parts);
                // A door is as wide as its leaves together.
                let leaves = f64::from(thing.parts.unwrap_or(1));
                for (dim, value) in &said.lengths {
                    let size = thing.size.get_or_insert_default();
                    match dim {
                        None | Some(Dim::Wide) => size.x = Some(leaves * value),
                        Some(Dim::High | Dim::Long) => size.z = Some(*value),
                        Some(Dim::Thick) => size.y = Some(*value),
                        _ => return false,
                    }
                }
                return matches!(count, None | Some(1 | 2));
            }
            (Part::Cart, CartPole) => {
                thing.other_mass = said.thing.mass.or(thing.other_mass);
                return said.lengths.is_empty();
            }
            (Part::Step | Part::Layer, Stairs) | (Part::Layer, Shelf) | (Part::Blade, Windmill) => {
                parts(thing);
            }
            (Part::Leg, Table | Stool | RoundTable)
                if count.is_none_or(|n| (3..=8).contains(&n)) =>
            {
                thing.parts = count.filter(|n| *n != 4 || kind == RoundTable);
            }
            (Part::Leg, Table | Chair | Stool | Bench | Bed | RoundTable) => {
                return matches!(count, None | Some(4));
            }
            (Part::Motor, _) if kind.class() == Class::Mechanism => {
                thing.actuator = thing.actuator.or(Some(Actuator::Motor));
            }
            (Part::Hinge, Seesaw) => {
                if let Some(high) = length.or(said.thing.height) {
                    thing.size.get_or_insert_default().z = Some(high);
                }
                return count.is_none_or(|n| n == 1);
            }
            (Part::Hinge, Door | Pendulum | InvertedPendulum | Chain | Bridge) => {
                return count.is_none_or(|n| n == 1);
            }
            (Part::Leg, Kind::Quadruped) if count.is_none_or(|n| matches!(n, 4 | 6 | 8)) => {
                thing.parts = count.or(thing.parts);
            }
            (Part::Leg, Kind::Biped) => return matches!(count, None | Some(2)),
            (Part::Finger, Kind::Hand) if count.is_none_or(|n| (2..=8).contains(&n)) => {
                thing.parts = count.or(thing.parts);
            }
            (Part::Wheel, Kind::MobileRobot) if matches!(count, None | Some(2)) => {
                thing.parts = count;
                let radius = matches!(said.lengths.first(), Some((Some(Dim::Radius), _)));
                let across = length.map(|length| if radius { 2.0 * length } else { length });
                thing.length = across.or(thing.length);
            }
            (Part::Bob, Kind::SprungBoxes | Kind::SprungBalls | Kind::Catapult) => {
                thing.mass = said.thing.mass.or(thing.mass);
                thing.parts = count.or(thing.parts);
            }
            (Part::Hook, Kind::Crane) => return count.is_none_or(|n| n == 1),
            (Part::Finger, Gripper) => return matches!(count, None | Some(2)),
            (Part::Rail, CartPole | SlidingSpring) => {
                if let Some(length) = length {
                    thing.size.get_or_insert_default().x = Some(length);
                }
            }
            (Part::Layer, _) if thing.arrangement.is_some() => {
                self.arrange_layers(count);
            }
            (Part::Row, _) if thing.arrangement.is_some() => {
                let pattern = thing.arrangement.as_ref().map_or(Pattern::Grid, |a| a.pattern);
                match pattern {
                    Pattern::Grid | Pattern::Row => self.arrange(Pattern::Grid).rows = count,
                    _ => self.arrange_layers(count),
                }
            }
            (Part::Column, _) if thing.arrangement.is_some() => {
                self.arrange(Pattern::Grid).columns = count;
            }
            _ => return false,
        }
        true
    }

    fn arrange_layers(&mut self, count: Option<u32>) {
        let pattern = self.thing.arrangement.as_ref().map_or(Pattern::Pyramid, |a| a.pattern);
        if pattern == Pattern::Stack {
            self.count = count.or(self.count);
        } else {
            self.arrange(pattern).layers = count;
        }
    }
}
