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
}
