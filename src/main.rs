//! Starts the app in the browser.

fn main() {
    #[cfg(all(target_arch = "wasm32", feature = "csr"))]
    doorward::app::start();
    #[cfg(not(all(target_arch = "wasm32", feature = "csr")))]
    eprintln!("This is a web app: `make run` builds and serves it.");
}
