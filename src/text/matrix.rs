//! What `kafkalab matrix` says.

crate::texts! {
    ABOUT {
        ko: "주키퍼, 브로커, 도구를 내장과 아파치로 바꿔 가며 여덟 조합에서 실습을 돌려요",
        en: "Play the labs with coordinator, broker and tools each bundled or Apache: all eight cells",
    }
    EXIT_CODES {
        ko: "종료 코드: 0 모든 조합이 통과 · 1 통과하지 못한 조합이 있어요 · 2 시작하지 못했어요",
        en: "Exit codes: 0 every cell passes · 1 some cell does not · 2 could not run",
    }
    ARG_APACHE {
        ko: "아파치 카프카 3.6.0 폴더 (기본: KAFKA_HOME)",
        en: "folder of Apache Kafka 3.6.0 (default: KAFKA_HOME)",
    }
    ARG_CELL {
        ko: "이 조합만 돌려요 (주키퍼/브로커/도구, 예: apache/bundled/apache). 여러 번 쓸 수 있어요",
        en: "play only this cell, COORDINATOR/BROKER/TOOLS, as apache/bundled/apache; may be repeated",
    }
    E_CELL {
        ko: "{found:은/는} 조합이 아니에요. apache/bundled/apache 처럼 주키퍼/브로커/도구 순서로 적어 주세요.",
        en: "{found} is no cell. Write COORDINATOR/BROKER/TOOLS, as apache/bundled/apache.",
    }
    COORDINATOR { ko: "주키퍼", en: "coordinator" }
    BROKER { ko: "브로커", en: "broker" }
    TOOLS { ko: "도구", en: "tools" }
    LAB { ko: "{passed}/{steps}  {seconds}초", en: "{passed}/{steps}  {seconds} s" }
    SUMMARY { ko: "{cells}개 조합 중 {good}개 통과", en: "{good} of {cells} cells pass" }
}
