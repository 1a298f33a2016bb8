//! Against real listeners on loopback: 127.0.0.2 stands for the public network where a name must have an allowed address.

use std::net::Ipv4Addr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use atom_marketplace_testkit::spellings::{NOT_PUBLIC, spellings};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::*;

/// A listener that counts who comes and treats each as `serve` says.
struct Receiver {
    port: u16,
    connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Receiver {
    async fn start<F>(address: &str, port: u16, serve: fn(TcpStream) -> F) -> Option<Self>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind((address, port)).await.ok()?;
        let (port, connections) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
        let counted = connections.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream));
            }
        });
        Some(Self { port, connections, task })
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// Reads one request: its head, and as much body as that announces.
async fn request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(text);
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

async fn say(stream: &mut TcpStream, text: &str) {
    let _ = stream.write_all(text.as_bytes()).await;
}

async fn friendly(mut stream: TcpStream) {
    while let Some(request) = request(&mut stream).await {
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{request}", request.len());
        say(&mut stream, &answer).await;
    }
}

async fn closing(mut stream: TcpStream) {
    request(&mut stream).await;
    say(&mut stream, "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await;
}

fn open() -> Outbound {
    Outbound::new(vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()], Roots::default())
}

async fn post(outbound: &Outbound, url: &str) -> Result<Answer, Error> {
    outbound.send(Request::post(outbound.check(url)?, "{}").deadline(Duration::from_secs(5))).await
}

#[tokio::test]
async fn what_is_not_public_is_never_dialled_however_it_is_spelt() {
    // Everything that reaches this machine at this port would be counted.
    let canary = match Receiver::start("::", 0, friendly).await {
        Some(canary) => canary,
        None => Receiver::start("0.0.0.0", 0, friendly).await.unwrap(),
    };
    let closed = Outbound::new(Vec::new(), Roots::default());
    let mut tried = 0;
    for address in NOT_PUBLIC {
        for host in spellings(address.parse().unwrap()) {
            for scheme in ["http", "https"] {
                let url = format!("{scheme}://{host}:{}/hook", canary.port);
                tried += 1;
                match post(&closed, &url).await {
                    Err(Error::Refused(Refusal::Address { .. })) => {}
                    other => panic!("{url}: {other:?}"),
                }
            }
        }
    }
    for host in [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "%6cocalhost",
        "ｌｏｃａｌｈｏｓｔ",
        "[::1]",
        "[::]",
        "[0:0::1]",
        "[fc00::1]",
        "[fec0::1]",
        "[ff02::1]",
    ] {
        let url = format!("https://{host}:{}/hook", canary.port);
        tried += 1;
        // Not every resolver knows every way of writing a name.
        match post(&closed, &url).await {
            Err(Error::Refused(Refusal::Address { .. }) | Error::Failed { kind: Failure::Dns, .. }) => {}
            other => panic!("{url}: {other:?}"),
        }
    }
    assert!(tried >= 1_000, "{tried}");
    assert_eq!(canary.connections(), 0);

    // The same spellings do reach it once that is allowed: the canary is alive, and the spellings mean what they should.
    let open = open();
    for host in
        spellings(Ipv4Addr::LOCALHOST).iter().filter(|host| !host.starts_with('[') || host.contains(":ffff:127."))
    {
        let url = format!("http://{host}:{}/hook", canary.port);
        let answer = post(&open, &url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
        assert_eq!(answer.status, 200, "{url}");
    }
    assert!(canary.connections() > 0);
}

#[tokio::test]
async fn a_name_that_changes_its_mind_is_judged_by_what_is_dialled() {
    let public = Receiver::start("127.0.0.2", 0, closing).await.unwrap();
    let canary = Receiver::start("127.0.0.1", public.port, closing).await.unwrap();
    let [good, bad] = [IpAddr::from([127, 0, 0, 2]), IpAddr::from([127, 0, 0, 1])];
    let mapped = IpAddr::V6(Ipv4Addr::LOCALHOST.to_ipv6_mapped());
    let answers =
        Arc::new(Mutex::new((0_usize, [vec![good], vec![bad], vec![good, bad], vec![mapped], vec![bad, good]])));
    let asked = answers.clone();
    let outbound = Outbound::with_resolver(vec!["127.0.0.2/32".parse().unwrap()], Roots::default(), move |_| {
        let mut asked = asked.lock().unwrap();
        let answer = asked.1[asked.0 % 5].clone();
        asked.0 += 1;
        Box::pin(std::future::ready(Ok(answer)))
    });
    let url = format!("http://rebinding.example:{}/", public.port);
    for round in 0..50 {
        match (round % 5, post(&outbound, &url).await) {
            (0, Ok(answer)) => assert_eq!(answer.status, 204),
            (1..=4, Err(Error::Refused(Refusal::Address { host, address }))) => {
                assert_eq!((host.as_str(), address), ("rebinding.example", bad));
            }
            (_, other) => panic!("{round}: {other:?}"),
        }
    }
    assert_eq!((public.connections(), canary.connections()), (10, 0));
    assert_eq!(answers.lock().unwrap().0, 50, "one lookup for one dial");
}

#[tokio::test]
async fn connections_are_kept_and_requests_are_what_they_should_be() {
    let receiver = Receiver::start("127.0.0.1", 0, friendly).await.unwrap();
    let outbound = open();
    let target = outbound.check(&format!("http://127.0.0.1:{}/a?b=c#d", receiver.port)).unwrap();
    for _ in 0..10 {
        let name = HeaderName::from_static("x-atom-event");
        let request = Request::post(target.clone(), "body").header(name, HeaderValue::from_static("test"));
        let echo = outbound.send(request).await.unwrap();
        let echo = String::from_utf8(echo.body.to_vec()).unwrap();
        let lines: Vec<&str> = echo.split("\r\n").collect();
        assert_eq!(lines[0], "POST /a?b=c HTTP/1.1");
        assert!(lines.contains(&format!("host: 127.0.0.1:{}", receiver.port).as_str()), "{echo}");
        assert!(lines.contains(&"x-atom-event: test") && lines.contains(&"content-length: 4"), "{echo}");
        assert!(!echo.contains("accept-encoding"), "{echo}");
        assert!(echo.ends_with("\r\n\r\nbody"), "{echo}");
    }
    assert_eq!(receiver.connections(), 1);
}

#[tokio::test]
async fn a_connection_closed_while_it_waited_is_made_anew() {
    // Answers once without a word about closing, and closes.
    let receiver = Receiver::start("127.0.0.1", 0, |mut stream| async move {
        request(&mut stream).await;
        say(&mut stream, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    });
    let (receiver, outbound) = (receiver.await.unwrap(), open());
    for _ in 0..20 {
        assert_eq!(post(&outbound, &format!("http://127.0.0.1:{}/", receiver.port)).await.unwrap().status, 200);
    }
    assert_eq!(receiver.connections(), 20);
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let receiver = Receiver::start("127.0.0.1", 0, |mut stream| async move {
        request(&mut stream).await;
        say(&mut stream, "HTTP/1.1 307 x\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n").await;
    });
    let (receiver, outbound) = (receiver.await.unwrap(), open());
    let answer = post(&outbound, &format!("http://127.0.0.1:{}/", receiver.port)).await.unwrap();
    assert_eq!((answer.status.as_u16(), receiver.connections()), (307, 1));
}

#[tokio::test]
async fn an_endless_answer_is_cut_and_nothing_is_unpacked() {
    let receiver = Receiver::start("127.0.0.1", 0, |mut stream| async move {
        request(&mut stream).await;
        say(&mut stream, "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n").await;
        while stream.write_all(&[b'x'; 1 << 12]).await.is_ok() {}
    });
    let (receiver, outbound) = (receiver.await.unwrap(), open());
    let answer = post(&outbound, &format!("http://127.0.0.1:{}/", receiver.port)).await.unwrap();
    assert!(answer.truncated && answer.body.len() == ANSWER_MAX && answer.body.iter().all(|byte| *byte == b'x'));
}

#[tokio::test]
async fn exchanges_break_off_where_they_should() {
    let outbound = open();
    let hangs = Receiver::start("127.0.0.1", 0, |mut stream| async move {
        request(&mut stream).await;
        std::future::pending::<()>().await;
    });
    let drips = Receiver::start("127.0.0.1", 0, |mut stream| async move {
        request(&mut stream).await;
        say(&mut stream, "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n").await;
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let lies = Receiver::start("127.0.0.1", 0, |mut stream| async move {
        request(&mut stream).await;
        say(&mut stream, "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nshort").await;
    });
    let babbles = Receiver::start("127.0.0.1", 0, |mut stream| async move {
        request(&mut stream).await;
        say(&mut stream, "220 mail.example ESMTP\r\n").await;
    });
    let resets = Receiver::start("127.0.0.1", 0, |stream| async move { drop(stream) });
    let [hangs, drips, lies, babbles, resets] = [hangs.await, drips.await, lies.await, babbles.await, resets.await];
    let ports = [&hangs, &drips, &lies, &babbles, &resets].map(|receiver| receiver.as_ref().unwrap().port);
    for (scheme, port, kind, status) in [
        ("http", ports[0], Failure::Timeout, None),
        ("http", ports[1], Failure::Timeout, Some(StatusCode::OK)),
        ("http", ports[2], Failure::Body, Some(StatusCode::OK)),
        ("http", ports[3], Failure::Protocol, None),
        ("http", ports[4], Failure::Protocol, None),
        ("https", ports[4], Failure::Tls, None),
    ] {
        let target = outbound.check(&format!("{scheme}://127.0.0.1:{port}/")).unwrap();
        let request = Request::post(target, "{}").deadline(Duration::from_millis(200));
        match outbound.send(request).await.unwrap_err() {
            Error::Failed { kind: found, status: had, .. } => assert_eq!((found, had), (kind, status), "{port}"),
            refused @ Error::Refused(_) => panic!("{refused}"),
        }
    }
    // Nobody listens where somebody did.
    drop(resets);
    let gone = Receiver::start("127.0.0.1", 0, closing).await.unwrap();
    let url = format!("http://127.0.0.1:{}/", gone.port);
    gone.task.abort();
    while post(&outbound, &url).await.is_ok() {}
    let Err(Error::Failed { kind, .. }) = post(&outbound, &url).await else { panic!("nobody is there") };
    assert!(matches!(kind, Failure::Connect | Failure::Protocol));
}

#[tokio::test]
async fn names_without_an_address_may_be_tried_again() {
    for (answer, expected) in
        [(Ok(Vec::new()), "dns: the name has no address"), (Err(std::io::ErrorKind::NotFound), "dns: entity not found")]
    {
        let outbound = Outbound::with_resolver(Vec::new(), Roots::default(), move |_| {
            Box::pin(std::future::ready(answer.clone().map_err(Into::into)))
        });
        assert_eq!(post(&outbound, "https://nowhere.example/").await.unwrap_err().to_string(), expected);
    }
}

#[test]
fn plain_http_is_for_allowed_networks() {
    let closed = Outbound::new(Vec::new(), Roots::default());
    for url in ["http://example.com/", "http://1.1.1.1/"] {
        assert_eq!(closed.check(url).unwrap_err(), Refusal::PlainHttp, "{url}");
    }
    closed.check("https://example.com/").unwrap();
    closed.check("https://1.1.1.1:8443/").unwrap();
    let open = open();
    open.check("http://127.0.0.1:8080/").unwrap();
    // A name may have an allowed address: its lookup decides.
    open.check("http://example.com/").unwrap();
    assert_eq!(open.check("http://1.1.1.1/").unwrap_err(), Refusal::PlainHttp);
    assert!(matches!(open.check("https://10.0.0.1/").unwrap_err(), Refusal::Address { .. }));
}
