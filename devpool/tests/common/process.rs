//! A dev pool in a process of its own.

use super::DevPool;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A running process; killed without a warning when dropped.
pub struct Process {
    pub child: Child,
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    /// The line it printed when it was ready.
    pub line: String,
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Process {
    /// Starts it in `folder` on a free port and waits until it is ready.
    pub fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = command(folder).args(["--port", "0", "--quiet"]).args(arguments).spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let url = line.split(' ').nth(3).unwrap_or_default().to_owned();
        Self { child, url, line }
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    /// A client for it.
    pub fn client(&self) -> DevPool {
        DevPool::elsewhere(&self.url)
    }

    /// Ends it as `kill -9` does.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Ends it and gives what it said on standard error. It must have been running until now.
    pub fn complaints(mut self) -> String {
        assert!(self.child.try_wait().unwrap().is_none(), "it has ended by itself");
        self.kill();
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        said
    }
}

/// The program, to be started in `folder`.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_devpool"));
    command
        .current_dir(folder)
        .env_remove("POOL_PORT")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}
