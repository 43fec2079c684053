//! What is said around a scene: greetings, requests, titles, questions, purposes and thanks. They
//! are taken out of the text before it is read, and told.
//!
//! A pattern is words with blanks between: `a|b` is either, `?a` may be missing, `*` is any words
//! that give no figure, `^` at the beginning stands where a sentence begins, `$` where one ends.

use super::{
    lexicon::{self, LONGEST, Sense, Trait},
    measure,
};

/// Before what is wanted, at the beginning of a sentence.
const PREFIXES: &[&str] = &[
    "ok|okay|alright|hey|hi|hello|hiya|well|right|now|so|anyway|actually|basically|yes|sure|great",
    "hi|hello|dear there|all|everyone|everybody|folks|team|friend",
    "good morning|afternoon|evening|day ?everyone|all",
    "please|kindly",
    "?please could|can|would|will|might|may|shall you|we|i|one|someone ?please|kindly|possibly|perhaps|just|maybe|also|quickly",
    "could|would|will|can you be so kind as to|and",
    "i|we ?then|will need|ll ?to",
    "would|do you mind",
    "would|is it be ?possible to",
    "making|creating|building|showing|generating|drawing|simulating|setting ?up ~article",
    "i|we|you|one ?really|just|only|also|now|still|currently|simply|would|d ?really|just|very|much ?very|much ?also want|need|like|wish|love|require|prefer|appreciate|fancy ?it ?if ?you|we ?could ?for ?to ?have|see|get|build|make|simulate|create|try|set|show|play|watch|look ?up|out|at ?with",
    "i|we have|ve got to ?build|make|simulate|create|show",
    "i|we m|am|re|are ?just|only|still|currently|now looking|searching|hoping|longing|after|asking for",
    "i|we m|am|re|are ?just|only|still|currently|now trying|going|planning|about|hoping to ?have|see|get|build|make|simulate|create|set|show ?up",
    "i|we have in mind",
    "i|we imagine|picture|envision|think ?of|about",
    "my|our ?~ ~ wants|needs|likes|loves|asked|asks ?me ?us ?for ?to ?have|see|watch|play ?with",
    "my|our ?~ ~ would like|love ?to ?have|see|watch|play ?with",
    "what would|does|do|will ~article",
    "i|we ?ve|have|had * and|so ?now ?i|we ?would|now|also need|want|like",
    "my|our ?~ ~ needs|wants|likes|has * so|therefore ?please",
    "what i|we ?really|would|d ?now want|need|like ?to ?see|have|get is|are",
    "all i|we ?really want|need is|are",
    "what happens|happened|would|will ?happen when|if|once|as",
    "what about|if ?we|you ?had|have",
    "how about",
    "tell|show ?me|us how|what|that ?happens ?when|if",
    "show|give|draw|make|build ?me|us the following ?scene|things|objects|items|setup",
    "let s|us|me ?just|now|then|also|first see|watch|look ?at ?how|what ?happens ?when|if",
    "here s|is what i|we ?would|d need|want|like|have ?in ?mind ?to ?see|have",
    "here s|is|comes my|our|the ?next idea|scene|request|setup|task|wish|plan|description",
    "here s|is|are|comes|come ~article",
    "the|my|our|this|that ?whole scene|simulation|setup|world|picture|experiment|demo|model|stage ?should|must|will|shall|is|needs|has|ought ?to ?only contain|contains|have|has|show|shows|consist|consists|include|includes|feature|features|comprise|comprises ?of",
    "it ?should|must|will|shall|needs ?to contain|contains|consist|consists|include|includes|comprise|comprises ?of",
    "?a|an|the|this|one ?very|really ?simple|small|little|plain|basic|short|quick|nice|minimal|tiny|complete|new scene|simulation|setup|picture|world|demo|experiment|test|environment|arrangement ?in|with|of|where|that|which|containing|showing|featuring|about ?which|has|contains|shows ~scene_with",
    "make|keep it simple|easy|short|plain",
    "a|the|something ?very simple|easy|quick ?one|thing",
    "something ?very small|little",
    "a|the ?very small|little one|thing",
    "just|only|simply|merely give|show|make|build|put|add|have ~give_me",
    "for|in|during|as ?a|an|my|our|the|this|some|next * i|we ?would|d|will|ll ?like|really|also|now need|want|require|like|build|use|have ?to ?have|see|build|use",
    "first ?of ?all ~article",
    "then|next|finally|lastly|afterwards|second|secondly|third|thirdly|also|now|and ?then|finally ~place_or_verb",
    "?a|an|the|my|our ?small|big|large|simple|typical ?~ classroom|kitchen|office|lab|laboratory|workshop|garden|park|gym|street|hall|arena|warehouse|shop|bar|restaurant|cafe|library|studio|garage|playground|landscape|village|city|bedroom|stage|courtyard|yard|factory|cellar|attic with|containing|that|where|in ?which|has|have|contains ~scene_with",
    "?in|inside a|an|the|my|our ?~ classroom|kitchen|office|lab|laboratory|workshop|garden|park|gym|street|hall|arena|warehouse|shop|bar|restaurant|cafe|library|studio|garage|playground|landscape|village|city|bedroom|stage|courtyard|yard|factory|cellar|attic ?there|stand|stands|is|are|we ~article",
    "please|also ?please note|remember|mind|observe that",
    "note|remember that",
    "to begin|start with",
    "imagine|suppose|picture|assume|consider|think that|of|there ?is|are|were|we|you ?have|had",
    "imagine|suppose|picture|assume|consider ~article",
    "i|we am|are|m|re given",
    "you are|re given",
    "have|take a look at",
    "i|we|one can|could|should|might|will|want|would ?like|love ?to see|observe|find|notice|watch ?how",
];

/// Questions, which say nothing of the scene beside what is wanted.
const QUESTIONS: &[&str] = &[
    "how|why|who|whom|whose|what|when|where|which *",
    "does|do|did|is|are|will|would|can|could|should|has|have *",
];

/// Requests that name what is wanted behind a colon.
const LISTS: &[&str] = &[
    "set|lay|put|place|arrange|show|create|make|build|generate|draw|simulate|prepare|provide|display|render|model|have|use|add|get|do ?up|out|me|down the following|these ?things|objects|items|shapes|bodies|scene|setup|arrangement ?on|upon ?the ?floor|ground",
    "?there are|is the following ?things|objects|items|shapes|bodies ?on ?the ?floor|ground",
    "the following ?things|objects|items|shapes|bodies|scene|setup",
    "let me describe|explain|tell ?you ?it|this|what|how ?i ?we ?want|like ?it",
    "as|for ?a|an warm|test|start|example|exercise|experiment ?up",
    "?a quick|short|simple|little|easy test|question|try|request|job|task|exercise ?nothing ?fancy",
    "show|tell|explain|teach|demonstrate ?to ?me|us|students|people|them|the ?class|kids|students how|why|what *",
];

/// Sentences that say nothing of the scene, from their beginning to their end.
const SENTENCES: &[&str] = &[
    "how|why|who|what *",
    "i|we m|am|re|are|was|were ?just|only|still|currently|now|also ~ *",
    "i|we ?just|also|once|always wonder|wondered|guess|think|believe|know|hope|heard|read|learned|learnt|study|studied|love|like|work|teach|bet *",
    "my|our ~ *",
    "today|tomorrow|yesterday|tonight|recently *",
    "this|that is|s|was|will ?be for|part|about|from|meant|supposed|my|our|a|an|the|just|only|how|what|why *",
    "the|my|this ?whole setup|scene|task|idea|experiment|plan|request|thing is|s ?very|quite|really|rather|fairly simple|easy|straightforward|short|this|as ?follows",
    "i|we ?ve|have|had ?got a|an ?~ exam|test|class|lesson|lecture|presentation|project|homework|course|task|idea|question|problem|question *",
    "many thanks|regards|greetings *",
    "thanks|thank|cheers|bye|goodbye|greetings|regards|sincerely|sorry|excuse *",
    "good|nice|great|hi|hello|dear|hey *",
    "the|my|our ?main|whole|real goal|aim|idea|purpose|point|task|question|problem|reason|lesson|topic|exercise|students|pupils|kids|children|class|results *",
    "find|see|know|learn|understand|check ?out how|which|what|whether|if|why|who *",
    "watch|observe|look|notice|predict|guess|explain|compare|calculate|compute|enjoy|discuss|think *",
    "students|pupils|kids|children|people|everyone|everybody|visitors *",
    "that|this s|is|would|will|be|should ?be it|all|everything|enough|great|nice|perfect|good|fine|lovely|wonderful|what ?i|we ?want|need",
    "nothing|none|neither of them|which|these|else|more|less|should|must|may *",
    "they|these|those ?all|both should|must|may|do|does|shall|will|would|are|don|aren not|never|t ?be touch|touching|overlap|overlapping|collide *",
    "there should|must|is|are ?be nothing|no ~ *",
    "as you|we|everybody ~ *",
    "for|because|since ~ *",
    "to test|show|see|check|find|understand|learn|demonstrate|study|compare|measure|verify|explain *",
];

/// Behind what is wanted, at the end of a sentence or of one of its parts.
const SUFFIXES: &[&str] = &[
    "would|might|could|will|should be ?really|very|so|quite|just great|nice|fine|good|lovely|perfect|cool|awesome|wonderful|fun|enough|ideal|helpful|useful|amazing|fantastic|appreciated|interesting|welcome ?please|thanks|now|too",
    "would|will|should do|suffice|help|work ?please|nicely|fine",
    "is|are ?all|everything|exactly|just|simply ?what i|we|you ?really|would|d need|want|like|have|had ?in ?mind",
    "look|looks like",
    "if ?that|it|this|you ?s|is|can|could|please|don|do|would|will ?possible|t|not|be ?mind|manage|so|kind",
    "?and that s|is|will|would|should ?be ?all|it|everything|enough ?for ?now|today|me|please|thanks|of",
    "?and|with nothing|no|not|never ?thing else|more|less|besides ?nothing|or|and ?less|more|else ?please",
    "thanks|thank|cheers|please|ty|thx ?you|in|so|very|a ?much|advance|lot ?in ?advance",
    "?just like|as|similar ?to in|seen|from|at a|an|the|my|his|her|our|galileo|newton|this|that|many|real|every *",
    "and|then|so|to|we|i ?then|we|i|you ?can|could|want|will|would|then|and|let ?to|me|us|s|let ?simply|just|then watch|see|observe|find|look|learn|check|compare|study|discuss *",
    "?and|but|where|with|so|such ?that ?they|it ?which|that none|neither|nothing ?of ?them|these|those|which ?should|may|must|will touch|touches|touching|overlap|overlaps *",
    "?and|but|so|such|where ?that|which ?they|it|which|that ?do|does|don|doesn|should|shouldn|must|mustn|may|are|aren|is|can not|t|never ?be ?in touch|touching|overlap|overlapping *",
    "without touching|overlapping ?a|each|one|any|anything|another|the|them ?other|another|others|thing ?else",
    "?so|which|and|but|because|that|where ?that ?they|it|all|both|which ?is|are|will|should|must|may|can|could|does|do|shall|would|don|doesn|shouldn|mustn not|never|t ?be fall|tip|topple|collapse ?over|down|apart|off ?easily|please",
    "?so|which|and|but|because|that|where that|they|it|which|nothing|none ?should|will|must|would stay|stays|remain|remains|falls|tips|topples|collapses ?stable|upright|standing|over",
    "for|as|in a|an|the|my|our|some ?~ demonstration|demo|experiment|test|lesson|class|course|lecture|project|game|exhibition|challenge|benchmark|study|video|presentation|paper|thesis|exercise|tutorial|student|students|kids ?of|about|on|in|for ?~ ?~",
    "as ?a|an|the|my ?~ target|targets|obstacle|obstacles|goal|goals|reference|decoration|example|warm|start|test|background ?up",
    "to|which|that ?can|could|to ?be pick|grasp|grab|manipulate|sort|train|test|play|show|demonstrate|explain|illustrate|practise|practice ?up|them|with|it *",
    "or|and something|anything|whatever ?like|similar ?that",
    "in ?the|my|our ?~ lab|class|classroom|lesson|lecture|course|exhibition|museum",
];

/// Words of titles: what stands before a colon.
const TITLES: &[&str] = &[
    "scene",
    "setup",
    "demo",
    "demonstration",
    "experiment",
    "task",
    "test",
    "lab",
    "exercise",
    "playground",
    "challenge",
    "example",
    "problem",
    "show",
    "game",
    "simulation",
    "world",
    "scenario",
    "puzzle",
    "lesson",
    "project",
    "idea",
    "request",
    "wish",
    "arrangement",
    "environment",
    "benchmark",
    "layout",
    "study",
    "question",
    "description",
    "prompt",
    "title",
    "part",
    "case",
    "trial",
    "break",
    "break shot",
    "site",
    "corner",
    "room",
    "set",
    "exhibit",
    "contest",
    "race",
    "things",
    "objects",
    "items",
    "contents",
    "following",
    "bowling",
    "billiards",
    "pool",
    "snooker",
    "skittles",
    "alley",
    "experiments",
];

/// A word of the text.
#[derive(Clone, Debug)]
struct Word {
    text: String,
    from: usize,
    to: usize,
}

/// A text without its frames; what was left out is told.
pub fn taken_out(text: &str, granted: &mut Vec<String>) -> String {
    let lower = text.to_lowercase();
    // Cut by places in the text, which have to be the same in both.
    if lower.len() != text.len() {
        return text.to_owned();
    }
    let sentences = sentences(&lower);
    let mut kept: Vec<String> = Vec::new();
    let mut dropped: Vec<(usize, String)> = Vec::new();
    for sentence in &sentences {
        let mut rest = sentence.clone();
        loop {
            let before = rest.len();
            rest = without_prefix(&rest, granted);
            rest = without_title(&rest, granted);
            if rest.len() == before {
                break;
            }
        }
        let rest = without_suffix(&rest, granted);
        let rest = without_differences(&rest);
        if is_aside(&rest) {
            dropped.push((kept.len(), rest.clone()));
            kept.push(worlds(&rest));
        } else {
            kept.push(rest);
        }
    }
    // A sentence says nothing of the scene only where others do.
    let says = |part: &str| words(part).iter().any(|word| builds(&word.text));
    if !kept.iter().any(|part| says(part)) {
        for (at, rest) in dropped {
            kept[at] = rest;
        }
    } else {
        for (_, rest) in dropped {
            granted.push(format!("'{}' changes nothing here", rest.trim()));
        }
    }
    kept.retain(|part| part.chars().any(char::is_alphanumeric));
    kept.join(" ")
}

/// The text by sentences, each with its end.
fn sentences(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut from = 0;
    let bytes = text.as_bytes();
    for (at, c) in text.char_indices() {
        let next = bytes.get(at + 1).copied();
        let ends = match c {
            '!' | '?' | ';' | '\n' => true,
            '.' => next.is_none_or(|next| next.is_ascii_whitespace()),
            _ => false,
        };
        if ends {
            out.push(text[from..=at].to_owned());
            from = at + 1;
        }
    }
    if !text[from..].trim().is_empty() {
        out.push(text[from..].to_owned());
    }
    out
}

fn words(text: &str) -> Vec<Word> {
    let mut out: Vec<Word> = Vec::new();
    let mut from = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (c.is_alphanumeric(), from) {
            (true, None) => from = Some(at),
            (false, Some(begin)) => {
                out.push(Word { text: text[begin..at].to_owned(), from: begin, to: at });
                from = None;
            }
            _ => {}
        }
    }
    out
}

/// Whether a word is a figure.
fn is_figure(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
        || word != "one" && word != "zero" && measure::number_word(word).is_some()
}

/// Whether a word names what can be built.
fn builds(word: &str) -> bool {
    matches!(
        lexicon::meaning(word).map(|entry| entry.sense),
        Some(Sense::Noun(_) | Sense::Group(_))
    )
}

/// Whether a word tells what is there or what it is like: a thing that is not only referred to, a
/// colour, a material, a world.
fn tells(words: &[Word], at: usize) -> bool {
    let sense = lexicon::meaning(&words[at].text).map(|entry| entry.sense);
    let referred = at > 0
        && matches!(
            &*words[at - 1].text,
            "the" | "this" | "that" | "these" | "those" | "my" | "our" | "your"
        );
    match sense {
        Some(Sense::Noun(_) | Sense::Group(_)) => !referred,
        Some(
            Sense::Colour(_)
            | Sense::Material(_)
            | Sense::World(..)
            | Sense::Medium(_)
            | Sense::Gravity
            | Sense::Wind
            | Sense::Floor
            | Sense::Size(_)
            | Sense::Heft(_)
            | Sense::Stretch(_),
        ) => true,
        _ => false,
    }
}

fn is_known(word: &str) -> bool {
    lexicon::in_vocabulary(word)
        || measure::number_word(word).is_some()
        || measure::unit(word).is_some()
}

/// Whether the words from `at` on begin with a pattern; how many words it took.
fn matched(pattern: &[&str], words: &[Word], at: usize, whole: bool) -> Option<usize> {
    let Some((first, rest)) = pattern.split_first() else { return Some(at) };
    let (first, may_lack) = match first.strip_prefix('?') {
        Some(word) => (word, true),
        None => (*first, false),
    };
    match first {
        // What comes next is looked at and left.
        "~scene_with" => {
            let before = words.get(at.checked_sub(1)?)?;
            let joined = matches!(
                &*before.text,
                "with"
                    | "of"
                    | "where"
                    | "which"
                    | "containing"
                    | "contains"
                    | "showing"
                    | "shows"
                    | "has"
                    | "featuring"
                    | "about"
                    | "that"
                    | "in"
            );
            return joined.then_some(at);
        }
        "~article" => {
            let next = words.get(at)?;
            return (matches!(
                &*next.text,
                "a" | "an"
                    | "the"
                    | "two"
                    | "three"
                    | "put"
                    | "place"
                    | "build"
                    | "make"
                    | "there"
                    | "i"
                    | "we"
                    | "on"
            ) || is_figure(&next.text))
            .then_some(at);
        }
        "~place_or_verb" => {
            let next = words.get(at)?;
            return (matches!(
                &*next.text,
                "a" | "an"
                    | "on"
                    | "in"
                    | "under"
                    | "next"
                    | "behind"
                    | "put"
                    | "place"
                    | "add"
                    | "build"
                    | "make"
                    | "stack"
                    | "drop"
                    | "hang"
                    | "set"
                    | "lay"
                    | "i"
                    | "we"
                    | "let"
                    | "there"
            ))
            .then_some(at);
        }
        "~give_me" => return Some(at - 1),
        "*" => {
            let open = |n: &usize| !is_figure(&words[*n].text) && (whole || !tells(words, *n));
            let most = at + (at..words.len()).take_while(open).count();
            return (at..=most).rev().find_map(|end| matched(rest, words, end, whole));
        }
        "~" => {
            let word = words.get(at)?;
            let open = !is_figure(&word.text) && !tells(words, at);
            let with = if open { matched(rest, words, at + 1, whole) } else { None };
            return with.or_else(|| if may_lack { matched(rest, words, at, whole) } else { None });
        }
        _ => {}
    }
    let here = words.get(at).is_some_and(|word| first.split('|').any(|own| own == word.text));
    let with = if here { matched(rest, words, at + 1, whole) } else { None };
    with.or_else(|| if may_lack { matched(rest, words, at, whole) } else { None })
}

fn parts(pattern: &str) -> Vec<&str> {
    pattern.split(' ').collect()
}

fn tell(what: &str, granted: &mut Vec<String>) {
    let own = words(what);
    // Politeness is no news.
    if own.iter().any(|word| !is_known(&word.text)) {
        granted.push(format!("'{}' changes nothing here", what.trim()));
    }
}

fn without_prefix(sentence: &str, granted: &mut Vec<String>) -> String {
    let own = words(sentence);
    for pattern in PREFIXES {
        let Some(end) = matched(&parts(pattern), &own, 0, false).filter(|end| *end > 0) else {
            continue;
        };
        // What is left has to be something, and no change of what is there.
        let Some(next) = own.get(end) else { continue };
        let between = &sentence[own[end - 1].to..next.from];
        let cut = next.from;
        if between.contains('.') {
            continue;
        }
        tell(&sentence[..own[end - 1].to], granted);
        return sentence[cut..].to_owned();
    }
    sentence.to_owned()
}

/// "Pool break: …", "Lab 3 - collisions: …", "a bowling alley: …".
fn without_title(sentence: &str, granted: &mut Vec<String>) -> String {
    let Some(colon) = sentence.find(':') else { return sentence.to_owned() };
    let (title, rest) = (&sentence[..colon], &sentence[colon + 1..]);
    let (own, behind) = (words(title), words(rest));
    if own.is_empty() || behind.is_empty() {
        return sentence.to_owned();
    }
    let is = |pattern: &&str| matched(&parts(pattern), &own, 0, true) == Some(own.len());
    if LISTS.iter().any(is) {
        return rest.trim_start().to_owned();
    }
    if own.len() > 9 || title.contains(',') {
        return sentence.to_owned();
    }
    let titled = own.iter().any(|word| TITLES.contains(&&*word.text));
    let strange = own.iter().any(|word| !is_known(&word.text));
    let decor = own.iter().all(|word| {
        matches!(
            lexicon::meaning(&word.text).map(|entry| entry.sense),
            Some(
                Sense::Decor
                    | Sense::Manner
                    | Sense::Filler
                    | Sense::A
                    | Sense::The
                    | Sense::Size(_)
                    | Sense::Verb(_)
            )
        )
    });
    let tells = own.iter().enumerate().any(|(n, word)| {
        let labelled = own[..n].iter().any(|word| TITLES.contains(&&*word.text));
        is_figure(&word.text) && !labelled
            || matches!(
                lexicon::meaning(&word.text).map(|entry| entry.sense),
                Some(
                    Sense::Colour(_)
                        | Sense::Material(_)
                        | Sense::Floor
                        | Sense::Medium(_)
                        | Sense::Each
                        | Sense::It
                )
            )
            || n == 0
                && matches!(
                    lexicon::meaning(&word.text).map(|entry| entry.sense),
                    Some(Sense::Verb(_))
                )
    });
    // What is named in a title and not behind it is a thing of the scene.
    let named: Vec<&str> = own
        .iter()
        .filter(|word| builds(&word.text) && !TITLES.contains(&&*word.text))
        .map(|word| &*word.text)
        .filter(|word| !behind.iter().any(|other| lexicon::same(word, &other.text)))
        .collect();
    // "a domino chain: fifteen dominoes"
    let again = matches!(&*own[0].text, "a" | "an" | "the" | "my" | "our")
        && own.len() < 5
        && own.iter().any(|word| builds(&word.text))
        && behind.iter().take(4).any(|word| is_figure(&word.text));
    if !(titled || strange || decor || again) || tells || !named.is_empty() {
        return sentence.to_owned();
    }
    granted.push(format!("'{}' changes nothing here", title.trim()));
    let world = worlds(title);
    if world.is_empty() {
        rest.trim_start().to_owned()
    } else {
        format!("{world} {}", rest.trim_start())
    }
}

/// That several differ, before figures that say by how much.
const DIFFERENCES: &[&str] = &[
    "that|which ?all ?only differ|vary|increase|decrease|grow ?only|just in ~ ?and ?~",
    "differing|varying|different|increasing ?only|just in ~ ?and ?~",
    "of|with ?three|two|four different|differing|various|varying|increasing|decreasing|ascending|descending|growing|unequal mass|masses|weight|weights|size|sizes|height|heights|length|lengths|diameter|diameters|radius|radii|colour|colours|color|colors|width|widths|material|materials|edge|side ?length|lengths",
];

/// "three balls of different mass: 1, 2 and 3 kg": of 1, 2 and 3 kg.
fn without_differences(sentence: &str) -> String {
    let own = words(sentence);
    for at in 1..own.len() {
        let Some(end) = DIFFERENCES
            .iter()
            .find_map(|pattern| matched(&parts(pattern), &own, at, true).filter(|end| *end > at))
        else {
            continue;
        };
        let Some(next) = own.get(end) else { continue };
        let between = &sentence[own[end - 1].to..next.from];
        let figures = is_figure(&next.text)
            || matches!(
                lexicon::meaning(&next.text).map(|entry| entry.sense),
                Some(Sense::Colour(_) | Sense::Material(_))
            )
            || matches!(&*next.text, "one" | "the" | "a");
        if figures && between.contains([':', ',', '(', '–', '—']) {
            return format!("{}{}", &sentence[..own[at - 1].to], &sentence[own[end - 1].to..]);
        }
    }
    sentence.to_owned()
}

fn without_suffix(sentence: &str, granted: &mut Vec<String>) -> String {
    let mut text = sentence.to_owned();
    for _ in 0..4 {
        let own = words(&text);
        let found = (1..own.len()).find_map(|at| {
            let clause = text[own[at - 1].to..own[at].from].contains([',', '-', '–', '—', '(']);
            SUFFIXES.iter().find_map(|pattern| {
                let end = matched(&parts(pattern), &own, at, false).filter(|end| *end > at)?;
                let last = end == own.len();
                let closed = last || text[own[end - 1].to..own[end].from].contains([',', ')']);
                // A bare "that" or "and" is none.
                let long = end - at > 1 || matches!(&*own[at].text, "please" | "thanks" | "cheers");
                (closed && long && (last || clause)).then_some((
                    own[at - 1].to,
                    own[end - 1].to,
                    end,
                ))
            })
        });
        let Some((from, to, _)) = found else { break };
        tell(&text[from..to], granted);
        let rest = text[to..].to_owned();
        text.truncate(from);
        text.push_str(&rest);
    }
    text
}

/// Whether a sentence says nothing of the scene by the way it begins, and has a word that is not
/// known, or asks something.
fn is_aside(sentence: &str) -> bool {
    let own = words(sentence);
    if own.is_empty() || own.iter().any(|word| is_figure(&word.text)) {
        return false;
    }
    let asks = sentence.trim_end().ends_with('?');
    let strange = own.iter().any(|word| !is_known(&word.text));
    let is = |pattern: &&&str| matched(&parts(pattern), &own, 0, true) == Some(own.len());
    // "Note that the floor is icy."
    let muses = own.iter().any(|word| matches!(&*word.text, "wonder" | "wondered" | "curious"));
    let tells = own.iter().any(|word| {
        matches!(
            lexicon::meaning(&word.text).map(|entry| entry.sense),
            Some(
                Sense::Colour(_)
                    | Sense::Material(_)
                    | Sense::Floor
                    | Sense::Gravity
                    | Sense::Wind
                    | Sense::Trait(
                        Trait::Frictionless
                            | Trait::Slippery
                            | Trait::Rough
                            | Trait::Bouncy
                            | Trait::Fixed
                            | Trait::Transparent
                    )
            )
        )
    });
    if tells && !muses && !asks {
        return false;
    }
    asks && QUESTIONS.iter().any(|pattern| is(&pattern))
        || SENTENCES.iter().any(|pattern| (strange || !pattern.ends_with('*')) && is(&pattern))
}

/// The worlds that are named: "How do things fall on Mercury?" is about Mercury.
fn worlds(text: &str) -> String {
    let own = words(text);
    let mut out = Vec::new();
    let mut at = 0;
    while at < own.len() {
        let found = (1..=LONGEST.min(own.len() - at)).rev().find_map(|length| {
            let phrase =
                own[at..at + length].iter().map(|word| &*word.text).collect::<Vec<_>>().join(" ");
            let sense = lexicon::meaning(&phrase)?.sense;
            matches!(sense, Sense::World(..) | Sense::Trait(Trait::Weightless))
                .then_some((phrase, length))
        });
        match found {
            Some((phrase, length)) => {
                out.push(phrase);
                at += length;
            }
            None => at += 1,
        }
    }
    if out.is_empty() { String::new() } else { format!("{}.", out.join(". ")) }
}
