//! Rules about keys: unknown, misspelt, of another version, mode or file.

crate::rule_texts! {
    UNKNOWN {
        title: ("카프카가 모르는 설정 이름이에요", "Kafka does not know this setting"),
        why: (
            "카프카는 모르는 이름을 만나도 오류를 내지 않고 그냥 지나쳐요. 한 글자만 틀려도 값은 버려지고 기본값으로 돌아가는데, 그 사실을 아무도 알려 주지 않아요.",
            "Kafka passes over a name it does not know without a word. With one letter wrong the value is dropped, the default counts, and nobody tells you."
        ),
        fix: ("이름을 바로잡거나, 쓰지 않는 줄이면 지우세요.", "Correct the name, or take the line out if nothing needs it."),
        seen: ("아무 오류 없이 시작하고, 이 줄은 없는 것과 같아요.", "It starts without an error, as if the line were not there."),
    }
    WRONG_CASE {
        title: ("설정 이름의 대소문자가 달라요", "The setting is known, but written in another case"),
        why: (
            "설정 이름은 대소문자까지 똑같아야 해요. 다르면 모르는 이름이 되어 조용히 무시돼요.",
            "The case of a name counts. Written otherwise it is an unknown name, and ignored in silence."
        ),
        fix: ("이름을 카프카가 아는 그대로 적으세요.", "Write the name exactly as Kafka has it."),
        seen: ("아무 오류 없이 시작하지만 값은 기본값이에요.", "It starts without an error, and the default counts."),
    }
    REMOVED {
        title: ("이 버전에는 없는 설정이에요", "This version does not have the setting"),
        why: (
            "다른 버전의 카프카에서 쓰던 설정이에요. 이 버전은 이름을 모르니 오류 없이 무시하고, 적어 둔 값은 어디에도 쓰이지 않아요.",
            "It belongs to another version of Kafka. This one does not know the name and ignores it without an error, so the value is used nowhere."
        ),
        fix: ("이 버전에서 그 일을 하는 설정으로 바꾸거나, 없으면 줄을 지우세요.", "Use the setting that does this now, or take the line out where there is none."),
        seen: ("아무 오류 없이 시작하고, 이 줄은 없는 것과 같아요.", "It starts without an error, as if the line were not there."),
    }
    DEPRECATED {
        title: ("곧 없어질 설정이에요", "The setting is going away"),
        why: (
            "3.6에서는 아직 통하지만 4.0에서 없어졌어요. 그대로 두면 올릴 때 조용히 효과를 잃어요.",
            "3.6 still honours it and 4.0 does not have it any more: after an upgrade it would lose its effect in silence."
        ),
        fix: ("다음에 파일을 손볼 때 새 설정으로 옮기세요.", "Move to the new setting the next time you change the file."),
    }
    OF_KRAFT {
        title: ("KRaft 모드에서만 쓰는 설정이에요", "Only KRaft mode uses this setting"),
        why: (
            "이 파일은 zookeeper.connect로 주키퍼를 쓰고 process.roles가 없으니 주키퍼 모드예요. 이 모드에서는 KRaft 설정을 읽지 않아요.",
            "With zookeeper.connect and without process.roles this file is for ZooKeeper mode, which does not read the settings of KRaft."
        ),
        fix: ("주키퍼 모드로 쓸 거면 이 줄을 지우세요. KRaft로 쓰려면 config/kraft의 파일에서 시작하세요.", "Take the line out for ZooKeeper mode; for KRaft begin with the file in config/kraft."),
    }
    OF_OTHER_FILE {
        title: ("다른 파일에 적어야 하는 설정이에요", "The setting belongs into another file"),
        why: (
            "주키퍼, 브로커, 프로듀서와 컨슈머는 저마다 자기 파일만 읽어요. 다른 파일의 설정은 모르는 이름이라 조용히 무시돼요.",
            "ZooKeeper, the broker, producers and consumers each read a file of their own. A setting of another one is an unknown name here and ignored in silence."
        ),
        fix: ("설정을 제 파일로 옮기세요.", "Move the setting to its own file."),
        seen: ("아무 오류 없이 시작하고, 이 줄은 없는 것과 같아요.", "It starts without an error, as if the line were not there."),
    }
    OF_TOPIC {
        title: ("토픽 설정의 이름이에요. 브로커 파일에서는 이름이 달라요", "This is a topic's setting; in the broker's file it has another name"),
        why: (
            "retention.ms 같은 짧은 이름은 토픽 하나에 주는 설정이에요. 브로커 파일에는 모든 토픽의 기본값을 적는데, 그 이름은 log.retention.ms처럼 따로 있어요.",
            "Short names such as retention.ms are given to one topic. The broker's file holds the default for all of them, under a name of its own such as log.retention.ms."
        ),
        fix: ("브로커용 이름으로 바꾸거나, 토픽 하나에만 주려면 kafka-configs.sh로 주세요.", "Use the broker's name for it, or give it to one topic with kafka-configs.sh."),
        seen: ("아무 오류 없이 시작하고, 이 줄은 없는 것과 같아요.", "It starts without an error, as if the line were not there."),
    }
    SWAPPED {
        title: ("설정 파일이 서로 바뀐 것 같아요", "This looks like the other server's file"),
        why: (
            "파일 이름과 안에 든 설정이 서로 다른 서버의 것이에요. 그대로 시작하면 꼭 있어야 할 설정이 없어서 바로 끝나요.",
            "The file's name is that of one server and its settings are those of another. Started with it, the server lacks what it must have and ends at once."
        ),
        fix: ("브로커에는 server.properties, 주키퍼에는 zookeeper.properties를 주세요.", "Give server.properties to the broker and zookeeper.properties to ZooKeeper."),
        seen: (
            "브로커는 Missing required configuration `zookeeper.connect`, 주키퍼는 dataDir is not set 이라고 하고 끝나요.",
            "The broker ends with: Missing required configuration `zookeeper.connect`; ZooKeeper with: dataDir is not set"
        ),
    }
    UNKNOWN_TO_TOPIC {
        title: ("토픽의 설정이 아니에요", "This is no setting of a topic"),
        why: ("토픽의 설정 이름은 브로커의 것과 달라요. 예를 들어 log.retention.ms는 토픽에서 retention.ms예요.", "A topic's settings have other names than a broker's: log.retention.ms is retention.ms there."),
        fix: ("이름=값으로 적고, 이름은 kafka-topics.sh --help 에서 찾으세요.", "Write name=value with a name from kafka-topics.sh --help."),
    }
}
