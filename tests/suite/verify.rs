//! `kafkalab verify` as a program: labs pass twice, differences are shown and accepted, and nothing hangs.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kafkalab::process::spawn::{Command, Output};
use tempfile::TempDir;

use crate::learner::{LAB, copy};

const DEADLINE: Duration = Duration::from_secs(120);

/// A copy of the labs, to be changed.
struct Labs(TempDir);

impl Labs {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("labs"), folder.path());
        Self(folder)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(LAB).join(name)
    }

    /// Leaves only the first step of the lab, with this solution.
    fn only_step(&self, solution: &str) {
        let text = std::fs::read_to_string(self.file("lab.toml")).expect("it is there");
        let mut steps = text.split("[[step]]");
        let head = steps.next().expect("a head");
        let first = steps.next().and_then(|step| step.split("solution =").next()).expect("a first step");
        std::fs::write(self.file("lab.toml"), format!("{head}[[step]]{first}solution = {solution}\n")).expect("written");
        for language in ["ko.md", "en.md"] {
            let text = std::fs::read_to_string(self.file(language)).expect("it is there");
            let second = text.match_indices("\n## ").nth(1).expect("a second step").0;
            std::fs::write(self.file(language), &text[..second]).expect("written");
        }
    }

    async fn verify(&self, more: &[&str]) -> Output {
        let labs = self.0.path().display().to_string();
        verify(&[&["--labs", &labs], more].concat()).await
    }
}

async fn verify(more: &[&str]) -> Output {
    let arguments = [&["verify", "01", "--free-ports", "--lang", "en"], more].concat();
    let command = Command::new(env!("CARGO_BIN_EXE_kafkalab")).args(arguments);
    command.output(b"", 1 << 20, DEADLINE).await.expect("it runs and ends")
}

fn check(output: &Output, exit: i32, expected: &[&str]) {
    let (said, errors) = (output.stdout.text(), output.stderr.text());
    assert_eq!(output.ended.code(), exit, "{said}{errors}");
    for expected in expected {
        assert!(said.contains(expected), "{expected:?} is not in {said}{errors}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_built_in_lab_passes_twice() {
    for _ in 0..2 {
        check(&verify(&[]).await, 0, &["01-single-node  9/9", "9 passed, 0 failed, 0 skipped"]);
    }
    let output = verify(&["--update"]).await;
    assert_eq!(output.ended.code(), 2, "what is built in cannot be changed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_difference_is_shown_and_can_be_accepted() {
    let labs = Labs::new();
    let snapshot = labs.file("snapshots/list-topics.snap");
    let right = std::fs::read_to_string(&snapshot).expect("it is there");
    std::fs::write(&snapshot, right.replace("test_topic", "other_topic")).expect("written");
    std::fs::remove_file(labs.file("snapshots/produce.snap")).expect("it was there");
    let differs = labs.verify(&[]).await;
    let expected =
        ["list-topics: snapshot differs", "other_topic", "produce: there is no snapshot", "--update", "7 passed, 2 failed"];
    check(&differs, 1, &expected);
    check(&labs.verify(&["--update"]).await, 0, &["list-topics: snapshot written", "produce: snapshot written"]);
    assert_eq!(std::fs::read_to_string(&snapshot).expect("it is there"), right);
    check(&labs.verify(&[]).await, 0, &["9 passed, 0 failed, 0 skipped"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_solution_that_hangs_ends_by_its_deadline_and_says_what_it_waited_for() {
    let labs = Labs::new();
    labs.only_step(r#"[{ line = "sleep 1000", until-output = "never" }]"#);
    let began = Instant::now();
    let output = labs.verify(&["--deadline", "2"]).await;
    check(&output, 1, &["start-coordinator: in terminal zookeeper waited 2 s for \"never\"", "0 passed, 1 failed, 0 skipped"]);
    assert!(began.elapsed() < DEADLINE / 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_solution_that_does_not_do_it_is_told_with_the_check_that_fails() {
    let labs = Labs::new();
    labs.only_step(r#"[{ line = "true" }]"#);
    let output = labs.verify(&["--deadline", "2"]).await;
    check(
        &output,
        1,
        &["start-coordinator: the solution was played, and still: ZooKeeper answers — no ZooKeeper of this lab is running"],
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_coach_objects_to_is_told() {
    let labs = Labs::new();
    labs.only_step(
        r#"[
    { line = "./kafka-console.consumer.sh --topic t" },
    { line = "./zookeeper-server-start.sh ../config/zookeeper.properties", until-output = "PrepRequestProcessor (sid:0) started" },
]"#,
    );
    check(&labs.verify(&[]).await, 1, &["start-coordinator: the coach raised KL111 about the solution"]);
}
