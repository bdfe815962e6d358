//! `parse_user_agent`: what a user agent names, by the list of the project uap-core.
//!
//! In: user agents, and what is looked for: `browser`, `os`, `device`, or an array of them. Out: a bag with
//! `Browser`, `OperatingSystem` and `Device`, their versions as texts, `""` what is not known; `Other` what the
//! list does not know; null where nothing is looked for that there is. Source: "parse_user_agent()" of Microsoft's
//! reference, the specification of uap-core.

use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use arrow::array::{Array, ArrayRef, AsArray, StringViewBuilder};
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use serde_json::{Map, Value, json};
use ua_parser::{Extractor, Regexes};

use super::file::SourceFile;
use crate::engine::EngineError;
use crate::functions::{USER_AGENT_UDF, udf::row_wise};
use crate::symbols::ScalarType;
use crate::symbols::arrow::data_type;

/// The function over this list.
pub(in crate::engine) fn udf(path: &Path) -> std::result::Result<ScalarUDF, EngineError> {
    let file = SourceFile::local(path);
    let text = String::from_utf8(file.bytes()?).map_err(|e| file.fault(e))?;
    let list: Regexes<'static> = serde_yaml::from_str(&text).map_err(|e| file.fault(e))?;
    let types = [ScalarType::String, ScalarType::Dynamic].map(data_type);
    Ok(ScalarUDF::new_from_impl(UserAgents {
        list: Arc::new(List {
            read: Mutex::new(Some(list)),
            ready: OnceLock::new(),
        }),
        signature: Signature::exact(types.to_vec(), Volatility::Immutable),
    }))
}

/// The list, made ready when it is first asked: it has thousands of patterns.
struct List {
    read: Mutex<Option<Regexes<'static>>>,
    ready: OnceLock<std::result::Result<Extractor<'static>, String>>,
}

impl List {
    fn extractor(&self) -> Result<&Extractor<'static>> {
        let ready = self.ready.get_or_init(|| {
            let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
            match read.take() {
                Some(list) => Extractor::try_from(list).map_err(|e| e.to_string()),
                None => Err("it is gone".to_owned()),
            }
        });
        match ready {
            Ok(extractor) => Ok(extractor),
            Err(why) => exec_err!("the list of user agents cannot be used: {why}"),
        }
    }
}

struct UserAgents {
    list: Arc<List>,
    signature: Signature,
}

impl fmt::Debug for UserAgents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(USER_AGENT_UDF)
    }
}

// An engine has one list.
impl PartialEq for UserAgents {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.list, &other.list)
    }
}

impl Eq for UserAgents {}

impl Hash for UserAgents {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.list).hash(state);
    }
}

impl ScalarUDFImpl for UserAgents {
    fn name(&self) -> &str {
        USER_AGENT_UDF
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(data_type(ScalarType::Dynamic))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let extractor = self.list.extractor()?;
        row_wise(&args.args, args.number_rows, |arrays| {
            Ok(described(extractor, arrays))
        })
    }
}

fn described(extractor: &Extractor<'_>, arrays: &[ArrayRef]) -> ArrayRef {
    let (agents, wanted) = (arrays[0].as_string_view(), arrays[1].as_string_view());
    let mut bags = StringViewBuilder::with_capacity(agents.len());
    // The same few agents come again and again.
    let mut known: HashMap<(&str, &str), Option<String>> = HashMap::new();
    for row in 0..agents.len() {
        if agents.is_null(row) || wanted.is_null(row) {
            bags.append_null();
            continue;
        }
        let key = (agents.value(row), wanted.value(row));
        let bag = known
            .entry(key)
            .or_insert_with(|| Wanted::of(key.1).bag(extractor, key.0));
        bags.append_option(bag.as_deref());
    }
    Arc::new(bags.finish())
}

/// What is looked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wanted {
    browser: bool,
    system: bool,
    device: bool,
}

impl Wanted {
    /// From JSON: a text or an array of texts.
    fn of(text: &str) -> Self {
        let mut wanted = Self::default();
        let names = match serde_json::from_str(text) {
            Ok(Value::Array(names)) => names,
            Ok(name) => vec![name],
            Err(_) => Vec::new(),
        };
        for name in names.iter().filter_map(Value::as_str) {
            match name.to_ascii_lowercase().as_str() {
                "browser" => wanted.browser = true,
                "os" => wanted.system = true,
                "device" => wanted.device = true,
                _ => {}
            }
        }
        wanted
    }

    fn bag(&self, extractor: &Extractor<'_>, agent: &str) -> Option<String> {
        let mut bag = Map::new();
        let text = |part: Option<&str>| Value::from(part.unwrap_or_default());
        if self.browser {
            let found = extractor.ua.extract(agent);
            let part = |of: fn(&ua_parser::user_agent::ValueRef<'_>) -> Option<String>| {
                text(found.as_ref().and_then(of).as_deref())
            };
            let browser = json!({
                "Family": found.as_ref().map_or("Other", |v| &v.family),
                "MajorVersion": part(|v| v.major.map(str::to_owned)),
                "MinorVersion": part(|v| v.minor.map(str::to_owned)),
                "Patch": part(|v| v.patch.map(str::to_owned)),
            });
            bag.insert("Browser".to_owned(), browser);
        }
        if self.system {
            let found = extractor.os.extract(agent);
            let found = found.as_ref();
            let system = json!({
                "Family": found.map_or("Other", |v| &v.os),
                "MajorVersion": text(found.and_then(|v| v.major.as_deref())),
                "MinorVersion": text(found.and_then(|v| v.minor.as_deref())),
                "Patch": text(found.and_then(|v| v.patch.as_deref())),
                "PatchMinor": text(found.and_then(|v| v.patch_minor.as_deref())),
            });
            bag.insert("OperatingSystem".to_owned(), system);
        }
        if self.device {
            let found = extractor.dev.extract(agent);
            let found = found.as_ref();
            let device = json!({
                "Family": found.map_or("Other", |v| &v.device),
                "Brand": text(found.and_then(|v| v.brand.as_deref())),
                "Model": text(found.and_then(|v| v.model.as_deref())),
            });
            bag.insert("Device".to_owned(), device);
        }
        (!bag.is_empty()).then(|| Value::Object(bag).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Patterns of the kinds that the list has, made up for this test.
    const LIST: &str = r"
user_agent_parsers:
  - regex: '(Surf)/(\d+)\.(\d+)(?:\.(\d+)|)'
  - regex: '(Old)Browser'
    family_replacement: '$1 one'
    v1_replacement: '3'
os_parsers:
  - regex: '(SomeOS) (\d+)_(\d+)'
    os_replacement: 'Some OS'
device_parsers:
  - regex: 'Box-([A-Z]\d+)'
    device_replacement: 'Box $1'
    brand_replacement: 'Boxes'
    model_replacement: '$1'
";

    fn bag(agent: &str, wanted: &str) -> Value {
        let list: Regexes<'static> = serde_yaml::from_str(LIST).unwrap();
        let extractor = Extractor::try_from(list).unwrap();
        let text = Wanted::of(wanted).bag(&extractor, agent);
        text.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn what_is_looked_for_is_named() {
        let agent = "Mozilla/5.0 (SomeOS 9_2; Box-N81) Surf/2.5.1";
        let browser =
            json!({"Family": "Surf", "MajorVersion": "2", "MinorVersion": "5", "Patch": "1"});
        assert_eq!(bag(agent, "\"browser\""), json!({ "Browser": browser }));
        let system = json!({
            "Family": "Some OS", "MajorVersion": "9", "MinorVersion": "2", "Patch": "", "PatchMinor": ""
        });
        let device = json!({"Family": "Box N81", "Brand": "Boxes", "Model": "N81"});
        assert_eq!(
            bag(agent, "[\"Device\", \"browser\", \"os\"]"),
            json!({"Browser": browser, "OperatingSystem": system, "Device": device})
        );
        let old =
            json!({"Family": "Old one", "MajorVersion": "3", "MinorVersion": "", "Patch": ""});
        assert_eq!(bag("OldBrowser", "\"browser\"")["Browser"], old);
        let none = json!({"Family": "Other", "Brand": "", "Model": ""});
        assert_eq!(bag("", "\"device\""), json!({ "Device": none }));
        assert_eq!(bag(agent, "\"engine\""), Value::Null);
        assert_eq!(bag(agent, "7"), Value::Null);
    }
}
