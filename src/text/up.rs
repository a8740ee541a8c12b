//! What `kafkalab up` says.

crate::texts! {
    ABOUT {
        ko: "주키퍼와 브로커를 띄워 두어요 (다른 프로젝트의 테스트에도 쓸 수 있어요)",
        en: "Run a coordinator and brokers for any use, another project's tests for one",
    }
    EXIT_CODES {
        ko: "Ctrl-C, SIGTERM, 터미널 닫힘, 부모 프로세스 종료에 깨끗이 멈춰요.\n\
             종료 코드: 0 멈추라고 해서 멈췄어요 · 1 서버가 스스로 끝났어요 · 2 시작하지 못했어요",
        en: "Stops cleanly on Ctrl-C, SIGTERM, a closed terminal, and when the process that started it is gone.\n\
             Exit codes: 0 stopped as asked · 1 a server ended by itself · 2 could not start",
    }
    ARG_BROKERS { ko: "브로커 수 (여럿이면 아파치 엔진이 필요해요)", en: "how many brokers (more than one needs the Apache engine)" }
    ARG_FREE_PORTS { ko: "2181과 9092부터가 아니라 비어 있는 포트를 써요", en: "use free ports instead of 2181 and 9092 onwards" }
    ARG_EPHEMERAL { ko: "데이터를 임시 폴더에 두고 끝나면 지워요", en: "keep the data in a temporary folder and remove it at the end" }
    ARG_DATA {
        ko: "데이터, 설정, 로그를 둘 폴더. 다시 띄우면 이어져요 (기본: 작업 폴더의 up)",
        en: "folder for data, configuration and logs; the next start goes on with it (default: up in the workspace)",
    }
    ARG_JSON { ko: "준비되면 주소를 JSON 한 줄로 출력해요", en: "print the addresses as one line of JSON once all serve" }
    BOOTSTRAP { ko: "쓰는 법: --bootstrap-server {bootstrap}", en: "use it with: --bootstrap-server {bootstrap}" }
    DATA { ko: "데이터: {path}", en: "data: {path}" }
    DATA_EPHEMERAL { ko: "데이터: {path} (끝나면 지워요)", en: "data: {path} (removed at the end)" }
    STOP { ko: "Ctrl-C를 누르면 모두 멈춰요.", en: "Ctrl-C stops everything." }
    E_ONE_BROKER {
        ko: "내장 엔진은 아직 브로커를 하나만 띄울 수 있어요 (복제가 없어요). 브로커 {brokers}개는 --engine apache=폴더 로 띄우세요.",
        en: "The bundled engine runs one broker: it has no replication yet. For {brokers} brokers use --engine apache=DIR.",
    }
    E_DATA {
        ko: "데이터 폴더 {path:을/를} 쓸 수 없어요 ({reason}). --data 로 다른 폴더를 적거나 --ephemeral 을 쓰세요.",
        en: "The folder {path} cannot be used ({reason}). Name another one with --data, or use --ephemeral.",
    }
    E_BUSY {
        ko: "{path}에서 kafkalab up이 이미 돌고 있어요 (pid {pid}). 그쪽을 쓰거나, --data 로 다른 폴더를 적거나, --ephemeral 을 쓰세요.",
        en: "kafkalab up is already running on {path} (pid {pid}). Use that one, name another folder with --data, or use --ephemeral.",
    }
    E_NOT_UP { ko: "서버를 띄우지 못했어요: {reason}", en: "The servers did not come up: {reason}" }
    E_ENDED {
        ko: "{server:이/가} 종료 코드 {code:으로/로} 스스로 끝나서 나머지도 멈췄어요. 로그를 보세요: {log}",
        en: "The {server} ended by itself with exit code {code}, so I stopped the others. Look into its log, {log}.",
    }
}
