//! Sessions that outlive the daemon: what it takes to go on with one, as bytes and on disk.
//!
//! ```text
//!  driver ──Checkpoint, twice a second while time runs──► Keeper (a thread) ──► DIR/<id>/
//!                                                                               ├ model-<digest>
//!  next start ◄── the newest moment that is whole ── latest, or else synced ────┴ latest, synced
//! ```
//! `latest` is replaced by every checkpoint and survives any end of the process; `synced` is the
//! last one that was also flushed to the medium, and survives an end of the machine. What is
//! damaged is set aside under another name and said in the log: it never keeps a daemon from
//! starting.

mod keeper;

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Name, Patience, Scene, Terms};
use crate::{
    bundle::{self, Bundle, codec},
    control::Origin,
    library,
    scene::{Snapshot, options::SceneOptions},
    units::SessionId,
};

pub use keeper::Keeper;

/// What the bytes of a checkpoint begin with, before the digest of what follows.
const MAGIC: &[u8] = b"mjcast-session-1\n";

/// All that it takes to go on with a session elsewhere or later.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// Its id.
    pub id: SessionId,
    /// Its name.
    pub name: Option<Name>,
    /// When it was created.
    pub created: SystemTime,
    /// What it is allowed.
    pub terms: Terms,
    /// What it simulates; `None` before its first scene.
    pub run: Option<Run>,
}

/// A simulation and where it stands.
#[derive(Clone, Debug)]
pub struct Run {
    /// What is simulated.
    pub scene: Arc<Scene>,
    /// Whether time stands still until somebody plays.
    pub paused: bool,
    /// Asked-for simulated seconds per wall second.
    pub speed: f64,
    /// What is shown to all.
    pub shown: SceneOptions,
    /// States that were saved, by name.
    pub keyframes: Vec<(String, Vec<f64>)>,
    /// The full state; `None`: the model's own.
    pub origin: Option<Origin>,
}

/// Why bytes are no checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum Damaged {
    /// They are cut off, or were changed.
    #[error("it is cut off or was changed")]
    Digest,
    /// They were written by another version.
    #[error("this version cannot read it: {0}")]
    Format(String),
    /// The model is not there, or is another.
    #[error("its model is missing or was changed")]
    Model,
    /// The model is none that may be loaded.
    #[error("its model is refused: {0}")]
    Bundle(#[from] bundle::Error),
}

/// The digest of a model with its files.
type ModelDigest = [u8; 32];

/// A model with its files, as it goes with checkpoints.
#[derive(Clone, Debug)]
pub struct Model {
    files: Bundle,
    digest: ModelDigest,
}

impl Model {
    /// What tells it from others, in hexadecimal.
    pub fn digest(&self) -> String {
        hex(&self.digest)
    }

    /// The files as bytes.
    pub fn bytes(&self) -> Vec<u8> {
        model_bytes(&self.files)
    }
}

/// A checkpoint as it is written. Names are part of the format: fields may be added with a
/// default, but not renamed.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    /// Rises with each record of a session, so that the newest is known.
    sequence: u64,
    id: String,
    name: Option<String>,
    /// Since 1970, ms.
    created_ms: u64,
    viewers: u64,
    pause_after_ms: Option<u64>,
    expire_after_ms: Option<u64>,
    run: Option<RunRecord>,
}

#[derive(Debug, Serialize, Deserialize)]
struct RunRecord {
    model: ModelRecord,
    model_name: String,
    paused: bool,
    speed: f64,
    shown: SceneOptions,
    keyframes: Vec<(String, Vec<f64>)>,
    origin: Option<Origin>,
}

#[derive(Debug, Serialize, Deserialize)]
enum ModelRecord {
    /// A preset of the library, by id.
    Preset(String),
    /// Files that are kept apart, by their digest.
    Files(ModelDigest),
}

impl Checkpoint {
    /// As bytes, model and all.
    pub fn to_bytes(&self) -> Vec<u8> {
        let model = self.model(None);
        let record = self.record(0, model.as_ref());
        let mut bytes = (record.len() as u64).to_le_bytes().to_vec();
        bytes.extend(record);
        bytes.extend(model.iter().flat_map(Model::bytes));
        bytes
    }

    /// What [`Self::to_bytes`] gave, with the model checked again.
    ///
    /// # Errors
    /// [`Damaged`] says in what way it is none.
    pub fn from_bytes(bytes: &Bytes, limits: &bundle::Limits) -> Result<Self, Damaged> {
        let (length, rest) = bytes.split_first_chunk().ok_or(Damaged::Digest)?;
        let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| Damaged::Digest)?;
        let record = Record::parse(rest.get(..length).ok_or(Damaged::Digest)?)?;
        record.into_checkpoint(limits, |_| Some(bytes.slice(8 + length..)))
    }

    /// The model that goes with it, unless the program has it itself; `known` spares the work of
    /// digesting the same again.
    pub fn model(&self, known: Option<&Model>) -> Option<Model> {
        let scene = &self.run.as_ref()?.scene;
        let files = scene.preset.is_none().then_some(&scene.bundle)?;
        Some(match known.filter(|known| known.files.is(files)) {
            Some(known) => known.clone(),
            None => Model { digest: digest(&model_bytes(files)), files: files.clone() },
        })
    }

    /// As bytes without its model.
    pub fn to_record(&self, model: Option<&Model>) -> Vec<u8> {
        self.record(0, model)
    }

    /// The digest of the model that goes with such bytes, unless the program has it itself.
    ///
    /// # Errors
    /// [`Damaged`] says in what way they are none.
    pub fn model_of(record: &[u8]) -> Result<Option<String>, Damaged> {
        Ok(match Record::parse(record)?.run.map(|run| run.model) {
            Some(ModelRecord::Files(digest)) => Some(hex(&digest)),
            Some(ModelRecord::Preset(_)) | None => None,
        })
    }

    /// What [`Self::to_record`] gave, with the model checked again.
    ///
    /// # Errors
    /// [`Damaged`] says in what way it is none.
    pub fn from_parts(
        record: &[u8],
        model: Option<Bytes>,
        limits: &bundle::Limits,
    ) -> Result<Self, Damaged> {
        Record::parse(record)?.into_checkpoint(limits, |_| model)
    }

    fn record(&self, sequence: u64, model: Option<&Model>) -> Vec<u8> {
        let ms = |duration: Duration| duration.as_millis() as u64;
        let since = self.created.duration_since(SystemTime::UNIX_EPOCH);
        let run = self.run.as_ref().map(|run| RunRecord {
            model: match (run.scene.preset, model) {
                (None, Some(model)) => ModelRecord::Files(model.digest),
                (preset, _) => ModelRecord::Preset(preset.unwrap_or_default().to_owned()),
            },
            model_name: run.scene.model_name.clone(),
            paused: run.paused,
            speed: run.speed,
            shown: run.shown.clone(),
            keyframes: run.keyframes.clone(),
            origin: run.origin.clone(),
        });
        let record = Record {
            sequence,
            id: self.id.as_str().to_owned(),
            name: self.name.as_ref().map(|name| name.as_str().to_owned()),
            created_ms: since.map(ms).unwrap_or_default(),
            viewers: self.terms.viewers as u64,
            pause_after_ms: self.terms.patience.pause_after.map(ms),
            expire_after_ms: self.terms.patience.expire_after.map(ms),
            run,
        };
        let mut payload = Vec::new();
        ciborium::into_writer(&record, &mut payload)
            .expect("invariant: memory takes all, and every field has a form");
        [MAGIC, &digest(&payload), &payload].concat()
    }
}

impl Record {
    fn parse(bytes: &[u8]) -> Result<Self, Damaged> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(Damaged::Digest)?;
        let (expected, payload) = rest.split_first_chunk().ok_or(Damaged::Digest)?;
        if digest(payload) != *expected {
            return Err(Damaged::Digest);
        }
        ciborium::from_reader(payload).map_err(|error| Damaged::Format(error.to_string()))
    }

    /// `model` gives the bytes of the model with this digest.
    fn into_checkpoint(
        self,
        limits: &bundle::Limits,
        model: impl FnOnce(&ModelDigest) -> Option<Bytes>,
    ) -> Result<Checkpoint, Damaged> {
        let run = match self.run {
            None => None,
            Some(run) => {
                let scene = match &run.model {
                    ModelRecord::Preset(id) => {
                        let preset = library::preset(id);
                        let preset = preset.ok_or_else(|| {
                            Damaged::Format(format!("there is no preset '{id}' any more"))
                        })?;
                        (Bundle::unchecked(preset.xml), Some(preset.id))
                    }
                    ModelRecord::Files(expected) => {
                        let bytes = model(expected).filter(|bytes| digest(bytes) == *expected);
                        let kept = bytes.and_then(|bytes| codec::decode(&bytes));
                        (checked(&kept.ok_or(Damaged::Model)?, limits)?, None)
                    }
                };
                let (bundle, preset) = scene;
                let xml = bundle.text().into();
                Some(Run {
                    scene: Arc::new(Scene { xml, bundle, model_name: run.model_name, preset }),
                    paused: run.paused,
                    speed: run.speed,
                    shown: run.shown,
                    keyframes: run.keyframes,
                    origin: run.origin,
                })
            }
        };
        let name = self.name.map(|name| name.parse()).transpose();
        Ok(Checkpoint {
            id: self.id.parse().map_err(Damaged::Format)?,
            name: name.map_err(Damaged::Format)?,
            created: SystemTime::UNIX_EPOCH + Duration::from_millis(self.created_ms),
            terms: Terms {
                viewers: usize::try_from(self.viewers).unwrap_or(usize::MAX),
                patience: Patience {
                    pause_after: self.pause_after_ms.map(Duration::from_millis),
                    expire_after: self.expire_after_ms.map(Duration::from_millis),
                },
            },
            run,
        })
    }
}

/// The moment that a snapshot with its full state shows.
pub(super) fn origin_of(snapshot: &Snapshot) -> Origin {
    Origin {
        tick: snapshot.tick,
        steps: snapshot.steps,
        state: snapshot.integration.clone(),
        perturb: snapshot.perturb,
        mechanics: Some(snapshot.mechanics),
    }
}

/// The model that these files are, as if they had just been uploaded.
fn checked(kept: &Bundle, limits: &bundle::Limits) -> Result<Bundle, bundle::Error> {
    let files = kept.files().map(|(name, contents)| (name.to_owned(), contents.clone()));
    let aliases: BTreeMap<_, _> =
        kept.aliases().map(|(asked, file)| (asked.to_owned(), file.to_owned())).collect();
    Bundle::kept(kept.root().to_owned(), files, &aliases, limits)
}

fn model_bytes(bundle: &Bundle) -> Vec<u8> {
    let mut bytes = codec::header(bundle);
    for (_, contents) in bundle.files() {
        bytes.extend_from_slice(contents);
    }
    bytes
}

fn hex(digest: &ModelDigest) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn digest(bytes: &[u8]) -> ModelDigest {
    Sha256::digest(bytes).into()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub const LIMITS: bundle::Limits = bundle::Limits { bytes: 1 << 20 };

    /// A session `n` that stands `tick` steps into a model of its own.
    pub fn checkpoint(n: u8, tick: u64) -> Checkpoint {
        let xml = format!("<mujoco model='m{n}'><worldbody/></mujoco>");
        let bundle = Bundle::of_text(xml.clone()).expect("a model");
        let scene = Scene { xml: xml.into(), bundle, model_name: format!("m{n}"), preset: None };
        let state = vec![0.1, f64::NAN, f64::NEG_INFINITY, -0.0, tick as f64];
        let origin = Origin { tick, steps: tick, state, ..Origin::default() };
        Checkpoint {
            id: format!("node-{n:022}").parse().expect("an id"),
            name: Some("<img onerror=1>".parse().expect("a name")),
            created: SystemTime::UNIX_EPOCH + Duration::from_millis(1234),
            terms: Terms {
                viewers: 3,
                patience: Patience {
                    pause_after: None,
                    expire_after: Some(Duration::from_secs(9)),
                },
            },
            run: Some(Run {
                scene: Arc::new(scene),
                paused: true,
                speed: f64::INFINITY,
                shown: SceneOptions::default(),
                keyframes: vec![("saved 1".into(), vec![1.0, 2.0])],
                origin: Some(origin),
            }),
        }
    }

    /// Bit by bit: some numbers of a state are not equal to themselves.
    pub fn assert_same(a: &Checkpoint, b: &Checkpoint) {
        let bits = |checkpoint: &Checkpoint| {
            let origin = checkpoint.run.as_ref().and_then(|run| run.origin.clone());
            origin.map(|origin| origin.state.iter().map(|x| x.to_bits()).collect::<Vec<_>>())
        };
        assert_eq!(bits(a), bits(b));
        assert_eq!(a.to_bytes(), b.to_bytes());
    }

    #[test]
    fn a_checkpoint_comes_back_bit_by_bit() {
        let mut preset = checkpoint(1, 7);
        let run = preset.run.as_mut().expect("runs");
        let pendulum = library::preset("pendulum").expect("a preset");
        let mut scene = Scene::clone(&run.scene);
        scene.bundle = Bundle::unchecked(pendulum.xml);
        (scene.preset, scene.xml) = (Some(pendulum.id), pendulum.xml.into());
        run.scene = Arc::new(scene);
        let empty = Checkpoint { run: None, name: None, ..checkpoint(2, 0) };
        for wanted in [checkpoint(0, 5), preset, empty] {
            let bytes = Bytes::from(wanted.to_bytes());
            let found = Checkpoint::from_bytes(&bytes, &LIMITS).expect("whole");
            assert_same(&found, &wanted);
            let preset = |c: &Checkpoint| c.run.as_ref().and_then(|run| run.scene.preset);
            assert_eq!(preset(&found), preset(&wanted));
        }
    }

    #[test]
    fn bytes_that_are_cut_or_changed_are_told() {
        let bytes = checkpoint(0, 5).to_bytes();
        for length in 0..bytes.len() {
            let cut = Bytes::copy_from_slice(&bytes[..length]);
            assert!(Checkpoint::from_bytes(&cut, &LIMITS).is_err(), "{length}");
        }
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0x10;
            assert!(Checkpoint::from_bytes(&changed.into(), &LIMITS).is_err(), "{at}");
        }
    }

    proptest! {
        #[test]
        fn noise_is_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Checkpoint::from_bytes(&bytes.into(), &LIMITS).is_err());
        }
    }
}
