/// What stands behind the addresses of a block of the PROXY protocol: types, lengths and values (section 2.2). They are read over, but for the
/// checksum, which has to be right where there is one (section 2.2.3).
enum ProxyAdditions {
    private static let checksumType: UInt8 = 0x03

    /// What is wrong with those of a whole block, from this byte to its end; nil when nothing is.
    static func fault(in block: RawSpan, from start: Int) -> ProxyHeader.Fault? {
        var checksum: Int?
        var index = start
        while index < block.byteCount {  // Every turn consumes three bytes or more.
            guard block.byteCount - index >= 3 else { return .malformed }
            let value = index + 3
            let length = ProxyHeader.number(block, at: index + 1, count: 2)
            guard length <= block.byteCount - value else { return .malformed }
            if block.byte(index) == checksumType {
                guard length == 4, checksum == nil else { return .malformed }
                checksum = value
            }
            index = value + length
        }
        guard let checksum else { return nil }
        return Int(CastagnoliChecksum.value(of: block, without: checksum)) == ProxyHeader.number(block, at: checksum, count: 4)
            ? nil : .checksum
    }
}

/// CRC32c (RFC 9260 appendix A), bit by bit: a few hundred bytes once a connection are not worth a table.
enum CastagnoliChecksum {
    /// With zeros in the place of the four bytes at `gap`, where the checksum itself will stand, or stands.
    static func value(of bytes: RawSpan, without gap: Int) -> UInt32 {
        var remainder = UInt32.max
        for index in 0..<bytes.byteCount {
            if index < gap || index >= gap + 4 { remainder ^= UInt32(bytes.byte(index)) }
            for _ in 0..<8 { remainder = remainder & 1 == 0 ? remainder >> 1 : remainder >> 1 ^ 0x82f6_3b78 }
        }
        return ~remainder
    }
}
