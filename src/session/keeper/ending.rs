//! The ways a session ends: by the person, by the pool, by a limit; here, and in the other tabs.

use super::Keeper;
use crate::{
    cognito::{
        error::Error,
        operations::*,
        token::{AccessClaims, TokenTimes},
        types::*,
    },
    session::{
        Change, Session, SignOut, SignedOut, Warning,
        limits::{Due, Limit},
        message::{Ending, Message, SessionMark},
        store::{Number, forget_name},
        world::World,
    },
};
use futures_util::future::select;
use std::pin::pin;

/// Activity is noted at most this often, in seconds: each note wakes every other tab.
const NOTED_EVERY: u64 = 5;
/// A sign-out that the server has not heard of is tried again after so many milliseconds, and when the network returns.
const GOODBYE_AGAIN: u32 = 15_000;

impl<W: World> Keeper<W> {
    /// Ends the session in all tabs.
    pub(super) fn over(&self, ending: Ending) {
        // Why comes first: another tab that sees the storage without a session has to know it by then.
        if let Some((_, tokens)) = self.stored() {
            self.say(&Message::Over { session: SessionMark::of(&tokens), ending });
        }
        self.forget();
        self.tell_over(ending);
    }

    /// Ends the session of somebody who is no more, and forgets what is left of them here.
    pub(super) fn over_for_good(&self) {
        if let Some((user, _)) = self.stored()
            && let Some(device) = self.store.device(&*self.world, &user)
        {
            self.store.forget_device(&*self.world, &user, &device.key);
        }
        forget_name(&*self.world);
        self.over(Ending::Deleted);
    }

    /// Forgets the session, here and in storage.
    pub(super) fn forget(&self) {
        self.store.clear(&*self.world);
        self.held.take();
        self.drop_aws_access();
    }

    /// Nobody is signed in (any more).
    pub(super) fn nobody(&self) {
        self.tell_over(self.ending.take().unwrap_or(Ending::SignedOut));
    }

    fn tell_over(&self, ending: Ending) {
        self.ending.take();
        self.shown.take();
        self.warned.take();
        self.held.take();
        self.drop_aws_access();
        if ending != Ending::SignedOut {
            (self.tell)(Change::Ended(ending));
        }
        if ending == Ending::Deleted {
            (self.tell)(Change::Remembered(None));
        }
        (self.tell)(Change::Warning(None));
        (self.tell)(Change::Session(Session::SignedOut));
        self.bell.ring();
    }

    /// What another tab says of a session.
    pub(super) fn heard(&self, message: Message) {
        let session = self.stored().or_else(|| self.held.borrow().clone());
        let Some((user, tokens)) = session else { return };
        let mark = SessionMark::of(&tokens);
        match message {
            Message::Renewed { session, tokens: Some(handed) } if session == mark => {
                let (whose, fresh) = handed.open();
                let made = |tokens: &Tokens| TokenTimes::read(tokens).map(|times| times.issued_at);
                // A new sign-in in place of this one can be older than the last refresh.
                let newer = SessionMark::of(&fresh) != mark || made(&fresh) > made(&tokens);
                if whose == user && newer && AccessClaims::read(&fresh.access).is_some() {
                    self.arrived(&fresh);
                    let kept = self.store.renew(&*self.world, &user, &fresh);
                    self.hold(&user, &fresh, kept);
                    self.tell_renewed(&fresh);
                }
            }
            Message::Over { session, ending } if session == mark => {
                if self.world.is_shared() {
                    // The storage decides; this only says why.
                    self.ending.set(Some(ending));
                } else {
                    self.forget();
                    self.tell_over(ending);
                }
            }
            Message::Profile { session } if session == mark => {
                self.spawn(|keeper| Box::pin(async move { keeper.load_profile().await }));
            }
            Message::Renewed { .. } | Message::Over { .. } | Message::Profile { .. } => {}
        }
        self.look();
    }

    /// Signs out here at once, and at the server as far as it can be reached.
    pub(super) async fn leave(&self, how: SignOut) -> SignedOut {
        let stored = self.stored();
        let through_domain = self.store.came_through_domain(&*self.world);
        let url = self.pool.domain.as_ref().and_then(|domain| domain.logout_url(&self.pool.client));
        let url = url.filter(|_| through_domain && how != SignOut::ThisBrowser);
        let session = stored.as_ref().map(|(_, tokens)| SessionMark::of(tokens));
        self.forget();
        if let Some(session) = session {
            self.say(&Message::Over { session, ending: Ending::SignedOut });
        }
        // Who is about to leave is not told that it is done.
        if url.is_none() {
            self.tell_over(Ending::SignedOut);
        }
        let mut reached = true;
        if let Some((user, tokens)) = stored {
            reached = self.goodbye(&user, &tokens, how).await;
            if !reached {
                self.say_goodbye(user, tokens, how);
            }
        }
        match url {
            Some(url) if reached => return SignedOut::Leave(url),
            // The browser would show an error of its own in place of this page.
            Some(_) => self.tell_over(Ending::SignedOut),
            None => {}
        }
        match (through_domain && how != SignOut::ThisBrowser, reached) {
            (true, _) => SignedOut::NotAtPool,
            (false, false) => SignedOut::Later,
            (false, true) => SignedOut::Done,
        }
    }

    /// Tells the server that a session is over; whether it has answered. Whatever it answers, nothing more can be done.
    async fn goodbye(&self, user: &UserName, tokens: &Tokens, how: SignOut) -> bool {
        let answered = |failure: Option<Error>| !failure.is_some_and(|error| error.is_passing());
        match how {
            SignOut::ThisBrowser => true,
            SignOut::ThisSession => {
                let revoke = RevokeToken::new(tokens.refresh.clone(), self.client_id());
                answered(self.client.call(&revoke).await.err())
            }
            SignOut::Everywhere => {
                let mut failure = self.client.call(&GlobalSignOut::new(tokens.access.clone())).await.err();
                if failure.as_ref().is_some_and(Error::ends_session) {
                    // The access token may just have ended.
                    failure = match self.refresh(user, tokens).await {
                        Ok(fresh) => self.client.call(&GlobalSignOut::new(fresh.access)).await.err(),
                        Err(error) => Some(error),
                    };
                }
                answered(failure)
            }
        }
    }

    /// Says goodbye as soon as the server can be reached, as long as this page lives. The tokens are kept nowhere else:
    /// whoever sits down here next finds nothing.
    pub(super) fn say_goodbye(&self, user: UserName, tokens: Tokens, how: SignOut) {
        self.spawn(move |keeper| {
            Box::pin(async move {
                while !keeper.goodbye(&user, &tokens, how).await {
                    let rung = keeper.network.rung();
                    select(pin!(keeper.world.sleep(GOODBYE_AGAIN)), pin!(keeper.network.rung_after(rung))).await;
                }
            })
        });
    }

    /// Notes that the person does something. While a limit is near that also is the answer to the warning.
    pub(super) fn active(&self) {
        if self.limits.is_none() || self.stored().is_none() {
            return;
        }
        let now = self.world.now();
        let noted = self.last_active().filter(|at| *at <= now);
        if self.warned.get().is_some_and(|due| due.limit == Limit::Idle)
            || noted.is_none_or(|at| now - at >= NOTED_EVERY)
        {
            // Whoever comes back after the end does not prolong it.
            self.mind_limits();
            if self.shown.borrow().is_some() {
                self.note_activity();
                self.mind_limits();
                self.bell.ring();
            }
        }
    }

    /// When the person last did something, in any tab, by this machine's clock.
    fn last_active(&self) -> Option<u64> {
        self.store.number(&*self.world, Number::LastActive).and_then(|at| u64::try_from(at).ok())
    }

    pub(super) fn note_activity(&self) {
        if self.limits.idle.is_some() {
            self.store.set_number(&*self.world, Number::LastActive, self.world.now().cast_signed());
        }
    }

    /// The person has read the warning.
    pub(super) fn dismiss(&self) {
        match self.warned.get() {
            Some(due) if due.limit == Limit::Total => self.dismissed.set(Some(due)),
            _ => self.active(),
        }
        self.mind_limits();
    }

    /// When the person signed in to this session, by this machine's clock; not later than now.
    pub(super) fn signed_in_at(&self, tokens: &Tokens) -> Option<u64> {
        let (claims, times) = (AccessClaims::read(&tokens.access)?, TokenTimes::read(tokens)?);
        Some(claims.signed_in_at.saturating_add_signed(self.ahead(times)).min(self.world.now()))
    }

    /// The limit that comes next, by this machine's clock.
    fn due(&self) -> Option<Due> {
        if self.limits.is_none() {
            return None;
        }
        let (_, tokens) = self.stored()?;
        let signed_in = self.signed_in_at(&tokens)?;
        let now = self.world.now();
        // Somebody whose session comes from elsewhere is active now.
        let active = self.last_active().unwrap_or(now).min(now);
        self.limits.due(signed_in, active)
    }

    /// How long until a warning or an end, in seconds.
    pub(super) fn until_limit(&self) -> Option<u64> {
        let due = self.due()?;
        let now = self.world.now();
        let next = if now < due.warn_at { due.warn_at } else { due.ends_at };
        Some(next.saturating_sub(now).max(1))
    }

    /// Warns, takes a warning back, or ends the session. False if it is over.
    pub(super) fn mind_limits(&self) -> bool {
        let Some(due) = self.due() else { return true };
        let now = self.world.now();
        if now >= due.ends_at {
            let stored = self.stored();
            self.over(match due.limit {
                Limit::Idle => Ending::Idle,
                Limit::Total => Ending::TooLong,
            });
            if let Some((user, tokens)) = stored {
                self.say_goodbye(user, tokens, SignOut::ThisSession);
            }
            return false;
        }
        let is_read = self.dismissed.get().is_some_and(|read| read.is_same(due));
        let warning = (now >= due.warn_at && !is_read).then_some(due);
        if self.warned.replace(warning) != warning {
            let shown = warning.map(|Due { limit, ends_at, .. }| Warning { limit, ends_at });
            (self.tell)(Change::Warning(shown));
        }
        true
    }
}
