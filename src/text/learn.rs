//! What the runner says around the labs: the first screen, steps, hints, keys, leaving.

crate::texts! {
    TAGLINE { ko: "카프카를 직접 쳐 보며 배워요", en: "Learn Kafka by typing it" }
    WHAT_IS_THIS {
        ko: "진짜 셸에서 카프카 명령을 그대로 입력해 보는 실습이에요. 브로커와 주키퍼는 이 프로그램 안에 들어 있어서 따로 내려받을 것이 없어요. 제가 옆에서 보다가 틀리면 왜 틀렸는지 알려 드려요.",
        en: "You type the real Kafka commands in a real shell. Broker and ZooKeeper are inside this program, so there is nothing to download. I watch, and when something goes wrong I say why.",
    }
    WORKSPACE_IS { ko: "작업 폴더: {path}", en: "Workspace: {path}" }
    MENU_KEYS { ko: "Enter 시작 · ↑↓ 고르기 · r 처음부터 · L English · q 나가기", en: "Enter start · ↑↓ choose · r start over · L 한국어 · q quit" }
    MENU_KEYS_RESUME { ko: "Enter 이어서 · ↑↓ 고르기 · r 처음부터 · L English · q 나가기", en: "Enter go on · ↑↓ choose · r start over · L 한국어 · q quit" }
    MENU_RESUME { ko: "← {step}단계부터 이어서", en: "← goes on at step {step}" }

    STEP_HEADER { ko: "{number} {lab} · {step}/{steps} · {title}", en: "{number} {lab} · {step}/{steps} · {title}" }
    STEP_HEADER_SHORT { ko: "{number} · {step}/{steps} · {title}", en: "{number} · {step}/{steps} · {title}" }
    IN_TERMINAL { ko: "터미널 [{terminal}]에서:", en: "In terminal [{terminal}]:" }
    IN_FILE { ko: "파일 {file}에 이렇게 적어요:", en: "Write into the file {file}:" }
    THEN_ANSWER { ko: "찾은 답은 터미널에 answer 다음에 적어 주세요. 예: answer 42", en: "Type what you found behind the word answer, as: answer 42" }
    THEN_TYPE { ko: "그런 다음 이렇게 입력해요: {text}", en: "Then type: {text}" }
    SWITCH_TO { ko: "F6을 누르면 터미널 [{terminal}]에 가요", en: "Press F6 to go to terminal [{terminal}]" }
    SWITCH_BACK { ko: "이 단계는 터미널 [{terminal}]에서 해요 (Ctrl-] 다음에 {place}, 또는 F6을 거듭)", en: "This step is done in terminal [{terminal}] (Ctrl-], then {place}; or F6 until you see it)" }
    TERMINAL_HEADER { ko: "터미널 {terminal}", en: "terminal {terminal}" }
    KEYS { ko: "F1 힌트 · F2 확인 · F3 대신 해 줘요 · F4 왜? · F6 터미널 · F9 English · F10 나가기", en: "F1 hint · F2 check · F3 do it for me · F4 why? · F6 terminal · F9 한국어 · F10 leave" }
    KEYS_WITHOUT_F { ko: "F키가 없으면 Ctrl-] 다음에 h c s e t l q", en: "Without F keys: Ctrl-], then h c s e t l q" }
    /// On the full screen's last row, each behind its key.
    KEY_HINT { ko: "힌트", en: "hint" }
    KEY_CHECK { ko: "확인", en: "check" }
    KEY_SOLVE { ko: "대신 해 줘요", en: "do it for me" }
    KEY_EXPLAIN { ko: "왜?", en: "why?" }
    KEY_ENLARGE { ko: "크게", en: "enlarge" }
    KEY_TERMINAL { ko: "터미널", en: "terminal" }
    KEY_SCROLL { ko: "위아래", en: "scroll" }
    KEY_LANGUAGE { ko: "English", en: "한국어" }
    KEY_LEAVE { ko: "나가기", en: "leave" }
    GOES_ON_BETWEEN { ko: "⋯ 이어서 읽기: F8", en: "⋯ F8 reads on" }
    LOOKING_BACK { ko: "지나간 화면 (아무 키나 누르면 돌아와요)", en: "earlier output (any key returns)" }
    NOTHING_TO_EXPLAIN { ko: "아직 설명할 실수가 없어요. 막혔으면 F1을 눌러 힌트를 보세요.", en: "There is no mistake to explain yet. If you are stuck, press F1 for a hint." }
    NEXT_STEP { ko: "다음 → {step}/{steps}", en: "next → {step}/{steps}" }
    LAB_PASSED { ko: "{number} {lab:을/를} 다 했어요!", en: "You have finished {number} {lab}!" }
    LAB_PASSED_NEXT { ko: "터미널에서 더 해 보거나, F10을 눌러 나가세요.", en: "Try more in the terminals, or press F10 to leave." }
    HINT { ko: "힌트 {tier}/3", en: "Hint {tier}/3" }
    HINT_COMMAND { ko: "터미널 [{terminal}]에 이렇게 입력하세요:", en: "Type this in terminal [{terminal}]:" }
    SOLVING { ko: "{step}단계를 대신 해 볼게요. 터미널에서 무슨 일이 일어나는지 보세요.", en: "I'll do step {step} for you. Watch what happens in the terminals." }
    STILL_SOLVING { ko: "{step}단계는 아직 하는 중이에요. 이번에 안 되면 한 번 더 해 볼게요.", en: "I'm still doing step {step}. If it does not work out, I'll try once more." }
    SOLVES_NEXT { ko: "지금 치고 있는 것만 끝나면 {step}단계를 대신 해 볼게요.", en: "I'll do step {step} for you as soon as what I am typing now has ended." }
    NOT_SOLVED { ko: "다 쳐 봤지만 {step}단계가 아직 끝나지 않았어요. F3을 누르면 한 번 더 해 볼게요.", en: "I typed all of it, but step {step} is not done yet. Press F3 and I'll try once more." }
    PLAYS_ELSEWHERE { ko: "터미널 [{busy}]은 {by}(pid {pid})가 쓰고 있어서, 터미널 [{terminal}]에서 할게요.", en: "Terminal [{busy}] is in use by {by} (pid {pid}), so I do it in terminal [{terminal}]." }
    WAITS_FOR_TERMINAL { ko: "터미널 [{terminal}]은 {by}(pid {pid})가 쓰고 있어요. 끝나면 이어서 할게요. 끝내려면 보통 Ctrl-C, less는 q, vim은 :q 예요.", en: "Terminal [{terminal}] is in use by {by} (pid {pid}). I go on as soon as it has ended: Ctrl-C ends most programs, q ends less, :q ends vim." }
    THE_PROMPT { ko: "셸의 프롬프트", en: "the shell's prompt" }
    SOLVE_FAILED { ko: "대신 하다가 멈췄어요. 터미널 {terminal}에서 {waited}초 동안 기다렸지만 {what:이/가} 나오지 않았어요.", en: "I stopped: in terminal {terminal} I waited {waited} s for {what}." }
    GOING { ko: "{step}단계로 데려갈게요. 앞의 단계는 제가 대신 해요.", en: "Taking you to step {step}. I do the steps before it." }
    GOING_STOPPED { ko: "가다가 막혔어요. 지금은 {step}단계예요.", en: "Something went wrong on the way. You are at step {step}." }
    ARRIVED { ko: "앞의 {before}단계는 제가 대신 해 두었어요.", en: "I did the {before} step(s) before this one." }
    AS_NEW { ko: "모두 처음 상태로 돌려놓았어요.", en: "Everything is as new." }
    FIXED { ko: "고쳤어요. 이제 실행해요.", en: "Changed. Running it now." }
    FIX_FAILED { ko: "고치지 못했어요: {reason}. 파일은 그대로예요.", en: "It could not be changed: {reason}. The file is as it was." }

    LEAVE_QUESTION { ko: "아직 돌고 있어요: {servers}. 어떻게 할까요?", en: "Still running: {servers}. What shall I do?" }
    LEAVE_KEYS { ko: "[s]\u{a0}모두 멈추고 나가기 · [k]\u{a0}켜 둔 채 나가기 · [Esc]\u{a0}계속하기", en: "[s]\u{a0}stop them and leave · [k]\u{a0}keep them running and leave · [Esc]\u{a0}stay" }
    LEFT_STOPPED { ko: "모두 멈췄어요. 다시 오면 {step}단계부터 이어져요.", en: "Everything has stopped. Next time you go on at step {step}." }
    LEFT_DONE { ko: "모두 멈췄어요. 이 실습은 다 했어요.", en: "Everything has stopped. This lab is done." }
    LEFT_KEPT { ko: "터미널을 켜 두었어요. kafkalab을 다시 실행하면 그대로 이어져요.", en: "The terminals stay open. Run kafkalab again to go on where you are." }
    REATTACHED { ko: "켜 둔 터미널에 다시 붙었어요.", en: "Back at the terminals that you kept." }
    LEFTOVERS { ko: "지난번에 남은 프로세스가 있어서 멈췄어요: {processes}", en: "Stopped what was left from last time: {processes}" }
    TERMINAL_CLOSED { ko: "터미널 {terminal}의 셸이 끝나서 새로 열었어요.", en: "The shell of terminal {terminal} ended, so I opened a new one." }

    SERVER_NEEDED { ko: "이 단계에는 {server:이/가} 필요한데, 지금은 대답이 없어요. 터미널 [{terminal}]에서 다시 시작하세요:", en: "This step needs {server}, which does not answer now. Start it again in terminal [{terminal}]:" }
}
