//! A file for what memory should not hold.
//!
//! In: bytes. Out: the same bytes. What always holds: only its owner can read it, since it holds
//! events; it has no name on Unix as soon as it is open, so that a killed run leaves nothing.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// An open temporary file.
#[derive(Debug)]
pub struct TemporaryFile {
    file: File,
    path: PathBuf,
}

impl TemporaryFile {
    /// A new file, empty.
    ///
    /// # Errors
    /// Those of the folder for temporary files.
    pub fn create() -> io::Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        loop {
            let name = format!(
                "retrohunt-{}-{}.tmp",
                std::process::id(),
                NEXT.fetch_add(1, Relaxed)
            );
            let path = std::env::temp_dir().join(name);
            match private_options().open(&path) {
                Ok(file) => {
                    let temporary = Self { file, path };
                    if cfg!(unix) {
                        temporary.remove();
                    }
                    return Ok(temporary);
                }
                // A leftover of a process that had the same number.
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(e),
            }
        }
    }

    /// Another handle of the same file, at the same place in it.
    ///
    /// # Errors
    /// The system's.
    pub fn handle(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// Another handle, at the beginning of the file.
    ///
    /// # Errors
    /// The system's.
    pub fn rewound(&self) -> io::Result<File> {
        let mut file = self.handle()?;
        file.seek(SeekFrom::Start(0))?;
        Ok(file)
    }

    /// Bytes in it.
    ///
    /// # Errors
    /// The system's.
    pub fn size(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn remove(&self) {
        // That it is gone already, or cannot go yet, is no fault of the result.
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        if !cfg!(unix) {
            self.remove();
        }
    }
}

/// The folder for temporary files, to name it in a fault.
pub fn folder() -> String {
    std::env::temp_dir().display().to_string()
}

fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
