//! `kafkalab lab check` as a program: every built-in lab is proven with all its routes, and what is wrong with a lab is told with its place.

use std::path::PathBuf;
use std::time::Duration;

use kafkalab::lab::format::LabSource;
use kafkalab::process::spawn::{Command, Output};
use tempfile::TempDir;

/// How long one lab may take on a machine with other things to do.
const DEADLINE: Duration = Duration::from_secs(600);

async fn lab_check(more: &[&str]) -> Output {
    let arguments = [&["lab", "check", "--lang", "en"], more].concat();
    let command = Command::new(env!("CARGO_BIN_EXE_kafkalab")).args(arguments);
    command.output(b"", 1 << 20, DEADLINE).await.expect("it runs and ends")
}

/// The number of a part of a report.
fn number(report: &serde_json::Value, part: &str, name: &str) -> u64 {
    let parts = report["labs"][0]["parts"].as_array().expect("parts");
    let part = parts.iter().find(|found| found["part"] == part).expect("it is reported");
    part[name].as_u64().expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_lab_is_proven_with_its_routes() {
    for lab in LabSource::BuiltIn.names().expect("built in") {
        let output = lab_check(&[&lab, "--json", "--deadline", "120"]).await;
        let said = output.stdout.text();
        assert_eq!(output.ended.code(), 0, "{said}{}", output.stderr.text());
        let report: serde_json::Value = serde_json::from_str(&said).expect("JSON");
        assert!(number(&report, "right", "all") >= 8, "{lab}: at least 8 right routes");
        assert!(number(&report, "wrong", "all") >= 12, "{lab}: at least 12 wrong routes");
    }
}

/// A lab of one step that needs no server.
struct SmallLab(TempDir);

const LAB: &str = r#"format = 1
id = "small"
number = 7
[[terminal]]
name = "client"
[[terminal]]
name = "zookeeper"
[[step]]
id = "start"
terminal = "zookeeper"
command = "./zookeeper-server-start.sh -daemon ../config/zookeeper.properties"
check = [{ is = "coordinator-serves" }]
"#;

const ROUTES: &str = r#"format = 1
[[right]]
id = "nothing"
about = "nothing is done"
[[right.step]]
id = "start"
play = [{ line = "true" }]
[[wrong]]
id = "mistyped"
about = "the script's name"
step = "start"
play = [{ line = "./zookeper-server-start.sh ../config/zookeeper.properties" }]
raises = "KL105"
[[wrong]]
id = "not-wrong"
about = "this is right"
step = "start"
play = [
    { line = "./zookeeper-server-start.sh ../config/zookeeper.properties", until-output = "PrepRequestProcessor (sid:0) started" },
]
"#;

impl SmallLab {
    fn new() -> Self {
        let lab = Self(tempfile::tempdir().expect("a temporary folder"));
        let prose = |title: &str, body: &str| {
            format!("# {title}\n\n{body}\n\n## start {title}\n\n{body}\n\n### hint\n{body}\n\n### hint\n{body}\n")
        };
        lab.write("lab.toml", LAB);
        lab.write("ko.md", &prose("시작", "주키퍼를 띄워요."));
        lab.write("en.md", &prose("Start", "Start ZooKeeper."));
        lab
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join("07-small").join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }

    async fn check(&self, exit: i32, expected: &[&str]) {
        let output = lab_check(&["--labs", &self.0.path().display().to_string(), "--deadline", "10"]).await;
        let (said, errors) = (output.stdout.text(), output.stderr.text());
        assert_eq!(output.ended.code(), exit, "{said}{errors}");
        for expected in expected {
            assert!(format!("{said}{errors}").contains(expected), "{expected:?} is not in {said}{errors}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_lab_is_told() {
    let lab = SmallLab::new();
    lab.check(1, &["✓ texts  2/2", "✓ untouched  1/1", "07-small start: there is no snapshot"]).await;
    lab.write("routes/all.toml", ROUTES);
    lab.write("snapshots/other.snap", "");
    let korean = std::fs::read_to_string(lab.path("ko.md")).expect("it is there");
    lab.write("ko.md", &korean.replacen("### hint\n주키퍼를 띄워요.", "### hint\nStart it.", 1));
    let expected = [
        "✗ texts",
        "07-small/ko.md: start: expected Korean",
        "07-small/snapshots/other.snap: belongs to no step",
        "✗ right routes  0/1",
        "routes/all.toml:3:6 nothing: start: still not so: ZooKeeper answers — no ZooKeeper of this lab is running",
        "✗ wrong routes  0/2",
        "routes/all.toml:9:6 mistyped: start: expected KL105, the coach raised KL111",
        "routes/all.toml:15:6 not-wrong: start: a mistake, and yet the step passed",
        "0 passed, 1 failed",
    ];
    lab.check(1, &expected).await;
    lab.write("routes/all.toml", &ROUTES.replace("raises = \"KL105\"", "raises = \"KL999\""));
    lab.check(2, &["routes/all.toml:13:10: no rule \"KL999\""]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_lab_is_accepted_once_it_has_snapshots() {
    let labs = tempfile::tempdir().expect("a temporary folder");
    let run = async |arguments: &[&str], exit: i32, expected: &str| {
        let folder = labs.path().display().to_string();
        let arguments = [&["--labs", &folder, "--lang", "en"], arguments].concat();
        let command = Command::new(env!("CARGO_BIN_EXE_kafkalab")).args(arguments);
        let output = command.output(b"", 1 << 20, DEADLINE).await.expect("it runs and ends");
        let said = output.stdout.text() + &output.stderr.text();
        assert_eq!(output.ended.code(), exit, "{said}");
        assert!(said.contains(expected), "{expected:?} is not in {said}");
    };
    run(&["lab", "new", "Quotas"], 2, "A lab cannot be called Quotas").await;
    run(&["lab", "new", "quotas"], 0, "00-quotas").await;
    run(&["lab", "check", "quotas"], 1, "start-coordinator: there is no snapshot").await;
    run(&["verify", "quotas", "--free-ports", "--update"], 0, "2 passed").await;
    run(&["lab", "check", "quotas"], 0, "1 passed, 0 failed").await;
    run(&["lab", "new", "01-next"], 0, "01-next").await;
}
