//! TLS: the certificate, and how it is exchanged while the daemon runs.

use std::{
    fs,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tokio_rustls::TlsAcceptor;

use crate::config;

/// How often the files are looked at, at most.
const LOOKED_AT: Duration = Duration::from_secs(5);

/// What connections are encrypted with.
#[derive(Debug)]
pub(super) struct Tls {
    files: config::Tls,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    config: Arc<ServerConfig>,
    /// The files' times when they were read.
    read: Option<[SystemTime; 2]>,
    looked: Instant,
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// A sentence that names the file which cannot be used.
    pub fn open(files: &config::Tls) -> Result<Self, String> {
        let read = times(files);
        let state = State { config: read_files(files)?, read, looked: Instant::now() };
        Ok(Self { files: files.clone(), state: Mutex::new(state) })
    }

    /// Reads the files anew. What is wrong with them is told, and those of before stay.
    pub fn reload(&self) {
        let read = times(&self.files);
        let config = read_files(&self.files);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.read = read;
        match config {
            Ok(config) => {
                state.config = config;
                tracing::info!("the certificate was read anew");
            }
            Err(why) => tracing::error!(why, "the certificate of before stays"),
        }
    }

    /// What the next connection is encrypted with; files that have changed are read anew.
    pub fn acceptor(&self) -> TlsAcceptor {
        if self.has_changed(Instant::now()) {
            self.reload();
        }
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        TlsAcceptor::from(Arc::clone(&state.config))
    }

    fn has_changed(&self, now: Instant) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if now.duration_since(state.looked) < LOOKED_AT {
            return false;
        }
        state.looked = now;
        times(&self.files) != state.read
    }
}

fn times(files: &config::Tls) -> Option<[SystemTime; 2]> {
    let time = |path| fs::metadata(path).and_then(|about| about.modified()).ok();
    Some([time(&files.cert)?, time(&files.key)?])
}

fn read_files(files: &config::Tls) -> Result<Arc<ServerConfig>, String> {
    let unusable = |key: &str, path: &std::path::Path, why: &dyn std::fmt::Display| {
        format!("{key} = {} cannot be used: {why}", path.display())
    };
    let chain: Vec<_> = CertificateDer::pem_file_iter(&files.cert)
        .and_then(Iterator::collect)
        .map_err(|why| unusable("tls.cert", &files.cert, &why))?;
    if chain.is_empty() {
        return Err(unusable("tls.cert", &files.cert, &"it has no certificate"));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|why| unusable("tls.key", &files.key, &why))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|why| why.to_string())?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|why| unusable("tls.key", &files.key, &why))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Whether a connection whose first byte this is begins TLS (RFC 8446 §5.1, `handshake`).
pub(super) fn begins(first: u8) -> bool {
    first == 0x16
}
