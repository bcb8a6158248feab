import Settings
import Testing

struct UnitsTests {
    @Test(arguments: [
        ("250ms", Duration.milliseconds(250)), ("5s", .seconds(5)), ("2m", .seconds(120)), ("1h", .seconds(3600)), ("7", .seconds(7)),
        ("1.5s", .milliseconds(1500)), ("0.25", .milliseconds(250)), ("0", .zero), ("10 s", .seconds(10)), ("1.5h", .seconds(5400)),
    ])
    func `durations have a unit, or are seconds`(text: String, duration: Duration) throws {
        #expect(try Units.duration(text) == duration)
    }

    @Test(arguments: ["", "s", "5x", "5S", "-5s", "1.s", ".5s", "1.2.3s", "1e3", "5s5", "1h30m", "٣s", "0x5", "99999999999999999999s"])
    func `what is no duration is refused`(text: String) {
        #expect(throws: Units.Fault.self) { try Units.duration(text) }
    }

    @Test func `what is finer than a millisecond, or overflows, says which`() {
        #expect(throws: Units.Fault.tooFine) { try Units.duration("0.0005s") }
        #expect(throws: Units.Fault.tooFine) { try Units.duration("0.0000000001h") }
        #expect(throws: Units.Fault.tooLarge) { try Units.duration("9223372036854775807h") }
        #expect(throws: Units.Fault.tooLarge) { try Units.size("9223372036854775807KiB") }
        #expect(throws: Units.Fault.tooFine) { try Units.size("0.3") }
    }

    @Test(arguments: [
        ("512", 512), ("64KiB", 65536), ("10MB", 10_000_000), ("1kb", 1000), ("1.5MiB", 1_572_864), ("2GiB", 2 << 30), ("3 B", 3),
        ("1TB", 1_000_000_000_000),
    ])
    func `sizes are bytes`(text: String, size: Int) throws {
        #expect(try Units.size(text) == size)
    }

    @Test(arguments: ["", "KiB", "1K", "1M", "-1", "0x10", "1e3", "1_000"])
    func `what is no size is refused`(text: String) {
        #expect(throws: Units.Fault.malformed) { try Units.size(text) }
    }

    @Test func `a ratio is the same number in both forms`() throws {
        #expect(try Units.ratio("20%") == 0.2)
        #expect(try Units.ratio("0.2") == 0.2)
        #expect(try Units.ratio("33.3333%") == 0.333333)
        #expect(try Units.ratio("100%") == 1)
        #expect(throws: Units.Fault.malformed) { try Units.ratio("%") }
        #expect(throws: Units.Fault.malformed) { try Units.ratio("20%%") }
    }

    @Test func `modes are octal in every form`() throws {
        for text in ["0600", "600", "0o600"] { #expect(try Units.mode(text) == 0o600) }
        for text in ["", "0o", "0x1", "688", "rw"] { #expect(throws: Units.Fault.malformed) { try Units.mode(text) } }
    }

    @Test(arguments: [0, 1, 250, 999, 1000, 1500, 59_000, 60_000, 90_000, 3_600_000, 5_400_000, 31_536_000_000])
    func `a written duration is read as the same`(milliseconds: Int) throws {
        #expect(try Units.duration(Units.text(of: .milliseconds(milliseconds))) == .milliseconds(milliseconds))
    }

    @Test(arguments: [0, 1, 1000, 1023, 1024, 65536, 1 << 20, 3 << 30, 1 << 40, (1 << 40) + 1])
    func `a written size is read as the same`(bytes: Int) throws {
        #expect(try Units.size(Units.text(ofSize: bytes)) == bytes)
    }

    @Test(arguments: ["0", "1", "2", "1.5", "0.1", "0.000000001", "99.999999999", "0.333333333"])
    func `a written decimal is read as the same`(text: String) throws {
        let decimal = try Units.decimal(text)
        #expect(Units.text(of: decimal) == text)
        #expect(try Units.decimal(Units.text(of: decimal)) == decimal)
    }

    @Test func `a port has no leading zeros, and is none but for 1 to 65535`() {
        #expect(["1", "80", "65535"].map { Units.port($0[...]) } == [1, 80, 65535])
        for text in ["", "0", "080", "65536", "+1", "-1", "1 ", "8o", String(repeating: "9", count: 40)] {
            #expect(Units.port(text[...]) == nil)
        }
    }
}
