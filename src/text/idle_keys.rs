//! Why some configs of clients do nothing in the bundled tools.

crate::texts! {
    SECURITY { ko: "번들 도구는 PLAINTEXT로만 말해요. 다른 security.protocol은 거절하니, 여기에 맡길 비밀도 없어요.", en: "the bundled tools speak PLAINTEXT only and refuse every other security.protocol, so there is nothing to secure with it" }
    METRICS { ko: "JMX가 없어요. 지표는 --print-metrics로만 보이고, 거기 나오는 것은 모두 INFO 수준이에요.", en: "there is no JMX: metrics are seen by --print-metrics alone, and all of those are of the level INFO" }
    LOOKUP { ko: "이름 하나의 주소는 값과 상관없이 모두 차례로 시도해요. 이름을 거꾸로 찾는 일은 SASL에만 필요해요.", en: "all addresses of a name are tried in turn whatever it says; looking names up backwards serves SASL only" }
    SERIALIZERS { ko: "카프카의 도구처럼 스스로 정한 것만 써요.", en: "the tools set their own, as Kafka's do" }
    LEADER_WAITS { ko: "프로듀서가 리더마다 얼마나 기다리는지 재지 않아요. 기본값 0과 같아요.", en: "the producer does not measure how long a leader lets batches wait, which is what the default of 0 means" }
    OLD_BROKERS { ko: "2.5보다 오래된 브로커에만 뜻이 있어요.", en: "it matters with brokers older than 2.5 only" }
    ASKED_EACH_TIME { ko: "관리 도구는 일할 때마다 메타데이터를 새로 물어봐요.", en: "the admin tools ask for metadata anew with each thing they do" }
    INTRO { ko: "번들 도구에서는 아무 일도 하지 않는 설정과 그 까닭이에요. 나머지는 카프카의 클라이언트에서와 같은 일을 해요.", en: "These do nothing in the bundled tools, because of what stands beside them; all others do what they do in Kafka's clients." }
}
