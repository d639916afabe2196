//! What the journeys share: a fresh data directory, the binary, and its answers.
#![allow(dead_code)]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A fresh data directory, gone with the test. `TUERMER_TEST_DATABASE` (a PostgreSQL URL of an empty
/// database server) makes it use a new schema there instead of the embedded database.
pub struct Home {
    directory: tempfile::TempDir,
}

/// What a call answered.
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    /// The call must have ended with `code`.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.out, self.err);
        self
    }

    /// Every line of stdout as JSON.
    #[track_caller]
    pub fn lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
    }

    /// The only line of stdout as JSON.
    #[track_caller]
    pub fn line(&self) -> Value {
        let mut lines = self.lines();
        assert_eq!(lines.len(), 1, "{}", self.out);
        lines.remove(0)
    }
}

impl Home {
    /// A directory made with `init --drill`.
    pub fn drill() -> Self {
        let this = Self::empty();
        this.tuermer(&["init", "--drill"]).expect(0);
        this
    }

    /// A directory made with `init`.
    pub fn live() -> Self {
        let this = Self::empty();
        this.tuermer(&["init"]).expect(0);
        this
    }

    fn empty() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// Writes a file beside the data directory and returns its path.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.directory.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_string()
    }

    /// The binary with `--data` set, English, not asking.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tuermer"));
        command.arg("--data").arg(self.data()).args(["--lang", "en", "--no-input"]).args(arguments);
        command.env_remove("TUERMER_DATA").env("NO_COLOR", "1").stdin(Stdio::null());
        command
    }

    /// Runs the binary.
    pub fn tuermer(&self, arguments: &[&str]) -> Run {
        let output = self.command(arguments).output().unwrap();
        Run {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// The folder of real public data beside the project, if it is there; says so loudly if not.
pub fn shared_data() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let path = std::env::var_os("TUERMER_SHARED_DATA").map_or(beside, PathBuf::from);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("SKIPPED: ../shared/data is absent; this test compared nothing with real documents");
    None
}
