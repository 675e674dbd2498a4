import Kinds
import Planning
import Testing

/// Values that Python's `datetime.timedelta` gives for what `timedelta_from_string` reads.
@Suite struct DurationTests {
    @Test(arguments: [
        ("hours=1", "minutes=60", true),
        ("days=30;hours=0", "days=30", true),
        ("weeks=1", "days=7", true),
        ("seconds=1", "milliseconds=1000", true),
        ("minutes=1;seconds=30", "seconds=90", true),
        ("hours=1", "hours=2", false),
        ("hours=1.5", "minutes=90", true),
        ("hours=0.1;minutes=54", "hours=1", true),
        ("hours=1.5", "minutes=89", false),
        // Half a microsecond is rounded to the even one, of the sum.
        ("microseconds=0.5", "seconds=0", true),
        ("microseconds=1.5", "microseconds=2", true),
        ("microseconds=2.5", "microseconds=2", true),
        ("milliseconds=0.0005;microseconds=1", "microseconds=2", true),
        ("seconds=15e-7", "microseconds=2", true),
        ("seconds=1e-7", "seconds=0", true),
        ("weeks=0.3333333333333333", "microseconds=201600000000", true),
        ("minutes=0.1;seconds=0.1;milliseconds=0.1", "microseconds=6100100", true),
        // Of a unit that comes twice the last counts; one that is not known is skipped, whatever is behind it.
        ("hours=1;hours=2", "hours=2", true),
        ("fortnights=x;hours=1", "hours=1", true),
        ("HOURS=2", "hours=2", true),
        // Whatever Python's float takes.
        (" hours= 1 ", "hours=1", true),
        ("hours=1_0", "hours=10", true),
        ("hours=1e1", "hours=10", true),
        ("hours=.5", "minutes=30", true),
        ("hours=1.", "hours=1", true),
        ("hours=+1", "hours=1", true),
        ("hours=-1", "minutes=-60", true),
        ("hours=\u{661}", "hours=1", true),
        ("hours=1\u{1C}", "hours=1", true),
        ("days=999999999", "weeks=142857142;days=5", true),
        ("days=-999999999", "days=-999999999;hours=0", true),
    ])
    func meansTheSame(_ left: String, _ right: String, _ isSame: Bool) throws {
        let first = try #require(AuthentikDuration(left))
        let second = try #require(AuthentikDuration(right))
        #expect((first == second) == isSame)
    }

    @Test(arguments: [
        "one hour", "hours", "hours=", "=1", "fortnights=1", "hours=99999999999999999999", "", "hours=1;", "hours=1=2",
        "hours=1;minutes", "hours =1", "hours=0x10", "hours=inf", "hours=nan", "hours=1__0", "hours=_1", "hours=1_",
        "hours=1_.5", "hours=.", "hours=e1", "hours=1e", "hours=- 1", "hours=1 0", "days=1000000000", "days=1e300",
        "days=-999999999.5", "hours=1e400", "hours=\u{BD}", "1h",
    ])
    func refusesWhatAuthentikRefuses(_ text: String) {
        #expect(AuthentikDuration(text) == nil)
    }
}
