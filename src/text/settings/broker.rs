//! What the keys of `server.properties` are for; each stands under its name in capitals, `_` for a dot.

crate::texts! {
    ADVERTISED_LISTENERS { ko: "클라이언트와 다른 브로커에게 알려 주는 주소예요. 적지 않으면 listeners와 같아요.", en: "The addresses that clients and other brokers are told; those of listeners where it is not set." }
    ALTER_CONFIG_POLICY_CLASS_NAME { ko: "설정을 바꾸라는 요청을 받아들일지 정하는 클래스예요.", en: "The class that decides whether a change of settings is allowed." }
    ALTER_LOG_DIRS_REPLICATION_QUOTA_WINDOW_NUM { ko: "레플리카를 다른 로그 폴더로 옮기는 속도를 재는 구간의 수예요.", en: "How many stretches of time the rate of moves between log folders is measured over." }
    ALTER_LOG_DIRS_REPLICATION_QUOTA_WINDOW_SIZE_SECONDS { ko: "레플리카를 다른 로그 폴더로 옮기는 속도를 재는 구간 하나의 길이예요.", en: "How long each stretch is over which moves between log folders are measured." }
    AUTO_CREATE_TOPICS_ENABLE { ko: "없는 토픽에 쓰거나 읽으려 하면 토픽을 만들어요.", en: "Makes a topic when somebody writes to it or reads from it." }
    AUTO_LEADER_REBALANCE_ENABLE { ko: "리더를 선호 레플리카로 주기적으로 되돌려요.", en: "Gives leadership back to the preferred replicas from time to time." }
    BACKGROUND_THREADS { ko: "로그를 지우는 일 같은 뒷일을 하는 스레드 수예요.", en: "How many threads do background work, such as removing logs." }
    BROKER_ID { ko: "클러스터에서 이 브로커를 가리키는 번호예요. 브로커마다 달라야 해요.", en: "The number of this broker; each broker of a cluster has another one." }
    BROKER_ID_GENERATION_ENABLE { ko: "broker.id를 적지 않으면 번호를 자동으로 받게 해요.", en: "Lets a broker without broker.id be given a number." }
    BROKER_RACK { ko: "브로커가 있는 랙이에요. 레플리카를 서로 다른 랙에 두는 데 쓰여요.", en: "The rack of the broker: replicas are spread over racks." }
    COMPRESSION_TYPE { ko: "토픽의 레코드를 저장하는 압축 방식이에요. producer면 프로듀서가 보낸 그대로 둬요.", en: "How records are stored; producer keeps them as they were sent." }
    CONNECTIONS_MAX_IDLE_MS { ko: "이만큼 조용한 연결은 끊어요.", en: "How long a connection may be idle before it is closed." }
    CONNECTIONS_MAX_REAUTH_MS { ko: "SASL 연결이 다시 인증해야 하는 간격이에요. 0이면 다시 묻지 않아요.", en: "How long a SASL connection lasts before it has to authenticate again; 0 is for ever." }
    CONNECTION_FAILED_AUTHENTICATION_DELAY_MS { ko: "인증에 실패한 연결을 닫기 전에 기다리는 시간이에요. 마구 시도하는 것을 늦춰요.", en: "How long a connection that failed to authenticate is kept waiting before it is closed." }
    CONTROLLED_SHUTDOWN_ENABLE { ko: "끝내기 전에 리더를 다른 브로커로 넘겨요.", en: "Moves leadership away before the broker stops." }
    CONTROLLED_SHUTDOWN_MAX_RETRIES { ko: "끝낼 때 리더를 넘기는 일을 몇 번까지 다시 해 볼지 정해요.", en: "How often moving leadership away is tried again before the broker stops." }
    CONTROLLED_SHUTDOWN_RETRY_BACKOFF_MS { ko: "끝낼 때 리더를 넘기지 못했으면 이만큼 쉬었다가 다시 해요.", en: "The pause before moving leadership away is tried again." }
    CONTROLLER_QUOTA_WINDOW_NUM { ko: "토픽을 만들고 지우는 속도를 재는 구간의 수예요.", en: "How many stretches of time the rate of creating and deleting topics is measured over." }
    CONTROLLER_QUOTA_WINDOW_SIZE_SECONDS { ko: "토픽을 만들고 지우는 속도를 재는 구간 하나의 길이예요.", en: "How long each stretch is over which creating and deleting topics is measured." }
    CONTROLLER_SOCKET_TIMEOUT_MS { ko: "컨트롤러와 브로커가 서로의 답을 기다리는 시간이에요.", en: "How long the controller and the brokers wait for each other's answers." }
    CONTROL_PLANE_LISTENER_NAME { ko: "컨트롤러와 브로커가 따로 쓰는 리스너의 이름이에요.", en: "The listener that is kept for the controller and the brokers alone." }
    CREATE_TOPIC_POLICY_CLASS_NAME { ko: "토픽을 만들라는 요청을 받아들일지 정하는 클래스예요.", en: "The class that decides whether a topic may be created." }
    DEFAULT_REPLICATION_FACTOR { ko: "자동으로 만들어지는 토픽의 레플리카 수예요.", en: "The replicas of a topic that is made without saying how many." }
    DELETE_RECORDS_PURGATORY_PURGE_INTERVAL_REQUESTS { ko: "레코드를 지우라는 요청의 대기실을 치우는 간격이에요. 요청 수로 세요.", en: "After how many requests the waiting room of record deletions is tidied." }
    DELETE_TOPIC_ENABLE { ko: "토픽을 지울 수 있게 해요. 끄면 지우라는 요청이 거절돼요.", en: "Lets topics be deleted." }
    FETCH_MAX_BYTES { ko: "읽기 요청 하나에 돌려주는 양의 상한이에요.", en: "The most that one fetch is answered with." }
    FETCH_PURGATORY_PURGE_INTERVAL_REQUESTS { ko: "읽기 요청의 대기실을 치우는 간격이에요. 요청 수로 세요.", en: "After how many requests the waiting room of fetches is tidied." }
    GROUP_INITIAL_REBALANCE_DELAY_MS { ko: "새 컨슈머 그룹이 첫 배정을 하기 전에 멤버를 더 기다리는 시간이에요.", en: "How long a new consumer group waits for more members before it shares out the partitions." }
    GROUP_MAX_SESSION_TIMEOUT_MS { ko: "컨슈머가 고를 수 있는 가장 긴 세션 시간이에요.", en: "The longest session timeout that a consumer may ask for." }
    GROUP_MAX_SIZE { ko: "컨슈머 그룹 하나에 들어올 수 있는 멤버 수예요.", en: "How many members one consumer group may have." }
    GROUP_MIN_SESSION_TIMEOUT_MS { ko: "컨슈머가 고를 수 있는 가장 짧은 세션 시간이에요.", en: "The shortest session timeout that a consumer may ask for." }
    INTER_BROKER_LISTENER_NAME { ko: "브로커끼리 이야기할 때 쓰는 리스너의 이름이에요.", en: "The name of the listener that brokers use among themselves." }
    INTER_BROKER_PROTOCOL_VERSION { ko: "브로커끼리 쓰는 프로토콜의 버전이에요. 버전을 올릴 때 모두 올린 뒤에 바꿔요.", en: "The version that brokers speak among themselves; raised last in an upgrade." }
    LEADER_IMBALANCE_CHECK_INTERVAL_SECONDS { ko: "리더가 선호 레플리카에서 벗어났는지 컨트롤러가 보는 간격이에요.", en: "How often the controller looks whether leaders have moved off the preferred replicas." }
    LEADER_IMBALANCE_PER_BROKER_PERCENTAGE { ko: "선호 레플리카가 아닌 리더가 이 비율을 넘으면 되돌려요.", en: "The share of leaders off their preferred replica above which they are moved back." }
    LISTENERS { ko: "브로커가 여는 주소예요: 이름://호스트:포트. 호스트를 비우면 기본 주소, 0.0.0.0이면 모든 주소예요.", en: "The addresses that the broker opens, as NAME://host:port; 0.0.0.0 is every address." }
    LISTENER_SECURITY_PROTOCOL_MAP { ko: "리스너 이름마다 쓰는 보안 프로토콜이에요.", en: "Which security protocol each listener's name stands for." }
    LOG_CLEANER_BACKOFF_MS { ko: "정리할 로그가 없을 때 클리너가 쉬는 시간이에요.", en: "How long the cleaner rests when there is nothing to clean." }
    LOG_CLEANER_DEDUPE_BUFFER_SIZE { ko: "클리너가 키를 기억하는 데 쓰는 메모리예요. 모든 스레드가 나눠 써요.", en: "The memory in which the cleaner remembers keys, all its threads together." }
    LOG_CLEANER_DELETE_RETENTION_MS { ko: "지움 표시(값이 없는 레코드)를 정리한 뒤에도 남겨 두는 시간이에요.", en: "How long a delete marker stays in a log after it was cleaned." }
    LOG_CLEANER_ENABLE { ko: "cleanup.policy=compact인 토픽을 정리하는 클리너를 켜요.", en: "Runs the cleaner for topics with cleanup.policy=compact." }
    LOG_CLEANER_IO_BUFFER_LOAD_FACTOR { ko: "키를 기억하는 메모리를 어디까지 채울지예요. 높이면 한 번에 많이 정리하지만 충돌이 늘어요.", en: "How full the memory of keys may get: more is cleaned at once, with more collisions." }
    LOG_CLEANER_IO_BUFFER_SIZE { ko: "클리너가 읽고 쓰는 버퍼의 크기예요. 모든 스레드가 나눠 써요.", en: "The buffers through which the cleaner reads and writes, all its threads together." }
    LOG_CLEANER_IO_MAX_BYTES_PER_SECOND { ko: "클리너가 1초에 읽고 쓰는 양의 상한이에요.", en: "How much the cleaner may read and write in a second." }
    LOG_CLEANER_MAX_COMPACTION_LAG_MS { ko: "레코드가 정리되지 않은 채 있을 수 있는 가장 긴 시간이에요.", en: "The longest that a record may stay uncompacted." }
    LOG_CLEANER_MIN_CLEANABLE_RATIO { ko: "정리되지 않은 부분이 이 비율을 넘어야 클리너가 나서요.", en: "The share of a log that must be uncleaned before the cleaner takes it." }
    LOG_CLEANER_MIN_COMPACTION_LAG_MS { ko: "레코드가 이만큼은 지나야 정리해요.", en: "The shortest that a record stays uncompacted." }
    LOG_CLEANER_THREADS { ko: "로그를 정리하는 스레드 수예요.", en: "How many threads clean logs." }
    LOG_CLEANUP_POLICY { ko: "오래된 세그먼트를 지울지(delete), 키마다 마지막 것만 남길지(compact) 정해요.", en: "What becomes of old segments: removed (delete), or the last record of each key kept (compact)." }
    LOG_DIR { ko: "레코드를 두는 폴더예요. log.dirs가 있으면 쓰이지 않아요.", en: "The folder of the records; log.dirs counts before it." }
    LOG_DIRS { ko: "레코드를 두는 폴더들이에요. 쉼표로 나누면 디스크 여러 개에 나눠 둬요.", en: "The folders of the records, with commas between: one for each disk." }
    LOG_FLUSH_INTERVAL_MESSAGES { ko: "이만큼 쌓이면 디스크에 강제로 써요. 보통은 적지 않고 복제에 맡겨요.", en: "After how many records a log is forced to disk; usually left alone, replication does that." }
    LOG_FLUSH_INTERVAL_MS { ko: "이 시간마다 디스크에 강제로 써요.", en: "After how long a log is forced to disk." }
    LOG_FLUSH_OFFSET_CHECKPOINT_INTERVAL_MS { ko: "어디까지 디스크에 썼는지 적어 두는 간격이에요. 다시 켤 때 여기서부터 살펴요.", en: "How often is noted up to where logs are on disk; recovery begins there." }
    LOG_FLUSH_SCHEDULER_INTERVAL_MS { ko: "디스크에 써야 할 로그가 있는지 보는 간격이에요.", en: "How often is looked for logs that have to be forced to disk." }
    LOG_FLUSH_START_OFFSET_CHECKPOINT_INTERVAL_MS { ko: "로그의 첫 오프셋을 적어 두는 간격이에요.", en: "How often the first offset of each log is noted." }
    LOG_INDEX_INTERVAL_BYTES { ko: "이만큼 쌓일 때마다 오프셋 인덱스에 항목을 하나 넣어요.", en: "After how many bytes the offset index gets another entry." }
    LOG_INDEX_SIZE_MAX_BYTES { ko: "오프셋 인덱스 파일의 최대 크기예요. 차면 세그먼트를 새로 시작해요.", en: "How large an index may grow; a full one begins a new segment." }
    LOG_LOCAL_RETENTION_BYTES { ko: "계층형 저장소를 쓸 때 브로커의 디스크에 남기는 크기예요. -2면 log.retention.bytes를 따라요.", en: "How much stays on the broker's disk with tiered storage; -2 is log.retention.bytes." }
    LOG_LOCAL_RETENTION_MS { ko: "계층형 저장소를 쓸 때 브로커의 디스크에 남기는 시간이에요. -2면 log.retention.ms를 따라요.", en: "How long records stay on the broker's disk with tiered storage; -2 is log.retention.ms." }
    LOG_MESSAGE_DOWNCONVERSION_ENABLE { ko: "오래된 컨슈머에게 레코드를 옛 형식으로 바꿔서 보내 줘요.", en: "Turns records into older forms for consumers that know no newer one." }
    LOG_MESSAGE_FORMAT_VERSION { ko: "레코드를 저장하는 형식이에요. 3.0부터는 inter.broker.protocol.version이 정해요.", en: "The form in which records are stored; since 3.0 inter.broker.protocol.version decides." }
    LOG_MESSAGE_TIMESTAMP_AFTER_MAX_MS { ko: "레코드의 시각이 브로커의 시각보다 이만큼까지만 앞설 수 있어요.", en: "How far a record's time may be ahead of the broker's clock." }
    LOG_MESSAGE_TIMESTAMP_BEFORE_MAX_MS { ko: "레코드의 시각이 브로커의 시각보다 이만큼까지만 뒤질 수 있어요.", en: "How far a record's time may be behind the broker's clock." }
    LOG_MESSAGE_TIMESTAMP_DIFFERENCE_MAX_MS { ko: "레코드의 시각과 브로커의 시각이 이만큼까지만 다를 수 있어요. 3.6부터는 before와 after로 나뉘었어요.", en: "How far a record's time may be off the broker's clock; 3.6 has one key for each direction." }
    LOG_MESSAGE_TIMESTAMP_TYPE { ko: "레코드의 시각이 만들어진 때인지, 브로커가 쓴 때인지 정해요.", en: "Whether a record's time is that of its making or of its arrival in the log." }
    LOG_PREALLOCATE { ko: "세그먼트 파일의 자리를 미리 잡아 둬요. 주로 윈도에서 써요.", en: "Reserves the room of a segment at its beginning; meant for Windows." }
    LOG_RETENTION_BYTES { ko: "파티션 하나가 이보다 커지면 오래된 세그먼트부터 지워요. -1이면 제한이 없어요.", en: "How large a partition may grow before its old segments are removed; -1 is no limit." }
    LOG_RETENTION_CHECK_INTERVAL_MS { ko: "지울 세그먼트가 있는지 보는 간격이에요.", en: "How often is looked for segments to remove." }
    LOG_RETENTION_HOURS { ko: "세그먼트를 지우기까지 두는 시간이에요. log.retention.minutes와 log.retention.ms가 먼저예요.", en: "How many hours records are kept; log.retention.minutes and log.retention.ms count before it." }
    LOG_RETENTION_MINUTES { ko: "세그먼트를 지우기까지 두는 분이에요. log.retention.ms가 먼저예요.", en: "How many minutes records are kept; log.retention.ms counts before it." }
    LOG_RETENTION_MS { ko: "세그먼트를 지우기까지 두는 밀리초예요. -1이면 지우지 않아요.", en: "How many milliseconds records are kept; -1 keeps them for ever." }
    LOG_ROLL_HOURS { ko: "세그먼트가 차지 않아도 이만큼 지나면 새로 시작해요.", en: "After how many hours a new segment begins though the old one is not full." }
    LOG_ROLL_JITTER_HOURS { ko: "세그먼트를 새로 시작하는 때를 이만큼까지 흩어 놓아요. 한꺼번에 몰리지 않게 해요.", en: "By up to how many hours the beginnings of segments are spread." }
    LOG_ROLL_JITTER_MS { ko: "세그먼트를 새로 시작하는 때를 이만큼까지 흩어 놓아요. log.roll.jitter.hours보다 먼저예요.", en: "By up to how long the beginnings of segments are spread; counts before log.roll.jitter.hours." }
    LOG_ROLL_MS { ko: "세그먼트가 차지 않아도 이만큼 지나면 새로 시작해요. log.roll.hours보다 먼저예요.", en: "After how long a new segment begins though the old one is not full; counts before log.roll.hours." }
    LOG_SEGMENT_BYTES { ko: "세그먼트 파일 하나의 크기예요. 차면 새로 시작해요.", en: "The size of one segment file; a full one is followed by the next." }
    LOG_SEGMENT_DELETE_DELAY_MS { ko: "지우기로 한 세그먼트 파일을 디스크에서 없애기까지 기다리는 시간이에요.", en: "How long the file of a deleted segment stays on disk." }
    MAX_CONNECTIONS { ko: "브로커가 한 번에 갖는 연결 수의 상한이에요.", en: "How many connections the broker has at a time." }
    MAX_CONNECTIONS_PER_IP { ko: "주소 하나에서 오는 연결 수의 상한이에요.", en: "How many connections one address may have." }
    MAX_CONNECTIONS_PER_IP_OVERRIDES { ko: "주소마다 따로 정하는 연결 수의 상한이에요: 호스트:수.", en: "Other limits for some addresses, as host:number." }
    MAX_CONNECTION_CREATION_RATE { ko: "1초에 새로 받는 연결 수의 상한이에요.", en: "How many new connections are taken in a second." }
    MAX_INCREMENTAL_FETCH_SESSION_CACHE_SLOTS { ko: "바뀐 것만 주고받는 읽기 세션을 몇 개까지 기억할지 정해요.", en: "How many sessions of incremental fetches are remembered." }
    MESSAGE_MAX_BYTES { ko: "브로커가 받는 레코드 묶음의 최대 크기예요.", en: "The largest batch of records that the broker takes." }
    METRICS_NUM_SAMPLES { ko: "지표를 계산할 때 모아 두는 구간의 수예요.", en: "How many samples a metric is computed from." }
    METRICS_RECORDING_LEVEL { ko: "어느 정도로 자세한 지표까지 모을지 정해요.", en: "How detailed the metrics are that are kept." }
    METRICS_SAMPLE_WINDOW_MS { ko: "지표를 모으는 구간 하나의 길이예요.", en: "How long each sample of a metric is." }
    METRIC_REPORTERS { ko: "지표를 밖으로 내보내는 클래스들이에요.", en: "The classes that the metrics are handed to." }
    MIN_INSYNC_REPLICAS { ko: "acks=all인 쓰기를 받으려면 있어야 하는 ISR 수예요.", en: "How many replicas must be in sync for a write with acks=all." }
    NODE_ID { ko: "KRaft에서 이 노드의 번호예요. 주키퍼를 쓸 때는 broker.id와 같아요.", en: "The number of this node with KRaft; with ZooKeeper it is broker.id." }
    NUM_IO_THREADS { ko: "요청을 처리하는 스레드 수예요. 디스크 일도 여기서 해요.", en: "How many threads work on requests, disk work among it." }
    NUM_NETWORK_THREADS { ko: "요청을 받고 답을 보내는 스레드 수예요. 리스너마다 따로예요.", en: "How many threads receive requests and send answers, for each listener." }
    NUM_PARTITIONS { ko: "파티션 수를 말하지 않고 만든 토픽의 파티션 수예요.", en: "The partitions of a topic that is made without saying how many." }
    NUM_RECOVERY_THREADS_PER_DATA_DIR { ko: "시작할 때 로그를 복구하고 끝낼 때 비우는 스레드 수예요. 폴더마다 따로예요.", en: "How many threads for each folder recover logs at the start and flush them at the end." }
    NUM_REPLICA_ALTER_LOG_DIRS_THREADS { ko: "레플리카를 다른 로그 폴더로 옮기는 스레드 수예요.", en: "How many threads move replicas between log folders." }
    NUM_REPLICA_FETCHERS { ko: "브로커 하나에서 복제해 오는 스레드 수예요.", en: "How many threads fetch from each broker that is replicated from." }
    OFFSETS_COMMIT_REQUIRED_ACKS { ko: "오프셋 커밋을 받아들이려면 필요한 확인 수예요. 바꾸지 않는 게 좋아요.", en: "The acks that a commit of offsets needs; best left alone." }
    OFFSETS_COMMIT_TIMEOUT_MS { ko: "오프셋 커밋이 레플리카에 모두 쓰이기를 기다리는 시간이에요.", en: "How long a commit waits until the replicas have it." }
    OFFSETS_LOAD_BUFFER_SIZE { ko: "오프셋을 메모리로 읽어 들일 때 한 번에 읽는 크기예요.", en: "How much is read at a time when offsets are loaded." }
    OFFSETS_RETENTION_CHECK_INTERVAL_MS { ko: "버릴 오프셋이 있는지 보는 간격이에요.", en: "How often is looked for offsets to forget." }
    OFFSETS_RETENTION_MINUTES { ko: "비어 있는 컨슈머 그룹의 오프셋을 두는 시간이에요.", en: "How long the offsets of an empty consumer group are kept." }
    OFFSETS_TOPIC_COMPRESSION_CODEC { ko: "__consumer_offsets에 쓰는 압축 방식의 번호예요.", en: "The number of the codec of __consumer_offsets." }
    OFFSETS_TOPIC_NUM_PARTITIONS { ko: "__consumer_offsets의 파티션 수예요. 시작한 뒤에는 바꾸지 마세요.", en: "The partitions of __consumer_offsets; not to be changed later." }
    OFFSETS_TOPIC_REPLICATION_FACTOR { ko: "__consumer_offsets의 레플리카 수예요. 브로커가 그만큼 없으면 만들어지지 않아요.", en: "The replicas of __consumer_offsets; it is not made before there are that many brokers." }
    OFFSETS_TOPIC_SEGMENT_BYTES { ko: "__consumer_offsets의 세그먼트 크기예요. 작아야 빨리 정리되고 빨리 읽혀요.", en: "The segment size of __consumer_offsets: small ones are compacted and loaded sooner." }
    OFFSET_METADATA_MAX_BYTES { ko: "오프셋을 커밋할 때 덧붙이는 글의 최대 크기예요.", en: "How long the note may be that goes with a committed offset." }
    PROCESS_ROLES { ko: "KRaft에서 이 노드가 맡는 일이에요. 주키퍼 모드에서는 적지 않아요.", en: "The roles of this node in KRaft; not set in ZooKeeper mode." }
    PRODUCER_ID_EXPIRATION_MS { ko: "조용한 프로듀서의 번호를 기억해 두는 시간이에요.", en: "How long the id of a silent producer is remembered." }
    PRODUCER_PURGATORY_PURGE_INTERVAL_REQUESTS { ko: "쓰기 요청의 대기실을 치우는 간격이에요. 요청 수로 세요.", en: "After how many requests the waiting room of writes is tidied." }
    QUEUED_MAX_REQUESTS { ko: "처리를 기다리는 요청 수의 상한이에요. 차면 네트워크 스레드가 기다려요.", en: "How many requests may wait to be worked on before the network threads stop reading." }
    QUEUED_MAX_REQUEST_BYTES { ko: "처리를 기다리는 요청의 크기를 모두 더한 상한이에요. -1이면 제한이 없어요.", en: "How many bytes of requests may wait; -1 is no limit." }
    QUOTA_WINDOW_NUM { ko: "클라이언트의 할당량을 재는 구간의 수예요.", en: "How many stretches of time a client's quota is measured over." }
    QUOTA_WINDOW_SIZE_SECONDS { ko: "클라이언트의 할당량을 재는 구간 하나의 길이예요.", en: "How long each stretch is over which quotas are measured." }
    REPLICATION_QUOTA_WINDOW_NUM { ko: "복제 속도를 재는 구간의 수예요.", en: "How many stretches of time replication is measured over." }
    REPLICATION_QUOTA_WINDOW_SIZE_SECONDS { ko: "복제 속도를 재는 구간 하나의 길이예요.", en: "How long each stretch is over which replication is measured." }
    REPLICA_FETCH_BACKOFF_MS { ko: "리더에게서 읽다가 실패하면 이만큼 쉬었다가 다시 읽어요.", en: "The pause of a follower after a fetch that failed." }
    REPLICA_FETCH_MAX_BYTES { ko: "복제할 때 파티션마다 한 번에 가져오는 바이트예요.", en: "How many bytes of each partition a replica fetches at a time." }
    REPLICA_FETCH_MIN_BYTES { ko: "팔로워의 읽기에 리더가 답하려면 모여야 하는 양이에요. 없으면 replica.fetch.wait.max.ms까지 기다려요.", en: "How much there must be before a leader answers a follower's fetch." }
    REPLICA_FETCH_RESPONSE_MAX_BYTES { ko: "팔로워의 읽기 하나에 돌려주는 양의 목표예요.", en: "How much one fetch of a follower is answered with." }
    REPLICA_FETCH_WAIT_MAX_MS { ko: "팔로워의 읽기가 새 레코드를 기다리는 시간이에요. replica.lag.time.max.ms보다 짧아야 해요.", en: "How long a follower's fetch waits for records; it must be shorter than replica.lag.time.max.ms." }
    REPLICA_HIGH_WATERMARK_CHECKPOINT_INTERVAL_MS { ko: "하이 워터마크를 디스크에 적어 두는 간격이에요.", en: "How often the high watermarks are written to disk." }
    REPLICA_LAG_TIME_MAX_MS { ko: "레플리카가 이만큼 따라오지 못하면 ISR에서 빠져요.", en: "How long a replica may be behind before it leaves the ISR." }
    REPLICA_SELECTOR_CLASS { ko: "컨슈머가 어느 레플리카에서 읽을지 고르는 클래스예요. 적지 않으면 리더예요.", en: "The class that picks the replica a consumer reads from; without it, the leader." }
    REPLICA_SOCKET_RECEIVE_BUFFER_BYTES { ko: "팔로워가 리더에게서 읽는 소켓의 수신 버퍼예요.", en: "The receive buffer of the socket over which a follower reads." }
    REPLICA_SOCKET_TIMEOUT_MS { ko: "팔로워가 리더의 답을 기다리는 시간이에요.", en: "How long a follower waits for its leader's answer." }
    REQUEST_TIMEOUT_MS { ko: "요청 하나의 답을 기다리는 시간이에요.", en: "How long the answer to one request may take." }
    RESERVED_BROKER_MAX_ID { ko: "직접 적을 수 있는 broker.id의 최댓값이에요. 자동으로 받는 번호는 그다음부터예요.", en: "The largest broker.id that may be written down; numbers that are given begin after it." }
    SECURITY_INTER_BROKER_PROTOCOL { ko: "브로커끼리 쓰는 보안 프로토콜이에요. inter.broker.listener.name과 함께 적지 않아요.", en: "The security protocol among brokers; not together with inter.broker.listener.name." }
    SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS { ko: "연결을 기다리는 시간이 늘어날 수 있는 상한이에요.", en: "Up to how long that wait may grow." }
    SOCKET_CONNECTION_SETUP_TIMEOUT_MS { ko: "연결이 이루어지기를 기다리는 시간이에요. 실패할 때마다 늘어나요.", en: "How long a connection may take to be made; longer after each failure." }
    SOCKET_LISTEN_BACKLOG_SIZE { ko: "아직 받지 못한 연결이 줄을 설 수 있는 수예요.", en: "How many connections may queue before they are taken." }
    SOCKET_RECEIVE_BUFFER_BYTES { ko: "소켓의 수신 버퍼(SO_RCVBUF)예요. -1이면 시스템의 기본값이에요.", en: "The receive buffer of sockets (SO_RCVBUF); -1 is the system's default." }
    SOCKET_REQUEST_MAX_BYTES { ko: "받아들이는 요청의 최대 크기예요. 메모리가 모자라지 않게 막아 줘요.", en: "The largest request that is taken: it keeps the memory safe." }
    SOCKET_SEND_BUFFER_BYTES { ko: "소켓의 송신 버퍼(SO_SNDBUF)예요. -1이면 시스템의 기본값이에요.", en: "The send buffer of sockets (SO_SNDBUF); -1 is the system's default." }
    TRANSACTIONAL_ID_EXPIRATION_MS { ko: "쓰이지 않는 트랜잭션 ID를 기억해 두는 시간이에요.", en: "How long a transactional id is remembered that nobody uses." }
    TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS { ko: "시간을 넘긴 트랜잭션을 찾아 중단하는 간격이에요.", en: "How often transactions that took too long are looked for and aborted." }
    TRANSACTION_MAX_TIMEOUT_MS { ko: "프로듀서가 고를 수 있는 가장 긴 트랜잭션 시간이에요.", en: "The longest timeout that a transactional producer may ask for." }
    TRANSACTION_PARTITION_VERIFICATION_ENABLE { ko: "트랜잭션에 든 파티션인지 확인한 뒤에 레코드를 받아요.", en: "Checks that a partition belongs to the transaction before it takes records." }
    TRANSACTION_REMOVE_EXPIRED_TRANSACTION_CLEANUP_INTERVAL_MS { ko: "오래 쓰이지 않은 트랜잭션 ID를 지우는 간격이에요.", en: "How often transactional ids that were not used for long are removed." }
    TRANSACTION_STATE_LOG_LOAD_BUFFER_SIZE { ko: "트랜잭션 상태를 메모리로 읽어 들일 때 한 번에 읽는 크기예요.", en: "How much is read at a time when the states of transactions are loaded." }
    TRANSACTION_STATE_LOG_MIN_ISR { ko: "__transaction_state에 쓰려면 있어야 하는 ISR 수예요.", en: "How many replicas of __transaction_state must be in sync for it to be written." }
    TRANSACTION_STATE_LOG_NUM_PARTITIONS { ko: "__transaction_state의 파티션 수예요. 만들어진 뒤에는 바꾸면 안 돼요.", en: "The partitions of __transaction_state; not to be changed once it is there." }
    TRANSACTION_STATE_LOG_REPLICATION_FACTOR { ko: "__transaction_state의 레플리카 수예요. 브로커가 그만큼 없으면 트랜잭션을 쓸 수 없어요.", en: "The replicas of __transaction_state; without that many brokers there are no transactions." }
    TRANSACTION_STATE_LOG_SEGMENT_BYTES { ko: "__transaction_state의 세그먼트 크기예요.", en: "The segment size of __transaction_state." }
    UNCLEAN_LEADER_ELECTION_ENABLE { ko: "ISR에 없는 레플리카도 리더가 될 수 있게 해요. 레코드를 잃을 수 있어요.", en: "Lets a replica that is not in sync become leader, which may lose records." }
    ZOOKEEPER_CONNECT { ko: "주키퍼의 주소예요: host:port,host:port/chroot. chroot는 맨 끝에 한 번만 적어요.", en: "Where ZooKeeper is: host:port,host:port/chroot, the chroot once at the end." }
    ZOOKEEPER_CONNECTION_TIMEOUT_MS { ko: "시작할 때 주키퍼에 연결되기를 기다리는 시간이에요.", en: "How long the broker waits for ZooKeeper at its start." }
    ZOOKEEPER_MAX_IN_FLIGHT_REQUESTS { ko: "주키퍼의 답을 기다리지 않고 보내 둘 수 있는 요청 수예요.", en: "How many requests to ZooKeeper may wait for an answer at a time." }
    ZOOKEEPER_METADATA_MIGRATION_ENABLE { ko: "주키퍼에서 KRaft로 옮기는 일을 켜요.", en: "Turns on the move from ZooKeeper to KRaft." }
    ZOOKEEPER_SESSION_TIMEOUT_MS { ko: "주키퍼가 이만큼 소식을 듣지 못하면 브로커가 죽은 것으로 쳐요.", en: "After how long without a word ZooKeeper takes the broker for dead." }
    ZOOKEEPER_SET_ACL { ko: "Kafka가 만드는 znode를 다른 사용자가 바꾸지 못하게 해요.", en: "Protects the znodes that Kafka makes from other users." }
}
