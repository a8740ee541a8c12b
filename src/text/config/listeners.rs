//! Rules about `listeners`, `advertised.listeners`, and what goes with them.

crate::rule_texts! {
    MALFORMED {
        title: ("리스너의 모양이 맞지 않아요", "The listener has the wrong form"),
        why: ("리스너는 이름://호스트:포트 모양이에요. 호스트는 비워도 되지만 ://와 포트는 꼭 있어야 해요.", "A listener is NAME://host:port. The host may be left out, the :// and the port may not."),
        fix: ("PLAINTEXT://호스트:9092 모양으로 적으세요.", "Write it as PLAINTEXT://host:9092."),
        seen: ("Unable to parse … to a broker endpoint", "Unable to parse … to a broker endpoint"),
    }
    NO_SCHEME {
        title: ("리스너 앞에 프로토콜 이름이 없어요", "The listener lacks its name in front"),
        why: ("브로커는 포트마다 어떤 보안 프로토콜로 말할지 알아야 해요. 그래서 주소 앞에 PLAINTEXT:// 같은 이름이 꼭 와요.", "For each port the broker must know how to speak there, so a name such as PLAINTEXT:// stands in front of every address."),
        fix: ("주소 앞에 PLAINTEXT://를 붙이세요.", "Put PLAINTEXT:// in front of the address."),
        seen: ("Unable to parse localhost:9092 to a broker endpoint", "Unable to parse localhost:9092 to a broker endpoint"),
    }
    NO_PORT {
        title: ("리스너에 포트가 없어요", "The listener lacks its port"),
        why: ("리스너에는 기본 포트가 없어서 꼭 적어야 해요.", "A listener has no default port: it must be written."),
        fix: ("호스트 뒤에 :9092처럼 포트를 적으세요.", "Write the port behind the host, as :9092."),
        seen: ("Unable to parse PLAINTEXT://localhost to a broker endpoint", "Unable to parse PLAINTEXT://localhost to a broker endpoint"),
    }
    SLASHES {
        title: ("이름과 주소 사이는 ://이어야 해요", "Between name and address there must be ://"),
        why: ("콜론 하나와 빗금 두 개가 다 있어야 리스너로 읽혀요.", "It takes a colon and two slashes to be read as a listener."),
        fix: ("://로 고치세요.", "Write ://."),
        seen: ("Unable to parse PLAINTEXT:/localhost:9092 to a broker endpoint", "Unable to parse PLAINTEXT:/localhost:9092 to a broker endpoint"),
    }
    SEPARATOR {
        title: ("리스너 사이에는 쉼표를 써요", "Listeners are separated by commas"),
        why: ("세미콜론이나 빈칸으로 나누면 모두 합쳐 리스너 하나로 읽고, 그런 주소는 없어요.", "With a semicolon or a blank between them they are read as one listener, and there is no such address."),
        fix: ("사이를 쉼표로 바꾸세요.", "Put a comma between them."),
        seen: ("Unable to parse PLAINTEXT://:9092;SSL://:9093 to a broker endpoint", "Unable to parse PLAINTEXT://:9092;SSL://:9093 to a broker endpoint"),
    }
    UNKNOWN_NAME {
        title: ("이 리스너 이름에 정해진 프로토콜이 없어요", "No protocol is set for this listener's name"),
        why: (
            "이름은 PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL 가운데 하나이거나, listener.security.protocol.map에서 프로토콜을 정해 준 이름이어야 해요.",
            "The name is PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL, or one that listener.security.protocol.map gives a protocol."
        ),
        fix: ("암호화가 필요 없으면 PLAINTEXT로 바꾸고, 직접 지은 이름이면 listener.security.protocol.map에 더하세요.", "Use PLAINTEXT where nothing is encrypted; add a name of your own to listener.security.protocol.map."),
        seen: ("No security protocol defined for listener HTTP", "No security protocol defined for listener HTTP"),
    }
    NAME_TWICE {
        title: ("같은 이름의 리스너가 둘이에요", "Two listeners have the same name"),
        why: ("브로커는 리스너를 이름으로 구별해서, 이름 하나에 주소 하나만 둘 수 있어요.", "The broker tells listeners apart by name, so each name has one address."),
        fix: ("한쪽 이름을 바꾸고 listener.security.protocol.map에 더하세요.", "Give one of them another name and add it to listener.security.protocol.map."),
        seen: ("Each listener must have a different name", "Each listener must have a different name"),
    }
    PORT_TWICE {
        title: ("두 리스너가 같은 포트를 써요", "Two listeners have the same port"),
        why: ("포트 하나는 한 번만 열 수 있어요. 하나는 IPv4, 하나는 IPv6 주소일 때만 같아도 돼요.", "A port is opened once. Two listeners may share it only where one has an IPv4 and the other an IPv6 address."),
        fix: ("한쪽 포트를 바꾸세요.", "Give one of them another port."),
        seen: ("Each listener must have a different port", "Each listener must have a different port"),
    }
    PORT_RANGE {
        title: ("포트는 0부터 65535까지예요", "A port is between 0 and 65535"),
        why: (
            "카프카의 검사는 통과하지만 포트를 열지 못해요. 그런데도 started라고 찍고 살아 있어서, 아무도 접속하지 못하는 브로커가 돼요.",
            "Kafka's check lets it pass, and then the port cannot be opened. The broker still logs that it started and stays alive, with nobody able to reach it."
        ),
        fix: ("범위 안의 포트를 적으세요.", "Write a port within the range."),
        seen: ("java.lang.IllegalArgumentException: port out of range:70000", "java.lang.IllegalArgumentException: port out of range:70000"),
    }
    NONE {
        title: ("리스너가 하나도 없어요", "There is no listener"),
        why: ("값이 비어 있으면 기본값이 아니라 '리스너 없음'이에요.", "With an empty value there is no listener at all; that is not the default."),
        fix: ("PLAINTEXT://:9092처럼 적거나, 기본값을 쓰려면 줄을 지우세요.", "Write one, as PLAINTEXT://:9092, or take the line out to get the default."),
        seen: ("There must be at least one advertised listener.", "There must be at least one advertised listener."),
    }
    ZERO_ADDRESS {
        title: ("0.0.0.0은 클라이언트에게 알려 줄 수 없는 주소예요", "0.0.0.0 is no address that clients can be told"),
        why: (
            "0.0.0.0은 '모든 주소에서 듣기'라는 뜻이라 찾아갈 수 있는 주소가 아니에요. advertised.listeners가 없으면 listeners의 주소를 알려 주게 되어서 listeners에만 적어도 걸려요.",
            "0.0.0.0 means 'listen everywhere' and is no place to go to. Without advertised.listeners the addresses of listeners are told, so it is enough to have it there."
        ),
        fix: ("listeners는 PLAINTEXT://:9092로 두고, advertised.listeners에 실제 IP나 이름을 적으세요.", "Write PLAINTEXT://:9092 in listeners, and the real address in advertised.listeners."),
        seen: ("advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP address.", "advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP address."),
    }
    ADVERTISED_NAME {
        title: ("advertised.listeners에 listeners에 없는 이름이 있어요", "advertised.listeners has a name that listeners lacks"),
        why: ("알려 주는 주소는 실제로 여는 리스너의 바깥 주소예요. 그래서 이름이 listeners에 있어야 해요.", "What is advertised is the outer address of a listener that is really opened, so its name must be in listeners."),
        fix: ("두 곳의 이름을 맞추세요.", "Use the same names in both."),
        seen: ("advertised.listeners listener names must be equal to or a subset of the ones defined in listeners.", "advertised.listeners listener names must be equal to or a subset of the ones defined in listeners."),
    }
    INTER_BROKER_MISSING {
        title: ("브로커끼리 쓸 리스너가 없어요", "The listener that brokers use among themselves is missing"),
        why: (
            "브로커끼리는 inter.broker.listener.name이 정한 리스너로, 그게 없으면 security.inter.broker.protocol(기본 PLAINTEXT)과 같은 이름의 리스너로 이야기해요.",
            "Brokers talk over the listener that inter.broker.listener.name names, else over the one named like security.inter.broker.protocol (PLAINTEXT by default)."
        ),
        fix: ("inter.broker.listener.name에 있는 리스너 이름 하나를 적으세요.", "Name one of the listeners in inter.broker.listener.name."),
        seen: ("inter.broker.listener.name must be a listener name defined in advertised.listeners.", "inter.broker.listener.name must be a listener name defined in advertised.listeners."),
    }
    INTER_BROKER_TWICE {
        title: ("브로커끼리 쓸 리스너를 두 설정으로 정했어요", "Two settings say how brokers talk to each other"),
        why: ("inter.broker.listener.name과 security.inter.broker.protocol은 같은 것을 정해서 하나만 쓸 수 있어요.", "inter.broker.listener.name and security.inter.broker.protocol decide the same thing, so only one may be set."),
        fix: ("둘 가운데 하나를 지우세요.", "Take one of them out."),
        seen: ("Only one of inter.broker.listener.name and security.inter.broker.protocol should be set.", "Only one of inter.broker.listener.name and security.inter.broker.protocol should be set."),
    }
    INTER_BROKER_UNKNOWN {
        title: ("listener.security.protocol.map에 없는 이름이에요", "The name is not in listener.security.protocol.map"),
        why: ("이 이름에 어떤 프로토콜을 쓸지 정해 둔 곳이 없어요.", "Nothing says which protocol goes with this name."),
        fix: ("이름을 확인하거나 listener.security.protocol.map에 더하세요.", "Check the name, or add it to listener.security.protocol.map."),
        seen: ("not found in listener.security.protocol.map.", "not found in listener.security.protocol.map."),
    }
    PROTOCOL_MAP {
        title: ("listener.security.protocol.map의 모양이 맞지 않아요", "listener.security.protocol.map has the wrong form"),
        why: ("이름:프로토콜 쌍을 쉼표로 이어요. 프로토콜은 PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL 가운데 하나예요.", "It is a list of NAME:PROTOCOL with commas; the protocol is PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL."),
        fix: ("EXTERNAL:PLAINTEXT처럼 적으세요.", "Write it as EXTERNAL:PLAINTEXT."),
        seen: ("Invalid security protocol `PLAIN` defined in listener.security.protocol.map", "Invalid security protocol `PLAIN` defined in listener.security.protocol.map"),
    }
    CONTROL_PLANE {
        title: ("control.plane.listener.name이 다른 리스너와 맞지 않아요", "control.plane.listener.name does not fit the other listeners"),
        why: ("컨트롤러 전용 리스너는 listeners와 맵에 있고, 브로커끼리 쓰는 리스너와 달라야 해요.", "The listener for the controller alone must be in listeners and in the map, and differ from the one that brokers use."),
        fix: ("전용 리스너를 따로 만들거나 이 줄을 지우세요.", "Give it a listener of its own, or take the line out."),
    }
    ADVERTISED_LOCALHOST {
        title: ("클라이언트에게 localhost를 알려 줘요", "Clients are told to go to localhost"),
        why: (
            "클라이언트는 처음 접속한 뒤 브로커가 알려 준 주소로 다시 접속해요. localhost를 알려 주면 다른 컴퓨터의 클라이언트는 자기 자신을 찾아가요.",
            "After the first contact a client goes to the address that the broker tells it. Told localhost, a client on another machine goes to itself."
        ),
        fix: ("다른 컴퓨터에서도 쓸 거면 이 컴퓨터의 IP나 이름을 적으세요.", "If other machines are to use it, write this machine's address or name."),
    }
    SSL_UNUSED {
        title: ("SSL 설정은 있는데 SSL 리스너가 없어요", "There are SSL settings and no SSL listener"),
        why: ("ssl.로 시작하는 설정은 SSL이나 SASL_SSL 리스너에서만 쓰여요. 지금은 모든 통신이 암호화되지 않아요.", "Settings that begin with ssl. serve listeners with SSL or SASL_SSL. As it is nothing is encrypted."),
        fix: ("listeners에 SSL://:9093 같은 리스너를 더하거나, 쓰지 않는 설정을 지우세요.", "Add a listener such as SSL://:9093, or take the settings out."),
    }
    SASL_UNUSED {
        title: ("SASL 설정은 있는데 SASL 리스너가 없어요", "There are SASL settings and no SASL listener"),
        why: ("sasl.로 시작하는 설정은 SASL_PLAINTEXT나 SASL_SSL 리스너에서만 쓰여요. 지금은 누구나 인증 없이 접속할 수 있어요.", "Settings that begin with sasl. serve listeners with SASL_PLAINTEXT or SASL_SSL. As it is everybody gets in without authentication."),
        fix: ("listeners에 SASL_SSL://:9094 같은 리스너를 더하거나, 쓰지 않는 설정을 지우세요.", "Add a listener such as SASL_SSL://:9094, or take the settings out."),
    }
    NO_KEYSTORE {
        title: ("SSL 리스너에 쓸 인증서가 없어요", "The SSL listener has no certificate"),
        why: ("SSL로 말하려면 브로커의 인증서와 키가 든 키 저장소가 있어야 해요.", "To speak SSL the broker needs a keystore with its certificate and key."),
        fix: ("ssl.keystore.location과 ssl.keystore.password를 적으세요.", "Set ssl.keystore.location and ssl.keystore.password."),
        seen: ("No available authentication scheme", "No available authentication scheme"),
    }
    SASL_MECHANISM {
        title: ("브로커끼리 쓸 SASL 방식이 켜져 있지 않아요", "The SASL mechanism between brokers is not enabled"),
        why: ("sasl.mechanism.inter.broker.protocol에 적은 방식은 sasl.enabled.mechanisms에도 있어야 해요.", "The mechanism of sasl.mechanism.inter.broker.protocol must be among sasl.enabled.mechanisms."),
        fix: ("sasl.enabled.mechanisms에 그 방식을 더하세요.", "Add it to sasl.enabled.mechanisms."),
        seen: ("sasl.mechanism.inter.broker.protocol must be included in sasl.enabled.mechanisms", "sasl.mechanism.inter.broker.protocol must be included in sasl.enabled.mechanisms"),
    }
}
