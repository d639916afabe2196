//! The check from outside: through the binary, on fixtures of our own and, where `scripts/corpus` asks, on public captures.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr
)]

mod capture;
mod evtx;
mod hostile;
mod victim;
mod web;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A file of our own.
fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

/// A public document in the folder that `scripts/corpus` names.
fn corpus(name: &str) -> PathBuf {
    let Some(folder) = std::env::var_os("TUERMER_CORPUS") else {
        panic!("TUERMER_CORPUS names a folder; scripts/corpus sets it")
    };
    Path::new(&folder).join(name)
}

/// Runs `tuermer-check exchange`.
fn check(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tuermer-check"))
        .arg("exchange")
        .args(arguments)
        .env("LC_ALL", "de_DE.UTF-8")
        .output()
        .unwrap()
}

/// The findings and the rest of `--json`, with the code it ended with.
fn json(arguments: &[&str]) -> (Vec<Value>, Value, i32) {
    let output = check(&[arguments, &["--json"]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let rest = lines
        .pop()
        .unwrap_or_else(|| panic!("no answer: {}", String::from_utf8_lossy(&output.stderr)));
    (lines, rest, output.status.code().unwrap())
}

/// Kind, step and verdict of each finding.
fn short(findings: &[Value]) -> Vec<String> {
    let word = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_string)
    };
    findings
        .iter()
        .map(|finding| {
            format!(
                "{} {} {}",
                word(&finding["kind"]),
                word(&finding["step"]),
                word(&finding["verdict"])
            )
        })
        .collect()
}
