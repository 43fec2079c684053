//! The page: files of `web/dist`, embedded in the binary and compressed once.

use std::{borrow::Cow, collections::HashMap, io::Write as _};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use rust_embed::RustEmbed;
use warp::{
    Reply,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    reply::Response,
};

use super::problem::Problem;

/// Files below this are sent as they are: gzip's own header would eat the gain.
const WORTH_COMPRESSING_BYTES: usize = 512;
/// For files whose name holds a hash of their content.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// For files that keep their name: ask each time whether they changed.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
/// What stands in for the page in a build that was made without it.
const NO_PAGE: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>mjcast</title>\
<h1>This build has no page</h1><p>Run <code>make web</code> and build again. The API works: see \
<a href=/openapi.json>/openapi.json</a>.</p></html>";

/// Pages and what belongs to them, with what the description of the API says of each.
pub(super) const PLACES: [(&str, &str); 6] = [
    ("/", "The viewer page."),
    ("/index.html", "The viewer page."),
    ("/docs", "The documentation of the API, made from `/openapi.json`; it needs no network."),
    (
        "/diagnose",
        "A check of each way to the simulation, which says what is blocked, and what to do.",
    ),
    ("/favicon.ico", "The icon, where this build has one."),
    ("/favicon.svg", "The icon, where this build has one."),
];
/// Files that a build without the page lacks, and says so.
const PAGES: [&str; 3] = ["index.html", "docs.html", "diagnose.html"];
/// Where files lie whose name holds a hash of their content.
pub(super) const ASSETS: (&str, &str) =
    ("/assets/{file}", "A file that a page names; it never changes, and may be kept for ever.");

#[derive(RustEmbed)]
#[folder = "web/dist"]
struct Dist;

/// All files of the page.
pub(super) struct Site {
    files: HashMap<Cow<'static, str>, File>,
}

/// A file as it is sent: as it is, or compressed.
pub(super) struct File {
    plain: Bytes,
    gzip: Option<Bytes>,
    kind: HeaderValue,
    etag: HeaderValue,
    cache: HeaderValue,
}

impl Site {
    /// The files that were there when the binary was built.
    pub fn embedded() -> Self {
        let file = |path: Cow<'static, str>| {
            let embedded = Dist::get(&path)?;
            let etag = hex(&embedded.metadata.sha256_hash()[..16]);
            let data = match embedded.data {
                Cow::Borrowed(data) => Bytes::from_static(data),
                Cow::Owned(data) => Bytes::from(data),
            };
            let file = File::new(&path, data, &etag)?;
            Some((path, file))
        };
        Self { files: Dist::iter().filter_map(file).collect() }
    }

    /// The file at `path` (without its leading slash; empty for the viewer page).
    pub fn answer(&self, path: &str, headers: &HeaderMap) -> Result<Response, Problem> {
        let path = match path {
            "" => "index.html",
            "docs" => "docs.html",
            "diagnose" => "diagnose.html",
            path => path,
        };
        match self.files.get(path) {
            Some(file) => Ok(file.answer(headers)),
            None if PAGES.contains(&path) => Ok(no_page()),
            None => Err(Problem::new(StatusCode::NOT_FOUND, "there is no such file")),
        }
    }
}

fn no_page() -> Response {
    let page = warp::reply::html(NO_PAGE);
    warp::reply::with_status(page, StatusCode::NOT_FOUND).into_response()
}

impl File {
    /// A file of this content; `None` where `etag` is not fit for a header.
    pub fn new(path: &str, plain: Bytes, etag: &str) -> Option<Self> {
        let (kind, compressible) = media_type(path);
        let gzip = (compressible && plain.len() >= WORTH_COMPRESSING_BYTES)
            .then(|| gzip(&plain))
            .flatten()
            .filter(|gzip| gzip.len() < plain.len());
        // The build puts a hash of the content in the names of what is in `assets`.
        let cache = if path.starts_with("assets/") { FOREVER } else { ASK_AGAIN };
        Some(Self {
            plain,
            gzip,
            kind: HeaderValue::from_static(kind),
            etag: HeaderValue::try_from(format!("\"{etag}\"")).ok()?,
            cache,
        })
    }

    /// Answers a GET: 200, or 304 where the client has it already.
    pub fn answer(&self, request: &HeaderMap) -> Response {
        let mut response = Response::default();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, self.cache.clone());
        headers.insert(header::ETAG, self.etag.clone());
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if request.get(header::IF_NONE_MATCH) == Some(&self.etag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        headers.insert(header::CONTENT_TYPE, self.kind.clone());
        let body = match &self.gzip {
            Some(gzip) if takes_gzip(request) => {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                gzip
            }
            _ => &self.plain,
        };
        *response.body_mut() = body.clone().into();
        response
    }
}

/// Whether `Accept-Encoding` names gzip without refusing it (RFC 9110 §12.5.3).
fn takes_gzip(request: &HeaderMap) -> bool {
    let accepted = request.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    accepted.unwrap_or_default().split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(1.0, |q| q.parse().unwrap_or(0.0));
        name.trim().eq_ignore_ascii_case("gzip") && weight > 0.0
    })
}

fn gzip(data: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

/// The media type by file name, and whether such files shrink.
fn media_type(path: &str) -> (&'static str, bool) {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => ("text/html; charset=utf-8", true),
        "js" | "mjs" => ("text/javascript; charset=utf-8", true),
        "css" => ("text/css; charset=utf-8", true),
        "json" | "map" => ("application/json", true),
        "webmanifest" => ("application/manifest+json", true),
        "svg" => ("image/svg+xml", true),
        "txt" => ("text/plain; charset=utf-8", true),
        "wasm" => ("application/wasm", true),
        "ico" => ("image/x-icon", false),
        "png" => ("image/png", false),
        "jpg" | "jpeg" => ("image/jpeg", false),
        "webp" => ("image/webp", false),
        "woff2" => ("font/woff2", false),
        _ => ("application/octet-stream", false),
    }
}

/// Bytes as lower-case digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        let file = |path: &'static str, text: &str| {
            let file = File::new(path, text.to_owned().into(), "e").expect("valid");
            (Cow::Borrowed(path), file)
        };
        let script = "let a = 1;".repeat(100);
        Site { files: [file("index.html", "<p>"), file("assets/a-12ab.js", &script)].into() }
    }

    fn asking(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn hashed_files_are_kept_and_the_page_is_not() {
        let site = site();
        let cache = |path: &str| {
            let response = site.answer(path, &HeaderMap::new()).expect("found");
            response.headers()[header::CACHE_CONTROL].clone()
        };
        assert_eq!(cache(""), ASK_AGAIN);
        assert_eq!(cache("assets/a-12ab.js"), FOREVER);
        for missing in ["assets/", "../Cargo.toml", "assets/../index.html", "/index.html"] {
            assert!(site.answer(missing, &HeaderMap::new()).is_err(), "{missing}");
        }
    }

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        let site = site();
        for (accepted, wanted) in
            [("gzip, br", true), ("br;q=1, GZIP;q=0.5", true), ("br", false), ("gzip;q=0", false)]
        {
            let headers = asking(header::ACCEPT_ENCODING, accepted);
            let response = site.answer("assets/a-12ab.js", &headers).expect("found");
            let sent = response.headers().contains_key(header::CONTENT_ENCODING);
            assert_eq!(sent, wanted, "{accepted}");
        }
    }

    #[test]
    fn an_unchanged_file_is_not_sent_again() {
        let response = site().answer("", &asking(header::IF_NONE_MATCH, "\"e\"")).expect("found");
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn a_build_without_the_page_says_so() {
        let site = Site { files: HashMap::new() };
        let response = site.answer("", &HeaderMap::new()).expect("stands in");
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
    }
}
