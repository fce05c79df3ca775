//! Adding phones: by the card's number, by hand, by a file.

use pumice_model::machine::BatchSim;
use pumice_model::people::Role;
use pumice_web::batch_file::{BatchEntropy, seal};

use crate::browser::{IMSI, K, OPC, Site, defaults, phone};

const ICCID: &str = "8991101200003204514";
const PASSPHRASE: &str = "maembe kumi na mbili";
const NEW: &str = "001010000000077";

fn typed<'a>(imsi: &'a str, k: &'a str, opc: &'a str) -> [(&'a str, &'a str); 5] {
    [("way", "typed"), ("imsi", imsi), ("k", k), ("opc", opc), ("name", "Zawadi")]
}

fn batch_file() -> Vec<u8> {
    let csv = format!("iccid,imsi,k,opc\n{ICCID},{NEW},{K},{OPC}\n");
    let entropy = BatchEntropy { salt: [1; 16], nonce: [2; 12] };
    seal(csv.as_bytes(), PASSPHRASE, entropy, &defaults()).unwrap()
}

#[tokio::test]
async fn a_card_of_a_batch_needs_its_number_alone() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    owner.get("/phones/batch").await.is(200);
    owner
        .upload("/phones/batch", &[("passphrase", "maembe kumi na tatu")], ("b.bin", &batch_file()))
        .await
        .is(422)
        .has("passphrase is wrong");
    owner
        .upload("/phones/batch", &[("passphrase", PASSPHRASE)], ("b.bin", &batch_file()))
        .await
        .goes_to("/phones/add");
    owner.follow().await.is(200).has("The batch is loaded: 1 card");
    let mut seller = site.as_role(Role::Seller).await;
    seller.get(&format!("/phones/add?iccid={ICCID}")).await.is(200).has(ICCID);
    let by = |iccid| [("way", "iccid"), ("iccid", iccid), ("name", "Zawadi")];
    seller.post("/phones/add", &by("8991101200003204515")).await.is(422).has("check digit");
    seller.post("/phones/add", &by("12")).await.is(422).has("18 to 20 digits");
    seller.post("/phones/add", &by("8944500301020304059")).await.is(422).has("No batch on this box");
    seller.post("/phones/add", &by("8991 1012 0000 3204 514")).await.goes_to("/phones/add");
    seller.follow().await.is(200).has("Zawadi is added");
    let state = site.gateway.state();
    let added = &state.subscribers[&NEW.parse().unwrap()];
    assert_eq!((added.name.as_str(), &added.keys), ("Zawadi", &phone(NEW, "").keys));
    drop(state);
    assert!(site.house.state().batch.is_empty());
    let noted = site.audit();
    assert!(noted.contains(&format!("a-seller subscriber.add {NEW} Done")), "{noted:?}");
    assert!(noted.contains(&"owner batch.add Refused".to_owned()), "{noted:?}");
}

#[tokio::test]
async fn a_card_that_is_in_use_is_told() {
    let site = Site::in_use();
    let sim = BatchSim { iccid: ICCID.to_owned(), subscriber: phone(IMSI, "") };
    site.house.state().batch.insert(ICCID.to_owned(), sim);
    let mut owner = site.owner().await;
    owner.post("/phones/add", &[("way", "iccid"), ("iccid", ICCID)]).await.is(422).has("in use already");
}

#[tokio::test]
async fn keys_are_typed_in_groups_and_never_come_back() {
    let site = Site::in_use();
    let mut seller = site.as_role(Role::Seller).await;
    let grouped: Vec<_> = K.as_bytes().chunks(4).map(|part| std::str::from_utf8(part).unwrap()).collect();
    seller.post("/phones/add", &typed(NEW, &grouped.join(" "), OPC)).await.goes_to("/phones/add");
    assert!(site.gateway.state().subscribers.contains_key(&NEW.parse().unwrap()));
    for (imsi, k, opc, said) in [
        (NEW, K, OPC, "There is one already"),
        ("", K, OPC, "14 or 15 digits"),
        ("001010000000078", "465b", OPC, "32 hexadecimal digits"),
        ("001010000000078", K, "", "32 hexadecimal digits"),
        ("262010000000078", K, OPC, "belongs to another network"),
    ] {
        let answer = seller.post("/phones/add", &typed(imsi, k, opc)).await.is(422).has(said).has("Zawadi");
        answer.has_not(K).has_not(OPC);
    }
    assert_eq!(site.gateway.state().subscribers.len(), 2);
    seller.post("/phones/add", &[("way", "x")]).await.is(400);
}

#[tokio::test]
async fn a_file_is_looked_at_first() {
    let site = Site::in_use();
    let mut seller = site.as_role(Role::Seller).await;
    let csv = format!(
        "imsi,k,opc,name\n{NEW},{K},{OPC},Zawadi\n{IMSI},{K},{OPC},again\n001010000000078,{K},zz,bad\n\
         001010000000079,{K},{OPC},\"<b>x</b>\"\n"
    );
    let page = seller.upload("/phones/csv", &[], ("list.csv", csv.as_bytes())).await.is(200);
    let page =
        page.has("2 phones can be added").has("2 rows cannot be added").has("nothing has been added yet");
    let ticket = page.has_not(K).has_not(OPC).hidden("ticket");
    assert_eq!(site.gateway.state().subscribers.len(), 1);
    // The ticket is good for who got it, once.
    let mut owner = site.owner().await;
    owner.post("/phones/csv/apply", &[("ticket", &ticket)]).await.is(409);
    seller.post("/phones/csv/apply", &[("ticket", &ticket)]).await.goes_to("/phones");
    seller.follow().await.is(200).has("2 phones are added").has_not("<b>x").has("&lt;b&gt;x");
    assert_eq!(site.gateway.state().subscribers.len(), 3);
    seller.post("/phones/csv/apply", &[("ticket", &ticket)]).await.is(409);
    assert!(site.audit().contains(&"a-seller subscriber.import 2 Done".to_owned()));
}

#[tokio::test]
async fn a_file_with_more_phones_than_there_is_room_for_is_told_before_it_is_added() {
    let site = Site::in_use();
    site.gateway.state().limits.subscribers = 2;
    let mut seller = site.as_role(Role::Seller).await;
    let rows = [77, 78].map(|number| format!("0010100000000{number},{K},{OPC}\n")).concat();
    let csv = format!("imsi,k,opc\n{rows}");
    seller.upload("/phones/csv", &[], ("x.csv", csv.as_bytes())).await.is(422).has("room for 2 subscribers");
}

#[tokio::test]
async fn files_are_bounded_and_hostile_ones_harm_nothing() {
    let site = Site::with(|config| config.limits.web.import_octets = 4 << 20);
    site.set_up();
    site.person("owner", Role::Owner);
    let mut owner = site.owner().await;
    let large = vec![b'x'; (4 << 20) + (40 << 10)];
    owner.upload("/phones/csv", &[], ("large.csv", &large)).await.is(413).has("too large");
    let rows = format!("imsi,k,opc\n{}", "1\n".repeat(10_001));
    owner.upload("/phones/csv", &[], ("rows.csv", rows.as_bytes())).await.is(413);
    for odd in [&b"\0\xff\xfe"[..], b"imsi\n", b"a,b\n1,2\n", b"imsi,k,opc\n\"", b"imsi,k,opc\n=cmd(),x,y\n"]
    {
        owner.upload("/phones/csv", &[], ("<script>.csv", odd)).await.is(200).has_not("<script>");
    }
    owner.upload("/phones/csv", &[], ("empty.csv", b"")).await.is(422).has("Choose a file");
    for odd in [&b""[..], b"PUMBATCH1", b"PUMBATCH1\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"] {
        owner.upload("/phones/batch", &[("passphrase", "x")], ("b", odd)).await.is(422);
    }
    // A form without a file is bounded as every form.
    let long = "x".repeat(33 << 10);
    owner.post("/phones/add", &[("way", "typed"), ("name", &long)]).await.is(413);
    assert!(site.gateway.state().commands.is_empty());
}

#[tokio::test]
async fn scanning_may_see_through_the_camera_and_nothing_else_may() {
    let site = Site::in_use();
    let mut seller = site.as_role(Role::Seller).await;
    let scan = seller.get("/phones/scan").await.is(200);
    assert!(scan.headers["permissions-policy"].to_str().unwrap().starts_with("camera=(self),"));
    for other in ["/phones", "/phones/add", "/nothing"] {
        let answer = seller.get(other).await;
        assert!(answer.headers["permissions-policy"].to_str().unwrap().starts_with("camera=(),"), "{other}");
    }
}
