//! Cases of `zookeeper.properties` and of the clients' files.

type Fires = (&'static str, &'static str, &'static str, Option<&'static str>);

pub(super) const COORDINATOR_FIRES: &[Fires] = &[
    ("KL301", "-clientPort\nclientport=2181", "clientport", Some("clientPort=2181")),
    ("KL301", "maxClientCnxn=0", "maxClientCnxn", Some("maxClientCnxns=0")),
    ("KL301", "nothing.of.the.kind=1", "nothing.of.the.kind", None),
    ("KL303", "-dataDir\ntickTime=2000", "", None),
    ("KL304", "dataDir=/tmp/zookeeper", "/tmp/zookeeper", None),
    ("KL305", "dataDir=data", "data", None),
    ("KL306", "-clientPort\ntickTime=2000", "", None),
    ("KL307", "clientPort=9092", "9092", None),
    ("KL308", "clientPort=70000", "70000", None),
    ("KL309", "-clientPort\nclientPortAddress=localhost", "clientPortAddress", None),
    ("KL310", "tickTime=0", "0", None),
    ("KL311", "tickTime=2", "2", None),
    ("KL312", "minSessionTimeout=10000\nmaxSessionTimeout=9000", "10000", None),
    ("KL313", "electionAlg=2", "2", None),
    ("KL313", "peerType=leader", "leader", None),
    ("KL314", "server.1=h1:2888:3888\nserver.2=h2:2888:3888\ninitLimit=5\n# kafkalab: ignore-file[KL315] here", "server.1", None),
    ("KL315", "server.1=h1:2888:3888", "server.1", None),
    ("KL316", "server.one=h1:2888:3888", "server.one", None),
    ("KL317", "autopurge.snapRetainCount=1", "1", None),
    ("KL406", "broker.id=0", "broker.id", None),
    ("KL409", "-dataDir\nbroker.id=0\nlog.dirs=/d\nzookeeper.connect=localhost:2181", "zookeeper.connect", None),
    ("KL420", "clientPort=2181 # port", " # port", Some("# port")),
    ("KL427", "standaloneEnabled=yes", "yes", Some("standaloneEnabled=true")),
    ("KL423", "maxClientCnxns=many", "many", None),
    ("KL436", "dataDir=C:\\zk\\data", "C:\\zk\\data", Some("dataDir=C:/zk/data")),
];

pub(super) const COORDINATOR_SILENT: &[(&str, &str)] = &[
    ("KL301", "maxClientCnxns=0\nadmin.enableServer=false\n4lw.commands.whitelist=*"),
    ("KL301", "authProvider.sasl=x\nssl.keyStore.location=/k"),
    ("KL303", "-dataDir\ndataDir = /data"),
    ("KL304", "dataDir=/var/tmpfs"),
    ("KL305", "dataDir=/data"),
    ("KL306", "-clientPort\nsecureClientPort=2182"),
    ("KL307", "clientPort=2182"),
    ("KL308", "clientPort=65535"),
    ("KL309", "clientPortAddress=localhost"),
    ("KL310", "tickTime=2000"),
    ("KL311", "tickTime=500"),
    ("KL312", "minSessionTimeout=4000\nmaxSessionTimeout=40000"),
    ("KL312", "minSessionTimeout=-1"),
    ("KL313", "electionAlg=3\npeerType=Observer"),
    ("KL314", "server.1=h1:2888:3888\nserver.2=h2:2888:3888\ninitLimit=5\nsyncLimit=2\n# kafkalab: ignore-file[KL315] here"),
    ("KL315", "group.1=1"),
    ("KL316", "server.1=h1:2888:3888\n# kafkalab: ignore-file[KL315] here"),
    ("KL317", "autopurge.snapRetainCount=3"),
    ("KL409", "tickTime=2000"),
    ("KL427", "standaloneEnabled=FALSE"),
];

pub(super) const TOPIC_FIRES: &[Fires] = &[
    ("KL830", "retention=604800000", "retention", None),
    ("KL830", "log.retention.ms=604800000", "log.retention.ms", None),
    ("KL830", "retention.mss=604800000", "retention.mss", Some("retention.ms=604800000")),
    ("KL428", "cleanup.policy=compat", "compat", Some("cleanup.policy=compact")),
    ("KL426", "min.insync.replicas=0", "0", None),
];

pub(super) const TOPIC_SILENT: &[(&str, &str)] = &[
    ("KL830", "retention.ms=-1"),
    ("KL830", "confluent.tier.enable=true"),
    ("KL428", "cleanup.policy=compact,delete"),
    ("KL444", "message.format.version=2.8"),
];

pub(super) const PRODUCER_FIRES: &[Fires] = &[
    ("KL701", "linger.mss=5", "linger.mss", Some("linger.ms=5")),
    ("KL702", "group.id=g", "group.id", None),
    ("KL428", "acks=7", "7", None),
    ("KL703", "bootstrap.servers=localhost", "localhost", None),
    ("KL703", "bootstrap.servers=a:9092,b", "b", None),
    ("KL704", "bootstrap.servers=localhost:2181", "localhost:2181", None),
    ("KL705", "enable.idempotence=true\nacks=1", "1", None),
    ("KL706", "delivery.timeout.ms=10000", "10000", None),
];

pub(super) const PRODUCER_SILENT: &[(&str, &str)] = &[
    ("KL701", "key.serializer=x.Y\nmy.own.key=1"),
    ("KL702", "acks=all"),
    ("KL703", "bootstrap.servers=http://localhost:9092, b:9092"),
    ("KL704", "bootstrap.servers=localhost:21810"),
    ("KL705", "acks=1"),
    ("KL705", "enable.idempotence=true\nacks=-1"),
    ("KL706", "delivery.timeout.ms=30000"),
    ("KL428", "security.protocol=ssl"),
];

pub(super) const CONSUMER_FIRES: &[Fires] = &[
    ("KL702", "acks=all", "acks", None),
    ("KL428", "auto.offset.reset=begin", "begin", None),
    ("KL707", "group.id=g\nheartbeat.interval.ms=60000", "60000", None),
];

pub(super) const CONSUMER_SILENT: &[(&str, &str)] =
    &[("KL702", "group.id=g"), ("KL707", "group.id=g\nheartbeat.interval.ms=3000"), ("KL707", "heartbeat.interval.ms=60000")];
