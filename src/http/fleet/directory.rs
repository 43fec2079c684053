//! What a Redis server knows of the fleet: which daemons live, whose each session is, and its last
//! moment, so that another daemon goes on with it when its own is lost.
//!
//! | key | holds |
//! |---|---|
//! | `mjcast:node:<name>` | `1`, for as long as the daemon lives |
//! | `mjcast:owner:<id>` | the daemon that has the session |
//! | `mjcast:session:<id>` | its last moment |
//! | `mjcast:model:<digest>` | a model with its files, whoever runs it |
//! | `mjcast:heir:<id>` | the daemon that is taking it over |
//!
//! The server is a help and not a need: without it, daemons ask each other, and what is lost with a
//! daemon is lost.

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use bytes::Bytes;
use redis::{
    Client, RedisError, RedisResult,
    aio::{ConnectionManager, ConnectionManagerConfig},
    cmd,
};
use tokio::time::MissedTickBehavior;

use super::Fleet;
use crate::{
    bundle,
    session::{Checkpoint, Error, Handle, Model},
    units::{Node, SessionId},
};

/// How often moments are written.
const EVERY: Duration = Duration::from_secs(1);
/// How long a daemon counts as living without a sign, s.
const NODE_TTL_S: u64 = 10;
/// How long a session that nobody has is kept, s.
const SESSION_TTL_S: u64 = 7 * 86_400;
/// How often one that does not change is written all the same.
const REFRESH: Duration = Duration::from_secs(3600);
/// How long a daemon may take to take a session over, s.
const HEIR_TTL_S: u64 = 20;
/// How long the server may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// A Redis server.
#[derive(Clone)]
pub(super) struct Directory {
    redis: ConnectionManager,
}

/// What was written of a session.
struct Written {
    model: Option<Model>,
    record: Vec<u8>,
    at: Instant,
}

impl Directory {
    /// The server at `url`; it need not be there yet.
    pub fn open(url: &str) -> RedisResult<Self> {
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE));
        let redis = ConnectionManager::new_lazy_with_config(Client::open(url)?, config)?;
        Ok(Self { redis })
    }

    /// The daemon that has a session.
    pub async fn owner(&self, id: &SessionId) -> RedisResult<Option<Node>> {
        let name: Option<String> =
            cmd("GET").arg(owner_key(id)).query_async(&mut self.redis.clone()).await?;
        Ok(name.and_then(|name| name.parse().ok()))
    }

    async fn set_owner(&self, id: &SessionId, node: &Node) -> RedisResult<()> {
        let mut set = cmd("SET");
        set.arg(owner_key(id)).arg(node.as_str()).arg("EX").arg(SESSION_TTL_S);
        set.query_async(&mut self.redis.clone()).await
    }

    async fn lives(&self, node: &Node) -> RedisResult<bool> {
        cmd("EXISTS").arg(node_key(node)).query_async(&mut self.redis.clone()).await
    }

    async fn show_life(&self, node: &Node) -> RedisResult<()> {
        let mut set = cmd("SET");
        set.arg(node_key(node)).arg(1).arg("EX").arg(NODE_TTL_S);
        set.query_async(&mut self.redis.clone()).await
    }

    /// Claims the right to take a session over; one daemon has it at a time.
    async fn claim(&self, id: &SessionId, node: &Node) -> RedisResult<bool> {
        let mut set = cmd("SET");
        set.arg(format!("mjcast:heir:{id}")).arg(node.as_str());
        set.arg("NX").arg("EX").arg(HEIR_TTL_S);
        let set: Option<String> = set.query_async(&mut self.redis.clone()).await?;
        Ok(set.is_some())
    }

    async fn write(&self, id: &SessionId, record: &[u8], model: Option<&Model>) -> RedisResult<()> {
        let mut redis = self.redis.clone();
        if let Some(model) = model {
            let key = format!("mjcast:model:{}", model.digest());
            let mut keep = cmd("EXPIRE");
            let there: bool = keep.arg(&key).arg(SESSION_TTL_S).query_async(&mut redis).await?;
            if !there {
                let mut set = cmd("SET");
                set.arg(&key).arg(model.bytes()).arg("EX").arg(SESSION_TTL_S);
                set.query_async::<()>(&mut redis).await?;
            }
        }
        let mut set = cmd("SET");
        set.arg(session_key(id)).arg(record).arg("EX").arg(SESSION_TTL_S);
        set.query_async(&mut redis).await
    }

    async fn read(
        &self,
        id: &SessionId,
        limits: &bundle::Limits,
    ) -> Result<Option<Checkpoint>, String> {
        let text = |error: RedisError| error.to_string();
        let mut redis = self.redis.clone();
        let record: Option<Vec<u8>> =
            cmd("GET").arg(session_key(id)).query_async(&mut redis).await.map_err(text)?;
        let Some(record) = record else { return Ok(None) };
        let model = match Checkpoint::model_of(&record).map_err(|damage| damage.to_string())? {
            None => None,
            Some(digest) => {
                let key = format!("mjcast:model:{digest}");
                let bytes: Option<Vec<u8>> =
                    cmd("GET").arg(key).query_async(&mut redis).await.map_err(text)?;
                bytes.map(Bytes::from)
            }
        };
        Checkpoint::from_parts(&record, model, limits)
            .map(Some)
            .map_err(|damage| damage.to_string())
    }

    async fn forget(&self, id: &SessionId) -> RedisResult<()> {
        let keys = [owner_key(id), session_key(id)];
        cmd("DEL").arg(&keys[..]).query_async(&mut self.redis.clone()).await
    }
}

impl Fleet {
    /// Writes the last moments of all sessions for as long as there is somebody to ask for them.
    pub(super) async fn keep_written(fleet: Weak<Self>, directory: Directory) {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut written, mut failing) = (HashMap::new(), false);
        loop {
            ticks.tick().await;
            let Some(fleet) = Weak::upgrade(&fleet) else { return };
            match fleet.write_all(&directory, &mut written).await {
                Ok(()) => failing = false,
                Err(error) if !std::mem::replace(&mut failing, true) => {
                    tracing::error!(%error, "the directory cannot be written: sessions end with their daemon");
                }
                Err(_) => {}
            }
        }
    }

    async fn write_all(
        &self,
        directory: &Directory,
        written: &mut HashMap<SessionId, Written>,
    ) -> RedisResult<()> {
        directory.show_life(self.own_name()).await?;
        let own = self.sessions.list().into_iter().filter(|session| !session.id().is_default());
        let own: Vec<_> = own.collect();
        let gone: Vec<_> = written
            .keys()
            .filter(|id| own.iter().all(|session| session.id() != *id))
            .cloned()
            .collect();
        for id in gone {
            written.remove(&id);
            // One that moved is written by whoever has it.
            if directory.owner(&id).await?.as_ref() == Some(self.own_name()) {
                directory.forget(&id).await?;
            }
        }
        for session in own {
            self.write_one(directory, &session, written).await?;
        }
        Ok(())
    }

    async fn write_one(
        &self,
        directory: &Directory,
        session: &Handle,
        written: &mut HashMap<SessionId, Written>,
    ) -> RedisResult<()> {
        let id = session.id();
        match directory.owner(id).await? {
            Some(owner) if owner != *self.own_name() => {
                if self.has(&owner, id).await {
                    tracing::warn!(session = %id, %owner, "another daemon has taken the session over");
                    self.remember(id, Some(owner), true);
                    session.moved().await;
                    written.remove(id);
                    return Ok(());
                }
                directory.set_owner(id, self.own_name()).await?;
            }
            Some(_) => {}
            None => directory.set_owner(id, self.own_name()).await?,
        }
        // One that does not answer is the watchdog's matter.
        let Ok(checkpoint) = session.checkpoint().await else { return Ok(()) };
        let before = written.get(id);
        let model = checkpoint.model(before.and_then(|written| written.model.as_ref()));
        let record = checkpoint.to_record(model.as_ref());
        let fresh = before.is_some_and(|w| w.record == record && w.at.elapsed() < REFRESH);
        if !fresh {
            directory.write(id, &record, model.as_ref()).await?;
            written.insert(id.clone(), Written { model, record, at: Instant::now() });
        }
        Ok(())
    }

    /// Goes on with a session whose daemon is lost; `true` when it is here by then.
    pub(super) async fn inherit(
        &self,
        directory: &Directory,
        id: &SessionId,
    ) -> Result<bool, String> {
        let text = |error: RedisError| error.to_string();
        let Some(owner) = directory.owner(id).await.map_err(text)? else { return Ok(false) };
        let lost = owner == *self.own_name() || !directory.lives(&owner).await.map_err(text)?;
        if !lost || !directory.claim(id, self.own_name()).await.map_err(text)? {
            return Ok(false);
        }
        let limits = bundle::Limits { bytes: self.bundle_bytes };
        let Some(kept) = directory.read(id, &limits).await? else { return Ok(false) };
        match self.sessions.restore(kept).await {
            Ok(_) | Err(Error::Taken(_)) => {}
            Err(error) => return Err(error.to_string()),
        }
        directory.set_owner(id, self.own_name()).await.map_err(text)?;
        tracing::info!(session = %id, %owner, "session of a lost daemon goes on here");
        Ok(true)
    }

    /// The directory that the configuration names, written from now on.
    pub(super) fn start_directory(fleet: &Arc<Self>) {
        if let Some(directory) = &fleet.directory {
            tokio::spawn(Self::keep_written(Arc::downgrade(fleet), directory.clone()));
        }
    }
}

fn owner_key(id: &SessionId) -> String {
    format!("mjcast:owner:{id}")
}

fn session_key(id: &SessionId) -> String {
    format!("mjcast:session:{id}")
}

fn node_key(node: &Node) -> String {
    format!("mjcast:node:{node}")
}
