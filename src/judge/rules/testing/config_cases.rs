//! Cases of what `kafka-configs.sh --add-config` is given, with the exit code that Apache Kafka 3.6.0's gave.

use super::command_cases::Row;

macro_rules! alter {
    ($rest:literal) => {
        concat!("./kafka-configs.sh --bootstrap-server localhost:9092 --alter ", $rest)
    };
}

/// Lines typed in `bin`.
pub(super) const ROWS: &[Row] = &[
    ("KL228", 1, alter!("--broker 0 --add-config log.dirs=/tmp/x"), Some("log.dirs"), None),
    (
        "KL228",
        1,
        alter!("--entity-type brokers --entity-name 0 --add-config log.cleaner.threads=2,broker.id=5"),
        Some("broker.id"),
        None,
    ),
    ("KL228", 1, alter!("--broker 0 --add-config ssl.keystore.location=/k"), Some("ssl.keystore.location"), None),
    (
        "KL228",
        1,
        alter!("--broker-defaults --add-config advertised.listeners=PLAINTEXT://h:9092"),
        Some("advertised.listeners"),
        None,
    ),
    (
        "KL228",
        1,
        alter!("--entity-type brokers --entity-default --add-config listeners=PLAINTEXT://h:9092"),
        Some("listeners"),
        None,
    ),
    ("KL228", 1, alter!("--client a --add-config nonsense=1"), Some("nonsense"), None),
    (
        "KL228",
        1,
        alter!("--entity-type clients --entity-name a --add-config producer_byte_rate=1,consumer.byte.rate=2"),
        Some("consumer.byte.rate"),
        Some(alter!("--entity-type clients --entity-name a --add-config producer_byte_rate=1,consumer_byte_rate=2")),
    ),
    ("KL228", 1, alter!("--client a --add-config producer_byte_rate=abc"), Some("abc"), None),
    ("KL228", 1, alter!("--client a --add-config producer_byte_rate=10MB"), Some("10MB"), None),
    ("KL228", 1, alter!("--client a --add-config 'SCRAM-SHA-256=[password=x]'"), Some("'SCRAM-SHA-256=[password=x]'"), None),
    ("KL228", 1, alter!("--user a --add-config nonsense=1"), Some("nonsense"), None),
    (
        "KL228",
        1,
        alter!("--user a --add-config 'SCRAM-SHA-256=[iterations=12,password=x]'"),
        Some("'SCRAM-SHA-256=[iterations=12,password=x]'"),
        None,
    ),
    ("KL228", 1, alter!("--user a --add-config 'SCRAM-SHA-512=[pw=x]'"), Some("'SCRAM-SHA-512=[pw=x]'"), None),
    (
        "KL228",
        1,
        alter!("--user a --add-config SCRAM-SHA256=8"),
        Some("SCRAM-SHA256"),
        Some(alter!("--user a --add-config SCRAM-SHA-256=8")),
    ),
    ("KL228", 1, alter!("--user-defaults --add-config SCRAM-SHA-256=8"), Some("SCRAM-SHA-256"), None),
    ("KL228", 1, alter!("--ip 127.0.0.1 --add-config nonsense=1"), Some("nonsense"), None),
    ("KL228", 1, alter!("--ip 127.0.0.1 --add-config consumer_byte_rate=1"), Some("consumer_byte_rate"), None),
    ("KL228", 1, alter!("--user a --add-config SCRAM-SHA-256=password=secret"), Some("SCRAM-SHA-256=password=secret"), None),
    ("KL228", 1, alter!("--client a --add-config producer_byte_rate"), Some("producer_byte_rate"), None),
    ("KL228", 1, alter!("--client a --add-config producer_byte_rate=1.5"), Some("1.5"), None),
    // taken
    ("KL228", 0, alter!("--broker 0 --add-config log.cleaner.threads=2"), None, None),
    ("KL228", 0, alter!("--broker-defaults --add-config log.retention.ms=86400000"), None, None),
    ("KL228", 0, alter!("--client a --add-config producer_byte_rate=1048576,consumer_byte_rate=2097152,"), None, None),
    // refused for another reason: the broker is away, the number of threads is not twice as many
    ("KL228", 1, alter!("--broker 0 --add-config log.cleaner.threads=2"), None, None),
    ("KL228", 1, alter!("--broker 0 --add-config advertised.listeners=PLAINTEXT://h:9092"), None, None),
    ("KL228", 1, alter!("--broker 0 --add-config listener.name.external.ssl.keystore.location=/k"), None, None),
    ("KL228", 1, alter!("--broker 0 --add-config my.plugins.key=1"), None, None),
    ("KL228", 1, alter!("--broker 0 --add-config leader.replication.throttled.rate=1000"), None, None),
    ("KL228", 1, alter!("--user a --client b --add-config consumer_byte_rate=5e3"), None, None),
    ("KL228", 1, alter!("--client a --add-config request_percentage=12.5"), None, None),
    ("KL228", 1, alter!("--client a --add-config producer_byte_rate=[10d]"), None, None),
    (
        "KL228",
        1,
        alter!("--user a --add-config 'SCRAM-SHA-256=[iterations=8192,password=a=b,c],SCRAM-SHA-512=[password=x]'"),
        None,
        None,
    ),
    ("KL228", 1, alter!("--ip 127.0.0.1 --add-config connection_creation_rate=100"), None, None),
    ("KL228", 1, alter!("--broker-logger 0 --add-config kafka.server.KafkaApis=DEBUG"), None, None),
    ("KL228", 1, alter!("--entity-type $KIND --add-config nonsense=1"), None, None),
    ("KL228", 1, "./kafka-configs.sh --bootstrap-server localhost:9092 --describe --broker 0", None, None),
    // the values and the names of a broker's settings
    ("KL423", 1, alter!("--broker 0 --add-config log.cleaner.threads=many"), Some("many"), None),
    ("KL426", 1, alter!("--broker-defaults --add-config num.io.threads=0"), Some("0"), None),
    ("KL423", 1, alter!("--broker 0 --add-config log.cleaner.threads=2"), None, None),
    (
        "KL401",
        0,
        alter!("--broker 0 --add-config log.retention.mss=1000"),
        Some("log.retention.mss"),
        Some(alter!("--broker 0 --add-config log.retention.ms=1000")),
    ),
    ("KL401", 1, alter!("--broker 0 --add-config log.retention.mss=1000"), None, None),
    ("KL401", 0, alter!("--broker 0 --add-config my.plugins.key=1"), None, None),
    ("KL401", 0, alter!("--broker 0 --add-config follower.replication.throttled.rate=1"), None, None),
    ("KL401", 0, alter!("--broker 0 --add-config listener.name.external.ssl.keystore.location=/k"), None, None),
];
