//! A question that has to be answered before something is done.

use super::{effect, live};
use crate::i18n::Msg;
use leptos::{ev, html, prelude::*};

/// A dialog with a question: one button does it, the other one and Escape leave everything as it is. The browser's own
/// `<dialog>` keeps focus inside and gives it back to what had it before. If that is gone by then, because what was asked
/// about is, whoever uses the dialog moves focus.
///
/// While it works the dialog stays, and `open` is for the page to take back when the answer is here.
#[component]
pub fn Confirm(
    /// Unique on the page.
    id: &'static str,
    /// The question.
    title: Msg,
    /// Whether it is asked.
    open: RwSignal<bool>,
    /// What the button that does it says.
    confirm: Msg,
    /// What it says while it does it.
    busy: Msg,
    /// What the button that does not says.
    cancel: Msg,
    /// Whether it is being done.
    working: RwSignal<bool>,
    /// What is done cannot be taken back: the button is red, and focus begins at the other one.
    #[prop(optional)]
    danger: bool,
    /// Does it.
    on_confirm: Callback<()>,
    /// What happens, and an `Alert` if it did not.
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let keep = NodeRef::<html::Button>::new();
    effect(move || {
        let Some(dialog) = dialog.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) => {
                // Fails only for a dialog that is open or not on the page.
                drop(dialog.show_modal());
                if let Some(keep) = keep.get_untracked().filter(|_| danger) {
                    drop(keep.focus());
                }
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let press = move |_| {
        if !working.get_untracked() {
            on_confirm.run(());
        }
    };
    let leave = move |_| {
        if !working.get_untracked() {
            open.set(false);
        }
    };
    let escape = move |event: ev::Event| {
        if working.get_untracked() {
            event.prevent_default();
        }
    };
    let title_id = [id, "-title"].concat();
    let text_id = [id, "-text"].concat();
    let (labelled, described) = (title_id.clone(), text_id.clone());
    view! {
        <dialog
            node_ref=dialog
            id=id
            class="dialog"
            aria-labelledby=labelled
            aria-describedby=described
            on:cancel=escape
            on:close=move |_| open.set(false)
        >
            // What is announced in here: the page behind is out of reach.
            <div class="visually-hidden" role="status" aria-atomic="false"></div>
            <div class="dialog__body">
                <h2 class="dialog__title" id=title_id>{title.text()}</h2>
                <div class="dialog__body" id=text_id>{children()}</div>
                <p class="actions">
                    <button
                        node_ref=keep
                        type="button"
                        class="button"
                        aria-disabled=move || working.get().then_some("true")
                        on:click=leave
                    >
                        {cancel.text()}
                    </button>
                    <button
                        type="button"
                        class=if danger { "button button--primary button--danger" } else { "button button--primary" }
                        aria-busy=move || working.get().then_some("true")
                        aria-disabled=move || working.get().then_some("true")
                        on:click=press
                    >
                        {live(move || if working.get() { busy.text() } else { confirm.text() })}
                    </button>
                </p>
            </div>
        </dialog>
    }
}
