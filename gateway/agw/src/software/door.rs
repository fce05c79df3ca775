//! The gateway's half: takes an update piece by piece, asks for what is wanted, and tells what root says of it.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use pumice_model::control::{Pending, Refusal};
use pumice_model::software::{
    ImageView, PIECE_OCTETS, Software, SoftwareOrder, SoftwareView, UPDATE_OCTETS, UpdateStage, UpdateView,
};

use super::files::{self, Places};
use super::report::Report;
use super::request::{self, is_name};

/// What the disk must have left beside an update: what people keep comes first.
const LEFT_FREE: u64 = 16 << 20;

/// The door to the software of a box with an image.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    places: Arc<Places>,
    /// One at a time writes.
    writing: Arc<Mutex<()>>,
}

impl Door {
    pub(crate) fn new(requests: PathBuf, reports: PathBuf) -> Self {
        let places = Places { requests, reports, ..Places::of_image() };
        Self { places: Arc::new(places), writing: Arc::default() }
    }

    fn view(&self) -> ImageView {
        let report: Report = files::load(&self.places.report()).unwrap_or_default();
        let mut view = report.view(self.received());
        if self.places.request().exists() {
            view.update =
                Some(UpdateView { stage: UpdateStage::Asked, version: None, percent: None, reason: None });
        }
        view
    }

    /// Octets of an update that have come.
    fn received(&self) -> u64 {
        fs::metadata(files::partial(&self.places.requests)).map_or(0, |found| found.len())
    }

    fn take(&self, offset: u64, piece: &[u8]) -> Result<u64, Refusal> {
        let _alone = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        let end = offset.saturating_add(length);
        if end > UPDATE_OCTETS || piece.len() > PIECE_OCTETS {
            return Err(Refusal::Full {
                limit: "octets of an update",
                holds: u32::try_from(UPDATE_OCTETS).unwrap_or(u32::MAX),
            });
        }
        if offset > 0 && offset != self.received() {
            return Err(Refusal::TooLate);
        }
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&self.places.requests);
        made.map_err(|error| Refusal::Store { reason: error.to_string() })?;
        let free = crate::machine::disk::look(&self.places.requests).free;
        if free < length.saturating_add(LEFT_FREE) {
            return Err(Refusal::Store { reason: "there is no room for an update".to_owned() });
        }
        self.append(offset, piece).map_err(|error| Refusal::Store { reason: error.to_string() })?;
        Ok(end)
    }

    fn append(&self, offset: u64, piece: &[u8]) -> io::Result<()> {
        let path = files::partial(&self.places.requests);
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(offset == 0).mode(0o600).open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        file.write_all(piece)
    }

    fn ask(&self, order: &SoftwareOrder) -> Result<(), Refusal> {
        let _alone = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        if self.view().update.is_some_and(|update| update.stage.is_busy()) {
            return Err(Refusal::Busy);
        }
        match order {
            SoftwareOrder::Install { stick: Some(name), .. } if !is_name(name) => {
                return Err(Refusal::NotFound);
            }
            SoftwareOrder::Install { stick: None, .. } if self.received() == 0 => {
                return Err(Refusal::NotFound);
            }
            _ => {}
        }
        let asked = || -> io::Result<()> {
            if matches!(order, SoftwareOrder::Install { stick: None, .. }) {
                let partial = files::partial(&self.places.requests);
                OpenOptions::new().write(true).open(&partial)?.sync_all()?;
                fs::rename(partial, files::bundle(&self.places.requests))?;
            }
            files::write(&self.places.request(), request::text(order).as_bytes(), 0o600)
        };
        asked().map_err(|error| Refusal::Store { reason: error.to_string() })
    }

    /// Away from the thread that serves phones.
    fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Refusal> + Send + 'static,
    ) -> Pending<T> {
        let this = self.clone();
        Pending::new(async move {
            tokio::task::spawn_blocking(move || work(&this)).await.map_err(|_| Refusal::Busy)?
        })
    }
}

impl Software for Door {
    fn software(&self) -> Pending<SoftwareView> {
        self.aside(|this| {
            Ok(SoftwareView { running: env!("CARGO_PKG_VERSION").to_owned(), image: Some(this.view()) })
        })
    }

    fn receive(&self, offset: u64, piece: Vec<u8>) -> Pending<u64> {
        self.aside(move |this| this.take(offset, &piece))
    }

    fn order(&self, order: SoftwareOrder) -> Pending<()> {
        self.aside(move |this| this.ask(&order))
    }
}

#[cfg(test)]
mod tests;
