//! Changes that are said in brief, in full: "longer pole" is "make the pole longer", "three links" is
//! "make the links three", "orange" is "make it orange".

use super::super::super::{
    Refusal,
    spec::{Class, Kind, SceneSpec, Thing},
};
use super::super::{
    draft::Draft,
    edit::noun_of,
    lexer::{Lex, lexemes},
    lexicon::{self, Part, Sense},
    measure::{Unit, number_word},
    reword::{begins, is, says, with},
};
use super::{refer::Stage, words::longest_noun};

/// A way to say a change in full.
type Rule = fn(&[String], &SceneSpec) -> Option<Vec<String>>;

/// The change in full; nothing where it is full already.
pub fn plain(words: &[String], present: &SceneSpec) -> Option<Vec<String>> {
    let rules: [Rule; 23] = [
        named_bare,
        made_a,
        acting,
        bare_state,
        none_of,
        bare_angle,
        super::doubt::of_all,
        too_much,
        measured_part,
        of_another_look,
        put_in,
        some_of_them,
        meant,
        bare_subject,
        instead_of_it,
        so_many,
        counted_parts,
        compared_noun,
        with_amount,
        more_of,
        of_the_floor,
        only_a_look,
        stated,
    ];
    rules.iter().find_map(|rule| rule(words, present))
}

fn number(word: &str) -> Option<f64> {
    number_word(word).or_else(|| word.parse().ok())
}

/// Whether the scene has such a thing, or one of its machines such a part.
pub fn has(present: &SceneSpec, words: &[String], at: usize) -> Option<usize> {
    if let Some((noun, length, _)) = longest_noun(words, at) {
        let there = present.things.iter().any(|thing| {
            let draft = Draft { noun: noun_of(thing), thing: thing.clone(), ..Draft::default() };
            draft.noun.is_some_and(|own| own.words == noun.words || own.kind == noun.kind)
                || thing.kind.class() == Class::Mechanism && draft.has_part(noun)
        });
        return there.then_some(length);
    }
    part(words, at).and_then(|(part, length)| has_part(present, part).then_some(length))
}

fn part(words: &[String], at: usize) -> Option<(Part, usize)> {
    (1..=2).rev().find_map(|length| {
        match lexicon::meaning(&words.get(at..at + length)?.join(" "))?.sense {
            Sense::Part(part) => Some((part, length)),
            _ => None,
        }
    })
}

fn has_part(present: &SceneSpec, part: Part) -> bool {
    present.things.iter().any(|thing| {
        let mut draft = Draft { noun: noun_of(thing), thing: thing.clone(), ..Draft::default() };
        matches!(part, Part::Motor) && thing.kind.class() == Class::Mechanism
            || draft.part(part, None, &Draft::default())
    })
}

/// "never mind the cone, make it a box", "forget the ball, use a cube": in its stead.
fn instead_of_it(words: &[String], _: &SceneSpec) -> Option<Vec<String>> {
    let lead = [
        &["never", "mind"][..],
        &["forget"],
        &["forget", "about"],
        &["nevermind"],
        &["scrap"],
        &["scratch"],
        &["drop"],
    ]
    .into_iter()
    .filter(|lead| begins(words, lead))
    .map(<[&str]>::len)
    .max()?;
    let comma = words.iter().position(|word| matches!(&**word, "," | "." | ";" | "and"))?;
    let what = words.get(lead..comma).filter(|what| is(what, 0, &["the"]))?;
    let rest = &words[comma + 1..];
    let by = if begins(rest, &["make", "it"]) || begins(rest, &["make", "that"]) {
        2
    } else if is(rest, 0, &["use", "put", "take", "have"]) {
        1
    } else {
        return None;
    };
    let new = rest.get(by..).filter(|new| is(new, 0, &["a", "an"]))?;
    let mut out = with("replace", what);
    out.push("with".into());
    out.extend_from_slice(new);
    Some(out)
}

/// "make one red", "paint two blue": of them.
fn some_of_them(words: &[String], present: &SceneSpec) -> Option<Vec<String>> {
    let verb = is(words, 0, &["make", "paint", "colour", "color", "turn", "dye"]);
    let many = words.get(1).filter(|word| number(word).is_some_and(|n| n.fract() == 0.0))?;
    // "make one cup red", of two.
    let cups = longest_noun(words, 2).filter(|(noun, ..)| {
        present.things.iter().any(|thing| noun_of(thing).is_some_and(|own| own.words == noun.words))
    });
    let cups = cups.map_or(0, |(_, length, _)| length);
    let looks = words.get(2 + cups..).filter(|looks| !looks.is_empty())?;
    let look = |word: &String| {
        lexicon::meaning(word).is_some_and(|entry| {
            entry.sense.is_adjective()
                || matches!(entry.sense, Sense::Comparative(_) | Sense::Relative(..))
        })
    };
    if !verb || !looks.iter().all(look) {
        return None;
    }
    let mut out = vec![words[0].clone(), many.clone()];
    if cups > 0 {
        out.extend(says("of the"));
        out.extend_from_slice(&words[2..2 + cups]);
    } else {
        out.extend(says("of them"));
    }
    out.extend_from_slice(looks);
    Some(out)
}

/// Whether a text begins with what is there, or with what only goes on: none of its own.
pub fn speaks_of_what_is_there(words: &[String], present: &SceneSpec) -> bool {
    let begin = usize::from(is(words, 0, &["now", "then", "and", "so"]));
    let the = is(words, begin, &["the"]);
    the && Stage::of(present).phrase(words, begin, true).is_some()
        || is(words, 0, &["with", "without", "but", "also", "both", "they", "it", "its"])
}

/// "the ball rolls at 2 m/s", "now the pendulum starts at 60 degrees": it should.
fn acting(words: &[String], present: &SceneSpec) -> Option<Vec<String>> {
    const DOES: &[(&str, &str)] = &[
        ("rolls", "roll"),
        ("slides", "slide"),
        ("spins", "spin"),
        ("bounces", "bounce"),
        ("falls", "fall"),
        ("flies", "fly"),
        ("moves", "move"),
        ("swings", "swing"),
        ("rotates", "rotate"),
        ("turns", "turn"),
        ("drops", "fall"),
        ("starts", "start"),
        ("begins", "start"),
        ("stands", "stand"),
        ("lies", "lie"),
        ("floats", "float"),
        ("goes", "move"),
        ("weighs", "weigh"),
    ];
    let begin = usize::from(is(words, 0, &["now", "then", "and", "so"]));
    let meant = Stage::of(present).phrase(words, begin, false)?;
    let verb = words.get(meant.end)?;
    let (_, base) =
        DOES.iter().find(|(does, base)| does == verb || base == verb && meant.plural)?;
    let mut out = words[begin..meant.end].to_vec();
    out.extend(says("should"));
    out.push((*base).to_owned());
    out.extend_from_slice(&words[meant.end + 1..]);
    Some(out)
}

/// "the ball red", "the box 5 kg": it should be so.
fn bare_state(words: &[String], present: &SceneSpec) -> Option<Vec<String>> {
    if !is(words, 0, &["the"]) {
        return None;
    }
    let meant = Stage::of(present).phrase(words, 0, false)?;
    let rest = words.get(meant.end..).filter(|rest| !rest.is_empty())?;
    let look = |word: &String| {
        lexicon::meaning(word).is_some_and(|entry| {
            entry.sense.is_adjective()
                || matches!(entry.sense, Sense::Comparative(_) | Sense::Relative(..))
        })
    };
    let read = lexemes(&rest.join(" "));
    let figure = matches!(&*read, [only] if matches!(only.lex, Lex::Measure(_)));
    (figure || rest.iter().all(look)).then(|| with("make", words))
}

/// "ball on the left": the one that is there.
fn named_bare(words: &[String], present: &SceneSpec) -> Option<Vec<String>> {
    let (noun, length, plural) = longest_noun(words, 0)?;
    let there = |thing: &&Thing| noun_of(thing).is_some_and(|own| own.words == noun.words);
    let placed = is(words, length, &["on", "in", "at", "left", "right", "behind", "under"]);
    (!plural && placed && present.things.iter().filter(there).count() == 1)
        .then(|| with("put the", words))
}

/// "make it a steel door", of a door: steel; "make it a crate", of a box: a crate in its stead.
fn made_a(words: &[String], present: &SceneSpec) -> Option<Vec<String>> {
    if !is(words, 0, &["make", "turn", "change"]) {
        return None;
    }
    let meant = Stage::of(present).phrase(words, 1, false);
    let end = meant.map_or_else(
        || is(words, 1, &["it", "that", "this"]).then_some(2),
        |meant| (!meant.plural).then_some(meant.end),
    )?;
    let a = end + usize::from(is(words, end, &["into", "to"]));
    if !is(words, a, &["a", "an"]) {
        return None;
    }
    let about: Vec<usize> = super::apply::spoken(present);
    let only = (present.things.len() == 1).then_some(0);
    let thing = about.first().copied().filter(|_| about.len() == 1).or(only)?;
    let own = noun_of(&present.things[thing])?;
    let mut nouns = (a + 1..words.len()).filter_map(|at| {
        let (noun, length, _) = longest_noun(words, at)?;
        (at + length == words.len()).then_some((at, noun))
    });
    // "a rubber ball", of a ball, is no toy.
    let first = nouns.next()?;
    let look = |word: &String| {
        lexicon::material(word).is_some()
            || lexicon::meaning(word).is_some_and(|entry| entry.sense.is_adjective())
    };
    let plain =
        nouns.find(|(at, noun)| noun.words == own.words && words[a + 1..*at].iter().all(look));
    let (at, noun) = plain.unwrap_or(first);
    let looks = &words[a + 1..at];
    if own.words == noun.words && !looks.is_empty() {
        return Some([&with("make", &words[1..end])[..], looks].concat());
    }
    (own.kind == noun.kind && own.words != noun.words).then(|| {
        let mut out = with("replace", &words[1..end]);
        out.extend(says("with a"));
        out.extend_from_slice(&words[a + 1..]);
        out
    })
}

/// Where words speak of a part of a machine or of a piece of furniture, that is no thing itself.
fn of_a_part(words: &[String], present: &SceneSpec) -> Option<usize> {
    const PARTS: &[&str] = &[
        "leg", "legs", "rod", "rods", "link", "links", "bob", "string", "pole", "top", "back",
        "seat", "wheel", "wheels", "hub", "axle", "base", "arm", "arms", "board",
    ];
    let at = words.iter().position(|word| PARTS.contains(&&**word))?;
    let own = longest_noun(words, at).is_some_and(|(noun, ..)| {
        present.things.iter().any(|thing| noun_of(thing).is_some_and(|own| own.words == noun.words))
    });
    let parted = |thing: &Thing| {
        matches!(thing.kind.class(), Class::Mechanism | Class::Furniture)
            && thing.kind != Kind::Chain
    };
    let led = at > 0
        && (is(words, at - 1, &["the", "its", "their", "both", "table"])
            || comparison(words, at - 1).is_some());
    let put = is(words, 0, &["put", "place", "move", "add", "hang", "throw", "drop"]);
    (led && !own && !put && present.things.iter().any(parted)).then_some(at)
}

/// What no part can become: "thicker legs", "make the back higher".
pub fn unfit(words: &[String], present: &SceneSpec) -> Option<Refusal> {
    let at = of_a_part(words, present)?;
    let thick = words.iter().any(|word| {
        matches!(&**word, "thicker" | "thinner" | "fatter" | "slimmer" | "thick" | "thin")
    });
    let grows = words[at] == "back" && (0..words.len()).any(|at| comparison(words, at).is_some());
    (thick || grows).then(|| {
        Refusal::of(format!(
            "'{}' is a part, of which lengths, masses and numbers can be changed where it has them",
            words[at]
        ))
    })
}

/// What becomes of all where only a part was to have another look.
pub fn as_a_whole(words: &[String], present: &SceneSpec) -> Option<String> {
    let at = of_a_part(words, present)?;
    let looks = words.iter().any(|word| {
        lexicon::meaning(word)
            .is_some_and(|entry| matches!(entry.sense, Sense::Colour(_) | Sense::Material(_)))
    });
    let poles = |thing: &Thing| matches!(thing.kind, Kind::CartPole | Kind::InvertedPendulum);
    (looks && !present.things.iter().any(poles))
        .then(|| format!("'{}' has no look of its own: all of it changes", words[at]))
}

/// "no table", "without the lamp": it goes.
fn none_of(words: &[String], present: &SceneSpec) -> Option<Vec<String>> {
    let lead = usize::from(is(words, 0, &["no", "without"]));
    let lead = lead + usize::from(lead > 0 && is(words, lead, &["more", "the", "a", "any"]));
    let (noun, length, _) = longest_noun(words, lead)?;
    let there = |thing: &Thing| noun_of(thing).is_some_and(|own| own.words == noun.words);
    (lead > 0 && lead + length == words.len() && present.things.iter().any(there))
        .then(|| with("remove the", &words[lead..]))
}

/// "30 degrees": the slope, where one thing slopes and nothing else was spoken of.
fn bare_angle(words: &[String], present: &SceneSpec) -> Option<Vec<String>> {
    let read = lexemes(&words.join(" "));
    let angle =
        matches!(&*read, [only] if matches!(only.lex, Lex::Measure(m) if m.unit == Unit::Angle));
    let slopes = present.things.iter().filter(|thing| thing.kind == Kind::Ramp).count();
    (angle && slopes == 1 && present.about.is_empty()).then(|| with("make the ramp", words))
}

/// "I meant two balls": so many of those that are there; "I meant a cube": in its stead.
fn meant(words: &[String], present: &SceneSpec) -> Option<Vec<String>> {
    let lead = [
        &["i", "meant"][..],
        &["i", "mean"],
        &["meant"],
        &["it", "should", "be"],
        &["it", "should", "have", "been"],
    ]
    .into_iter()
    .filter(|lead| begins(words, lead))
    .map(<[&str]>::len)
    .max()?;
    let rest = &words[lead..];
    if is(rest, 0, &["a", "an"]) && longest_noun(rest, 1).is_some() && rest.len() < 4 {
        return Some(with("replace it with", rest));
    }
    let many = rest.first().filter(|word| number(word).is_some_and(|n| n.fract() == 0.0))?;
    let (noun, length, _) = longest_noun(rest, 1)?;
    let own = present
        .things
        .iter()
        .filter(|thing| noun_of(thing).is_some_and(|own| own.words == noun.words));
    if 1 + length != rest.len() || own.count() != 1 {
        return None;
    }
    let mut out = says("make the");
    out.extend_from_slice(&rest[1..]);
    out.push(many.clone());
    Some(out)
}

/// "chairs should be red", "chain should be half as long": those that are there.
fn bare_subject(words: &[String], present: &SceneSpec) -> Option<Vec<String>> {
    let length = has(present, words, 0)?;
    let becomes = is(
        words,
        length,
        &["should", "must", "shall", "are", "is", "needs", "need", "has", "have", "ought"],
    );
    (becomes && words.len() > length + 1).then(|| with("the", words))
}

/// "I want 7 of them", "let there be 4 of them", "make it 50": so many.
fn so_many(words: &[String], present: &SceneSpec) -> Option<Vec<String>> {
    const ASKS: &[&[&str]] = &[
        &["i", "want"],
        &["i", "need"],
        &["i", "d", "like"],
        &["i", "would", "like"],
        &["let", "there", "be"],
        &["there", "should", "be"],
        &["give", "me"],
        &["make", "it"],
        &["make", "that"],
        &["make", "them"],
        &["we", "need"],
        &["have"],
        &["make"],
        &["better"],
        &[],
    ];
    let asks = ASKS.iter().find(|asks| begins(words, asks))?.len();
    let many = words.get(asks).filter(|word| number(word).is_some_and(|n| n.fract() == 0.0))?;
    let of = words.get(asks + 1..)?;
    let them = is(of, 0, &["of"]) && is(of, 1, &["them", "those", "these"]) && of.len() == 2;
    let bare = of.is_empty() && asks > 1 && is(words, asks - 1, &["it", "that", "them"]);
    if !(them && asks > 0 || bare) {
        return None;
    }
    // A cradle has so many balls, a chain so many links.
    let count = |noun: &str| {
        let mut out = says("make the");
        out.extend(says(noun));
        out.push(many.clone());
        out
    };
    let loose = present
        .things
        .iter()
        .any(|thing| thing.count.is_some_and(|count| count > 1) || thing.kind == Kind::Dominoes);
    let machine = present.things.iter().find_map(|thing| match thing.kind {
        Kind::NewtonsCradle => Some("balls"),
        Kind::Chain | Kind::Pendulum | Kind::Arm if them => Some("links"),
        _ => None,
    });
    match machine {
        Some(parts) if !loose => Some(count(parts)),
        _ => Some(with("make them", std::slice::from_ref(many))),
    }
}

/// "three links", "six seats", "make the chain 15 links long": so many parts.
fn counted_parts(words: &[String], present: &SceneSpec) -> Option<Vec<String>> {
    let mut at =
        usize::from(is(words, 0, &["make", "give", "have", "use", "with", "only", "just", "let"]));
    if is(words, at, &["it", "them"]) {
        at += 1;
    } else {
        let the = usize::from(is(words, at, &["the", "a"]));
        if at > 0
            && words.get(at + the).is_some_and(|word| number(word).is_none())
            && let Some(length) = has(present, words, at + the)
        {
            at += the + length;
            at += usize::from(is(words, at, &["have"]));
        }
    }
    let many =
        words.get(at).filter(|word| number(word).is_some_and(|n| n.fract() == 0.0 && n > 0.0))?;
    // "six wheels", of a car.
    if let Some((noun, length, _)) = longest_noun(words, at + 1)
        && at + 1 + length == words.len()
        && parts_of(present, noun)
    {
        let mut out = says("make the");
        out.extend_from_slice(&words[at + 1..]);
        out.push(many.clone());
        return Some(out);
    }
    let (part, length) = part(words, at + 1)?;
    let end = at + 1 + length;
    let tail = is(words, end, &["long", "instead", "now", "tall", "high"]) as usize;
    if end + tail != words.len() || !has_part(present, part) || part == Part::End {
        return None;
    }
    let mut out = says("make the");
    out.extend_from_slice(&words[at + 1..end]);
    out.push(many.clone());
    Some(out)
}

/// Whether a noun names parts of a machine that is there, and nothing else that is.
fn parts_of(present: &SceneSpec, noun: &'static lexicon::Noun) -> bool {
    let named = |thing: &Thing| noun_of(thing).is_some_and(|own| own.words == noun.words);
    !present.things.iter().any(named)
        && present.things.iter().any(|thing| {
            let draft = Draft { noun: noun_of(thing), thing: thing.clone(), ..Draft::default() };
            thing.kind.class() == Class::Mechanism && draft.has_part(noun)
        })
}

/// "2 kg bob", "20 cm wheels": of a machine that is there.
fn measured_part(words: &[String], present: &SceneSpec) -> Option<Vec<String>> {
    // "pole 1.5 m"
    if let Some((noun, length, _)) = longest_noun(words, 0)
        && parts_of(present, noun)
        && matches!(&*lexemes(&words[length..].join(" ")), [only] if matches!(only.lex, Lex::Measure(_)))
    {
        return Some(with("make the", words));
    }
    let at = (1..words.len().min(6)).find(|at| {
        longest_noun(words, *at)
            .is_some_and(|(noun, length, _)| at + length == words.len() && parts_of(present, noun))
            || part(words, *at)
                .is_some_and(|(part, length)| at + length == words.len() && has_part(present, part))
    })?;
    let read = lexemes(&words[..at].join(" "));
    if !matches!(&*read, [only] if matches!(only.lex, Lex::Measure(_))) {
        return None;
    }
    let mut out = says("make the");
    out.extend_from_slice(&words[at..]);
    out.extend_from_slice(&words[..at]);
    Some(out)
}

/// "glass bowl", "wall made of wood instead": one that is there, in another look.
fn of_another_look(words: &[String], present: &SceneSpec) -> Option<Vec<String>> {
    let look = |word: &String| {
        lexicon::meaning(word).is_some_and(|entry| {
            matches!(
                entry.sense,
                Sense::Colour(_) | Sense::Dark | Sense::Light | Sense::Material(_)
            )
        })
    };
    let end = words.len() - usize::from(words.last().is_some_and(|word| word == "instead"));
    let words = &words[..end];
    let there = |at: usize| {
        longest_noun(words, at).filter(|(noun, ..)| {
            present
                .things
                .iter()
                .any(|thing| noun_of(thing).is_some_and(|own| own.words == noun.words))
                || parts_of(present, noun)
        })
    };
    let with_it = usize::from(is(words, 0, &["with"]));
    let words = &words[with_it..];
    // "glass" is a thing, too.
    let made = |at: usize| lexicon::material(&words[at]).is_some() && at + 1 < words.len();
    let looks = (0..words.len()).take_while(|at| look(&words[*at]) || made(*at)).count();
    if looks > 0
        && let Some((_, length, _)) = there(looks)
        && looks + length == words.len()
    {
        let mut out = says("make the");
        out.extend_from_slice(&words[looks..]);
        out.extend_from_slice(&words[..looks]);
        return Some(out);
    }
    let (_, length, _) = there(0)?;
    let of = length + usize::from(is(words, length, &["made", "out", "all"]));
    let of = of + usize::from(is(words, of, &["of", "from", "in"]));
    let rest = words.get(of..).filter(|rest| !rest.is_empty() && of > length)?;
    let material = |word: &String| look(word) || lexicon::material(word).is_some();
    rest.iter().all(material).then(|| {
        let mut out = says("make the");
        out.extend_from_slice(&words[..length]);
        out.extend_from_slice(rest);
        out
    })
}

/// "the box is too big", "too steep", "not so heavy": the other way.
fn too_much(words: &[String], _: &SceneSpec) -> Option<Vec<String>> {
    const OPPOSITES: &[(&str, &str)] = &[
        ("big", "smaller"),
        ("large", "smaller"),
        ("huge", "smaller"),
        ("small", "bigger"),
        ("tiny", "bigger"),
        ("little", "bigger"),
        ("heavy", "lighter"),
        ("light", "heavier"),
        ("tall", "shorter"),
        ("high", "lower"),
        ("short", "longer"),
        ("long", "shorter"),
        ("wide", "narrower"),
        ("narrow", "wider"),
        ("thick", "thinner"),
        ("fat", "thinner"),
        ("thin", "thicker"),
        ("fast", "slower"),
        ("quick", "slower"),
        ("slow", "faster"),
        ("steep", "flatter"),
        ("flat", "steeper"),
        ("stiff", "softer"),
        ("soft", "stiffer"),
        ("strong", "weaker"),
        ("weak", "stronger"),
        ("bouncy", "less bouncy"),
        ("slippery", "rougher"),
        ("rough", "smoother"),
    ];
    let at = words.iter().position(|word| matches!(&**word, "too" | "not"))?;
    let so = usize::from(words[at] == "not" && is(words, at + 1, &["so", "that", "quite", "too"]));
    if words[at] == "not" && (so == 0 || at > 0) {
        return None;
    }
    let how = words.get(at + 1 + so)?;
    let (_, other) = OPPOSITES.iter().find(|(word, _)| word == how)?;
    let mut who = &words[..at];
    while who.last().is_some_and(|word| {
        matches!(
            &**word,
            "is" | "are"
                | "s"
                | "looks"
                | "look"
                | "still"
                | "a"
                | "bit"
                | "way"
                | "far"
                | "much"
                | "seems"
                | "little"
                | "now"
                | "was"
                | "moves"
                | "rolls"
                | "spins"
        )
    }) {
        who = &who[..who.len() - 1];
    }
    let rest = &words[at + 2 + so..];
    if !who.is_empty() && !is(who, 0, &["the", "it", "they", "that", "this"])
        || is(rest, 0, &["to", "for"])
    {
        return None;
    }
    let other = if *other == "lower" { "shorter" } else { other };
    let mut out = says("make");
    out.extend(match who {
        [] => says("it"),
        [they] if they == "they" => says("them"),
        who => who.to_vec(),
    });
    match amount(rest.strip_suffix(&says("is enough")[..]).unwrap_or(rest)) {
        Some(amount) => out.extend(measured(&says(other), &amount)),
        None if rest.is_empty() => out.extend(says(other)),
        None => return None,
    }
    Some(out)
}

/// "put three more balls in": in what holds things.
fn put_in(words: &[String], present: &SceneSpec) -> Option<Vec<String>> {
    let verb = is(words, 0, &["put", "add", "throw", "drop"]);
    let ends = words.last().is_some_and(|word| matches!(&**word, "in" | "inside"));
    let vessel = present
        .things
        .iter()
        .rfind(|thing| thing.kind.class() == Class::Vessel || thing.kind.is_hollow())?;
    let noun = noun_of(vessel)?;
    (verb && ends && words.len() > 2 && !is(words, 1, &["it", "them", "the"])).then(|| {
        let mut out = words.to_vec();
        out.push("the".to_owned());
        out.extend(says(super::super::draft::first_word(noun.words)));
        out
    })
}

/// How many words at a place compare: "longer", "much bigger", "more bouncy", "twice as long".
fn comparison(words: &[String], at: usize) -> Option<usize> {
    let longest = (1..=3).rev().find(|length| {
        words
            .get(at..at + length)
            .and_then(|some| lexicon::meaning(&some.join(" ")))
            .is_some_and(|entry| matches!(entry.sense, Sense::Comparative(_) | Sense::Relative(..)))
    });
    longest.or_else(|| {
        let degree = usize::from(is(words, at, &["much", "slightly", "a", "far"]))
            + usize::from(is(words, at, &["a"]) && is(words, at + 1, &["bit", "little", "lot"]));
        (degree > 0).then(|| comparison(words, at + degree).map(|length| degree + length)).flatten()
    })
}

/// "longer pole", "a stiffer spring, 200 N/m", "use a longer cable": of what is there.
fn compared_noun(words: &[String], present: &SceneSpec) -> Option<Vec<String>> {
    let verb = if begins(words, &["give", "it"]) || begins(words, &["give", "them"]) {
        2
    } else {
        usize::from(is(words, 0, &["use", "with", "want", "need", "have", "take"]))
            + 2 * usize::from(
                begins(words, &["i", "want"])
                    || begins(words, &["i", "need"])
                    || begins(words, &["make", "it"])
                    || begins(words, &["get", "me"]),
            )
    };
    let verb = verb
        + usize::from(
            is(words, verb, &["a", "an", "the", "its"]) && comparison(words, verb).is_none(),
        );
    let how = comparison(words, verb)?;
    let noun = verb + how;
    let length = has(present, words, noun)?;
    let mut end = noun + length;
    end += usize::from(is(words, end, &["instead", "now"]));
    let mut out = says("make the");
    out.extend_from_slice(&words[noun..noun + length]);
    let rest = &words[end..];
    if rest.is_empty() {
        out.extend_from_slice(&words[verb..noun]);
        return Some(out);
    }
    let amount = amount(rest)?;
    out.extend(measured(&words[verb..noun], &amount));
    Some(out)
}

/// ", 10 kg", "of 2 m": an amount and nothing else.
fn amount(words: &[String]) -> Option<Vec<String>> {
    let mut at = 0;
    while is(words, at, &[",", "of", "with", "(", "-", "at", "about", ":", "to", "maybe"]) {
        at += 1;
    }
    let inner: Vec<String> = words[at..].iter().filter(|word| *word != ")").cloned().collect();
    let read = lexemes(&inner.join(" "));
    (at > 0 && matches!(&*read, [only] if matches!(only.lex, Lex::Measure(_)))).then_some(inner)
}

/// "heavier, 10 kg" says no more than "10 kg"; "longer, 2 m" is "2 m long".
fn measured(how: &[String], amount: &[String]) -> Vec<String> {
    let mut out = amount.to_vec();
    let dim = match how.last().map(|word| &**word) {
        Some("longer" | "shorter") => Some("long"),
        Some("taller" | "higher" | "lower") => Some("high"),
        Some("wider" | "narrower" | "broader") => Some("wide"),
        Some("thicker" | "thinner" | "fatter") => Some("thick"),
        Some("deeper") => Some("deep"),
        _ => None,
    };
    let read = lexemes(&amount.join(" "));
    let long =
        matches!(&*read, [only] if matches!(only.lex, Lex::Measure(m) if m.unit == Unit::Length));
    out.extend(dim.filter(|_| long).map(str::to_owned));
    out
}

/// "make the pole heavier, 2 kg", "slower, 2 m/s": so much.
fn with_amount(words: &[String], _: &SceneSpec) -> Option<Vec<String>> {
    let comma = words.iter().position(|word| word == ",")?;
    let amount = amount(&words[comma..])?;
    let begin =
        (0..comma).find(|at| comparison(words, *at).is_some_and(|length| at + length == comma))?;
    let slope = is(words, comma - 1, &["steeper", "flatter", "shallower", "gentler", "steep"]);
    if begin == 0 && slope {
        return Some(with("change the slope to", &amount));
    }
    let mut out = if begin == 0 { says("make it") } else { words[..begin].to_vec() };
    out.extend(measured(&words[begin..comma], &amount));
    Some(out)
}

/// "more friction", "less damping", "stronger wind", "a bit more speed": increase it.
fn more_of(words: &[String], _: &SceneSpec) -> Option<Vec<String>> {
    let verb = usize::from(is(words, 0, &["add", "give", "use", "with", "want"]))
        + 2 * usize::from(begins(words, &["make", "it"]));
    let verb = verb + usize::from(verb > 0 && is(words, verb, &["it", "them"]));
    let at = (verb..words.len().min(verb + 3))
        .find(|at| is(words, *at, &["more", "less", "stronger", "weaker", "lower", "higher"]))?;
    if !words[verb..at]
        .iter()
        .all(|word| matches!(&**word, "a" | "bit" | "little" | "lot" | "much" | "some"))
    {
        return None;
    }
    let strong = matches!(&*words[at], "stronger" | "weaker");
    let up = matches!(&*words[at], "more" | "stronger" | "higher");
    let what = words.get(at + 1)?;
    let entry = lexicon::meaning(what)?;
    let world = matches!(entry.sense, Sense::Wind | Sense::Gravity);
    let fits = world || !strong && matches!(entry.sense, Sense::Prop(_));
    if !fits {
        return None;
    }
    let mut out = says(if up { "increase the" } else { "decrease the" });
    out.extend_from_slice(&words[at + 1..]);
    Some(out)
}

/// "ice floor", "a rough floor please": the floor should be so.
fn of_the_floor(words: &[String], _: &SceneSpec) -> Option<Vec<String>> {
    let begin = usize::from(is(words, 0, &["a", "an", "with", "use", "on"]));
    let begin = begin + usize::from(begin == 1 && is(words, 1, &["a", "an"]));
    let (floor, looks) = words.get(begin..)?.split_last()?;
    let sense = |word: &String| lexicon::meaning(word).map(|entry| entry.sense);
    let look = |word: &String| sense(word).is_some_and(Sense::is_adjective);
    (matches!(&**floor, "floor" | "ground") && !looks.is_empty() && looks.iter().all(look))
        .then(|| with("make the floor", looks))
}

/// "orange", "in dark blue", "steel": nothing but how it should look.
fn only_a_look(words: &[String], _: &SceneSpec) -> Option<Vec<String>> {
    let begin = usize::from(is(words, 0, &["in", "rather", "maybe"]));
    let looks = words.get(begin..)?;
    let look = |word: &String| {
        lexicon::meaning(word).is_some_and(|entry| {
            matches!(
                entry.sense,
                Sense::Colour(_) | Sense::Dark | Sense::Light | Sense::Material(_) | Sense::Rainbow
            )
        })
    };
    let told = |word: &String| {
        lexicon::meaning(word)
            .is_some_and(|entry| matches!(entry.sense, Sense::Colour(_) | Sense::Material(_)))
    };
    (!looks.is_empty() && looks.len() < 4 && looks.iter().all(look) && looks.iter().any(told))
        .then(|| with("make it", looks))
}

/// "spring stiffness 500", "slope of 25 degrees", "cart mass 2 kg", "hoop radius from 1 to 0.5 m".
fn stated(words: &[String], present: &SceneSpec) -> Option<Vec<String>> {
    let the = usize::from(is(words, 0, &["the", "a", "with", "its"]));
    let owner = has(present, words, the);
    let prop = the + owner.unwrap_or(0);
    let prop_at = |at: usize| {
        words
            .get(at)
            .and_then(|word| lexicon::meaning(word))
            .is_some_and(|entry| matches!(entry.sense, Sense::Prop(_) | Sense::Dim(_)))
            || is(words, at, &["slope", "steepness"])
    };
    let (owner, prop) = if prop_at(prop) {
        (owner, prop)
    } else if prop_at(the) {
        (None, the)
    } else {
        return None;
    };
    let mut at = prop + 1;
    while is(words, at, &["of", "is", "=", ":", "should", "be", "to", "at", "must"]) {
        at += 1;
    }
    if is(words, at, &["from"]) {
        at = (at..words.len()).find(|to| words[*to] == "to")? + 1;
    }
    let value =
        words.get(at..).filter(|value| value.first().is_some_and(|w| number(w).is_some()))?;
    let read = lexemes(&value.join(" "));
    if !matches!(&*read, [only] if matches!(only.lex, Lex::Measure(_) | Lex::Number(_))) {
        return None;
    }
    let mut out = says("change the");
    out.push(words[prop].clone());
    if let Some(length) = owner {
        out.extend(says("of the"));
        out.extend_from_slice(&words[the..the + length]);
    }
    out.push("to".into());
    out.extend_from_slice(value);
    Some(out)
}
