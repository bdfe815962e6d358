//! The operators as the engine runs them, over columns that hold SQL NULL, with constant needles, needles
//! by row, and lists of each form.

use datafusion::arrow::util::display::array_value_to_string;

use crate::functions::scalar::testing::context;
use crate::functions::{SqlArgument, Value, registry, sql};
use crate::symbols::ScalarType;

const TABLE: &str = "(VALUES ('alpha', 1, 'x', '[\"alpha\", \"b\"]'), ('Beta_alpha', 2, 'alpha', '[]'), \
     (NULL, NULL, NULL, NULL), ('café', 3, 'CAFÉ', '\"CAFÉ\"')) AS t (s, n, p, a)";

fn column(name: &str, ty: ScalarType) -> SqlArgument<'static> {
    SqlArgument {
        sql: sql::column(name),
        ty,
        constant: None,
        nullable_string: ty == ScalarType::String,
    }
}

fn constant(value: &Value) -> SqlArgument<'_> {
    SqlArgument {
        sql: sql::literal(value),
        ty: value.ty(),
        constant: Some(value),
        nullable_string: false,
    }
}

/// `true`/`false` of each row as one text of `1` and `0`; NULL as `?`.
async fn run(operator: &str, arguments: &[SqlArgument<'_>]) -> String {
    let function = registry::scalar(operator).expect(operator);
    let expression = function.sql(arguments, ScalarType::Bool).expect(operator);
    let query = format!("SELECT {expression} FROM {TABLE}");
    let batches = context().sql(&query).await.expect(&query).collect().await;
    batches
        .expect(&query)
        .iter()
        .flat_map(|batch| {
            (0..batch.num_rows()).map(|row| match batch.column(0).is_null(row) {
                true => "?".to_owned(),
                false => match array_value_to_string(batch.column(0), row).expect(&query) {
                    yes if yes == "true" => "1".to_owned(),
                    _ => "0".to_owned(),
                },
            })
        })
        .collect()
}

#[tokio::test]
async fn two_values_over_null_and_needles_of_every_form() {
    let s = || column("s", ScalarType::String);
    let p = || column("p", ScalarType::String);
    let alpha = Value::String("ALPHA".to_owned());
    let lower = Value::String("alpha".to_owned());
    let empty = Value::String(String::new());
    let array = Value::Dynamic(r#"["zzz", "alpha"]"#.to_owned());
    let none = Value::Dynamic("[]".to_owned());
    let a = || column("a", ScalarType::Dynamic);
    for (operator, arguments, expected) in [
        ("has", vec![s(), constant(&alpha)], "1100"),
        ("!has", vec![s(), constant(&alpha)], "0011"),
        ("has_cs", vec![s(), constant(&alpha)], "0000"),
        ("has", vec![s(), constant(&empty)], "1111"),
        ("!contains", vec![s(), constant(&empty)], "0000"),
        ("has", vec![s(), p()], "0111"),
        ("hasprefix", vec![s(), constant(&alpha)], "1100"),
        ("startswith", vec![s(), constant(&alpha)], "1000"),
        ("!endswith", vec![s(), constant(&alpha)], "0011"),
        ("=~", vec![s(), constant(&alpha)], "1000"),
        ("!~", vec![s(), p()], "1100"),
        ("=~", vec![s(), constant(&empty)], "0010"),
        ("matches regex", vec![s(), constant(&lower)], "1100"),
        ("matches regex", vec![s(), constant(&empty)], "1111"),
        ("matches regex", vec![s(), p()], "0110"),
        (
            "has_any",
            vec![s(), constant(&alpha), constant(&lower)],
            "1100",
        ),
        ("has_any", vec![s(), constant(&array)], "1100"),
        ("has_any", vec![s(), constant(&none)], "0000"),
        ("has_any", vec![s(), a()], "1001"),
        ("has_any", vec![s(), constant(&alpha), a()], "1101"),
        ("has_any", vec![s(), constant(&alpha), p()], "1111"),
        (
            "has_all",
            vec![s(), constant(&lower), constant(&array)],
            "0000",
        ),
        ("has_all", vec![s(), a()], "0111"),
        ("in", vec![s(), constant(&lower), constant(&alpha)], "1000"),
        ("!in", vec![s(), constant(&lower), constant(&alpha)], "0111"),
        ("in", vec![s(), constant(&empty)], "0010"),
        ("!in", vec![s(), constant(&empty)], "1101"),
        ("in", vec![s(), p()], "0010"),
        ("in~", vec![s(), p()], "0011"),
        ("in~", vec![s(), a()], "1001"),
        ("in", vec![s(), a()], "1000"),
        ("in", vec![s(), constant(&array)], "1000"),
        ("in", vec![s(), constant(&none)], "0000"),
        ("!in", vec![s(), constant(&none)], "1111"),
    ] {
        assert_eq!(
            run(operator, &arguments).await,
            expected,
            "{operator} {arguments:?}"
        );
    }
}

#[tokio::test]
async fn in_over_numbers() {
    let n = || column("n", ScalarType::Long);
    let (one, two) = (Value::Long(1), Value::Real(2.0));
    let null = Value::Null(ScalarType::Long);
    let array = Value::Dynamic("[3, \"x\", null, 1.0]".to_owned());
    for (operator, arguments, expected) in [
        ("in", vec![n(), constant(&one), constant(&two)], "1100"),
        ("!in", vec![n(), constant(&one), constant(&two)], "0011"),
        ("in", vec![n(), constant(&one), constant(&null)], "1000"),
        ("!in", vec![n(), constant(&one), constant(&null)], "0111"),
        ("in", vec![n(), constant(&null)], "0000"),
        ("in", vec![n(), constant(&array)], "1001"),
        ("in", vec![n(), n()], "1101"),
        ("!in", vec![n(), n()], "0010"),
    ] {
        assert_eq!(
            run(operator, &arguments).await,
            expected,
            "{operator} {arguments:?}"
        );
    }
    let dynamic = column("a", ScalarType::Dynamic);
    assert_eq!(run("in", &[n(), dynamic]).await, "0000");
}

#[test]
fn types_that_cannot_be_compared() {
    let value = |ty| crate::functions::Argument { ty, constant: None };
    let of = |operator: &str, types: &[ScalarType]| {
        let arguments: Vec<_> = types.iter().copied().map(value).collect();
        registry::scalar(operator)
            .expect(operator)
            .return_type(&arguments)
            .map_err(|fault| fault.index)
    };
    use ScalarType::{Bool, DateTime, Dynamic, Int, Long, Real, String};
    assert_eq!(of("in", &[Long, Int, Real, Dynamic]), Ok(Bool));
    assert_eq!(of("in", &[DateTime, DateTime, Long]), Err(Some(2)));
    assert_eq!(of("in", &[String, Long]), Err(Some(1)));
    assert_eq!(of("in~", &[Long, Long]), Err(Some(0)));
}
