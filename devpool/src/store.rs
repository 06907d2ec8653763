//! The state file: read once at the start, replaced whole after every change.
//!
//! The new content goes to a file beside it, is flushed to the disk and takes the old one's place in one step, so
//! the file is the old state or the new one at any moment. It is readable by its owner only.

use crate::pool::State;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{error, fmt};

/// What the file says it is.
const FORMAT: &str = "doorward-devpool";

/// The version this program writes, and the newest it reads.
const VERSION: u64 = 2;

/// A state file.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
}

#[derive(Deserialize)]
struct Header {
    format: String,
    version: u64,
}

#[derive(Serialize)]
struct Writing<'a> {
    format: &'static str,
    version: u64,
    signing_key: &'a str,
    state: &'a State,
}

#[derive(Deserialize)]
struct Reading {
    signing_key: String,
    state: State,
}

/// What a state file holds.
#[derive(Debug)]
pub struct Stored {
    /// The RSA key, PKCS#8 PEM.
    pub signing_key: String,
    /// Everything else.
    pub state: State,
}

/// Why a state file cannot be used. It is left as it is.
#[derive(Debug)]
pub enum StoreError {
    /// It exists and cannot be read, or cannot be written.
    Io(PathBuf, io::Error),
    /// It is not a state file, or a damaged one.
    NotAState(PathBuf, String),
    /// A newer program wrote it.
    TooNew(PathBuf, u64),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, error) => {
                write!(f, "the state file {} cannot be used: {error}", path.display())
            }
            Self::NotAState(path, why) => write!(
                f,
                "{} is not a state file of the dev pool, or it is damaged ({why}). It was left untouched: move it \
                 away, name another with --state, or use --memory",
                path.display()
            ),
            Self::TooNew(path, version) => write!(
                f,
                "the state file {} was written by a newer dev pool (version {version}; this one knows {VERSION}). \
                 It was left untouched: update Doorward, name another file with --state, or use --memory",
                path.display()
            ),
        }
    }
}

impl error::Error for StoreError {}

impl Store {
    /// Opens the state file at `path`, which need not exist yet.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn open(path: &Path) -> Result<(Self, Option<Stored>), StoreError> {
        let store = Self { path: path.to_owned() };
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((store, None)),
            Err(error) => return Err(StoreError::Io(path.to_owned(), error)),
        };
        let damaged = |error: serde_json::Error| StoreError::NotAState(path.to_owned(), error.to_string());
        let header: Header = serde_json::from_slice(&text).map_err(damaged)?;
        if header.format != FORMAT {
            let why = format!("its format is {:?}", header.format);
            return Err(StoreError::NotAState(path.to_owned(), why));
        }
        if header.version > VERSION {
            return Err(StoreError::TooNew(path.to_owned(), header.version));
        }
        let Reading { signing_key, mut state } = serde_json::from_slice(&text).map_err(damaged)?;
        state.complete();
        store.remove_drafts();
        Ok((store, Some(Stored { signing_key, state })))
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The content for a state, to be [written](Self::write).
    ///
    /// # Errors
    /// If the state cannot be put into JSON.
    pub fn content(signing_key: &str, state: &State) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&Writing { format: FORMAT, version: VERSION, signing_key, state })
    }

    /// Replaces the file. When this returns, the content is on the disk.
    ///
    /// # Errors
    /// If the file or its folder cannot be written; the old file is still there then.
    pub fn write(&self, content: &[u8]) -> Result<(), StoreError> {
        self.try_write(content).map_err(|error| StoreError::Io(self.path.clone(), error))
    }

    fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    fn draft_name(&self, process: &str) -> String {
        let name = self.path.file_name().unwrap_or_default();
        format!("{}.{process}.tmp", name.to_string_lossy())
    }

    /// Removes drafts of dev pools that were killed while they wrote. That one stays is only untidy, so errors do
    /// not matter.
    fn remove_drafts(&self) {
        for file in fs::read_dir(self.folder()).into_iter().flatten().flatten() {
            let name = file.file_name();
            let process = name.to_str().and_then(|name| name.rsplit('.').nth(1));
            let is_draft = process.is_some_and(|process| {
                process.bytes().all(|b| b.is_ascii_digit()) && name.to_str() == Some(&self.draft_name(process))
            });
            if is_draft {
                let _ = fs::remove_file(file.path());
            }
        }
    }

    fn try_write(&self, content: &[u8]) -> io::Result<()> {
        let folder = self.folder();
        fs::create_dir_all(folder)?;
        // The process id keeps two dev pools that were given the same file from writing into each other's draft.
        let draft = folder.join(self.draft_name(&std::process::id().to_string()));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&draft)?;
        let written =
            file.write_all(content).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&draft, &self.path));
        if written.is_err() {
            // The draft is of no use to anybody; that it may stay is the lesser trouble.
            let _ = fs::remove_file(&draft);
        }
        written?;
        // Without this the new name itself could be lost in a power cut.
        #[cfg(unix)]
        File::open(folder)?.sync_all()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/state.json");
        let (store, nothing) = Store::open(&path).unwrap();
        assert!(nothing.is_none());
        let content = Store::content("KEY", &State::default()).unwrap();
        store.write(&content).unwrap();
        let (_, stored) = Store::open(&path).unwrap();
        assert_eq!(stored.unwrap().signing_key, "KEY");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let draft = path.with_file_name("state.json.4711.tmp");
        fs::write(&draft, "half a sta").unwrap();
        let unrelated = path.with_file_name("state.json.mine.tmp");
        fs::write(&unrelated, "mine").unwrap();
        Store::open(&path).unwrap();
        assert!(!draft.exists(), "a draft of one that was killed goes");
        fs::remove_file(unrelated).unwrap();
        let files: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(files.len(), 1, "no draft is left behind");
    }

    #[test]
    fn foreign_files_are_named_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        for (content, expected) in [
            ("", "is not a state file"),
            ("{\"format\":", "is not a state file"),
            ("{}", "is not a state file"),
            (r#"{"format":"other","version":1}"#, "is not a state file"),
            (r#"{"format":"doorward-devpool","version":1}"#, "is not a state file"),
            (r#"{"format":"doorward-devpool","version":3,"x":[]}"#, "newer dev pool"),
        ] {
            fs::write(&path, content).unwrap();
            let error = Store::open(&path).unwrap_err().to_string();
            assert!(error.contains(expected), "{content}: {error}");
            assert!(error.contains(path.to_str().unwrap()));
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
        assert!(matches!(Store::open(folder.path()), Err(StoreError::Io(..))));
    }
}
