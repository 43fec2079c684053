//! Everyday objects that stand for a simple shape: what they are called, which shape, how large (m), of
//! what, and how heavy (kg) where that is not the mass of what they are made of. Each that is used is
//! told once. What one shape cannot honestly show (a cat, a bicycle, a house) is not here.

use std::sync::LazyLock;

use super::super::spec::{Class, Kind, Material};
use super::{
    lexer::Lex,
    lexicon::{self, Entry, Noun, Sense},
    nouns::noun,
    phrasing::{Phrasing, ends},
};

/// One extent is all three, two are the width and the height of what is round.
const fn extents(given: &[f64]) -> [f64; 3] {
    match *given {
        [all] => [all; 3],
        [x, z] => [x, x, z],
        [x, y, z, ..] => [x, y, z],
        [] => [1.0; 3],
    }
}

macro_rules! wares {
    ($($words:literal $kind:ident $(, $lying:ident)? $([$($extent:literal)+])?
        $(of $material:ident)? $(in $colour:literal)? $(at $kg:literal kg)?;)*) => {
        &[$({
            #[allow(unused_mut, reason = "what is said of one may be nothing")]
            let mut ware = noun($words, Kind::$kind);
            ware.stand_in = true;
            $(ware = sized_like(ware, extents(&[$($extent),+]));)?
            $(ware.lying = stringify!($lying).len() > 0;)?
            $(ware.material = Some(Material::$material);)?
            $(ware.colour = Some($colour);)?
            $(ware.kg = Some($kg);)?
            ware
        }),*]
    };
}

const fn sized_like(own: Noun, size: [f64; 3]) -> Noun {
    Noun { size: Some(size), ..own }
}

static TABLE: &[Noun] = wares! {
    // Boxes of the house, the office and the shop.
    "gift|present|gift box|birthday present|box of chocolates" Box [0.25 0.25 0.2] in "red" at 0.8 kg;
    "suitcase|trunk|luggage|travel bag" Box [0.5 0.25 0.7] in "navy" at 12.0 kg;
    "briefcase|attache case" Box [0.42 0.12 0.32] in "dark brown" at 3.0 kg;
    "bag|backpack|rucksack|handbag|schoolbag|shopping bag|satchel" Box [0.32 0.18 0.42] in "navy" at 4.0 kg;
    "sandbag|sack|sack of flour|sack of potatoes|bag of sand|bag of cement|cement bag" Box [0.5 0.3 0.15] in "tan" at 25.0 kg;
    "pallet|europallet" Box [1.2 0.8 0.144] of Wood at 22.0 kg;
    "screen|monitor|computer screen|computer monitor|display" Box [0.6 0.08 0.4] in "black" at 5.0 kg;
    "tv|television|tv set|telly|flat screen|flatscreen" Box [1.1 0.12 0.65] in "black" at 14.0 kg;
    "computer|pc|desktop computer|computer case|game console|console" Box [0.2 0.42 0.42] in "black" at 8.0 kg;
    "laptop|notebook computer" Box [0.32 0.22 0.02] in "grey" at 1.6 kg;
    "phone|smartphone|mobile phone|cell phone|telephone|iphone" Box [0.075 0.15 0.008] in "black" at 0.19 kg;
    "keyboard|computer keyboard" Box [0.44 0.13 0.02] in "black" at 0.7 kg;
    "computer mouse" Box [0.06 0.1 0.035] in "black" at 0.1 kg;
    "tablet|tablet computer|ipad|e reader" Box [0.17 0.24 0.008] in "black" at 0.5 kg;
    "radio|speaker|loudspeaker|amplifier" Box [0.25 0.22 0.38] in "black" at 6.0 kg;
    "printer|photocopier" Box [0.45 0.38 0.25] in "light grey" at 8.0 kg;
    "microwave|microwave oven|toaster oven" Box [0.5 0.38 0.3] in "silver" at 13.0 kg;
    "toaster|coffee machine|coffee maker|blender" Box [0.28 0.18 0.22] in "silver" at 2.0 kg;
    "camera|video camera" Box [0.13 0.07 0.09] in "black" at 0.6 kg;
    "car battery|power bank" Box [0.26 0.17 0.2] in "black" at 15.0 kg;
    "safe|strongbox" Box [0.5 0.5 0.6] in "dark grey" at 120.0 kg;
    "anvil" Box [0.45 0.15 0.28] of Steel at 60.0 kg;
    "wallet|purse" Box [0.11 0.09 0.02] in "brown" at 0.15 kg;
    "matchbox|box of matches|pack of cards|deck of cards" Box [0.09 0.06 0.02] in "red" at 0.08 kg;
    "card|playing card|credit card|postcard|business card|ticket" Box [0.089 0.063 0.002] in "white" at 0.002 kg;
    "napkin|envelope|sheet of paper|paper sheet|piece of paper|magazine|newspaper|folder" Box [0.21 0.29 0.004] in "white" at 0.03 kg;
    "notebook|diary|dictionary|textbook|bible|encyclopedia|novel" Box [0.15 0.21 0.025] in "navy" at 0.5 kg;
    "ruler|yardstick" Box [0.3 0.03 0.004] of Wood;
    "spoon|fork|knife|*knives|teaspoon|tablespoon|butter knife" Box [0.19 0.025 0.008] of Steel at 0.05 kg;
    "stapler|remote|remote control|calculator|game controller" Box [0.16 0.05 0.025] in "black" at 0.2 kg;
    "key|usb stick|memory stick" Box [0.06 0.022 0.008] of Steel at 0.02 kg;
    "building block|toy block|toy brick|letter block" Box [0.05] of Wood;
    "lego brick|lego block" Box [0.032 0.016 0.0114] of Plastic in "red";
    "jenga block|jenga piece|jenga brick" Box [0.075 0.025 0.015] of Wood;
    "chocolate bar|bar of chocolate|candy bar" Box [0.16 0.08 0.012] in "dark brown" at 0.1 kg;
    "bread|loaf|*loaves|loaf of bread|bread loaf" Box [0.28 0.12 0.12] in "brown" at 0.6 kg;
    "slice of bread|toast|waffle|biscuit|cracker" Box [0.11 0.11 0.02] in "tan" at 0.04 kg;
    "butter|block of butter|stick of butter|block of cheese|cheese|tofu" Box [0.12 0.07 0.06] in "yellow" at 0.25 kg;
    "milk carton|carton of milk|juice carton|juice box|carton of juice" Box [0.07 0.07 0.2] in "white" at 1.0 kg;
    "tissue box|box of tissues|lunch box|lunchbox|jewelry box|jewellery box|cigar box|music box" Box [0.22 0.14 0.1] in "teal" at 0.4 kg;
    "treasure chest|toy chest|toy box|storage box" Box [0.7 0.4 0.4] of Wood at 20.0 kg;
    "mailbox|letterbox|letter box|birdhouse|bird house" Box [0.3 0.25 0.35] in "red" at 3.0 kg;
    "hay bale|haybale|bale|bale of hay|bale of straw|straw bale" Box [1.0 0.5 0.4] in "yellow" at 18.0 kg;
    "shipping container|cargo container" Box [6.0 2.4 2.6] in "blue" at 2300.0 kg;
    "paving slab|flagstone|paver|stepping stone" Box [0.4 0.4 0.06] of Concrete;
    "mat|doormat|yoga mat|rug|carpet|placemat" Box [0.9 0.6 0.01] in "maroon" at 1.5 kg;
    "chopping board|cutting board|breadboard|skateboard deck" Box [0.4 0.25 0.02] of Wood;
    "surfboard|ironing board" Box [1.6 0.4 0.06] in "cyan" at 4.0 kg;
    "trestle|sawhorse" Box [0.1 0.2 0.2] of Wood;
    "mirror|pane|glass pane|pane of glass|window pane|window" Box [0.8 0.05 1.0] of Glass at 8.0 kg;
    "picture frame|poster|photo|photograph|portrait" Box [0.5 0.06 0.4] in "cream" at 1.0 kg;
    "whiteboard|blackboard|chalkboard|signboard|billboard" Box [1.4 0.12 1.0] in "white" at 12.0 kg;
    "gravestone|tombstone|headstone|menhir|monolith" Box [0.6 0.2 1.0] of Stone;
    "gold bar|ingot|gold ingot|bar of gold" Box [0.2 0.08 0.04] of Gold;
    "sugar lump|sugar cube|bouillon cube" Box [0.016] in "white" at 0.004 kg;
    // Rods.
    "pencil|pen|crayon|chopstick|ballpoint pen|marker|felt tip pen|felt pen|highlighter" Cylinder, lying [0.009 0.18] in "yellow" at 0.008 kg;
    "broom|mop|rake|broomstick|shovel|spade|hoe|pitchfork" Cylinder, lying [0.03 1.4] of Wood at 0.8 kg;
    "hammer|mallet|sledgehammer|axe|hatchet|pickaxe" Cylinder, lying [0.035 0.33] of Wood at 0.7 kg;
    "screwdriver|wrench|spanner|chisel|crowbar|pliers" Cylinder, lying [0.025 0.24] of Steel at 0.25 kg;
    "toothbrush|paintbrush|brush|hairbrush|comb" Cylinder, lying [0.015 0.19] in "cyan" at 0.02 kg;
    "baseball bat|bat|cricket bat|club|truncheon|baton" Cylinder, lying [0.06 0.85] of Wood at 0.95 kg;
    "hockey stick|golf club|cue|pool cue|billiard cue|walking stick|cane|crutch|fishing rod|ski pole" Cylinder, lying [0.025 1.2] of Wood at 0.5 kg;
    "javelin|spear|lance|harpoon" Cylinder, lying [0.03 2.2] of Wood at 0.8 kg;
    "arrow|dart" Cylinder, lying [0.008 0.7] of Wood at 0.03 kg;
    "matchstick|toothpick|needle|skewer|knitting needle|cocktail stick" Cylinder, lying [0.004 0.07] of Wood;
    "drinking straw|straw|spaghetti|drumstick" Cylinder, lying [0.007 0.22] in "red" at 0.003 kg;
    "baguette|rolling pin|salami|sausage|hot dog" Cylinder, lying [0.06 0.4] in "tan" at 0.4 kg;
    "feather|petal" Capsule, lying [0.012 0.14] in "white" at 0.002 kg;
    "cigarette|cigar|chalk|piece of chalk|lipstick" Cylinder, lying [0.011 0.09] in "white" at 0.004 kg;
    "bolt|screw|rivet|peg|thumbtack|tent peg" Cylinder [0.02 0.1] of Steel;
    "branch|twig|bamboo cane|bamboo pole|tree branch" Cylinder, lying [0.03 1.0] of Wood;
    "torch|flashlight|microphone" Cylinder, lying [0.04 0.2] in "black" at 0.3 kg;
    "telescope|bazooka|cannon|cannon barrel|rocket tube" Cylinder, lying [0.2 1.2] in "dark grey" at 60.0 kg;
    "carpet roll|rolled up carpet|roll of carpet|hay roll|round bale" Cylinder, lying [0.3 1.5] in "maroon" at 20.0 kg;
    // What is round and stands.
    "wine bottle|beer bottle|champagne bottle|bottle of wine|bottle of beer" Cylinder [0.075 0.3] of Glass at 1.2 kg;
    "water bottle|bottle of water|milk bottle|soda bottle|shampoo bottle|ketchup bottle" Cylinder [0.075 0.24] of Plastic in "light blue" at 0.6 kg;
    "beer can|coke can|cola can|can of soda|can of beer|can of coke|can of soup|tin of soup|food can|tuna can|spray can" Cylinder [0.066 0.12] of Aluminium at 0.36 kg;
    "paint can|paint bucket|can of paint|tin of paint|canister|jerrycan" Cylinder [0.2 0.25] in "silver" at 6.0 kg;
    "thermos|flask|vacuum flask|cocktail shaker" Cylinder [0.08 0.26] of Steel at 0.7 kg;
    "gas cylinder|gas bottle|gas tank|propane tank|fire extinguisher|oxygen tank" Cylinder [0.22 0.7] in "red" at 14.0 kg;
    "keg|beer keg|wine barrel|wine cask|cask|rum barrel" Cylinder [0.55 0.8] of Wood at 60.0 kg;
    "battery|aa battery" Cylinder [0.0145 0.05] in "black" at 0.023 kg;
    "salt shaker|pepper mill|pepper shaker|spice jar|pill bottle" Cylinder [0.05 0.12] of Glass at 0.15 kg;
    "toilet roll|roll of toilet paper|toilet paper|toilet paper roll|paper towel roll|roll of tape|tape roll|kitchen roll" Cylinder [0.11 0.1] in "white" at 0.15 kg;
    "cake|birthday cake|cheesecake|wedding cake" Cylinder [0.26 0.1] in "pink" at 1.0 kg;
    "pizza|pie|tart|quiche" Cylinder [0.3 0.025] in "yellow" at 0.6 kg;
    "burger|hamburger|cheeseburger|muffin|cupcake" Cylinder [0.09 0.07] in "brown" at 0.25 kg;
    "cheese wheel|wheel of cheese" Cylinder [0.35 0.12] in "yellow" at 10.0 kg;
    "curling stone|curling rock" Cylinder [0.29 0.12] of Stone at 18.0 kg;
    "checker|checkers piece|draughts piece|draughtsman|bottle cap" Cylinder [0.03 0.008] in "black" at 0.006 kg;
    "penny|dime|nickel|cent|euro coin|quarter dollar|medal" Cylinder [0.024 0.003] of Copper;
    "cd|dvd|record|vinyl record|compact disc|coaster|beer mat" Cylinder [0.12 0.004] in "black" at 0.02 kg;
    "discus|weight plate|barbell plate|manhole cover" Cylinder [0.4 0.04] of Steel at 15.0 kg;
    "clock|wall clock|alarm clock|snare drum|tambourine" Cylinder [0.3 0.12] in "white" at 2.0 kg;
    "dinner plate|soup plate" Cylinder [0.26 0.02] of Ceramic;
    "hat|top hat|bowler hat" Cylinder [0.22 0.16] in "black" at 0.2 kg;
    "cork stopper|wine cork|champagne cork" Cylinder [0.024 0.045] of Cork;
    "rain barrel|water butt" Cylinder [0.58 0.88] in "blue" at 30.0 kg;
    // Balls, and what is nearly one.
    "orange|*oranges|clementine|mandarin" Sphere [0.075] in "orange" at 0.15 kg;
    "grapefruit|nectarine|onion|turnip" Sphere [0.09] in "salmon" at 0.25 kg;
    "coconut" Sphere [0.13] in "dark brown" at 1.2 kg;
    "pumpkin" Sphere [0.28] in "orange" at 4.0 kg;
    "cabbage|lettuce|cauliflower" Sphere [0.2] in "light green" at 1.2 kg;
    "grape|blueberry" Sphere [0.018] in "purple" at 0.005 kg;
    "pea|acorn|hazelnut|raspberry" Sphere [0.012] in "green" at 0.001 kg;
    "melon|watermelon|honeydew" Ellipsoid [0.32 0.24 0.24] in "green" at 5.0 kg;
    "potato|kiwi|avocado|mango|pear|fig" Ellipsoid [0.1 0.07 0.07] in "tan" at 0.18 kg;
    "almond|grain of rice|coffee bean|bean|seed" Ellipsoid [0.02 0.012 0.01] in "brown" at 0.001 kg;
    "banana|cucumber|zucchini|courgette" Capsule, lying [0.04 0.2] in "yellow" at 0.15 kg;
    "meatball|dumpling|truffle|candy|bonbon|gumball" Sphere [0.03] in "brown" at 0.02 kg;
    "light bulb|bulb|lightbulb|bauble|christmas ball|christmas bauble|disco ball|snow globe" Sphere [0.07] of Glass at 0.05 kg;
    "bead|pellet|ball bearing|bearing ball|bb" Sphere [0.02] of Steel;
    "bullet" Capsule, lying [0.009 0.02] of Lead in "golden";
    "soap bubble|bubble" Sphere [0.08] in "cyan" at 0.0005 kg;
    "softball|lacrosse ball|squash ball|hockey ball" Sphere [0.097] in "yellow" at 0.18 kg;
    "exercise ball|gym ball|yoga ball|swiss ball|fitness ball|pilates ball" Sphere [0.65] of Rubber in "blue" at 1.2 kg;
    "croquet ball|bocce ball|boule|petanque ball|skittle ball" Sphere [0.092] of Wood;
    "dodgeball|kickball|polo ball|water polo ball|netball" Sphere [0.21] of Rubber in "red" at 0.4 kg;
    "object ball|billiards ball" Sphere [0.057] in "black" at 0.17 kg;
    "rugby ball|american football" Ellipsoid [0.29 0.19 0.19] in "brown" at 0.42 kg;
    "hailstone|raindrop|drop of water|water drop|droplet" Sphere [0.01] of Ice;
    "asteroid|meteor|meteorite|comet" Sphere [0.6] of Stone in "dark grey";
    "lump of coal|coal|piece of coal|nugget|gem|gemstone|crystal" Sphere [0.05] of Stone in "black";
    "kettlebell" Sphere [0.2] of Steel;
    "grain of sand|sand grain|particle|electron|proton|atom" Sphere [0.004] of Stone;
    "snowball" Sphere [0.09] in "white" at 0.15 kg;
    "airship|blimp|zeppelin" Ellipsoid [4.0 1.2 1.2] in "silver" at 100.0 kg;
    "river stone|skipping stone" Ellipsoid [0.09 0.07 0.035] of Stone;
    "easter egg|chicken egg|goose egg|ostrich egg" Ellipsoid [0.06 0.045 0.045] in "pink" at 0.06 kg;
    // Cones and rings.
    "carrot|parsnip" Cone [0.04 0.18] in "orange" at 0.08 kg;
    "ice cream cone|ice cream|party hat|witch hat|wizard hat" Cone [0.12 0.2] in "tan" at 0.1 kg;
    "tent|teepee|tipi|haystack" Cone [1.8 1.6] in "tan" at 12.0 kg;
    "safety cone|road cone|pylon|marker cone|training cone" Cone [0.28 0.5] in "orange" at 2.0 kg;
    "christmas tree|fir tree|pine tree|fir" Cone [0.9 1.8] in "dark green" at 15.0 kg;
    "strawberry|pawn|chess pawn|chess piece|stalagmite" Cone [0.03 0.05] in "red" at 0.02 kg;
    "inner tube|swim ring|life ring|lifebuoy|life buoy|wreath|steering wheel" Torus [0.6 0.6 0.12] of Rubber in "orange" at 2.0 kg;
    "bracelet|bangle|washer|o ring|quoit|bagel|key ring|wedding ring" Torus [0.07 0.07 0.012] of Gold at 0.03 kg;
    "horseshoe|onion ring|napkin ring|toss ring" Torus [0.14 0.14 0.02] of Steel;
    "car tire|car tyre|truck tire|truck tyre|tractor tire|tractor tyre|spare tire|spare tyre|car wheel|tractor wheel" Wheel [0.62 0.2 0.62] of Rubber in "black" at 11.0 kg;
    "bicycle wheel|bike wheel|cart wheel|wagon wheel|bike tire|bicycle tire" Wheel [0.65 0.05 0.65] of Rubber in "black" at 2.0 kg;
    // Vessels.
    "coffee mug|coffee cup|beer mug|tea cup|tea mug" Cup of Ceramic;
    "jug|pitcher|carafe|watering can|jam jar|cookie jar|honey jar|jar of jam" Cup [0.13 0.13 0.2] of Glass;
    "wine glass|champagne glass|goblet|chalice|shot glass|water glass|glass of water|pint glass" Cup [0.07 0.07 0.14] of Glass;
    "tin cup|measuring cup|yogurt pot|yoghurt pot|egg cup|thimble|dice cup" Cup [0.08 0.08 0.1] of Plastic;
    "test tube|pen holder|pencil holder|umbrella stand|pencil cup" Cup [0.08 0.08 0.12] of Glass;
    "plant pot|flower vase|planter|cauldron|stockpot" Cup [0.26 0.26 0.26] of Ceramic in "orange";
    "frying pan|skillet|wok|colander|sieve" Bowl [0.28 0.28 0.06] of Steel;
    "washbasin|soup bowl|cereal bowl|mixing bowl|dog bowl|fish bowl|fishbowl|punch bowl|bird bath|nest" Bowl [0.3 0.3 0.12] of Ceramic;
    "fish tank|aquarium|terrarium" Container [0.6 0.3 0.35] of Glass;
    "storage bin|recycling bin|waste bin|waste basket|paper basket|wheelie bin|skip|dumpster|litter bin|paper bin|garbage can|picnic basket|shopping basket" Container [0.4 0.4 0.5] of Plastic in "green";
    "ice cube tray|baking tray|serving tray|litter box|flower box|window box|cat litter box|paddling pool" Container [0.6 0.4 0.1] of Steel;
    // What stands fast.
    "washing machine|dishwasher|tumble dryer|stove|cooker|oven|kitchen stove" Platform [0.6 0.6 0.85] in "white";
    "trampoline|air cushion|bouncy castle|springboard" Platform [1.6 1.6 0.4] of Rubber in "black";
    "goal|soccer goal|football goal|hockey goal|handball goal" Gantry [2.4 0.3 1.6] in "white";
    "tv stand|tv cabinet|tv unit|media unit|vanity|kitchen unit" Platform [1.2 0.4 0.5] of Wood;
    "vending machine|phone booth|jukebox|server rack|arcade machine|phone box" Platform [0.8 0.8 1.8] in "red";
    "obstacle|altar" Platform [0.4 0.4 0.3] of Stone;
    "speed bump|bump|hump|kerb|curb|doorstep|threshold" Platform [0.12 1.0 0.03] in "yellow";
    "piano|upright piano|fireplace|reception desk|lectern|pulpit" Platform [1.5 0.6 1.2] of Wood in "black";
    "shed|kiosk|hut|cabin" Platform [2.2 1.6 2.0] of Wood;
    "pier|jetty|dock|loading dock|landing|sidewalk|pavement" Platform [2.0 1.2 0.3] of Concrete;
    "pool table|billiard table|billiards table|snooker table|ping pong table|table tennis table|air hockey table|foosball table" Table [2.4 1.3 0.8] in "green";
    "card table|picnic table|bar table|garden table|drafting table|drawing table|operating table|console table|folding table|camping table|lab table|school table|office table|conference table|tea table" Table [1.2 0.75 0.74] of Wood;
    "throne|recliner|folding chair|garden chair|lawn chair|swivel chair|camping chair|high chair|deck chair|deckchair" Chair of Wood;
    "pew|picnic bench|piano bench|weight bench" Bench of Wood;
    "loveseat|divan|futon|sofa bed|chaise longue" Sofa in "teal";
    "crib|hospital bed|king size bed|queen size bed|stretcher" Bed;
    "desk lamp|table lamp|reading lamp|bedside lamp|lantern" Lamp [0.22 0.22 0.45];
    "street light|streetlight|lamppost|light pole|traffic light|spotlight" Lamp [0.4 0.4 2.6];
    "hedge|garden wall|partition|room divider|divider|backboard|guardrail|railing|handrail|net|tennis net|volleyball net" Wall [2.0 0.1 0.9];
    "telephone pole|utility pole|totem pole|goal post|goalpost|fence post|signpost|lighthouse|antenna|aerial|bollard|parking meter|tent pole" Post of Wood;
    "wine rack|shoe rack|spice rack|shelving|display case|trophy case|magazine rack|tool rack" Shelf of Wood;
    "driveway|launch ramp|slipway|playground slide|water slide|ski slope|boat ramp" Ramp of Wood;
    "tractor|taxi|minibus|ambulance|fire truck|fire engine|police car|sports car|suv|sedan|limousine|toy truck|toy tractor|go kart|kart|dump truck|delivery van|delivery truck|minivan|racing car|model car|camper|hatchback|convertible|monster truck|lawn mower|lawnmower|train wagon|rail car" Car;
    // People, as no more than how tall and how heavy they are.
    "person|*people|adult|grown up|teenager|teacher|student|human|human being|pedestrian|someone|mannequin|dummy|crash test dummy|passenger|dancer|skater|skier|astronaut|player|goalkeeper|driver|waiter|policeman|farmer|worker|soldier|statue" Capsule [0.4 1.75] in "tan" at 75.0 kg;
    "man|*men|gentleman" Capsule [0.42 1.78] in "tan" at 80.0 kg;
    "woman|*women|lady" Capsule [0.38 1.65] in "tan" at 65.0 kg;
    "kid|child|*children|boy|girl|pupil|schoolchild" Capsule [0.3 1.25] in "tan" at 28.0 kg;
};

/// Each of them by its own name.
pub(super) static WARES: LazyLock<Vec<Noun>> = LazyLock::new(|| {
    let mut all = Vec::new();
    for row in TABLE {
        let mut rest = row.words;
        while !rest.is_empty() {
            // A plural of its own belongs to the word before it.
            let mut end = rest.find('|').unwrap_or(rest.len());
            while rest[end..].starts_with("|*") {
                end = rest[end + 1..].find('|').map_or(rest.len(), |more| end + 1 + more);
            }
            all.push(Noun { words: &rest[..end], ..*row });
            rest = rest[end..].trim_start_matches('|');
        }
    }
    all
});

/// The everyday object that a word names, though it mostly says of what sort another is ("a kid's bike").
pub(super) fn called(word: &str) -> Option<Entry> {
    let is = |own: &str| own == word;
    let plural = |own: &str| own.starts_with('*') && own[1..] == *word;
    WARES.iter().find_map(|noun| {
        let mut names = noun.words.split('|');
        let several = names.clone().any(plural)
            || names.clone().any(|own| !own.starts_with('*') && lexicon::plural(own) == word);
        (several || names.any(is)).then_some(Entry { sense: Sense::Noun(noun), plural: several })
    })
}

impl Phrasing {
    /// "an orange on a plate" is a fruit.
    pub(super) fn fruit_by_colour(&mut self) {
        for at in 1..self.lexemes.len() {
            let one =
                self.sense(at - 1) == Some(Sense::A) || self.sense(at - 1) == Some(Sense::The);
            let alone = ends(self.lex(at + 1))
                || matches!(
                    self.sense(at + 1),
                    Some(Sense::Place(_) | Sense::In | Sense::Is | Sense::With)
                );
            if self.text(at) == "orange"
                && one
                && alone
                && let Some(noun) = WARES.iter().find(|noun| noun.words.starts_with("orange"))
            {
                self.lexemes[at].lex =
                    Lex::Known(Entry { sense: Sense::Noun(noun), plural: false });
            }
        }
    }

    /// "a pizza box": of what sort it is.
    pub(super) fn sorts_of_things(&mut self) {
        for at in (0..self.lexemes.len().saturating_sub(1)).rev() {
            let sort = matches!(
                self.lex(at),
                Some(Lex::Known(Entry { sense: Sense::Noun(noun), plural: false }))
                    if noun.stand_in && noun.kind.class() == Class::Solid
            );
            let counted = at > 0 && matches!(self.lex(at - 1), Some(Lex::Number(n)) if n > 1.0);
            let plural = matches!(self.lex(at + 1), Some(Lex::Known(Entry { plural: true, .. })));
            let thing = matches!(self.sense(at + 1), Some(Sense::Noun(noun)) if !noun.stand_in);
            if sort && thing && (plural || !counted) {
                self.leave_out(at, at + 1);
            }
        }
    }

    /// "a curling stone … three other stones": of its sort.
    fn in_short(&mut self, at: usize) {
        let named = self.lexemes[..at].iter().rev().find_map(|lexeme| match lexeme.lex {
            Lex::Known(Entry { sense: Sense::Noun(noun), plural: false }) => {
                let (_, last) = lexeme.text.rsplit_once(' ')?;
                (lexicon::plural(last) == self.text(at)).then_some(noun)
            }
            _ => None,
        });
        if let Some(noun) = named {
            self.lexemes[at].lex = Lex::Known(Entry { sense: Sense::Noun(noun), plural: true });
        }
    }

    /// "three other balls" are three balls.
    pub(super) fn several_others(&mut self) {
        for at in (1..self.lexemes.len()).rev() {
            let counted = matches!(self.lex(at - 1), Some(Lex::Number(n)) if n > 1.0);
            let several = matches!(
                self.lex(at + 1),
                Some(Lex::Known(Entry { sense: Sense::Noun(_), plural: true }))
            ) || self.sense(at + 1).is_some_and(Sense::is_adjective)
                && self.before_a_noun(at);
            if self.text(at) == "other" && counted && several {
                self.lexemes.remove(at);
                self.in_short(at);
            }
        }
    }
}

/// What is said of one where the scene shows a simple shape for it.
pub(super) fn told(noun: &Noun) -> Option<String> {
    if !noun.stand_in {
        return None;
    }
    let own = super::draft::first_word(noun.words);
    let shape = match noun.kind {
        Kind::Cylinder if noun.size.is_some_and(|[x, _, z]| z > 6.0 * x) => "a thin cylinder",
        Kind::Cylinder if noun.size.is_some_and(|[x, _, z]| 3.0 * z < x) => "a flat cylinder",
        Kind::Box if noun.size.is_some_and(|[x, y, z]| z * 6.0 < x.min(y)) => "a flat box",
        Kind::Platform => "a block",
        Kind::Ellipsoid => "an ellipsoid",
        Kind::Torus => "a ring",
        Kind::Box => "a box",
        Kind::Sphere => "a ball",
        Kind::Cylinder => "a cylinder",
        Kind::Capsule => "a capsule",
        Kind::Cone => "a cone",
        Kind::Cup => "a cup",
        Kind::Bowl => "a bowl",
        Kind::Container => "an open box",
        kind => {
            return (!own.split(' ').any(|word| word == kind.name()))
                .then(|| format!("'{own}' is a {} here", kind.name().replace('_', " ")));
        }
    };
    Some(format!("'{own}' is {shape} here"))
}

#[cfg(test)]
mod tests {
    use super::super::{super::spec::Kind, plan};

    #[test]
    fn everyday_objects_are_simple_shapes_and_told_once() {
        let plan = plan("a hammer and two hammers on a table").expect("a plan");
        let told = plan.warnings.iter().filter(|what| what.contains("'hammer' is a thin cylinder"));
        assert_eq!(told.count(), 1, "{:?}", plan.warnings);
    }

    #[test]
    fn they_weigh_what_they_do_in_their_size() {
        let spec = plan("a big suitcase").expect("a plan").spec;
        let usual = plan("a suitcase").expect("a plan").spec;
        assert_eq!(spec.things[0].density, usual.things[0].density);
        assert!(usual.things[0].density.is_some_and(|density| density > 100.0));
        let weighed = plan("a 20 kg suitcase").expect("a plan").spec;
        assert_eq!((weighed.things[0].mass, weighed.things[0].density), (Some(20.0), None));
    }

    #[test]
    fn words_that_say_of_what_sort_something_is_may_be_things() {
        let kinds = |said: &str| -> Vec<Kind> {
            plan(said).expect("a plan").spec.things.iter().map(|thing| thing.kind).collect()
        };
        assert_eq!(kinds("a kid on a platform"), [Kind::Capsule, Kind::Platform]);
        assert_eq!(kinds("a kid's desk"), [Kind::Table]);
        assert_eq!(kinds("an orange on an orange plate"), [Kind::Sphere, Kind::Cylinder]);
    }

    #[test]
    fn what_no_shape_shows_stays_unknown() {
        for said in ["a cat on a sofa", "a house with a door", "a bicycle"] {
            assert!(plan(said).is_err(), "{said}");
        }
    }

    #[test]
    fn no_name_is_listed_twice() {
        let mut seen = std::collections::HashSet::new();
        for noun in super::WARES.iter() {
            for name in noun.words.split('|') {
                assert!(seen.insert(name), "{name}");
            }
        }
    }
}
