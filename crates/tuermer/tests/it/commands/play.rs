//! Plays the commands of a page from top to bottom in a fresh data directory, as a reader would type them.

use super::{RUN, only_read, root, shown, words};
use crate::support::Home;

/// Calls that rightly end with another code than 0, and where that is told.
const ENDS: &[(&str, i32)] = &[
    // Nothing has come yet: no source was added, nobody reported, the events tell nothing to look for.
    ("tuermer feed pull", 3),
    ("tuermer feed list", 3),
    ("tuermer report list", 3),
    ("tuermer sign indicators", 3),
    ("tuermer sign campaigns", 3),
];

const PASSWORD: &str = "correct horse battery staple\n";

/// The files that the pages name.
fn fixtures(home: &Home) {
    let formats = root().join("crates/tuermer-formats/tests/fixtures");
    for (name, fixture) in [
        ("advisory.json", "csaf-exchange.json"),
        ("known_exploited_vulnerabilities.json", "kev-three.json"),
        (
            "2021-03-06-scan_exchange.csv",
            "shadowserver-scan_exchange.csv",
        ),
        ("events.jsonl", "intelmq-events.jsonl"),
        ("firewall.log", "firewall-log.txt"),
        ("fw.toml", "firewall-template.toml"),
    ] {
        home.file(name, std::fs::read(formats.join(fixture)).unwrap());
    }
    home.file("members.csv", "external_id,name,email,phone\nM-1001,Musterbau GmbH,info@musterbau.example,0271 1234\nM-1002,Walzwerk GmbH,info@walzwerk.example,0271 5678\n");
    home.file(
        "people.csv",
        "external_id,contact_name,email\nM-1001,Anna Muster,a.muster@musterbau.example\n",
    );
    home.file("inventory.csv", "external_id,vendor,product,version,build,source,observed_at\nM-1001,Microsoft,Exchange Server,2016,15.1.2106.2,provider,2021-01-12\n");
    home.file(
        "networks.csv",
        "external_id,kind,value\nM-1001,network,192.0.2.0/24\nM-1002,domain,walzwerk.example\n",
    );
    home.file("password", PASSWORD);
}

/// A page as it is played: the data directory, and the number its warning really got.
struct Play {
    home: Home,
    number: String,
}

impl Play {
    fn new() -> Self {
        let home = Home::empty();
        fixtures(&home);
        Self {
            home,
            number: String::new(),
        }
    }

    /// What a person types when asked is given as options; the number of the first warning is that of its year.
    fn completed(&self, command: &str) -> Vec<String> {
        let mut words: Vec<String> = words(command).split_off(1);
        for word in &mut words {
            if word == "W-2021-001" {
                word.clone_from(&self.number);
            }
        }
        let mut add = |more: &[&str]| words.extend(more.iter().map(|word| (*word).to_string()));
        if command.contains(" --as ") || command.starts_with("tuermer user add") {
            add(&["--password-file", "password"]);
        }
        if command.starts_with("tuermer warn approve") {
            add(&["--count", "1"]);
        }
        words
    }

    fn run(&mut self, page: &str, command: &str) {
        let words = self.completed(command);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = self
            .home
            .command(&words)
            .current_dir(self.home.data().parent().unwrap())
            .output()
            .unwrap();
        let wanted = ENDS
            .iter()
            .find(|(start, _)| command.starts_with(start))
            .map_or(0, |(_, code)| *code);
        let (out, err) = [&output.stdout, &output.stderr]
            .map(|text| String::from_utf8_lossy(text))
            .into();
        assert_eq!(
            output.status.code(),
            Some(wanted),
            "{page}: {command}\n{out}{err}"
        );
        if command.starts_with("tuermer init") {
            self.send_into_a_folder();
        }
        if command.starts_with("tuermer warn draft") {
            let listed = self
                .home
                .tuermer(&["warn", "list", "--json"])
                .expect(0)
                .lines();
            self.number = listed[0]["number"].as_str().unwrap().to_string();
        }
        if let Some((_, file)) = command.split_once(" > ") {
            self.home.file(file, &output.stdout);
        }
    }

    /// What the reader is told to set in `tuermer.toml`: here the mail server is a folder.
    fn send_into_a_folder(&self) {
        let path = self.home.data().join("tuermer.toml");
        let mut config: toml::Table = std::fs::read_to_string(&path).unwrap().parse().unwrap();
        let mail = config["mail"].as_table_mut().unwrap();
        mail.insert("transport".into(), "folder".into());
        std::fs::write(path, config.to_string()).unwrap();
    }
}

#[test]
fn the_commands_of_the_pages_work_from_top_to_bottom() {
    for page in RUN {
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        let (blocks, _) = shown(&text);
        let mut play = Play::new();
        if !blocks
            .iter()
            .any(|command| command.starts_with("tuermer init"))
        {
            play.run(page, "tuermer init");
            play.run(page, "tuermer import members members.csv");
            play.run(page, "tuermer import networks networks.csv");
        }
        for command in blocks.iter().filter(|command| !only_read(command)) {
            play.run(page, command);
        }
        if !play.number.is_empty() {
            let sent = play
                .home
                .tuermer(&["delivery", "list", "--json"])
                .expect(0)
                .lines();
            assert!(!sent.is_empty(), "{page}: nobody was warned");
        }
    }
}
