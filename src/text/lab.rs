//! What `kafkalab lab` says to authors of labs.

crate::texts! {
    ABOUT { ko: "실습을 만드는 사람을 위한 명령", en: "For authors of labs" }
    ABOUT_CHECK { ko: "실습이 맞는지 증명해요: 손대지 않으면 통과하지 않고, 풀이와 다른 옳은 길은 통과하고, 틀린 길은 제 규칙만 말하는지", en: "Prove labs: untouched nothing passes, the solution and every other right way does, every mistake raises its rule and no other" }
    ABOUT_NEW { ko: "새 실습의 뼈대를 만들어요 (--labs 로 폴더를 알려 주세요)", en: "Make the skeleton of a lab (in the folder that --labs names)" }
    ARG_NAME { ko: "실습 이름: 소문자, 숫자, 붙임표 (예: quotas)", en: "the lab's name: small letters, digits and hyphens, as quotas" }
    CREATED { ko: "{folder:을/를} 만들었어요. 스냅샷을 쓰고 증명해 보세요:\n  kafkalab --labs {labs} verify {name} --free-ports --update\n  kafkalab --labs {labs} lab check {name}", en: "Made {folder}. Write its snapshots and prove it:\n  kafkalab --labs {labs} verify {name} --free-ports --update\n  kafkalab --labs {labs} lab check {name}" }
    E_NEW_BUILT_IN { ko: "내장된 실습에는 더할 수 없어요. 실습이 든 폴더를 --labs 로 알려 주세요.", en: "Nothing can be added to the built-in labs. Name a folder of labs with --labs." }
    E_NAME { ko: "{found:은/는} 실습 이름이 될 수 없어요. 소문자와 숫자, 붙임표로 40자까지 지어 주세요.", en: "A lab cannot be called {found}. Use small letters, digits and hyphens, 40 at most." }
    E_EXISTS { ko: "{folder:이/가} 이미 있어요. 다른 이름을 지어 주세요.", en: "{folder} is there already. Choose another name." }
    EXIT_CODES { ko: "종료 코드: 0 모두 맞아요 · 1 무언가 틀렸어요 · 2 확인할 수 없었어요", en: "Exit codes: 0 all is well · 1 something is wrong · 2 could not be checked" }
    HEADER { ko: "lab check · {engine} · 실습 {labs}개", en: "lab check · {engine} · {labs} lab(s)" }
    PROGRESS { ko: "… {lab}  {all}번 중 {ended}번 돌려 봤어요", en: "… {lab}  {ended} of {all} runs" }
    LAB { ko: "{mark} {lab}  {seconds}초", en: "{mark} {lab}  {seconds} s" }
    PART { ko: "{mark} {part}  {good}/{all}", en: "{mark} {part}  {good}/{all}" }
    TEXTS { ko: "글", en: "texts" }
    UNTOUCHED { ko: "손대지 않은 상태", en: "untouched" }
    SOLUTION { ko: "풀이와 스냅샷", en: "solution and snapshots" }
    RIGHT { ko: "다른 옳은 길", en: "right routes" }
    WRONG { ko: "틀린 길", en: "wrong routes" }
    SUMMARY { ko: "{good} 통과, {bad} 실패", en: "{good} passed, {bad} failed" }

    HINTS { ko: "{file}: {step}: 힌트가 {found}개예요. 살짝 짚어 주는 것과 가리키는 것, 둘이 있어야 해요", en: "{file}: {step}: {found} hint(s): expected two, a nudge and a pointer" }
    EMPTY { ko: "{file}: {step}: 빈 글이 있어요", en: "{file}: {step}: a text is empty" }
    NO_INTRODUCTION { ko: "{file}: 들어가는 글이 없어요", en: "{file}: there is no introduction" }
    NOT_KOREAN { ko: "{file}: {step}: 한글이 없어요", en: "{file}: {step}: expected Korean" }
    NOT_ENGLISH { ko: "{file}: {step}: 영어 글에 한글이 있어요", en: "{file}: {step}: found Korean in the English text" }
    STRAY { ko: "{file}: 어느 단계의 것도 아니에요", en: "{file}: belongs to no step" }
    HOLDS { ko: "{step}: 아무것도 하지 않았는데 참이에요: {found}", en: "{step}: holds though nothing was done: {found}" }
    RAISED { ko: "{place} {route}: {step}: {expected:을/를} 말해야 하는데, 코치가 말한 것은 {found}", en: "{place} {route}: {step}: expected {expected}, the coach raised {found}" }
    NOBODY { ko: "(없음)", en: "nothing" }
    PASSED { ko: "{place} {route}: {step}: 틀린 길인데 단계를 통과했어요", en: "{place} {route}: {step}: a mistake, and yet the step passed" }
    PASSED_BEFORE { ko: "{step}: 그 단계에서 아무것도 하지 않았는데 이미 통과해요", en: "{step}: passes before anything is done in it" }
    PLAY_FAILED { ko: "{place} {route}: {step}: 터미널 {terminal}에서 {waited}초 동안 {what:을/를} 기다렸어요. 마지막 줄: {shown}", en: "{place} {route}: {step}: in terminal {terminal} waited {waited} s for {what}; last line: {shown}" }
    CHECK_FAILED { ko: "{place} {route}: {step}: 확인이 통과하지 않아요: {expected} — {found}", en: "{place} {route}: {step}: still not so: {expected} — {found}" }
    NOT_REACHED { ko: "{place} {route}: 앞 단계에서 막혀 여기까지 오지 못했어요", en: "{place} {route}: not reached, since something before it failed" }
}
