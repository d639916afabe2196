//! The `tuermer` binary.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// What one thread reads another one frees, millions of times: the system's allocator takes a third of the time for that.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(tuermer::program::run())
}
