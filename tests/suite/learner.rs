//! A scripted learner: runs the real program on a pseudo-terminal, types, and reads the screen.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use kafkalab::lab::runner::{LabMemory, Ports, Workspace};
use kafkalab::lab::terminal::leftovers;
use kafkalab::process::pty::{self, Control, PtyChild, PtyCommand, PtyProcess, Size};
use kafkalab::process::signal::{self, Signal};
use kafkalab::process::table::{Identity, Process};
use kafkalab::process::{spawn, wait};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// How long anything may take before it counts as hung.
pub const DEADLINE: Duration = Duration::from_secs(40);
/// The lab that is played here.
pub const LAB: &str = "01-single-node";

pub const F1: &str = "\x1bOP";
pub const F2: &str = "\x1bOQ";
pub const F3: &str = "\x1bOR";
pub const F6: &str = "\x1b[17~";
pub const F9: &str = "\x1b[20~";
pub const F10: &str = "\x1b[21~";
pub const CTRL_C: &str = "\x03";
pub const CTRL_D: &str = "\x04";

/// A learner's home with a workspace in it.
pub struct Home {
    folder: TempDir,
    workspace: PathBuf,
    lab: String,
}

impl Home {
    pub fn new() -> Self {
        Self::with_workspace("ws")
    }

    /// The workspace is named as given, below the home.
    pub fn with_workspace(name: &str) -> Self {
        Self::at(tempfile::tempdir().expect("a temporary folder"), name, LAB)
    }

    /// A home for a lab, with a path that is as long wherever the test runs: what is shown is folded at the same places.
    pub fn of_lab(lab: &str) -> Self {
        Self::at(tempfile::Builder::new().tempdir_in("/tmp").expect("a temporary folder"), "ws", lab)
    }

    fn at(folder: TempDir, workspace: &str, lab: &str) -> Self {
        let workspace = folder.path().join(workspace);
        Self { folder, workspace, lab: lab.to_owned() }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn workspace(&self) -> &Path {
        &self.workspace
    }

    /// The lab's folder in the workspace.
    pub fn lab_folder(&self) -> PathBuf {
        self.workspace.join(&self.lab)
    }

    /// A file of the lab's distribution.
    pub fn config(&self, name: &str) -> PathBuf {
        self.lab_folder().join("kafka_2.13-3.6.0/config").join(name)
    }

    /// What is remembered of the lab.
    pub fn memory(&self) -> LabMemory {
        Workspace::peek(&self.workspace).labs.get(&self.lab).cloned().unwrap_or_default()
    }

    /// The ports of the lab's servers.
    pub fn ports(&self) -> Ports {
        self.memory().ports.expect("they are free ones")
    }

    /// `localhost:PORT` of the lab's broker.
    pub fn bootstrap(&self) -> String {
        format!("localhost:{}", self.ports().broker)
    }

    /// What runs of the lab.
    pub fn running(&self) -> Vec<Process> {
        leftovers(&self.memory().session)
    }

    /// The process of a main class.
    pub async fn process(&self, class: &str) -> Process {
        let look = || std::future::ready(self.running().into_iter().find(|process| process.runs_class(class)));
        wait::until(DEADLINE, format!("a process of {class}"), look).await.expect("it runs")
    }

    /// Waits until nothing of the lab runs.
    pub async fn nothing_left(&self) {
        let gone = wait::until_true(DEADLINE, "the lab's processes to be gone", || self.running().is_empty()).await;
        gone.unwrap_or_else(|error| panic!("{error}: {:?}", self.running()));
        let socket = std::env::temp_dir().join(format!("kafkalab-{}.sock", self.memory().session));
        assert!(!socket.exists() || self.memory().session.is_empty(), "{} is left", socket.display());
    }

    /// `kafkalab learn 01` on free ports, in English, 80 by 24.
    pub fn learn(&self) -> Learner {
        self.start(&["learn", "01", "--free-ports", "--lang", "en"])
    }

    /// The program with these arguments and this home.
    pub fn start(&self, arguments: &[&str]) -> Learner {
        self.start_with(arguments, Size::default(), &[])
    }

    /// As [`Home::start`], by a shell that has made `before`, which its program inherits.
    pub fn start_after(&self, before: &str, arguments: &[&str]) -> Learner {
        let script = format!("{before}; exec \"$0\" \"$@\"");
        let shell = ["-c", &script, env!("CARGO_BIN_EXE_kafkalab")];
        Learner::start(self.command("sh".into(), &[&shell, arguments].concat(), Size::default(), &[]))
    }

    /// As [`Home::start`], on a screen of that size, with more in the environment.
    pub fn start_with(&self, arguments: &[&str], size: Size, environment: &[(&str, Option<&str>)]) -> Learner {
        Learner::start(self.command(env!("CARGO_BIN_EXE_kafkalab").into(), arguments, size, environment))
    }

    fn command(&self, program: PathBuf, arguments: &[&str], size: Size, environment: &[(&str, Option<&str>)]) -> PtyCommand {
        let mut all: Vec<(OsString, Option<OsString>)> = vec![
            ("HOME".into(), Some(self.folder.path().into())),
            ("KAFKALAB_WORKSPACE".into(), Some(self.workspace.clone().into())),
            ("NO_COLOR".into(), Some("1".into())),
            ("TERM".into(), Some("xterm-256color".into())),
            ("LC_ALL".into(), Some("C.UTF-8".into())),
            // the tests of the full screen take this away again
            ("KAFKALAB_PLAIN".into(), Some("1".into())),
        ];
        all.extend(environment.iter().map(|(name, value)| (OsString::from(name), value.map(OsString::from))));
        PtyCommand {
            program,
            arguments: arguments.iter().map(OsString::from).collect(),
            environment: all,
            working_folder: self.folder.path().to_owned(),
            size,
        }
    }
}

/// What the screen showed so far.
struct Shown {
    raw: Vec<u8>,
    screen: vt100::Parser,
    ended: bool,
}

/// A running program and the learner before it.
pub struct Learner {
    keyboard: Pin<Box<dyn AsyncWrite + Send>>,
    control: Control,
    child: PtyChild,
    shown: Arc<Mutex<Shown>>,
    /// How far the text was read.
    read: usize,
    /// Reads the screen.
    watching: tokio::task::JoinHandle<()>,
}

impl Learner {
    fn start(command: PtyCommand) -> Self {
        let cells = |cells: u16| std::num::NonZeroU16::new(cells).expect("a screen has cells");
        let screen = vt100::Parser::new(cells(command.size.rows), cells(command.size.columns), 0);
        let PtyProcess { screen: mut output, keyboard, control, child } = pty::spawn(command).expect("it starts");
        let shown = Arc::new(Mutex::new(Shown { raw: Vec::new(), screen, ended: false }));
        let reading = Arc::clone(&shown);
        let watching = tokio::spawn(async move {
            let mut buffer = vec![0; 16 * 1024];
            // the beginning of a picture whose end has not come: a learner sees whole ones
            let mut open = Vec::new();
            while let Ok(length @ 1..) = output.read(&mut buffer).await {
                let mut shown = reading.lock().expect("nobody panics with it");
                shown.raw.extend_from_slice(&buffer[..length]);
                open.extend_from_slice(&buffer[..length]);
                let whole = whole_pictures(&open);
                shown.screen.process(&open[..whole]);
                open.drain(..whole);
            }
            let mut shown = reading.lock().expect("nobody panics with it");
            shown.screen.process(&open);
            shown.ended = true;
        });
        Self { keyboard: Box::pin(keyboard), control, child, shown, read: 0, watching }
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().expect("nobody panics with it")
    }

    /// Everything that was shown, without colours, each run of blanks and line breaks as one blank.
    pub fn text(&self) -> String {
        plain(&self.shown().raw)
    }

    /// Whether an escape sequence was written.
    pub fn has_escapes(&self) -> bool {
        self.shown().raw.contains(&0x1b)
    }

    /// The lines that were written, without colours.
    pub fn lines(&self) -> Vec<String> {
        let raw = String::from_utf8_lossy(&self.shown().raw).into_owned();
        raw.split("\r\n").map(|line| console::strip_ansi_codes(line).replace('\r', "")).collect()
    }

    /// What is on the screen now; no-break spaces as spaces.
    pub fn screen(&self) -> String {
        self.shown().screen.screen().contents().replace('\u{a0}', " ")
    }

    /// Looks at the screen as it is now.
    pub fn with_screen<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.shown().screen.screen())
    }

    pub fn identity(&self) -> Identity {
        self.child.identity().expect("it was there")
    }

    pub fn signal(&self, signal: Signal) {
        signal::send(self.identity(), signal).expect("it runs");
    }

    /// Types keys as they are.
    pub async fn press(&mut self, keys: &str) {
        let typed = async {
            self.keyboard.write_all(keys.as_bytes()).await?;
            self.keyboard.flush().await
        };
        tokio::time::timeout(DEADLINE, typed).await.expect("it reads").expect("it is there");
    }

    /// Types a line at the prompt and Enter.
    pub async fn line(&mut self, line: &str) {
        self.press(line).await;
        self.press("\r").await;
    }

    /// Waits until a text is shown after what was waited for before.
    pub async fn see(&mut self, text: &str) -> String {
        let mut found = None;
        let seen = wait::until_true(DEADLINE, format!("{text:?}"), || {
            // asked first: what came before the end is in the text then
            let ended = self.shown().ended;
            let all = self.text();
            found = all[self.read.min(all.len())..]
                .find(text)
                .map(|at| (all[self.read..self.read + at].to_owned(), self.read + at + text.len()));
            found.is_some() || ended
        });
        let waited = seen.await;
        match (waited, found) {
            (Ok(()), Some((before, read))) => {
                self.read = read;
                before
            }
            (waited, _) => {
                panic!("{text:?} is not shown ({waited:?}); the screen:\n{}\n--- since:\n{}", self.screen(), self.rest())
            }
        }
    }

    /// Waits until the screen is as wanted, and returns it.
    pub async fn screen_when(&mut self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let seen = wait::until_true(DEADLINE, what.to_owned(), || wanted(&self.screen()) || self.shown().ended);
        let waited = seen.await;
        let screen = self.screen();
        assert!(waited.is_ok() && wanted(&screen), "{what}: not seen; the screen:\n{screen}");
        screen
    }

    /// As [`Learner::screen_when`], for one who looks at cells and the cursor.
    pub async fn screen_state(&mut self, what: &str, mut wanted: impl FnMut(&vt100::Screen) -> bool) {
        let mut met = false;
        let seen = wait::until_true(DEADLINE, what.to_owned(), || {
            met = self.with_screen(&mut wanted);
            met || self.shown().ended
        });
        let waited = seen.await;
        assert!(waited.is_ok() && met, "{what}: not seen; the screen:\n{}", self.screen());
    }

    /// Waits until a text is on the screen.
    pub async fn on_screen(&mut self, text: &str) -> String {
        self.screen_when(text, |screen| screen.contains(text)).await
    }

    /// Waits until the program has written these bytes.
    pub async fn raw_contains(&self, bytes: &str) {
        let written = || String::from_utf8_lossy(&self.shown().raw).contains(bytes);
        wait::until_true(DEADLINE, format!("{bytes:?}"), written).await.expect("it is written");
    }

    /// The screen gets another size.
    pub fn resize(&self, size: Size) {
        let cells = |cells: u16| std::num::NonZeroU16::new(cells).expect("a screen has cells");
        self.shown().screen.set_size(cells(size.rows), cells(size.columns));
        self.control.resize(size).expect("it is there");
    }

    /// Closes the window; returns the exit code.
    pub async fn close_window(self) -> i32 {
        let Self { keyboard, control, mut child, watching, .. } = self;
        watching.abort();
        let _ = watching.await;
        drop((keyboard, control));
        let status = tokio::time::timeout(DEADLINE, child.wait()).await.expect("it ends with its window");
        spawn::exit_code(status.expect("it was there"))
    }

    /// What was shown since what was waited for last.
    pub fn rest(&self) -> String {
        let all = self.text();
        all[self.read.min(all.len())..].to_owned()
    }

    /// Waits for the end and returns the exit code.
    pub async fn exit(&mut self) -> i32 {
        let status = tokio::time::timeout(DEADLINE, self.child.wait()).await;
        let status = status.unwrap_or_else(|_| panic!("it does not end; the screen:\n{}", self.screen()));
        let ended = wait::until_true(DEADLINE, "the end of the screen", || self.shown().ended).await;
        ended.expect("nobody else holds the terminal");
        spawn::exit_code(status.expect("it was there"))
    }

    /// Waits for step `number` of the lab's nine.
    pub async fn step(&mut self, number: usize) -> String {
        let before = self.see(&format!(" {number}/9 · ")).await;
        before + &self.see("· ").await
    }

    /// Waits for the prompt of a terminal.
    pub async fn prompt(&mut self, terminal: &str) {
        self.see(&format!("learner@{terminal} bin$ ")).await;
    }

    /// Shows the terminal at a place, from 1.
    pub async fn terminal(&mut self, place: usize, name: &str) {
        self.press(&format!("\x1d{place}")).await;
        self.see(&format!("terminal {name} ─")).await;
    }

    /// Whether a program has the whole screen.
    pub fn is_full_screen(&self) -> bool {
        self.shown().screen.screen().alternate_screen()
    }

    /// Leaves where nothing runs.
    pub async fn leave_at_once(&mut self) -> i32 {
        self.press(F10).await;
        self.exit().await
    }

    /// Leaves and stops everything.
    pub async fn leave(&mut self) -> i32 {
        self.press(F10).await;
        self.press("s").await;
        self.exit().await
    }
}

/// How many of these bytes are no part of a picture that has only begun.
fn whole_pictures(bytes: &[u8]) -> usize {
    const BEGIN: &[u8] = b"\x1b[?2026h";
    const END: &[u8] = b"\x1b[?2026l";
    let last = |mark: &[u8]| bytes.windows(mark.len()).rposition(|part| part == mark);
    match (last(BEGIN), last(END)) {
        (Some(begin), end) if end.is_none_or(|end| end < begin) => begin,
        // a mark that is cut between two pieces
        _ => {
            (1..BEGIN.len()).rev().find(|length| bytes.ends_with(&BEGIN[..*length])).map_or(bytes.len(), |cut| bytes.len() - cut)
        }
    }
}

fn plain(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    let mut plain = String::with_capacity(text.len());
    for c in console::strip_ansi_codes(&text).chars() {
        match c {
            '\r' => {}
            c if c.is_whitespace() => {
                if !plain.ends_with(' ') {
                    plain.push(' ');
                }
            }
            c if c.is_control() => {}
            c => plain.push(c),
        }
    }
    plain
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), target).expect("copied")),
        }
    }
}
