//! Text as HTML.

/// Text that means only itself, in an element or in an attribute.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Something for each of several things.
pub(super) fn each<T>(things: impl IntoIterator<Item = T>, html: impl FnMut(T) -> String) -> String {
    things.into_iter().map(html).collect::<Vec<_>>().concat()
}

/// A description: what is between backticks is code.
pub(super) fn inline(text: &str) -> String {
    each(text.split('`').enumerate(), |(index, part)| {
        let part = escape(part);
        if index % 2 == 1 { format!("<code>{part}</code>") } else { part }
    })
}

/// A description of several paragraphs.
pub(super) fn paragraphs(text: &str) -> String {
    let paragraphs = text.split("\n\n").filter(|paragraph| !paragraph.is_empty());
    each(paragraphs, |paragraph| format!("<p>{}</p>", inline(paragraph)))
}

#[cfg(test)]
mod tests {
    use super::paragraphs;

    #[test]
    fn markup_in_a_description_is_text() {
        assert_eq!(
            paragraphs("a `<b>` & \"c\"\n\nd"),
            "<p>a <code>&lt;b&gt;</code> &amp; &quot;c&quot;</p><p>d</p>"
        );
    }
}
