//! Batches of SIMs that wait to become subscribers.

use pumice_web::SubscriberDefaults;
use pumice_web::batch_file::{self, BatchEntropy};
use serde_json::json;

use crate::client::{Answer, Api, K, OPC, request};

const AT: &str = "/api/v1/batch";
const ICCID: &str = "8988211000000000011";
const PASSPHRASE: &str = "a goat eats the stamps";

fn sealed() -> Vec<u8> {
    let csv = format!("iccid,imsi,k,opc,name\n{ICCID},001010000000011,{K},{OPC},Card 1\n");
    let entropy = BatchEntropy { salt: [7; 16], nonce: [9; 12] };
    batch_file::seal(
        csv.as_bytes(),
        PASSPHRASE,
        entropy,
        &SubscriberDefaults::new("internet".parse().unwrap()),
    )
    .unwrap()
}

async fn import(api: &Api, file: Vec<u8>, passphrase: &str) -> Answer {
    let request = request("POST", AT)
        .header("content-type", "application/octet-stream")
        .header("x-passphrase", passphrase)
        .body(file.into());
    api.send(request.unwrap()).await
}

#[tokio::test]
async fn a_sim_of_a_batch_becomes_a_subscriber_by_the_number_on_its_card() {
    let api = Api::new();
    assert_eq!(api.get(AT).await.value(), json!({"sims": 0, "room": 4000}));
    assert_eq!(import(&api, sealed(), PASSPHRASE).await.value(), json!({"sims": 1, "added": 1}));
    assert_eq!(import(&api, sealed(), PASSPHRASE).await.value(), json!({"sims": 1, "added": 0}));
    assert_eq!(api.get(AT).await.value()["sims"], 1);

    let target = format!("{AT}/{ICCID}/subscribe");
    let added = api.json("POST", &target, &json!({"name": "Amina"})).await;
    assert_eq!(added.status, 201, "{}", added.text);
    let added = added.value();
    assert_eq!((&added["imsi"], &added["name"]), (&json!("001010000000011"), &json!("Amina")));
    assert_eq!(api.gateway.state().subscribers.len(), 1);
    assert_eq!(api.get(AT).await.value()["sims"], 0, "it waits no more");
    api.json("POST", &target, &json!({})).await.is_problem(404, "not-found");
}

#[tokio::test]
async fn a_sim_whose_subscriber_exists_stays_in_the_batch() {
    let api = Api::new();
    import(&api, sealed(), PASSPHRASE).await;
    let known = json!({"imsi": "001010000000011", "k": K, "opc": OPC});
    api.json("POST", "/api/v1/subscribers", &known).await;
    let target = format!("{AT}/{ICCID}/subscribe");
    api.json("POST", &target, &json!({})).await.is_problem(409, "exists");
    assert_eq!(api.get(AT).await.value()["sims"], 1);
}

#[tokio::test]
async fn what_does_not_open_is_told_and_nothing_of_it_comes_back() {
    let api = Api::new();
    let problem = import(&api, sealed(), "another passphrase").await.is_problem(422, "bad-batch");
    assert!(problem["detail"].as_str().unwrap().contains("check the passphrase"), "{problem}");
    assert!(!problem.to_string().contains("another"), "{problem}");
    import(&api, b"imsi,k,opc\n".to_vec(), PASSPHRASE).await.is_problem(422, "bad-batch");
    let bare = request("POST", AT).header("content-type", "application/octet-stream").body(sealed().into());
    api.send(bare.unwrap()).await.is_problem(422, "invalid");
    api.text("POST", AT, "text/csv", "iccid").await.is_problem(422, "invalid");
    import(&api, vec![0; (2 << 20) + 1], PASSPHRASE).await.is_problem(413, "body-too-large");
    assert!(api.house.state().batch.is_empty());
    for iccid in ["8988211000000000012", "12", "x"] {
        let problem = api.json("POST", &format!("{AT}/{iccid}/subscribe"), &json!({})).await;
        problem.is_problem(422, "invalid");
    }
}

#[tokio::test]
async fn no_answer_holds_a_key_of_a_batch() {
    let api = Api::new();
    let answers = [
        import(&api, sealed(), PASSPHRASE).await,
        api.get(AT).await,
        api.json("POST", &format!("{AT}/{ICCID}/subscribe"), &json!({})).await,
        api.get("/api/v1/audit").await,
    ];
    for answer in answers {
        let text = answer.text.to_lowercase();
        assert!(
            !text.contains(&K.to_lowercase()[..8]) && !text.contains(&OPC[..8]) && !text.contains("goat"),
            "{text}"
        );
    }
}
