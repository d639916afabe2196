//! The eight steps of a ProxyLogon attack, read from the AnchorMailbox and the status of a forged request.
//!
//! Microsoft's own pattern (Test-ProxyLogon) says whether a line counts as a hit of CVE-2021-26855; the ladder says how far it
//! got. A step counts only with its status; a scanner's probe to a foreign host is never more than a probe.

use crate::text;

/// What a forged request asked for and how far it got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rung {
    /// The step that was reached with its status.
    pub step: Option<u8>,
    /// Microsoft's script would list this line.
    pub microsoft: bool,
}

/// Judges `ServerInfo~<anything>@<back end>:444/<target>?<query>#`; nothing for any other anchor.
pub fn judge(anchor: &[u8], status: Option<u16>) -> Option<Rung> {
    let rest = text::find(anchor, "serverinfo~")
        .filter(|at| *at == 0)
        .and_then(|_| anchor.get(11..))?;
    let slash = memchr::memchr(b'/', rest)?;
    let (host, target) = rest.split_at(slash);
    let autodiscover = text::contains(target, "/autodiscover");
    let local = host
        .get(..9)
        .is_some_and(|start| start.eq_ignore_ascii_case(b"localhost"));
    let microsoft = !autodiscover && !local;
    // The forged host ends in the back end's port or carries a user part; a scanner names its own host.
    let back_end = memchr::memchr(b'@', host).is_some() || host.ends_with(b":444");
    let step = match back_end && !local {
        true => step(target, status?),
        false => None,
    };
    Some(Rung { step, microsoft })
}

/// The step of a target on the back end.
fn step(target: &[u8], status: u16) -> Option<u8> {
    let is = |part: &str| text::contains(target, part);
    let object = is("/ecp/ddi/ddiservice.svc/");
    match status {
        241 if is("/ecp/proxylogon.ecp") => Some(3),
        200 if object && is("/setobject") && is("schema=reset") && is("virtualdirectory") => {
            Some(6)
        }
        200 if object && is("/setobject") && is("virtualdirectory") => Some(5),
        200 if object && is("/getobject") => Some(4),
        200 if is("/mapi/emsmdb") => Some(2),
        200 if is("/autodiscover/autodiscover.xml") => Some(1),
        _ => None,
    }
}

/// CVE-2021-27065 as Microsoft's script finds it in HttpProxy\Ecp: `ServerInfo~*/*Reset*VirtualDirectory#` with status 200.
pub fn is_reset(anchor: &[u8], status: Option<u16>) -> bool {
    let reset = text::find(anchor, "reset")
        .and_then(|at| anchor.get(at..))
        .is_some_and(|rest| text::contains(rest, "virtualdirectory#"));
    status == Some(200)
        && reset
        && anchor.ends_with(b"#")
        && memchr::memchr(b'/', anchor).is_some()
        && text::find(anchor, "serverinfo~") == Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Anchor and status; step, and whether Microsoft names the request.
    const RUNGS: &[(&str, u16, Option<(Option<u8>, bool)>)] = &[
        (
            "ServerInfo~a]@mail:444/autodiscover/autodiscover.xml?#",
            200,
            Some((Some(1), false)),
        ),
        (
            "ServerInfo~a]@mail:444/mapi/emsmdb/?#",
            200,
            Some((Some(2), true)),
        ),
        (
            "ServerInfo~a]@mail:444/mapi/emsmdb/?#",
            500,
            Some((None, true)),
        ),
        (
            "ServerInfo~a]@mail:444/ecp/proxyLogon.ecp?#",
            241,
            Some((Some(3), true)),
        ),
        (
            "ServerInfo~a]@mail:444/ecp/proxyLogon.ecp?#",
            200,
            Some((None, true)),
        ),
        (
            "ServerInfo~a]@mail.example.org:444/ecp/DDI/DDIService.svc/GetObject?msExchEcpCanary=x&schema=OABVirtualDirectory#",
            200,
            Some((Some(4), true)),
        ),
        (
            "ServerInfo~a]@mail.example.org:444/ecp/DDI/DDIService.svc/SetObject?msExchEcpCanary=x&schema=OABVirtualDirectory#",
            200,
            Some((Some(5), true)),
        ),
        (
            "ServerInfo~a]@mail.example.org:444/ecp/DDI/DDIService.svc/SetObject?msExchEcpCanary=x&schema=ResetOABVirtualDirectory#",
            200,
            Some((Some(6), true)),
        ),
        (
            "ServerInfo~a]@mail.example.org:444/ecp/DDI/DDIService.svc/SetObject?msExchEcpCanary=x&schema=ResetOABVirtualDirectory#",
            403,
            Some((None, true)),
        ),
        (
            "serverinfo~A]@MAIL:444/MAPI/EMSMDB/?#",
            200,
            Some((Some(2), true)),
        ),
        (
            "ServerInfo~burpcollaborator.net/ecp/default.flt?",
            200,
            Some((None, true)),
        ),
        (
            "ServerInfo~localhost/ecp/default.flt",
            500,
            Some((None, false)),
        ),
        (
            "ServerInfo~localhost:444/ecp/x@y:444/mapi/emsmdb",
            200,
            Some((None, false)),
        ),
        ("ServerInfo~nothing", 200, None),
        ("ServerVersion~Version 15.1 (Build 2374.0)", 200, None),
        ("Sid~S-1-5-21/x", 200, None),
    ];

    #[test]
    fn the_ladder() {
        let ddi = "ServerInfo~a]@mail.example.org:444/ecp/DDI/DDIService.svc";
        for &(anchor, status, expected) in RUNGS {
            let rung =
                judge(anchor.as_bytes(), Some(status)).map(|rung| (rung.step, rung.microsoft));
            assert_eq!(rung, expected, "{anchor} {status}");
        }
        assert!(is_reset(
            format!("{ddi}/SetObject?schema=ResetOABVirtualDirectory#").as_bytes(),
            Some(200)
        ));
        assert!(!is_reset(
            format!("{ddi}/SetObject?schema=OABVirtualDirectory#").as_bytes(),
            Some(200)
        ));
    }
}
