/// Eight bytes compared at once. Marks are the high bits of the lanes that fit; the lowest mark is right, those above it may be echoes of it.
///
/// Not SIMD16: of its comparisons this compiler makes vectors only of `.==`, the others become a loop over the lanes, 25 instructions for each
/// byte (counted with callgrind).
struct Lanes: BitwiseCopyable {
    private static var ones: UInt64 { 0x0101_0101_0101_0101 }
    private static var highBits: UInt64 { 0x8080_8080_8080_8080 }

    private let word: UInt64

    @inline(__always)
    init(_ word: UInt64) { self.word = word }

    /// Lanes below a limit of at most 0x80.
    @inline(__always)
    func below(_ limit: UInt8) -> UInt64 { (word &- Self.ones &* UInt64(limit)) & ~word & Self.highBits }

    @inline(__always)
    func equal(to byte: UInt8) -> UInt64 { Lanes(word ^ Self.ones &* UInt64(byte)).below(1) }

    @inline(__always)
    var aboveASCII: UInt64 { word & Self.highBits }

    /// Everything but letters and hyphens, of which most names are made. No lane reaches into another: every mark is right.
    @inline(__always)
    var notOfWords: UInt64 {
        let low = word & ~Self.highBits
        let folded = low | Self.ones &* 0x20
        let letters = (folded &+ Self.ones &* (0x80 - 0x61)) & ~(folded &+ Self.ones &* (0x80 - 0x7b))
        let others = (low ^ Self.ones &* 0x2d) &+ Self.ones &* 0x7f
        return (~letters & others | word) & Self.highBits
    }

    /// The lane of the lowest mark, of which there is one.
    @inline(__always)
    static func first(_ marks: UInt64) -> Int { marks.trailingZeroBitCount &>> 3 }
}
