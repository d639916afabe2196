//! Files of the server besides its logs: scripts of the web server, its configuration, what an attacker left behind.

use super::{Check, modified, shown};
use crate::baseline::Baseline;
use crate::finding::{Finding, Kind, Verdict};
use crate::report::BuildSource;
use crate::walk::FoundFile;
use crate::web::{Judge, Look};
use crate::{content, times};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use tuermer_core::limits;

impl Check<'_> {
    pub(super) fn web(&mut self, files: &[FoundFile]) {
        let baseline = Baseline::embedded();
        // A log tells the CU, and the hashes of a CU are not those of its security updates.
        let build = self
            .report
            .build
            .clone()
            .filter(|build| build.source != BuildSource::Log)
            .map(|build| build.number);
        let detectors = self.detectors;
        let judge = Judge {
            baseline: &baseline,
            indicators: &detectors.indicators,
            build: build.as_deref(),
        };
        for file in files {
            let name = shown(&file.path);
            if name.to_lowercase().ends_with("applicationhost.config") {
                self.configuration(file, &name);
                continue;
            }
            match judge.file(&file.path, file.bytes) {
                Ok(Look::Genuine) => self.report.scripts.0 += 1,
                Ok(Look::Undecided) => self.report.scripts.1 += 1,
                Ok(Look::Other) => {}
                Ok(Look::Sign(sign)) => {
                    let at =
                        modified(&file.path).filter(|at| times::is_plausible(*at, detectors.now));
                    self.collected.push(Finding {
                        file: name,
                        at,
                        ..*sign
                    });
                }
                Err(error) => {
                    self.failed(&file.path, &error);
                    continue;
                }
            }
            self.report.files_read += 1;
            self.report.bytes += file.bytes;
        }
    }

    fn configuration(&mut self, file: &FoundFile, name: &str) {
        let mut text = Vec::new();
        let read = File::open(&file.path)
            .and_then(|file| file.take(limits::CHECK_CONFIG_BYTES).read_to_end(&mut text));
        if let Err(error) = read {
            return self.failed(&file.path, &error);
        }
        self.report.files_read += 1;
        self.report.bytes += file.bytes;
        for (line, sign) in content::odd_folders(&String::from_utf8_lossy(&text)) {
            self.collected.push(Finding {
                file: name.to_string(),
                line: Some(line as u64),
                ..sign
            });
        }
    }

    pub(super) fn leftover(&mut self, path: &Path) {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().to_lowercase())
            .unwrap_or_default();
        let dump = name.starts_with("lsass") && name.ends_with("dmp");
        let archive = [".7z", ".zip", ".rar"]
            .iter()
            .any(|ending| name.ends_with(ending));
        if dump || archive {
            let sign = Finding::new(
                Kind::Leftover,
                if dump {
                    Verdict::Incident
                } else {
                    Verdict::Weakness
                },
                &name,
            );
            self.collected.push(Finding {
                file: shown(path),
                at: modified(path),
                ..sign
            });
        }
    }
}
