//! A file that stands for a source outside the lake.
//!
//! In: a path, or what was fetched. Out: its bytes. What always holds: a fault names the path, or the URL
//! without its query; no more bytes are read than the file may have.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::shown;
use crate::engine::EngineError;
use crate::engine::temporary::TemporaryFile;

/// The most bytes of a file that the user gave, packed or not.
const MOST_BYTES: u64 = 2 << 30;

/// A file that can be read as often as need be.
#[derive(Debug, Clone)]
pub struct SourceFile {
    name: String,
    place: Place,
    most_bytes: u64,
}

#[derive(Debug, Clone)]
enum Place {
    Local(PathBuf),
    Fetched(Arc<TemporaryFile>),
}

impl SourceFile {
    /// A file that the user gave.
    pub(super) fn local(path: &Path) -> Self {
        Self {
            name: path.display().to_string(),
            place: Place::Local(path.to_owned()),
            most_bytes: MOST_BYTES,
        }
    }

    /// What a URL gave.
    pub(super) fn fetched(url: &str, file: Arc<TemporaryFile>, most_bytes: u64) -> Self {
        Self {
            name: shown(url).to_owned(),
            place: Place::Fetched(file),
            most_bytes,
        }
    }

    /// Its path, or its URL without the query.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Bytes that it may have, unpacked as well.
    pub(super) fn most_bytes(&self) -> u64 {
        self.most_bytes
    }

    /// Whether it came from the network.
    pub(super) fn is_fetched(&self) -> bool {
        match self.place {
            Place::Local(_) => false,
            Place::Fetched(_) => true,
        }
    }

    /// Its bytes as they are, packed or not.
    ///
    /// # Errors
    /// [`EngineError::Outside`]: it cannot be read, or has too many.
    pub fn bytes(&self) -> Result<Vec<u8>, EngineError> {
        let mut bytes = Vec::new();
        let mut file = self.open().map_err(|e| self.fault(e))?;
        Read::by_ref(&mut file)
            .take(self.most_bytes + 1)
            .read_to_end(&mut bytes)
            .map_err(|e| self.fault(e))?;
        if bytes.len() as u64 > self.most_bytes {
            return Err(self.fault(format!("it has more than {} bytes", self.most_bytes)));
        }
        Ok(bytes)
    }

    fn open(&self) -> io::Result<File> {
        match &self.place {
            Place::Local(path) => File::open(path),
            Place::Fetched(file) => file.rewound(),
        }
    }

    pub(super) fn fault(&self, why: impl std::fmt::Display) -> EngineError {
        EngineError::Outside {
            path: self.name.clone(),
            why: why.to_string(),
        }
    }
}
