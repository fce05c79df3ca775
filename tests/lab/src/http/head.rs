//! The head of a message: its first line and the one header that matters here.

use crate::LabError;

/// The longest head that is read, in octets.
pub(super) const MAX_HEAD: usize = 16 << 10;

/// The first line and Content-Length of a request or a response.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) first_line: String,
    pub(super) content_length: Option<usize>,
    /// Octets of the head with its empty line: where the body starts.
    pub(super) length: usize,
}

impl Head {
    /// Parses what has been read so far; `None` while the head is not complete.
    pub(super) fn parse(read: &[u8]) -> Result<Option<Self>, LabError> {
        let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") else {
            if read.len() > MAX_HEAD {
                return Err(LabError::Http(format!("a head of more than {MAX_HEAD} octets")));
            }
            return Ok(None);
        };
        let text = String::from_utf8_lossy(read.get(..end).unwrap_or_default());
        let mut lines = text.split("\r\n");
        let first_line = lines.next().unwrap_or_default().to_owned();
        let content_length = lines
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .map(|(_, value)| value.trim().parse())
            .transpose()
            .map_err(|error| LabError::Http(format!("content-length: {error}")))?;
        Ok(Some(Self { first_line, content_length, length: end + 4 }))
    }
}

#[cfg(test)]
mod tests;
