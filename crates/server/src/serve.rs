//! Connections: accepted, served by hyper, and let go. Sets what `axum::serve` has no setting for: a client that is slow to
//! say what it wants, or to send what it announced, is not waited for.
//!
//! TLS and HTTP/2 towards browsers are a reverse proxy's work.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::ConnectInfo;
use bytes::Bytes;
use http::{Request, Response};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{Sleep, sleep};
use tower::Service as _;

/// How long a request's head may take, and how long a connection may stay idle between requests.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a body may pause.
const BODY_PAUSE: Duration = Duration::from_secs(30);
/// A request's line and headers; longer ones are answered 431.
const HEAD_BYTES: usize = 32 * 1024;
/// Pause after the system refuses a connection for lack of descriptors or memory.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves `app` until `stop` completes, then takes no more connections and waits for the requests that are running until
/// `patience` completes. Answers whether all of them were finished.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    stop: impl Future<Output = ()>,
    patience: impl Future<Output = ()>,
) -> bool {
    let (stopping, stopped) = watch::channel(false);
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_header_size(HEAD_BYTES);
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    refused(&error).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        accept(&builder, stopped.clone(), app.clone(), stream, peer);
    }
    // New connections are refused by the system from here on, so that a balancer tries another node.
    drop((listener, stopped));
    let _ = stopping.send(true);
    tokio::select! {
        () = stopping.closed() => true,
        () = patience => false,
    }
}

/// Serves a connection until its client leaves it, or the server stops and its present request is answered. One that becomes
/// a WebSocket is its handler's from then on.
fn accept(
    builder: &http1::Builder,
    mut stopped: watch::Receiver<bool>,
    app: Router,
    stream: TcpStream,
    peer: SocketAddr,
) {
    // Answers are written whole; without this each could wait for the acknowledgement of the one before.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let mut app = app.clone();
        async move { app.call(prepare(request, peer)).await as Result<Response<Body>, Infallible> }
    });
    let connection = builder.serve_connection(TokioIo::new(stream), service).with_upgrades();
    tokio::spawn(async move {
        let mut connection = std::pin::pin!(connection);
        let stops = async { stopped.wait_for(|stops| *stops).await.is_ok() };
        let finished = tokio::select! {
            finished = connection.as_mut() => finished,
            _ = stops => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = finished {
            tracing::debug!(%error, %peer, "a connection broke");
        }
    });
}

fn prepare(request: Request<Incoming>, peer: SocketAddr) -> Request<Body> {
    let mut request =
        request.map(|body| if body.is_end_stream() { Body::empty() } else { Body::new(Patient { body, pause: None }) });
    request.extensions_mut().insert(ConnectInfo(peer));
    request
}

/// Whatever is wrong with one connection is no reason to stop; without descriptors, trying at once would only burn time.
async fn refused(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "a connection could not be accepted");
        sleep(ACCEPT_PAUSE).await;
    }
}

/// A request body that is given up when nothing arrives for [`BODY_PAUSE`].
struct Patient {
    body: Incoming,
    pause: Option<Pin<Box<Sleep>>>,
}

impl HttpBody for Patient {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            this.pause = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let pause = this.pause.get_or_insert_with(|| Box::pin(sleep(BODY_PAUSE)));
        ready!(pause.as_mut().poll(cx));
        Poll::Ready(Some(Err("the body stopped arriving".into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
