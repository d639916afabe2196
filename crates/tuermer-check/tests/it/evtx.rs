//! Event logs of Windows, written here byte by byte (MS-EVEN6): a genuine record, one of the attack, and a broken chunk.

use super::{json, short};

/// An element of an event: name, attributes, and text or children.
enum Node {
    Text(&'static str, &'static str),
    With(&'static str, Vec<(&'static str, &'static str)>, Vec<Node>),
}

/// The bytes of one chunk while it is written; offsets count from its beginning.
struct Chunk(Vec<u8>);

impl Chunk {
    fn text(&mut self, text: &str) {
        let letters: Vec<u16> = text.encode_utf16().collect();
        self.0.extend((letters.len() as u16).to_le_bytes());
        self.0
            .extend(letters.into_iter().flat_map(u16::to_le_bytes));
    }

    /// A name where it is used for the first time: its offset, then itself.
    fn name(&mut self, name: &str) {
        let at = self.0.len() as u32 + 4;
        self.0.extend(at.to_le_bytes());
        self.0.extend([0; 6]);
        self.text(name);
        self.0.extend([0, 0]);
    }

    fn value(&mut self, text: &str) {
        self.0.extend([0x05, 0x01]);
        self.text(text);
    }

    fn element(&mut self, node: &Node) {
        let (name, attributes) = match node {
            Node::Text(name, _) => (*name, &[][..]),
            Node::With(name, attributes, _) => (*name, attributes.as_slice()),
        };
        self.0.push(if attributes.is_empty() { 0x01 } else { 0x41 });
        let size = self.0.len();
        self.0.extend([0; 4]);
        self.name(name);
        if !attributes.is_empty() {
            let list = self.0.len();
            self.0.extend([0; 4]);
            for (number, (name, text)) in attributes.iter().enumerate() {
                self.0.push(if number + 1 < attributes.len() {
                    0x46
                } else {
                    0x06
                });
                self.name(name);
                self.value(text);
            }
            self.patch(list);
        }
        self.0.push(0x02);
        match node {
            Node::Text(_, text) => self.value(text),
            Node::With(_, _, children) => children.iter().for_each(|child| self.element(child)),
        }
        self.0.push(0x04);
        self.patch(size);
    }

    /// The size of what follows, known at its end.
    fn patch(&mut self, at: usize) {
        let size = (self.0.len() - at - 4) as u32;
        self.0[at..at + 4].copy_from_slice(&size.to_le_bytes());
    }

    fn record(&mut self, number: u64, event: &Node) {
        let start = self.0.len();
        self.0.extend(0x2a2a_u32.to_le_bytes());
        self.0.extend([0; 4]);
        self.0.extend(number.to_le_bytes());
        self.0.extend(132_600_000_000_000_000_u64.to_le_bytes());
        self.0.extend([0x0f, 0x01, 0x01, 0x00]);
        self.element(event);
        self.0.push(0x00);
        let size = (self.0.len() - start + 4) as u32;
        self.0.extend(size.to_le_bytes());
        self.0[start + 4..start + 8].copy_from_slice(&size.to_le_bytes());
    }
}

fn chunk(events: &[Node]) -> Vec<u8> {
    let mut chunk = Chunk(b"ElfChnk\0".to_vec());
    let last = events.len() as u64;
    [1, last, 1, last]
        .iter()
        .for_each(|number| chunk.0.extend(number.to_le_bytes()));
    chunk.0.extend(128_u32.to_le_bytes());
    chunk.0.resize(512, 0);
    for (number, event) in events.iter().enumerate() {
        chunk.record(number as u64 + 1, event);
    }
    let end = (chunk.0.len() as u32).to_le_bytes();
    chunk.0[44..48].copy_from_slice(&end);
    chunk.0[48..52].copy_from_slice(&end);
    chunk.0.resize(65_536, 0);
    chunk.0
}

fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"ElfFile\0".to_vec();
    [0, chunks.len() as u64 - 1, 9]
        .iter()
        .for_each(|number: &u64| file.extend(number.to_le_bytes()));
    file.extend(128_u32.to_le_bytes());
    [1_u16, 3, 4_096, chunks.len() as u16]
        .iter()
        .for_each(|number| file.extend(number.to_le_bytes()));
    file.resize(4_096, 0);
    chunks.iter().for_each(|chunk| file.extend(chunk));
    file
}

fn cmdlet(time: &'static str, command: &'static str, parameters: &'static str) -> Node {
    let system = vec![
        Node::With("Provider", vec![("Name", "MSExchange CmdletLogs")], vec![]),
        Node::Text("EventID", "1"),
        Node::With("TimeCreated", vec![("SystemTime", time)], vec![]),
        Node::Text("Channel", "MSExchange Management"),
    ];
    Node::With(
        "Event",
        vec![],
        vec![
            Node::With("System", vec![], system),
            Node::With(
                "EventData",
                vec![],
                vec![Node::Text("Data", command), Node::Text("Data", parameters)],
            ),
        ],
    )
}

fn log() -> Vec<u8> {
    chunk(&[
        cmdlet(
            "2021-03-01T08:00:00.123456Z",
            "Get-Mailbox",
            "{ResultSize=1}",
        ),
        cmdlet(
            "2021-03-03T05:01:12.500000Z",
            "Set-OabVirtualDirectory",
            "{Identity=OAB, ExternalUrl=http://f/<script language=\"JScript\" runat=\"server\">x</script>}",
        ),
        cmdlet(
            "2021-03-03T05:01:14.500000Z",
            "Remove-OabVirtualDirectory",
            "{Identity=OAB}",
        ),
    ])
}

#[test]
fn a_command_of_the_attack() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("MSExchange Management.evtx"),
        file(&[log()]),
    )
    .unwrap();
    let (findings, rest, code) = json(&["--events", folder.path().to_str().unwrap()]);
    assert_eq!(
        (short(&findings), code),
        (vec!["shell_in_configuration 5 incident".to_string()], 3),
        "{rest}"
    );
    assert_eq!(
        (findings[0]["line"].as_u64(), findings[0]["at"].as_str()),
        (Some(2), Some("2021-03-03T05:01:12.5Z"))
    );
    assert_eq!(
        (
            rest["coverage"][0]["from"].as_str(),
            rest["coverage"][0]["to"].as_str()
        ),
        (
            Some("2021-03-01T08:00:00.123456Z"),
            Some("2021-03-03T05:01:14.5Z")
        )
    );
    assert_eq!(rest["unreadable"].as_array().unwrap().len(), 0, "{rest}");
}

#[test]
fn a_broken_chunk_hides_no_other() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("x.evtx"),
        file(&[vec![0x41; 65_536], log()]),
    )
    .unwrap();
    let (findings, rest, _) = json(&["--events", folder.path().to_str().unwrap()]);
    assert_eq!(
        short(&findings),
        ["shell_in_configuration 5 incident"],
        "{rest}"
    );
    assert_eq!(rest["unreadable"][0]["reason"], "broken_record", "{rest}");
}
