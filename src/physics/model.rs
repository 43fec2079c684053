//! From a bundle of files to a compiled model, or to MuJoCo's own sentence about why not.
#![allow(
    unsafe_code,
    reason = "names may be illegal UTF-8, on which the safe accessor panics; the safe loader cuts errors at 99 bytes"
)]

use std::ffi::{CStr, c_char, c_int};

use mujoco_rs::{
    error::MjModelError,
    mujoco_c::{mj_deleteModel, mj_id2name, mj_loadXML, mjtObj},
    wrappers::{mj_auxiliary::MjVfs, mj_cache::MjCache, mj_model::MjModel},
};

/// The scene's name in the virtual file system: one that no bundle would use for an include.
const MAIN: &str = "mjcast-main.xml";
const MAIN_C: &CStr = c"mjcast-main.xml";
/// Longest error text that is asked for, bytes; MuJoCo's own buffers are shorter.
const MAX_TEXT: usize = 2048;
/// `mujoco_rs` reads errors into a buffer of 100 bytes; a text of this length may have been cut.
const CUT_AT: usize = 99;

/// Why a model cannot be simulated: the text for whoever wrote it, with whatever characters the
/// model put into it.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0}")]
pub struct LoadError(pub String);

/// Compiles `mjcf` with `files` (name, content) to resolve its references.
///
/// # Errors
/// [`LoadError`] with MuJoCo's sentence, which names the element and line where it knows them.
pub(super) fn load(mjcf: &str, files: &[(String, Vec<u8>)]) -> Result<Box<MjModel>, LoadError> {
    // The cache would keep decoded assets of the one model that this process ever loads.
    MjCache::current().set_capacity(0);
    let vfs = mount(mjcf, files)?;
    let mut model = match MjModel::from_xml_vfs(MAIN, &vfs) {
        Ok(model) => Box::new(model),
        Err(MjModelError::LoadFailed(text)) if text.len() >= CUT_AT => {
            return Err(LoadError(whole_error(&vfs).unwrap_or(text)));
        }
        Err(MjModelError::LoadFailed(text)) => return Err(LoadError(text)),
        Err(other) => return Err(LoadError(other.to_string())),
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

fn mount(mjcf: &str, files: &[(String, Vec<u8>)]) -> Result<MjVfs, LoadError> {
    let mut vfs = MjVfs::new();
    let main = (MAIN, mjcf.as_bytes());
    let rest = files.iter().map(|(name, data)| (name.as_str(), &data[..]));
    for (name, data) in std::iter::once(main).chain(rest) {
        if name.is_empty() || name.contains('\0') {
            return Err(LoadError("a file of the bundle has no usable name".into()));
        }
        vfs.add_from_buffer(name, data)
            .map_err(|error| LoadError(format!("file '{name}': {error}")))?;
    }
    Ok(vfs)
}

/// Loads once more for the whole of an error text that came back cut.
fn whole_error(vfs: &MjVfs) -> Option<String> {
    let mut text: [c_char; MAX_TEXT] = [0; MAX_TEXT];
    // SAFETY: the name is NUL-terminated, `vfs` is initialised and outlives the call, and the
    // buffer is as long as is said; MuJoCo NUL-terminates what it writes into it.
    let model =
        unsafe { mj_loadXML(MAIN_C.as_ptr(), vfs.ffi(), text.as_mut_ptr(), MAX_TEXT as c_int) };
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
