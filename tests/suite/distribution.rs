//! The distribution folder with the real program in it.

use std::path::Path;

use kafkalab::process::spawn::{Command, Output};

use crate::support::{DEADLINE, bundled_distribution};

async fn run(script: &Path, args: &[&str]) -> Output {
    Command::new(script).args(args).working_folder("/").output(b"", 100_000, DEADLINE).await.expect("the script is there")
}

#[tokio::test]
async fn a_tool_runs_from_a_folder_with_blanks_and_korean_in_its_name() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let distribution = bundled_distribution(&folder.path().join("내 카프카 폴더"));
    let output = run(&distribution.script("kafka-topics.sh"), &["--version"]).await;
    let found = (output.ended.code(), output.stdout.text(), output.stderr.text());
    assert_eq!(found, (0, "3.6.0\n".to_owned(), String::new()));
}

#[tokio::test]
async fn every_tool_of_the_folder_is_a_program_of_the_binary() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let distribution = bundled_distribution(folder.path());
    let scripts = std::fs::read_dir(distribution.bin()).expect("there").flatten().map(|entry| entry.path());
    let is_tool =
        |path: &std::path::PathBuf| !path.to_string_lossy().contains("-server-") && !path.ends_with("kafka-run-class.sh");
    let tools: Vec<_> = scripts.filter(is_tool).collect();
    assert!(!tools.is_empty());
    for tool in tools {
        let output = run(&tool, &["--no-such-option"]).await;
        let text = output.stdout.text() + &output.stderr.text();
        // jopt-simple, argparse4j, or no options at all
        let refusals = ["no-such-option is not a recognized option", "unrecognized arguments: '--no-such-option'", "USAGE: java"];
        let refused = output.ended.code() == 1 && refusals.iter().any(|refusal| text.contains(refusal));
        let is_elsewhere = output.ended.code() != 0 && text.lines().count() == 1 && text.contains("kafka_2.13-3.6.0.tgz");
        assert!(refused || is_elsewhere, "{tool:?}: {text}");
    }
}
