//! No secret is in any answer.

use pumice_model::identity::Imsi;
use pumice_model::machine::BatchSim;
use pumice_web::site::routes;

use crate::browser::{CODE, IMSI, K, OPC, PASSWORD, Site, phone};

const PSK: &str = "psk-canary-77";

fn full() -> Site {
    let site = Site::in_use();
    let mut state = site.house.state();
    state.batch.insert(
        "8991101200003204514".to_owned(),
        BatchSim { iccid: "8991101200003204514".to_owned(), subscriber: phone("001010000000005", "waits") },
    );
    state.file.insert("backhaul.wifi_password".to_owned(), PSK.to_owned());
    state.values.insert("backhaul.password".to_owned(), PSK.to_owned());
    drop(state);
    site.gateway.state().cells.push(crate::gateway::cell(7));
    site.gateway.state().phones.push(crate::live::device(IMSI));
    site
}

#[tokio::test]
async fn no_page_holds_a_secret() {
    let site = full();
    let mut owner = site.owner().await;
    let hash = site.house.state().accounts.values().next().unwrap().password.clone();
    let token = owner.cookies["__Host-pumice"].clone();
    let digest: String =
        site.house.state().sessions[0].token.iter().map(|octet| format!("{octet:02x}")).collect();
    let key = site.config.authority.key_pem.to_string();
    let upper = K.to_uppercase();
    let canaries = [K, OPC, &upper, PSK, PASSWORD, &hash, &token, &digest, key.lines().nth(1).unwrap()];
    let mut pages = 0;
    for route in routes().into_iter().filter(|route| route.method == "GET" && route.path != "/live") {
        let path = route.path.replace("{imsi}", IMSI).replace("{id}", "00101-macro-7");
        let path = if route.path.starts_with("/live") {
            path.replace("{name}", "phones-list")
        } else {
            path.replace("{name}", "owner")
        };
        let answer = owner.get(&path).await;
        for canary in canaries {
            assert!(!answer.text.contains(canary), "{path} holds {canary}");
        }
        // The label is what these two are for.
        if path != "/label" {
            assert!(!answer.text.contains(CODE) && !answer.text.contains("wifi-canary-1"), "{path}");
        }
        pages += u32::from(answer.status == 200);
    }
    assert!(pages > 30, "{pages} pages");
}

#[tokio::test]
async fn the_label_is_for_owners() {
    use pumice_model::people::Role;
    let site = full();
    site.owner().await.get("/label").await.is(200).has(CODE).has("wifi-canary-1");
    for role in [Role::Seller, Role::Viewer] {
        site.as_role(role).await.get("/label").await.is(403).has_not(CODE);
    }
    site.visitor().get("/label").await.is(303);
}

#[tokio::test]
async fn forms_with_mistakes_do_not_bring_secrets_back() {
    let site = full();
    let mut owner = site.owner().await;
    let secret = "typed-canary-5";
    for (path, fields) in [
        ("/phones/add", vec![("way", "typed"), ("imsi", "x"), ("k", secret), ("opc", secret)]),
        ("/people/add", vec![("name", "!"), ("role", "seller"), ("password", secret), ("again", "x")]),
        ("/people/password", vec![("current", secret), ("password", secret), ("again", "x")]),
        ("/settings/preview", vec![("revision", "9"), ("backhaul.password", secret)]),
        ("/settings/preview", vec![("revision", "0"), ("network.plmn", "x"), ("backhaul.password", secret)]),
        ("/setup/backhaul", vec![("way", "x"), ("wifi_password", secret)]),
    ] {
        let answer = owner.post(path, &fields).await;
        assert!(answer.status.is_client_error(), "{path} {}", answer.status);
        answer.has_not(secret);
        site.house.pass(5);
    }
    let mut visitor = site.visitor();
    visitor.get("/login").await.is(200);
    visitor.post("/login", &[("name", "owner"), ("password", secret)]).await.is(401).has_not(secret);
    let audit = site.audit().join("\n");
    for canary in [secret, K, OPC, PSK, PASSWORD, CODE] {
        assert!(!audit.contains(canary), "{audit}");
    }
}

#[tokio::test]
async fn a_subscriber_is_shown_without_its_keys_by_each_view() {
    let site = full();
    let imsi: Imsi = IMSI.parse().unwrap();
    assert!(site.gateway.state().subscribers.contains_key(&imsi));
    let mut owner = site.owner().await;
    for path in ["/phones", "/phones/labels", "/live/phones-list"] {
        owner.get(path).await.is(200).has("Amina").has_not(K).has_not(OPC);
    }
}
