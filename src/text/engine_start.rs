//! What `engine-start` says about two engines side by side.

crate::texts! {
    ABOUT {
        ko: "처음부터 토픽 하나를 만들 때까지: {rounds}번 재어 가운데 값을 골랐어요.",
        en: "From nothing to a created topic: the median of {rounds} rounds.",
    }
    COORDINATOR { ko: "주키퍼 준비", en: "coordinator serves" }
    BROKER { ko: "브로커 준비", en: "broker serves" }
    TOPIC { ko: "토픽 생성", en: "topic created" }
    TOTAL { ko: "합계", en: "in all" }
    MEMORY { ko: "메모리(RSS)", en: "memory (RSS)" }
    RATIO { ko: "비율", en: "ratio" }
    NOT_A_KAFKA_FOLDER {
        ko: "{path}에는 아파치 카프카가 없어요. bin과 libs가 있는 kafka_2.13-3.6.0 폴더를 적어 주세요.",
        en: "There is no Apache Kafka in {path}. Name a folder like kafka_2.13-3.6.0, with bin and libs in it.",
    }
}
