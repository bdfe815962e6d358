//! `buildschema`: the least schema that admits all values of a dynamic column.
//!
//! A schema is a type's name, an object of schemas (what stands in an array under `` `indexer` ``), or an array of
//! those where the values differ. Here types and keys stand by name; nulls add nothing, and of nothing else the
//! schema is null.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{ArrayRef, StringViewArray};
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_datafusion_err};
use datafusion::logical_expr::AggregateUDF;
use serde_json::Value as Json;

use super::cell::Column;
use super::definition::{Definition, Naming, dynamic};
use super::groups::{Groups, Kernel, Reader, Rows, write_text};
use super::udaf::{Shape, binary_state, udaf};
use crate::functions::json::push_string;
use crate::functions::{Accepts, Example, Parameter, Signature};
use crate::symbols::ScalarType;

pub static BUILDSCHEMA: Definition = Definition {
    name: "buildschema",
    aliases: &[],
    summary: "The least schema that admits all values.",
    examples: &[Example {
        kql: r#"datatable(v:dynamic)[dynamic({"x": 1}), dynamic({"x": "a", "y": [1, 2.5]})] | summarize buildschema(v)"#,
        rows: r#"[[{"x": ["long", "string"], "y": {"`indexer`": ["double", "long"]}}]]"#,
    }],
    signature: Signature::new(&[Parameter::new(
        "expr",
        Accepts::Exactly(ScalarType::Dynamic),
    )]),
    predicate: None,
    naming: Naming::Prefixed("schema"),
    types: dynamic,
    ordered: false,
    null_strings: true,
    sql: |call| Ok(call.aggregate("kql_buildschema", vec![call.sql(0)?])),
    udafs: &[kql_buildschema],
};

/// `kql_buildschema(x)`
fn kql_buildschema() -> AggregateUDF {
    udaf(Shape {
        name: "kql_buildschema",
        returns: |_| Ok(DataType::Utf8View),
        state: binary_state,
        create: |_| Ok(Box::new(Groups::new(BuildSchema))),
    })
}

#[derive(Debug)]
struct BuildSchema;

/// What is known of the values at one place.
#[derive(Debug, Default)]
struct Schema {
    scalars: BTreeSet<String>,
    /// Of objects, by key; also where the objects were empty.
    members: Option<BTreeMap<String, Schema>>,
    /// Of the elements of arrays.
    indexer: Option<Box<Schema>>,
}

impl Schema {
    /// Recursion is bounded by the JSON parser, which refuses more than 128 levels.
    fn add(&mut self, value: &Json) {
        let scalar = match value {
            Json::Null => return,
            Json::Bool(_) => "boolean",
            Json::Number(n) if n.is_i64() => "long",
            Json::Number(_) => "double",
            Json::String(_) => "string",
            Json::Array(items) => {
                let indexer = self.indexer.get_or_insert_default();
                return items.iter().for_each(|item| indexer.add(item));
            }
            Json::Object(members) => {
                let known = self.members.get_or_insert_default();
                for (key, value) in members {
                    known.entry(key.clone()).or_default().add(value);
                }
                return;
            }
        };
        self.scalars.insert(scalar.to_owned());
    }

    fn write(&self, out: &mut String) {
        let object = self.members.is_some() || self.indexer.is_some();
        let several = self.scalars.len() + usize::from(object) > 1;
        if several {
            out.push('[');
        }
        for (place, scalar) in self.scalars.iter().enumerate() {
            if place > 0 {
                out.push(',');
            }
            push_string(out, scalar);
        }
        if object || self.scalars.is_empty() {
            if !self.scalars.is_empty() {
                out.push(',');
            }
            self.write_object(out);
        }
        if several {
            out.push(']');
        }
    }

    fn write_object(&self, out: &mut String) {
        let members = self.members.iter().flatten();
        let members = members.map(|(key, schema)| (key.as_str(), schema));
        let indexer = self.indexer.iter().map(|schema| ("`indexer`", &**schema));
        out.push('{');
        for (place, (key, schema)) in members.chain(indexer).enumerate() {
            if place > 0 {
                out.push(',');
            }
            push_string(out, key);
            out.push(':');
            schema.write(out);
        }
        out.push('}');
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&(self.scalars.len() as u32).to_le_bytes());
        for scalar in &self.scalars {
            write_text(out, scalar);
        }
        out.push(u8::from(self.members.is_some()));
        if let Some(members) = &self.members {
            out.extend_from_slice(&(members.len() as u32).to_le_bytes());
            for (key, schema) in members {
                write_text(out, key);
                schema.encode(out);
            }
        }
        out.push(u8::from(self.indexer.is_some()));
        if let Some(indexer) = &self.indexer {
            indexer.encode(out);
        }
    }

    fn merge(&mut self, state: &mut Reader<'_>) -> Result<()> {
        for _ in 0..state.u32()? {
            self.scalars.insert(state.text()?.to_owned());
        }
        if state.u8()? != 0 {
            let members = self.members.get_or_insert_default();
            for _ in 0..state.u32()? {
                let key = state.text()?.to_owned();
                members.entry(key).or_default().merge(state)?;
            }
        }
        if state.u8()? != 0 {
            self.indexer.get_or_insert_default().merge(state)?;
        }
        Ok(())
    }
}

impl Kernel for BuildSchema {
    type Group = Schema;

    fn update(&self, groups: &mut [Schema], rows: Rows<'_>, values: &[ArrayRef]) -> Result<usize> {
        let column = Column::new(&values[0], ScalarType::Dynamic)?;
        for (row, group) in rows.iter().filter(|(row, _)| !column.is_null(*row)) {
            let value = serde_json::from_str(column.text(row))
                .map_err(|fault| exec_datafusion_err!("buildschema: {fault}"))?;
            groups[group].add(&value);
        }
        Ok(0)
    }

    fn encode(&self, group: &mut Schema, out: &mut Vec<u8>) {
        group.encode(out);
    }

    fn merge(&self, group: &mut Schema, state: &mut Reader<'_>) -> Result<usize> {
        group.merge(state)?;
        Ok(0)
    }

    fn finish(&self, groups: Vec<Schema>) -> Result<ArrayRef> {
        let texts = groups.iter().map(|schema| {
            let met =
                !schema.scalars.is_empty() || schema.members.is_some() || schema.indexer.is_some();
            met.then(|| {
                let mut out = String::new();
                schema.write(&mut out);
                out
            })
        });
        Ok(Arc::new(texts.collect::<StringViewArray>()))
    }
}
