import Settings
import Testing

struct BracesTests {
    @Test func `names stand between double braces, with or without spaces`() {
        #expect(
            Braces("a {{b}} c {{ d.e }}").pieces == [.text("a "), .name("b", offset: 4), .text(" c "), .name("d.e", offset: 13)])
        #expect(Braces("").pieces == [.text("")])
        #expect(Braces("{a} } {").pieces == [.text("{a} } {")])
        #expect(Braces("{{}}").pieces == [.name("", offset: 2)])
    }

    @Test func `what is not closed is found`() {
        #expect(Braces("ä {{b").unclosed == 2)
        #expect(Braces("{{a}} {{b}").unclosed == 6)
        #expect(Braces("}} {{a}}").unclosed == nil)
    }

    @Test func `a name that means nothing is said at its place`() {
        let result = read("'x {{portt}} {{zz}}'") { $0.braces(in: $0.text() ?? "", names: ["port", "slot"]) { $0 == "port" ? 1 : nil } }
        #expect(
            result.complaints == [
                "1:9: error: unknown name \"{{portt}}\" (did you mean \"{{port}}\"?)",
                "1:19: error: unknown name \"{{zz}}\"; what can stand here: port, slot",
            ])
    }
}
