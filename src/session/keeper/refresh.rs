//! Keeps tokens fresh: one refresh at a time over all tabs, ahead of time, and only what the pool says for certain ends a
//! session.

use super::{Keeper, REFRESH_AHEAD, not_authorized};
use crate::{
    cognito::{
        client::{self, Operation, Target},
        error::{Error, ErrorKind, Fault},
        operations::*,
        token::{AccessClaims, TokenTimes},
        types::*,
    },
    session::{
        Change, SignOut,
        lease::{self, Lease},
        message::{Ending, Handed, Message, SessionMark},
        world::{Random, World},
    },
};
use futures_util::future::{Either, select};
use std::{pin::pin, rc::Weak};

/// The lock that whoever refreshes holds.
const LOCK: &str = "doorward.refresh";
/// Browsers show a tab what another one has stored a moment later, and the lock may come before that: so it is held this
/// much longer, in milliseconds.
pub(super) const SETTLED: u32 = 2_000;
/// Tabs renew up to this many seconds apart, so that the first one does it for all.
const JITTER: u64 = 30;
/// The longest time between two looks, in seconds: timers of browsers overflow after 24 days.
const LONGEST: u64 = 3_600;
/// After a renewal that did not work, the next is tried after this many seconds, then after twice as many, up to a minute.
const FIRST_RETRY: u64 = 5;

/// What a refresh came to.
pub(super) enum Refreshed {
    /// Fresh tokens, new or from another tab.
    Fresh(Tokens),
    /// The server says that the session is over; it has been cleared.
    Ended,
    /// Not possible right now; everything was kept.
    NotNow(Error),
}

/// The lock, or what stands in for it.
enum Held<W: World> {
    Lock { _guard: W::Guard },
    Lease { _lease: Lease<W> },
}

/// How many seconds earlier than it has to a tab renews.
pub(super) fn jitter(random: &impl Random) -> u64 {
    u64::from(random.secret()[0]) % (JITTER + 1)
}

impl<W: World> Keeper<W> {
    async fn lock(&self) -> Held<W> {
        match self.world.acquire(LOCK).await {
            Some(guard) => Held::Lock { _guard: guard },
            None => Held::Lease { _lease: lease::acquire(&self.world, LOCK).await },
        }
    }

    /// Whether tokens last for this many seconds more; of tokens that live for minutes only, at most half is asked for.
    fn last_for(&self, tokens: &Tokens, seconds: u64) -> bool {
        TokenTimes::read(tokens).is_some_and(|times| self.left(times) > seconds.min(times.lifetime() / 2))
    }

    /// The stored tokens, refreshed if they do not last for `ahead` seconds more, or if `rejected` is the stored one.
    /// `None` if nobody is signed in.
    pub(super) async fn fresh_tokens(&self, rejected: Option<&AccessToken>, ahead: u64) -> Option<Refreshed> {
        let usable = |tokens: &Tokens| rejected != Some(&tokens.access) && self.last_for(tokens, ahead);
        let held = {
            let mut lock = pin!(self.lock());
            loop {
                // What another tab stores or says while we wait is as good as our turn.
                let rung = self.bell.rung();
                let (_, tokens) = self.stored()?;
                if usable(&tokens) {
                    return Some(Refreshed::Fresh(tokens));
                }
                if let Either::Left((held, _)) = select(lock.as_mut(), pin!(self.bell.rung_after(rung))).await {
                    break held;
                }
            }
        };
        // Another client of Cognito that is storing new tokens right now holds no lock.
        if self.stored().and_then(|(_, tokens)| TokenTimes::read(&tokens)).is_some_and(|times| !times.together) {
            self.world.sleep(SETTLED).await;
        }
        // Another tab may have refreshed, or signed out, while we waited.
        let (user, tokens) = self.stored()?;
        if usable(&tokens) {
            return Some(Refreshed::Fresh(tokens));
        }
        let answer = self.refresh(&user, &tokens).await;
        self.let_go_later(held);
        // A sign-out in the meantime wins, and so does another sign-in: the answer is about a session that is gone.
        let stored = self.stored();
        let gone = stored.as_ref().is_none_or(|(_, now)| SessionMark::of(now) != SessionMark::of(&tokens));
        if gone && let Ok(fresh) = &answer {
            self.say_goodbye(user.clone(), fresh.clone(), SignOut::ThisSession);
        }
        let (user_now, tokens_now) = stored?;
        // Tokens of the same person that something else has stored are what was wanted.
        if (&user_now, &tokens_now) != (&user, &tokens) {
            let renewed = user_now == user && usable(&tokens_now);
            return Some(if renewed { Refreshed::Fresh(tokens_now) } else { Refreshed::NotNow(not_authorized()) });
        }
        Some(match answer {
            Ok(fresh) => {
                self.renewed(&user, &tokens, &fresh);
                Refreshed::Fresh(fresh)
            }
            Err(error) if error.ends_session() => {
                self.over(Ending::Refused);
                Refreshed::Ended
            }
            Err(error) => Refreshed::NotNow(error),
        })
    }

    /// Stores what came in place of a session's tokens, and lets everyone know.
    fn renewed(&self, user: &UserName, old: &Tokens, fresh: &Tokens) {
        self.made.set(self.made.get() + 1);
        self.arrived(fresh);
        let kept = self.store.renew(&*self.world, user, fresh);
        self.hold(user, fresh, kept);
        self.say_renewed(user, old, fresh, kept);
        self.tell_renewed(fresh);
    }

    /// What the others cannot find in storage has to be brought to them: the old refresh token may be worth nothing now.
    fn say_renewed(&self, user: &UserName, old: &Tokens, fresh: &Tokens, kept: bool) {
        let tokens = (!kept || !self.world.is_shared()).then(|| Handed::new(user, fresh));
        self.say(&Message::Renewed { session: SessionMark::of(old), tokens });
    }

    /// Tokens of a new sign-in of the same person take the place of the session's, which is revoked. False if there is no
    /// such session any more; then the new one is.
    pub(super) async fn replace(&self, user: &UserName, fresh: &Tokens) -> bool {
        // Whoever is refreshing would store tokens of the session that is about to be revoked over these.
        let held = self.lock().await;
        let stored = self.stored().filter(|(now, _)| now == user).map(|(_, tokens)| tokens);
        let replaced = stored.is_some();
        let over = match stored {
            Some(old) => {
                self.dismissed.take();
                self.renewed(user, &old, fresh);
                self.note_activity();
                old
            }
            None => fresh.clone(),
        };
        // What the pool takes for the same session is not over.
        if !replaced || SessionMark::of(&over) != SessionMark::of(fresh) {
            self.say_goodbye(user.clone(), over, SignOut::ThisSession);
        }
        self.let_go_later(held);
        replaced
    }

    /// Tokens of a sign-in become the session. One that is there already is ended at the pool, whoever's it is: nobody holds
    /// it any more.
    pub(super) async fn begin(&self, fresh: &Tokens, claims: &AccessClaims, through_domain: bool) {
        // As in `replace`. Where there is no session, there is nothing to wait for.
        let held = if self.stored().is_some() { Some(self.lock().await) } else { None };
        let before = self.stored().filter(|(_, old)| SessionMark::of(old) != SessionMark::of(fresh));
        let kept = self.enter(fresh, claims, through_domain);
        if let Some((user, old)) = before {
            // Copies of the tab that have a storage of their own would find out by a refusal.
            if user == claims.username {
                self.say_renewed(&user, &old, fresh, kept);
            } else {
                self.say(&Message::Over { session: SessionMark::of(&old), ending: Ending::SignedOut });
            }
            self.say_goodbye(user, old, SignOut::ThisSession);
        }
        if let Some(held) = held {
            self.let_go_later(held);
        }
    }

    /// Whoever is next must not begin before it can see what was stored.
    fn let_go_later(&self, held: Held<W>) {
        let world = self.world.clone();
        self.world.spawn(Box::pin(async move {
            world.sleep(SETTLED).await;
            drop(held);
        }));
    }

    /// GetTokensFromRefreshToken works with and without rotation; servers that do not have it yet
    /// know REFRESH_TOKEN_AUTH.
    pub(super) async fn refresh(&self, user: &UserName, tokens: &Tokens) -> Result<Tokens, Error> {
        // The refresh token of a remembered device works only together with the device's key.
        let device = self.store.device(&*self.world, user).map(|device| device.key);
        let mut get = GetTokensFromRefreshToken::new(self.client_id(), tokens.refresh.clone());
        get.device_key = device.clone();
        let mut answer = self.client.call(&get).await;
        let unknown = [ErrorKind::Unknown, ErrorKind::UnsupportedOperation, ErrorKind::OperationNotEnabled];
        if answer.as_ref().is_err_and(|e| e.kind().is_some_and(|kind| unknown.contains(&kind))) {
            let mut initiate = InitiateAuth::new(self.client_id(), AuthFlow::RefreshTokenAuth);
            initiate.auth_parameters.insert("REFRESH_TOKEN", tokens.refresh.as_str());
            if let Some(device) = device {
                initiate.auth_parameters.insert("DEVICE_KEY", device.as_str());
            }
            answer = self.client.call(&initiate).await;
        }
        let fresh = answer?.authentication_result.ok_or(Fault::Garbled)?.into_tokens(Some(&tokens.refresh))?;
        // Tokens that cannot be read would be the end of the session at the next look.
        AccessClaims::read(&fresh.access).ok_or(Fault::Garbled)?;
        Ok(fresh)
    }

    /// Calls with a fresh access token; a token that the server rejects is refreshed once.
    ///
    /// `None` when nobody is signed in (any more): that has been told already.
    pub(super) async fn authorised<O: Operation>(
        &self,
        operation: impl Fn(AccessToken) -> O,
    ) -> Option<Result<O::Response, Error>> {
        let body = |access_token| client::write(&operation(access_token));
        let answer = self.authorised_text(Target::of::<O>(), &body).await?;
        Some(answer.and_then(|answer| client::read::<O>(&answer)))
    }

    /// The part of that which is the same for all operations: JSON out of a token, JSON back.
    pub(super) async fn authorised_text(
        &self,
        target: Target,
        body: &dyn Fn(AccessToken) -> Result<String, Error>,
    ) -> Option<Result<String, Error>> {
        let mut rejected = None;
        loop {
            let made_before = self.made.get();
            let Some(refreshed) = self.fresh_tokens(rejected.as_ref(), REFRESH_AHEAD).await else {
                self.nobody();
                return None;
            };
            let tokens = match refreshed {
                Refreshed::Fresh(tokens) => tokens,
                Refreshed::Ended => return None,
                Refreshed::NotNow(error) => return Some(Err(error)),
            };
            let body = match body(tokens.access.clone()) {
                Ok(body) => body,
                Err(error) => return Some(Err(error)),
            };
            match self.client.call_text(target, body).await {
                // Only a token that has just been made is refused for good. Others can be over, or of a session that somebody
                // began meanwhile; each gets its refresh, which is refused if the session is over.
                Err(error) if error.ends_session() && (rejected.is_none() || self.made.get() == made_before) => {
                    rejected = Some(tokens.access);
                }
                Err(error) if error.ends_session() => {
                    // Unless somebody else has signed in since.
                    if self.stored().is_some_and(|(_, now)| now.access == tokens.access) {
                        self.over(Ending::Refused);
                    }
                    return None;
                }
                answer => return Some(answer),
            }
        }
    }

    /// How long until something is to be done, in seconds: to renew the tokens, or to look at the limits.
    fn pause(&self) -> u64 {
        let Some((_, tokens)) = self.stored() else { return LONGEST };
        let left = TokenTimes::read(&tokens).map_or(0, |times| {
            let ahead = (REFRESH_AHEAD + self.jitter.get()).min(times.lifetime() / 2);
            self.left(times).saturating_sub(ahead)
        });
        let retry = self.retry_at.get().saturating_sub(self.world.ticks());
        let renewal = if self.renewing.get() { LONGEST } else { left.max(retry) };
        let limit = self.until_limit().unwrap_or(LONGEST);
        renewal.min(limit).min(LONGEST)
    }

    /// Renews the tokens before they end and minds the limits, as long as the page lives.
    pub(super) async fn watch(keeper: Weak<Self>) {
        loop {
            let Some(keeper) = keeper.upgrade() else { return };
            let rung = keeper.bell.rung();
            keeper.mind_limits();
            let pause = keeper.pause();
            if pause > 0 {
                let milliseconds = u32::try_from(pause * 1000).unwrap_or(u32::MAX);
                select(pin!(keeper.world.sleep(milliseconds)), pin!(keeper.bell.rung_after(rung))).await;
                continue;
            }
            keeper.renewing.set(true);
            let renewing = keeper.clone();
            keeper.world.spawn(Box::pin(async move { renewing.renew().await }));
        }
    }

    async fn renew(&self) {
        let ahead = REFRESH_AHEAD + self.jitter.get();
        let worked = match self.fresh_tokens(None, ahead).await {
            // Renewed by another tab is as good.
            Some(Refreshed::Fresh(tokens)) => {
                self.tell_renewed(&tokens);
                true
            }
            Some(Refreshed::NotNow(_)) => false,
            Some(Refreshed::Ended) => true,
            None => {
                self.nobody();
                true
            }
        };
        self.jitter.set(jitter(&*self.world));
        let failures = if worked { 0 } else { self.failures.get() + 1 };
        let again = self.failures.replace(failures) > 0 && worked;
        let wait = if worked { 0 } else { FIRST_RETRY << (failures - 1).min(4) };
        self.retry_at.set(self.world.ticks() + wait.min(60));
        self.renewing.set(false);
        self.bell.ring();
        if again {
            // What is shown is from before the trouble.
            self.load_profile().await;
        }
    }

    /// The machine may have slept, or is online again: what failed before is worth another try.
    pub(super) fn awake(&self) {
        self.retry_at.set(0);
        self.failures.set(0);
        self.look();
    }

    /// Tells when the tokens in force end.
    pub(super) fn tell_renewed(&self, tokens: &Tokens) {
        if let Some(times) = TokenTimes::read(tokens) {
            self.told.replace(Some(tokens.access.clone()));
            (self.tell)(Change::Renewed(self.end(times)));
        }
    }
}
