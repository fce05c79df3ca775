//! What a browser sends: fields and files of a form. The whole body is in memory, in bounded size; this only takes it apart.

pub(crate) mod incoming;

use tokio::sync::OwnedSemaphorePermit;
use zeroize::Zeroizing;

#[cfg(test)]
mod tests;

/// Fields of one form.
const FIELDS: usize = 128;

/// Files of one form.
const FILES: usize = 4;

/// Octets of the header of one part, and of a boundary (RFC 2046 5.1.1).
const PART_HEADER: usize = 1 << 10;
const BOUNDARY: usize = 70;

/// A form. Its values are wiped when dropped: there may be keys and passwords among them.
#[derive(Default)]
pub(crate) struct Form {
    fields: Vec<(String, Zeroizing<String>)>,
    files: Vec<File>,
    /// The room that its files take, until the request is done with.
    pub(crate) room: Option<OwnedSemaphorePermit>,
}

/// A file that was sent.
pub(crate) struct File {
    field: String,
    pub(crate) name: String,
    pub(crate) octets: Zeroizing<Vec<u8>>,
}

/// It is no form, or none that a page of this box sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoForm;

impl Form {
    /// Reads a body of this type; an empty body of no type is an empty form.
    pub(crate) fn parse(content_type: &str, mut body: Zeroizing<Vec<u8>>) -> Result<Self, NoForm> {
        let (essence, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
        let essence = essence.trim();
        if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            Self::urlencoded(&body)
        } else if essence.eq_ignore_ascii_case("multipart/form-data") {
            let boundary = boundary(parameters).ok_or(NoForm)?;
            let (mut form, mut files) = Self::multipart(&boundary, &body)?;
            let last = files.pop();
            for Part { field, name, place } in files {
                let octets = Zeroizing::new(body.get(place).ok_or(NoForm)?.to_vec());
                form.files.push(File { field, name, octets });
            }
            // The last one, which mostly is the only one and may be large, stays where it is.
            if let Some(Part { field, name, place }) = last {
                body.truncate(place.end);
                body.drain(..place.start);
                form.files.push(File { field, name, octets: body });
            }
            Ok(form)
        } else if essence.is_empty() && body.is_empty() {
            Ok(Self::default())
        } else {
            Err(NoForm)
        }
    }

    fn urlencoded(body: &[u8]) -> Result<Self, NoForm> {
        let mut form = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            form.add(name.into_owned(), Zeroizing::new(value.into_owned()))?;
        }
        Ok(form)
    }

    /// The fields, and where in the body the files are.
    fn multipart(boundary: &str, body: &[u8]) -> Result<(Self, Vec<Part>), NoForm> {
        let (mut form, mut files) = (Self::default(), Vec::new());
        let first = format!("--{boundary}");
        let between = format!("\r\n--{boundary}");
        let mut rest = body.strip_prefix(first.as_bytes()).ok_or(NoForm)?;
        while !rest.starts_with(b"--") {
            rest = rest.strip_prefix(b"\r\n").ok_or(NoForm)?;
            let header_end = find(rest.get(..rest.len().min(PART_HEADER)).unwrap_or_default(), b"\r\n\r\n");
            let (header, after) = rest.split_at_checked(header_end.ok_or(NoForm)?).ok_or(NoForm)?;
            let after = after.get(4..).ok_or(NoForm)?;
            let (value, next) =
                after.split_at_checked(find(after, between.as_bytes()).ok_or(NoForm)?).ok_or(NoForm)?;
            rest = next.get(between.len()..).ok_or(NoForm)?;
            let Disposition { field, file } = disposition(header).ok_or(NoForm)?;
            match file {
                None => form.add(
                    field,
                    Zeroizing::new(core::str::from_utf8(value).map_err(|_| NoForm)?.to_owned()),
                )?,
                // A file field that was left empty is sent as a file without name and octets.
                Some(name) if name.is_empty() && value.is_empty() => {}
                Some(name) if files.len() < FILES => {
                    let end = body.len().saturating_sub(between.len() + rest.len());
                    files.push(Part { field, name, place: end.saturating_sub(value.len())..end });
                }
                Some(_) => return Err(NoForm),
            }
        }
        Ok((form, files))
    }

    fn add(&mut self, name: String, value: Zeroizing<String>) -> Result<(), NoForm> {
        if self.fields.len() >= FIELDS {
            return Err(NoForm);
        }
        self.fields.push((name, value));
        Ok(())
    }

    /// Gives a field a value, whatever was sent.
    pub(crate) fn put(&mut self, name: &str, value: &str) {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), Zeroizing::new(value.to_owned())));
    }

    /// The value of a field, without spaces around; empty if it was not sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The value of a field as it was typed: a password may begin with a space.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Whether a field was sent at all.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(known, _)| known == name)
    }

    /// A password or a key.
    pub(crate) fn secret(&self, name: &str) -> Zeroizing<String> {
        Zeroizing::new(self.raw(name).to_owned())
    }

    /// Takes a file out, so that a large one is in memory once.
    pub(crate) fn take_file(&mut self, field: &str) -> Option<Vec<u8>> {
        let file = self.files.iter_mut().find(|file| file.field == field && !file.octets.is_empty())?;
        Some(core::mem::take(&mut *file.octets))
    }

    /// A file that is not empty.
    pub(crate) fn file(&self, field: &str) -> Option<&File> {
        self.files.iter().find(|file| file.field == field && !file.octets.is_empty())
    }
}

/// A file, still in the body.
struct Part {
    field: String,
    name: String,
    place: core::ops::Range<usize>,
}

struct Disposition {
    field: String,
    file: Option<String>,
}

/// RFC 7578 4.2: the name is quoted, with `"` and line ends as browsers escape them.
fn disposition(header: &[u8]) -> Option<Disposition> {
    let header = core::str::from_utf8(header).ok()?;
    let mut lines = header.split("\r\n").filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(name, _)| name.trim().eq_ignore_ascii_case("content-disposition"))?;
    let parameters = value.trim().strip_prefix("form-data")?;
    let field = parameter(parameters, "name")?;
    Some(Disposition { field, file: parameter(parameters, "filename") })
}

fn parameter(parameters: &str, wanted: &str) -> Option<String> {
    let mut rest = parameters;
    while let Some(after) = rest.trim_start().strip_prefix(';') {
        let (name, value) = after.trim_start().split_once('=')?;
        let (value, next) = value.strip_prefix('"')?.split_once('"')?;
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n"));
        }
        rest = next;
    }
    None
}

fn boundary(parameters: &str) -> Option<String> {
    let of = |parameter: &str| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"').to_owned())
    };
    let boundary = parameters.split(';').find_map(of)?;
    let legal =
        (1..=BOUNDARY).contains(&boundary.len()) && boundary.bytes().all(|octet| octet.is_ascii_graphic());
    legal.then_some(boundary)
}

/// Where something begins. Linear for what is looked for here: a boundary begins with a line end, which is rare in itself.
fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    let first = needle.first()?;
    let mut from = 0;
    while let Some(at) = hay.get(from..)?.iter().position(|octet| octet == first) {
        let at = from + at;
        if hay.get(at..)?.starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}
