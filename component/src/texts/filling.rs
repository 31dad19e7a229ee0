//! What is put into a text: a number, a time, a title.

/// A text with something where it has a name in braces.
///
/// Not by `str::replace`, whose way of searching is a kilobyte of code and meant for long texts.
#[must_use]
pub fn filled(text: &str, name: &str, with: &str) -> String {
    let mut pieces = text.split('{');
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.strip_prefix(name).and_then(|rest| rest.strip_prefix('}')) {
            Some(rest) => filled.extend([with, rest]),
            None => filled.extend(["{", piece]),
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::filled;

    #[test]
    fn what_has_the_name_is_filled_wherever_it_stands_and_all_else_stays() {
        for (text, wanted) in [
            ("", ""),
            ("none", "none"),
            ("{count}", "7"),
            ("{count} of {count}, {time}", "7 of 7, {time}"),
            ("{counted} {count} {{count}} {", "{counted} 7 {7} {"),
            ("count}", "count}"),
        ] {
            assert_eq!(filled(text, "count", "7"), wanted, "{text:?}");
        }
        assert_eq!(filled("{title}", "title", "{title}"), "{title}", "what is put in is not looked at");
    }
}
