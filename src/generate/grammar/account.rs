//! Whether each thing that a prompt names is in the plan as it was named: in its colour, of its
//! material, and as many.

use super::super::spec::{Class, Kind, Place, SceneSpec, Thing};
use super::{
    lexer::{Lex, Lexeme},
    lexicon::{Noun, Part, Sense, Trait},
    told::{comes_of, shows},
};

/// A thing as a prompt names it: what stands before its noun.
#[derive(Debug, Default)]
struct Named {
    colours: Vec<&'static str>,
    materials: Vec<super::super::spec::Material>,
    count: Option<f64>,
    text: String,
}

impl Named {
    /// Of the noun at a place in the text; nothing where it only says of what another is made.
    fn at(lexemes: &[Lexeme], at: usize) -> Option<(&'static Noun, Self)> {
        let Some(Sense::Noun(noun)) = lexemes[at].sense() else { return None };
        let within = matches!(
            lexemes.get(at + 1).and_then(Lexeme::sense),
            Some(Sense::Noun(_) | Sense::Group(_) | Sense::Part(_))
        );
        if within || noun.words.starts_with("glass") {
            return None;
        }
        let mut named = Self { text: lexemes[at].text.clone(), ..Self::default() };
        for (before, lexeme) in lexemes[..at].iter().enumerate().rev() {
            match (lexeme.lex, lexeme.sense()) {
                // "four pieces of cube"
                (_, Some(Sense::Of))
                    if before > 0 && lexemes[before - 1].sense() == Some(Sense::Filler) => {}
                (_, Some(Sense::Colour(colour))) => named.colours.push(colour),
                (_, Some(Sense::Material(material))) => named.materials.push(material),
                (_, Some(Sense::Filler | Sense::Dim(_) | Sense::Prop(_))) => {}
                (Lex::Measure(_), _) => {}
                (Lex::Number(number), _) => {
                    named.count = Some(number).filter(|number| *number > 1.0);
                    break;
                }
                // "10 x 20 cm"
                (_, Some(Sense::By)) => return None,
                (_, Some(sense)) if sense.is_adjective() => {}
                _ => break,
            }
        }
        Some((noun, named))
    }

    fn is_coloured_like(&self, thing: &Thing) -> bool {
        self.colours.iter().all(|colour| {
            thing
                .colours
                .iter()
                .any(|own| own == colour || own.split(' ').any(|word| word == *colour))
        })
    }

    fn is_made_like(&self, thing: &Thing) -> bool {
        self.materials.iter().all(|material| thing.material == Some(*material))
    }
}

/// The nouns that a place leads up to ("on a table", "beside the two boxes") and of which nothing in
/// the plan stands in a relation.
pub fn unrelated(lexemes: &[Lexeme], spec: &SceneSpec) -> Vec<String> {
    let mut lost = Vec::new();
    for at in 0..lexemes.len() {
        let Some((noun, named)) = Named::at(lexemes, at) else { continue };
        let before = lexemes[..at].iter().rev().find(|lexeme| {
            !matches!(lexeme.lex, Lex::Number(_) | Lex::Measure(_))
                && !lexeme.sense().is_some_and(|sense| {
                    sense.is_adjective() || matches!(sense, Sense::A | Sense::The | Sense::Each)
                })
        });
        let placed = matches!(before.and_then(Lexeme::sense), Some(Sense::Place(_) | Sense::In));
        let mut own = spec.things.iter().filter(|thing| comes_of(thing, noun)).peekable();
        let tied = |thing: &Thing| {
            thing.kind != noun.kind
                || absorbs(thing.kind)
                || spec.relations.iter().any(|relation| {
                    [&relation.subject, &relation.reference].contains(&&thing.id)
                        || relation.other.as_ref() == Some(&thing.id)
                })
        };
        if placed && own.peek().is_some() && !own.any(tied) {
            lost.push(named.text);
        }
    }
    lost
}

/// Kinds that have taken in what was said to be on them.
const fn absorbs(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Spring
            | Kind::SlidingSpring
            | Kind::SprungBoxes
            | Kind::SprungBalls
            | Kind::CartPole
            | Kind::Pendulum
            | Kind::Drawer
    )
}

/// How many a thing stands for; more than any number where its pattern decides on that.
fn many(thing: &Thing) -> f64 {
    match (thing.count, &thing.arrangement) {
        (Some(count), _) => f64::from(count),
        (None, Some(_)) => f64::INFINITY,
        (None, None) => 1.0,
    }
}

/// The nouns of which the plan has none that is as they say.
pub fn misnamed(lexemes: &[Lexeme], spec: &SceneSpec) -> Vec<String> {
    let mut lost = Vec::new();
    for at in 0..lexemes.len() {
        let Some((noun, named)) = Named::at(lexemes, at) else { continue };
        // What became a part or a load of something has no place of its own for all this.
        let own = |thing: &&Thing| thing.kind == noun.kind;
        if !spec.things.iter().any(|thing| own(&thing)) {
            continue;
        }
        if spec.things.iter().any(|thing| comes_of(thing, noun) && !own(&thing)) {
            continue;
        }
        let alike: Vec<&Thing> = spec
            .things
            .iter()
            .filter(own)
            .filter(|thing| named.is_coloured_like(thing) && named.is_made_like(thing))
            .collect();
        let there: f64 = alike.iter().map(|thing| many(thing)).sum();
        let parts = |thing: &&Thing| thing.parts.map(f64::from) == named.count;
        if alike.is_empty()
            || named.count.is_some_and(|count| there < count && !alike.iter().any(parts))
        {
            lost.push(named.text);
        }
    }
    lost
}

/// What was said of all ("both 20 cm wide", "They weigh 2 kg.") and is there of one alone.
pub fn of_one(lexemes: &[Lexeme], spec: &SceneSpec) -> Vec<String> {
    let mut lost = Vec::new();
    let all: f64 = spec.things.iter().map(many).sum();
    for (at, lexeme) in lexemes.iter().enumerate() {
        let they = lexeme.text == "they"
            && lexemes[..at].last().is_none_or(|before| before.lex == Lex::Stop);
        if !(they || lexeme.sense() == Some(Sense::Each)) || all < 2.0 {
            continue;
        }
        let figure = lexemes[at + 1..].iter().find(|lexeme| {
            !lexeme.sense().is_some_and(|sense| {
                matches!(
                    sense,
                    Sense::Each
                        | Sense::It
                        | Sense::Of
                        | Sense::Is
                        | Sense::A
                        | Sense::With
                        | Sense::Filler
                        | Sense::Prop(_)
                        | Sense::Dim(_)
                        | Sense::Trait(_)
                        | Sense::From
                        | Sense::At
                )
            })
        });
        let Some(figure) = figure else { continue };
        let there: f64 = spec
            .things
            .iter()
            .filter(|thing| shows(thing, figure))
            .map(|thing| many(thing).max(thing.parts.map_or(1.0, f64::from)))
            .sum();
        let tells = matches!(figure.lex, Lex::Measure(_))
            || matches!(figure.sense(), Some(Sense::Colour(_) | Sense::Material(_)));
        if tells && there < 2.0 {
            lost.push(figure.text.clone());
        }
    }
    lost
}

/// Things of which there are more than were named, as those that were spoken of again with "the".
pub fn again(lexemes: &[Lexeme], spec: &SceneSpec) -> Vec<String> {
    let open = |lexeme: &Lexeme| {
        matches!(
            lexeme.sense(),
            Some(Sense::Each | Sense::Ends | Sense::Ones | Sense::More | Sense::Inverse(_))
        ) || lexeme.lex == Lex::Number(1.0)
    };
    if lexemes.iter().any(open) {
        return Vec::new();
    }
    let mut lost = Vec::new();
    let mut counts: Vec<(&'static Noun, f64, bool)> = Vec::new();
    for at in 0..lexemes.len() {
        let Some((noun, named)) = Named::at(lexemes, at) else { continue };
        let first = lexemes[..at].iter().rposition(|lexeme| {
            !lexeme.sense().is_some_and(|sense| {
                sense.is_adjective() || matches!(sense, Sense::Filler | Sense::Dim(_))
            }) && !matches!(lexeme.lex, Lex::Measure(_) | Lex::Comma)
        });
        // "a red and a blue ball": of the first the noun is not said.
        let elided = first.is_some_and(|first| {
            let adjective = |at: usize| lexemes[at].sense().is_some_and(Sense::is_adjective);
            let joined = |at: usize| {
                lexemes[at].lex == Lex::Comma || lexemes[at].sense() == Some(Sense::And)
            };
            (1..=2).any(|by| first > by && joined(first - by) && adjective(first - by - 1))
        });
        let first = first.and_then(|first| lexemes[first].sense());
        let plural = matches!(lexemes[at].lex, Lex::Known(entry) if entry.plural);
        let number = match (first, named.count) {
            (Some(Sense::The), _) => 0.0,
            (_, Some(count)) => count,
            // "a red and a blue ball", "cubes"
            (Some(Sense::And), _) => f64::INFINITY,
            _ if plural || elided => f64::INFINITY,
            _ => 1.0,
        };
        match counts.iter_mut().find(|(known, ..)| *known == noun) {
            Some((_, sum, the)) => {
                *sum += number;
                *the |= number == 0.0;
            }
            None => counts.push((noun, number.max(1.0), number == 0.0)),
        }
    }
    for (noun, said, the) in counts {
        let word = super::draft::first_word(noun.words).replace(' ', "_");
        let own = spec.things.iter().filter(|thing| {
            thing.kind == noun.kind && thing.arrangement.is_none() && thing.id.starts_with(&word)
        });
        if (the || said.is_finite()) && own.map(many).sum::<f64>() > said {
            lost.push(super::draft::first_word(noun.words).to_owned());
        }
    }
    lost
}

/// Parts that only stand beside what they should be parts of: "a table with wheels", "a cabinet
/// with a door".
pub fn fitted(lexemes: &[Lexeme], spec: &SceneSpec) -> Vec<String> {
    const PARTS: &[&str] = &["wheel", "door", "drawer", "mirror"];
    let mut lost = Vec::new();
    let mut head: Option<&'static Noun> = None;
    let mut behind_with = false;
    for lexeme in lexemes {
        match (lexeme.lex, lexeme.sense()) {
            (_, Some(Sense::Noun(noun))) => {
                let part = PARTS.contains(&super::draft::first_word(noun.words));
                let whole = |thing: &&Thing| {
                    head.is_some_and(|head| comes_of(thing, head))
                        && thing.kind.class() != Class::Mechanism
                };
                let apart = |thing: &Thing| thing.kind == noun.kind && comes_of(thing, noun);
                if part
                    && behind_with
                    && spec.things.iter().any(|thing| whole(&thing))
                    && spec.things.iter().any(apart)
                {
                    lost.push(lexeme.text.clone());
                }
                (head, behind_with) = (Some(noun), false);
            }
            (_, Some(Sense::With)) => behind_with = head.is_some(),
            (Lex::Number(_), _) | (_, Some(Sense::A | Sense::Filler)) => {}
            (_, Some(sense)) if sense.is_adjective() => {}
            _ => behind_with = false,
        }
    }
    lost
}

/// "a plate on four springs", which would be four with a plate each.
pub fn on_many_springs(lexemes: &[Lexeme]) -> Vec<String> {
    let many = |at: usize| {
        matches!(lexemes[at].lex, Lex::Number(number) if number > 1.0)
            && lexemes[at + 1..]
                .iter()
                .find(|next| !next.sense().is_some_and(Sense::is_adjective))
                .is_some_and(|next| {
                    matches!(next.sense(), Some(Sense::Noun(noun)) if noun.kind == Kind::Spring)
                })
    };
    let Some(at) = (2..lexemes.len()).find(|at| many(*at)) else { return Vec::new() };
    let borne = matches!(
        lexemes[at - 1].sense(),
        Some(Sense::Place(Place::On | Place::AttachedTo) | Sense::From | Sense::By)
    );
    let one = lexemes[..at].iter().any(|lexeme| lexeme.sense() == Some(Sense::A));
    if borne && one { vec![lexemes[at].text.clone()] } else { Vec::new() }
}

/// Ways that nothing is on: "driving up a ramp"; and how far a drawer is out, which none can be.
pub fn untrodden(lexemes: &[Lexeme], spec: &SceneSpec) -> Vec<String> {
    let mut lost = Vec::new();
    for (at, lexeme) in lexemes.iter().enumerate() {
        let up = lexeme.text == "up" || lexeme.text.ends_with(" up");
        let behind = lexemes[at + 1..].iter().find(|next| {
            !matches!(next.sense(), Some(Sense::A | Sense::The | Sense::Filler | Sense::More))
                && !next.sense().is_some_and(Sense::is_adjective)
                && !matches!(next.lex, Lex::Measure(_))
        });
        if up
            && let Some(Sense::Noun(noun)) = behind.and_then(Lexeme::sense)
            && matches!(noun.kind, Kind::Ramp | Kind::Stairs)
            && !spec
                .relations
                .iter()
                .any(|own| spec.thing(&own.reference).is_some_and(|thing| thing.kind == noun.kind))
        {
            lost.push(lexeme.text.clone());
        }
        // A lamp stands.
        let lamp = at > 0
            && matches!(lexemes[at - 1].sense(), Some(Sense::Noun(noun)) if noun.kind == Kind::Lamp);
        if lamp && lexeme.sense() == Some(Sense::Trait(Trait::Hanging)) {
            lost.push(lexeme.text.clone());
        }
        // "the short end", of what has two alike.
        let uneven = matches!(lexeme.sense(), Some(Sense::Stretch(_)))
            && matches!(
                lexemes.get(at + 1).and_then(Lexeme::sense),
                Some(Sense::Part(Part::End) | Sense::Ends)
            );
        if uneven {
            lost.push(lexeme.text.clone());
        }
        let drawn = spec.things.iter().any(|thing| thing.kind == Kind::Drawer)
            && lexeme.sense() == Some(Sense::By)
            && matches!(lexemes.get(at + 1).map(|next| next.lex), Some(Lex::Measure(_)));
        if drawn {
            lost.push(lexemes[at + 1].text.clone());
        }
    }
    lost
}
