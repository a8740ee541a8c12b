//! The line of `kafka-console-consumer.sh` (`ConsoleConsumer.ConsumerConfig`).

use super::client_configs::ClientConfigs;
use super::command_line::{help_or_version, require};
use super::formatter::Formatter;
use super::options::{OptionError, OptionParser, OptionSet};
use super::{Stop, java};
use crate::engine::client::random_below;

/// The script, as the catalogue names it.
pub(super) const SCRIPT: &str = "kafka-console-consumer.sh";
/// Made-up groups are numbered below this.
const GROUP_NUMBERS: usize = 100_000;

/// The offset before which nothing is kept, as ListOffsets asks for it.
const EARLIEST: i64 = -2;
/// The offset after the last record.
const LATEST: i64 = -1;

/// What a line asks for.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) topic: Option<String>,
    pub(super) include: Option<String>,
    /// A partition and where to begin in it: an offset, -2 for the first, -1 for the end.
    pub(super) partition: Option<(i32, i64)>,
    pub(super) servers: String,
    pub(super) group: String,
    pub(super) configs: ClientConfigs,
    pub(super) formatter: Formatter,
    pub(super) max_messages: Option<u64>,
    pub(super) timeout_ms: Option<u64>,
    pub(super) skip_message_on_error: bool,
    /// `--enable-systest-events`: the end is told on stdout.
    pub(super) tells_its_end: bool,
}

/// Reads and checks a line.
pub(super) fn parse(args: &[String]) -> Result<Line, Stop> {
    let set = OptionParser::of(SCRIPT).parse(args).map_err(|error| Stop::Usage(error.to_string()))?;
    let purpose = "This tool helps to read data from Kafka topics and outputs it to standard output.";
    if args.is_empty() {
        return Err(usage(purpose));
    }
    help_or_version(&set, purpose)?;
    let topic = text(&set, "topic")?;
    let include = if set.has("include") { text(&set, "include")? } else { text(&set, "whitelist")? };
    if topic.is_some() == include.is_some() {
        let hint = match set.has("whitelist") {
            true => "--whitelist is DEPRECATED use --include instead; ignored if --include specified.",
            false => "()",
        };
        return Err(usage(format!("Exactly one of --include/--topic is required. {hint}")));
    }
    let partition = number::<i32>(&set, "partition")?;
    if partition.is_some() {
        if topic.is_none() {
            return Err(usage("The topic is required when partition is specified."));
        }
        if set.has("from-beginning") && set.has("offset") {
            return Err(usage("Options from-beginning and offset cannot be specified together."));
        }
    } else if set.has("offset") {
        return Err(usage("The partition is required when offset is specified."));
    }
    let offset = offset(&set)?;
    require(&set, "bootstrap-server")?;
    let mut configs = configs_of(&set)?;
    let given = group_of(&set, &configs)?;
    if partition.is_some() && given.is_some() {
        return Err(usage("Options group and partition cannot be specified together."));
    }
    let group = given.unwrap_or_else(|| {
        // a made-up group is not used again, so its offsets are not kept
        configs.set_default("enable.auto.commit", "false");
        format!("console-consumer-{}", random_below(GROUP_NUMBERS))
    });
    configs.set("group.id", group.clone());
    finish(
        &set,
        Line {
            topic,
            include,
            partition: partition.map(|partition| (partition, offset)),
            servers: text(&set, "bootstrap-server")?.unwrap_or_default(),
            group,
            configs,
            formatter: formatter(&set)?,
            max_messages: number::<i64>(&set, "max-messages")?.and_then(|count| u64::try_from(count).ok()),
            timeout_ms: number::<i64>(&set, "timeout-ms")?.and_then(|millis| u64::try_from(millis).ok()),
            skip_message_on_error: set.has("skip-message-on-error"),
            tells_its_end: set.has("enable-systest-events"),
        },
    )
}

fn finish(set: &OptionSet, mut line: Line) -> Result<Line, Stop> {
    let from_beginning = set.has("from-beginning");
    if let Some(reset) = line.configs.get("auto.offset.reset").filter(|reset| from_beginning && *reset != "earliest") {
        return Err(Stop::Message(format!(
            "Can't simultaneously specify --from-beginning and 'auto.offset.reset={reset}', please remove one option"
        )));
    }
    line.configs.set_default("auto.offset.reset", if from_beginning { "earliest" } else { "latest" });
    line.configs.set_default("client.id", "console-consumer");
    if let Some(level) = text(set, "isolation-level")? {
        line.configs.set("isolation.level", level);
    }
    Ok(line)
}

fn usage(text: impl Into<String>) -> Stop {
    Stop::Usage(text.into())
}

/// An error that is found when a value is used; nobody catches it in this tool.
fn uncaught(error: OptionError) -> Stop {
    Stop::Uncaught(error.into())
}

fn text(set: &OptionSet, option: &'static str) -> Result<Option<String>, Stop> {
    Ok(set.value(option).map_err(uncaught)?.map(str::to_owned))
}

fn number<T: std::str::FromStr>(set: &OptionSet, option: &'static str) -> Result<Option<T>, Stop> {
    set.number(option).map_err(uncaught)
}

fn offset(set: &OptionSet) -> Result<i64, Stop> {
    if !set.has("offset") {
        return Ok(if set.has("from-beginning") { EARLIEST } else { LATEST });
    }
    let offset = text(set, "offset")?.unwrap_or_default().to_lowercase();
    match offset.as_str() {
        "earliest" => Ok(EARLIEST),
        "latest" => Ok(LATEST),
        number => number.parse().ok().filter(|offset| *offset >= 0).ok_or_else(|| {
            usage(format!(
                "The provided offset value '{offset}' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long."
            ))
        }),
    }
}

fn configs_of(set: &OptionSet) -> Result<ClientConfigs, Stop> {
    let mut configs = ClientConfigs::default();
    if let Some(path) = set.value("consumer.config").map_err(uncaught)? {
        configs.extend(java::load_properties(path)?);
    }
    configs.extend(java::key_values(set.values("consumer-property")));
    Ok(configs)
}

/// The group that the line names, in the up to three places where it can.
fn group_of(set: &OptionSet, configs: &ClientConfigs) -> Result<Option<String>, Stop> {
    let mut named: Vec<String> = text(set, "group")?.into_iter().collect();
    let from_file = match set.value("consumer.config").map_err(uncaught)? {
        Some(path) => java::load_properties(path)?,
        None => Vec::new(),
    };
    let mut in_file = from_file.iter().filter(|(key, _)| key == "group.id").map(|(_, group)| group.clone());
    named.extend(configs.get("group.id").map(str::to_owned).into_iter().chain(in_file.next_back()));
    named.dedup();
    if named.len() > 1 {
        let named = named.join("', '");
        return Err(usage(format!(
            "The group ids provided in different places (directly using '--group', via '--consumer-property', or via \
             '--consumer.config') do not match. Detected group ids: '{named}'"
        )));
    }
    Ok(named.pop())
}

fn formatter(set: &OptionSet) -> Result<Formatter, Stop> {
    let mut properties = match set.value("formatter-config").map_err(uncaught)? {
        Some(path) => java::load_properties(path)?,
        None => Vec::new(),
    };
    properties.extend(java::key_values(set.values("property")));
    for option in ["key-deserializer", "value-deserializer"] {
        if let Some(class) = text(set, option)? {
            properties.push((option.replace('-', "."), class));
        }
    }
    let class = text(set, "formatter")?.unwrap_or_default();
    Formatter::new(&class, &properties).map_err(Stop::Uncaught)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Result<&str, &str>) {
        let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let found = parse(&args).map(|line| format!("{:?} {:?}", line.topic.unwrap_or_default(), line.partition));
        let found = found.map_err(|stop| match stop {
            Stop::Usage(text) | Stop::Message(text) => text,
            other => format!("{other:?}"),
        });
        assert_eq!(found, expected.map(str::to_owned).map_err(str::to_owned), "{line}");
    }

    #[test]
    fn lines_are_checked_in_kafkas_order() {
        let purpose = "This tool helps to read data from Kafka topics and outputs it to standard output.";
        check("", Err(purpose));
        check("--help", Err(purpose));
        check("--bootstrap-sever b", Err("bootstrap-sever is not a recognized option"));
        check("--from-beginning", Err("Exactly one of --include/--topic is required. ()"));
        check("--topic t", Err("Missing required argument \"[bootstrap-server]\""));
        check("--topic t --offset 3 --bootstrap-server b", Err("The partition is required when offset is specified."));
        let offset = |offset| {
            format!(
                "The provided offset value '{offset}' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long."
            )
        };
        check("--topic t --partition 0 --offset abc --bootstrap-server b", Err(&offset("abc")));
        check("--topic t --partition 0 --offset -1 --bootstrap-server b", Err(&offset("-1")));
        check(
            "--topic t --partition 0 --offset 3 --from-beginning --bootstrap-server b",
            Err("Options from-beginning and offset cannot be specified together."),
        );
        check(
            "--topic t --group g --partition 0 --bootstrap-server b",
            Err("Options group and partition cannot be specified together."),
        );
        check(
            "--topic t --group g4 --consumer-property group.id=g5 --bootstrap-server b",
            Err("The group ids provided in different places (directly using '--group', via '--consumer-property', or via \
                 '--consumer.config') do not match. Detected group ids: 'g4', 'g5'"),
        );
        check(
            "--topic t --from-beginning --consumer-property auto.offset.reset=latest --bootstrap-server b",
            Err("Can't simultaneously specify --from-beginning and 'auto.offset.reset=latest', please remove one option"),
        );
        check("--topic t --from-beginning true --bootstrap-server b", Ok("\"t\" None"));
        check("--topic t --partition 0 --offset Earliest --bootstrap-server b", Ok("\"t\" Some((0, -2))"));
    }
}
