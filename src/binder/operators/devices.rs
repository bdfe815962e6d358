//! `invoke DeviceFromIP`, `invoke SeenBy`, `AssignedIPAddresses`: what Defender knows of devices and their
//! addresses. A hunt has no such service: the rows come from a table that the user names.
//!
//! In: the input and the call. Out: the columns of Microsoft's "advanced hunting" reference. What always holds:
//! a record that is later than the time that is asked for does not count, and one without a time always does;
//! of the others the latest count. Where no time is asked for it is `now()`.

use crate::diagnostics::{Code, Span};
use crate::plan::{Column, JoinKind, RelationKind, Side, SortKey, Source};
use crate::symbols::ScalarType as Ty;
use crate::syntax::ast::{self, BinaryOp, Call};

use super::enrich::column;
use super::join::joined;
use crate::binder::Binder;
use crate::binder::environment::{Binding, Environment, ScalarBinding};
use crate::binder::projection::Style;
use crate::binder::shape;
use crate::binder::table::{Scope, Table, column_expr};
use crate::binder::tree::Tree;

/// What is read of a table of addresses and devices. Source: "DeviceFromIP()".
const DEVICE_FROM_IP: [(&str, Ty); 3] = [
    ("IP", Ty::String),
    ("DeviceId", Ty::String),
    ("Timestamp", Ty::DateTime),
];

/// What is read of a table of devices and their addresses, the result's columns last. Source:
/// "AssignedIPAddresses()"; the networks are text, as in `DeviceNetworkInfo`, since they are described as JSON.
const ASSIGNED: [(&str, Ty); 7] = [
    ("DeviceId", Ty::String),
    ("DeviceName", Ty::String),
    ("Timestamp", Ty::DateTime),
    ("IPAddress", Ty::String),
    ("IPType", Ty::String),
    ("NetworkAdapterType", Ty::Int),
    ("ConnectedNetworks", Ty::String),
];

/// What is read of a table of devices and those that have seen them. Source: "SeenBy()", "Device discovery
/// overview".
const SEEN_BY: [(&str, Ty); 2] = [("DeviceId", Ty::String), ("SeenBy", Ty::String)];

impl Binder<'_> {
    /// The devices that had each of the input's addresses: `IP` and `DeviceId`.
    pub(super) fn device_from_ip(
        &mut self,
        environment: &Environment,
        input: Table,
        call: &Call,
        span: Span,
    ) -> Table {
        self.count_arguments(call, 0, 2);
        let tree = Tree(span);
        let own = Environment::default();
        let (ip, at) = (self.hidden("ip"), self.hidden("at"));
        let key = column_argument(call).unwrap_or_else(|| tree.name("IP"));
        let time = call.arguments.get(1).map(|a| a.value.clone());
        let has_time = time.is_some();
        let mut asked = vec![tree.named(&ip, key)];
        asked.extend(time.map(|time| tree.named(&at, time)));
        let keys = self.project_arguments(environment, input, &asked, Style::Project, span);
        let time = match has_time {
            true => tree.call("todatetime", [tree.name(&at)]),
            false => tree.call("now", []),
        };
        let asked = [
            tree.named(&ip, tree.call("tostring", [tree.name(&ip)])),
            tree.named(&at, time),
        ];
        let keys = self.project_arguments(&own, keys, &asked, Style::Project, span);
        let keys = self.filter(&own, keys, &is_there(tree, &ip), span);
        let keys = self.distinct(&own, keys, &[tree.star()], span);
        let records = self.records("DeviceFromIP", "device_from_ip", &DEVICE_FROM_IP, span);
        let records = self.filter(&own, records, &is_there(tree, "DeviceId"), span);
        let on = [(ip.as_str(), "IP")];
        let left = keys.columns().to_vec();
        let found = matched(
            JoinKind::Inner,
            keys,
            records,
            &on,
            &left,
            &["DeviceId", "Timestamp"],
            span,
        );
        let found = self.filter(&own, found, &no_later(tree, &at), span);
        let found = self.latest(found, &[&ip, &at], span);
        let result = [
            tree.named("IP", tree.name(&ip)),
            tree.unnamed(tree.name("DeviceId")),
        ];
        let found = self.project_arguments(&own, found, &result, Style::Project, span);
        self.distinct(&own, found, &[tree.star()], span)
    }

    /// The input with `SeenBy`, an array of the devices that have seen each device.
    pub(super) fn seen_by(
        &mut self,
        environment: &Environment,
        input: Table,
        call: &Call,
        span: Span,
    ) -> Table {
        self.count_arguments(call, 0, 1);
        let tree = Tree(span);
        let own = Environment::default();
        let device = self.hidden("device");
        let visible: Vec<Column> = input.columns().to_vec();
        let lower = |name| tree.call("tolower", [tree.call("tostring", [tree.name(name)])]);
        let key = column_argument(call).unwrap_or_else(|| tree.name("DeviceId"));
        let keyed = [tree.named(&device, key)];
        let input = self.project_arguments(environment, input, &keyed, Style::Extend, span);
        let keyed = [tree.named(&device, lower(&device))];
        let input = self.project_arguments(&own, input, &keyed, Style::Extend, span);
        let records = self.records("SeenBy", "seen_by", &SEEN_BY, span);
        let records = self.filter(&own, records, &is_there(tree, "SeenBy"), span);
        let seen = [tree.named("SeenBy", tree.call("make_set", [tree.name("SeenBy")]))];
        let by = [tree.named(&device, lower("DeviceId"))];
        let records = self.summarize(&own, records, &seen, &by, span);
        let kept: Vec<Column> = visible.into_iter().filter(|c| c.name != "SeenBy").collect();
        let on = [(device.as_str(), device.as_str())];
        let origin = input.origin.clone();
        Table {
            origin,
            ..matched(
                JoinKind::LeftOuter,
                input,
                records,
                &on,
                &kept,
                &["SeenBy"],
                span,
            )
        }
    }

    /// `AssignedIPAddresses(device [, time])`: the addresses of a device, by its id or its name.
    pub(in crate::binder) fn assigned_addresses(
        &mut self,
        environment: &Environment,
        call: &Call,
        span: Span,
    ) -> Table {
        self.count_arguments(call, 1, 2);
        let tree = Tree(span);
        let now = tree.call("now", []);
        let mut own = Environment::default();
        let given = call.arguments.iter().map(|argument| &argument.value);
        for (name, value) in ["$device", "$at"]
            .into_iter()
            .zip(given.chain([&now, &now]))
        {
            let bound = self.expr(&Scope::constant(environment), value);
            let binding = match bound {
                Some(value) => Binding::Scalar(ScalarBinding::new(value, None)),
                None => Binding::Poison,
            };
            own = own.with(name, binding, None);
        }
        let records = self.records("AssignedIPAddresses", "assigned_addresses", &ASSIGNED, span);
        let device = tree.call("tostring", [tree.name("$device")]);
        let is = |name| tree.binary(BinaryOp::EqualIgnoreCase, tree.name(name), device.clone());
        let own_device = tree.binary(BinaryOp::Or, is("DeviceId"), is("DeviceName"));
        let records = self.filter(&own, records, &is_there(tree, "IPAddress"), span);
        let records = self.filter(&own, records, &own_device, span);
        let records = self.filter(&own, records, &no_later(tree, "$at"), span);
        let records = self.latest(records, &["DeviceId"], span);
        let result: Vec<ast::Argument> = ASSIGNED[2..]
            .iter()
            .map(|(name, _)| tree.unnamed(tree.name(name)))
            .collect();
        self.project_arguments(&own, records, &result, Style::Project, span)
    }

    fn records(&mut self, function: &str, name: &str, columns: &[(&str, Ty)], span: Span) -> Table {
        let columns: Vec<Column> = columns.iter().map(|(name, ty)| column(name, *ty)).collect();
        let source = Source::Enrichment {
            function: function.to_owned(),
        };
        self.outside(name, source, &columns, Ty::String, span)
    }

    /// Of each key's rows those with its latest time.
    fn latest(&mut self, table: Table, keys: &[&str], span: Span) -> Table {
        let columns = table.columns().to_vec();
        let shared = self.share("latest", table, true);
        let time = column("Timestamp", Ty::DateTime);
        let first = shared
            .reference(span)
            .wrap(span, false, |input| RelationKind::FirstOfEach {
                input,
                keys: keys.iter().map(|key| (*key).to_owned()).collect(),
                order: vec![SortKey {
                    expr: column_expr(&time, span),
                    descending: true,
                    nulls_first: false,
                }],
                count: 1,
            });
        let on: Vec<(&str, &str)> = keys
            .iter()
            .chain(&["Timestamp"])
            .map(|key| (*key, *key))
            .collect();
        let all = shared.reference(span);
        matched(JoinKind::Inner, all, first, &on, &columns, &[], span)
    }

    fn count_arguments(&mut self, call: &Call, least: usize, most: usize) {
        let count = call.arguments.len();
        if !(least..=most).contains(&count) {
            let name = &call.name.text;
            self.error(
                Code::WrongArgumentCount,
                call.name.span,
                format!("`{name}` takes {least} to {most} arguments, not {count}"),
            );
        }
    }
}

/// The first argument; a column may also be given by its name as text.
fn column_argument(call: &Call) -> Option<ast::Expr> {
    let value = &call.arguments.first()?.value;
    Some(match shape::string(value) {
        Some(name) => Tree(value.span).name(name),
        None => value.clone(),
    })
}

fn is_there(tree: Tree, name: &str) -> ast::Expr {
    tree.call("isnotempty", [tree.name(name)])
}

/// Whether a record's time is no later than this; one without a time is.
fn no_later(tree: Tree, at: &str) -> ast::Expr {
    let time = || tree.name("Timestamp");
    let before = tree.binary(BinaryOp::LessOrEqual, time(), tree.name(at));
    tree.binary(BinaryOp::Or, tree.call("isnull", [time()]), before)
}

/// A join over columns of equal values: these columns of the left side, and those of the right.
fn matched(
    kind: JoinKind,
    left: Table,
    right: Table,
    on: &[(&str, &str)],
    of_left: &[Column],
    of_right: &[&str],
    span: Span,
) -> Table {
    let find = |table: &Table, name: &str| {
        let found = table.columns().iter().find(|c| c.name == name);
        found.cloned().unwrap_or_else(|| column(name, Ty::String))
    };
    let keys = on
        .iter()
        .map(|(own, other)| {
            let (own, other) = (find(&left, own), find(&right, other));
            (column_expr(&own, span), column_expr(&other, span))
        })
        .collect();
    let output = of_left
        .iter()
        .map(|column| (Side::Left, column.clone()))
        .chain(
            of_right
                .iter()
                .map(|name| (Side::Right, find(&right, name))),
        )
        .collect();
    joined(kind, left, right, keys, output, span)
}
