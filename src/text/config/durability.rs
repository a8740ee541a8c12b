//! Rules about settings that work, and risk data or contradict each other.

crate::rule_texts! {
    MIN_ISR {
        title: ("min.insync.replicas가 복제본 수보다 커요", "min.insync.replicas is larger than the number of replicas"),
        why: ("acks=all로 쓰려면 동기화된 복제본이 min.insync.replicas만큼 있어야 해요. 복제본이 그보다 적게 만들어지면 그런 쓰기는 모두 거절돼요.", "A write with acks=all needs that many replicas in sync. Where topics are made with fewer, every such write is refused."),
        fix: ("default.replication.factor를 min.insync.replicas보다 크게 하세요. 보통 3과 2를 써요.", "Make default.replication.factor larger than min.insync.replicas; 3 and 2 are usual."),
        seen: ("acks=all로 쓰는 프로듀서가 NOT_ENOUGH_REPLICAS 오류를 받아요.", "Producers with acks=all get the error NOT_ENOUGH_REPLICAS."),
    }
    TRANSACTION_MIN_ISR {
        title: ("트랜잭션 로그의 min.isr이 복제본 수보다 커요", "The transaction log's min.isr is larger than its number of replicas"),
        why: ("transaction.state.log.min.isr의 기본값은 2예요. 복제본을 1로 줄이면서 min.isr을 그대로 두면 트랜잭션이 시작되지 못하고 계속 기다려요.", "transaction.state.log.min.isr is 2 by default. With one replica and that default, transactions never get going."),
        fix: ("브로커가 하나면 둘 다 1로 하세요.", "With one broker set both to 1."),
        seen: ("트랜잭션을 쓰는 프로듀서가 COORDINATOR_NOT_AVAILABLE을 되풀이해서 받아요.", "Producers with transactions get COORDINATOR_NOT_AVAILABLE again and again."),
    }
    UNCLEAN_ELECTION {
        title: ("뒤처진 복제본도 리더가 될 수 있게 했어요", "A replica that lags behind may become leader"),
        why: ("리더가 죽었을 때 빨리 이어 가는 대신, 아직 복제되지 않은 메시지는 영영 사라져요.", "After a leader dies the partition goes on sooner, and messages that were not replicated yet are lost for good."),
        fix: ("잃어도 되는 데이터가 아니면 false로 두세요.", "Leave it at false unless the data may be lost."),
    }
    FETCH_SMALLER_THAN_MESSAGE {
        title: ("복제할 때 한 번에 가져오는 크기가 메시지보다 작아요", "Replicas fetch less at a time than one message may have"),
        why: ("큰 메시지도 복제되기는 하지만 한 번에 하나씩만 가져와서 느려져요.", "Large messages are still replicated, and only one at a time."),
        fix: ("replica.fetch.max.bytes를 message.max.bytes 이상으로 하세요.", "Make replica.fetch.max.bytes at least message.max.bytes."),
    }
    MESSAGE_LARGER_THAN_REQUEST {
        title: ("요청의 한도가 메시지의 한도보다 작아요", "A request may be smaller than a message"),
        why: ("socket.request.max.bytes보다 큰 요청은 연결째 끊겨요. 그래서 message.max.bytes만큼 큰 메시지는 도착할 수 없어요.", "A request beyond socket.request.max.bytes is cut off with its connection, so a message of message.max.bytes never arrives."),
        fix: ("socket.request.max.bytes를 message.max.bytes보다 크게 하세요.", "Make socket.request.max.bytes larger than message.max.bytes."),
        seen: ("org.apache.kafka.common.network.InvalidReceiveException: Invalid receive", "org.apache.kafka.common.network.InvalidReceiveException: Invalid receive"),
    }
    SEVERAL_UNITS {
        title: ("같은 것을 여러 단위로 적었어요", "The same is set in several units"),
        why: ("작은 단위가 이겨요. ms가 있으면 minutes와 hours는, minutes가 있으면 hours는 쓰이지 않아요.", "The smaller unit wins: with ms set, minutes and hours are not used, with minutes set hours are not."),
        fix: ("하나만 남기세요.", "Keep one of them."),
    }
    SEGMENT_LARGER_THAN_RETENTION {
        title: ("세그먼트 하나가 보관 한도보다 커요", "One segment is larger than what is kept"),
        why: ("지우는 일은 세그먼트 단위로 하고, 지금 쓰고 있는 세그먼트는 지우지 않아요. 그래서 보관 한도보다 훨씬 많은 데이터가 남아요.", "Data is deleted by whole segments, and never the one that is written to. Far more than log.retention.bytes stays."),
        fix: ("log.segment.bytes를 log.retention.bytes보다 작게 하세요.", "Make log.segment.bytes smaller than log.retention.bytes."),
    }
    SESSION_TIMEOUTS {
        title: ("컨슈머 그룹의 최소 세션 시간이 최대보다 길어요", "The shortest session of a consumer group is longer than the longest"),
        why: ("컨슈머가 요청하는 세션 시간은 두 값 사이여야 해요. 사이가 없으니 어떤 컨슈머도 그룹에 들어가지 못해요.", "A consumer's session timeout must lie between the two. Nothing does, so no consumer can join a group."),
        fix: ("group.min.session.timeout.ms를 group.max.session.timeout.ms보다 작게 하세요.", "Make group.min.session.timeout.ms smaller than group.max.session.timeout.ms."),
        seen: ("The session timeout is not within the range allowed by the broker", "The session timeout is not within the range allowed by the broker"),
    }
    INTERNAL_TOPICS {
        title: ("오프셋 토픽의 복제본이 다른 토픽보다 적어요", "The offsets topic has fewer replicas than other topics"),
        why: ("브로커가 하나 죽으면 다른 토픽은 살아 있어도, 컨슈머 그룹의 오프셋을 찾지 못해 그룹이 멈춰요.", "When a broker dies the other topics live on, and consumer groups stop because their offsets are gone with it."),
        fix: ("offsets.topic.replication.factor를 default.replication.factor와 같게 하세요.", "Make offsets.topic.replication.factor equal to default.replication.factor."),
    }
    NO_RETENTION {
        title: ("메시지를 끝없이 보관해요", "Messages are kept without end"),
        why: ("시간과 크기 모두 한도가 없어서 디스크가 찰 때까지 쌓여요. 디스크가 차면 브로커가 멈춰요.", "There is no limit in time nor in size: the data grows until the disk is full, and then the broker stops."),
        fix: ("일부러 그런 것이 아니면 log.retention.hours나 log.retention.bytes를 정하세요.", "Set log.retention.hours or log.retention.bytes unless this is meant."),
    }
}
