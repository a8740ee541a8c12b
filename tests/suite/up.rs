//! `kafkalab up`: servers for any use. They serve when the addresses are told, keep their data, and never outlive what started them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kafkalab::engine::server::client;
use kafkalab::process::signal::{self, Signal};
use kafkalab::process::spawn::{Child, Command, Output, Stream, exit_code};
use kafkalab::process::table::Identity;
use kafkalab::process::wait;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use crate::support::DEADLINE;

const CALL: Duration = Duration::from_secs(30);

/// A running `kafkalab up` and what it told.
struct Up {
    child: Child,
    told: Value,
}

fn up(home: &Path, more: &[&str]) -> Command {
    let command = Command::new(env!("CARGO_BIN_EXE_kafkalab"))
        .default_signals()
        .args(["up", "--free-ports", "--json"])
        .args(more.iter().copied());
    // what it finds there is of no other test
    command.env("TMPDIR", home).env("HOME", home).env("KAFKALAB_WORKSPACE", home.join("ws")).env("LC_ALL", "C.UTF-8")
}

async fn told(child: &mut Child) -> Value {
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let line = tokio::time::timeout(DEADLINE, lines.next_line()).await.expect("it serves in time").expect("a line");
    serde_json::from_str(&line.expect("it tells before it ends")).expect("one line of JSON")
}

impl Up {
    async fn start(home: &Path, more: &[&str]) -> Self {
        let mut child = up(home, more).stdout(Stream::Piped).kill_group_on_drop().spawn().expect("it starts");
        let told = told(&mut child).await;
        Self { child, told }
    }

    fn port(&self) -> u16 {
        port_of(&self.told)
    }

    fn data(&self) -> PathBuf {
        self.told["data"].as_str().expect("a path").into()
    }

    /// The coordinator and the broker.
    fn servers(&self) -> [Identity; 2] {
        servers(&self.told)
    }

    async fn end(mut self) -> i32 {
        let ended = tokio::time::timeout(DEADLINE, self.child.wait()).await.expect("it ends");
        let code = exit_code(ended.expect("it was started here"));
        gone(&servers(&self.told)).await;
        code
    }
}

fn port_of(told: &Value) -> u16 {
    let address = told["bootstrap"].as_str().expect("an address");
    address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port")
}

fn servers(told: &Value) -> [Identity; 2] {
    [&told["coordinator"]["pid"], &told["brokers"][0]["pid"]].map(|pid| {
        let pid = pid.as_u64().and_then(|pid| u32::try_from(pid).ok()).expect("a process number");
        Identity::of(pid).unwrap_or(Identity { pid, start_ticks: 0 })
    })
}

async fn gone(servers: &[Identity]) {
    let all_gone = || servers.iter().all(|server| !server.is_running());
    wait::until_true(DEADLINE, "both servers to be gone", all_gone).await.expect("nothing is left");
}

async fn create_topic(port: u16, name: &str) {
    use kafka_protocol::messages::CreateTopicsRequest;
    use kafka_protocol::messages::create_topics_request::CreatableTopic;
    use kafkalab::engine::client::Route;
    use kafkalab::engine::client::admin::topic_name;

    let topic = CreatableTopic::default().with_name(topic_name(name)).with_num_partitions(1).with_replication_factor(1);
    let request = CreateTopicsRequest::default().with_topics(vec![topic]).with_timeout_ms(10_000);
    let answer = client(port, CALL).call(Route::Controller, request).await.expect("it answers");
    assert_eq!(answer.topics[0].error_code, 0, "{answer:?}");
}

async fn run(home: &Path, arguments: &[&str]) -> Output {
    let command = Command::new(env!("CARGO_BIN_EXE_kafkalab")).args(arguments.iter().copied());
    let command = command.env("HOME", home).env("KAFKALAB_WORKSPACE", home.join("ws")).env_remove("KAFKA_HOME");
    command.output(b"", 1 << 20, DEADLINE).await.expect("it runs and ends")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_ephemeral_serves_at_once_and_leaves_nothing() {
    let home = tempfile::tempdir().expect("a folder");
    let up = Up::start(home.path(), &["--ephemeral"]).await;
    // no waiting: it has told that it serves
    create_topic(up.port(), "orders").await;
    let data = up.data();
    assert!(data.join("data/kafka-logs-0/orders-0").is_dir() && up.servers().iter().all(|server| server.is_running()));
    up.child.signal(Signal::Terminate).expect("it runs");
    assert_eq!(up.end().await, 0);
    assert!(!data.exists());
    assert!(!home.path().join("ws").exists(), "nothing else was made");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn named_data_is_gone_on_with_and_used_by_one_at_a_time() {
    let home = tempfile::tempdir().expect("a folder");
    let up = Up::start(home.path(), &[]).await;
    create_topic(up.port(), "orders").await;
    assert_eq!(up.data(), home.path().join("ws/up").canonicalize().expect("it is there"));
    for language in ["en", "ko"] {
        let busy = run(home.path(), &["up", "--free-ports", "--lang", language]).await;
        assert_eq!(busy.ended.code(), 2);
        let said = busy.stderr.text();
        let pid = up.child.identity().expect("it runs").pid.to_string();
        assert!(said.contains("[data-busy]: ") && said.contains(&pid) && said.contains("--data"), "{said}");
    }
    up.child.signal(Signal::Interrupt).expect("it runs");
    assert_eq!(up.end().await, 0);

    let up = Up::start(home.path(), &[]).await;
    let topic = client(up.port(), CALL).describe_topic("orders").await.expect("it answers");
    assert!(topic.is_some(), "the topic is still there");
    up.child.signal(Signal::HangUp).expect("it runs");
    assert_eq!(up.end().await, 0);
}

/// The folders and links under a name of `up`'s.
fn left_in(home: &Path) -> BTreeSet<String> {
    let names = std::fs::read_dir(home).expect("a folder").map(|entry| entry.expect("read").file_name());
    names.map(|name| name.to_string_lossy().into_owned()).filter(|name| name.starts_with("kafkalab-up-")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_end_with_it_even_when_it_is_killed_and_their_data_goes_with_the_next() {
    let home = tempfile::tempdir().expect("a folder");
    // folders of somebody else
    std::fs::create_dir_all(home.path().join("kafkalab-up-notes")).expect("made");
    std::fs::create_dir_all(home.path().join("far")).expect("made");
    std::fs::write(home.path().join("far/.lock"), "7\n").expect("written");
    std::os::unix::fs::symlink(home.path().join("far"), home.path().join("kafkalab-up-far")).expect("linked");
    let of_others = left_in(home.path());

    let killed = Up::start(home.path(), &["--ephemeral"]).await;
    let (pid, data) = (killed.child.identity().expect("it runs"), killed.data());
    // the process alone, as kill -9 does, not its group
    signal::send(pid, Signal::Kill).expect("it runs");
    assert_eq!(killed.end().await, 137);
    let of_killed = left_in(home.path());
    assert!(data.exists() && of_killed.len() > of_others.len());

    let live = Up::start(home.path(), &["--ephemeral"]).await;
    assert!(!data.exists() && left_in(home.path()).is_disjoint(&(&of_killed - &of_others)));
    let of_live = left_in(home.path());
    let next = Up::start(home.path(), &["--ephemeral"]).await;
    assert!(left_in(home.path()).is_superset(&of_live), "what is in use stays");
    create_topic(live.port(), "orders").await;
    for up in [live, next] {
        up.child.signal(Signal::Terminate).expect("it runs");
        assert_eq!(up.end().await, 0);
    }
    assert_eq!(left_in(home.path()), of_others);
    assert!(home.path().join("far/.lock").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_ends_with_the_process_that_started_it() {
    let home = tempfile::tempdir().expect("a folder");
    let script = format!("'{}' up --free-ports --json --ephemeral & read line", env!("CARGO_BIN_EXE_kafkalab"));
    let shell = Command::new("bash").arg("-c").arg(script).env("HOME", home.path());
    let mut shell = shell.stdin(Stream::Piped).stdout(Stream::Piped).kill_group_on_drop().spawn().expect("bash starts");
    let told = told(&mut shell).await;
    let servers = servers(&told);
    assert!(servers.iter().all(|server| server.is_running()));
    // the shell ends by itself; nobody signals anything
    shell.stdin.take().expect("piped").write_all(b"\n").await.expect("it reads");
    gone(&servers).await;
    let data = PathBuf::from(told["data"].as_str().expect("a path"));
    wait::until_true(DEADLINE, "the data to be removed", || !data.exists()).await.expect("it is ephemeral");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_ends_by_itself_ends_the_rest_and_is_named() {
    let home = tempfile::tempdir().expect("a folder");
    let command = up(home.path(), &["--ephemeral", "--lang", "en"]).stdout(Stream::Piped).stderr(Stream::Piped);
    let mut child = command.kill_group_on_drop().spawn().expect("it starts");
    let told = told(&mut child).await;
    let servers = servers(&told);
    signal::send(servers[1], Signal::Kill).expect("the broker runs");
    let mut said = BufReader::new(child.stderr.take().expect("piped")).lines();
    let line = tokio::time::timeout(DEADLINE, said.next_line()).await.expect("in time").expect("a line").expect("it says so");
    assert!(line.contains("error[server-ended]: The broker 0 ended by itself with exit code 137"), "{line}");
    assert_eq!(child.wait().await.map(exit_code).ok(), Some(1));
    gone(&servers).await;
}

#[tokio::test]
async fn what_cannot_be_run_is_refused_with_what_to_do() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("kafka_2.13-3.6.0.tgz");
    std::fs::write(&file, "").expect("written");
    let engine = format!("apache={}", file.display());
    let check = async |arguments: &[&str], code: &str| {
        for (language, prefix) in [("en", "error"), ("ko", "오류")] {
            let output = run(home.path(), &[arguments, &["--lang", language]].concat()).await;
            let said = output.stderr.text();
            assert_eq!((output.ended.code(), output.stdout.text().as_str()), (2, ""), "{said}");
            assert!(
                said.starts_with(&format!("{prefix}[{code}]: ")) && said.lines().count() == 1 && !said.contains('{'),
                "{said}"
            );
        }
    };
    check(&["up", "--free-ports", "--brokers", "3"], "one-broker").await;
    check(&["up", "--engine", "java"], "engine").await;
    check(&["up", "--engine", "apache"], "engine").await;
    check(&["up", "--engine", &engine], "apache-file").await;
    check(&["verify", "--engine", "apache=/nowhere"], "apache-missing").await;
    check(&["matrix", "--apache", "/nowhere"], "apache-missing").await;
    check(&["matrix", "--apache", "/nowhere", "--cell", "apache"], "cell").await;
    check(&["up", "--data", "/proc/kafkalab"], "data").await;
    check(&["up", "--brokers", "0"], "usage").await;
    assert!(!home.path().join("ws/up/data").exists(), "nothing was begun");
}
