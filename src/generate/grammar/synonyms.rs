//! Further words for what is in the lexicon: shades, surfaces, kinds of wood and metal.

use super::super::{
    colour,
    spec::{Material, Place},
};
use super::sense::{Dim, Prop, Sense, Trait};

/// Shades by the names that people give them.
const SHADES: &[(&str, &str)] = &[
    (
        "sky blue|baby blue|powder blue|ice blue|azure|cornflower blue|sky coloured|sky colored",
        "light blue",
    ),
    ("royal blue|cobalt blue|cobalt|sapphire blue|electric blue|ocean blue", "blue"),
    ("navy blue|midnight blue", "navy"),
    ("aquamarine|aqua blue|blue green|sea green", "turquoise"),
    ("mint green|mint|pistachio|pistachio green|pastel green", "light green"),
    ("forest green|bottle green|hunter green|moss green|racing green|pine green", "dark green"),
    (
        "emerald green|emerald|grass green|apple green|leaf green|jade|jade green|kelly green",
        "green",
    ),
    ("lime green|yellow green", "lime"),
    ("olive green|army green", "olive"),
    (
        "blood red|cherry red|fire engine red|brick red|ruby red|ruby|tomato red|signal red|fire red|rose red|poppy red",
        "red",
    ),
    ("burgundy|wine red|bordeaux", "maroon"),
    ("lemon yellow|canary yellow|sun yellow|sunny yellow|banana yellow|corn yellow", "yellow"),
    ("mustard|mustard yellow|ochre|amber", "dark yellow"),
    (
        "charcoal|charcoal grey|charcoal gray|slate grey|slate gray|gunmetal|gunmetal grey|anthracite",
        "dark grey",
    ),
    (
        "ash grey|ash gray|steel grey|steel gray|stone grey|stone gray|silver grey|silver gray|mouse grey",
        "grey",
    ),
    ("silvery|silver coloured|silver colored", "silver"),
    ("gold coloured|gold colored|bright gold", "golden"),
    ("rose gold", "salmon"),
    ("hot pink|rose pink|rosy|bubblegum pink|baby pink|rose coloured|rose colored", "pink"),
    ("lilac|mauve|pale lilac", "lavender"),
    ("plum|aubergine|royal purple", "dark purple"),
    ("chocolate brown|chestnut brown|coffee brown|walnut brown|dark chocolate", "dark brown"),
    ("caramel|khaki|sand coloured|sand colored|sandy|camel", "tan"),
    ("snow white|off white|pure white|pearl white|bright white|milk white", "white"),
    ("jet black|pitch black|ebony black|coal black|raven black", "black"),
    ("peach|apricot|peach coloured", "light orange"),
    ("pumpkin orange|tangerine|burnt orange", "orange"),
    ("skin coloured|nude", "beige"),
    ("cherry coloured|reddish", "red"),
    ("bluish", "blue"),
    ("greenish", "green"),
    ("yellowish", "yellow"),
    ("greyish|grayish", "grey"),
    ("brownish", "brown"),
    ("blackish", "black"),
    ("whitish", "white"),
];

/// Words before a shade that change it.
const TINTS: &[(&str, &str)] = &[
    ("pale|pastel|soft|faint|washed out", "light "),
    ("bright|vivid|strong|rich|neon|pure|matte|matt|glossy|shiny|plain|metallic|fluorescent", ""),
];

/// What materials are called beside the names of the lexicon.
const MATERIALS: &[(&str, Material)] = &[
    (
        "walnut|beech|birch|maple|cedar|teak|mahogany|spruce|hardwood|softwood|chipboard|mdf|beech wood|oak wood|pine wood|beechwood|solid wood",
        Material::Wood,
    ),
    (
        "tool steel|sheet metal|sheet steel|chrome|chromed|chromium|cast iron|wrought iron",
        Material::Steel,
    ),
    ("tungsten", Material::Steel),
    ("titanium", Material::Aluminium),
    ("vulcanised rubber|silicone rubber|silicone|latex", Material::Rubber),
    (
        "acrylic|plexiglass|perspex|pvc|nylon|polyethylene|polycarbonate|abs|vinyl|lego",
        Material::Plastic,
    ),
    ("sandstone|limestone|basalt|slate|rock|marble stone", Material::Stone),
    ("terracotta|stoneware|earthenware|china", Material::Ceramic),
    ("frozen water", Material::Ice),
    ("foam rubber|polyurethane foam", Material::Foam),
];

/// What is said of the finish of a material and changes nothing.
const FINISHES: &str = "brushed|cast|forged|galvanised|galvanized|anodised|anodized|tempered|hardened|toughened|stained|varnished|lacquered|raw|untreated|natural|recycled|mild|carbon|structural|reinforced|solid|pure|real|genuine|unpainted|painted|stamped|machined|turned|matte|matt|shiny|glossy|blackened|weathered|unfinished|planed|sanded";
const FINISHED: &str = "wood|wooden|oak|pine|timber|plywood|steel|iron|metal|aluminium|aluminum|copper|brass|bronze|gold|lead|rubber|plastic|stone|granite|concrete|cork|ceramic|ice|cardboard|stainless steel";

const OTHERS: &[(&str, Sense)] = &[
    (
        "semi transparent|semitransparent|half transparent|partly transparent|clear|see thru|one can see through|you can see through|that is see through|translucid|partially transparent",
        Sense::Trait(Trait::Transparent),
    ),
    (
        "edge lengths|side lengths|edge length of|a side|to a side|per edge|on each edge|along each edge|along every edge|along the edge|on every side|along each side|along a side",
        Sense::Dim(Dim::Edge),
    ),
    (
        "except that|apart from the fact that|only that|with the difference that|except for the fact that|whereby",
        Sense::And,
    ),
    (
        "all of the same size|all of equal size|all the same size|each of the same size|both of the same size|both the same size|all of one size|all of the same shape|all equally big|all equally large|equally large|equally big|the same in size|all alike|otherwise identical|otherwise the same|otherwise equal|that are otherwise identical|which are otherwise identical|of the same kind|of the same shape|same shape|of the same shape and size|the very same|in all other respects",
        Sense::Filler,
    ),
    ("cross section|cross sections", Sense::Dim(Dim::Wide)),
    (
        "footprint|base area|ground area|floor area|floor space|base of area",
        Sense::Prop(Prop::Size),
    ),
    (
        "measure|that measure|which measure|consists of|that consists of|which consists of|consist of|that consist of|that is made up of|which is made up of|is made up of|are made up of|that is composed of|is composed of|that is built of|that is built from|is built of|is built from|that is formed by|is formed by|that is made from|is made from|that comprises|comprises|put together from|assembled from|made up from|stacked from",
        Sense::Of,
    ),
    (
        "leaving|keeping|possessing|equipped with|fitted with|provided with|complete with|together with|along with|accompanied by|combined with|that come with|that comes with|and has|and have",
        Sense::With,
    ),
    (
        "topped with|is topped with|is topped by|that is topped with|that is topped by|which is topped by|crowned by|crowned with|capped by|capped with|bearing on it|which bears|which supports|that supports|that bears|with on it|with on top of it|supporting on it",
        Sense::Inverse(Place::On),
    ),
    (
        "along the floor|across the floor|over the floor|along the ground|across the ground|over the ground|on the bare floor|right on the floor|straight on the floor|directly on the floor|about its own axis|around its own axis|about its axis|around its axis|about its vertical axis|around its vertical axis|about the vertical axis|around the vertical axis|about its centre|in place on the floor|on the spot|in its place|in turn",
        Sense::Filler,
    ),
    (
        "whose top is|whose top measures|whose surface is|whose surface measures|whose tabletop is|whose plate is|and its top is",
        Sense::Of,
    ),
    ("r|with radius", Sense::Dim(Dim::Radius)),
    ("d|dia|ø", Sense::Dim(Dim::Diameter)),
    ("l", Sense::Dim(Dim::Long)),
    ("w", Sense::Dim(Dim::Wide)),
    ("h", Sense::Prop(Prop::Height)),
    ("sized|in dimensions|measurement", Sense::Prop(Prop::Size)),
    ("densities", Sense::Prop(Prop::Density)),
    ("friction coefficients|coefficients of friction|frictions", Sense::Prop(Prop::Friction)),
    ("stiffnesses|spring constants|spring rates", Sense::Prop(Prop::Stiffness)),
    ("angles|slopes|inclinations", Sense::Prop(Prop::Angle)),
    ("speeds|velocities", Sense::Prop(Prop::Speed)),
    ("weights of|weighed|in weight|of weight", Sense::Prop(Prop::Mass)),
];

/// Every phrase with its sense.
pub fn phrases() -> Vec<(String, Sense)> {
    let mut out: Vec<(String, Sense)> = Vec::new();
    let mut say = |phrases: &str, sense: Sense| {
        out.extend(phrases.split('|').map(|phrase| (phrase.to_owned(), sense)));
    };
    for (phrases, shade) in SHADES {
        say(phrases, Sense::Colour(shade));
    }
    for (phrases, material) in MATERIALS {
        say(phrases, Sense::Material(*material));
    }
    for (phrases, sense) in OTHERS {
        say(phrases, *sense);
    }
    for (tints, shade) in TINTS {
        for tint in tints.split('|') {
            for (name, _) in colour::NAMES {
                if let Some(known) = colour::shade(shade, name) {
                    say(&format!("{tint} {name}"), Sense::Colour(known));
                }
            }
            if let Some(known) = colour::shade(shade, "grey") {
                say(&format!("{tint} gray"), Sense::Colour(known));
            }
        }
    }
    for finish in FINISHES.split('|') {
        for material in FINISHED.split('|') {
            if let Some(known) = super::lexicon::material(material) {
                say(&format!("{finish} {material}"), Sense::Material(known));
            }
        }
    }
    out
}
