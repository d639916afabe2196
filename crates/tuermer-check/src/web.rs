//! Judges the files of web folders: by path, name and hash together, by known hashes, and by what is inside.

use crate::baseline::{Baseline, Genuine};
use crate::content;
use crate::finding::{Finding, Kind, Verdict};
use crate::indicators::Indicators;
use crate::places::{self, Place};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use tuermer_core::limits;

/// What judges a file.
#[derive(Debug, Clone, Copy)]
pub struct Judge<'j> {
    /// Exchange's own scripts.
    pub baseline: &'j Baseline<'j>,
    /// Known attacks.
    pub indicators: &'j Indicators,
    /// The build of the server, four parts.
    pub build: Option<&'j str>,
}

/// What looking at a file yielded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// Exchange's own, by path and hash.
    Genuine,
    /// The name is genuine, the hash belongs to a build that is not in the list.
    Undecided,
    /// No script of the web server and no known file.
    Other,
    /// A sign.
    Sign(Box<Finding>),
}

impl Judge<'_> {
    /// Reads and judges one file.
    pub fn file(&self, path: &Path, bytes: u64) -> io::Result<Look> {
        let name = path.to_string_lossy();
        if !places::is_script(&name)
            && self.indicators.path(&name).is_none()
            && bytes >= limits::CHECK_DUMP_BYTES
        {
            return Ok(Look::Other);
        }
        let (sha256, head) = digest(path)?;
        let small = bytes < limits::CHECK_DUMP_BYTES;
        Ok(self.judge(&name, &sha256, if small { &head } else { &[] }))
    }

    /// Judges path, hash and content.
    pub fn judge(&self, path: &str, sha256: &[u8; 32], small_content: &[u8]) -> Look {
        let key = places::key(path);
        let hash = format!("SHA-256 {}", hex::encode(sha256));
        let sign = |kind, verdict, detail: &str| {
            Finding::new(kind, verdict, detail).subject(&places::address_of_key(&key))
        };
        let found = |finding: Finding| Look::Sign(Box::new(finding));
        let incident = |kind, detail: &str| sign(kind, Verdict::Incident, detail).step(6);
        let weakness = |kind| found(sign(kind, Verdict::Weakness, &hash));
        if let Some(known) = self.indicators.hash(sha256) {
            let detail = format!("{hash} ({}, {})", known.source, known.date);
            return found(incident(Kind::KnownBad, &detail));
        }
        if content::is_directory_dump(small_content) {
            return found(incident(Kind::DirectoryDump, &hash).cve("CVE-2021-27065"));
        }
        let genuine = self.baseline.judge(&key, sha256, self.build);
        if genuine == Genuine::Yes {
            return Look::Genuine;
        }
        if let Some(known) = self.indicators.path(path) {
            let detail = format!("{} ({}), {hash}", known.source, known.date);
            return found(incident(Kind::KnownBad, &detail));
        }
        if !places::is_script(&key) {
            return Look::Other;
        }
        match (places::of_key(&key), genuine) {
            (Place::Foreign, _) => found(incident(Kind::ForeignScript, &hash)),
            (_, Genuine::Changed) => weakness(Kind::ChangedFile),
            (_, Genuine::Undecided) | (Place::Genuine, _) => Look::Undecided,
            // Builds that are not in the list may have scripts of their own.
            _ if is_exchange(&key) && !self.baseline.knows(self.build) => Look::Undecided,
            _ => weakness(Kind::UnknownScript),
        }
    }
}

/// A folder of Exchange itself.
fn is_exchange(key: &str) -> bool {
    key.starts_with(r"clientaccess\") || key.starts_with(r"frontend\httpproxy\")
}

/// The SHA-256 of a file, and its beginning.
fn digest(path: &Path) -> io::Result<([u8; 32], Vec<u8>)> {
    let mut file = File::open(path)?;
    let (mut hash, mut head, mut buffer) = (Sha256::new(), Vec::new(), vec![0; 64 * 1024]);
    loop {
        let count = file.read(&mut buffer)?;
        let Some(part) = buffer.get(..count).filter(|part| !part.is_empty()) else {
            break;
        };
        hash.update(part);
        if (head.len() as u64) < limits::CHECK_DUMP_BYTES {
            head.extend_from_slice(part);
        }
    }
    Ok((hash.finalize().into(), head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_name_and_hash_together() {
        let list = format!(
            "build 15.1.2176.9\nset 0\nfrontend\\httpproxy\\owa\\auth\\redirsuiteserviceproxy.aspx\n\t{} 0\nfrontend\\httpproxy\\ecp\\auth\\timeoutlogout.aspx\n\t{} 0\n",
            "aa".repeat(12),
            "bb".repeat(12)
        );
        let (baseline, indicators) = (Baseline::read(&list), Indicators::embedded());
        let judge = Judge {
            baseline: &baseline,
            indicators: &indicators,
            build: Some("15.1.2176.9"),
        };
        let front = r"D:\Exchange\V15\FrontEnd\HttpProxy";
        let word = |look: Look| match look {
            Look::Genuine => "genuine",
            Look::Undecided => "undecided",
            Look::Other => "other",
            Look::Sign(sign) => sign.kind.word(),
        };
        for (path, hash, expected) in [
            (r"owa\auth\RedirSuiteServiceProxy.aspx", 0xaa, "genuine"),
            (
                r"owa\auth\RedirSuiteServiceProxy.aspx",
                0xcc,
                "changed_file",
            ),
            (
                r"owa\auth\RedirSuiteServerProxy.aspx",
                0xaa,
                "foreign_script",
            ),
            (r"ecp\auth\TimeoutLogout.aspx", 0xbb, "genuine"),
            (r"owa\auth\TimeoutLogout.aspx", 0xbb, "foreign_script"),
            (r"owa\auth\logon.aspx", 0xcc, "undecided"),
            (r"ecp\new.aspx", 0xcc, "unknown_script"),
            (r"owa\auth\x.js", 0xcc, "other"),
        ] {
            assert_eq!(
                word(judge.judge(&format!(r"{front}\{path}"), &[hash; 32], b"")),
                expected,
                "{path}"
            );
        }
        let later = Judge {
            build: Some("15.2.1748.10"),
            ..judge
        };
        assert_eq!(
            word(later.judge(&format!(r"{front}\ecp\new.aspx"), &[0xcc; 32], b"")),
            "undecided"
        );
        assert_eq!(
            word(later.judge(&format!(r"{front}\owa\auth\new.aspx"), &[0xcc; 32], b"")),
            "foreign_script"
        );
        assert_eq!(
            word(later.judge(r"C:\inetpub\wwwroot\new.aspx", &[0xcc; 32], b"")),
            "unknown_script"
        );
        assert_eq!(
            word(judge.judge(
                r"E:\inetpub\wwwroot\aspnet_client\google.log",
                &[1; 32],
                b""
            )),
            "known_bad"
        );
    }
}
