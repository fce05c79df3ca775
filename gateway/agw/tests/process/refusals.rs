use std::process::Output;

use super::Gateway;

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_second_gateway_with_the_same_store_is_refused_and_harms_nothing() {
    if pumice_lab::skip::unless_namespaces() {
        return;
    }
    let mut gateway = Gateway::new();
    gateway.start();
    let config = gateway.config();
    let second = gateway.run(&["run", "--config", config.to_str().unwrap()]);
    assert_eq!(second.status.code(), Some(1));
    assert!(stderr(&second).contains("another gateway runs with the store"), "{}", stderr(&second));
    assert_eq!(gateway.get("/api/v1/status").status, 200);
    assert!(gateway.namespace.link_names().unwrap().contains(&"pumice0".to_owned()));
}

#[test]
fn a_wrong_configuration_is_refused_by_line_with_its_own_exit_code() {
    if pumice_lab::skip::unless_namespaces() {
        return;
    }
    let gateway = Gateway::new();
    gateway.configure("[timers]\nt3413 = 0\ncolour = 1");
    let config = gateway.config();
    for command in [&["run", "--config"][..], &["check-config"]] {
        let refused = gateway.run(&[command, &[config.to_str().unwrap()]].concat());
        assert_eq!(refused.status.code(), Some(2));
        let text = stderr(&refused);
        assert!(
            text.contains("pumice.toml:12: timers.t3413 whole seconds from 1 to 60 are wanted"),
            "{text}"
        );
        assert!(text.contains("pumice.toml:13: timers.colour is unknown"), "{text}");
        assert!(text.contains("2 mistakes"), "{text}");
    }
    gateway.configure("");
    let good = gateway.run(&["check-config", config.to_str().unwrap()]);
    assert_eq!(good.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&good.stdout).contains("pumice.toml: OK"));
}

#[test]
fn without_a_gateway_a_command_says_so_with_its_own_exit_code() {
    if pumice_lab::skip::unless_namespaces() {
        return;
    }
    let gateway = Gateway::new();
    let config = gateway.config();
    let status = gateway.run(&["status", "--config", config.to_str().unwrap()]);
    assert_eq!(status.status.code(), Some(3));
    assert!(stderr(&status).contains("no gateway answers at http://127.0.0.1:8080"), "{}", stderr(&status));
}

#[test]
fn what_cannot_be_opened_is_named_and_nothing_is_left() {
    if pumice_lab::skip::unless_namespaces() {
        return;
    }
    let gateway = Gateway::new();
    let before = gateway.namespace.link_names().unwrap();
    let config = gateway.config();
    gateway.configure("[api]\nlisten = \"127.0.0.2:0\"\n[process]\nuser = \"no-such-user-here\"");
    let refused = gateway.run(&["run", "--config", config.to_str().unwrap()]);
    assert!(stderr(&refused).contains("there is no user \"no-such-user-here\""), "{}", stderr(&refused));

    // The port of the API is taken: everything that was opened before is closed again.
    let taken = gateway.namespace.run(|| std::net::TcpListener::bind(Gateway::api()).unwrap()).unwrap();
    gateway.configure("");
    let refused = gateway.run(&["run", "--config", config.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        stderr(&refused).contains("cannot listen on 127.0.0.1:8080 for the local API"),
        "{}",
        stderr(&refused)
    );
    assert_eq!(gateway.namespace.link_names().unwrap(), before);
    drop(taken);
}
