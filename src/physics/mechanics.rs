//! `mjOption` to and from plain values.

use mujoco_rs::mujoco_c::{
    mjOption, mjtCone, mjtDisableBit, mjtEnableBit, mjtIntegrator, mjtJacobian, mjtSolver,
};

use crate::scene::mechanics::{Cone, Flag, Integrator, Jacobian, Mechanics, Solver};

// Numbers of names are MuJoCo's: a version that renumbers does not compile.
const _: () = {
    assert!(Integrator::Discrete as i32 == mjtIntegrator::mjINT_DISCRETE as i32);
    assert!(Cone::Elliptic as i32 == mjtCone::mjCONE_ELLIPTIC as i32);
    assert!(Jacobian::Auto as i32 == mjtJacobian::mjJAC_AUTO as i32);
    assert!(Solver::Newton as i32 == mjtSolver::mjSOL_NEWTON as i32);
    assert!(1 << Flag::MultiCcd as i32 == mjtDisableBit::mjDSBL_MULTICCD as i32);
    let first = Flag::Override as i32;
    assert!(first == mjtDisableBit::mjNDISABLE as i32);
    assert!(1 << (Flag::Ipc as i32 - first) == mjtEnableBit::mjENBL_IPC as i32);
};

/// What the options are, of a model with so many flexes.
pub(super) fn read(from: &mjOption, flexes: i64) -> Mechanics {
    Mechanics {
        timestep: from.timestep,
        impratio: from.impratio,
        tolerance: from.tolerance,
        ls_tolerance: from.ls_tolerance,
        noslip_tolerance: from.noslip_tolerance,
        ccd_tolerance: from.ccd_tolerance,
        sleep_tolerance: from.sleep_tolerance,
        density: from.density,
        viscosity: from.viscosity,
        o_margin: from.o_margin,
        gravity: from.gravity,
        wind: from.wind,
        magnetic: from.magnetic,
        o_solref: from.o_solref,
        o_solimp: from.o_solimp,
        o_friction: from.o_friction,
        integrator: from.integrator,
        cone: from.cone,
        jacobian: from.jacobian,
        solver: from.solver,
        iterations: from.iterations,
        ls_iterations: from.ls_iterations,
        noslip_iterations: from.noslip_iterations,
        ccd_iterations: from.ccd_iterations,
        sdf_iterations: from.sdf_iterations,
        sdf_initpoints: from.sdf_initpoints,
        disableflags: from.disableflags,
        enableflags: from.enableflags,
        disableactuator: from.disableactuator,
        flexes: flexes.try_into().unwrap_or(i32::MAX),
    }
}

/// Makes the options what `from` says.
pub(super) fn write(from: &Mechanics, to: &mut mjOption) {
    to.timestep = from.timestep;
    to.impratio = from.impratio;
    to.tolerance = from.tolerance;
    to.ls_tolerance = from.ls_tolerance;
    to.noslip_tolerance = from.noslip_tolerance;
    to.ccd_tolerance = from.ccd_tolerance;
    to.sleep_tolerance = from.sleep_tolerance;
    to.density = from.density;
    to.viscosity = from.viscosity;
    to.o_margin = from.o_margin;
    to.gravity = from.gravity;
    to.wind = from.wind;
    to.magnetic = from.magnetic;
    to.o_solref = from.o_solref;
    to.o_solimp = from.o_solimp;
    to.o_friction = from.o_friction;
    to.integrator = from.integrator;
    to.cone = from.cone;
    to.jacobian = from.jacobian;
    to.solver = from.solver;
    to.iterations = from.iterations;
    to.ls_iterations = from.ls_iterations;
    to.noslip_iterations = from.noslip_iterations;
    to.ccd_iterations = from.ccd_iterations;
    to.sdf_iterations = from.sdf_iterations;
    to.sdf_initpoints = from.sdf_initpoints;
    to.disableflags = from.disableflags;
    to.enableflags = from.enableflags;
    to.disableactuator = from.disableactuator;
}
