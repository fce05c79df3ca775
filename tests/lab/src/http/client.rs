use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::MAX_BODY;
use super::head::Head;
use crate::{LabError, Namespace};

/// How long a server may take to accept, or between two pieces of its answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status code, such as 200.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// One request from inside `namespace`: `body` is its type and its octets. HTTP/1.0, so that no server answers in
/// chunks.
///
/// # Errors
/// The server cannot be reached, breaks off, or does not speak HTTP.
pub fn request(
    namespace: &Namespace,
    server: SocketAddr,
    method: &str,
    path: &str,
    body: Option<(&str, &[u8])>,
) -> Result<Response, LabError> {
    let action = format!("{method} http://{server}{path}");
    let mut question =
        format!("{method} {path} HTTP/1.0\r\nHost: {server}\r\nConnection: close\r\n").into_bytes();
    if let Some((content_type, body)) = body {
        let described = format!("Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n", body.len());
        question.extend_from_slice(described.as_bytes());
        question.extend_from_slice(body);
    } else {
        question.extend_from_slice(b"\r\n");
    }
    let answer = namespace.run(|| exchange(server, &question))?.map_err(LabError::io(action))?;
    parse(answer)
}

fn exchange(server: SocketAddr, question: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect_timeout(&server, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(question)?;
    let mut answer = Vec::new();
    let limit = (MAX_BODY + super::head::MAX_HEAD) as u64;
    stream.take(limit).read_to_end(&mut answer)?;
    Ok(answer)
}

fn parse(mut answer: Vec<u8>) -> Result<Response, LabError> {
    let head = Head::parse(&answer)?.ok_or_else(|| LabError::Http("the head is incomplete".to_owned()))?;
    let status = head
        .first_line
        .strip_prefix("HTTP/1.")
        .and_then(|rest| rest.split(' ').nth(1))
        .and_then(|code| code.parse().ok())
        .ok_or_else(|| LabError::Http(format!("status line {:?}", head.first_line)))?;
    let body = answer.split_off(head.length);
    match head.content_length {
        Some(expected) if expected != body.len() => {
            Err(LabError::Http(format!("{} of {expected} octets came", body.len())))
        }
        _ => Ok(Response { status, body }),
    }
}
