//! Checkpoints on disk, written by one thread.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use rustix::fs::{FlockOperation, flock};

use super::{Checkpoint, Damaged, Model, ModelDigest, Record, hex};
use crate::{
    bundle,
    disk::{self, Outlives},
    units::SessionId,
};

/// How old what is flushed to the medium may be while time runs.
const SYNC_EVERY: Duration = Duration::from_secs(10);
/// The last moment.
const LATEST: &str = "latest";
/// The last moment that was flushed to the medium.
const SYNCED: &str = "synced";
/// What the name of a session ends in that cannot be read.
const ASIDE: &str = ".unreadable";

/// Keeps sessions in a directory; the last clone to go leaves the directory to others.
#[derive(Clone, Debug)]
pub struct Keeper {
    desk: Arc<Desk>,
}

/// What all clones share; when it goes, the thread does what is left and ends.
#[derive(Debug)]
struct Desk(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    dir: PathBuf,
    queue: Mutex<Queue>,
    /// Something is to be done, or all of it is.
    changed: Condvar,
    /// Other daemons stay out as long as it is open.
    _lock: File,
}

/// What is to be written: of each session the newest alone, so it is bounded by their number.
#[derive(Debug, Default)]
struct Queue {
    jobs: BTreeMap<SessionId, Job>,
    busy: bool,
    closed: bool,
    /// Why the last write failed.
    failure: Option<String>,
}

#[derive(Debug)]
enum Job {
    Save(Box<Checkpoint>),
    Forget,
    SetAside,
}

impl Keeper {
    /// Opens `dir`, which is made if need be, and reads what is kept there, in the order of
    /// creation. What cannot be read is set aside. Takes as long as reading all models does.
    ///
    /// # Errors
    /// When the directory cannot be used; [`io::ErrorKind::WouldBlock`] when another daemon does.
    pub fn open(dir: &Path, limits: &bundle::Limits) -> io::Result<(Self, Vec<Checkpoint>)> {
        disk::make_dir(dir)?;
        let lock = File::create(dir.join("lock"))?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        let mut found = Vec::new();
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(id) = name.to_str().and_then(|name| name.parse::<SessionId>().ok()) else {
                continue;
            };
            match read(&entry.path(), &id, limits) {
                Ok(checkpoint) => found.push(checkpoint),
                Err(why) => {
                    tracing::error!(session = %id, %why, "a kept session cannot be read and is set aside");
                    set_aside(dir, &id)?;
                }
            }
        }
        found.sort_by_key(|checkpoint| checkpoint.created);
        let inner = Arc::new(Inner {
            dir: dir.to_owned(),
            queue: Mutex::default(),
            changed: Condvar::new(),
            _lock: lock,
        });
        let mut writer = Writer { dir: dir.to_owned(), kept: BTreeMap::new() };
        let own = Arc::clone(&inner);
        thread::Builder::new()
            .name("keeper".into())
            .spawn(move || while own.turn(&mut writer) {})?;
        Ok((Self { desk: Arc::new(Desk(inner)) }, found))
    }

    /// Keeps a session as it is now; in a moment, unless a newer one comes before.
    pub fn save(&self, checkpoint: Checkpoint) {
        self.ask(checkpoint.id.clone(), Job::Save(Box::new(checkpoint)));
    }

    /// Keeps a session no longer.
    pub fn forget(&self, id: &SessionId) {
        self.ask(id.clone(), Job::Forget);
    }

    /// Keeps what there is of a session for people to look at, and never reads it again.
    pub fn set_aside(&self, id: &SessionId) {
        self.ask(id.clone(), Job::SetAside);
    }

    /// Waits until everything is written that was asked for.
    pub fn flush(&self) {
        let Desk(inner) = &*self.desk;
        let waiting = inner.queue();
        let unfinished = |queue: &mut Queue| queue.busy || !queue.jobs.is_empty();
        drop(inner.changed.wait_while(waiting, unfinished));
    }

    /// Why sessions are not kept at the moment, if so.
    pub fn failure(&self) -> Option<String> {
        self.desk.0.queue().failure.clone()
    }

    fn ask(&self, id: SessionId, job: Job) {
        let Desk(inner) = &*self.desk;
        inner.queue().jobs.insert(id, job);
        inner.changed.notify_all();
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.0.queue().closed = true;
        self.0.changed.notify_all();
    }
}

impl Inner {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does the next thing there is to do; `false` when there will be none.
    fn turn(&self, writer: &mut Writer) -> bool {
        let nothing = |queue: &mut Queue| queue.jobs.is_empty() && !queue.closed;
        let mut queue =
            self.changed.wait_while(self.queue(), nothing).unwrap_or_else(PoisonError::into_inner);
        let Some((id, job)) = queue.jobs.pop_first() else { return false };
        queue.busy = true;
        drop(queue);
        let done = match job {
            Job::Save(checkpoint) => writer.save(&checkpoint, Instant::now()),
            Job::Forget => writer.forget(&id),
            Job::SetAside => set_aside(&self.dir, &id),
        };
        let mut queue = self.queue();
        queue.busy = false;
        let failure = done
            .err()
            .map(|error| format!("sessions cannot be kept in {}: {error}", self.dir.display()));
        // Once per outage: it may last.
        if let Some(why) = failure.as_ref().filter(|_| queue.failure.is_none()) {
            tracing::error!(session = %id, "{why}");
        }
        queue.failure = failure;
        drop(queue);
        self.changed.notify_all();
        true
    }
}

/// What is on disk of a session.
struct Kept {
    sequence: u64,
    /// The model, to see whether it is another one.
    model: Option<Model>,
    synced: Instant,
}

struct Writer {
    dir: PathBuf,
    kept: BTreeMap<SessionId, Kept>,
}

impl Writer {
    fn save(&mut self, checkpoint: &Checkpoint, now: Instant) -> io::Result<()> {
        let dir = self.dir.join(checkpoint.id.as_str());
        let before = self.kept.remove(&checkpoint.id);
        let sequence = match &before {
            Some(kept) => kept.sequence + 1,
            None => {
                disk::make_dir(&dir)?;
                last_sequence(&dir) + 1
            }
        };
        let known = before.as_ref().and_then(|kept| kept.model.as_ref());
        let model = checkpoint.model(known);
        let digest = model.as_ref().map(|model| model.digest);
        let same_model = before.is_some() && known.map(|known| known.digest) == digest;
        if let Some(model) = model.as_ref().filter(|_| !same_model) {
            let path = dir.join(model_name(&model.digest));
            if !path.exists() {
                disk::write(&path, &model.bytes(), Outlives::Machine)?;
            }
        }
        let record = checkpoint.record(sequence, model.as_ref());
        disk::write(&dir.join(LATEST), &record, Outlives::Process)?;
        let synced = before
            .map(|kept| kept.synced)
            .filter(|synced| same_model && now.saturating_duration_since(*synced) < SYNC_EVERY);
        let synced = match synced {
            Some(synced) => synced,
            None => {
                disk::write(&dir.join(SYNCED), &record, Outlives::Machine)?;
                disk::sync_dir(&self.dir)?;
                now
            }
        };
        if !same_model {
            remove_other_models(&dir, digest.as_ref())?;
        }
        self.kept.insert(checkpoint.id.clone(), Kept { sequence, model, synced });
        Ok(())
    }

    fn forget(&mut self, id: &SessionId) -> io::Result<()> {
        self.kept.remove(id);
        match fs::remove_dir_all(self.dir.join(id.as_str())) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

fn model_name(digest: &ModelDigest) -> String {
    format!("model-{}", hex(digest))
}

fn remove_other_models(dir: &Path, wanted: Option<&ModelDigest>) -> io::Result<()> {
    let wanted = wanted.map(model_name);
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let other = name
            .to_str()
            .is_some_and(|name| name.starts_with("model-") && Some(name) != wanted.as_deref());
        if other {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// The newest whole moment of a session.
fn read(dir: &Path, id: &SessionId, limits: &bundle::Limits) -> Result<Checkpoint, String> {
    let mut records = Vec::new();
    let mut why = "nothing is kept of it".to_owned();
    for name in [LATEST, SYNCED] {
        match fs::read(dir.join(name)) {
            Ok(bytes) => match Record::parse(&bytes) {
                Ok(record) => records.push(record),
                Err(damage) => why = format!("{name}: {damage}"),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => why = format!("{name}: {error}"),
        }
    }
    records.sort_by_key(|record| std::cmp::Reverse(record.sequence));
    for record in records {
        if record.id != id.as_str() {
            why = format!("it is of the session {:?}", record.id);
            continue;
        }
        let model = |digest: &ModelDigest| fs::read(dir.join(model_name(digest))).ok();
        match record.into_checkpoint(limits, |digest| model(digest).map(Into::into)) {
            Ok(checkpoint) => return Ok(checkpoint),
            Err(damage @ Damaged::Bundle(_)) => return Err(damage.to_string()),
            Err(damage) => why = damage.to_string(),
        }
    }
    Err(why)
}

fn last_sequence(dir: &Path) -> u64 {
    let records = [LATEST, SYNCED].into_iter().filter_map(|name| {
        let bytes = fs::read(dir.join(name)).ok()?;
        Record::parse(&bytes).ok()
    });
    records.map(|record| record.sequence).max().unwrap_or(0)
}

fn set_aside(dir: &Path, id: &SessionId) -> io::Result<()> {
    let (from, to) = (dir.join(id.as_str()), dir.join(format!("{id}{ASIDE}")));
    let _ = fs::remove_dir_all(&to);
    match fs::rename(from, to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{LIMITS, assert_same, checkpoint};
    use super::*;

    /// Opens it as soon as the thread of the keeper before has let go.
    fn open(dir: &Path) -> (Keeper, Vec<Checkpoint>) {
        let begin = Instant::now();
        loop {
            match Keeper::open(dir, &LIMITS) {
                Ok(opened) => return opened,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    assert!(begin.elapsed() < Duration::from_secs(10), "it stays taken");
                    thread::sleep(Duration::from_millis(5));
                }
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// The directory with two sessions of which the first has a newer `latest` than `synced`.
    fn filled() -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a directory");
        let (keeper, found) = open(dir.path());
        assert!(found.is_empty());
        for (n, tick) in [(1, 1), (2, 2), (1, 3)] {
            keeper.save(checkpoint(n, tick));
            keeper.flush();
        }
        assert_eq!(keeper.failure(), None);
        dir
    }

    #[test]
    fn what_was_kept_is_there_at_the_next_start() {
        let dir = filled();
        let (keeper, found) = open(dir.path());
        let mut wanted = [checkpoint(1, 3), checkpoint(2, 2)];
        assert_eq!(found.len(), 2);
        for (found, wanted) in found.iter().zip(&mut wanted) {
            assert_same(found, wanted);
        }
        keeper.forget(&wanted[1].id);
        keeper.flush();
        drop(keeper);
        assert_eq!(open(dir.path()).1.len(), 1);
    }

    #[test]
    fn two_daemons_do_not_share_a_directory() {
        let dir = filled();
        let first = open(dir.path());
        let error = Keeper::open(dir.path(), &LIMITS).expect_err("taken");
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        drop(first);
        assert_eq!(open(dir.path()).1.len(), 2);
    }

    #[test]
    fn another_model_replaces_the_files_of_the_one_before() {
        let dir = filled();
        let (keeper, _) = open(dir.path());
        let mut other = checkpoint(3, 9);
        other.id = checkpoint(1, 0).id;
        keeper.save(other.clone());
        keeper.flush();
        drop(keeper);
        let models = fs::read_dir(dir.path().join(other.id.as_str())).expect("lists");
        let models = models.filter(|entry| {
            entry.as_ref().is_ok_and(|e| e.file_name().to_string_lossy().starts_with("model-"))
        });
        assert_eq!(models.count(), 1);
        assert_same(&open(dir.path()).1[0], &other);
    }

    #[test]
    fn no_damage_keeps_a_daemon_from_starting() {
        let whole = filled();
        let session = checkpoint(1, 0).id;
        let names = ["latest", "synced"].map(str::to_owned).into_iter();
        let model = fs::read_dir(whole.path().join(session.as_str())).expect("lists");
        let model = model.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        for name in names.chain(model.filter(|name| name.starts_with("model-"))) {
            let bytes = fs::read(whole.path().join(session.as_str()).join(&name)).expect("reads");
            for length in (0..bytes.len()).step_by(bytes.len().div_ceil(70)) {
                let path = whole.path().join(session.as_str()).join(&name);
                fs::write(&path, &bytes[..length]).expect("writes");
                let damaged = read(&whole.path().join(session.as_str()), &session, &LIMITS);
                match (name.as_str(), damaged) {
                    // The other one is there.
                    ("latest", Ok(older)) => assert_same(&older, &checkpoint(1, 1)),
                    ("synced", Ok(newer)) => assert_same(&newer, &checkpoint(1, 3)),
                    (_, damaged) => {
                        assert!(name.starts_with("model-"), "{name} {length}");
                        assert!(damaged.is_err(), "{name} {length}");
                    }
                }
                fs::write(&path, &bytes).expect("writes");
            }
        }
        let dir = whole.path().join(session.as_str());
        fs::write(dir.join(LATEST), "x").expect("writes");
        fs::write(dir.join(SYNCED), "").expect("writes");
        let (_keeper, found) = open(whole.path());
        assert_eq!(found.len(), 1, "the other session is untouched");
        assert!(whole.path().join(format!("{session}{ASIDE}")).join(LATEST).exists());
    }

    #[test]
    fn a_disk_that_takes_nothing_is_said_and_forgiven() {
        let dir = tempfile::tempdir().expect("a directory");
        let (keeper, _) = open(dir.path());
        let in_the_way = dir.path().join(checkpoint(1, 0).id.as_str());
        fs::write(&in_the_way, "").expect("writes");
        keeper.save(checkpoint(1, 1));
        keeper.flush();
        assert!(keeper.failure().is_some());
        fs::remove_file(&in_the_way).expect("removes");
        keeper.save(checkpoint(1, 2));
        keeper.flush();
        assert_eq!(keeper.failure(), None);
        drop(keeper);
    }
}
