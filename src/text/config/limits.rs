//! Rules about settings that Kafka's own validation refuses together.

crate::rule_texts! {
    BROKER_ID {
        title: ("broker.id가 쓸 수 있는 범위를 벗어났어요", "broker.id is out of range"),
        why: ("직접 정하는 번호는 0부터 reserved.broker.max.id(기본 1000)까지예요. 그보다 큰 번호는 자동으로 매기는 데 쓰고, -1이 '자동으로'라는 뜻이에요.", "A number that you give is between 0 and reserved.broker.max.id (1000 by default). Larger ones are for numbers given automatically, which -1 asks for."),
        fix: ("0부터 1000까지의 번호를 적으세요.", "Write a number between 0 and 1000."),
        seen: ("broker.id must be greater than or equal to -1 and not greater than reserved.broker.max.id", "broker.id must be greater than or equal to -1 and not greater than reserved.broker.max.id"),
    }
    NODE_ID {
        title: ("node.id와 broker.id가 달라요", "node.id and broker.id differ"),
        why: ("node.id는 broker.id의 새 이름이에요. 둘 다 적으면 같아야 해요.", "node.id is the newer name of broker.id. Where both are set they must be equal."),
        fix: ("한쪽을 지우거나 같게 하세요.", "Take one of them out, or make them equal."),
        seen: ("You must set `node.id` to the same value as `broker.id`.", "You must set `node.id` to the same value as `broker.id`."),
    }
    RETENTION_ZERO {
        title: ("보관 시간은 0일 수 없어요", "The time of retention cannot be 0"),
        why: ("0은 '보관하지 않음'이 아니라 잘못된 값이에요. 끝없이 보관하려면 -1을 써요.", "0 does not mean to keep nothing; it is refused. To keep everything write -1."),
        fix: ("1 이상이나 -1을 적으세요.", "Write 1 or more, or -1."),
        seen: ("log.retention.ms must be unlimited (-1) or, greater than or equal to 1", "log.retention.ms must be unlimited (-1) or, greater than or equal to 1"),
    }
    ROLL {
        title: ("세그먼트를 바꾸는 시간이 맞지 않아요", "The time after which a segment is rolled is not valid"),
        why: ("log.roll.ms는 1 이상, 흩뜨리는 시간(jitter)은 0 이상이어야 해요.", "log.roll.ms must be at least 1, and its jitter at least 0."),
        fix: ("값을 고치거나 줄을 지우세요. 기본은 168시간이에요.", "Correct it, or take the line out: the default is 168 hours."),
        seen: ("log.roll.ms must be greater than or equal to 1", "log.roll.ms must be greater than or equal to 1"),
    }
    DEDUPE_BUFFER {
        title: ("로그 클리너의 버퍼가 너무 작아요", "The log cleaner's buffer is too small"),
        why: ("클리너 스레드마다 1 MiB보다 많이 돌아가야 해요.", "Each cleaner thread must get more than 1 MiB of it."),
        fix: ("log.cleaner.dedupe.buffer.size를 늘리거나 log.cleaner.threads를 줄이세요.", "Raise log.cleaner.dedupe.buffer.size, or lower log.cleaner.threads."),
        seen: ("log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.", "log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread."),
    }
    REPLICA_WAIT {
        title: ("복제본이 기다리는 시간이 다른 한도보다 길어요", "Replicas wait longer than other limits allow"),
        why: ("replica.fetch.wait.max.ms는 replica.socket.timeout.ms와 replica.lag.time.max.ms보다 길 수 없어요. 기다리기만 해도 끊기거나 ISR에서 빠지게 되니까요.", "replica.fetch.wait.max.ms may not exceed replica.socket.timeout.ms and replica.lag.time.max.ms: waiting alone would break the connection or cost the place in the ISR."),
        fix: ("replica.fetch.wait.max.ms(기본 500)를 가장 작게 두세요.", "Keep replica.fetch.wait.max.ms (500 by default) the smallest of the three."),
        seen: ("replica.fetch.wait.max.ms should always be less than or equal to replica.lag.time.max.ms", "replica.fetch.wait.max.ms should always be less than or equal to replica.lag.time.max.ms"),
    }
    COMMIT_ACKS {
        title: ("오프셋 커밋의 acks가 복제본 수보다 커요", "Commits of offsets want more acknowledgements than there are replicas"),
        why: ("offsets.commit.required.acks는 -1부터 offsets.topic.replication.factor까지예요.", "offsets.commit.required.acks is between -1 and offsets.topic.replication.factor."),
        fix: ("기본값 -1을 그대로 쓰세요.", "Leave it at its default of -1."),
        seen: ("offsets.commit.required.acks must be greater or equal -1 and less or equal to offsets.topic.replication.factor", "offsets.commit.required.acks must be greater or equal -1 and less or equal to offsets.topic.replication.factor"),
    }
    QUEUED_BYTES {
        title: ("요청을 쌓아 둘 메모리가 요청 하나보다 작아요", "The memory for waiting requests holds less than one request"),
        why: ("queued.max.request.bytes는 socket.request.max.bytes보다 작을 수 없어요.", "queued.max.request.bytes may not be smaller than socket.request.max.bytes."),
        fix: ("더 크게 하거나, 한도를 두지 않으려면 -1로 하세요.", "Make it larger, or -1 for no limit."),
        seen: ("queued.max.request.bytes must be larger or equal to socket.request.max.bytes", "queued.max.request.bytes must be larger or equal to socket.request.max.bytes"),
    }
    CONNECTIONS_PER_IP {
        title: ("IP마다의 연결 수 설정이 맞지 않아요", "The limits of connections per address are not valid"),
        why: ("0은 '아무도 못 들어옴'이라서, 예외(overrides)가 있을 때만 쓸 수 있어요. 예외는 호스트:개수를 쉼표로 이어 적어요.", "0 shuts everybody out, so it is allowed only with overrides. These are a list of host:number with commas."),
        fix: ("max.connections.per.ip를 1 이상으로 하거나, overrides를 127.0.0.1:200처럼 적으세요.", "Set max.connections.per.ip to 1 or more, or write overrides as 127.0.0.1:200."),
        seen: ("max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.", "max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set."),
    }
    IDLE_CONNECTIONS {
        title: ("노는 연결을 너무 빨리 끊어요", "Idle connections are closed too soon"),
        why: ("connections.max.idle.ms는 인증 실패를 늦게 알리는 시간(connection.failed.authentication.delay.ms)보다 길어야 해요.", "connections.max.idle.ms must be longer than connection.failed.authentication.delay.ms, after which a failed login is told."),
        fix: ("connections.max.idle.ms를 늘리세요. 기본은 600000(10분)이에요.", "Raise connections.max.idle.ms; the default is 600000, ten minutes."),
        seen: ("should always be less than connections.max.idle.ms", "should always be less than connections.max.idle.ms"),
    }
    CONSUMER_GROUP_LIMITS {
        title: ("새 컨슈머 그룹 설정의 최소, 기본, 최대가 어긋나요", "The minimum, value and maximum of the new consumer groups do not fit"),
        why: ("group.consumer.의 heartbeat과 session 값은 저마다 최소와 최대 사이여야 해요.", "The heartbeat and session of group.consumer. must each lie between their minimum and maximum."),
        fix: ("최소 ≤ 값 ≤ 최대가 되게 고치세요.", "Make it minimum ≤ value ≤ maximum."),
        seen: ("group.consumer.session.timeout.ms must be greater than or equals to group.consumer.min.session.timeout.ms", "group.consumer.session.timeout.ms must be greater than or equals to group.consumer.min.session.timeout.ms"),
    }
    COMPRESSION_ID {
        title: ("오프셋 토픽의 압축 번호가 없는 번호예요", "There is no compression of that number"),
        why: ("0은 압축 없음, 1은 gzip, 2는 snappy, 3은 lz4, 4는 zstd예요.", "0 is none, 1 gzip, 2 snappy, 3 lz4 and 4 zstd."),
        fix: ("0부터 4까지의 번호를 적으세요.", "Write a number from 0 to 4."),
        seen: ("Unknown compression type id: 7", "Unknown compression type id: 7"),
    }
    METRICS_LEVEL {
        title: ("metrics.recording.level은 INFO, DEBUG, TRACE 가운데 하나예요", "metrics.recording.level is INFO, DEBUG or TRACE"),
        why: ("검사는 통과하지만 브로커가 시작하다가 끝나요.", "The check lets it pass, and the broker ends while it starts."),
        fix: ("INFO로 하거나 줄을 지우세요.", "Write INFO, or take the line out."),
        seen: ("No enum constant org.apache.kafka.common.metrics.Sensor.RecordingLevel.VERBOSE", "No enum constant org.apache.kafka.common.metrics.Sensor.RecordingLevel.VERBOSE"),
    }
    OLD_AUTHORIZER {
        title: ("이 권한 검사 클래스는 3.0에서 없어졌어요", "This authorizer went away in 3.0"),
        why: ("kafka.security.auth.SimpleAclAuthorizer는 더 이상 없어서 브로커가 시작하다가 끝나요.", "kafka.security.auth.SimpleAclAuthorizer is gone, so the broker ends while it starts."),
        fix: ("kafka.security.authorizer.AclAuthorizer를 쓰세요.", "Use kafka.security.authorizer.AclAuthorizer."),
        seen: ("java.lang.ClassNotFoundException: kafka.security.auth.SimpleAclAuthorizer", "java.lang.ClassNotFoundException: kafka.security.auth.SimpleAclAuthorizer"),
    }
    CONTROLLER_LISTENERS {
        title: ("controller.listener.names가 이 모드와 맞지 않아요", "controller.listener.names does not fit this mode"),
        why: ("주키퍼 모드에서는 비어 있어야 하고, KRaft 모드에서는 컨트롤러의 리스너를 꼭 적어야 해요.", "In ZooKeeper mode it must be empty; in KRaft mode it must name the controllers' listener."),
        fix: ("주키퍼 모드라면 이 줄을 지우세요.", "In ZooKeeper mode take the line out."),
        seen: ("controller.listener.names must be empty when not running in KRaft mode", "controller.listener.names must be empty when not running in KRaft mode"),
    }
    QUORUM_VOTERS {
        title: ("controller.quorum.voters가 맞지 않아요", "controller.quorum.voters is not right"),
        why: ("번호@호스트:포트를 쉼표로 이어 적어요. 컨트롤러를 겸하는 노드의 번호는 목록에 있어야 하고, 브로커만 하는 노드의 번호는 없어야 해요.", "It is a list of id@host:port. A node that is a controller must be in it, one that is only a broker must not."),
        fix: ("1@호스트:9093처럼 적으세요.", "Write it as 1@host:9093."),
        seen: ("Invalid configuration value for controller.quorum.voters.", "Invalid configuration value for controller.quorum.voters."),
    }
    ROLES {
        title: ("KRaft 설정이 서로 맞지 않아요", "The settings of KRaft do not fit together"),
        why: ("process.roles를 적으면 KRaft 모드예요. 그러면 node.id, controller.quorum.voters, 리스너가 역할에 맞아야 해요.", "With process.roles this is KRaft mode, and node.id, controller.quorum.voters and the listeners must fit the roles."),
        fix: ("config/kraft의 파일과 견주어 보세요.", "Compare with the files in config/kraft."),
        seen: ("If using process.roles, controller.quorum.voters must contain a parseable set of voters.", "If using process.roles, controller.quorum.voters must contain a parseable set of voters."),
    }
    MIGRATION {
        title: ("KRaft로 옮기는 설정이 다 갖춰지지 않았어요", "The settings for the migration to KRaft are not complete"),
        why: ("옮기려면 controller.quorum.voters와 controller.listener.names가 있고, 데이터 폴더가 하나이고, inter.broker.protocol.version이 3.4 이상이어야 해요.", "It needs controller.quorum.voters and controller.listener.names, one data folder, and an inter.broker.protocol.version of 3.4 or higher."),
        fix: ("빠진 설정을 더하거나 zookeeper.metadata.migration.enable을 지우세요.", "Add what is missing, or take zookeeper.metadata.migration.enable out."),
        seen: ("If using zookeeper.metadata.migration.enable, controller.quorum.voters must contain a parseable set of voters.", "If using zookeeper.metadata.migration.enable, controller.quorum.voters must contain a parseable set of voters."),
    }
    REMOTE_STORAGE {
        title: ("원격 저장과 여러 데이터 폴더는 같이 쓸 수 없어요", "Remote storage works with one data folder only"),
        why: ("3.6의 계층형 저장은 데이터 폴더가 하나일 때만 돼요.", "Tiered storage in 3.6 takes one data folder."),
        fix: ("log.dirs를 하나로 줄이거나 remote.log.storage.system.enable을 끄세요.", "Keep one folder in log.dirs, or switch remote.log.storage.system.enable off."),
        seen: ("are not supported when remote log storage is enabled", "are not supported when remote log storage is enabled"),
    }
    FORMAT_VERSION {
        title: ("메시지 형식의 버전이 브로커 사이의 버전보다 새로워요", "The message format is newer than the protocol between brokers"),
        why: ("옛 프로토콜로 말하는 브로커끼리는 새 메시지 형식을 주고받을 수 없어요.", "Brokers that speak an old protocol cannot exchange the newer message format."),
        fix: ("inter.broker.protocol.version을 올리거나 두 줄을 모두 지우세요.", "Raise inter.broker.protocol.version, or take both lines out."),
        seen: ("can only be used when inter.broker.protocol.version is set to version 0.11.0 or higher", "can only be used when inter.broker.protocol.version is set to version 0.11.0 or higher"),
    }
}
