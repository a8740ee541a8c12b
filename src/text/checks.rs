//! What the checks of a lab say: what they look for, and what they found.

crate::texts! {
    COORDINATOR_SERVES { ko: "주키퍼가 대답한다", en: "ZooKeeper answers" }
    COORDINATOR_AT { ko: "주키퍼: 포트 {port}에서 대답해요 (pid {pid})", en: "ZooKeeper: answers on port {port} (pid {pid})" }
    COORDINATOR_NONE { ko: "이 실습에서 시작한 주키퍼가 없어요", en: "no ZooKeeper of this lab is running" }
    COORDINATOR_SILENT { ko: "주키퍼 프로세스(pid {pid})는 있지만 아직 대답하지 않아요", en: "a ZooKeeper process (pid {pid}) is there but does not answer yet" }

    BROKER_SERVES { ko: "브로커 {id:이/가} 요청을 받고 주키퍼에 등록돼 있다", en: "broker {id} takes requests and is registered in ZooKeeper" }
    BROKER_AT { ko: "브로커 {id}: 포트 {port}에서 대답하고 주키퍼에 등록됐어요 (pid {pid})", en: "broker {id}: answers on port {port}, registered in ZooKeeper (pid {pid})" }
    BROKER_NONE { ko: "이 실습에서 시작한 브로커가 없어요", en: "no broker of this lab is running" }
    BROKER_SILENT { ko: "브로커 프로세스(pid {pid})는 있지만 아직 대답하지 않아요", en: "a broker process (pid {pid}) is there but does not answer yet" }
    BROKER_OTHER_ID { ko: "브로커 {id:이/가} 없고, 있는 것은 {found:이에요/예요}", en: "broker {id} is not there; found {found}" }
    BROKER_UNREGISTERED { ko: "브로커가 대답하지만 주키퍼의 /brokers/ids에는 아직 없어요", en: "the broker answers but is not in ZooKeeper's /brokers/ids yet" }

    TOPIC { ko: "토픽 {topic}: 파티션 {partitions}개, 복제본 {replicas}개", en: "topic {topic}: {partitions: partition/ partitions}, {replicas: replica/ replicas}" }
    TOPIC_IS { ko: "토픽 {topic}: 파티션 {partitions}개, 복제본 {replicas}개 (브로커 {brokers})", en: "topic {topic}: {partitions: partition/ partitions}, {replicas: replica/ replicas} (broker {brokers})" }
    TOPIC_ABSENT { ko: "토픽 {topic:이/가} 아직 없어요", en: "topic {topic} is not there yet" }
    TOPIC_SHAPE { ko: "토픽 {topic:은/는} 파티션 {partitions}개, 복제본 {replicas}개로 만들어져 있어요. 지우고 다시 만들 수 있어요", en: "topic {topic} has {partitions: partition/ partitions} and {replicas: replica/ replicas}; it can be deleted and made again" }
    TOPIC_NO_LEADER { ko: "토픽 {topic}의 파티션 {partition}에 리더가 없어요", en: "partition {partition} of topic {topic} has no leader" }

    NO_TOPIC { ko: "토픽 {topic:이/가} 없다", en: "topic {topic} is gone" }
    NO_TOPIC_IS { ko: "토픽 {topic:이/가} 이제 없어요", en: "topic {topic} is gone" }
    NO_TOPIC_STILL { ko: "토픽 {topic:이/가} 아직 있어요", en: "topic {topic} is still there" }

    RECORDS { ko: "토픽 {topic}에 메시지가 {count}개 이상 있다", en: "topic {topic} holds at least {count} messages" }
    RECORDS_ARE { ko: "토픽 {topic}: 메시지 {found}개", en: "topic {topic}: {found: message/ messages}" }

    CONSUMER { ko: "컨슈머가 토픽 {topic:을/를} 읽는다", en: "a consumer reads topic {topic}" }
    CONSUMER_FROM_BEGINNING { ko: "컨슈머가 토픽 {topic:을/를} 처음부터 읽는다", en: "a consumer reads topic {topic} from the beginning" }
    CONSUMER_IS { ko: "컨슈머가 토픽 {topic:을/를} 읽고 있어요 (pid {pid})", en: "a consumer reads topic {topic} (pid {pid})" }
    CONSUMER_WAS { ko: "컨슈머가 토픽 {topic:을/를} 읽고 끝났어요", en: "a consumer has read topic {topic} and ended" }
    CONSUMER_NONE { ko: "토픽 {topic:을/를} 읽는 컨슈머가 없어요", en: "no consumer reads topic {topic}" }
    CONSUMER_NOT_ATTACHED { ko: "컨슈머(pid {pid})가 아직 브로커에 붙지 않았어요", en: "the consumer (pid {pid}) is not attached to the broker yet" }
    CONSUMER_LATEST { ko: "컨슈머(pid {pid})가 있지만 처음부터 읽지 않고 새 메시지만 기다려요", en: "there is a consumer (pid {pid}), but it waits for new messages only" }

    NO_CLIENTS { ko: "콘솔 프로듀서와 컨슈머가 끝났다", en: "console producers and consumers have ended" }
    NO_CLIENTS_ARE { ko: "브로커에 붙어 있는 콘솔 클라이언트가 없어요", en: "no console client is attached to the broker" }
    CLIENTS_ARE { ko: "아직 돌고 있어요: {clients}", en: "still running: {clients}" }

    RAN { ko: "{tool} {option:을/를} 실행해서 성공한다", en: "{tool} {option} is run and succeeds" }
    RAN_OK { ko: "{tool} {option}: 성공했어요", en: "{tool} {option}: succeeded" }
    RAN_NOT { ko: "아직 실행하지 않았어요", en: "not run yet" }
    RAN_FAILED { ko: "실행했지만 종료 코드 {code:으로/로} 끝났어요", en: "it was run and ended with exit code {code}" }

    STOPPED { ko: "{server:이/가} 멈췄다", en: "{server} has stopped" }
    STOPPED_IS { ko: "{server}: 프로세스도 포트도 이제 없어요", en: "{server}: neither process nor port is left" }
    STOPPED_NEVER_RAN { ko: "{server:은/는} 이 실습에서 시작된 적이 없어요", en: "{server} has not been started in this lab" }
    STILL_RUNS { ko: "{server:이/가} 아직 돌고 있어요 (pid {pid})", en: "{server} is still running (pid {pid})" }

    ANSWER { ko: "확인이 대답한다", en: "the checks answer" }
    NO_ANSWER { ko: "아직 한 번도 대답하지 않았어요", en: "they have not answered once" }
    UNREACHABLE { ko: "브로커에게 물어보지 못했어요: {reason}", en: "the broker could not be asked: {reason}" }
}
