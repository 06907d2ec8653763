//! Requests to servers that trust this pool: with the access token, and with one refresh if it is refused.

use super::{Keeper, REFRESH_AHEAD, Refreshed, not_authorized};
use crate::{
    cognito::error::Error,
    session::{
        ApiAnswer, ApiRequest,
        world::{Request, World},
    },
};

impl<W: World> Keeper<W> {
    /// Sends a request with `Authorization: Bearer`. An answer 401 is asked for once more with a new token, because the
    /// server's clock may be ahead, or the token revoked; the second answer counts, whatever it is.
    pub(super) async fn call(&self, request: ApiRequest) -> Result<ApiAnswer, Error> {
        let ApiRequest { method, url, body } = request;
        let mut rejected = None;
        loop {
            let tokens = match self.fresh_tokens(rejected.as_ref(), REFRESH_AHEAD).await {
                Some(Refreshed::Fresh(tokens)) => tokens,
                Some(Refreshed::NotNow(error)) => return Err(error),
                Some(Refreshed::Ended) => return Err(not_authorized()),
                None => {
                    self.nobody();
                    return Err(not_authorized());
                }
            };
            let mut headers = vec![("authorization".to_owned(), ["Bearer ", tokens.access.as_str()].concat())];
            if body.is_some() {
                headers.push(("content-type".to_owned(), "application/json".to_owned()));
            }
            let request = Request { method, url: url.clone(), headers, body: body.clone().unwrap_or_default() };
            let answer = self.world.fetch(request).await?;
            if answer.status == 401 && rejected.is_none() {
                rejected = Some(tokens.access);
                continue;
            }
            return Ok(ApiAnswer { status: answer.status, body: answer.body });
        }
    }
}
