//! The rules: each catalogued mistake, with a code, and how it is found.
//!
//! How to add one: CONTRIBUTING, "Add a rule". The coach asks the rules about lines ([`On::Line`]), the linter those about files
//! ([`config::judge`]), a reader of logs goes from what Kafka says to the rule ([`Rule::kafka_says`]), and whoever explains or lists
//! rules reads [`RULES`].
//!
//! Codes: 1xx environment and shell, 2xx command line, 3xx `zookeeper.properties`, 4xx `server.properties`, 5xx listeners and
//! network, 6xx between files and brokers, 7xx client configuration, 8xx runtime log and output. A code is never used again.
//!
//! A rule that is not sure stays silent: a right answer refused is worse than a mistake that Kafka's own error explains.

pub mod cluster;
pub mod command;
pub mod config;
pub mod context;
mod line;
pub mod runtime;

use std::ops::Range;

pub use line::Line;

use super::diagnostic::{Diagnostic, Label, Severity, Source};
use crate::text::{Message, RuleText};

/// When the coach speaks of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    /// Before the line runs: it would hang, destroy or mislead for long.
    Before,
    /// After it, once Kafka's or the shell's own error stands there.
    After,
}

/// What a rule is found in.
#[derive(Clone, Copy)]
pub enum On {
    /// A command line, by the coach.
    Line {
        /// When the coach speaks of it.
        speaks: Speaks,
        /// Finds it.
        check: fn(&Line<'_>) -> Option<Diagnostic>,
    },
    /// A configuration file, by the pass of its family in [`config`].
    File,
    /// A configuration file that Kafka's own validation refuses with one of the rule's [`Rule::kafka_says`].
    Refused {
        /// The settings that it may be about. It stands at the first of them that the file has.
        keys: &'static [&'static str],
    },
    /// What a log or a terminal shows.
    Log,
}

/// A mistake that is known by name.
pub struct Rule {
    /// `KL` and three digits.
    pub code: &'static str,
    /// In kebab case; reads well behind "ignore".
    pub name: &'static str,
    /// How much it matters; a case may matter more or less.
    pub severity: Severity,
    /// What it says without a case at hand.
    pub text: RuleText,
    /// What it is found in.
    pub on: On,
    /// Parts of what Kafka says in a log or on the terminal where this is the cause, and nothing else can be.
    pub kafka_says: &'static [&'static str],
    /// Whether the line is right as soon as the fix is made elsewhere: a folder is made, a file is fetched.
    pub elsewhere: bool,
}

impl Rule {
    /// A rule about command lines.
    pub const fn line(
        code: &'static str,
        name: &'static str,
        text: RuleText,
        speaks: Speaks,
        check: fn(&Line<'_>) -> Option<Diagnostic>,
    ) -> Self {
        Self { code, name, severity: Severity::Error, text, on: On::Line { speaks, check }, kafka_says: &[], elsewhere: false }
    }

    /// A rule about configuration files, found by the pass of its family.
    pub const fn file(code: &'static str, name: &'static str, severity: Severity, text: RuleText) -> Self {
        Self { code, name, severity, text, on: On::File, kafka_says: &[], elsewhere: false }
    }

    /// A rule about what Kafka's validation refuses: what it says then, and the settings that this is about.
    pub const fn refused(
        code: &'static str,
        name: &'static str,
        text: RuleText,
        kafka_says: &'static [&'static str],
        keys: &'static [&'static str],
    ) -> Self {
        Self { code, name, severity: Severity::Error, text, on: On::Refused { keys }, kafka_says, elsewhere: false }
    }

    /// A rule about what logs and terminals show.
    pub const fn log(code: &'static str, name: &'static str, severity: Severity, text: RuleText) -> Self {
        Self { code, name, severity, text, on: On::Log, kafka_says: &[], elsewhere: false }
    }

    /// The same rule, mattering more or less.
    #[must_use]
    pub const fn mattering(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The same rule, with what Kafka says where it is the cause.
    #[must_use]
    pub const fn says(mut self, kafka_says: &'static [&'static str]) -> Self {
        self.kafka_says = kafka_says;
        self
    }

    /// The same rule, for a line that may stay as it is: the fix is made elsewhere.
    #[must_use]
    pub const fn mended_elsewhere(mut self) -> Self {
        self.elsewhere = true;
        self
    }

    /// A finding of this rule at bytes of a source, in the rule's own words and without a fix.
    pub fn found(&self, source: Source, range: Range<usize>, label: impl Into<Message>) -> Diagnostic {
        Diagnostic {
            code: self.code,
            name: self.name,
            severity: self.severity,
            title: self.text.title.into(),
            source,
            primary: Label { range, text: label.into() },
            secondary: Vec::new(),
            you_will_see: self.text.seen.map(Message::from),
            explanation: self.text.why.into(),
            help: Some(self.text.fix.into()),
            fix: None,
        }
    }
}

/// Every rule, by code.
pub static RULES: &[&Rule] = &[
    &command::archive::SOURCE_TARBALL,
    &command::archive::CD_INTO_ARCHIVE,
    &command::server_start::CONFIG_FROM_ELSEWHERE,
    &command::shell::LOG_FOLDER,
    &command::shell::NO_SLASH,
    &command::shell::OTHER_FOLDER,
    &command::shell::NOHUP_IN_FOREGROUND,
    &command::shell::BLANK_AFTER_BACKSLASH,
    &command::kill::NO_PROCESS,
    &command::kill::OTHER_PROCESS,
    &command::script_name::RULE,
    &command::archive::ARCHIVE_MISSING,
    &command::archive::ARCHIVE_BROKEN,
    &command::kill::AT_ONCE,
    &command::server_start::CONFIG_MISTYPED,
    &command::server_start::CONFIG_IS_FOLDER,
    &command::linked_script::SCRIPT_LINK,
    &command::shell::PLACEHOLDER,
    &runtime::NO_JARS,
    &runtime::NO_JAVA,
    &runtime::JAVA_HOME,
    &runtime::CRLF,
    &runtime::NOT_EXECUTABLE,
    &runtime::HEAP_SIZE,
    &runtime::MEMORY,
    &runtime::JMX_PORT,
    &runtime::LOGS_NOT_WRITABLE,
    &runtime::VM_OPTION,
    &runtime::HEAP_BOUNDS,
    &runtime::MAIN_CLASS,
    &runtime::DOWNLOAD_HOST,
    &runtime::BLANK_IN_FOLDER,
    &command::tool_options::NO_BOOTSTRAP,
    &command::tool_options::ONE_ACTION,
    &command::unknown_option::RULE,
    &command::tool_options::NO_TOPIC,
    &command::shell::ODD_DASH,
    &command::tool_options::NO_VALUE,
    &command::tool_options::TWICE,
    &command::tool_options::CONFLICT,
    &command::tool_options::NEEDS_ANOTHER,
    &command::tool_values::NUMBER,
    &command::tool_values::TOPIC_NAME,
    &command::tool_values::BOOTSTRAP_IS_ZOOKEEPER,
    &command::tool_values::BOOTSTRAP_MALFORMED,
    &command::tool_values::STRAY_WORD,
    &command::tool_values::CONSOLE_PROPERTY,
    &command::newer_tools::NOT_ONE_OF,
    &command::server_start::DAEMON_LAST,
    &command::server_start::NO_CONFIG,
    &command::server_start::SWAPPED,
    &command::server_start::SEVERAL_CONFIGS,
    &command::newer_tools::MISSING,
    &command::newer_tools::UNEXPECTED,
    &command::newer_tools::COMMAND,
    &command::newer_tools::IN_ORDER,
    &command::console_consumer::OFFSET,
    &command::bootstrap_refused::REFUSED,
    &command::console_waits::NO_SUCH_PLACE,
    &command::entity_configs::NOT_FOR_ENTITY,
    &config::keys::UNKNOWN_TO_ZOOKEEPER,
    &config::coordinator::DATA_DIR_MISSING,
    &config::coordinator::DATA_DIR_IN_TMP,
    &config::coordinator::DATA_DIR_RELATIVE,
    &config::coordinator::CLIENT_PORT_MISSING,
    &config::coordinator::CLIENT_PORT_OF_BROKER,
    &config::coordinator::CLIENT_PORT_RANGE,
    &config::coordinator::ADDRESS_WITHOUT_PORT,
    &config::coordinator::TICK_TIME_ZERO,
    &config::coordinator::TICK_TIME_SMALL,
    &config::coordinator::SESSION_TIMEOUTS,
    &config::coordinator::CHOICE,
    &config::coordinator::ENSEMBLE_LIMITS,
    &config::coordinator::ENSEMBLE_BUNDLED,
    &config::coordinator::SERVER_NUMBER,
    &config::coordinator::SNAP_RETAIN,
    &config::keys::UNKNOWN,
    &config::keys::WRONG_CASE,
    &config::keys::REMOVED,
    &config::keys::DEPRECATED,
    &config::keys::OF_KRAFT,
    &config::keys::OF_OTHER_FILE,
    &config::keys::OF_TOPIC,
    &super::lint::suppress::UNUSED,
    &config::keys::SWAPPED,
    &config::connect_string::MISSING,
    &config::connect_string::EMPTY,
    &config::zookeeper_connect::BROKER_PORT,
    &config::zookeeper_connect::REFUSED,
    &config::connect_string::SCHEME,
    &config::connect_string::PORT,
    &config::connect_string::CHROOT,
    &config::connect_string::SEPARATOR,
    &config::value::COMMENT,
    &config::value::QUOTED,
    &config::value::UNIT,
    &config::value::NOT_A_NUMBER,
    &config::value::DECIMAL,
    &config::value::TOO_BIG,
    &config::value::OUT_OF_RANGE,
    &config::value::NOT_A_BOOLEAN,
    &config::value::NOT_ONE_OF,
    &config::value::EMPTY,
    &config::syntax::NO_SEPARATOR,
    &config::syntax::DUPLICATE,
    &config::syntax::BYTE_ORDER_MARK,
    &config::syntax::NOT_ASCII,
    &config::syntax::ODD_CHARACTERS,
    &config::syntax::CONTINUED,
    &config::syntax::BACKSLASHES,
    &config::syntax::MALFORMED_ESCAPE,
    &config::syntax::OTHER_COMMENT,
    &config::syntax::NOT_TEXT,
    &config::syntax::TOO_LARGE,
    &config::value::SEPARATORS,
    &config::value::ODD_CHARACTERS,
    &config::value::CLASS,
    &config::value::VERSION,
    &config::value::PLACEHOLDER,
    &config::value::VARIABLE,
    &config::magnitude::MILLISECONDS,
    &config::magnitude::HOURS,
    &config::magnitude::BYTES,
    &config::log_dirs::IN_TMP,
    &config::log_dirs::RELATIVE,
    &config::log_dirs::TWICE,
    &config::log_dirs::TWO_SETTINGS,
    &config::log_dirs::EMPTY,
    &config::log_dirs::TILDE,
    &config::log_dirs::SEPARATOR,
    &config::refused::BROKER_ID,
    &config::refused::NODE_ID,
    &config::refused::RETENTION_ZERO,
    &config::refused::ROLL,
    &config::refused::DEDUPE_BUFFER,
    &config::refused::REPLICA_WAIT,
    &config::refused::COMMIT_ACKS,
    &config::refused::QUEUED_BYTES,
    &config::refused::CONNECTIONS_PER_IP,
    &config::refused::IDLE_CONNECTIONS,
    &config::refused::CONSUMER_GROUP_LIMITS,
    &config::refused::COMPRESSION_ID,
    &config::refused::METRICS_LEVEL,
    &config::refused::OLD_AUTHORIZER,
    &config::refused::CONTROLLER_LISTENERS,
    &config::refused::QUORUM_VOTERS,
    &config::refused::ROLES,
    &config::refused::MIGRATION,
    &config::refused::REMOTE_STORAGE,
    &config::refused::FORMAT_VERSION,
    &config::durability::MIN_ISR,
    &config::durability::TRANSACTION_MIN_ISR,
    &config::durability::UNCLEAN_ELECTION,
    &config::durability::FETCH_SMALLER,
    &config::durability::MESSAGE_LARGER,
    &config::durability::SEVERAL_UNITS,
    &config::durability::SEGMENT_LARGER,
    &config::durability::SESSION_TIMEOUTS,
    &config::durability::INTERNAL_TOPICS,
    &config::durability::NO_RETENTION,
    &config::refused::REFUSED,
    &config::listeners::MALFORMED,
    &config::listeners::NO_SCHEME,
    &config::listeners::NO_PORT,
    &config::listeners::SLASHES,
    &config::listeners::SEPARATOR,
    &config::listeners::UNKNOWN_NAME,
    &config::listeners::NAME_TWICE,
    &config::listeners::PORT_TWICE,
    &config::listeners::PORT_RANGE,
    &config::listeners::NONE,
    &config::listeners::ZERO_ADDRESS,
    &config::listeners::ADVERTISED_NAME,
    &config::listeners::INTER_BROKER_MISSING,
    &config::listeners::INTER_BROKER_TWICE,
    &config::listeners::INTER_BROKER_UNKNOWN,
    &config::listeners::PROTOCOL_MAP,
    &config::listeners::CONTROL_PLANE,
    &config::listeners::ADVERTISED_LOCALHOST,
    &config::security::SSL_UNUSED,
    &config::security::SASL_UNUSED,
    &config::security::NO_KEYSTORE,
    &config::security::SASL_MECHANISM,
    &cluster::SAME_ID,
    &cluster::SAME_PORT,
    &cluster::SAME_FOLDER,
    &cluster::OTHER_COORDINATOR,
    &cluster::REPLICATION,
    &cluster::LOCALHOST,
    &cluster::INTER_BROKER,
    &cluster::UNNAMED_COORDINATOR,
    &cluster::MIXED,
    &config::keys::UNKNOWN_TO_CLIENT,
    &config::keys::OF_OTHER_CLIENT,
    &config::client::BOOTSTRAP,
    &config::client::BOOTSTRAP_ZOOKEEPER,
    &config::client::IDEMPOTENCE,
    &config::client::DELIVERY_TIMEOUT,
    &config::client::HEARTBEAT,
    &runtime::COORDINATOR_NOT_RUNNING,
    &runtime::COORDINATOR_UNKNOWN,
    &runtime::COORDINATOR_SILENT,
    &runtime::BROKER_NOT_REACHED,
    &runtime::ADVERTISED_NOT_REACHED,
    &runtime::BROKER_PORT_TAKEN,
    &runtime::COORDINATOR_PORT_TAKEN,
    &runtime::OTHER_ID_IN_FOLDER,
    &runtime::OTHER_CLUSTER,
    &runtime::FOLDER_REFUSED,
    &command::server_start::NOT_FORMATTED,
    &runtime::FOREIGN_PROTOCOL,
    &runtime::FOREIGN_TO_COORDINATOR,
    &runtime::TOO_FEW_BROKERS,
    &runtime::NOT_ENOUGH_REPLICAS,
    &runtime::RECORD_TOO_LARGE,
    &runtime::TOPIC_EXISTS,
    &runtime::NO_SUCH_TOPIC,
    &runtime::TOPIC_COLLIDES,
    &runtime::LEADER_SOON,
    &runtime::DISK_FULL,
    &runtime::TOO_MANY_FILES,
    &runtime::OUT_OF_MEMORY,
    &runtime::SESSION_EXPIRED,
    &runtime::NO_SUCH_GROUP,
    &runtime::NO_KEY,
    &command::console_consumer::TWO_GROUPS,
    &runtime::CONSUMER_WAITED,
    &runtime::FEWER_PARTITIONS,
    &config::keys::UNKNOWN_TO_TOPIC,
    &runtime::ADDRESS_REGISTERED,
    &runtime::COORDINATOR_AWAY,
    &runtime::BROKER_AWAY,
    &runtime::BOOTSTRAP_HOST,
    &command::console_producer::ENDED_EARLY,
    &command::console_waits::GROUP_GOES_ON,
    &command::topic_returns::TOPIC_RETURNS,
    &runtime::BROKER_CONFIG_UNTOLD,
];

/// The rule with that code or name.
pub fn find(code_or_name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.code.eq_ignore_ascii_case(code_or_name) || rule.name == code_or_name)
}

#[cfg(test)]
pub(crate) mod testing;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::placeholders;

    #[test]
    fn codes_are_sorted_and_names_legal() {
        assert!(RULES.windows(2).all(|pair| pair[0].code < pair[1].code), "RULES is not in the order of the codes");
        for rule in RULES {
            let (code, name) = (rule.code, rule.name);
            let digits = code.strip_prefix("KL").expect("a code begins with KL");
            assert!(digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit()), "{code}: KL and three digits");
            assert!(('1'..='8').contains(&digits.chars().next().unwrap()), "{code}: its family is 1 to 8");
            let legal =
                |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
            assert!(name.split('-').all(legal), "{code}: {name} is not kebab case");
            assert_eq!(RULES.iter().filter(|other| other.name == name).count(), 1, "{code}: {name} is not unique");
            assert!(std::ptr::eq(find(code).unwrap(), find(name).unwrap()), "{code}: not found by its name");
        }
    }

    #[test]
    fn every_rule_is_explained_without_a_case() {
        for rule in RULES {
            for text in [rule.text.title, rule.text.why, rule.text.fix].into_iter().chain(rule.text.seen) {
                assert!(placeholders(text.en).is_empty(), "{}: a rule's own texts have no placeholders: {}", rule.code, text.en);
            }
        }
    }

    #[test]
    fn every_rule_has_cases_where_it_fires_and_where_it_is_silent() {
        // a file that is too large is no case of a few lines: the tests of the linter have it
        // what is found between files and in logs has its cases beside it
        let elsewhere = |rule: &&&Rule| {
            rule.code == config::syntax::TOO_LARGE.code || rule.code.starts_with("KL6") || matches!(rule.on, On::Log)
        };
        for rule in RULES.iter().filter(|rule| !elsewhere(rule)) {
            let (fires, silent) = testing::cases(rule.code);
            assert!(
                fires > 0 && silent > 0,
                "{}: {fires} cases where it fires, {silent} near misses in testing/cases.rs",
                rule.code
            );
        }
    }
}
