import Base
import Testing

@Suite struct FormDecodingTests {
    @Test(arguments: [
        ("a", "a"), ("a+b", "a b"), ("a%20b", "a b"), ("%C3%BC", "ü"), ("%2B", "+"), ("100%", "100%"), ("%4", "%4"),
        ("%zz", "%zz"), ("%-0", "%-0"), ("%+1", "% 1"), ("%25%32", "%2"), ("", ""),
    ])
    func `what is not an escape stands for itself`(_ text: String, _ decoded: String) {
        #expect(String(formDecoding: text) == decoded)
    }

    @Test func `names and values are decoded, in their order`() {
        let items = String.formItems(of: "a=1&&b=x%3Dy=z&c&a=%26")
        #expect(items.map(\.name) == ["a", "b", "c", "a"])
        #expect(items.map(\.value) == ["1", "x=y=z", "", "&"])
    }
}
