//! What the coach says below a diagnostic: what the learner may do now. No-break spaces keep a key and its meaning together.

crate::texts! {
    /// Before a line runs, where a fix is known.
    CHOICES_WITH_FIX {
        ko: "[Enter]\u{a0}그래도 실행해서 직접 보기 · [f]\u{a0}고치기 · [n]\u{a0}그만두기",
        en: "[Enter]\u{a0}run\u{a0}it anyway and see · [f]\u{a0}fix\u{a0}it · [n]\u{a0}leave\u{a0}it",
    }
    /// Before a line runs, where none is known.
    CHOICES {
        ko: "[Enter]\u{a0}그래도 실행해서 직접 보기 · [n]\u{a0}그만두기",
        en: "[Enter]\u{a0}run\u{a0}it anyway and see · [n]\u{a0}leave\u{a0}it",
    }
    /// Below all that is known of a mistake.
    EXPLAIN_MORE {
        ko: "언제든 다시 보려면 kafkalab\u{a0}explain\u{a0}{code}",
        en: "To read it again at any time: kafkalab\u{a0}explain\u{a0}{code}",
    }
    /// After a line, the first time.
    RECALL {
        ko: "↑ 키를 누르면 방금 친 줄이 돌아와요. 표시된 곳을 고쳐 보세요.",
        en: "Press ↑ to bring the line back, and correct the marked place.",
    }
    /// After a line, the first time, where a file is wrong.
    RECALL_FILE {
        ko: "파일의 표시된 곳을 고쳐 저장하고, ↑ 키로 같은 줄을 다시 실행해 보세요.",
        en: "Correct the marked place in the file and save it; then ↑ brings the line back.",
    }
    /// After a line, the first time, where something else has to be done before the same line is right.
    RECALL_AFTER {
        ko: "그다음 ↑ 키를 누르면 방금 친 줄이 돌아와요.",
        en: "Then press ↑ to bring the line back.",
    }
    /// After a line, the second time.
    TRY_AGAIN {
        ko: "급할 것 없어요. 고쳐서 한 번 더 쳐 보세요.",
        en: "No hurry: correct it and try once more.",
    }
    /// After a line, the third time, below the corrected line.
    TYPE_THIS {
        ko: "위의 줄을 그대로 쳐 보세요.",
        en: "Type the line above as it stands.",
    }
    /// After a line, the third time, below the corrected line of a file.
    CHANGE_THIS {
        ko: "파일의 그 줄을 위처럼 고쳐 저장하고, 다시 실행해 보세요.",
        en: "Make that line of the file as above, save it, and run it again.",
    }
    /// After a line, the third time, where no corrected line is known.
    USE_HINT {
        ko: "막히면 이 단계의 힌트를 열어 보세요.",
        en: "If you are stuck, open the hint of this step.",
    }
    /// After a line, the fourth time.
    SAME_PLACE {
        ko: "또 같은 곳이에요. 이 줄이면 돼요.",
        en: "The same place once more. This is the line that works.",
    }
}
