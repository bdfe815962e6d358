//! From a bound query to witnesses: which rows of which tables, under which goals, give it a row.
//!
//! In: a [`plan::Query`]. Out: [`Witness`]es of its result, the plainest first. What always holds: a
//! witness is made of the leaves upwards, each mention of a table being a row with cells of its own; a join
//! demands that its keys are the same, a filter that it holds.

use std::rc::Rc;

use crate::functions::Value;
use crate::plan::{self, Expr, ExprKind, Join, JoinKind, Relation, RelationKind, Side, Source};
use crate::symbols::ScalarType;
use crate::syntax::ast::ListOp;

use super::term::{Id, Term};
use super::test::TextTest;

/// Witnesses of one relation at most: a union has one an input, an outer join several.
const MOST: usize = 8;
/// Relations that one query is walked through at most; a `let` is walked anew at each mention.
const MOST_RELATIONS: usize = 4_000;

/// Where a planted row goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// A table of the lake.
    Table(String),
    /// A file from outside, with the names of its columns.
    Outside(Source, Vec<String>),
}

/// One row, its columns being cells.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) place: Place,
    pub(super) cells: Vec<(String, Id)>,
}

/// What must hold.
#[derive(Debug, Clone)]
pub(super) enum Goal {
    Holds(Rc<Term>, bool),
    Same(Rc<Term>, Rc<Term>),
    Text(Rc<Term>, TextTest),
    /// One of these.
    Choice(Vec<Vec<Goal>>),
    /// The rows of a subquery are there too.
    Plant(Witness),
}

/// Rows that together give one row.
#[derive(Debug, Clone, Default)]
pub(super) struct Witness {
    pub(super) rows: Vec<Row>,
    pub(super) goals: Vec<Goal>,
    /// For each `summarize` the rows that are one group, by number of the group.
    pub(super) groups: Vec<(usize, Vec<usize>)>,
    /// The columns of the row that is given.
    pub(super) columns: Vec<Rc<Term>>,
}

/// A cell as it is declared.
#[derive(Debug, Clone)]
pub(super) struct Declared {
    pub(super) column: String,
    pub(super) ty: ScalarType,
}

/// Walks one query.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    query: &'a plan::Query,
    pub(super) cells: Vec<Declared>,
    groups: usize,
    relations: usize,
}

impl<'a> Walk<'a> {
    pub(super) fn new(query: &'a plan::Query) -> Self {
        Walk {
            query,
            cells: Vec::new(),
            groups: 0,
            relations: 0,
        }
    }

    /// The witnesses of a relation, none where it is too large.
    pub(super) fn relation(&mut self, relation: &Relation) -> Vec<Witness> {
        self.relations += 1;
        if self.relations > MOST_RELATIONS {
            return Vec::new();
        }
        let mut found = match &relation.kind {
            RelationKind::Table { name } => {
                vec![self.row(Place::Table(name.clone()), &relation.columns)]
            }
            RelationKind::External { source, .. } => {
                let names = relation.columns.iter().map(|c| c.name.clone()).collect();
                vec![self.row(Place::Outside(source.clone(), names), &relation.columns)]
            }
            RelationKind::Let { index } => match self.query.lets.get(*index) {
                Some(table) => self.relation(&table.relation),
                None => Vec::new(),
            },
            RelationKind::Values { rows } => rows
                .iter()
                .take(MOST)
                .map(|row| {
                    let mut witness = Witness::default();
                    let columns = row
                        .iter()
                        .map(|e| self.expr(e, &[], &[], &mut witness))
                        .collect();
                    Witness { columns, ..witness }
                })
                .collect(),
            RelationKind::Unit => vec![Witness::default()],
            RelationKind::Range { from, .. } => {
                let mut witness = Witness::default();
                let first = self.expr(from, &[], &[], &mut witness);
                vec![Witness {
                    columns: vec![first],
                    ..witness
                }]
            }
            RelationKind::Where { input, predicate } => {
                self.over(input, |walk, columns, witness| {
                    let names = walk.names(input);
                    let goal = walk.expr(predicate, &names, &columns, witness);
                    witness.goals.push(Goal::Holds(goal, true));
                    columns
                })
            }
            RelationKind::Project { input, expressions } => {
                self.over(input, |walk, columns, witness| {
                    let names = walk.names(input);
                    let terms = expressions.iter();
                    terms
                        .map(|e| walk.expr(e, &names, &columns, witness))
                        .collect()
                })
            }
            RelationKind::Summarize {
                input,
                keys,
                aggregates,
            } => {
                self.over(input, |walk, columns, witness| {
                    let names = walk.names(input);
                    let mut out: Vec<Rc<Term>> = keys
                        .iter()
                        .map(|key| walk.expr(key, &names, &columns, witness))
                        .collect();
                    walk.groups += 1;
                    let group = walk.groups;
                    witness
                        .groups
                        .push((group, (0..witness.rows.len()).collect()));
                    for aggregate in aggregates {
                        let arguments: Vec<Rc<Term>> = aggregate
                            .arguments
                            .iter()
                            .map(|e| walk.expr(e, &names, &columns, witness))
                            .collect();
                        let name = aggregate.function.name();
                        out.extend((0..aggregate.results).map(|result| {
                            match aggregate.results {
                                // arg_max and kin give their arguments, one after the other.
                                2.. => arguments
                                    .get(result)
                                    .cloned()
                                    .unwrap_or(Rc::new(Term::Unknown)),
                                _ => Rc::new(Term::Group {
                                    name,
                                    arguments: arguments.clone(),
                                    group,
                                }),
                            }
                        }));
                    }
                    out
                })
            }
            RelationKind::Distinct { input }
            | RelationKind::Take { input, .. }
            | RelationKind::Sort { input, .. }
            | RelationKind::Top { input, .. }
            | RelationKind::FirstOfEach { input, .. }
            | RelationKind::Serialize { input } => self.relation(input),
            RelationKind::Union { inputs } => inputs
                .iter()
                .flat_map(|input| self.relation(input))
                .collect(),
            RelationKind::Join(join) => self.join(join),
            RelationKind::Expand { input, values, .. } => {
                self.over(input, |walk, mut columns, witness| {
                    let names = walk.names(input);
                    let elements: Vec<Rc<Term>> = values
                        .iter()
                        .map(|value| {
                            let array = walk.expr(value, &names, &columns, witness);
                            Term::call(super::place::ELEMENT_OF, vec![array])
                        })
                        .collect();
                    columns.extend(elements);
                    columns.push(Rc::new(Term::Value(Value::Long(0))));
                    columns
                })
            }
            RelationKind::Window { input, calls } => self.over(input, |_, mut columns, _| {
                columns.extend(calls.iter().map(|_| Rc::new(Term::Unknown)));
                columns
            }),
            RelationKind::Scan(scan) => self.over(&scan.input, |_, mut columns, _| {
                columns.extend(scan.declared.iter().map(|_| Rc::new(Term::Unknown)));
                columns.push(Rc::new(Term::Unknown));
                columns
            }),
        };
        found.truncate(MOST);
        for witness in &mut found {
            witness
                .columns
                .resize(relation.columns.len(), Rc::new(Term::Unknown));
        }
        found
    }

    fn names<'r>(&self, relation: &'r Relation) -> Vec<&'r str> {
        relation.columns.iter().map(|c| c.name.as_str()).collect()
    }

    fn over(
        &mut self,
        input: &Relation,
        mut columns: impl FnMut(&mut Self, Vec<Rc<Term>>, &mut Witness) -> Vec<Rc<Term>>,
    ) -> Vec<Witness> {
        let mut witnesses = self.relation(input);
        for witness in &mut witnesses {
            let own = std::mem::take(&mut witness.columns);
            witness.columns = columns(self, own, witness);
        }
        witnesses
    }

    fn row(&mut self, place: Place, columns: &[plan::Column]) -> Witness {
        let cells: Vec<(String, Id)> = columns
            .iter()
            .map(|column| {
                self.cells.push(Declared {
                    column: column.name.clone(),
                    ty: column.ty,
                });
                (column.name.clone(), self.cells.len() - 1)
            })
            .collect();
        Witness {
            columns: cells
                .iter()
                .map(|(_, id)| Rc::new(Term::Cell(*id)))
                .collect(),
            rows: vec![Row { place, cells }],
            ..Witness::default()
        }
    }

    fn join(&mut self, join: &Join) -> Vec<Witness> {
        let lefts = self.relation(&join.left);
        let rights = self.relation(&join.right);
        let (left_alone, both, right_alone) = match join.kind {
            JoinKind::InnerUnique | JoinKind::Inner | JoinKind::LeftSemi | JoinKind::RightSemi => {
                (false, true, false)
            }
            JoinKind::LeftOuter => (true, true, false),
            JoinKind::RightOuter => (false, true, true),
            JoinKind::FullOuter => (true, true, true),
            JoinKind::LeftAnti => (true, false, false),
            JoinKind::RightAnti => (false, false, true),
        };
        let mut found = Vec::new();
        if both {
            for left in &lefts {
                for right in &rights {
                    if found.len() < MOST {
                        found.push(self.joined(join, left, right));
                    }
                }
            }
        }
        let null: Rc<Term> = Rc::new(Term::Value(Value::Null(ScalarType::Dynamic)));
        let nulls = |relation: &Relation| vec![Rc::clone(&null); relation.columns.len()];
        if left_alone {
            let none = nulls(&join.right);
            found.extend(
                lefts
                    .iter()
                    .map(|left| output(join, left.clone(), &left.columns, &none)),
            );
        }
        if right_alone {
            let none = nulls(&join.left);
            found.extend(
                rights
                    .iter()
                    .map(|right| output(join, right.clone(), &none, &right.columns)),
            );
        }
        found
    }

    fn joined(&mut self, join: &Join, left: &Witness, right: &Witness) -> Witness {
        let mut witness = Witness {
            columns: Vec::new(),
            ..left.clone()
        };
        witness.add(right);
        let (left_names, right_names) = (self.names(&join.left), self.names(&join.right));
        for (l, r) in &join.on {
            let l = self.expr(l, &left_names, &left.columns, &mut witness);
            let r = self.expr(r, &right_names, &right.columns, &mut witness);
            witness.goals.push(Goal::Same(l, r));
        }
        output(join, witness, &left.columns, &right.columns)
    }

    /// The term of an expression over columns with these names.
    fn expr(
        &mut self,
        expr: &Expr,
        names: &[&str],
        columns: &[Rc<Term>],
        witness: &mut Witness,
    ) -> Rc<Term> {
        match &expr.kind {
            ExprKind::Column(name) => match names.iter().position(|own| own == name) {
                Some(at) => columns.get(at).cloned().unwrap_or(Rc::new(Term::Unknown)),
                None => Rc::new(Term::Unknown),
            },
            ExprKind::Literal(value) => Rc::new(Term::Value(value.clone())),
            ExprKind::AsOf => Rc::new(Term::AsOf),
            ExprKind::Call {
                function,
                arguments,
            } => {
                let arguments = arguments.iter();
                let arguments = arguments
                    .map(|a| self.expr(a, names, columns, witness))
                    .collect();
                Term::call(function.name(), arguments)
            }
            ExprKind::Convert(operand) => self.expr(operand, names, columns, witness),
            ExprKind::Scalar(table) => match self.relation(table).into_iter().next() {
                Some(first) => {
                    witness.add(&first);
                    first
                        .columns
                        .first()
                        .cloned()
                        .unwrap_or(Rc::new(Term::Unknown))
                }
                None => Rc::new(Term::Unknown),
            },
            ExprKind::InTable {
                operator,
                subject,
                table,
            } => {
                let subject = self.expr(subject, names, columns, witness);
                // Nothing is planted for what must not be there.
                let witnesses = match operator {
                    ListOp::NotIn | ListOp::NotInIgnoreCase => Vec::new(),
                    ListOp::In | ListOp::InIgnoreCase | ListOp::HasAny | ListOp::HasAll => {
                        self.relation(table)
                    }
                };
                Rc::new(Term::InTable {
                    operator: *operator,
                    subject,
                    witnesses,
                })
            }
        }
    }
}

impl Witness {
    /// The other's rows and goals beside its own.
    pub(super) fn add(&mut self, other: &Witness) {
        let first = self.rows.len();
        self.rows.extend(other.rows.iter().cloned());
        self.goals.extend(other.goals.iter().cloned());
        self.groups.extend(
            other
                .groups
                .iter()
                .map(|(group, rows)| (*group, rows.iter().map(|row| row + first).collect())),
        );
    }
}

/// The witness with the join's columns.
fn output(join: &Join, mut witness: Witness, left: &[Rc<Term>], right: &[Rc<Term>]) -> Witness {
    let at = |relation: &Relation, terms: &[Rc<Term>], name: &str| {
        let place = relation.columns.iter().position(|c| c.name == name);
        place
            .and_then(|at| terms.get(at))
            .cloned()
            .unwrap_or(Rc::new(Term::Unknown))
    };
    witness.columns = join
        .output
        .iter()
        .map(|column| match column.side {
            Side::Left => at(&join.left, left, &column.column),
            Side::Right => at(&join.right, right, &column.column),
        })
        .collect();
    witness
}
