//! What FFmpeg's loader wants to find in CUDA, and nothing here calls.
#![allow(unsafe_code, reason = "it is a C library")]

macro_rules! stubs {
    ($($name:ident)*) => { $(
        /// `CUDA_ERROR_NOT_SUPPORTED`.
        #[unsafe(no_mangle)]
        extern "C" fn $name() -> i32 {
            801
        }
    )* };
}

stubs! {
    cuCtxSetLimit cuMemAllocPitch_v2 cuMemAllocManaged cuMemsetD8Async cuMemcpy cuMemcpyAsync
    cuMemcpy2D_v2 cuMemcpy2DAsync_v2 cuMemcpyHtoD_v2 cuMemcpyHtoDAsync_v2 cuMemcpyDtoHAsync_v2
    cuMemcpyDtoD_v2 cuMemcpyDtoDAsync_v2 cuCtxGetDevice cuDevicePrimaryCtxRelease
    cuDevicePrimaryCtxSetFlags cuDevicePrimaryCtxGetState cuDevicePrimaryCtxReset cuStreamCreate
    cuStreamQuery cuStreamSynchronize cuStreamDestroy_v2 cuStreamAddCallback cuEventCreate
    cuEventDestroy_v2 cuEventSynchronize cuEventQuery cuEventRecord cuLaunchKernel cuLinkCreate
    cuLinkAddData cuLinkComplete cuLinkDestroy cuModuleLoadData cuModuleUnload cuModuleGetFunction
    cuModuleGetGlobal cuTexObjectCreate cuTexObjectDestroy cuGLGetDevices_v2
    cuGraphicsGLRegisterImage cuGraphicsUnregisterResource cuGraphicsMapResources
    cuGraphicsUnmapResources cuGraphicsSubResourceGetMappedArray
    cuGraphicsResourceGetMappedPointer_v2 cuArray3DCreate_v2 cuArrayDestroy
}
