//! Who agents of older revisions said they are, for those who come back after a rest.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use rmcp::{
    model::InitializeRequestParams,
    transport::streamable_http_server::session::{SessionState, SessionStore, SessionStoreError},
};

/// Agents that are remembered.
const MAX: usize = 1024;
/// Longest introduction that is remembered, bytes: far more than any has.
const MAX_BYTES: usize = 16 << 10;

/// The introductions of the last agents, oldest first.
#[derive(Debug, Default)]
pub(super) struct Clients(Mutex<VecDeque<(String, InitializeRequestParams)>>);

impl Clients {
    fn all<T>(&self, act: impl FnOnce(&mut VecDeque<(String, InitializeRequestParams)>) -> T) -> T {
        // Every change leaves it in order.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait::async_trait]
impl SessionStore for Clients {
    async fn load(&self, id: &str) -> Result<Option<SessionState>, SessionStoreError> {
        let found = |all: &mut VecDeque<(String, InitializeRequestParams)>| {
            all.iter().find(|(known, _)| known == id).map(|(_, params)| params.clone())
        };
        Ok(self.all(found).map(SessionState::new))
    }

    async fn store(&self, id: &str, state: &SessionState) -> Result<(), SessionStoreError> {
        let params = state.initialize_params.clone();
        if serde_json::to_vec(&params)?.len() > MAX_BYTES {
            return Ok(());
        }
        self.all(|all| {
            all.retain(|(known, _)| known != id);
            all.push_back((id.to_owned(), params));
            if all.len() > MAX {
                all.pop_front();
            }
        });
        Ok(())
    }

    async fn delete(&self, id: &str) -> Result<(), SessionStoreError> {
        self.all(|all| all.retain(|(known, _)| known != id));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rmcp::model::{ClientCapabilities, Implementation};

    fn state(name: &str) -> SessionState {
        let client = Implementation::new(name, "1");
        SessionState::new(InitializeRequestParams::new(ClientCapabilities::default(), client))
    }

    #[tokio::test]
    async fn the_last_are_remembered_and_long_introductions_are_not() {
        let clients = Clients::default();
        for n in 0..=MAX {
            clients.store(&n.to_string(), &state("agent")).await.expect("stored");
        }
        assert!(clients.load("0").await.expect("loads").is_none(), "the oldest has gone");
        let known = clients.load("1").await.expect("loads").expect("known");
        assert_eq!(known.initialize_params.client_info.name, "agent");
        clients.delete("1").await.expect("deleted");
        assert!(clients.load("1").await.expect("loads").is_none());
        clients.store("long", &state(&"x".repeat(MAX_BYTES))).await.expect("passed over");
        assert!(clients.load("long").await.expect("loads").is_none());
    }
}
