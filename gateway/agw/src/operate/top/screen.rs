//! The terminal: the alternate screen, keys as they are pressed, and everything set back in the end.

use std::io::{self, IsTerminal, Read, Write};
use std::os::fd::AsFd;
use std::thread;

use nix::sys::termios::{self, LocalFlags, SetArg, Termios};
use tokio::sync::mpsc;

const ENTER: &str = "\x1b[?1049h\x1b[?25l";
const LEAVE: &str = "\x1b[?25h\x1b[?1049l";

/// A terminal that this program draws on. Dropping it sets everything back.
pub(super) struct Screen {
    before: Termios,
    quit: mpsc::Receiver<()>,
}

impl Screen {
    pub(super) fn open() -> io::Result<Self> {
        let before = termios::tcgetattr(io::stdin().as_fd())?;
        let mut raw = before.clone();
        // Keys come at once and are not shown; Ctrl-C stays a signal.
        raw.local_flags.remove(LocalFlags::ICANON | LocalFlags::ECHO);
        termios::tcsetattr(io::stdin().as_fd(), SetArg::TCSANOW, &raw)?;
        let (wish, quit) = mpsc::channel(1);
        let screen = Self { before, quit };
        thread::Builder::new().name("keys".to_owned()).spawn(move || watch_keys(&wish))?;
        let mut out = io::stdout().lock();
        out.write_all(ENTER.as_bytes())?;
        out.flush()?;
        Ok(screen)
    }

    /// Columns and lines; what most terminals have, where it does not say.
    pub(super) fn size(&self) -> (usize, usize) {
        terminal_size().unwrap_or((80, 24))
    }

    /// Draws over what was there, without blanking it in between.
    pub(super) fn draw(&mut self, picture: &str) -> io::Result<()> {
        let mut octets = String::from("\x1b[H");
        for (at, line) in picture.lines().enumerate() {
            octets.push_str(if at == 0 { "" } else { "\r\n" });
            octets.push_str(line);
            octets.push_str("\x1b[K");
        }
        octets.push_str("\x1b[J");
        let mut out = io::stdout().lock();
        out.write_all(octets.as_bytes())?;
        out.flush()
    }

    /// Ready when somebody has pressed q. Never, when there is no input any more.
    pub(super) async fn wants_to_quit(&mut self) {
        if self.quit.recv().await.is_none() {
            core::future::pending().await
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Nothing more can be done for a terminal that has gone.
        let _ = termios::tcsetattr(io::stdin().as_fd(), SetArg::TCSANOW, &self.before);
        let mut out = io::stdout().lock();
        let _ = out.write_all(LEAVE.as_bytes()).and_then(|()| out.flush());
    }
}

/// Ends with the process: a read of a terminal is not to be interrupted.
fn watch_keys(wish: &mpsc::Sender<()>) {
    for key in io::stdin().lock().bytes() {
        match key {
            Ok(b'q' | b'Q') => {
                let _ = wish.try_send(());
            }
            Ok(_) => {}
            Err(_) => return,
        }
    }
}

/// What the terminal says of itself.
#[allow(unsafe_code, reason = "TIOCGWINSZ has no safe wrapper in nix")]
fn terminal_size() -> Option<(usize, usize)> {
    use nix::libc;

    nix::ioctl_read_bad!(window_size, libc::TIOCGWINSZ, libc::winsize);

    let out = io::stdout();
    if !out.is_terminal() {
        return None;
    }
    let mut size = libc::winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
    let descriptor = std::os::fd::AsRawFd::as_raw_fd(&out);
    // SAFETY: the descriptor is open as long as `out` lives, and the kernel writes no more than a `winsize`.
    unsafe { window_size(descriptor, &raw mut size) }.ok()?;
    let (columns, lines) = (usize::from(size.ws_col), usize::from(size.ws_row));
    (columns > 0 && lines > 0).then_some((columns, lines))
}
