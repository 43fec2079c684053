//! Changes of a plan in words: the grammar of new scenes, begun with the things that are there.
//!
//! ```text
//! change = remove thing | add [more] thing | move thing place thing | replace thing by thing
//!        | ( make | paint | change ) thing attribute | turn ( off | on ) ( gravity | wind | … ) | world
//! ```

use super::super::{
    build,
    spec::{Actuator, Class, Kind, MAX_COUNT, Pattern, Place, SceneSpec, Thing, Xyz},
    words,
};
use super::{
    Parser, Plan, Refusal,
    alter::alter,
    draft::Draft,
    fit, frames,
    lexer::Lex,
    lexicon::{self, Noun, Part, Prop, Sense, Trait, Verb},
    measure::{Measure, Unit},
    parse::Link,
    refuse_strangers, revise, settle, spelling, turns,
};

/// The plan after the change that a prompt asks for; nothing when it asks for a scene of its own.
pub fn edit(prompt: &str, present: Option<&SceneSpec>) -> Option<Result<Plan, Refusal>> {
    let prompt = fit(prompt).ok()?;
    match present {
        Some(present) => revise::said(prompt, present).map(|done| {
            done.map(|mut plan| {
                if keep_springs(present, &mut plan.spec) {
                    plan.understood = words::understood(&plan.spec);
                }
                plan
            })
        }),
        None => once(prompt, None),
    }
}

/// The words as the grammar reads them.
/// A spring whose stiffness was chosen for its load stays as stiff with another one. Whether there
/// is such a one.
fn keep_springs(before: &SceneSpec, after: &mut SceneSpec) -> bool {
    let mut kept = false;
    for thing in &mut after.things {
        let Some(known) = before.thing(&thing.id).filter(|known| known.kind == thing.kind) else {
            continue;
        };
        if thing.stiffness.is_none() && thing.mass != known.mass {
            thing.stiffness = build::usual_stiffness(known);
            kept |= thing.stiffness.is_some();
        }
    }
    kept
}

pub(super) fn read(text: &str, present: Option<&SceneSpec>, warnings: &mut Vec<String>) -> Parser {
    let text = turns::plain(text, warnings);
    let text = frames::taken_out(&text, warnings);
    let text = spelling::mended(&text, warnings);
    let about = present.and_then(|present| {
        let loose = |thing: &&Thing| thing.kind.class() != Class::Furniture;
        let spoken = revise::spoken(present).last().map(|index| &present.things[*index]);
        let thing = spoken.or(present.things.iter().rfind(loose)).or(present.things.last());
        thing.and_then(noun_of).map(|noun| super::draft::first_word(noun.words))
    });
    let text = super::paraphrase::plain(&text, false);
    if present.is_some() {
        Parser::new(&super::reword::plain(&text, about))
    } else {
        Parser::new(&text)
    }
}

/// One change, in words that are read as they are.
pub(super) fn once(prompt: &str, present: Option<&SceneSpec>) -> Option<Result<Plan, Refusal>> {
    let mut warnings = Vec::new();
    let mut parser = read(prompt, present, &mut warnings);
    let there = present.is_some();
    parser.glue(|sense| matches!(sense, Sense::Filler | Sense::And));
    let begin = parser.at;
    let wish = Wish::of(&mut parser, there)?;
    let Some(present) = present else {
        return Some(Err(Refusal::of(
            "that changes a scene, but the scene that is there was not made from words, or was changed since; \
             say what the whole scene should be",
        )));
    };
    Some(change(parser, begin, wish, present, warnings))
}

/// What the first words ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    Add,
    Remove,
    Change,
    Move,
    Lift,
    Act,
    Replace,
    Copy,
    Scale(Verb),
    Switch(bool),
    World,
    /// Only some stay.
    Keep,
    /// Another one like what is there.
    Again,
    /// More or less of something.
    Amount,
    /// What should become of what the scene is about, and nothing else.
    Elliptic,
}

impl Wish {
    /// Reads the verb. Nothing when a new scene is asked for.
    fn of(parser: &mut Parser, there: bool) -> Option<Self> {
        let begin = parser.at;
        let counted = matches!(parser.peek(), Some(Lex::Number(_)));
        if there {
            match parser.lexemes.get(begin).map(|lexeme| &*lexeme.text) {
                Some("keep") => {
                    parser.at += 1;
                    return Some(Self::Keep);
                }
                Some("oncemore") => {
                    parser.at += 1;
                    return Some(Self::Again);
                }
                _ => {}
            }
            if parser.asks_for_an_amount() {
                return Some(Self::Amount);
            }
            // "one of them should weigh 20 kg"
            if counted
                && parser.sense_ahead(1) == Some(Sense::Of)
                && matches!(parser.sense_ahead(2), Some(Sense::It | Sense::The))
                && parser.says_of_what_is_there()
            {
                return Some(Self::Change);
            }
            // "put one more on top"
            let verb = matches!(parser.sense(), Some(Sense::Verb(Verb::Create | Verb::Add)));
            let number = usize::from(matches!(parser.ahead(1), Some(Lex::Number(_))));
            if verb
                && parser.sense_ahead(1 + number) == Some(Sense::More)
                && !matches!(parser.sense_ahead(2 + number), Some(Sense::Noun(_)))
                && !parser.sense_ahead(2 + number).is_some_and(Sense::is_adjective)
            {
                parser.at += 1;
                return Some(Self::Add);
            }
            if parser.is_elliptic() {
                return Some(Self::Elliptic);
            }
        }
        if there && counted && parser.sense_ahead(1) == Some(Sense::More) {
            return Some(Self::Add);
        }
        // "two balls next to the cube"
        if there && counted && parser.refers_back() {
            return Some(Self::Add);
        }
        let verb = match parser.sense()? {
            Sense::Verb(verb) => verb,
            Sense::Twice => Verb::Double,
            // "another ball", "two more" without a verb.
            Sense::More if there => return Some(Self::Add),
            // "the ball should be blue", "release it from 30 degrees".
            Sense::The | Sense::It | Sense::Each if there && parser.says_of_what_is_there() => {
                return Some(Self::Change);
            }
            Sense::Trait(
                Trait::Thrown
                | Trait::Released
                | Trait::Lifted
                | Trait::Falling
                | Trait::Rolling
                | Trait::Sliding
                | Trait::Spinning,
            ) if there && matches!(parser.sense_ahead(1), Some(Sense::The | Sense::It)) => {
                return Some(Self::Act);
            }
            _ if parser.only_the_world(there) => return Some(Self::World),
            _ if there && parser.refers_back() => return Some(Self::Add),
            _ => return None,
        };
        let said = parser.lexemes[begin].text.clone();
        parser.at += 1;
        parser.gives = said == "give";
        parser.glue(|sense| sense == Sense::Filler);
        // "give it two more joints"
        if there && matches!(&*said, "give" | "make" | "put") && parser.sense() == Some(Sense::It) {
            let by = 1
                + usize::from(matches!(parser.ahead(1), Some(Lex::Number(_))))
                + usize::from(parser.sense_ahead(1) == Some(Sense::A));
            if parser.sense_ahead(by) == Some(Sense::More)
                && matches!(parser.sense_ahead(by + 1), Some(Sense::Part(_) | Sense::Noun(_)))
                && !matches!(parser.sense_ahead(by + 2), Some(Sense::Comparative(_)))
            {
                parser.at += 1;
                return Some(Self::Add);
            }
        }
        // "make one of them blue"
        let some_of_them = matches!(parser.peek(), Some(Lex::Number(_)))
            && parser.sense_ahead(1) == Some(Sense::Of)
            && matches!(parser.sense_ahead(2), Some(Sense::It | Sense::The));
        let definite =
            some_of_them || matches!(parser.sense(), Some(Sense::The | Sense::It | Sense::Each));
        Some(match verb {
            Verb::Add => Self::Add,
            Verb::Remove => Self::Remove,
            Verb::Lift => Self::Lift,
            Verb::Move => Self::Move,
            Verb::Replace => Self::Replace,
            Verb::Copy => Self::Copy,
            Verb::Double | Verb::Halve => Self::Scale(verb),
            Verb::TurnOff => Self::Switch(false),
            Verb::TurnOn => Self::Switch(true),
            Verb::Change | Verb::Tilt => Self::Change,
            // "make the ball blue" is a change; "build the tower" is none.
            Verb::Create
                if definite
                    && (matches!(&*said, "make" | "give" | "set" | "put")
                        || there && parser.says_of_what_is_there())
                    && !parser.moves() =>
            {
                Self::Change
            }
            Verb::Create
                if definite && there && matches!(&*said, "put" | "place" | "set" | "position") =>
            {
                Self::Move
            }
            Verb::Create if parser.only_the_world(there) => Self::World,
            Verb::Create if there && parser.refers_back() => Self::Add,
            Verb::Create => {
                parser.at = begin;
                return None;
            }
        })
    }
}

impl Parser {
    /// Whether the text speaks of something as known: "next to it", "on the table".
    fn refers_back(&self) -> bool {
        let senses: Vec<_> = self.lexemes.iter().map(|lexeme| lexeme.sense()).collect();
        // In "a ball on a table and a chair beside it", it is the table.
        let it = senses.iter().position(|sense| *sense == Some(Sense::It));
        let named =
            |sense: &&Option<Sense>| matches!(sense, Some(Sense::Noun(_) | Sense::Group(_)));
        it.is_some_and(|it| senses[..it].iter().filter(named).count() < 2)
            && !senses.iter().enumerate().any(|(at, sense)| {
                // "with 5 m/s", "with a speed of" bring no other thing.
                let figure = |at: usize| {
                    self.lexemes.get(at).is_some_and(|lexeme| {
                        matches!(lexeme.lex, Lex::Measure(_))
                            || matches!(lexeme.sense(), Some(Sense::Prop(_)))
                    })
                };
                *sense == Some(Sense::With) && !figure(at + 1) && !figure(at + 2)
            })
            // "a ball on top"
            || matches!(senses[..], [.., Some(Sense::Place(_))])
            || senses.windows(2).enumerate().any(|(at, two)| {
                // "on the blue cube", and nothing that is called so before it.
                let [Some(Sense::Place(_) | Sense::In), Some(Sense::The | Sense::Each)] = two else {
                    return false;
                };
                let noun = senses[at + 2..].iter().find_map(|sense| match sense {
                    Some(Sense::Noun(noun)) => Some(*noun),
                    _ => None,
                });
                noun.is_some_and(|noun| !senses[..at].contains(&Some(Sense::Noun(noun))))
            })
    }

    /// Whether something is said of a noun behind it that others of its name need not have.
    fn says_more_of_it(&self, by: usize) -> bool {
        let joined = matches!(self.ahead(by), Some(Lex::Comma | Lex::Mark))
            || matches!(self.sense_ahead(by), Some(Sense::Of | Sense::With));
        let next = self.lexemes.get(self.at + by + 1);
        joined
            && next.is_some_and(|next| {
                matches!(next.lex, Lex::Measure(_))
                    || next.sense().is_some_and(Sense::is_adjective)
                    || matches!(next.sense(), Some(Sense::A | Sense::Prop(_)))
            })
    }

    /// Whether what follows is "the ball", "it", "them" and then a place.
    fn moves(&self) -> bool {
        self.lexemes[self.at..].iter().take(6).any(|lexeme| {
            matches!(lexeme.sense(), Some(Sense::Place(_) | Sense::In)) && lexeme.text != "down"
        })
    }

    /// "the ball should be blue": a thing, and then what it is.
    fn says_of_what_is_there(&self) -> bool {
        let mut senses = self.lexemes[self.at..].iter().map(|lexeme| lexeme.sense());
        senses.by_ref().take(5).any(|sense| sense == Some(Sense::Is))
            && !self.lexemes.iter().any(|lexeme| {
                matches!(lexeme.sense(), Some(Sense::A)) || lexeme.lex == Lex::Unknown
            })
    }

    /// Whether a text says something of the world and nothing of things.
    fn only_the_world(&self, there: bool) -> bool {
        let thing = |sense: Option<Sense>| matches!(sense, Some(Sense::Noun(_) | Sense::Group(_)));
        there
            && !self.lexemes.is_empty()
            && !self
                .lexemes
                .iter()
                .any(|lexeme| thing(lexeme.sense()) || lexeme.lex == Lex::Unknown)
    }
}

pub(super) fn noun_of(thing: &Thing) -> Option<&'static Noun> {
    let base = thing
        .id
        .trim_end_matches(|c: char| c.is_ascii_digit())
        .trim_end_matches('_')
        .replace('_', " ");
    lexicon::meaning(&base)
        .or_else(|| lexicon::meaning(&base.replace("newtons", "newton s")))
        .and_then(|entry| match entry.sense {
            Sense::Noun(noun) if noun.kind == thing.kind || thing.kind == Kind::Container => {
                Some(noun)
            }
            _ => None,
        })
        .or_else(|| lexicon::noun_of(thing.kind))
}

fn change(
    mut parser: Parser,
    begin: usize,
    wish: Wish,
    present: &SceneSpec,
    warnings: Vec<String>,
) -> Result<Plan, Refusal> {
    parser.know(present);
    let known = parser.drafts.len();
    let missing = |parser: &Parser| {
        let words: Vec<String> = parser.lexemes[parser.at..]
            .iter()
            .filter(|lexeme| matches!(lexeme.lex, Lex::Unknown))
            .map(|lexeme| lexeme.text.clone())
            .collect();
        let rest = parser.lexemes[parser.at..]
            .iter()
            .map(|lexeme| &*lexeme.text)
            .collect::<Vec<_>>()
            .join(" ");
        Refusal { reason: format!("there is no such thing in the scene: '{rest}'"), unknown: words }
    };
    let mut gone = Vec::new();
    let here = std::mem::replace(&mut parser.at, begin);
    if let Some(done) = parser.by_amount(known) {
        done?;
        return finish(parser, Wish::Change, known, gone, present, warnings);
    }
    parser.at = here;
    match wish {
        Wish::Keep => parser.keep(known, &mut gone).ok_or_else(|| missing(&parser))?,
        Wish::Again => parser.once_more()?,
        Wish::Amount => return Err(missing(&parser)),
        Wish::Elliptic => {
            let it = parser.it.ok_or_else(|| Refusal::of("say of which thing in the scene"))?;
            parser.lexemes.retain(|lexeme| lexeme.sense() != Some(Sense::Each));
            super::alter::of_it(&mut parser, it, known)?;
        }
        Wish::Add => add(&mut parser, known),
        Wish::World => parser.text(),
        Wish::Remove => loop {
            if parser.world_phrase_off()
                || parser.fewer(known, &mut gone)
                || parser.those_coloured(known, &mut gone)
            {
            } else {
                let here = parser.at;
                let index = parser.known_thing(known).ok_or_else(|| missing(&parser))?;
                match parser.which.take() {
                    Some(member) => parser.without(index, member),
                    None if parser.names_all(here, parser.at) => {
                        let noun = parser.drafts[index].noun.map(|noun| noun.words);
                        let alike =
                            |at: &usize| parser.drafts[*at].noun.map(|noun| noun.words) == noun;
                        gone.extend((0..known).filter(alike));
                    }
                    None => gone.push(index),
                }
            }
            if !matches!(parser.peek(), Some(Lex::Comma)) && parser.sense() != Some(Sense::And) {
                break;
            }
            while parser.peek() == Some(Lex::Comma)
                || matches!(parser.sense(), Some(Sense::And | Sense::Filler))
            {
                parser.at += 1;
            }
            if matches!(parser.peek(), None | Some(Lex::Stop)) {
                break;
            }
        },
        Wish::Copy => {
            let index = parser.known_thing(known).ok_or_else(|| missing(&parser))?;
            let draft = &mut parser.drafts[index];
            draft.count = Some((draft.count.unwrap_or(1) + 1).min(MAX_COUNT + 1));
        }
        Wish::Switch(on) => switch(&mut parser, on)?,
        Wish::Scale(verb) => {
            let factor = if verb == Verb::Double { 2.0 } else { 0.5 };
            scale(&mut parser, known, factor)?;
        }
        // "lift two of them", of a cradle.
        Wish::Lift if parser.lifts(known) => {}
        Wish::Lift => {
            let index = parser.known_thing(known).ok_or_else(|| missing(&parser))?;
            let by = parser.take(|sense| sense == Sense::By);
            parser.glue(|sense| matches!(sense, Sense::To | Sense::At | Sense::Filler));
            let Some(Lex::Measure(Measure { value, unit: Unit::Length, .. })) = parser.peek()
            else {
                return Err(Refusal::of("say by how much, such as 'by 20 cm'"));
            };
            parser.at += 1;
            parser.take(|sense| matches!(sense, Sense::Dim(_) | Sense::Direction(_)));
            let stands = parser.stands_fast(index)
                && !parser.links.iter().any(|link| link.subject == index && link.place.is_borne());
            let thing = &mut parser.drafts[index].thing;
            // Furniture has longer legs then.
            if stands && thing.kind != Kind::Ramp {
                let [_, _, high] = super::super::build::extents(thing);
                let before = if by { high } else { 0.0 };
                thing.size.get_or_insert_default().z = Some(before + value);
            } else {
                let before = thing.height.filter(|_| by).unwrap_or(0.0);
                thing.height = Some(before + value);
            }
        }
        // "throw the ball upwards": what is said before it is said of it.
        Wish::Act => {
            let Some(Sense::Trait(quality)) = parser.sense() else { return Err(missing(&parser)) };
            parser.at += 1;
            let here = parser.at;
            let index = parser.known_thing(known).ok_or_else(|| missing(&parser))?;
            let (begin, mut end) = (parser.at, parser.at);
            for index in parser.alike(here, index, known) {
                parser.at = begin;
                if !parser.trait_of(index, quality) {
                    parser.drafts[index].traits.push(quality);
                }
                parser.after(index);
                end = end.max(parser.at);
            }
            parser.at = end;
        }
        Wish::Move => {
            let index = parser.known_thing(known).ok_or_else(|| missing(&parser))?;
            if parser.shifted(index)? {
                return finish(parser, wish, known, gone, present, warnings);
            }
            parser.links.retain(|link| link.subject != index);
            parser.drafts[index].thing.shift = None;
            parser.glue(|sense| matches!(sense, Sense::To | Sense::Filler | Sense::The));
            if parser.take(|sense| sense == Sense::Floor) {
                parser.drafts[index].thing.height = None;
                parser.at = parser.lexemes.len().min(parser.at);
                return finish(parser, wish, known, gone, present, warnings);
            }
            let begin = parser.at;
            parser.it = (0..known).find(|other| *other != index);
            parser.after(index);
            if parser.at == begin {
                return Err(missing(&parser));
            }
        }
        Wish::Replace if parser.swapped(known) => {}
        Wish::Replace => {
            let index = parser.known_thing(known).ok_or_else(|| missing(&parser))?;
            parser.glue(|sense| matches!(sense, Sense::With | Sense::At | Sense::By | Sense::To));
            let new = parser.thing().filter(|new| *new >= known).ok_or_else(|| missing(&parser))?;
            // "balls instead of cubes": as many, in the same pattern.
            let old = parser.drafts[index].clone();
            let draft = &mut parser.drafts[new];
            if draft.count.is_none() && draft.plural && old.count.is_some() {
                draft.count = old.count;
                let own = draft.thing.arrangement.take();
                draft.thing.arrangement = own.or(old.thing.arrangement);
            }
            parser.after(new);
            for link in &mut parser.links {
                if link.subject == index {
                    link.subject = new;
                }
                if link.reference == index {
                    link.reference = new;
                }
            }
            parser.drafts.swap(index, new);
            for link in &mut parser.links {
                let swapped = |at: &mut usize| {
                    if *at == new {
                        *at = index;
                    } else if *at == index {
                        *at = new;
                    }
                };
                swapped(&mut link.subject);
                swapped(&mut link.reference);
            }
            gone.push(new);
        }
        Wish::Change => alter(&mut parser, known)?,
    }
    finish(parser, wish, known, gone, present, warnings)
}

/// What is left of the words, and the plan of it all.
pub(super) fn finish(
    mut parser: Parser,
    wish: Wish,
    known: usize,
    gone: Vec<usize>,
    present: &SceneSpec,
    mut warnings: Vec<String>,
) -> Result<Plan, Refusal> {
    while parser.at < parser.lexemes.len() {
        let carries_nothing = matches!(parser.peek(), Some(Lex::Stop | Lex::Comma | Lex::Mark))
            || matches!(parser.sense(), Some(Sense::Filler | Sense::It));
        if carries_nothing {
            parser.at += 1;
        } else if parser.sense() == Some(Sense::And) && wish == Wish::Change {
            parser.at += 1;
            parser.glue(|sense| matches!(sense, Sense::Verb(Verb::Create | Verb::Change)));
            let fresh = parser.clone();
            if let Err(refusal) = alter(&mut parser, known) {
                parser = fresh;
                let it = parser.it.ok_or(refusal)?;
                super::alter::of_each(&mut parser, vec![it])?;
            }
        } else {
            parser.reject();
        }
    }
    refuse_strangers(&parser)?;
    remove(&mut parser, gone);
    let lexemes = parser.lexemes.clone();
    let mut spec = settle(parser, &present.title, &mut warnings)?;
    let spoken = std::mem::take(&mut spec.about);
    spec.about.clone_from(&present.about);
    if spec == *present {
        return Err(Refusal::of("that changes nothing in the scene that is there"));
    }
    super::told::changed(&lexemes, present, &spec)?;
    spec.about = if spoken.is_empty() { revise::about(present, &spec) } else { spoken };
    Ok(Plan { understood: super::super::words::understood(&spec), spec, warnings })
}

/// "two more", "another red ball", "a cube next to it".
fn add(parser: &mut Parser, known: usize) {
    let begin = parser.at;
    let mut count = None;
    let mut more = false;
    loop {
        match (parser.peek(), parser.sense()) {
            (Some(Lex::Number(number)), _) => count = super::parse::whole(number),
            (_, Some(Sense::More)) => more = true,
            // "a third link"
            (_, Some(Sense::Which(super::lexicon::Which::Nth(_)))) => more = true,
            (_, Some(Sense::A | Sense::Filler)) => {}
            _ => break,
        }
        parser.at += 1;
    }
    let count = count.unwrap_or(1);
    // "more" of what?
    let of = match parser.sense() {
        // "two more cubes on top", of a stack of them.
        Some(Sense::Noun(noun))
            if more
                && parser
                    .lexemes
                    .get(parser.at + 1)
                    .is_some_and(|lexeme| lexeme.text == "on top")
                && parser.drafts[..known].iter().any(|draft| {
                    draft.noun == Some(noun)
                        && draft
                            .thing
                            .arrangement
                            .as_ref()
                            .is_some_and(|a| a.pattern == Pattern::Stack)
                }) =>
        {
            parser.at += 2;
            parser.drafts[..known].iter().rposition(|draft| draft.noun == Some(noun))
        }
        // "another pole", of a cart-pole.
        Some(Sense::Noun(noun))
            if more
                && !parser.drafts[..known].iter().any(|draft| draft.noun == Some(noun))
                && let Some(owner) =
                    parser.drafts[..known].iter().rposition(|draft| draft.has_part(noun)) =>
        {
            parser.at += 1;
            let thing = &mut parser.drafts[owner].thing;
            thing.parts = Some(thing.parts.unwrap_or(1) + count);
            return;
        }
        // "another ball next to it" stands there by itself.
        Some(Sense::Noun(_)) if more && matches!(parser.sense_ahead(1), Some(Sense::Place(_))) => {
            parser.at = begin;
            parser.text();
            return;
        }
        // "another ball, 3 kg" is a thing of its own.
        Some(Sense::Noun(_) | Sense::Ones) if more && parser.says_more_of_it(1) => None,
        Some(Sense::Noun(noun)) if more => {
            let same = parser.drafts[..known]
                .iter()
                .rposition(|draft| draft.noun.is_some_and(|own| own.words == noun.words));
            parser.at += usize::from(same.is_some());
            same
        }
        Some(Sense::Ones) if more => {
            parser.at += 1;
            parser.it
        }
        None if more => parser.it,
        Some(Sense::It) if more => parser.it,
        // "two more on top", "three more to the row"
        Some(
            Sense::Place(Place::On | Place::AtTop | Place::Inside)
            | Sense::To
            | Sense::At
            | Sense::In
            | Sense::Of,
        ) if more && parser.names_those_there(known) => parser.it,
        Some(Sense::Part(part)) => {
            let owner = parser.drafts[..known]
                .iter()
                .rposition(|draft| draft.clone().part(part, Some(1), &Draft::default()));
            if let Some(owner) = owner {
                parser.at += 1;
                let now = parser.drafts[owner].thing.parts.unwrap_or(1);
                let _ = parser.drafts[owner].part(part, Some(now + count), &Draft::default());
                return;
            }
            None
        }
        _ => None,
    };
    // "add damping", "use torque motors": to what is there.
    if of.is_none()
        && let Some(it) = parser.it
        && matches!(parser.sense(), Some(Sense::Prop(_) | Sense::Trait(_)))
    {
        if !matches!(parser.sense(), Some(Sense::Prop(_))) && parser.heads_a_thing() {
            parser.at = begin;
            parser.text();
        } else if let (Some(Sense::Prop(Prop::Damping | Prop::Friction)), None) =
            (parser.sense(), parser.ahead(1))
            && parser.drafts[it].thing.kind.class() == Class::Mechanism
        {
            parser.at += 1;
            parser.drafts[it].thing.damping = Some(0.1);
        } else {
            parser.attribute(it);
        }
        return;
    }
    match of {
        Some(index) => {
            let draft = &mut parser.drafts[index];
            let parts = draft.thing.parts.filter(|_| draft.thing.kind == Kind::Dominoes);
            match parts {
                Some(parts) => draft.thing.parts = Some(parts + count),
                None => draft.count = Some((draft.count.unwrap_or(1) + count).min(MAX_COUNT + 1)),
            }
            parser.after(index);
        }
        None => {
            parser.at = begin;
            parser.text();
        }
    }
}

/// "turn off gravity", "turn the wind on".
fn switch(parser: &mut Parser, on: bool) -> Result<(), Refusal> {
    parser.glue(|sense| matches!(sense, Sense::The | Sense::Filler));
    match parser.sense() {
        Some(Sense::Gravity) => parser.world.gravity = if on { None } else { Some(Xyz::default()) },
        Some(Sense::Wind) => parser.world.wind = on.then_some(Xyz { x: 5.0, ..Xyz::default() }),
        Some(Sense::Prop(Prop::Friction)) => {
            parser.world.floor_friction = if on { None } else { Some(0.0) }
        }
        Some(Sense::Part(Part::Motor)) => {
            let actuator = if on { Actuator::Motor } else { Actuator::None };
            for draft in &mut parser.drafts {
                if draft.thing.kind.class() == Class::Mechanism {
                    draft.thing.actuator = Some(actuator);
                }
            }
        }
        _ => {
            return Err(Refusal::of("gravity, wind, friction and motors can be turned on and off"));
        }
    }
    parser.at += 1;
    Ok(())
}

/// "double the size of the ball", "halve its mass".
fn scale(parser: &mut Parser, known: usize, factor: f64) -> Result<(), Refusal> {
    parser.glue(|sense| matches!(sense, Sense::The | Sense::Filler));
    let sense = parser.sense();
    if let Some(done) = parser.scaled(known, factor) {
        return done;
    }
    parser.at += 1;
    parser.glue(|sense| matches!(sense, Sense::Of));
    let index = parser.meant(known)?;
    match sense {
        Some(Sense::Prop(Prop::Size)) => parser.rescale(index, [factor; 3]),
        Some(Sense::Prop(Prop::Mass)) => parser.heavier(index, factor),
        Some(Sense::Dim(super::lexicon::Dim::Long)) => parser.rescale(index, [factor, 1.0, 1.0]),
        Some(Sense::Prop(Prop::Height)) => parser.rescale(index, [1.0, 1.0, factor]),
        Some(Sense::Gravity) => {
            let now = parser.world.gravity.unwrap_or(Xyz { x: 0.0, y: 0.0, z: -9.81 });
            parser.world.gravity =
                Some(Xyz { x: now.x * factor, y: now.y * factor, z: now.z * factor });
        }
        _ => {
            return Err(Refusal::of(
                "size, mass, length, height and gravity can be doubled and halved",
            ));
        }
    }
    Ok(())
}

/// Takes things out, with all that was said of where they are.
fn remove(parser: &mut Parser, mut gone: Vec<usize>) {
    gone.sort_unstable();
    gone.dedup();
    for index in gone.into_iter().rev() {
        // What stood beside it stays on what bore it.
        let bearer =
            parser.links.iter().find(|link| link.subject == index && link.place.is_borne());
        if let Some(bearer) = bearer.cloned() {
            for link in &mut parser.links {
                let beside = matches!(
                    link.place,
                    Place::LeftOf
                        | Place::RightOf
                        | Place::Beside
                        | Place::Behind
                        | Place::InFrontOf
                );
                if link.reference == index && beside {
                    *link = Link { subject: link.subject, ..bearer.clone() };
                }
            }
        }
        parser.drafts.remove(index);
        parser.links.retain(|link| {
            link.subject != index && link.reference != index && link.other != Some(index)
        });
        for link in &mut parser.links {
            for at in [Some(&mut link.subject), Some(&mut link.reference), link.other.as_mut()]
                .into_iter()
                .flatten()
            {
                *at -= usize::from(*at > index);
            }
        }
    }
}

impl Parser {
    /// "remove gravity", "remove the wind", "remove the floor".
    fn world_phrase_off(&mut self) -> bool {
        let begin = self.at;
        self.glue(|sense| matches!(sense, Sense::The | Sense::Filler));
        match self.sense() {
            Some(Sense::Gravity) => self.world.gravity = Some(Xyz::default()),
            Some(Sense::Wind) => self.world.wind = None,
            Some(Sense::Floor) => self.world.floor = Some(false),
            Some(Sense::Prop(Prop::Friction | Prop::Damping))
                if self.drafts.iter().any(|draft| draft.thing.kind.class() == Class::Mechanism) =>
            {
                for draft in &mut self.drafts {
                    if draft.thing.kind.class() == Class::Mechanism {
                        draft.thing.damping = Some(0.0);
                    }
                }
            }
            Some(Sense::Prop(Prop::Friction)) => self.world.floor_friction = Some(0.0),
            _ => {
                self.at = begin;
                return false;
            }
        }
        self.at += 1;
        true
    }

    /// Whether the words between name all of a kind: "the cubes", "both cubes".
    fn names_all(&self, from: usize, to: usize) -> bool {
        self.lexemes[from..to].iter().any(|lexeme| {
            matches!(lexeme.lex, Lex::Known(entry)
                if entry.plural && matches!(entry.sense, Sense::Noun(_)))
        }) && !self.lexemes[from..to]
            .iter()
            .any(|lexeme| lexeme.sense().is_some_and(Sense::is_adjective))
    }

    /// All that "them", "both" or a plural means, of which one was found.
    fn alike(&self, from: usize, index: usize, known: usize) -> Vec<usize> {
        let said = &self.lexemes[from..self.at];
        let them = said.iter().any(|l| matches!(&*l.text, "them" | "they" | "both" | "everything"));
        let noun = self.drafts[index].noun.map(|noun| noun.words);
        let named = self.names_all(from, self.at);
        (0..known)
            .filter(|at| {
                let draft = &self.drafts[*at];
                *at == index
                    || named && draft.noun.map(|noun| noun.words) == noun
                    || them
                        && !named
                        && self.drafts[index].count.is_none()
                        && draft.thing.kind.class() == Class::Solid
            })
            .collect()
    }
}
