//! Templates: what becomes of one with the data of a send.
//!
//! `minijinja` does the work, with nothing of it that is not needed: no filters, functions, macros, includes, no loading of
//! anything. What is left of its grammar is in `grammar`; here the length of a text is bounded, and the number of steps,
//! of one text and of all that a notification says.

use std::{collections::HashSet, io};

use minijinja::{
    Environment, Error, ErrorKind, UndefinedBehavior, Value,
    value::{Serde, ValueKind},
};

use super::grammar;

/// Steps of one text. One without loops takes a few for each value it shows.
const FUEL: u64 = 5_000;
/// Steps of all texts of a notification, in all languages.
const FUEL_OF_ALL: u64 = 100_000;
/// Of what a fault says of a template: a name in it may be as long as all of it.
const MAX_SHOWN: usize = 80;

/// What is wrong with a template, or with the data for it.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::inbox) struct Flaw(pub(in crate::inbox) String);

/// Whether a text is a template that could be rendered.
///
/// # Errors
/// The first fault, and where it is.
pub(in crate::inbox) fn check(source: &str) -> Result<(), Flaw> {
    grammar::check(source)?;
    // What only shows when it is compiled.
    environment().template_from_str(source).map(drop).map_err(|error| syntax(source, &error))
}

/// What a template can show: the members of an object.
pub(in crate::inbox) fn values(data: Option<&serde_json::Value>) -> Value {
    data.map_or_else(|| Value::from_pairs([("", ""); 0]), |data| Value::from(Serde(data)))
}

/// Texts that have been compiled, to be rendered any number of times.
pub(in crate::inbox) struct Compiled {
    /// Made for the first of them: most notifications need none.
    environment: Option<Environment<'static>>,
    names: HashSet<String>,
    /// The steps that are left to the texts of one notification.
    fuel: u64,
}

impl Default for Compiled {
    fn default() -> Self {
        Self { environment: None, names: HashSet::new(), fuel: FUEL_OF_ALL }
    }
}

impl Compiled {
    /// Begins with another notification.
    pub(in crate::inbox) fn begin(&mut self) {
        self.fuel = FUEL_OF_ALL;
    }

    /// The text for some data. It is compiled the first time that its name is given.
    ///
    /// # Errors
    /// What the data lacks, or what is too much of it.
    pub(in crate::inbox) fn render(
        &mut self,
        name: &str,
        source: &str,
        data: &Value,
        max_bytes: usize,
    ) -> Result<String, Flaw> {
        let environment = self.environment.get_or_insert_with(environment);
        if !self.names.contains(name) {
            grammar::check(source)?;
            environment
                .add_template_owned(name.to_owned(), source.to_owned())
                .map_err(|error| syntax(source, &error))?;
            self.names.insert(name.to_owned());
        }
        let most = self.fuel.min(FUEL);
        environment.set_fuel(Some(most));
        let template = environment.get_template(name).map_err(|error| syntax(source, &error))?;
        let mut output = Bounded { bytes: Vec::new(), max_bytes };
        let rendered = template.render_captured_to(data.clone(), &mut output);
        let consumed = rendered.as_ref().ok().and_then(|captured| captured.state().fuel_levels());
        self.fuel -= consumed.map_or(most, |(consumed, _)| consumed.min(most));
        rendered.map(drop).map_err(|error| of_data(source, &error))?;
        Ok(String::from_utf8_lossy(&output.bytes).into_owned())
    }
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_debug(true);
    environment.add_test("defined", |value: &Value| !value.is_undefined());
    environment.set_formatter(|output, _, value| match value.kind() {
        ValueKind::String | ValueKind::Number | ValueKind::Bool => {
            // Plain text stays plain text: who shows it takes care that it is no markup there.
            output.write_str(&value.to_string()).map_err(Error::from)
        }
        ValueKind::Undefined => Err(Error::new(ErrorKind::UndefinedError, "")),
        _ => Err(Error::new(ErrorKind::NonPrimitive, "")),
    });
    environment
}

/// Takes so many bytes and no more.
struct Bounded {
    bytes: Vec<u8>,
    max_bytes: usize,
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.max_bytes {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) fn syntax(source: &str, error: &Error) -> Flaw {
    let what = error.detail().unwrap_or("is no template");
    let line = error.line().unwrap_or(1);
    let column = error.range().map_or(1, |range| {
        let before = source.get(..range.start).unwrap_or_default();
        before.rsplit('\n').next().unwrap_or_default().chars().count() + 1
    });
    Flaw(format!("cannot be read as a template: {what} (line {line}, column {column})"))
}

fn of_data(source: &str, error: &Error) -> Flaw {
    let path = error.range().and_then(|range| path_to(source, range)).unwrap_or_default();
    let place: String = path.chars().take(MAX_SHOWN).collect();
    Flaw(match error.kind() {
        ErrorKind::UndefinedError => format!("lacks `{place}`"),
        ErrorKind::NonPrimitive => format!("has `{place}`, which is no text, number or boolean"),
        ErrorKind::OutOfFuel => "makes it too much work".to_owned(),
        ErrorKind::WriteFailure => "makes it too long".to_owned(),
        _ => format!("does not fit `{place}`"),
    })
}

/// What stands at a place, with the path that it is the end of.
fn path_to(source: &str, range: std::ops::Range<usize>) -> Option<&str> {
    let before = source.get(..range.start)?;
    let of_path = |character: char| character.is_alphanumeric() || matches!(character, '_' | '.' | '[' | ']');
    source.get(before.trim_end_matches(of_path).len()..range.end)
}

#[cfg(test)]
mod tests;
