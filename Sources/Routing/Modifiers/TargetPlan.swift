package import HTTP1
package import Patterns

/// Compiled `strip_prefix` or `rewrite`: writes the path that goes upstream.
package final class TargetPlan: Sendable {
    package enum Outcome: Equatable, Sendable, BitwiseCopyable {
        /// The target is written.
        case written
        /// It stays what it is.
        case unchanged
        case tooLong
        /// The pattern takes too long for this path.
        case patternLimit
    }

    private enum Change {
        case strip([UInt8])
        case path(TargetText)
        case pattern(Pattern, TargetText)
    }

    private let change: Change

    /// Whether a pattern is looked for in the path: empty segments could hide what it would find.
    package var searches: Bool { if case .pattern = change { true } else { false } }

    init?(_ modifier: TargetModifier?, path: PathPattern, constants: WorkerConstants, routeName: String?) {
        switch modifier {
        case .strip(let prefix): change = .strip(Self.bytes(of: prefix, path))
        case .rewrite(.path(let template)):
            change = .path(TargetText([.text(template)], constants: constants, routeName: routeName))
        case .rewrite(.pattern(let pattern, let substitution)):
            change = .pattern(pattern, TargetText(substitution.pieces, constants: constants, routeName: routeName))
        case nil: return nil
        }
    }

    /// Writes the target for a request whose normalised path is `path`, into `output`, which has room for `room` bytes.
    package func write(
        path: RawSpan, _ head: borrowing RequestHead, _ bytes: RawSpan, _ context: borrowing RequestContext,
        _ workspace: inout PatternWorkspace, to output: inout OutputRawSpan
    ) -> Outcome {
        let query = head.query.of(bytes)
        switch change {
        case .strip(let prefix): return strip(prefix, path, query, to: &output)
        case .path(let text):
            return write(text, before: path.extracting(0..<0), Captures(), path, behind: 0..<0, head, bytes, context, to: &output)
        case .pattern(let pattern, let text):
            var captures = Captures()
            switch pattern.search(path, &workspace, captures: &captures) {
            case .notFound: return .unchanged
            case .limitReached: return .patternLimit
            case .found:
                let found = captures[0] ?? 0..<0
                return write(
                    text, before: path.extracting(0..<found.lowerBound), captures, path, behind: found.upperBound..<path.byteCount, head,
                    bytes,
                    context, to: &output)
            }
        }
    }

    // MARK: - Private

    /// Whole segments, so that `/api` is no prefix of `/apis`; what is left begins with a slash.
    private func strip(_ prefix: [UInt8], _ path: RawSpan, _ query: RawSpan, to output: inout OutputRawSpan) -> Outcome {
        guard !prefix.isEmpty, let count = PathNormaliser.length(of: prefix.rawBytes, in: path),
            path.byteCount == count || path.byte(count) == Grammar.slash
        else { return .unchanged }
        if path.byteCount == count { output.append(Grammar.slash) } else { output.append(path.extracting(count..<path.byteCount)) }
        if !query.isEmpty {
            output.append(Grammar.questionMark)
            output.append(query)
        }
        return .written
    }

    private func write(
        _ text: TargetText, before: RawSpan, _ captures: Captures, _ path: RawSpan, behind: Range<Int>, _ head: borrowing RequestHead,
        _ bytes: RawSpan, _ context: borrowing RequestContext, to output: inout OutputRawSpan
    ) -> Outcome {
        let query = head.query.of(bytes)
        let size = text.measure(captures, head, bytes, context) + path.byteCount + query.byteCount + 2
        if size > output.freeCapacity { return .tooLong }
        // The target begins with a slash, whatever is put together.
        if !text.beginsWithSlash, before.isEmpty { output.append(Grammar.slash) }
        output.append(before)
        text.writePath(captures, of: path, head, bytes, context, to: &output)
        output.append(path.extracting(behind))
        if text.hasQuery {
            output.append(Grammar.questionMark)
            text.writeQuery(captures, of: path, head, bytes, context, to: &output)
        }
        if !query.isEmpty, !text.repeatsQuery {
            output.append(text.hasQuery ? 0x26 : Grammar.questionMark)
            output.append(query)
        }
        return .written
    }

    private static func bytes(of prefix: StripPrefix, _ path: PathPattern) -> [UInt8] {
        switch prefix {
        case .path(let text): return Array(text.utf8)
        case .matched:
            var text = ""
            if case .prefix(let prefix) = path { text = prefix } else if case .exact(let exact) = path { text = exact }
            text = Shadows.key(text) ?? text
            while text.hasSuffix("/") { text.removeLast() }
            return Array(text.utf8)
        }
    }
}
