import Settings
import Testing

struct VariablesTests {
    private static let environment = ["NAME": "value", "PORT": "8080", "EMPTY": ""]

    @Test(arguments: [
        ("x ${NAME} y", "x value y"), ("${NAME}${NAME}", "valuevalue"), ("${NONE:-default}", "default"), ("${NAME:-default}", "value"),
        ("${EMPTY:-default}", "default"), ("${EMPTY}", ""), ("$${NAME}", "${NAME}"), ("$NAME", "$NAME"), ("$$", "$$"), ("${NONE:-}", ""),
        ("${NONE:-a:-b}", "a:-b"),
    ])
    func `variables are replaced in any text`(text: String, replaced: String) {
        let result = read("'\(text)'", environment: Self.environment) { $0.text() }
        #expect(result.value == replaced)
        #expect(result.complaints.isEmpty)
    }

    @Test(arguments: [
        ("x ${NONE} y", "1:7: error: the environment variable NONE is not set; set it, or write ${NONE:-default}"),
        ("${NAME", "1:5: error: this \"${\" is not closed by \"}\"; \"$${\" is a literal \"${\""),
        ("ä ${9A}", "1:7: error: \"${9A}\" is neither ${NAME} nor ${NAME:-default}; \"$${\" is a literal \"${\""),
        ("${X%%y}", "1:5: error: \"${X%%y}\" is neither ${NAME} nor ${NAME:-default}; \"$${\" is a literal \"${\""),
    ])
    func `what cannot be replaced is said at its place`(text: String, complaint: String) {
        let result = read("'\(text)'", environment: Self.environment) { $0.text() }
        #expect(result.value == nil)
        #expect(result.complaints == [complaint])
    }

    @Test func `a replaced value is a number, in quotes and without them`() {
        #expect(read("${PORT}", environment: Self.environment) { $0.number(in: 1...65535) }.value == 8080)
        #expect(read("\"${PORT}\"", environment: Self.environment) { $0.number(in: 1...65535) }.value == 8080)
        #expect(read("${X:-5s}") { $0.duration(in: .zero ... .seconds(9)) }.value == .seconds(5))
    }

    @Test func `every variable that is not set is named`() {
        #expect(read("${A} ${B}") { $0.text() }.complaints.count == 2)
    }
}
