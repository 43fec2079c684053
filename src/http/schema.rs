//! What scenes are written in, for editors: names, kinds of values and a few words.

use std::sync::{Arc, LazyLock};

use sha2::{Digest as _, Sha256};
use utoipa::OpenApi;
use warp::{Filter, http::HeaderMap, path, reply::Response};

use super::{
    Context, pages,
    reply::MjcfSchema,
    routes::{READ, Route, resource},
};
use crate::library::mjcf;

/// What the description of the API has of this file.
#[derive(OpenApi)]
#[openapi(paths(schema))]
pub(super) struct Operations;

/// `GET /api/schema/mjcf`.
pub(super) fn routes(_: &Arc<Context>) -> Route {
    let answer = warp::get().and(warp::header::headers_cloned()).map(|headers| schema(&headers));
    resource(path!("api" / "schema" / "mjcf").boxed(), READ, answer.boxed())
}

/// MJCF, as the linked MuJoCo reads it.
///
/// Elements by their context, with their attributes: what kinds of values these have, which words
/// they can be, and what kinds of things their values name. It is the same for as long as the daemon
/// runs.
#[utoipa::path(
    get, path = "/api/schema/mjcf", tag = "scenes", operation_id = "mjcf_schema",
    responses((status = 200, description = "The elements.", body = MjcfSchema)),
)]
fn schema(headers: &HeaderMap) -> Response {
    static FILE: LazyLock<pages::File> = LazyLock::new(|| {
        let reply = MjcfSchema::from(mjcf::schema());
        let text = serde_json::to_vec(&reply).expect("invariant: names and words are text");
        let tag = pages::hex(&Sha256::digest(&text)[..16]);
        let file = pages::File::new("mjcf.json", text.into(), &tag);
        file.expect("invariant: hex is ASCII")
    });
    FILE.answer(headers)
}
