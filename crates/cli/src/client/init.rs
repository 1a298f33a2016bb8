//! `init`: a starter that publishes as it is.

use std::path::Path;

use anyhow::Context as _;
use atom_marketplace_protocol::ids::{Kind, check_component_id};

use super::args::Init;
use super::failure::Usage;
use super::folder::folder_id;
use crate::output;

pub(super) fn run(args: &Init) -> anyhow::Result<()> {
    if args.agent_skill && args.kind != Kind::Skill {
        return Err(Usage(format!("--agent-skill makes a skill, and --kind says {}", args.kind)).into());
    }
    std::fs::create_dir_all(&args.folder).with_context(|| format!("making {}", args.folder.display()))?;
    let id = args.id.clone().or_else(|| folder_id(&args.folder)).unwrap_or_else(|| format!("my-{}", args.kind));
    check_component_id(&id).map_err(|rule| Usage(format!("the id {id:?} will not do: {rule}; --id gives another")))?;
    let name = title(&id);
    let files = if args.agent_skill {
        vec![("SKILL.md", agent_skill(&id, &name))]
    } else {
        vec![
            ("atom.toml", manifest(args.kind, &id, &name)),
            ("README.md", format!("# {name}\n\nWhat it does, and what it needs.\n")),
        ]
    };
    for (file, text) in &files {
        write_new(&args.folder.join(file), text)?;
    }
    let written: Vec<_> = files.iter().map(|(file, _)| args.folder.join(file).display().to_string()).collect();
    output::line(&format!("Wrote {}.", written.join(" and ")));
    output::line(&format!("Next: `atom-marketplace publish {} --dry-run`", args.folder.display()));
    Ok(())
}

fn write_new(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut file = std::fs::File::create_new(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Usage(format!("{} is there already", path.display())).into(),
        _ => anyhow::Error::new(error).context(format!("writing {}", path.display())),
    })?;
    std::io::Write::write_all(&mut file, text.as_bytes()).with_context(|| format!("writing {}", path.display()))
}

fn title(id: &str) -> String {
    let words = id.split(['-', '_', '.']).filter(|word| !word.is_empty()).map(|word| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
    });
    words.collect::<Vec<_>>().join(" ")
}

fn agent_skill(id: &str, name: &str) -> String {
    format!(
        "---\nname: {id}\ndescription: What it does, and when an agent is to use it.\nlicense: MIT\n---\n\n\
         # {name}\n\nHow it is done, step by step. Files beside this one are published with it.\n"
    )
}

fn manifest(kind: Kind, id: &str, name: &str) -> String {
    let own = match kind {
        Kind::Agent => "maturity_level = \"student\"\n\n[configuration]\nmodel = \"default\"\n",
        Kind::Skill => {
            "skill_type = \"prompt_only\"\n\n[input_schema]\ntype = \"object\"\nproperties.text.type = \"string\"\n\n\
             [content]\nprompt = \"Summarise the text in three sentences.\"\n"
        }
        Kind::Canvas => "canvas_type = \"html\"\nagent_roles = [\"assistant\"]\ncode = \"<p>Hello</p>\"\n",
        Kind::Domain => "topics = [\"example\"]\n\n[vocabulary]\nterm = \"What it means.\"\n",
    };
    format!(
        "# A component of the ATOM Marketplace: `atom-marketplace publish` sends this folder.\n\
         kind = \"{kind}\"\nid = \"{id}\"\nname = \"{name}\"\ndescription = \"What it does, in a sentence or two.\"\n\
         # Left out, the version is the next patch.\n# version = \"1.0.0\"\n\
         # private: for this tenant alone, at once. public: for everyone, once it was reviewed.\n\
         marketplace_type = \"private\"\nlicense = \"MIT\"\ncategory = \"general\"\ntags = [\"example\"]\ncapabilities = []\n\
         # Which files are published; left out, all but this one. README.md is the readme.\n# files = [\"scripts/**\"]\n{own}"
    )
}
