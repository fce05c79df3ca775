//! Octets to lines.

/// The most octets of a line. NMEA 0183 says 82; receivers send a little more in their own sentences.
pub const MAX_LINE: usize = 128;

/// Cuts a stream of octets into lines that begin with `$`.
#[derive(Debug, Default)]
pub struct Lines {
    line: heapless::Vec<u8, MAX_LINE>,
    inside: bool,
    too_long: u64,
}

impl Lines {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes octets; `each` gets every line without its end. What does not begin with `$` is left out, and so is a line of more
    /// than [`MAX_LINE`].
    pub fn feed(&mut self, octets: &[u8], mut each: impl FnMut(&[u8])) {
        for octet in octets {
            match octet {
                b'$' => {
                    self.line.clear();
                    self.inside = self.line.push(b'$').is_ok();
                }
                b'\r' | b'\n' => {
                    if self.inside {
                        each(&self.line);
                    }
                    self.inside = false;
                }
                octet if self.inside && self.line.push(*octet).is_err() => {
                    self.inside = false;
                    self.too_long = self.too_long.saturating_add(1);
                }
                _ => {}
            }
        }
    }

    /// How many lines were too long.
    pub const fn too_long(&self) -> u64 {
        self.too_long
    }
}
