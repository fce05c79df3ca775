//! A village with a browser in it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use pumice_browser::{Browser, Options, skip as no_browser};
use pumice_e2e::real::{Plan, Village};
use pumice_lab::skip;
use pumice_lab::topology::GATEWAY_S1_V4;
use serde_json::json;
use tempfile::TempDir;

use crate::{Person, board};

/// What everybody's password is.
pub(crate) const PASSWORD: &str = "maembe saba ya bibi";

/// The owner, the seller and the viewer of [`Stage::in_use`].
pub(crate) const OWNER: &str = "amina";
pub(crate) const SELLER: &str = "bahati";
pub(crate) const VIEWER: &str = "chausiku";

/// The gateway, its phones, and a browser on the side of the cell.
pub(crate) struct Stage {
    // Dropped in this order: the browser runs inside the village.
    pub(crate) browser: Browser,
    pub(crate) village: Village,
    _board: TempDir,
}

impl Stage {
    /// Builds it; `None` says that the test is skipped.
    pub(crate) fn new(plan: Plan) -> Option<Self> {
        if skip::unless_namespaces() || no_browser::unless_chromium() {
            return None;
        }
        let (folder, description) = board::described();
        let village = Village::build(plan.with("board", "description", description)).unwrap();
        let browser = browser(&village, None);
        Some(Self { browser, village, _board: folder })
    }

    /// One with an owner, a seller and a viewer.
    pub(crate) fn in_use(plan: Plan) -> Option<Self> {
        let stage = Self::new(plan)?;
        for (name, role) in [(OWNER, "owner"), (SELLER, "seller"), (VIEWER, "viewer")] {
            let account = json!({ "name": name, "role": role, "password": PASSWORD });
            let added = stage.village.api("POST", "/api/v1/accounts", Some(&account)).unwrap();
            assert_eq!(added.status, 201, "{}", added.body);
        }
        Some(stage)
    }

    /// The one in use that the tests share which start nothing anew and sign in at the first try. It lives while anyone holds it.
    pub(crate) fn shared() -> Option<Arc<Self>> {
        static SHARED: Mutex<Weak<Stage>> = Mutex::new(Weak::new());
        // Under the lock, so that tests which begin together wait for one stage.
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stage) = shared.upgrade() {
            return Some(stage);
        }
        let stage = Arc::new(Self::in_use(Plan::default())?);
        *shared = Arc::downgrade(&stage);
        Some(stage)
    }

    /// A browser beside this one's that shows its camera a file.
    pub(crate) fn with_camera(&self, file: &Path) -> Browser {
        browser(&self.village, Some(file))
    }

    /// Somebody with a browser that has never been here.
    pub(crate) fn person(&self) -> Person {
        Person::at(&self.browser)
    }

    /// Somebody who has signed in.
    pub(crate) fn signed_in(&self, name: &str) -> Person {
        let person = self.person();
        person.sign_in(name);
        person
    }

    /// The gateway ends to be started anew, and is: what systemd does.
    pub(crate) fn restart(&mut self) {
        // On a trial that nobody keeps it takes longer than the village waits.
        let restarted = (0..3).any(|_| self.village.await_gateway_restart().is_ok());
        assert!(restarted, "the gateway goes on as if nothing were wanted");
    }
}

fn browser(village: &Village, camera: Option<&Path>) -> Browser {
    let radio = &village.topology().radio;
    let mut options = Options::default().inside(radio).host("pumice.local", GATEWAY_S1_V4.into());
    if let Some(file) = camera {
        options = options.camera(file);
    }
    Browser::start(options).unwrap()
}
