//! How early and how right is "more than usual"? Injects outbreaks into an invented region and lets every detector watch.
//!
//! `cargo run --release -p tuermer-core --example outbreaks -- [--runs 1000] [--least 3] [--threads 2] [--out docs]` writes
//! `outbreaks.csv` (every setting), `outbreaks.svg` (the picture) and prints the tables of `docs/outbreaks.md`.
//! Seeds are 1 to the number of runs; the same seeds give the same figures on every machine.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod picture;
mod run;
mod tables;
mod watch;
mod world;

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (mut runs, mut least, mut threads, mut out) =
        (1_000u64, 3u32, 2usize, PathBuf::from("docs"));
    while let Some(name) = arguments.next() {
        let value = arguments
            .next()
            .unwrap_or_else(|| panic!("{name} needs a value"));
        match name.as_str() {
            "--runs" => runs = value.parse().unwrap(),
            "--least" => least = value.parse().unwrap(),
            "--threads" => threads = value.parse().unwrap(),
            "--out" => out = PathBuf::from(value),
            other => panic!("{other}: known are --runs, --least, --threads, --out"),
        }
    }
    let next = AtomicU64::new(1);
    let outcomes = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed > runs {
                        break;
                    }
                    let outcome = run::run(seed, least);
                    outcomes.lock().unwrap().push(outcome);
                    if seed.is_multiple_of(50) {
                        eprintln!("{seed} of {runs} runs");
                    }
                }
            });
        }
    });
    let summary = tables::summarise(&outcomes.into_inner().unwrap());
    std::fs::write(out.join("outbreaks.csv"), tables::csv(&summary)).unwrap();
    std::fs::write(out.join("outbreaks.svg"), picture::draw(&summary)).unwrap();
    println!("{}", tables::markdown(&summary));
}
