//! `make_bag`, `make_bag_if`, `make_dictionary`: the members of all bags as one bag.
//!
//! A key that comes again keeps its first value where the rows have an order, else its least. What is no
//! bag is skipped. Keys stand in the order in which they came, else by name. The older `make_dictionary` stops
//! at 128 keys where nothing else is said.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringViewBuilder};
use arrow::datatypes::{DataType, Int64Type};
use datafusion::common::Result;
use datafusion::logical_expr::AggregateUDF;

use super::cell::{Column, primitive, text_key};
use super::collect::MOST;
use super::definition::{Call, Definition, Naming, dynamic};
use super::distinct::Keys;
use super::groups::{Groups, Kernel, Reader, Rows, write_text};
use super::json_value;
use super::make_set::{MAX_SIZE, OLD_MOST, PREDICATE};
use super::udaf::{Shape, binary_state, literal_long, udaf};
use crate::functions::{Accepts, ArgumentFault, Example, Parameter, Signature, Sql, sql};
use crate::symbols::ScalarType;

const EXPR: Parameter = Parameter::new("expr", Accepts::Exactly(ScalarType::Dynamic));

pub static MAKE_BAG: Definition = Definition {
    name: "make_bag",
    aliases: &[],
    summary: "The members of all bags as one bag.",
    examples: &[Example {
        kql: r#"datatable(v:dynamic)[dynamic({"a": 1}), dynamic({"a": 2, "b": 3})] | summarize make_bag(v)"#,
        rows: r#"[[{"a": 1, "b": 3}]]"#,
    }],
    signature: Signature::new(&[EXPR, MAX_SIZE]),
    predicate: None,
    naming: Naming::Prefixed("bag"),
    types: dynamic,
    ordered: true,
    null_strings: true,
    sql: bag,
    udafs: &[kql_make_bag],
};

pub static MAKE_BAG_IF: Definition = Definition {
    name: "make_bag_if",
    aliases: &[],
    summary: "The members of the bags in the rows for which a predicate is true, as one bag.",
    examples: &[Example {
        kql: r#"datatable(v:dynamic, b:bool)[dynamic({"a": 1}), true, dynamic({"b": 2}), false] | summarize make_bag_if(v, b)"#,
        rows: r#"[[{"a": 1}]]"#,
    }],
    signature: Signature::new(&[EXPR, PREDICATE, MAX_SIZE]),
    predicate: Some(1),
    naming: Naming::Prefixed("bag"),
    types: dynamic,
    ordered: true,
    null_strings: true,
    sql: bag,
    udafs: &[kql_make_bag],
};

pub static MAKE_DICTIONARY: Definition = Definition {
    name: "make_dictionary",
    aliases: &[],
    summary: "The older make_bag: 128 keys unless it is told how many.",
    examples: &[
        Example {
            kql: r#"datatable(v:dynamic)[dynamic({"a": 1}), dynamic({"b": 3})] | summarize make_dictionary(v)"#,
            rows: r#"[[{"a": 1, "b": 3}]]"#,
        },
        Example {
            kql: "range x from 1 to 200 step 1 | summarize d = make_dictionary(bag_pack(tostring(x), x)) | project array_length(bag_keys(d))",
            rows: "[[128]]",
        },
    ],
    signature: Signature::new(&[EXPR, MAX_SIZE]),
    predicate: None,
    naming: Naming::Prefixed("dictionary"),
    types: dynamic,
    ordered: true,
    null_strings: true,
    sql: |call| bag_of(call, OLD_MOST),
    udafs: &[kql_make_bag],
};

fn bag(call: &Call) -> Result<Sql, ArgumentFault> {
    bag_of(call, MOST)
}

fn bag_of(call: &Call, default: i64) -> Result<Sql, ArgumentFault> {
    let limit = call.whole(1, default)?.clamp(0, MOST);
    let arguments = vec![call.sql(0)?, sql::long(limit), call.ordinal()];
    Ok(call.aggregate("kql_make_bag", arguments))
}

/// `kql_make_bag(bag, limit, ordinal)`
fn kql_make_bag() -> AggregateUDF {
    udaf(Shape {
        name: "kql_make_bag",
        returns: |_| Ok(DataType::Utf8View),
        state: binary_state,
        create: |args| {
            let limit = literal_long(args, 1)?.clamp(0, MOST);
            Ok(Box::new(Groups::new(MakeBag {
                limit: usize::try_from(limit).unwrap_or_default(),
            })))
        },
    })
}

#[derive(Debug)]
struct MakeBag {
    limit: usize,
}

#[derive(Debug, Default)]
struct Bag {
    /// The members' keys, at the same places.
    keys: Keys,
    members: Vec<Member>,
    texts: usize,
}

#[derive(Debug)]
struct Member {
    /// The row's number and the place in the row's bag.
    order: (i64, u32),
    /// A JSON string.
    key: Box<str>,
    value: Box<str>,
}

impl MakeBag {
    fn add(&self, bag: &mut Bag, member: Member) -> usize {
        let before = self.heap_size(bag);
        let (place, new) = bag.keys.insert(text_key(&member.key));
        if new {
            bag.texts += member.key.len() + member.value.len();
            bag.members.push(member);
        } else if let Some(known) = bag.members.get_mut(place) {
            let order = member.order.0.cmp(&known.order.0);
            let order = order.then_with(|| match member.order.0 {
                i64::MAX => json_value::compare(&member.value, &known.value),
                // Twice in one bag: the last one counts, as in every reader of JSON.
                ..i64::MAX => Ordering::Less,
            });
            if order.is_lt() {
                bag.texts = bag.texts + member.value.len() - known.value.len();
                *known = member;
            }
        }
        self.heap_size(bag).saturating_sub(before)
    }
}

impl Kernel for MakeBag {
    type Group = Bag;

    fn update(&self, groups: &mut [Bag], rows: Rows<'_>, values: &[ArrayRef]) -> Result<usize> {
        let column = Column::new(&values[0], ScalarType::Dynamic)?;
        let ordinals = primitive::<Int64Type>(&values[2])?;
        let mut grown = 0;
        for (row, group) in rows.iter() {
            let Some(members) = json_value::members(column.text(row)) else {
                continue;
            };
            let numbered = ordinals.is_valid(row);
            for (place, (key, value)) in members.enumerate() {
                let order = match numbered {
                    true => (ordinals.value(row), place as u32),
                    false => (i64::MAX, 0),
                };
                let member = Member {
                    order,
                    key: json_value::compact(key),
                    value: json_value::compact(value),
                };
                grown += self.add(&mut groups[group], member);
            }
        }
        Ok(grown)
    }

    fn encode(&self, bag: &mut Bag, out: &mut Vec<u8>) {
        for member in &bag.members {
            out.extend_from_slice(&member.order.0.to_le_bytes());
            out.extend_from_slice(&member.order.1.to_le_bytes());
            write_text(out, &member.key);
            write_text(out, &member.value);
        }
    }

    fn merge(&self, bag: &mut Bag, state: &mut Reader<'_>) -> Result<usize> {
        let mut grown = 0;
        while !state.is_empty() {
            let member = Member {
                order: (state.i64()?, state.u32()?),
                key: state.text()?.into(),
                value: state.text()?.into(),
            };
            grown += self.add(bag, member);
        }
        Ok(grown)
    }

    fn finish(&self, groups: Vec<Bag>) -> Result<ArrayRef> {
        let mut builder = StringViewBuilder::with_capacity(groups.len());
        let mut json = String::new();
        for mut bag in groups {
            bag.members
                .sort_unstable_by(|a, b| a.order.cmp(&b.order).then_with(|| a.key.cmp(&b.key)));
            json.clear();
            json.push('{');
            for (place, member) in bag.members.iter().take(self.limit).enumerate() {
                if place > 0 {
                    json.push(',');
                }
                json.push_str(&member.key);
                json.push(':');
                json.push_str(&member.value);
            }
            json.push('}');
            builder.append_value(&json);
        }
        Ok(Arc::new(builder.finish()))
    }

    fn heap_size(&self, bag: &Bag) -> usize {
        bag.keys.heap_size() + bag.members.capacity() * size_of::<Member>() + bag.texts
    }
}
