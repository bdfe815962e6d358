//! Paths into a value: `["a", 0, "b c", -1]`.

use super::{Kind, Node, parse};

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Member(String),
    /// From the end where negative.
    Element(i64),
}

/// A path.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Steps(pub Vec<Step>);

impl Steps {
    /// Reads a JSON array of member names and places.
    pub fn from_json(text: &str) -> Option<Self> {
        let node = parse(text)?;
        if node.kind() != Kind::Array {
            return None;
        }
        node.elements()
            .map(|step| match step.string() {
                Some(name) => Some(Step::Member(name.into_owned())),
                None => step.text().parse().ok().map(Step::Element),
            })
            .collect::<Option<Vec<_>>>()
            .map(Self)
    }

    /// Reads a JSONPath of members and places: `$.a.b[0]`, `$['a b'].c`, `a.b`.
    pub fn from_json_path(text: &str) -> Option<Self> {
        let mut rest = text.trim();
        rest = rest.strip_prefix('$').unwrap_or(rest);
        let mut steps = Vec::new();
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix('[') {
                let (step, after) = match inner.chars().next()? {
                    quote @ ('\'' | '"') => {
                        let (name, after) = inner[1..].split_once(quote)?;
                        (Step::Member(name.to_owned()), after.strip_prefix(']')?)
                    }
                    _ => {
                        let (index, after) = inner.split_once(']')?;
                        (Step::Element(index.trim().parse().ok()?), after)
                    }
                };
                steps.push(step);
                rest = after;
                continue;
            }
            rest = rest.strip_prefix('.').unwrap_or(rest);
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            if end == 0 {
                return None;
            }
            steps.push(Step::Member(rest[..end].to_owned()));
            rest = &rest[end..];
        }
        Some(Self(steps))
    }

    /// The value at the path's end; None where a step finds nothing.
    pub fn walk<'a>(&self, node: Node<'a>) -> Option<Node<'a>> {
        self.0.iter().try_fold(node, |node, step| match step {
            Step::Member(name) => node.member(name),
            Step::Element(index) => node.element(*index),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_members_and_places() {
        let node = parse(r#"{"a": {"b c": [10, 20, {"d": null}]}}"#).unwrap();
        let at = |steps: &str| {
            Steps::from_json(steps)
                .unwrap()
                .walk(node)
                .map(|n| n.text().to_owned())
        };
        assert_eq!(at(r#"["a","b c",0]"#).as_deref(), Some("10"));
        assert_eq!(at(r#"["a","b c",-2]"#).as_deref(), Some("20"));
        assert_eq!(at(r#"["a","b c",-4]"#), None);
        assert_eq!(at(r#"["a","b c",2,"d"]"#).as_deref(), Some("null"));
        assert_eq!(at(r#"["a",0]"#), None);
        assert_eq!(at(r#"["a","b c","x"]"#), None);
    }

    #[test]
    fn reads_json_path() {
        let expected = Steps(vec![
            Step::Member("a".into()),
            Step::Element(-1),
            Step::Member("b c".into()),
        ]);
        assert_eq!(Steps::from_json_path("$.a[-1]['b c']"), Some(expected));
        assert_eq!(Steps::from_json_path("$"), Some(Steps::default()));
        assert_eq!(Steps::from_json_path("$..a"), None);
        assert_eq!(Steps::from_json_path("$[*]"), None);
    }
}
