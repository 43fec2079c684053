//! The file of the tokens that are made at run time: their hashes, never themselves.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::disk::{self, Outlives};

/// A token as the file has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    pub id: String,
    pub name: String,
    pub role: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub session: Option<String>,
    /// Seconds since 1970.
    pub made: u64,
    /// Seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires: Option<u64>,
    /// SHA-256 of the token, in hex.
    pub sha256: String,
}

#[derive(Serialize, Deserialize)]
struct Contents {
    version: u32,
    tokens: Vec<Record>,
}

const VERSION: u32 = 1;

#[derive(Debug)]
pub(super) struct Store(pub PathBuf);

impl Store {
    /// What is kept; nothing where there is no file. One that cannot be understood is laid aside,
    /// so that it neither keeps the daemon from starting nor is lost.
    pub fn read(&self) -> Vec<Record> {
        let text = match fs::read(&self.0) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
            Err(error) => {
                tracing::error!(path = %self.0.display(), %error, "the file of tokens cannot be read");
                return Vec::new();
            }
        };
        match serde_json::from_slice::<Contents>(&text) {
            Ok(contents) if contents.version == VERSION => contents.tokens,
            outcome => {
                let why = outcome.err().map_or("it has another version".into(), |e| e.to_string());
                let aside = self.0.with_extension("unreadable");
                let moved = fs::rename(&self.0, &aside).is_ok();
                tracing::error!(why, aside = %aside.display(), moved, "the file of tokens is not understood: none of its tokens counts");
                Vec::new()
            }
        }
    }

    /// Keeps these in place of what is kept. Either all of it is done, or nothing.
    pub fn write(&self, tokens: Vec<Record>) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(&Contents { version: VERSION, tokens })?;
        disk::make_dir(self.0.parent().unwrap_or(Path::new("/")))?;
        disk::write(&self.0, &text, Outlives::Machine)
    }
}
