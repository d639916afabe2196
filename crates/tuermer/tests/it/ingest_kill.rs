//! Killed while it reads a thousand documents: what was told of is there, and reading again completes the rest.

use crate::support::Home;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use tuermer::random::Random;

const CVE: &str = include_str!("../../../tuermer-formats/tests/fixtures/cve-file-transfer.json");
const DOCUMENTS: usize = 1_000;
const ROUNDS: usize = 3;

/// Starts the reading and kills it with SIGKILL after it told of `lines` files; gives the CVE ids it told of, also those
/// whose lines were still on their way when it died.
fn killed_after(home: &Home, folder: &str, lines: usize) -> Vec<String> {
    let mut child = home
        .command(&["ingest", folder, "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut told = Vec::new();
    let mut reader = BufReader::new(child.stdout.take().unwrap()).lines();
    while let Some(Ok(line)) = reader.next() {
        // The last line may have been cut off by the kill; then it was not told.
        if let Ok(line) = serde_json::from_str::<serde_json::Value>(&line) {
            assert!(line["rejected"].as_array().unwrap().is_empty(), "{line}");
            told.extend(line["threat"].as_str().map(str::to_string));
        }
        if told.len() == lines {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_reading_a_thousand_documents_nothing_told_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..DOCUMENTS {
        let record = CVE.replace("CVE-2023-34362", &format!("CVE-2023-{}", 10_000 + number));
        std::fs::write(folder.path().join(format!("{number:04}.json")), record).unwrap();
    }
    let folder = folder.path().to_str().unwrap();
    let random = Random::seeded(20_230_602);
    let mut cut_short = 0;
    for _ in 0..ROUNDS {
        let home = Home::live();
        let mut bytes = [0_u8; 8];
        random.fill(&mut bytes).unwrap();
        let lines =
            1 + usize::try_from(u64::from_le_bytes(bytes) % (DOCUMENTS as u64 - 1)).unwrap();
        let told = killed_after(&home, folder, lines);
        assert!(told.len() >= lines);
        let store = home.store().await;
        let kept: Vec<String> = store
            .threats()
            .await
            .unwrap()
            .into_iter()
            .map(|head| head.tracking_id)
            .collect();
        let lost: Vec<&String> = told.iter().filter(|id| !kept.contains(id)).collect();
        assert!(
            lost.is_empty(),
            "told of {} and kept {}: lost {lost:?}",
            told.len(),
            kept.len()
        );
        cut_short += usize::from(kept.len() < DOCUMENTS);
        store.database.close().await;
        // Reading again completes what was cut off; the chain of the journal is whole.
        let again = home.tuermer(&["ingest", folder, "--json"]).expect(0);
        let new: usize = again
            .lines()
            .iter()
            .map(|line| usize::try_from(line["new"].as_u64().unwrap()).unwrap())
            .sum();
        assert_eq!(
            (new + kept.len(), again.lines().len()),
            (DOCUMENTS, DOCUMENTS)
        );
        home.tuermer(&["audit", "verify"]).expect(0);
    }
    assert!(
        cut_short > 0,
        "the kills hit nothing, so this test saw nothing"
    );
}
