use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use crate::connection::Connection;
use crate::json;
use crate::launch::{Launched, Running, launch};
use crate::{BrowserError, Context, Options};

/// How long a browser that was asked to close may take before it is killed.
const GRACE: Duration = Duration::from_secs(3);

/// A Chromium process with a profile of its own. Dropping it closes it, kills what is left of its process group, and
/// removes the profile. Should this process die first, the browser sees its pipe end and ends too.
#[derive(Debug)]
pub struct Browser {
    connection: Arc<Connection>,
    running: Running,
    product: String,
    user_agent: String,
    any_certificate: bool,
    patience: Duration,
    /// Last, so that it is removed after the browser has ended.
    profile: TempDir,
}

impl Browser {
    /// Starts a browser and waits until it answers.
    ///
    /// # Errors
    /// The program is missing, ends at once, or does not answer in time; the end of what it said is in the error.
    pub fn start(options: Options<'_>) -> Result<Self, BrowserError> {
        let profile = tempfile::Builder::new()
            .prefix("pumice-browser-")
            .tempdir()
            .map_err(BrowserError::io("making a folder for the profile"))?;
        let Launched { mut running, to_browser, from_browser, stderr } = launch(&options, profile.path())?;
        let version = Connection::start(to_browser, from_browser).and_then(|connection| {
            let version = connection.call(None, "Browser.getVersion", &json!({}), options.patience)?;
            Ok((connection, version))
        });
        match version {
            Ok((connection, version)) => Ok(Self {
                connection,
                running,
                product: json::text(&version, "/product").to_owned(),
                user_agent: json::text(&version, "/userAgent").to_owned(),
                any_certificate: options.any_certificate,
                patience: options.patience,
                profile,
            }),
            Err(error) => {
                running.end(Duration::ZERO);
                Err(BrowserError::Start {
                    program: options.program.display().to_string(),
                    reason: error.to_string(),
                    stderr: stderr.text(),
                })
            }
        }
    }

    /// A browser with default options that the tests of one process share. It lives while anyone holds it.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn shared() -> Result<Arc<Self>, BrowserError> {
        static SHARED: Mutex<Weak<Browser>> = Mutex::new(Weak::new());
        // Under the lock, so that tests which begin together wait for one browser.
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(browser) = shared.upgrade() {
            return Ok(browser);
        }
        let browser = Arc::new(Self::start(Options::default())?);
        *shared = Arc::downgrade(&browser);
        Ok(browser)
    }

    /// A new profile within the browser: no cookies, no storage, no cache.
    ///
    /// # Errors
    /// The browser is gone or refuses.
    pub fn context(&self) -> Result<Context, BrowserError> {
        Context::create(&self.connection, &self.user_agent, self.any_certificate, self.patience)
    }

    /// Name and version, such as `Chrome/140.0.7339.80`.
    #[must_use]
    pub fn product(&self) -> &str {
        &self.product
    }

    /// The process id, which is its process group's too.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.running.id()
    }

    /// The folder of its profile.
    #[must_use]
    pub fn profile(&self) -> &std::path::Path {
        self.profile.path()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.connection.post(None, "Browser.close", &json!({}));
        self.running.end(GRACE);
    }
}
