//! How quick the full screen is: from a key to its echo (and what that adds to a shell's own), from a change of the system to the step that it
//! completes, and what an idle lab costs.
//!
//! `cargo bench --bench screen [-- --rounds N]`; figures are read, never asserted.

use std::ffi::OsString;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use kafkalab::lab::runner::Workspace;
use kafkalab::lab::terminal::leftovers;
use kafkalab::process::pty::{self, PtyChild, PtyCommand, Size};
use kafkalab::process::spawn::Command;
use kafkalab::process::{table, wait};
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::Notify;

const DEADLINE: Duration = Duration::from_secs(60);
const IDLE: Duration = Duration::from_secs(10);
const ROUNDS: usize = 100;
const SIZE: Size = Size { columns: 120, rows: 40 };
const LAB: &str = "01-single-node";
const BETWEEN_KEYS: Duration = Duration::from_millis(30);
/// How much is typed before the line is cleared.
const LINE_MAX: usize = 20;
const F3: &str = "\x1bOR";

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip_while(|word| word != "--rounds").skip(1);
    let rounds = arguments.next().map_or(Ok(ROUNDS), |rounds| rounds.parse())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(measure(rounds))
}

/// A program at a terminal.
struct Window {
    keyboard: Pin<Box<dyn AsyncWrite + Send>>,
    shown: Arc<Mutex<vt100::Parser>>,
    more: Arc<Notify>,
    _control: pty::Control,
    child: PtyChild,
}

impl Window {
    fn open(command: PtyCommand) -> anyhow::Result<Self> {
        let pty::PtyProcess { mut screen, keyboard, control, child } = pty::spawn(command)?;
        let cells = |cells: u16| std::num::NonZeroU16::new(cells).unwrap_or(std::num::NonZeroU16::MIN);
        let shown = Arc::new(Mutex::new(vt100::Parser::new(cells(SIZE.rows), cells(SIZE.columns), 0)));
        let more = Arc::new(Notify::new());
        let (reading, told) = (Arc::clone(&shown), Arc::clone(&more));
        tokio::spawn(async move {
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(length @ 1..) = screen.read(&mut buffer).await {
                reading.lock().unwrap_or_else(PoisonError::into_inner).process(&buffer[..length]);
                told.notify_one();
            }
        });
        Ok(Self { keyboard: Box::pin(keyboard), shown, more, _control: control, child })
    }

    fn text(&self) -> String {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).screen().contents()
    }

    async fn press(&mut self, keys: &str) -> anyhow::Result<()> {
        self.keyboard.write_all(keys.as_bytes()).await?;
        Ok(self.keyboard.flush().await?)
    }

    /// Waits until the screen shows the text; returns how long that took.
    async fn sees(&self, text: &str) -> anyhow::Result<Duration> {
        let began = Instant::now();
        let seen = async {
            while !self.text().contains(text) {
                self.more.notified().await;
            }
        };
        tokio::time::timeout(DEADLINE, seen).await.with_context(|| format!("{text:?} is not shown:\n{}", self.text()))?;
        Ok(began.elapsed())
    }

    /// From a key to its echo behind the prompt, again and again.
    async fn echoes(&mut self, prompt: &str, rounds: usize) -> anyhow::Result<Vec<Duration>> {
        let mut took = Vec::new();
        let mut line = prompt.to_owned();
        for round in 0..rounds {
            // a short line stays in one row
            if line.len() > prompt.len() + LINE_MAX {
                self.press("\x15").await?;
                let typed = std::mem::replace(&mut line, prompt.to_owned());
                wait::until_true(DEADLINE, "the line to be cleared", || !self.text().contains(&typed)).await?;
            }
            let key = char::from(b'a' + u8::try_from(round % 26)?);
            line.push(key);
            let began = Instant::now();
            self.press(&key.to_string()).await?;
            self.sees(&line).await?;
            took.push(began.elapsed());
            // as fast as a person types
            let _ = wait::until_true(BETWEEN_KEYS, "time to pass", || false).await;
        }
        took.sort();
        Ok(took)
    }
}

fn command(program: &str, arguments: &[&str], home: &Path) -> PtyCommand {
    let variable = |name: &str, value: &str| (OsString::from(name), Some(OsString::from(value)));
    PtyCommand {
        program: program.into(),
        arguments: arguments.iter().map(OsString::from).collect(),
        environment: vec![
            variable("HOME", &home.display().to_string()),
            variable("KAFKALAB_WORKSPACE", &home.join("ws").display().to_string()),
            variable("TERM", "xterm-256color"),
            variable("PS1", "here$ "),
            variable("LC_ALL", "C.UTF-8"),
            (OsString::from("KAFKALAB_PLAIN"), None),
        ],
        working_folder: home.to_owned(),
        size: SIZE,
    }
}

fn milliseconds(sorted: &[Duration], part: usize) -> f64 {
    sorted.get(sorted.len() * part / 100).or(sorted.last()).map_or(0.0, |took| took.as_secs_f64() * 1000.0)
}

async fn measure(rounds: usize) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let home = folder.path();
    let mut bash = Window::open(command("bash", &["--norc", "--noprofile", "-i"], home))?;
    bash.sees("here$").await?;
    let alone = bash.echoes("here$ ", rounds).await?;
    let mut lab = Window::open(command(env!("CARGO_BIN_EXE_kafkalab"), &["learn", "01", "--free-ports", "--lang", "en"], home))?;
    let (mut checks, mut outside) = (Vec::new(), Vec::new());
    lab.sees("· 1/9").await?;
    for step in 2..=3 {
        lab.press(F3).await?;
        lab.sees(&format!("· {step}/9")).await?;
    }
    lab.press("\x1d3").await?;
    lab.sees("learner@client bin$").await?;
    let echoes = lab.echoes("learner@client bin$ ", rounds).await?;
    let idle = idle(&lab, home).await?;
    completed_steps(&mut lab, home, &mut checks, &mut outside).await?;
    println!("echo of a key, ms          median {:7.1}   95 % {:7.1}", milliseconds(&echoes, 50), milliseconds(&echoes, 95));
    println!("  in a shell without it    median {:7.1}   95 % {:7.1}", milliseconds(&alone, 50), milliseconds(&alone, 95));
    println!("a step done in the lab's terminal, ms after the tool ended   {:7.1}", milliseconds(&checks, 50));
    println!("a step done in another window, ms after the tool ended       {:7.1}", milliseconds(&outside, 50));
    println!("processor time of the lab while nothing happens, its servers not counted: {idle:.2} % of one core");
    lab.press("\x1b[21~").await?;
    lab.press("s").await?;
    tokio::time::timeout(DEADLINE, lab.child.wait()).await??;
    Ok(())
}

/// The runner's and the host's processor time, in per cent of one core.
async fn idle(lab: &Window, home: &Path) -> anyhow::Result<f64> {
    let runner = lab.child.identity().context("it runs")?.pid;
    let workspace = home.join("ws").canonicalize()?;
    let is_host = |process: &table::Process| {
        process.argv.get(1).is_some_and(|word| word == "terminal-host")
            && process.argv.last().is_some_and(|last| Path::new(last).starts_with(&workspace))
    };
    let host = table::all().into_iter().find(is_host).context("the host runs")?.pid();
    let used = || [runner, host].iter().map(|pid| busy(*pid)).sum::<Option<Duration>>().context("they run");
    let before = used()?;
    // nothing is waited for but time
    let _ = wait::until_true(IDLE, "time to pass", || false).await;
    Ok((used()? - before).as_secs_f64() / IDLE.as_secs_f64() * 100.0)
}

/// How long the threads of a process have been on a processor.
fn busy(pid: u32) -> Option<Duration> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    let of_thread = |folder: &Path| {
        let times = std::fs::read_to_string(folder.join("schedstat")).ok()?;
        Some(Duration::from_nanos(times.split(' ').next()?.parse().ok()?))
    };
    threads.flatten().map(|thread| of_thread(&thread.path())).sum()
}

/// Creates the topic in the lab's terminal and lists the topics in another window, and sees how long it takes until the step is done.
async fn completed_steps(
    lab: &mut Window,
    home: &Path,
    inside: &mut Vec<Duration>,
    outside: &mut Vec<Duration>,
) -> anyhow::Result<()> {
    let memory = Workspace::peek(&home.join("ws")).labs.remove(LAB).context("the lab is remembered")?;
    let bootstrap = format!("localhost:{}", memory.ports.context("on free ports")?.broker);
    lab.press(&format!("\x15./kafka-topics.sh --create --topic test_topic --bootstrap-server {bootstrap}\r")).await?;
    lab.sees("Created topic").await?;
    inside.push(lab.sees("· 4/9").await?);
    let bin = home.join("ws").join(LAB).join("kafka_2.13-3.6.0/bin");
    let listed = Command::new(bin.join("kafka-topics.sh")).args(["--list", "--bootstrap-server", &bootstrap]);
    listed.working_folder(&bin).output(b"", 1 << 16, DEADLINE).await?;
    outside.push(lab.sees("· 5/9").await?);
    anyhow::ensure!(!leftovers(&memory.session).is_empty(), "the servers run");
    Ok(())
}
