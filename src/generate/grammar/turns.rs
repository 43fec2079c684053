//! Turns of phrase: whole ways of saying that become plainer ones before a text is read.
//!
//! A pattern is words with blanks between: `a|b` is either, `?a` may be missing, `<n>` is a number,
//! `<m>` a number with its unit, `<w>` any word, `<ws>` up to four words without figures, and `<pile>`
//! a count of rows such as `3-2-1`, `<grid>` one such as `3x3x3`, `<.>` the end of a part of a
//! sentence, which is left. What these and words behind `=` stand for comes again as `$1`, `$2`, … in
//! the plainer way; `$1x4` is four times the number.

use super::measure;

/// A way of saying, the plainer one, and the words of which the text must have one (all if empty).
type Turn = (&'static str, &'static str, &'static str);

const TURNS: &[Turn] = &[
    ("from the same height of <m>", "from a height of $1", ""),
    // Walls.
    (
        "wall of|with|from <n> rows|layers|courses of|with <n> bricks ?each",
        "brick wall, $2 bricks wide and $1 bricks high",
        "",
    ),
    (
        "wall of|with|from <n> rows|layers|courses of|with <n> <w> bricks ?each",
        "$3 brick wall, $2 bricks wide and $1 bricks high",
        "",
    ),
    (
        "wall of|with|from <n> rows|layers|courses of bricks , ?with|each ?of <n> bricks in|per|to|along ?each|every|a ?row|layer|course",
        "brick wall, $2 bricks wide and $1 bricks high",
        "",
    ),
    // Stairs.
    (
        "?that|which go|goes|going|lead|leads|leading|climb|climbs|climbing|rise|rises|rising|run|runs up|to ?up ?to ?a ?height|level ?of <m> in|over|with|by|on|using <n> ?equal|even|identical|regular steps",
        "with $2 steps, $1 high",
        "stairs|staircase|steps|stairway",
    ),
    (
        "?that|which go|goes|going|lead|leads|leading|climb|climbs|climbing|rise|rises|rising up|to ?up ?to ?a ?height|level ?of <m>",
        ", $1 high",
        "stairs|staircase|stairway|ramp|slope|incline",
    ),
    ("equal|identical|regular|even steps", "steps", ""),
    // Blocks of cubes.
    (
        "?solid|big|large|giant|great cube|block made|built|composed|consisting|assembled|put|stacked ?up ?together of|from|out|up ?of 8|eight ?small|smaller|little|tiny|single|individual cubes|boxes|blocks",
        "2x2x2 grid of small cubes without gaps",
        "",
    ),
    (
        "?solid|big|large|giant|great cube|block made|built|composed|consisting|assembled|put|stacked ?up ?together of|from|out|up ?of 27|twenty-seven ?small|smaller|little|tiny|single|individual cubes|boxes|blocks",
        "3x3x3 grid of small cubes without gaps",
        "",
    ),
    (
        "?solid|big|large|giant|great cube|block made|built|composed|consisting|assembled|put|stacked ?up ?together of|from|out|up ?of 64|sixty-four ?small|smaller|little|tiny|single|individual cubes|boxes|blocks",
        "4x4x4 grid of small cubes without gaps",
        "",
    ),
    (
        "<n> <ws> packed|glued|put|joined|stuck|assembled|pushed|squeezed|stacked|arranged ?tightly|closely|neatly ?together as|into|to|in|like|forming a|an|one ?solid|big|large|compact|dense <n> by|x|times <n> by|x|times <n> block|cube|cuboid|box ?shape",
        "$3 by $4 by $5 grid of $2 without gaps",
        "",
    ),
    (
        "<n> <ws> packed|glued|put|joined|stuck|assembled|pushed|squeezed|stacked|arranged ?tightly|closely|neatly ?together as|into|to|in|like|forming a|an|one ?solid|big|large|compact|dense <grid> block|cube|cuboid|box ?shape",
        "$3 grid of $2 without gaps",
        "",
    ),
    (
        "?solid|compact|dense block|cuboid of <n> x|by <n> x|by <n> <w>",
        "$1 by $2 by $3 grid of $4 without gaps",
        "",
    ),
    ("?solid|compact|dense block|cuboid of <grid> <w>", "$1 grid of $2 without gaps", ""),
    // Patterns.
    ("in|into the shape|form|pattern|outline of a|an", "in a", ""),
    ("forming|that|which ?form|forms a|an ?closed|complete|full circle|ring", "in a ring", ""),
    ("equilateral triangle of three|3", "triangle of three", ""),
    (
        "stacked|piled|arranged|placed|set|put ?up ?in|as|like ?a ?pyramid ?of <pile>",
        "in a triangular stack with $1 rows",
        "",
    ),
    (
        "a|one pile|stack|tower|heap|column of <n> <ws> at|on|in each|every corner of a|the square with|of ?a ?side|sides ?length ?of <m> ?sides|side",
        "$1x4 $2 at the corners of a square with $3 sides, in $1 layers",
        "",
    ),
    (
        "a|one pile|stack|tower|heap|column of <n> <ws> at|on|in each|every corner of a|the <m> square",
        "$1x4 $2 at the corners of a square with $3 sides, in $1 layers",
        "",
    ),
    (
        "a|one pile|stack|tower|heap|column of <n> <ws> at|on|in each|every corner of a|the square",
        "$1x4 $2 at the corners of a square, in $1 layers",
        "",
    ),
    // Colours in turn.
    (", <w> and <w> ?ones by|in turns|turn", ", alternately $1 and $2", ""),
    (", <w> and <w> ?ones alternating|alternately|alternate", ", alternately $1 and $2", ""),
    (", taking turns|turn ?between <w> and <w>", ", alternately $1 and $2", ""),
    (", one <w> , one <w> and so on|forth", ", alternately $1 and $2", ""),
    (
        "with|in|of|having|wearing ?all ?the colours|colors of the|a rainbow ?in ?the|their ?right|correct|proper|usual|natural|same ?order",
        "in rainbow colours",
        "",
    ),
    ("in rainbow order", "in rainbow colours", ""),
    // Steps from one to the next.
    (
        "whose|with heights ?that|which ?steadily go|goes|rise|rises|increase|increases|grow|grows|increasing|rising|growing ?up ?by|in ?steps|increments ?of <m> ?each|every ?time , ?and ?then starting|beginning|start|begin at|with|from <m>",
        ". The first one is $2 high and each one is $1 taller than the one before",
        "",
    ),
    (
        "whose|with lengths ?that|which ?steadily go|goes|rise|rises|increase|increases|grow|grows|increasing|rising|growing ?up ?by|in ?steps|increments ?of <m> ?each|every ?time , ?and ?then starting|beginning|start|begin at|with|from <m>",
        ". The first one is $2 long and each one is $1 longer than the one before",
        "",
    ),
    (
        "whose|with widths ?that|which ?steadily go|goes|rise|rises|increase|increases|grow|grows|increasing|rising|growing ?up ?by|in ?steps|increments ?of <m> ?each|every ?time , ?and ?then starting|beginning|start|begin at|with|from <m>",
        ". The first one is $2 wide and each one is $1 wider than the one before",
        "",
    ),
    // Worlds.
    ("mid-air|midair", "the air", ""),
    ("in mid air", "in the air", ""),
    (
        "how|what would|will|does|do|might|could|can a|an <ws> ?do|behave|react|move|bounce|fall on|in|under <ws> if|when i|we|you|one|somebody|it let|drop|dropped|drops|release|released|lets|is|was ?go|dropped|released ?of ?it ?from <m> ?high ?up ?above|over ?the ?ground|floor|surface ?",
        "a $1 dropped from $3 on $2",
        "",
    ),
    (
        "if|when i|we|you|one let|drop|dropped|release|released ?go ?of it ?from <m> ?high ?up ?above|over ?the ?ground|floor",
        "dropped from $1",
        "",
    ),
    ("what happens|happened|would|will ?happen to|with a|an", "a", ""),
    ("do on|in|under <ws> if|when pushed|kicked|thrown|shoved at|with", "on $1 sliding at", ""),
    (
        "gravity half as strong|big|large|high|great|weak as|of ?that ?on|in ?of ?the earth|earth's|here|normal|usual|ours",
        "half of earth's gravity",
        "",
    ),
    (
        "gravity twice as strong|big|large|high|great as ?that ?on|in ?of ?the earth|earth's|here|normal|usual|ours",
        "twice earth's gravity",
        "",
    ),
    (
        "gravity <n> times as|the strong|big|large|high|great as ?that ?on|in ?of ?the earth|earth's|here|normal|usual|ours",
        "$1 times earth's gravity",
        "",
    ),
    ("with double|doubled|twice ?the gravity <.>", "with twice the gravity of Earth", ""),
    ("with double|doubled|twice ?the gravity and", "with twice the gravity of Earth and", ""),
    ("with half|halved ?the gravity <.>", "with half the gravity of Earth", ""),
    (
        "wind blowing|blows|coming|comes ?from the =left|right|front|back at|with ?a ?speed ?of <m>",
        "wind from the $1 at $2",
        "",
    ),
    ("wind blowing|blows|coming|comes from the <w> at|with", "wind from the $1 at", ""),
    ("feather-light|featherlight", "very light", ""),
    ("on ?a|the ?rough|thick|soft carpet|rug", "on a rough floor", ""),
    (
        ", which|that is|lies|rests|stands|sits ?initially|at|motionless|still ?rest|still <m> away",
        ", $1 away",
        "",
    ),
    // Ramps.
    (
        "at ?the very|highest|topmost top|point|spot|end",
        "at the top",
        "ramp|slope|incline|plane|hill|slide|wedge",
    ),
    ("half-way|halfway|midway ?up|down|along =a|an|the", "in the middle of $1", ""),
    ("half way ?up|down|along =a|an|the", "in the middle of $1", ""),
    ("<n> degree|degrees|deg wedge", "$1 degree ramp", ""),
    ("skateboard|skate|wheelchair|loading ramp", "ramp", ""),
    (
        "one with a|an <ws> of <m> , ?and the other|another|one ?one with ?one ?of <m>",
        "one with a $1 of $2 and the other with a $1 of $3",
        "",
    ),
    (
        "one with a|an <ws> of <n> , ?and the other|another|one ?one with ?one ?of <n>",
        "one with a $1 of $2 and the other with a $1 of $3",
        "",
    ),
    (
        "one with a|an <ws> of <n> and the other|another|one ?one with ?one ?of <n>",
        "one with a $1 of $2 and the other with a $1 of $3",
        "",
    ),
    (
        "one with a|an <ws> of <m> and the other|another|one ?one with ?one ?of <m>",
        "one with a $1 of $2 and the other with a $1 of $3",
        "",
    ),
    (", on each ?of ?them|these|which a|an|one <ws> <.>", " with a $1 on each", ""),
    (
        "a gentle|shallow|flat slope|ramp of <m> and beside|behind it a steep|steeper one of <m>",
        "a ramp of $1 and beside it a ramp of $2",
        "",
    ),
    (
        "a steep slope|ramp of <m> and beside|behind it a gentle|shallow|flatter|flat one of <m>",
        "a ramp of $1 and beside it a ramp of $2",
        "",
    ),
    ("waits|wait =at|on|in|by|behind|beside|next|under|halfway", "stands $1", ""),
    ("?is|are waiting =at|on|in|by|behind|beside|next|under|halfway", "standing $1", ""),
    // Furniture.
    (
        "?whose|with|its|the seat ?height ?is|of|at ?is ?of <m> ?above|off|high|from ?the ?ground|floor",
        ", $1 high",
        "stool|stools|bench|benches",
    ),
    ("that|which stands|stand|rests|rest|is|are ?standing|mounted on <n> legs", "with $1 legs", ""),
    ("standing|resting|mounted on <n> legs", "with $1 legs", ""),
    ("=table|stool|bench on <n> legs", "$1 with $2 legs", ""),
    ("three-legged =table|stool|bench", "$1 with three legs", ""),
    ("six-legged =table|bench", "$1 with six legs", ""),
    ("table for <n> ?people|persons|guests|diners", "table with $1 chairs around it", ""),
    ("with|and chairs|stools on|at ?its two|both|opposite sides", "with a chair on each side", ""),
    ("rows of <n> seats", "rows of $1 chairs", ""),
    // Whole experiments.
    (
        "?a|an|the|my|our ?small|little|physics|school lab|laboratory|room|table|scene|show with <n> ?different|small|little experiments|setups|stations|demos|demonstrations ?standing|set ?up next|close to each|one other|another :",
        "",
        "",
    ),
    (
        "?a|an|the|my|our ?small|little|physics|school lab|laboratory|room|table|scene|show with <n> ?different|small|little experiments|setups|stations|demos|demonstrations ?standing|set ?up ?side|in ?by|a ?side|row|line :",
        "",
        "",
    ),
    (
        "<n> ?different|small|little experiments|setups|stations|demos in|side a|by row|line|side :",
        "",
        "",
    ),
    ("<n> ?different|small|little experiments|setups|stations|demos :", "", ""),
    (
        "<n> =pins|skittles and a|an <ws> rolling at <m>",
        "$1 $2 and a $3 that rolls towards them at $4",
        "",
    ),
    (
        "drop|dropping|release|releasing a|an <ws> and a|an <ws> from ?a ?height ?of <m>",
        "drop a $1 and a $2, both from a height of $3",
        "",
    ),
    (
        "of <m> =moves|rolls|slides|moving|rolling|sliding|flies|flying at <m> towards|at|into a|an <ws> of the same|equal mass|weight",
        "of $1 $2 at $3 towards a $4 of $1",
        "",
    ),
    ("let go|released from the|one side", "let go", ""),
    ("?a|an|the bowling|skittles alley|lane|game with", "", ""),
    ("every|each other one", "every second one", ""),
    (
        "on|at the first ?one ?is|are|there|stands|lies|sits ?is|are a|an|one <ws> ,|.|;",
        "a $1 on the first one,",
        "tables|shelves|platforms|ramps|boxes|stools|benches|chairs|desks|pillars",
    ),
    (
        "on|at the second ?one ?is|are|there|stands|stand|lies|lie ?is|are <n> <ws> ,|.|;",
        "$1 $2 on the second one,",
        "tables|shelves|platforms|ramps|boxes|stools|benches|chairs|desks|pillars",
    ),
    (
        "on|at the second ?one ?is|are|there|stands|lies|sits ?is|are a|an <ws> ,|.|;",
        "a $1 on the second one,",
        "tables|shelves|platforms|ramps|boxes|stools|benches|chairs|desks|pillars",
    ),
    (
        "and <n> <ws> are|stand|lie|sit on the =third|last|second ?one",
        "and $1 $2 on the $3 one",
        "tables|shelves|platforms|ramps|stools|benches|desks",
    ),
    (
        "three towers|stacks|piles of <n> =cubes|blocks|boxes|balls each : one <w> , one <w> ?, and one <w>",
        "a tower of $1 $3 $2, a tower of $1 $4 $2 and a tower of $1 $5 $2",
        "",
    ),
    (
        "two towers|stacks|piles of <n> =cubes|blocks|boxes|balls each : one <w> ?, and one <w>",
        "a tower of $1 $3 $2 and a tower of $1 $4 $2",
        "",
    ),
    (
        "table with a tower|stack|pile of <n> <ws> at|on each|either|both end|ends",
        "table with a tower of $1 $2 on its left end and a tower of $1 $2 on its right end",
        "",
    ),
];

/// Part of a text: a word or a mark, and where it is.
#[derive(Clone, Copy, Debug)]
struct Token {
    from: usize,
    to: usize,
}

/// The text in plainer words.
pub fn plain(text: &str) -> String {
    let mut text = text.to_owned();
    for (pattern, plainer, needs) in TURNS {
        let parts: Vec<&str> = pattern.split(' ').collect();
        let mut from = 0;
        // No turn is taken more often than a text has words.
        for _ in 0..16 {
            let tokens = tokens(&text);
            let words: Vec<String> =
                tokens.iter().map(|token| text[token.from..token.to].to_lowercase()).collect();
            let named = needs.is_empty()
                || words.iter().any(|word| needs.split('|').any(|need| need == word));
            if !named {
                break;
            }
            let found = (0..tokens.len()).filter(|at| tokens[*at].from >= from).find_map(|at| {
                let mut caught = Vec::new();
                let end = matched(&parts, &words, at, &mut caught)?;
                (end > at).then_some((at, end, caught))
            });
            let Some((at, end, caught)) = found else { break };
            let (begin, last) = (tokens[at].from, tokens[end - 1].to);
            let new = filled(plainer, &caught);
            // A mark stands right behind a word.
            let begin =
                if new.starts_with([',', '.']) { text[..begin].trim_end().len() } else { begin };
            text.replace_range(begin..last, &new);
            from = begin + new.len();
        }
    }
    text
}

fn tokens(text: &str) -> Vec<Token> {
    let mark = |c: char| matches!(c, ',' | ';' | ':' | '(' | ')' | '!' | '?' | '"');
    let mut out: Vec<Token> = Vec::new();
    let mut from = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        // A point within figures belongs to them.
        let stops = c == '.'
            && text[at + 1..].chars().next().is_none_or(|next| !next.is_ascii_alphanumeric());
        let digits = c == ','
            && text[..at].ends_with(|c: char| c.is_ascii_digit())
            && text[at + 1..].starts_with(|c: char| c.is_ascii_digit());
        if c.is_whitespace() || (mark(c) && !digits) || stops {
            if let Some(begin) = from.take() {
                out.push(Token { from: begin, to: at });
            }
            if !c.is_whitespace() {
                out.push(Token { from: at, to: at + c.len_utf8() });
            }
        } else if from.is_none() {
            from = Some(at);
        }
    }
    out
}

fn is_mark(word: &str) -> bool {
    !word.contains(char::is_alphanumeric)
}

fn number(word: &str) -> Option<f64> {
    word.parse().ok().filter(|value: &f64| value.is_finite()).or(measure::number_word(word))
}

/// The words of a number with its unit from `at` on.
fn measured(words: &[String], at: usize) -> Option<usize> {
    let word = words.get(at)?;
    if number(word).is_some() {
        return measure::unit(words.get(at + 1)?).map(|_| at + 2);
    }
    // "75cm", "20°", "22-degree"
    let unit = word.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','));
    let attached = word.starts_with(|c: char| c.is_ascii_digit())
        && (unit == "°" || measure::unit(unit.trim_start_matches('-')).is_some());
    attached.then_some(at + 1)
}

/// How many rows "3-2-1" has.
fn pile(word: &str) -> Option<usize> {
    let rows: Vec<usize> = word.split(['-', '–']).map(str::parse).collect::<Result<_, _>>().ok()?;
    let falls = rows.windows(2).all(|two| two[0] == two[1] + 1);
    (rows.len() > 1 && rows.len() < 12 && falls && rows.last() == Some(&1)).then_some(rows.len())
}

fn is_grid(word: &str) -> bool {
    let sides: Vec<&str> = word.split(['x', '×', '*']).collect();
    sides.len() == 3 && sides.iter().all(|side| side.parse::<u32>().is_ok())
}

/// Where a pattern ends that begins at `at`.
fn matched(parts: &[&str], words: &[String], at: usize, caught: &mut Vec<String>) -> Option<usize> {
    let Some((part, rest)) = parts.split_first() else { return Some(at) };
    let kept = caught.len();
    if let Some(special) = part.strip_prefix("?<") {
        let whole = format!("<{special}");
        let with: Vec<&str> = std::iter::once(&*whole).chain(rest.iter().copied()).collect();
        let found = matched(&with, words, at, caught);
        return found.or_else(|| {
            caught.truncate(kept);
            caught.push(String::new());
            matched(rest, words, at, caught)
        });
    }
    let mut go = |what: Option<String>, next: usize| {
        caught.truncate(kept);
        caught.extend(what);
        matched(rest, words, next, caught)
    };
    let word = words.get(at);
    let plain = |word: &String| !is_mark(word) && number(word).is_none();
    match *part {
        "<.>" => (word.is_none_or(|word| is_mark(word))).then(|| go(None, at)).flatten(),
        "<n>" => {
            let word = word.filter(|word| number(word).is_some())?;
            go(Some(word.clone()), at + 1)
        }
        "<m>" => {
            let end = measured(words, at)?;
            go(Some(words[at..end].join(" ")), end)
        }
        "<w>" => {
            let word = word.filter(|word| plain(word))?;
            go(Some(word.clone()), at + 1)
        }
        "<ws>" => (at + 1..=at + 4)
            .take_while(|end| words.get(end - 1).is_some_and(plain))
            .find_map(|end| go(Some(words[at..end].join(" ")), end)),
        "<pile>" => {
            let rows = pile(word?)?;
            go(Some(rows.to_string()), at + 1)
        }
        "<grid>" => {
            let word = word.filter(|word| is_grid(word))?;
            go(Some(word.clone()), at + 1)
        }
        part => {
            let may_lack = part.starts_with('?') && part.len() > 1;
            let own = if may_lack { &part[1..] } else { part };
            let caught_too = own.starts_with('=');
            let own = own.trim_start_matches('=');
            let here = word.filter(|word| own.split('|').any(|known| known == word.as_str()));
            here.and_then(|word| go(caught_too.then(|| word.clone()), at + 1))
                .or_else(|| if may_lack { go(None, at) } else { None })
        }
    }
}

/// The plainer words with what was caught.
fn filled(plainer: &str, caught: &[String]) -> String {
    let mut out = String::new();
    let mut rest = plainer;
    while let Some((before, behind)) = rest.split_once('$') {
        out.push_str(before);
        let digit = |text: &str| text.chars().next().and_then(|c| c.to_digit(10));
        let what = digit(behind).and_then(|n| caught.get((n as usize).checked_sub(1)?));
        let what = what.map_or("", String::as_str);
        rest = behind.get(1..).unwrap_or_default();
        match rest.strip_prefix('x').and_then(digit).zip(number(what)) {
            Some((times, value)) => {
                out.push_str(&(value * f64::from(times)).to_string());
                rest = rest.get(2..).unwrap_or_default();
            }
            None => out.push_str(what),
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn turns_become_plainer() {
        for (said, plainer) in [
            ("six cans stacked 3-2-1", "six cans in a triangular stack with 3 rows"),
            ("a stool whose seat is 75 cm above the floor", "a stool, 75 cm high"),
            ("stairs that go up to 1.2 m in 8 equal steps.", "stairs with 8 steps, 1.2 m high."),
            (
                "a pile of three bricks at every corner of a square",
                "12 bricks at the corners of a square, in three layers",
            ),
            (
                "one with a friction of 0.1 and the other with 0.9",
                "one with a friction of 0.1 and the other with a friction of 0.9",
            ),
            ("a red ball on a table", "a red ball on a table"),
        ] {
            assert_eq!(plain(said), plainer);
        }
    }
}
