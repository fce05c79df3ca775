//! Asks the local API: one request, one connection, bounded in time and size.

use std::net::SocketAddr;
use std::time::Duration;
use std::{fmt, io};

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::HeaderValue;
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use pumice_web::dto::{FieldError, Page, Problem};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The time for a connection on this machine.
const CONNECT: Duration = Duration::from_secs(5);

/// The time for an answer. The API gives up on the core after 30 s.
const ANSWER: Duration = Duration::from_secs(40);

/// Octets of an answer: the largest is a backup.
const LARGEST: usize = 64 << 20;

/// A gateway on this machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Client {
    api: SocketAddr,
}

/// Why there is no answer, or a refusal.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ClientError {
    /// Something else answers, or an answer broke off.
    #[error("what answers at http://{api} is no Pumice gateway, or broke off: {reason}. Is --api right?")]
    Garbled {
        /// Where.
        api: SocketAddr,
        /// What is wrong.
        reason: String,
    },
    /// The gateway refuses.
    #[error("{}", Refused(.0))]
    Refused(Box<Problem>),
    /// No answer in time.
    #[error(
        "the gateway at http://{api} did not answer in time; a change may have been made or not: look before trying again"
    )]
    Slow {
        /// Where.
        api: SocketAddr,
    },
    /// Nothing listens there.
    #[error(
        "no gateway answers at http://{api}: {source}. Is it running (systemctl status pumice)? \
         --api ADDRESS:PORT or --config FILE name another"
    )]
    Unreachable {
        /// Where.
        api: SocketAddr,
        /// What the operating system says.
        source: io::Error,
    },
}

/// A body to send. It does not print: there may be keys in it.
pub(crate) struct Body {
    media_type: &'static str,
    octets: Vec<u8>,
    header: Option<(&'static str, HeaderValue)>,
}

impl Body {
    pub(crate) const fn new(media_type: &'static str, octets: Vec<u8>) -> Self {
        Self { media_type, octets, header: None }
    }

    pub(crate) fn json(value: &impl Serialize) -> io::Result<Self> {
        Ok(Self::new("application/json", serde_json::to_vec(value)?))
    }

    /// A body with a secret beside it, in a header of its own. Nothing if no header can hold it.
    pub(crate) fn with_secret(self, name: &'static str, secret: &str) -> Option<Self> {
        let mut value = HeaderValue::from_bytes(secret.as_bytes()).ok()?;
        value.set_sensitive(true);
        Some(Self { header: Some((name, value)), ..self })
    }
}

impl Client {
    pub(crate) const fn new(api: SocketAddr) -> Self {
        Self { api }
    }

    /// The JSON at a path, as it came.
    pub(crate) async fn json(&self, path: &str) -> Result<Vec<u8>, ClientError> {
        self.request(Method::GET, path, None).await
    }

    /// What is at a path.
    pub(crate) async fn fetch<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.parse(&self.json(path).await?)
    }

    /// All rows of a list, page by page.
    pub(crate) async fn all<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, ClientError> {
        self.first(path, usize::MAX).await
    }

    /// The first rows of a list, page by page.
    pub(crate) async fn first<T: DeserializeOwned>(
        &self,
        path: &str,
        most: usize,
    ) -> Result<Vec<T>, ClientError> {
        let mut items = Vec::new();
        let mut after = None;
        loop {
            let query: String =
                after.iter().map(|after: &String| format!("?after={}", percent(after))).collect();
            let mut page: Page<T> = self.fetch(&format!("{path}{query}")).await?;
            items.append(&mut page.items);
            match page.next {
                Some(next) if after.as_ref() != Some(&next) && items.len() < most => after = Some(next),
                _ => break,
            }
        }
        items.truncate(most);
        Ok(items)
    }

    /// Sends a request, and gives the body of a good answer.
    pub(crate) async fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<Body>,
    ) -> Result<Vec<u8>, ClientError> {
        let unreachable = |source| ClientError::Unreachable { api: self.api, source };
        let connected = timeout(CONNECT, TcpStream::connect(self.api)).await;
        let stream =
            connected.map_err(|_| unreachable(io::ErrorKind::TimedOut.into()))?.map_err(unreachable)?;
        let answer = timeout(ANSWER, self.exchange(stream, method, path, body)).await;
        let (status, octets) = answer.map_err(|_| ClientError::Slow { api: self.api })??;
        if status.is_success() {
            return Ok(octets);
        }
        Err(match serde_json::from_slice(&octets) {
            Ok(problem) => ClientError::Refused(Box::new(problem)),
            Err(_) => self.garbled(format!("status {status}")),
        })
    }

    /// Reads what the gateway answered.
    pub(crate) fn parse<T: DeserializeOwned>(&self, octets: &[u8]) -> Result<T, ClientError> {
        serde_json::from_slice(octets).map_err(|error| self.garbled(error))
    }

    async fn exchange(
        &self,
        stream: TcpStream,
        method: Method,
        path: &str,
        body: Option<Body>,
    ) -> Result<(StatusCode, Vec<u8>), ClientError> {
        let garbled = |error| self.garbled(error);
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(garbled)?;
        let mut request =
            Request::builder().method(method).uri(path).header(header::HOST, self.api.to_string());
        if let Some(body) = &body {
            request = request.header(header::CONTENT_TYPE, body.media_type);
            if let Some((name, value)) = &body.header {
                request = request.header(*name, value.clone());
            }
        }
        let octets = body.map_or_else(Bytes::new, |body| body.octets.into());
        let request = request.body(Full::new(octets)).map_err(|error| self.garbled(error))?;
        let answer = async {
            let answer = sender.send_request(request).await.map_err(garbled)?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), LARGEST).collect().await;
            Ok((status, body.map_err(|error| self.garbled(error))?.to_bytes().to_vec()))
        };
        // The connection works while it is polled; the answer tells whether it did.
        let connection = async {
            let _ = connection.await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            answer = answer => answer,
            () = connection => Err(ClientError::Slow { api: self.api }),
        }
    }

    fn garbled(&self, reason: impl ToString) -> ClientError {
        ClientError::Garbled { api: self.api, reason: reason.to_string() }
    }
}

/// The characters that a query may hold as they are (RFC 3986 2.3); others as their octets.
pub(crate) fn percent(text: &str) -> String {
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || b"-._~".contains(&octet);
    let each = |octet: u8| if plain(octet) { char::from(octet).to_string() } else { format!("%{octet:02X}") };
    text.bytes().map(each).collect()
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("media_type", &self.media_type).finish_non_exhaustive()
    }
}

struct Refused<'a>(&'a Problem);

impl fmt::Display for Refused<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problem = self.0;
        write!(f, "{}", problem.detail)?;
        for error in &problem.errors {
            let FieldError { pointer, parameter, line, column, detail } = error;
            f.write_str("\n  ")?;
            if let Some(line) = line {
                write!(f, "line {line}, ")?;
            }
            if let Some(name) = column.as_deref().or(parameter.as_deref()).or(pointer.as_deref()) {
                write!(f, "{}: ", name.trim_start_matches('/'))?;
            }
            f.write_str(detail)?;
        }
        if problem.errors_left_out > 0 {
            write!(f, "\n  and {} more", problem.errors_left_out)?;
        }
        Ok(())
    }
}
