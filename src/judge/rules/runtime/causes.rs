//! The rules about what is seen at run time, with Kafka's, Java's and the shell's own words.

use crate::judge::diagnostic::Severity;
use crate::judge::rules::Rule;
use crate::text::runtime as text;

macro_rules! causes {
    ($($(#[$doc:meta])* $name:ident: $code:literal, $kebab:literal, $severity:ident, [$($says:literal),* $(,)?];)*) => {
        $($(#[$doc])* pub static $name: Rule = Rule::log($code, $kebab, Severity::$severity, text::$name).says(&[$($says),*]);)*
    };
}

causes! {
    /// There are no jars where the script looks for them.
    NO_JARS: "KL121", "no-jars", Error, ["Classpath is empty. Please build the project first"];
    /// Java is not installed.
    NO_JAVA: "KL122", "java-missing", Error, ["exec: java: not found", "java: command not found"];
    /// `JAVA_HOME` leads nowhere.
    JAVA_HOME: "KL123", "java-home-wrong", Error, ["/bin/java: No such file or directory", "/bin/java: Not a directory"];
    /// Scripts with line ends of Windows.
    CRLF: "KL124", "scripts-with-crlf", Error, ["cannot execute: required file not found", "$'\\r': command not found"];
    /// A script that may not be executed.
    NOT_EXECUTABLE: "KL125", "script-not-executable", Error, [".sh: Permission denied"];
    /// A size that Java does not understand.
    HEAP_SIZE: "KL126", "heap-size-malformed", Error, ["Invalid maximum heap size", "Invalid initial heap size"];
    /// Less memory than Java was to take.
    MEMORY: "KL127", "memory-insufficient", Error, ["There is insufficient memory for the Java Runtime Environment"];
    /// Every tool wants the port of `JMX_PORT`.
    JMX_PORT: "KL128", "jmx-port-taken", Error, ["java.rmi.server.ExportException: Port already in use"];
    /// The folder of logs belongs to somebody else.
    LOGS_NOT_WRITABLE: "KL129", "logs-not-writable", Error, ["Could not rename log file", "Error opening log file"];
    /// The script took Java for another version.
    VM_OPTION: "KL130", "java-version-unread", Error, ["Unrecognized VM option 'PrintGC"];
    /// A heap that is to begin larger than it may become.
    HEAP_BOUNDS: "KL131", "heap-bounds-contradict", Error, ["Initial heap size set to a larger value than the maximum heap size", "Incompatible minimum and maximum heap sizes specified"];
    /// Java finds no class of Kafka's.
    MAIN_CLASS: "KL132", "main-class-not-found", Error, ["Could not find or load main class kafka.", "Could not find or load main class org.apache."];
    /// The name of the host that something is downloaded from means no address.
    DOWNLOAD_HOST: "KL133", "download-host-unknown", Error, ["wget: unable to resolve host address", "curl: (6) Could not resolve host"];
    /// A blank in the name of Kafka's folder.
    BLANK_IN_FOLDER: "KL134", "blank-in-folder-name", Error, [": cannot execute: Is a directory"];

    /// Nothing listens where the coordinator should be.
    COORDINATOR_NOT_RUNNING: "KL801", "coordinator-not-running", Error, [];
    /// The coordinator's name means no address.
    COORDINATOR_UNKNOWN: "KL802", "coordinator-host-unknown", Error, [];
    /// What listens there is no coordinator, or cannot be reached.
    COORDINATOR_SILENT: "KL803", "coordinator-silent", Error, [];
    /// No broker listens there.
    BROKER_NOT_REACHED: "KL804", "broker-not-reached", Error, [];
    /// A broker is found, but not at the address that it tells.
    ADVERTISED_NOT_REACHED: "KL805", "advertised-address-not-reached", Error, [];
    /// The broker's port is taken.
    BROKER_PORT_TAKEN: "KL806", "broker-port-taken", Error, ["Socket server failed to bind to"];
    /// The coordinator's port is taken.
    COORDINATOR_PORT_TAKEN: "KL807", "coordinator-port-taken", Error, ["] ERROR Unexpected exception, exiting abnormally (org.apache.zookeeper.server.ZooKeeperServerMain)"];
    /// The folder belongs to another broker.
    OTHER_ID_IN_FOLDER: "KL808", "folder-of-another-broker", Error, ["InconsistentBrokerIdException: Configured broker.id"];
    /// The folder belongs to another cluster.
    OTHER_CLUSTER: "KL809", "folder-of-another-cluster", Error, ["InconsistentClusterIdException: The Cluster ID"];
    /// A folder that cannot be made or written.
    FOLDER_REFUSED: "KL810", "log-dirs-refused", Error, ["Failed to create or validate data directory", "Unable to create data directory", "meta.properties (kafka.server.BrokerMetadataCheckpoint$)"];
    /// Somebody who does not speak Kafka's protocol.
    FOREIGN_PROTOCOL: "KL812", "foreign-protocol", Warning, ["InvalidReceiveException: Invalid receive (size ="];
    /// The same at the coordinator.
    FOREIGN_TO_COORDINATOR: "KL813", "kafka-client-at-coordinator", Warning, ["Unreasonable length = "];
    /// More replicas than brokers.
    TOO_FEW_BROKERS: "KL814", "too-few-brokers", Error, ["larger than available brokers:"];
    /// Too few replicas in sync.
    NOT_ENOUGH_REPLICAS: "KL815", "not-enough-replicas", Error, ["NotEnoughReplicasException", "NotEnoughReplicasAfterAppendException", "NOT_ENOUGH_REPLICAS"];
    /// A record that is too large.
    RECORD_TOO_LARGE: "KL816", "record-too-large", Error, ["RecordTooLargeException"];
    /// The topic is there already.
    TOPIC_EXISTS: "KL817", "topic-exists", Error, ["TopicExistsException"];
    /// The topic is not there.
    NO_SUCH_TOPIC: "KL818", "topic-does-not-exist", Error, ["does not exist as expected"];
    /// Two names that are one to metrics.
    TOPIC_COLLIDES: "KL819", "topic-name-collides", Error, ["collides with existing topics"];
    /// A topic that is being made.
    LEADER_SOON: "KL820", "leader-not-available-yet", Note, ["=LEADER_NOT_AVAILABLE}"];
    /// The disk is full.
    DISK_FULL: "KL821", "disk-full", Error, ["No space left on device"];
    /// Too many files are open.
    TOO_MANY_FILES: "KL822", "too-many-open-files", Error, ["Too many open files"];
    /// The heap is full.
    OUT_OF_MEMORY: "KL823", "out-of-memory", Error, ["java.lang.OutOfMemoryError"];
    /// The session with the coordinator ended.
    SESSION_EXPIRED: "KL824", "coordinator-session-expired", Warning, ["Session expired", "has expired (org.apache.zookeeper.ClientCnxn)"];
    /// A group is not there.
    NO_SUCH_GROUP: "KL825", "group-does-not-exist", Error, ["Error: Consumer group '"];
    /// A record without a key.
    NO_KEY: "KL826", "key-separator-missing", Error, ["No key separator found on line number"];
    /// Nothing came for as long as the consumer was told to wait.
    CONSUMER_WAITED: "KL828", "console-consumer-waited", Note, [];
    /// Partitions are only added.
    FEWER_PARTITIONS: "KL829", "partitions-only-grow", Error, [", which is higher than the requested ", "InvalidPartitionsException: Topic already has"];
    /// An address that another broker tells its clients.
    ADDRESS_REGISTERED: "KL831", "address-of-another-broker", Error, ["in advertised listeners are already registered by broker"];
    /// The coordinator of a broker that runs is gone.
    COORDINATOR_AWAY: "KL832", "coordinator-away", Warning, [];
    /// The broker of a client that runs is gone.
    BROKER_AWAY: "KL833", "broker-away", Warning, [];
    /// The name of the broker's host means no address.
    BOOTSTRAP_HOST: "KL834", "bootstrap-host-unknown", Error, ["No resolvable bootstrap urls given in bootstrap.servers"];
    /// Settings of a broker that cannot be written anew.
    BROKER_CONFIG_UNTOLD: "KL838", "broker-config-not-told", Error, ["All sensitive broker config entries must be specified for --alter, missing entries: "];
}
