//! Starts the app in the browser.

fn main() {
    #[cfg(target_arch = "wasm32")]
    doorward::app::start();
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("This is a web app: `make run` builds and serves it.");
}
