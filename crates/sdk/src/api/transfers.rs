//! Components offered to another publisher.

use atom_marketplace_protocol::lifecycle::{Transfer, TransferDirection};
use reqwest::Method;

use super::handle;
use crate::reference::segment;
use crate::{Call, Error, Listing};

handle! {
    /// Components offered to the tenant, or by it. [`Collection::transfer`](super::Collection::transfer) makes an offer.
    Transfers
}

impl Transfers {
    fn path(id: &str, below: &str) -> Result<String, Error> {
        Ok(format!("/transfers/{}{below}", segment("transfer id", id)?))
    }

    /// Lists offers to the tenant, or by it; the latest first.
    pub fn list(&self, direction: TransferDirection) -> Listing<Transfer> {
        Listing::new(&self.client, "/transfers").query("direction", direction)
    }

    /// One of them, `trf_…`.
    pub fn get(&self, id: &str) -> Call<Transfer> {
        Call::json(&self.client, Method::GET, Self::path(id, ""))
    }

    /// Takes what is offered: the component is the tenant's from then on.
    pub fn accept(&self, id: &str) -> Call<Transfer> {
        Call::json(&self.client, Method::POST, Self::path(id, "/accept"))
    }

    /// Does not want it.
    pub fn decline(&self, id: &str) -> Call<Transfer> {
        Call::json(&self.client, Method::POST, Self::path(id, "/decline"))
    }

    /// Takes an offer of the tenant's back.
    pub fn cancel(&self, id: &str) -> Call<()> {
        Call::done(&self.client, Method::DELETE, Self::path(id, ""))
    }
}
