//! What follows a value: of a pair of Korean particles (`이/가`, `을/를`, `으로/로`) the one for a word, of two English words, each behind its
//! blank (` line/ lines`), the one for a number.

/// Picks from `pair`, written as `after-consonant/after-vowel`. A word that ends in a Latin letter or a digit is judged by how
/// Koreans read that letter or digit.
pub(super) fn pick<'a>(word: &str, pair: &'a str) -> &'a str {
    let Some((consonant, vowel)) = pair.split_once('/') else { return pair };
    if pair.starts_with(' ') {
        return if word == "1" { consonant } else { vowel };
    }
    let Some(last) = word.chars().rev().find(|c| c.is_alphanumeric()) else { return vowel };
    let end = ending(last);
    let takes_vowel_form = match end {
        Ending::Vowel => true,
        Ending::Rieul => consonant == "으로",
        Ending::Consonant => false,
    };
    if takes_vowel_form { vowel } else { consonant }
}

#[derive(PartialEq)]
enum Ending {
    Vowel,
    /// The consonant ㄹ, after which `로` (not `으로`) follows.
    Rieul,
    Consonant,
}

fn ending(last: char) -> Ending {
    match last {
        '가'..='힣' => match (u32::from(last) - u32::from('가')) % 28 {
            0 => Ending::Vowel,
            8 => Ending::Rieul,
            _ => Ending::Consonant,
        },
        '1' | '7' | '8' => Ending::Rieul,
        '0' | '3' | '6' => Ending::Consonant,
        'l' | 'L' => Ending::Rieul,
        // an r at the end of a word is not heard: 서버, 브로커, 주키퍼; a c is: 토픽
        'c' | 'C' | 'm' | 'M' | 'n' | 'N' => Ending::Consonant,
        _ => Ending::Vowel,
    }
}

#[cfg(test)]
mod tests {
    use super::pick;

    #[test]
    fn the_particle_follows_the_sound() {
        for (word, pair, expected) in [
            ("브로커", "이/가", "가"),
            ("토픽", "이/가", "이"),
            ("서울", "으로/로", "로"),
            ("8", "을/를", "을"),
            ("9092", "을/를", "를"),
            ("test_topic", "을/를", "을"),
            ("ZooKeeper", "이/가", "가"),
            ("", "은/는", "는"),
            ("1", " line/ lines", " line"),
            ("0", " line/ lines", " lines"),
            ("11", " line/ lines", " lines"),
        ] {
            assert_eq!(pick(word, pair), expected, "{word} {pair}");
        }
    }
}
