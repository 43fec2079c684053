//! What crosses into `libcuda.so.1` and `libnvidia-encode.so.1`, by the layouts of `cuda.h` 12 and
//! of `nvEncodeAPI.h` 11.1 to 13.0.
//!
//! The offsets of all fields named here are the same in those five versions of NVENC. Structs are
//! as large as the largest of them: what a version does not know lies behind its end, or is
//! reserved there and zero. The version words that tell a driver which one is meant are in
//! [`crate::version`].

pub mod cuda;
pub mod nvenc;

/// A struct for which all bits zero are a value: integers, raw pointers and optional functions.
///
/// # Safety
/// That holds.
pub unsafe trait Zeroed: Sized {
    /// The value with all bits zero.
    fn zeroed() -> Self {
        // SAFETY: all bits zero are a value of the type, as its implementation promises.
        unsafe { std::mem::zeroed() }
    }
}

/// Asserts at compile time where the fields of a struct lie and how large it is.
macro_rules! assert_layout {
    ($name:ident, $size:literal $(, $field:ident = $offset:literal)* $(,)?) => {
        const _: () = {
            assert!(size_of::<$name>() == $size);
            $(assert!(std::mem::offset_of!($name, $field) == $offset);)*
        };
        // SAFETY: it is made of integers, raw pointers, optional functions, and structs, unions
        // and arrays of those: zero is a value of each.
        unsafe impl $crate::sys::Zeroed for $name {}
    };
}
pub(crate) use assert_layout;
