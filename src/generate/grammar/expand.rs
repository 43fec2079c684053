//! What is said in short of several is spelled out: "twelve alternating cubes and balls", "4 in the
//! bottom row, then 3, then 2, then 1", "three stacks of coins: 5, 10 and 15", "blocks of wood, rubber
//! and ice", "getting bigger, the first 10 cm and the last 40 cm". Works on words, as
//! [`super::paraphrase`] does.

use super::{
    lexicon::{self, Entry, Sense},
    measure, totals,
};

/// A rule: other words for these, where it applies.
type Rule = fn(&[String]) -> Option<Vec<String>>;

/// All of them.
pub(super) const RULES: &[Rule] = &[
    alternating,
    rows_of_a_pile,
    counts_of_groups,
    counted_in_each,
    materials_in_turn,
    from_first_to_last,
    facing_each_other,
    totals::dropped_onto,
    totals::in_steps,
    totals::total_length,
    totals::total_mass,
];

/// Most that are spelled out one by one.
const MOST: usize = 24;
/// Most words of a phrase.
const LONGEST: usize = 4;

fn word(words: &[String], at: usize) -> &str {
    words.get(at).map_or("", |word| &**word)
}

fn is(words: &[String], at: usize, any: &[&str]) -> bool {
    any.contains(&word(words, at))
}

fn skip(words: &[String], mut at: usize, any: &[&str]) -> usize {
    while is(words, at, any) {
        at += 1;
    }
    at
}

fn number(words: &[String], at: usize) -> Option<usize> {
    let word = word(words, at);
    let value = word.parse().ok().or_else(|| measure::number_word(word))?;
    ((1.0..=200.0).contains(&value) && value.fract() == 0.0).then_some(value as usize)
}

fn sense(words: &[String], at: usize) -> Option<Sense> {
    lexicon::meaning(word(words, at)).map(|entry| entry.sense)
}

fn is_adjective(words: &[String], at: usize) -> bool {
    sense(words, at).is_some_and(Sense::is_adjective)
}

fn spliced(words: &[String], from: usize, to: usize, new: &str) -> Vec<String> {
    let new = new.split_whitespace().map(str::to_owned);
    words[..from].iter().cloned().chain(new).chain(words[to..].iter().cloned()).collect()
}

/// Adjectives and a plural noun of up to four words: where the noun begins, where it ends, and one of
/// it with the adjectives.
fn plural_noun(words: &[String], from: usize) -> Option<(usize, String)> {
    let mut noun = from;
    while is_adjective(words, noun) {
        noun += 1;
    }
    let (end, single) = (1..=LONGEST).rev().find_map(|length| {
        let said = words.get(noun..noun + length)?.join(" ");
        let Entry { sense: Sense::Noun(own), plural: true } = lexicon::meaning(&said)? else {
            return None;
        };
        let regular = |name: &&str| lexicon::plural(name) == said;
        let single = own.words.split('|').find(regular);
        Some((noun + length, single.unwrap_or(super::draft::first_word(own.words)).to_owned()))
    })?;
    let adjectives = words[from..noun].iter().map(|word| format!("{word} "));
    Some((end, adjectives.collect::<String>() + &single))
}

/// "a tower of 12 alternating cubes and balls": one of each in turn.
fn alternating(words: &[String]) -> Option<Vec<String>> {
    let at = (0..words.len()).find(|at| is(words, *at, &["alternating", "alternate"]))?;
    let (and, first) = plural_noun(words, at + 1)?;
    if !is(words, and, &["and"]) {
        return None;
    }
    let (mut end, second) = plural_noun(words, and + 1)?;
    let mut from = at;
    let mut count = from.checked_sub(1).and_then(|before| number(words, before));
    from -= usize::from(count.is_some());
    let tower = ["tower", "stack", "pile", "column"];
    let of = from.checked_sub(1).filter(|of| is(words, *of, &["of"]));
    let group = of.and_then(|of| of.checked_sub(1));
    let stacked = group.is_some_and(|group| is(words, group, &tower));
    let row = group.is_some_and(|group| is(words, group, &["row", "line"]));
    if of.is_some() && !(stacked || row) {
        return None;
    }
    // "…, 12 pieces"
    let behind = skip(words, end, &[",", "maybe", "say", "about", "in", "total", "of"]);
    if let (None, Some(pieces), true) = (
        count,
        number(words, behind),
        is(words, behind + 1, &["pieces", "parts", "blocks", "of", "in", "altogether", "items"]),
    ) {
        count = Some(pieces);
        end = skip(words, behind + 2, &["them", "total", "all"]);
    }
    let count = count.unwrap_or(6);
    if !(2..=MOST).contains(&count) {
        return None;
    }
    let each = (0..count).map(|n| format!("a {}", if n % 2 == 0 { &first } else { &second }));
    let list = each.collect::<Vec<_>>().join(" , ");
    Some(match (stacked, of) {
        (true, _) => spliced(words, from, end, &list),
        (false, Some(of)) => {
            let begin = of - 1;
            let begin = begin - usize::from(begin > 0 && is(words, begin - 1, &["a", "one"]));
            spliced(words, begin, end, &format!("{list} in a row"))
        }
        (false, None) => spliced(words, from, end, &list),
    })
}

/// What is counted in rows.
const PILED: &[&str] =
    &["cans", "blocks", "cubes", "boxes", "bricks", "balls", "cups", "of", "them"];
/// Words for where a row is.
const LEVELS: &[&str] = &[
    "on", "in", "at", "the", "bottom", "lowest", "base", "first", "next", "second", "third",
    "fourth", "row", "layer", "level", "above", "it", "that", "them", "top",
];
/// Those of them that tell of a pile.
const NAMED: &[&str] = &["bottom", "lowest", "base", "row", "layer", "level", "top", "above"];
/// Words between one row and the next.
const BETWEEN: &[&str] =
    &[",", "then", "and", "above", "next", "with", "on", "it", "that", "of", "them", "top"];

/// "4 on the bottom row, then 3, then 2, then 1": so many rows, each one shorter.
fn rows_of_a_pile(words: &[String]) -> Option<Vec<String>> {
    for from in 0..words.len() {
        let Some(most @ 2..) = number(words, from) else { continue };
        let (mut at, mut left, mut told) = (from + 1, most, false);
        loop {
            let noun = skip(words, at, PILED);
            let place = skip(words, noun, LEVELS);
            told |= (noun..place).any(|at| is(words, at, NAMED));
            at = place;
            if left == 1 {
                break;
            }
            let joined = skip(words, at, BETWEEN);
            if joined == at || number(words, joined) != Some(left - 1) {
                break;
            }
            (at, left) = (joined + 1, left - 1);
        }
        let ends = matches!(word(words, at), "" | "." | "," | "!" | "?" | ";" | "and");
        if left == 1 && told && ends {
            let comma = from > 0 && is(words, from - 1, &[",", "with", ":"]);
            let rows = format!("in a triangular stack with {most} rows");
            return Some(spliced(words, from - usize::from(comma), at, &rows));
        }
    }
    None
}

/// Numbers in turn: "5 , 10 and 15".
fn numbers(words: &[String], from: usize) -> Option<(Vec<usize>, usize)> {
    let mut found = vec![number(words, from)?];
    let mut at = from + 1;
    loop {
        let next = skip(words, at, &[",", "and", "then"]);
        match number(words, next) {
            Some(value) if next > at => found.push(value),
            _ => return Some((found, at)),
        }
        at = next + 1;
    }
}

const GROUPS: &[&str] =
    &["stacks", "towers", "piles", "rows", "lines", "columns", "rings", "circles", "heaps"];

/// "three stacks of coins: 5, 10 and 15 (coins)": a stack of each.
fn counts_of_groups(words: &[String]) -> Option<Vec<String>> {
    let group = (1..words.len()).find(|at| is(words, *at, GROUPS))?;
    let count = number(words, group - 1)?;
    let single = word(words, group).strip_suffix('s')?.to_owned();
    let of = group + 1;
    let (named, noun) = match plural_noun(words, of + 1).filter(|_| is(words, of, &["of"])) {
        Some((end, _)) => (end, Some(words[of + 1..end].join(" "))),
        None => (of, None),
    };
    let from = skip(words, named, &[":", ",", "of", "with", "having", "made"]);
    if from == named {
        return None;
    }
    let (counts, mut end) = numbers(words, from)?;
    if counts.len() != count || count < 2 {
        return None;
    }
    let noun = match plural_noun(words, end) {
        Some((behind, _)) => {
            let said = words[end..behind].join(" ");
            end = behind;
            noun.unwrap_or(said)
        }
        None => noun?,
    };
    end = skip(words, end, &["each", "high", "tall", "respectively", "of", "them"]);
    let each = counts.iter().map(|count| format!("a {single} of {count} {noun}"));
    let list = each.collect::<Vec<_>>().join(" , ");
    Some(spliced(words, group - 1, end, &list))
}

/// "two lines of posts, eight in each": two lines of eight posts.
fn counted_in_each(words: &[String]) -> Option<Vec<String>> {
    let each = (2..words.len()).find(|at| {
        is(words, *at, &["each", "every"]) && is(words, at - 1, &["in", "per", "to", "on"])
    })?;
    let count = each - 2;
    let number = number(words, count)?;
    let begin = count - usize::from(count > 0 && is(words, count - 1, &["with"]));
    let comma = begin - usize::from(begin > 0 && is(words, begin - 1, &[","]));
    let group = (0..comma).rev().find(|at| is(words, *at, GROUPS))?;
    let (end, _) = plural_noun(words, group + 2).filter(|_| is(words, group + 1, &["of"]))?;
    let behind =
        skip(words, each + 1, &["one", "row", "line", "stack", "tower", "column", "of", "them"]);
    if end != comma {
        return None;
    }
    let mut out = spliced(words, comma, behind, "");
    out.insert(group + 2, number.to_string());
    Some(out)
}

/// "three blocks made of wood, rubber and ice": one of each.
fn materials_in_turn(words: &[String]) -> Option<Vec<String>> {
    for from in 0..words.len() {
        let Some(count @ 2..=8) = number(words, from) else { continue };
        let Some((named, single)) = plural_noun(words, from + 1) else { continue };
        let of = skip(words, named, &["made", "of", "from", "out", ":", ",", "consisting"]);
        let mut found: Vec<&str> = Vec::new();
        let (mut at, mut end) = (of, of);
        while let Some(Sense::Material(_)) = sense(words, at) {
            found.push(word(words, at));
            end = at + 1;
            at = skip(words, end, &[",", "and", "one", "of", "the", "other"]);
        }
        // Glass is a noun, too.
        if of > named && found.len() == count {
            let each = found.iter().map(|material| format!("a {material} {single}"));
            let mut list = each.collect::<Vec<_>>();
            let last = list.pop()?;
            return Some(spliced(words, from, end, &format!("{} and {last}", list.join(" , "))));
        }
    }
    None
}

/// "that get bigger from left to right, the first 10 cm and the last 40 cm": growing from one to the
/// other.
fn from_first_to_last(words: &[String]) -> Option<Vec<String>> {
    let verbs = [
        "get",
        "gets",
        "getting",
        "become",
        "becomes",
        "becoming",
        "grow",
        "grows",
        "growing",
        "increase",
        "increasing",
        "shrink",
        "shrinking",
        "decrease",
        "decreasing",
    ];
    let verb = (0..words.len()).find(|at| is(words, *at, &verbs))?;
    let begin =
        if verb > 0 && is(words, verb - 1, &["that", "which", ","]) { verb - 1 } else { verb };
    let mut at =
        skip(words, verb + 1, &["steadily", "gradually", "evenly", "ever", "always", "in"]);
    let dim = match word(words, at) {
        "taller" | "higher" | "height" => Some("in height"),
        "longer" | "length" => Some("in length"),
        "wider" | "broader" | "width" => Some("in width"),
        "heavier" | "lighter" | "mass" | "weight" => Some("in mass"),
        "bigger" | "larger" | "smaller" | "size" | "shorter" => Some(""),
        _ => None,
    };
    at += usize::from(dim.is_some());
    at = skip(
        words,
        at,
        &[
            "from",
            "left",
            "to",
            "right",
            "front",
            "back",
            "one",
            "by",
            "in",
            "steps",
            "even",
            "equal",
            "steadily",
            "gradually",
            "evenly",
            "towards",
            "the",
            "and",
            ",",
            ":",
            "with",
        ],
    );
    // It went over the article.
    let (first, behind) = end_of_row(
        words,
        at,
        &["first", "leftmost", "smallest", "biggest", "largest", "bottom", "left"],
    )?;
    let next = skip(words, behind, &[",", "and", "the", "while", "to"]);
    let (last, end) = end_of_row(
        words,
        next,
        &["last", "rightmost", "largest", "biggest", "smallest", "top", "right"],
    )?;
    let dim = dim.unwrap_or_default();
    let growing = format!(", growing {dim} from {first} to {last}");
    Some(spliced(words, begin, end, &growing))
}

/// "two chairs facing each other": one is turned, and stands before the other.
fn facing_each_other(words: &[String]) -> Option<Vec<String>> {
    let at = (1..words.len()).find(|at| is(words, *at, &["facing"]))?;
    if !(is(words, at + 1, &["each", "one"]) && is(words, at + 2, &["other", "another"])) {
        return None;
    }
    let two = (0..at).rev().find(|from| number(words, *from) == Some(2))?;
    let (end, single) = plural_noun(words, two + 1).filter(|(end, _)| *end == at)?;
    let seat = ["chair", "sofa", "couch", "armchair", "throne"];
    if !single.split(' ').next_back().is_some_and(|noun| seat.contains(&noun)) || end != at {
        return None;
    }
    let from = skip(words, at + 3, &["across", "over", "with", "and", ","]);
    let article = is(words, from, &["a", "an", "one", "the"]);
    let noun = (from + 1..words.len().min(from + 5)).find(|to| !is_adjective(words, *to));
    let between = noun.map(|noun| (noun, skip(words, noun + 1, &["in", "between", "them"])));
    Some(match between.filter(|(noun, end)| article && end > &(noun + 1)) {
        Some((noun, end)) => {
            let thing = words[from + 1..=noun].join(" ");
            let new = format!(
                "a {thing} , a {single} behind it and a {single} turned by 180 degrees in front of the {thing}"
            );
            spliced(words, two, end, &new)
        }
        None => {
            let new = format!("a {single} turned by 180 degrees and a {single} 80 cm behind it");
            spliced(words, two, at + 3, &new)
        }
    })
}

/// "first one is 10 cm tall": how much, and where it ends.
fn end_of_row(words: &[String], at: usize, any: &[&str]) -> Option<(String, usize)> {
    if !is(words, at, any) {
        return None;
    }
    let from = skip(
        words,
        at + 1,
        &[
            "one",
            "is",
            "being",
            "with",
            "at",
            "of",
            "having",
            "has",
            "measuring",
            "measures",
            "weighs",
            "weighing",
        ],
    );
    let value = word(words, from).parse::<f64>().ok()?;
    let unit = word(words, from + 1);
    measure::unit(unit)?;
    let end = skip(words, from + 2, &["tall", "wide", "long", "high", "across", "big", "large"]);
    Some((format!("{value} {unit}"), end))
}

#[cfg(test)]
mod tests {
    use super::super::paraphrase::plain;

    #[test]
    fn what_is_short_is_spelled_out() {
        for (said, plainer) in [
            (
                "a tower of 4 alternating cubes and red balls",
                "a tower of a cube , a red ball , a cube , a red ball",
            ),
            (
                "pyramid of cans, 3 on the bottom row, then 2, then 1",
                "pyramid of cans in a triangular stack with 3 rows",
            ),
            (
                "three stacks of coins: 5, 10 and 15 coins",
                "a stack of 5 coins , a stack of 10 coins , a stack of 15 coins",
            ),
            ("two lines of posts, eight in each", "two lines of 8 posts"),
            (
                "three blocks made of wood, rubber and ice",
                "a wood block , a rubber block and a ice block",
            ),
            ("two cubes, one red and the other blue", "two cubes, one red and the other blue"),
            (
                "seven boxes that get bigger from left to right, the first 10 cm and the last 40 cm",
                "seven boxes , growing from 10 cm to 40 cm",
            ),
        ] {
            assert_eq!(plain(said, true), plainer);
        }
    }
}
