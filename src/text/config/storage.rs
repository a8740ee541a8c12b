//! Rules about where a broker keeps its data and its metadata: `log.dirs` and `zookeeper.connect`.

crate::rule_texts! {
    CONNECT_MISSING {
        title: ("zookeeper.connect가 없어요", "zookeeper.connect is missing"),
        why: ("주키퍼 모드의 브로커는 주키퍼의 주소를 꼭 알아야 해요. 기본값이 없어서 적지 않으면 시작하지 못해요.", "In ZooKeeper mode a broker must know where ZooKeeper is. There is no default, so without it the broker does not start."),
        fix: ("zookeeper.connect=localhost:2181처럼 주키퍼의 주소를 적으세요.", "Write the address of ZooKeeper, as zookeeper.connect=localhost:2181."),
        seen: ("Missing required configuration `zookeeper.connect` which has no default value.", "Missing required configuration `zookeeper.connect` which has no default value."),
    }
    CONNECT_EMPTY {
        title: ("zookeeper.connect가 비어 있어요", "zookeeper.connect is empty"),
        why: ("주키퍼의 주소가 하나도 없으면 브로커는 시작하다가 끝나요.", "Without the address of any ZooKeeper the broker ends while it starts."),
        fix: ("zookeeper.connect=localhost:2181처럼 주키퍼의 주소를 적으세요.", "Write the address of ZooKeeper, as zookeeper.connect=localhost:2181."),
        seen: ("java.lang.IllegalArgumentException: A HostProvider may not be empty!", "java.lang.IllegalArgumentException: A HostProvider may not be empty!"),
    }
    CONNECT_SCHEME {
        title: ("zookeeper.connect에는 http:// 같은 앞머리가 없어요", "zookeeper.connect takes no http:// in front"),
        why: ("첫 / 뒤는 주키퍼 안의 경로(chroot)로 읽혀요. 그래서 http://…는 주소도 경로도 아니게 돼요.", "What follows the first / is a path within ZooKeeper, so with http:// neither address nor path is right."),
        fix: ("호스트:포트만 적으세요.", "Write host:port alone."),
    }
    CONNECT_PORT {
        title: ("zookeeper.connect의 포트가 숫자가 아니에요", "The port in zookeeper.connect is no port"),
        why: ("마지막 콜론 뒤는 모두 포트로 읽히고, 0부터 65535까지의 숫자여야 해요.", "What follows the last colon is the port, a number between 0 and 65535."),
        fix: ("호스트:포트,호스트:포트 모양으로 적으세요.", "Write it as host:port,host:port."),
        seen: ("java.lang.NumberFormatException: For input string: \"2181 # zk\"", "java.lang.NumberFormatException: For input string: \"2181 # zk\""),
    }
    CONNECT_CHROOT {
        title: ("chroot는 맨 끝에 한 번만 적어요", "The chroot is written once, at the very end"),
        why: (
            "주소 목록에서 첫 / 뒤는 모두 경로로 읽혀요. 서버마다 경로를 붙이면 첫 서버만 주소로 남고 나머지는 이상한 경로가 돼요.",
            "In the list everything behind the first / is the path. With a path at each server only the first of them is an address, and the rest becomes an odd path."
        ),
        fix: ("h1:2181,h2:2181/kafka처럼 맨 끝에만 붙이세요.", "Put it at the end only, as h1:2181,h2:2181/kafka."),
    }
    CONNECT_SEPARATOR {
        title: ("주키퍼 주소 사이에는 쉼표를 써요", "The addresses of ZooKeeper are separated by commas"),
        why: ("세미콜론이나 빈칸은 나누는 표시가 아니라서 이름의 일부가 되고, 그런 이름의 서버는 없어요.", "A semicolon or a blank separates nothing: it becomes part of a host's name, and there is no such host."),
        fix: ("사이를 쉼표로 바꾸세요.", "Put a comma between them."),
    }
    DIRS_IN_TMP {
        title: ("데이터를 /tmp에 두고 있어요", "The data is kept in /tmp"),
        why: ("/tmp는 컴퓨터를 다시 켜거나 며칠이 지나면 비워지기도 해요. 연습에는 괜찮지만, 토픽의 데이터가 어느 날 사라질 수 있어요.", "/tmp is emptied at a restart, or after some days. For practice that is fine; else the data of the topics may be gone one day."),
        fix: ("오래 쓸 데이터라면 /var/lib/kafka 같은 폴더로 옮기세요.", "For data that is to last use a folder such as /var/lib/kafka."),
    }
    DIRS_RELATIVE {
        title: ("데이터 폴더가 상대 경로예요", "The data folder is a relative path"),
        why: ("상대 경로는 브로커를 시작한 폴더에서부터 세요. 다른 폴더에서 시작하면 빈 폴더가 새로 생기고, 토픽이 모두 사라진 것처럼 보여요.", "It counts from the folder in which the broker is started. Started elsewhere the broker makes an empty folder, and all topics seem to be gone."),
        fix: ("/로 시작하는 절대 경로를 적으세요.", "Write a path that begins with /."),
    }
    DIRS_TWICE {
        title: ("같은 데이터 폴더가 두 번 있어요", "A data folder is there twice"),
        why: ("폴더 하나를 두 번 잠글 수 없어서 브로커가 시작하다가 끝나요.", "A folder cannot be locked twice, so the broker ends while it starts."),
        fix: ("하나만 남기세요.", "Keep one of them."),
        seen: ("Duplicate log directory found: /tmp/a1, /tmp/a1", "Duplicate log directory found: /tmp/a1, /tmp/a1"),
    }
    DIRS_TWO_SETTINGS {
        title: ("log.dirs가 있으면 log.dir은 무시돼요", "With log.dirs set, log.dir is ignored"),
        why: ("둘은 같은 것을 정하는데, 둘 다 있으면 log.dirs만 통해요.", "Both say where the data goes; where both are set only log.dirs counts."),
        fix: ("log.dir 줄을 지우세요.", "Take the line with log.dir out."),
    }
    DIRS_EMPTY {
        title: ("데이터 폴더가 하나도 없어요", "There is no data folder"),
        why: ("브로커가 데이터를 둘 곳이 없으면 시작하지 못해요.", "Without a place for its data the broker does not start."),
        fix: ("log.dirs에 폴더를 적으세요.", "Name a folder in log.dirs."),
        seen: ("At least one log directory must be defined via log.dirs or log.dir.", "At least one log directory must be defined via log.dirs or log.dir."),
    }
    DIRS_TILDE {
        title: ("~는 홈 폴더로 바뀌지 않아요", "The ~ is not replaced by your home folder"),
        why: ("~를 홈 폴더로 바꾸는 것은 셸이에요. 설정 파일에서는 이름이 ~인 폴더가 생겨요.", "It is the shell that replaces ~. In a configuration file it makes a folder that is called ~."),
        fix: ("/home/사용자/… 처럼 전체 경로를 적으세요.", "Write the whole path, as /home/user/…"),
    }
    DIRS_SEPARATOR {
        title: ("데이터 폴더 사이에는 쉼표를 써요", "Data folders are separated by commas"),
        why: ("세미콜론이나 빈칸으로 나누면 이름에 그 글자가 든 폴더 하나가 돼요.", "With a semicolon or a blank between them they are one folder with that sign in its name."),
        fix: ("사이를 쉼표로 바꾸세요.", "Put a comma between them."),
    }
}
