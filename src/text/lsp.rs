//! What `kafkalab lsp` says in an editor, around the findings.

crate::texts! {
    ABOUT { ko: "편집기를 위한 언어 서버: 설정 파일의 잘못, 고치기, 설명, 자동 완성", en: "A language server for editors: mistakes, fixes, explanations and completion in configuration files" }
    ARG_STDIO { ko: "표준 입출력으로 이야기해요 (늘 그래요)", en: "speak over standard input and output (it always does)" }

    FIX { ko: "고치기: {line}", en: "Fix: {line}" }
    FIX_GUESS { ko: "고치기 (짐작이에요. 맞는지 보세요): {line}", en: "Fix (a guess, look at it): {line}" }
    FIX_ALL { ko: "확실한 것을 모두 고치기", en: "Fix all that is certain" }

    KIND { ko: "타입: `{kind}`", en: "Type: `{kind}`" }
    DEFAULT { ko: "기본값: `{value}`", en: "Default: `{value}`" }
    NO_DEFAULT { ko: "기본값: 없음", en: "Default: none" }
    EMPTY_DEFAULT { ko: "기본값: 빈 값", en: "Default: empty" }
    REQUIRED { ko: "꼭 적어야 해요.", en: "It must be set." }
    CHOICES { ko: "값: `{values}`", en: "Values: `{values}`" }
    RANGE { ko: "범위: `{range}`", en: "Range: `{range}`" }
    READ_ONLY { ko: "동적: 아니요. 파일을 고치고 브로커를 다시 시작해야 해요.", en: "Dynamic: no, a change needs a restart of the broker." }
    PER_BROKER { ko: "동적: 네, 브로커마다 kafka-configs.sh로 실행 중에 바꿀 수 있어요.", en: "Dynamic: yes, kafka-configs.sh changes it for one broker while that runs." }
    CLUSTER_WIDE { ko: "동적: 네, 브로커마다 또는 클러스터 전체를 kafka-configs.sh로 실행 중에 바꿀 수 있어요.", en: "Dynamic: yes, kafka-configs.sh changes it for one broker or the whole cluster while it runs." }
    DEPRECATED { ko: "사라질 예정이에요.", en: "Deprecated." }
    GONE_IN_4 { ko: "카프카 4.0에는 없어요.", en: "Kafka 4.0 does not have it." }
    REMOVED { ko: "카프카 {version}부터 없어요.", en: "Gone since Kafka {version}." }
    INSTEAD { ko: "대신: `{key}`", en: "Instead: `{key}`" }

    BAD_MESSAGE { ko: "읽을 수 없는 메시지를 건너뛰었어요: {reason}", en: "Left out a message that cannot be read: {reason}" }
    LARGE_MESSAGE { ko: "메시지가 너무 커서 건너뛰었어요: {found}바이트, {limit}바이트까지예요", en: "Left out a message that is too large: {found} bytes, at most {limit}" }
    TOO_MANY { ko: "열린 문서가 {limit}개라 {uri:은/는} 보지 않아요", en: "{limit} documents are open, so {uri} is not looked at" }
}
