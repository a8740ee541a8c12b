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

    RAN_WITH_SEVERAL { ko: "{tool} {option:을/를} 주소 둘 이상으로 실행해서 성공한다", en: "{tool} {option} is run with two or more addresses and succeeds" }

    LISTENS { ko: "브로커가 포트 {port}에서 듣는다", en: "the broker listens on port {port}" }
    LISTENS_AT { ko: "브로커: 포트 {found}에서 대답해요", en: "broker: answers on port {found}" }
    CONFIG { ko: "브로커가 쓰는 {key:이/가} {value:이다/다}", en: "the broker uses {key}={value}" }
    CONFIG_IS { ko: "브로커가 쓰는 {key}: {found}", en: "the broker uses {key}={found}" }
    STARTED_WITH { ko: "브로커를 시작한 설정에 {line:이/가} 있다", en: "the broker was started with {line}" }
    STARTED_WITH_IS { ko: "브로커를 시작한 설정에 {line:이/가} 있어요", en: "the broker was started with {line}" }
    STARTED_WITH_OTHER { ko: "브로커를 시작한 {file}에는 {line:이라고/라고} 돼 있어요", en: "{file}, which the broker was started with, says {line}" }
    STARTED_WITHOUT { ko: "브로커를 시작한 {file}에 {key:이/가} 없어요. 다른 파일을 고쳤거나 저장하지 않았을 수 있어요", en: "{file}, which the broker was started with, has no {key}: was another file edited, or this one not saved?" }
    STARTED_BEFORE { ko: "{file:을/를} 저장하기 전에 시작한 브로커예요. 멈추고 다시 시작하면 읽어요", en: "the broker was started before {file} was saved: stop it and start it again" }
    STARTED_WITH_UNREAD { ko: "브로커를 시작한 설정 파일을 읽지 못했어요", en: "the file that the broker was started with cannot be read" }
    ADVERTISES { ko: "브로커가 클라이언트에게 알려 주는 주소가 {host:이다/다}", en: "the broker tells clients to come to {host}" }
    ADVERTISES_IS { ko: "브로커가 알려 주는 주소: {found}", en: "the address it tells: {found}" }

    NOT_RUNNING { ko: "이 실습에서 시작한 {server:이/가} 없어요", en: "no {server} of this lab is running" }
    IN_BACKGROUND { ko: "{server:이/가} 뒤에서 돌고 터미널은 비어 있다", en: "{server} runs in the background, its terminal is free" }
    IN_BACKGROUND_IS { ko: "{server}: 뒤에서 돌아요 (pid {pid})", en: "{server}: runs in the background (pid {pid})" }
    IN_FOREGROUND { ko: "{server:이/가} 앞에서 돌면서 터미널을 차지하고 있어요 (pid {pid})", en: "{server} runs in the foreground and has the terminal to itself (pid {pid})" }
    OUTLIVES { ko: "{server:이/가} 자기를 시작한 터미널이 닫힌 뒤에도 돈다", en: "{server} goes on after the terminal that started it" }
    OUTLIVES_IS { ko: "{server}: 터미널 없이도 돌고 있어요 (pid {pid})", en: "{server}: goes on without its terminal (pid {pid})" }
    TERMINAL_IS_OPEN { ko: "{server:을/를} 시작한 터미널 {terminal:이/가} 아직 열려 있어요", en: "terminal {terminal}, where {server} was started, is still open" }
    BROKER_ENDED_CLEANLY { ko: "브로커가 정리를 마치고 끝났다", en: "the broker has put its things in order and ended" }
    BROKER_ENDED_KILLED { ko: "브로커가 정리할 틈 없이 죽었다", en: "the broker was killed before it could put anything in order" }
    ENDED_CLEANLY { ko: "데이터 폴더에 .kafka_cleanshutdown을 남기고 끝났어요: 할 일을 다 하고 간 거예요", en: "it left .kafka_cleanshutdown in its data folder: everything was put in order" }
    ENDED_KILLED { ko: "데이터 폴더에 .kafka_cleanshutdown이 없어요: 정리할 틈이 없었어요", en: "there is no .kafka_cleanshutdown in its data folder: it had no time to put anything in order" }
    ENDED_MARKED_BY_HAND { ko: "표시는 있지만 브로커가 색인을 닫지 못했어요: 정리하고 끝난 게 아니에요. 다시 띄운 다음 끝내세요", en: "the mark is there, but the broker has not closed its indexes: it did not end in order. Start it again, then end it" }
    ENDED_MARK_REMOVED { ko: "표시는 없지만 브로커가 색인을 모두 닫았어요: 정리하고 끝난 거예요. 다시 띄운 다음 끝내세요", en: "the mark is not there, but the broker has closed its indexes: it ended in order. Start it again, then end it" }
    ENDED_UNSEEN { ko: "돌고 있는 브로커를 아직 보지 못했어요. 다시 띄운 다음 끝내세요", en: "no running broker was seen yet: start it, then end it" }

    ASK_BROKER_ID { ko: "브로커의 id를 answer로 답한다", en: "the broker's id is answered" }
    ASK_BROKER_PORT { ko: "브로커가 듣는 포트를 answer로 답한다", en: "the port that the broker listens on is answered" }
    ASK_BROKER_PID { ko: "브로커의 프로세스 번호를 answer로 답한다", en: "the broker's process number is answered" }
    ASK_COORDINATOR_PID { ko: "주키퍼의 프로세스 번호를 answer로 답한다", en: "ZooKeeper's process number is answered" }
    ASK_CLUSTER_ID { ko: "클러스터의 id를 answer로 답한다", en: "the cluster's id is answered" }
    ASK_ADVERTISED_ADDRESS { ko: "브로커가 클라이언트에게 알려 주는 주소를 answer로 답한다", en: "the address that the broker tells clients is answered" }
    ASK_SCRIPT_COUNT { ko: "bin 바로 아래에 있는 스크립트(.sh)의 수를 answer로 답한다", en: "the number of scripts (.sh) right in bin is answered" }
    ASK_COORDINATOR_PORT_SETTING { ko: "주키퍼의 설정 파일에 적힌 포트를 answer로 답한다", en: "the port that ZooKeeper's file of settings gives is answered" }
    ASK_JAVA_VERSION { ko: "자바의 버전을 answer로 답한다 (없으면 answer none)", en: "the version of Java is answered (where there is none: answer none)" }
    ANSWER_NONE { ko: "아직 답하지 않았어요", en: "not answered yet" }
    ANSWER_RIGHT { ko: "{answer}: 맞아요", en: "{answer}: that is right" }
    ANSWER_WRONG { ko: "{answer:은/는} 시스템이 말하는 것과 달라요", en: "{answer} is not what the system says" }

    UNPACKED { ko: "{archive}의 내용이 다 풀려 있다", en: "all that is in {archive} is unpacked" }
    UNPACKED_IS { ko: "{folder}: 파일 {count}개가 다 있어요", en: "{folder}: all {count} files are there" }
    UNPACKED_PART { ko: "{folder}에 파일 {count}개 중 {missing}개가 없어요. 묶음을 끝까지 풀지 못했거나 일부만 풀었어요", en: "in {folder}, {missing} of {count} files are missing: the archive was not whole, or only a part of it was unpacked" }
    UNPACKED_SOURCE { ko: "{folder:은/는} 소스 코드예요. 실행할 프로그램이 있는 묶음은 {archive:이에요/예요}", en: "{folder} is the source; the archive with programs to run is {archive}" }
    UNPACKED_NOT { ko: "아직 풀린 폴더가 보이지 않아요. 다른 곳에 풀었다면 그 폴더로 cd 해 보세요", en: "no unpacked folder is seen yet; if it is somewhere else, cd into it" }
    IN_DISTRIBUTION { ko: "터미널이 풀어 놓은 카프카 폴더 안에 있다", en: "a terminal is in the unpacked folder of Kafka" }
    IN_DISTRIBUTION_IS { ko: "터미널: {folder}에 있어요", en: "terminal: it is in {folder}" }
    IN_DISTRIBUTION_NOT { ko: "카프카 폴더에 들어가 있는 터미널이 없어요", en: "no terminal is in the folder of Kafka" }
    LOOKED { ko: "kafkalab doctor를 실행한다", en: "kafkalab doctor is run" }
    LOOKED_IS { ko: "kafkalab doctor가 이 컴퓨터를 점검했어요", en: "kafkalab doctor has looked at this machine" }

    STOPPED { ko: "{server:이/가} 멈췄다", en: "{server} has stopped" }
    STOPPED_IS { ko: "{server}: 프로세스도 포트도 이제 없어요", en: "{server}: neither process nor port is left" }
    STOPPED_NEVER_RAN { ko: "{server:은/는} 이 실습에서 시작된 적이 없어요", en: "{server} has not been started in this lab" }
    STILL_RUNS { ko: "{server:이/가} 아직 돌고 있어요 (pid {pid})", en: "{server} is still running (pid {pid})" }

    ANSWER { ko: "확인이 대답한다", en: "the checks answer" }
    NO_ANSWER { ko: "아직 한 번도 대답하지 않았어요", en: "they have not answered once" }
    UNREACHABLE { ko: "브로커에게 물어보지 못했어요: {reason}", en: "the broker could not be asked: {reason}" }
}
