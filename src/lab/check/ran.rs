//! Whether a tool was run with an option, against the lab's own broker, and succeeded.

use std::time::Instant;

use super::invocations::Invocation;
use super::outcome::{Finding, fails, holds};
use super::system::LabSystem;
use crate::engine::tools::options::{OptionParser, OptionSet};
use crate::text::{Message, checks as say};

/// The run that is asked for.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pub main_class: &'a str,
    /// One of its options.
    pub option: &'a str,
    /// The topic it is about, where that counts.
    pub topic: Option<&'a str>,
    /// How many addresses it is to begin with, at least.
    pub addresses: usize,
    /// Whether it needs no broker.
    pub alone: bool,
}

/// Asks for a run against the lab's own broker since a moment that ended with exit code 0.
pub(super) async fn ran(system: &LabSystem, wanted: &Wanted<'_>, since: Option<Instant>) -> Finding {
    let tool = script_of(wanted.main_class);
    let ports: Vec<u16> = system.brokers().await.iter().filter_map(|broker| Some(broker.address?.port())).collect();
    let mut found = Message::new(say::RAN_NOT);
    for invocation in system.invocations.of(wanted.main_class, since) {
        if !wanted.is(&invocation, &ports) {
            continue;
        }
        match invocation.exit_code {
            Some(0) => {
                return holds(Message::new(say::RAN_OK).with("tool", tool).with("option", wanted.option));
            }
            Some(code) => found = Message::new(say::RAN_FAILED).with("code", code),
            None => {}
        }
    }
    fails(found)
}

impl Wanted<'_> {
    fn is(&self, invocation: &Invocation, ports: &[u16]) -> bool {
        let Some(given) = options_of(&invocation.main_class, &invocation.arguments) else { return false };
        let value = |name| given.value(name).ok().flatten();
        let servers = value("bootstrap-server").unwrap_or_default();
        let right_topic = self.topic.is_none_or(|topic| value("topic") == Some(topic));
        let enough = servers.split(',').filter(|server| !server.trim().is_empty()).count() >= self.addresses;
        let at_broker = self.alone || names_a_port(servers, ports);
        given.has(self.option.trim_start_matches('-')) && right_topic && enough && at_broker
    }
}

/// A tool's arguments, read as the tool reads them; `None` where the tool refuses them.
pub(super) fn options_of(main_class: &str, arguments: &[String]) -> Option<OptionSet> {
    OptionParser::of(script_of(main_class)).parse(arguments).ok()
}

/// Whether a list of `host:port` names one of the ports.
pub(super) fn names_a_port(servers: &str, ports: &[u16]) -> bool {
    let port = |server: &str| server.rsplit(':').next().and_then(|port| port.trim().parse::<u16>().ok());
    servers.split(',').filter_map(port).any(|port| ports.contains(&port))
}

/// The script that starts a main class, as the learner types it.
pub(super) fn script_of(main_class: &str) -> &'static str {
    crate::catalog::tools::all().iter().find(|tool| tool.main_class == main_class).map_or("", |tool| tool.script)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_named_by_any_address_of_the_list() {
        let check = |servers: &str, expected: bool| assert_eq!(names_a_port(servers, &[9092, 9093]), expected, "{servers:?}");
        check("localhost:9092", true);
        check("127.0.0.1:9093", true);
        check("[::1]:9092", true);
        check("other:1, localhost:9092 ", true);
        check("localhost:90921", false);
        check("localhost", false);
        check("localhost:", false);
        check("", false);
        assert!(!names_a_port("localhost:9092", &[]));
    }

    #[test]
    fn a_run_counts_however_its_options_are_written() {
        let check = |line: &str, topic: Option<&str>, expected: bool| {
            let invocation = Invocation {
                pid: 1,
                main_class: "kafka.admin.TopicCommand".to_owned(),
                arguments: line.split_whitespace().map(str::to_owned).collect(),
                started: Instant::now(),
                exit_code: None,
            };
            let wanted =
                Wanted { main_class: "kafka.admin.TopicCommand", option: "--describe", topic, addresses: 1, alone: false };
            assert_eq!(wanted.is(&invocation, &[9092]), expected, "{line}");
            let alone = Wanted { addresses: 0, alone: true, ..wanted };
            assert!(alone.is(&invocation, &[]) || !expected, "{line}");
            let two = Wanted { addresses: 2, ..wanted };
            assert_eq!(two.is(&invocation, &[9092]), expected && line.contains(','), "{line}");
        };
        check("--describe --topic t --bootstrap-server localhost:9092", Some("t"), true);
        check("--bootstrap-server=localhost:9092 --topic=t --describe", Some("t"), true);
        check("--describe --bootstrap-server localhost:9092", None, true);
        check("--describe --bootstrap-server localhost:9999,localhost:9092", None, true);
        check("--describe --bootstrap-server localhost:9092", Some("t"), false);
        check("--describe --topic other --bootstrap-server localhost:9092", Some("t"), false);
        check("--describe --topic t --bootstrap-server localhost:9999", Some("t"), false);
        check("--list --bootstrap-server localhost:9092", None, false);
        check("--describe --no-such-option --bootstrap-server localhost:9092", None, false);
    }
}
