//! From a bundle of files to a compiled model, or to MuJoCo's own sentence about why not.
#![allow(
    unsafe_code,
    reason = "names may be illegal UTF-8, on which the safe accessor panics; the safe loader cuts errors at 99 bytes"
)]

use std::ffi::{CStr, CString, c_char, c_int};

use mujoco_rs::{
    error::MjModelError,
    mujoco_c::{mj_deleteModel, mj_id2name, mj_loadXML, mjtObj},
    wrappers::{mj_cache::MjCache, mj_model::MjModel},
};

use super::mount::Mounted;
use crate::bundle::Bundle;

/// Longest error text that is asked for, bytes; MuJoCo's own buffers are shorter.
const MAX_TEXT: usize = 2048;
/// `mujoco_rs` reads errors into a buffer of 100 bytes; a text of this length may have been cut.
const CUT_AT: usize = 99;

/// Why a model cannot be simulated: the text for whoever wrote it, with whatever characters the
/// model put into it.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0}")]
pub struct LoadError(pub String);

/// Compiles the root of `bundle`.
///
/// # Errors
/// [`LoadError`] with MuJoCo's sentence, which names the element and line where it knows them.
pub(super) fn load(bundle: &Bundle) -> Result<Box<MjModel>, LoadError> {
    // The cache would keep decoded assets of the one model that this process ever loads.
    MjCache::current().set_capacity(0);
    let mounted = Mounted::new(bundle)?;
    let said = |text: String| LoadError(mounted.without_mount(&text));
    let mut model = match MjModel::from_xml_vfs(mounted.root(), mounted.vfs()) {
        Ok(model) => Box::new(model),
        Err(MjModelError::LoadFailed(text)) if text.len() >= CUT_AT => {
            return Err(said(whole_error(&mounted).unwrap_or(text)));
        }
        Err(MjModelError::LoadFailed(text)) => return Err(said(text)),
        Err(other) => return Err(said(other.to_string())),
    };
    let timestep = model.opt().timestep;
    if !(timestep.is_finite() && timestep > 0.0) {
        let text = format!("option timestep is {timestep}: it must be above 0");
        return Err(LoadError(text));
    }
    // Outside this range `mjv_catenary` writes beyond its stack array.
    let slices = model.vis().quality.numslices;
    model.vis_mut().quality.numslices = slices.clamp(3, 1024);
    Ok(model)
}

/// Loads once more for the whole of an error text that came back cut.
fn whole_error(mounted: &Mounted<'_>) -> Option<String> {
    let root = CString::new(mounted.root()).ok()?;
    let mut text: [c_char; MAX_TEXT] = [0; MAX_TEXT];
    // SAFETY: the name is NUL-terminated, the file system is initialised and outlives the call,
    // and the buffer is as long as is said; MuJoCo NUL-terminates what it writes into it.
    let model = unsafe {
        mj_loadXML(root.as_ptr(), mounted.vfs().ffi(), text.as_mut_ptr(), MAX_TEXT as c_int)
    };
    if !model.is_null() {
        // SAFETY: the model was just made by `mj_loadXML` and nobody else knows it.
        unsafe { mj_deleteModel(model) };
        return None;
    }
    // SAFETY: the buffer is zeroed and MuJoCo wrote a NUL-terminated text into it.
    let text = unsafe { CStr::from_ptr(text.as_ptr()) };
    Some(text.to_string_lossy().into_owned())
}

/// The name of an object, empty where it has none; illegal UTF-8 becomes U+FFFD.
pub(super) fn name(model: &MjModel, kind: mjtObj, id: usize) -> String {
    let Ok(id) = c_int::try_from(id) else {
        return String::new();
    };
    // SAFETY: the model is compiled and alive; an id out of range gives null.
    let name = unsafe { mj_id2name(model.ffi(), kind as c_int, id) };
    if name.is_null() {
        return String::new();
    }
    // SAFETY: not null; names are NUL-terminated within the model's name block, which lives as
    // long as `model`, and the text is copied here.
    let name = unsafe { CStr::from_ptr(name) }.to_string_lossy();
    name.chars().filter(|c| !c.is_control()).take(255).collect()
}

/// The name of the model itself, with which MuJoCo's block of names starts.
pub(super) fn model_name(model: &MjModel) -> String {
    let names = model.ffi().names;
    if names.is_null() || model.ffi().nnames < 1 {
        return String::new();
    }
    // SAFETY: not null, at least one byte long, NUL-terminated after every name, and alive as long
    // as `model`; the text is copied here.
    let name = unsafe { CStr::from_ptr(names) }.to_string_lossy();
    name.chars().filter(|c| !c.is_control()).take(255).collect()
}
