//! Where Exchange keeps its things on the server itself: asked of the environment, with the defaults of the installer.

use std::path::{Path, PathBuf};

/// The folders and files of a check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// Folders with logs of Exchange.
    pub logs: Vec<PathBuf>,
    /// Web folders, and the configuration of IIS.
    pub web: Vec<PathBuf>,
    /// Folders with logs of IIS.
    pub iis: Vec<PathBuf>,
    /// Event logs.
    pub events: Vec<PathBuf>,
    /// Where dumps and archives are left behind.
    pub leftovers: Vec<PathBuf>,
}

/// The folder of Exchange that the installer takes, as its logs write it.
pub const INSTALL: &str = r"C:\Program Files\Microsoft\Exchange Server\V15\";
/// Folders of Exchange's logs that are read.
const LOGS: &[&str] = &["HttpProxy", "ECP", "OABGeneratorLog", "Ews"];
/// Event logs that are read.
const EVENTS: &[&str] = &[
    "MSExchange Management.evtx",
    "Application.evtx",
    "Microsoft-Windows-Sysmon%4Operational.evtx",
    "Security.evtx",
];

/// The folder of Exchange: the installer sets `ExchangeInstallPath` for the whole machine.
pub fn install() -> Option<PathBuf> {
    if !cfg!(windows) {
        return None;
    }
    let told = std::env::var_os("ExchangeInstallPath").map(PathBuf::from);
    told.or_else(|| Some(PathBuf::from(INSTALL)).filter(|path| path.is_dir()))
}

/// Folders of an Exchange server. A folder that does not exist is left out here; the statement of coverage names it.
pub fn places(install: &Path) -> Places {
    let logging = install.join("Logging");
    Places {
        logs: there(LOGS.iter().map(|name| logging.join(name))),
        web: there([
            install.join("FrontEnd").join("HttpProxy"),
            install.join("ClientAccess"),
        ]),
        ..Places::default()
    }
}

/// What Windows itself keeps.
pub fn of_windows() -> Places {
    if !cfg!(windows) {
        return Places::default();
    }
    let variable = |name: &str, default: &str| {
        PathBuf::from(std::env::var_os(name).unwrap_or_else(|| default.into()))
    };
    let drive = PathBuf::from(format!(r"{}\", variable("SystemDrive", "C:").display()));
    let (root, programs) = (
        variable("SystemRoot", r"C:\Windows"),
        variable("ProgramData", r"C:\ProgramData"),
    );
    let configuration = root.join(r"System32\inetsrv\config\applicationHost.config");
    Places {
        logs: Vec::new(),
        web: there([drive.join(r"inetpub\wwwroot"), configuration]),
        iis: there([drive.join(r"inetpub\logs\LogFiles")]),
        events: there(
            EVENTS
                .iter()
                .map(|name| root.join(r"System32\winevt\Logs").join(name)),
        ),
        leftovers: there([drive.join("root"), root.join("Temp"), programs]),
    }
}

fn there(paths: impl IntoIterator<Item = PathBuf>) -> Vec<PathBuf> {
    paths.into_iter().filter(|path| path.exists()).collect()
}
