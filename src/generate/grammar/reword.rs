//! Ways of asking for a change: what people say in many ways becomes the one way that the grammar of
//! changes reads. Works on words; what is in doubt stays as it is.

use super::{
    lexer::{self, Lex},
    lexicon::Sense,
    token::tokens,
};

/// Words that only lead up to a change.
const LEADS: &[&str] = &[
    "now",
    "ok",
    "okay",
    "please",
    "then",
    "next",
    "actually",
    "oh",
    "great",
    "good",
    "fine",
    "perfect",
    "well",
    "hmm",
    "right",
    "and",
    "finally",
    "first",
    "also",
    "next time",
    "after that",
    "and now",
    "can you",
    "could you",
    "would you",
    "will you",
    "can we",
    "could we",
    "let us",
    "let s",
    "i want you to",
    "i would like you to",
    "i d like you to",
    "i want to",
    "i would like to",
    "i d like to",
    "go ahead and",
    "kindly",
    "what if",
    "how about",
    "what about",
    "just",
    "simply",
];
/// Words that only follow one.
const TAILS: &[&str] =
    &["please", "too", "as well", "now", "though", "then", "thanks", "thank you", "this time"];
/// All that is there, in the words of people.
const ALL: &[&[&str]] = &[
    &["the", "whole", "thing"],
    &["the", "whole", "scene"],
    &["the", "whole", "lot"],
    &["the", "entire", "scene"],
    &["the", "scene"],
    &["all", "of", "it"],
    &["all", "of", "this"],
    &["it", "all"],
    &["this", "all"],
    &["everything"],
    &["the", "setup"],
    &["the", "experiment"],
    &["it"],
    &["this"],
    &["that"],
    &["them"],
    &["the", "same"],
    &["same"],
];
/// Verbs that bring a scene to another world.
const BRINGS: &[&str] = &[
    "move",
    "take",
    "bring",
    "put",
    "transfer",
    "transport",
    "relocate",
    "set",
    "place",
    "send",
    "let",
    "make",
    "do",
    "shift",
    "switch",
    "use",
    "try",
    "have",
    "imagine",
    "simulate",
    "play",
    "run",
    "repeat",
    "change",
    "go",
];
/// Words between those and the name of the world.
const THERE: &[&str] = &[
    "to",
    "on",
    "onto",
    "in",
    "into",
    "under",
    "with",
    "at",
    "the",
    "gravity",
    "be",
    "happen",
    "happening",
    "take",
    "place",
    "conditions",
    "over",
    "instead",
    "surface",
    "of",
    "all",
    "up",
    "again",
    "from",
    "earth",
    "was",
    "were",
    "is",
];
/// "all but one".
const EXCEPT: &[&[&str]] = &[
    &["except", "for"],
    &["except"],
    &["but"],
    &["apart", "from"],
    &["other", "than"],
    &["besides"],
    &["save", "for"],
    &["excepting"],
];

/// A prompt as the grammar of changes reads it. `about` names what the scene is about.
pub fn plain(text: &str, about: Option<&str>) -> String {
    let mut words: Vec<String> =
        tokens(text).into_iter().map(|token| token.text.to_lowercase()).collect();
    bare(&mut words);
    words = super::asks::plain(words, about);
    for at in (0..words.len().saturating_sub(1)).rev() {
        let others = words[at] == "the" && is(&words, at + 1, &["others", "rest"]);
        let ordinal = words[at] == "a"
            && is(&words, at + 1, &["second", "third", "fourth", "fifth"])
            && words.get(at + 2).is_some_and(|word| {
                super::lexicon::meaning(word).is_some_and(|entry| {
                    matches!(entry.sense, Sense::Noun(_)) || entry.sense.is_adjective()
                })
            });
        if others && !words.iter().any(|word| word == "and") {
            words.splice(at..at + 2, says("all of them"));
        } else if ordinal {
            words.splice(at..at + 2, says("another"));
        }
    }
    for rule in [
        elsewhere,
        particle,
        keeping,
        other_way_round,
        instead,
        wished,
        driven,
        taken_down,
        hung_on,
        again,
        plainly,
    ] {
        if let Some(better) = rule(&words) {
            words = better;
        }
    }
    words.join(" ")
}

pub(super) fn is(words: &[String], at: usize, any: &[&str]) -> bool {
    words.get(at).is_some_and(|word| any.contains(&&**word))
}

pub(super) fn begins(words: &[String], phrase: &[&str]) -> bool {
    words.len() >= phrase.len() && words.iter().zip(phrase).all(|(word, other)| word == other)
}

pub(super) fn says(words: &str) -> Vec<String> {
    words.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

pub(super) fn with(before: &str, words: &[String]) -> Vec<String> {
    let mut out = says(before);
    out.extend_from_slice(words);
    out
}

pub(super) fn mark(word: &str) -> bool {
    matches!(word, "." | "," | "!" | "?" | ":" | ";" | "-" | "–" | "—" | "\n")
}

/// Without what only leads up to it and what only follows.
fn bare(words: &mut Vec<String>) {
    loop {
        let before = words.len();
        while words.first().is_some_and(|word| mark(word)) {
            words.remove(0);
        }
        while words.last().is_some_and(|word| mark(word)) {
            words.pop();
        }
        let led = LEADS.iter().map(|lead| says(lead)).find(|lead| {
            // "first one" and "right ball" are no leads.
            let open = !matches!(&*lead[0], "first" | "right" | "next" | "well" | "good" | "fine");
            words.starts_with(lead)
                && words.len() > lead.len()
                && (open || words.get(lead.len()).is_some_and(|word| mark(word)))
        });
        if let Some(led) = led {
            words.drain(..led.len());
        }
        let tail = TAILS
            .iter()
            .map(|tail| says(tail))
            .find(|tail| words.ends_with(tail) && words.len() > tail.len());
        if let Some(tail) = tail {
            words.truncate(words.len() - tail.len());
        }
        if words.len() == before {
            return;
        }
    }
}

/// How many words at a place mean all that is there.
fn all_at(words: &[String], at: usize) -> usize {
    ALL.iter().find(|all| begins(&words[at..], all)).map_or(0, |all| all.len())
}

/// "move the whole thing to Mars", "let it all happen on the Moon": on Mars.
fn elsewhere(words: &[String]) -> Option<Vec<String>> {
    let lexemes = lexer::lexemes(&words.join(" "));
    let mut worlds = lexemes.iter().filter(|lexeme| {
        matches!(lexeme.sense(), Some(Sense::World(..))) && lexeme.text != "earth"
    });
    let world = worlds.next().or(lexemes.iter().find(|l| l.text == "earth"))?;
    if worlds.next().is_some() {
        return None;
    }
    let verb = usize::from(is(words, 0, BRINGS));
    let all = all_at(words, verb);
    if verb + all == 0 {
        return None;
    }
    let named = says(&world.text);
    let begin = words.windows(named.len()).position(|some| *some == *named)?;
    let idle = |range: &[String]| range.iter().all(|word| THERE.contains(&&**word) || mark(word));
    let rest = words.get(begin + named.len()..)?;
    (begin >= verb + all && idle(&words[verb + all..begin]) && idle(rest))
        .then(|| with("on", &named))
}

/// "switch friction off", "take four of them away": the particle belongs to the verb.
fn particle(words: &[String]) -> Option<Vec<String>> {
    let last = words.last()?;
    let inner = words.get(1..words.len() - 1)?;
    if inner.is_empty() {
        return None;
    }
    match (&*words[0], &**last) {
        ("switch" | "turn", "off") => Some(with("turn off", inner)),
        ("switch" | "turn", "on") => Some(with("turn on", inner)),
        ("take" | "throw" | "clear" | "put" | "give", "away" | "out") => {
            Some(with("remove", inner))
        }
        _ => None,
    }
}

/// "remove everything except the table", "only keep two", "leave just the ball": keep it.
fn keeping(words: &[String]) -> Option<Vec<String>> {
    let mut at = 0;
    let gone = is(words, 0, &["remove", "delete", "erase", "clear"])
        || begins(words, &["get", "rid", "of"])
        || begins(words, &["take", "away"]);
    if gone {
        at += match &*words[0] {
            "get" => 3,
            "take" => 2,
            _ => 1,
        };
        let all = all_at(words, at).max(usize::from(is(words, at, &["all", "everything"])));
        if all == 0 {
            return None;
        }
        at += all;
        let except = EXCEPT.iter().find(|except| begins(&words[at..], except))?;
        return Some(with("keep", &words[at + except.len()..]));
    }
    let mut only = false;
    while is(words, at, &["only", "just"]) {
        only = true;
        at += 1;
    }
    let keeps = is(words, at, &["keep", "leave", "retain"]);
    if !keeps {
        // "only two should remain", "only the ball should stay"
        let end = words.iter().position(|word| matches!(&**word, "should" | "shall" | "must"))?;
        let stays = is(words, end + 1, &["remain", "stay", "be"])
            && words[end + 2..].iter().all(|word| matches!(&**word, "left" | "there" | "."));
        return (only && stays && end > at).then(|| with("keep", &words[at..end]));
    }
    at += 1;
    while is(words, at, &["only", "just"]) {
        only = true;
        at += 1;
    }
    let mut rest = words.get(at..)?.to_vec();
    // "keep the ball and remove the rest"
    let others = rest.windows(2).position(|two| {
        matches!(&*two[0], "and" | ",")
            && matches!(&*two[1], "remove" | "delete" | "drop" | "get" | "take")
    });
    if let Some(others) = others {
        let remaining = rest[others..].iter().any(|word| {
            matches!(&**word, "rest" | "others" | "everything" | "remaining" | "other")
        });
        if !remaining {
            return None;
        }
        rest.truncate(others);
        only = true;
    }
    let counted = rest.first().is_some_and(|word| {
        super::measure::number_word(word).is_some() || word.parse::<u32>().is_ok()
    });
    (only || counted || words[0] == "keep").then(|| with("keep", &rest))
}

/// "substitute a ball for the cube": replace the cube with a ball.
fn other_way_round(words: &[String]) -> Option<Vec<String>> {
    if words.first()? != "substitute" {
        return None;
    }
    let at = words.iter().position(|word| word == "for")?;
    let new = &words[1..at];
    let mut out = with("replace", &words[at + 1..]);
    out.push("with".into());
    out.extend_from_slice(new);
    Some(out)
}

/// "use balls instead of cubes", "I would rather have balls": replace the cubes with balls.
fn instead(words: &[String]) -> Option<Vec<String>> {
    const ASKS: &[&[&str]] = &[
        &["i", "would", "rather", "have"],
        &["i", "d", "rather", "have"],
        &["i", "would", "prefer"],
        &["i", "d", "prefer"],
        &["i", "prefer"],
        &["i", "want"],
        &["i", "would", "like"],
        &["i", "d", "like"],
        &["let", "me", "have"],
        &["use"],
        &["take"],
        &["put"],
        &["have"],
        &["make", "it"],
        &["make", "them"],
        &["with"],
        &["give", "me"],
        &["rather"],
    ];
    let asks = ASKS.iter().find(|asks| begins(words, asks)).map_or(0, |asks| asks.len());
    let rather = words[..asks].iter().any(|word| matches!(&**word, "rather" | "prefer"));
    let at = words.windows(2).position(|two| two[0] == "instead" && two[1] == "of");
    let at = at.or(words
        .windows(2)
        .position(|two| two[0] == "rather" && two[1] == "than")
        .filter(|at| *at >= asks));
    if let Some(at) = at {
        let (new, old) = (words.get(asks..at)?, words.get(at + 2..)?);
        if new.is_empty() || old.is_empty() {
            return None;
        }
        let mut out = says("replace");
        out.extend_from_slice(old);
        out.push("with".into());
        out.extend_from_slice(new);
        return Some(out);
    }
    // "balls instead", of what the scene is about.
    let ends = words.last().is_some_and(|word| word == "instead");
    if rather || ends && asks > 0 && !is(words, 0, &["make"]) {
        let new = &words[asks..words.len() - usize::from(ends)];
        let names = lexer::lexemes(&new.join(" "));
        let thing = names.iter().any(|lexeme| matches!(lexeme.sense(), Some(Sense::Noun(_))))
            && !names.iter().any(|l| matches!(l.sense(), Some(Sense::The | Sense::It)));
        if thing {
            return Some(with("replace it with", new));
        }
    }
    ends.then(|| words[..words.len() - 1].to_vec())
}

/// "I want the ball to be red", "let it be red", "can the ball be green": it should be so.
fn wished(words: &[String]) -> Option<Vec<String>> {
    const ASKS: &[&[&str]] = &[
        &["i", "want"],
        &["i", "would", "like"],
        &["i", "d", "like"],
        &["i", "need"],
        &["i", "prefer"],
        &["let"],
        &["have"],
        &["can"],
        &["could"],
        &["should"],
        &["may"],
    ];
    let asks = ASKS.iter().find(|asks| begins(words, asks))?.len();
    let be = words.iter().position(|word| matches!(&**word, "be" | "have" | "weigh" | "become"))?;
    let to = usize::from(is(words, be.checked_sub(1)?, &["to"]));
    let what = words.get(asks..be - to)?;
    let definite = what.first().is_some_and(|word| {
        matches!(
            &**word,
            "the"
                | "it"
                | "them"
                | "they"
                | "its"
                | "all"
                | "every"
                | "each"
                | "both"
                | "this"
                | "that"
        )
    });
    if !definite || be < asks + 1 {
        return None;
    }
    let mut out = what.to_vec();
    out.push("should".into());
    out.extend_from_slice(&words[be..]);
    Some(out)
}

/// "all four wheels should be driven", "drive all wheels".
fn driven(words: &[String]) -> Option<Vec<String>> {
    let text = words.join(" ");
    let wheels = words.iter().any(|word| matches!(&**word, "wheels" | "wheel"));
    let drives = words.iter().any(|word| {
        matches!(
            &**word,
            "driven"
                | "drive"
                | "powered"
                | "power"
                | "motorised"
                | "motorized"
                | "motor"
                | "motors"
                | "actuated"
        )
    });
    if !wheels || !drives || text.contains("without") || text.contains(" no ") {
        return None;
    }
    let idle = |word: &String| {
        matches!(
            &**word,
            "all"
                | "the"
                | "four"
                | "4"
                | "six"
                | "6"
                | "wheels"
                | "wheel"
                | "should"
                | "must"
                | "shall"
                | "be"
                | "driven"
                | "drive"
                | "powered"
                | "power"
                | "motorised"
                | "motorized"
                | "actuated"
                | "motor"
                | "motors"
                | "a"
                | "every"
                | "each"
                | "of"
                | "its"
                | "on"
                | "to"
                | "put"
                | "add"
                | "give"
                | "make"
                | "have"
                | "has"
                | "with"
                | "it"
                | "is"
                | "are"
                | "get"
                | "gets"
                | "own"
                | "front"
                | "rear"
                | "back"
                | "both"
                | "only"
                | "two"
                | "2"
                | "car"
                | "now"
                | "let"
        )
    };
    if !words.iter().all(idle) {
        return None;
    }
    let front = words.iter().any(|word| word == "front");
    let back = words.iter().any(|word| matches!(&**word, "rear" | "back"));
    let every = words
        .iter()
        .any(|word| matches!(&**word, "all" | "every" | "each" | "four" | "4" | "six" | "6"));
    Some(says(match (front, back, every) {
        (true, true, _) | (false, false, true) => "make it four wheel drive",
        (true, false, _) => "make it front wheel drive",
        (false, true, _) => "make it rear wheel drive",
        (false, false, false) => return None,
    }))
}

/// "take the ball off the table": onto the floor.
fn taken_down(words: &[String]) -> Option<Vec<String>> {
    let ground = words.iter().any(|word| matches!(&**word, "ground" | "floor" | "air"));
    if !is(words, 0, &["take", "get", "move", "bring", "put"]) || ground {
        return None;
    }
    let at = words.iter().position(|word| matches!(&**word, "off" | "down"))?;
    let from = usize::from(is(words, at + 1, &["from", "of"]));
    let floor = words.get(at + 1 + from..)?;
    let named = floor.first().is_some_and(|word| word == "the") || floor.is_empty();
    if !named || at < 2 || words[at] == "down" && from == 0 && !floor.is_empty() {
        return None;
    }
    let mut out = with("move", &words[1..at]);
    out.extend(says("to the floor"));
    Some(out)
}

/// "hang a 1 kg ball on its end", "attach a box to the end of it": add a ball attached to it.
fn hung_on(words: &[String]) -> Option<Vec<String>> {
    let verbs = ["hang", "attach", "fasten", "fix", "tie", "suspend", "mount", "clip", "hook"];
    if !is(words, 0, &verbs) || !is(words, 1, &["a", "an", "another", "one"]) {
        return None;
    }
    let at = words
        .iter()
        .rposition(|word| matches!(&**word, "on" | "to" | "from" | "at" | "onto" | "off"))?;
    let place = words.get(at + 1..)?;
    let end = |word: &String| {
        matches!(
            &**word,
            "its"
                | "the"
                | "end"
                | "free"
                | "lower"
                | "bottom"
                | "tip"
                | "of"
                | "it"
                | "last"
                | "link"
                | "very"
        )
    };
    let named = place.iter().filter(|word| !end(word)).cloned().collect::<Vec<_>>();
    let mut out = with("add", &words[1..at]);
    out.extend(says("attached to"));
    if named.is_empty() {
        out.push("it".into());
    } else {
        out.push("the".into());
        out.extend(named);
    }
    Some(out)
}

/// "same again but bigger", "one more like it in blue": another one.
fn again(words: &[String]) -> Option<Vec<String>> {
    const SAME: &[&[&str]] = &[
        &["the", "same", "thing", "again"],
        &["the", "same", "one", "again"],
        &["the", "same", "once", "more"],
        &["the", "same", "again"],
        &["same", "thing", "again"],
        &["same", "again"],
        &["one", "more", "like", "it"],
        &["one", "more", "like", "that"],
        &["one", "more", "like", "this"],
        &["one", "more", "of", "those"],
        &["another", "one", "like", "it"],
        &["another", "one", "like", "that"],
        &["another", "one", "like", "this"],
        &["another", "like", "it"],
        &["another", "of", "those"],
        &["another", "one", "of", "those"],
        &["another", "one", "just", "like", "it"],
        &["one", "just", "like", "it"],
        &["another", "one"],
        &["one", "more"],
        &["a", "second", "one"],
        &["a", "copy", "of", "it"],
        &["a", "copy"],
        &["a", "duplicate"],
        &["another"],
    ];
    let verb = usize::from(is(
        words,
        0,
        &["add", "make", "put", "build", "place", "create", "give", "set", "want", "insert"],
    ));
    let verb = verb + usize::from(verb > 0 && is(words, verb, &["me", "there"]));
    let same = SAME.iter().find(|same| begins(&words[verb..], same))?;
    let mut at = verb + same.len();
    let mut said = false;
    while is(
        words,
        at,
        &["but", ",", "only", "just", "and", "which", "that", "is", "this", "time", "however"],
    ) {
        said = true;
        at += 1;
    }
    let rest = words.get(at..)?;
    let lexemes = lexer::lexemes(&rest.join(" "));
    let first = lexemes.first();
    // "one more crate", "another one on the table" are read as they are.
    let tells = first.is_none()
        || first.is_some_and(|lexeme| {
            matches!(
                lexeme.sense(),
                Some(
                    Sense::Comparative(_)
                        | Sense::Relative(..)
                        | Sense::Twice
                        | Sense::Half
                        | Sense::Colour(_)
                        | Sense::In
                        | Sense::With
                        | Sense::Of
                        | Sense::Dark
                        | Sense::Light
                )
            ) || matches!(lexeme.lex, Lex::Measure(_) | Lex::Number(_))
        });
    let noun = lexemes.iter().take(3).any(|lexeme| {
        matches!(lexeme.sense(), Some(Sense::Noun(_) | Sense::Part(_) | Sense::Group(_)))
    });
    if !tells || noun && !said {
        return None;
    }
    Some(with("oncemore", rest))
}

/// What is said in fewer or other words: "stack them", "spread them out to 40 cm", "spin it".
fn plainly(words: &[String]) -> Option<Vec<String>> {
    let first = &**words.first()?;
    let known = |at: usize| {
        is(
            words,
            at,
            &["it", "them", "the", "all", "both", "everything", "this", "that", "these", "those"],
        )
    };
    let leads = |at: usize| {
        is(words, at, &["a", "an", "another", "one", "two", "three", "four", "five", "some"])
            || words.get(at).is_some_and(|word| word.parse::<u32>().is_ok())
    };
    let measure = |from: usize| {
        (from..words.len())
            .find(|at| words[*at].parse::<f64>().is_ok())
            .map(|at| words[at..].to_vec())
    };
    let out = match first {
        "stack" | "pile" if known(1) => {
            let mut out = with("make", &words[1..]);
            if out.last().is_some_and(|word| word == "up") {
                out.pop();
            }
            if words.iter().any(|word| word == "on" || word == "in") {
                return None;
            }
            out.extend(says("a stack"));
            out
        }
        "spread" | "space" | "move" | "bring" | "put" | "push"
            if known(1)
                && words.iter().any(|word| {
                    matches!(&**word, "apart" | "out" | "closer" | "further" | "farther")
                }) =>
        {
            let closer = words.iter().any(|word| word == "closer");
            let together = words.iter().any(|word| word == "together");
            let apart = words.iter().any(|word| matches!(&**word, "apart" | "out"));
            if closer != together || !closer && !apart {
                return None;
            }
            match measure(2) {
                Some(rest) => {
                    let rest: Vec<String> =
                        rest.into_iter().filter(|word| word != "apart" && word != "out").collect();
                    with("change the spacing to", &rest)
                }
                None if closer => says("decrease the spacing"),
                None => says("increase the spacing"),
            }
        }
        "rotate" if words.iter().any(|word| matches!(&**word, "degrees" | "degree" | "°")) => {
            return None;
        }
        "spin" | "rotate" | "twirl" | "whirl" if known(1) => {
            let end = (2..words.len())
                .find(|at| {
                    is(words, *at, &["at", "with", "about", "around", "fast", "slowly", "quickly"])
                })
                .unwrap_or(words.len());
            let mut out = with("make", &words[1..end]);
            out.push("spinning".into());
            out.extend_from_slice(&words[end..]);
            out
        }
        "triple" | "quadruple" if known(1) || is(words, 1, &["its", "their"]) => {
            let mut out = with("increase", &words[1..]);
            out.extend(says(if first == "triple" { "by 3 times" } else { "by 4 times" }));
            out
        }
        "alternate" => with("make them", &words[1..]),
        "stand" | "lay" | "stick" | "plant" | "install" if leads(1) => with("put", &words[1..]),
        "stretch" | "string" | "tie" | "span" | "run"
            if leads(1) && words.iter().any(|word| word == "between") =>
        {
            with("put", &words[1..])
        }
        _ => {
            let asks =
                |list: &[&str]| list.iter().map(|ask| says(ask)).find(|ask| words.starts_with(ask));
            // "I want it in blue"
            let wants = asks(&[
                "i want it in",
                "i want them in",
                "i d like it in",
                "i d like them in",
                "i would like it in",
            ]);
            if let Some(ask) = wants {
                let mut out = says("make");
                out.push(ask[ask.len() - 2].clone());
                out.extend_from_slice(&words[ask.len()..]);
                return Some(out);
            }
            // "give me five of them": so many.
            let gives = asks(&[
                "give me",
                "i want",
                "i need",
                "make it",
                "make that",
                "have",
                "i would like",
                "i d like",
            ])?;
            let of = gives.len() + 1;
            let them = is(words, of, &["of"])
                && is(words, of + 1, &["them", "those", "these"])
                && words.len() == of + 2;
            if !them {
                return None;
            }
            let mut out = says("make them");
            out.push(words[of - 1].clone());
            out
        }
    };
    Some(out)
}
