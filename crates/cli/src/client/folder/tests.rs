//! Folders as people have them.

use std::path::Path;

use serde_json::json;
use tempfile::TempDir;

use super::*;

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

fn load(folder: &Path) -> anyhow::Result<Package> {
    super::load(folder, Overrides::default(), |_, _| ())
}

#[test]
fn an_agent_skill() {
    let text = "\u{feff}---\r\nname: PDF Tools\r\ndescription: >\r\n  Reads PDFs.\r\nlicense: MIT\r\nmetadata:\r\n  version: 1.2\r\n  tags: pdf, text\r\nallowed-tools: [Read]\r\n---\r\n\r\n# PDF\r\n\r\nBody.\r\n";
    let folder = folder(&[
        ("SKILL.md", text.as_bytes()),
        ("data/a.bin", &[0, 159, 146, 150]),
        ("nul.txt", b"a\0b"),
        (".git/config", b"x"),
        (".hidden", b"h"),
        ("scratch/x.tmp", b"x"),
        (".atomignore", b"*.tmp\n"),
    ]);
    let package = load(folder.path()).unwrap();
    assert_eq!((package.kind, package.id.as_str()), (Kind::Skill, "pdf-tools"));
    assert_eq!(package.files, [".hidden", "SKILL.md", "data/a.bin", "nul.txt"]);
    let body = &package.body;
    assert_eq!(body["readme"], "# PDF\n\nBody.");
    assert_eq!(body["version"], "1.2.0");
    assert_eq!(body["tags"], json!(["pdf", "text"]));
    assert_eq!(body["description"], "Reads PDFs.");
    assert_eq!(body["marketplace_type"], "private");
    assert_eq!(body["content"]["agent_skill"]["allowed-tools"], json!(["Read"]));
    assert_eq!(body["files"][1], json!({"path": "SKILL.md", "encoding": "utf-8", "content": text}));
    assert_eq!(body["files"][2]["encoding"], "base64");
    assert_eq!(body["files"][3]["encoding"], "base64");
}

#[test]
fn a_manifest_with_its_files() {
    let manifest = r#"
        kind = "canvas"
        id = "board"
        name = "Board"
        description = "A board."
        marketplace_type = "public"
        code_file = "board.html"
        config_schema_file = "schema.json"
        files = ["img/**"]
    "#;
    let folder = folder(&[
        ("atom.toml", manifest.as_bytes()),
        ("board.html", b"<p>"),
        ("schema.json", b"{\"type\": \"object\"}"),
        ("README.md", b"# Board"),
        ("img/a/b.svg", b"<svg/>"),
        ("notes.txt", b"not published"),
    ]);
    let package = load(folder.path()).unwrap();
    assert_eq!((package.kind, package.id.as_str()), (Kind::Canvas, "board"));
    assert_eq!(package.files, ["img/a/b.svg"]);
    assert_eq!(package.body["code"], "<p>");
    assert_eq!(package.body["config_schema"], json!({"type": "object"}));
    assert_eq!(package.body["readme"], "# Board");
    assert_eq!(package.body["marketplace_type"], "public");
    let over = Overrides {
        id: Some("other".to_owned()),
        version: Some("2.0.0".to_owned()),
        marketplace_type: Some("private"),
        release_notes: Some("New.".to_owned()),
    };
    let package = super::load(folder.path(), over, |_, _| ()).unwrap();
    assert_eq!((&package.body["canvas_id"], &package.body["version"]), (&json!("other"), &json!("2.0.0")));
    assert_eq!(package.body["marketplace_type"], "private");
}

#[test]
fn an_agent_card() {
    let card = json!({
        "name": "Recipe Agent", "description": "Finds recipes.", "version": "1.0.0", "url": "https://agent.example/a2a",
        "documentationUrl": "https://agent.example/docs", "provider": {"organization": "Acme", "url": "https://acme.example"},
        "skills": [
            {"id": "find", "name": "Find", "description": "…", "tags": ["food", "search"]},
            {"id": "plan", "name": "Plan", "description": "…", "tags": ["food"]},
        ],
    });
    for name in [".well-known/agent.json", ".well-known/agent-card.json", "agent.json", "agent-card.json"] {
        let folder = folder(&[(name, card.to_string().as_bytes())]);
        let package = load(folder.path()).unwrap();
        assert_eq!((package.kind, package.id.as_str()), (Kind::Agent, "recipe-agent"));
        let body = &package.body;
        assert_eq!(body["capabilities"], json!(["find", "plan"]));
        assert_eq!(body["tags"], json!(["food", "search"]));
        assert_eq!(body["documentation_url"], "https://agent.example/docs");
        assert_eq!(body["content"]["agent_card"], card);
        assert_eq!(package.files, [name]);
    }
}

/// Files, and a part of what is said of them.
type Wrong<'a> = (Vec<(&'a str, &'a [u8])>, &'a str);

#[test]
fn what_is_wrong_is_named() {
    let skill = "---\nname: a\ndescription: d\n---\n";
    let toml = |text: &str| format!("kind = \"skill\"\nid = \"a\"\nname = \"A\"\ndescription = \"d\"\n{text}");
    let big = vec![b'x'; PUBLISH_BODY_MAX + 1];
    let binary: Vec<u8> = std::iter::repeat_n(0xff, PUBLISH_BODY_MAX * 4 / 5).collect();
    let half = vec![b'x'; PUBLISH_BODY_MAX / 2 + 1];
    let table: Vec<Wrong<'_>> = vec![
        (vec![], "no atom.toml, no SKILL.md"),
        (vec![("SKILL.md", b"# no front matter")], "no front matter"),
        (vec![("SKILL.md", b"---\nname: a\n---\n")], "no description"),
        (vec![("SKILL.md", b"---\nname: [\n---\n")], "no YAML"),
        (vec![("SKILL.md", b"---\nname: \"\xff\"\n---\n")], "no UTF-8"),
        (vec![("agent.json", b"{\"name\": \"a\"}")], "no description"),
        (vec![("agent.json", b"[]")], "no JSON object"),
        (vec![("atom.toml", b"name = \"x\"")], "says no kind"),
        (vec![("atom.toml", b"kind = \"robot\"")], "unknown component kind"),
        (vec![("atom.toml", b"kind = ")], "atom.toml"),
        (vec![("SKILL.md", skill.as_bytes()), ("deep/big.bin", &big)], "deep/big.bin alone has 10.0 MiB"),
        (vec![("SKILL.md", skill.as_bytes()), ("a.txt", &half), ("b/c.txt", &half)], "with b/c.txt (5.0 MiB)"),
        (vec![("SKILL.md", skill.as_bytes()), ("img/photo.raw", &binary)], "img/photo.raw (8.0 MiB)"),
    ];
    for (files, part) in table {
        let error = format!("{:#}", load(folder(&files).path()).unwrap_err());
        assert!(error.contains(part), "{part:?} is not in {error:?}");
    }
    for (text, part) in [
        ("taggs = []", "taggs"),
        ("tags = \"a\"", "tags"),
        ("files = \"*\"", "list of patterns"),
        ("readme_file = \"../secret\"", "no plain path"),
        ("readme_file = \"missing.md\"", "missing.md"),
        ("pricing_tier = \"gold\"", "gold"),
    ] {
        let error = format!("{:#}", load(folder(&[("atom.toml", toml(text).as_bytes())]).path()).unwrap_err());
        assert!(error.contains(part), "{part:?} is not in {error:?}");
    }
    let error = super::load(Path::new("/no/such"), Overrides::default(), |_, _| ()).unwrap_err();
    assert!(error.to_string().contains("no folder"));
}

#[test]
fn too_many_files_name_the_first_one_too_many() {
    let folder = folder(&[("SKILL.md", b"---\nname: a\ndescription: d\n---\n")]);
    for number in 0..FILES_MAX {
        std::fs::write(folder.path().join(format!("f{number:04}")), "").unwrap();
    }
    let error = load(folder.path()).unwrap_err().to_string();
    assert!(error.contains("1001 files") && error.contains("f0999"), "{error}");
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_out_of_the_folder() {
    let outside = folder(&[("secret", b"secret")]);
    let folder = folder(&[("SKILL.md", b"---\nname: a\ndescription: d\n---\n")]);
    std::os::unix::fs::symlink(outside.path().join("secret"), folder.path().join("link")).unwrap();
    let error = load(folder.path()).unwrap_err().to_string();
    assert!(error.contains("link is a symbolic link"), "{error}");
    std::fs::write(folder.path().join(".atomignore"), "/link\n").unwrap();
    assert_eq!(load(folder.path()).unwrap().files, ["SKILL.md"]);
}
