//! What must hold of the tree as a whole: sizes, migrations, lock files, and what may not stand in any file.

use super::Finding;
use super::source::File;

/// Lines a source file may have. Longer ones have two subjects.
const LINES: usize = 600;

/// Every source file that a person writes can be read in one sitting.
pub(super) fn length(files: &[File]) -> Vec<Finding> {
    let source = [".rs", ".ts", ".py", ".sql", ".sh"];
    files
        .iter()
        .filter(|file| source.iter().any(|extension| file.path.ends_with(extension)))
        .filter(|file| !file.path.contains("/_generated/") && !file.path.contains("/generated/"))
        .filter_map(|file| {
            let lines = file.text.lines().count();
            (lines > LINES).then(|| {
                Finding::new(&file.path, lines, format!("{lines} lines, more than {LINES}: split it by subject"))
            })
        })
        .collect()
}

/// Every migration is applied, in an unbroken series.
pub(super) fn migrations(files: &[File]) -> Vec<Finding> {
    const APP: &str = "crates/server/src/app.rs";
    let app = files.iter().find(|file| file.path == APP).map_or("", |file| &file.text);
    let mut findings = Vec::new();
    let mut names: Vec<_> = files.iter().filter_map(|file| file.path.strip_prefix("migrations/")).collect();
    names.sort_unstable();
    for (index, name) in names.iter().enumerate() {
        let version = index + 1;
        let listed = app.lines().any(|line| {
            line.contains(&format!("version: {version},")) && line.contains(&format!("/migrations/{name}\")"))
        });
        if !name.starts_with(&format!("{version:04}_")) {
            findings.push(Finding::new(
                &format!("migrations/{name}"),
                0,
                format!("the series of migrations has a gap or a double: this one should be {version:04}"),
            ));
        } else if !listed {
            findings.push(Finding::new(
                &format!("migrations/{name}"),
                0,
                format!("it is not applied: list it as version {version} of MIGRATIONS in {APP}"),
            ));
        }
    }
    findings
}

/// No file names a path of the machine it was written on, or the address of a package registry.
pub(super) fn addresses(files: &[File]) -> Vec<Finding> {
    // Put together here, so that this file does not hold them.
    let paths = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/tmp", "/bash")];
    let registries = [
        concat!("index.crates", ".io"),
        concat!("static.crates", ".io"),
        concat!("registry.npm", "js.org"),
        concat!("registry.yarn", "pkg.com"),
        concat!("pyp", "i.org"),
        concat!("pythonhosted", ".org"),
        concat!("proxy.golang", ".org"),
    ];
    let mut findings = Vec::new();
    for file in files {
        for (number, line) in file.text.lines().enumerate() {
            if let Some(path) = paths.iter().find(|path| line.contains(*path)) {
                findings.push(Finding::new(
                    &file.path,
                    number + 1,
                    format!("`{path}` is a path of one machine: name it from the repository's root"),
                ));
            }
            if let Some(host) = registries.iter().find(|host| line.contains(*host)) {
                findings.push(Finding::new(
                    &file.path,
                    number + 1,
                    format!("`{host}` is the address of a registry: leave the choice to each machine's own settings"),
                ));
            }
        }
    }
    findings
}

/// Lock files name packages and checksums, not where one machine got them. Cargo.lock's `registry+https://github.com/…`
/// is cargo's fixed name for its default registry, whatever mirror a machine uses, and stays.
pub(super) fn locks(files: &[File]) -> Vec<Finding> {
    const DEFAULT: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
    let mut findings = Vec::new();
    if !files.iter().any(|file| file.path == "Cargo.lock") {
        findings.push(Finding::new(
            "Cargo.lock",
            0,
            "it is not committed: builds would differ from day to day".to_owned(),
        ));
    }
    for file in files {
        let foreign: fn(&str) -> bool = match file.path.rsplit('/').next() {
            Some("Cargo.lock") => |line| line.starts_with("source = ") && line != DEFAULT,
            Some("package-lock.json") => |line| line.trim_start().starts_with("\"resolved\": \"http"),
            _ => continue,
        };
        for (number, _) in file.text.lines().enumerate().filter(|(_, line)| foreign(line)) {
            findings.push(Finding::new(
                &file.path,
                number + 1,
                "the lock file names where a package was downloaded: only the default registry's own name belongs here"
                    .to_owned(),
            ));
        }
    }
    findings
}

/// The changelog speaks of the version that is built.
pub(super) fn changelog(files: &[File]) -> Vec<Finding> {
    let text = |path: &str| files.iter().find(|file| file.path == path).map_or("", |file| &file.text);
    let version = text("Cargo.toml")
        .split_once("[workspace.package]")
        .and_then(|(_, rest)| rest.split_once("version = \"")?.1.split_once('"'))
        .map_or("", |(version, _)| version);
    if !version.is_empty() && text("CHANGELOG.md").contains(&format!("## [{version}]")) {
        return Vec::new();
    }
    vec![Finding::new(
        "CHANGELOG.md",
        0,
        format!("there is no heading `## [{version}]` for the version in Cargo.toml: say what users get"),
    )]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(files: &[(&str, &str)]) -> Vec<File> {
        files.iter().map(|(path, text)| File { path: (*path).to_owned(), text: (*text).to_owned() }).collect()
    }

    #[test]
    fn a_long_file_is_found() {
        assert_eq!(
            length(&files(&[
                ("a.rs", &"x\n".repeat(LINES + 1)),
                ("b.rs", &"x\n".repeat(LINES)),
                ("Cargo.lock", &"x\n".repeat(9000))
            ]))
            .len(),
            1
        );
    }

    #[test]
    fn a_migration_that_is_not_applied_is_found() {
        let app = "Migration { version: 1, name: \"a\", sql: include_str!(\"../../../migrations/0001_a.sql\") },\n";
        let tree = |names: &[&str]| {
            let mut tree = vec![("crates/server/src/app.rs", app)];
            tree.extend(names.iter().map(|name| (*name, "")));
            migrations(&files(&tree)).len()
        };
        assert_eq!(tree(&["migrations/0001_a.sql"]), 0);
        assert_eq!(tree(&["migrations/0001_a.sql", "migrations/0002_b.sql"]), 1);
        assert_eq!(tree(&["migrations/0002_b.sql"]), 1);
    }

    #[test]
    fn addresses_of_machines_and_registries_are_found() {
        for (text, found) in [
            (concat!("see /wo", "rk/main"), 1),
            (concat!("home = /ro", "ot/.cargo"), 1),
            (concat!("https://registry.npm", "js.org/left-pad"), 1),
            (concat!("simple = \"https://pyp", "i.org/simple\""), 1),
            ("source = \"registry+https://github.com/rust-lang/crates.io-index\"", 0),
            ("/var/lib/atom and framework/x", 0),
        ] {
            assert_eq!(addresses(&files(&[("a.md", text)])).len(), found, "{text}");
        }
    }

    #[test]
    fn a_lock_file_with_an_address_is_found() {
        let cargo = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n";
        for (path, text, found) in [
            ("Cargo.lock", cargo, 0),
            ("Cargo.lock", "source = \"sparse+https://mirror.example/\"\n", 1),
            ("Cargo.lock", "source = \"git+https://github.com/someone/thing#abc\"\n", 1),
        ] {
            assert_eq!(locks(&files(&[(path, text)])).len(), found, "{text}");
        }
        let npm = "  \"resolved\": \"https://mirror.example/a.tgz\",\n";
        assert_eq!(locks(&files(&[("Cargo.lock", cargo), ("sdks/typescript/package-lock.json", npm)])).len(), 1);
        assert_eq!(locks(&files(&[])).len(), 1);
    }

    #[test]
    fn a_changelog_without_the_version_is_found() {
        let cargo = ("Cargo.toml", "[workspace.package]\nversion = \"1.2.3\"\n");
        assert_eq!(changelog(&files(&[cargo, ("CHANGELOG.md", "## [1.2.3]\n")])).len(), 0);
        assert_eq!(changelog(&files(&[cargo, ("CHANGELOG.md", "## [1.2.2]\n")])).len(), 1);
        assert_eq!(changelog(&files(&[])).len(), 1);
    }
}
