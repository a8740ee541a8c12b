//! The table of options in jopt-simple's layout (`BuiltinHelpFormatter`, 80 columns): options left, descriptions right, each
//! wrapped in its own column and indented by two where it goes on.

use super::options::{OptionParser, name_of};
use super::{line_break, usage_texts};
use crate::catalog::tools::{Argument, ToolOption};

/// The width of the whole table.
const WIDTH: usize = 80;
/// The spaces between the columns.
const GAP: usize = 2;
/// How far a wrapped line is indented.
const INDENT: usize = 2;

/// The table for a script, with a newline after each line.
pub(super) fn table(script: &str) -> String {
    let parser = OptionParser::of(script);
    let rows: Vec<(String, String)> =
        parser.sorted().into_iter().map(|option| (signature(option), description(script, option))).collect();
    let widest = rows.iter().map(|(option, _)| option.chars().count()).max().unwrap_or_default();
    let left = widest.min((WIDTH - GAP) / 2);
    let right = WIDTH - GAP - left;
    let mut table = String::new();
    let heading = [("Option".to_owned(), "Description".to_owned()), ("------".to_owned(), "-----------".to_owned())];
    for (option, description) in heading.iter().chain(&rows) {
        let (options, descriptions) = (wrap(option, left), wrap(description, right));
        for line in 0..options.len().max(descriptions.len()) {
            let cell = |cells: &[String]| cells.get(line).cloned().unwrap_or_default();
            table.push_str(&format!("{:left$}{:GAP$}{:right$}\n", cell(&options), "", cell(&descriptions)));
        }
    }
    table
}

fn signature(option: &ToolOption) -> String {
    let value = match (option.value_type, option.placeholder) {
        (kind, "") => kind.to_owned(),
        (kind, placeholder) => format!("{kind}: {placeholder}"),
    };
    match option.argument {
        Argument::None => format!("--{}", name_of(option)),
        Argument::Optional => format!("--{} [{value}]", name_of(option)),
        Argument::Required | Argument::Many => format!("--{} <{value}>", name_of(option)),
    }
}

fn description(script: &str, option: &ToolOption) -> String {
    let text = usage_texts::description(script, name_of(option));
    match &option.default {
        Some(default) => format!("{text} (default: {default})"),
        None => text.to_owned(),
    }
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text.trim().split('\n') {
        let mut current = String::new();
        for word in line_break::pieces(line) {
            if current.chars().count() + word.chars().count() > width && !current.is_empty() {
                lines.push(std::mem::take(&mut current));
                current.push_str(&" ".repeat(INDENT));
            }
            current.push_str(word);
        }
        lines.push(current);
    }
    // a word may carry a space over the edge
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_left_column_is_that_of_the_real_tool() {
        let table = table("kafka-topics.sh");
        let mut lines = table.lines();
        assert_eq!(lines.next(), Some(format!("{:41}{:39}", "Option", "Description").as_str()));
        assert_eq!(lines.next(), Some(format!("{:41}{:39}", "------", "-----------").as_str()));
        assert!(table.lines().all(|line| line.chars().count() == WIDTH), "{table}");
        let left: Vec<&str> = table.lines().map(|line| line[..39].trim_end()).filter(|cell| !cell.is_empty()).collect();
        for expected in [
            "--bootstrap-server <String: server to",
            "  connect to>",
            "--command-config <String: command",
            "  config property file>",
            "--partitions <Integer: # of partitions>",
            "--replica-assignment <String:",
            "  broker_id_for_part1_replica1 :",
        ] {
            assert!(left.contains(&expected), "{expected}: {left:#?}");
        }
    }

    #[test]
    fn every_option_is_described() {
        let scripts = "topics console-producer console-consumer configs consumer-groups get-offsets delete-records log-dirs \
                       broker-api-versions leader-election acls delegation-tokens replica-verification transactions";
        for script in scripts.split_whitespace().map(|name| format!("kafka-{name}.sh")) {
            // argparse4j's tools say themselves what -h is for
            for option in OptionParser::of(&script).sorted().into_iter().filter(|option| name_of(option) != "h") {
                assert!(!usage_texts::description(&script, name_of(option)).is_empty(), "{script} {}", name_of(option));
            }
        }
    }
}
