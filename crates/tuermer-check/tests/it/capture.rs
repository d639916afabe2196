//! Public captures and lists: what the real attack left, and what genuine servers write.

use super::{corpus, json, short};
use std::io::Read as _;
use tuermer_check::indicators::{Indicators, Read};

#[test]
#[ignore = "reads public documents that are no part of the project: scripts/corpus"]
fn corpus_capture_of_a_real_attack() {
    let path = corpus("logs/security-datasets/proxylogon_ssrf_rce_poc.zip");
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut events = Vec::new();
    archive
        .by_index(0)
        .unwrap()
        .read_to_end(&mut events)
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("events.json");
    std::fs::write(&file, events).unwrap();
    let (findings, rest, code) = json(&["--events", file.to_str().unwrap()]);
    assert_eq!(
        short(&findings),
        [
            "ssrf_error 1 weakness",
            "shell_in_configuration 5 incident",
            "foreign_script 6 incident",
            "shell_compiled 8 incident",
            "command_run 8 incident",
        ],
        "{findings:#?}"
    );
    assert!(
        findings[1]["detail"]
            .as_str()
            .unwrap()
            .contains("Set-OabVirtualDirectory")
    );
    assert_eq!(
        (
            findings[2]["subject"].as_str(),
            findings[2]["count"].as_u64()
        ),
        (Some("/owa/auth/ohyeah.aspx"), Some(3)),
        "Sysmon and two network events name it"
    );
    assert_eq!((rest["grade"]["step"].as_u64(), code), (Some(8), 3));
    let reach = |end: &str| rest["coverage"][0][end].as_str().unwrap()[..19].to_string();
    assert_eq!(
        (reach("from"), reach("to")),
        ("2021-03-14T01:39:32".into(), "2021-03-14T01:40:59".into()),
        "the events stand in no order"
    );
}

#[test]
#[ignore = "reads public documents that are no part of the project: scripts/corpus"]
fn corpus_genuine_lines_of_each_log_raise_nothing() {
    let path = corpus("logs/artefacts.help/microsoft_exchange.md");
    let page = std::fs::read_to_string(path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut logs = 0;
    for (number, block) in page
        .split("```")
        .enumerate()
        .filter(|(number, block)| number % 2 == 1 && block.contains('#'))
    {
        // The excerpts' own head tells what they are; the page's example of a shell is one of an attack.
        if block.contains("aKdMadOeT.aspx") {
            continue;
        }
        std::fs::write(
            folder.path().join(format!("{number}.log")),
            block.trim_start(),
        )
        .unwrap();
        logs += 1;
    }
    assert!(logs > 10, "{logs}");
    let (findings, rest, code) = json(&["--logs", folder.path().to_str().unwrap()]);
    assert_eq!((short(&findings), code), (vec![], 0), "{rest}");
    assert_eq!(rest["build"]["number"], "15.1.2375.7");
    assert!(rest["coverage"].as_array().unwrap().len() >= 4, "{rest}");
}

#[test]
#[ignore = "reads public documents that are no part of the project: scripts/corpus"]
fn corpus_lists_of_march_2021() {
    let read = |name: &str| {
        let mut indicators = Indicators::default();
        let bytes = std::fs::read(corpus(name)).unwrap();
        (indicators.add(&bytes, name).unwrap(), indicators.counts())
    };
    let (list, counts) =
        read("ioc/MSTICIoCs-ExchangeServerVulnerabilitiesDisclosedMarch2021.dedup.csv");
    let wanted = Read {
        added: 56,
        repeated: 0,
        unused: 0,
    };
    assert_eq!((list, counts), (wanted, (0, 14, 42)));
    let (_, counts) = read(
        "ioc/volexity/2021/2021-03-02 - Operation Exchange Marauder/indicators/indicators.csv",
    );
    assert_eq!(counts, (13, 0, 0));
    let (_, counts) = read("ioc/eset/exchange_exploitation/samples.sha256");
    assert_eq!(counts, (0, 23, 0));
}
