//! Every lab by hand on the full screen, by a learner who makes each mistake of its wrong routes and gets out of it. What the coach says
//! to each is held against a snapshot.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use kafkalab::judge::rules;
use kafkalab::lab::format::{Action, Lab, LabSource, Routes, Variables, WrongRoute};
use kafkalab::lab::runner::{PROCESSES, variables};
use kafkalab::process::pty::Size;
use kafkalab::process::table::{self, Process};

use crate::learner::{Home, Learner};

/// Wide enough that few lines are folded, high enough for a tool's usage text.
const SIZE: Size = Size { columns: 200, rows: 120 };
/// The line between the lesson and the terminal.
const DIVIDER: char = '│';

/// A learner on the way through a lab.
struct Walk<'a> {
    home: &'a Home,
    lab: &'a Lab,
    learner: Learner,
    variables: Variables,
    /// The numbers of servers that were typed.
    pids: BTreeSet<String>,
}

/// What the coach asked before a line that was then given up; `None` where the line was run.
type Asked = Option<String>;

impl<'a> Walk<'a> {
    async fn begin(home: &'a Home, lab: &'a Lab, language: &str) -> Self {
        let arguments = ["learn", &lab.name, "--free-ports", "--lang", language];
        let mut learner = home.start_with(&arguments, SIZE, &[("KAFKALAB_PLAIN", None)]);
        learner.on_screen(&format!(" 1/{} ", lab.spec.steps.len())).await;
        let variables = variables(lab, home.ports(), &home.lab_folder());
        Self { home, lab, learner, variables, pids: BTreeSet::new() }
    }

    /// Goes through the lab; returns what the coach said to each mistake.
    async fn go(&mut self, routes: &Routes) -> String {
        let mut said = String::new();
        for (index, step) in self.lab.spec.steps.iter().enumerate() {
            for route in routes.wrong.iter().filter(|route| route.step == index) {
                writeln!(said, "{} · {}: {}", step.id, route.id, self.err(&step.terminal, route).await).expect("text");
            }
            for action in &step.solution {
                assert_eq!(self.act(action, &step.terminal).await, None, "{}: nothing is to be asked", step.id);
            }
            let next = index + 2;
            let all = self.lab.spec.steps.len();
            let passed = |screen: &str| match next <= all {
                true => screen.lines().next().is_some_and(|title| title.contains(&format!(" {next}/{all} "))),
                false => !screen.lines().next().is_some_and(|title| title.contains(&format!(" {all}/{all} "))),
            };
            self.learner.screen_when(&format!("step {} of {} to be passed", index + 1, self.lab.name), passed).await;
        }
        said
    }

    /// Makes a mistake and gets out of it; returns what the coach said.
    async fn err(&mut self, terminal: &str, route: &WrongRoute) -> String {
        let before = self.advice();
        let mut asked = None;
        for action in route.before.iter().chain(&route.play) {
            asked = self.act(action, terminal).await;
            if asked.is_some() {
                break;
            }
        }
        let said = match (&asked, &route.raises) {
            (None, Some(code)) => {
                let title = box_of(code);
                let expected =
                    |said: &Option<String>| *said != before && said.as_ref().is_some_and(|said| said.starts_with(&title));
                self.advice_when(&format!("{code} at {}", route.id), expected).await
            }
            (None, None) => self.advice().filter(|said| Some(said) != before.as_ref()),
            (Some(_), _) => asked,
        };
        for action in &route.undo {
            self.act(action, terminal).await;
        }
        let said = said.unwrap_or_default();
        assert!(route.raises.as_ref().is_none_or(|code| said.starts_with(&box_of(code))), "{}: {said}", route.id);
        self.masked(&said)
    }

    /// Does one thing at a terminal and waits for what shows that it is done.
    async fn act(&mut self, action: &Action, terminal: &str) -> Asked {
        let terminal = action.terminal.as_deref().unwrap_or(terminal);
        self.show(terminal).await;
        if let Some(line) = &action.line {
            let line = self.with_processes(self.variables.expand(line));
            self.type_line(terminal, &line).await;
        }
        let until = action.until_output.as_ref().map(|until| self.variables.expand(until));
        let prompt = prompt(terminal);
        let sign = until.as_deref().unwrap_or(&prompt);
        let count = |text: &str| text.matches(sign).count();
        let before = self.learner.with_screen(terminal_rows);
        match (&action.text, action.key) {
            (Some(text), _) => self.learner.press(&(self.variables.expand(text) + "\r")).await,
            (None, Some(key)) => self.learner.press(&char::from(key.byte()).to_string()).await,
            (None, None) => self.learner.press("\r").await,
        }
        let mut asked = None;
        let shown_again = |text: &str| count(text) > count(&before);
        self.learner
            .screen_state(&format!("{terminal}: the end of {action:?}"), |screen| {
                let text = terminal_rows(screen);
                asked = last_box(screen).filter(|said| said.contains("[Enter]"));
                asked.is_some() || shown_again(&text)
            })
            .await;
        if asked.is_some() {
            self.learner.press("n").await;
            self.learner.screen_state("the line to be given up", |screen| shown_again(&terminal_rows(screen))).await;
        }
        asked
    }

    /// The line with the numbers of the servers that it names.
    fn with_processes(&mut self, mut line: String) -> String {
        let folder = self.home.lab_folder();
        for (name, class) in PROCESSES {
            if !line.contains(name) {
                continue;
            }
            let is_ours = |process: &Process| process.working_folder().is_some_and(|at| at.starts_with(&folder));
            let server =
                table::all().into_iter().find(|process| process.runs_class(class) && process.is_running() && is_ours(process));
            let pid = server.map(|process| process.pid().to_string()).unwrap_or_default();
            line = line.replace(name, &pid);
            self.pids.insert(pid);
        }
        line
    }

    /// Types a line, on a terminal that shows nothing else, without its Enter.
    async fn type_line(&mut self, terminal: &str, line: &str) {
        let prompt = prompt(terminal);
        self.learner.screen_state(&format!("a prompt at {terminal}"), |screen| terminal_rows(screen).contains(&prompt)).await;
        self.learner.press("\x0c").await;
        let alone = |screen: &vt100::Screen| {
            let text = terminal_rows(screen);
            let text = text.trim_end();
            text.starts_with(&prompt) && text.ends_with('$') && text.lines().count() == 1
        };
        self.learner.screen_state(&format!("nothing but the prompt at {terminal}"), alone).await;
        self.learner.press(line).await;
        let squeezed = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let wanted = squeezed(line);
        let typed = |screen: &vt100::Screen| squeezed(&terminal_rows(screen)).ends_with(&wanted);
        self.learner.screen_state(&format!("{line:?} to be typed"), typed).await;
    }

    /// Shows a terminal.
    async fn show(&mut self, terminal: &str) {
        let place = self.lab.spec.terminals.iter().position(|known| known.name == terminal).expect("a terminal of the lab");
        self.learner.press(&format!("\x1d{}", place + 1)).await;
        self.learner.on_screen(&format!("▸{terminal}")).await;
    }

    /// The coach's last words on the screen.
    fn advice(&self) -> Option<String> {
        self.learner.with_screen(last_box)
    }

    async fn advice_when(&mut self, what: &str, wanted: impl Fn(&Option<String>) -> bool) -> Option<String> {
        let mut found = None;
        self.learner
            .screen_state(what, |screen| {
                found = last_box(screen);
                wanted(&found)
            })
            .await;
        found
    }

    /// Without what differs from run to run.
    fn masked(&self, text: &str) -> String {
        let ports = self.home.ports();
        // before the ports: a pid may be the same number
        let pids = regex::Regex::new(r"\bpid \d+").expect("a pattern");
        let mut text = pids.replace_all(text, "pid <pid>").into_owned();
        for pid in self.pids.iter().filter(|pid| !pid.is_empty()) {
            let whole = regex::Regex::new(&format!(r"\b{pid}\b")).expect("a pattern");
            text = whole.replace_all(&text, "<pid>").into_owned();
        }
        let mut text = text.replace(&self.home.path().display().to_string(), "<home>");
        for (port, name) in
            [(ports.broker, "<broker-port>"), (ports.zookeeper, "<zookeeper-port>"), (ports.other, "<other-port>")]
        {
            text = text.replace(&port.to_string(), name);
        }
        // a Korean particle goes by the sound of the last digit
        let particles = regex::Regex::new("-port>(이라고|라고|으로|로|은|는|이|가|을|를|과|와)").expect("a pattern");
        let either = |found: &regex::Captures<'_>| {
            let both = ["이라고/라고", "으로/로", "은/는", "이/가", "을/를", "과/와"];
            let both = both.iter().find(|both| both.split('/').any(|one| one == &found[1])).expect("one of these");
            format!("-port>{both}")
        };
        particles.replace_all(&text, either).into_owned()
    }
}

/// How the coach's words for a rule begin.
fn box_of(code: &str) -> String {
    format!("╭ {code} ")
}

/// How a terminal's prompt begins.
fn prompt(terminal: &str) -> String {
    format!("learner@{terminal} ")
}

fn divider(screen: &vt100::Screen) -> u16 {
    let rows = screen.rows(0, SIZE.columns).next().unwrap_or_default();
    let before = rows.split(DIVIDER).next().unwrap_or_default();
    u16::try_from(kafkalab::text::layout::width(before)).expect("within the screen")
}

/// The rows of the lesson, beside the terminal.
fn lesson(screen: &vt100::Screen) -> impl Iterator<Item = String> {
    screen.rows(0, divider(screen)).map(|row| row.replace('\u{a0}', " ").trim_end().to_owned())
}

/// What the shown terminal shows, below its name and above the keys, with one line break at its end.
fn terminal_rows(screen: &vt100::Screen) -> String {
    let column = divider(screen) + 1;
    let shown: Vec<String> = screen.rows(column, SIZE.columns - column).take(usize::from(SIZE.rows) - 1).skip(1).collect();
    shown.join("\n").trim_end().to_owned() + "\n"
}

/// The coach's last box in the lesson, as one line.
fn last_box(screen: &vt100::Screen) -> Option<String> {
    let rows: Vec<String> = lesson(screen).collect();
    let first = rows.iter().rposition(|row| row.starts_with('╭'))?;
    let last = first + rows[first..].iter().position(|row| row.starts_with('╰'))?;
    let words: Vec<&str> = rows[first..=last].iter().flat_map(|row| row.split_whitespace()).collect();
    let text = words.into_iter().filter(|word| !["│", "╰"].contains(word)).collect::<Vec<_>>().join(" ");
    Some(text)
}

async fn check(number: &str, language: &str) {
    let names = LabSource::BuiltIn.names().expect("built in");
    let name = names.into_iter().find(|name| name.starts_with(number)).expect("a lab of that number");
    let lab = Lab::load(&LabSource::BuiltIn, &name).expect("good");
    let routes = Routes::load(&LabSource::BuiltIn, &name, &lab.spec, |code| rules::find(code).is_some()).expect("good");
    let home = Home::of_lab(&name);
    let mut walk = Walk::begin(&home, &lab, language).await;
    let said = walk.go(&routes).await;
    walk.learner.press(crate::learner::F10).await;
    assert_eq!(walk.learner.exit().await, 0);
    home.nothing_left().await;
    insta::assert_snapshot!(format!("{name} {language}"), said);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_turns_of_lab_01() {
    check("01", "ko").await;
    check("01", "en").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_turns_of_lab_02() {
    check("02", "ko").await;
    check("02", "en").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_turns_of_lab_03() {
    check("03", "ko").await;
    check("03", "en").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_turns_of_lab_04() {
    check("04", "ko").await;
    check("04", "en").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_turns_of_lab_00() {
    check("00", "ko").await;
    check("00", "en").await;
}
