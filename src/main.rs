//! The `mjcast` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    ask_no_display_server();
    mjcast::cli::main()
}

/// Switches off Mesa's Vulkan layer that asks a display server which GPU to prefer: a daemon has
/// none, chooses for itself, and should not print that layer's complaints.
#[expect(
    unsafe_code,
    clippy::disallowed_methods,
    reason = "the layer can be told by an environment variable only"
)]
fn ask_no_display_server() {
    // SAFETY: this is the first thing that the process does. No other thread exists that could
    // read the environment meanwhile.
    unsafe { std::env::set_var("NODEVICE_SELECT", "1") };
}
