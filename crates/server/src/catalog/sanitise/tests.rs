use atom_marketplace_protocol::component::Manifest;
use atom_marketplace_protocol::redaction::RedactionAction::{Dropped, Replaced};
use atom_marketplace_protocol::redaction::RedactionKind::{Credential, Email, InternalHost, Phone, Ssn, TenantId};
use atom_marketplace_protocol::redaction::{RedactionAction, RedactionKind};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{LISTED_MAX, Redactions, sanitise};

const UUID: &str = "3f2504e0-4f89-11d3-9a0c-0305e82c3301";

fn manifest(content: Value) -> Manifest {
    Manifest { content: Some(content), ..Manifest::default() }
}

fn sanitised(content: Value) -> (Value, Redactions) {
    let mut manifest = manifest(content);
    let found = sanitise(&mut manifest, "acme");
    (manifest.content.unwrap(), found)
}

/// A made-up secret of this form, put together here so that no scanner of repositories takes it for one.
fn token(prefix: &str, length: usize) -> String {
    format!("{prefix}{}", "a1B2c3D4e5F6g7H8".repeat(8).chars().take(length).collect::<String>())
}

/// Keys whose values go, whatever these are.
#[test]
fn credentials_are_dropped_by_their_keys() {
    let keys = "apiKey api_key API_KEY API-KEY apikey APIKEY aPiKeY a_p_i_k_e_y api.key x-api-key myApiKey openai_api_key openaiapikey
        api_key_prod api_key_2 api_key_salesforce apiKeys api_keys access_token accessToken ACCESS_TOKEN accesstoken refreshToken
        refresh-token auth_token authToken botToken bot_token BOTTOKEN slack_bot_token bearer bearerToken bearer_token token
        token_value id_token session_token personalAccessToken github_token csrfToken privateKey private_key PRIVATE-KEY
        private_key_pem privatekey secret secrets client_secret clientSecret CLIENT_SECRET clientsecret secretKey secret_key
        secretAccessKey aws_secret_access_key appSecret webhook_secret signingSecret signing_key encryptionKey ssh_key
        password PASSWORD passWord passwords db_password dbpassword userPassword passwd passphrase password_hash
        credential credentials creds db_credentials authorization Authorization AUTHORISATION proxyAuthorization jwt
        connection_string connectionString seed_phrase recovery_codes dsn set-cookie";
    for key in keys.split_whitespace() {
        let (clean, found) = sanitised(json!({"deep": [{"er": {key: "hunter2", "kept": 1}}]}));
        assert_eq!(clean, json!({"deep": [{"er": {"kept": 1}}]}), "{key}");
        assert_eq!((found.count, found.listed[0].kind, found.listed[0].action), (1, Credential, Dropped), "{key}");
    }
}

/// Keys that are about credentials, or about something else of the same name.
#[test]
fn other_keys_survive() {
    for (key, value) in [
        ("max_tokens", json!(4096)),
        ("maxTokens", json!("4096")),
        ("MAX_TOKENS", json!(4096)),
        ("maxtokens", json!(1)),
        ("token_count", json!(12)),
        ("tokenCount", json!("12")),
        ("tokens", json!(300)),
        ("total_tokens", json!(300)),
        ("prompt_tokens", json!("300")),
        ("token_limit", json!("8k")),
        ("tokenizer", json!("cl100k_base")),
        ("tokenization", json!("word2vec-300")),
        ("stop_token", json!("<|eos1|>")),
        ("pad_token", json!("[PAD]")),
        ("special_tokens", json!(["<s>", "</s>"])),
        ("design_tokens", json!({"blue": "#0000ff"})),
        ("next_page_token", json!("start")),
        ("tokens_per_minute", json!(10)),
        ("secretary", json!("Ada Lovelace")),
        ("secretary_id", json!("person-1234")),
        ("password_policy_url", json!("https://acme.example/policy2")),
        ("password_min_length", json!("12 characters")),
        ("passwordRequired", json!("yes!")),
        ("password", json!(null)),
        ("has_password", json!("yes1yes1")),
        ("required_api_keys", json!(["salesforce", "hubspot2"])),
        ("requiredApiKeys", json!(["crm"])),
        ("api_key_name", json!("X-Api-Key-2")),
        ("api_key_env", json!("CRM_KEY_2")),
        ("api_key_header", json!({"type": "string"})),
        ("secret", json!(true)),
        ("api_key", json!("${CRM_KEY}")),
        ("api_key", json!("{{ settings.crm_key }}")),
        ("password", json!("<your password>")),
        ("password", json!("********")),
        ("key", json!("name2name2")),
        ("keys", json!(["a1b2c3d4"])),
        ("primary_key", json!("id2id2id2")),
        ("public_key", json!("ssh-ed25519 AAAA")),
        ("keyboard", json!("qwerty123")),
        ("monkey", json!("bonobo99")),
        ("hotkey", json!("ctrl+k2345")),
        ("idempotency_key", json!("order-42")),
        ("sort_key", json!("created_at1")),
        ("author", json!("Ada99")),
        ("authority", json!("level5level5")),
        ("authors", json!(["x1x2x3x4"])),
        ("authorization", json!("Managers approve refunds over 500.")),
        ("authorization_url", json!("https://a.example/2")),
        ("authorization", json!({"refunds": "manager", "limit": 500})),
        ("auth", json!({"type": "oauth2"})),
        ("auth_type", json!("oauth2")),
        ("auth", json!("oauth")),
        ("pass", json!("first")),
        ("passenger", json!("seat12A")),
        ("compass", json!("north123")),
        ("pass_rate", json!("0.95abc")),
        ("bearer_format", json!("JWT2JWT2")),
        ("cookie_policy", json!("strict1!")),
        ("secret_sauce", json!("slow cooking")),
        ("private", json!("yes-1yes")),
        ("privacy", json!("level1lvl")),
        ("access", json!("read2write")),
        ("token_url", json!("https://a.example/token2")),
        ("source_tenant_id", json!("acme")),
        ("tenant_role", json!("owner")),
        ("credentials_provider", json!("vault1vault")),
    ] {
        let content = json!({"a": {key: value}});
        let (clean, found) = sanitised(content.clone());
        assert_eq!(clean, content, "{key}");
        assert!(found.is_empty(), "{key} {found:?}");
    }
}

/// Texts in which something is found, and how they read then.
#[test]
fn texts_are_cleaned() {
    let redact = |kind: RedactionKind| format!("[redacted:{kind}]");
    let (credential, email, phone) = (redact(Credential), redact(Email), redact(Phone));
    let (ssn, tenant, host) = (redact(Ssn), redact(TenantId), redact(InternalHost));
    let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----";
    let jwt = format!("{}.{}.{}", token("eyJ", 20), token("eyJ", 20), token("", 20));
    for (kind, text, expected) in [
        (Email, "Write to ada@acme.com.".to_owned(), format!("Write to {email}.")),
        (Email, "mailto:ada.lovelace+crm@mail.acme.co.uk?subject=x".to_owned(), format!("mailto:{email}?subject=x")),
        (Email, "josé@exämple.com, <bob@x.io>".to_owned(), format!("{email}, <{email}>")),
        (Email, "?user=ada%40acme.com".to_owned(), format!("?user={email}")),
        (Phone, "Call +49 30 1234567 now".to_owned(), format!("Call {phone} now")),
        (Phone, "+14155552671".to_owned(), phone.clone()),
        (Phone, "(415) 555-2671 or 415-555-2671".to_owned(), format!("{phone} or {phone}")),
        (Phone, "1-800-555-0199.".to_owned(), format!("{phone}.")),
        (Phone, "415.555.2671".to_owned(), phone.clone()),
        (Phone, "0044 20 7946 0958".to_owned(), phone.clone()),
        (Phone, "tel: 0301234567".to_owned(), format!("tel: {phone}")),
        (Ssn, "SSN 123-45-6789".to_owned(), format!("SSN {ssn}")),
        (Ssn, "his ssn: 123456789".to_owned(), format!("his ssn: {ssn}")),
        (Ssn, "123 45 6789".to_owned(), ssn.clone()),
        (TenantId, format!("tenant {UUID} failed"), format!("tenant {tenant} failed")),
        (TenantId, format!("tenant_id={UUID}"), format!("tenant_id={tenant}")),
        (TenantId, format!("https://x.example/tenants/{UUID}/a"), format!("https://x.example/tenants/{tenant}/a")),
        (TenantId, "X-Tenant-ID: acme".to_owned(), format!("X-Tenant-ID: {tenant}")),
        (InternalHost, "http://db01.internal:5432/crm".to_owned(), format!("http://{host}:5432/crm")),
        (InternalHost, "printer.local and vpn.eu.corp.".to_owned(), format!("{host} and {host}.")),
        (InternalHost, "redis://10.1.2.3:6379".to_owned(), format!("redis://{host}:6379")),
        (InternalHost, "192.168.178.20, 172.20.0.9".to_owned(), format!("{host}, {host}")),
        (InternalHost, "http://localhost:8080/ or 127.0.0.1".to_owned(), format!("http://{host}:8080/ or {host}")),
        (InternalHost, "svc.default.svc.cluster.local".to_owned(), host.clone()),
        (InternalHost, "fd12:3456:789a::1 and [::1]".to_owned(), format!("{host} and [{host}]")),
        (Credential, format!("use {} here", token("sk-", 32)), format!("use {credential} here")),
        (Credential, token("ghp_", 36), credential.clone()),
        (Credential, token("at_saas_", 49), credential.clone()),
        (Credential, token("xoxb-", 30), credential.clone()),
        (Credential, "AKIA".to_owned() + "IOSFODNN7EXAMPLE", credential.clone()),
        (Credential, jwt, credential.clone()),
        (Credential, format!("x\n{key}\ny"), format!("x\n{credential}\ny")),
        (
            Credential,
            "postgres://crm:hunter2@db.example.com/crm".to_owned(),
            format!("postgres://{credential}@db.example.com/crm"),
        ),
        (Credential, format!("Authorization: Bearer {}", token("", 24)), format!("Authorization: Bearer {credential}")),
        (Credential, "export DB_PASSWORD=hunter22".to_owned(), format!("export DB_PASSWORD={credential}")),
        (
            Credential,
            "https://x.example/?api_key=abc123def&x=1".to_owned(),
            format!("https://x.example/?api_key={credential}&x=1"),
        ),
        (Credential, r#"{"password": "hunter22"}"#.to_owned(), format!(r#"{{"password": "{credential}"}}"#)),
        (Credential, "note: password=hunter22".to_owned(), format!("note: password={credential}")),
    ] {
        let (clean, found) = sanitised(json!({"a": [text]}));
        assert_eq!(clean, json!({"a": [expected]}), "{text}");
        assert_eq!((found.listed[0].kind, found.listed[0].action), (kind, Replaced), "{text}");
        assert_eq!(found.listed[0].path, "content.a[0]");
    }
}

#[test]
fn other_texts_survive() {
    for text in [
        "",
        "Automated sales outreach.",
        "Mention @ada in #sales",
        "logo@2x.png",
        "git@github.com:acme/app.git",
        "@acme/crm@1.2.3",
        "2026-11-24 10:45:00",
        "2026-11-24T10:45:00.123456Z",
        "1.20.300",
        "10.15.7",
        "v10.1.2.3",
        "1.10.0.0.1",
        "3.14159265358979",
        "1234-5678-9012-3456",
        "000-12-3456",
        "123-45-67890",
        "ISBN 978-3-16-148410-0",
        "+1 point",
        "1 000 000 000",
        "555 1234",
        "order 4155552671",
        "0012345678901",
        "100-200-3000-4000",
        "8.8.8.8 and 203.0.113.7",
        "block 10.0.0.0/8 and 192.168.0.0/16",
        UUID,
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "the tenant is late",
        "organization chart",
        "acme sells anvils",
        ".env.local",
        "./settings.local",
        "this.local",
        "state.internal()",
        "https://internal.example.com/",
        "https://acme.com/local/",
        "localhosting",
        "local.example.com",
        "corporate.corporation",
        "sk-learn-model-selection",
        "task-1234567890abcdef",
        "AKIA",
        "basic authentication-required",
        "bearer of bad news",
        "password: required",
        "the password is in the vault",
        "token: string",
        "PASSWORD=${DB_PASSWORD}",
        "secret=<your-secret>",
        "max_tokens=4096000",
        "token_count: 1234567",
        "https://x.example/?page_token=abcdefghi",
        "key=value123456",
        "postgres://${USER}:${PASS}@db.example.com",
        "ratio 16:9",
        "12:30-13:45",
        "data:image/png;base64,iVBORw0KGgo=",
        "#ff00aa",
        "a=b; c=d",
        "C:\\local\\files",
        "2001:db8::1",
        "fc",
        "Tel Aviv",
        "[redacted:email]",
    ] {
        let (clean, found) = sanitised(json!([text]));
        assert_eq!(clean, json!([text]));
        assert!(found.is_empty(), "{text} {found:?}");
    }
}

/// What only the keys around a value tell.
#[test]
fn keys_tell_what_values_are() {
    let random = token("", 24);
    for (content, expected, listed) in [
        (
            json!({"tenant_id": UUID}),
            json!({"tenant_id": "[redacted:tenant_id]"}),
            vec![("content.tenant_id", TenantId, Replaced)],
        ),
        (
            json!({"tenantIds": [UUID, "x"]}),
            json!({"tenantIds": ["[redacted:tenant_id]", "x"]}),
            vec![("content.tenantIds[0]", TenantId, Replaced)],
        ),
        (
            json!({"workspace": {"id": UUID}}),
            json!({"workspace": {"id": "[redacted:tenant_id]"}}),
            vec![("content.workspace.id", TenantId, Replaced)],
        ),
        (
            json!({"tenant": "acme", "publisher": "acme"}),
            json!({"tenant": "[redacted:tenant_id]", "publisher": "acme"}),
            vec![("content.tenant", TenantId, Replaced)],
        ),
        (
            json!({"tenants": {UUID: 1}}),
            json!({"tenants": {}}),
            vec![("content.tenants[\"[redacted:tenant_id]\"]", TenantId, Dropped)],
        ),
        (json!({"id": UUID}), json!({"id": UUID}), vec![]),
        (
            json!({"phone": "030 12 34 56"}),
            json!({"phone": "[redacted:phone]"}),
            vec![("content.phone", Phone, Replaced)],
        ),
        (json!({"number": "030 12 34 56"}), json!({"number": "030 12 34 56"}), vec![]),
        (json!({"ssn": 123_456_789}), json!({}), vec![("content.ssn", Ssn, Dropped)]),
        (json!({"socialSecurityNumber": "123456789"}), json!({}), vec![("content.socialSecurityNumber", Ssn, Dropped)]),
        (json!({"password": 123_456}), json!({}), vec![("content.password", Credential, Dropped)]),
        (
            json!({"credentials": {"user": "ada", "pin": 1}}),
            json!({}),
            vec![("content.credentials", Credential, Dropped)],
        ),
        (json!({"api_keys": ["a", "b"]}), json!({}), vec![("content.api_keys", Credential, Dropped)]),
        (json!({"tokens": {"crm": random}}), json!({"tokens": {}}), vec![("content.tokens.crm", Credential, Dropped)]),
        (
            json!({"tokens": [random]}),
            json!({"tokens": ["[redacted:credential]"]}),
            vec![("content.tokens[0]", Credential, Replaced)],
        ),
        (json!({"id": random}), json!({"id": random}), vec![]),
        (json!({"pass": "hunter2"}), json!({}), vec![("content.pass", Credential, Dropped)]),
        (
            json!({"authorization": "Basic YWRhOmh1bnRlcg"}),
            json!({}),
            vec![("content.authorization", Credential, Dropped)],
        ),
        (
            json!([{"name": "CRM_API_KEY", "value": "hunter2"}]),
            json!([{"name": "CRM_API_KEY"}]),
            vec![("content[0].value", Credential, Dropped)],
        ),
        (json!([{"name": "REGION", "value": "hunter2"}]), json!([{"name": "REGION", "value": "hunter2"}]), vec![]),
        (json!({"ada@acme.com": "owner"}), json!({}), vec![("content[\"[redacted:email]\"]", Email, Dropped)]),
        (
            json!({"properties": {"api_key": {"type": "string", "default": "hunter2", "title": "Key"}}}),
            json!({"properties": {"api_key": {"type": "string", "title": "Key"}}}),
            vec![("content.properties.api_key.default", Credential, Dropped)],
        ),
    ] {
        let (clean, found) = sanitised(content.clone());
        assert_eq!(clean, expected, "{content}");
        let found: Vec<_> = found.listed.iter().map(|one| (one.path.as_str(), one.kind, one.action)).collect();
        assert_eq!(found, listed, "{content}");
    }
}

#[test]
fn the_free_fields_are_sanitised_and_the_schemas_are_not() {
    let secret = json!({"api_key": "hunter2"});
    let object = secret.as_object().unwrap().clone();
    let mut manifest = Manifest {
        name: "ada@acme.com".to_owned(),
        code: Some("password = 'hunter22'".to_owned()),
        configuration: Some(object.clone()),
        canvases: Some(vec![secret.clone()]),
        memory: Some(
            json!({"heuristics": [{"error_type": "timeout", "resolution": "ask ada@acme.com"}]})
                .as_object()
                .unwrap()
                .clone(),
        ),
        content: Some(secret.clone()),
        knowledge_base: Some(vec![json!("call +14155552671")]),
        governance_template: Some(secret.clone()),
        vocabulary: Some(json!({"API key": "What a program signs in with.", "password": "hunter2"})),
        config_schema: Some(json!({"properties": secret})),
        input_schema: Some(secret.clone()),
        output_schema: Some(secret.clone()),
        ..Manifest::default()
    };
    let before = manifest.clone();
    let found = sanitise(&mut manifest, "acme");
    let found: Vec<_> = found.listed.iter().map(|one| (one.path.as_str(), one.kind)).collect();
    let expected = [
        ("configuration.api_key", Credential),
        ("memory.heuristics[0].resolution", Email),
        ("canvases[0].api_key", Credential),
        ("knowledge_base[0]", Phone),
        ("content.api_key", Credential),
        ("governance_template.api_key", Credential),
        ("vocabulary.password", Credential),
    ];
    assert_eq!(found, expected);
    assert_eq!(manifest.vocabulary, Some(json!({"API key": "What a program signs in with."})));
    for (field, before, after) in [
        ("config_schema", &before.config_schema, &manifest.config_schema),
        ("input_schema", &before.input_schema, &manifest.input_schema),
        ("output_schema", &before.output_schema, &manifest.output_schema),
    ] {
        assert_eq!(before, after, "{field}");
    }
    assert_eq!((&before.name, &before.code), (&manifest.name, &manifest.code));
}

#[test]
fn no_redaction_says_what_it_was_and_the_list_is_bounded() {
    let (_, found) = sanitised(json!({"token": "hunter2-token", "a": "ada@acme.com", "b@acme.com": 1}));
    let said = serde_json::to_string(&found.listed).unwrap();
    assert!(!said.contains("hunter2") && !said.contains("acme.com"), "{said}");
    let (_, found) = sanitised(json!(vec!["ada@acme.com"; LISTED_MAX + 5]));
    assert_eq!((found.listed.len(), found.count), (LISTED_MAX, LISTED_MAX as u64 + 5));
}

#[test]
fn a_publisher_whose_id_is_a_uuid_is_found_anywhere() {
    let mut manifest = manifest(json!(format!("see {UUID}")));
    assert_eq!(sanitise(&mut manifest, UUID).listed[0].kind, TenantId);
    assert_eq!(manifest.content, Some(json!("see [redacted:tenant_id]")));
}

/// Pieces from which texts are put together that come close to what is looked for.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("ada@acme.com".to_owned()),
        Just("+14155552671".to_owned()),
        Just("415-555-2671".to_owned()),
        Just("123-45-6789".to_owned()),
        Just("10.1.2.3".to_owned()),
        Just("db.internal".to_owned()),
        Just("localhost".to_owned()),
        Just(UUID.to_owned()),
        Just("tenant ".to_owned()),
        Just("acme".to_owned()),
        Just("password=".to_owned()),
        Just("hunter22".to_owned()),
        Just("Bearer ".to_owned()),
        Just("https://".to_owned()),
        Just("[redacted:email]".to_owned()),
        Just("-----BEGIN PRIVATE KEY-----".to_owned()),
        Just(token("ghp_", 36)),
        "[ -~]{0,6}",
        "[0-9]{1,5}",
        "[ .:/@=_-]{1,2}",
        "\\PC{0,4}",
    ];
    prop::collection::vec(piece, 0..7).prop_map(|pieces| pieces.concat())
}

fn value() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        text(),
        prop::sample::select(vec![
            "api_key",
            "token",
            "tokens",
            "password",
            "name",
            "value",
            "type",
            "default",
            "tenant_id",
            "phone",
            "ssn",
            "auth",
            "a",
        ])
        .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u32>().prop_map(Value::from),
        text().prop_map(Value::from),
        Just(json!("string")),
        Just(json!("API_KEY")),
        Just(json!(token("", 24))),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..5)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sanitising_twice_is_sanitising_once(content in value(), publisher in prop::sample::select(vec!["acme", UUID, "a"])) {
        let mut once = manifest(content.clone());
        once.vocabulary = Some(content);
        sanitise(&mut once, publisher);
        let mut twice = once.clone();
        let found = sanitise(&mut twice, publisher);
        prop_assert_eq!(&once, &twice);
        prop_assert!(found.is_empty(), "{:?} in {:?}", found, once.content);
    }
}

/// Every text takes time in proportion to its length: a text eight times as long is not sixty-four times the work. Nothing is
/// measured; what would be quadratic would not end.
#[test]
fn long_texts_end() {
    let _: (RedactionAction, RedactionKind) = (Dropped, Email);
    for piece in [
        "a",
        "a.",
        "a@",
        "1",
        "1-",
        "1.",
        "a://b:",
        "a=",
        "-----BEGIN PRIVATE KEY-----",
        "tenant ",
        "token ",
        "f",
        "fd00:",
        "eyJ",
    ] {
        let (_, _) = sanitised(json!(piece.repeat((1 << 19) / piece.len())));
    }
}
