//! `kafkalab lint` and `kafkalab explain` as programs: what they print, and the code they end with.

use std::path::Path;

use kafkalab::process::spawn::{Command, Output};

use crate::support::DEADLINE;

async fn kafkalab(folder: &Path, args: &[&str], input: &str) -> Output {
    let program = env!("CARGO_BIN_EXE_kafkalab");
    let command = Command::new(program).args(args).env("LC_ALL", "C.UTF-8").working_folder(folder);
    command.output(input.as_bytes(), 1_000_000, DEADLINE).await.expect("the program is there")
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("written");
}

#[track_caller]
fn check(output: &Output, code: i32, expected: &[&str]) {
    let (stdout, stderr) = (output.stdout.text(), output.stderr.text());
    assert_eq!(output.ended.code(), code, "{stdout}{stderr}");
    for part in expected {
        assert!(stdout.contains(part) || stderr.contains(part), "missing {part:?}\n{stdout}{stderr}");
    }
}

#[tokio::test]
async fn the_exit_code_tells_clean_found_and_could_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    write(at, "server.properties", "broker.id=0\nlog.dirs=/tmp/x\nzookeeper.connect=localhost:2181\n");
    check(
        &kafkalab(at, &["lint"], "").await,
        0,
        &["note[KL450]", "server.properties:2:10", "0 errors, 0 warnings, 1 note in 1 file"],
    );
    write(at, "server.properties", "broker.id=0\nlog.dirs=/d\nzookeeper.connect=localhost:9092\n");
    let found = ["error[KL412]", "zookeeper.connect=localhost:9092", "^^^^", "18", "zookeeper.connect=localhost:2181"];
    check(&kafkalab(at, &["lint", "server.properties"], "").await, 1, &found);
    check(&kafkalab(at, &["lint", "missing.properties"], "").await, 2, &["missing.properties cannot be read"]);
    check(&kafkalab(at, &["lint", "--select", "KL999"], "").await, 2, &["There is no rule KL999"]);
    check(&kafkalab(at, &["lint", "--kafka-version", "new"], "").await, 2, &["new is no version"]);
    write(at, "mine.properties", "a=1\n");
    check(&kafkalab(at, &["lint", "mine.properties"], "").await, 2, &["--kind"]);
    check(&kafkalab(at, &["lint", "--ignore", "KL412", "."], "").await, 0, &[]);
    // a path within another one is looked at once
    check(&kafkalab(at, &["lint", ".", "./server.properties", "."], "").await, 1, &["1 error, 0 warnings, 0 notes in 1 file"]);
    check(
        &kafkalab(at, &["lint", "-", "--kind", "coordinator", "--lang", "ko"], "clientPort=2181\n").await,
        1,
        &["KL303", "dataDir이 없어요"],
    );
}

#[tokio::test]
async fn commands_scripts_and_documents_are_looked_at() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let line = "bin/kafka-topics.sh --create --topic t --reflection-factor 1 --bootstrap-server h:9092";
    let found = ["error[KL203]", "<command>:1:40", "--replication-factor"];
    check(&kafkalab(at, &["lint", "--command", line], "").await, 1, &found);
    check(&kafkalab(at, &["lint", "--command", "ls -l"], "").await, 0, &["0 errors"]);
    write(at, "README.md", "# 시작\n```console\n$ ./bin/zookeeper-server-start.sh ../config/zookeeper.properties\nok\n```\n");
    check(&kafkalab(at, &["lint"], "").await, 1, &["README.md:3:35", "KL103"]);
    check(&kafkalab(at, &["lint", "--fix"], "").await, 0, &["README.md: 1 fixed"]);
    check(
        &kafkalab(at, &["lint", "--kind", "script", "-"], "kafka-topics.sh --lst --bootstrap-server h:1\n").await,
        1,
        &["KL203"],
    );
}

#[tokio::test]
async fn the_files_of_a_folder_are_held_against_each_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let server = |id: u8, more: &str| {
        format!("broker.id={id}\nlisteners=PLAINTEXT://h{id}:9092\nlog.dirs=/d\nzookeeper.connect=zk:2181\n{more}")
    };
    write(at, "server-1.properties", &server(1, ""));
    write(at, "server-2.properties", &server(2, ""));
    check(&kafkalab(at, &["lint"], "").await, 0, &[]);
    write(at, "server-2.properties", &server(1, ""));
    check(&kafkalab(at, &["lint"], "").await, 1, &["error[KL601]", "server-2.properties:1:11", "server-1.properties:1"]);
    write(at, "server-2.properties", &format!("# kafkalab: ignore[KL601] a spare\n{}", server(1, "")));
    check(&kafkalab(at, &["lint"], "").await, 0, &["0 errors, 0 warnings"]);
}

#[tokio::test]
async fn fixes_are_shown_and_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let before = "broker.id=1.0\r\nlog.dirs=/d\r\nzookeeper.connect=h # zk\r\n";
    write(at, "real.properties", before);
    std::os::unix::fs::symlink("real.properties", at.join("server.properties")).expect("linked");
    let read = || std::fs::read_to_string(at.join("real.properties")).expect("there");
    check(&kafkalab(at, &["lint", "--diff", "server.properties"], "").await, 1, &["-broker.id=1.0", "+broker.id=1"]);
    assert_eq!(read(), before);
    check(&kafkalab(at, &["lint", "--fix", "server.properties"], "").await, 0, &["server.properties: 2 fixed"]);
    assert_eq!(read(), "broker.id=1\r\nlog.dirs=/d\r\n# zk\r\nzookeeper.connect=h\r\n");
    assert!(at.join("server.properties").is_symlink());
}

#[tokio::test]
async fn known_findings_are_kept_in_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    write(at, "server.properties", "port=9092\nlog.dirs=/d\nzookeeper.connect=h\n");
    check(&kafkalab(at, &["lint", "--write-baseline", "known.json"], "").await, 0, &["1 written to known.json"]);
    check(&kafkalab(at, &["lint", "--baseline", "known.json"], "").await, 0, &["1 known"]);
    write(at, "server.properties", "port=9092\nhost.name=h\nlog.dirs=/d\nzookeeper.connect=h\n");
    let output = kafkalab(at, &["lint", "--baseline", "known.json", "--format", "json"], "").await;
    let rows: serde_json::Value = serde_json::from_str(&output.stdout.text()).expect("JSON");
    assert_eq!((rows.as_array().map(Vec::len), &rows[0]["code"], &rows[0]["line"]), (Some(1), &"KL403".into(), &2.into()));
    check(&kafkalab(at, &["lint", "--baseline", "server.properties"], "").await, 2, &["is no baseline"]);
}

#[tokio::test]
async fn logs_are_diagnosed() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let line = "[2023-11-01 10:00:00,000] ERROR org.apache.kafka.common.errors.TopicExistsException: Topic 't' already exists.\n";
    write(at, "server.log", &format!("started\n{line}"));
    let found = ["server.log: 2 lines", "1. error[KL817]", "line 2", "TopicExistsException"];
    check(&kafkalab(at, &["diagnose", "server.log"], "").await, 1, &found);
    let output = kafkalab(at, &["diagnose", "--format", "json", "-"], line).await;
    let rows: serde_json::Value = serde_json::from_str(&output.stdout.text()).expect("JSON");
    assert_eq!((&rows[0]["code"], &rows[0]["line"], &rows[0]["count"]), (&"KL817".into(), &1.into(), &1.into()));
    check(&kafkalab(at, &["diagnose", "--lang", "ko"], "started\n").await, 0, &["잘못된 것은 보이지 않아요"]);
    check(&kafkalab(at, &["diagnose", "missing.log"], "").await, 2, &["missing.log cannot be read"]);
}

#[tokio::test]
async fn rules_are_explained_by_code_and_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let by_code = kafkalab(at, &["explain", "kl511"], "").await;
    check(&by_code, 0, &["KL511 advertised-zero-address (error)", "nonroutable meta-address", "What to do"]);
    assert_eq!(kafkalab(at, &["explain", "advertised-zero-address"], "").await.stdout.text(), by_code.stdout.text());
    check(&kafkalab(at, &["explain", "KL203", "--lang", "ko"], "").await, 0, &["이 도구가 모르는 옵션이에요", "왜"]);
    check(&kafkalab(at, &["explain", "--list"], "").await, 0, &["KL111", "KL301", "KL707"]);
    check(&kafkalab(at, &["explain", "KL000"], "").await, 2, &["There is no rule KL000"]);
    check(&kafkalab(at, &["explain"], "").await, 2, &[]);
}
