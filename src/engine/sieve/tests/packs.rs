//! Rules of every shape that the pass must get right, with random terms.

use proptest::prelude::*;

/// `@n` is a network event's filter, `@t` a time bound.
const RULES: [&str; 36] = [
    "DeviceNetworkEvents | where @t | where @n | summarize n = count(), earliest = min(Timestamp) by DeviceId, RemoteUrl",
    "DeviceNetworkEvents | where @t and @n and @n | project Timestamp, DeviceId, RemoteUrl, RemotePort, ReportId",
    "DeviceNetworkEvents | where @t | where @n or @n | project Timestamp, RemoteUrl, InitiatingProcessVersionInfoCompanyName",
    "DeviceNetworkEvents | where @t | where @n | summarize count()",
    "DeviceNetworkEvents | where @t | where @n | summarize hosts = dcount(DeviceId), urls = make_set(RemoteUrl)",
    "DeviceNetworkEvents | where @t | where @n | distinct DeviceId, RemotePort",
    "DeviceNetworkEvents | where @t | where @n | top 3 by Timestamp desc | project Timestamp, ReportId",
    "DeviceNetworkEvents | where @t | where @n | take 4 | project DeviceId, RemoteUrl, ReportId",
    "DeviceNetworkEvents | where @t | summarize count() by ActionType",
    "DeviceNetworkEvents | where @n | project Timestamp, DeviceId, ActionType",
    "DeviceNetworkEvents | where @n | count",
    "DeviceNetworkEvents | where @t | where not(@n) | summarize n = count() by RemoteUrl",
    "DeviceNetworkEvents | where @t | extend Url = tolower(RemoteUrl) | where Url has 'kaseya' and @n | project Url, ReportId",
    "DeviceNetworkEvents | where @t | project-rename Where = RemoteUrl | where Where contains 'a' | project Where, Timestamp",
    "DeviceNetworkEvents | where @t and @n | join kind=inner (DeviceProcessEvents | where @t | where ProcessCommandLine has 'kaseya') on DeviceId | project DeviceId, RemoteUrl, ProcessCommandLine, ReportId",
    "DeviceNetworkEvents | where @t and @n | join kind=leftouter (DeviceProcessEvents | where @t and ActionType == 'ConnectionFailed' | summarize n = count() by DeviceId) on DeviceId | project DeviceId, RemoteUrl, n",
    "DeviceNetworkEvents | where @t and @n | join kind=leftanti (DeviceProcessEvents | where @t) on DeviceId | project DeviceId, RemoteUrl",
    "DeviceNetworkEvents | where @t and @n | join (DeviceNetworkEvents | where @t and @n) on DeviceId, ReportId | project DeviceId, RemoteUrl, RemoteUrl1, ReportId",
    "DeviceNetworkEvents | where @t and @n | join kind=rightouter (DeviceNetworkEvents | where @n | summarize latest = max(Timestamp) by DeviceId) on DeviceId | project DeviceId1, RemoteUrl, latest",
    "union (DeviceNetworkEvents | where @t and @n | project Timestamp, DeviceId, Text = RemoteUrl), (DeviceProcessEvents | where @t and ProcessCommandLine has 'anydesk' | project Timestamp, DeviceId, Text = ProcessCommandLine)",
    "union (DeviceNetworkEvents | where @t and @n), (DeviceNetworkEvents | where @t and @n) | summarize n = count() by DeviceId, RemotePort",
    "let hits = DeviceNetworkEvents | where @t and @n; hits | summarize n = count() by DeviceId | join kind=inner (hits | where RemotePort == 443) on DeviceId | project DeviceId, n, RemoteUrl",
    "let known = DeviceProcessEvents | where @t and ProcessCommandLine has 'kaseya' | distinct DeviceId; DeviceNetworkEvents | where @t and @n | where DeviceId in (known) | summarize n = count() by DeviceId",
    "let n = toscalar(DeviceNetworkEvents | where @t and @n | summarize count()); DeviceProcessEvents | where @t and ProcessCommandLine contains 'x' | extend n = n | project DeviceId, n",
    "DeviceNetworkEvents | where @t and @n | extend age = now() - Timestamp | where age > 1h | project DeviceId, age",
    "DeviceNetworkEvents | where Timestamp > ago(2d) and RemotePort == 5938 or Timestamp > ago(6h) | project Timestamp, RemotePort",
    "DeviceNetworkEvents | where Timestamp between (datetime(2026-01-02) .. 2d) and @n | summarize n = count() by bin(Timestamp, 1d)",
    "DeviceNetworkEvents | where @t and @n | summarize arg_max(Timestamp, RemoteUrl) by DeviceId",
    "DeviceNetworkEvents | where @t and @n | sort by Timestamp asc, ReportId asc, RemoteUrl asc | take 5 | where RemotePort != 22 | project ReportId, RemoteUrl",
    "DeviceNetworkEvents | where @t and @n | summarize n = count() by DeviceId | where n > 1 | union (DeviceProcessEvents | where @t and @n | summarize n = count() by DeviceId)",
    "DeviceNetworkEvents | where @t and @n | make-series n = count() default = 0 on Timestamp from datetime(2026-01-01) to datetime(2026-01-09) step 1d by DeviceId",
    "DeviceNetworkEvents | where @t and @n | make-series urls = dcount(RemoteUrl), newest = max(ReportId) on Timestamp step 12h by DeviceId",
    "DeviceNetworkEvents | where @t and @n | top-nested 2 of DeviceId by n = count(), top-nested 1 of RemoteUrl by max(ReportId)",
    "DeviceNetworkEvents | where @t and @n | top-hitters 3 of RemoteUrl",
    "DeviceNetworkEvents | where @t and @n | sort by Timestamp asc, ReportId asc | scan with_match_id=id declare (n: long = 0) with (step each: RemotePort != 22 => n = each.n + 1; step tls: RemotePort == 443 => n = each.n;) | project Timestamp, ReportId, RemoteUrl, n, id",
    "DeviceNetworkEvents | where @t and @n | partition hint.strategy=native by DeviceId (sort by Timestamp asc, ReportId asc | scan declare (n: long = 0) with (step each: true => n = each.n + 1;)) | project DeviceId, ReportId, RemoteUrl, n",
];

const FILTERS: [&str; 27] = [
    "RemoteUrl has 'kaseya.com'",
    "RemoteUrl !has 'kaseya'",
    "RemoteUrl has_any ('kaseya', 'anydesk.com')",
    "RemoteUrl has 'пример'",
    "RemoteUrl has_cs 'KASEYA'",
    "RemoteUrl contains 'sey'",
    "RemoteUrl =~ 'kaseya.com'",
    "RemoteUrl == ''",
    "RemoteUrl != ''",
    "RemoteUrl has ''",
    "RemoteUrl in ('notkaseya.com', 'stun.example.org')",
    "RemoteUrl !in ('', 'KASEYA.COM')",
    "RemoteUrl has 'αβγ'",
    "RemoteUrl startswith 'HTTP' and RemoteUrl endswith 'X'",
    "RemoteUrl matches regex '[0-9a-c]+'",
    "InitiatingProcessVersionInfoCompanyName has 'Kaseya'",
    "InitiatingProcessVersionInfoCompanyName has 'ünïcode'",
    "InitiatingProcessVersionInfoCompanyName != 'Microsoft Corporation'",
    "(InitiatingProcessVersionInfoCompanyName has 'kaseya' or RemoteUrl has 'anydesk')",
    "isempty(InitiatingProcessVersionInfoCompanyName)",
    "ActionType == 'ConnectionSuccess'",
    "ActionType in~ ('connectionfailed', 'x')",
    "RemotePort == 443",
    "RemotePort in (80, 5938)",
    "RemotePort != 443",
    "ReportId > 2",
    "RemotePort + ReportId > 445",
];

const TIMES: [&str; 5] = [
    "Timestamp between (ago(2d) .. now())",
    "Timestamp > ago(36h)",
    "Timestamp >= ago(3d) and Timestamp < now()",
    "Timestamp between (startofday(ago(1d)) .. now())",
    "Timestamp <= now()",
];

/// Some rules.
pub fn pack() -> impl Strategy<Value = Vec<String>> {
    let rule = (
        prop::sample::select(&RULES[..]),
        prop::sample::select(&TIMES[..]),
        prop::collection::vec(prop::sample::select(&FILTERS[..]), 3),
    )
        .prop_map(|(rule, time, filters)| {
            let mut text = rule.replace("@t", time);
            for filter in filters.iter().cycle() {
                if !text.contains("@n") {
                    break;
                }
                text = text.replacen("@n", filter, 1);
            }
            text
        });
    prop::collection::vec(rule, 1..10)
}

/// A pack of this many rules with conditions on the same columns.
pub fn alike(rules: usize) -> Vec<String> {
    (0..rules)
        .map(|at| {
            format!(
                "DeviceNetworkEvents | where Timestamp between (ago(5d) .. now()) \
                 | where InitiatingProcessVersionInfoCompanyName has 'tool{at}' and RemoteUrl has 'relay{at}.example' \
                 | summarize count() by DeviceId"
            )
        })
        .collect()
}
