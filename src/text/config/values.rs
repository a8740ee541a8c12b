//! Rules about single values: what kind of value a setting takes, and what is written there.

crate::rule_texts! {
    COMMENT {
        title: ("값 뒤의 주석까지 값이 돼요", "The comment behind the value is part of the value"),
        why: (
            "properties 파일에는 줄 끝 주석이 없어요. # 뒤의 말도 모두 값으로 읽혀요.",
            "There are no comments at the end of a line: what follows the # is read as part of the value."
        ),
        fix: ("주석을 윗줄로 옮기세요.", "Move the comment to a line of its own."),
    }
    QUOTED {
        title: ("값을 감싼 따옴표까지 값이 돼요", "The quotes are part of the value"),
        why: (
            "셸과 달리 properties 파일에서는 따옴표가 그냥 글자예요. 숫자라면 거절되고, 경로라면 이름에 따옴표가 든 폴더가 생겨요.",
            "Unlike in a shell, quotes are plain characters here. A number in quotes is refused, a path in quotes makes a folder with quotes in its name."
        ),
        fix: ("따옴표를 지우세요.", "Take the quotes out."),
    }
    UNIT {
        title: ("값에 단위를 붙일 수 없어요", "The value takes no unit"),
        why: (
            "카프카의 설정값은 숫자만 받아요. 단위는 설정 이름 끝의 .ms, .bytes, .hours가 정해요.",
            "Kafka takes bare numbers. The unit is in the setting's name: .ms, .bytes, .hours."
        ),
        fix: ("이름이 정한 단위로 환산한 숫자만 적으세요.", "Write the number alone, in the unit that the name says."),
        seen: ("Invalid value 7d for configuration log.retention.hours: Not a number of type INT", "Invalid value 7d for configuration log.retention.hours: Not a number of type INT"),
    }
    NOT_A_NUMBER {
        title: ("숫자가 와야 할 자리예요", "A number is wanted here"),
        why: ("이 설정은 숫자만 받아요. 다른 글자가 하나라도 있으면 서버가 시작하지 못해요.", "The setting takes digits only. With any other character the server does not start."),
        fix: ("숫자만 적으세요.", "Write digits only."),
        seen: ("Invalid value one for configuration broker.id: Not a number of type INT", "Invalid value one for configuration broker.id: Not a number of type INT"),
    }
    DECIMAL {
        title: ("정수만 받는 설정이에요", "The setting takes whole numbers only"),
        why: ("소수점이 있으면 .0이라도 거절돼요.", "A decimal point is refused, even before a zero."),
        fix: ("정수로 적거나, 더 작은 단위의 설정을 쓰세요. log.retention.hours=0.5 대신 log.retention.minutes=30처럼요.", "Write a whole number, or use the setting in a smaller unit: log.retention.minutes=30 for half an hour."),
        seen: ("Invalid value 0.5 for configuration log.retention.hours: Not a number of type INT", "Invalid value 0.5 for configuration log.retention.hours: Not a number of type INT"),
    }
    TOO_BIG {
        title: ("이 설정이 담을 수 있는 것보다 큰 숫자예요", "The number is larger than the setting can hold"),
        why: (
            "INT는 2147483647까지, SHORT는 32767까지예요. 넘으면 숫자가 아니라고 해요.",
            "An INT goes up to 2147483647, a SHORT up to 32767. Beyond that Kafka says that it is no number."
        ),
        fix: ("한도 안의 값으로 줄이세요.", "Stay within the limit."),
        seen: ("Invalid value 2147483648 for configuration log.segment.bytes: Not a number of type INT", "Invalid value 2147483648 for configuration log.segment.bytes: Not a number of type INT"),
    }
    OUT_OF_RANGE {
        title: ("받아 주는 범위를 벗어난 값이에요", "The value is out of range"),
        why: ("설정마다 받아 주는 범위가 정해져 있고, 벗어나면 서버가 시작하지 못해요.", "Each setting has a range; with a value outside of it the server does not start."),
        fix: ("범위 안의 값을 적으세요.", "Write a value within the range."),
        seen: ("Invalid value 0 for configuration num.partitions: Value must be at least 1", "Invalid value 0 for configuration num.partitions: Value must be at least 1"),
    }
    NOT_A_BOOLEAN {
        title: ("true 아니면 false만 쓸 수 있어요", "Only true or false can stand here"),
        why: ("yes, on, 1은 다른 도구의 말이에요. 카프카는 true와 false만 받아요.", "yes, on and 1 are what other programs take. Kafka takes true and false."),
        fix: ("true나 false로 적으세요.", "Write true or false."),
        seen: ("Invalid value yes for configuration auto.create.topics.enable: Expected value to be either true or false", "Invalid value yes for configuration auto.create.topics.enable: Expected value to be either true or false"),
    }
    NOT_ONE_OF {
        title: ("고를 수 있는 값이 아니에요", "The value is none of those to choose from"),
        why: ("이 설정은 정해진 값 가운데 하나만 받고, 대소문자도 따져요.", "The setting takes one of a few values, and their case counts."),
        fix: ("목록에 있는 값을 그대로 적으세요.", "Write one of the values as it stands in the list."),
        seen: ("Invalid value remove for configuration log.cleanup.policy: String must be one of: compact, delete", "Invalid value remove for configuration log.cleanup.policy: String must be one of: compact, delete"),
    }
    EMPTY {
        title: ("값이 비어 있어요", "The value is empty"),
        why: ("=만 적으면 기본값이 아니라 '빈 값'이에요. 이 설정은 빈 값을 받지 않아요.", "With nothing behind the = the value is empty, which is not the default. This setting does not take an empty value."),
        fix: ("값을 적거나, 기본값을 쓰려면 줄을 지우세요.", "Write a value, or take the line out to get the default."),
        seen: ("Invalid value  for configuration broker.id: Not a number of type INT", "Invalid value  for configuration broker.id: Not a number of type INT"),
    }
    SEPARATORS {
        title: ("자릿수 구분 기호가 있어요", "The number has separators in it"),
        why: ("1,000이나 1_000처럼 끊어 적은 숫자는 숫자로 읽히지 않아요.", "A number written as 1,000 or 1_000 is not read as one."),
        fix: ("숫자를 붙여 적으세요.", "Write the digits together."),
    }
    ODD_CHARACTERS {
        title: ("값에 눈에 잘 띄지 않는 다른 글자가 섞였어요", "The value holds a character that only looks right"),
        why: (
            "웹 문서나 메신저에서 복사하면 전각 숫자, 특수한 빈칸, 둥근 따옴표가 따라오기도 해요. 눈에는 같아 보여도 카프카에는 다른 글자예요.",
            "Copied from a page or a chat, full-width digits, special blanks and curly quotes come along. They look the same and are other characters to Kafka."
        ),
        fix: ("그 자리를 키보드로 다시 치세요.", "Type that place again on the keyboard."),
    }
    CLASS {
        title: ("카프카가 찾지 못하는 클래스예요", "Kafka does not find this class"),
        why: (
            "브로커도 도구도 시작할 때 이 클래스를 찾아요. libs 폴더의 jar에 없으면 바로 끝나요.",
            "Brokers and tools look for the class as they start, and end where no jar in the libs folder has it."
        ),
        fix: ("이름을 확인하고, 직접 만든 클래스라면 jar를 libs 폴더에 넣으세요.", "Check the name; put the jar into the libs folder if the class is your own."),
        seen: ("Invalid value com.example.Missing for configuration principal.builder.class: Class com.example.Missing could not be found.", "Invalid value com.example.Missing for configuration principal.builder.class: Class com.example.Missing could not be found."),
    }
    VERSION {
        title: ("이 카프카가 아는 버전이 아니에요", "This Kafka does not know that version"),
        why: ("자기보다 새로운 버전이나 버전이 아닌 말은 받지 않아요.", "It takes no version newer than its own, and no word that is none."),
        fix: ("3.6처럼 지금 쓰는 버전까지의 값을 적거나, 줄을 지우세요.", "Write a version up to the one in use, such as 3.6, or take the line out."),
        seen: ("Invalid value 4.0 for configuration inter.broker.protocol.version: Version 4.0 is not a valid version", "Invalid value 4.0 for configuration inter.broker.protocol.version: Version 4.0 is not a valid version"),
    }
    PLACEHOLDER {
        title: ("채워 넣어야 할 자리가 그대로 남았어요", "A placeholder was left in place"),
        why: ("<…>로 적힌 곳은 문서가 '여기에 자기 값을 넣으라'고 비워 둔 자리예요.", "Where a document writes <…> it leaves room for a value of your own."),
        fix: ("꺾쇠까지 지우고 실제 값을 적으세요.", "Put the real value there, without the brackets."),
        seen: ("Unable to parse PLAINTEXT://<host>:9092 to a broker endpoint", "Unable to parse PLAINTEXT://<host>:9092 to a broker endpoint"),
    }
    VARIABLE {
        title: ("변수가 값으로 바뀌지 않아요", "The variable is not replaced by its value"),
        why: (
            "properties 파일은 셸이 아니에요. $가 붙은 이름은 config.providers를 설정했을 때만 바뀌고, 아니면 적힌 글자 그대로예요.",
            "A properties file is no shell. A name with a $ is replaced only where config.providers is set; else the characters stand as they are."
        ),
        fix: ("실제 값을 적거나, 시작할 때 --override 이름=값 으로 주세요.", "Write the value itself, or give it with --override name=value at the start."),
    }
    MILLISECONDS {
        title: ("밀리초치고는 너무 작은 값이에요", "This is very little for milliseconds"),
        why: ("이름이 .ms로 끝나는 설정의 단위는 밀리초예요. 초나 시간으로 생각하고 적으면 천 배 넘게 어긋나요.", "Settings that end in .ms count milliseconds. Written with seconds or hours in mind they are off by a thousand and more."),
        fix: ("1초는 1000, 1시간은 3600000, 하루는 86400000이에요.", "A second is 1000, an hour 3600000, a day 86400000."),
    }
    HOURS {
        title: ("시간이나 분으로는 너무 큰 값이에요", "This is very much for hours or minutes"),
        why: ("이름이 .hours나 .minutes로 끝나는 설정에 밀리초로 계산한 값을 적은 것 같아요. 그러면 수백 년이 되고, 곱하다가 넘쳐서 엉뚱한 값이 되기도 해요.", "It looks like a number of milliseconds in a setting that counts hours or minutes: that is centuries."),
        fix: ("7일은 168시간, 10080분이에요.", "Seven days are 168 hours, or 10080 minutes."),
    }
    BYTES {
        title: ("바이트치고는 너무 작은 값이에요", "This is very little for bytes"),
        why: ("이름이 .bytes로 끝나는 설정의 단위는 바이트예요. MB나 GB로 생각하고 적으면 백만 배 넘게 어긋나요.", "Settings that end in .bytes count bytes. Written with MB or GB in mind they are off by a million and more."),
        fix: ("1 MiB는 1048576, 1 GiB는 1073741824예요.", "1 MiB is 1048576, 1 GiB is 1073741824."),
    }
    REFUSED {
        title: ("카프카가 받아 주지 않는 설정이에요", "Kafka refuses this"),
        why: ("카프카는 시작하기 전에 설정을 모두 검사하고, 하나라도 맞지 않으면 시작하지 않아요.", "Kafka checks every setting before it starts, and does not start where one does not hold."),
        fix: ("카프카의 말을 읽고 그 설정을 고치세요.", "Read what Kafka says and correct that setting."),
    }
}
