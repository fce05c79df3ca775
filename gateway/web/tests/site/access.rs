//! Who may go where: each role, each route.

use pumice_model::people::Role;
use pumice_web::site::{Access, SiteRoute, routes};

use crate::browser::{IMSI, Site};

/// The path with something filled in that is there.
fn path(route: &SiteRoute) -> String {
    let name = if route.path.starts_with("/assets") {
        "app.css"
    } else if route.path.starts_with("/live") {
        "home-status"
    } else if route.path.starts_with("/care/capture") {
        "capture-1"
    } else {
        "someone"
    };
    let id = if route.path.starts_with("/cells") { "00101-macro-7" } else { "0011223344556677" };
    route.path.replace("{imsi}", IMSI).replace("{name}", name).replace("{id}", id).replace("{number}", "1")
}

fn site() -> Site {
    let site = Site::in_use();
    site.person("someone", Role::Viewer);
    site.gateway.state().cells.push(crate::gateway::cell(7));
    site
}

#[tokio::test]
async fn each_role_goes_where_it_may_and_nowhere_else() {
    for role in [Role::Owner, Role::Seller, Role::Viewer] {
        for route in routes() {
            let site = site();
            let mut browser = site.as_role(role).await;
            let noted = site.audit().len();
            let answer = match route.method {
                "GET" => browser.get(&path(&route)).await,
                _ => browser.post(&path(&route), &[]).await,
            };
            let (status, what) =
                (answer.status.as_u16(), format!("{} {} {role:?}", route.method, route.path));
            if route.access.admits(Some(role)) {
                // Nobody signs in with an empty form.
                let wrong = if route.path == "/login" { 0 } else { 401 };
                assert!(
                    status != wrong && !matches!(status, 405 | 421 | 500),
                    "{what}: {status} {}",
                    answer.text
                );
                // Not to be 403 has one exception: nobody removes themselves, and nobody here does.
                assert!(status != 403, "{what}: {status}");
                let to_login = matches!(route.path, "/logout" | "/claim");
                assert!(!answer.location().starts_with("/login") || to_login, "{what}");
            } else {
                assert_eq!(status, 403, "{what}: {}", answer.text);
                let refused = site.audit()[noted..].iter().any(|entry| entry.contains("page.refused"));
                assert_eq!(refused, route.method == "POST", "{what}");
                assert!(site.gateway.state().commands.len() == 1, "{what}");
            }
        }
    }
}

#[tokio::test]
async fn who_has_not_signed_in_is_asked_to_and_comes_back() {
    for route in routes() {
        let site = site();
        let mut browser = site.visitor();
        browser.get("/login").await;
        let answer = match route.method {
            "GET" => browser.get(&path(&route)).await,
            _ => browser.post(&path(&route), &[]).await,
        };
        let (status, what) = (answer.status.as_u16(), format!("{} {}", route.method, route.path));
        if route.access == Access::Anyone {
            let wrong = if route.path == "/login" { 0 } else { 401 };
            assert!(status != wrong && !matches!(status, 403 | 405 | 500), "{what}: {status}");
        } else if route.path.starts_with("/live") {
            assert_eq!(status, 401, "{what}");
        } else {
            assert!(answer.location().starts_with("/login"), "{what}: {status}");
            assert_eq!(
                answer.location().contains("next="),
                route.method == "GET" && route.path != "/",
                "{what}"
            );
        }
        assert_eq!(site.gateway.state().commands.len(), 1, "{what}");
    }
}

#[tokio::test]
async fn what_is_open_to_everyone_is_little() {
    let open: Vec<_> = routes()
        .into_iter()
        .filter(|route| route.access == Access::Anyone)
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    assert_eq!(
        open,
        [
            "GET /login",
            "POST /login",
            "GET /claim",
            "POST /claim",
            "POST /language",
            "GET /assets/{name}",
            "GET /ca.crt",
            "GET /alive"
        ]
    );
}

#[tokio::test]
async fn all_that_changes_something_is_a_post_and_owners_alone_change_the_box() {
    let posts = routes().into_iter().filter(|route| route.method == "POST");
    let not_owners: Vec<_> =
        posts.filter(|route| route.access != Access::Owners).map(|route| route.path).collect();
    assert_eq!(
        not_owners,
        [
            "/login",
            "/claim",
            "/language",
            "/logout",
            "/phones/add",
            "/phones/csv",
            "/phones/csv/apply",
            "/phones/{imsi}/rename",
            "/people/password",
            "/people/sessions/end-others",
            "/people/sessions/{id}/end"
        ]
    );
}

#[tokio::test]
async fn what_is_not_there_is_told_so_to_everyone() {
    let site = site();
    site.visitor().get("/nothing").await.is(404);
    site.owner().await.get("/nothing").await.is(404);
    site.owner().await.get("/phones/csv").await.is(400);
    let mut browser = site.owner().await;
    let put = browser.request("PUT", "/phones").body(axum::body::Body::empty()).unwrap();
    browser.send(put).await.is(400);
}
