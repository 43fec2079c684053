//! The history of a simulation: moments to come back to, and what was changed in between. Pure.
//!
//! ```text
//!  origins   o───────────o───────────o───────────o      full states, twice a second
//!  log         c  c   c        c            cc          changes, each at its step
//!  tick      0          250         500         750
//!                                ▲ to see 610: restore 500, step, make the changes on the way
//! ```
//! Steps give the same bits again (`tests/timeline.rs`), so every step is within reach although
//! only some are kept. Going back moves a cursor and forgets nothing; whatever happens next from
//! there replaces what came after.
//!
//! Numbers of commands start anew with each worker process; here they only rise.

use std::collections::VecDeque;

use crate::{
    control::{Logged, Origin, PhysicsCommand, Replay},
    scene::Snapshot,
    worker::Applied,
};

/// What a change takes besides its own numbers, about.
const ENTRY_BYTES: usize = 96;

/// A step of the timeline, and when in simulated time it was.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mark {
    /// Steps taken along the timeline.
    pub tick: u64,
    /// Simulated time, s; a reset takes it back.
    pub time: f64,
}

/// What can be gone back to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Range {
    /// The first step that is kept.
    pub first: Mark,
    /// The last step that was seen.
    pub last: Mark,
    /// Where the simulation is, when it is not at the end.
    pub cursor: Option<u64>,
    /// Full states kept.
    pub moments: usize,
    /// Changes kept.
    pub changes: usize,
    /// Bytes that all of it takes, about.
    pub bytes: usize,
}

/// A moment that is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The full state.
    pub origin: Origin,
    /// Simulated time, s.
    pub time: f64,
    /// How many of the changes since the first moment it reflects.
    pub changes: usize,
}

/// A moment that is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wanted {
    /// This many steps into the timeline.
    Tick(u64),
    /// The last time that simulated time was this, s.
    Time(f64),
    /// This many steps from where the simulation is.
    Steps(i64),
}

struct Stored {
    origin: Origin,
    time: f64,
    /// The last command that the state reflects.
    obeyed: u64,
}

struct Cursor {
    tick: u64,
    /// The command that went there: what was before it belongs to the end of the timeline.
    number: u64,
}

/// The history of one simulation, whatever worker runs it.
#[derive(Default)]
pub(super) struct Timeline {
    /// Most bytes kept, about.
    budget: usize,
    bytes: usize,
    kept: VecDeque<Stored>,
    log: VecDeque<(u64, Logged)>,
    /// Changes that were sent and not reported yet.
    sent: VecDeque<(u64, PhysicsCommand)>,
    last: Mark,
    cursor: Option<Cursor>,
    /// What is added to the numbers of the worker of now.
    base: u64,
    highest: u64,
}

impl Timeline {
    /// An empty history that keeps about `budget` bytes.
    pub fn new(budget: usize) -> Self {
        Self { budget, ..Self::default() }
    }

    /// Forgets everything: another scene has been loaded.
    pub fn clear(&mut self) {
        *self = Self::new(self.budget);
    }

    /// Another worker goes on with the scene, from what [`Self::latest`] gave.
    pub fn resume(&mut self) {
        self.base = self.highest;
        self.sent.clear();
        self.cursor = None;
        if let Some(kept) = self.kept.back() {
            let (tick, obeyed) = (kept.origin.tick, kept.obeyed);
            self.last = Mark { tick, time: kept.time };
            self.log.retain(|(number, _)| *number <= obeyed);
        }
        self.count();
    }

    /// Notes a command that was handed to the worker under `number`.
    pub fn sent(&mut self, number: u64, command: &PhysicsCommand) {
        let number = self.number(number);
        if command.is_change() {
            self.sent.push_back((number, command.clone()));
        }
    }

    /// Notes that the worker made a change.
    pub fn applied(&mut self, applied: Applied) {
        let number = self.number(applied.number);
        // Those before it were refused.
        while let Some((sent, command)) = self.sent.pop_front_if(|(sent, _)| *sent <= number) {
            if sent == number {
                self.branch_before(number);
                let Applied { tick, paused, .. } = applied;
                self.bytes += cost(&command);
                self.log.push_back((number, Logged { tick, paused, command }));
            }
        }
        self.evict();
    }

    /// Notes a moment that the worker published.
    pub fn seen(&mut self, snapshot: &Snapshot) {
        let obeyed = self.number(snapshot.obeyed);
        match &self.cursor {
            // Published before the command that went back was obeyed.
            Some(cursor) if obeyed < cursor.number => return,
            Some(cursor) if snapshot.tick == cursor.tick => return,
            Some(_) => self.branch_before(obeyed),
            None => {}
        }
        self.last = Mark { tick: snapshot.tick, time: snapshot.time };
        if snapshot.integration.is_empty() {
            return;
        }
        let origin = Origin {
            tick: snapshot.tick,
            steps: snapshot.steps,
            state: snapshot.integration.clone(),
            perturb: snapshot.perturb,
            mechanics: Some(snapshot.mechanics),
        };
        if let Some(same) = self.kept.pop_back_if(|kept| kept.origin.tick >= snapshot.tick) {
            self.bytes = self.bytes.saturating_sub(same.bytes());
        }
        let kept = Stored { origin, time: snapshot.time, obeyed };
        self.bytes += kept.bytes();
        self.kept.push_back(kept);
        self.evict();
    }

    /// What can be gone back to; `None` before the first moment.
    pub fn range(&self) -> Option<Range> {
        let first = self.kept.front()?;
        Some(Range {
            first: Mark { tick: first.origin.tick, time: first.time },
            last: self.last,
            cursor: self.cursor.as_ref().map(|cursor| cursor.tick),
            moments: self.kept.len(),
            changes: self.log.len(),
            bytes: self.bytes,
        })
    }

    /// The step that `wanted` means, within what is kept. `timestep`: s.
    pub fn find(&self, wanted: Wanted, timestep: f64) -> Option<u64> {
        let range = self.range()?;
        let here = range.cursor.unwrap_or(range.last.tick);
        let tick = match wanted {
            Wanted::Tick(tick) => tick,
            Wanted::Steps(steps) => here.saturating_add_signed(steps),
            Wanted::Time(time) => {
                let before = self.kept.iter().rev().find(|kept| kept.time <= time);
                let from = before.or(self.kept.front())?;
                let steps = ((time - from.time) / timestep).round().max(0.0);
                from.origin.tick.saturating_add(steps as u64)
            }
        };
        Some(tick.clamp(range.first.tick, range.last.tick))
    }

    /// How to get to `tick` from a state that is kept.
    pub fn replay(&self, tick: u64) -> Option<Replay> {
        let from = self.kept.iter().rev().find(|kept| kept.origin.tick <= tick)?;
        let since = self.log.iter().filter(|(number, _)| *number > from.obeyed);
        let log = since.map(|(_, logged)| logged).take_while(|logged| logged.tick <= tick);
        Some(Replay { from: Some(from.origin.clone()), log: log.cloned().collect(), until: tick })
    }

    /// Notes that the worker was told, under `number`, to go to `tick`.
    pub fn went(&mut self, number: u64, tick: u64) {
        let number = self.number(number);
        self.cursor = Some(Cursor { tick, number });
    }

    /// The newest full state, to go on from with another worker.
    pub fn latest(&self) -> Option<&Origin> {
        self.kept.back().map(|kept| &kept.origin)
    }

    /// All that is kept: full states, and the changes that lead from the first to the last.
    pub fn export(&self) -> (Vec<Kept>, Vec<Logged>) {
        let ends = self.kept.front().zip(self.kept.back());
        let Some((first, last)) = ends else { return (Vec::new(), Vec::new()) };
        let between = first.obeyed + 1..=last.obeyed;
        let log: Vec<_> = self.log.iter().filter(|(number, _)| between.contains(number)).collect();
        let moment = |moment: &Stored| Kept {
            origin: moment.origin.clone(),
            time: moment.time,
            changes: log.partition_point(|(number, _)| *number <= moment.obeyed),
        };
        let moments = self.kept.iter().map(moment).collect();
        (moments, log.into_iter().map(|(_, logged)| logged.clone()).collect())
    }

    fn number(&mut self, number: u64) -> u64 {
        let number = self.base + number;
        self.highest = self.highest.max(number);
        number
    }

    /// Something new happened under `number`: if that was after going back, it replaces what came
    /// after the cursor.
    fn branch_before(&mut self, number: u64) {
        let Some(cursor) = self.cursor.take_if(|cursor| cursor.number < number) else { return };
        self.kept.retain(|kept| kept.origin.tick <= cursor.tick);
        self.log.retain(|(at, logged)| logged.tick <= cursor.tick || *at > cursor.number);
        self.count();
    }

    fn evict(&mut self) {
        while self.bytes > self.budget && self.kept.len() > 1 {
            self.kept.pop_front();
            let obeyed = self.kept.front().map_or(0, |kept| kept.obeyed);
            while self.log.pop_front_if(|(number, _)| *number <= obeyed).is_some() {}
            self.count();
        }
    }

    fn count(&mut self) {
        let moments: usize = self.kept.iter().map(Stored::bytes).sum();
        let changes: usize = self.log.iter().map(|(_, logged)| cost(&logged.command)).sum();
        self.bytes = moments + changes;
    }
}

impl Stored {
    fn bytes(&self) -> usize {
        size_of::<Self>() + size_of_val(&*self.origin.state)
    }
}

fn cost(command: &PhysicsCommand) -> usize {
    let numbers = match command {
        PhysicsCommand::SetControl(values)
        | PhysicsCommand::SetQpos(values)
        | PhysicsCommand::SetQvel(values) => size_of_val(&**values),
        PhysicsCommand::SetState(state) => size_of_val(&**state),
        PhysicsCommand::SetOptions(settings) => size_of_val(&**settings),
        _ => 0,
    };
    ENTRY_BYTES + numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STEP: f64 = 0.01;

    fn moment(tick: u64, obeyed: u64) -> Snapshot {
        Snapshot {
            tick,
            steps: tick,
            obeyed,
            time: tick as f64 * STEP,
            integration: vec![tick as f64; 4],
            ..Snapshot::default()
        }
    }

    fn control(value: f64) -> PhysicsCommand {
        PhysicsCommand::SetControl(vec![(0, value)])
    }

    fn change(timeline: &mut Timeline, number: u64, tick: u64) {
        timeline.sent(number, &control(number as f64));
        timeline.applied(Applied { number, tick, paused: false });
    }

    /// Moments at 0, 50, 100, 150; changes 1 at 20, 2 at 70 and 3 at 100.
    fn lived() -> Timeline {
        let mut timeline = Timeline::new(1 << 20);
        timeline.seen(&moment(0, 0));
        change(&mut timeline, 1, 20);
        timeline.seen(&moment(50, 1));
        change(&mut timeline, 2, 70);
        timeline.seen(&moment(100, 2));
        change(&mut timeline, 3, 100);
        timeline.seen(&moment(150, 3));
        timeline
    }

    fn path(replay: &Replay) -> (u64, Vec<u64>, u64) {
        let from = replay.from.as_ref().expect("an origin").tick;
        (from, replay.log.iter().map(|logged| logged.tick).collect(), replay.until)
    }

    #[test]
    fn a_step_is_reached_from_the_moment_before_it_by_the_changes_in_between() {
        let timeline = lived();
        assert_eq!(path(&timeline.replay(60).expect("kept")), (50, vec![], 60));
        assert_eq!(path(&timeline.replay(80).expect("kept")), (50, vec![70], 80));
        assert_eq!(path(&timeline.replay(100).expect("kept")), (100, vec![100], 100));
    }

    #[test]
    fn times_and_steps_are_found_and_kept_within_the_range() {
        let mut timeline = lived();
        assert_eq!(timeline.find(Wanted::Time(0.6), STEP), Some(60));
        assert_eq!(timeline.find(Wanted::Tick(999), STEP), Some(150));
        assert_eq!(timeline.find(Wanted::Steps(-1), STEP), Some(149));
        timeline.went(4, 149);
        assert_eq!(timeline.find(Wanted::Steps(-1), STEP), Some(148));
        assert_eq!(timeline.find(Wanted::Time(-5.0), STEP), Some(0));
    }

    #[test]
    fn going_back_forgets_nothing_until_something_happens_there() {
        let mut timeline = lived();
        timeline.went(4, 60);
        timeline.seen(&moment(151, 3)); // Published before the command was obeyed.
        timeline.seen(&moment(60, 4));
        assert_eq!(timeline.range().map(|r| (r.last.tick, r.cursor)), Some((150, Some(60))));
        timeline.seen(&moment(75, 5));
        let range = timeline.range().expect("kept");
        assert_eq!((range.last.tick, range.cursor, range.changes), (75, None, 1));
        assert_eq!(path(&timeline.replay(75).expect("kept")), (75, vec![], 75));
        assert_eq!(path(&timeline.replay(74).expect("kept")), (50, vec![], 74));
    }

    #[test]
    fn a_change_at_the_cursor_begins_another_branch() {
        let mut timeline = lived();
        timeline.went(4, 60);
        change(&mut timeline, 5, 60);
        assert_eq!(path(&timeline.replay(60).expect("kept")), (50, vec![60], 60));
        assert_eq!(timeline.range().expect("kept").moments, 2);
    }

    #[test]
    fn what_was_refused_is_not_kept() {
        let mut timeline = Timeline::new(1 << 20);
        timeline.seen(&moment(0, 0));
        timeline.sent(1, &control(1.0));
        change(&mut timeline, 2, 5);
        assert_eq!(timeline.range().expect("kept").changes, 1);
    }

    #[test]
    fn another_worker_goes_on_from_the_newest_moment() {
        let mut timeline = lived();
        change(&mut timeline, 4, 160);
        assert_eq!(timeline.latest().map(|origin| origin.tick), Some(150));
        timeline.resume();
        assert_eq!(timeline.range().map(|r| (r.last.tick, r.changes)), Some((150, 3)));
        timeline.seen(&moment(150, 1));
        change(&mut timeline, 2, 155);
        assert_eq!(path(&timeline.replay(155).expect("kept")), (150, vec![155], 155));
    }

    #[test]
    fn the_oldest_goes_when_there_is_too_much() {
        let mut timeline = Timeline::new(2000);
        for n in 0..1000 {
            change(&mut timeline, n + 1, n * 10);
            timeline.seen(&moment(n * 10 + 5, n + 1));
        }
        let range = timeline.range().expect("kept");
        assert!(range.bytes <= 2000 && range.first.tick > 9000, "{range:?}");
        assert!(range.changes <= range.moments);
    }

    #[derive(Clone, Debug)]
    enum Op {
        Steps(u64),
        Change,
        Refused,
        Back(u64),
        Died,
    }

    fn ops() -> impl Strategy<Value = Vec<Op>> {
        let op = prop_oneof![
            (1u64..40).prop_map(Op::Steps),
            Just(Op::Change),
            Just(Op::Refused),
            (0u64..400).prop_map(Op::Back),
            Just(Op::Died),
        ];
        proptest::collection::vec(op, 1..80)
    }

    proptest! {
        /// A worker that counts what it does: its state is the list of (tick, change) behind it.
        #[test]
        fn every_step_within_the_range_is_what_it_was(ops in ops()) {
            let mut timeline = Timeline::new(usize::MAX);
            let (mut tick, mut number, mut history) = (0u64, 0u64, Vec::<(u64, u64)>::new());
            let mut end = 0;
            let mut worker_base = 0;
            timeline.seen(&moment(0, 0));
            for op in ops {
                match op {
                    Op::Steps(steps) => {
                        history.retain(|(at, _)| *at <= tick);
                        tick += steps;
                        end = tick;
                        number += 1;
                        timeline.seen(&moment(tick, number - worker_base));
                    }
                    Op::Change => {
                        number += 1;
                        history.retain(|(at, _)| *at <= tick);
                        history.push((tick, number));
                        end = tick;
                        timeline.sent(number - worker_base, &control(number as f64));
                        timeline.applied(Applied {
                            number: number - worker_base, tick, paused: true,
                        });
                        timeline.seen(&moment(tick, number - worker_base));
                    }
                    Op::Refused => {
                        number += 1;
                        timeline.sent(number - worker_base, &control(-1.0));
                    }
                    Op::Back(to) => {
                        let wanted = timeline.find(Wanted::Tick(to), STEP).expect("kept");
                        prop_assert_eq!(wanted, to.min(end));
                        number += 1;
                        timeline.went(number - worker_base, wanted);
                        tick = wanted;
                        timeline.seen(&moment(tick, number - worker_base));
                    }
                    Op::Died => {
                        tick = timeline.latest().expect("kept").tick;
                        timeline.resume();
                        end = tick;
                        history.retain(|(at, _)| *at <= tick);
                        worker_base = number;
                    }
                }
                let replay = timeline.replay(tick).expect("kept");
                let from = replay.from.expect("an origin");
                prop_assert!(from.tick <= tick && replay.until == tick);
                let expected: Vec<u64> = history.iter()
                    .filter(|(at, _)| *at > from.tick && *at <= tick).map(|(at, _)| *at).collect();
                let replayed: Vec<u64> =
                    replay.log.iter().map(|l| l.tick).filter(|at| *at > from.tick).collect();
                prop_assert_eq!(replayed, expected);
            }
        }
    }
}
