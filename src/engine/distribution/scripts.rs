//! The scripts of `bin/`, all of 3.6.0, and their text. What they print and return is what Kafka's own print and return; those whose
//! programs are not in the bundle say where these are.

use crate::catalog::tools;
use crate::engine::server::Role;
use crate::engine::tools::BROKER_CLASS;
use crate::engine::zookeeper;
use crate::text::distribution as text;
use crate::text::{Language, Text};

/// One script.
#[derive(Debug)]
pub(super) struct Script {
    pub name: &'static str,
    pub text: String,
}

/// A server: it has a script that starts it and one that stops it.
struct Server {
    main_class: &'static str,
    start: &'static str,
    stop: &'static str,
    /// What `-daemon` names the file in `logs` after.
    name: &'static str,
    usage: &'static str,
    heap: &'static str,
    /// As in "No kafka server to stop".
    word: &'static str,
}

const SERVERS: [Server; 2] = [
    Server {
        main_class: BROKER_CLASS,
        start: "kafka-server-start.sh",
        stop: "kafka-server-stop.sh",
        name: "kafkaServer",
        usage: "[-daemon] server.properties [--override property=value]*",
        heap: "-Xmx1G -Xms1G",
        word: "kafka",
    },
    Server {
        main_class: zookeeper::server::MAIN_CLASS,
        start: "zookeeper-server-start.sh",
        stop: "zookeeper-server-stop.sh",
        name: "zookeeper",
        usage: "[-daemon] zookeeper.properties",
        heap: "-Xmx512M -Xms512M",
        word: "zookeeper",
    },
];

/// The script that every other one calls.
pub(super) const RUN_CLASS: &str = "kafka-run-class.sh";

/// The scripts that start and stop a server, and which.
pub(super) const SERVER_SCRIPTS: [(&str, Role); 4] = [
    (SERVERS[0].start, Role::Broker),
    (SERVERS[0].stop, Role::Broker),
    (SERVERS[1].start, Role::Coordinator),
    (SERVERS[1].stop, Role::Coordinator),
];

/// The main class of the scripts that are no more than a script.
const NO_CLASS: &str = "shell";

/// Every script, sorted by name; `classes` are the main classes of the programs that there are.
pub(super) fn scripts(classes: &[&str], language: Language) -> Vec<Script> {
    tools::all().iter().map(|tool| script(tool, classes, language)).collect()
}

fn script(tool: &'static tools::Tool, classes: &[&str], language: Language) -> Script {
    let fill = |template: &str, about: Text, values: &[(&str, &str)]| {
        let filled = template.replace("@ABOUT@", about.get(language));
        Script { name: tool.script, text: values.iter().fold(filled, |text, (name, value)| text.replace(name, value)) }
    };
    let needs = |what: &str| text::NEEDS_APACHE.fill(language, &[("what", &what)]);
    if tool.script == RUN_CLASS {
        let mut elsewhere: Vec<&str> = tools::all().iter().map(|tool| tool.main_class).collect();
        elsewhere.retain(|class| *class != NO_CLASS && !classes.contains(class));
        let values = [
            ("@SERVERS@", &*SERVERS.map(|server| server.main_class).join(" | ")),
            ("@CLASSES@", &*classes.join(" | ")),
            ("@ELSEWHERE@", &*elsewhere.join(" | ")),
            ("@NEEDS@", &*needs("$class")),
            ("@MISSING@", text::PROGRAM_MISSING.get(language)),
        ];
        return fill(include_str!("scripts/kafka-run-class.sh"), text::RUN_CLASS, &values);
    }
    let has = |server: &&Server| classes.contains(&server.main_class);
    if let Some(server) = SERVERS.iter().filter(has).find(|server| server.start == tool.script) {
        let values =
            [("@USAGE@", server.usage), ("@HEAP@", server.heap), ("@NAME@", server.name), ("@CLASS@", server.main_class)];
        return fill(include_str!("scripts/server-start.sh"), text::SERVER_START, &values);
    }
    if let Some(server) = SERVERS.iter().filter(has).find(|server| server.stop == tool.script) {
        let values = [("@WORD@", server.word), ("@CLASS@", server.main_class)];
        return fill(include_str!("scripts/server-stop.sh"), text::SERVER_STOP, &values);
    }
    if classes.contains(&tool.main_class) {
        let template = match tool.script {
            "zookeeper-shell.sh" => include_str!("scripts/zookeeper-shell.sh"),
            _ => include_str!("scripts/tool.sh"),
        };
        return fill(template, text::TOOL, &[("@CLASS@", tool.main_class)]);
    }
    let values = [("@NEEDS@", &*needs(tool.script)), ("@CODE@", &*tool.failure.to_string())];
    fill(include_str!("scripts/elsewhere.sh"), text::ELSEWHERE, &values)
}
