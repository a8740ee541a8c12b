//! Rules about `zookeeper.properties`.

crate::rule_texts! {
    UNKNOWN {
        title: ("주키퍼가 모르는 설정 이름이에요", "ZooKeeper does not know this setting"),
        why: ("주키퍼는 모르는 이름을 자바 시스템 속성으로 넘기고 아무 말도 하지 않아요. 틀린 이름이면 값은 쓰이지 않아요.", "ZooKeeper passes a name it does not know on as a Java system property and says nothing. Misspelt, the value is used nowhere."),
        fix: ("이름을 바로잡거나 줄을 지우세요.", "Correct the name, or take the line out."),
        seen: ("아무 오류 없이 시작하고, 이 줄은 없는 것과 같아요.", "It starts without an error, as if the line were not there."),
    }
    DATA_DIR_MISSING {
        title: ("dataDir이 없어요", "dataDir is missing"),
        why: ("주키퍼는 데이터를 둘 폴더를 꼭 알아야 해요. 기본값이 없어요.", "ZooKeeper must know where to keep its data, and there is no default."),
        fix: ("dataDir=/var/lib/zookeeper처럼 적으세요.", "Name a folder, as dataDir=/var/lib/zookeeper."),
        seen: ("java.lang.IllegalArgumentException: dataDir is not set", "java.lang.IllegalArgumentException: dataDir is not set"),
    }
    DATA_DIR_IN_TMP {
        title: ("주키퍼의 데이터를 /tmp에 두고 있어요", "ZooKeeper's data is kept in /tmp"),
        why: ("/tmp가 비워지면 클러스터 번호와 토픽 목록이 사라져요. 그러면 데이터가 남은 브로커는 다른 클러스터라며 시작하지 못해요.", "When /tmp is emptied the cluster's id and its list of topics are gone. A broker that still has its data then refuses to start: it belongs to another cluster."),
        fix: ("오래 쓸 데이터라면 /var/lib/zookeeper 같은 폴더로 옮기세요.", "For data that is to last use a folder such as /var/lib/zookeeper."),
    }
    DATA_DIR_RELATIVE {
        title: ("데이터 폴더가 상대 경로예요", "The data folder is a relative path"),
        why: ("상대 경로는 주키퍼를 시작한 폴더에서부터 세요. 다른 폴더에서 시작하면 빈 데이터로 새 클러스터가 시작돼요.", "It counts from the folder in which ZooKeeper is started. Started elsewhere it begins a new, empty cluster."),
        fix: ("/로 시작하는 절대 경로를 적으세요.", "Write a path that begins with /."),
        seen: ("주키퍼는 … is relative. Prepend ./ to indicate that you're sure! 라는 경고만 남겨요.", "ZooKeeper only warns: … is relative. Prepend ./ to indicate that you're sure!"),
    }
    CLIENT_PORT_MISSING {
        title: ("clientPort가 없어요", "clientPort is missing"),
        why: ("포트가 없으면 주키퍼는 오류 없이 살아 있지만 아무도 접속할 수 없어요. 브로커는 18초를 기다리다 끝나요.", "Without a port ZooKeeper stays alive without an error and nobody can reach it. The broker waits 18 seconds and ends."),
        fix: ("clientPort=2181을 더하세요.", "Add clientPort=2181."),
        seen: ("clientPort is not set", "clientPort is not set"),
    }
    CLIENT_PORT_OF_BROKER {
        title: ("clientPort가 브로커의 포트예요", "clientPort is the broker's port"),
        why: ("9092는 카프카 브로커가 쓰는 포트예요. 주키퍼가 먼저 차지하면 브로커가 자기 포트를 열지 못해요.", "9092 is where Kafka's broker listens. With ZooKeeper there first the broker cannot open its own port."),
        fix: ("주키퍼가 보통 쓰는 2181로 하세요.", "Use 2181, ZooKeeper's usual port."),
    }
    CLIENT_PORT_RANGE {
        title: ("포트는 0부터 65535까지예요", "A port is between 0 and 65535"),
        why: ("범위를 벗어난 포트는 열 수 없어서 주키퍼가 시작하지 못해요.", "A port out of range cannot be opened, and ZooKeeper does not start."),
        fix: ("범위 안의 포트를 적으세요.", "Write a port within the range."),
        seen: ("java.lang.IllegalArgumentException: port out of range", "java.lang.IllegalArgumentException: port out of range"),
    }
    ADDRESS_WITHOUT_PORT {
        title: ("주소만 있고 포트가 없어요", "There is an address without its port"),
        why: ("clientPortAddress는 clientPort를 어느 주소에서 열지 정해요. 포트가 없으면 주키퍼가 시작하지 못해요.", "clientPortAddress says on which address clientPort is opened. Without the port ZooKeeper does not start."),
        fix: ("clientPort=2181을 더하세요.", "Add clientPort=2181."),
        seen: ("clientPortAddress is set but clientPort is not set", "clientPortAddress is set but clientPort is not set"),
    }
    TICK_TIME_ZERO {
        title: ("tickTime은 0일 수 없어요", "tickTime cannot be 0"),
        why: ("tickTime은 주키퍼가 시간을 세는 단위예요. 0이면 정하지 않은 것으로 보고 시작하지 않아요.", "tickTime is the unit in which ZooKeeper counts time. 0 counts as not set, and it does not start."),
        fix: ("보통 쓰는 2000이나 기본값 3000으로 하세요.", "Use 2000, as most do, or the default of 3000."),
        seen: ("java.lang.IllegalArgumentException: tickTime is not set", "java.lang.IllegalArgumentException: tickTime is not set"),
    }
    TICK_TIME_SMALL {
        title: ("tickTime이 너무 짧아요", "tickTime is very short"),
        why: ("tickTime의 단위는 밀리초이고, 세션은 길어도 그 20배까지예요. 브로커의 세션이 잠깐의 멈춤에도 끊겨요.", "It counts milliseconds, and a session lasts 20 times as long at most: a broker's session breaks at every short pause."),
        fix: ("보통 쓰는 2000이나 기본값 3000으로 하세요.", "Use 2000, as most do, or the default of 3000."),
    }
    SESSION_TIMEOUTS {
        title: ("세션 시간의 최소가 최대보다 커요", "The shortest session is longer than the longest"),
        why: ("minSessionTimeout은 maxSessionTimeout보다 클 수 없어요. 적지 않으면 tickTime의 2배와 20배예요.", "minSessionTimeout may not exceed maxSessionTimeout. Unset they are 2 and 20 times tickTime."),
        fix: ("최소를 줄이거나 최대를 늘리세요.", "Lower the one or raise the other."),
        seen: ("minSessionTimeout must not be larger than maxSessionTimeout", "minSessionTimeout must not be larger than maxSessionTimeout"),
    }
    CHOICE {
        title: ("고를 수 있는 값이 아니에요", "The value is none of those to choose from"),
        why: ("electionAlg는 3만, peerType은 observer나 participant만 받아요.", "electionAlg takes 3 alone, peerType takes observer or participant."),
        fix: ("줄을 지우면 기본값이 쓰여요.", "Take the line out to get the default."),
        seen: ("Invalid electionAlg value. Only 3 is supported.", "Invalid electionAlg value. Only 3 is supported."),
    }
    ENSEMBLE_LIMITS {
        title: ("여러 서버로 돌리려면 initLimit과 syncLimit이 있어야 해요", "Several servers need initLimit and syncLimit"),
        why: ("server.N이 둘 이상이면 서버들이 서로를 얼마나 기다릴지 정해 주어야 해요.", "With two or more server.N, ZooKeeper must be told how long the servers wait for each other."),
        fix: ("initLimit=5와 syncLimit=2를 더하세요.", "Add initLimit=5 and syncLimit=2."),
        seen: ("initLimit is not set", "initLimit is not set"),
    }
    ENSEMBLE_BUNDLED {
        title: ("kafkalab에 든 주키퍼는 서버 한 대로만 돌아요", "The coordinator that comes with kafkalab is one server"),
        why: ("아파치 주키퍼에서는 맞는 설정이에요. 내장된 것은 server.N이 있으면 시작하지 않아요.", "With Apache ZooKeeper the setting is right. The bundled one does not start with server.N."),
        fix: ("실습에서는 server.N 줄을 지우거나 --engine apache=폴더 로 아파치 것을 쓰세요.", "In a lab take the server.N lines out, or use Apache's own with --engine apache=DIR."),
    }
    SERVER_NUMBER {
        title: ("server. 뒤에는 번호가 와야 해요", "A number belongs behind server."),
        why: ("server.1처럼 dataDir의 myid 파일에 적은 번호와 짝을 이뤄요.", "The number, as in server.1, is the one in the file myid in dataDir."),
        fix: ("server.1=호스트:2888:3888처럼 적으세요.", "Write it as server.1=host:2888:3888."),
        seen: ("java.lang.NumberFormatException", "java.lang.NumberFormatException"),
    }
    SNAP_RETAIN {
        title: ("남겨 둘 스냅샷은 3개보다 적을 수 없어요", "At least three snapshots are kept"),
        why: ("3보다 작으면 주키퍼가 경고를 남기고 3으로 올려요.", "ZooKeeper warns and takes 3 where less is set."),
        fix: ("3 이상을 적으세요.", "Write 3 or more."),
        seen: ("Invalid autopurge.snapRetainCount: 1. Defaulting to 3", "Invalid autopurge.snapRetainCount: 1. Defaulting to 3"),
    }
}
