//! How a simulation is computed: `mjOption` as values, and changes of it that are already checked.

use bytemuck::{Pod, Zeroable};
use serde::{Deserialize, Serialize};

use super::options::numbered;

/// Groups that actuators can be in and that can be switched off.
pub const ACTUATOR_GROUPS: usize = 6;
/// Most iterations of anything that may be asked for: a step would take seconds.
const MAX_ITERATIONS: u32 = 1_000;
/// Flags of [`Flag`] before the first that MuJoCo has off by default.
const DISABLED: usize = 20;

/// `mjOption`, field by field.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable, Serialize, Deserialize)]
#[repr(C)]
#[allow(missing_docs, reason = "each is mjOption's field of its name")]
pub struct Mechanics {
    pub timestep: f64,
    pub impratio: f64,
    pub tolerance: f64,
    pub ls_tolerance: f64,
    pub noslip_tolerance: f64,
    pub ccd_tolerance: f64,
    pub sleep_tolerance: f64,
    pub density: f64,
    pub viscosity: f64,
    pub o_margin: f64,
    pub gravity: [f64; 3],
    pub wind: [f64; 3],
    pub magnetic: [f64; 3],
    pub o_solref: [f64; 2],
    pub o_solimp: [f64; 5],
    pub o_friction: [f64; 5],
    pub integrator: i32,
    pub cone: i32,
    pub jacobian: i32,
    pub solver: i32,
    pub iterations: i32,
    pub ls_iterations: i32,
    pub noslip_iterations: i32,
    pub ccd_iterations: i32,
    pub sdf_iterations: i32,
    pub sdf_initpoints: i32,
    pub disableflags: i32,
    pub enableflags: i32,
    pub disableactuator: i32,
    /// How many flexes the model has: no option, but what some depend on.
    pub flexes: i32,
}

impl Default for Mechanics {
    fn default() -> Self {
        Zeroable::zeroed()
    }
}

numbered! {
    /// A number of `mjOption`.
    Scalar:
    Timestep = "timestep", Impratio = "impratio", Tolerance = "tolerance",
    LsTolerance = "ls_tolerance", NoslipTolerance = "noslip_tolerance",
    CcdTolerance = "ccd_tolerance", SleepTolerance = "sleep_tolerance", Density = "density",
    Viscosity = "viscosity", OMargin = "o_margin",
}

numbered! {
    /// Several numbers of `mjOption` that belong together.
    Vector:
    Gravity = "gravity", Wind = "wind", Magnetic = "magnetic", OSolref = "o_solref",
    OSolimp = "o_solimp", OFriction = "o_friction",
}

numbered! {
    /// A whole number of `mjOption`.
    Count:
    Iterations = "iterations", LsIterations = "ls_iterations",
    NoslipIterations = "noslip_iterations", CcdIterations = "ccd_iterations",
    SdfIterations = "sdf_iterations", SdfInitpoints = "sdf_initpoints",
}

numbered! {
    /// `mjtIntegrator`.
    Integrator:
    Euler = "Euler", Rk4 = "RK4", Implicit = "implicit", ImplicitFast = "implicitfast",
    Discrete = "discrete",
}

numbered! {
    /// `mjtCone`.
    Cone: Pyramidal = "pyramidal", Elliptic = "elliptic",
}

numbered! {
    /// `mjtJacobian`.
    Jacobian: Dense = "dense", Sparse = "sparse", Auto = "auto",
}

numbered! {
    /// `mjtSolver`.
    Solver: Pgs = "PGS", Cg = "CG", Newton = "Newton",
}

numbered! {
    /// What MJCF's `<flag>` switches: `mjtDisableBit` by rising bit, then `mjtEnableBit`.
    Flag:
    Constraint = "constraint", Equality = "equality", FrictionLoss = "frictionloss",
    Limit = "limit", Contact = "contact", Spring = "spring", Damper = "damper",
    Gravity = "gravity", ClampCtrl = "clampctrl", WarmStart = "warmstart",
    FilterParent = "filterparent", Actuation = "actuation", RefSafe = "refsafe",
    Sensor = "sensor", MidPhase = "midphase", EulerDamp = "eulerdamp", AutoReset = "autoreset",
    NativeCcd = "nativeccd", Island = "island", MultiCcd = "multiccd",
    Override = "override", Energy = "energy", FwdInv = "fwdinv", InvDiscrete = "invdiscrete",
    Sleep = "sleep", DiagExact = "diagexact", Ipc = "ipc",
}

/// A change of one option.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Setting {
    /// Sets a number.
    Scalar(Scalar, f64),
    /// Sets numbers that belong together.
    Vector(Vector, Vec<f64>),
    /// Sets a whole number.
    Count(Count, u32),
    /// Chooses how time is integrated.
    Integrator(Integrator),
    /// Chooses the shape of friction cones.
    Cone(Cone),
    /// Chooses how the constraint Jacobian is kept.
    Jacobian(Jacobian),
    /// Chooses what solves the constraints.
    Solver(Solver),
    /// Switches a part of the computation on or off.
    Flag(Flag, bool),
    /// Lets a group of actuators act, or not.
    Actuators(u8, bool),
}

impl Scalar {
    /// Least and most that makes sense.
    pub fn range(self) -> [f64; 2] {
        match self {
            Self::Timestep => [1e-6, 1.0],
            Self::Impratio => [1e-3, 1e6],
            Self::Tolerance
            | Self::LsTolerance
            | Self::NoslipTolerance
            | Self::CcdTolerance
            | Self::SleepTolerance => [0.0, 1.0],
            Self::Density | Self::Viscosity => [0.0, 1e6],
            Self::OMargin => [0.0, 1e3],
        }
    }
}

impl Vector {
    /// How many numbers it has.
    pub fn size(self) -> usize {
        match self {
            Self::Gravity | Self::Wind | Self::Magnetic => 3,
            Self::OSolref => 2,
            Self::OSolimp | Self::OFriction => 5,
        }
    }

    /// Least and most of each.
    pub fn range(self) -> [f64; 2] {
        match self {
            Self::Gravity | Self::Wind | Self::Magnetic | Self::OSolref => [-1e4, 1e4],
            Self::OSolimp | Self::OFriction => [0.0, 1e4],
        }
    }
}

impl Count {
    /// Least and most that makes sense.
    pub fn range(self) -> [u32; 2] {
        match self {
            Self::Iterations | Self::LsIterations | Self::CcdIterations => [1, MAX_ITERATIONS],
            Self::NoslipIterations => [0, MAX_ITERATIONS],
            Self::SdfIterations | Self::SdfInitpoints => [1, 100],
        }
    }
}

impl Setting {
    /// Whether its numbers are finite and within their ranges.
    ///
    /// # Errors
    /// A sentence that names the option and what it takes.
    pub fn check(&self) -> Result<(), String> {
        let within = |name: &str, value: f64, [least, most]: [f64; 2]| {
            if value.is_finite() && (least..=most).contains(&value) {
                return Ok(());
            }
            Err(format!("'{name}' must be within {least} and {most}"))
        };
        match self {
            Self::Scalar(which, value) => within(which.name(), *value, which.range()),
            Self::Vector(which, values) if values.len() == which.size() => {
                values.iter().try_for_each(|value| within(which.name(), *value, which.range()))
            }
            Self::Vector(which, values) => Err(format!(
                "'{}' takes {} numbers, not {}",
                which.name(),
                which.size(),
                values.len()
            )),
            Self::Count(which, value) => {
                within(which.name(), f64::from(*value), which.range().map(f64::from))
            }
            Self::Actuators(group, _) if usize::from(*group) >= ACTUATOR_GROUPS => {
                Err(format!("'actuator_groups' are numbered 0 to {}", ACTUATOR_GROUPS - 1))
            }
            Self::Integrator(_)
            | Self::Cone(_)
            | Self::Jacobian(_)
            | Self::Solver(_)
            | Self::Flag(..)
            | Self::Actuators(..) => Ok(()),
        }
    }
}

impl Mechanics {
    /// The options after all of `settings`, or what is wrong with one of them.
    ///
    /// # Errors
    /// A sentence when one is out of range, or when MuJoCo would end the process over what they
    /// make together (`mj_checkDiscrete`, `mj_discreteAcc`).
    pub fn changed(&self, settings: &[Setting]) -> Result<Self, String> {
        settings.iter().try_for_each(Setting::check)?;
        let mut after = *self;
        settings.iter().for_each(|setting| after.set(setting));
        let (ipc, discrete) = (after.flag(Flag::Ipc), Integrator::Discrete as i32);
        if ipc != self.flag(Flag::Ipc) {
            return Err("'ipc' is chosen with the model, not while it runs".into());
        }
        if ipc && after.integrator != discrete {
            return Err("'ipc', which this model uses, needs the integrator 'discrete'".into());
        }
        let of_flexes = |options: &Self| {
            let flags = [Flag::Sleep, Flag::Island].map(|flag| options.flag(flag));
            (options.integrator, options.solver, options.noslip_iterations, flags)
        };
        if self.flexes > 0 && of_flexes(&after) != of_flexes(self) {
            return Err("a model with flexes keeps its 'integrator', 'solver', 'noslip_iterations', \
                        'sleep' and 'island': MuJoCo simulates flexes with few combinations of these"
                .into());
        }
        if after.integrator == discrete && after.flag(Flag::Sleep) && !after.flag(Flag::Island) {
            return Err("'sleep' with the integrator 'discrete' needs 'island'".into());
        }
        if after.flag(Flag::InvDiscrete) && (ipc || after.integrator == Integrator::Rk4 as i32) {
            return Err(
                "'invdiscrete' works neither with the integrator 'RK4' nor with 'ipc'".into()
            );
        }
        Ok(after)
    }

    /// Makes a change that has been checked.
    pub fn set(&mut self, setting: &Setting) {
        match setting {
            Setting::Scalar(which, value) => *self.scalar_mut(*which) = *value,
            Setting::Vector(which, values) => {
                for (to, from) in self.vector_mut(*which).iter_mut().zip(values) {
                    *to = *from;
                }
            }
            // Within a thousand.
            Setting::Count(which, value) => *self.count_mut(*which) = *value as i32,
            Setting::Integrator(which) => self.integrator = *which as i32,
            Setting::Cone(which) => self.cone = *which as i32,
            Setting::Jacobian(which) => self.jacobian = *which as i32,
            Setting::Solver(which) => self.solver = *which as i32,
            Setting::Flag(flag, on) => {
                let (bits, bit, set) = match (*flag as usize).checked_sub(DISABLED) {
                    Some(bit) => (&mut self.enableflags, bit, *on),
                    None => (&mut self.disableflags, *flag as usize, !*on),
                };
                put(bits, bit, set);
            }
            Setting::Actuators(group, on) => put(&mut self.disableactuator, (*group).into(), !*on),
        }
    }

    /// A number.
    pub fn scalar(mut self, which: Scalar) -> f64 {
        *self.scalar_mut(which)
    }

    /// Numbers that belong together.
    pub fn vector(mut self, which: Vector) -> Vec<f64> {
        self.vector_mut(which).to_vec()
    }

    /// A whole number.
    pub fn count(mut self, which: Count) -> i32 {
        *self.count_mut(which)
    }

    /// Whether a part of the computation is on.
    pub fn flag(&self, flag: Flag) -> bool {
        match (flag as usize).checked_sub(DISABLED) {
            Some(bit) => self.enableflags >> bit & 1 != 0,
            None => self.disableflags >> flag as usize & 1 == 0,
        }
    }

    /// Which groups of actuators act.
    pub fn actuator_groups(&self) -> [bool; ACTUATOR_GROUPS] {
        std::array::from_fn(|group| self.disableactuator >> group & 1 == 0)
    }

    fn scalar_mut(&mut self, which: Scalar) -> &mut f64 {
        match which {
            Scalar::Timestep => &mut self.timestep,
            Scalar::Impratio => &mut self.impratio,
            Scalar::Tolerance => &mut self.tolerance,
            Scalar::LsTolerance => &mut self.ls_tolerance,
            Scalar::NoslipTolerance => &mut self.noslip_tolerance,
            Scalar::CcdTolerance => &mut self.ccd_tolerance,
            Scalar::SleepTolerance => &mut self.sleep_tolerance,
            Scalar::Density => &mut self.density,
            Scalar::Viscosity => &mut self.viscosity,
            Scalar::OMargin => &mut self.o_margin,
        }
    }

    fn vector_mut(&mut self, which: Vector) -> &mut [f64] {
        match which {
            Vector::Gravity => &mut self.gravity,
            Vector::Wind => &mut self.wind,
            Vector::Magnetic => &mut self.magnetic,
            Vector::OSolref => &mut self.o_solref,
            Vector::OSolimp => &mut self.o_solimp,
            Vector::OFriction => &mut self.o_friction,
        }
    }

    fn count_mut(&mut self, which: Count) -> &mut i32 {
        match which {
            Count::Iterations => &mut self.iterations,
            Count::LsIterations => &mut self.ls_iterations,
            Count::NoslipIterations => &mut self.noslip_iterations,
            Count::CcdIterations => &mut self.ccd_iterations,
            Count::SdfIterations => &mut self.sdf_iterations,
            Count::SdfInitpoints => &mut self.sdf_initpoints,
        }
    }
}

fn put(bits: &mut i32, bit: usize, set: bool) {
    if set {
        *bits |= 1 << bit;
    } else {
        *bits &= !(1 << bit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_that_disable_and_flags_that_enable_read_alike() {
        let mut options = Mechanics::default();
        assert!(options.flag(Flag::Contact) && !options.flag(Flag::Energy));
        options.set(&Setting::Flag(Flag::Contact, false));
        options.set(&Setting::Flag(Flag::Energy, true));
        assert_eq!((options.disableflags, options.enableflags), (1 << 4, 1 << 1));
        options.set(&Setting::Flag(Flag::Contact, true));
        assert_eq!(options.disableflags, 0);
    }

    #[test]
    fn what_is_out_of_range_is_named() {
        let cases = [
            (Setting::Scalar(Scalar::Timestep, 0.0), "'timestep' must be within 0.000001 and 1"),
            (Setting::Scalar(Scalar::Density, f64::NAN), "'density' must be within 0 and 1000000"),
            (Setting::Vector(Vector::Wind, vec![0.0]), "'wind' takes 3 numbers, not 1"),
            (Setting::Count(Count::Iterations, 0), "'iterations' must be within 1 and 1000"),
            (Setting::Actuators(6, true), "'actuator_groups' are numbered 0 to 5"),
        ];
        for (setting, said) in cases {
            assert_eq!(setting.check(), Err(said.to_owned()));
        }
        assert_eq!(Setting::Vector(Vector::Gravity, vec![0.0, 0.0, -1.62]).check(), Ok(()));
    }

    #[test]
    fn what_mujoco_ends_the_process_over_is_refused() {
        let options = Mechanics::default();
        let rk4 = Setting::Integrator(Integrator::Rk4);
        let inverse = Setting::Flag(Flag::InvDiscrete, true);
        assert!(options.changed(&[Setting::Flag(Flag::Ipc, true)]).is_err());
        assert!(options.changed(&[rk4.clone(), inverse.clone()]).is_err());
        let running = options.changed(&[rk4]).expect("alone it is fine");
        assert!(
            running.changed(std::slice::from_ref(&inverse)).is_err(),
            "one after the other is the same"
        );
        assert!(running.changed(&[inverse, Setting::Integrator(Integrator::Euler)]).is_ok());
        let discrete = Setting::Integrator(Integrator::Discrete);
        let [sleep, no_island] =
            [Setting::Flag(Flag::Sleep, true), Setting::Flag(Flag::Island, false)];
        assert!(options.changed(&[discrete.clone(), sleep.clone(), no_island.clone()]).is_err());
        assert!(options.changed(&[sleep.clone(), no_island]).is_ok());
        let soft = Mechanics { flexes: 1, integrator: 4, ..options };
        let cg = Setting::Solver(Solver::Cg);
        for setting in [Setting::Integrator(Integrator::ImplicitFast), cg, sleep] {
            let told = soft.changed(&[setting]).expect_err("MuJoCo would end");
            assert!(told.contains("flexes"), "{told}");
        }
        let lighter = Setting::Vector(Vector::Gravity, vec![0.0, 0.0, -1.62]);
        assert!(soft.changed(&[lighter, discrete]).is_ok());
        let ipc = Mechanics { enableflags: 1 << 6, integrator: 4, ..options };
        assert!(ipc.changed(&[Setting::Integrator(Integrator::Euler)]).is_err());
        assert!(ipc.changed(&[Setting::Flag(Flag::Contact, false)]).is_ok());
    }

    #[test]
    fn each_setting_changes_what_it_names_and_nothing_else() {
        let mut options = Mechanics::default();
        options.set(&Setting::Vector(Vector::OSolimp, vec![1.0, 2.0, 3.0, 4.0, 5.0]));
        options.set(&Setting::Solver(Solver::Newton));
        options.set(&Setting::Actuators(2, false));
        assert_eq!(options.vector(Vector::OSolimp), [1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(options.actuator_groups(), [true, true, false, true, true, true]);
        let expected = Mechanics {
            o_solimp: [1.0, 2.0, 3.0, 4.0, 5.0],
            solver: 2,
            disableactuator: 4,
            ..Mechanics::default()
        };
        assert_eq!(options, expected);
    }
}
