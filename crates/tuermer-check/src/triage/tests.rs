//! Lines worth a look are found whatever their spelling, and no line with a sign is missed.

use super::*;

fn taken(block: &str) -> Vec<(String, bool)> {
    let triage = Triage::web().unwrap();
    let mut found = Vec::new();
    triage.candidates(block.as_bytes(), |candidate| {
        found.push((block[candidate.line.clone()].to_string(), candidate.is_head))
    });
    found
}

#[test]
fn only_lines_worth_a_look() {
    let lines = [
        ("t,/owa/auth/logon.aspx,200", false),
        ("t,/OWA/auth/Shell.ASPX,200", true),
        ("t,/owa/auth/redirsuiteserverproxy.aspx,200", true),
        ("t,/aspnet_client/x.ashx,200", true),
        ("t,/ecp/default.aspx,200", false),
        ("t,/EWS/Exchange.asmx,200", false),
        ("t,/x,ServerInfo~a]@m:444/y,200", true),
        ("t,/x,SERVERINFO~a]@m:444/y,200", true),
        ("t,/x,foo~bar", false),
        ("t,/autodiscover/autodiscover.json,?@x/powershell", true),
        ("t,/autodiscover/autodiscover.json,?Protocol=Ews", false),
        ("t,/powershell,200", false),
        ("t,/owa/a@b/powershell,200", true),
    ];
    let block: String = lines.iter().map(|(line, _)| format!("{line}\n")).collect();
    let expected: Vec<_> = lines
        .iter()
        .filter(|(_, taken)| *taken)
        .map(|(line, _)| (line.to_string(), false))
        .collect();
    assert_eq!(taken(&block), expected);
    for (line, expected) in lines {
        assert_eq!(taken(line).len(), usize::from(expected), "{line}");
    }
}

#[test]
fn the_spellings_are_few() {
    let web = Triage::web().unwrap();
    assert!(web.reasons.len() <= MOST_LITERALS, "{}", web.reasons.len());
}

#[test]
fn the_column_tells_a_known_address() {
    let block = "t,192.0.2.219,192.0.2.1\nt,x,192.0.2.219\r\n#Fields: DateTime,ClientIpAddress,UrlStem\nt,192.0.2.219,x#\nt,2001:DB8:0::245e,x\nt,192.0.2.2190,x\nt,::ffff:192.0.2.219,x\n#192.0.2.219\nt,192.0.2.219:443,x\nt,::FFFF:c000:02db,x";
    let columns = Columns::read(b"#Fields: DateTime,UrlStem,ClientIpAddress");
    let found = |list: &[u8]| {
        let mut indicators = Indicators::default();
        indicators.add(list, "x").unwrap();
        let known = KnownAddresses::new(&indicators);
        let lines: Vec<&str> = known
            .lines(block.as_bytes(), columns.as_ref(), &indicators)
            .into_iter()
            .map(|line| &block[line])
            .collect();
        (lines, known.literals.is_some())
    };
    let (all, by_literal) = found(b"192.0.2.219\n2001:db8::245e\n");
    assert_eq!(
        all,
        [
            "t,x,192.0.2.219\r",
            "t,192.0.2.219,x#",
            "t,2001:DB8:0::245e,x",
            "t,::ffff:192.0.2.219,x",
            "t,192.0.2.219:443,x",
            "t,::FFFF:c000:02db,x"
        ]
    );
    assert!(!by_literal, "IPv6 has many spellings");
    let (few, by_literal) = found(b"192.0.2.219\n");
    assert_eq!(
        few,
        [
            "t,x,192.0.2.219\r",
            "t,192.0.2.219,x#",
            "t,::ffff:192.0.2.219,x",
            "t,192.0.2.219:443,x",
            "t,::FFFF:c000:02db,x"
        ]
    );
    assert!(by_literal || !cfg!(target_arch = "x86_64"));
}

#[test]
fn heads_inside_a_file() {
    let found = taken(
        "#Fields: a\nx,ServerInfo~a/b ServerInfo~c\n#Fields: b\n#Fields: c\ny,ServerInfo~d/e",
    );
    let expected = [
        ("#Fields: a", true),
        ("x,ServerInfo~a/b ServerInfo~c", false),
        ("#Fields: b", true),
        ("#Fields: c", true),
        ("y,ServerInfo~d/e", false),
    ];
    assert_eq!(found, expected.map(|(line, head)| (line.to_string(), head)));
}

proptest::proptest! {
    #[test]
    fn no_line_with_a_sign_is_missed(before in "[ -~\n]{0,200}", after in "[ -~\n]{0,200}", which in 0_usize..3) {
        let sign = ["x,sErVeRiNfO~a]@b:444/mapi", "x,/owa/auth/Zz.aSpX,200", "x,/owa/a/PowerShell,1"][which];
        let block = format!("{before}\n{sign}\n{after}");
        proptest::prop_assert!(taken(&block).iter().any(|(line, _)| line == sign), "{block:?}");
    }
}
