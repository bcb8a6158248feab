/// A rolling restart that was asked for and has not been answered.
struct Restart: Equatable, Sendable {
    /// nil for all of them.
    let group: GroupName?
}
