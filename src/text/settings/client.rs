//! What the keys of producers and consumers are for; each stands under its name in capitals, `_` for a dot.

crate::texts! {
    ACKS { ko: "보낸 레코드를 누가 받아야 성공으로 칠지 정해요. all은 모든 ISR, 1은 리더만, 0은 아무도 기다리지 않아요.", en: "Who must have a record before it counts as sent: all in-sync replicas, the leader alone (1), or nobody (0)." }
    AUTO_COMMIT_INTERVAL_MS { ko: "오프셋을 자동으로 커밋하는 간격이에요.", en: "How often offsets are committed by themselves." }
    AUTO_OFFSET_RESET { ko: "커밋된 오프셋이 없을 때 어디서부터 읽을지 정해요.", en: "Where reading begins when the group has no committed offset." }
    BATCH_SIZE { ko: "한 파티션으로 가는 레코드를 이 바이트까지 모아서 보내요.", en: "Up to how many bytes of records for one partition are sent together." }
    BOOTSTRAP_SERVERS { ko: "처음 접속할 브로커들이에요: host:port,host:port. 나머지 브로커는 여기서 알아내요.", en: "The brokers to connect to first, as host:port,host:port; the others are learned from them." }
    BUFFER_MEMORY { ko: "아직 보내지 못한 레코드를 담아 두는 메모리예요.", en: "The memory for records that wait to be sent." }
    CLIENT_ID { ko: "브로커의 로그와 쿼터에서 이 클라이언트를 가리키는 이름이에요.", en: "The name of this client in the brokers' logs and quotas." }
    COMPRESSION_TYPE { ko: "레코드 묶음을 압축하는 방법이에요.", en: "How batches of records are compressed." }
    DELIVERY_TIMEOUT_MS { ko: "send()가 성공이나 실패로 끝날 때까지 걸려도 되는 시간이에요. 재시도를 모두 포함해요.", en: "How long a record may take until it is sent or given up, with all retries." }
    ENABLE_AUTO_COMMIT { ko: "읽은 곳까지의 오프셋을 뒤에서 알아서 커밋해요.", en: "Commits the offsets in the background." }
    ENABLE_IDEMPOTENCE { ko: "재시도를 해도 레코드가 두 번 쓰이지 않게 해요. acks=all이어야 해요.", en: "Keeps retries from writing a record twice; needs acks=all." }
    FETCH_MAX_WAIT_MS { ko: "fetch.min.bytes가 모이지 않을 때 브로커가 기다리는 시간이에요.", en: "How long the broker waits for fetch.min.bytes to come together." }
    FETCH_MIN_BYTES { ko: "브로커가 이만큼 모일 때까지 답을 미뤄요.", en: "How many bytes the broker collects before it answers a fetch." }
    GROUP_ID { ko: "함께 나누어 읽는 컨슈머 그룹의 이름이에요.", en: "The consumer group that shares the partitions." }
    GROUP_INSTANCE_ID { ko: "다시 켜도 같은 멤버로 남게 하는 이름이에요(정적 멤버십).", en: "A name that keeps this member the same one after a restart (static membership)." }
    HEARTBEAT_INTERVAL_MS { ko: "그룹 코디네이터에 살아 있다고 알리는 간격이에요. session.timeout.ms의 3분의 1이 알맞아요.", en: "How often the member tells the group coordinator that it is alive; a third of session.timeout.ms is usual." }
    ISOLATION_LEVEL { ko: "끝나지 않은 트랜잭션의 레코드도 읽을지 정해요.", en: "Whether records of transactions that are not committed are read." }
    KEY_DESERIALIZER { ko: "받은 키를 객체로 바꾸는 클래스예요.", en: "The class that makes objects of keys." }
    KEY_SERIALIZER { ko: "키를 바이트로 바꾸는 클래스예요.", en: "The class that makes bytes of keys." }
    LINGER_MS { ko: "묶음이 덜 찼어도 이만큼은 레코드를 더 기다려요.", en: "How long a batch that is not full waits for more records." }
    MAX_BLOCK_MS { ko: "버퍼가 찼거나 메타데이터가 없을 때 send()가 멈춰 기다리는 시간이에요.", en: "How long send() waits where the buffer is full or the metadata is missing." }
    MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION { ko: "답을 기다리지 않고 한 연결에 보내 둘 수 있는 요청 수예요. 멱등 프로듀서는 5까지예요.", en: "How many requests may be on their way on one connection; at most 5 with idempotence." }
    MAX_POLL_INTERVAL_MS { ko: "poll() 사이가 이보다 길어지면 그룹에서 빠져요.", en: "The longest time between two polls; after it the member leaves the group." }
    MAX_POLL_RECORDS { ko: "poll() 한 번이 돌려주는 레코드 수의 상한이에요.", en: "How many records one poll returns at most." }
    MAX_REQUEST_SIZE { ko: "요청 하나의 최대 크기예요. 레코드 하나도 이보다 클 수 없어요.", en: "The largest request, and so the largest record." }
    PARTITION_ASSIGNMENT_STRATEGY { ko: "파티션을 그룹의 멤버에게 나누는 방법이에요.", en: "How partitions are shared out among the members of the group." }
    PARTITIONER_CLASS { ko: "레코드를 어느 파티션에 보낼지 정하는 클래스예요.", en: "The class that picks the partition of a record." }
    REQUEST_TIMEOUT_MS { ko: "요청 하나의 답을 기다리는 시간이에요.", en: "How long the answer to one request may take." }
    RETRIES { ko: "실패한 전송을 다시 해 보는 횟수예요. 보통은 delivery.timeout.ms로 조절해요.", en: "How often a failed send is tried again; delivery.timeout.ms is the better limit." }
    SASL_JAAS_CONFIG { ko: "SASL 로그인에 쓰는 JAAS 설정이에요.", en: "The JAAS configuration of the SASL login." }
    SASL_MECHANISM { ko: "브로커에 로그인하는 SASL 방식이에요.", en: "The SASL mechanism to log in with." }
    SECURITY_PROTOCOL { ko: "브로커와 이야기하는 프로토콜이에요. 리스너의 것과 같아야 해요.", en: "The protocol to speak with the brokers; it must be that of the listener." }
    SESSION_TIMEOUT_MS { ko: "하트비트가 이만큼 없으면 그룹에서 빠진 것으로 쳐요.", en: "How long heartbeats may be missing before the member counts as gone." }
    TRANSACTIONAL_ID { ko: "트랜잭션을 쓰는 프로듀서의 이름이에요. 같은 이름의 새 프로듀서가 옛것을 밀어내요.", en: "The name of a producer with transactions; a new one of the same name fences off the old." }
    VALUE_DESERIALIZER { ko: "받은 값을 객체로 바꾸는 클래스예요.", en: "The class that makes objects of values." }
    VALUE_SERIALIZER { ko: "값을 바이트로 바꾸는 클래스예요.", en: "The class that makes bytes of values." }
}
