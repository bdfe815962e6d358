//! DeviceNetworkEvents of the sample: a day's noise, and what is planted in it.

use super::cast::{self, DEVICES};
use super::columns::Columns;
use super::planted;
use super::random::Random;
use super::time::{DAY, SECOND, day};

/// A connection, as far as the sample's events differ.
#[derive(Debug, Clone, Copy)]
pub(super) struct Connection {
    /// The day of January in whose file it stands, where that is not the day of its time.
    pub(super) written_on: Option<i64>,
    /// Microseconds since 1970.
    pub(super) time: i64,
    pub(super) device: u64,
    pub(super) file: &'static str,
    pub(super) folder: &'static str,
    pub(super) parent: Option<&'static str>,
    pub(super) company: Option<&'static str>,
    pub(super) product: Option<&'static str>,
    pub(super) command_line: Option<&'static str>,
    pub(super) url: Option<&'static str>,
    pub(super) remote_ip: &'static str,
    pub(super) remote_port: i32,
    pub(super) report: i64,
}

/// An event of the table: a connection, and what is made up around it.
struct Event {
    connection: Connection,
    url: Option<String>,
    command_line: Option<String>,
    remote_ip: String,
    action: &'static str,
    local_port: i32,
    process: i64,
    started: i64,
    additional: Option<&'static str>,
}

/// The columns of the day's events, by time.
pub(super) fn columns(day_of_file: i64) -> Columns {
    let mut random = Random::new("DeviceNetworkEvents", day_of_file as u64);
    let noise = 900 + random.below(400);
    let mut events: Vec<Event> = (0..noise)
        .map(|_| noise_event(&mut random, day_of_file))
        .collect();
    events.extend(planted::written_on(day_of_file).map(|c| planted_event(&mut random, c)));
    events.sort_by_key(|event| (event.connection.time, event.connection.report));
    table(&events)
}

fn noise_event(random: &mut Random, day_of_file: i64) -> Event {
    let program = cast::program(random);
    let device = random.below(DEVICES);
    // Milliseconds, so that a file in whatever unit holds the same instant.
    let time = day(day_of_file) + random.between(0, DAY / 1000) * 1000;
    let command_line = (!random.chance(5))
        .then(|| format!(r#""{}" --worker={}"#, program.path(), random.below(50)));
    let connection = Connection {
        written_on: None,
        time,
        device,
        file: program.file,
        folder: program.folder,
        parent: (!random.chance(2)).then_some(program.parent),
        company: program.company,
        product: program.product,
        command_line: None,
        url: None,
        remote_ip: "",
        remote_port: random.pick(&[443, 443, 443, 443, 80, 53, 445, 3389]),
        report: random.between(1, 9001),
    };
    let url = noise_url(random);
    let remote_ip = format!("192.0.2.{}", random.below(250));
    around(random, connection, url, command_line, remote_ip)
}

fn planted_event(random: &mut Random, connection: Connection) -> Event {
    around(
        random,
        connection,
        connection.url.map(str::to_owned),
        connection.command_line.map(str::to_owned),
        connection.remote_ip.to_owned(),
    )
}

fn around(
    random: &mut Random,
    connection: Connection,
    url: Option<String>,
    command_line: Option<String>,
    remote_ip: String,
) -> Event {
    Event {
        connection,
        url,
        command_line,
        remote_ip,
        action: random.pick(&[
            "ConnectionSuccess",
            "ConnectionSuccess",
            "ConnectionSuccess",
            "ConnectionFailed",
            "ConnectionRequest",
        ]),
        local_port: 49152 + random.below(16000) as i32,
        process: random.between(4, 60_000),
        started: connection.time - random.between(1, 36_000) * SECOND,
        additional: random.pick(&[
            None,
            None,
            Some(""),
            Some(r#"{"direction":"Out","conn_state":"SF","duration":12.5}"#),
            Some(r#"{"server_name":"login.contoso.example","answers":["192.0.2.7","192.0.2.8"]}"#),
        ]),
    }
}

fn noise_url(random: &mut Random) -> Option<String> {
    let host = random.below(400);
    let domain = random.pick(&[
        "contoso.example",
        "fabrikam.example",
        "updates.northwind.example",
        "cdn.adatum.example",
    ]);
    match random.below(10) {
        0..=2 => None,
        3 => Some(String::new()),
        4 => Some(format!("https://h{host}.{domain}/p/{}", host % 7)),
        5.. => Some(format!("h{host}.{domain}")),
    }
}

fn table(events: &[Event]) -> Columns {
    let description = |e: &Event| match (e.connection.product, e.connection.file) {
        (Some(product), _) if !product.is_empty() => product.to_owned(),
        (_, file) => file.to_owned(),
    };
    let hash = |e: &Event, digits| Random::new(e.connection.file, digits as u64).hex(digits);
    Columns::default()
        .time("Timestamp", events, |e| e.connection.time)
        .made("DeviceId", events, |e| cast::device_id(e.connection.device))
        .made("DeviceName", events, |e| {
            cast::device_name(e.connection.device)
        })
        .text("ActionType", events, |e| Some(e.action))
        .text("RemoteIP", events, |e| Some(&e.remote_ip))
        .int("RemotePort", events, |e| e.connection.remote_port)
        .text("RemoteUrl", events, |e| e.url.as_deref())
        .made("LocalIP", events, |e| cast::local_ip(e.connection.device))
        .int("LocalPort", events, |e| e.local_port)
        .text("Protocol", events, |_| Some("Tcp"))
        .text("LocalIPType", events, |_| Some("Private"))
        .text("RemoteIPType", events, |e| {
            Some(if e.remote_ip.starts_with("10.") {
                "Private"
            } else {
                "Public"
            })
        })
        .made("InitiatingProcessSHA1", events, |e| hash(e, 40))
        .made("InitiatingProcessSHA256", events, |e| hash(e, 64))
        .text("InitiatingProcessFileName", events, |e| {
            Some(e.connection.file)
        })
        .made("InitiatingProcessFolderPath", events, |e| {
            format!(r"{}\{}", e.connection.folder, e.connection.file)
        })
        .text("InitiatingProcessVersionInfoCompanyName", events, |e| {
            e.connection.company
        })
        .text("InitiatingProcessVersionInfoProductName", events, |e| {
            e.connection.product
        })
        .made(
            "InitiatingProcessVersionInfoFileDescription",
            events,
            description,
        )
        .long("InitiatingProcessId", events, |e| e.process)
        .text("InitiatingProcessCommandLine", events, |e| {
            e.command_line.as_deref()
        })
        .time("InitiatingProcessCreationTime", events, |e| e.started)
        .text("InitiatingProcessParentFileName", events, |e| {
            e.connection.parent
        })
        .text("InitiatingProcessAccountDomain", events, |_| {
            Some("contoso")
        })
        .made("InitiatingProcessAccountName", events, |e| {
            cast::account(e.connection.device)
        })
        .long("ReportId", events, |e| e.connection.report)
        .text("AdditionalFields", events, |e| e.additional)
}
