//! The `BELL_*` variables.

use std::collections::BTreeMap;

use figment::{
    Figment,
    providers::{Format, Toml},
    value::Value,
};

use super::DEFAULT;

const PREFIX: &str = "BELL_";

/// The names of all settings, which are those of the default file.
pub(super) fn names() -> Vec<String> {
    DEFAULT
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" = ").map(|(name, _)| name.to_owned()))
        .collect()
}

/// The settings that are given as variables.
pub(super) fn variables() -> BTreeMap<String, Value> {
    let defaults = Figment::from(Toml::string(DEFAULT));
    let value = |name: &str| {
        let text = std::env::var(format!("{PREFIX}{}", name.to_uppercase())).ok()?;
        Some(read(text, defaults.find_value(name).ok().as_ref()))
    };
    names().into_iter().filter_map(|name| value(&name).map(|value| (name, value))).collect()
}

/// A text stays a text, whatever it looks like: only what is a number or a yes or no by default is read as one.
fn read(text: String, default: Option<&Value>) -> Value {
    let number = text.parse::<u64>().ok().filter(|_| default.is_some_and(|value| value.to_i128().is_some()));
    let truth = text.parse::<bool>().ok().filter(|_| default.is_some_and(|value| value.to_bool().is_some()));
    number.map(Value::from).or(truth.map(Value::from)).unwrap_or_else(|| Value::from(text))
}

/// `BELL_*` variables that are no setting: most likely mistyped.
#[must_use]
pub fn unknown_variables() -> Vec<String> {
    let names = names();
    std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| name.strip_prefix(PREFIX).is_some_and(|rest| !names.contains(&rest.to_lowercase())))
        .collect()
}

#[cfg(test)]
mod tests {
    use figment::value::Value;

    use super::read;

    #[test]
    fn a_variable_is_read_as_what_the_setting_is() {
        let (number, truth, text) = (Value::from(600), Value::from(false), Value::from("info"));
        assert_eq!(read("60".to_owned(), Some(&number)).to_u128(), Some(60));
        assert_eq!(read("true".to_owned(), Some(&truth)).to_bool(), Some(true));
        for (written, default) in [
            ("60", &text),
            ("true", &text),
            ("60", &truth),
            ("true", &number),
            ("TRUE", &truth),
            ("yes", &truth),
            ("", &truth),
        ] {
            assert_eq!(
                read(written.to_owned(), Some(default)).as_str(),
                Some(written),
                "refused later, by name"
            );
        }
    }
}
