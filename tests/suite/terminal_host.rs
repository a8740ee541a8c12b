//! Terminals in a host process: kept when the runner asks for it, stopped when it is killed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kafkalab::lab::terminal::host::HostOptions;
use kafkalab::lab::terminal::{
    Attached, Decision, HostProcess, OpenTerminal, PromptStyle, RemoteTerminals, Size, Startup, TerminalError, TerminalEvent,
    TerminalOptions, leftovers, stop_leftovers,
};
use kafkalab::process::signal::{self, Signal};
use kafkalab::process::spawn::Command;
use kafkalab::process::{table, wait};
use tempfile::TempDir;
use tokio::sync::mpsc::Receiver;

const DEADLINE: Duration = Duration::from_secs(20);
const GRACE: Duration = Duration::from_secs(2);

/// Not a test by itself: what the test binary runs as a host or as a runner, given the options file as its last argument.
#[test]
fn entry_of_a_host() {
    let options = std::env::args_os().next_back().unwrap_or_default();
    if options.to_string_lossy().ends_with("host.json") {
        kafkalab::lab::terminal::host::main(&[options]).expect("it runs to its end");
    }
}

/// Not a test by itself: a runner that starts a server and is then killed.
#[tokio::test]
async fn entry_of_a_runner() {
    let place = std::env::args_os().next_back().map(PathBuf::from).unwrap_or_default();
    if place.file_name() != Some("place-of-a-runner".as_ref()) {
        return;
    }
    let options = options(&place);
    host().spawn(&options).await.expect("the host starts");
    let (terminals, events, _) = RemoteTerminals::attach(&options.socket()).await.expect("attached");
    let mut runner = Runner { terminals, events, screen: String::new() };
    runner.open(&place).await;
    runner.run("nohup sleep 401 > /dev/null 2>&1 &").await;
    runner.run("cat").await;
    std::future::pending::<()>().await;
}

fn host() -> HostProcess {
    let arguments = ["--exact", "terminal_host::entry_of_a_host", "--nocapture"].map(OsString::from).to_vec();
    HostProcess { program: std::env::current_exe().expect("this program"), arguments }
}

fn options(place: &Path) -> HostOptions {
    let terminals = TerminalOptions {
        session: place.parent().and_then(Path::file_name).expect("a name").to_string_lossy().replace('.', "x"),
        folder: place.join("terminals"),
        bash: None,
        startup: Startup::Clean,
        prompt: PromptStyle::Lab,
    };
    HostOptions { return_ms: 100, grace_ms: 1_000, ..HostOptions::new(terminals) }
}

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = folder.path().join("place-of-a-runner");
    std::fs::create_dir(&place).expect("a folder");
    (folder, place)
}

struct Runner {
    terminals: RemoteTerminals,
    events: Receiver<TerminalEvent>,
    screen: String,
}

impl Runner {
    async fn start(place: &Path) -> Self {
        host().spawn(&options(place)).await.expect("the host starts");
        let (mut runner, before) = Self::attach(place).await;
        assert!(before.is_empty());
        runner.open(place).await;
        runner
    }

    async fn attach(place: &Path) -> (Self, Vec<Attached>) {
        let (terminals, events, before) = RemoteTerminals::attach(&options(place).socket()).await.expect("attached");
        (Self { terminals, events, screen: String::new() }, before)
    }

    async fn open(&mut self, place: &Path) {
        let terminal =
            OpenTerminal { name: "broker".into(), cwd: place.to_owned(), environment: Vec::new(), size: Size::default() };
        self.terminals.open(terminal).await.expect("it opens");
        assert_eq!(self.prompt().await, None);
        self.shown("$ ").await;
    }

    async fn event(&mut self) -> TerminalEvent {
        let event = tokio::time::timeout(DEADLINE, self.events.recv()).await.expect("something happens in time");
        let event = event.expect("the host is there");
        if let TerminalEvent::Output { bytes, .. } = &event {
            self.screen.push_str(&String::from_utf8_lossy(bytes));
        }
        event
    }

    async fn prompt(&mut self) -> Option<i32> {
        loop {
            if let TerminalEvent::Prompt { exit_code, .. } = self.event().await {
                self.screen.clear();
                return exit_code;
            }
        }
    }

    async fn shown(&mut self, text: &str) {
        while !self.screen.contains(text) {
            self.event().await;
        }
    }

    async fn type_in(&self, keys: &str) {
        self.terminals.write("broker", keys.as_bytes()).await.expect("it is open");
    }

    /// Types a line and decides about it.
    async fn decide(&mut self, line: &str, decision: Decision) {
        self.type_in(line).await;
        self.type_in("\r").await;
        loop {
            if let TerminalEvent::Line { line: told, verdict, .. } = self.event().await {
                assert_eq!(told, line);
                verdict.answer(decision);
                return;
            }
        }
    }

    async fn run(&mut self, line: &str) {
        self.decide(line, Decision::Run).await;
        if line.ends_with('&') {
            assert_eq!(self.prompt().await, Some(0));
        }
    }
}

async fn gone(options: &HostOptions) {
    let session = &options.terminals.session;
    let nothing_left = || leftovers(session).is_empty() && !options.socket().exists();
    wait::until_true(DEADLINE, "the host and all of its processes to be gone", nothing_left).await.expect("in time");
}

#[tokio::test]
async fn what_is_kept_goes_on_and_is_found_again() {
    let (_folder, place) = place();
    let mut runner = Runner::start(&place).await;
    runner.decide("touch skipped", Decision::Skip).await;
    assert_eq!(runner.prompt().await, None);
    assert!(!place.join("skipped").exists());
    runner.run("cat").await;
    runner.type_in("안녕\n").await;
    runner.shown("안녕\r\n안녕").await;
    runner.terminals.keep().await.expect("the host is there");
    let (mut runner, before) = Runner::attach(&place).await;
    let [attached] = before.as_slice() else { panic!("one terminal: {before:?}") };
    assert!(String::from_utf8_lossy(&attached.replay.0).contains("안녕\r\n안녕"));
    assert!(!attached.foreground.at_prompt && attached.terminal == "broker");
    let error = RemoteTerminals::attach(&options(&place).socket()).await.expect_err("one runner at a time");
    assert!(matches!(error, TerminalError::Host { .. }), "{error}");
    runner.type_in("\x03").await;
    assert_eq!(runner.prompt().await, Some(130));
    assert!(runner.terminals.foreground("broker").await.expect("open").at_prompt);
    assert!(matches!(runner.terminals.foreground("other").await, Err(TerminalError::NotOpen { .. })));
    assert!(runner.terminals.close_all(GRACE).await.expect("the host is there").is_empty());
    drop(runner);
    gone(&options(&place)).await;
}

#[tokio::test]
async fn a_killed_runner_leaves_no_process() {
    let (_folder, place) = place();
    let options = options(&place);
    let arguments = ["--exact", "terminal_host::entry_of_a_runner", "--nocapture"];
    let program = std::env::current_exe().expect("this program");
    let runner = Command::new(program).args(arguments).arg(&place).spawn().expect("the runner starts");
    let session = &options.terminals.session;
    let cat_runs = || leftovers(session).iter().any(|process| process.argv == ["cat"]);
    wait::until_true(DEADLINE, "the server to run", cat_runs).await.expect("it runs");
    assert!(leftovers(session).iter().any(|process| process.argv == ["sleep", "401"]));
    runner.signal(Signal::Kill).expect("it runs");
    gone(&options).await;
}

#[tokio::test]
async fn what_a_killed_host_leaves_is_found_and_stopped() {
    let (_folder, place) = place();
    let mut runner = Runner::start(&place).await;
    runner.run("nohup sleep 402 > /dev/null 2>&1 &").await;
    let options = options(&place);
    let session = options.terminals.session.clone();
    // before it is `sleep`, `nohup` may not ignore the hang-up yet
    let sleeps = || leftovers(&session).iter().any(|process| process.argv == ["sleep", "402"]);
    wait::until_true(DEADLINE, "the background job to run", sleeps).await.expect("it runs");
    let file = options.socket().with_file_name("host.json");
    let host = table::all().into_iter().find(|process| process.argv.last().is_some_and(|last| last == file.as_os_str()));
    signal::send(host.expect("it runs").identity, Signal::Kill).expect("ours");
    wait::until_true(DEADLINE, "the shell to be hung up", || leftovers(&session).len() == 1).await.expect("in time");
    assert!(matches!(runner.terminals.foreground("broker").await, Err(TerminalError::Unreachable { .. })));
    assert!(stop_leftovers(&session, GRACE).await.is_empty());
    assert!(leftovers(&session).is_empty());
    // a new host takes the place of the old
    drop(runner);
    let runner = Runner::start(&place).await;
    drop(runner);
    gone(&options).await;
}

#[tokio::test]
async fn a_host_that_cannot_start_says_why() {
    let (_folder, place) = place();
    let host = HostProcess { program: "/bin/sh".into(), arguments: vec!["-c".into(), "echo no such command >&2; exit 2".into()] };
    let error = host.spawn(&options(&place)).await.expect_err("it ends at once");
    assert_eq!(error.to_string(), "terminal host: did not start: no such command");
}
