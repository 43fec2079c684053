//! Files from the disk, whole or in part (RFC 9110 §14), in pieces: none is read into memory.

use std::{io, path::PathBuf};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, stream};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use warp::{
    Reply,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    reply::Response,
};

use super::problem::Problem;

/// Read at a time, bytes.
const PIECE: usize = 64 << 10;

/// A file as it is to be sent.
pub(super) struct File {
    /// Where it is.
    pub path: PathBuf,
    /// How much of it is sent, bytes.
    pub bytes: u64,
    /// Its entity tag, with quotes; `None` while it changes.
    pub tag: Option<String>,
    /// Its media type.
    pub kind: &'static str,
}

/// The part of a file that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Range {
    All,
    /// First byte and number of bytes.
    Some(u64, u64),
    Unsatisfiable,
}

/// Answers a GET for `file`: 200, 206, 304 or 416.
pub(super) async fn answer(file: File, headers: &HeaderMap) -> Result<Response, Problem> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let matches = |tags: &str| {
        let own = file.tag.as_deref();
        own.is_some_and(|own| tags.split(',').any(|tag| tag.trim() == own))
    };
    if text(header::IF_NONE_MATCH).is_some_and(matches) {
        let mut response = Response::default();
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        tell(&mut response, &file);
        return Ok(response);
    }
    // A date, or the tag of something else, asks for all of it.
    let holds = text(header::IF_RANGE).is_none_or(matches);
    let range = match text(header::RANGE).filter(|_| holds) {
        Some(range) => parse(range, file.bytes),
        None => Range::All,
    };
    let (first, count) = match range {
        Range::All => (0, file.bytes),
        Range::Some(first, count) => (first, count),
        Range::Unsatisfiable => {
            let mut response = Response::default();
            *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
            insert(&mut response, header::CONTENT_RANGE, &format!("bytes */{}", file.bytes));
            return Ok(response);
        }
    };
    let pieces = open(&file, first, count).await.map_err(|error| {
        tracing::warn!(path = %file.path.display(), %error, "cannot be read");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the file cannot be read")
    })?;
    let mut response = warp::reply::stream(pieces).into_response();
    tell(&mut response, &file);
    insert(&mut response, header::CONTENT_TYPE, file.kind);
    insert(&mut response, header::CONTENT_LENGTH, &count.to_string());
    if range != Range::All {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let last = first + count - 1;
        let text = format!("bytes {first}-{last}/{}", file.bytes);
        insert(&mut response, header::CONTENT_RANGE, &text);
    }
    Ok(response)
}

fn tell(response: &mut Response, file: &File) {
    insert(response, header::ACCEPT_RANGES, "bytes");
    insert(response, header::CACHE_CONTROL, "private, no-cache");
    if let Some(tag) = &file.tag {
        insert(response, header::ETAG, tag);
    }
}

fn insert(response: &mut Response, name: header::HeaderName, value: &str) {
    // All that is said here is ASCII.
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// Reads `Range`. What is no single range of bytes is passed over, as RFC 9110 §14.2 allows.
fn parse(range: &str, length: u64) -> Range {
    let Some((from, to)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-'))
    else {
        return Range::All;
    };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let (first, last) = match (from.trim(), to.trim()) {
        ("", suffix) => match number(suffix) {
            Some(0) => return Range::Unsatisfiable,
            Some(count) => (length.saturating_sub(count), u64::MAX),
            None => return Range::All,
        },
        (from, "") => match number(from) {
            Some(first) => (first, u64::MAX),
            None => return Range::All,
        },
        (from, to) => match (number(from), number(to)) {
            (Some(first), Some(last)) if first <= last => (first, last),
            _ => return Range::All,
        },
    };
    if first >= length {
        return Range::Unsatisfiable;
    }
    Range::Some(first, last.min(length - 1) - first + 1)
}

/// `count` bytes from `first` on; an error when the file turns out to be shorter.
async fn open(
    file: &File,
    first: u64,
    count: u64,
) -> io::Result<impl Stream<Item = io::Result<Bytes>> + Send + Sync + use<>> {
    let mut opened = tokio::fs::File::open(&file.path).await?;
    opened.seek(io::SeekFrom::Start(first)).await?;
    Ok(stream::try_unfold((opened, count), |(mut opened, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let most = usize::try_from(left).map_or(PIECE, |left| left.min(PIECE));
        let mut piece = BytesMut::zeroed(most);
        let read = opened.read(&mut piece).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        piece.truncate(read);
        Ok(Some((piece.freeze(), (opened, left - read as u64))))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_rfc_9110() {
        for (text, wanted) in [
            ("bytes=0-9", Range::Some(0, 10)),
            ("bytes=90-", Range::Some(90, 10)),
            ("bytes=-5", Range::Some(95, 5)),
            ("bytes=-500", Range::Some(0, 100)),
            ("bytes=99-1000", Range::Some(99, 1)),
            ("bytes=100-", Range::Unsatisfiable),
            ("bytes=-0", Range::Unsatisfiable),
            ("bytes=9-3", Range::All),
            ("bytes=0-1,5-6", Range::All),
            ("lines=0-1", Range::All),
            ("bytes=a-b", Range::All),
        ] {
            assert_eq!(parse(text, 100), wanted, "{text}");
        }
        assert_eq!(parse("bytes=0-", 0), Range::Unsatisfiable);
    }
}
