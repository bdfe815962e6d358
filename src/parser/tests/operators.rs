//! Every operator, with its old spellings and its parameters.

use super::trees;

#[test]
fn columns() {
    trees(&[
        (
            "T | extend a = 1, b, (c, d) = f(x)",
            "T | (Extend [a=1 b c=d=f(x)])",
        ),
        ("T | project a, ['b c'] = a", "T | (Project [a b c=a])"),
        ("T | project", "T | (Project [])"),
        (
            "T | project-away a*, b, *c, d*1",
            "T | (ProjectAway [a* b *c d*1])",
        ),
        ("T | project-keep a, b_*", "T | (ProjectKeep [a b_*])"),
        (
            "T | project-rename a = b, ['c'] = d",
            "T | (ProjectRename [a=b c=d])",
        ),
        (
            "T | project-reorder b desc, a* granny-asc, *",
            "T | (ProjectReorder [bv a*^^ *])",
        ),
        ("T | distinct a, b = f(c)", "T | (Distinct [a b=f(c)])"),
        ("T | distinct *", "T | (Distinct [*])"),
        ("T | serialize", "T | (Serialize [])"),
        (
            "T | serialize n = row_number()",
            "T | (Serialize [n=row_number()])",
        ),
        ("print 1, x = 'a'", "(Print [1 x=\"a\"])"),
        ("T | getschema", "T | (GetSchema)"),
        ("T | assert-schema (a: long)", "T | (AssertSchema [a:long])"),
    ]);
}

#[test]
fn rows() {
    trees(&[
        ("T | filter a == 1", "T | (Where (Equal a 1))"),
        ("T | limit 5 | take n", "T | (Take 5) | (Take n)"),
        (
            "T | sort by a, b asc, c desc nulls first | order by f(d) nulls last",
            "T | (Sort [a b^ cv:First]) | (Sort [f(d):Last])",
        ),
        ("T | top 3 by a desc nulls last", "T | (Top 3 [av:Last])"),
        ("T | sample 10", "T | (Sample 10)"),
        ("T | sample-distinct 10 of a", "T | (SampleDistinct 10 a)"),
        ("T | count", "T | (Count)"),
        ("T | count as n", "T | (Count [as=n])"),
        ("T | consume", "T | (Consume)"),
        (
            "T | as hint.materialized=true X",
            "T | (As [hint.materialized=true] X)",
        ),
        ("T | __executeAndCache", "T | (ExecuteAndCache)"),
    ]);
}

#[test]
fn groups() {
    trees(&[
        (
            "T | summarize n = count(), max(b) by a, bin(t, 1h)",
            "T | (Summarize [n=count() max(b)] [a bin(t, timespan(36000000000))])",
        ),
        ("T | summarize by a", "T | (Summarize [] [a])"),
        (
            "T | summarize arg_max(t, *) by x = a",
            "T | (Summarize [arg_max(t, *)] [x=a])",
        ),
        (
            "T | summarize hint.strategy=shuffle hint.shufflekey=k count() by k",
            "T | (Summarize [hint.strategy=shuffle hint.shufflekey=k] [count()] [k])",
        ),
        (
            "T | summarize kind = count() by a",
            "T | (Summarize [kind=count()] [a])",
        ),
        ("T | top-hitters 2 of a by b", "T | (TopHitters 2 a b)"),
        (
            "T | top-nested 3 of a with others = 'x' by n = count() desc, top-nested of b by max(c)",
            "T | (TopNested [(Level 3 a \"x\" n=count() Descending) (Level _ b _ max(c) _)])",
        ),
    ]);
}

#[test]
fn sources() {
    trees(&[
        (
            "union A, (B | take 1), Device*",
            "(Union [A <B | (Take 1)> Device*])",
        ),
        (
            "T | union isfuzzy=true kind=outer withsource=X A, *_CL",
            "T | (Union [isfuzzy=true kind=outer withsource=X] [A *_CL])",
        ),
        (
            "union database('d').Log*, *",
            "(Union [database(\"d\").Log* *])",
        ),
        ("union (A), (B)\n| count", "(Union [<A> <B>]) | (Count)"),
        (
            "A | join kind = leftouter hint.remote=left (B | where x) on a, $left.b == $right.c",
            "A | (Join [kind=leftouter hint.remote=left] <B | (Where x)> [a (Equal $left.b $right.c)])",
        ),
        ("A | join B on x", "A | (Join B [x])"),
        (
            "A | lookup kind=inner (B) on x",
            "A | (Lookup [kind=inner] <B> [x])",
        ),
        (
            "range i from -1 to f(2) step 1d",
            "(Range i (Minus 1) f(2) timespan(864000000000))",
        ),
        ("print range(1, 2, 3)", "(Print [range(1, 2, 3)])"),
        (
            "search 'x' and a: 'y'",
            "(Search [] (And \"x\" (Term a \"y\")))",
        ),
        (
            "search kind=case_sensitive in (A, B*) * has 'x'",
            "(Search [kind=case_sensitive] [A B*] (Has * \"x\"))",
        ),
        (
            "find withsource=S in (A, B*) where x == 1 project a, b: string, pack(*)",
            "(Find [withsource=S] [A B*] (Equal x 1) [a b:string pack(*)])",
        ),
        ("find 'x' project-smart", "(FindSmart [] \"x\" [])"),
        (
            "T | evaluate bag_unpack(d, 'p_')",
            "T | (Evaluate bag_unpack(d, \"p_\") _)",
        ),
        (
            "T | evaluate hint.distribution=single pivot(a) : (*, b: long)",
            "T | (Evaluate [hint.distribution=single] pivot(a) *[b:long])",
        ),
        ("T | invoke f(x = 1)", "T | (Invoke f(x=1))"),
        (
            "datatable(a: long, b: string) [1, 'x', -2, 'y',]",
            "(Datatable [a:long b:string] [1 \"x\" (Minus 2) \"y\"])",
        ),
        (
            "externaldata(a: string) [h@'https://x'] with (format='csv', ignoreFirstRecord=true)",
            "(ExternalData [a:string] [\"https://x\"] [format=\"csv\" ignoreFirstRecord=true])",
        ),
    ]);
}

#[test]
fn subqueries() {
    trees(&[
        (
            "T | facet by a, b with (where c | take 1)",
            "T | (Facet [a b] <| (Where c) | (Take 1)>)",
        ),
        ("T | facet by a with take 1", "T | (Facet [a] <| (Take 1)>)"),
        (
            "T | fork x = (where a) (count | take 1)",
            "T | (Fork [x=<| (Where a)> _=<| (Count) | (Take 1)>])",
        ),
        (
            "T | partition hint.strategy=native by a.b (top 1 by c)",
            "T | (Partition [hint.strategy=native] a.b <| (Top 1 [c])>)",
        ),
        (
            "T | partition by a { T | take 1 }",
            "T | (Partition a T | (Take 1))",
        ),
        (
            "T | scan with_match_id=m order by t asc partition by k declare (n: long = 0) with \
             (step s: a == 1; step e optional output=all: s.t > t => n = 1, o = 2;)",
            "T | (Scan [with_match_id=m] [t^] [k] [n:long=0] [(Step s _ (Equal a 1) []) \
             (OptionalStep e all (Greater s.t t) [n=1 o=2])])",
        ),
    ]);
}

#[test]
fn arrays_and_series() {
    trees(&[
        (
            "T | mv-expand bagexpansion=array with_itemindex=i a, b = c.d to typeof(long) limit 5",
            "T | (MvExpand [bagexpansion=array with_itemindex=i] [a b=c.d:long] 5)",
        ),
        (
            "T | mvexpand kind=array a",
            "T | (MvExpand [kind=array] [a] 128)",
        ),
        ("T | mv-expand a take 7", "T | (MvExpand [a] 7)"),
        ("T | mv-expand kind", "T | (MvExpand [kind] _)"),
        (
            "T | mv-apply x = a to typeof(string) limit 3 on (where x has 'y' | summarize n = count())",
            "T | (MvApply [x=a:string] 3 <| (Where (Has x \"y\")) | (Summarize [n=count()] [])>)",
        ),
        (
            "T | make-series kind=nonempty n = count() default = 0, avg(b) on t from a to b step 1h by k",
            "T | (MakeSeries [kind=nonempty] [n=count()!0 avg(b)] t (Step a b timespan(36000000000)) [k])",
        ),
        (
            "T | makeseries count() on t in range(a, b, 1d)",
            "T | (MakeSeries [count()] t range(a, b, timespan(864000000000)) [])",
        ),
        (
            "T | make-series count() on t step 1",
            "T | (MakeSeries [count()] t (Step _ _ 1) [])",
        ),
    ]);
}

#[test]
fn text() {
    trees(&[
        (
            "T | parse a.b with * 'x=' x: long ' ' 'y=' y *",
            "T | (Parse a.b [* \"x=\" x:long \" y=\" y *])",
        ),
        (
            "T | parse-where kind=regex flags=Ui s with a '[0-9]+' b: string",
            "T | (ParseWhere [kind=regex flags=Ui] s [a \"[0-9]+\" b:string])",
        ),
        (
            "T | parse-kv s as (a: long, b: string) with (pair_delimiter=';', greedy=true)",
            "T | (ParseKv s [a:long b:string] [pair_delimiter=\";\" greedy=true])",
        ),
        (
            "T | reduce kind=source by a with threshold=0.1, characters='x'",
            "T | (Reduce [kind=source] a [threshold=0.1 characters=\"x\"])",
        ),
        ("T | render timechart", "T | (Render timechart [])"),
        (
            "T | render 3Dchart with (title='x', series=a, b, ymin=-1)",
            "T | (Render 3Dchart [title=\"x\" series=a series=b ymin=(Minus 1)])",
        ),
        (
            "T | render barchart kind=unstacked title='x'",
            "T | (Render barchart [kind=unstacked title=\"x\"])",
        ),
    ]);
}

#[test]
fn refused_ones_are_passed_over() {
    trees(&[
        (
            "E | make-graph a --> b with N on n | graph-match (x)-[e*1..2]->(y) where x.n == 'z' project x.n | take 1",
            "E | (Graph make-graph) | (Graph graph-match) | (Take 1)",
        ),
        (
            "macro-expand entity_group [cluster('a').database('b')] as X (X.T | take 1)",
            "(Other macro-expand)",
        ),
    ]);
}
