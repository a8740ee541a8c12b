//! What `kafkalab lint` and `kafkalab explain` say around the findings.

crate::texts! {
    FIX { ko: "고치면: {line}   (kafkalab lint {option})", en: "fix: {line}   (kafkalab lint {option})" }
    FIX_LINE { ko: "고치면: {line}", en: "fix: {line}" }
    SUMMARY { ko: "파일 {files}개에서 오류 {errors}개, 경고 {warnings}개, 알림 {notes}개", en: "{errors: error/ errors}, {warnings: warning/ warnings}, {notes: note/ notes} in {files: file/ files}" }
    NOT_SHOWN { ko: "나머지 {count}개는 --format json 으로 볼 수 있어요", en: "{count} more are not shown: --format json has them all" }
    FIXED { ko: "{file}: {count}군데를 고쳤어요", en: "{file}: {count} fixed" }
    FIXABLE { ko: "{count}개는 kafkalab lint --fix 로 고칠 수 있어요", en: "{count} can be fixed with kafkalab lint --fix" }
    KNOWN_LEFT_OUT { ko: "기준 파일에 있는 {count}개는 빼고 보였어요", en: "{count} known from the baseline left out" }
    BASELINE_WRITTEN { ko: "{path}에 {count}개를 적어 두었어요", en: "{count} written to {path}" }

    ABOUT { ko: "설정 파일과 명령줄, 스크립트, 문서에서 잘못을 찾아요", en: "Find mistakes in configuration files, command lines, scripts and documents" }
    ABOUT_EXPLAIN { ko: "규칙 하나를 설명하거나 모두 보여 줘요", en: "Explain a rule, or list them all" }
    HELP_AFTER {
        ko: "종료 코드: 0 깨끗해요 (알림만 있을 때도) · 1 경고나 오류가 있어요 · 2 보지 못한 것이 있어요\n파일 안에서 끄기: # kafkalab: ignore[KL401] 까닭   (아래 설정이나 명령에만)   ·   # kafkalab: ignore-file[KL450] 까닭",
        en: "Exit codes: 0 clean, or notes alone · 1 warnings or errors · 2 something could not be looked at\nWithin a file: # kafkalab: ignore[KL401] reason   (for the setting or command below)   ·   # kafkalab: ignore-file[KL450] reason",
    }
    ARG_PATHS { ko: "파일이나 폴더, 표준 입력은 - (기본: 지금 폴더)", en: "files or folders, - for standard input (default: this folder)" }
    ARG_COMMAND { ko: "파일 대신 이 명령줄을 봐요 (여러 번 적을 수 있어요)", en: "look at this command line; may be given more than once" }
    ARG_KIND { ko: "파일의 종류 (기본: 이름과 내용을 보고 알아요)", en: "the kind of the files (default: told from name and content)" }
    ARG_FORMAT { ko: "결과의 모양", en: "how findings are written" }
    ARG_SELECT { ko: "이 규칙만 봐요: 코드(KL401), 코드의 앞부분(KL4), 이름; 쉼표로 여럿", en: "only these rules: codes (KL401), beginnings (KL4) or names, with commas" }
    ARG_IGNORE { ko: "이 규칙은 빼고 봐요", en: "all but these rules" }
    ARG_SEVERITY { ko: "이보다 가벼운 것은 보지 않아요 (기본: note)", en: "leave out what matters less (default: note)" }
    ARG_FIX { ko: "확실한 것을 고쳐요", en: "fix what is certain" }
    ARG_UNSAFE { ko: "--fix가 짐작한 것도 고쳐요", en: "with --fix: fix what is a guess too" }
    ARG_DIFF { ko: "파일은 그대로 두고 고칠 것만 보여 줘요", en: "show what would be fixed and leave the files alone" }
    ARG_BASELINE { ko: "이 파일에 적힌 것은 빼고 봐요", en: "leave out what this file knows" }
    ARG_WRITE_BASELINE { ko: "지금 찾은 것을 이 파일에 적어 두어요", en: "write what is found now into this file" }
    ARG_KAFKA_VERSION { ko: "파일을 읽을 카프카의 버전 (기본: 3.6)", en: "the Kafka that reads the files (default: 3.6)" }
    ARG_RULE { ko: "규칙의 코드(KL401)나 이름", en: "the rule's code (KL401) or name" }
    ARG_LIST { ko: "모든 규칙을 보여 줘요", en: "list every rule" }

    E_READ { ko: "{path:을/를} 읽지 못했어요: {reason}", en: "{path} cannot be read: {reason}" }
    E_WRITE { ko: "{path:을/를} 쓰지 못했어요: {reason}", en: "{path} cannot be written: {reason}" }
    E_KIND { ko: "{path:이/가} 무슨 설정 파일인지 모르겠어요. --kind 로 알려 주세요.", en: "I cannot tell what {path} configures. Say so with --kind." }
    E_RULE { ko: "{found:이라는/라는} 규칙은 없어요. 모든 규칙은 kafkalab explain --list 에 있어요.", en: "There is no rule {found}. See kafkalab explain --list." }
    E_VERSION { ko: "{found:은/는} 카프카 버전이 아니에요. 3.6처럼 적으세요.", en: "{found} is no version of Kafka. Write it as 3.6." }
    E_BASELINE { ko: "{path:은/는} 기준 파일이 아니에요: {reason}", en: "{path} is no baseline: {reason}" }

    EXPLAIN_SEEN { ko: "카프카에서 보이는 것", en: "What you will see" }
    EXPLAIN_WHY { ko: "왜", en: "Why" }
    EXPLAIN_FIX { ko: "어떻게", en: "What to do" }
}
