//! The stepping thread: waits for an order or for the next step, advances, publishes.
//!
//! ```text
//!             Play                          Step(n)
//!   ┌────────┐ ──► ┌─────────┐    ┌────────┐ ──► ┌───────────────┐
//!   │ paused │     │ running │    │  any   │     │ n steps to go │ ──► paused when none is left
//!   └────────┘ ◄── └─────────┘    └────────┘     └───────────────┘
//!            Pause                                 │ Play, Pause, Reset, …: the rest is dropped
//! ```
//! Paused, it wakes for orders and twice a second to show that it lives. Running, it wakes for
//! orders, for publications, and in between only when the steps until then would take too long.

use std::{
    convert::Infallible,
    io,
    os::fd::OwnedFd,
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::{Duration, Instant},
};

use rustix::io::Errno;

use super::{
    entry::{order_warning, vanish},
    exchange::{Phase, Publisher},
    wire::Order,
};
use crate::{
    control::PhysicsCommand,
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
/// How often a waiting worker shows that it lives: a quarter of the silence that the host
/// tolerates by default, since a busy machine may let it wait.
const PULSE_EVERY: Duration = Duration::from_millis(500);

/// Drives one simulation.
pub(super) struct Driver {
    simulation: Simulation,
    publisher: Publisher,
    wake: OwnedFd,
    orders: Receiver<Order>,
    pacer: Pacer,
    cadence: Cadence,
    factor: RealTimeFactor,
    simulated: f64,
    step_cost: Duration,
    paused: bool,
    /// Steps still to be taken of those ordered.
    to_go: u64,
    /// The last order obeyed; acknowledged when no steps are left to go.
    obeyed: u64,
    /// Whether the last slice of time was too short for the steps that were due.
    behind: bool,
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
            behind: false,
            obeyed: 0,
            changed: true,
            snapshot: Snapshot::default(),
            buffer: Vec::new(),
            simulation,
            publisher,
            wake,
            orders,
        }
    }

    /// Runs until the process ends.
    ///
    /// # Errors
    /// When the shared memory cannot be written.
    pub fn run(mut self) -> io::Result<Infallible> {
        loop {
            self.publisher.pulse(Phase::Waiting)?;
            let order = self.wait();
            self.advance()?;
            let ordered = order.is_some();
            for order in order.into_iter().chain(self.waiting_orders()) {
                self.obey(order, Instant::now());
            }
            if ordered || (self.cadence.take(Instant::now()) && self.changed) {
                self.publish()?;
            }
        }
    }

    /// Waits for an order, but no longer than until something is to be done.
    fn wait(&self) -> Option<Order> {
        let now = Instant::now();
        let timeout = if self.to_go > 0 || self.behind {
            Duration::ZERO
        } else if self.paused {
            PULSE_EVERY
        } else {
            wake_at(&self.pacer, &self.cadence, self.step_cost, now) - now
        };
        match self.orders.recv_timeout(timeout.min(PULSE_EVERY)) {
            Ok(order) => Some(order),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => vanish(),
        }
    }

    /// The orders that came together with one: they share a publication.
    fn waiting_orders(&self) -> Vec<Order> {
        self.orders.try_iter().collect()
    }

    /// Takes the steps that are due or ordered, for at most one slice of time.
    fn advance(&mut self) -> io::Result<()> {
        let begin = Instant::now();
        let due = match (self.to_go, self.paused) {
            (0, true) => 0,
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
        self.changed = true;
        self.simulated += taken as f64 * self.simulation.timestep();
        let cost = (now - begin).div_f64(taken as f64);
        self.step_cost = (self.step_cost * 3 + cost) / 4;
        if self.to_go == 0 {
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
            PhysicsCommand::Speed(speed) if SPEEDS.contains(speed) => {
                self.pacer.set_speed(*speed, now);
                self.factor.clear();
                None
            }
            PhysicsCommand::Speed(_) => Some("the speed must be within 0.001 and 1000".into()),
            PhysicsCommand::PublishRate(hz) => {
                self.cadence = Cadence::new((*hz).min(FrameRate::MAX), now);
                None
            }
            change => self.change(change, now),
        };
        if let Some(refusal) = refusal {
            order_warning(|| refusal);
        }
        self.obeyed = order.number;
        self.changed = true;
    }

    /// Changes the state; jumps in time end what was going on before.
    fn change(&mut self, command: &PhysicsCommand, now: Instant) -> Option<String> {
        if let Err(refusal) = self.simulation.apply(command) {
            return Some(refusal.to_string());
        }
        let jumps = !matches!(
            command,
            PhysicsCommand::SetControl(_) | PhysicsCommand::SetQpos(_) | PhysicsCommand::Show(_)
        );
        if jumps {
            self.to_go = 0;
            self.restart(now);
        }
        None
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
        if self.to_go == 0 {
            out.acknowledged = self.obeyed;
        }
        self.simulation.snapshot(now, self.paused, out);
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
