//! What the API is: an OpenAPI 3.1 document, put together from what stands beside the handlers.
//!
//! A file with handlers has an `Operations` that lists them, and [`document`] lists those. What
//! holds for many operations alike (how strangers, bodies and session ids are refused) is added
//! here, by rule.
//!
//! The document is not only told, it is kept to: [`described`] lets no request pass to a path that
//! the document lacks, so that nothing can be served without being described. The other way round,
//! `tests/http/openapi.rs` asks a daemon for every path and method of the document.

use std::sync::LazyLock;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use utoipa::{
    OpenApi, PartialSchema, ToSchema,
    openapi::{
        self, ContentBuilder, HttpMethod, ObjectBuilder, Ref, RefOr, Required, Response, Schema,
        Type,
        path::{Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem},
        response::ResponseBuilder,
        security::{
            ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
        },
    },
};
use warp::{
    Filter,
    filters::{BoxedFilter, path::FullPath},
    http::HeaderMap,
};

use super::{
    access::{self, Need, Scope},
    api, command, events, frames, generate, library, llm, login, media, model, pages, problem,
    recordings, scenes, schema, sessions, socket, state, tokens, whep, whip,
};

const ABOUT: &str = "\
Runs MuJoCo simulations, draws them on the GPU and streams them to browsers.

Places without a session id act on the session `default`, which is always there, or on the one that \
`?session=` names. Lengths are in m, angles in the API in degrees and of joints in rad, forces in N, \
simulated time in s, and orientations are unit quaternions with w first, all in world coordinates \
unless it says otherwise. JSON has no number that is not finite: it is `null`, as in a simulation \
that exploded.

What answers GET answers HEAD. Other methods than those named are refused with 405 and `allow`. An \
error is `application/problem+json` with a sentence in `detail`.

Who may do what is said by tokens, each with a role: `view` watches and reads, `control` also acts, \
`admin` also says what others may. A token comes as `Authorization: Bearer`, in the cookie that \
`POST /api/login` sets, or as `token` in the query of a socket; one that is for a session alone is good \
there alone. On loopback with no token configured everything is allowed without one. Without a token \
that counts the answer is 401, and with one that allows too little 403; both name the role.

A request must name this daemon in `Host` (an address of its own, \
`localhost`, or one of `server.allowed_hosts`), and when it has an `Origin`, as browsers send, that \
must be the same place or one of `server.allowed_origins`; others get 400 or 403.";

/// What all is put together from.
#[derive(OpenApi)]
#[openapi(
    info(title = "mjcast", description = ABOUT),
    tags(
        (name = "sessions", description = "Simulations, each with its viewers and recordings."),
        (name = "simulation", description = "State, controls, keyframes and commands."),
        (name = "history", description = "Every step of the recent past."),
        (name = "viewers", description = "Who watches, and who acts."),
        (name = "pictures", description = "Colours, depth and ids, one picture or many."),
        (name = "recordings", description = "Videos of what a session shows, with its states."),
        (name = "scenes", description = "What a session simulates."),
        (name = "library", description = "What can be loaded by name, and what users save."),
        (name = "signaling", description = "How a viewer gets a stream."),
        (name = "access", description = "Tokens, and who one is."),
        (name = "daemon", description = "How the daemon is, and what it does."),
        (name = "pages", description = "For people."),
    ),
    components(schemas(problem::Body)),
)]
struct Base;

/// A reply that is no JSON.
pub(super) struct File;

impl PartialSchema for File {
    fn schema() -> RefOr<Schema> {
        let format = openapi::SchemaFormat::KnownFormat(openapi::KnownFormat::Binary);
        ObjectBuilder::new().schema_type(Type::String).format(Some(format)).into()
    }
}

impl ToSchema for File {}

/// The document as indented JSON, with a line break at its end.
pub fn text() -> String {
    DESCRIBED.text.clone()
}

/// Answers `GET /openapi.json`.
pub(super) fn answer(request: &HeaderMap) -> warp::reply::Response {
    DESCRIBED.file.answer(request)
}

/// Lets requests pass whose path is in the document; there is nothing at others.
pub(super) fn described() -> BoxedFilter<()> {
    let check = |path: FullPath| async move {
        if is_described(path.as_str()) {
            return Ok(());
        }
        tracing::debug!(path = path.as_str(), "asked for what the API's description lacks");
        Err(warp::reject::not_found())
    };
    warp::path::full().and_then(check).untuple_one().boxed()
}

/// Whether the document has this path.
pub(super) fn is_described(path: &str) -> bool {
    DESCRIBED.places.iter().any(|place| place.matches(path))
}

/// The document, in the forms in which it is needed.
struct Described {
    text: String,
    file: pages::File,
    places: Vec<Place>,
}

static DESCRIBED: LazyLock<Described> = LazyLock::new(|| {
    let document = document();
    let places = document.paths.paths.keys().map(|path| Place::new(path)).collect();
    let mut value = serde_json::to_value(&document).expect("invariant: keys are text");
    simplify(&mut value);
    let text = format!("{value:#}\n");
    let tag = pages::hex(&Sha256::digest(text.as_bytes())[..16]);
    let file = pages::File::new("openapi.json", text.clone().into(), &tag);
    Described { text, file: file.expect("invariant: hex is ASCII"), places }
});

/// A path of the document, such as `/api/sessions/{id}/cameras/{camera}/frame.{format}`.
pub(super) struct Place(Vec<Part>);

/// What is between two slashes: text, and behind it anything where there is a parameter.
struct Part {
    text: String,
    open: bool,
}

impl Place {
    pub fn new(path: &str) -> Self {
        let part = |text: &str| match text.split_once('{') {
            Some((before, _)) => Part { text: before.to_owned(), open: true },
            None => Part { text: text.to_owned(), open: false },
        };
        Self(parts(path).map(part).collect())
    }

    pub fn matches(&self, path: &str) -> bool {
        let mut asked = parts(path);
        let all = self.0.iter().all(|part| {
            asked.next().is_some_and(|asked| match asked.strip_prefix(part.text.as_str()) {
                Some(rest) => part.open != rest.is_empty(),
                None => false,
            })
        });
        all && asked.next().is_none()
    }
}

/// What is between the slashes; routes pass over a slash at the end, and so does this.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

// ---- the document ---------------------------------------------------------------------------

fn document() -> openapi::OpenApi {
    let mut document = Base::openapi();
    for operations in [
        api::Operations::openapi(),
        scenes::Operations::openapi(),
        library::Operations::openapi(),
        command::Operations::openapi(),
        generate::Operations::openapi(),
        schema::Operations::openapi(),
        llm::Operations::openapi(),
        sessions::Operations::openapi(),
        state::Operations::openapi(),
        model::Operations::openapi(),
        events::Operations::openapi(),
        frames::Operations::openapi(),
        recordings::Operations::openapi(),
        socket::Operations::openapi(),
        media::Operations::openapi(),
        whep::Operations::openapi(),
        whip::Operations::openapi(),
        login::Operations::openapi(),
        tokens::Operations::openapi(),
    ] {
        document.merge(operations);
    }
    for (path, summary) in pages::PLACES.into_iter().chain([pages::ASSETS]) {
        document.paths.paths.insert(path.to_owned(), page(path, summary));
    }
    let own = page("/openapi.json", "This document.");
    document.paths.paths.insert("/openapi.json".to_owned(), own);
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            complete(path, access::of_template(method, path), operation);
        }
    }
    let components = document.components.get_or_insert_default();
    for (name, scheme) in schemes() {
        components.add_security_scheme(name, scheme);
    }
    let response = ResponseBuilder::new().description("A refusal.").content(
        "application/problem+json",
        ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build(),
    );
    components.responses.insert("Problem".to_owned(), response.build().into());
    document.security = Some(Vec::new());
    document
}

/// The ways in which a token may come.
fn schemes() -> [(&'static str, SecurityScheme); 3] {
    let cookie = "Set by `POST /api/login`; the number is the daemon's port.";
    let query = "Of the sockets alone, which browsers give no headers.";
    [
        ("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer))),
        (
            "cookie",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
                "mjcast_8000",
                cookie,
            ))),
        ),
        (
            "query",
            SecurityScheme::ApiKey(ApiKey::Query(ApiKeyValue::with_description("token", query))),
        ),
    ]
}

/// Writes in one way what derived schemas have in several: no default that is `null`, as that is
/// what a field that may be missing is anyway, and no choice of one.
fn simplify(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(simplify),
        Value::Object(object) => {
            if object.get("default").is_some_and(Value::is_null) {
                object.shift_remove("default");
            }
            let single = object.get("oneOf").and_then(Value::as_array).filter(|f| f.len() == 1);
            if let Some(Value::Object(form)) = single.and_then(|forms| forms.first()).cloned() {
                let rest = std::mem::replace(object, form);
                object.extend(rest.into_iter().filter(|(key, _)| key != "oneOf"));
            }
            lift_description(object);
            object.values_mut().for_each(simplify);
        }
        _ => {}
    }
}

/// What may be `null` is described as a whole.
fn lift_description(object: &mut Map<String, Value>) {
    let forms = object.get_mut("oneOf").and_then(Value::as_array_mut);
    let Some([null, Value::Object(form)]) = forms.map(Vec::as_mut_slice) else { return };
    if null["type"] == "null"
        && let Some(description) = form.shift_remove("description")
    {
        object.entry("description").or_insert(description);
    }
}

/// A page, or something that belongs to one.
fn page(path: &str, summary: &str) -> PathItem {
    let kind = match path {
        "/openapi.json" => "application/json",
        "/assets/{file}" => "*/*",
        "/favicon.ico" => "image/x-icon",
        "/favicon.svg" => "image/svg+xml",
        _ => "text/html",
    };
    let content = match kind {
        "application/json" => ContentBuilder::new().build(),
        _ => ContentBuilder::new().schema(Some(File::schema())).build(),
    };
    let found = ResponseBuilder::new().description("It.").content(kind, content.clone());
    let same = ResponseBuilder::new().description("The copy with this entity tag is still right.");
    let mut missing = ResponseBuilder::new().description("This build does not have it.");
    if kind == "text/html" {
        missing = missing.content(kind, content);
    }
    let id = path.trim_end_matches("/{file}").replace(['/', '.'], "_");
    let mut operation = OperationBuilder::new()
        .operation_id(Some(format!("page{}", id.trim_end_matches('_'))))
        .tag("pages")
        .summary(Some(summary))
        .response("200", found)
        .response("304", same);
    if kind != "application/json" {
        operation = operation.response("404", missing);
    }
    if path.ends_with("{file}") {
        operation = operation.parameter(path_parameter("file", "Its name.", "index-DaMX4k8j.js"));
    }
    PathItem::new(HttpMethod::Get, operation)
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, options, .. } = item;
    let all = [
        ("GET", get),
        ("PUT", put),
        ("POST", post),
        ("DELETE", delete),
        ("PATCH", patch),
        ("OPTIONS", options),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Every operation of the document, as its method and its path.
#[cfg(test)]
pub(super) fn all() -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&text()).expect("JSON");
    let paths = document["paths"].as_object().expect("paths").iter();
    let of = |(path, item): (&String, &Value)| {
        let methods = item.as_object().expect("operations").keys();
        methods.map(|method| (method.to_uppercase(), path.clone())).collect::<Vec<_>>()
    };
    paths.flat_map(of).collect()
}

/// Says who may do it.
fn secure(path: &str, need: Need, operation: &mut Operation) {
    let Some(role) = need.role else {
        operation.security = Some(Vec::new());
        return;
    };
    let named = |name: &str| SecurityRequirement::new(name, Vec::<String>::new());
    let mut ways = vec![named("bearer"), named("cookie")];
    if path.starts_with("/ws/") {
        ways.push(named("query"));
    }
    operation.security = Some(ways);
    let mut sentence = format!("Needs the role `{}`", role.name());
    sentence += match need.scope {
        Scope::All => "; not with a token for one session.",
        Scope::Any | Scope::Session => ".",
    };
    operation.description = Some(match operation.description.take() {
        Some(before) if !before.is_empty() => format!("{before}\n\n{sentence}"),
        _ => sentence,
    });
}

/// Adds what holds for operations by rule.
fn complete(path: &str, need: Need, operation: &mut Operation) {
    secure(path, need, operation);
    let mut refusals = vec![
        (400, "The request is malformed, or its `Host` is."),
        (
            403,
            "The request is not for this daemon, or not from a page of its own, or its token does not allow it.",
        ),
    ];
    if need.role.is_some() {
        refusals.push((401, "There is no token, or none that counts."));
        refusals.push((429, "Too much came from this address; `retry-after` says when to go on."));
    }
    if let Some(body) = &mut operation.request_body {
        for content in body.content.values_mut() {
            // `Option<T>` is a body that may be missing, not one that may be `null`.
            if let Some(RefOr::T(Schema::OneOf(forms))) = &mut content.schema {
                content.schema = forms.items.pop();
            }
        }
        refusals[0].1 = "The body is not the JSON wanted: `detail` names the field.";
        refusals.push((408, "The body did not arrive in time."));
        refusals.push((413, "The body is larger than `limits.body_bytes`."));
        refusals.push((415, "The body is not `application/json`."));
    }
    let parameters = operation.parameters.get_or_insert_default();
    if path.starts_with("/api/sessions/{id}") {
        parameters.insert(0, path_parameter("id", "Id of a session.", "default"));
    }
    if path.contains("{entry}") {
        parameters.insert(0, path_parameter("entry", "Id of an entry.", "preset.robot-arm"));
        refusals.push((404, "There is no such entry."));
    }
    if path.contains("{recording}") {
        let recording = path_parameter("recording", "Id of a recording.", "Zk3vP0aXbq8");
        parameters.insert(1, recording);
        refusals.push((404, "There is no such recording."));
    } else if parameters.iter().any(|parameter| matches!(&*parameter.name, "id" | "session")) {
        refusals.push((404, "There is no such session."));
        refusals.push((421, "The session is another node's, which `detail` names."));
        // What goes wrong after an upgrade is said on the socket.
        if !operation.responses.responses.contains_key("101") {
            refusals.push((410, "The session has ended."));
            refusals.push((503, "The session is busy or begins anew; `retry-after` says when."));
            refusals.push((504, "The simulation did not answer in time."));
        }
    }
    if parameters.is_empty() {
        operation.parameters = None;
    }
    let responses = &mut operation.responses.responses;
    for (status, description) in refusals {
        let response = || Response::new(description).into();
        responses.entry(status.to_string()).or_insert_with(response);
    }
    for (status, response) in responses {
        let RefOr::T(own) = response else { continue };
        // What has a body or headers of its own is no problem.
        if status.as_str() >= "400" && own.content.is_empty() && own.headers.is_empty() {
            let mut problem = Ref::from_response_name("Problem");
            problem.description = std::mem::take(&mut own.description);
            *response = RefOr::Ref(problem);
        }
    }
}

fn path_parameter(name: &str, description: &str, example: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(description))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .example(Some(example.into()))
        .build()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::peer::wire;

    #[test]
    fn the_committed_document_is_this_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, text()).expect("writes");
        } else {
            let committed = std::fs::read_to_string(path).expect("docs/openapi.json");
            assert!(committed == text(), "run the tests with UPDATE_DOCS=1");
        }
    }

    #[test]
    fn paths_match_their_templates_and_nothing_else() {
        for (template, path, wanted) in [
            ("/", "/", true),
            ("/", "/x", false),
            ("/api/health", "/api/health", true),
            ("/api/health", "/api/health/", true),
            ("/api/health", "/api/healthy", false),
            ("/api/health", "/api", false),
            ("/s/{id}/state", "/s/default/state", true),
            ("/s/{id}/state", "/s/state", false),
            ("/s/{id}/state", "/s/a/b/state", false),
            ("/s/{id}", "/s", false),
            ("/c/{camera}/frame.{format}", "/c/free/frame.png", true),
            ("/c/{camera}/frame.{format}", "/c/free/frame.", false),
            ("/c/{camera}/frame.{format}", "/c/free/png", false),
        ] {
            assert_eq!(Place::new(template).matches(path), wanted, "{template} {path}");
        }
    }

    #[test]
    fn operations_have_all_that_a_reader_needs() {
        let document: Value = serde_json::from_str(&text()).expect("JSON");
        let mut ids = BTreeSet::new();
        for (path, item) in document["paths"].as_object().expect("paths") {
            for (method, operation) in item.as_object().expect("operations") {
                let at = format!("{method} {path}");
                assert!(!operation["summary"].as_str().unwrap_or_default().is_empty(), "{at}");
                assert!(operation["tags"][0].is_string(), "{at}");
                if let Some(id) = operation["operationId"].as_str() {
                    assert!(ids.insert(id.to_owned()), "{id} is there twice");
                }
                let parameters = operation["parameters"].as_array();
                let named: Vec<_> = parameters.into_iter().flatten().collect();
                for part in path.split('{').skip(1) {
                    let name = part.split('}').next().expect("a name");
                    let found = named.iter().any(|p| p["name"] == name && p["in"] == "path");
                    assert!(found, "{at} does not say what {name} is");
                }
            }
        }
    }

    #[test]
    fn commands_that_are_named_exist() {
        let document: Value = serde_json::from_str(&text()).expect("JSON");
        let operation = &document["paths"]["/api/sessions/{id}/commands"]["post"];
        let table = operation["description"].as_str().expect("described").lines();
        let names = table.filter(|line| line.starts_with("| `")).skip(1).flat_map(|line| {
            let cell = line.split('|').nth(1).unwrap_or_default();
            cell.split('`').skip(1).step_by(2)
        });
        let mut count = 0;
        for name in names {
            let parsed = wire::parse_command(name, &serde_json::Map::new());
            let error = parsed.err().map(|error| error.to_string()).unwrap_or_default();
            assert!(!error.contains("unknown"), "{name}: {error}");
            count += 1;
        }
        assert!(count > 15, "{count}");
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let text = text();
        let document: Value = serde_json::from_str(&text).expect("JSON");
        let mut found = 0;
        for part in text.split("\"$ref\": \"#").skip(1) {
            let pointer = part.split('"').next().expect("a pointer");
            assert!(document.pointer(pointer).is_some(), "{pointer}");
            found += 1;
        }
        assert!(found > 100);
    }
}
