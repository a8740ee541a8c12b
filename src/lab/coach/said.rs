//! What a tool or a server said before it ended, where nothing in its line and its files is found wrong: the cause is told as it is of a
//! log, in the words of the rules about logs.

use crate::judge::diagnose::diagnose;
use crate::judge::diagnostic::{Diagnostic, Severity};
use crate::judge::rules::command::invocation::Invocation;
use crate::judge::rules::{Line, On, Speaks};
use crate::text::{Message, command_labels as labels};

/// The longest piece of what was said that stands beside the mark, in characters.
const SHOWN_MAX: usize = 120;
/// Programs besides Kafka's own whose words rules know.
const OTHERS: [&str; 3] = ["curl", "gradlew", "wget"];
/// Tools that end with 0 whatever became of what they were to do.
const END_WELL: [&str; 2] = ["kafka-console-producer.sh", "kafka-consumer-groups.sh"];
/// Exit codes of who was asked to end.
const ENDED: [i32; 3] = [130, 137, 143];
/// How servers begin the last part of a line of their logs: one in the background says what it says beside any tool.
const OF_SERVERS: [&str; 5] =
    ["(kafka.server.", "(kafka.log.", "(kafka.controller.", "(kafka.network.", "(org.apache.zookeeper.server."];

/// The cause of how a line ended, by what it printed; `None` where that tells none, or the line was asked about before it ran.
pub(super) fn cause(line: &Line<'_>, output: &[u8]) -> Option<Diagnostic> {
    let exit_code = line.exit_code.filter(|code| !ENDED.contains(code))?;
    let (invocation, script) =
        line.invocations.iter().rev().find_map(|invocation| Some((invocation, spoken_by(line, invocation)?)))?;
    if exit_code == 0 && !END_WELL.contains(&script) {
        return None;
    }
    let said = console::strip_ansi_codes(&String::from_utf8_lossy(output)).replace('\r', "");
    let starts = script.ends_with("-server-start.sh");
    if !starts && OF_SERVERS.iter().any(|words| said.contains(words)) {
        return None;
    }
    told_by(line, invocation, &said)
}

/// The cause of how a server in the background ended, by its log.
pub(super) fn cause_in_log(line: &Line<'_>, log: &str) -> Option<Diagnostic> {
    let is_server = |name: &str| name.ends_with("-server-start.sh");
    let invocation = line.invocations.iter().rev().find(|invocation| spoken_by(line, invocation).is_some_and(is_server))?;
    told_by(line, invocation, log)
}

/// The first cause in what was said, at the command that said it.
fn told_by(line: &Line<'_>, invocation: &Invocation, said: &str) -> Option<Diagnostic> {
    let found = diagnose(said.as_bytes()).ok()?;
    let cause = found.causes.into_iter().next().filter(|cause| cause.rule.severity >= Severity::Warning)?;
    // what is wrong with a line the rules about lines know better
    if matches!(cause.rule.on, On::Line { .. }) || asked_before(line) {
        return None;
    }
    let words = shortened(cause.text.trim());
    Some(line.found(cause.rule, invocation.program.range.clone(), Message::new(labels::SAID).with("words", words)))
}

/// The beginning of what was said, which ends with `…` where something is left out.
fn shortened(said: &str) -> String {
    match said.char_indices().nth(SHOWN_MAX) {
        None => said.to_owned(),
        Some(_) => said.chars().take(SHOWN_MAX - 1).chain(['…']).collect(),
    }
}

/// The script or the program that a command runs, if its words are known.
fn spoken_by<'a>(line: &'a Line<'_>, invocation: &'a Invocation) -> Option<&'a str> {
    let name = invocation.program.file_name(line.context.line)?;
    (invocation.tool(line.context).is_some() || OTHERS.contains(&name)).then_some(name)
}

fn asked_before(line: &Line<'_>) -> bool {
    Line::new(line.context, None).is_some_and(|line| line.judge(Speaks::Before).is_some())
}

#[cfg(test)]
mod tests {
    use super::SHOWN_MAX;
    use crate::judge::rules::testing::World;
    use crate::lab::coach::Coach;

    const CREATE: &str = "./kafka-topics.sh --create --topic t --bootstrap-server localhost:9092";
    const START: &str = "./kafka-server-start.sh ../config/server.properties";
    const EXISTS: &str = "Error while executing topic command : Topic 't' already exists.\r\n[2023-11-01 10:00:00,000] ERROR org.apache.kafka.common.errors.TopicExistsException: Topic 't' already exists.\r\n (kafka.admin.TopicCommand$)\r\n";
    const NO_LOCK: &str = "[2023-11-01 10:00:00,000] ERROR Exiting Kafka due to fatal exception (kafka.Kafka$)\norg.apache.kafka.common.KafkaException: Failed to acquire lock on file .lock in /tmp/kafka-logs. A Kafka instance in another process or thread is using this directory.\n";

    #[track_caller]
    fn check(line: &str, exit_code: i32, said: &str, expected: Option<&str>) {
        let world = World::new();
        let advice = Coach::default().after(&world.context(line), exit_code, said.as_bytes());
        assert_eq!(advice.map(|advice| advice.diagnostic.code), expected, "{line}: {said}");
    }

    #[test]
    fn what_was_said_tells_the_cause_where_the_line_does_not() {
        check(CREATE, 1, EXISTS, Some("KL817"));
        check(CREATE, 1, &format!("\x1b[31m{EXISTS}\x1b[0m"), Some("KL817"));
        check(START, 1, NO_LOCK, Some("KL603"));
        check("wget https://h/x.tgz", 4, "wget: unable to resolve host address ‘h’\n", Some("KL133"));
        let lost = "org.apache.kafka.common.errors.RecordTooLargeException: The message is 1500088 bytes when serialized\n";
        check("./kafka-console-producer.sh --topic t --bootstrap-server localhost:9092", 0, lost, Some("KL816"));
    }

    #[test]
    fn a_quotation_that_is_cut_shows_that_it_is() {
        let id = "[2023-11-01 10:00:00,000] ERROR Fatal error during KafkaServer startup. Prepare to shutdown (kafka.server.KafkaServer)\nkafka.common.InconsistentBrokerIdException: Configured broker.id 7 doesn't match stored broker.id Some(0) in meta.properties. If you moved your data, make sure your configured broker.id matches.\n";
        let advice = Coach::default().after(&World::new().context(START), 1, id.as_bytes()).expect("KL808");
        let label = advice.diagnostic.primary.text.say(crate::text::Language::En);
        assert!(advice.diagnostic.code == "KL808" && label.contains("doesn't match stored") && label.contains('…'), "{label}");
        assert_eq!(super::shortened(&"가".repeat(SHOWN_MAX)), "가".repeat(SHOWN_MAX));
        assert_eq!(super::shortened(&"가".repeat(SHOWN_MAX + 1)), "가".repeat(SHOWN_MAX - 1) + "…");
    }

    #[test]
    fn what_others_say_is_not_the_lines() {
        check(CREATE, 0, EXISTS, None);
        check(CREATE, 130, EXISTS, None);
        check(CREATE, 1, "", None);
        check("cat server.log", 1, EXISTS, None);
        check(CREATE, 1, &format!("{EXISTS}[2023-11-01 10:00:00,000] INFO x (kafka.server.KafkaServer)\n"), None);
        check(CREATE, 1, "WARN Error while fetching metadata with correlation id 2 : {t=LEADER_NOT_AVAILABLE}\n", None);
        // the line itself is wrong
        let unknown = "Exception in thread \"main\" joptsimple.UnrecognizedOptionException: lst is not a recognized option\n";
        check("./kafka-topics.sh --lst --bootstrap-server localhost:9092", 1, unknown, Some("KL203"));
        check(CREATE, 1, unknown, None);
    }

    #[test]
    fn what_was_asked_before_is_not_told_again() {
        let world = World::with_connect("localhost:9092");
        let said = "[2023-11-01 10:00:18,000] ERROR Fatal error during KafkaServer startup. Prepare to shutdown (kafka.server.KafkaServer)\nkafka.zookeeper.ZooKeeperClientTimeoutException: Timed out waiting for connection while in state: CONNECTING\n";
        assert!(Coach::default().after(&world.context(START), 1, said.as_bytes()).is_none());
    }
}
