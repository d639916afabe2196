//! Signs inside files: the dump of a virtual directory with script in it, and web folders that point to odd places.

use crate::finding::{Finding, Kind, Verdict};
use crate::text;

/// Whether a file is the dump of a virtual directory with script in it, as the attack of March 2021 leaves it. The dump alone,
/// as an administrator may keep it, is none (the rule WEBSHELL_CVE_2021_27065 of microsoft/mstic).
pub fn is_directory_dump(bytes: &[u8]) -> bool {
    let has = |part: &str| text::contains(bytes, part);
    let script = [
        "<script language",
        "page language",
        "runat=\"server\"",
        "/script",
    ]
    .iter()
    .any(|sign| has(sign));
    script
        && (has("externalurl") || has("internalurl"))
        && has("internalauthenticationmethods")
        && has("extendedprotectiontokenchecking")
}

/// Folders from which no web folder of Exchange is served.
const ODD: &[&str] = &[
    r"\programdata\",
    r"\users\",
    r"\windows\temp",
    r"\perflogs",
    r"\$recycle.bin",
    r"c:\root",
    r"\appdata\",
];

/// Web folders of an IIS configuration (`applicationHost.config`) that point to where attackers keep their files.
pub fn odd_folders(configuration: &str) -> Vec<(usize, Finding)> {
    let mut found = Vec::new();
    for (number, line) in configuration.lines().enumerate() {
        if text::find(line.as_bytes(), "<virtualdirectory ").is_none() {
            continue;
        }
        let Some(physical) = attribute(line, "physicalpath=\"") else {
            continue;
        };
        let folder = format!("{}\\", physical.to_lowercase().replace('/', "\\"));
        if ODD.iter().any(|odd| folder.contains(odd)) {
            let detail = format!(
                "{} → {physical}",
                attribute(line, " path=\"").unwrap_or_default()
            );
            found.push((
                number + 1,
                Finding::new(Kind::OddFolder, Verdict::Incident, &detail).step(5),
            ));
        }
    }
    found
}

fn attribute<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let from = text::find(line.as_bytes(), name)? + name.len();
    line.get(from..)?.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dumps() {
        let dump = "Name : OAB\r\nInternalAuthenticationMethods : WindowsIntegrated\r\nExternalUrl : http://f/<script language=\"JScript\" runat=\"server\">x</script>\r\nExtendedProtectionTokenChecking : None\r\n";
        assert!(is_directory_dump(dump.as_bytes()));
        let clean = dump.replace(
            "<script language=\"JScript\" runat=\"server\">x</script>",
            "",
        );
        assert!(
            !is_directory_dump(clean.as_bytes()),
            "an administrator's own dump"
        );
        assert!(!is_directory_dump(
            b"<%@ Page language=\"c#\" %><script language=\"x\"></script>"
        ));
    }

    #[test]
    fn folders() {
        let configuration = "<site name=\"Default Web Site\">\n<virtualDirectory path=\"/\" physicalPath=\"%SystemDrive%\\inetpub\\wwwroot\" />\n <virtualDirectory path=\"/x\" physicalPath=\"C:\\ProgramData\\COM\\x\" />";
        let found = odd_folders(configuration);
        assert_eq!(
            found
                .iter()
                .map(|(line, found)| (*line, found.detail.as_str()))
                .collect::<Vec<_>>(),
            [(3, r"/x → C:\ProgramData\COM\x")]
        );
    }
}
