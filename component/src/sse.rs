//! Reads an event stream as it arrives: the format of the WHATWG HTML standard, section 9.2.6.
//!
//! Chunks may be cut anywhere, inside a character or a line break too. Written by hand because the browser's own
//! reader, `EventSource`, cannot send an `Authorization` header, and a token has no place in an address.

use std::borrow::Cow;

/// One event of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// Its name; `message` if the stream gave none.
    pub name: String,
    /// Its lines of data, joined by line feeds.
    pub data: String,
    /// The last id the stream has given, with this event or before.
    pub id: String,
}

/// What can be read off a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// An event.
    Event(Event),
    /// How long to wait before the next connection, in milliseconds.
    Retry(u32),
}

/// Holds what has arrived of an event that is not complete yet.
#[derive(Debug, Default)]
pub struct Parser {
    line: Vec<u8>,
    /// The last byte was a carriage return: a line feed right after it belongs to it.
    after_carriage_return: bool,
    /// The first line has been read: a byte order mark is only skipped in front of it.
    started: bool,
    name: String,
    data: String,
    has_data: bool,
    id: String,
}

impl Parser {
    /// Takes the next bytes and gives what they complete, in order.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Read> {
        let mut reads = Vec::new();
        for &byte in bytes {
            let follows_carriage_return = std::mem::replace(&mut self.after_carriage_return, byte == b'\r');
            match byte {
                b'\n' if follows_carriage_return => {}
                b'\r' | b'\n' => self.end_line(&mut reads),
                _ => self.line.push(byte),
            }
        }
        reads
    }

    fn end_line(&mut self, reads: &mut Vec<Read>) {
        let line = std::mem::take(&mut self.line);
        let mut bytes = line.as_slice();
        if !std::mem::replace(&mut self.started, true) {
            bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        }
        if bytes.is_empty() {
            reads.extend(self.dispatch().map(Read::Event));
            return;
        }
        let text = text_of(bytes);
        let (field, value) = text.split_once(':').unwrap_or((&text, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.data.push('\n');
                }
                self.data.push_str(value);
            }
            "id" if !value.bytes().any(|byte| byte == 0) => value.clone_into(&mut self.id),
            "retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                reads.push(Read::Retry(value.parse().unwrap_or(u32::MAX)));
            }
            // A comment has an empty name; the standard has every other field ignored.
            _ => {}
        }
    }

    fn dispatch(&mut self) -> Option<Event> {
        let name = std::mem::take(&mut self.name);
        let data = std::mem::take(&mut self.data);
        let name = if name.is_empty() { "message".to_owned() } else { name };
        std::mem::take(&mut self.has_data).then(|| Event { name, data, id: self.id.clone() })
    }
}

/// What is not UTF-8 is read as the standard has it, and is rare enough to be apart.
fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    str::from_utf8(bytes).map_or_else(|_| mended(bytes), Cow::Borrowed)
}

#[inline(never)]
fn mended(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Event, Parser, Read};

    fn event(name: &str, data: &str, id: &str) -> Read {
        Read::Event(Event { name: name.to_owned(), data: data.to_owned(), id: id.to_owned() })
    }

    fn parse(text: &str) -> Vec<Read> {
        Parser::default().push(text.as_bytes())
    }

    #[test]
    fn every_kind_of_line_break_ends_a_line() {
        for text in ["event: sync\ndata: a\n\n", "event: sync\rdata: a\r\r", "event: sync\r\ndata: a\r\n\r\n"]
        {
            assert_eq!(parse(text), [event("sync", "a", "")], "{text:?}");
        }
    }

    #[test]
    fn lines_of_data_are_joined_and_one_space_is_dropped() {
        assert_eq!(parse("data:  a\ndata\ndata:b\n\n"), [event("message", " a\n\nb", "")]);
    }

    #[test]
    fn an_empty_line_of_data_is_an_event() {
        assert_eq!(parse("data\n\n"), [event("message", "", "")]);
    }

    #[test]
    fn comments_and_unknown_fields_are_skipped() {
        assert_eq!(
            parse(": heartbeat\n\nfoo: bar\n\nevent: lost\n\ndata: x\n\n"),
            [event("message", "x", "")]
        );
    }

    #[test]
    fn an_id_stays_until_there_is_another() {
        let reads = parse("id: 7\ndata: a\n\ndata: b\n\nid: 8\u{0}\ndata: c\n\nid\ndata: d\n\n");
        assert_eq!(
            reads,
            [
                event("message", "a", "7"),
                event("message", "b", "7"),
                event("message", "c", "7"),
                event("message", "d", "")
            ]
        );
    }

    #[test]
    fn a_retry_is_digits_only() {
        assert_eq!(parse("retry: 1500\nretry: +1\nretry: 1.5\nretry:\n"), [Read::Retry(1500)]);
        assert_eq!(parse("retry: 99999999999\n"), [Read::Retry(u32::MAX)]);
    }

    #[test]
    fn a_byte_order_mark_is_skipped_at_the_start_only() {
        assert_eq!(parse("\u{feff}data: a\n\n\u{feff}data: b\n\n"), [event("message", "a", "")]);
    }

    #[test]
    fn what_is_not_finished_at_the_end_is_no_event() {
        assert_eq!(parse("data: a\n"), []);
    }

    proptest! {
        #[test]
        fn it_does_not_matter_where_chunks_are_cut(
            text in "(data: [a-zé🔔]{0,5}(\r|\n|\r\n)|id: [0-9]{1,3}\n|: c\r\n|\n|\r|\r\n|event: x\n|\u{feff}){0,12}",
            cuts in proptest::collection::vec(1_usize..6, 0..40),
        ) {
            let mut parser = Parser::default();
            let mut reads = Vec::new();
            let mut rest = text.as_bytes();
            for cut in cuts {
                let (chunk, later) = rest.split_at(cut.min(rest.len()));
                reads.extend(parser.push(chunk));
                rest = later;
            }
            reads.extend(parser.push(rest));
            prop_assert_eq!(reads, parse(&text));
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            Parser::default().push(&bytes);
        }
    }
}
