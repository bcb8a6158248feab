internal import CPCRE2

/// What searches need beside a pattern and a text: one for each worker, used again for every search, so that none takes memory of its own.
@safe package struct PatternWorkspace: ~Copyable {
    // Safe: made in `init`, freed in `deinit`, used by nothing else.
    private let data: OpaquePointer
    private let context: OpaquePointer
    private let stack: OpaquePointer?
    private let effort: UnsafeMutablePointer<Effort>

    /// For compiled patterns; only the pages that were needed are there.
    private static let largestStack = 1 << 20
    /// For interpreted ones.
    private static let largestHeapInKiB: UInt32 = 4_096

    package init() {
        // Safe: PCRE2's own allocations, each looked at before it is used.
        guard let data = unsafe pcre2_match_data_create_8(UInt32(Captures.count), nil),
            let context = unsafe pcre2_match_context_create_8(nil)
        else { preconditionFailure("PCRE2 has no memory for a workspace") }
        unsafe self.data = data
        unsafe self.context = context
        unsafe effort = .allocate(capacity: 1)
        unsafe effort.initialize(to: Effort())
        // Without one, machine code has 32 KiB of the thread's own stack.
        unsafe stack = pcre2_jit_stack_create_8(32 << 10, Self.largestStack, nil)
        unsafe pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack))
        _ = unsafe pcre2_set_heap_limit_8(context, Self.largestHeapInKiB)
        _ = unsafe pcre2_set_callout_8(context, countStep, effort)
    }

    deinit {
        // Safe: nobody else has these pointers.
        unsafe pcre2_match_context_free_8(context)
        unsafe pcre2_jit_stack_free_8(stack)
        unsafe pcre2_match_data_free_8(data)
        unsafe effort.deallocate()
    }

    /// PCRE2's answer: negative is one of its errors.
    ///
    /// - Parameter stepCost: what a step costs beside the way that it goes.
    @unsafe mutating func run(_ code: OpaquePointer, _ bytes: RawSpan, stepCost: Int) -> CInt {
        unsafe effort.pointee = Effort(stepCost: stepCost)
        // Safe: the span lends its bytes for the time of the call, and PCRE2 keeps no pointer that anybody follows later. An empty span
        // may have no address; then any will do, since nothing is read.
        return unsafe bytes.withUnsafeBytes { buffer in
            let start = unsafe buffer.baseAddress ?? UnsafeRawPointer(data)
            return unsafe pcre2_match_8(code, start.assumingMemoryBound(to: UInt8.self), buffer.count, 0, 0, data, context)
        }
    }

    /// Where the last search that succeeded found its pattern and its groups, all within `count` bytes.
    func captures(_ groupCount: Int, in count: Int) -> Captures {
        var captures = Captures()
        // Safe: the match data was made for so many pairs. PCRE2 fills those that the pattern has, and leaves others as they were (pcre2_match(3)).
        let places = unsafe UnsafeBufferPointer(start: pcre2_get_ovector_pointer_8(data), count: Captures.count * 2)
        for group in 0...min(groupCount, Captures.count - 1) {
            let (start, end) = unsafe (places[group * 2], places[group * 2 + 1])
            // PCRE2_UNSET is all ones. A group that ends before it starts comes of a `\K` in a place where PCRE2 does not look for it.
            if start != -1, start <= end, end <= count { captures.set(group, from: start, to: end) }
        }
        return captures
    }
}
