//! A keep-alive HTTP/1.1 connection that does no more than a measurement needs: it sends prepared bytes and reads one
//! answer with a `Content-Length`.

use anyhow::{Context, Result, bail};
use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: BytesMut,
}

/// An answer.
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: u16,
    /// Its head, as text.
    pub(crate) head: String,
    /// Its body.
    pub(crate) body: Vec<u8>,
}

impl Connection {
    /// Connects to `127.0.0.1:PORT`.
    pub(crate) async fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("connecting to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: BytesMut::with_capacity(64 << 10) })
    }

    /// Sends a request and reads the answer whole.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<Answer> {
        let (status, head, length) = self.exchange(request, true).await?;
        let body = self.buffer.split_to(length).to_vec();
        Ok(Answer { status, head, body })
    }

    /// Sends a request and returns the status; the body is read and dropped.
    pub(crate) async fn status(&mut self, request: &[u8]) -> Result<u16> {
        let (status, _, length) = self.exchange(request, false).await?;
        self.buffer.advance(length);
        Ok(status)
    }

    /// Leaves the body, of the returned length, at the front of the buffer.
    async fn exchange(&mut self, request: &[u8], keep_head: bool) -> Result<(u16, String, usize)> {
        self.stream.write_all(request).await?;
        let head = loop {
            if let Some(at) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            self.fill().await?;
        };
        let text = std::str::from_utf8(&self.buffer[..head]).context("a head that is no text")?;
        let status: u16 = text.get(9..12).context("no status line")?.parse()?;
        let length = match header(text, "content-length") {
            Some(length) => length.parse()?,
            None if matches!(status, 204 | 304) => 0,
            None => bail!("an answer {status} without a Content-Length"),
        };
        let text = if keep_head { text.to_owned() } else { String::new() };
        self.buffer.advance(head);
        while self.buffer.len() < length {
            self.fill().await?;
        }
        Ok((status, text, length))
    }

    async fn fill(&mut self) -> Result<()> {
        self.buffer.reserve(64 << 10);
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }
}

/// A header's value in a head.
pub(crate) fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (known, value) = line.split_once(':')?;
        known.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// The bytes of a request. `headers` are whole lines without their ends.
pub(crate) fn request(method: &str, path: &str, headers: &[String], body: Option<&[u8]>) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n");
    for header in headers {
        text.push_str(header);
        text.push_str("\r\n");
    }
    if let Some(body) = body {
        use std::fmt::Write as _;
        let _ = write!(text, "content-type: application/json\r\ncontent-length: {}\r\n", body.len());
    }
    text.push_str("\r\n");
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(body.unwrap_or_default());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_headers() {
        let bytes = request("POST", "/x", &["x-a: 1".to_owned()], Some(b"{}"));
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            "POST /x HTTP/1.1\r\nhost: 127.0.0.1\r\nx-a: 1\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
        );
        assert_eq!(header("HTTP/1.1 200 OK\r\nETag:  \"a\" \r\n", "etag"), Some("\"a\""));
    }
}
