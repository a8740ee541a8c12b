//! The shell between two commands: its session with ZooKeeper, what was typed before, and what a command leaves behind.

use std::time::Duration;

use super::{commands, usage, words};
use crate::engine::tools::Exception;
use crate::engine::tools::harness::{eprint, print};
use crate::engine::zookeeper::client::{Client, ClientError, ConnectString, ConnectStringError, Events, WatchedEvent};
use crate::engine::zookeeper::protocol::{ErrorCode, EventType, KeeperState};

/// How many lines `history` shows before the current one.
const HISTORY: usize = 10;
/// The exit code after a command that there is not.
const NOT_FOUND: u8 = 127;

/// Whether the shell goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    GoOn,
    Exit,
}

/// Why a command was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// A sentence for stderr, and the exit code if it was the last command.
    Told { text: String, code: u8 },
    /// An exception that ends the shell.
    Uncaught(Exception),
}

impl Failure {
    /// A sentence, and exit code 1.
    pub(super) fn told(text: impl Into<String>) -> Self {
        Self::Told { text: text.into(), code: 1 }
    }
}

/// What ZooKeeper's shell says of an error (`CliWrapperException`, `MalformedPathException`).
impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let ClientError::Code { code, path } = &error else { return Self::told(error.to_string()) };
        let shown = if path.is_empty() { "null" } else { path };
        let named = |what: &str| Self::told(format!("{what}: {shown}"));
        match code {
            ErrorCode::NoNode => named("Node does not exist"),
            ErrorCode::NoChildrenForEphemerals => named("Ephemerals cannot have children"),
            ErrorCode::NodeExists => named("Node already exists"),
            ErrorCode::NotEmpty => named("Node not empty"),
            ErrorCode::NotReadOnly => named("Not a read-only call"),
            ErrorCode::InvalidAcl => named("Acl is not valid "),
            ErrorCode::NoAuth => named("Insufficient permission "),
            ErrorCode::BadArguments => named("Arguments are not valid "),
            ErrorCode::BadVersion => named("version No is not valid "),
            ErrorCode::QuotaExceeded => named("Quota has exceeded "),
            ErrorCode::ReconfigInProgress => {
                Self::told("Another reconfiguration is in progress -- concurrent reconfigs not supported (yet)")
            }
            ErrorCode::NewConfigNoQuorum => Self::told(
                "No quorum of new config is connected and up-to-date with the leader of last commmitted config - try invoking \
                 reconfiguration after new servers are connected and synced",
            ),
            _ => Self::told(message(&error)),
        }
    }
}

/// What `KeeperException.getMessage` gives.
pub(super) fn message(error: &ClientError) -> String {
    match error {
        ClientError::Code { code, path } if path.is_empty() => format!("KeeperErrorCode = {code}"),
        other => other.to_string(),
    }
}

/// A shell.
pub(super) struct Shell {
    client: Client,
    /// What happens to the session and to watched znodes.
    pub(super) events: Events,
    server: String,
    timeout: Duration,
    print_watches: bool,
    history: Vec<String>,
    /// The words of the command; a line without any leaves those of the one before.
    pub(super) words: Option<Vec<String>>,
    /// The exit code of the last command.
    pub(super) exit_code: u8,
}

impl Shell {
    /// Begins a session with the servers of a connect string, without waiting for it; `timeout` is in milliseconds.
    pub(super) fn connect(server: &str, timeout: i32) -> Result<Self, Exception> {
        let timeout = Duration::from_millis(timeout.try_into().unwrap_or(0));
        let (client, events) = Client::open(&parsed(server)?, timeout);
        Ok(Self {
            client,
            events,
            server: server.to_owned(),
            timeout,
            print_watches: true,
            history: Vec::new(),
            words: None,
            exit_code: 0,
        })
    }

    /// Shows an event, unless watches are not to be shown.
    pub(super) fn show(&self, event: &WatchedEvent) {
        let path = if event.event_type == EventType::None { "null" } else { event.path.as_str() };
        self.announce(&format!("state:{:?} type:{:?} path:{path}", event.state, event.event_type));
    }

    /// Shows something that happened to watches.
    pub(super) fn announce(&self, what: &str) {
        if self.print_watches {
            print(&format!("\nWATCHER::\n\nWatchedEvent {what}\n"));
        }
    }

    fn show_events(&mut self) {
        while let Ok(event) = self.events.try_recv() {
            self.show(&event);
        }
    }

    /// Asks ZooKeeper something; what happened until the answer came is shown before it.
    pub(super) async fn ask<T, F: Future<Output = T>>(&mut self, question: impl FnOnce(Client) -> F) -> T {
        let answer = question(self.client.clone()).await;
        self.show_events();
        answer
    }

    fn is_alive(&self) -> bool {
        !matches!(self.client.state(), KeeperState::Closed | KeeperState::Expired | KeeperState::AuthFailed)
    }

    /// Closes the session, if there is one.
    pub(super) async fn close(&mut self) {
        self.ask(|client| async move { client.close().await }).await;
    }

    async fn reconnect(&mut self, server: &str) -> Result<(), Exception> {
        if self.is_alive() {
            self.close().await;
        }
        let servers = parsed(server)?;
        server.clone_into(&mut self.server);
        (self.client, self.events) = Client::open(&servers, self.timeout);
        Ok(())
    }

    /// Carries out a line.
    pub(super) async fn execute(&mut self, line: &str) -> Result<Flow, Exception> {
        if line.is_empty() {
            return Ok(Flow::GoOn);
        }
        let words = words::split(line);
        if !words.is_empty() {
            self.words = Some(words);
        }
        self.history.push(line.to_owned());
        self.process().await
    }

    /// Carries out the words that there are, and keeps what the shell would exit with.
    pub(super) async fn process(&mut self) -> Result<Flow, Exception> {
        let Some(words) = self.words.clone() else {
            let text = "Cannot invoke \"java.util.List.toArray(Object[])\" because \"this.cmdArgs\" is null";
            return Err(Exception::new("java.lang.NullPointerException", text));
        };
        match self.command(&words).await {
            Ok(Flow::Exit) => Ok(Flow::Exit),
            Ok(Flow::GoOn) => {
                self.exit_code = 0;
                Ok(Flow::GoOn)
            }
            Err(Failure::Told { text, code }) => {
                self.exit_code = code;
                eprint(&format!("{text}\n"));
                Ok(Flow::GoOn)
            }
            Err(Failure::Uncaught(exception)) => Err(exception),
        }
    }

    async fn command(&mut self, words: &[String]) -> Result<Flow, Failure> {
        let command = words.first().map_or("", String::as_str);
        if usage::COMMANDS.iter().all(|(name, _)| *name != command) {
            eprint(&usage::help());
            return Err(Failure::Told { text: format!("Command not found: Command not found {command}"), code: NOT_FOUND });
        }
        match (command, words.get(1)) {
            ("quit", _) => {
                self.close().await;
                return Ok(Flow::Exit);
            }
            ("redo", Some(number)) => {
                let flow = self.redo(number).await?;
                if flow == Flow::Exit {
                    return Ok(flow);
                }
            }
            ("history", _) => self.show_history(),
            ("printwatches", None) => {
                print(&format!("printwatches is {}\n", if self.print_watches { "on" } else { "off" }));
            }
            ("printwatches", Some(word)) => self.print_watches = word == "on",
            ("connect", server) => {
                let server = server.cloned().unwrap_or_else(|| self.server.clone());
                self.reconnect(&server).await.map_err(Failure::Uncaught)?;
            }
            _ => {}
        }
        if !self.is_alive() {
            print("Not connected\n");
            return Ok(Flow::GoOn);
        }
        commands::run(self, command, words).await?;
        Ok(Flow::GoOn)
    }

    /// The number of the line that is carried out.
    fn line_number(&self) -> usize {
        self.history.len().saturating_sub(1)
    }

    async fn redo(&mut self, number: &str) -> Result<Flow, Failure> {
        let index = decode(number).map_err(Failure::Uncaught)?;
        let current = self.line_number();
        let Some(line) = usize::try_from(index).ok().filter(|index| *index < current).and_then(|at| self.history.get(at)) else {
            return Err(Failure::told("Command index out of range"));
        };
        let line = line.clone();
        let words = words::split(&line);
        if !words.is_empty() {
            self.words = Some(words);
        }
        if self.words.as_ref().and_then(|words| words.first()).is_some_and(|command| command == "redo") {
            return Err(Failure::told("No redoing redos"));
        }
        if let Some(current) = self.history.last_mut() {
            *current = line;
        }
        // boxed: a command within a command
        Box::pin(self.process()).await.map_err(Failure::Uncaught)
    }

    fn show_history(&self) {
        let current = self.line_number();
        for number in current.saturating_sub(HISTORY)..=current {
            print(&format!("{number} - {}\n", self.history.get(number).map_or("null", String::as_str)));
        }
    }
}

fn parsed(server: &str) -> Result<ConnectString, Exception> {
    server.parse().map_err(|error: ConnectStringError| match &error {
        ConnectStringError::PortNotANumber(text) => Exception::number_format(text),
        other => Exception::illegal_argument(other.to_string()),
    })
}

/// `Integer.decode`: decimal, hexadecimal after `0x` or `#`, octal after `0`.
fn decode(text: &str) -> Result<i64, Exception> {
    if text.is_empty() {
        return Err(Exception::new("java.lang.NumberFormatException", "Zero length string"));
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let hexadecimal = ["0x", "0X", "#"].iter().find_map(|prefix| digits.strip_prefix(prefix));
    let (digits, radix) = match (hexadecimal, digits.strip_prefix('0').filter(|rest| !rest.is_empty())) {
        (Some(digits), _) => (digits, 16),
        (None, Some(digits)) => (digits, 8),
        (None, None) => (digits, 10),
    };
    let wrong = || {
        let under = if radix == 10 { String::new() } else { format!(" under radix {radix}") };
        Exception::new("java.lang.NumberFormatException", format!("For input string: \"{digits}\"{under}"))
    };
    i32::from_str_radix(digits, radix).map(|number| sign * i64::from(number)).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_decoded_as_in_java() {
        let check = |text: &str, expected: Result<i64, &str>| {
            let found = decode(text).map_err(|error| error.text().to_owned());
            assert_eq!(found, expected.map_err(str::to_owned), "{text}");
        };
        check("7", Ok(7));
        check("0", Ok(0));
        check("-7", Ok(-7));
        check("0x1f", Ok(31));
        check("017", Ok(15));
        check("x", Err("For input string: \"x\""));
        check("08", Err("For input string: \"8\" under radix 8"));
        check("", Err("Zero length string"));
    }

    #[test]
    fn errors_have_the_shells_sentences() {
        let check = |code: ErrorCode, path: &str, expected: &str| {
            let failure = Failure::from(ClientError::Code { code, path: path.to_owned() });
            assert_eq!(failure, Failure::told(expected));
        };
        check(ErrorCode::NoNode, "/a", "Node does not exist: /a");
        check(ErrorCode::InvalidAcl, "", "Acl is not valid : null");
        check(ErrorCode::ConnectionLoss, "/a", "KeeperErrorCode = ConnectionLoss for /a");
        check(ErrorCode::ReconfigDisabled, "", "KeeperErrorCode = Reconfig is disabled");
    }
}
