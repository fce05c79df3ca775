//! A form whose file is too large for the memory of a box: its fields come first, and the file is given out piece by piece while it
//! comes.

use zeroize::Zeroizing;

use super::{Disposition, Form, NoForm, PART_HEADER, boundary, disposition, find};

#[cfg(test)]
mod tests;

/// Octets of a field beside such a file.
const FIELD: usize = 4 << 10;

/// A form that comes.
pub(crate) struct Incoming {
    /// What ends a part.
    between: Vec<u8>,
    buffer: Vec<u8>,
    place: Place,
    /// The fields that have come.
    pub(crate) form: Form,
}

/// Where in the form the buffer begins.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// Before the first boundary.
    Start,
    /// Just behind a boundary.
    Boundary,
    /// In the header of a part.
    Header,
    /// In the value of a field.
    Field(String),
    /// In the file.
    File,
    /// Behind the file: nothing more is taken.
    End,
}

impl Incoming {
    /// A form of this type.
    pub(crate) fn new(content_type: &str) -> Result<Self, NoForm> {
        let (essence, parameters) = content_type.split_once(';').ok_or(NoForm)?;
        if !essence.trim().eq_ignore_ascii_case("multipart/form-data") {
            return Err(NoForm);
        }
        let between = format!("\r\n--{}", boundary(parameters).ok_or(NoForm)?).into_bytes();
        Ok(Self { between, buffer: Vec::new(), place: Place::Start, form: Form::default() })
    }

    /// More of it has come.
    pub(crate) fn push(&mut self, octets: &[u8]) -> Result<(), NoForm> {
        if self.place == Place::End {
            return Ok(());
        }
        self.buffer.extend_from_slice(octets);
        while self.step()? {}
        Ok(())
    }

    /// Whether the fields are complete and the file has begun.
    pub(crate) fn has_file(&self) -> bool {
        matches!(self.place, Place::File | Place::End)
    }

    /// Whether the file is complete.
    pub(crate) fn is_complete(&self) -> bool {
        self.place == Place::End
    }

    /// What has come of the file since this was called last. What may be the beginning of its end stays.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        if self.place != Place::File {
            return Vec::new();
        }
        if let Some(end) = find(&self.buffer, &self.between) {
            self.buffer.truncate(end);
            self.place = Place::End;
            return core::mem::take(&mut self.buffer);
        }
        let certain = self.buffer.len().saturating_sub(self.between.len());
        let rest = self.buffer.split_off(certain);
        core::mem::replace(&mut self.buffer, rest)
    }

    /// Takes one thing from the buffer; whether there was one.
    fn step(&mut self) -> Result<bool, NoForm> {
        match &self.place {
            Place::Start => {
                let first = self.between.get(2..).unwrap_or_default();
                if self.buffer.len() < first.len() {
                    return Ok(false);
                }
                let length = first.len();
                if !self.buffer.starts_with(first) {
                    return Err(NoForm);
                }
                self.buffer.drain(..length);
                self.place = Place::Boundary;
            }
            Place::Boundary => match self.buffer.get(..2) {
                None => return Ok(false),
                Some(b"\r\n") => {
                    self.buffer.drain(..2);
                    self.place = Place::Header;
                }
                // It ends without a file, or is no form.
                Some(_) => return Err(NoForm),
            },
            Place::Header => {
                let Some(end) = find(&self.buffer, b"\r\n\r\n") else {
                    return if self.buffer.len() > PART_HEADER { Err(NoForm) } else { Ok(false) };
                };
                let header: Vec<u8> = self.buffer.drain(..end + 4).take(end).collect();
                let Disposition { field, file } = disposition(&header).ok_or(NoForm)?;
                self.place = if file.is_some() { Place::File } else { Place::Field(field) };
            }
            Place::Field(name) => {
                let Some(end) = find(&self.buffer, &self.between) else {
                    return if self.buffer.len() > FIELD { Err(NoForm) } else { Ok(false) };
                };
                let value: Vec<u8> = self.buffer.drain(..end).collect();
                let value = Zeroizing::new(String::from_utf8(value).map_err(|_| NoForm)?);
                let name = name.clone();
                self.buffer.drain(..self.between.len());
                self.form.add(name, value)?;
                self.place = Place::Boundary;
            }
            Place::File | Place::End => return Ok(false),
        }
        Ok(true)
    }
}
