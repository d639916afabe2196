//! One finding of a check: which flaw, which step of the ladder, how bad, when, where, on what evidence.

use jiff::Timestamp;

/// How bad a sign is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Somebody tried; nothing shows that it worked.
    Probe,
    /// A hole that works, or a file of unknown origin; no break-in shown.
    Weakness,
    /// A break-in.
    Incident,
    /// A break-in whose traces were removed.
    Cleaned,
}

impl Verdict {
    /// The word of the report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Probe => "probe",
            Self::Weakness => "weakness",
            Self::Incident => "incident",
            Self::Cleaned => "cleaned",
        }
    }

    /// A break-in, cleaned up or not.
    pub fn is_break_in(self) -> bool {
        self >= Self::Incident
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal),+ $(,)?) => {
        /// What kind of sign it is. The words are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($(#[$doc])* $name),+ }

        impl Kind {
            /// All kinds, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word of the report; `kind.<word>` is its sentence.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }
        }
    };
}

kinds! {
    /// A request forged through the front end (CVE-2021-26855) that matches Microsoft's pattern or a step of the ladder.
    Ssrf = "ssrf",
    /// The error that a forged request leaves in the application log.
    SsrfError = "ssrf_error",
    /// The forged request that sets the configuration of a virtual directory.
    ConfigurationSet = "configuration_set",
    /// Shell text in the configuration of a virtual directory.
    ShellInConfiguration = "shell_in_configuration",
    /// The reset that writes the configuration into a file.
    ShellWritten = "shell_written",
    /// The configuration was put back after the shell was written.
    TracesRemoved = "traces_removed",
    /// A script that is not Exchange's own answered with 200.
    ShellUsed = "shell_used",
    /// The same, by another address than the one that placed it.
    ShellUsedByOther = "shell_used_by_other",
    /// Somebody looks for a shell that is not there.
    ShellHunt = "shell_hunt",
    /// The web server compiled a script that is not Exchange's own: it was called.
    ShellCompiled = "shell_compiled",
    /// A shell answered with 200 and later no longer does.
    ShellGone = "shell_gone",
    /// The web server started a command interpreter.
    CommandRun = "command_run",
    /// A script that no build of Exchange has, in a place where shells lie.
    ForeignScript = "foreign_script",
    /// A file with the hash or the path of a known attack.
    KnownBad = "known_bad",
    /// A file that holds the dump of a virtual directory with script in it.
    DirectoryDump = "directory_dump",
    /// A web folder that points to where no web folder belongs.
    OddFolder = "odd_folder",
    /// A genuine name with a content that no genuine file of this build has.
    ChangedFile = "changed_file",
    /// A script unknown to us, in a place where later builds may have new ones.
    UnknownScript = "unknown_script",
    /// The download of the address book wrote elsewhere (CVE-2021-26858).
    ForeignDownload = "foreign_download",
    /// Unified Messaging read forged data (CVE-2021-26857).
    MessagingError = "messaging_error",
    /// The autodiscover path as a door to the inside (ProxyShell, ProxyNotShell).
    AutodiscoverDoor = "autodiscover_door",
    /// PowerShell through the web mail path (OWASSRF).
    WebmailDoor = "webmail_door",
    /// A mailbox or certificate request exported as a script.
    ScriptExport = "script_export",
    /// An address of a known attack spoke to this server.
    KnownAddress = "known_address",
    /// A dump of passwords or a packed archive left behind.
    Leftover = "leftover",
}

/// One sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The flaw, where one is known.
    pub cve: Option<&'static str>,
    /// What kind of sign.
    pub kind: Kind,
    /// Step of the ladder, 1 to 8 (reference: docs/check.md).
    pub step: Option<u8>,
    /// How bad.
    pub verdict: Verdict,
    /// When it happened, by the log; unknown where the log tells no usable time.
    pub at: Option<Timestamp>,
    /// The file it stands in.
    pub file: String,
    /// The line, from 1; for event logs the number of the record.
    pub line: Option<u64>,
    /// The evidence, harmless to print.
    pub detail: String,
    /// The other side's address.
    pub address: Option<String>,
    /// The script or file it is about, by which signs of different logs meet.
    pub subject: Option<String>,
    /// How often the same was seen; the rest of the fields tell of the first time.
    pub count: u64,
}

impl Finding {
    /// A sign without a place yet; the reader of the file adds file and line.
    pub fn new(kind: Kind, verdict: Verdict, detail: &str) -> Self {
        Self {
            cve: None,
            kind,
            step: None,
            verdict,
            at: None,
            file: String::new(),
            line: None,
            detail: crate::text::clean(detail),
            address: None,
            subject: None,
            count: 1,
        }
    }

    /// With the flaw.
    pub fn cve(mut self, cve: &'static str) -> Self {
        self.cve = Some(cve);
        self
    }

    /// With the step of the ladder.
    pub fn step(mut self, step: u8) -> Self {
        self.step = Some(step);
        self
    }

    /// With the time.
    pub fn at(mut self, at: Option<Timestamp>) -> Self {
        self.at = at;
        self
    }

    /// With the other side's address.
    pub fn address(mut self, address: &str) -> Self {
        self.address = Some(crate::text::clean(address))
            .filter(|address| !address.is_empty() && address != "-");
        self
    }

    /// With what it is about.
    pub fn subject(mut self, subject: &str) -> Self {
        self.subject = Some(crate::text::clean(subject));
        self
    }
}
