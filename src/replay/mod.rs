//! A history as a file, and the proof that it is what happened.
//!
//! A zip archive that other programs can read as well:
//!
//! | member | holds |
//! |---|---|
//! | `manifest.json` | versions, the root of the model, the time step, and for each moment its tick, time, changes, selection, options and SHA-256 |
//! | `model/…` | the files of the model |
//! | `states.npy` | the full states (`mjSTATE_INTEGRATION`), moments × numbers, 64-bit floats |
//! | `log.jsonl` | the changes, one per line, in order |

mod verify;

use std::{
    collections::BTreeMap,
    io::{self, Cursor, Read as _, Write as _},
};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zip::{CompressionMethod, ZipArchive, ZipWriter, result::ZipError, write::SimpleFileOptions};

use crate::{
    bundle::{self, Bundle},
    control::{Logged, Origin},
    scene::{Perturb, mechanics::Mechanics},
};

pub use verify::{Report, VerifyError, verify};

/// What the manifest says that the file is.
const FORMAT: &str = "mjcast-history-1";
/// The MuJoCo that states belong to.
const MUJOCO: &str = "3.17.0";
/// Most bytes of all members together: far above what a session keeps by default.
const MAX_BYTES: u64 = 4 << 30;

/// Where the model's files are.
const MODEL: &str = "model/";

/// What the model may hold.
const LIMITS: bundle::Limits = bundle::Limits { bytes: 2 << 30 };

/// Why a file is no history.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is no zip archive, or a damaged one.
    #[error("the archive cannot be read: {0}")]
    Zip(#[from] ZipError),
    /// A member cannot be read.
    #[error("'{member}' cannot be read: {source}")]
    Member {
        /// Which.
        member: String,
        /// Why.
        source: io::Error,
    },
    /// It unpacks to too much.
    #[error("it unpacks to more than {0} bytes")]
    TooLarge(u64),
    /// The model is none that any daemon would have loaded.
    #[error(transparent)]
    Model(#[from] bundle::Error),
    /// A member is not what it should be.
    #[error("'{member}' is damaged: {why}")]
    Damaged {
        /// Which.
        member: &'static str,
        /// In what way.
        why: String,
    },
}

/// A moment of a history.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// The full state.
    pub origin: Origin,
    /// Simulated time, s.
    pub time: f64,
    /// How many of the changes it reflects.
    pub changes: usize,
}

/// A history.
#[derive(Clone, Debug, PartialEq)]
pub struct Archive {
    /// The model.
    pub bundle: Bundle,
    /// `<mujoco model="…">`.
    pub model_name: String,
    /// Physics time step, s.
    pub timestep: f64,
    /// Full states, by rising tick.
    pub moments: Vec<Moment>,
    /// What was changed since the first of them, in order.
    pub log: Vec<Logged>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: String,
    mjcast: String,
    mujoco: String,
    /// The model's root file, and the names that stand for other files of it.
    root: String,
    aliases: BTreeMap<String, String>,
    model_name: String,
    timestep: f64,
    changes: usize,
    moments: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    tick: u64,
    steps: u64,
    time: f64,
    changes: usize,
    sha256: String,
    perturb: Perturb,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mechanics: Option<Mechanics>,
}

impl Archive {
    /// The history as a file.
    ///
    /// # Errors
    /// [`ZipError`] when a member grows beyond what an archive holds.
    pub fn to_zip(&self) -> Result<Vec<u8>, ZipError> {
        let entry = |moment: &Moment| Entry {
            tick: moment.origin.tick,
            steps: moment.origin.steps,
            time: moment.time,
            changes: moment.changes,
            sha256: digest(&moment.origin.state),
            perturb: moment.origin.perturb,
            mechanics: moment.origin.mechanics,
        };
        let manifest = Manifest {
            format: FORMAT.into(),
            mjcast: env!("CARGO_PKG_VERSION").into(),
            mujoco: MUJOCO.into(),
            root: self.bundle.root().to_owned(),
            aliases: self
                .bundle
                .aliases()
                .map(|(asked, file)| (asked.to_owned(), file.to_owned()))
                .collect(),
            model_name: self.model_name.clone(),
            timestep: self.timestep,
            changes: self.log.len(),
            moments: self.moments.iter().map(entry).collect(),
        };
        let mut log = Vec::new();
        for logged in &self.log {
            serde_json::to_writer(&mut log, logged).map_err(io::Error::from)?;
            log.push(b'\n');
        }
        let manifest = serde_json::to_vec_pretty(&manifest).map_err(io::Error::from)?;
        let states = npy(self.moments.iter().map(|moment| &*moment.origin.state));
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .large_file(states.len() as u64 > u64::from(u32::MAX));
        let members =
            [("manifest.json", &manifest[..]), ("states.npy", &states), ("log.jsonl", &log)];
        for (name, bytes) in members {
            zip.start_file(name, options)?;
            zip.write_all(bytes)?;
        }
        for (name, bytes) in self.bundle.files() {
            zip.start_file(format!("{MODEL}{name}"), options)?;
            zip.write_all(bytes)?;
        }
        Ok(zip.finish()?.into_inner())
    }

    /// Reads a file back.
    ///
    /// # Errors
    /// [`ReadError`] when it is none of [`Self::to_zip`], or damaged: every state is checked
    /// against its digest.
    pub fn from_zip(bytes: &[u8]) -> Result<Self, ReadError> {
        let mut zip = ZipArchive::new(Cursor::new(bytes))?;
        let mut room = MAX_BYTES;
        let manifest: Manifest =
            serde_json::from_slice(&member(&mut zip, "manifest.json", &mut room)?)
                .map_err(|error| damaged("manifest.json", error))?;
        if manifest.format != FORMAT {
            let why = format!("it is '{}', not '{FORMAT}'", manifest.format);
            return Err(damaged("manifest.json", why));
        }
        if manifest.mujoco != MUJOCO {
            let why = format!("its states are of MuJoCo {}, not {MUJOCO}", manifest.mujoco);
            return Err(damaged("manifest.json", why));
        }
        let states = states(&member(&mut zip, "states.npy", &mut room)?, manifest.moments.len())?;
        let log = member(&mut zip, "log.jsonl", &mut room)?;
        let lines = log.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let log: Vec<Logged> = lines
            .map(serde_json::from_slice)
            .collect::<Result<_, _>>()
            .map_err(|error| damaged("log.jsonl", error))?;
        let moments = manifest.moments.into_iter().zip(states).map(|(entry, state)| {
            if digest(&state) != entry.sha256 {
                return Err(damaged("states.npy", format!("the state of tick {}", entry.tick)));
            }
            let Entry { tick, steps, time, changes, perturb, mechanics, .. } = entry;
            let origin = Origin { tick, steps, state, perturb, mechanics };
            Ok(Moment { origin, time, changes })
        });
        let moments = moments.collect::<Result<Vec<_>, _>>()?;
        let rising =
            moments.is_sorted_by(|a, b| a.origin.tick <= b.origin.tick && a.changes <= b.changes);
        let within = moments.last().is_none_or(|last| last.changes <= log.len());
        if !rising || !within || log.len() != manifest.changes {
            return Err(damaged("manifest.json", "its moments are out of order"));
        }
        let Manifest { root, aliases, model_name, timestep, .. } = manifest;
        let bundle = Bundle::kept(root, model(&mut zip, &mut room)?, &aliases, &LIMITS)?;
        Ok(Self { bundle, model_name, timestep, moments, log })
    }
}

/// The files of the model.
fn model(
    zip: &mut ZipArchive<Cursor<&[u8]>>,
    room: &mut u64,
) -> Result<Vec<(String, Bytes)>, ReadError> {
    let mut names = Vec::new();
    for name in zip.file_names() {
        let name = name?;
        if name.starts_with(MODEL) {
            names.push(name.into_owned());
        }
    }
    let file = |name: String| {
        let bytes = member(zip, &name, room)?;
        Ok((name[MODEL.len()..].to_owned(), bytes.into()))
    };
    names.into_iter().map(file).collect()
}

fn damaged(member: &'static str, why: impl ToString) -> ReadError {
    ReadError::Damaged { member, why: why.to_string() }
}

/// A member; its bytes count against `room`, whatever it claims.
fn member(
    zip: &mut ZipArchive<Cursor<&[u8]>>,
    name: &str,
    room: &mut u64,
) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    // One more than there is room for shows that there are too many.
    let read = zip.by_name(name)?.take(*room + 1).read_to_end(&mut bytes);
    read.map_err(|source| ReadError::Member { member: name.to_owned(), source })?;
    *room = room.checked_sub(bytes.len() as u64).ok_or(ReadError::TooLarge(MAX_BYTES))?;
    Ok(bytes)
}

/// The digest of a state's bits.
fn digest(state: &[f64]) -> String {
    let mut hash = Sha256::new();
    state.iter().for_each(|value| hash.update(value.to_le_bytes()));
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// States in NumPy's format, version 1.0: a header of a multiple of 64 bytes, then the numbers.
fn npy<'a>(states: impl ExactSizeIterator<Item = &'a [f64]>) -> Vec<u8> {
    let (rows, mut columns, mut data) = (states.len(), 0, Vec::new());
    for state in states {
        columns = state.len();
        data.extend(state.iter().flat_map(|value| value.to_le_bytes()));
    }
    let header =
        format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
    let padded = (10 + header.len() + 1).next_multiple_of(64) - 10;
    let mut out = b"\x93NUMPY\x01\x00".to_vec();
    out.extend((padded as u16).to_le_bytes());
    out.extend(format!("{header:<width$}\n", width = padded - 1).into_bytes());
    out.extend(data);
    out
}

fn states(npy: &[u8], rows: usize) -> Result<Vec<Vec<f64>>, ReadError> {
    let wrong = || damaged("states.npy", "it is not what NumPy writes");
    let (head, rest) = npy.split_at_checked(10).ok_or_else(wrong)?;
    let length = usize::from(u16::from_le_bytes([head[8], head[9]]));
    let (_, data) = rest.split_at_checked(length).ok_or_else(wrong)?;
    let (numbers, left) = data.as_chunks::<8>();
    if !left.is_empty() || rows == 0 && !numbers.is_empty() {
        return Err(wrong());
    }
    let columns = numbers.len().checked_div(rows).unwrap_or(0);
    if columns * rows != numbers.len() {
        return Err(wrong());
    }
    let values: Vec<f64> = numbers.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
    if columns == 0 {
        return Ok(vec![Vec::new(); rows]);
    }
    Ok(values.chunks(columns).map(<[f64]>::to_vec).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::PhysicsCommand;
    use proptest::prelude::*;

    fn archive(values: Vec<f64>) -> Archive {
        let moment = |tick, changes| Moment {
            origin: Origin { tick, steps: tick, state: values.clone(), ..Origin::default() },
            time: tick as f64 * 0.002,
            changes,
        };
        let command = PhysicsCommand::SetControl(vec![(0, values[0])]);
        Archive {
            bundle: Bundle::unchecked("<mujoco/>"),
            model_name: "m".into(),
            timestep: 0.002,
            moments: vec![moment(0, 0), moment(250, 1)],
            log: vec![Logged { tick: 7, paused: false, command }],
        }
    }

    proptest! {
        #[test]
        fn a_history_survives_the_file_to_the_last_bit(
            values in proptest::collection::vec(proptest::num::f64::NORMAL, 1..20),
        ) {
            let archive = archive(values);
            let bytes = archive.to_zip().expect("writes");
            prop_assert_eq!(Archive::from_zip(&bytes).expect("reads"), archive);
        }

        #[test]
        fn noise_is_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(Archive::from_zip(&bytes).is_err());
        }

        #[test]
        fn damage_is_noticed_or_harmless(at in any::<prop::sample::Index>(), bit in 0u8..8) {
            let archive = archive(vec![0.1, 0.2, 0.3]);
            let mut bytes = archive.to_zip().expect("writes");
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            if let Ok(read) = Archive::from_zip(&bytes) {
                let states = |a: &Archive| -> Vec<_> {
                    a.moments.iter().map(|m| m.origin.state.clone()).collect()
                };
                prop_assert_eq!(states(&read), states(&archive));
            }
        }
    }

    #[test]
    fn numpy_s_header_is_a_multiple_of_64_bytes() {
        let bytes = npy([&[1.0, 2.0][..], &[3.0, 4.0]].into_iter());
        assert_eq!(bytes.len() % 64, 32);
        assert_eq!(states(&bytes, 2).expect("reads"), [[1.0, 2.0], [3.0, 4.0]]);
    }
}
