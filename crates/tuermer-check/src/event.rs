//! Judges one event of Windows: what Exchange's own logs, Sysmon and the security log tell of the attack.
//!
//! One shape for three exports: flat JSON (one key a field), `winlog.event_data`, and the `Event.System`/`EventData` of EVTX.

use crate::finding::{Finding, Kind, Verdict};
use crate::places::{self, Place};
use crate::{lines, text, times};
use jiff::Timestamp;
use serde_json::Value;

/// One event, wherever it was written.
#[derive(Debug, Clone, Copy)]
pub struct Event<'v> {
    whole: &'v Value,
}

/// Command interpreters and tools that a web server of Exchange never starts by itself.
const COMMANDS: &[&str] = &[
    "cmd.exe",
    "powershell.exe",
    "pwsh.exe",
    "cscript.exe",
    "wscript.exe",
    "mshta.exe",
    "rundll32.exe",
    "certutil.exe",
    "bitsadmin.exe",
    "net.exe",
    "whoami.exe",
    "procdump.exe",
    "procdump64.exe",
];

impl<'v> Event<'v> {
    /// An event as JSON.
    pub fn new(whole: &'v Value) -> Self {
        Self { whole }
    }

    /// When it was written. `@timestamp` first: exports keep the local time in `TimeCreated`, without a zone.
    pub fn at(&self) -> Option<Timestamp> {
        let place = [
            "/@timestamp",
            "/Event/System/TimeCreated/#attributes/SystemTime",
            "/TimeCreated/SystemTime",
            "/TimeCreated",
        ];
        place
            .iter()
            .find_map(|place| times::read(self.whole.pointer(place)?.as_str()?.as_bytes()))
    }

    /// The channel, e.g. `MSExchange Management`.
    pub fn channel(&self) -> &'v str {
        self.string(&[
            "/Channel",
            "/winlog/channel",
            "/Event/System/Channel",
            "/LogName",
        ])
    }

    fn provider(&self) -> &'v str {
        self.string(&[
            "/SourceName",
            "/ProviderName",
            "/winlog/provider_name",
            "/Event/System/Provider/#attributes/Name",
        ])
    }

    fn id(&self) -> Option<u64> {
        let places = [
            "/EventID",
            "/Id",
            "/winlog/event_id",
            "/event/code",
            "/Event/System/EventID",
            "/Event/System/EventID/#text",
        ];
        places.iter().find_map(|place| {
            let value = self.whole.pointer(place)?;
            value.as_u64().or_else(|| value.as_str()?.parse().ok())
        })
    }

    /// Errors have level 2; an export without level does not exclude one.
    fn may_be_error(&self) -> bool {
        let level = [
            "/Level",
            "/Event/System/Level",
            "/winlog/level",
            "/log/level",
            "/LevelDisplayName",
        ]
        .iter()
        .find_map(|place| self.whole.pointer(place));
        match level {
            Some(Value::Number(number)) => number.as_u64() == Some(2),
            Some(Value::String(word)) => ![
                "information",
                "informationen",
                "warning",
                "warnung",
                "verbose",
                "4",
                "3",
                "5",
                "0",
            ]
            .contains(&word.to_lowercase().as_str()),
            _ => true,
        }
    }

    fn string(&self, places: &[&str]) -> &'v str {
        places
            .iter()
            .find_map(|place| self.whole.pointer(place)?.as_str())
            .unwrap_or_default()
    }

    /// A named field of the event.
    fn field(&self, name: &str) -> &'v str {
        [
            self.whole.get(name),
            self.whole
                .pointer("/winlog/event_data")
                .and_then(|fields| fields.get(name)),
            self.whole
                .pointer("/Event/EventData")
                .and_then(|fields| fields.get(name)),
        ]
        .into_iter()
        .flatten()
        .find_map(Value::as_str)
        .unwrap_or_default()
    }

    /// The message; EVTX keeps only the parts it is put together from.
    fn message(&self) -> String {
        let whole = self.string(&["/Message", "/message"]);
        if !whole.is_empty() {
            return whole.to_string();
        }
        let mut words = Vec::new();
        for place in ["/Event/EventData", "/Event/UserData", "/winlog/event_data"] {
            if let Some(value) = self.whole.pointer(place) {
                strings(value, &mut words, 0);
            }
        }
        words.join(" ")
    }

    /// Everything this event is a sign of.
    pub fn judge(&self) -> Vec<Finding> {
        let signs = [
            self.cmdlet(),
            self.application(),
            self.file(),
            self.process(),
        ];
        signs
            .into_iter()
            .flatten()
            .map(|sign| sign.at(self.at()))
            .collect()
    }

    /// Commands of the management shell.
    fn cmdlet(&self) -> Option<Finding> {
        if !self.channel().eq_ignore_ascii_case("MSExchange Management")
            && !self
                .provider()
                .eq_ignore_ascii_case("MSExchange CmdletLogs")
        {
            return None;
        }
        let message = self.message();
        if lines::sets_script(message.as_bytes()) {
            return Some(
                Finding::new(Kind::ShellInConfiguration, Verdict::Incident, &message)
                    .cve("CVE-2021-27065")
                    .step(5),
            );
        }
        let export = lines::exports_script(message.as_bytes());
        export.then(|| {
            Finding::new(Kind::ScriptExport, Verdict::Incident, &message)
                .cve("CVE-2021-31207")
                .step(6)
        })
    }

    /// Errors that Exchange writes into the application log.
    fn application(&self) -> Option<Finding> {
        let provider = self.provider();
        if provider.eq_ignore_ascii_case("MSExchange Unified Messaging") && self.may_be_error() {
            let message = self.message();
            let cast = text::contains(message.as_bytes(), "system.invalidcastexception");
            return cast.then(|| {
                Finding::new(Kind::MessagingError, Verdict::Incident, &message)
                    .cve("CVE-2021-26857")
            });
        }
        if provider.eq_ignore_ascii_case("MSExchange Control Panel") && self.id() == Some(4) {
            let message = self.message();
            // The forged host closes its bracket before the port of the back end; no browser writes that.
            let forged = text::contains(message.as_bytes(), "]:444/")
                || text::contains(message.as_bytes(), "]@");
            return forged.then(|| {
                Finding::new(Kind::SsrfError, Verdict::Weakness, &message)
                    .cve("CVE-2021-26855")
                    .step(1)
            });
        }
        None
    }

    /// Files that were written, and scripts the web server compiled. Who wrote them does not matter: in the real attack it was `System`.
    fn file(&self) -> Option<Finding> {
        let path = match self.id()? {
            11 | 15 | 2 => self.field("TargetFilename"),
            5145 => self.field("RelativeTargetName"),
            4663 => self.field("ObjectName"),
            _ => return None,
        };
        if text::contains(path.as_bytes(), r"\temporary asp.net files\") {
            return compiled(path);
        }
        let key = places::key(path);
        let foreign = places::of_key(&key) == Place::Foreign;
        foreign.then(|| {
            Finding::new(Kind::ForeignScript, Verdict::Incident, path)
                .step(6)
                .subject(&places::address_of_key(&key))
        })
    }

    /// A command interpreter below the web server.
    fn process(&self) -> Option<Finding> {
        let (parent, image) = match self.id()? {
            1 => (self.field("ParentImage"), self.field("Image")),
            4688 => (
                self.field("ParentProcessName"),
                self.field("NewProcessName"),
            ),
            _ => return None,
        };
        let name = |path: &str| {
            path.rsplit(['\\', '/'])
                .next()
                .unwrap_or_default()
                .to_lowercase()
        };
        let run = name(parent) == "w3wp.exe" && COMMANDS.contains(&name(image).as_str());
        let command = match self.field("CommandLine") {
            "" => image,
            command => command,
        };
        run.then(|| {
            Finding::new(Kind::CommandRun, Verdict::Incident, command)
                .step(8)
                .subject(command)
        })
    }
}

/// `…\ohyeah.aspx.f5dba9b9.compiled`: a script was called. Genuine pages are compiled, too; [`crate::grade`] keeps only those that
/// other signs name.
fn compiled(path: &str) -> Option<Finding> {
    let name = path.rsplit(['\\', '/']).next()?.to_lowercase();
    let (script, _) = name.strip_suffix(".compiled")?.rsplit_once('.')?;
    places::is_script(script).then(|| {
        Finding::new(Kind::ShellCompiled, Verdict::Incident, path)
            .step(8)
            .subject(script)
    })
}

/// The times of all events in a block of JSON lines, without reading the events: exports are not in order of time.
pub fn raw_times(block: &[u8]) -> impl Iterator<Item = &[u8]> {
    let name: &[u8] = if memchr::memmem::find(block, b"\"@timestamp\"").is_some() {
        b"\"@timestamp\""
    } else {
        b"\"SystemTime\""
    };
    memchr::memmem::find_iter(block, name).filter_map(move |at| {
        let rest = block.get(at + name.len()..)?.get(..64)?;
        let value = rest.split(|byte| *byte == b'"').nth(1)?;
        // Times in UTC sort as their letters do.
        (value.ends_with(b"Z") && value.first().is_some_and(u8::is_ascii_digit)).then_some(value)
    })
}

/// All texts below a value; bounded by the depth the reader of JSON allows.
fn strings<'v>(value: &'v Value, words: &mut Vec<&'v str>, depth: usize) {
    match value {
        Value::String(word) => words.push(word),
        Value::Array(values) if depth < 8 => values
            .iter()
            .for_each(|value| strings(value, words, depth + 1)),
        Value::Object(values) if depth < 8 => values
            .values()
            .for_each(|value| strings(value, words, depth + 1)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn kinds(event: &Value) -> Vec<(&'static str, Option<u8>)> {
        Event::new(event)
            .judge()
            .iter()
            .map(|found| (found.kind.word(), found.step))
            .collect()
    }

    #[test]
    fn commands_of_the_management_shell() {
        let shell = r#"Cmdlet suceeded. Cmdlet Set-OabVirtualDirectory, parameters -ExternalUrl "http://f/#<script language="JScript" runat="server"> x </script>" -Identity "OAB"."#;
        let flat = json!({"@timestamp": "2021-03-14T01:40:12.987Z", "Channel": "MSExchange Management", "SourceName": "MSExchange CmdletLogs", "EventID": 1, "Message": shell});
        assert_eq!(kinds(&flat), [("shell_in_configuration", Some(5))]);
        let evtx = json!({"Event": {"System": {"Channel": "MSExchange Management", "EventID": 1, "Provider": {"#attributes": {"Name": "MSExchange CmdletLogs"}}, "TimeCreated": {"#attributes": {"SystemTime": "2021-03-14T01:40:12.987000Z"}}}, "EventData": {"Data": ["Set-OabVirtualDirectory", "-ExternalUrl http://f/#<script language=\"JScript\">"]}}});
        assert_eq!(kinds(&evtx), [("shell_in_configuration", Some(5))]);
        assert_eq!(Event::new(&evtx).at(), Event::new(&flat).at());
        for genuine in [
            "Cmdlet suceeded. Cmdlet Remove-OabVirtualDirectory, parameters -Force \"True\" -Identity \"OAB\".",
            "Cmdlet suceeded. Cmdlet Set-OabVirtualDirectory, parameters -ExternalUrl \"https://mail.firma.example/OAB\".",
            "Cmdlet suceeded. Cmdlet New-MailboxExportRequest, parameters -FilePath \"\\\\nas\\anna.pst\".",
        ] {
            assert!(
                kinds(
                    &json!({"Channel": "MSExchange Management", "EventID": 1, "Message": genuine})
                )
                .is_empty(),
                "{genuine}"
            );
        }
    }

    #[test]
    fn errors_files_processes() {
        let um = |level: Value, message: &str| json!({"SourceName": "MSExchange Unified Messaging", "Level": level, "Message": message});
        assert_eq!(
            kinds(&um(json!(2), "x System.InvalidCastException y")),
            [("messaging_error", None)]
        );
        assert!(
            kinds(&um(json!(4), "x System.InvalidCastException y")).is_empty()
                && kinds(&um(json!(2), "x")).is_empty()
        );
        let panel = |url: &str| json!({"SourceName": "MSExchange Control Panel", "EventID": 4, "Message": format!("Request for URL '{url}' failed")});
        assert_eq!(
            kinds(&panel("https://m:444/ecp/about.aspx?a=]:444/ecp/x.js")),
            [("ssrf_error", Some(1))]
        );
        assert!(kinds(&panel("https://m:444/ecp/default.aspx?a=b")).is_empty());
        let auth = r"C:\Program Files\Microsoft\Exchange Server\V15\FrontEnd\HttpProxy\owa\auth";
        let written = |name: &str| json!({"EventID": 11, "Image": "System", "TargetFilename": format!(r"{auth}\{name}")});
        assert_eq!(kinds(&written("x.aspx")), [("foreign_script", Some(6))]);
        assert!(kinds(&written("logon.aspx")).is_empty());
        let started = |parent: &str, image: &str| json!({"EventID": "1", "ParentImage": parent, "Image": image, "CommandLine": "x"});
        assert_eq!(
            kinds(&started(
                r"C:\Windows\System32\inetsrv\w3wp.exe",
                r"C:\Windows\System32\cmd.exe"
            )),
            [("command_run", Some(8))]
        );
        assert!(
            kinds(&started(
                r"C:\Windows\System32\inetsrv\w3wp.exe",
                r"C:\Windows\Microsoft.NET\csc.exe"
            ))
            .is_empty()
        );
        assert!(
            kinds(&started(
                r"C:\Windows\explorer.exe",
                r"C:\Windows\System32\cmd.exe"
            ))
            .is_empty()
        );
    }
}
