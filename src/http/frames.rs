//! Cameras of a session, and single pictures through them.
//!
//! Colours are 8-bit PNG or JPEG. Depth is a 16-bit grey PNG in millimetres along the line of
//! sight; 65535 is that far or farther. Segmentation is an 8-bit RGBA PNG: red, green and blue are
//! the object's id plus one, lowest byte first, and 0 where nothing is; alpha is 255 minus the
//! object's type (`mjtObj`).

use std::{sync::Arc, time::Duration};

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, OpenApi, ToSchema};
use warp::{
    Filter, Reply,
    filters::BoxedFilter,
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    path::Tail,
    reply::Response,
};

use super::{Context, api, openapi::File, problem::Problem, reply, sessions};
use crate::{
    batch::{self, CameraSpec, Mode, Shot},
    peer::wire::CameraState,
    scene::{Assets, camera::Camera},
    session::{self, Handle},
    units::{Size, ViewerId},
};

type Answer = Result<Response, Problem>;

/// How long a picture waits for what is being drawn before it.
const PATIENCE: Duration = Duration::from_secs(10);
/// Quality of a JPEG, 1 to 100.
const JPEG_QUALITY: u8 = 90;
/// Steps of a depth picture per metre.
const STEPS_PER_M: f32 = 1000.0;
/// Size of a picture where none is asked for, px.
const DEFAULT_SIZE: [u32; 2] = [640, 480];

/// What the description of the API has of this file.
#[derive(OpenApi)]
#[openapi(paths(cameras, frame))]
pub(super) struct Operations;

/// `/api/sessions/{id}/cameras` and all below.
pub(super) fn routes(context: &Arc<Context>) -> BoxedFilter<(Response,)> {
    let shared = Arc::clone(context);
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    warp::path!("api" / "sessions" / String / "cameras" / ..)
        .and(warp::path::tail())
        .and(warp::method())
        .and(query)
        .then(move |session: String, below: Tail, method: Method, query: String| {
            let context = Arc::clone(&shared);
            async move {
                answer(&context, &session, below.as_str(), &method, &query).await.into_response()
            }
        })
        .boxed()
}

async fn answer(
    context: &Context,
    session: &str,
    below: &str,
    method: &Method,
    query: &str,
) -> Answer {
    let below: Vec<&str> = below.split('/').filter(|part| !part.is_empty()).collect();
    let format = match below.as_slice() {
        [] => None,
        [_, "frame.png"] => Some(Format::Png),
        [_, "frame.jpg" | "frame.jpeg"] => Some(Format::Jpeg),
        _ => return Err(Problem::new(StatusCode::NOT_FOUND, "there is no such resource")),
    };
    if *method != Method::GET {
        return Err(Problem::method_not_allowed("GET, HEAD"));
    }
    let handle = api::session(context, session)?;
    match (below.first(), format) {
        (Some(name), Some(format)) => {
            frame(context, &handle, Wish::parse(&decoded(name)?, query, format)?).await
        }
        _ => cameras(&handle).await,
    }
}

/// The cameras of a session's scene.
#[utoipa::path(
    get, path = "/api/sessions/{id}/cameras", tag = "pictures", operation_id = "cameras",
    responses(
        (status = 200, description = "The model's cameras, and the free one.", body = reply::Cameras),
        (status = 409, description = "The session has no scene."),
    ),
)]
async fn cameras(session: &Handle) -> Answer {
    let status = session.status().await?.ok_or(session::Error::NoScene)?;
    api::ok(&reply::cameras(&status.assets, &status.snapshot))
}

/// How a picture is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "lowercase")]
pub(super) enum Format {
    Png,
    #[schema(rename = "jpg")]
    Jpeg,
}

/// A picture that was asked for.
#[derive(Debug)]
pub(super) struct Wish {
    camera: Through,
    size: Size,
    mode: Mode,
    format: Format,
}

/// What it is seen through.
#[derive(Debug)]
enum Through {
    Spec(CameraSpec),
    /// Whatever this viewer looks through then.
    Own(ViewerId),
}

impl Wish {
    fn parse(camera: &str, query: &str, format: Format) -> Result<Self, Problem> {
        let (mut mode, [mut width, mut height]) = (Mode::Rgb, DEFAULT_SIZE);
        let (mut parts, mut viewer) = (Map::new(), None);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decoded(value)?;
            match name {
                "mode" => mode = one_of_modes(&value)?,
                "width" => width = number(name, &value)?,
                "height" => height = number(name, &value)?,
                // The default session's name in older routes; the path already says it.
                "session" => {}
                "lookat" => {
                    let numbers = value.split(',').map(|part| finite(name, part));
                    let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
                    parts.insert(name.into(), json!(numbers));
                }
                "viewer" => viewer = Some(sessions::viewer(name, &value)?),
                "track" => drop(parts.insert(name.into(), value.into())),
                "azimuth" | "elevation" | "distance" | "fovy" => {
                    parts.insert(name.into(), json!(finite(name, &value)?));
                }
                _ => return Err(Problem::bad_request(format!("unknown parameter {name:?}"))),
            }
        }
        if format == Format::Jpeg && mode != Mode::Rgb {
            return Err(Problem::bad_request(
                "depth and segmentation are exact: ask for frame.png",
            ));
        }
        let spec = match (camera, parts.is_empty()) {
            _ if viewer.is_some() && (camera != "free" || !parts.is_empty()) => {
                let detail = "a viewer's own camera takes no name and no numbers: 'free' alone";
                return Err(Problem::bad_request(detail));
            }
            ("free", false) => serde_json::from_value(Value::Object(parts)).map_err(|_| {
                Problem::bad_request("lookat has three numbers, such as lookat=0,0,1")
            })?,
            (_, false) => {
                return Err(Problem::bad_request("only the camera 'free' can be turned and moved"));
            }
            (name, true) => CameraSpec::Name(name.to_owned()),
        };
        let wish = Self::new(spec, [width, height], mode, format)?;
        Ok(Self { camera: viewer.map_or(wish.camera, Through::Own), ..wish })
    }

    /// A picture of a size in px.
    pub fn new(
        camera: CameraSpec,
        [width, height]: [u32; 2],
        mode: Mode,
        format: Format,
    ) -> Result<Self, Problem> {
        let size = Size::new(width, height).filter(|size| size.pixels() <= batch::MAX_PIXELS);
        let size = size.ok_or_else(|| {
            let (side, pixels) = (Size::MAX_SIDE, batch::MAX_PIXELS);
            let detail = format!("a side is within 1 and {side} px, with at most {pixels} pixels");
            Problem::bad_request(detail)
        })?;
        Ok(Self { camera: Through::Spec(camera), size, mode, format })
    }

    async fn camera(&self, session: &Handle, assets: &Assets) -> Result<Camera, Problem> {
        let spec = match &self.camera {
            Through::Own(viewer) => return Ok(session.camera(*viewer).await?),
            Through::Spec(spec) => spec,
        };
        spec.of(assets).map_err(|sentence| match spec {
            CameraSpec::Name(_) => Problem::new(StatusCode::NOT_FOUND, sentence),
            _ => Problem::bad_request(sentence),
        })
    }
}

fn one_of_modes(text: &str) -> Result<Mode, Problem> {
    match text {
        "rgb" => Ok(Mode::Rgb),
        "depth" => Ok(Mode::Depth),
        "segmentation" => Ok(Mode::Segmentation),
        _ => Err(Problem::bad_request("mode is one of rgb, depth and segmentation")),
    }
}

fn number<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, Problem> {
    let wrong = |_| Problem::bad_request(format!("{name} is not a number: {text:?}"));
    text.trim().parse().map_err(wrong)
}

fn finite(name: &str, text: &str) -> Result<f64, Problem> {
    let value = number::<f64>(name, text)?;
    // JSON has no others: they would silently become the model's own.
    let wrong = || Problem::bad_request(format!("{name} is not a finite number"));
    value.is_finite().then_some(value).ok_or_else(wrong)
}

/// Without percent-encoding.
fn decoded(text: &str) -> Result<String, Problem> {
    let text = percent_decode_str(text).decode_utf8();
    Ok(text.map_err(|_| Problem::bad_request("the address is not UTF-8"))?.into_owned())
}

/// The parts of a picture that a query may name.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "`Wish::parse` reads it; this describes it")]
struct FrameParameters {
    /// What the picture shows; a JPEG has only `rgb`.
    #[param(inline, default = "rgb")]
    mode: Option<Mode>,
    /// px.
    #[param(default = 640, minimum = 1, maximum = 8192)]
    width: Option<u32>,
    /// px.
    #[param(default = 480, minimum = 1, maximum = 8192)]
    height: Option<u32>,
    /// Of the camera `free`, as are all below: degrees about world z; 0 looks along +x.
    azimuth: Option<f64>,
    /// Degrees above the horizon; negative looks down.
    elevation: Option<f64>,
    /// From the eye to `lookat`, m.
    distance: Option<f64>,
    /// The point looked at, m, world: three numbers with commas between them.
    #[param(example = "0,0,1")]
    lookat: Option<String>,
    /// Vertical field of view, degrees; m where it is orthographic.
    fovy: Option<f64>,
    /// A body, by name, that it follows.
    track: Option<String>,
    /// A viewer's id: what that viewer looks through, in place of all the above.
    #[param(example = "viewer-7")]
    viewer: Option<String>,
}

/// A picture of the present moment. The simulation goes on undisturbed.
///
/// `rgb` is an 8-bit PNG or a JPEG. `depth` is a 16-bit grey PNG in millimetres along the line of
/// sight; 65535 is that far or farther. `segmentation` is an 8-bit RGBA PNG: red + 256·green +
/// 65536·blue is the object's id plus one, 0 where nothing is; 255 − alpha is its `mjtObj`.
#[utoipa::path(
    get, path = "/api/sessions/{id}/cameras/{camera}/frame.{format}", tag = "pictures",
    operation_id = "frame",
    params(
        ("camera" = String, Path, description = "Name or number of a camera, or `free`.",
            example = "free"),
        ("format" = inline(Format), Path, description = "`jpeg` is the same as `jpg`.",
            example = "png"),
        FrameParameters,
    ),
    responses(
        (status = 200, description = "The picture.",
            content((File = "image/png"), (File = "image/jpeg")),
            headers(
                ("x-simulation-time" = f64, description = "Simulated time, s."),
                ("x-simulation-step" = u64, description = "Steps since the start or reset."),
                ("x-camera" = String, description = "What it was seen through, as `camera` of a \
                    state message has it: JSON, percent-encoded."),
                ("x-depth-scale-m" = f64, description = "Metres of a step, with `mode=depth`."),
            )),
        (status = 404, description = "There is no such session, camera or viewer."),
        (status = 409, description = "The session has no scene."),
        (status = 503, description = "Others are being drawn, or nothing can be drawn now."),
    ),
)]
async fn frame(context: &Context, session: &Handle, wish: Wish) -> Answer {
    let mode = wish.mode;
    let Picture { bytes, kind, camera, time, steps } = drawn(context, session, wish).await?;
    let mut response = Response::new(bytes.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let mut insert = |name, value: String| {
        // Numbers are ASCII.
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    insert("x-simulation-time", time.to_string());
    insert("x-simulation-step", steps.to_string());
    if let Ok(camera) = serde_json::to_string(&camera) {
        // Names need not be ASCII.
        insert("x-camera", utf8_percent_encode(&camera, NON_ALPHANUMERIC).to_string());
    }
    if mode == Mode::Depth {
        insert("x-depth-scale-m", (1.0 / STEPS_PER_M).to_string());
    }
    Ok(response)
}

/// A picture as a file.
pub(crate) struct Picture {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub kind: &'static str,
    /// What it was seen through.
    pub camera: CameraState,
    /// Simulated time that it shows, s.
    pub time: f64,
    /// Steps since the start or reset.
    pub steps: u64,
}

/// Draws one picture, when those before it are drawn.
pub(super) async fn drawn(
    context: &Context,
    session: &Handle,
    wish: Wish,
) -> Result<Picture, Problem> {
    let status = session.status().await?.ok_or(session::Error::NoScene)?;
    let (assets, snapshot) = (status.assets, status.snapshot);
    let camera = wish.camera(session, &assets).await?;
    let through = CameraState::new(&camera, &assets);
    let (time, steps) = (snapshot.time, snapshot.steps);
    let Wish { size, mode, format, .. } = wish;
    let bytes = still(context, Shot { assets, snapshot, camera, size, mode }, format).await?;
    let kind = match format {
        Format::Png => "image/png",
        Format::Jpeg => "image/jpeg",
    };
    Ok(Picture { bytes, kind, camera: through, time, steps })
}

/// Draws one picture, when those before it are drawn; gives the file.
pub(super) async fn still(
    context: &Context,
    shot: Shot,
    format: Format,
) -> Result<Vec<u8>, Problem> {
    let busy = |_| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "other pictures are being drawn");
    let turn = tokio::time::timeout(PATIENCE, context.batches.acquire());
    let _turn = turn.await.map_err(busy)?;
    let Some(renderer) = context.sessions.renderer() else {
        let reason = context.sessions.overview().reasons.into_iter().next().unwrap_or_default();
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, reason));
    };
    let settings = context.sessions.settings().render;
    let (size, mode) = (shot.size, shot.mode);
    let drawn = tokio::task::spawn_blocking(move || {
        let pixels = batch::picture(renderer, shot, settings)?;
        written(&pixels, size, mode, format).map_err(batch::Error::Write)
    });
    let failed = |_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "drawing failed");
    Ok(drawn.await.map_err(failed)??)
}

/// The bytes of the file for what [`batch::picture`] gives.
fn written(pixels: &[u8], size: Size, mode: Mode, format: Format) -> Result<Vec<u8>, String> {
    use png::{BitDepth, ColorType};
    let png = |color, depth, data: &[u8]| {
        png(size, color, depth, data).map_err(|error| error.to_string())
    };
    match (format, mode) {
        (Format::Jpeg, _) => {
            let mut out = Vec::new();
            // Sides are at most `Size::MAX_SIDE`.
            let (width, height) = (size.width() as u16, size.height() as u16);
            jpeg_encoder::Encoder::new(&mut out, JPEG_QUALITY)
                .encode(pixels, width, height, jpeg_encoder::ColorType::Rgb)
                .map_err(|error| error.to_string())?;
            Ok(out)
        }
        (Format::Png, Mode::Rgb) => png(ColorType::Rgb, BitDepth::Eight, pixels),
        (Format::Png, Mode::Depth) => {
            let meters = pixels.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
            // `as` saturates at both ends; PNG has the highest byte first.
            let steps = meters.flat_map(|m| ((m * STEPS_PER_M).round() as u16).to_be_bytes());
            png(ColorType::Grayscale, BitDepth::Sixteen, &steps.collect::<Vec<_>>())
        }
        (Format::Png, Mode::Segmentation) => {
            let pairs = pixels.as_chunks::<8>().0.iter();
            let coded = pairs.flat_map(|&[a, b, c, d, e, f, g, h]| {
                coded(i32::from_le_bytes([a, b, c, d]), i32::from_le_bytes([e, f, g, h]))
            });
            png(ColorType::Rgba, BitDepth::Eight, &coded.collect::<Vec<_>>())
        }
    }
}

/// An object as a colour; black where nothing is.
fn coded(id: i32, kind: i32) -> [u8; 4] {
    if id < 0 {
        return [0, 0, 0, 255];
    }
    let [red, green, blue, _] = id.saturating_add(1).to_le_bytes();
    [red, green, blue, 255 - u8::try_from(kind).unwrap_or(0)]
}

fn png(
    size: Size,
    color: png::ColorType,
    depth: png::BitDepth,
    data: &[u8],
) -> Result<Vec<u8>, png::EncodingError> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, size.width(), size.height());
    encoder.set_color(color);
    encoder.set_depth(depth);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(data)?;
    writer.finish()?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_asked_for_by_camera_and_numbers() {
        let query = "mode=depth&width=32&height=16&azimuth=90&lookat=0,0,1.5&track=torso";
        let wish = Wish::parse("free", query, Format::Png).expect("understood");
        assert_eq!((wish.mode, wish.size), (Mode::Depth, Size::new(32, 16).expect("valid")));
        assert!(matches!(wish.camera, Through::Spec(CameraSpec::Free(_))));
        let own = Wish::parse("free", "viewer=viewer-7&width=64", Format::Jpeg).expect("fine");
        assert!(matches!(own.camera, Through::Own(ViewerId(7))));
        let named = Wish::parse("side", "", Format::Jpeg).expect("understood");
        assert!(matches!(named.camera, Through::Spec(CameraSpec::Name(name)) if name == "side"));
        for (camera, query, format) in [
            ("free", "mode=heat", Format::Png),
            ("free", "mode=depth", Format::Jpeg),
            ("free", "width=0", Format::Png),
            ("free", "width=8192&height=8193", Format::Png),
            ("free", "lookat=1,2", Format::Png),
            ("free", "lookat=1,2,x", Format::Png),
            ("free", "distance=nan", Format::Png),
            ("side", "azimuth=1", Format::Png),
            ("free", "zoom=2", Format::Png),
            ("free", "mode=%ff", Format::Png),
            ("free", "viewer=me", Format::Png),
            ("free", "viewer=viewer-7&azimuth=1", Format::Png),
            ("side", "viewer=viewer-7", Format::Png),
        ] {
            let problem = Wish::parse(camera, query, format).expect_err(query);
            assert_eq!(problem.status, StatusCode::BAD_REQUEST);
        }
    }

    #[test]
    fn depth_is_in_millimetres_and_ids_are_colours() {
        let size = Size::new(3, 1).expect("valid");
        let depth: Vec<u8> =
            [1.2345_f32, 0.0, 1e6].into_iter().flat_map(f32::to_le_bytes).collect();
        let file = written(&depth, size, Mode::Depth, Format::Png).expect("writes");
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().expect("a PNG");
        let mut data = vec![0; 6];
        reader.next_frame(&mut data).expect("reads");
        assert_eq!(data, [1235_u16, 0, 65535].map(u16::to_be_bytes).concat());
        assert_eq!(coded(-1, -1), [0, 0, 0, 255]);
        assert_eq!(coded(0, 5), [1, 0, 0, 250]);
        assert_eq!(coded(0x01_02_03, 6), [4, 2, 1, 249]);
    }
}
