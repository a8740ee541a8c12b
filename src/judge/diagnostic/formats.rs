//! Findings for programs: JSON, SARIF 2.1.0, GitHub's annotations and JUnit.

use serde_json::{Value, json};

use super::position::{Positions, with_positions};
use super::{Diagnostic, Fix, Severity, Source};
use crate::judge::rules::RULES;
use crate::text::Language;

/// The name of a severity in JSON, as in `--severity`.
pub fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn file_of(found: &Diagnostic) -> &str {
    match &found.source {
        Source::File { shown, .. } => shown,
        Source::CommandLine(_) => "<command>",
    }
}

/// What is wrong and what is said at the place, in one sentence or two.
fn message(found: &Diagnostic, language: Language) -> String {
    format!("{}: {}", found.title.say(language), found.primary.text.say(language))
}

fn fix_as_json(fix: &Fix, positions: &Positions<'_>) -> Value {
    let edits = fix.edits.iter().map(|edit| {
        let (start, end) = (positions.of(edit.range.start), positions.of(edit.range.end));
        json!({ "line": start.line, "column": start.column, "end_line": end.line, "end_column": end.column, "text": edit.text })
    });
    json!({ "safe": fix.safe, "edits": edits.collect::<Vec<_>>() })
}

/// One array with an object for each finding.
pub fn json(findings: &[Diagnostic], language: Language) -> String {
    let mut rows = Vec::new();
    with_positions(findings, |found, positions| {
        let (start, end) = (positions.of(found.primary.range.start), positions.of(found.primary.range.end));
        rows.push(json!({
            "file": file_of(found),
            "line": start.line,
            "column": start.column,
            "end_line": end.line,
            "end_column": end.column,
            "code": found.code,
            "name": found.name,
            "severity": severity_name(found.severity),
            "message": message(found, language),
            "help": found.help.as_ref().map(|help| help.say(language)),
            "fix": found.fix.as_ref().map(|fix| fix_as_json(fix, positions)),
        }));
    });
    format!("{:#}\n", Value::Array(rows))
}

/// A fix in SARIF; `None` where it changes what has no place there: a byte order mark takes no column.
fn fix_as_sarif(found: &Diagnostic, fix: &Fix, positions: &Positions<'_>, language: Language) -> Option<Value> {
    let mut replacements = Vec::new();
    for edit in &fix.edits {
        let (start, end) = (positions.of(edit.range.start), positions.of(edit.range.end));
        if start == end && !edit.range.is_empty() {
            return None;
        }
        replacements.push(json!({
            "deletedRegion": {
                "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column,
            },
            "insertedContent": { "text": edit.text },
        }));
    }
    let changes = json!([{ "artifactLocation": { "uri": uri(file_of(found)) }, "replacements": replacements }]);
    Some(match &found.help {
        Some(help) => json!({ "description": { "text": help.say(language) }, "artifactChanges": changes }),
        None => json!({ "artifactChanges": changes }),
    })
}

/// SARIF 2.1.0, with every rule that found something.
pub fn sarif(findings: &[Diagnostic], language: Language) -> String {
    let found_by: Vec<_> = RULES.iter().filter(|rule| findings.iter().any(|found| found.code == rule.code)).collect();
    let rules: Vec<Value> = found_by
        .iter()
        .map(|rule| {
            json!({
                "id": rule.code,
                "name": rule.name,
                "shortDescription": { "text": rule.text.title.get(language) },
                "fullDescription": { "text": rule.text.why.get(language) },
                "help": { "text": rule.text.fix.get(language) },
                "defaultConfiguration": { "level": severity_name(rule.severity) },
            })
        })
        .collect();
    let mut results = Vec::new();
    with_positions(findings, |found, positions| {
        let (start, end) = (positions.of(found.primary.range.start), positions.of(found.primary.range.end));
        let region = json!({
            "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column,
        });
        let mut result = json!({
            "ruleId": found.code,
            "ruleIndex": found_by.iter().position(|rule| rule.code == found.code),
            "level": severity_name(found.severity),
            "message": { "text": message(found, language) },
            "locations": [{ "physicalLocation": {
                "artifactLocation": { "uri": uri(file_of(found)) }, "region": region,
            } }],
        });
        if let Some(fix) = found.fix.as_ref().and_then(|fix| fix_as_sarif(found, fix, positions, language)) {
            result["fixes"] = json!([fix]);
        }
        results.push(result);
    });
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "kafkalab", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

/// A path as a URI: what a URI cannot hold is percent-encoded.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    if out.starts_with('/') { format!("file://{out}") } else { out }
}

/// Annotations for GitHub Actions: one line for each finding.
pub fn github(findings: &[Diagnostic], language: Language) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let mut out = String::new();
    with_positions(findings, |found, positions| {
        let (start, end) = (positions.of(found.primary.range.start), positions.of(found.primary.range.end));
        let level = match found.severity {
            Severity::Note => "notice",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        // GitHub takes columns only where the place is in one line
        let columns =
            if start.line == end.line { format!(",col={},endColumn={}", start.column, end.column) } else { String::new() };
        out.push_str(&format!(
            "::{level} file={},line={},endLine={}{columns},title={}::{}\n",
            property(file_of(found)),
            start.line,
            end.line,
            property(&format!("{} {}", found.code, found.name)),
            data(&message(found, language)),
        ));
    });
    out
}

/// JUnit: a test suite for each file, a failed test for each finding; a file without any is a test that passed.
pub fn junit(files: &[String], findings: &[Diagnostic], language: Language) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let empty: Vec<&String> = files.iter().filter(|file| !findings.iter().any(|found| file_of(found) == *file)).collect();
    let total = findings.len() + empty.len();
    out.push_str(&format!(
        "<testsuites name=\"kafkalab lint\" tests=\"{total}\" failures=\"{}\" errors=\"0\">\n",
        findings.len()
    ));
    for file in empty {
        let name = xml(file);
        out.push_str(&format!(
            "  <testsuite name=\"{name}\" tests=\"1\" failures=\"0\" errors=\"0\">\n    <testcase name=\"lint\" classname=\"{name}\"/>\n  </testsuite>\n"
        ));
    }
    let mut start = 0;
    while start < findings.len() {
        let file = file_of(&findings[start]);
        let count = findings[start..].iter().take_while(|found| file_of(found) == file).count();
        let name = xml(file);
        out.push_str(&format!("  <testsuite name=\"{name}\" tests=\"{count}\" failures=\"{count}\" errors=\"0\">\n"));
        with_positions(&findings[start..start + count], |found, positions| {
            let at = positions.of(found.primary.range.start);
            out.push_str(&format!(
                "    <testcase name=\"{} {}\" classname=\"{name}\">\n      <failure type=\"{}\" message=\"{}\">{}:{}:{}</failure>\n    </testcase>\n",
                found.code,
                found.name,
                severity_name(found.severity),
                xml(&message(found, language)),
                name,
                at.line,
                at.column,
            ));
        });
        out.push_str("  </testsuite>\n");
        start += count;
    }
    out.push_str("</testsuites>\n");
    out
}

/// Text within XML; what XML cannot hold, control characters above all, becomes blanks.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push(' '),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
