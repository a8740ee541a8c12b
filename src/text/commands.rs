//! What the rules about command lines say of their mistakes.

crate::rule_texts! {
    SOURCE_TARBALL {
        title: ("실행 파일이 아니라 소스 코드 묶음이에요", "This archive has Kafka's source, not its programs"),
        why: ("이름이 -src로 끝나는 묶음에는 소스 코드만 있어요. bin의 스크립트가 실행할 jar 파일이 없어서 직접 빌드해야 해요.", "The archive that ends in -src has only the source. The scripts in bin have no jars to run until it is built."),
        fix: ("kafka_2.13-으로 시작하는 묶음을 받으세요.", "Take the archive that begins with kafka_2.13-."),
        seen: ("스크립트를 실행하면 Classpath is empty. Please build the project first 라고만 나와요.", "Every script then says: Classpath is empty. Please build the project first"),
    }
    CD_INTO_ARCHIVE {
        title: ("압축 파일로는 cd 할 수 없어요", "An archive is not a folder"),
        why: ("압축 파일은 파일 하나예요. 풀면 같은 이름의 폴더가 생기고, 그 폴더로 들어가야 해요.", "An archive is one file. Unpacking it makes a folder, and that is where to go."),
        fix: ("tar -xzf 로 푼 다음, 확장자를 뗀 폴더로 들어가세요.", "Unpack it with tar -xzf, then go into the folder without the ending."),
        seen: ("셸이 Not a directory 라고 해요.", "The shell says: Not a directory"),
    }
    ARCHIVE_MISSING {
        title: ("그런 이름의 압축 파일은 없어요", "There is no archive of that name"),
        why: ("카프카의 묶음 이름은 kafka, 밑줄, 스칼라 버전, 빼기표, 카프카 버전 순서예요: kafka_2.13-3.6.0.tgz", "An archive of Kafka is called kafka, an underscore, the version of Scala, a hyphen, the version of Kafka: kafka_2.13-3.6.0.tgz"),
        fix: ("앞 글자 몇 개를 치고 Tab을 누르면 셸이 이름을 채워 줘요.", "Type its first letters and press Tab: the shell fills in the name."),
        seen: ("tar가 Cannot open: No such file or directory 라고 해요.", "tar says: Cannot open: No such file or directory"),
    }
    ARCHIVE_BROKEN {
        title: ("온전한 압축 파일이 아니에요", "This archive is not whole"),
        why: ("내려받다 끊긴 파일은 앞부분만 풀리고, 링크가 웹 페이지였다면 압축 파일이 아예 아니에요. 풀린 것이 있어도 믿을 수 없어요.", "A download that broke off unpacks only in part, and where the link was a web page, the file is no archive at all. What came out of it cannot be relied on."),
        fix: ("풀린 것을 지우고 다시 받으세요. sha512sum으로 견줘 보면 확실해요.", "Remove what came out and download it again; sha512sum tells whether it is whole."),
        seen: ("gzip: stdin: unexpected end of file, 또는 not in gzip format", "gzip: stdin: unexpected end of file, or: not in gzip format"),
    }
    CONFIG_FROM_ELSEWHERE {
        title: ("설정 파일의 경로가 지금 폴더와 맞지 않아요", "The path of the configuration does not count from this folder"),
        why: ("경로는 스크립트가 있는 곳이 아니라 지금 있는 폴더부터 세요. bin 안에서는 ../config, 그 위에서는 config예요.", "A path counts from the current folder, not from where the script is: ../config within bin, config above it."),
        fix: ("지금 폴더에서 본 경로로 적으세요.", "Write the path as it is seen from the current folder."),
        seen: ("주키퍼는 file is missing, 브로커는 NoSuchFileException 으로 바로 끝나요.", "ZooKeeper ends with: file is missing, a broker with: NoSuchFileException"),
    }
    CONFIG_MISTYPED {
        title: ("그런 이름의 설정 파일은 없어요", "There is no configuration of that name"),
        why: ("서버는 적어 준 파일 하나만 읽어요. 이름이 한 글자라도 다르면 찾지 못하고, 비슷한 이름을 찾아 보지도 않아요.", "The server reads the one file that it is given. Where one letter of its name differs there is no such file, and nothing else is tried."),
        fix: ("앞 글자 몇 개를 치고 Tab을 누르면 셸이 이름을 채워 줘요.", "Type its first letters and press Tab: the shell fills in the name."),
        seen: ("주키퍼는 file is missing, 브로커는 NoSuchFileException 으로 바로 끝나요.", "ZooKeeper ends with: file is missing, a broker with: NoSuchFileException"),
    }
    CONFIG_IS_FOLDER {
        title: ("설정 파일 자리에 폴더를 적었어요", "A folder stands where the configuration belongs"),
        why: ("서버는 파일 하나를 읽어요. 폴더를 주면 그 안에서 알아서 고르지 않고 바로 끝나요.", "The server reads one file. Given a folder it does not choose one in it, it ends at once."),
        fix: ("폴더 뒤에 파일 이름까지 적으세요.", "Write the file's name behind the folder."),
        seen: ("브로커는 java.io.IOException: Is a directory, 주키퍼는 FileNotFoundException: … (Is a directory) 로 끝나요.", "A broker ends with: java.io.IOException: Is a directory, ZooKeeper with: FileNotFoundException: … (Is a directory)"),
    }
    SCRIPT_LINK {
        title: ("카프카의 스크립트는 링크로 실행할 수 없어요", "Kafka's scripts cannot be run through a link"),
        why: ("스크립트는 자기를 부른 이름 옆에서 kafka-run-class.sh를 찾아요. 링크나 따로 떼어 복사한 파일 옆에는 그것이 없어요.", "A script looks for kafka-run-class.sh beside the name that it was run by. Beside a link, or a copy outside of bin, there is none."),
        fix: ("링크 대신 bin 폴더를 PATH에 더하세요: export PATH=\"$PATH:카프카 폴더/bin\"", "Instead of linking, add bin to PATH: export PATH=\"$PATH:/path/to/kafka/bin\""),
        seen: ("…/kafka-run-class.sh: No such file or directory", "…/kafka-run-class.sh: No such file or directory"),
    }
    PLACEHOLDER {
        title: ("자리 표시를 그대로 쳤어요", "A placeholder was typed as it stands"),
        why: ("문서의 <…>는 실제 값을 넣을 자리예요. 셸에게 <는 파일에서 읽으라는 뜻이라, 그런 파일이 없으면 명령을 시작하지도 않아요.", "In a manual <…> is where a value of yours belongs. To the shell < means to read from a file, and where there is none the command never starts."),
        fix: ("<와 >까지 모두 지우고 실제 값을 적으세요.", "Replace it, with its < and >, by the real value."),
        seen: ("셸이 No such file or directory 라고 해요.", "The shell says: No such file or directory"),
    }
    LOG_FOLDER {
        title: ("출력을 보낼 폴더가 없어요", "The folder for the output does not exist"),
        why: ("셸은 출력을 담을 파일은 만들어도 폴더는 만들지 않아요. 파일을 열지 못하면 명령은 시작조차 하지 않아요.", "The shell makes the file for the output, but not its folder. Where it cannot open the file, the command never starts."),
        fix: ("mkdir -p 로 폴더를 먼저 만드세요. 이름을 잘못 적었다면 그 이름을 고치세요.", "Make the folder first, with mkdir -p, or correct its name."),
        seen: ("셸이 No such file or directory 라고 해요.", "The shell says: No such file or directory"),
    }
    NO_SLASH {
        title: ("이 폴더의 스크립트는 ./ 를 붙여 실행해요", "A script of this folder is run with ./"),
        why: ("경로 없이 이름만 적으면 셸은 PATH에 있는 폴더에서만 찾아요. 지금 폴더는 거기에 없어요.", "A name without a path is searched in the folders of PATH only, and this folder is none of them."),
        fix: ("앞에 ./ 를 붙이세요.", "Put ./ before it."),
        seen: ("셸이 command not found 라고 해요.", "The shell says: command not found"),
    }
    OTHER_FOLDER {
        title: ("스크립트가 이 폴더에 없어요", "The script is in another folder"),
        why: ("이름은 맞지만 그 스크립트는 다른 폴더에 있어요. 카프카의 스크립트는 모두 bin에 있어요.", "The name is right, but the script is elsewhere: all of Kafka's scripts are in bin."),
        fix: ("스크립트가 있는 폴더부터 적거나, 그 폴더로 옮겨 가세요.", "Write the folder too, or go there first."),
        seen: ("셸이 No such file or directory 라고 하거나, 이름만 적었을 때는 command not found 라고 해요.", "The shell says: No such file or directory, or, of a name alone: command not found"),
    }
    NOHUP_IN_FOREGROUND {
        title: ("nohup만으로는 뒤에서 돌지 않아요", "nohup alone does not go to the background"),
        why: ("nohup은 터미널이 닫혀도 서버가 끝나지 않게 할 뿐이에요. 뒤로 보내는 것은 줄 끝의 & 예요. 지금은 서버가 끝날 때까지 이 터미널을 쓸 수 없어요.", "nohup only keeps the server alive when the terminal closes. What sends it to the background is the & at the end of the line; without it the terminal is taken until the server ends."),
        fix: ("줄 끝에 & 를 붙이세요.", "Put & at the end of the line."),
    }
    BLANK_AFTER_BACKSLASH {
        title: ("역슬래시 뒤에 빈칸이 있어요", "There is a blank behind the backslash"),
        why: ("줄을 잇는 것은 줄의 맨 끝에 있는 역슬래시예요. 뒤에 빈칸이 있으면 명령이 거기서 끝나고, 다음 줄은 다른 명령이 돼요.", "A line goes on where a backslash is its very last character. With a blank behind it the command ends there, and the next line is another command."),
        fix: ("역슬래시 뒤의 빈칸을 지우세요.", "Take out what stands behind the backslash."),
        seen: ("다음 줄에서 command not found 가 나와요.", "The next line ends with: command not found"),
    }
    NO_PROCESS {
        title: ("그런 번호의 프로세스가 없어요", "No process has that number"),
        why: ("ps aux | grep kafka 의 결과에는 grep 자신도 나와요. 그 줄의 프로세스는 이미 끝났어요. 다시 켠 서버도 번호가 바뀌어요.", "The output of ps aux | grep kafka shows the grep itself too, which is gone by now. A server that was started again has another number."),
        fix: ("ps aux | grep kafka 를 다시 실행하고, java로 시작하는 줄의 번호를 쓰세요.", "Run ps aux | grep kafka again and take the number of the line whose command begins with java."),
        seen: ("셸이 No such process 라고 해요.", "The shell says: No such process"),
    }
    OTHER_PROCESS {
        title: ("끝내려는 것과 다른 프로세스예요", "This is another process than the one to end"),
        why: ("ps의 결과에는 주키퍼, 브로커, 콘솔 도구, 셸이 함께 나와요. 이름이 길고 비슷해서 옆줄의 번호를 옮겨 적기 쉬워요. 다른 것을 끝내면 그쪽이 멈추고, 끝내려던 서버는 그대로 돌아요.", "ps shows ZooKeeper, brokers, console tools and shells side by side, with long names that look alike, and the number of the next line is soon taken. Then that one ends, and the server that was meant runs on."),
        fix: ("kafka.Kafka로 끝나는 줄이 브로커, QuorumPeerMain이 있는 줄이 주키퍼예요. 그 줄의 두 번째 칸이 번호예요.", "The line with kafka.Kafka is a broker's, the one with QuorumPeerMain is ZooKeeper's; the number is in its second column."),
    }
    AT_ONCE {
        title: ("kill -9는 서버가 정리할 틈을 주지 않아요", "kill -9 leaves the server no time to end in order"),
        why: ("그냥 kill은 끝내 달라는 부탁(SIGTERM)이라, 브로커는 리더를 넘기고 로그를 디스크에 적고 주키퍼에서 빠진 다음 끝나요. -9(SIGKILL)는 그 자리에서 없애요. 다음에 켤 때 로그를 다시 확인해야 하고, 세션이 끊길 때까지 주키퍼에는 살아 있는 것으로 남아요.", "A plain kill asks (SIGTERM): the broker hands over what it leads, flushes its logs, leaves ZooKeeper, and ends. -9 (SIGKILL) takes it away on the spot. The next start has to recover its logs, and until its session runs out ZooKeeper takes it to be alive."),
        fix: ("-9 없이 kill 번호 만 적으세요.", "Write kill and the number, without -9."),
        seen: ("다음 시작 때 로그에 Recovering unflushed segment 가 나와요.", "The log of the next start says: Recovering unflushed segment"),
    }
    NO_BOOTSTRAP {
        title: ("어느 브로커에게 말을 걸지 적지 않았어요", "No broker is named to talk to"),
        why: ("이 도구는 브로커에게 물어봐서 일을 해요. 기본 주소는 없어요.", "This tool does its work by asking a broker, and no address is taken by default."),
        fix: ("--bootstrap-server 호스트:포트 를 붙이세요.", "Add --bootstrap-server host:port."),
    }
    ONE_ACTION {
        title: ("할 일은 꼭 하나만 골라야 해요", "Exactly one action is expected"),
        why: ("kafka-topics.sh는 --list, --describe, --create, --alter, --delete 가운데 하나를 해요.", "kafka-topics.sh does one of --list, --describe, --create, --alter and --delete."),
        fix: ("하려는 일 하나만 남기세요.", "Leave the one that is meant."),
        seen: ("Command must include exactly one action: --list, --describe, --create, --alter or --delete", "Command must include exactly one action: --list, --describe, --create, --alter or --delete"),
    }
    NO_TOPIC {
        title: ("어느 토픽인지 적지 않았어요", "No topic is named"),
        why: ("이 일은 토픽 하나를 두고 하는 일이라 이름이 있어야 해요.", "This is done with a topic, so its name is needed."),
        fix: ("--topic 이름 을 붙이세요.", "Add --topic and its name."),
    }
    ODD_DASH {
        title: ("옵션 앞이 붙임표 두 개가 아니라 긴 줄표예요", "A long dash stands before the option, not two hyphens"),
        why: ("문서 편집기나 웹 페이지가 -- 를 긴 줄표 하나로 바꾸곤 해요. 도구가 보기에는 옵션이 아니라 그냥 낱말이에요.", "Editors and web pages like to turn -- into one long dash. To the tool that is a word, not an option."),
        fix: ("붙임표 두 개(--)로 다시 치세요.", "Type two hyphens (--)."),
    }
    NO_VALUE {
        title: ("옵션 뒤에 값이 없어요", "The option's value is missing"),
        why: ("이 옵션은 값과 함께 써요. 줄이 옵션에서 끝나 버렸어요.", "This option takes a value, and the line ends before it."),
        fix: ("옵션 뒤에 값을 적으세요.", "Write the value behind the option."),
        seen: ("Option … requires an argument 라고 나와요.", "The tool says: Option … requires an argument"),
    }
    TWICE {
        title: ("같은 옵션을 두 번 적었어요", "The option is given twice"),
        why: ("이 옵션의 값은 하나뿐이에요. 도구는 둘 가운데 고르지 않고 끝나요.", "This option has one value. The tool does not choose between two, it ends."),
        fix: ("하나만 남기세요.", "Leave one of them."),
        seen: ("Found multiple arguments for option …, but you asked for only one", "Found multiple arguments for option …, but you asked for only one"),
    }
    CONFLICT {
        title: ("함께 쓸 수 없는 옵션이에요", "These options exclude each other"),
        why: ("두 옵션이 서로 다른 일을 하려고 해서, 도구가 시작하기 전에 거절해요.", "They ask for different things, and the tool refuses before it begins."),
        fix: ("둘 가운데 하나를 빼세요.", "Take one of them out."),
    }
    NEEDS_ANOTHER {
        title: ("다른 옵션과 함께 써야 하는 옵션이에요", "The option needs another one beside it"),
        why: ("이 옵션은 혼자서는 뜻이 정해지지 않아요.", "By itself the option does not say enough."),
        fix: ("빠진 옵션을 함께 적으세요.", "Add the option that is missing."),
    }
    NUMBER {
        title: ("숫자가 아니거나 범위를 벗어났어요", "Not a number, or out of range"),
        why: ("도구가 읽지 못하는 수이거나 브로커가 받지 않는 수예요. 아무것도 만들어지거나 바뀌지 않았어요.", "The tool cannot read this number, or the broker does not take it. Nothing was made or changed."),
        fix: ("범위 안의 정수를 적으세요.", "Write a whole number within the range."),
    }
    TOPIC_NAME {
        title: ("토픽 이름에 쓸 수 없는 글자나 길이예요", "A topic cannot have this name"),
        why: ("토픽 이름은 디스크의 폴더 이름이 돼요. 그래서 영문자와 숫자, 점, 밑줄, 붙임표만 249자까지 쓸 수 있어요.", "A topic's name becomes the name of a folder on disk: ASCII letters, digits, dots, underscores and hyphens, 249 at most."),
        fix: ("쓸 수 있는 글자로만 이름을 지으세요.", "Use only those characters."),
    }
    BOOTSTRAP_IS_ZOOKEEPER {
        title: ("브로커가 아니라 주키퍼의 포트예요", "This is ZooKeeper's port, not a broker's"),
        why: ("토픽을 만들고 메시지를 주고받는 상대는 브로커예요. 주키퍼는 카프카의 말을 알아듣지 못해서 대답 없이 연결을 끊어요.", "Topics are made by a broker, and records go to one. ZooKeeper does not understand Kafka's protocol and closes the connection without an answer."),
        fix: ("브로커의 listeners에 적힌 포트(보통 9092)로 바꾸세요.", "Name the port of a broker's listeners, usually 9092."),
        seen: ("kafka-topics.sh는 60초 동안 아무 말이 없다가 Timed out waiting for a node assignment 로 끝나요. 콘솔 프로듀서와 컨슈머는 Bootstrap broker … disconnected만 되풀이해요.", "kafka-topics.sh says nothing for 60 seconds and ends with: Timed out waiting for a node assignment. A console producer or consumer only warns: Bootstrap broker … disconnected"),
    }
    BOOTSTRAP_REFUSED {
        title: ("--bootstrap-server가 가리키는 포트에서 아무도 듣지 않아요", "Nothing listens at the port that --bootstrap-server names"),
        why: ("도구는 여기 적힌 주소에 먼저 말을 걸어요. 브로커가 돌고 있어도 다른 포트에서 듣고 있으면 만나지 못해요.", "This is where the tool looks first. A broker that listens on another port is not found, though it runs."),
        fix: ("브로커가 실제로 듣는 포트, 곧 server.properties의 listeners에 적힌 포트를 적으세요.", "Name the port that the broker really listens on: listeners in server.properties."),
        seen: ("Connection to node -1 … could not be established가 되풀이돼요. kafka-topics.sh는 60초 뒤에 포기하고, 콘솔 컨슈머는 끝없이 다시 시도해요.", "Connection to node -1 … could not be established, again and again. kafka-topics.sh gives up after 60 seconds, the console consumer never."),
    }
    BOOTSTRAP_MALFORMED {
        title: ("브로커의 주소는 호스트:포트예요", "A broker's address is host:port"),
        why: ("포트를 빼면 도구가 대신 채워 주지 않아요.", "No port is taken by default."),
        fix: ("호스트와 포트를 콜론으로 이어 적으세요. 예: localhost:9092", "Write host and port with a colon between them, as localhost:9092."),
    }
    STRAY_WORD {
        title: ("어느 옵션에도 속하지 않는 낱말이에요", "A word belongs to no option"),
        why: ("도구는 이런 낱말을 말없이 버려요. 이름에 빈칸이 있었다면 앞부분만 쓰였을 거예요.", "The tool drops such words in silence. If a name was meant to have a blank, only its first part was taken."),
        fix: ("필요 없는 낱말이면 지우고, 값의 일부면 따옴표로 묶으세요.", "Take it out, or quote it together with the value it belongs to."),
    }
    CONSOLE_PROPERTY {
        title: ("아무 일도 하지 않는 속성이에요", "This property has no effect"),
        why: ("콘솔 도구는 모르는 속성을 말없이 지나쳐요. 짝이 되는 속성이 없어도 마찬가지예요.", "The console tools pass over properties that they do not know, or that nothing switches on, without a word."),
        fix: ("이름과 =값, 그리고 함께 써야 하는 속성을 확인하세요.", "Check the name, the =value and the property that it goes with."),
    }
    NOT_ONE_OF {
        title: ("정해진 값 가운데 하나가 아니에요", "The value is none of those that are taken"),
        why: ("이 옵션은 정해진 값만 받아요. 다른 값이면 도구가 시작하기 전에 거절해요.", "This option takes a few values only. With any other the tool refuses before it begins."),
        fix: ("정해진 값 가운데 하나를 적으세요.", "Write one of the values that it takes."),
        seen: ("error: argument …: invalid choice: … (choose from …)", "error: argument …: invalid choice: … (choose from …)"),
    }
    MISSING {
        title: ("꼭 있어야 하는 옵션이 빠졌어요", "An option that must be given is missing"),
        why: ("이 도구는 정해진 옵션을 모두 적어야 시작해요. 빠지면 사용법과 함께 하나만 알려 주고 끝나요.", "This tool begins only where all of those options are given. Where one is missing it prints its usage, names one of them, and ends."),
        fix: ("빠진 옵션을 값과 함께 적으세요.", "Add the option that is missing, with its value."),
        seen: ("error: argument … is required", "error: argument … is required"),
    }
    UNEXPECTED {
        title: ("이 자리에 올 수 없는 낱말이에요", "A word where none is taken"),
        why: ("이 도구는 옵션에 속하지 않는 낱말을 그냥 지나치지 않고, 시작하기 전에 거절해요.", "This tool does not pass over a word that belongs to no option: it refuses before it begins."),
        fix: ("필요 없는 낱말이면 지우고, 값의 일부면 따옴표로 묶으세요.", "Take it out, or quote it together with the value it belongs to."),
        seen: ("error: unrecognized arguments: '…'", "error: unrecognized arguments: '…'"),
    }
    COMMAND {
        title: ("무슨 일을 할지 정하는 명령이 없어요", "The tool's own command is missing"),
        why: ("이 도구는 여러 일을 해요. 옵션 다음에 그 가운데 하나의 이름을 적고, 그 일의 옵션은 이름 뒤에 적어요.", "This tool does several things. The name of one of them stands behind the tool's options, and the options of that one behind its name."),
        fix: ("하려는 일의 이름을 적으세요.", "Name what it should do."),
        seen: ("error: too few arguments, 또는 invalid choice: … (choose from …)", "error: too few arguments, or: invalid choice: … (choose from …)"),
    }
    IN_ORDER {
        title: ("옵션 이름 없이 정해진 순서대로 적는 도구예요", "This tool takes its words by their order, without options"),
        why: ("kafka-e2e-latency.sh는 브로커의 주소, 토픽, 메시지 수, acks, 메시지 크기, 그리고 있으면 설정 파일을 이 순서대로 받아요. 하나라도 어긋나면 사용법만 보여 주거나 예외로 끝나요.", "kafka-e2e-latency.sh takes broker_list, topic, num_messages, producer_acks, message_size_bytes and, if wanted, a properties_file, in this order. With one of them out of place it prints its usage or ends with an exception."),
        fix: ("kafka-e2e-latency.sh localhost:9092 토픽 1000 all 100 처럼 적으세요.", "Write it as kafka-e2e-latency.sh localhost:9092 topic 1000 all 100."),
        seen: ("USAGE: java org.apache.kafka.tools.EndToEndLatency broker_list topic num_messages producer_acks message_size_bytes [optional] properties_file", "USAGE: java org.apache.kafka.tools.EndToEndLatency broker_list topic num_messages producer_acks message_size_bytes [optional] properties_file"),
    }
    OFFSET {
        title: ("--offset에 쓸 수 없는 값이에요", "--offset does not take this value"),
        why: ("--offset은 어디서부터 읽을지 정해요. 0 이상의 수 아니면 earliest(처음), latest(끝)예요.", "--offset says where to begin: a number from 0, earliest for the first record that is kept, or latest for the end."),
        fix: ("셋 가운데 하나로 바꾸세요. 처음부터 읽으려면 earliest예요.", "Write one of the three; to read everything, earliest."),
        seen: ("The provided offset value '…' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long.", "The provided offset value '…' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long."),
    }
    TWO_GROUPS {
        title: ("그룹 이름을 두 가지로 적었어요", "Two different groups are named"),
        why: ("--group과 group.id가 서로 달라요.", "--group and group.id differ."),
        fix: ("하나만 남기세요.", "Leave one of them."),
    }
    ENDED_EARLY {
        title: ("프로듀서가 보내기 전에 Ctrl-C로 끝나서 메시지가 사라졌어요", "Ctrl-C ended the producer before it had sent everything"),
        why: ("콘솔 프로듀서는 입력한 줄을 1초쯤(--timeout) 모았다가 한꺼번에 보내요. 그 전에 Ctrl-C를 누르면 모아 둔 것을 버리고, 그렇다는 말도 하지 않아요.", "The console producer gathers lines for about a second (--timeout) to send them together. Ctrl-C within that time drops them, and nothing is said."),
        fix: ("다시 실행해서 사라진 줄을 보내고 Ctrl-D로 끝내세요. 그러면 남은 것을 다 보내고 끝나요.", "Run it again, send the lost lines and end with Ctrl-D: it then sends what is left before it ends."),
        seen: ("아무 말 없이 종료 코드 130으로 끝나고, 메시지는 토픽에 없어요.", "Nothing at all: it ends with 130, and the message is not in the topic."),
    }
    GROUP_GOES_ON {
        title: ("그룹은 지난번에 읽은 곳부터 이어 읽어요", "A group goes on where it stopped"),
        why: ("--from-beginning은 커밋된 오프셋이 없는 그룹에만 통해요. 이 그룹은 끝까지 읽었다고 커밋해 두었으니, 이제는 새로 오는 메시지만 보여요.", "--from-beginning counts only for a group that has committed nothing yet. This one has committed that it read to the end, so it shows only what is new."),
        fix: ("다른 --group 이름을 쓰거나, kafka-consumer-groups.sh --reset-offsets --to-earliest --execute 로 그 그룹을 처음으로 되돌리세요.", "Name another --group, or send this one back with kafka-consumer-groups.sh --reset-offsets --to-earliest --execute."),
        seen: ("메시지가 있는데도 아무것도 안 나오고, 끝내면 Processed a total of 0 messages 라고 해요.", "Nothing comes though messages are there; at the end it says: Processed a total of 0 messages"),
    }
    NO_SUCH_PLACE {
        title: ("토픽에 없는 자리부터 읽으려고 해요", "The topic has no such place to read from"),
        why: ("없는 오프셋을 적으면 컨슈머는 맨 끝으로 가서 새 메시지를 기다리고, 없는 파티션을 적으면 그 파티션이 생길 때까지 기다려요. 둘 다 아무 말이 없어요.", "At an offset that is not there the consumer goes to the end and waits for new messages; for a partition that is not there it waits until it is made. It says nothing of either."),
        fix: ("kafka-get-offsets.sh로 파티션마다 어디까지 있는지 보고 다시 적으세요.", "See with kafka-get-offsets.sh which partitions there are and where they end."),
        seen: ("아무것도 나오지 않은 채 끝없이 기다려요.", "Nothing, for as long as you wait."),
    }
    TOPIC_RETURNS {
        title: ("지운 토픽이 다시 생겼어요", "The topic was deleted, and is there again"),
        why: ("삭제는 됐어요. 그런데 그 토픽을 쓰던 컨슈머나 프로듀서가 브로커에 토픽을 다시 물었고, auto.create.topics.enable이 켜져 있어서 브로커가 빈 토픽을 새로 만들었어요.", "It was deleted. But a consumer or producer that was attached asked the broker for it again, and with auto.create.topics.enable the broker made a new, empty one."),
        fix: ("그 토픽을 쓰는 컨슈머와 프로듀서를 먼저 끝내고 다시 지우세요.", "End the consumers and producers that use it first, then delete it again."),
        seen: ("--delete는 아무 말 없이 끝나는데 --list에 토픽이 그대로 있어요.", "--delete ends without a word, and --list still shows the topic."),
    }
    NOT_FOR_ENTITY {
        title: ("이 대상에 줄 수 없는 설정이에요", "This setting cannot be given here"),
        why: ("kafka-configs.sh가 바꾸는 것은 대상마다 달라요. 브로커는 도는 중에 바꿀 수 있는 설정만, 사용자와 클라이언트와 IP는 정해진 한도(quota)만 받아요.", "What kafka-configs.sh can change depends on whose it is: of a broker what can change while it runs, of users, clients and addresses their quotas."),
        fix: ("이름과 대상을 확인하세요. 도는 중에 못 바꾸는 브로커 설정은 server.properties에 적고 다시 시작해요.", "Check the name and whose it is. What a running broker cannot change belongs into server.properties, and counts from the next start."),
    }
    DAEMON_LAST {
        title: ("-daemon은 설정 파일보다 앞에 써요", "-daemon comes before the file"),
        why: ("시작 스크립트는 첫 낱말이 -daemon일 때만 알아봐요. 뒤에 있으면 서버에 넘겨져 오류가 돼요.", "The script looks for -daemon as its first word only. Behind the file it is passed on to the server, which refuses it."),
        fix: ("-daemon을 맨 앞으로 옮기세요.", "Move -daemon to the front."),
        seen: ("브로커는 d is not a recognized option, 주키퍼는 NumberFormatException 으로 끝나요.", "A broker ends with: d is not a recognized option, ZooKeeper with a NumberFormatException"),
    }
    NO_CONFIG {
        title: ("설정 파일을 적지 않았어요", "No configuration file is named"),
        why: ("시작 스크립트는 기본 설정 파일을 찾아 쓰지 않아요. 사용법만 보여 주고 끝나요.", "The script has no file that it takes by default: it prints its usage and ends."),
        fix: ("뒤에 설정 파일의 경로를 적으세요.", "Write the path of the configuration behind it."),
        seen: ("USAGE: 로 시작하는 한 줄만 나와요.", "All that is printed is a line that begins with USAGE:"),
    }
    SWAPPED {
        title: ("다른 서버의 설정 파일이에요", "This is the other server's configuration"),
        why: ("브로커는 server.properties로, 주키퍼는 zookeeper.properties로 시작해요.", "A broker is started with server.properties, ZooKeeper with zookeeper.properties."),
        fix: ("서버에 맞는 파일을 적으세요.", "Name the file of this server."),
        seen: ("브로커는 Missing required configuration `zookeeper.connect`, 주키퍼는 dataDir is not set 이라고 해요.", "A broker says: Missing required configuration `zookeeper.connect`, ZooKeeper: dataDir is not set"),
    }
    SEVERAL_CONFIGS {
        title: ("설정 파일은 하나만 받아요", "Only one configuration is taken"),
        why: ("브로커 하나는 파일 하나로 시작해요. 몇 가지만 바꾸려면 --override 키=값 을 써요.", "One broker has one file. To change a few keys, there is --override key=value."),
        fix: ("파일 하나만 남기고, 나머지는 --override로 적으세요.", "Leave one file and give the rest with --override."),
        seen: ("Found non argument parameters: …", "Found non argument parameters: …"),
    }
    NOT_FORMATTED {
        title: ("주키퍼 없이 도는 KRaft의 설정이에요", "This is a configuration of KRaft, which does without ZooKeeper"),
        why: ("config/kraft의 설정은 주키퍼 없이 쓰는 것이고, 처음에 kafka-storage.sh로 폴더를 준비해야 해요.", "The files in config/kraft are for Kafka without ZooKeeper, whose folder has to be formatted first with kafka-storage.sh."),
        fix: ("주키퍼와 함께 쓰려면 config/server.properties로 시작하세요.", "With ZooKeeper, start it with config/server.properties."),
    }
}
