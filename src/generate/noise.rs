//! Values that look like those of events, by the name of their column.
//!
//! In: a column and a stream of numbers. Out: a value. What always holds: nothing in them is anyone's data;
//! names end in `.example`, and addresses are of networks for documentation or private ones.

use crate::sample::Random;
use crate::symbols::ScalarType;

const WORDS: [&str; 12] = [
    "amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "iris", "juniper",
    "kelp", "lark",
];
const PROGRAMS: [&str; 8] = [
    "editor.exe",
    "viewer.exe",
    "svchost.exe",
    "explorer.exe",
    "updater.exe",
    "backup.exe",
    "chat.exe",
    "sync.exe",
];
const ACTIONS: [&str; 6] = [
    "ProcessCreated",
    "FileCreated",
    "ConnectionSuccess",
    "LogonSuccess",
    "ImageLoaded",
    "RegistryValueSet",
];
const PORTS: [i64; 7] = [80, 443, 53, 389, 445, 8080, 49_700];

/// A text for a column of this name.
pub(super) fn text(column: &str, random: &mut Random) -> String {
    let ends = |ending: &str| column.ends_with(ending);
    let word = random.pick(&WORDS);
    let number = random.below(10_000);
    if ends("SHA256") {
        return random.hex(64);
    }
    if ends("SHA1") || column == "DeviceId" {
        return random.hex(40);
    }
    if ends("MD5") {
        return random.hex(32);
    }
    if ends("IP") || ends("IPAddress") {
        return match random.chance(50) {
            true => format!(
                "10.{}.{}.{}",
                random.below(250),
                random.below(250),
                1 + random.below(250)
            ),
            false => format!("203.0.113.{}", 1 + random.below(250)),
        };
    }
    if ends("Url") && random.chance(50) {
        return format!("https://{word}{number}.example/{}", random.pick(&WORDS));
    }
    if ends("Url") || ends("Host") || ends("DomainName") {
        return format!("{word}{number}.example");
    }
    if ends("CommandLine") {
        return format!(
            "\"C:\\Tools\\{}\" --{word} {number}",
            random.pick(&PROGRAMS)
        );
    }
    if ends("FolderPath") {
        return format!("C:\\Tools\\{word}{number}\\{}", random.pick(&PROGRAMS));
    }
    if ends("FileName") {
        return format!("{word}{number}-{}", random.pick(&PROGRAMS));
    }
    if ends("DeviceName") || ends("Computer") {
        return format!("ws-{word}-{number}.corp.example");
    }
    if ends("Upn") {
        return format!("{word}{number}@corp.example");
    }
    if ends("Sid") {
        return format!(
            "S-1-5-21-{}-{}-{}-{number}",
            random.below(1 << 31),
            random.below(1 << 31),
            random.below(1 << 31)
        );
    }
    if ends("Version") || ends("ProductVersion") {
        return format!("{}.{}.{number}", random.below(20), random.below(20));
    }
    if ends("ActionType") {
        return random.pick(&ACTIONS).to_owned();
    }
    if ends("RegistryKey") {
        return format!("HKEY_LOCAL_MACHINE\\SOFTWARE\\{word}\\{number}");
    }
    if ends("Id") && column != "CveId" {
        return random.hex(24);
    }
    format!("{word}{number}")
}

/// A number for a column of this name.
pub(super) fn number(column: &str, ty: ScalarType, random: &mut Random) -> f64 {
    if column.ends_with("Port") {
        return random.pick(&PORTS) as f64;
    }
    match ty {
        ScalarType::Real | ScalarType::Decimal => random.below(1_000) as f64 / 100.0,
        ScalarType::Bool
        | ScalarType::Int
        | ScalarType::Long
        | ScalarType::String
        | ScalarType::DateTime
        | ScalarType::TimeSpan
        | ScalarType::Guid
        | ScalarType::Dynamic => random.between(1_000, 60_000) as f64,
    }
}
