//! Server-sent events (HTML Living Standard, 9.2), as far as messages need them. Pure.

/// Longest event, bytes: a picture in base64 is a part of that.
const MAX_EVENT: usize = 64 << 20;

/// Puts events together from the pieces in which they come.
#[derive(Debug, Default)]
pub(super) struct Reader {
    line: Vec<u8>,
    data: Vec<u8>,
}

impl Reader {
    /// The data of the events that `piece` completes.
    ///
    /// # Errors
    /// When an event is too long.
    pub fn push(&mut self, piece: &[u8]) -> Result<Vec<Vec<u8>>, String> {
        let mut events = Vec::new();
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if self.line.len() + self.data.len() > MAX_EVENT {
                return Err(format!("an event has more than {MAX_EVENT} bytes"));
            }
            let Some(line) = self.line.strip_suffix(b"\n") else { continue };
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                let data = std::mem::take(&mut self.data);
                if !data.trim_ascii().is_empty() {
                    events.push(data);
                }
            } else if let Some(data) = line.strip_prefix(b"data:") {
                if !self.data.is_empty() {
                    self.data.push(b'\n');
                }
                self.data.extend_from_slice(data.strip_prefix(b" ").unwrap_or(data));
            }
            self.line.clear();
        }
        Ok(events)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_in_any_pieces() {
        let text = b"id: 1\nretry: 3000\ndata:\n\n: ping\n\nevent: message\ndata: {\"a\":\r\ndata: 1}\r\n\r\ndata:2\n\n";
        for size in [1, 2, 7, text.len()] {
            let mut reader = Reader::default();
            let mut all = Vec::new();
            for piece in text.chunks(size) {
                all.extend(reader.push(piece).expect("short"));
            }
            assert_eq!(all, [b"{\"a\":\n1}".to_vec(), b"2".to_vec()], "in pieces of {size}");
        }
    }
}
