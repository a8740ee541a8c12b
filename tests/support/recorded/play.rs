//! Plays a session: runs its command lines with the tools of one engine, one after the other, and gives the session back with what
//! came of them.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use kafka_protocol::messages::ListTransactionsRequest;
use kafkalab::catalog::tools;
use kafkalab::engine::client::{Client, Route};
use kafkalab::engine::server::Role;
use kafkalab::engine::tools::invocation::WITNESS_VARIABLE;
use kafkalab::net;
use kafkalab::process::signal::Signal;
use kafkalab::process::spawn::{Child, Command, Stream, exit_code};
use kafkalab::process::wait::until;

use super::super::{DEADLINE, Pair};
use tokio::io::AsyncReadExt as _;

use super::normalise::normalise;
use super::{Outcome, Run, Session, Step};

/// The most that is kept of what a tool prints.
const OUTPUT_BYTES_MAX: usize = 1024 * 1024;
/// How long a tool in the background may take to end.
const GRACE: Duration = Duration::from_secs(20);

/// Where a session takes place.
struct Place<'a> {
    /// The command for a main class with its arguments.
    tool: &'a dyn Fn(&str) -> Command,
    /// The ports of the broker, the coordinator, and of nobody.
    ports: [u16; 3],
    /// Where files of the session lie.
    folder: PathBuf,
    /// Where the broker keeps its data.
    data: PathBuf,
    /// A client of the broker.
    client: Option<&'a Client>,
}

const NAMES: [&str; 3] = ["broker", "zookeeper", "nobody"];

impl Place<'_> {
    fn fill(&self, text: &str) -> String {
        let named = NAMES.iter().zip(self.ports).fold(text.to_owned(), |text, (name, port)| {
            text.replace(&format!("${{{name}}}"), &format!("localhost:{port}"))
                .replace(&format!("${{{name}.port}}"), &port.to_string())
        });
        named.replace("${data}", &self.data.display().to_string())
    }

    fn masks(&self) -> Vec<(String, String)> {
        let mut masks = vec![
            (self.data.display().to_string(), "${data}".to_owned()),
            (self.folder.display().to_string(), "${folder}".to_owned()),
        ];
        // 0 stands for a server that there is not
        for (name, port) in NAMES.iter().zip(self.ports).filter(|(_, port)| *port != 0) {
            masks.push((format!("localhost:{port}"), format!("${{{name}}}")));
            masks.push((port.to_string(), format!("${{{name}.port}}")));
        }
        masks
    }

    fn command(&self, line: &str) -> Command {
        let words = split(&self.fill(line));
        let (script, words) = words.split_first().expect("a script");
        let tool = tools::all().iter().find(|tool| tool.script == script).unwrap_or_else(|| panic!("{script} is no script"));
        let before: &[&str] = if script == "zookeeper-shell.sh" { &["-server"] } else { &[] };
        (self.tool)(tool.main_class).args(before).args(words).working_folder(&self.folder)
    }

    async fn run(&self, run: &Run) -> Outcome {
        let stdin = self.fill(&run.stdin);
        let (stdout, stderr, code) = match &run.signal {
            Some((name, after)) => self.run_until(&run.line, name, after).await,
            None => {
                let output = self.command(&run.line).output(stdin.as_bytes(), OUTPUT_BYTES_MAX, DEADLINE).await;
                let output = output.unwrap_or_else(|error| panic!("{}: {error}", run.line));
                (output.stdout.text(), output.stderr.text(), output.ended.code())
            }
        };
        let masks = self.masks();
        Outcome { stdout: normalise(&stdout, &masks), stderr: normalise(&stderr, &masks), code }
    }

    /// Runs a tool that does not end by itself: once `after` is on its stdout it gets the signal.
    async fn run_until(&self, line: &str, name: &str, after: &str) -> (String, String, i32) {
        let signal = match name {
            "INT" => Signal::Interrupt,
            "HUP" => Signal::HangUp,
            _ => Signal::Terminate,
        };
        let command = self.command(line).own_group().kill_group_on_drop().stdout(Stream::Piped).stderr(Stream::Piped);
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{line}: {error}"));
        let (mut out, mut err) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let talk = async {
            let told = async {
                while !String::from_utf8_lossy(&stdout).contains(after) {
                    if out.read_buf(&mut stdout).await.unwrap_or(0) == 0 {
                        return;
                    }
                }
                // gone already is no harm: the exit code tells
                let _ = child.signal(signal);
                let _ = out.read_to_end(&mut stdout).await;
            };
            tokio::join!(told, err.read_to_end(&mut stderr)).1.expect("a readable pipe");
        };
        tokio::time::timeout(DEADLINE, talk).await.unwrap_or_else(|_| panic!("{line} never says {after}, or goes on for ever"));
        let status = child.wait().await.expect("it was started");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(&stdout), text(&stderr), exit_code(status))
    }

    async fn wait(&self, group: &str, members: usize) {
        let client = self.client.expect("groups are at a broker");
        let there = async || {
            let found = client.describe_group(group).await.ok()?;
            let settled = if members == 0 { found.members.is_empty() } else { found.state == "Stable" };
            (settled && found.members.len() == members).then_some(())
        };
        let what = format!("{members} members in {group}");
        until(DEADLINE, what, there).await.unwrap_or_else(|error| panic!("{error}"));
    }

    async fn wait_for_transaction(&self, id: &str, state: &str) {
        let client = self.client.expect("transactions are at a broker");
        let there = async || {
            let answer = client.call(Route::Any, ListTransactionsRequest::default()).await.ok()?;
            let mut states = answer.transaction_states.iter();
            states.find(|found| found.transactional_id.as_str() == id && found.transaction_state.as_str() == state).map(drop)
        };
        until(DEADLINE, format!("transaction {id} in state {state}"), there).await.unwrap_or_else(|error| panic!("{error}"));
    }
}

/// The command for one of the bundled tools.
pub fn bundled_tool(class: &str) -> Command {
    Command::new(env!("CARGO_BIN_EXE_kafkalab")).called_as(class).env_remove(WITNESS_VARIABLE).default_signals()
}

/// Plays a session from its beginning on servers, or without any, with the tools that `tool` gives the commands of.
pub async fn play_on(session: &Session, pair: Option<&Pair>, tool: &dyn Fn(&str) -> Command) -> Session {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let client = pair.map(|pair| pair.trial.client());
    let port = |role| pair.map_or(0, |pair| pair.trial.port(role));
    let place = Place {
        tool,
        ports: [port(Role::Broker), port(Role::Coordinator), net::free_port().await.expect("a free port")],
        folder: folder.path().to_owned(),
        data: pair.map_or_else(|| PathBuf::from("/nowhere"), |pair| pair.trial.data(Role::Broker)),
        client: client.as_ref(),
    };
    play(session, &place).await
}

/// Plays a session from its beginning; the answer has the outcomes that came of it.
async fn play(session: &Session, place: &Place<'_>) -> Session {
    let mut played = session.clone();
    let mut background: Vec<Child> = Vec::new();
    let mut files: Vec<&str> = Vec::new();
    for (step, played) in session.steps.iter().zip(&mut played.steps) {
        match (step, played) {
            (Step::File { name, line }, _) => {
                let path = place.folder.join(name);
                let fresh = !files.contains(&name.as_str());
                files.push(name);
                let opened = std::fs::OpenOptions::new().create(true).write(true).append(!fresh).truncate(fresh).open(path);
                writeln!(opened.expect("a writable folder"), "{}", place.fill(line)).expect("a writable file");
            }
            (Step::Background(line), _) => {
                let command = place.command(line).kill_group_on_drop().stdout(Stream::Null).stderr(Stream::Null);
                background.push(command.spawn().unwrap_or_else(|error| panic!("{line}: {error}")));
            }
            (Step::Wait { group, members }, _) => place.wait(group, *members).await,
            (Step::Transaction { id, state }, _) => place.wait_for_transaction(id, state).await,
            (Step::Stop, _) => {
                for mut child in background.drain(..) {
                    let _ = child.signal(Signal::Terminate);
                    let _ = child.stop(GRACE).await;
                }
            }
            (Step::Run(run), Step::Run(played)) => played.outcome = place.run(run).await,
            _ => {}
        }
        if !matches!(step, Step::File { .. }) {
            files.clear();
        }
    }
    played
}

/// The words of a line: separated by spaces, with `'…'` and `"…"` for words that have some.
fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}
