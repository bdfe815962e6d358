//! The answers of all examples, from one run of `retrohunt query --batch`.
//!
//! In: the examples of functions and of operators. Out: each query's answer, as Markdown or as its fault.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use retrohunt::functions::{aggregate, scalar};
use serde_json::{Value, json};

use super::operators;
use crate::command::retrohunt_with;
use crate::mmdb;

/// What `now()` is in the examples.
const AS_OF: &str = "2025-11-29T08:00:00Z";

/// What lies outside the lake in the examples: each option's name, what it stands for, and the file's text.
const OUTSIDE: &[(&str, &str, &str)] = &[
    (
        "--external",
        "https://lists.example/names.csv",
        "eve\nmallory\n",
    ),
    ("--watchlist", "VIP", "SearchKey,Owner\nws-1,eve\n"),
    (
        "--enrichment",
        "FileProfile",
        "SHA1,GlobalPrevalence,Signer\nda39a3ee5e6b4b0d3255bfef95601890afd80709,1000,Example\n",
    ),
    (
        "--enrichment",
        "DeviceFromIP",
        "IP,DeviceId,Timestamp\n10.0.0.1,ws-1,2025-11-01\n",
    ),
    (
        "--enrichment",
        "AssignedIPAddresses",
        "DeviceName,Timestamp,IPAddress,IPType,NetworkAdapterType\nws-1,2025-11-01,10.0.0.1,Private,6\n",
    ),
    ("--enrichment", "SeenBy", "DeviceId,SeenBy\nd-1,d-7\n"),
];

/// A list of user agents in the form of uap-core's.
const USER_AGENTS: &str = "user_agent_parsers:\n  - regex: '(AdobeAIR)/(\\d+)\\.(\\d+)\\.(\\d+)'\nos_parsers: []\ndevice_parsers: []\n";

/// Each query with the answer's object.
pub struct Answers(BTreeMap<String, Value>);

impl Answers {
    /// Those of every example; the program is run once for all tests.
    pub fn of_all() -> &'static Self {
        static ALL: OnceLock<Answers> = OnceLock::new();
        ALL.get_or_init(Self::run)
    }

    fn run() -> Self {
        let mut queries: Vec<&str> = Vec::new();
        queries.extend(
            scalar::all()
                .iter()
                .flat_map(|f| f.examples())
                .map(|e| e.kql),
        );
        queries.extend(
            aggregate::all()
                .iter()
                .flat_map(|f| f.examples())
                .map(|e| e.kql),
        );
        queries.extend(
            operators::EXAMPLES
                .iter()
                .flat_map(|list| list.iter())
                .map(|e| e.kql),
        );
        queries.sort_unstable();
        queries.dedup();
        let cases: String = queries
            .iter()
            .map(|query| json!({"id": query, "query": query}).to_string() + "\n")
            .collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cases.jsonl");
        std::fs::write(&path, cases).unwrap();
        let mut arguments: Vec<String> = ["query", "--as-of", AS_OF, "--batch"]
            .map(str::to_owned)
            .to_vec();
        arguments.push(path.display().to_string());
        for (number, (option, name, text)) in OUTSIDE.iter().enumerate() {
            let file = folder.path().join(format!("{number}.csv"));
            std::fs::write(&file, text).unwrap();
            arguments.push((*option).to_owned());
            arguments.push(format!("{name}={}", file.display()));
        }
        let places = folder.path().join("places.mmdb");
        let place = ["Austria", "Tyrol", "Imst"];
        let database = mmdb::database([192, 0, 2, 0], 24, place, [47.25, 10.75]);
        std::fs::write(&places, database).unwrap();
        arguments.extend(["--geoip".to_owned(), places.display().to_string()]);
        let agents = folder.path().join("regexes.yaml");
        std::fs::write(&agents, USER_AGENTS).unwrap();
        arguments.extend(["--user-agents".to_owned(), agents.display().to_string()]);
        let outcome = retrohunt_with(arguments.iter().map(String::as_str), &[], "").exits(0);
        let answers: BTreeMap<_, _> = outcome
            .rows()
            .into_iter()
            .map(|mut answer| {
                let id = answer.remove("id").unwrap();
                (id.as_str().unwrap().to_owned(), Value::Object(answer))
            })
            .collect();
        assert_eq!(answers.len(), queries.len(), "{}", outcome.stderr);
        Self(answers)
    }

    /// The rows of a query, where it ran.
    pub fn rows(&self, query: &str) -> Option<&Value> {
        self.0[query].get("rows")
    }

    /// The code of a query's fault, where it has one.
    pub fn code(&self, query: &str) -> Option<&str> {
        self.0[query]["code"].as_str()
    }

    /// Why a query did not run.
    pub fn fault(&self, query: &str) -> &str {
        self.0[query]["error"].as_str().unwrap_or_default()
    }

    /// The query and its answer as Markdown.
    pub fn show(&self, query: &str) -> String {
        format!("```kql\n{query}\n```\n\n{}", self.table(query))
    }

    /// The answer as a table; JSON in its cells.
    fn table(&self, query: &str) -> String {
        let answer = &self.0[query];
        let Some(rows) = answer["rows"].as_array() else {
            return format!("{}: {}\n", answer["code"], self.fault(query));
        };
        let columns = answer["columns"].as_array().unwrap();
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let heads = columns.iter().map(|column| {
            let (name, ty) = (&column["name"], &column["type"]);
            escaped(&format!(
                "{}: {}",
                name.as_str().unwrap(),
                ty.as_str().unwrap()
            ))
        });
        let mut text = line(heads.collect());
        text.push_str(&line(columns.iter().map(|_| "---".to_owned()).collect()));
        for row in rows {
            let cells = row.as_array().unwrap().iter();
            text.push_str(&line(
                cells.map(|cell| escaped(&cell.to_string())).collect(),
            ));
        }
        text
    }
}

/// Text in a cell of a table.
pub fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('|', "\\|")
        .replace('*', "\\*")
        .replace('<', "&lt;")
        .replace('\n', " ")
}
