//! What is known of a session without asking its driver, and what can be asked of it without a
//! request: its name, its terms, that it stays awake, that it ends.

use std::{
    str::FromStr,
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::sync::watch;

use super::{idle::Patience, news::Feed};
use crate::units::SessionId;

/// A session's name for people: 1 to 128 characters on one line, white space around it cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(Arc<str>);

impl Name {
    /// Longest name, characters.
    pub const MAX: usize = 128;

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if !(1..=Self::MAX).contains(&text.chars().count()) {
            return Err(format!("a name has 1 to {} characters", Self::MAX));
        }
        if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
            return Err("a name has no control characters and no line breaks".into());
        }
        Ok(Self(text.into()))
    }
}

/// What a session is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Most viewers.
    pub viewers: usize,
    /// How long it may be unused.
    pub patience: Patience,
}

/// What is to be changed of a session; `None` leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Its name, or that it has none.
    pub name: Option<Option<Name>>,
    /// Most viewers; those above it stay until they leave.
    pub viewers: Option<usize>,
    /// How long it may be unused until it is paused; `Some(None)`: for ever.
    pub pause_after: Option<Option<Duration>>,
    /// How long it may be unused until it ends; `Some(None)`: for ever.
    pub expire_after: Option<Option<Duration>>,
}

/// Why a session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Somebody deleted it.
    Deleted,
    /// Nobody used it.
    Expired,
    /// The daemon ends.
    Shutdown,
    /// Another daemon goes on with it.
    Moved,
}

/// What a driver follows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wishes {
    pub terms: Terms,
    /// How many keep it awake.
    pub holds: usize,
    pub end: Option<End>,
}

/// What is known of a session without asking its driver.
#[derive(Debug)]
pub struct Info {
    id: SessionId,
    created: SystemTime,
    name: watch::Sender<Option<Name>>,
    wishes: watch::Sender<Wishes>,
    feed: Feed,
}

impl Info {
    pub(super) fn new(id: SessionId, name: Option<Name>, terms: Terms) -> Self {
        Self::created_at(SystemTime::now(), id, name, terms)
    }

    pub(super) fn created_at(
        created: SystemTime,
        id: SessionId,
        name: Option<Name>,
        mut terms: Terms,
    ) -> Self {
        if id.is_default() {
            terms.patience.expire_after = None;
        }
        let wishes = watch::Sender::new(Wishes { terms, holds: 0, end: None });
        Self { id, created, name: watch::Sender::new(name), wishes, feed: Feed::new() }
    }

    /// Its id.
    pub fn id(&self) -> &SessionId {
        &self.id
    }

    /// When it was created.
    pub fn created(&self) -> SystemTime {
        self.created
    }

    /// Its name, if it was given one.
    pub fn name(&self) -> Option<Name> {
        self.name.borrow().clone()
    }

    /// What it is allowed.
    pub fn terms(&self) -> Terms {
        self.wishes.borrow().terms
    }

    pub(super) fn change(&self, change: Change) {
        if let Some(name) = change.name {
            self.name.send_replace(name);
        }
        self.wishes.send_modify(|Wishes { terms, .. }| {
            let patience = &mut terms.patience;
            terms.viewers = change.viewers.unwrap_or(terms.viewers);
            patience.pause_after = change.pause_after.unwrap_or(patience.pause_after);
            patience.expire_after = change.expire_after.unwrap_or(patience.expire_after);
        });
    }

    /// Tells the driver to end; the first reason counts.
    pub(super) fn end(&self, end: End) {
        self.wishes.send_modify(|wishes| wishes.end = wishes.end.or(Some(end)));
    }

    /// What happens in it.
    pub(super) fn feed(&self) -> &Feed {
        &self.feed
    }

    pub(super) fn wishes(&self) -> watch::Receiver<Wishes> {
        self.wishes.subscribe()
    }
}

/// Keeps a session from being paused or ended for want of use, as long as it lives: a recording
/// has one.
#[derive(Debug)]
pub struct Hold(Arc<Info>);

impl Hold {
    pub(super) fn new(info: &Arc<Info>) -> Self {
        info.wishes.send_modify(|wishes| wishes.holds += 1);
        Self(Arc::clone(info))
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.wishes.send_modify(|wishes| wishes.holds -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: Terms = Terms {
        viewers: 4,
        patience: Patience { pause_after: None, expire_after: Some(Duration::from_secs(9)) },
    };

    #[test]
    fn names_are_short_and_on_one_line() {
        let long = "ö".repeat(Name::MAX);
        for (text, wanted) in [(" arm 3 ", "arm 3"), (long.as_str(), &long)] {
            assert_eq!(text.parse::<Name>().expect("valid").as_str(), wanted);
        }
        for wrong in ["", "  ", "a\nb", "a\u{0}", "a\u{2028}b", "\u{1b}[31mred", &(long + "ö")] {
            assert!(wrong.parse::<Name>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_change_changes_what_it_names_and_nothing_else() {
        let info = Info::new("a-0123456789012345678901".parse().expect("id"), None, TERMS);
        info.change(Change::default());
        assert_eq!((info.terms(), info.name()), (TERMS, None));
        let name: Name = "arm".parse().expect("valid");
        info.change(Change { name: Some(Some(name.clone())), ..Change::default() });
        info.change(Change { expire_after: Some(None), viewers: Some(1), ..Change::default() });
        assert_eq!(info.name(), Some(name));
        assert_eq!(info.terms(), Terms { viewers: 1, patience: Patience::default() });
        info.change(Change { name: Some(None), ..Change::default() });
        assert_eq!(info.name(), None);
    }

    #[test]
    fn the_default_session_never_expires_and_the_first_reason_to_end_counts() {
        let info = Arc::new(Info::new(SessionId::of_default(), None, TERMS));
        assert_eq!(info.terms().patience.expire_after, None);
        let wishes = info.wishes();
        let holds = [Hold::new(&info), Hold::new(&info)];
        assert_eq!(wishes.borrow().holds, 2);
        drop(holds);
        assert_eq!(wishes.borrow().holds, 0);
        info.end(End::Deleted);
        info.end(End::Shutdown);
        assert_eq!(wishes.borrow().end, Some(End::Deleted));
    }
}
