use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use pumice_lab::Namespace;

/// Where Debian's package puts the program.
pub(crate) const CHROMIUM: &str = "/usr/bin/chromium";

/// How a [`crate::Browser`] is started.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options<'n> {
    /// The program. Debian's Chromium unless told otherwise.
    pub program: PathBuf,
    /// The network namespace to run in; this process's own without one.
    pub namespace: Option<&'n Namespace>,
    /// Accept any certificate. True: the box's is self-signed.
    pub any_certificate: bool,
    /// A `.y4m` file shown as the camera, see [`crate::camera`]; pages may use it without being asked.
    pub camera: Option<PathBuf>,
    /// Names that resolve to these addresses without DNS.
    pub hosts: Vec<(String, IpAddr)>,
    /// How long each call and each wait may take.
    pub patience: Duration,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            program: PathBuf::from(CHROMIUM),
            namespace: None,
            any_certificate: true,
            camera: None,
            hosts: Vec::new(),
            patience: Duration::from_secs(15),
        }
    }
}

impl<'n> Options<'n> {
    /// Runs inside a namespace of the laboratory.
    #[must_use]
    pub fn inside(mut self, namespace: &'n Namespace) -> Self {
        self.namespace = Some(namespace);
        self
    }

    /// Shows the camera a `.y4m` file.
    #[must_use]
    pub fn camera(mut self, file: impl Into<PathBuf>) -> Self {
        self.camera = Some(file.into());
        self
    }

    /// Resolves `name` to `address`.
    #[must_use]
    pub fn host(mut self, name: &str, address: IpAddr) -> Self {
        self.hosts.push((name.to_owned(), address));
        self
    }

    /// Judges certificates as a browser does out of the box.
    #[must_use]
    pub fn strict_certificates(mut self) -> Self {
        self.any_certificate = false;
        self
    }
}
