internal import HTTP1
internal import Patterns
internal import Settings

/// What routes want of a request beside host, path and method: all of it in one table, of which each route has a run.
struct Conditions: Sendable {
    /// The conditions of one route.
    struct Run: BitwiseCopyable, Sendable {
        var start: Int32 = 0
        var count: Int32 = 0
    }

    /// What came of looking at a run.
    enum Verdict: BitwiseCopyable {
        case holds
        case fails
        /// A pattern took too long to say.
        case unknown
    }

    enum Source: UInt8 { case header, query, cookie, client, path }

    private enum Test: UInt8 { case equals, matches, present, absent, contains }

    private struct Condition: BitwiseCopyable {
        var source: Source
        var test: Test
        var name: Slice
        var value = Slice()
        /// Of the pattern or the ranges.
        var index: Int32 = 0

        /// For a request that does not have what the condition is about.
        var withoutValue: Verdict { test == .absent ? .holds : .fails }
    }

    /// A part of `texts`.
    private struct Slice: BitwiseCopyable {
        var start: Int32 = 0
        var length: Int32 = 0
    }

    private var conditions: [Condition] = []
    private var texts: [UInt8] = []
    private var patterns: [Pattern] = []
    private var ranges: [AddressRanges] = []

    // MARK: - Compiling

    mutating func append(_ route: Route) -> Run {
        if route.hasNoConditions { return Run(start: Int32(conditions.count)) }
        var own: [Condition] = []
        for (source, matchers) in [(Source.header, route.headers), (.query, route.query), (.cookie, route.cookies)] {
            own += matchers.map { condition(source, $0) }
        }
        if !route.clients.isEmpty {
            own.append(Condition(source: .client, test: .contains, name: Slice(), index: Int32(ranges.count)))
            ranges.append(AddressRanges(route.clients))
        }
        if case .regex(let pattern) = route.path { own.append(condition(.path, ValueMatcher(name: "", .matches(pattern)))) }
        // A pattern is looked for when everything that costs less holds.
        let ordered = own.filter { $0.test != .matches } + own.filter { $0.test == .matches }
        let run = Run(start: Int32(conditions.count), count: Int32(ordered.count))
        conditions += ordered
        return run
    }

    private mutating func condition(_ source: Source, _ matcher: ValueMatcher) -> Condition {
        var condition = Condition(source: source, test: .present, name: slice(matcher.name))
        switch matcher.test {
        case .present: break
        case .absent: condition.test = .absent
        case .equals(let value):
            condition.test = .equals
            condition.value = slice(value)
        case .matches(let pattern):
            condition.test = .matches
            condition.index = Int32(patterns.count)
            patterns.append(pattern)
        }
        return condition
    }

    private mutating func slice(_ text: String) -> Slice {
        let slice = Slice(start: Int32(texts.count), length: Int32(text.utf8.count))
        texts += Array(text.utf8)
        return slice
    }

    // MARK: - Looking

    /// Whether all conditions of a route hold for a request with this normalised path, from this client.
    func hold(
        _ run: Run, path: RawSpan, client: NetworkAddress?, _ head: borrowing RequestHead, _ bytes: RawSpan,
        _ workspace: inout MatchWorkspace
    ) -> Verdict {
        var index = Int(run.start)
        let end = index &+ Int(run.count)
        while index < end {
            workspace.countProbe()
            let verdict = holds(conditions[index], path, client, head, bytes, &workspace)
            if verdict != .holds { return verdict }
            index &+= 1
        }
        return .holds
    }

    // MARK: - Private

    private func holds(
        _ condition: Condition, _ path: RawSpan, _ client: NetworkAddress?, _ head: borrowing RequestHead, _ bytes: RawSpan,
        _ workspace: inout MatchWorkspace
    ) -> Verdict {
        switch condition.source {
        case .path: test(condition, path, &workspace)
        case .client: holds(condition, client)
        case .header: header(condition, head, bytes, &workspace)
        case .query: parameter(condition, head.query.of(bytes), &workspace)
        case .cookie:
            if let place = head.cookie(named: text(condition.name), in: bytes) {
                test(condition, place.of(bytes), &workspace)
            } else {
                condition.withoutValue
            }
        }
    }

    /// Who comes over a unix socket has no address.
    private func holds(_ condition: Condition, _ client: NetworkAddress?) -> Verdict {
        guard let client else { return .fails }
        return ranges[Int(condition.index)].contains(client.high, client.low) ? .holds : .fails
    }

    /// RFC 9110 §5.3: several fields of a name are one, with a comma and a space between.
    private func header(
        _ condition: Condition, _ head: borrowing RequestHead, _ bytes: RawSpan, _ workspace: inout MatchWorkspace
    ) -> Verdict {
        let name = text(condition.name)
        var index = head.fields.index(named: name, in: bytes)
        if index < 0 { return condition.withoutValue }
        let first = head.fields[index].value
        index = head.fields.index(named: name, from: index &+ 1, in: bytes)
        if index < 0 { return test(condition, first.of(bytes), &workspace) }
        workspace.text.removeAll(keepingCapacity: true)
        append(first.of(bytes), to: &workspace.text)
        while index >= 0 {
            workspace.text.append(Grammar.comma)
            workspace.text.append(Grammar.space)
            append(head.fields[index].value.of(bytes), to: &workspace.text)
            index = head.fields.index(named: name, from: index &+ 1, in: bytes)
        }
        return testText(condition, &workspace)
    }

    /// The first of a name counts.
    private func parameter(_ condition: Condition, _ query: RawSpan, _ workspace: inout MatchWorkspace) -> Verdict {
        guard let range = FormText.value(named: text(condition.name), in: query) else { return condition.withoutValue }
        let value = query.extracting(range)
        if FormText.isPlain(value) { return test(condition, value, &workspace) }
        if condition.test == .equals { return FormText.equal(value, text(condition.value)) ? .holds : .fails }
        workspace.text.removeAll(keepingCapacity: true)
        FormText.decode(value, to: &workspace.text)
        return testText(condition, &workspace)
    }

    /// What is there, and has this value.
    private func test(_ condition: Condition, _ value: RawSpan, _ workspace: inout MatchWorkspace) -> Verdict {
        switch condition.test {
        case .present: return .holds
        case .absent: return .fails
        case .equals: return Scanner.equal(text(condition.value), value) ? .holds : .fails
        case .contains: return .fails  // That is of clients, which have no text here.
        case .matches:
            switch patterns[Int(condition.index)].search(value, &workspace.patterns) {
            case .found: return .holds
            case .notFound: return .fails
            case .limitReached: return .unknown
            }
        }
    }

    private func testText(_ condition: Condition, _ workspace: inout MatchWorkspace) -> Verdict {
        // Taken out and put back, because a span of it would borrow the whole workspace.
        var value: [UInt8] = []
        swap(&value, &workspace.text)
        let verdict = test(condition, value.rawBytes, &workspace)
        swap(&value, &workspace.text)
        return verdict
    }

    private func append(_ bytes: RawSpan, to text: inout [UInt8]) {
        for index in 0..<bytes.byteCount { text.append(bytes.byte(index)) }
    }

    @_lifetime(borrow self)
    private func text(_ slice: Slice) -> RawSpan { texts.rawBytes.extracting(Int(slice.start)..<Int(slice.start + slice.length)) }
}
