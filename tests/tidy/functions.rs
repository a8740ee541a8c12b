//! No function is above 70 lines. Those that were when the rule came are listed; the list only shrinks.

use crate::source::{Source, closing_brace, line_of};

/// The most lines of a function, from `fn` to the closing brace.
const LINES_MAX: usize = 70;

/// Functions that are longer: file, name, and the lines they may have. Make them shorter, never longer.
pub const LONG: &[(&str, &str, usize)] = &[];

struct Function<'s> {
    name: &'s str,
    line: usize,
    lines: usize,
}

/// The functions that are too long, and the exceptions that are not needed any more.
pub fn findings(sources: &[Source], long: &[(&str, &str, usize)]) -> Vec<String> {
    let mut findings = Vec::new();
    for source in sources {
        for function in functions(&source.code) {
            let exception = long.iter().find(|(path, name, _)| (*path, *name) == (source.path.as_str(), function.name));
            let allowed = exception.map_or(LINES_MAX, |(_, _, lines)| *lines);
            if function.lines > allowed {
                let what = format!("{} has {} lines, use at most {allowed}: split it", function.name, function.lines);
                findings.push(source.finding(function.line, what));
            } else if exception.is_some() && function.lines < allowed {
                let what = format!("{} has {} lines now, use that in the list of long functions", function.name, function.lines);
                findings.push(source.finding(function.line, what));
            }
        }
    }
    for (path, name, _) in long {
        let found = sources
            .iter()
            .filter(|source| source.path == *path)
            .any(|source| functions(&source.code).iter().any(|function| function.name == *name && function.lines > LINES_MAX));
        if !found {
            findings.push(format!("{path}:1: error: {name} is not long any more, use no exception for it"));
        }
    }
    findings
}

/// The functions with a body.
fn functions(code: &str) -> Vec<Function<'_>> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let starts_word = !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let name = code[at + 3..].split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        if !starts_word || name.is_empty() {
            continue;
        }
        // `[u8; 4]` in a signature has a semicolon that ends nothing
        let mut depth = 0;
        let body = code[at..].char_indices().find(|(_, c)| {
            match c {
                '(' | '[' => depth += 1,
                ')' | ']' => depth -= 1,
                _ => {}
            }
            depth == 0 && matches!(c, '{' | ';')
        });
        let Some((offset, '{')) = body else { continue };
        let line = line_of(code, at);
        let lines = line_of(code, closing_brace(code, at + offset).min(code.len())) - line + 1;
        found.push(Function { name, line, lines });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(lines: usize) -> Source {
        let body = "    step();\n".repeat(lines - 2);
        Source::new("src/net/long.rs", &format!("//! x\nfn other(a: [u8; 4]);\npub async fn long(a: [u8; 4]) {{\n{body}}}\n"))
    }

    #[track_caller]
    fn check(lines: usize, long: &[(&str, &str, usize)], expected: &[&str]) {
        assert_eq!(findings(&[source(lines)], long), expected);
    }

    #[test]
    fn a_function_of_more_than_70_lines_is_found() {
        check(70, &[], &[]);
        check(71, &[], &["src/net/long.rs:3: error: long has 71 lines, use at most 70: split it"]);
    }

    #[test]
    fn the_list_of_exceptions_only_shrinks() {
        let listed = [("src/net/long.rs", "long", 90)];
        check(90, &listed, &[]);
        check(91, &listed, &["src/net/long.rs:3: error: long has 91 lines, use at most 90: split it"]);
        check(80, &listed, &["src/net/long.rs:3: error: long has 80 lines now, use that in the list of long functions"]);
        let gone = "src/net/long.rs:1: error: long is not long any more, use no exception for it";
        let shorter = "src/net/long.rs:3: error: long has 60 lines now, use that in the list of long functions";
        check(60, &listed, &[shorter, gone]);
    }
}
