//! Judges one request of a web log: HttpProxy, IIS, or the output of Microsoft's script.

use crate::fields::{Request, text as field_text};
use crate::finding::{Finding, Kind, Verdict};
use crate::indicators::Indicators;
use crate::places::{self, Place};
use crate::{ladder, text};

/// Everything one request is a sign of.
pub fn judge(request: &Request<'_>, indicators: &Indicators) -> Vec<Finding> {
    let mut found: Vec<Finding> = [
        forged(request),
        script(request),
        autodiscover(request),
        webmail(request),
    ]
    .into_iter()
    .flatten()
    .collect();
    if found.is_empty() {
        found.extend(known_address(request, indicators));
    }
    found
}

/// CVE-2021-26855 and, from step 5 on, CVE-2021-27065.
fn forged(request: &Request<'_>) -> Option<Finding> {
    let status = request.status();
    let rung = ladder::judge(request.anchor, status)?;
    if !rung.microsoft && rung.step.is_none() {
        return None;
    }
    let step = if ladder::is_reset(request.anchor, status) {
        Some(6)
    } else {
        rung.step
    };
    let (cve, kind, verdict) = match step {
        Some(6) => ("CVE-2021-27065", Kind::ShellWritten, Verdict::Incident),
        Some(5) => ("CVE-2021-27065", Kind::ConfigurationSet, Verdict::Incident),
        Some(2..=4) => ("CVE-2021-26855", Kind::Ssrf, Verdict::Incident),
        Some(_) => ("CVE-2021-26855", Kind::Ssrf, Verdict::Weakness),
        None => ("CVE-2021-26855", Kind::Ssrf, Verdict::Probe),
    };
    let detail = format!(
        "AnchorMailbox {} → {}",
        field_text(request.anchor),
        field_text(request.status)
    );
    let finding = seen(request, kind, verdict, &detail).cve(cve);
    Some(match step {
        Some(step) => finding.step(step),
        None => finding,
    })
}

/// A script that is none of Exchange's: used (200), or looked for.
fn script(request: &Request<'_>) -> Option<Finding> {
    let script = places::script_of(&String::from_utf8_lossy(request.stem))?;
    if places::of_address(&script) != Place::Foreign {
        return None;
    }
    let detail = format!(
        "{} {} → {}",
        field_text(request.method),
        field_text(request.stem),
        field_text(request.status)
    );
    let (kind, verdict) = match request.status() {
        Some(200) => (Kind::ShellUsed, Verdict::Incident),
        // 302 means it is not there: somebody hunts for foreign shells. That is a sign, not a use.
        _ => (Kind::ShellHunt, Verdict::Probe),
    };
    let finding = seen(request, kind, verdict, &detail).subject(&script);
    Some(if verdict == Verdict::Incident {
        finding.step(8)
    } else {
        finding
    })
}

/// What lies behind the door that ProxyShell and ProxyNotShell open; Outlook never asks for these through autodiscover.json.
const INSIDE: &[&str] = &[
    "/powershell",
    "/mapi/",
    "/ews/",
    "/owa/",
    "/ecp/",
    "/autodiscover/autodiscover.xml",
    "/oab/",
    "/rpc/",
    "/api/",
];

/// CVE-2021-34473 before a login, CVE-2022-41040 with one.
fn autodiscover(request: &Request<'_>) -> Option<Finding> {
    if !text::contains(request.stem, "/autodiscover/autodiscover.json")
        && !text::contains(request.stem, "/autodiscover/autodiscover%2ejson")
    {
        return None;
    }
    let asked = text::percent_decoded(&format!(
        "{}?{}",
        String::from_utf8_lossy(request.stem),
        String::from_utf8_lossy(request.query)
    ))
    .to_lowercase();
    let (_, tail) = asked.split_once("autodiscover.json")?;
    let (_, behind) = tail.split_once('@')?;
    let inside = INSIDE.iter().find(|inside| behind.contains(*inside));
    let forged_mail = tail.contains("email=autodiscover/autodiscover.json");
    // A signed-in Outlook asks `?Email=user@domain&Protocol=…`: no path behind the @ and no forged address.
    if inside.is_none() && !forged_mail {
        return None;
    }
    let cve = if request.has_user() {
        "CVE-2022-41040"
    } else {
        "CVE-2021-34473"
    };
    let shell = behind.contains("/powershell");
    let detail = format!(
        "{} {}?{} → {}",
        field_text(request.method),
        field_text(request.stem),
        field_text(request.query),
        field_text(request.status)
    );
    let sign = |verdict| seen(request, Kind::AutodiscoverDoor, verdict, &detail).cve(cve);
    Some(match request.status() {
        Some(200) if shell => sign(Verdict::Incident).step(3),
        Some(200) => sign(Verdict::Weakness).step(1),
        // The public check asks for the web mail: a fixed server answers 400, an open one sends to its login page.
        Some(302) if behind.contains("/owa/") => sign(Verdict::Weakness).step(1),
        _ => sign(Verdict::Probe),
    })
}

/// OWASSRF (CVE-2022-41080 with CVE-2022-41082): PowerShell behind the path of the web mail.
fn webmail(request: &Request<'_>) -> Option<Finding> {
    let stem = text::percent_decoded(&String::from_utf8_lossy(request.stem)).to_lowercase();
    let (mailbox, _) = stem.strip_prefix("/owa/")?.split_once("/powershell")?;
    if mailbox.is_empty() {
        return None;
    }
    let detail = format!(
        "{} {} → {}",
        field_text(request.method),
        field_text(request.stem),
        field_text(request.status)
    );
    let sign = |verdict| seen(request, Kind::WebmailDoor, verdict, &detail).cve("CVE-2022-41080");
    Some(match request.status() {
        Some(200) => sign(Verdict::Incident).step(3),
        _ => sign(Verdict::Probe),
    })
}

/// An address of a known attack.
fn known_address(request: &Request<'_>, indicators: &Indicators) -> Option<Finding> {
    let address = std::str::from_utf8(request.address).ok()?;
    let indicator = indicators.address(address)?;
    let detail = format!(
        "{} {} → {} ({})",
        field_text(request.method),
        field_text(request.stem),
        field_text(request.status),
        indicator.source
    );
    Some(seen(request, Kind::KnownAddress, Verdict::Probe, &detail).subject(address))
}

fn seen(request: &Request<'_>, kind: Kind, verdict: Verdict, detail: &str) -> Finding {
    Finding::new(kind, verdict, detail)
        .at(request.at)
        .address(&String::from_utf8_lossy(request.address))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A request judged: kinds, steps, verdicts.
    fn kinds(
        stem: &str,
        query: &str,
        status: &str,
        user: &str,
    ) -> Vec<(&'static str, Option<u8>, &'static str, Option<&'static str>)> {
        let request = Request {
            stem: stem.as_bytes(),
            query: query.as_bytes(),
            status: status.as_bytes(),
            user: user.as_bytes(),
            method: b"GET",
            address: b"192.0.2.7",
            ..Request::default()
        };
        judge(&request, &Indicators::default())
            .iter()
            .map(|found| {
                (
                    found.kind.word(),
                    found.step,
                    found.verdict.word(),
                    found.cve,
                )
            })
            .collect()
    }

    #[test]
    fn a_302_is_no_use() {
        assert_eq!(
            kinds("/owa/auth/supp0rt.aspx", "", "200", ""),
            [("shell_used", Some(8), "incident", None)]
        );
        assert_eq!(
            kinds("/owa/auth/supp0rt.aspx", "", "302", ""),
            [("shell_hunt", None, "probe", None)]
        );
        assert_eq!(
            kinds("/owa/auth/supp0rt.aspx", "", "404", ""),
            [("shell_hunt", None, "probe", None)]
        );
        assert!(kinds("/owa/auth/logon.aspx", "url=https://mail/owa/", "200", "").is_empty());
    }

    /// Query, status and user of requests to autodiscover; step, verdict and CVE.
    const DOORS: &[(&str, &str, &str, Option<(Option<u8>, &str, &str)>)] = &[
        (
            "?@x.example/mapi/nspi/?&Email=autodiscover/autodiscover.json%3F@x.example",
            "200",
            "",
            Some((Some(1), "weakness", "CVE-2021-34473")),
        ),
        (
            "?@x.example/powershell/?X-Rps-CAT=VgE&Email=autodiscover/autodiscover.json%3F@x.example",
            "200",
            "",
            Some((Some(3), "incident", "CVE-2021-34473")),
        ),
        (
            "?@test.com/owa/?&Email=autodiscover/autodiscover.json%3F@test.com",
            "302",
            "",
            Some((Some(1), "weakness", "CVE-2021-34473")),
        ),
        (
            "?@test.com/owa/?&Email=autodiscover/autodiscover.json%3F@test.com",
            "400",
            "",
            Some((None, "probe", "CVE-2021-34473")),
        ),
        (
            "?a@x.example/PowerShell/&Email=autodiscover/autodiscover.json%3fa@x.example",
            "200",
            r"CORP\anna",
            Some((Some(3), "incident", "CVE-2022-41040")),
        ),
        (
            "?Email=anna@firma.example&Protocol=ActiveSync&RedirectCount=1",
            "200",
            r"CORP\anna",
            None,
        ),
        ("?Email=anna%40firma.example&Protocol=Ews", "200", "-", None),
    ];

    #[test]
    fn the_door_and_its_neighbours() {
        let json = "/autodiscover/autodiscover.json";
        for &(query, status, user, expected) in DOORS {
            let found = kinds(json, query, status, user);
            assert_eq!(
                found,
                expected
                    .map(|(step, verdict, cve)| ("autodiscover_door", step, verdict, Some(cve)))
                    .into_iter()
                    .collect::<Vec<_>>(),
                "{query}"
            );
        }
        assert!(
            kinds(
                "/autodiscover/autodiscover.json/v1.0/anna@firma.example",
                "?Protocol=Autodiscoverv1",
                "200",
                ""
            )
            .is_empty()
        );
        assert_eq!(
            kinds("/owa/anna%40firma.example/powershell", "", "200", "x"),
            [("webmail_door", Some(3), "incident", Some("CVE-2022-41080"))]
        );
        assert_eq!(
            kinds("/owa/anna@firma.example/powershell", "", "401", ""),
            [("webmail_door", None, "probe", Some("CVE-2022-41080"))]
        );
        assert!(
            kinds(
                "/powershell",
                "?clientApplication=ActiveMonitor",
                "200",
                "x"
            )
            .is_empty()
        );
    }
}
