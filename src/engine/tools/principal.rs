//! Principals as `User:alice`.

use super::Exception;

/// The type and the name of a principal (`SecurityUtils.parseKafkaPrincipal`).
///
/// # Errors
/// The `IllegalArgumentException` of a text without a colon.
pub(super) fn parse(text: &str) -> Result<(&str, &str), Exception> {
    text.split_once(':').ok_or_else(|| {
        Exception::illegal_argument(format!("expected a string in format principalType:principalName but got {text}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_colon_parts_type_and_name() {
        assert_eq!(parse("User:CN=a:b"), Ok(("User", "CN=a:b")));
        assert_eq!(parse("User:"), Ok(("User", "")));
        let error = parse("alice").expect_err("no type");
        assert_eq!(error.text(), "expected a string in format principalType:principalName but got alice");
    }
}
