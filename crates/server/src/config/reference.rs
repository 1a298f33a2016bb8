//! docs/CONFIGURATION.md, made from the table.

use std::fmt::Write as _;

use super::load::FILE_VARIABLE;
use super::{Fallback, SETTINGS};

const HEAD: &str = "# Configuration

<!-- Made from the table in crates/server/src/config/mod.rs by `cargo xtask config`. -->

`atom-marketplace serve` needs no settings. What is not set has the default below; what is set more than once is taken
from the last of these:

1. the TOML file: `--config FILE`, or `ATOM_CONFIG`, or `atom-marketplace.toml` in the working directory if it is there;
2. the `ATOM_*` variables (an empty one counts as not set);
3. the flags.

An unknown key, a value that makes no sense or a misspelt variable is an error: nothing starts with half of its settings.
`atom-marketplace config` prints what is in force and where each value came from, without the secrets. Secrets have no
flag, since every user of a machine can read the command lines of all programs.

Sizes are bytes, or a number with `KiB`, `MiB`, `GiB` or `TiB`. Durations are a number with `ms`, `s`, `m` or `h`. Lists
are separated by commas; in the file they may be arrays.

```toml
# atom-marketplace.toml
listen = \"0.0.0.0:8080\"
public_url = \"https://marketplace.example.com\"
trusted_proxies = [\"10.0.0.0/8\"]

[rate]
anonymous = 200

[log]
format = \"json\"
```

| key in the file | variable | flag | default |
|---|---|---|---|
";

/// The document.
pub fn reference() -> String {
    let mut text = HEAD.to_owned();
    for setting in SETTINGS {
        let flag = setting.flag.map_or("–".to_owned(), |flag| format!("`--{flag}`"));
        let default = match setting.default {
            Fallback::Value("") => "none".to_owned(),
            Fallback::Value(value) => format!("`{value}`"),
            Fallback::Described(words) => words.to_owned(),
        };
        let _ = writeln!(
            text,
            "| [`{0}`](#{1}) | `{2}` | {flag} | {default} |",
            setting.key,
            slug(setting.key),
            setting.variable
        );
    }
    for setting in SETTINGS {
        let _ = write!(text, "\n## `{}`\n\n`{}={}`", setting.key, setting.variable, setting.value);
        if let Some(flag) = setting.flag {
            let _ = write!(text, ", `--{flag} {}`", setting.value);
        }
        let _ = writeln!(text, "\n\n{}", setting.doc);
    }
    let _ = write!(
        text,
        "\n## The file itself\n\n`{FILE_VARIABLE}=FILE`, `--config FILE`\n\nThe TOML file to read. A file that is named must be there.\n"
    );
    text
}

/// A heading's anchor.
fn slug(heading: &str) -> String {
    heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect::<String>().to_lowercase()
}
