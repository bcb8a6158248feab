/// Numbers that look random, the same for the same seed: SplitMix64 (Steele, Lea, Flood 2014). For spreading load, not for secrets.
package struct RandomSource: Sendable, BitwiseCopyable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        return RandomSource.mix(state)
    }

    /// 0…limit - 1, by multiplication: the bias of one in 2⁶⁴ / limit is nobody's concern here.
    package mutating func number(below limit: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(limit)).high) }

    /// A word of which every bit depends on every bit of another.
    package static func mix(_ word: UInt64) -> UInt64 {
        var mixed = word
        mixed = (mixed ^ mixed &>> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed &>> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed &>> 31
    }
}
