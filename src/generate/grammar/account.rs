//! Whether each thing that a prompt names is in the plan as it was named: in its colour, of its
//! material, and as many.

use super::super::spec::{Kind, SceneSpec, Thing};
use super::{
    lexer::{Lex, Lexeme},
    lexicon::{Noun, Sense},
    told::comes_of,
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
        for lexeme in lexemes[..at].iter().rev() {
            match (lexeme.lex, lexeme.sense()) {
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
            thing.colours.iter().any(|own| own.split(' ').any(|word| word == *colour))
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
