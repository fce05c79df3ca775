//! A browser without eyes: it keeps cookies, finds the proof in forms, and follows where it is sent.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use pumice_model::control::{Command, Control};
use pumice_model::people::{Account, AccountName, Role, Session};
use pumice_model::subscriber::Subscriber;
use pumice_web::site::{SetupWifi, SiteConfig, certificate, plain_router, router};
use pumice_web::{Doors, SubscriberDefaults, TlsIdentity};
use sha2::{Digest, Sha256};
use tower::ServiceExt;

use crate::fakes::{House, NOON};
use crate::gateway::Gateway;

pub(crate) const HOST: &str = "pumice.local";
pub(crate) const CODE: &str = "MANGO-TREE-42";
pub(crate) const PASSWORD: &str = "maembe saba ya bibi";
pub(crate) const IMSI: &str = "001010000000001";
pub(crate) const K: &str = "465b5ce8b199b49faa5f0a2ee238a6bc";
pub(crate) const OPC: &str = "cd63cb71954a9f4e48a5994e37a02baf";

/// A box with its page.
pub(crate) struct Site {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) house: Arc<House>,
    pub(crate) router: Router,
    pub(crate) config: SiteConfig,
}

pub(crate) fn config() -> SiteConfig {
    let authority = certificate::authority(&certificate::new_key().unwrap(), "ab12", NOON).unwrap();
    let leaf = certificate::issue(&authority, &certificate::new_key().unwrap(), &[], NOON).unwrap();
    let identity = TlsIdentity::new(&leaf, &authority).unwrap();
    let mut config = SiteConfig::new(identity, authority, defaults());
    config.label_code = Some(CODE.to_owned().into());
    config.box_name = "ab12".to_owned();
    config.fallback_address = Some("192.168.77.1".parse().unwrap());
    config.setup_wifi =
        Some(SetupWifi { ssid: "Pumice ab12".to_owned(), password: "wifi-canary-1".to_owned() });
    config
}

pub(crate) fn defaults() -> SubscriberDefaults {
    SubscriberDefaults::new("internet".parse().unwrap())
}

pub(crate) fn api_config() -> pumice_web::WebConfig {
    pumice_web::WebConfig::new(defaults())
}

impl Site {
    /// The local API of the same box.
    pub(crate) fn api(&self, config: pumice_web::WebConfig) -> Router {
        let doors = Doors {
            control: self.gateway.clone(),
            query: self.gateway.clone(),
            keeper: self.house.clone(),
            configure: self.house.clone(),
            machine: self.house.clone(),
            software: self.house.clone(),
        };
        pumice_web::router(doors, config)
    }

    /// A box as it comes out of its parcel: nobody's, and not set up.
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut SiteConfig)) -> Self {
        let mut config = config();
        change(&mut config);
        let gateway = Arc::new(Gateway::default());
        let house = Arc::new(House::default());
        let doors = Doors {
            control: gateway.clone(),
            query: gateway.clone(),
            keeper: house.clone(),
            configure: house.clone(),
            machine: house.clone(),
            software: house.clone(),
        };
        let router = router(doors, config.clone());
        Self { gateway, house, router, config }
    }

    /// A box that is in use: it has an owner, a network, and a phone.
    pub(crate) fn in_use() -> Self {
        Self::in_use_with(|_| {})
    }

    pub(crate) fn in_use_with(change: impl FnOnce(&mut SiteConfig)) -> Self {
        let site = Self::with(change);
        site.set_up();
        site.add_phone(IMSI, "Amina");
        site.person("owner", Role::Owner);
        site
    }

    pub(crate) fn set_up(&self) {
        let mut state = self.house.state();
        state.file.insert("network.name".to_owned(), "Village".to_owned());
        state.file.insert("network.plmn".to_owned(), "00101".to_owned());
        state.file.insert("network.tacs".to_owned(), "1".to_owned());
    }

    pub(crate) fn add_phone(&self, imsi: &str, name: &str) {
        let subscriber = phone(imsi, name);
        drop(self.gateway.execute(Command::AddSubscribers(vec![subscriber])));
    }

    /// An account whose password is [`PASSWORD`].
    pub(crate) fn person(&self, name: &str, role: Role) {
        let account = Account {
            name: AccountName::parse(name).unwrap(),
            role,
            password: hash(),
            language: "en".parse().unwrap(),
            created: self.house.state().now,
        };
        self.house.state().accounts.insert(account.name.clone(), account);
    }

    /// A browser of somebody who has not signed in.
    pub(crate) fn visitor(&self) -> Browser<'_> {
        Browser { site: self, cookies: BTreeMap::new(), proof: String::new(), last: None }
    }

    /// A browser of somebody who has, without the second that a password takes.
    pub(crate) async fn signed_in(&self, name: &str) -> Browser<'_> {
        let mut token = [0; 32];
        getrandom::fill(&mut token).unwrap();
        {
            let mut state = self.house.state();
            let now = state.now;
            state.sessions.push(Session {
                token: Sha256::digest(token).into(),
                account: AccountName::parse(name).unwrap(),
                begun: now,
                used: now,
                browser: "Test browser".parse().unwrap(),
            });
        }
        let mut browser = self.visitor();
        let text = token.iter().map(|octet| format!("{octet:02x}")).collect();
        browser.cookies.insert("__Host-pumice".to_owned(), text);
        browser.get("/").await;
        browser
    }

    pub(crate) async fn owner(&self) -> Browser<'_> {
        self.signed_in("owner").await
    }

    /// Someone with this role, made for the purpose.
    pub(crate) async fn as_role(&self, role: Role) -> Browser<'_> {
        let name = format!("a-{}", role.word());
        self.person(&name, role);
        self.signed_in(&name).await
    }

    pub(crate) async fn plain(&self, target: &str, host: &str) -> Answer {
        let request = Request::builder().uri(target).header("host", host).body(Body::empty()).unwrap();
        Answer::of(plain_router(self.config.clone()).oneshot(request).await.unwrap()).await
    }

    /// What was noted, as `actor action subject outcome`.
    pub(crate) fn audit(&self) -> Vec<String> {
        let state = self.house.state();
        let entries = state.audit.iter().map(|record| &record.entry);
        entries
            .map(|entry| {
                format!("{} {} {} {:?}", entry.actor, entry.action, entry.subject, entry.outcome)
                    .replace("  ", " ")
            })
            .collect()
    }
}

/// A subscriber with keys that must never come back.
pub(crate) fn phone(imsi: &str, name: &str) -> Subscriber {
    use pumice_model::secret::Key128;
    use pumice_model::subscriber::{ApnProfile, OperatorKey, SimKeys, SubscriberState};
    let defaults = defaults();
    Subscriber {
        imsi: imsi.parse().unwrap(),
        name: name.parse().unwrap(),
        state: SubscriberState::Active,
        keys: SimKeys {
            k: Key128::from_hex(K).unwrap(),
            op: OperatorKey::Opc(Key128::from_hex(OPC).unwrap()),
            amf: [0x80, 0],
        },
        seq_offset: 0,
        apns: core::iter::once(ApnProfile {
            apn: defaults.apn.clone(),
            ambr: defaults.ambr,
            qci: defaults.qci,
            priority: 8,
        })
        .collect(),
        ambr: defaults.ambr,
        ims_voice: false,
    }
}

/// The hash of [`PASSWORD`], made once with a cheap cost: what is checked is what is in the hash.
fn hash() -> String {
    use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
    let params = Params::new(64, 1, 1, None).unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_with_salt(PASSWORD.as_bytes(), b"a salt of 16 oct").unwrap().to_string()
}

/// A browser.
pub(crate) struct Browser<'a> {
    pub(crate) site: &'a Site,
    pub(crate) cookies: BTreeMap<String, String>,
    /// The proof in the last form that was seen.
    pub(crate) proof: String,
    last: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) octets: Vec<u8>,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) async fn of(response: axum::response::Response) -> Self {
        let (parts, body) = response.into_parts();
        let octets = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        let text = String::from_utf8_lossy(&octets).into_owned();
        Self { status: parts.status, headers: parts.headers, octets, text }
    }

    pub(crate) fn location(&self) -> &str {
        self.headers.get("location").map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{} {}", self.location(), self.text);
        self
    }

    #[track_caller]
    pub(crate) fn goes_to(self, path: &str) -> Self {
        let answer = self.is(303);
        assert_eq!(answer.location(), path);
        answer
    }

    #[track_caller]
    pub(crate) fn has(self, text: &str) -> Self {
        assert!(self.text.contains(text), "no {text:?} in {}", self.text);
        self
    }

    #[track_caller]
    pub(crate) fn has_not(self, text: &str) -> Self {
        assert!(!self.text.contains(text), "{text:?} in {}", self.text);
        self
    }

    /// The value of the last hidden field of this name.
    #[track_caller]
    pub(crate) fn hidden(&self, name: &str) -> String {
        field(&self.text, name).unwrap_or_else(|| panic!("no {name} in {}", self.text))
    }
}

fn field(html: &str, name: &str) -> Option<String> {
    let (_, rest) = html.rsplit_once(&format!("name=\"{name}\" value=\""))?;
    Some(rest.split('"').next().unwrap().to_owned())
}

impl Browser<'_> {
    pub(crate) async fn get(&mut self, target: &str) -> Answer {
        let request = self.request("GET", target).body(Body::empty()).unwrap();
        self.send(request).await
    }

    /// Sends a form as a page's own would be.
    pub(crate) async fn post(&mut self, target: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("_csrf", &self.proof).extend_pairs(fields);
        let kind = "application/x-www-form-urlencoded";
        self.post_body(target, kind, body.finish().into_bytes()).await
    }

    pub(crate) async fn post_body(&mut self, target: &str, kind: &str, body: Vec<u8>) -> Answer {
        let request = self.request("POST", target).header("content-type", kind);
        let request =
            request.header("origin", format!("https://{HOST}")).header("sec-fetch-site", "same-origin");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Sends a form with a file.
    pub(crate) async fn upload(
        &mut self,
        target: &str,
        fields: &[(&str, &str)],
        file: (&str, &[u8]),
    ) -> Answer {
        let proof = self.proof.clone();
        let mut body = Vec::new();
        for (name, value) in fields.iter().copied().chain([("_csrf", proof.as_str())]) {
            let part = format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(part.into_bytes());
        }
        let head = format!(
            "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n",
            file.0
        );
        body.extend(head.into_bytes());
        body.extend(file.1);
        body.extend(b"\r\n--X--\r\n");
        self.post_body(target, "multipart/form-data; boundary=X", body).await
    }

    pub(crate) fn request(&self, method: &str, target: &str) -> axum::http::request::Builder {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::builder().method(method).uri(target).header("host", HOST);
        if cookies.is_empty() { request } else { request.header("cookie", cookies.join("; ")) }
    }

    pub(crate) async fn send(&mut self, request: Request<Body>) -> Answer {
        let answer = Answer::of(self.site.router.clone().oneshot(request).await.unwrap()).await;
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            for wanted in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
                assert!(cookie.starts_with("__Host-") && cookie.contains(wanted), "{cookie}");
            }
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        if let Some(proof) = field(&answer.text, "_csrf") {
            self.proof = proof;
        }
        self.last = Some(answer.location().to_owned());
        answer
    }

    /// Goes where the last answer sent it.
    pub(crate) async fn follow(&mut self) -> Answer {
        let to = self.last.clone().unwrap();
        self.get(&to).await
    }
}
