//! Viewers among each other: who follows whom, what each may do, and whose turn it is.

use std::{collections::BTreeSet, time::Instant};

use super::Driver;
use crate::{
    control::{Command, PhysicsCommand},
    session::{Company, Error, Notice, Role, floor::Denied},
    units::ViewerId,
};

impl Driver {
    // ---- following ----------------------------------------------------------------------

    /// Shows `viewer` what `leader` sees from now on, or no more.
    pub(super) async fn follow(
        &mut self,
        viewer: ViewerId,
        leader: Option<ViewerId>,
    ) -> Result<(), Error> {
        if let Some(leader) = leader {
            let known = self.seats.contains_key(&leader) && leader != viewer;
            if !known {
                return Err(Error::NotFound(format!("there is no other viewer {leader}")));
            }
            if self.followers_of(viewer).contains(&leader) {
                return Err(Error::Invalid(format!("{leader} follows you")));
            }
        }
        if let Some(seated) = self.seats.get_mut(&viewer) {
            seated.follows = leader;
        }
        if let Some(leader) = leader {
            self.place(leader, true, None).await;
            self.send_state_if_paused();
        }
        self.tell_company();
        Ok(())
    }

    /// Gives all who follow `viewer` its camera, and names them.
    pub(super) fn lead(&mut self, viewer: ViewerId) -> BTreeSet<ViewerId> {
        let followers = self.followers_of(viewer);
        if followers.is_empty() {
            return followers;
        }
        if let Some(looks) = self.seats.get(&viewer).map(|leader| leader.seat.looks()) {
            for follower in &followers {
                if let Some(seated) = self.seats.get_mut(follower) {
                    seated.seat.adopt(looks);
                }
            }
        }
        followers
    }

    /// Whoever follows `viewer`, directly or through others.
    fn followers_of(&self, viewer: ViewerId) -> BTreeSet<ViewerId> {
        let (mut found, mut from) = (BTreeSet::new(), vec![viewer]);
        while let Some(leader) = from.pop() {
            let direct = self.seats.iter().filter(|(_, s)| s.follows == Some(leader));
            from.extend(direct.map(|(id, _)| *id).filter(|id| found.insert(*id)));
        }
        found
    }

    /// `viewer` has moved the own camera, and no longer follows.
    pub(super) fn go_own_way(&mut self, viewer: ViewerId) {
        let follows = self.seats.get_mut(&viewer).and_then(|seated| seated.follows.take());
        if follows.is_some() {
            self.tell_company();
        }
    }

    /// `leader` is gone: who followed stays where they are.
    pub(super) fn unfollow(&mut self, leader: ViewerId) {
        for seated in self.seats.values_mut() {
            seated.follows = seated.follows.filter(|followed| *followed != leader);
        }
    }

    /// The pointer of `viewer` moved: others who see the same see it too.
    pub(super) fn hovered(&mut self, viewer: ViewerId) {
        let seen = self.views.of(viewer).is_some_and(|(_, watched)| watched.viewers.len() > 1);
        if seen && self.state_is_old() {
            self.send_state_if_paused();
        }
    }

    // ---- control ------------------------------------------------------------------------

    /// `viewer` acts on the simulation, if it may.
    pub(super) fn take_turn(&mut self, viewer: ViewerId) -> Result<(), Error> {
        let role = self.role(viewer)?;
        self.on_floor(|floor, now| floor.act(viewer, role, now))
    }

    /// A command about who is in control.
    pub(super) fn control(&mut self, viewer: ViewerId, command: &Command) -> Result<(), Error> {
        let role = self.role(viewer)?;
        let to = match command {
            Command::GrantControl(to) => Some((*to, self.role(*to)?)),
            _ => None,
        };
        self.on_floor(|floor, now| match (command, to) {
            (Command::RequestControl, _) => floor.request(viewer, role, now),
            (Command::GrantControl(_), Some(to)) => floor.grant((viewer, role), to, now),
            (Command::DenyControl, _) => floor.deny(viewer, now),
            (Command::TakeControl, _) => floor.take(viewer, role, now),
            _ => {
                floor.release(viewer, now);
                Ok(())
            }
        })?;
        // Requests are news as well, though nothing has changed hands.
        self.tell_company();
        Ok(())
    }

    /// A program gives control to `viewer`, or takes it from whoever has it.
    pub(super) fn give_control(&mut self, viewer: Option<ViewerId>) -> Result<(), Error> {
        match viewer {
            Some(viewer) => {
                let role = self.role(viewer)?;
                let giver = (ViewerId(0), Role::Admin);
                self.on_floor(|floor, now| floor.grant(giver, (viewer, role), now))?;
            }
            None => self.on_floor(|floor, now| {
                if let Some(holder) = floor.holder() {
                    floor.release(holder, now);
                }
                Ok(())
            })?,
        }
        Ok(())
    }

    /// Changes what `viewer` may do.
    pub(super) fn set_role(&mut self, viewer: ViewerId, role: Role) -> Result<(), Error> {
        self.role(viewer)?;
        if let Some(seated) = self.seats.get_mut(&viewer) {
            seated.role = role;
        }
        if role < Role::Control {
            self.on_floor(|floor, now| {
                floor.release(viewer, now);
                Ok(())
            })?;
        }
        self.tell_company();
        Ok(())
    }

    /// Ends what has run out.
    pub(super) fn settle_floor(&mut self) {
        let _ = self.on_floor(|floor, now| {
            floor.settle(now);
            Ok(())
        });
    }

    fn role(&self, viewer: ViewerId) -> Result<Role, Error> {
        let seated = self.seats.get(&viewer);
        let unknown = || Error::NotFound(format!("there is no viewer {viewer}"));
        seated.map(|seated| seated.role).ok_or_else(unknown)
    }

    /// Does something about who is in control; if it changes hands, whoever had it lets go of what
    /// it holds, and all are told.
    fn on_floor(
        &mut self,
        act: impl FnOnce(&mut super::Floor, Instant) -> Result<(), Denied>,
    ) -> Result<(), Error> {
        let before = self.floor.holder();
        let outcome = act(&mut self.floor, Instant::now());
        if self.floor.holder() != before {
            let held = before.and_then(|viewer| self.seats.get_mut(&viewer));
            if held.is_some_and(|seated| seated.seat.let_go()) {
                let _ = self.send(PhysicsCommand::PerturbEnd);
            }
            self.tell_company();
        }
        Ok(outcome?)
    }

    // ---- telling ------------------------------------------------------------------------

    /// All viewers, in the order of joining.
    pub(super) fn company(&self) -> Vec<Company> {
        let (holder, waiting) = (self.floor.holder(), self.floor.waiting().collect::<Vec<_>>());
        let member = |(id, seated): (&ViewerId, &super::Seated)| Company {
            viewer: *id,
            role: seated.role,
            connected: seated.outlet.is_some(),
            via: seated.outlet.as_ref().map(super::Outlet::via),
            estimate: seated.outlet.as_ref().map(super::Outlet::estimate),
            stream: self.views.of(*id).map(|(view, _)| view),
            follows: seated.follows,
            beside: seated.beside,
            in_control: holder == Some(*id),
            waiting: waiting.iter().position(|waits| waits == id),
        };
        self.seats.iter().map(member).collect()
    }

    /// Tells every viewer who is there and who is in control.
    pub(super) fn tell_company(&mut self) {
        let company: std::sync::Arc<[Company]> = self.company().into();
        self.notify_all(&Notice::Company(company));
    }
}
