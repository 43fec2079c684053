//! How pictures are asked for: cameras, flags and choices by MuJoCo's names.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    render::Settings,
    scene::{
        Assets,
        camera::{Camera, FreeCamera},
        options::{FrameMode, LabelMode, RenderFlag, SceneOptions, VisFlag},
    },
};

/// Flags by name.
pub type Flags = BTreeMap<String, Switch>;

/// 0 or 1, or a boolean.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
#[allow(missing_docs, reason = "each is how it may be written")]
pub enum Switch {
    Boolean(bool),
    Number(u8),
}

impl Switch {
    /// Whether it is on.
    pub fn on(self) -> bool {
        match self {
            Self::Boolean(on) => on,
            Self::Number(number) => number != 0,
        }
    }
}

/// One of several, by name or by MuJoCo's number.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
#[allow(missing_docs, reason = "each is how it may be written")]
pub enum Choice {
    Name(String),
    Number(usize),
}

impl std::fmt::Display for Choice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => write!(f, "'{name}'"),
            Self::Number(number) => number.fmt(f),
        }
    }
}

/// A camera: by number, by name, or a free one by its parts.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
#[allow(missing_docs, reason = "each is how it may be written")]
pub enum CameraSpec {
    Index(u32),
    Name(String),
    Free(FreeSpec),
}

impl Default for CameraSpec {
    fn default() -> Self {
        Self::Name("free".into())
    }
}

/// Parts of a free camera; the rest is the model's own.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FreeSpec {
    /// Degrees about world z; 0 looks along +x.
    #[serde(skip_serializing_if = "Option::is_none")]
    azimuth: Option<f64>,
    /// Degrees above the horizon; negative looks down.
    #[serde(skip_serializing_if = "Option::is_none")]
    elevation: Option<f64>,
    /// From the eye to `lookat`, m, above 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    distance: Option<f64>,
    /// The point looked at, m, world.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 3, max_items = 3)]
    lookat: Option<[f64; 3]>,
    /// Vertical field of view, degrees; m where it is orthographic.
    #[serde(skip_serializing_if = "Option::is_none")]
    fovy: Option<f64>,
    /// Whether it is orthographic.
    #[serde(skip_serializing_if = "Option::is_none")]
    orthographic: Option<Switch>,
    /// A body, by name, whose subtree's centre of mass it follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    track: Option<String>,
}

/// The index of what `choice` names among `names`.
///
/// # Errors
/// A sentence about `what` that lists the names.
pub fn one_of(choice: &Choice, names: &[&str], what: &str) -> Result<usize, String> {
    let found = match choice {
        Choice::Name(name) => names.iter().position(|n| n.eq_ignore_ascii_case(name)),
        Choice::Number(number) => Some(*number).filter(|n| *n < names.len()),
    };
    found.ok_or_else(|| format!("{what} must be one of: {}", names.join(" ")))
}

/// `settings` with MuJoCo's render flags.
///
/// # Errors
/// A sentence with the flags that there are.
pub fn with_flags(settings: Settings, flags: &Flags) -> Result<Settings, String> {
    let named = |(name, switch): (&String, &Switch)| Ok((RenderFlag::parse(name)?, switch.on()));
    let flags: Vec<_> = flags.iter().map(named).collect::<Result<_, String>>()?;
    Ok(settings.with_flags(flags))
}

/// Samples per pixel as asked for; 0 is 1, as in MuJoCo.
///
/// # Errors
/// A sentence with the numbers that there are.
pub fn samples(number: u32) -> Result<u32, String> {
    match number {
        0 | 1 => Ok(1),
        4 => Ok(4),
        _ => Err("samples must be one of: 0 1 4".into()),
    }
}

/// What is shown besides the model's surfaces.
///
/// # Errors
/// A sentence with what there is.
pub fn scene_options(
    vis: &Flags,
    label: Option<&Choice>,
    frame: Option<&Choice>,
) -> Result<SceneOptions, String> {
    let mut options = SceneOptions::default();
    for (name, switch) in vis {
        options.set(VisFlag::parse(name)?, switch.on());
    }
    if let Some(choice) = label {
        options.label = LabelMode::ALL[one_of(choice, &LabelMode::NAMES, "label")?];
    }
    if let Some(choice) = frame {
        options.frame = FrameMode::ALL[one_of(choice, &FrameMode::NAMES, "frame")?];
    }
    Ok(options)
}

impl CameraSpec {
    /// The camera of a model that this names.
    ///
    /// # Errors
    /// A sentence with the cameras that there are.
    pub fn of(&self, assets: &Assets) -> Result<Camera, String> {
        let free = match self {
            Self::Index(index) => return camera_by_name(&index.to_string(), assets),
            Self::Name(name) => return camera_by_name(name, assets),
            Self::Free(free) => free,
        };
        let own = FreeCamera::initial(&assets.visual);
        let camera = FreeCamera {
            azimuth: free.azimuth.unwrap_or(own.azimuth),
            elevation: free.elevation.unwrap_or(own.elevation),
            distance: free.distance.unwrap_or(own.distance),
            lookat: free.lookat.unwrap_or(own.lookat),
            fovy: free.fovy.unwrap_or(own.fovy),
            orthographic: free.orthographic.map_or(own.orthographic, Switch::on),
        };
        if camera.distance <= 0.0 || camera.fovy <= 0.0 {
            return Err("distance and fovy of a camera must be above 0".into());
        }
        let numbers = [camera.azimuth, camera.elevation, camera.distance, camera.fovy];
        if !numbers.iter().chain(&camera.lookat).all(|number| number.is_finite()) {
            return Err("the numbers of a camera must be finite".into());
        }
        let Some(name) = &free.track else { return Ok(Camera::Free(camera)) };
        let body = assets.model.bodies.iter().position(|body| body == name);
        let body = body.ok_or_else(|| format!("the model has no body {name:?} to track"))?;
        Ok(Camera::Tracking { camera, body: u32::try_from(body).unwrap_or(u32::MAX) })
    }
}

/// What `text` names among the cameras of a model.
///
/// # Errors
/// A sentence with the cameras that there are.
pub fn camera_by_name(text: &str, assets: &Assets) -> Result<Camera, String> {
    let free = FreeCamera::initial(&assets.visual);
    if text == "free" {
        return Ok(Camera::Free(free));
    }
    if let Some(index) = assets.cameras.iter().position(|camera| camera.name == text) {
        return Ok(Camera::Fixed(u32::try_from(index).unwrap_or(u32::MAX)));
    }
    if let Ok(index) = text.parse::<u32>() {
        let exists = (index as usize) < assets.cameras.len();
        return if exists {
            Ok(Camera::Fixed(index))
        } else {
            Err(format!("the model has {} cameras; there is no {index}", assets.cameras.len()))
        };
    }
    if text.contains('=') {
        return parts(text)
            .iter()
            .try_fold(free, |camera, part| with_part(camera, part))
            .map(Camera::Free);
    }
    let names: Vec<_> = assets.cameras.iter().map(|camera| camera.name.as_str()).collect();
    Err(format!("the model has no camera '{text}'; it has: free {}", names.join(" ")))
}

/// `a=1,b=2,3,c=4` as `a=1`, `b=2,3`, `c=4`.
fn parts(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for piece in text.split(',') {
        match parts.last_mut() {
            Some(last) if !piece.contains('=') => {
                last.push(',');
                last.push_str(piece);
            }
            _ => parts.push(piece.to_owned()),
        }
    }
    parts
}

fn with_part(mut camera: FreeCamera, part: &str) -> Result<FreeCamera, String> {
    let wrong = || format!("'{part}' is not a part of a camera, such as azimuth=90");
    let (name, value) = part.split_once('=').ok_or_else(wrong)?;
    let finite = |text: &str| text.parse().ok().filter(|v: &f64| v.is_finite()).ok_or_else(wrong);
    match name.trim() {
        "azimuth" => camera.azimuth = finite(value)?,
        "elevation" => camera.elevation = finite(value)?,
        "distance" => camera.distance = finite(value)?,
        "fovy" => camera.fovy = finite(value)?,
        "lookat" => {
            let all = value.split(',').map(finite).collect::<Result<Vec<_>, _>>()?;
            camera.lookat = all.try_into().map_err(|_| wrong())?;
        }
        _ => return Err(wrong()),
    }
    Ok(camera)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::CameraInfo;

    fn assets() -> Assets {
        let side = CameraInfo { name: "side".into(), ..CameraInfo::default() };
        Assets { cameras: vec![side], ..Assets::default() }
    }

    #[test]
    fn cameras_go_by_name_id_and_numbers() {
        assert_eq!(camera_by_name("side", &assets()), Ok(Camera::Fixed(0)));
        assert_eq!(camera_by_name("0", &assets()), Ok(Camera::Fixed(0)));
        let Ok(Camera::Free(camera)) = camera_by_name("azimuth=10,lookat=1,2,-3", &assets()) else {
            panic!("numbers make a free camera");
        };
        assert_eq!((camera.azimuth, camera.lookat), (10.0, [1.0, 2.0, -3.0]));
        for wrong in ["1", "top", "azimuth=x", "lookat=1,2", "azimuth=nan", "="] {
            assert!(camera_by_name(wrong, &assets()).is_err(), "{wrong}");
        }
    }
}
