//! What someone may do.

/// What someone may do; each role may what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Sees everything, moves the own camera, follows others.
    View,
    /// May also act on the simulation, when in control.
    Control,
    /// May also take control, change what others may, and make tokens.
    Admin,
}

impl Role {
    /// As messages name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Control => "control",
            Self::Admin => "admin",
        }
    }

    /// The role of this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::View, Self::Control, Self::Admin].into_iter().find(|role| role.name() == name)
    }
}
