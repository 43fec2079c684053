use std::{fs::File, os::unix::fs::FileExt as _};

use super::*;
use crate::{
    gpu::{Options, memory_file},
    units::Size,
};

fn gpu(surfaces: Handle) -> Gpu {
    let options = Options { surfaces: Some(surfaces), ..Options::default() };
    Gpu::open(&options).expect("a device, software at least")
}

/// A surface in memory that the driver itself has exported, as drivers of encoders lay it out.
pub(crate) fn surface(gpu: &Gpu, size: (u32, u32)) -> SharedPlanes {
    let pitch = size.0.next_multiple_of(64);
    let chroma = pitch * size.1.next_multiple_of(16);
    let bytes = (chroma + pitch * size.1 / 2).next_multiple_of(4096);
    let shared = gpu.share(bytes.into(), Handle::Opaque).expect("shares");
    gpu.device().poll(wgpu::PollType::wait_indefinitely()).expect("executes");
    let plane = |offset: u32| SharedPlane {
        memory: shared.memory.try_clone().expect("a descriptor"),
        memory_bytes: shared.memory_bytes,
        offset: offset.into(),
        pitch: pitch.into(),
        modifier: 0,
    };
    let size = Size::new(size.0, size.1).expect("in range");
    SharedPlanes { size, luma: plane(0), chroma: plane(chroma) }
}

fn fill(gpu: &Gpu, planes: &[wgpu::Texture; 2], colors: [wgpu::Color; 2]) {
    let mut encoder = gpu.device().create_command_encoder(&Default::default());
    for (plane, color) in planes.iter().zip(colors) {
        let view = plane.create_view(&Default::default());
        encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations {
                    load: wgpu::LoadOp::Clear(color),
                    store: wgpu::StoreOp::Store,
                },
            })],
            ..Default::default()
        });
    }
    gpu.queue().submit([encoder.finish()]);
    gpu.device().poll(wgpu::PollType::wait_indefinitely()).expect("executes");
}

fn bytes(file: &File, start: u64, count: u32) -> Vec<u8> {
    let mut bytes = vec![0; count as usize];
    file.read_exact_at(&mut bytes, start).expect("as long as it says");
    bytes
}

#[test]
fn what_is_drawn_lies_in_the_surface() {
    let gpu = gpu(Handle::Opaque);
    for size in [(640, 480), (150, 122), (2, 2)] {
        let surface = surface(&gpu, size);
        let Some((file, start)) = memory_file(&gpu, &surface.luma.memory) else { return };
        let planes = gpu.import(&surface).expect("imports");
        let value = |n: u8| f64::from(n) / 255.0;
        let color = |r, g| wgpu::Color { r: value(r), g: value(g), b: 0.0, a: 0.0 };
        fill(&gpu, &planes, [color(200, 0), color(30, 90)]);
        drop(planes);
        let (width, height) = (size.0 as usize, size.1);
        let pitch = surface.luma.pitch as u32;
        for row in bytes(&file, start, pitch * height).chunks(pitch as usize) {
            assert!(row[..width].iter().all(|byte| *byte == 200), "{size:?}");
        }
        let at = start + surface.chroma.offset;
        for row in bytes(&file, at, pitch * height / 2).chunks(pitch as usize) {
            assert!(row[..width].chunks(2).all(|pair| pair == [30, 90]), "{size:?}");
        }
    }
}

#[test]
fn the_memory_outlives_the_descriptors() {
    let gpu = gpu(Handle::Opaque);
    let surface = surface(&gpu, (64, 64));
    let Some((file, start)) = memory_file(&gpu, &surface.luma.memory) else { return };
    let planes = gpu.import(&surface).expect("imports");
    drop(surface);
    fill(&gpu, &planes, [wgpu::Color::WHITE; 2]);
    assert!(bytes(&file, start, 64 * 64 * 3 / 2).iter().all(|byte| *byte == 255));
}

#[test]
fn planes_that_lie_otherwise_are_refused_by_name() {
    let gpu = gpu(Handle::Opaque);
    if !gpu.info().software {
        println!("skipped: {} may lay out planes in its own way", gpu.info());
        return;
    }
    let refusal = |change: fn(&mut SharedPlanes)| {
        let mut surface = surface(&gpu, (64, 64));
        change(&mut surface);
        gpu.import(&surface).expect_err("it lies otherwise").to_string()
    };
    for (change, expected) in [
        ((|one| one.luma.pitch = 128) as fn(&mut SharedPlanes), "a pitch of 128"),
        (|one| one.chroma.offset += 1, "an offset of 4097"),
        (|one| one.chroma.offset = 1 << 40, "a memory of"),
        (|one| one.luma.memory_bytes = 64, "a memory of 64"),
        (|one| one.luma.modifier = 1, "a modifier of 1"),
        (|one| one.luma.memory = null(), "cannot import the memory of an encoder's surface"),
    ] {
        let refusal = refusal(change);
        assert!(refusal.contains(expected), "{expected}: {refusal}");
    }
}

fn null() -> OwnedFd {
    File::open("/dev/null").expect("it is always there").into()
}

#[test]
fn what_the_driver_lacks_is_named() {
    gpu(Handle::Opaque).ready_to_import().expect("every driver has memory of its own");
    let mut surface = surface(&gpu(Handle::Opaque), (64, 64));
    // `DRM_FORMAT_MOD_INVALID`, and no dma-buf either.
    surface.luma.modifier = (1 << 56) - 1;
    match gpu(Handle::DmaBuf).import(&surface).expect_err("no such surface") {
        Error::NoExtension(name) => {
            assert_eq!(name, "VK_EXT_external_memory_dma_buf");
            assert!(gpu(Handle::DmaBuf).ready_to_import().is_err());
        }
        error => assert!(matches!(error, Error::Modifier { .. }), "{error}"),
    }
}
