//! What stands in the book around the labs, and what making it says.

crate::texts! {
    FOLLOW {
        ko: "직접 해 보려면 터미널에서 `kafkalab learn {lab}` 명령을 실행하세요. 읽으면서 한 단계씩 따라 했다면 `kafkalab check {lab}` 명령이 지금 어디까지 되었는지 알려 줘요.",
        en: "To do it yourself, run `kafkalab learn {lab}`. If you follow along here, `kafkalab check {lab}` tells how far you are.",
    }
    OUTPUT { ko: "실제로 실행한 결과", en: "What it showed when it was last verified" }

    ABOUT_BOOK { ko: "책을 만들거나 보여 줘요", en: "Make the book, or serve it" }
    ABOUT_BUILD { ko: "책을 만들어요", en: "Make the book" }
    ABOUT_SERVE { ko: "브라우저로 볼 수 있게 하고, 글이 바뀌면 다시 만들어요", en: "Serve it to a browser, and make it anew when a page changes" }
    ARG_FOLDER { ko: "book.toml이 있는 폴더 (기본값: book/ko 또는 book/en)", en: "the folder with book.toml (default: book/ko or book/en)" }
    E_NO_BOOK { ko: "{folder}에 book.toml이 없어요. 책의 폴더를 알려 주세요. kafkalab의 책은 소스의 book/ko와 book/en이에요.", en: "There is no book.toml in {folder}. Name the folder of a book; kafkalab's own are book/ko and book/en of its source." }
    ARG_PORT { ko: "책을 볼 포트", en: "the port to serve it at" }
    E_NO_MDBOOK { ko: "mdBook이 없어요. cargo install mdbook 으로 설치하거나, mdBook 없이도 되도록 kafkalab을 cargo install --path . --features book 으로 설치하세요.", en: "There is no mdBook. Install it with cargo install mdbook, or install kafkalab so that it does without: cargo install --path . --features book." }
    E_PORT { ko: "포트 {port:을/를} 쓸 수 없어요: {reason}. --port 로 다른 포트를 알려 주세요.", en: "Port {port} cannot be used: {reason}. Name another one with --port." }
    SERVED { ko: "브라우저에서 {address} 주소를 여세요. 글을 고친 뒤 새로고침하면 책을 다시 만들어요. 끝내려면 Ctrl-C를 누르세요.", en: "Open {address} in a browser. After a change, reload the page: the book is made anew. Ctrl-C ends this." }
    RENEWED { ko: "글이 바뀌어 책을 다시 만들었어요.", en: "Something changed: the book was made anew." }
    MADE { ko: "책을 만들었어요. 브라우저로 여세요: {index}", en: "The book is made. Open it in a browser: {index}" }
    ABOUT { ko: "mdBook의 전처리기로 실행해요", en: "Be a preprocessor of mdBook" }
    E_PAGE { ko: "책을 만들지 못했어요: {reason}", en: "The book cannot be made: {reason}" }
}
