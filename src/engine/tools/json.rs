//! The JSON files that tools take, and what Kafka says of one that is not as it should be (`Json`, `DecodeJson`).

use serde_json::{Map, Value};

use super::Exception;

/// The first value of a text; `None` where there is none.
pub(super) fn parse(text: &str) -> Option<Value> {
    serde_json::Deserializer::from_str(text).into_iter().next()?.ok()
}

fn mapping(message: String) -> Exception {
    Exception::new("com.fasterxml.jackson.databind.JsonMappingException", message)
}

fn expected(kind: &str, value: &Value) -> Exception {
    mapping(format!("Expected `{kind}` value, received {value}"))
}

/// The value as an object.
pub(super) fn object(value: &Value) -> Result<&Map<String, Value>, Exception> {
    value.as_object().ok_or_else(|| mapping(format!("Expected JSON object, received {value}")))
}

/// The value as a list.
pub(super) fn array(value: &Value) -> Result<&[Value], Exception> {
    value.as_array().map(Vec::as_slice).ok_or_else(|| mapping(format!("Expected JSON array, received {value}")))
}

/// A field that must be there.
pub(super) fn field<'a>(object: &'a Map<String, Value>, name: &str) -> Result<&'a Value, Exception> {
    object.get(name).ok_or_else(|| mapping(format!("No such field exists: `{name}`")))
}

/// The value as a text.
pub(super) fn string(value: &Value) -> Result<&str, Exception> {
    value.as_str().ok_or_else(|| expected("String", value))
}

/// The value as an `int`.
pub(super) fn int(value: &Value) -> Result<i32, Exception> {
    value.as_i64().and_then(|number| i32::try_from(number).ok()).ok_or_else(|| expected("Integer", value))
}

/// The value as an `Int` of Scala: the tools that are written in it have another word for it.
pub(super) fn scala_int(value: &Value) -> Result<i32, Exception> {
    int(value).map_err(|_| expected("Int", value))
}

/// The value as a `long`.
pub(super) fn long(value: &Value) -> Result<i64, Exception> {
    value.as_i64().ok_or_else(|| expected("Long", value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_in_kafkas_words() {
        let value = parse(r#"{"partition": "zero"} and more"#).expect("the first value counts");
        let partition = field(object(&value).expect("an object"), "partition").expect("it is there");
        assert_eq!(int(partition).expect_err("a text").text(), "Expected `Integer` value, received \"zero\"");
        assert_eq!(array(&value).expect_err("an object").text(), r#"Expected JSON array, received {"partition":"zero"}"#);
        assert_eq!(parse("{"), None);
        assert_eq!(parse(""), None);
    }
}
