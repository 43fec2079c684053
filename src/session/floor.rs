//! Who may act on the simulation: one viewer at a time. Pure, `now` is an argument.
//!
//! ```text
//!            first act                     no act for BRIEFLY, or leaves
//!   nobody ────────────► held in passing ──────────────────────────────► nobody
//!     │                        │ asks to keep it
//!     │ asks                   ▼              gives it back, leaves, or no act for `patience`
//!     └─────────────────► held for good ───────────────────────────────► nobody, or the first
//!                              │                                         who waits
//!                              └─ another asks: the holder gives or keeps it; without an answer
//!                                 within ANSWER it goes over
//! ```
//! So two people never fight over a body, one who is alone never has to ask, and nobody who went
//! for coffee keeps the others out.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use crate::units::{Role, ViewerId};

/// How long after the last act someone who never asked for control keeps it.
const BRIEFLY: Duration = Duration::from_secs(3);
/// How long a holder may think about a request.
const ANSWER: Duration = Duration::from_secs(10);
/// Most viewers who may wait for control.
const MAX_WAITING: usize = 16;

/// Why someone may not act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The role does not allow it.
    #[error("you may only watch: your role is 'view'")]
    Role,
    /// Another is in control.
    #[error("{0} is in control: ask for it with request_control")]
    Held(ViewerId),
    /// Only whoever is in control can give it away.
    #[error("you are not in control")]
    NotHolder,
    /// Too many wait.
    #[error("{MAX_WAITING} viewers are waiting for control already")]
    Crowd,
    /// Only an administrator takes what another holds.
    #[error("only an administrator takes control: ask for it with request_control")]
    NotAdmin,
    /// Whoever is to get it may only watch, or has not asked.
    #[error("{0} cannot be given control")]
    NotEligible(ViewerId),
}

#[derive(Clone, Copy, Debug)]
struct Holder {
    viewer: ViewerId,
    /// Whether it was asked for, or came with the first act.
    kept: bool,
    acted: Instant,
}

/// Who is in control, and who waits for it.
#[derive(Debug)]
pub(super) struct Floor {
    /// How long a holder who asked for control keeps it without acting.
    patience: Duration,
    holder: Option<Holder>,
    waiting: VecDeque<(ViewerId, Instant)>,
}

impl Floor {
    /// Nobody is in control.
    pub fn new(patience: Duration) -> Self {
        Self { patience, holder: None, waiting: VecDeque::new() }
    }

    /// Who is in control.
    pub fn holder(&self) -> Option<ViewerId> {
        self.holder.map(|holder| holder.viewer)
    }

    /// Who waits for it, the first first.
    pub fn waiting(&self) -> impl Iterator<Item = ViewerId> {
        self.waiting.iter().map(|(viewer, _)| *viewer)
    }

    /// `viewer` acts on the simulation.
    ///
    /// # Errors
    /// [`Denied`] when it is another's turn.
    pub fn act(&mut self, viewer: ViewerId, role: Role, now: Instant) -> Result<(), Denied> {
        if role < Role::Control {
            return Err(Denied::Role);
        }
        self.settle(now);
        match &mut self.holder {
            Some(holder) if holder.viewer == viewer => holder.acted = now,
            Some(holder) => return Err(Denied::Held(holder.viewer)),
            None => self.holder = Some(Holder { viewer, kept: false, acted: now }),
        }
        Ok(())
    }

    /// `viewer` wants control for longer: gets it when it is free, else waits.
    ///
    /// # Errors
    /// [`Denied::Role`] for whoever may only watch.
    pub fn request(&mut self, viewer: ViewerId, role: Role, now: Instant) -> Result<(), Denied> {
        if role < Role::Control {
            return Err(Denied::Role);
        }
        self.settle(now);
        match &mut self.holder {
            Some(holder) if holder.viewer == viewer => {
                (holder.kept, holder.acted) = (true, now);
            }
            Some(_) if self.waiting.iter().any(|(waits, _)| *waits == viewer) => {}
            Some(_) if self.waiting.len() == MAX_WAITING => return Err(Denied::Crowd),
            Some(_) => self.waiting.push_back((viewer, now)),
            None => self.give(viewer, now),
        }
        Ok(())
    }

    /// `viewer`, in control or an administrator, gives it to `to`.
    ///
    /// # Errors
    /// [`Denied`] when it is not theirs to give.
    pub fn grant(
        &mut self,
        (viewer, role): (ViewerId, Role),
        (to, to_role): (ViewerId, Role),
        now: Instant,
    ) -> Result<(), Denied> {
        self.settle(now);
        if role < Role::Admin && self.holder() != Some(viewer) {
            return Err(Denied::NotHolder);
        }
        if to_role < Role::Control {
            return Err(Denied::NotEligible(to));
        }
        self.give(to, now);
        Ok(())
    }

    /// `viewer` takes control, whoever has it.
    ///
    /// # Errors
    /// [`Denied::NotAdmin`] unless it is free or `viewer` an administrator.
    pub fn take(&mut self, viewer: ViewerId, role: Role, now: Instant) -> Result<(), Denied> {
        self.settle(now);
        match self.holder() {
            _ if role < Role::Control => Err(Denied::Role),
            Some(holder) if holder != viewer && role < Role::Admin => Err(Denied::NotAdmin),
            _ => {
                self.give(viewer, now);
                Ok(())
            }
        }
    }

    /// `viewer` gives control back, or no longer waits for it.
    pub fn release(&mut self, viewer: ViewerId, now: Instant) {
        self.waiting.retain(|(waits, _)| *waits != viewer);
        if self.holder() == Some(viewer) {
            self.holder = None;
            self.next(now);
        }
    }

    /// The holder keeps control: whoever waited asks in vain.
    ///
    /// # Errors
    /// [`Denied::NotHolder`] when it is not theirs to say.
    pub fn deny(&mut self, viewer: ViewerId, now: Instant) -> Result<(), Denied> {
        match &mut self.holder {
            Some(holder) if holder.viewer == viewer => holder.acted = now,
            _ => return Err(Denied::NotHolder),
        }
        self.waiting.clear();
        Ok(())
    }

    /// When [`Self::settle`] has something to do, if ever.
    pub fn deadline(&self) -> Option<Instant> {
        let holder = self.holder?;
        let idle = holder.acted + self.keeps(&holder);
        let asked = self.waiting.front().map(|(_, since)| *since + ANSWER);
        Some(asked.map_or(idle, |asked| idle.min(asked)))
    }

    /// Ends what has run out by `now`; says whether anything changed.
    pub fn settle(&mut self, now: Instant) -> bool {
        let due = self.deadline().is_some_and(|deadline| deadline <= now);
        if due {
            self.holder = None;
            self.next(now);
        }
        due
    }

    fn keeps(&self, holder: &Holder) -> Duration {
        if holder.kept { self.patience } else { BRIEFLY }
    }

    fn next(&mut self, now: Instant) {
        if let Some((viewer, _)) = self.waiting.pop_front() {
            self.give(viewer, now);
        }
    }

    fn give(&mut self, viewer: ViewerId, now: Instant) {
        self.waiting.retain(|(waits, _)| *waits != viewer);
        // They have the whole time for an answer again, now from another.
        self.waiting.iter_mut().for_each(|(_, since)| *since = now);
        self.holder = Some(Holder { viewer, kept: true, acted: now });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const A: ViewerId = ViewerId(1);
    const B: ViewerId = ViewerId(2);
    const C: ViewerId = ViewerId(3);

    fn floor() -> (Floor, Instant) {
        (Floor::new(Duration::from_secs(60)), Instant::now())
    }

    fn after(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    #[test]
    fn who_acts_first_holds_it_for_a_moment() {
        let (mut floor, t) = floor();
        assert_eq!(floor.act(A, Role::Control, t), Ok(()));
        assert_eq!(floor.act(B, Role::Control, after(t, 2)), Err(Denied::Held(A)));
        assert_eq!(floor.act(B, Role::Control, after(t, 3)), Ok(()));
        assert_eq!(floor.holder(), Some(B));
    }

    #[test]
    fn who_may_only_watch_neither_acts_nor_asks() {
        let (mut floor, t) = floor();
        assert_eq!(floor.act(A, Role::View, t), Err(Denied::Role));
        assert_eq!(floor.request(A, Role::View, t), Err(Denied::Role));
        assert_eq!(floor.take(A, Role::View, t), Err(Denied::Role));
    }

    #[test]
    fn a_request_is_answered_by_time_if_by_nobody() {
        let (mut floor, t) = floor();
        floor.request(A, Role::Control, t).expect("free");
        floor.request(B, Role::Control, after(t, 5)).expect("waits");
        assert_eq!(floor.act(A, Role::Control, after(t, 14)), Ok(()));
        assert_eq!(floor.deadline(), Some(after(t, 15)));
        assert!(floor.settle(after(t, 15)));
        assert_eq!(floor.holder(), Some(B));
    }

    #[test]
    fn a_holder_gives_keeps_and_leaves() {
        let (mut floor, t) = floor();
        floor.request(A, Role::Control, t).expect("free");
        for waits in [B, C] {
            floor.request(waits, Role::Control, t).expect("waits");
        }
        let to = (C, Role::Control);
        assert_eq!(floor.grant((B, Role::Control), to, t), Err(Denied::NotHolder));
        floor.deny(A, t).expect("holds");
        assert_eq!(floor.waiting().count(), 0);
        floor.request(B, Role::Control, t).expect("waits");
        floor.grant((A, Role::Control), to, t).expect("holds");
        assert_eq!((floor.holder(), floor.waiting().collect()), (Some(C), vec![B]));
        floor.release(C, t);
        assert_eq!(floor.holder(), Some(B));
        floor.release(B, t);
        assert_eq!(floor.holder(), None);
    }

    #[test]
    fn administrators_take_it() {
        let (mut floor, t) = floor();
        floor.request(A, Role::Control, t).expect("free");
        assert_eq!(floor.take(B, Role::Control, t), Err(Denied::NotAdmin));
        assert_eq!(floor.take(B, Role::Admin, t), Ok(()));
        assert_eq!(floor.holder(), Some(B));
    }

    #[test]
    fn nobody_keeps_others_out_by_doing_nothing() {
        let (mut floor, t) = floor();
        floor.request(A, Role::Control, t).expect("free");
        assert_eq!(floor.act(B, Role::Control, after(t, 59)), Err(Denied::Held(A)));
        assert_eq!(floor.act(B, Role::Control, after(t, 60)), Ok(()));
    }

    proptest! {
        #[test]
        fn whoever_may_act_gets_to_act_within_a_bounded_time(
            ops in proptest::collection::vec((0u8..6, 1u64..4, 0u64..8), 0..60),
        ) {
            let (mut floor, mut now) = floor();
            for (op, who, wait) in ops {
                now += Duration::from_secs(wait);
                let who = ViewerId(who);
                let _ = match op {
                    0 => floor.act(who, Role::Control, now),
                    1 => floor.request(who, Role::Control, now),
                    2 => floor.take(who, Role::Admin, now),
                    3 => floor.deny(who, now),
                    4 => { floor.release(who, now); Ok(()) }
                    _ => floor.grant((who, Role::Control), (A, Role::Control), now),
                };
                prop_assert!(floor.waiting().all(|waits| Some(waits) != floor.holder()));
                prop_assert!(floor.holder().is_some() || floor.waiting().count() == 0);
            }
            let late = now + Duration::from_secs(60);
            floor.request(C, Role::Control, now).expect("few wait");
            // Each who waits before is given the time for an answer, or less.
            for n in 0..=4 { floor.settle(now + ANSWER * n); }
            prop_assert!(floor.holder() == Some(C) || floor.act(C, Role::Control, late + ANSWER * 4).is_ok());
        }
    }
}
