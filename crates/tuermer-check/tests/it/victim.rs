//! The logs of a server that climbed all eight steps, graded by the highest with the time it was first reached.

use super::{check, fixture, json, short};

#[test]
fn all_eight_steps() {
    let victim = fixture("victim");
    let (findings, rest, code) = json(&["--logs", victim.to_str().unwrap()]);
    let told: Vec<String> = findings
        .iter()
        .map(|finding| {
            format!(
                "{} {} {} {}",
                &finding["at"].as_str().unwrap()[5..16],
                finding["kind"].as_str().unwrap(),
                finding["step"],
                finding["verdict"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "03-02T23:50 ssrf null probe",
            "03-03T04:23 ssrf 1 weakness",
            "03-03T04:23 ssrf 2 incident",
            "03-03T04:23 ssrf null probe",
            "03-03T04:23 ssrf 3 incident",
            "03-03T04:23 ssrf 4 incident",
            "03-03T04:23 configuration_set 5 incident",
            "03-03T04:23 shell_in_configuration 5 incident",
            "03-03T04:23 shell_written 6 incident",
            "03-03T04:23 traces_removed 7 cleaned",
            "03-03T04:25 shell_used 8 incident",
            "03-03T05:40 foreign_download 6 incident",
            "03-06T02:10 shell_used_by_other 8 incident",
            "03-07T02:10 shell_hunt null probe",
            "03-08T11:02 shell_hunt null probe",
            "03-08T11:02 shell_gone null cleaned",
            "03-11T10:00 shell_hunt null probe",
        ]
    );
    assert_eq!(
        (
            rest["grade"]["step"].as_u64(),
            rest["grade"]["since"].as_str(),
            rest["grade"]["verdict"].as_str()
        ),
        (Some(8), Some("2021-03-03T04:25:10Z"), Some("incident"))
    );
    assert_eq!(code, 3);
    let place = |kind: &str| {
        findings
            .iter()
            .find(|finding| finding["kind"] == kind)
            .unwrap()
    };
    assert_eq!(place("shell_used_by_other")["address"], "198.51.100.23");
    assert_eq!(
        (
            place("shell_written")["line"].as_u64(),
            place("shell_written")["cve"].as_str()
        ),
        (Some(16), Some("CVE-2021-27065"))
    );
    assert!(
        place("shell_written")["file"]
            .as_str()
            .unwrap()
            .ends_with("HttpProxy_2021030104-1.LOG")
    );
    assert_eq!(rest["build"]["number"], "15.1.2106.2");
    assert_eq!(rest["unreadable"].as_array().unwrap().len(), 0, "{rest}");
}

#[test]
fn the_answer_always_tells_how_far_the_logs_reach() {
    let victim = fixture("victim");
    let (_, rest, _) = json(&["--logs", victim.to_str().unwrap()]);
    let coverage: Vec<String> = rest["coverage"]
        .as_array()
        .unwrap()
        .iter()
        .map(|covered| {
            format!(
                "{} {} {} {}",
                covered["log"].as_str().unwrap(),
                &covered["from"].as_str().unwrap()[..16],
                &covered["to"].as_str().unwrap()[..16],
                covered["files"]
            )
        })
        .collect();
    assert_eq!(
        coverage,
        [
            r"ECP\Server 2021-03-01T00:00 2021-03-09T08:00 1",
            r"HttpProxy\Autodiscover 2021-03-02T09:00 2021-03-09T09:00 1",
            r"HttpProxy\Ecp 2021-03-01T00:00 2021-03-09T18:00 1",
            r"HttpProxy\Owa 2021-03-01T07:00 2021-03-10T07:00 1",
            r"IIS\W3SVC1 2021-03-03T00:00 2021-03-11T12:00 1",
            "OABGeneratorLog 2021-03-02T02:00 2021-03-09T02:00 1",
        ]
    );
    let gaps = rest["gaps"].to_string();
    assert!(
        gaps.contains("HttpProxy\\\\Eas") && gaps.contains("Events") && gaps.contains("Web"),
        "{gaps}"
    );
    assert!(
        rest["gaps"]
            .as_array()
            .unwrap()
            .iter()
            .any(|gap| gap["wave"] == "ProxyLogon" && gap["log"] == r"IIS\W3SVC1")
    );
    let text = String::from_utf8(check(&["--logs", victim.to_str().unwrap()]).stdout).unwrap();
    assert!(
        text.contains("die Hintertür wurde benutzt")
            && text.contains("ProxyLogon begann am 26.02.2021"),
        "{text}"
    );
}

#[test]
fn older_signs_are_counted_not_shown() {
    let victim = fixture("victim");
    let (findings, rest, code) =
        json(&["--logs", victim.to_str().unwrap(), "--since", "2021-03-06"]);
    assert_eq!(
        short(&findings),
        [
            "shell_used_by_other 8 incident",
            "shell_hunt null probe",
            "shell_hunt null probe",
            "shell_gone null cleaned",
            "shell_hunt null probe"
        ]
    );
    assert_eq!((rest["older"].as_u64(), code), (Some(12), 3));
    assert!(
        rest["coverage"]
            .as_array()
            .unwrap()
            .iter()
            .all(|covered| covered["from"].as_str().unwrap() >= "2021-03-06")
    );
}

#[test]
fn the_output_of_microsofts_script() {
    let (findings, rest, code) =
        json(&["--logs", fixture("test-proxylogon.csv").to_str().unwrap()]);
    assert_eq!(
        short(&findings),
        [
            "ssrf 2 incident",
            "shell_written 6 incident",
            "ssrf null probe"
        ]
    );
    assert_eq!(
        (
            rest["grade"]["step"].as_u64(),
            rest["coverage"][0]["log"].as_str(),
            code
        ),
        (Some(6), Some("Test-ProxyLogon"), 3)
    );
}

#[test]
fn page_report_and_seal() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    let binary = env!("CARGO_BIN_EXE_tuermer-check");
    let made = std::process::Command::new(binary)
        .args(["key", "--private", &path("chamber.key")])
        .output()
        .unwrap();
    let public = String::from_utf8(made.stdout).unwrap().trim().to_string();
    let victim = fixture("victim");
    let output = check(&[
        "--logs",
        victim.to_str().unwrap(),
        "--html",
        &path("r.html"),
        "--out",
        &path("r.sealed"),
        "--seal",
        &public,
        "--reference",
        "M-4711 <b>",
    ]);
    assert_eq!(
        output.status.code(),
        Some(3),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let page = std::fs::read_to_string(path("r.html")).unwrap();
    assert!(
        page.contains("M-4711 &lt;b&gt;")
            && !page.contains("<script")
            && !page.contains("<link")
            && !page.contains("href=")
            && !page.contains("src=")
            && !page.contains("url("),
        "{page}"
    );
    let opened = std::process::Command::new(binary)
        .args(["open", &path("r.sealed"), "--private", &path("chamber.key")])
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&opened.stdout).unwrap();
    assert_eq!(
        (
            report["format"].as_str(),
            report["format_version"].as_u64(),
            report["reference"].as_str()
        ),
        (Some("tuermer-check"), Some(1), Some("M-4711 <b>"))
    );
    assert_eq!(
        (
            report["findings"].as_array().unwrap().len(),
            report["grade"]["step"].as_u64()
        ),
        (17, Some(8))
    );
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        3,
        "no half file is left"
    );
}

#[test]
fn nothing_read_is_no_all_clear() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let (findings, rest, code) = json(&["--logs", path]);
    assert_eq!(
        (
            findings.len(),
            rest["coverage"].as_array().unwrap().len(),
            code
        ),
        (0, 0, 5)
    );
    assert_eq!(
        check(&["--logs", &format!("{path}/absent")]).status.code(),
        Some(5)
    );
    assert_eq!(check(&[]).status.code(), Some(1), "no folder given");
    assert_eq!(check(&["--nonsense"]).status.code(), Some(2));
    assert_eq!(
        check(&["--logs", path, "--seal", "x"]).status.code(),
        Some(2),
        "--seal needs --out"
    );
    assert_eq!(
        check(&["--logs", path, "--build", "15.1"]).status.code(),
        Some(1)
    );
}
