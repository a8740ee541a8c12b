//! Every option of every tool stands in a recorded session, where what Apache's own tool makes of it is what the bundled one does; or it
//! is named here with the reason why it cannot.

use std::collections::{BTreeMap, BTreeSet};

use kafkalab::catalog::tools;

use crate::support::recorded::{Session, Step};

/// Options that no session can have, and where else they are held to what Apache's do.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    ("kafka-server-start.sh", "-daemon", "the script takes it and the program never sees it; the tests of servers start one so"),
    ("kafka-server-start.sh", "--override", "a server does not end; the test of the distribution starts one with four"),
    ("kafka-server-start.sh", "--version", "servers log where their distribution says; the tests of composed folders ask for it"),
    ("kafka-dump-log.sh", "--cluster-metadata-decoder", "the bundle has no KRaft; the recorded line differs and says so"),
    ("kafka-server-start.sh", "server.properties", "a server does not end; the tests of servers start one"),
    (
        "zookeeper-server-start.sh",
        "-daemon",
        "the script takes it and the program never sees it; the tests of servers start one so",
    ),
    ("zookeeper-server-start.sh", "zookeeper.properties", "a server does not end; the tests of servers start one"),
];

/// The words of every recorded line by its script, as far as they are options; help may be told in other words.
fn recorded() -> BTreeMap<String, BTreeSet<String>> {
    let mut words: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for session in Session::all() {
        for step in &session.steps {
            let (line, same) = match step {
                Step::Run(run) => (&run.line, run.differs.is_none()),
                Step::Background(line) => (line, true),
                _ => continue,
            };
            let (script, rest) = line.split_once(' ').unwrap_or((line, ""));
            let options = rest.split(' ').filter_map(|word| word.split('=').next()).filter(|word| word.starts_with('-'));
            let counts = |word: &&str| same || matches!(word.trim_start_matches('-'), "h" | "help");
            words.entry(script.to_owned()).or_default().extend(options.filter(counts).map(str::to_owned));
        }
    }
    words
}

#[test]
fn every_option_of_every_tool_is_recorded() {
    let recorded = recorded();
    let mut missing = Vec::new();
    let mut count = 0;
    for tool in tools::all() {
        for option in tools::options(tool.script).unwrap_or_default() {
            count += 1;
            let names: Vec<&str> = option.names.iter().copied().filter(|name| *name != "(positional)").collect();
            let is_recorded = recorded.get(tool.script).is_some_and(|words| names.iter().any(|name| words.contains(*name)));
            let is_elsewhere = ELSEWHERE.iter().any(|(script, name, _)| *script == tool.script && names.contains(name));
            if is_recorded == is_elsewhere {
                missing.push(format!("{} {}", tool.script, names.join(" ")));
            }
        }
    }
    assert!(count > 300, "{count}");
    assert!(
        missing.is_empty(),
        "{} of {count} options stand in no session of fixtures/tools (CONTRIBUTING tells how to record one), or both there and here:\n{}",
        missing.len(),
        missing.join("\n")
    );
}
