//! The files of a bundle as MuJoCo sees them.
//!
//! MuJoCo's own buffers in memory are looked up by path first, and else by the last part of it in
//! any case: of two files `a.obj` in different folders it may take either. A resource provider that
//! is mounted at a folder of its own gets every path below that folder, put together and reduced,
//! and knows exactly one file for it, or none. Paths that leave the folder are for the sandbox.
#![allow(unsafe_code, reason = "the safe wrapper of MuJoCo's files knows buffers only")]

use std::{
    collections::BTreeMap,
    ffi::{CStr, CString, c_int, c_void},
    ptr,
};

use bytes::Bytes;
use mujoco_rs::{
    mujoco_c::{mj_mountVFS, mjResource, mjp_defaultProvider, mjpResourceProvider},
    wrappers::mj_auxiliary::MjVfs,
};

use super::model::LoadError;
use crate::bundle::Bundle;

/// Where bundles are mounted: absolute, as MuJoCo does not put an absolute path together with the
/// model's folder once more.
const MOUNT: &str = "/bundle";

/// A bundle that is mounted.
pub(super) struct Mounted<'a> {
    // Dropped first: it refers to the provider, and the provider to the table.
    vfs: MjVfs,
    _provider: Box<mjpResourceProvider>,
    _table: Box<Table<'a>>,
    root: String,
}

/// Contents by the name that MuJoCo asks for.
type Table<'a> = BTreeMap<CString, &'a Bytes>;

impl<'a> Mounted<'a> {
    /// Mounts all files of `bundle`, and its aliases.
    pub fn new(bundle: &'a Bundle) -> Result<Self, LoadError> {
        let files: BTreeMap<&str, &Bytes> = bundle.files().collect();
        let mut table = Table::new();
        for (name, contents) in &files {
            table.insert(path(name)?, *contents);
        }
        let mut points = vec![MOUNT.to_owned()];
        for (asked, file) in bundle.aliases() {
            let Some(contents) = files.get(file) else { continue };
            let is_absolute = asked.starts_with('/') || asked.contains(":/");
            if is_absolute {
                points.push(asked.to_owned());
                table.insert(c_string(asked)?, *contents);
            } else {
                table.insert(path(asked)?, *contents);
            }
        }
        let table = Box::new(table);
        let provider = Box::new(provider(&table));
        let mut vfs = MjVfs::new();
        for point in points {
            mount(&mut vfs, &point, &provider)?;
        }
        let root = format!("{MOUNT}/{}", bundle.root());
        Ok(Self { vfs, _provider: provider, _table: table, root })
    }

    pub fn vfs(&self) -> &MjVfs {
        &self.vfs
    }

    /// The root's path.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// A text of MuJoCo's with paths as the bundle's author knows them.
    pub fn without_mount(&self, text: &str) -> String {
        text.replace(&format!("{MOUNT}/"), "")
    }
}

fn path(name: &str) -> Result<CString, LoadError> {
    c_string(&format!("{MOUNT}/{name}"))
}

fn c_string(name: &str) -> Result<CString, LoadError> {
    CString::new(name).map_err(|_| LoadError("a file of the bundle has no usable name".into()))
}

fn mount(vfs: &mut MjVfs, point: &str, provider: &mjpResourceProvider) -> Result<(), LoadError> {
    let point = c_string(point)?;
    // SAFETY: the file system is initialised, the point is NUL-terminated, and the provider
    // outlives the file system, as both are fields of one struct that drops this one first.
    let status = unsafe { mj_mountVFS(vfs.ffi_mut(), point.as_ptr(), provider) };
    if status == 0 {
        return Ok(());
    }
    Err(LoadError(format!("the bundle cannot be mounted: status {status}")))
}

fn provider(table: &Table<'_>) -> mjpResourceProvider {
    let mut provider = mjpResourceProvider {
        prefix: ptr::null(),
        open: None,
        read: None,
        close: None,
        mount: None,
        unmount: None,
        modified: None,
        write: None,
        data: ptr::null_mut(),
    };
    // SAFETY: the provider is ours and writable.
    unsafe { mjp_defaultProvider(&mut provider) };
    provider.prefix = c"bundle".as_ptr();
    provider.open = Some(open);
    provider.read = Some(read);
    provider.close = Some(close);
    provider.mount = Some(accept);
    provider.unmount = Some(accept);
    provider.data = ptr::from_ref(table).cast_mut().cast();
    provider
}

/// Mounting and unmounting need nothing.
unsafe extern "C" fn accept(_: *mut mjResource) -> c_int {
    1
}

unsafe extern "C" fn open(resource: *mut mjResource) -> c_int {
    // SAFETY: MuJoCo calls with a valid resource that nobody else uses meanwhile.
    let resource = unsafe { &mut *resource };
    // SAFETY: the provider is the one that was mounted, whose data is the table; both outlive the
    // file system that the resource belongs to, and neither changes while it is mounted.
    let table: &Table<'_> = unsafe { &*(*resource.provider).data.cast() };
    // SAFETY: a resource has a NUL-terminated name.
    let name = unsafe { CStr::from_ptr(resource.name) };
    let Some(contents) = table.get(name) else { return 0 };
    // A reference into the table, which does not move.
    resource.data = ptr::from_ref::<Bytes>(contents).cast_mut().cast();
    1
}

unsafe extern "C" fn read(resource: *mut mjResource, buffer: *mut *const c_void) -> c_int {
    // SAFETY: MuJoCo reads only what was opened: the data is the contents that `open` put there,
    // which live as long as the bundle.
    let contents = unsafe { &*(*resource).data.cast::<Bytes>() };
    let Ok(length) = c_int::try_from(contents.len()) else { return -1 };
    // SAFETY: the buffer is MuJoCo's and writable.
    unsafe { *buffer = contents.as_ptr().cast() };
    length
}

unsafe extern "C" fn close(resource: *mut mjResource) {
    // SAFETY: MuJoCo calls with a valid resource. It must own nothing when it is closed.
    unsafe { (*resource).data = ptr::null_mut() };
}
