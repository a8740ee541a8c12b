//! What a path means in the folder of a book: a file with its type, another folder, or nothing. Nothing outside is ever opened.

use std::fs::File;
use std::io;
use std::path::Path;

/// A file that is open.
#[derive(Debug)]
pub struct Page {
    /// The file.
    pub file: File,
    /// Its length, in bytes.
    pub length: u64,
    /// Its media type.
    pub kind: &'static str,
}

/// What is there.
#[derive(Debug)]
pub enum Found {
    /// A file, for a folder the `index.html` in it.
    File(Page),
    /// A folder whose path has no slash at its end: relative links in its index would lead elsewhere.
    Folder,
    /// Nothing that can be read.
    Nothing,
}

/// Media types, by the end of a file's name: what mdBook writes and what authors put beside it.
const KINDS: [(&str, &str); 25] = [
    ("css", "text/css; charset=utf-8"),
    ("eot", "application/vnd.ms-fontobject"),
    ("gif", "image/gif"),
    ("htm", "text/html; charset=utf-8"),
    ("html", "text/html; charset=utf-8"),
    ("ico", "image/x-icon"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("map", "application/json"),
    ("md", "text/markdown; charset=utf-8"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("mp4", "video/mp4"),
    ("otf", "font/otf"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("ttf", "font/ttf"),
    ("txt", "text/plain; charset=utf-8"),
    ("wasm", "application/wasm"),
    ("webp", "image/webp"),
    ("woff", "font/woff"),
    ("woff2", "font/woff2"),
    ("xml", "application/xml"),
];

fn kind(file: &Path) -> &'static str {
    let end = file.extension().map(|end| end.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    KINDS.iter().find(|(known, _)| *known == end).map_or("application/octet-stream", |(_, kind)| kind)
}

/// Whether a path is one of a page rather than of what belongs to one.
pub fn is_page(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    !name.contains('.') || name.ends_with(".html")
}

/// Looks up a path, decoded and without `..`, in the folder of a book.
pub fn open(folder: &Path, path: &str) -> Found {
    find(folder, path).unwrap_or(Found::Nothing)
}

fn find(folder: &Path, path: &str) -> io::Result<Found> {
    let root = folder.canonicalize()?;
    let mut wanted = root.clone();
    wanted.extend(path.split('/').filter(|part| !part.is_empty()));
    let is_folder = path.ends_with('/');
    if is_folder {
        wanted.push("index.html");
    }
    // links are followed before it is held against the folder
    let real = wanted.canonicalize()?;
    if !real.starts_with(&root) {
        return Ok(Found::Nothing);
    }
    let there = real.metadata()?;
    if there.is_dir() && !is_folder {
        return Ok(Found::Folder);
    }
    // a pipe would never be open
    if !there.is_file() {
        return Ok(Found::Nothing);
    }
    let file = File::open(&real)?;
    let length = file.metadata()?.len();
    Ok(Found::File(Page { file, length, kind: kind(&wanted) }))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read;
    use std::os::unix::fs::symlink;

    use super::*;

    fn written(parent: &Path) -> std::path::PathBuf {
        let folder = parent.join("book");
        fs::create_dir_all(folder.join("labs/index.html")).expect("made");
        fs::create_dir_all(folder.join("empty")).expect("made");
        fs::write(parent.join("secret"), "secret").expect("written");
        for name in ["index.html", "labs/01.html", "한 글.TXT", "a.woff2", "none"] {
            fs::write(folder.join(name), name).expect("written");
        }
        symlink(parent.join("secret"), folder.join("out")).expect("linked");
        symlink(parent, folder.join("up")).expect("linked");
        symlink("labs/01.html", folder.join("in.html")).expect("linked");
        rustix::fs::mkfifoat(rustix::fs::CWD, folder.join("pipe"), 0o600.into()).expect("made");
        folder
    }

    /// What a path means: the file's text and type, or a word for what it is.
    #[track_caller]
    fn check(folder: &Path, path: &str, expected: (&str, &str)) {
        let found = match open(folder, path) {
            Found::File(mut page) => {
                let mut text = String::new();
                page.file.read_to_string(&mut text).expect("read");
                assert_eq!(page.length, text.len() as u64);
                (text, page.kind)
            }
            Found::Folder => (String::new(), "folder"),
            Found::Nothing => (String::new(), "nothing"),
        };
        assert_eq!((found.0.as_str(), found.1), expected, "{path}");
    }

    #[test]
    fn paths_lead_to_files_inside_only() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = written(parent.path());
        let html = "text/html; charset=utf-8";
        let nothing = ("", "nothing");
        check(&folder, "/", ("index.html", html));
        check(&folder, "//labs/01.html", ("labs/01.html", html));
        check(&folder, "/한 글.TXT", ("한 글.TXT", "text/plain; charset=utf-8"));
        check(&folder, "/a.woff2", ("a.woff2", "font/woff2"));
        check(&folder, "/none", ("none", "application/octet-stream"));
        check(&folder, "/in.html", ("labs/01.html", html));
        check(&folder, "/labs", ("", "folder"));
        for path in ["/labs/", "/empty/", "/index.html/", "/away", "/pipe", "/a\0b", "/out", "/up/secret", "//etc/passwd"] {
            check(&folder, path, nothing);
        }
        check(&parent.path().join("away"), "/", nothing);
    }

    #[test]
    fn pages_are_told_from_what_belongs_to_them() {
        for (path, expected) in [("/", true), ("/a.b/", true), ("/labs/01.html", true), ("/labs", true), ("/a.css", false)] {
            assert_eq!(is_page(path), expected, "{path}");
        }
    }
}
