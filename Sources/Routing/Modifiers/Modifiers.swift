package import Patterns

/// What a route changes of a request on its way to an upstream, and of the answer to it.
package struct Modifiers: Equatable, Sendable {
    /// Which target goes upstream; nil is the one that came.
    package var target: TargetModifier?
    package var requestHeaders = HeaderEdits()
    package var responseHeaders = HeaderEdits()
    package var hostHeader = HostHeader.preserve

    package init() {}

    /// As those of most routes: found out without a look at every list.
    var changeNothing: Bool {
        if target != nil || !requestHeaders.isEmpty || !responseHeaders.isEmpty { return false }
        if case .preserve = hostHeader { return true }
        return false
    }
}

/// How the target for the upstream is made of the one that came. One of these at most: both would be one rewrite too many.
package enum TargetModifier: Equatable, Sendable {
    /// `strip_prefix`
    case strip(StripPrefix)
    case rewrite(Rewrite)
}

/// `strip_prefix`: what is taken off the path, by whole segments.
package enum StripPrefix: Equatable, Sendable {
    /// `true`: what the route's `path` is.
    case matched
    /// In normal form, without a slash at its end.
    case path(String)
}

/// `rewrite`: another path. The query stays.
package enum Rewrite: Equatable, Sendable {
    /// Whatever it was before.
    case path(Template)
    /// What the pattern finds in the normalised path is replaced.
    case pattern(Pattern, to: Substitution)
}
