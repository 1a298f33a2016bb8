//! What every answer under `/api` has.

use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_testkit::{TestServer, each_db_async};

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_names_its_request_and_its_quota() {
    each_db_async(|db| async move {
        let server = TestServer::start(&db).await;
        let acme = server.tenant("acme", Plan::Free).await;
        for (client, path) in
            [(server.anonymous(), "/api/no-such-route"), (acme, "/api"), (server.admin(), "/api/agent-marketplace")]
        {
            let answer = client.get(path).await;
            answer.expect_error(404, "NOT_FOUND");
            for header in [
                "x-request-id",
                "x-ratelimit-limit",
                "x-ratelimit-remaining",
                "x-ratelimit-reset",
                "ratelimit",
                "ratelimit-policy",
            ] {
                assert!(answer.header(header).is_some(), "{path} lacks {header}");
            }
        }
    })
    .await;
}
