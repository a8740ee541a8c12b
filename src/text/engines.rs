//! What is said about the engines: a folder that is no Apache Kafka, a Java that does not fit, servers that do not come up.

crate::texts! {
    APACHE_MISSING {
        ko: "{path} 폴더가 없어요. 아파치 카프카 3.6.0을 풀어 놓은 폴더를 적어 주세요.",
        en: "There is no folder {path}. Name the one that Apache Kafka 3.6.0 was unpacked to.",
    }
    APACHE_FILE {
        ko: "{path:은/는} 폴더가 아니라 파일이에요. 압축 파일이면 tar -xzf 로 풀고, 생긴 폴더를 적어 주세요.",
        en: "{path} is a file. If it is the archive, unpack it with tar -xzf and name the folder that comes out.",
    }
    APACHE_AROUND {
        ko: "한 단계 안쪽 폴더를 적어 주세요: {path}",
        en: "Name the folder one level further in: {path}.",
    }
    APACHE_BUNDLED {
        ko: "{path:은/는} kafkalab이 만든 폴더라서 내장 엔진이 돌아요. 아파치에서 받은 kafka_2.13-3.6.0 폴더를 적어 주세요.",
        en: "kafkalab wrote {path} itself, and its programs are the bundled ones. Name a kafka_2.13-3.6.0 that comes from Apache.",
    }
    APACHE_SOURCES {
        ko: "{path}에는 소스 코드만 있고 빌드된 jar가 없어요. 이름에 src가 없는 kafka_2.13-3.6.0.tgz 를 받아 주세요.",
        en: "{path} holds Kafka's sources, without built jars. Get kafka_2.13-3.6.0.tgz, the one without src in its name.",
    }
    APACHE_NONE {
        ko: "{path}에는 아파치 카프카가 없어요. bin, config, libs가 있는 kafka_2.13-3.6.0 폴더를 적어 주세요.",
        en: "There is no Apache Kafka in {path}. Name a kafka_2.13-3.6.0 with bin, config and libs in it.",
    }
    APACHE_VERSION {
        ko: "{path:은/는} 카프카 {found:이에요/예요}. 실습은 3.6.0에 맞춰져 있으니 kafka_2.13-3.6.0.tgz 를 받아 주세요.",
        en: "{path} is Kafka {found}. The labs are made for 3.6.0: get kafka_2.13-3.6.0.tgz.",
    }
    APACHE_INCOMPLETE {
        ko: "{path}에 {missing:이/가} 없어요. kafka_2.13-3.6.0.tgz 를 다시 풀어 주세요.",
        en: "{missing} is missing from {path}. Unpack kafka_2.13-3.6.0.tgz again.",
    }

    JAVA_MISSING {
        ko: "Java가 없어서 아파치 카프카를 돌릴 수 없어요. Java 17을 설치하세요 (데비안: apt-get install openjdk-17-jre-headless).",
        en: "Apache Kafka needs Java, and there is none. Install Java 17 (Debian: apt-get install openjdk-17-jre-headless).",
    }
    JAVA_HOME {
        ko: "JAVA_HOME이 {home:을/를} 가리키는데 그 안에 bin/java가 없어요. 바로잡거나 unset JAVA_HOME 하세요.",
        en: "JAVA_HOME is {home}, and there is no bin/java in it. Correct it, or unset JAVA_HOME.",
    }
    JAVA_BROKEN {
        ko: "{program:이/가} 버전을 알려 주지 않아요 ({said}). Java 17을 설치하고 JAVA_HOME으로 가리켜 주세요.",
        en: "{program} does not tell its version ({said}). Install Java 17 and have JAVA_HOME point at it.",
    }
    JAVA_OLD {
        ko: "{program:은/는} Java {version:이에요/예요}. 카프카 3.6에는 8, 11, 17이 맞아요. Java 17을 설치하세요.",
        en: "{program} is Java {version}. Kafka 3.6 wants 8, 11 or 17: install Java 17.",
    }
    E_ENGINE {
        ko: "{found:은/는} 모르는 엔진이에요. --engine bundled 나 --engine apache=폴더 를 쓰세요.",
        en: "There is no engine {found}. Use --engine bundled or --engine apache=DIR.",
    }
    E_ENGINE_NO_FOLDER {
        ko: "아파치 카프카가 어디 있는지 몰라요. --engine apache=폴더 로 적거나 KAFKA_HOME을 정해 주세요.",
        en: "I don't know where Apache Kafka is. Write --engine apache=DIR, or set KAFKA_HOME.",
    }
    E_REMEMBERED {
        ko: "이 실습을 지난번에 그것으로 했어요. --engine bundled 를 붙이면 내장 엔진으로 이어져요.",
        en: "The lab was done on it last; --engine bundled goes on with the bundled engine.",
    }

    /// As in "verify · bundled engine".
    BUNDLED { ko: "내장 엔진", en: "bundled engine" }
    APACHE { ko: "아파치 카프카 엔진", en: "Apache engine" }
    MIXED { ko: "섞은 엔진", en: "mixed engines" }
}
