//! What the rules about configuration files say beside the place that they mark.

crate::texts! {
    KAFKA_SAYS { ko: "카프카의 말로는 이래요: {message}", en: "In Kafka's words: {message}" }
    ZOOKEEPER_SAYS { ko: "주키퍼의 말로는 이래요: {message}", en: "In ZooKeeper's words: {message}" }
    REFUSED { ko: "이 값으로는 시작하지 못해요.", en: "It does not start with this." }
    MISSING { ko: "이 파일에 꼭 있어야 해요.", en: "This file must have it." }
    BELONGS_TO_IT { ko: "이 값과 맞지 않아요.", en: "It does not fit this one." }
    RISKY { ko: "알고 쓰는 것이라면 괜찮아요.", en: "Fine if this is what you want." }

    UNKNOWN_KEY { ko: "비슷한 이름도 없어요. 플러그인이 읽는 설정이 아니라면 아무 데도 쓰이지 않아요.", en: "No name comes near it either. Unless a plugin reads it, it is used nowhere." }
    DID_YOU_MEAN { ko: "혹시 {meant} 아닌가요?", en: "Did you mean {meant}?" }
    REMOVED { ko: "카프카 {version}에서 없어졌어요.", en: "Kafka {version} does not have it any more." }
    REPLACED { ko: "그 자리에 {replacement:을/를} 써요.", en: "{replacement} takes its place." }
    GOING_AWAY { ko: "대신할 설정 없이 없어져요.", en: "It goes away and nothing takes its place." }
    OF_KRAFT { ko: "주키퍼 모드에서는 읽지 않아요.", en: "Not read in ZooKeeper mode." }
    OF_OTHER_FILE { ko: "{file}에 적는 설정이에요.", en: "It belongs into {file}." }
    OF_TOPIC { ko: "브로커 파일에서는 {meant:이에요/예요}. 단위가 같은지도 보세요.", en: "The broker's name for it is {meant}; mind its unit." }
    IN_BRACKETS { ko: "쉼표가 든 값은 대괄호로 묶어요: {key}=[…,…]", en: "A value with a comma stands in brackets: {key}=[…,…]" }
    WITHOUT_VALUE { ko: "{key}=값 으로 적어요.", en: "Write {key}= and its value." }
    OF_BROKER { ko: "브로커의 설정 이름이에요. 토픽에서는 {meant:이에요/예요}. 단위가 같은지도 보세요.", en: "This is the broker's name; a topic's is {meant}. Mind its unit." }
    UNKNOWN_TOPIC_KEY { ko: "이런 이름의 설정은 없어요.", en: "There is no setting of this name." }
    SWAPPED { ko: "이 설정은 {other}의 것이에요.", en: "This setting is {other}'s." }

    BYTE_ORDER_MARK { ko: "눈에 보이지 않는 세 바이트(EF BB BF)가 있어요.", en: "Three bytes that do not show (EF BB BF)." }
    CONTINUED { ko: "이 \\ 때문에 다음 줄({next})이 값이 되어 버려요.", en: "Because of this \\ the next line ({next}) becomes part of the value." }
    OTHER_COMMENT { ko: "{sign:은/는} 주석 표시가 아니에요.", en: "{sign} begins no comment here." }
    ODD_CHARACTERS { ko: "이렇게 적으려던 거죠? {meant}", en: "Meant is: {meant}" }
    NO_SEPARATOR { ko: "{key} 뒤에 =가 있어야 해요.", en: "There must be = behind {key}." }
    DUPLICATE { ko: "{line}번째 줄이 이겨서 이 줄은 쓰이지 않아요.", en: "Line {line} wins; this one is not used." }
    DUPLICATE_WINS { ko: "이 줄이 통해요.", en: "This one counts." }
    BACKSLASHES { ko: "카프카는 이렇게 읽어요: {read}", en: "Kafka reads: {read}" }
    NOT_ASCII { ko: "카프카는 이렇게 읽어요: {read}", en: "Kafka reads: {read}" }
    MALFORMED_ESCAPE { ko: "자바가 여기서 읽기를 그만둬요.", en: "Java stops reading here." }
    NOT_TEXT { ko: "글자가 아닌 바이트예요.", en: "A byte that is no text." }
    TOO_LARGE { ko: "{size}바이트예요.", en: "It has {size} bytes." }
    UNUSED_IGNORE { ko: "{codes}: 여기에는 그런 문제가 없어요.", en: "{codes}: nothing of that kind here." }

    COMMENT { ko: "이 부분까지 값이에요. {value}만 값이고 {comment:은/는} 주석이죠?", en: "This is part of the value too. Meant is {value}, and {comment} is a comment." }
    QUOTED { ko: "따옴표 없이 {value:이라고/라고} 적으세요.", en: "Write {value} without the quotes." }
    UNIT { ko: "단위를 떼고 숫자만 적으세요.", en: "Write the number alone." }
    UNIT_CONVERTED { ko: "{value:은/는} 이 설정의 단위로 {meant:이에요/예요}.", en: "{value} is {meant} in the unit of this setting." }
    WANTED { ko: "{kind} 값이 와야 해요.", en: "A value of type {kind} belongs here." }
    EMPTY { ko: "{kind} 값이 있어야 해요.", en: "A value of type {kind} is missing." }
    TRUE_OR_FALSE { ko: "true 아니면 false예요.", en: "It is true or false." }
    SEPARATORS { ko: "{meant:이라고/라고} 적으세요.", en: "Write {meant}." }
    CLASS { ko: "클래스의 이름이 아니에요.", en: "No class of the kind has this name." }
    VERSION { ko: "아는 버전은 3.6까지예요.", en: "Versions up to 3.6 are known." }
    ONE_OF { ko: "이 가운데 하나예요: {names}", en: "One of: {names}" }
    RANGE { ko: "범위는 {range:이에요/예요}.", en: "The range is {range}." }
    PLACEHOLDER { ko: "여기에 실제 값을 넣으세요.", en: "Put the real value here." }
    VARIABLE { ko: "이 글자 그대로 값이 돼요.", en: "These characters are the value as they stand." }
    IN_MILLISECONDS { ko: "{number}밀리초예요. 1초도 안 돼요.", en: "{number} milliseconds: less than a second." }
    IN_HOURS { ko: "{number}이면 백 년이 넘어요.", en: "{number} is more than a hundred years." }
    IN_BYTES { ko: "{number}바이트예요. 1 KiB도 안 돼요.", en: "{number} bytes: less than 1 KiB." }

    CONNECT_EMPTY { ko: "주키퍼의 주소를 적으세요.", en: "Write the address of ZooKeeper." }
    CONNECT_SCHEME { ko: "이 앞머리를 지우세요.", en: "Take this out." }
    CONNECT_PORT { ko: "포트는 0부터 65535까지의 숫자예요.", en: "A port is a number between 0 and 65535." }
    CONNECT_CHROOT { ko: "여기부터 끝까지({path})가 모두 경로로 읽혀요.", en: "From here to the end ({path}) all is read as the path." }
    CONNECT_OWN_PORT { ko: "{port:은/는} 이 브로커가 직접 열 포트예요(listeners). 주키퍼의 포트는 보통 2181이에요.", en: "{port} is the port that this broker itself opens (listeners). ZooKeeper's is usually 2181." }
    COMMA_WANTED { ko: "쉼표로 나누세요.", en: "Separate them with commas." }
    DIRS_TWO_SETTINGS { ko: "이 줄은 쓰이지 않아요.", en: "This line is not used." }
    DIRS_TWICE { ko: "앞에 이미 있어요.", en: "It is there already." }
    DIRS_TILDE { ko: "이름이 ~인 폴더가 돼요.", en: "This is a folder that is called ~." }
    IN_TMP { ko: "/tmp는 비워질 수 있어요.", en: "/tmp may be emptied." }
    RELATIVE { ko: "시작한 폴더에 따라 달라져요.", en: "It depends on the folder of the start." }

    LISTENER_FORM { ko: "{right:이라고/라고} 적으려던 거죠?", en: "Meant is probably {right}." }
    LISTENER_MALFORMED { ko: "이름://호스트:포트 모양이 아니에요.", en: "This is not NAME://host:port." }
    NO_PROTOCOL { ko: "PLAINTEXT 리스너의 프로토콜이 없어요.", en: "The PLAINTEXT listener has no protocol." }
    NO_PROTOCOL_FOR { ko: "{name:이라는/라는} 이름에 정해진 프로토콜이 없어요.", en: "No protocol goes with the name {name}." }
    ZERO_ADDRESS { ko: "클라이언트는 이 주소로 찾아올 수 없어요.", en: "Clients cannot go to this address." }
    ADVERTISED_LOCALHOST { ko: "다른 컴퓨터에서는 자기 자신을 가리켜요.", en: "On another machine this is that machine." }
    NO_SUCH_LISTENER { ko: "이 설정을 쓰는 리스너가 없어요.", en: "No listener uses this." }
    NO_KEYSTORE { ko: "ssl.keystore.location이 없어요.", en: "There is no ssl.keystore.location." }

    COMPARED { ko: "{key:은/는} {value:이에요/예요}.", en: "{key} is {value}." }
    COMPARED_WITH_DEFAULT { ko: "{key:은/는} 적지 않아서 기본값 {value:이에요/예요}.", en: "{key} is not set, and {value} by default." }
    LOSES { ko: "{winner:이/가} 있어서 이 줄은 쓰이지 않아요.", en: "With {winner} set this line is not used." }

    PORT_MISSING { ko: "브로커가 접속할 포트가 없어요.", en: "There is no port for brokers to connect to." }
    BROKER_PORT { ko: "카프카 브로커가 쓰는 포트예요.", en: "The port of Kafka's broker." }
    MIN_ABOVE_MAX { ko: "최소가 {min}, 최대가 {max:이에요/예요}.", en: "The minimum is {min}, the maximum {max}." }
    TAKES_THREE { ko: "3으로 올려서 써요.", en: "It takes 3 instead." }
    NUMBER_WANTED { ko: "server.1처럼 번호를 적으세요.", en: "Write a number, as server.1." }
    LIMIT_MISSING { ko: "{key:이/가} 없어요.", en: "{key} is missing." }
    ENSEMBLE { ko: "여러 서버가 함께 도는 설정이에요.", en: "This is for several servers together." }

    ZOOKEEPER_PORT { ko: "주키퍼의 포트예요.", en: "ZooKeeper's port." }
    HOST_AND_PORT { ko: "호스트:포트가 아니에요.", en: "This is not host:port." }
    AT_LEAST { ko: "{least} 이상이어야 해요.", en: "It must be at least {least}." }
    HEARTBEAT { ko: "heartbeat이 {heartbeat}, 세션이 {session:이에요/예요}.", en: "The heartbeat is {heartbeat}, the session {session}." }
}
