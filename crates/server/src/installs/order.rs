//! What a request asks to be installed, checked as far as it can be without the database.

use atom_marketplace_protocol::error::FieldError;
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::install::{BulkInstallRequest, InstallConfig, InstallRequest};
use atom_marketplace_protocol::limits::BULK_MAX;
use atom_marketplace_protocol::semver_ext;
use semver::Version;

use super::config;
use crate::error::{ApiError, ApiResult};

/// One component to install.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) kind: Kind,
    pub(crate) id: String,
    /// Its publisher, if it is named.
    pub(crate) source: Option<String>,
    /// An exact version; none: the latest.
    pub(crate) version: Option<Version>,
    pub(crate) config: Option<InstallConfig>,
    /// Whether what it needs comes along.
    pub(crate) auto: bool,
}

impl Order {
    /// The order of an install request.
    pub(crate) fn new(kind: Kind, id: String, request: InstallRequest) -> ApiResult<Self> {
        let mut errors = Vec::new();
        if let Some(config) = &request.install_config {
            config::check_shape(config, &mut errors);
        }
        let version = request.version.as_deref().and_then(|text| read_version(text, &mut errors));
        refuse(errors)?;
        Ok(Order {
            kind,
            id,
            source: request.source_tenant_id,
            version,
            config: request.install_config,
            auto: request.auto_install_dependencies,
        })
    }

    /// The orders of a bulk request, in its order.
    pub(crate) fn bulk(kind: Kind, request: BulkInstallRequest) -> ApiResult<Vec<Self>> {
        let BulkInstallRequest { ids, agent_ids, skill_ids, canvas_ids, domain_ids, .. } = request;
        let named = [
            (Kind::Agent, "agent_ids", agent_ids),
            (Kind::Skill, "skill_ids", skill_ids),
            (Kind::Canvas, "canvas_ids", canvas_ids),
            (Kind::Domain, "domain_ids", domain_ids),
        ];
        let mut errors = Vec::new();
        let mut lists: Vec<(&str, Vec<String>)> = ids.map(|ids| ("ids", ids)).into_iter().collect();
        for (of, field, ids) in named {
            match ids {
                Some(ids) if of == kind => lists.push((field, ids)),
                Some(_) => errors.push(FieldError::new(field, format!("This marketplace installs {}.", kind.plural()))),
                None => {}
            }
        }
        if let Some(config) = &request.install_config {
            config::check_shape(config, &mut errors);
        }
        match lists.as_slice() {
            [] if errors.is_empty() => errors.push(FieldError::new("ids", "This field is required.")),
            [(field, ids)] if ids.is_empty() || ids.len() > BULK_MAX => {
                errors.push(FieldError::new(*field, format!("Give 1 to {BULK_MAX} ids; there are {}.", ids.len())));
            }
            [_, (field, _)] => errors.push(FieldError::new(*field, "Give this or `ids`, not both.")),
            _ => {}
        }
        refuse(errors)?;
        let orders = lists.into_iter().flat_map(|(_, ids)| ids).map(|id| Order {
            kind,
            id,
            source: request.source_tenant_id.clone(),
            version: None,
            config: request.install_config.clone(),
            auto: request.auto_install_dependencies,
        });
        Ok(orders.collect())
    }
}

/// A version, or what is wrong with it.
pub(super) fn read_version(text: &str, errors: &mut Vec<FieldError>) -> Option<Version> {
    semver_ext::parse_version(text)
        .map_err(|why| errors.push(FieldError::new("version", format!("Name an exact version: {why}."))))
        .ok()
}

/// 400 if there are errors.
pub(super) fn refuse(errors: Vec<FieldError>) -> ApiResult<()> {
    if errors.is_empty() { Ok(()) } else { Err(ApiError::invalid(errors)) }
}
