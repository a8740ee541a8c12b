//! Recorded sessions: command lines of the tools with what Apache's own tools printed and how they ended, in `fixtures/tools/*.txt`.
//!
//! A session has a coordinator and a broker of its own; its command lines run one after the other in a folder of their own. Each line
//! of the file begins with what it is:
//!
//! - `# …` a remark, `~ …` the reason why the bundled tool differs here
//! - `apache REASON` why the whole session needs Apache's servers; `broker KEY=VALUE` a line of its broker's configuration
//! - `@ NAME TEXT` a line of a file, `< TEXT` a line of stdin, `& LINE` a tool that runs in the background from here on
//! - `wait GROUP N` until the group is stable with N members, `wait GROUP gone` until it has none; `stop` ends what runs in the background
//! - `transaction ID STATE` until that transaction is in that state, as `Ongoing`
//! - `? SIGNAL TEXT` the signal (`INT`, `TERM`, `HUP`) that ends the tool of the next line once TEXT is on its stdout
//! - `$ LINE` the command line; below it the recording: `> ` stdout, `! ` stderr, `= ` the exit code
//!
//! `${broker}`, `${zookeeper}` and `${nobody}` stand for addresses; nobody listens at the last one.

mod normalise;
mod play;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use kafkalab::catalog::tools;
use kafkalab::engine::programs;
use kafkalab::engine::server::Role;
use similar::TextDiff;

pub use play::{bundled_tool, play_on};

/// A step of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A remark, or an empty line.
    Remark(String),
    /// A line of a file in the session's folder.
    File { name: String, line: String },
    /// A tool that stays in the background.
    Background(String),
    /// Why the bundled servers cannot serve this session yet.
    Apache(String),
    /// A line of the broker's configuration.
    Broker(String),
    /// Waits for a group: stable with that many members, or without any where there are to be none.
    Wait { group: String, members: usize },
    /// Waits until a transaction is in a state.
    Transaction { id: String, state: String },
    /// Ends what runs in the background.
    Stop,
    /// A command line and its recording.
    Run(Run),
}

/// A command line, what it is given, and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// The script and its arguments, as typed.
    pub line: String,
    /// What it reads from stdin.
    pub stdin: String,
    /// The signal that it gets, and the text on stdout after which it gets it.
    pub signal: Option<(String, String)>,
    /// Why the bundled tool differs, where it does.
    pub differs: Option<String>,
    /// What came of it, normalised.
    pub outcome: Outcome,
}

/// What came of a command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
}

/// A file of `fixtures/tools`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub path: PathBuf,
    pub steps: Vec<Step>,
}

impl Session {
    /// Every session, by name.
    pub fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tools");
        let entries = std::fs::read_dir(&folder).expect("the recordings are there");
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
        paths.sort();
        paths.into_iter().map(Self::read).collect()
    }

    fn read(path: PathBuf) -> Self {
        let text = std::fs::read_to_string(&path).expect("a readable file");
        let mut steps = Vec::new();
        let (mut stdin, mut differs, mut signal) = (String::new(), None, None);
        for line in text.lines() {
            let (mark, rest) = line.split_once(' ').unwrap_or((line, ""));
            let outcome = |steps: &mut Vec<Step>, add: &dyn Fn(&mut Outcome)| match steps.last_mut() {
                Some(Step::Run(run)) => add(&mut run.outcome),
                _ => panic!("{}: a recording without a command line: {line}", path.display()),
            };
            match mark {
                "" | "#" => steps.push(Step::Remark(line.to_owned())),
                "@" => {
                    let (name, line) = rest.split_once(' ').unwrap_or((rest, ""));
                    steps.push(Step::File { name: name.to_owned(), line: line.to_owned() });
                }
                "<" => stdin.push_str(&format!("{rest}\n")),
                "~" => differs = Some(rest.to_owned()),
                "?" => signal = rest.split_once(' ').map(|(name, text)| (name.to_owned(), text.to_owned())),
                "&" => steps.push(Step::Background(rest.to_owned())),
                "wait" => {
                    let (group, members) = rest.split_once(' ').expect("a group and a number");
                    steps.push(Step::Wait { group: group.to_owned(), members: members.parse().unwrap_or(0) });
                }
                "apache" => steps.push(Step::Apache(rest.to_owned())),
                "broker" => steps.push(Step::Broker(rest.to_owned())),
                "transaction" => {
                    let (id, state) = rest.split_once(' ').expect("a transactional id and a state");
                    steps.push(Step::Transaction { id: id.to_owned(), state: state.to_owned() });
                }
                "stop" => steps.push(Step::Stop),
                "$" => {
                    let (line, stdin) = (rest.to_owned(), std::mem::take(&mut stdin));
                    let (signal, differs, outcome) = (signal.take(), differs.take(), Outcome::default());
                    steps.push(Step::Run(Run { line, stdin, signal, differs, outcome }));
                }
                ">" => outcome(&mut steps, &|outcome| outcome.stdout.push_str(&format!("{rest}\n"))),
                "!" => outcome(&mut steps, &|outcome| outcome.stderr.push_str(&format!("{rest}\n"))),
                "=" => outcome(&mut steps, &|outcome| outcome.code = rest.parse().expect("an exit code")),
                _ => panic!("{}: not understood: {line}", path.display()),
            }
        }
        Self { path, steps }
    }

    /// The name of the file, without its extension.
    pub fn name(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Whether the bundle has the programs behind all its scripts.
    pub fn is_bundled(&self) -> bool {
        let has = |script: &str| {
            let tool = tools::all().iter().find(|tool| tool.script == script);
            tool.is_some_and(|tool| programs().iter().any(|program| program.main_class == tool.main_class))
        };
        self.scripts().into_iter().all(has)
    }

    fn scripts(&self) -> Vec<&str> {
        let lines = self.steps.iter().filter_map(|step| match step {
            Step::Run(run) => Some(run.line.as_str()),
            Step::Background(line) => Some(line.as_str()),
            _ => None,
        });
        lines.filter_map(|line| line.split(' ').next()).collect()
    }

    /// Why the bundled servers cannot serve it yet, if they cannot.
    pub fn beyond_the_bundle(&self) -> Option<&str> {
        self.steps.iter().find_map(|step| match step {
            Step::Apache(reason) => Some(reason.as_str()),
            _ => None,
        })
    }

    /// What its broker's configuration has beside what is shipped.
    pub fn config(&self) -> Vec<(Role, &str)> {
        let lines = self.steps.iter().filter_map(|step| match step {
            Step::Broker(line) => Some((Role::Broker, line.as_str())),
            _ => None,
        });
        lines.collect()
    }

    /// Whether its tools talk to servers.
    pub fn needs_servers(&self) -> bool {
        let words = ["${broker}", "${zookeeper}"];
        self.text().lines().any(|line| line.starts_with('$') && words.iter().any(|word| line.contains(word)))
    }

    /// The file's text.
    pub fn text(&self) -> String {
        self.steps.iter().map(Step::text).collect()
    }
}

impl Step {
    /// Its lines in the file.
    pub fn text(&self) -> String {
        match self {
            Self::Remark(line) => format!("{line}\n"),
            Self::File { name, line } => format!("@ {name} {line}\n"),
            Self::Background(line) => format!("& {line}\n"),
            Self::Apache(reason) => format!("apache {reason}\n"),
            Self::Broker(line) => format!("broker {line}\n"),
            Self::Wait { group, members: 0 } => format!("wait {group} gone\n"),
            Self::Wait { group, members } => format!("wait {group} {members}\n"),
            Self::Transaction { id, state } => format!("transaction {id} {state}\n"),
            Self::Stop => "stop\n".to_owned(),
            Self::Run(run) => run.text(),
        }
    }
}

impl Run {
    /// What is wrong with `found`, which is to be like this recording, or to differ where there is a reason.
    pub fn complaint(&self, found: &Self) -> Option<String> {
        let same = self.outcome == found.outcome;
        match (&self.differs, same) {
            (None, false) => {
                let (expected, found) = (self.outcome.text(), found.outcome.text());
                let diff = TextDiff::from_lines(&expected, &found);
                Some(format!("$ {}\n{}", self.line, diff.unified_diff().context_radius(2)))
            }
            (Some(reason), true) => Some(format!("$ {}\nno difference any more; take the reason out: {reason}\n", self.line)),
            _ => None,
        }
    }

    fn text(&self) -> String {
        let mut text = marked("<", &self.stdin);
        if let Some((name, after)) = &self.signal {
            let _ = writeln!(text, "? {name} {after}");
        }
        if let Some(reason) = &self.differs {
            let _ = writeln!(text, "~ {reason}");
        }
        let _ = writeln!(text, "$ {}", self.line);
        text + &self.outcome.text()
    }
}

impl Outcome {
    /// Its lines in the file.
    pub fn text(&self) -> String {
        marked(">", &self.stdout) + &marked("!", &self.stderr) + &format!("= {}\n", self.code)
    }
}

fn marked(mark: &str, text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { format!("{mark}\n") } else { format!("{mark} {line}\n") }).collect()
}
