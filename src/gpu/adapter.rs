//! Which device to draw on: pure choices over what was found.

use std::fmt;

/// What the daemon says about a device that it could draw on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterInfo {
    /// Name, as its driver gives it.
    pub name: String,
    /// `vulkan` or `gl`.
    pub backend: &'static str,
    /// Driver and its version.
    pub driver: String,
    /// PCI address, `domain:bus:device.function`; empty where there is none.
    pub pci_address: String,
    /// Whether it draws on the CPU.
    pub software: bool,
    /// Whether it depends on being asked for by name: slow software drivers.
    pub only_by_name: bool,
    /// Whether `Depth24Plus` is known to be 24-bit fixed point, which decides the shadow bias.
    pub fixed_point_depth: bool,
}

/// PCI vendor of NVIDIA, whose Vulkan drivers have 24-bit depth.
const NVIDIA: u32 = 0x10de;

impl AdapterInfo {
    pub(super) fn of(info: &wgpu::AdapterInfo) -> Self {
        let name = info.name.to_lowercase();
        let llvmpipe = name.contains("llvmpipe");
        let swiftshader = name.contains("swiftshader");
        let software = llvmpipe
            || swiftshader
            || info.device_type == wgpu::DeviceType::Cpu
            || name.contains("softpipe");
        Self {
            name: info.name.clone(),
            backend: if info.backend == wgpu::Backend::Vulkan { "vulkan" } else { "gl" },
            driver: format!("{} {}", info.driver, info.driver_info).trim().to_owned(),
            pci_address: info.device_pci_bus_id.clone(),
            software,
            only_by_name: software && !llvmpipe,
            fixed_point_depth: llvmpipe || info.vendor == NVIDIA,
        }
    }

    fn matches(&self, selector: &str) -> bool {
        let wanted = selector.to_lowercase();
        let has = |text: &str| text.to_lowercase().contains(&wanted);
        has(&self.name) || has(&self.pci_address)
    }

    /// Lower is better: hardware before software, Vulkan before GL.
    pub(super) fn rank(&self) -> u8 {
        u8::from(self.only_by_name) * 4
            + u8::from(self.software) * 2
            + u8::from(self.backend != "vulkan")
    }
}

impl fmt::Display for AdapterInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.software { "software" } else { "hardware" };
        write!(f, "{} ({}, {kind}, {})", self.name, self.backend, self.driver)
    }
}

/// The index in `found` (best first) of the device to draw on.
pub(super) fn choose(
    found: &[AdapterInfo],
    selector: Option<&str>,
    require_hardware: bool,
) -> Option<usize> {
    let allowed = |info: &AdapterInfo| !(require_hardware && info.software);
    match selector.map(str::trim).filter(|wanted| !wanted.is_empty()) {
        None => found.iter().position(|info| allowed(info) && !info.only_by_name),
        Some(wanted) => match wanted.parse::<usize>() {
            Ok(index) => found.get(index).filter(|info| allowed(info)).map(|_| index),
            Err(_) => found.iter().position(|info| allowed(info) && info.matches(wanted)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapter(name: &str, backend: &'static str, software: bool) -> AdapterInfo {
        AdapterInfo {
            name: name.into(),
            backend,
            driver: "driver 1.0".into(),
            pci_address: if software { String::new() } else { "0000:01:00.0".into() },
            software,
            only_by_name: name.contains("SwiftShader"),
            fixed_point_depth: true,
        }
    }

    #[test]
    fn hardware_comes_first_then_vulkan() {
        let mut found = [
            adapter("SwiftShader Device", "vulkan", true),
            adapter("llvmpipe", "gl", true),
            adapter("llvmpipe", "vulkan", true),
            adapter("Card", "gl", false),
            adapter("Card", "vulkan", false),
        ];
        found.sort_by_key(AdapterInfo::rank);
        let order: Vec<_> = found.iter().map(|a| (a.name.as_str(), a.backend)).collect();
        let expected = [
            ("Card", "vulkan"),
            ("Card", "gl"),
            ("llvmpipe", "vulkan"),
            ("llvmpipe", "gl"),
            ("SwiftShader Device", "vulkan"),
        ];
        assert_eq!(order, expected);
    }

    #[test]
    fn a_selector_is_an_index_a_name_or_an_address() {
        let found = [
            adapter("NVIDIA L4", "vulkan", false),
            adapter("llvmpipe (LLVM 15)", "vulkan", true),
            adapter("SwiftShader Device", "vulkan", true),
        ];
        assert_eq!(choose(&found, None, false), Some(0));
        assert_eq!(choose(&found, Some("1"), false), Some(1));
        assert_eq!(choose(&found, Some("1"), true), None);
        assert_eq!(choose(&found, Some("l4"), true), Some(0));
        assert_eq!(choose(&found, Some("0000:01"), false), Some(0));
        assert_eq!(choose(&found, Some("radeon"), false), None);
        assert_eq!(choose(&found[2..], None, false), None);
        assert_eq!(choose(&found[2..], Some("swift"), false), Some(0));
    }
}
