//! What becomes of a peer that lies: the lie is refused with its reason, and the truth beside it is taken.

use atom_marketplace_bundle::{InstanceKey, sign};
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_testkit::each_db_async;
use atom_marketplace_testkit::peer::{name_bundle, nothing};
use serde_json::{Value, json};

use super::{PEERS, Pair, text};

/// Each lie, and what it is refused for. The truth beside it is taken.
#[tokio::test(flavor = "multi_thread")]
async fn lies_are_refused_one_by_one_and_the_rest_is_taken() {
    each_db_async(|db| async move {
        let pair = Pair::open(&db, nothing()).await;
        let peer = &pair.peer;
        let say = |id: &str, change: &dyn Fn(&mut Value)| {
            peer.publish(Kind::Skill, "acme", id, "1.0.0", json!({}));
            let mut line = peer.last_line();
            change(&mut line);
            // What was said honestly is taken back; the lie stands in its place.
            peer.replace_last(line);
        };
        let stranger = InstanceKey::from_seed(&[77; 32]);
        let again = |envelope: &Value, key: &InstanceKey, change: &dyn Fn(&mut atom_marketplace_bundle::Record)| {
            let mut record = peer.read_record(envelope);
            change(&mut record);
            json!(sign(&record, key).unwrap())
        };
        let own_key = peer.key();
        peer.publish(Kind::Skill, "acme", "honest", "1.0.0", json!({}));
        say("other-key", &|line| line["record"] = again(&line["record"], &stranger, &|_| {}));
        say("flipped", &|line| {
            let sig = text(&line["record"]["signatures"][0]["sig"]);
            let flipped = if sig.starts_with('A') { sig.replacen('A', "B", 1) } else { format!("A{}", &sig[1..]) };
            line["record"]["signatures"][0]["sig"] = flipped.into();
        });
        say("bad-bundle", &|line| line["bundle"]["payload"] = line["record"]["payload"].clone());
        say("renamed-line", &|line| line["id"] = "honest-too".into());
        say("other-bundle", &|line| {
            let bundle =
                peer.bundle(Kind::Skill, "acme", "other-bundle", "1.0.0", &json!({ "description": "Another." }));
            line["bundle"] = json!(sign(&bundle, &own_key).unwrap());
        });
        say("echo", &|line| line["instance"] = "OWN".into());
        say("nowhere", &|line| line["instance"] = "ins_000000000000000000000000000000ff".into());
        say("mute", &|line| line["record"] = "no envelope".into());
        say("hostile", &|line| {
            let bundle =
                peer.bundle(Kind::Skill, "acme", "hostile", "1.0.0", &json!({ "description": "x".repeat(3_000) }));
            line["record"] = again(&line["record"], &own_key, &|record| name_bundle(record, &bundle));
            line["bundle"] = json!(sign(&bundle, &own_key).unwrap());
        });
        peer.publish(Kind::Skill, "acme", "last", "1.0.0", json!({}));
        let own = pair.own_instance().await;
        peer.each_line(|line| {
            if line["instance"] == "OWN" {
                line["instance"] = own.clone().into();
            }
        });
        let state = pair.pull().await;
        assert_eq!(state["error"], Value::Null);
        assert_eq!(
            pair.listed().await,
            [
                "acme@north/bad-bundle 1.0.0",
                "acme@north/honest 1.0.0",
                "acme@north/last 1.0.0",
                "acme@north/other-bundle 1.0.0"
            ]
        );
        assert_eq!(
            pair.refusals().await,
            [
                ("bad_signature", "bad-bundle"),
                ("bad_signature", "flipped"),
                ("bundle_mismatch", "other-bundle"),
                ("echo", "echo"),
                ("invalid", "hostile"),
                ("malformed", ""),
                ("unknown_key", "other-key"),
                ("unknown_origin", "nowhere"),
                ("wrong_component", "honest-too"),
            ]
            .map(|(code, id)| (code.to_owned(), id.to_owned()))
        );
    })
    .await;
}

type Tamper = fn(Vec<u8>) -> Vec<u8>;

/// What a whole page is refused for: nothing of it is taken, and the next honest one is.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_not_the_peers_is_refused_as_a_whole() {
    each_db_async(|db| async move {
        let pair = Pair::open(&db, nothing()).await;
        let peer = &pair.peer;
        peer.publish(Kind::Skill, "acme", "one", "1.0.0", json!({}));
        let tampers: [(&str, Tamper); 7] = [
            ("malformed", |bytes| bytes[..bytes.len() / 2].to_vec()),
            ("malformed", |_| b"<html>Welcome</html>".to_vec()),
            ("malformed", |_| Vec::new()),
            ("digest_mismatch", |bytes| [b"{}\n".as_slice(), &bytes].concat()),
            ("digest_mismatch", |mut bytes| {
                bytes[20] ^= 1;
                bytes
            }),
            ("digest_mismatch", |bytes| {
                let end = bytes[..bytes.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
                bytes[end..].to_vec()
            }),
            ("bad_signature", |bytes| {
                String::from_utf8(bytes).unwrap().replace("\"sig\":\"", "\"sig\":\"AAAA").into_bytes()
            }),
        ];
        for (at, (_, tamper)) in tampers.iter().enumerate() {
            peer.tamper(*tamper);
            let state = pair.pull().await;
            assert!(state["error"].is_string(), "{at}: {state}");
            assert_eq!(pair.listed().await, [""; 0], "{at}");
        }
        peer.honest();
        peer.page_time("2026-01-01T00:00:00.000000Z");
        assert!(text(&pair.pull().await["error"]).contains("kept it"));
        peer.honest();
        peer.tamper(|_| vec![b'x'; 50 << 20]);
        assert!(text(&pair.pull().await["error"]).contains("larger than"));
        peer.honest();
        peer.answer(500);
        assert!(text(&pair.pull().await["error"]).contains("500"));
        peer.answer(401);
        assert!(text(&pair.pull().await["error"]).contains("key"));
        peer.honest();
        let state = pair.pull().await;
        assert_eq!((&state["error"], &state["status"]), (&Value::Null, &json!("active")), "it was never in doubt");
        assert_eq!(pair.listed().await, ["acme@north/one 1.0.0"]);
        let codes: Vec<_> = pair.refusals().await.into_iter().map(|(code, _)| code).collect();
        for code in ["malformed", "digest_mismatch", "replay"] {
            assert!(codes.contains(&code.to_owned()), "{code}: {codes:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_contradicts_itself_is_not_believed_until_an_admin_has_looked() {
    each_db_async(|db| async move {
        let pair = Pair::open(&db, nothing()).await;
        let (admin, peer) = (pair.server.admin(), &pair.peer);
        let path = format!("{PEERS}/{}", pair.id);
        let first = peer.publish(Kind::Skill, "acme", "one", "1.0.0", json!({}));
        peer.publish(Kind::Skill, "acme", "two", "1.0.0", json!({}));
        let old = peer.last_line();
        peer.publish(Kind::Skill, "acme", "two", "1.1.0", json!({}));
        pair.pull().await;
        assert_eq!(pair.listed().await, ["acme@north/one 1.0.0", "acme@north/two 1.1.0"]);

        // An older record in a new entry, another one of the same revision, and another content of an old version.
        peer.say(old);
        peer.change(Kind::Skill, "acme", "one", "updated", None, |record| {
            *record = first.clone();
            record.publisher.name = "Someone else".to_owned();
        });
        let other = peer.bundle(Kind::Skill, "acme", "two", "1.0.0", &json!({ "description": "Not what it was." }));
        peer.change(Kind::Skill, "acme", "two", "updated", None, |record| name_bundle(record, &other));
        pair.pull().await;
        assert_eq!(
            pair.refusals().await,
            [("bundle_mismatch", "two"), ("equivocation", "one"), ("version_changed", "two")]
                .map(|(code, id)| (code.to_owned(), id.to_owned()))
        );
        assert_eq!(pair.skill("one").await.expect(200)["publisher"]["name"], "acme Inc.");
        assert_eq!(pair.listed().await, ["acme@north/one 1.0.0", "acme@north/two 1.1.0"]);

        // A feed that is shorter than it was.
        peer.head(Some(2));
        let state = pair.pull().await;
        assert_eq!(state["status"], "suspect", "{state}");
        assert!(text(&state["status_reason"]).contains("has reached"), "{state}");
        peer.honest();
        peer.publish(Kind::Skill, "acme", "three", "1.0.0", json!({}));
        admin.post(&format!("{path}/sync"), &json!({})).await.expect_error(409, "CONFLICT");
        pair.server.marketplace.pull_from_peers().await.unwrap();
        assert_eq!(pair.listed().await.len(), 2, "nothing is taken meanwhile");
        assert_eq!(admin.patch(&path, &json!({ "status": "active" })).await.expect(200)["status"], "active");
        pair.pull().await;
        assert_eq!(pair.listed().await, ["acme@north/one 1.0.0", "acme@north/three 1.0.0", "acme@north/two 1.1.0"]);

        // Somebody else answers.
        peer.become_instance(8);
        let state = pair.pull().await;
        assert_eq!(state["status"], "suspect");
        assert!(pair.refusals().await.iter().any(|(code, _)| code == "other_instance"));
        let log = admin.get("/api/admin/audit-log?action=peer.suspect").await.expect(200);
        assert_eq!(log["total"], 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_followed_as_far_as_the_pinned_ones_lead() {
    each_db_async(|db| async move {
        let pair = Pair::open(&db, nothing()).await;
        let (admin, peer) = (pair.server.admin(), &pair.peer);
        let path = format!("{PEERS}/{}", pair.id);
        peer.publish(Kind::Skill, "acme", "one", "1.0.0", json!({}));
        pair.pull().await;
        peer.rotate(2, true);
        peer.publish(Kind::Skill, "acme", "two", "1.0.0", json!({}));
        let state = pair.pull().await;
        assert_eq!((&state["error"], &state["fingerprint"]), (&Value::Null, &json!(peer.fingerprint())), "{state}");
        assert_eq!(state["keys"].as_array().unwrap().len(), 2);
        assert_eq!(pair.listed().await.len(), 2);

        peer.rotate(3, false);
        peer.publish(Kind::Skill, "acme", "three", "1.0.0", json!({}));
        let state = pair.pull().await;
        assert!(text(&state["error"]).contains("not among those that are trusted"), "{state}");
        assert_eq!(pair.listed().await.len(), 2);
        let codes: Vec<_> = pair.refusals().await.into_iter().map(|(code, _)| code).collect();
        assert_eq!(codes, ["unknown_key", "unproven_key"]);
        admin
            .patch(&path, &json!({ "fingerprint": "AAAA-AAAA-AAAA-AAAA-AAAA" }))
            .await
            .expect_error(400, "INVALID_REQUEST");
        admin.patch(&path, &json!({ "fingerprint": peer.fingerprint() })).await.expect(200);
        assert_eq!(pair.pull().await["error"], Value::Null);
        assert_eq!(pair.listed().await.len(), 3);
    })
    .await;
}
