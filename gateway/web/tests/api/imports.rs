//! Subscribers from a file.

use std::fmt::Write;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::client::{Answer, Api, IMSI, K, OP, OPC, config, subscriber};

const IMPORT: &str = "/api/v1/subscribers/import";

async fn import(api: &Api, file: impl Into<Vec<u8>>) -> Answer {
    api.text("POST", IMPORT, "text/csv; charset=utf-8", file.into()).await
}

async fn check(api: &Api, file: &str) -> Answer {
    api.text("POST", &format!("{IMPORT}?dry_run=true"), "text/csv", file.to_owned()).await
}

fn rows(count: u64) -> String {
    let mut file = "imsi,k,opc\n".to_owned();
    for number in 0..count {
        writeln!(file, "00101{number:010},{K},{OPC}").unwrap();
    }
    file
}

#[tokio::test]
async fn a_file_is_imported_whole_in_one_command() {
    let api = Api::new();
    let answer = import(&api, rows(500)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.value(), json!({"rows": 500, "added": 500, "dry_run": false}));
    assert_eq!(api.gateway.state().subscribers.len(), 500);
    assert_eq!(api.gateway.state().commands.len(), 1);
}

#[tokio::test]
async fn every_column_is_read() {
    let api = Api::new();
    let file = format!(
        "IMSI;K;OP;OPC;AMF;Name;State;APN;QCI;Priority;AMBR_uplink;AMBR_downlink;IMS_voice\r\n\
         001010000000001;{K};{OP};;B000;\"Amina; the \"\"elder\"\"\";Barred;ims;5;2;1000;2000;TRUE\r\n\
         \r\n\
         001010000000002 ; {K} ;; {OPC};;;;;;;;3000;\r\n"
    );
    let answer = import(&api, format!("\u{feff}{file}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let shown = api.get("/api/v1/subscribers").await.value();
    let ambr = json!({"uplink": 1_000, "downlink": 2_000});
    let first = json!({
        "imsi": "001010000000001", "name": "Amina; the \"elder\"", "state": "barred", "ims_voice": true, "attached": true,
        "ambr": ambr, "apns": [{"apn": "ims", "qci": 5, "ambr": ambr}],
    });
    assert_eq!(shown["items"][0], first);
    let ambr = json!({"uplink": 50_000_000, "downlink": 3_000});
    let second = json!({
        "imsi": "001010000000002", "name": "", "state": "active", "ims_voice": false, "attached": true,
        "ambr": ambr, "apns": [{"apn": "internet", "qci": 9, "ambr": ambr}],
    });
    assert_eq!(shown["items"][1], second);
    let stored = api.gateway.state().subscribers[&IMSI.parse().unwrap()].clone();
    assert_eq!((stored.keys.amf, stored.apns[0].priority), ([0xb0, 0], 2));
}

#[tokio::test]
async fn tabs_separate_too() {
    let api = Api::new();
    let answer = import(&api, format!("name\timsi\tk\topc\na,b;c\t{IMSI}\t{K}\t{OPC}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let imsi = IMSI.parse().unwrap();
    assert_eq!(api.gateway.state().subscribers[&imsi].name.as_str(), "a,b;c");
}

#[tokio::test]
async fn every_wrong_cell_is_told_with_line_and_column() {
    let api = Api::new();
    let mut file =
        b"imsi,k,op,opc,amf,name,state,apn,qci,priority,ambr_uplink,ambr_downlink,ims_voice\n".to_vec();
    let cells: [(&str, &str, &str); 17] = [
        ("12345", "imsi", "an IMSI has 6 to 15 digits"),
        ("1.01E+12", "imsi", "an IMSI has 6 to 15 digits"),
        ("", "imsi", "an IMSI has 6 to 15 digits"),
        ("zz", "k", "32 hexadecimal digits are wanted"),
        ("", "k", "32 hexadecimal digits are wanted"),
        ("zz", "opc", "32 hexadecimal digits are wanted"),
        ("", "opc", "either opc or op is wanted"),
        (OP, "op", "only one of opc and op is wanted"),
        ("0000", "amf", "wanted are four hexadecimal digits of which the first is 8 or more, as 8000"),
        ("gone", "state", "wanted is active or barred"),
        ("a b", "apn", "an APN has 1 to 100 letters, digits, '-' and '.', each label 1 to 63 long"),
        ("4", "qci", "QCI 4 is not for a default bearer: 5 to 9"),
        ("high", "qci", "wanted is a number of 5 to 9"),
        ("16", "priority", "wanted is a priority of 1 (first) to 15"),
        ("1", "ambr_uplink", "wanted are 1000 to 10000000000 bit/s"),
        ("fast", "ambr_downlink", "wanted is a whole number of bit/s"),
        ("yes", "ims_voice", "wanted is true or false"),
    ];
    let columns = [
        "imsi",
        "k",
        "op",
        "opc",
        "amf",
        "name",
        "state",
        "apn",
        "qci",
        "priority",
        "ambr_uplink",
        "ambr_downlink",
        "ims_voice",
    ];
    for (at, (cell, column, _)) in cells.iter().enumerate() {
        let imsi = format!("00101{at:010}");
        let row = columns.map(|name| match name {
            name if name == *column => *cell,
            "imsi" => imsi.as_str(),
            "k" => K,
            "opc" => OPC,
            _ => "",
        });
        file.extend_from_slice(format!("{}\n", row.join(",")).as_bytes());
    }
    let problem = import(&api, file).await.is_problem(422, "invalid");
    let expected: Vec<Value> = cells
        .iter()
        .zip(2..)
        .map(|((_, column, detail), line)| json!({"line": line, "column": column, "detail": detail}))
        .collect();
    assert_eq!(problem["errors"], json!(expected));
    assert!(api.gateway.state().commands.is_empty());
}

#[tokio::test]
async fn one_wrong_row_keeps_all_out() {
    let api = Api::new();
    let problem = import(&api, format!("{}1,2,3\n", rows(5))).await.is_problem(422, "invalid");
    assert_eq!(problem["errors"].as_array().unwrap().len(), 3);
    assert!(problem["errors"].as_array().unwrap().iter().all(|error| error["line"] == 7));
    assert!(api.gateway.state().commands.is_empty());
}

#[tokio::test]
async fn odd_rows_are_told() {
    let api = Api::new();
    let head = "imsi,k,opc,name\n";
    let cases: [(Vec<u8>, Value); 7] = [
        (
            format!("imsi,k,opc,name\r\n{IMSI},{K},{OPC},a\r\n\r\n{IMSI},{K},{OPC},b\r\n").into(),
            json!([{"line": 4, "column": "imsi", "detail": "this IMSI is on line 2 already"}]),
        ),
        (
            format!("\n{head}\n{IMSI},{K},{OPC},\"a\n b\"\n{IMSI},{K},{OPC},b\r\n").into(),
            json!([
                {"line": 4, "column": "name", "detail": "a name has at most 64 octets of UTF-8 and no control characters"},
            ]),
        ),
        (
            format!("{head}{IMSI},{K}\n").into(),
            json!([{"line": 2, "detail": "this row has 2 cells, the header has 4"}]),
        ),
        (
            format!("{head}{IMSI},{K},{OPC},a,b\n").into(),
            json!([{"line": 2, "detail": "this row has 5 cells, the header has 4"}]),
        ),
        (
            format!("{head}{IMSI},{K},{OPC},a\n\n{IMSI},{K},{OPC},b\n").into(),
            json!([{"line": 4, "column": "imsi", "detail": "this IMSI is on line 2 already"}]),
        ),
        (
            [format!("{head}{IMSI},{K},{OPC},").as_bytes(), b"\xff\n"].concat(),
            json!([{"line": 2, "column": "name", "detail": "this cell is not UTF-8"}]),
        ),
        (head.into(), json!([{"line": 2, "detail": "at least one row is wanted under the header"}])),
    ];
    for (file, errors) in cases {
        assert_eq!(import(&api, file).await.is_problem(422, "invalid")["errors"], errors);
    }
    // A quote that is never closed swallows the rest; that is one odd row, not a crash.
    import(&api, format!("{head}{IMSI},{K},{OPC},\"a\n{}", rows(3))).await;
    assert!(api.gateway.state().subscribers.len() <= 1);
}

#[tokio::test]
async fn the_header_is_checked() {
    let api = Api::new();
    let cases = [
        ("", vec![Some("imsi"), Some("k"), Some("opc")]),
        ("imsi,k\n", vec![Some("opc")]),
        ("k,opc\n", vec![Some("imsi")]),
        ("imsi,k,opc,k\n", vec![Some("k")]),
        ("imsi,k,opc,colour\n", vec![Some("colour")]),
        // What is no name may be a key: a file without header.
        (
            "001010000000001,465B5CE8B199B49FAA5F0A2EE238A6BC,cd63cb71954a9f4e48a5994e37a02baf\n",
            vec![None; 3],
        ),
    ];
    for (file, columns) in cases {
        let answer = import(&api, file).await;
        let problem = answer.is_problem(422, "invalid");
        let errors = problem["errors"].as_array().unwrap();
        assert!(errors.iter().all(|error| error["line"] == 1), "{problem}");
        let told: Vec<_> = errors.iter().map(|error| error["column"].as_str()).collect();
        assert_eq!(told[..columns.len()], columns, "{file}");
        assert!(!answer.text.contains(OPC) && !answer.text.contains(&K.to_lowercase()));
    }
}

#[tokio::test]
async fn a_dry_run_tells_the_same_and_changes_nothing() {
    let api = Api::new();
    let answer = check(&api, &rows(5)).await;
    assert_eq!(answer.value(), json!({"rows": 5, "added": 0, "dry_run": true}));
    assert!(api.gateway.state().commands.is_empty());
    api.json("POST", "/api/v1/subscribers", &subscriber()).await;
    // More pages than one of what is there.
    api.gateway.state().limits.page = 1;
    for number in 7..10 {
        let given = json!({"imsi": format!("00101{number:010}"), "k": K, "opc": OPC});
        api.json("POST", "/api/v1/subscribers", &given).await;
    }
    let expected = json!([
        {"line": 3, "column": "imsi", "detail": "this subscriber exists already"},
        {"line": 9, "column": "imsi", "detail": "this subscriber exists already"},
    ]);
    assert_eq!(check(&api, &rows(8)).await.is_problem(409, "exists")["errors"], expected);
    assert_eq!(import(&api, rows(8)).await.is_problem(409, "exists")["errors"], expected);
    api.gateway.state().limits.subscribers = 8;
    let mut file = "imsi,k,opc\n".to_owned();
    (20..25).for_each(|number| writeln!(file, "00101{number:010},{K},{OPC}").unwrap());
    check(&api, &file).await.is_problem(409, "full");
    import(&api, file).await.is_problem(409, "full");
    assert_eq!(api.gateway.state().subscribers.len(), 4);
    for query in ["dry_run=1", "dry_run=", "dry_run=true&dry_run=true", "dryrun=true"] {
        let answer = api.text("POST", &format!("{IMPORT}?{query}"), "text/csv", rows(1)).await;
        answer.is_problem(422, "invalid");
    }
}

#[tokio::test]
async fn a_file_has_so_many_rows_and_an_answer_so_many_errors() {
    let mut config = config();
    config.limits.import_rows = 150;
    let api = Api::with(config);
    import(&api, rows(151)).await.is_problem(413, "too-many-rows");
    assert_eq!(import(&api, rows(150)).await.status, 200);
    let mut file = "imsi,k,opc\n".to_owned();
    (0..150).for_each(|_| file.push_str("x,y,z\n"));
    let problem = import(&api, file).await.is_problem(422, "invalid");
    assert_eq!(problem["errors"].as_array().unwrap().len(), 100);
    assert_eq!(problem["errors_left_out"], 350);
}

#[tokio::test]
async fn imports_come_one_after_the_other() {
    let api = Arc::new(Api::new());
    let gate = Arc::new(Semaphore::new(0));
    api.gateway.state().gate = Some(Arc::clone(&gate));
    let first = tokio::spawn({
        let api = Arc::clone(&api);
        async move { import(&api, rows(1)).await }
    });
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let answer = import(&api, rows(1)).await;
    answer.is_problem(503, "busy");
    assert_eq!(answer.headers["retry-after"], "1");
    gate.add_permits(10);
    assert_eq!(first.await.unwrap().status, 200);
    assert_eq!(import(&api, rows(1)).await.status, 409);
}

#[tokio::test]
async fn one_that_comes_between_check_and_command_is_told_with_its_line() {
    let api = Arc::new(Api::new());
    let gate = Arc::new(Semaphore::new(0));
    api.gateway.state().gate = Some(Arc::clone(&gate));
    let importing = tokio::spawn({
        let api = Arc::clone(&api);
        async move { import(&api, rows(3)).await }
    });
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    // The list of what is there is on its way; now another client adds one.
    api.gateway.state().gate = None;
    assert_eq!(api.json("POST", "/api/v1/subscribers", &subscriber()).await.status, 201);
    gate.add_permits(1);
    let problem = importing.await.unwrap().is_problem(409, "exists");
    assert_eq!(
        problem["errors"],
        json!([{"line": 3, "column": "imsi", "detail": "this subscriber exists already"}])
    );
}
