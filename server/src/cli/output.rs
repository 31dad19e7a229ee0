//! What commands print: data on standard output, as lines or as JSON; errors on standard error.

use std::{
    borrow::Cow,
    io::{self, IsTerminal, Write},
};

use serde_json::Value;

/// Prints a line of data. A reader that has gone away (`| head`) is no error.
pub(super) fn line(text: &str) {
    let _ = writeln!(io::stdout(), "{}", harmless(text));
}

/// Prints a part of data that is more than a line.
pub(super) fn piece(text: &str) {
    let _ = write!(io::stdout(), "{}", harmless(text));
}

/// What strangers wrote may be in it: nothing that a terminal obeys is printed as it is. In JSON it means the same.
fn harmless(text: &str) -> Cow<'_, str> {
    let obeyed = |character: char| character.is_control() && character != '\n';
    if !text.contains(obeyed) {
        return Cow::Borrowed(text);
    }
    let escaped = text.chars().map(|character| {
        if obeyed(character) { format!("\\u{:04x}", u32::from(character)) } else { character.to_string() }
    });
    Cow::Owned(escaped.collect())
}

/// Prints JSON: indented for people, on one line for programs.
pub(super) fn json(value: &Value) {
    line(&if io::stdout().is_terminal() { format!("{value:#}") } else { value.to_string() });
}

/// Prints name and value pairs in two columns.
pub(super) fn fields(fields: &[(&str, String)]) {
    let width = fields.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, value) in fields {
        line(&format!("{name:width$}  {value}"));
    }
}

/// Prints a table.
pub(super) fn table(header: &[&str], rows: &[Vec<String>]) {
    let mut widths: Vec<usize> = header.iter().map(|name| name.len()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let print = |cells: Vec<&str>| {
        let padded: Vec<String> =
            cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        line(padded.join("  ").trim_end());
    };
    print(header.to_vec());
    for row in rows {
        print(row.iter().map(String::as_str).collect());
    }
}

/// Prints why a command failed.
pub(super) fn error(text: &str) {
    complain("error:", "1;31", text);
}

/// Prints a line below why it failed.
pub(super) fn remark(text: &str) {
    let _ = writeln!(io::stderr(), "  {}", harmless(text));
}

/// Prints what is allowed, and should not stay so.
pub(super) fn warning(text: &str) {
    complain("warning:", "1;33", text);
}

fn complain(what: &str, colour: &str, text: &str) {
    let is_coloured = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let (start, end) =
        if is_coloured { (format!("\u{1b}[{colour}m"), "\u{1b}[0m") } else { (String::new(), "") };
    let _ = writeln!(io::stderr(), "{start}{what}{end} {text}");
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn a_terminal_obeys_nothing_that_a_stranger_wrote() {
        assert_eq!(harmless("1\u{1b}[31mred\u{9b}2J\n"), "1\\u001b[31mred\\u009b2J\n");
        let json = serde_json::json!({ "kid": "\u{9b}\u{7f}é" });
        assert_eq!(serde_json::from_str::<serde_json::Value>(&harmless(&json.to_string())).unwrap(), json);
    }
}
