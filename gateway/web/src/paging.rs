//! Pages: `limit` and `after`, and cursors that mean nothing to a client.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Query as AxumQuery};
use axum::http::request::Parts;
use pumice_model::control::{Pending, Refusal};
use pumice_model::query::{self, Query};
use utoipa::IntoParams;

use crate::app::App;
use crate::doors::Doors;
use crate::dto::Page;
use crate::error::{FieldErrors, WebError};
use crate::json::is_presentable;

/// The most octets of a core's cursor.
const CURSOR: usize = 128;

/// Which part of a list is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// The most rows in the answer. The gateway may give fewer; `next` tells whether there are more.
    #[param(minimum = 1, maximum = 1000, nullable = false)]
    limit: Option<u32>,
    /// `next` of the page before; the first page if absent. Rows that are there all the time come exactly once, whatever
    /// is added or removed meanwhile.
    #[param(max_length = 258, pattern = "^[0-9a-f]+$", nullable = false)]
    after: Option<String>,
}

impl FromRequestParts<Arc<App>> for PageQuery {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, WebError> {
        let [limit, after] = query_values(parts, ["limit", "after"])?;
        let limit = limit.map(|text| match text.parse() {
            Ok(limit @ 1..=1000) if text.bytes().all(|digit| digit.is_ascii_digit()) => Ok(limit),
            _ => Err(WebError::parameter("limit", "wanted is a number from 1 to 1000")),
        });
        Ok(Self { limit: limit.transpose()?, after })
    }
}

/// The values of these parameters of the query, each at most once, and no others.
pub(crate) fn query_values<const N: usize>(
    parts: &Parts,
    names: [&'static str; N],
) -> Result<[Option<String>; N], WebError> {
    let AxumQuery(pairs) = AxumQuery::<Vec<(String, String)>>::try_from_uri(&parts.uri)
        .map_err(|_| WebError::parameter("query", "wanted is name=value&name=value"))?;
    let mut values = [const { None }; N];
    let mut errors = FieldErrors::default();
    for (name, value) in pairs {
        let slot = names.iter().position(|known| *known == name).and_then(|at| values.get_mut(at));
        let detail = match slot {
            Some(slot @ None) => {
                *slot = Some(value);
                continue;
            }
            Some(Some(_)) => "this parameter is given twice".to_owned(),
            None => format!("unknown parameter; known are {}", names.join(", ")),
        };
        let name = if is_presentable(&name) { name } else { "query".to_owned() };
        errors.push(crate::dto::FieldError { parameter: Some(name), ..crate::dto::FieldError::new(detail) });
    }
    if errors.is_empty() { Ok(values) } else { Err(WebError::Invalid(errors)) }
}

/// A list that is given in pages. Its mark keeps a cursor of one list from being used in another.
#[derive(Debug, Clone, Copy)]
#[repr(u8)]
pub(crate) enum List {
    Audit = b'a',
    Cells = b'c',
    Events = b'e',
    Phones = b'p',
    Subscribers = b's',
}

impl List {
    /// Asks the core for a part of the list.
    pub(crate) async fn ask<V, T: From<V>>(
        self,
        app: &App,
        page: PageQuery,
        question: impl FnOnce(&dyn Query, query::PageRequest) -> Pending<query::Page<V>>,
    ) -> Result<Json<Page<T>>, WebError> {
        let request = self.request(page)?;
        let has_cursor = request.after.is_some();
        self.page(has_cursor, app.desk.ask(|query| question(query, request)).await)
    }

    /// Asks the box for a part of the list.
    pub(crate) async fn ask_box<V, T: From<V>>(
        self,
        app: &App,
        page: PageQuery,
        question: impl FnOnce(&Doors, query::PageRequest) -> Pending<query::Page<V>>,
    ) -> Result<Json<Page<T>>, WebError> {
        let request = self.request(page)?;
        let has_cursor = request.after.is_some();
        self.page(has_cursor, app.desk.ask_box(|doors| question(doors, request)).await)
    }

    fn request(self, page: PageQuery) -> Result<query::PageRequest, WebError> {
        let after = page.after.map(|cursor| self.open(&cursor).ok_or_else(unknown_cursor)).transpose()?;
        Ok(query::PageRequest { after, limit: page.limit })
    }

    fn page<V, T: From<V>>(
        self,
        has_cursor: bool,
        answer: Result<query::Page<V>, WebError>,
    ) -> Result<Json<Page<T>>, WebError> {
        let page = match answer {
            // The list is always there: what the core does not find is the cursor.
            Err(WebError::Refused(Refusal::NotFound)) if has_cursor => return Err(unknown_cursor()),
            answer => answer?,
        };
        Ok(Json(Page {
            items: page.items.into_iter().map(T::from).collect(),
            next: page.next.map(|cursor| self.close(&cursor)),
        }))
    }

    fn close(self, cursor: &str) -> String {
        let mark = self as u8;
        core::iter::once(mark).chain(cursor.bytes()).map(|octet| format!("{octet:02x}")).collect()
    }

    fn open(self, text: &str) -> Option<String> {
        if !(2..=2 * (CURSOR + 1)).contains(&text.len()) || !text.len().is_multiple_of(2) {
            return None;
        }
        let is_digit = |octet: u8| matches!(octet, b'0'..=b'9' | b'a'..=b'f');
        if !text.bytes().all(is_digit) {
            return None;
        }
        let octet = |at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
        let octets = (0..text.len()).step_by(2).map(octet).collect::<Option<Vec<u8>>>()?;
        let (mark, cursor) = octets.split_first()?;
        if *mark != self as u8 {
            return None;
        }
        String::from_utf8(cursor.to_vec()).ok()
    }
}

fn unknown_cursor() -> WebError {
    WebError::parameter(
        "after",
        "wanted is the next of the page before, of the same list; leave it out to begin anew",
    )
}
