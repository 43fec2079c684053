//! `/api/stats` and what else tells of a session's state, in the guide's shape.
//!
//! Numbers that are not finite (an exploding simulation has them) become `null`, as JSON has none.

use serde_json::{Map, Value, json};

use crate::session::{self, Overview, Status, StreamStatus};

/// What a session said when it was asked for its status.
type Answer<'a> = Result<Option<&'a Status>, &'a session::Error>;

/// The whole reply.
pub(super) fn stats(overview: &Overview, status: Answer<'_>) -> Value {
    let streams = status.ok().flatten().map(|status| &status.streams[..]).unwrap_or_default();
    let streams: Vec<_> = streams.iter().map(stream).collect();
    json!({
        "clients_connected": overview.viewers,
        "total_connections": overview.total_connections,
        "frames_sent": overview.frames_sent,
        "events_received": overview.events_received,
        "device_rebuilds": overview.rebuilds,
        "simulation_state": state(overview, status),
        "streams": streams,
    })
}

/// `simulation_state`: what of it exists before the first scene, too.
pub(super) fn state(overview: &Overview, status: Answer<'_>) -> Value {
    let failure = match status {
        Err(error) => Some(error.to_string()),
        Ok(Some(_)) => None,
        Ok(None) => overview.reasons.first().cloned(),
    };
    let status = status.ok().flatten();
    json!({
        "simulation": status.map(simulation),
        "camera": status.map(camera),
        "mujoco": {
            "initialized": status.is_some(),
            "initialization_error": failure,
            "model_name": status.map(|status| &status.assets.model.name),
            "nbody": status.map(|status| status.assets.model.bodies.len()),
            "nq": status.map(|status| status.assets.model.nq),
            "nv": status.map(|status| status.assets.model.nv),
            "nu": status.map(|status| status.assets.model.nu),
            "timestep": status.map(|status| status.assets.model.timestep),
            "renderer_available": overview.can_draw,
        },
    })
}

fn simulation(status: &Status) -> Value {
    let snapshot = &status.snapshot;
    json!({
        "time": snapshot.time,
        "step_count": snapshot.steps,
        "is_running": !snapshot.paused,
        "is_paused": snapshot.paused,
        "speed": snapshot.speed,
        "real_time_factor": snapshot.real_time_factor,
        "objects": objects(status),
    })
}

fn objects(status: &Status) -> Map<String, Value> {
    let mut objects = Map::new();
    let bodies = status.assets.model.bodies.iter().zip(&status.snapshot.bodies);
    for (id, (name, position)) in bodies.enumerate() {
        let object = json!({"type": "body", "position": position, "id": id});
        let name = if name.is_empty() { format!("body_{id}") } else { name.clone() };
        // A named body wins over an unnamed one that happens to be called the same here.
        objects.entry(name).or_insert(object);
    }
    objects
}

fn camera(status: &Status) -> Value {
    let camera = &status.camera;
    json!({
        "distance": camera.distance,
        "azimuth": camera.azimuth,
        "elevation": camera.elevation,
        "target": camera.lookat,
        "fov": camera.fovy,
        "position": status.eye.position,
    })
}

fn stream(stream: &StreamStatus) -> Value {
    let figures = &stream.figures.summary;
    json!({
        "id": stream.id.to_string(),
        "width": stream.size.width(),
        "height": stream.size.height(),
        "viewers": stream.viewers.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "fps": rounded(figures.fps),
        "bitrate_kbps": figures.bitrate.as_bps() / 1000,
        "render_ms": rounded(figures.render_ms),
        "render_ms_p95": rounded(figures.render_ms_p95),
        "encode_ms": rounded(figures.encode_ms),
        "encode_ms_p95": rounded(figures.encode_ms_p95),
        "frames": figures.frames,
        "skipped": figures.skipped,
    })
}

/// To a thousandth: more digits than that are noise.
fn rounded(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}
