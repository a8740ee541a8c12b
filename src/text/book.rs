//! What stands in the book around the labs, and what making it says.

crate::texts! {
    FOLLOW {
        ko: "직접 해 보려면 터미널에서 `kafkalab learn {lab}` 명령을 실행하세요. 읽으면서 한 단계씩 따라 했다면 `kafkalab check {lab}` 명령이 지금 어디까지 되었는지 알려 줘요.",
        en: "To do it yourself, run `kafkalab learn {lab}`. If you follow along here, `kafkalab check {lab}` tells how far you are.",
    }
    OUTPUT { ko: "실제로 실행한 결과", en: "What it showed when it was last verified" }

    ABOUT { ko: "mdBook의 전처리기로 실행해요", en: "Be a preprocessor of mdBook" }
    E_PAGE { ko: "책을 만들지 못했어요: {reason}", en: "The book cannot be made: {reason}" }
}
