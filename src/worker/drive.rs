//! The stepping thread: waits for an order or for the next step, advances, publishes.
//!
//! ```text
//!             Play                          Step(n)
//!   ┌────────┐ ──► ┌─────────┐    ┌────────┐ ──► ┌───────────────┐
//!   │ paused │     │ running │    │  any   │     │ n steps to go │ ──► paused when none is left
//!   └────────┘ ◄── └─────────┘    └────────┘     └───────────────┘
//!            Pause                                 │ Play, Pause, Reset, …: the rest is dropped
//! ```
//! A replay pauses, and goes through a piece of the timeline as fast as it can; orders wait meanwhile.
//! Paused, it wakes for orders and twice a second to show that it lives. Running, it wakes for
//! orders, for publications, and in between only when the steps until then would take too long.

use std::{
    collections::VecDeque,
    convert::Infallible,
    io,
    os::fd::OwnedFd,
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::{Duration, Instant},
};

use rustix::io::Errno;

use super::{
    budget::{Budget, cpu_time},
    entry::{emit, order_warning, vanish},
    exchange::{Phase, Publisher},
    wire::{Applied, Event, Order},
};
use crate::{
    control::{Logged, PhysicsCommand, Replay},
    physics::{
        Simulation,
        pacing::{Cadence, Pacer, RealTimeFactor, SLICE, wake_at},
    },
    scene::Snapshot,
    units::FrameRate,
};

/// Snapshots per second until the session asks for another rate.
const FIRST_RATE: u32 = 60;
/// Most steps that one order may ask for.
const MAX_STEPS: u32 = 10_000;
/// Simulated seconds per wall second that may be asked for.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.001..=1000.0;
/// How long a request for the full state lasts.
const WHOLE_FOR: Duration = Duration::from_millis(250);
/// How often a waiting worker shows that it lives: a quarter of the silence that the host
/// tolerates by default, since a busy machine may let it wait.
const PULSE_EVERY: Duration = Duration::from_millis(500);

/// What is still to come of a replay.
struct Replaying {
    log: VecDeque<Logged>,
    until: u64,
}

/// Drives one simulation.
pub(super) struct Driver {
    simulation: Simulation,
    publisher: Publisher,
    wake: OwnedFd,
    orders: Receiver<Order>,
    budget: Option<Budget>,
    pacer: Pacer,
    cadence: Cadence,
    factor: RealTimeFactor,
    simulated: f64,
    step_cost: Duration,
    paused: bool,
    /// Steps still to be taken of those ordered.
    to_go: u64,
    /// A piece of the timeline that is being gone through again.
    replay: Option<Replaying>,
    /// The last order obeyed; acknowledged when no steps are left to go.
    obeyed: u64,
    /// Whether the last slice of time was too short for the steps that were due.
    behind: bool,
    /// Until when every publication carries the full state.
    whole_until: Option<Instant>,
    /// Whether anything changed since the last publication.
    changed: bool,
    snapshot: Snapshot,
    buffer: Vec<u8>,
}

impl Driver {
    /// Starts paused.
    pub fn new(
        simulation: Simulation,
        publisher: Publisher,
        wake: OwnedFd,
        orders: Receiver<Order>,
        budget: Option<Budget>,
    ) -> Self {
        let now = Instant::now();
        Self {
            pacer: Pacer::new(simulation.timestep(), 1.0, now),
            cadence: Cadence::new(FIRST_RATE, now),
            factor: RealTimeFactor::default(),
            simulated: 0.0,
            step_cost: Duration::ZERO,
            paused: true,
            to_go: 0,
            replay: None,
            behind: false,
            obeyed: 0,
            whole_until: None,
            changed: true,
            snapshot: Snapshot::default(),
            buffer: Vec::new(),
            simulation,
            publisher,
            wake,
            orders,
            budget,
        }
    }

    /// Runs until the process ends.
    ///
    /// # Errors
    /// When the shared memory cannot be written.
    pub fn run(mut self) -> io::Result<Infallible> {
        loop {
            self.publisher.pulse(Phase::Waiting)?;
            if self.replay.is_some() {
                self.go_through()?;
                continue;
            }
            let order = self.wait();
            self.advance()?;
            let ordered = order.is_some();
            let mut next = order.or_else(|| self.orders.try_recv().ok());
            while let Some(order) = next {
                self.obey(order, Instant::now());
                // What comes together shares a publication; what follows a replay waits for it.
                next = match self.replay {
                    None => self.orders.try_recv().ok(),
                    Some(_) => None,
                };
            }
            if self.replay.is_some() {
                continue;
            }
            if ordered || (self.cadence.take(Instant::now()) && self.changed) {
                self.publish()?;
            }
        }
    }

    /// Waits for an order, but no longer than until something is to be done.
    fn wait(&self) -> Option<Order> {
        let now = Instant::now();
        let rest = self.rest(now);
        let timeout = if self.to_go > 0 || self.behind {
            rest
        } else if self.paused {
            PULSE_EVERY
        } else {
            rest.max(wake_at(&self.pacer, &self.cadence, self.step_cost, now) - now)
        };
        match self.orders.recv_timeout(timeout.min(PULSE_EVERY)) {
            Ok(order) => Some(order),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => vanish(),
        }
    }

    /// Accounts for the CPU time used so far.
    fn spend(&mut self, now: Instant) {
        if let Some(budget) = &mut self.budget {
            budget.spent(cpu_time(), now);
        }
    }

    /// How long to do nothing, so as to stay within the budget.
    fn rest(&self, now: Instant) -> Duration {
        self.budget.map_or(Duration::ZERO, |budget| budget.rest(now))
    }

    /// Takes the steps that are due or ordered, for at most one slice of time.
    fn advance(&mut self) -> io::Result<()> {
        let begin = Instant::now();
        let due = match (self.to_go, self.paused) {
            (0, true) => 0,
            _ if !self.rest(begin).is_zero() => return Ok(()),
            (0, false) if self.pacer.speed().is_infinite() => u64::MAX,
            (0, false) => self.pacer.due(begin),
            (to_go, _) => to_go,
        };
        self.behind = false;
        if due == 0 {
            return Ok(());
        }
        self.publisher.pulse(Phase::Stepping)?;
        let (mut taken, mut now) = (0, begin);
        while taken < due && now - begin < SLICE {
            self.simulation.step();
            taken += 1;
            now = Instant::now();
        }
        self.spend(now);
        self.changed = true;
        self.simulated += taken as f64 * self.simulation.timestep();
        let cost = (now - begin).div_f64(taken as f64);
        self.step_cost = (self.step_cost * 3 + cost) / 4;
        if self.to_go == 0 {
            if self.pacer.speed().is_infinite() {
                self.behind = true;
                return Ok(());
            }
            self.pacer.took(taken, now);
            self.behind = taken < due && self.pacer.due(now) > 0;
            return Ok(());
        }
        self.to_go -= taken;
        if self.to_go == 0 {
            self.publish()?;
        }
        Ok(())
    }

    fn obey(&mut self, order: Order, now: Instant) {
        let refusal = match &order.command {
            PhysicsCommand::Play => {
                self.to_go = 0;
                if self.paused {
                    self.restart(now);
                }
                self.paused = false;
                None
            }
            PhysicsCommand::Pause => {
                self.to_go = 0;
                self.paused = true;
                None
            }
            PhysicsCommand::Step(steps) if *steps <= MAX_STEPS => {
                self.paused = true;
                self.to_go += u64::from(*steps);
                None
            }
            PhysicsCommand::Step(_) => Some(format!("at most {MAX_STEPS} steps at once")),
            PhysicsCommand::Replay(replay) => self.begin_replay(replay, now),
            PhysicsCommand::Speed(speed) if SPEEDS.contains(speed) || *speed == f64::INFINITY => {
                self.pacer.set_speed(*speed, now);
                self.factor.clear();
                None
            }
            PhysicsCommand::Speed(_) => Some("the speed must be within 0.001 and 1000".into()),
            PhysicsCommand::Capture => {
                // For more than one publication: the host sees the latest only.
                self.whole_until = Some(now + WHOLE_FOR);
                None
            }
            PhysicsCommand::PublishRate(hz) => {
                self.cadence = Cadence::new((*hz).min(FrameRate::MAX), now);
                None
            }
            change => self.change(change, now),
        };
        if let Some(refusal) = refusal {
            order_warning(|| refusal);
        } else if order.command.is_change() {
            let (tick, paused) = (self.simulation.tick(), self.stands_still());
            emit(&Event::Applied(Applied { number: order.number, tick, paused }));
        }
        self.obeyed = order.number;
        self.changed = true;
    }

    /// Changes the state; jumps in time end what was going on before.
    fn change(&mut self, command: &PhysicsCommand, now: Instant) -> Option<String> {
        if let Err(refusal) = self.simulation.apply(command, self.stands_still()) {
            return Some(refusal.to_string());
        }
        self.pacer.set_timestep(self.simulation.timestep(), now);
        let jumps = matches!(
            command,
            PhysicsCommand::Reset | PhysicsCommand::LoadKeyframe(_) | PhysicsCommand::SetState(_)
        );
        if jumps {
            self.to_go = 0;
            self.restart(now);
        }
        None
    }

    /// Whether no step will be taken until someone asks for one.
    fn stands_still(&self) -> bool {
        self.paused && self.to_go == 0
    }

    fn begin_replay(&mut self, replay: &Replay, now: Instant) -> Option<String> {
        if let Some(origin) = &replay.from
            && let Err(refusal) = self.simulation.go_to(origin)
        {
            return Some(refusal.to_string());
        }
        (self.paused, self.to_go) = (true, 0);
        self.pacer.set_timestep(self.simulation.timestep(), now);
        self.restart(now);
        let Replay { log, until, .. } = replay.clone();
        self.replay = Some(Replaying { log: log.into(), until });
        None
    }

    /// Goes through the timeline again for one slice of time; publishes its end.
    fn go_through(&mut self) -> io::Result<()> {
        let Some(mut replay) = self.replay.take() else { return Ok(()) };
        let begin = Instant::now();
        self.publisher.pulse(Phase::Stepping)?;
        loop {
            let tick = self.simulation.tick();
            while let Some(logged) = replay.log.pop_front_if(|logged| logged.tick <= tick) {
                if let Err(refusal) = self.simulation.apply(&logged.command, logged.paused) {
                    order_warning(|| refusal.to_string());
                }
            }
            if tick >= replay.until {
                self.pacer.set_timestep(self.simulation.timestep(), Instant::now());
                return self.publish();
            }
            if begin.elapsed() >= SLICE {
                self.replay = Some(replay);
                let now = Instant::now();
                self.spend(now);
                // Short enough for the pulse to go on.
                std::thread::sleep(self.rest(now).min(PULSE_EVERY));
                return Ok(());
            }
            self.simulation.step();
        }
    }

    fn restart(&mut self, now: Instant) {
        self.pacer.restart(now);
        self.factor.clear();
    }

    /// Publishes this moment and wakes the host.
    ///
    /// # Errors
    /// When it does not fit into its place in the shared memory.
    pub fn publish(&mut self) -> io::Result<()> {
        self.publisher.pulse(Phase::Extracting)?;
        let now = Instant::now();
        if self.paused {
            self.factor.clear();
        }
        let out = &mut self.snapshot;
        out.sequence = self.publisher.next_sequence();
        out.paused = self.paused;
        out.speed = self.pacer.speed();
        out.real_time_factor =
            if self.paused { 0.0 } else { self.factor.sample(now, self.simulated) };
        out.obeyed = self.obeyed;
        if self.to_go == 0 {
            out.acknowledged = self.obeyed;
        }
        let whole = self.paused || self.whole_until.is_some_and(|until| now < until);
        self.simulation.snapshot(now, whole, out);
        self.buffer = out.encode_into(std::mem::take(&mut self.buffer));
        self.publisher.publish(&self.buffer)?;
        self.changed = false;
        match rustix::io::write(&self.wake, &[0]) {
            // A pipe that is full has long woken the host.
            Ok(_) | Err(Errno::AGAIN) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
