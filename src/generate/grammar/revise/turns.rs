//! Turns of phrase of changes, as [`super::super::turns`] reads them.

pub static TURNS: &[(&str, &str, &str)] = &[
    ("copy|duplicate|clone", "^ copy|duplicate|clone it|them|that|this # times", "add $1 more"),
    ("copy|duplicate|clone", "^ copy|duplicate|clone it|them|that|this twice", "add 2 more"),
    ("", "^ half the|its|their size $", "make it half as big"),
    ("", "^ twice|double the|its|their size $", "make it twice as big"),
    ("instead", "^ + instead of one|two|three|four|five $", "$1"),
    (
        "motor|motors",
        "^ put|add|use|have ?a|one motor|motors on|to|in|at|for every|each|all|both ?of ?the joint|joints $",
        "give it motors",
    ),
    ("motor|motors", "^ put|add ?a motor|motors on|to|in|at the joint|joints $", "give it motors"),
    (
        "",
        "^ ?please motorise|motorize|actuate|drive every|each|all|both ?of ?the joint|joints $",
        "give it motors",
    ),
    (
        "stop",
        "^ stop it|them ?from spinning|rotating|turning|moving|rolling|sliding $",
        "let it rest",
    ),
    (
        "stop",
        "^ stop the + ?from spinning|rotating|turning|moving|rolling|sliding $",
        "the $1 should not move",
    ),
    ("", "^ it|they should|must not spin|rotate|turn ?anymore $", "let it rest"),
    ("", "^ it|they should|must stop spinning|rotating|turning|moving|rolling $", "let it rest"),
    (
        "",
        "^ ?and ?now ?then ?go ?let ?us ?take ?it ?them ?bring ?put ?it back to ?normal =earth ?gravity $",
        "on earth",
    ),
    ("", "^ ?and ?go|change|switch|turn|paint ?it back to * $", "make it $1"),
    (
        "throw|throws|thrown",
        "^ throw|toss|hurl|fling it|them ?much ?a ?bit|lot harder|faster $",
        "make it faster",
    ),
    (
        "throw|throws|thrown",
        "^ throw|toss|hurl|fling it|them ?a ?bit|lot softer|gentler|slower|less hard $",
        "make it slower",
    ),
    (
        "pull|swing|lift",
        "^ pull|swing ?it|them back|up|aside ?by|to ?an ?angle ?of % $",
        "release it from $1",
    ),
    (
        "forget|scratch|skip|ditch|lose|scrap",
        "^ forget|scratch|skip|ditch|lose|scrap ?about the|that|this ** $",
        "remove the $1",
    ),
    (
        "never",
        "^ never mind the ** , ?just add|use|put|take|have ?there a|an + ?instead $",
        "replace the $1 with a $2",
    ),
    (
        "",
        "^ change|make|turn|set|replace the % ?one|weight|mass|load|side ?to|into|with|by ?a|be % $",
        "make the $1 one $2",
    ),
    (
        "",
        "^ ?give|make ?them|both ?of ?them ?all ?have the same|equal|identical =mass|weight|size|height|speed|colour|color|friction $",
        "make them the same $1",
    ),
    (
        "",
        "^ make|have # of them in a =circle|ring|row|line|stack|square|column",
        "make it $1 . make them in a $2",
    ),
    ("", "^ add|append|attach|give|want ?it ?me ?i a second ** $", "add another $1"),
    ("shorten|lengthen", "^ shorten the + by|to %", "make the $1 shorter by $2"),
    ("shorten", "^ shorten the + $", "make the $1 shorter"),
    ("lengthen|extend", "^ lengthen|extend the + $", "make the $1 longer"),
    ("undo", "^ undo ?that|this|it $", "undo"),
];
