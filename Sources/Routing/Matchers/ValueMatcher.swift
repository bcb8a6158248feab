package import Patterns

/// What a route wants of one header, one parameter of the query, or one cookie.
package struct ValueMatcher: Hashable, Sendable {
    /// Of a header: in any case.
    package var name: String
    package var test: ValueTest

    package init(name: String, _ test: ValueTest) {
        self.name = name
        self.test = test
    }
}

package enum ValueTest: Hashable, Sendable {
    case equals(String)
    case matches(Pattern)
    /// It is there, with whatever value.
    case present
    case absent
}
