"""Random expressions of a wanted KQL type.

In: a source of chance, the columns in scope, how deep to go. Out: `tree.Expression`. What always holds:
Kusto would accept the types, and nothing here depends on the clock or on chance of its own.
"""

from data import POOLS, literal
from tree import Expression as E

TEXT_OPERATORS = [
    "has", "!has", "has_cs", "!has_cs", "contains", "!contains", "contains_cs", "!contains_cs", "startswith",
    "!startswith", "startswith_cs", "endswith", "!endswith", "endswith_cs", "hasprefix", "!hasprefix", "hassuffix",
    "!hassuffix", "hasprefix_cs", "hassuffix_cs", "=~", "!~", "==", "!=",
]
NEEDLES = [
    "alpha", "Alpha", "beta", "a", "", "_", "x-y", "ä", "STRASSE", "straße", "日本語", "日", "term", "12", "q=1", "k",
    "Temp\\", "exe", "3.5", "😀", "0x", " ", "10.0", "alpha_", "b c", "B",
]
REGEXES = ["^a", "[0-9]+", "a.*b", "(?i)ALPHA", "^$", "\\d", "\\s", "x|y", "[^a-z]", "a{2,}", "\\bbeta\\b", "[äÄ]"]
REWRITES = ["", "<", "<\\1>"]
GROUPS = ["([a-z]+)", "([0-9]+)", "(a)(.)", "=(.*?);", "^(.)", "(\\w+)\\W(\\w+)"]
SPANS = ["1h", "1d", "30m", "10s", "1ms", "90m", "6h", "12h", "2d", "8h"]
# DuckDB bins these from another origin.
LONG_SPANS = ["7d", "365d", "36h"]
UNITS = ["year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond"]
PARTS = ["Year", "Month", "Day", "Hour", "Minute", "Second", "Quarter", "DayOfYear", "Millisecond"]
FORMATS = ["yyyy-MM-dd", "yy-M-d H:m:s", "HH:mm:ss.fff", "dd/MM/yyyy hh:mm tt", "yyyyMMddHHmmss.ffffff"]
NUMBER_TEXTS = ["12", "-7", "0x1F", "1e3", "3.7", "", "abc", " 5 ", "9223372036854775807", "1,5", "true", "-0.5"]
TIME_TEXTS = ["2024-02-29", "2024-02-29T13:45:30Z", "2024-01-01 10:00:00.5", "2024-02-30", "", "nope", "2024-02-29T23:00:00+02:00"]
SPAN_TEXTS = ["01:02:03", "1.00:00:00", "-00:30:00", "x", "", "00:00:00.5"]
JSON_TEXTS = ['{"a":1,"b":"x"}', "[1,2.5,null]", "null", '"q"', "5", "", '{"a":{"b":[1,{"c":true}]}}', "[]"]
PATHS = [".a", '["a"]', "[0]", "[-1]", ".b.c", ".l[1]", '["b"]["c"]', "[3].a[0]", ".b[1].c", ".zzz"]


class Maker:
    """Makes expressions over `columns`, a list of (name, kind)."""

    def __init__(self, chance, columns):
        self.chance = chance
        self.columns = columns

    def pick(self, options):
        return options[self.chance.randrange(len(options))]

    def often(self, options, seldom):
        """One of the options; one in thirty times one of what the engines are known to differ on."""
        return self.pick(seldom if self.chance.random() < 1 / 30 else options)

    def text(self, options):
        return literal("string", self.pick(options))

    def constant(self, kind):
        if kind == "timespan" and self.chance.random() < 0.6:
            return E(kind, self.pick(SPANS))
        pool = {"long": "n", "real": "r", "string": "s", "datetime": "t", "timespan": "d", "bool": "b", "dynamic": "j"}
        return E(kind, literal(kind, self.pick(POOLS[pool[kind]])))

    def leaf(self, kind):
        names = [name for name, has in self.columns if has == kind or (kind, has) == ("long", "int")]
        if names and self.chance.random() < 0.8:
            return E(kind, self.pick(names))
        return self.constant(kind)

    def make(self, kind, depth):
        if depth <= 0 or self.chance.random() < 0.15:
            return self.leaf(kind)
        if self.chance.random() < 0.1:
            return self.branch(kind, depth - 1)
        return getattr(self, kind)(depth - 1)

    def branch(self, kind, depth):
        """Forms that every type has."""
        sub = lambda: self.make(kind, depth)
        choice = self.chance.randrange(4 if kind in ("long", "real", "datetime", "timespan") else 3)
        if choice == 0:
            return E(kind, "iff(", self.bool(depth - 1), ", ", sub(), ", ", sub(), ")")
        if choice == 1:
            tests = (self.bool(depth - 1), self.bool(depth - 1))
            return E(kind, "case(", tests[0], ", ", sub(), ", ", tests[1], ", ", sub(), ", ", sub(), ")")
        if choice == 2:
            return E(kind, "coalesce(", sub(), ", ", sub(), ")")
        return E(kind, self.pick(["min_of", "max_of"]), "(", sub(), ", ", sub(), ")")

    def bool(self, depth):
        make, pick = self.make, self.pick
        choice = self.chance.randrange(13)
        if choice <= 3:
            right = E("string", self.text(NEEDLES)) if self.chance.random() < 0.85 else self.leaf("string")
            return E("bool", "(", make("string", depth - 1), f" {pick(TEXT_OPERATORS)} ", right, ")")
        if choice <= 5:
            kind = pick(["long", "long", "real", "string", "datetime", "timespan"])
            signs = ["==", "!="] if kind == "string" else ["==", "!=", "<", "<=", ">", ">="]
            return E("bool", "(", make(kind, depth), f" {pick(signs)} ", make(kind, depth - 1), ")")
        if choice == 6:
            return E("bool", "(", make("bool", depth), pick([" and ", " or "]), make("bool", depth), ")")
        if choice == 7:
            return E("bool", "not(", make("bool", depth), ")")
        if choice == 8:
            kind = pick(["long", "real", "datetime", "timespan", "dynamic", "bool", "string"])
            return E("bool", pick(["isnull", "isnotnull", "isempty", "isnotempty"]), "(", make(kind, depth), ")")
        if choice == 9:
            names = pick(["in", "!in", "in~", "!in~", "has_any", "has_all"])
            needles = ", ".join(self.text(NEEDLES) for _ in range(self.chance.randrange(1, 4)))
            return E("bool", "(", make("string", depth - 1), f" {names} ({needles}))")
        if choice == 10:
            kind = pick(["long", "datetime", "real"])
            ends = (self.constant(kind), self.constant(kind))
            return E("bool", "(", make(kind, depth), pick([" between (", " !between ("]), ends[0], " .. ", ends[1], "))")
        if choice == 11:
            return E("bool", "(", make("string", depth - 1), f" matches regex {self.text(REGEXES)})")
        numbers = ", ".join(str(self.constant("long")) for _ in range(3))
        return E("bool", "(", make("long", depth - 1), f" {pick(['in', '!in'])} ({numbers}))")

    def long(self, depth):
        make, pick = self.make, self.pick
        choice = self.chance.randrange(20)
        if choice == 16:
            return E("long", "array_index_of(", make("dynamic", depth), f", {pick(['1', '3', 'dynamic(null)', repr('b'), repr('x')])})")
        if choice == 17:
            return E("long", pick(["binary_shift_left", "binary_shift_right"]), "(", make("long", depth), f", {pick('0139')})")
        if choice == 18:
            return E("long", "countof(", make("string", depth), f", {self.text(REGEXES[1:3] + ['a.', '.', 'al'])}, 'regex')")
        if choice == 19:
            return E("long", "strlen(gettype(", make("dynamic", depth), "))")
        if choice <= 3:
            return E("long", "(", make("long", depth), f" {pick(['+', '-', '*', '/', '%'])} ", make("long", depth), ")")
        if choice == 4:
            return E("long", pick(["strlen", "tolong", "toint"]), "(", make("string", depth), ")")
        if choice == 5:
            return E("long", pick(["tolong", "toint"]), "(", make(pick(["real", "bool", "dynamic"]), depth), ")")
        if choice == 6:
            return E("long", "tolong(", E("string", self.text(NUMBER_TEXTS)), ")")
        if choice == 7:
            return E("long", "indexof(", make("string", depth), f", {self.text(NEEDLES)})")
        if choice == 8:
            return E("long", "countof(", make("string", depth), f", {self.text(['a', 'b', '.', ' ', 'al'])})")
        if choice == 9:
            return E("long", "array_length(", make("dynamic", depth), ")")
        if choice == 10:
            return E("long", f"datetime_diff({self.text(UNITS)}, ", make("datetime", depth), ", ", make("datetime", depth), ")")
        if choice == 11:
            return E("long", f"datetime_part({self.text(PARTS)}, ", make("datetime", depth), ")")
        if choice == 12:
            name = pick(["getyear", "getmonth", "monthofyear", "dayofmonth", "dayofyear", "hourofday", "week_of_year"])
            return E("long", name, "(", make("datetime", depth), ")")
        if choice == 13:
            return E("long", pick(["abs", "sign", "binary_not"]), "(", make("long", depth), ")")
        if choice == 14:
            name = pick(["binary_and", "binary_or", "binary_xor"])
            return E("long", name, "(", make("long", depth), ", ", make("long", depth), ")")
        return E("long", "bin(", make("long", depth), f", {pick(['5', '10', '3', '1'])})")

    def real(self, depth):
        make, pick = self.make, self.pick
        choice = self.chance.randrange(10)
        if choice == 8:
            return E("real", "array_sum(", make("dynamic", depth), ")")
        if choice == 9:
            return E("real", "pow(", make("real", depth), f", {pick(['2', '3', '0'])})")
        if choice <= 2:
            sign = pick(["+", "-", "*", "/"])
            # Divisions by zero differ.
            if sign == "/" and self.chance.random() < 0.9:
                return E("real", "(", make("real", depth), f" / {pick(['2', '3.5', '0.25', '7'])})")
            other = make(pick(["real", "real", "long"]), depth)
            return E("real", "(", make("real", depth), f" {sign} ", other, ")")
        if choice == 3:
            return E("real", "round(", make("real", depth), f", {self.chance.randrange(0, 3)})")
        if choice == 4:
            return E("real", pick(["floor", "bin"]), "(", make("real", depth), f", {pick(['0.5', '1.0', '2.5'])})")
        if choice == 5:
            name = pick(["exp2", "exp10", "abs", "ceiling", "todouble", "sin", "cos", "atan", "log(1.5 + abs", "sqrt(abs"])
            if "(" in name:
                return E("real", name, "(", make("real", depth), "))")
            return E("real", name, "(", make("real", depth), ")")
        if choice == 6:
            text = E("string", self.text(NUMBER_TEXTS)) if self.chance.random() < 0.7 else make("string", depth)
            return E("real", "todouble(", text, ")")
        return E("real", "(", make("timespan", depth), f" / {pick(SPANS)})")

    def string(self, depth):
        make, pick = self.make, self.pick
        choice = self.chance.randrange(17)
        if choice <= 1:
            return E("string", pick(["tolower", "toupper", "reverse", "tostring"]), "(", make("string", depth), ")")
        if choice == 2:
            return E("string", "strcat(", make("string", depth), ", ", make("string", depth), ")")
        if choice == 3:
            start, length = self.chance.randrange(-2, 6), self.chance.randrange(0, 5)
            return E("string", "substring(", make("string", depth), f", {start}, {length})")
        if choice == 4:
            name = pick(["trim", "trim_start", "trim_end"])
            return E("string", name, f"({self.text(['a', ' ', '[a-z]+', '[^a-z]+', '-'])}, ", make("string", depth), ")")
        if choice == 5:
            return E("string", "replace_string(", make("string", depth), f", {self.text(['a', 'al', ' ', '.'])}, {self.text(['', 'X', 'aa'])})")
        if choice == 6:
            return E("string", "replace_regex(", make("string", depth), f", {self.text(REGEXES[:3] + GROUPS)}, {self.text(REWRITES)})")
        if choice == 7:
            return E("string", f"extract({self.text(GROUPS)}, {pick(['0', '1', '1'])}, ", make("string", depth), ")")
        if choice == 8:
            index = self.chance.randrange(-1, 3)
            return E("string", "tostring(split(", make("string", depth), f", {self.text([',', '.', ' ', ';', 'al'])})[{index}])")
        if choice == 9:
            return E("string", "tostring(", make(pick(["long", "real", "bool"]), depth), ")")
        if choice == 10:
            return E("string", "tostring(", make(pick(["datetime", "timespan", "dynamic"]), depth), ")")
        if choice == 11:
            return E("string", "format_datetime(", make("datetime", depth), f", {self.text(FORMATS)})")
        if choice == 12:
            return E("string", "gettype(", make(pick(["dynamic", "dynamic", "long", "real", "timespan"]), depth), ")")
        if choice == 13:
            return E("string", f"strcat_delim({self.text([',', '-', ''])}, ", make("string", depth), ", ", make("string", depth), ")")
        if choice == 14:
            name = pick(["base64_encode_tostring", "base64_decode_tostring", "hash_md5", "hash_sha256"])
            return E("string", name, "(", make("string", depth), ")")
        if choice == 15:
            return E("string", "strrep(", make("string", depth), f", {pick(['0', '1', '3'])})")
        return E("string", "strcat_array(", make("dynamic", depth), f", {self.text([',', '', '|'])})")

    def datetime(self, depth):
        make, pick = self.make, self.pick
        choice = self.chance.randrange(8)
        if choice == 0:
            return E("datetime", "bin(", make("datetime", depth), f", {self.often(SPANS, LONG_SPANS)})")
        if choice <= 2:
            name = pick(["start", "end"]) + "of" + pick(["day", "week", "month", "year"])
            offset = pick(["", "", ", 1", ", -1", ", 3"])
            return E("datetime", name, "(", make("datetime", depth), offset, ")")
        if choice == 3:
            return E("datetime", f"datetime_add({self.text(UNITS)}, {self.chance.randrange(-3, 15)}, ", make("datetime", depth), ")")
        if choice <= 5:
            return E("datetime", "(", make("datetime", depth), f" {pick('+-')} ", make("timespan", depth), ")")
        if choice == 6:
            text = E("string", self.text(TIME_TEXTS)) if self.chance.random() < 0.7 else make("string", depth)
            return E("datetime", "todatetime(", text, ")")
        numbers = ", ".join(pick(options) for options in (["2024", "2023", "1999"], ["1", "3", "12", "10"], ["1", "29", "31"], ["0", "23"], ["0", "59"], ["0", "7.25"]))
        return E("datetime", f"make_datetime({numbers})")

    def timespan(self, depth):
        make, pick = self.make, self.pick
        choice = self.chance.randrange(6)
        if choice == 0:
            return E("timespan", "(", make("datetime", depth), " - ", make("datetime", depth), ")")
        if choice == 1:
            return E("timespan", "(", make("timespan", depth), f" {pick('+-')} ", make("timespan", depth), ")")
        if choice == 2:
            return E("timespan", "(", make("timespan", depth), f" {pick('*/')} {pick(['2', '3', '0.5', '7'])})")
        if choice == 3:
            return E("timespan", "totimespan(", E("string", self.text(SPAN_TEXTS)), ")")
        if choice == 4:
            if self.chance.random() < 0.3:
                return E("timespan", f"make_timespan({pick('029')}, {pick(['0', '59'])}, {pick(['0', '7.5'])})")
            return E("timespan", "dayofweek(", make("datetime", depth), ")")
        if self.chance.random() < 0.1:
            return E("timespan", "bin(", make("timespan", depth), f", {pick(SPANS)})")
        return E("timespan", "(", make("datetime", depth), " - ", self.constant("datetime"), ")")

    def dynamic(self, depth):
        make, pick = self.make, self.pick
        choice = self.chance.randrange(13)
        if choice <= 2:
            return E("dynamic", self.leaf_path(), pick(PATHS))
        if choice == 3:
            return E("dynamic", f"parse_json({self.text(JSON_TEXTS)})")
        if choice == 4:
            kinds = [pick(["long", "string", "real", "bool"]) for _ in range(2)]
            return E("dynamic", "pack_array(", make(kinds[0], depth), ", ", make(kinds[1], depth), ")")
        if choice == 5:
            return E("dynamic", 'bag_pack("p", ', make(pick(["long", "string"]), depth), ', "q", ', make("dynamic", depth), ")")
        if choice == 6:
            return E("dynamic", "split(", make("string", depth), f", {self.text([',', '.', ' ', 'a'])})")
        if choice == 7:
            if self.chance.random() < 0.3:
                return E("dynamic", "zip(", make("dynamic", depth), ", ", make("dynamic", depth), ")")
            return E("dynamic", "array_concat(", make("dynamic", depth), ", ", make("dynamic", depth), ")")
        if choice == 8:
            start, end = self.chance.randrange(-3, 3), self.chance.randrange(-2, 4)
            return E("dynamic", "array_slice(", make("dynamic", depth), f", {start}, {end})")
        if choice == 9:
            name = pick(["array_sort_asc", "array_sort_desc", "array_reverse"])
            return E("dynamic", name, "(", make("dynamic", depth), ")")
        if choice == 10:
            return E("dynamic", 'pack("a", ', make("dynamic", depth), ', "z", ', make("bool", depth), ")")
        if choice == 11:
            return E("dynamic", f"extract_all({self.text(GROUPS)}, ", make("string", depth), ")")
        if self.chance.random() < 0.9:
            return E("dynamic", "parse_json(tostring(", make("dynamic", depth), "))")
        return E("dynamic", "parse_json(", make("string", depth), ")")

    def leaf_path(self):
        """What a path may start from: a column, or brackets around the rest."""
        names = [name for name, kind in self.columns if kind == "dynamic"]
        if names and self.chance.random() < 0.8:
            return self.pick(names)
        return f"parse_json({self.text(JSON_TEXTS)})"
