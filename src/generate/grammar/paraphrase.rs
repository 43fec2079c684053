//! Paraphrases of whole clauses, in new scenes and in changes: what each of several has, what spans
//! them, colours without names, masses and extents in sentences of their own. Works on words; a text
//! in which no rule finds anything stays as it was written.

use super::{
    lexicon::{self, Entry, Sense},
    measure::number_word,
    reword::{is, mark, says},
    token::tokens,
};

/// How a rule rewrites the words; nothing when it finds nothing.
type Rule = fn(&[String]) -> Option<Vec<String>>;

const COLOURS: &[&str] = &["colour", "colours", "color", "colors"];
const ORDINALS: &[&str] =
    &["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "last"];
const PLACES: &[&str] = &["on", "in", "inside", "under", "behind", "beside"];
const STANDS: &[&str] =
    &["lies", "stands", "sits", "rests", "is", "there", "lie", "stand", "sit", "rest", "are"];

/// A text as the grammar reads it. `fresh` is a scene of its own, in which nothing is there yet.
pub fn plain(text: &str, fresh: bool) -> String {
    let mut words: Vec<String> = tokens(text).into_iter().map(|token| token.text).collect();
    let mut changed = false;
    let anywhere: &[Rule] =
        &[own_colours, shared_noun, its_mass, semi_axes, sides, on_each, spanned, ordinals];
    let in_scenes = super::expand::RULES.iter().chain([&(first_named as Rule)]);
    let rules = anywhere.iter().chain(in_scenes.filter(|_| fresh));
    for rule in rules {
        // As often as there is such a clause, within reason.
        for _ in 0..12 {
            let Some(better) = rule(&words) else { break };
            words = better;
            changed = true;
        }
    }
    if changed { words.join(" ") } else { text.to_owned() }
}

fn entry(word: &str) -> Option<Entry> {
    lexicon::meaning(word)
}

fn is_noun(words: &[String], at: usize) -> bool {
    words
        .get(at)
        .and_then(|word| entry(word))
        .is_some_and(|entry| matches!(entry.sense, Sense::Noun(_)))
}

fn is_adjective(words: &[String], at: usize) -> bool {
    words.get(at).and_then(|word| entry(word)).is_some_and(|entry| entry.sense.is_adjective())
}

fn number(word: &str) -> Option<f64> {
    number_word(word).or_else(|| word.parse().ok())
}

fn is_number(words: &[String], at: usize) -> bool {
    words.get(at).is_some_and(|word| number(word).is_some())
}

fn spliced(words: &[String], from: usize, to: usize, new: &str) -> Vec<String> {
    let mut out = words[..from].to_vec();
    out.extend(says(new));
    out.extend_from_slice(&words[to.min(words.len())..]);
    out
}

/// Where the clause at a place ends.
fn clause_end(words: &[String], from: usize) -> usize {
    (from..words.len()).find(|at| mark(&words[*at])).unwrap_or(words.len())
}

/// "in five different colours", "each in another colour": of different colours.
fn own_colours(words: &[String]) -> Option<Vec<String>> {
    let at = words.iter().position(|word| COLOURS.contains(&&**word))?;
    let at = (at..words.len()).find(|at| {
        let differing = is(words, at.wrapping_sub(1), &["different", "distinct", "other"]);
        COLOURS.contains(&&*words[*at])
            && !(differing && at.checked_sub(2).is_some_and(|of| words[of] == "of"))
    })?;
    // "no two of the same colour"
    if let Some(no) =
        (0..at).rev().take(7).find(|no| words[*no] == "no" && is(words, no + 1, &["two"]))
    {
        let idle = words[no + 2..at].iter().all(|word| {
            matches!(&**word, "of" | "the" | "same" | "with" | "in" | "having" | "have" | "them")
        });
        let from = no - usize::from(no > 0 && words[no - 1] == ",");
        return idle.then(|| spliced(words, from, at + 1, "of different colours"));
    }
    let many = |at: usize| words[..at].iter().any(|w| number(w).is_some_and(|n| n > 1.0));
    let singular = matches!(&*words[at], "colour" | "color");
    if singular {
        // "each in its own colour", "each of a different colour"
        let each =
            (0..at).rev().take(7).find(|at| matches!(&*words[*at], "each" | "all" | "every"))?;
        let idle = words[each + 1..at].iter().all(|word| {
            matches!(
                &**word,
                "in" | "of"
                    | "with"
                    | "its"
                    | "their"
                    | "own"
                    | "another"
                    | "a"
                    | "different"
                    | "one"
                    | "them"
                    | "having"
                    | "has"
                    | "an"
                    | "separate"
                    | "new"
                    | "individual"
                    | "distinct"
            )
        });
        let tells = words[each + 1..at].iter().any(|word| {
            matches!(
                &**word,
                "own" | "another" | "different" | "separate" | "individual" | "distinct"
            )
        });
        let from = each - usize::from(each > 0 && words[each - 1] == ",");
        // Things that are named one by one differ by themselves.
        let new = if many(each) { "of different colours" } else { "" };
        return (idle && tells).then(|| spliced(words, from, at + 1, new));
    }
    let begin = (0..at).rev().take(5).find(|at| matches!(&*words[*at], "in" | "of" | "with"))?;
    let inner = &words[begin + 1..at];
    let idle = inner.iter().all(|word| {
        number(word).is_some()
            || matches!(
                &**word,
                "different" | "distinct" | "all" | "many" | "several" | "varied" | "random" | "the"
            )
    });
    let counts: Vec<f64> = inner.iter().filter_map(|word| number(word)).collect();
    let as_many =
        counts.iter().all(|count| words[..begin].iter().any(|word| number(word) == Some(*count)));
    (idle
        && as_many
        && !inner.is_empty()
        && inner != ["different"]
        && (many(begin) || !counts.is_empty()))
    .then(|| spliced(words, begin, at + 1, "of different colours"))
}

/// "the red and the blue one": the red one and the blue one.
fn shared_noun(words: &[String]) -> Option<Vec<String>> {
    let at = (0..words.len()).find(|at| {
        words[*at] == "the"
            && is_adjective(words, at + 1)
            && is(words, at + 2, &["and"])
            && is(words, at + 3, &["the"])
            && is_adjective(words, at + 4)
            && (is(words, at + 5, &["one"]) || is_noun(words, at + 5))
    })?;
    Some(spliced(words, at + 2, at + 2, &words[at + 5]))
}

/// "Its mass is 8 kg", "and its weight 1.5 kg": it weighs so much.
fn its_mass(words: &[String]) -> Option<Vec<String>> {
    let at = (0..words.len())
        .find(|at| is(words, *at, &["its", "their"]) && is(words, at + 1, &["mass", "weight"]))?;
    let begins = at == 0 || mark(&words[at - 1]) || words[at - 1] == "and";
    let mut end = at + 2;
    while is(
        words,
        end,
        &["is", "equals", "of", "be", "amounts", "to", "are", ":", "=", "measures"],
    ) {
        end += 1;
    }
    let verb = if words[at] == "its" { "it weighs" } else { "they weigh" };
    (begins && is_number(words, end)).then(|| spliced(words, at, end, verb))
}

/// A list of numbers, with or without units, that ends in a unit: the numbers, the unit, the end.
fn listed(words: &[String], from: usize) -> Option<(Vec<f64>, String, usize)> {
    let (mut values, mut unit, mut at) = (Vec::new(), String::new(), from);
    loop {
        values.push(words.get(at)?.parse::<f64>().ok()?);
        at += 1;
        if let Some(word) = words.get(at).filter(|word| {
            matches!(
                &***word,
                "cm" | "mm"
                    | "m"
                    | "centimetres"
                    | "centimeters"
                    | "metres"
                    | "meters"
                    | "millimetres"
                    | "millimeters"
                    | "inches"
            )
        }) {
            if !unit.is_empty() && unit != *word {
                return None;
            }
            unit.clone_from(word);
            at += 1;
        }
        let here = at;
        while is(words, at, &[",", "and", "by", "x", "×", "/"]) {
            at += 1;
        }
        // Three numbers without a unit are metres.
        if !is_number(words, at) || at == here && (unit.is_empty() && values.len() > 2) {
            if unit.is_empty() && values.len() == 3 && values.iter().any(|n| n.fract() != 0.0) {
                unit = "m".to_owned();
            }
            return (!unit.is_empty()).then_some((values, unit, here));
        }
    }
}

/// "with semi-axes of 10, 15 and 20 cm": twice as large in all.
fn semi_axes(words: &[String]) -> Option<Vec<String>> {
    let at = (0..words.len()).find(|at| {
        is(words, *at, &["semi", "half"]) && is(words, at + 1, &["axes", "axis"])
            || is(words, *at, &["semiaxes", "semi-axes", "half-axes", "halfaxes"])
    })?;
    let from = if at > 0 && is(words, at - 1, &["with", "of"]) { at - 1 } else { at };
    let mut begin = at + 1;
    while is(words, begin, &["axes", "axis", "of", "are", ":", "=", "the", "lengths", "length"]) {
        begin += 1;
    }
    let (values, unit, end) = listed(words, begin)?;
    let sizes: Vec<String> = values.iter().map(|value| (2.0 * value).to_string()).collect();
    (values.len() > 1)
        .then(|| spliced(words, from, end, &format!(", {} {unit}", sizes.join(" x "))))
}

/// "with sides of 10 cm, 20 cm and 30 cm": 10 x 20 x 30 cm.
fn sides(words: &[String]) -> Option<Vec<String>> {
    let at = (1..words.len()).find(|at| {
        is(words, *at, &["sides", "edges", "dimensions", "measurements", "lengths"])
            && is(words, at - 1, &["with", "the", "side", "edge", "of"])
            && is(words, at + 1, &["of", ":", "measuring", "are"])
            || is(words, *at, &["lengths"]) && is(words, at - 1, &["edge", "side"])
    })?;
    let mut from = at;
    while from > 0 && is(words, from - 1, &["with", "the", "side", "edge", "of", "has", "having"]) {
        from -= 1;
    }
    let mut begin = at + 1;
    while is(words, begin, &["of", ":", "measuring", "are"]) {
        begin += 1;
    }
    let (values, unit, end) = listed(words, begin)?;
    // Several that differ have one side each.
    let several = (0..from).any(|at| {
        entry(&words[at]).is_some_and(|entry| entry.plural)
            || words[at].parse::<f64>().is_ok()
            || number(&words[at]).is_some_and(|n| n > 1.0)
    });
    let sizes: Vec<String> = values.iter().map(ToString::to_string).collect();
    (values.len() == 3 && !several)
        .then(|| spliced(words, from, end, &format!("of {} {unit}", sizes.join(" x "))))
}

/// "three cubes, and on each of them a ball": each with a ball on it.
fn on_each(words: &[String]) -> Option<Vec<String>> {
    let at = (1..words.len()).find(|at| {
        is(words, *at, PLACES) && is(words, at + 1, &["each", "all", "every"]) && {
            let of = is(words, at + 2, &["of", "one"]);
            let bare = is(words, at + 2, STANDS) || is(words, at + 2, &["a", "an"]);
            of || bare && words[at + 1] == "each"
        }
    })?;
    let place = words[at].clone();
    let mut begin = at + 2;
    while is(words, begin, &["of", "them", "these", "those", "one"]) {
        begin += 1;
    }
    // "on each of the cubes" names them.
    if is(words, begin, &["the"]) {
        return None;
    }
    while is(words, begin, STANDS) {
        begin += 1;
    }
    if !(is(words, begin, &["a", "an"]) || is_number(words, begin)) {
        return None;
    }
    let mut from = at;
    while from > 0 && (mark(&words[from - 1]) || words[from - 1] == "and") {
        from -= 1;
    }
    if from == at || from == 0 {
        return None;
    }
    let end = clause_end(words, begin);
    let what = words[begin..end].join(" ");
    Some(spliced(words, from, end, &format!(", each with {what} {place} it")))
}

/// "two blocks bridged by a plank", "four columns supporting a plate": it lies on them.
fn spanned(words: &[String]) -> Option<Vec<String>> {
    let at = (1..words.len()).find(|at| {
        let passive = is(
            words,
            *at,
            &["bridged", "spanned", "topped", "connected", "crowned", "covered", "capped"],
        ) && is(words, at + 1, &["by", "with"]);
        let active = is(words, *at, &["supporting", "bearing"])
            || is(words, *at, &["support", "bear", "supports", "bears"]);
        let begin = if passive { at + 2 } else { at + 1 };
        (passive && words[*at] != "connected" || active)
            && (is(words, begin, &["a", "an", "one"]) || is_number(words, begin))
            && (1..*at).any(|at| is_noun(words, at))
    })?;
    let begin = at + 1 + usize::from(is(words, at + 1, &["by", "with"]));
    let mut from = at;
    while is(words, from - 1, &["that", "which", "are", "is", ","]) && from > 1 {
        from -= 1;
    }
    let many = words[..from].iter().any(|word| number(word).is_some_and(|n| n > 1.0));
    let it = if many { "them" } else { "it" };
    let end = clause_end(words, begin);
    let what = words[begin..end].join(" ");
    let mut out = spliced(words, from, end, &format!(". {what} lies on {it}"));
    // ", with a ball resting on the plank" is a sentence then.
    let rest = from + (begin..end).len() + 4;
    if is(&out, rest, &[","]) && is(&out, rest + 1, &["with"]) && is(&out, rest + 2, &["a", "an"]) {
        out.splice(rest..rest + 2, says("."));
    }
    for at in (0..out.len().saturating_sub(4)).rev() {
        let middle = is(&out, at, &["on", "in"])
            && is(&out, at + 1, &["the"])
            && is(&out, at + 2, &["middle", "centre", "center"])
            && is(&out, at + 3, &["of"]);
        if middle && at > from {
            out.splice(at..at + 4, says("on"));
        }
    }
    Some(out)
}

/// "on the first is a cube, on the second one two": on the first table, on the second table.
fn ordinals(words: &[String]) -> Option<Vec<String>> {
    let (group, name) = (0..words.len()).find_map(|at| {
        let many = number(&words[at]).is_some_and(|number| number > 1.0);
        let noun = (at + 1..words.len().min(at + 4)).find(|noun| is_noun(words, *noun))?;
        let entry = entry(&words[noun]).filter(|entry| many && entry.plural)?;
        let Sense::Noun(own) = entry.sense else { return None };
        let name = own.words.split('|').map(|word| word.trim_start_matches('*'));
        let name = name.into_iter().find(|word| lexicon::plural(word) == words[noun])?;
        Some((noun, name))
    })?;
    let at = (group + 1..words.len()).find(|at| {
        let side = is(words, at + 2, &["left", "right"]) && is(words, at + 3, &["one"]);
        let place = is(words, *at, PLACES) && is(words, at + 1, &["the"]);
        let ordinal = is(words, at + 2, ORDINALS) && !is_noun(words, at + 3);
        let one = usize::from(is(words, at + 3, &["one"]));
        let next = at + 3 + one;
        let open = next >= words.len()
            || mark(&words[next])
            || is(words, next, STANDS)
            || is(words, next, &["a", "an", "and"])
            || is_number(words, next);
        place && (ordinal || side) && open
    })?;
    let one = usize::from(is(words, at + 3, &["one"]));
    let mut out = spliced(words, at + 3, at + 3 + one, name);
    // "on the second a vase": it stands there.
    if is(&out, at + 4, &["a", "an"]) {
        out.insert(at + 4, "is".into());
    }
    Some(out)
}

/// "The red cube is in front of the green cube": both are named for the first time.
fn first_named(words: &[String]) -> Option<Vec<String>> {
    let colour = |at: usize| {
        words
            .get(at)
            .and_then(|word| entry(word))
            .is_some_and(|entry| matches!(entry.sense, Sense::Colour(_)))
    };
    let at = (0..words.len()).find(|at| {
        is(words, *at, &["the", "The"]) && colour(at + 1) && is_noun(words, at + 2) && {
            let singular = entry(&words[at + 2]).is_some_and(|entry| !entry.plural);
            let several = lexicon::plural(&words[at + 2]);
            singular
                && !words[..*at].iter().any(|word| *word == words[at + 1] || *word == several)
                && !words[..*at].iter().any(|word| {
                    matches!(&**word, "one" | "colour" | "colours" | "colors" | "color")
                })
                && words.iter().filter(|word| **word == words[at + 2]).count() > 1
        }
    })?;
    Some(spliced(words, at, at + 1, "a"))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn clauses_become_plain() {
        for (said, read) in [
            ("five capsules in five different colours", "five capsules of different colours"),
            ("a box. Its mass is 8 kg.", "a box . it weighs 8 kg ."),
            ("swap the red and the blue one", "swap the red one and the blue one"),
            ("an ellipsoid with semi-axes of 10, 15 and 20 cm", "an ellipsoid , 20 x 30 x 40 cm"),
            ("three cubes, and on each of them a ball", "three cubes , each with a ball on it"),
            ("two blocks bridged by a plank", "two blocks . a plank lies on them"),
            ("three tables. On the first is a cube", "three tables . on the first table is a cube"),
        ] {
            assert_eq!(plain(said, true), read, "{said}");
        }
        assert_eq!(plain("six balls in two colours", true), "six balls in two colours");
    }
}
