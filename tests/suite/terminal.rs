//! Lab terminals with a real bash: what is told, in which order, and what is left when they close.

use std::path::PathBuf;
use std::time::Duration;

use kafkalab::lab::terminal::{
    Decision, OpenTerminal, PromptStyle, Size, Startup, TerminalEvent, TerminalOptions, Terminals, Verdict, leftovers,
};
use kafkalab::process::table::Process;
use kafkalab::process::wait;
use tempfile::TempDir;
use tokio::sync::mpsc::Receiver;

const DEADLINE: Duration = Duration::from_secs(20);
const GRACE: Duration = Duration::from_secs(5);

/// One terminal with a home of its own, and the events that it told.
struct Desk {
    place: TempDir,
    session: String,
    terminals: Terminals,
    events: Receiver<TerminalEvent>,
    /// What the screen showed since the last prompt or look.
    screen: String,
    /// All that the screen showed.
    log: String,
}

/// A line that waits.
struct Held {
    line: String,
    cwd: PathBuf,
    verdict: Verdict,
}

/// What happened otherwise.
#[derive(Debug, PartialEq)]
enum Seen {
    Prompt(Option<i32>),
    Closed(i32),
}

impl Desk {
    async fn new() -> Self {
        Self::with_bashrc("").await
    }

    async fn with_bashrc(bashrc: &str) -> Self {
        let place = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir_all(place.path().join("home/bin")).expect("a home");
        std::fs::write(place.path().join("home/.bashrc"), bashrc).expect("a startup file");
        let session = uuid::Uuid::new_v4().to_string();
        let options = TerminalOptions {
            session: session.clone(),
            folder: place.path().join("terminals"),
            bash: std::env::var_os("KAFKALAB_TEST_BASH").map(PathBuf::from),
            startup: Startup::User,
            prompt: PromptStyle::Lab,
        };
        let (terminals, events) = Terminals::new(options).expect("a session");
        let mut desk = Self { place, session, terminals, events, screen: String::new(), log: String::new() };
        desk.open("client").await;
        desk
    }

    fn home(&self) -> PathBuf {
        self.place.path().join("home")
    }

    async fn open(&mut self, name: &str) {
        let environment = vec![("HOME".into(), self.home().into_os_string())];
        let terminal =
            OpenTerminal { name: name.to_owned(), cwd: self.home(), environment, size: Size { columns: 80, rows: 24 } };
        self.terminals.open(terminal).await.expect("it opens");
        assert_eq!(self.prompt().await, Seen::Prompt(None), "{}", self.screen);
        self.shown("$ ").await;
    }

    async fn event(&mut self) -> TerminalEvent {
        let event = tokio::time::timeout(DEADLINE, self.events.recv()).await;
        event.unwrap_or_else(|_| panic!("nothing happened; the screen: {:?}", self.log)).expect("the terminals are there")
    }

    async fn type_in(&self, keys: &str) {
        self.terminals.write("client", keys.as_bytes()).await.expect("it is open");
    }

    fn show(&mut self, bytes: &[u8]) {
        self.screen.push_str(&String::from_utf8_lossy(bytes));
        self.log.push_str(&String::from_utf8_lossy(bytes));
    }

    /// The next event that is not output.
    async fn next(&mut self) -> Result<Seen, Held> {
        loop {
            match self.event().await {
                TerminalEvent::Output { bytes, .. } => self.show(&bytes),
                TerminalEvent::Prompt { exit_code, .. } => {
                    self.screen.clear();
                    return Ok(Seen::Prompt(exit_code));
                }
                TerminalEvent::Line { line, cwd, verdict, .. } => return Err(Held { line, cwd, verdict }),
                TerminalEvent::Closed { status, .. } => return Ok(Seen::Closed(status)),
            }
        }
    }

    async fn prompt(&mut self) -> Seen {
        match self.next().await {
            Ok(seen) => seen,
            Err(held) => panic!("a line where a prompt was expected: {:?}", held.line),
        }
    }

    async fn line(&mut self) -> Held {
        match self.next().await {
            Err(held) => held,
            Ok(seen) => panic!("{seen:?} where a line was expected; the screen: {:?}", self.log),
        }
    }

    /// Waits until the screen shows `text`, and forgets what was before its end.
    async fn shown(&mut self, text: &str) {
        loop {
            if let Some(at) = self.screen.find(text) {
                self.screen.drain(..at + text.len());
                return;
            }
            match self.event().await {
                TerminalEvent::Output { bytes, .. } => self.show(&bytes),
                other => panic!("{other:?} where {text:?} was expected; the screen: {:?}", self.log),
            }
        }
    }

    /// Waits until the shell has shown what it has to show and sleeps until a key is pressed.
    async fn waits_for_keys(&self) {
        let shell = self.terminals.foreground("client").await.expect("open").shell;
        let sleeps = || Process::read(shell).is_some_and(|process| process.state == 'S');
        wait::until_true(DEADLINE, "the shell to wait for keys", sleeps).await.expect("it reads");
    }

    /// Types `typed` and Enter, expects to be asked for exactly `line`, lets it run, and expects `exit_code` at the next prompt.
    async fn check(&mut self, typed: &str, line: &str, exit_code: i32) {
        self.type_in(typed).await;
        self.type_in("\r").await;
        let held = self.line().await;
        assert_eq!(held.line, line);
        held.verdict.answer(Decision::Run);
        assert_eq!(self.prompt().await, Seen::Prompt(Some(exit_code)), "after {line:?}: {:?}", self.screen);
    }

    /// Types a line and Enter, skips it, and expects the shell back at its prompt.
    async fn skip(&mut self, typed: &str) {
        self.type_in(typed).await;
        self.type_in("\r").await;
        let held = self.line().await;
        held.verdict.answer(Decision::Skip);
        assert_eq!(self.prompt().await, Seen::Prompt(None), "after {typed:?}");
        self.shown("$ ").await;
    }

    fn file(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.home().join(name)).ok()
    }

    async fn end(self) {
        let left = self.terminals.close_all(GRACE).await;
        assert!(left.is_empty(), "{left:?}");
        assert!(leftovers(&self.session).is_empty());
    }
}

#[tokio::test]
async fn every_kind_of_line_is_handed_over_whole_and_once() {
    let mut desk = Desk::with_bashrc("HISTCONTROL=ignoreboth; HISTIGNORE='ls*'; alias hi='echo aliased'").await;
    let lines = [
        ("echo one", 0),
        (" echo 'kept out of the history'", 0),
        ("hi there", 0),
        ("printf 'a\\nb\\n' | grep b | wc -l", 0),
        ("true && false", 1),
        ("false || echo \"two  spaces\"   and # a comment", 0),
        ("(exit 7)", 7),
        ("no-such-command --flag", 127),
        ("echo 한글 토픽", 0),
        ("ls", 0),
        ("for i in 1 2 3; do echo $i; done", 0),
        ("true &", 0),
        ("cd bin", 0),
        ("[[ $PWD == */bin ]] && cd ..", 0),
    ];
    for (line, exit_code) in lines {
        desk.check(line, line, exit_code).await;
    }
    desk.check("nohup sleep 300 > n.log 2>&1 &", "nohup sleep 300 > n.log 2>&1 &", 0).await;
    desk.end().await;
}

#[tokio::test]
async fn a_command_over_several_lines_is_one_line_and_runs_once() {
    let mut desk = Desk::new().await;
    desk.check("for i in 1 2; do\recho $i >> out\rdone", "for i in 1 2; do\necho $i >> out\ndone", 0).await;
    assert_eq!(desk.file("out").as_deref(), Some("1\n2\n"));
    desk.check("cat > doc <<X\r  text\rX", "cat > doc <<X\n  text\nX", 0).await;
    assert_eq!(desk.file("doc").as_deref(), Some("  text\n"));
    desk.check("echo a \\\r> slash", "echo a \\\n> slash", 0).await;
    assert_eq!(desk.file("slash").as_deref(), Some("a\n"));
    desk.check("echo 'open\rclosed' > quote", "echo 'open\nclosed' > quote", 0).await;
    assert_eq!(desk.file("quote").as_deref(), Some("open\nclosed\n"));
    desk.skip("for i in 1 2; do\recho $i >> skipped\rdone").await;
    assert_eq!(desk.file("skipped"), None);
    desk.end().await;
}

#[tokio::test]
async fn what_is_no_command_is_not_handed_over() {
    let mut desk = Desk::new().await;
    for keys in ["\r", "   \r", "# only a comment\r"] {
        desk.type_in(keys).await;
        assert_eq!(desk.prompt().await, Seen::Prompt(None), "{keys:?}");
        desk.shown("$ ").await;
    }
    for (keys, shown) in [("half a line", "line"), ("for i in 1 2; do\r", "> ")] {
        desk.type_in(keys).await;
        desk.shown(shown).await;
        // a bash that is not waiting for keys yet may hold an interrupt back until the next key
        desk.waits_for_keys().await;
        desk.type_in("\x03").await;
        assert_eq!(desk.prompt().await, Seen::Prompt(None), "{keys:?}");
        desk.shown("$ ").await;
    }
    // what was abandoned is not part of the next line
    desk.check("echo next", "echo next", 0).await;
    desk.end().await;
}

#[tokio::test]
async fn a_skipped_line_does_nothing_at_all_and_stays_in_the_history() {
    let mut desk = Desk::new().await;
    for line in [
        "touch bad",
        "> bad",
        "(touch bad)",
        "bad=1; touch bad &",
        "{ echo x; } > bad",
        "if true; then touch bad; fi",
        "true | touch bad",
    ] {
        desk.skip(line).await;
        assert_eq!(desk.file("bad"), None, "{line}");
    }
    desk.check("echo \"[$bad]\" > unset", "echo \"[$bad]\" > unset", 0).await;
    assert_eq!(desk.file("unset").as_deref(), Some("[]\n"));
    desk.skip("echo recalled >> bad").await;
    // the arrow up brings it back
    desk.check("\x1b[A", "echo recalled >> bad", 0).await;
    assert_eq!(desk.file("bad").as_deref(), Some("recalled\n"));
    assert!(!desk.log.contains("division"), "{:?}", desk.log);
    desk.end().await;
}

#[tokio::test]
async fn a_skipped_line_is_skipped_also_where_the_interrupt_is_trapped() {
    let mut desk = Desk::with_bashrc("trap 'echo interrupted' INT").await;
    desk.skip("touch bad").await;
    desk.check("trap '' INT", "trap '' INT", 0).await;
    desk.skip("touch bad").await;
    assert_eq!(desk.file("bad"), None);
    desk.end().await;
}

#[tokio::test]
async fn pasted_lines_are_handed_over_together_and_skipped_together() {
    let mut desk = Desk::with_bashrc("bind 'set enable-bracketed-paste on' 2>/dev/null").await;
    desk.type_in("\x1b[200~echo one >> out\necho two >> out\x1b[201~\r").await;
    let held = desk.line().await;
    assert_eq!(held.line, "echo one >> out\necho two >> out");
    held.verdict.answer(Decision::Run);
    assert_eq!(desk.prompt().await, Seen::Prompt(Some(0)));
    assert_eq!(desk.file("out").as_deref(), Some("one\ntwo\n"));
    desk.shown("$ ").await;
    desk.skip("\x1b[200~echo three >> out\necho four >> out\x1b[201~").await;
    assert_eq!(desk.file("out").as_deref(), Some("one\ntwo\n"));
    desk.end().await;
}

#[tokio::test]
async fn history_references_are_expanded_and_shell_state_is_untouched() {
    let mut desk = Desk::new().await;
    desk.check("echo first", "echo first", 0).await;
    desk.check("!!", "echo first", 0).await;
    desk.check("!ec:0 again", "echo again", 0).await;
    desk.check("^again^more", "echo more", 0).await;
    desk.check("echo last; echo $_ > underscore", "echo last; echo $_ > underscore", 0).await;
    desk.check("echo word", "echo word", 0).await;
    desk.check("echo $_ > underscore", "echo $_ > underscore", 0).await;
    assert_eq!(desk.file("underscore").as_deref(), Some("word\n"));
    desk.check("false | true", "false | true", 0).await;
    desk.check("echo ${PIPESTATUS[*]} > pipe", "echo ${PIPESTATUS[*]} > pipe", 0).await;
    assert_eq!(desk.file("pipe").as_deref(), Some("1 0\n"));
    desk.check("(exit 9)", "(exit 9)", 9).await;
    desk.check("echo $? > status", "echo $? > status", 0).await;
    assert_eq!(desk.file("status").as_deref(), Some("9\n"));
    desk.type_in("!nosuch\r").await;
    desk.shown("event not found").await;
    desk.shown("$ ").await;
    desk.check("echo after", "echo after", 0).await;
    desk.end().await;
}

#[tokio::test]
async fn the_users_own_hooks_and_vi_mode_stay_alive() {
    let bashrc =
        "PROMPT_COMMAND='echo \"status $?\" >> prompts'\nPS0='ran '\nset -o vi\nalias printf=false kill=false read=false";
    let mut desk = Desk::with_bashrc(bashrc).await;
    desk.check("(exit 3)", "(exit 3)", 3).await;
    assert!(desk.log.contains("ran "), "{:?}", desk.log);
    desk.shown("$ ").await;
    // from vi's command mode as well
    desk.check("echo vi\x1b", "echo vi", 0).await;
    desk.shown("$ ").await;
    assert_eq!(desk.file("prompts").as_deref(), Some("status 0\nstatus 3\nstatus 0\n"));
    // hooks that were overwritten come back
    desk.check("PS0=", "PS0=", 0).await;
    desk.shown("$ ").await;
    desk.check("(exit 4)", "(exit 4)", 4).await;
    desk.shown("$ ").await;
    desk.type_in("PROMPT_COMMAND=\r").await;
    desk.line().await.verdict.answer(Decision::Run);
    desk.shown("PROMPT_COMMAND=\r\n").await;
    desk.shown("$ ").await;
    desk.check("(exit 5)", "(exit 5)", 5).await;
    desk.end().await;
}

#[tokio::test]
async fn long_lines_and_prompts_of_two_rows_are_shown_once() {
    let mut desk = Desk::with_bashrc("set -u").await;
    let long = format!("echo {}", "0123456789 ".repeat(12));
    let long = long.trim_end();
    desk.check(long, long, 0).await;
    // what is typed before the prompt is there is echoed by the kernel too
    desk.shown("$ ").await;
    desk.check("PS1='first row\\n$ '", "PS1='first row\\n$ '", 0).await;
    desk.shown("row\r").await;
    desk.shown("$ ").await;
    desk.check("echo second", "echo second", 0).await;
    desk.shown("row\r").await;
    desk.shown("$ ").await;
    let mut screen = vt100::Parser::default();
    screen.process(desk.log.as_bytes());
    let rows: Vec<String> = screen.screen().rows(0, 80).collect();
    let prompt = format!("learner@client ~$ {long}");
    let words = &long["echo ".len()..];
    let mut expected: Vec<&str> = vec![&prompt[..80], &prompt[80..], &words[..80], &words[80..]];
    expected.extend(["learner@client ~$ PS1='first row\\n$ '", "first row", "$ echo second", "second", "first row", "$"]);
    let found: Vec<&str> = rows.iter().map(|row| row.trim_end()).take_while(|row| !row.is_empty()).collect();
    let expected: Vec<&str> = expected.into_iter().map(str::trim_end).collect();
    assert_eq!(found, expected);
    desk.end().await;
}

#[tokio::test]
async fn ctrl_c_while_a_line_waits_drops_it() {
    let mut desk = Desk::new().await;
    desk.type_in("touch bad\r").await;
    let held = desk.line().await;
    assert!(!desk.terminals.foreground("client").await.expect("open").at_prompt);
    desk.type_in("\x03").await;
    assert_eq!(desk.prompt().await, Seen::Prompt(None));
    // too late, and meant for no later line
    held.verdict.answer(Decision::Run);
    desk.shown("$ ").await;
    desk.skip("touch worse").await;
    assert_eq!((desk.file("bad"), desk.file("worse")), (None, None));
    assert!(!desk.log.contains("error"), "{:?}", desk.log);
    desk.end().await;
}

#[tokio::test]
async fn a_dropped_verdict_runs_the_line() {
    let mut desk = Desk::new().await;
    desk.type_in("echo ran > out\r").await;
    let held = desk.line().await;
    assert_eq!(held.cwd.file_name(), Some("home".as_ref()));
    drop(held);
    assert_eq!(desk.prompt().await, Seen::Prompt(Some(0)));
    assert_eq!(desk.file("out").as_deref(), Some("ran\n"));
    desk.end().await;
}

#[tokio::test]
async fn the_foreground_keys_and_the_size_reach_programs_untouched() {
    let mut desk = Desk::new().await;
    let idle = desk.terminals.foreground("client").await.expect("open");
    assert!(idle.at_prompt && idle.group == idle.shell, "{idle:?}");
    desk.type_in("stty size; cat\r").await;
    desk.line().await.verdict.answer(Decision::Run);
    desk.shown("24 80").await;
    desk.type_in("안녕\n").await;
    desk.shown("안녕\r\n안녕").await;
    let busy = desk.terminals.foreground("client").await.expect("open");
    assert!(!busy.at_prompt && busy.group != busy.shell, "{busy:?}");
    desk.type_in("\x04").await;
    assert_eq!(desk.prompt().await, Seen::Prompt(Some(0)));
    desk.shown("$ ").await;
    desk.terminals.resize("client", Size { columns: 100, rows: 30 }).await.expect("open");
    desk.type_in("stty size; cat\r").await;
    desk.line().await.verdict.answer(Decision::Run);
    desk.shown("30 100").await;
    desk.type_in("again\n").await;
    desk.shown("again\r\nagain").await;
    desk.type_in("\x03").await;
    assert_eq!(desk.prompt().await, Seen::Prompt(Some(130)));
    desk.shown("$ ").await;
    desk.type_in("exit 5\r").await;
    desk.line().await.verdict.answer(Decision::Run);
    assert_eq!(desk.prompt().await, Seen::Closed(5));
    assert!(desk.terminals.names().is_empty());
    desk.open("client").await;
    desk.type_in("\x04").await;
    assert_eq!(desk.prompt().await, Seen::Closed(0));
    desk.end().await;
}

#[tokio::test]
async fn closing_stops_everything_wherever_it_went() {
    let mut desk = Desk::new().await;
    desk.open("other").await;
    let started = [
        "nohup sleep 301 > /dev/null 2>&1 &",
        "setsid sleep 302 < /dev/null > /dev/null 2>&1 &",
        "(trap '' HUP TERM; while :; do sleep 303; done) &",
        "env -i /bin/sleep 304 &",
        "sleep 305",
    ];
    for line in started {
        desk.type_in(line).await;
        desk.type_in("\r").await;
        desk.line().await.verdict.answer(Decision::Run);
        if line.ends_with('&') {
            assert_eq!(desk.prompt().await, Seen::Prompt(Some(0)));
        }
    }
    let running = |number: &str| kafkalab::process::table::all().iter().any(|process| process.argv == ["sleep", number]);
    wait::until_true(DEADLINE, "the last sleep", || running("305")).await.expect("it runs");
    let (session, terminals) = (desk.session.clone(), &desk.terminals);
    assert!(leftovers(&session).len() >= 5);
    let left = terminals.close("client", Duration::from_secs(1)).await.expect("open");
    assert!(left.is_empty(), "{left:?}");
    let mut names: Vec<_> = leftovers(&session).iter().map(|process| process.name()).collect();
    names.dedup();
    assert_eq!(names.len(), 1, "only the other terminal's shell: {names:?}");
    assert!(!running("304"));
    desk.end().await;
}

#[tokio::test]
async fn a_missing_bash_and_bad_names_are_told_plainly() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let options = TerminalOptions {
        session: "s".into(),
        folder: place.path().into(),
        bash: Some("/nonexistent/bash".into()),
        startup: Startup::Clean,
        prompt: PromptStyle::Lab,
    };
    let (terminals, _events) = Terminals::new(options.clone()).expect("a session");
    let open = |name: &str| OpenTerminal { name: name.into(), cwd: "/".into(), environment: Vec::new(), size: Size::default() };
    let error = terminals.open(open("client")).await.expect_err("no bash there");
    assert!(error.to_string().starts_with("bash is not there"), "{error}");
    let error = terminals.open(open("../x")).await.expect_err("no such name");
    assert!(error.to_string().starts_with("name \"../x\""), "{error}");
    let (terminals, _events) = Terminals::new(TerminalOptions { bash: None, ..options }).expect("a session");
    terminals.open(open("client")).await.expect("it opens");
    let error = terminals.open(open("client")).await.expect_err("taken");
    assert_eq!(error.to_string(), "terminal client is open already");
    terminals.close_all(GRACE).await;
}
