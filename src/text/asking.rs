//! What the commands say that another window may ask: check, hint, solve, goto, reset, resume, status, shell.

crate::texts! {
    ABOUT_STATUS { ko: "실습마다 진도와 지금 돌고 있는 것을 보여 줘요", en: "Show how far each lab is and what runs" }
    ABOUT_CHECK {
        ko: "단계의 확인을 지금 해 봐요 (다른 창에서도 돼요). 모두 맞으면 0, 아니면 1로 끝나요",
        en: "Ask the checks of a step now, also from another window; ends with 0 where all hold, else with 1",
    }
    ABOUT_HINT { ko: "지금 단계의 힌트를 봐요. 부를 때마다 한 걸음씩 더 알려 줘요", en: "Give a hint for the step that is on; each one says more" }
    ABOUT_SOLVE { ko: "단계를 실습 터미널에서 대신 해 줘요 (F3과 같아요)", en: "Do a step for you in the lab's terminals, as F3 does" }
    ABOUT_GOTO {
        ko: "그 단계 바로 앞의 상태로 데려가요: 모두 처음으로 돌리고, 앞의 단계를 대신 해요",
        en: "Take you to just before a step: everything as new, and the steps before it done for you",
    }
    ABOUT_RESET { ko: "실습을 처음 상태로 돌려요. 고친 파일은 옆 폴더에 남겨 둬요", en: "Make a lab as new; files that you changed are kept in a folder beside it" }
    ABOUT_RESUME { ko: "마지막에 하던 실습을 이어서 해요", en: "Go on with the lab that was open last" }
    ABOUT_SHELL {
        ko: "실습의 터미널 하나를 이 창에서도 열어요. 같은 셸이 두 창에 보여요 (Ctrl-] q로 떠나요)",
        en: "Open one of the lab's terminals in this window too: the same shell is seen in both (Ctrl-] q leaves it)",
    }
    ARG_LAB_LAST { ko: "실습 (기본: 마지막에 연 실습)", en: "lab (default: the one that was open last)" }
    ARG_STEP { ko: "단계: 번호 또는 이름", en: "step: its number or its name" }
    ARG_YES { ko: "묻지 않고 해요", en: "do not ask" }
    ARG_TERMINAL { ko: "터미널 이름 (예: broker)", en: "the terminal's name, as broker" }

    E_NO_LAB { ko: "아직 연 실습이 없어요. 실습을 적어 주세요 (목록: kafkalab list).", en: "No lab was open yet. Name one; kafkalab list shows them." }
    E_NO_STEP { ko: "{step:이라는/라는} 단계는 없어요. 1부터 {steps}까지의 번호나 이름을 쓰세요 ({known}).", en: "There is no step {step}. Use a number from 1 to {steps}, or a name ({known})." }
    E_NO_ANSWER { ko: "다른 창의 kafkalab(pid {pid})이 아직 실습을 열지 않았거나 대답하지 않아요. 그 창에서 실습을 고르거나 나간 다음 다시 해 보세요.", en: "kafkalab in another window (pid {pid}) has no lab open yet, or does not answer. Choose a lab there, or leave it, and try again." }
    E_PLAYING { ko: "지금 다른 단계를 대신 하는 중이에요. 끝난 다음 다시 해 보세요.", en: "A step is being done for you already. Try again when that is over." }
    E_TOO_EARLY { ko: "지금은 {step}단계예요. 그 뒤의 단계로 가려면 kafkalab goto 를 쓰세요.", en: "You are at step {step}. To get to a later one, use kafkalab goto." }
    E_OTHER_LAB { ko: "다른 창에서 {lab} 실습을 하고 있어요. 그 창에서 나간 다음 다시 해 보세요.", en: "Lab {lab} is open in another window. Leave it there and try again." }
    E_RESET_NOT_ASKED { ko: "되돌릴지 물어볼 터미널이 없어요. 정말 되돌리려면 --yes 를 붙이세요.", en: "There is no terminal to ask you at. To make the lab as new without being asked, add --yes." }
    RESET_QUESTION { ko: "'{lab}' 실습을 처음으로 돌릴까요? 돌고 있는 것은 멈추고, 고친 파일은 옆 폴더에 남겨 둬요. [y/N]", en: "Make the lab '{lab}' as new? What runs is stopped; files that you changed are kept in a folder beside it. [y/N]" }

    SOLVED { ko: "✓ {step}단계를 대신 했어요.", en: "✓ Step {step} is done for you." }
    SOLVED_NOT { ko: "{step}단계를 대신 해 보았지만 확인이 통과하지 않아요. kafkalab check 로 무엇이 빠졌는지 보세요.", en: "I played step {step}, and its checks still do not hold. See what is missing with kafkalab check." }
    AT { ko: "{header}\n앞의 단계는 대신 해 두었어요. 이어서 하려면 kafkalab resume.", en: "{header}\nThe steps before it are done for you. Go on with kafkalab resume." }
    AS_NEW { ko: "처음 상태예요. 시작하려면 kafkalab resume.", en: "Everything is as new. Begin with kafkalab resume." }
    GOING_STOPPED { ko: "가다가 막혀서 지금은 {step}단계예요. kafkalab resume 으로 들어가 무슨 일인지 보세요.", en: "Something went wrong on the way: you are at step {step}. Look at it with kafkalab resume." }
    AT_THERE { ko: "{header}\n앞의 단계는 대신 해 두었어요. kafkalab이 열려 있는 창에서 이어서 하세요.", en: "{header}\nThe steps before it are done for you. Go on in the window where kafkalab is open." }
    AS_NEW_THERE { ko: "처음 상태로 돌렸어요. kafkalab이 열려 있는 창에서 첫 단계부터 하면 돼요.", en: "Everything is as new. The window where kafkalab is open is at the first step." }
    GOING_STOPPED_THERE { ko: "가다가 막혀서 지금은 {step}단계예요. kafkalab이 열려 있는 창에서 무슨 일인지 보세요.", en: "Something went wrong on the way: you are at step {step}. Look at it in the window where kafkalab is open." }
    ASIDE { ko: "고치거나 만든 파일은 여기에 있어요: {folder}", en: "What you had changed or made is here: {folder}" }

    STATUS_OPEN { ko: "열려 있어요 (pid {pid})", en: "open (pid {pid})" }
    STATUS_KEPT { ko: "켜 두었어요", en: "kept" }
    STATUS_STEP { ko: "{step}단계 {title}", en: "step {step}, {title}" }
    STATUS_TAKEN { ko: "대신 한 단계 {count}개", en: "{count} step(s) done for you by goto" }
    STATUS_RUNNING { ko: "돌고 있는 것: {processes}", en: "running: {processes}" }

    E_NO_TERMINAL { ko: "{name:이라는/라는} 터미널은 없어요. 있는 것: {known}.", en: "There is no terminal {name}. There are: {known}." }
    E_NOT_OPEN { ko: "실습이 열려 있지 않아요. 먼저 kafkalab 으로 여세요.", en: "The lab is not open. Open it with kafkalab first." }
    E_SHELL_NO_TERMINAL { ko: "kafkalab shell 은 터미널에서 써요.", en: "kafkalab shell needs a terminal." }
    E_SHELL_ITSELF { ko: "여기가 바로 그 터미널이에요. 다른 창에서 여세요.", en: "This is that very terminal. Open it in another window." }
    SHELL_HELP { ko: "터미널 {name} · 떠나려면 Ctrl-] q", en: "terminal {name} · Ctrl-] q leaves it" }
    SHELL_LEFT { ko: "터미널 {name:을/를} 떠났어요. 셸은 그대로 있어요.", en: "Left terminal {name}; its shell goes on." }
    SHELL_ENDED { ko: "터미널 {name:이/가} 닫혔어요.", en: "Terminal {name} was closed." }
}
