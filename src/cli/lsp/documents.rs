//! The documents that the client has open, each with what was found in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lsp_types::{Position, Range, Uri};

use crate::judge::diagnostic::{Diagnostic, EditorPosition, Positions};
use crate::judge::lint::{self, Input, Options};
use crate::judge::rules::config::kind::Kind;
use crate::properties::{self, Document};

/// The most documents that are kept.
pub(super) const DOCUMENTS_MAX: usize = 1000;

/// An open document.
pub(super) struct Open {
    pub uri: Uri,
    pub version: i32,
    /// The file; empty where it is larger than [`properties::MAX_BYTES`].
    pub input: Input,
    pub findings: Vec<Diagnostic>,
    /// What is found between it and the files beside it.
    pub between: Vec<Diagnostic>,
    /// What it configures, and its settings; `None` where that cannot be told or read.
    pub settings: Option<(Kind, Document)>,
}

impl Open {
    /// Looks at a document.
    pub fn new(uri: Uri, version: i32, text: String, options: &Options) -> Self {
        let path = path(&uri);
        let mut input = Input { shown: path.display().to_string(), path, bytes: text.into_bytes() };
        let findings = lint::lint(&input, options).unwrap_or_default();
        let settings = lint::settings(&input, options);
        if input.bytes.len() > properties::MAX_BYTES {
            input.bytes = Vec::new();
        }
        Self { uri, version, input, findings, between: Vec::new(), settings }
    }

    /// The folder that it is in; `None` for what is no file.
    pub fn folder(&self) -> Option<&Path> {
        folder_of(&self.uri, &self.input.path)
    }

    /// For places in it.
    pub fn places(&self) -> Places<'_> {
        Places(Positions::new(&self.input.bytes))
    }
}

/// Bytes of a document as the protocol counts them, and back.
pub(super) struct Places<'a>(Positions<'a>);

impl Places<'_> {
    /// The place of some bytes.
    pub fn range(&self, bytes: &std::ops::Range<usize>) -> Range {
        let place = |at| {
            let EditorPosition { line, character } = self.0.in_editor(at);
            Position { line, character }
        };
        Range { start: place(bytes.start), end: place(bytes.end.max(bytes.start)) }
    }

    /// The byte at a place.
    pub fn byte(&self, place: Position) -> usize {
        self.0.byte(EditorPosition { line: place.line, character: place.character })
    }
}

/// The documents by their address.
#[derive(Default)]
pub(super) struct Documents(BTreeMap<String, Open>);

impl Documents {
    /// Keeps a document; `false` where there are too many.
    pub fn keep(&mut self, open: Open) -> bool {
        let there = self.0.contains_key(open.uri.as_str());
        let room = there || self.0.len() < DOCUMENTS_MAX;
        if room {
            self.0.insert(open.uri.as_str().to_owned(), open);
        }
        room
    }

    pub fn get(&self, uri: &Uri) -> Option<&Open> {
        self.0.get(uri.as_str())
    }

    /// Those whose files are in a folder.
    pub fn in_folder<'a>(&'a self, folder: &'a Path) -> impl Iterator<Item = &'a Open> {
        self.0.values().filter(move |open| open.folder() == Some(folder))
    }

    /// The same, to be changed.
    pub fn in_folder_mut<'a>(&'a mut self, folder: &'a Path) -> impl Iterator<Item = &'a mut Open> {
        self.0.values_mut().filter(move |open| open.folder() == Some(folder))
    }

    pub fn close(&mut self, uri: &Uri) -> Option<Open> {
        self.0.remove(uri.as_str())
    }
}

/// The folder of an address that is a file's.
pub(super) fn folder_of<'a>(uri: &Uri, path: &'a Path) -> Option<&'a Path> {
    let is_file = uri.as_str().starts_with("file:") && path.is_absolute();
    path.parent().filter(|_| is_file)
}

/// The path of an address, its escapes undone; of one that is no file, what stands where a path would.
pub(super) fn path(uri: &Uri) -> PathBuf {
    let text = uri.path().as_str();
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = after.get(..2).filter(|_| first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    PathBuf::from(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_paths() {
        for (uri, expected) in [
            ("file:///etc/kafka/server.properties", "/etc/kafka/server.properties"),
            ("file:///%EC%B9%B4/a%20b.properties", "/카/a b.properties"),
            ("untitled:server.properties", "server.properties"),
        ] {
            assert_eq!(path(&uri.parse().unwrap()), PathBuf::from(expected), "{uri}");
        }
    }

    #[test]
    fn there_is_a_limit_to_documents() {
        let mut documents = Documents::default();
        let open = |at: usize| Open::new(format!("file:///{at}").parse().unwrap(), 1, String::new(), &Options::default());
        assert!((0..DOCUMENTS_MAX).all(|at| documents.keep(open(at))));
        assert!(!documents.keep(open(DOCUMENTS_MAX)) && documents.keep(open(0)));
        assert!(documents.close(&open(0).uri).is_some() && documents.keep(open(DOCUMENTS_MAX)));
    }
}
