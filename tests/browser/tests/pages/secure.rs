use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, OnceLock};

use pumice_browser::{Browser, BrowserError, Options};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::server::Server;
use crate::setup;

/// A server with a certificate that nobody vouches for, as the box's own.
fn self_signed() -> Server {
    fn wrap(stream: TcpStream) -> Option<StreamOwned<ServerConnection, TcpStream>> {
        static CONFIG: OnceLock<Arc<ServerConfig>> = OnceLock::new();
        let config = CONFIG.get_or_init(|| {
            let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
            let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
            let config = ServerConfig::builder()
                .with_no_client_auth()
                .with_single_cert(vec![made.cert.der().clone()], key.into())
                .unwrap();
            Arc::new(config)
        });
        Some(StreamOwned::new(ServerConnection::new(Arc::clone(config)).ok()?, stream))
    }
    Server::listen_with(TcpListener::bind("127.0.0.1:0").unwrap(), wrap)
}

#[test]
fn a_self_signed_certificate_is_taken_as_it_is() {
    let Some(test) = setup() else { return };
    let url = self_signed().url("/new").replace("http://127.0.0.1", "https://localhost");
    test.page.open(&url).unwrap();
    assert_eq!(test.page.text("h1").unwrap(), "Arrived");
    assert_eq!(test.page.evaluate("isSecureContext").unwrap(), true);
}

#[test]
fn a_strict_browser_refuses_it() {
    if pumice_browser::skip::unless_chromium() {
        return;
    }
    let browser = Browser::start(Options::default().strict_certificates()).unwrap();
    let page = browser.context().unwrap().page().unwrap();
    let url = self_signed().url("/new").replace("http://127.0.0.1", "https://localhost");
    let refusal = page.open(&url).unwrap_err();
    assert!(
        matches!(&refusal, BrowserError::Navigation { reason, .. } if reason.contains("ERR_CERT")),
        "{refusal}"
    );
}
