//! What the pages about the signed-in person share: the form for their attributes, and what is known of them.

use super::{
    attributes::{draw_attribute, label_of, read_attribute},
    inputs::has_left,
    problem::{Doing, Explained, Problem, explain},
};
use crate::{
    cognito::{
        operations::Attribute,
        types::{AttributeName, UserName},
    },
    components::{Alert, Avatar, FieldState, Form, Submit, TICKED, Tone, UNTICKED, effect, live},
    config::{AttributeField, AttributeInput, SignInName},
    i18n::Msg,
    session::{Profile, User, centre::details},
    state::{AppState, SettingsHandle},
};
use leptos::{prelude::*, task::spawn_local};

/// Reads something of whoever is signed in, tracked; nothing while nobody is.
pub fn of_user<T: Default>(read: impl FnOnce(&User) -> T) -> T {
    AppState::get().session.with(|session| session.user().map(read).unwrap_or_default())
}

/// The same, not tracked.
fn of_user_now<T: Default>(app: AppState, read: impl FnOnce(&User) -> T) -> T {
    app.session.with_untracked(|session| session.user().map(read).unwrap_or_default())
}

/// What OpenID Connect calls the address of a person's picture.
pub fn picture() -> AttributeName {
    AttributeName::new("picture")
}

/// Whether the site has pictures of people: the browser is told to fetch none otherwise. To be called while a page is drawn.
pub fn has_picture() -> bool {
    let picture = picture();
    SettingsHandle::with(|settings| settings.attributes.iter().any(|field| field.name == picture))
}

/// The name that the person signs in with, for password managers.
pub fn own_name() -> UserName {
    let app = AppState::get();
    let sign_in_with = app.config.with_value(|config| config.sign_in_with);
    let (user, email, phone) = of_user_now(app, |user| {
        let of = |name: &str| user.profile.get(&AttributeName::new(name)).unwrap_or_default().to_owned();
        (user.username.as_str().to_owned(), of("email"), of("phone_number"))
    });
    let remembered = app.name.get_value().map(|name| name.as_str().to_owned()).unwrap_or_default();
    let name = match sign_in_with {
        SignInName::Email => email,
        SignInName::Phone => phone,
        SignInName::EmailOrPhone if remembered == phone || email.is_empty() => phone,
        SignInName::EmailOrPhone => email,
        // It may be an alias; what was typed at the last sign-in is the better guess.
        SignInName::UserName => remembered,
    };
    UserName::new(if name.is_empty() { user } else { name })
}

/// Who is signed in: their picture, if `picture` has one, what they are called, and their address.
pub fn who(picture: Box<dyn Fn() -> Option<String> + Send + Sync>) -> impl IntoView {
    let name = Memo::new(move |_| of_user(|user| user.display_name().to_owned()));
    let picture = Memo::new(move |_| picture().filter(|address| !address.is_empty()));
    view! {
        <div class="centre__who">
            {live(move || view! { <Avatar name=name.get() picture=picture.get().unwrap_or_default() large=true /> })}
            <div class="row__text">
                <p class="row__title">{live(move || name.get())}</p>
                {live(move || {
                    let email = of_user(|user| user.profile.email().map(str::to_owned));
                    email.filter(|email| *email != name.get()).map(|email| view! { <p class="row__detail">{email}</p> })
                })}
            </div>
        </div>
    }
}

/// Says that what is shown of the person may be out of date, and why.
#[component]
pub fn StaleNotice() -> impl IntoView {
    let app = AppState::get();
    live(move || {
        let problem = of_user(|user| user.stale).map(|error| explain(&error, Doing::OwnAccount));
        problem.map(|problem| {
            let again = move |_| (app.services.restore)();
            view! {
                <Alert tone=Tone::Info>
                    <p>{Msg::STALE.text()} " " {problem.text.text()}</p>
                    <p><button type="button" class="link" on:click=again>{Msg::TRY_AGAIN.text()}</button></p>
                </Alert>
            }
        })
    })
}

/// What an attribute says, in words.
pub fn attribute_text(field: &AttributeField, value: &str) -> String {
    match &field.input {
        AttributeInput::Boolean if value == TICKED => Msg::DETAILS_YES.text().to_owned(),
        AttributeInput::Boolean if value == UNTICKED => Msg::DETAILS_NO.text().to_owned(),
        AttributeInput::Select(choices) => {
            let choice = choices.iter().find(|choice| choice.value == value);
            choice.map_or_else(|| value.to_owned(), |choice| choice.label.clone())
        }
        _ => value.to_owned(),
    }
}

/// What the pool had when a field was filled, and what this page has sent since.
#[derive(Debug, Default, PartialEq, Eq)]
struct Draft {
    base: String,
    sent: Option<String>,
}

/// What becomes of a field when the pool has something else than before.
#[derive(Debug, PartialEq, Eq)]
enum Follow {
    /// It stays as it is.
    Stay,
    /// Nobody is editing it here: it shows what is new.
    Fill,
    /// It was changed here and elsewhere, to different things: the person chooses.
    Ask,
}

impl Draft {
    fn follow(&mut self, mine: &str, newest: &str) -> Follow {
        if newest == self.base {
            return Follow::Stay;
        }
        let follow = if newest == mine || self.sent.as_deref() == Some(newest) {
            Follow::Stay
        } else if mine == self.base {
            Follow::Fill
        } else {
            return Follow::Ask;
        };
        newest.clone_into(&mut self.base);
        follow
    }
}

/// An attribute that is being edited.
#[derive(Clone)]
struct Edited {
    field: AttributeField,
    state: FieldState,
    draft: StoredValue<Draft>,
    /// What it was changed to elsewhere while it was changed here.
    theirs: RwSignal<Option<String>>,
}

impl Edited {
    /// Takes in what the pool has. True if the person has to choose.
    fn follow(&self, profile: &Profile) -> bool {
        let newest = profile.get(&self.field.name).unwrap_or_default();
        let mine = self.state.value();
        let follow = self.draft.try_update_value(|draft| draft.follow(&mine, newest)).unwrap_or(Follow::Stay);
        if follow == Follow::Fill {
            self.state.fill(newest);
        }
        let theirs = (follow == Follow::Ask).then(|| newest.to_owned());
        let asks = theirs.is_some();
        if self.theirs.with_untracked(|before| *before != theirs) {
            self.theirs.set(theirs);
        }
        asks
    }

    /// What was changed elsewhere is known to the person now; `take` puts it into the field.
    fn settle(&self, take: bool) {
        let Some(theirs) = self.theirs.get_untracked() else { return };
        if take {
            self.state.fill(&theirs);
        } else {
            self.state.check(Ok::<(), Msg>(()));
        }
        self.draft.update_value(|draft| draft.base = theirs);
        self.theirs.set(None);
        self.state.focus();
    }

    fn draw(self) -> AnyView {
        let value = self.draft.with_value(|draft| draft.base.clone());
        let field = draw_attribute(&self.field, self.state, value);
        view! {
            {field}
            {live(move || {
                let theirs = self.theirs.get()?;
                let shown = attribute_text(&self.field, &theirs);
                let label = label_of(&self.field);
                let text = Msg::DETAILS_CONFLICT.fill(&[&label]);
                let shown = if shown.is_empty() { Msg::DETAILS_NOTHING.text().to_owned() } else { shown };
                let button = |text: Msg, take: bool| {
                    let edited = self.clone();
                    let name = [text.text(), ": ", &label].concat();
                    view! {
                        <button
                            type="button"
                            class="button button--small"
                            aria-label=name
                            on:click=move |_| edited.settle(take)
                        >
                            {text.text()}
                        </button>
                    }
                };
                let (keep, take) = (button(Msg::DETAILS_KEEP_MINE, false), button(Msg::DETAILS_TAKE_THEIRS, true));
                Some(
                    view! {
                        <Alert tone=Tone::Info>
                            <p>{text}</p>
                            <p><strong>{shown}</strong></p>
                            <p class="actions">
                                {keep} {take}
                            </p>
                        </Alert>
                    },
                )
            })}
        }
        .into_any()
    }
}

/// The form for attributes, filled with what the person has. What is changed elsewhere meanwhile is taken in where it is
/// not being edited here; where it is, the person chooses. Nothing is overwritten unseen: the pool is asked once more
/// before it is told.
#[component]
pub fn DetailsForm(
    /// The attributes, each with the state of its field.
    fields: Vec<(AttributeField, FieldState)>,
) -> impl IntoView {
    let app = AppState::get();
    let working = RwSignal::new(false);
    let problem = RwSignal::new(None::<Explained>);
    let news = RwSignal::new(None::<Msg>);
    let fields: Vec<_> = fields
        .into_iter()
        .map(|(field, state)| {
            let base = of_user_now(app, |user| user.profile.get(&field.name).unwrap_or_default().to_owned());
            let draft = StoredValue::new(Draft { base, sent: None });
            Edited { field, state, draft, theirs: RwSignal::new(None) }
        })
        .collect();
    let drawn = fields.iter().cloned().map(Edited::draw).collect_view();
    let fields = StoredValue::new(fields);
    let follow = move |profile: &Profile| {
        // All of them: each is looked at.
        fields.with_value(|fields| fields.iter().filter(|field| field.follow(profile)).count() > 0)
    };
    effect(move || {
        app.session.with(|session| {
            // What an old ID token says is no news.
            if let Some(user) = session.user().filter(|user| user.stale.is_none()) {
                follow(&user.profile);
            }
        });
    });
    let focus_error = move || {
        let states: Vec<_> = fields.with_value(|fields| fields.iter().map(|field| field.state).collect());
        FieldState::focus_first_error(&states);
    };
    // The fields that the person has not decided on say so.
    let undecided = move || {
        fields.with_value(|fields| {
            for field in fields.iter().filter(|field| field.theirs.with_untracked(Option::is_some)) {
                field.state.fail(Msg::DETAILS_CHOOSE);
            }
        });
    };
    let submit = move || {
        problem.set(None);
        news.set(None);
        let mut complete = true;
        let changes: Vec<_> = fields.with_value(|fields| {
            let change = |edited: &Edited| {
                let base = edited.draft.with_value(|draft| draft.base.clone());
                // What comes from elsewhere, or from before there was a rule, keeps nobody from changing the rest.
                let value = if !base.is_empty() && edited.state.value() == base {
                    edited.state.check(Ok(base.clone()))
                } else {
                    read_attribute(&edited.field, edited.state)
                };
                complete &= value.is_some() && edited.theirs.with_untracked(Option::is_none);
                let value = value.filter(|value| *value != base)?;
                Some((Attribute { name: edited.field.name.clone(), value }, base))
            };
            fields.iter().filter_map(change).collect()
        });
        if !complete {
            undecided();
            focus_error();
            return;
        }
        if changes.is_empty() {
            news.set(Some(Msg::NOTHING_CHANGED));
            return;
        }
        working.set(true);
        spawn_local(async move {
            let answer = async {
                let account = (app.services.account)().await?;
                let newest = details::read(&*account).await?;
                let overlaps = |(attribute, base): &(Attribute, String)| {
                    let newest = newest.get(&attribute.name).unwrap_or_default();
                    newest != base && newest != attribute.value
                };
                if changes.iter().any(overlaps) {
                    return Ok(Some(newest));
                }
                // The profile comes back with what is sent now: that is not somebody else's change.
                let sent = |field: &Edited| {
                    let change = changes.iter().find(|(attribute, _)| attribute.name == field.field.name);
                    field.draft.update_value(|draft| {
                        draft.sent = change.map(|(attribute, _)| attribute.value.clone());
                    });
                };
                let _ = fields.try_with_value(|fields| fields.iter().for_each(sent));
                let changes = changes.into_iter().map(|(attribute, _)| attribute).collect();
                details::save(&*account, changes).await.map(|()| None)
            };
            let answer = answer.await;
            if has_left(working) {
                return;
            }
            match answer {
                Ok(None) => news.set(Some(Msg::SAVED)),
                Ok(Some(newest)) => {
                    follow(&newest);
                    undecided();
                    focus_error();
                }
                Err(error) => problem.set(Some(explain(&error, Doing::OwnAccount))),
            }
        });
    };
    view! {
        {live(move || {
            news.get()
                .map(|text| {
                    let tone = if text == Msg::SAVED { Tone::Success } else { Tone::Info };
                    view! { <Alert tone=tone><p>{text.text()}</p></Alert> }
                })
        })}
        <Problem problem=Box::new(move || problem.get()) />
        <Form id="details" working=working on_submit=Callback::new(move |()| submit())>
            {drawn}
            <Submit label=Msg::SAVE busy=Msg::SAVING working=working />
        </Form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Choice;
    use proptest::prelude::*;

    #[test]
    fn what_is_changed_elsewhere_is_followed_unless_it_is_edited_here() {
        let after = |base: &str, sent: Option<&str>, mine: &str, newest: &str| {
            let mut draft = Draft { base: base.to_owned(), sent: sent.map(str::to_owned) };
            let follow = draft.follow(mine, newest);
            (follow, draft.base)
        };
        let known = |follow, base: &str| (follow, base.to_owned());
        assert_eq!(after("a", None, "a", "a"), known(Follow::Stay, "a"));
        assert_eq!(after("a", None, "b", "a"), known(Follow::Stay, "a"), "edited here only");
        assert_eq!(after("a", None, "a", "c"), known(Follow::Fill, "c"), "changed elsewhere only");
        assert_eq!(after("a", None, "b", "b"), known(Follow::Stay, "b"), "to the same");
        assert_eq!(after("a", None, "b", "c"), known(Follow::Ask, "a"));
        assert_eq!(after("a", Some("b"), "bc", "b"), known(Follow::Stay, "b"), "typed on while it was saved");
        assert_eq!(after("a", None, "b", ""), known(Follow::Ask, "a"), "removed elsewhere");
    }

    proptest! {
        #[test]
        fn what_was_typed_is_never_lost(base in "[ab]?", mine in "[ab]?", newest in "[ab]?") {
            let mut draft = Draft { base: base.clone(), sent: None };
            if draft.follow(&mine, &newest) == Follow::Fill {
                prop_assert_eq!(mine, base);
            }
        }
    }

    #[test]
    fn attributes_are_shown_in_words() {
        let field = |input| AttributeField { input, ..AttributeField::plain(AttributeName::new("custom:x")) };
        let size = field(AttributeInput::Select(vec![Choice { value: "s".into(), label: "Small".into() }]));
        assert_eq!(attribute_text(&size, "s"), "Small");
        assert_eq!(attribute_text(&size, "xl"), "xl", "what is stored may come from elsewhere");
        assert_eq!(attribute_text(&field(AttributeInput::Boolean), "true"), Msg::DETAILS_YES.text());
        assert_eq!(attribute_text(&field(AttributeInput::Boolean), "false"), Msg::DETAILS_NO.text());
        assert_eq!(attribute_text(&field(AttributeInput::Text), "true"), "true");
    }
}
