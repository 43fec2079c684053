//! Words that say where a thing is used, who uses it or how it strikes somebody, and change nothing
//! of what is built. Each that is left out is told.

/// Before a noun: "an office desk", "a chaotic pendulum".
pub const MODIFIERS: &[&str] = &[
    // Where it is used.
    "office|school|classroom|kindergarten|university|college|laboratory|lab|workshop|garage|garden|kitchen|bathroom|bedroom|living room|dining|dining room|playroom|playground|park|street|factory|warehouse|hotel|restaurant|bar|cafe|hospital|library|museum|studio|church|farm|barn|indoor|outdoor|patio|terrace|balcony|camping|picnic|home|household|city|town|village|country|backyard|gym|theatre|theater|shop|science|physics|mechanics|engineering|lecture|homework|learning",
    // Who uses it, and for what.
    "kid|kids|kid s|child|children|children s|child s|baby|toddler|student|students|student s|teacher|teacher s|adult|hobby|child size|child sized|life size|life sized|full size|full sized|real|work|gaming|computer|writing|reading|conference|meeting|reception|study|drafting|research|training|practice|racing|sports|police|delivery|family|passenger|all terrain|off road|exploration|remote controlled|remote control|radio controlled|electric|electrical|electronic|battery powered|automatic|automated|autonomous|smart|entrance|interior|exterior|exercise|juggling|demonstration|demo|test|sample|example|prototype|benchmark|textbook|tutorial|experimental|educational",
    // How it strikes somebody.
    "chaotic|classical|ideal|theoretical|scientific|technical|professional|industrial|domestic|retro|contemporary|minimalist|victorian|medieval|ancient|royal|luxury|luxurious|cheap|expensive|designer|handmade|hand made|home made|homemade|custom|used|second hand|weathered|rusty|dusty|dirty|good|great|favourite|favorite|awesome|amazing|brilliant|funny|happy|friendly|charming|graceful|impressive|wonderful|fantastic|excellent|proper|decent|humble|generic|common|everyday|famous|popular|special|magic|stylish|sleek|trendy|ornate|ornamental|robust|strong and sturdy|durable|reliable|stable|steady|rigid|firm|heavy duty|precise|simple looking|shiny|glossy|matte|matt|beautiful|pretty|lovely|old|new|modern|antique|rustic|cool|cute|fancy|elegant|sturdy|clean|old fashioned|classic|decorative|dull|bright|vivid|gleaming|worn|vintage|perfect|interesting|typical|traditional|usual|bare|lone|lonely|famous|trusty|ordinary looking|nondescript|parallel|separate|individual",
];

/// Anywhere: "hanging loosely", "then eventually".
pub const ADVERBS: &[&str] = &[
    "loosely|slackly|slack|tightly|limply|softly|peacefully|quietly|silently|calmly|casually|elegantly|beautifully|perfectly|precisely|properly|securely|safely|steadily|gracefully|happily|majestically|merely|basically|essentially|actually|currently|finally|eventually|immediately|afterwards|later|meanwhile|usually|typically|normally|preferably|ideally|obviously|clearly|visibly|accurately|realistically|naturally|of its own accord|on its own|oscillating|oscillates|bobbing|bobs|bobbing up and down|vibrating|swaying|sways|wobbling|by itself|by themselves|on their own",
    "with a handle|with handles|with two handles|with a knob|with a doorknob|with a door handle|with armrests|with a backrest|with a cushion|with four legs|on four legs",
];
