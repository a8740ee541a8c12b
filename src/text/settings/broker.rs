//! What the keys of `server.properties` are for; each stands under its name in capitals, `_` for a dot.

crate::texts! {
    ADVERTISED_LISTENERS { ko: "클라이언트와 다른 브로커에게 알려 주는 주소예요. 적지 않으면 listeners와 같아요.", en: "The addresses that clients and other brokers are told; those of listeners where it is not set." }
    AUTO_CREATE_TOPICS_ENABLE { ko: "없는 토픽에 쓰거나 읽으려 하면 토픽을 만들어요.", en: "Makes a topic when somebody writes to it or reads from it." }
    AUTO_LEADER_REBALANCE_ENABLE { ko: "리더를 선호 레플리카로 주기적으로 되돌려요.", en: "Gives leadership back to the preferred replicas from time to time." }
    BACKGROUND_THREADS { ko: "로그를 지우는 일 같은 뒷일을 하는 스레드 수예요.", en: "How many threads do background work, such as removing logs." }
    BROKER_ID { ko: "클러스터에서 이 브로커를 가리키는 번호예요. 브로커마다 달라야 해요.", en: "The number of this broker; each broker of a cluster has another one." }
    BROKER_RACK { ko: "브로커가 있는 랙이에요. 레플리카를 서로 다른 랙에 두는 데 쓰여요.", en: "The rack of the broker: replicas are spread over racks." }
    COMPRESSION_TYPE { ko: "토픽의 레코드를 저장하는 압축 방식이에요. producer면 프로듀서가 보낸 그대로 둬요.", en: "How records are stored; producer keeps them as they were sent." }
    CONNECTIONS_MAX_IDLE_MS { ko: "이만큼 조용한 연결은 끊어요.", en: "How long a connection may be idle before it is closed." }
    CONTROLLED_SHUTDOWN_ENABLE { ko: "끝내기 전에 리더를 다른 브로커로 넘겨요.", en: "Moves leadership away before the broker stops." }
    DEFAULT_REPLICATION_FACTOR { ko: "자동으로 만들어지는 토픽의 레플리카 수예요.", en: "The replicas of a topic that is made without saying how many." }
    DELETE_TOPIC_ENABLE { ko: "토픽을 지울 수 있게 해요. 끄면 지우라는 요청이 거절돼요.", en: "Lets topics be deleted." }
    GROUP_INITIAL_REBALANCE_DELAY_MS { ko: "새 컨슈머 그룹이 첫 배정을 하기 전에 멤버를 더 기다리는 시간이에요.", en: "How long a new consumer group waits for more members before it shares out the partitions." }
    GROUP_MAX_SESSION_TIMEOUT_MS { ko: "컨슈머가 고를 수 있는 가장 긴 세션 시간이에요.", en: "The longest session timeout that a consumer may ask for." }
    GROUP_MIN_SESSION_TIMEOUT_MS { ko: "컨슈머가 고를 수 있는 가장 짧은 세션 시간이에요.", en: "The shortest session timeout that a consumer may ask for." }
    INTER_BROKER_LISTENER_NAME { ko: "브로커끼리 이야기할 때 쓰는 리스너의 이름이에요.", en: "The name of the listener that brokers use among themselves." }
    INTER_BROKER_PROTOCOL_VERSION { ko: "브로커끼리 쓰는 프로토콜의 버전이에요. 버전을 올릴 때 모두 올린 뒤에 바꿔요.", en: "The version that brokers speak among themselves; raised last in an upgrade." }
    LISTENER_SECURITY_PROTOCOL_MAP { ko: "리스너 이름마다 쓰는 보안 프로토콜이에요.", en: "Which security protocol each listener's name stands for." }
    LISTENERS { ko: "브로커가 여는 주소예요: 이름://호스트:포트. 호스트를 비우면 기본 주소, 0.0.0.0이면 모든 주소예요.", en: "The addresses that the broker opens, as NAME://host:port; 0.0.0.0 is every address." }
    LOG_CLEANER_ENABLE { ko: "cleanup.policy=compact인 토픽을 정리하는 클리너를 켜요.", en: "Runs the cleaner for topics with cleanup.policy=compact." }
    LOG_CLEANUP_POLICY { ko: "오래된 세그먼트를 지울지(delete), 키마다 마지막 것만 남길지(compact) 정해요.", en: "What becomes of old segments: removed (delete), or the last record of each key kept (compact)." }
    LOG_DIR { ko: "레코드를 두는 폴더예요. log.dirs가 있으면 쓰이지 않아요.", en: "The folder of the records; log.dirs counts before it." }
    LOG_DIRS { ko: "레코드를 두는 폴더들이에요. 쉼표로 나누면 디스크 여러 개에 나눠 둬요.", en: "The folders of the records, with commas between: one for each disk." }
    LOG_FLUSH_INTERVAL_MESSAGES { ko: "이만큼 쌓이면 디스크에 강제로 써요. 보통은 적지 않고 복제에 맡겨요.", en: "After how many records a log is forced to disk; usually left alone, replication does that." }
    LOG_FLUSH_INTERVAL_MS { ko: "이 시간마다 디스크에 강제로 써요.", en: "After how long a log is forced to disk." }
    LOG_MESSAGE_TIMESTAMP_TYPE { ko: "레코드의 시각이 만들어진 때인지, 브로커가 쓴 때인지 정해요.", en: "Whether a record's time is that of its making or of its arrival in the log." }
    LOG_RETENTION_BYTES { ko: "파티션 하나가 이보다 커지면 오래된 세그먼트부터 지워요. -1이면 제한이 없어요.", en: "How large a partition may grow before its old segments are removed; -1 is no limit." }
    LOG_RETENTION_CHECK_INTERVAL_MS { ko: "지울 세그먼트가 있는지 보는 간격이에요.", en: "How often is looked for segments to remove." }
    LOG_RETENTION_HOURS { ko: "세그먼트를 지우기까지 두는 시간이에요. log.retention.minutes와 log.retention.ms가 먼저예요.", en: "How many hours records are kept; log.retention.minutes and log.retention.ms count before it." }
    LOG_RETENTION_MINUTES { ko: "세그먼트를 지우기까지 두는 분이에요. log.retention.ms가 먼저예요.", en: "How many minutes records are kept; log.retention.ms counts before it." }
    LOG_RETENTION_MS { ko: "세그먼트를 지우기까지 두는 밀리초예요. -1이면 지우지 않아요.", en: "How many milliseconds records are kept; -1 keeps them for ever." }
    LOG_ROLL_HOURS { ko: "세그먼트가 차지 않아도 이만큼 지나면 새로 시작해요.", en: "After how many hours a new segment begins though the old one is not full." }
    LOG_SEGMENT_BYTES { ko: "세그먼트 파일 하나의 크기예요. 차면 새로 시작해요.", en: "The size of one segment file; a full one is followed by the next." }
    MAX_CONNECTIONS { ko: "브로커가 한 번에 갖는 연결 수의 상한이에요.", en: "How many connections the broker has at a time." }
    MESSAGE_MAX_BYTES { ko: "브로커가 받는 레코드 묶음의 최대 크기예요.", en: "The largest batch of records that the broker takes." }
    MIN_INSYNC_REPLICAS { ko: "acks=all인 쓰기를 받으려면 있어야 하는 ISR 수예요.", en: "How many replicas must be in sync for a write with acks=all." }
    NUM_IO_THREADS { ko: "요청을 처리하는 스레드 수예요. 디스크 일도 여기서 해요.", en: "How many threads work on requests, disk work among it." }
    NUM_NETWORK_THREADS { ko: "요청을 받고 답을 보내는 스레드 수예요. 리스너마다 따로예요.", en: "How many threads receive requests and send answers, for each listener." }
    NUM_PARTITIONS { ko: "파티션 수를 말하지 않고 만든 토픽의 파티션 수예요.", en: "The partitions of a topic that is made without saying how many." }
    NUM_RECOVERY_THREADS_PER_DATA_DIR { ko: "시작할 때 로그를 복구하고 끝낼 때 비우는 스레드 수예요. 폴더마다 따로예요.", en: "How many threads for each folder recover logs at the start and flush them at the end." }
    NUM_REPLICA_FETCHERS { ko: "브로커 하나에서 복제해 오는 스레드 수예요.", en: "How many threads fetch from each broker that is replicated from." }
    OFFSETS_RETENTION_MINUTES { ko: "비어 있는 컨슈머 그룹의 오프셋을 두는 시간이에요.", en: "How long the offsets of an empty consumer group are kept." }
    OFFSETS_TOPIC_NUM_PARTITIONS { ko: "__consumer_offsets의 파티션 수예요. 시작한 뒤에는 바꾸지 마세요.", en: "The partitions of __consumer_offsets; not to be changed later." }
    OFFSETS_TOPIC_REPLICATION_FACTOR { ko: "__consumer_offsets의 레플리카 수예요. 브로커가 그만큼 없으면 만들어지지 않아요.", en: "The replicas of __consumer_offsets; it is not made before there are that many brokers." }
    PROCESS_ROLES { ko: "KRaft에서 이 노드가 맡는 일이에요. ZooKeeper 모드에서는 적지 않아요.", en: "The roles of this node in KRaft; not set in ZooKeeper mode." }
    QUEUED_MAX_REQUESTS { ko: "처리를 기다리는 요청 수의 상한이에요. 차면 네트워크 스레드가 기다려요.", en: "How many requests may wait to be worked on before the network threads stop reading." }
    REPLICA_FETCH_MAX_BYTES { ko: "복제할 때 파티션마다 한 번에 가져오는 바이트예요.", en: "How many bytes of each partition a replica fetches at a time." }
    REPLICA_LAG_TIME_MAX_MS { ko: "레플리카가 이만큼 따라오지 못하면 ISR에서 빠져요.", en: "How long a replica may be behind before it leaves the ISR." }
    REQUEST_TIMEOUT_MS { ko: "요청 하나의 답을 기다리는 시간이에요.", en: "How long the answer to one request may take." }
    SECURITY_INTER_BROKER_PROTOCOL { ko: "브로커끼리 쓰는 보안 프로토콜이에요. inter.broker.listener.name과 함께 적지 않아요.", en: "The security protocol among brokers; not together with inter.broker.listener.name." }
    SOCKET_RECEIVE_BUFFER_BYTES { ko: "소켓의 수신 버퍼(SO_RCVBUF)예요. -1이면 시스템의 기본값이에요.", en: "The receive buffer of sockets (SO_RCVBUF); -1 is the system's default." }
    SOCKET_REQUEST_MAX_BYTES { ko: "받아들이는 요청의 최대 크기예요. 메모리가 모자라지 않게 막아 줘요.", en: "The largest request that is taken: it keeps the memory safe." }
    SOCKET_SEND_BUFFER_BYTES { ko: "소켓의 송신 버퍼(SO_SNDBUF)예요. -1이면 시스템의 기본값이에요.", en: "The send buffer of sockets (SO_SNDBUF); -1 is the system's default." }
    TRANSACTION_STATE_LOG_MIN_ISR { ko: "__transaction_state에 쓰려면 있어야 하는 ISR 수예요.", en: "How many replicas of __transaction_state must be in sync for it to be written." }
    TRANSACTION_STATE_LOG_REPLICATION_FACTOR { ko: "__transaction_state의 레플리카 수예요. 브로커가 그만큼 없으면 트랜잭션을 쓸 수 없어요.", en: "The replicas of __transaction_state; without that many brokers there are no transactions." }
    UNCLEAN_LEADER_ELECTION_ENABLE { ko: "ISR에 없는 레플리카도 리더가 될 수 있게 해요. 레코드를 잃을 수 있어요.", en: "Lets a replica that is not in sync become leader, which may lose records." }
    ZOOKEEPER_CONNECT { ko: "주키퍼의 주소예요: host:port,host:port/chroot. chroot는 맨 끝에 한 번만 적어요.", en: "Where ZooKeeper is: host:port,host:port/chroot, the chroot once at the end." }
    ZOOKEEPER_CONNECTION_TIMEOUT_MS { ko: "시작할 때 주키퍼에 연결되기를 기다리는 시간이에요.", en: "How long the broker waits for ZooKeeper at its start." }
    ZOOKEEPER_SESSION_TIMEOUT_MS { ko: "주키퍼가 이만큼 소식을 듣지 못하면 브로커가 죽은 것으로 쳐요.", en: "After how long without a word ZooKeeper takes the broker for dead." }
}
