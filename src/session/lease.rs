//! A lock for browsers without Web Locks, made of a shared storage: whoever wants it writes its name, waits until every
//! other tab would have been seen writing, and has it if the name is still there. It ends by itself, so that a tab that is
//! gone keeps nobody out.
//!
//! Weaker than the real thing: a tab that stands still between looking and acting can believe that it still holds it. The
//! keeper looks at the storage again before and after each refresh, so what is lost then is one request.

use super::world::{Clock, Random, Storage, Timer};
use std::rc::Rc;

/// Twice as long as others take to see what was written, in milliseconds: somebody who has not seen it yet may write as well,
/// and that has to be seen here.
const SETTLED: u32 = 600;
/// Whoever wakes up later than after so many seconds begins again.
const LATE: u64 = 5;
/// How long a waiting tab leaves between two looks, in milliseconds.
const LOOK: u32 = 500;
/// How long it is held at most, in seconds: longer than any request is given, twice.
const HELD: u64 = 40;

/// Held until dropped.
pub struct Lease<W: Storage> {
    world: Rc<W>,
    key: String,
    mine: String,
}

impl<W: Storage> Lease<W> {
    fn is_held(&self) -> bool {
        self.world.get(&self.key).is_some_and(|text| text == self.mine)
    }
}

impl<W: Storage> Drop for Lease<W> {
    fn drop(&mut self) {
        if self.is_held() {
            self.world.remove(&self.key);
        }
    }
}

/// Waits for the lock of this name.
pub async fn acquire<W: Storage + Clock + Random + Timer>(world: &Rc<W>, name: &str) -> Lease<W> {
    let key = format!("Doorward.lock.{name}");
    let secret = world.secret();
    let me = secret.iter().take(12).map(|byte| char::from(b'a' + byte % 26)).collect::<String>();
    loop {
        let held_until = world.get(&key).and_then(|text| text.split_once(' ')?.1.parse::<u64>().ok());
        let now = world.now();
        // Who claims it for longer than anybody may is no tab with a right clock.
        if held_until.is_some_and(|until| now < until && until <= now + 2 * HELD) {
            world.sleep(LOOK).await;
            continue;
        }
        let mine = format!("{me} {}", now + HELD);
        world.set(&key, &mine);
        // From here on: whoever gives up waiting takes back what was written.
        let lease = Lease { world: world.clone(), key: key.clone(), mine };
        // Where nobody else can look, nobody else can hold it.
        if world.is_shared() {
            world.sleep(SETTLED).await;
        }
        // A tab in the background wakes too late for what it wrote to count.
        let in_time = world.now().saturating_sub(now) <= LATE;
        if in_time && lease.is_held() {
            return lease;
        }
    }
}
