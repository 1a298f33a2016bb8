//! A mail server on loopback that keeps what it is sent.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A letter as it arrived.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Whom the envelope names.
    pub recipient: String,
    /// Its head and its body, decoded.
    pub text: String,
}

impl Letter {
    /// The link in it.
    pub fn link(&self) -> &str {
        let at = self.text.find("http").expect("a link");
        self.text[at..].split_whitespace().next().expect("a word")
    }
}

/// A running mail server. It stops when it is dropped.
pub struct SmtpServer {
    /// `smtp://127.0.0.1:PORT`
    pub url: String,
    state: Arc<Mutex<State>>,
    task: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct State {
    letters: Vec<Letter>,
    /// What the next letters are answered instead of being taken.
    refusals: VecDeque<&'static str>,
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl SmtpServer {
    /// Starts one on a free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("smtp://{}", listener.local_addr().expect("bound"));
        let state = Arc::<Mutex<State>>::default();
        let kept = state.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = kept.clone();
                // A client that breaks off is its own affair.
                tokio::spawn(async move { drop(converse(stream, &state).await) });
            }
        });
        Self { url, state, task }
    }

    /// Answers the next letter like this, such as `451 try later`.
    pub fn refuse_next(&self, answer: &'static str) {
        self.state.lock().expect("no panic holds this lock").refusals.push_back(answer);
    }

    /// What has arrived.
    pub fn letters(&self) -> Vec<Letter> {
        self.state.lock().expect("no panic holds this lock").letters.clone()
    }
}

async fn converse(stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 localhost\r\n").await?;
    let mut recipient = String::new();
    loop {
        let line = read_line(&mut stream).await?;
        let verb = line.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "" => return Ok(()),
            "EHLO" => "250-localhost\r\n250 8BITMIME",
            "RCPT" => {
                line.split(['<', '>']).nth(1).unwrap_or_default().clone_into(&mut recipient);
                "250 ok"
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                let text = read_letter(&mut stream).await?;
                let mut state = state.lock().expect("no panic holds this lock");
                if let Some(refusal) = state.refusals.pop_front() {
                    refusal
                } else {
                    state.letters.push(Letter { recipient: std::mem::take(&mut recipient), text });
                    "250 taken"
                }
            }
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        if verb == "QUIT" {
            return Ok(());
        }
    }
}

async fn read_line(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    Ok(line)
}

/// The letter up to its lone dot, with quoted-printable taken back.
async fn read_letter(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut raw = String::new();
    loop {
        let line = read_line(stream).await?;
        if line.is_empty() || line == ".\r\n" {
            break;
        }
        raw.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
    Ok(raw.replace("=\r\n", "").replace("=3D", "="))
}
