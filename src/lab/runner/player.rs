//! Plays a solution at the terminals: types a line when the prompt is there, and goes on when what it waits for has come.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use crate::lab::format::{Action, Key, StepSpec, Variables};
use crate::text::{Language, learn as say};

/// How long one action may take before the player gives up; a broker that cannot reach its coordinator takes 18 s to say so.
pub const ACTION_DEADLINE: Duration = Duration::from_secs(60);

/// Keeps the tail of what a terminal showed; what is waited for is never longer than this.
const TAIL_BYTES_MAX: usize = 64 * 1024;

/// The keys that empty the shell's line, on whichever place of it the cursor is: Ctrl-K and Ctrl-U.
const CLEAR_LINE: [u8; 2] = [0x0b, 0x15];

/// What to type, and what to wait for after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Play {
    terminal: String,
    typed: Typed,
    until_output: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Typed {
    Line(String),
    Text(String),
    Key(Key),
}

impl Play {
    /// The plays of a step's solution.
    pub fn of_step(step: &StepSpec, variables: &Variables) -> Vec<Self> {
        step.solution.iter().map(|action| Self::of_action(action, &step.terminal, variables)).collect()
    }

    /// The same on the way to a later step: what is done there in a quicker way is done so.
    pub fn of_step_on_the_way(step: &StepSpec, variables: &Variables) -> Vec<Self> {
        let quicker = |action: &Action| match &action.quick {
            Some(quick) => Action { line: Some(quick.clone()), ..action.clone() },
            None => action.clone(),
        };
        step.solution.iter().map(|action| Self::of_action(&quicker(action), &step.terminal, variables)).collect()
    }

    /// The play of an action; `terminal` is where it happens unless it says otherwise.
    pub fn of_action(action: &Action, terminal: &str, variables: &Variables) -> Self {
        let typed = match action {
            Action { line: Some(line), .. } => Typed::Line(variables.expand(line)),
            Action { text: Some(text), .. } => Typed::Text(variables.expand(text)),
            // the format allows nothing else
            action => Typed::Key(action.key.unwrap_or(Key::CtrlC)),
        };
        Self {
            terminal: action.terminal.clone().unwrap_or_else(|| terminal.to_owned()),
            typed,
            until_output: action.until_output.clone(),
        }
    }

    /// A command line for a terminal, waited for until the prompt is back.
    pub fn line(terminal: &str, line: &str) -> Self {
        Self { terminal: terminal.to_owned(), typed: Typed::Line(line.to_owned()), until_output: None }
    }

    /// A key at a terminal, waited for until the prompt is back.
    pub fn key(terminal: &str, key: Key) -> Self {
        Self { terminal: terminal.to_owned(), typed: Typed::Key(key), until_output: None }
    }

    /// The terminal.
    pub fn terminal(&self) -> &str {
        &self.terminal
    }

    /// Whether it happens at that terminal.
    pub fn is_at(&self, terminal: &str) -> bool {
        self.terminal == terminal
    }

    /// The same at another terminal.
    pub fn move_to(&mut self, terminal: &str) {
        terminal.clone_into(&mut self.terminal);
    }

    /// Whether it is a key.
    pub fn is_key(&self) -> bool {
        matches!(self.typed, Typed::Key(_))
    }

    /// The command line, where it is one.
    pub fn line_text(&self) -> Option<&str> {
        match &self.typed {
            Typed::Line(line) => Some(line),
            Typed::Text(_) | Typed::Key(_) => None,
        }
    }

    /// Whether a program has the terminal to itself afterwards.
    pub fn stays(&self) -> bool {
        self.line_text().is_some() && self.until_output.is_some()
    }

    fn bytes(&self) -> Vec<u8> {
        match &self.typed {
            Typed::Line(text) | Typed::Text(text) => format!("{text}\r").into_bytes(),
            Typed::Key(key) => vec![key.byte()],
        }
    }
}

/// What a play waits for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaitedFor {
    /// The shell's prompt.
    Prompt,
    /// This text.
    Output(String),
}

impl WaitedFor {
    /// In words.
    pub fn say(&self, language: Language) -> String {
        match self {
            Self::Prompt => say::THE_PROMPT.get(language).to_owned(),
            Self::Output(text) => format!("{text:?}"),
        }
    }
}

/// A play did not come to its end: its deadline passed, or the program ended without having shown what was waited for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize, serde::Deserialize)]
#[error("terminal {terminal}: waited {waited_s} s for {}; it last showed {shown:?}", .waited_for.say(Language::En))]
pub struct PlayerError {
    /// The terminal.
    pub terminal: String,
    /// How long, in seconds.
    pub waited_s: u64,
    /// What did not come.
    pub waited_for: WaitedFor,
    /// The last line that the terminal showed.
    pub shown: String,
}

/// What the player wants next.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// Type this.
    Type {
        /// The terminal.
        terminal: String,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Nothing until something happens at a terminal, or this moment has come.
    Wait(Instant),
    /// Everything was played.
    Done,
}

#[derive(Debug, Default)]
struct Seen {
    prompt: Prompt,
    tail: String,
    /// Whether the learner has typed something since the prompt was shown.
    touched: bool,
}

/// How far a terminal's shell is with its prompt. What is typed before the prompt is shown would be echoed twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Prompt {
    /// A program runs.
    #[default]
    Away,
    /// The shell is about to show it.
    Due,
    /// It is there.
    Shown,
}

impl Seen {
    fn at_prompt(&self) -> bool {
        self.prompt == Prompt::Shown
    }
}

#[derive(Debug)]
enum Phase {
    /// The first play waits for its terminal to be ready to be typed into.
    Before,
    /// A line was typed and the shell has not taken it yet.
    Typed,
    /// It was typed; what it waits for has to come.
    After,
}

/// The player; it is told all that happens at the terminals, also while it has nothing to play.
#[derive(Debug)]
pub struct Player {
    plays: VecDeque<Play>,
    phase: Phase,
    since: Option<Instant>,
    seen: HashMap<String, Seen>,
    deadline: Duration,
}

impl Default for Player {
    fn default() -> Self {
        Self::new(ACTION_DEADLINE)
    }
}

impl Player {
    /// A player with nothing to play; `deadline` is for each play.
    pub fn new(deadline: Duration) -> Self {
        Self { plays: VecDeque::new(), phase: Phase::Before, since: None, seen: HashMap::new(), deadline }
    }

    /// Adds plays after those that are there.
    pub fn add(&mut self, plays: impl IntoIterator<Item = Play>) {
        self.plays.extend(plays);
    }

    /// Whether there is something left to play.
    pub fn is_playing(&self) -> bool {
        !self.plays.is_empty()
    }

    /// What is left to play.
    pub fn left(&self) -> impl Iterator<Item = &Play> {
        self.plays.iter()
    }

    /// Whether a terminal's shell waits for a line, or is about to.
    pub fn is_at_prompt(&self, terminal: &str) -> bool {
        self.seen.get(terminal).is_some_and(|seen| seen.prompt != Prompt::Away)
    }

    /// Forgets what is left to play.
    pub fn clear(&mut self) {
        self.plays.clear();
        self.phase = Phase::Before;
        self.since = None;
    }

    /// The terminals are other ones now: nothing is known of them, and nothing is left to play.
    pub fn begin_anew(&mut self) {
        self.clear();
        self.seen.clear();
    }

    /// A terminal's shell is about to show its prompt.
    pub fn on_prompt(&mut self, terminal: &str) {
        let seen = self.seen.entry(terminal.to_owned()).or_default();
        seen.prompt = Prompt::Due;
        seen.touched = false;
    }

    /// The learner typed at a terminal.
    pub fn on_typed(&mut self, terminal: &str) {
        self.seen.entry(terminal.to_owned()).or_default().touched = true;
    }

    /// A terminal was at its prompt before the player was there.
    pub fn at_prompt_already(&mut self, terminal: &str) {
        self.seen.entry(terminal.to_owned()).or_default().prompt = Prompt::Shown;
    }

    /// A terminal's shell has taken a line and will run it.
    pub fn on_line(&mut self, terminal: &str) {
        let seen = self.seen.entry(terminal.to_owned()).or_default();
        seen.prompt = Prompt::Away;
        seen.touched = false;
        seen.tail.clear();
        if matches!(self.phase, Phase::Typed) && self.plays.front().is_some_and(|play| play.terminal == terminal) {
            self.phase = Phase::After;
        }
    }

    /// A terminal showed something.
    pub fn on_output(&mut self, terminal: &str, bytes: &[u8]) {
        let seen = self.seen.entry(terminal.to_owned()).or_default();
        let text = String::from_utf8_lossy(bytes);
        if seen.prompt == Prompt::Due && !bytes.is_empty() {
            seen.prompt = Prompt::Shown;
        }
        seen.tail.push_str(&console::strip_ansi_codes(&text).replace('\r', ""));
        if seen.tail.len() > TAIL_BYTES_MAX {
            let cut = seen.tail.ceil_char_boundary(seen.tail.len() - TAIL_BYTES_MAX);
            seen.tail.drain(..cut);
        }
    }

    /// What to do at this moment.
    ///
    /// # Errors
    /// The deadline of the play has passed.
    pub fn next(&mut self, now: Instant) -> Result<Next, PlayerError> {
        loop {
            let Some(play) = self.plays.front() else { return Ok(Next::Done) };
            let since = *self.since.get_or_insert(now);
            let seen = self.seen.entry(play.terminal.clone()).or_default();
            let is_line = matches!(play.typed, Typed::Line(_));
            // at the prompt there is nothing to interrupt, and bash puts off an interrupt that comes before it waits for a key
            let stops_nothing =
                play.typed == Typed::Key(Key::CtrlC) && play.until_output.is_none() && seen.prompt != Prompt::Away;
            match self.phase {
                Phase::Before if stops_nothing && seen.at_prompt() => {
                    self.plays.pop_front();
                    self.since = None;
                }
                Phase::Before if !stops_nothing && (!is_line || seen.at_prompt()) => {
                    let (terminal, mut bytes) = (play.terminal.clone(), play.bytes());
                    if is_line && std::mem::take(&mut seen.touched) {
                        bytes.splice(0..0, CLEAR_LINE);
                    }
                    self.since = Some(now);
                    if is_line {
                        self.phase = Phase::Typed;
                    } else {
                        self.phase = Phase::After;
                        seen.tail.clear();
                        // a key at the prompt brings another prompt; what is typed before that is lost
                        if matches!(play.typed, Typed::Key(_)) && seen.at_prompt() {
                            seen.prompt = Prompt::Away;
                        }
                    }
                    return Ok(Next::Type { terminal, bytes });
                }
                Phase::After if play.until_output.as_ref().map_or(seen.at_prompt(), |text| seen.tail.contains(text)) => {
                    self.plays.pop_front();
                    self.phase = Phase::Before;
                    self.since = None;
                }
                // the program has ended, and what it did not show it will not show any more
                Phase::After if seen.at_prompt() => return Err(self.in_vain(since, now)),
                _ if now >= since + self.deadline => return Err(self.in_vain(since, now)),
                _ => return Ok(Next::Wait(since + self.deadline)),
            }
        }
    }

    fn in_vain(&mut self, since: Instant, now: Instant) -> PlayerError {
        let play = self.plays.front();
        let terminal = play.map(|play| play.terminal.clone()).unwrap_or_default();
        let waited_for = match (&self.phase, play.and_then(|play| play.until_output.as_ref())) {
            (Phase::After, Some(text)) => WaitedFor::Output(text.clone()),
            _ => WaitedFor::Prompt,
        };
        let tail = self.seen.get(&terminal).map(|seen| seen.tail.trim_end()).unwrap_or_default();
        let shown = tail.lines().next_back().unwrap_or_default().to_owned();
        self.clear();
        PlayerError { terminal, waited_s: (now - since).as_secs(), waited_for, shown }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(player: &mut Player, now: Instant) -> Option<String> {
        match player.next(now).expect("in time") {
            Next::Type { bytes, .. } => Some(String::from_utf8(bytes).expect("text")),
            Next::Wait(_) | Next::Done => None,
        }
    }

    #[test]
    fn a_line_waits_for_the_prompt_and_for_its_output_not_its_echo() {
        let now = Instant::now();
        let mut player = Player::default();
        let producer = Play { until_output: Some(">".to_owned()), ..Play::line("producer", "./producer.sh >") };
        let text = Play { typed: Typed::Text("hello".to_owned()), ..producer.clone() };
        player.add([producer, text]);
        assert_eq!(typed(&mut player, now), None, "no prompt yet");
        player.on_prompt("producer");
        assert_eq!(typed(&mut player, now), None, "not shown yet");
        player.on_output("producer", b"learner@producer bin$ ");
        assert_eq!(typed(&mut player, now).as_deref(), Some("./producer.sh >\r"));
        player.on_output("producer", b"./producer.sh >\r\n");
        assert_eq!(typed(&mut player, now), None, "only the echo");
        player.on_line("producer");
        assert_eq!(typed(&mut player, now), None);
        player.on_output("producer", b"\x1b[1m>");
        assert_eq!(typed(&mut player, now).as_deref(), Some("hello\r"));
        player.on_output("producer", b"hello\r\n>");
        assert_eq!(player.next(now), Ok(Next::Done));
    }

    #[test]
    fn a_key_waits_for_the_prompt_to_come_back_and_says_what_did_not_come() {
        let now = Instant::now();
        let mut player = Player::default();
        player.on_prompt("broker");
        player.on_line("broker");
        player.add([Play { terminal: "broker".to_owned(), typed: Typed::Key(Key::CtrlC), until_output: None }]);
        assert_eq!(typed(&mut player, now).as_deref(), Some("\u{3}"));
        player.on_output("broker", b"shutting down\r\n");
        assert_eq!(player.next(now), Ok(Next::Wait(now + ACTION_DEADLINE)));
        let error = player.next(now + ACTION_DEADLINE).expect_err("late");
        assert_eq!(error.to_string(), "terminal broker: waited 60 s for the shell's prompt; it last showed \"shutting down\"");
        assert!(!player.is_playing());
    }

    #[test]
    fn nothing_is_interrupted_at_the_prompt() {
        let now = Instant::now();
        let mut player = Player::default();
        let key = Play { terminal: "broker".to_owned(), typed: Typed::Key(Key::CtrlC), until_output: None };
        player.on_prompt("broker");
        player.add([key.clone(), Play::line("broker", "ls")]);
        assert_eq!(typed(&mut player, now), None, "not shown yet");
        player.on_output("broker", b"$ ");
        assert_eq!(typed(&mut player, now).as_deref(), Some("ls\r"));
        player.on_line("broker");
        player.add([key]);
        player.on_prompt("broker");
        player.on_output("broker", b"$ ");
        assert_eq!(player.next(now), Ok(Next::Done));
    }

    #[test]
    fn what_the_learner_was_typing_is_not_part_of_the_line() {
        let now = Instant::now();
        let mut player = Player::default();
        player.at_prompt_already("client");
        player.on_typed("client");
        player.add([Play::line("client", "ls")]);
        assert_eq!(typed(&mut player, now).as_deref(), Some("\u{b}\u{15}ls\r"));
        player.on_line("client");
        player.on_prompt("client");
        player.on_output("client", b"$ ");
        player.add([Play::line("client", "pwd")]);
        assert_eq!(typed(&mut player, now).as_deref(), Some("pwd\r"));
    }

    #[test]
    fn a_program_that_ended_is_not_waited_for() {
        let now = Instant::now();
        let mut player = Player::default();
        player.at_prompt_already("broker");
        player.add([Play { until_output: Some("started".to_owned()), ..Play::line("broker", "./start.sh") }]);
        assert!(typed(&mut player, now).is_some());
        player.on_line("broker");
        player.on_output("broker", b"Permission denied\r\n");
        player.on_prompt("broker");
        player.on_output("broker", b"$ ");
        let error = player.next(now).expect_err("it ended");
        assert_eq!(error.shown, "$");
        assert_eq!(error.waited_s, 0);
    }
}
