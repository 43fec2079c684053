//! Whether all that a prompt says is in the plan: what was read and then lost would make a scene that
//! is wrong without a word about it.

use serde_json::Value;

use super::super::{
    Refusal,
    spec::{Actuator, Class, Kind, Pattern, Place, SceneSpec, Thing, Xyz},
};
use super::{
    draft::Draft,
    lexer::{Lex, Lexeme},
    lexicon::{self, Noun, Part, Sense},
    measure::{Measure, Unit},
};

/// # Errors
/// A number or a colour of the prompt that the plan does not have.
pub fn all(
    lexemes: &[Lexeme],
    apart: &[f64],
    spec: &SceneSpec,
    warnings: &mut Vec<String>,
) -> Result<(), Refusal> {
    let mut figures = Figures::of(spec);
    figures.numbers.extend(apart);
    let mut lost = Vec::new();
    for (at, lexeme) in lexemes.iter().enumerate() {
        match lexeme.lex {
            Lex::Measure(measure) if !matches!(measure.unit, Unit::Percent | Unit::Time) => {
                if !figures.have_measure(measure) {
                    lost.push(lexeme.text.clone());
                }
            }
            Lex::Number(number) if number != 1.0 => {
                // `20 x 30 x 10 cm`: the unit comes with the last.
                let scale = unit_behind(&lexemes[at + 1..]);
                if !figures.have(number) && !figures.have(number * scale) {
                    lost.push(lexeme.text.clone());
                }
            }
            _ => match lexeme.sense() {
                Some(Sense::Colour(colour)) if !figures.says(colour) => {
                    lost.push(lexeme.text.clone());
                }
                Some(Sense::Material(material)) => {
                    let name = serde_json::to_value(material).unwrap_or_default();
                    if !figures.says(name.as_str().unwrap_or_default()) && !figures.floor {
                        warnings.push(format!("'{}' changes nothing here", lexeme.text));
                    }
                }
                _ => {}
            },
        }
    }
    lost.extend(unplaced(lexemes, spec));
    lost.extend(absent(lexemes, spec));
    lost.extend(super::account::misnamed(lexemes, spec));
    lost.extend(super::account::fitted(lexemes, spec));
    lost.extend(super::account::untrodden(lexemes, spec));
    lost.extend(super::account::on_many_springs(lexemes));
    lost.extend(super::account::unrelated(lexemes, spec));
    lost.extend(super::account::of_one(lexemes, spec));
    lost.extend(super::account::again(lexemes, spec));
    lost.extend(super::misfit::misfits(lexemes));
    lost.dedup();
    if lost.is_empty() {
        weighed(lexemes, spec, warnings);
        return Ok(());
    }
    let listed = lost.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ");
    Err(Refusal {
        reason: format!("it is not clear what this belongs to, or it cannot be built: {listed}"),
        unknown: lost,
    })
}

/// Tells of which part a mass is that was said of a whole machine.
fn weighed(lexemes: &[Lexeme], spec: &SceneSpec, warnings: &mut Vec<String>) {
    let said = lexemes
        .iter()
        .any(|lexeme| matches!(lexeme.lex, Lex::Measure(measure) if measure.unit == Unit::Mass));
    let loads = lexemes.iter().any(|lexeme| match lexeme.sense() {
        Some(Sense::Part(Part::Bob | Part::Cart | Part::Panel)) => true,
        Some(Sense::Noun(noun)) => noun.kind.class() == Class::Solid,
        _ => false,
    });
    for thing in spec.things.iter().filter(|thing| said && !loads && thing.mass.is_some()) {
        let part = match thing.kind {
            Kind::Pendulum => "its bob",
            Kind::InvertedPendulum | Kind::CartPole => "its pole",
            Kind::Arm => "what it holds",
            Kind::Chain => "what hangs at its end",
            Kind::NewtonsCradle => "each ball",
            Kind::Pulley => "one of its loads",
            Kind::Catapult => "what it throws",
            Kind::HangingMobile => "each of its weights",
            Kind::Dominoes => "each of them",
            Kind::Seesaw => "its board",
            Kind::Swing => "its seat",
            Kind::Door => "its leaf",
            _ => continue,
        };
        warnings.push(format!("the mass of '{}' was taken to be that of {part}", thing.id));
    }
}

fn unit_behind(rest: &[Lexeme]) -> f64 {
    for lexeme in rest {
        match lexeme.lex {
            Lex::Measure(measure) => return measure.scale,
            Lex::Number(_) | Lex::Comma => {}
            _ if matches!(lexeme.sense(), Some(Sense::By | Sense::And)) => {}
            _ => return 1.0,
        }
    }
    1.0
}

/// All numbers and words of a plan, with what they come to together.
#[derive(Default)]
struct Figures {
    numbers: Vec<f64>,
    /// Those with a unit of their own; lengths are all others.
    measures: Vec<(Unit, f64)>,
    words: Vec<String>,
    floor: bool,
}

impl Figures {
    fn of(spec: &SceneSpec) -> Self {
        let mut figures = Self::default();
        let world = serde_json::to_value(&spec.world).unwrap_or_default();
        figures.collect(&world);
        figures.floor = spec.world.floor_friction.is_some();
        let norm = |v: Option<Xyz>| v.map(|v| v.x.hypot(v.y).hypot(v.z));
        figures.measures.extend(
            [
                (Unit::Acceleration, norm(spec.world.gravity)),
                (Unit::Speed, norm(spec.world.wind)),
                (Unit::Angle, spec.world.floor_tilt),
            ]
            .into_iter()
            .filter_map(|(unit, value)| value.map(|value| (unit, value))),
        );
        for thing in &spec.things {
            let mut own = Self::default();
            own.collect(&serde_json::to_value(thing).unwrap_or_default());
            // Radii, and what all members or parts come to.
            let arrangement = thing.arrangement.as_ref();
            let counts: Vec<f64> = [
                thing.count,
                thing.parts,
                arrangement.and_then(|a| a.columns),
                arrangement.and_then(|a| a.rows),
                arrangement.and_then(|a| a.layers),
            ]
            .into_iter()
            .flatten()
            .map(f64::from)
            .collect();
            figures.measured(thing, &counts);
            let base = own.numbers.clone();
            own.numbers.extend(base.iter().flat_map(|n| [n / 2.0, n * 2.0]));
            // "three red and two blue"
            for colour in &thing.colours {
                let alike = thing.colours.iter().filter(|other| *other == colour).count();
                own.numbers.push(alike as f64);
            }
            for count in &counts {
                own.numbers.extend(base.iter().flat_map(|n| [n * count, n / count]));
                own.numbers.extend(counts.iter().map(|other| count * other));
            }
            if let [a, b, c, ..] = *counts {
                own.numbers.push(a * b * c);
            }
            figures.numbers.append(&mut own.numbers);
            figures.words.append(&mut own.words);
        }
        for relation in &spec.relations {
            figures.collect(&serde_json::to_value(relation).unwrap_or_default());
        }
        // "three towers", "two cubes, one of wood": things alike.
        for kind in spec.things.iter().map(|thing| thing.kind) {
            let alike = spec.things.iter().filter(|thing| thing.kind == kind);
            let (mut things, mut all) = (0.0, 0.0);
            for thing in alike {
                things += 1.0;
                all += f64::from(thing.count.unwrap_or(1));
            }
            figures.numbers.extend([things, all]);
        }
        let stem = |thing: &Thing| {
            let id = thing.id.trim_end_matches(|c: char| c.is_ascii_digit());
            id.trim_end_matches('_').to_owned()
        };
        for own in spec.things.iter().map(stem) {
            let alike = spec.things.iter().filter(|thing| stem(thing) == own);
            figures.numbers.push(alike.map(|thing| f64::from(thing.count.unwrap_or(1))).sum());
        }
        figures.numbers.extend([spec.things.len() as f64, 1.0]);
        figures
    }

    fn collect(&mut self, value: &Value) {
        match value {
            Value::Number(number) => self.numbers.extend(number.as_f64()),
            Value::String(word) => self.words.push(word.clone()),
            Value::Array(list) => list.iter().for_each(|value| self.collect(value)),
            Value::Object(object) => {
                object.values().for_each(|value| self.collect(value));
                let axis = |name: &str| object.get(name).and_then(Value::as_f64);
                if let (Some(x), Some(y), Some(z)) = (axis("x"), axis("y"), axis("z")) {
                    self.numbers.push((x * x + y * y + z * z).sqrt());
                    self.numbers.push(z.atan2(x.hypot(y)).to_degrees());
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn have(&self, value: f64) -> bool {
        self.numbers.iter().any(|n| near(*n, value))
    }

    /// Whether a figure of the plan with this unit comes to it.
    fn have_measure(&self, measure: Measure) -> bool {
        match measure.unit {
            Unit::Length | Unit::Percent | Unit::Time => self.have(measure.value),
            unit => self.measures.iter().any(|(own, n)| *own == unit && near(*n, measure.value)),
        }
    }

    /// What a thing says with units, and what several of it come to.
    fn measured(&mut self, thing: &Thing, counts: &[f64]) {
        let mut say = |unit: Unit, value: Option<f64>| {
            self.measures.extend(value.map(|value| (unit, value)));
        };
        for mass in [thing.mass, thing.other_mass] {
            say(Unit::Mass, mass);
            for count in counts {
                say(Unit::Mass, mass.map(|mass| mass * count));
            }
        }
        say(Unit::Density, thing.density);
        say(Unit::Stiffness, thing.stiffness);
        say(Unit::Damping, thing.damping);
        say(Unit::Force, thing.strength);
        say(Unit::Torque, thing.strength);
        for mass in &thing.masses {
            say(Unit::Mass, Some(*mass));
        }
        say(Unit::Angle, thing.angle);
        say(Unit::Angle, thing.tilt);
        say(Unit::Heading, thing.heading);
        say(Unit::Heading, thing.open);
        say(Unit::Opening, thing.open);
        say(Unit::Angle, thing.arrangement.as_ref().and_then(|a| a.sweep));
        if let Some(v) = thing.velocity {
            say(Unit::Speed, Some(v.x.hypot(v.y).hypot(v.z)));
            say(Unit::Angle, Some(v.z.atan2(v.x.hypot(v.y)).to_degrees()));
        }
        say(Unit::Turning, thing.spin.map(|w| w.x.hypot(w.y).hypot(w.z)));
    }

    fn says(&self, word: &str) -> bool {
        self.words
            .iter()
            .any(|known| known == word || known.split([' ', '_']).any(|part| part == word))
    }
}

/// Whether a thing has a figure, a colour or a material.
pub(super) fn shows(thing: &Thing, lexeme: &Lexeme) -> bool {
    let spec = SceneSpec { things: vec![thing.clone()], ..SceneSpec::default() };
    let figures = Figures::of(&spec);
    match (lexeme.lex, lexeme.sense()) {
        (Lex::Measure(measure), _) => figures.have_measure(measure),
        (_, Some(Sense::Colour(colour))) => figures.says(colour),
        (_, Some(Sense::Material(material))) => thing.material == Some(material),
        _ => true,
    }
}

fn near(a: f64, b: f64) -> bool {
    (a.abs() - b.abs()).abs() <= 0.01 * b.abs().max(1e-9)
}

/// Places of the prompt that no relation of the plan comes of.
fn unplaced(lexemes: &[Lexeme], spec: &SceneSpec) -> Vec<String> {
    use Place::{
        Above, Around, AtFoot, AttachedTo, Behind, Beside, Between, InFrontOf, Leaning, LeftOf,
        OnLeftEnd, OnRightEnd, RightOf, Striking, Under,
    };
    let machine = spec.things.iter().any(|thing| thing.kind.class() == Class::Mechanism);
    let any = |places: &[Place]| spec.relations.iter().any(|r| places.contains(&r.place));
    let spaced = spec.things.iter().any(|thing| {
        thing.arrangement.as_ref().is_some_and(|a| a.gap.is_some() || a.pitch.is_some())
    });
    let world = &spec.world;
    let mut lost = Vec::new();
    for (at, lexeme) in lexemes.iter().enumerate() {
        let Some(Sense::Place(place)) = lexeme.sense() else { continue };
        // Of the floor, the ceiling, the world.
        let open = lexemes[at + 1..].iter().take(3).any(|lexeme| {
            matches!(
                lexeme.sense(),
                Some(
                    Sense::Floor
                        | Sense::Ceiling
                        | Sense::Medium(_)
                        | Sense::World(..)
                        | Sense::Gravity
                )
            )
        });
        let each = lexemes
            .get(at + 1)
            .is_some_and(|next| matches!(&*next.text, "each other" | "one another"));
        let shown = match place {
            // "stacked inside each other" cannot be built.
            Place::Inside if each => false,
            LeftOf | OnLeftEnd => any(&[LeftOf, OnLeftEnd]),
            RightOf | OnRightEnd => any(&[RightOf, OnRightEnd]),
            InFrontOf | Behind => any(&[place]),
            Above => {
                any(&[Above, Place::On])
                    || spec.things.iter().any(|thing| thing.velocity.is_some_and(|v| v.z > 0.0))
                    || spec.things.iter().any(|thing| thing.height.is_some())
            }
            Under => any(&[Under]) || world.medium.is_some(),
            Beside => any(&[Beside, LeftOf, RightOf, InFrontOf, Behind]) || machine || spaced,
            Between => any(&[Between]) || machine || spaced,
            Around => {
                let ringed = |thing: &Thing| {
                    thing.arrangement.as_ref().is_some_and(|a| a.pattern == Pattern::Ring)
                };
                any(&[Around]) || world.walls.is_some() || spec.things.iter().any(ringed)
            }
            Leaning => any(&[place, Place::On, Striking]) || machine,
            AttachedTo => any(&[place, Place::On]) || machine,
            AtFoot => any(&[AtFoot, AttachedTo]) || machine,
            Striking => any(&[Striking, AtFoot]),
            Place::On | Place::AtTop | Place::Inside => {
                !spec.relations.is_empty()
                    || machine
                    || lexemes.iter().any(|lexeme| lexeme.sense() == Some(Sense::Floor))
                    || world.floor_friction.is_some()
                    || spec.things.iter().any(|thing| {
                        thing.arrangement.is_some()
                            || thing.height.is_some()
                            || thing.count.is_some()
                    })
            }
        };
        if !shown && !open {
            lost.push(lexeme.text.clone());
        }
    }
    lost
}

/// Things of the prompt that the plan has not, or not as often.
fn absent(lexemes: &[Lexeme], spec: &SceneSpec) -> Vec<String> {
    let mut lost = Vec::new();
    let mut named: Vec<(&'static Noun, u32)> = Vec::new();
    for (at, lexeme) in lexemes.iter().enumerate() {
        let Some(Sense::Noun(noun)) = lexeme.sense() else { continue };
        // "a glass ball", "a brick wall": of what it is made.
        let within = matches!(
            lexemes.get(at + 1).and_then(Lexeme::sense),
            Some(Sense::Noun(_) | Sense::Group(_) | Sense::Part(_))
        );
        let of_it = noun.words.starts_with("glass");
        if within || of_it {
            continue;
        }
        if !spec.things.iter().any(|thing| comes_of(thing, noun)) {
            lost.push(lexeme.text.clone());
            continue;
        }
        let plain = |lexeme: &&Lexeme| !lexeme.sense().is_some_and(Sense::is_adjective);
        let before = lexemes[..at].iter().rev().find(plain);
        let another = before.is_some_and(|before| matches!(before.sense(), Some(Sense::A)));
        if another {
            match named.iter_mut().find(|(known, _)| *known == noun) {
                Some((_, times)) => *times += 1,
                None => named.push((noun, 1)),
            }
        }
    }
    // "a heavy bob and a light bob", of what has one.
    let loads = lexemes.windows(3).filter(|three| {
        three[2].sense() == Some(Sense::Part(Part::Bob))
            && three[..2].iter().any(|lexeme| lexeme.sense() == Some(Sense::A))
    });
    let several = spec.things.len() > 1
        || spec.things.iter().any(|thing| matches!(thing.kind, Kind::Pulley | Kind::Chain));
    if loads.count() > 1 && !several {
        lost.push("weight".to_owned());
    }
    for (noun, times) in named {
        let own = spec.things.iter().filter(|thing| comes_of(thing, noun));
        let there: u32 = own
            .map(|thing| match (thing.count, thing.kind == noun.kind) {
                (Some(count), true) => count,
                (None, true) if thing.arrangement.is_none() => 1,
                _ => u32::MAX / 100,
            })
            .sum();
        if there < times {
            lost.push(super::draft::first_word(noun.words).to_owned());
        }
    }
    lost
}

/// Whether a thing may be what became of a noun.
pub(super) fn comes_of(thing: &Thing, noun: &'static Noun) -> bool {
    use Kind::{
        Box, CartPole, Chain, Container, Cup, Cylinder, Dominoes, Drawer, InvertedPendulum, Pen,
        Pendulum, Platform, Post, Sphere, Spring, SprungBalls, SprungBoxes, Wall,
    };
    let mut draft = Draft::default();
    if let Some(own) = lexicon::noun_of(thing.kind) {
        draft.name(own, false);
    }
    thing.kind == noun.kind
        || draft.has_part(noun)
        || draft.has_load(noun)
        || match noun.kind {
            Box => matches!(thing.kind, Container | Cup | Kind::Swing | Dominoes),
            Cylinder | Post => {
                matches!(thing.kind, Cup | Platform)
                    || matches!(thing.kind, Box | Container) && noun.kind == Cylinder
                    || thing.kind.class() == Class::Mechanism
            }
            Wall => matches!(thing.kind, Box | Pen),
            Dominoes => thing.kind == Box,
            Kind::Table | Kind::Stool => thing.kind == Kind::RoundTable,
            Chain => matches!(thing.kind, Pendulum | Dominoes) || thing.kind.class() == Class::Mechanism,
            Spring => matches!(thing.kind, SprungBalls | SprungBoxes | Kind::SlidingSpring | Kind::Door),
            Platform => thing.kind == Drawer,
            Pendulum | InvertedPendulum => thing.kind == CartPole,
            Sphere => thing.kind.class() == Class::Mechanism,
            _ => false,
        }
        // Beams that something hangs from.
        || noun.words.starts_with("plank") && thing.kind.class() == Class::Mechanism
}

/// What a plan says of a thing and its kind cannot show.
pub fn idle(thing: &Thing) -> Option<&'static str> {
    use Kind::{
        Bridge, Car, CartPole, Catapult, Chain, Dominoes, Door, HangingMobile, InvertedPendulum,
        MobileRobot, NewtonsCradle, Pendulum, Pulley, Ramp, SpinningTop, Spring, SprungBalls,
        SprungBoxes, Swing, Turntable, Wedge, Windmill, WreckingBall,
    };
    let kind = thing.kind;
    let machine = kind.class() == Class::Mechanism;
    let furniture = kind.class() == Class::Furniture;
    let says = [
        (
            thing.velocity.is_some()
                && (furniture || machine && !matches!(kind, Car | MobileRobot)),
            "a speed",
        ),
        (
            thing.spin.is_some()
                && (furniture || machine && !matches!(kind, Turntable | Windmill | SpinningTop)),
            "a spin",
        ),
        (
            thing.density.is_some()
                && machine
                && !matches!(kind, Dominoes | Turntable | Kind::Seesaw),
            "a density",
        ),
        (
            thing.stiffness.is_some()
                && (!machine
                    || matches!(kind, Chain | Dominoes | Car | Pulley | Bridge | NewtonsCradle)),
            "a stiffness",
        ),
        (thing.damping.is_some() && !machine, "damping"),
        (thing.wheels.is_some() && kind != Car, "driven wheels"),
        (
            thing.angle.is_some()
                && machine
                && !matches!(
                    kind,
                    Pendulum
                        | InvertedPendulum
                        | CartPole
                        | NewtonsCradle
                        | Chain
                        | WreckingBall
                        | Dominoes
                        | Door
                        | Swing
                ),
            "an angle",
        ),
        (thing.tilt.is_some() && furniture && !matches!(kind, Ramp | Wedge), "a tilt"),
        (thing.heading.is_some() && thing.tilt.is_some(), "a turn and a lean"),
        (thing.open.is_some() && kind != Door, "an opening"),
        (
            thing.heading.is_some()
                && (machine
                    || matches!(
                        kind,
                        Ramp | Wedge
                            | Kind::CurvedRamp
                            | Kind::Stairs
                            | Kind::HalfPipe
                            | Kind::MarbleRun
                    )),
            "a turn",
        ),
        (
            thing.bounce.is_some()
                && (machine
                    || furniture && !matches!(kind, Kind::Platform | Kind::Wall | Kind::Table)),
            "a bounce",
        ),
        (
            matches!(
                thing.actuator,
                Some(Actuator::Motor | Actuator::Position | Actuator::Velocity)
            ) && matches!(
                kind,
                NewtonsCradle
                    | Chain
                    | Dominoes
                    | Bridge
                    | Pulley
                    | SpinningTop
                    | WreckingBall
                    | Swing
                    | Catapult
                    | SprungBalls
                    | SprungBoxes
                    | HangingMobile
            ),
            "a drive",
        ),
        (
            thing.mass.is_some()
                && matches!(
                    kind,
                    Bridge
                        | Windmill
                        | SpinningTop
                        | Kind::Gripper
                        | Kind::Drawer
                        | Kind::SliderCrank
                        | Kind::Gears
                        | Kind::Crane
                        | Kind::Hand
                ),
            "a mass",
        ),
        (
            thing.length.is_some()
                && !matches!(
                    kind,
                    Pendulum
                        | InvertedPendulum
                        | CartPole
                        | Kind::Arm
                        | Chain
                        | Spring
                        | NewtonsCradle
                        | WreckingBall
                        | SprungBalls
                        | SprungBoxes
                        | Car
                        | Kind::MobileRobot
                ),
            "parts of a length",
        ),
        (thing.strength.is_some() && !machine, "a drive"),
        (
            !thing.driven.is_empty() && !matches!(kind, Kind::Arm | Pendulum | InvertedPendulum),
            "some joints driven",
        ),
        (
            thing.held == Some(true) && !matches!(kind, Chain | SprungBalls | SprungBoxes),
            "both ends held",
        ),
        (thing.load.is_some() && !matches!(kind, Spring | Kind::SlidingSpring), "a load"),
        (thing.pull.is_some() && !matches!(kind, Spring | Kind::SlidingSpring), "a pull"),
        (thing.hinges.is_some() && kind != Door, "hinges"),
        (thing.lying == Some(true) && matches!(kind, Door | Pendulum | Spring), "lying"),
    ];
    says.into_iter().find(|(idle, _)| *idle).map(|(_, what)| what)
}

/// Whether a change shows what it asks for: each number as it is, or as what was added or multiplied.
pub fn changed(lexemes: &[Lexeme], before: &SceneSpec, after: &SceneSpec) -> Result<(), Refusal> {
    let (mut old, new) = (Figures::of(before), Figures::of(after));
    // What it has by itself, and nobody gave it.
    for thing in &before.things {
        old.numbers.extend(super::super::build::extents(thing));
        old.numbers.extend(super::super::build::usual_mass(thing.kind));
        if super::draft::kind_length(thing.kind) {
            old.numbers.push(super::super::build::usual_length(thing.kind, thing.parts));
        }
        if thing.kind == Kind::Ramp {
            old.numbers.push(20.0);
        }
    }
    // Of what became otherwise, beside what it was itself.
    let other = |own: &SceneSpec, than: &SceneSpec| SceneSpec {
        things: own.things.iter().filter(|t| than.thing(&t.id) != Some(t)).cloned().collect(),
        ..SceneSpec::default()
    };
    let was = Figures::of(&other(before, after)).numbers;
    let mut became = Figures::of(&other(after, before)).numbers;
    became.retain(|number| !was.contains(number));
    let total = |spec: &SceneSpec| -> f64 {
        spec.things.iter().map(|thing| f64::from(thing.count.unwrap_or(1))).sum()
    };
    let grown = total(after) - total(before);
    let told = |value: f64| {
        let near = |a: f64| (a.abs() - value.abs()).abs() <= 0.011 * value.abs().max(1e-9);
        let fresh = new.numbers.iter().filter(|n| !old.numbers.contains(n)).chain(&became);
        new.have(value)
            || near(grown)
            || fresh.clone().any(|n| {
                old.numbers.iter().any(|o| {
                    near(n - o)
                        || *o != 0.0
                            && (near(n / o) || near(n / o * 100.0) || near((n / o - 1.0) * 100.0))
                })
            })
    };
    let mut lost = Vec::new();
    for (at, lexeme) in lexemes.iter().enumerate() {
        match lexeme.lex {
            Lex::Measure(measure) if measure.unit != Unit::Time && !told(measure.value) => {
                lost.push(lexeme.text.clone());
            }
            Lex::Number(number) if number != 1.0 => {
                let scale = unit_behind(&lexemes[at + 1..]);
                if !told(number) && !told(number * scale) {
                    lost.push(lexeme.text.clone());
                }
            }
            _ => {
                if let Some(Sense::Colour(colour)) = lexeme.sense()
                    && !new.says(colour)
                    && !old.says(colour)
                {
                    lost.push(lexeme.text.clone());
                }
            }
        }
    }
    if lost.is_empty() {
        return Ok(());
    }
    let listed = lost.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ");
    Err(Refusal {
        reason: format!("it is not clear what this should change, or it cannot be: {listed}"),
        unknown: lost,
    })
}
