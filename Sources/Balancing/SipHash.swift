/// SipHash-2-4 (Aumasson and Bernstein 2012): a keyed hash of 64 bits that nobody can compute or foresee without the key.
package struct SipHash: BitwiseCopyable, Sendable {
    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64
    private var tail: UInt64 = 0
    private var count: UInt64 = 0

    package init(key: (UInt64, UInt64)) {
        v0 = key.0 ^ 0x736f_6d65_7073_6575
        v1 = key.1 ^ 0x646f_7261_6e64_6f6d
        v2 = key.0 ^ 0x6c79_6765_6e65_7261
        v3 = key.1 ^ 0x7465_6462_7974_6573
    }

    package mutating func combine(_ byte: UInt8) {
        tail |= UInt64(byte) &<< (8 &* (count & 7))
        count &+= 1
        if count & 7 == 0 { compress() }
    }

    package mutating func combine(_ word: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) { combine(UInt8(truncatingIfNeeded: word &>> shift)) }
    }

    package mutating func finish() -> UInt64 {
        tail |= count &<< 56
        compress()
        v2 ^= 0xff
        for _ in 0..<4 { round() }
        return v0 ^ v1 ^ v2 ^ v3
    }

    // MARK: - Private

    private mutating func compress() {
        v3 ^= tail
        round()
        round()
        v0 ^= tail
        tail = 0
    }

    private mutating func round() {
        v0 = v0 &+ v1
        v1 = Self.rotate(v1, by: 13) ^ v0
        v0 = Self.rotate(v0, by: 32)
        v2 = v2 &+ v3
        v3 = Self.rotate(v3, by: 16) ^ v2
        v0 = v0 &+ v3
        v3 = Self.rotate(v3, by: 21) ^ v0
        v2 = v2 &+ v1
        v1 = Self.rotate(v1, by: 17) ^ v2
        v2 = Self.rotate(v2, by: 32)
    }

    private static func rotate(_ word: UInt64, by count: UInt64) -> UInt64 { word &<< count | word &>> (64 &- count) }
}
