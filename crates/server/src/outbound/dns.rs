//! Looking up what a domain says of itself. Nothing is kept: who asks wants to know how it is now.

use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;

/// How long a name server may take; it is asked twice.
const PATIENCE: Duration = Duration::from_secs(5);

/// A DNS client.
pub struct Dns {
    server: Option<SocketAddr>,
    resolver: OnceLock<Result<TokioResolver, String>>,
}

impl Dns {
    /// A client that asks this name server, or those that the system asks.
    pub fn new(server: Option<SocketAddr>) -> Self {
        Self { server, resolver: OnceLock::new() }
    }

    /// The name server that is asked in place of the system's.
    pub fn server(&self) -> Option<SocketAddr> {
        self.server
    }

    /// The TXT records of a name, each as one text; none when there is no such name. The error is for people.
    pub async fn txt(&self, name: &str) -> Result<Vec<String>, String> {
        // Not before it is needed: a machine without DNS serves a marketplace as well.
        let resolver = self.resolver.get_or_init(|| self.open().map_err(|error| error.to_string()));
        let resolver = resolver.as_ref().map_err(Clone::clone)?;
        // With its dot at the end it is looked up as it is, not below the system's own domain.
        match resolver.txt_lookup(format!("{}.", name.trim_end_matches('.'))).await {
            Ok(found) => Ok(found.answers().iter().filter_map(|record| text(&record.data)).collect()),
            Err(error) if error.is_no_records_found() => Ok(Vec::new()),
            Err(error) => Err(error.to_string()),
        }
    }

    fn open(&self) -> Result<TokioResolver, NetError> {
        let mut builder = match self.server {
            None => TokioResolver::builder_tokio()?,
            Some(server) => {
                let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()]
                    .into_iter()
                    .map(|mut connection| {
                        connection.port = server.port();
                        connection
                    })
                    .collect();
                let servers = vec![NameServerConfig::new(server.ip(), true, connections)];
                let config = ResolverConfig::from_parts(None, Vec::new(), servers);
                TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
        };
        let options = builder.options_mut();
        options.cache_size = 0;
        options.timeout = PATIENCE;
        options.attempts = 1;
        builder.build()
    }
}

/// A TXT record's parts belong together (RFC 7208, 3.3).
fn text(data: &RData) -> Option<String> {
    let RData::TXT(txt) = data else { return None };
    Some(txt.txt_data.iter().map(|part| String::from_utf8_lossy(part)).collect())
}
