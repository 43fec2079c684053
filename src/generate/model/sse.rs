//! Server-sent events (HTML Standard §9.2.6), as far as models' answers need them. No input and no
//! output here: bytes come in pieces of any size, and events go out.

/// Longest event, bytes. The last one of an OpenAI answer repeats the whole of it, with what was
/// asked.
const MAX_EVENT: usize = 2 << 20;

/// An event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    /// Its kind, empty where none was given.
    pub name: String,
    /// Its lines of data.
    pub data: String,
}

/// An event was longer than any is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

/// Makes events of bytes.
#[derive(Debug, Default)]
pub(super) struct Parser {
    line: Vec<u8>,
    event: Event,
    has_data: bool,
    /// The last byte was a CR, which an LF may belong to.
    after_cr: bool,
    begun: bool,
}

impl Parser {
    /// Takes `bytes`, and gives each event that they complete to `out`. An event that was begun
    /// counts for nothing without the empty line behind it.
    pub fn push(&mut self, bytes: &[u8], mut out: impl FnMut(Event)) -> Result<(), TooLong> {
        for &byte in bytes {
            let after_cr = std::mem::replace(&mut self.after_cr, byte == b'\r');
            match byte {
                b'\n' if after_cr => {}
                b'\n' | b'\r' => {
                    if let Some(event) = self.end_line() {
                        out(event);
                    }
                }
                _ if self.line.len() + self.event.data.len() >= MAX_EVENT => return Err(TooLong),
                _ => self.line.push(byte),
            }
        }
        Ok(())
    }

    fn end_line(&mut self) -> Option<Event> {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        let mut line = line.as_ref();
        if !std::mem::replace(&mut self.begun, true) {
            line = line.strip_prefix('\u{feff}').unwrap_or(line);
        }
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            return std::mem::take(&mut self.has_data).then_some(event);
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            "event" => value.clone_into(&mut self.event.name),
            // Comments have an empty field; `id` and `retry` are for streams that are resumed.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Event> {
        let (mut parser, mut events) = (Parser::default(), Vec::new());
        for piece in pieces {
            parser.push(piece, |event| events.push(event)).expect("short");
        }
        events
    }

    fn event(name: &str, data: &str) -> Event {
        Event { name: name.into(), data: data.into() }
    }

    #[test]
    fn events_are_what_the_standard_says() {
        for (text, wanted) in [
            ("data: a\n\n", vec![event("", "a")]),
            ("\u{feff}data:a\r\n\r\n", vec![event("", "a")]),
            ("data: a\rdata:  b\r\r", vec![event("", "a\n b")]),
            ("event: x\ndata\n\n", vec![event("x", "")]),
            (": ping\n\nevent: x\n\ndata: b\n\n", vec![event("", "b")]),
            ("id: 1\nretry: 5\nother: z\ndata: b\n\n", vec![event("", "b")]),
            ("data: a\n\ndata: cut", vec![event("", "a")]),
            ("data: a: b\n\n", vec![event("", "a: b")]),
        ] {
            assert_eq!(parse([text.as_bytes()]), wanted, "{text:?}");
        }
    }

    #[test]
    fn an_event_has_an_end() {
        let mut parser = Parser::default();
        let line = format!("data: {}\n", "x".repeat(1000));
        let pushed = (0..10_000).map(|_| parser.push(line.as_bytes(), |_| ()));
        let count = pushed.take_while(Result::is_ok).count();
        assert!(count < MAX_EVENT / 1000 + 2, "{count}");
        let endless = vec![b'x'; MAX_EVENT + 1];
        assert_eq!(Parser::default().push(&endless, |_| ()), Err(TooLong));
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(
            lines in prop::collection::vec(
                prop_oneof![
                    Just(String::new()), Just("data: {\"ä\":1}".into()), Just("event: e".into()),
                    Just(": c".into()), "[a-z:ü ]{0,9}",
                ],
                0..30,
            ),
            ends in prop::collection::vec(prop_oneof![Just("\n"), Just("\r\n"), Just("\r")], 30),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        ) {
            let text: String = lines.iter().zip(&ends).map(|(line, end)| format!("{line}{end}")).collect();
            let bytes = text.as_bytes();
            let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            at.extend([0, bytes.len()]);
            at.sort_unstable();
            let pieces = at.windows(2).map(|pair| &bytes[pair[0]..pair[1]]);
            prop_assert_eq!(parse(pieces), parse([bytes]));
        }

        #[test]
        fn no_bytes_are_too_much(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            parse([bytes.as_slice()]);
        }
    }
}
