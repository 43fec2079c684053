//! Tells agents when a resource that they follow has changed, at most once a second for each.

use std::{future::Future, time::Duration};

use tokio::time::{Instant, sleep_until};

use super::resources::{Place, Thing};
use crate::{
    http::Desk,
    session::{Follower, Handle, News, Told},
};

/// The least time between two words about one resource.
const PERIOD: Duration = Duration::from_secs(1);

/// Whether changes of this resource are told.
pub(super) fn can_be_followed(desk: &Desk, uri: &str) -> bool {
    place(desk, uri).is_some()
}

fn place(desk: &Desk, uri: &str) -> Option<(Handle, Thing)> {
    match Place::parse(uri)? {
        Place::OfSession(_, Thing::Recording(_)) | Place::Info => None,
        Place::OfSession(id, thing) => Some((desk.session(&id).ok()?, thing)),
    }
}

/// Calls `tell` with the resource's address when it has changed, until its session ends or `tell`
/// says that nobody listens.
pub(super) async fn follow<F>(desk: &Desk, uri: &str, mut tell: impl FnMut(String) -> F)
where
    F: Future<Output = bool>,
{
    let Some((session, thing)) = place(desk, uri) else { return };
    let mut news = session.follow(None);
    let mut shown = version(&session).await;
    loop {
        let begun = Instant::now();
        let (mut changed, ended) = until(begun + PERIOD, &mut news, &thing).await;
        if matches!(thing, Thing::State | Thing::Snapshot) {
            let now = version(&session).await;
            changed |= now != shown;
            shown = now;
        }
        // The end is told, too: what reads then learns of it.
        let heard = !(changed || ended) || tell(uri.to_owned()).await;
        if ended || !heard {
            return;
        }
    }
}

/// What happens until then: whether it changes `thing`, and whether it was the end.
async fn until(then: Instant, news: &mut Follower, thing: &Thing) -> (bool, bool) {
    let mut changed = false;
    loop {
        let told = tokio::select! {
            told = news.next() => told,
            () = sleep_until(then) => return (changed, false),
        };
        match told {
            None => return (changed, true),
            Some(Told::Missed(_)) => changed = true,
            Some(Told::Item(item)) => {
                changed |= matches!(thing, Thing::Log)
                    || matches!(item.news, News::Scene { .. } | News::Ended(_));
            }
        }
    }
}

/// Simulated time, steps and scene: another one is another state. Looking at it is no use of the
/// session, so that one that is only followed rests as any other.
async fn version(session: &Handle) -> Option<(u64, u64, Option<String>)> {
    let glance = session.glance().await.ok()?;
    Some((glance.time.to_bits(), glance.steps, glance.model_name))
}
