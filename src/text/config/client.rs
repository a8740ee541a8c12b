//! Rules about the files of producers and consumers.

crate::rule_texts! {
    UNKNOWN {
        title: ("클라이언트가 모르는 설정 이름이에요", "The client does not know this setting"),
        why: ("모르는 이름은 '쓰이지 않았다'는 한 줄만 로그에 남기고 무시돼요. 콘솔 도구에서는 그 줄도 보이지 않아요.", "A name that it does not know is ignored, with no more than a line in the log that it was not used; the console tools do not even show that."),
        fix: ("이름을 바로잡거나, 필요 없으면 지우세요.", "Correct the name, or take it out."),
        seen: ("These configurations '[…]' were supplied but are not used yet.", "These configurations '[…]' were supplied but are not used yet."),
    }
    OF_OTHER_CLIENT {
        title: ("다른 클라이언트의 설정이에요", "The setting is one of another client"),
        why: ("프로듀서와 컨슈머는 설정이 서로 달라요. 상대의 설정은 무시돼요.", "Producers and consumers have settings of their own; one of the other is ignored."),
        fix: ("그 설정을 쓰는 클라이언트 쪽으로 옮기세요.", "Give the setting to the client that has it."),
    }
    BOOTSTRAP {
        title: ("bootstrap.servers의 주소가 맞지 않아요", "An address in bootstrap.servers is not valid"),
        why: ("호스트:포트를 쉼표로 이어 적어요. 포트에는 기본값이 없어요.", "It is a list of host:port with commas, and there is no default port."),
        fix: ("localhost:9092처럼 적으세요.", "Write it as localhost:9092."),
        seen: ("Invalid url in bootstrap.servers: localhost", "Invalid url in bootstrap.servers: localhost"),
    }
    BOOTSTRAP_ZOOKEEPER {
        title: ("bootstrap.servers가 주키퍼의 포트를 가리켜요", "bootstrap.servers points at ZooKeeper's port"),
        why: ("2181은 주키퍼가 보통 쓰는 포트예요. 클라이언트는 브로커와 이야기해요.", "2181 is ZooKeeper's usual port. Clients talk to brokers."),
        fix: ("브로커의 포트(보통 9092)로 바꾸세요.", "Use the broker's port, usually 9092."),
        seen: ("Bootstrap broker localhost:2181 (id: -1 rack: null) disconnected", "Bootstrap broker localhost:2181 (id: -1 rack: null) disconnected"),
    }
    IDEMPOTENCE {
        title: ("멱등 프로듀서와 맞지 않는 설정이에요", "The setting does not go with an idempotent producer"),
        why: ("enable.idempotence=true에는 acks=all, 1 이상의 retries, 5 이하의 max.in.flight.requests.per.connection이 있어야 해요.", "enable.idempotence=true needs acks=all, retries of at least 1, and max.in.flight.requests.per.connection of at most 5."),
        fix: ("그 설정을 고치거나 enable.idempotence를 false로 하세요.", "Change that setting, or set enable.idempotence to false."),
        seen: ("Must set acks to all in order to use the idempotent producer.", "Must set acks to all in order to use the idempotent producer."),
    }
    DELIVERY_TIMEOUT {
        title: ("delivery.timeout.ms가 너무 짧아요", "delivery.timeout.ms is too short"),
        why: ("기다렸다 보내는 시간(linger.ms)과 한 번의 요청 시간(request.timeout.ms)을 더한 것보다 짧을 수 없어요.", "It may not be shorter than linger.ms and request.timeout.ms together."),
        fix: ("늘리거나 줄을 지우세요. 기본은 120000(2분)이에요.", "Raise it, or take the line out: the default is 120000, two minutes."),
        seen: ("delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms", "delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms"),
    }
    HEARTBEAT {
        title: ("heartbeat.interval.ms가 세션 시간보다 짧지 않아요", "heartbeat.interval.ms is not shorter than the session"),
        why: ("살아 있다고 알리기 전에 세션이 끝나 버려요. 그래서 컨슈머가 시작하지 못해요.", "The session would end before the consumer says that it is alive, so the consumer does not start."),
        fix: ("session.timeout.ms의 3분의 1쯤으로 하세요.", "Make it about a third of session.timeout.ms."),
        seen: ("Heartbeat must be set lower than the session timeout", "Heartbeat must be set lower than the session timeout"),
    }
}
