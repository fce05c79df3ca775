//! The certificate, how a browser learns to trust it, and the label of the box.

use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use pumice_ui::Section;
use pumice_ui::page::box_label::{self, BoxLabel};
use pumice_ui::page::security::{self, Security};

use crate::site::call::{Answer, Call};
use crate::site::certificate::{self, LOCAL_NAME};
use crate::site::config::SiteConfig;
use crate::site::fault::Fault;
use crate::site::framing::Scene;
use crate::site::session::IDLE;

pub(crate) async fn show(call: Call) -> Result<Answer, Fault> {
    let scene = Scene::of(&call, Section::Security).await?;
    let config = &call.site.config;
    let shown = config.identity.facts();
    let view = Security {
        fingerprint: shown.fingerprint,
        ca_fingerprint: config.identity.authority_fingerprint(),
        ca_name: certificate::authority_name(&config.box_name),
        valid_from: Some(scene.moment(shown.not_before)),
        valid_until: Some(scene.moment(shown.not_after)),
        names: shown.names,
        protocols: vec!["TLS 1.3".to_owned(), "TLS 1.2".to_owned()],
        session_minutes: u32::try_from(IDLE.as_secs() / 60).unwrap_or(u32::MAX),
        listens: config.listens.clone(),
    };
    Ok(Answer::Page(security::page(&scene.frame, &view)))
}

/// The authority, as phones install it.
pub(crate) async fn authority(call: Call) -> Result<Answer, Fault> {
    authority_file(&call.site.config)
}

pub(crate) fn authority_file(config: &SiteConfig) -> Result<Answer, Fault> {
    let der = certificate::der(&config.authority.certificate_pem).map_err(|_| Fault::BROKEN)?;
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/x-x509-ca-cert"));
    let name =
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"pumice-ca.crt\""));
    Ok(Answer::Other(([kind, name], der).into_response()))
}

/// The label to be stuck under the box. The code on it is worth something only while the box has no owner; an owner may print it
/// for the day of a reset.
pub(crate) async fn label(call: Call) -> Result<Answer, Fault> {
    let scene = Scene::of(&call, Section::Security).await?;
    let config = &call.site.config;
    let wifi = config.setup_wifi.as_ref();
    let view = BoxLabel {
        serial: config.box_name.clone(),
        host: LOCAL_NAME.to_owned(),
        address: config.fallback_address.map(|address| address.to_string()).unwrap_or_default(),
        wifi: wifi
            .map(|wifi| box_label::SetupWifi { ssid: wifi.ssid.clone(), password: wifi.password.clone() }),
        code: config.label_code.as_ref().map(|code| code.to_string()).unwrap_or_default(),
        fingerprint: config.identity.authority_fingerprint(),
    };
    Ok(Answer::Secret(box_label::page(&scene.frame, &view)))
}
