use std::os::unix::fs::FileExt;

use super::*;
use crate::gpu::Options;

fn gpu() -> Gpu {
    Gpu::open(&Options::default()).expect("a device, software at least")
}

/// The memory as another process would see it; `None` where only a driver can look into it.
///
/// Software drivers share files. llvmpipe's begin with a header, which tells where the data is in
/// the eight bytes after its first eight.
pub(crate) fn memory_file(gpu: &Gpu, memory: &OwnedFd) -> Option<(std::fs::File, u64)> {
    if !gpu.info().software {
        println!("not read through its descriptor: {} is not software", gpu.info());
        return None;
    }
    let file = std::fs::File::from(memory.try_clone().expect("a descriptor"));
    let mut start = [0; 8];
    if gpu.info().name.contains("llvmpipe") {
        file.read_exact_at(&mut start, 8).expect("a header");
    }
    Some((file, u64::from_le_bytes(start)))
}

/// All bytes of a buffer, read by way of the device.
fn read(gpu: &Gpu, buffer: &wgpu::Buffer) -> Vec<u8> {
    let memory = gpu.device().create_buffer(&wgpu::BufferDescriptor {
        label: Some("test"),
        size: buffer.size(),
        usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    let mut encoder = gpu.device().create_command_encoder(&Default::default());
    encoder.copy_buffer_to_buffer(buffer, 0, &memory, 0, None);
    gpu.queue().submit([encoder.finish()]);
    memory.slice(..).map_async(wgpu::MapMode::Read, |_| ());
    gpu.device().poll(wgpu::PollType::wait_indefinitely()).expect("executes");
    memory.slice(..).get_mapped_range().expect("mapped").to_vec()
}

#[test]
fn what_the_device_writes_is_in_the_shared_memory() {
    let gpu = gpu();
    let shared = gpu.share(640 * 480 * 3 / 2, Handle::Opaque).expect("shares");
    assert!(shared.memory_bytes >= shared.buffer.size());
    assert!(read(&gpu, &shared.buffer).iter().all(|byte| *byte == 0), "zero at first");
    let bytes: Vec<u8> = (0..shared.buffer.size()).map(|i| (i * 7 % 251) as u8).collect();
    gpu.queue().write_buffer(&shared.buffer, 0, &bytes);
    gpu.queue().submit([]);
    gpu.device().poll(wgpu::PollType::wait_indefinitely()).expect("executes");
    let Some((file, start)) = memory_file(&gpu, &shared.memory) else { return };
    let mut seen = vec![0; bytes.len()];
    file.read_exact_at(&mut seen, start).expect("as long as it says");
    assert!(seen == bytes);
}

#[test]
fn what_is_written_into_the_shared_memory_is_seen_by_the_device() {
    let gpu = gpu();
    let shared = gpu.share(4096, Handle::Opaque).expect("shares");
    gpu.device().poll(wgpu::PollType::wait_indefinitely()).expect("executes");
    let Some((file, start)) = memory_file(&gpu, &shared.memory) else { return };
    let bytes: Vec<u8> = (0..4096u32).map(|i| (i % 253) as u8).collect();
    file.write_all_at(&bytes, start).expect("writable");
    assert!(read(&gpu, &shared.buffer) == bytes);
}

#[test]
fn the_memory_outlives_the_buffer_and_the_device() {
    let gpu = gpu();
    let Shared { buffer, memory, memory_bytes } = gpu.share(512, Handle::Opaque).expect("shares");
    gpu.queue().write_buffer(&buffer, 0, &[42; 512]);
    gpu.queue().submit([]);
    gpu.device().poll(wgpu::PollType::wait_indefinitely()).expect("executes");
    let shared = Shared { buffer, memory, memory_bytes };
    let file = memory_file(&gpu, &shared.memory);
    drop(shared.buffer);
    drop(gpu);
    let Some((file, start)) = file else { return };
    let mut seen = [0; 512];
    file.read_exact_at(&mut seen, start).expect("still there");
    assert_eq!(seen, [42; 512]);
}

#[test]
fn sizes_that_no_buffer_has_are_refused() {
    let gpu = gpu();
    let limit = gpu.device().limits().max_buffer_size;
    for bytes in [0, limit + 1] {
        let error = gpu.share(bytes, Handle::Opaque).expect_err("no such buffer");
        assert!(matches!(error, Error::Size { .. }), "{error}");
    }
}

#[test]
fn what_the_driver_lacks_is_named() {
    let gpu = gpu();
    match gpu.share(4096, Handle::DmaBuf) {
        Ok(shared) => assert!(shared.memory_bytes >= 4096),
        Err(Error::NoExtension(name)) => assert_eq!(name, "VK_EXT_external_memory_dma_buf"),
        Err(error) => assert!(matches!(error, Error::NotExportable(_)), "{error}"),
    }
}

#[test]
fn the_device_has_a_uuid_of_its_own() {
    let gpu = gpu();
    let id = gpu.id().expect("Vulkan");
    assert_ne!(id.uuid, [0; 16]);
    assert_eq!(Some(id), self::gpu().id());
}
