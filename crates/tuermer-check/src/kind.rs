//! Which log a file is, by its first lines and, where these are missing, by its folder.

use crate::text;

/// A log that is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogKind {
    /// `Logging\HttpProxy\…`.
    HttpProxy,
    /// `Logging\Ews`.
    Ews,
    /// `inetpub\logs\LogFiles\W3SVC…`.
    Iis,
    /// What Microsoft's Test-ProxyLogon writes.
    Script,
    /// `Logging\ECP\Server`.
    EcpServer,
    /// `Logging\ECP\Activity`.
    EcpActivity,
    /// `Logging\OABGeneratorLog`.
    Oab,
    /// Windows events, one JSON object a line.
    EventJson,
    /// Windows events, EVTX.
    Evtx,
}

impl LogKind {
    /// Recognises a file by its beginning (in UTF-8) and its path (with `\` or `/`).
    pub fn of(head: &[u8], path: &str) -> Option<Self> {
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        let has = |words: &str| text::contains(head, words);
        if head.starts_with(b"ElfFile\0") {
            return Some(Self::Evtx);
        }
        let by_head = [
            ("log-type: httpproxy logs", Self::HttpProxy),
            ("log-type: ecp server log", Self::EcpServer),
            ("log-type: ecp activity", Self::EcpActivity),
            ("log-type: ews logs", Self::Ews),
            ("software: microsoft internet information", Self::Iis),
        ];
        if let Some((_, kind)) = by_head.iter().find(|(words, _)| has(words)) {
            return Some(*kind);
        }
        let first = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
        if has("clientipaddress") && has("anchormailbox") {
            return Some(if first.starts_with(b"#TYPE") || first.starts_with(b"\"") {
                Self::Script
            } else {
                Self::HttpProxy
            });
        }
        if has("#fields: date time") {
            return Some(Self::Iis);
        }
        if first.trim_ascii_start().starts_with(b"{") {
            return Some(Self::EventJson);
        }
        Self::of_path(path)
    }

    fn of_path(path: &str) -> Option<Self> {
        let path = path.replace('/', "\\").to_lowercase();
        let folder = |name: &str| path.contains(&format!("\\{name}\\"));
        let log = [".log", ".txt", ".csv"]
            .iter()
            .any(|ending| path.ends_with(ending));
        match () {
            () if folder("oabgeneratorlog") => Some(Self::Oab),
            () if !log => None,
            () if folder("httpproxy") => Some(Self::HttpProxy),
            () if folder(r"ecp\server") => Some(Self::EcpServer),
            () if folder(r"ecp\activity") => Some(Self::EcpActivity),
            () => None,
        }
    }

    /// The name in the statement of coverage: kind and, where logs are kept apart, its folder.
    pub fn label(self, path: &str) -> String {
        let path = path.replace('/', "\\");
        let parts: Vec<&str> = path.split('\\').collect();
        let parent = parts
            .len()
            .checked_sub(2)
            .and_then(|at| parts.get(at))
            .copied()
            .unwrap_or_default();
        let after = |name: &str| {
            parts
                .iter()
                .rposition(|part| part.eq_ignore_ascii_case(name))
                .and_then(|at| parts.get(at + 1))
                .filter(|_| !parent.is_empty())
        };
        let named = |kind: &str, folder: &str| {
            if folder.is_empty() {
                kind.to_string()
            } else {
                format!("{kind}\\{}", text::clean(folder))
            }
        };
        match self {
            Self::HttpProxy => named(
                "HttpProxy",
                after("httpproxy")
                    .copied()
                    .filter(|part| *part == parent)
                    .unwrap_or(known_protocol(parent)),
            ),
            Self::Iis => named(
                "IIS",
                Some(parent)
                    .filter(|parent| parent.to_lowercase().starts_with("w3svc"))
                    .unwrap_or_default(),
            ),
            Self::Ews => "Ews".into(),
            Self::Script => "Test-ProxyLogon".into(),
            Self::EcpServer => r"ECP\Server".into(),
            Self::EcpActivity => r"ECP\Activity".into(),
            Self::Oab => "OABGeneratorLog".into(),
            Self::EventJson | Self::Evtx => "Events".into(),
        }
    }
}

/// The protocols that Microsoft's script asks for; a copied folder may stand without `HttpProxy` above it.
pub const PROTOCOLS: &[&str] = &[
    "Autodiscover",
    "Eas",
    "Ecp",
    "Ews",
    "Mapi",
    "Oab",
    "Owa",
    "OwaCalendar",
    "PowerShell",
    "RpcHttp",
];

fn known_protocol(folder: &str) -> &str {
    PROTOCOLS
        .iter()
        .find(|protocol| protocol.eq_ignore_ascii_case(folder))
        .copied()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Beginning, path, kind and label of logs.
    const LOGS: &[(&str, &str, Option<LogKind>, &str)] = &[
        (
            "DateTime,RequestId,AnchorMailbox,ClientIpAddress\r\n#Software: x",
            r"C:\Logging\HttpProxy\Owa\H.LOG",
            Some(LogKind::HttpProxy),
            r"HttpProxy\Owa",
        ),
        (
            "\u{feff}#Software: Microsoft Exchange Server\n#Log-type: HttpProxy Logs",
            "Eas/HttpProxy_1.LOG",
            Some(LogKind::HttpProxy),
            r"HttpProxy\Eas",
        ),
        (
            "2021-03-03T04:23:22.123Z,x",
            "logs/HttpProxy/Ecp/old.log",
            Some(LogKind::HttpProxy),
            r"HttpProxy\Ecp",
        ),
        (
            "#Software: Microsoft Internet Information Services 10.0",
            r"C:\W3SVC1\u_ex210303.log",
            Some(LogKind::Iis),
            r"IIS\W3SVC1",
        ),
        (
            "#Log-type: ECP Server Log",
            "ECPServer.LOG",
            Some(LogKind::EcpServer),
            r"ECP\Server",
        ),
        (
            "#Log-type: ECP Activity Context Log",
            "x.LOG",
            Some(LogKind::EcpActivity),
            r"ECP\Activity",
        ),
        (
            "#TYPE Selected\r\n\"DateTime\",\"ClientIPAddress\",\"AnchorMailbox\"",
            "x.csv",
            Some(LogKind::Script),
            "Test-ProxyLogon",
        ),
        (
            "anything",
            r"Logging\OABGeneratorLog\x",
            Some(LogKind::Oab),
            "OABGeneratorLog",
        ),
        (
            "{\"EventID\":1}",
            "x.json",
            Some(LogKind::EventJson),
            "Events",
        ),
        ("ElfFile\0", "x.evtx", Some(LogKind::Evtx), "Events"),
        ("PK", "x.zip", None, ""),
    ];

    #[test]
    fn logs_are_recognised() {
        for &(head, path, expected, label) in LOGS {
            let kind = LogKind::of(head.as_bytes(), path);
            assert_eq!(kind, expected, "{path}");
            assert_eq!(
                kind.map_or(String::new(), |kind| kind.label(path)),
                label,
                "{path}"
            );
        }
    }
}
