//! The files beside the open documents: what is found between them and those, and what the client was told of that.
//!
//! A file that is open counts as it stands in the editor, the others as they are on disk; those are read anew only where size or
//! time of change tell that they are others.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use lsp_types::Uri;

use super::documents::{Documents, Open};
use crate::judge::diagnostic::{Diagnostic, Source};
use crate::judge::lint::{self, Input, Options, files};

/// The most files of one folder that are looked at.
const FILES_MAX: usize = 64;
/// The largest file that is looked at while another one is edited, in bytes.
const BYTES_MAX: u64 = 256 * 1024;
/// The most folders whose files are remembered.
const FOLDERS_MAX: usize = 64;

/// A file as it was when it was read.
struct Known {
    changed: Option<SystemTime>,
    size: u64,
    input: Input,
}

/// The folders of the open documents.
#[derive(Default)]
pub(super) struct Neighbours {
    files: BTreeMap<PathBuf, Known>,
    /// What was told of files that are not open.
    told: BTreeMap<PathBuf, Vec<Diagnostic>>,
}

/// What the client has to be told.
#[derive(Default)]
pub(super) struct News {
    /// Open documents of which something else is found now.
    pub documents: Vec<Uri>,
    /// Files that are not open, with what is found in them now.
    pub files: Vec<Open>,
}

impl Neighbours {
    /// Looks at a folder again; the open documents in it learn what is found.
    pub fn look(&mut self, folder: &Path, documents: &mut Documents, options: &Options) -> News {
        let open: BTreeSet<PathBuf> = documents.in_folder(folder).map(|open| open.input.path.clone()).collect();
        let mut inputs: BTreeMap<PathBuf, Input> = BTreeMap::new();
        if !open.is_empty() {
            inputs = self.on_disk(folder, &open);
            inputs.extend(documents.in_folder(folder).map(|open| (open.input.path.clone(), open.input.clone())));
        }
        let inputs: Vec<Input> = inputs.into_values().collect();
        let mut found: BTreeMap<PathBuf, Vec<Diagnostic>> = BTreeMap::new();
        for finding in lint::between(&inputs, options) {
            if let Source::File { path, .. } = &finding.source {
                found.entry(path.clone()).or_default().push(finding);
            }
        }
        let mut news = News::default();
        for document in documents.in_folder_mut(folder) {
            let now = found.remove(&document.input.path).unwrap_or_default();
            if document.between != now {
                document.between = now;
                news.documents.push(document.uri.clone());
            }
        }
        let here = |path: &Path| path.parent() == Some(folder);
        let before: Vec<PathBuf> = self.told.keys().filter(|path| here(path)).cloned().collect();
        for path in before {
            let told = self.told.remove(&path).unwrap_or_default();
            if open.contains(&path) || found.get(&path) == Some(&told) {
                if let Some(same) = found.remove(&path) {
                    self.told.insert(path, same);
                }
                continue;
            }
            found.entry(path).or_default();
        }
        for (path, findings) in found {
            let input = inputs.iter().find(|input| input.path == path).cloned();
            let input = input.unwrap_or(Input { shown: path.display().to_string(), path: path.clone(), bytes: Vec::new() });
            let Some(uri) = address(&path) else { continue };
            news.files.push(Open { uri, version: 0, input, findings: Vec::new(), between: findings.clone(), settings: None });
            if !findings.is_empty() {
                self.told.insert(path, findings);
            }
        }
        news
    }

    /// The settings on disk in a folder, without those that are open.
    fn on_disk(&mut self, folder: &Path, open: &BTreeSet<PathBuf>) -> BTreeMap<PathBuf, Input> {
        let is_settings = |path: &PathBuf| {
            let ending = path.extension().and_then(OsStr::to_str).unwrap_or("");
            matches!(ending, "properties" | "cfg") && !open.contains(path)
        };
        let names = std::fs::read_dir(folder).into_iter().flatten().take(lint::files::FILES_MAX).flatten();
        let mut paths: Vec<PathBuf> = names.map(|entry| entry.path()).filter(is_settings).collect();
        paths.sort_unstable();
        paths.truncate(FILES_MAX);
        if self.files.len() > FOLDERS_MAX * FILES_MAX {
            self.files.clear();
        }
        paths.into_iter().filter_map(|path| Some((path.clone(), self.read(path)?))).collect()
    }

    fn read(&mut self, path: PathBuf) -> Option<Input> {
        let meta = std::fs::metadata(&path).ok().filter(|meta| meta.is_file() && meta.len() <= BYTES_MAX)?;
        let (changed, size) = (meta.modified().ok(), meta.len());
        if let Some(known) = self.files.get(&path).filter(|known| known.changed == changed && known.size == size) {
            return Some(known.input.clone());
        }
        let input = files::read(&path).ok()?;
        self.files.insert(path, Known { changed, size, input: input.clone() });
        Some(input)
    }
}

/// The address of a file: everything but letters, digits and a few signs is escaped.
fn address(path: &Path) -> Option<Uri> {
    let mut text = "file://".to_owned();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => text.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => text.push(char::from(*byte)),
            byte => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "broker.id=1\nlisteners=PLAINTEXT://localhost:9092\nlog.dirs=/d/1\nzookeeper.connect=localhost:2181\n";

    fn open(path: &Path, text: &str) -> Open {
        Open::new(address(path).expect("an address"), 1, text.to_owned(), &Options::default())
    }

    /// What is found between the files: of open documents, and of those on disk that the client is told of.
    fn codes(news: &News, documents: &Documents) -> (Vec<&'static str>, Vec<(String, Vec<&'static str>)>) {
        let of = |found: &[Diagnostic]| found.iter().map(|found| found.code).collect::<Vec<_>>();
        let documents = news.documents.iter().filter_map(|uri| documents.get(uri)).flat_map(|open| of(&open.between)).collect();
        let name = |open: &Open| open.input.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        (documents, news.files.iter().map(|open| (name(open), of(&open.between))).collect())
    }

    #[test]
    fn files_beside_a_document_count_as_they_are_now() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("server-1.properties"), ONE).expect("written");
        let (mut neighbours, mut documents, options) = (Neighbours::default(), Documents::default(), Options::default());
        let mut look = |documents: &mut Documents| {
            let news = neighbours.look(folder.path(), documents, &options);
            let (documents, files) = codes(&news, documents);
            (documents, files)
        };
        let second = at("server-2.properties");
        assert!(documents.keep(open(&second, ONE)));
        assert_eq!(look(&mut documents), (vec!["KL601"], vec![]));
        assert_eq!(look(&mut documents), (vec![], vec![]), "nothing is told twice");
        std::fs::write(at("server-1.properties"), ONE.replace("id=1", "id=11")).expect("written");
        assert_eq!(look(&mut documents), (vec!["KL602", "KL603"], vec![]));
        std::fs::write(at("server-3.properties"), ONE).expect("written");
        assert_eq!(look(&mut documents), (vec![], vec![("server-3.properties".to_owned(), vec!["KL601", "KL602", "KL603"])]));
        let uri = address(&second).expect("an address");
        documents.close(&uri);
        assert_eq!(look(&mut documents), (vec![], vec![("server-3.properties".to_owned(), vec![])]));
    }

    #[test]
    fn paths_are_addresses() {
        assert_eq!(address(Path::new("/카/a b.properties")).expect("one").as_str(), "file:///%EC%B9%B4/a%20b.properties");
    }
}
