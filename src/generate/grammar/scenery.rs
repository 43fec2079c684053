//! Turns of phrase of how things stand, of worlds, ramps, furniture and experiments: beside which
//! words, what is said, and how it is said plainly, as [`super::turns`] reads it.

pub(super) static TURNS: &[(&str, &str, &str)] = &[
    ("", "from the same height of %", "from a height of $1"),
    // Walls.
    (
        "",
        "wall of|with|from # rows|layers|courses of|with # bricks ?each",
        "brick wall, $2 bricks wide and $1 bricks high",
    ),
    (
        "",
        "wall of|with|from # rows|layers|courses of|with # * bricks ?each",
        "$3 brick wall, $2 bricks wide and $1 bricks high",
    ),
    (
        "",
        "wall of|with|from # rows|layers|courses of bricks , ?with|each ?of # bricks in|per|to|along ?each|every|a ?row|layer|course",
        "brick wall, $2 bricks wide and $1 bricks high",
    ),
    // Stairs.
    (
        "stairs|staircase|steps|stairway",
        "?that|which go|goes|going|lead|leads|leading|climb|climbs|climbing|rise|rises|rising|run|runs up|to ?up ?to ?a ?height|level ?of % in|over|with|by|on|using # ?equal|even|identical|regular steps",
        "with $2 steps, $1 high",
    ),
    (
        "stairs|staircase|stairway|ramp|slope|incline",
        "?that|which go|goes|going|lead|leads|leading|climb|climbs|climbing|rise|rises|rising up|to ?up ?to ?a ?height|level ?of %",
        ", $1 high",
    ),
    ("", "equal|identical|regular|even steps", "steps"),
    // Blocks of cubes.
    (
        "",
        "?solid|big|large|giant|great cube|block made|built|composed|consisting|assembled|put|stacked ?up ?together of|from|out|up ?of <cubed> ?small|smaller|little|tiny|single|individual cubes|boxes|blocks",
        "$1^ by $1^ by $1^ grid of small cubes without gaps",
    ),
    (
        "",
        "# ** packed|glued|put|joined|stuck|assembled|pushed|squeezed|stacked|arranged ?tightly|closely|neatly ?together as|into|to|in|like|forming a|an|one ?solid|big|large|compact|dense # by|x|times # by|x|times # block|cube|cuboid|box ?shape",
        "$3 by $4 by $5 grid of $2 without gaps",
    ),
    (
        "",
        "# ** packed|glued|put|joined|stuck|assembled|pushed|squeezed|stacked|arranged ?tightly|closely|neatly ?together as|into|to|in|like|forming a|an|one ?solid|big|large|compact|dense # x # x # block|cube|cuboid|box ?shape",
        "$3 by $4 by $5 grid of $2 without gaps",
    ),
    (
        "",
        "?solid|compact|dense block|cuboid of # x|by # x|by # *",
        "$1 by $2 by $3 grid of $4 without gaps",
    ),
    (
        "",
        "?solid|compact|dense block|cuboid of # x # x # *",
        "$1 by $2 by $3 grid of $4 without gaps",
    ),
    // Patterns.
    ("", "in|into the shape|form|pattern|outline of a|an", "in a"),
    ("", "forming|that|which ?form|forms a|an ?closed|complete|full circle|ring", "in a ring"),
    ("", "equilateral triangle of three|3", "triangle of three"),
    (
        "",
        "stacked|piled|arranged|placed|set|put ?up ?in|as|like ?a ?pyramid ?of <pile>",
        "in a triangular stack with $1 rows",
    ),
    (
        "",
        "a|one pile|stack|tower|heap|column of # ** at|on|in each|every corner of a|the square with|of ?a ?side|sides ?length ?of % ?sides|side",
        "$1x4 $2 at the corners of a square with $3 sides, in $1 layers",
    ),
    (
        "",
        "a|one pile|stack|tower|heap|column of # ** at|on|in each|every corner of a|the % square",
        "$1x4 $2 at the corners of a square with $3 sides, in $1 layers",
    ),
    (
        "",
        "a|one pile|stack|tower|heap|column of # ** at|on|in each|every corner of a|the square",
        "$1x4 $2 at the corners of a square, in $1 layers",
    ),
    // Colours in turn.
    ("", ", * and * ?ones by|in turns|turn", ", alternately $1 and $2"),
    ("", ", * and * ?ones alternating|alternately|alternate", ", alternately $1 and $2"),
    ("", ", taking turns|turn ?between * and *", ", alternately $1 and $2"),
    ("", ", one * , one * and so on|forth", ", alternately $1 and $2"),
    (
        "",
        "with|in|of|having|wearing ?all ?the colours|colors of the|a rainbow ?in ?the|their ?right|correct|proper|usual|natural|same ?order",
        "in rainbow colours",
    ),
    ("", "in rainbow order", "in rainbow colours"),
    // Steps from one to the next.
    (
        "",
        "whose|with heights ?that|which ?steadily go|goes|rise|rises|increase|increases|grow|grows|increasing|rising|growing ?up ?by|in ?steps|increments ?of % ?each|every ?time , ?and ?then starting|beginning|start|begin at|with|from %",
        ". The first one is $2 high and each one is $1 taller than the one before",
    ),
    (
        "",
        "whose|with lengths ?that|which ?steadily go|goes|rise|rises|increase|increases|grow|grows|increasing|rising|growing ?up ?by|in ?steps|increments ?of % ?each|every ?time , ?and ?then starting|beginning|start|begin at|with|from %",
        ". The first one is $2 long and each one is $1 longer than the one before",
    ),
    (
        "",
        "whose|with widths ?that|which ?steadily go|goes|rise|rises|increase|increases|grow|grows|increasing|rising|growing ?up ?by|in ?steps|increments ?of % ?each|every ?time , ?and ?then starting|beginning|start|begin at|with|from %",
        ". The first one is $2 wide and each one is $1 wider than the one before",
    ),
    (
        "",
        "=pyramid|pyramids of # layers|levels|tiers|rows|courses|floors ?made of|from ~ *",
        "$1 of $3 $4 with $2 layers",
    ),
    (
        "",
        "=box|crate|carton|container|bin|chest with|having|has a|an|the open|missing top|lid|side",
        "open $1",
    ),
    ("", "=box|crate|carton|container|bin|chest without|with ?a|no|any lid|cover|top", "open $1"),
    // Axes.
    ("", "in|along|parallel ?to ?the ?positive|plus x ?axis|direction", "to the right"),
    ("", "in|along|parallel ?to the|negative ?negative|minus x ?axis|direction", "to the left"),
    ("", "in|along|parallel ?to ?the ?positive|plus y ?axis|direction", "to the back"),
    ("", "in|along|parallel ?to the|negative ?negative|minus y ?axis|direction", "to the front"),
    ("", "in|along|parallel ?to ?the ?positive|plus z ?axis|direction", "upwards"),
    ("", "in|along|parallel ?to the|negative ?negative|minus z ?axis|direction", "downwards"),
    ("wind", "steady|constant|uniform|continuous|permanent wind", "wind"),
    // What only says once more what was said.
    (
        "car|cars|buggy|truck|jeep|van|bus|robot|rover|cart",
        "=drives|driving|moves|moving|goes|going|travels|travelling|runs forward|forwards|ahead at",
        "$1 at",
    ),
    ("", "=spacing|gap|distance of % between neighbours|neighbors|adjacent|them ?ones", "$1 of $2"),
    // Worlds.
    ("", "=mars|martian|jupiter|lunar|moon|earth|venus|saturn ?s gravity , ?of %", "gravity of $2"),
    (
        "gravity|weightless|space",
        "floating|hovering|drifting|suspended|free ?freely in ?the|mid|empty air|midair|space|void",
        "floating",
    ),
    ("", "midair", "the air"),
    ("", "in mid air", "in the air"),
    (
        "",
        "how|what would|will|does|do|might|could|can a|an ** ?do|behave|react|move|bounce|fall on|in|under ** if|when i|we|you|one|somebody|it let|drop|dropped|drops|release|released|lets|is|was ?go|dropped|released ?of ?it ?from % ?high ?up ?above|over ?the ?ground|floor|surface ?",
        "a $1 dropped from $3 on $2",
    ),
    (
        "",
        "if|when i|we|you|one let|drop|dropped|release|released ?go ?of it ?from % ?high ?up ?above|over ?the ?ground|floor",
        "dropped from $1",
    ),
    ("", "what happens|happened|would|will ?happen to|with a|an", "a"),
    ("", "do on|in|under ** if|when pushed|kicked|thrown|shoved at|with", "on $1 sliding at"),
    (
        "",
        "gravity half as strong|big|large|high|great|weak as|of ?that ?on|in ?of ?the earth|earth|here|normal|usual|ours",
        "half of earth's gravity",
    ),
    (
        "",
        "gravity twice as strong|big|large|high|great as ?that ?on|in ?of ?the earth|earth|here|normal|usual|ours",
        "twice earth's gravity",
    ),
    (
        "",
        "gravity # times as|the strong|big|large|high|great as ?that ?on|in ?of ?the earth|earth|here|normal|usual|ours",
        "$1 times earth's gravity",
    ),
    ("", "with double|doubled|twice ?the gravity $", "with twice the gravity of Earth"),
    ("", "with double|doubled|twice ?the gravity and", "with twice the gravity of Earth and"),
    ("", "with half|halved ?the gravity $", "with half the gravity of Earth"),
    (
        "",
        "wind blowing|blows|coming|comes ?from the =left|right|front|back at|with ?a ?speed ?of %",
        "wind from the $1 at $2",
    ),
    ("", "wind blowing|blows|coming|comes from the * at|with", "wind from the $1 at"),
    (
        "wind|breeze|gale|storm",
        "wind|breeze|gale|storm ?that|which ?is blowing|blows|coming|comes from the =left|right|front|back",
        "wind from the $1",
    ),
    ("", "^ windy day|weather|conditions ,|:|of|with|at %", "wind of $1"),
    ("", "featherlight", "very light"),
    ("", "on ?a|the ?rough|thick|soft carpet|rug", "on a rough floor"),
    (
        "",
        ", which|that is|lies|rests|stands|sits ?initially|at|motionless|still ?rest|still % away",
        ", $1 away",
    ),
    // Ramps.
    (
        "ramp|slope|incline|plane|hill|slide|wedge",
        "at ?the very|highest|topmost top|point|spot|end",
        "at the top",
    ),
    ("", "halfway|midway ?up|down|along =a|an|the", "in the middle of $1"),
    ("", "half way ?up|down|along =a|an|the", "in the middle of $1"),
    ("", "# degree|degrees|deg wedge", "$1 degree ramp"),
    ("", "skateboard|skate|wheelchair|loading ramp", "ramp"),
    (
        "",
        "one with a|an ** of % , ?and the other|another|one ?one with ?one ?of %",
        "one with a $1 of $2 and the other with a $1 of $3",
    ),
    (
        "",
        "one with a|an ** of # , ?and the other|another|one ?one with ?one ?of #",
        "one with a $1 of $2 and the other with a $1 of $3",
    ),
    (
        "",
        "one with a|an ** of # and the other|another|one ?one with ?one ?of #",
        "one with a $1 of $2 and the other with a $1 of $3",
    ),
    (
        "",
        "one with a|an ** of % and the other|another|one ?one with ?one ?of %",
        "one with a $1 of $2 and the other with a $1 of $3",
    ),
    ("", ", on each ?of ?them|these|which a|an|one ** $", " with a $1 on each"),
    ("", "waits|wait =at|on|in|by|behind|beside|next|under|halfway", "stands $1"),
    ("", "?is|are waiting =at|on|in|by|behind|beside|next|under|halfway", "standing $1"),
    ("ramp|slope|incline|plane|hill", "halfway|midway|half ?way ?up|down $", "in the middle of it"),
    ("", "and a|an ** ?standing|lying|sitting|right in its|the way|path", "that hits a $1"),
    (
        "gears|cogs|gearwheels|cogwheels",
        "?that|which meshing|mesh|meshed|interlocking|engaging|engaged ?with ?each|one ?other|another ?in ?a ?row|line",
        "",
    ),
    ("crane|hook", "on|at|from its|the hook", "hanging from it"),
    // Poses.
    (
        "pencil|pen|rod|stick|broom|ruler|broomstick|needle|log|bat|cue|chopstick|baton|screwdriver",
        "?is|that ?is standing|balanced|balancing|balances|stands|placed|stood ?upright on its|one tip|point|end|nose",
        "standing upright",
    ),
    (
        "",
        "facing|looking ?towards|toward|at|to ?the inwards|inward|middle|centre|center",
        "facing inwards",
    ),
    ("", "dead|slap|right|exactly in|at ?the centre|center|middle on|of", "in the middle of"),
    ("", "dead centre|center on|of", "in the middle of"),
    // Furniture.
    (
        "stool|stools|bench|benches",
        "?whose|with|its|the seat ?height ?is|of|at ?is ?of % ?above|off|high|from ?the ?ground|floor",
        ", $1 high",
    ),
    ("", "that|which stands|stand|rests|rest|is|are ?standing|mounted on # legs", "with $1 legs"),
    ("", "standing|resting|mounted on # legs", "with $1 legs"),
    ("", "=table|stool|bench on # legs", "$1 with $2 legs"),
    ("", "three legged =table|stool|bench", "$1 with three legs"),
    ("", "six legged =table|bench", "$1 with six legs"),
    ("", "table for # ?people|persons|guests|diners", "table with $1 chairs around it"),
    (
        "chairs|stools",
        "with|and # ~ =chairs|stools ?, # on|at|along each|either|both side|sides|end|ends",
        "with $1 $2 $3 around it",
    ),
    ("", "with|and chairs|stools on|at ?its two|both|opposite sides", "with a chair on each side"),
    ("", "rows of # seats", "rows of $1 chairs"),
    // What happens.
    (
        "hits|strikes|touches|reaches|bumps|rams|hit",
        "?, ?, ?that|which|and ?swings|opens|falls|topples|tips|collapses ?open|over|down when|once|if|after|as a|an ** hits|strikes|touches|reaches|rams|bumps ?into it|them",
        "and a $1 that hits it",
    ),
    (
        "launches|catapults|flings|launching|catapulting|flinging|launch|fling|throws|shoots",
        "one|an end|side of a|an ?long|wooden plank|board|beam",
        "one end of a seesaw",
    ),
    (
        "wall|bricks",
        "?, staggered|interlocking|offset ?like|as ?in ?a ?real|proper ?brick ?masonry|bricks|bricklaying|wall",
        "",
    ),
    (
        "",
        "like|as at the start|beginning of a|an|the pool|billiard|billiards|snooker ?game|match|frame",
        "in a triangle",
    ),
    (
        "seesaw|see|lever",
        "falls|drops|lands|falling|dropping|landing|jumps on|onto ?one ?end ?of a|the ?see seesaw|saw and|which|that|to throws|launches|catapults|flings|throw|launch|launching|throwing ?up ?into ?the ?air a|an ** $",
        "falls on one end of a seesaw with a $1 on the other end",
    ),
    (
        "springs",
        "two|2 ~ =masses|balls|boxes|cubes|blocks|weights|spheres|carts connected|coupled|joined|linked ?together by|with|via three|3 ~ springs ?, ?fixed|held|attached|in ?and ?to|at|between ?both|two|the ?two ends|walls|posts",
        "two $1 $2 connected by $3 springs , held at both ends",
    ),
    (
        "springs",
        "three|3 ~ =masses|balls|boxes|cubes|blocks|weights|spheres|carts connected|coupled|joined|linked ?together by|with|via four|4 ~ springs ?, ?fixed|held|attached|in ?and ?to|at|between ?both|two|the ?two ends|walls|posts",
        "three $1 $2 connected by $3 springs , held at both ends",
    ),
    (
        "wave",
        "?a|an|the pendulum wave ?, ?with|of|: # ?bobs|balls|pendulums ?, ?each ?string|one|of ?them ?a ?bit|little ?slightly ?shorter|longer ?than ?the ?one ?before|last|previous",
        "$1 pendulums hanging from one beam with lengths growing from 50 cm to 1 m",
    ),
    ("", "^ ?please do|get =a|an|the|one|two|three|some", "make $1"),
    (
        "",
        "almost|nearly|virtually|practically|hardly|barely ?no|any|zero|without friction",
        "friction 0.02",
    ),
    ("", "from ?really|very|quite|so|pretty|way high ?up|above ?in ?the ?air", "from 3 m"),
    ("", "from ?a great|considerable height", "from 3 m"),
    // What runs into each other.
    (
        "colliding|collide",
        "?that|which colliding|collide ?head ?on ?with ?each ?other ?elastically ?head ?on at|with % ?each",
        "moving towards each other at $1",
    ),
    (
        "colliding|collide",
        "?that|which colliding|collide ?head ?on ?with ?each ?other ?elastically ?head ?on",
        "moving towards each other",
    ),
    ("", "^ about|around|approximately|roughly # **", "$1 $2"),
    (
        "",
        "?, each|every ?one ?of ?which|them ?is|being =smaller|bigger|larger than the one =below|beneath|underneath|above ?it",
        ", each $1 than the one $2",
    ),
    (
        "",
        "?that|which getting|becoming|get|become|growing =taller|higher|shorter|wider|bigger|larger|smaller|heavier|longer ?from ?left ?to ?right $",
        ", each $1 than the last",
    ),
    ("ramp|slope|hill|incline|stairs|staircase", "in|on the top $", "at the top"),
    ("", "# ** in # =stacks|towers|piles of #", "$3 $4 of $5 $2"),
    // So many for each.
    (
        "bowls|boxes|cups|shelves|baskets|buckets|bins|trays|glasses|mugs|crates",
        "# =bowls|boxes|cups|shelves|baskets|buckets|bins|trays|glasses|mugs|crates with # ** each $",
        "$1 $2 , each with $3 $4 in it",
    ),
    // From how high is said of what falls.
    (
        "",
        "=falling|falls|fall|dropped|drops ?down ?by|for|through ?a ?height|distance ?of ?about % ?down|deep $",
        "$1 from $2",
    ),
    (
        "",
        "=falling|falls|fall|dropped|drops ?down ?by|for|through ?a ?height|distance ?of ?about % ?down =onto|into|on|in",
        "$1 from $2 $3",
    ),
    (
        "",
        "=falling|dropped|dropping|falls|fall|drops|released ?down =onto|on|upon|into =a|an|the ** from ?a ?height ?of ?about %",
        "$1 from $5 $2 $3 $4",
    ),
    (
        "",
        "^ ?please ?let drop|release =a|an|the|one|two|three ** =onto|on|upon|into =a|an|the ** from ?a ?height ?of ?about %",
        "drop $1 $2 from $6 $3 $4 $5",
    ),
    // Whole experiments.
    (
        "",
        "?a|an|the|my|our ?small|little|physics|school lab|laboratory|room|table|scene|show with # ?different|small|little experiments|setups|stations|demos|demonstrations ?standing|set ?up next|close to each|one other|another :",
        "",
    ),
    (
        "",
        "?a|an|the|my|our ?small|little|physics|school lab|laboratory|room|table|scene|show with # ?different|small|little experiments|setups|stations|demos|demonstrations ?standing|set ?up ?side|in ?by|a ?side|row|line :",
        "",
    ),
    (
        "",
        "# ?different|small|little experiments|setups|stations|demos in|side a|by row|line|side :",
        "",
    ),
    ("", "# ?different|small|little experiments|setups|stations|demos :", ""),
    (
        "",
        "# =pins|skittles and a|an ** rolling at %",
        "$1 $2 and a $3 that rolls towards them at $4",
    ),
    (
        "",
        "drop|dropping|release|releasing a|an ** and a|an ** from ?a ?height ?of %",
        "drop a $1 and a $2, both from a height of $3",
    ),
    (
        "",
        "of % =moves|rolls|slides|moving|rolling|sliding|flies|flying at % towards|at|into a|an ** of the same|equal mass|weight",
        "of $1 $2 at $3 towards a $4 of $1",
    ),
    ("", "let|released ?go from the|one side", "released"),
    ("", "?a|an|the bowling|skittles alley|lane|game with", ""),
    ("", "every|each other one", "every second one"),
    (
        "",
        "table with a tower|stack|pile of # ** at|on each|either|both end|ends",
        "table with a tower of $1 $2 on its left end and a tower of $1 $2 on its right end",
    ),
];
