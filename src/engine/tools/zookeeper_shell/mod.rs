//! `zookeeper-shell.sh` (`org.apache.zookeeper.ZooKeeperMain` as Kafka ships it, without JLine): commands for ZooKeeper, one on the line or
//! as many as stdin has.

mod acl;
mod commands;
mod options;
mod quota;
mod reads;
mod session;
mod usage;
mod watches;
mod words;
mod writes;

use std::ffi::OsString;
use std::process::ExitCode;

use super::harness::{self, eprint, print};
use super::{Exception, Stop, java, stdin_lines};
use crate::log_error;
use session::{Failure, Flow, Shell};

/// The main class.
pub const MAIN_CLASS: &str = "org.apache.zookeeper.ZooKeeperMainWithTlsSupportForKafka";
const SCRIPT: &str = "zookeeper-shell.sh";
const TLS_OPTION: &str = "-zk-tls-config-file";

/// Runs the tool.
pub fn run(args: Vec<OsString>) -> ExitCode {
    harness::run_until_signalled(MAIN_CLASS, SCRIPT, args, main)
}

/// What the line gives before the command.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    server: String,
    timeout: String,
    /// The command and its words; empty where stdin has them.
    command: Vec<String>,
}

impl Line {
    /// Reads a line: options up to the first word that is none. One without its value is told of, and ends the options.
    fn parse(words: &[String]) -> Self {
        let mut line = Self { server: "localhost:2181".to_owned(), timeout: "30000".to_owned(), command: Vec::new() };
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            match word.as_str() {
                "-server" | "-timeout" | "-client-configuration" => {
                    let Some(value) = rest.next() else {
                        eprint(&format!("Error: no argument found for option {word}\n"));
                        return line;
                    };
                    match word.as_str() {
                        "-server" => line.server.clone_from(value),
                        "-timeout" => line.timeout.clone_from(value),
                        _ => {}
                    }
                }
                option if option.starts_with('-') => {}
                _ => {
                    line.command = std::iter::once(word).chain(rest.by_ref()).cloned().collect();
                }
            }
        }
        line
    }
}

async fn main(args: Vec<String>) -> Result<u8, Stop> {
    let args = without_tls(args).map_err(Stop::Uncaught)?;
    let line = Line::parse(&args);
    print(&format!("Connecting to {}\n", line.server));
    let timeout = line.timeout.parse::<i32>().map_err(|_| Stop::Uncaught(Exception::number_format(&line.timeout)))?;
    let mut shell = Shell::connect(&line.server, timeout).map_err(Stop::Uncaught)?;
    let done = match line.command.is_empty() {
        true => interact(&mut shell).await,
        false => {
            shell.words = Some(line.command);
            shell.process().await.map(drop)
        }
    };
    let code = shell.exit_code;
    // a shell that ends does not close its session: ephemeral znodes stay until it has expired
    std::mem::forget(shell);
    done.map_err(Stop::Uncaught)?;
    if code != 0 {
        log_error!("org.apache.zookeeper.util.ServiceUtils", "Exiting JVM with code {code}");
    }
    Ok(code)
}

/// The words without the option for TLS, whose file must be there.
fn without_tls(mut args: Vec<String>) -> Result<Vec<String>, Exception> {
    let Some(at) = args.iter().position(|word| word == TLS_OPTION) else { return Ok(args) };
    let Some(path) = args.get(at + 1) else {
        return Err(Exception::illegal_argument(format!("Error: no filename provided with option {TLS_OPTION}")));
    };
    let secure = java::properties_of(path)?
        .into_iter()
        .any(|(key, value)| key == "zookeeper.ssl.client.enable" && value.eq_ignore_ascii_case("true"));
    if secure {
        return Err(Exception::illegal_argument(format!(
            "{path} asks for TLS (zookeeper.ssl.client.enable), which the bundled shell does not have; use Apache Kafka's"
        )));
    }
    args.drain(at..at + 2);
    Ok(args)
}

/// Carries out the lines of stdin, and shows events as they come.
async fn interact(shell: &mut Shell) -> Result<(), Exception> {
    print("Welcome to ZooKeeper!\nJLine support is disabled\n");
    let mut lines = stdin_lines::read_lines();
    loop {
        tokio::select! {
            biased;
            line = lines.recv() => match line {
                Some(line) => {
                    if shell.execute(&line?).await? == Flow::Exit {
                        return Ok(());
                    }
                }
                None => return Ok(()),
            },
            Some(event) = shell.events.recv() => shell.show(&event),
        }
    }
}

impl From<Failure> for Exception {
    /// What is left where a command's own complaints are dealt with.
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Uncaught(exception) => exception,
            Failure::Told { text, .. } => Self::illegal_argument(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_come_before_the_command() {
        let check = |words: &str, expected: (&str, &str, &str)| {
            let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
            let found = Line::parse(&words);
            assert_eq!((&*found.server, &*found.timeout, &*found.command.join(" ")), expected, "{words:?}");
        };
        check("-server a:1 ls /", ("a:1", "30000", "ls /"));
        check("-server a:1 -timeout 5 -r -whatever ls -s /", ("a:1", "5", "ls -s /"));
        check("-server a:1 -timeout", ("a:1", "30000", ""));
        check("", ("localhost:2181", "30000", ""));
    }
}
