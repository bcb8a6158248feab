/// The supervisor's own source of chance, so that a run can be repeated: SplitMix64.
struct Chance: Equatable, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// 0…1
    mutating func next() -> Double {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return Double((z ^ (z >> 31)) >> 11) / Double(1 << 53)
    }
}
