/// Who may connect to the socket of a program beside its own account and root: the kernel asks for permission to write it (unix(7)).
struct SocketGuests {
    enum Opening: Equatable { case group(UInt32), everybody }

    /// The account that the program runs as.
    let owner: UInt32
    private var opening: Opening?

    init(owner: UInt32) { self.owner = owner }

    /// How it has to be opened for workers of this account; nil when they can connect as it is.
    mutating func admit(user: UInt32, group: UInt32) -> Opening? {
        if user == 0 || user == owner || opening == .group(group) || opening == .everybody { return nil }
        // A socket has one group, and workers of the one before may still be there.
        opening = opening == nil ? .group(group) : .everybody
        return opening
    }
}
