//! An installation's configuration against its component's `config_schema`, and its API keys at rest.
//!
//! A schema is another tenant's text, so nothing of it is fetched, its patterns run in linear time, and one that could
//! take long to check is refused ([`cost`]).

use std::sync::{Arc, LazyLock};

use atom_marketplace_protocol::error::FieldError;
use atom_marketplace_protocol::install::{ApiKeys, InstallConfig};
use atom_marketplace_protocol::json;
use atom_marketplace_protocol::limits::{API_KEY_MAX, API_KEY_NAME_MAX, API_KEYS_MAX, SETTINGS_MAX};
use atom_marketplace_protocol::text::{self, TextRule};
use jsonschema::error::ValidationErrorKind;
use jsonschema::paths::LocationSegment;
use jsonschema::{Draft, PatternOptions, Validator};
use quick_cache::sync::Cache;
use serde_json::{Map, Value};

use crate::catalog::checks::cost;
use crate::error::ApiResult;
use crate::seal::Sealer;

/// Errors reported of one configuration.
const ERRORS: usize = 50;
/// Characters of a message, which may quote the value.
const MESSAGE: usize = 300;
/// Bytes a compiled pattern may take.
const PATTERN_SIZE: usize = 256 << 10;

/// Compiled schemas by the digest of their version, which covers them: the same whichever database it is from.
static COMPILED: LazyLock<Cache<String, Result<Arc<Validator>, String>>> = LazyLock::new(|| Cache::new(256));

/// Collects what is wrong with a request's `install_config`, whatever the component.
pub(super) fn check_shape(config: &InstallConfig, errors: &mut Vec<FieldError>) {
    let name_rule = TextRule { max_chars: API_KEY_NAME_MAX, multiline: false, required: true };
    if let Some(ApiKeys(keys)) = &config.api_keys {
        let base = "install_config.api_keys";
        if keys.len() > API_KEYS_MAX {
            errors.push(FieldError::new(base, format!("There are {} keys, of at most {API_KEYS_MAX}.", keys.len())));
        }
        for (name, value) in keys {
            let path = json::path_join(base, name);
            if let Err(message) = text::clean(name, name_rule) {
                errors.push(FieldError::new(&path, format!("The key's name: {message}.")));
            }
            if value.is_empty() || value.len() > API_KEY_MAX {
                errors.push(FieldError::new(
                    path,
                    format!("A key has 1 to {API_KEY_MAX} bytes; this one has {}.", value.len()),
                ));
            }
        }
    }
    if let Some(settings) = &config.settings {
        let size = serde_json::to_string(settings).map_or(0, |text| text.len());
        if size > SETTINGS_MAX {
            let message = format!("The settings have {size} bytes as JSON, of at most {SETTINGS_MAX}.");
            errors.push(FieldError::new("install_config.settings", message));
        }
    }
}

/// What a version's schema has against a configuration. `base` is the path that errors are put under.
pub(super) fn check(
    schema: Option<&Value>,
    digest: &str,
    settings: &Map<String, Value>,
    key_names: &[String],
    base: &str,
) -> Vec<FieldError> {
    let Some(schema) = schema else { return Vec::new() };
    let mut errors: Vec<FieldError> = required_keys(schema)
        .filter(|required| !key_names.iter().any(|name| name == required))
        .map(|required| {
            let path = json::path_join(&format!("{base}.api_keys"), required);
            FieldError::new(path, "This API key is required.")
        })
        .collect();
    let settings_base = format!("{base}.settings");
    match COMPILED.get_or_insert_with(digest, || Ok::<_, std::convert::Infallible>(compile(schema))) {
        Ok(Ok(validator)) => {
            let settings = Value::Object(settings.clone());
            errors.extend(validator.iter_errors(&settings).take(ERRORS).map(|error| FieldError {
                path: path_of(&error, &settings_base),
                message: error.to_string().chars().take(MESSAGE).collect(),
            }));
        }
        Ok(Err(why)) => {
            errors.push(FieldError::new(settings_base, format!("The component's config_schema cannot be used: {why}")));
        }
    }
    errors
}

/// The names in a schema's `required_api_keys`.
pub(super) fn required_keys(schema: &Value) -> impl Iterator<Item = &str> {
    schema.get("required_api_keys").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn compile(schema: &Value) -> Result<Arc<Validator>, String> {
    cost::check(schema)?;
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .offline()
        .with_pattern_options(PatternOptions::regex().size_limit(PATTERN_SIZE).dfa_size_limit(PATTERN_SIZE))
        .build(schema)
        .map(Arc::new)
        .map_err(|error| error.to_string().chars().take(MESSAGE).collect())
}

/// Where it is wrong: a property that is missing, or one too many, is named itself.
fn path_of(error: &jsonschema::ValidationError<'_>, base: &str) -> String {
    let parent = error.instance_path().into_iter().fold(base.to_owned(), |path, segment| match segment {
        LocationSegment::Property(name) => json::path_join(&path, &name),
        LocationSegment::Index(at) => json::index(&path, at),
    });
    match error.kind() {
        ValidationErrorKind::Required { property } => match property.as_str() {
            Some(name) => json::path_join(&parent, name),
            None => parent,
        },
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => match unexpected.as_slice() {
            [one] => json::path_join(&parent, one),
            _ => parent,
        },
        _ => parent,
    }
}

/// What sealed keys are bound to: they open for this installation of this tenant alone.
fn context(tenant: i64, uid: &str) -> String {
    format!("installation:{tenant}:{uid}")
}

/// API keys as they are stored; none when there are none.
pub(super) fn seal(sealer: &Sealer, tenant: i64, uid: &str, keys: &ApiKeys) -> ApiResult<Option<Vec<u8>>> {
    if keys.0.is_empty() {
        return Ok(None);
    }
    let plain = serde_json::to_vec(keys).map_err(crate::error::ApiError::internal)?;
    Ok(Some(sealer.seal(&context(tenant, uid), &plain)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn paths(schema: &Value, settings: &Value, keys: &[&str]) -> Vec<String> {
        let keys: Vec<String> = keys.iter().map(|&key| key.to_owned()).collect();
        let digest = atom_marketplace_protocol::digest::sha256_hex(schema.to_string());
        let errors = check(Some(schema), &digest, settings.as_object().unwrap(), &keys, "install_config");
        errors.into_iter().map(|error| error.path).collect()
    }

    #[test]
    fn errors_name_the_field() {
        let schema = json!({
            "type": "object",
            "required": ["region"],
            "additionalProperties": false,
            "properties": {
                "region": { "type": "string", "pattern": "^[a-z]+-[0-9]$" },
                "max_daily_tasks": { "type": "integer", "maximum": 1000 },
                "hours": { "type": "array", "items": { "type": "integer" } },
            },
            "required_api_keys": ["salesforce"],
        });
        let table = [
            (json!({ "region": "eu-1" }), vec!["salesforce", "other"], vec![]),
            (json!({ "region": "eu-1" }), vec![], vec!["install_config.api_keys.salesforce"]),
            (json!({}), vec!["salesforce"], vec!["install_config.settings.region"]),
            (json!({ "region": "EU" }), vec!["salesforce"], vec!["install_config.settings.region"]),
            (
                json!({ "region": "eu-1", "max_daily_tasks": 5000 }),
                vec!["salesforce"],
                vec!["install_config.settings.max_daily_tasks"],
            ),
            (
                json!({ "region": "eu-1", "hours": [1, "2"] }),
                vec!["salesforce"],
                vec!["install_config.settings.hours[1]"],
            ),
            (json!({ "region": "eu-1", "colour": 1 }), vec!["salesforce"], vec!["install_config.settings.colour"]),
        ];
        for (settings, keys, expected) in table {
            assert_eq!(paths(&schema, &settings, &keys), expected, "{settings}");
        }
    }

    #[test]
    fn a_schema_that_cannot_be_used_is_an_answer() {
        for schema in [
            json!({ "$ref": "https://schemas.example.com/settings.json" }),
            json!({ "type": "no such type" }),
            json!({ "properties": { "a": { "pattern": "(?=a)b" } } }),
            json!(5),
        ] {
            assert_eq!(paths(&schema, &json!({}), &[]), ["install_config.settings"], "{schema}");
        }
    }

    #[test]
    fn sealed_keys_are_bound_to_their_installation() {
        let sealer = Sealer::new(&[1; 32]);
        let keys = ApiKeys([("a".to_owned(), "sk-live".to_owned())].into());
        let sealed = seal(&sealer, 7, "inst_1", &keys).unwrap().unwrap();
        assert_eq!(sealer.open(&context(7, "inst_1"), &sealed).unwrap(), br#"{"a":"sk-live"}"#);
        assert!(sealer.open(&context(8, "inst_1"), &sealed).is_err());
        assert_eq!(seal(&sealer, 7, "inst_1", &ApiKeys::default()).unwrap(), None);
    }
}
