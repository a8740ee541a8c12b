//! What `kafkalab doctor` says.

crate::texts! {
    ABOUT { ko: "두 엔진과 이 컴퓨터를 점검해요", en: "Check both engines and this machine" }
    EXIT_CODES {
        ko: "✓ 좋아요 · ! 실습은 할 수 있지만 볼 것이 있어요 · ✗ 이대로는 실습을 못 해요\n종료 코드: 0 ✗가 없어요 · 1 ✗가 있어요 · 2 점검하지 못했어요",
        en: "✓ fine · ! labs can be done, with a drawback · ✗ labs cannot be done like this\nExit codes: 0 no ✗ · 1 some ✗ · 2 could not run",
    }
    ALL_WELL { ko: "모두 좋아요.", en: "All well." }
    WARNINGS { ko: "볼 것이 {warnings}개 있지만 실습은 할 수 있어요.", en: "{warnings: thing/ things} to look at; labs can be done." }
    ERRORS { ko: "고칠 것이 {errors}개 있어요.", en: "{errors: thing/ things} to put right." }

    BUNDLED_OK {
        ko: "주키퍼와 브로커를 띄워 토픽을 만들고 멈췄어요 ({milliseconds} ms)",
        en: "coordinator and broker started, made a topic and stopped ({milliseconds} ms)",
    }
    BUNDLED_FAILED { ko: "뜨지 않아요: {reason}", en: "does not come up: {reason}" }
    BUNDLED_NEXT {
        ko: "아래 점검에서 디스크, 임시 폴더, 파일 수 제한을 보세요.",
        en: "Look at disk, temporary folder and open files below.",
    }
    APACHE { ko: "아파치 카프카", en: "Apache Kafka" }
    APACHE_OK { ko: "3.6.0 ({path})", en: "3.6.0 ({path})" }
    APACHE_UNNAMED {
        ko: "정해진 폴더가 없어요. 없어도 돼요 (KAFKA_HOME이나 --apache 로 적으면 점검해요)",
        en: "no folder is named, and none is needed (KAFKA_HOME or --apache DIR has it checked)",
    }
    APACHE_UNFIT { ko: "쓸 수 없어요", en: "cannot be used" }
    JAVA { ko: "Java", en: "Java" }
    JAVA_OK { ko: "Java {version} ({program})", en: "Java {version} ({program})" }
    JAVA_UNTESTED {
        ko: "카프카 3.6이 지원한다고 밝힌 버전은 {versions:이에요/예요}. 이상하면 그 가운데 하나로 JAVA_HOME을 정하세요.",
        en: "Kafka 3.6 is documented for {versions}. If it misbehaves, have JAVA_HOME point at one of these.",
    }
    JAVA_UNFIT { ko: "쓸 수 없어요", en: "cannot be used" }
    JAVA_UNNEEDED { ko: "없어도 돼요 (내장 엔진에는 필요 없어요)", en: "none, and none is needed (the bundled engine does without)" }

    PORTS { ko: "포트", en: "port" }
    PORT_FREE { ko: "{port} 비어 있어요", en: "{port} is free" }
    PORT_TAKEN { ko: "{port:을/를} {holder:이/가} 쓰고 있어요", en: "{port} is taken by {holder}" }
    PORT_TAKEN_UNSEEN { ko: "{port:을/를} 다른 사용자의 프로그램이 쓰고 있어요", en: "{port} is taken by another user's program" }
    PORT_TAKEN_NEXT {
        ko: "그 프로그램을 끝내거나 --free-ports 를 쓰세요.",
        en: "End that program, or use --free-ports.",
    }
    DISK_TITLE { ko: "디스크", en: "disk" }
    DISK { ko: "{free} MiB 남았어요 ({path})", en: "{free} MiB free ({path})" }
    DISK_NEXT { ko: "자리를 비우거나 --workspace 로 다른 곳을 쓰세요.", en: "Make room, or use another place with --workspace." }
    TERMINAL { ko: "터미널", en: "terminal" }
    TERMINAL_SIZE { ko: "{columns}×{rows}", en: "{columns}×{rows}" }
    TERMINAL_NONE { ko: "지금은 터미널이 아니에요 (verify는 돼요)", en: "none just now (verify needs none)" }
    TERMINAL_UNKNOWN { ko: "크기를 알 수 없어요", en: "its size is not known" }
    TERMINAL_NEXT { ko: "80칸 이상으로 넓혀 주세요.", en: "Make it at least 80 columns wide." }
    SHELL { ko: "셸", en: "shell" }
    SHELL_OK { ko: "bash ({path})", en: "bash ({path})" }
    SHELL_UNFIT { ko: "쓸 수 있는 bash가 없어요", en: "no bash that can be used" }
    LOCALE { ko: "로캘", en: "locale" }
    LOCALE_FOUND { ko: "{locale}", en: "{locale}" }
    LOCALE_NEXT {
        ko: "한글이 깨질 수 있어요. export LANG=C.UTF-8 처럼 UTF-8 로캘을 정하세요.",
        en: "Korean may come out broken. Set a UTF-8 one, as with export LANG=C.UTF-8.",
    }
    FILES { ko: "열 수 있는 파일", en: "open files" }
    FILES_FOUND { ko: "{limit}개 (ulimit -n)", en: "{limit} (ulimit -n)" }
    FILES_NEXT { ko: "브로커에는 적어요. ulimit -n 4096 으로 늘리세요.", en: "That is few for a broker. Raise it with ulimit -n 4096." }
    TMP { ko: "임시 폴더", en: "temporary files" }
    TMP_OK { ko: "{path}", en: "{path}" }
    TMP_FAILED { ko: "{path}에 소켓을 만들 수 없어요 ({reason})", en: "no socket can be made in {path} ({reason})" }
    TMP_NEXT { ko: "쓸 수 있는 짧은 경로를 TMPDIR로 정하세요.", en: "Have TMPDIR name a short path that can be written to." }
    HOST { ko: "컴퓨터 이름", en: "host name" }
    HOST_OK { ko: "{name}", en: "{name}" }
    HOST_UNKNOWN { ko: "{name}: 주소를 찾을 수 없어요", en: "{name} leads nowhere" }
    HOST_NEXT {
        ko: "브로커는 클라이언트에게 이 이름을 알려 줘요. /etc/hosts 에 127.0.1.1 {name} 줄을 더하세요.",
        en: "A broker tells clients this name. Add a line 127.0.1.1 {name} to /etc/hosts.",
    }
    CLOCK { ko: "시계", en: "clock" }
    CLOCK_FOUND { ko: "{time}", en: "{time}" }
    CLOCK_NEXT {
        ko: "이 프로그램이 만들어진 때보다 앞이에요. 시계를 맞추세요. 레코드의 시각과 보존 기간이 어긋나요.",
        en: "That is before this program was made. Set the clock: times of records and retention go by it.",
    }
}
