//! The lake: Parquet files of event tables in a folder, a bucket or a container.
//!
//! In: a URL and settings; a table's KQL schema; the filters that DataFusion pushes down.
//! Out: what tables there are ([`Lake`]), which files a time window needs ([`Listing`]), and record
//! batches in KQL's Arrow types.
//! What always holds: a file that may hold a matching event is read; what is skipped is proven not to
//! match, by its path (with slack), its statistics or its dictionaries.

pub mod catalogue;
mod error;
pub mod file;
mod footer;
pub mod layout;
mod listing;
mod names;
mod open;
pub mod scan;
pub mod schema;
pub mod store;
pub mod survey;

pub use catalogue::LakeCatalogue;
pub use error::{LakeError, StoreKind};
pub use file::{LakeFile, TimeRange};
pub use layout::LayoutChoice;
pub use listing::{Listing, Place, TableLocation};
pub use open::{Lake, LakeSettings};
pub use store::{LakeReader, Store, StoreSettings};
