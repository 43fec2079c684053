//! Verbs in all their forms, with the words behind them that make another sense.

use super::super::spec::{Place, Wheels};
use super::lexicon::{Sense, Trait};

/// A verb: its base, its form in "it …s", its present and past participle, and what it means with
/// each of several words behind it.
struct Verb {
    forms: [&'static str; 4],
    senses: &'static [(&'static str, Sense)],
}

const fn verb(forms: [&'static str; 4], senses: &'static [(&'static str, Sense)]) -> Verb {
    Verb { forms, senses }
}

const STRIKING: Sense = Sense::Place(Place::Striking);
const DOWN: Sense = Sense::Place(Place::AtTop);
const ON: Sense = Sense::Place(Place::On);
const INTO: &str = "into|against|towards|toward|through";
const DOWNWARDS: &str = "down|down from|down from the top of|from the top of|down along";
const ALONG: &str = "across|along|over|on|onto|on top of|off|off of";

const fn going(quality: Trait) -> [(&'static str, Sense); 4] {
    [("", Sense::Trait(quality)), (INTO, STRIKING), (DOWNWARDS, DOWN), (ALONG, ON)]
}

const ROLLING: &[(&str, Sense)] = &going(Trait::Rolling);
const SLIDING: &[(&str, Sense)] = &going(Trait::Sliding);
const MOVING: &[(&str, Sense)] = &going(Trait::Moving);
const FLYING: &[(&str, Sense)] =
    &[("|through the air", Sense::Trait(Trait::Thrown)), (INTO, STRIKING)];
const FALLING: &[(&str, Sense)] = &[
    ("|down|freely", Sense::Trait(Trait::Falling)),
    ("over|forwards", Sense::Trait(Trait::Toppling)),
];
const THROWN: &[(&str, Sense)] =
    &[("", Sense::Trait(Trait::Thrown)), (INTO, STRIKING), ("off|off of", ON)];
const STANDING: &[(&str, Sense)] = &[("", Sense::Trait(Trait::Spaced))];
const HITTING: &[(&str, Sense)] = &[("", STRIKING)];
const CRASHING: &[(&str, Sense)] = &[("into|through|against|with|in to", STRIKING)];
const KNOCKING: &[(&str, Sense)] = &[("over|down|into|against|through", STRIKING)];
const HOLDING: &[(&str, Sense)] = &[("", Sense::With)];

static VERBS: &[Verb] = &[
    verb(["roll", "rolls", "rolling", "rolled"], ROLLING),
    verb(["slide", "slides", "sliding", "slid"], SLIDING),
    verb(["glide", "glides", "gliding", "glided"], SLIDING),
    verb(["skid", "skids", "skidding", "skidded"], SLIDING),
    verb(["move", "moves", "moving", "moved"], MOVING),
    verb(["travel", "travels", "travelling", "travelled"], MOVING),
    verb(["drive", "drives", "driving", "driven"], MOVING),
    verb(["race", "races", "racing", "raced"], MOVING),
    verb(["head", "heads", "heading", "headed"], MOVING),
    verb(["fly", "flies", "flying", "flown"], FLYING),
    verb(["fall", "falls", "falling", "fallen"], FALLING),
    verb(["drop", "drops", "dropping", "dropped"], FALLING),
    verb(["rain", "rains", "raining", "rained"], FALLING),
    verb(["tumble", "tumbles", "tumbling", "tumbled"], FALLING),
    verb(["plummet", "plummets", "plummeting", "plummeted"], FALLING),
    verb(["pour", "pours", "pouring", "poured"], FALLING),
    verb(["sink", "sinks", "sinking", "sunk"], FALLING),
    verb(["throw", "throws", "throwing", "thrown"], THROWN),
    verb(["launch", "launches", "launching", "launched"], THROWN),
    verb(["shoot", "shoots", "shooting", "shot"], THROWN),
    verb(["toss", "tosses", "tossing", "tossed"], THROWN),
    verb(["hurl", "hurls", "hurling", "hurled"], THROWN),
    verb(["kick", "kicks", "kicking", "kicked"], THROWN),
    verb(["shove", "shoves", "shoving", "shoved"], THROWN),
    verb(["push", "pushes", "pushing", "pushed"], THROWN),
    verb(["hit", "hits", "hitting", "hit"], HITTING),
    verb(["strike", "strikes", "striking", "struck"], HITTING),
    verb(["ram", "rams", "ramming", "rammed"], &[("|into", STRIKING)]),
    verb(["smash", "smashes", "smashing", "smashed"], &[("|into|through|against", STRIKING)]),
    verb(["crash", "crashes", "crashing", "crashed"], CRASHING),
    verb(["slam", "slams", "slamming", "slammed"], CRASHING),
    verb(["bump", "bumps", "bumping", "bumped"], CRASHING),
    verb(["collide", "collides", "colliding", "collided"], CRASHING),
    verb(["plough", "ploughs", "ploughing", "ploughed"], CRASHING),
    verb(["run", "runs", "running", "run"], MOVING),
    verb(["ride", "rides", "riding", "ridden"], MOVING),
    verb(["knock", "knocks", "knocking", "knocked"], KNOCKING),
    verb(["swing", "swings", "swinging", "swung"], &[("into|against|towards|toward|at", STRIKING)]),
    verb(["aim", "aims", "aiming", "aimed"], &[("at|towards|toward", STRIKING)]),
    verb(["topple", "topples", "toppling", "toppled"], &[("|over", Sense::Trait(Trait::Toppling))]),
    verb(["tip", "tips", "tipping", "tipped"], &[("over", Sense::Trait(Trait::Toppling))]),
    verb(
        ["bounce", "bounces", "bouncing", "bounced"],
        &[("|up and down", Sense::Trait(Trait::Bouncing)), ("off|against", STRIKING)],
    ),
    verb(
        ["spin", "spins", "spinning", "spun"],
        &[("|around|about", Sense::Trait(Trait::Spinning))],
    ),
    verb(
        ["rotate", "rotates", "rotating", "rotated"],
        &[("|around|about", Sense::Trait(Trait::Spinning))],
    ),
    verb(["turn", "turns", "turning", "turned"], &[("", Sense::Trait(Trait::Spinning))]),
    verb(
        ["float", "floats", "floating", "floated"],
        &[("|freely|around", Sense::Trait(Trait::Floating))],
    ),
    verb(
        ["hover", "hovers", "hovering", "hovered"],
        &[("|in the air", Sense::Trait(Trait::Floating))],
    ),
    verb(
        ["scatter", "scatters", "scattering", "scattered"],
        &[("", Sense::Trait(Trait::Scattered))],
    ),
    verb(["release", "releases", "releasing", "released"], &[("", Sense::Trait(Trait::Released))]),
    verb(["hang", "hangs", "hanging", "hung"], &[("|down", Sense::Trait(Trait::Hanging))]),
    verb(["dangle", "dangles", "dangling", "dangled"], &[("", Sense::Trait(Trait::Hanging))]),
    verb(
        ["lean", "leans", "leaning", "leaned"],
        &[("against|on|onto", Sense::Place(Place::Leaning))],
    ),
    verb(
        ["prop", "props", "propping", "propped"],
        &[("against|up against", Sense::Place(Place::Leaning))],
    ),
    verb(
        ["surround", "surrounds", "surrounding", "surrounded"],
        &[("", Sense::Place(Place::Around))],
    ),
    verb(["bridge", "bridges", "bridging", "bridged"], &[("", ON)]),
    verb(["span", "spans", "spanning", "spanned"], &[("", ON)]),
    verb(["stand", "stands", "standing", "stood"], STANDING),
    verb(["lie", "lies", "lying", "lain"], STANDING),
    verb(["sit", "sits", "sitting", "sat"], STANDING),
    verb(["rest", "rests", "resting", "rested"], STANDING),
    verb(["place", "places", "placing", "placed"], STANDING),
    verb(["position", "positions", "positioning", "positioned"], STANDING),
    verb(["arrange", "arranges", "arranging", "arranged"], STANDING),
    verb(["balance", "balances", "balancing", "balanced"], STANDING),
    verb(["park", "parks", "parking", "parked"], STANDING),
    verb(["perch", "perches", "perching", "perched"], STANDING),
    verb(["mount", "mounts", "mounting", "mounted"], STANDING),
    verb(["lay", "lays", "laying", "laid"], STANDING),
    verb(["space", "spaces", "spacing", "spaced"], STANDING),
    verb(["line up", "lines up", "lining up", "lined up"], STANDING),
    verb(["hold", "holds", "holding", "held"], HOLDING),
    verb(["carry", "carries", "carrying", "carried"], HOLDING),
    verb(["go", "goes", "going", "gone"], MOVING),
    verb(["pass", "passes", "passing", "passed"], MOVING),
    verb(["connect", "connects", "connecting", "linked"], &[("", Sense::Place(Place::Between))]),
    verb(["drape", "drapes", "draping", "draped"], &[("between", Sense::Place(Place::Between))]),
    verb(["bear", "bears", "bearing", "borne"], HOLDING),
    verb(["contain", "contains", "containing", "contained"], HOLDING),
    verb(["support", "supports", "supporting", "supported"], HOLDING),
];

/// Every form of every verb with each word behind it, alone and in relative clauses.
pub fn phrases() -> Vec<(String, Sense)> {
    let mut out = Vec::new();
    for Verb { forms: [base, third, present, past], senses } in VERBS {
        for (behind, sense) in *senses {
            for word in behind.split('|') {
                let mut say = |before: &str, form: &str| {
                    let phrase = [before, form, word].join(" ");
                    out.push((phrase.trim().to_owned(), *sense));
                };
                for before in ["", "that", "which", "to", "that will", "about to", "that should"] {
                    say(before, base);
                }
                for before in ["", "that", "which"] {
                    say(before, third);
                }
                for before in ["", "that is", "that are", "which is", "which are"] {
                    say(before, present);
                }
                // What is held or supported is the other way round.
                let passive =
                    !matches!(*sense, Sense::With | STRIKING | Sense::Trait(Trait::Spinning))
                        || behind.contains("into");
                if passive {
                    for before in ["", "being", "that is", "that are", "which is", "which are"] {
                        say(before, past);
                    }
                }
            }
        }
    }
    out
}

/// "on the far end", "does not slide", "without moving", "each bigger than the last": whole clauses with one sense.
pub fn comparisons() -> Vec<(String, Sense)> {
    let mut out = Vec::new();
    let mut say = |words: [&str; 3], sense| {
        let phrase = words.join(" ");
        out.push((phrase.split_whitespace().collect::<Vec<_>>().join(" "), sense));
    };
    const STILL: &[(&str, &str)] = &[
        ("slide", "sliding"),
        ("slide down", "sliding down"),
        ("slip", "slipping"),
        ("move", "moving"),
        ("roll", "rolling"),
        ("roll down", "rolling down"),
        ("budge", "budging"),
        ("fall off", "falling off"),
        ("slide off", "sliding off"),
    ];
    let stays = Sense::Trait(Trait::Sticking);
    for before in ["", "that", "which", "and", "but", "so it", "so that it"] {
        for (base, present) in STILL {
            for not in [
                "does not",
                "doesn t",
                "do not",
                "don t",
                "will not",
                "won t",
                "should not",
                "shouldn t",
                "must not",
                "cannot",
                "can t",
                "not",
            ] {
                say([before, not, base], stays);
            }
            say([before, "without", present], stays);
        }
        for word in ["stays", "stay", "staying", "sits", "remains", "rests"] {
            for behind in ["put", "in place", "where it is", "still", "there", "where it was put"] {
                say([before, word, behind], stays);
            }
        }
    }
    // "onto one end of", "above the far side of": of two ends, one and the other.
    for before in ["on", "onto", "on to", "upon", "at", "to", "over", "above"] {
        for (which, place) in [
            ("one", Place::OnLeftEnd),
            ("the left", Place::OnLeftEnd),
            ("its left", Place::OnLeftEnd),
            ("the near", Place::OnLeftEnd),
            ("the first", Place::OnLeftEnd),
            ("the other", Place::OnRightEnd),
            ("its other", Place::OnRightEnd),
            ("the right", Place::OnRightEnd),
            ("its right", Place::OnRightEnd),
            ("the far", Place::OnRightEnd),
            ("the opposite", Place::OnRightEnd),
            ("the second", Place::OnRightEnd),
            ("another", Place::OnRightEnd),
        ] {
            for end in ["end", "end of", "tip", "tip of", "edge", "edge of", "half", "half of"] {
                say([before, which, end], Sense::Place(place));
            }
        }
    }
    for (words, wheels) in [
        ("front wheel drive|fwd|front wheels driven|motors on the front wheels", Wheels::Front),
        (
            "rear wheel drive|back wheel drive|rwd|rear wheels driven|back wheels driven",
            Wheels::Back,
        ),
        ("four wheel drive|4 wheel drive|all wheel drive|six wheel drive|4wd|awd", Wheels::All),
    ] {
        for phrase in words.split('|') {
            say(["", "", phrase], Sense::Wheels(wheels));
            say(["with", "", phrase], Sense::Wheels(wheels));
        }
    }
    for each in [
        "each",
        "every",
        "all",
        "all the",
        "all of its",
        "all its",
        "all of the",
        "every one of its",
        "each of its",
        "each of the",
        "all four",
        "all six",
        "both",
    ] {
        for wheels in ["wheel", "wheels"] {
            for way in [
                "has a motor",
                "has its own motor",
                "have a motor",
                "have motors",
                "have their own motors",
                "is driven",
                "are driven",
                "driven",
                "powered",
            ] {
                say([each, wheels, way], Sense::Wheels(Wheels::All));
            }
            for motor in ["a motor", "motors", "one motor", "with a motor", "with motors"] {
                for at in ["in", "on", "at", "for"] {
                    say([motor, at, &[each, wheels].join(" ")], Sense::Wheels(Wheels::All));
                }
            }
        }
    }
    for all in ["all of them", "all", "each of them", "each"] {
        say([all, "", "driven"], Sense::Wheels(Wheels::All));
    }
    for (word, quality) in [
        ("bigger", Trait::Growing),
        ("larger", Trait::Growing),
        ("taller", Trait::Growing),
        ("wider", Trait::Growing),
        ("smaller", Trait::Shrinking),
        ("shorter", Trait::Shrinking),
        ("narrower", Trait::Shrinking),
    ] {
        for each in ["each", "each one", "every one", "each of them", "each slightly", "each a bit"]
        {
            for other in [
                "than the last",
                "than the last one",
                "than the previous",
                "than the previous one",
                "than the one before",
                "than the one before it",
                "than the one below",
                "than the one below it",
                "than the one to its left",
                "than the next",
            ] {
                let turned = match (other.ends_with("next"), quality) {
                    (true, Trait::Growing) => Trait::Shrinking,
                    (true, _) => Trait::Growing,
                    (false, quality) => quality,
                };
                say([each, word, other], Sense::Trait(turned));
            }
        }
    }
    out
}
