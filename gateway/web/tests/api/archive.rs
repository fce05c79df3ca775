//! What a phone used, and the curves of the past.

use pumice_model::archive::{Day, DayUsage, MonthUsage, PhoneUsage};
use serde_json::json;

use crate::client::{Api, IMSI, subscriber};

#[tokio::test]
async fn usage_is_told_by_day_and_month() {
    let api = Api::new();
    let at = format!("/api/v1/subscribers/{IMSI}/usage");
    api.get(&at).await.is_problem(404, "not-found");
    api.json("POST", "/api/v1/subscribers", &subscriber()).await;
    assert_eq!(api.get(&at).await.value(), json!({"imsi": IMSI, "days": [], "months": []}));

    let imsi = IMSI.parse().unwrap();
    let day = |day, uplink| DayUsage { imsi, day: Day(day), uplink, downlink: 2 * uplink };
    let month = |month, uplink| MonthUsage { month, uplink, downlink: 0 };
    let usage =
        PhoneUsage { days: vec![day(20_782, 5), day(3, 1)], months: vec![month(202_611, 5), month(0, 1)] };
    api.house.state().usage.insert(imsi, usage);
    let shown = api.get(&at).await.value();
    assert_eq!(
        shown["days"][0],
        json!({"date": "2026-11-25", "day": 20_782, "uplink_octets": 5, "downlink_octets": 10})
    );
    assert_eq!(shown["days"][1]["date"], json!(null), "a box whose clock was never right has no dates");
    assert_eq!(shown["months"][0]["month"], "2026-11");
    assert_eq!(shown["months"][1]["month"], json!(null));
}

#[tokio::test]
async fn curves_have_as_many_points_as_they_always_have() {
    let api = Api::new();
    for (span, step) in [("hour", 30), ("day", 720), ("month", 21_600)] {
        let curves = api.get(&format!("/api/v1/history?span={span}")).await.value();
        assert_eq!((&curves["span"], &curves["step_seconds"]), (&json!(span), &json!(step)));
        let series: Vec<_> =
            curves["curves"].as_array().unwrap().iter().map(|one| one["series"].clone()).collect();
        assert_eq!(series, ["uplink", "downlink", "phones", "attach_success", "delay"]);
        assert_eq!(curves["curves"][0]["points"].as_array().unwrap().len(), 120);
    }
    for target in ["/api/v1/history", "/api/v1/history?span=year", "/api/v1/history?span=day&span=day"] {
        api.get(target).await.is_problem(422, "invalid");
    }
}
