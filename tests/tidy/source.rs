//! Rust files as the checks see them: the text, and the code without comments, strings and tests.

use std::fs;
use std::path::{Path, PathBuf};

/// One file.
pub struct Source {
    /// Relative to the package, as `src/net/mod.rs`.
    pub path: String,
    /// As it is.
    pub text: String,
    /// Comments and the insides of strings are blanks; every line is where it was.
    pub code: String,
    /// As `code`, with `#[cfg(test)]` modules blank too.
    pub without_tests: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let code = blank_comments_and_strings(text);
        let is_test = ["tests/", "benches/", "fuzz/"].iter().any(|folder| path.starts_with(folder))
            || path.ends_with("/tests.rs")
            || path.contains("/tests/");
        let without_tests = if is_test { blanks(&code) } else { blank_test_modules(&code) };
        Self { path: path.to_owned(), text: text.to_owned(), code, without_tests }
    }

    pub fn lines(&self) -> usize {
        self.text.lines().count()
    }

    /// The room of a file below `src`; `None` for `lib.rs`, `main.rs` and tests.
    pub fn room(&self) -> Option<&str> {
        self.path.strip_prefix("src/")?.split_once('/').map(|(room, _)| room)
    }

    /// A finding at a line, counted from 1.
    pub fn finding(&self, line: usize, what: impl std::fmt::Display) -> String {
        format!("{}:{line}: error: {what}", self.path)
    }
}

/// Every Rust file of ours, sorted by path.
pub fn read(root: &Path) -> Vec<Source> {
    let mut paths = Vec::new();
    for folder in
        ["src", "tests", "benches", "fuzz/checks", "fuzz/fuzz_targets"].iter().filter(|folder| root.join(folder).is_dir())
    {
        collect(&root.join(folder), &mut paths);
    }
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a source file is readable");
        Source::new(&path.strip_prefix(root).expect("it is below the root").display().to_string(), &text)
    };
    paths.into_iter().map(read).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

/// The line of a byte, counted from 1.
pub fn line_of(text: &str, byte: usize) -> usize {
    text[..byte].matches('\n').count() + 1
}

/// The byte of the brace that closes the one at `open`; the end of the text where it is not closed.
pub fn closing_brace(code: &str, open: usize) -> usize {
    let mut depth = 0;
    for (offset, byte) in code[open..].bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return open + offset;
        }
    }
    code.len()
}

fn blanks(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect()
}

fn blank_test_modules(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(start) = rest.find("#[cfg(test)]") {
        let Some(open) = rest[start..].find(['{', ';']).map(|offset| start + offset) else { break };
        let end = if rest.as_bytes()[open] == b'{' { closing_brace(rest, open) } else { open };
        let end = (end + 1).min(rest.len());
        out.push_str(&rest[..start]);
        out.push_str(&blanks(&rest[start..end]));
        rest = &rest[end..];
    }
    out + rest
}

/// Blanks byte by byte, so that places stay the same; what is blanked becomes ASCII.
fn blank_comments_and_strings(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let end = at + span(&text[at..], at.checked_sub(1).map(|before| bytes[before]));
        if end == at {
            // one whole character; other than ASCII ones stand only in comments, strings and names
            out.push(if bytes[at].is_ascii() { bytes[at] } else { b' ' });
            at += 1;
            while at < bytes.len() && !text.is_char_boundary(at) {
                out.push(b' ');
                at += 1;
            }
        } else {
            out.extend(bytes[at..end].iter().map(|byte| if *byte == b'\n' { b'\n' } else { b' ' }));
            at = end;
        }
    }
    String::from_utf8(out).expect("only ASCII is left")
}

/// How many bytes of comment or literal `rest` begins with; 0 where it begins with code.
fn span(rest: &str, before: Option<u8>) -> usize {
    let starts_word = !before.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return rest.find("*/").map_or(rest.len(), |end| end + 2);
    }
    let raw = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r')).filter(|_| starts_word);
    if let Some(after) = raw {
        let hashes = after.bytes().take_while(|byte| *byte == b'#').count();
        if after[hashes..].starts_with('"') {
            let close = format!("\"{}", "#".repeat(hashes));
            let inside = rest.len() - after.len() + hashes + 1;
            return rest[inside..].find(&close).map_or(rest.len(), |end| inside + end + close.len());
        }
    }
    if rest.starts_with('"') {
        return quoted(rest, b'"');
    }
    if rest.starts_with('\'') {
        return character(rest);
    }
    0
}

fn quoted(rest: &str, quote: u8) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// A character literal; a lifetime is none.
fn character(rest: &str) -> usize {
    let mut after = rest[1..].chars();
    match after.next() {
        Some('\\') => quoted(rest, b'\''),
        Some(only) if after.next() == Some('\'') => only.len_utf8() + 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blanked_in_place() {
        let check = |text: &str, expected: &str| {
            let found = blank_comments_and_strings(text);
            assert_eq!(found.len(), text.len());
            assert_eq!(found.split_whitespace().collect::<Vec<_>>().join(" "), expected, "{text}");
        };
        check("a // b\nc /* d\n e */ f", "a c f");
        check(r#"let a = "x\" y" + 'q' + '\'' + b;"#, "let a = + + + b;");
        check(r##"f(r"a\", r#"b " c"#, 'x: loop)"##, "f( , , 'x: loop)");
        check("fn f<'a>(토: &'a str) { '가' }", "fn f<'a>( : &'a str) { }");
        check("for_r\"x\"", "for_r");
    }

    #[test]
    fn test_modules_are_blanked() {
        let source = Source::new("src/a.rs", "fn a() {}\n#[cfg(test)]\nmod tests {\n fn b() { if x { } }\n}\nfn c() {}\n");
        assert_eq!(source.without_tests.split_whitespace().collect::<Vec<_>>(), ["fn", "a()", "{}", "fn", "c()", "{}"]);
        assert!(source.code.contains("fn b"));
        assert_eq!(Source::new("src/engine/distribution/tests.rs", "fn a() {}").without_tests.trim(), "");
    }
}
