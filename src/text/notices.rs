//! What the coach says where nothing fails and nothing comes of it: the first time, the second and the third.

use super::Text;

macro_rules! tiers {
    ($($(#[$doc:meta])* $name:ident [$({ ko: $ko:literal, en: $en:literal $(,)? })*])*) => {
        $($(#[$doc])* pub const $name: [Text; 3] = [$(Text { ko: $ko, en: $en }),*];)*
    };
}

tiers! {
    /// `{pid}`.
    CONSUMER_LATEST [
        { ko: "컨슈머가 조용하죠? 고장이 아니에요. 이 컨슈머(pid {pid})는 지금부터 오는 메시지만 기다려요. 이미 있는 메시지는 안 보여 줘요.",
          en: "Your consumer is quiet, and nothing is broken: it (pid {pid}) waits for messages that come from now on, not for those that are there." }
        { ko: "이번에도 새 메시지만 기다려요. Ctrl-C로 끝내고, 처음부터 읽으라는 옵션을 붙여 보세요.",
          en: "This one waits for new messages too. End it with Ctrl-C and add the option that makes it read from the start." }
        { ko: "--from-beginning 을 붙여서 다시 실행하세요.",
          en: "Run it again with --from-beginning." }
    ]
    /// `{text}`, `{producer}`.
    TEXT_AT_SHELL [
        { ko: "'{text}'는 메시지예요. 지금은 셸이 명령으로 알아들었어요. 터미널 [{producer}]의 프로듀서 안에서(> 뒤에) 입력하세요.",
          en: "'{text}' is a message, and the shell took it for a command. Type it into the producer in terminal [{producer}], behind its >." }
        { ko: "프롬프트가 $ 로 끝나면 셸이에요. > 가 보일 때 입력해야 메시지가 돼요.",
          en: "A prompt that ends in $ is the shell's. Only what is typed behind a > becomes a message." }
        { ko: "F6을 눌러 터미널 [{producer}]로 가서, 프로듀서가 없으면 먼저 시작하세요.",
          en: "Press F6 to get to terminal [{producer}], and start the producer there if it does not run." }
    ]
    /// `{terminal}`, `{server}`.
    TYPED_AT_SERVER [
        { ko: "터미널 [{terminal}]은 {server:이/가} 쓰고 있어서 입력한 것을 아무도 읽지 않아요. 다른 터미널에서 입력하세요.",
          en: "Terminal [{terminal}] belongs to {server} while it runs, and nobody reads what you type there. Use another terminal." }
        { ko: "여기 입력한 것은 {server:이/가} 끝난 다음에야 셸이 읽어요. F6으로 다른 터미널로 가세요.",
          en: "What you type here the shell reads only when {server} has ended. F6 takes you to another terminal." }
        { ko: "이 터미널은 {server:이/가} 보여 주는 것을 읽는 곳이에요. 입력은 F6을 눌러 간 곳에서 하세요.",
          en: "This terminal is where you read what {server} shows. Press F6, and type there." }
    ]
    /// `{server}`, `{pid}`.
    STARTED_TWICE [
        { ko: "{server:은/는} 이미 돌고 있어요 (pid {pid}). 같은 설정으로 하나 더 띄우면 포트와 데이터 폴더가 겹쳐서 새로 띄운 쪽이 끝나요.",
          en: "{server} runs already (pid {pid}). A second one with the same file wants the same port and folder, and ends." }
        { ko: "또 하나를 띄웠지만 필요 없어요. 먼저 띄운 {server}(pid {pid})가 일하고 있어요.",
          en: "There is no need for another one: the {server} that you started first (pid {pid}) is at work." }
        { ko: "{server:을/를} 다시 시작하고 싶다면 먼저 돌고 있는 것을 끝내세요: kill {pid}",
          en: "To start {server} anew, end the one that runs first: kill {pid}" }
    ]
    /// `{file}`.
    UNSAVED [
        { ko: "{file:이/가} 편집기에 열려 있어요. 저장하지 않은 내용은 서버가 보지 못해요.",
          en: "{file} is open in an editor. What is not saved there the server does not see." }
        { ko: "아직 편집기에 열려 있어요. 저장하고 닫은 다음(vim은 :wq) 서버를 다시 시작하세요.",
          en: "It is still open in the editor. Save and close it (:wq in vim), then start the server again." }
        { ko: "편집기가 갑자기 끝났다면 숨은 파일(.swp)만 남았을 수 있어요. ls -a 로 보고 지우세요.",
          en: "If the editor was killed, only its hidden file (.swp) may be left. See it with ls -a, and remove it." }
    ]
    /// `{answer}`.
    WRONG_ANSWER [
        { ko: "{answer:은/는} 시스템이 말하는 것과 달라요. 명령이 보여 준 것을 다시 살펴보세요.",
          en: "The system does not say {answer}. Look again at what the command showed." }
        { ko: "{answer}도 아니에요. F1을 누르면 어디를 보면 되는지 알려 줄게요.",
          en: "It is not {answer} either. F1 tells you where to look." }
        { ko: "{answer}도 달라요. F3을 누르면 찾는 것을 보여 줄게요.",
          en: "Not {answer} either. F3 shows you how it is found." }
    ]
    /// `{file}`, `{own}`.
    OTHER_FILE [
        { ko: "{file:은/는} 이 실습의 파일이 아니에요. 이 실습의 서버는 {own:을/를} 써요.",
          en: "{file} is not this lab's file. Its server is started with {own}." }
        { ko: "이름은 같지만 다른 폴더의 파일이에요. ls -l 로 두 파일을 견줘 보세요.",
          en: "The name is the same, the folder is not. Compare the two with ls -l." }
        { ko: "고칠 파일은 {own:이에요/예요}.",
          en: "The file to edit is {own}." }
    ]
}
