//! What `kafkalab` says on its command line: help, results and errors.

crate::texts! {
    ABOUT { ko: "명령줄에서 직접 쳐 보며 배우는 아파치 카프카", en: "Learn Apache Kafka at the command line" }
    ABOUT_LEARN { ko: "실습을 시작하거나 이어서 해요 (명령을 안 적으면 이것)", en: "Start a lab or go on with it (this is the default)" }
    ABOUT_LIST { ko: "실습 목록과 진도를 보여 줘요", en: "List the labs and how far you are" }
    ABOUT_VERIFY { ko: "실습을 풀이대로 돌려 보고 스냅샷과 비교해요", en: "Play the solutions of labs and compare with their snapshots" }
    ABOUT_DIST { ko: "kafka_2.13-3.6.0 폴더를 만들어요", en: "Write the folder kafka_2.13-3.6.0" }
    ABOUT_COMPLETIONS {
        ko: "셸 자동 완성 스크립트를 출력해요 (예: kafkalab completions bash > ~/.local/share/bash-completion/completions/kafkalab)",
        en: "Print a completion script for a shell (kafkalab completions bash > ~/.local/share/bash-completion/completions/kafkalab)",
    }
    ABOUT_MAN { ko: "man 페이지를 폴더에 써요", en: "Write the man pages into a folder" }
    ARG_SHELL { ko: "셸: bash, elvish, fish, powershell, zsh", en: "shell: bash, elvish, fish, powershell or zsh" }
    ARG_MAN_DIR { ko: "폴더 (예: ~/.local/share/man/man1)", en: "folder, as ~/.local/share/man/man1" }
    ABOUT_ENGINE_START { ko: "두 엔진의 시작 시간과 메모리를 재요", en: "Measure start-up time and memory of both engines" }
    ARG_LANG { ko: "말: ko 또는 en (기본: 로캘을 따라요)", en: "language: ko or en (default: from the locale)" }
    ARG_WORKSPACE { ko: "작업 폴더 (기본: ~/kafkalab)", en: "workspace folder (default: ~/kafkalab)" }
    ARG_LABS { ko: "실습이 든 폴더 (기본: 내장된 실습)", en: "folder of labs (default: the built-in ones)" }
    ARG_LAB { ko: "실습: 01, 1, single-node, 01-single-node", en: "lab: 01, 1, single-node or 01-single-node" }
    ARG_UPDATE { ko: "지금 나온 결과를 새 스냅샷으로 받아들여요", en: "accept what came out as the new snapshots" }
    ARG_FREE_PORTS { ko: "2181과 9092 대신 비어 있는 포트를 써요", en: "use free ports instead of 2181 and 9092" }
    ARG_ENGINE {
        ko: "엔진: bundled(내장) 또는 apache=폴더. apache만 적으면 KAFKA_HOME 폴더를 써요",
        en: "engine: bundled or apache=DIR; apache alone takes the folder that KAFKA_HOME names",
    }
    ARG_ENGINE_LEARN {
        ko: "엔진: bundled(내장) 또는 apache=폴더 (기본: 실습마다 지난번에 쓴 것, 처음이면 bundled)",
        en: "engine: bundled or apache=DIR (default: what the lab was done on last, bundled at first)",
    }
    ARG_JSON { ko: "프로그램이 읽을 JSON으로 출력해요", en: "print JSON, for programs" }
    ARG_PLAIN { ko: "화면을 나누지 않고 한 줄씩 보여 줘요 (화면 낭독기에도 맞아요)", en: "line by line instead of a divided screen (also for screen readers)" }
    ARG_DIR { ko: "폴더를 만들 곳", en: "where to write the folder" }
    ARG_HELP { ko: "도움말을 보여 줘요", en: "show this help" }
    ARG_VERSION { ko: "버전을 보여 줘요", en: "show the version" }
    EXIT_CODES {
        ko: "종료 코드: 0 모두 좋아요 · 1 확인이나 스냅샷이 달라요 · 2 시작하지 못했어요 · 130 중단했어요",
        en: "Exit codes: 0 all well · 1 a check or a snapshot failed · 2 could not run · 130 interrupted",
    }

    LIST_ROW { ko: "{mark} {number} {title}   {done}/{steps}", en: "{mark} {number} {title}   {done}/{steps}" }
    DIST_WRITTEN { ko: "만들었어요: {path}", en: "written: {path}" }
    DIST_KEPT { ko: "직접 고친 파일이라 그대로 두었어요: {file}", en: "left as it is, because you changed it: {file}" }

    VERIFY_HEADER { ko: "verify · {engine} · 실습 {labs}개, {steps}단계", en: "verify · {engine} · {labs: lab/ labs}, {steps} steps" }
    VERIFY_LAB { ko: "{lab}  {passed}/{steps}  {seconds}초", en: "{lab}  {passed}/{steps}  {seconds} s" }
    VERIFY_DIFFERS { ko: "{lab} {step}: 스냅샷과 달라요", en: "{lab} {step}: snapshot differs" }
    VERIFY_MISSING { ko: "{lab} {step}: 스냅샷이 없어요", en: "{lab} {step}: there is no snapshot" }
    VERIFY_CHECK_FAILED { ko: "{lab} {step}: 풀이대로 했는데도 확인이 통과하지 않아요: {expected} — {found}", en: "{lab} {step}: the solution was played, and still: {expected} — {found}" }
    VERIFY_PLAY_FAILED { ko: "{lab} {step}: 터미널 {terminal}에서 {waited}초 동안 {what:을/를} 기다렸어요. 마지막 줄: {shown}", en: "{lab} {step}: in terminal {terminal} waited {waited} s for {what}; last line: {shown}" }
    VERIFY_ADVISED { ko: "{lab} {step}: 풀이가 맞는데 코치가 {code:을/를} 말했어요", en: "{lab} {step}: the coach raised {code} about the solution" }
    VERIFY_ACCEPT { ko: "받아들이려면: kafkalab verify {lab} --update", en: "accept with: kafkalab verify {lab} --update" }
    VERIFY_UPDATED { ko: "{lab} {step}: 스냅샷을 새로 썼어요", en: "{lab} {step}: snapshot written" }
    VERIFY_SUMMARY { ko: "{passed} 통과, {failed} 실패, {skipped} 건너뜀", en: "{passed} passed, {failed} failed, {skipped} skipped" }

    ERROR_PREFIX { ko: "오류", en: "error" }
    E_LANGUAGE { ko: "{found:은/는} 모르는 말이에요. --lang ko 나 --lang en 을 쓰세요.", en: "I don't speak {found}. Use --lang ko or --lang en." }
    E_USAGE { ko: "{found:을/를} 모르겠어요. 쓸 수 있는 것은 kafkalab --help 에 있어요.", en: "I don't understand {found}. See kafkalab --help for what there is." }
    E_USAGE_MISSING { ko: "{found:이/가} 빠졌어요. 쓰는 법은 kafkalab --help 에 있어요.", en: "{found} is missing. See kafkalab --help." }
    E_LAB { ko: "실습을 읽지 못했어요: {reason}. 그곳을 고친 다음 다시 실행하세요.", en: "The lab cannot be read: {reason}. Correct it and run this again." }
    E_WORKSPACE { ko: "작업 폴더 {path}에 쓸 수 없어요 ({reason}). 쓸 수 있는 폴더를 --workspace 로 알려 주세요.", en: "The workspace {path} cannot be written ({reason}). Name a folder that can be with --workspace." }
    E_FULL { ko: "{path}: 디스크에 남은 자리가 없어요. 자리를 비우고 다시 실행하거나, 다른 디스크의 폴더를 --workspace 로 알려 주세요.", en: "No space is left on the disk of {path}. Make room and run this again, or name a folder on another disk with --workspace." }
    E_QUOTA { ko: "{path}: 이 디스크에서 쓸 수 있는 할당량(quota)을 다 썼어요. 자리를 비우고 다시 실행하거나, 다른 디스크의 폴더를 --workspace 로 알려 주세요.", en: "Your quota on the disk of {path} is used up. Make room and run this again, or name a folder on another disk with --workspace." }
    E_READ_ONLY { ko: "{path}: 읽기만 되는(read-only) 파일 시스템이에요. 다른 곳의 폴더를 --workspace 로 알려 주세요.", en: "The file system of {path} is read-only. Name a folder elsewhere with --workspace." }
    E_HOME { ko: "집 폴더를 몰라서 작업 폴더를 정하지 못했어요. --workspace 로 알려 주세요.", en: "There is no home folder to put the workspace in. Name one with --workspace." }
    E_PORT_HOLDER { ko: "{name}, pid {pid}", en: "{name}, pid {pid}" }
    E_PORT_HOLDER_UNSEEN { ko: "다른 사용자의 프로그램", en: "of another user" }
    E_PORT { ko: "포트 {port:을/를} 다른 프로그램이 쓰고 있어요 ({holder}). 그 프로그램을 끝내고 다시 실행하거나, --free-ports 로 다른 포트를 쓰세요.", en: "Port {port} is taken by another program ({holder}). End that program and run this again, or use other ports with --free-ports." }
    E_STATE { ko: "진도 파일이 깨져 있어서 {kept:으로/로} 옮겨 두었어요 ({reason}). 처음부터 시작하지만, 되어 있는 일은 확인이 알아봐요.", en: "The progress file is damaged, so I kept it as {kept} ({reason}). You start from the first step; what is done already is noticed." }
    E_BASH_OLD { ko: "{path:은/는} bash {found:이에요/예요}. 실습에는 4.4 이상이 필요해요. 새 bash를 설치한 다음 다시 실행하세요.", en: "{path} is bash {found}, and the labs need 4.4 or later. Install a newer one and run this again." }
    E_LOST { ko: "실습의 터미널이 갑자기 끝나서 남은 프로세스를 모두 멈췄어요. kafkalab을 다시 실행하면 {step}단계부터 이어져요.", en: "The lab's terminals ended unexpectedly, so I stopped what was left of them. Run kafkalab again to go on at step {step}." }
    E_BASH { ko: "bash가 없어요. 실습은 bash에서 해요. 설치한 다음 다시 실행하세요 (데비안: apt-get install bash).", en: "There is no bash, and the labs need one. Install it and run this again (Debian: apt-get install bash)." }
    E_TERMINAL { ko: "터미널을 열지 못했어요: {reason}", en: "A terminal could not be opened: {reason}" }
    E_NOT_A_TERMINAL { ko: "실습은 터미널에서 해요. 터미널 없이 돌려 보려면 kafkalab verify 를 쓰세요.", en: "Labs need a terminal. Without one, use kafkalab verify." }
    E_NARROW { ko: "터미널이 {columns}칸이에요. 20칸 이상으로 넓혀 주세요.", en: "The terminal has {columns} columns. Make it at least 20 wide." }
    E_BUSY { ko: "같은 작업 폴더에서 kafkalab이 이미 돌고 있어요 (pid {pid}). 그쪽에서 이어 하거나 --workspace 로 다른 폴더를 쓰세요.", en: "kafkalab is already running in this workspace (pid {pid}). Go on there, or use another folder with --workspace." }
    E_DIST { ko: "배포 폴더를 쓰지 못했어요: {reason}", en: "The distribution cannot be written: {reason}" }
    E_ANSWER_EMPTY { ko: "답을 함께 적어 주세요. 예: answer 9092", en: "Write the answer behind it, as: answer 9092" }
    E_ANSWER_NOWHERE { ko: "답을 들을 실습이 없어요. kafkalab이 연 터미널에서 입력하세요.", en: "No lab is listening. Type it in a terminal that kafkalab opened." }
    E_SNAPSHOT_BUILT_IN { ko: "내장된 실습의 스냅샷은 고칠 수 없어요. 실습이 든 폴더를 --labs 로 알려 주세요.", en: "The snapshots of the built-in labs cannot be changed. Name a folder of labs with --labs." }
    E_IO { ko: "{what:을/를} 하지 못했어요: {reason}", en: "{what} failed: {reason}" }
}
