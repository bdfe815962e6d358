//! The `retrohunt` command.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The allocator's settings: few heaps, so that what one thread has freed the next one uses, in large
/// pages. Fresh pages are what a short hunt waits for: the kernel clears them.
#[unsafe(export_name = "_rjem_malloc_conf")]
pub static MALLOC_CONF: &[u8] = b"narenas_ratio:1,thp:always\0";

/// Rules nest as deep as people write them; a thread's default stack is too small for the deepest that
/// the parser takes, and an unoptimised build needs the most. Memory is taken only as far as it is used.
const STACK: usize = 256 << 20;

fn main() -> ExitCode {
    let start = std::time::Instant::now();
    let worker = std::thread::Builder::new()
        .name("retrohunt".to_owned())
        .stack_size(STACK)
        .spawn(move || retrohunt::cli::main(start));
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        // The panic has already said what happened.
        Ok(Err(_)) => ExitCode::from(retrohunt::cli::Exit::Fault as u8),
        Err(error) => {
            eprintln!("error: cannot start a thread: {error}");
            ExitCode::from(retrohunt::cli::Exit::World as u8)
        }
    }
}
