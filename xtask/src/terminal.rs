//! Lines for the person at the terminal: colours where one is looking, none in a pipe or with `NO_COLOR`.

use std::io::{self, IsTerminal as _, Write as _};

use crate::failure::Failure;

/// How to write to the terminal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    colour: bool,
    silent: bool,
}

/// The few colours in use, as SGR parameters of ECMA-48.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Colour {
    Bold,
    Dim,
    Green,
    Red,
}

impl Terminal {
    /// Colours only if standard output is a terminal and `NO_COLOR` is unset or empty (no-color.org).
    pub(crate) fn detect() -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { colour: io::stdout().is_terminal() && !refused, silent: false }
    }

    /// For tests, in whose output made-up failures would be taken for real ones.
    #[cfg(test)]
    pub(crate) fn silent() -> Self {
        Self { colour: false, silent: true }
    }

    pub(crate) fn has_colour(self) -> bool {
        self.colour
    }

    pub(crate) fn paint(self, colour: Colour, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let parameter = match colour {
            Colour::Bold => "1",
            Colour::Dim => "2",
            Colour::Green => "32",
            Colour::Red => "31",
        };
        format!("\u{1b}[{parameter}m{text}\u{1b}[0m")
    }

    /// Writes one line to standard output. That nobody reads it any more is no reason to stop.
    pub(crate) fn line(self, text: &str) {
        if !self.silent {
            let _ = writeln!(io::stdout(), "{text}");
        }
    }

    /// Writes a line that explains what is going on within a step.
    pub(crate) fn note(self, text: &str) {
        self.line(&format!("  {}", self.paint(Colour::Dim, text)));
    }

    pub(crate) fn error(self, failure: &Failure) {
        if !self.silent {
            let _ = writeln!(io::stderr(), "{}: {failure}", self.paint(Colour::Red, "error"));
        }
    }
}
