//! Serves the test pages: one request a connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Longest request line, header and body, in octets.
const LONGEST: u64 = 1 << 20;
/// Requests remembered.
const REMEMBERED: usize = 1024;

const FORM: &str = include_str!("form.html");
const GOOD: &str = include_str!("good.html");

/// A request as it came in.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) line: String,
    pub(super) header: String,
    pub(super) body: String,
}

/// A server on a port of its own. Its thread ends with the process.
pub(super) struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    pub(super) fn start() -> Self {
        Self::listen(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    pub(super) fn listen(listener: TcpListener) -> Self {
        Self::listen_with(listener, Some)
    }

    /// `wrap` puts TLS around a connection.
    pub(super) fn listen_with<S: Read + Write + 'static>(
        listener: TcpListener,
        wrap: fn(TcpStream) -> Option<S>,
    ) -> Self {
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let log = Arc::clone(&log);
                thread::spawn(move || serve(stream, wrap, &log));
            }
        });
        Self { address, seen }
    }

    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    /// The newest request for that path.
    pub(super) fn seen(&self, path: &str) -> Option<Seen> {
        let seen = self.seen.lock().unwrap();
        seen.iter().rev().find(|seen| seen.line.split(' ').nth(1) == Some(path)).cloned()
    }
}

/// A browser may open a connection and say nothing, or hang up: neither is an error here.
fn serve<S: Read + Write>(
    stream: TcpStream,
    wrap: fn(TcpStream) -> Option<S>,
    log: &Mutex<Vec<Seen>>,
) -> Option<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    let mut reader = BufReader::new(wrap(stream)?.take(LONGEST));
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let mut header = String::new();
    while !header.ends_with("\r\n\r\n") && header != "\r\n" {
        reader.read_line(&mut header).ok().filter(|length| *length > 0)?;
    }
    let length = header
        .lines()
        .find_map(|field| field.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; usize::min(length, 1 << 20)];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8_lossy(&body).into_owned();
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    {
        let mut log = log.lock().unwrap();
        if log.len() < REMEMBERED {
            log.push(Seen { line, header, body });
        }
    }
    let mut stream = reader.into_inner().into_inner();
    stream.write_all(&answer(&path)).and_then(|()| stream.flush()).ok()
}

fn answer(path: &str) -> Vec<u8> {
    let html = "text/html; charset=utf-8";
    match path {
        "/" => reply("200 OK", html, "", FORM),
        "/good" => reply(
            "200 OK",
            html,
            "Content-Security-Policy: default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'\r\n",
            GOOD,
        ),
        "/bad" => reply("200 OK", html, "", &GOOD.replace("alt=\"A red dot\"", "")),
        "/cookies" => {
            let cookies = "Set-Cookie: session=s3; HttpOnly; SameSite=Strict; Path=/\r\nSet-Cookie: lang=sw; Max-Age=600\r\n";
            reply("200 OK", html, cookies, "<title>cookies</title>")
        }
        "/old" => reply("302 Found", html, "Location: /new\r\n", ""),
        "/new" | "/sent" => reply("200 OK", html, "", "<title>new</title><h1>Arrived</h1>"),
        // The browser asks for it some time after each page.
        "/favicon.ico" => reply("200 OK", "image/x-icon", "", ""),
        "/file" => {
            let attachment = "Content-Disposition: attachment; filename=\"sims.csv\"\r\n";
            reply("200 OK", "text/csv", attachment, "iccid,imsi\n")
        }
        "/weight" => reply(
            "200 OK",
            html,
            "",
            &format!("<title>weight</title><link rel=icon href=data:,><p>{}", "x".repeat(20_000)),
        ),
        "/noscript" => reply(
            "200 OK",
            html,
            "",
            "<!doctype html><html lang=en><title>t</title><main><h1>Hi</h1><p id=p>static</p><img src=data:,></main>\
             <script>document.getElementById('p').textContent = 'scripted'</script>",
        ),
        "/faulty" => reply(
            "200 OK",
            html,
            "Content-Security-Policy: img-src 'self'\r\n",
            "<title>t</title><script>console.error('planted', 7); console.log('fine'); \
             setTimeout(() => { document.title = 'thrown'; throw new Error('thrown on purpose') }, 0)</script>\
             <img src=/missing.png><img src=http://192.0.2.1/outside.png>",
        ),
        _ => reply("404 Not Found", "text/plain", "", "no such page"),
    }
}

fn reply(status: &str, kind: &str, fields: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n{fields}\r\n{body}",
        body.len()
    )
    .into_bytes()
}
