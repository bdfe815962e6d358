//! `parse_xml(text)`: an XML document as a dynamic.
//!
//! Attributes become members that begin with `@`; a text beside attributes or elements `#text`, where it
//! begins; elements of one name an array. A text that is no XML gives null.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::parse_function;
use crate::functions::json::{self, Bag};
use crate::functions::scalar::definition::Udf;
use crate::functions::scalar::rows::{Text, map1};
use crate::functions::{Accepts, Parameter};
use crate::symbols::ScalarType as Ty;

/// How deep elements may lie: no document of events comes near it.
const DEEPEST: usize = 256;

const TEXT: &str = "#text";

/// An element that is being read: its name, and its members in order, each with all its values. The text's
/// member has its place there from where the text begins; its value is `text`.
struct Element {
    name: String,
    members: Vec<(String, Vec<String>)>,
    text: String,
}

impl Element {
    fn new(name: String) -> Self {
        Self {
            name,
            members: Vec::new(),
            text: String::new(),
        }
    }

    fn add(&mut self, name: &str, json: String) {
        match self.members.iter_mut().find(|(known, _)| known == name) {
            Some((_, values)) => values.push(json),
            None => self.members.push((name.to_owned(), vec![json])),
        }
    }

    fn add_text(&mut self, text: &str) {
        self.text.push_str(text);
        if !text.trim().is_empty() && self.members.iter().all(|(name, _)| name != TEXT) {
            self.members.push((TEXT.to_owned(), Vec::new()));
        }
    }

    fn begun(start: &BytesStart) -> Option<Self> {
        let mut element = Self::new(std::str::from_utf8(start.name().as_ref()).ok()?.to_owned());
        for attribute in start.attributes() {
            let attribute = attribute.ok()?;
            let key = std::str::from_utf8(attribute.key.as_ref()).ok()?.to_owned();
            let value = attribute.unescape_value().ok()?;
            element.add(&format!("@{key}"), json::string_text(&value));
        }
        Some(element)
    }

    fn finish(self) -> String {
        let text = json::string_text(self.text.trim());
        match self.members.as_slice() {
            [] => return "null".to_owned(),
            [(name, _)] if name == TEXT => return text,
            _ => {}
        }
        let mut out = Bag::default();
        for (name, values) in &self.members {
            match values.as_slice() {
                [] => out.push(name, &text),
                [one] => out.push(name, one),
                several => out.push(name, &several.iter().collect::<json::Array>().finish()),
            }
        }
        out.finish()
    }
}

fn document(text: &str) -> Option<String> {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::new(String::new())];
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                if open.len() > DEEPEST {
                    return None;
                }
                open.push(Element::begun(&start)?);
            }
            Event::Empty(start) => {
                let element = Element::begun(&start)?;
                let name = element.name.clone();
                open.last_mut()?.add(&name, element.finish());
            }
            Event::End(_) => {
                let element = open.pop()?;
                let name = element.name.clone();
                open.last_mut()?.add(&name, element.finish());
            }
            Event::Text(content) => open.last_mut()?.add_text(&content.decode().ok()?),
            Event::CData(content) => open.last_mut()?.add_text(&content.decode().ok()?),
            Event::GeneralRef(name) => {
                let name = name.decode().ok()?;
                let resolved = quick_xml::escape::unescape(&format!("&{name};"))
                    .ok()?
                    .into_owned();
                open.last_mut()?.add_text(&resolved);
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            Event::Eof => break,
        }
    }
    let [root] = open.as_slice() else {
        return None;
    };
    if root.members.len() != 1 || !root.text.trim().is_empty() {
        return None;
    }
    open.pop().map(Element::finish)
}

parse_function!(
    PARSE_XML,
    "parse_xml",
    &[],
    [Parameter::new("xml", Accepts::Exactly(Ty::String))],
    Udf::new("kql_parse_xml", &[Ty::String], Ty::Dynamic, |a, n| {
        map1::<Text, Text>(a, n, document)
    }),
    "An XML document as a dynamic value.",
    "print parse_xml('<e>some <a>x</a> text</e>'), parse_xml('<Event id=\"7\"><Data Name=\"a\">x &amp; y</Data><Data>z</Data><None/></Event>'), parse_xml('no xml')",
    r##"[[{"e": {"#text": "some  text", "a": "x"}}, {"Event": {"@id": "7", "Data": [{"@Name": "a", "#text": "x & y"}, "z"], "None": null}}, null]]"##
);
