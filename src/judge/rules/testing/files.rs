//! The cases of the rules about files: what is found in a file of few lines, alone, and near misses where nothing is.

use std::path::PathBuf;

use crate::judge::lint::{Input, Options, lint};
use crate::judge::rules::config::kind::Kind;

/// A file and the one finding in it.
pub(super) struct FileCase {
    pub code: &'static str,
    kind: Kind,
    /// Lines that are added to what every file of the kind has.
    text: &'static str,
    /// What is marked; `None` for a near miss, where every rule is silent.
    pub marked: Option<&'static str>,
    /// The line as the fix makes it.
    corrected: Option<&'static str>,
}

/// What a file of a kind has unless the case says otherwise, and nothing is wrong with.
fn base(kind: Kind) -> &'static [(&'static str, &'static str)] {
    match kind {
        Kind::Broker => &[("broker.id", "0"), ("log.dirs", "/var/lib/kafka"), ("zookeeper.connect", "localhost:2181")],
        Kind::Coordinator => &[("dataDir", "/var/lib/zookeeper"), ("clientPort", "2181")],
        Kind::Producer | Kind::Consumer => &[("bootstrap.servers", "localhost:9092")],
        Kind::Topic | Kind::Connect | Kind::Script | Kind::Markdown => &[],
    }
}

impl FileCase {
    fn input(&self) -> Input {
        let mut file = String::new();
        // `-key` takes a line of the base out
        let (text, without) = match self.text.strip_prefix('-') {
            Some(rest) => rest.split_once('\n').map_or(("", rest), |(key, text)| (text, key)),
            None => (self.text, ""),
        };
        let sets = |key: &str| text.lines().any(|line| line.split('=').next() == Some(key));
        for (key, value) in base(self.kind) {
            if !sets(key) && *key != without {
                file.push_str(&format!("{key}={value}\n"));
            }
        }
        // a byte order mark begins its file
        let file = if text.starts_with('\u{feff}') { format!("{text}\n{file}") } else { file + text + "\n" };
        Input { path: PathBuf::from("x.properties"), shown: "x.properties".to_owned(), bytes: file.into_bytes() }
    }
}

#[test]
fn files_are_judged_as_the_cases_say() {
    let mut wrong = Vec::new();
    for case in all() {
        let options = Options { kind: Some(case.kind), ..Options::default() };
        let input = case.input();
        let found = lint(&input, &options).expect("its kind is known");
        let found: Vec<_> = found
            .iter()
            .map(|found| {
                let marked = String::from_utf8_lossy(&input.bytes[found.primary.range.clone()]).into_owned();
                (found.code, marked, found.corrected_line())
            })
            .collect();
        let expected: Vec<_> =
            case.marked.iter().map(|marked| (case.code, (*marked).to_owned(), case.corrected.map(str::to_owned))).collect();
        if found != expected {
            wrong.push(format!("{} {:?}\n  expected {expected:?}\n  found    {found:?}", case.code, case.text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Code, text, what is marked, the line as the fix makes it.
type Fires = (&'static str, &'static str, &'static str, Option<&'static str>);

pub(super) fn all() -> Vec<FileCase> {
    let fires = |kind, cases: &[Fires]| {
        let case =
            |(code, text, marked, corrected): &Fires| FileCase { code, kind, text, marked: Some(marked), corrected: *corrected };
        cases.iter().map(case).collect::<Vec<_>>()
    };
    let silent = |kind, cases: &[(&'static str, &'static str)]| {
        let case = |(code, text): &(&'static str, &'static str)| FileCase { code, kind, text, marked: None, corrected: None };
        cases.iter().map(case).collect::<Vec<_>>()
    };
    let tables = [
        fires(Kind::Broker, super::broker_cases::FIRES),
        silent(Kind::Broker, super::broker_cases::SILENT),
        fires(Kind::Broker, super::listener_cases::FIRES),
        silent(Kind::Broker, super::listener_cases::SILENT),
        fires(Kind::Coordinator, super::other_cases::COORDINATOR_FIRES),
        silent(Kind::Coordinator, super::other_cases::COORDINATOR_SILENT),
        fires(Kind::Topic, super::other_cases::TOPIC_FIRES),
        silent(Kind::Topic, super::other_cases::TOPIC_SILENT),
        fires(Kind::Producer, super::other_cases::PRODUCER_FIRES),
        silent(Kind::Producer, super::other_cases::PRODUCER_SILENT),
        fires(Kind::Consumer, super::other_cases::CONSUMER_FIRES),
        silent(Kind::Consumer, super::other_cases::CONSUMER_SILENT),
    ];
    tables.into_iter().flatten().collect()
}
