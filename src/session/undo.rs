//! What agents did, to be taken back: the whole state before each act, with its scene.
//!
//! The history cannot do this: it ends where another scene is loaded, and its steps are those of
//! the simulation, not those of whoever acts.

use std::{collections::VecDeque, sync::Arc};

use super::{Author, Error, Handle, Scene, driver};
use crate::{
    control::{Command, Origin, PhysicsCommand, Replay},
    scene::Snapshot,
};

/// Acts that can be taken back.
const MAX_ACTS: usize = 32;
/// Most bytes of states and of scenes other than the newest act's, about: what one large model has.
const MAX_BYTES: usize = 64 << 20;

/// How it was before an act.
#[derive(Clone, Debug)]
pub(super) struct Before {
    act: String,
    by: Author,
    scene: Arc<Scene>,
    origin: Origin,
    /// Number of the last command before it.
    sent: u64,
}

impl Before {
    fn new(act: String, by: Author, scene: Arc<Scene>, snapshot: &Snapshot) -> Self {
        let origin = Origin {
            tick: snapshot.tick,
            steps: snapshot.steps,
            state: snapshot.integration.clone(),
            perturb: snapshot.perturb,
            mechanics: Some(snapshot.mechanics),
        };
        Self { act, by, scene, origin, sent: 0 }
    }
}

/// How it was before each of the last acts, oldest first.
#[derive(Debug, Default)]
pub(super) struct Past(VecDeque<Before>);

impl Past {
    /// Keeps what was before an act, after the command number `sent`; the oldest goes when there
    /// is too much.
    pub fn push(&mut self, before: Before, sent: u64) {
        self.0.push_back(Before { sent, ..before });
        while self.0.len() > 1 && (self.0.len() > MAX_ACTS || self.bytes() > MAX_BYTES) {
            self.0.pop_front();
        }
    }

    /// What was before the last act that is kept.
    pub fn pop(&mut self) -> Option<Before> {
        self.0.pop_back()
    }

    /// Forgets the last act, and gives it, where it is of `by` and nothing has been done since.
    pub fn refuse(&mut self, by: &Author, sent: u64, scene: Option<&Arc<Scene>>) -> Option<String> {
        let idle = |before: &mut Before| {
            let same = scene.is_some_and(|scene| Arc::ptr_eq(scene, &before.scene));
            same && before.sent == sent && before.by == *by
        };
        self.0.pop_back_if(idle).map(|before| before.act)
    }

    fn bytes(&self) -> usize {
        let newest = self.0.back().map(|before| &before.scene);
        let mut counted: Vec<&Arc<Scene>> = newest.into_iter().collect();
        let mut bytes = 0;
        for before in &self.0 {
            bytes += size_of_val(&*before.origin.state);
            if !counted.iter().any(|scene| Arc::ptr_eq(&scene.xml, &before.scene.xml)) {
                let files = before.scene.bundle.files().map(|(_, data)| data.len());
                bytes += before.scene.xml.len() + files.sum::<usize>();
                counted.push(&before.scene);
            }
        }
        bytes
    }
}

/// An act that was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// What it was, in words.
    pub act: String,
    /// Who acted.
    pub by: Author,
    /// Whether another scene had been loaded since.
    pub scene: bool,
}

impl Handle {
    /// Keeps this moment, to come back to by [`Self::undo`], and tells everybody of the act of an
    /// agent that follows.
    ///
    /// # Errors
    /// [`Error::TimedOut`] and [`Error::Gone`].
    pub async fn acting(&self, act: &str) -> Result<(), Error> {
        let before = match self.scene().await? {
            None => None,
            Some(scene) => match self.capture().await {
                Ok(now) => {
                    let by = self.author.clone();
                    Some(Box::new(Before::new(act.to_owned(), by, scene, &now)))
                }
                // Its process is being replaced, or has failed for good: there is no moment.
                Err(Error::NoScene | Error::Command(_)) => None,
                Err(error) => return Err(error),
            },
        };
        self.tell(driver::Request::Keep { before, act: act.to_owned() }).await;
        Ok(())
    }

    /// Tells everybody of an act of an agent that cannot be taken back, or need not be.
    pub async fn announce(&self, act: &str) {
        self.tell(driver::Request::Keep { before: None, act: act.to_owned() }).await;
    }

    /// Says that nothing came of the act: it is not kept where nothing has been done since.
    pub async fn refused(&self) {
        self.tell(driver::Request::Refused).await;
    }

    /// Takes the last act of an agent back: the scene and the state are those before it, and time
    /// stands.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there is nothing to take back; else as [`Self::load`].
    pub async fn undo(&self) -> Result<Undone, Error> {
        let before = self.ask(|reply| driver::Request::TakeBack { reply }).await?;
        let Some(Before { act, by, scene, origin, .. }) = before else {
            return Err(Error::Nothing);
        };
        let now = self.scene().await?;
        // What was brought back before is the same by its text.
        let other = now.is_none_or(|now| !Arc::ptr_eq(&now.xml, &scene.xml));
        if other {
            let replay = Replay::to(origin);
            let model = driver::Model::Known(Scene::clone(&scene));
            self.begin_at(model, replay).await?;
        } else {
            self.act(Command::Physics(PhysicsCommand::Pause)).await?;
            self.act(Command::Physics(PhysicsCommand::SetState(origin.state))).await?;
        }
        Ok(Undone { act, by, scene: other })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Bundle;

    fn scene(bytes: usize) -> Arc<Scene> {
        let bundle = Bundle::unchecked("x".repeat(bytes));
        let xml = bundle.text().into();
        Arc::new(Scene { xml, bundle, model_name: String::new(), preset: None })
    }

    fn before(act: usize, scene: &Arc<Scene>) -> Before {
        Before::new(act.to_string(), Author::Program, Arc::clone(scene), &Snapshot::default())
    }

    #[test]
    fn the_last_acts_are_kept() {
        let (mut past, scene) = (Past::default(), scene(10));
        (0..MAX_ACTS + 5).for_each(|act| past.push(before(act, &scene), 0));
        let acts: Vec<_> = std::iter::from_fn(|| past.pop()).map(|before| before.act).collect();
        assert_eq!(acts.len(), MAX_ACTS);
        assert_eq!((&*acts[0], &*acts[MAX_ACTS - 1]), ("36", "5"));
    }

    #[test]
    fn what_came_to_nothing_is_not_kept() {
        let (mut past, one, other) = (Past::default(), scene(10), scene(10));
        past.push(before(1, &one), 7);
        let (program, agent) = (Author::Program, Author::Agent("other".parse().expect("a name")));
        assert_eq!(past.refuse(&program, 8, Some(&one)), None, "something was done");
        assert_eq!(past.refuse(&program, 7, Some(&other)), None, "another scene was loaded");
        assert_eq!(past.refuse(&agent, 7, Some(&one)), None, "it is another's");
        assert_eq!(past.refuse(&program, 7, Some(&one)), Some("1".into()));
        assert!(past.pop().is_none());
    }

    #[test]
    fn large_scenes_are_not_hoarded() {
        let mut past = Past::default();
        (0..6).for_each(|act| past.push(before(act, &scene(MAX_BYTES / 4)), 0));
        assert!(past.0.len() < 4, "{}", past.0.len());
        assert_eq!(past.pop().expect("the newest").act, "5");
    }
}
