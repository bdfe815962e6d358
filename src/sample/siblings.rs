//! The sample's smaller tables: processes, files, signatures, logons.
//!
//! What always holds: as in the network events, a planted event's ReportId is above 9000, and noise
//! has no remote management tool in it.

use super::cast::{self, DEVICES, Program};
use super::columns::Columns;
use super::random::Random;
use super::time::{DAY, at, day};

/// A program on a device at a time.
struct Event {
    time: i64,
    device: u64,
    report: i64,
    program: Program,
    command_line: Option<String>,
    signer: Option<&'static str>,
    process: i64,
}

const fn tool(
    file: &'static str,
    company: Option<&'static str>,
    product: &'static str,
    parent: &'static str,
) -> Program {
    Program {
        file,
        folder: r"C:\Users\Public\Downloads",
        company,
        product: Some(product),
        parent,
    }
}

const ANY_DESK: Option<&str> = Some("AnyDesk Software GmbH");

/// Starts and files of remote management tools: report, time, device, program.
const PLANTED: &[(i64, i64, u64, Program)] = &[
    (
        9300,
        at(4, 14, 59, 0),
        20,
        tool("anydesk.exe", ANY_DESK, "AnyDesk", "explorer.exe"),
    ),
    (
        9301,
        at(7, 15, 59, 0),
        21,
        tool(
            "teamviewer_service.exe",
            Some("TeamViewer Germany GmbH"),
            "TeamViewer",
            "services.exe",
        ),
    ),
    (
        9302,
        at(3, 10, 59, 0),
        22,
        tool(
            "screenconnect.clientservice.exe",
            Some("ConnectWise, LLC"),
            "ScreenConnect",
            "services.exe",
        ),
    ),
    (
        9303,
        at(5, 17, 59, 0),
        24,
        tool(
            "ateraagent.exe",
            Some("Atera Networks Ltd"),
            "AteraAgent",
            "services.exe",
        ),
    ),
    (
        9304,
        at(7, 18, 59, 0),
        25,
        tool("rustdesk.exe", None, "RustDesk", "explorer.exe"),
    ),
    // The right maker and another product: a near miss.
    (
        9305,
        at(5, 12, 0, 0),
        20,
        tool("adtop.exe", ANY_DESK, "AnyDeskTop", "explorer.exe"),
    ),
    (
        9306,
        at(3, 2, 4, 59),
        15,
        tool(
            "mstsc.exe",
            Some("Microsoft Corporation"),
            "Microsoft® Windows® Operating System",
            "vsaagent.exe",
        ),
    ),
];

/// Signatures: report, time, device, file, signer.
const SIGNED: &[(i64, i64, u64, &str, &str)] = &[
    (9400, at(4, 6, 0, 0), 3, "agentmon.exe", "Kaseya US LLC"),
    (9401, at(5, 6, 0, 0), 3, "agentmon.exe", "Kaseya US LLC"),
    (
        9402,
        at(4, 14, 58, 0),
        20,
        "anydesk.exe",
        "AnyDesk Software GmbH",
    ),
    // A near miss, and a hit outside the window.
    (9403, at(5, 7, 0, 0), 6, "ware.exe", "Kaseyaware Ltd"),
    (9404, at(1, 6, 0, 0), 3, "agentmon.exe", "Kaseya US LLC"),
];

fn noise(table: &str, day_of_file: i64, rows: u64) -> Vec<Event> {
    let mut random = Random::new(table, day_of_file as u64);
    (0..rows)
        .map(|_| {
            let program = cast::program(&mut random);
            Event {
                time: day(day_of_file) + random.between(0, DAY / 1000) * 1000,
                device: random.below(DEVICES),
                report: random.between(1, 9001),
                command_line: (!random.chance(10))
                    .then(|| format!(r#""{}" --worker={}"#, program.path(), random.below(50))),
                signer: program.company.filter(|company| !company.is_empty()),
                process: random.between(4, 60_000),
                program,
            }
        })
        .collect()
}

fn with_planted(mut events: Vec<Event>, day_of_file: i64) -> Vec<Event> {
    let own = |time: i64| (time - day(1)).div_euclid(DAY) + 1 == day_of_file;
    events.extend(PLANTED.iter().filter(|(_, time, ..)| own(*time)).map(
        |&(report, time, device, program)| Event {
            time,
            device,
            report,
            program,
            command_line: Some(format!(r#""{}""#, program.path())),
            signer: program.company,
            process: 4 + report,
        },
    ));
    events.sort_by_key(|event| (event.time, event.report));
    events
}

fn hash(file: &str, digits: usize) -> String {
    Random::new(file, digits as u64).hex(digits)
}

/// DeviceProcessEvents of a day.
pub(super) fn processes(day_of_file: i64) -> Columns {
    let events = with_planted(noise("DeviceProcessEvents", day_of_file, 200), day_of_file);
    Columns::default()
        .time("Timestamp", &events, |e| e.time)
        .made("DeviceId", &events, |e| cast::device_id(e.device))
        .made("DeviceName", &events, |e| cast::device_name(e.device))
        .text("ActionType", &events, |_| Some("ProcessCreated"))
        .text("FileName", &events, |e| Some(e.program.file))
        .made("FolderPath", &events, |e| e.program.path())
        .made("SHA1", &events, |e| hash(e.program.file, 40))
        .text("ProcessVersionInfoCompanyName", &events, |e| {
            e.program.company
        })
        .text("ProcessVersionInfoProductName", &events, |e| {
            e.program.product
        })
        .long("ProcessId", &events, |e| e.process)
        .text("ProcessCommandLine", &events, |e| e.command_line.as_deref())
        .made("AccountName", &events, |e| cast::account(e.device))
        .text("InitiatingProcessFileName", &events, |e| {
            Some(e.program.parent)
        })
        .long("ReportId", &events, |e| e.report)
}

/// DeviceFileEvents of a day.
pub(super) fn files(day_of_file: i64) -> Columns {
    let events = with_planted(noise("DeviceFileEvents", day_of_file, 80), day_of_file);
    Columns::default()
        .time("Timestamp", &events, |e| e.time)
        .made("DeviceId", &events, |e| cast::device_id(e.device))
        .made("DeviceName", &events, |e| cast::device_name(e.device))
        .text("ActionType", &events, |e| {
            Some(if e.report % 3 == 0 {
                "FileModified"
            } else {
                "FileCreated"
            })
        })
        .text("FileName", &events, |e| Some(e.program.file))
        .text("FolderPath", &events, |e| Some(e.program.folder))
        .made("SHA1", &events, |e| hash(e.program.file, 40))
        .long("FileSize", &events, |e| e.process * 97)
        .text("InitiatingProcessFileName", &events, |e| {
            Some(e.program.parent)
        })
        .text("InitiatingProcessCommandLine", &events, |e| {
            e.command_line.as_deref()
        })
        .long("ReportId", &events, |e| e.report)
}

/// DeviceLogonEvents of a day, with Microsoft Sentinel's name of the time.
pub(super) fn logons(day_of_file: i64) -> Columns {
    let events = noise("DeviceLogonEvents", day_of_file, 60);
    Columns::default()
        .time("TimeGenerated", &events, |e| e.time)
        .made("DeviceId", &events, |e| cast::device_id(e.device))
        .made("DeviceName", &events, |e| cast::device_name(e.device))
        .text("ActionType", &events, |e| {
            Some(if e.report % 5 == 0 {
                "LogonFailed"
            } else {
                "LogonSuccess"
            })
        })
        .text("LogonType", &events, |e| {
            Some(if e.report % 2 == 0 {
                "Interactive"
            } else {
                "Network"
            })
        })
        .text("AccountDomain", &events, |_| Some("contoso"))
        .made("AccountName", &events, |e| cast::account(e.device))
        .made("RemoteIP", &events, |e| {
            cast::local_ip(e.process as u64 % DEVICES)
        })
        .flag("IsLocalAdmin", &events, |e| {
            (e.report % 7 != 0).then_some(e.report % 4 == 0)
        })
        .long("LogonId", &events, |e| e.process)
        .long("ReportId", &events, |e| e.report)
}

/// DeviceFileCertificateInfo of all days.
pub(super) fn certificates() -> Columns {
    let mut events: Vec<Event> = (1..=12)
        .flat_map(|on| noise("DeviceFileCertificateInfo", on, 20))
        .collect();
    events.extend(
        SIGNED
            .iter()
            .map(|&(report, time, device, file, signer)| Event {
                time,
                device,
                report,
                program: tool(file, Some(signer), "", ""),
                command_line: None,
                signer: Some(signer),
                process: 0,
            }),
    );
    events.sort_by_key(|event| (event.time, event.report));
    Columns::default()
        .time("Timestamp", &events, |e| e.time)
        .made("DeviceId", &events, |e| cast::device_id(e.device))
        .made("DeviceName", &events, |e| cast::device_name(e.device))
        .made("SHA1", &events, |e| hash(e.program.file, 40))
        .flag("IsSigned", &events, |e| Some(e.signer.is_some()))
        .flag("IsTrusted", &events, |e| e.signer.map(|_| true))
        .text("SignatureType", &events, |e| e.signer.map(|_| "Embedded"))
        .text("Signer", &events, |e| e.signer)
        .text("Issuer", &events, |e| {
            e.signer.map(|_| "Contoso Code Signing CA")
        })
        .long("ReportId", &events, |e| e.report)
}
