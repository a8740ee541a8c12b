//! What the rules between files say of their mistakes.

crate::rule_texts! {
    SAME_ID {
        title: ("두 브로커의 broker.id가 같아요", "Two brokers have the same broker.id"),
        why: ("broker.id는 클러스터 안에서 브로커를 가리키는 이름이에요. 같은 번호로 먼저 등록한 브로커가 있으면 나중 것은 시작하지 못해요. kill -9로 끝난 브로커는 세션이 끝날 때까지(기본 18초) 등록된 채로 남아요.", "broker.id is what a broker is called within its cluster. Where one is registered under it, a second one cannot start. A broker that was killed stays registered until its session ends, 18 s by default."),
        fix: ("브로커마다 다른 번호를 주세요. 방금 끝난 같은 브로커라면 잠시 뒤에 다시 시작하세요.", "Give each broker a number of its own. If it is the same broker, which has just ended, start it again a little later."),
        seen: ("KeeperErrorCode = NodeExists 로 끝나요.", "The second one ends with: KeeperErrorCode = NodeExists"),
    }
    SAME_PORT {
        title: ("한 기계의 두 브로커가 같은 포트를 써요", "Two brokers on one machine have the same port"),
        why: ("한 포트에서는 한 프로그램만 들을 수 있어요. 나중에 시작한 브로커는 살아 있지만 아무도 찾아올 수 없어요.", "One port is listened on by one program. The broker that starts later stays alive, and nobody can reach it."),
        fix: ("listeners의 포트를 서로 다르게 하세요.", "Give their listeners different ports."),
        seen: ("Socket server failed to bind … Address already in use 다음에 started 라고까지 나와요.", "It logs: Socket server failed to bind … Address already in use, and then even: started"),
    }
    SAME_FOLDER {
        title: ("한 기계의 두 브로커가 같은 log.dirs를 써요", "Two brokers on one machine have the same log.dirs"),
        why: ("로그 폴더에는 주인인 브로커의 번호가 적혀 있고, 쓰는 동안 잠겨 있어요.", "A log directory holds the id of the broker it belongs to, and is locked while that one runs."),
        fix: ("브로커마다 다른 폴더를 주세요.", "Give each broker a folder of its own."),
        seen: ("Failed to acquire lock 이나 Configured broker.id … doesn't match 로 끝나요.", "It ends with: Failed to acquire lock, or: Configured broker.id … doesn't match"),
    }
    OTHER_COORDINATOR {
        title: ("브로커들이 서로 다른 주키퍼를 찾아가요", "The brokers go to different coordinators"),
        why: ("같은 주키퍼의 같은 경로에 등록한 브로커끼리만 한 클러스터가 돼요. 다르면 서로 모르는 두 클러스터예요.", "Brokers form one cluster where they register at the same path of the same coordinator. Otherwise they are clusters that know nothing of each other."),
        fix: ("zookeeper.connect를 같은 값으로 맞추세요. 경로(/…)까지 같아야 해요.", "Give them the same zookeeper.connect, the path behind it included."),
    }
    REPLICATION {
        title: ("복제본 수가 브로커 수보다 많아요", "More replicas than brokers"),
        why: ("복제본은 서로 다른 브로커에 하나씩 놓여요. 브로커가 모자라면 토픽이 만들어지지 않고, 내부 토픽이면 컨슈머가 말없이 기다리기만 해요.", "Each replica is on a broker of its own. With too few of them the topic is not made; where it is an internal one, consumers wait without a word."),
        fix: ("브로커 수 이하로 줄이거나, 브로커를 더 두세요.", "Take a number that the brokers can hold, or add brokers."),
        seen: ("Replication factor: … larger than available brokers: …", "Replication factor: … larger than available brokers: …"),
    }
    LOCALHOST {
        title: ("다른 기계에서는 닿지 않는 주소를 알려 줘요", "An address that other machines cannot reach is told to them"),
        why: ("advertised.listeners는 클라이언트와 다른 브로커가 찾아오는 주소예요. localhost를 받은 쪽은 자기 자신을 찾아가요.", "advertised.listeners is where clients and the other brokers come to. Whoever is told localhost goes to itself."),
        fix: ("다른 기계에서 보이는 이름이나 IP를 적으세요.", "Write a name or an address that the others can reach."),
    }
    INTER_BROKER {
        title: ("브로커끼리 이야기하는 방법이 서로 달라요", "The brokers talk to each other in different ways"),
        why: ("브로커는 서로의 복제본을 가져가요. 프로토콜이나 리스너 이름이 다르면 서로 연결하지 못해요.", "Brokers fetch each other's replicas. With different protocols or listener names they cannot connect."),
        fix: ("모든 브로커에서 같게 하세요.", "Make it the same on every broker."),
    }
    UNNAMED_COORDINATOR {
        title: ("이 포트로 찾아오는 브로커가 없어요", "No broker comes to this port"),
        why: ("옆에 있는 브로커들은 모두 이 기계의 주키퍼를 찾지만, 여기 적힌 포트가 아니라 다른 포트로 가요.", "Every broker beside it looks for ZooKeeper on this machine, at a port that is not this one."),
        fix: ("clientPort와 zookeeper.connect의 포트를 맞추세요.", "Let clientPort and the port in zookeeper.connect agree."),
        seen: ("브로커가 18초 뒤 Timed out waiting for connection while in state: CONNECTING 으로 끝나요.", "After 18 seconds a broker ends with: Timed out waiting for connection while in state: CONNECTING"),
    }
    MIXED {
        title: ("클러스터 전체에서 같아야 할 설정이 서로 달라요", "A setting that should be the same on every broker differs"),
        why: ("어느 브로커가 리더나 컨트롤러인지에 따라 다르게 움직이게 돼요.", "What happens then depends on which broker is the leader or the controller."),
        fix: ("모든 브로커에서 같은 값으로 하세요. 하나씩 바꾸는 중이라면 끝까지 바꾸세요.", "Give every broker the same value; if a rolling change is under way, finish it."),
    }
}
