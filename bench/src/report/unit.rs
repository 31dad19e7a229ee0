//! What a figure is counted in, and how it is shown.

use std::time::Duration;

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Unit {
    Bytes,
    Milliseconds,
    Microseconds,
    Seconds,
    PerSecond,
    /// One figure by another.
    Times,
    /// How many.
    Count,
}

impl Unit {
    /// Microseconds as milliseconds.
    pub(crate) fn milliseconds(us: u64) -> f64 {
        Duration::from_micros(us).as_secs_f64() * 1_000.0
    }

    /// With two or three digits that say something, and the unit.
    pub(crate) fn show(self, figure: f64) -> String {
        match self {
            Self::Bytes if figure.abs() >= 1e9 => format!("{} GB", digits(figure / 1e9)),
            Self::Bytes if figure.abs() >= 1e6 => format!("{} MB", digits(figure / 1e6)),
            Self::Bytes => format!("{} KB", digits(figure / 1e3)),
            Self::Milliseconds => format!("{} ms", digits(figure)),
            Self::Microseconds => format!("{} µs", digits(figure)),
            Self::Seconds => format!("{} s", digits(figure)),
            Self::PerSecond => format!("{}/s", digits(figure)),
            Self::Times => format!("{figure:.2} ×"),
            Self::Count => with_commas(&format!("{figure:.0}")),
        }
    }
}

fn digits(figure: f64) -> String {
    let size = figure.abs();
    if size >= 10_000.0 {
        with_commas(&format!("{:.0}", (figure / 100.0).round() * 100.0))
    } else if size >= 100.0 {
        with_commas(&format!("{figure:.0}"))
    } else if size >= 1.0 && figure.fract() != 0.0 {
        format!("{figure:.1}")
    } else if size >= 1.0 {
        format!("{figure:.0}")
    } else {
        format!("{figure:.2}")
    }
}

fn with_commas(number: &str) -> String {
    let mut shown = String::new();
    for (index, digit) in number.chars().enumerate() {
        let left = number.len() - index;
        if index > 0 && left.is_multiple_of(3) && !shown.ends_with('-') {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::Unit;

    #[test]
    fn figures_have_the_digits_that_say_something() {
        let shown = [
            (Unit::Bytes, 2_437.0, "2.4 KB"),
            (Unit::Bytes, 1_700_000_000.0, "1.7 GB"),
            (Unit::Milliseconds, 0.284, "0.28 ms"),
            (Unit::Milliseconds, 202.4, "202 ms"),
            (Unit::Milliseconds, 5.0, "5 ms"),
            (Unit::PerSecond, 12_345.6, "12,300/s"),
            (Unit::PerSecond, 5_712.3, "5,712/s"),
            (Unit::Count, 1_000_000.0, "1,000,000"),
        ];
        for (unit, figure, expected) in shown {
            assert_eq!(unit.show(figure), expected);
        }
    }
}
