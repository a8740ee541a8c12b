//! `kafkalab doctor`: looks at both engines and at the machine, and says of each what to do where something is not right.

mod engines;
mod machine;

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command as Clap, value_parser};
use serde_json::json;

use super::failure::Failure;
use super::{Args, exit, print, runtime, workspace_folder};
use crate::frontend::Paint;
use crate::lab::check::DOCTOR_CLASS;
use crate::lab::runner::Workspace;
use crate::lab::terminal::SESSION_VARIABLE;
use crate::text::layout::width;
use crate::text::{Language, Message, Text, doctor as say};

/// How well something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    /// All well.
    Ok,
    /// Labs can be done, with a drawback.
    Warning,
    /// Labs cannot be done like this.
    Error,
}

impl Verdict {
    fn mark(self) -> &'static str {
        match self {
            Self::Ok => "✓",
            Self::Warning => "!",
            Self::Error => "✗",
        }
    }
}

/// What was found of one thing.
#[derive(Debug)]
struct Finding {
    /// Its stable name, as `java`.
    name: &'static str,
    verdict: Verdict,
    /// What a person calls it.
    title: Text,
    found: Message,
    /// What to do; `None` where nothing is to be done.
    next: Option<Message>,
}

impl Finding {
    fn ok(name: &'static str, title: Text, found: impl Into<Message>) -> Self {
        Self { name, verdict: Verdict::Ok, title, found: found.into(), next: None }
    }

    fn warning(name: &'static str, title: Text, found: impl Into<Message>, next: impl Into<Message>) -> Self {
        Self { name, verdict: Verdict::Warning, title, found: found.into(), next: Some(next.into()) }
    }

    fn error(name: &'static str, title: Text, found: impl Into<Message>, next: impl Into<Message>) -> Self {
        Self { verdict: Verdict::Error, ..Self::warning(name, title, found, next) }
    }
}

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DoctorArgs {
    /// A release of Apache Kafka to look at; `None` is the one that `KAFKA_HOME` names.
    apache: Option<PathBuf>,
    json: bool,
}

pub(super) fn command(language: Language) -> Clap {
    let text = |text: Text| text.get(language);
    Clap::new("doctor")
        .about(text(say::ABOUT))
        .after_help(text(say::EXIT_CODES))
        .arg(
            Arg::new("apache")
                .long("apache")
                .value_name("DIR")
                .value_parser(value_parser!(PathBuf))
                .help(text(crate::text::matrix::ARG_APACHE)),
        )
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help(text(crate::text::cli::ARG_JSON)))
}

pub(super) fn from_matches(matches: &ArgMatches) -> DoctorArgs {
    DoctorArgs { apache: matches.get_one::<PathBuf>("apache").cloned(), json: matches.get_flag("json") }
}

pub(super) fn run(args: &Args, doctor: &DoctorArgs, language: Language) -> Result<u8, Failure> {
    let findings = runtime()?.block_on(async {
        let mut findings = engines::look(doctor.apache.as_deref()).await;
        findings.extend(machine::look(args).await);
        findings
    });
    let worst = findings.iter().map(|finding| finding.verdict).max();
    let page = if doctor.json { as_json(&findings, language) } else { as_text(&findings, language, Paint::for_stdout()) };
    print(&page);
    let code = if worst == Some(Verdict::Error) { exit::FOUND } else { exit::OK };
    tell_runner(args, code);
    Ok(code)
}

/// Lets the runner of the lab that is open know: it is a step of one.
fn tell_runner(args: &Args, code: u8) {
    let of_terminal = || std::env::var(SESSION_VARIABLE).ok().filter(|session| !session.is_empty());
    let of_workspace = || {
        let mut remembered = Workspace::peek(&workspace_folder(args).ok()?);
        Some(remembered.labs.remove(&remembered.last?)?.session)
    };
    if let Some(session) = of_terminal().or_else(of_workspace) {
        // mostly there is none
        let _ = super::answer::report(&session, DOCTOR_CLASS, &[], code);
    }
}

/// The width of the column with what a thing is called.
const TITLE_COLUMNS: usize = 16;

fn as_text(findings: &[Finding], language: Language, paint: Paint) -> String {
    let mut text = String::new();
    for finding in findings {
        let title = finding.title.get(language);
        let gap = " ".repeat(TITLE_COLUMNS.saturating_sub(width(title)));
        let mark = match finding.verdict {
            Verdict::Ok => paint.good(finding.verdict.mark()),
            Verdict::Warning | Verdict::Error => paint.attention(finding.verdict.mark()),
        };
        text.push_str(&format!("{mark} {title}{gap} {}\n", finding.found.say(language)));
        if let Some(next) = &finding.next {
            text.push_str(&format!("  {} → {}\n", " ".repeat(TITLE_COLUMNS), next.say(language)));
        }
    }
    let count = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
    let (errors, warnings) = (count(Verdict::Error), count(Verdict::Warning));
    let summary = match (errors, warnings) {
        (0, 0) => say::ALL_WELL.get(language).to_owned(),
        (0, _) => say::WARNINGS.fill(language, &[("warnings", &warnings)]),
        _ => say::ERRORS.fill(language, &[("errors", &errors)]),
    };
    text + &summary + "\n"
}

fn as_json(findings: &[Finding], language: Language) -> String {
    let all: Vec<_> = findings
        .iter()
        .map(|finding| {
            json!({
                "name": finding.name,
                "verdict": finding.verdict,
                "found": finding.found.say(language),
                "next": finding.next.as_ref().map(|next| next.say(language)),
            })
        })
        .collect();
    let ok = findings.iter().all(|finding| finding.verdict != Verdict::Error);
    format!("{:#}\n", json!({ "ok": ok, "checks": all }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_says_what_is_and_what_to_do() {
        let java = Message::new(say::JAVA_OK).with("version", "17.0.15").with("program", "/usr/bin/java");
        let taken = Message::new(say::PORT_TAKEN).with("port", 2181).with("holder", "java, pid 7");
        let findings = [
            Finding::ok("java", say::JAVA, java),
            Finding::warning("port-2181", say::PORTS, taken, Message::new(say::PORT_TAKEN_NEXT).with("port", 2181)),
        ];
        insta::assert_snapshot!(as_text(&findings, Language::En, Paint::plain(80)), @r"
        ✓ Java             Java 17.0.15 (/usr/bin/java)
        ! port             2181 is taken by java, pid 7
                           → End that program, or use --free-ports.
        1 thing to look at; labs can be done.
        ");
        let json: serde_json::Value = serde_json::from_str(&as_json(&findings, Language::Ko)).expect("it is JSON");
        assert_eq!((&json["ok"], &json["checks"][1]["verdict"]), (&json!(true), &json!("warning")));
    }
}
