//! A small Hub on loopback for tests. It answers what a handler says, remembers every request, and stops by itself.

#![allow(dead_code)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// No test needs a server for longer; a forgotten one ends then.
const LIFETIME: Duration = Duration::from_secs(120);

/// One request as it arrived. Header names are in lower case.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

/// What to send back.
pub enum Reply {
    Full {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// Nothing for so long, then a cut connection.
    Silence(Duration),
    /// A byte of a body now and then, without an end.
    Drip,
    /// A header that promises more than is sent.
    Truncated {
        promised: usize,
        body: Vec<u8>,
    },
    /// A body of so many spaces, without a length.
    Huge(u64),
    /// Bytes that are not HTTP.
    Raw(Vec<u8>),
}

impl Reply {
    pub fn json(value: serde_json::Value) -> Self {
        Self::new(200, &[], value.to_string().as_bytes())
    }

    pub fn new(status: u16, headers: &[(&'static str, &str)], body: &[u8]) -> Self {
        let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self::Full { status, headers, body: body.to_vec() }
    }

    pub fn refusal(status: u16, code: &str, message: &str) -> Self {
        let body = format!("{{\"error\":\"{code}\"}}");
        Self::new(status, &[("X-Error-Code", code), ("X-Error-Message", message)], body.as_bytes())
    }

    pub fn redirect(status: u16, location: &str) -> Self {
        Self::new(status, &[("Location", location)], b"moved")
    }
}

/// A running server. Dropping it ends it.
pub struct FakeHub {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl FakeHub {
    /// `handler` gets the request and how many came before it.
    pub fn start(handler: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let handler = Arc::new(handler);
        let thread = std::thread::spawn({
            let (requests, stop) = (Arc::clone(&requests), Arc::clone(&stop));
            move || {
                let end = Instant::now() + LIFETIME;
                while !stop.load(Ordering::SeqCst) && Instant::now() < end {
                    let Ok((stream, _)) = listener.accept() else {
                        std::thread::sleep(Duration::from_millis(2));
                        continue;
                    };
                    let (requests, stop, handler) = (Arc::clone(&requests), Arc::clone(&stop), Arc::clone(&handler));
                    std::thread::spawn(move || {
                        let _ = serve(stream, &requests, &stop, &*handler);
                    });
                }
            }
        });
        Self { address, requests, stop, thread: Some(thread) }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for FakeHub {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(
    stream: TcpStream,
    requests: &Mutex<Vec<Request>>,
    stop: &AtomicBool,
    handler: &(dyn Fn(&Request, usize) -> Reply + Send + Sync),
) -> std::io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream.set_write_timeout(Some(Duration::from_secs(10)))?;
    let mut reader = BufReader::new(stream.try_clone()?).take(64 << 10);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Ok(());
    };
    let mut request = Request { method: method.to_owned(), target: target.to_owned(), headers: Vec::new() };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let before = {
        let mut all = requests.lock().unwrap();
        all.push(request.clone());
        all.len() - 1
    };
    send(stream, &request, handler(&request, before), stop)
}

fn send(mut stream: TcpStream, request: &Request, reply: Reply, stop: &AtomicBool) -> std::io::Result<()> {
    let end = Instant::now() + Duration::from_secs(20);
    let over = || stop.load(Ordering::SeqCst) || Instant::now() > end;
    match reply {
        Reply::Full { status, headers, body } => {
            write!(stream, "HTTP/1.1 {status} Status\r\nConnection: close\r\n")?;
            for (name, value) in &headers {
                write!(stream, "{name}: {value}\r\n")?;
            }
            if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-length")) {
                write!(stream, "Content-Length: {}\r\n", body.len())?;
            }
            stream.write_all(b"\r\n")?;
            if request.method != "HEAD" {
                stream.write_all(&body)?;
            }
        }
        Reply::Silence(duration) => {
            let until = Instant::now() + duration;
            while Instant::now() < until && !over() {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        Reply::Drip => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")?;
            while !over() {
                stream.write_all(b" ")?;
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        Reply::Truncated { promised, body } => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {promised}\r\n\r\n")?;
            stream.write_all(&body)?;
        }
        Reply::Huge(length) => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
            let block = vec![b' '; 1 << 16];
            for _ in 0..length / block.len() as u64 {
                if over() {
                    break;
                }
                stream.write_all(&block)?;
            }
        }
        Reply::Raw(bytes) => stream.write_all(&bytes)?,
    }
    stream.flush()
}
