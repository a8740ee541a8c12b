//! What `kafkalab diagnose` says around the causes.

crate::texts! {
    ABOUT { ko: "로그나 도구의 출력을 읽고 무슨 일이 있었는지 알려 줘요", en: "Read logs or a tool's output and say what happened" }
    HELP_AFTER {
        ko: "종료 코드: 0 잘못이 없어요 (알림만 있을 때도) · 1 원인을 찾았거나 모르는 오류가 있어요 · 2 읽지 못한 것이 있어요\n예: docker logs broker 2>&1 | kafkalab diagnose -",
        en: "Exit codes: 0 nothing wrong, or notes alone · 1 a cause or an unknown error was found · 2 something could not be read\nExample: docker logs broker 2>&1 | kafkalab diagnose -",
    }
    ARG_FILES { ko: "로그 파일, 표준 입력은 - (기본: 표준 입력)", en: "log files, - for standard input (default: standard input)" }
    ARG_FORMAT { ko: "결과의 모양: text 또는 json", en: "how it is written: text or json" }

    HEAD { ko: "{file}: {lines}줄", en: "{file}: {lines: line/ lines}" }
    CLEAN { ko: "잘못된 것은 보이지 않아요.", en: "Nothing wrong is to be seen." }
    AT { ko: "{line}번째 줄", en: "line {line}" }
    TIMES { ko: "{count}번 나왔고, 마지막은 {last}번째 줄이에요.", en: "Seen {count} times, last in line {last}." }
    FOLDED { ko: "{count}줄은 이것 때문에 나온 말이에요.", en: "{count: line only follows/ lines only follow} from it." }
    UNKNOWN { ko: "설명할 수 없는 오류가 {count}개 있어요. 처음은 {line}번째 줄이에요.", en: "{count: error/ errors} that no rule explains, the first in line {line}." }
    EXPLAIN { ko: "더 알아보기: kafkalab explain {code}", en: "more: kafkalab explain {code}" }
}
