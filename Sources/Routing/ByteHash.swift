/// FNV-1a over bytes, which can be read off at every byte: the prefixes of a path are hashed while the path is.
///
/// Without a secret: the keys come from the configuration, so a client can choose only what is looked up, not how long the chains are.
struct ByteHash: BitwiseCopyable {
    private var state: UInt64

    /// Equal bytes in different scopes have different hashes.
    @inline(__always)
    init(scope: UInt32 = 0) { state = 0xcbf2_9ce4_8422_2325 ^ UInt64(scope) &* 0x9e37_79b9_7f4a_7c15 }

    @inline(__always)
    mutating func combine(_ byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }

    /// FNV's low bits know little of the last bytes' high bits, and tables use the low ones.
    @inline(__always)
    var value: UInt64 {
        let mixed = (state ^ state &>> 32) &* 0xd6e8_feb8_6659_fd93
        return mixed ^ mixed &>> 32
    }
}
