//! The options of the tools that ask a cluster questions and change it.

use super::Texts;

/// The texts of a script; none where it is not one of these.
pub(super) fn texts(script: &str) -> Texts {
    match script {
        "kafka-get-offsets.sh" => GET_OFFSETS,
        "kafka-delete-records.sh" => DELETE_RECORDS,
        "kafka-log-dirs.sh" => LOG_DIRS,
        "kafka-configs.sh" => CONFIGS,
        "kafka-consumer-groups.sh" => CONSUMER_GROUPS,
        "kafka-leader-election.sh" => LEADER_ELECTION,
        "kafka-cluster.sh" => CLUSTER,
        "kafka-features.sh" => FEATURES,
        "kafka-reassign-partitions.sh" => REASSIGN_PARTITIONS,
        "kafka-acls.sh" => ACLS,
        "kafka-delegation-tokens.sh" => DELEGATION_TOKENS,
        "kafka-transactions.sh" => TRANSACTIONS,
        "kafka-replica-verification.sh" => REPLICA_VERIFICATION,
        _ => &[],
    }
}

const GET_OFFSETS: Texts = &[
    ("broker-list", "DEPRECATED, use --bootstrap-server instead; ignored if --bootstrap-server is given."),
    ("exclude-internal-topics", "Leave out the topics that Kafka keeps for itself."),
    ("partitions", "The partitions to ask for, separated by commas; without it all of them."),
    (
        "time",
        "The timestamp in milliseconds to find offsets for; latest (-1), earliest (-2), or max-timestamp (-3) for the record with \
         the largest timestamp. Nothing is shown for partitions without such a record.",
    ),
    ("topic", "A regular expression for the topics; without it all topics."),
    (
        "topic-partitions",
        "Patterns of partitions, separated by commas: a regular expression for the topic, and after a colon a partition or a range \
         such as 0-3, 5- or -3, whose end is left out. Not together with --topic or --partitions.",
    ),
];

const DELETE_RECORDS: Texts = &[(
    "offset-json-file",
    "REQUIRED: A JSON file that says up to which offset records are deleted:\n{\"partitions\":\n  [{\"topic\": \"foo\", \
     \"partition\": 1, \"offset\": 1}],\n \"version\":1\n}",
)];

const LOG_DIRS: Texts = &[
    ("broker-list", "The ids of the brokers to ask, separated by commas; without it all of them."),
    ("describe", "REQUIRED: Show the log folders and the partitions in them."),
    ("topic-list", "The topics to show, separated by commas; without it all of them."),
];

const CONFIGS: Texts = &[
    ("add-config", "Configs to set, as k1=v1,k2=[v1,v2],k3=v3; values with commas stand in square brackets."),
    ("add-config-file", "A properties file with configs to set."),
    ("all", "With --describe: show all configs of the topic, broker or logger, not only those that were set."),
    ("alter", "Change the configs of an entity."),
    ("bootstrap-server", "The Kafka server to connect to, as host:port; several are separated by commas."),
    ("broker", "The id of a broker."),
    ("broker-defaults", "The configs of all brokers."),
    ("broker-logger", "The id of the broker whose log levels are meant."),
    ("client", "The id of a client."),
    ("client-defaults", "The configs of all clients."),
    ("delete-config", "The keys of configs to remove, as k1,k2."),
    ("describe", "List the configs of an entity."),
    ("entity-default", "The default of clients, users, brokers or ips, instead of a name."),
    ("entity-name", "The name of the entity: a topic, client id, user, broker id or address."),
    ("entity-type", "The kind of entity: topics, clients, users, brokers, broker-loggers or ips."),
    ("force", "Do not ask back."),
    ("ip", "An IP address."),
    ("ip-defaults", "The configs of all IP addresses."),
    ("topic", "The name of a topic."),
    ("user", "The principal of a user."),
    ("user-defaults", "The configs of all users."),
    ("zk-tls-config-file", "With --zookeeper: a file with the TLS settings of the ZooKeeper client."),
    (
        "zookeeper",
        "DEPRECATED. The ZooKeeper servers as host:port, separated by commas: for SCRAM credentials and for brokers that are down.",
    ),
];

const CONSUMER_GROUPS: Texts = &[
    ("all-groups", "Act on every consumer group."),
    ("all-topics", "With --reset-offsets: every topic that the group has offsets for."),
    ("by-duration", "Reset to the offsets of that long ago, as PnDTnHnMnS."),
    ("delete", "Delete groups with all that is known of them; several --group may be given."),
    ("delete-offsets", "Delete the offsets of one group for some topics."),
    ("describe", "Show a group and how far it lags behind."),
    ("dry-run", "Only show what --reset-offsets would do."),
    ("execute", "Do what --reset-offsets says."),
    ("export", "Show the outcome of --reset-offsets as CSV."),
    ("from-file", "Reset to the offsets of a CSV file."),
    ("group", "The consumer group."),
    ("list", "List all consumer groups."),
    ("members", "With --describe: show the members of the group."),
    ("offsets", "With --describe: show the partitions and the lag of each; this is the default."),
    (
        "reset-offsets",
        "Reset the offsets of a group without members. Say to what with --to-datetime, --by-duration, --to-earliest, --to-latest, \
         --shift-by, --from-file, --to-current or --to-offset, and for what with --topic or --all-topics. --dry-run is the \
         default, --execute does it, --export shows CSV.",
    ),
    ("shift-by", "Move the offsets by that many records, forwards or (negative) backwards."),
    ("state", "With --describe: show the state of the group. With --list: show states, or only groups in the given ones."),
    ("timeout", "How many milliseconds an answer may take."),
    ("to-current", "Reset to the offsets that are committed now."),
    ("to-datetime", "Reset to the offsets of a time, as YYYY-MM-DDTHH:mm:SS.sss."),
    ("to-earliest", "Reset to the first offsets."),
    ("to-latest", "Reset to the offsets after the last records."),
    ("to-offset", "Reset to that offset."),
    ("topic", "The topic, or topic:0,1,2 for some of its partitions; may be given several times."),
    ("verbose", "With --describe: show more, such as the partitions of each member."),
];

const LEADER_ELECTION: Texts = &[
    ("admin.config", "A file with configs for the admin client."),
    ("all-topic-partitions", "Elect for every partition that needs it. Not together with --topic or --path-to-json-file."),
    ("election-type", "REQUIRED: preferred, or unclean for partitions without a leader whose replicas are all out of sync."),
    ("partition", "The partition of --topic."),
    ("path-to-json-file", "A JSON file with partitions:\n{\"partitions\":\n\t[{\"topic\": \"foo\", \"partition\": 1}]\n}"),
    ("topic", "The topic; needs --partition."),
];

const CLUSTER: Texts = &[
    ("bootstrap-server", "The Kafka servers to connect to, as host:port; several are separated by commas."),
    ("config", "A file with configs for the admin client."),
    ("id", "The id of the broker to unregister."),
];

const FEATURES: Texts = &[
    ("metadata", "The version of the metadata to move to, for example 3.3-IV3."),
    ("feature", "A feature and its new level as feature=level, for example metadata.version=5; may be given several times."),
    ("unsafe", "Go on even where metadata may be lost for good."),
    ("dry-run", "Only check whether it would be done."),
];

const REASSIGN_PARTITIONS: Texts = &[
    ("additional", "Begin this reassignment beside others that are under way; it can change the throttle of one of them too."),
    ("bootstrap-server", "REQUIRED: The Kafka servers to connect to, as host:port; several are separated by commas."),
    ("broker-list", "With --generate: the ids of the brokers to spread the partitions over, as \"0,1,2\"."),
    ("cancel", "Stop a reassignment that is under way."),
    ("disable-rack-aware", "With --generate: leave the racks of the brokers out of account."),
    ("execute", "Begin the reassignment of --reassignment-json-file."),
    ("generate", "Propose a reassignment; nothing is moved by it."),
    ("list", "List the reassignments that are under way."),
    ("preserve-throttles", "Leave the throttles of brokers and topics as they are."),
    (
        "reassignment-json-file",
        "A JSON file with the reassignment:\n{\"partitions\":\n  [{\"topic\": \"foo\", \"partition\": 1, \"replicas\": [1,2,3],\n    \
         \"log_dirs\": [\"dir1\",\"dir2\",\"dir3\"]}],\n \"version\":1\n}\nlog_dirs may be left out; it has as many entries as replicas, \
         each \"any\" or the absolute path of a log directory of that broker.",
    ),
    (
        "replica-alter-log-dirs-throttle",
        "With --execute: how many bytes a second may move between the log directories of one broker, 1 KB/s at least.",
    ),
    ("throttle", "With --execute: how many bytes a second may move between brokers, 1 KB/s at least."),
    ("timeout", "How many milliseconds to wait until replicas begin to move between log directories."),
    (
        "topics-to-move-json-file",
        "With --generate: a JSON file with the topics to move:\n{\"topics\":\n  [{\"topic\": \"foo\"}, {\"topic\": \"foo1\"}],\n \
         \"version\":1\n}",
    ),
    ("verify", "Say how far the reassignment of --reassignment-json-file is; where it is done its throttles are removed."),
];

const ACLS: Texts = &[
    ("add", "Add ACLs."),
    ("allow-host", "The host from which the principals of --allow-principal have access; without it, every host (*)."),
    ("allow-principal", "Whom to allow, as type:name; User:* stands for every user."),
    ("authorizer", "DEPRECATED: The class of the authorizer, where --bootstrap-server is not given."),
    ("authorizer-properties", "DEPRECATED: What the authorizer needs, as key=value, such as zookeeper.connect=localhost:2181."),
    ("bootstrap-server", "The Kafka server to connect to, as host:port; several are separated by commas."),
    ("cluster", "The ACLs of the cluster."),
    ("consumer", "What a consumer needs: READ and DESCRIBE on the topic, READ on the group."),
    ("delegation-token", "The delegation token whose ACLs are meant; * stands for every token."),
    ("deny-host", "The host from which the principals of --deny-principal are kept out; without it, every host (*)."),
    ("deny-principal", "Whom to keep out, as type:name. What is denied is denied, whatever else is allowed."),
    ("force", "Answer every question with yes, and do not ask."),
    ("group", "The consumer group whose ACLs are meant; * stands for every group."),
    ("idempotent", "With --producer: allow it to be idempotent. A producer with a transactional id may be so anyway."),
    ("list", "List the ACLs of the resources that are named, or of all."),
    (
        "operation",
        "What is allowed or denied: Describe, DescribeConfigs, Alter, IdempotentWrite, Read, Delete, Create, ClusterAction, All, \
         Write, AlterConfigs, CreateTokens, DescribeTokens.",
    ),
    ("principal", "With --list: show only the ACLs of this principal."),
    ("producer", "What a producer needs: WRITE, DESCRIBE and CREATE on the topic."),
    ("remove", "Remove ACLs."),
    (
        "resource-pattern-type",
        "How the names are meant: literal or prefixed; with --list and --remove also any, or match for every pattern that holds \
         for the name.",
    ),
    ("topic", "The topic whose ACLs are meant; * stands for every topic."),
    ("transactional-id", "The transactional id whose ACLs are meant; * stands for every one."),
    ("user-principal", "The user whose ACLs are meant, as type:name; * stands for every user."),
    ("zk-tls-config-file", "DEPRECATED: A file with configs for TLS to ZooKeeper, where --bootstrap-server is not given."),
];

const DELEGATION_TOKENS: Texts = &[
    ("command-config", "REQUIRED: A file with configs for the admin client; tokens are for clients that have authenticated."),
    ("create", "Create a token; --renewer-principal says who may renew it."),
    ("describe", "Describe the tokens of the owners, or all that may be seen."),
    ("expire", "Make a token expire, --expiry-time-period from now."),
    ("expiry-time-period", "When the token expires, in milliseconds from now; -1 is at once."),
    ("hmac", "The HMAC of the token."),
    ("max-life-time-period", "How long the token lives at most, in milliseconds; -1 is what the broker has."),
    ("owner-principal", "Whose token, as type:name."),
    ("renew", "Renew a token, for --renew-time-period."),
    ("renew-time-period", "For how long, in milliseconds; -1 is what the broker has."),
    ("renewer-principal", "Who may renew it, as type:name."),
];

const REPLICA_VERIFICATION: Texts = &[
    ("broker-list", "REQUIRED: The Kafka servers to connect to, as host:port, separated by commas."),
    ("fetch-size", "How many bytes a fetch brings at most."),
    ("max-wait-ms", "How long a fetch waits at most."),
    ("report-interval-ms", "How often a line tells how it goes."),
    ("time", "The timestamp of the offsets to begin at; -1 is the end, -2 the first offset."),
    ("topic-white-list", "DEPRECATED, use --topics-include instead; ignored if --topics-include is given."),
    ("topics-include", "A regular expression for the topics whose replicas are compared."),
];

const TRANSACTIONS: Texts = &[
    ("broker-id", "the id of the broker to ask"),
    ("bootstrap-server", "host and port of a broker; several are separated by commas"),
    ("command-config", "a file with configs for the admin client"),
    ("coordinator-epoch", "the coordinator's epoch"),
    ("max-transaction-timeout", "what is open for longer, in minutes, is looked at"),
    ("partition", "the number of the partition"),
    ("producer-epoch", "the producer's epoch"),
    ("producer-id", "the producer's id"),
    ("start-offset", "where the transaction to abort begins"),
    ("topic", "the name of the topic"),
    ("transactional-id", "the transactional id"),
    ("v", "show the version and exit"),
];
