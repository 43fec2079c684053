//! The device that pictures are drawn on: finding it, opening it, and knowing when it is gone.
//!
//! Knows nothing of scenes or passes.

mod adapter;
mod import;
mod share;

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use tokio::sync::watch;
use tracing::{error, info};

pub use crate::frame::Handle;
use crate::metrics::GpuMemory;
pub use adapter::AdapterInfo;
pub use share::{Error as ShareError, Shared};
#[cfg(test)]
pub(crate) use {import::tests::surface, share::tests::memory_file};

/// Which device to open.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// An index of [`Gpu::list`], or part of a name or PCI address; `None`: the best.
    pub selector: Option<String>,
    /// Whether to refuse devices that draw on the CPU.
    pub require_hardware: bool,
    /// The render node that encoders use instead of the device's own.
    pub render_node: Option<PathBuf>,
    /// What the descriptors of encoders' surfaces are; `None`: dma-bufs, as which every driver of
    /// an encoder exports them. Software drivers know none; for them a double of an encoder's
    /// driver exports what they know.
    pub surfaces: Option<Handle>,
}

/// Why no device could be opened.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing was found at all.
    #[error(
        "no Vulkan or EGL device was found; install a GPU driver, or Mesa's software driver \
         (Debian: apt install mesa-vulkan-drivers libvulkan1)"
    )]
    NothingFound,
    /// A GPU was required, and there is none.
    #[error(
        "only software draws here, and a GPU is required; found: {found}; install the GPU's Vulkan \
         driver, or do without --require-gpu (video.require_gpu)"
    )]
    SoftwareOnly {
        /// What was found, in words.
        found: String,
    },
    /// Nothing that was found fits the options.
    #[error(
        "no device fits {wanted}; found: {found}; choose one of these by its index or a part of \
         its name"
    )]
    NothingFits {
        /// The options in words.
        wanted: String,
        /// What was found, in words.
        found: String,
    },
    /// The driver refused.
    #[error("cannot open {adapter}; check that its driver works (vulkaninfo --summary)")]
    Open {
        /// The device in words.
        adapter: String,
        /// What the driver said.
        source: wgpu::RequestDeviceError,
    },
}

/// The device was lost under way.
#[derive(Clone, Copy, Debug)]
pub struct Lost;

/// An opened device.
#[derive(Debug)]
pub struct Gpu {
    device: wgpu::Device,
    queue: wgpu::Queue,
    info: AdapterInfo,
    render_node: Option<PathBuf>,
    surfaces: Handle,
    lost: Arc<watch::Sender<bool>>,
}

/// What the renderer uses where the device has it.
const WANTED_FEATURES: wgpu::Features = wgpu::Features::CLIP_DISTANCES
    .union(wgpu::Features::POLYGON_MODE_LINE)
    .union(wgpu::Features::DEPTH32FLOAT_STENCIL8)
    .union(wgpu::Features::MAPPABLE_PRIMARY_BUFFERS);

impl Gpu {
    /// Every device that could be opened, the best first.
    pub fn list() -> Vec<AdapterInfo> {
        find_with(wgpu::Backends::VULKAN | wgpu::Backends::GL)
            .into_iter()
            .map(|(info, _)| info)
            .collect()
    }

    /// Opens the device that fits `options` best.
    ///
    /// # Errors
    /// [`Error`] when there is none, or its driver refuses.
    pub fn open(options: &Options) -> Result<Self, Error> {
        // EGL takes long to set up and brings a second copy of software drivers into memory: it is
        // asked only when Vulkan has nothing that fits.
        let mut found = find_with(wgpu::Backends::VULKAN);
        let index = choose(&found, options).or_else(|| {
            found.extend(find_with(wgpu::Backends::GL));
            choose(&found, options)
        });
        let Some(index) = index else {
            let infos: Vec<_> = found.into_iter().map(|(info, _)| info).collect();
            return Err(refusal(options, &infos));
        };
        let (info, adapter) = found.swap_remove(index);
        let mut gpu = Self::open_adapter(info, &adapter)?;
        gpu.render_node = options.render_node.clone();
        gpu.surfaces = options.surfaces.unwrap_or(Handle::DmaBuf);
        Ok(gpu)
    }

    fn open_adapter(info: AdapterInfo, adapter: &wgpu::Adapter) -> Result<Self, Error> {
        let mut features = adapter.features() & WANTED_FEATURES;
        if !info.software {
            // On a GPU of its own memory this would move buffers to where drawing is slow.
            features.remove(wgpu::Features::MAPPABLE_PRIMARY_BUFFERS);
        }
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("mjcast"),
            required_features: features,
            required_limits: adapter.limits(),
            ..Default::default()
        };
        let (device, queue) = pollster::block_on(adapter.request_device(&descriptor))
            .map_err(|source| Error::Open { adapter: info.to_string(), source })?;
        let lost = Arc::new(watch::Sender::new(false));
        let flag = Arc::clone(&lost);
        device.set_device_lost_callback(move |reason, message| {
            if reason != wgpu::DeviceLostReason::Destroyed {
                error!(?reason, message, "the drawing device was lost");
            }
            flag.send_replace(true);
        });
        let flag = Arc::clone(&lost);
        device.on_uncaptured_error(Arc::new(move |source| {
            error!(%source, "the drawing device refused a command");
            if matches!(source, wgpu::Error::OutOfMemory { .. }) {
                flag.send_replace(true);
            }
        }));
        info!(adapter = %info, "drawing device opened");
        Ok(Self { device, queue, info, render_node: None, surfaces: Handle::DmaBuf, lost })
    }

    /// What this device is.
    pub fn info(&self) -> &AdapterInfo {
        &self.info
    }

    /// Whether the device is gone: everything made from it must be made anew on another.
    pub fn lost(&self) -> bool {
        *self.lost.borrow()
    }

    /// Waits until the device is gone. Holds nothing of it.
    pub fn until_lost(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut lost = self.lost.subscribe();
        async move {
            // Closed is gone, too.
            let _ = lost.wait_for(|lost| *lost).await;
        }
    }

    /// Does `work` with this device, in the course of which it may be lost.
    ///
    /// wgpu tells of a loss in many ways, of which some are panics (waiting for a picture, filling
    /// a new buffer) and some are none: here all of them become [`Lost`].
    ///
    /// # Errors
    /// [`Lost`], or what `work` says.
    ///
    /// # Panics
    /// When `work` does and the device is in order.
    pub fn attempt<T, E: From<Lost>>(&self, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let outcome = catch_unwind(AssertUnwindSafe(work));
        if !matches!(outcome, Ok(Ok(_))) && !self.answers() {
            self.lost.send_replace(true);
        }
        if self.lost() {
            return Err(Lost.into());
        }
        outcome.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Whether the device still makes buffers. The callback may come later than the harm: from
    /// another thread, or, for a device that was destroyed, once all its work is done.
    fn answers(&self) -> bool {
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("probe"),
            size: wgpu::MAP_ALIGNMENT,
            usage: wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: true,
        });
        buffer.get_mapped_range(..).is_ok()
    }

    /// What the device's memory is taken for, where the graphics interface tells.
    pub fn memory(&self) -> Option<GpuMemory> {
        let report = self.device.generate_allocator_report()?;
        let (allocated, reserved) = (report.total_allocated_bytes, report.total_reserved_bytes);
        Some(GpuMemory { allocated, reserved })
    }

    /// The device itself.
    pub fn device(&self) -> &wgpu::Device {
        &self.device
    }

    /// Its queue.
    pub fn queue(&self) -> &wgpu::Queue {
        &self.queue
    }
}

fn choose(found: &[(AdapterInfo, wgpu::Adapter)], options: &Options) -> Option<usize> {
    let infos: Vec<_> = found.iter().map(|(info, _)| info.clone()).collect();
    adapter::choose(&infos, options.selector.as_deref(), options.require_hardware)
}

/// Finds devices, the best first.
fn find_with(backends: wgpu::Backends) -> Vec<(AdapterInfo, wgpu::Adapter)> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends,
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    keep_drivers_loaded(backends, &instance);
    let mut found: Vec<_> = pollster::block_on(instance.enumerate_adapters(backends))
        .into_iter()
        .map(|adapter| (AdapterInfo::of(&adapter.get_info()), adapter))
        .collect();
    found.sort_by_key(|(info, _)| info.rank());
    found
}

/// Holds the first instance for good, and with it the drivers' libraries. The last device may be let
/// go by any thread; a library that is unloaded there while the process exits takes its exit
/// handlers away from under it, and an exit that was in order ends in a crash.
fn keep_drivers_loaded(backends: wgpu::Backends, instance: &wgpu::Instance) {
    static VULKAN: OnceLock<wgpu::Instance> = OnceLock::new();
    static OTHERS: OnceLock<wgpu::Instance> = OnceLock::new();
    let kept = if backends == wgpu::Backends::VULKAN { &VULKAN } else { &OTHERS };
    kept.get_or_init(|| instance.clone());
}

fn refusal(options: &Options, infos: &[AdapterInfo]) -> Error {
    if infos.is_empty() {
        return Error::NothingFound;
    }
    let found: Vec<_> =
        infos.iter().enumerate().map(|(index, info)| format!("{index}: {info}")).collect();
    let found = found.join("; ");
    if options.require_hardware && infos.iter().all(|info| info.software) {
        return Error::SoftwareOnly { found };
    }
    let mut wanted = match &options.selector {
        Some(selector) => format!("'{selector}'"),
        None => "what the daemon uses unasked".to_owned(),
    };
    if options.require_hardware {
        wanted.push_str(" and draws in hardware");
    }
    Error::NothingFits { wanted, found }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_the_choice() {
        let options = |name: Option<&str>, require_hardware| Options {
            selector: name.map(str::to_owned),
            require_hardware,
            ..Options::default()
        };
        let found = [AdapterInfo {
            name: "llvmpipe".into(),
            backend: "vulkan",
            driver: "llvmpipe 22".into(),
            pci_address: String::new(),
            software: true,
            only_by_name: false,
            fixed_point_depth: true,
        }];
        let text = refusal(&options(Some("radeon"), false), &found).to_string();
        assert!(text.contains("'radeon'") && text.contains("0: llvmpipe"), "{text}");
        let text = refusal(&options(None, true), &found).to_string();
        assert!(text.contains("only software") && text.contains("--require-gpu"), "{text}");
        assert!(refusal(&options(None, true), &[]).to_string().contains("apt install"));
    }

    #[test]
    fn the_best_device_opens() {
        let gpu = Gpu::open(&Options::default()).expect("a device, software at least");
        assert!(!gpu.lost());
        assert!(!gpu.info().name.is_empty());
    }

    #[test]
    fn a_loss_under_way_is_told_as_such() {
        let gpu = Gpu::open(&Options::default()).expect("a device, software at least");
        assert_eq!(gpu.attempt(|| Err::<(), _>(Failed::Otherwise)), Err(Failed::Otherwise));
        let outcome = gpu.attempt(|| {
            gpu.device().destroy();
            Err::<(), _>(Failed::Otherwise)
        });
        assert_eq!(outcome, Err(Failed::Lost));
        assert!(gpu.lost());
        pollster::block_on(gpu.until_lost());
        let panicking = || -> Result<(), Failed> { panic!("as wgpu does on a lost device") };
        assert_eq!(gpu.attempt(panicking), Err(Failed::Lost));
    }

    #[derive(Debug, PartialEq)]
    enum Failed {
        Lost,
        Otherwise,
    }

    impl From<Lost> for Failed {
        fn from(Lost: Lost) -> Self {
            Self::Lost
        }
    }
}
