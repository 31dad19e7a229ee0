//! What is called, and what is not.

use reqwest::dns::Resolve;

use super::{Answers, Server, call, fetch, outbound, url};
use crate::outbound::{
    OutboundError,
    allowed::OutboundAllow,
    resolver::{CheckingResolver, Reach},
};

#[tokio::test]
async fn what_is_listed_is_fetched_over_plain_http() {
    let server = Server::with_body("{\"keys\":[]}").await;
    for (allow, host) in [("localhost", "localhost"), ("127.0.0.1", "127.0.0.1"), ("127.0.0.0/8", "127.1")] {
        let fetched = call(allow, &server.url(host)).await.unwrap();
        assert_eq!((&fetched.body[..], fetched.max_age_seconds), (&b"{\"keys\":[]}"[..], Some(300)));
    }
    let names = Answers::new(&[&["127.0.0.1"]]);
    fetch(&outbound("127.0.0.1", names.clone()), &server.url("jwks.internal")).await.unwrap();
    fetch(&outbound("jwks.internal", names), &server.url("jwks.internal")).await.unwrap();
    assert_eq!(server.calls(), 5);
}

#[tokio::test]
async fn this_machine_in_any_spelling_is_refused() {
    let server = Server::with_body("").await;
    for host in [
        "localhost",
        "LOCALHOST.",
        "sub.localhost",
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
    ] {
        let mut url = server.url(host);
        let error = call("", &url).await.unwrap_err();
        assert!(matches!(error, OutboundError::NotHttps(_)), "{url}: {error}");
        url.set_scheme("https").unwrap();
        let error = call("10.0.0.0/8, jwks.internal", &url).await.unwrap_err();
        assert!(matches!(error, OutboundError::NotPublic { .. }), "{url}: {error}");
    }
    assert_eq!(server.calls(), 0);
}

#[tokio::test]
async fn a_public_name_of_a_private_address_is_refused() {
    for address in ["10.0.0.1", "169.254.169.254", "127.0.0.1", "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1"] {
        let address: &'static str = address;
        let outbound = outbound("", Answers::new(&[&[address]]));
        let url = url("https://idp.example/jwks");
        assert_eq!(outbound.check_url(&url), Ok(()), "nothing can be said before");
        let error = fetch(&outbound, &url).await.unwrap_err();
        let expected =
            OutboundError::NotPublic { host: "idp.example".to_owned(), address: address.parse().unwrap() };
        assert_eq!(error, expected);
        assert!(error.to_string().contains("BELL_OUTBOUND_ALLOW"));
    }
}

#[tokio::test]
async fn of_a_names_addresses_only_those_that_may_be_called_are() {
    let checked = async |allow: &str, is_public_in_reach| {
        let resolver =
            Answers::new(&[&["10.0.0.1", "8.8.8.8", "169.254.169.254", "fd00::1", "2606:4700::1"]]);
        let allow = OutboundAllow::parse(allow).unwrap();
        let checking = CheckingResolver { resolver, reach: Reach { allow, is_public_in_reach } };
        let addresses = Resolve::resolve(&checking, "idp.example".parse().unwrap()).await;
        addresses.map(|addresses| addresses.map(|address| address.ip().to_string()).collect::<Vec<_>>())
    };
    assert_eq!(checked("", true).await.unwrap(), ["8.8.8.8", "2606:4700::1"]);
    assert_eq!(checked("10.0.0.0/8", true).await.unwrap(), ["10.0.0.1", "8.8.8.8", "2606:4700::1"]);
    assert_eq!(checked("10.0.0.0/8", false).await.unwrap(), ["10.0.0.1"]);
    assert_eq!(checked("idp.example", false).await.unwrap().len(), 5);
    assert!(checked("", false).await.is_err());
}

#[tokio::test]
async fn dns_rebinding_does_not_lead_elsewhere() {
    let server = Server::with_body("").await;
    // The listed address first, another one of this machine afterwards.
    let names = Answers::new(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let outbound = outbound("127.0.0.1", names.clone());
    fetch(&outbound, &server.url("idp.example")).await.unwrap();
    assert_eq!(*names.asked.lock().unwrap(), ["idp.example"], "what was checked is what is connected to");
    let error = fetch(&outbound, &server.url("idp.example")).await.unwrap_err();
    assert!(matches!(error, OutboundError::NotHttps(_)), "{error}");
    assert_eq!((server.calls(), names.asked.lock().unwrap().len()), (1, 2));
}

#[tokio::test]
async fn what_can_never_work_is_refused_without_a_resolver() {
    let refuse = |allow: &str, text: &str| {
        let names = Answers::new(&[&["127.0.0.1"]]);
        let error = outbound(allow, names.clone()).check_url(&url(text)).unwrap_err();
        assert!(names.asked.lock().unwrap().is_empty());
        error
    };
    assert!(matches!(refuse("", "http://idp.example/"), OutboundError::NotHttps(_)));
    assert!(matches!(refuse("", "http://8.8.8.8/"), OutboundError::NotHttps(_)));
    assert!(matches!(refuse("jwks.internal", "http://idp.example/"), OutboundError::NotHttps(_)));
    assert!(matches!(refuse("", "https://192.168.0.1/"), OutboundError::NotPublic { .. }));
    assert!(matches!(refuse("", "https://localhost/"), OutboundError::NotPublic { .. }));
    assert!(matches!(refuse("localhost", "file:///etc/passwd"), OutboundError::Scheme(_)));
    for credentials in
        ["https://user:pass@idp.example/", "https://user@idp.example/", "https://:pass@idp.example/"]
    {
        assert_eq!(refuse("idp.example", credentials), OutboundError::Credentials);
    }
}
