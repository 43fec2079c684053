//! H.264 encoding with NVENC, the video encoder of NVIDIA's GPUs, from CUDA memory.
#![allow(unsafe_code, reason = "a C interface")]

#[allow(missing_docs, reason = "fields are those of the C headers")]
pub mod sys;
pub mod version;
