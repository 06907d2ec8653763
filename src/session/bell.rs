//! Waiting for something that somebody else on this page does.

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    task::{Poll, Waker},
};

/// A counter that can be waited for.
#[derive(Debug, Default)]
pub struct Bell {
    rung: Cell<u64>,
    waiting: RefCell<Vec<Waker>>,
}

impl Bell {
    /// Wakes everyone who waits.
    pub fn ring(&self) {
        self.rung.set(self.rung.get() + 1);
        for waker in self.waiting.take() {
            waker.wake();
        }
    }

    /// How often it has been rung. Taken before looking at what the waiting is about, so that nothing is missed.
    pub fn rung(&self) -> u64 {
        self.rung.get()
    }

    /// Waits until it has been rung more often than this.
    pub async fn rung_after(&self, before: u64) {
        poll_fn(|context| {
            if self.rung.get() != before {
                return Poll::Ready(());
            }
            let mut waiting = self.waiting.borrow_mut();
            if !waiting.iter().any(|waker| waker.will_wake(context.waker())) {
                waiting.push(context.waker().clone());
            }
            Poll::Pending
        })
        .await;
    }
}
