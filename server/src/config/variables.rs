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

/// The settings that are given as variables. A text stays a text, whatever it looks like: only what is a number by
/// default is read as one.
pub(super) fn variables() -> BTreeMap<String, Value> {
    let defaults = Figment::from(Toml::string(DEFAULT));
    let value = |name: &str| {
        let text = std::env::var(format!("{PREFIX}{}", name.to_uppercase())).ok()?;
        let is_number = defaults.find_value(name).is_ok_and(|default| default.to_i128().is_some());
        Some(match text.parse::<u64>() {
            Ok(number) if is_number => Value::from(number),
            _ => Value::from(text),
        })
    };
    names().into_iter().filter_map(|name| value(&name).map(|value| (name, value))).collect()
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
