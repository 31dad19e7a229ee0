//! A reader of the event-stream format (WHATWG HTML, section 9.2), independent of the element's.

/// One dispatched event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its type; `message` without one.
    pub name: String,
    /// The last id the stream had named when it came.
    pub id: String,
    /// Its data, the lines joined.
    pub data: String,
}

/// Reads a stream in whatever pieces it comes.
#[derive(Debug, Default)]
pub struct EventParser {
    line: Vec<u8>,
    name: String,
    data: Vec<String>,
    last_id: String,
    /// The last reconnection time in milliseconds.
    pub retry_ms: Option<u64>,
}

impl EventParser {
    /// Takes the next piece and gives the events that it completed.
    pub fn push(&mut self, piece: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        for &byte in piece {
            if byte != b'\n' {
                self.line.push(byte);
                continue;
            }
            let line = String::from_utf8(std::mem::take(&mut self.line)).expect("an event stream is UTF-8");
            events.extend(self.end_of_line(line.trim_end_matches('\r')));
        }
        events
    }

    fn end_of_line(&mut self, line: &str) -> Option<Event> {
        if line.is_empty() {
            let (name, data) = (std::mem::take(&mut self.name), std::mem::take(&mut self.data));
            let name = if name.is_empty() { "message".to_owned() } else { name };
            return (!data.is_empty()).then(|| Event {
                name,
                id: self.last_id.clone(),
                data: data.join("\n"),
            });
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" => {}
            "event" => value.clone_into(&mut self.name),
            "data" => self.data.push(value.to_owned()),
            "id" => value.clone_into(&mut self.last_id),
            "retry" => self.retry_ms = Some(value.parse().expect("retry: is a number of milliseconds")),
            other => panic!("the stream has a field that no client knows: {other:?}"),
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, EventParser};

    #[test]
    fn an_event_may_come_byte_by_byte() {
        let mut parser = EventParser::default();
        let text = b": beat\n\nretry: 1500\n\nevent: sync\nid: 7\ndata: {\"a\":\r\ndata:1}\n\n";
        let events: Vec<Event> = text.iter().flat_map(|byte| parser.push(&[*byte])).collect();
        let expected = Event { name: "sync".to_owned(), id: "7".to_owned(), data: "{\"a\":\n1}".to_owned() };
        assert_eq!(events, [expected]);
        assert_eq!(parser.retry_ms, Some(1500));
    }

    #[test]
    fn the_id_stays_until_another_comes() {
        let mut parser = EventParser::default();
        let events = parser.push(b"id: 1\ndata: a\n\ndata: b\n\n");
        assert_eq!(events.iter().map(|event| event.id.as_str()).collect::<Vec<_>>(), ["1", "1"]);
    }
}
