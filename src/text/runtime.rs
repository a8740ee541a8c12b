//! What the rules about logs and output say of their mistakes.

crate::rule_texts! {
    NO_JARS {
        title: ("실행할 jar 파일을 찾지 못했어요", "There are no jars to run"),
        why: ("스크립트는 libs 폴더의 jar를 실행해요. 소스 코드 묶음에는 jar가 없고, 폴더 이름에 빈칸이 있으면 스크립트가 jar를 찾지 못해요.", "The scripts run the jars in libs. The source archive has none, and in a folder whose name has a blank the scripts do not find them."),
        fix: ("kafka_2.13-으로 시작하는 묶음을 빈칸이 없는 폴더에 푸세요.", "Unpack the archive that begins with kafka_2.13- in a folder without blanks in its name."),
    }
    NO_JAVA {
        title: ("자바가 없어요", "Java is missing"),
        why: ("카프카와 주키퍼는 자바로 돌아가요. 스크립트가 java를 찾지 못했어요.", "Kafka and ZooKeeper run on Java, and the script did not find it."),
        fix: ("JRE를 설치하세요. 데비안이라면 apt-get install default-jre-headless 예요.", "Install a JRE (Debian: apt-get install default-jre-headless)."),
    }
    JAVA_HOME {
        title: ("JAVA_HOME이 자바가 없는 곳을 가리켜요", "JAVA_HOME leads to where no Java is"),
        why: ("JAVA_HOME이 있으면 스크립트는 PATH보다 그곳의 bin/java를 먼저 써요.", "Where JAVA_HOME is set, the scripts take its bin/java and do not look at PATH."),
        fix: ("JAVA_HOME을 바로잡거나 unset JAVA_HOME 하세요.", "Correct JAVA_HOME, or unset it."),
    }
    CRLF {
        title: ("스크립트의 줄 끝이 윈도우 방식이에요", "The scripts have line ends of Windows"),
        why: ("줄 끝에 붙은 \\r까지 이름으로 읽혀서, 셸이 실행할 프로그램을 찾지 못해요.", "The \\r at each line's end is read as part of the line, so the shell does not find what to run."),
        fix: ("sed -i 's/\\r$//' bin/*.sh 로 지우세요. 설정 파일은 그대로 두어도 돼요.", "Take it out with sed -i 's/\\r$//' bin/*.sh. Configuration files may keep it."),
    }
    NOT_EXECUTABLE {
        title: ("스크립트를 실행할 권한이 없어요", "The script may not be executed"),
        why: ("압축을 풀거나 복사하는 동안 실행 권한이 사라졌어요.", "The permission to execute was lost when it was unpacked or copied."),
        fix: ("chmod +x bin/*.sh 하세요.", "Give it back with chmod +x bin/*.sh."),
    }
    HEAP_SIZE {
        title: ("힙 크기를 자바가 읽지 못해요", "Java cannot read the size of the heap"),
        why: ("크기는 숫자와 한 글자 단위예요. 1GB가 아니라 1G예요.", "A size is a number and one letter: 1G, not 1GB."),
        fix: ("KAFKA_HEAP_OPTS를 -Xmx1G처럼 적으세요.", "Write KAFKA_HEAP_OPTS as -Xmx1G."),
    }
    MEMORY {
        title: ("자바가 쓸 메모리가 모자라요", "There is too little memory for Java"),
        why: ("브로커의 스크립트는 힙으로 1GB를 달라고 해요.", "A broker's script asks for a heap of 1 GB."),
        fix: ("KAFKA_HEAP_OPTS=\"-Xms256m -Xmx256m\" 처럼 줄여서 시작하세요.", "Start it with less, as KAFKA_HEAP_OPTS=\"-Xms256m -Xmx256m\"."),
    }
    HEAP_BOUNDS {
        title: ("힙의 처음 크기가 최대 크기보다 커요", "The heap is to begin larger than it may become"),
        why: ("-Xms는 힙의 처음 크기, -Xmx는 최대 크기예요.", "-Xms is the size that the heap begins with, -Xmx the most that it may have."),
        fix: ("KAFKA_HEAP_OPTS에서 -Xms를 -Xmx와 같거나 더 작게 하세요.", "Make -Xms in KAFKA_HEAP_OPTS no larger than -Xmx."),
    }
    JMX_PORT {
        title: ("JMX_PORT의 포트를 이미 쓰고 있어요", "The port of JMX_PORT is taken"),
        why: ("JMX_PORT를 export 해 두면 서버뿐 아니라 도구까지 모두 그 포트를 열려고 해요.", "With JMX_PORT exported, not only the server but every tool wants to open that port."),
        fix: ("서버를 시작하는 줄에만 JMX_PORT를 붙이고, 도구를 쓸 때는 unset 하세요.", "Set it on the server's line only, and unset it for tools."),
    }
    LOGS_NOT_WRITABLE {
        title: ("카프카의 logs 폴더에 쓸 수 없어요", "Kafka's logs folder cannot be written"),
        why: ("자바가 시작하면서 logs에 파일을 만들어요. 폴더의 주인이 다른 사용자예요.", "Java makes a file in logs as it starts, and the folder belongs to another user."),
        fix: ("폴더의 주인을 바꾸거나, LOG_DIR로 쓸 수 있는 폴더를 알려 주세요.", "Change its owner, or name a folder that can be written in LOG_DIR."),
    }
    VM_OPTION {
        title: ("스크립트가 자바의 버전을 알아내지 못했어요", "The script could not tell the version of Java"),
        why: ("스크립트는 java -version 을 실행해 보고 옵션을 골라요. 그 실행이 실패하면 자바 8에 맞는 옵션을 줘요.", "It runs java -version to choose options. Where that fails, it takes those for Java 8."),
        fix: ("java -version 을 직접 실행해서 왜 안 되는지 보세요.", "Run java -version and see what it says."),
    }
    MAIN_CLASS {
        title: ("자바가 카프카의 클래스를 찾지 못했어요", "Java does not find Kafka's classes"),
        why: ("libs의 jar를 읽지 못했어요. 폴더 이름에 한글이 있는데 로캘이 C(LANG=C)면 자바가 그 경로를 읽지 못해요. libs의 jar가 빠졌어도 이렇게 돼요.", "It could not read the jars in libs. In the locale C (LANG=C) Java cannot read a path with letters beyond ASCII, such as Korean ones; jars that are missing from libs end like this too."),
        fix: ("export LANG=C.UTF-8 하거나, 카프카를 영문 이름의 폴더로 옮기세요.", "Run export LANG=C.UTF-8, or move Kafka to a folder with an ASCII name."),
    }
    DOWNLOAD_HOST {
        title: ("내려받을 곳의 이름을 찾지 못했어요", "The host to download from is not known"),
        why: ("호스트 이름이 주소로 바뀌지 않았어요. 네트워크에 연결되지 않았거나 이름을 잘못 적었어요.", "Its name means no address here: there is no network, or the name is mistyped."),
        fix: ("주소를 확인하세요. 네트워크가 없는 곳이라면 kafka_2.13-3.6.0.tgz를 다른 컴퓨터에서 받아 옮기세요. 소스 묶음을 빌드할 때도 네트워크가 있어야 해요.", "Check the address. Where there is no network, download kafka_2.13-3.6.0.tgz elsewhere and carry it over; building the source archive needs a network too."),
    }
    BLANK_IN_FOLDER {
        title: ("카프카가 있는 폴더의 이름에 빈칸이 있어요", "The name of Kafka's folder has a blank"),
        why: ("카프카의 스크립트는 자기 경로를 따옴표로 묶지 않아요. 빈칸에서 경로가 끊겨서 앞부분의 폴더를 실행하려고 해요.", "Kafka's scripts do not quote their own path. It ends at the blank, and what stands before it is a folder."),
        fix: ("카프카를 이름에 빈칸이 없는 폴더로 옮기세요.", "Move Kafka to a folder without blanks in its name."),
    }
    COORDINATOR_NOT_RUNNING {
        title: ("브로커가 찾아간 곳에 주키퍼가 없어요", "No ZooKeeper runs where the broker looks for it"),
        why: ("브로커는 시작하면서 주키퍼부터 찾아요. 그 포트에서는 아무도 듣고 있지 않았어요.", "The first thing a broker does is connect to ZooKeeper, and nothing listened at that port."),
        fix: ("주키퍼를 먼저 시작하고, zookeeper.connect의 포트가 주키퍼의 clientPort와 같은지 보세요.", "Start ZooKeeper first, and see that the port in zookeeper.connect is its clientPort."),
    }
    COORDINATOR_UNKNOWN {
        title: ("주키퍼의 호스트 이름을 찾을 수 없어요", "The name of ZooKeeper's host is not known"),
        why: ("zookeeper.connect에 적힌 이름이 이 기계에서 주소로 바뀌지 않아요.", "The name in zookeeper.connect means no address on this machine."),
        fix: ("이름을 바로잡거나, /etc/hosts에 더하거나, IP를 적으세요.", "Correct the name, add it to /etc/hosts, or write the address."),
    }
    COORDINATOR_SILENT {
        title: ("주키퍼가 있어야 할 곳이 대답하지 않아요", "What should be ZooKeeper does not answer"),
        why: ("연결이 거절되지는 않았지만 주키퍼의 말도 없었어요. 방화벽이 막고 있거나, 그 포트에 카프카 같은 다른 프로그램이 있어요.", "The connection was not refused, and yet no ZooKeeper spoke: a firewall is in the way, or another program, such as Kafka, has that port."),
        fix: ("zookeeper.connect의 포트에 무엇이 있는지, 방화벽이 열려 있는지 보세요.", "See what listens at the port in zookeeper.connect, and whether a firewall is in between."),
    }
    BROKER_NOT_REACHED {
        title: ("그 주소에 브로커가 없어요", "No broker is at that address"),
        why: ("클라이언트가 연결을 되풀이했지만 받는 쪽이 없었어요. 브로커가 멈췄거나 포트가 달라요.", "The client tried again and again, and nobody was there: the broker is not running, or has another port."),
        fix: ("브로커가 돌고 있는지, --bootstrap-server의 포트가 listeners의 포트와 같은지 보세요.", "See that the broker runs and that --bootstrap-server has the port of its listeners."),
    }
    ADVERTISED_NOT_REACHED {
        title: ("연결은 됐지만 쓸 수 있는 브로커가 없었어요", "Something answered, and no broker could be used"),
        why: ("처음 연결은 됐지만 그다음이 없었어요. 까닭은 둘 가운데 하나예요. 연결한 포트가 브로커가 아니라 주키퍼의 것(2181)이거나, 브로커가 advertised.listeners로 알려 준 이름을 이 기계가 몰라요.", "The first connection was made and nothing came of it, for one of two reasons: the port is ZooKeeper's (2181) and no broker's, or the name that the broker tells in advertised.listeners is not known on this machine."),
        fix: ("먼저 명령에 적은 포트를 보세요. 2181이라면 브로커의 포트(보통 9092)로 바꿔요. 포트가 맞다면 advertised.listeners에 클라이언트가 찾아갈 수 있는 이름이나 IP를 적으세요.", "Look at the port in the command first: where it is 2181, name the broker's, usually 9092. Where it is right, write a name or address into advertised.listeners that clients can reach."),
    }
    BROKER_PORT_TAKEN {
        title: ("브로커가 자기 주소를 열지 못했어요", "The broker could not open its address"),
        why: ("포트를 다른 프로그램이 쓰고 있거나(Address already in use), listeners의 주소가 이 기계의 것이 아니에요(Cannot assign requested address, Unresolved address). 브로커는 started라고 하고 살아 있지만 아무도 찾아올 수 없어요.", "Another program has the port (Address already in use), or the address in listeners is not this machine's (Cannot assign requested address, Unresolved address). The broker says started and stays alive, and nobody can reach it."),
        fix: ("이 브로커를 끝내고, 포트를 쓰는 프로그램을 멈추거나 listeners를 바로잡아 다시 시작하세요.", "End this broker, stop what has the port or correct listeners, and start it again."),
    }
    COORDINATOR_PORT_TAKEN {
        title: ("주키퍼가 포트를 열지 못하고 끝났어요", "ZooKeeper ended because it could not open its port"),
        why: ("대개 주키퍼가 이미 돌고 있어요.", "Most often a ZooKeeper is already running."),
        fix: ("돌고 있는 것을 쓰거나, 끝내고 다시 시작하세요.", "Use the one that runs, or end it and start again."),
    }
    OTHER_ID_IN_FOLDER {
        title: ("log.dirs가 다른 번호의 브로커 것이에요", "log.dirs belongs to a broker with another id"),
        why: ("폴더의 meta.properties에 주인의 broker.id가 적혀 있고, 설정과 달라요.", "The folder's meta.properties holds the id of the broker it belongs to, and the configuration has another one."),
        fix: ("broker.id를 되돌리거나, 새 브로커라면 다른 log.dirs를 주세요. 안의 데이터가 필요 없다면 폴더를 지워도 돼요.", "Give the broker its old id, or a folder of its own if it is a new one; a folder whose data nobody needs may be removed."),
    }
    OTHER_CLUSTER {
        title: ("log.dirs와 주키퍼가 서로 다른 클러스터의 것이에요", "log.dirs and ZooKeeper belong to different clusters"),
        why: ("주키퍼의 데이터만 지우거나 다른 주키퍼에 연결하면 클러스터 번호가 달라져요.", "The cluster's id changes where only ZooKeeper's data was deleted, or where another ZooKeeper is connected to."),
        fix: ("zookeeper.connect를 확인하세요. 연습용이라면 주키퍼의 dataDir와 log.dirs를 함께 지우고 다시 시작하세요.", "Check zookeeper.connect. Where the data does not matter, delete both dataDir and log.dirs and start again."),
    }
    FOLDER_REFUSED {
        title: ("데이터 폴더를 만들거나 쓸 수 없어요", "The folder for data cannot be made or written"),
        why: ("그 경로에 쓸 권한이 없거나, 폴더가 아니라 파일이에요.", "There is no permission to write there, or the path is a file."),
        fix: ("권한을 주거나, 쓸 수 있는 경로를 적으세요.", "Give permission, or name a path that can be written."),
    }
    FOREIGN_PROTOCOL {
        title: ("카프카의 말을 하지 않는 프로그램이 연결했어요", "Something connected that does not speak Kafka's protocol"),
        why: ("브라우저나 curl, TLS 클라이언트가 PLAINTEXT 포트에 연결하면 첫 글자들이 길이로 읽혀요. 1195725856은 HTTP의 GET이에요.", "Where a browser, curl or a TLS client connects to a PLAINTEXT port, its first bytes are read as a length: 1195725856 is GET of HTTP."),
        fix: ("누가 연결하는지 보세요. 카프카 클라이언트라면 보안 설정이 리스너와 맞는지 확인하세요.", "See who connects. If it is a Kafka client, check that its security settings fit the listener."),
    }
    FOREIGN_TO_COORDINATOR {
        title: ("주키퍼의 포트에 카프카 클라이언트가 연결했어요", "A Kafka client connected to ZooKeeper's port"),
        why: ("첫 글자들이 주키퍼에게는 말이 되지 않는 길이로 읽혀서 연결이 끊겼어요.", "Its first bytes are a length that makes no sense to ZooKeeper, so the connection was closed."),
        fix: ("클라이언트의 --bootstrap-server를 브로커의 포트로 바꾸세요.", "Give the client's --bootstrap-server the port of a broker."),
    }
    TOO_FEW_BROKERS {
        title: ("복제본을 둘 브로커가 모자라요", "There are too few brokers for the replicas"),
        why: ("복제본은 서로 다른 브로커에 하나씩 놓여요. 내부 토픽(__consumer_offsets)이 만들어지지 않으면 컨슈머는 말없이 기다리기만 해요.", "Each replica is on a broker of its own. Where an internal topic (__consumer_offsets) cannot be made, consumers wait without a word."),
        fix: ("--replication-factor나 offsets.topic.replication.factor를 브로커 수 이하로 하세요.", "Give --replication-factor or offsets.topic.replication.factor a number that the brokers can hold."),
    }
    NOT_ENOUGH_REPLICAS {
        title: ("동기화된 복제본이 min.insync.replicas보다 적어요", "Fewer replicas are in sync than min.insync.replicas asks for"),
        why: ("acks=all로 보낸 메시지는 그만큼의 복제본이 받아야 해요. 멈췄거나 뒤처진 브로커가 있어요.", "A record sent with acks=all has to reach that many replicas, and some broker is down or behind."),
        fix: ("멈춘 브로커를 다시 시작하세요. --describe의 Isr에서 빠진 번호가 그 브로커예요.", "Start the broker that is missing from Isr in the output of --describe."),
    }
    RECORD_TOO_LARGE {
        title: ("메시지가 너무 커요", "A record is too large"),
        why: ("프로듀서의 max.request.size나 토픽의 max.message.bytes(기본 1MB쯤)를 넘었어요. 그 메시지는 버려졌어요.", "It is larger than the producer's max.request.size or the topic's max.message.bytes, about 1 MB by default. The record was dropped."),
        fix: ("메시지를 나누거나, 프로듀서와 토픽 양쪽의 한도를 올리세요.", "Split it, or raise the limits of both producer and topic."),
    }
    TOPIC_EXISTS {
        title: ("같은 이름의 토픽이 이미 있어요", "A topic of this name exists"),
        why: ("있는 토픽은 다시 만들어지지 않고 그대로예요.", "It is left as it is."),
        fix: ("그 토픽을 쓰거나 다른 이름을 고르세요. --if-not-exists 를 붙이면 조용히 넘어가요.", "Use it, or take another name; --if-not-exists passes over it."),
    }
    NO_SUCH_TOPIC {
        title: ("그런 토픽이 없어요", "There is no such topic"),
        why: ("보거나 바꾸거나 지우려는 토픽이 없어요.", "What was to be described, altered or deleted is not there."),
        fix: ("--list로 이름을 확인하세요.", "Look up the name with --list."),
    }
    TOPIC_COLLIDES {
        title: ("점과 밑줄만 다른 토픽이 있어요", "A topic differs only in a dot and an underscore"),
        why: ("카프카의 지표 이름에서는 점과 밑줄이 같아서, 두 토픽이 하나로 보여요.", "In the names of Kafka's metrics both are the same, so the two could not be told apart."),
        fix: ("점이나 밑줄 가운데 하나만 쓰기로 하세요.", "Use either dots or underscores."),
    }
    LEADER_SOON {
        title: ("토픽이 막 만들어지는 중이에요", "A topic is just being made"),
        why: ("없는 토픽에 보내거나 읽으려 하면 브로커가 만들어 줘요. 리더가 정해질 때까지 한두 번 나오는 말이라 괜찮아요.", "Writing to or reading from a topic that is not there makes it. Until it has a leader this is said once or twice, and is harmless."),
        fix: ("끝없이 되풀이될 때만 브로커를 보세요. 이름을 잘못 쳤다면 그 이름의 토픽이 생겼어요.", "Only if it never ends, look at the brokers. If the name was a slip, a topic of that name exists now."),
    }
    DISK_FULL {
        title: ("디스크가 가득 찼어요", "The disk is full"),
        why: ("브로커는 쓰지 못하는 폴더를 버리고, 남은 폴더가 없으면 끝나요.", "A broker gives up a folder that it cannot write to, and ends when none is left."),
        fix: ("자리를 만들고 다시 시작하세요. log.retention.* 도 확인하세요.", "Make room and start it again, and look at log.retention.*."),
    }
    TOO_MANY_FILES {
        title: ("열 수 있는 파일 수를 다 썼어요", "No more files can be opened"),
        why: ("세그먼트와 연결 하나하나가 파일이에요. 기본 한도는 브로커에게 모자라요.", "Every segment and every connection is one, and the usual limit is too small for a broker."),
        fix: ("ulimit -n 을 100000쯤으로 올리세요.", "Raise ulimit -n to about 100000."),
    }
    OUT_OF_MEMORY {
        title: ("자바의 힙이 모자라요", "Java's heap is full"),
        why: ("힙이 작거나, 카프카가 아닌 것의 첫 글자들이 아주 큰 길이로 읽혔어요. 보안 설정이 없는 도구로 TLS 포트에 연결해도 이렇게 돼요.", "The heap is small, or the first bytes of something that is no Kafka were read as a huge length: a tool without security settings at a TLS port ends like this too."),
        fix: ("포트와 보안 설정부터 확인하고, 맞다면 KAFKA_HEAP_OPTS를 늘리세요.", "Check port and security settings first; if they are right, raise KAFKA_HEAP_OPTS."),
    }
    SESSION_EXPIRED {
        title: ("주키퍼와의 세션이 끊겼어요", "The session with ZooKeeper expired"),
        why: ("zookeeper.session.timeout.ms 동안 서로 듣지 못했어요. 주키퍼가 멈췄거나, 브로커가 오래 멈춰 있었거나(GC), 네트워크가 끊겼어요.", "They did not hear from each other for zookeeper.session.timeout.ms: ZooKeeper was down, the broker stood still (garbage collection), or the network was gone."),
        fix: ("그 시각의 주키퍼 로그와 GC 로그를 보세요.", "Look at ZooKeeper's log and the log of garbage collection at that time."),
    }
    NO_SUCH_GROUP {
        title: ("그런 컨슈머 그룹이 없어요", "There is no such consumer group"),
        why: ("그룹은 컨슈머가 처음 들어올 때 생겨요.", "A group comes to be when a consumer joins it."),
        fix: ("--list로 이름을 확인하세요.", "Look up the name with --list."),
    }
    NO_KEY {
        title: ("키와 값을 나누는 글자가 없는 줄이에요", "A line has no separator between key and value"),
        why: ("parse.key=true면 줄마다 키가 있어야 하고, 따로 정하지 않으면 나누는 글자는 탭이에요. 이 줄부터는 보내지 않았어요.", "With parse.key=true every line has a key; the separator is a tab unless another one is given. Nothing was sent from this line on."),
        fix: ("--property key.separator=: 처럼 나누는 글자를 정하세요.", "Name the separator, as --property key.separator=:."),
    }
    CONSUMER_WAITED {
        title: ("컨슈머가 기다릴 만큼 기다리고 끝났어요", "The consumer waited as long as it was told to"),
        why: ("--timeout-ms 동안 새 메시지가 없으면 이렇게 끝나요. 오류처럼 보이지만 잘 끝난 거예요.", "With --timeout-ms it ends like this when nothing comes. It looks like an error, and is the normal end."),
        fix: ("그대로 두어도 돼요. 몇 개만 읽고 끝내려면 --max-messages 를 쓰세요.", "Nothing has to be done. To end after some records, use --max-messages."),
    }
    FEWER_PARTITIONS {
        title: ("파티션은 늘릴 수만 있어요", "Partitions can only be added"),
        why: ("파티션을 없애면 거기 담긴 메시지도 사라져서, 카프카는 지금보다 많은 수만 받아요.", "Taking one away would lose what is in it, so Kafka takes only a larger number than there is."),
        fix: ("지금보다 큰 수를 적으세요. 줄이려면 토픽을 새로 만들어요.", "Name a larger number; for fewer, make a new topic."),
    }
    ADDRESS_REGISTERED {
        title: ("다른 브로커가 이미 알리고 있는 주소예요", "Another broker already tells clients this address"),
        why: ("한 주소로는 한 브로커만 찾아갈 수 있어요. 클러스터의 다른 브로커가 같은 주소를 등록해 두었으면 Kafka는 시작하지 않아요.", "An address leads to one broker. Where another one of the cluster has registered it, Kafka does not start."),
        fix: ("브로커마다 listeners의 포트(또는 advertised.listeners의 주소)를 다르게 하세요.", "Give each broker a port of its own in listeners, or an address of its own in advertised.listeners."),
    }
    COORDINATOR_AWAY {
        title: ("브로커가 주키퍼를 잃었어요", "The broker has lost its ZooKeeper"),
        why: ("브로커가 거듭 연결해 보았지만 로그가 끝날 때까지 주키퍼가 대답하지 않았어요. 있던 토픽은 쓸 수 있어도 토픽을 만들거나 리더를 바꾸지는 못해요.", "The broker tried again and again, and to the end of the log no ZooKeeper answered. Its topics may still be used; none can be made, and no leader changes."),
        fix: ("주키퍼를 다시 시작하세요. 브로커는 스스로 다시 연결해요.", "Start ZooKeeper again; the broker connects by itself."),
    }
    BROKER_AWAY {
        title: ("클라이언트가 브로커를 잃었어요", "The client has lost its broker"),
        why: ("거듭 연결해 보았지만 받는 쪽이 없었어요. 브로커가 멈췄거나, 아직 시작하는 중이에요. 이 줄이 더 나오지 않으면 다시 연결된 거예요.", "It tried again and again, and nobody was there: the broker has ended, or is still starting. Once these lines stop, it is connected again."),
        fix: ("브로커가 돌고 있는지 보고, 멈췄으면 다시 시작하세요. 클라이언트는 그대로 두어도 돼요.", "See whether the broker runs, and start it again if not. The client may stay as it is."),
    }
    BOOTSTRAP_HOST {
        title: ("브로커의 호스트 이름을 찾을 수 없어요", "The name of the broker's host is not known"),
        why: ("--bootstrap-server(또는 bootstrap.servers)에 적힌 이름이 이 기계에서 주소로 바뀌지 않아요. 그래서 연결해 보지도 못하고 끝났어요.", "The name in --bootstrap-server (or bootstrap.servers) means no address on this machine, so nothing was even tried."),
        fix: ("이름을 바로잡거나, /etc/hosts에 더하거나, IP를 적으세요.", "Correct the name, add it to /etc/hosts, or write the address."),
    }
    BROKER_CONFIG_UNTOLD {
        title: ("브로커에 값을 알 수 없는 설정이 이미 들어 있어요", "The broker holds a setting whose value it does not tell"),
        why: ("kafka-configs.sh는 브로커의 설정을 한꺼번에 다시 써요. 비밀번호나 브로커가 모르는 이름의 설정은 값을 읽어 올 수 없어서, 적힌 이름들의 값을 함께 주지 않으면 아무것도 바꾸지 못해요. 이름을 잘못 적어 넣은 적이 있으면 이렇게 돼요.", "kafka-configs.sh writes all settings of a broker anew. The value of a password, or of a name that the broker does not know, it cannot read, so nothing changes unless those are given too. A name that was mistyped once leaves this behind."),
        fix: ("필요 없는 이름이면 --delete-config 로 먼저 지우고, 필요하면 그 값도 --add-config 에 함께 적으세요.", "Take names that are not needed away with --delete-config first; give the others again in --add-config."),
    }
}
