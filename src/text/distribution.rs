//! What stands in the distribution folder: comments of the configuration files and scripts, and why it could not be written.

crate::texts! {
    NOT_PERMITTED {
        ko: "{path}에 쓸 권한이 없어요. 다른 폴더를 고르거나 권한을 바꿔 주세요.",
        en: "You may not write to {path}. Choose another folder, or change its permissions.",
    }
    READ_ONLY {
        ko: "{path}: 읽기 전용 파일 시스템이에요. 다른 폴더를 골라 주세요.",
        en: "{path} lies on a read-only file system. Choose another folder.",
    }
    FULL {
        ko: "{path}: 디스크에 남은 자리가 없어요. 자리를 비우거나 다른 폴더를 골라 주세요.",
        en: "No space is left for {path}. Make room, or choose another folder.",
    }
    IN_THE_WAY {
        ko: "{path} 자리에 다른 것이 있어요. 옮기거나 다른 폴더를 골라 주세요.",
        en: "Something else is at {path}. Move it, or choose another folder.",
    }
    PROGRAM_GONE {
        ko: "실행 중인 프로그램 파일 {path:이/가} 지워졌어요. 다시 빌드해 주세요.",
        en: "The file of this program, {path}, was deleted. Build it again.",
    }
    TOO_MUCH {
        ko: "{path}: 카프카 배포판이라기엔 파일이 너무 많아요. 배포판 폴더 자체를 적어 주세요.",
        en: "{path} has far more files than a release of Kafka. Name the folder of the release itself.",
    }
    ITSELF {
        ko: "{path}: 원본 배포판이 바로 이 자리에 있어요. 복사본을 둘 다른 폴더를 골라 주세요.",
        en: "{path} is the release itself. Choose another folder for the copy.",
    }
    IO {
        ko: "{path}: 쓰지 못했어요. ({error})",
        en: "{path} could not be written. ({error})",
    }

    LIBS_NOTE {
        ko: "아파치 카프카라면 여기에 jar 파일이 백 개쯤 있어요. 이 폴더에는 대신 링크 하나가 있어요.\n\
             kafkalab -> {program}\n\
             bin/의 스크립트는 이 프로그램을 카프카의 메인 클래스 이름으로 실행해요. 링크가 끊어지면 kafkalab을 다시 실행해 주세요.\n\
             bin/windows는 없어요. 이 프로그램은 리눅스에서만 돌아요.\n",
        en: "In Apache Kafka about a hundred jar files are here. This folder has one link instead:\n\
             kafkalab -> {program}\n\
             The scripts in bin/ run that program under the name of Kafka's main class. If the link breaks, run kafkalab again.\n\
             bin/windows is left out: this program runs on Linux only.\n",
    }
    /// Stands between double quotes in a shell script: no quotes, no dollar signs, no backslashes.
    PROGRAM_MISSING {
        ko: "libs/kafkalab 링크가 끊어졌어요. kafkalab을 다시 빌드해 실행하면 이 폴더를 고쳐 놓아요.",
        en: "The link libs/kafkalab is broken. Build and run kafkalab again: it repairs this folder.",
    }
    /// Stands between double quotes in a shell script, as [`PROGRAM_MISSING`].
    NEEDS_APACHE {
        ko: "{what}: 내장 엔진에는 없어서 아파치 카프카가 있어야 해요. \
             https://archive.apache.org/dist/kafka/3.6.0/kafka_2.13-3.6.0.tgz 파일을 받아 압축을 풀고, 그 폴더에서 실행해 주세요.",
        en: "{what} is not in the bundled engine, it needs Apache Kafka: get \
             https://archive.apache.org/dist/kafka/3.6.0/kafka_2.13-3.6.0.tgz, unpack it, and run this in its folder.",
    }
    ELSEWHERE {
        ko: "아파치 카프카에만 있는 프로그램이에요. 어디서 받는지 알려 줘요.",
        en: "A program that only Apache Kafka has. This says where to get it.",
    }
    SOURCE_NOTE {
        ko: "카프카의 소스 코드를 내려받으면 이렇게 생긴 폴더가 나와요. 스크립트와 설정은 있지만 실행할 프로그램(libs)은 없어요.\n\
             진짜 소스 코드와 그것을 빌드하는 gradlew는 여기에 없어요. 이 묶음은 내려받기를 대신하는 견본이에요.\n\
             바로 실행할 수 있는 것은 {binary}.tgz예요.\n",
        en: "A folder of Kafka's source looks like this: scripts and settings are there, but no libs with programs to run.\n\
             The source itself, and the gradlew that builds it, are not in here: this archive stands in for the download.\n\
             What can be run at once is {binary}.tgz.\n",
    }
    SOURCE_RUN_CLASS {
        ko: "소스 코드 폴더에는 실행할 프로그램이 없어요. 다른 스크립트가 모두 이 스크립트를 불러요.",
        en: "A folder of the source has no program to run. Every other script calls this one.",
    }
    RUN_CLASS {
        ko: "메인 클래스 이름으로 프로그램을 실행해요. 다른 스크립트가 모두 이 스크립트를 불러요.",
        en: "Runs a program by the name of its main class. Every other script calls this one.",
    }
    SERVER_START {
        ko: "서버를 시작해요. -daemon을 맨 앞에 붙이면 백그라운드에서 돌고, 출력은 logs/에 쌓여요.",
        en: "Starts the server. With -daemon as the first argument it runs in the background and writes to logs/.",
    }
    SERVER_STOP {
        ko: "이 컴퓨터에서 돌고 있는 서버를 모두 찾아 종료 신호(SIGTERM)를 보내요.",
        en: "Finds every such server on this machine and asks it to end (SIGTERM).",
    }
    TOOL {
        ko: "도구를 실행해요. 옵션은 그대로 넘겨요.",
        en: "Runs the tool and hands its options on.",
    }

    LOG4J {
        ko: "서버 로그 설정이에요. 레벨(TRACE, DEBUG, INFO, WARN, ERROR, OFF)과 파일을 바꿀 수 있어요.\n\
             ${kafka.logs.dir}는 logs/ 폴더이고, LOG_DIR 환경 변수로 옮길 수 있어요.\n\
             날짜별로 파일을 나누는 일(DatePattern)은 아파치 카프카만 해요.",
        en: "Where the servers log to. Levels (TRACE, DEBUG, INFO, WARN, ERROR, OFF) and files may be changed.\n\
             ${kafka.logs.dir} is the folder logs/, or what the environment variable LOG_DIR says.\n\
             Only Apache Kafka begins a new file with each hour (DatePattern).",
    }
    TOOLS_LOG4J {
        ko: "도구의 로그 설정이에요. WARN 이상만 화면(표준 오류)에 나와요.",
        en: "The log of the tools: WARN and above, on standard error.",
    }
    CONNECT {
        ko: "카프카 커넥트 설정이에요. 커넥트는 아파치 카프카로 실행해요.",
        en: "Settings of Kafka Connect, which runs with Apache Kafka.",
    }
    MIRROR_MAKER {
        ko: "미러메이커 2 설정이에요. 미러메이커는 아파치 카프카로 실행해요.",
        en: "Settings of MirrorMaker 2, which runs with Apache Kafka.",
    }
    KRAFT {
        ko: "주키퍼 없이 도는 KRaft 모드의 설정이에요. 아파치 카프카로 실행해요.",
        en: "Settings of KRaft mode, which does without ZooKeeper. It runs with Apache Kafka.",
    }
    TROGDOR {
        ko: "장애를 일부러 일으켜 보는 도구, 트록도르의 설정이에요. 아파치 카프카로 실행해요.",
        en: "Settings of Trogdor, which injects faults. It runs with Apache Kafka.",
    }

    SERVER {
        ko: "브로커 설정이에요. 설정 하나가 한 줄(키=값)이고, #으로 시작하는 줄은 설명이에요.\n\
             값 뒤에는 설명을 붙이지 마세요. 줄 끝까지 모두 값이에요.",
        en: "The settings of a broker: one per line, key=value. Lines that begin with # are comments.\n\
             Write no comment after a value: everything up to the end of the line belongs to it.",
    }
    SECTION_BASICS { ko: "기본", en: "Basics" }
    BROKER_ID {
        ko: "브로커의 번호예요. 한 클러스터 안에서 서로 달라야 해요.",
        en: "The number of this broker. No two brokers of a cluster may have the same.",
    }
    SECTION_SOCKETS { ko: "네트워크", en: "Network" }
    LISTENERS {
        ko: "브로커가 듣는 주소예요: 프로토콜://호스트:포트. 호스트를 비우면 이 컴퓨터의 모든 주소에서 들어요.\n\
             적지 않으면 9092번 포트예요.",
        en: "Where the broker listens: protocol://host:port. Without a host it listens on every address of this machine.\n\
             When this is not set, it is port 9092.",
    }
    ADVERTISED_LISTENERS {
        ko: "클라이언트에게 알려 주는 주소예요. 클라이언트는 처음 접속한 뒤에는 이 주소로 다시 접속해요.\n\
             적지 않으면 listeners와 같아요.",
        en: "The address that clients are told. After the first contact they connect to this one.\n\
             When this is not set, it is that of listeners.",
    }
    SECURITY_PROTOCOLS {
        ko: "리스너 이름마다 어떤 보안 프로토콜을 쓰는지 정해요.",
        en: "Which security protocol each listener name stands for.",
    }
    NETWORK_THREADS {
        ko: "요청을 받고 응답을 보내는 스레드 수예요.",
        en: "How many threads take requests from the network and send responses.",
    }
    IO_THREADS {
        ko: "요청을 처리하는 스레드 수예요. 디스크 작업도 여기서 해요.",
        en: "How many threads work on requests, disk work included.",
    }
    SOCKET_BUFFERS {
        ko: "소켓의 송신 버퍼와 수신 버퍼 크기(바이트)예요.",
        en: "The send and receive buffers of each socket, in bytes.",
    }
    REQUEST_MAX {
        ko: "요청 하나의 최대 크기(바이트)예요. 더 큰 요청을 보내면 연결을 끊어요.",
        en: "The largest request that is accepted, in bytes. A larger one ends its connection.",
    }
    SECTION_LOG { ko: "레코드를 두는 곳", en: "Where records are kept" }
    LOG_DIRS {
        ko: "레코드를 저장하는 폴더예요. 쉼표로 여러 개를 적을 수 있어요. 서버의 로그 메시지는 여기가 아니라 logs/에 있어요.",
        en: "The folders that hold the records, separated by commas. What the server reports is not here but in logs/.",
    }
    NUM_PARTITIONS {
        ko: "토픽을 만들 때 파티션 수를 정하지 않으면 이 수를 써요. 파티션이 많을수록 여러 컨슈머가 나눠 읽을 수 있어요.",
        en: "The number of partitions of a topic that is created without saying one. More partitions let more consumers share the work.",
    }
    RECOVERY_THREADS {
        ko: "시작할 때 로그를 복구하고 끝낼 때 디스크에 쓰는 스레드 수예요. 폴더 하나당 이만큼이에요.",
        en: "How many threads per folder recover logs at the start and flush them at the end.",
    }
    SECTION_INTERNAL { ko: "내부 토픽", en: "Internal topics" }
    INTERNAL_TOPICS {
        ko: "컨슈머의 오프셋과 트랜잭션 상태를 담는 내부 토픽의 복제본 수예요.\n\
             브로커가 하나라서 1이에요. 실제 운영에서는 3으로 두세요.",
        en: "How often the topics for consumer offsets and transaction state are replicated.\n\
             One, because there is one broker here. In production take three.",
    }
    SECTION_FLUSH { ko: "디스크에 쓰는 때", en: "When data is flushed to disk" }
    FLUSH_MESSAGES {
        ko: "레코드가 이만큼 쌓이면 디스크에 강제로 써요. 적지 않으면 운영체제에 맡겨요.",
        en: "Force data to disk after this many records. When this is not set, the operating system decides.",
    }
    FLUSH_MS {
        ko: "이 시간(밀리초)이 지나면 디스크에 강제로 써요.",
        en: "Force data to disk after this many milliseconds.",
    }
    SECTION_RETENTION { ko: "보관 기간", en: "How long records are kept" }
    RETENTION_HOURS {
        ko: "이 시간이 지난 세그먼트는 지울 수 있어요. 168시간은 일주일이에요.",
        en: "A segment may be deleted when it is this many hours old. 168 hours are a week.",
    }
    RETENTION_BYTES {
        ko: "파티션이 이 크기(바이트)를 넘으면 오래된 세그먼트부터 지워요. 시간 제한과 따로 적용돼요.",
        en: "Delete the oldest segments of a partition while it is larger than this, in bytes. It applies besides the time limit.",
    }
    SEGMENT_BYTES {
        ko: "세그먼트 파일 하나의 최대 크기(바이트)예요. 다 차면 새 파일을 만들어요.",
        en: "The largest size of one segment file, in bytes. When it is reached a new one is begun.",
    }
    RETENTION_CHECK {
        ko: "지울 세그먼트가 있는지 이 간격(밀리초)으로 살펴요.",
        en: "How often to look for segments to delete, in milliseconds.",
    }
    SECTION_ZOOKEEPER { ko: "주키퍼", en: "ZooKeeper" }
    ZOOKEEPER_CONNECT {
        ko: "주키퍼의 주소예요: 호스트:포트, 여러 개면 쉼표로 이어요. 브로커의 포트가 아니라 주키퍼의 clientPort를 적어요.\n\
             뒤에 /이름을 붙이면 카프카의 데이터를 그 아래에 둬요.",
        en: "Where ZooKeeper is: host:port, several separated by commas. The port is ZooKeeper's clientPort, not a broker's.\n\
             With /name after it, Kafka keeps everything below that node.",
    }
    ZOOKEEPER_TIMEOUT {
        ko: "주키퍼에 연결될 때까지 기다리는 시간(밀리초)이에요. 그동안 아무 메시지도 나오지 않을 수 있어요.",
        en: "How long to wait for ZooKeeper, in milliseconds. It may be silent for that long.",
    }
    SECTION_GROUPS { ko: "컨슈머 그룹", en: "Consumer groups" }
    REBALANCE_DELAY {
        ko: "새 컨슈머 그룹의 첫 리밸런싱을 이만큼(밀리초) 미뤄요. 실습에서는 바로 시작하도록 0이에요. 운영에서는 기본값 3000이 좋아요.",
        en: "How long the first rebalance of a new group waits for more members, in milliseconds. Zero makes trying things out quick; \
             in production its default of 3000 is better.",
    }

    ZOOKEEPER {
        ko: "주키퍼 설정이에요. 브로커 설정은 server.properties에 있어요.",
        en: "The settings of ZooKeeper. Those of the broker are in server.properties.",
    }
    DATA_DIR { ko: "데이터를 저장하는 폴더예요.", en: "The folder that holds its data." }
    CLIENT_PORT {
        ko: "클라이언트가 접속하는 포트예요. 브로커의 zookeeper.connect와 같아야 해요.",
        en: "The port that clients connect to. The broker's zookeeper.connect must name the same.",
    }
    MAX_CONNECTIONS {
        ko: "한 주소에서 받는 연결 수의 제한이에요. 0이면 제한이 없어요.",
        en: "How many connections one address may have. Zero is no limit.",
    }
    ADMIN_SERVER {
        ko: "관리용 웹 서버예요. 다른 프로그램과 포트가 겹치지 않게 꺼 두었어요.",
        en: "The administration web server. It is off so that its port is in nobody's way.",
    }

    PRODUCER {
        ko: "프로듀서 설정이에요. kafka-console-producer.sh --producer.config로 써요.",
        en: "The settings of a producer, for kafka-console-producer.sh --producer.config.",
    }
    BOOTSTRAP_SERVERS {
        ko: "처음 접속할 브로커예요: 호스트:포트, 여러 개면 쉼표로 이어요. 나머지 브로커는 여기서 알아내요.",
        en: "The brokers to ask first: host:port, several separated by commas. The others are learned from them.",
    }
    COMPRESSION {
        ko: "압축 방식이에요: none, gzip, snappy, lz4, zstd",
        en: "How records are compressed: none, gzip, snappy, lz4, zstd",
    }
    PARTITIONER {
        ko: "레코드를 보낼 파티션을 고르는 클래스예요.",
        en: "The class that picks the partition of a record.",
    }
    REQUEST_TIMEOUT {
        ko: "요청 하나의 응답을 기다리는 시간(밀리초)이에요.",
        en: "How long to wait for the response to a request, in milliseconds.",
    }
    MAX_BLOCK {
        ko: "메타데이터나 버퍼의 빈자리를 기다리며 send가 멈춰 있을 수 있는 시간(밀리초)이에요.",
        en: "How long send may block while it waits for metadata or for room in the buffer, in milliseconds.",
    }
    LINGER {
        ko: "배치를 채우려고 레코드를 더 기다리는 시간(밀리초)이에요.",
        en: "How long to wait for more records to fill a batch, in milliseconds.",
    }
    MAX_REQUEST { ko: "요청 하나의 최대 크기(바이트)예요.", en: "The largest request, in bytes." }
    BATCH_SIZE {
        ko: "한 파티션으로 한 번에 모아 보내는 크기(바이트)예요.",
        en: "How much is gathered for one partition before it is sent, in bytes.",
    }
    BUFFER_MEMORY {
        ko: "아직 보내지 못한 레코드를 담아 두는 메모리(바이트)예요.",
        en: "The memory for records that wait to be sent, in bytes.",
    }

    CONSUMER {
        ko: "컨슈머 설정이에요. kafka-console-consumer.sh --consumer.config로 써요.",
        en: "The settings of a consumer, for kafka-console-consumer.sh --consumer.config.",
    }
    GROUP_ID {
        ko: "컨슈머 그룹의 이름이에요. 같은 그룹의 컨슈머는 파티션을 나눠 읽어요.",
        en: "The name of the consumer group. Consumers of one group share the partitions among them.",
    }
    OFFSET_RESET {
        ko: "저장된 오프셋이 없을 때 어디서부터 읽을지 정해요: latest, earliest, none",
        en: "Where to begin when no offset is stored: latest, earliest, none",
    }
}
