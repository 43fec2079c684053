//! What is only chatted around a change: greetings, thanks, hesitation, questions, reasons.

use super::super::super::Refusal;
use super::super::{
    lexicon::{self, Sense},
    measure::number_word,
    reword::is,
};

/// What leads up to a change, at the beginning of a clause.
const LEADS: &[&str] = &[
    "please",
    "pls",
    "plz",
    "ok",
    "okay",
    "k",
    "kk",
    "alright",
    "right",
    "well",
    "hmm",
    "hm",
    "mmm",
    "um",
    "uh",
    "er",
    "erm",
    "lol",
    "haha",
    "hehe",
    "nah",
    "nope",
    "wait",
    "yeah",
    "yes",
    "yep",
    "cool",
    "awesome",
    "nice",
    "great",
    "perfect",
    "super",
    "good",
    "fine",
    "thanks",
    "thx",
    "hey",
    "oops",
    "sorry",
    "ah",
    "oh",
    "actually",
    "maybe",
    "perhaps",
    "now",
    "then",
    "next",
    "also",
    "so",
    "but",
    "i think",
    "i guess",
    "i mean",
    "you know",
    "if possible",
    "if you can",
    "let me see",
    "one more thing",
    "on second thought",
    "come to think of it",
    "i changed my mind",
    "changed my mind",
    "hold on",
    "hang on",
    "by the way",
    "btw",
    "finally",
    "lastly",
    "thank you",
    "very good",
    "very nice",
    "looks good",
    "that looks good",
    "not bad",
    "honestly",
    "basically",
    "just",
    "after that",
    "from here",
    "this time",
    "for fun",
    "what if",
    "can you please",
    "could you please",
    "would you please",
    "can you",
    "could you",
    "would you",
    "will you",
    "can we",
    "could we",
    "let us",
    "let s",
    "lets",
    "i want you to",
    "i would like you to",
    "i d like you to",
    "go ahead and",
    "wanna",
    "i wanna",
    "try to",
    "yo",
    "dude",
    "man",
    "bro",
    "whoops",
    "ugh",
    "meh",
    "ha",
    "aha",
    "sure",
    "and now",
    "and then",
    "and also",
    "and",
    "plus",
];
/// Leads only where a comma or a stop follows.
const CUT_OFF: &[&str] = &[
    "right", "well", "good", "fine", "great", "next", "super", "nice", "man", "first", "so", "no",
    "cool", "perfect",
];
/// What follows a change, at the end of a clause.
const TAILS: &[&str] = &[
    "please",
    "pls",
    "plz",
    "too",
    "as well",
    "also",
    "lol",
    "haha",
    "hehe",
    "thanks",
    "thx",
    "ty",
    "thank you",
    "tho",
    "though",
    "now",
    "actually",
    "maybe",
    "if you can",
    "if possible",
    "if that is possible",
    "if that s possible",
    "if thats possible",
    "if it s possible",
    "if you please",
    "ok",
    "okay",
    "for me",
    "will you",
    "would you",
    "this time",
    "i think",
    "i guess",
    "or so",
    "or something",
    "or something like that",
    "somehow",
    "man",
    "dude",
    "bro",
    "yo",
    "then",
    "at least",
    "after all",
    "if you don t mind",
    "if you do not mind",
    "thanks a lot",
    "many thanks",
    "in the scene",
    "for a change",
    "instead please",
    "as it is",
    "as it is now",
    "than it is",
    "than it is now",
    "than now",
    "than they are",
    "as they are",
    "than before",
    "as now",
    "than it is at the moment",
    "compared to now",
];
/// Before a comparison, where they add nothing that could be shown.
const DEGREES: &[&str] =
    &["even", "way", "far", "still", "rather", "quite", "somewhat", "really", "just", "lots"];

/// The words without what is only chatted; what was left out is told.
pub fn plain(words: Vec<String>, warnings: &mut Vec<String>) -> Result<Vec<String>, Refusal> {
    let mut words = rest_of(contracted(words));
    undone(&words)?;
    words = unasked(words, warnings)?;
    let mut out: Vec<String> = Vec::new();
    let mut clause: Vec<String> = Vec::new();
    let mut ends: Vec<(Vec<String>, Option<String>)> = Vec::new();
    for word in words {
        if matches!(&*word, "." | "!" | "?" | ";" | "\n" | ",") {
            ends.push((std::mem::take(&mut clause), Some(word)));
        } else {
            clause.push(word);
        }
    }
    ends.push((clause, None));
    let last = ends.len() - 1;
    let filled = |all: &[(Vec<String>, Option<String>)], from: usize| {
        all[from..].iter().any(|(clause, _)| !clause.is_empty())
    };
    for at in 0..ends.len() {
        let (clause, mark) = ends[at].clone();
        let followed = at < last && filled(&ends, at + 1);
        let cut = mark.is_some();
        let begins =
            out.last().is_none_or(|word| matches!(&**word, "." | "!" | "?" | ";" | "\n" | ","));
        let mut clause = bared(clause, cut, begins && (out.is_empty() || followed || cut));
        if at > 0 && remark(&clause) {
            warnings.push(format!("'{}' is passed over", clause.join(" ")));
            clause.clear();
        }
        if clause.is_empty() {
            // The mark behind it goes with it.
            if let (Some(mark), Some(before)) = (mark, out.last_mut())
                && mark != ","
                && before == ","
            {
                *before = mark;
            }
            continue;
        }
        out.extend(clause);
        out.extend(mark);
    }
    while out
        .last()
        .is_some_and(|word| matches!(&**word, "." | "!" | "?" | ";" | "\n" | "," | "-" | ":"))
    {
        out.pop();
    }
    Ok(approximate(because(out, warnings)))
}

/// "thats", "its", "dont": as they are written out.
fn contracted(words: Vec<String>) -> Vec<String> {
    words
        .into_iter()
        .flat_map(|word| match &*word {
            "thats" => vec!["that".to_owned(), "s".to_owned()],
            "lets" => vec!["let".to_owned(), "s".to_owned()],
            "dont" => vec!["don".to_owned(), "t".to_owned()],
            "bit" | "lil" if word == "lil" => vec!["little".to_owned()],
            _ => vec![word],
        })
        .collect()
}

/// "what remains", "whatever is left": all of them. A degree before a comparison adds nothing.
fn rest_of(mut words: Vec<String>) -> Vec<String> {
    const REST: &[&[&str]] = &[
        &["what", "is", "left"],
        &["what", "s", "left"],
        &["whatever", "is", "left"],
        &["what", "remains"],
        &["the", "ones", "that", "are", "left"],
        &["those", "that", "are", "left"],
        &["whatever", "remains"],
        &["the", "ones", "left"],
        &["what", "is", "there"],
    ];
    for rest in REST {
        if let Some(at) =
            words.windows(rest.len()).position(|some| some.iter().zip(*rest).all(|(a, b)| a == b))
            && at > 0
        {
            words.splice(at..at + rest.len(), ["all", "of", "them"].map(str::to_owned));
        }
    }
    let compares = |words: &[String], at: usize| {
        words
            .get(at)
            .and_then(|word| lexicon::meaning(word))
            .is_some_and(|entry| matches!(entry.sense, Sense::Comparative(_) | Sense::Relative(..)))
    };
    let mut at = 0;
    while at < words.len() {
        let degree =
            if is(&words, at, &["a"]) && is(&words, at + 1, &["bit", "little", "tad", "touch"]) {
                2
            } else {
                usize::from(is(&words, at, &["slightly", "somewhat", "bit"]))
            };
        if degree > 0 && compares(&words, at + degree) {
            words.drain(at..at + degree);
        } else {
            at += 1;
        }
    }
    words
}

/// What was before is not known.
fn undone(words: &[String]) -> Result<(), Refusal> {
    let text = words.join(" ");
    let asks = [
        "undo",
        "how it was",
        "how they were",
        "as it was before",
        "as before",
        "as it was",
        "the way it was",
        "like before",
        "what it was",
        "than at the start",
        "back to normal",
        "than before i",
    ];
    let found = asks.iter().any(|ask| format!(" {text} ").contains(&format!(" {ask} ")))
        || is(words, 0, &["put", "bring", "get", "take"])
            && text.ends_with(" back")
            && words.len() < 5
        || words.windows(3).any(|three| {
            three[0] == "put" && matches!(&*three[1], "it" | "them" | "that") && three[2] == "back"
        });
    if found {
        return Err(Refusal::of(
            "what was before is not known here: use Undo, or say how it should be",
        ));
    }
    Ok(())
}

/// Without questions that ask for no change, where something else is said.
fn unasked(words: Vec<String>, warnings: &mut Vec<String>) -> Result<Vec<String>, Refusal> {
    let mut out = Vec::new();
    let mut sentence: Vec<String> = Vec::new();
    let total = words.len();
    for (at, word) in words.into_iter().enumerate() {
        let stop = matches!(&*word, "." | "!" | "?" | ";" | "\n");
        sentence.push(word);
        if !stop && at + 1 < total {
            continue;
        }
        let asks = is(
            &sentence,
            0,
            &["how", "why", "what", "when", "where", "does", "do", "did", "is", "are", "was"],
        ) && !is(&sentence, 1, &["if", "about"])
            && sentence.last().is_some_and(|word| word == "?");
        let which =
            is(&sentence, 0, &["which", "who"]) && sentence.last().is_some_and(|word| word == "?");
        if which {
            return Err(Refusal::of("questions about what happens are not answered here"));
        }
        if asks && sentence.len() < total {
            warnings.push(format!("'{}' is passed over", sentence[..sentence.len() - 1].join(" ")));
            sentence.clear();
        }
        out.append(&mut sentence);
    }
    Ok(out)
}

/// A clause without what leads up to it and what follows.
fn bared(mut words: Vec<String>, cut: bool, begins: bool) -> Vec<String> {
    loop {
        let before = words.len();
        let led = LEADS.iter().map(|lead| lead.split(' ').collect::<Vec<_>>()).filter(|lead| {
            let all = lead.iter().enumerate().all(|(at, word)| is(&words, at, &[word]));
            let whole = words.len() == lead.len();
            let open = !CUT_OFF.contains(&lead[0]) || lead.len() > 1;
            // "so it slides", "but the red one" belong to what was before.
            begins && all && (if whole { cut } else { open })
        });
        if let Some(longest) = led.map(|lead| lead.len()).max() {
            words.drain(..longest);
        }
        // "no wait", "no, make it blue"
        if begins
            && is(&words, 0, &["no", "nope", "nah"])
            && (words.len() == 1 && cut
                || is(&words, 1, &["no", "wait", "actually", "make", "put", "let", "i", "rather"]))
        {
            words.remove(0);
        }
        let tail = TAILS.iter().map(|tail| tail.split(' ').collect::<Vec<_>>()).filter(|tail| {
            words.len() > tail.len()
                && tail.iter().rev().zip(words.iter().rev()).all(|(a, b)| a == b)
        });
        if let Some(longest) = tail.map(|tail| tail.len()).max() {
            words.truncate(words.len() - longest);
        }
        if words.len() == before {
            break;
        }
    }
    let mut at = 0;
    while at + 1 < words.len() {
        let compares = |word: &String| {
            matches!(&**word, "more" | "less")
                || lexicon::meaning(word).is_some_and(|entry| {
                    matches!(entry.sense, Sense::Comparative(_) | Sense::Relative(..))
                })
                || word.ends_with("ier")
        };
        if DEGREES.contains(&&*words[at]) && compares(&words[at + 1]) {
            words.remove(at);
        } else {
            at += 1;
        }
    }
    words
}

/// Words that tell of a figure or a look cannot be passed over.
fn tells(words: &[String]) -> bool {
    words.iter().any(|word| {
        word.parse::<f64>().is_ok()
            || number_word(word).is_some_and(|n| n > 1.0)
            || lexicon::meaning(word).is_some_and(|entry| {
                matches!(
                    entry.sense,
                    Sense::Colour(_)
                        | Sense::Material(_)
                        | Sense::Size(_)
                        | Sense::Comparative(_)
                        | Sense::Relative(..)
                        | Sense::Is
                        | Sense::Twice
                        | Sense::Half
                )
            })
    })
}

/// ", it slams": what happens, and asks for nothing.
fn remark(words: &[String]) -> bool {
    is(words, 0, &["it", "they", "he", "she", "i", "we"])
        && words.len() > 1
        && words.len() < 7
        && !tells(words)
        && !is(
            words,
            1,
            &["want", "need", "would", "d", "prefer", "like", "should", "must", "meant"],
        )
}

/// Without reasons and purposes, at the end of a sentence.
fn because(words: Vec<String>, warnings: &mut Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let reason = is(&words, at, &["because", "cause", "cuz", "coz", "until", "til", "till"])
            || is(&words, at, &["so"])
                && is(
                    &words,
                    at + 1,
                    &[
                        "it",
                        "they",
                        "we",
                        "i",
                        "you",
                        "that",
                        "he",
                        "she",
                        "nothing",
                        "the",
                        "everything",
                    ],
                )
            || is(&words, at, &["since"])
                && is(&words, at + 1, &["it", "they", "i", "we", "that", "the"]);
        let end = (at..words.len())
            .find(|end| matches!(&*words[*end], "." | "!" | "?" | ";" | "\n" | ","))
            .unwrap_or(words.len());
        if reason && at > 0 && !tells(&words[at + 1..end]) {
            warnings.push(format!("'{}' is passed over", words[at..end].join(" ")));
            while out.last().is_some_and(|word| word == ",") {
                out.pop();
            }
            at = end;
        } else {
            out.push(words[at].clone());
            at += 1;
        }
    }
    out
}

/// "heavier, like 2 kg": "heavier, 2 kg".
fn approximate(words: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let number = words
            .get(at + 1)
            .is_some_and(|next| next.parse::<f64>().is_ok() || number_word(next).is_some());
        let about = matches!(
            &**word,
            "like" | "say" | "maybe" | "roughly" | "approximately" | "approx" | "perhaps"
        );
        let behind = at > 0
            && (words[at - 1] == ","
                || !is(&words, at - 1, &["is", "looks", "look", "just", "one"]));
        if !(number && about && behind) {
            out.push(word.clone());
        }
    }
    out
}
