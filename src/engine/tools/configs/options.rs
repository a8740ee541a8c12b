//! The line of `kafka-configs.sh`: which entities it names, and what it may and must say (`ConfigCommandOptions.checkArgs`).

use std::net::ToSocketAddrs as _;

use crate::engine::tools::Stop;
use crate::engine::tools::command_line::{help_for_nothing, refuse_together};
use crate::engine::tools::options::{OptionError, OptionParser, OptionSet};

/// The script, as the catalogue names it.
pub(super) const SCRIPT: &str = "kafka-configs.sh";
/// The kinds of entities.
pub(super) const TOPICS: &str = "topics";
pub(super) const CLIENTS: &str = "clients";
pub(super) const USERS: &str = "users";
pub(super) const BROKERS: &str = "brokers";
pub(super) const IPS: &str = "ips";
pub(super) const LOGGERS: &str = "broker-loggers";

/// Options that give kind and name in one.
const NAMED: [(&str, &str); 6] =
    [("topic", TOPICS), ("client", CLIENTS), ("user", USERS), ("broker", BROKERS), ("broker-logger", LOGGERS), ("ip", IPS)];
/// Options that mean the default of a kind.
const DEFAULTS: [(&str, &str); 4] =
    [("client-defaults", CLIENTS), ("user-defaults", USERS), ("broker-defaults", BROKERS), ("ip-defaults", IPS)];

/// A line that may go on.
#[derive(Debug)]
pub(super) struct Line {
    /// Its options.
    pub set: OptionSet,
    /// The kinds of entities, at least one.
    pub types: Vec<String>,
    /// Their names as far as there are any; an empty one is the default.
    pub names: Vec<String>,
}

fn message(text: impl Into<String>) -> Stop {
    Stop::Message(text.into())
}

fn caught(error: OptionError) -> Stop {
    message(error.to_string())
}

/// Reads and checks a line.
pub(super) fn parse(args: &[String]) -> Result<Line, Stop> {
    let set = OptionParser::of(SCRIPT).parse(args).map_err(caught)?;
    let purpose = "This tool helps to manipulate and describe entity config for a topic, client, user, broker or ip";
    help_for_nothing(args, &set, purpose)?;
    if set.has("alter") == set.has("describe") {
        return Err(Stop::Usage("Command must include exactly one action: --describe, --alter".to_owned()));
    }
    refuse_together(&set, "alter", &["describe"])?;
    refuse_together(&set, "describe", &["alter", "add-config", "delete-config"])?;
    let line = Line { types: types(&set), names: names(&set)?, set };
    check_types(&line)?;
    check_servers(&line.set)?;
    check_names(&line)?;
    if line.set.has("describe") && line.is_of(LOGGERS) && !line.has_name() {
        return Err(message(format!("an entity name must be specified with --describe of {}", line.types.join(","))));
    }
    if line.set.has("alter") {
        check_alter(&line)?;
    }
    Ok(line)
}

impl Line {
    /// Whether entities of that kind are meant.
    pub(super) fn is_of(&self, kind: &str) -> bool {
        self.types.iter().any(|found| found == kind)
    }

    fn has_name(&self) -> bool {
        self.names.iter().any(|name| !name.is_empty())
    }

    /// The first kind.
    pub(super) fn kind(&self) -> &str {
        self.types.first().map_or("", String::as_str)
    }
}

fn types(set: &OptionSet) -> Vec<String> {
    let flagged = NAMED.iter().chain(&DEFAULTS).filter(|(option, _)| set.has(option)).map(|(_, kind)| (*kind).to_owned());
    set.values("entity-type").iter().cloned().chain(flagged).collect()
}

/// The names in the order of `--entity-name` and `--entity-default` on the line, then those of the other options.
fn names(set: &OptionSet) -> Result<Vec<String>, Stop> {
    let mut given = set.values("entity-name").iter();
    let mut names = Vec::new();
    for option in set.sequence() {
        match *option {
            "entity-name" => names.extend(given.next().cloned()),
            "entity-default" => names.push(String::new()),
            _ => {}
        }
    }
    for (option, _) in NAMED.iter().filter(|(option, _)| set.has(option)) {
        names.push(set.value(option).map_err(caught)?.unwrap_or_default().to_owned());
    }
    names.extend(DEFAULTS.iter().filter(|(option, _)| set.has(option)).map(|_| String::new()));
    Ok(names)
}

fn check_types(line: &Line) -> Result<(), Stop> {
    let types = &line.types;
    let twice: Vec<&str> =
        types.iter().enumerate().filter(|(at, kind)| types[..*at].contains(kind)).map(|(_, kind)| kind.as_str()).collect();
    if !twice.is_empty() {
        return Err(message(format!("Duplicate entity type(s) specified: {}", twice.join(","))));
    }
    let (allowed, option): (&[&str], _) = if line.set.has("bootstrap-server") {
        (&[TOPICS, CLIENTS, USERS, BROKERS, IPS, LOGGERS], "--bootstrap-server")
    } else {
        (&[USERS, BROKERS], "--zookeeper")
    };
    if let Some(kind) = types.iter().find(|kind| !allowed.contains(&kind.as_str())) {
        return Err(message(format!(
            "Invalid entity type {kind}, the entity type must be one of {} with the {option} argument",
            allowed.join(", ")
        )));
    }
    match types.len() {
        0 => return Err(message("At least one entity type must be specified")),
        1 => {}
        2 if line.is_of(USERS) && line.is_of(CLIENTS) => {}
        _ => return Err(message("Only 'users' and 'clients' entity types may be specified together")),
    }
    let general = ["entity-name", "entity-type", "entity-default"].iter().any(|option| line.set.has(option));
    if general && NAMED.iter().chain(&DEFAULTS).any(|(option, _)| line.set.has(option)) {
        return Err(message("--entity-{type,name,default} should not be used in conjunction with specific entity flags"));
    }
    Ok(())
}

fn check_servers(set: &OptionSet) -> Result<(), Stop> {
    let (kafka, zookeeper) = (set.has("bootstrap-server"), set.has("zookeeper"));
    if !kafka && !zookeeper {
        return Err(message("One of the required --bootstrap-server or --zookeeper arguments must be specified"));
    }
    if kafka && zookeeper {
        return Err(message("Only one of --bootstrap-server or --zookeeper must be specified"));
    }
    if set.has("all") && zookeeper {
        return Err(message("--bootstrap-server must be specified for --all"));
    }
    if set.has("zk-tls-config-file") && kafka {
        return Err(message(
            "--bootstrap-server doesn't support --zk-tls-config-file option. If you intend the command to communicate directly with \
             ZooKeeper, please use the option --zookeeper instead of --bootstrap-server. Otherwise, remove the \
             --zk-tls-config-file option.",
        ));
    }
    Ok(())
}

fn check_names(line: &Line) -> Result<(), Stop> {
    if !line.has_name() {
        return Ok(());
    }
    let named = |options: &[&'static str]| {
        let values = options.iter().filter(|option| line.set.has(option)).map(|option| line.set.value(option).map_err(caught));
        values.map(|value| value.map(Option::unwrap_or_default)).collect::<Result<Vec<&str>, Stop>>()
    };
    if line.is_of(BROKERS) || line.is_of(LOGGERS) {
        for id in named(&["entity-name", "broker", "broker-logger"])? {
            if id.parse::<i32>().is_err() {
                let kind = line.kind();
                return Err(message(format!("The entity name for {kind} must be a valid integer broker id, but it is: {id}")));
            }
        }
    }
    if line.is_of(IPS) {
        for address in named(&["entity-name", "ip"])? {
            if (address, 0).to_socket_addrs().is_err() {
                let kind = line.kind();
                return Err(message(format!(
                    "The entity name for {kind} must be a valid IP or resolvable host, but it is: {address}"
                )));
            }
        }
    }
    Ok(())
}

fn check_alter(line: &Line) -> Result<(), Stop> {
    let may_be_default = [USERS, CLIENTS, BROKERS, IPS].iter().any(|kind| line.is_of(kind));
    if may_be_default && line.names.is_empty() {
        return Err(message("an entity-name or default entity must be specified with --alter of users, clients, brokers or ips"));
    }
    if !may_be_default && !line.has_name() {
        return Err(message(format!("an entity name must be specified with --alter of {}", line.types.join(","))));
    }
    let [add, file, delete] = ["add-config", "add-config-file", "delete-config"].map(|option| line.set.has(option));
    if add && file {
        return Err(message("Only one of --add-config or --add-config-file must be specified"));
    }
    if !add && !file && !delete {
        return Err(message(
            "At least one of --add-config, --add-config-file, or --delete-config must be specified with --alter",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &[(&str, Option<&str>)]) {
        let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let found = parse(&args).unwrap_or_else(|stop| panic!("{line}: {stop:?}"));
        let kinds: Vec<&str> = expected.iter().map(|(kind, _)| *kind).collect();
        let names: Vec<&str> = expected.iter().filter_map(|(_, name)| *name).collect();
        assert_eq!((found.types, found.names), (kinds.map_owned(), names.map_owned()), "{line}");
    }

    trait MapOwned {
        fn map_owned(self) -> Vec<String>;
    }

    impl MapOwned for Vec<&str> {
        fn map_owned(self) -> Vec<String> {
            self.into_iter().map(str::to_owned).collect()
        }
    }

    #[test]
    fn entities_are_named_in_two_ways() {
        let to = "--bootstrap-server a:1 --describe";
        check(&format!("{to} --entity-type topics"), &[("topics", None)]);
        check(&format!("{to} --topic t"), &[("topics", Some("t"))]);
        check(&format!("{to} --broker-defaults"), &[("brokers", Some(""))]);
        check(
            &format!("{to} --entity-type users --entity-default --entity-type clients --entity-name c"),
            &[("users", Some("")), ("clients", Some("c"))],
        );
        check(&format!("{to} --client c --user u"), &[("clients", Some("c")), ("users", Some("u"))]);
    }
}
