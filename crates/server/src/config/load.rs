//! Collects the settings' texts from the file, the environment and the flags, and makes [`Settings`] of them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::token::Secret;

use super::{Fallback, SETTINGS, Setting, Settings, parse, setting};
use crate::accounts::Mailer;
use crate::app::{Numbers, Rates};
use crate::outbound::Roots;

/// The file that is read when it is there and nothing else is named.
const DEFAULT_FILE: &str = "atom-marketplace.toml";
/// Names the file; it is no setting of its own, since it cannot be in the file.
pub(super) const FILE_VARIABLE: &str = "ATOM_CONFIG";

/// Where a setting's value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Nobody has set it.
    Default,
    /// A TOML file.
    File(PathBuf),
    /// Its `ATOM_*` variable.
    Environment,
    /// Its flag.
    Flag,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment => f.write_str("environment"),
            Self::Flag => f.write_str("flag"),
        }
    }
}

/// A setting as it holds.
#[derive(Clone, Debug)]
pub struct InForce {
    /// Which one.
    pub setting: &'static Setting,
    /// Its text; a secret reads `set (hidden)`.
    pub shown: String,
    /// Where it comes from.
    pub source: Source,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The setting as it was written, with its source.
    pub place: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// Everything that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, mistake) in self.0.iter().enumerate() {
            let newline = if position == 0 { "" } else { "\n" };
            write!(f, "{newline}{}: {}", mistake.place, mistake.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

type Texts = BTreeMap<&'static str, (String, Source)>;

/// The settings in force, from `flags` (a key of the table and its text each), the file at `file` (or where
/// `ATOM_CONFIG` points, or `atom-marketplace.toml` in the working directory if there is one) and `environment`.
pub fn load(
    flags: &[(&'static str, String)],
    file: Option<&Path>,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Settings, Mistakes> {
    let mut mistakes = Vec::new();
    let mut warnings = Vec::new();
    let mut variables = BTreeMap::new();
    for (name, value) in environment {
        let (Some(name), Some(value)) = (name.to_str(), value.to_str()) else { continue };
        // An empty variable is an unset one: composing tools pass those for what nobody has filled in.
        if name.starts_with("ATOM_") && !value.is_empty() {
            variables.insert(name.to_owned(), value.to_owned());
        }
    }
    let mut texts = Texts::new();
    let named = file.map(Path::to_owned).or_else(|| variables.remove(FILE_VARIABLE).map(PathBuf::from));
    variables.remove(FILE_VARIABLE);
    read_file(named, &mut texts, &mut mistakes);
    read_variables(variables, &mut texts, &mut mistakes, &mut warnings);
    for (key, text) in flags {
        texts.insert(key, (text.clone(), Source::Flag));
    }
    let mut values = Values { texts, mistakes };
    let settings = values.settings(warnings);
    if values.mistakes.is_empty() {
        Ok(settings.expect("a setting without a mistake has a value"))
    } else {
        Err(Mistakes(values.mistakes))
    }
}

fn read_file(named: Option<PathBuf>, texts: &mut Texts, mistakes: &mut Vec<Mistake>) {
    let path = named.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
    let mut wrong = |message: String| mistakes.push(Mistake { place: path.display().to_string(), message });
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => return,
        Err(error) => return wrong(format!("the settings file cannot be read: {error}")),
    };
    let table: toml::Table = match text.parse() {
        Ok(table) => table,
        // The error's own text quotes the line, which may hold a secret.
        Err(error) => {
            let line = error.span().map_or(0, |span| text[..span.start].matches('\n').count() + 1);
            return wrong(format!("line {line} is not valid TOML: {}", error.message()));
        }
    };
    let mut found = Vec::new();
    flatten("", table, &mut found);
    let found = join_checks(found);
    for (key, value) in found {
        let place = || format!("`{key}` in {}", path.display());
        let Some(known) = SETTINGS.iter().find(|setting| setting.key == key) else {
            let names = SETTINGS.iter().map(|setting| setting.key);
            let hint = closest(&key, names).map_or_else(String::new, |name| format!(": did you mean `{name}`?"));
            mistakes.push(Mistake { place: place(), message: format!("there is no such setting{hint}") });
            continue;
        };
        match as_text(value) {
            Some(text) => drop(texts.insert(known.key, (text, Source::File(path.clone())))),
            None => mistakes.push(Mistake {
                place: place(),
                message: format!("it takes text, a number or a list of texts ({})", known.value),
            }),
        }
    }
}

fn flatten(prefix: &str, table: toml::Table, found: &mut Vec<(String, toml::Value)>) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
        match value {
            toml::Value::Table(inner) => flatten(&key, inner, found),
            value => found.push((key, value)),
        }
    }
}

/// The table `[checks]` as the one text that its variable would hold.
fn join_checks(found: Vec<(String, toml::Value)>) -> Vec<(String, toml::Value)> {
    let (mut checks, mut rest) = (Vec::new(), Vec::new());
    for (key, value) in found {
        match (key.strip_prefix("checks."), value) {
            (Some(check), toml::Value::String(action)) => checks.push(format!("{check}={action}")),
            (_, value) => rest.push((key, value)),
        }
    }
    if !checks.is_empty() {
        rest.push(("checks".to_owned(), toml::Value::String(checks.join(","))));
    }
    rest
}

fn as_text(value: toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(yes) => Some(yes.to_string()),
        toml::Value::Array(items) => {
            let texts: Option<Vec<_>> = items.into_iter().map(as_text).collect();
            texts.map(|texts| texts.join(","))
        }
        _ => None,
    }
}

/// What the client libraries and the client's commands read: set on the same machine, it is no mistake here.
const CLIENT_VARIABLES: [&str; 4] = ["ATOM_BASE_URL", "ATOM_TENANT_ID", "ATOM_API_TOKEN", "ATOM_PROFILE"];

fn read_variables(
    variables: BTreeMap<String, String>,
    texts: &mut Texts,
    mistakes: &mut Vec<Mistake>,
    warnings: &mut Vec<String>,
) {
    for (name, value) in variables {
        if let Some(known) = SETTINGS.iter().find(|setting| setting.variable == name) {
            texts.insert(known.key, (value, Source::Environment));
            continue;
        }
        if CLIENT_VARIABLES.contains(&name.as_str()) {
            continue;
        }
        // Other programs have `ATOM_*` variables too, so only what looks like ours is a mistake.
        let names = || SETTINGS.iter().map(|setting| setting.variable).chain([FILE_VARIABLE]);
        let related = names().find(|known| name.starts_with(known) || known.starts_with(&name));
        match closest(&name, names()).or(related) {
            Some(meant) => mistakes.push(Mistake {
                place: format!("{name} (environment)"),
                message: format!("there is no such variable: did you mean `{meant}`?"),
            }),
            None => warnings.push(format!("{name} is set, but it is no setting of this program")),
        }
    }
}

/// The known name that was probably meant: a few letters away.
fn closest(name: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    known
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.len() / 4).clamp(1, 3))
        .min()
        .map(|(_, candidate)| candidate)
}

struct Values {
    texts: Texts,
    mistakes: Vec<Mistake>,
}

impl Values {
    /// A setting's value: what is set, else its default. None after a mistake, and when neither is there.
    fn get<T>(&mut self, key: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let setting = setting(key);
        match self.texts.get(setting.key) {
            Some((text, source)) => match parse(text.trim()) {
                Ok(value) => Some(value),
                Err(message) => {
                    let place = match source {
                        Source::Default => setting.key.to_owned(),
                        Source::File(path) => format!("`{}` in {}", setting.key, path.display()),
                        Source::Environment => format!("{} (environment)", setting.variable),
                        Source::Flag => format!("--{}", setting.flag.unwrap_or(setting.key)),
                    };
                    self.mistakes.push(Mistake { place, message });
                    None
                }
            },
            None => match setting.default {
                Fallback::Value(text) => Some(parse(text).expect("the table's defaults are valid")),
                Fallback::Described(_) => None,
            },
        }
    }

    fn settings(&mut self, warnings: Vec<String>) -> Option<Settings> {
        let listen = self.get("listen", parse::listen);
        let public_url = self.get("public_url", parse::public_url);
        let data_dir = self.get("data_dir", |text| Ok(PathBuf::from(text)));
        let database_url = self.get("database_url", parse::database_url);
        let database_wait = self.get("database_wait", parse::duration);
        let postgres_connections = self.get("postgres_connections", parse::connections);
        let admin_key = self.get("admin_key", parse::admin_key).map(Secret::new);
        let secret_key = self.get("secret_key", parse::parse_secret_key);
        let trusted_proxies = self.get("trusted_proxies", parse::networks);
        let cors_origins = self.get("cors_origins", parse::origins);
        let webhook_retry = self.get("webhook_retry", parse::durations);
        let event_retention = self.get("event_retention", parse::days);
        let outbound_allow = self.get("outbound_allow", parse::networks);
        let outbound_ca = self.get("outbound_ca", |file| Roots::read(Path::new(file))).unwrap_or_default();
        let dns_server = self.get("dns_server", parse::listen);
        let anonymous = self.get("rate.anonymous", parse::rate);
        let token = self.get("rate.token", parse::rate);
        let federation = self.get("rate.federation", parse::rate);
        let mut plans = [Plan::Free, Plan::Solo, Plan::Team, Plan::Enterprise].map(Plan::limits);
        for (plan, limits) in Plan::ALL.iter().zip(&mut plans) {
            let agents = self.get(&format!("plan.{plan}.agents"), parse::agents);
            let storage = self.get(&format!("plan.{plan}.storage"), parse::size);
            limits.agents = agents.unwrap_or(limits.agents);
            limits.storage_bytes = storage.unwrap_or(limits.storage_bytes);
        }
        let rating_requires_install = self.get("rating_requires_install", parse::yes_or_no);
        let statistics_retention = self.get("statistics_retention", parse::retention);
        let sandbox = self.get("sandbox", parse::sandbox);
        let checks = self.get("checks", parse::checks);
        let sign_up = self.get("signup", parse::sign_up);
        let mail = self.mail();
        let auto_approve = self.get("auto_approve", parse::auto_approve);
        let answer_cache_bytes = self.get("answer_cache_bytes", parse::size);
        let log_filter = self.get("log.filter", parse::log_filter);
        let log_format = self.get("log.format", parse::log_format);
        let log_slow = self.get("log.slow", parse::duration);

        let data_dir = data_dir?;
        let database_url =
            database_url.unwrap_or_else(|| format!("sqlite:{}", data_dir.join("marketplace.db").display()));
        let on_postgres = !database_url.starts_with("sqlite:");
        if on_postgres && secret_key.is_none() && !self.texts.contains_key("secret_key") {
            self.mistakes.push(Mistake {
                place: "ATOM_SECRET_KEY".to_owned(),
                message: "with PostgreSQL it must be set, the same on every node: 32 bytes in base64 or hex; `openssl rand -base64 32` makes one".to_owned(),
            });
        }
        Some(Settings {
            listen: listen?,
            public_url,
            data_dir,
            database_url: Secret::new(database_url),
            database_wait: database_wait?,
            postgres_connections: postgres_connections?,
            admin_key,
            secret_key,
            trusted_proxies: trusted_proxies?,
            cors_origins: cors_origins?,
            webhook_retry: webhook_retry?,
            event_retention: event_retention?,
            outbound_allow: outbound_allow?,
            outbound_ca,
            dns_server,
            rates: Rates { anonymous: anonymous?, token: token?, federation: federation? },
            plans,
            numbers: Numbers {
                rating_requires_install: rating_requires_install?,
                statistics_retention: statistics_retention?,
            },
            sandbox: sandbox?,
            checks: checks?,
            sign_up,
            mail,
            auto_approve: auto_approve?,
            answer_cache_bytes: answer_cache_bytes?,
            log_filter: log_filter?,
            log_format: log_format?,
            log_slow: log_slow?,
            in_force: self.in_force(),
            warnings,
        })
    }

    /// The way to the mail server, of two settings that make sense together.
    fn mail(&mut self) -> Option<Arc<Mailer>> {
        let url = self.get("mail.smtp_url", |text| Ok(Secret::new(text)))?;
        let Some(from) = self.get("mail.from", |text| Ok(text.to_owned())) else {
            let message = "with ATOM_SMTP_URL it must be set: whom mail comes from".to_owned();
            self.mistakes.push(Mistake { place: "ATOM_MAIL_FROM".to_owned(), message });
            return None;
        };
        match Mailer::new(&url, &from) {
            Ok(mailer) => Some(Arc::new(mailer)),
            Err(message) => {
                self.mistakes.push(Mistake { place: "ATOM_SMTP_URL, ATOM_MAIL_FROM".to_owned(), message });
                None
            }
        }
    }

    fn in_force(&self) -> Vec<InForce> {
        let shown = |setting: &'static Setting| {
            let (text, source) = match (self.texts.get(setting.key), &setting.default) {
                (Some((text, source)), _) => (text.as_str(), source.clone()),
                (None, Fallback::Value(text) | Fallback::Described(text)) => (*text, Source::Default),
            };
            let hidden = setting.secret && source != Source::Default;
            let shown = if hidden { hide(setting.key, text) } else { text.to_owned() };
            InForce { setting, shown, source }
        };
        SETTINGS.iter().map(shown).collect()
    }
}

/// A secret for the terminal. Of a database URL, everything but what could be a password.
fn hide(key: &str, text: &str) -> String {
    if key != "database_url" {
        return "set (hidden)".to_owned();
    }
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let rest = rest.split('?').next().unwrap_or_default();
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    format!("set ({scheme}://…@{place})")
}
