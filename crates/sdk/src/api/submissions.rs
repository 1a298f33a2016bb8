//! What the tenant has submitted to the public, and the conversation with the reviewers.

use atom_marketplace_protocol::review::{Message, MessageCreate, Submission, SubmissionDetail};
use reqwest::Method;

use super::handle;
use crate::reference::segment;
use crate::{Call, Error, Listing};

handle! {
    /// What the tenant has submitted to the public.
    OwnSubmissions
}

impl OwnSubmissions {
    fn path(id: &str, below: &str) -> Result<String, Error> {
        Ok(format!("/submissions/{}{below}", segment("submission id", id)?))
    }

    /// Lists them, the latest first, with where each stands.
    pub fn list(&self) -> Listing<Submission> {
        Listing::new(&self.client, "/submissions")
    }

    /// One of them, `sub_…`, with what it would publish.
    pub fn get(&self, id: &str) -> Call<SubmissionDetail> {
        Call::json(&self.client, Method::GET, Self::path(id, ""))
    }

    /// What was said about it, the oldest first.
    pub fn messages(&self, id: &str) -> Listing<Message> {
        Listing::new(&self.client, Self::path(id, "/messages"))
    }

    /// Answers the reviewers.
    pub fn reply(&self, id: &str, text: &str) -> Call<Message> {
        let body = MessageCreate { text: text.to_owned() };
        Call::json(&self.client, Method::POST, Self::path(id, "/messages")).body(&body)
    }
}
