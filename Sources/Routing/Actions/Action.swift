/// What a route does with a request: exactly one of a closed set.
package enum Action: Equatable, Sendable {
    case respond(Respond)
    case redirect(Redirect)
    /// `upstream` or `app`.
    case upstream(Forward)
    case files(Folder)
}
