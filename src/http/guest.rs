//! A protocol that brings its own server and shares the port: it has one path, and gets requests
//! that the gate has let pass, with their bodies, bounded in size and time.

use std::{convert::Infallible, future::Future, pin::Pin, sync::Arc};

use bytes::Bytes;
use http_body_util::{BodyDataStream, BodyExt as _, combinators::BoxBody};
use hyper::body::Incoming;
use warp::http::{Method, Request, Response, request::Parts};

use super::{
    Context, accept,
    body::{self, Limit},
    desk::Desk,
    problem::Problem,
    routes,
};

type Answering = Pin<Box<dyn Future<Output = Response<BoxBody<Bytes, Infallible>>> + Send>>;

/// What answers at a path of its own.
pub struct Guest {
    path: &'static str,
    answer: Box<dyn Fn(Parts, Bytes) -> Answering + Send + Sync>,
}

impl Guest {
    /// Answers at `path`, in whatever way, what has this head and body.
    pub fn new<F, A>(path: &'static str, answer: F) -> Self
    where
        F: Fn(Parts, Bytes) -> A + Send + Sync + 'static,
        A: Future<Output = Response<BoxBody<Bytes, Infallible>>> + Send + 'static,
    {
        Self { path, answer: Box::new(move |head, body| Box::pin(answer(head, body))) }
    }
}

/// The way to a guest. Its type is erased: what it holds would be looked into for each connection.
#[derive(Clone)]
pub(super) struct Door {
    path: &'static str,
    answer: Arc<dyn Fn(Request<Incoming>) -> Answered + Send + Sync>,
}

type Answered = Pin<Box<dyn Future<Output = accept::Response> + Send>>;

/// The way to `guest`.
pub(super) fn door(context: &Arc<Context>, guest: Guest) -> Door {
    let path = guest.path;
    let behind = Arc::new(Behind { guest, context: Arc::clone(context) });
    let answer = move |request| -> Answered {
        let behind = Arc::clone(&behind);
        Box::pin(async move { behind.answer(request).await })
    };
    Door { path, answer: Arc::new(answer) }
}

impl Door {
    /// One that is never found.
    #[cfg(test)]
    pub fn nowhere() -> Self {
        Self { path: "", answer: Arc::new(|_| unreachable!("no request has an empty path")) }
    }

    /// Whether it leads to this path.
    pub fn is_at(&self, path: &str) -> bool {
        path == self.path
    }

    /// The guest's answer, or what is wrong with the request.
    pub async fn answer(&self, request: Request<Incoming>) -> accept::Response {
        (self.answer)(request).await
    }
}

struct Behind {
    guest: Guest,
    context: Arc<Context>,
}

impl Behind {
    async fn answer(&self, request: Request<Incoming>) -> accept::Response {
        let mut response = match self.answered(request).await {
            Ok(response) => response,
            Err(problem) => {
                problem.render(self.guest.path).map(|body| body.map_err(Into::into).boxed_unsync())
            }
        };
        for (name, value) in routes::headers(&self.context.config.server) {
            response.headers_mut().entry(name).or_insert(value);
        }
        response
    }

    async fn answered(&self, request: Request<Incoming>) -> Result<accept::Response, Problem> {
        let (head, body) = request.into_parts();
        // A GET waits for what happens: it is a follower, as those of events are.
        let place = match head.method {
            Method::GET => Some(Desk::new(&self.context).follower()?),
            _ => None,
        };
        let limits = &self.context.config.limits;
        let limit = Limit { bytes: limits.body_bytes, key: "limits.body_bytes" };
        let body = BodyDataStream::new(body);
        let body = body::read(&head.headers, body, limit, limits.body_timeout).await?;
        let response = (self.guest.answer)(head, body).await;
        Ok(response.map(|body| {
            let held = body.map_frame(move |frame| {
                let _ = &place;
                frame
            });
            held.map_err(|never| match never {}).boxed_unsync()
        }))
    }
}
