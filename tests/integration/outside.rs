//! What lies outside the lake: files that stand for URLs, watchlists and file profiles; and columns that only
//! the data tells.

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
