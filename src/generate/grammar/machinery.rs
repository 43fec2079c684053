//! Turns of phrase of machines: beside which words, what is said, and how it is said plainly, as
//! [`super::turns`] reads it.

/// Springs, and what is coupled by them.
const SPRINGS: &str = "spring|springs|oscillator|oscillators";
const CHAINS: &str = "chain|chains|rope|ropes|cable|string|cord";
const DOMINOES: &str = "domino|dominoes|dominos";
const CARS: &str =
    "car|cars|buggy|jeep|truck|kart|rover|vehicle|van|robot|bus|lorry|wagon|racer|suv";
const DOORS: &str = "door|doors|gate";
const CARTS: &str = "cartpole|cart|pole|cartpoles|poles";
const CRADLES: &str = "newton|newtons|cradle|clicker|clack";
const SEESAWS: &str = "seesaw|see|plank|board|beam|teeter|lever|rocker|balance";
const PENDULUMS: &str = "pendulum|pendulums|pendula|pendulum s";

pub(super) static TURNS: &[(&str, &str, &str)] = &[
    (
        "crane",
        "with|carrying|bearing a|an ?hanging|suspended load|weight|mass of %",
        "holding a $1 box",
    ),
    (
        "crane",
        "with|carrying|bearing a|an ?hanging|suspended % load|weight|mass",
        "holding a $1 box",
    ),
    (
        "arm|arms|pendulum|manipulator|chain",
        "with|; ?and each link ?is|being|measures|of ?length ?of % ?long",
        "with links of $1",
    ),
    (
        "arm|arms|pendulum|manipulator|chain",
        ", ?and each link ?is|being|measures|of ?length ?of % ?long",
        "with links of $1",
    ),
    (
        SEESAWS,
        "a|the plank|board|beam ?balanced|lying|resting|laid over|on|across|upon a|the log|cylinder|barrel|block|roller|fulcrum|wedge ?acting|used|serving as a|the seesaw|lever",
        "a seesaw",
    ),
    (
        SEESAWS,
        "a|the plank|board|beam ?balanced|lying|resting|laid over|on|across|upon a|the log|cylinder|barrel|block|roller|fulcrum|wedge ?acting|used|serving as a|the see saw",
        "a seesaw",
    ),
    (
        "arm|arms|manipulator",
        "with|carrying|lifting|holding a|an % payload|load|weight",
        "holding a $1 box",
    ),
    (
        "arm|arms|manipulator",
        "with|carrying|lifting|holding a|an payload|load|weight of %",
        "holding a $1 box",
    ),
    ("beam", "^ ?a|the ball and|on beam ?system|experiment|setup $", "a ball on a seesaw"),
    (PENDULUMS, "arms ?of ?length %", "links of $1"),
    // Links that are told by each other.
    (
        PENDULUMS,
        "with|whose ?the first|upper|top link|rod|arm ?is ?being twice as long as the second|lower|bottom|other ?one|link|rod|arm",
        "with links of 1 m and 50 cm",
    ),
    (
        PENDULUMS,
        "with|whose ?the second|lower|bottom link|rod|arm ?is ?being twice as long as the first|upper|top|other ?one|link|rod|arm",
        "with links of 50 cm and 1 m",
    ),
    (
        PENDULUMS,
        "with|whose ?the second|lower|bottom link|rod|arm ?is ?being half as long as the first|upper|top|other ?one|link|rod|arm",
        "with links of 1 m and 50 cm",
    ),
    (
        PENDULUMS,
        "with|whose ?the first|upper|top link|rod|arm ?is ?being half as long as the second|lower|bottom|other ?one|link|rod|arm",
        "with links of 50 cm and 1 m",
    ),
    (
        CRADLES,
        "?with ?and the|its leftmost|left|first|outer|outermost|end|rightmost|right|last ball|sphere|one ?is ?being pulled|drawn|lifted|raised|swung ?back|out|aside|up ?by|to|at|through ?an ?angle ?of %",
        ", one ball lifted by $1",
    ),
    (
        CRADLES,
        "?with ?and the|its leftmost|left|first|outer|outermost|end|rightmost|right|last ball|sphere|one ?is ?being pulled|drawn|lifted|raised|swung ?back|out|aside|up",
        ", one ball lifted",
    ),
    // Springs.
    (SPRINGS, "coupled oscillators :|,", ""),
    (SPRINGS, "?two|three|four|# coupled oscillators :|, $", ""),
    (
        SPRINGS,
        "horizontal ?mass ?spring oscillator|setup|system : + spring",
        "$1 horizontal spring",
    ),
    (
        SPRINGS,
        "horizontal ?mass ?spring oscillator|setup|system , + spring",
        "$1 horizontal spring",
    ),
    (SPRINGS, "horizontal oscillator", "horizontal spring"),
    (SPRINGS, "spring|harmonic oscillator", "spring oscillator"),
    (SPRINGS, "^ ?a|an|the ?simple|linear|mechanical oscillator", "a spring oscillator"),
    (SPRINGS, "damped|undamped|simple|linear oscillator", "spring oscillator"),
    (SPRINGS, "spring scale|balance", "spring"),
    (SPRINGS, "rest|natural|relaxed|unstretched|resting|unloaded|neutral length", "length"),
    (
        SPRINGS,
        "?initially displaced|extended|elongated|deflected|offset ?initially ?down|downwards ?from ?its|the ?equilibrium|rest ?position by %",
        "stretched by $1",
    ),
    (SPRINGS, "initially stretched", "stretched"),
    (
        SPRINGS,
        "^ ?please hang|suspend|attach|put|fix|mount|load|connect % ?of ?mass|weight ?mass|weight|load from|on|to|off|onto|with a|an|the",
        "a $1 weight on a",
    ),
    (
        SPRINGS,
        "^ ?please hang|suspend|attach|fix|mount|connect + from|on|to|off|onto a|an|the ~ spring",
        "$1 on a $2 spring",
    ),
    (
        SPRINGS,
        "sliding|moving|resting|lying|gliding|standing on|along|over a|an|the ~ surface|table|plane|ground|track|rail|tabletop|bench ?and|, attached|connected|tied|fastened|coupled|linked|held to|by a|an|the ~ spring",
        "on a horizontal $2 spring",
    ),
    (
        SPRINGS,
        "on|along|over a|an|the ~ surface|table|plane|ground|floor|track|rail ?and|, ?is attached|connected|tied|fastened|coupled|linked|held to|by a|an|the ~ spring",
        "on a horizontal $2 spring",
    ),
    (
        SPRINGS,
        "and|with|, a|an|the|one + hanging|suspended|dangling|hung|hangs|attached|fixed|fastened from|to|on|at|off it|its ?lower|free|bottom ?end|tip|bottom",
        "with a $1",
    ),
    (
        SPRINGS,
        "attached|hanging|fixed|fastened|hung|suspended ?to|at|from|on its|the ?lower|free bottom|end|tip",
        "",
    ),
    (SPRINGS, "at|on|from its|the ?lower|free|bottom end|tip|bottom ?of ?it|the ?spring $", ""),
    (
        SPRINGS,
        "with|and the|both outer|outermost|end|first ?and ?last ?ones|masses|balls|blocks|springs ?being|are ?also tied|attached|connected|fixed|coupled|fastened to ?the|two|fixed walls",
        "between walls held at both ends",
    ),
    (
        SPRINGS,
        ", the ?two outer|outermost|end ones|masses|balls|blocks|springs ?being|are ?also tied|attached|connected|fixed|coupled|fastened to ?the|two|fixed walls",
        "between walls held at both ends",
    ),
    (
        SPRINGS,
        "between ?the ?two|2 ?fixed|rigid|solid walls ?held ?at ?both ?ends ?, ?and ?all ?are connected|coupled|joined|linked",
        "held at both ends connected",
    ),
    (
        SPRINGS,
        "and|, ?also ?attached|tied|connected|coupled to ?the|two walls ?at|on ?both ?ends|sides|the",
        "held at both ends",
    ),
    (
        SPRINGS,
        "between ?the ?two|2 ?fixed|rigid|solid walls ?held ?at ?both ?ends",
        "held at both ends",
    ),
    (SPRINGS, "two|2 ~ carts|gliders|trolleys|sliders", "two $1 boxes"),
    (SPRINGS, "connected|coupled|joined|linked in a line|row|chain|series by|with", "connected by"),
    (
        SPRINGS,
        "in ?a series|line|row|chain ?, ?and ?are ?each connected|coupled|joined|linked by|with|through",
        "connected by",
    ),
    // Chains.
    (
        CHAINS,
        "dangles|hangs|hanging|dangling|suspended|hung ?down from above|overhead|somewhere",
        "hanging",
    ),
    (CHAINS, "in|as|forming|like a ?nice catenary ?curve|shape", "held at both ends"),
    (
        CHAINS,
        "?and|which|that|, ?and ?which|that ?is|are ?being fixed|held|attached|fastened|tied|anchored|pinned|secured|clamped|hung|suspended|mounted|supported at|by|from|on both ?of ?its|the|their ends|sides",
        "held at both ends",
    ),
    (
        CHAINS,
        "?with|whose|, both|two ?of ?its|the|whose ends ?are|being ?both fixed|held|attached|fastened|tied|anchored|pinned|secured|clamped|hung|suspended|supported ?in|at ?place|the ?same ?height|level",
        "held at both ends",
    ),
    (
        CHAINS,
        "?hanging|suspended|strung|hung|slung from|between two ?fixed points|supports|hooks|nails|anchors|pegs",
        "held at both ends",
    ),
    (CHAINS, "at the same height|level $", ""),
    (
        CHAINS,
        "so that|and|, it ?then|just|freely|can sags|hangs|sag|hang ?down ?freely|in|a|loosely|nice ?the ?curve|middle",
        "",
    ),
    (CHAINS, "and|that|which sags|droops ?in ?the|a ?middle|bit", ""),
    (
        CHAINS,
        "released|let|starting|swinging|dropped|begins ?go|out from the|a horizontal ?position",
        "swinging from 90 degrees",
    ),
    (CHAINS, "washing|clothes line :|,", ""),
    (CHAINS, "bead", "ball"),
    (CHAINS, "with a|an|the + of % at|on its|the ?free|lower|other end", "with a $2 $1 on its end"),
    (CHAINS, ", end|tip load|mass|weight ?of %", "with a $1 load on its end"),
    (
        CHAINS,
        "attached|fixed|hanging|fastened|tied|hung to|at|on|from|by ?the|its last|lowest|bottom|final|lower link|one|end",
        "on its end",
    ),
    (
        CHAINS,
        "weight|mass|load of % at|on the|its ?very bottom|tip|lower|far|free|end ?end",
        "$1 load on its end",
    ),
    (CHAINS, "at|on the|its ?very bottom|tip|lower|far|free ?end $", "on its end"),
    (CHAINS, "# small|little links", "$1 links"),
    // Dominoes.
    (
        DOMINOES,
        "domino|dominoes|dominos ?chain reaction|effect|rally|run|show|course|parade|toppling|race|experiment ?: ?with|of|from|made|using|consisting ?up ?of # tiles|pieces|bricks|stones|blocks|dominoes|dominos",
        "$1 dominoes",
    ),
    (
        DOMINOES,
        "domino|dominoes|dominos ?chain reaction|effect|rally|show|course|parade|toppling|race",
        "dominoes",
    ),
    (DOMINOES, "domino tiles|pieces|bricks|stones|blocks", "dominoes"),
    (DOMINOES, "domino tile|piece|brick|stone|block", "domino"),
    (
        DOMINOES,
        "making ?up a|an ~ circle|ring|spiral|semicircle|arc|curve|line|row",
        "in a $1 circle",
    ),
    (
        "",
        "forming|shaping ?up a|an ?nice|big|large|complete|closed|full|perfect|single circle|ring",
        "in a circle",
    ),
    (
        "",
        "forming|making|building|shaping ?up a|an ?nice|complete|perfect half|semi circle",
        "in a half circle",
    ),
    (
        "",
        "?placed|arranged|standing|set|laid|lined ?up|out that|which form|make|makes|forms|build up a|an ?nice|complete|closed|full|perfect circle|ring",
        "in a circle",
    ),
    ("", "in|along|on|into a|the closed|complete|full|perfect circle|ring|loop", "in a circle"),
    ("", "a closed|complete|full|perfect circle|ring|loop of", "a circle of"),
    (
        DOMINOES,
        "forming|making|building|shaping a|an|the|one ~ line|row|spiral|arc|curve|semicircle|snake",
        "in a $1 line",
    ),
    (
        DOMINOES,
        "an arc of # dominoes|dominos|tiles spanning|over|covering|of|through %",
        "$1 dominoes along an arc of $2",
    ),
    (DOMINOES, "spanning|covering %", "of $1"),
    (DOMINOES, "going|running|standing|stood|placed ?all around|round in a", "in a"),
    (
        DOMINOES,
        "so|such that they ?all|can|will|should ?then|all fall|topple|tip|fell ?over|down ?one ?after|by|each|into|like|in ?another|the|other|one|turn|a|chain ?reaction|other",
        "",
    ),
    (
        DOMINOES,
        "that|which ?will|can|should fall|topple|tip ?over|down ?one ?after|by|each|in ?another|the|other|one|turn ?other",
        "",
    ),
    (
        DOMINOES,
        "a|an|one ~ ball|marble|sphere ?that|which ?comes|come|is|gets ?in|along ?and ?rolling|rolls|roll ?in|along|up ?and|, ?to ?then topples|knocks|topple|knock|hits|hit|tips|strikes|pushes|bumps|sets|toppling|starts ?into|against them|it|these|off|all ?all ?off|over|down",
        "a $1 ball rolling into the dominoes",
    ),
    (
        DOMINOES,
        "hitting|hits|rolling|rolls|striking|strikes|bumping|bumps|knocking|knocks|that ?into|against|over the first ?one|domino|tile|of ?them|over",
        "rolling into the dominoes",
    ),
    (CHAINS, "lying|lies|coiled|laid|heaped ?up on the|a floor|ground", "lying"),
    // Cars and robots on wheels.
    (CARS, "4|four wd", "four wheel drive"),
    (CARS, "4 x 4", "four wheel drive"),
    (CARS, "2 wd", "rear wheel drive"),
    (CARS, "fwd", "front wheel drive"),
    (CARS, "rwd", "rear wheel drive"),
    (CARS, "kart|gokart", "car"),
    (CARS, "go kart|cart", "car"),
    (
        CARS,
        "?and|, ?both|all that|which ?i|we|you|one|someone can|could|may|should ?be ?also drive|steer|control|driven|steered|controlled ?around|about|myself|remotely",
        "",
    ),
    (CARS, "for me|us to drive|steer|control ?around|myself", ""),
    (CARS, "^ to drive|steer ?around|with", ""),
    (
        CARS,
        "?, ?with|and|has|having ?the|two|2|its front wheels ?that|which ?are ?being ?can steered|steerable|steer|steering|turn",
        "",
    ),
    (CARS, "?and|, ?with|and|the ?two steerable|steered|steering front wheels|axle", ""),
    (CARS, "drivable|driveable|steerable|steered", ""),
    (CARS, "?and|, ?with ?its|a|an|the ?front|ackermann ?wheel|wheels steering", ""),
    (
        CARS,
        "?with ?two|2 ?powered|driven|motorised|motorized|drive|active ?wheels ?and|plus|,|with a|an|one ?passive|small|free|single ?rear|front caster|castor|swivel ?ball|wheel|roller",
        "with castor",
    ),
    (CARS, "differential drive|driven ?mobile robot ?: ?, with castor", "differential drive robot"),
    (
        CARS,
        "differential drive|driven ?mobile robot ?: ?, ?with two|2 ?powered|driven|motorised|motorized|drive|active wheels ?and ?with ?castor",
        "differential drive robot",
    ),
    (CARS, "robot ?: ?on|with with castor", "two wheeled robot"),
    (CARS, "robot with castor", "two wheeled robot"),
    (CARS, "two|2 wheeled two wheeled", "two wheeled"),
    (
        CARS,
        "=two|2 ~ cars|buggies|trucks , a|one ~ and a|one ~ one",
        "$1 $2 cars , one $3 and one $4",
    ),
    ("", ", a|one ~ and a|one ~ one", ", one $1 and one $2"),
    // Doors.
    (DOORS, "with a|the|its door frame|case", ""),
    (
        DOORS,
        "?, ?that ?is ?hung|hanging|set|mounted|fitted|sitting|standing|swinging|installed|placed ?with in|into|inside|within a|an|the|its ?own ?door|fixed frame|doorframe|doorway|case",
        "",
    ),
    (DOORS, "with|and|in a|an|the|its doorframe|frame|doorway", ""),
    (
        DOORS,
        "?, ?that|which ?is ?mounted|hung|hanging|swinging|turning|held|fixed|fastened on|by|with ?its two|2|three|3 hinges",
        "",
    ),
    (DOORS, "two|2 winged|leaved|leafed|panelled|paneled door|gate", "double door"),
    (DOORS, "single winged|wing|leaf door|gate", "door"),
    (DOORS, "^ a|an|the ~ door leaf of", "a $1 door of"),
    (
        DOORS,
        "with two|2 wings|leaves|panels|halves ?, ?with each|every ?door wing|leaf|panel|half ?is|being ?of % ?wide|in|width",
        "with two wings , each $1 wide",
    ),
    (
        DOORS,
        "double|swing door|doors|gate|wings|leaves ?, ?with each|every ?door wing|leaf|panel|half|door ?is|being ?of % ?wide|in|width",
        "double doors with wings of $1 each",
    ),
    (
        DOORS,
        "with|and ?a|an|the ?maximum|max ?opening ?angle limit|stop|maximum ?of|at ?angle|of %",
        "that opens up to $1",
    ),
    (
        DOORS,
        "?, ?and ?whose|the|its|with ?an|its|the opening|swing ?angle|range ?is|being ?limited|restricted|constrained ?to|of|at ?most %",
        "that opens up to $1",
    ),
    (
        DOORS,
        "?, ?that|which ?is|and limited|restricted to ?opening|an ?opening ?angle|of ?at ?most %",
        "that opens up to $1",
    ),
    (
        DOORS,
        "?, ?that|which ?and can|should|may|could|must|will ?only|not ?be open|opened ?by|at|up ?to %",
        "that opens up to $1",
    ),
    (DOORS, "opened|open|ajar ?at|by|to ?an ?angle ?of %", "ajar $1"),
    (
        DOORS,
        "?, ?that|which ?and ?can|should|may|only|does ?only|not ?be opens|open|opened ?by ?only|no|not ?further|more|wider ?at|up|than ?most|to|than %",
        "that opens up to $1",
    ),
    // Poles on carts.
    (
        "gym|gymnasium|openai",
        "?the|an|a ?openai|open ?ai|the ?s gym|gymnasium ?s ?style|type|like|standard cartpole",
        "a cartpole",
    ),
    ("gym|gymnasium|openai", "?the|an|a openai ?s ?style|type cartpole", "a cartpole"),
    (
        "gym|gymnasium|openai",
        "?the|an|a ?openai|open ?ai|the ?s gym|gymnasium ?s ?style|type|like|standard cart pole",
        "a cart pole",
    ),
    ("gym|gymnasium|openai", "?the|an|a openai ?s ?style|type cart pole", "a cart pole"),
    (
        "cartpole|cartpoles|pole",
        "cartpole|pole ?balancing ?control task|environment|problem|env|benchmark|setup|v0|v1|experiment",
        "pole",
    ),
    (CARTS, "cart a cartpole", "a cartpole"),
    (CARTS, "cart pole|cartpole swing up ?task|problem :|,", "swing up cart pole ,"),
    (CARTS, "cart pole|cartpole swing up", "swing up cart pole"),
    (
        CARTS,
        ", the pole hangs|hanging|starts|starting ?hanging ?straight down|downwards ?at|first|the|start",
        "",
    ),
    (CARTS, "^ pole balancing :|,", ""),
    (
        CARTS,
        "?, ?and|with ?a|an|the ~ ?force|linear|electric ?motor|actuator ?that|which pushes|moves|drives|pulls|pushing|moving|driving the cart ?left|sideways ?and ?right",
        "with a motor",
    ),
    (
        CARTS,
        "?which|that ?is hinged|pivoted|attached|mounted|fixed|balanced|standing to|on|at|onto its top|roof",
        "on it",
    ),
    (CARTS, "cart + pole + with a motor $", "motorised cart $1 pole $2"),
    (
        CARTS,
        "cart ?that|which ?can slides|rolls|moves|runs|slide|roll|move|run ?freely|along along|on a|the|its rail|track ?and|, ?that|which ?it balances|balancing|carries|carrying|with a|an ~ pole",
        "cart on a rail with a $1 pole",
    ),
    (
        CARTS,
        "motor|actuator|it ?that|which ?can pushes|push|pulls|acts|drives|pushing ?the ?cart|and|it ?pulls with ?a|up|at ?force|most|to ?of|up ?to|at ?most %",
        "motor with up to $1",
    ),
    (CARTS, "without ?a|any motor|actuator|drive|actuation", "without a motor"),
    ("", "without motor|actuator|actuation", "without a motor"),
    // Arms.
    ("arm|manipulator|robot|joints", "in|at|on|for all|each|every ?one of them", "in all joints"),
    ("acrobot", "^ ?a|an|the acrobot :|,|with", ""),
    ("acrobot", "^ ?a|an|the acrobot $", "a double pendulum with a motor at the second joint only"),
    (
        "pendubot",
        "^ ?a|an|the pendubot :|, ?actuated|driven ?at|in ?the ?shoulder|first|joint",
        "a double pendulum with a motor at the first joint only",
    ),
    (
        "pendubot",
        "^ ?a|an|the pendubot $",
        "a double pendulum with a motor at the first joint only",
    ),
    (
        CARTS,
        "with|and|has a|an position|servo ?controlled|driven cart|carriage",
        "with position control",
    ),
    (
        CARTS,
        "with|and|has a|an velocity|speed ?controlled|driven cart|carriage",
        "with velocity control",
    ),
    (
        CARTS,
        "with|and|has a|an torque|force|motor|motorised|motorized ?controlled|driven|actuated cart|carriage",
        "with a motor",
    ),
    // Loads of a seesaw.
    (
        SEESAWS,
        "?two equal|identical|matching weights|masses|loads of % at|on both|either|each|its ?its ends|end",
        "a $1 weight at each end",
    ),
    (
        SEESAWS,
        "?two ?equal|identical|matching % weights|masses|loads at|on both|either|each|its ?its ends|end",
        "a $1 weight at each end",
    ),
    (
        SEESAWS,
        "weights|masses|loads of % at|on both|either|each ?its ends|end",
        "a $1 weight at each end",
    ),
    // What hangs at the end of a pendulum is its bob.
    (
        PENDULUMS,
        "=with|and|has|carries|carrying a|an ~ bob|weight|mass|ball|sphere|load of % at|on|to the|its ?lower|free|bottom|far|very|other end|tip|bottom",
        "$1 a $2 bob of $3",
    ),
    (
        PENDULUMS,
        "=with|and|has|carries|carrying a|an % ~ bob|weight|mass|ball|sphere|load at|on|to the|its ?lower|free|bottom|far|very|other end|tip|bottom",
        "$1 a $3 bob of $2",
    ),
    // Newton's cradle.
    (CRADLES, "?desk|executive ?toy cradle|toy|pendulum by|of|from newton", "newton s cradle"),
    (CRADLES, "newton|newtons ?s ?ball|balls pendulum|balls|ball|toy|pendula", "newton s cradle"),
    (CRADLES, "newtons balls|pendulum|toy", "newton s cradle"),
    (CRADLES, "?executive ball|balls clicker|clickers", "newton s cradle"),
    (CRADLES, "click clack|clacker ?toy|balls", "newton s cradle"),
    (
        CRADLES,
        "^ pull|lift|raise|draw|hold ?back|up|out # ?of ?the|them ?balls ?back|up|out|aside",
        "$1 lifted",
    ),
    (CRADLES, "# small|little ~ balls", "$1 $2 balls of 6 cm diameter"),
    (CRADLES, "# big|large ~ balls", "$1 $2 balls of 14 cm diameter"),
    (CRADLES, "balls : # of them ?please", "balls , $1 balls"),
    (CRADLES, "cradle ,|: # of them ?please", "cradle with $1 balls"),
    (
        CRADLES,
        "?, ?and|with # of which|them|these|the ?balls ?are|is|being ?initially|first pulled|lifted|raised|drawn|held|swung ?out|up|back|aside ?to|at ?the ?start|side|one",
        ", $1 lifted",
    ),
    (
        CRADLES,
        "?, ?with|and the ?first|leftmost|left|outer # ?balls|ones ?of|on|at ?the ?left|them ?being|are|is ?initially pulled|lifted|raised|drawn|held|swung ?out|up|back|aside ?to|at ?the ?start|side|left",
        ", $1 lifted",
    ),
    (
        CRADLES,
        "?, ?with|and the leftmost|left # ?balls|ones ?being|are|is ?initially pulled|lifted|raised|drawn|held|swung ?out|up|back|aside ?to|at ?the ?start|side|left",
        ", $1 lifted",
    ),
    (
        CRADLES,
        "^ let|make|have # ?out of ?the # balls of|in|from a|the ?newton ?s cradle swing|go|start|fall",
        "newton s cradle with $2 balls , $1 lifted",
    ),
    (
        CRADLES,
        "# out of # balls ?are|being|is ?initially pulled|lifted|raised|drawn|held|swung ?out|up|back|aside",
        "$2 balls , $1 lifted",
    ),
    (
        CRADLES,
        "# ?~ ?hanging|suspended balls ?hanging ?in ?a ?row|line that|which touch|touching ?each ?other ?, ?just like|as in ?a ?newton ?s cradle",
        "newton s cradle with $1 balls",
    ),
    // Seesaws.
    (
        SEESAWS,
        "seesaw|totter|saw|lever ?that|which ?is in ?perfect ?a|its balance|equilibrium",
        "seesaw",
    ),
    (
        SEESAWS,
        "?that|which|and ?can|is|may|to ?able|free ?freely ?to pivots|tips|tilts|rocks|turns|rotates|pivot|tip|tilt|rock|turn|rotate|pivoting|tilting|rocking ?freely about|around|on|at|over its|the|a middle|centre|center|midpoint ?axis|point|pivot ?just ?like|as ?in ?a|on ?seesaw",
        "pivoted in the middle",
    ),
    (SEESAWS, "pivoted in the middle like|as a seesaw", "pivoted in the middle"),
    (
        SEESAWS,
        "seesaw ?, whose|its|the plank|board|beam is|measures|has ?a ?length ?of %",
        "seesaw , $1",
    ),
    (SEESAWS, "on|at ?only one end|side ?only $", "on one end"),
    (SEESAWS, "balance with a|an ~ %", "seesaw with a $1 $2"),
    (SEESAWS, "a|an ~ % cube|box|block", "a $2 $1 cube"),
    (SEESAWS, "a|an ~ % ball|sphere", "a $2 $1 ball"),
    // Pendulums.
    (PENDULUMS, "^ ?a|an|the ~ foucault|clock|grandfather", "a $1"),
    (PENDULUMS, "foucault|grandfather", ""),
    (
        "pendulum|pendulums|pendula|oscillators",
        "?that|which ?both|all ?are|will start|starting|begin|beginning|started|released|let|starts ?go ?out|off ?from|in|at almost|nearly|practically|virtually ?, ?but ?not ?quite|exactly|precisely ?, ?from|in|at|the ?the same|identical ?initial|starting position|positions|place|angle|angles|pose|point|state|conditions",
        "starting at slightly different angles",
    ),
    (
        "pendulum|pendulums|pendula",
        "that|which|whose ?only ?initial|starting|start|release ?angles differ|differing|vary ?only ?very ?a|by ?slightly|little|bit|tiny|hair|minimally ?only ?from|bit ?each ?other ?in|by|at ?their|the|its ?initial|starting|start|release ?angle|angles|position|positions|pose",
        "starting at slightly different angles",
    ),
    (
        "pendulum|pendulums|pendula",
        "with almost|nearly|slightly|just ?, ?but ?not ?quite ?the|a ?bit|little ?same|identical|different|differing ?initial|starting|start|release angle|angles|position|positions|conditions",
        "starting at slightly different angles",
    ),
    (PENDULUMS, "?that|which ?is hanging|hangs at rest|still", "hanging straight down"),
    (PENDULUMS, "?that|which ?is at rest $", "hanging straight down"),
];
