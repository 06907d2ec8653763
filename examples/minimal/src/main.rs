//! A whole app with pages of its own: a form for whoever is not signed in, a page for whoever is. `docs/building.md` says
//! what else there is.

use doorward::door::*;
use leptos::{ev::SubmitEvent, html, prelude::*, task::spawn_local};

fn main() {
    mount_to_body(App);
}

#[component]
fn App() -> impl IntoView {
    let ended = RwSignal::new(None);
    // Who is signed in is a signal of the door; what else happens is told here.
    let heard = move |change: &Change| match change {
        Change::Ended(ending) => ended.set(Some(*ending)),
        Change::Session(Session::SignedIn(_)) => ended.set(None),
        _ => {}
    };
    let notice = move || ended.get().map(|_: Ending| "Your session has ended. Please sign in again.");
    // Fetches /config.json, then looks whether somebody is signed in.
    let door = LocalResource::new(move || Door::load(heard));
    let page = move || match door.get()? {
        Ok(door) => Some(view! { <Guarded door /> }.into_any()),
        // For developers: what is wrong with the configuration.
        Err(problem) => Some(view! { <p role="alert">{problem.to_string()}</p> }.into_any()),
    };
    view! { <main><h1>"Minimal"</h1><p role="status">{notice}</p>{page}</main> }
}

/// One signal decides what is seen, wherever somebody signs in or out. Nothing flashes while a session is looked at.
#[component]
fn Guarded(door: Door) -> impl IntoView {
    let presence = Memo::new(move |_| door.session.with(Session::presence));
    move || match presence.get() {
        Presence::Restoring => view! { <p>"Loading …"</p> }.into_any(),
        Presence::SignedOut => view! { <SignIn door /> }.into_any(),
        Presence::SignedIn => view! { <Inside door /> }.into_any(),
    }
}

#[component]
fn SignIn(door: Door) -> impl IntoView {
    let (name, password) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let problem = RwSignal::new(String::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let typed = |field: NodeRef<html::Input>| field.get_untracked().map(|field| field.value()).unwrap_or_default();
        let user = UserName::new(typed(name).trim());
        let way = Way::Srp(Password::new(typed(password)));
        spawn_local(async move {
            let attempt = door.account().sign_in(Attempt::default(), Input::Submit { user, way }).await;
            // After a sign-in this form is gone: the session has changed.
            problem.try_set(match (attempt.problem, attempt.asks) {
                (Some(error), _) if error.reason() == Some(Reason::WrongPassword) => "Wrong name or password.".into(),
                (Some(error), _) => format!("That did not work: {error}."),
                (None, Asks::Credentials | Asks::SignedIn) => String::new(),
                // A code, a new password …: see `Attempt::step`.
                (None, other) => format!("This example has no form for that: {other:?}."),
            });
        });
    };
    view! {
        <form on:submit=submit>
            <p><label>"Name "<input node_ref=name autocomplete="username" /></label></p>
            <p><label>"Password "<input node_ref=password type="password" autocomplete="current-password" /></label></p>
            <p role="alert">{problem}</p>
            <button>"Sign in"</button>
        </form>
    }
}

#[component]
fn Inside(door: Door) -> impl IntoView {
    let who = move || door.session.with(|session| session.user().map(|user| user.display_name().to_owned()));
    let answer = RwSignal::new(String::new());
    // `doorward.protected_api`: the access token goes there.
    let server = door
        .config
        .with_value(|config| settings(config, "en"))
        .ok()
        .and_then(|settings| settings.protected_api)
        .unwrap_or_default();
    let call = move |_| {
        let request = ApiRequest { method: "GET", url: server.clone(), body: None };
        spawn_local(async move {
            // With a token that is fresh; once more with a new one if the server refuses it.
            let answered = door.account().call_api(request).await;
            answer.try_set(answered.map_or_else(|error| error.to_string(), |answer| answer.body));
        });
    };
    let sign_out = move |_| spawn_local(async move { drop(door.sign_out(SignOut::ThisSession).await) });
    view! {
        <p>"Signed in as "<strong>{who}</strong></p>
        <button on:click=call>"Call the server"</button>
        <button on:click=sign_out>"Sign out"</button>
        <pre>{answer}</pre>
    }
}
