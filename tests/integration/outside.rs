//! What lies outside the lake: files that stand for URLs, watchlists and file profiles; and columns that only
//! the data tells.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::command::{LAKE, Outcome, RULE, retrohunt};
use super::hunting::{counts, rule};
use super::mmdb;

/// Two of the sample's planted domains, one of them in a list.
const LISTED: &str = "let list = externaldata(Domain: string, Note: string)[@'https://lists.example/a.csv?sig=hush'] \
    with (format='csv', ignoreFirstRecord=true);\n\
    DeviceNetworkEvents | where RemoteUrl has_any (list) | summarize Hits = count()";

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn query(text: &str, more: &[&str]) -> Outcome {
    let mut all = vec!["query", text, "--lake", LAKE, "--format", "ndjson"];
    all.extend(more);
    retrohunt(all, &[])
}

fn hits(outcome: Outcome) -> i64 {
    outcome.exits(0).rows()[0]["Hits"].as_i64().unwrap()
}

#[test]
fn a_local_file_stands_for_a_url() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(
        folder.path(),
        "a.csv",
        "domain,note\nkaseya.net,\"one, two\"\n",
    );
    let inline =
        "DeviceNetworkEvents | where RemoteUrl has 'kaseya.net' | summarize Hits = count()";
    let wanted = hits(query(inline, &[]));
    assert!(wanted > 0);
    for url in [
        "https://lists.example/a.csv",
        "https://lists.example/a.csv?sig=hush",
    ] {
        let given = format!("{url}={file}");
        assert_eq!(hits(query(LISTED, &["--external", &given])), wanted);
    }
    let other = write(folder.path(), "none.csv", "domain\nnowhere.example\n");
    let given = format!("https://lists.example/a.csv={other}");
    assert_eq!(hits(query(LISTED, &["--external", &given])), 0);
}

#[test]
fn what_is_not_given_names_its_option_and_no_secret() {
    let refused = query(LISTED, &[]).exits(1);
    assert!(
        refused
            .stderr
            .contains("--external https://lists.example/a.csv=FILE"),
        "{}",
        refused.stderr
    );
    // The query itself is shown, so its own line may hold the key; what is added to it may not.
    let help = refused
        .stderr
        .lines()
        .find(|l| l.contains("--external"))
        .unwrap();
    assert!(!help.contains("hush"), "{help}");
    let missing = query(
        LISTED,
        &["--external", "https://lists.example/a.csv=/nowhere/a.csv"],
    );
    assert!(missing.exits(3).stderr.contains("/nowhere/a.csv"));
}

/// Runs a query over `externaldata` of this text, with `FILE` for its URL.
fn external(text: &str, content: &str) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "a", content);
    let given = format!("https://lists.example/a={file}");
    query(
        &text
            .replace("FILE", "[@'https://lists.example/a']")
            .replace('\n', " "),
        &["--external", &given],
    )
}

fn external_rows(text: &str, content: &str) -> Vec<Value> {
    let rows = external(text, content).exits(0).rows();
    rows.into_iter().map(Value::Object).collect()
}

#[test]
fn a_mapping_tells_where_in_json_a_column_stands() {
    // Source: "Query hierarchical data formats" of "externaldata operator".
    let records = r#"{"timestamp": "2019-01-01 10:00:00.238521",
        "data": {"tenant": "e1ef54a6-c6f2-4389-836e-d289b37bcfe0", "method": "RefreshTableMetadata"}}
        {"timestamp": "2019-01-01 10:00:01.845423",
        "data": {"tenant": "9b49d0d7-b3e6-4467-bb35-fa420a25d324", "method": "GetFileList"}}"#;
    let text = r#"externaldata(At: datetime, Tenant: guid, Method: string) FILE with (format='multijson',
        ingestionMapping='[{"Column":"At","Properties":{"Path":"$.timestamp"}},
        {"Column":"Tenant","Properties":{"Path":"$.data.tenant"}},
        {"Column":"Method","Properties":{"Path":"$.data.method"}}]') | sort by At asc"#;
    assert_eq!(
        external_rows(text, records),
        [
            json!({"At": "2019-01-01T10:00:00.2385210Z", "Tenant": "e1ef54a6-c6f2-4389-836e-d289b37bcfe0",
                "Method": "RefreshTableMetadata"}),
            json!({"At": "2019-01-01T10:00:01.8454230Z", "Tenant": "9b49d0d7-b3e6-4467-bb35-fa420a25d324",
                "Method": "GetFileList"}),
        ]
    );
    // Names that want quotes or do without, places, the whole record, constants, and columns without a place.
    // A column of the result may be called as another member of the record is.
    let records =
        r#"[{"a b": "x", "b/c": 2, "list": [{"id": 7}, {"id": 8}], "z": "y"}, {"a b": null}]"#;
    let text = r#"externaldata(z: string, b: long, id: long, all: dynamic, kind: string, sure: bool, none: string,
        nothing: long, deep: string) FILE with (format=json, ingestionMapping=
        '[{"column":"z","Properties":{"path":"$[\'a b\']"}},{"Column":"b","path":"$.b/c","datatype":"long"},'
        '{"Column":"id","Properties":{"Path":"$.list[1].id"}},{"Column":"all","Properties":{"Path":"$"}},'
        '{"Column":"kind","Properties":{"Path":"fixed"}},{"Column":"sure","Properties":{"ConstValue":"true"}},'
        '{"Column":"deep","Properties":{"Path":"$.list.id.more"}}]') | extend keys = array_length(bag_keys(all))
        | project-away all | sort by b desc"#;
    assert_eq!(
        external_rows(text, records),
        [
            json!({"z": "x", "b": 2, "id": 8, "kind": "fixed", "sure": true, "none": "", "nothing": null,
                "deep": "", "keys": 4}),
            json!({"z": "", "b": null, "id": null, "kind": "fixed", "sure": true, "none": "", "nothing": null,
                "deep": "", "keys": 1}),
        ]
    );
    // Records count where nothing of them is read.
    let text = r#"externaldata(a: string) FILE with (format=json,
        ingestionMapping='[{"Column":"a","Properties":{"ConstValue":"x"}}]') | summarize n = count() by a"#;
    assert_eq!(
        external_rows(text, "{}\n{}\n{\"a\": 1}"),
        [json!({"a": "x", "n": 3})]
    );
}

#[test]
fn a_mapping_tells_the_place_in_a_record_of_fields() {
    let text = r#"externaldata(who: string, n: long, from: string, more: string) FILE with (format='csv',
        ignoreFirstRecord=true, ingestionMapping='[{"Column":"n","Properties":{"Ordinal":"0"}},
        {"Column":"who","Properties":{"Ordinal":2}},{"Column":"from","Properties":{"ConstValue":"csv"}}]')
        | sort by n asc"#;
    assert_eq!(
        external_rows(text, "n,x,who\n1,a,eve\n2,b\n"),
        [
            json!({"who": "eve", "n": 1, "from": "csv", "more": ""}),
            json!({"who": "", "n": 2, "from": "csv", "more": ""}),
        ]
    );
}

#[test]
fn a_mapping_that_is_not_understood_is_refused() {
    for (format, mapping, said) in [
        ("json", "no json", "no JSON array of objects"),
        (
            "json",
            r#"[{"Column":"b","Properties":{"Path":"$.b"}}]"#,
            "`b`, which is no column",
        ),
        (
            "json",
            r#"[{"Column":"a","Properties":{"Path":"$.b[*]"}}]"#,
            "`$.b[*]` is not supported",
        ),
        (
            "json",
            r#"[{"Column":"a","Properties":{"Path":"$.*"}}]"#,
            "`$.*` is not supported",
        ),
        (
            "json",
            r#"[{"Column":"a","Properties":{"Path":"$..b"}}]"#,
            "`$..b` is not supported",
        ),
        (
            "json",
            r#"[{"Column":"a","Properties":{"Path":"$.b","Transform":"SourceLocation"}}]"#,
            "SourceLocation",
        ),
        (
            "json",
            r#"[{"Column":"a","Properties":{"Ordinal":"0"}}]"#,
            "`Ordinal`",
        ),
        ("json", r#"[{"Column":"a"}]"#, "where `a` stands"),
        ("json", r#"[{"Properties":{"Path":"$.b"}}]"#, "no `Column`"),
        (
            "json",
            r#"[{"Column":"a","Path":"$.b"},{"Column":"a","Path":"$.c"}]"#,
            "`a` twice",
        ),
        (
            "json",
            r#"[{"Column":"a","Path":"$.b","ConstValue":"c"}]"#,
            "two places",
        ),
        (
            "csv",
            r#"[{"Column":"a","Properties":{"Path":"$.b"}}]"#,
            "`Path`",
        ),
        (
            "csv",
            r#"[{"Column":"a","Properties":{"Ordinal":"-1"}}]"#,
            "from 0 to",
        ),
    ] {
        let text = format!(
            "externaldata(a: string) FILE with (format='{format}', ingestionMapping=@'{mapping}')"
        );
        let refused = external(&text, "{}").exits(1).stderr;
        assert!(refused.contains(said), "{mapping}: {refused}");
    }
}

/// A server of this machine that answers every request with this text, and its port.
fn serve(body: &'static str) -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    // It ends with the process.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n > 0) {
                head.push(byte[0]);
            }
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
            // A client that has enough closes the connection.
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    port
}

#[test]
fn a_list_is_fetched_from_a_host_that_is_named() {
    let port = serve("domain,note\nkaseya.net,\n");
    let url = format!("http://127.0.0.1:{port}/a.csv");
    let text = LISTED.replace("https://lists.example/a.csv", &url);
    let inline =
        "DeviceNetworkEvents | where RemoteUrl has 'kaseya.net' | summarize Hits = count()";
    let wanted = hits(query(inline, &[]));
    let host = format!("127.0.0.1:{port}");
    assert_eq!(hits(query(&text, &["--allow-fetch", &host])), wanted);
    assert_eq!(hits(query(&text, &["--allow-fetch", "127.0.0.1"])), wanted);
    // Not without the option, nor with another host, nor past a limit.
    for more in [&[][..], &["--allow-fetch", "lists.example"]] {
        let refused = query(&text, more).exits(1).stderr;
        assert!(
            refused.contains(&format!("--external {url}=FILE")),
            "{refused}"
        );
        assert!(
            refused.contains(&format!("--allow-fetch {host}")),
            "{refused}"
        );
    }
    let large = query(&text, &["--allow-fetch", &host, "--fetch-bytes", "10"]);
    let large = large.exits(3).stderr;
    assert!(
        large.contains("more than 10 bytes") && !large.contains("hush"),
        "{large}"
    );
    // A local copy wins.
    let folder = tempfile::tempdir().unwrap();
    let other = write(folder.path(), "none.csv", "domain\nnowhere.example\n");
    let given = format!("{url}={other}");
    assert_eq!(
        hits(query(
            &text,
            &["--allow-fetch", &host, "--external", &given]
        )),
        0
    );
    // `check` asks no server.
    let path = rule(folder.path(), "listed", "", &text);
    let checked = retrohunt(
        ["check", &path, "--allow-fetch", &host, "--lake", LAKE],
        &[],
    )
    .exits(0);
    assert!(
        checked
            .stdout
            .contains(&format!("--allow-fetch {host} (given)")),
        "{}",
        checked.stdout
    );
    // A job file names hosts as well; what was fetched is an input of the windows.
    let job = format!(
        "lake: {LAKE}\noutput: out\nrules: [{path}]\nwindows: {{from: 2026-01-01, to: 2026-01-13, every: 6d}}\n\
         allow_fetch: '{host}'\n"
    );
    let job = write(folder.path(), "fetch.yaml", &job);
    let hunt = |job: &str| retrohunt(["hunt", job, "--format", "json"], &[]);
    assert_eq!(counts(&hunt(&job).exits(0))["run"], 2);
    assert_eq!(counts(&hunt(&job).exits(0))["current"], 2);
    let bad = std::fs::read_to_string(&job).unwrap() + "fetch_bytes: much\n";
    let bad = write(folder.path(), "bad.yaml", &bad);
    assert!(hunt(&bad).stderr.contains("`fetch_bytes`"));
}

#[test]
fn check_tells_what_a_rule_needs_from_outside() {
    let folder = tempfile::tempdir().unwrap();
    let path = rule(folder.path(), "listed", "", LISTED);
    let checked = retrohunt(["check", &path], &[]).exits(0);
    assert!(
        checked
            .stdout
            .contains("--external https://lists.example/a.csv=FILE"),
        "{}",
        checked.stdout
    );
    let watch = "_GetWatchlist('VIP') | project SearchKey";
    let path = rule(folder.path(), "watch", "", watch);
    let checked = retrohunt(["check", &path], &[]).exits(0);
    assert!(
        checked.stdout.contains("--watchlist VIP=FILE"),
        "{}",
        checked.stdout
    );
}

#[test]
fn a_watchlist_has_the_columns_of_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(
        folder.path(),
        "vip.csv",
        "SearchKey,Owner\nws-1,eve\nws-2,\n",
    );
    let given = format!("vip={file}");
    let text = "_GetWatchlist('VIP') | sort by SearchKey asc";
    let rows = query(text, &["--watchlist", &given]).exits(0).rows();
    let rows: Vec<Value> = rows.into_iter().map(Value::Object).collect();
    assert_eq!(
        rows,
        [
            json!({"SearchKey": "ws-1", "Owner": "eve"}),
            json!({"SearchKey": "ws-2", "Owner": ""})
        ]
    );
    let unknown = query(
        "_GetWatchlist('VIP') | project Nope",
        &["--watchlist", &given],
    );
    assert!(unknown.exits(1).stderr.contains("Nope"));
    let refused = query(text, &[]).exits(1);
    assert!(
        refused.stderr.contains("--watchlist VIP=FILE"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_file_profile_is_found_by_either_hash() {
    let folder = tempfile::tempdir().unwrap();
    let (sha1, sha256) = ("A".repeat(40), "b".repeat(64));
    let table = format!("SHA1,SHA256,GlobalPrevalence,Signer\n{sha1},,7,One\n,{sha256},9,Two\n");
    let file = write(folder.path(), "profiles.csv", &table);
    let given = format!("FileProfile={file}");
    let text = format!(
        "datatable(Name: string, Hash: string)['a', '{}', 'b', '{}', 'c', 'none', 'd', '']\n\
         | invoke FileProfile(Hash, 1000)\n| project Name, GlobalPrevalence, Signer\n| sort by Name asc",
        sha1.to_lowercase(),
        sha256.to_uppercase()
    );
    let rows = query(&text, &["--enrichment", &given]).exits(0).rows();
    let rows: Vec<Value> = rows.into_iter().map(Value::Object).collect();
    assert_eq!(
        rows,
        [
            json!({"Name": "a", "GlobalPrevalence": 7, "Signer": "One"}),
            json!({"Name": "b", "GlobalPrevalence": 9, "Signer": "Two"}),
            json!({"Name": "c", "GlobalPrevalence": null, "Signer": ""}),
            json!({"Name": "d", "GlobalPrevalence": null, "Signer": ""})
        ]
    );
}

fn all(text: &str, more: &[&str]) -> Vec<Value> {
    let rows = query(text, more).exits(0).rows();
    rows.into_iter().map(Value::Object).collect()
}

#[test]
fn devices_are_found_by_the_addresses_they_had() {
    let folder = tempfile::tempdir().unwrap();
    let table = "IP,DeviceId,Timestamp\n\
        10.0.0.1,old,2026-01-01\n10.0.0.1,new,2026-02-01\n10.0.0.1,later,2026-03-01\n\
        10.0.0.2,one,2026-01-01\n10.0.0.2,two,2026-01-01\n10.0.0.3,,2026-01-01\n";
    let given = format!("DeviceFromIP={}", write(folder.path(), "ips.csv", table));
    let options = ["--enrichment", &given, "--as-of", "2026-02-10"];
    let text = "datatable(IP: string, At: datetime)['10.0.0.1', datetime(2026-01-15), '10.0.0.1', datetime(2026-01-16),\n\
        '10.0.0.2', datetime(2026-01-01), '10.0.0.2', datetime(2025-12-31), '10.0.0.3', datetime(2026-02-01), '', datetime(2026-02-01)]\n";
    let found = |call: &str| {
        let query = format!("{text}| invoke {call} | sort by IP asc, DeviceId asc");
        let rows = all(&query, &options);
        let pair = |row: &Value| {
            assert_eq!(row.as_object().unwrap().len(), 2, "{row}");
            format!(
                "{}={}",
                row["IP"].as_str().unwrap(),
                row["DeviceId"].as_str().unwrap()
            )
        };
        rows.iter().map(pair).collect::<Vec<_>>()
    };
    // The latest that was known as of then.
    assert_eq!(
        found("DeviceFromIP()"),
        ["10.0.0.1=new", "10.0.0.2=one", "10.0.0.2=two"]
    );
    assert_eq!(
        found("DeviceFromIP(IP, At)"),
        ["10.0.0.1=old", "10.0.0.2=one", "10.0.0.2=two"]
    );
    assert_eq!(
        found("DeviceFromIP('IP', datetime(2025-01-01))"),
        Vec::<String>::new()
    );
    let timeless = "IP,DeviceId\n10.0.0.1,a\n10.0.0.1,b\n";
    let given = format!(
        "DeviceFromIP={}",
        write(folder.path(), "timeless.csv", timeless)
    );
    let counted = format!("{text}| invoke DeviceFromIP() | summarize Hits = count()");
    assert_eq!(hits(query(&counted, &["--enrichment", &given])), 2);
    let refused = query(&counted, &[]).exits(1);
    assert!(
        refused.stderr.contains("--enrichment DeviceFromIP=FILE"),
        "{}",
        refused.stderr
    );
    let bad = query(
        "print Address = '10.0.0.1' | invoke DeviceFromIP()",
        &options,
    )
    .exits(1);
    assert!(bad.stderr.contains("`IP`"), "{}", bad.stderr);
}

#[test]
fn addresses_are_those_that_a_device_had_last() {
    let folder = tempfile::tempdir().unwrap();
    let table = "DeviceId,DeviceName,Timestamp,IPAddress,IPType,NetworkAdapterType,ConnectedNetworks\n\
        d1,ws-1,2026-01-01,10.0.0.1,Private,6,\nd1,ws-1,2026-02-01,10.0.0.2,Private,6,\"[{\"\"Name\"\":\"\"n\"\"}]\"\n\
        d1,ws-1,2026-02-01,10.0.0.3,Private,71,\nd2,ws-2,2026-02-01,10.0.0.4,Private,6,\n";
    let given = format!(
        "AssignedIPAddresses={}",
        write(folder.path(), "assigned.csv", table)
    );
    let options = ["--enrichment", &given, "--as-of", "2026-02-10"];
    let addresses = |text: &str| {
        let rows = all(
            &format!("{text} | project IPAddress | sort by IPAddress asc"),
            &options,
        );
        let address = |row: &Value| row["IPAddress"].as_str().unwrap().to_owned();
        rows.iter().map(address).collect::<Vec<_>>()
    };
    assert_eq!(
        addresses("AssignedIPAddresses('WS-1')"),
        ["10.0.0.2", "10.0.0.3"]
    );
    let named = "let DeviceName = 'ws-1';\nlet Found = AssignedIPAddresses(DeviceName, datetime(2026-01-31));\nFound";
    assert_eq!(addresses(named), ["10.0.0.1"]);
    assert_eq!(
        addresses("AssignedIPAddresses('d1', ago(60d))"),
        Vec::<String>::new()
    );
    let whole = all(
        "AssignedIPAddresses('d1') | where IPAddress == '10.0.0.2'",
        &options,
    );
    assert_eq!(
        whole,
        [json!({
            "Timestamp": "2026-02-01T00:00:00.0000000Z",
            "IPAddress": "10.0.0.2",
            "IPType": "Private",
            "NetworkAdapterType": 6,
            "ConnectedNetworks": "[{\"Name\":\"n\"}]"
        })]
    );
}

#[test]
fn a_device_has_those_that_have_seen_it() {
    let folder = tempfile::tempdir().unwrap();
    let table = "DeviceId,SeenBy\nD1,b\nd1,a\nd2,\n";
    let given = format!("SeenBy={}", write(folder.path(), "seen.csv", table));
    let options = ["--enrichment", &given];
    let text = "datatable(DeviceId: string, Name: string)['d1', 'x', 'd2', 'y', 'd3', 'z'] | invoke SeenBy()";
    let rows = all(
        &format!("{text} | extend SeenBy = array_sort_asc(SeenBy) | sort by DeviceId asc"),
        &options,
    );
    assert_eq!(
        rows,
        [
            json!({"DeviceId": "d1", "Name": "x", "SeenBy": ["a", "b"]}),
            json!({"DeviceId": "d2", "Name": "y", "SeenBy": null}),
            json!({"DeviceId": "d3", "Name": "z", "SeenBy": null})
        ]
    );
    let by_argument = "print Id = 'd1' | invoke SeenBy(Id) | mv-expand SeenBy to typeof(string) | summarize Hits = count()";
    assert_eq!(hits(query(by_argument, &options)), 2);
}

/// The hunt of a rule over the sample, with a job file that names the list.
fn job(folder: &Path, rules: &str, list: &str) -> PathBuf {
    let text = format!(
        "lake: {LAKE}\noutput: out\nrules: [{rules}]\nwindows: {{from: 2026-01-01, to: 2026-01-13, every: 6d}}\n\
         external: {{'https://lists.example/a.csv': {list}}}\n"
    );
    write(folder, "hunt.yaml", &text).into()
}

#[test]
fn a_list_is_one_of_a_windows_inputs() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "list.csv", "domain,note\nkaseya.net,\n");
    let rules = rule(folder.path(), "listed", "", LISTED);
    let job = job(folder.path(), &rules, "list.csv");
    let hunt = |more: &[&str]| {
        let mut all = vec!["hunt", job.to_str().unwrap(), "--format", "json"];
        all.extend(more);
        counts(&retrohunt(all, &[]).exits(0))
    };
    assert_eq!(hunt(&[])["run"], 2);
    assert_eq!(hunt(&[])["current"], 2);
    write(folder.path(), "list.csv", "domain,note\nkaseya.com,\n");
    assert_eq!(hunt(&["--refresh"])["run"], 2);
}

#[test]
fn columns_are_found_in_the_lake() {
    let text = "DeviceNetworkEvents\n| where RemoteUrl has 'kaseya.net'\n\
        | extend Bag = bag_pack('Url', RemoteUrl, 'Port', RemotePort)\n| project DeviceName, Bag\n\
        | evaluate bag_unpack(Bag)\n| summarize Hits = count() by Url, Port";
    let plain = "DeviceNetworkEvents\n| where RemoteUrl has 'kaseya.net'\n\
        | summarize Hits = count() by Url = RemoteUrl, Port = tolong(RemotePort)";
    let found = query(text, &[]).exits(0).rows();
    assert!(!found.is_empty());
    assert_eq!(found, query(plain, &[]).exits(0).rows());
    let pivot = "DeviceNetworkEvents | where RemoteUrl has 'kaseya.net' | evaluate pivot(RemoteUrl, count(), DeviceName)";
    let rows = query(pivot, &[]).exits(0).rows();
    let cells = rows.iter().flat_map(|row| row.values());
    let sum: i64 = cells.filter_map(Value::as_i64).sum();
    let all = "DeviceNetworkEvents | where RemoteUrl has 'kaseya.net' | summarize Hits = count()";
    assert_eq!(sum, hits(query(all, &[])));
}

#[test]
fn a_column_that_no_event_has_is_null_and_warned_of() {
    let text = "DeviceNetworkEvents | where RemoteUrl has 'nowhere.example'\n\
        | extend Bag = bag_pack('Url', RemoteUrl)\n| evaluate bag_unpack(Bag)\n| project DeviceName, Port";
    let ran = query(text, &[]).exits(0);
    assert!(ran.rows().is_empty());
    assert!(ran.stderr.contains("`Port`"), "{}", ran.stderr);
}

#[test]
fn windows_refuse_columns_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let text = "DeviceNetworkEvents | where RemoteUrl has 'kaseya.net' | project DeviceName, RemoteUrl\n\
        | evaluate pivot(RemoteUrl)";
    let path = rule(folder.path(), "pivot", "", text);
    let out = folder.path().join("out");
    let hunt = |path: &str| {
        let all = [
            "hunt",
            path,
            "--lake",
            LAKE,
            "--out",
            out.to_str().unwrap(),
            "--from",
            "2026-01-01",
            "--to",
            "2026-01-13",
            "--every",
            "6d",
            "--format",
            "json",
        ];
        retrohunt(all, &[])
    };
    let refused = hunt(&path).exits(1);
    assert!(refused.stderr.contains("KQL408"), "{}", refused.stderr);
    let named = format!("{text} : (DeviceName: string, ['vsa.kaseya.net']: long)");
    let path = rule(folder.path(), "named", "", &named);
    assert_eq!(counts(&hunt(&path).exits(0))["run"], 2);
    // The rule alone has one window.
    let ran = [
        "run",
        &path,
        "--lake",
        LAKE,
        "--as-of",
        "2026-01-08",
        "--format",
        "ndjson",
    ];
    retrohunt(ran, &[]).exits(0);
    assert_ne!(path, RULE);
}

#[test]
fn an_address_is_where_the_database_says() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.mmdb");
    let place = ["Austria", "Tyrol", "Imst"];
    std::fs::write(
        &file,
        mmdb::database([192, 0, 2, 0], 24, place, [47.25, 10.75]),
    )
    .unwrap();
    let text = "datatable(Ip: string)['192.0.2.7', '192.0.3.7', 'no address', '']\n\
        | extend Place = geo_info_from_ip_address(Ip)\n\
        | project Ip, Place, Country = tostring(Place.country)";
    let given = ["--geoip", file.to_str().unwrap()];
    let rows = query(text, &given).exits(0).rows();
    let rows: Vec<Value> = rows.into_iter().map(Value::Object).collect();
    let nowhere = |ip: &str| json!({"Ip": ip, "Place": null, "Country": ""});
    assert_eq!(
        rows,
        [
            json!({
                "Ip": "192.0.2.7",
                "Place": {"country": "Austria", "state": "Tyrol", "city": "Imst", "latitude": 47.25, "longitude": 10.75},
                "Country": "Austria"
            }),
            nowhere("192.0.3.7"),
            nowhere("no address"),
            nowhere("")
        ]
    );
    let constant = "print geo_info_from_ip_address('192.0.2.7').city";
    assert!(query(constant, &given).exits(0).stdout.contains("Imst"));
    let refused = query(constant, &[]).exits(1);
    assert!(
        refused.stderr.contains("--geoip FILE"),
        "{}",
        refused.stderr
    );
    let broken = write(folder.path(), "broken.mmdb", "nothing");
    assert!(
        query(constant, &["--geoip", &broken])
            .exits(3)
            .stderr
            .contains("broken.mmdb")
    );
}

#[test]
fn a_user_agent_is_what_the_list_says() {
    let folder = tempfile::tempdir().unwrap();
    let list = "user_agent_parsers:\n  - regex: '(AdobeAIR)/(\\d+)\\.(\\d+)\\.(\\d+)'\nos_parsers: []\ndevice_parsers: []\n";
    let file = write(folder.path(), "regexes.yaml", list);
    let text = "datatable(Agent: string)['x AdobeAIR/2.5.1', 'y']\n\
        | extend Parsed = parse_user_agent(Agent, dynamic(['browser', 'device']))\n\
        | project Family = tostring(Parsed.Browser.Family), Patch = toint(Parsed.Browser.Patch), Device = tostring(Parsed.Device.Family)";
    assert_eq!(
        all(text, &["--user-agents", &file]),
        [
            json!({"Family": "AdobeAIR", "Patch": 1, "Device": "Other"}),
            json!({"Family": "Other", "Patch": null, "Device": "Other"})
        ]
    );
    let refused = query(text, &[]).exits(1);
    assert!(
        refused.stderr.contains("--user-agents FILE"),
        "{}",
        refused.stderr
    );
    let broken = write(folder.path(), "broken.yaml", "user_agent_parsers: 3\n");
    let fault = query(text, &["--user-agents", &broken]).exits(3);
    assert!(fault.stderr.contains("broken.yaml"), "{}", fault.stderr);
}
