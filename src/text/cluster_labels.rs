//! What the rules between files say beside the mark.

crate::texts! {
    SAME_ID { ko: "{id:은/는} {place}에도 있어요.", en: "{id} is in {place} too" }
    SAME_PORT { ko: "포트 {port:을/를} {place}에서도 써요.", en: "port {port} is used in {place} too" }
    SAME_FOLDER { ko: "{folder:을/를} {place}에서도 써요.", en: "{folder} is used in {place} too" }
    OTHER_COORDINATOR { ko: "{place}에는 {value:이라고/라고} 적혀 있어요.", en: "{place} says {value}" }
    REPLICATION { ko: "이 폴더의 브로커는 {count}개예요.", en: "there are {count} brokers in this folder" }
    LOCALHOST { ko: "localhost는 이 기계에서만 통해요.", en: "localhost means this machine to everyone" }
    DIFFERS { ko: "{place}에는 {value:이라고/라고} 적혀 있어요.", en: "{place} says {value}" }
    UNNAMED_COORDINATOR { ko: "{place}에는 {value:이라고/라고} 적혀 있어요.", en: "{place} says {value}" }
}
