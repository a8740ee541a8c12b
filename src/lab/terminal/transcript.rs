//! What happened at the terminals of one run: per step, which lines ran where, what they showed, and how they ended. Pure: events and
//! times in.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::TerminalEvent;
use super::normalise::Normaliser;
use super::render::Renderer;

/// How a line ended, so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It still runs.
    Running,
    /// It ended with this exit code.
    Ended(i32),
    /// It did not run: skipped, or given up with Ctrl-C while it waited.
    Dropped,
    /// The terminal was closed meanwhile.
    Closed,
}

/// One line within one step. A server that is started in one step and still writes in the next has an entry in both.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The step's id.
    pub step: String,
    /// The terminal.
    pub terminal: String,
    /// The whole line as it was typed.
    pub line: String,
    /// The folder it ran in.
    pub cwd: PathBuf,
    /// Whether it was started in an earlier step.
    pub continued: bool,
    /// When it was started, since the transcript began.
    pub started: Duration,
    /// How long it ran; `None` while it runs.
    pub took: Option<Duration>,
    /// How it ended.
    pub outcome: Outcome,
    output: Renderer,
}

impl Entry {
    /// What it showed in this step, as plain text: what was typed into it included, the prompt not.
    pub fn output(&self) -> String {
        self.output.text()
    }
}

/// How a step's entries are written down in its snapshot.
#[derive(Clone, Copy, Debug)]
pub struct Writing<'a> {
    /// Makes what is shown the same wherever it was played.
    pub normaliser: &'a Normaliser,
    /// Of a server's log, the lines that hold one of these are kept.
    pub keep: &'a [String],
    /// Lines whose output and exit code are other ones on each machine.
    pub varying: &'a [String],
    /// By line as it was typed, the line as it is written.
    pub written: &'a HashMap<String, String>,
}

/// The transcript of a run.
#[derive(Debug)]
pub struct Transcript {
    began: Instant,
    step: String,
    entries: Vec<Entry>,
    /// By terminal, the entry that runs there.
    running: BTreeMap<String, usize>,
}

impl Transcript {
    /// A transcript that begins now, in the step `step`.
    pub fn new(step: impl Into<String>, now: Instant) -> Self {
        Self { began: now, step: step.into(), entries: Vec::new(), running: BTreeMap::new() }
    }

    /// Goes on to another step: what runs goes on in it.
    pub fn begin_step(&mut self, step: impl Into<String>) {
        self.step = step.into();
        for index in self.running.values_mut() {
            let mut entry = self.entries[*index].clone();
            entry.step.clone_from(&self.step);
            entry.continued = true;
            entry.output = Renderer::default();
            self.entries.push(entry);
            *index = self.entries.len() - 1;
        }
    }

    /// Takes what happened at a terminal.
    pub fn feed(&mut self, event: &TerminalEvent, now: Instant) {
        match event {
            TerminalEvent::Output { terminal, bytes } => {
                if let Some(index) = self.running.get(terminal) {
                    self.entries[*index].output.feed(bytes);
                }
            }
            TerminalEvent::Line { terminal, line, cwd, .. } => {
                let entry = Entry {
                    step: self.step.clone(),
                    terminal: terminal.clone(),
                    line: line.clone(),
                    cwd: cwd.clone(),
                    continued: false,
                    started: now.saturating_duration_since(self.began),
                    took: None,
                    outcome: Outcome::Running,
                    output: Renderer::default(),
                };
                self.entries.push(entry);
                self.running.insert(terminal.clone(), self.entries.len() - 1);
            }
            TerminalEvent::Prompt { terminal, exit_code, .. } => {
                self.end(terminal, exit_code.map_or(Outcome::Dropped, Outcome::Ended), now);
            }
            TerminalEvent::Closed { terminal, .. } => self.end(terminal, Outcome::Closed, now),
        }
    }

    fn end(&mut self, terminal: &str, outcome: Outcome, now: Instant) {
        let Some(index) = self.running.remove(terminal) else { return };
        let entry = &mut self.entries[index];
        entry.outcome = outcome;
        entry.took = Some(now.saturating_duration_since(self.began).saturating_sub(entry.started));
    }

    /// Every entry, in the order of their starts; a continued one where its step begins.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries of one step.
    pub fn step(&self, step: &str) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.step == step)
    }

    /// What the line that runs at a terminal (or ran there last) showed in its step so far.
    pub fn last_output(&self, terminal: &str) -> Option<String> {
        self.entries.iter().rev().find(|entry| entry.terminal == terminal).map(Entry::output)
    }

    /// A step's snapshot text: per line a header, what it showed (normalised, servers reduced to their `keep` lines), and how it ended.
    pub fn snapshot(&self, step: &str, writing: Writing<'_>) -> String {
        let Writing { normaliser, keep, varying, written } = writing;
        let mut text = String::new();
        for entry in self.step(step).filter(|entry| entry.outcome != Outcome::Dropped) {
            let output = entry.output();
            let shown =
                if entry.continued || !keep.is_empty() { normaliser.signature(&output, keep) } else { normaliser.text(&output) };
            if entry.continued && shown.is_empty() && entry.outcome == Outcome::Running {
                continue;
            }
            if !text.is_empty() {
                text.push('\n');
            }
            let sign = if entry.continued { '>' } else { '$' };
            // writing to a String cannot fail
            let line = written.get(&entry.line).unwrap_or(&entry.line);
            let _ = writeln!(text, "[{}] {sign} {}", entry.terminal, normaliser.text(line));
            if varying.contains(line) {
                text.push_str("…\n");
                continue;
            }
            if !shown.is_empty() {
                let _ = writeln!(text, "{shown}");
            }
            let _ = match entry.outcome {
                Outcome::Ended(code) => writeln!(text, "(exit {code})"),
                Outcome::Running => writeln!(text, "(running)"),
                Outcome::Closed | Outcome::Dropped => writeln!(text, "(closed)"),
            };
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::terminal::Verdict;

    struct Tape {
        transcript: Transcript,
        start: Instant,
        seconds: u64,
    }

    impl Tape {
        fn new() -> Self {
            let start = Instant::now();
            Self { transcript: Transcript::new("one", start), start, seconds: 0 }
        }

        fn feed(&mut self, event: TerminalEvent) {
            self.seconds += 1;
            self.transcript.feed(&event, self.start + Duration::from_secs(self.seconds));
        }

        fn line(&mut self, terminal: &str, line: &str) {
            let (verdict, _) = Verdict::new();
            self.feed(TerminalEvent::Line { terminal: terminal.into(), id: 1, line: line.into(), cwd: "/".into(), verdict });
        }

        fn output(&mut self, terminal: &str, text: &str) {
            self.feed(TerminalEvent::Output { terminal: terminal.into(), bytes: text.as_bytes().to_vec() });
        }

        fn check(&self, step: &str, keep: &[&str], expected: &str) {
            let keep: Vec<String> = keep.iter().map(|line| (*line).to_owned()).collect();
            let written = HashMap::from([("kill 17".to_owned(), "kill <PID>".to_owned())]);
            let (normaliser, varying) = (&Normaliser::default(), &["ps".to_owned(), "kill <PID>".to_owned()]);
            let text = self.transcript.snapshot(step, Writing { normaliser, keep: &keep, varying, written: &written });
            assert_eq!(text, expected);
        }

        fn prompt(&mut self, terminal: &str, exit_code: Option<i32>) {
            self.feed(TerminalEvent::Prompt { terminal: terminal.into(), cwd: "/".into(), exit_code });
        }
    }

    #[test]
    fn lines_output_codes_and_times_are_kept_by_step() {
        let mut tape = Tape::new();
        tape.output("client", "learner@client bin$ ./a\r\n");
        tape.line("client", "./a");
        tape.output("client", "so\x1b[1mme\x1b[0m\r\n");
        tape.prompt("client", Some(3));
        tape.output("client", "learner@client bin$ ");
        let entry = &tape.transcript.entries()[0];
        assert_eq!((entry.output().as_str(), entry.outcome), ("some", Outcome::Ended(3)));
        assert_eq!((entry.started, entry.took), (Duration::from_secs(2), Some(Duration::from_secs(2))));
        tape.check("one", &[], "[client] $ ./a\nsome\n(exit 3)\n");
        tape.line("client", "./skipped");
        tape.prompt("client", None);
        tape.check("one", &[], "[client] $ ./a\nsome\n(exit 3)\n");
    }

    #[test]
    fn what_is_other_on_each_machine_is_left_out() {
        let mut tape = Tape::new();
        for line in ["ps", "kill 17", "kill 18"] {
            tape.line("client", line);
            tape.output("client", "me 17\r\n");
            tape.prompt("client", Some(1));
        }
        tape.check("one", &[], "[client] $ ps\n…\n\n[client] $ kill <PID>\n…\n\n[client] $ kill 18\nme 17\n(exit 1)\n");
    }

    #[test]
    fn a_server_goes_on_in_the_next_step_and_shows_there_what_is_asked_for() {
        let mut tape = Tape::new();
        tape.line("broker", "./start");
        tape.output("broker", "[2026-01-01 00:00:00,000] INFO up (a)\r\n[2026-01-01 00:00:00,001] INFO ready (b)\r\n");
        tape.check("one", &["ready"], "[broker] $ ./start\n[<TS>] INFO ready (b)\n(running)\n");
        tape.transcript.begin_step("two");
        tape.line("client", "./create");
        tape.output("broker", "[2026-01-01 00:00:01,000] INFO noise (c)\r\n");
        tape.output("client", "Created topic t.\r\n");
        tape.prompt("client", Some(0));
        tape.check("two", &[], "[client] $ ./create\nCreated topic t.\n(exit 0)\n");
        tape.transcript.begin_step("three");
        tape.output("broker", "^C[2026-01-01 00:00:02,000] INFO Terminating (d)\r\n");
        tape.prompt("broker", Some(130));
        tape.check("three", &["Terminating"], "[broker] > ./start\n[<TS>] INFO Terminating (d)\n(exit 130)\n");
        assert_eq!(tape.transcript.entries()[0].outcome, Outcome::Running, "as it was when its step ended");
    }
}
