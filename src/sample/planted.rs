//! The connections that the sample plants: hits of the Kaseya rule, near misses, other tools' traffic.
//!
//! `data/lake/README.md` tells which of them a hunt must find, and why not the others. What always
//! holds: a planted event's ReportId is above 9000, that of noise is not.

use super::network::Connection;
use super::time::{DAY, at, day};

/// The Kaseya agent at its own maker's server.
const AGENT: Connection = Connection {
    written_on: None,
    time: 0,
    device: 0,
    file: "agentmon.exe",
    folder: r"C:\Program Files (x86)\Kaseya",
    parent: Some("services.exe"),
    company: Some("Kaseya International Limited"),
    product: Some("Kaseya Agent"),
    command_line: Some(r#""C:\Program Files (x86)\Kaseya\agentmon.exe" -s"#),
    url: Some("kaseya.com"),
    remote_ip: "198.51.100.20",
    remote_port: 443,
    report: 0,
};

/// The agent that the rule's known-good scenarios name.
const VSA: Connection = Connection {
    file: "vsaagent.exe",
    device: 15,
    company: Some("Kaseya"),
    product: Some("Kaseya VSA"),
    ..AGENT
};

const fn hit(report: i64, time: i64, device: u64, url: &'static str) -> Connection {
    Connection {
        report,
        time,
        device,
        url: Some(url),
        ..AGENT
    }
}

/// Found by the rule as of 2026-01-08T00:00:00Z.
const HITS: &[Connection] = &[
    // The window's first instant, and three forms of a file in one group.
    hit(9001, day(3), 3, "kaseya.com"),
    hit(9002, at(5, 9, 30, 0), 3, "kaseya.com"),
    hit(9003, at(7, 23, 59, 59), 3, "kaseya.com"),
    // A whole URL.
    hit(
        9010,
        at(4, 12, 0, 0),
        6,
        "https://managedsupport.kaseya.net/agent?id=7",
    ),
    hit(
        9011,
        at(4, 12, 5, 0),
        6,
        "https://managedsupport.kaseya.net/agent?id=7",
    ),
    // Case does not count in `has`, and does in a group.
    hit(9020, at(5, 3, 0, 0), 7, "VSA12.KASEYA.NET"),
    hit(9021, at(5, 3, 10, 0), 7, "vsa12.kaseya.net"),
    // The second of these was written a day late.
    hit(9030, at(7, 8, 15, 0), 11, "stun.kaseya.com"),
    Connection {
        written_on: Some(8),
        ..hit(9031, at(7, 23, 50, 0), 11, "stun.kaseya.com")
    },
    // The window's last instant: `between` includes it.
    hit(9032, day(8), 11, "kaseya.net"),
    // `-`, `:` and `_` part terms.
    Connection {
        company: Some("KASEYA US LLC"),
        product: Some("Kaseya_Agent"),
        ..hit(9040, at(4, 7, 0, 0), 12, "cdn-kaseya.com:8443")
    },
    hit(9041, at(4, 7, 1, 0), 12, "kaseya.com.contoso.example"),
];

/// Hits on which the rule's known-good scenarios bear: those that they cover, each beside one that they do not.
const KNOWN_GOOD: &[Connection] = &[
    Connection {
        parent: Some("vsaagent.exe"),
        command_line: Some("vsaagent.exe --task maintenance --patch"),
        url: Some("maintenance.kaseya.net"),
        report: 9050,
        time: at(3, 2, 0, 0),
        ..VSA
    },
    Connection {
        url: Some("rdp-relay.kaseya.net"),
        report: 9051,
        time: at(3, 2, 5, 0),
        ..remote_desktop("10.20.0.5")
    },
    Connection {
        url: Some("rdp-relay.kaseya.net"),
        report: 9052,
        time: at(3, 2, 6, 0),
        ..remote_desktop("203.0.113.9")
    },
    Connection {
        command_line: Some("vsaagent.exe --task Inventory --full"),
        url: Some("inventory.kaseya.net"),
        report: 9053,
        time: at(4, 2, 10, 0),
        ..VSA
    },
    Connection {
        command_line: None,
        url: Some("inventory.kaseya.net"),
        report: 9054,
        time: at(4, 2, 11, 0),
        ..VSA
    },
    Connection {
        command_line: Some("vsaagent.exe --task networkconfig --dns 10.0.0.53"),
        url: Some("config.kaseya.net"),
        report: 9055,
        time: at(5, 2, 20, 0),
        ..VSA
    },
    Connection {
        command_line: Some(""),
        url: Some("config.kaseya.net"),
        report: 9056,
        time: at(5, 2, 21, 0),
        ..VSA
    },
    Connection {
        parent: Some("vsaagent.exe"),
        command_line: Some("vsaagent.exe --update"),
        url: Some("update.kaseya.net"),
        remote_ip: "10.0.0.9",
        report: 9057,
        time: at(7, 2, 30, 0),
        ..VSA
    },
    Connection {
        parent: None,
        command_line: Some("vsaagent.exe --update"),
        url: Some("update.kaseya.net"),
        remote_ip: "203.0.113.9",
        report: 9058,
        time: at(7, 2, 31, 0),
        ..VSA
    },
];

/// Remote desktop that the agent started, under Kaseya's own version information.
const fn remote_desktop(remote_ip: &'static str) -> Connection {
    Connection {
        file: "mstsc.exe",
        parent: Some("vsaagent.exe"),
        product: Some("Kaseya Live Connect"),
        command_line: Some("mstsc.exe /v:session"),
        remote_ip,
        remote_port: 3389,
        ..VSA
    }
}

const fn miss(report: i64, second: i64, url: &'static str) -> Connection {
    hit(report, at(4, 10, 0, second), 3, url)
}

/// Inside the window, and each wrong in one thing.
const NEAR_MISSES: &[Connection] = &[
    miss(9100, 0, "notkaseya.com"),
    miss(9101, 1, "kaseya.community"),
    miss(9102, 2, "kaseya.comx"),
    // A letter outside ASCII is a letter.
    miss(9103, 3, "ékaseya.com"),
    miss(9104, 4, "kaseya_com"),
    Connection {
        file: "chrome.exe",
        company: Some("Google LLC"),
        product: Some("Google Chrome"),
        ..miss(9105, 5, "kaseya.com")
    },
    Connection {
        product: Some("Remote Manager"),
        ..miss(9106, 6, "kaseya.com")
    },
    Connection {
        company: None,
        ..miss(9107, 7, "kaseya.com")
    },
    Connection {
        company: Some(""),
        ..miss(9108, 8, "kaseya.com")
    },
    Connection {
        company: Some("Kaseyaware Ltd"),
        ..miss(9109, 9, "kaseya.com")
    },
    Connection {
        company: Some("NotKaseya Inc."),
        ..miss(9110, 10, "kaseya.com")
    },
    Connection {
        url: None,
        ..miss(9111, 11, "")
    },
    miss(9112, 12, ""),
    Connection {
        file: "mstsc.exe",
        folder: r"C:\Windows\System32",
        parent: Some("vsaagent.exe"),
        company: Some("Microsoft Corporation"),
        product: Some("Microsoft® Windows® Operating System"),
        remote_ip: "10.20.0.6",
        remote_port: 3389,
        ..miss(9113, 13, "kaseya.com")
    },
];

/// Right in all but the time: a microsecond outside the window, and on other days.
const OTHER_TIMES: &[Connection] = &[
    hit(9120, day(3) - 1, 3, "kaseya.com"),
    hit(9121, day(8) + 1, 11, "kaseya.net"),
    hit(9130, at(1, 8, 0, 0), 19, "kaseya.com"),
    // The product's column is missing in this day's file.
    hit(9131, at(9, 8, 0, 0), 19, "kaseya.com"),
    hit(9132, at(10, 8, 0, 0), 19, "kaseya.com"),
    hit(9133, at(12, 8, 0, 0), 19, "kaseya.com"),
];

/// Other tools of remote management, for their own rules.
const OTHER_TOOLS: &[Connection] = &[
    Connection {
        report: 9200,
        time: at(4, 15, 0, 0),
        ..any_desk("relay-3.net.anydesk.com")
    },
    Connection {
        report: 9201,
        time: at(5, 15, 0, 0),
        ..any_desk("relay-3.net.anydesk.com")
    },
    // The tool, but not its maker's domain.
    Connection {
        report: 9202,
        time: at(5, 15, 1, 0),
        ..any_desk("anydesk.example")
    },
    Connection {
        file: "teamviewer_service.exe",
        folder: r"C:\Program Files\TeamViewer",
        company: Some("TeamViewer Germany GmbH"),
        product: Some("TeamViewer"),
        command_line: Some("TeamViewer_Service.exe"),
        ..hit(9210, at(7, 16, 0, 0), 21, "router7.teamviewer.com")
    },
    Connection {
        report: 9220,
        time: at(3, 11, 0, 0),
        ..screen_connect()
    },
    Connection {
        report: 9221,
        time: at(7, 11, 0, 0),
        ..screen_connect()
    },
    Connection {
        file: "ateraagent.exe",
        folder: r"C:\Program Files\ATERA Networks\AteraAgent",
        company: Some("Atera Networks Ltd"),
        product: Some("AteraAgent"),
        command_line: Some("AteraAgent.exe"),
        ..hit(9230, at(5, 18, 0, 0), 24, "agent-api.atera.com")
    },
    // Built from source: no company.
    Connection {
        file: "rustdesk.exe",
        folder: r"C:\Users\Public\Downloads",
        company: None,
        product: Some("RustDesk"),
        command_line: Some("rustdesk.exe --server"),
        ..hit(9240, at(7, 19, 0, 0), 25, "rs-ny.rustdesk.com:21116")
    },
];

const fn any_desk(url: &'static str) -> Connection {
    Connection {
        file: "anydesk.exe",
        folder: r"C:\Users\Public\Downloads",
        company: Some("AnyDesk Software GmbH"),
        product: Some("AnyDesk"),
        command_line: Some("AnyDesk.exe --service"),
        ..hit(0, 0, 20, url)
    }
}

const fn screen_connect() -> Connection {
    Connection {
        file: "screenconnect.clientservice.exe",
        folder: r"C:\Program Files (x86)\ScreenConnect Client",
        company: Some("ConnectWise, LLC"),
        product: Some("ScreenConnect"),
        command_line: Some("ScreenConnect.ClientService.exe ?e=Access"),
        ..hit(0, 0, 22, "instance-x1.screenconnect.com")
    }
}

/// The planted connections that stand in the file of this day.
pub(super) fn written_on(day_of_file: i64) -> impl Iterator<Item = Connection> {
    [HITS, KNOWN_GOOD, NEAR_MISSES, OTHER_TIMES, OTHER_TOOLS]
        .concat()
        .into_iter()
        .filter(move |event| {
            let own_day = (event.time - day(1)).div_euclid(DAY) + 1;
            event.written_on.unwrap_or(own_day) == day_of_file
        })
}
