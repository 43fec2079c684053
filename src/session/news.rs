//! What happens in a session, for programs that follow it: one ring that each reads at its own pace.
//!
//! Nobody who is slow holds up the session or keeps more than the ring: whatever was overwritten
//! meanwhile is reported as missed.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use serde_json::{Map, Value, json};
use tokio::sync::watch;

use super::{Company, Info, Name, Notice, info::End};
use crate::{control::PhysicsCommand, scene::mechanics::Setting, units::ViewerId};

/// How much is kept for those who come back.
const KEPT: usize = 256;
/// Most numbers of a command that are told.
const MAX_VALUES: usize = 64;

/// Who acts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Author {
    /// A program, over HTTP.
    #[default]
    Program,
    /// Somebody who watches.
    Viewer(ViewerId),
    /// An agent, by the name that it gives itself.
    Agent(Name),
}

/// Something that happened.
#[derive(Clone, Debug)]
pub enum News {
    /// Another scene runs.
    Scene {
        /// `<mujoco model="…">`.
        model_name: String,
        /// The preset that it came from, if any.
        preset: Option<&'static str>,
        /// The file that was taken for the model.
        root: String,
        /// Who wanted it.
        by: Author,
    },
    /// Who is there, or who is in control, has changed.
    Company(Arc<[Company]>),
    /// Somebody acted on the simulation.
    Command {
        /// Who.
        by: Author,
        /// What was asked, by its name in the protocol.
        cmd: &'static str,
        /// With what.
        params: Value,
        /// How many steps after the scene was loaded.
        tick: u64,
    },
    /// An agent is about to act, by one or by many commands.
    Act {
        /// By the name that it gives itself.
        agent: Name,
        /// What it does, in words.
        act: String,
        /// Whether it can be taken back.
        undo: bool,
    },
    /// Something went wrong that everybody should know.
    Error {
        /// A word for programs.
        code: &'static str,
        /// A sentence for people.
        message: String,
    },
    /// The session ended; nothing follows.
    Ended(End),
}

impl News {
    /// What all viewers are told, if it is news to others.
    pub(super) fn of(notice: &Notice, by: &Author) -> Option<Self> {
        Some(match notice {
            // Not the scene itself, which the ring would keep with all its files.
            Notice::SceneUpdated(scene) => Self::Scene {
                model_name: scene.model_name.clone(),
                preset: scene.preset,
                root: scene.bundle.root().to_owned(),
                by: by.clone(),
            },
            Notice::Act { agent, act, undo } => {
                Self::Act { agent: agent.clone(), act: act.clone(), undo: *undo }
            }
            Notice::Company(company) => Self::Company(Arc::clone(company)),
            Notice::Error { code, message } => Self::Error { code, message: message.clone() },
            // Commands are news themselves; each is told of its own; and the end is told once, by
            // whoever ends.
            Notice::Options(_) | Notice::Flags(_) | Notice::Candidate(_) | Notice::Closing(_) => {
                return None;
            }
        })
    }

    /// A command that was given; not one that only shows, nor each of the many moves of a pull.
    pub(super) fn command(by: &Author, command: &PhysicsCommand, tick: u64) -> Option<Self> {
        let values = |values: &[(u32, f64)]| match values.len() {
            ..=MAX_VALUES => json!({"values": values}),
            count => json!({"count": count}),
        };
        let (cmd, params) = match command {
            PhysicsCommand::Play => ("play", Value::Null),
            PhysicsCommand::Pause => ("pause", Value::Null),
            PhysicsCommand::Step(steps) => ("step", json!({"steps": steps})),
            PhysicsCommand::Reset => ("reset", Value::Null),
            // JSON has no infinity.
            PhysicsCommand::Speed(factor) if factor.is_infinite() => {
                ("speed", json!({"factor": "max"}))
            }
            PhysicsCommand::Speed(factor) => ("speed", json!({"factor": factor})),
            PhysicsCommand::SetControl(all) => ("set_ctrl", values(all)),
            PhysicsCommand::SetQpos(all) => ("set_qpos", values(all)),
            PhysicsCommand::SetQvel(all) => ("set_qvel", values(all)),
            PhysicsCommand::SetMocap(mocap, pose) => (
                "set_mocap",
                json!({
                    "mocap": mocap,
                    "position": pose.position,
                    "orientation": pose.orientation,
                }),
            ),
            PhysicsCommand::LoadKeyframe(index) => ("keyframe_load", json!({"index": index})),
            PhysicsCommand::SetState(state) => ("set_state", json!({"count": state.len()})),
            PhysicsCommand::SetTime(time) => ("set_time", json!({"time": time})),
            PhysicsCommand::SetForce(body, [x, y, z, a, b, c]) => {
                ("apply_force", json!({"body": body, "force": [x, y, z], "torque": [a, b, c]}))
            }
            PhysicsCommand::Select(hit) => (
                "select",
                json!({
                    "object_kind": hit.map(|hit| hit.object_kind),
                    "object_id": hit.map(|hit| hit.object_id),
                }),
            ),
            PhysicsCommand::SetOptions(settings) => ("set_options", options(settings)),
            PhysicsCommand::PerturbStart(..) => ("perturb_start", Value::Null),
            PhysicsCommand::PerturbEnd => ("perturb_end", Value::Null),
            PhysicsCommand::Replay(replay) => ("history_seek", json!({"tick": replay.until})),
            PhysicsCommand::PerturbMove(..)
            | PhysicsCommand::Capture
            | PhysicsCommand::Show(_)
            | PhysicsCommand::PublishRate(_) => return None,
        };
        Some(Self::Command { by: by.clone(), cmd, params, tick })
    }
}

/// Settings by name, as `set_options` takes them.
fn options(settings: &[Setting]) -> Value {
    let mut params = Map::new();
    for setting in settings {
        let (name, value) = match setting {
            Setting::Scalar(which, value) => (which.name(), json!(value)),
            Setting::Vector(which, values) => (which.name(), json!(values)),
            Setting::Count(which, value) => (which.name(), json!(value)),
            Setting::Integrator(which) => ("integrator", json!(which.name())),
            Setting::Cone(which) => ("cone", json!(which.name())),
            Setting::Jacobian(which) => ("jacobian", json!(which.name())),
            Setting::Solver(which) => ("solver", json!(which.name())),
            Setting::Flag(flag, on) => {
                params.entry("flags").or_insert_with(|| json!({}))[flag.name()] = json!(on);
                continue;
            }
            Setting::Actuators(group, on) => {
                let groups = params.entry("actuator_groups").or_insert_with(|| json!({}));
                groups[group.to_string()] = json!(on);
                continue;
            }
        };
        params.insert(name.to_owned(), value);
    }
    Value::Object(params)
}

/// News with its place in the order.
#[derive(Debug)]
pub struct Item {
    /// Counts up from 1.
    pub id: u64,
    /// When it happened.
    pub at: SystemTime,
    /// What.
    pub news: News,
}

/// Where news come together.
#[derive(Debug)]
pub(super) struct Feed {
    ring: Mutex<VecDeque<Arc<Item>>>,
    /// The id of the newest.
    newest: watch::Sender<u64>,
}

impl Feed {
    pub fn new() -> Self {
        Self { ring: Mutex::default(), newest: watch::Sender::new(0) }
    }

    pub fn push(&self, news: News) {
        let mut ring = self.ring();
        let id = *self.newest.borrow() + 1;
        ring.push_back(Arc::new(Item { id, at: SystemTime::now(), news }));
        if ring.len() > KEPT {
            ring.pop_front();
        }
        drop(ring);
        self.newest.send_replace(id);
    }

    fn ring(&self) -> MutexGuard<'_, VecDeque<Arc<Item>>> {
        // Every change leaves it in order.
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a follower gets.
#[derive(Clone, Debug)]
pub enum Told {
    /// News.
    Item(Arc<Item>),
    /// So many are lost, as they came faster than they were read, or long ago.
    Missed(u64),
}

/// Reads the news of a session.
#[derive(Debug)]
pub struct Follower {
    info: Arc<Info>,
    newest: watch::Receiver<u64>,
    /// The last one read.
    read: u64,
    ended: bool,
}

impl Follower {
    /// Follows from after the news of id `after`, which this session has given out; `None`: from
    /// now on.
    pub(super) fn new(info: &Arc<Info>, after: Option<u64>) -> Self {
        let newest = info.feed().newest.subscribe();
        let now = *newest.borrow();
        // An id that was never given out is of another session of this name.
        let read = after.filter(|id| *id <= now).unwrap_or(now);
        Self { info: Arc::clone(info), newest, read, ended: false }
    }

    /// The next, when it has come; `None` after the session has ended. Losing the future loses
    /// nothing.
    pub async fn next(&mut self) -> Option<Told> {
        if self.ended {
            return None;
        }
        let read = self.read;
        self.newest.wait_for(|newest| *newest > read).await.ok()?;
        let ring = self.info.feed().ring();
        let first = ring.front()?.id;
        if first > read + 1 {
            self.read = first - 1;
            return Some(Told::Missed(first - 1 - read));
        }
        let item = Arc::clone(ring.get((read + 1 - first) as usize)?);
        self.read = item.id;
        self.ended = matches!(item.news, News::Ended(_));
        Some(Told::Item(item))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{session::idle::Patience, session::info::Terms, units::SessionId};

    fn info() -> Arc<Info> {
        let terms = Terms { viewers: 1, patience: Patience::default() };
        Arc::new(Info::new(SessionId::of_default(), None, terms))
    }

    fn push(info: &Info, steps: u32) {
        let news = News::command(&Author::Program, &PhysicsCommand::Step(steps), u64::from(steps));
        info.feed().push(news.expect("news"));
    }

    async fn read(follower: &mut Follower) -> Result<u64, u64> {
        match follower.next().await.expect("more") {
            Told::Item(item) => Ok(item.id),
            Told::Missed(count) => Err(count),
        }
    }

    #[tokio::test]
    async fn each_reads_in_order_from_where_it_came_or_was() {
        let info = info();
        let mut first = Follower::new(&info, None);
        push(&info, 1);
        push(&info, 2);
        let mut late = Follower::new(&info, None);
        let mut back = Follower::new(&info, Some(1));
        let mut foreign = Follower::new(&info, Some(99));
        push(&info, 3);
        assert_eq!([read(&mut first).await, read(&mut first).await], [Ok(1), Ok(2)]);
        assert_eq!(read(&mut late).await, Ok(3));
        assert_eq!([read(&mut back).await, read(&mut back).await], [Ok(2), Ok(3)]);
        assert_eq!(read(&mut foreign).await, Ok(3));
    }

    #[tokio::test]
    async fn who_is_slow_is_told_how_much_was_lost() {
        let info = info();
        let mut slow = Follower::new(&info, None);
        (0..KEPT as u32 + 10).for_each(|n| push(&info, n));
        assert_eq!([read(&mut slow).await, read(&mut slow).await], [Err(10), Ok(11)]);
    }

    #[tokio::test]
    async fn nothing_follows_the_end() {
        let info = info();
        let mut follower = Follower::new(&info, None);
        info.feed().push(News::Ended(End::Deleted));
        assert_eq!(read(&mut follower).await, Ok(1));
        assert!(follower.next().await.is_none());
    }

    #[test]
    fn what_only_shows_is_no_news_and_large_values_are_counted() {
        assert!(News::command(&Author::Program, &PhysicsCommand::PublishRate(60), 0).is_none());
        assert!(News::command(&Author::Program, &PhysicsCommand::Capture, 0).is_none());
        let many = PhysicsCommand::SetControl((0..1000).map(|at| (at, 0.5)).collect());
        let Some(News::Command { cmd, params, .. }) = News::command(&Author::Program, &many, 0)
        else {
            panic!("it is news");
        };
        assert_eq!((cmd, params), ("set_ctrl", json!({"count": 1000})));
    }
}
