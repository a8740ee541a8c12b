//! What the rules say: titles, explanations, fixes, and the labels they put at a place.

crate::texts! {
    // KL111
    SCRIPT_NAME_TITLE {
        ko: "스크립트 이름이 달라요",
        en: "No script has this name",
    }
    SCRIPT_NAME_LABEL {
        ko: "{typed:이라는/라는} 파일은 없어요. 여기 있는 것은 {meant:이에요/예요}.",
        en: "There is no {typed} here, but there is {meant}.",
    }
    SCRIPT_NAME_EXPLANATION {
        ko: "셸은 적힌 이름과 똑같은 파일만 찾아요. 글자 하나만 빠져도, 붙임표(-) 자리에 점(.)을 찍어도 다른 파일이에요. 카프카는 시작조차 하지 않았으니, 위의 오류는 카프카가 아니라 셸이 한 말이에요.",
        en: "The shell looks for a file with exactly this name. With a letter missing, or a dot in place of a hyphen, it is another file. Kafka never started, so the error above comes from the shell, not from Kafka.",
    }
    SCRIPT_NAME_FIX {
        ko: "앞 글자 몇 개만 치고 Tab 키를 누르면 셸이 나머지 이름을 채워 줘요.",
        en: "Type the first letters and press Tab: the shell completes the name.",
    }

    // KL203
    UNKNOWN_OPTION_TITLE {
        ko: "이 도구가 모르는 옵션이에요",
        en: "The tool does not know this option",
    }
    UNKNOWN_OPTION_NEAR {
        ko: "{tool}에는 없는 이름이에요. 혹시 {option} 아닌가요?",
        en: "{tool} has no such option. Did you mean {option}?",
    }
    UNKNOWN_OPTION_REPLACED {
        ko: "예전 버전의 옵션이에요. 지금의 {tool}에서는 그 자리에 {option} 옵션을 써요.",
        en: "An option of older versions. Today's {tool} takes {option} in its place.",
    }
    UNKNOWN_OPTION_OTHER_TOOL {
        ko: "{other}에는 있지만 {tool}에는 없는 옵션이에요.",
        en: "{other} has this option, {tool} does not.",
    }
    UNKNOWN_OPTION_NOTHING_NEAR {
        ko: "{tool}에는 없는 옵션이에요. 비슷한 이름도 없어요.",
        en: "{tool} has no such option, and none with a similar name.",
    }
    UNKNOWN_OPTION_SEEN {
        ko: "카프카의 말로는 이래요: {option} is not a recognized option",
        en: "In Kafka's words: {option} is not a recognized option",
    }
    UNKNOWN_OPTION_ARGPARSE_SEEN {
        ko: "카프카의 말로는 이래요: error: unrecognized arguments: '{option}'",
        en: "In Kafka's words: error: unrecognized arguments: '{option}'",
    }
    UNKNOWN_OPTION_AMBIGUOUS_SEEN {
        ko: "카프카의 말로는 이래요: error: ambiguous option: {option} could match …",
        en: "In Kafka's words: error: ambiguous option: {option} could match …",
    }
    UNKNOWN_OPTION_BEFORE {
        ko: "{tool:은/는} 이 옵션을 명령 이름보다 앞에서 받아요.",
        en: "{tool} takes this option before its command.",
    }
    UNKNOWN_OPTION_BEHIND {
        ko: "{tool:은/는} 이 옵션을 {command:이라는/라는} 명령 뒤에서 받아요.",
        en: "{tool} takes this option behind its command {command}.",
    }
    UNKNOWN_OPTION_SEVERAL {
        ko: "줄여 쓴 이름이 여러 옵션에 맞아요: {options}.",
        en: "This could be short for {options}.",
    }
    UNKNOWN_OPTION_EXPLANATION {
        ko: "카프카의 도구는 모르는 옵션을 하나라도 만나면 거기서 끝나요. 브로커에는 아직 말도 걸지 않았으니 바뀐 것은 아무것도 없어요.",
        en: "A Kafka tool stops at the first option it does not know. It has not talked to the broker yet, so nothing has changed.",
    }
    UNKNOWN_OPTION_FIX {
        ko: "옵션 이름만 고치고 나머지는 그대로 두세요.",
        en: "Correct only the option's name and leave the rest as it is.",
    }
    UNKNOWN_OPTION_ZOOKEEPER_FIX {
        ko: "옵션을 바꾸고, 그 뒤에 주키퍼 주소(보통 포트 2181) 대신 브로커의 주소(보통 9092)를 쓰세요.",
        en: "Change the option, and put a broker's address (usually port 9092) behind it in place of ZooKeeper's (usually 2181).",
    }
    UNKNOWN_OPTION_LIST {
        ko: "{tool} --help 를 실행하면 쓸 수 있는 옵션이 모두 나와요.",
        en: "Run {tool} --help to see every option it takes.",
    }
    OPTION_ALTER {
        ko: "--alter는 이미 있는 토픽을 바꿔요.",
        en: "--alter changes a topic that exists.",
    }
    OPTION_BOOTSTRAP_SERVER {
        ko: "--bootstrap-server는 맨 처음 말을 걸 브로커의 주소(호스트:포트)예요.",
        en: "--bootstrap-server is the address (host:port) of the broker to talk to first.",
    }
    OPTION_CREATE {
        ko: "--create는 토픽을 새로 만들어요.",
        en: "--create makes a new topic.",
    }
    OPTION_DELETE {
        ko: "--delete는 토픽을 지워요.",
        en: "--delete removes a topic.",
    }
    OPTION_DESCRIBE {
        ko: "--describe는 토픽의 파티션과 복제본이 어디에 있는지 보여 줘요.",
        en: "--describe shows where the partitions and replicas of a topic are.",
    }
    OPTION_FROM_BEGINNING {
        ko: "--from-beginning을 주면 새로 오는 것뿐 아니라 맨 처음 것부터 읽어요.",
        en: "--from-beginning reads from the very first record, not only what is new.",
    }
    OPTION_PARTITIONS {
        ko: "--partitions는 토픽을 파티션 몇 개로 나눌지 정해요.",
        en: "--partitions says into how many partitions a topic is split.",
    }
    OPTION_REPLICATION_FACTOR {
        ko: "--replication-factor는 복제본(replica)을 몇 개 둘지 정해요. 브로커 수보다 클 수는 없어서, 브로커가 하나면 1이에요.",
        en: "--replication-factor says how many replicas are kept. There cannot be more than brokers, so with one broker it is 1.",
    }
    OPTION_TOPIC {
        ko: "--topic은 어느 토픽을 다룰지 정해요.",
        en: "--topic says which topic it is about.",
    }

    // KL412, KL413
    ZOOKEEPER_BROKER_PORT_TITLE {
        ko: "zookeeper.connect가 주키퍼가 아니라 브로커의 포트를 가리켜요",
        en: "zookeeper.connect points at a broker's port, not at ZooKeeper",
    }
    ZOOKEEPER_BROKER_PORT_EXPLANATION {
        ko: "zookeeper.connect에는 주키퍼의 주소를 적어요. 브로커는 거기에 자기를 등록하고 토픽 정보를 맡겨 둬요. listeners의 포트는 반대로 프로듀서와 컨슈머가 브로커를 찾아오는 곳이라, 주키퍼의 프로토콜로 말을 걸어도 대답할 상대가 없어요.",
        en: "zookeeper.connect takes the address of ZooKeeper, where a broker registers itself and keeps what is known of the topics. The port in listeners is the other way round: producers and consumers come to the broker there, and nobody answers ZooKeeper's protocol.",
    }
    ZOOKEEPER_CONNECT_FIX {
        ko: "zookeeper.connect의 포트를 주키퍼가 실제로 듣는 포트, 곧 zookeeper.properties의 clientPort로 맞춰 주세요.",
        en: "Give zookeeper.connect the port that ZooKeeper really listens on: clientPort in zookeeper.properties.",
    }
    ZOOKEEPER_REFUSED_TITLE {
        ko: "zookeeper.connect가 가리키는 포트에서 아무도 듣지 않아요",
        en: "Nothing listens at the port that zookeeper.connect names",
    }
    ZOOKEEPER_REFUSED_EXPLANATION {
        ko: "브로커는 시작하자마자 주키퍼부터 찾아요. 연결되지 않으면 자기 포트를 열어 보지도 못하고 끝나요.",
        en: "The first thing a broker does is connect to ZooKeeper. If it cannot, it ends before it has opened its own port.",
    }
    ZOOKEEPER_CONNECT_SEEN {
        ko: "이대로 시작하면 {seconds}초쯤 연결을 되풀이하다가 이 오류로 끝나요: ZooKeeperClientTimeoutException: Timed out waiting for connection while in state: CONNECTING",
        en: "Started like this, the broker tries to connect for about {seconds} seconds and ends with ZooKeeperClientTimeoutException: Timed out waiting for connection while in state: CONNECTING",
    }
    ZOOKEEPER_LABEL_OWN_PORT {
        ko: "{port:은/는} 이 브로커가 직접 열 포트예요(listeners).",
        en: "{port} is the port that this broker itself opens (listeners).",
    }
    ZOOKEEPER_LABEL_OTHER_BROKER {
        ko: "{port}에서는 카프카 브로커가 듣고 있어요.",
        en: "A Kafka broker listens on {port}.",
    }
    ZOOKEEPER_LABEL_NOBODY {
        ko: "{port}에서는 아무도 듣고 있지 않아요.",
        en: "Nobody listens on {port}.",
    }
    ZOOKEEPER_LISTENS_PID {
        ko: "주키퍼는 지금 {port}에서 듣고 있어요 (pid {pid}).",
        en: "ZooKeeper listens on {port} now (pid {pid}).",
    }
    ZOOKEEPER_LISTENS {
        ko: "주키퍼는 지금 {port}에서 듣고 있어요.",
        en: "ZooKeeper listens on {port} now.",
    }
    ZOOKEEPER_CONFIGURED {
        ko: "지금 실행 중인 주키퍼는 없고, zookeeper.properties에는 clientPort={port:이라고/라고} 적혀 있어요.",
        en: "No ZooKeeper is running now; zookeeper.properties says clientPort={port}.",
    }
    ZOOKEEPER_NOT_FOUND {
        ko: "지금 실행 중인 주키퍼는 보이지 않아요. 주키퍼가 보통 쓰는 포트는 2181이에요.",
        en: "No ZooKeeper is to be seen now; the port it usually takes is 2181.",
    }
}
