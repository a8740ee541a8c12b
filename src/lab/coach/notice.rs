//! What goes wrong without a word from anybody: nothing fails, and nothing comes of it.

use std::path::{Path, PathBuf};

use super::background::Background;
use crate::judge::rules::Line;
use crate::judge::rules::command::invocation::Invocation;
use crate::judge::rules::context::{CommandContext, Deleted, FileKind};
use crate::lab::check::scope::{BROKER_CLASS, COORDINATOR_CLASS};
use crate::text::{Message, Text, notices as say};

/// How often one kind of thing is told, each time in other words.
pub(super) const TIERS: usize = 3;
/// The editors that a learner may use on a file.
const EDITORS: [&str; 9] = ["vi", "vim", "nvim", "view", "nano", "pico", "emacs", "micro", "sed"];
/// The files that a lab's servers are started with.
const SHIPPED: [&str; 2] = ["server.properties", "zookeeper.properties"];

/// The consumer, as learners call it.
pub const CONSUMER_SCRIPT: &str = "kafka-console-consumer.sh";
/// The options with which a consumer ends by itself.
const ENDS_BY_ITSELF: [&str; 2] = ["--max-messages", "--timeout-ms"];

/// Something that went wrong silently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A consumer waits for new messages where the step wants those that are there.
    ConsumerLatest {
        /// Its process.
        pid: u32,
    },
    /// What was meant for the producer was typed at the shell's prompt.
    TextAtShell {
        /// The text.
        text: String,
        /// The producer's terminal.
        producer: String,
    },
    /// Something was typed where a server or a consumer has the terminal, and nobody reads it.
    TypedAtServer {
        /// The terminal.
        terminal: String,
        /// The server, or the consumer's script.
        server: &'static str,
    },
    /// A server was started that runs already.
    StartedTwice {
        /// The server.
        server: &'static str,
        /// The one that was there.
        pid: u32,
    },
    /// A server is started with a file that is open in an editor: what is not saved does not count.
    Unsaved {
        /// The file, as it was typed.
        file: String,
    },
    /// A question was answered with something that the system does not say.
    WrongAnswer {
        /// The answer.
        answer: String,
    },
    /// A file was edited, or a server started with it, that is not the lab's.
    OtherFile {
        /// The file.
        file: PathBuf,
        /// The lab's file of that name.
        own: PathBuf,
    },
}

impl Notice {
    /// What is counted: how often one kind was told decides on the words.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::ConsumerLatest { .. } => "consumer-latest",
            Self::TextAtShell { .. } => "text-at-shell",
            Self::TypedAtServer { .. } => "typed-at-server",
            Self::StartedTwice { .. } => "started-twice",
            Self::Unsaved { .. } => "unsaved",
            Self::WrongAnswer { .. } => "wrong-answer",
            Self::OtherFile { .. } => "other-file",
        }
    }

    /// What there is to say the first time, the second and the third.
    pub fn message(&self, tier: usize) -> Message {
        let text = |tiers: [Text; TIERS]| Message::new(tiers[tier.min(TIERS - 1)]);
        match self {
            Self::ConsumerLatest { pid } => text(say::CONSUMER_LATEST).with("pid", pid),
            Self::TextAtShell { text: typed, producer } => {
                text(say::TEXT_AT_SHELL).with("text", typed).with("producer", producer)
            }
            Self::TypedAtServer { terminal, server } => {
                text(say::TYPED_AT_SERVER).with("terminal", terminal).with("server", server)
            }
            Self::StartedTwice { server, pid } => text(say::STARTED_TWICE).with("server", server).with("pid", pid),
            Self::Unsaved { file } => text(say::UNSAVED).with("file", file),
            Self::WrongAnswer { answer } => text(say::WRONG_ANSWER).with("answer", answer),
            Self::OtherFile { file, own } => text(say::OTHER_FILE).with("file", file.display()).with("own", own.display()),
        }
    }
}

/// What is known of a line before it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineFacts {
    /// What is going wrong with it silently.
    pub notice: Option<Notice>,
    /// The server, or the consumer's script, that has the terminal while the line runs and reads nothing of what is typed.
    pub foreground: Option<&'static str>,
    /// The topic that it deletes, where clients are attached to it.
    pub deleted: Option<Deleted>,
    /// The server that it starts in the background.
    pub background: Option<Background>,
}

/// A server that runs: its process, and the file it was started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RunningServer {
    pub pid: u32,
    pub config: Option<PathBuf>,
}

/// The lab as a line is held against it.
pub(super) struct Surroundings<'a> {
    /// The folder of the lab's `config/`.
    pub config: &'a Path,
    /// The servers of a main class.
    pub running: &'a dyn Fn(&str) -> Vec<RunningServer>,
}

/// What is known of a line before it runs.
pub(super) fn facts(context: &CommandContext<'_>, around: &Surroundings<'_>) -> LineFacts {
    let Some(line) = Line::new(context, None) else { return LineFacts::default() };
    let notice = line.invocations.iter().find_map(|invocation| notice(context, invocation, around));
    let foreground = line.invocations.last().filter(|last| !last.command.background).and_then(|last| {
        let has = |options: &[&str]| {
            last.arguments
                .iter()
                .any(|word| word.text.as_deref().is_some_and(|word| options.iter().any(|option| word.starts_with(option))))
        };
        let daemon = last.arguments.first().is_some_and(|word| word.text.as_deref() == Some("-daemon"));
        let server = server_of(context, last).filter(|_| !daemon).map(|(name, _)| name);
        // one that ends by itself leaves what is typed to the shell
        server.or_else(|| is_consumer(context, last).then_some(CONSUMER_SCRIPT).filter(|_| !has(&ENDS_BY_ITSELF)))
    });
    LineFacts { notice, foreground, ..LineFacts::default() }
}

/// The server that a command starts, as learners call it, and its main class.
fn server_of(context: &CommandContext<'_>, invocation: &Invocation) -> Option<(&'static str, &'static str)> {
    match invocation.tool(context)?.script {
        "kafka-server-start.sh" => Some(("Kafka", BROKER_CLASS)),
        "zookeeper-server-start.sh" => Some(("ZooKeeper", COORDINATOR_CLASS)),
        _ => None,
    }
}

fn is_consumer(context: &CommandContext<'_>, invocation: &Invocation) -> bool {
    invocation.tool(context).is_some_and(|tool| tool.script == CONSUMER_SCRIPT)
}

fn notice(context: &CommandContext<'_>, invocation: &Invocation, around: &Surroundings<'_>) -> Option<Notice> {
    let files: Vec<&str> = invocation.arguments.iter().filter_map(|word| word.text.as_deref()).collect();
    if let Some((server, class)) = server_of(context, invocation) {
        let file = files.iter().find(|word| word.ends_with(".properties"))?;
        let path = invocation.resolve(file)?;
        let same = |running: &RunningServer| running.config.as_deref() == Some(path.as_path());
        if let Some(running) = (around.running)(class).into_iter().find(same) {
            return Some(Notice::StartedTwice { server, pid: running.pid });
        }
        return other_file(context, &path, around)
            .or_else(|| is_open_in_editor(context, &path).then(|| Notice::Unsaved { file: (*file).to_owned() }));
    }
    let editor = invocation.program.file_name(context.line)?;
    if !EDITORS.contains(&editor) {
        return None;
    }
    files.iter().find_map(|file| other_file(context, &invocation.resolve(file)?, around))
}

/// A file of a shipped name that is there and not the lab's. A copy under another name is the learner's business.
fn other_file(context: &CommandContext<'_>, path: &Path, around: &Surroundings<'_>) -> Option<Notice> {
    let name = path.file_name()?.to_str().filter(|name| SHIPPED.contains(name))?;
    let own = around.config.join(name);
    let is_other = path != own && context.files.kind(path) == FileKind::File && context.files.kind(&own) == FileKind::File;
    is_other.then(|| Notice::OtherFile { file: path.to_owned(), own })
}

/// Whether an editor has left its mark beside the file: vim and nano a swap file, emacs a lock.
fn is_open_in_editor(context: &CommandContext<'_>, path: &Path) -> bool {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else { return false };
    let marks = [format!(".{name}.swp"), format!(".{name}.swo"), format!(".#{name}"), format!("#{name}#")];
    context.files.list(folder).iter().any(|there| marks.contains(there))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::rules::testing::{KAFKA, World};

    const START: &str = "./kafka-server-start.sh ../config/server.properties";

    fn check(world: &World, line: &str, running: &[RunningServer], expected: Option<&str>) {
        let config = Path::new(KAFKA).join("config");
        let running = |class: &str| if class == BROKER_CLASS { running.to_vec() } else { Vec::new() };
        let found = facts(&world.context(line), &Surroundings { config: &config, running: &running });
        assert_eq!(found.notice.as_ref().map(Notice::kind), expected, "{line}");
    }

    #[test]
    fn a_server_that_runs_already_is_noticed_by_its_file() {
        let running = |file: &str| [RunningServer { pid: 7, config: Some(Path::new(KAFKA).join("config").join(file)) }];
        check(&World::new(), START, &running("server.properties"), Some("started-twice"));
        check(
            &World::new(),
            "cd .. && bin/kafka-server-start.sh -daemon config/server.properties",
            &running("server.properties"),
            Some("started-twice"),
        );
        // another broker, another server
        check(&World::new(), START, &running("server-1.properties"), None);
        check(&World::new(), "./zookeeper-server-start.sh ../config/zookeeper.properties", &running("server.properties"), None);
        check(&World::new(), START, &[], None);
        check(&World::new(), "cat ../config/server.properties", &running("server.properties"), None);
    }

    #[test]
    fn a_file_that_is_open_or_another_ones_is_noticed() {
        let mut world = World::new();
        world.write("config/.server.properties.swp", "");
        check(&world, START, &[], Some("unsaved"));
        check(&world, "./zookeeper-server-start.sh ../config/zookeeper.properties", &[], None);
        let mut world = World::new();
        world.files.insert("/home/learner/old/config/server.properties".into(), Vec::new());
        check(&world, "vim ~/old/config/server.properties", &[], Some("other-file"));
        check(&world, "nano -w ../config/server.properties", &[], None);
        check(&world, "vim ../config/zookeeper.properties", &[], None);
        check(&world, "cat ~/old/config/server.properties", &[], None);
        check(&world, "./kafka-server-start.sh ~/old/config/server.properties", &[], Some("other-file"));
        // a new file, and a copy with a name of its own
        check(&world, "vim ~/new/server.properties", &[], None);
        world.write("config/server-1.properties", "broker.id=1\n");
        check(&world, "vim ../config/server-1.properties", &[], None);
        check(&world, "./kafka-server-start.sh ../config/server-1.properties", &[], None);
    }

    #[test]
    fn a_server_has_the_terminal_unless_it_goes_to_the_background() {
        let foreground = |line: &str| {
            let world = World::new();
            let around = Surroundings { config: &Path::new(KAFKA).join("config"), running: &|_| Vec::new() };
            facts(&world.context(line), &around).foreground
        };
        assert_eq!(foreground(START), Some("Kafka"));
        assert_eq!(foreground("bash ./zookeeper-server-start.sh ../config/zookeeper.properties"), Some("ZooKeeper"));
        assert_eq!(foreground("./kafka-server-start.sh -daemon ../config/server.properties"), None);
        assert_eq!(foreground(&format!("nohup {START} &")), None);
        let consumer = "./kafka-console-consumer.sh --topic t --bootstrap-server localhost:9092";
        assert_eq!(foreground(consumer), Some(CONSUMER_SCRIPT));
        assert_eq!(foreground(&format!("{consumer} --from-beginning --timeout-ms=5000")), None);
        assert_eq!(foreground(&format!("{consumer} --max-messages 1")), None);
        assert_eq!(foreground(&format!("{consumer} | head -1")), None);
        assert_eq!(foreground("./kafka-console-producer.sh --topic t --bootstrap-server localhost:9092"), None);
    }

    #[test]
    fn no_kind_says_a_sentence_twice() {
        let notice = Notice::StartedTwice { server: "Kafka", pid: 1 };
        for language in crate::text::Language::ALL {
            let said: std::collections::BTreeSet<String> = (0..TIERS).map(|tier| notice.message(tier).say(language)).collect();
            assert_eq!(said.len(), TIERS);
        }
    }
}
