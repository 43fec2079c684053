//! Ways to say where a door's hinges are.

use super::super::spec::Hinges;
use super::lexicon::Sense;

/// "hinged on the left", "with its hinges on the right side", "hinged at the outer edges".
pub(super) fn hinges() -> Vec<(String, Sense)> {
    let mut out = Vec::new();
    let mut say = |words: [&str; 4], hinges: Hinges| {
        let phrase = words.join(" ");
        let phrase = phrase.split_whitespace().collect::<Vec<_>>().join(" ");
        out.push((phrase, Sense::Hinges(hinges)));
    };
    for (side, hinges) in [("left", Hinges::Left), ("right", Hinges::Right)] {
        for hinged in [
            "hinged",
            "with hinges",
            "with its hinges",
            "with the hinges",
            "with a hinge",
            "with its hinge",
            "with the hinge",
            "hinges",
            "the hinges are",
            "its hinges are",
            "hung",
            "pivoting",
            "attached",
        ] {
            for joint in
                ["on", "at", "on its", "at its", "on the", "at the", "along its", "along the"]
            {
                for behind in ["", "side", "hand side", "edge", "end"] {
                    if hinged == "attached" && !matches!(behind, "side" | "edge") {
                        continue;
                    }
                    say([hinged, joint, side, behind], hinges);
                }
            }
        }
        for before in ["", "that is", "which is"] {
            say([before, side, "hinged", ""], hinges);
            say([before, side, "hung", ""], hinges);
            say([before, side, "hand hinged", ""], hinges);
        }
    }
    for hinged in [
        "hinged",
        "with hinges",
        "with the hinges",
        "with their hinges",
        "hung",
        "each hinged",
        "both hinged",
        "hinges",
    ] {
        for joint in [
            "at",
            "on",
            "at the",
            "on the",
            "at their",
            "on their",
            "at its",
            "on its",
            "on both",
            "at both",
            "on opposite",
            "at opposite",
            "at the two",
            "on the two",
        ] {
            for side in [
                "outer edges",
                "outer edge",
                "outer sides",
                "outer side",
                "outside",
                "outside edges",
                "sides",
                "edges",
                "outer ends",
            ] {
                say([hinged, joint, side, ""], Hinges::Both);
            }
        }
    }
    out
}
