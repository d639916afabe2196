//! Where scripts of Exchange lie, and where shells lie: by path on disk and by address on the web.
//!
//! Names lie: `RedirSuiteServerProxy.aspx` is none of Microsoft's, and the genuine `TimeoutLogout.aspx` belongs to `ecp\auth`, not to
//! `owa\auth`. So a name counts only together with its folder (and on disk, together with its hash).

/// All scripts that any of 131 builds of Exchange has in the folders where shells are put. Computed from the baselines of
/// microsoft/CSS-Exchange (MIT), March 2021; later builds brought no other names.
const GENUINE: &[(&str, &[&str])] = &[
    (
        r"frontend\httpproxy\owa\auth",
        &[
            "errorfe",
            "expiredpassword",
            "frowny",
            "logoff",
            "logon",
            "outlookcn",
            "redirsuiteserviceproxy",
            "signout",
            "svmfeedback",
        ],
    ),
    (r"frontend\httpproxy\ecp\auth", &["timeoutlogout"]),
];

/// Folders in which every other script is suspect.
const SHELL_FOLDERS: &[&str] = &[
    r"frontend\httpproxy\owa\auth",
    r"frontend\httpproxy\ecp\auth",
    r"frontend\httpproxy\oab",
    "aspnet_client",
];

/// Endings that the web server runs.
const SCRIPTS: &[&str] = &["aspx", "ashx", "asmx", "asax", "ascx", "svc", "asp"];

/// What a script's place says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In a folder of shells, and no build of Exchange has it there.
    Foreign,
    /// In a folder of shells, with a name that belongs there.
    Genuine,
    /// Anywhere else.
    Elsewhere,
}

/// Whether the web server runs files of this name.
pub fn is_script(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| {
        SCRIPTS
            .iter()
            .any(|script| ending.eq_ignore_ascii_case(script))
    })
}

/// The part of a path by which a file of Exchange is known, in lower case with `\`: from `frontend\httpproxy` or `clientaccess`
/// or `aspnet_client` on. Copies that begin at `HttpProxy`, and the bare `ecp\…` and `owa\…` of the baselines, mean the same.
pub fn key(path: &str) -> String {
    let lower = path.replace('/', "\\").to_lowercase();
    let parts: Vec<&str> = lower
        .split('\\')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    let from = |name: &str| parts.iter().rposition(|part| *part == name);
    let joined = |from: usize| parts.get(from..).unwrap_or_default().join("\\");
    if let Some(at) = from("aspnet_client") {
        return joined(at);
    }
    match (from("httpproxy"), from("clientaccess")) {
        (Some(at), _) => format!(r"frontend\{}", joined(at)),
        (None, Some(at)) => joined(at),
        (None, None) => parts.join("\\"),
    }
}

/// Judges a file by its key.
pub fn of_key(key: &str) -> Place {
    if !is_script(key) {
        return Place::Elsewhere;
    }
    let inside = |folder: &str| {
        key.strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('\\'))
    };
    if !SHELL_FOLDERS.iter().any(|folder| inside(folder)) {
        return Place::Elsewhere;
    }
    let (folder, name) = key.rsplit_once('\\').unwrap_or(("", key));
    let stem = name.strip_suffix(".aspx").unwrap_or_default();
    match GENUINE
        .iter()
        .any(|(genuine, names)| *genuine == folder && names.contains(&stem))
    {
        true => Place::Genuine,
        false => Place::Foreign,
    }
}

/// The script an address of the web points to, in lower case, up to its ending: `/owa/auth/x.aspx` of `/OWA/auth/x.aspx/more?y`.
pub fn script_of(stem: &str) -> Option<String> {
    let lower = crate::text::percent_decoded(stem).to_lowercase();
    let path = lower.split(['?', ';', '#']).next().unwrap_or_default();
    let mut end = 0;
    for part in path.split_inclusive('/') {
        end += part.len();
        let name = part.trim_end_matches('/');
        if is_script(name) {
            let whole = path.get(..end)?.trim_end_matches('/');
            return Some(whole.to_string());
        }
    }
    None
}

/// Judges the address of a script (lower case): the web's folders are those of the front end.
pub fn of_address(script: &str) -> Place {
    let path = script.trim_start_matches('/').replace('/', "\\");
    if path.split('\\').any(|part| part == "..") {
        return Place::Elsewhere;
    }
    match path.starts_with("aspnet_client\\") {
        true => of_key(&path),
        false => of_key(&format!(r"frontend\httpproxy\{path}")),
    }
}

/// The address on the web of a file's key, so that a file and a request about it meet.
pub fn address_of_key(key: &str) -> String {
    format!(
        "/{}",
        key.strip_prefix(r"frontend\httpproxy\")
            .unwrap_or(key)
            .replace('\\', "/")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUTH: &str =
        r"C:\Program Files\Microsoft\Exchange Server\V15\FrontEnd\HttpProxy\owa\auth";

    #[test]
    fn names_lie() {
        for (path, expected) in [
            (r"RedirSuiteServiceProxy.aspx", Place::Genuine),
            (r"RedirSuiteServerProxy.aspx", Place::Foreign),
            (r"TimeoutLogout.aspx", Place::Foreign),
            (r"LOGON.ASPX", Place::Genuine),
            (r"logon.ashx", Place::Foreign),
            (r"Current\one1.aspx", Place::Foreign),
            (r"Current\themes\logon.aspx", Place::Foreign),
            (r"logon.js", Place::Elsewhere),
            (r"..\..\ecp\default.aspx", Place::Foreign),
        ] {
            assert_eq!(of_key(&key(&format!(r"{AUTH}\{path}"))), expected, "{path}");
        }
        for (path, expected) in [
            (r"HttpProxy\ecp\auth\TimeoutLogout.aspx", Place::Genuine),
            (r"V15\FrontEnd\HttpProxy\OAB\log.aspx", Place::Foreign),
            (
                r"C:\inetpub\wwwroot\aspnet_client\system_web\log.aspx",
                Place::Foreign,
            ),
            (r"C:/inetpub/wwwroot/aspnet_client/x.aspx", Place::Foreign),
            (r"C:\inetpub\wwwroot\iisstart.aspx", Place::Elsewhere),
            (r"V15\ClientAccess\ecp\default.aspx", Place::Elsewhere),
        ] {
            assert_eq!(of_key(&key(path)), expected, "{path}");
        }
    }

    #[test]
    fn addresses_of_scripts() {
        for (stem, script, place) in [
            (
                "/owa/auth/logon.aspx",
                Some("/owa/auth/logon.aspx"),
                Place::Genuine,
            ),
            (
                "/OWA/Auth/Shell.ASPX/x?y=z",
                Some("/owa/auth/shell.aspx"),
                Place::Foreign,
            ),
            (
                "/owa/auth/%73hell.aspx",
                Some("/owa/auth/shell.aspx"),
                Place::Foreign,
            ),
            (
                "/aspnet_client/s.aspx;x",
                Some("/aspnet_client/s.aspx"),
                Place::Foreign,
            ),
            (
                "/ecp/default.aspx",
                Some("/ecp/default.aspx"),
                Place::Elsewhere,
            ),
            (
                "/ews/exchange.asmx",
                Some("/ews/exchange.asmx"),
                Place::Elsewhere,
            ),
            (
                "/owa/auth/15.1.2375/themes/resources/favicon.ico",
                None,
                Place::Elsewhere,
            ),
        ] {
            let found = script_of(stem);
            assert_eq!(found.as_deref(), script, "{stem}");
            assert_eq!(
                found.map_or(Place::Elsewhere, |script| of_address(&script)),
                place,
                "{stem}"
            );
        }
        assert_eq!(
            address_of_key(&key(&format!(r"{AUTH}\OhYeah.aspx"))),
            "/owa/auth/ohyeah.aspx"
        );
    }
}
