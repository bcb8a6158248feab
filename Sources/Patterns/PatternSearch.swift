/// What came of looking for a pattern.
package enum PatternSearch: Equatable, Sendable, BitwiseCopyable {
    case found
    case notFound
    /// The text makes the pattern take more time or memory than is allowed: nobody knows whether it would have been found.
    case limitReached
}
