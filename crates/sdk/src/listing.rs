//! Lists: a page at a time, or item by item.

use std::collections::VecDeque;
use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use atom_marketplace_protocol::component::{Component, MarketplaceType, MaturityLevel, Status};
use atom_marketplace_protocol::ids::Kind;
use atom_marketplace_protocol::install::Installation;
use atom_marketplace_protocol::page::Page;
use atom_marketplace_protocol::plan::Plan;
use atom_marketplace_protocol::review::{Submission, SubmissionSort};
use futures_core::Stream;
use serde::de::DeserializeOwned;

use crate::call::{BoxFuture, IntoPath};
use crate::{Call, Client, Error};

/// A list that will be asked for: `.await` gives its first page, [`Listing::items`] all of it as a stream.
///
/// ```no_run
/// # async fn example(client: atom_marketplace_sdk::Client) -> Result<(), atom_marketplace_sdk::Error> {
/// let page = client.agents().list().capability("sales").min_rating(4.0).page_size(50).await?;
/// println!("{} of {}", page.items.len(), page.total);
///
/// let mut agents = client.agents().list().capability("sales").items();
/// while let Some(agent) = agents.next().await {
///     println!("{}", agent?.manifest.name);
/// }
/// # Ok(()) }
/// ```
#[must_use = "nothing is asked before it is awaited"]
pub struct Listing<T, F = Plain> {
    call: Call<Page<T>>,
    filters: PhantomData<fn() -> F>,
}

/// A list without filters.
#[derive(Debug)]
pub enum Plain {}
/// A list or search of the catalog.
#[derive(Debug)]
pub enum Catalog {}
/// A search over all kinds.
#[derive(Debug)]
pub enum Everything {}
/// A tenant's installations.
#[derive(Debug)]
pub enum Installed {}
/// What waits for a reviewer, or did.
#[derive(Debug)]
pub enum Submitted {}

impl<T: DeserializeOwned, F> Listing<T, F> {
    pub(crate) fn new(client: &Client, path: impl IntoPath) -> Self {
        Self { call: Call::json(client, reqwest::Method::GET, path), filters: PhantomData }
    }
}

impl<T, F> Listing<T, F> {
    fn with(self, name: &str, value: impl fmt::Display) -> Self {
        self.map(|call| call.query(name, value))
    }

    fn map(self, change: impl FnOnce(Call<Page<T>>) -> Call<Page<T>>) -> Self {
        Self { call: change(self.call), filters: PhantomData }
    }

    /// Adds a query parameter, one that has no method of its own too.
    pub fn query(self, name: &str, value: impl fmt::Display) -> Self {
        self.with(name, value)
    }

    /// How many items a page holds, 1 to 100.
    pub fn page_size(self, size: u32) -> Self {
        self.map(|call| call.set_query("page_size", Some(size.to_string())))
    }

    /// The page's number, from 1. Walk a long list with [`Listing::items`] instead.
    pub fn page_number(self, page: u32) -> Self {
        self.map(|call| call.set_query("page", Some(page.to_string())))
    }

    /// Goes on behind the page that gave this `next_cursor`.
    pub fn cursor(self, cursor: impl Into<String>) -> Self {
        let cursor = cursor.into();
        self.map(|call| call.set_query("cursor", Some(cursor)))
    }

    /// How long an attempt may take.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.map(|call| call.timeout(timeout))
    }

    /// How often a page is tried again.
    pub fn max_retries(self, retries: u32) -> Self {
        self.map(|call| call.max_retries(retries))
    }

    /// The call for one page, with all its options.
    pub fn page(self) -> Call<Page<T>> {
        self.call
    }

    /// The path below the base URL; none where the request cannot be sent.
    pub fn path(&self) -> Option<&str> {
        self.call.path()
    }
}

impl<T: Send + 'static, F> Listing<T, F> {
    /// Every item, each page fetched when it is needed, by cursor: the cost does not grow with depth.
    pub fn items(self) -> Items<T> {
        Items { next: Some(self.call), asked: None, ready: VecDeque::new() }
    }

    /// Every item at once.
    pub async fn all(self) -> Result<Vec<T>, Error> {
        let mut items = self.items();
        let mut all = Vec::new();
        while let Some(item) = items.next().await {
            all.push(item?);
        }
        Ok(all)
    }
}

impl<T: 'static, F> IntoFuture for Listing<T, F> {
    type Output = Result<Page<T>, Error>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.call.into_future()
    }
}

impl<T, F> fmt::Debug for Listing<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Listing").field(&self.call).finish()
    }
}

/// The items of a list, page by page: a [`Stream`]. It ends after the first error.
#[must_use = "nothing is asked before it is polled"]
pub struct Items<T> {
    /// The page to ask for when `ready` is empty.
    next: Option<Call<Page<T>>>,
    /// The page that is being waited for, and the call it came from.
    asked: Option<Asked<T>>,
    ready: VecDeque<T>,
}

type Asked<T> = (Call<Page<T>>, BoxFuture<Result<Page<T>, Error>>);

impl<T: Send + 'static> Items<T> {
    /// The next item; none at the end.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

/// Nothing in it is ever pinned.
impl<T> Unpin for Items<T> {}

impl<T: Send + 'static> Stream for Items<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            if let Some((call, page)) = &mut self.asked {
                let page = std::task::ready!(page.as_mut().poll(context));
                let follow = call.same();
                self.asked = None;
                match page.and_then(|page| Ok((page, follow?))) {
                    Ok((page, call)) => {
                        self.ready = page.items.into();
                        // A page that says there is more and not where is the last: asking again would go in circles.
                        self.next = page
                            .next_cursor
                            .filter(|_| page.has_more)
                            .map(|cursor| call.set_query("page", None).set_query("cursor", Some(cursor)));
                    }
                    Err(error) => return Poll::Ready(Some(Err(error))),
                }
                continue;
            }
            let Some(call) = self.next.take() else {
                return Poll::Ready(None);
            };
            match call.same() {
                Ok(same) => self.asked = Some((same, call.into_future())),
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("ready", &self.ready.len()).finish_non_exhaustive()
    }
}

macro_rules! catalog_filters {
    ($($list:ty),*) => { $(
        impl Listing<Component, $list> {
            /// Only public, or only private ones.
            pub fn marketplace_type(self, only: MarketplaceType) -> Self {
                self.with("marketplace_type", only)
            }

            /// Only those that can do this; more than one: all of them.
            pub fn capability(self, capability: impl fmt::Display) -> Self {
                self.with("capability", capability)
            }

            /// Only those in this category.
            pub fn category(self, category: impl fmt::Display) -> Self {
                self.with("category", category)
            }

            /// Only those with this tag; more than one: all of them.
            pub fn tag(self, tag: impl fmt::Display) -> Self {
                self.with("tag", tag)
            }

            /// Only those whose ratings average at least this.
            pub fn min_rating(self, least: f64) -> Self {
                self.with("min_rating", least)
            }

            /// Only those of this pricing tier.
            pub fn pricing_tier(self, tier: Plan) -> Self {
                self.with("pricing_tier", tier)
            }

            /// Only agents of this maturity.
            pub fn maturity_level(self, level: MaturityLevel) -> Self {
                self.with("maturity_level", level)
            }

            /// Only those of this publisher.
            pub fn publisher(self, tenant: impl fmt::Display) -> Self {
                self.with("publisher", tenant)
            }
        }
    )* };
}

catalog_filters!(Catalog, Everything);

impl Listing<Component, Catalog> {
    /// In this order; see the API's documentation for the orders there are.
    pub fn sort(self, order: impl fmt::Display) -> Self {
        self.with("sort", order)
    }
}

impl Listing<Component, Everything> {
    /// Only of this kind; may be said more than once.
    pub fn kind(self, kind: Kind) -> Self {
        self.with("kind", kind)
    }
}

impl Listing<Installation, Installed> {
    /// Only those of this kind.
    pub fn kind(self, kind: Kind) -> Self {
        self.with("component_type", kind)
    }

    /// Only those of the component with this id.
    pub fn component_id(self, id: impl fmt::Display) -> Self {
        self.with("component_id", id)
    }

    /// Only those of this publisher.
    pub fn source_tenant_id(self, tenant: impl fmt::Display) -> Self {
        self.with("source_tenant_id", tenant)
    }
}

impl Listing<Submission, Submitted> {
    /// Only those that stand so.
    pub fn status(self, status: Status) -> Self {
        self.with("status", status)
    }

    /// Only those of this kind.
    pub fn kind(self, kind: Kind) -> Self {
        self.with("kind", kind)
    }

    /// Only those of this publisher.
    pub fn source_tenant_id(self, tenant: impl fmt::Display) -> Self {
        self.with("source_tenant_id", tenant)
    }

    /// In this order; the riskiest first when it is not said.
    pub fn sort(self, sort: SubmissionSort) -> Self {
        self.with("sort", sort)
    }
}
