//! What lies in files, directories and archives, document by document, in memory that does not grow with them.
//! Archives: `source/archive.rs`.

mod archive;

use super::Remark;
use super::content::{Content, too_big, unreadable};
use super::evidence::Evidence;
use super::packed::Unpacked;
use super::proof::Proof;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use tokio::sync::mpsc;
use tuermer_core::limits;
use tuermer_formats::format::Format;
use tuermer_formats::recognise::{self, HEAD_BYTES};

/// Where documents come from.
#[derive(Debug, Clone)]
pub enum Input {
    /// Files and directories.
    Files(Vec<PathBuf>),
    /// One file that has another name where it comes from.
    File {
        /// Address or file name there.
        name: String,
        /// Where it lies here.
        path: PathBuf,
    },
    /// In memory.
    Bytes {
        /// Address or file name.
        name: String,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// An advisory in memory, with what was proven of it before.
    Proven {
        /// Its address.
        name: String,
        /// The bytes.
        bytes: Vec<u8>,
        /// What is proven.
        evidence: Box<Evidence>,
    },
}

/// One piece of what is read, in order.
#[derive(Debug)]
pub enum Piece {
    /// A JSON document.
    Document(Document),
    /// A text that is taken line by line or as a whole.
    Text(Text),
    /// Something that is not used.
    Refused(Place, Format, Remark),
    /// The archive of this name was read to its end.
    End(String),
}

/// Where a document lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file as shown.
    pub file: String,
    /// Name inside an archive; empty for a file of its own.
    pub document: String,
}

/// A JSON document in memory.
#[derive(Debug)]
pub struct Document {
    pub place: Place,
    pub bytes: Vec<u8>,
    pub proof: Proof,
}

/// A text on disk or in memory.
#[derive(Debug)]
pub struct Text {
    pub place: Place,
    pub kind: Format,
    pub content: Content,
}

/// Documents read ahead of being judged.
pub type Chunk = Vec<Piece>;

/// Documents and bytes of one chunk; both bound the memory.
const CHUNK_DOCUMENTS: usize = 256;
const CHUNK_BYTES: usize = 8 * 1024 * 1024;

/// Files that lie beside documents: hashes, signatures, lists of what there is, words for people.
const BESIDE: &[&str] = &[
    "asc", "sha256", "sha512", "sig", "txt", "md", "adoc", "html", "license",
];
const BESIDE_NAMES: &[&str] = &[
    "changes.csv",
    "delta.json",
    "deltaLog.json",
    "LICENSE",
    "README",
];

/// Collects what is found and hands it on in chunks.
pub struct Reader {
    sender: mpsc::Sender<Chunk>,
    chunk: Chunk,
    bytes: usize,
}

/// The other side does not want any more; whatever stopped it is the error to show.
struct Stopped;

type Step = Result<(), Stopped>;

impl Reader {
    /// Hands what it finds to `sender`.
    pub fn new(sender: mpsc::Sender<Chunk>) -> Self {
        Self {
            sender,
            chunk: Vec::new(),
            bytes: 0,
        }
    }

    /// Reads everything; blocks while the other side is busy.
    pub fn read(mut self, input: Input) {
        let done = match input {
            Input::Files(paths) => paths.iter().try_for_each(|path| {
                if path.is_dir() {
                    self.directory(path)
                } else {
                    self.file(path)
                }
            }),
            Input::File { name, path } => match std::fs::metadata(&path) {
                Ok(metadata) => self.content(&name, Content::File(path, metadata.len())),
                Err(error) => self.refuse(
                    Place {
                        file: name,
                        document: String::new(),
                    },
                    Format::Unknown,
                    unreadable(&error),
                ),
            },
            Input::Bytes { name, bytes } => self.content(&name, Content::Bytes(bytes)),
            Input::Proven {
                name,
                bytes,
                evidence,
            } => self.push(Piece::Document(Document {
                place: Place {
                    file: name,
                    document: String::new(),
                },
                bytes,
                proof: Proof::Given(evidence),
            })),
        };
        if done.is_ok() {
            // Stopped now means that somebody else already told why.
            let _ = self.flush();
        }
    }

    fn push(&mut self, found: Piece) -> Step {
        self.bytes = self.bytes.saturating_add(match &found {
            Piece::Document(document) => document.bytes.len(),
            _ => 0,
        });
        self.chunk.push(found);
        if self.chunk.len() >= CHUNK_DOCUMENTS || self.bytes >= CHUNK_BYTES {
            self.flush()
        } else {
            Ok(())
        }
    }

    fn flush(&mut self) -> Step {
        self.bytes = 0;
        if self.chunk.is_empty() {
            return Ok(());
        }
        self.sender
            .blocking_send(std::mem::take(&mut self.chunk))
            .map_err(|_| Stopped)
    }

    fn refuse(&mut self, place: Place, kind: Format, remark: Remark) -> Step {
        self.push(Piece::Refused(place, kind, remark))
    }

    /// The documents beneath, in the order of their names; a link to a directory is not followed, it could lead round.
    fn directory(&mut self, top: &Path) -> Step {
        let mut waiting = vec![top.to_path_buf()];
        while let Some(path) = waiting.pop() {
            let listed =
                std::fs::read_dir(&path).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
            let mut entries = match listed {
                Ok(entries) => entries,
                Err(error) => {
                    self.refuse(Place::file(&path), Format::Unknown, unreadable(&error))?;
                    continue;
                }
            };
            entries.sort_by_key(std::fs::DirEntry::file_name);
            let mut folders = Vec::new();
            for entry in entries {
                let below = entry.path();
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => folders.push(below),
                    Ok(_) if below.is_file() && !is_beside(&below) => self.file(&below)?,
                    _ => {}
                }
            }
            waiting.extend(folders.into_iter().rev());
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) -> Step {
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => self.content(
                &path.display().to_string(),
                Content::File(path.to_path_buf(), metadata.len()),
            ),
            Ok(_) => self.refuse(
                Place::file(path),
                Format::Unknown,
                Remark::new("threat.ingest_not_a_file", &[]),
            ),
            Err(error) => self.refuse(Place::file(path), Format::Unknown, unreadable(&error)),
        }
    }

    /// Decides by the first bytes what a file is.
    fn content(&mut self, file: &str, content: Content) -> Step {
        let place = Place {
            file: file.to_string(),
            document: String::new(),
        };
        let head = match content.head() {
            Ok(head) => head,
            Err(error) => return self.refuse(place, Format::Unknown, unreadable(&error)),
        };
        if recognise::is_zip(&head) {
            let done = match &content {
                Content::File(path, _) => match File::open(path) {
                    Ok(opened) => self.archive(&place, opened, 0),
                    Err(error) => self.refuse(place.clone(), Format::Archive, unreadable(&error)),
                },
                Content::Bytes(bytes) => self.archive(&place, Cursor::new(bytes), 0),
                // An archive in something packed is not looked into.
                Content::Spilled(..) | Content::Packed(_) => self.refuse(
                    place.clone(),
                    Format::Archive,
                    Remark::new("threat.ingest_unknown", &[]),
                ),
            };
            return done.and_then(|()| self.push(Piece::End(place.file)));
        }
        if !Unpacked::is_packed(&head) {
            return self.plain(place, content, &head);
        }
        let content = Content::Packed(Box::new(content));
        match content.head() {
            Ok(head) => self.plain(place, content, &head),
            Err(error) => self.refuse(place, Format::Unknown, unreadable(&error)),
        }
    }

    /// A file that is not compressed, or not any more.
    fn plain(&mut self, place: Place, content: Content, head: &[u8]) -> Step {
        let refused = match head {
            [] => Some("threat.ingest_empty"),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("threat.ingest_utf16"),
            _ => None,
        };
        if let Some(key) = refused {
            return self.refuse(place, Format::Unknown, Remark::new(key, &[]));
        }
        if !recognise::looks_like_json(head) {
            return self.push(Piece::Text(Text {
                place,
                kind: recognise::table(head),
                content,
            }));
        }
        // Events and lists are read one by one, whatever their size.
        let listed = if recognise::is_lines(head) || recognise::is_list(head) {
            recognise::list(head)
        } else {
            Format::Unknown
        };
        if listed != Format::Unknown {
            return self.push(Piece::Text(Text {
                place,
                kind: listed,
                content,
            }));
        }
        if recognise::is_lines(head) {
            return match content.reader() {
                Ok(reader) => self.lines(place.file, reader),
                Err(error) => self.refuse(place, Format::Unknown, unreadable(&error)),
            };
        }
        let proof = match &content {
            Content::File(path, _) => Proof::beside(path),
            Content::Bytes(_) | Content::Spilled(..) | Content::Packed(_) => Proof::None,
        };
        match content.whole() {
            Ok(bytes) => self.push(Piece::Document(Document {
                place,
                bytes,
                proof,
            })),
            Err(remark) => self.refuse(place, recognise::broken_json(head), remark),
        }
    }

    /// One JSON document a line.
    fn lines(&mut self, file: String, reader: impl Read) -> Step {
        let mut reader = BufReader::with_capacity(HEAD_BYTES, reader);
        for number in 1_u64.. {
            let place = Place {
                file: file.clone(),
                document: number.to_string(),
            };
            let mut line = Vec::new();
            match reader
                .by_ref()
                .take(limits::DOCUMENT_BYTES)
                .read_until(b'\n', &mut line)
            {
                Ok(0) => break,
                Ok(read) if read as u64 >= limits::DOCUMENT_BYTES => {
                    self.refuse(place, Format::Unknown, too_big(limits::DOCUMENT_BYTES))?;
                    break;
                }
                Ok(_) if line.trim_ascii().is_empty() => {}
                Ok(_) => self.push(Piece::Document(Document {
                    place,
                    bytes: line.trim_ascii().to_vec(),
                    proof: Proof::None,
                }))?,
                Err(error) => {
                    self.refuse(place, Format::Unknown, unreadable(&error))?;
                    break;
                }
            }
        }
        self.push(Piece::End(file))
    }
}

impl Place {
    fn file(path: &Path) -> Self {
        Self {
            file: path.display().to_string(),
            document: String::new(),
        }
    }

    /// What is kept as the source of the document: the name of the file, or an address as it is.
    pub fn source(&self) -> String {
        let file = if self.file.contains("://") {
            &self.file
        } else {
            self.file.rsplit('/').next().unwrap_or(&self.file)
        };
        if self.document.is_empty() {
            file.to_string()
        } else {
            format!("{file}#{}", self.document)
        }
    }
}

fn is_beside(path: &Path) -> bool {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let extension = path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default();
    name.starts_with('.') || BESIDE_NAMES.contains(&name) || BESIDE.contains(&extension)
}
