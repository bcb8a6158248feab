/// A set of ASCII bytes as two words of bits: membership is a shift, and no table has to be loaded or initialised.
@frozen
public struct ByteClass: BitwiseCopyable, Sendable {
    /// Bytes 0…63 and 64…127; bytes above 127 are in no class.
    @usableFromInline let low: UInt64
    @usableFromInline let high: UInt64

    @inlinable @inline(__always)
    public init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    @inlinable @inline(__always)
    public func contains(_ byte: UInt8) -> Bool {
        let word = byte < 64 ? low : high
        return byte < 128 && (word &>> UInt64(byte & 63)) & 1 != 0
    }
}

extension ByteClass {
    /// `tchar`: what methods and field names are made of (RFC 9110 §5.6.2).
    @inlinable @inline(__always)
    public static var token: ByteClass { ByteClass(low: 0x03ff_6cfa_0000_0000, high: 0x57ff_ffff_c7ff_fffe) }

    /// `unreserved`: what an escape need not hide (RFC 3986 §2.3).
    @inlinable @inline(__always)
    public static var unreserved: ByteClass { ByteClass(low: 0x03ff_6000_0000_0000, high: 0x47ff_fffe_87ff_fffe) }

    /// `unreserved / sub-delims`: a registered name without its escapes (RFC 3986 §3.2.2).
    @inlinable @inline(__always)
    public static var registeredName: ByteClass { ByteClass(low: 0x2bff_7fd2_0000_0000, high: 0x47ff_fffe_87ff_fffe) }

    /// `unreserved / reserved`: what stands in a URI as it is (RFC 3986 §2.2, §2.3).
    @inlinable @inline(__always)
    public static var reference: ByteClass { ByteClass(low: 0xafff_ffda_0000_0000, high: 0x47ff_fffe_afff_ffff) }

    /// Between the brackets of an IPv6 literal (RFC 3986 §3.2.2); whether it is a good address, the connector finds out.
    @inlinable @inline(__always)
    public static var addressLiteral: ByteClass { ByteClass(low: 0x07ff_4000_0000_0000, high: 0x0000_007e_0000_007e) }

    /// After the version of an IPvFuture literal (RFC 3986 §3.2.2).
    @inlinable @inline(__always)
    public static var futureLiteral: ByteClass { ByteClass(low: 0x2fff_7fd2_0000_0000, high: 0x47ff_fffe_87ff_fffe) }
}
