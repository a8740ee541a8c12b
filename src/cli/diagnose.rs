//! `kafkalab diagnose`: what happened, from logs and what tools printed.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command as Clap, value_parser};
use serde_json::{Value, json};

use super::failure::Failure;
use super::{exit, fail, print};
use crate::judge::diagnose::{Cause, Diagnosis, diagnose};
use crate::judge::diagnostic::formats::severity_name;
use crate::text::layout::wrap;
use crate::text::{Language, Message, diagnose as say, lint};

/// The columns of the text.
const COLUMNS: usize = 96;

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiagnoseArgs {
    /// The files; `-` is standard input, and so is no file at all.
    pub files: Vec<PathBuf>,
    /// One array of JSON instead of text.
    pub json: bool,
}

/// The definition for clap, with its help in a language.
pub fn command(language: Language) -> Clap {
    let files = Arg::new("file").value_name("FILE").num_args(0..).value_parser(value_parser!(PathBuf));
    let format = Arg::new("format").long("format").value_name("FORMAT").value_parser(["text", "json"]);
    Clap::new("diagnose")
        .about(say::ABOUT.get(language))
        .after_help(say::HELP_AFTER.get(language))
        .arg(files.help(say::ARG_FILES.get(language)))
        .arg(format.help(say::ARG_FORMAT.get(language)))
}

/// What was typed.
pub fn from_matches(matches: &ArgMatches) -> DiagnoseArgs {
    DiagnoseArgs {
        files: matches.get_many::<PathBuf>("file").unwrap_or_default().cloned().collect(),
        json: matches.get_one::<String>("format").is_some_and(|format| format == "json"),
    }
}

/// Runs the command; the code tells whether anything was found.
pub fn run(args: &DiagnoseArgs, language: Language) -> u8 {
    let standard_input = [PathBuf::from("-")];
    let files = if args.files.is_empty() { &standard_input[..] } else { &args.files };
    let (mut found, mut failed) = (false, false);
    let mut rows = Vec::new();
    for path in files {
        match read(path) {
            Ok(diagnosis) => {
                found |= diagnosis.found();
                if args.json {
                    rows.extend(as_json(path, &diagnosis, language));
                } else {
                    print(&as_text(path, &diagnosis, language));
                }
            }
            Err(error) => {
                failed = true;
                let message = Message::new(lint::E_READ).with("path", path.display()).with("reason", error);
                fail(&Failure::new("read", message), language);
            }
        }
    }
    if args.json {
        print(&format!("{:#}\n", Value::Array(rows)));
    }
    match (failed, found) {
        (true, _) => exit::COULD_NOT_RUN,
        (false, true) => exit::FOUND,
        (false, false) => exit::OK,
    }
}

fn read(path: &Path) -> io::Result<Diagnosis> {
    if path == Path::new("-") {
        return diagnose(io::stdin());
    }
    diagnose(std::fs::File::open(path)?)
}

fn as_json(path: &Path, diagnosis: &Diagnosis, language: Language) -> Vec<Value> {
    let row = |cause: &Cause| {
        json!({
            "file": path.display().to_string(),
            "line": cause.line,
            "last_line": cause.last_line,
            "count": cause.count,
            "folded": cause.folded,
            "code": cause.rule.code,
            "name": cause.rule.name,
            "severity": severity_name(cause.rule.severity),
            "message": cause.rule.text.title.get(language),
            "why": cause.rule.text.why.get(language),
            "help": cause.rule.text.fix.get(language),
            "text": cause.text,
        })
    };
    let mut rows: Vec<Value> = diagnosis.causes.iter().map(row).collect();
    let unknown = &diagnosis.unknown;
    if unknown.count > 0 {
        rows.push(json!({
            "file": path.display().to_string(),
            "line": unknown.line,
            "count": unknown.count,
            "code": Value::Null,
            "severity": "error",
            "text": unknown.text,
        }));
    }
    rows
}

fn as_text(path: &Path, diagnosis: &Diagnosis, language: Language) -> String {
    let mut out = say::HEAD.fill(language, &[("file", &path.display()), ("lines", &diagnosis.lines)]) + "\n";
    if diagnosis.causes.is_empty() && diagnosis.unknown.count == 0 {
        return out + say::CLEAN.get(language) + "\n";
    }
    for (number, cause) in diagnosis.causes.iter().enumerate() {
        let rule = cause.rule;
        let head = format!("{}[{}]", severity_name(rule.severity), rule.code);
        out.push_str(&format!("\n{}. {head}: {}\n", number + 1, rule.text.title.get(language)));
        out.push_str(&place(cause.line, &cause.text, language));
        let mut lines = vec![rule.text.why.get(language).to_owned(), rule.text.fix.get(language).to_owned()];
        if cause.count > 1 {
            lines.push(say::TIMES.fill(language, &[("count", &cause.count), ("last", &cause.last_line)]));
        }
        if cause.folded > 0 {
            lines.push(say::FOLDED.fill(language, &[("count", &cause.folded)]));
        }
        lines.push(say::EXPLAIN.fill(language, &[("code", &rule.code)]));
        for line in lines {
            for (index, part) in wrap(&line, COLUMNS - 5).iter().enumerate() {
                out.push_str(&format!("   {} {part}\n", if index == 0 { "=" } else { " " }));
            }
        }
    }
    let unknown = &diagnosis.unknown;
    if unknown.count > 0 {
        let said = say::UNKNOWN.fill(language, &[("count", &unknown.count), ("line", &unknown.line)]);
        out.push_str(&format!("\n{said}\n{}", place(unknown.line, &unknown.text, language)));
    }
    out
}

fn place(line: u64, text: &str, language: Language) -> String {
    let at = say::AT.fill(language, &[("line", &line)]);
    let shown: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("   {at} │ {shown}\n")
}
