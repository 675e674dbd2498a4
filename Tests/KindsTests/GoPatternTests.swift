import Kinds
import Testing

/// What Go's `regexp` takes and refuses (<https://github.com/google/re2/wiki/Syntax>), which is how an outpost reads
/// `skipPaths`.
struct GoPatternTests {
    private static func complaint(_ pattern: String) -> Complaint? { TextRule.goPattern.check(pattern) }

    @Test(arguments: [
        // Single characters and classes.
        ".", "[xyz]", "[^xyz]", #"\d\D\s\S\w\W"#, "[[:alpha:]]", "[[:^alpha:]]", "[^[:word:][:xdigit:]]", #"\pN"#,
        #"\PL"#,
        #"\p{L}"#, #"\p{Greek}"#, #"\P{Greek}"#, #"\p{^Old_Uyghur}"#, #"[\p{Lu}\pN\d_-]"#, #"\p{Any}"#,
        "[]a]", "[^]a]", "[]-a]", "[a-]", "[-a]", "[a-b-c]", "[[]", "[[:]", "[(?=]", #"[\]]"#, #"[\x{41}-\x5A]"#,
        #"[\d-z]"#,
        // Composites and repetitions.
        "", "xy", "x|y", "|", "(|)", "x*", "x+?", "x??", "x{2}", "x{2,}?", "x{2,3}", "x{1000}", "x{0}", "(x{10}){100}",
        "((x{1000}){0}){2}", "^*", #"\b+"#, "()*", "(?:)*", "a*(?i)*", #"a*\Q\E*"#,
        // What only looks like a repetition.
        "x{", "x{}", "x{a}", "x{,2}", "x{2", "x{02}", "{", "{1", "a{,}*",
        // Groups.
        "(x)", "(?P<name>x)", "(?<name>x)", "(?<1>x)", "(?P<n>a)(?P<n>b)", "(?:x)", "(?i)x", "(?i-s:x)", "(?U)x+",
        "(?imsU-imsU)", "(?)",
        // Places.
        "^a$", #"\Aa\z"#, #"\ba\B"#,
        // Escapes.
        #"\a\f\t\n\r\v"#, #"\123"#, #"\0"#, #"\08"#, #"\12"#, #"\x7F"#, #"\x{10FFFF}"#, #"\x{0000041}"#, #"\*\_\-\/\ "#,
        #"\Q..\E"#, #"\Q(["#, #"\Qa\E+"#, #"\\Z"#, "é+", "^/health$",
    ])
    func `Go takes it`(pattern: String) { #expect(Self.complaint(pattern) == nil) }

    @Test(arguments: [
        // Repetitions of repetitions.
        ("a++", "++"), ("a*+", "*+"), ("a**", "**"), ("a+*?", "+*?"), ("a{2}{3}", "{2}{3}"), ("a??+", "??+"),
        // Groups of others.
        ("(?=a)", "(?="), ("(?!a)", "(?!"), ("(?<=a)", "(?<="), ("(?<!a)", "(?<!"), ("(?>a)", "(?>"), ("(?#a)", "(?#"),
        ("(?x) a", "(?x"), ("(?ix:a)", "(?ix"), ("(?P=n)", "(?P="), ("(?P>n)", "(?P>"), ("(?(1)a)", "(?("),
        ("(?|a)", "(?|"),
        ("(?i-)", "(?i-)"), ("(?--i)", "(?--"), ("(?'n'a)", "(?'"),
        // Escapes of others.
        (#"(a)\1"#, #"\1"#), (#"\8"#, #"\8"#), (#"\Z"#, #"\Z"#), (#"\u0041"#, #"\u"#), (#"\N{DIGIT ONE}"#, #"\N"#),
        (#"\C"#, #"\C"#), (#"\h"#, #"\h"#), (#"\G"#, #"\G"#), (#"\e"#, #"\e"#), (#"\E"#, #"\E"#), (#"\k<n>"#, #"\k"#),
        (#"\é"#, #"\é"#), (#"[\b]"#, #"\b"#), (#"[\Q]\E]"#, #"\Q"#), (#"[a-\d]"#, #"\d"#), (#"[a-\pL]"#, #"\p"#),
        (#"\x"#, #"\x"#), (#"\x4"#, #"\x4"#), (#"\x{}"#, #"\x{}"#), (#"\x{110000}"#, #"\x{110000}"#),
        (#"\xg0"#, #"\xg0"#),
        // Names of nothing.
        (#"\p{Klingon}"#, #"\p{Klingon}"#), (#"\p{greek}"#, #"\p{greek}"#), (#"\pX"#, #"\pX"#), (#"\p"#, #"\p"#),
        ("[[:alpha1:]]", "[:alpha1:]"),
    ])
    func `others know it, and Go does not`(pattern: String, construct: String) {
        let complaint = Self.complaint(pattern)
        #expect(complaint?.message == "contains '\(construct)', which outposts do not support")
        #expect(complaint?.hint?.hasPrefix("outposts read it as a Go regular expression, ") == true)
    }

    @Test(arguments: [
        ("(a", "a '(' is not closed"), ("(?i", "a '(' is not closed"), ("a)", "a ')' has no matching '('"),
        ("[a", "a '[' is not closed"), ("[]", "a '[' is not closed"), ("[^]", "a '[' is not closed"),
        ("*a", "'*' has nothing to repeat"), ("a|+", "'+' has nothing to repeat"),
        ("(?i)*", "'*' has nothing to repeat"), ("(?:{2})", "'{2}' has nothing to repeat"),
        (#"\Q\E*"#, "'*' has nothing to repeat"),
        ("x{1001}", "'{1001}' repeats something more than 1000 times"),
        ("x{1001,}", "'{1001,}' repeats something more than 1000 times"),
        ("x{9876543210}", "'{9876543210}' repeats something more than 1000 times"),
        ("(x{100}y){11}", "'{11}' repeats something more than 1000 times"),
        ("((x{2,}){20}|a){26}", "'{26}' repeats something more than 1000 times"),
        ("x{3,2}", "the minimum of '{3,2}' is greater than its maximum"),
        ("[z-a]", "the range 'z-a' ends before it begins"),
        ("(?P<n", "a '>' is missing after a group's name"),
        ("(?<a b>c)", "a group's name may only have ASCII letters, digits and '_'"),
        ("(?P<>c)", "a group's name may only have ASCII letters, digits and '_'"),
        (#"a\"#, #"it ends with a single '\'"#), (#"\p{L"#, #"the '{' of '\p' is not closed"#),
        (String(repeating: "(", count: 1000), "groups are nested too deeply"),
    ])
    func `nobody takes it`(pattern: String, reason: String) {
        #expect(Self.complaint(pattern)?.message == "is not a valid regular expression: \(reason)")
    }
}
