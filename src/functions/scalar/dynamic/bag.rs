//! Property bags: keys, merging, removing; `treepath`.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{array, dynamic_function};
use crate::functions::json::{self, Bag, Kind, Node, Step, Steps};
use crate::functions::scalar::conversion::dynamic::to_string;
use crate::functions::scalar::definition::Udf;
use crate::functions::scalar::rows::{Bool, Text, map_all, map1, map2, map2_nullable};
use crate::functions::{Accepts, Parameter, ScalarFunction};
use crate::symbols::ScalarType as Ty;

pub(super) fn all() -> Vec<&'static dyn ScalarFunction> {
    vec![
        &BAG_KEYS,
        &BAG_HAS_KEY,
        &BAG_MERGE,
        &BAG_REMOVE_KEYS,
        &BAG_SET_KEY,
        &BAG_ZIP,
        &TREEPATH,
    ]
}

const DYNAMIC: Accepts = Accepts::Exactly(Ty::Dynamic);
const STRING: Accepts = Accepts::Exactly(Ty::String);

fn bag(text: &str) -> Option<Node<'_>> {
    let node = json::trusted(text);
    (node.kind() == Kind::Object).then_some(node)
}

/// The content of a key's raw text.
fn content(key: &str) -> Cow<'_, str> {
    json::trusted(key).string().unwrap_or_default()
}

/// A key's path: a JSONPath where it begins with `$.` or `$[`, else the key itself.
fn path_of(key: &str) -> Option<Steps> {
    if key.starts_with("$.") || key.starts_with("$[") {
        return Steps::from_json_path(key);
    }
    Some(Steps(vec![Step::Member(key.to_owned())]))
}

fn keys(text: &str) -> Option<String> {
    let keys = bag(text)?.members().map(|(key, _)| key);
    Some(keys.collect::<json::Array>().finish())
}

dynamic_function!(
    BAG_KEYS,
    "bag_keys",
    &[],
    [Parameter::new("bag", DYNAMIC)],
    0,
    Udf::new("kql_bag_keys", &[Ty::Dynamic], Ty::Dynamic, |a, n| {
        map1::<Text, Text>(a, n, keys)
    }),
    "The keys of a bag; null for what is none.",
    "print bag_keys(dynamic({\"a\": 1, \"b\": 2})), bag_keys(dynamic([]))",
    r#"[[["a", "b"], null]]"#
);

/// Keys without a value get null, values without a key and keys that are no strings are left out.
fn zip(keys: &str, values: &str) -> Option<String> {
    let (keys, values) = (array(keys)?, array(values).unwrap_or_default());
    let mut out = Bag::default();
    for (index, key) in keys.iter().enumerate() {
        let value = values.get(index).map_or("null", |node| node.text());
        if let Some(key) = key.string() {
            out.push(&key, &json::compact(value));
        }
    }
    Some(out.finish())
}

dynamic_function!(
    BAG_ZIP,
    "bag_zip",
    &[],
    [
        Parameter::new("keys", DYNAMIC),
        Parameter::new("values", DYNAMIC)
    ],
    0,
    Udf::new(
        "kql_bag_zip",
        &[Ty::Dynamic, Ty::Dynamic],
        Ty::Dynamic,
        |a, n| {
            map2_nullable::<Text, Text, Text>(a, n, |keys, values| {
                zip(keys?, values.unwrap_or("null"))
            })
        }
    ),
    "A bag of an array's keys with another one's values; a key that is no string is left out.",
    "print bag_zip(dynamic([\"a\", \"b\"]), dynamic([1, \"x\", 3])), bag_zip(dynamic([\"a\", 8, \"b\"]), dynamic([1, 2, 3])), bag_zip(dynamic([\"a\"]), dynamic(1)), bag_zip(dynamic(\"a\"), dynamic([1]))",
    r#"[[{"a": 1, "b": "x"}, {"a": 1, "b": 3}, {"a": null}, null]]"#
);

/// A path into an array leads to no key: the reference says that it is not supported.
fn has_key(text: &str, key: &str) -> Option<bool> {
    let path = path_of(key)?;
    let keys = path.0.iter().all(|step| matches!(step, Step::Member(_)));
    Some(keys && path.walk(bag(text)?).is_some())
}

dynamic_function!(
    BAG_HAS_KEY,
    "bag_has_key",
    &[],
    [
        Parameter::new("bag", DYNAMIC),
        Parameter::new("key", STRING)
    ],
    0,
    Udf::new(
        "kql_bag_has_key",
        &[Ty::Dynamic, Ty::String],
        Ty::Bool,
        |a, n| { map2::<Text, Text, Bool>(a, n, has_key) }
    ),
    "Whether a bag has a key, which may be a JSONPath.",
    "print bag_has_key(dynamic({\"a\": {\"b\": 1}}), \"$.a.b\"), bag_has_key(dynamic({}), \"a\")",
    "[[true, false]]"
);

/// The first value of a key counts; what is no bag is left out.
fn merge(bags: &[Option<&str>]) -> Option<String> {
    let bags: Vec<_> = bags.iter().flatten().filter_map(|text| bag(text)).collect();
    if bags.is_empty() {
        return None;
    }
    let mut seen = HashSet::new();
    let mut out = Bag::default();
    for (key, value) in bags.iter().flat_map(|bag| bag.members()) {
        if seen.insert(content(key)) {
            out.push_raw(key, &json::compact(value.text()));
        }
    }
    Some(out.finish())
}

dynamic_function!(
    BAG_MERGE,
    "bag_merge",
    &[],
    [
        Parameter::new("first", DYNAMIC),
        Parameter::new("next", DYNAMIC)
    ],
    1,
    Udf::new("kql_bag_merge", &[Ty::Dynamic], Ty::Dynamic, |a, n| {
        map_all::<Text, Text>(a, n, merge)
    })
    .variadic(),
    "One bag of several; the first value of a key counts.",
    "print bag_merge(dynamic({\"a\": 1, \"b\": 2}), dynamic({\"a\": 3, \"c\": 4}))",
    r#"[[{"a": 1, "b": 2, "c": 4}]]"#
);

/// The value without what the paths lead to. The depth is that of the longest path.
fn without(node: Node, paths: &[&[Step]]) -> String {
    if node.kind() != Kind::Object {
        return json::compact(node.text()).into_owned();
    }
    let mut out = Bag::default();
    for (key, value) in node.members() {
        let name = content(key);
        let below: Vec<&[Step]> = paths
            .iter()
            .filter_map(|path| match path.split_first() {
                Some((Step::Member(member), rest)) if *member == name => Some(rest),
                Some((Step::Member(_) | Step::Element(_), _)) | None => None,
            })
            .collect();
        if below.iter().any(|rest| rest.is_empty()) {
            continue;
        }
        if below.is_empty() {
            out.push_raw(key, &json::compact(value.text()));
        } else {
            out.push_raw(key, &without(value, &below));
        }
    }
    out.finish()
}

fn remove(text: &str, keys: &str) -> Option<String> {
    let bag = bag(text)?;
    let paths: Vec<Steps> = array(keys)?
        .into_iter()
        .filter_map(|key| path_of(&to_string(key.text())))
        .collect();
    let paths: Vec<&[Step]> = paths.iter().map(|path| path.0.as_slice()).collect();
    Some(without(bag, &paths))
}

dynamic_function!(
    BAG_REMOVE_KEYS,
    "bag_remove_keys",
    &[],
    [
        Parameter::new("bag", DYNAMIC),
        Parameter::new("keys", DYNAMIC)
    ],
    0,
    Udf::new(
        "kql_bag_remove_keys",
        &[Ty::Dynamic, Ty::Dynamic],
        Ty::Dynamic,
        |a, n| { map2::<Text, Text, Text>(a, n, remove) }
    ),
    "A bag without some keys, which may be JSONPaths.",
    "print bag_remove_keys(dynamic({\"a\": 1, \"b\": {\"c\": 2, \"d\": 3}}), dynamic([\"a\", \"$.b.c\"]))",
    r#"[[{"b": {"d": 3}}]]"#
);

/// The value with another one at the end of a path of members; None where an element is on the way.
fn with(node: Option<Node>, path: &[Step], value: &str) -> Option<String> {
    let Some((Step::Member(name), rest)) = path.split_first() else {
        return path.is_empty().then(|| value.to_owned());
    };
    let mut out = Bag::default();
    let mut found = false;
    for (key, old) in node.into_iter().flat_map(Node::members) {
        if content(key) == *name {
            found = true;
            out.push_raw(key, &with(Some(old), rest, value)?);
        } else {
            out.push_raw(key, &json::compact(old.text()));
        }
    }
    if !found {
        out.push(name, &with(None, rest, value)?);
    }
    Some(out.finish())
}

dynamic_function!(
    BAG_SET_KEY,
    "bag_set_key",
    &[],
    [
        Parameter::new("bag", DYNAMIC),
        Parameter::new("key", STRING),
        Parameter::new("value", Accepts::Any)
    ],
    0,
    Udf::new(
        "kql_bag_set_key",
        &[Ty::Dynamic, Ty::String, Ty::Dynamic],
        Ty::Dynamic,
        |a, n| {
            map_all::<Text, Text>(a, n, |given| {
                let [text, key, value] = *given else {
                    return None;
                };
                let value = value.unwrap_or("null");
                with(Some(bag(text?)?), &path_of(key?)?.0, &json::compact(value))
            })
        }
    ),
    "A bag with a key, which may be a JSONPath, set to a value.",
    "print bag_set_key(dynamic({\"a\": 1}), \"b\", 2)",
    r#"[[{"a": 1, "b": 2}]]"#
);

/// Deeper values are left out: the walk recurses.
const MAX_DEPTH: usize = 1_000;

fn paths(
    node: Node,
    prefix: &str,
    depth: usize,
    seen: &mut HashSet<String>,
    out: &mut json::Array,
) {
    if depth > MAX_DEPTH {
        return;
    }
    let mut add = |path: String, child: Node, seen: &mut HashSet<String>| {
        if seen.insert(path.clone()) {
            out.push_text(&path);
        }
        paths(child, &path, depth + 1, seen, out);
    };
    for (key, value) in node.members() {
        add(format!("{prefix}['{}']", content(key)), value, seen);
    }
    for element in node.elements() {
        add(format!("{prefix}[0]"), element, seen);
    }
}

fn tree(text: &str) -> Option<String> {
    let node = json::trusted(text);
    match node.kind() {
        Kind::Object | Kind::Array => {
            let mut out = json::Array::default();
            paths(node, "", 0, &mut HashSet::new(), &mut out);
            Some(out.finish())
        }
        Kind::Null | Kind::Bool | Kind::Number | Kind::String => None,
    }
}

dynamic_function!(
    TREEPATH,
    "treepath",
    &[],
    [Parameter::new("value", DYNAMIC)],
    0,
    Udf::new("kql_treepath", &[Ty::Dynamic], Ty::Dynamic, |a, n| {
        map1::<Text, Text>(a, n, tree)
    }),
    "All paths in a value; `[0]` stands for any element of an array.",
    "print treepath(dynamic({\"a\": {\"b\": 1}, \"c\": [1, 2]}))",
    r#"[[["['a']", "['a']['b']", "['c']", "['c'][0]"]]]"#
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merges_and_removes() {
        assert_eq!(
            merge(&[Some("{\"a\": [1]}"), None, Some("{\"a\":2,\"b\":9}")]).as_deref(),
            Some("{\"a\":[1],\"b\":9}")
        );
        assert_eq!(merge(&[None, Some("1")]), None);
        assert_eq!(
            remove("{\"a\":1,\"b\":{\"c\":2,\"d\":3}}", "[\"a\",\"$.b.c\"]").as_deref(),
            Some("{\"b\":{\"d\":3}}")
        );
    }

    #[test]
    fn keys_and_paths() {
        let bag = "{\"k\": {\"p\": [1, {\"q\": 2}]}}";
        assert_eq!(has_key(bag, "$.k.p"), Some(true));
        assert_eq!(has_key(bag, "$.k.p[1].q"), Some(false));
        assert_eq!(has_key(bag, "p"), Some(false));
        assert_eq!(has_key("[]", "p"), None);
        assert_eq!(
            tree(bag).as_deref(),
            Some(r#"["['k']","['k']['p']","['k']['p'][0]","['k']['p'][0]['q']"]"#)
        );
        let set = |key| with(super::bag(bag), &path_of(key).unwrap().0, "5");
        assert_eq!(set("$.k.p").as_deref(), Some("{\"k\":{\"p\":5}}"));
        assert_eq!(
            set("$.x.y").as_deref(),
            Some("{\"k\":{\"p\":[1,{\"q\":2}]},\"x\":{\"y\":5}}")
        );
        assert_eq!(set("$.k.p[0]"), None);
    }
}
