//! The little markup a body may have: `**bold**`, `*italic*`, `` `code` `` and `[text](address)`.
//!
//! Read into a tree, which is drawn with elements; it never becomes HTML. Whatever is not markup is text, to the
//! letter: a mark without its other half, one beside a space, a link to an address that is not allowed.

/// How deep marks lie within marks. Beyond it, all is text.
pub const DEPTH_MAX: usize = 3;

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// To the letter.
    Text(String),
    /// Bold.
    Strong(Vec<Piece>),
    /// Italic.
    Emphasis(Vec<Piece>),
    /// To the letter, in the type of code.
    Code(String),
    /// A link: what it says, and its address as written.
    Link(Vec<Piece>, String),
}

/// Reads a text. `allows` says whether a link may lead to an address.
#[must_use]
pub fn pieces(text: &str, allows: &dyn Fn(&str) -> bool) -> Vec<Piece> {
    read(text, DEPTH_MAX, allows)
}

/// What a text says, without its marks.
#[must_use]
pub fn plain(pieces: &[Piece]) -> String {
    let said = |piece: &Piece| match piece {
        Piece::Text(text) | Piece::Code(text) => text.clone(),
        Piece::Strong(inner) | Piece::Emphasis(inner) | Piece::Link(inner, _) => plain(inner),
    };
    pieces.iter().map(said).collect()
}

fn read(text: &str, depth: usize, allows: &dyn Fn(&str) -> bool) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut stars = Stars::default();
    let (mut plain, mut at) = (0, 0);
    while let Some(offset) = text[at..].find(['*', '`', '[']).filter(|_| depth > 0) {
        at += offset;
        let (before, rest) = text.split_at(at);
        let within = |text: &str| read(text, depth - 1, allows);
        let found = match rest.as_bytes()[0] {
            b'*' => stars.marked(before, rest).map(|(inner, width)| {
                let inner_pieces = within(inner);
                let piece =
                    if width == 2 { Piece::Strong(inner_pieces) } else { Piece::Emphasis(inner_pieces) };
                (piece, inner.len() + 2 * width)
            }),
            b'`' => code(rest).map(|inner| (Piece::Code(inner.to_owned()), inner.len() + 2)),
            _ => link(rest).filter(|(_, address)| allows(address)).map(|(inner, address)| {
                (Piece::Link(within(inner), address.to_owned()), inner.len() + address.len() + 4)
            }),
        };
        if let Some((piece, length)) = found {
            if plain < at {
                pieces.push(Piece::Text(text[plain..at].to_owned()));
            }
            pieces.push(piece);
            at += length;
            plain = at;
        } else {
            // Of brackets, each may be the one.
            at += if rest.starts_with('[') { 1 } else { run(rest) };
        }
    }
    if plain < text.len() {
        pieces.push(Piece::Text(text[plain..].to_owned()));
    }
    pieces
}

/// How often the first character, which is one of the marks, comes in a row.
fn run(text: &str) -> usize {
    let first = text.as_bytes()[0];
    text.bytes().take_while(|byte| *byte == first).count()
}

/// Finds the other half of `*` and `**`.
#[derive(Default)]
struct Stars {
    /// For each width, that nothing further on ends it: else a text of stars would be searched to its end for each.
    is_missing: [bool; 2],
}

impl Stars {
    /// What lies between the mark that `rest` begins with and its other half, and how wide the mark is.
    ///
    /// A mark stands at the outside of what it marks: `5 * 3 * 2` and `5*3*2` are sums.
    fn marked<'text>(&mut self, before: &str, rest: &'text str) -> Option<(&'text str, usize)> {
        let mut from = run(rest);
        let width = from.min(2);
        let is_open = !before.ends_with(|last: char| last.is_ascii_alphanumeric())
            && !rest[from..].starts_with(char::is_whitespace);
        if !is_open || self.is_missing[width - 1] {
            return None;
        }
        while let Some(offset) = rest[from..].find('*') {
            let start = from + offset;
            let length = run(&rest[start..]);
            let end = start + length;
            // Of two stars, neither is one of a single pair; of three, either may be.
            let is_wide_enough = length >= width && (width == 2 || length != 2);
            let is_outside = !rest[..start].ends_with(char::is_whitespace)
                && !rest[end..].starts_with(|next: char| next.is_ascii_alphanumeric());
            if is_wide_enough && is_outside {
                return Some((&rest[width..end - width], width));
            }
            from = end;
        }
        self.is_missing[width - 1] = true;
        None
    }
}

fn code(rest: &str) -> Option<&str> {
    rest[1..].split_once('`').map(|(inner, _)| inner).filter(|inner| !inner.is_empty())
}

/// What a link says, and its address. There is no link in a link.
fn link(rest: &str) -> Option<(&str, &str)> {
    let end = 1 + rest[1..].find(['[', ']'])?;
    let address = rest[end..].strip_prefix("](")?;
    let address = &address[..address.find(|next: char| next.is_whitespace() || "()".contains(next))?];
    let is_closed = rest[end + 2 + address.len()..].starts_with(')');
    (is_closed && end > 1 && !address.is_empty()).then(|| (&rest[1..end], address))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{DEPTH_MAX, Piece, pieces};

    fn text(text: &str) -> Piece {
        Piece::Text(text.to_owned())
    }

    fn strong(inner: &str) -> Piece {
        Piece::Strong(vec![text(inner)])
    }

    fn emphasis(inner: &str) -> Piece {
        Piece::Emphasis(vec![text(inner)])
    }

    fn code(inner: &str) -> Piece {
        Piece::Code(inner.to_owned())
    }

    fn link(inner: &str, address: &str) -> Piece {
        Piece::Link(vec![text(inner)], address.to_owned())
    }

    fn read(source: &str) -> Vec<Piece> {
        pieces(source, &|address| address.starts_with('/'))
    }

    /// The text that the pieces were read from.
    fn written(pieces: &[Piece]) -> String {
        let write = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Strong(inner) => format!("**{}**", written(inner)),
            Piece::Emphasis(inner) => format!("*{}*", written(inner)),
            Piece::Code(code) => format!("`{code}`"),
            Piece::Link(inner, address) => format!("[{}]({address})", written(inner)),
        };
        pieces.iter().map(write).collect()
    }

    fn depth(pieces: &[Piece]) -> usize {
        let of = |piece: &Piece| match piece {
            Piece::Text(_) => 0,
            Piece::Code(_) => 1,
            Piece::Strong(inner) | Piece::Emphasis(inner) | Piece::Link(inner, _) => 1 + depth(inner),
        };
        pieces.iter().map(of).max().unwrap_or_default()
    }

    fn addresses(pieces: &[Piece]) -> Vec<String> {
        let of = |piece: &Piece| match piece {
            Piece::Text(_) | Piece::Code(_) => Vec::new(),
            Piece::Strong(inner) | Piece::Emphasis(inner) => addresses(inner),
            Piece::Link(inner, address) => [vec![address.clone()], addresses(inner)].concat(),
        };
        pieces.iter().flat_map(of).collect()
    }

    #[test]
    fn each_mark_is_what_it_says() {
        assert_eq!(read("a **b** c"), [text("a "), strong("b"), text(" c")]);
        assert_eq!(read("*b*, **c d**."), [emphasis("b"), text(", "), strong("c d"), text(".")]);
        assert_eq!(read("run `a * b*`"), [text("run "), code("a * b*")]);
        assert_eq!(read("see [the *list*](/l?a=1#b)!").len(), 3);
        assert_eq!(read("[a](/b)[c](/d)"), [link("a", "/b"), link("c", "/d")]);
        assert_eq!(read("**重要**です"), [strong("重要"), text("です")]);
    }

    #[test]
    fn marks_lie_within_marks() {
        assert_eq!(read("***a***"), [Piece::Strong(vec![emphasis("a")])]);
        assert_eq!(read("*a **b** c*"), [Piece::Emphasis(vec![text("a "), strong("b"), text(" c")])]);
        assert_eq!(read("**[a](/b)**"), [Piece::Strong(vec![link("a", "/b")])]);
        let deepest = [Piece::Link(vec![Piece::Strong(vec![emphasis("`d`")])], "/x".to_owned())];
        assert_eq!(read("[***`d`***](/x)"), deepest);
    }

    #[test]
    fn what_is_not_balanced_is_itself() {
        for source in [
            "*",
            "**",
            "****",
            "*******",
            "`",
            "``",
            "[",
            "[]",
            "[]()",
            "[a]()",
            "[](/b)",
            "a * b",
            "a ** b",
            "*a",
            "a*",
            "**a*",
            "**a",
            "* a *",
            "** a **",
            "*a **b",
            "`a",
            "[a",
            "[a]",
            "[a](",
            "[a](/b",
            "[a] (/b)",
            "[a](/b c)",
            "[a](/(b)",
            "5*3*2",
            "2**3**4",
            "f(*args, **kw)",
        ] {
            assert_eq!(read(source), [text(source)], "{source}");
        }
    }

    #[test]
    fn a_link_to_an_address_that_is_not_allowed_is_text() {
        assert_eq!(read("[a](javascript:b)"), [text("[a](javascript:b)")]);
        assert_eq!(read("[**a**](x:b)"), [text("["), strong("a"), text("](x:b)")]);
        assert_eq!(read("[[a](/b)](/c)"), [text("["), link("a", "/b"), text("](/c)")]);
    }

    #[test]
    fn html_is_text() {
        let source = "<b onclick=\"x\">&lt;</b><script>1</script>";
        assert_eq!(read(source), [text(source)]);
    }

    proptest! {
        #[test]
        fn no_letter_is_lost_or_made_up(source in "(\\*|\\*\\*|`|\\[|\\]|\\(|\\)|/| |\n|a|b|é|🔔){0,60}") {
            let pieces = read(&source);
            prop_assert_eq!(written(&pieces), source);
            prop_assert!(depth(&pieces) <= DEPTH_MAX);
            prop_assert!(addresses(&pieces).iter().all(|address| address.starts_with('/')));
        }

        #[test]
        fn any_text_is_read(source in any::<String>()) {
            prop_assert_eq!(written(&read(&source)), source);
        }
    }
}
