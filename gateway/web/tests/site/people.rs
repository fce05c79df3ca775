//! Accounts.

use pumice_model::people::Role;

use crate::browser::{PASSWORD, Site};

fn fields<'a>(name: &'a str, role: &'a str) -> [(&'a str, &'a str); 4] {
    [("name", name), ("role", role), ("password", PASSWORD), ("again", PASSWORD)]
}

#[tokio::test]
async fn an_owner_makes_accounts_and_removes_them() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    owner.post("/people/add", &fields("Juma", "seller")).await.goes_to("/people");
    owner.follow().await.is(200).has("juma can sign in now").has("/people/juma/remove");
    let mut juma = site.visitor();
    juma.get("/login").await.is(200);
    juma.post("/login", &[("name", "juma"), ("password", PASSWORD)]).await.goes_to("/");
    juma.get("/phones/add").await.is(200);
    owner.get("/people/juma/remove").await.is(200).has("juma");
    owner.post("/people/juma/remove", &[]).await.goes_to("/people");
    juma.get("/phones/add").await.is(303);
    assert_eq!(
        site.audit(),
        [
            "owner account.add juma seller Done",
            "juma session.begin juma Done",
            "owner account.remove juma Done"
        ]
    );
}

#[tokio::test]
async fn an_account_says_when_it_was_here_by_its_sessions() {
    let site = Site::in_use();
    site.person("grace", Role::Viewer);
    site.person("juma", Role::Seller);
    site.signed_in("juma").await;
    site.house.pass(600);
    site.house.state().machine.clock.unix_seconds += 600;
    let mut owner = site.owner().await;
    let page = owner.get("/people").await.is(200).has_not("never signed in");
    let of = |name: &str| {
        let (_, rest) = page.text.split_once(&format!("<bdi>{name}</bdi>")).unwrap();
        rest.split("</p></div>").next().unwrap().to_owned()
    };
    assert!(of("grace").contains("no session now"));
    assert!(of("juma").contains("last here <time") && of("juma").contains("15:00"), "{}", of("juma"));
    assert!(of("owner").contains("last here just now"), "{}", of("owner"));
}

#[tokio::test]
async fn a_name_is_given_once() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    let before = site.house.state().accounts.clone();
    owner.post("/people/add", &fields("OWNER", "viewer")).await.is(422).has("There is one already");
    owner.post("/people/add", &fields("x", "king")).await.is(400);
    assert!(site.house.state().accounts == before);
}

#[tokio::test]
async fn nobody_removes_themselves_or_somebody_who_is_not_there() {
    let site = Site::in_use();
    let mut owner = site.owner().await;
    owner.post("/people/owner/remove", &[]).await.is(403);
    owner.post("/people/nobody/remove", &[]).await.is(404);
    owner.get("/people/nobody/remove").await.is(404);
    owner.get("/people/%3Cscript%3E/remove").await.is(404).has_not("<script>");
    assert_eq!(site.house.state().accounts.len(), 1);
}

#[tokio::test]
async fn sixteen_accounts_are_enough() {
    let site = Site::in_use();
    for number in 1..16 {
        site.person(&format!("p{number}"), Role::Viewer);
    }
    let mut owner = site.owner().await;
    owner.get("/people").await.is(200).has("Remove one first");
    owner.post("/people/add", &fields("one-more", "viewer")).await.is(409);
}

#[tokio::test]
async fn who_is_no_owner_sees_their_own_account_alone() {
    let site = Site::in_use();
    site.person("juma", Role::Viewer);
    let mut seller = site.as_role(Role::Seller).await;
    seller.get("/people").await.is(200).has("a-seller").has_not("juma").has_not("/people/owner");
}
