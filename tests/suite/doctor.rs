//! `kafkalab doctor` as a program: what it finds on this machine is what is there.

use kafkalab::process::spawn::{Command, Output};
use serde_json::Value;

use crate::support::{DEADLINE, release};

async fn doctor(more: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kafkalab")).args(["doctor", "--lang", "en"]).args(more.iter().copied());
    command = command.env_remove("KAFKA_HOME").env_remove("JAVA_HOME").env_remove("LC_ALL").env("LANG", "ko_KR.UTF-8");
    for (name, value) in environment {
        command = command.env(*name, *value);
    }
    command.output(b"", 1 << 20, DEADLINE).await.expect("it runs and ends")
}

fn check<'a>(found: &'a Value, name: &str) -> &'a Value {
    let checks = found["checks"].as_array().expect("a list");
    checks.iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("no {name} in {found}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_engines_and_the_machine_are_looked_at() {
    let output = doctor(&["--json"], &[]).await;
    let found: Value = serde_json::from_str(&output.stdout.text()).expect("it is JSON");
    assert_eq!(output.ended.code(), i32::from(found["ok"] == false), "{found:#}");
    for name in ["bundled", "shell", "locale", "tmp", "clock"] {
        assert_eq!(check(&found, name)["verdict"], "ok", "{found:#}");
    }
    for name in ["apache", "java", "port-2181", "port-9092", "disk-tmp", "terminal", "open-files", "host"] {
        let found = check(&found, name);
        assert_eq!(found["next"].is_null(), found["verdict"] == "ok", "what is not well has a next step: {found}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_is_told_with_the_next_step() {
    let folder = tempfile::tempdir().expect("a folder");
    let release = release::write(folder.path(), None).display().to_string();
    let home = folder.path().display().to_string();
    let output = doctor(&["--apache", &release], &[("JAVA_HOME", &home), ("LANG", "C")]).await;
    let said = output.stdout.text();
    assert_eq!(output.ended.code(), 1, "{said}");
    for expected in
        ["✓ Apache Kafka     3.6.0", "✗ Java", "JAVA_HOME is", "! locale           C\n", "→ Korean may come out broken"]
    {
        assert!(said.contains(expected), "{expected:?} is not in\n{said}");
    }
    let output = doctor(&["--apache", &home], &[]).await;
    assert!(output.ended.code() == 1 && output.stdout.text().contains("There is no Apache Kafka in"), "{}", output.stdout.text());
}
