//! Rules about how a properties file is written.

crate::rule_texts! {
    NO_SEPARATOR {
        title: ("이름과 값 사이에 =가 없어요", "There is no = between name and value"),
        why: (
            "=(또는 :나 빈칸)이 없으면 줄 전체가 이름이 되고 값은 비어요. 그런 이름은 없으니 조용히 무시돼요.",
            "Without = (or a colon or a blank) the whole line is the name, and its value is empty. There is no such name, so it is ignored in silence."
        ),
        fix: ("이름 바로 뒤에 =를 넣으세요.", "Put = behind the name."),
        seen: ("아무 오류 없이 시작하지만 값은 기본값이에요.", "It starts without an error, and the default counts."),
    }
    DUPLICATE {
        title: ("같은 설정이 두 번 있어요", "The setting is there twice"),
        why: (
            "같은 이름이 여러 번 나오면 마지막 줄만 통하고 앞의 줄은 조용히 버려져요.",
            "Where a name comes more than once the last line counts and the earlier ones are dropped in silence."
        ),
        fix: ("하나만 남기세요.", "Keep one of them."),
    }
    BYTE_ORDER_MARK {
        title: ("파일이 BOM으로 시작해요", "The file begins with a byte order mark"),
        why: (
            "자바는 BOM을 글자로 읽어서 첫 줄의 이름 앞에 붙여요. 그러면 첫 설정은 모르는 이름이 되어 무시돼요.",
            "Java takes the mark for letters in front of the first name, which then is a name nobody knows: the first setting is ignored."
        ),
        fix: ("BOM 없는 UTF-8로 저장하세요.", "Save the file as UTF-8 without a byte order mark."),
    }
    NOT_ASCII {
        title: ("값에 ASCII가 아닌 글자가 있어요", "The value has letters beyond ASCII"),
        why: (
            "카프카는 이 파일을 ISO-8859-1로 읽어요. 한글 한 글자가 깨진 글자 세 개로 바뀌어서 전혀 다른 이름이 돼요.",
            "Kafka reads the file as ISO-8859-1, so one Korean letter arrives as three broken ones, and the name is another."
        ),
        fix: ("영문 이름을 쓰거나, 꼭 필요하면 \\uXXXX로 적으세요.", "Use a plain name, or write the letters as \\uXXXX."),
    }
    ODD_CHARACTERS {
        title: ("이름에 눈에 잘 띄지 않는 다른 글자가 섞였어요", "The name holds a character that only looks right"),
        why: (
            "웹 문서나 메신저에서 복사하면 전각 글자, 특수한 빈칸, 둥근 따옴표가 따라오기도 해요. 눈에는 같아 보여도 카프카에는 다른 글자예요.",
            "Copied from a page or a chat, full-width letters, special blanks and curly quotes come along. They look the same and are other characters to Kafka."
        ),
        fix: ("그 자리를 키보드로 다시 치세요.", "Type that place again on the keyboard."),
    }
    CONTINUED_BY_ACCIDENT {
        title: ("줄 끝의 \\ 때문에 다음 줄까지 값이 돼요", "The \\ at the end of the line takes the next line into the value"),
        why: (
            "properties 파일에서 줄 끝의 \\는 '다음 줄로 이어진다'는 뜻이에요. 그래서 다음 설정이 값의 일부가 되고, 그 설정은 사라져요.",
            "At the end of a line \\ means that it goes on in the next. The setting there becomes part of this value, and is gone as a setting."
        ),
        fix: ("줄 끝의 \\를 지우세요.", "Take the \\ at the end out."),
    }
    BACKSLASHES_LOST {
        title: ("경로의 \\가 사라져요", "The backslashes of this path get lost"),
        why: (
            "properties 파일에서 \\는 다음 글자를 꾸미는 표시예요. C:\\kafka라고 적으면 카프카는 C:kafka로 읽고, \\t는 탭이 돼요.",
            "In a properties file \\ changes the letter behind it: C:\\kafka is read as C:kafka, and \\t is a tab."
        ),
        fix: ("경로에는 /를 쓰세요. 윈도에서도 돼요.", "Write paths with /; that works on Windows too."),
    }
    MALFORMED_ESCAPE {
        title: ("\\u 뒤에 16진수 네 자리가 없어요", "\\u is not followed by four hexadecimal digits"),
        why: (
            "\\u는 글자를 번호로 적는 표시예요. 번호가 없으면 자바가 파일 전체를 읽지 못하니 서버는 시작하지 못해요.",
            "\\u begins a character given by number. Without the number Java cannot read the file at all, and the server does not start."
        ),
        fix: ("경로라면 \\ 대신 /를 쓰세요.", "In a path, write / instead of \\."),
        seen: ("java.lang.IllegalArgumentException: Malformed \\uxxxx encoding.", "java.lang.IllegalArgumentException: Malformed \\uxxxx encoding."),
    }
    OTHER_COMMENT {
        title: ("이 표시로는 주석이 되지 않아요", "This sign does not begin a comment"),
        why: (
            "properties 파일의 주석은 줄 맨 앞의 # 아니면 !예요. //나 ;로 시작하는 줄은 이상한 이름의 설정이 돼요.",
            "A comment begins with # or ! at the start of its line. A line that begins with // or ; is a setting with an odd name."
        ),
        fix: ("줄 맨 앞에 #을 쓰세요.", "Begin the line with #."),
    }
    NOT_TEXT {
        title: ("설정 파일이 아니에요", "This is not a configuration file"),
        why: (
            "글자가 아닌 바이트가 들어 있어요. 압축 파일이나 프로그램, 또는 UTF-16으로 저장한 파일일 수 있어요. 카프카는 이런 파일에서 설정을 찾지 못해요.",
            "It holds bytes that are no text: an archive, a program, or a file saved as UTF-16. Kafka finds no settings in it."
        ),
        fix: ("맞는 파일인지 보고, 맞다면 UTF-8로 저장하세요.", "Look whether it is the right file; if so, save it as UTF-8."),
    }
    TOO_LARGE {
        title: ("설정 파일이라기에는 너무 커요", "The file is too large for a configuration"),
        why: (
            "kafkalab은 1 MiB까지의 설정 파일을 읽어요. 카프카의 server.properties는 7 kB쯤이에요.",
            "kafkalab reads configuration files of up to 1 MiB. Kafka's own server.properties has about 7 kB."
        ),
        fix: ("맞는 파일을 주었는지 보세요.", "Look whether this is the right file."),
    }
    UNUSED_IGNORE {
        title: ("쓰이지 않는 ignore 주석이에요", "This ignore comment ignores nothing"),
        why: (
            "이 주석이 가리키는 곳에는 그런 문제가 없어요. 남겨 두면 나중에 생길 진짜 문제를 가려요.",
            "There is nothing of that kind where the comment points. Left in place it would hide a real one later."
        ),
        fix: ("주석을 지우세요.", "Take the comment out."),
    }
}
