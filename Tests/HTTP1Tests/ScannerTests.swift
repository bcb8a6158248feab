import HTTP1
import Testing

/// The scanner's fast loops against loops that are plainly right.
@Suite("The scanner")
struct ScannerTests {
    private static let tokens = Set("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    @Test("finds what a naive loop finds, in random bytes at every offset")
    func twins() {
        var generator = SeededGenerator(seed: 20_260_101)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...80, using: &generator)
            var bytes = (0..<count).map { _ in UInt8.random(in: 0x61...0x7a, using: &generator) }
            for _ in 0..<Int.random(in: 0...2, using: &generator) where count > 0 {
                bytes[Int.random(in: 0..<count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            let from = Int.random(in: 0...count, using: &generator)
            let end = Int.random(in: from...count, using: &generator)
            func naive(_ stops: (UInt8) -> Bool) -> Int { bytes[from..<end].firstIndex(where: stops) ?? end }
            #expect(bytes.endOfToken(from, end) == naive { !Self.tokens.contains($0) })
            #expect(bytes.endOfTarget(from, end) == naive { $0 <= 0x20 || $0 >= 0x7f || $0 == 0x23 })
            #expect(bytes.endOfValue(from, end) == naive { $0 < 0x20 && $0 != 9 || $0 == 0x7f })
            let wanted = bytes.randomElement(using: &generator) ?? 0x3f
            #expect(bytes.first(wanted, from, end) == naive { $0 == wanted })
        }
    }

    @Test("stops at every byte it should stop at, wherever in a step that is")
    func everyByte() {
        for byte in UInt8.min...UInt8.max {
            for position in 0..<40 {
                var bytes = [UInt8](repeating: 0x61, count: 40)
                bytes[position] = byte
                let isToken = Self.tokens.contains(byte)
                #expect(bytes.endOfToken(0, 40) == (isToken ? 40 : position))
                let isTarget = byte > 0x20 && byte < 0x7f && byte != 0x23
                #expect(bytes.endOfTarget(0, 40) == (isTarget ? 40 : position))
                let isValue = byte >= 0x20 && byte != 0x7f || byte == 9
                #expect(bytes.endOfValue(0, 40) == (isValue ? 40 : position))
            }
        }
    }

    @Test("tells a field name in either case, and takes no other token for it")
    func names() {
        let words = [
            "te", "via", "host", "cookie", "upgrade", "x-real-ip", "connection", "content-type", "http2-settings", "x-forwarded-for",
            "proxy-connection", "x-forwarded-proto",
        ]
        for word in words {
            let name = FieldName(word)
            #expect(name != .other && FieldName(word.uppercased()) == name)
            for position in word.utf8.indices.map({ word.utf8.distance(from: word.startIndex, to: $0) }) {
                for byte in Self.tokens {
                    var bytes = Array(word.utf8)
                    let isSame = bytes.equalsIgnoringCase(bytes.replacing(position, with: byte))
                    bytes[position] = byte
                    #expect((FieldName(String(decoding: bytes, as: UTF8.self)) == name) == isSame, "\(word) with \(byte) at \(position)")
                }
            }
        }
    }

    @Test("folds letters and nothing else")
    func folding() {
        let word: StaticString = "a-z0/"
        #expect("xA-Z0/y".octets.holds(word, at: 1))
        #expect(!"A\rZ0/".octets.holds(word, at: 0))
        #expect(!"A-Z\u{10}/".octets.holds(word, at: 0))
        #expect(!"a-z0".octets.holds(word, at: 0))
        for a in UInt8.min...UInt8.max {
            for b in UInt8.min...UInt8.max {
                let same =
                    Character(UnicodeScalar(a)).isASCII && Character(UnicodeScalar(b)).isASCII && a != b
                    ? Character(UnicodeScalar(a)).lowercased() == Character(UnicodeScalar(b)).lowercased() : a == b
                #expect([a].equalsIgnoringCase([b]) == same)
            }
        }
    }
}

extension [UInt8] {
    fileprivate func replacing(_ position: Int, with byte: UInt8) -> [UInt8] {
        var bytes = self
        bytes[position] = byte
        return bytes
    }
}
