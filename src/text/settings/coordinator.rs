//! What the keys of `zookeeper.properties` are for; each stands under its name in capitals, `_` for a dot.

crate::texts! {
    ADMIN_ENABLESERVER { ko: "상태를 HTTP로 보여 주는 AdminServer를 열어요.", en: "Serves the state over HTTP (the AdminServer)." }
    ADMIN_SERVERPORT { ko: "AdminServer가 여는 HTTP 포트예요.", en: "The HTTP port of the AdminServer." }
    AUTOPURGE_PURGEINTERVAL { ko: "오래된 스냅샷과 트랜잭션 로그를 이 시간마다 지워요. 0이면 지우지 않아요.", en: "How often old snapshots and transaction logs are removed; 0 never removes them." }
    AUTOPURGE_SNAPRETAINCOUNT { ko: "정리할 때 남겨 두는 스냅샷 수예요.", en: "How many snapshots are left when old ones are removed." }
    CLIENTPORT { ko: "브로커와 도구가 접속하는 포트예요. 보통 2181이에요.", en: "The port that brokers and tools connect to, usually 2181." }
    CLIENTPORTADDRESS { ko: "클라이언트 포트를 여는 주소예요. 적지 않으면 모든 주소예요.", en: "The address that the client port is opened on; all of them where it is not set." }
    DATADIR { ko: "스냅샷을 두는 폴더예요. dataLogDir이 없으면 트랜잭션 로그도 여기에 있어요.", en: "The folder of the snapshots, and of the transaction log where dataLogDir is not set." }
    DATALOGDIR { ko: "트랜잭션 로그를 두는 폴더예요. 다른 디스크에 두면 빨라져요.", en: "The folder of the transaction log; on a disk of its own it is faster." }
    INITLIMIT { ko: "팔로어가 리더에 처음 맞춰질 때까지 기다리는 틱 수예요. 앙상블에서만 쓰여요.", en: "How many ticks a follower may take to connect to the leader and catch up; for ensembles." }
    MAXCLIENTCNXNS { ko: "한 주소에서 동시에 맺을 수 있는 연결 수예요. 0이면 제한이 없어요.", en: "How many connections one address may have at a time; 0 is no limit." }
    MAXSESSIONTIMEOUT { ko: "클라이언트가 받을 수 있는 가장 긴 세션 시간이에요.", en: "The longest session timeout that a client is given." }
    MINSESSIONTIMEOUT { ko: "클라이언트가 받을 수 있는 가장 짧은 세션 시간이에요.", en: "The shortest session timeout that a client is given." }
    SYNCLIMIT { ko: "팔로어가 리더보다 뒤처져도 되는 틱 수예요. 앙상블에서만 쓰여요.", en: "How many ticks a follower may be behind the leader; for ensembles." }
    TICKTIME { ko: "주키퍼가 시간을 재는 단위예요. 세션 시간과 하트비트가 여기에 맞춰져요.", en: "The unit that ZooKeeper counts time in: heartbeats and session timeouts are multiples of it." }
}
