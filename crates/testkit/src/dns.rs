//! A name server that says what a test tells it to, over real UDP on loopback.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

/// Bytes before the question of a message.
const HEAD: usize = 12;
const TXT: [u8; 2] = [0, 16];
const INTERNET: [u8; 2] = [0, 1];

/// What there is to be found, by name in lower case.
type Records = Arc<Mutex<HashMap<String, Vec<String>>>>;

/// A name server; it stops when it is dropped.
#[derive(Debug)]
pub struct NameServer {
    /// Where it listens.
    pub address: SocketAddr,
    records: Records,
    task: JoinHandle<()>,
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl NameServer {
    /// Starts one that knows no name.
    pub async fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
        let address = socket.local_addr().expect("bound");
        let records = Records::default();
        let known = records.clone();
        let task = tokio::spawn(async move {
            let mut question = [0; 512];
            while let Ok((length, peer)) = socket.recv_from(&mut question).await {
                if let Some(answer) = answer(&question[..length], &known) {
                    let _ = socket.send_to(&answer, peer).await;
                }
            }
        });
        Self { address, records, task }
    }

    /// Has these TXT records at a name; with none there is no such name.
    pub fn set(&self, name: &str, texts: &[&str]) {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        self.records.lock().expect("no panic under this lock").insert(name.to_ascii_lowercase(), texts);
    }
}

/// The answer to a message with one question.
fn answer(question: &[u8], records: &Records) -> Option<Vec<u8>> {
    let mut labels = Vec::new();
    let mut at = HEAD;
    loop {
        let length = usize::from(*question.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        labels.push(String::from_utf8_lossy(question.get(at..at + length)?).to_ascii_lowercase());
        at += length;
    }
    let asked = question.get(HEAD..at + 4)?;
    let records = records.lock().expect("no panic under this lock");
    let texts = records.get(&labels.join(".")).filter(|_| asked[asked.len() - 4..asked.len() - 2] == TXT);
    let texts = texts.map(Vec::as_slice).unwrap_or_default();

    let mut message = question[..2].to_vec();
    // An answer, to a question that wanted recursion, which is there; 3: no such name.
    message.extend([0x81, if texts.is_empty() { 0x83 } else { 0x80 }]);
    message.extend([0, 1]);
    message.extend((texts.len() as u16).to_be_bytes());
    message.extend([0; 4]);
    message.extend(asked);
    for text in texts {
        let mut data = Vec::new();
        for part in text.as_bytes().chunks(255) {
            data.push(part.len() as u8);
            data.extend(part);
        }
        // The name is the question's, at its place in the message.
        message.extend([0xc0, HEAD as u8]);
        message.extend(TXT);
        message.extend(INTERNET);
        message.extend([0, 0, 0, 60]);
        message.extend((data.len() as u16).to_be_bytes());
        message.extend(data);
    }
    Some(message)
}
