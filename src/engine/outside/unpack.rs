//! Packed files: gzip, and the files in a zip archive.
//!
//! In: bytes, packed or not. Out: the bytes of one file, or of each file of an archive. What always holds:
//! no more is unpacked than a file may have, whatever it says of itself.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use crate::plan::FileFormat;

/// What gzip and zip files begin with.
const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZIP: [u8; 4] = *b"PK\x03\x04";

/// The files, in the archive's order. Of several, those of this format count.
///
/// # Errors
/// Why it cannot be unpacked.
pub(super) fn unpacked(
    bytes: Vec<u8>,
    most: u64,
    format: FileFormat,
) -> Result<Vec<Vec<u8>>, String> {
    if bytes.starts_with(&GZIP) {
        let mut left = most;
        let reader = flate2::read::MultiGzDecoder::new(bytes.as_slice());
        return Ok(vec![bounded(reader, &mut left, most)?]);
    }
    if bytes.starts_with(&ZIP) {
        return members(bytes, most, format);
    }
    Ok(vec![bytes])
}

fn members(bytes: Vec<u8>, most: u64, format: FileFormat) -> Result<Vec<Vec<u8>>, String> {
    let fault = |e: zip::result::ZipError| format!("it is no zip archive that can be read: {e}");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(fault)?;
    let mut files: Vec<(usize, String)> = Vec::new();
    for place in 0..archive.len() {
        let member = archive.by_index_raw(place).map_err(fault)?;
        let name = member.name().map_err(fault)?.into_owned();
        if member.is_file() && !is_beside(&name) {
            files.push((place, name));
        }
    }
    let chosen: Vec<usize> = match files.as_slice() {
        [] => return Err("the archive has no file".to_owned()),
        [(only, _)] => vec![*only],
        _ => files
            .iter()
            .filter(|(_, name)| FileFormat::of_name(name) == Some(format))
            .map(|(place, _)| *place)
            .collect(),
    };
    if chosen.is_empty() {
        return Err(format!(
            "the archive has {} files, and the name of none tells the format that is read; unpack it and \
             name the one that is meant",
            files.len()
        ));
    }
    let mut left = most;
    let mut unpacked = Vec::with_capacity(chosen.len());
    for place in chosen {
        let member = archive.by_index(place).map_err(fault)?;
        unpacked.push(bounded(member, &mut left, most)?);
    }
    Ok(unpacked)
}

/// What systems put beside the files that were packed.
fn is_beside(name: &str) -> bool {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    name.starts_with("__MACOSX/") || file.starts_with('.')
}

/// All bytes of a reader, taken from those that are left.
fn bounded(reader: impl Read, left: &mut u64, most: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = reader.take(*left + 1).read_to_end(&mut bytes);
    let count = read.map_err(|e| format!("it cannot be unpacked: {e}"))? as u64;
    *left = left
        .checked_sub(count)
        .ok_or_else(|| format!("unpacked it has more than {most} bytes"))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn archive(members: &[(&str, &str)], method: zip::CompressionMethod) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in members {
            let options = zip::write::SimpleFileOptions::default().compression_method(method);
            match name.ends_with('/') {
                true => writer.add_directory(*name, options).unwrap(),
                false => {
                    writer.start_file(*name, options).unwrap();
                    writer.write_all(text.as_bytes()).unwrap();
                }
            }
        }
        writer.finish().unwrap().into_inner()
    }

    fn texts(members: &[(&str, &str)]) -> Result<Vec<String>, String> {
        let files = unpacked(
            archive(members, zip::CompressionMethod::Deflated),
            1000,
            FileFormat::Csv,
        )?;
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ok(files.into_iter().map(text).collect())
    }

    #[test]
    fn the_only_file_counts_whatever_its_name() {
        let members = [
            ("data/", ""),
            ("data/list", "a,b"),
            ("__MACOSX/data/._list", "x"),
            ("data/.DS_Store", "y"),
        ];
        assert_eq!(texts(&members).unwrap(), ["a,b"]);
    }

    #[test]
    fn of_several_files_those_of_the_format_count_in_order() {
        let members = [("2.csv", "b"), ("readme.txt", "no"), ("1.CSV", "a")];
        assert_eq!(texts(&members).unwrap(), ["b", "a"]);
        let none = texts(&[("a.txt", "a"), ("b.json", "b")]).unwrap_err();
        assert!(none.contains("2 files"), "{none}");
        let empty = texts(&[("only/", "")]).unwrap_err();
        assert!(empty.contains("no file"), "{empty}");
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused() {
        let wide = "x".repeat(600);
        let error = texts(&[("a.csv", &wide), ("b.csv", &wide)]).unwrap_err();
        assert!(error.contains("1000 bytes"), "{error}");
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(&vec![0; 1001]).unwrap();
        let error = unpacked(packer.finish().unwrap(), 1000, FileFormat::Csv).unwrap_err();
        assert!(error.contains("1000 bytes"), "{error}");
    }

    #[test]
    fn a_damaged_archive_is_an_error() {
        let members = [("a.csv", "some text of the file")];
        let mut bytes = archive(&members, zip::CompressionMethod::Stored);
        let place = bytes.windows(4).position(|w| w == b"text").unwrap();
        bytes[place] = b'T';
        let error = unpacked(bytes, 1000, FileFormat::Csv).unwrap_err();
        assert!(error.contains("unpacked"), "{error}");
        let error = unpacked(b"PK\x03\x04rest".to_vec(), 1000, FileFormat::Csv).unwrap_err();
        assert!(error.contains("zip"), "{error}");
    }
}
