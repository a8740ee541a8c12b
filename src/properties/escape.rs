//! The escapes of properties files: `\t`, `\:`, `\u0041`, undone and done.

use std::ops::Range;

/// Undoes the escapes of `line` (one logical line, one ISO-8859-1 character per byte). A lone surrogate, which no Rust string
/// can hold, becomes U+FFFD.
///
/// Errors: the bytes of `line` where a `\u` lacks its four digits.
pub(super) fn undo(line: &[u8], part: Range<usize>) -> Result<String, Range<usize>> {
    let mut units: Vec<u16> = Vec::with_capacity(part.len());
    let mut at = part.start;
    while at < part.end {
        let byte = line[at];
        at += 1;
        if byte != b'\\' || at == part.end {
            units.push(u16::from(byte));
            continue;
        }
        let escaped = line[at];
        at += 1;
        units.push(match escaped {
            b'u' => {
                let digits = line.get(at..at + 4).filter(|_| at + 4 <= part.end);
                let Some(unit) = digits.and_then(hexadecimal) else { return Err(at - 2..at) };
                at += 4;
                unit
            }
            b't' => 0x09,
            b'n' => 0x0a,
            b'f' => 0x0c,
            b'r' => 0x0d,
            other => u16::from(other),
        });
    }
    Ok(String::from_utf16_lossy(&units))
}

fn hexadecimal(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0, |value, digit| Some(value << 4 | char::from(*digit).to_digit(16)? as u16))
}

/// `key` as it is written in a file.
pub(super) fn key(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    for c in key.chars() {
        if matches!(c, ' ' | '=' | ':' | '#' | '!') {
            out.push('\\');
        }
        push(&mut out, c);
    }
    out
}

/// `value` as it is written in a file.
pub(super) fn value(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for (index, c) in value.chars().enumerate() {
        if index == 0 && c == ' ' {
            out.push('\\');
        }
        push(&mut out, c);
    }
    out
}

fn push(out: &mut String, c: char) {
    match c {
        '\\' => out.push_str("\\\\"),
        '\t' => out.push_str("\\t"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\u{c}' => out.push_str("\\f"),
        ' '..='~' => out.push(c),
        // The file may be UTF-8 to its editor and is ISO-8859-1 to Java; an escape is right for both.
        _ => {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04X}"));
            }
        }
    }
}
