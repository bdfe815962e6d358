//! Who acts in the sample lake: devices, and the everyday programs that make its noise.
//!
//! What always holds: nothing here is a remote management tool; those are planted one by one (see
//! `planted`), so that every expected hit can be read off a list.

use super::random::Random;

/// How many devices there are.
pub(super) const DEVICES: u64 = 40;

/// The device's name: every eighth is a server.
pub(super) fn device_name(device: u64) -> String {
    let kind = if device % 8 == 7 { "srv" } else { "wks" };
    format!("{kind}-{device:04}.contoso.example")
}

/// The device's id: 40 hexadecimal digits.
pub(super) fn device_id(device: u64) -> String {
    Random::new("device", device).hex(40)
}

/// The account that uses the device.
pub(super) fn account(device: u64) -> String {
    format!("user{device:04}")
}

/// The device's own address.
pub(super) fn local_ip(device: u64) -> String {
    format!("10.1.{}.{}", device / 8, 10 + device)
}

/// A program as events tell of it. `None` is a file without version information.
#[derive(Debug, Clone, Copy)]
pub(super) struct Program {
    pub(super) file: &'static str,
    pub(super) folder: &'static str,
    pub(super) company: Option<&'static str>,
    pub(super) product: Option<&'static str>,
    pub(super) parent: &'static str,
}

impl Program {
    const fn new(
        file: &'static str,
        folder: &'static str,
        company: &'static str,
        product: &'static str,
        parent: &'static str,
    ) -> Self {
        Program {
            file,
            folder,
            company: Some(company),
            product: Some(product),
            parent,
        }
    }

    pub(super) fn path(&self) -> String {
        format!(r"{}\{}", self.folder, self.file)
    }
}

const WINDOWS: &str = "Microsoft® Windows® Operating System";
const MICROSOFT: &str = "Microsoft Corporation";

/// The noise, the busiest first.
pub(super) const PROGRAMS: &[Program] = &[
    Program::new(
        "chrome.exe",
        r"C:\Program Files\Google\Chrome\Application",
        "Google LLC",
        "Google Chrome",
        "explorer.exe",
    ),
    Program::new(
        "msedge.exe",
        r"C:\Program Files (x86)\Microsoft\Edge\Application",
        MICROSOFT,
        "Microsoft Edge",
        "explorer.exe",
    ),
    Program::new(
        "svchost.exe",
        r"C:\Windows\System32",
        MICROSOFT,
        WINDOWS,
        "services.exe",
    ),
    Program::new(
        "outlook.exe",
        r"C:\Program Files\Microsoft Office\root\Office16",
        MICROSOFT,
        "Microsoft Outlook",
        "explorer.exe",
    ),
    Program::new(
        "mstsc.exe",
        r"C:\Windows\System32",
        MICROSOFT,
        WINDOWS,
        "explorer.exe",
    ),
    Program::new(
        "powershell.exe",
        r"C:\Windows\System32\WindowsPowerShell\v1.0",
        MICROSOFT,
        WINDOWS,
        "cmd.exe",
    ),
    Program::new(
        "python.exe",
        r"C:\Python311",
        "Python Software Foundation",
        "Python",
        "cmd.exe",
    ),
    Program::new(
        "backup.exe",
        r"C:\Program Files\Fabrikam\Backup",
        "Fabrikam, Inc.",
        "Fabrikam Backup",
        "services.exe",
    ),
    Program {
        file: "tool.exe",
        folder: r"C:\Users\Public",
        company: None,
        product: None,
        parent: "cmd.exe",
    },
    Program {
        file: "legacy.exe",
        folder: r"C:\Apps\Legacy",
        company: Some(""),
        product: Some(""),
        parent: "explorer.exe",
    },
];

/// One of the programs, the first ones more often.
pub(super) fn program(random: &mut Random) -> Program {
    let bound = 1 + random.below(PROGRAMS.len() as u64);
    random.pick(&PROGRAMS[..bound as usize])
}
