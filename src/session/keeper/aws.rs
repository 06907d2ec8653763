//! AWS credentials by Federated Identities: for whoever is signed in, and for guests where the identity pool has them.

use super::{Keeper, REFRESH_AHEAD, Refreshed, not_authorized};
use crate::{
    aws::sts::{self, CallerIdentity, SignedRequest},
    cognito::{
        error::{Error, ErrorKind, ServiceError},
        operations::*,
    },
    session::{
        AwsAccess, AwsFault,
        world::{Request, World},
    },
};
use std::cell::Cell;

/// Credentials that end within this many seconds are asked for anew: whoever gets some has time to use them.
const AHEAD: u64 = 300;

/// Says so when it is dropped, whatever became of the work.
struct Busy<'a>(&'a Cell<bool>);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

impl<W: World> Keeper<W> {
    /// Nobody's credentials outlive their session.
    pub(super) fn drop_aws_access(&self) {
        self.aws.take();
    }

    /// Credentials of whoever is signed in, or of a guest: those that are still good, or new ones. Callers at the same time
    /// share one request.
    pub(super) async fn aws(&self) -> Result<AwsAccess, Error> {
        loop {
            let rung = self.aws_bell.rung();
            if let Some(access) = self.good_aws_access() {
                return Ok(access);
            }
            if !self.aws_busy.replace(true) {
                break;
            }
            self.aws_bell.rung_after(rung).await;
        }
        let busy = Busy(&self.aws_busy);
        let answer = self.ask_for_aws_access().await;
        drop(busy);
        self.aws_bell.ring();
        answer
    }

    /// Asks AWS whose the credentials are.
    pub(super) async fn ask_sts(&self) -> Result<CallerIdentity, AwsFault> {
        let access = self.aws().await.map_err(AwsFault::Cognito)?;
        let region = self.pool.identity_pool.as_ref().map_or("", |pool| pool.id.region());
        let time = self.world.now().saturating_add_signed(-self.gauge.known_ahead());
        let SignedRequest { url, headers, body } =
            sts::get_caller_identity(&self.pool.endpoints.sts, region, &access.credentials, time);
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let request = Request { method: "POST", url, headers, body: body.to_owned() };
        let answer = self.world.fetch(request).await.map_err(|fault| AwsFault::Aws(fault.into()))?;
        let caller = CallerIdentity::read(answer.status, &answer.body);
        if caller.is_err() {
            // Those that AWS does not take are not kept.
            self.drop_aws_access();
        }
        caller.map_err(AwsFault::Aws)
    }

    fn good_aws_access(&self) -> Option<AwsAccess> {
        let (whose, access) = self.aws.borrow().clone()?;
        let same = whose == self.stored().map(|(user, _)| user);
        (same && access.expires_at > self.world.now() + AHEAD.min(access.lasts / 2)).then_some(access)
    }

    async fn ask_for_aws_access(&self) -> Result<AwsAccess, Error> {
        // A page without an identity pool does not ask.
        let none = Error::Service(ServiceError { kind: ErrorKind::ResourceNotFound, reason: None });
        let pool = self.pool.identity_pool.clone().ok_or(none)?;
        let (user, logins) = match self.fresh_tokens(None, REFRESH_AHEAD).await {
            Some(Refreshed::Fresh(tokens)) => {
                let user = self.stored().map(|(user, _)| user);
                (user, Logins::of_pool(&self.pool.id, tokens.id))
            }
            Some(Refreshed::NotNow(error)) => return Err(error),
            Some(Refreshed::Ended) => return Err(not_authorized()),
            None if pool.guests => (None, Logins::default()),
            None => return Err(not_authorized()),
        };
        let mut get_id = GetId::new(pool.id);
        get_id.logins = logins.clone();
        let identity = self.client.call(&get_id).await?.identity_id;
        let mut get = GetCredentialsForIdentity::new(identity);
        get.logins = logins;
        let GetCredentialsResponse { identity_id, credentials } = self.client.call(&get).await?;
        let now = self.world.now();
        let expires_at = (credentials.expiration.seconds()).saturating_add_signed(self.gauge.known_ahead());
        let lasts = expires_at.saturating_sub(now);
        let access = AwsAccess { identity: identity_id, guest: user.is_none(), credentials, expires_at, lasts };
        // They are of nobody who is here if somebody else signed in or out in the meantime.
        if user != self.stored().map(|(user, _)| user) {
            return Err(not_authorized());
        }
        self.aws.replace(Some((user, access.clone())));
        Ok(access)
    }
}
