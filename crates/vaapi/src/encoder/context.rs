//! What an encoder is made of on the driver's side: a configuration, and a context in it.
#![allow(unsafe_code, reason = "libva is a C library")]

use std::ffi::c_int;

use super::offer::Mode;
use crate::{
    display::Display,
    error::Error,
    surface::Surface,
    sys::{
        ATTRIB_PACKED_HEADERS, ATTRIB_RATE_CONTROL, ATTRIB_RT_FORMAT, ConfigAttrib, Id,
        PROGRESSIVE, RT_FORMAT_YUV420,
    },
};

/// A `VAConfigID`, destroyed when dropped.
#[derive(Debug)]
pub(super) struct Config {
    display: Display,
    id: Id,
}

impl Config {
    /// A configuration for encoding in this way.
    pub(super) fn create(display: &Display, mode: Mode) -> Result<Self, Error> {
        let mut attributes = vec![
            ConfigAttrib { kind: ATTRIB_RT_FORMAT, value: RT_FORMAT_YUV420 },
            ConfigAttrib { kind: ATTRIB_RATE_CONTROL, value: mode.rate_control },
        ];
        if let Some(value) = mode.packed {
            attributes.push(ConfigAttrib { kind: ATTRIB_PACKED_HEADERS, value });
        }
        let count = attributes.len() as c_int;
        let mut id = 0;
        display.call("create a configuration", |calls, raw| {
            let (profile, entrypoint) = (mode.profile.raw(), mode.entrypoint);
            let list = attributes.as_mut_ptr();
            // SAFETY: a live display; `attributes` holds `count`; `id` is valid for the write of
            // one id.
            unsafe { (calls.create_config)(raw, profile, entrypoint, list, count, &mut id) }
        })?;
        Ok(Self { display: display.clone(), id })
    }
}

impl Drop for Config {
    fn drop(&mut self) {
        // SAFETY: the configuration is live and owned by `self`; the display is live.
        self.display.status(|calls, raw| unsafe { (calls.destroy_config)(raw, self.id) });
    }
}

/// A `VAContextID` with its configuration, destroyed when dropped.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) id: Id,
    config: Config,
}

impl Context {
    /// A context for pictures of so many pixels; `targets` are what it reconstructs into.
    pub(super) fn create(
        config: Config,
        (width, height): (u32, u32),
        targets: &[Surface],
    ) -> Result<Self, Error> {
        let mut ids: Vec<Id> = targets.iter().map(Surface::id).collect();
        let count = ids.len() as c_int;
        let mut id = 0;
        config.display.call("create a context", |calls, raw| {
            let (width, height) = (width.cast_signed(), height.cast_signed());
            let list = ids.as_mut_ptr();
            // SAFETY: a live display and configuration; `ids` holds `count` live surfaces; `id` is
            // valid for the write of one id.
            unsafe {
                (calls.create_context)(
                    raw,
                    config.id,
                    width,
                    height,
                    PROGRESSIVE,
                    list,
                    count,
                    &mut id,
                )
            }
        })?;
        Ok(Self { id, config })
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: the context is live and owned by `self`; the display is live.
        self.config.display.status(|calls, raw| unsafe { (calls.destroy_context)(raw, self.id) });
    }
}
