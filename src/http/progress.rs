//! Answers that take long, told of while they are made: server-sent events for whoever accepts
//! them, and JSON for all others.

use std::{convert::Infallible, time::Duration};

use futures_util::{Stream, stream};
use serde::Serialize;
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};
use warp::{
    Filter, Reply as _,
    filters::{BoxedFilter, path::FullPath},
    http::StatusCode,
    reply::Response,
    sse,
};

use super::problem::Problem;
use crate::generate::model::{self, Stage};

/// How often progress is told of, at most.
const PERIOD: Duration = Duration::from_millis(100);
/// How often a quiet stream shows that it lives: proxies cut what is silent for a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The path that was asked for, where whoever asks accepts a stream of events.
pub(super) fn is_wanted() -> BoxedFilter<(Option<String>,)> {
    let accepted = |path: FullPath, accept: Option<String>| {
        let kinds = accept.unwrap_or_default().to_ascii_lowercase();
        let mut kinds = kinds.split(',').map(|kind| kind.split(';').next().unwrap_or_default());
        let wanted = kinds.any(|kind| kind.trim() == "text/event-stream");
        wanted.then(|| path.as_str().to_owned())
    };
    warp::path::full().and(warp::header::optional("accept")).map(accepted).boxed()
}

/// How far it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Told {
    stage: &'static str,
    round: u32,
    received_bytes: usize,
    tokens: u64,
    again_in_s: Option<f64>,
}

/// Tells of progress; what nobody has read yet is overwritten.
pub(super) struct Teller(watch::Sender<Told>);

impl Teller {
    pub fn tell(&self, progress: model::Progress) {
        let again_in_s = match progress.stage {
            Stage::Pausing(pause) => Some(pause.as_secs_f64()),
            _ => None,
        };
        self.0.send_replace(Told {
            stage: progress.stage.name(),
            round: progress.round,
            received_bytes: progress.received_bytes,
            tokens: progress.tokens,
            again_in_s,
        });
    }
}

/// Answers with the progress of `make`, then with what it makes, as an event `name`, or with its
/// problem. `make` is dropped with the connection.
pub(super) fn reply<T, F>(
    name: &'static str,
    path: String,
    closing: CancellationToken,
    make: impl FnOnce(Teller) -> F,
) -> Response
where
    T: Serialize + Send + 'static,
    F: Future<Output = Result<T, Problem>> + Send + 'static,
{
    let telling = Telling::new(name, path, closing, make);
    let keep = sse::keep_alive().interval(KEEP_ALIVE);
    sse::reply(keep.stream(telling.run())).into_response()
}

struct Telling<T> {
    name: &'static str,
    path: String,
    closing: CancellationToken,
    /// `None` once it has ended.
    making: Option<AbortOnDropHandle<Result<T, Problem>>>,
    told: watch::Receiver<Told>,
    /// When progress may be told of again.
    next: Instant,
}

impl<T: Serialize + Send + 'static> Telling<T> {
    fn new<F>(
        name: &'static str,
        path: String,
        closing: CancellationToken,
        make: impl FnOnce(Teller) -> F,
    ) -> Self
    where
        F: Future<Output = Result<T, Problem>> + Send + 'static,
    {
        let begin =
            Told { stage: "making", round: 0, received_bytes: 0, tokens: 0, again_in_s: None };
        let (sender, mut told) = watch::channel(begin);
        told.mark_changed();
        // What a response is made of has to be `Sync`, which a task's handle is.
        let making = AbortOnDropHandle::new(tokio::spawn(make(Teller(sender))));
        Self { name, path, closing, making: Some(making), told, next: Instant::now() }
    }

    fn run(self) -> impl Stream<Item = Result<sse::Event, Infallible>> + Send + 'static {
        stream::unfold(self, |mut telling| async move {
            let event = telling.next().await?;
            Some((Ok(event), telling))
        })
    }

    async fn next(&mut self) -> Option<sse::Event> {
        let making = self.making.as_mut()?;
        let (told, next) = (&mut self.told, self.next);
        let progress = async {
            sleep_until(next).await;
            match told.changed().await {
                Ok(()) => told.borrow_and_update().clone(),
                // What is made tells no more.
                Err(_) => std::future::pending().await,
            }
        };
        let outcome = tokio::select! {
            biased;
            () = self.closing.cancelled() => Err(Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "the daemon ends before the scene is made",
            )),
            outcome = making => outcome.unwrap_or_else(|_| Err(Problem::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the scene could not be made for a fault of the daemon's; its log says more",
            ))),
            told = progress => {
                self.next = Instant::now() + PERIOD;
                return Some(event("progress", &told));
            }
        };
        self.making = None;
        Some(match outcome {
            Ok(made) => event(self.name, &made),
            Err(problem) => event("problem", &problem.body(&self.path)),
        })
    }
}

fn event(name: &str, data: &impl Serialize) -> sse::Event {
    let data = serde_json::to_string(data).expect("invariant: replies are JSON");
    sse::Event::default().event(name).data(data)
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt as _;

    use super::*;
    use crate::generate::model::Progress;

    fn telling<F>(closing: CancellationToken, make: impl FnOnce(Teller) -> F) -> Telling<u32>
    where
        F: Future<Output = Result<u32, Problem>> + Send + 'static,
    {
        Telling::new("scene", "/x".into(), closing, make)
    }

    async fn texts(telling: Telling<u32>) -> Vec<String> {
        let events = telling.run().map(|event| event.expect("infallible").to_string());
        events.collect().await
    }

    fn receiving(received_bytes: usize) -> Progress {
        Progress { stage: Stage::Receiving, round: 1, received_bytes, tokens: 7 }
    }

    #[tokio::test]
    async fn the_last_word_is_the_outcome_and_progress_is_never_a_flood() {
        let events = texts(telling(CancellationToken::new(), |teller| async move {
            for bytes in 0..300 {
                teller.tell(receiving(bytes));
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            Ok(5)
        }));
        let begun = Instant::now();
        let events = events.await;
        let most = 2 + (begun.elapsed().as_secs_f64() / PERIOD.as_secs_f64()).ceil() as usize;
        assert!((3..=most).contains(&events.len()), "{most}: {events:?}");
        assert!(events[0].contains("\"stage\":\"receiving\""), "{events:?}");
        assert!(
            events.last().is_some_and(|last| last.contains("event:scene") && last.contains('5'))
        );
    }

    #[tokio::test]
    async fn a_problem_is_told_as_one_and_a_daemon_that_ends_says_so() {
        let refused = |_| async { Err(Problem::bad_request("no <such> thing")) };
        let events = texts(telling(CancellationToken::new(), refused)).await;
        let last = events.last().expect("one");
        assert!(last.contains("event:problem") && last.contains("\"status\":400"), "{last}");
        assert!(last.contains("\"instance\":\"/x\""), "{last}");
        let closing = CancellationToken::new();
        closing.cancel();
        let events = texts(telling(closing, |_| std::future::pending())).await;
        assert!(events.len() == 1 && events[0].contains("\"status\":503"), "{events:?}");
    }
}
