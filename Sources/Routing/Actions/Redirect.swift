/// The action `redirect`: the client is sent elsewhere.
package struct Redirect: Equatable, Sendable {
    /// One of those that go with a Location for what was asked for (RFC 9110 §15.4).
    package var status = 308
    /// A URL, or a path; may hold `{{…}}`.
    package var target: Template

    package init(to target: Template) { self.target = target }

    package static var statuses: [Int] { [301, 302, 303, 307, 308] }
}
