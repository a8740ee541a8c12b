//! What the rules about command lines say beside the mark.

crate::texts! {
    SOURCE_TARBALL { ko: "소스 코드예요. 바로 쓸 수 있는 것은 {right:이에요/예요}.", en: "the source; what can be run is {right}" }
    CD_INTO_ARCHIVE { ko: "파일이에요. 풀고 나면 {folder} 폴더가 생겨요.", en: "a file; unpacked, it makes the folder {folder}" }
    ARCHIVE_MISSING { ko: "여기 있는 것은 {meant:이에요/예요}.", en: "what is here is {meant}" }
    ARCHIVE_EMPTY { ko: "빈 파일이에요.", en: "an empty file" }
    ARCHIVE_IS_PAGE { ko: "압축 파일이 아니라 웹 페이지예요.", en: "a web page, not an archive" }
    ARCHIVE_OTHER { ko: "gzip으로 압축한 파일이 아니에요.", en: "not made by gzip" }
    ARCHIVE_CUT { ko: "끝까지 들어 있지 않아요.", en: "it ends too early" }
    CONFIG_MISTYPED { ko: "이 폴더에 있는 것은 {meant:이에요/예요}.", en: "what is in that folder is {meant}" }
    CONFIG_FROM_BIN { ko: "bin 안에서 본 경로예요. 여기서는 {right:이에요/예요}.", en: "as seen from bin; from here it is {right}" }
    CONFIG_FROM_TOP { ko: "카프카 폴더에서 본 경로예요. bin 안에서는 {right:이에요/예요}.", en: "as seen from Kafka's folder; from bin it is {right}" }
    ARCHIVE_FETCHED { ko: "내려받은 것은 {meant:이에요/예요}.", en: "what is downloaded is {meant}" }
    ARCHIVE_NAMED { ko: "카프카의 묶음이라면 {meant:이에요/예요}.", en: "an archive of Kafka is called {meant}" }
    CONFIG_IS_FOLDER { ko: "폴더예요. 파일은 {file:이에요/예요}.", en: "a folder; the file is {file}" }
    IS_FOLDER { ko: "폴더예요. 그 안의 파일을 적어야 해요.", en: "a folder; one of its files belongs here" }
    OF_KRAFT { ko: "주키퍼 없이 도는 KRaft의 설정이에요. 먼저 kafka-storage.sh format 이 필요해요.", en: "for KRaft, without ZooKeeper; it needs kafka-storage.sh format first" }
    LINK_MADE { ko: "링크로 부르면 실행되지 않아요. {folder} 폴더를 PATH에 더하세요.", en: "does not run through a link; add {folder} to PATH" }
    LINK_RUN { ko: "링크예요. 스크립트는 {path:이에요/예요}.", en: "a link; the script is {path}" }
    PLACEHOLDER { ko: "여기에 실제 값을 넣어요.", en: "the real value belongs here" }
    OFFSET_NEGATIVE { ko: "0보다 작을 수 없어요.", en: "it cannot be less than 0" }
    OFFSET_WORD { ko: "0 이상의 수, earliest, latest 가운데 하나예요.", en: "a number from 0, earliest, or latest" }
    TWO_GROUPS { ko: "--group은 {group:이에요/예요}.", en: "--group says {group}" }
    ENDED_EARLY { ko: "입력한 {typed}줄 가운데 {lost}줄이 토픽에 없어요.", en: "lines typed: {typed}; of these, {lost} never reached the topic" }
    TWO_GROUPS_FILE { ko: "이 파일의 group.id는 {group:이에요/예요}.", en: "group.id is {group} in this file" }
    NO_SUCH_PARTITION { ko: "{topic}의 파티션은 {count}개이고, 번호는 0부터예요.", en: "{topic} has {count} of them, numbered from 0" }
    OFFSET_BEYOND { ko: "다음 메시지가 받을 오프셋이 {latest:이에요/예요}.", en: "the next message will get offset {latest}" }
    OFFSET_GONE { ko: "남아 있는 첫 오프셋은 {earliest:이에요/예요}.", en: "the first offset that is left is {earliest}" }
    GROUP_GOES_ON { ko: "{group} 그룹은 {topic:을/를} 이미 끝까지 읽었어요.", en: "the group {group} has read {topic} to its end already" }
    TOPIC_RETURNS { ko: "{topic:은/는} 지워졌다가, 아직 붙어 있는 pid {pid} 때문에 다시 생겼어요.", en: "{topic} was deleted, and made anew for the client that is still attached, pid {pid}" }
    READ_ONLY { ko: "{key:은/는} 도는 중에 바꿀 수 없어요. server.properties에 적고 브로커를 다시 시작해요.", en: "{key} cannot be changed while a broker runs; it belongs into server.properties" }
    PER_LISTENER { ko: "리스너마다 주는 설정이에요: listener.name.리스너이름.{key}", en: "given to one listener: listener.name.NAME.{key}" }
    PER_BROKER { ko: "{key:은/는} 브로커마다 달라서 브로커 번호가 있어야 해요: --broker 0", en: "each broker has its own {key}: name the broker, as --broker 0" }
    KEY_AND_VALUE { ko: "이름=값 으로 적어요. 값에 =나 쉼표가 있으면 대괄호로 묶고 따옴표로 감싸요: '이름=[…]'", en: "written as key=value; a value with = or a comma stands in brackets, all of it in quotes: 'key=[…]'" }
    ONLY_THESE { ko: "여기에 줄 수 있는 것은 {names}뿐이에요.", en: "what can be given here is {names}" }
    QUOTA_NUMBER { ko: "{key}의 값은 수예요. 단위를 붙이지 않아요.", en: "{key} is a number, without a unit" }
    QUOTA_WHOLE { ko: "{key}의 값은 정수예요.", en: "{key} is a whole number" }
    SCRAM_OF_ALL { ko: "비밀번호는 이름이 있는 사용자에게만 줄 수 있어요.", en: "only a user with a name has a password" }
    SCRAM_AND_QUOTA { ko: "한도(quota)와 비밀번호는 따로따로 주어야 해요.", en: "quotas and passwords are given apart" }
    SCRAM_VALUE { ko: "[iterations=8192,password=비밀번호] 처럼 적어요: {message}", en: "written as [iterations=8192,password=…]: {message}" }
    LOG_FOLDER { ko: "{folder} 폴더가 없어요.", en: "there is no folder {folder}" }
    NO_SLASH { ko: "이 폴더에 있어요: ./{name}", en: "it is in this folder: ./{name}" }
    OTHER_FOLDER { ko: "{typed:은/는} 없고, {right:이/가} 있어요.", en: "there is no {typed}, but there is {right}" }
    NOHUP_IN_FOREGROUND { ko: "줄 끝에 & 가 없어요.", en: "there is no & at the end of the line" }
    BLANK_AFTER_BACKSLASH { ko: "줄이 여기서 끝나요.", en: "the line ends here" }
    NO_PROCESS { ko: "{pid}번 프로세스는 없어요.", en: "there is no process {pid}" }
    IS_COORDINATOR { ko: "{pid}번은 주키퍼예요.", en: "{pid} is ZooKeeper" }
    IS_BROKER { ko: "{pid}번은 카프카 브로커예요.", en: "{pid} is the Kafka broker" }
    IS_CLIENT { ko: "{pid}번은 콘솔 도구예요.", en: "{pid} is a console client" }
    IS_SHELL { ko: "{pid}번은 터미널의 셸이에요.", en: "{pid} is the shell of a terminal" }
    AT_ONCE { ko: "부탁이 아니라 강제로 끝내는 신호예요.", en: "this does not ask, it takes away" }
    NO_BOOTSTRAP { ko: "{option} 옵션이 없어요.", en: "{option} is missing" }
    NO_ACTION { ko: "무엇을 할지 없어요.", en: "it does not say what to do" }
    TWO_ACTIONS { ko: "{first:과/와} {second:은/는} 함께 못 써요.", en: "{first} and {second} are two actions" }
    THE_OTHER { ko: "다른 하나", en: "the other one" }
    NO_TOPIC { ko: "--topic이 없어요.", en: "--topic is missing" }
    ODD_DASH { ko: "{name:으로/로} 쳐야 해요.", en: "meant is {name}" }
    NO_VALUE { ko: "{option}의 값이 없어요.", en: "{option} has no value" }
    TWICE { ko: "{option:이/가} 또 있어요.", en: "{option} once more" }
    FIRST_TIME { ko: "처음 적은 곳", en: "given here first" }
    CONFLICT { ko: "{second:은/는} {first:과/와} 함께 못 써요.", en: "{second} cannot stand with {first}" }
    NEEDS_ANOTHER { ko: "{option:은/는} {needed:과/와} 함께 써요.", en: "{option} goes with {needed}" }
    NUMBER_RANGE { ko: "{least}부터 {most}까지예요.", en: "from {least} to {most}" }
    NOT_A_NUMBER { ko: "{option}에는 정수를 적어요.", en: "{option} takes a whole number" }
    TOPIC_CHARACTER { ko: "'{found}'는 쓸 수 없는 글자예요.", en: "'{found}' is not allowed" }
    TOPIC_DOTS { ko: "점만으로는 이름이 되지 않아요.", en: "dots alone are no name" }
    TOPIC_LENGTH { ko: "{length}자예요. {most}자까지 돼요.", en: "{length} characters; {most} are allowed" }
    BOOTSTRAP_IS_ZOOKEEPER { ko: "{port:은/는} 주키퍼의 포트예요.", en: "{port} is ZooKeeper's port" }
    BOOTSTRAP_REFUSED { ko: "{port}에서는 아무도 듣고 있지 않아요.", en: "nobody listens on {port}" }
    BOOTSTRAP_REFUSED_LISTENS { ko: "{port}에서는 아무도 듣고 있지 않아요. 브로커는 {broker}에서 듣고 있어요.", en: "nobody listens on {port}; the broker listens on {broker}" }
    BOOTSTRAP_PORT { ko: "'{port}'는 포트가 아니에요.", en: "'{port}' is no port" }
    BOOTSTRAP_NO_PORT { ko: "포트가 없어요. {host}:9092처럼 적어요.", en: "the port is missing, as in {host}:9092" }
    SAID { ko: "이렇게 말하고 끝났어요: {words}", en: "it ended with: {words}" }
    STRAY_WORD { ko: "'{word}'는 {option}의 값이 아니에요.", en: "'{word}' is no part of {option}" }
    NOT_ONE_OF { ko: "{choices} 가운데 하나예요.", en: "one of {choices}" }
    MISSING { ko: "{option} 옵션이 없어요.", en: "{option} is missing" }
    MISSING_ONE_OF { ko: "{one:이나/나} {other:이/가} 있어야 해요.", en: "{one} or {other} is needed" }
    UNEXPECTED { ko: "'{word}'는 어느 옵션에도 속하지 않아요.", en: "'{word}' belongs to no option" }
    COMMAND_NEAR { ko: "{command:이라는/라는} 명령을 쓰려던 것 아닌가요?", en: "did you mean the command {command}?" }
    COMMAND_NONE { ko: "{commands} 가운데 하나가 와야 해요.", en: "one of {commands} has to follow" }
    IN_ORDER_OPTION { ko: "이 도구에는 {word:이라는/라는} 옵션이 없어요. 값만 순서대로 적어요.", en: "the tool has no option {word}; it takes the values alone, in their order" }
    IN_ORDER_COUNT { ko: "{missing} 자리가 비었어요.", en: "{missing} is missing" }
    IN_ORDER_MANY { ko: "이 낱말부터는 남아요.", en: "one word too many" }
    IN_ORDER_ACKS { ko: "acks는 1이나 all이에요.", en: "acks is 1 or all" }
    IN_ORDER_NUMBER { ko: "{name:은/는} 정수예요.", en: "{name} is a whole number" }
    DAEMON_LAST { ko: "맨 앞에 있어야 해요.", en: "it has to come first" }
    NO_CONFIG { ko: "뒤에 {file}의 경로가 와야 해요.", en: "the path of a {file} has to follow" }
    SWAPPED { ko: "이 서버의 설정은 {own:이에요/예요}.", en: "this server has {own}" }
    SEVERAL_CONFIGS { ko: "두 번째 파일이에요.", en: "a second file" }
    CONSOLE_PROPERTY_NEAR { ko: "{property:이라는/라는} 속성은 없어요. {meant} 아닌가요?", en: "there is no {property}; did you mean {meant}?" }
    CONSOLE_PROPERTY_CLIENT { ko: "{property:은/는} 클라이언트의 설정이에요. {option:으로/로} 줘요.", en: "{property} is a setting of the client; {option} takes it" }
    CONSOLE_PROPERTY_OF_TOOL { ko: "{property:은/는} 도구의 속성이에요. --property로 줘요.", en: "{property} is a property of the tool; --property takes it" }
    CONSOLE_PROPERTY_TRUE { ko: "{property}=true 로 적어야 켜져요.", en: "{property}=true switches it on" }
    CONSOLE_PROPERTY_SWITCH { ko: "{switch}=true 가 없으면 쓰이지 않아요.", en: "not used without {switch}=true" }
}
