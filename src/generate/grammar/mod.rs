//! Words to plans, by rules alone: the same words give the same plan, and words that are not known
//! give none.
//!
//! ```text
//!  text ─► frames, spelling ─► lexer ─► phrasing ─► parse ─► drafts ─► plan ─► told, account
//!          what is said around          one way     things and          is all that was said
//!          a scene is taken out         of saying   relations           in the plan?
//! ```
//! - Ways of saying the same become one: whole turns of phrase in `turns` by the rules of
//!   `machinery` and `scenery`, clauses in `paraphrase`, `expand` and `totals`; `phrasing` with
//!   `wording` (pronouns, ranges), `rooms` and `drive` (machines, furniture, motors), `layout` (how
//!   several stand), `motion` (how things move, and worlds); in changes `asks` and `reword` before.
//! - What is said of a thing: `thing`, `attribute`, `measure`, `quality`, `heading`, `arrangement`,
//!   `after`; where it is: `edges`, `depth`, `distance`, `flight`; of several that differ: `members`,
//!   `several`, `each`, `lists`, `apart`, `graded`, `compare`, `alike`; what becomes one: `merge`.
//! - Changes: `revise` (chat, several at once, which are meant, what is said in brief or again, of all
//!   or of whom it was not said), then `edit` with `known`, `alter`, `quantity`, `some`, `fewer`.
//! - Words: `lexicon`, `nouns`, `wares`, `verbs`, `synonyms`, `idiom`, `sense`.

mod account;
mod after;
mod again;
mod alike;
mod all;
mod alter;
mod apart;
mod arrangement;
mod asks;
mod attribute;
mod compare;
mod depth;
mod distance;
mod draft;
mod drive;
mod driven;
mod each;
mod edges;
mod edit;
mod ends;
mod entry;
mod expand;
mod fewer;
mod flight;
mod frames;
mod graded;
mod heading;
mod hung;
mod idiom;
mod idle;
mod known;
mod layout;
mod lexer;
mod lexicon;
mod lists;
mod machinery;
mod measure;
mod member;
mod members;
mod merge;
mod misfit;
mod motion;
mod nouns;
mod outline;
mod paraphrase;
mod parse;
mod parts;
mod phrasing;
mod pose;
mod quality;
mod quantity;
mod revise;
mod reword;
mod rolling;
mod rooms;
mod rows;
mod scenery;
mod sense;
mod several;
mod share;
mod some;
mod spelling;
mod synonyms;
mod thing;
mod token;
mod told;
mod totals;
mod turns;
mod verbs;
mod wares;
mod wording;
mod world;

use std::collections::HashSet;

pub use edit::edit;
pub use lexicon::plural;

use draft::{Draft, first_word};
use lexicon::Trait;
use parse::Parser;

use super::{
    Plan, Refusal,
    spec::{Class, Kind, Medium, Pattern, Place, Relation, SceneSpec, Thing, Xyz},
};

/// Longest prompt, bytes.
pub const MAX_PROMPT: usize = 4096;

/// Makes a plan of a prompt.
///
/// # Errors
/// [`Refusal`] names the words that are not known, or that make no sense where they are.
pub fn plan(prompt: &str) -> Result<Plan, Refusal> {
    let prompt = fit(prompt)?;
    let mut warnings = Vec::new();
    let text = turns::plain(prompt, &mut warnings);
    let text = frames::taken_out(&text, &mut warnings);
    let text = spelling::mended(&text, &mut warnings);
    let mut parser = Parser::new(&paraphrase::plain(&text, true));
    parser.text();
    parser.settle_sides();
    refuse_strangers(&parser)?;
    let (lexemes, apart) = (parser.lexemes.clone(), parser.apart.clone());
    let mut spec = settle(parser, prompt, &mut warnings)?;
    layout::finish(&lexemes, &mut spec)?;
    told::all(&lexemes, &apart, &spec, &mut warnings)?;
    Ok(Plan { understood: super::words::understood(&spec), spec, warnings })
}

/// A prompt that may be read at all.
pub fn fit(prompt: &str) -> Result<&str, Refusal> {
    if prompt.len() > MAX_PROMPT {
        return Err(Refusal::of(format!(
            "the text has {} bytes; at most {MAX_PROMPT} are read",
            prompt.len()
        )));
    }
    if let Some(c) = prompt.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r')) {
        return Err(Refusal::of(format!(
            "the text has the control character U+{:04X}",
            u32::from(c)
        )));
    }
    let trimmed = prompt.trim();
    if trimmed.is_empty() {
        return Err(Refusal::of("the text is empty: say what should be in the scene"));
    }
    Ok(trimmed)
}

fn refuse_strangers(parser: &Parser) -> Result<(), Refusal> {
    if !parser.unknown.is_empty() {
        return Err(Refusal {
            unknown: unique(&parser.unknown),
            ..Refusal::of(format!(
                "these words are not known here: {}",
                listed(&unique(&parser.unknown))
            ))
        });
    }
    if !parser.misplaced.is_empty() {
        let words = unique(&parser.misplaced);
        return Err(Refusal {
            reason: format!(
                "these words are known, but not what they mean here: {}",
                listed(&words)
            ),
            unknown: words,
        });
    }
    Ok(())
}

fn unique(words: &[String]) -> Vec<String> {
    let mut seen = HashSet::new();
    words.iter().filter(|word| seen.insert(&***word)).take(20).cloned().collect()
}

fn listed(words: &[String]) -> String {
    words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ")
}

/// Drafts become the things of a plan.
fn settle(
    mut parser: Parser,
    prompt: &str,
    warnings: &mut Vec<String>,
) -> Result<SceneSpec, Refusal> {
    merge::loads(&mut parser);
    parser.hang_each();
    parser.size_by_others();
    parser.colour_in_turn();
    if parser.drafts.iter().any(|draft| draft.is_cart && !draft.known && draft.noun.is_some()) {
        return Err(Refusal::of("a cart needs a pole upon it: say cart-pole, or car"));
    }
    let mut spec = SceneSpec { title: title(prompt), world: parser.world, ..SceneSpec::default() };
    let mut ids: Vec<Option<String>> = Vec::new();
    // What is thrown, and nobody said how fast.
    let mut freely: Vec<String> = Vec::new();
    let drafts = std::mem::take(&mut parser.drafts);
    let mut taken: HashSet<String> =
        drafts.iter().filter(|draft| draft.known).map(|draft| draft.thing.id.clone()).collect();
    let sloping: Vec<bool> = drafts
        .iter()
        .map(|draft| matches!(draft.kind(), Some(Kind::Ramp | Kind::Stairs | Kind::Wedge)))
        .collect();
    let arches: Vec<bool> = drafts.iter().map(|draft| draft.kind() == Some(Kind::Arch)).collect();
    let tilts: Vec<f64> = drafts
        .iter()
        .filter(|draft| draft.kind() == Some(Kind::Ramp))
        .map(|draft| draft.angle.or(draft.thing.tilt).unwrap_or(20.0))
        .collect();
    let weightless = spec.world.gravity == Some(Xyz::default());
    for (index, mut draft) in drafts.into_iter().enumerate() {
        if draft.is_floor {
            floor(draft, &mut spec)?;
            ids.push(None);
            continue;
        }
        let Some(noun) = draft.noun else {
            ids.push(None);
            continue;
        };
        let (known, id) = (draft.known, draft.thing.id.clone());
        let spoken = draft.spoken.take();
        let hung = parser
            .links
            .iter()
            .any(|link| link.subject == index && link.place == Place::AttachedTo);
        let sunk = matches!(spec.world.medium, Some(Medium::Water | Medium::Honey));
        let floating = draft.traits.contains(&Trait::Floating) && sunk;
        if floating {
            warnings.push(format!(
                "'{}': the liquid has no surface, so that what is lighter rises and what is heavier sinks",
                first_word(noun.words)
            ));
        }
        let floats = !hung
            && !floating
            && draft.traits.iter().any(|quality| {
                *quality == Trait::Floating
                    || (*quality == Trait::Hanging && draft.thing.kind.class() == Class::Solid)
            });
        let rolls = draft
            .traits
            .iter()
            .any(|quality| matches!(quality, Trait::Rolling | Trait::Sliding | Trait::Moving));
        let downhill = parser.links.iter().any(|link| {
            let slope = sloping.get(link.reference).copied().unwrap_or(false);
            link.subject == index
                && (link.place == Place::AtTop || link.place == Place::On && slope)
        });
        // At the top of a slope it only has to be let go.
        if downhill && draft.thing.kind.class() == Class::Solid {
            draft.traits.retain(|quality| *quality != Trait::Released);
        }
        let strikes =
            parser.links.iter().any(|link| link.subject == index && link.place == Place::Striking);
        let through = parser.links.iter().any(|link| {
            link.subject == index && link.place == Place::Striking && arches[link.reference]
        });
        if through && draft.thing.kind.class() == Class::Solid {
            draft.direction = draft.direction.or(Some([0.0, 1.0, 0.0]));
        }
        if strikes
            && !downhill
            && draft.speed.is_none()
            && draft.pace.is_none()
            && draft.thing.velocity.is_none()
            && draft.thing.kind.class() == Class::Solid
        {
            draft.speed = Some(2.0);
        }
        let goes = draft.thing.kind.class() == Class::Solid || draft.thing.kind == Kind::Car;
        if rolls && goes && !downhill && draft.speed.is_none() && draft.thing.kind != Kind::Ramp {
            // What moves already is only turned.
            let now = draft.thing.velocity.map(|v| v.x.hypot(v.y).hypot(v.z));
            draft.speed = Some(now.filter(|now| *now > 0.0).unwrap_or(1.0));
        }
        if draft.traits.contains(&Trait::Sticking) {
            let round = matches!(
                draft.thing.kind,
                Kind::Sphere | Kind::Wheel | Kind::Car | Kind::Ellipsoid
            ) || draft.thing.lying == Some(true);
            if round && downhill {
                return Err(Refusal::of(format!(
                    "'{}' is round, and rolls off a slope",
                    first_word(noun.words)
                )));
            }
            let steepest = tilts.iter().copied().fold(0.0, f64::max);
            draft.thing.friction =
                draft.thing.friction.or(Some((1.6 * steepest.to_radians().tan()).clamp(0.9, 5.0)));
        }
        if weightless
            && !known
            && draft.thing.kind.class() == Class::Solid
            && draft.thing.height.is_none()
        {
            // What has no weight shows it above the floor.
            draft.thing.height =
                Some(1.0).filter(|_| !parser.links.iter().any(|link| link.subject == index));
        }
        if let Some(quality) = draft.traits.iter().find(|quality| !draft.can_be(**quality)) {
            return Err(Refusal::of(format!(
                "'{}' cannot be built {}",
                first_word(noun.words),
                format!("{quality:?}").to_lowercase()
            )));
        }
        if !draft.has_outline() {
            return Err(Refusal::of(format!(
                "'{}' does not come in that outline",
                first_word(noun.words)
            )));
        }
        if let Some(what) = wares::told(noun).filter(|what| !warnings.contains(what)) {
            warnings.push(what);
        }
        let thrown = draft.speed.is_none() && draft.traits.contains(&Trait::Thrown);
        let rolls = draft.rolls().or(draft.thing.rolling);
        let mut thing = draft.resolve(warnings);
        thing.rolling = rolls.filter(|rolls| *rolls && thing.velocity.is_some());
        let around =
            parser.links.iter().any(|link| link.subject == index && link.place == Place::Around);
        if around && thing.count.is_none() && thing.arrangement.is_none() {
            match thing.kind {
                Kind::Wall => (thing.kind, thing.size) = (Kind::Pen, None),
                Kind::Pen | Kind::Torus => {}
                _ => {
                    return Err(Refusal::of(format!(
                        "one '{}' cannot stand all around something: say how many",
                        first_word(noun.words)
                    )));
                }
            }
        }
        if floats && !weightless && thing.fixed.is_none() {
            thing.fixed = Some(true);
            warnings.push(format!(
                "'{}' has weight and would fall: it is fixed where it is",
                first_word(noun.words)
            ));
        }
        if noun.words.starts_with("cube") || noun.words.starts_with("die") {
            cubic(&mut thing);
        }
        thing.id = if known { id } else { name(noun, &mut taken) };
        // Those of a group have names of their own.
        let members = match (thing.count, &thing.arrangement) {
            (Some(count), _) => count,
            (None, Some(_)) => super::spec::MAX_COUNT,
            (None, None) => 0,
        };
        taken.extend((1..=members).map(|n| format!("{}_{n}", thing.id)));
        ids.push(Some(thing.id.clone()));
        freely.extend(thrown.then(|| thing.id.clone()));
        match spoken.as_deref() {
            Some([]) => spec.about.push(thing.id.clone()),
            Some(some) => spec.about.extend(some.iter().map(|n| format!("{}#{n}", thing.id))),
            None => {}
        }
        spec.things.push(thing);
    }
    // A marble run comes with a marble.
    for (at, own) in ids.iter().enumerate() {
        let Some(own) = own else { continue };
        let ball = match spec.thing(own).map(|thing| thing.kind).unwrap_or_default() {
            Kind::MarbleRun => "marble",
            Kind::BallPlate if parser.lexemes.iter().any(|l| l.text.starts_with("ball and")) => {
                "ball"
            }
            _ => continue,
        };
        let there = parser.links.iter().any(|link| {
            link.reference == at && matches!(link.place, Place::On | Place::AtTop | Place::Inside)
        });
        let noun = lexicon::meaning(ball).map(|entry| entry.sense);
        if let (false, Some(lexicon::Sense::Noun(noun))) = (there, noun)
            && parser.stands.is_empty()
        {
            let mut draft = Draft::default();
            draft.name(noun, false);
            let mut thing = draft.resolve(warnings);
            thing.id = name(noun, &mut taken);
            spec.relations.push(Relation {
                subject: thing.id.clone(),
                place: if noun.words.starts_with("marble") { Place::AtTop } else { Place::On },
                reference: own.clone(),
                member: None,
                other: None,
                gap: None,
            });
            spec.things.push(thing);
        }
    }
    walled(&mut parser.links, &mut spec, &ids);
    let id = |index: usize| ids.get(index).cloned().flatten();
    for link in &parser.links {
        let (Some(subject), Some(reference)) = (id(link.subject), id(link.reference)) else {
            continue;
        };
        if spec
            .relations
            .iter()
            .any(|known| known.subject == subject && known.reference == reference)
        {
            continue;
        }
        spec.relations.push(Relation {
            subject,
            place: link.place,
            reference,
            member: link.member,
            other: link.other.and_then(id),
            gap: link.gap,
        });
    }
    beside_furniture(&mut spec);
    unlike(&mut spec);
    downhill(&mut spec, warnings);
    flight::thrown_over(&mut spec, &freely, warnings)?;
    ringed(&mut spec);
    vessels(&mut spec);
    let edges: Vec<_> = parser.edges.iter().map(|(draft, side)| (id(*draft), *side)).collect();
    edges::settle(&edges, &mut spec)?;
    for relation in &spec.relations {
        let [own, base] = [&relation.subject, &relation.reference]
            .map(|id| spec.thing(id).map(|thing| thing.kind));
        let [rises, bears] = [own, base].map(|kind| kind.map(Kind::class));
        if relation.place == Place::Between && base == Some(Kind::Spring)
            || matches!(relation.place, Place::AtTop | Place::AtFoot)
                && (rises, bears) == (Some(Class::Furniture), Some(Class::Solid))
            || relation.place == Place::Striking
                && (base == Some(Kind::Torus) || own == Some(Kind::Catapult))
        {
            return Err(Refusal::of(format!(
                "'{}' cannot be built {} '{}'",
                relation.subject,
                super::words::place(relation.place),
                relation.reference
            )));
        }
    }
    for thing in &spec.things {
        if let Some(what) = told::idle(thing) {
            return Err(Refusal::of(format!("'{}' cannot be built with {what}", thing.id)));
        }
    }
    for granted in std::mem::take(&mut parser.granted) {
        if !warnings.contains(&granted) {
            warnings.push(granted);
        }
    }
    if spec.things.is_empty() {
        return Err(Refusal::of(
            "nothing in it can be built: name a thing, such as a ball, a table or a pendulum",
        ));
    }
    Ok(spec)
}

/// "a door in a wall": between two walls that are as high.
fn walled(links: &mut [parse::Link], spec: &mut SceneSpec, ids: &[Option<String>]) {
    for link in links {
        let at = |draft: usize| {
            let id = ids.get(draft)?.as_ref()?;
            spec.things.iter().position(|thing| thing.id == *id)
        };
        let (Some(door), Some(wall)) = (at(link.subject), at(link.reference)) else { continue };
        let kinds = (spec.things[door].kind, spec.things[wall].kind);
        let within = matches!(link.place, Place::Inside | Place::On | Place::AttachedTo);
        if kinds != (Kind::Door, Kind::Wall) || !within || spec.things[wall].count.is_some() {
            continue;
        }
        let high = super::build::extents(&spec.things[door])[2] + 0.06;
        let wall = &mut spec.things[wall];
        let [long, ..] = super::build::extents(wall);
        let size = wall.size.get_or_insert_default();
        size.z = size.z.or(Some(high));
        size.x = Some(long / 2.0);
        wall.count = Some(2);
        link.place = Place::Between;
    }
}

/// "a chair in front of a laptop on a desk" is in front of the desk.
fn beside_furniture(spec: &mut SceneSpec) {
    use Place::{Behind, Beside, InFrontOf, LeftOf, RightOf};
    let large = |spec: &SceneSpec, id: &str| {
        spec.thing(id).is_some_and(|thing| thing.kind.class() == Class::Furniture)
    };
    for at in 0..spec.relations.len() {
        let relation = &spec.relations[at];
        let lateral = matches!(relation.place, Behind | Beside | InFrontOf | LeftOf | RightOf);
        let borne = spec.relations.iter().find(|r| {
            r.subject == relation.reference
                && r.place.is_borne()
                && large(spec, &r.reference)
                && r.reference != relation.subject
        });
        let own = spec.thing(&relation.subject).map(|thing| thing.kind);
        let stands = large(spec, &relation.subject) && own != Some(Kind::Lamp);
        if let (true, Some(base)) = (lateral && stands, borne) {
            spec.relations[at].reference = base.reference.clone();
        }
    }
}

/// A group that grew may have come to the names of others: these get new ones.
fn unlike(spec: &mut SceneSpec) {
    for at in 0..spec.things.len() {
        let id = spec.things[at].id.clone();
        let member_of = |thing: &Thing| {
            let number = id.strip_prefix(&*thing.id).and_then(|rest| rest.strip_prefix('_'));
            let number = number.and_then(|number| number.parse::<u32>().ok());
            number.is_some_and(|number| {
                thing.count.is_some_and(|count| number <= count)
                    || thing.count.is_none() && thing.arrangement.is_some()
            })
        };
        if !spec.things.iter().any(member_of) {
            continue;
        }
        let base = id.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_');
        let free = (super::spec::MAX_COUNT + 1..)
            .map(|number| format!("{base}_{number}"))
            .find(|name| spec.thing(name).is_none())
            .unwrap_or_default();
        for relation in &mut spec.relations {
            for known in [Some(&mut relation.subject), Some(&mut relation.reference)]
                .into_iter()
                .chain([relation.other.as_mut()])
                .flatten()
            {
                if *known == id {
                    known.clone_from(&free);
                }
            }
        }
        for name in &mut spec.about {
            let rest =
                name.strip_prefix(&*id).filter(|rest| rest.is_empty() || rest.starts_with('#'));
            if let Some(rest) = rest {
                *name = format!("{free}{rest}");
            }
        }
        spec.things[at].id = free;
    }
}

/// A name that nothing else has: what the noun says, and a number behind it from the second on.
fn name(noun: &lexicon::Noun, taken: &mut HashSet<String>) -> String {
    let base = first_word(noun.words).replace([' ', '-'], "_").replace("newton_s", "newtons");
    let numbered = (2_u32..).map(|number| format!("{base}_{number}"));
    let free = std::iter::once(base.clone())
        .chain(numbered)
        .find(|name| !taken.contains(name))
        .unwrap_or(base);
    taken.insert(free.clone());
    free
}

/// Cubes have edges of one length.
fn cubic(thing: &mut Thing) {
    if let Some(size) = &mut thing.size
        && let Some(edge) = [size.x, size.y, size.z].into_iter().flatten().next()
        && [size.x, size.y, size.z].iter().flatten().count() < 3
    {
        (size.x, size.y, size.z) = (Some(edge), Some(edge), Some(edge));
    }
}

/// What a thing runs into that comes down a slope stands at the foot of it.
fn downhill(spec: &mut SceneSpec, warnings: &mut Vec<String>) {
    for first in 0..spec.relations.len() {
        let above = spec.relations[first].clone();
        let kind = spec.thing(&above.reference).map(|thing| thing.kind);
        if !matches!(above.place, Place::AtTop | Place::On)
            || !matches!(kind, Some(Kind::Ramp | Kind::CurvedRamp | Kind::Stairs))
        {
            continue;
        }
        for second in 0..spec.relations.len() {
            let met = spec.relations[second].clone();
            let free = !spec.relations.iter().any(|r| r.subject == met.reference);
            if second == first
                || met.subject != above.subject
                || met.reference == above.reference
                || !matches!(met.place, Place::Striking | Place::Inside)
                || !free
            {
                continue;
            }
            if met.place == Place::Inside {
                warnings.push(format!(
                    "'{}' stands at the foot of '{}': what gets into it is up to the physics",
                    met.reference, above.reference
                ));
            }
            spec.relations[second] = Relation {
                subject: met.reference,
                place: Place::AtFoot,
                reference: above.reference.clone(),
                member: None,
                other: None,
                gap: None,
            };
        }
    }
}

/// What is in the middle of a ring has the ring around it.
fn ringed(spec: &mut SceneSpec) {
    for at in 0..spec.relations.len() {
        let relation = spec.relations[at].clone();
        let ring = spec.thing(&relation.reference).is_some_and(|thing| {
            thing.kind.class() == Class::Solid
                && thing
                    .arrangement
                    .as_ref()
                    .is_some_and(|a| matches!(a.pattern, Pattern::Ring | Pattern::Corners))
        });
        let free =
            |id: &str| spec.relations.iter().enumerate().all(|(n, r)| n == at || r.subject != *id);
        if relation.place == Place::Inside
            && relation.member.is_none()
            && ring
            && free(&relation.reference)
        {
            spec.relations[at] = Relation {
                subject: relation.reference,
                place: Place::Around,
                reference: relation.subject,
                ..relation
            };
        }
    }
}

/// A box that something is inside of is open above.
fn vessels(spec: &mut SceneSpec) {
    // In the middle of a plank is on it.
    let flat = |thing: &Thing| {
        let [x, y, z] = super::build::extents(thing);
        thing.kind == Kind::Box && 2.0 * z <= x.min(y)
    };
    let boards: HashSet<String> =
        spec.things.iter().filter(|thing| flat(thing)).map(|thing| thing.id.clone()).collect();
    for relation in &mut spec.relations {
        if relation.place == Place::Inside && boards.contains(&relation.reference) {
            relation.place = Place::On;
        }
    }
    let holds: HashSet<String> = spec
        .relations
        .iter()
        .filter(|relation| relation.place == Place::Inside)
        .map(|relation| relation.reference.clone())
        .collect();
    for thing in &mut spec.things {
        if holds.contains(&thing.id) {
            match thing.kind {
                // In the middle of several is not inside of one.
                Kind::Box | Kind::Cylinder if thing.count.is_some_and(|count| count > 1) => {}
                Kind::Box => {
                    thing.kind = Kind::Container;
                    if thing.size.is_none() {
                        thing.material.get_or_insert(super::spec::Material::Wood);
                    }
                }
                Kind::Cylinder => thing.kind = Kind::Cup,
                _ => {}
            }
        }
    }
    // What is long stands in a cup.
    for relation in &spec.relations {
        let cup = spec.things.iter().any(|thing| {
            thing.id == relation.reference && matches!(thing.kind, Kind::Cup | Kind::Container)
        });
        if relation.place == Place::Inside
            && cup
            && let Some(thing) = spec.things.iter_mut().find(|thing| thing.id == relation.subject)
            && thing.kind == Kind::Cylinder
            && thing.count.is_none()
            && thing.size.is_some_and(|size| size.z > Some(0.1) && size.x < Some(0.03))
        {
            thing.lying = None;
        }
    }
    // "in" furniture that cannot hold anything is on it.
    for relation in &mut spec.relations {
        let kind =
            spec.things.iter().find(|thing| thing.id == relation.reference).map(|thing| thing.kind);
        if relation.place == Place::Inside
            && kind.is_some_and(|kind| kind.class() == Class::Furniture && !kind.is_hollow())
            && spec
                .things
                .iter()
                .find(|thing| thing.id == relation.subject)
                .is_some_and(|thing| thing.kind.class() != Class::Mechanism)
        {
            relation.place = Place::On;
        }
        if relation.place == Place::On
            && kind.is_some_and(|kind| kind.is_hollow() && kind != Kind::Tunnel)
        {
            relation.place = Place::Inside;
        }
        if relation.place == Place::On && kind.is_some_and(|kind| kind.class() == Class::Vessel) {
            relation.place = Place::Inside;
        }
    }
}

/// What was said of the floor is said of the world.
fn floor(draft: Draft, spec: &mut SceneSpec) -> Result<(), Refusal> {
    let world = &mut spec.world;
    if let Some(material) = draft.thing.material {
        world.floor_friction = Some(material.traits().friction);
        if draft.thing.colours.is_empty() && material == super::spec::Material::Ice {
            world.floor_colour = Some("#cfe6f2".into());
        }
    }
    for quality in &draft.traits {
        match quality {
            Trait::Slippery => world.floor_friction = Some(0.05),
            Trait::Frictionless => world.floor_friction = Some(0.0),
            Trait::Rough => world.floor_friction = Some(1.5),
            Trait::Tilted => world.floor_tilt = Some(draft.angle.unwrap_or(10.0)),
            Trait::Level | Trait::Lying | Trait::Fixed | Trait::Spaced => {}
            _ => {
                return Err(Refusal::of(
                    "the floor can be tilted, slippery, rough, frictionless, icy or coloured",
                ));
            }
        }
    }
    if let Some(angle) = draft.angle {
        world.floor_tilt = Some(angle);
    }
    if let Some(friction) = draft.thing.friction {
        world.floor_friction = Some(friction);
    }
    if let Some(colour) = draft.thing.colours.first() {
        world.floor_colour = Some(colour.clone());
    }
    Ok(())
}

fn title(prompt: &str) -> String {
    prompt.chars().map(|c| if c.is_control() { ' ' } else { c }).take(60).collect()
}
