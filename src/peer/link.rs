//! The connection, closed when it is let go.

use std::{ops::Deref, sync::Arc};

use webrtc::peer_connection::PeerConnection;

/// Closes its connection when dropped. The library does not: without it a driver would hold its
/// sockets for ever, for every offer that is refused or whose viewer leaves while it is answered.
pub(super) struct Link(Arc<dyn PeerConnection>);

impl Link {
    /// Guards a connection.
    pub fn new(connection: impl PeerConnection + 'static) -> Self {
        Self(Arc::new(connection))
    }
}

impl Deref for Link {
    type Target = dyn PeerConnection;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // Without a runtime its tasks are gone already.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let connection = Arc::clone(&self.0);
            runtime.spawn(async move { connection.close().await });
        }
    }
}
