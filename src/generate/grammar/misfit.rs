//! Measures whose unit is not that of what they are said to be.

use super::{
    lexer::{Lex, Lexeme},
    lexicon::{Dim, Prop, Sense, Trait},
    measure::Unit,
};

/// A measure whose unit is not that of what it is said to be: "20 kg wide", "a diameter of 3 kg".
pub fn misfits(lexemes: &[Lexeme]) -> Vec<String> {
    let mut lost = Vec::new();
    for (at, lexeme) in lexemes.iter().enumerate() {
        let Lex::Measure(measure) = lexeme.lex else { continue };
        let behind = lexemes.get(at + 1).and_then(Lexeme::sense);
        let after = lexemes.get(at + 2);
        let closes = after.is_none_or(|lexeme| {
            matches!(lexeme.lex, Lex::Stop | Lex::Comma | Lex::Mark)
                || matches!(
                    lexeme.sense(),
                    Some(Sense::And | Sense::With | Sense::Place(_) | Sense::Is | Sense::In)
                )
        });
        let before = lexemes[..at].iter().rev().find(|lexeme| {
            !matches!(
                lexeme.sense(),
                Some(Sense::Of | Sense::Is | Sense::A | Sense::Filler | Sense::At | Sense::To)
            ) && lexeme.lex != Lex::Mark
        });
        let joined = lexemes.get(at.wrapping_sub(1)).and_then(Lexeme::sense);
        let before = before.and_then(Lexeme::sense);
        let extent = matches!(
            behind,
            Some(Sense::Dim(
                Dim::Long
                    | Dim::Wide
                    | Dim::High
                    | Dim::Deep
                    | Dim::Thick
                    | Dim::Diameter
                    | Dim::Radius
            ))
        ) || matches!(behind, Some(Sense::Stretch(_)));
        let length = measure.unit == Unit::Length;
        let wanted = match before {
            Some(Sense::Prop(Prop::Stiffness)) => Some(Unit::Stiffness),
            Some(Sense::Prop(Prop::Density)) => Some(Unit::Density),
            _ => None,
        };
        let other = wanted.is_some_and(|unit| unit != measure.unit)
            && matches!(joined, Some(Sense::Of | Sense::Is | Sense::Prop(_)))
            && matches!(measure.unit, Unit::Length | Unit::Mass | Unit::Angle | Unit::Speed)
            && !matches!(behind, Some(Sense::Noun(_)));
        // "a ball rolling 2 m" is none of 2 m.
        let thrown = joined == Some(Sense::Trait(Trait::Thrown));
        let far = length
            && matches!(
                joined,
                Some(Sense::Trait(
                    Trait::Rolling
                        | Trait::Sliding
                        | Trait::Moving
                        | Trait::Thrown
                        | Trait::Falling
                        | Trait::Bouncing
                ))
            )
            && !matches!(
                behind,
                Some(
                    Sense::Noun(_)
                        | Sense::Group(_)
                        | Sense::Dim(_)
                        | Sense::Prop(_)
                        | Sense::Place(_)
                        | Sense::Part(_)
                        | Sense::By
                )
            )
            && (thrown && matches!(behind, Some(Sense::Stretch(_)))
                || !behind.is_some_and(Sense::is_adjective));
        let odd = other
            || far
            || extent && closes && !length && measure.unit != Unit::Percent
            || !length
                && joined != Some(Sense::A)
                && matches!(
                    before,
                    Some(
                        Sense::Dim(
                            Dim::Long
                                | Dim::Wide
                                | Dim::High
                                | Dim::Deep
                                | Dim::Diameter
                                | Dim::Radius
                                | Dim::Gap
                        ) | Sense::Prop(Prop::Height)
                    )
                )
                && matches!(joined, Some(Sense::Of | Sense::Is | Sense::Dim(_) | Sense::Prop(_)))
                && measure.unit != Unit::Percent
            || measure.unit != Unit::Mass
                && measure.unit != Unit::Percent
                && (before == Some(Sense::Prop(Prop::Mass))
                    && matches!(joined, Some(Sense::Of | Sense::Is | Sense::Prop(_)))
                    && !extent
                    || behind == Some(Sense::Prop(Prop::Mass)) && closes)
            || matches!(measure.unit, Unit::Mass | Unit::Length)
                && joined == Some(Sense::At)
                && matches!(
                    before,
                    Some(Sense::Trait(
                        Trait::Rolling | Trait::Sliding | Trait::Moving | Trait::Spinning
                    ))
                )
                && !matches!(behind, Some(Sense::Dim(_) | Sense::Prop(_)));
        if odd {
            lost.push(lexeme.text.clone());
        }
    }
    lost
}
