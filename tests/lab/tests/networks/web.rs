use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use pumice_lab::topology::{GATEWAY_SGI_V4, SERVER_V4, SERVER_V6};
use pumice_lab::{Namespace, Topology, forward, http, skip};

fn served(page_length: usize) -> (Topology, http::Server) {
    let village = Topology::build().unwrap();
    let binds = [SocketAddr::from((SERVER_V4, 80)), SocketAddr::from((SERVER_V6, 80))];
    let server = http::Server::start(&village.internet, &binds, page_length).unwrap();
    (village, server)
}

#[test]
fn page_crosses_the_namespaces_whole() {
    if skip::unless_namespaces() {
        return;
    }
    let (village, server) = served(1_000_003);
    for &address in server.addresses() {
        let reply = http::request(&village.gateway, address, "GET", "/", None).unwrap();
        assert_eq!(reply.status, 200);
        assert!(reply.body == http::page(1_000_003), "the page differs");
    }
    let visits = server.visits();
    assert_eq!(visits.len(), 2);
    assert_eq!(visits[0].peer.ip(), GATEWAY_SGI_V4);
    assert_eq!((visits[0].method.as_str(), visits[0].path.as_str(), visits[0].sent), ("GET", "/", 1_000_003));
}

#[test]
fn size_of_a_page_can_be_asked_for() {
    if skip::unless_namespaces() {
        return;
    }
    let (village, server) = served(1);
    let get = |path| http::request(&village.gateway, server.addresses()[0], "GET", path, None).unwrap();
    assert_eq!(get("/bytes/65537").body, http::page(65_537));
    assert_eq!(get("/bytes/0").body, []);
    assert_eq!(get("/bytes/999999999999").status, 404);
    assert_eq!(get("/elsewhere").status, 404);
}

#[test]
fn body_of_a_post_is_counted() {
    if skip::unless_namespaces() {
        return;
    }
    let (village, server) = served(1);
    let body = http::page(300_000);
    let sent = Some(("application/octet-stream", body.as_slice()));
    let reply = http::request(&village.gateway, server.addresses()[0], "POST", "/up", sent).unwrap();
    assert_eq!(reply.status, 200);
    assert_eq!(server.visits()[0].received, 300_000);
}

#[test]
fn half_a_request_leaves_the_server_working() {
    if skip::unless_namespaces() {
        return;
    }
    let (village, server) = served(5);
    let address = server.addresses()[0];
    let broken = village.gateway.run(|| TcpStream::connect(address).unwrap()).unwrap();
    (&broken).write_all(b"GET / HT").unwrap();
    let nonsense = village.gateway.run(|| TcpStream::connect(address).unwrap()).unwrap();
    (&nonsense).write_all(&[0xff; 40_000]).unwrap();
    assert_eq!(http::request(&village.gateway, address, "GET", "/", None).unwrap().body, http::page(5));
    assert_eq!(server.visits().len(), 1);
}

#[test]
fn forward_reaches_a_loopback_inside_from_outside() {
    if skip::unless_namespaces() {
        return;
    }
    let inside = Namespace::new("inside").unwrap();
    let server = http::Server::start(&inside, &["127.0.0.1:0".parse().unwrap()], 1234).unwrap();
    let door =
        forward::Forward::start("127.0.0.1:0".parse().unwrap(), &inside, server.addresses()[0]).unwrap();
    let mut stream = TcpStream::connect(door.address()).unwrap();
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(answer.ends_with(&http::page(1234)));
    drop(door);
    assert!(
        TcpStream::connect(server.addresses()[0]).is_err(),
        "the server was reachable without the forward"
    );
}
