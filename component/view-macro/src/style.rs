//! Style sheets without what only their authors need: comments, line breaks, spaces.

/// Between these and what stands beside them, no space says anything.
const ALONE: &str = "{};,";

/// The same rules in fewer letters.
pub(crate) fn shortened(css: &str) -> String {
    let mut short = String::new();
    let mut rest = css.chars();
    let mut is_apart = false;
    while let Some(letter) = rest.next() {
        if letter == '/' && rest.as_str().starts_with('*') {
            rest = rest.as_str().split_once("*/").map_or("", |(_, after)| after).chars();
            is_apart = true;
        } else if letter.is_whitespace() {
            is_apart = true;
        } else {
            // Before a colon a space means something in a selector, after it never.
            let joins = short.chars().last().is_none_or(|last| last == ':' || ALONE.contains(last));
            if is_apart && !joins && !ALONE.contains(letter) {
                short.push(' ');
            }
            is_apart = false;
            if letter == '}' && short.ends_with(';') {
                short.pop();
            }
            short.push(letter);
            if letter == '"' || letter == '\'' {
                let end = rest.as_str().find(letter).map_or(rest.as_str().len(), |end| end + 1);
                let (quoted, after) = rest.as_str().split_at(end);
                short.push_str(quoted);
                rest = after.chars();
            }
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_stay_the_same() {
        let css = "/* A. */\n:host([hidden]) , a  :hover > b {\n  margin: 0 -1px; /* why */ content: \"a  {b} /*\";\n}\n";
        assert_eq!(shortened(css), ":host([hidden]),a :hover > b{margin:0 -1px;content:\"a  {b} /*\"}");
    }
}
