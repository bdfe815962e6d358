//! The lake: Parquet files of event tables in a folder, a bucket or a container.
//!
//! In: a URL and settings; a table's KQL schema; the filters that DataFusion pushes down.
//! Out: what tables there are ([`location`]), which files a time window needs ([`file`]), and record
//! batches in KQL's Arrow types ([`scan`]).
//! What always holds: a file that may hold a matching event is read; what is skipped is proven not to
//! match, by its path (with slack), its statistics or its dictionaries.

pub mod file;
pub mod scan;
